"""A gzip file → the bytes in it, in flat memory, read as often as wanted."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import TYPE_CHECKING, BinaryIO, cast

from telecmi_leads.core.errors import SourceUnreadable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

GZIP = b"\x1f\x8b"

_UNSUSPECTED = 64 * 1024 * 1024
_MAX_RATIO = 200  # text packs 3 to 50 times, a bomb a thousand times


class _Unpacked(io.RawIOBase):
    """The content of a gzip file of `size` bytes; every damage is a SourceUnreadable."""

    def __init__(self, stream: BinaryIO, name: str, size: int) -> None:
        super().__init__()
        stream.seek(0)
        self._stream = gzip.GzipFile(fileobj=stream, mode="rb")
        self._name = name
        self._limit = max(_UNSUSPECTED, size * _MAX_RATIO)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        try:
            data = self._stream.read(len(view))
        except (OSError, EOFError, zlib.error):
            raise SourceUnreadable(
                f"{self._name} is a gzip file that is damaged or cut off.", hint="Copy or export it again."
            ) from None
        if self._stream.tell() > self._limit:
            raise SourceUnreadable(
                f"{self._name} unpacks to more than {_MAX_RATIO} times its size, which no lead file does.",
                hint="Unpack it and look at what is in it.",
            )
        view[: len(data)] = data
        return len(data)


def unpacked(stream: BinaryIO, name: str, size: int) -> BinaryIO:
    """Open the content of a gzip file for reading."""
    return cast("BinaryIO", io.BufferedReader(_Unpacked(stream, name, size), 256 * 1024))
