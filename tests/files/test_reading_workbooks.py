"""Workbooks: cells as typed, sheets by name, and hostile files within bounds (row 30 of the fault list)."""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import msgspec
import openpyxl
import pytest
import python_calamine
import xlsxwriter
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from openpyxl.styles import Font
from places import ROOT
from reading_files import read_bounded, read_rows, read_sheets, refusal
from workbook_files import (
    FILTER,
    FILTER_COLUMN,
    NAME,
    cell,
    in_ole2,
    line,
    record,
    wide,
    write_excel_95,
    write_ods,
    write_xlsb,
)

from telecmi_leads.files import open_source, workbook, workbook_child
from telecmi_leads.settings.option_values import FileFormat
from telecmi_leads.settings.options import ReadingOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    Change = Callable[[str, bytes], bytes]

LEADS = [["Name", "Phone"], ["Asha", 9876500001]]
READ = [["Name", "Phone"], ["Asha", "9876500001"]]
SHEET = "xl/worksheets/sheet1.xml"


def saved(path: Path, rows: list[list[object]], name: str = "Leads") -> Path:
    """Write a workbook of one sheet."""
    book = openpyxl.Workbook()
    book.active.title = name
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def patched(source: Path, target: Path, change: Callable[[str, bytes], bytes | None], **more: bytes) -> Path:
    """Write a workbook again with its parts changed (None leaves one out), and more parts."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
        for name, data in more.items():
            new.writestr(name, data)
    return target


# --- cells as typed -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (9876543210, "9876543210"),
        (9876543210.0, "9876543210"),
        (9.19877e11, "919877000000"),
        (1.23456789012346e20, "123456789012346000000"),
        (0.0000001, "0.0000001"),
        (70000.5, "70000.5"),
        (-5, "-5"),
        (True, "TRUE"),
        ("09876500001", "09876500001"),
        (" Asha\nMenon ", " Asha\nMenon "),
        (dt.datetime(2026, 5, 28, 19, 1, 33), "2026-05-28 19:01:33"),  # noqa: DTZ001 - a workbook knows no zones
        (dt.date(2026, 5, 28), "2026-05-28"),
        (dt.time(7, 5), "07:05:00"),
        (dt.timedelta(hours=30, minutes=5), "30:05:00"),
        (dt.timedelta(hours=-1, minutes=-30), "-1:30:00"),
    ],
)
def test_cells_are_text_as_typed(tmp_path: Path, typed: object, read: str) -> None:
    """Whole numbers lose their fraction and exponent, dates are ISO, text is untouched."""
    assert read_rows(saved(tmp_path / "leads.xlsx", [["x"], [typed]])) == [["x"], [read]]


def test_phone_formatted_as_date(tmp_path: Path) -> None:
    """(Row 30) A phone in a column formatted as a date is still its digits; a date is a date."""
    book = openpyxl.Workbook()
    book.active.append([9876543210, 45000])
    for each in book.active[1]:
        each.number_format = "dd/mm/yyyy"
    book.save(tmp_path / "leads.xlsx")
    assert read_rows(tmp_path / "leads.xlsx") == [["9876543210", "2023-03-15"]]


def test_formulas_give_their_cached_values(tmp_path: Path) -> None:
    """A formula is what the spreadsheet computed; one that was never computed, and an error, are empty."""
    path = saved(tmp_path / "plain.xlsx", [["Asha", "=1+1", "=1+1"]])
    cells = b'<c r="B1"><f>1+1</f><v>9876500001</v></c><c r="C1" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    rows = sheet + cells + b"</row></sheetData></worksheet>"
    path = patched(path, tmp_path / "leads.xlsx", lambda name, data: rows if name == SHEET else data)
    assert read_rows(path) == [["", "9876500001"]]


def uncomputed(count: int) -> tuple[str]:
    """Return the note on so many formulas."""
    to_do = "open it in Excel or LibreOffice and save it to compute them"
    return (f"formulas without a value ({count}) are read as empty cells: {to_do}",)


def test_formulas_that_were_never_computed(tmp_path: Path) -> None:
    """Formulas without a value, as programs write them, are read as empty cells with a note; an empty text is one."""
    path = saved(tmp_path / "made.xlsx", [["Name", "Phone"], ["Asha", "=9876500000+1"], ['="Ravi"', "=B2+1"]])
    (sheet,) = read_sheets(path)
    assert sheet.rows == [["Name", "Phone"], ["Asha"]]
    assert sheet.notes == uncomputed(3)

    def computed(_: str, part: bytes) -> bytes:
        return re.sub(rb"><f>([^<]*)</f><v ?/>", rb' t="str"><f>\1</f><v></v>', part)

    (sheet,) = read_sheets(patched(path, tmp_path / "leads.xlsx", computed))
    assert (sheet.rows, sheet.notes) == ([["Name", "Phone"], ["Asha"], []], ())


def prefixed(name: str, part: bytes) -> bytes:
    """Write a sheet's tags with a prefix, as Microsoft's own library for programs does."""
    if name != SHEET:
        return part
    return re.sub(rb"<(/?)(?=\w)", rb"<\1x:", part).replace(b" xmlns=", b" xmlns:x=")


def in_utf_16(name: str, part: bytes) -> bytes:
    """Write a sheet in UTF-16."""
    return re.sub(r"<\?.*?\?>", "", part.decode()).encode("utf-16") if name == SHEET else part


@pytest.mark.parametrize("written", [prefixed, in_utf_16])
def test_formulas_that_were_never_computed_in_other_spellings(
    tmp_path: Path, written: Callable[[str, bytes], bytes]
) -> None:
    """Formulas without a value are noted however the sheet spells its tags, as are the rows that a filter hides."""
    book = openpyxl.Workbook()
    for row in (["Name", "Phone"], ["Asha", "=9876500000+1"], ["Ravi", "9876500002"]):
        book.active.append(row)
    book.active.auto_filter.ref = "A1:B3"
    book.active.row_dimensions[3].hidden = True
    book.save(tmp_path / "made.xlsx")
    (sheet,) = read_sheets(patched(tmp_path / "made.xlsx", tmp_path / "leads.xlsx", written))
    assert sheet.rows == [["Name", "Phone"], ["Asha"], ["Ravi", "9876500002"]]
    assert sheet.notes == uncomputed(1)
    assert sheet.hidden_rows == 1


def test_formulas_of_opendocument_that_were_never_computed(tmp_path: Path) -> None:
    """Formulas without a value are noted for each sheet of an ODS, too; one that was computed, to nothing, is none."""
    computed = {"formula": 'of:="Ra"&"vi"', "valuetype": "string"}
    book = OpenDocumentSpreadsheet()
    for name, cells in {
        "July": [TableCell(formula="of:=1+1"), TableCell(stringvalue="", **computed), TableCell(formula="of:=[.A1]")],
        "June": [TableCell(**computed), TableCell(valuetype="float", value="9876500001", formula="of:=[.B1]")],
    }.items():
        table, row = Table(name=name), TableRow()
        for each in cells:
            row.addElement(each)
        table.addElement(row)
        book.spreadsheet.addElement(table)
    book.save(tmp_path / "leads.ods")
    july, june = read_sheets(tmp_path / "leads.ods")
    assert july.notes == uncomputed(2)
    assert (june.notes, june.rows) == ((), [["", "9876500001"]])


def test_rows_are_numbered_as_in_the_sheet(tmp_path: Path) -> None:
    """Blank rows and columns count, also before the first filled cell; no row has empty cells at its end."""
    book = openpyxl.Workbook()
    book.active["B3"], book.active["D5"] = "here", 5
    book.save(tmp_path / "leads.xlsx")
    (sheet,) = read_sheets(tmp_path / "leads.xlsx")
    assert (sheet.first_row, sheet.rows) == (1, [[], [], ["", "here"], [], ["", "", "", "5"]])


# --- sheets by name -------------------------------------------------------------------------------


def three_sheets(tmp_path: Path) -> Path:
    """Write a workbook with a visible, a hidden and a very hidden sheet, and an empty one."""
    book = openpyxl.Workbook()
    book.active.title = "Leads"
    for name, state in (("Lists", "hidden"), ("Codes", "veryHidden"), ("Empty", "visible"), ("More", "visible")):
        book.create_sheet(name).sheet_state = state
    for sheet in book:
        if sheet.title != "Empty":
            sheet.append([f"in {sheet.title}"])
    book.save(tmp_path / "leads.xlsx")
    return tmp_path / "leads.xlsx"


def test_hidden_sheets_are_skipped_and_said_so(tmp_path: Path) -> None:
    """Every visible sheet is read, in order; hidden ones are noted."""
    path = three_sheets(tmp_path)
    assert [(sheet.name, sheet.rows) for sheet in read_sheets(path)] == [
        ("Leads", [["in Leads"]]),
        ("Empty", []),
        ("More", [["in More"]]),
    ]
    with open_source(path, ReadingOptions()) as source:
        assert source.notes == ("hidden sheet Lists skipped", "hidden sheet Codes skipped")


def test_sheets_by_name(tmp_path: Path) -> None:
    """--sheet reads those named, hidden ones as well; one that is not there is answered with those that are."""
    path = three_sheets(tmp_path)
    sheets = read_sheets(path, ReadingOptions(sheet=("Codes", "More")))
    assert [(sheet.name, sheet.rows) for sheet in sheets] == [("Codes", [["in Codes"]]), ("More", [["in More"]])]
    assert refusal(path, ReadingOptions(sheet=("leads",))) == "leads.xlsx has no sheet leads."


def test_sheets_may_be_left_unread(tmp_path: Path) -> None:
    """A sheet that is not read to its end does not disturb the next."""
    book = openpyxl.Workbook()
    for row in range(5000):
        book.active.append([row])
    book.create_sheet("More").append(["here"])
    book.save(tmp_path / "leads.xlsx")
    with open_source(tmp_path / "leads.xlsx", ReadingOptions()) as source:
        first = next(source.sheets)
        assert len(next(first.blocks).rows) == 1024
        second = next(source.sheets)
        assert next(second.blocks).rows == [["here"]]
        assert list(source.sheets) == []
        assert list(second.blocks) == []


# --- XLS, OpenDocument, and what is neither -------------------------------------------------------


def test_old_workbooks(tmp_path: Path) -> None:
    """XLS is told by its content and read alike."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Leads")
    for at, row in enumerate(LEADS):
        for column, value in enumerate(row):
            sheet.write(at, column, value)
    book.add_sheet("Lists").visibility = 1
    book.save(str(tmp_path / "leads.csv"))
    with open_source(tmp_path / "leads.csv", ReadingOptions()) as source:
        assert (source.format, source.notes) == (FileFormat.XLS, ("hidden sheet Lists skipped",))
        sheets = [(sheet.name, [block.rows for block in sheet.blocks]) for sheet in source.sheets]
    assert sheets == [("Leads", [READ])]


