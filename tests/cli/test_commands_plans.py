"""How leads become campaigns: names, --append, --split-by, --order; and reject files that go round."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import re
from typing import TYPE_CHECKING

import openpyxl
import pytest
from inside import Inside
from program import balanced, phones, write_leads

if TYPE_CHECKING:
    from pathlib import Path

    from telecmi_leads.sandbox import Sandbox

UPLOAD = ("upload", "leads.csv", "--region", "IN", "--json")


@pytest.fixture
def program(tmp_path: Path, sandbox: Sandbox) -> Inside:
    """Return the program, in a folder with five leads."""
    write_leads(tmp_path / "leads.csv", 5)
    return Inside(tmp_path, sandbox.url)


def sizes(sandbox: Sandbox) -> dict[str, int]:
    """Return the campaigns that a sandbox holds, with the number of their leads."""
    return {name: len(leads) for name, leads in sandbox.campaigns().items()}


# --- names, groups, order -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        (["--name", "{file} {date}"], ["leads {today}-001", "leads {today}-002"]),
        (["--name", "A", "--name-format", "{number} of {name}"], ["1 of A", "2 of A"]),
        (["--name", "A\t\x07B\u202e", "--name-format", "{name}.{number:02d}"], ["A B.01", "A B.02"]),
        (["--name", "नमूना"], ["नमूना-001", "नमूना-002"]),
    ],
)
def test_names(program: Inside, sandbox: Sandbox, typed: list[str], names: list[str]) -> None:
    """Placeholders are filled, control characters go, the format is kept."""
    days = [dt.datetime.now().astimezone().date()]
    assert program.run(*UPLOAD, *typed, "--size", "3").code == 0
    days.append(dt.datetime.now().astimezone().date())  # another one around midnight
    assert list(sizes(sandbox)) in [[name.replace("{today}", day.isoformat()) for name in names] for day in days]


def test_the_digest_in_a_name_tells_the_content(program: Inside, sandbox: Sandbox) -> None:
    """{digest} is eight hex digits that other leads change: a name that two hosts can't use for different people."""
    (program.folder / "b").mkdir()
    typed = ("--name", "A", "--name-format", "{name}-{digest}")
    assert program.run(*UPLOAD, *typed).code == 0
    other = Inside(program.folder / "b", program.url)
    write_leads(other.folder / "leads.csv", 5)
    assert program.run(*UPLOAD, *typed).json["leads"]["accepted"] == 5
    assert other.run(*UPLOAD, *typed).code == 4
    third = Inside(program.folder / "c", program.url)
    third.folder.mkdir()
    write_leads(third.folder / "leads.csv", 4)
    assert third.run(*UPLOAD, *typed).code == 0
    first, second = sizes(sandbox)
    assert first != second
    assert all(re.fullmatch("A-[0-9a-f]{8}", name) for name in (first, second))


def test_append_goes_on_counting(program: Inside, sandbox: Sandbox) -> None:
    """After the last number, never twice the same leads, and from 1 where there is nothing to go on from."""
    typed = (*UPLOAD, "--name", "A", "--size", "2", "--append")
    first, again = program.run(*typed), program.run(*typed)
    assert (first.code, again.code) == (0, 0)
    assert again.json["run"] == first.json["run"]
    write_leads(program.folder / "leads.csv", 3, first=50)
    assert program.run(*typed).code == 0
    assert sizes(sandbox) == {"A-001": 2, "A-002": 2, "A-003": 1, "A-004": 2, "A-005": 1}


