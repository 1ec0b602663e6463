"""Odd cells that differ in their number alone are read once, and as each of them is read by itself."""

from __future__ import annotations

import random
import re
from functools import partial

import phonenumbers
import pytest
from phonenumbers import PhoneNumberType

from telecmi_leads.phones import PhoneBook, odd_cells
from telecmi_leads.phones.grouping import Asked
from telecmi_leads.phones.lanes import LanesByRegion
from telecmi_leads.phones.odd_cells import OddCells
from telecmi_leads.phones.phone_cells import read_cell
from telecmi_leads.settings.options import PhoneOptions

WORDS = re.findall(
    r"\S+",
    "Mob Mobile Tel tel. Ph phone WhatsApp WA Asha old new wrong fax FAX ext a/c account order pin call jan May maj "
    "not was now new nahi wife (driver) husband: self USA UK Nepal India Jordan Canada visa "
    "home or and & + x X e E O l I DND invalid dead no nr N F t p HELLO CALL lakh cr pm hrs Rs USD gst "
    "téléphone факс هاتف मोबाइल नंबर 电话 传真 空号",
)
SIGNS = [*" :-.,;|!()[]{}*#~?=_/'–№：（・", "", " ", ": ", " - ", ". ", " (", ") ", ", "]
KINDS = (PhoneNumberType.MOBILE, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.TOLL_FREE)
REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)


def words(rnd: random.Random) -> str:
    """Make some words and signs, without digits."""
    pieces = (rnd.choice(SIGNS) + rnd.choice([*WORDS, ""]) for _ in range(rnd.randint(0, 3)))
    return "".join(pieces) + rnd.choice(SIGNS)


def number(region: str, rnd: random.Random) -> str:
    """Make a number of a region in one of the ways in which people write it, sometimes with digits too many."""
    example = phonenumbers.example_number_for_type(region, rnd.choice(KINDS)) or phonenumbers.example_number(region)
    assert example is not None
    national = phonenumbers.national_significant_number(example)
    national = national[:-2] + "".join(rnd.choices("0123456789", k=2))
    trunk = phonenumbers.ndd_prefix_for_region(region, strip_non_digits=True) or ""
    code = str(example.country_code)
    return rnd.choice(
        [national, national, f"+{code}{national}", f"{code}{national}", f"{trunk}{national}", f"20{national}"]
    )


def test_the_words_around_a_number_mean_the_same_for_all_numbers(seed: int) -> None:
    """Number, reason and repairs of each cell are those of the cell read by itself, whatever came before it."""
    rnd = random.Random(seed)
    lanes = LanesByRegion()
    allowed = PhoneBook(PhoneOptions()).refusal
    cells = OddCells(lanes, allowed)
    taken = 0
    for _ in range(1500):
        region, before, after = rnd.choice([*REGIONS, "IN", "GB", "DE"]), words(rnd), words(rnd)
        asked = Asked(region, lanes[region].rule)
        between = rnd.choice(["", words(rnd), " / ", "/", ", ", " or ", "\n"])
        for _ in range(8):
            cell = f"{before}{number(region, rnd)}{between}{number(region, rnd) if between else ''}{after}"
            alone = read_cell(cell, asked, allowed)
            found = cells.read(cell, region)
            assert (found.number, found.reason, found.repairs) == (alone.number, alone.reason, alone.repairs), cell
            taken += found.number != ""
    assert taken > 2000


@pytest.mark.parametrize(
    ("cells", "times"),
    [
        ([f"Mob: {9876500000 + at}" for at in range(100)], 1),
        ([f"+91{9876500000 + at} (Asha)" for at in range(100)], 1),
        (["call later"] * 100, 1),
        ([f"{9876500000 + at} HELLO" for at in range(100)], 100),  # may be a vanity number
        ([f"{9876500000 + at} / {9876510000 + at}" for at in range(100)], 1),
        ([f"{9876500000 + at} ext {at % 10}" for at in range(100)], 100),
    ],
)
def test_what_is_alike_is_read_once(monkeypatch: pytest.MonkeyPatch, cells: list[str], times: int) -> None:
    """Behind the first few cells, a column in the same words takes one look at them; others are read each."""
    monkeypatch.setattr(odd_cells, "_READ_AT_ONCE", 0)
    read: list[str] = []

    def counted(cell: str, *others: object) -> object:
        read.append(cell)
        return partial(read_cell, cell)(*others)  # type: ignore[arg-type]

    monkeypatch.setattr(odd_cells, "read_cell", counted)
    column = PhoneBook(PhoneOptions()).column(cells, "IN")
    assert len(read) == times
    assert len(set(column.numbers)) in {1, len(cells)}
