"""A calling code's numbers as an automaton: digits in, type and region out, as early as they are settled.

phonenumbers finds a number's region (region_code_for_number) and type (number_type) by asking one expression of its
metadata after the other. Here all of them walk along at once, digit by digit, to the point from which no further digit
can change the answer.

Proving takes a second for all calling codes, so that numbering_plans.txt keeps what comes of it: a line for each, with
the code, a check, and the plan. The check is a digest of the plan and of the very metadata it was proved from. With
another release of phonenumbers it fits where the metadata are still the same; where it does not fit, the plan is proved
when it is first needed.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from base64 import b64decode, b64encode
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

import phonenumbers
from msgspec import Struct
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from telecmi_leads.core.shipped import shipped_text
from telecmi_leads.phones.automaton import Automaton, Outlook, Unsupported
from telecmi_leads.phones.ruling import ANY_DIGIT, Unsettled
from telecmi_leads.settings.option_values import PhoneType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from phonenumbers.phonemetadata import PhoneNumberDesc

PLANS = "numbering_plans.txt"
"""The file beside this module; tests/make_numbering_plans.py writes it."""

_DIGITS = 10

FEWEST_DIGITS, MOST_DIGITS = 2, 17
"""How many digits a national number may have to phonenumbers."""

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


class _RegionPlan(NamedTuple):
    """One region's expressions that numbers of this length can match; None where there is none."""

    region: str
    leading: Automaton | None
    general: Automaton | None
    special: tuple[tuple[PhoneType, Automaton], ...]
    fixed: Automaton | None
    mobile: Automaton | None
    same: bool


class NumberingPlan(NamedTuple):
    """The numbers of a calling code, as states numbered from 0: first the answers, then what leads to them.

    The states of `kinds` (type and region; UNKNOWN and the code's main region where numbers are not valid) are the
    answers. Each state after them has ten `steps`, one for each digit, to states before it. `roots` are the states
    before the first digit, by the number of digits from `FEWEST_DIGITS` to `MOST_DIGITS`.
    """

    kinds: tuple[tuple[PhoneType, str], ...]
    steps: tuple[int, ...]
    roots: tuple[int, ...]


def prove(code: int) -> NumberingPlan:
    """Prove the numbering plan of a calling code; Unsettled where its expressions are beyond `Automaton`."""
    proof = _Proof(code)
    roots = [proof.root(length) for length in range(FEWEST_DIGITS, MOST_DIGITS + 1)]
    return proof.plan(roots)


def metadata_read(code: int) -> str:
    """Return all that `prove` reads of a calling code's metadata, written out."""
    read: list[object] = []
    for region in COUNTRY_CODE_TO_REGION_CODE[code]:
        metadata = metadata_of(code, region)
        names = ("general_desc", *(kind.value for kind in _SPECIAL_TYPES), "fixed_line", "mobile")
        descs: list[PhoneNumberDesc | None] = [getattr(metadata, name) for name in names]
        expressions = [desc and (desc.national_number_pattern, desc.possible_length) for desc in descs]
        same = bool(metadata.same_mobile_and_fixed_line_pattern)
        read.append((region, metadata.leading_digits, same, expressions))
    return repr(read)


class _Proof:
    """The states of one calling code, found from the roots; those from which all digits lead alike are one state."""

    def __init__(self, code: int) -> None:
        self._code = code
        self._regions = COUNTRY_CODE_TO_REGION_CODE[code]
        self._answers: dict[tuple[PhoneType, str], _State] = {}
        self._states: dict[tuple[_State, ...], _State] = {}
        self._plans: list[_RegionPlan] = []
        self._known: dict[tuple[int, tuple[tuple[Automaton, int], ...]], _State] = {}

    def root(self, length: int) -> _State:
        """Return the state before the first of so many digits."""
        shared = len(self._regions) > 1
        metadata = ((region, metadata_of(self._code, region)) for region in self._regions)
        self._plans = [_plan(of_region, region, length, shared=shared) for region, of_region in metadata]
        self._known = {}
        machines = dict.fromkeys(machine for plan in self._plans for machine in _machines(plan))
        return self._state({machine: machine.start for machine in machines}, length)

    def plan(self, roots: list[_State]) -> NumberingPlan:
        """Return the plan: the states in a row, each behind those that it leads to."""
        numbers: dict[_State, int] = {state: number for number, state in enumerate(self._answers.values())}
        steps: list[int] = []
        for following, state in self._states.items():
            numbers[state] = len(numbers)
            steps += [numbers[each] for each in following]
        return NumberingPlan(tuple(self._answers), tuple(steps), tuple(numbers[root] for root in roots))

    def _state(self, places: dict[Automaton, int], rest: int) -> _State:
        """Return the state in which the expressions that may still match are at these places, `rest` digits to come."""
        key = (rest, tuple(places.items()))
        found = self._known.get(key)
        if found is None:
            try:
                found = self._answers.setdefault(self._answer(places, rest), _State())
            except Unsettled:
                following = tuple(self._state(_after(places, digit), rest - 1) for digit in range(10))
                found = self._states.setdefault(following, _State())
            self._known[key] = found
        return found

    def _answer(self, places: dict[Automaton, int], rest: int) -> tuple[PhoneType, str]:
        """Find type and region in phonenumbers' order; Unsettled where they depend on digits to come."""

        def matches(machine: Automaton | None) -> bool:
            place = places.get(machine) if machine is not None else None
            if machine is None or place is None:
                return False
            outlook = machine.outlook_from(place, rest)
            if outlook is Outlook.DEPENDS:
                raise Unsettled
            return outlook is Outlook.ALWAYS

        for plan in self._plans:
            if plan.leading is None:
                kind = _type(plan, matches)
                if kind is not PhoneType.UNKNOWN:
                    return kind, plan.region
            elif matches(plan.leading):
                kind = _type(plan, matches)
                return kind, self._regions[0] if kind is PhoneType.UNKNOWN else plan.region
        return PhoneType.UNKNOWN, self._regions[0]


