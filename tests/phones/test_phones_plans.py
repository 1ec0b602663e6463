"""The numbering plans that are kept in the package: what the metadata prove, and nothing once the metadata differ."""

from __future__ import annotations

import copy

import phonenumbers
import pytest
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneNumberType
from places import PACKAGE

from telecmi_leads.phones import numbering_plan
from telecmi_leads.phones.numbering_plan import (
    FEWEST_DIGITS,
    MOST_DIGITS,
    PLANS,
    Node,
    kept_plan,
    prove,
    root_of,
    roots_of,
)
from telecmi_leads.settings.option_values import PhoneType

FILE = (PACKAGE / "phones" / PLANS).read_text(encoding="ascii")


def kind_of(root: Node, digits: str) -> tuple[PhoneType, str]:
    """Walk a whole national number; return its type and region."""
    kind = root.walk(digits).kind
    assert kind is not None
    return kind.type, kind.region


def test_the_file_holds_what_is_proved() -> None:
    """The plans in the file are those that the installed metadata prove; make_numbering_plans.py writes the file.

    Another release of phonenumbers may differ in some; those are not taken from the file.
    """
    kept = {code: plan for code in COUNTRY_CODE_TO_REGION_CODE if (plan := kept_plan(code)) is not None}
    assert kept == {code: prove(code) for code in kept}
    assert len(kept) > 150


@pytest.mark.parametrize("region", ["IN", "US", "GB", "DE", "AR", "BR", "JP"])
def test_plans_lead_to_what_phonenumbers_says(region: str) -> None:
    """The example of each type leads to its type and region, and with its last digit missing to no valid number."""
    code = phonenumbers.country_code_for_region(region)
    seen = 0
    for name in ("MOBILE", "FIXED_LINE", "TOLL_FREE", "PREMIUM_RATE"):
        example = phonenumbers.example_number_for_type(region, getattr(PhoneNumberType, name))
        if example is None:
            continue
        national = phonenumbers.national_significant_number(example)
        wanted = {value: key.lower() for key, value in vars(PhoneNumberType).items() if isinstance(value, int)}
        kind = wanted[phonenumbers.number_type(example)]
        assert kind_of(root_of(code, len(national)), national) == (
            PhoneType(kind),
            phonenumbers.region_code_for_number(example),
        )
        seen += 1
    assert seen >= 3
    assert {kind_of(root_of(code, length), "0" * length)[0] for length in range(FEWEST_DIGITS, MOST_DIGITS + 1)} == {
        PhoneType.UNKNOWN
    }


def test_a_plan_of_other_metadata_is_proved_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """With metadata in which Indian mobiles begin with 5, the kept plan is set aside and 5… is a mobile."""
    changed = copy.deepcopy(numbering_plan.metadata_of(91, "IN"))
    patterns = {"general_desc": r"[5-9]\d{9}", "mobile": r"5\d{9}", "fixed_line": "1"}
    for name, pattern in patterns.items():
        desc = getattr(changed, name)
        object.__setattr__(desc, "national_number_pattern", pattern)  # metadata are frozen
    monkeypatch.setattr(numbering_plan, "metadata_of", lambda _code, _region: changed)
    assert kept_plan(91) is None
    root = roots_of.__wrapped__(91)[10 - FEWEST_DIGITS]  # past the cache, which other tests share
    assert kind_of(root, "5876543210") == (PhoneType.MOBILE, "IN")


def test_a_damaged_plan_is_proved_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line whose check does not fit it is set aside, whatever is wrong with it."""
    code, check, kept = next(line.split("\t") for line in FILE.splitlines() if line.startswith("91\t"))
    monkeypatch.setattr(numbering_plan, "_lines", lambda: {code: (check, kept.replace(":IN", ":US"))})
    assert kept_plan(91) is None
    root = roots_of.__wrapped__(91)[10 - FEWEST_DIGITS]  # past the cache, which other tests share
    assert kind_of(root, "9876543210") == (PhoneType.MOBILE, "IN")
