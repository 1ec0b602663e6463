"""The table of readers: each text format, how its beginning is recognised, its endings, and who reads it.

A new text format is one module and one row here, and its name in options.FileFormat. Workbooks are told by their
first bytes (a zip's or an OLE2 file's) and have one reader for all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.files.delimited import read_delimited
from telecmi_leads.files.foreign import refuse_foreign_text
from telecmi_leads.files.html_tables import read_html
from telecmi_leads.files.json_files import read_json
from telecmi_leads.files.vcard import read_vcard
from telecmi_leads.settings.option_values import FileFormat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from telecmi_leads.files.encoding import TextFile
    from telecmi_leads.files.sheets import Sheet

    Read = Callable[[TextFile, tuple[str, ...]], tuple[FileFormat, Iterator[Sheet]]]


HEAD = 64 * 1024
"""Bytes, or characters, of a file's beginning that are looked at."""

_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def is_workbook(head: bytes) -> bool:
    """Tell whether a file begins as a zip archive or an OLE2 container, the shells of all workbooks."""
    return head.startswith((*_ZIP, _OLE2))


_PLAIN_LIST = re.compile(r"\s*\[\s*(?:-?\d|true\b|false\b|null\b|\")")
_XML_SPREADSHEET = re.compile(r"<(?:ss:)?workbook\b", re.IGNORECASE)
_XML = re.compile(r"\s*<\?xml\b", re.IGNORECASE)
_WORKBOOKS = frozenset({FileFormat.XLSX, FileFormat.XLS, FileFormat.XLSB, FileFormat.ODS})


@dataclass(frozen=True, slots=True)
class Reader:
    """One text format: `what` it is called, `endings` that are usual for it, `begins` by which it is recognised.

    `read` takes the text and the names of --sheet and returns what the format turned out to be, with its sheets.
    """

    format: FileFormat
    what: str
    endings: frozenset[str]
    begins: re.Pattern[str] | None
    read: Read


READERS = (
    Reader(
        FileFormat.VCF,
        "a contacts file",
        frozenset({"", ".vcf", ".vcard", ".gz", ".txt"}),
        re.compile(r"\s*BEGIN:VCARD\b", re.IGNORECASE),
        lambda text, _: (FileFormat.VCF, read_vcard(text)),
    ),
    Reader(
        FileFormat.HTML,
        "a web page",
        frozenset({"", ".html", ".htm"}),
        re.compile(
            r"\s*(?>(?:<\?[^>]*>\s*)*)(?>(?:<!--.*?-->\s*)*)"
            r"<(?:!doctype\s+html|html|head|body|meta|title|style|script|link|table|thead|tbody|tr|div|font|center|p"
            r"|span|form|h[1-6]|br|b|hr|pre|(?:ss:)?workbook)\b",
            re.IGNORECASE | re.DOTALL,
        ),
        lambda text, sheets: (FileFormat.HTML, read_html(text, sheets)),
    ),
    Reader(
        FileFormat.JSON,
        "a JSON file",
        frozenset({"", ".json", ".gz", ".txt"}),
        re.compile(r"\s*(?:\{\s*[\"}]|\[\s*(?:[\[\]{\"]|-?\d|true\b|false\b|null\b))"),
        lambda text, sheets: read_json(text, sheets, lines=False),
    ),
    Reader(
        FileFormat.JSONL,
        "a JSON Lines file",
        frozenset({"", ".json", ".jsonl", ".ndjson", ".gz", ".txt"}),
        None,  # begins as JSON does; --format or the second value tells
        lambda text, sheets: read_json(text, sheets, lines=True),
    ),
    Reader(
        FileFormat.CSV,
        "a text file",
        frozenset({"", ".csv", ".tsv", ".tab", ".txt", ".psv", ".gz", ".dat", ".asc"}),
        None,  # what is nothing else
        lambda text, _: (FileFormat.CSV, read_delimited(text)),
    ),
)
"""In the order in which beginnings are tried."""

_BY_FORMAT = {reader.format: reader for reader in READERS}


def reader_of(head: str, forced: FileFormat | None, name: str) -> Reader:
    """Return the reader for a text that begins so; `forced` (--format) counts where the beginning does not tell.

    A bracket may begin a CSV too: there --format csv counts.

    Raises SourceUnreadable where the text can't be what is forced, or holds no table of leads.
    """
    found = next((reader for reader in READERS if reader.begins is not None and reader.begins.match(head)), None)
    if found is not None and not (forced is FileFormat.CSV and _PLAIN_LIST.match(head)):
        lines = found.format is FileFormat.JSON and forced is FileFormat.JSONL
        return _BY_FORMAT[FileFormat.JSONL] if lines else found
    if forced in _WORKBOOKS:
        raise SourceUnreadable(
            f"{name} is a text file, not a workbook of the format {forced.upper()}.",
            hint="Remove --format, or use --format csv.",
        )
    if forced is None:
        refuse_foreign_text(head, name)
    return _BY_FORMAT[forced or FileFormat.CSV]


def disguise(format_: FileFormat, head: str, name: str) -> tuple[str, ...]:
    """Return a note where a file's ending says something else than its content."""
    reader = _BY_FORMAT[format_]
    what = reader.what
    if format_ is FileFormat.HTML and _XML.match(head) and _XML_SPREADSHEET.search(head):
        what = "an XML spreadsheet of Excel 2003"
    suffix = PurePath(name).suffix.lower()
    return () if suffix in reader.endings or " " in suffix else (f"{what} saved as {suffix}",)
