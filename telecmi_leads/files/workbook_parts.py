"""The parts of a zipped workbook: where they lie, what can be told without reading it, and copies that are set right.

Each fault that is set right was seen in files of other programs: sheets without a part, parts in UTF-16, merges of
whole columns, and blanks between the cells of OpenDocument. workbook_ole2 does the same for an XLS.

Run within the child process (workbook_child), which loads it by its path: it imports nothing of the program.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from html import unescape
from typing import IO, TYPE_CHECKING, BinaryIO

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE = 1024 * 1024
"""Bytes of a part that are looked at in one go."""

MAX_EXTENT = 16_000_000
"""Cells between the corners of a sheet, of which calamine holds every empty one in memory."""

SPARSE = 10
"""Times as many cells as are filled that there may be between the corners of a large sheet."""

UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)
"""What zipfile raises for entries that are not where the archive says, or not packed as it says."""

# Of [MS-XLSB] 2.3: a sheet of the workbook, the begin of its filter, and of one column's filter with its kind's bytes.
_BUNDLE_SHEET, _BEGIN_FILTER, _FILTER_COLUMN = 156, 161, b"\xa3\x01"
_XLSB_FLAGS, _XLSB_HIDDEN = 11, 0x10  # fDyZero of BrtRowHdr, 2.4.748

UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
"""How a part in UTF-16 begins: with either mark, or without one."""

_DECLARED = re.compile(r"^\s*<\?xml[^>]*\?>")
_TAG = 2000  # bytes of the longest tag that is looked into
_SHEET = re.compile(rb"<(?:\w{1,20}:)?sheet\s[^<>]{0,2000}?/?>(?:</(?:\w{1,20}:)?sheet>)?")
_RELATION = re.compile(rb"<(?:\w{1,20}:)?Relationship\s[^<>]{0,2000}>")
_ATTRIBUTE = re.compile(rb"\s((?:\w{1,20}:)?\w{1,40})\s*=\s*(?:\"([^\"<>]{0,1000})\"|'([^'<>]{0,1000})')")
_KINDS = ("/worksheet", "/chartsheet", "/dialogsheet")
_HIDDEN_ROW = re.compile(rb"<(?:\w{1,20}:)?row\b[^<>]{0,500}?\shidden=[\"'](?:1|true)[\"']")
_FILTER = re.compile(rb"<(?:\w{1,20}:)?(autoFilter|tablePart)\b")
_HIDDEN_ODS = re.compile(
    rb"<table:(table)\s([^<>]{0,2000})>|<table:table-row\b([^<>]{0,500}\stable:visibility=[\"']filter[\"'][^<>]{0,500})>"
)
_REPEATED = re.compile(rb"number-rows-repeated=[\"'](\d{1,9})[\"']")


# --- zipped workbooks ---------------------------------------------------------------------------------------


def as_utf8(part: bytes) -> bytes:
    """Return a part of XML that may be in UTF-16 as UTF-8."""
    if part[:2] not in UTF16:
        return part
    codec = "utf-16" if part[:2] in UTF16[:2] else "utf-16-le" if part[:2] == UTF16[2] else "utf-16-be"
    text = _DECLARED.sub("", part.decode(codec, "replace"))
    return b'<?xml version="1.0" encoding="UTF-8"?>' + text.encode("utf-8", "replace")


class SheetPart(Struct, frozen=True):
    """A sheet that an XLSX names: the tag that names it, and the `path` of its part.

    The path is empty where the workbook has no such part, or one that holds neither cells, a chart nor a dialog.
    """

    name: str
    tag: bytes
    path: str


def xlsx_sheets(archive: zipfile.ZipFile) -> list[SheetPart]:
    """Return the sheets that an XLSX names, in order; none where the list of sheets lies elsewhere."""
    relations = dict(map(_relation, _RELATION.findall(read_part(archive, "xl/_rels/workbook.xml.rels"))))
    there = {name.replace("\\", "/") for name in archive.namelist()}
    found = []
    for tag in _SHEET.findall(read_part(archive, "xl/workbook.xml")):
        told = attributes(tag)
        kind, path = relations.get(next((told[key] for key in told if key.endswith(":id")), ""), ("", ""))
        found.append(SheetPart(told.get("name", ""), tag, path if kind.endswith(_KINDS) and path in there else ""))
    return found


def _relation(tag: bytes) -> tuple[str, tuple[str, str]]:
    """Return the id of a relation, its type, and the path of the part it leads to."""
    told = attributes(tag)
    target = told.get("Target", "")
    path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
    return told.get("Id", ""), (told.get("Type", ""), path)


def attributes(tag: bytes) -> dict[str, str]:
    """Return the attributes of a tag."""
    return {
        key.decode("utf-8", "replace"): unescape((double or single).decode("utf-8", "replace"))
        for key, double, single in _ATTRIBUTE.findall(tag)
    }


def read_part(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return a part of XML, as UTF-8; nothing where there is none."""
    try:
        return as_utf8(archive.read(name))
    except KeyError:
        return b""


