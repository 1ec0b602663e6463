"""Who is left out: lists in every format and what makes them fail, people uploaded before, limits; whole outputs."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import xlwt
from inside import Inside
from program import balanced, expected_phones, phones, write_leads

if TYPE_CHECKING:
    from pathlib import Path

    from telecmi_leads.sandbox import Sandbox

UPLOAD = ("upload", "leads.csv", "--name", "M", "--region", "IN", "--json")


@pytest.fixture
def program(tmp_path: Path, sandbox: Sandbox) -> Inside:
    """Return the program, in a folder with five leads, 98765 00000 to 00004."""
    write_leads(tmp_path / "leads.csv", 5)
    return Inside(tmp_path, sandbox.url)


# --- lists ----------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such pipes")
def test_a_list_by_a_pipe_is_refused_since_it_can_not_be_read_again(program: Inside, sandbox: Sandbox) -> None:
    """A run that goes on reads its lists again: `<(…)` of a shell is said so before anything is sent."""
    reading, writing = os.pipe()
    os.write(writing, b"Phone\n9876500001\n")
    os.close(writing)
    ended = program.run(*UPLOAD, "--exclude", f"/dev/fd/{reading}")
    os.close(reading)
    assert (ended.code, ended.json["error"]["hint"]) == (3, "Save the list as a file, and give that with --exclude.")
    assert sandbox.requests() == ()


def test_an_input_by_a_pipe_is_told_in_words(program: Inside) -> None:
    """No command is printed that would read a pipe again: more people under one name are told what to do in words."""
    assert program.run(*UPLOAD).code == 0
    reading, writing = os.pipe()
    os.write(writing, b"Name,Mobile\nUma,9876500077\n")
    os.close(writing)
    ended = program.run("upload", f"/dev/fd/{reading}", *UPLOAD[2:])
    os.close(reading)
    assert (ended.code, ended.json["error"]["code"]) == (2, "name_in_use")
    assert ended.json["error"]["hint"].endswith("the same command with --append")


def workbook(path: Path) -> None:
    """Write a list as a workbook, numbers as numbers, below a title."""
    book = openpyxl.Workbook()
    for row in (["Asked not to be called"], [], ["Customer", "Phone"], ["Asha", 9876500001], ["Ravi", 9876500002]):
        book.active.append(row)
    book.save(path)


LISTS: dict[str, str | bytes] = {
    "plain.txt": "9876500001\n9876500002\n",
    "one number.txt": "+919876500001\n09876500002\n",
    "plain with plus.txt": "+91 98765 00001\n+91 98765 00002\n",
    "header.csv": "Phone\n9876500001\n9876500002\n",
    "semicolon.csv": "Name;T\xe9l\xe9phone\nAsha;098765-00001\nRavi;98765 00002\n".encode("latin-1"),
    "utf16.csv": "Name\tMobile\nAsha\t9876500001\nRavi\t9876500002\n".encode("utf-16"),
    "several.csv": "Phone\n9876500001 / 9876500002\n9999900001\n",
    "two columns.csv": "Mobile,Phone 2\n9876500001,9876500002\n",
    "list.json": json.dumps({"dnc": [{"phone": "919876500001"}, {"phone": 9876500002}]}),
    "lines.jsonl": '{"phone": "+919876500001"}\n{"phone": "+919876500002"}\n',
    "card.vcf": "BEGIN:VCARD\nVERSION:3.0\nFN:Asha\nTEL:+919876500001\nTEL:+919876500002\nEND:VCARD\n",
    "flag.csv": "DND number\n9876500001\n9876500002\n",
}


@pytest.mark.parametrize("name", [*LISTS, "list.xlsx"])
def test_a_list_may_be_any_file(program: Inside, sandbox: Sandbox, name: str) -> None:
    """Whoever is on the list is left out, whatever the list looks like; every number of a cell and a row counts."""
    path = program.folder / name
    if name in LISTS:
        content = LISTS[name]
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    else:
        workbook(path)
    ended = program.run(*UPLOAD, "--exclude", name)
    assert (ended.code, ended.err) == (0, "")
    assert ended.json["rows"] == rows(read=5, excluded=2, leads=3)
    assert phones(sandbox.campaigns()) == ["919876500000", "919876500003", "919876500004"]


def rows(**counts: int) -> dict[str, int]:
    """Return the rows of a summary."""
    heaps = ("read", "blank", "rejected", "duplicate", "excluded", "already_uploaded", "leads")
    return {heap: counts.get(heap, 0) for heap in heaps}


@pytest.mark.parametrize("write", ["openpyxl", "xlwt"])
def test_hidden_sheets_of_a_list_count(program: Inside, sandbox: Sandbox, write: str) -> None:
    """Who is on a hidden sheet of a list is left out, and it is said; hidden sheets without numbers are no matter."""
    sheets = {
        "DNC": [["Phone"], ["9876500001"]],
        "Old": [["Name", "Phone"], ["Asha", "9876500002"], ["Ravi", "x"], ["Om", "y"], ["Lata", "z"]],
        "Cities": [["City"], ["Pune"]],
    }
    name = "list.xlsx" if write == "openpyxl" else "list.xls"
    book = openpyxl.Workbook() if write == "openpyxl" else xlwt.Workbook()
    if write == "openpyxl":
        book.remove(book.active)
    for title, cells in sheets.items():
        sheet = book.create_sheet(title) if write == "openpyxl" else book.add_sheet(title)
        for at, row in enumerate(cells):
            for column, cell in enumerate(row):
                sheet.cell(at + 1, column + 1, cell) if write == "openpyxl" else sheet.write(at, column, cell)
        if title != "DNC":
            sheet.sheet_state = "hidden"
            sheet.visibility = 1
    book.save(program.folder / name)
    ended = program.run(*UPLOAD, "--exclude", name)
    assert (ended.code, ended.json["excluded"]) == (0, {name: 2})
    assert phones(sandbox.campaigns()) == ["919876500000", "919876500003", "919876500004"]
    says = f'The do-not-call list {name} has numbers on a hidden sheet, "Old". They are left out too.'
    assert (ended.json["warnings"], ended.json["warning_codes"]) == ([says], {"list_hidden_sheet": 1})
    assert says in " ".join(program.run("validate", "leads.csv", "--region", "IN", "--exclude", name).err.split())


def test_each_list_is_counted(program: Inside) -> None:
    """The JSON, the screen and left-out.csv tell the lists apart, also two of the same name; the first one counts."""
    (program.folder / "dnc.csv").write_text("Phone\n9876500001\n9876500002\n")
    (program.folder / "old").mkdir()
    (program.folder / "old" / "dnc.csv").write_text("Phone\n9876500002\n9876500003\n")
    lists = ("--exclude", "dnc.csv", "--exclude", "old/dnc.csv")
    found = program.run("validate", "leads.csv", "--region", "IN", "--json", *lists).json
    assert found["excluded"] == {"dnc.csv": 2, "old/dnc.csv": 1}
    shown = program.run("validate", "leads.csv", "--region", "IN", "--report-dir", "out", *lists)
    assert "left out 3 rows: 3 asked not to be called\n" in shown.err
    with (program.folder / "out" / "left-out.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [(row["row"], row["why"]) for row in csv.DictReader(file)] == [
            ("3", "asked not to be called (dnc.csv)"),
            ("4", "asked not to be called (dnc.csv)"),
            ("5", "asked not to be called (old/dnc.csv)"),
        ]


def test_a_list_joined_of_two_encodings_stops_all(program: Inside, sandbox: Sandbox) -> None:
    """The people of one part would be called though they are listed."""
    first, second = "Phone\n9876500001\n9876500004\n", "9876500002\n9876500003\n"
    (program.folder / "dnc.csv").write_bytes(first.encode("utf-16") + second.encode())
    ended = program.run(*UPLOAD, "--exclude", "dnc.csv")
    assert (ended.code, ended.json["error"]["code"]) == (3, "exclude_list_failed")
    assert "dnc.csv is two files in one, from about line 4 on" in ended.json["error"]["message"]
    assert not sandbox.requests()


def test_a_fresh_list_passes_and_a_stale_one_does_not(program: Inside, sandbox: Sandbox) -> None:
    """--exclude-max-age compares the file's age; a stale list, or one from the future, stops all."""
    (program.folder / "dnc.csv").write_text("Phone\n9876500001\n")
    assert program.run(*UPLOAD, "--exclude", "dnc.csv", "--exclude-max-age", "1h").code == 0
    a_list = program.folder / "dnc.csv"
    os.utime(a_list, (time.time() - 7200,) * 2)
    stale = program.run(*UPLOAD, "--exclude", "dnc.csv", "--exclude-max-age", "1h", "--append")
    os.utime(a_list, (time.time() + 86400,) * 2)
    ahead = program.run(*UPLOAD, "--exclude", "dnc.csv", "--exclude-max-age", "1h", "--append")
    assert (ahead.code, ahead.json["error"]["code"]) == (3, "exclude_list_failed")
    assert ahead.json["error"]["message"].endswith(
        "1 day ahead of this computer's clock, so that its age can't be told."
    )
    assert (stale.code, stale.json["error"]["code"], stale.json["status"]) == (3, "exclude_list_failed", "refused")
    assert len(sandbox.requests()) == 1


