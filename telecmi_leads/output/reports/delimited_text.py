"""Rows as delimited text for a spreadsheet: in the input's delimiter, in Unicode, and with nothing that runs.

A code page has no mark: which one it is would be guessed anew, from the few rows that were rejected and by whatever
program opens the file. What came in a code page is therefore written as UTF-8 with a byte-order mark, which this
program and Excel tell at once, and which lacks no character that is typed into it.
"""

from __future__ import annotations

import codecs
import csv
import io
from itertools import groupby
from typing import IO, TYPE_CHECKING

from msgspec import Struct

from telecmi_leads.core.formulas import defuse, may_run
from telecmi_leads.files.delimiters import CANDIDATES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from telecmi_leads.core.lead import TableInfo

_OFTEN = 4  # a cell that comes so often is looked at once
_MARKS = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}
_KEPT = frozenset({"UTF-16 LE", "UTF-16 BE", "UTF-32 LE", "UTF-32 BE"})


class Dialect(Struct, frozen=True):
    """A delimiter, and a codec that writes no byte-order mark by itself; `mark` is the one the file begins with."""

    delimiter: str = ","
    codec: str = "utf-8"

    @property
    def mark(self) -> bytes:
        """What the file begins with: Excel needs it to see that a file is Unicode."""
        return _MARKS.get(self.codec, b"")


def dialect_of(table: TableInfo) -> Dialect:
    """Return the dialect to write a table's rows in, which reads back surely.

    It has the table's own delimiter, a comma where the table has none or one that only its `sep=` line or chance told,
    and UTF-8, or the table's own encoding where that is a wider Unicode.
    """
    delimiter = table.delimiter if table.delimiter and table.delimiter in CANDIDATES else ","
    return Dialect(delimiter, table.encoding.lower().replace(" ", "-") if table.encoding in _KEPT else "utf-8")


def encode_rows(rows: Iterable[Sequence[str]], dialect: Dialect) -> bytes:
    r"""Return rows as delimited text, every cell defused.

    Lone surrogates, which no encoding has, are written as `\u...`.
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
