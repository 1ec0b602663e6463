"""rejects.xlsx, for a person who corrects rows: the reason first, the cell at fault marked, every cell text.

One sheet a table, in constant memory. Excel changes none of the cells, since each has the format of text.
"""

from __future__ import annotations

import re
import tempfile
from enum import Enum, auto
from typing import IO, TYPE_CHECKING

from msgspec import Struct

from telecmi_leads.core.text import defuse
from telecmi_leads.output.reports.report_folder import disk_errors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]  # it has no types

MOST_SHEETS = 100
"""Each holds a file open until the end."""

_MOST_ROWS = 1_048_576
_LONGEST_NAME = 31
_LONGEST_CELL = 32_767  # UTF-16 units
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_CUT = " ... (cut: Excel holds 32,767 characters)"


REASON_COLUMNS = ("reject_reason", "reject_tip")
PLACE_COLUMNS = ("reject_row", "reject_code")
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

    def add_row(self, table: int, cells: Sequence[str], why: Explanation) -> None:
        """Write a row below the last one of its table; a sheet that is full goes on in another.

        What a row has beyond its header comes last.
        """
        sheet = self._sheets[table]
        if sheet.rows >= _MOST_ROWS:
            self._finish(sheet)
            self.add_sheet(table, sheet.name, sheet.header)
            sheet = self._sheets[table]
        known = len(sheet.header)
        looks = [(cell, Look.FAULT if at == why.fault else Look.CELL) for at, cell in enumerate(cells)]
        for at, cell in enumerate(cells[:known]):
            sheet.widths[at] = max(sheet.widths[at], len(cell), _PHONE_WIDTH if at == why.fault else 0)
        row = (
            [(text, Look.REASON) for text in (why.reason, why.tip)]
            + looks[:known]
            + [(text, Look.NUMBER) for text in (why.row, why.code)]
        )
        self._write(sheet, row + looks[known:])

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
    cell = cell.encode("utf-8", "backslashreplace").decode("utf-8")
    if len(cell) <= _LONGEST_CELL // 2:
        return cell
    kept = _units(cell, _LONGEST_CELL)
    return cell if kept == cell else _units(cell, _LONGEST_CELL - len(_CUT)) + _CUT


def _units(text: str, limit: int) -> str:
    """Return the text's first `limit` UTF-16 units; no character is cut in half."""
    return text.encode("utf-16-le", "surrogatepass")[: limit * 2].decode("utf-16-le", "ignore")
