"""What a lead file may hold at most, in one place, and the error that names the bound a file breaks.

Whatever a file holds, reading it stays within some hundred megabytes and its time grows with its size alone. What
calamine reads has bounds of its own beside these (workbook_child): a process of its own, with bounded memory and time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.core.lead import RowBlock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BLOCK_ROWS = 1024
"""Rows a block: enough to work on whole columns, few enough for the processor's cache (4096 cost a quarter more)."""

BLOCK_CELLS = 256 * 1024
"""Cells a block: one with more columns has fewer rows."""

BLOCK_CHARACTERS = 8 * 1024 * 1024
"""Characters a block: one with longer cells has fewer rows."""

MAX_CELL = 1024 * 1024
"""Characters a cell may have. Excel allows 32,767; more than a million is a damaged file."""

MAX_ROW = 2 * MAX_CELL
"""Characters a row may have, or bytes a line of text."""

MAX_COLUMNS = 16_384
"""Columns a table may have: as many as Excel's widest sheet (column XFD)."""

MAX_SHEET_ROWS = 1_048_576
"""Rows a sheet may have in a format that numbers them: as many as Excel's longest."""

MAX_BLANK_ROWS = 2 * MAX_SHEET_ROWS
"""Blank rows that may follow one another."""

MAX_KEYS = 2048
"""Different names of fields in one file; more are data in the place of names."""

MAX_TABLES = 1000
"""Tables a file may have."""

MAX_LISTS = 100
"""Lists of leads in one JSON file, each of which costs a pass over it."""

MAX_NESTING = 64
"""Tables within tables, and lists and objects within one another."""

MAX_VALUE = 16 * 1024 * 1024
"""Characters of one value of JSON."""

UNSUSPECTED = 64 * 1024 * 1024
"""Bytes that any packed file may unpack to."""

MAX_RATIO = 200
"""Times its size that a gzip file may unpack to: text packs 3 to 50 times, a bomb a thousand times."""

_FREE_CELLS, _CELLS_A_CHARACTER = 4_000_000, 2

_HINT = "It is damaged, or not what it looks like: export the leads again, as CSV or XLSX."


def beyond(place: str, what: str) -> SourceUnreadable:
    """Return the error for a file that breaks a bound: `place` is the file, with sheet or line, `what` says which."""
    return SourceUnreadable(f"{place}: {what}.", hint=_HINT)


class CellBudget:
    """The cells that a file of some `size` may come to, where a few characters can make thousands of cells."""

    def __init__(self, place: str, size: int) -> None:
        self._place = place
        self._left = self._allowed = _FREE_CELLS + _CELLS_A_CHARACTER * size

    def spend(self, cells: int) -> None:
        """Count cells; raises SourceUnreadable when there are too many."""
        self._left -= cells
        if self._left < 0:
            raise beyond(self._place, f"a file of its size has at most {self._allowed:,} cells, this one has more")


def in_blocks(rows: Iterable[list[str]]) -> Iterator[RowBlock]:
    """Put rows into blocks that are bounded in rows, cells and characters."""
    block: list[list[str]] = []
    first_row, cells, characters = 1, 0, 0
    for row in rows:
        block.append(row)
        cells += len(row)
        characters += sum(map(len, row))
        if len(block) >= BLOCK_ROWS or cells > BLOCK_CELLS or characters > BLOCK_CHARACTERS:
            yield RowBlock(first_row, block)
            first_row += len(block)
            block, cells, characters = [], 0, 0
    if block:
        yield RowBlock(first_row, block)


def bounded(blocks: Iterator[RowBlock], place: str) -> Iterator[RowBlock]:
    """Hand blocks on; raises SourceUnreadable where blank rows never end."""
    blank = 0
    for block in blocks:
        blank = 0 if any(block.rows) else blank + len(block.rows)
        if blank > MAX_BLANK_ROWS:
            raise beyond(place, f"more than {MAX_BLANK_ROWS:,} blank rows follow one another")
        yield block
        del block  # before the next one is read, so that it takes the same memory
