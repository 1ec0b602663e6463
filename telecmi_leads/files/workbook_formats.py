"""The cells of a workbook that show more than their value: 7400123456 as +44 7400123456, by their number format.

calamine gives the values alone, and such a number would be dialled as one of another country. Workbooks without such
a format, nearly all, cost a look at their formats.

Run within the child process (workbook_child), which loads it by its path: it imports nothing of the program.
"""

from __future__ import annotations

import re
import struct
import sys
import zipfile
from functools import partial
from html import unescape
from typing import IO, TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from telecmi_leads.files import number_formats, workbook_ole2, workbook_parts
    from telecmi_leads.files.number_formats import NumberFormat
    from telecmi_leads.files.workbook_cells import Shown

    Formats = dict[int, NumberFormat]
else:
    number_formats, workbook_parts = sys.modules["number_formats"], sys.modules["workbook_parts"]
    workbook_ole2 = sys.modules["workbook_ole2"]


class Unplaced(Exception):
    """A cell of such a format does not say where it stands, or cells do not stand in order."""


class ShownCells:
    """What tells the cells of a zipped workbook that show more than their value; its formats are looked at once."""

    def __init__(self, stream: BinaryIO, format_: str) -> None:
        self._walk: Callable[[zipfile.ZipFile, str], Iterator[Shown]] | None = None
        try:
            with zipfile.ZipFile(stream) as archive:
                self._walk = _walk(archive, format_)
        except (KeyError, *workbook_parts.UNREADABLE):
            return  # what is wrong with it is said when it is read

    def of(self, stream: BinaryIO, sheet: str) -> Iterator[Shown]:
        """Walk those of a sheet, from the top to the bottom. Raises Unplaced, and what zipfile raises."""
        if self._walk is not None:
            with zipfile.ZipFile(stream) as archive:
                yield from self._walk(archive, sheet)


def _walk(archive: zipfile.ZipFile, format_: str) -> Callable[[zipfile.ZipFile, str], Iterator[Shown]] | None:
    if format_ == "ods":
        return _in_ods if _adds_in_ods(archive) else None
    of_xlsx = format_ == "xlsx"
    formats = _formats_of_xlsx(archive) if of_xlsx else _formats_of_xlsb(archive)
    return partial(_in_xlsx if of_xlsx else _in_xlsb, formats) if formats else None


def _formats(codes: Iterable[tuple[int, str]]) -> Formats:
    found = ((number, number_formats.number_format(code)) for number, code in codes)
    return {number: format_ for number, format_ in found if format_ is not None}


def _by_style(formats: Formats, numbers: Iterable[int]) -> Formats:
    """Return the formats of cell styles, of which `numbers` are the formats' numbers, in order."""
    return {style: formats[number] for style, number in enumerate(numbers) if number in formats}


# --- XLSX ---------------------------------------------------------------------------------------------------

