"""phonenumbers' metadata read at run time, to prove what phonenumbers says of all numbers that begin alike.

`Metadata.read` follows phonenumbers' own steps (parse, region_code_for_number, is_valid_number, number_type) on a
text of digits whose end is unknown. Each question a step asks of the digits is put to the metadata's expressions as
automata; where the answer is not the same for every ending, `Unsettled` is raised and nothing is concluded.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from telecmi_leads.models import Reason
from telecmi_leads.options import PhoneType
from telecmi_leads.phones.automaton import Automaton, Outlook, Unsupported
from telecmi_leads.phones.library import Library, why_invalid
from telecmi_leads.phones.ruling import ANY_DIGIT, Reading, Source, Unsettled, begins, failed

if TYPE_CHECKING:
    from phonenumbers.phonemetadata import PhoneNumberDesc

_FEWEST_NATIONAL = 2
_MOST_NATIONAL = 17
_LONGEST_CODE = 3

# In the order in which phonenumbers asks for them; fixed lines and mobiles come last and may be one.
_SPECIAL_TYPES = (
    PhoneType.PREMIUM_RATE,
    PhoneType.TOLL_FREE,
    PhoneType.SHARED_COST,
    PhoneType.VOIP,
    PhoneType.PERSONAL_NUMBER,
    PhoneType.PAGER,
    PhoneType.UAN,
    PhoneType.VOICEMAIL,
)


class Metadata(Library):
    """The Reader that proves; what it can't prove is `Unsettled`."""

    def read(self, text: str, region: str | None) -> Reading:
        """Parse and validate a text whose last digits may be unknown."""
        code, national, source, metadata = _country(text, region)
        if metadata is None:
            return failed(Reason.UNKNOWN_COUNTRY_CODE)
        _, stripped = _without_trunk(national, metadata)
        if _is_length_possible(len(stripped), metadata.general_desc):
            national = stripped
        if len(national) < _FEWEST_NATIONAL:
            return failed(Reason.TOO_SHORT)
        if len(national) > _MOST_NATIONAL:
            return failed(Reason.TOO_LONG)
        kind, home = classify(code, national)
        reason = None if kind is not PhoneType.UNKNOWN else why_invalid(code, len(national))
        return Reading(reason, kind, home, str(code), national, source)

    def is_emergency(self, digits: str, region: str) -> bool:
        """Ask phonenumbers where the digits are known."""
        if ANY_DIGIT in digits:
            raise Unsettled
        return super().is_emergency(digits, region)


def classify(code: int, national: str) -> tuple[PhoneType, str | None]:
    """Return a national number's type and region, (UNKNOWN, the code's main region) where it is not valid."""
    regions = COUNTRY_CODE_TO_REGION_CODE[code]
    for region in regions:
        metadata = _metadata(code, region)
        if len(regions) > 1 and metadata.leading_digits is not None:
            if not _starts(metadata.leading_digits, national):
                continue
            kind = _type(metadata, national)
            return kind, region if kind is not PhoneType.UNKNOWN else regions[0]
        kind = _type(metadata, national)
        if kind is not PhoneType.UNKNOWN:
            return kind, region
    return PhoneType.UNKNOWN, regions[0]


# --- the steps of phonenumbers.parse ----------------------------------------------------------------


def _country(text: str, region: str | None) -> tuple[int, str, Source, PhoneMetadata | None]:
    """Find the country calling code: (code, the digits after it, where it was found, its metadata)."""
    if text.startswith("+"):
        return _after_plus(text[1:], Source.PLUS, retry=region is not None)
    metadata = PhoneMetadata.metadata_for_region(region or "", None)
    if metadata is None:
        raise Unsettled
    end = _prefix_end(metadata.international_prefix, text)
    if end is not None and not begins(text[end : end + 1], "0"):
        return _after_plus(text[end:], Source.IDD, retry=False)
    code = str(metadata.country_code)
    if begins(text, code):
        _, national = _without_trunk(text[len(code) :], metadata)
        general = metadata.general_desc
        longest = max(general.possible_length)
        if (not _is(general, text) and _is(general, national)) or len(text) > longest:
            return int(code), national, Source.NO_PLUS, _main_metadata(int(code), metadata)
    return int(code), text, Source.REGION, metadata


