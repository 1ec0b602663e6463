"""The parts of one person's name in columns that are called after the whole of it: "Full Name - First", "- Last".

Alone, such a name says what any full name says; only beside its other half does its last word tell a part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from telecmi_leads.columns import cell_values
from telecmi_leads.columns.header_meaning import read_name
from telecmi_leads.columns.lexicon import lexicon
from telecmi_leads.columns.meanings import WHOLE_NAME_HEADS, Head, Meaning, Modifier
from telecmi_leads.columns.reading import Candidate, Reading, Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

_PARTS: dict[Meaning | None, Head] = {
    Modifier.FIRST: Head.FIRST,
    Modifier.LAST: Head.LAST,
    Head.FIRST: Head.FIRST,
    Head.LAST: Head.LAST,
    Head.NAME: Head.NAME,
    Head.MIDDLE: Head.MIDDLE,
    Head.SALUTATION: Head.SALUTATION,
    Head.SUFFIX: Head.SUFFIX,
}
_HALVES = {Head.FIRST: Head.LAST, Head.LAST: Head.FIRST}
_LONGEST_PART = 3  # words, as of "nom de famille"

Whole = tuple[str, ...]


def with_name_parts(found: list[Candidate], names: Sequence[Whole], cells: Sequence[Sequence[str]]) -> list[Candidate]:
    """Read the columns of one name's parts as what they are, where both halves of it are there and hold names.

    `names` are the words of each column's name, `cells` each column's cells that hold something. "Contact First" and
    "Contact Last" with dates in them stay what they are, and so does a half without the other.
    """
    wholes: dict[Whole, dict[Head, int]] = {}
    for index, name in enumerate(names):
        if (split := _split(name)) is not None:
            whole, part = split
            wholes.setdefault(whole, {}).setdefault(part, index)
    read = list(found)
    for whole, parts in wholes.items():
        if len(parts) == 1 or (reading := _of_whole(whole)) is None:
            continue
        halves = _halves(parts, reading)
        if halves is None or all(found[index].head is head for head, index in halves.items()):
            continue
        if all(_hold_names(cells[index]) for index in halves.values()):
            rest = {head: at for head, at in parts.items() if head is not Head.NAME and head not in halves}
            for head, index in (halves | rest).items():
                read[index] = Candidate(index, replace(reading, head=head, rule=Rule.WORDS, surname_first=False))
    return read


def _split(name: Whole) -> tuple[Whole, Head] | None:
    """Return a column's name without the part of a name at its end, and that part; None where it is no such name."""
    for size in range(min(_LONGEST_PART, len(name) - 1), 0, -1):
        part = _PARTS.get(lexicon().phrases.get(" ".join(name[-size:])))
        if part is not None and _of_whole(name[:-size]) is not None:
            return name[:-size], part
    return None


def _of_whole(whole: Whole) -> Reading | None:
    """Return what the name without its part says, None where that is nobody's name."""
    if lexicon().phrases.get(" ".join(whole)) is Head.CONTACT:
        return read_name("contact person")
    reading = read_name(" ".join(whole))
    return reading if reading.head in WHOLE_NAME_HEADS else None


def _halves(parts: dict[Head, int], whole: Reading) -> dict[Head, int] | None:
    """Return the columns of first and last name; beside one of a full name, "Name" is the other ("ФИО: имя")."""
    halves = {head: index for head, index in parts.items() if head in _HALVES}
    if len(halves) == 1 and whole.head is Head.FULL and Head.NAME in parts:
        (half,) = halves
        halves[_HALVES[half]] = parts[Head.NAME]
    return halves if len(halves) == len(_HALVES) else None


def _hold_names(cells: Sequence[str]) -> bool:
    return not cells or cell_values.share(cells, cell_values.like_name) >= cell_values.MOST