def opendocument(kind: str, row: str = "", cell: str = "") -> str:
    """Return the content of an OpenDocument file with a table of two cells; `row` and `cell` are more attributes."""
    table = (
        f'<table:table table:name="Leads"><table:table-row {row}><table:table-cell office:value-type="string" {cell}>'
        "<text:p>Asha</text:p></table:table-cell>"
        '<table:table-cell office:value-type="float" office:value="9876500001"><text:p>9876500001</text:p>'
        "</table:table-cell></table:table-row></table:table>"
    )
    names = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    return (
        f'<?xml version="1.0"?><office:document-content {names}><office:body><office:{kind}>{table}'
        f"</office:{kind}></office:body></office:document-content>"
    )


def test_opendocument(tmp_path: Path) -> None:
    """ODS is told by its content; an OpenDocument text is refused by its kind."""
    for kind in ("spreadsheet", "text"):
        with zipfile.ZipFile(tmp_path / f"{kind}.zip", "w") as book:
            book.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
            book.writestr("content.xml", opendocument(kind))
            book.writestr("META-INF/manifest.xml", "<manifest/>")
    with open_source(tmp_path / "spreadsheet.zip", ReadingOptions()) as source:
        assert source.format is FileFormat.ODS
        assert [block.rows for sheet in source.sheets for block in sheet.blocks] == [[["Asha", "9876500001"]]]
    assert refusal(tmp_path / "text.zip") == "text.zip is an OpenDocument file, but no spreadsheet."


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("word/document.xml", "is a Word document."),
        ("ppt/presentation.xml", "is a PowerPoint presentation."),
        ("Index/Document.iwa", "is an Apple Numbers document."),
        ("leads.csv", "is a zip archive (with leads.csv)."),
    ],
)
def test_other_zips_are_named(tmp_path: Path, name: str, what: str) -> None:
    """A zip file that is no workbook is called what it is."""
    with zipfile.ZipFile(tmp_path / "leads.xlsx", "w") as archive:
        archive.writestr(name, "x")
    assert refusal(tmp_path / "leads.xlsx") == f"leads.xlsx {what}"


