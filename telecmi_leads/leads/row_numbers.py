"""Which cell of a row gives its number, and for which region it is read.

The columns that may hold a number are asked in order of preference, row by row: the first cell with a good
number wins, and only rows without one ask the next column.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING

from telecmi_leads.columns import line_rank
from telecmi_leads.core.lead_fields import Field
from telecmi_leads.core.reasons import Reason, Repair
from telecmi_leads.phones import region_of_country, region_of_dial_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from telecmi_leads.columns import ColumnPlan
    from telecmi_leads.phones import PhoneBook, Ruling


class Grid:
    """Rows that all have `width` cells, and the same cells by column."""

    __slots__ = ("columns", "rows")

    def __init__(self, rows: list[list[str]], width: int) -> None:
        self.rows = rows
        self.columns: list[Sequence[str]] = list(zip(*rows, strict=True)) if rows else [()] * width

    def only(self, at: Sequence[int]) -> Grid:
        """Return the rows at these indexes, which run upwards, as a grid of their own."""
        if len(at) == len(self.rows):
            return self
        return Grid([self.rows[index] for index in at], len(self.columns))


def leveled(rows: list[list[str]], width: int) -> tuple[Grid, list[int]]:
    """Give all rows one width; returns them and the indexes of rows whose surplus cells hold something."""
    if all(len(row) == width for row in rows):
        return Grid(rows, width), []
    overfull = [index for index, row in enumerate(rows) if len(row) > width and any(map(str.strip, row[width:]))]
    return Grid([row[:width] + [""] * (width - len(row)) for row in rows], width), overfull


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row can't be used, and the index of the column at fault where there is one."""

    reason: Reason
    column: int | None = None


@dataclass(slots=True)
class RowNumbers:
    """E.164 digits for each row, "" where there is none; for those rows the fault, by index; repairs by kind.

    `rulings` are those on the numbers, for `PhoneBook.profiles`.
    """

    numbers: list[str]
    rulings: list[Ruling]
    faults: dict[int, Fault] = field(default_factory=dict)
    repairs: Counter[str] = field(default_factory=Counter)

    def reject(self, index: int, reason: Reason) -> None:
        """Take a row's number away: something else is wrong with the row."""
        self.numbers[index] = ""
        self.faults[index] = Fault(reason)

    def take(self, index: int) -> str:
        """Take a row out, with its fault where it has one; return its number, "" where it has none."""
        number, self.numbers[index] = self.numbers[index], ""
        self.faults.pop(index, None)
        return number


def find_numbers(grid: Grid, plan: ColumnPlan, book: PhoneBook, region: str | None) -> RowNumbers:
    """Return each row's number; `region` is for rows that name none."""
    everywhere = range(len(grid.rows))
    template = plan.templates.get(Field.PHONE)
    if template is not None:
        made = [template.render(row) for row in grid.rows]
        answer = book.column(made, row_regions(grid, everywhere, plan, region))
        return RowNumbers(
            answer.numbers,
            answer.rulings,
            {at: Fault(why) for at, why in answer.faults.items()},
            Counter(answer.repairs),
        )
    grid, moved = _by_label(grid, plan) if plan.labels else (grid, {})
    found = RowNumbers([""] * len(everywhere), [])
    waiting: Sequence[int] = everywhere
    for place, column in enumerate(plan.phones):
        cells = grid.columns[column]
        # Alternates are empty in most rows; those cells need no look.
        asked = [index for index in waiting if cells[index]] if place else waiting
        if asked:
            _ask(found, grid, column, asked, book, regions=row_regions(grid, asked, plan, region), alternate=place > 0)
        if place == 0 and not found.faults:
            return found
        waiting = [index for index in waiting if not found.numbers[index]]
    for index in waiting:
        found.faults.setdefault(index, Fault(Reason.NO_PHONE, plan.phones[0] if plan.phones else None))
    for index in moved.keys() & found.faults.keys():
        fault = found.faults[index]
        if fault.column is not None:
            found.faults[index] = Fault(fault.reason, moved[index].get(fault.column, fault.column))
    return found


def _by_label(grid: Grid, plan: ColumnPlan) -> tuple[Grid, dict[int, dict[int, int]]]:
    """Sort each row's numbers as their labels say: mobiles first, and nothing where the line is a fax.

    Returns the rows and, by index, for each one that is changed, where the cell in a column comes from.
    """
    columns = [column for column in plan.phones if column in plan.labels]
    sorted_rows = list(grid.rows)
    moved: dict[int, dict[int, int]] = {}
    for index, row in enumerate(grid.rows):
        ranks = [line_rank(row[plan.labels[column]]) for column in columns]
        ranked = [(rank, column) for rank, column in zip(ranks, columns, strict=True) if rank is not None]
        order = [column for _, column in sorted(ranked, key=itemgetter(0))]
        if order != columns:
            sorted_rows[index] = changed = list(row)
            for to in columns:
                changed[to] = ""
            moved[index] = dict(zip(columns, order, strict=False))
            for to, origin in moved[index].items():
                changed[to] = row[origin]
    return Grid(sorted_rows, len(grid.columns)), moved


def _ask(  # noqa: PLR0913 - one question to one column
    found: RowNumbers,
    grid: Grid,
    column: int,
    asked: Sequence[int],
    book: PhoneBook,
    *,
    regions: list[str | None] | str | None,
    alternate: bool,
) -> None:
    answer = book.column(_taken(grid.columns[column], asked), regions)
    found.repairs.update(answer.repairs)
    if not alternate:
        found.numbers, found.rulings = answer.numbers, answer.rulings
        found.faults = {index: Fault(reason, column) for index, reason in answer.faults.items()}
        return
    for position, index in enumerate(asked):
        number = answer.numbers[position]
        if number:
            found.numbers[index], found.rulings[index] = number, answer.rulings[position]
            found.faults.pop(index, None)
            found.repairs[Repair.OTHER_COLUMN] += 1
        elif found.faults[index].reason is Reason.NO_PHONE:
            found.faults[index] = Fault(answer.faults[position], column)


def row_regions(grid: Grid, at: Sequence[int], plan: ColumnPlan, region: str | None) -> list[str | None] | str | None:
    """Return each row's region: its dial code's, else its country's, else `region`; one where all have the same."""
    regions: list[str | None] | None = None
    for source, region_of in ((Field.COUNTRY, region_of_country), (Field.DIALCODE, region_of_dial_code)):
        for cells in _columns_of(grid, at, plan, source):
            known = {cell: region_of(cell) if cell else None for cell in set(cells)}
            defaults = regions if regions is not None else [region] * len(cells)
            regions = [known[cell] or default for cell, default in zip(cells, defaults, strict=True)]
    if regions is None:
        return region
    distinct = set(regions)
    return distinct.pop() if len(distinct) == 1 else regions


def _columns_of(grid: Grid, at: Sequence[int], plan: ColumnPlan, target: Field) -> Iterator[Sequence[str]]:
    """Yield the columns that feed a field, the least preferred first."""
    template = plan.templates.get(target)
    if template is not None:
        yield [template.render(grid.rows[index]) for index in at]
        return
    for column in reversed(plan.sources.get(target, ())):
        yield _taken(grid.columns[column], at)


def _taken(cells: Sequence[str], at: Sequence[int]) -> Sequence[str]:
    """Return the cells at these indexes, which run upwards."""
    return cells if len(at) == len(cells) else [cells[index] for index in at]