def hidden_rows(stream: BinaryIO, format_: str) -> dict[str, int]:
    """Return how many rows of each sheet of a zipped workbook a filter hides."""
    stream.seek(0)
    try:
        archive = zipfile.ZipFile(stream)
        if format_ == "ods":
            with archive.open("content.xml") as content:
                return _hidden_in_ods(content)
        counts = _hidden_in_xlsb(archive) if format_ == "xlsb" else _hidden_in_xlsx(archive)
    except (KeyError, struct.error, *UNREADABLE):
        return {}  # a workbook whose parts lie elsewhere: its rows are read all the same
    return {name: count for name, count in counts.items() if count}


def _hidden_in_xlsx(archive: zipfile.ZipFile) -> dict[str, int]:
    tables = _has_filtered_table(archive, b"filterColumn")
    if not tables and b"_FilterDatabase" not in read_part(archive, "xl/workbook.xml"):
        return {}
    counts = {}
    for sheet in xlsx_sheets(archive):
        if sheet.path:
            hidden, filtered = 0, False
            with archive.open(sheet.path) as part:
                for piece in whole_tags(part):
                    hidden += len(_HIDDEN_ROW.findall(piece))
                    signs = _FILTER.findall(piece)
                    filtered = filtered or b"autoFilter" in signs or (tables and b"tablePart" in signs)
            counts[sheet.name] = hidden if filtered else 0
    return counts


def _has_filtered_table(archive: zipfile.ZipFile, sign: bytes) -> bool:
    """Tell whether a range that is formatted as a table has a filter set: it is kept in the table's own part."""
    return any(sign in archive.read(name) for name in archive.namelist() if name.startswith("xl/tables/"))


def _hidden_in_xlsb(archive: zipfile.ZipFile) -> dict[str, int]:
    tables, book = _has_filtered_table(archive, _FILTER_COLUMN), archive.read("xl/workbook.bin")
    if not tables and "_FilterDatabase".encode("utf-16-le") not in book:
        return {}
    return {name: _hidden_in_xlsb_sheet(archive.read(at), filtered=tables) for name, at in xlsb_sheets(archive).items()}


