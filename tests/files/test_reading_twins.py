"""Twins: one table by every writer at hand reads to the same leads; random tables agree with a second reader."""

from __future__ import annotations

import csv
import html
import io
import json
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import openpyxl
import pytest
import xlrd
import xlsxwriter
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st
from odf.opendocument import OpenDocumentSpreadsheet, load
from odf.table import Table, TableCell, TableRow
from odf.text import P
from reading_files import read_rows, read_sheets

if TYPE_CHECKING:
    from collections.abc import Callable


# --- one table by every writer --------------------------------------------------------------------


HEADER = ["Name", "Mobile", "Email", "City"]
FIRST = [
    "Asha",
    "Zoë",
    "कविता",
    "O'Hara",
    'Om "Jr"',
    "Lina; Meera",
    "Ravi, MBA",
    "<b>Uma</b>",
    "a & b",
    "Müller",
    "李娜",
]
CITIES = ["Pune, MH", "Goa", "", "New Delhi", "São Paulo", "C:\\x", "12;13", "|", "N/A", "Köln", "\tTab", "'quoted'"]
ROWS = [
    [
        FIRST[at % len(FIRST)],
        f"98765{at:05}",
        f"lead{at}@example.com" if at % 7 else "",
        CITIES[at % len(CITIES)].strip(),
    ]
    for at in range(200)
]
TABLE = [HEADER, *ROWS]


def as_csv(path: Path, **dialect: object) -> None:
    """Write the table as delimited text."""
    encoding = str(dialect.pop("encoding", "utf-8"))
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file, **dialect).writerows(TABLE)  # type: ignore[arg-type]


def as_mysql(path: Path) -> None:
    """Write the table as a database does: tabs, backslashes, and its sign for nothing."""
    names = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n"})
    lines = ("\t".join(cell.translate(names) or "\\N" for cell in row) for row in TABLE)
    path.write_text("\n".join(lines), encoding="utf-8")


def as_whole_lines(path: Path) -> None:
    """Write the table with each line quoted as a whole."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(TABLE)
    lines = ('"{}"'.format(line.replace('"', '""')) for line in text.getvalue().splitlines())
    path.write_text("\n".join(lines), encoding="utf-8")


def as_openpyxl(path: Path) -> None:
    """Write the table as XLSX."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Leads")
    for row in TABLE:
        sheet.append(row)
    book.save(path)


def as_xlsxwriter(path: Path) -> None:
    """Write the table as XLSX in constant memory, with inline strings."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Leads")
        for at, row in enumerate(TABLE):
            for column, cell in enumerate(row):
                sheet.write_string(at, column, cell)


def as_xlwt(path: Path, table: list[list[str]] = TABLE) -> None:
    """Write a table as XLS."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Leads")
    for at, row in enumerate(table):
        for column, cell in enumerate(row):
            sheet.write(at, column, cell)
    book.save(str(path))


def as_odfpy(path: Path, table: list[list[str]] = TABLE) -> None:
    """Write a table as ODS."""
    book, sheet = OpenDocumentSpreadsheet(), Table(name="Leads")
    for row in table:
        line = TableRow()
        for text in row:
            cell = TableCell(valuetype="string", stringvalue=text) if text else TableCell()
            if text:
                cell.addElement(P(text=text))
            line.addElement(cell)
        sheet.addElement(line)
    book.spreadsheet.addElement(sheet)
    book.save(str(path))


def as_html(path: Path) -> None:
    """Write the table as a web page."""
    rows = ("".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in TABLE)
    text = "".join(f"<tr>{row}</tr>\n" for row in rows)
    path.write_text(f"<html><meta charset=utf-8><body><table>{text}</table></body></html>", encoding="utf-8")