def test_split_by_a_column(program: Inside, sandbox: Sandbox) -> None:
    """Each value has its series, the summary shows each group, case makes no other one, an empty cell is other."""
    cities = ["Chennai", "Kochi", "chennai", "", "Chennai"]
    lines = [f"A,987650000{number},{city}" for number, city in enumerate(cities)]
    (program.folder / "leads.csv").write_text("\n".join(["Name,Mobile,City", *lines]) + "\n")
    ended = program.run(*UPLOAD, "--name", "A", "--split-by", "City", "--size", "2")
    assert ended.code == 0, ended.err
    assert sizes(sandbox) == {"A-Chennai-001": 2, "A-Chennai-002": 1, "A-Kochi-001": 1, "A-other-001": 1}
    assert {(each["name"], each["group"]) for each in ended.json["campaigns"]} == {
        ("A-Chennai-001", "Chennai"),
        ("A-Chennai-002", "Chennai"),
        ("A-Kochi-001", "Kochi"),
        ("A-other-001", "other"),
    }
    shown = program.run(*UPLOAD, "--name", "{group}", "--split-by", "city", "--dry-run").json
    assert [(each["name"], each["group"], each["leads"]) for each in shown["campaigns"]] == [
        ("Chennai-001", "Chennai", 3),
        ("Kochi-001", "Kochi", 1),
        ("other-001", "other", 1),
    ]


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("country", {"IN": 2, "US": 3, "AU": 1}),
        ("type", {"mobile": 2, "fixed_line": 1, "fixed_line_or_mobile": 2, "toll_free": 1}),
        (
            "timezone",
            {
                "Asia/Calcutta": 2,
                "America/New_York": 1,
                "America/Los_Angeles": 1,
                "America/Adak+41 zones 5257": 1,
                "Australia/Adelaide+7 zones 94ce": 1,
            },
        ),
    ],
)
def test_split_by_what_the_number_tells(program: Inside, sandbox: Sandbox, by: str, groups: dict[str, int]) -> None:
    """Country, type and time zone come from the number; one that may lie in several stands with its like."""
    numbers = ["+919876500001", "+914422334455", "+12025550101", "+12135550101", "+18005550199", "+61412345678"]
    lines = [f"A,{number}" for number in numbers]
    (program.folder / "leads.csv").write_text("\n".join(["Name,Mobile", *lines]) + "\n")
    assert program.run(*UPLOAD, "--name", "A", "--split-by", by).code == 0
    found = {name.removeprefix("A-").removesuffix("-001"): count for name, count in sizes(sandbox).items()}
    assert found == groups


def test_order(program: Inside, sandbox: Sandbox) -> None:
    """--order numbers in file order through all campaigns; without it the file's own column is sent."""
    (program.folder / "leads.csv").write_text(
        "Name,Mobile,order_index\nA,9876500001,30\nB,9876500002,\nC,9876500003,soon\nD,9876500004,10.0\n"
    )
    own = program.run(*UPLOAD, "--name", "Own")
    assert own.json["repairs"]["order_index_dropped"] == 1
    assert program.run(*UPLOAD, "--name", "Ours", "--order", "--size", "3").code == 0
    held = sandbox.campaigns()
    assert [lead.get("order_index") for lead in held["Own-001"]] == [30, None, None, 10]
    assert [lead["order_index"] for name in ("Ours-001", "Ours-002") for lead in held[name]] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("set_", "names"),
    [
        (("lastname={City}",), [("Asha", "Pune"), ("Ravi Rao", "Goa"), ("Meena", "Rao")]),
        (("firstname={City}",), [("Pune", "-"), ("Goa", "-"), ("Meena", "Rao")]),
    ],
)
def test_a_name_from_elsewhere_keeps_the_full_name(
    program: Inside, sandbox: Sandbox, set_: tuple[str, ...], names: list[tuple[str, str]]
) -> None:
    """With a last name by --set the full name is the first name; a full name that says the same name tells the rest."""
    (program.folder / "leads.csv").write_text(
        "Name,Mobile,City\nAsha,9876500001,Pune\nRavi Rao,9876500002,Goa\nMeena Rao,9876500003,Rao\n"
        if "last" in set_[0]
        else "Name,Mobile,City\nAsha,9876500001,Pune\nRavi Rao,9876500002,Goa\nMeena Rao,9876500003,Meena\n"
    )
    assert program.run(*UPLOAD, "--name", "A", "--set", *set_).code == 0
    assert [(lead["firstname"], lead["lastname"]) for lead in sandbox.campaigns()["A-001"]] == names


@pytest.mark.parametrize(
    ("fill", "code", "sent"),
    [
        ("email=nobody", 2, None),
        ("order_index=soon", 2, None),
        ("email=nobody@example.com", 0, {"email": "nobody@example.com"}),
        ("order_index=7", 0, {"order_index": 7}),
        ("comment=call\x07  back", 0, {"comment": "call back"}),
    ],
)
def test_fills_are_held_to_what_their_field_may_be(
    program: Inside, sandbox: Sandbox, fill: str, code: int, sent: dict[str, object] | None
) -> None:
    """What the service would refuse in every campaign is refused before anything is sent; text is cleaned."""
    ended = program.run(*UPLOAD, "--name", "A", "--fill", fill)
    assert ended.code == code
    if sent is None:
        assert (ended.json["error"]["code"], sandbox.requests()) == ("usage", ())
    else:
        assert all(sent.items() <= lead.items() for lead in sandbox.campaigns()["A-001"])


# --- reject files go round ------------------------------------------------------------------------

