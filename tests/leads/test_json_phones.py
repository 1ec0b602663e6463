"""Phones in JSON that are objects: which of them is the lead's, by what each says of its number."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from inside import Inside

from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

FIRST, SECOND = "9811099001", "9876501234"
Sent = tuple[dict[str, str], dict[str, int]]


def sent(tmp_path: Path, leads: object) -> Sent:
    """Upload leads; return the names by their numbers, and the rejections."""
    (tmp_path / "leads.json").write_text(json.dumps(leads))
    with Sandbox() as sandbox:
        ended = Inside(tmp_path, sandbox.url).run(
            *("upload", "leads.json", "--name", "March", "--json", "--region", "IN", "--max-rejects", "100%")
        )
        leads_sent = [lead for leads_of in sandbox.campaigns().values() for lead in leads_of]
    names = {lead["phone"]: f"{lead['firstname']} {lead['lastname']}" for lead in leads_sent}
    return names, ended.json["rejections"]


# what an entry says of the first number, and of the second one
SECOND_IS_RIGHT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "the main one comes first": ({"primary": False}, {"primary": True}),
    "flags as text": ({"isPrimary": None}, {"isPrimary": "true"}),
    "flags as numbers": ({"is_default": 0}, {"is_default": 1}),
    "Google's": ({"metadata": {"primary": False}}, {"metadata": {"primary": True}}),
    "of one kind": ({"type": "mobile", "primary": False}, {"type": "mobile", "primary": True}),
    "not valid": ({"valid": False, "status": "wrong"}, {"valid": True}),
    "not valid, of one kind": ({"type": "mobile", "is_valid": False}, {"type": "mobile", "is_valid": True}),
    "inactive": ({"status": "inactive"}, {"status": "active"}),
    "not current": ({"is_current": False}, {"is_current": True}),
    "deleted": ({"deleted": True}, {"deleted": False}),
    "the husband's": ({"belongs_to": "husband"}, {"belongs_to": "self"}),
    "a relation": ({"type": "mobile", "relation": "Wife"}, {"type": "work"}),
    "a name": ({"name": "Ravi (husband)"}, {"name": "Asha"}),
}


@pytest.mark.parametrize("case", SECOND_IS_RIGHT)
@pytest.mark.parametrize("count", [1, 9], ids=["alone", "alike"])
def test_the_right_one_of_several_phones(tmp_path: Path, case: str, count: int) -> None:
    """An entry that is said to be wrong, old or somebody else's gives way to another, and the main one comes first."""
    about = SECOND_IS_RIGHT[case]
    leads = []
    for number in range(count):
        phones = [{"number": f"{98110 + number}99001", **about[0]}, {"number": f"{98765 + number}01234", **about[1]}]
        leads.append({"name": "Asha Rao", "phones": phones if number % 2 == 0 else phones[::-1]})
    assert sent(tmp_path, leads) == ({f"91{98765 + number}01234": "Asha Rao" for number in range(count)}, {})


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"name": "Ravi (husband)"}, "somebody_elses"),
        ({"owner": "driver"}, "somebody_elses"),
        ({"status": "disconnected"}, "said_to_be_wrong"),
        ({"type": "mobile", "isValid": False}, "said_to_be_wrong"),
        ({"archived": True}, "said_to_be_wrong"),
    ],
)
def test_the_only_phone_is_not_the_leads(tmp_path: Path, entry: dict[str, Any], reason: str) -> None:
    """Where the only number is bad, the row is rejected, and whoever stands in its entry never becomes the lead."""
    lead = {"name": "Asha Rao", "phones": [{"number": FIRST, **entry}]}
    assert sent(tmp_path, [lead]) == ({}, {reason: 1})
    assert sent(tmp_path, lead) == ({}, {reason: 1})


@pytest.mark.parametrize(
    "entry", [{"status": "active"}, {"name": "Asha"}, {"valid": None}, {"is_current": True}, {"label": "Jio"}]
)
def test_what_speaks_for_a_number(tmp_path: Path, entry: dict[str, Any]) -> None:
    """A status, a name or a flag that has nothing against a number rejects nobody."""
    assert sent(tmp_path, [{"name": "Asha Rao", "phones": [{"number": FIRST, **entry}]}]) == (
        {f"91{FIRST}": "Asha Rao"},
        {},
    )


def test_a_phone_that_is_an_object(tmp_path: Path) -> None:
    """A single phone is an entry too: its status moves on to the next number."""
    lead = {"name": "Asha Rao", "phone": {"number": FIRST, "status": "wrong"}, "alt_phone": SECOND}
    assert sent(tmp_path, [lead]) == ({f"91{SECOND}": "Asha Rao"}, {})


def test_leads_under_a_name_of_phones(tmp_path: Path) -> None:
    """People with numbers in a list that is called phones are leads where whoever holds them has no name."""
    leads = {"phones": [{"name": "Asha Rao", "number": FIRST}, {"name": "Ravi Sen", "number": SECOND}]}
    assert sent(tmp_path, leads) == ({f"91{FIRST}": "Asha Rao", f"91{SECOND}": "Ravi Sen"}, {})
