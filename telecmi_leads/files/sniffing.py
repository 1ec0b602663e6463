"""What kind of file this is, told by its content; --format counts where the content does not tell."""

from __future__ import annotations

import re
from pathlib import PurePath

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.settings.options import FileFormat

HEAD = 64 * 1024
"""Bytes, or characters, of a file's beginning that are looked at."""

_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_FOREIGN = (
    (0, b"%PDF", "a PDF document"),
    (0, b"SQLite format 3", "an SQLite database"),
    (0, b"PAR1", "a Parquet file"),
    (0, b"\x89PNG", "a picture"),
    (0, b"\xff\xd8\xff", "a picture"),
    (0, b"GIF8", "a picture"),
    (0, b"{\\rtf", "a Rich Text document"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (0, b"Rar!", "a RAR archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xfd7zXZ", "an xz archive"),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (0, b"\x1f\x8b", "a gzip file within a gzip file"),
    (0, b"PK\x03\x04", "a zip file within a gzip file"),
    (0, _OLE2, "a workbook within a gzip file"),
    (0, b"\x09\x08", "an Excel workbook without its shell"),
    (0, b"\x09\x04\x06\x00", "an Excel 4 workbook"),
    (0, b"\x09\x02\x06\x00", "an Excel 3 workbook"),
    (0, b"\x09\x00\x04\x00", "an Excel 2 workbook"),
    (257, b"ustar", "a tar archive"),
)

_JSON = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*(?:[\[\]{\"]|-?\d|true\b|false\b|null\b))")
_VCARD = re.compile(r"\s*BEGIN:VCARD\b", re.IGNORECASE)
_HTML = re.compile(
    r"\s*(?>(?:<\?[^>]*>\s*)*)(?>(?:<!--.*?-->\s*)*)"
    r"<(?:!doctype\s+html|html|head|body|meta|title|style|table|thead|tbody|tr|div|font|center|p|(?:ss:)?workbook)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML_SPREADSHEET = re.compile(r"<(?:ss:)?workbook\b", re.IGNORECASE)
_XML = re.compile(r"\s*<\?xml\b", re.IGNORECASE)

_SUFFIXES = {
    FileFormat.HTML: ("a web page", {"", ".html", ".htm"}),
    FileFormat.CSV: ("a text file", {"", ".csv", ".tsv", ".tab", ".txt", ".psv", ".gz", ".dat", ".asc"}),
    FileFormat.JSON: ("a JSON file", {"", ".json", ".gz", ".txt"}),
    FileFormat.JSONL: ("a JSON Lines file", {"", ".json", ".jsonl", ".ndjson", ".gz", ".txt"}),
    FileFormat.VCF: ("a contacts file", {"", ".vcf", ".vcard", ".gz", ".txt"}),
}


def is_workbook(head: bytes) -> bool:
    """Tell whether a file begins as a zip archive or an OLE2 container, the shells of all workbooks."""
    return head.startswith((*_ZIP, _OLE2))


def refuse_foreign(head: bytes, name: str) -> None:
    """Raise SourceUnreadable for a file that is plainly something else than leads."""
    for place, magic, what in _FOREIGN:
        if head.startswith(magic, place):
            raise SourceUnreadable(
                f"{name} is {what}, which can't be read.", hint="Export the leads as CSV, XLSX or JSON."
            )


def text_format(head: str, forced: FileFormat | None, name: str) -> FileFormat:
    """Tell a text's format by its beginning; `forced` (--format) counts where that does not tell."""
    if _VCARD.match(head):
        return FileFormat.VCF
    if _HTML.match(head):
        return FileFormat.HTML
    if _JSON.match(head):
        return FileFormat.JSONL if forced is FileFormat.JSONL else FileFormat.JSON
    if forced in {FileFormat.XLSX, FileFormat.XLS, FileFormat.XLSB, FileFormat.ODS}:
        raise SourceUnreadable(
            f"{name} is no {forced.upper()} workbook but a text file.", hint="Leave --format away, or say csv."
        )
    if forced is None and _XML.match(head):
        raise SourceUnreadable(
            f"{name} is an XML file, which can't be read.", hint="Export the leads as CSV, XLSX or JSON."
        )
    return forced or FileFormat.CSV


def disguise(format_: FileFormat, head: str, name: str) -> tuple[str, ...]:
    """Return a note where a file's ending says something else than its content."""
    what, endings = _SUFFIXES[format_]
    if format_ is FileFormat.HTML and _XML.match(head) and _XML_SPREADSHEET.search(head):
        what = "an XML spreadsheet of Excel 2003"
    suffix = PurePath(name).suffix.lower()
    return () if suffix in endings or " " in suffix else (f"{what} saved as {suffix}",)
