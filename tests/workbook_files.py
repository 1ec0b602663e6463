"""Workbooks written by hand, for what no library writes: XLSB, and OpenDocument files that repeat, refer and lie."""

from __future__ import annotations

import struct
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
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


def row(number: int) -> bytes:
    """Return the record with which a row begins, counted from 0."""
    return record(ROW, struct.pack("<IIHBBBI", number, 0, 300, 0, 0, 0, 0))


def write_xlsb(path: Path, rows: Iterable[tuple[int, list[tuple[int, str | float]]]], more: bytes = b"") -> Path:
    """Write a workbook of one sheet: rows by number with cells by column; `more` records come after them."""
    sheet = record(129) + record(148, struct.pack("<IIII", 0, 1, 0, 1)) + record(145)
    for number, cells in rows:
        sheet += row(number)
        for column, value in cells:
            place = struct.pack("<II", column, 0)
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
    return path


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
