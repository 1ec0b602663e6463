"""Who is marked do-not-call in the file itself: excluded, counted under the mark's name, and said; whole outputs."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import openpyxl
import pytest
from inside import Inside
from program import balanced, phones

if TYPE_CHECKING:
    from pathlib import Path

    from telecmi_leads.sandbox import Sandbox

UPLOAD = ("upload", "leads.csv", "--name", "M", "--region", "IN", "--json")
MARKED = """Name,Mobile,Do Not Call,Lead Status,Opt-in
Asha Rao,9876500001,FALSE,New,Yes
Ravi Kumar,9876500002,TRUE,New,Yes
Meena Joshi,9876500003,,Lost - DNC,Yes
Imran Shaikh,9876500004 (do not call),no,New,
Kiran Dutta,12,Yes,,
Lata Menon,9876500006,,Open,No
Joel Fernandes (DND),9876500007,,,
,9876500008,,,
"""


@pytest.fixture
def program(tmp_path: Path, sandbox: Sandbox) -> Inside:
    """Return the program, in a folder of its own."""
    return Inside(tmp_path, sandbox.url)


def test_marked_rows_are_excluded(program: Inside, sandbox: Sandbox) -> None:
    """(Row 52) A mark column, a status, a cell and a no to consent exclude a row, whatever else is wrong with it."""
    (program.folder / "leads.csv").write_text(MARKED, encoding="utf-8")
    ended = program.run(*UPLOAD, "--report-dir", "out")
    assert (ended.code, phones(sandbox.campaigns())) == (0, ["919876500001"])
    assert ended.json["excluded"] == {"Do Not Call": 2, "Lead Status": 1, "Mobile": 1, "Opt-in": 1, "Name": 1}
    assert (ended.json["rows"]["excluded"], ended.json["rejections"], balanced(ended.json)) == (6, {"no_name": 1}, True)
    with (program.folder / "out" / "left-out.csv").open(encoding="utf-8-sig", newline="") as file:
        found = {(row["row"], row["why"], row["phone"]) for row in csv.DictReader(file)}
    assert found == {
        ("3", "asked not to be called (Do Not Call)", "919876500002"),
        ("4", "asked not to be called (Lead Status)", "919876500003"),
        ("5", "asked not to be called (Mobile)", "919876500004"),
        ("6", "asked not to be called (Do Not Call)", ""),
        ("7", "asked not to be called (Opt-in)", "919876500006"),
        ("8", "asked not to be called (Name)", "919876500007"),
    }


def test_a_column_that_marks_nearly_everybody_is_said(program: Inside) -> None:
    """More than nine rows of ten excluded by one column may be a misreading, and is told; nine of ten are not."""
    for unmarked, warned in ((1, True), (2, False)):
        rows = [f"Asha {at},98765000{at:02d},{'no' if at < unmarked else 'yes'}\n" for at in range(20)]
        (program.folder / "leads.csv").write_text(f"Name,Mobile,DNC\n{''.join(rows)}", encoding="utf-8")
        ended = program.run(*UPLOAD, "--dry-run")
        says = 'leads.csv: column "DNC" marks 19 of 20 rows as not to be called.'
        assert ended.json["warnings"] == [f"{says} If it speaks of something else, use --ignore-marks."] * warned
        assert ended.json["warning_codes"] == ({"nearly_all_marked": 1} if warned else {})


def test_ignored_marks(program: Inside, sandbox: Sandbox) -> None:
    """With --ignore-marks nobody is excluded for a mark."""
    (program.folder / "leads.csv").write_text(MARKED, encoding="utf-8")
    ended = program.run(*UPLOAD, "--ignore-marks")
    assert (ended.json["rows"]["excluded"], ended.json["rejections"]) == (0, {"too_short": 1, "no_name": 1})
    assert phones(sandbox.campaigns()) == [f"91987650000{number}" for number in (1, 2, 3, 4, 6, 7)]


def write_book(path: Path) -> None:
    """Write a workbook whose last sheet marks somebody who stands on the first."""
    book = openpyxl.Workbook()
    book.active.title = "Active"
    rest = book.create_sheet("Do Not Call")
    for sheet, numbers in ((book.active, (1, 2, 3)), (rest, (4, 2))):
        sheet.append(["Name", "Mobile"])
        for number in numbers:
            sheet.append([f"Asha {'ABCDE'[number]}", f"987650000{number}"])
    book.save(path)


def test_a_sheet_of_that_name(program: Inside, sandbox: Sandbox) -> None:
    """(Row 52) Everybody on a sheet called Do Not Call is excluded, on the sheets before it too."""
    write_book(program.folder / "leads.xlsx")
    ended = program.run("upload", "leads.xlsx", *UPLOAD[2:])
    assert (ended.code, phones(sandbox.campaigns())) == (0, ["919876500001", "919876500003"])
    assert (ended.json["excluded"], ended.json["rows"]["read"]) == ({"Do Not Call": 3}, 5)
    assert balanced(ended.json)
    again = program.run("upload", "leads.xlsx", *UPLOAD[2:])
    assert (again.code, len(sandbox.campaigns())) == (0, 1)
    shown = program.run("validate", "leads.xlsx", "--region", "IN")
    assert "3 asked not to be called" in shown.out + shown.err


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_of_that_name(program: Inside, sandbox: Sandbox, state: str) -> None:
    """Everybody on a hidden sheet called Do Not Call is excluded too, and columns shows it; --ignore-marks skips it."""
    write_book(program.folder / "leads.xlsx")
    book = openpyxl.load_workbook(program.folder / "leads.xlsx")
    book["Do Not Call"].sheet_state = state
    book.create_sheet("Lists").sheet_state = "hidden"
    book["Lists"].append(["City"])
    book.save(program.folder / "leads.xlsx")
    ended = program.run("upload", "leads.xlsx", *UPLOAD[2:])
    assert (ended.code, phones(sandbox.campaigns())) == (0, ["919876500001", "919876500003"])
    assert (ended.json["excluded"], ended.json["rows"]["read"]) == ({"Do Not Call": 3}, 5)
    assert (ended.json["warnings"], balanced(ended.json)) == ([], True)
    shown = program.run("columns", "leads.xlsx", "--region", "IN").out
    assert "note: hidden sheet Do Not Call read too\n" in shown
    assert "note: hidden sheet Lists skipped\n" in shown
    ignored = program.run("validate", "leads.xlsx", "--region", "IN", "--ignore-marks", "--json").json
    assert (ignored["rows"]["read"], ignored["rows"]["leads"]) == (3, 3)


def test_a_hidden_sheet_of_that_name_without_numbers(program: Inside) -> None:
    """A hidden sheet called DNC that can't be read is warned of as a visible one is, and --strict stops for it."""
    book = openpyxl.Workbook()
    book.active.title = "Active"
    book.create_sheet("DNC").sheet_state = "hidden"
    for name, rows in {
        "Active": ("Name", "Mobile", "Asha Rao", "9876500001"),
        "DNC": ("Name", "Why", "Ravi", "x"),
    }.items():
        book[name].append(rows[:2])
        book[name].append(rows[2:])
    book.save(program.folder / "leads.xlsx")
    checked = ("validate", "leads.xlsx", "--region", "IN", "--json")
    assert program.run(*checked).json["warning_codes"] == {"no_phone_column": 1}
    assert program.run(*checked, "--strict").code == 3
    assert program.run(*checked, "--strict", "--ignore-marks").code == 0


