"""Rows that did not become leads, packed: a million of them cost the ledger some megabytes.

A lone surrogate, which JSON can smuggle into a cell and no encoding can write, is kept as U+FFFD.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from typing import TYPE_CHECKING

import msgspec

from telecmi_leads.core.lead import LeftOutKind, LeftOutRow, TableInfo

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence


_FASTEST = 1
_NO_PHONE_KEPT = frozenset({LeftOutKind.DUPLICATE, LeftOutKind.ALREADY_UPLOADED})
"""Heaps whose numbers are known otherwise: the first row of the number is a lead, or its hash is kept."""


class _Columns(msgspec.Struct, frozen=True, array_like=True):
    """A block of rows of one heap, column by column; a column without content is empty."""

    tables: list[int]
    rows: list[int]
    codes: list[str]
    columns: list[str]
    phones: list[str]
    cells: list[tuple[str, ...]]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Columns)


def pack(rows: Sequence[LeftOutRow]) -> dict[LeftOutKind, tuple[int, bytes]]:
    """Return for each heap how many of the rows lie on it, and these rows as one blob."""
    heaps: dict[LeftOutKind, list[LeftOutRow]] = {}
    for row in rows:
        heaps.setdefault(row.kind, []).append(row)
    return {kind: (len(heap), pack_heap(kind, heap)) for kind, heap in heaps.items()}


def pack_heap(kind: LeftOutKind, heap: Sequence[LeftOutRow]) -> bytes:
    """Return rows of one heap as one blob."""
    phones = [] if kind in _NO_PHONE_KEPT else [row.phone for row in heap]
    cells = [row.cells for row in heap]
    columns = _Columns(
        tables=[row.table for row in heap],
        rows=[row.row for row in heap],
        codes=[row.code for row in heap],
        columns=[row.column for row in heap],
        phones=phones if any(phones) else [],
        cells=cells if any(cells) else [],
    )
    return zlib.compress(_encode(columns), _FASTEST)


def _encode(columns: _Columns) -> bytes:
    try:
        return _encoder.encode(columns)
    except UnicodeEncodeError:
        texts = {name: [writable(text) for text in getattr(columns, name)] for name in ("codes", "columns", "phones")}
        cells = [tuple(map(writable, each)) for each in columns.cells]
        return _encoder.encode(msgspec.structs.replace(columns, cells=cells, **texts))


def writable(text: str) -> str:
    """Return the text with lone surrogates replaced, so that it can be written as UTF-8."""
    return _SURROGATE.sub("\ufffd", text)


_SURROGATE = re.compile("[\ud800-\udfff]")


def unpack(kind: LeftOutKind, blob: bytes) -> Iterator[LeftOutRow]:
    """Yield the rows of a blob. Raises zlib.error, msgspec.MsgspecError or ValueError for a damaged one."""
    block = _decoder.decode(zlib.decompress(blob))
    count = len(block.rows)
    phones = block.phones or [""] * count
    cells = block.cells or [()] * count
    for table, row, code, column, phone, each in zip(
        block.tables, block.rows, block.codes, block.columns, phones, cells, strict=True
    ):
        yield LeftOutRow(table, row, kind, code, column, phone, each)


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
