"""The shell of a workbook: what kind of file it is, and whether it is safe to read, told before calamine reads it.

A file of another kind, one with a password, an archive that unpacks to far more than it holds, and a sheet whose
corners lie too far apart are refused.

Run within the child process (workbook_child), which loads it by its path: it imports nothing of the program.
"""

from __future__ import annotations

import re
import sys
import zipfile
from typing import IO, TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Container

    from telecmi_leads.files import workbook_formats, workbook_parts
else:
    workbook_formats, workbook_parts = sys.modules["workbook_formats"], sys.modules["workbook_parts"]

_MB = 1024 * 1024
_MAX_ENTRIES = 10_000
_MAX_RATIO = 100  # XML packs 5 to 40 times, a bomb a thousand times
_UNSUSPECTED = 64 * _MB

_BEGIN = re.compile(rb"\x09\x08..\x00[\x05\x06]\x05\x00", re.DOTALL)  # BOF of a workbook, Excel 5 to 2003
_FILE_PASS = b"\x2f\x00"
_FIRST_RECORDS = 8
_OTHER_ZIPS = (
    ("word/document.xml", "a Word document"),
    ("ppt/presentation.xml", "a PowerPoint presentation"),
    ("Index/Document.iwa", "an Apple Numbers document"),
    ("Index.zip", "an Apple Numbers document"),
    ("META-INF/MANIFEST.MF", "a Java archive"),
)
_OTHER_STREAMS = (
    ("WordDocument", "a Word document"),
    ("PowerPoint Document", "a PowerPoint presentation"),
    ("__properties_version1.0", "an Outlook message"),
)
_DIMENSION = re.compile(rb"<(?:\w{1,20}:)?dimension[^<>]{0,500}\sref=[\"'](?:[A-Z]+\d+:)?([A-Z]+)(\d+)[\"']")
_CELL = re.compile(rb"<(?:\w{1,20}:)?c\b(?>[^<>]{0,500}?\sr=[\"']([A-Z]+)(\d+)[\"'])[^<>]{0,500}?(/?)>")

_column = workbook_formats.column_number


class Refused(Exception):
    """The file is refused: `code` says why, `detail` what exactly."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


# --- zipped workbooks ---------------------------------------------------------------------------------------


def look_into_zip(stream: BinaryIO, *, exactly: bool) -> tuple[str, int]:
    """Return the format of a zipped workbook and its size unpacked; raises Refused for anything else and for bombs.

    `exactly` measures each sheet, whatever it says of its extent itself.
    """
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Refused("damaged") from None
    entries = archive.infolist()
    if len(entries) > _MAX_ENTRIES:
        raise Refused("bomb", f"it holds {len(entries):,} files")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused("password")
    for entry in entries:
        if entry.file_size > max(_UNSUSPECTED, _MAX_RATIO * entry.compress_size):
            raise Refused("bomb", f"{entry.filename} unpacks to {entry.file_size // _MB:,} MB")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > max(4 * _UNSUSPECTED, _MAX_RATIO * sum(entry.compress_size for entry in entries)):
        raise Refused("bomb", f"it unpacks to {unpacked // _MB:,} MB")
    try:
        format_ = _zip_format(archive, {entry.filename.replace("\\", "/") for entry in entries})
    except workbook_parts.UNREADABLE as error:
        raise Refused("damaged", str(error)) from None
    for entry in entries:
        if format_ == "xlsx" and "/worksheets/" in entry.filename.replace("\\", "/"):
            _check_extent(archive, entry, exactly=exactly)
    return format_, unpacked


def _zip_format(archive: zipfile.ZipFile, names: set[str]) -> str:
    if any(name.startswith("xl/") and name.endswith(".bin") and "workbook" in name for name in names):
        return "xlsb"
    for name, what in _OTHER_ZIPS:
        if name in names:
            raise Refused("other", what)
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise Refused("password")
    if "content.xml" in names:
        kind = archive.read("mimetype")[:100].decode("ascii", "replace") if "mimetype" in names else ""
        if kind and "spreadsheet" not in kind:
            raise Refused("other", "an OpenDocument file, but no spreadsheet")
        return "ods"
    if "[Content_Types].xml" in names:  # a workbook whose parts lie elsewhere, perhaps
        return "xlsx"
    raise Refused("archive", ", ".join(sorted(names)[:3]))


def _check_extent(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, exactly: bool) -> None:
    """Refuse a sheet whose corners lie so far apart that no memory holds what is between them."""
    try:
        with archive.open(entry) as sheet:
            said = _DIMENSION.search(sheet.read(8192))
            if not exactly and (said is None or _column(said[1]) * int(said[2][:9]) <= workbook_parts.MAX_EXTENT):
                return
        with archive.open(entry) as sheet:
            far = _far_corner(sheet)
    except workbook_parts.UNREADABLE:
        return  # calamine says what is wrong with it
    if far is not None:
        raise Refused("far", far)


def _far_corner(sheet: IO[bytes]) -> str | None:
    """Return the far corner of a sheet's filled cells, None where these are not too far apart."""
    top, left, bottom, right, filled, rest = sys.maxsize, sys.maxsize, 0, 0, 0, b""
    while piece := sheet.read(_MB):
        piece = rest + piece
        for column, row, empty in _CELL.findall(piece):
            if not empty:
                filled += 1
                bottom, top = max(bottom, int(row[:9])), min(top, int(row[:9]))
                right, left = (
                    max(right, _column(column)),
                    min(left, _column(column)),
                )
        rest = piece[piece.rfind(b"<") :][:1000]
    extent = (bottom - top + 1) * (right - left + 1) if filled else 0
    if extent <= max(workbook_parts.MAX_EXTENT, workbook_parts.SPARSE * filled):
        return None
    return f"{_letters(right)}{bottom}"


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


# --- OLE2 containers ------------------------------------------------------------------------------------------


def refuse_other_documents(names: Container[str]) -> None:
    """Raise Refused where an OLE2 container that holds streams of these names is a document of another kind."""
    for name, what in _OTHER_STREAMS:
        if name in names:
            raise Refused("other", what)


def explain_ole2(stream: BinaryIO) -> None:
    """Raise Refused with what an OLE2 container is that is not a readable workbook, if that can be told."""
    stream.seek(0)
    data = stream.read()
    if "EncryptedPackage".encode("utf-16-le") in data or _has_file_pass(data):
        raise Refused("password")
    for name, what in _OTHER_STREAMS:
        if name.encode("utf-16-le") in data:
            raise Refused("other", what)


def _has_file_pass(data: bytes) -> bool:
    """Tell whether one of a workbook's first records says that the others are encrypted ([MS-XLS] 2.4.117)."""
    begun = _BEGIN.search(data)
    at = begun.start() if begun else len(data)
    for _ in range(_FIRST_RECORDS):
        kind, size = data[at : at + 2], int.from_bytes(data[at + 2 : at + 4], "little")
        if kind == _FILE_PASS:
            return True
        at += 4 + size
    return False
