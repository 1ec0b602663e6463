"""What reading hands on: a file, its sheets, and their cells in blocks of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telecmi_leads.core.lead import RowBlock
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