_STYLES = re.compile(r"xl/(?:.*/)?styles\d*\.xml", re.IGNORECASE)
_TAG = rb"<(?:\w{1,20}:)?%s\b((?:[^<>\"']|\"[^\"<]{0,2000}\"|'[^'<]{0,2000}'){0,100}+)>"
_NUMBER_FORMAT = re.compile(_TAG % rb"numFmt")
_ALL_FORMATS, _CELL_STYLES = (
    re.compile(rb"<(?:\w{1,20}:)?%s\b.*?</(?:\w{1,20}:)?%s>" % (name, name), re.DOTALL)
    for name in (b"numFmts", b"cellXfs")
)
_CELL_STYLE = re.compile(_TAG % rb"xf")
_FORMAT = re.compile(rb"\s(numFmtId|formatCode)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_PLACE = rb"(?:(?=[^<>]{0,500}?\sr\s?=\s?[\"']([A-Z]{1,3})(\d{1,7})[\"'])|)"
_STYLED = rb"\b(?=[^<>]{0,500}?\ss\s?=\s?[\"'](%s)[\"'])"
_UNSTYLED = rb"\b(?![^<>]{0,500}?\ss\s?=)()"
_PREFIXED = re.compile(rb":c\s")


def _in_xlsx(formats: Formats, archive: zipfile.ZipFile, sheet: str) -> Iterator[Shown]:
    path = next((about.path for about in workbook_parts.xlsx_sheets(archive) if about.name == sheet), "")
    if not path:
        raise Unplaced
    with archive.open(path) as part:
        yield from _cells_of_xlsx(part, formats)


def _formats_of_xlsx(archive: zipfile.ZipFile) -> Formats:
    """Return the formats that show more, by the number of the cell style."""
    name = next((name for name in archive.namelist() if _STYLES.fullmatch(name.replace("\\", "/"))), "")
    styles = workbook_parts.read_part(archive, name)
    codes = map(_told, _NUMBER_FORMAT.findall(_within(_ALL_FORMATS, styles)))
    formats = _formats((_number(told), told.get("formatCode", "")) for told in codes)
    cells = _CELL_STYLE.findall(_within(_CELL_STYLES, styles)) if formats else []
    return _by_style(formats, (_number(_told(tag)) for tag in cells))


def _within(region: re.Pattern[bytes], styles: bytes) -> bytes:
    found = region.search(styles)
    return found[0] if found else b""


def _number(told: dict[str, str]) -> int:
    number = told.get("numFmtId", "")
    return int(number) if number.isdecimal() else 0


def _told(tag: bytes) -> dict[str, str]:
    return {
        key.decode(): unescape((double or single).decode("utf-8", "replace"))
        for key, double, single in _FORMAT.findall(b" " + tag)
    }


def _cells_of_xlsx(part: IO[bytes], formats: Formats) -> Iterator[Shown]:
    cell = _STYLED % b"|".join(b"%d" % style for style in formats)
    signs = [sign % style for style in formats for sign in (b'"%d"', b"'%d'")]
    if 0 in formats:  # the style of cells that name none
        cell, signs = b"(?:%s|%s)" % (cell, _UNSTYLED), [b"<"]
    # Two expressions, since one for both takes several times as long.
    plain, prefixed = (re.compile(tag + cell + _PLACE) for tag in (rb"<c", rb"<(?:\w{1,20}:)?c"))
    last = 0
    for piece in workbook_parts.whole_tags(part):
        if not any(sign in piece for sign in signs):
            continue
        for found in (prefixed if _PREFIXED.search(piece) else plain).finditer(piece):
            style, letters, row = found.groups()[0] or b"0", *found.groups()[-2:]
            if row is None or int(row) < last:
                raise Unplaced
            last = int(row)
            yield last - 1, column_number(letters) - 1, formats[int(style)].shown


def column_number(letters: bytes) -> int:
    """Return a column's number from 1: A is 1, XFD is 16384."""
    number = 0
    for letter in letters[:4]:
        number = number * 26 + letter - 64
    return number


# --- XLSB, of [MS-XLSB] 2.3 ---------------------------------------------------------------------------------

_FORMAT_CODE, _BEGIN_CELL_STYLES, _END_CELL_STYLES, _STYLE = 44, 617, 618, 47
_ROW, _NUMBERS = 0, frozenset({2, 5, 9})  # a packed and a whole number, and a formula with one


def _in_xlsb(formats: Formats, archive: zipfile.ZipFile, sheet: str) -> Iterator[Shown]:
    path = workbook_parts.xlsb_sheets(archive).get(sheet, "")
    if not path:
        raise Unplaced
    part, row = archive.read(path), 0
    for kind, at, size in workbook_parts.xlsb_records(part):
        if kind == _ROW and size >= len(b"row "):
            before, row = row, int.from_bytes(part[at : at + 4], "little")
            if row < before:
                raise Unplaced
        elif kind in _NUMBERS and (format_ := formats.get(int.from_bytes(part[at + 4 : at + 7], "little"))):
            yield row, int.from_bytes(part[at : at + 4], "little"), format_.shown


def _formats_of_xlsb(archive: zipfile.ZipFile) -> Formats:
    styles = archive.read("xl/styles.bin") if "xl/styles.bin" in archive.namelist() else b""
    codes: list[tuple[int, str]] = []
    numbers: list[int] = []
    in_cells = False
    for kind, at, size in workbook_parts.xlsb_records(styles):
        number = int.from_bytes(styles[at : at + 2], "little")
        if kind == _FORMAT_CODE:
            codes.append((number, styles[at + 6 : at + size].decode("utf-16-le", "replace")))
        elif kind == _STYLE and in_cells:
            numbers.append(int.from_bytes(styles[at + 2 : at + 4], "little"))
        in_cells = kind == _BEGIN_CELL_STYLES or (in_cells and kind != _END_CELL_STYLES)
    return _by_style(_formats(codes), numbers)


# --- XLS, of [MS-XLS] 2.3 -----------------------------------------------------------------------------------

_BOF, _XLS_END, _XLS_FORMAT, _XLS_STYLE = 0x0809, 0x000A, 0x041E, 0x00E0
_SEVERAL, _XLS_NUMBERS = 0x00BD, frozenset({0x0203, 0x027E, 0x0006, 0x0206, 0x0406})  # numbers, and formulas


def shown_in_xls(records: bytes) -> dict[str, list[Shown]]:
    """Return the cells of each sheet of an XLS of Excel 97 and later that show more than their value, in order."""
    formats = _formats_of_xls(records)
    names = workbook_ole2.xls_sheets(records) if formats else {}
    found: dict[str, list[Shown]] = {}
    sheet = ""
    for at, kind, size in workbook_ole2.xls_records(records if formats else b""):
        if kind == _BOF:
            sheet = names.get(at, "")
        elif (kind == _SEVERAL or kind in _XLS_NUMBERS) and at + 10 <= len(records):
            row, column = struct.unpack_from("<HH", records, at + 4)
            styles = range(at + 8, at + size - 1, 6) if kind == _SEVERAL else (at + 8,)
            for place, style in enumerate(styles, start=column):
                if format_ := formats.get(int.from_bytes(records[style : style + 2], "little")):
                    found.setdefault(sheet, []).append((row, place, format_.shown))
    for cells in found.values():
        cells.sort(key=lambda cell: cell[0])
    return found


def _formats_of_xls(records: bytes) -> Formats:
    codes: list[tuple[int, str]] = []
    numbers: list[int] = []
    for at, kind, size in workbook_ole2.xls_records(records):
        if kind == _XLS_END:
            break
        if kind == _XLS_STYLE:
            numbers.append(int.from_bytes(records[at + 6 : at + 8], "little"))
        elif kind == _XLS_FORMAT:
            text, is_wide = records[at + 9 : at + 4 + size], records[at + 8 : at + 9] == b"\x01"
            number = int.from_bytes(records[at + 4 : at + 6], "little")
            codes.append((number, text.decode("utf-16-le" if is_wide else "latin-1", "replace")))
    return _by_style(_formats(codes), numbers)


# --- ODS ----------------------------------------------------------------------------------------------------

_ADDING = re.compile(rb"<number:(?:embedded-)?text\b[^<>]{0,500}>[^<]{0,500}(?:\+|\xef\xbc\x8b|\d)")
_ODS = re.compile(
    rb"<table:(table)\s([^<>]{0,2000})>|<(table:table-row)\b([^<>]{0,2000})>|"
    rb"<table:(?:covered-)?(table-cell)\b([^<>]{0,2000}?)"
    rb"(?:/>|>(?:<office:annotation\b.{0,9000}?</office:annotation>)?(?:<text:p\b[^<>]{0,500}>(.{0,500}?)</text:p>)?)",
    re.DOTALL,
)
_REPEATED = re.compile(rb"number-(?:rows|columns)-repeated=[\"'](\d{1,9})[\"']")
_VALUE = re.compile(rb"\soffice:value=[\"']([^\"']{0,40})[\"']")
_MARKUP = re.compile(r"<[^<>]*>")
_NO_DIGITS = re.compile(r"\D")


def _in_ods(archive: zipfile.ZipFile, sheet: str) -> Iterator[Shown]:
    """Walk the cells whose text has a plus or digits that their value has not: here a file says what is shown."""
    name, row, times, column = "", 0, 0, 0
    cells: list[tuple[int, str]] = []
    with archive.open("content.xml") as content:
        for piece in _by_rows(content):
            for table, about, line, of_line, _, of_cell, text in _ODS.findall(piece):
                if table or line:
                    yield from _repeated_rows(row, times, cells)
                    row, times, column, cells = row + times, _times(of_line) if line else 0, 0, []
                if table and name == sheet:
                    return
                if table:
                    name, row = workbook_parts.attributes(b" " + about).get("table:name", ""), 0
                elif not line:
                    value = _VALUE.search(of_cell) if name == sheet else None
                    shown = _more_shown(value[1].decode("utf-8", "replace"), text) if value else ""
                    if shown:
                        cells += ((at, shown) for at in range(column, column + _times(of_cell)))
                    column += _times(of_cell)
    yield from _repeated_rows(row, times, cells)


def _adds_in_ods(archive: zipfile.ZipFile) -> bool:
    """Tell whether a style of an OpenDocument workbook holds a plus or a digit as its own text."""
    if "styles.xml" in archive.namelist() and _ADDING.search(archive.read("styles.xml")):
        return True
    with archive.open("content.xml") as content:
        for piece in workbook_parts.whole_tags(content):
            if _ADDING.search(piece):
                return True
            if b"<office:body" in piece:
                break
    return False


def _by_rows(content: IO[bytes]) -> Iterator[bytes]:
    """Walk the content in pieces that end where a cell, a row or a table begins."""
    rest = b""
    for piece in workbook_parts.whole_tags(content):
        rest += piece
        cut = max(rest.rfind(b"<table:"), 0)
        yield rest[:cut]
        rest = rest[cut:][: workbook_parts.PIECE]
    yield rest


def _times(attributes: bytes) -> int:
    found = _REPEATED.search(attributes)
    return int(found[1]) if found else 1


def _repeated_rows(row: int, times: int, cells: list[tuple[int, str]]) -> Iterator[Shown]:
    for at in range(row, row + times if cells else row):
        for column, shown in cells:
            yield at, column, partial(_instead, shown)


def _instead(shown: str, _digits: str) -> str:
    return shown


def _more_shown(value: str, text: bytes) -> str:
    """Return the text of a cell if it has a plus before its value's digits, or further digits; else an empty one."""
    try:
        number = float(value)
    except ValueError:
        return ""
    digits = str(int(number)) if number.is_integer() else ""
    shown = unescape(_MARKUP.sub(" ", text.decode("utf-8", "replace")))
    all_digits = _NO_DIGITS.sub("", shown)
    if len(digits) < number_formats.FEWEST_DIGITS or digits not in all_digits:
        return ""
    before, _, behind = all_digits.partition(digits)
    has_plus = number_formats.PLUS.search(shown) is not None
    return shown if has_plus or (before.strip("0") and not behind) else ""