@pytest.mark.parametrize("state", ["visible", "hidden"])
def test_a_sheet_of_that_name_that_is_not_named(program: Inside, sandbox: Sandbox, state: str) -> None:
    """Where --sheet leaves out a sheet called Do Not Call, a warning says so, and --strict sends nothing."""
    write_book(program.folder / "leads.xlsx")
    book = openpyxl.load_workbook(program.folder / "leads.xlsx")
    book["Do Not Call"].sheet_state = state
    book.create_sheet("Pivot").append(["City"])
    book.save(program.folder / "leads.xlsx")
    upload = ("upload", "leads.xlsx", *UPLOAD[2:], "--sheet", "Active")
    says = 'leads.xlsx, sheet "Do Not Call" is a do-not-call list by its name, and --sheet leaves it out'
    way_out = 'To leave these people out: --sheet "Do Not Call" too. To upload them: --ignore-marks.'
    stopped = program.run(*upload, "--strict")
    assert (stopped.code, sandbox.campaigns()) == (3, {})
    message = f"{says}, and --strict allows no such table. Nothing was sent."
    assert stopped.json["error"] == {"code": "table_fault", "message": message, "hint": way_out}
    told = program.run(*upload, "--dry-run").json
    assert (told["warnings"], told["warning_codes"]) == (
        [f"{says}. The people on it are not left out. {way_out}"],
        {"marked_sheet": 1},
    )
    for more in (("--sheet", "Do Not Call"), ("--ignore-marks",)):
        assert program.run(*upload, "--strict", "--dry-run", *more).json["warnings"] == []
    assert program.run(*upload, "--sheet", "Do Not Call").json["excluded"] == {"Do Not Call": 3}