def test_who_is_listed_later_is_taken_out_on_resume(program: Inside, sandbox: Sandbox) -> None:
    """What was never tried is planned anew, its rows count as excluded; what was tried goes and is named."""
    sandbox.order("404@1")
    assert program.run(*UPLOAD, "--size", "2").code == 6
    (program.folder / "dnc.csv").write_text("Phone\n9876500000\n9876500004\n")
    stopped = program.run("resume", "--exclude", "missing.csv", "--json")
    assert (stopped.code, len(sandbox.requests())) == (3, 1)
    ended = program.run("resume", "--exclude", "dnc.csv", "--region", "IN", "--json")
    assert ended.code == 0, ended.err
    assert ended.json["rows"] == rows(read=5, excluded=1, leads=4)
    assert ended.json["excluded"] == {"dnc.csv": 1}
    assert ended.json["warnings"] == [
        (
            "1 number on dnc.csv is in M-001. That campaign was tried before, so it goes as it was planned: "
            "9198•••••000. Look for it in the dashboard."
        )
    ]
    assert {name: phones({name: leads}) for name, leads in sandbox.campaigns().items()} == {
        "M-001": ["919876500000", "919876500001"],
        "M-002": ["919876500002", "919876500003"],
    }
    explained = program.run("explain", "9876500004", "--region", "IN", "--json").json
    assert [(fate["left_out"], fate["code"]) for fate in explained["fates"]] == [("excluded", "dnc.csv")]


