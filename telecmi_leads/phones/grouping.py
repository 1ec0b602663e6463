"""What a number's groups and a country's old dialling habits tell, where its digits alone make no number.

Asked only after `ruling.rule` has failed, or where the groups say more than the digits: `44 20 8765 4321` is +44 20…
whatever the row's country, as its first group is the calling code of a valid number.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING

from msgspec import Struct
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from telecmi_leads.core.patterns import pattern
from telecmi_leads.core.reasons import Reason, Repair
from telecmi_leads.phones.ruling import (
    MOBILE_TYPES,
    NOTHING_LEFT,
    REJECTED,
    Library,
    Ruling,
    code_of,
    dials_before_code,
    rule,
    trunk_of,
)

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

UNCLEAR = REJECTED[Reason.UNCLEAR]

CALLING_CODES = frozenset(map(str, COUNTRY_CODE_TO_REGION_CODE))
"""Every country calling code."""

_FIRST_GROUPS = pattern(r"\D*(\d+)\D+(\d+)")
HOPELESS = frozenset({Reason.JUNK, Reason.EMERGENCY, Reason.NO_PHONE})
"""Why digits are no number, however they are grouped."""

_GROUPS = pattern(r"\d+")
_NANP = "1"
_NANP_GROUPS = ([3, 3, 4], [3, 7], [6, 4])
_LONGEST_CODE = 3
_FEWEST_AFTER_CODE = 6
# Trunk prefixes that a country has given up, still found in lists; by region, with the text that takes their place.
# Mexico: 01, 044, 045 and +52 1 until 2019-08-03 (IFT, Plan Técnico Fundamental de Numeración). Ukraine and others of
# the former USSR: 8 until the years around 2009 (ITU-T Operational Bulletins). Chile: 09 until 2016 (Subtel).
# Poland: 0 until 2009 (UKE). Italy: 0 before mobiles until 2001 (AGCOM).
_OLD_PREFIXES: dict[str, tuple[tuple[re.Pattern[str], str], ...]] = {
    "MX": ((pattern(r"(?:\+?52)?(?:0?1|04[45])(\d{10})"), r"\1"), (pattern(r"(?:\+?52)0?1(\d{10})"), r"\1")),
    "PL": ((pattern(r"(?:\+?48)?0(\d{9})"), r"\1"),),
    "IT": ((pattern(r"(?:\+?39)?0(3\d{8,9})"), r"\1"),),
    "CL": ((pattern(r"(?:\+?56)?0(9\d{8})"), r"\1"),),
    "CO": ((pattern(r"(?:\+?57)?0(3\d{9})"), r"\1"),),
    **{
        region: ((pattern(r"8(0?\d{7,10})"), r"\1"),)
        for region in ("UA", "BY", "MD", "GE", "AM", "AZ", "UZ", "KG", "TJ", "TM", "EE", "LV", "LT")
    },
}
_OLD_AFTER_CODE = {
    "52": (pattern(r"52(?:1|01|044|045)(\d{10})"), r"52\1"),
    "56": (pattern(r"560(9\d{8})"), r"56\1"),
    "57": (pattern(r"570(3\d{9})"), r"57\1"),
    "39": (pattern(r"390(3\d{8,9})"), r"39\1"),
    "48": (pattern(r"480(\d{9})"), r"48\1"),
}
_CODE_LENGTH = 2  # of these
# A code again, after what is dialled before a code; the second one may have that before it, too.
_CODE_AGAIN = pattern(rf"\+?(?:00)?(?:(\d{{1,3}})(?:00)?\1|{'|'.join(_OLD_AFTER_CODE)})")


_MEXICO = "52"
_MEXICAN = pattern(r"52(?:1|01|044|045)\d{10}")  # without a plus in any row: no other numbers are so long


def _by_library(region: str | None) -> Callable[[str], Ruling]:
    return partial(rule, region=region, reader=Library())


class Asked(Struct, frozen=True):
    """The rules that hold for one cell: `rule` decides on digits as written in a row of `region`.

    `rule_of` returns the rule of another region, for a number whose country stands beside it.
    """

    region: str | None
    rule: Callable[[str], Ruling]
    rule_of: Callable[[str | None], Callable[[str], Ruling]] = _by_library

    def elsewhere(self, region: str | None) -> Asked:
        """Return the rules that hold for a number of another region."""
        return self if region == self.region else Asked(region, self.rule_of(region), self.rule_of)

    def of(self, text: str) -> Ruling:
        """Rule on a stretch of text with its groups in mind; the ruling is on the digits `digits_of` returns."""
        digits = digits_of(text)
        return self.weighed(text, digits, self.rule(digits))

    def weighed(self, text: str, digits: str, ruling: Ruling) -> Ruling:
        """Rule again on a stretch whose digits are ruled on, with its groups in mind."""
        if ruling.reason in HOPELESS or not digits:
            return ruling
        groups = None if text == digits and text.isascii() else first_groups(text)
        if groups is not None and not digits.startswith("+"):
            ruling = self._by_groups(text, digits, groups, ruling)
        return ruling if ruling.reason is None else self.rescued(digits, ruling)

    def _by_groups(self, text: str, digits: str, groups: tuple[str, str], ruling: Ruling) -> Ruling:
        """Read digits whose first group is a calling code, or `00`, by that where they are no number of the region."""
        first, second = groups
        if ruling.reason is None and not may_be_foreign(ruling, digits, self.region):
            return ruling
        if first in CALLING_CODES:
            abroad = self.rule("+" + digits)
            if abroad.reason is None:
                return self._likelier(text, abroad, ruling, first)
        elif (first == "00" and ruling.reason is not None and not second.startswith("0")) or (
            ruling.reason is Reason.UNCLEAR and first.startswith("00") and first[2:] in CALLING_CODES
        ):
            abroad = self.rule("+" + digits[2:])
            if abroad.reason is None:
                return unsigned(abroad, -1, Repair.INTERNATIONAL_PREFIX)
        elif ruling.reason is Reason.UNCLEAR and dials_before_code(self.region, first):
            abroad = self.rule("+" + digits[len(first) :])
            if abroad.reason is None:
                return unsigned(abroad, 1 - len(first), Repair.INTERNATIONAL_PREFIX)
        return ruling

    def _likelier(self, text: str, abroad: Ruling, ruling: Ruling, first: str) -> Ruling:
        """Choose between a number by its first group and a good ruling on all the digits, where there is one."""
        by_code = unsigned(abroad, 1, Repair.MISSING_PLUS)
        if ruling.reason is not None or Repair.INTERNATIONAL_PREFIX in ruling.repairs:
            return by_code
        if first == code_of(self.region):
            return ruling if ruling.type in MOBILE_TYPES else by_code
        if ruling.region == self.region or [len(group) for group in _GROUPS.findall(text)] in _NANP_GROUPS:
            return UNCLEAR  # all digits are a number of the region, but for what it does not dial; or a neighbour's
        return by_code if code_of(self.region) == _NANP else UNCLEAR

    def rescued(self, digits: str, ruling: Ruling) -> Ruling:
        """Try what people wrote before a numbering plan changed, and a calling code written twice."""
        for text, repair in self._rewritten(digits) if may_be_rewritten(digits, self.region) else ():
            found = self.rule(text)
            if found.reason is None and Repair.MISSING_PLUS not in found.repairs:
                return whole(found, text, repair)
        return ruling

    def _rewritten(self, digits: str) -> Iterator[tuple[str, Repair]]:
        own = code_of(self.region)
        signed = digits.removeprefix("+")
        international = digits.startswith("+")
        if signed.startswith("00"):
            signed, international = signed[2:], True
        codes = (own,) if not international else tuple(signed[:length] for length in range(1, _LONGEST_CODE + 1))
        for code in codes:
            if code in CALLING_CODES and signed.startswith(code):
                rest = signed[len(code) :]
                inner = rest.removeprefix("00")
                if inner.startswith(code) and len(inner) >= len(code) + _FEWEST_AFTER_CODE:
                    yield "+" + inner, Repair.CODE_TWICE
        if international or signed.startswith(own) or _MEXICAN.fullmatch(signed):
            pattern, by = _OLD_AFTER_CODE.get(signed[:_CODE_LENGTH], (None, ""))
            match = pattern.fullmatch(signed) if pattern is not None else None
            if match is not None:
                yield "+" + match.expand(by), Repair.OLD_PREFIX
        for pattern, by in _OLD_PREFIXES.get(self.region or "", ()) if not international else ():
            match = pattern.fullmatch(signed)
            if match is not None:
                yield match.expand(by), Repair.OLD_PREFIX


def may_be_rewritten(digits: str, region: str | None) -> bool:
    """Tell whether digits begin as those do that `Asked.rescued` tries to rewrite; most numbers begin otherwise."""
    if region in _OLD_PREFIXES:
        return True
    return digits.startswith(_beginnings(region)) and _CODE_AGAIN.match(digits) is not None


@lru_cache(maxsize=512)
def _beginnings(region: str | None) -> tuple[str, ...]:
    return "+", "00", _MEXICO, code_of(region)


def digits_of(text: str) -> str:
    """Return a stretch's digits, after a plus where one leads them."""
    digits = "".join(filter(str.isdigit, text))
    return "+" + digits if "+" in text else digits


