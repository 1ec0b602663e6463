"""The rejected rows as files that one can correct and upload again.

Rows keep their columns, their order, and for text the delimiter of the input; four columns say which row it was, what
is wrong and how to correct it. Tables with the same header and dialect share a file; workbooks give
one workbook with a sheet for each table; the objects of one JSON file share one, whatever keys each of them has.

In the workbook the reason comes first, the cell at fault is marked, and Excel changes no cell, since each has the
format of text. It is written in constant memory.
"""

from __future__ import annotations

import re
import tempfile
from enum import Enum, auto
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import IO, TYPE_CHECKING

from msgspec import Struct, field

from telecmi_leads.core import wording
from telecmi_leads.core.formulas import defuse
from telecmi_leads.core.lead import REJECT_COLUMNS, REJECT_SHEET
from telecmi_leads.output.reports.delimited_text import Dialect, dialect_of, write_rows
from telecmi_leads.output.reports.report_folder import disk_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]  # it has no types

    from telecmi_leads.core.lead import LeftOutRow, TableInfo
    from telecmi_leads.output.reports.report_folder import ReportFolder

_WORKBOOKS = frozenset({"xlsx", "xls", "xlsb", "ods"})
_KEYED = frozenset({"json", "jsonl", "vcf"})
_ROWS_AT_ONCE = 1000
_SHOWN_OF_CELL = 60


