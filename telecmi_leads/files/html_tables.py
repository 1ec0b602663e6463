"""The tables of a web page, or of an XML spreadsheet of Excel 2003 → sheets: what portals save as .xls.

Rows are handed on while the page is being read. A row that holds a table of its own is layout, and is left out.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.core.lead import RowBlock
from telecmi_leads.files.codepage import LABELS
from telecmi_leads.files.sheets import BLOCK_ROWS, MAX_CELL, MAX_COLUMNS, Sheet
from telecmi_leads.settings.options import FileFormat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telecmi_leads.files.encoding import TextFile

_PIECE = 256 * 1024
_REST = 4096
_PENDING = 1024 * 1024
_MAX_SPAN = 1000
_MAX_BLANK_ROWS = 1_048_576  # as many rows as a spreadsheet has
_LINE = "\v"  # marks where a line ends in a cell; a page's own line ends are blanks

_ROW = frozenset({"tr", "row", "ss:row"})
_CELL = frozenset({"td", "th", "cell", "ss:cell"})
_TABLE = frozenset({"table", "ss:table"})
_LINES = frozenset({"br", "p", "div", "li"})
_UNSEEN = frozenset({"script", "style", "comment", "ss:comment"})

_TEXT = re.compile(r"<(?=[^A-Za-z/!?])")  # begins no tag; the parser takes its time to find that out
_CHARSET = re.compile(r"(?:charset|encoding)\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_HEAD = 4096


@dataclass(slots=True)
class _Table:
    """A table that is being read.

    `rows` are counted, `row` has the cells so far, `cell` the pieces of text so far, `across` the columns the cell
    covers; `covered` tells, by column, the last row that a cell above reaches into.
    """

    number: int
    rows: int = 0
    row: list[str] | None = None
    cell: list[str] | None = None
    across: int = 1
    layout: bool = False
    covered: dict[int, int] = field(default_factory=dict)

    def begin_cell(self, place: int, across: int, down: int) -> None:
        """Begin a cell; `place` is its column where it says so, else 0."""
        if self.row is None:
            self.row = []
        self.row += [""] * (place - 1 - len(self.row))
        while self.covered.get(len(self.row), -1) >= self.rows:
            self.row.append("")
        if down > 1:
            self.covered |= dict.fromkeys(range(len(self.row), len(self.row) + across), self.rows + down - 1)
        self.cell, self.across = [], across

    def end_cell(self) -> None:
        """Put the cell into the row: its lines, without blank ones, each with single spaces."""
        if self.cell is not None and self.row is not None:
            lines = (" ".join(line.split()) for line in "".join(self.cell).split(_LINE))
            self.row += ["\n".join(filter(None, lines)), *[""] * (self.across - 1)]
        self.cell = None


class _Tables(HTMLParser):
    """Collects rows; `done` are those that are complete, each with its table's number."""

    def __init__(self, name: str) -> None:
        super().__init__(convert_charrefs=True)
        self.done: list[tuple[int, list[str]]] = []
        self._name = name
        self._count = 0
        self._open: list[_Table] = []
        self._unseen = False
        self._size = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _TABLE:
            if self._open:
                self._open[-1].layout = True
            self._count += 1
            self._open.append(_Table(self._count))
        elif tag in _UNSEEN:
            self._unseen = True
        elif self._open and tag in _ROW:
            self._end_row()
            self._begin_row(dict(attrs))
        elif self._open and tag in _CELL:
            self._begin_cell(dict(attrs))
        elif tag in _LINES:
            self.handle_data(_LINE)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if ":" in tag or tag in {"row", "cell"}:  # elsewhere in a page the slash means nothing
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = False
        elif self._open and tag in _CELL:
            self._open[-1].end_cell()
        elif self._open and tag in _ROW:
            self._end_row()
        elif self._open and tag in _TABLE:
            self._end_row()
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1].cell is not None and not self._unseen:
            self._open[-1].cell.append(data)
            self._size += len(data)
            if self._size > MAX_CELL:
                raise self._broken(f"a row has more than {MAX_CELL:,} characters")

    def end(self) -> None:
        """Take what is there at the end of a page whose last tags are missing."""
        if len(self.rawdata) < _REST:  # more is a tag that never ends, and costs the parser its square
            self.close()
        while self._open:
            self._end_row()
            self._open.pop()

    def check_pending(self) -> None:
        """Refuse a page of which a single tag or script would fill the memory."""
        if len(self.rawdata) > _PENDING:
            raise self._broken(f"a tag or script has more than {_PENDING >> 20} MB")

    def _begin_row(self, attributes: dict[str, str | None]) -> None:
        table = self._open[-1]
        blank = min(_number(attributes, "ss:index"), _MAX_BLANK_ROWS) - 1 - table.rows
        if blank > 0:  # an XML spreadsheet leaves blank rows out, and says so
            self.done += [(table.number, []) for _ in range(blank)]
            table.rows += blank
        table.row, table.layout = [], False

    def _begin_cell(self, attributes: dict[str, str | None]) -> None:
        table = self._open[-1]
        table.end_cell()
        across = _number(attributes, "colspan") or _number(attributes, "ss:mergeacross") + 1
        down = _number(attributes, "rowspan") or _number(attributes, "ss:mergedown") + 1
        table.begin_cell(_number(attributes, "ss:index"), min(across, _MAX_SPAN), down)
        if table.row is not None and len(table.row) > MAX_COLUMNS:
            raise self._broken(f"row {table.rows + 1:,} has more than {MAX_COLUMNS:,} columns")

    def _end_row(self) -> None:
        table = self._open[-1]
        table.end_cell()
        if table.row is not None and not table.layout:
            table.rows += 1
            self.done.append((table.number, table.row if any(table.row) else []))
        table.row = None
        self._size = 0

    def _broken(self, what: str) -> SourceUnreadable:
        return SourceUnreadable(
            f"{self._name}: {what}.", hint="It is damaged, or not what it looks like: export the leads as CSV."
        )


