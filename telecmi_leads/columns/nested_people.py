"""Columns of a person within another: what a JSON lead's contacts or family have of their own is not the lead's.

A reader of nested objects names such columns by their keys: `contacts.name`, `contacts.2.phone`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.columns.cell_values import NEARLY_ALL
from telecmi_leads.columns.header_meaning import CONTAINERS
from telecmi_leads.columns.lexicon import lexicon, plain, words
from telecmi_leads.columns.meanings import (
    LINE_HEADS,
    NAME_HEADS,
    PERSON_HEADS,
    PHONE_HEADS,
    PLACE_HEADS,
    Head,
    Modifier,
)
from telecmi_leads.columns.persons import PERSONS
from telecmi_leads.columns.reading import Rule
from telecmi_leads.files.bounds import MAX_NESTING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from telecmi_leads.columns.reading import Candidate

Keys = tuple[str, ...]

_WHO_AND_LINES = NAME_HEADS | LINE_HEADS | {Head.EMAIL, Head.PLACE_PHONE}
_LIVES_AT = PLACE_HEADS | {Head.DIALCODE, Head.COMPANY}
# Parts of the person that holds them, though they repeat or complete its name.
_PARTS = frozenset({"name", "names", "billing", "invoice", "profile", "details", "detail", "info", "information"})
_OF_THE_PERSON = (Modifier.SHIPPING, Head.ADDRESS, Head.STREET)
_WHO_IT_IS = (*PERSONS, Head.PERSON, Head.CONTACT)


def without_nested_people(
    found: list[Candidate], header: Sequence[str], cells: Sequence[Sequence[str]]
) -> list[Candidate]:
    """Refuse the columns of people who stand within a person that has a name of its own.

    `cells` are each column's cells that hold something. A person whose names are those of its holder is the same one.
    The contact or customer of a holder that has no place for a phone, such as a firm or a deal, is the lead; then the
    holder's name and email are refused.
    """
    holders = list(map(_holder, header))
    if not any(holders):
        return found
    names: dict[Keys, list[Candidate]] = {}
    for candidate in found:
        if candidate.head in PERSON_HEADS:
            names.setdefault(holders[candidate.index], []).append(candidate)
    named = {holder for holder, columns in names.items() if any(cells[candidate.index] for candidate in columns)}
    texts = {holder: _own_texts(columns, cells) for holder, columns in names.items()}
    within = {
        holder: around
        for holder in names
        if (around := _named_around(holder, named)) is not None
        and not _is_part(holder[-1])
        and not _are_the_same(texts[holder], texts[around])
    }
    with_phone = _with_phone(found, holders, names)
    leads = [
        holder
        for holder, around in within.items()
        if _is_the_lead(holder[-1]) and holder in with_phone and around not in with_phone
    ]
    if len(leads) == 1:
        (lead,) = leads
        around = within.pop(lead)
        own = NAME_HEADS | {Head.EMAIL}
        found = [c.refused(Rule.OTHER_NAME) if c.head in own and holders[c.index] == around else c for c in found]
    # Of a holder whose names are all weak, what has a name may be a thing: a place, a note.
    sure = {holder: not all(name.weak for name in names[holder]) for holder in within}
    return [_of_another(candidate, holders[candidate.index], sure) for candidate in found]


def _holder(name: str) -> Keys:
    """Return the keys of the objects in which a column's values stood, () for none; numbers of list elements go."""
    keys = name.split(".", MAX_NESTING + 1)
    if not 1 < len(keys) <= MAX_NESTING or not all(key and key == key.strip() for key in keys):
        return ()
    return tuple(key for key in keys[:-1] if not key.isdecimal() and key.casefold() not in CONTAINERS)


def _named_around(holder: Keys, named: Collection[Keys]) -> Keys | None:
    """Return the nearest object around one that has a name, None where none has."""
    return next((holder[:size] for size in reversed(range(len(holder))) if holder[:size] in named), None)


def _is_part(key: str) -> bool:
    meant = {segment.meaning for segment in lexicon().segments(words(key))}
    return not _PARTS.isdisjoint(words(key)) or not meant.isdisjoint(_OF_THE_PERSON)


def _is_the_lead(key: str) -> bool:
    """Tell whether an object's key is a word for the lead; several of them are others."""
    meant = [segment.meaning for segment in lexicon().segments(words(key))]
    return all(each in _WHO_IT_IS for each in meant) and not key.casefold().endswith("s")


def _are_the_same(own: AbstractSet[str], around: AbstractSet[str]) -> bool:
    """Tell whether nearly all names of people are those of whom they stand in."""
    return bool(own) and len(own & around) >= len(own) * NEARLY_ALL


def _own_texts(columns: Sequence[Candidate], cells: Sequence[Sequence[str]]) -> set[str]:
    """Return the names of people without their last names, which a family shares, where there are others."""
    return _texts((c for c in columns if c.head is not Head.LAST), cells) or _texts(columns, cells)


def _texts(columns: Iterable[Candidate], cells: Sequence[Sequence[str]]) -> set[str]:
    return {plain(cell) for column in columns for cell in cells[column.index]}


def _with_phone(found: Iterable[Candidate], holders: Sequence[Keys], names: Collection[Keys]) -> set[Keys]:
    """Return the objects that have a column for a phone, themselves or in a part of them that has no name."""
    with_phone: set[Keys] = set()
    for candidate in found:
        if candidate.head in PHONE_HEADS:
            holder = holders[candidate.index]
            for size in reversed(range(len(holder) + 1)):
                with_phone.add(holder[:size])
                if holder[:size] in names:
                    break
    return with_phone


def _of_another(candidate: Candidate, holder: Keys, others: Mapping[Keys, bool]) -> Candidate:
    """Refuse what is of another person, if the column is in one: `others` tells whether each is surely a person."""
    who = next((holder[:size] for size in range(1, len(holder) + 1) if holder[:size] in others), None)
    if who is None:
        return candidate
    heads = _WHO_AND_LINES | _LIVES_AT if others[who] else _WHO_AND_LINES
    if candidate.head in heads or candidate.reading.rule in (Rule.UNKNOWN, Rule.NO_NAME):
        return candidate.refused(Rule.OTHER_PERSON, who[-1])
    return candidate
