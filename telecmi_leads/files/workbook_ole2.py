"""An XLS: the OLE2 container around it, what its records tell without reading it, and a copy that is set right.

Each fault that is set right was seen in files of other programs: code pages that old libraries name though the strings
are Unicode, and formulas in the records of Excel 3 and 4.

Run within the child process (workbook_child), which loads it by its path: it imports nothing of the program.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FREE = 0xFFFFFFFA  # and above: sectors that are none


# --- the container ---------------------------------------------------------------------------------------


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
        self.piece = self.length = 0

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

    def workbook(self) -> tuple[list[int], bytes]:
        """Return the places of the workbook's pieces (see `stream`), and its bytes; nothing where there is none."""
        name = next((each for each in self.names if each.lower() == "workbook"), "")
        places = self.stream(name) if name else []
        return places, b"".join(self._data[at : at + self.piece] for at in places)[: self.length]

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


# --- its records ------------------------------------------------------------------------------------------

_BOF, _END, _BOUND_SHEET, _ROW, _FILTER_MODE, _AUTO_FILTER = 0x0809, 0x000A, 0x0085, 0x0208, 0x009B, 0x009D
_TEXTS, _TEXT_CELL = 0x00FC, 0x00FD  # SST and LabelSst of [MS-XLS] 2.3
_TEXTS_HEAD, _TEXT_FIELDS = 8, 10  # bytes: the counts before the texts, and all fields of such a cell
_FILTERS = (b"\x9b\x00\x00\x00", b"\x9d\x00\x02\x00")  # the same two with their sizes
_ROW_HIDDEN = 0x20  # fDyZero of [MS-XLS] 2.4.221
_BOUND_SHEET_HEAD, _ROW_FIELDS = 8, 16  # bytes: what stands before a sheet's name, and all fields of a row


def xls_records(stream: bytes) -> Iterator[tuple[int, int, int]]:
    """Walk the records of an XLS: where one begins, its kind, and the size of its data."""
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield at, kind, size
        at += 4 + size


def doubtful_texts(stream: bytes) -> dict[str, dict[int, list[int]]]:
    """Return the cells of an XLS whose text lies beyond its list of texts: sheet → row → columns.

    The list says how many it holds, and some programs say too few. What calamine does not find it takes for empty.
    """
    known = begun = 0
    found: dict[int, dict[int, list[int]]] = {}
    for at, kind, size in xls_records(stream):
        if kind == _BOF:
            begun = at
        elif kind == _TEXTS and size >= _TEXTS_HEAD:
            (known,) = struct.unpack_from("<I", stream, at + 8)
        elif kind == _TEXT_CELL and at + 4 + _TEXT_FIELDS <= len(stream):
            row, column, text = struct.unpack_from("<HH2xI", stream, at + 4)
            if text >= known:
                found.setdefault(begun, {}).setdefault(row, []).append(column)
    return {name: found[place] for place, name in xls_sheets(stream).items() if place in found}


def hidden_in_xls(stream: bytes) -> dict[str, int]:
    """Return how many rows of each sheet of an XLS of Excel 97 and later a filter hides."""
    if not any(record in stream for record in _FILTERS):
        return {}
    counts: dict[int, int] = {}
    filtered, begun = set[int](), 0
    for at, kind, size in xls_records(stream):
        if kind == _BOF:
            begun = at
        elif kind == _ROW and size >= _ROW_FIELDS and stream[at + 16] & _ROW_HIDDEN:
            counts[begun] = counts.get(begun, 0) + 1
        elif kind in {_FILTER_MODE, _AUTO_FILTER}:
            filtered.add(begun)
    return {name: counts[place] for place, name in xls_sheets(stream).items() if place in filtered & counts.keys()}


def xls_sheets(stream: bytes) -> dict[int, str]:
    """Return the names of the sheets of an XLS of Excel 97 and later, by where their records begin."""
    names = {}
    for at, kind, size in xls_records(stream):
        if kind == _END:
            break
        if kind == _BOUND_SHEET and size > _BOUND_SHEET_HEAD:
            place, length, wide = struct.unpack_from("<I2xBB", stream, at + 4)
            name = stream[at + 12 : at + 12 + length * (1 + (wide & 1))]
            names[place] = name.decode("utf-16-le" if wide & 1 else "latin-1", "replace")
    return names


# --- an XLS set right ----------------------------------------------------------------------------------------

_BEGIN_OF_BIFF8 = b"\x09\x08\x10\x00\x00\x06"
_CODEPAGE, _UNICODE = 0x0042, 1200
_OLD_FORMULAS, _FORMULA = (0x0206, 0x0406), 0x0006


def repaired_xls(data: bytes, container: Ole2) -> bytes | None:
    """Return an XLS of Excel 97 and later with its code page and the records of its formulas set right.

    None where there is nothing to repair. Strings are Unicode in such a file ([MS-XLS] 2.5.293), whatever code page
    it names, and calamine reads them in that code page.
    """
    places, stream = container.workbook()
    piece = container.piece
    patches: list[tuple[int, int]] = []
    if not stream.startswith(_BEGIN_OF_BIFF8):
        return None
    for at, kind, _ in xls_records(stream):
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
