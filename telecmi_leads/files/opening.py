"""A path or standard input → an open file that can be read more than once → its sheets, by the reader that fits.

What can't be read twice (standard input, FIFOs) is first copied into a private temporary file.
Everything the file system may answer becomes a SourceUnreadable that says what to do.
"""

from __future__ import annotations

import difflib
import gzip
import io
import os
import shutil
import stat
import sys
import tempfile
import zlib
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from msgspec import Struct
from msgspec.structs import replace

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.core.lead import REJECT_SHEET
from telecmi_leads.core.text import safe
from telecmi_leads.files.bounds import MAX_RATIO, UNSUSPECTED, bounded
from telecmi_leads.files.encoding import text_file
from telecmi_leads.files.readers import HEAD, disguise, is_workbook, reader_of, refuse_foreign
from telecmi_leads.files.sheets import MissingSheet, Sheet, SheetsTold, Source
from telecmi_leads.files.workbook import open_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from _typeshed import WriteableBuffer

    from telecmi_leads.files.workbook import Workbook
    from telecmi_leads.settings.options import ReadingOptions


GZIP = b"\x1f\x8b"
_PACKED = 10  # about the times that text is larger unpacked


class _Unpacked(io.RawIOBase):
    """The content of a gzip file of `size` bytes; every damage is a SourceUnreadable."""

    def __init__(self, stream: BinaryIO, name: str, size: int) -> None:
        super().__init__()
        stream.seek(0)
        self._stream = gzip.GzipFile(fileobj=stream, mode="rb")
        self._name = name
        self._limit = max(UNSUSPECTED, size * MAX_RATIO)

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
                f"{self._name} unpacks to more than {MAX_RATIO} times its size, which no lead file does.",
                hint="Unpack it and look at what is in it.",
            )
        view[: len(data)] = data
        return len(data)


def unpacked(stream: BinaryIO, name: str, size: int) -> BinaryIO:
    """Open the content of a gzip file for reading."""
    return cast("BinaryIO", io.BufferedReader(_Unpacked(stream, name, size), 256 * 1024))


STANDARD_INPUT = "standard input"
_NAMES_LOOKED_AT = 10_000
_ALIKE = 0.7


class OpenFile(Struct, frozen=True):
    """A file at its start: `name` fit to be shown, `stream` seekable with a file descriptor, `size` in bytes."""

    name: str
    stream: BinaryIO
    size: int


@contextmanager
def open_file(path: Path | None) -> Iterator[OpenFile]:
    """Open `path`, or standard input for None; raises SourceUnreadable with the way out."""
    if path is None:
        with _spooled(sys.stdin.buffer, STANDARD_INPUT) as spooled:
            yield spooled
        return
    name = safe(path.name or str(path))
    with _opened(path, name) as stream:
        mode = os.fstat(stream.fileno())
        if stat.S_ISREG(mode.st_mode):
            yield _with_content(name, stream, mode.st_size)
        elif stat.S_ISFIFO(mode.st_mode):
            with _spooled(stream, name) as spooled:
                yield spooled
        else:
            raise SourceUnreadable(f"{name} is a device, not a file.", hint="Name a file with leads in it.")


def check_file(path: Path) -> None:
    """Raise SourceUnreadable where `path` can't be opened: said before anything else is begun."""
    if path == Path():  # what an empty word becomes
        raise SourceUnreadable(
            "The file's name is empty, or the working folder: perhaps a variable of the shell is not set.",
            hint="Give the path of a file.",
        )
    if not path.is_fifo():  # opening one would wait for its writer
        _opened(path, safe(path.name or str(path))).close()


def _opened(path: Path, name: str) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise _missing(path, name) from None
    except IsADirectoryError:
        raise _folder(name) from None
    except PermissionError:
        if path.is_dir():  # Windows says so only this way
            raise _folder(name) from None
        raise SourceUnreadable(
            f"{name} may not be read by this user.",
            hint="Change its permissions, or copy it to a place of your own.",
        ) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SourceUnreadable(f"{name} can't be opened: {safe(reason)}.", hint="Check the path.") from None


def _missing(path: Path, name: str) -> SourceUnreadable:
    if path.is_symlink():
        target = safe(str(path.readlink()))
        return SourceUnreadable(
            f"{name} is a link to {target}, which is not there.",
            hint="Name the file itself, or repair the link.",
        )
    parent = path.parent
    if not parent.is_dir():
        return SourceUnreadable(
            f"{name} can't be found: there is no folder {safe(str(parent))}.", hint="Check the path."
        )
    near = _near_names(path)
    if near:
        return SourceUnreadable(f"There is no file {name}.", hint=f"Did you mean {' or '.join(near)}?")
    return SourceUnreadable(f"There is no file {name}.", hint="Check its name and the folder you are in.")