def test_a_mark_below_its_lead(program: Inside, sandbox: Sandbox) -> None:
    """Who is marked in one row is excluded in all, above and below it; the campaigns are as if he had never been in."""
    rows = [f"Asha {chr(65 + at % 26)},98765{at:05d},{'yes' if at in {7, 1999} else ''}" for at in range(2000)]
    rows[1500] = "Asha B,9876501999,"
    text = "\n".join(["Name,Mobile,DND", "Asha A,9876500007,", *rows, "Asha C,9876501999,"]) + "\n"
    (program.folder / "leads.csv").write_text(text, encoding="utf-8")
    ended = program.run(*UPLOAD, "--order", "--size", "1000")
    assert (ended.json["rows"]["excluded"], ended.json["rows"]["leads"], balanced(ended.json)) == (5, 1997, True)
    sent = [lead for leads in sandbox.campaigns().values() for lead in leads]
    assert {"919876500007", "919876501999"}.isdisjoint(lead["phone"] for lead in sent)
    assert sorted(lead["order_index"] for lead in sent) == list(range(1, 1998))
    assert sorted(map(len, sandbox.campaigns().values())) == [997, 1000]


def test_standard_input_is_read_once(program: Inside, sandbox: Sandbox) -> None:
    """A mark that comes after its lead on standard input stops the run: nothing is sent that was marked."""
    rows = [f"Asha,98765{number:05d}," for number in range(3000)]
    text = "\n".join(["Name,Mobile,DND", *rows, "Asha,9876500001,yes"])
    ended = program.run("upload", "-", *UPLOAD[2:], stdin=text)
    assert (ended.code, sandbox.campaigns()) == (3, {})
    assert ended.json["error"]["message"] == (
        "1 number of standard input is marked do-not-call, below a row that has the same number without a mark. "
        "Standard input can't be read twice."
    )


def test_marks_that_cannot_be_read(program: Inside, sandbox: Sandbox) -> None:
    """What says neither yes nor no in a mark column is warned of, and --strict sends nothing."""
    text = "Name,Mobile,DND\nAsha Rao,9876500001,maybe\nRavi Rao,9876500002,no\n"
    (program.folder / "leads.csv").write_text(text, encoding="utf-8")
    strict = program.run(*UPLOAD, "--strict")
    assert (strict.code, strict.json["error"]["code"], sandbox.campaigns()) == (3, "table_fault", {})
    ended = program.run(*UPLOAD)
    assert (ended.code, ended.json["rows"]["leads"], ended.json["warning_codes"]) == (0, 2, {"mark_unclear": 1})
    assert ended.json["warnings"] == [
        'leads.csv: 1 cell of column "DND" says neither yes nor no. The people in these rows are not left out.'
    ]


def test_a_mark_in_a_name(program: Inside, sandbox: Sandbox) -> None:
    """Words beside a name mark its row; a name that holds such letters or is a short mark is a name."""
    names = ["Asha Rao DND", "DNC - Ravi", "do not call Meena", "Nix Anna", "Adnd Rao", "Tara (Non DND)"]
    text = "Name,Mobile\n" + "".join(f"{name},987650000{at}\n" for at, name in enumerate(names))
    (program.folder / "leads.csv").write_text(text, encoding="utf-8")
    assert program.run(*UPLOAD).json["excluded"] == {"Name": 3}
    assert phones(sandbox.campaigns()) == [f"91987650000{at}" for at in (3, 4, 5)]


def test_a_status_that_speaks_of_a_wrong_number(program: Inside) -> None:
    """Who is not marked, and of whom a status says that the number is wrong or the person dead, is warned of."""
    rows = ["Wrong number", "Lost - deceased", "falsche Nummer", "Not reachable", "Lost - wrong number - DNC"]
    text = "Name,Mobile,Lead Status\n" + "".join(f"Asha Rao,987650000{at},{row}\n" for at, row in enumerate(rows))
    (program.folder / "leads.csv").write_text(text, encoding="utf-8")
    ended = program.run(*UPLOAD)
    assert (ended.code, ended.json["rows"]["leads"], ended.json["rows"]["excluded"]) == (0, 4, 1)
    says = 'leads.csv: 3 rows say in column "Lead Status" that the number is wrong or the person is dead.'
    assert ended.json["warnings"] == [f"{says} These people are not left out."]


