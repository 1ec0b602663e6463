"""What becomes of one plain number, `+` and digits or digits alone: the rules of this program, on top of a Reader.

There are two readers. `Library` asks phonenumbers and is the authority. `metadata.Metadata` works on numbers
of which only the first digits are known, and either proves what phonenumbers would say whatever the rest is, or
raises `Unsettled`. Both go through `rule`, so that the rules stand in one place.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, Protocol, final

import phonenumbers
from msgspec import Struct
from phonenumbers import (
    CountryCodeSource,
    NumberParseException,
    PhoneNumber,
    PhoneNumberType,
    ValidationResult,
    shortnumberinfo,
)

from telecmi_leads.core.reasons import Reason, Repair
from telecmi_leads.settings.option_values import PhoneType

if TYPE_CHECKING:
    from collections.abc import Iterator

phonenumbers.enable_pattern_cache()

ANY_DIGIT = "?"
"""Stands for a digit that is not known; only ever at the end of a text."""

NOTHING_LEFT = 1 << 16
"""As a Ruling's `strip`: no character of the text is kept."""

MOST_DIGITS = 15
"""E.164 allows no more digits, calling code included (ITU-T E.164, 6.2.1); the service refuses longer ones."""

LONGEST_SHORT_NUMBER = 6
"""Emergency numbers have no more digits than this."""

MOBILE_TYPES = frozenset({PhoneType.MOBILE, PhoneType.FIXED_LINE_OR_MOBILE})
"""The types of numbers that may be a mobile's."""

_FEWEST_FILLER_DIGITS = 4  # fewer digits are just too short
_RISING = "01234567890123456789"
_RISING_FROM_ONE = _RISING[1:]
_COUNTED = "123456789101112131415"  # 1, 2, … 9, 10, 11
_FILLERS = (_RISING, _RISING_FROM_ONE, _COUNTED)
_LONGEST_FILLER = 32
_FILLER_BEGINNINGS = frozenset(
    filler[:length]
    for filler in (*_FILLERS, *(digit * _LONGEST_FILLER for digit in "0123456789"))
    for length in range(_LONGEST_FILLER)
)
_EVIDENT_MISSING_PLUS = 12  # so many digits and more are a national number almost nowhere


class Unsettled(Exception):
    """What is asked depends on digits that are not known, or on what can't be proved."""


class Source(Enum):
    """Where a number's country code comes from."""

    PLUS = "plus"
    IDD = "idd"
    NO_PLUS = "no plus"
    REGION = "region"


class Reading(NamedTuple):
    """A text as phonenumbers parses it: `reason` why it is no valid number, else None with its type and region.

    `code` and `national` are its country calling code and national significant number ("" where parsing failed).
    """

    reason: Reason | None
    type: PhoneType
    region: str | None
    code: str
    national: str
    source: Source


def failed(reason: Reason) -> Reading:
    """Make the reading of a text that can't be parsed."""
    return Reading(reason, PhoneType.UNKNOWN, None, "", "", Source.REGION)


class Reader(Protocol):
    """What `rule` needs to know about numbers. Texts may end in `ANY_DIGIT`s; answers are then for all such numbers."""

    def read(self, text: str, region: str | None) -> Reading:
        """Parse and validate a text of digits as dialled in the region, or as `+` and a country code."""

    def is_emergency(self, digits: str, region: str) -> bool:
        """Tell whether these few digits, dialled in the region, reach an emergency service."""

    def own_code(self, region: str) -> str:
        """Return the region's country calling code."""

    def longest_usual(self, region: str) -> int:
        """Return how many digits the region's longest mobile numbers have (fixed-line ones where it has no mobiles)."""


@final
class Ruling(Struct, frozen=True, eq=False):
    """What becomes of a text of digits: a number (`reason` None) made by `number`, or the reason why not.

    The E.164 digits are `prefix` and the text without its first `strip` characters. One ruling serves all texts
    that are treated alike, and is told from others by identity. `region` is where the number belongs.
    """

    reason: Reason | None
    type: PhoneType = PhoneType.UNKNOWN
    region: str | None = None
    prefix: str = ""
    strip: int = NOTHING_LEFT
    repairs: tuple[Repair, ...] = ()

    def number(self, text: str) -> str:
        """Return the E.164 digits for the text that was ruled on, "" where it is rejected."""
        return self.prefix + text[self.strip :]


