"""Records with named cells (JSON objects, contacts) → sheets.

The columns are those of the first records. Where later ones bring columns of their own, a new sheet begins that has
all columns so far, so that no cell is lost and nothing need be read ahead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.errors import SourceUnreadable
from telecmi_leads.models import RowBlock
from telecmi_leads.reading.source import BLOCK_ROWS, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telecmi_leads.options import FileFormat
    from telecmi_leads.reading.encoding import TextFile

MAX_KEYS = 4096
"""Different names in one file; more are data in the place of names."""


def record_sheets(
    batches: Iterator[list[dict[str, str]]], file: TextFile, format_: FileFormat, notes: tuple[str, ...]
) -> Iterator[Sheet]:
    """Make sheets of batches of records; an empty record is a blank row. Raises SourceUnreadable past MAX_KEYS."""
    records = _Records(batches, file.name)
    while records.waiting:
        yield Sheet(
            file=file.name,
            format=format_,
            name=None,
            encoding=file.encoding.label,
            delimiter=None,
            keys=tuple(records.keys),
            notes=(*file.encoding.notes, *notes),
            blocks=records.blocks(),
        )


class _Records:
    """The records of a file; `keys` are the columns so far, `waiting` the records not handed on yet."""

    def __init__(self, batches: Iterator[list[dict[str, str]]], name: str) -> None:
        self.keys: list[str] = []
        self.waiting: list[dict[str, str]] = []
        self._batches = batches
        self._name = name
        self._row = 1
        self._advance()

    def blocks(self) -> Iterator[RowBlock]:
        """Hand on blocks of rows until the columns change."""
        keys = self.keys
        while self.waiting and keys is self.keys:
            yield RowBlock(self._row, [_row(record, keys) for record in self.waiting])
            self._row += len(self.waiting)
            self._advance()

    def _advance(self) -> None:
        self.waiting = []
        while len(self.waiting) < BLOCK_ROWS:
            batch = next(self._batches, None)
            if batch is None:
                break
            self.waiting += batch
        if any(list(record) != self.keys for record in self.waiting):
            names = dict.fromkeys(self.keys)
            for record in self.waiting:
                names |= dict.fromkeys(record)
            if len(names) > len(self.keys):
                self.keys = list(names)
        if len(self.keys) > MAX_KEYS:
            raise SourceUnreadable(
                f"{self._name}: its records have more than {MAX_KEYS:,} different names",
                hint="Export a list of records that all have the same fields.",
            )


def _row(record: dict[str, str], keys: list[str]) -> list[str]:
    if list(record) == keys:
        return list(record.values())
    return [record.get(key, "") for key in keys] if record else []