def _number(attributes: dict[str, str | None], name: str) -> int:
    text = attributes.get(name) or ""
    return min(int(text), MAX_COLUMNS) if text.isascii() and text.isdigit() and len(text) < 8 else 0  # noqa: PLR2004


def read_html(file: TextFile) -> Iterator[Sheet]:
    """Read a page's tables: each that has rows is a sheet. Raises SourceUnreadable for what is beyond all bounds."""
    file = _as_declared(file)
    for number, rows in groupby(_rows(file), itemgetter(0)):
        yield Sheet(
            file=file.name,
            format=FileFormat.HTML,
            name=None if number == 1 else f"table {number}",
            encoding=file.encoding.label,
            delimiter=None,
            keys=None,
            notes=file.encoding.notes,
            blocks=_blocks(map(itemgetter(1), rows)),
        )


def _as_declared(file: TextFile) -> TextFile:
    """Take the code page that the page itself names; what is valid UTF-8 or has a byte-order mark needs no name."""
    declared = _CHARSET.search(file.open(by_lines=False).read(_HEAD))
    if declared is None or file.encoding.codec.startswith("utf"):
        return file
    try:
        codec = codecs.lookup(declared[1]).name
        b"a".decode(codec)
    except (LookupError, UnicodeError):  # unknown, or no text encoding
        return file
    codec = {"iso8859-1": "cp1252", "latin-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}.get(codec, codec)
    label = LABELS.get(codec.replace("-", "_"), declared[1].upper())
    return replace(file, encoding=replace(file.encoding, codec=codec, label=label))


def _rows(file: TextFile) -> Iterator[tuple[int, list[str]]]:
    parser = _Tables(file.name)
    text = file.open(by_lines=False)
    while piece := text.read(_PIECE):
        parser.feed(_TEXT.sub("&lt;", piece.replace(_LINE, " ")))
        parser.check_pending()
        yield from parser.done
        parser.done.clear()
    parser.end()
    yield from parser.done


def _blocks(rows: Iterator[list[str]]) -> Iterator[RowBlock]:
    first_row = 1
    while block := list(islice(rows, BLOCK_ROWS)):
        yield RowBlock(first_row, block)
        first_row += len(block)
