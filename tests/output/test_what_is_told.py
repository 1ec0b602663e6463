"""What a person is told of rows that are no leads, columns that mark people, time zones, and masked numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest
from inside import Inside

from telecmi_leads.core import wording

if TYPE_CHECKING:
    from pathlib import Path

LEADS = "Name,Phone,Do Not Call,Owner\nAsha,9876543210,,x\nRavi,9876543211,yes,x\nN/A,-,,\n,,,\nTotal,2,,\n"


@pytest.fixture
def program(tmp_path: Path) -> Inside:
    """Return the program, in a folder of its own with a file of leads."""
    (tmp_path / "leads.csv").write_text(LEADS, encoding="utf-8")
    return Inside(tmp_path)


def test_a_log_accounts_for_every_row(program: Inside) -> None:
    """A log says which rows are no leads, blank ones among them, and that a column marks people."""
    lines = [line[20:] for line in program.run("validate", "leads.csv", "--region", "IN").err.splitlines()]
    columns = (
        "first name, last name from Name, split in two; phone from Phone; do-not-call marks looked for in Do Not Call"
    )
    assert lines[:4] == [
        "leads.csv: CSV, UTF-8, comma, header in row 1, 5 rows",
        f"leads.csv: {columns}",
        "left out 1 row: 1 asked not to be called",
        "not leads: 1 row of fillers such as N/A, 1 line of totals, 1 blank row",
    ]
    ignored = program.run("validate", "leads.csv", "--region", "IN", "--ignore-marks").err
    assert "do-not-call marks" not in ignored


def test_a_column_that_marks_is_used(program: Inside) -> None:
    """`columns` lists what marks people among the columns that are used."""
    used, unused = program.run("columns", "leads.csv", "--region", "IN").out.split("Not used\n")
    assert [line.split("  ")[0] for line in used.splitlines()[3:6]] == ["Name", "Phone", "Do Not Call"]
    assert "marks people not to call (yes)" in used
    assert [line.split("  ")[0] for line in unused.splitlines()[:1]] == ["Owner"]


def test_time_zones_have_their_names_of_today(program: Inside) -> None:
    """The JSON has the names that the page has; counts of two names of one zone are one."""
    found = program.run("validate", "leads.csv", "--region", "IN", "--json").json["audience"]
    assert found["timezone"] == {"Asia/Kolkata": 1}
    assert program.run("explain", "9876543210", "--region", "IN", "--json").json["timezones"] == ["Asia/Kolkata"]
    counts = {"timezone": {"Asia/Calcutta": 2, "Asia/Kolkata": 3, "": 1}, "type": {"mobile": 6}}
    assert wording.audience(counts) == {"timezone": {"Asia/Kolkata": 5, "": 1}, "type": {"mobile": 6}}


def test_numbers_in_the_names_of_columns_are_masked(program: Inside) -> None:
    """Where no phone column is found, numbers in the columns' names are masked as everywhere."""
    text = '{"+919876543210": {"name": "Asha"}, "+919876543211": {"name": "Ravi"}}'
    (program.folder / "leads.json").write_text(text, encoding="utf-8")
    error = program.run("validate", "leads.json", "--region", "IN", "--json").json["error"]
    assert error["message"].endswith("Its columns: +9198•••••210.name, +9198•••••211.name.")


def test_the_command_that_shows_how_a_file_was_read(program: Inside) -> None:
    """Where no phone column is found, the command that shows the columns names the file, and can be pasted."""
    (program.folder / "no phone.csv").write_text("Name,City\nAsha,Pune\n", encoding="utf-8")
    ended = program.run("validate", "no phone.csv", "--region", "IN")
    says = "Name it with --map phone=COLUMN. To see how the file was read:"
    assert ended.err.splitlines()[-1].endswith(f'{says} telecmi-leads columns "no phone.csv" --region IN')
    assert (
        program.run("columns", "no phone.csv", "--region", "IN")
        .err.splitlines()[-1]
        .endswith(" next: Name it with --map phone=COLUMN.")
    )
    piped = program.run("validate", "-", "--region", "IN", stdin="Name,City\nAsha,Pune\n").err
    assert piped.splitlines()[-1].endswith("next: Name it with --map phone=COLUMN.")


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("Name 1,Mobile 1,Name 2,Mobile 2", ["Mobile 2"]),
        ("Name,Phone,Alternate Name,Alternate Phone", ["Alternate Phone"]),
        ("Name,Phone,Alternate Phone,City", []),
        ("Name,Phone,Father Name,Father Mobile", []),
    ],
)
def test_a_second_person_in_the_row_is_told(program: Inside, header: str, told: list[str]) -> None:
    """Numbers of a second person of each row are not uploaded, and the table's notes say so; a relative's need not."""
    (program.folder / "two.csv").write_text(f"{header}\nAsha,9876543210,Ravi,9876543211\n", encoding="utf-8")
    [table] = program.run("columns", "two.csv", "--region", "IN", "--json").json["tables"]
    says = "holds numbers of another person in the same row, who is not uploaded"
    assert table["notes"] == [f'"{name}" {says}' for name in told]


def test_a_second_persons_column_without_a_number_is_not_told(program: Inside) -> None:
    """Where no row has a second person, there is nothing to tell."""
    (program.folder / "two.csv").write_text("Name 1,Mobile 1,Name 2,Mobile 2\nAsha,9876543210,,\n", encoding="utf-8")
    [table] = program.run("columns", "two.csv", "--region", "IN", "--json").json["tables"]
    assert table["notes"] == []


def test_each_table_is_told_with_its_own_rows(program: Inside) -> None:
    """Rows of a sheet that is not read, and of another table on the sheet, are not counted with a table."""
    book = openpyxl.Workbook()
    book.remove(book["Sheet"])
    leads = [
        ["Name", "Mobile"],
        ["Asha", "9876543210"],
        ["Ravi", "9876543211"],
        ["Mobile", "Name"],
        ["9876543212", "Uma"],
    ]
    pivot = [["City", "Leads"], *([city, 3] for city in ("Pune", "Agra", "Goa", "Kochi"))]
    for title, rows in (("Leads", leads), ("Pivot", pivot), ("More", [["Name", "Mobile"], ["Tara", "9876543213"]])):
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(program.folder / "leads.xlsx")
    told = program.run("validate", "leads.xlsx", "--region", "IN").err.splitlines()
    assert [line[32:] for line in told if "header in row" in line] == [
        'Excel workbook, sheet "Leads", header in row 1, 2 rows',
        'Excel workbook, sheet "Leads", header in row 4, 1 row',
        'Excel workbook, sheet "More", header in row 1, 1 row',
    ]


def test_a_name_that_ends_with_a_full_stop_ends_the_sentence(program: Inside) -> None:
    """A column's own full stop is not followed by a second one."""
    (program.folder / "two.csv").write_text("Name,Mobile No.,Alternate No.\nAsha,9876543210,9876543211\n", "utf-8")
    told = program.run("columns", "two.csv", "--region", "IN").out
    assert "Each row's number is the first good one of Mobile No. and Alternate No.\n" in told
