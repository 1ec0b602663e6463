"""Bytes → text: which encoding a file has, decided on the whole of it, and a reader for it.

A byte-order mark decides; else the places of NULs show UTF-16; else a file that is valid UTF-8 all through is
UTF-8; else it is a code page, judged by the lines that have bytes outside ASCII.
"""

from __future__ import annotations

import codecs
import io
import math
import re
from typing import TYPE_CHECKING, BinaryIO, cast

from msgspec import Struct
from msgspec.structs import replace

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.files.bounds import MAX_ROW
from telecmi_leads.files.codepages import LABELS, guess_codepage, larger
from telecmi_leads.files.concatenated_files import OVERLAP, PartsInUtf16, begins_otherwise, joined, part_beside_utf16
from telecmi_leads.files.replacement_characters import MARKING, MARKING_MIXED, MIXED, LostCharacters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import WriteableBuffer

_CHUNK = 1024 * 1024
_BUFFER = 64 * 1024
_END = 4096  # bytes of a buffer in which its last line end mostly is
_SAMPLE = 32 * 1024

_NULS = "NUL characters left out"
_WIDE_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32 LE"),  # before UTF-16 LE, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32 BE"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16 LE"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16 BE"),
)
_OUTSIDE_ASCII = re.compile(rb"[\x80-\xff]")
_LINE_END = re.compile(rb"[\r\n]")
_BLANK = re.compile(rb"[\x00-\x2f]")  # the second byte of no character in any code page
_BEFORE, _LONG = 60, 1000  # bytes of a line before its first character outside ASCII, and from there on
_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = bytes(range(0x80, 0x100))
_CONTROLS = bytes([*range(1, 9), *range(14, 26), 28, 29, 127])  # text has none; it may have NUL or ESC
_BINARY = 0.04  # random bytes have a tenth of them, text next to none
_FEW = 20
_ASCII_SHARE = 0.1
_MOSTLY = 0.5
_WHOLE = 0.6  # in text of one byte a character, delimiters rarely have a NUL beside them


class TextFile(Struct, frozen=True):
    """A text file: `name` fit to be shown, `stream` seekable, `encoding` as decided, `size` about its bytes.

    It can be opened often.
    """

    name: str
    stream: BinaryIO
    encoding: Encoding
    size: int

    def open(self, *, by_lines: bool = True, max_line: int = MAX_ROW) -> io.TextIOWrapper:
        """Open the text from its start; line ends are left as they are. Bytes that mean nothing become U+FFFD.

        `by_lines` guards those who read by lines against a line that would fill the memory, one over `max_line`.
        """
        self.stream.seek(0)
        raw = _Bytes(self.stream, self.name, max_line if by_lines else math.inf)
        buffered = _Generous(raw, _BUFFER)
        return io.TextIOWrapper(buffered, self.encoding.codec, errors=self.encoding.errors, newline="")


class Encoding(Struct, frozen=True):
    """How a file's bytes become text.

    `codec` and `errors` are Python's, `label` is the name people know, `nuls` tells that there may be NULs to leave
    out, `notes` what a user should know.
    """

    codec: str
    label: str
    errors: str = "replace"
    nuls: bool = False
    notes: tuple[str, ...] = ()


def text_file(stream: BinaryIO, name: str, size: int) -> TextFile:
    """Find a text file's encoding; raises SourceUnreadable for a binary file, and where its parts have several."""
    return TextFile(name, stream, _decide(stream, name), size)


def decoded_as(file: TextFile, codec: str, label: str) -> TextFile:
    """Return a file whose encoding, a code page that was guessed, is better known."""
    notes = (_NULS,) if file.encoding.nuls else ()
    return replace(file, encoding=_counted(file.stream, Encoding(codec, label, nuls=file.encoding.nuls, notes=notes)))