def test_a_mark_below_the_limit(program: Inside, sandbox: Sandbox) -> None:
    """Whom a row below the last lead of --limit marks is no lead above it, in whatever block, sheet or file it stands.

    Rows behind the limit count for nothing else, and --ignore-marks doesn't read them.
    """
    rows = [f"Asha {chr(65 + at % 26)},98765{at:05d}," for at in range(12000)]
    leads = "\n".join(["Name,Mobile,DND", *rows, "Asha A,9876500001,yes", "Asha A,9876500400,maybe"]) + "\n"
    (program.folder / "leads.csv").write_text(leads, encoding="utf-8")
    (program.folder / "later.csv").write_text("Phone,Do Not Call,Name\n9876500003,x,Om\n", encoding="utf-8")
    ended = program.run("upload", "leads.csv", "later.csv", *UPLOAD[2:], "--limit", "3")
    assert phones(sandbox.campaigns()) == ["919876500000", "919876500002", "919876500004"]
    assert (ended.json["excluded"], ended.json["rows"]["read"]) == ({"DND": 1, "Do Not Call": 1}, 5)
    assert (ended.json["warnings"], balanced(ended.json)) == ([], True)
    ignored = program.run("validate", "leads.csv", "--region", "IN", "--limit", "3", "--ignore-marks", "--json")
    assert (ignored.json["rows"]["read"], ignored.json["excluded"]) == (3, {})


@pytest.mark.parametrize("between", [1, 12_000])
def test_a_mark_below_the_limit_and_a_later_header(program: Inside, sandbox: Sandbox, between: int) -> None:
    """Behind --limit, too, columns mean what the header above a row says: in the same block, and in later ones."""
    rows = [
        "Name,Phone,DND",
        "Asha Rao,9876543210,no",
        "Ravi Nair,9876543211,no",
        *(f"Sunil Das,98765{at:05d},no" for at in range(between)),
        "Phone,Name,DND",
        "9876543210,Asha Rao,yes",
        "DND,Name,Phone,City",
        "yes,Ravi Nair,9876543211,Pune",
        ",Om,9876543212,Pune",
    ]
    (program.folder / "leads.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    ended = program.run(*UPLOAD, "--limit", "1")
    assert phones(sandbox.campaigns()) == ["919876500000"]
    assert (ended.json["excluded"], ended.json["rows"]["read"], balanced(ended.json)) == ({"DND": 2}, 3, True)
    ignored = program.run("validate", "leads.csv", "--region", "IN", "--limit", "1", "--ignore-marks", "--json")
    assert (ignored.json["rows"]["read"], ignored.json["rows"]["leads"], len(ignored.json["tables"])) == (1, 1, 1)


def test_the_limit_holds_for_rows_above_a_later_header(program: Inside, sandbox: Sandbox) -> None:
    """Rows right above a header that are its own count towards --limit, and no row below it goes beyond."""
    rows = [
        "Name,Phone",
        "Asha Rao,9876543210",
        "Om,Pune,Mr,9876543211",
        "Name,City,Title,Phone",
        "Ravi Nair,Pune,Mr,9876543212",
        "Sunil Das,Pune,Mr,9876543213",
    ]
    (program.folder / "leads.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert program.run(*UPLOAD, "--limit", "2").code == 0
    assert phones(sandbox.campaigns()) == ["919876543210", "919876543211"]


@pytest.mark.parametrize("name", ["Alt", "Xyz", "Alternate Mobile"])
def test_another_number_of_a_marked_row(program: Inside, sandbox: Sandbox, name: str) -> None:
    """A marked person's other number is not called in another row either, though its column feeds no lead."""
    rows = "Ravi,9876500001,9876500002,Yes\nRavi K,9876500002,,No\nMeena,9876500003,,No\n"
    (program.folder / "leads.csv").write_text(f"Name,Mobile,{name},DND\n{rows}", encoding="utf-8")
    ended = program.run(*UPLOAD)
    assert (phones(sandbox.campaigns()), ended.json["excluded"]) == (["919876500003"], {"DND": 2})


def test_somebody_elses_number_in_a_marked_row(program: Inside, sandbox: Sandbox) -> None:
    """An agent's number in a marked row, or an invoice's, is not that of whoever asked not to be called."""
    rows = "Ravi,9876500001,9876500002,9876500003,Yes\nOm,9876500002,,,No\nMeena,9876500003,,,No\n"
    (program.folder / "leads.csv").write_text(f"Name,Mobile,Agent Mobile,Invoice No,DND\n{rows}", encoding="utf-8")
    ended = program.run(*UPLOAD)
    assert phones(sandbox.campaigns()) == ["919876500002", "919876500003"]
    assert ended.json["excluded"] == {"DND": 1}