REJECTED = {reason: Ruling(reason) for reason in Reason}
"""The one ruling for each reason to reject."""

_FINAL = frozenset({None, Reason.JUNK, Reason.EMERGENCY})


def rule(text: str, region: str | None, reader: Reader) -> Ruling:
    """Rule on `+` and digits, or digits alone, that stand in a row of `region` (None: not known).

    Valid is what phonenumbers calls valid. What it does not read by itself is tried after it: `00` where the region
    dials otherwise, a trunk zero before the region's own country code, a country code without its plus.
    """
    digits = text.lstrip("+-")
    if region is not None and len(text) <= LONGEST_SHORT_NUMBER and reader.is_emergency(text, region):
        return REJECTED[Reason.EMERGENCY]
    if len(digits) < _FEWEST_FILLER_DIGITS and not digits.strip("0"):
        return REJECTED[Reason.NO_PHONE]
    if is_filler(digits):
        return REJECTED[Reason.JUNK]
    first: Ruling | None = None
    for candidate, repair in readings(text, region, reader):
        reading = reader.read(candidate, region)
        ruling = _ruled(text, candidate, repair, reading, reader)
        if ruling.reason is None and region is not None:
            return _doubted(text, region, reader, reading, ruling)
        if ruling.reason in _FINAL:
            return ruling
        first = first or ruling
    return first or REJECTED[Reason.NO_REGION]


def is_twofold(  # noqa: PLR0913 - a text, its row's region and how it was read
    text: str, region: str | None, reader: Reader, *, code: str, source: Source, kind: PhoneType
) -> bool:
    """Tell whether a valid number may be meant otherwise, so that more is to be asked than how it is read first.

    That is a number other than a mobile that begins with the region's own calling code, and one that was dialled
    with a prefix longer than `00`, or is a national one (in Japan), of which digits may belong to a calling code.
    """
    if region is None or text.startswith("+"):
        return False
    if source is Source.IDD:
        return begins(text, "00") and not begins(text[2:], code)
    if source is Source.REGION and begins(text, "00"):
        return True
    return source is Source.REGION and kind not in MOBILE_TYPES and begins(text, reader.own_code(region))


def _doubted(text: str, region: str, reader: Reader, reading: Reading, ruling: Ruling) -> Ruling:
    """Return the ruling on a valid number, or another one where phonenumbers' first reading is not the likelier one.

    In Germany 4915123643381 is +49 1512 3643381 to every reader, though all its digits make a German landline too.
    In Thailand 0049… may be 00 and +49 or 004 and +9…: where both are numbers, nobody can tell which is meant.
    """
    if not is_twofold(text, region, reader, code=reading.code, source=reading.source, kind=reading.type):
        return ruling
    if begins(text, "00"):
        other = reader.read("+" + text[2:], region)
        same = (other.code, other.national) == (reading.code, reading.national)
        return ruling if same or other.reason is not None else REJECTED[Reason.UNCLEAR]
    own = reader.read("+" + text, region)
    if own.reason is None and own.type in MOBILE_TYPES:
        return _ruled(text, "+" + text, Repair.MISSING_PLUS, own, reader)
    return ruling


def begins(text: str, prefix: str) -> bool:
    """Tell whether the text begins with a prefix, as far as its digits are known."""
    head = text[: len(prefix)]
    if head.endswith(ANY_DIGIT) and prefix.startswith(head.rstrip(ANY_DIGIT)):
        raise Unsettled
    return head == prefix


