"""Bytes → text: which encoding a file has, decided on the whole of it, and a reader for it.

A byte-order mark decides; else the places of NULs show UTF-16; else a file that is valid UTF-8 all through is
UTF-8; else it is a code page, judged by the lines that have bytes outside ASCII.
"""

from __future__ import annotations

import codecs
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from telecmi_leads.errors import SourceUnreadable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_CHUNK = 1024 * 1024
_MAX_LINE = 16 * 1024 * 1024

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with BOM"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32 LE"),  # before UTF-16 LE, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32 BE"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16 LE"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16 BE"),
)


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file's bytes become text: `codec` for Python, `label` for people, `nuls` if there are NULs to drop."""

    codec: str
    label: str
    nuls: bool = False


def decide_encoding(stream: BinaryIO) -> Encoding:
    """Find a file's encoding; reads it from its start and leaves it anywhere."""
    stream.seek(0)
    head = stream.read(_CHUNK)
    for mark, codec, label in _BOMS:
        if head.startswith(mark):
            return Encoding(codec, label)
    wide = _wide(head)
    if wide is not None:
        return wide
    return _narrow(stream, head)


def _wide(head: bytes) -> Encoding | None:
    """UTF-16 without a mark: delimiters, digits and line ends leave NULs on one side of the pairs only."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    few, many = sorted((even, odd))
    if many * 10 < len(head) // 2 or few * 20 > many:
        return None
    return Encoding("utf-16-le", "UTF-16 LE") if odd > even else Encoding("utf-16-be", "UTF-16 BE")


def _narrow(stream: BinaryIO, head: bytes) -> Encoding:
    decoder = codecs.getincrementaldecoder("utf-8")()
    nuls, ascii_only, chunk = False, True, head
    try:
        while chunk:
            nuls = nuls or 0 in chunk
            ascii_only = ascii_only and chunk.isascii()
            if not ascii_only:
                decoder.decode(chunk)
            chunk = stream.read(_CHUNK)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return Encoding("cp1252", "Windows-1252", nuls)
    return Encoding("utf-8", "UTF-8", nuls)


class _Bytes(io.RawIOBase):
    """A view of a stream that can be closed without closing it, and that refuses endless lines."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        super().__init__()
        self._stream = stream
        self._name = name
        self._since_line_end = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        data = self._stream.read(len(memoryview(buffer)))
        memoryview(buffer)[: len(data)] = data
        last = max(data.rfind(b"\n"), data.rfind(b"\r"))
        self._since_line_end = len(data) - last if last >= 0 else self._since_line_end + len(data)
        if self._since_line_end > _MAX_LINE:
            raise SourceUnreadable(
                f"{self._name} has a line of more than {_MAX_LINE >> 20} MB",
                hint="It is damaged, or not the kind of file it looks like: export it again.",
            )
        return len(data)


def open_text(stream: BinaryIO, encoding: Encoding, name: str) -> io.TextIOWrapper:
    """Open a file's text from its start; line ends are left as they are. Bytes that mean nothing become U+FFFD."""
    stream.seek(0)
    buffered = io.BufferedReader(_Bytes(stream, name), 256 * 1024)
    return io.TextIOWrapper(buffered, encoding.codec, errors="replace", newline="")
