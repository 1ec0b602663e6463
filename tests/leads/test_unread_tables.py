"""Tables without a phone column, and options that name columns: told in screen, JSON and page; whole outputs."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import openpyxl
import pytest
from inside import Inside
from program import balanced, phones
from workbook_files import cell, line, write_ods

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from telecmi_leads.sandbox import Sandbox

LEADS = [["Name", "Mobile", "Handy 2"], ["Asha Rao", "9876500001", "9876500011"], ["Ravi", "9876500002", "9876500012"]]
PIVOT = [["City", "Count"], ["Kochi", 12], ["Pune", 7]]
UPLOAD = ("upload", "crm.xlsx", "--name", "M", "--region", "IN")
WARNING = (
    'crm.xlsx, sheet "Pivot" (2 rows) has no phone column and was not read. Its columns: City, Count. '
    "To read it: --map phone=COLUMN. To read the other sheets only: --sheet Leads."
)


# --- tables without a phone column ----------------------------------------------------------------


@pytest.fixture
def program(tmp_path: Path, sandbox: Sandbox) -> Inside:
    """Return the program, in a folder of its own."""
    return Inside(tmp_path, sandbox.url)


def write_book(path: Path, **sheets: Sequence[Sequence[object]]) -> None:
    """Write a workbook of these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)


def test_a_table_without_a_phone_column_is_named(program: Inside, sandbox: Sandbox) -> None:
    """Its rows are counted, and a warning in screen, JSON and page names it, its rows and the way to read it."""
    write_book(program.folder / "crm.xlsx", Leads=LEADS, Pivot=PIVOT)
    ended = program.run(*UPLOAD, "--json", "--report-dir", "out")
    assert (ended.code, phones(sandbox.campaigns())) == (0, ["919876500001", "919876500002"])
    assert (ended.json["warnings"], ended.json["warning_codes"]) == ([WARNING], {"no_phone_column": 1})
    assert (ended.json["rows"]["read"], ended.json["rows"]["blank"]) == (4, 2)
    assert (ended.json["skipped"], balanced(ended.json)) == ({"no_phone_column": 2}, True)
    assert WARNING in " ".join(program.run(*UPLOAD, "--dry-run").err.split())
    assert "sheet &#34;Pivot&#34; (2 rows) has no phone column" in (program.folder / "out/report.html").read_text()


def test_strict_sends_nothing_beside_an_unread_table(program: Inside, sandbox: Sandbox) -> None:
    """Under --strict a table without a phone column stops the run, with both ways out; --sheet is one of them."""
    write_book(program.folder / "crm.xlsx", Leads=LEADS, Pivot=PIVOT)
    ended = program.run(*UPLOAD, "--json", "--strict")
    assert (ended.code, sandbox.campaigns()) == (3, {})
    assert ended.json["error"] == {
        "code": "table_fault",
        "message": 'crm.xlsx, sheet "Pivot" (2 rows) has no phone column, and --strict allows no such table. '
        "Nothing was sent.",
        "hint": "To read it: --map phone=COLUMN. To read the other sheets only: --sheet Leads.",
    }
    assert program.run(*UPLOAD, "--strict", "--sheet", "Leads").code == 0


def test_the_likely_column_is_named(program: Inside, sandbox: Sandbox) -> None:
    """The column that looks like numbers is told with its figures, and the --map that is printed reads it."""
    rows = [["Name", "Reach it", "Town"], *[[f"Asha {n}", "+1" if n else "98765 00003", "x"] for n in range(4)]]
    write_book(program.folder / "crm.xlsx", Leads=LEADS, Log=rows)
    [told] = program.run(*UPLOAD, "--dry-run", "--json").json["warnings"]
    assert told == (
        'crm.xlsx, sheet "Log" (4 rows) has no phone column and was not read. Its columns: Name, Reach it, Town. '
        'In "Reach it" 1 of 4 cells look like numbers. To read it: --map "phone=Reach it". '
        "To read the other sheets only: --sheet Leads."
    )
    assert program.run(*UPLOAD, "--map", "phone=Reach it", "--max-rejects", "9").code == 0
    assert phones(sandbox.campaigns()) == ["919876500001", "919876500002", "919876500003"]


