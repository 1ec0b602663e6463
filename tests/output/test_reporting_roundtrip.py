"""Reject and refusal files that go round: corrected and uploaded again, the result is as if all had been right."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from inside import Inside
from program import Program

from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


RIGHT = [
    ["Name", "Mobile", "City", "Comment"],
    ["Asha Rao", "98765 43210", "Pune", "hello; there"],
    ["=cmd|' /C calc'!A0", "9876543215", "Goa", "=1+1"],
    ["José Núñez", "+91 98765 43211", "Delhi", "-5 rupees"],
    ["Ravi Two", "9876543216", "Delhi", "'@x"],
    ["@Lata", "+919876543217", "Goa", "'quoted"],
    ["Mala Sen", "98765 43218", "Köln", "line\nbreak"],
]
WRONG = {2: "98765", 4: "9.87E+09", 5: "98XXXXXX10"}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Run a sandbox for one test."""
    with Sandbox() as running:
        yield running


def with_faults() -> list[list[str]]:
    """Return the rows with some of the numbers damaged."""
    rows = [list(row) for row in RIGHT]
    for number, cell in WRONG.items():
        rows[number][1] = cell
    return rows


def write_text(path: Path, rows: list[list[str]]) -> None:
    """Write rows as an export of a Windows program does: semicolons, its code page."""
    with path.open("w", encoding="cp1252", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)


def write_book(path: Path, rows: list[list[str]]) -> None:
    """Write rows as a workbook of text cells."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for number, row in enumerate(rows, start=1):
        for column, text in enumerate(row, start=1):
            cell = sheet.cell(number, column, text)
            cell.data_type = "s"  # or a text such as =1+1 would become a formula
    book.save(path)


def sent(sandbox: Sandbox, *names: str) -> list[dict[str, object]]:
    """Return the leads of some campaigns, by phone."""
    held = sandbox.campaigns()
    return sorted((dict(lead) for name in names for lead in held[name]), key=lambda lead: str(lead["phone"]))


@pytest.mark.parametrize(
    "kind", [pytest.param("csv", id="text in its own dialect"), pytest.param("xlsx", id="a workbook")]
)
def test_corrected_rejects_give_what_a_right_file_gives(tmp_path: Path, sandbox: Sandbox, kind: str) -> None:
    """The reject file is corrected in its place and uploaded with --append: every lead is there once, cell for cell."""
    write = write_text if kind == "csv" else write_book
    program = Program(tmp_path, sandbox.url)
    write(tmp_path / f"leads.{kind}", with_faults())
    write(tmp_path / f"right.{kind}", RIGHT)
    whole = ("--region", "IN", "--max-rejects", "90%", "--json")
    assert program.run("upload", f"right.{kind}", "--name", "Right", *whole).code == 0
    first = program.run("upload", f"leads.{kind}", "--name", "March", *whole).json
    assert first["rows"]["rejected"] == 3
    rejects = tmp_path / "fixed" / f"rejects.{kind}"
    rejects.parent.mkdir()
    content = corrected(first["reports"]["rejects"], rejects)
    place = content[0].index("reject_row")
    assert [row[place] for row in content] == ["reject_row", "3", "5", "6"]
    second = program.run("upload", rejects, "--name", "March", "--append", *whole).json
    assert (second["exit_code"], second["rows"]["rejected"], second["rows"]["leads"]) == (0, 0, 3)
    assert sent(sandbox, "March-001", "March-002") == sent(sandbox, "Right-001")


def corrected(path: str, to: Path) -> list[list[str]]:
    """Write a reject file anew with the right numbers, as a person does in a spreadsheet; return its cells."""
    if to.suffix == ".csv":
        with open(path, encoding="cp1252", newline="") as file:  # noqa: PTH123 - a path as the program printed it
            rows = list(csv.reader(file, delimiter=";"))
        write_text(to, [mended(row) for row in rows])
        return rows
    book = openpyxl.load_workbook(path)
    [sheet] = book.worksheets
    rows = [[cell.value or "" for cell in row] for row in sheet.iter_rows()]
    for number, row in enumerate(rows, start=1):
        sheet.cell(number, 4).value = mended(row[2:])[1]
        for cell in sheet[number]:
            cell.data_type = "s"
    book.save(to)
    return rows


def mended(row: list[str]) -> list[str]:
    """Return a row with the right number in its second cell."""
    rights = {wrong: RIGHT[number][1] for number, wrong in WRONG.items()}
    return [row[0], rights.get(row[1], row[1]), *row[2:]]


def test_refused_leads_can_be_uploaded_under_another_name(tmp_path: Path, sandbox: Sandbox) -> None:
    """refused.csv gives the same leads again, also without a region and for numbers of several countries."""
    rows = [*RIGHT, ["Bob Ray", "+1 202 555 0123", "", "@x"], ["Ana", "+44 7911 123456", "", ""]]
    rows = [[*row, "Order"] if row[0] == "Name" else [*row, "7"] for row in rows]
    write_text(tmp_path / "leads.csv", rows)
    other = Program(tmp_path, sandbox.url, {"TELECMI_STATE_DIR": str(tmp_path / "another")})
    (tmp_path / "one.csv").write_text("Name,Mobile\nSomebody Else,+919876500000\n", encoding="utf-8")
    assert other.run("upload", "one.csv", "--name", "March").code == 0
    program = Program(tmp_path, sandbox.url)
    mapped = ("--map", "order_index=Order", "--region", "IN", "--json")
    refused = program.run("upload", "leads.csv", "--name", "March", *mapped)
    assert refused.code == 4
    assert program.run("upload", "leads.csv", "--name", "Right", *mapped).code == 0
    again = program.run("upload", refused.json["reports"]["refused"], "--name", "March-b", "--json").json
    assert (again["exit_code"], again["rows"]["leads"], again["rejections"]) == (0, 8, {})
    assert sent(sandbox, "March-b-001") == sent(sandbox, "Right-001")


def delimited(rows: list[list[str]], delimiter: str, encoding: str, above: str = "") -> bytes:
    """Return rows as delimited text below a banner."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return (above + text.getvalue()).encode(encoding)


