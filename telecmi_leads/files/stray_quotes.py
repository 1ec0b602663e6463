"""Rows of a table that two stray quotes have made lines of one cell: they would be lost without a word.

A quoted cell may well have several lines: a comment, an address. What gives a row away is a line that has, with the
cells beside it in the record, as many cells as the table and a number where the table's numbers are.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from telecmi_leads.files.delimiters import Dialect

_HIDDEN = 6  # delimiters in lines of one cell that make them look like rows, whatever they hold
_HALF = 0.5
_WIDE = 5  # columns from which a row may have one cell more or less than the others
_NUMBER = re.compile(r"(?:p:)?['+(]{0,3}\d[\d\s().+/-]{6,24}")
_DIGITS = range(8, 16)


class SwallowedRows:
    """Looks for them in the rows of one block; where its numbers stand is found only when a line may be a row."""

    def __init__(self, rows: list[list[str]], dialect: Dialect) -> None:
        self._rows = rows
        self._delimiter = dialect.delimiter
        self._width = Counter(map(len, rows)).most_common(1)[0][0]
        self._phones: list[int] | None = None
        self._spaced = dialect.spaced

    def first_in(self, row: list[str]) -> int | None:
        """Return the place of the first cell of a record that holds other rows, None where none does."""
        for place, cell in enumerate(row):
            if self._delimiter in cell and self._width > 1:
                lines = _lines(cell)
                if len(lines) > 1 and (self._are_alike(lines[1:-1]) or self._hold_a_row(row, place, lines)):
                    return place
        return None

    def _are_alike(self, inner: list[str]) -> bool:
        """Tell whether lines are all parted as the table's rows are."""
        parted = self._width - 1
        alike = len(inner) * parted >= _HIDDEN and len(inner) > 1
        return alike and all(line.count(self._delimiter) == parted for line in inner)

    def _hold_a_row(self, row: list[str], place: int, lines: list[str]) -> bool:
        """Tell whether a line of a cell but the first is a row with a number.

        The last one goes on in the cells behind, whose number is the record's own unless the first line has one too.
        """
        first, *others = (line.rstrip("\r\n").split(self._delimiter) for line in lines)
        own = len(others[-1])
        others[-1] = others[-1] + row[place + 1 :]
        fits = [cells for cells in others if self._fits(cells)]
        if not fits:
            return False
        if any(self._has_number(cells, own if cells is others[-1] else len(cells)) for cells in fits):
            return True
        return self._is_row(others[-1]) and self._is_row([*row[:place], *first])

    def _is_row(self, cells: list[str]) -> bool:
        return self._fits(cells) and self._has_number(cells, len(cells))

    def _fits(self, cells: list[str]) -> bool:
        return abs(len(cells) - self._width) <= (self._width >= _WIDE) and any(map(_is_number, cells))

    def _has_number(self, cells: list[str], end: int) -> bool:
        """Tell whether one of the first cells has a number where the table does; behind a comma of prose is a space."""
        if self._phones is None:
            self._phones = self._columns_of_numbers()
        blank = not self._spaced and any(cell[:1] == " " for cell in cells[1:])
        return not blank and any(at < end and _is_number(cells[at]) for at in self._phones)

    def _columns_of_numbers(self) -> list[int]:
        """Return the columns of which at least half of what they hold are numbers."""
        rows = list(map(self._first_line, self._rows))
        found, spaced = list[int](), 0
        for at in range(self._width):
            held = [row[at] for row in rows if at < len(row) and row[at]]
            numbers = [cell for cell in held if _is_number(cell)]
            if numbers and len(numbers) >= len(held) * _HALF:
                found.append(at)
                spaced = max(spaced, sum(cell[:1] == " " for cell in numbers) * 2 - len(numbers))
        self._spaced = self._spaced or spaced > 0
        return found

    def _first_line(self, row: list[str]) -> list[str]:
        """Return what a record's first line holds, where one of its cells has several with delimiters in them."""
        for place, cell in enumerate(row):
            if self._delimiter in cell and len(lines := _lines(cell)) > 1:
                return [*row[:place], *lines[0].rstrip("\r\n").split(self._delimiter)]
        return row


def _lines(cell: str) -> list[str]:
    return list(io.StringIO(cell, newline=""))


def _is_number(cell: str) -> bool:
    found = _NUMBER.fullmatch(cell[:40].strip())
    return found is not None and sum(map(str.isdecimal, found[0])) in _DIGITS
