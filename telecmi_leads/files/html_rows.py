"""A web page, or an XML spreadsheet of Excel 2003 → the rows of its tables, handed on while it is being read.

A row that holds a table of its own is layout, and is left out. What a browser would not show is not read: scripts,
templates, what is marked as hidden or not displayed.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from msgspec import Struct, field

from telecmi_leads.core.patterns import pattern
from telecmi_leads.files.bounds import MAX_CELL, MAX_COLUMNS, MAX_NESTING, MAX_SHEET_ROWS, CellBudget, beyond

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telecmi_leads.core.errors import SourceUnreadable
    from telecmi_leads.files.encoding import TextFile

_PIECE = 256 * 1024
_REST = 4096
_PENDING = 1024 * 1024
_CARRIED = 200  # characters of a merged cell that is written into each of its rows: a mark, a name, no prose
_LINE = "\v"  # marks where a line ends in a cell; a page's own line ends are blanks

_ROW = frozenset({"tr", "row", "ss:row"})
_CELL = frozenset({"td", "th", "cell", "ss:cell"})
_TABLE = frozenset({"table", "ss:table"})
_SHEET = frozenset({"worksheet", "ss:worksheet"})
_LINES = frozenset({"br", "p", "div", "li"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_TITLES = _HEADINGS | _LINES | {"caption", "center", "section", "article", "form", "hr", "tr", "td", "th"}
"""Where a text that stands in no cell begins or ends."""
_UNSEEN = frozenset({"script", "style", "template", "comment", "ss:comment", "datalist", "svg"})
_STRUCK = frozenset({"s", "strike", "del"})  # text that is struck through no longer counts
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
_NEVER_HIDDEN = _VOID | {"html", "body"}  # the latter are hidden until a script has run
_PARTS = frozenset({"thead", "tbody", "tfoot"})
# For a hidden cell, row or table, which end tags end it where its own is missing; others end with any of these.
_ENDED_BY = {
    **dict.fromkeys(_CELL, _ROW | _TABLE),
    **dict.fromkeys(_ROW | _PARTS, _TABLE),
    **dict.fromkeys(_TABLE, frozenset[str]()),
}
_STYLES = 64 * 1024  # characters of style sheets that are looked into

_TEXT = pattern(r"<(?=[^A-Za-z/!?])")  # begins no tag; the parser takes its time to find that out
_NOT_SHOWN = pattern(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all", re.IGNORECASE)
_RULE = pattern(r"([^{}]{1,500})\{([^{}]{0,4000})\}")
_CLASS = pattern(r"[\w-]*\.([\w-]+)")
_HEAD = 4096


class _Table(Struct):
    """A table that is being read.

    `rows` are counted, `row` has the cells so far, `cell` the pieces of text so far, `across` the columns the cell
    covers; `covered` tells, by column, the last row that a cell above reaches into. `carried` are the last row and the
    text of those that cover one column: it holds for each of their rows, as a spreadsheet's merged cell does.
    """

    number: int
    rows: int = 0
    row: list[str] | None = None
    cell: list[str] | None = None
    across: int = 1
    layout: bool = False
    covered: dict[int, int] = field(default_factory=dict)
    carried: dict[int, tuple[int, str]] = field(default_factory=dict)
    down: int = 1

    def begin_cell(self, place: int, across: int, down: int) -> None:
        """Begin a cell; `place` is its column where it says so, else 0."""
        if self.row is None:
            self.row = []
        self.row += [""] * (place - 1 - len(self.row))
        while self.covered.get(len(self.row), -1) >= self.rows:
            self.row.append("")
        if down > 1:
            self.covered |= dict.fromkeys(range(len(self.row), len(self.row) + across), self.rows + down - 1)
        self.cell, self.across, self.down = [], across, down

    def end_cell(self) -> None:
        """Put the cell into the row: its lines, without blank ones, each with single spaces."""
        if self.cell is not None and self.row is not None:
            lines = (" ".join(line.split()) for line in "".join(self.cell).split(_LINE))
            text = "\n".join(filter(None, lines))
            if self.down > 1 and self.across == 1 and 0 < len(text) <= _CARRIED:
                self.carried[len(self.row)] = (self.rows + self.down - 1, text)
            self.row += [text, *[""] * (self.across - 1)]
        self.cell = None

    def fill_merged(self) -> int:
        """Write what stands in cells above that reach into this row into it, if it holds something else.

        Returns how many cells that takes.
        """
        row = self.row or []
        before = len(row)
        for at, (last, text) in list(self.carried.items()):
            if last < self.rows:
                del self.carried[at]
            elif any(row) and not any(row[at : at + 1]):
                row += [""] * (at + 1 - len(row))
                row[at] = text
        return len(row) - before + len(self.carried)


class _Titles(Struct):
    """What stands above a table, and in none of its cells: the headings by level, the last line since.

    `said` are the pieces of the text that is being read.
    """

    headings: dict[str, str] = field(default_factory=dict)
    line: str = ""
    said: list[str] = field(default_factory=list)
    size: int = 0

    def take(self, data: str) -> None:
        """Take in a piece of text; what is too long is no title."""
        if not self.size and data.isspace():
            return
        if self.size < _CARRIED:
            self.said.append(data[:_CARRIED])
        self.size += len(data)

    def end(self, tag: str) -> str:
        """End a text with the beginning or end of an element, and return it."""
        text = " ".join("".join(self.said).split()) if 0 < self.size <= _CARRIED else ""
        self.said.clear()
        self.size = 0
        if text and tag in _HEADINGS:
            self.headings = {level: told for level, told in self.headings.items() if level < tag} | {tag: text}
            self.line = ""
        elif text:
            self.line = text
        return text


class _Parser(HTMLParser):
    """Collects rows; `done` are those that are complete: the table's number, the blank rows before it, its cells.

    `titles` has by a table's number what stands above it.
    """

    def __init__(self, name: str, size: int) -> None:
        super().__init__(convert_charrefs=True)
        self.done: list[tuple[int, int, list[str]]] = []
        self.sheets: dict[int, str] = {}
        self.titles: dict[int, tuple[str, ...]] = {}
        self._above = _Titles()
        self._in_title = False
        self._name = name
        self._budget = CellBudget(name, size)
        self._count = 0
        self._sheet = ""
        self._open: list[_Table] = []
        self._size = 0
        # The element that is not shown, its depth in elements of its kind, and the tables that were opened within it.
        self._unseen = ""
        self._depth = 0
        self._inner_tables = 0
        self._styles: list[str] = []
        self._style_room = _STYLES
        self._hidden_classes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._unseen and not self._left_by(tag, closing=False):
            self._depth += tag == self._unseen
            self._inner_tables += tag in _TABLE
            return
        attributes = dict(attrs)
        if tag not in _NEVER_HIDDEN and (tag in _UNSEEN | _STRUCK or self._is_hidden(attributes)):
            self._unseen, self._depth, self._inner_tables = tag, 1, 0
        if self._above.size and tag in _TITLES:
            self._above.end("")
        self._in_title = self._in_title or tag in _HEADINGS or tag == "caption"
        if tag in _TABLE and not self._unseen:
            self._begin_table()
        elif tag in _SHEET:
            self._sheet = attributes.get("ss:name") or attributes.get("name") or ""
        elif self._open and tag in _ROW:
            self._end_row()
            if not self._unseen:
                self._begin_row(attributes)
        elif self._open and tag in _CELL:
            self._begin_cell(attributes)
        elif tag in _LINES:
            self.handle_data(_LINE)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if ":" in tag or tag in {"row", "cell"}:  # elsewhere in a page the slash means nothing
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._unseen:
            self._depth -= tag == self._unseen
            if tag in _TABLE and self._inner_tables:
                self._inner_tables -= 1
                return
            if self._depth and not self._left_by(tag, closing=True):
                return
            if tag == "style":
                self._take_styles()
            self._unseen = ""
        if self._above.size and tag in _TITLES:
            self._end_title(tag)
        self._in_title = self._in_title and tag not in _TITLES
        if self._open and tag in _CELL:
            self._open[-1].end_cell()
        elif self._open and tag in _ROW:
            self._end_row()
        elif self._open and tag in _TABLE:
            self._end_row()
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._unseen:
            if self._unseen == "style" and self._style_room > 0:
                self._styles.append(data[: self._style_room])
                self._style_room -= len(data)
            return
        cell = self._open[-1].cell if self._open else None
        if cell is None or self._in_title:
            self._above.take(data)
        if cell is not None:
            cell.append(data)
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

    def _is_hidden(self, attributes: dict[str, str | None]) -> bool:
        if not attributes:
            return False
        classes = (attributes.get("class") or "")[:_HEAD].split() if self._hidden_classes else ()
        return (
            "hidden" in attributes
            or _NOT_SHOWN.search((attributes.get("style") or "")[:_HEAD]) is not None
            or not self._hidden_classes.isdisjoint(classes)
        )

    def _left_by(self, tag: str, *, closing: bool) -> bool:
        """Tell whether a tag ends what is not shown, though its own end is missing; if so, it is left."""
        if self._inner_tables or self._unseen in {"script", "style", "template"}:
            return False
        if closing:
            left = tag in _ENDED_BY.get(self._unseen, _CELL | _ROW | _TABLE)
        else:
            left = (self._unseen in _CELL | _STRUCK and tag in _CELL | _ROW) or (self._unseen in _ROW and tag in _ROW)
        if left:
            self._unseen = ""
        return left

    def _take_styles(self) -> None:
        """Learn which classes a style sheet hides."""
        for selectors, rules in _RULE.findall("".join(self._styles)):
            if _NOT_SHOWN.search(rules):
                found = (_CLASS.fullmatch(selector.strip()) for selector in selectors.split(","))
                self._hidden_classes |= {each[1] for each in found if each}
        self._styles.clear()

    def _begin_table(self) -> None:
        if self._open:
            self._open[-1].layout = True
        self._count += 1
        if len(self._open) >= MAX_NESTING:
            raise self._broken(f"more than {MAX_NESTING} tables stand within one another")
        self.sheets[self._count] = self._sheet
        self.titles[self._count] = (*self._above.headings.values(), self._above.line)
        self._above.line = ""
        self._open.append(_Table(self._count))

    def _end_title(self, tag: str) -> None:
        """Take a heading, or the caption of the table that is being read."""
        text = self._above.end("" if tag == "caption" else tag)
        if tag == "caption" and self._open:
            self.titles[self._open[-1].number] += (text,)
            self._above.line = ""

    def _begin_row(self, attributes: dict[str, str | None]) -> None:
        table = self._open[-1]
        place = _number(attributes, "ss:index")
        if place > MAX_SHEET_ROWS:
            raise self._broken(f"a row has the number {place:,}, and a sheet at most {MAX_SHEET_ROWS:,} rows")
        blank = place - 1 - table.rows
        self._budget.spend(max(blank, 0))
        if blank > 0:  # an XML spreadsheet leaves blank rows out, and says so
            self.done.append((table.number, blank, []))
            table.rows += blank
        table.row, table.layout = [], False

    def _begin_cell(self, attributes: dict[str, str | None]) -> None:
        table = self._open[-1]
        table.end_cell()
        across, down, place = _extent(attributes) if attributes else (1, 1, 0)
        before = len(table.row or ())
        table.begin_cell(min(place, MAX_COLUMNS + 1), min(across, MAX_COLUMNS + 1), down)
        width = len(table.row or ())
        self._budget.spend(width - before + across)
        if width > MAX_COLUMNS or across > MAX_COLUMNS:
            raise self._broken(f"row {table.rows + 1:,} has more than {MAX_COLUMNS:,} columns")

    def _end_row(self) -> None:
        table = self._open[-1]
        table.end_cell()
        if table.row is not None and not table.layout:
            if table.carried:
                self._budget.spend(table.fill_merged())
            table.rows += 1
            if len(table.row) > MAX_COLUMNS:
                raise self._broken(f"row {table.rows:,} has more than {MAX_COLUMNS:,} columns")
            self.done.append((table.number, 0, table.row if any(table.row) else []))
        table.row = None
        self._size = 0

    def _broken(self, what: str) -> SourceUnreadable:
        return beyond(self._name, what)


_DIGITS = 10  # a longer number counts no cells, and int() takes long for it


def _extent(attributes: dict[str, str | None]) -> tuple[int, int, int]:
    """Return how many columns and rows a cell covers, and its column where it says so, else 0."""
    across = _number(attributes, "colspan") or _number(attributes, "ss:mergeacross") + 1
    down = _number(attributes, "rowspan") or _number(attributes, "ss:mergedown") + 1
    return across, down, _number(attributes, "ss:index")


def _number(attributes: dict[str, str | None], name: str) -> int:
    text = attributes.get(name) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < _DIGITS else 0


class TableRows:
    """The rows of a page's tables, to be walked once: each table's number, the blank rows before the row, its cells.

    `sheets` has by a table's number the name of the worksheet that it stands in, empty where it stands in none;
    `titles` what stands above it.
    """

    def __init__(self, file: TextFile) -> None:
        self._file = file
        self._parser = _Parser(file.name, file.size)
        self.sheets, self.titles = self._parser.sheets, self._parser.titles

    def __iter__(self) -> Iterator[tuple[int, int, list[str]]]:
        parser, text = self._parser, self._file.open(by_lines=False)
        while piece := text.read(_PIECE):
            # Fed in pieces, and each row handed on as soon as it ends: a page of a gigabyte needs no more memory than
            # a small one.
            parser.feed(_TEXT.sub("&lt;", piece.replace(_LINE, " ")))
            parser.check_pending()
            yield from parser.done
            parser.done.clear()
        parser.end()
        yield from parser.done
