"""Headers in the middle of a table: a block is cleaned part by part, with columns matched anew below each of them.

The rows below a header without a phone column are passed over, down to the next header.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from telecmi_leads.columns.table import place
from telecmi_leads.core.lead import RowBlock
from telecmi_leads.files.bounds import MAX_COLUMNS, MAX_TABLES, beyond
from telecmi_leads.leads.cleaning import CleanBlock

if TYPE_CHECKING:
    from collections.abc import Callable

    from telecmi_leads.core.lead import TableInfo
    from telecmi_leads.leads.cleaning import Cleaner

    Take = Callable[[Cleaner, CleanBlock, RowBlock], bool]
    Below = Callable[[Cleaner, RowBlock], Cleaner]

_MOST_NAMES = 2 * MAX_COLUMNS


class HeaderBudget(Struct):
    """Counts the later headers of a file: below each of them columns are matched anew, which takes time."""

    headers: int = 0
    names: int = 0

    def spend(self, info: TableInfo) -> None:
        """Count the table below a header; raises SourceUnreadable when there are too many, or too many columns."""
        self.headers += 1
        self.names += len(info.header)
        if self.headers > MAX_TABLES:
            raise beyond(place(info), f"it has more than {MAX_TABLES:,} header rows that change its columns")
        if self.names > _MOST_NAMES:
            raise beyond(place(info), f"the header rows that change its columns have more than {_MOST_NAMES:,} names")


def clean_parts(cleaner: Cleaner, block: RowBlock, take: Take, below: Below, at_end: Callable[[], bool]) -> Cleaner:
    """Clean a block and hand on each part of it between headers of another layout; return the last part's cleaner.

    `take` gets a part's cleaner, what became of it, and its rows, and tells whether to go on. `below` gets the cleaner
    above a header and the rows from that header on, and returns the cleaner of the rows below it. `at_end` tells
    whether nothing follows the block in its table. Raises what these raise.
    """
    part = block
    while part.rows:
        clean = _cleaned(cleaner, part, at_end if len(part.rows) == len(block.rows) else _more_follows)
        if not take(cleaner, clean, part):
            break
        at = len(part.rows) - 1
        if clean.next_header is not None:
            at, above = clean.next_header, cleaner
            cleaner = below(above, _from(block, at))
            early = RowBlock(block.first_row + at - clean.early, block.rows[at - clean.early : at])
            if early.rows and not take(cleaner, _cleaned(cleaner, early, _more_follows), early):
                break
        block = _from(block, at + 1)
        # Where one header has come, each row may be the next: down to it, no row is cleaned for every header above it.
        part = _down_to(block, cleaner.next_header(block.rows))
    return cleaner


def marked_parts(cleaner: Cleaner, block: RowBlock, note: Callable[[str, str], None], below: Below) -> Cleaner:
    """Look at a block for marked rows alone: `note` gets the name of each one's mark and its number.

    Returns the last part's cleaner, as `clean_parts` does; `below` is the same there.
    """

    def take(_: Cleaner, clean: CleanBlock, __: RowBlock) -> bool:
        for row in clean.marked:
            if row.phone:
                note(row.code, row.phone)
        for name, phone in clean.marked_also:
            note(name, phone)
        return True

    while (at := cleaner.next_header(block.rows)) is not None:
        # The part ends with the header: columns are judged by the rows below it, too.
        whole = partial(_below_in, block, below)
        cleaner = clean_parts(cleaner, _down_to(block, at), take, whole, _more_follows)
        block = _from(block, at + 1)
    for name, phone in cleaner.marked_numbers(block):
        note(name, phone)
    return cleaner


def _more_follows() -> bool:
    return False


def _cleaned(cleaner: Cleaner, block: RowBlock, at_end: Callable[[], bool]) -> CleanBlock:
    """Clean rows down to the next header; those below a header without a phone column are no leads."""
    if cleaner.match.has_phone:
        return cleaner.clean(block, at_end)
    at = cleaner.next_header(block.rows)
    rows = block.rows[:at]
    return CleanBlock.of_no_leads(
        block.first_row,
        len(rows),
        {"no_phone_column": sum(1 for row in rows if any(map(str.strip, row)))},
        next_header=at,
    )


def _below_in(block: RowBlock, below: Below, above: Cleaner, part: RowBlock) -> Cleaner:
    """Ask `below` of a part with all rows that its block has from there on."""
    return below(above, _from(block, part.first_row - block.first_row))


def _from(block: RowBlock, at: int) -> RowBlock:
    return RowBlock(block.first_row + at, block.rows[at:])


def _down_to(block: RowBlock, at: int | None) -> RowBlock:
    """Return a block as if it ended with this row, all of it for None."""
    return block if at is None else RowBlock(block.first_row, block.rows[: at + 1])