ROWS = [
    ["Téléphone", "Nom", "Prénom", "Société", "Remarque"],
    ["9876500001", "Menon", "Asha", "Été & Cie", "=1+1"],
    ["98765O0002", "Lefèvre", "René", "Ça; va", "+rappeler"],
    ["98XXXXXX10", "Noël", "Zoë", 'dit "Zo"', "-"],
    ["9876500004", "Rao", "Ravi", "", "ligne\nnouvelle"],
]
MENDED = {"98765O0002": "9876500002", "98XXXXXX10": "9876500003"}


def test_rejects_go_round_with_the_files_own_delimiter(program: Inside, sandbox: Sandbox) -> None:
    """A Latin-1 file with semicolons: rejects.csv has them too, in UTF-8; mended, it gives what a right file would."""
    write_text(program.folder / "clients.csv", ROWS)
    write_text(program.folder / "right.csv", [[MENDED.get(cell, cell) for cell in row] for row in ROWS])
    typed = ("--name", "A", "--region", "IN", "--json", "--set", "comment={Remarque}")
    first = program.run("upload", "clients.csv", *typed, "--report-dir", "out")
    assert (first.code, first.json["rows"]["rejected"], first.json["tables"][0]["delimiter"]) == (0, 2, ";")
    raw = (program.folder / "out" / "rejects.csv").read_bytes()
    text = raw.decode("utf-8-sig")
    assert (
        text.splitlines()[0] == "Téléphone;Nom;Prénom;Société;Remarque;reject_row;reject_code;reject_reason;reject_tip"
    )
    assert "'+rappeler" in text  # no spreadsheet runs it
    for wrong, right in MENDED.items():
        text = text.replace(wrong, right)
    (program.folder / "mended.csv").write_bytes(text.encode("utf-8-sig"))
    assert program.run("upload", "mended.csv", *typed, "--append").code == 0
    assert program.run("upload", "right.csv", "--name", "B", *typed[2:]).code == 0
    check_same_people(sandbox)


def write_text(path: Path, rows: list[list[str]]) -> None:
    """Write rows as a French Excel does."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows(rows)
    path.write_bytes(text.getvalue().encode("latin-1"))


def test_rejects_of_a_workbook_go_round(program: Inside, sandbox: Sandbox) -> None:
    """A workbook's rejects are a workbook; mended in it and appended, the result is that of a right file."""
    write_book(program.folder / "clients.xlsx", ROWS)
    write_book(program.folder / "right.xlsx", [[MENDED.get(cell, cell) for cell in row] for row in ROWS])
    typed = ("--name", "A", "--region", "IN", "--json", "--set", "comment={Remarque}")
    first = program.run("upload", "clients.xlsx", *typed, "--report-dir", "out")
    assert (first.code, first.json["rows"]["rejected"]) == (0, 2)
    book = openpyxl.load_workbook(program.folder / "out" / "rejects.xlsx")
    [header, *rejected] = book.active.iter_rows()
    names = [cell.value for cell in header]
    assert (names[:2], names[7:]) == (["reject_reason", "reject_tip"], ["reject_row", "reject_code"])
    for row in rejected:
        row[2].value = MENDED[row[2].value]
    book.save(program.folder / "mended.xlsx")
    assert program.run("upload", "mended.xlsx", *typed, "--append").code == 0
    assert program.run("upload", "right.xlsx", "--name", "B", *typed[2:]).code == 0
    check_same_people(sandbox)


def write_book(path: Path, rows: list[list[str]]) -> None:
    """Write rows as texts into a workbook."""
    book = openpyxl.Workbook()
    for at, row in enumerate(rows, 1):
        for column, text in enumerate(row, 1):
            cell = book.active.cell(at, column)
            cell.value, cell.data_type = text, "s"
    book.save(path)


def check_same_people(sandbox: Sandbox) -> None:
    """Check that the campaigns A together hold the very leads that B holds."""
    held = sandbox.campaigns()
    parts = [lead for name, leads in held.items() if name.startswith("A-") for lead in leads]
    whole = [lead for name, leads in held.items() if name.startswith("B-") for lead in leads]
    assert sorted(parts, key=json.dumps) == sorted(whole, key=json.dumps)
    assert len(whole) == 4
    assert {lead.get("comment") for lead in whole} == {"=1+1", "+rappeler", None, "ligne nouvelle"}  # "-" is nothing


# --- whatever is asked ----------------------------------------------------------------------------


def test_the_books_balance_whatever_is_asked(program: Inside, sandbox: Sandbox) -> None:
    """Everything at once: lists, limits, splits, order; each row lies on one heap and each lead in one campaign."""
    (program.folder / "dnc.csv").write_text("Phone\n9876500003\n")
    typed = ("--name", "A", "--exclude", "dnc.csv", "--new-only", "--limit", "3", "--order", "--split-by", "type")
    ended = program.run(*UPLOAD, *typed, "--size", "2")
    assert (ended.code, balanced(ended.json)) == (0, True)
    assert sizes(sandbox) == {"A-mobile-001": 2, "A-mobile-002": 1}
    assert len(phones(sandbox.campaigns())) == 3


