"""People within a lead of a JSON file: their names, numbers and emails never become the lead's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from inside import Inside

from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

ASHA = {"name": "Asha Rao", "phone": "9876500001"}
LATA = {"name": "Lata M", "phone": "9876500008", "email": "lata@example.com", "city": "Goa"}
OWN, LATAS = ("919876500001", "Asha", "Rao", "", ""), ("919876500008", "Lata", "M", "lata@example.com", "Goa")

# what it shows: the leads of the file, those that arrive, and how many are rejected for want of a number
CASES: dict[str, tuple[list[object], list[tuple[str, ...]], int]] = {
    "the contacts of a lead without a phone": (
        [ASHA, {"name": "Binu Nair", "phone": "", "contacts": [LATA]}],
        [OWN],
        1,
    ),
    "a contact, though its key is a shell elsewhere": ([ASHA, {"name": "Binu Nair", "contact": LATA}], [OWN], 1),
    "contacts in a list of one": ([ASHA, {"contact": [LATA], "name": "Binu Nair"}], [OWN], 1),
    "a family, which is no family name": (
        [{**ASHA, "family": [{"name": "Ravi"}, {"name": "Uma"}]}, {"name": "Binu", "phone": ""}],
        [OWN],
        1,
    ),
    "friends, under a word that no list has": ([{**ASHA, "bekende": [LATA]}, {"name": "Binu", "phone": ""}], [OWN], 1),
    "a shell is the lead itself where nothing around it has a name": (
        [{"contact": ASHA}, {"lead": LATA}],
        [OWN, LATAS],
        0,
    ),
    "the contact of a firm without a phone is the lead, by its own name": (
        [{"name": "Acme Ltd", "email": "info@example.com", "contact_person": LATA}],
        [LATAS],
        0,
    ),
    "a shop's customer under an order's number": (
        [{"name": "#1001", "phone": None, "customer": ASHA}, {"name": "#1002", "phone": None, "customer": LATA}],
        [OWN, LATAS],
        0,
    ),
    "addresses of the lead with its own name": (
        [
            {
                "first_name": "Asha",
                "phone": None,
                "billing": {"first_name": "Asha", "last_name": "Rao", "phone": "9876500001"},
            }
        ],
        [OWN],
        0,
    ),
    "the same person once more": (
        [{"name": "Asha Rao", "phone": "", "user": ASHA}, {"name": "Lata M", "phone": "", "user": LATA}],
        [OWN, LATAS],
        0,
    ),
    "parts of a full name, as Jotform sends them": (
        [
            {
                "answers": {
                    "3": {"name": "fullName", "text": "Full Name", "answer": {"first": "Asha", "last": "Rao"}},
                    "4": {"name": "phoneNumber", "text": "Phone", "answer": {"full": "9876500001"}},
                }
            }
        ],
        [OWN],
        0,
    ),
    "parts of a name": ([{"name": {"first": "Asha", "last": "Rao"}, "phone": "9876500001"}], [OWN], 0),
    "a place with a name is no person": (
        [
            {
                **ASHA,
                "store": {"name": "Big Mall", "email": "mall@example.com"},
                "location": {"name": "Fort", "city": "Pune"},
            }
        ],
        [("919876500001", "Asha", "Rao", "", "Pune")],
        0,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_who_is_called_by_which_name(name: str, tmp_path: Path) -> None:
    """Each lead has its own name, number, email and city, or is rejected; nobody else's stand in for them."""
    leads, expected, rejected = CASES[name]
    (tmp_path / "leads.json").write_text(json.dumps(leads), encoding="utf-8")
    with Sandbox() as sandbox:
        program = Inside(tmp_path, sandbox.url)
        ended = program.run(
            *("upload", "leads.json", "--name", "A", "--region", "IN", "--max-rejects", "100%", "--json", "--quiet")
        )
        sent = [lead for each in sandbox.campaigns().values() for lead in each]
    order = ("phone", "firstname", "lastname", "email", "city")
    assert [tuple(str(lead.get(key, "")) for key in order) for lead in sent] == expected
    assert json.loads(ended.out)["rejections"] == ({"no_phone": rejected} if rejected else {})


def test_what_is_a_path_of_keys(tmp_path: Path) -> None:
    """A dot that abbreviates is no path: "Mob. No." and "Cust. Name" are the lead's."""
    (tmp_path / "leads.csv").write_text("S.No,Cust. Name,Mob. No.,Alt.No\n1,Asha Rao,,9876500001\n", encoding="utf-8")
    ended = Inside(tmp_path).run("validate", "leads.csv", "--region", "IN", "--json")
    assert json.loads(ended.out)["rows"]["leads"] == 1