def test_map_holds_where_the_column_is(program: Inside, sandbox: Sandbox) -> None:
    """--map and --set hold for each table that has their columns; a table without them is read by its own names."""
    other = [["Name", "Mobile", "Source"], ["Meena", "9876500003", "Web"]]
    write_book(program.folder / "crm.xlsx", Leads=LEADS, Other=other)
    ended = program.run(*UPLOAD, "--map", "phone=Handy 2", "--set", "comment=from {Source}")
    assert (ended.code, phones(sandbox.campaigns())) == (0, ["919876500003", "919876500011", "919876500012"])
    sent = {lead["phone"]: lead.get("comment", "") for leads in sandbox.campaigns().values() for lead in leads}
    assert sent == {"919876500003": "from Web", "919876500011": "", "919876500012": ""}


@pytest.mark.parametrize("option", [("--map", "phone=Handy"), ("--set", "comment={Handy}")])
def test_an_option_that_no_table_serves(program: Inside, sandbox: Sandbox, option: tuple[str, str]) -> None:
    """A --map or --set whose column is in no table is an error that names file, sheets and columns; nothing is sent."""
    write_book(program.folder / "crm.xlsx", Leads=LEADS, Pivot=PIVOT)
    ended = program.run(*UPLOAD, *option, "--json")
    assert (ended.code, sandbox.campaigns()) == (3, {})
    assert ended.json["error"] == {
        "code": "column_missing",
        "message": f"{option[0]} {option[1].partition('=')[0]}: there is no column 'Handy'. "
        'crm.xlsx, sheet "Leads" has Name, Mobile, Handy 2. crm.xlsx, sheet "Pivot" has City, Count.',
        "hint": "Did you mean 'Handy 2'?",
    }
    assert program.run("columns", "crm.xlsx", "--region", "IN", *option).code == 3


def test_no_phone_column_anywhere(program: Inside) -> None:
    """Where no table has a phone column, the error names each sheet with its columns."""
    write_book(program.folder / "crm.xlsx", Targets=[["Month", "Goal"], ["May", 3]], Pivot=PIVOT)
    assert program.run(*UPLOAD, "--json").json["error"]["message"] == (
        'crm.xlsx: no phone column was found. crm.xlsx, sheet "Targets" has Month, Goal. '
        'crm.xlsx, sheet "Pivot" has City, Count.'
    )


@pytest.mark.parametrize(
    ("header", "maps"),
    [
        ("Retailer Name,Retailer Mobile", '--map "phone=Retailer Mobile" --map "fullname=Retailer Name"'),
        (
            "Agent First Name,Agent Last Name,Agent Phone",
            '--map "phone=Agent Phone" --map "firstname=Agent First Name" --map "lastname=Agent Last Name"',
        ),
        ("City,Agent Phone,Dealer Name", '--map "phone=Agent Phone"'),
    ],
)
def test_numbers_of_somebody_else_are_told(program: Inside, sandbox: Sandbox, header: str, maps: str) -> None:
    """Where the only numbers are somebody else's by name, the refusal says so and shows the command that takes them."""
    names = header.split(",")
    rows = [["9876500001" if "Phone" in name or "Mobile" in name else "Asha" for name in names]] * 2
    text = "\n".join(map(",".join, [names, *rows]))
    (program.folder / "leads.csv").write_text(text, encoding="utf-8")
    column, who = next((name, name.split()[0]) for name in names if "Phone" in name or "Mobile" in name)
    ended = program.run("upload", "leads.csv", "--name", "M", "--region", "IN", "--fill", "firstname=Lead", "--json")
    assert ended.json["error"] == {
        "code": "column_missing",
        "message": f"leads.csv: no phone column was found. Its columns: {', '.join(names)}. "
        f'"{column}" holds numbers and was passed over: somebody else\'s ({who.lower()}).',
        "hint": f"If its people are to be called: telecmi-leads upload leads.csv {maps} --name M --fill firstname=Lead "
        "--region IN --json",
    }
    assert program.run(*shlex.split(ended.json["error"]["hint"].partition("telecmi-leads ")[2])).code == 0
    assert phones(sandbox.campaigns()) == ["919876500001"]
    shown = program.run("columns", "leads.csv", "--region", "IN").err
    assert f"If its people are to be called: {maps}." in " ".join(shown.split())


