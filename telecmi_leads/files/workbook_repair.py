"""What the reader of workbooks stumbles over, set right in a copy; and why it fails where that can be told.

Run within the child process (workbook_child), which loads it by its path, after workbook_parts. Each fault was seen in
files of other programs: sheets without a part, parts in UTF-16, merges of whole columns, blanks between the cells of
OpenDocument, code pages that old libraries name in an XLS though its strings are Unicode, and formulas in the records
of Excel 3 and 4.
"""

from __future__ import annotations

import io
import re
import struct
import sys
import zipfile
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telecmi_leads.files import workbook_parts
else:
    workbook_parts = sys.modules["workbook_parts"]  # the child has loaded it; the program itself is not on its path

_MAX_PART = 512 * 1024 * 1024
_MERGES = re.compile(
    rb"<(?:\w+:)?mergeCell\s+ref=[\"'](?![A-Z]+\d+(?::[A-Z]+\d+)?[\"'])[^\"']*[\"'][^<>]*>"
)  # not of cells
_ODS_BLANKS = re.compile(
    rb"(</?(?:office|table|calcext|draw|form|presentation|loext):[\w-]+(?:\s[^<>]*)?>|</text:p>)\s+(?=<)"
)
_ODS_TAG = re.compile(rb"<(/?)(?:\w+:)(table-row|table-cell|covered-table-cell|p)\b([^<>]*)>")
_REPEATED = re.compile(rb"number-(?:rows|columns)-repeated=[\"'](\d+)[\"']")
_MAX_ROWS, _MAX_COLUMNS, _MAX_NESTING = 1_048_576, 16_384, 64


def needs_repair(archive: zipfile.ZipFile, format_: str) -> bool:
    """Tell whether an XLSX would be read wrongly as it is: a part is in UTF-16, which is taken for an empty one."""
    if format_ != "xlsx":
        return False
    for entry in archive.infolist():
        if entry.filename.lower().endswith(".xml"):
            try:
                with archive.open(entry) as part:
                    if part.read(2) in workbook_parts.UTF16:
                        return True
            except workbook_parts.UNREADABLE:
                continue  # what is wrong with it is said when it is read
    return False


def repaired_zip(stream: BinaryIO, format_: str) -> tuple[io.BytesIO, list[str]]:
    """Return a copy of an XLSX or OpenDocument workbook that can be read, and the sheets that it leaves out."""
    stream.seek(0)
    copy, lost = io.BytesIO(), list[workbook_parts.SheetPart]()
    with zipfile.ZipFile(stream) as archive, zipfile.ZipFile(copy, "w") as made:
        for entry in archive.infolist():
            name = entry.filename.replace("\\", "/")
            if entry.is_dir() or entry.file_size > _MAX_PART:
                continue
            part = archive.read(entry)
            if name.lower().endswith((".xml", ".rels")):
                part = workbook_parts.as_utf8(part)
            if format_ == "ods" and name == "content.xml":
                part = _ODS_BLANKS.sub(rb"\1", part)
            elif format_ == "xlsx" and name == "xl/workbook.xml":
                lost = [sheet for sheet in workbook_parts.xlsx_sheets(archive) if not sheet.path]
                for sheet in lost:
                    part = part.replace(sheet.tag, b"")
            elif format_ == "xlsx" and "/worksheets/" in name:
                part = _MERGES.sub(b"", part)
            made.writestr(name, part)
    copy.seek(0)
    return copy, [sheet.name for sheet in lost]


# --- why an OpenDocument sheet can't be read ---------------------------------------------------------------


def ods_bound(stream: BinaryIO) -> tuple[str, str]:
    """Return which bound an OpenDocument sheet breaks, as a code with details; two empty texts where it breaks none."""
    stream.seek(0)
    bottom = right = row = column = depth = filled = 0
    for closing, tag, attributes in _ods_tags(stream):
        repeated = max((int(number[:12]) for number in _REPEATED.findall(attributes)), default=1)
        if tag == b"p":
            depth += -1 if closing else 0 if attributes.endswith(b"/") else 1
        elif tag == b"table-row" and not closing:
            row, column = row + repeated, 0
        elif not closing:
            column += repeated
            if b"value-type" in attributes:
                bottom, right, filled = max(bottom, row), max(right, column), filled + 1
        if depth > _MAX_NESTING:
            return "bomb", f"more than {_MAX_NESTING} paragraphs stand within one another"
        if bottom > _MAX_ROWS or right > _MAX_COLUMNS:
            what, most = ("row", _MAX_ROWS) if bottom > _MAX_ROWS else ("column", _MAX_COLUMNS)
            return "bomb", f"it has a cell in {what} {max(bottom, right):,}, and a sheet at most {most:,} {what}s"
    far = bottom * right > max(workbook_parts.MAX_EXTENT, workbook_parts.SPARSE * filled)
    return ("far", f"row {bottom:,}, column {right:,}") if far else ("", "")


def _ods_tags(stream: BinaryIO) -> Iterator[tuple[bytes, bytes, bytes]]:
    with zipfile.ZipFile(stream) as archive, archive.open("content.xml") as content:
        rest = b""
        while piece := content.read(workbook_parts.PIECE):
            piece = rest + piece
            end = piece.rfind(b"<")
            yield from _ODS_TAG.findall(piece[:end])
            rest = piece[end:][:4096]
        yield from _ODS_TAG.findall(rest)


# --- XLS ----------------------------------------------------------------------------------------------------

_BEGIN_OF_BIFF8 = b"\x09\x08\x10\x00\x00\x06"
_CODEPAGE, _UNICODE = 0x0042, 1200
_OLD_FORMULAS, _FORMULA = (0x0206, 0x0406), 0x0006


def repaired_xls(data: bytes, container: workbook_parts.Ole2) -> bytes | None:
    """Return an XLS of Excel 97 and later with its code page and the records of its formulas set right.

    None where there is nothing to repair. Strings are Unicode in such a file ([MS-XLS] 2.5.293), whatever code page
    it names, and calamine reads them in that code page.
    """
    places, stream = container.workbook()
    piece = container.piece
    patches: list[tuple[int, int]] = []
    if not stream.startswith(_BEGIN_OF_BIFF8):
        return None
    for at, kind, _ in workbook_parts.xls_records(stream):
        if kind == _CODEPAGE and stream[at + 4 : at + 6] != struct.pack("<H", _UNICODE):
            patches.append((at + 4, _UNICODE))
        elif kind in _OLD_FORMULAS:
            patches.append((at, _FORMULA))
    if not patches:
        return None
    made = bytearray(data)
    for place, number in patches:
        for offset, byte in enumerate(struct.pack("<H", number)):
            made[places[(place + offset) // piece] + (place + offset) % piece] = byte
    return bytes(made)
