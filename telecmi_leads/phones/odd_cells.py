"""Odd cells, each kind of them read once: the very same cell again, and the same words around other numbers.

"n/a" and "call later" come again, and a column may say "Mob: " before each of its numbers, or hold two with a slash
between them. To read such a cell takes as long as a hundred numbers. What stands around numbers means the same for all
of a kind, where the digits of each stand together and are a good number by themselves.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from telecmi_leads.core.patterns import pattern
from telecmi_leads.core.reasons import Reason, Repair
from telecmi_leads.phones.grouping import Asked
from telecmi_leads.phones.named_countries import How
from telecmi_leads.phones.phone_cells import LONGEST_CELL, SAID_BY_WORDS, CellReading, read_cell
from telecmi_leads.phones.regions import UNKNOWN
from telecmi_leads.phones.ruling import MOBILE_TYPES, REJECTED, Ruling
from telecmi_leads.phones.splitting import take_apart

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from telecmi_leads.phones.lanes import LanesByRegion

_REMEMBERED = 4096
_READ_AT_ONCE = 50  # as long as it takes to make the expression for kinds of cells

# Letters and what stands between words. Signs that may hide digits, join numbers or make links are left to be read.
_SIGNS = r"A-Za-z .:,;()\[\]{}&|!\-\u00c0-\u1fff\u3040-\u9fff\uac00-\ud7af"
_WORDS = rf"(?:(?!\d)[{_SIGNS}])*"
_NUMBER = r"\+?[0-9]{8,13}"
# Letters that touch the number's end, or capitals behind it, may be a part of it, as keys on a telephone.
_NO_KEYS = r"(?![^\W\d_])(?!.*[A-Z]{3})"
_AROUND = pattern(
    rf"(?P<before>{_WORDS})(?P<first>{_NUMBER})"
    rf"(?:{_NO_KEYS}(?P<between>(?:(?!\d)[{_SIGNS}/\n])+)(?P<second>{_NUMBER}))?{_NO_KEYS}(?P<after>{_WORDS})"
)


class OddCell(NamedTuple):
    """What an odd cell holds: E.164 digits and the repairs they took, or "" and the reason; and the ruling on it.

    `foreign` tells that its words speak of another country, so that what holds for one number does not for the next.
    """

    number: str
    ruling: Ruling
    reason: Reason | None
    repairs: frozenset[Repair]
    foreign: bool = False


_Said = tuple[str | None, ...]
"""The region of a cell's row and the words before, between and behind its numbers."""
_Known = OddCell | tuple[int, frozenset[Repair]]


class OddCells:
    """Reads odd cells under one set of options; `refusal` says why the options refuse a good number, None where not."""

    def __init__(self, lanes: LanesByRegion, refusal: Callable[[Ruling], Reason | None]) -> None:
        self._lanes = lanes
        self._refusal = refusal
        self._reading = lru_cache(maxsize=_REMEMBERED)(self._read_cell)
        self._words: dict[Hashable, _Known] = {}
        self._places: dict[_Said, tuple[str | None, ...]] = {}
        self._so_far = 0

    def read(self, cell: str, region: str | None) -> OddCell:
        """Read a cell of a row of the region."""
        self._so_far += 1
        around = _AROUND.fullmatch(cell) if self._so_far > _READ_AT_ONCE else None
        if around is None:
            return self._whole(cell, region)
        numbers = [number for number in around.group("first", "second") if number]
        said = (region, *around.group("before", "between", "after"))
        places = self._places.get(said, (region,) * len(numbers))
        rulings = [self._lanes[place].rule(number) for place, number in zip(places, numbers, strict=True)]
        if any(ruling.reason is not None or self._refusal(ruling) is not None for ruling in rulings):
            return self._whole(cell, region)
        found = [ruling.number(number) for ruling, number in zip(rulings, numbers, strict=True)]
        if len(set(found)) < len(found):  # one number twice
            return self._whole(cell, region)
        words = (*said, *map(_kind, numbers, rulings))
        known = self._words.get(words)
        if known is None:
            read = self._whole(cell, region)
            if read.foreign and said not in self._places:
                self._learn_places(said, cell, len(numbers))
            else:
                self._learn_from(read, words, found, rulings)
            return read
        if isinstance(known, OddCell):
            return known
        at, repairs = known
        return OddCell(found[at], rulings[at], None, repairs.union(rulings[at].repairs))

    def _learn_places(self, said: _Said, cell: str, count: int) -> None:
        """Remember the regions that words name for their numbers, where nothing else depends on what these are."""
        pieces = take_apart(cell, said[0])
        plain = all(how is How.EVIDENT for how in pieces.how.values())  # what is less depends on each number
        if len(pieces.parts) == count and not pieces.mentioned and plain and UNKNOWN not in pieces.countries:
            if len(self._places) >= _REMEMBERED:
                self._places.clear()
                self._words.clear()  # what was learned under them
            self._places[said] = tuple(part.country or said[0] for part in pieces.parts)

    def _learn_from(self, read: OddCell, words: Hashable, found: Sequence[str], rulings: Sequence[Ruling]) -> None:
        """Remember what holds for all cells of these words and kinds of numbers, if that is known from this one."""
        if read.reason in SAID_BY_WORDS:
            self._learn(words, read)
        for at, ruling in enumerate(rulings):
            if read.ruling is ruling and read.number == found[at]:
                self._learn(words, (at, read.repairs.difference(ruling.repairs)))

    def _learn(self, words: Hashable, known: _Known) -> None:
        """Remember which of the numbers within words is taken, and the repairs that this took besides its own.

        Where the words themselves are why none is, what the cell was read as.
        """
        if len(self._words) >= _REMEMBERED:
            self._words.clear()
        self._words[words] = known

    def _whole(self, cell: str, region: str | None) -> OddCell:
        # A longer cell is soon read, and may have a megabyte: none is kept.
        reading = (self._reading if len(cell) <= LONGEST_CELL else self._read_cell)(cell, region)
        ruling = reading.chosen.ruling if reading.chosen else REJECTED[Reason.NO_PHONE]
        return OddCell(reading.number, ruling, reading.reason, reading.repairs, reading.foreign)

    def _read_cell(self, cell: str, region: str | None) -> CellReading:
        return read_cell(cell, Asked(region, self._rule_of(region), self._rule_of), self._refusal)

    def _rule_of(self, region: str | None) -> Callable[[str], Ruling]:
        return self._lanes[region].rule


def _kind(number: str, ruling: Ruling) -> Hashable:
    """Return all of a good number that may tell how the words around it are read."""
    return (
        len(number),
        number[0] if number[0] in "+0" else "",
        ruling.type in MOBILE_TYPES,
        ruling.region,
        ruling.repairs,
    )
