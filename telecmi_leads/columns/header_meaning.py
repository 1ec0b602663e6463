"""One column name → what it says the column holds.

The name alone is judged here: whether another column is better, and whether the values agree, `matching` decides.
Never by substring: a name is known whole, or all its words are known, or it ends in a known head noun.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from telecmi_leads.columns.column_match import Rule
from telecmi_leads.columns.header_words import words
from telecmi_leads.columns.lexicon import Head, Modifier, Never, Segment, lexicon

if TYPE_CHECKING:
    from collections.abc import Sequence

PHONE_HEADS = frozenset({Head.MOBILE, Head.WHATSAPP, Head.PHONE, Head.LANDLINE})
NAME_HEADS = frozenset(
    {
        Head.FIRST,
        Head.LAST,
        Head.SECOND,
        Head.MIDDLE,
        Head.FULL,
        Head.PERSON,
        Head.NAME,
        Head.DISPLAY,
        Head.LEAD_NAME,
        Head.SALUTATION,
    }
)
_PLACE_HEADS = frozenset({Head.ADDRESS, Head.STREET, Head.CITY, Head.LOCALITY, Head.COUNTRY})

# What "Phone country code" and "Phone STD code" are; with a word like "with" before the code it is a phone.
_CODES = {Head.DIALCODE: Head.DIALCODE, Head.COUNTRY: Head.DIALCODE, Head.STATE: Head.STATE}

# Where some words of the name are unknown, only these are believed: "Yacht phone" is one, "Exam city" no lead's city.
_HEAD_NOUNS = PHONE_HEADS | {
    Head.EMAIL,
    Head.FIRST,
    Head.LAST,
    Head.FULL,
    Head.NAME,
    Head.COMPANY,
    Head.COMMENT,
}

_NEVER_RULES = {
    Never.OWNER: Rule.OTHER_PERSON,
    Never.PERSON: Rule.OTHER_PERSON,
    Never.LINE: Rule.OTHER_LINE,
    Never.FLAG: Rule.FLAG,
    Never.NAME: Rule.OTHER_NAME,
    Never.THING: Rule.OTHER_THING,
}
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\b(?:as (?:per|on|in|mentioned)|same as|e\.g\.|eg\.).*", re.IGNORECASE)
_MOST_COLUMNS_OF_A_KIND = 9
_ORDINALS = frozenset(map(str, range(1, _MOST_COLUMNS_OF_A_KIND + 1)))
_OF_A_WHOLE = frozenset({"formatted"})  # "Address 2 - Formatted" is the second address, not the first one's second line


class Place(IntEnum):
    """Which of several addresses or lines a column belongs to, in order of preference."""

    PLAIN = 0
    HOME = 1
    WORK = 2
    SHIPPING = 3
    ORGANISATION = 4


_PLACES = {
    Modifier.HOME: Place.HOME,
    Modifier.WORK: Place.WORK,
    Modifier.SHIPPING: Place.SHIPPING,
    Modifier.ORGANISATION: Place.ORGANISATION,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a column's name says.

    `head` is None where the name says nothing, or says that the column is not the lead's: `rule` tells which.
    `word` is the word that decided. `ordinal` is 2 for "Phone 2", `group` the same for the whole address or person
    ("Address 2 - City"). `other` marks an alternate. `owner` marks "Owner name", which is the lead's only in an owner
    list. `doubtful` asks for values that agree, `weak` gives way to any name that says it better. `beside` names
    columns of which one must be there.
    """

    head: Head | None
    rule: Rule
    word: str = ""
    place: Place = Place.PLAIN
    ordinal: int = 1
    group: int = 1
    other: bool = False
    owner: bool = False
    doubtful: bool = False
    weak: bool = False
    beside: frozenset[tuple[str, ...]] = frozenset()

    @property
    def known(self) -> bool:
        """Tell whether the name is one that columns have: "Home" and "Work" are as often what stands in cells."""
        return self.rule not in (Rule.UNKNOWN, Rule.NO_NAME, Rule.HEAD_NOUN) and self.head is not Head.PLACE_PHONE