class Layout(Struct):
    """Where a table's cells go in its reject file; `header` is the file's, `positions` those of the table's cells.

    Positions are None where the cells go straight in order, which is nearly always. `shared` tells that rows of
    several tables stand in the file, so that each says which one it is from.
    """

    header: tuple[str, ...]
    positions: tuple[int, ...] | None
    dialect: Dialect
    shared: bool = False

    def place(self, cells: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
        """Return the cells in the file's columns, and what a row has beyond its header, to its last filled cell."""
        known = len(self.header) if self.positions is None else len(self.positions)
        beyond = list(cells[known:])
        while beyond and not beyond[-1].strip():
            beyond.pop()
        if self.positions is None:
            return [*cells[:known], *[""] * (known - len(cells))], beyond
        placed = [""] * len(self.header)
        for position, cell in zip(self.positions, cells, strict=False):
            if position >= 0:
                placed[position] = cell
        return placed, beyond


class _TextFile(Struct):
    """A reject file of delimited text, written some rows at a time and open only meanwhile."""

    path: Path
    layout: Layout
    rows: list[list[str]] = field(default_factory=list)
    started: bool = False

    def flush(self, folder: ReportFolder) -> None:
        with folder.open(self.path) as file:
            if not self.started:
                write_rows(file, [[*self.layout.header, *REJECT_COLUMNS]], self.layout.dialect, start=True)
                self.started = True
            write_rows(file, self.rows, self.layout.dialect)
        self.rows.clear()


class RejectFiles:
    """Takes rejected rows in any order and writes each into the file of its table; `close()` ends the writing."""

    def __init__(self, folder: ReportFolder, tables: Sequence[TableInfo]) -> None:
        self._folder = folder
        self._tables = tables
        self._layouts = layouts(tables)
        self._texts: dict[tuple[tuple[str, ...], Dialect], _TextFile] = {}
        self._book: RejectBook | None = None

    def add(self, rows: Iterable[LeftOutRow]) -> None:
        """Take rejected rows."""
        for table, alike in groupby(rows, attrgetter("table")):
            book = self._book_with_sheet(table) if self._tables[table].format in _WORKBOOKS else None
            if book is not None:
                for row in alike:
                    _add_to_book(book, row, self._tables[table], self._layouts[table])
            else:
                self._add_to_text(self._layouts[table], self._tables[table], alike)

    def _add_to_text(self, layout: Layout, table: TableInfo, rows: Iterable[LeftOutRow]) -> None:
        text = self._text(layout)
        sheet = f", sheet {table.sheet}" if table.sheet else ""
        place = f"{table.file}{sheet}: " if layout.shared else ""
        for row in rows:
            known, beyond = layout.place(row.cells)
            text.rows.append([*known, *beyond, str(row.row), row.code, *explained(row.code, row.column, place)])
        if len(text.rows) >= _ROWS_AT_ONCE:
            text.flush(self._folder)

    def _book_with_sheet(self, index: int) -> RejectBook | None:
        """Return the workbook with a sheet for a table; None where it has no room for one more."""
        table = self._tables[index]
        if self._book is None:
            path = self._folder.begin(self._label(), "rejects.xlsx")
            self._book = RejectBook(path, self._folder.stream(path))
        if not self._book.has(index):
            if self._book.sheets >= MOST_SHEETS:
                return None
            several = len({each.file for each in self._tables}) > 1
            name = " ".join(part for part in (table.file if several else "", table.sheet or "") if part)
            # The one sheet of a book has a name that is known on reading: a profile's --sheet must not refuse the
            # corrected rows.
            alone = len(self._tables) == 1
            self._book.add_sheet(index, REJECT_SHEET if alone else name or table.file, self._layouts[index].header)
        return self._book

    def _text(self, layout: Layout) -> _TextFile:
        # One file for all tables that look alike, so that a folder of 200 exports does not come back as 200 reject
        # files.
        key = (layout.header, layout.dialect)
        if key not in self._texts:
            number = len(self._texts) + 1
            name = "rejects.csv" if number == 1 else f"rejects-{number}.csv"
            label = "rejects" if number == 1 and self._book is None else f"rejects_{number + (self._book is not None)}"
            self._texts[key] = _TextFile(self._folder.begin(label, name), layout)
        return self._texts[key]

    def _label(self) -> str:
        """Name the next file in the summary's `reports`: rejects, then rejects_2 and so on."""
        number = len(self._texts) + (self._book is not None) + 1
        return "rejects" if number == 1 else f"rejects_{number}"

    def close(self) -> None:
        """Write what is left."""
        for text in self._texts.values():
            text.flush(self._folder)
        if self._book is not None:
            self._book.close()


def _add_to_book(book: RejectBook, row: LeftOutRow, table: TableInfo, layout: Layout) -> None:
    """Put a row into the workbook, with what the cell at fault holds beside what is wrong with it."""
    _, tip = explained(row.code, row.column)
    says, _ = wording.reason(row.code)
    cell = cell_at_fault(row, table)
    what = f'{row.column} holds "{cell[:_SHOWN_OF_CELL]}": {says}.' if cell else f"{says[:1].upper()}{says[1:]}."
    if row.column and not cell:
        what = f"{row.column}: {says}."
    fault = table.header.index(row.column) if row.column in table.header else -1
    # The columns that explain are left out of the header, so that what stood behind them has moved.
    if fault >= 0 and layout.positions is not None:
        fault = layout.positions[fault]
    book.add_row(row.table, *layout.place(row.cells), Explanation(what, tip, str(row.row), row.code, fault))


def cell_at_fault(row: LeftOutRow, table: TableInfo) -> str:
    """Return what the cell holds that a rejection speaks of, "" where the row has none."""
    if not row.column or row.column not in table.header:
        return ""
    index = table.header.index(row.column)
    return row.cells[index] if index < len(row.cells) else ""


def layouts(tables: Sequence[TableInfo]) -> list[Layout]:
    """Return for each table where its cells go."""
    keys: dict[tuple[str, str], dict[str, int]] = {}
    for table in tables:
        if table.format in _KEYED:
            known = keys.setdefault((table.file, table.format), {})
            for name in _kept(table.header):
                known.setdefault(name, len(known))
    found = [_layout(table, keys.get((table.file, table.format))) for table in tables]
    sources: dict[tuple[tuple[str, ...], Dialect], set[str]] = {}
    for table, layout in zip(tables, found, strict=True):
        sources.setdefault((layout.header, layout.dialect), set()).add(table.file)
    for layout in found:
        layout.shared = len(sources[layout.header, layout.dialect]) > 1
    return found


def _layout(table: TableInfo, keys: Mapping[str, int] | None) -> Layout:
    if keys is not None:
        return Layout(tuple(keys), tuple(keys.get(name, -1) for name in table.header), dialect_of(table))
    header = _kept(table.header)
    if header == table.header:
        return Layout(header, None, dialect_of(table))
    places: list[int] = []
    for name in table.header:
        # A reject file that is rejected again: its old reasons go, and new ones are written.
        places.append(-1 if name in REJECT_COLUMNS else sum(place >= 0 for place in places))
    return Layout(header, tuple(places), dialect_of(table))


def _kept(header: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in header if name not in REJECT_COLUMNS)


@lru_cache(maxsize=1024)
def explained(code: str, column: str, place: str = "") -> tuple[str, str]:
    """Return what is wrong with a rejected row, behind the place where that is needed, and the tip."""
    says, tip = wording.reason(code)
    return f"{place}{says}{f' (column {column})' if column else ''}", tip.replace("…", "...")


# --- rejects.xlsx ---

MOST_SHEETS = 100
"""Each holds a file open until the end."""

_MOST_ROWS = 1_048_576
_LONGEST_NAME = 31
_LONGEST_CELL = 32_767  # UTF-16 units
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_CUT = " ... (cut: Excel holds 32,767 characters)"


REASON_COLUMNS = ("reject_reason", "reject_tip")
PLACE_COLUMNS = ("reject_row", "reject_code")
_LINE, _LINE_HEIGHT = 40, 15
"""Characters of a reason in a line, few enough for words that are not broken, and points."""
_ROWS_WITH_HEIGHT = 1000
"""Nobody corrects more by hand, and each height takes memory until the end."""
_NARROWEST, _WIDEST, _PHONE_WIDTH, _SCREEN = 8, 42, 18, 180
"""Widths in characters: of a column, of one that numbers stand in, and of what a screen shows at once."""


class Look(Enum):
    """How a cell looks."""

    HEAD = auto()
    CELL = auto()
    REASON = auto()
    FAULT = auto()
    NUMBER = auto()


class Explanation(Struct, frozen=True):
    """What is said of a rejected row: `fault` is the index of the cell that it speaks of, -1 where there is none."""

    reason: str
    tip: str
    row: str
    code: str
    fault: int = -1


class _Sheet(Struct):
    """A sheet in the making; `widths` are those of the input's own columns."""

    sheet: Worksheet
    name: str
    header: Sequence[str]
    widths: list[int]
    rows: int = 0


class RejectBook:
    """A workbook in the making; `path` is what its `file`, open for writing, is called in errors."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        from xlsxwriter import Workbook  # type: ignore[import-untyped]

        self._path = path
        self._file = file
        with disk_errors(path):
            # The rows wait in a private folder of the system's, since xlsxwriter opens them by path.
            self._work = tempfile.TemporaryDirectory(prefix="telecmi-leads-", ignore_cleanup_errors=True)
        # Constant memory: each row is written to a temporary file when the next begins, so that a row can't be changed
        # later.
        self._book = Workbook(file, {"constant_memory": True, "tmpdir": self._work.name})
        self._book.use_zip64()  # where a part is larger than 4 GB
        text = {"num_format": "@", "valign": "top"}
        self._looks = {
            Look.HEAD: self._book.add_format({**text, "bold": True, "bottom": 1}),
            Look.CELL: self._book.add_format(text),
            Look.REASON: self._book.add_format({**text, "text_wrap": True}),
            Look.FAULT: self._book.add_format({**text, "bg_color": "#FFF2CC", "border": 1, "border_color": "#C00000"}),
            Look.NUMBER: self._book.add_format({**text, "font_color": "#808080"}),
        }
        self._sheets: dict[int, _Sheet] = {}
        self._names: set[str] = set()
        self.sheets = 0

    def has(self, table: int) -> bool:
        """Tell whether the table has a sheet already."""
        return table in self._sheets

    def add_sheet(self, table: int, name: str, header: Sequence[str]) -> None:
        """Begin a table's sheet; `header` is the input's own, without the columns that explain."""
        with disk_errors(self._path):
            sheet = self._book.add_worksheet(self._free_name(name))
        self.sheets += 1
        self._sheets[table] = _Sheet(sheet, name, header, [len(column) for column in header])
        begun = self._sheets[table]
        columns = (*REASON_COLUMNS, *header, *PLACE_COLUMNS)
        self._write(begun, [(column, Look.HEAD) for column in columns])

    def add_row(self, table: int, cells: Sequence[str], beyond: Sequence[str], why: Explanation) -> None:
        """Write a row below the last one of its table; a sheet that is full goes on in another.

        `beyond` is what the row has beyond its header, which comes last.
        """
        sheet = self._sheets[table]
        if sheet.rows >= _MOST_ROWS:
            self._finish(sheet)
            self.add_sheet(table, sheet.name, sheet.header)
            sheet = self._sheets[table]
        looks = [(cell, Look.FAULT if at == why.fault else Look.CELL) for at, cell in enumerate(cells)]
        for at, cell in enumerate(cells):
            sheet.widths[at] = max(sheet.widths[at], len(cell), _PHONE_WIDTH if at == why.fault else 0)
        row = (
            [(text, Look.REASON) for text in (why.reason, why.tip)]
            + looks
            + [(text, Look.NUMBER) for text in (why.row, why.code)]
        )
        # Excel makes a row as high as its text when it opens the file; others, LibreOffice for one, only if told.
        lines = max(-(-len(text) // _LINE) for text in (why.reason, why.tip, "-"))
        if lines > 1 and sheet.rows <= _ROWS_WITH_HEIGHT:
            sheet.sheet.set_row(sheet.rows, _LINE_HEIGHT * lines)
        self._write(sheet, row + [(cell, Look.CELL) for cell in beyond])

    def _write(self, sheet: _Sheet, cells: Sequence[tuple[str, Look]]) -> None:
        with disk_errors(self._path):
            for column, (cell, look) in enumerate(cells):
                if cell:
                    sheet.sheet.write_string(sheet.rows, column, fitting(defuse(cell)), self._looks[look])
                elif look is Look.FAULT:
                    sheet.sheet.write_blank(sheet.rows, column, None, self._looks[look])
        sheet.rows += 1

    def _finish(self, sheet: _Sheet) -> None:
        """Set what is known once all rows are there: widths by content, the filter, and what stays in sight."""
        widths = [min(max(width + 2, _NARROWEST), _WIDEST) for width in sheet.widths]
        first = len(REASON_COLUMNS)
        sheet.sheet.set_column(0, first - 1, _WIDEST, self._looks[Look.CELL])
        for at, width in enumerate(widths):
            sheet.sheet.set_column(first + at, first + at, width, self._looks[Look.CELL])
        last = first + len(widths) + len(PLACE_COLUMNS) - 1
        sheet.sheet.set_column(first + len(widths), last, _NARROWEST + 4, self._looks[Look.NUMBER])
        sheet.sheet.autofilter(0, 0, max(sheet.rows - 1, 1), last)
        # The reasons stay in sight where the sheet is wider than a screen; on a narrow one they would only take space.
        sheet.sheet.freeze_panes(1, 1 if sum(widths) + _WIDEST * first > _SCREEN else 0)

    def _free_name(self, name: str) -> str:
        """Return a name that Excel takes, and that no other sheet of the book has in any case."""
        plain = _NOT_IN_NAMES.sub(" ", name).strip(" '") or "rejects"
        if plain.casefold() == "history":  # Excel keeps this one for itself
            plain = "history rejects"
        for number in range(1, MOST_SHEETS * 2):
            end = f" ({number})" if number > 1 else ""
            free = f"{_units(plain, _LONGEST_NAME - len(end)).rstrip()}{end}"
            if free.casefold() not in self._names:
                break
        self._names.add(free.casefold())
        return free

    def close(self) -> None:
        """Write the workbook's file."""
        from xlsxwriter.exceptions import FileCreateError  # type: ignore[import-untyped]

        with disk_errors(self._path), self._work, self._file:
            for sheet in self._sheets.values():
                self._finish(sheet)
            try:
                self._book.close()
            except FileCreateError as error:  # an OSError in a wrapping of its own
                raise OSError(getattr(error.args[0], "errno", None), getattr(error.args[0], "strerror", "")) from error


def fitting(cell: str) -> str:
    """Return the cell as a sheet can hold it: lone surrogates as escapes, and no longer than Excel allows."""
    if not cell.isascii():
        cell = cell.encode("utf-8", "backslashreplace").decode("utf-8")
    if len(cell) <= _LONGEST_CELL // 2:
        return cell
    kept = _units(cell, _LONGEST_CELL)
    return cell if kept == cell else _units(cell, _LONGEST_CELL - len(_CUT)) + _CUT


def _units(text: str, limit: int) -> str:
    """Return the text's first `limit` UTF-16 units; no character is cut in half."""
    # Excel counts UTF-16 units: an emoji is two, and a cut between them would damage the file.
    return text.encode("utf-16-le", "surrogatepass")[: limit * 2].decode("utf-16-le", "ignore")
