"""Whole columns at once: a cell of plain digits with the usual punctuation costs no function call.

The cells are joined, cleaned as one string and split again; each is then looked up by its length and first characters
(see `lanes`). Cells that hold anything else stand out in the cleaned string and are left to the caller, as are those
whose digits can be read in more ways than one.
"""

from __future__ import annotations

import re
from operator import ne
from typing import TYPE_CHECKING, NamedTuple

from telecmi_leads.core.reasons import Reason, Repair
from telecmi_leads.phones.lanes import DATE_DIGITS, OPEN
from telecmi_leads.phones.library import code_of
from telecmi_leads.phones.phone_cells import LONGEST_CELL
from telecmi_leads.phones.ruling import Ruling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telecmi_leads.phones.lanes import Lane, LanesByRegion

    Regions = str | Sequence[str | None] | None

ODD = Ruling(Reason.NO_PHONE)
"""The ruling of a cell that has to be read by itself."""

_SEPARATOR = "\x1f"
_STRANGE = "x"
_NOTHING = "-"  # a text without digits; it has a character so that it can be looked up
_KEPT = b"+0123456789\x1f"
_CLEAN = bytes(code if code in _KEPT else ord(_STRANGE) for code in range(256))
_PUNCTUATION = b" -()."
# A trailing `.0` is no digit of the number, and dots in a row hide some.
_STRANGE_DOTS = re.compile(rb"\.{3,}|\.0+[ ().\-]*(?=\x1f|\Z)")
_INNER_PLUS = re.compile(rb"(?<=[^\x1f])\+")


class Ruled(NamedTuple):
    """A column looked up: each cell's digits (after a plus if there is one) and the ruling on them, ODD or not.

    `punctuated` tells for each cell whether it lost punctuation; it is () where none did.
    """

    digits: list[str]
    rulings: list[Ruling]
    punctuated: Sequence[bool]


def look_up(cells: Sequence[str], regions: Regions, lanes: LanesByRegion) -> Ruled:
    """Look up a column; `regions` is one for all cells or a sequence with one for each."""
    digits, strange = _digits(cells)
    rulings = _rulings(digits, regions, lanes)
    punctuated: Sequence[bool] = list(map(ne, cells, digits))
    if True not in punctuated:
        punctuated = ()
    elif max(map(len, cells)) > LONGEST_CELL:
        strange += [index for index, cell in enumerate(cells) if len(cell) > LONGEST_CELL]
    if OPEN in set(rulings):  # a list would ask each ruling whether it is equal
        _finish(digits, rulings, regions, lanes, punctuated)
    for index in strange:
        rulings[index] = ODD
    if punctuated:
        _doubt_foreign(rulings, regions, punctuated)
    return Ruled(digits, rulings, punctuated)


def _doubt_foreign(rulings: list[Ruling], regions: Regions, punctuated: Sequence[bool]) -> None:
    """Have punctuated cells read by themselves whose digits would be another country's: `9876543210-11`."""
    foreign = {ruling for ruling in set(rulings) if Repair.MISSING_PLUS in ruling.repairs}
    if isinstance(regions, str | None):
        foreign = {ruling for ruling in foreign if code_of(ruling.region) != code_of(regions)}
    for index in [index for index, ruling in enumerate(rulings) if ruling in foreign] if foreign else ():
        region = regions if isinstance(regions, str | None) else regions[index]
        if punctuated[index] and code_of(rulings[index].region) != code_of(region):
            rulings[index] = ODD


def _digits(cells: Sequence[str]) -> tuple[list[str], list[int]]:
    """Take the punctuation out of all cells; returns the digits, and where the cells are that hold anything else."""
    text = _SEPARATOR.join(cells)
    if text.count(_SEPARATOR) >= max(len(cells), 1):
        text = _SEPARATOR.join([_STRANGE if _SEPARATOR in cell else cell for cell in cells])
    raw = text.encode("utf-8", "surrogatepass")
    if b"." in raw:
        raw = _STRANGE_DOTS.sub(_STRANGE.encode(), raw)
    raw = raw.translate(_CLEAN, _PUNCTUATION)
    if raw.count(b"+") > raw.count(b"\x1f+") + raw.startswith(b"+"):
        raw = _INNER_PLUS.sub(_STRANGE.encode(), raw)
    cleaned = raw.decode("ascii")
    digits = cleaned.split(_SEPARATOR)
    strange = _cells_with(_STRANGE, cleaned) if _STRANGE in cleaned else []
    for index in strange:
        digits[index] = ""
    if "" in digits:
        digits = [text or _NOTHING for text in digits]
    return digits, strange


def _cells_with(char: str, joined: str) -> list[int]:
    """Return the indices of the cells of a joined string that hold the character."""
    found = []
    index = begin = 0
    at = joined.find(char)
    while at >= 0:
        index += joined.count(_SEPARATOR, begin, at)
        found.append(index)
        begin = joined.find(_SEPARATOR, at)
        at = joined.find(char, begin) if begin >= 0 else -1
    return found


def _rulings(digits: Sequence[str], regions: Regions, lanes: LanesByRegion) -> list[Ruling]:
    """Look up all rulings: the lane by length, in it the first characters."""
    try:
        if regions is None or isinstance(regions, str):
            own = lanes[regions]
            return [(lane := own[len(text)])[text[: lane.cut]][text[lane.cut]] for text in digits]
        each = zip(digits, regions, strict=True)
        return [(lane := lanes[region][len(text)])[text[: lane.cut]][text[lane.cut]] for text, region in each]
    except IndexError:  # texts beyond the longest lane, which hardly any column has
        single = [regions] * len(digits) if regions is None or isinstance(regions, str) else regions
        each = zip(digits, single, strict=True)
        return [(lane := lanes[region].of(text))[text[: lane.cut]][text[lane.cut]] for text, region in each]


def _finish(
    digits: Sequence[str],
    rulings: list[Ruling],
    regions: Regions,
    lanes: LanesByRegion,
    punctuated: Sequence[bool],
) -> None:
    """Rule on the cells that the tables leave open."""
    walked: set[Lane] = set()
    for index in [index for index, ruling in enumerate(rulings) if ruling is OPEN]:
        text = digits[index]
        if len(text) == DATE_DIGITS and punctuated and punctuated[index]:
            rulings[index] = ODD
            continue
        region = regions if isinstance(regions, str | None) else regions[index]
        lane = lanes[region].of(text)
        rulings[index] = lane.finish(text)
        walked.add(lane)
    for lane in walked:
        lane.adapt()
