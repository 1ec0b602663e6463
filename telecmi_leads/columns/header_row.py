"""Which row names the columns.

Banner rows stand above it, a group row may ("Student", "", "Father", ""), and some files have none: their first
rows plainly hold numbers or addresses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from telecmi_leads.columns import PHONE_HEADS, all_words_known, read_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SEARCHED_ROWS = 50
"""So many rows that are not blank are searched for the header."""

_NUMBER = re.compile(r"[`'=\"]*\+?[\d\s().\-/]{7,25}")
_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}\b.*")
_EMAIL = re.compile(r"[^\s@,;:]+@[^\s@,;:]+\.[^\s@,;:]+")
_FEWEST_DIGITS = 7
_LONGEST_NAME = 300
_MOST_PREAMBLE_CELLS = 2
_FEWEST_HEADER_CELLS_BELOW_PREAMBLE = 4
_MOSTLY = 0.6
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class FoundHeader:
    """A header: its names, and the indexes of its first and last row among the rows searched."""

    names: tuple[str, ...]
    first: int
    last: int


class _Row:
    """A row that is not blank, looked at as a header."""

    def __init__(self, index: int, cells: Sequence[str], phone_score: Callable[[Sequence[str]], float]) -> None:
        self.index = index
        self.cells = [cell.strip() for cell in cells]
        self.filled = [cell for cell in self.cells if cell]
        self.different = len(set(self.filled))  # a merged banner may be repeated in each of its cells
        self._phone_score = phone_score

    @cached_property
    def data(self) -> bool:
        """Tell whether a cell plainly holds a number or an email address, as no header does."""
        return any(map(self._is_data, self.filled))

    def _is_data(self, cell: str) -> bool:
        if _EMAIL.match(cell):
            return True
        if sum(char.isdecimal() for char in cell) < _FEWEST_DIGITS or _DATE.fullmatch(cell):
            return False
        return _NUMBER.fullmatch(cell) is not None or self._phone_score([cell]) > 0

    @cached_property
    def known(self) -> int:
        """The number of cells that are names columns have."""
        return sum(read_name(cell).known for cell in self.filled if len(cell) <= _LONGEST_NAME)

    @cached_property
    def names_a_phone(self) -> bool:
        """Tell whether a cell names the lead's phone."""
        return any(read_name(cell).head in PHONE_HEADS and read_name(cell).known for cell in self.filled)

    @cached_property
    def has_number(self) -> bool:
        """Tell whether a cell is a good number."""
        return any(
            sum(char.isdecimal() for char in cell) >= _FEWEST_DIGITS and self._phone_score([cell]) > 0
            for cell in self.filled
        )

    @cached_property
    def names_a_field(self) -> bool:
        """Tell whether a cell names something of a lead, and not only somebody else's."""
        return any(read_name(cell).head is not None and read_name(cell).known for cell in self.filled)


def find_header(rows: Sequence[Sequence[str]], phone_score: Callable[[Sequence[str]], float]) -> FoundHeader | None:
    """Find the header among a table's first rows; None where the first rows plainly hold data and no header does.

    `phone_score` takes cells and returns the share, 0 to 1, that are good numbers.
    """
    looked_at = [_Row(index, cells, phone_score) for index, cells in enumerate(rows) if any(map(str.strip, cells))]
    looked_at = looked_at[:SEARCHED_ROWS]
    if not looked_at:
        return None
    row = _header_row(looked_at)
    return None if row is None else _with_groups(row, looked_at)


def _header_row(rows: list[_Row]) -> _Row | None:
    width = max(row.different for row in rows)
    enough = 1 if width == 1 else 2
    strong = [row for row in rows if _is_strong(row, enough)]
    data = next((row for row in rows if row.different >= enough and row.data), None)
    if strong:
        above = [row for row in strong if data is None or row.index < data.index]
        best = max(above, key=lambda row: row.known, default=None)  # the first of equals
        with_phone = next((row for row in strong if row.names_a_phone), None)
        if with_phone is not None and not (best and best.names_a_phone) and _above_is_no_table(rows, with_phone):
            return with_phone
        if best is not None:
            return best
        if _is_preamble(rows, strong[0]):
            return strong[0]
    if data is not None and data is next(row for row in rows if row.different >= enough):
        return None
    # No name is known, perhaps a language that is not: the first row of names above the first data, or above nothing.
    upper = [row for row in rows if data is None or row.index < data.index]
    wide = [row for row in upper if row.different >= max(enough, len((data or row).filled) * _HALF)]
    return max(wide, key=lambda row: row.known) if wide else (rows[0] if data is None else None)


def _above_is_no_table(rows: list[_Row], header: _Row) -> bool:
    """Tell whether no good number stands above a header: another part of a report, such as what it is about."""
    return not any(row.has_number for row in rows if row.index < header.index)


def _is_strong(row: _Row, enough: int) -> bool:
    return (
        row.different >= enough
        and row.known >= enough
        and row.known >= len(row.filled) * 0.3
        and not row.data
        and row.names_a_field
    )


def _is_preamble(rows: list[_Row], header: _Row) -> bool:
    """Tell whether the rows above a header are lines of a letterhead ("Helpline", "+91 22 …") and no leads."""
    above = [row for row in rows if row.index < header.index]
    return header.different >= _FEWEST_HEADER_CELLS_BELOW_PREAMBLE and all(
        len(row.filled) <= _MOST_PREAMBLE_CELLS for row in above
    )


# --- headers of two rows ------------------------------------------------------------------------


def _with_groups(row: _Row, rows: list[_Row]) -> FoundHeader:
    """Join a row of groups and the row of names below it, so that "Father" above "Mobile" is "Father Mobile"."""
    by_index = {other.index: other for other in rows}
    above, below = by_index.get(row.index - 1), by_index.get(row.index + 1)
    for upper, lower in ((above, row), (row, below)):
        if upper is not None and lower is not None and _are_groups(upper, lower):
            return FoundHeader(_joined(upper.cells, lower.cells), upper.index, lower.index)
    return FoundHeader(tuple(row.cells), row.index, row.index)


def _are_groups(upper: _Row, lower: _Row) -> bool:
    gaps = any(
        not (upper.cells[at] if at < len(upper.cells) else "") and cell for at, cell in enumerate(lower.cells) if at
    )
    return (
        gaps
        and upper.different > 1
        and all(map(all_words_known, upper.filled))
        and not (upper.data or lower.data)
        and len(lower.filled) > 1
        and lower.known >= len(lower.filled) * _MOSTLY
    )


def _joined(upper: list[str], lower: list[str]) -> tuple[str, ...]:
    names: list[str] = []
    group = ""
    for at in range(max(len(upper), len(lower))):
        own = upper[at] if at < len(upper) else ""
        name = lower[at] if at < len(lower) else ""
        group = own or group
        names.append(f"{group} {name}".strip() if name else own)
    return tuple(names)
