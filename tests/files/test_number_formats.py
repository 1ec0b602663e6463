"""Numbers that a workbook shows with more than their digits, by the number format of their cells."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest
import xlwt
from inside import Inside
from program import phones
from reading_files import read_rows, read_sheets, refusal
from workbook_files import cell, line, write_ods, write_xlsb

from telecmi_leads.files.number_formats import number_format

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from telecmi_leads.sandbox import Sandbox

ADDING = [
    ("+0", 6591234567, "+6591234567"),
    ("\\+0", 6591234567, "+6591234567"),
    ('"+44 "0', 7400123456, "+44 7400123456"),
    ('"+44 (0)"0000 000000', 7400123456, "+44 (0)7400 123456"),
    ('"+1" (000) 000-0000', 2025550123, "+1 (202) 555-0123"),
    ("+1 000 000 0000", 2025550123, "+1 202 555 0123"),
    ('"+91-"00000-00000', 9876500001, "+91-98765-00001"),
    ("+## ##### #####", 919876500001, "+91 98765 00001"),
    ("[$+44-809] #,##0", 7400123456, "+44 7400123456"),
    ('[Red]_("+91 "General', 9876500001, "+91 9876500001"),
    ("+0.00;-0.00", 6591234567, "+6591234567"),
    ('"91"0', 9876500001, "919876500001"),
    ('"Tel. +44 "0', 7400123456, "Tel. +44 7400123456"),
    ('[<=9999999999]"+91 "0;+0', 9876500001, "+91 9876500001"),
    ('[<=9999999999]"+91 "0;+0', 919876500001, "+919876500001"),
    ('[<1000]0;[<=9999999999]"+91 "0;+0', 919876500001, "+919876500001"),
    ("[<=9999999]###-####;+# (###) ###-####", 12025550123, "+1 (202) 555-0123"),
]
ORDINARY = [
    ("0", 9876500001),
    ("General", 9876500001),
    ("#,##0", 9876500001),
    ("0.00E+00", 9876500001),
    ("##0.0E+0", 9876500001),
    ('[$€-407] #,##0.00;[Red]"-"[$€-407] #,##0.00', 9876500001),
    ('_(* #,##0_);_(* \\(#,##0\\);_(* "-"??_);_(@_)', 9876500001),
    ("[<=9999999]###-####;(###) ###-####", 2025550123),
    ("[<=9999999]###-####;+# (###) ###-####", 5550123),
    ("000-000-0000", 2025550123),
    ("00000", 2134),
    ("0000000000", 412345678),
    ('0" m2"', 1250000),
    ('#,##0"+"', 1250000),
    ('"Q1 "0', 1250000),
    ("+0.0%;-0.0%", 1250000),
    ('+0,"K"', 1250000),
    ("+# ??/16", 1250000),
    ("+0;-0;0", 5),
    ('"2024-"0000', 12),
]


# --- formats --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "number", "shown"), ADDING)
def test_formats_that_add_to_a_number(code: str, number: int, shown: str) -> None:
    """What a format puts before and between the digits is what Excel shows, but for commas and a fraction."""
    found = number_format(code)
    assert found is not None
    assert found.shown(str(number)) == shown


@pytest.mark.parametrize(("code", "number"), ORDINARY)
def test_ordinary_formats(code: str, number: int) -> None:
    """Grouping, currencies, percent, units, leading zeros and signs of differences leave a number as it is."""
    found = number_format(code)
    assert found is None or found.shown(str(number)) == str(number)


@pytest.mark.parametrize("code", ["General;[>5]+0", "[>99999999999]+0", "[>99999999999]+0;0;0", "+x0"])
def test_formats_that_are_not_clear(code: str) -> None:
    """Where it is not certain what is shown, the cell reads as no number, so that nobody else is called."""
    found = number_format(code)
    assert found is not None
    assert found.shown("6591234567") == "X6591234567"


# --- workbooks ------------------------------------------------------------------------------------

CELLS = [
    ("0", 9876500001, "9876500001"),
    *ADDING,
    ("+0", "6591234567", "6591234567"),
    ("+0", 6591234567.5, "6591234567.5"),
    ("+0", -6591234567, "-6591234567"),
    *((code, number, str(number)) for code, number in ORDINARY),
]


def write_xlsx(path: Path) -> None:
    """Write the cells in the fourth column, below two rows; the columns before are empty."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row, (code, value, _) in enumerate(CELLS, start=3):
        sheet.cell(row, 4, value).number_format = code
    book.save(path)