def test_who_is_listed_later_is_in_no_part_of_a_tried_campaign(program: Inside, sandbox: Sandbox) -> None:
    """(Row 65) Said as it is: it goes once more as it was; refused in doubt, --isolate leaves it to a person."""
    sandbox.order("drop-before@1")
    sandbox.order("422=919876500003")
    assert program.run(*UPLOAD, "--retries", "0", "--settle", "0").code == 5
    (program.folder / "dnc.csv").write_text("Phone\n9876500000\n")
    isolate = ("resume", "--isolate", "--exclude", "dnc.csv", "--region", "IN", "--settle", "0", "--json")
    first, second = program.run(*isolate).json, program.run(*isolate).json
    run, more = first["run"], "--region IN --retries 0 --settle 0 --exclude dnc.csv --isolate"
    assert first["warnings"] == [
        (
            "1 number on dnc.csv is in M-001. That campaign was tried before, so it goes as it was planned: "
            "9198•••••000. Look for it in the dashboard. No part that --isolate cuts from it holds it."
        )
    ]
    assert second["warnings"] == [
        (
            "1 number on dnc.csv is in M-001, which may be in as it is, so that --isolate does not cut it: "
            "9198•••••000. "
            f"Look it up in the TeleCMI dashboard.\nIf it holds 5 leads: telecmi-leads resolve {run} M-001 --accepted\n"
            f"If it is not there (this sends it again): telecmi-leads resolve {run} M-001 --not-uploaded {more}\n"
            "If it holds fewer: delete it there, then the last command. If it can't be deleted, ask TeleCMI first."
        )
    ]
    assert (first["leads"]["unknown"], second["leads"]["unknown"], len(sandbox.requests())) == (5, 5, 2)