def _decide(stream: BinaryIO, name: str) -> Encoding:
    stream.seek(0)
    head = stream.read(_CHUNK)
    for mark, codec, label in _WIDE_BOMS:
        if head.startswith(mark):
            return _checked_wide(stream, name, Encoding(codec, label, nuls=True))
    wide = _wide(head)
    if wide is not None:
        if begins_otherwise(head, wide.codec):
            raise joined(name, 1)
        return _checked_wide(stream, name, wide)
    if len(head) - len(head.translate(None, _CONTROLS)) > max(_FEW, _BINARY * len(head)):
        raise SourceUnreadable(
            f"{name} is a binary file of no known kind.", hint="Export the leads as CSV, XLSX or JSON."
        )
    return _narrow(stream, head, name)


def _checked_wide(stream: BinaryIO, name: str, encoding: Encoding) -> Encoding:
    """Return an encoding of Unicode with its notes. Raises SourceUnreadable where it is that of a part alone."""
    utf16, little = "16" in encoding.label, encoding.label.endswith("LE")
    lost, last = LostCharacters(), b""
    for at, piece, text in _decoded(stream, encoding.codec, MARKING):
        lost.look(text, at)
        part = part_beside_utf16(last + piece, text, little=little) if utf16 else -1
        if part >= 0:
            raise joined(name, _line_at(stream, at - len(last) + part))
        last = piece[-OVERLAP:]
    return _noted(stream, encoding, lost)


def _decoded(stream: BinaryIO, codec: str, errors: str) -> Iterator[tuple[int, bytes, str]]:
    """Decode a file in pieces; yields where each begins, its bytes and its text."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(codec)(errors)
    at = 0
    while piece := stream.read(_CHUNK):
        yield at, piece, decoder.decode(piece)
        at += len(piece)
    yield at, b"", decoder.decode(b"", final=True)


def _noted(stream: BinaryIO, encoding: Encoding, lost: LostCharacters) -> Encoding:
    if not lost.count:
        return encoding
    line = _line_at(stream, lost.piece) + lost.lines
    return replace(encoding, notes=(*encoding.notes, *lost.notes(line)))


def _line_at(stream: BinaryIO, place: int) -> int:
    """Return about which line a place in a file belongs to: in UTF-16 some letters have the byte of a line end."""
    stream.seek(0)
    line = 1
    while place > 0 and (piece := stream.read(min(_CHUNK, place))):
        line += piece.count(b"\n")
        place -= len(piece)
    return line


def _wide(head: bytes) -> Encoding | None:
    """Tell UTF-16 without a mark: read so, a tenth of it at least is ASCII, and what parts cells and lines is whole."""
    if 0 not in head:
        return None
    sample = head[: _SAMPLE - _SAMPLE % 2]
    best, best_share = None, _ASCII_SHARE
    for codec, label, low in (("utf-16-le", "UTF-16 LE", sample[0::2]), ("utf-16-be", "UTF-16 BE", sample[1::2])):
        text = sample.decode(codec, "replace")
        share = len(text.encode("ascii", "ignore").translate(None, _CONTROLS + b"\0")) / max(len(text), 1)
        whole = sum(map(text.count, "\n,;"))
        parted = share > _MOSTLY or whole >= _WHOLE * sum(map(low.count, b"\n,;"))
        parted = parted and any(char in text for char in "\n\r,;\t|{[<")
        if share > best_share and parted and text.count("\0") < _ASCII_SHARE * share * len(text):
            best, best_share = Encoding(codec, label, nuls=True), share
    return best


def _narrow(stream: BinaryIO, head: bytes, name: str) -> Encoding:
    marked = head.startswith(codecs.BOM_UTF8)
    codec, label = ("utf-8-sig", "UTF-8 with BOM") if marked else ("utf-8", "UTF-8")
    nuls, valid, part = _looked_through(stream, head)
    if part >= 0:
        raise joined(name, _line_at(stream, part))
    notes = (_NULS,) if nuls else ()
    if valid:
        return Encoding(codec, label, nuls=nuls, notes=notes)
    lines, sequences, others = _outside_ascii(stream)
    # Two files pasted together, or one cell from another program: the larger part decides, and the note says the rest.
    if marked or sequences >= others:
        note = f"{others:,} bytes that are not UTF-8 read as Windows-1252"
        return _counted(stream, Encoding(codec, label, errors=MIXED, nuls=nuls, notes=(note, *notes)))
    codec = larger(guess_codepage(lines))
    return _counted(stream, Encoding(codec, LABELS[codec], nuls=nuls, notes=notes))


def _counted(stream: BinaryIO, encoding: Encoding) -> Encoding:
    """Return the encoding with a note of what it can't decode."""
    lost = LostCharacters()
    for at, _, text in _decoded(stream, encoding.codec, MARKING_MIXED if encoding.errors == MIXED else MARKING):
        lost.look(text, at)
    return _noted(stream, encoding, lost)


