"""Columns of a person within another: what a JSON lead's contacts or family have of their own is not the lead's.

A reader of nested objects names such columns by their keys: `contacts.name`, `contacts.2.phone`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.columns.column_match import CALLED_HEADS, NAME_HEADS, PHONE_HEADS, Rule
from telecmi_leads.columns.header_meaning import CONTAINERS
from telecmi_leads.columns.lexicon import Head, Modifier, lexicon, plain, words
from telecmi_leads.columns.persons import PERSONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from telecmi_leads.columns.column_match import Candidate

Keys = tuple[str, ...]

_REACHED_BY = NAME_HEADS | PHONE_HEADS | {Head.EMAIL, Head.PLACE_PHONE, Head.CALLER, Head.CALLED}
_LIVES_AT = frozenset({Head.ADDRESS, Head.STREET, Head.CITY, Head.LOCALITY, Head.COUNTRY, Head.DIALCODE, Head.COMPANY})
# Parts of the person that holds them, though they repeat or complete its name.
_PARTS = frozenset({"name", "names", "billing", "invoice", "profile", "details", "detail", "info", "information"})
_OF_THE_PERSON = (Modifier.SHIPPING, Head.ADDRESS, Head.STREET)
_WHO_IT_IS = (*PERSONS, Head.PERSON, Head.CONTACT)
_NEARLY_ALL = 0.8


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
        if candidate.head in CALLED_HEADS:
            names.setdefault(holders[candidate.index], []).append(candidate)
    within = {
        holder: around
        for holder in names
        if (around := _named_around(holder, names, cells)) is not None
        and not _is_part(holder[-1])
        and not _are_the_same(names[holder], names[around], cells)
    }
    leads = [
        holder
        for holder, around in within.items()
        if _is_the_lead(holder[-1])
        and _has_phone(holder, found, holders, names)
        and not _has_phone(around, found, holders, names)
    ]
    if len(leads) == 1:
        (lead,) = leads
        around = within.pop(lead)
        own = NAME_HEADS | {Head.EMAIL}
        found = [c.refused(Rule.OTHER_NAME) if c.head in own and holders[c.index] == around else c for c in found]
    return [_of_another(candidate, holders[candidate.index], {at: names[at] for at in within}) for candidate in found]


def _holder(name: str) -> Keys:
    """Return the keys of the objects in which a column's values stood, () for none; numbers of list elements go."""
    keys = name.split(".")
    if len(keys) == 1 or not all(key and key == key.strip() for key in keys):
        return ()
    return tuple(key for key in keys[:-1] if not key.isdecimal() and key.casefold() not in CONTAINERS)


def _named_around(holder: Keys, names: Mapping[Keys, list[Candidate]], cells: Sequence[Sequence[str]]) -> Keys | None:
    """Return the nearest object around one that has a name, None where none has."""
    for size in reversed(range(len(holder))):
        if any(cells[candidate.index] for candidate in names.get(holder[:size], ())):
            return holder[:size]
    return None


def _is_part(key: str) -> bool:
    meant = {segment.meaning for segment in lexicon().segments(words(key))}
    return not _PARTS.isdisjoint(words(key)) or not meant.isdisjoint(_OF_THE_PERSON)


def _is_the_lead(key: str) -> bool:
    """Tell whether an object's key is a word for the lead; several of them are others."""
    meant = [segment.meaning for segment in lexicon().segments(words(key))]
    return all(each in _WHO_IT_IS for each in meant) and not key.casefold().endswith("s")


def _are_the_same(inner: Iterable[Candidate], outer: Iterable[Candidate], cells: Sequence[Sequence[str]]) -> bool:
    """Tell whether nearly all names of people are those of whom they stand in; a family has one last name."""
    own = _texts((c for c in inner if c.head is not Head.LAST), cells) or _texts(inner, cells)
    around = _texts((c for c in outer if c.head is not Head.LAST), cells) or _texts(outer, cells)
    return bool(own) and len(own & around) >= len(own) * _NEARLY_ALL


def _texts(columns: Iterable[Candidate], cells: Sequence[Sequence[str]]) -> set[str]:
    return {plain(cell) for column in columns for cell in cells[column.index]}


def _has_phone(around: Keys, found: Iterable[Candidate], holders: Sequence[Keys], names: Mapping[Keys, object]) -> bool:
    """Tell whether an object has a column for a phone, itself or in a part of it that has no name."""
    for candidate in found:
        holder = holders[candidate.index]
        if candidate.head in PHONE_HEADS and holder[: len(around)] == around:
            sizes = range(len(around) + 1, len(holder) + 1)
            if not any(holder[:size] in names for size in sizes):
                return True
    return False


def _of_another(candidate: Candidate, holder: Keys, others: Mapping[Keys, list[Candidate]]) -> Candidate:
    who = next((holder[:size] for size in range(1, len(holder) + 1) if holder[:size] in others), None)
    if who is None:
        return candidate
    sure = not all(name.weak for name in others[who])  # else what has a name may be a thing: a place, a note
    heads = _REACHED_BY | _LIVES_AT if sure else _REACHED_BY
    if candidate.head in heads or candidate.reading.rule in (Rule.UNKNOWN, Rule.NO_NAME):
        return candidate.refused(Rule.OTHER_PERSON, who[-1])
    return candidate