def first_groups(text: str) -> tuple[str, str] | None:
    """Return the first two groups of digits, None where there is only one."""
    match = _FIRST_GROUPS.match(text)
    return (match[1], match[2]) if match is not None else None


def is_own(ruling: Ruling, region: str | None) -> bool:
    """Tell whether a good ruling is on a number under the region's own calling code."""
    return code_of(ruling.region) == code_of(region)


def may_be_foreign(ruling: Ruling, digits: str, region: str | None) -> bool:
    """Tell whether groups may outweigh a good ruling on digits without a plus.

    They may where it is on a number of another region that shares the calling code, on one that begins with the own
    calling code, or on one of which a prefix longer than a trunk prefix has been taken off.
    """
    if Repair.INTERNATIONAL_PREFIX in ruling.repairs:
        return not digits.startswith("0")  # 16 in Chad, 99 in North Korea
    if Repair.MISSING_PLUS in ruling.repairs:
        return False
    if ruling.region != region:
        return True
    own = code_of(region)
    if ruling.strip == 0 and digits.startswith(own):
        return True
    return not digits.startswith("0") and ruling.strip > len(trunk_of(region))


def unsigned(ruling: Ruling, shift: int, repair: Repair) -> Ruling:
    """Make of a good ruling on `+` and digits one on the digits as they are written, `shift` characters shorter."""
    key = (ruling, shift, repair)
    found = _unsigned.get(key)
    if found is None:
        strip = ruling.strip if ruling.strip == NOTHING_LEFT else ruling.strip - shift
        found = Ruling(None, ruling.type, ruling.region, ruling.prefix, strip, (*ruling.repairs, repair))
        if len(ruling.prefix) <= _LONGEST_CODE:
            _unsigned[key] = found
    return found


_unsigned: dict[tuple[Ruling, int, Repair], Ruling] = {}


def whole(ruling: Ruling, text: str, repair: Repair) -> Ruling:
    """Make of a good ruling on one text the same one whatever text it is asked for."""
    repairs = tuple(dict.fromkeys((*ruling.repairs, repair)))
    return Ruling(None, ruling.type, ruling.region, ruling.number(text), NOTHING_LEFT, repairs)