def _looked_through(stream: BinaryIO, head: bytes) -> tuple[bool, bool, int]:
    """Tell of a file, of which `head` has been read, whether it has NULs, is valid UTF-8, and where UTF-16 begins."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    nuls, ascii_only, valid, chunk = False, True, True, head
    parts, at = PartsInUtf16(), 0
    while chunk:
        if 0 in chunk:
            nuls = True
            parts.look(chunk, at)
        at += len(chunk)
        ascii_only = ascii_only and chunk.isascii()
        # Nearly all files are ASCII to the end: the decoder is only asked from the first byte on that is not.
        if valid and not ascii_only:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                valid = False
        chunk = stream.read(_CHUNK)
    # Bytes that the decoder still holds are a character that was cut: then it is not UTF-8 throughout.
    return nuls, valid and not decoder.getstate()[0], parts.at


def _outside_ascii(stream: BinaryIO) -> tuple[list[bytes], int, int]:
    """Collect lines with bytes outside ASCII, and count UTF-8 sequences and the bytes that belong to none."""
    stream.seek(0)
    lines: list[bytes] = []
    room, sequences, others = _SAMPLE, 0, 0
    while chunk := stream.read(_CHUNK):
        if chunk.isascii():
            continue
        valid = _UTF8_SEQUENCE.findall(chunk)
        sequences += len(valid)
        others += len(chunk) - len(chunk.translate(None, _HIGH)) - sum(map(len, valid))
        end = 0
        while room > 0 and (found := _OUTSIDE_ASCII.search(chunk, end)):
            before, start, end = end, found.start(), _piece_end(chunk, found.start())
            lines.append(chunk[max(before, start - _BEFORE) : end])
            room -= len(lines[-1])
    return lines, sequences, others


def _piece_end(chunk: bytes, start: int) -> int:
    """Return where a piece of a line ends that is long enough to judge: at a byte that is not part of a character."""
    ends = _LINE_END.search(chunk, start, start + _LONG) or _BLANK.search(chunk, start + _LONG, start + 2 * _LONG)
    return ends.start() + 1 if ends else min(start + 2 * _LONG, len(chunk))


class _Generous(io.BufferedReader):
    """A buffer that gives a TextIOWrapper more than the 8 KiB it asks for at a time, which it takes as well."""

    def read1(self, size: int = -1, /) -> bytes:
        return super().read1(max(size, _BUFFER))


class _Bytes(io.RawIOBase):
    """A view of a stream that can be closed alone, and that refuses lines of more than `max_line` bytes."""

    def __init__(self, stream: BinaryIO, name: str, max_line: float) -> None:
        super().__init__()
        self._stream = stream
        self._name = name
        self._max_line = max_line
        self._since_line_end = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        read = cast("io.BufferedIOBase", self._stream).readinto(view)  # as all that are opened or unpacked here
        end = bytes(view[max(0, read - _END) : read])
        last = max(end.rfind(b"\n"), end.rfind(b"\r"))
        if last < 0 and read > _END:
            end = bytes(view[:read])
            last = max(end.rfind(b"\n"), end.rfind(b"\r"))
        # Only the end of the buffer is searched: what counts is how far back the last line end is.
        self._since_line_end = len(end) - last if last >= 0 else self._since_line_end + read
        if self._since_line_end > self._max_line:
            raise SourceUnreadable(
                f"{self._name} has a line of more than {int(self._max_line) >> 20} MB.",
                hint="It is damaged, or not the kind of file it looks like: export it again.",
            )
        return read
