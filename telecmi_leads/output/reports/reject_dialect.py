"""How a reject file is written: the delimiter and the encoding of the file its rows came from."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from telecmi_leads.core.text import defuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from telecmi_leads.core.lead import TableInfo

_BY_NAME = {"Shift JIS": "cp932", "UTF-8 with BOM": "utf-8"}
_CODE_PAGE = re.compile(r"(?:Windows-|DOS )(\d+)")
_MARKS = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}


@dataclass(frozen=True, slots=True)
class Dialect:
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
    csv.writer(text, delimiter=dialect.delimiter).writerows([list(map(defuse, row)) for row in rows])
    return text.getvalue().encode(dialect.codec, "backslashreplace")


def write_rows(file: IO[bytes], rows: Iterable[Sequence[str]], dialect: Dialect, *, start: bool = False) -> None:
    """Write rows to a file, after the byte-order mark where it is the file's start."""
    if start:
        file.write(dialect.mark)
    file.write(encode_rows(rows, dialect))
