"""Lists beside the leads of a JSON file: numbers not to be called, staff, people who were deleted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from inside import Inside

if TYPE_CHECKING:
    from pathlib import Path

LEADS = [{"name": "Asha Rao", "phone": "9876501234"}, {"name": "Ravi Sen", "phone": "9823045671"}]
OTHER = [{"name": "Uma Das", "phone": "9811099001"}]


def told(tmp_path: Path, document: object, *options: str) -> dict[str, Any]:
    """Return what a dry run says of a document."""
    (tmp_path / "leads.json").write_text(json.dumps(document))
    arguments = ("upload", "leads.json", "--name", "March", "--region", "IN", "--dry-run", "--json", *options)
    return Inside(tmp_path).run(*arguments).json


def notes(tmp_path: Path) -> list[str]:
    """Return the notes of how the last document is read."""
    out = Inside(tmp_path).run("columns", "leads.json", "--region", "IN").out
    return [line.strip().removeprefix("note: ") for line in out.splitlines() if line.strip().startswith("note: ")]


@pytest.mark.parametrize(
    "beside",
    [
        {"do_not_call": ["9876501234"]},
        {"blacklist": ["+91 98765 01234"]},
        {"dnc_numbers": [9876501234]},
        {"unsubscribed": ["098765-01234"]},
        {"suppression_list": {"numbers": ["9876501234"]}},
        {"meta": {"count": 2, "dnc": ["9876501234"]}},
        {"do_not_call": [{"phone": "9876501234"}]},
    ],
)
def test_numbers_not_to_be_called_beside_leads(tmp_path: Path, beside: dict[str, Any]) -> None:
    """A list that is named as one of people not to be called leaves them out, though it holds bare numbers."""
    for document in ({"leads": LEADS, **beside}, {**beside, "leads": LEADS}, {"data": {"leads": LEADS, **beside}}):
        rows = told(tmp_path, document)["rows"]
        assert (rows["leads"], rows["excluded"]) == (1, rows["read"] - 1)


def test_other_lists_of_numbers_are_noted(tmp_path: Path) -> None:
    """Bare numbers under another name are no leads, and a note says that they are not read."""
    assert told(tmp_path, {"leads": LEADS, "helplines": ["9811099001"]})["rows"]["read"] == len(LEADS)
    assert notes(tmp_path) == ["the list under leads", "what stands under helplines is not read"]


def test_numbers_of_a_lead_stay_its_own(tmp_path: Path) -> None:
    """The numbers of a single lead, and of leads in a list, are no lists beside them."""
    lead = {"name": "Asha Rao", "phones": ["9876501234", "9811099001"]}
    assert told(tmp_path, lead)["rows"]["leads"] == 1
    assert notes(tmp_path) == []
    assert told(tmp_path, {"leads": [lead]})["rows"]["leads"] == 1
    assert notes(tmp_path) == ["the list under leads"]


@pytest.mark.parametrize("name", ["agents", "sales_reps", "staff", "Employees", "deleted", "removed_leads", "archived"])
def test_staff_and_deleted_people_are_no_leads(tmp_path: Path, name: str) -> None:
    """A list of staff or of deleted people beside one of leads is not read, and a note says so; --sheet reads it."""
    document = {"leads": LEADS, name: OTHER}
    assert told(tmp_path, document)["rows"]["leads"] == len(LEADS)
    assert notes(tmp_path) == ["the list under leads", f"the list under {name} (1) is not read"]
    assert told(tmp_path, document, "--sheet", name)["rows"]["leads"] == 1
    assert told(tmp_path, {name: OTHER})["rows"]["leads"] == 1
    assert told(tmp_path, {"buyers": LEADS, name: OTHER})["rows"]["leads"] == 1 + len(LEADS)


def test_roles_of_staff_are_noted(tmp_path: Path) -> None:
    """Where people are agents by their role, a note says that they are read."""
    people = [{"role": "buyer", **LEADS[0]}, {"role": "Agent", **LEADS[1]}]
    assert told(tmp_path, [{"id": 5, "participants": people}])["rows"]["leads"] == len(LEADS)
    says = "some of these people are Agent by what stands beside their names: they are read too"
    assert notes(tmp_path) == ["the leads of several lists are read as one table", says]
