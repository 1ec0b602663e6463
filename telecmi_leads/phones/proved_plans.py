"""The numbering plans of all calling codes, proved ahead of time: what a number's digits lead to.

numbering_plans.txt has a line for each calling code: the code, a check, and the plan. The check is a digest of the plan
and of the very metadata it was proved from. With another release of phonenumbers it fits where the metadata are still
the same; where it does not fit, the plan is proved when it is first needed.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from base64 import b64decode, b64encode
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import TYPE_CHECKING

from msgspec import Struct

from telecmi_leads.phones.numbering_plan import FEWEST_DIGITS, NumberingPlan, metadata_read, prove
from telecmi_leads.settings.option_values import PhoneType

if TYPE_CHECKING:
    from collections.abc import Sequence

PLANS = "numbering_plans.txt"
"""The file beside this module; tests/make_numbering_plans.py writes it."""

_DIGITS = 10


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


# --- the file -----------------------------------------------------------------------------------


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
    text = files(__package__).joinpath(PLANS).read_text(encoding="ascii")
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
