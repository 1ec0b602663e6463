"""The verdict on one plain number, `+` and digits or digits alone: phonenumbers' own, through its public functions.

This is the authority that everything else in the package answers to: the fast path is tested against `rule`, and
hands it whatever it can't prove.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import phonenumbers
from phonenumbers import (
    CountryCodeSource,
    NumberParseException,
    PhoneNumberType,
    ValidationResult,
    shortnumberinfo,
)

from telecmi_leads.models import Reason, Repair
from telecmi_leads.options import PhoneType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phonenumbers import PhoneNumber

phonenumbers.enable_pattern_cache()

NOTHING_LEFT = 1 << 16
"""As a Ruling's `strip`: no digit of the text is kept."""

LONGEST_SHORT_NUMBER = 6
"""Emergency numbers have no more digits than this."""

_FILLER_LENGTH = 4  # fewer digits are just too short
_RISING = "01234567890123456789"
_EVIDENT_MISSING_PLUS = 12  # so many digits and more are a national number almost nowhere

TYPES: dict[int, PhoneType] = {getattr(PhoneNumberType, kind.name): kind for kind in PhoneType}
"""From phonenumbers' PhoneNumberType to ours."""

MOBILE_TYPES = frozenset({PhoneType.MOBILE, PhoneType.FIXED_LINE_OR_MOBILE})
"""The types of numbers that may be a mobile's."""

_PARSE_FAULTS = {
    NumberParseException.INVALID_COUNTRY_CODE: Reason.UNKNOWN_COUNTRY_CODE,
    NumberParseException.NOT_A_NUMBER: Reason.TOO_SHORT,
    NumberParseException.TOO_SHORT_AFTER_IDD: Reason.TOO_SHORT,
    NumberParseException.TOO_SHORT_NSN: Reason.TOO_SHORT,
    NumberParseException.TOO_LONG: Reason.TOO_LONG,
}
_LENGTH_FAULTS = {
    ValidationResult.TOO_SHORT: Reason.TOO_SHORT,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: Reason.TOO_SHORT,
    ValidationResult.TOO_LONG: Reason.TOO_LONG,
}


@dataclass(frozen=True, slots=True, eq=False)
class Ruling:
    """What becomes of a text of digits: a number (`reason` None) made by `number`, or the reason why not.

    The E.164 digits are `prefix` and the text without its first `strip` characters. One ruling serves all texts
    that are treated alike, and is told from others by identity.
    """

    reason: Reason | None
    type: PhoneType
    prefix: str
    strip: int
    repairs: tuple[Repair, ...] = ()

    def number(self, text: str) -> str:
        """Return the E.164 digits for the text that was ruled on, "" where it is rejected."""
        return self.prefix + text[self.strip :]


REJECTED = {reason: Ruling(reason, PhoneType.UNKNOWN, "", NOTHING_LEFT) for reason in Reason}
"""The one ruling for each reason to reject."""


def rule(text: str, region: str | None) -> Ruling:
    """Rule on `+` and ASCII digits, or ASCII digits alone, that stand in a row of `region` (None: not known).

    Valid means `is_valid_number`. What the library does not read by itself is tried after it: `00` where the region
    dials otherwise, a trunk zero before the region's own country code, a country code without its plus.
    """
    digits = text.lstrip("+")
    if digits in {"", "0"}:
        return REJECTED[Reason.NO_PHONE]
    if region is not None and is_emergency(text, region):
        return REJECTED[Reason.EMERGENCY]
    if is_filler(digits):
        return REJECTED[Reason.JUNK]
    first: Ruling | None = None
    for candidate, repair in _readings(text, region):
        ruling = _library(text, candidate, region, repair)
        if ruling.reason is None or ruling.reason in {Reason.JUNK, Reason.EMERGENCY}:
            return ruling
        first = first or ruling
    return first or REJECTED[Reason.NO_REGION]


def is_emergency(text: str, region: str) -> bool:
    """Tell whether these digits, dialled in the region, reach an emergency service."""
    return len(text) <= LONGEST_SHORT_NUMBER and bool(shortnumberinfo.is_emergency_number(text, region))


def is_filler(digits: str) -> bool:
    """Tell whether someone held down a key or ran along the keyboard: 9999999999, 1234567890, 0123456789.

    Only what starts with 0 or 1 counts as running along: 2345678901 and 9876543210 are numbers people have.
    """
    if len(digits) < _FILLER_LENGTH:
        return False
    return digits == digits[0] * len(digits) or _RISING.startswith((digits, "0" + digits))


