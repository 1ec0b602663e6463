"""What a file is by its first bytes: a workbook, or something that no reader takes. Text formats: see readers."""

from __future__ import annotations

from telecmi_leads.core.errors import SourceUnreadable

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
