"""Which end of the calls in a log is the customers': that of the callers or of those who were called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from telecmi_leads.columns.cell_values import MOST, like_phone, share
from telecmi_leads.columns.lexicon import lexicon, words
from telecmi_leads.columns.meanings import PHONE_HEADS, Head, Place
from telecmi_leads.columns.reading import Candidate

if TYPE_CHECKING:
    from collections.abc import Sequence

_DIRECTIONS = frozenset({"direction", "type"})
_WAYS = {"in": ("inbound", "incoming", "inward", "incall"), "out": ("outbound", "outgoing", "outward", "outcall")}


def with_callers(
    found: list[Candidate], names: Sequence[tuple[str, ...]], cells: Sequence[Sequence[str]]
) -> list[Candidate]:
    """Read "Caller", "Calling number" and "Source" as one end of the call where another column is the other end.

    Alone they are phones like any other, but for a few numbers beside many, and a source no phone at all. `names` are
    the words of each column's name, `cells` each column's cells that hold something.
    """
    heads = {c.head for c in found}
    if Head.CALLER in heads:
        return found
    lines = [c for c in found if _side(names[c.index]) == "line" and share(cells[c.index], like_phone) >= MOST]
    if Head.CALLED not in heads:
        lines = _companys(lines, found, cells)
    at = {c.index for c in lines}
    return [Candidate(c.index, replace(c.reading, head=Head.CALLER)) if c.index in at else c for c in found]


def _companys(
    lines: Sequence[Candidate], found: Sequence[Candidate], cells: Sequence[Sequence[str]]
) -> list[Candidate]:
    """Return the callers' lines that are few beside a column of plain phones: the company calls from them."""
    at = {c.index for c in lines}
    plain = [c for c in found if c.head in PHONE_HEADS and c.index not in at and not c.reading.other]
    own = [cells[c.index] for c in plain if c.reading.place is Place.PLAIN]
    most = max((len(set(each)) for each in own if share(each, like_phone) >= MOST), default=0)
    return [c for c in lines if len(set(cells[c.index])) * 2 <= most]


def customers_side(
    callers: list[Candidate],
    called: list[Candidate],
    names: Sequence[tuple[str, ...]],
    cells: Sequence[Sequence[str]],
) -> list[Candidate]:
    """Return the columns of the customers' side of a log, none where that is not told.

    Told by the one direction of all calls, else by a column with the names of one side, else by the numbers: those of
    the company recur. In calls of both directions neither column is the customers'.
    """
    if not callers or not called:
        return callers or called
    at = next((index for index, name in enumerate(names) if not _DIRECTIONS.isdisjoint(name)), None)
    ways = {way for cell in (cells[at] if at is not None else ()) if (way := _way(cell))}
    if ways:
        return [] if len(ways) > 1 else callers if "in" in ways else called
    named = {side for name in names if (side := _side(name)) in ("caller", "called")}
    if len(named) == 1:
        return callers if "caller" in named else called
    from_, to = (len(set(cells[side[0].index])) for side in (callers, called))
    # The company calls from few numbers, and its customers from many: twice as many is taken for a sign.
    if from_ * 2 <= to:
        return called
    return callers if to * 2 <= from_ else []


def _side(name: tuple[str, ...]) -> str | None:
    """Return whose name a column holds by its own, "caller" or "called"; "line" for the line of a caller."""
    return lexicon().sides.get(" ".join(name))


def _way(cell: str) -> str:
    """Return "in" or "out" for a call's direction, "" for anything else."""
    first = next(iter(words(cell)), "")
    return next((way for way, said in _WAYS.items() if first == way or first.startswith(said)), "")
