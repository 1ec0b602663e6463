"""What a number format of a spreadsheet adds to a number: `"+44 "0` shows 7400123456 as +44 7400123456.

Formats are those of Excel ([ECMA-376] 18.8.31). Only what makes another phone number of a whole number is of interest:
a plus, and digits that stand in the format itself. Everything else that a format does is left to the spreadsheet.

Run within the child process (workbook_child), which loads it by its path: it imports nothing of the program.
"""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable

FEWEST_DIGITS = 6
"""Digits of a number that may be somebody's: what is shown of shorter ones (+5, "No. 2024"0012) is not looked at."""

_UNCLEAR = "X"
"""Before a number whose shown text can't be told: no number with a letter for a digit is dialled."""

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|\[\$(?P<currency>[^\]-]*)[^\]]*\]|\[(?P<bracket>[^\]]*)\]|(?P<blank>[_*].)'
    r"|(?P<general>General)|(?P<measure>E[+-]|[%/@])|(?P<places>[0#?]+)|(?P<end>;)|(?P<point>\.)|(?P<comma>,)"
    r"|(?P<letter>[A-Z])|(?P<bare>.)",
    re.IGNORECASE | re.DOTALL | re.ASCII,
)
PLUS = re.compile(r"\A\D*[+\N{FULLWIDTH PLUS SIGN}]")
"""A plus before all digits of a text."""

_LITERAL = frozenset({"quoted", "escaped", "currency", "bare"})
_PLACE = "\0"
_ADDED = re.compile(r"[+\N{FULLWIDTH PLUS SIGN}][^\0]*\0|(?<![^\W\d_])\d")
"""A plus before the number, or a digit that is no part of a word: the 2 of m2 is one."""

_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d*)?)")
_COMPARED: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}


class _Section(Struct):
    """One of the parts of a format between semicolons.

    `pieces` are its literal texts and its digit places (True), `condition` says for which numbers it is. A `measure`
    does not show the whole number (percent, an exponent, a fraction, thousands); what an `unclear` one shows is not
    known.
    """

    pieces: list[tuple[bool, str]]
    condition: tuple[str, float] | None = None
    measure: bool = False
    unclear: bool = False

    @property
    def adds(self) -> bool:
        """Tell whether a whole number is shown with a plus before it, or with further digits."""
        text = "".join(_PLACE if is_place else text for is_place, text in self.pieces)
        return not self.measure and _PLACE in text and _ADDED.search(text) is not None

    def holds_for(self, number: float) -> bool:
        """Tell whether the condition, where there is one, holds for a number."""
        return self.condition is None or _COMPARED[self.condition[0]](number, self.condition[1])

    def shown(self, digits: str) -> str:
        """Return a whole number as it is shown, but for commas and what stands behind the decimal point."""
        places = sum(len(text) for is_place, text in self.pieces if is_place)
        filled = digits.rjust(places, _PLACE)
        surplus = len(filled) - places
        at, shown = 0, []
        for is_place, text in self.pieces:
            if not is_place:
                shown.append(text)
                continue
            size = len(text) + (surplus if at == 0 else 0)  # the first place takes all digits that are left
            signs = text.rjust(size, text[0])
            some = filled[at : at + size]
            shown += [
                "0" * (sign == "0") if digit == _PLACE else digit for sign, digit in zip(signs, some, strict=True)
            ]
            at += size
        return "".join(shown)


class NumberFormat(Struct, frozen=True):
    """A format that shows whole numbers with a plus before them or with further digits."""

    sections: tuple[_Section, ...]

    def shown(self, digits: str) -> str:
        """Return the digits of a positive whole number as they are shown; with a letter before them where unclear.

        Anything else comes back as it is.
        """
        if len(digits) < FEWEST_DIGITS or not digits.isdecimal():
            return digits
        section = self._section(int(digits))
        if section is None:
            return _UNCLEAR + digits
        if not section.adds:
            return digits
        return _UNCLEAR + digits if section.unclear else section.shown(digits)

    def _section(self, number: int) -> _Section | None:
        """Return the section for a positive number, None where that is not clear."""
        first, *others = self.sections
        if all(section.condition is None for section in self.sections):
            return first
        if first.condition is None:
            return None
        if first.holds_for(number):
            return first
        if not others or (others[0].condition is None and len(others) > 1):
            return None
        return next((section for section in others[:2] if section.holds_for(number)), None)


def number_format(code: str) -> NumberFormat | None:
    """Read a format; None where it shows whole numbers with nothing more that matters to a phone number."""
    sections = [_Section([])]
    point = scaled = False
    for token in _TOKEN.finditer(code):
        kind, section = token.lastgroup, sections[-1]
        text = token[kind] if kind else ""
        if kind == "end":
            section.measure |= scaled
            sections.append(_Section([]))
            point = scaled = False
        elif kind in _LITERAL:
            section.pieces.append((False, text))
        elif kind in {"places", "general"}:
            scaled = scaled and point
            if not point:
                section.pieces.append((True, text if kind == "places" else "#"))
        elif kind == "comma":  # behind the last place it divides by a thousand
            scaled = any(is_place for is_place, _ in section.pieces)
        elif kind == "bracket" and (condition := _CONDITION.fullmatch(text)):
            section.condition = (condition[1], float(condition[2]))
        else:
            point |= kind == "point"
            section.measure |= kind == "measure"
            section.unclear |= kind == "letter"
    sections[-1].measure |= scaled
    return NumberFormat(tuple(sections)) if any(section.adds for section in sections) else None