class _State:
    """A state of a proof; it is what leads to it and what it leads to."""

    __slots__ = ()


def _after(places: dict[Automaton, int], digit: int) -> dict[Automaton, int]:
    following = ((machine, machine.following(place)[digit]) for machine, place in places.items())
    return {machine: place for machine, place in following if place != Automaton.DEAD}


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


# --- a number walks through its plan, digit by digit -------------------------------------------------


class Kind(Struct, frozen=True, eq=False):
    """What a national number is: (UNKNOWN, the code's main region) where it is not valid. Told apart by identity."""

    type: PhoneType
    region: str


class Node:
    """What is known of a number after some of its digits: `kind`, or None while that depends on the others."""

    __slots__ = ("_steps", "kind")

    def __init__(self, kind: Kind | None, steps: Sequence[Node]) -> None:
        self.kind = kind
        self._steps = steps

    def after(self, digit: str) -> Node:
        """Return the node that one more digit leads to."""
        return self._steps[ord(digit) - 48]

    def walk(self, digits: str) -> Node:
        """Return the node that digits lead to, or the first on the way where all is settled."""
        node = self
        for digit in digits:
            if node.kind is not None:
                break
            node = node.after(digit)
        return node


def root_of(code: int, length: int) -> Node:
    """Return the node before the first of so many digits of a calling code's national number, `FEWEST_DIGITS` or more.

    Raises Unsettled where the calling code's metadata are beyond proof.
    """
    return roots_of(code)[length - FEWEST_DIGITS]


@cache
def roots_of(code: int) -> Sequence[Node]:
    """Return the nodes before the first digit, by the number of digits from `FEWEST_DIGITS` on."""
    plan = kept_plan(code) or prove(code)
    nodes = [Node(Kind(kind, region), ()) for kind, region in plan.kinds]
    for begin in range(0, len(plan.steps), _DIGITS):
        nodes.append(Node(None, [nodes[step] for step in plan.steps[begin : begin + _DIGITS]]))
    return [nodes[root] for root in plan.roots]


# --- the file of proved plans ---------------------------------------------------------------------


def kept_plan(code: int) -> NumberingPlan | None:
    """Return the plan that the file has for a calling code, None where its metadata are others now."""
    check, kept = _lines().get(str(code), ("", ""))
    if check != _check(code, kept):
        return None
    kinds, roots, steps = kept.split(" ")
    pairs = (kind.split(":") for kind in kinds.split(","))
    return NumberingPlan(
        tuple((PhoneType(kind), region) for kind, region in pairs),
        steps=_numbers(steps),
        roots=_numbers(roots),
    )


def line_of(code: int) -> str:
    """Return a calling code's line, proved anew; Unsettled where it is beyond proof."""
    plan = prove(code)
    kinds = ",".join(f"{kind}:{region}" for kind, region in plan.kinds)
    kept = f"{kinds} {_text(plan.roots)} {_text(plan.steps)}"
    return f"{code}\t{_check(code, kept)}\t{kept}\n"


@cache
def _lines() -> dict[str, tuple[str, str]]:
    """Return the file's checks and plans by calling code."""
    text = shipped_text("telecmi_leads.phones", PLANS)
    lines = (line.split("\t") for line in text.splitlines())
    return {code: (check, kept) for code, check, kept in lines}


def _check(code: int, kept: str) -> str:
    return blake2b(f"{metadata_read(code)}\n{kept}".encode(), digest_size=16).hexdigest()


def _text(numbers: Sequence[int]) -> str:
    return b64encode(zlib.compress(_swapped(array("H", numbers)).tobytes(), 9)).decode()


def _numbers(text: str) -> tuple[int, ...]:
    numbers = array("H")
    numbers.frombytes(zlib.decompress(b64decode(text)))
    return tuple(_swapped(numbers))


def _swapped(numbers: array[int]) -> array[int]:
    """Turn numbers from this machine's byte order into the file's, which is little-endian, or back."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