def is_filler(digits: str) -> bool:
    """Tell whether someone held down a key or ran along the keyboard: 9999999999, 1234567890, 0123456789.

    Only what starts with 0 or 1 counts as running along: 2345678901 and 9876543210 are numbers people have.
    """
    glance = digits[:_FEWEST_FILLER_DIGITS]
    if len(glance) < _FEWEST_FILLER_DIGITS or not (ANY_DIGIT in glance or may_become_filler(glance)):
        return False
    return _is(digits, digits[0] * len(digits)) or any(_is(digits, filler) for filler in _FILLERS)


def may_become_filler(*beginnings: str) -> bool:
    """Tell whether one of these, so few digits that more can follow, may be the beginning of a filler."""
    return not _FILLER_BEGINNINGS.isdisjoint(beginnings)


def _is(digits: str, filler: str) -> bool:
    return len(digits) <= len(filler) and begins(digits, filler[: len(digits)])


def readings(text: str, region: str | None, reader: Reader) -> Iterator[tuple[str, Repair | None]]:
    """List how the text may be meant, the likeliest first, each with the repair it takes."""
    digits = text.lstrip("+")
    if begins(digits, "00"):
        if region is not None:
            yield text, None
        yield "+" + digits[2:], Repair.INTERNATIONAL_PREFIX
        return
    signed = text.startswith("+")
    if signed or region is not None:
        yield text, None
    if region is None:
        return
    if begins(digits, "0" + reader.own_code(region)):
        yield "+" + digits[1:], Repair.TRUNK_PREFIX
    elif not signed and _plus_may_be_missing(text, region, reader):
        yield "+" + text, Repair.MISSING_PLUS


def _plus_may_be_missing(digits: str, region: str, reader: Reader) -> bool:
    """Tell whether there are too many digits for a mobile number of the region in which one key was hit too often."""
    if begins(digits, "0"):
        return False
    spare = len(digits) - reader.longest_usual(region)
    if len(digits) >= _EVIDENT_MISSING_PLUS or spare > 1:
        return True
    return spare == 1 and not any(reader.read(slip, region).type in MOBILE_TYPES for slip in (digits[:-1], digits[1:]))


def _ruled(text: str, candidate: str, repair: Repair | None, reading: Reading, reader: Reader) -> Ruling:
    """Rule on one reading of the text; `repair` is what made the candidate of it."""
    national = reading.national
    if national and (is_filler(national) or is_filler(reading.code + national)):
        return REJECTED[Reason.JUNK]
    if reading.reason is not None:
        home = reading.region
        if home and len(national) <= LONGEST_SHORT_NUMBER and reader.is_emergency(national, home):
            return REJECTED[Reason.EMERGENCY]
        return REJECTED[reading.reason]
    if len(reading.code) + len(national) > MOST_DIGITS:
        return REJECTED[Reason.TOO_LONG]
    repairs = repairs_made(candidate, reading.source, reading.code, national, repair)
    if text.endswith(national):
        return Ruling(None, reading.type, reading.region, reading.code, len(text) - len(national), repairs)
    return Ruling(None, reading.type, reading.region, reading.code + national, NOTHING_LEFT, repairs)


def repairs_made(candidate: str, source: Source, code: str, national: str, repair: Repair | None) -> tuple[Repair, ...]:
    """Name what stood between a candidate and its E.164 digits; `repair` is what made the candidate of its text."""
    made = [] if repair is None else [repair]
    if source is Source.IDD:
        made.append(Repair.INTERNATIONAL_PREFIX)
    elif source is Source.NO_PLUS:
        made.append(Repair.MISSING_PLUS)
    written = candidate.lstrip("+")
    trunk = written != national if source is Source.REGION else not written.endswith(code + national)
    if trunk and Repair.TRUNK_PREFIX not in made:
        made.append(Repair.TRUNK_PREFIX)
    return tuple(made)


# --- phonenumbers itself -------------------------------------------------------------------------

TYPES: dict[int, PhoneType] = {getattr(PhoneNumberType, kind.name): kind for kind in PhoneType}
"""From phonenumbers' PhoneNumberType to ours."""