def write_xls(path: Path) -> None:
    """Write the same as an XLS."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Leads")
    for row, (code, value, _) in enumerate(CELLS, start=2):
        style = xlwt.XFStyle()
        style.num_format_str = code
        sheet.write(row, 3, value, style)
    book.save(path)


def write_binary(path: Path) -> None:
    """Write the same as an XLSB."""
    rows = list(enumerate(CELLS, start=2))
    formats = {(row, 3): code for row, (code, *_) in rows}
    write_xlsb(path, [(row, [(3, value)]) for row, (_, value, _) in rows], formats=formats)


@pytest.mark.parametrize(
    ("name", "write"), [("leads.xlsx", write_xlsx), ("leads.xls", write_xls), ("leads.xlsb", write_binary)]
)
def test_numbers_as_they_are_shown(tmp_path: Path, name: str, write: Callable[[Path], None]) -> None:
    """Each number stands with what its format adds, wherever the sheet begins; texts and everything else as before."""
    write(tmp_path / name)
    assert [row[3:] for row in read_rows(tmp_path / name)[2:]] == [[shown] for *_, shown in CELLS]


STYLES = (
    '<office:automatic-styles xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0">'
    '<number:number-style style:name="N1" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0">'
    '<number:text>+44 </number:text><number:number number:min-integer-digits="1"/></number:number-style>'
    "</office:automatic-styles>"
)
SHOWN_IN_ODS = [
    ("9876500001", "9876500001", "9876500001"),
    ("7400123456", "+44<text:s/>7400123456", "+44 7400123456"),
    ("2025550123", "+1 (202) 555-0123", "+1 (202) 555-0123"),
    ("9876500001", "919876500001", "919876500001"),
    ("1250000", "1,250,000.00", "1250000"),
    ("412345678", "0412345678", "412345678"),
    ("12", "+12", "12"),
    ("6591234567.5", "+6591234568", "6591234567.5"),
    ("-6591234567", "+6591234567", "-6591234567"),
]


def number(value: str, text: str, more: str = "", before: str = "") -> str:
    """Return a cell of an OpenDocument sheet that holds a number and the text that is shown."""
    about = f'office:value-type="float" office:value="{value}" {more}'
    return f"<table:table-cell {about}>{before}<text:p>{text}</text:p></table:table-cell>"


def with_styles(path: Path, styles: str = STYLES) -> Path:
    """Write an OpenDocument workbook again with styles before its body."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts["content.xml"] = parts["content.xml"].replace(b"<office:body>", styles.encode() + b"<office:body>")
    with zipfile.ZipFile(path, "w") as new:
        for name, part in parts.items():
            new.writestr(name, part)
    return path


def test_numbers_as_opendocument_shows_them(tmp_path: Path) -> None:
    """An OpenDocument file holds the text that is shown: it counts where it has a plus or digits before the number."""
    note = "<office:annotation><text:p>+1</text:p></office:annotation>"
    rows = [line(cell("Asha"), number(value, text)) for value, text, _ in SHOWN_IN_ODS]
    twice = number("7400123456", "+44 7400123456", 'table:number-columns-repeated="2"', note)
    path = write_ods(
        tmp_path / "leads.ods",
        line(cell("Name"), cell("Phone")),
        *rows,
        "<table:table-row/>",
        line("<table:table-cell/>", twice, more='table:number-rows-repeated="2"'),
        after='<table:table table:name="More">' + line(number("7400123457", "+44 7400123457")) + "</table:table>",
    )
    read = [sheet.rows for sheet in read_sheets(with_styles(path))]
    repeated = ["", "+44 7400123456", "+44 7400123456"]
    names = [["Name", "Phone"], *(["Asha", shown] for *_, shown in SHOWN_IN_ODS)]
    assert read == [[*names, [], repeated, repeated], [["+44 7400123457"]]]


def test_long_opendocument_sheets(tmp_path: Path) -> None:
    """Cells are found wherever the pieces end in which the sheet is looked at."""
    count = 12_000
    rows = [line(cell("x" * 90), number(str(7400100000 + at), f"+44 {7400100000 + at}")) for at in range(count)]
    read = read_rows(with_styles(write_ods(tmp_path / "leads.ods", *rows)))
    assert [row[1] for row in read] == [f"+44 {7400100000 + at}" for at in range(count)]


def test_long_xlsx_sheets(tmp_path: Path) -> None:
    """The same in XLSX, between cells of other styles."""
    book = openpyxl.Workbook()
    for at in range(30_000):
        book.active.append(["x", 7400100000 + at])
        book.active.cell(at + 1, 2).number_format = '"+44 "0' if at % 3 else "0"
    book.save(tmp_path / "leads.xlsx")
    shown = [f"+44 {7400100000 + at}" if at % 3 else str(7400100000 + at) for at in range(30_000)]
    assert [row[1] for row in read_rows(tmp_path / "leads.xlsx")] == shown


