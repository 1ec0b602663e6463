"""What reading hands on: a file, its sheets, and their cells in blocks of rows."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

from msgspec import Struct, field

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.core.lead import RowBlock
from telecmi_leads.core.text import safe
from telecmi_leads.files.bounds import BLOCK_CELLS, BLOCK_CHARACTERS, BLOCK_ROWS, MAX_CELL, MAX_KEYS, CellBudget, beyond

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from telecmi_leads.files.encoding import TextFile
    from telecmi_leads.settings.option_values import FileFormat


class Sheet(Struct, frozen=True):
    """A grid of text cells, to be read once, in order, in flat memory.

    `name` is the sheet's, None where the format has no sheets. `encoding` is named as people know it
    ("UTF-8 with BOM", "Windows-1252"), None where the format says it itself. `delimiter` is the character, None
    where there is none. `keys` are the column names where the format gives them (JSON keys, vCard properties):
    then no row is a header. `hidden_rows` are rows that a filter hides: they are among those read. `notes` say what a
    user should know of how the sheet was read. `titles` stand above it in a web page, and in no row. `blocks` raises
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
    hidden_rows: int = 0
    titles: tuple[str, ...] = ()


class Source(Struct, frozen=True):
    """One file: `file` is its name as shown, `sheets` come one after the other.

    A sheet must be read to its end, or left alone, before the next is asked for. `hidden` are the names of the hidden
    sheets that are read, `unread` those of the sheets, tables and lists that are not: of a text they are all there once
    its sheets are read.
    """

    file: str
    format: FileFormat
    notes: tuple[str, ...]
    sheets: Iterator[Sheet]
    hidden: Sequence[str] = ()
    unread: Sequence[str] = ()


class SheetsTold(Struct):
    """What the reader of a text tells of its sheets as it comes to them: Source's `hidden` and `unread`."""

    hidden: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


class MissingSheet(SourceUnreadable):
    """--sheet names a sheet, table or list that is not in the file; `there` are the names of those that are."""

    def __init__(self, message: str, *, hint: str, there: tuple[str, ...]) -> None:
        super().__init__(message, hint=hint)
        self.there = there


def missing_sheets(file: str, what: str, wanted: Iterable[str], names: Iterable[str]) -> None:
    """Raise SourceUnreadable where a wanted sheet, table or list (`what`) is not among those that there are."""
    there = dict.fromkeys(names)
    for name in wanted:
        if name not in there:
            has = ", ".join(safe(each, 80) for each in islice(there, _NAMED)) + (", …" if len(there) > _NAMED else "")
            hint = f"Its {what}s are: {has}." if there else f"It has no {what} with a name: remove --sheet."
            raise MissingSheet(f"{file} has no {what} {safe(name)}.", hint=hint, there=tuple(there))


_NAMED = 40


class Batch(Struct, frozen=True):
    """Some records: each row has a cell for each of `keys`, or none at all where the record is blank."""

    keys: tuple[str, ...]
    rows: list[list[str]]


def batches_of(records: Iterable[dict[str, str]], place: str) -> Iterator[Batch]:
    """Make batches of records that may have different names, each bounded in cells.

    Raises SourceUnreadable past MAX_KEYS in one batch.
    """
    taken: list[dict[str, str]] = []
    keys: dict[str, None] = {}
    for record in records:
        more = dict.fromkeys(record)
        if taken and len(keys | more if more.keys() - keys.keys() else keys) * (len(taken) + 1) > BLOCK_CELLS:
            yield _batch(taken, tuple(keys))
            taken, keys = [], {}
        keys |= more
        taken.append(record)
        if len(keys) > MAX_KEYS:
            raise _too_many_keys(place)
    if taken:
        yield _batch(taken, tuple(keys))


def _batch(records: list[dict[str, str]], keys: tuple[str, ...]) -> Batch:
    return Batch(keys, [[record.get(key, "") for key in keys] if record else [] for record in records])