SHAPES = {
    "UTF-16 with tabs": lambda rows: delimited(rows, "\t", "utf-16"),
    "sep= and a banner": lambda rows: delimited(rows, "|", "utf-8", "Export of leads\r\n\r\n"),
    "a delimiter at each row's end": lambda rows: delimited([rows[0], *([*row, ""] for row in rows[1:])], ",", "utf-8"),
    "several at some rows' ends": lambda rows: delimited(
        [*rows[:3], *([*row, "", ""] for row in rows[3:])], "\t", "utf-8"
    ),
    "a second column of one name": lambda rows: delimited([[*row, row[0]] for row in rows], ",", "utf-8-sig"),
    "objects": lambda rows: json.dumps({"users": [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]}).encode(),
    "objects, a line each": lambda rows: "\n".join(
        json.dumps({name: cell for name, cell in zip(rows[0], row, strict=True) if cell}) for row in rows[1:]
    ).encode(),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_text_of_any_shape_goes_round(tmp_path: Path, sandbox: Sandbox, shape: str) -> None:
    """Whatever the input was, the numbers corrected in its reject file complete the upload."""
    program = Inside(tmp_path, sandbox.url)
    (tmp_path / "right").write_bytes(SHAPES[shape](RIGHT))
    (tmp_path / "leads").write_bytes(SHAPES[shape](with_faults()))
    check_round(program, sandbox, rejected=3)


def test_a_file_without_a_header_goes_round(tmp_path: Path, sandbox: Sandbox) -> None:
    """Its reject file names the columns by their use, since few rows tell little; --no-header may stay."""
    program = Inside(tmp_path, sandbox.url, {"TELECMI_REGION": "IN"})
    good = [[f"Asha Rao {number}", f"98765432{number}", "Pune", "hello"] for number in range(20, 29)]
    (tmp_path / "right").write_bytes(delimited([*good, *RIGHT[1:]], ",", "utf-8"))
    (tmp_path / "leads").write_bytes(delimited([*good, *with_faults()[1:]], ",", "utf-8"))
    (tmp_path / "telecmi-leads.toml").write_text("no-header = true\n")
    check_round(program, sandbox, rejected=3)


def check_round(program: Inside, sandbox: Sandbox, *, rejected: int) -> None:
    """Upload the right file and the other, its rejects corrected in their bytes; check that both give the same."""
    whole = ("--region", "IN", "--max-rejects", "90%", "--json")
    right = program.run("upload", "right", "--name", "Right", *whole)
    first = program.run("upload", "leads", "--name", "March", *whole)
    assert (right.code, first.code, first.json["rows"]["rejected"]) == (0, 0, rejected), right.err + first.err
    content = Path(first.json["reports"]["rejects"]).read_bytes()
    encoding = "utf-16-le" if content.startswith(b"\xff\xfe") else "utf-8"
    for number, cell in WRONG.items():
        content = content.replace(cell.encode(encoding), RIGHT[number][1].encode(encoding), 1)
    (program.folder / "fixed.csv").write_bytes(content)
    second = program.run("upload", "fixed.csv", "--name", "March", "--append", *whole).json
    assert (second["exit_code"], second["rows"]["rejected"], second["rows"]["leads"]) == (0, 0, rejected)
    assert sent(sandbox, "March-001", "March-002") == sent(sandbox, "Right-001")