def as_xml(path: Path) -> None:
    """Write the table as an XML spreadsheet of Excel 2003, blank cells left out."""
    rows = (
        "".join(
            f'<Cell ss:Index="{column}"><Data ss:Type="String">{html.escape(cell)}</Data></Cell>'
            for column, cell in enumerate(row, 1)
            if cell
        )
        for row in TABLE
    )
    text = "".join(f"<Row>{row}</Row>" for row in rows)
    sheet = f'<Worksheet ss:Name="Leads"><Table>{text}</Table></Worksheet>'
    path.write_text(f'<?xml version="1.0"?><Workbook xmlns:ss="x">{sheet}</Workbook>', encoding="utf-8")


def as_json(path: Path, shape: Callable[[list[dict[str, str]]], object]) -> None:
    """Write the table as JSON of some shape."""
    path.write_text(json.dumps(shape([dict(zip(HEADER, row, strict=True)) for row in ROWS])), encoding="utf-8")


def as_lines(path: Path) -> None:
    """Write the table as JSON Lines."""
    path.write_text("\n".join(json.dumps(dict(zip(HEADER, row, strict=True))) for row in ROWS), encoding="utf-8")


WRITERS: dict[str, Callable[[Path], None]] = {
    "comma.csv": as_csv,
    "semicolon.csv": lambda path: as_csv(path, delimiter=";"),
    "tab.tsv": lambda path: as_csv(path, delimiter="\t"),
    "pipe.txt": lambda path: as_csv(path, delimiter="|"),
    "caret.txt": lambda path: as_csv(path, delimiter="^"),
    "tilde.txt": lambda path: as_csv(path, delimiter="~"),
    "quoted.csv": lambda path: as_csv(path, quoting=csv.QUOTE_ALL),
    "single.csv": lambda path: as_csv(path, quoting=csv.QUOTE_ALL, quotechar="'"),
    "escaped.csv": lambda path: as_csv(path, quoting=csv.QUOTE_NONE, escapechar="\\", delimiter=";"),
    "wide.csv": lambda path: as_csv(path, encoding="utf-16"),
    "marked.csv": lambda path: as_csv(path, encoding="utf-8-sig", lineterminator="\r"),
    "mysql.txt": as_mysql,
    "lines.csv": as_whole_lines,
    "openpyxl.xlsx": as_openpyxl,
    "xlsxwriter.xlsx": as_xlsxwriter,
    "xlwt.xls": as_xlwt,
    "odfpy.ods": as_odfpy,
    "page.html": as_html,
    "page.xls": as_html,
    "excel2003.xml": as_xml,
    "list.json": lambda path: as_json(path, list),
    "request.json": lambda path: as_json(path, lambda leads: {"lead_name": "x", "users": leads}),
    "pages.json": lambda path: as_json(path, lambda leads: [{"data": leads[:90]}, {"data": leads[90:]}]),
    "keyed.json": lambda path: as_json(
        path, lambda leads: {"ok": 1, "leads": {str(i): x for i, x in enumerate(leads)}}
    ),
    "grid.json": lambda path: as_json(path, lambda leads: {"values": [HEADER, *(list(x.values()) for x in leads)]}),
    "lists.json": lambda path: as_json(path, lambda leads: [leads[:7], leads[7:]]),
    "leads.jsonl": as_lines,
}


@pytest.mark.parametrize("name", WRITERS)
def test_twins(tmp_path: Path, name: str) -> None:
    """The same two hundred leads, whoever wrote them and in which format: every cell of them, in order."""
    WRITERS[name](tmp_path / name)
    rows = read_rows(tmp_path / name)
    width = len(HEADER)
    assert [[*row, *[""] * (width - len(row))] for row in rows] == TABLE


