"""A path or standard input → cells. The only part of the program that opens lead files.

opening (gzip unpacked) → workbook, or one of the text formats in the table of readers → sheets of row blocks
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from msgspec.structs import replace

from telecmi_leads.core.lead import REJECT_SHEET
from telecmi_leads.core.text import safe
from telecmi_leads.files.bounds import BLOCK_ROWS, bounded
from telecmi_leads.files.encoding import text_file
from telecmi_leads.files.opening import GZIP, check_file, open_file, unpacked
from telecmi_leads.files.readers import HEAD, disguise, is_workbook, reader_of, refuse_foreign
from telecmi_leads.files.sheets import MissingSheet, Sheet, Source
from telecmi_leads.files.workbook import open_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from telecmi_leads.files.opening import OpenFile
    from telecmi_leads.files.workbook import Workbook
    from telecmi_leads.settings.options import ReadingOptions

__all__ = ["BLOCK_ROWS", "Sheet", "Source", "check_file", "open_source", "sheet_names"]


_PACKED = 10  # about the times that text is larger unpacked


@contextmanager
def open_source(path: Path | None, options: ReadingOptions) -> Iterator[Source]:
    """Open a lead file, or standard input for None, and tell what it is.

    Yields a Source whose sheets are read while the context is open. Raises SourceUnreadable, then or while
    reading, naming the file and, where there are any, sheet, row or line.
    """
    with ExitStack() as stack:
        file = stack.enter_context(open_file(path))
        head = file.stream.read(HEAD)
        if is_workbook(head):
            book = stack.enter_context(_open_book(file, options.sheet))
            yield Source(file.name, book.format, file.size, book.notes, _bounded(book.sheets()))
        else:
            yield _text_source(file, head, options)


@contextmanager
def _open_book(file: OpenFile, wanted: tuple[str, ...]) -> Iterator[Workbook]:
    """Open a workbook. One that holds this program's sheet of rejected rows alone has no sheet of another name to want.

    A profile whose `sheet` is right for the lead file would refuse the corrected rows otherwise.
    """
    with ExitStack() as stack:
        try:
            book = stack.enter_context(open_workbook(file.stream, file.name, wanted))
        except MissingSheet as missing:
            if missing.there != (REJECT_SHEET,):
                raise
            book = stack.enter_context(open_workbook(file.stream, file.name, ()))
        yield book


def _text_source(file: OpenFile, head: bytes, options: ReadingOptions) -> Source:
    stream, packed = file.stream, head.startswith(GZIP)
    if packed:
        stream = unpacked(file.stream, file.name, file.size)
        head = stream.read(HEAD)
    refuse_foreign(head, file.name)
    text = text_file(stream, file.name, file.size * (_PACKED if packed else 1))
    beginning = text.open(by_lines=False).read(HEAD)
    reader = reader_of(beginning, options.format, file.name)
    format_, sheets = reader.read(text, options.sheet)
    notes = (*disguise(format_, beginning, file.name), *(("unpacked from gzip",) if packed else ()))
    return Source(file.name, format_, file.size, notes, _bounded(sheets))


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