def test_the_same_upload_again_screens_anew(program: Inside, sandbox: Sandbox) -> None:
    """An unfinished run that `upload` goes on with leaves out whoever has been listed meanwhile."""
    sandbox.order("404@1")
    (program.folder / "dnc.csv").write_text("Phone\n9999900001\n")
    command = (*UPLOAD, "--new-only", "--exclude", "dnc.csv", "--size", "2")
    assert program.run(*command).code == 6
    (program.folder / "dnc.csv").write_text("Phone\n9999900001\n9876500003\n")
    ended = program.run(*command)
    assert (ended.code, ended.json["rows"]["excluded"], ended.json["leads"]["accepted"]) == (0, 1, 4)
    assert "919876500003" not in phones(sandbox.campaigns())


# --- people uploaded before -----------------------------------------------------------------------


def test_new_only_by_age(program: Inside, sandbox: Sandbox) -> None:
    """--new-only 1h leaves out who was uploaded in the last hour, and not who was before that."""
    assert program.run(*UPLOAD).code == 0
    write_leads(program.folder / "leads.csv", 7)
    recent = program.run(*UPLOAD[:2], "--name", "R", *UPLOAD[4:], "--new-only", "1h").json
    make_older(program.folder, hours=2)
    again = program.run(*UPLOAD[:2], "--name", "A", *UPLOAD[4:], "--new-only", "1h").json
    assert recent["rows"] == rows(read=7, already_uploaded=5, leads=2)
    assert again["rows"] == rows(read=7, leads=7)
    assert len(phones(sandbox.campaigns())) == 5 + 2 + 7


def make_older(folder: Path, *, hours: float) -> None:
    """Let all that the ledger holds have happened so much earlier."""
    with closing(sqlite3.connect(folder / "state" / "ledger.sqlite3", isolation_level=None)) as ledger:
        ledger.execute("UPDATE campaigns SET settled = settled - ?", (hours * 3600 * 10**6,))
        ledger.execute("UPDATE runs SET created = created - ?", (hours * 3600 * 10**6,))


@pytest.mark.parametrize("where", ["--new-only", "--new-only=ever"])
def test_nothing_new_is_a_clear_line(program: Inside, where: str) -> None:
    """A night without anybody new ends with 0 and says so."""
    assert program.run(*UPLOAD, "--new-only").code == 0
    ended = program.run(*UPLOAD[:-1], where)
    assert ended.code == 0
    assert ended.err.endswith(" nothing new (exit 0): all 5 leads were uploaded before.\n")


def test_new_only_may_stand_before_the_file(program: Inside) -> None:
    """--new-only without an age takes no file for one."""
    assert program.run("upload", "--new-only", *UPLOAD[1:]).code == 0


# --- limits and trials ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        (["--max-rejects", "2"], 0),
        (["--max-rejects", "1"], 3),
        (["--max-rejects", "40%"], 0),
        (["--max-rejects", "39%"], 3),
        ([], 0),
        (["--strict"], 3),
    ],
)
def test_the_limit_of_rejects(program: Inside, sandbox: Sandbox, limit: list[str], code: int) -> None:
    """Two bad rows of five: as many as the limit are allowed, one more is not, and then nothing is sent."""
    (program.folder / "leads.csv").write_text(
        "Name,Mobile\nA,9876500001\nB,98765\n,,\nC,9876500002\nD,98XX\nE,9876500003\n"
    )
    ended = program.run(*UPLOAD, *limit, "--report-dir", "out")
    assert (ended.code, len(sandbox.requests())) == (code, 0 if code else 1)
    assert ended.json["rows"] == rows(read=6, blank=1, rejected=2, leads=3)
    assert ended.json["leads"]["unsent" if code else "accepted"] == 3
    assert (program.folder / "out" / "rejects.csv").exists()
    assert balanced(ended.json)


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 100])
def test_a_trial_of_the_first_leads(program: Inside, sandbox: Sandbox, limit: int) -> None:
    """--limit takes the first leads and counts no row behind the last of them."""
    bad = ["Bad,98XX", ",", "Twice,9876500000"]
    good = [f"A,987650000{number}" for number in range(6)]
    lines = [good[0], *bad, good[1], good[2], *bad, *good[3:], *bad]
    (program.folder / "leads.csv").write_text("\n".join(["Name,Mobile", *lines]) + "\n")
    ended = program.run(*UPLOAD, "--limit", str(limit))
    assert ended.code == 0, ended.err
    read = lines.index(good[limit - 1]) + 1 if limit <= 6 else len(lines)
    seen = lines[:read]
    assert ended.json["rows"] == rows(
        read=read,
        blank=seen.count(","),
        rejected=seen.count("Bad,98XX"),
        duplicate=seen.count("Twice,9876500000"),
        leads=min(limit, 6),
    )
    assert phones(sandbox.campaigns()) == expected_phones(min(limit, 6))


