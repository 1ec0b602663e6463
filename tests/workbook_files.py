"""Workbooks written by hand, for what no library writes: XLSB, Excel 95, and OpenDocument that repeats and lies."""

from __future__ import annotations

import struct
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

from xlwt.CompoundDoc import XlsDoc

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_TYPES = """<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">\
<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>\
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>"""
_RELATION = """<?xml version="1.0"?>\
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" \
Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/></Relationships>"""
_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)

ROW, FLOAT, STRING = 0, 5, 6  # record types of [MS-XLSB] 2.3
NAME, FILTER, FILTER_COLUMN = 39, 161, 163


def record(kind: int, data: bytes = b"") -> bytes:
    """Return a record of an XLSB part: type and length in seven bits a byte, then the data."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(data)
    while size >= 0x80:
        head += bytes([size & 0x7F | 0x80])
        size >>= 7
    return head + bytes([size]) + data


def wide(text: str) -> bytes:
    """Return a string of an XLSB record."""
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def row(number: int, *, hidden: bool = False) -> bytes:
    """Return the record with which a row begins, counted from 0."""
    return record(ROW, struct.pack("<IIHBBBI", number, 0, 300, 0, 0x10 * hidden, 0, 0))


def write_xlsb(
    path: Path,
    rows: Iterable[tuple[int, list[tuple[int, str | float]]]],
    more: bytes = b"",
    *,
    hidden: Iterable[int] = (),
    formats: Mapping[tuple[int, int], str] | None = None,
) -> Path:
    """Write a workbook of one sheet: rows by number with cells by column; `more` records come after them.

    `hidden` are numbers of rows that are not shown, `formats` the number formats of cells by row and column.
    """
    unseen, codes = set(hidden), formats or {}
    styles = {place: at for at, place in enumerate(codes, start=1)}
    sheet = record(129) + record(148, struct.pack("<IIII", 0, 1, 0, 1)) + record(145)
    for number, cells in rows:
        sheet += row(number, hidden=number in unseen)
        for column, value in cells:
            place = struct.pack("<II", column, styles.get((number, column), 0))
            text = isinstance(value, str)
            sheet += (
                record(STRING, place + wide(str(value))) if text else record(FLOAT, place + struct.pack("<d", value))
            )
    sheet += more + record(146) + record(130)
    named = struct.pack("<II", 0, 1) + wide("rId1") + wide("Leads")
    book = record(131) + record(143) + record(156, named) + record(144) + record(132)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("[Content_Types].xml", _TYPES)
        parts.writestr("_rels/.rels", _RELATION.format("officeDocument", "xl/workbook.bin"))
        parts.writestr("xl/workbook.bin", book)
        parts.writestr("xl/_rels/workbook.bin.rels", _RELATION.format("worksheet", "worksheets/sheet1.bin"))
        parts.writestr("xl/worksheets/sheet1.bin", sheet)
        if codes:
            parts.writestr("xl/styles.bin", _xlsb_styles(list(codes.values())))
    return path


def _xlsb_styles(codes: list[str]) -> bytes:
    """Return the part with the styles: the first of them is the usual one, each of the others has a format."""
    count, size = len(codes), struct.pack("<I", len(codes) + 1)
    formats = b"".join(record(44, struct.pack("<H", 164 + at) + wide(code)) for at, code in enumerate(codes))
    named = (
        record(626, struct.pack("<I", 1)) + record(47, struct.pack("<HHHHHHI", 0xFFFF, 0, 0, 0, 0, 0, 0)) + record(627)
    )
    cells = b"".join(
        record(47, struct.pack("<HHHHHHI", 0, number, 0, 0, 0, 0, 0)) for number in (0, *range(164, 164 + count))
    )
    formats = record(615, struct.pack("<I", count)) + formats + record(616)
    return record(278) + formats + named + record(617, size) + cells + record(618) + record(279)


def in_ole2(stream: bytes, name: str) -> bytes:
    """Return an OLE2 container with one stream, as xlwt makes it, under a name of at most eight letters."""
    made = BytesIO()
    XlsDoc().save(made, stream)
    old = "Workbook".encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 18)
    new = name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 2 * len(name) + 2)
    return made.getvalue().replace(old, new)


def write_excel_95(path: Path, rows: Iterable[Iterable[str | float]], page: str = "cp1252") -> Path:
    """Write a workbook of Excel 5 or 95 (BIFF5): its strings are bytes of the code page that it names."""
    begin = struct.pack("<HHHH", 0x0500, 5, 0, 0)
    name = "Leads".encode(page)
    book = _old(0x0809, begin) + _old(0x0042, struct.pack("<H", int(page.removeprefix("cp"))))
    place = len(book) + 4 + 7 + len(name) + 4
    book += _old(0x0085, struct.pack("<IHB", place, 0, len(name)) + name) + _old(0x000A)
    book += _old(0x0809, struct.pack("<HHHH", 0x0500, 0x10, 0, 0))
    for at, cells in enumerate(rows):
        for column, value in enumerate(cells):
            where = struct.pack("<HHH", at, column, 0)
            if isinstance(value, str):
                text = value.encode(page)
                book += _old(0x0204, where + struct.pack("<H", len(text)) + text)
            else:
                book += _old(0x0203, where + struct.pack("<d", value))
    path.write_bytes(in_ole2(book + _old(0x000A), "Book"))
    return path


def _old(kind: int, data: bytes = b"") -> bytes:
    """Return a record of an XLS."""
    return struct.pack("<HH", kind, len(data)) + data


def cell(text: str, more: str = "") -> str:
    """Return a cell of an OpenDocument sheet."""
    return f'<table:table-cell office:value-type="string" {more}><text:p>{text}</text:p></table:table-cell>'


def line(*cells: str, more: str = "") -> str:
    """Return a row of an OpenDocument sheet."""
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def write_ods(path: Path, *lines: str, dtd: str = "", after: str = "", parts: Iterable[str] = ()) -> Path:
    """Write a workbook of one sheet of these rows; `after` stands behind the table, `parts` are more entries' names."""
    table = f'<table:table table:name="Leads">{"".join(lines)}</table:table>{after}'
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    content = f'<?xml version="1.0"?>{dtd}<office:document-content {_SPACES}>{body}</office:document-content>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("content.xml", content)
        book.writestr("META-INF/manifest.xml", "<manifest/>")
        for name in parts:
            book.writestr(name, b"")
    return path
