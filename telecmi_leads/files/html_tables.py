"""The tables of a web page, or of an XML spreadsheet of Excel 2003 → sheets: what portals save as .xls.

Rows are handed on while the page is being read. A row that holds a table of its own is layout, and is left out. What
a browser would not show is not read: scripts, templates, what is marked as hidden or not displayed.
"""

from __future__ import annotations

import codecs
import html
import re
from collections import Counter
from html.parser import HTMLParser
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from msgspec import Struct, field

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.core.masking import mask_text
from telecmi_leads.core.patterns import pattern
from telecmi_leads.core.text import safe
from telecmi_leads.files.bounds import (
    MAX_CELL,
    MAX_COLUMNS,
    MAX_NESTING,
    MAX_SHEET_ROWS,
    MAX_TABLES,
    CellBudget,
    beyond,
    in_blocks,
)
from telecmi_leads.files.codepages import LABELS, larger
from telecmi_leads.files.encoding import decoded_as
from telecmi_leads.files.sheets import Sheet, missing_sheets
from telecmi_leads.settings.option_values import FileFormat

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
_UNSEEN = frozenset({"script", "style", "template", "comment", "ss:comment", "datalist", "svg"})
_STRUCK = frozenset({"s", "strike", "del"})  # text that is struck through no longer counts
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
_NEVER_HIDDEN = _VOID | {"html", "body"}  # the latter are hidden until a script has run
_PARTS = frozenset({"thead", "tbody", "tfoot"})
# The end tags that also end an element that is not shown; all that end cells, rows and tables do for others.
_ENDED_BY = {
    **dict.fromkeys(_CELL, _ROW | _TABLE),
    **dict.fromkeys(_ROW | _PARTS, _TABLE),
    **dict.fromkeys(_TABLE, frozenset[str]()),
}
_STYLES = 64 * 1024  # characters of style sheets that are looked into

