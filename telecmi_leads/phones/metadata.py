"""phonenumbers' metadata read at run time, to prove what phonenumbers says of all numbers that begin alike.

`parse` and `Metadata.read` follow phonenumbers' own steps on a text of digits whose end is unknown. Each question a
step asks of the digits is put to the metadata's expressions as automata; where the answer is not the same for every
ending, `Unsettled` is raised and nothing is concluded.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from telecmi_leads.core.reasons import Reason
from telecmi_leads.phones.automaton import Outlook
from telecmi_leads.phones.numbering_plan import (
    FEWEST_DIGITS,
    MOST_DIGITS,
    automaton,
    fits,
    general_of,
    main_metadata,
    root_of,
)
from telecmi_leads.phones.ruling import (
    ANY_DIGIT,
    LONGEST_SHORT_NUMBER,
    Library,
    Reading,
    Source,
    Unsettled,
    begins,
    failed,
    why_invalid,
)
from telecmi_leads.settings.option_values import PhoneType

if TYPE_CHECKING:
    from phonenumbers.phonemetadata import PhoneNumberDesc

_LONGEST_CODE = 3
_USUAL_EMERGENCY_DIGITS = 3
LONG_EMERGENCIES = frozenset({"CF", "ER", "FM", "GA", "IN", "NA", "NE", "OM", "PK", "SE", "TH", "ZA"})
"""The regions that have emergency numbers of more digits than three, by phonenumbers' metadata of short numbers.

Named here because those metadata are a module for each region, slow to import for a mere prefix met by chance.
"""


class Parsed(NamedTuple):
    """A text as phonenumbers parses it, not yet validated: a calling code and the digits after it, or a fault."""

    code: int
    national: str
    source: Source
    fault: Reason | None


class Metadata(Library):
    """The Reader that proves; what it can't prove is `Unsettled`."""

    def read(self, text: str, region: str | None) -> Reading:
        """Parse and validate a text whose last digits may be unknown."""
        code, national, source, fault = parse(text, region)
        if fault is not None:
            return failed(fault)
        kind = root_of(code, len(national)).walk(national.rstrip(ANY_DIGIT)).kind
        if kind is None:
            raise Unsettled
        reason = why_invalid(code, len(national)) if kind.type is PhoneType.UNKNOWN else None
        return Reading(reason, kind.type, kind.region, str(code), national, source)

    def is_emergency(self, digits: str, region: str) -> bool:
        """Ask phonenumbers where the digits are known, and are no more than the region's emergency numbers have."""
        if not may_be_emergency(len(digits), region):
            return False
        if ANY_DIGIT in digits:
            raise Unsettled
        return super().is_emergency(digits, region)


def may_be_emergency(digits: int, region: str) -> bool:
    """Tell whether an emergency number of the region may have so many digits."""
    return digits <= (LONGEST_SHORT_NUMBER if region in LONG_EMERGENCIES else _USUAL_EMERGENCY_DIGITS)


def parse(text: str, region: str | None) -> Parsed:
    """Parse a text of digits, the last of which may be unknown, as phonenumbers.parse does."""
    code, national, source, metadata = _country(text, region)
    if metadata is None:
        return Parsed(0, "", source, Reason.UNKNOWN_COUNTRY_CODE)
    stripped = _without_trunk(national, metadata)
    if _is_length_possible(len(stripped), general_of(metadata)):
        national = stripped
    fault = None
    if len(national) < FEWEST_DIGITS:
        fault = Reason.TOO_SHORT
    elif len(national) > MOST_DIGITS:
        fault = Reason.TOO_LONG
    return Parsed(code, national, source, fault)


