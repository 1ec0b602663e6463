"""Hostile workbooks that are no XLSX, and XLSX through the whole program: row 30. XLSX: test_reading_workbooks.py."""

from __future__ import annotations

import struct
import time
import zipfile
from typing import TYPE_CHECKING

import pytest
import xlsxwriter
import xlwt
from program import Program, expected_phones, phones
from reading_files import read_bounded
from workbook_files import STRING, cell, line, record, row, write_ods, write_xlsb

from telecmi_leads.files.workbook_child import workbook_formulas, workbook_parts, workbook_shell
from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

XLSB_LEADS: list[tuple[int, list[tuple[int, str | float]]]] = [
    (0, [(0, "Name"), (1, "Phone")]),
    (1, [(0, "Asha"), (1, 9876500000.0)]),
]
ODS_LEADS = (line(cell("Name"), cell("Phone")), line(cell("Asha"), cell("9876500000")))
EMPTY = "<table:table-cell/>"
DTD = '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
ENDLESS = STRING, struct.pack("<II", 0, 0) + struct.pack("<I", 0xFFFFFFFF) + b"a"

HONEST: dict[str, Callable[[Path], object]] = {
    "leads.xlsb": lambda path: write_xlsb(path, XLSB_LEADS),
    "rows.xlsb": lambda path: write_xlsb(path, XLSB_LEADS, b"".join(map(row, range(2, 300_000)))),
    "leads.ods": lambda path: write_ods(path, *ODS_LEADS),
    "parents.ods": lambda path: write_ods(path, *ODS_LEADS, parts=["../../evil.txt", "/evil.txt"]),
    "rows.ods": lambda path: write_ods(path, *ODS_LEADS, *[line(EMPTY)] * 300_000),
    "repeated.ods": lambda path: write_ods(
        path,
        *ODS_LEADS,
        line(
            EMPTY.replace("/>", ' table:number-columns-repeated="16384"/>'), more='table:number-rows-repeated="1048574"'
        ),
    ),
}
DISHONEST = "not an honest workbook"
HOSTILE: dict[str, tuple[Callable[[Path], object], str]] = {
    "far.xlsb": (
        lambda path: write_xlsb(path, [*XLSB_LEADS, (1048575, [(16383, 1.0)])]),
        "far.xlsb, sheet Leads can't be read: it takes too much memory.",
    ),
    "string.xlsb": (
        lambda path: write_xlsb(path, XLSB_LEADS, row(2) + record(*ENDLESS)),
        "string.xlsb, sheet Leads can't be read as a workbook: it is damaged.",
    ),
    "record.xlsb": (
        lambda path: write_xlsb(path, XLSB_LEADS, bytes([STRING]) + b"\xff\xff\xff\x7f"),
        "record.xlsb, sheet Leads can't be read as a workbook: it is damaged.",
    ),
    "bomb.xlsb": (
        lambda path: write_xlsb(path, XLSB_LEADS, record(300, bytes(80_000_000))),
        "bomb.xlsb is not an honest workbook: xl/worksheets/sheet1.bin unpacks to 76 MB.",
    ),
    "bomb.ods": (
        lambda path: write_ods(path, *ODS_LEADS, after=" " * 80_000_000),
        "bomb.ods is not an honest workbook: content.xml unpacks to 76 MB.",
    ),
    "far.ods": (
        lambda path: write_ods(
            path, *ODS_LEADS, line(EMPTY, more='table:number-rows-repeated="1048000"'), line(EMPTY * 16383, cell("x"))
        ),
        "far.ods has a cell as far off as row 1,048,003, column 16,384, and nearly nothing before it.",
    ),
    "entities.ods": (
        lambda path: write_ods(path, ODS_LEADS[0], line(cell("&b;&f;"), cell("9876500000")), dtd=DTD),
        "entities.ods can't be read as a workbook: it is damaged.",
    ),
    "columns.ods": (
        lambda path: write_ods(path, *ODS_LEADS, line(cell("x", f'table:number-columns-repeated="{10**20}"'))),
        f"columns.ods is {DISHONEST}: it has a cell in column {10**11:,}, and a sheet at most 16,384 columns.",
    ),
    "nested.ods": (
        lambda path: write_ods(path, *ODS_LEADS, line("<text:p>" * 100_000)),
        "nested.ods is not an honest workbook: more than 64 paragraphs stand within one another.",
    ),
}


