"""Who in JSON is a lead: people within a lead are never put in its place, and pages of leads are read as such."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from reading_files import read_rows, read_sheets, refusal

if TYPE_CHECKING:
    from pathlib import Path

ASHA = {"name": "Asha", "mobile": "9876500001"}
LATA, MINA = {"name": "Lata", "mobile": "9876500008"}, {"name": "Mina", "mobile": "9876500009"}


def written(tmp_path: Path, value: object) -> Path:
    """Write a value as JSON, or text as it is."""
    path = tmp_path / "leads.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


@pytest.mark.parametrize(
    "key", ["agents", "nominee", "emergency", "co_applicants", "relatives", "family", "contacts", "Bekannte"]
)
@pytest.mark.parametrize("own", [{}, {"phones": []}, {"mobile": ""}], ids=["missing", "an empty list", "empty"])
def test_a_lead_without_a_phone_stays_a_lead(tmp_path: Path, key: str, own: dict[str, object]) -> None:
    """Beside leads with a phone an object without one is a row, whoever stands in it, and wherever the list stands."""
    binu = {"name": "Binu", **own, key: [LATA]}
    for leads in ([ASHA, binu], [binu, ASHA]):
        texts = [json.dumps(leads), "\n".join(map(json.dumps, leads)), json.dumps({"status": "ok", "leads": leads})]
        texts += [json.dumps([{"page": 1, "items": leads}]), json.dumps(leads, indent=1)]
        for text in texts:
            (sheet,) = read_sheets(written(tmp_path, text))
            cells = [dict(zip(sheet.keys or (), row, strict=True)) for row in sheet.rows]
            assert [(row["name"], row["mobile"]) for row in cells] == [
                (str(lead["name"]), str(lead.get("mobile", ""))) for lead in leads
            ]
            assert {row[f"{key}.mobile"] for row in cells} == {"", "9876500008"}


def test_an_empty_list_in_a_lead_does_not_hide_it(tmp_path: Path) -> None:
    """A lead without a phone whose list of contacts is empty is a row; an empty page is none."""
    uma = {"name": "Uma", "contacts": []}
    assert read_rows(written(tmp_path, [ASHA, uma])) == [
        ["name", "mobile", "contacts"],
        ["Asha", "9876500001", ""],
        ["Uma", "", ""],
    ]
    assert read_rows(written(tmp_path, [{"data": []}, {"data": [ASHA]}])) == [
        ["name", "mobile"],
        ["Asha", "9876500001"],
    ]


@pytest.mark.parametrize(
    "pages",
    [
        [{"page": 1, "items": [ASHA, LATA]}, {"page": 2, "items": [MINA]}],
        [{"company": "Acme", "contacts": [ASHA, LATA]}, {"company": "Beta", "contacts": [MINA]}],
        [{"name": "Acme", "email": "info@example.com", "contacts": [ASHA, LATA]}, {"name": "Beta", "contacts": [MINA]}],
        [{"name": "Class 5", "students": [ASHA, LATA, MINA]}],
        [{"name": "Nursery", "children": [ASHA, LATA]}, {"name": "Playgroup", "children": [MINA]}],
        [{"name": "Refer a friend", "friends": [ASHA, LATA, MINA]}],
        [{"branch": "Goa", "agents": [ASHA, LATA]}, {"branch": "Pune", "agents": [MINA]}],
        [ASHA, {"page": 2, "items": [LATA, MINA]}],
        [{"id": 1, "result": {"people": [ASHA, LATA]}}, {"id": 2, "result": {"people": [MINA]}}],
    ],
    ids=json.dumps,
)
def test_pages_of_leads(tmp_path: Path, pages: list[object]) -> None:
    """Objects without a phone that hold people are pages of leads where none like them has a phone."""
    people = [[person["name"], person["mobile"]] for person in (ASHA, LATA, MINA)]
    assert read_rows(written(tmp_path, pages)) == [["name", "mobile"], *people]


@pytest.mark.parametrize(
    "key", ["nominee", "wife", "Brothers", "motherInLaw", "father_in_law", "hubby", "grandparents"]
)
def test_relatives_of_named_people_are_no_leads(tmp_path: Path, key: str) -> None:
    """Where nobody has a phone, the people under a word for others are not the leads that name them."""
    leads = [{"name": "Asha", key: [LATA]}, {"name": "Binu", key: [MINA]}]
    assert read_rows(written(tmp_path, leads)) == [
        ["name", f"{key}.name", f"{key}.mobile"],
        ["Asha", "Lata", "9876500008"],
        ["Binu", "Mina", "9876500009"],
    ]


def test_what_shows_late_stops(tmp_path: Path) -> None:
    """Objects that were read as pages, and have phones of their own far down, can't be told from leads."""
    firms = [{"firm": f"F{number}", "contacts": [LATA]} for number in range(700)]
    lines = "\n".join(map(json.dumps, [*firms * 40, *[{"firm": "G", "mobile": "9876500001"}] * 60]))
    says = "leads.json: the first objects hold people and have no phone, and later ones like them have one: "
    assert refusal(written(tmp_path, lines)) == f"{says}it can't be told who the leads are."