def test_the_report_of_a_refused_file_says_why(program: Inside, tmp_path: Path) -> None:
    """Whoever opens the page of a file that was refused reads that nothing was sent, why, and what to do."""
    (tmp_path / "leads.csv").write_text("Name,Mobile\nAsha,98765 00001\nRavi,98XXXXXX10\n")
    assert program.run(*UPLOAD, "--name", "March", "--strict").code == 3
    [page] = tmp_path.glob("telecmi-reports/*/report.html")
    text = page.read_text(encoding="utf-8")
    mostly = "Most often (1 row): some digits are masked."
    assert f"<h1>1 of 2 rows was rejected; --strict allows none. {mostly} Nothing was sent.</h1>" in text
    assert json.loads(page.with_name("summary.json").read_text(encoding="utf-8"))["error"]["code"] == "too_many_rejects"


def test_each_group_goes_on_counting_by_itself(program: Inside, sandbox: Sandbox) -> None:
    """--append goes on after the last number of each group, also of one whose run has been forgotten; case is one."""
    typed = (*UPLOAD, "--name", "A", "--split-by", "City", "--size", "1", "--append")
    for cities in (["Pune", "Pune", "Kochi"], ["pune", "Kochi", "Goa"]):
        lines = [f"A,98765{ord(cities[0][0]):03d}0{at},{city}" for at, city in enumerate(cities)]
        (program.folder / "leads.csv").write_text("\n".join(["Name,Mobile,City", *lines]) + "\n")
        assert program.run(*typed).code == 0
        assert program.run("forget", "--before", "2999-01-01", "--yes").code == 0
    assert set(sizes(sandbox)) == {"A-Pune-001", "A-Pune-002", "A-Kochi-001", "A-pune-003", "A-Kochi-002", "A-Goa-001"}


def test_a_dry_run_tells_what_the_command_would_do(program: Inside, sandbox: Sandbox) -> None:
    """Names in use are refused as in earnest, --append's numbers are the next ones, a repeated command is told."""
    assert program.run(*UPLOAD, "--name", "A", "--size", "3").code == 0
    again = program.run(*UPLOAD, "--name", "A", "--size", "3", "--dry-run")
    assert again.code == 0
    assert re.fullmatch(
        r"A is run \S+ of \d+ \w+ \d{4} \d\d:\d\d already: .* sends nothing\.", again.json["warnings"][0]
    )
    write_leads(program.folder / "leads.csv", 2, first=9)
    taken = program.run(*UPLOAD, "--name", "A", "--dry-run")
    assert (taken.code, taken.json["error"]["code"]) == (2, "name_in_use")
    appended = program.run(*UPLOAD, "--name", "A", "--dry-run", "--append").json
    assert [each["name"] for each in appended["campaigns"]] == ["A-003"]
    assert len(sandbox.requests()) == 2


@pytest.mark.parametrize(
    "format_",
    [
        *(
            "{name}",
            "{}",
            "{0}{number}",
            "{number:9999999999}",
            "{number}{number:>99}",
            "{number!r}",
            "{name.x}{number}",
        ),
        *("{name[0]}{number}", "{digest:x}", "{number:{number}}", "{number:%}", "{", "x", "{group}{number}"),
    ],
)
def test_formats_that_make_no_names(program: Inside, sandbox: Sandbox, format_: str) -> None:
    """What a format may hold is little; the rest is wrong usage, and nothing is sent."""
    ended = program.run(*UPLOAD, "--name", "A", "--name-format", format_)
    assert (ended.code, ended.json["error"]["code"], len(sandbox.requests())) == (2, "usage", 0)


@pytest.mark.parametrize(
    ("file", "stem"),
    [("crm.2026-11.csv", "crm.2026-11"), ("a.b.csv.gz", "a.b"), ("leads", "leads"), ("x{y}.csv", "x{y}")],
)
def test_file_in_a_name(program: Inside, sandbox: Sandbox, file: str, stem: str) -> None:
    """{file} is the file's name without its ending; dots in it stay, and braces in it are no placeholders."""
    content = (program.folder / "leads.csv").read_bytes()
    (program.folder / file).write_bytes(gzip.compress(content) if file.endswith(".gz") else content)
    ended = program.run("upload", file, "--region", "IN", "--name", "{file}")
    assert (ended.code, list(sizes(sandbox))) == (0, [f"{stem}-001"])