@lru_cache(maxsize=4096)
def read_name(name: str) -> Reading:
    """Read a column's name. A pure function of the name; never raises."""
    tokens = words(name)
    if not tokens:
        return Reading(None, Rule.NO_NAME)
    alone = _read_alone(tokens)
    if alone is not None:
        return alone
    reading = _read_segments(lexicon().segments(tokens))
    if reading.head is None and reading.rule in (Rule.UNKNOWN, Rule.OTHER_THING):
        base = words(_ASIDE.sub(" ", name))
        if base and base != tokens:
            without = _read_alone(base) or _read_segments(lexicon().segments(base))
            return without if without.head is not None else reading
    return reading


def all_words_known(name: str) -> bool:
    """Tell whether every word of a name is known, so that it can name a group of columns: "Student", "Father"."""
    tokens = words(name)
    return bool(tokens) and all(segment.meaning is not None for segment in lexicon().segments(tokens))


def _read_alone(tokens: tuple[str, ...]) -> Reading | None:
    """Read names that mean something only as a whole."""
    known = lexicon()
    beside = known.beside.get(tokens)
    if beside is not None:
        return Reading(beside[0], Rule.EXACT, beside=beside[1])
    exact, ordinal = known.exact.get(tokens), 1
    if exact is None and len(tokens) > 1 and tokens[-1] in _ORDINALS:
        exact, ordinal, tokens = known.exact.get(tokens[:-1]), int(tokens[-1]), tokens[:-1]
    if exact is Never.OWNER:
        return Reading(Head.NAME, Rule.EXACT, " ".join(tokens), ordinal=ordinal, owner=True, doubtful=True)
    if isinstance(exact, Head):
        return Reading(exact, Rule.EXACT, " ".join(tokens), ordinal=ordinal, doubtful=exact is Head.NAME)
    return None


def _read_segments(segments: list[Segment]) -> Reading:
    never = next((s for s in segments if isinstance(s.meaning, Never) and s.meaning is not Never.OWNER), None)
    if never is not None and isinstance(never.meaning, Never):
        return Reading(None, _NEVER_RULES[never.meaning], never.text)
    if any(segment.meaning is None and segment.number is None for segment in segments):
        spaceless = lexicon().compact.get("".join(segment.text for segment in segments))
        if spaceless is not None:
            return Reading(spaceless, Rule.EXACT)
    owner = next((index for index, s in enumerate(segments) if s.meaning is Never.OWNER), None)
    if owner is not None:
        return _read_owner(segments, owner)
    asked = _after_your(segments)
    reading = _read_own(asked)
    return replace(reading, rule=Rule.WORDS) if asked is not segments and reading.rule is Rule.EXACT else reading


def _read_owner(segments: list[Segment], owner: int) -> Reading:
    """Read a name that speaks of an owner: the CRM's user ("Lead Owner"), or the person on an owner list."""
    before, after = segments[:owner], segments[owner + 1 :]
    word = segments[owner].text
    of_record = any(
        isinstance(s.meaning, Head) or s.meaning in (Modifier.PERSON, Modifier.ORGANISATION) for s in before
    )
    if of_record and not any(s.meaning is Head.NAME for s in before):
        return Reading(None, Rule.OTHER_PERSON, word)
    reading = _read_own([*before, *after])
    if reading.head is None and all(isinstance(s.meaning, Modifier) for s in after):
        reading = Reading(Head.NAME, Rule.WORDS, doubtful=True)
    if reading.head is None:
        return Reading(None, Rule.OTHER_PERSON, word)
    return replace(reading, owner=True, word=word)


def _after_your(segments: list[Segment]) -> list[Segment]:
    """Return what follows "your" in a question, where something known follows."""
    for index in range(len(segments) - 1, -1, -1):
        if segments[index].meaning is Modifier.YOUR:
            rest = segments[index + 1 :]
            return rest if any(isinstance(s.meaning, Head) for s in rest) else segments
    return segments


