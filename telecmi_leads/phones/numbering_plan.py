"""A calling code's numbers of one length as an automaton: digits in, type and region out, as early as they are settled.

phonenumbers finds a number's region (region_code_for_number) and type (number_type) by asking one expression of its
metadata after the other. Here all of them walk along at once, digit by digit, and a `Node` says what the answer is as
soon as no further digit can change it. Nodes are made when they are first reached and shared by all paths to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from telecmi_leads.phones.automaton import Automaton, Outlook, Unsupported
from telecmi_leads.phones.ruling import ANY_DIGIT, Unsettled
from telecmi_leads.settings.option_values import PhoneType

if TYPE_CHECKING:
    from collections.abc import Callable

    from phonenumbers.phonemetadata import PhoneNumberDesc

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


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """What a national number is: (UNKNOWN, the code's main region) where it is not valid. Told apart by identity."""

    type: PhoneType
    region: str


class Node:
    """What is known of a number after some of its digits: `kind`, or None while that depends on the others."""

    __slots__ = ("_numbering", "_states", "_steps", "kind", "rest")

    def __init__(self, numbering: Numbering, states: dict[Automaton, int], rest: int) -> None:
        self._numbering = numbering
        self._states = states
        self._steps: list[Node | None] = [None] * 10
        self.rest = rest
        try:
            self.kind: Kind | None = numbering.kind(states, rest)
        except Unsettled:
            self.kind = None

    def after(self, digit: str) -> Node:
        """Return the node that one more digit leads to."""
        index = ord(digit) - 48
        node = self._steps[index]
        if node is None:
            states = {}
            for machine, state in self._states.items():
                following = machine.following(state)[index]
                if following:
                    states[machine] = following
            node = self._steps[index] = self._numbering.node(states, self.rest - 1)
        return node

    def walk(self, digits: str) -> Node:
        """Return the node that digits lead to, or the first on the way where all is settled."""
        node = self
        for digit in digits:
            if node.kind is not None:
                break
            node = node.after(digit)
        return node


class _RegionPlan(NamedTuple):
    """One region's expressions that numbers of this length can match; None where there is none."""

    region: str
    leading: Automaton | None
    general: Automaton | None
    special: tuple[tuple[PhoneType, Automaton], ...]
    fixed: Automaton | None
    mobile: Automaton | None
    same: bool


class Numbering:
    """The national numbers of one length under one calling code; `root` is the node before the first digit."""

    def __init__(self, code: int, length: int) -> None:
        regions = COUNTRY_CODE_TO_REGION_CODE[code]
        self._plans = [_plan(metadata_of(code, region), region, length, shared=len(regions) > 1) for region in regions]
        self._kinds: dict[tuple[PhoneType, str], Kind] = {}
        self._main_region = regions[0]
        self._nodes: dict[tuple[int, tuple[tuple[Automaton, int], ...]], Node] = {}
        machines = dict.fromkeys(machine for plan in self._plans for machine in _machines(plan))
        self.root = self.node({machine: machine.start for machine in machines}, length)

    def node(self, states: dict[Automaton, int], rest: int) -> Node:
        """Return the node for these states of the expressions that may still match."""
        key = (rest, tuple(states.items()))
        found = self._nodes.get(key)
        if found is None:
            found = self._nodes[key] = Node(self, states, rest)
        return found

    def kind(self, states: dict[Automaton, int], rest: int) -> Kind:
        """Find region and type in phonenumbers' order."""

        def matches(machine: Automaton | None) -> bool:
            state = states.get(machine) if machine is not None else None
            if machine is None or state is None:
                return False
            outlook = machine.outlook_from(state, rest)
            if outlook is Outlook.DEPENDS:
                raise Unsettled
            return outlook is Outlook.ALWAYS

        for plan in self._plans:
            if plan.leading is None:
                kind = _type(plan, matches)
                if kind is not PhoneType.UNKNOWN:
                    return self._kind(kind, plan.region)
            elif matches(plan.leading):
                kind = _type(plan, matches)
                return self._kind(kind, self._main_region if kind is PhoneType.UNKNOWN else plan.region)
        return self._kind(PhoneType.UNKNOWN, self._main_region)

    def _kind(self, kind: PhoneType, region: str) -> Kind:
        return self._kinds.setdefault((kind, region), Kind(kind, region))


@cache
def numbering(code: int, length: int) -> Numbering:
    """Return the numbering of a calling code for national numbers of so many digits."""
    return Numbering(code, length)


@cache
def automaton(pattern: str) -> Automaton:
    """Return the automaton of an expression; Unsettled where the expression is beyond it."""
    try:
        return Automaton(pattern)
    except Unsupported:
        raise Unsettled from None


@cache
def metadata_of(code: int, region: str) -> PhoneMetadata:
    """Return the metadata of a region, or of a calling code without one (region 001)."""
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    if metadata is None:
        raise Unsettled
    return metadata


def main_metadata(code: int) -> PhoneMetadata:
    """Return the metadata of a calling code's main region."""
    return metadata_of(code, phonenumbers.region_code_for_country_code(code))


def general_of(metadata: PhoneMetadata) -> PhoneNumberDesc:
    """Return the description that all numbers of a region have to fit."""
    if metadata.general_desc is None:
        raise Unsettled
    return metadata.general_desc


def fits(desc: PhoneNumberDesc, national: str) -> bool:
    """Tell whether digits, as far as they are known, match a description's expression; lengths do not matter here."""
    if not desc.national_number_pattern:
        return False
    known = national.rstrip(ANY_DIGIT)
    outlook = automaton(desc.national_number_pattern).outlook(known, len(national) - len(known))
    if outlook is Outlook.DEPENDS:
        raise Unsettled
    return outlook is Outlook.ALWAYS


def _machine(desc: PhoneNumberDesc | None, length: int) -> Automaton | None:
    """Return the automaton of a description if it has an expression and its numbers may be this long."""
    if desc is None or not desc.national_number_pattern:
        return None
    possible = not desc.possible_length or length in desc.possible_length
    return automaton(desc.national_number_pattern) if possible else None


def _plan(metadata: PhoneMetadata, region: str, length: int, *, shared: bool) -> _RegionPlan:
    leading = metadata.leading_digits if shared else None
    special = ((kind, _machine(getattr(metadata, kind.value), length)) for kind in _SPECIAL_TYPES)
    return _RegionPlan(
        region,
        automaton(rf"(?:{leading})\d*") if leading is not None else None,
        _machine(metadata.general_desc, length),
        tuple((kind, machine) for kind, machine in special if machine is not None),
        _machine(metadata.fixed_line, length),
        _machine(metadata.mobile, length),
        bool(metadata.same_mobile_and_fixed_line_pattern),
    )


def _machines(plan: _RegionPlan) -> list[Automaton]:
    every = [plan.leading, plan.general, plan.fixed, plan.mobile, *(machine for _, machine in plan.special)]
    return [machine for machine in every if machine is not None]


def _type(plan: _RegionPlan, matches: Callable[[Automaton | None], bool]) -> PhoneType:
    """Find a number's type within one region, as phonenumbers does."""
    if not matches(plan.general):
        return PhoneType.UNKNOWN
    for kind, machine in plan.special:
        if matches(machine):
            return kind
    fixed = matches(plan.fixed)
    if plan.same:
        return PhoneType.FIXED_LINE_OR_MOBILE if fixed else PhoneType.UNKNOWN
    if matches(plan.mobile):
        return PhoneType.FIXED_LINE_OR_MOBILE if fixed else PhoneType.MOBILE
    return PhoneType.FIXED_LINE if fixed else PhoneType.UNKNOWN
