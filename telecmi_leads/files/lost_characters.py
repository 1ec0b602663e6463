"""What a file's encoding can't decode, counted before it is read: it becomes U+FFFD, and is sent so."""

from __future__ import annotations

import codecs

_LOST = "\ufdef"  # a noncharacter, which stands in no file; U+FFFD itself may


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _LOST, error.end


def _mark_in_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", MARKING), error.end


MARKING = "telecmi_leads.lost"
MARKING_MIXED = "telecmi_leads.lost-of-windows-1252"
"""Handlers of errors for a decoder whose text is counted: for one encoding, and for UTF-8 mixed with Windows-1252."""
codecs.register_error(MARKING, _mark)
codecs.register_error(MARKING_MIXED, _mark_in_windows_1252)


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