def _near_names(path: Path) -> list[str]:
    try:
        names = [entry.name for entry in islice(path.parent.iterdir(), _NAMES_LOOKED_AT)]
    except OSError:
        return []
    # People type the name in another case; on Windows and macOS that finds the file, on Linux only this does.
    folded = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(path.name.casefold(), folded, n=2, cutoff=_ALIKE)
    # An ending that both have makes short names alike: of dnc.csv and one.csv it is most of what is compared.
    stem = path.stem.casefold()
    alike = (
        each for each in close if difflib.SequenceMatcher(None, stem, each.rpartition(".")[0] or each).ratio() >= _ALIKE
    )
    return [safe(folded[name]) for name in alike]


def _folder(name: str) -> SourceUnreadable:
    return SourceUnreadable(f"{name} is a folder.", hint=f"Name the files in it, such as {name}/*.csv.")


@contextmanager
def _spooled(stream: BinaryIO, name: str) -> Iterator[OpenFile]:
    # Unnamed on Linux from the start, and gone with the process even if it is killed: it holds the leads.
    with tempfile.TemporaryFile(prefix="telecmi-leads-") as copy:
        try:
            shutil.copyfileobj(stream, copy, 1024 * 1024)
            copy.flush()
        except OSError as error:
            raise SourceUnreadable(
                f"{name} can't be copied into the temporary folder: {safe(error.strerror or str(error))}.",
                hint="Free some space, or save the input as a file and name that.",
            ) from None
        yield _with_content(name, cast("BinaryIO", copy), copy.tell())


def _with_content(name: str, stream: BinaryIO, size: int) -> OpenFile:
    if size == 0:
        raise SourceUnreadable(f"{name} is empty (0 bytes).", hint="Export it again.")
    stream.seek(0)
    return OpenFile(name, stream, size)


# --- what is in a file ------------------------------------------------------------------------------


def _no_sheet(_name: str) -> bool:
    return False


@contextmanager
def open_source(
    path: Path | None, options: ReadingOptions, hidden: Callable[[str], bool] = _no_sheet
) -> Iterator[Source]:
    """Open a lead file, or standard input for None, and tell what it is.

    `hidden` tells by its name which hidden sheet of a workbook is read too, where --sheet names none, and which
    list of bare numbers of a JSON file is one of people.

    Yields a Source whose sheets are read while the context is open. Raises SourceUnreadable, then or while
    reading, naming the file and, where there are any, sheet, row or line.
    """
    with ExitStack() as stack:
        file = stack.enter_context(open_file(path))
        head = file.stream.read(HEAD)
        if is_workbook(head):
            book = stack.enter_context(_open_book(file, options.sheet, hidden))
            sheets = _bounded(book.sheets())
            yield Source(file.name, book.format, book.notes, sheets, book.hidden, book.unread)
        else:
            yield _text_source(file, head, options, hidden)


@contextmanager
def _open_book(file: OpenFile, wanted: tuple[str, ...], hidden: Callable[[str], bool]) -> Iterator[Workbook]:
    """Open a workbook. One that holds this program's sheet of rejected rows alone has no sheet of another name to want.

    A profile whose `sheet` is right for the lead file would refuse the corrected rows otherwise.
    """
    with ExitStack() as stack:
        try:
            book = stack.enter_context(open_workbook(file.stream, file.name, wanted, hidden))
        except MissingSheet as missing:
            if missing.there != (REJECT_SHEET,):
                raise
            book = stack.enter_context(open_workbook(file.stream, file.name, (), hidden))
        yield book


def _text_source(file: OpenFile, head: bytes, options: ReadingOptions, marked: Callable[[str], bool]) -> Source:
    stream, packed = file.stream, head.startswith(GZIP)
    if packed:
        stream = unpacked(file.stream, file.name, file.size)
        head = stream.read(HEAD)
    refuse_foreign(head, file.name)
    text = text_file(stream, file.name, file.size * (_PACKED if packed else 1))
    beginning = text.open(by_lines=False).read(HEAD)
    reader = reader_of(beginning, options.format, file.name)
    told = SheetsTold()
    format_, sheets = reader.read(text, options.sheet, marked, told)
    notes = (*disguise(format_, beginning, file.name), *(("unpacked from gzip",) if packed else ()))
    return Source(file.name, format_, notes, _bounded(sheets), told.hidden, told.unread)


def _bounded(sheets: Iterator[Sheet]) -> Iterator[Sheet]:
    for sheet in sheets:
        place = sheet.file if sheet.name is None else f"{sheet.file}, sheet {safe(sheet.name)}"
        yield replace(sheet, blocks=bounded(sheet.blocks, place))


def sheet_names(path: Path, options: ReadingOptions) -> tuple[str, ...]:
    """Return the names that --sheet takes for a file, hidden sheets included; none for a format without sheets.

    Raises SourceUnreadable where the file can't be read.
    """
    try:
        with open_source(path, options.replaced(sheet=(_NO_SHEET,))) as source:
            for _ in source.sheets:
                return ()
    except MissingSheet as missing:
        return missing.there
    return ()


_NO_SHEET = "\x01"  # no sheet has this name, so that the error lists those that there are
