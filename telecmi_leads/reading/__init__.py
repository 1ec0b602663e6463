"""A path or standard input → cells. The only part of the program that opens lead files.

opening → sniffing → one of delimited, workbook, jsonfile, htmltable, vcard → sheets of row blocks
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from telecmi_leads.options import FileFormat
from telecmi_leads.reading.delimited import read_delimited
from telecmi_leads.reading.encoding import decide_encoding, open_text
from telecmi_leads.reading.htmltable import read_html
from telecmi_leads.reading.jsonfile import read_json
from telecmi_leads.reading.opening import OpenFile, open_file
from telecmi_leads.reading.sniffing import HEAD, OLE2, ZIP, refuse_foreign, text_format
from telecmi_leads.reading.source import BLOCK_ROWS, Sheet, Source
from telecmi_leads.reading.workbook import open_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from telecmi_leads.options import ReadingOptions

__all__ = ["BLOCK_ROWS", "Sheet", "Source", "open_source"]


@contextmanager
def open_source(path: Path | None, options: ReadingOptions) -> Iterator[Source]:
    """Open a lead file, or standard input for None, and tell what it is.

    Yields a Source whose sheets are read while the context is open. Raises SourceUnreadable, then or while
    reading, naming the file and, where there are any, sheet, row or line.
    """
    with ExitStack() as stack:
        file = stack.enter_context(open_file(path))
        head = file.stream.read(HEAD)
        refuse_foreign(head, file.name)
        if head.startswith((ZIP, OLE2)):
            format_ = FileFormat.XLSX if head.startswith(ZIP) else FileFormat.XLS
            book = stack.enter_context(open_workbook(file.stream, file.name, format_, options.sheet))
            yield Source(file.name, format_, file.size, book.notes, book.sheets())
        else:
            yield _text_source(file, path.suffix.lower() if path else "", options)


def _text_source(file: OpenFile, suffix: str, options: ReadingOptions) -> Source:
    encoding = decide_encoding(file.stream)
    beginning = open_text(file.stream, encoding, file.name).read(HEAD)
    kind = text_format(beginning, options.format, suffix)
    format_ = kind.format
    if format_ in {FileFormat.JSON, FileFormat.JSONL}:
        format_, sheets = read_json(file.stream, file.name, options.sheet)
    elif format_ is FileFormat.HTML:
        sheets = read_html(file.stream, file.name)
    else:
        sheets = read_delimited(file.stream, file.name)
    return Source(file.name, format_, file.size, (kind.note,) if kind.note else (), sheets)
