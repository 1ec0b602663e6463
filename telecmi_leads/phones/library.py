"""phonenumbers itself, asked through its public functions: the authority on every number."""

from __future__ import annotations

import re
from functools import cache

import phonenumbers
from phonenumbers import (
    CountryCodeSource,
    NumberParseException,
    PhoneNumber,
    PhoneNumberType,
    ValidationResult,
    shortnumberinfo,
)

from telecmi_leads.core.reasons import Reason
from telecmi_leads.phones.ruling import Reading, Source, failed
from telecmi_leads.settings.option_values import PhoneType

phonenumbers.enable_pattern_cache()

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
