"""What a good number tells of itself: its region, its type, the time zones it may be in.

Numbers that begin alike mostly tell the same, so that nearly all are looked up by what stands before their last
digits; what is kept there is proved for all numbers of that length that begin so (see `lanes`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import phonenumbers
from phonenumbers import PhoneNumberType

from telecmi_leads.options import PhoneType
from telecmi_leads.phones.lanes import Lanes
from telecmi_leads.phones.library import Library
from telecmi_leads.phones.regions import is_region
from telecmi_leads.phones.ruling import Ruling

if TYPE_CHECKING:
    from collections.abc import Sequence

_LAST_DIGITS = 6  # those before them, and the first of them, settle nearly all numbers
_MOST_BEGINNINGS = 100_000
_DIGITS = "0123456789"
_UNKNOWN_TIMEZONE = "Etc/Unknown"  # ICU's name for it, which phonenumbers' table uses


@dataclass(frozen=True, slots=True, eq=False)
class NumberProfile:
    """What a number tells; one object stands for all numbers that tell the same.

    `region` is None for international services; `timezones` are IANA names, () where not known.
    """

    region: str | None
    type: PhoneType
    timezones: tuple[str, ...]


_DIFFERENT = NumberProfile(None, PhoneType.UNKNOWN, ())
"""Stands for numbers that begin alike and may tell different things."""


class Profiles(dict[str, dict[str, NumberProfile]]):
    """Tells of good numbers (E.164 digits, no plus): as a mapping, by their beginning and the digit after that.

    Two steps, as in `lanes`: one digit less settles most beginnings, and keeps this in the processor's cache.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lanes = Lanes(None)

    def __missing__(self, beginning: str) -> dict[str, NumberProfile]:
        if len(self) >= _MOST_BEGINNINGS:
            self.clear()
        alike = self._of_all(beginning, _LAST_DIGITS)
        found = self[beginning] = (
            _whatever_follows(alike)
            if alike is not _DIFFERENT
            else {digit: self._of_all(beginning + digit, _LAST_DIGITS - 1) for digit in _DIGITS}
        )
        return found

    def of(self, numbers: Sequence[str]) -> list[NumberProfile]:
        """Return the profile of each number."""
        try:
            found = [self[number[:-_LAST_DIGITS]][number[-_LAST_DIGITS]] for number in numbers]
        except IndexError:  # a number that has fewer digits
            return list(map(self.one, numbers))
        if _DIFFERENT in found:
            return [self.one(numbers[at]) if one is _DIFFERENT else one for at, one in enumerate(found)]
        return found

    def one(self, number: str) -> NumberProfile:
        """Return the profile of one number; a filler that is a valid number counts as one here."""
        ruling = self._lanes.rule("+" + number)
        if ruling.reason is not None:
            reading = Library().read("+" + number, None)
            ruling = Ruling(None, reading.type, reading.region, reading.code)
        return _profile(ruling, number)

    def _of_all(self, beginning: str, more: int) -> NumberProfile:
        """Return what all numbers tell that have so many digits more, _DIFFERENT where that is not settled."""
        if not beginning or beginning in _longer_timezones():
            return _DIFFERENT
        ruling = self._lanes[len(beginning) + more + 1].settle("+" + beginning)
        settled = ruling.reason is None and ruling.prefix
        return _profile(ruling, beginning) if settled else _DIFFERENT


@cache
def _whatever_follows(profile: NumberProfile) -> dict[str, NumberProfile]:
    return dict.fromkeys(_DIGITS, profile)


def _profile(ruling: Ruling, digits: str) -> NumberProfile:
    region = ruling.region if ruling.region is not None and is_region(ruling.region) else None
    return _interned(region, ruling.type, _timezones(ruling, digits))


_interned = cache(NumberProfile)


def _timezones(ruling: Ruling, digits: str) -> tuple[str, ...]:
    """Look up time zones as phonenumbers' timezone.time_zones_for_number does.

    By the longest known beginning of the number, or of its calling code where its type says nothing about its place.
    """
    from phonenumbers.tzdata import (  # noqa: PLC0415 - a large table, and only some runs need it
        TIMEZONE_DATA,
        TIMEZONE_LONGEST_PREFIX,
    )

    if ruling.type is PhoneType.UNKNOWN:
        return ()
    known = digits if _is_geographical(ruling.type, ruling.prefix) else ruling.prefix
    for length in range(min(TIMEZONE_LONGEST_PREFIX, len(known)), 0, -1):
        zones = TIMEZONE_DATA.get(known[:length])
        if zones is not None:
            return () if _UNKNOWN_TIMEZONE in zones else tuple(zones)
    return ()


@cache
def _longer_timezones() -> frozenset[str]:
    """Return the beginnings of numbers after which further digits decide on the time zone."""
    from phonenumbers.tzdata import TIMEZONE_DATA  # noqa: PLC0415 - as above

    return frozenset(beginning[:length] for beginning in TIMEZONE_DATA for length in range(1, len(beginning)))


@cache
def _is_geographical(kind: PhoneType, code: str) -> bool:
    return bool(phonenumbers.is_number_type_geographical(getattr(PhoneNumberType, kind.name), int(code)))