def test_twins_as_contacts(tmp_path: Path) -> None:
    """A contacts file in each version of vCard gives the same names, numbers and addresses."""
    escapes = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
    for version in ("2.1", "3.0", "4.0"):
        cards = []
        for name, phone, email, _ in ROWS:
            number = f"TEL;CELL:{phone}" if version == "2.1" else f"TEL;TYPE=cell:{phone}"
            lines = [
                f"VERSION:{version}",
                f"FN:{name.translate(escapes)}",
                number,
                *([f"EMAIL:{email}"] if email else []),
            ]
            cards.append("\r\n".join(["BEGIN:VCARD", *lines, "END:VCARD", ""]))
        (tmp_path / "leads.vcf").write_text("".join(cards), encoding="utf-8", newline="")
        (sheet,) = read_sheets(tmp_path / "leads.vcf")
        assert sheet.keys is not None
        places = [sheet.keys.index(key) for key in ("Full Name", "Mobile Phone", "Email")]
        assert [[row[place] for place in places] for row in sheet.rows] == [row[:3] for row in ROWS]


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["ods", "xls", "xlsx", "html", "fods", "csv"])
def test_twins_by_libreoffice(tmp_path: Path, ending: str) -> None:
    """LibreOffice's own files read to the same leads; its flat XML is refused as what it is."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    as_openpyxl(tmp_path / "made.xlsx")
    out = tmp_path / "out"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    kind = "csv:Text - txt - csv (StarCalc):44,34,76" if ending == "csv" else ending  # comma, quote, UTF-8
    command = [office, profile, "--headless", "--convert-to", kind, "--outdir", out, tmp_path / "made.xlsx"]
    subprocess.run(command, check=True, capture_output=True, timeout=110)
    path = out / f"made.{ending}"
    if ending == "fods":
        with pytest.raises(Exception, match="is an XML file"):
            read_rows(path)
        return
    rows = read_rows(path)
    assert [[*row, *[""] * (len(HEADER) - len(row))] for row in rows] == TABLE


# --- a second reader ------------------------------------------------------------------------------

# Tabs, line breaks and runs of blanks are elements of their own in OpenDocument, and odfpy writes them as they are.
CELL = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp", "Cn", "Co"], max_codepoint=0x3000), max_size=8
)
TABLES = st.lists(st.lists(CELL, min_size=1, max_size=4), min_size=1, max_size=6)


def trimmed(rows: list[list[str]]) -> list[list[str]]:
    """Return rows without blank cells at their ends, and without blank rows at either end of the table."""
    made = [row[: max((at + 1 for at, cell in enumerate(row) if cell), default=0)] for row in rows]
    while made and not made[-1]:
        made.pop()
    return made


@settings(deadline=None, max_examples=20)
@given(TABLES)
def test_xls_agrees_with_xlrd(table: list[list[str]]) -> None:
    """Whatever stands in an XLS, xlrd reads the same cells."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "leads.xls"
        as_xlwt(path, [["x"], *table])
        sheet = xlrd.open_workbook(path).sheet_by_index(0)
        expected = [[str(cell) for cell in sheet.row_values(at)] for at in range(sheet.nrows)]
        assert trimmed(read_rows(path)) == trimmed(expected)


@settings(deadline=None, max_examples=20)
@given(TABLES)
def test_ods_agrees_with_odfpy(table: list[list[str]]) -> None:
    """Whatever stands in an ODS, odfpy reads the same cells."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "leads.ods"
        as_odfpy(path, [["x"], *table])
        expected = [
            ["".join(str(each) for each in cell.childNodes) for cell in row.getElementsByType(TableCell)]
            for row in load(str(path)).spreadsheet.getElementsByType(TableRow)
        ]
        assert trimmed(read_rows(path)) == trimmed(expected)


@settings(deadline=None, max_examples=20)
@given(TABLES)
def test_xlsx_agrees_with_openpyxl(table: list[list[str]]) -> None:
    """Whatever stands in an XLSX, openpyxl reads the same cells."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "leads.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("Leads")
            for at, row in enumerate([["x"], *table]):
                for column, cell in enumerate(row):
                    sheet.write_string(at, column, cell)
        with path.open("rb") as file:
            rows = openpyxl.load_workbook(file).active.iter_rows(values_only=True)
            expected = [["" if cell is None else str(cell) for cell in row] for row in rows]
        assert trimmed(read_rows(path)) == trimmed(expected)
