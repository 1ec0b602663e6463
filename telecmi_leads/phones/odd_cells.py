"""Odd cells, each kind of them read once: the very same cell again, and the same words around another number.

"n/a" and "call later" come again, and a column may say "Mob: " before each of its numbers. To read such a cell takes as
long as a hundred numbers. What the words mean does not depend on the number between them, where its digits stand
together and are a good number by themselves.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from telecmi_leads.core.reasons import Reason, Repair
from telecmi_leads.phones.grouping import Asked
from telecmi_leads.phones.phone_cells import CellReading, read_cell
from telecmi_leads.phones.ruling import REJECTED, Ruling

if TYPE_CHECKING:
    from collections.abc import Callable

    from telecmi_leads.phones.lanes import LanesByRegion

_REMEMBERED = 4096

# Letters and what stands between words. Signs that may hide digits, join numbers or make links are left to be read.
_WORDS = r"(?:(?!\d)[A-Za-z .:,;()\[\]{}&|!\-\u00c0-\u1fff\u3040-\u9fff\uac00-\ud7af])*"
# Letters that touch the number's end, or capitals behind it, may be a part of it, as keys on a telephone.
_AROUND = re.compile(
    rf"(?P<before>{_WORDS})(?P<number>\+?[0-9]{{8,13}})(?P<after>(?![^\W\d_])(?!.*[A-Z]{{3}}){_WORDS})"
)


class OddCell(NamedTuple):
    """What an odd cell holds: E.164 digits and the repairs they took, or "" and the reason; and the ruling on it."""

    number: str
    ruling: Ruling
    reason: Reason | None
    repairs: frozenset[Repair]


class OddCells:
    """Reads odd cells under one set of options; `refusal` says why the options refuse a good number, None where not."""

    def __init__(self, lanes: LanesByRegion, refusal: Callable[[Ruling], Reason | None]) -> None:
        self._lanes = lanes
        self._refusal = refusal
        self._reading = lru_cache(maxsize=_REMEMBERED)(self._read_cell)
        self._words: dict[tuple[str | None, str, bool, int, str], frozenset[Repair]] = {}

    def read(self, cell: str, region: str | None) -> OddCell:
        """Read a cell of a row of the region."""
        around = _AROUND.fullmatch(cell)
        if around is None:
            return self._whole(cell, region)
        before, digits, after = around.groups()
        ruling = self._lanes[region].rule(digits)
        if ruling.reason is not None or self._refusal(ruling) is not None:
            return self._whole(cell, region)
        words = (region, before, digits.startswith("+"), len(digits), after)
        repairs = self._words.get(words)
        if repairs is None:
            read = self._whole(cell, region)
            if read.ruling is ruling and read.number == ruling.number(digits):
                self._learn(words, read.repairs.difference(ruling.repairs))
            return read
        return OddCell(ruling.number(digits), ruling, None, repairs.union(ruling.repairs))

    def _learn(self, words: tuple[str | None, str, bool, int, str], repairs: frozenset[Repair]) -> None:
        if len(self._words) >= _REMEMBERED:
            self._words.clear()
        self._words[words] = repairs

    def _whole(self, cell: str, region: str | None) -> OddCell:
        reading = self._reading(cell, region)
        ruling = reading.chosen.ruling if reading.chosen else REJECTED[Reason.NO_PHONE]
        return OddCell(reading.number, ruling, reading.reason, reading.repairs)

    def _read_cell(self, cell: str, region: str | None) -> CellReading:
        return read_cell(cell, Asked(region, self._lanes[region].rule), self._refusal)
