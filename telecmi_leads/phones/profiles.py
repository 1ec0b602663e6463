"""What is known of a number: its region, type and time zones; of one cell also how it was read and why.

Region and type stand in the ruling on it. So do its time zones, but for the countries that have several: there they
are looked up by what the number begins with.
"""

from __future__ import annotations

from collections import Counter
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import phonenumbers
from msgspec import Struct
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from telecmi_leads.core.reasons import Reason, Repair
from telecmi_leads.phones.lanes import Lanes
from telecmi_leads.phones.regions import is_region
from telecmi_leads.phones.ruling import Library, Ruling
from telecmi_leads.phones.wrapping import Step
from telecmi_leads.settings.option_values import PhoneType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telecmi_leads.phones.number_search import Candidate
    from telecmi_leads.phones.phone_cells import CellReading

_LONGEST_CODE = 3
_AREA_DIGITS = 4  # code included: 1 and an area code
_BY_CODE = frozenset({Repair.INTERNATIONAL_PREFIX, Repair.MISSING_PLUS})
_FOUND_AFTER = (Repair.TRAILING_WORDS, Repair.EXTENSION, Repair.SEVERAL_NUMBERS)
_UNKNOWN_TIMEZONE = "Etc/Unknown"  # ICU's name for it, which phonenumbers' table uses


class NumberProfile(Struct, frozen=True, eq=False):
    """What a number tells; one object stands for all numbers that tell the same.

    `region` is None for international services; `timezones` are IANA names, () where not known.
    """

    region: str | None
    type: PhoneType
    timezones: tuple[str, ...]


_BY_DIGITS = NumberProfile(None, PhoneType.UNKNOWN, ())
"""Stands for numbers under one ruling that may be in different time zones."""


class Profiles(dict[Ruling, NumberProfile]):
    """Tells of good numbers; as a mapping, what a ruling alone tells."""

    def __missing__(self, ruling: Ruling) -> NumberProfile:
        if len(ruling.prefix) > _LONGEST_CODE:  # a ruling on one number alone, not worth keeping
            return _BY_DIGITS
        found = self[ruling] = _BY_DIGITS if _depends_on_digits(ruling) else _profile(ruling, ruling.prefix)
        return found

    def of(self, numbers: Sequence[str], rulings: Sequence[Ruling]) -> list[NumberProfile]:
        """Return the profile of each good number (E.164 digits, no plus), `rulings` being those on them."""
        found = [self[ruling] for ruling in rulings]
        if _BY_DIGITS in set(found):
            longest = _longest_by_area()
            for at in [at for at, profile in enumerate(found) if profile is _BY_DIGITS]:
                ruling, number = rulings[at], numbers[at]
                if len(ruling.prefix) > _LONGEST_CODE:
                    found[at] = profile_of(number)
                else:
                    found[at] = _by_beginning(ruling, number[: longest.get(number[:_AREA_DIGITS], _AREA_DIGITS)])
        return found

    def counted(self, numbers: Sequence[str], rulings: Sequence[Ruling]) -> Counter[NumberProfile]:
        """Count the profiles of good numbers, in order of their first one: many numbers have few rulings."""
        rulings_counted = Counter(rulings)
        if any(self[ruling] is _BY_DIGITS for ruling in rulings_counted):
            return Counter(self.of(numbers, rulings))
        found: Counter[NumberProfile] = Counter()
        for ruling, count in rulings_counted.items():
            found[self[ruling]] += count
        return found


def profile_of(number: str) -> NumberProfile:
    """Return the profile of one good number (E.164 digits, no plus); a filler that is a valid number counts as one."""
    ruling = _international().rule("+" + number)
    if ruling.reason is not None:
        reading = Library().read("+" + number, None)
        ruling = Ruling(None, reading.type, reading.region, reading.code)
    return _profile(ruling, number)


@cache
def _international() -> Lanes:
    return Lanes(None)


def _profile(ruling: Ruling, digits: str) -> NumberProfile:
    region = ruling.region if ruling.region is not None and is_region(ruling.region) else None
    return _interned(region, ruling.type, _timezones(ruling, digits))


_interned = cache(NumberProfile)
_by_beginning = lru_cache(maxsize=1 << 16)(_profile)


# --- time zones ---------------------------------------------------------------------------------