@pytest.mark.parametrize(
    ("name", "cell"),
    [("Amount", "9876500001"), ("Invoice No", "9876500001"), ("Balance", "5000000"), ("Due", "2026-10-01 10:00")],
)
def test_what_holds_no_numbers_is_not_proposed(program: Inside, name: str, cell: str) -> None:
    """A column of amounts, dates or ids is never the likely phone column, by its name or since no number is good."""
    write_book(program.folder / "crm.xlsx", Leads=LEADS, Log=[["Town", name], *[["Kochi", cell]] * 4])
    [told] = program.run(*UPLOAD, "--dry-run", "--json").json["warnings"]
    assert told == (
        f'crm.xlsx, sheet "Log" (4 rows) has no phone column and was not read. Its columns: Town, {name}. '
        "To read it: --map phone=COLUMN. To read the other sheets only: --sheet Leads."
    )


# --- tables of every format -----------------------------------------------------------------------


def _ods(path: Path) -> None:
    rows = [[line(*map(cell, map(str, row))) for row in rows] for _, rows in TWO]
    second = f'<table:table table:name="Pivot">{"".join(rows[1])}</table:table>'
    write_ods(path, *rows[0], after=second)


def _xlsx(path: Path) -> None:
    write_book(path, **dict(TWO))


def _html(path: Path) -> None:
    rows = ["".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows) for _, rows in TWO]
    path.write_text(f"<html><body>{''.join(f'<table>{table}</table>' for table in rows)}</body></html>")


TWO = [("Leads", LEADS), ("Pivot", PIVOT)]


def _json(path: Path) -> None:
    path.write_text(json.dumps({"sheets": [{"name": name, "rows": rows} for name, rows in TWO]}))


@pytest.mark.parametrize(
    ("write", "named"),
    [
        (_xlsx, 'crm, sheet "Pivot"'),
        (_ods, 'crm, sheet "Pivot"'),
        (_html, 'crm, sheet "table 2"'),
        (_json, 'crm, sheet "Pivot"'),
    ],
)
def test_unread_tables_of_every_format(
    program: Inside, sandbox: Sandbox, write: Callable[[Path], None], named: str
) -> None:
    """(Row 51) A table without a phone column is warned of, stops --strict, and --map and --set hold for the other."""
    write(program.folder / "crm")
    command = ("upload", "crm", "--name", "M", "--region", "IN", "--json")
    assert (program.run(*command, "--strict").code, sandbox.campaigns()) == (3, {})
    ended = program.run(*command, "--map", "phone=Handy 2", "--set", "comment={Mobile}")
    assert (ended.code, phones(sandbox.campaigns())) == (0, ["919876500011", "919876500012"])
    assert ended.json["warning_codes"] == {"no_phone_column": 1}
    [warning] = ended.json["warnings"]
    assert warning.startswith(f"{named} (2 rows) has no phone column and was not read. Its columns: City, Count.")


# --- rows that look otherwise ---------------------------------------------------------------------


