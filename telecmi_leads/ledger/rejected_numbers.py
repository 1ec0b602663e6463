"""Rejected numbers by what stood in the cell: the only way to find again what is no number."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import msgspec

from telecmi_leads.core.lead import TableInfo

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from telecmi_leads.core.lead import LeftOutRow

_MARK = "?"
"""Keeps what was typed apart from E.164 digits among the hashes."""


def as_typed(text: str) -> str:
    """Return what a cell is recognised by, whatever its punctuation, spaces and case; "" for one without a letter."""
    folded = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text))).casefold()
    return folded and f"{_MARK}{folded}"


def typed_in(row: LeftOutRow, tables: Sequence[TableInfo]) -> str:
    """Return what stood, as `as_typed` has it, in the cell for which a row was rejected; "" where none was at fault."""
    if not row.column or not 0 <= row.table < len(tables):
        return ""
    header = tables[row.table].header
    at = header.index(row.column) if row.column in header else len(row.cells)
    return as_typed(row.cells[at]) if at < len(row.cells) else ""


def tables_of(connection: sqlite3.Connection, seq: int) -> list[TableInfo]:
    """Return the tables of the run with this row number. Raises msgspec.MsgspecError for a damaged one."""
    rows = connection.execute("SELECT info FROM tables WHERE run = ? ORDER BY position", (seq,))
    return [msgspec.json.decode(info, type=TableInfo) for (info,) in rows]