def _read_own(segments: list[Segment]) -> Reading:
    """Read a name in which nobody and nothing else is spoken of."""
    heads = [s.meaning for s in segments if isinstance(s.meaning, Head)]
    modifiers = {s.meaning for s in segments if isinstance(s.meaning, Modifier)}
    unknown = any(s.meaning is None and s.number is None for s in segments)
    if Modifier.LAST in modifiers or Modifier.FIRST in modifiers:
        heads = _first_or_last(heads, modifiers)
    head = _combined(heads, modifiers) if heads else None
    if head is None:
        return Reading(None, Rule.UNKNOWN)
    if head is Head.STATE:
        return Reading(None, Rule.UNUSED)
    if head is Head.SERIAL:
        return Reading(None, Rule.SERIAL)
    rule = Rule.EXACT if len(segments) == 1 else Rule.WORDS
    if unknown:
        if head not in _HEAD_NOUNS or not (_ends_in_head(segments) or _is_name_of(segments)):
            return Reading(None, Rule.UNKNOWN)
        rule = Rule.HEAD_NOUN
    ordinal, group = _ordinals(segments)
    return Reading(
        Head.PHONE if head in (Head.NUMBER, Head.CONTACT) else head,
        rule,
        place=_place(head, heads, modifiers),
        ordinal=ordinal,
        group=group,
        other=Modifier.OTHER in modifiers,
        doubtful=head in (Head.NUMBER, Head.CONTACT, Head.WHATSAPP),
        weak=unknown or head is Head.NUMBER,
    )


def _first_or_last(heads: list[Head], modifiers: set[Modifier]) -> list[Head]:
    """Make "Name (First)" a first name; "Last contact", "last email" are events and no head at all."""
    parts = {Head.FIRST} if Modifier.FIRST in modifiers else set()
    if Modifier.LAST in modifiers:
        parts.add(Head.LAST)
    if Head.NAME in heads and not set(heads) & (PHONE_HEADS | {Head.EMAIL, Head.COMPANY}):
        return [*parts, *(head for head in heads if head is not Head.NAME)]
    return [] if Head.LAST in parts else heads


def _ends_in_head(segments: Sequence[Segment]) -> bool:
    for segment in reversed(segments):
        if isinstance(segment.meaning, Head):
            return True
        if segment.meaning is None and segment.number is None:
            return False
    return False


def _is_name_of(segments: Sequence[Segment]) -> bool:
    """Tell whether this is the name of somebody not known by this word: "Name of Sevak"."""
    return segments[0].meaning is Head.NAME and segments[1].text == "of"


def _ordinals(segments: Sequence[Segment]) -> tuple[int, int]:
    """Return the number of the column among its like, and that of the address or person it belongs to.

    "Phone 2" → (2, 1). "Address 2 - City" and "Address 2 - Street" → (1, 2), "Street 2" and "Address line 2" → (2, 1).
    """
    numbers = [
        (index, segment.number)
        for index, segment in enumerate(segments)
        if segment.number is not None and 1 <= segment.number <= _MOST_COLUMNS_OF_A_KIND
    ]
    if not numbers:
        return 1, 1
    index, number = numbers[0]
    behind = any(isinstance(s.meaning, Head) or s.text in _OF_A_WHOLE for s in segments[index + 1 :])
    before = any(isinstance(segment.meaning, Head) for segment in segments[:index])
    if behind and before:
        return (numbers[1][1] if len(numbers) > 1 else 1), number
    return number, 1


def _place(head: Head, heads: Sequence[Head], modifiers: set[Modifier]) -> Place:
    found = [_PLACES[modifier] for modifier in modifiers if modifier in _PLACES]
    if Head.COMPANY in heads and head is not Head.COMPANY:
        found.append(Place.ORGANISATION)
    if head not in _PLACE_HEADS and head is not Head.COMPANY and set(heads) & {Head.ADDRESS, Head.STREET}:
        found.append(Place.SHIPPING)
    return max(found, default=Place.PLAIN)


# --- several heads in one name ------------------------------------------------------------------