def _timezones(ruling: Ruling, digits: str) -> tuple[str, ...]:
    """Look up time zones as phonenumbers' timezone.time_zones_for_number does.

    By the longest known beginning of the number, or of its calling code where its type says nothing about its place.
    """
    if ruling.type is PhoneType.UNKNOWN:
        return ()
    code = ruling.prefix
    beginnings = _zones_of(code)
    known = digits if _is_geographical(ruling.type, code) else code
    for length in range(min(_longest_beginning(code), len(known)), 0, -1):
        zones = beginnings.get(known[:length])
        if zones is not None:
            return () if _UNKNOWN_TIMEZONE in zones else tuple(zones)
    return ()


def _depends_on_digits(ruling: Ruling) -> bool:
    """Tell whether numbers under one ruling may be in different time zones."""
    return len(_zones_of(ruling.prefix)) > 1 and _is_geographical(ruling.type, ruling.prefix)


@cache
def _zones_by_first(digit: str) -> dict[str, tuple[str, ...]]:
    """Return what is known of numbers that begin with a digit: longer beginnings of them, and their zones."""
    from phonenumbers.tzdata import TIMEZONE_DATA

    return {beginning: zones for beginning, zones in TIMEZONE_DATA.items() if beginning.startswith(digit)}


@cache
def _zones_of(code: str) -> dict[str, tuple[str, ...]]:
    """Return what is known of a calling code: beginnings of its numbers, code included, and their zones."""
    known = _zones_by_first(code[:1])
    return {beginning: zones for beginning, zones in known.items() if code.startswith(beginning[: len(code)])}


@cache
def _longest_by_area() -> dict[str, int]:
    """Return for the first digits of an area how many digits its time zones depend on, where those are more."""
    from phonenumbers.tzdata import TIMEZONE_DATA

    longest: dict[str, int] = {}
    for beginning in TIMEZONE_DATA:
        area = beginning[:_AREA_DIGITS]
        longest[area] = max(longest.get(area, _AREA_DIGITS), len(beginning))
    return longest


@cache
def _longest_beginning(code: str) -> int:
    return max(map(len, _zones_of(code)), default=0)


@cache
def _is_geographical(kind: PhoneType, code: str) -> bool:
    return bool(phonenumbers.is_number_type_geographical(getattr(PhoneNumberType, kind.name), int(code)))


# --- one cell explained ----------------------------------------------------------------------------


class PhoneExplanation(Struct, frozen=True):
    """Everything about one cell.

    `number` is E.164 digits without the plus, also where only the user's options refuse it (`reason` says so); ""
    where there is no valid number. `candidates` are the stretches of the cell that were tried as numbers.
    `number_region` is where the number belongs, which need not be the row's region; `international` is the number as
    people write it. `calling_code` is the code in the cell that told the country, "" where the row's region did.
    """

    steps: tuple[Step, ...]
    candidates: tuple[Candidate, ...]
    good: bool
    reason: Reason | None
    number: str
    international: str
    type: PhoneType
    number_region: str | None
    timezones: tuple[str, ...]
    calling_code: str


def explain(reading: CellReading) -> PhoneExplanation:
    """Put a reading of a cell into words and look up what phonenumbers knows about its number."""
    chosen = reading.chosen
    number = chosen.number if chosen else ""
    parsed = phonenumbers.parse("+" + number) if number else None
    profile = profile_of(number) if number else None
    return PhoneExplanation(
        steps=(*reading.steps, *_last_steps(reading)),
        candidates=reading.tried,
        good=reading.reason is None,
        reason=reading.reason,
        number=number,
        international=phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL) if parsed else "",
        type=chosen.ruling.type if chosen else PhoneType.UNKNOWN,
        number_region=profile.region if profile else None,
        timezones=profile.timezones if profile else (),
        calling_code=str(parsed.country_code) if parsed and chosen and _is_by_code(chosen) else "",
    )


def _is_by_code(chosen: Candidate) -> bool:
    """Tell whether a calling code in the cell, with or without its plus, told the number's country."""
    return chosen.digits.startswith("+") or not _BY_CODE.isdisjoint(chosen.ruling.repairs)


def _last_steps(reading: CellReading) -> list[Step]:
    """List the repairs that came after the wrappers: what was left aside, punctuation, prefixes."""
    chosen = reading.chosen
    if chosen is None:
        return []
    steps: list[Step] = []
    text = reading.steps[-1].after if reading.steps else reading.text
    stretch, made = chosen.text.strip(), {step.repair for step in reading.steps}
    for repair in _FOUND_AFTER:
        if repair in reading.repairs and repair not in made:
            steps.append(Step(repair, text, stretch))
            text = stretch
    if text != chosen.digits:
        steps.append(Step(Repair.PUNCTUATION, text, chosen.digits))
    steps.extend(Step(repair, chosen.digits, "+" + chosen.number) for repair in chosen.ruling.repairs)
    return steps
