"""The fast way gives what phonenumbers gives: no verdict, number, type or repair differs, on any input."""

from __future__ import annotations

import random
import re
from collections import Counter
from functools import partial

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phone_inputs import REGIONS, Inputs
from phonenumbers import NumberParseException, PhoneNumberFormat, timezone

from telecmi_leads.core.reasons import Reason, Repair
from telecmi_leads.phones import PhoneBook, grouping, is_region
from telecmi_leads.phones.grouping import UNCLEAR, Asked
from telecmi_leads.phones.lanes import LanesByRegion
from telecmi_leads.phones.phone_cells import read_cell
from telecmi_leads.phones.profiles import profile_of
from telecmi_leads.phones.ruling import MOBILE_TYPES, TYPES, Library, Ruling, rule
from telecmi_leads.settings.options import PhoneOptions, PhoneType

BLOCK = 5_000
# What may make a good number of a text that phonenumbers alone calls invalid.
OWN_REPAIRS = {Repair.INTERNATIONAL_PREFIX, Repair.TRUNK_PREFIX, Repair.MISSING_PLUS}
# To phonenumbers a trailing `.0` is one more digit.
DECIMAL = re.compile(r"\.0+\D*$")
# `2) …`, `2.) …` and `2. 0…` count entries here, and to phonenumbers the 2 is a digit of the number.
LISTED = re.compile(r"[ .\-]*(?:\d{1,2}\.?\)|\d{1,2}\. |\(?\d{1,2}(?:[.)\-]+ +| +- +)\(?0)")
# What may make us reject a text that phonenumbers alone calls valid: fillers, emergency numbers, dates, `98...43210`,
# more than 15 digits, and `0049…` in a country that dials 004 too.
OWN_REJECTIONS = {Reason.JUNK, Reason.EMERGENCY, Reason.TOO_LONG, Reason.UNCLEAR}
OWN_REJECTIONS_OF_CELLS = {*OWN_REJECTIONS, Reason.NOT_A_NUMBER, Reason.MASKED}


def by_library(text: str, region: str | None) -> tuple[str, str]:
    """Return what phonenumbers' own functions say of a text: E.164 digits and type, ("", "") where it is not valid."""
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return "", ""
    if not phonenumbers.is_valid_number(number):
        return "", ""
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if len(e164) > len("+123456789012345"):  # set aside: E.164 has no longer numbers, whatever the metadata allow
        return "", ""
    return e164[1:], TYPES[phonenumbers.number_type(number)]


def is_own_code(text: str, region: str | None, ours: str, kind: PhoneType | str = PhoneType.MOBILE) -> bool:
    """Tell whether the text is the region's calling code and a valid mobile, and to phonenumbers no mobile at home."""
    digits = re.sub(r"\D", "", text)
    if "+" in text or region is None or digits != ours:
        return False
    return digits.startswith(str(phonenumbers.country_code_for_region(region))) and kind in MOBILE_TYPES


def is_first_group(text: str, region: str | None, ours: str, number: str) -> bool:
    """Tell whether the first group is our number's calling code, and phonenumbers' is no number of the region."""
    first = re.findall(r"\d+", text)[0]
    home = phonenumbers.region_code_for_number(phonenumbers.parse("+" + number))
    by_code = ours == by_library("+" + re.sub(r"\D", "", text), None)[0] and ours.startswith(first)
    own = region is not None and first == str(phonenumbers.country_code_for_region(region))
    return by_code and (own or home != region)


def is_after_00(text: str, ours: str) -> bool:
    """Tell whether our number is what follows a written 00, where phonenumbers takes more for a dial-out prefix."""
    digits = re.sub(r"\D", "", text)
    return digits.startswith("00") and digits[2:] == ours


def values(ruling: Ruling, text: str) -> tuple[object, ...]:
    """Return all that a ruling says of a text."""
    return (ruling.reason, ruling.type, ruling.region, ruling.number(text), ruling.repairs)


def compare_rulings(seed: int, count: int) -> None:
    """Compare the tables with phonenumbers, on plain numbers of all regions in all notations."""
    inputs, lanes, library = Inputs(seed), LanesByRegion(), Library()
    for _ in range(count):
        text, region = inputs.plain()
        ruling = lanes[region].rule(text)
        wanted = rule(text, region, library)
        assert values(ruling, text) == values(wanted, text), (seed, text, region)
        number, kind = by_library(text, region)
        if number and ruling.reason is None:
            ours = (ruling.number(text), ruling.type)
            assert ours == (number, kind) or is_own_code(text, region, *ours), (seed, text, region)
        elif number:
            assert ruling.reason in OWN_REJECTIONS, (seed, text, region)
        elif ruling.reason is None:
            assert set(ruling.repairs) & OWN_REPAIRS, (seed, text, region)
            assert by_library("+" + ruling.number(text), None) == (ruling.number(text), ruling.type)