def test_rows_that_a_filter_hides(program: Inside, sandbox: Sandbox) -> None:
    """Rows that a filter hides are read like others, and counted in a warning that stops no --strict run."""
    book = openpyxl.Workbook()
    book.active.title = "A & B"
    for row in (*LEADS, ["Meena", "9876500003"], ["Imran", "9876500004"]):
        book.active.append(row)
    book.active.auto_filter.ref = "A1:B5"
    for hidden in (2, 4):
        book.active.row_dimensions[hidden].hidden = True
    book.save(program.folder / "crm.xlsx")
    ended = program.run(*UPLOAD, "--json", "--strict")
    assert (ended.code, len(phones(sandbox.campaigns()))) == (0, 4)
    assert ended.json["warnings"] == ['crm.xlsx, sheet "A & B": a filter hides 2 rows; they are read too.']
    assert ended.json["warning_codes"] == {"hidden_rows": 1}


def test_cells_merged_over_several_rows(program: Inside, sandbox: Sandbox) -> None:
    """What is merged over several rows belongs to each of them that holds something else, to none below."""
    book = openpyxl.Workbook()
    rows = [
        ["City", "Name", "Mobile"],
        ["Kochi", "Asha", "9876500001"],
        ["", "Ravi", "9876500002"],
        [],
        ["", "X", "98765"],
    ]
    for row in rows:
        book.active.append(row)
    book.active.append(["", "Meena", "9876500003"])
    book.active.merge_cells("A2:A4")
    book.save(program.folder / "crm.xlsx")
    ended = program.run(*UPLOAD, "--json")
    assert (ended.code, ended.json["rows"]["blank"], ended.json["rejections"]) == (0, 1, {"too_short": 1})
    sent = {lead["phone"]: lead.get("city") for leads in sandbox.campaigns().values() for lead in leads}
    assert sent == {"919876500001": "Kochi", "919876500002": "Kochi", "919876500003": None}


def test_a_mapped_column_keeps_the_names_found_by_value(program: Inside, sandbox: Sandbox) -> None:
    """On a file without a header, --map of the phone leaves the names where their values show them."""
    (program.folder / "crm.xlsx").write_text("Divya Nambiar,9732163133\nHarish Bhatt,9941851744\n", encoding="utf-8")
    assert program.run(*UPLOAD, "--map", "phone=column 2").code == 0
    sent = [(lead["firstname"], lead["lastname"]) for leads in sandbox.campaigns().values() for lead in leads]
    assert sent == [("Divya", "Nambiar"), ("Harish", "Bhatt")]


def test_numbered_people_have_names(program: Inside, sandbox: Sandbox) -> None:
    """A column of people that are only numbered is a name column, and no row of it a header."""
    text = "Visitor,Phone\nVisitor No 21,9876500001\nVisitor No 22,12345\nPerson No31,9876500003\n"
    (program.folder / "crm.xlsx").write_text(text, encoding="utf-8")
    ended = program.run(*UPLOAD, "--json")
    assert (ended.code, ended.json["rows"]["rejected"], ended.json["skipped"]) == (0, 1, {})
    assert phones(sandbox.campaigns()) == ["919876500001", "919876500003"]


def test_long_rows_of_a_text_are_told(program: Inside, sandbox: Sandbox) -> None:
    """Where an export writes short rows, a longer one is taken without its surplus cells: told, and --strict stops."""
    (program.folder / "leads.csv").write_text(
        "Name,Mobile,City\nAsha,9876500001\nRavi,9876500002,Kochi,old town\nMeena,9876500003,Pune\n"
    )
    upload = ("upload", "leads.csv", "--name", "M", "--region", "IN", "--json")
    strict = program.run(*upload, "--strict")
    assert (strict.code, sandbox.campaigns(), strict.json["error"]["message"]) == (
        3,
        {},
        "leads.csv: 1 row has more cells than the header, and --strict allows no such table. Nothing was sent.",
    )
    ended = program.run(*upload)
    assert (ended.code, len(phones(sandbox.campaigns())), ended.json["warning_codes"]) == (0, 3, {"long_rows": 1})
    assert ended.json["warnings"] == [
        "leads.csv: 1 row has more cells than the header. The cells without a column are not sent."
    ]


