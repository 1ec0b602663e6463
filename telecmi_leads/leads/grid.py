"""Rows brought to one width, to be looked at by rows or by columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


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
