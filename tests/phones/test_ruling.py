"""Each rule on a plain number, asked of phonenumbers itself: what columns are read by is proved from these rules."""

from __future__ import annotations

import pytest

from telecmi_leads.core.reasons import Reason, Repair
from telecmi_leads.phones.ruling import (
    Library,
    begins,
    dials_before_code,
    is_filler,
    is_twofold,
    readings,
    rule,
    why_invalid,
)

LIBRARY = Library()
MISSING_PLUS, TRUNK, IDD = Repair.MISSING_PLUS, Repair.TRUNK_PREFIX, Repair.INTERNATIONAL_PREFIX


@pytest.mark.parametrize(
    ("text", "region", "reason"),
    [
        ("112", "DE", Reason.EMERGENCY),
        ("119", "JM", Reason.EMERGENCY),  # in Jamaica; its calling code is the United States', where it is none
        ("124422", "ER", Reason.EMERGENCY),  # none is longer
        ("+291124422", None, Reason.EMERGENCY),
        ("112", None, Reason.NO_REGION),
        ("+44999", None, Reason.EMERGENCY),  # by the country that its code names
        ("+449991", None, Reason.TOO_SHORT),
        ("000", "IN", Reason.NO_PHONE),
        ("0000", "IN", Reason.JUNK),
        ("111", "IN", Reason.TOO_SHORT),  # three equal digits are too short, four are a filler
        ("1111", "IN", Reason.JUNK),
        ("1234567890", None, Reason.JUNK),
        ("9999999999", "IN", Reason.JUNK),
        ("+919999999999", None, Reason.JUNK),  # the national number is a filler
        ("2345678901", "US", Reason.JUNK),  # it becomes one with its calling code before it
        ("9876543210", None, Reason.NO_REGION),
        ("98765", "IN", Reason.TOO_SHORT),
        ("0442079460958", "IN", Reason.TOO_LONG),  # a zero and a foreign code: as India reads it
        ("+4929141777631706", None, Reason.TOO_LONG),  # valid to phonenumbers, and 16 digits
        ("00376847179", "JP", Reason.UNCLEAR),  # a free number of Japan, and 00 and a number of Andorra
    ],
)
def test_what_is_rejected(text: str, region: str | None, reason: Reason) -> None:
    """A text that no lead can be called by is rejected, and for this reason."""
    ruling = rule(text, region, LIBRARY)
    assert (ruling.reason, ruling.number(text)) == (reason, "")


@pytest.mark.parametrize(
    ("text", "region", "number", "repairs"),
    [
        ("9876543210", "IN", "919876543210", ()),
        ("+919876543210", "US", "919876543210", ()),
        ("00919876543210", None, "919876543210", (IDD,)),
        ("00442079460958", "TH", "442079460958", (IDD,)),  # Thailand dials 001
        ("011442079460958", "US", "442079460958", (IDD,)),
        ("0919876543210", "IN", "919876543210", (TRUNK,)),
        ("442079460958", "IN", "442079460958", (MISSING_PLUS,)),
        ("4366412345678", "AT", "4366412345678", (MISSING_PLUS,)),  # 13 digits, of which Austria's own may have 13
        ("4915123643381", "DE", "4915123643381", (MISSING_PLUS,)),  # all its digits are a landline too
        ("+496907439150008", None, "496907439150008", ()),  # 15 digits are allowed
    ],
)
def test_what_is_a_number(text: str, region: str | None, number: str, repairs: tuple[Repair, ...]) -> None:
    """A text gives these digits of E.164, with these repairs."""
    ruling = rule(text, region, LIBRARY)
    assert (ruling.reason, ruling.number(text), ruling.repairs) == (None, number, repairs)


@pytest.mark.parametrize(
    ("text", "region", "meant"),
    [
        ("9876543210", None, []),
        ("9876543210", "IN", [("9876543210", None)]),
        ("98765432101", "IN", [("98765432101", None)]),  # one key hit once more, perhaps, at the end
        ("19876543210", "IN", [("19876543210", None)]),  # or at the beginning
        ("919876543210", "AT", [("919876543210", None), ("+919876543210", MISSING_PLUS)]),
        ("987654321012", "IN", [("987654321012", None), ("+987654321012", MISSING_PLUS)]),
        ("9198765432101", "AT", [("9198765432101", None), ("+9198765432101", MISSING_PLUS)]),
        ("0442079460958", "IN", [("0442079460958", None)]),  # a zero begins no calling code
        ("0919876543210", "IN", [("0919876543210", None), ("+919876543210", TRUNK)]),
        ("0091987", None, [("+91987", IDD)]),
        ("0091987", "IN", [("0091987", None), ("+91987", IDD)]),
    ],
)
def test_how_a_text_may_be_meant(text: str, region: str | None, meant: list[tuple[str, Repair | None]]) -> None:
    """The ways to read a text are tried in this order."""
    assert list(readings(text, region, LIBRARY)) == meant


@pytest.mark.parametrize(
    ("text", "region", "twofold"),
    [
        ("00376847179", "JP", True),
        ("004915123643381", "TH", True),  # 004 and +9 15…, or 00 and +49
        ("00442079460958", "GB", False),
        ("4915123643381", "DE", True),
        ("+4915123643381", "DE", False),
    ],
)
def test_what_may_be_meant_otherwise(text: str, region: str, twofold: bool) -> None:
    """A valid number that begins with its own country's code, or with more than 00, is asked about once more."""
    reading = LIBRARY.read(text, region)
    assert reading.reason is None or text.startswith("00")
    said = is_twofold(text, region, LIBRARY, code=reading.code, source=reading.source, kind=reading.type)
    assert said is twofold


def test_where_a_number_belongs() -> None:
    """A number's region is its own, not that of its calling code or its row."""
    regions = [rule(text, "GB", LIBRARY).region for text in ("07781123456", "07400123456", "+12125550123")]
    assert regions == ["GG", "GB", "US"]


def test_what_is_dialled_before_a_calling_code() -> None:
    """A prefix is a region's own, whole; where there is no region, none is."""
    asked = (("IN", "00"), ("US", "011"), ("US", "00"), ("US", "0111"), (None, "00"), ("ZZ", "00"))
    assert [dials_before_code(*each) for each in asked] == [True, True, False, False, False, False]


def test_why_a_number_is_invalid() -> None:
    """A number is measured by the lengths of mobiles and fixed lines, or by all where a code has none of these."""
    lengths = {"IN": (91, 9, 10, 11), "free numbers": (800, 7, 8, 9)}
    assert {name: [why_invalid(code, digits) for digits in most] for name, (code, *most) in lengths.items()} == {
        name: [Reason.TOO_SHORT, Reason.NOT_VALID, Reason.TOO_LONG] for name in lengths
    }


def test_fillers() -> None:
    """Four equal digits and more, and runs from 0 or 1 on, are fillers; others are numbers that people have."""
    fillers = ("1111", "0123", "1234567890", "12345678910", "00000000")
    numbers = ("111", "123", "2345678901", "9876543210", "1112", "12345678911")
    assert [is_filler(text) for text in (*fillers, *numbers)] == [True] * len(fillers) + [False] * len(numbers)
    assert (begins("0091", "00"), begins("0191", "00"), begins("0", "00")) == (True, False, False)