def xlsb_sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the path of each sheet of an XLSB that is there."""
    relations = dict(map(_relation, _RELATION.findall(read_part(archive, "xl/_rels/workbook.bin.rels"))))
    book, found = archive.read("xl/workbook.bin"), {}
    for kind, at, size in xlsb_records(book):
        if kind == _BUNDLE_SHEET:
            length = 12 + 2 * int.from_bytes(book[at + 8 : at + 12], "little")
            texts = (book[at + 12 : at + length], book[at + length + 4 : at + size])
            relation, name = (text.decode("utf-16-le", "replace") for text in texts)
            _, found[name] = relations.get(relation, ("", ""))
    return {name: path for name, path in found.items() if path in archive.NameToInfo}


def _hidden_in_xlsb_sheet(part: bytes, *, filtered: bool) -> int:
    hidden = 0
    for kind, at, size in xlsb_records(part):
        hidden += kind == 0 and size > _XLSB_FLAGS and part[at + _XLSB_FLAGS] & _XLSB_HIDDEN != 0
        filtered = filtered or kind == _BEGIN_FILTER
    return hidden if filtered else 0


def xlsb_records(part: bytes) -> Iterator[tuple[int, int, int]]:
    """Walk the records of a part: their kind, where their data begin, and its size ([MS-XLSB] 2.1.4)."""
    at, end = 0, len(part) - 1
    while at < end:
        kind = part[at]
        if kind & 0x80:
            at += 1
            kind = kind & 0x7F | part[at] << 7
        size = 0
        for shift in (0, 7, 14, 21):
            at += 1
            byte = part[at] if at <= end else 0
            size |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
        at += 1
        yield kind, at, size
        at += size


def _hidden_in_ods(content: IO[bytes]) -> dict[str, int]:
    found: dict[str, int] = {}
    name = ""
    for piece in whole_tags(content):
        for table, about, row in _HIDDEN_ODS.findall(piece):
            if table:
                name = attributes(b" " + about).get("table:name", "")
            else:
                repeated = _REPEATED.search(row)
                found[name] = found.get(name, 0) + (int(repeated[1]) if repeated else 1)
    return found


def whole_tags(part: IO[bytes]) -> Iterator[bytes]:
    """Walk a part in pieces that end where a tag begins."""
    rest = b""
    while piece := part.read(PIECE):
        piece = rest + piece
        cut = piece.rfind(b"<")
        yield piece[:cut]
        rest = piece[cut:][:_TAG] if cut >= 0 else b""
    yield rest


# --- zipped workbooks set right -----------------------------------------------------------------------------

_MAX_PART = 512 * 1024 * 1024
_MERGES = re.compile(
    rb"<(?:\w+:)?mergeCell\s+ref=[\"'](?![A-Z]+\d+(?::[A-Z]+\d+)?[\"'])[^\"']*[\"'][^<>]*>"
)  # not of cells
_ODS_BLANKS = re.compile(
    rb"(</?(?:office|table|calcext|draw|form|presentation|loext):[\w-]+(?:\s[^<>]*)?>|</text:p>)\s+(?=<)"
)
_ODS_TAG = re.compile(rb"<(/?)(?:\w+:)(table-row|table-cell|covered-table-cell|p)\b([^<>]*)>")
_ODS_REPEATED = re.compile(rb"number-(?:rows|columns)-repeated=[\"'](\d+)[\"']")
_MAX_ROWS, _MAX_COLUMNS, _MAX_NESTING = 1_048_576, 16_384, 64


def needs_repair(archive: zipfile.ZipFile, format_: str) -> bool:
    """Tell whether an XLSX would be read wrongly as it is: a part is in UTF-16, which is taken for an empty one."""
    if format_ != "xlsx":
        return False
    for entry in archive.infolist():
        if entry.filename.lower().endswith(".xml"):
            try:
                with archive.open(entry) as part:
                    if part.read(2) in UTF16:
                        return True
            except UNREADABLE:
                continue  # what is wrong with it is said when it is read
    return False


def repaired_zip(stream: BinaryIO, format_: str) -> tuple[io.BytesIO, list[str]]:
    """Return a copy of an XLSX or OpenDocument workbook that can be read, and the sheets that it leaves out."""
    stream.seek(0)
    copy, lost = io.BytesIO(), list[SheetPart]()
    with zipfile.ZipFile(stream) as archive, zipfile.ZipFile(copy, "w") as made:
        for entry in archive.infolist():
            name = entry.filename.replace("\\", "/")
            if entry.is_dir() or entry.file_size > _MAX_PART:
                continue
            part = archive.read(entry)
            if name.lower().endswith((".xml", ".rels")):
                part = as_utf8(part)
            if format_ == "ods" and name == "content.xml":
                part = _ODS_BLANKS.sub(rb"\1", part)
            elif format_ == "xlsx" and name == "xl/workbook.xml":
                lost = [sheet for sheet in xlsx_sheets(archive) if not sheet.path]
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
        repeated = max((int(number[:12]) for number in _ODS_REPEATED.findall(attributes)), default=1)
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
    far = bottom * right > max(MAX_EXTENT, SPARSE * filled)
    return ("far", f"row {bottom:,}, column {right:,}") if far else ("", "")


def _ods_tags(stream: BinaryIO) -> Iterator[tuple[bytes, bytes, bytes]]:
    with zipfile.ZipFile(stream) as archive, archive.open("content.xml") as content:
        rest = b""
        while piece := content.read(PIECE):
            piece = rest + piece
            end = piece.rfind(b"<")
            yield from _ODS_TAG.findall(piece[:end])
            rest = piece[end:][:4096]
        yield from _ODS_TAG.findall(rest)