def changed(path: Path, name: str, *changes: tuple[str, str]) -> Path:
    """Write a workbook again with a part changed by regular expressions."""
    with zipfile.ZipFile(path) as old:
        parts = {each: old.read(each) for each in old.namelist()}
    for pattern, instead in changes:
        parts[name] = re.sub(pattern.encode(), instead.encode(), parts[name])
    with zipfile.ZipFile(path, "w") as new:
        for each, part in parts.items():
            new.writestr(each, part)
    return path


SHEET, STYLE_PART = "xl/worksheets/sheet1.xml", "xl/styles.xml"


def one_number(path: Path, code: str = '"+44 "0') -> Path:
    """Write a workbook with a number of this format below its header, and one without a format."""
    book = openpyxl.Workbook()
    for row in (["Phone"], [7400123456], [9876500001]):
        book.active.append(row)
    book.active.cell(2, 1).number_format = code
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        (
            SHEET,
            [
                ("<(/?)(c|row|v|sheetData)\\b", "<\\1x:\\2"),
                ("xmlns=", 'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns='),
            ],
        ),
        (SHEET, [('<c r="A2" s="1"', "<c  s='1'  r='A2'")]),
        (STYLE_PART, [("<numFmt [^>]*>", "<numFmt formatCode='[&gt;5]&quot;+44 &quot;0' numFmtId='164'></numFmt>")]),
        (
            STYLE_PART,
            [("<numFmt [^>]*>", '<numFmt formatCode="[>5]\\\\+\\\\4\\\\4\\\\ 0" numFmtId="164"/>')],
        ),
    ],
)
def test_other_spellings_of_xlsx(tmp_path: Path, part: str, changes: list[tuple[str, str]]) -> None:
    """Prefixes, order of attributes, either quotes and escapes make no difference."""
    path = changed(one_number(tmp_path / "leads.xlsx"), part, *changes)
    assert read_rows(path) == [["Phone"], ["+44 7400123456"], ["9876500001"]]


def test_the_usual_style_may_have_such_a_format(tmp_path: Path) -> None:
    """A cell that names no style has the first one."""
    path = changed(one_number(tmp_path / "leads.xlsx"), STYLE_PART, ('(<cellXfs[^>]*><xf numFmtId=)"0"', '\\1"164"'))
    path = changed(path, SHEET, ('(r="A3")', "\\1"))
    assert read_rows(path) == [["Phone"], ["+44 7400123456"], ["+44 9876500001"]]


def test_cells_that_do_not_say_where_they_are(tmp_path: Path) -> None:
    """Numbers that are shown with a country code, and can't be found, are refused; other formats are no matter."""
    told = (
        "leads.xlsx, sheet Sheet can't be read: numbers are shown with a country code, and it can't be told in "
        "which cells."
    )
    places = (' r="A?\\d"', "")
    assert refusal(changed(one_number(tmp_path / "leads.xlsx"), SHEET, places)) == told
    rows = ("(<row.*?</row>)(<row.*?</row>)(<row.*?</row>)", "\\1\\3\\2")
    path = changed(one_number(tmp_path / "leads.xlsx"), SHEET, rows)
    path = changed(path, SHEET, ('(<c r="A3")', '\\1 s="1"'))
    assert refusal(path) == told
    assert read_rows(changed(one_number(tmp_path / "leads.xlsx", "#,##0"), SHEET, places))[1] == ["7400123456"]


# --- leads ----------------------------------------------------------------------------------------


def test_a_shown_country_code_counts(tmp_path: Path, sandbox: Sandbox) -> None:
    """Who is shown with a country code is called abroad and not at home, and is found on a do-not-call list."""
    program = Inside(tmp_path, sandbox.url)
    for name, numbers in {
        "leads.xlsx": [("+0", 6591234567), ('"+44 "0', 7400123456), ("0", 9876500001), ('"+977 "0', 9841234567)],
        "list.xlsx": [('"+977 "0', 9841234567)],
    }.items():
        book = openpyxl.Workbook()
        book.active.append(["Name", "Phone"])
        for code, value in numbers:
            book.active.append(["Asha Rao", value])
            book.active.cell(book.active.max_row, 2).number_format = code
        book.save(tmp_path / name)
    ended = program.run("upload", "leads.xlsx", "--name", "M", "--region", "IN", "--exclude", "list.xlsx", "--json")
    assert (ended.code, phones(sandbox.campaigns())) == (0, ["447400123456", "6591234567", "919876500001"])
    assert ended.json["rows"]["excluded"] == 1
