"""All numbers of rows whose people must not be called: a lead needs one of them, a mark holds for every one.

Those in columns that feed no lead count too, as on a do-not-call list, but for somebody else's.
"""

from __future__ import annotations

import re
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec.structs import replace

from telecmi_leads.columns import line_rank
from telecmi_leads.columns.cell_values import MOST
from telecmi_leads.columns.header_meaning import read_name
from telecmi_leads.columns.meanings import PHONE_HEADS
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


_FEWEST_DIGITS = 7
_LOOKED_AT = 20
_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}\b")
_MOST_CELLS = 3  # with something in them, of a row that is a note with numbers in it


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
    for column in filter(partial(_may_have_numbers, match), range(len(grid.columns))):
        yield from _numbers_beside(grid, column, match, book, region)
    yield from _numbers_said(grid, match, book, region)


def _may_have_numbers(match: ColumnMatch, column: int) -> bool:
    """Tell whether a column that feeds no phone may hold numbers of the row's person, by its name."""
    if column in match.phones or column in match.ignored:
        return False
    reading = read_name(match.header_of(column))
    return not reading.somebody_elses and (not reading.known or reading.head in PHONE_HEADS)


def _numbers_beside(
    grid: Grid, column: int, match: ColumnMatch, book: PhoneBook, region: str | None
) -> Iterator[tuple[int, str]]:
    """Yield the numbers of a column that feeds no phone, if it holds hardly anything else."""
    asked = [at for at, cell in enumerate(grid.columns[column]) if _has_digits(cell)]
    filled = sum(1 for cell in grid.columns[column] if cell.strip())
    if not asked or len(asked) < filled * MOST:
        return
    if any(_DATE.match(grid.columns[column][at].strip()) for at in asked[:_LOOKED_AT]):
        return
    numbers = list(_numbers_of(grid.only(asked), column, match, book, region))
    if len({place for place, _ in numbers}) >= filled * MOST:
        yield from ((asked[place], number) for place, number in numbers)


def _numbers_said(grid: Grid, match: ColumnMatch, book: PhoneBook, region: str | None) -> Iterator[tuple[int, str]]:
    """Yield the numbers in rows that are notes: "Do not call: 98765 01231, 98110 23451"."""
    for at, row in enumerate(grid.rows):
        if len(row) - row.count("") > _MOST_CELLS:
            continue
        numberless = not any(_has_digits(row[column]) for column in match.phones)
        for column, cell in enumerate(row):
            if column not in match.phones and _has_digits(cell) and (numberless or _has_letters(cell)):
                yield from ((at, number) for number in book.every_number(cell, region))


def _has_letters(cell: str) -> bool:
    return cell.lower() != cell.upper()


def _has_digits(cell: str) -> bool:
    return len(cell) >= _FEWEST_DIGITS and sum(map(str.isdecimal, cell)) >= _FEWEST_DIGITS


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
