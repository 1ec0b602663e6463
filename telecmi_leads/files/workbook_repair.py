"""What the reader of workbooks stumbles over, set right in a copy; and why it fails where that can be told.

Run within the child process (workbook_child), which loads it by its path: it imports nothing of the program. Each
fault was seen in files of other programs: sheets without a part, parts in UTF-16, merges of whole columns, blanks
between the cells of OpenDocument, code pages that old libraries name in an XLS though its strings are Unicode, and
formulas in the records of Excel 3 and 4.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_PART = 512 * 1024 * 1024
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_DECLARED = re.compile(r"^\s*<\?xml[^>]*\?>")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^<>]*?/?>(?:</(?:\w+:)?sheet>)?")
_NAME = re.compile(rb"\sname\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_RELATION_ID = re.compile(rb"\s\w+:id\s*=\s*[\"']([^\"']*)[\"']")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^<>]*>")
_ATTRIBUTE = re.compile(rb"\s(Id|Type|Target)\s*=\s*[\"']([^\"']*)[\"']")
_KINDS = (b"/worksheet", b"/chartsheet", b"/dialogsheet")
_MERGES = re.compile(
    rb"<(?:\w+:)?mergeCell\s+ref=[\"'](?![A-Z]+\d+(?::[A-Z]+\d+)?[\"'])[^\"']*[\"'][^<>]*>"
)  # not of cells
_ODS_BLANKS = re.compile(
    rb"(</?(?:office|table|calcext|draw|form|presentation|loext):[\w-]+(?:\s[^<>]*)?>|</text:p>)\s+(?=<)"
)
_ODS_TAG = re.compile(rb"<(/?)(?:\w+:)(table-row|table-cell|covered-table-cell|p)\b([^<>]*)>")
_REPEATED = re.compile(rb"number-(?:rows|columns)-repeated=[\"'](\d+)[\"']")
_MAX_EXTENT, _SPARSE = 16_000_000, 10  # as in workbook_child
_MAX_ROWS, _MAX_COLUMNS, _MAX_NESTING = 1_048_576, 16_384, 64


def needs_repair(archive: zipfile.ZipFile, format_: str) -> bool:
    """Tell whether an XLSX would be read wrongly as it is: a part is in UTF-16, which is taken for an empty one."""
    if format_ != "xlsx":
        return False
    for entry in archive.infolist():
        if entry.filename.lower().endswith(".xml"):
            try:
                with archive.open(entry) as part:
                    if part.read(2) in _UTF16:
                        return True
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
                continue  # what is wrong with it is said when it is read
    return False


def repaired_zip(stream: BinaryIO, format_: str) -> tuple[io.BytesIO, list[str]]:
    """Return a copy of an XLSX or OpenDocument workbook that can be read, and the sheets that it leaves out."""
    stream.seek(0)
    copy, left_out = io.BytesIO(), list[str]()
    with zipfile.ZipFile(stream) as archive, zipfile.ZipFile(copy, "w") as made:
        for entry in archive.infolist():
            name = entry.filename.replace("\\", "/")
            if entry.is_dir() or entry.file_size > _MAX_PART:
                continue
            part = archive.read(entry)
            if part[:2] in _UTF16 and name.lower().endswith((".xml", ".rels")):
                part = _as_utf8(part)
            if format_ == "ods" and name == "content.xml":
                part = _ODS_BLANKS.sub(rb"\1", part)
            elif format_ == "xlsx" and name == "xl/workbook.xml":
                part, left_out = _without_lost_sheets(part, archive)
            elif format_ == "xlsx" and "/worksheets/" in name:
                part = _MERGES.sub(b"", part)
            made.writestr(name, part)
    copy.seek(0)
    return copy, left_out


def _as_utf8(part: bytes) -> bytes:
    codec = "utf-16" if part[:2] in _UTF16[:2] else "utf-16-le" if part[:2] == _UTF16[2] else "utf-16-be"
    text = _DECLARED.sub("", part.decode(codec, "replace"))
    return b'<?xml version="1.0" encoding="UTF-8"?>' + text.encode("utf-8", "replace")


def _without_lost_sheets(book: bytes, archive: zipfile.ZipFile) -> tuple[bytes, list[str]]:
    """Take out of a workbook's list the sheets that have no part of a kind that is known."""
    names = {name.replace("\\", "/") for name in archive.namelist()}
    parts = {}
    for found in _RELATION.findall(_read(archive, "xl/_rels/workbook.xml.rels")):
        told = dict(_ATTRIBUTE.findall(found))
        target = told.get(b"Target", b"").decode("utf-8", "replace")
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        parts[told.get(b"Id", b"")] = told.get(b"Type", b"").endswith(_KINDS) and path in names
    left_out: list[str] = []

    def kept(found: re.Match[bytes]) -> bytes:
        relation, name = _RELATION_ID.search(found[0]), _NAME.search(found[0])
        if relation is not None and parts.get(relation[1]):
            return found[0]
        left_out.append((name[1] or name[2] or b"").decode("utf-8", "replace") if name else "")
        return b""

    return _SHEET.sub(kept, book), left_out


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        part = archive.read(name)
    except KeyError:
        return b""
    return _as_utf8(part) if part[:2] in _UTF16 else part


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
    far = bottom * right > max(_MAX_EXTENT, _SPARSE * filled)
    return ("far", f"row {bottom:,}, column {right:,}") if far else ("", "")


