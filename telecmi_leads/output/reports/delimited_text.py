"""Rows as delimited text for a spreadsheet: in the delimiter and encoding of the input, and with nothing that runs."""

from __future__ import annotations

import codecs
import csv
import io
import re
from itertools import groupby
from typing import IO, TYPE_CHECKING

from msgspec import Struct

from telecmi_leads.core.text import defuse, may_run

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from telecmi_leads.core.lead import TableInfo

_OFTEN = 4  # a cell that comes so often is looked at once
_BY_NAME = {"Shift JIS": "cp932", "UTF-8 with BOM": "utf-8"}
_CODE_PAGE = re.compile(r"(?:Windows-|DOS )(\d+)")
_MARKS = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}


class Dialect(Struct, frozen=True):
    """A delimiter, and a codec that writes no byte-order mark by itself; `mark` is the one the file begins with."""

    delimiter: str = ","
    codec: str = "utf-8"

    @property
    def mark(self) -> bytes:
        """What the file begins with: Excel needs it to see that a file is Unicode."""
        return _MARKS.get(self.codec, b"")


def dialect_of(table: TableInfo) -> Dialect:
    """Return the dialect to write a table's rows in: its own, or comma and UTF-8 where it has none."""
    return Dialect(table.delimiter or ",", _codec(table.encoding or ""))


def _codec(label: str) -> str:
    page = _CODE_PAGE.fullmatch(label)
    # Labels are written for people ("Windows-1252", "DOS 850"): Python has the same code pages under other names.
    for name in (_BY_NAME.get(label), f"cp{page[1]}" if page else None, label, label.replace(" ", "")):
        try:
            if name:
                return codecs.lookup(name).name
        except LookupError:
            continue
    return "utf-8"


def encode_rows(rows: Iterable[Sequence[str]], dialect: Dialect) -> bytes:
    r"""Return rows as delimited text, every cell defused.

    Characters that the encoding lacks, and lone surrogates, are written as `\u...`.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=dialect.delimiter)
    # Defused here, below all callers: no file that is written for a spreadsheet can miss it.
    for _, alike in groupby(rows, len):
        writer.writerows(zip(*map(_defused, zip(*alike, strict=True)), strict=True))
    return text.getvalue().encode(dialect.codec, "backslashreplace")


def _defused(column: Sequence[str]) -> Sequence[str]:
    """Return the cells of a column as nothing that runs, by a look at the whole where that will do."""
    distinct = set(column)
    if len(distinct) * _OFTEN > len(column):
        return [cell if cell.isdecimal() else defuse(cell) for cell in column] if may_run(column) else column
    # Reasons and tips, countries and sources are the same in most rows.
    return list(map({cell: defuse(cell) for cell in distinct}.__getitem__, column))


def write_rows(file: IO[bytes], rows: Iterable[Sequence[str]], dialect: Dialect, *, start: bool = False) -> None:
    """Write rows to a file, after the byte-order mark where it is the file's start."""
    if start:
        file.write(dialect.mark)
    file.write(encode_rows(rows, dialect))
