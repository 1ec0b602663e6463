"""What a file's encoding can't decode, counted before it is read: it becomes U+FFFD, and is sent so."""

from __future__ import annotations

import codecs
from functools import partial

_LOST = "\udfff"  # half a pair, which no decoder returns by itself; U+FFFD and noncharacters may be in the file


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _LOST, error.end


def _in_windows_1252(error: UnicodeError, errors: str) -> tuple[str, int]:
    """Read what is not UTF-8, byte by byte, as Windows-1252: rows pasted from another file, mostly."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", errors), error.end


MARKING = "telecmi_leads.lost"
MARKING_MIXED = "telecmi_leads.lost-of-windows-1252"
"""Handlers of errors for a decoder whose text is counted: for one encoding, and for UTF-8 mixed with Windows-1252."""
MIXED = "telecmi_leads.windows-1252"
"""A handler of errors for a decoder of UTF-8 mixed with Windows-1252 whose text is read."""
codecs.register_error(MARKING, _mark)
codecs.register_error(MARKING_MIXED, partial(_in_windows_1252, errors=MARKING))
codecs.register_error(MIXED, partial(_in_windows_1252, errors="replace"))


class LostCharacters:
    """Counts what could not be decoded, a piece of text after the other.

    `count` is how many there are. The first stands in the piece that begins at `piece`, `lines` line ends into it.
    """

    def __init__(self) -> None:
        self.count = 0
        self.piece = 0
        self.lines = 0

    def look(self, text: str, piece: int) -> None:
        """Count in a text that was decoded with one of the handlers, and whose bytes begin at `piece` of the file."""
        found = text.count(_LOST)
        if found and not self.count:
            self.piece, self.lines = piece, text.count("\n", 0, text.index(_LOST))
        self.count += found

    def notes(self, line: int) -> tuple[str, ...]:
        """Return the note for the user, where there is one; `line` is the first's."""
        if not self.count:
            return ()
        what = f"{self.count:,} characters" if self.count > 1 else "a character"
        where = f", the first in line {line:,}," if self.count > 1 else f" in line {line:,}"
        return (f"{what}{where} can't be read and {'are' if self.count > 1 else 'is'} sent as U+FFFD",)