_SOURCES = {
    CountryCodeSource.FROM_NUMBER_WITH_PLUS_SIGN: Source.PLUS,
    CountryCodeSource.FROM_NUMBER_WITH_IDD: Source.IDD,
    CountryCodeSource.FROM_NUMBER_WITHOUT_PLUS_SIGN: Source.NO_PLUS,
    CountryCodeSource.FROM_DEFAULT_COUNTRY: Source.REGION,
}
PARSE_FAULTS = {
    NumberParseException.INVALID_COUNTRY_CODE: Reason.UNKNOWN_COUNTRY_CODE,
    NumberParseException.NOT_A_NUMBER: Reason.TOO_SHORT,
    NumberParseException.TOO_SHORT_AFTER_IDD: Reason.TOO_SHORT,
    NumberParseException.TOO_SHORT_NSN: Reason.TOO_SHORT,
    NumberParseException.TOO_LONG: Reason.TOO_LONG,
}
"""What a text of digits that phonenumbers can't parse is rejected for."""

_LENGTH_FAULTS = {
    ValidationResult.TOO_SHORT: Reason.TOO_SHORT,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: Reason.TOO_SHORT,
    ValidationResult.TOO_LONG: Reason.TOO_LONG,
}


class Library:
    """The Reader that asks phonenumbers; all digits must be known."""

    def read(self, text: str, region: str | None) -> Reading:
        """Parse and validate by parse, is_valid_number and number_type."""
        try:
            number = phonenumbers.parse(text, region, keep_raw_input=True)
        except NumberParseException as fault:
            return failed(PARSE_FAULTS[fault.error_type])
        code = number.country_code or 0
        national = phonenumbers.national_significant_number(number)
        source = _SOURCES[number.country_code_source]
        if phonenumbers.is_valid_number(number):
            kind = TYPES[phonenumbers.number_type(number)]
            region = phonenumbers.region_code_for_number(number)
            return Reading(None, kind, region, str(code), national, source)
        home = phonenumbers.region_code_for_country_code(code)
        return Reading(why_invalid(code, len(national)), PhoneType.UNKNOWN, home, str(code), national, source)

    def is_emergency(self, digits: str, region: str) -> bool:
        """Ask the short numbers' metadata."""
        return bool(shortnumberinfo.is_emergency_number(digits, region))

    def own_code(self, region: str) -> str:
        """Ask country_code_for_region."""
        return code_of(region)

    def longest_usual(self, region: str) -> int:
        """Look into the metadata's possible lengths."""
        return _longest_usual(region)


@cache
def code_of(region: str | None) -> str:
    """Return a region's country calling code, "0" where it has none."""
    return str(phonenumbers.country_code_for_region(region) if region else 0)


@cache
def why_invalid(code: int, digits: int) -> Reason:
    """Say why a number of so many national digits is not valid, measured by the lengths of fixed lines and mobiles."""
    number = PhoneNumber(country_code=code, national_number=int("1" * digits))
    result = phonenumbers.is_possible_number_for_type_with_reason(number, PhoneNumberType.FIXED_LINE_OR_MOBILE)
    if result == ValidationResult.INVALID_LENGTH:  # also where there are no such numbers, as under +800
        result = phonenumbers.is_possible_number_with_reason(number)
    return _LENGTH_FAULTS.get(result, Reason.NOT_VALID)


@cache
def _longest_usual(region: str) -> int:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    kinds = (metadata.mobile, metadata.fixed_line, metadata.general_desc) if metadata else ()
    lengths = (max(kind.possible_length) for kind in kinds if kind is not None and kind.possible_length)
    return next(length for length in lengths if length > 0)


@cache
def trunk_of(region: str | None) -> str:
    """Return the digits that a region dials before a national number, "" where there are none."""
    return phonenumbers.ndd_prefix_for_region(region, strip_non_digits=True) or "" if region else ""


@cache
def dials_before_code(region: str | None, digits: str) -> bool:
    """Tell whether these digits are a whole international prefix of the region."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region or "", None)
    pattern = metadata.international_prefix if metadata is not None else None
    return pattern is not None and re.fullmatch(pattern, digits) is not None