def test_a_workbook_within_a_document(tmp_path: Path) -> None:
    """A Word document is refused as one, though a workbook lies in it beside the text."""
    parts = patched(
        saved(tmp_path / "made.xlsx", LEADS),
        tmp_path / "leads.docx",
        lambda _, data: data,
        **{"word/document.xml": b"x"},
    )
    assert refusal(parts) == "leads.docx is a Word document."


def test_password_protected(tmp_path: Path) -> None:
    """(Row 30) A workbook behind a password is said to be one."""
    begin, file_pass = struct.pack("<HHHHQQ", 0x809, 16, 0x600, 5, 0, 0)[:20], struct.pack("<HHI", 0x2F, 4, 1)
    for name, content in (("new", "EncryptedPackage".encode("utf-16-le")), ("old", begin + file_pass)):
        shell = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
        (tmp_path / name).write_bytes(shell + content + bytes(2000))
        assert refusal(tmp_path / name) == f"{name} is password-protected."
    with zipfile.ZipFile(tmp_path / "ods", "w") as book:
        book.writestr("content.xml", b"noise")
        book.writestr("META-INF/manifest.xml", b"<manifest:encryption-data/>")
    assert refusal(tmp_path / "ods") == "ods is password-protected."


def test_damaged_workbooks(tmp_path: Path) -> None:
    """A workbook that is cut off or bent is an input error."""
    whole = saved(tmp_path / "leads.xlsx", LEADS * 50).read_bytes()
    for name, data in (("cut", whole[: len(whole) // 2]), ("ole", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000))):
        (tmp_path / name).write_bytes(data)
        assert refusal(tmp_path / name) == f"{name} can't be read as a workbook: it is damaged."
    bent = patched(tmp_path / "leads.xlsx", tmp_path / "bent", lambda name, data: data[:-40] if name == SHEET else data)
    assert "bent, sheet Leads can't be read as a workbook" in refusal(bent)


# --- row 30: hostile workbooks, within 5 s and 512 MB ---------------------------------------------


def refused_in_bounds(path: Path) -> str:
    """Read a hostile workbook in a process of its own, within the bounds; returns what it said."""
    read = read_bounded(path)
    assert read.seconds < 5
    assert read.megabytes < 512
    return read.output.removeprefix("refused ")


def far_away(tmp_path: Path, dimension: bytes) -> Path:
    """Write a small workbook with a cell in the far corner, and `dimension` for its extent."""
    path = saved(tmp_path / "near.xlsx", LEADS)
    far = b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData>'

    def moved(name: str, data: bytes) -> bytes:
        if name != SHEET:
            return data
        return data.replace(b'<dimension ref="A1:B2" />', dimension).replace(b"</sheetData>", far)

    return patched(path, tmp_path / "far.xlsx", moved)


@pytest.mark.parametrize("dimension", [b'<dimension ref="A1:XFD1048576"/>', b'<dimension ref="A1:B2"/>', b""])
def test_far_cell(tmp_path: Path, dimension: bytes) -> None:
    """(Row 30) A cell at XFD1048576 aborts calamine; the sheet is measured before, or after its reader died."""
    message = refused_in_bounds(far_away(tmp_path, dimension))
    assert message == "far.xlsx has a cell as far off as XFD1048576, and nearly nothing before it."


def test_far_cell_without_content(tmp_path: Path) -> None:
    """A far cell with nothing but a format is no content: the leads before it are read."""
    book = openpyxl.Workbook()
    for row in LEADS:
        book.active.append(row)
    book.active["XFD1048576"].font = Font(bold=True)
    book.create_sheet("Notes")["XFD1048576"].font = Font(bold=True)  # the only cell of its sheet
    book.save(tmp_path / "leads.xlsx")
    assert [(sheet.name, sheet.rows) for sheet in read_sheets(tmp_path / "leads.xlsx")] == [
        ("Sheet", READ),
        ("Notes", []),
    ]


def test_repeated_cells(tmp_path: Path) -> None:
    """(Row 30) An OpenDocument cell that repeats itself over all rows and columns is stopped by the bounds."""
    with zipfile.ZipFile(tmp_path / "leads.ods", "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        repeated = 'table:number-rows-repeated="1048576"', 'table:number-columns-repeated="16384"'
        book.writestr("content.xml", opendocument("spreadsheet", *repeated))
        book.writestr("META-INF/manifest.xml", "<manifest/>")
    assert "leads.ods" in refused_in_bounds(tmp_path / "leads.ods")


# --- workbooks that are set right -----------------------------------------------------------------


LOST = "Lost skipped: it is not a sheet of cells"
UNNAMED = b'<sheet name="Lost" sheetId="9" r:id="rId99" xmlns:r="x"/></sheets>'
MACRO = b'<Relationship Id="rId99" Type="http://x/xlMacrosheet" Target="macrosheets/sheet1.xml"/></Relationships>'


def in_utf16(data: bytes) -> bytes:
    """Return a part as some programs write it."""
    text = data.decode()
    return ('<?xml version="1.0" encoding="UTF-16"?>' + text[text.find("?>") + 2 if "?>" in text[:99] else 0 :]).encode(
        "utf-16"
    )


def merged(*places: str) -> Change:
    """Return what adds merged cells to a sheet."""
    cells = "".join(f'<mergeCell ref="{place}"/>' for place in places)
    end = f"</sheetData><mergeCells>{cells}</mergeCells>".encode()
    return lambda _, data: data.replace(b"</sheetData>", end)


CHANGES: dict[str, tuple[Change, tuple[str, ...]]] = {
    "UTF-16 sheet": (lambda name, data: in_utf16(data) if name == SHEET else data, ()),
    "UTF-16 strings": (lambda name, data: in_utf16(data) if name.endswith("sharedStrings.xml") else data, ()),
    "merged column": (merged("A:A"), ()),
    "merged rows": (merged("A1:A2", "5:6"), ()),
    "no relationship": (lambda _, data: data.replace(b"</sheets>", UNNAMED), (LOST,)),
    "macro sheet": (
        lambda _, data: data.replace(b"</sheets>", UNNAMED).replace(b"</Relationships>", MACRO),
        (LOST,),
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_workbooks_that_are_set_right(tmp_path: Path, name: str) -> None:
    """What other programs write and calamine stumbles over is set right in a copy: no cell is lost."""
    change, notes = CHANGES[name]
    path = patched(saved(tmp_path / "made.xlsx", LEADS), tmp_path / "leads.xlsx", change)
    assert read_rows(path) == READ
    with open_source(path, ReadingOptions()) as source:
        assert source.notes == notes


def test_a_sheet_that_the_workbook_has_lost(tmp_path: Path) -> None:
    """A sheet whose part is gone is an error: its leads may be missing."""
    relation = MACRO.replace(b"xlMacrosheet", b"worksheet")
    path = patched(
        saved(tmp_path / "made.xlsx", LEADS),
        tmp_path / "leads.xlsx",
        lambda _, data: data.replace(b"</sheets>", UNNAMED).replace(b"</Relationships>", relation),
    )
    assert refusal(path) == "leads.xlsx, sheet Lost can't be read: the workbook names it, and does not hold it."


def test_opendocument_with_blanks_between_its_cells(tmp_path: Path) -> None:
    """Line breaks between tags are no text; the blank between two words of a paragraph stays."""
    spaced = "<text:p><text:span>Asha</text:span> <text:span>Rao</text:span></text:p>"
    rows = [f"<table:table-row>\n  {cell('Name')}\n  {cell('Phone')}\n</table:table-row>\n"]
    rows += [
        f"<table:table-row>\n {cell('').replace('<text:p></text:p>', spaced)}\n {cell('9876500001')} </table:table-row>"
    ]
    assert read_rows(write_ods(tmp_path / "leads.ods", *rows)) == [["Name", "Phone"], ["Asha Rao", "9876500001"]]


@pytest.mark.parametrize("page", [1252, 10000, 437, 932, 65001])
def test_xls_that_names_another_code_page(tmp_path: Path, page: int) -> None:
    """The text of an XLS is Unicode, whatever code page an old library names in it, in small and large files."""
    for count in (1, 500):
        book = xlwt.Workbook()
        sheet = book.add_sheet("Leads")
        rows = [["Name", "Phone"], *[["कविता Gómez", f"98765{number:05}"] for number in range(count)]]
        for at, row in enumerate(rows):
            for column, text in enumerate(row):
                sheet.write(at, column, text)
        book.save(str(tmp_path / "made.xls"))
        data = (tmp_path / "made.xls").read_bytes()
        named = struct.pack("<HHH", 0x42, 2, 1200)
        assert data.count(named) == 1
        (tmp_path / "leads.xls").write_bytes(data.replace(named, struct.pack("<HHH", 0x42, 2, page)))
        assert read_rows(tmp_path / "leads.xls") == rows


@pytest.mark.parametrize("old", [0x0206, 0x0406])
def test_xls_with_formulas_of_an_older_kind(tmp_path: Path, old: int) -> None:
    """The value of a formula is read from the records of Excel 3 and 4 too."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Leads")
    for at, cells in enumerate((["Name", "Phone"], ["Asha", xlwt.Formula("9876500000+1")])):
        for column, value in enumerate(cells):
            sheet.write(at, column, value)
    book.save(str(tmp_path / "leads.xls"))
    data = bytearray((tmp_path / "leads.xls").read_bytes())
    found = re.search(rb"\x06\0..\x01\0\x01\0", data, re.DOTALL)
    assert found is not None
    at = found.start()
    data[at : at + 2] = struct.pack("<H", old)
    data[at + 10 : at + 18] = struct.pack("<d", 9876500001.0)
    (tmp_path / "leads.xls").write_bytes(data)
    assert read_rows(tmp_path / "leads.xls") == READ


# --- what a reader sees beside the values ------------------------------------------------------------


def test_rows_hidden_by_hand_and_struck_through(tmp_path: Path) -> None:
    """Rows that are hidden by hand or have struck-through text are read, and counted in notes; empty ones are not."""
    path = tmp_path / "leads.xlsx"
    with xlsxwriter.Workbook(path) as book:
        struck, sheet = book.add_format({"font_strikeout": True}), book.add_worksheet()
        for row in range(3000):
            sheet.write_row(row, 0, ["Asha", f"98765{row:05}"], struck if row in {5, 2999} else None)
            sheet.write_blank(row, 2, None, struck)
        for row in (7, 2998, 5000):
            sheet.set_row(row, None, None, {"hidden": True})
    (read,) = read_sheets(path)
    assert len(read.rows) == 3000
    assert read.notes == (
        "rows that are hidden by hand (2) are read too",
        "rows with text that is struck through (2) are read too",
    )


def test_merged_cells_of_opendocument(tmp_path: Path) -> None:
    """What stands in a cell over several rows holds for each of them, as in other workbooks."""
    covered, empty = "<table:covered-table-cell/>", '<table:table-cell table:number-columns-repeated="2"/>'
    spanned = 'table:number-columns-spanned="1" table:number-rows-spanned="2"'
    wide = 'table:number-columns-spanned="2" table:number-rows-spanned="2"'
    path = write_ods(
        tmp_path / "leads.ods",
        line(cell("Name"), cell("Mobile"), cell("DND")),
        line(empty, more='table:number-rows-repeated="2"'),
        line(cell("Asha"), cell("1"), cell("Yes", spanned)),
        line(cell("Ravi"), cell("2"), covered),
        line(cell("Uma", wide), covered, cell("No")),
        line(covered, covered, cell("x")),
    )
    assert read_rows(path) == [
        *(["Name", "Mobile", "DND"], [], []),
        *(["Asha", "1", "Yes"], ["Ravi", "2", "Yes"], ["Uma", "", "No"], ["", "", "x"]),
    ]


# --- rows that a filter hides ---------------------------------------------------------------------


MANY = [*READ, ["Meena", "9876500003"], ["Imran", "9876500004"]]


def filtered_xlsx(path: Path) -> None:
    """Write a workbook whose second sheet has rows that a filter hides, and whose first has one hidden by hand."""
    book = openpyxl.Workbook()
    book.create_sheet("A & B")
    for sheet in book:
        for row in MANY:
            sheet.append(row)
    book["A & B"].auto_filter.ref = "A1:B4"
    for number in (2, 4):
        book["A & B"].row_dimensions[number].hidden = True
    book.save(path)


def filtered_xls(path: Path) -> None:
    """Write such a workbook of Excel 97: the record of a filter stands in the second sheet."""
    book = xlwt.Workbook()
    for name in ("Sheet", "A & B"):
        sheet = book.add_sheet(name)
        for at, row in enumerate(MANY):
            for column, text in enumerate(row):
                sheet.write(at, column, text)
    for number in (1, 3):
        book.get_sheet(1).row(number).hidden = True
    book.get_sheet(0).row(2).hidden = True
    book.save(str(path))
    data = path.read_bytes()
    at = data.rindex(struct.pack("<HH", 0x000C, 2))  # how often to calculate, which is of no matter here
    path.write_bytes(data[:at] + struct.pack("<HHH", 0x009D, 2, 2) + data[at + 6 :])


def filtered_ods(path: Path) -> None:
    """Write such an OpenDocument workbook; one row stands for two that are alike."""
    hidden = 'table:visibility="filter"'
    lines = [line(*map(cell, row)) for row in MANY]
    lines[1] = lines[1].replace("<table:table-row", f"<table:table-row {hidden}")
    blank = f'<table:table-row table:number-rows-repeated="1" {hidden}><table:table-cell/></table:table-row>'
    lines.insert(3, blank)
    first = f'<table:table table:name="Sheet">{line(*map(cell, MANY[0]))}</table:table>'
    write_ods(path, *lines)
    with zipfile.ZipFile(path) as book:
        content = book.read("content.xml")
    named = content.replace(
        b'<table:table table:name="Leads">', first.encode() + b'<table:table table:name="A &amp; B">'
    )
    patched(path, path.with_suffix(".made"), lambda name, data: named if name == "content.xml" else data)
    path.with_suffix(".made").rename(path)


def filtered_xml(path: Path) -> None:
    """Write such an XML spreadsheet of Excel 2003."""
    made = ""
    for name in ("Sheet", "A &amp; B"):
        rows = ""
        for number, row in enumerate(MANY):
            hidden = ' ss:Hidden="1"' if number in ((2,) if name == "Sheet" else (1, 3)) else ""
            rows += f"<Row{hidden}>" + "".join(f"<Cell><Data>{text}</Data></Cell>" for text in row) + "</Row>"
        ends = "" if name == "Sheet" else '<AutoFilter x:Range="R1C1:R4C2" xmlns="urn:x"></AutoFilter>'
        made += f'<Worksheet ss:Name="{name}"><Table>{rows}</Table>{ends}</Worksheet>'
    path.write_text(f'<?xml version="1.0"?><Workbook>{made}</Workbook>', encoding="utf-8")


@pytest.mark.parametrize(
    ("ending", "write"),
    [("xlsx", filtered_xlsx), ("xls", filtered_xls), ("ods", filtered_ods), ("xml", filtered_xml)],
)
def test_rows_that_a_filter_hides(tmp_path: Path, ending: str, write: Callable[[Path], None]) -> None:
    """Rows that a filter hides are read and counted, in every format that has filters; those hidden by hand are not."""
    write(tmp_path / f"leads.{ending}")
    sheets = read_sheets(tmp_path / f"leads.{ending}")
    assert [(sheet.name, sheet.hidden_rows) for sheet in sheets] == [("Sheet", 0), ("A & B", 2)]
    assert [row for row in sheets[1].rows if row] == MANY


XLSB_ROWS = [(at, list(enumerate(cells))) for at, cells in enumerate(MANY)]
FILTER_NAME = record(NAME, b"\x21\0\0\0\0\0\0\0\0" + wide("_FilterDatabase") + bytes(8))


@pytest.mark.parametrize(
    ("more", "names", "parts", "hidden"),
    [
        (record(FILTER, bytes(16)), FILTER_NAME, {}, 2),
        (b"", b"", {"xl/tables/table1.bin": record(FILTER, bytes(16)) + record(FILTER_COLUMN, bytes(6))}, 2),
        (b"", b"", {"xl/tables/table1.bin": record(FILTER, bytes(16))}, 0),
        (b"", b"", {}, 0),
    ],
    ids=["a filter", "a filtered table", "a table", "by hand"],
)
def test_rows_that_a_filter_hides_in_xlsb(
    tmp_path: Path, more: bytes, names: bytes, parts: dict[str, bytes], hidden: int
) -> None:
    """Rows of an XLSB that a filter hides are read and counted, those hidden by hand are read alone."""

    def named(name: str, part: bytes) -> bytes:
        return part.replace(record(132), names + record(132)) if name == "xl/workbook.bin" else part

    made = write_xlsb(tmp_path / "made.xlsb", XLSB_ROWS, more, hidden=(1, 3))
    (sheet,) = read_sheets(patched(made, tmp_path / "leads.xlsb", named, **parts))
    assert (sheet.hidden_rows, sheet.rows) == (hidden, MANY)


@pytest.mark.parametrize(("column", "hidden"), [('<filterColumn colId="0"/>', 2), ("", 0)])
def test_rows_that_the_filter_of_a_table_hides(tmp_path: Path, column: str, hidden: int) -> None:
    """A range that is formatted as a table keeps its filter itself: the rows that it hides are counted too."""
    with xlsxwriter.Workbook(tmp_path / "made.xlsx") as book:
        sheet = book.add_worksheet("Leads")
        sheet.add_table(0, 0, 3, 1, {"data": MANY[1:], "columns": [{"header": name} for name in MANY[0]]})
        for at in (1, 3):
            sheet.set_row(at, options={"hidden": True})

    def filtered(name: str, part: bytes) -> bytes:
        return part.replace(b'B4"/>', f'B4">{column}</autoFilter>'.encode()) if "/tables/" in name else part

    (read,) = read_sheets(patched(tmp_path / "made.xlsx", tmp_path / "leads.xlsx", filtered))
    assert (read.hidden_rows, read.rows) == (hidden, MANY)


# --- old workbooks, and formats of dates ----------------------------------------------------------


@pytest.mark.parametrize("count", [4, 1, 0])
def test_xls_that_counts_its_texts_wrongly(tmp_path: Path, count: int) -> None:
    """What an old workbook says of the number of its texts does not matter, as long as they are there."""
    path = old_workbook(tmp_path, b"\xfc\0", 8, struct.pack("<I", count))
    assert read_rows(path) == [["Name", "Phone"], ["Asha", "+919876500001"]]


def test_xls_with_a_text_that_is_not_there(tmp_path: Path) -> None:
    """A cell of an old workbook whose text is missing is not read as an empty one: the sheet is refused."""
    path = old_workbook(tmp_path, b"\xfd\0\x0a\0\x01\0\x01\0", 10, struct.pack("<I", 77))
    assert refusal(path) == "old.xls, sheet Leads can't be read: a cell names a text that the workbook does not hold."


@pytest.mark.parametrize(("page", "name"), [("cp1252", "Zoë"), ("cp1251", "Анна")])
def test_excel_95(tmp_path: Path, page: str, name: str) -> None:
    """A workbook of Excel 95 is read, with text in the code page that it names."""
    path = write_excel_95(tmp_path / "leads.xls", [["Name", "Phone"], [name, 9876500001]], page)
    assert read_rows(path) == [["Name", "Phone"], [name, "9876500001"]]


def test_a_workbook_within_an_old_document(tmp_path: Path) -> None:
    """A Word document of Word 97 is refused as one, though the bytes of a workbook lie in it."""
    within = write_excel_95(tmp_path / "leads.xls", LEADS).read_bytes()
    (tmp_path / "leads.doc").write_bytes(in_ole2(b"\xec\xa5\xc1\0" + within, "WordDocument"))
    assert refusal(tmp_path / "leads.doc") == "leads.doc is a Word document."


@pytest.mark.parametrize("number", [27, 31, 36, 50, 54, 58])
def test_formats_that_are_dates_in_east_asia(tmp_path: Path, number: int) -> None:
    """The formats 27 to 36 and 50 to 58 are dates, but for a workbook that gives such a number a meaning of its own."""
    with xlsxwriter.Workbook(tmp_path / "made.xlsx") as book:
        book.add_worksheet("Leads").write(0, 0, 45000, book.add_format({"num_format": '0" x"'}))

    def styled(about: bytes) -> list[list[str]]:
        def change(name: str, part: bytes) -> bytes:
            numbered = re.sub(rb"<numFmts.*?</numFmts>", about, part).replace(b'"164"', b'"%d"' % number)
            return numbered if name == "xl/styles.xml" else part

        return read_rows(patched(tmp_path / "made.xlsx", tmp_path / "leads.xlsx", change))

    assert styled(b"") == [["2023-03-15"]]
    assert styled(b'<numFmts count="1"><numFmt numFmtId="164" formatCode="0"/></numFmts>') == [["45000"]]


def old_workbook(folder: Path, record: bytes, at: int, data: bytes) -> Path:
    """Write a workbook of Excel 97 in which one record, told by how it begins, is changed `at` bytes after that."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Leads")
    for row, cells in enumerate((["Name", "Phone"], ["Asha", "+919876500001"])):
        for column, text in enumerate(cells):
            sheet.write(row, column, text)
    book.save(str(folder / "old.xls"))
    made = bytearray((folder / "old.xls").read_bytes())
    place = made.rindex(record) + at
    made[place : place + len(data)] = data
    (folder / "old.xls").write_bytes(made)
    return folder / "old.xls"


# --- row 30: bombs, parts, entities ---------------------------------------------------------------


def test_zip_bomb(tmp_path: Path) -> None:
    """(Row 30) A sheet that unpacks to gigabytes is refused by its sizes."""
    path = saved(tmp_path / "small.xlsx", LEADS)
    blanks = b" " * 300_000_000
    bomb = patched(
        path,
        tmp_path / "bomb.xlsx",
        lambda name, data: data.replace(b"</sheetData>", blanks + b"</sheetData>") if name == SHEET else data,
    )
    message = refused_in_bounds(bomb)
    assert message == "bomb.xlsx is not an honest workbook: xl/worksheets/sheet1.xml unpacks to 286 MB."


def test_lying_sizes(tmp_path: Path) -> None:
    """(Row 30) A bomb whose directory says that it is small is stopped when it is larger than it says."""
    path = saved(tmp_path / "small.xlsx", LEADS)
    blanks = b" " * 300_000_000
    bomb = patched(
        path,
        tmp_path / "bomb.xlsx",
        lambda name, data: data.replace(b"</sheetData>", blanks + b"</sheetData>") if name == SHEET else data,
    )
    data = bytearray(bomb.read_bytes())
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        if data[at + 46 : at + 46 + len(SHEET)] == SHEET.encode():
            data[at + 24 : at + 28] = struct.pack("<I", 1000)
        at += 4
    (tmp_path / "lying.xlsx").write_bytes(data)
    assert refused_in_bounds(tmp_path / "lying.xlsx").startswith("lying.xlsx, sheet Leads ")


def test_many_entries(tmp_path: Path) -> None:
    """(Row 30) A workbook of 100,000 parts is refused."""
    path = saved(tmp_path / "leads.xlsx", LEADS)
    with zipfile.ZipFile(path, "a") as book:
        for number in range(100_000):
            book.writestr(f"junk/{number}", b"")
    assert refused_in_bounds(path).startswith("leads.xlsx is not an honest workbook: it holds 100,0")


def test_many_sheets(tmp_path: Path) -> None:
    """(Row 54) A workbook that names one part as thousands of sheets is refused by their number."""
    names = "".join(
        f'<sheet name="S{at}" sheetId="1" r:id="rId1" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"/>'
        for at in range(1001)
    )
    path = patched(
        saved(tmp_path / "made.xlsx", LEADS),
        tmp_path / "leads.xlsx",
        lambda name, data: (
            data.replace(b"</sheets>", names.encode() + b"</sheets>") if name == "xl/workbook.xml" else data
        ),
    )
    assert refused_in_bounds(path) == "leads.xlsx: it has more than 1,000 sheets."


def test_parent_names_are_harmless(tmp_path: Path) -> None:
    """(Row 30) Nothing in a workbook is written anywhere, so names with ../ do nothing."""
    path = patched(
        saved(tmp_path / "a.xlsx", LEADS), tmp_path / "b.xlsx", lambda _, data: data, **{"../../evil.txt": b"x"}
    )
    assert read_rows(path) == READ
    assert {entry.name for entry in tmp_path.iterdir()} == {"a.xlsx", "b.xlsx"}


def test_entities(tmp_path: Path) -> None:
    """(Row 30) Entities of a DTD are neither expanded nor fetched."""
    dtd = b'<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    cell = b'<row r="3"><c r="A3" t="inlineStr"><is><t>&b;&f;</t></is></c></row></sheetData>'
    path = patched(
        saved(tmp_path / "a.xlsx", LEADS),
        tmp_path / "b.xlsx",
        lambda name, data: dtd + data.replace(b"</sheetData>", cell) if name == SHEET else data,
    )
    says = "can't be read as a workbook: it defines words of its own, which are not replaced."
    assert refused_in_bounds(path) == f"b.xlsx, sheet Leads {says}"


@pytest.mark.parametrize("row", ['<row r="%d" s="1" customFormat="1"/>', '<row r="%d"><c r="A%d" s="0"/></row>'])
def test_a_million_styled_rows(tmp_path: Path, row: str) -> None:
    """(Row 30) A million rows that hold only formats are no rows."""
    marks = row.count("%d")
    rows = "".join(row % ((number,) * marks) for number in range(3, 1_000_003)).encode()
    path = patched(
        saved(tmp_path / "a.xlsx", LEADS),
        tmp_path / "b.xlsx",
        lambda name, data: data.replace(b"</sheetData>", rows + b"</sheetData>") if name == SHEET else data,
    )
    assert refused_in_bounds(path) == "read 2"


def test_one_long_text_shared_by_many_cells(tmp_path: Path) -> None:
    """(Row 30) A text of a megabyte in 20,000 cells would be 20 GB: its reader is stopped, and the sheet named."""
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet("Leads")
        for row in range(20_000):
            sheet.write_string(row, 0, "short")
    path = patched(
        tmp_path / "a.xlsx",
        tmp_path / "b.xlsx",
        lambda _, data: data.replace(b">short<", b">" + b"A" * 1_000_000 + b"<"),
    )
    assert refused_in_bounds(path) == "b.xlsx, sheet Leads can't be read: it takes too much memory."


# --- the process that reads -----------------------------------------------------------------------


def test_the_child_gets_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """(Row 34) The process that reads has no environment, and imports nothing from the folder it is started in."""
    spy = tmp_path / "child.py"
    spy.write_text(
        "import os, sys\n"
        "print(sorted(os.environ), [p for p in sys.path if p in ('', os.getcwd())], file=open('seen', 'w'))\n"
    )
    (tmp_path / "signal.py").write_text("raise SystemExit('from the working folder')\n")
    (tmp_path / "msgspec.py").write_text("raise SystemExit('from the working folder')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TELECMI_SECRET", "canary")
    path = saved(tmp_path / "leads.xlsx", LEADS)
    assert read_rows(path) == READ
    monkeypatch.setattr(workbook, "_CHILD", spy)
    refusal(path)
    assert (tmp_path / "seen").read_text() in {"[] []\n", "['LC_CTYPE'] []\n"}


def test_a_child_that_says_nothing_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that neither works nor ends, which no bound of the system stops, is waited for only so long."""
    (tmp_path / "child.py").write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(workbook, "_CHILD", tmp_path / "child.py")
    monkeypatch.setattr(workbook, "_PATIENCE", 0.2)
    message = refusal(saved(tmp_path / "leads.xlsx", LEADS))
    assert message == "leads.xlsx can't be read: it takes too much memory."


def test_the_child_finds_libraries_where_the_program_has_them(tmp_path: Path) -> None:
    """The libraries may lie where Python alone does not look, as those of an archive with all in it do."""
    places = {Path(library.__file__).parent.parent for library in (msgspec, python_calamine)}
    with saved(tmp_path / "leads.xlsx", LEADS).open("rb") as stream:
        run = subprocess.run(
            [sys.executable, "-I", "-S", workbook_child.__file__, "\n".join(map(str, places)), "read"],
            stdin=stream,
            capture_output=True,
            check=True,
        )
    assert (run.stdout[:1], run.stdout[-6:]) == (b"B", b"Z\1\0\0\0\xc0")


def test_interrupts_are_the_parents() -> None:
    """Ctrl-C does not reach the child: it is the leader of a session of its own."""
    script = (
        "import os\nfrom pathlib import Path\nfrom telecmi_leads.settings.options import ReadingOptions\n"
        "from telecmi_leads.files import open_source, workbook\n"
        "made = workbook.subprocess.Popen\n"
        "def spy(*a, **k):\n    child = made(*a, **k)\n    print(os.getsid(child.pid) == child.pid)\n    return child\n"
        "workbook.subprocess.Popen = spy\n"
        "with open_source(Path('tests/leadfiles/samples/naukri_multi.xlsx'), ReadingOptions()) as source:\n"
        "    print(source.format)\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout == "True\nxlsx\n"


def test_no_child_is_left_behind(tmp_path: Path) -> None:
    """A workbook that is not read to its end leaves no process."""
    path = saved(tmp_path / "leads.xlsx", [[number] for number in range(50_000)])
    code = (
        "import os, sys, pathlib\n"
        "from telecmi_leads.files import open_source\n"
        "from telecmi_leads.settings.options import ReadingOptions\n"
        "with open_source(pathlib.Path(sys.argv[1]), ReadingOptions()) as source:\n"
        "    next(next(source.sheets).blocks)\n"
        "try:\n"
        "    print(os.waitpid(-1, os.WNOHANG))\n"
        "except ChildProcessError:\n"
        "    print('no child')\n"
    )
    ended = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert (ended.stdout, ended.stderr) == ("no child\n", "")


# --- any table reads back -------------------------------------------------------------------------

TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"], include_characters="\t\n", max_codepoint=0xFFFD),
    max_size=10,
)
VALUE = st.one_of(TEXT.filter(lambda text: text[:1] not in {"=", "#"}), st.integers(-(10**15), 10**15), st.booleans())


def shown(value: object) -> str:
    """Return a value as a reader must show it."""
    return str(value).upper() if isinstance(value, bool) else str(value)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(VALUE, min_size=1, max_size=4), min_size=1, max_size=6))
def test_workbooks_round_trip(table: list[list[object]]) -> None:
    """Any table that openpyxl writes reads back to the same cells."""
    with TemporaryDirectory() as folder:
        rows = read_rows(saved(Path(folder) / "leads.xlsx", [[f"'{number}" for number in range(5)], *table]))
    expected = []
    for row in table:
        cells = [shown(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        expected.append(cells)
    found = rows[1:]
    for blank in (expected, found):  # a last row of blanks may be told or not: it is no lead either way
        while blank and not "".join(blank[-1]).strip():
            blank.pop()
    assert found == expected


def test_a_workbook_without_its_beginning(tmp_path: Path) -> None:
    """A file whose first bytes are lost, so that its entries seem to lie before it, is refused and no accident."""
    whole = saved(tmp_path / "whole.xlsx", LEADS).read_bytes()
    rest = whole[whole.index(SHEET.encode()) :]
    assert workbook_child.workbook_shell.look_into_zip(io.BytesIO(rest), exactly=True)[0] == "xlsx"
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(rest)
    assert refusal(cut).startswith("cut.xlsx ")