def test_a_trial_and_then_the_rest(program: Inside, sandbox: Sandbox) -> None:
    """--limit 2 first, then --append --new-only: everybody is in, once, and the numbers go on."""
    assert program.run(*UPLOAD, "--limit", "2").code == 0
    rest: dict[str, Any] = program.run(*UPLOAD, "--append", "--new-only").json
    assert rest["rows"] == rows(read=5, already_uploaded=2, leads=3)
    assert {name: len(leads) for name, leads in sandbox.campaigns().items()} == {"M-001": 2, "M-002": 3}


# --- lists that are read in part ------------------------------------------------------------------


def test_rows_of_a_list_that_cannot_be_read_are_told(program: Inside) -> None:
    """A list with some rows that are no numbers is used, and said to be so, on the screen, in the JSON and reports."""
    (program.folder / "dnc.csv").write_text("Phone,Note\n9876500001,\nask Ravi,\n,\n9876500002,\n98765,short\n")
    says = "2 rows of the do-not-call list dnc.csv can't be read as a number, 2 numbers can."
    ended = program.run(*UPLOAD, "--exclude", "dnc.csv", "--report-dir", "out")
    assert (ended.code, ended.json["rows"]["excluded"]) == (0, 2)
    assert ended.json["warnings"] == [f"{says} Whoever those rows mean is not left out."]
    assert json.loads((program.folder / "out" / "summary.json").read_bytes())["warnings"] == ended.json["warnings"]
    assert says.replace("'", "&#39;") in (program.folder / "out" / "report.html").read_text(encoding="utf-8")
    shown = program.run("validate", "leads.csv", "--region", "IN", "--exclude", "dnc.csv")
    assert shown.err[19:].startswith(f" Warning: {says}")
    (program.folder / "dnc.csv").write_text("Phone\n9876500001\n")
    assert program.run(*UPLOAD, "--exclude", "dnc.csv", "--append").json["warnings"] == []


def test_a_list_whose_country_is_not_understood_never_fails_open(program: Inside, sandbox: Sandbox) -> None:
    """(Row 49) Such a row of a list goes by the run's region and is left out; rows that can't be read are counted."""
    rows = ("9876500001,Narnia", "9876500002,+999", "ask Ravi,India", "9999900001,India", "9999900002,India")
    (program.folder / "dnc.csv").write_text("\n".join(("Phone,Country", *rows)) + "\n")
    ended = program.run(*UPLOAD, "--exclude", "dnc.csv")
    assert (ended.code, ended.json["rows"]["excluded"], ended.json["rows"]["leads"]) == (0, 2, 3)
    assert phones(sandbox.campaigns()) == ["919876500000", "919876500003", "919876500004"]
    says = "1 row of the do-not-call list dnc.csv can't be read as a number, 4 numbers can."
    assert ended.json["warnings"] == [f"{says} Whoever those rows mean is not left out."]


# --- runs that go on, and what wins ---------------------------------------------------------------


@pytest.mark.parametrize("listed", [(), (3, 4)])
def test_an_unfinished_upload_goes_on_whatever_the_list_says_by_now(
    program: Inside, sandbox: Sandbox, listed: tuple[int, ...]
) -> None:
    """The same command without --new-only goes on too where the list has changed, and says so when all is done."""
    sandbox.order("404@1")
    (program.folder / "dnc.csv").write_text("Phone\n9876500002\n")
    command = (*UPLOAD, "--size", "2", "--exclude", "dnc.csv")
    first = program.run(*command)
    assert (first.code, first.json["rows"]["leads"]) == (6, 4)
    (program.folder / "dnc.csv").write_text("".join(f"987650000{number}\n" for number in (2, *listed)))
    second, third = program.run(*command), program.run(*command)
    assert (second.code, third.code) == (0, 0), second.out
    assert second.json["run"] == third.json["run"] == first.json["run"]
    assert second.json["rows"] == rows(read=5, excluded=1 + len(listed), leads=4 - len(listed))
    assert phones(sandbox.campaigns()) == [f"91987650000{number}" for number in (0, 1, 3, 4) if number not in listed]
    write_leads(program.folder / "leads.csv", 6)
    other = program.run(*command)
    assert (other.code, other.json["error"]["code"]) == (2, "name_in_use")
    assert "--append" in other.json["error"]["hint"]


