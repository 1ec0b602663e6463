"""The tables of a web page → sheets."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

from telecmi_leads.models import RowBlock
from telecmi_leads.options import FileFormat
from telecmi_leads.reading.source import BLOCK_ROWS, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telecmi_leads.reading.encoding import TextFile

_PIECE = 64 * 1024
_MAX_SPAN = 100


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._open: list[list[list[str]]] = []
        self._cell: list[str] | None = None
        self._span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._open.append([])
            self.tables.append(self._open[-1])
        elif not self._open:
            return
        elif tag == "tr":
            self._end_cell()
            self._open[-1].append([])
        elif tag in {"td", "th"}:
            self._end_cell()
            span = dict(attrs).get("colspan") or "1"
            self._span = min(int(span), _MAX_SPAN) if span.isascii() and span.isdigit() else 1
            self._cell = []
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th", "tr"}:
            self._end_cell()
        elif tag == "table" and self._open:
            self._end_cell()
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(" ".join(data.split()))

    def _end_cell(self) -> None:
        if self._cell is None or not self._open:
            return
        if not self._open[-1]:
            self._open[-1].append([])
        self._open[-1][-1] += ["".join(self._cell).strip(), *[""] * (self._span - 1)]
        self._cell = None


def read_html(file: TextFile) -> Iterator[Sheet]:
    """Read the tables of a web page; each that has rows is a sheet."""
    parser = _Tables()
    text = file.open(by_lines=False)
    while piece := text.read(_PIECE):
        parser.feed(piece)
    parser.close()
    tables = [table for table in parser.tables if table]
    for number, table in enumerate(tables, 1):
        yield Sheet(
            file=file.name,
            format=FileFormat.HTML,
            name=f"table {number}" if len(tables) > 1 else None,
            encoding=file.encoding.label,
            delimiter=None,
            keys=None,
            notes=(),
            blocks=(RowBlock(at + 1, table[at : at + BLOCK_ROWS]) for at in range(0, len(table), BLOCK_ROWS)),
        )