def compare_columns(seed: int, count: int) -> None:
    """Compare columns of punctuated numbers with phonenumbers given the very cells."""
    inputs, book = Inputs(seed), PhoneBook(PhoneOptions(allow_premium=True))
    for block in range(-(-count // BLOCK)):
        rows = [inputs.punctuated() for _ in range(min(BLOCK, count - block * BLOCK))]
        column = book.column([cell for cell, _ in rows], [region for _, region in rows])
        for index, (cell, region) in enumerate(rows):
            number, _ = by_library(cell, region)
            ours = column.numbers[index]
            if number and not DECIMAL.search(cell) and not LISTED.match(cell):
                reason = column.faults.get(index)
                likelier = is_own_code(cell, region, ours) or is_after_00(cell, ours)
                likelier = likelier or is_first_group(cell, region, ours, number)
                assert ours == number or reason in OWN_REJECTIONS_OF_CELLS or likelier, (
                    seed,
                    cell,
                    region,
                    ours,
                    number,
                )
            elif ours:
                assert by_library("+" + ours, None)[0] == ours, (seed, cell, region, ours)


def compare_cells(seed: int, count: int) -> None:
    """Compare columns of cells as files have them with each cell read alone and ruled on by phonenumbers."""
    inputs, book, library = Inputs(seed), PhoneBook(PhoneOptions()), Library()
    for block in range(-(-count // BLOCK)):
        rows = [inputs.cell() for _ in range(min(BLOCK, count - block * BLOCK))]
        if block % 3 == 0:
            rows = [(cell, rows[0][1]) for cell, _ in rows]
        column = book.column([cell for cell, _ in rows], [region for _, region in rows])
        repairs: Counter[Repair] = Counter()
        for index, (cell, region) in enumerate(rows):
            wanted = read_cell(cell, Asked(region, partial(rule, region=region, reader=library)), book.refusal)
            ours = (column.numbers[index], column.faults.get(index))
            assert ours == (wanted.number, wanted.reason), (seed, cell, region)
            repairs.update(wanted.repairs)
        assert column.repairs == repairs, seed


@pytest.mark.parametrize("part", range(4))
def test_rulings_are_those_of_phonenumbers(part: int, seed: int) -> None:
    """20,000 plain numbers of all regions: same verdict, E.164, type, region and repairs."""
    compare_rulings(seed + part, 5_000)


@pytest.mark.parametrize("part", range(4))
def test_columns_are_those_of_phonenumbers(part: int, seed: int) -> None:
    """20,000 punctuated numbers: what phonenumbers calls valid comes out as its E.164."""
    compare_columns(seed + part, 5_000)


@pytest.mark.parametrize("part", range(4))
def test_cells_are_read_alike_fast_and_slowly(part: int, seed: int) -> None:
    """10,000 cells: the column gives what reading them one by one gives, repairs included."""
    compare_cells(seed + part, 2_500)


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("part", range(10))
def test_five_million_inputs(part: int, seed: int) -> None:
    """Five million generated inputs of all regions, and not one difference."""
    seed += part
    compare_rulings(seed, 250_000)
    compare_columns(seed + 100, 150_000)
    compare_cells(seed + 200, 100_000)


BOOK = PhoneBook(PhoneOptions())
LIBRARY = Library()
LIKE_PHONES = st.text(st.sampled_from("0123456789019876 +-().,/;:xX#*'`=\"eE~_|&\n\t\u200b\u00a0०९٣oOl"), max_size=40)
ANY_REGION = st.sampled_from([None, "IN", "US", "DE", "AR", "JP", "BR", "GB", *REGIONS[::10]])


@given(st.one_of(LIKE_PHONES, st.text(max_size=60)), ANY_REGION)
def test_any_text_is_read_alike_fast_and_slowly(cell: str, region: str | None) -> None:
    """Whatever is in a cell, nothing crashes, and both ways give the same number, reason and repairs."""
    column = BOOK.column([cell], region)
    wanted = read_cell(cell, Asked(region, partial(rule, region=region, reader=LIBRARY)), BOOK.refusal)
    assert column.numbers == [wanted.number]
    assert column.faults.get(0) is wanted.reason
    assert set(column.repairs) == set(wanted.repairs)
    assert (wanted.number == "") == (wanted.reason is not None)


@pytest.mark.parametrize("region", [None, *REGIONS])
def test_digits_are_passed_over_where_no_habit_can_have_written_them(
    region: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Digits that are not rewritten since they begin otherwise would not have been, whatever follows."""
    tried: list[str] = []
    asked = Asked(region, lambda text: tried.append(text) or UNCLEAR)  # type: ignore[func-returns-value]
    chance = random.Random(region)
    own = str(phonenumbers.country_code_for_region(region)) if region else ""
    begins = ("", "+", "00", "+00", "0", "8", own, f"+{own}", f"+{own}00{own}", f"{own}{own}", "52", "521", "57", "39")
    written = [
        begin + "".join(chance.choices("0123456789", k=length)) for begin in begins for length in (3, 7, *range(8, 14))
    ]
    for digits in written:
        asked.rescued(digits, UNCLEAR)
    found = tried.copy()
    tried.clear()
    monkeypatch.setattr(grouping, "may_be_rewritten", lambda *_: True)
    for digits in written:
        asked.rescued(digits, UNCLEAR)
    assert found == tried


@pytest.mark.parametrize(
    ("cell", "region"),
    [
        ("1  - 714-2667233", "IN"),
        ("91- 8118-801561", "TJ"),
        ("84  - 81880 - 7944", "PM"),
        ("(6-1). 0628", "PM"),
        ("(0 - 7) ) 0621972", "KI"),
        ("5-4-2011", "AC"),
        ("5.4.2011", "AC"),
    ],
)
def test_what_else_it_may_be_makes_it_unclear(cell: str, region: str) -> None:
    """What may be an entry's number before another one, or a date, is no number, though all its digits make one."""
    column = PhoneBook(PhoneOptions()).column([cell], region)
    wanted = read_cell(cell, Asked(region, partial(rule, region=region, reader=LIBRARY)), BOOK.refusal)
    assert (column.numbers, column.faults) == ([""], {0: Reason.UNCLEAR})
    assert (wanted.number, wanted.reason) == ("", Reason.UNCLEAR)


@given(st.lists(st.tuples(LIKE_PHONES, ANY_REGION), max_size=30))
def test_cells_do_not_influence_each_other(rows: list[tuple[str, str | None]]) -> None:
    """A column is its cells: each has the answer it has alone."""
    column = BOOK.column([cell for cell, _ in rows], [region for _, region in rows])
    alone = [BOOK.column([cell], region) for cell, region in rows]
    assert column.numbers == [one.numbers[0] for one in alone]
    assert column.faults == {index: one.faults[0] for index, one in enumerate(alone) if one.faults}


def test_numbers_read_again_stay_as_they_are(seed: int) -> None:
    """What came out goes in again with a plus: the same number, without a repair (idempotent)."""
    inputs = Inputs(seed)
    rows = [inputs.cell() for _ in range(5_000)]
    numbers = [number for number in BOOK.column([c for c, _ in rows], [r for _, r in rows]).numbers if number]
    assert len(numbers) > 1_250
    again = BOOK.column(["+" + number for number in numbers], None)
    assert (again.numbers, again.faults, again.repairs) == (numbers, {}, {}), seed


def compare_profiles(seed: int, count: int) -> None:
    """Compare what good numbers of all regions tell, in all notations, with what phonenumbers' own functions say."""
    inputs, book = Inputs(seed), PhoneBook(PhoneOptions(allow_premium=True))
    for _ in range(0, count, BLOCK):
        made = [inputs.plain() for _ in range(BLOCK)]
        column = book.column([text for text, _ in made], [region for _, region in made])
        good = [at for at, number in enumerate(column.numbers) if number]
        numbers = [column.numbers[at] for at in good]
        for number, profile in zip(numbers, book.profiles(numbers, [column.rulings[at] for at in good]), strict=True):
            parsed = phonenumbers.parse("+" + number)
            region = phonenumbers.region_code_for_number(parsed)
            zones = timezone.time_zones_for_number(parsed)
            said = (profile.region or "", profile.type, profile.timezones or ("Etc/Unknown",))
            kind = TYPES[phonenumbers.number_type(parsed)]
            assert said == (region if is_region(region or "") else "", kind, tuple(zones)), (seed, number)
            assert profile_of(number) is profile


def test_what_numbers_tell_is_what_phonenumbers_says(seed: int) -> None:
    """Region, type and time zones agree with phonenumbers for numbers of all regions."""
    compare_profiles(seed, 10_000)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_what_a_million_numbers_tell(seed: int) -> None:
    """The same for a million numbers, most of whose beginnings have been seen before."""
    compare_profiles(seed, 1_000_000)