def _too_many_keys(place: str) -> SourceUnreadable:
    return beyond(place, f"its records have more than {MAX_KEYS:,} different names of fields")


def record_sheets(
    batches: Iterator[Batch], file: TextFile, format_: FileFormat, notes: tuple[str, ...], name: str | None = None
) -> Iterator[Sheet]:
    """Make sheets of batches of records, all of one name. Raises SourceUnreadable past MAX_KEYS."""
    records = _Records(batches, file)
    while records.waiting:
        yield Sheet(
            file=file.name,
            format=format_,
            name=name,
            encoding=file.encoding.label,
            delimiter=None,
            keys=records.keys,
            notes=(*file.encoding.notes, *notes),
            blocks=records.blocks(),
        )


class _Records:
    """The records of a file; `keys` are the columns so far, `waiting` the rows not handed on yet."""

    def __init__(self, batches: Iterator[Batch], file: TextFile) -> None:
        self.keys: tuple[str, ...] = ()
        self.waiting: list[list[str]] = []
        self._batches = batches
        self._name = file.name
        self._budget = CellBudget(file.name, file.size)
        self._row = 1
        self._held: Batch | None = None
        self._advance()

    def blocks(self) -> Iterator[RowBlock]:
        """Hand on blocks of rows until the columns change."""
        keys = self.keys
        step = max(1, min(BLOCK_ROWS, BLOCK_CELLS // max(len(keys), 1)))
        rest: list[list[str]] = []
        while self.waiting and keys is self.keys:
            rows, self.waiting = rest + self.waiting, []
            while len(rows) >= step:  # before more is read, which takes the memory of these rows then
                yield self._block(rows[:step])
                del rows[:step]
            rest = rows
            self._advance()
            # What does not fill a block waits for the next rows, unless these have other columns or are long.
            if rest and not (self.waiting and keys is self.keys and self._held is None):
                yield self._block(rest)
                rest = []

    def _block(self, rows: list[list[str]]) -> RowBlock:
        block = RowBlock(self._row, rows)
        self._row += len(rows)
        return block

    def _advance(self) -> None:
        taken: list[Batch] = []
        names = dict.fromkeys(self.keys)
        rows = characters = 0
        while rows < BLOCK_ROWS:
            batch = self._held or next(self._batches, None)
            self._held = None
            if batch is None:
                break
            wider = names if batch.keys == self.keys else names | dict.fromkeys(batch.keys)
            if len(wider) > MAX_KEYS:
                raise _too_many_keys(self._name)
            rows += len(batch.rows)
            characters += _characters(batch, self._name)
            if taken and (rows * len(wider) > BLOCK_CELLS or characters > BLOCK_CHARACTERS):
                self._held = batch
                break
            names = wider
            taken.append(batch)
        self._budget.spend(sum(len(batch.rows) for batch in taken) * len(names))
        if len(names) > len(self.keys):
            self.keys = tuple(names)
        self.waiting = list(chain.from_iterable(_aligned(batch, self.keys) for batch in taken))


def _characters(batch: Batch, place: str) -> int:
    """Count the characters of few rows, which may be long; many come of a piece of text that is bounded already.

    Raises SourceUnreadable for a cell that is longer than any.
    """
    if len(batch.rows) >= _FEW_ROWS:
        return 0
    sizes = [len(cell) for row in batch.rows for cell in row]
    if max(sizes, default=0) > MAX_CELL:
        raise beyond(place, f"a cell of more than {MAX_CELL:,} characters")
    return sum(sizes)


_FEW_ROWS = 64


def _aligned(batch: Batch, keys: tuple[str, ...]) -> Iterable[list[str]]:
    """Return a batch's rows with a cell for each of `keys`."""
    if batch.keys == keys:
        return batch.rows
    places = {key: place for place, key in enumerate(batch.keys)}
    order = [places.get(key, len(places)) for key in keys]  # what is not there is the empty cell after the last
    return ([cells[place] for place in order] if row else [] for row in batch.rows for cells in ([*row, ""],))