def test_new_only_without_an_account_is_told(program: Inside) -> None:
    """A dry run needs no credentials; whom the account has it then can't know, and says that."""
    assert program.run(*UPLOAD, "--new-only").code == 0
    program.environment["TELECMI_APP_ID"] = ""
    tried = program.run(*UPLOAD, "--new-only", "--dry-run").json
    assert (tried["exit_code"], tried["rows"]["leads"], len(tried["warnings"])) == (0, 5, 1)
    assert tried["warnings"][0].startswith("TELECMI_APP_ID is not set")


def test_a_limit_that_is_typed_beats_a_profiles_strict(program: Inside) -> None:
    """--strict is --max-rejects 0: the one on the command line wins over the other in the settings file."""
    (program.folder / "leads.csv").write_text("Name,Mobile\nA,9876500001\nB,98765\nC,9876500002\n")
    validate = ("validate", "leads.csv", "--region", "IN", "--json")
    (program.folder / "telecmi-leads.toml").write_text("strict = true\n")
    assert (
        program.run(*validate)
        .json["error"]["message"]
        .endswith("--strict allows none. Most often (1 row): the number is too short. Nothing was sent.")
    )
    assert program.run(*validate, "--max-rejects", "1").code == 0
    (program.folder / "telecmi-leads.toml").write_text("max-rejects = 1\n")
    assert program.run(*validate, "--strict").code == 3


# --- left-out.csv ---------------------------------------------------------------------------------


def test_left_out_rows_say_where_the_person_is_instead(program: Inside) -> None:
    """A duplicate names the row that stays, across blocks, sheets and files; others the campaign and its time.

    Each has its number, in a report written again too.
    """
    book = openpyxl.Workbook()
    book.active.title = "Delhi"
    for sheet, numbers in (("Delhi", [*range(9876510000, 9876512500), 9876510001]), ("Pune", [9876510000, 9876599999])):
        page = book[sheet] if sheet in book.sheetnames else book.create_sheet(sheet)
        for row in (["Name", "Mobile"], *(["Asha", number] for number in numbers)):
            page.append(row)
    book.save(program.folder / "leads.xlsx")
    write_leads(program.folder / "more.csv", 2, first=9999)
    upload = ("upload", "--name", "M", "--region", "IN", "--json", "--report-dir", "out", "leads.xlsx")
    first = program.run(*upload, "more.csv")
    assert (first.code, first.json["rows"]["duplicate"]) == (0, 3), first.err
    run = first.json["run"]
    expected = [
        ["leads.xlsx", "Delhi", "2502", "the same number is in an earlier row", "919876510001", "row 3", "", ""],
        ["leads.xlsx", "Pune", "2", "the same number is in an earlier row", "919876510000", "Delhi, row 2", "", ""],
        [
            "more.csv", "", "3", "the same number is in an earlier row",
            "919876510000", "leads.xlsx, Delhi, row 2", "", "",
        ],
    ]  # fmt: skip
    assert listed(program) == expected
    assert program.run("report", run, "--report-dir", "out").code == 0
    assert listed(program) == expected
    again = program.run("upload", "more.csv", "--name", "N", "--region", "IN", "--new-only", "--report-dir", "out")
    assert again.code == 0
    settled = sqlite3.connect(program.folder / "state" / "ledger.sqlite3")
    with closing(settled):
        [(name, when)] = settled.execute("SELECT name, settled FROM campaigns WHERE name = 'M-003'").fetchall()
    local = f"{datetime.fromtimestamp(when / 1e6, tz=UTC).astimezone():%Y-%m-%d %H:%M}"
    reason = "this account has uploaded the number before"
    assert listed(program)[0] == ["more.csv", "", "2", reason, "919876509999", "", name, local]


def listed(program: Inside) -> list[list[str]]:
    """Return the rows of left-out.csv below its header."""
    with (program.folder / "out" / "left-out.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]
