"""Two files joined byte by byte, one of them in UTF-16: no encoding reads both, and neither is passed over.

`cat`, `copy /b` and PowerShell's `>>` make such files. Read as UTF-16, all rows of the other part are one cell of
characters that mean nothing; read as anything else, the part in UTF-16 is full of NULs. What gives a part away are its
numbers, of which each row has one: in UTF-16 a NUL stands beside each digit, in all else none.
"""

from __future__ import annotations

import re

from telecmi_leads.core.errors import SourceUnreadable

OVERLAP = 64
"""Bytes of a piece that are to be looked at again with the next, so that a number between them is seen."""

_SIGNS = b" ()+-."  # within a number
_DIGITS = b"0123456789"
_TELLING = frozenset(b"456789")  # those of a letter's first byte are of rare Chinese characters alone
_NUMBERS = bytes(0x31 if byte in _DIGITS + _SIGNS else 0x30 for byte in range(256))
_LONG = 8  # bytes: four characters of UTF-16, which no words of any language are
_FEWEST = 7  # digits of a number
_RUN = re.compile(b"1{%d,}" % _LONG)
_NUL_RUN = re.compile(rb"\0{%d,}" % _FEWEST)
_NUMBER = re.compile(rb"[0-9][0-9 ().-]{5,}+")
_WIDE_NUMBER = re.compile(rb"[0-9]\0(?:[0-9 ().-]\0){5}")
# A NUL beside digits alone may be a column that a database wrote in UTF-16 into a file of one byte a character.
_WIDE_LINE = re.compile(rb"\n\0|\r\0\n|\xff\xfe|\xfe\xff")
_MARK = "\ufeff"
_PLAIN_LINE = re.compile(rb"(?:\xef\xbb\xbf)?[\t -~]{6,}(?:\r\n|\n)(?!\0)")


def joined(name: str, line: int) -> SourceUnreadable:
    """Return the error for a file whose other part begins about in this line."""
    return SourceUnreadable(
        f"{name} is two files in one, from about line {line:,} on in another encoding: one part is UTF-16, one is not.",
        hint="Export the leads again, or save both parts as UTF-8 before they are joined.",
    )


def begins_otherwise(head: bytes, codec: str) -> bool:
    """Tell whether a file without a mark, taken for UTF-16 by its beginning, begins with a line that is none.

    Then a mark is within the line, since the other part's line end is none in UTF-16.
    """
    first = head[: len(head) & ~1].decode(codec, "replace").partition("\n")[0]
    return _PLAIN_LINE.match(head) is not None or _MARK in first[1:]


def part_beside_utf16(piece: bytes, text: str, *, little: bool) -> int:
    """Return where a piece of UTF-16, of whole characters, has a number in something else; -1 for nowhere.

    The piece may begin with the end of the one before it; `text` is what is new in it, decoded. A number in the other
    byte order counts too: such a part was joined, or a single byte between two parts.
    """
    if text.isascii():
        return -1
    plain = _plain_number(piece)
    return _swapped_number(piece, little=little) if plain < 0 else plain


def _plain_number(piece: bytes) -> int:
    marks = piece.translate(_NUMBERS)
    if b"1" * _LONG not in marks:
        return -1
    for run in _RUN.finditer(marks):
        found = piece[run.start() : run.end()]
        # The bytes of some letters and signs are digits, too, and one may come often: "ㄱㄴㄷㄹ", "㈱", "††††".
        if _telling(found[::2]) and _telling(found[1::2]) and len(found.translate(None, _SIGNS)) >= _FEWEST:
            return run.start()
    return -1


def _swapped_number(piece: bytes, *, little: bool) -> int:
    low, high = (piece[0::2], piece[1::2]) if little else (piece[1::2], piece[0::2])
    if b"\0" * _FEWEST not in low:
        return -1
    for run in _NUL_RUN.finditer(low):
        number = _NUMBER.search(high, run.start(), run.end())
        # Wide blanks, U+3000, often come one after the other.
        if number is not None and _telling(number[0]):
            return 2 * number.start()
    return -1


def _telling(digits: bytes) -> bool:
    return len(set(digits)) > 1 and not _TELLING.isdisjoint(digits)


class PartsInUtf16:
    """Looks for a part in UTF-16 in a file that is no UTF-16; `at` is where its first number stands, -1 for nowhere."""

    def __init__(self) -> None:
        self._number = -1
        self._line = False
        self._last = b""
        self._end = 0

    def look(self, piece: bytes, begins: int) -> None:
        """Look at a piece with NULs that begins at this place of the file."""
        before = len(self._last) if begins == self._end else 0
        self._end = begins + len(piece)
        piece = self._last + piece if before else piece
        if self._number < 0:
            number = _WIDE_NUMBER.search(piece)
            self._number = -1 if number is None else begins - before + number.start()
        self._line = self._line or _WIDE_LINE.search(piece) is not None
        self._last = piece[-OVERLAP:]

    @property
    def at(self) -> int:
        """The place in the file."""
        return self._number if self._line else -1