def _readings(text: str, region: str | None) -> Iterator[tuple[str, Repair | None]]:
    """List how the text may be meant, the likeliest first, each with the repair it takes."""
    digits = text.lstrip("+")
    if digits.startswith("00"):
        if region is not None:
            yield text, None
        yield "+" + digits[2:], Repair.INTERNATIONAL_PREFIX
        return
    if text.startswith("+") or region is not None:
        yield text, None
    if region is None:
        return
    own_code = str(phonenumbers.country_code_for_region(region))
    if digits.startswith("0" + own_code):
        yield "+" + digits[1:], Repair.TRUNK_PREFIX
    elif not text.startswith("+") and _plus_may_be_missing(text, region):
        yield "+" + text, Repair.MISSING_PLUS


def _plus_may_be_missing(digits: str, region: str) -> bool:
    """Tell whether there are too many digits for a mobile number of the region in which one key was hit too often."""
    if digits.startswith("0"):
        return False
    spare = len(digits) - longest_usual(region)
    if len(digits) >= _EVIDENT_MISSING_PLUS or spare > 1:
        return True
    return spare == 1 and not (_is_mobile(digits[:-1], region) or _is_mobile(digits[1:], region))


def longest_usual(region: str) -> int:
    """Return how many digits the region's longest mobile numbers have (fixed-line numbers where it has no mobiles)."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    kinds = (metadata.mobile, metadata.fixed_line, metadata.general_desc) if metadata else ()
    lengths = (max(kind.possible_length) for kind in kinds if kind is not None and kind.possible_length)
    return next((length for length in lengths if length > 0), _EVIDENT_MISSING_PLUS)


def _is_mobile(text: str, region: str) -> bool:
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(text, region))
    except NumberParseException:
        return False
    return TYPES[kind] in MOBILE_TYPES


def _library(text: str, candidate: str, region: str | None, repair: Repair | None) -> Ruling:
    """Rule on one reading of the text by parse, is_valid_number and number_type."""
    try:
        number = phonenumbers.parse(candidate, region, keep_raw_input=True)
    except NumberParseException as fault:
        return REJECTED[_PARSE_FAULTS[fault.error_type]]
    national = phonenumbers.national_significant_number(number)
    if is_filler(national):
        return REJECTED[Reason.JUNK]
    if not phonenumbers.is_valid_number(number):
        return REJECTED[_why_invalid(number, national)]
    code = str(number.country_code)
    repairs = _repairs_made(candidate, code + national, number, repair)
    kind = TYPES[phonenumbers.number_type(number)]
    if text.endswith(national):
        return Ruling(None, kind, code, len(text) - len(national), repairs)
    return Ruling(None, kind, code + national, NOTHING_LEFT, repairs)


def _repairs_made(text: str, e164: str, number: PhoneNumber, repair: Repair | None) -> tuple[Repair, ...]:
    """Name what stood between the text and its E.164 digits; `repair` is what was done before parsing."""
    source = number.country_code_source
    made = [] if repair is None else [repair]
    if source == CountryCodeSource.FROM_NUMBER_WITH_IDD:
        made.append(Repair.INTERNATIONAL_PREFIX)
    elif source == CountryCodeSource.FROM_NUMBER_WITHOUT_PLUS_SIGN:
        made.append(Repair.MISSING_PLUS)
    written = text.lstrip("+")
    if source == CountryCodeSource.FROM_DEFAULT_COUNTRY:
        trunk = written != e164[len(str(number.country_code)) :]
    else:
        trunk = not written.endswith(e164)
    if trunk and Repair.TRUNK_PREFIX not in made:
        made.append(Repair.TRUNK_PREFIX)
    return tuple(made)


def _why_invalid(number: PhoneNumber, national: str) -> Reason:
    """Say why a parsed number is not valid, measured by the lengths that fixed lines and mobiles have there."""
    home = phonenumbers.region_code_for_country_code(number.country_code or 0)
    if is_emergency(national, home):
        return Reason.EMERGENCY
    result = phonenumbers.is_possible_number_for_type_with_reason(
        number, PhoneNumberType.FIXED_LINE_OR_MOBILE
    )
    if result == ValidationResult.INVALID_LENGTH:  # also where there are no such numbers, as under +800
        result = phonenumbers.is_possible_number_with_reason(number)
    return _LENGTH_FAULTS.get(result, Reason.NOT_VALID)
