"""People who are no leads: on sheets and lists of staff, and below "Prepared by"."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from inside import Inside
from openpyxl import Workbook

if TYPE_CHECKING:
    from pathlib import Path

    from program import Ended

LEADS = [["Name", "Mobile"], ["Asha Menon", "9876501231"]]
STAFF = [["Name", "Mobile"], ["Vikram Rao", "9811099001"]]


def validated(folder: Path, sheets: dict[str, list[list[str]]], *options: str) -> Ended:
    """Validate a workbook with these sheets."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(folder / "leads.xlsx")
    return Inside(folder).run("validate", "leads.xlsx", "--region", "IN", "--json", *options)


@pytest.mark.parametrize(
    "name",
    [
        "Agents",
        "Staff 2024",
        "Telecallers",
        "Team contacts",
        "Team",
        "Staff contacts",
        "Vendors",
        "Our Team",
        "Users",
        "Rejected",
        "Mitarbeiter",
        "Сотрудники",
    ],
)
def test_a_sheet_of_others_beside_one_of_leads_is_told(tmp_path: Path, name: str) -> None:
    """A sheet that is called after staff or vendors is read, told of, and stops --strict; --sheet says it is meant."""
    sheets = {"Leads": LEADS, name: STAFF}
    ended = validated(tmp_path, sheets)
    assert (ended.code, ended.json["rows"]["leads"], ended.json["warning_codes"]) == (0, 2, {"doubtful_sheet": 1})
    assert f'sheet "{name}" may hold people who are no leads' in ended.json["warnings"][0]
    assert validated(tmp_path, sheets, "--strict").code == 3
    chosen = validated(tmp_path, sheets, "--strict", "--sheet", "Leads", "--sheet", name)
    assert (chosen.code, chosen.json["warnings"]) == (0, [])


@pytest.mark.parametrize("sheets", [{"Agents": STAFF}, {"Leads": LEADS, "Teamwork": STAFF}, {"March": LEADS}])
def test_other_sheets_are_not_told(tmp_path: Path, sheets: dict[str, list[list[str]]]) -> None:
    """A file with the one sheet is about whoever is on it, and a name that only begins so says nothing."""
    assert validated(tmp_path, sheets, "--strict").json["warnings"] == []


@pytest.mark.parametrize("name", ["Agent 1", "App users", "Usuarios", "Rejected leads", "Brokers"])
def test_sheets_that_may_well_be_of_leads_are_not_told(tmp_path: Path, name: str) -> None:
    """A sheet of the leads of an agent, or of customers who use an app, is one of leads like any other."""
    ended = validated(tmp_path, {"Leads": LEADS, name: STAFF}, "--strict")
    assert (ended.code, ended.json["rows"]["leads"], ended.json["warnings"]) == (0, 2, [])


@pytest.mark.parametrize("key", ["users", "rejected"])
def test_a_list_of_others_in_json_is_told(tmp_path: Path, key: str) -> None:
    """A list of users or rejected people beside one of contacts is told of as a sheet is."""
    people = {"contacts": [dict(zip(LEADS[0], LEADS[1], strict=True))], key: [dict(zip(*STAFF, strict=True))]}
    (tmp_path / "leads.json").write_text(json.dumps(people), encoding="utf-8")
    ended = Inside(tmp_path).run("validate", "leads.json", "--region", "IN", "--json")
    assert ended.json["warning_codes"] == {"doubtful_sheet": 1}


@pytest.mark.parametrize(
    ("text", "leads", "rejections"),
    [
        ("Asha Menon,9876501231\nPrepared by,\nVikram Rao,9811099001\n", 1, {}),
        ("Asha Menon,9876501231\n\nPrepared by:,\n\nVikram Rao,9811099001\n", 1, {}),
        ("Asha Menon,9876501231\nErstellt von,\nVikram Rao,9811099001\n", 1, {}),
        ("Prepared by,\nVikram Rao,9811099001\nAsha Menon,9876501231\n", 1, {"somebody_elses": 1}),
        ("Asha Menon,9876501231\nTotal,1\nVikram Rao,9811099001\n", 2, {}),
    ],
)
def test_who_made_a_list_is_no_lead(tmp_path: Path, text: str, leads: int, rejections: dict[str, int]) -> None:
    """Below "Prepared by" alone stands who made the list: left out at the end, and rejected among leads."""
    (tmp_path / "leads.csv").write_text(f"Name,Mobile\n{text}", encoding="utf-8")
    ended = Inside(tmp_path).run("validate", "leads.csv", "--region", "IN", "--json")
    assert (ended.json["rows"]["leads"], ended.json["rejections"]) == (leads, rejections)
