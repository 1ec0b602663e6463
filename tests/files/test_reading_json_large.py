"""Large JSON files: what a small one would give is read, or refused, and never left out in silence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from reading_files import read_sheets, refusal

from telecmi_leads.files.bounds import MAX_VALUE

if TYPE_CHECKING:
    from pathlib import Path

FILLING = 20_000
"""So many leads are longer than a value of JSON may be."""


def leads(count: int, first: int = 0) -> list[dict[str, str]]:
    """Return leads with numbers of their own."""
    return [
        {"name": f"Asha{number} Menon", "phone": str(9876500000 + number), "comment": "x" * 900}
        for number in range(first, first + count)
    ]


def by_key(people: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    """Put each lead under a key of its own."""
    return {f"-NaX{number}": lead for number, lead in enumerate(people)}


def large(tmp_path: Path, document: object) -> Path:
    """Write a document that is longer than a value of JSON may be."""
    path = tmp_path / "leads.json"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    assert path.stat().st_size > MAX_VALUE
    return path


@pytest.mark.parametrize("beside", ["vip", "data"])
def test_leads_by_key_beside_a_long_list(tmp_path: Path, beside: str) -> None:
    """Leads under a key each are read however long the list beside them is, whichever comes first."""
    document = {"vip": by_key(leads(3)), "data": leads(FILLING, 10)}
    sheets = read_sheets(large(tmp_path, dict(sorted(document.items(), key=lambda each: each[0] != beside))))
    assert {sheet.name: len(sheet.rows) for sheet in sheets} == {"data": FILLING, "vip": 3}
    assert [row[1] for sheet in sheets if sheet.name == "vip" for row in sheet.rows] == [
        "9876500000",
        "9876500001",
        "9876500002",
    ]


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({"data": leads(3), "crm": {"vip": by_key(leads(FILLING))}}, "the leads under crm.vip"),
        ({"leads": by_key(leads(FILLING))}, "the leads under leads"),
        (by_key(leads(FILLING)), "the leads"),
    ],
    ids=["beside a list", "alone", "at the top"],
)
def test_too_many_leads_by_key(tmp_path: Path, document: object, where: str) -> None:
    """Leads under a key each that memory should not hold are refused, and not left out for the list beside them."""
    assert refusal(large(tmp_path, document)) == (
        f"leads.json: {where} stand under a key each, and are more than the 16 MB that can be read so."
    )


@pytest.mark.parametrize("at", ["", "leads"])
def test_many_bytes_of_few_letters(tmp_path: Path, at: str) -> None:
    """It is letters that are counted: leads by key in a script of three bytes a letter are read, at the top too."""
    people = by_key([{**lead, "comment": "\u0915" * 300} for lead in leads(FILLING)])
    [sheet] = read_sheets(large(tmp_path, {at: people} if at else people))
    assert [row[1] for row in sheet.rows] == [str(9876500000 + number) for number in range(FILLING)]


@pytest.mark.parametrize(
    "before",
    [
        {"log": [{"at": "2026-03-01 10:00", "said": "x" * 100}] * 150_000},
        {"companies": {f"c{number}": {"name": "x" * 100} for number in range(150_000)}},
        {"page": {"log": {"entries": ["x" * 100] * 170_000}}},
    ],
    ids=["list", "objects", "deeper"],
)
def test_what_is_long_and_stands_before_the_leads(tmp_path: Path, before: dict[str, object]) -> None:
    """Leads are read behind lists and objects of which each is longer than a value may be."""
    [sheet] = read_sheets(large(tmp_path, {**before, "leads": leads(3)}))
    assert [row[1] for row in sheet.rows] == ["9876500000", "9876500001", "9876500002"]


SWITCHBOARD = {"line": {"dials": "9876500000"}}


@pytest.mark.parametrize(
    ("beside", "notes"),
    [
        (
            {f"a{at:03}": SWITCHBOARD for at in range(100)} | {"vip": by_key(leads(3))},
            ["what stands under crm.vip is not read"],
        ),
        (
            {"vip": by_key([{"phone": "9876500000", "history": "x" * 2**21}])},
            ["what stands under crm.vip is not read"],
        ),
        ({"vip": {"people": {"longest": by_key(leads(2_000))}}}, []),  # it is what lies within that holds leads
    ],
)
def test_what_is_not_looked_for_is_told(tmp_path: Path, beside: dict[str, object], notes: list[str]) -> None:
    """Beside a long list, objects that may hold leads by key and are not read, being many or long, are noted."""
    sheets = read_sheets(large(tmp_path, {"data": leads(FILLING, 5000), "crm": {"version": 1} | beside}))
    told = [note for sheet in sheets for note in sheet.notes if "stands under" in note]
    assert told == notes
    read = {sheet.name or "data": len(sheet.rows) for sheet in sheets}
    assert read == ({"data": FILLING} if notes else {"data": FILLING, "crm.vip.people.longest": 2_000})