_TEXT = pattern(r"<(?=[^A-Za-z/!?])")  # begins no tag; the parser takes its time to find that out
_CHARSET = pattern(r"(?:charset|encoding)\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
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


class _Tables(HTMLParser):
    """Collects rows; `done` are those that are complete: the table's number, the blank rows before it, its cells."""

    def __init__(self, name: str, size: int) -> None:
        super().__init__(convert_charrefs=True)
        self.done: list[tuple[int, int, list[str]]] = []
        self.sheets: dict[int, str] = {}
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
        elif self._open and self._open[-1].cell is not None:
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
        self._open.append(_Table(self._count))

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


# --- what kind of page ------------------------------------------------------------------------------------

_LANDMARK = pattern(
    r"<tr\s[^<>]{0,2000}?(?P<unseen>display\s*:\s*none|\shidden\b)|<(?P<sheet>(?:ss:)?worksheet\s[^<>]{0,2000})>"
    r"|<(?:\w{1,20}:)?visible>\s*(?P<hidden>sheet(?:very)?hidden)|<(?P<filter>(?:\w{1,20}:)?autofilter)\s"
    r"|<(?:ss:)?row\s[^<>]{0,2000}?ss:(?P<row>hidden)\s*=\s*[\"']?1"
    r"|<(?P<table>table|tr)\b|</(?P<end>(?:ss:)?(?:table|workbook))\s{0,20}>|<input\s[^<>]{0,2000}?type\s*=\s*[\"']?(?P<password>password)"
    r"|<(?P<struck>s|strike|del)[\s>]"
    r"|<(?:title|h1)\b[^<>]{0,200}>(?P<title>[^<]{1,500})",
    re.IGNORECASE,
)
_SHEET_NAME = pattern(r"\s(?:ss:)?name\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_LOG_IN = pattern(r"log ?-?[io]n|sign ?-?in|password|session|expired|unauthori[sz]ed|forbidden|denied", re.IGNORECASE)
_TROUBLE = pattern(r"error|not found|unavailable|bad gateway|time-?out|\b[45]\d\d\b", re.IGNORECASE)
_TAGS = pattern(r"<[^<>]{0,2000}>")
_SAID = 80
_ROWS_OF_A_LIST, _CELLS_OF_A_LIST = 3, 2


class _Page(Struct):
    """What a page shows at a glance: its worksheets with whether they are hidden, tables, a field for a password.

    `hidden_rows` are left out, as a browser does; `rows_hidden` are those of a sheet of Excel, `filtered` names the
    sheets that have a filter. `ends` counts the ends of tables, `whole` tells that the end of a workbook is there.
    """

    sheets: dict[str, bool] = field(default_factory=dict)
    filtered: set[str] = field(default_factory=set)
    rows_hidden: Counter[str] = field(default_factory=Counter)
    tables: int = 0
    ends: int = 0
    whole: bool = False
    rows: bool = False
    hidden_rows: int = 0
    struck: int = 0
    password: bool = False
    title: str = ""
    _sheet: str = ""

    def note(self, what: str, text: str) -> None:
        """Note one landmark: a group of _LANDMARK, and what it matched."""
        if what == "sheet":
            named = _SHEET_NAME.search(text)
            self._sheet = html.unescape(named[1] or named[2] or "") if named else ""
            self.sheets[self._sheet] = False
        elif what == "hidden":
            self.sheets[self._sheet] = True
        elif what == "filter":
            self.filtered.add(self._sheet)
        elif what == "row":
            self.rows_hidden[self._sheet] += 1
        elif what == "struck":
            self.struck += 1
        elif what == "password":
            self.password = True
        elif what == "end":
            self.whole = self.whole or "book" in text.casefold()
            self.ends += text.casefold() == "table"
        elif what == "title":
            self.title = self.title or " ".join(html.unescape(text).split())
        else:
            self.tables += text.casefold() == "table"
            self.rows = True
            self.hidden_rows += what == "unseen"


def _survey(file: TextFile) -> _Page:
    page, rest = _Page(), ""
    text = file.open(by_lines=False)
    while piece := text.read(_PIECE):
        piece, end = rest + piece, 0
        for found in _LANDMARK.finditer(piece):
            end = found.end()
            page.note(found.lastgroup or "", found[found.lastgroup or 0])
        # What may be the beginning of a landmark goes before the next piece.
        rest = piece[max(end, len(piece) - _HEAD) :]
    return page


def _refuse_other_pages(page: _Page, file: TextFile) -> None:
    """Refuse a page without a table of leads: where one has to log in, or that tells of an error."""
    log_in = page.password or _LOG_IN.search(page.title) is not None
    suspect = log_in or _TROUBLE.search(page.title) is not None
    if page.sheets or (page.rows and not (suspect and not _has_a_list(file))):
        return
    title = page.title or " ".join(html.unescape(_TAGS.sub(" ", file.open(by_lines=False).read(_HEAD))).split())
    says = f" that says “{safe(mask_text(title)[:_SAID])}”" if title else ""
    what = "not a list of leads" if page.rows else "and has no table"
    raise SourceUnreadable(
        f"{file.name} is a web page{says}, {what}.",
        hint="Log in on the website, and export the leads again."
        if log_in
        else "Open it in a browser to see what it says, and export the leads again.",
    )


def _has_a_list(file: TextFile) -> bool:
    """Tell whether a page has a table of several rows that have several cells."""
    for _, rows in groupby(_rows(_Tables(file.name, file.size), file), itemgetter(0)):
        filled = sum(1 for _, _, row in rows if sum(map(bool, row)) >= _CELLS_OF_A_LIST)
        if filled >= _ROWS_OF_A_LIST:
            return True
    return False


# --- sheets -----------------------------------------------------------------------------------------------


def read_html(file: TextFile, wanted: Sequence[str]) -> Iterator[Sheet]:
    """Read a page's tables: each that has rows is a sheet. `wanted` (--sheet) are the names of those to read.

    Raises SourceUnreadable for a page without a table of leads, for a wanted name that is not there, and for what is
    beyond all bounds.
    """
    file = _as_declared(file)
    page = _survey(file)
    _refuse_other_pages(page, file)
    if page.sheets:
        if not page.whole:
            raise SourceUnreadable(
                f"{file.name} is cut off: the workbook in it does not end.", hint="Download or export it again."
            )
        missing_sheets(file.name, "sheet", wanted, page.sheets)
    parser, names = _Tables(file.name, file.size), list[str]()
    hidden = [] if wanted else [name for name, unseen in page.sheets.items() if unseen]
    notes = (
        *file.encoding.notes,
        *(f"hidden sheet {safe(name)} skipped" for name in hidden),
        *((f"{page.hidden_rows:,} hidden rows left out",) if page.hidden_rows else ()),
        *((f"text that is struck through ({page.struck:,}) is not read",) if page.struck else ()),
        *(("the page ends within a table: it may be cut off",) if page.ends < page.tables and not page.sheets else ()),
    )
    for number, rows in groupby(_rows(parser, file), itemgetter(0)):
        name = parser.sheets.get(number) or f"table {number}"
        names.append(name)
        if len(names) > MAX_TABLES:
            raise beyond(file.name, f"it has more than {MAX_TABLES:,} tables")
        if name in wanted or (not wanted and name not in hidden):
            yield Sheet(
                file=file.name,
                format=FileFormat.HTML,
                # The only table of a page needs no name: "sheet table 1" in each message would be noise.
                name=None if page.tables <= 1 and name == "table 1" and not wanted else name,
                encoding=file.encoding.label,
                delimiter=None,
                keys=None,
                notes=notes,
                blocks=in_blocks(_with_blank_rows(rows)),
                hidden_rows=page.rows_hidden[name] if name in page.filtered else 0,
            )
            notes = file.encoding.notes
    if not page.sheets:
        missing_sheets(file.name, "table", wanted, names)


def _with_blank_rows(rows: Iterator[tuple[int, int, list[str]]]) -> Iterator[list[str]]:
    for _, blank, row in rows:
        if blank:
            nothing: list[str] = []
            yield from (nothing for _ in range(blank))
        else:
            yield row


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
    # What is not UTF-8 throughout is not UTF-8 either because the page says so: its guess loses fewer letters.
    if codec.startswith("utf"):
        return file
    codec = larger(codec)
    return decoded_as(file, codec, LABELS.get(codec.replace("-", "_"), declared[1].upper()))


def _rows(parser: _Tables, file: TextFile) -> Iterator[tuple[int, int, list[str]]]:
    text = file.open(by_lines=False)
    while piece := text.read(_PIECE):
        # Fed in pieces, and each row handed on as soon as it ends: a page of a gigabyte needs no more memory than a
        # small one.
        parser.feed(_TEXT.sub("&lt;", piece.replace(_LINE, " ")))
        parser.check_pending()
        yield from parser.done
        parser.done.clear()
    parser.end()
    yield from parser.done