def _country(text: str, region: str | None) -> tuple[int, str, Source, PhoneMetadata | None]:
    """Find the country calling code: (code, the digits after it, where it was found, its metadata)."""
    if text.startswith("+"):
        found = _after_plus(text[1:], Source.PLUS)
        if found[-1] is not None or region is None:
            return found
        # Digits that no code begins may be dialled as they are: "+0033 …" in a country that dials 00 before a code.
        again = _country(text[1:], region)
        return found if again[2] is Source.REGION else again
    metadata = PhoneMetadata.metadata_for_region(region or "", None)
    if metadata is None:
        raise Unsettled
    end = _prefix_end(metadata.international_prefix, text)
    if end is not None and not begins(text[end : end + 1], "0"):
        return _after_plus(text[end:], Source.IDD)
    code = str(metadata.country_code)
    if begins(text, code):
        national = _without_trunk(text[len(code) :], metadata)
        general = general_of(metadata)
        too_long = len(text) > max(general.possible_length)
        if too_long or (not fits(general, text) and fits(general, national)):
            return int(code), national, Source.NO_PLUS, main_metadata(int(code))
    return int(code), text, Source.REGION, metadata


def _after_plus(digits: str, source: Source) -> tuple[int, str, Source, PhoneMetadata | None]:
    """Split digits that begin with a country calling code; there is no metadata where none begins them."""
    for length in range(1, _LONGEST_CODE + 1):
        head = digits[:length]
        if ANY_DIGIT in head or len(digits) <= FEWEST_DIGITS:
            raise Unsettled
        if head[0] != "0" and int(head) in COUNTRY_CODE_TO_REGION_CODE:
            return int(head), digits[length:], source, main_metadata(int(head))
    return 0, "", source, None


def _without_trunk(national: str, metadata: PhoneMetadata) -> str:
    """Strip a national prefix, where what is left is no less a number than before."""
    pattern = metadata.national_prefix_for_parsing
    match = _match_start(pattern, national) if national and pattern else None
    if match is None:
        return national
    stripped = national[match.end() :]
    rule = metadata.national_prefix_transform_rule
    if pattern and rule and match.groups() and match.groups()[-1] is not None:
        if ANY_DIGIT in national:
            raise Unsettled
        stripped = re.compile(pattern).sub(rule, national, count=1)
    general = general_of(metadata)
    return national if fits(general, national) and not fits(general, stripped) else stripped


def _is_length_possible(length: int, general: PhoneNumberDesc) -> bool:
    """Tell whether a prefix may go when so many digits are left: the length is possible, or too long anyway."""
    if length in general.possible_length_local_only:
        return False
    return length in general.possible_length or length > max(general.possible_length)


def _prefix_end(pattern: str | None, text: str) -> int | None:
    match = _match_start(pattern, text) if pattern else None
    return match.end() if match else None


def _match_start(pattern: str, text: str) -> re.Match[str] | None:
    """Match at the start of the text, provided that the unknown digits can't change what is matched."""
    known = text.rstrip(ANY_DIGIT)
    if known == text:
        return re.compile(pattern).match(text)
    beginnings, wholes, expression = _split(pattern)
    for whole in wholes:
        if automaton(whole).outlook(known, len(text) - len(known)) is not Outlook.NEVER:
            raise Unsettled
    if beginnings:
        machine = automaton(beginnings)
        state = machine.start
        for digit in known:
            state = machine.step(state, digit)
        if machine.may_end(state, len(text) - len(known)):
            raise Unsettled
    return expression.match(known)


@cache
def _split(pattern: str) -> tuple[str, tuple[str, ...], re.Pattern[str]]:
    """Split an expression at its outermost bars into what may match a beginning and what must match the whole (`$`).

    The third is the expression with the latter made to match nothing, for a text that none of them matches.
    """
    depth = 0
    alternatives = [""]
    for char in pattern:
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            alternatives.append("")
        else:
            alternatives[-1] += char
    beginnings = "|".join(one for one in alternatives if not one.endswith("$"))
    wholes = tuple(one[:-1] for one in alternatives if one.endswith("$"))
    never = "|".join(one[:-1] + "(?!)" if one.endswith("$") else one for one in alternatives)
    return beginnings, wholes, re.compile(never)