def _ods_tags(stream: BinaryIO) -> Iterator[tuple[bytes, bytes, bytes]]:
    with zipfile.ZipFile(stream) as archive, archive.open("content.xml") as content:
        rest = b""
        while piece := content.read(1024 * 1024):
            piece = rest + piece
            end = piece.rfind(b"<")
            yield from _ODS_TAG.findall(piece[:end])
            rest = piece[end:][:4096]
        yield from _ODS_TAG.findall(rest)


# --- XLS ----------------------------------------------------------------------------------------------------

_FREE = 0xFFFFFFFA  # and above: sectors that are none
_BOF, _CODEPAGE, _UNICODE, _BIFF8 = 0x0809, 0x0042, 1200, 0x0600
_OLD_FORMULAS, _FORMULA = (0x0206, 0x0406), 0x0006


class Ole2:
    """An OLE2 container ([MS-CFB]): `names` are those in its root, `stream` finds where one's bytes lie."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._size = 1 << min(struct.unpack_from("<H", data, 30)[0], 16)
        self._small = 1 << min(struct.unpack_from("<H", data, 32)[0], 16)
        directory, self._cutoff, mini_fat = struct.unpack_from("<I4xI I", data, 48)
        self._fat = self._table(self._fat_sectors())
        self._mini_fat = self._table(list(self._chain(mini_fat, self._fat)))
        entries = b"".join(map(self._sector, self._chain(directory, self._fat)))
        self._entries = [entries[at : at + 128] for at in range(0, len(entries) - 127, 128)]
        self.names = dict(self._children())

    def stream(self, name: str) -> list[int]:
        """Return the places in the file at which each piece of a stream begins; the pieces are all of `piece` bytes."""
        start, size = struct.unpack_from("<II", self._entries[self.names[name]], 116)
        self.length = size
        if size >= self._cutoff:
            self.piece = self._size
            return [(number + 1) * self._size for number in self._chain(start, self._fat)]
        self.piece = self._small
        (root,) = struct.unpack_from("<I", self._entries[0], 116)
        whole = [(number + 1) * self._size for number in self._chain(root, self._fat)]
        places = (number * self._small for number in self._chain(start, self._mini_fat))
        return [whole[at // self._size] + at % self._size for at in places if at // self._size < len(whole)]

    def _sector(self, number: int) -> bytes:
        return self._data[(number + 1) * self._size : (number + 2) * self._size]

    def _fat_sectors(self) -> list[int]:
        sectors = list(struct.unpack_from("<109I", self._data, 76))
        (following,) = struct.unpack_from("<I", self._data, 68)
        most = len(self._data) // self._size + 1
        for _ in range(most):
            if following >= _FREE:
                break
            more = self._sector(following)
            numbers = struct.unpack(f"<{len(more) // 4}I", more[: len(more) // 4 * 4])
            sectors += numbers[:-1]
            following = numbers[-1] if numbers else _FREE
        return [number for number in sectors[: 2 * most + 109] if number < _FREE]

    def _table(self, sectors: list[int]) -> list[int]:
        data = b"".join(map(self._sector, sectors))
        return list(struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))

    @staticmethod
    def _chain(start: int, table: list[int]) -> Iterator[int]:
        for _ in range(len(table)):
            if start >= len(table):
                return
            yield start
            start = table[start]

    def _children(self) -> Iterator[tuple[str, int]]:
        waiting, seen = [self._child(0, 76)], set[int]()
        while waiting:
            number = waiting.pop()
            if number < len(self._entries) and number not in seen:
                seen.add(number)
                entry = self._entries[number]
                size = min(struct.unpack_from("<H", entry, 64)[0], 64)
                yield entry[: max(size - 2, 0)].decode("utf-16-le", "replace"), number
                waiting += [self._child(number, 68), self._child(number, 72)]

    def _child(self, number: int, at: int) -> int:
        child: int = struct.unpack_from("<I", self._entries[number], at)[0] if number < len(self._entries) else _FREE
        return child


def opened_ole2(data: bytes) -> Ole2 | None:
    """Open an OLE2 container; None where it is damaged."""
    try:
        return Ole2(data)
    except (struct.error, IndexError):
        return None


def repaired_xls(data: bytes, container: Ole2) -> bytes | None:
    """Return an XLS of Excel 97 and later with its code page and the records of its formulas set right.

    None where there is nothing to repair. Strings are Unicode in such a file ([MS-XLS] 2.5.293), whatever code page
    it names, and calamine reads them in that code page.
    """
    name = next((each for each in container.names if each.lower() == "workbook"), "")
    if not name:
        return None
    places, piece = container.stream(name), container.piece
    stream = b"".join(data[at : at + piece] for at in places)[: container.length]
    patches: list[tuple[int, int]] = []
    at, version = 0, 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        if kind == _BOF and size >= 2:  # noqa: PLR2004 - bytes of the version
            (version,) = struct.unpack_from("<H", stream, at + 4)
        if version != _BIFF8 and at == 0:
            return None
        if kind == _CODEPAGE and stream[at + 4 : at + 6] != struct.pack("<H", _UNICODE):
            patches.append((at + 4, _UNICODE))
        elif kind in _OLD_FORMULAS:
            patches.append((at, _FORMULA))
        at += 4 + size
    if not patches:
        return None
    made = bytearray(data)
    for place, number in patches:
        for offset, byte in enumerate(struct.pack("<H", number)):
            made[places[(place + offset) // piece] + (place + offset) % piece] = byte
    return bytes(made)
