"""The cells of a sheet, as calamine gives them, as text: each as it was typed, and merged cells in all of their rows.

Run within the child process (workbook_child), which loads it by its path: it imports nothing of the program.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from python_calamine import CalamineSheet

    Shown = tuple[int, int, Callable[[str], str]]
    """The row and column of a cell, from 0, and what makes the text that is shown of its digits."""


def text_rows(sheet: CalamineSheet, shown: Iterable[Shown]) -> Iterator[list[str]]:
    """Walk a sheet's rows as text; `shown` are its numbers that show more than their digits, from top to bottom."""
    # calamine leaves out the columns before the first filled one, but not the rows
    before = [""] * (sheet.start[1] if sheet.start is not None else 0)
    rows = (before + row for row in sheet.iter_rows()) if before else sheet.iter_rows()
    for cells in _as_shown(rows, iter(shown)):
        for column, cell in enumerate(cells):  # most are text already, so that a new list would cost as much again
            if type(cell) is not str:
                cells[column] = text(cell)
        yield cells


def _as_shown(rows: Iterable[list[Any]], shown: Iterator[Shown]) -> Iterable[list[Any]]:
    first = next(shown, None)
    return rows if first is None else _with_shown(rows, first, shown)


def _with_shown(rows: Iterable[list[Any]], first: Shown, others: Iterator[Shown]) -> Iterator[list[Any]]:
    ahead: Shown | None = first
    for at, cells in enumerate(rows):
        while ahead is not None and ahead[0] <= at:
            _, column, show = ahead
            if column < len(cells) and type(cells[column]) in {float, int}:
                cells[column] = show(text(cells[column]))
            ahead = next(others, None)
        yield cells


def text(cell: object) -> str:
    """Return a cell as it was typed: whole numbers without fraction or exponent, dates in ISO form."""
    if type(cell) is float:
        typed = repr(cell)
        if "e" in typed:
            typed = format(Decimal(typed), "f")
        return typed.removesuffix(".0")
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ").removesuffix(" 00:00:00")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return _duration(cell) if isinstance(cell, timedelta) else str(cell)


def _duration(span: timedelta) -> str:
    minutes, seconds = divmod(round(abs(span.total_seconds())), 60)
    return f"{'-' if span < timedelta() else ''}{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def merged_downwards(sheet: CalamineSheet) -> dict[int, list[tuple[int, int]]]:
    """Return the cells that are merged with those below them: first row → column and last row."""
    found: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if left == right and bottom > top:
            found.setdefault(top, []).append((left, bottom))
    return found


def fill_merged(
    cells: list[str], at: int, merged: dict[int, list[tuple[int, int]]], carried: dict[int, tuple[str, int]]
) -> None:
    """Write what stands in a merged cell into each of its rows that holds something else."""
    for column, (value, last) in list(carried.items()):
        if at > last:
            del carried[column]
        elif column < len(cells) and not cells[column] and any(cells):
            cells[column] = value
    for column, last in merged.get(at, ()):
        if column < len(cells) and cells[column]:
            carried[column] = (cells[column], last)
