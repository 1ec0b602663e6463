"""Records with named cells (JSON objects, contacts) → sheets.

The columns are those of the first records. Where later ones bring columns of their own, a new sheet begins that has
all columns so far, so that no cell is lost and nothing need be read ahead.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.core.lead import RowBlock
from telecmi_leads.files.sheets import BLOCK_ROWS, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from telecmi_leads.files.encoding import TextFile
    from telecmi_leads.settings.options import FileFormat

MAX_KEYS = 2048
"""Different names in one file; more are data in the place of names."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some records: each row has a cell for each of `keys`, or none at all where the record is blank."""

    keys: tuple[str, ...]
    rows: list[list[str]]


def batch_of(records: Sequence[dict[str, str]]) -> Batch:
    """Make a batch of records that may have different names."""
    keys = tuple(dict.fromkeys(chain.from_iterable(records)))
    return Batch(keys, [[record.get(key, "") for key in keys] if record else [] for record in records])


def record_sheets(
    batches: Iterator[Batch], file: TextFile, format_: FileFormat, notes: tuple[str, ...]
) -> Iterator[Sheet]:
    """Make sheets of batches of records. Raises SourceUnreadable past MAX_KEYS."""
    records = _Records(batches, file.name)
    while records.waiting:
        yield Sheet(
            file=file.name,
            format=format_,
            name=None,
            encoding=file.encoding.label,
            delimiter=None,
            keys=records.keys,
            notes=(*file.encoding.notes, *notes),
            blocks=records.blocks(),
        )


class _Records:
    """The records of a file; `keys` are the columns so far, `waiting` the rows not handed on yet."""

    def __init__(self, batches: Iterator[Batch], name: str) -> None:
        self.keys: tuple[str, ...] = ()
        self.waiting: list[list[str]] = []
        self._batches = batches
        self._name = name
        self._row = 1
        self._advance()

    def blocks(self) -> Iterator[RowBlock]:
        """Hand on blocks of rows until the columns change."""
        keys = self.keys
        while self.waiting and keys is self.keys:
            rows = self.waiting
            self._advance()
            for at in range(0, len(rows), BLOCK_ROWS):
                block = RowBlock(self._row, rows[at : at + BLOCK_ROWS])
                self._row += len(block.rows)
                yield block

    def _advance(self) -> None:
        taken: list[Batch] = []
        while sum(len(batch.rows) for batch in taken) < BLOCK_ROWS:
            batch = next(self._batches, None)
            if batch is None:
                break
            taken.append(batch)
        if any(batch.keys != self.keys for batch in taken):
            names = dict.fromkeys(chain(self.keys, *(batch.keys for batch in taken)))
            if len(names) > MAX_KEYS:
                raise SourceUnreadable(
                    f"{self._name}: its records have more than {MAX_KEYS:,} different names.",
                    hint="Export a list of records that all have the same fields.",
                )
            if len(names) > len(self.keys):
                self.keys = tuple(names)
        self.waiting = list(chain.from_iterable(_aligned(batch, self.keys) for batch in taken))


def _aligned(batch: Batch, keys: tuple[str, ...]) -> Iterable[list[str]]:
    """Return a batch's rows with a cell for each of `keys`."""
    if batch.keys == keys:
        return batch.rows
    places = {key: place for place, key in enumerate(batch.keys)}
    order = [places.get(key, len(places)) for key in keys]  # what is not there is the empty cell after the last
    return ([cells[place] for place in order] if row else [] for row in batch.rows for cells in ([*row, ""],))
