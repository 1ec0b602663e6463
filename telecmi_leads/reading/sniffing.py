"""What kind of file this is, told by its content; --format counts where the content does not tell."""

from __future__ import annotations

import re
from dataclasses import dataclass

from telecmi_leads.errors import SourceUnreadable
from telecmi_leads.options import FileFormat

HEAD = 64 * 1024

ZIP = b"PK\x03\x04"
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
GZIP = b"\x1f\x8b"

_FOREIGN = (
    (b"%PDF", "a PDF document"),
    (b"SQLite format 3", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"{\\rtf", "a Rich Text document"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x09\x08\x10\x00\x00\x06\x05\x00", "an Excel 95 workbook"),
)

_JSON = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*(?:[\[\]{\"]|-?\d|true\b|false\b|null\b))")
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title|style|table|thead|tbody|tr|div|font|center|p)\b",
    re.IGNORECASE | re.DOTALL,
)
_VCARD = re.compile(r"\s*BEGIN:VCARD\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Kind:
    """A text file's format."""

    format: FileFormat
    note: str | None = None


def refuse_foreign(head: bytes, name: str) -> None:
    """Raise SourceUnreadable for a file that is plainly something else than leads."""
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise SourceUnreadable(
                f"{name} is {what}, which can't be read", hint="Export the leads as CSV, XLSX or JSON."
            )


def text_format(head: str, forced: FileFormat | None, suffix: str) -> Kind:
    """Tell a text file's format by its beginning."""
    if _VCARD.match(head):
        return Kind(FileFormat.VCF)
    if _HTML.match(head):
        return Kind(FileFormat.HTML, f"a web page saved as {suffix}" if suffix not in {"", ".html", ".htm"} else None)
    if _JSON.match(head):
        return Kind(FileFormat.JSONL if forced is FileFormat.JSONL else FileFormat.JSON)
    if forced is not None:
        return Kind(forced)
    return Kind(FileFormat.CSV, f"a text file saved as {suffix}" if suffix in {".xls", ".xlsx"} else None)