def write_xls(path: Path, cells: dict[tuple[int, int], object]) -> Path:
    """Write an Excel 97 workbook."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Leads")
    for (at, column), value in cells.items():
        sheet.write(at, column, value)
    book.save(str(path))
    return path


def test_old_workbooks_that_lie(tmp_path: Path) -> None:
    """(Row 30) XLS: the farthest cell there can be, records with false lengths, a cut file: read right or refused."""
    leads: dict[tuple[int, int], object] = {(0, 0): "Name", (0, 1): "Phone", (1, 0): "Asha", (1, 1): 9876500000}
    whole = write_xls(tmp_path / "leads.xls", leads).read_bytes()
    name = whole.find(struct.pack("<HB", 4, 0) + b"Asha")
    dimensions = whole.find(struct.pack("<HH", 0x200, 14))
    assert min(name, dimensions) > 0
    files = {
        "far": write_xls(tmp_path / "far", leads | {(65535, 255): 1}).read_bytes(),
        "cut": whole[: len(whole) // 2],
        "length": whole[:name] + b"\xff\xff" + whole[name + 2 :],
        "extent": whole[: dimensions + 4]
        + struct.pack("<IIHHH", 0, 2**32 - 1, 0, 2**16 - 1, 0)
        + whole[dimensions + 18 :],
    }
    for each, content in files.items():
        (tmp_path / each).write_bytes(content)
        read = read_bounded(tmp_path / each)
        fine = read.output in {"read 2", "read 65536"} or read.output.startswith(f"refused {each}")
        assert (each, fine, read.seconds < 5, read.megabytes < 512) == (each, True, True, True), read


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_workbooks_of_other_kinds(tmp_path: Path, name: str) -> None:
    """(Row 30) XLSB and ODS: far cells, endless records, bombs, entities: refused in our words, in bounds."""
    write, says = HOSTILE[name]
    write(tmp_path / name)
    read = read_bounded(tmp_path / name)
    assert read.output == f"refused {says}"
    assert (read.seconds < 5, read.megabytes < 512) == (True, True)


@pytest.mark.parametrize("name", HONEST)
def test_strange_workbooks_that_are_read(tmp_path: Path, name: str) -> None:
    """(Row 30) Millions of empty rows and cells, and names with ../, are no harm: the lead is uploaded, in bounds."""
    HONEST[name](tmp_path / name)
    read = read_bounded(tmp_path / name)
    assert (read.output, read.seconds < 5, read.megabytes < 512) == ("read 2", True, True)
    assert {path.name for path in tmp_path.iterdir()} == {name}


def test_a_hostile_workbook_ends_the_program_as_bad_input(tmp_path: Path) -> None:
    """(Row 30) X3, the reason, nothing sent, no run; the next file is uploaded as if nothing had been."""
    write_xlsb(tmp_path / "far.xlsb", [*XLSB_LEADS, (1048575, [(16383, 1.0)])])
    write_xlsb(tmp_path / "leads.xlsb", XLSB_LEADS)
    with Sandbox() as sandbox:
        program = Program(tmp_path, sandbox.url)
        ended = program.run("upload", "far.xlsb", "--name", "March", "--region", "IN", "--json")
        assert (ended.code, ended.json["run"], sandbox.requests()) == (3, None, ())
        assert ended.json["error"]["message"] == "far.xlsb, sheet Leads can't be read: it takes too much memory."
        assert program.run("upload", "leads.xlsb", "--name", "March", "--region", "IN").code == 0
        assert phones(sandbox.campaigns()) == expected_phones(1)


HOSTILE_TAGS = {
    "references": b"<c" + b' r="A1"' * 60,
    "open references": b'<c r="A1" ' + b"x" * 400,
    "open formulas": b'<c r="A1"><f>',
    "formulas that go on": b'<c r="A1"><f a="',
    "formulas without an end": b'<c r="A1"><f>A1</f><v>',
    "hidden rows": b"<row" + b' hidden="' * 40,
    "filters": b'<filterColumn><autoFilter <row hidden="1"',
    "blanks": b"<c" + b" " * 400,
}


@pytest.mark.parametrize("tag", HOSTILE_TAGS)
def test_tags_of_a_sheet_take_linear_time(tmp_path: Path, tag: str) -> None:
    """(Row 53) Four times the tags of a sheet take about four times the time to look through, whatever they are."""
    once, fourfold = (looked_through(tmp_path, HOSTILE_TAGS[tag], size) for size in (500_000, 2_000_000))
    assert fourfold < 6 * once + ROOM


ROOM = 1.0  # seconds by which two runs may differ on a busy machine


def looked_through(folder: Path, tag: bytes, size: int) -> float:
    """Return how many seconds of the processor the looks into a workbook take whose sheet is full of one tag."""
    with xlsxwriter.Workbook(folder / "made.xlsx") as book:
        book.add_worksheet("Leads").autofilter("A1:B2")
    sheet = (tag * (size // len(tag) + 1))[:size]
    path = patched_sheet(folder / "made.xlsx", folder / "leads.xlsx", sheet)
    began = time.process_time()
    with path.open("rb") as stream:
        workbook_shell.look_into_zip(stream, exactly=True)
        workbook_parts.hidden_rows(stream, "xlsx")
        workbook_formulas.formulas_without_value(stream, "xlsx")
    return time.process_time() - began


def patched_sheet(source: Path, target: Path, sheet: bytes) -> Path:
    """Write a workbook again with another part in the place of its sheet."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, sheet if "/worksheets/" in name else old.read(name))
    return target
