"""Which of several columns is surely a name: "Name" says so itself, "Preferred contact" may hold anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from telecmi_leads.columns import cell_values
from telecmi_leads.columns.meanings import WHOLE_NAME_HEADS, Head
from telecmi_leads.columns.reading import Candidate, Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAMES = WHOLE_NAME_HEADS | {Head.FIRST, Head.LAST}
_CLEARLY_FEWER = 0.75


def sure_names_first(found: list[Candidate], cells: Sequence[Sequence[str]]) -> list[Candidate]:
    """Make names weak that are only guessed at, where a column that holds something is surely a name.

    Guessed at are names that say more than whose they are ("First contact", "May we contact you?"), and contact persons
    who recur beside names that don't: people of ours, or answers to choose from.
    """
    sure = any(_is_sure(c) and cells[c.index] for c in found)
    most = max((len(set(cells[c.index])) for c in found if _is_of_one_kind(c)), default=0)
    return [
        Candidate(c.index, replace(c.reading, weak=True))
        if (sure and _is_guessed(c)) or _recurs(c, cells[c.index], most)
        else c
        for c in found
    ]


def firms_are_companies(found: list[Candidate], cells: Sequence[Sequence[str]]) -> list[Candidate]:
    """Read whole names of customers or parties of which most are firms as companies, beside their contact persons."""
    contacts = {c.index for c in found if _is_a_contact(c) and _holds_people(cells[c.index])}
    if not contacts:
        return found
    return [
        Candidate(c.index, replace(c.reading, head=Head.COMPANY))
        if c.head in (Head.FULL, Head.NAME)
        and c.index not in contacts
        and cell_values.share(cells[c.index], cell_values.like_firm) >= cell_values.MOST
        else c
        for c in found
    ]


def _is_a_contact(candidate: Candidate) -> bool:
    person = candidate.reading.person
    contact = candidate.head is Head.PERSON or (person is not None and person.text.startswith("contact"))
    return contact and candidate.head in WHOLE_NAME_HEADS and not candidate.weak and not candidate.reading.other


def _holds_people(own: Sequence[str]) -> bool:
    named = sum(1 for cell in own if cell_values.like_name(cell) and not cell_values.like_firm(cell))
    return named > 0 and named >= len(own) * cell_values.MOST


def is_bare_name(candidate: Candidate) -> bool:
    """Tell whether a column is called "Name" and nothing else, in any language."""
    reading = candidate.reading
    return reading.head is Head.NAME and reading.rule is Rule.EXACT and not (reading.doubtful or reading.owner)


def _is_sure(candidate: Candidate) -> bool:
    reading = candidate.reading
    in_doubt = reading.doubtful or reading.weak or reading.owner or reading.other
    return candidate.head in _NAMES and not in_doubt and reading.ordinal == reading.group == 1


def _is_guessed(candidate: Candidate) -> bool:
    reading = candidate.reading
    return (
        reading.head in WHOLE_NAME_HEADS and reading.doubtful and not reading.owner and reading.rule is not Rule.EXACT
    )


def _is_of_one_kind(candidate: Candidate) -> bool:
    """Tell whether a column holds whole names of customers, patients or the like, and of no contact person."""
    whole = candidate.head in (Head.FULL, Head.NAME) and not candidate.weak and not candidate.reading.owner
    return whole and not _is_guessed(candidate)


def _recurs(candidate: Candidate, own: Sequence[str], most: int) -> bool:
    """Tell whether a contact person is one of clearly fewer than the most names of another column."""
    return candidate.head is Head.PERSON and bool(own) and len(set(own)) <= most * _CLEARLY_FEWER
