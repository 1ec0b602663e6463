"""rejects.xlsx: one sheet a table, in constant memory, every cell text so that Excel changes none of them."""

from __future__ import annotations

import re
import tempfile
from typing import IO, TYPE_CHECKING

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


class RejectBook:
    """A workbook in the making; `path` is what its `file`, open for writing, is called in errors."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        from xlsxwriter import Workbook  # type: ignore[import-untyped]  # noqa: PLC0415 - no types; rarely needed

        self._path = path
        self._file = file
        with disk_errors(path):
            # The rows wait in a private folder of the system's, since xlsxwriter opens them by path.
            self._work = tempfile.TemporaryDirectory(prefix="telecmi-leads-", ignore_cleanup_errors=True)
        self._book = Workbook(file, {"constant_memory": True, "tmpdir": self._work.name})
        self._book.use_zip64()  # where a part is larger than 4 GB
        self._head = self._book.add_format({"bold": True, "num_format": "@", "bottom": 1})
        self._cell = self._book.add_format({"num_format": "@"})
        self._sheets: dict[int, tuple[Worksheet, int]] = {}
        self._headers: dict[int, tuple[str, Sequence[str]]] = {}
        self._names: set[str] = set()
        self.sheets = 0

    def has(self, table: int) -> bool:
        """Tell whether the table has a sheet already."""
        return table in self._sheets

    def add_sheet(self, table: int, name: str, header: Sequence[str]) -> None:
        """Begin a table's sheet."""
        with disk_errors(self._path):
            sheet = self._book.add_worksheet(self._free_name(name))
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, max(len(header) - 1, 0), 18, self._cell)
        self.sheets += 1
        self._sheets[table], self._headers[table] = (sheet, 0), (name, header)
        self._write(table, header, self._head)

    def add_row(self, table: int, cells: Sequence[str]) -> None:
        """Write a row below the last one of its table; a sheet that is full goes on in another."""
        if self._sheets[table][1] >= _MOST_ROWS:
            self.add_sheet(table, *self._headers[table])
        self._write(table, cells, self._cell)

    def _write(self, table: int, cells: Sequence[str], look: object) -> None:
        sheet, row = self._sheets[table]
        with disk_errors(self._path):
            for column, cell in enumerate(cells):
                if cell:
                    sheet.write_string(row, column, fitting(defuse(cell)), look)
        self._sheets[table] = (sheet, row + 1)

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
        from xlsxwriter.exceptions import FileCreateError  # type: ignore[import-untyped]  # noqa: PLC0415 - as above

        with disk_errors(self._path), self._work, self._file:
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
