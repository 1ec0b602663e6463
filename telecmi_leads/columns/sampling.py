"""The rows to judge columns by: the first below a header, read ahead of all others and handed out again."""

from __future__ import annotations

from collections import deque
from itertools import chain, islice
from typing import TYPE_CHECKING

from telecmi_leads.files.bounds import BLOCK_CHARACTERS, BLOCK_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from telecmi_leads.core.lead import RowBlock

SAMPLE_ROWS = 200
"""So many rows that are not blank are enough to judge columns by."""

_LONGEST_SAMPLED = 2000
_READ_AHEAD = 4 * BLOCK_CHARACTERS  # 200 rows of the longest would take all the memory there is
_ROWS_AHEAD = 4 * BLOCK_ROWS  # so would blank rows without an end


def sample_of(rows: Iterable[list[str]]) -> list[list[str]]:
    """Return the first rows to judge columns by; no number, name or address is as long as the cells that are cut."""
    filled = islice((row for row in rows if any(map(str.strip, row))), SAMPLE_ROWS)
    return [
        row if max(map(len, row)) <= _LONGEST_SAMPLED else [cell[:_LONGEST_SAMPLED] for cell in row] for row in filled
    ]


def first_blocks(blocks: Iterator[RowBlock]) -> list[RowBlock]:
    """Read ahead until there are rows enough to judge by; blocks of blank rows at the top are left out."""
    first: list[RowBlock] = []
    filled = characters = 0
    for block in blocks:
        filled += sum(1 for row in block.rows if any(map(str.strip, row)))
        characters += _characters(block)
        if filled:
            first.append(block)
        if filled >= SAMPLE_ROWS or (filled and characters > _READ_AHEAD):
            break
    return first


class BlocksAhead:
    """A table's blocks, in order, with a look at the rows behind the one that was handed out last."""

    __slots__ = ("_ahead", "_blocks", "_characters", "_rows")

    def __init__(self, blocks: Iterator[RowBlock]) -> None:
        self._blocks = blocks
        self._ahead: deque[RowBlock] = deque()
        self._characters = self._rows = 0

    def __iter__(self) -> Iterator[RowBlock]:
        return self

    def __next__(self) -> RowBlock:
        if not self._ahead:
            self._characters = self._rows = 0
            return next(self._blocks)
        return self._ahead.popleft()

    def sample_below(self, rows: Iterable[list[str]]) -> list[list[str]]:
        """Return a sample of these rows, with which the last block ends, and of those that come behind them."""
        return sample_of(chain(rows, self._behind()))

    def at_end(self) -> bool:
        """Tell whether only blank rows, if any, come behind the block that was handed out last."""
        return not any(any(map(str.strip, row)) for row in self._behind())

    def _behind(self) -> Iterator[list[str]]:
        for block in self._ahead:
            yield from block.rows
        if self._is_far_ahead():
            return
        for block in self._blocks:
            self._ahead.append(block)
            self._characters += _characters(block)
            self._rows += len(block.rows)
            yield from block.rows
            if self._is_far_ahead():
                return

    def _is_far_ahead(self) -> bool:
        return self._characters > _READ_AHEAD or self._rows > _ROWS_AHEAD


def _characters(block: RowBlock) -> int:
    return sum(map(len, chain.from_iterable(block.rows)))
