"""The table of readers: each text format, how its beginning is recognised, its endings, and who reads it.

A new text format is one module and one row here, and its name in option_values.FileFormat. Workbooks are told by their
first bytes (a zip's or an OLE2 file's) and have one reader for all. Files that hold no table of leads, whatever their
name says, are told by how they begin too, and are refused for what they are.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING, NoReturn

from msgspec import Struct

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.files.delimited import read_delimited
from telecmi_leads.settings.option_values import FileFormat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from telecmi_leads.files.encoding import TextFile
    from telecmi_leads.files.sheets import Sheet, SheetsTold

    Named = Callable[[str], bool]
    Read = Callable[[TextFile, tuple[str, ...], Named, SheetsTold], tuple[FileFormat, Iterator[Sheet]]]


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


class Reader(Struct, frozen=True):
    """One text format: `what` it is called, `endings` that are usual for it, `begins` by which it is recognised.

    `read` takes the text, the names of --sheet, what tells by its name a list of people who must not be called, and
    where to tell of sheets that are hidden or not read; it returns what the format turned out to be, with its sheets.
    """

    format: FileFormat
    what: str
    endings: frozenset[str]
    begins: re.Pattern[str] | None
    read: Read


# A format's modules are imported when a file is of that format: most are CSV, and start-up is waited for.


def _read_html(text: TextFile, sheets: tuple[str, ...], marked: Named, told: SheetsTold) -> Iterator[Sheet]:
    from telecmi_leads.files.html_tables import read_html

    return read_html(text, sheets, marked, told)


def _read_json(
    text: TextFile, sheets: tuple[str, ...], marked: Named, told: SheetsTold, *, lines: bool
) -> tuple[FileFormat, Iterator[Sheet]]:
    from telecmi_leads.files.json_files import read_json

    return read_json(text, sheets, marked, told, lines=lines)


def _read_vcard(text: TextFile) -> Iterator[Sheet]:
    from telecmi_leads.files.vcard import read_vcard

    return read_vcard(text)


READERS = (
    Reader(
        FileFormat.VCF,
        "a contacts file",
        frozenset({"", ".vcf", ".vcard", ".gz", ".txt"}),
        re.compile(r"\s*BEGIN:VCARD\b", re.IGNORECASE),
        lambda text, *_: (FileFormat.VCF, _read_vcard(text)),
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
        lambda text, sheets, marked, told: (FileFormat.HTML, _read_html(text, sheets, marked, told)),
    ),
    Reader(
        FileFormat.JSON,
        "a JSON file",
        frozenset({"", ".json", ".gz", ".txt"}),
        re.compile(r"\s*(?:\{\s*[\"}]|\[\s*(?:[\[\]{\"]|-?\d|true\b|false\b|null\b))"),
        lambda text, sheets, marked, told: _read_json(text, sheets, marked, told, lines=False),
    ),
    Reader(
        FileFormat.JSONL,
        "a JSON Lines file",
        frozenset({"", ".json", ".jsonl", ".ndjson", ".gz", ".txt"}),
        None,  # begins as JSON does; --format or the second value tells
        lambda text, sheets, marked, told: _read_json(text, sheets, marked, told, lines=True),
    ),
    Reader(
        FileFormat.CSV,
        "a text file",
        frozenset({"", ".csv", ".tsv", ".tab", ".txt", ".psv", ".gz", ".dat", ".asc"}),
        None,  # what is nothing else
        lambda text, *_: (FileFormat.CSV, read_delimited(text)),
    ),
)
"""In the order in which beginnings are tried."""

_BY_FORMAT = {reader.format: reader for reader in READERS}


def reader_of(head: str, forced: FileFormat | None, name: str) -> Reader:
    """Return the reader for a text that begins so; `forced` (--format) counts where the beginning does not tell.

    A bracket may begin a CSV too: there --format csv counts.

    Raises SourceUnreadable where the text can't be what is forced, or holds no table of leads.
    """
    # The content decides, also against --format: portals save web pages and call them .xls or .csv.
    found = next((reader for reader in READERS if reader.begins is not None and reader.begins.match(head)), None)
    if found is not None and not (forced is FileFormat.CSV and _PLAIN_LIST.match(head)):
        lines = found.format is FileFormat.JSON and forced is FileFormat.JSONL
        return _BY_FORMAT[FileFormat.JSONL] if lines else found
    if forced in _WORKBOOKS:
        raise SourceUnreadable(
            f"{name} is a text file, not a workbook of the format {forced.upper()}.",
            hint="Remove --format, or use --format csv.",
        )
    # With --format the user has said that this is text; a first cell may look like anything.
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


# --- what is not a lead file ---------------------------------------------------------------------------------

_EXPORT = "Export the leads as CSV, XLSX or JSON."
_SAVE_AS = "Open it in a spreadsheet program, and save the leads as XLSX or CSV."

_MAGIC: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"%PDF", "a PDF document", _EXPORT),
    (0, b"SQLite format 3", "an SQLite database", _EXPORT),
    (4, b"Standard Jet DB", "an Access database", _EXPORT),
    (4, b"Standard ACE DB", "an Access database", _EXPORT),
    (0, b"PAR1", "a Parquet file", _EXPORT),
    (0, b"ARROW1", "an Arrow file", _EXPORT),
    (0, b"Obj\x01", "an Avro file", _EXPORT),
    (0, b"\x89HDF", "an HDF5 file", _EXPORT),
    (0, b"$FL2", "an SPSS file", _EXPORT),
    (0, b"<stata_dta>", "a Stata file", _EXPORT),
    (0, b"bplist0", "an Apple property list", _EXPORT),
    (0, b"\x89PNG", "a picture", _EXPORT),
    (0, b"\xff\xd8\xff", "a picture", _EXPORT),
    (0, b"GIF8", "a picture", _EXPORT),
    (0, b"II*\x00", "a picture", _EXPORT),
    (0, b"MM\x00*", "a picture", _EXPORT),
    (4, b"ftyp", "a picture or a film", _EXPORT),
    (0, b"{\\rtf", "a Rich Text document", _SAVE_AS),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it and name the files in it."),
    (0, b"Rar!", "a RAR archive", "Unpack it and name the files in it."),
    (0, b"BZh", "a bzip2 archive", "Unpack it and name the files in it."),
    (0, b"\xfd7zXZ", "an xz archive", "Unpack it and name the files in it."),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard archive", "Unpack it and name the files in it."),
    (0, b"\x1f\x8b", "a gzip file within a gzip file", "Unpack it and name the files in it."),
    (0, b"PK\x03\x04", "a zip file within a gzip file", "Unpack it and name the files in it."),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a workbook within a gzip file", "Unpack it and name the files in it."),
    (257, b"ustar", "a tar archive", "Unpack it and name the files in it."),
    (0, b"\x09\x08", "an Excel workbook without its shell", _SAVE_AS),
    (0, b"\x09\x04\x06\x00", "an Excel 4 workbook", _SAVE_AS),
    (0, b"\x09\x02\x06\x00", "an Excel 3 workbook", _SAVE_AS),
    (0, b"\x09\x00\x04\x00", "an Excel 2 workbook", _SAVE_AS),
    (0, b"\x00\x00\x02\x00\x06\x04", "a Lotus 1-2-3 workbook", _SAVE_AS),
    (0, b"\x00\x00\x1a\x00", "a Lotus 1-2-3 workbook", _SAVE_AS),
    (0, b"MZ\x90\x00", "a Windows program", _EXPORT),
    (0, b"\x7fELF", "a Linux program", _EXPORT),
)

# Versions, field types and the size of a field of a dBASE table; its header ends in a carriage return.
_DBF_VERSIONS = frozenset(b"\x02\x03\x04\x05\x30\x31\x32\x43\x63\x7b\x83\x87\x8b\x8c\x8e\xcb\xe5\xf5\xfb")
_DBF_TYPES = frozenset(b"BCDFGILMNOPQTVWXY+@0")
_DBF_HEADER, _DBF_FIELD = 32, 32
_MONTHS, _DAYS = range(1, 13), range(1, 32)

_SQL = re.compile(
    r"(?:(?:--|#)[^\n]*\n|/\*.{0,4000}?\*/;?|\s)*+(?:insert\s+(?:ignore\s+)?into|create\s+(?:table|database)|drop\s+table"
    r"|lock\s+tables|begin\s+transaction|pragma\s+\w+|use\s+[`\"\[]|set\s+(?:names|@|sql_mode|statement_timeout)"
    r"|copy\s[^\n]{1,2000}\sfrom\s+stdin)\b",
    re.IGNORECASE | re.DOTALL,
)
_TEXTS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (_SQL, "a dump of an SQL database", "Export the table with the leads as CSV."),
    (
        re.compile(r"(?:#[^\n]*\n|\s)*+(?:version:\s*1\s*\n(?:#[^\n]*\n|\s)*+)?dn::?[ \t]*\S", re.IGNORECASE),
        "an LDIF file of a directory",
        "Export the people as CSV or vCard.",
    ),
    (
        re.compile(
            r"(?:(?!content-type:\s*multipart)[\w-]{1,60}:[^\n]*\n(?:[ \t][^\n]*\n)*+){0,60}+"
            r"content-type:\s*multipart/related",
            re.IGNORECASE,
        ),
        "a single-file web page (MHTML)",
        "Open it in Excel or a browser, and save the leads as XLSX or CSV.",
    ),
    (
        re.compile(
            r"(?:mime-version|received|return-path|delivered-to|message-id):[^\n]*\n"
            r"(?:[ \t][^\n]*\n|[\w-]{1,60}:[^\n]*\n)*+(?<=\n)(?:\r?\n)",
            re.IGNORECASE,
        ),
        "an e-mail message",
        "Save its attachment, and name that.",
    ),
    (re.compile(r"\s*BEGIN:VCALENDAR", re.IGNORECASE), "a calendar", _EXPORT),
    (re.compile(r"ID;P[\w;.]*\r?\n"), "a SYLK spreadsheet", _SAVE_AS),
    (re.compile(r"TABLE\r?\n0,1\r?\n"), "a DIF spreadsheet", _SAVE_AS),
    (re.compile(r"(?:%[^\n]*\n|\s)*+@relation\s", re.IGNORECASE), "an ARFF file", _EXPORT),
    (re.compile(r"%YAML|---[ \t]*\r?\n"), "a YAML file", _EXPORT),
    (
        re.compile(r"version https://git-lfs"),
        "a pointer of Git LFS, not the file itself",
        "Fetch the file with git lfs pull.",
    ),
    (
        re.compile(
            r"(?:\s|/\*.{0,4000}?\*/|//[^\n]*\n|\)\]\}',?)*+"
            r"(?:(?:var|let|const|window|module|export|globalThis)\s*[\w.]{0,100}\s*(?:default\s*)?=?\s*[\[{]"
            r"|(?:var|let|const)\s+\w{1,100}\s*=\s*\S|[\w$.]{1,200}\(\s*[\[{]|(?<=[/\n'])[\[{]\s*[\[{\"])",
            re.DOTALL,
        ),
        "a script with data in it, not plain JSON",
        "Export the leads as JSON or CSV, or keep only what stands between the outermost brackets.",
    ),
    (re.compile(r"\s*<(?:\?xml|!doctype|!--|soap)", re.IGNORECASE), "an XML file", _EXPORT),
)
_TAG = re.compile(r"\s*<([A-Za-z][\w:.-]{0,60})(?:\s[^<>]{0,2000})?>(?![,;\t|])")


def refuse_foreign(head: bytes, name: str) -> None:
    """Raise SourceUnreadable for a file whose first bytes are those of something else than leads."""
    for place, magic, what, hint in _MAGIC:
        if head.startswith(magic, place):
            _refuse(name, what, hint)
    if _is_dbase(head):
        _refuse(name, "a dBASE table (DBF)", _SAVE_AS)


def refuse_foreign_text(head: str, name: str) -> None:
    """Raise SourceUnreadable for a text that begins as something else than leads."""
    for begins, what, hint in _TEXTS:
        if begins.match(head):
            _refuse(name, what, hint)
    # A cell may begin with <: only a tag that is closed as well makes it XML.
    tag = _TAG.match(head)
    if tag is not None and f"</{tag[1]}>" in head:
        _refuse(name, "an XML file", _EXPORT)


def _refuse(name: str, what: str, hint: str) -> NoReturn:
    raise SourceUnreadable(f"{name} is {what}, which can't be read.", hint=hint)


def _is_dbase(head: bytes) -> bool:
    """Tell a dBASE table by its header: a date, sizes that fit, and a first field of a type that there is."""
    if len(head) < _DBF_HEADER + _DBF_FIELD or head[0] not in _DBF_VERSIONS:
        return False
    header, record = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
    dated = head[2] in _MONTHS and head[3] in _DAYS
    return (
        dated
        and 0 in head[12:_DBF_HEADER]
        and header > _DBF_HEADER
        and record > 1
        and head[_DBF_HEADER + 11] in _DBF_TYPES
    )
