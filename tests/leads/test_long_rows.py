"""Rows of a text that are longer than its header: a delimiter within a value, or columns without a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest
from inside import Inside

if TYPE_CHECKING:
    from pathlib import Path

    from program import Ended

    from telecmi_leads.sandbox import Sandbox

HEADER = "Name,Phone,Comment,City"
WARNING = "leads.csv: {} rows have more cells than the header. The cells without a column are not sent."


@pytest.fixture
def program(tmp_path: Path, sandbox: Sandbox) -> Inside:
    """Run the program in this process, in a folder of its own."""
    return Inside(tmp_path, sandbox.url)


def lines(pattern: str, rows: int = 20) -> list[str]:
    """Return rows with a number of their own each."""
    return [pattern.replace("#", f"98765000{at:02}") for at in range(rows)]


def upload(program: Inside, header: str, rows: list[str], *more: str) -> Ended:
    """Upload a header and rows as a file of leads."""
    (program.folder / "leads.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    return program.run("upload", "leads.csv", "--name", "M", "--region", "IN", "--json", *more)


def cities(sandbox: Sandbox) -> list[str | None]:
    """Return the cities that arrived."""
    return [lead.get("city") for leads in sandbox.campaigns().values() for lead in leads]


@pytest.mark.parametrize("long", [1, 9, 10, 15, 19])
def test_a_delimiter_within_a_value_rejects_the_row(program: Inside, sandbox: Sandbox, long: int) -> None:
    """However many rows have one: what it moved aside is not sent."""
    rows = [*lines("Asha,#,2BHK, urgent,Pune")[:long], *lines("Asha,#,2BHK,Pune")[long:]]
    ended = upload(program, HEADER, rows, "--max-rejects", "100%")
    assert (ended.code, ended.json["rejections"]) == (0, {"too_many_cells": long})
    assert cities(sandbox) == ["Pune"] * (20 - long)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (HEADER, "Asha,#,2BHK, urgent,Pune"),
        ("Phone,Name,City", "#,Rao, Asha,Pune"),
        ("Phone;Name;City", "#;Rao; Asha;Pune"),
        ("Name,Phone,Comment,Email", "Asha,#,2BHK,urgent,a@example.com"),
        ("Name,Phone,City", "1,Asha,#,Pune"),
        ("Name,Phone,Comment,City,", "Asha,#,2BHK, urgent,Pune,"),
    ],
)
def test_a_delimiter_in_every_row_stops(program: Inside, sandbox: Sandbox, header: str, row: str) -> None:
    """A space behind one delimiter alone, or emails and phones beside their columns, show that values were cut."""
    ended = upload(program, header, lines(row), "--max-rejects", "100%")
    assert (ended.code, ended.json["rejections"], sandbox.campaigns()) == (3, {"too_many_cells": 20}, {})


def test_what_can_not_be_told_is_told(program: Inside, sandbox: Sandbox) -> None:
    """One more cell in every row may be a column without a name: the rows go, with a warning, and --strict stops."""
    rows = lines("Asha,#,Pune,called twice")
    strict = upload(program, "Name,Phone,City", rows, "--strict")
    assert (strict.code, sandbox.campaigns(), strict.json["error"]["message"]) == (
        3,
        {},
        "leads.csv: 20 rows have more cells than the header, and --strict allows no such table. Nothing was sent.",
    )
    ended = upload(program, "Name,Phone,City", rows)
    assert (ended.code, ended.json["warnings"]) == (0, [WARNING.format(20)])
    assert (cities(sandbox), ended.json["warning_codes"]) == (["Pune"] * 20, {"long_rows": 1})


def test_rows_that_end_with_their_last_cell_are_told_of(program: Inside, sandbox: Sandbox) -> None:
    """An export that writes no empty cells at the end of a row has rows of all widths: the long ones are told of."""
    rows = [*lines("Asha,#,Pune,called")[:12], *lines("Asha,#,Pune")[12:18], *lines("Asha,#")[18:]]
    ended = upload(program, "Name,Phone,City", rows)
    assert (ended.code, ended.json["warnings"]) == (0, [WARNING.format(12)])
    assert cities(sandbox) == [*["Pune"] * 18, None, None]


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        # A delimiter at the end of rows, or of the header too, with and without cells behind it.
        ("Name,City,Phone", lines("Asha,Pune,#,")),
        ("Name,Phone,City", lines("Asha,#,Pune,")),
        ("Name,Phone,City", lines("Asha,#,Pune,,,")),
        ("Name,Phone,City,", lines("Asha,#,Pune,called")),
        # The last column that has a name is in its place, so that nothing was moved.
        ("Name,City,Phone", lines("Asha,Pune,#,called")),
        ("Name,City,Phone", [*lines("Asha,Pune,#, called")[:12], *lines("Asha,Pune,#")[12:]]),
        ("City,Phone,Name,Email", lines("Pune,#,Asha,a@example.com,x,y")),
    ],
)
def test_columns_without_a_name_are_read_past(program: Inside, sandbox: Sandbox, header: str, rows: list[str]) -> None:
    """Where nothing can have been moved, there is nothing to warn of."""
    ended = upload(program, header, rows, "--strict")
    assert (ended.code, ended.json["warnings"], cities(sandbox)) == (0, [], ["Pune"] * 20)


def test_a_workbooks_cells_are_never_moved(program: Inside, sandbox: Sandbox) -> None:
    """Notes beside a table of a workbook are no sign of anything."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in ["Name,Phone,City", *lines("Asha,#,Pune, called")]:
        book.active.append(line.split(","))
    book.save(program.folder / "leads.xlsx")
    ended = program.run("upload", "leads.xlsx", "--name", "M", "--region", "IN", "--json", "--strict")
    assert (ended.code, ended.json["warnings"], cities(sandbox)) == (0, [], ["Pune"] * 20)


def test_rejected_rows_stay_too_long_until_they_are_corrected(program: Inside, sandbox: Sandbox) -> None:
    """The reject file sent again as it is sends nobody: its rows are longer than its header, all of them."""
    upload(program, HEADER, lines("Asha,#,2BHK, urgent,Pune"), "--report-dir", "out", "--max-rejects", "100%")
    again = program.run("upload", "out/rejects.csv", "--name", "N", "--region", "IN", "--json", "--max-rejects", "100%")
    assert (again.code, again.json["rejections"], sandbox.campaigns()) == (3, {"too_many_cells": 20}, {})


@pytest.mark.parametrize("long", [5, 10, 20])
def test_a_do_not_call_lists_numbers_count_where_they_were_moved(program: Inside, sandbox: Sandbox, long: int) -> None:
    """A comma within a name moves the number behind the header's last column: whoever has it is left out."""
    (program.folder / "list.csv").write_text(
        "\n".join(["Name,Mobile", *lines("Rao, Asha,#")[:long], *lines("Rao,#")[long:]]), encoding="utf-8"
    )
    ended = upload(program, "Name,Mobile", lines("Rao,#"), "--exclude", "list.csv")
    assert (ended.json["rows"]["excluded"], ended.json["warnings"], sandbox.campaigns()) == (20, [], {})
