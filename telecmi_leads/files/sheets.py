"""What reading hands on: a file, its sheets, and their cells in blocks of rows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.core.lead import RowBlock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from telecmi_leads.files.encoding import TextFile
    from telecmi_leads.settings.options import FileFormat


BLOCK_ROWS = 1024
"""Rows a block: enough to work on whole columns, few enough for the processor's cache (4096 cost a quarter more)."""

MAX_CELL = 1024 * 1024
"""Characters a cell may have. Excel allows 32,767; more than a million is a damaged file."""

MAX_COLUMNS = 16_384
"""Columns a table may have: as many as Excel's widest sheet (column XFD)."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A grid of text cells, to be read once, in order, in flat memory.

    `name` is the sheet's, None where the format has no sheets. `encoding` is named as people know it
    ("UTF-8 with BOM", "Windows-1252"), None where the format says it itself. `delimiter` is the character, None
    where there is none. `keys` are the column names where the format gives them (JSON keys, vCard properties):
    then no row is a header. `notes` say what a user should know of how the sheet was read. `blocks` raises
    SourceUnreadable where the file turns out damaged.
    """

    file: str
    format: FileFormat
    name: str | None
    encoding: str | None
    delimiter: str | None
    keys: tuple[str, ...] | None
    notes: tuple[str, ...]
    blocks: Iterator[RowBlock]


@dataclass(frozen=True, slots=True)
class Source:
    """One file: `file` is its name as shown, `size` its bytes as stored, `sheets` come one after the other.

    A sheet must be read to its end, or left alone, before the next is asked for.
    """

    file: str
    format: FileFormat
    size: int | None
    notes: tuple[str, ...]
    sheets: Iterator[Sheet]


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
