"""All numbers of rows whose people must not be called: a lead needs one of them, a mark holds for every one."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec.structs import replace

from telecmi_leads.columns import line_rank
from telecmi_leads.core.reasons import Reason, Repair
from telecmi_leads.leads.row_numbers import find_numbers, row_regions
from telecmi_leads.phones import region_of_header

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telecmi_leads.columns import ColumnMatch
    from telecmi_leads.leads.row_numbers import Grid
    from telecmi_leads.phones import PhoneBook

_TWO_NUMBERS, _TWO_SHORT_NUMBERS = 14, 12
"""Digits below which a cell does not hold two numbers, and two short ones with a sign between them."""

_PARTING = frozenset(",;/|&\n")


def further_numbers(grid: Grid, match: ColumnMatch, book: PhoneBook, region: str | None) -> Iterator[tuple[int, str]]:
    """Yield the numbers of every phone column and of cells that hold several, with the rows' indexes.

    What a label calls a fax, a wrong number or somebody else's is none of the row's person.
    """
    for column in match.phones:
        asked = [at for at, row in enumerate(grid.rows) if row[column] and _is_own_line(match, column, row)]
        if len(match.phones) == 1:  # its number is known, but for a second one in the cell
            asked = [at for at in asked if may_hold_two(grid.rows[at][column])]
        numbers = _numbers_of(grid.only(asked), column, match, book, region) if asked else ()
        yield from ((asked[place], number) for place, number in numbers)


def _numbers_of(
    grid: Grid, column: int, match: ColumnMatch, book: PhoneBook, region: str | None
) -> Iterator[tuple[int, str]]:
    """Yield the numbers of one column, and all of its cells that hold several."""
    found = find_numbers(grid, replace(match, phones=(column,), labels=MappingProxyType({})), book, region)
    yield from ((at, number) for at, number in enumerate(found.numbers) if number)
    if not found.repairs[Repair.SEVERAL_NUMBERS]:
        return
    default = region_of_header(match.header_of(column)) or region
    regions = row_regions(grid, range(len(grid.rows)), match, default, phone=column, book=book)
    for at, cell in enumerate(grid.columns[column]):
        if may_hold_two(cell):
            candidates = book.explain(cell, regions.at(at)).candidates
            yield from ((at, each.number) for each in candidates if each.good)


def may_hold_two(cell: str) -> bool:
    """Tell whether a cell has the digits of two numbers."""
    digits = sum(map(str.isdecimal, cell))
    return digits >= _TWO_NUMBERS or (digits >= _TWO_SHORT_NUMBERS and not _PARTING.isdisjoint(cell))


def _is_own_line(match: ColumnMatch, column: int, row: list[str]) -> bool:
    label = match.labels.get(column)
    return label is None or not isinstance(line_rank(match.header_of(column), row[label]), Reason)