def _combined(heads: Sequence[Head], modifiers: set[Modifier]) -> Head | None:
    """Return what a name with these heads, in their order, speaks of; None where that can't be told."""
    kinds = set(heads)
    if len(kinds) > 1:
        kinds.discard(Head.CONTACT)
    names, rest = kinds & NAME_HEADS, kinds - NAME_HEADS
    if rest and names == {Head.PERSON}:
        names = set()
    if names and rest:
        return _name_of_thing(names, rest)
    if names:
        name = _one_name(names)
        return Head.FULL if name is Head.NAME and Modifier.PERSON in modifiers else name
    if rest & (PHONE_HEADS | {Head.DIALCODE, Head.NUMBER}):
        return _line(rest, heads, modifiers)
    if Modifier.CHOICE in modifiers and rest & _PLACE_HEADS:
        return None
    return _other(rest, heads)


def _one_name(names: set[Head]) -> Head:
    if Head.FULL in names or {Head.FIRST, Head.LAST} <= names:
        return Head.FULL
    parts = names - {Head.NAME} or names
    for head in (Head.FIRST, Head.LAST, Head.MIDDLE, Head.PERSON, Head.SALUTATION, Head.DISPLAY):
        if head in parts:
            return head
    return parts.pop()


def _name_of_thing(names: set[Head], rest: set[Head]) -> Head | None:
    """Read "Company name" as a company, "City name" as a city; "Billing address first name" stays a name."""
    if rest <= {Head.ADDRESS, Head.COMPANY} and names & {Head.FIRST, Head.LAST, Head.FULL, Head.MIDDLE}:
        return _one_name(names)
    if names == {Head.NAME} and len(rest) == 1:
        head = next(iter(rest))
        if head is Head.ADDRESS:
            return Head.NAME
        return head if head in (Head.COMPANY, Head.CITY, Head.LOCALITY, Head.COUNTRY, Head.STATE) else None
    return None


def _line(rest: set[Head], heads: Sequence[Head], modifiers: set[Modifier]) -> Head | None:
    """Read a name that speaks of phones, dial codes or numbers."""
    phones = rest & PHONE_HEADS
    others = rest - PHONE_HEADS - {Head.NUMBER}
    last = next(head for head in reversed(heads) if head is not Head.NUMBER or not phones)
    if not phones:
        if rest == {Head.NUMBER}:
            return None if Modifier.PERSON in modifiers or Modifier.ORGANISATION in modifiers else Head.NUMBER
        return _code(others) if Head.DIALCODE in others else None
    if others & {Head.EMAIL, Head.SERIAL, Head.TEST}:
        return None
    if last is Head.COMMENT:
        return Head.COMMENT
    if last in _CODES and Modifier.WITH not in modifiers:
        return _CODES[last]
    return next(head for head in (Head.MOBILE, Head.WHATSAPP, Head.LANDLINE, Head.PHONE) if head in phones)


def _code(others: set[Head]) -> Head | None:
    """Read "Address country code" as a country, "Country code" as a dial code until the values say otherwise."""
    places = others - {Head.DIALCODE, Head.COUNTRY}
    if not places:
        return Head.DIALCODE
    return Head.COUNTRY if places <= {Head.ADDRESS, Head.COMPANY} else None


def _other(rest: set[Head], heads: Sequence[Head]) -> Head | None:
    if len(rest) == 1:
        return next(iter(rest))
    if Head.EMAIL in rest:
        return Head.EMAIL if rest <= {Head.EMAIL, Head.ADDRESS, Head.COMPANY} else None
    return _place_head(rest, heads) if rest <= _PLACE_HEADS | {Head.STATE, Head.COMPANY} else None


def _place_head(rest: set[Head], heads: Sequence[Head]) -> Head | None:
    """Read "Address - City" as a city, "Address (street, city, PIN)" as an address."""
    if heads[0] is Head.ADDRESS and len(rest - {Head.COMPANY}) > 2:  # noqa: PLR2004 - "Address (street, city, PIN)"
        return Head.ADDRESS
    for head in (Head.CITY, Head.COUNTRY, Head.STREET):
        if head in rest:
            return head
    if rest == {Head.ADDRESS, Head.COMPANY}:
        return heads[-1]
    if rest == {Head.ADDRESS, Head.LOCALITY}:
        return Head.ADDRESS
    return next((head for head in (Head.LOCALITY, Head.STATE) if head in rest), None)
