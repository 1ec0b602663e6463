"""Emergency numbers behind a country's code: rejected as what they are, by table as by phonenumbers itself."""

from __future__ import annotations

from functools import cache

from phonenumbers import PhoneMetadata, country_code_for_region, region_code_for_country_code
from phonenumbers.shortdata import _AVAILABLE_REGION_CODES as REGIONS

from telecmi_leads.core.reasons import Reason
from telecmi_leads.phones import PhoneBook
from telecmi_leads.phones.automaton import Automaton
from telecmi_leads.phones.metadata import LONG_EMERGENCIES, may_be_emergency
from telecmi_leads.phones.ruling import LONGEST_SHORT_NUMBER
from telecmi_leads.settings.options import PhoneOptions


@cache
def emergency_numbers(region: str) -> tuple[str, ...]:
    """Return all emergency numbers of a region, by phonenumbers' metadata of short numbers."""
    metadata = PhoneMetadata.short_metadata_for_region(region)
    desc = metadata.emergency if metadata is not None else None
    if desc is None or not desc.national_number_pattern:
        return ()
    machine = Automaton(desc.national_number_pattern)
    found, left = [], [("", machine.start)]
    while left:
        digits, state = left.pop()
        if digits and machine.accepts(state) and len(digits) in desc.possible_length:
            found.append(digits)
        steps = ((digits + digit, machine.step(state, digit)) for digit in "0123456789")
        left += [(longer, further) for longer, further in steps if further != Automaton.DEAD]
    return tuple(found)


def test_the_regions_with_long_ones_are_named() -> None:
    """Only the regions named have emergency numbers of more than three digits, and none has more than six."""
    lengths = {region: max(map(len, emergency_numbers(region)), default=0) for region in REGIONS}
    assert {region for region, longest in lengths.items() if longest > 3} == LONG_EMERGENCIES
    assert max(lengths.values()) == LONGEST_SHORT_NUMBER
    assert all(may_be_emergency(len(number), region) for region in REGIONS for number in emergency_numbers(region))


def test_they_are_rejected_behind_their_country_code_in_any_row() -> None:
    """What a column says of each, after a plus or 00 and beside others as long, is what phonenumbers says alone."""
    book = PhoneBook(PhoneOptions())
    homes = sorted({region_code_for_country_code(country_code_for_region(region)) for region in REGIONS})
    behind = [
        f"{sign}{country_code_for_region(home)}{digits}"
        for home in homes
        for number in emergency_numbers(home)[:20]
        for digits in (number, number[:-1] + str((int(number[-1]) + 5) % 10))
        for sign in ("+", "00")
    ]
    for region in ("DE", "IN", None):
        column = book.column(behind, region)
        alone = [book.explain(cell, region) for cell in behind]
        assert [column.faults.get(index) for index in range(len(behind))] == [one.reason for one in alone]
        assert sum(one.reason is Reason.EMERGENCY for one in alone) > len(homes)