def _after_plus(digits: str, source: Source, *, retry: bool) -> tuple[int, str, Source, PhoneMetadata | None]:
    """Split digits that begin with a country calling code. phonenumbers tries more where that fails (`retry`)."""
    for length in range(1, _LONGEST_CODE + 1):
        head = digits[:length]
        if ANY_DIGIT in head or len(digits) <= _FEWEST_NATIONAL:
            raise Unsettled
        if head[0] != "0" and int(head) in COUNTRY_CODE_TO_REGION_CODE:
            return int(head), digits[length:], source, _main_metadata(int(head), None)
    if retry:
        raise Unsettled
    return 0, "", source, None


def _without_trunk(national: str, metadata: PhoneMetadata) -> tuple[bool, str]:
    """Strip a national prefix, where what is left is no less a number than before."""
    pattern = metadata.national_prefix_for_parsing
    if not national or not pattern:
        return False, national
    match = _match_start(pattern, national)
    if match is None:
        return False, national
    rule, groups = metadata.national_prefix_transform_rule, match.groups()
    if rule and groups and groups[-1] is not None:
        raise Unsettled
    stripped = national[match.end() :]
    general = metadata.general_desc
    if _is(general, national) and not _is(general, stripped):
        return False, national
    return True, stripped


def _is_length_possible(length: int, general: PhoneNumberDesc) -> bool:
    """Tell whether a prefix may go when so many digits are left: the length is possible, or too long anyway."""
    if length in general.possible_length_local_only:
        return False
    return length in general.possible_length or length > max(general.possible_length)


# --- questions to the metadata's expressions --------------------------------------------------------


def _type(metadata: PhoneMetadata, national: str) -> PhoneType:
    """Return a national number's type in one region, as phonenumbers' _number_type_helper does."""
    if not _is(metadata.general_desc, national):
        return PhoneType.UNKNOWN
    for kind in _SPECIAL_TYPES:
        if _is(getattr(metadata, kind.value), national):
            return kind
    fixed = _is(metadata.fixed_line, national)
    if metadata.same_mobile_and_fixed_line_pattern:
        return PhoneType.FIXED_LINE_OR_MOBILE if fixed else PhoneType.UNKNOWN
    if _is(metadata.mobile, national):
        return PhoneType.FIXED_LINE_OR_MOBILE if fixed else PhoneType.MOBILE
    return PhoneType.FIXED_LINE if fixed else PhoneType.UNKNOWN


def _is(desc: PhoneNumberDesc | None, national: str) -> bool:
    """Tell whether the number fits a description."""
    if desc is None or not desc.national_number_pattern:
        return False
    if desc.possible_length and len(national) not in desc.possible_length:
        return False
    known = national.rstrip(ANY_DIGIT)
    outlook = _automaton(desc.national_number_pattern).outlook(known, len(national) - len(known))
    if outlook is Outlook.DEPENDS:
        raise Unsettled
    return outlook is Outlook.ALWAYS


def _starts(pattern: str, national: str) -> bool:
    """Tell whether the number begins with what the pattern matches."""
    automaton = _automaton(pattern)
    state = automaton.start
    for digit in national.rstrip(ANY_DIGIT):
        if automaton.accepts(state):
            return True
        state = automaton.step(state, digit)
    if automaton.accepts(state):
        return True
    if state != automaton.DEAD and ANY_DIGIT in national:
        raise Unsettled
    return False


def _prefix_end(pattern: str | None, text: str) -> int | None:
    match = _match_start(pattern, text) if pattern else None
    return match.end() if match else None


def _match_start(pattern: str, text: str) -> re.Match[str] | None:
    """Match at the start of the text, where the unknown digits can't change what is matched."""
    known = text.rstrip(ANY_DIGIT)
    if known != text:
        automaton = _automaton(pattern)
        state = automaton.start
        for digit in known:
            state = automaton.step(state, digit)
        if state != automaton.DEAD:
            raise Unsettled
    return _compiled(pattern).match(known)


@cache
def _automaton(pattern: str) -> Automaton:
    try:
        return Automaton(pattern)
    except Unsupported:
        raise Unsettled from None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@cache
def _metadata(code: int, region: str) -> PhoneMetadata:
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    if metadata is None:
        raise Unsettled
    return metadata


def _main_metadata(code: int, own: PhoneMetadata | None) -> PhoneMetadata:
    """Return the metadata of a code's main region, which is what phonenumbers goes on with after a country code."""
    region = phonenumbers.region_code_for_country_code(code)
    return own if own is not None and own.id == region else _metadata(code, region)