def test_notes_below_a_list_are_no_leads(program: Inside, sandbox: Sandbox) -> None:
    """Whom to call about the list, and who keeps it, is counted as no lead, whatever number stands beside it."""
    notes = ["Agent: Tara Sen,9876500011", "Enquiries,9876500012", "Office,9876500013", "Call 9876500014 for help,"]
    rows = ["Name,Mobile", "Asha,9876500001", "Customer: Ravi,9876500002", *notes]
    (program.folder / "leads.csv").write_text("\n".join(rows))
    ended = program.run("upload", "leads.csv", "--name", "M", "--region", "IN", "--json")
    assert phones(sandbox.campaigns()) == ["919876500001", "919876500002"]
    assert ended.json["rows"] == {
        **dict.fromkeys(("rejected", "duplicate", "excluded", "already_uploaded"), 0),
        "read": 6,
        "blank": 4,
        "leads": 2,
    }


def test_columns_says_that_a_column_marks(program: Inside) -> None:
    """The one-line reason of a mark column says which cells of it mark."""
    (program.folder / "leads.csv").write_text(
        "Name,Mobile,DND,Consent,Lead Status\nAsha,9876500001,no,yes,New\nRavi,9876500002,no,yes,DNC\n"
    )
    shown = program.run("columns", "leads.csv", "--region", "IN", "--json").json
    assert [column["rule"] for column in shown["tables"][0]["columns"] if column["field"] is None] == [
        f"marks people not to call ({what})" for what in ("yes", "no", "status")
    ]


def test_a_sheet_that_nothing_has_is_an_error(program: Inside) -> None:
    """--sheet stops where no file has sheets; beside a workbook that has the sheet, a CSV is read whole."""
    (program.folder / "more.csv").write_text("Name,Mobile\nMeena Das,9876500003\n")
    write_book(program.folder / "crm.xlsx", Leads=LEADS, Pivot=PIVOT)
    alone = program.run("validate", "more.csv", "--region", "IN", "--sheet", "Leads", "--json")
    assert (alone.code, alone.json["error"]["message"]) == (3, "--sheet Leads: the input has no sheets.")
    both = program.run("validate", "crm.xlsx", "more.csv", "--region", "IN", "--sheet", "Leads", "--json")
    assert (both.code, both.json["rows"]["leads"]) == (0, 3)


def test_corrected_rows_are_read_whatever_sheet_the_settings_name(program: Inside, sandbox: Sandbox) -> None:
    """A config file's `sheet` is that of the lead file; the reject files, workbook and CSV, are read all the same."""
    (program.folder / "telecmi-leads.toml").write_text('sheet = ["Leads"]\n')
    write_book(program.folder / "crm.xlsx", Leads=[*LEADS, ["Meena", "98765", ""]], Pivot=PIVOT)
    assert program.run(*UPLOAD, "--report-dir", "out").code == 0
    rejects = program.folder / "out" / "rejects.xlsx"
    book = openpyxl.load_workbook(rejects)
    [sheet] = book.worksheets
    at = next(cell.coordinate for row in sheet.iter_rows() for cell in row if cell.value == "98765")
    sheet[at] = "9876500003"
    book.save(rejects)
    again = program.run("upload", rejects, "--name", "M", "--append", "--region", "IN", "--json")
    assert (again.code, phones(sandbox.campaigns())[-1]) == (0, "919876500003"), again.err
    header = [str(cell.value) for cell in sheet[1]]
    person = {"Name": "Tara", "Mobile": "9876500004"}
    (program.folder / "rejects.csv").write_text(",".join(header) + "\n" + ",".join(map(person.get, header, header)))
    assert program.run("validate", "rejects.csv", "--region", "IN").code == 0
