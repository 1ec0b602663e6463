"""One column name → what it says the column holds.

The name alone is judged here: whether the values agree, `candidates` decides, and whether another column is better,
`field_choice`.
Never by substring: a name is known whole, or all its words are known, or it ends in a known head noun.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec.structs import replace

from telecmi_leads.columns.lexicon import Segment, lexicon, words
from telecmi_leads.columns.meanings import (
    CALL_HEADS,
    NAME_HEADS,
    PHONE_HEADS,
    PLACE_HEADS,
    Head,
    Meaning,
    Modifier,
    Never,
    Place,
    Standing,
)
from telecmi_leads.columns.persons import PERSONS, second_person
from telecmi_leads.columns.reading import Reading, Rule
from telecmi_leads.core.patterns import cached_if_short

if TYPE_CHECKING:
    from collections.abc import Sequence

# What "Phone country code" and "Phone STD code" are; with a word like "with" before the code it is a phone.
_CODES = {Head.DIALCODE: Head.DIALCODE, Head.COUNTRY: Head.DIALCODE, Head.STATE: Head.STATE}

# Where some words of the name are unknown, only these are believed: "Yacht phone" is one, "Exam city" no lead's city.
_HEAD_NOUNS = PHONE_HEADS | {
    *(Head.NUMBER, Head.CONTACT, Head.EMAIL, Head.FIRST, Head.LAST, Head.FULL, Head.NAME, Head.COMPANY, Head.COMMENT),
}

_NEVER_SENT = {Head.STATE: Rule.UNUSED, Head.SERIAL: Rule.SERIAL}
_NOT_LIVED_IN = frozenset(
    {
        *("previous", "former", "old", "last", "past", "earlier", "ex", "abroad", "overseas", "foreign", "working"),
        *("pref", "prefs", "pref 1", "pref 2"),
    }
)
"""What a name says of a country that is not the lead's now: one to go to, or one left behind."""

_NO_NAMES = frozenset({"deal", "opportunity", "user", "users", "benutzer", "nutzer", "usuario", "head"})
# Behind a person, these say what the person does: "Buyer wants", "Client update", "Customer response".
_DONE = (Modifier.CHOICE, Modifier.NEW)
_REPLIES = frozenset({"response", "answer", "answers", "persona", "antwort", "respuesta", "resposta"})
_GOOD = (Modifier.NEW, Modifier.MAIN, Modifier.CHECKED, Modifier.CHOICE)
_NAME_PARTS: dict[Meaning | None, Head] = {
    Head.FIRST: Head.FIRST,
    Head.LAST: Head.LAST,
    Head.NAME: Head.NAME,
    Head.SURNAME_FIRST: Head.SURNAME_FIRST,
    Modifier.FIRST: Head.FIRST,
    Modifier.LAST: Head.LAST,
}
# Behind these heads a name may say what they are for.
_SAID_MORE_OF = frozenset({*PHONE_HEADS, Head.EMAIL, Head.NUMBER, Head.CONTACT, Head.NAME, Head.FULL, Head.FIRST})

_NEVER_RULES: dict[Meaning | None, Rule] = {
    Never.PERSON: Rule.OTHER_PERSON,
    Never.LINE: Rule.OTHER_LINE,
    Never.FLAG: Rule.FLAG,
    Never.NAME: Rule.OTHER_NAME,
    Never.THING: Rule.OTHER_THING,
}
_ASIDE = re.compile(
    r"[(\uff08][^()\uff08\uff09]*[)\uff09]|[\[\u3010][^\[\]\u3010\u3011]*[\]\u3011]"
    r"|\b(?:as (?:per|on|in|mentioned)|same as|e\.g\.|eg\.).*",
    re.IGNORECASE,
)
# What a service's answer keeps a record's fields in, as its paths become column names: `properties.phone`.
CONTAINERS = frozenset({"properties", "attributes", "fields", "values", "data", "record", "payload"})
_CONTAINER = re.compile(rf"\A\s*(?:(?:{'|'.join(sorted(CONTAINERS))})\.)+(?=\w)", re.IGNORECASE)
_NOT_WHOSE = re.compile(
    r"[(\[](?:not|never|no|except|other than|nicht|keine?|pas|sauf|non|nao|n\u00e3o|\u043d\u0435)\b[^()\[\]]*[)\]]",
    re.IGNORECASE,
)
_DOCUMENTS = frozenset(
    {
        *("aadhaar", "aadhar", "adhar", "pan", "passport", "license", "licence", "policy", "form", "file", "list"),
        *("id", "code", "profile"),
    }
)
_GROUP_NOUNS = frozenset({"details", "detail", "info", "information", "particulars", "section", "profile"})
_MOST_COLUMNS_OF_A_KIND = 9
_ORDINALS = frozenset(map(str, range(1, _MOST_COLUMNS_OF_A_KIND + 1)))
_OF_A_WHOLE = frozenset({"formatted"})  # "Address 2 - Formatted" is the second address, not the first one's second line
_LONGEST_TITLE = 3  # words of the title of a group; more are a banner, "Details of all our leads"
_FEWEST_PARTS = 3  # from which on a name lists what belongs into an address
_PLACES = {
    Modifier.HOME: Place.HOME,
    Modifier.WORK: Place.WORK,
    Modifier.SHIPPING: Place.SHIPPING,
    Modifier.ORGANISATION: Place.ORGANISATION,
}


@cached_if_short(4096)
def read_name(name: str) -> Reading:
    """Read a column's name. A pure function of the name; never raises."""
    reading = _read_name(_CONTAINER.sub("", name))
    if reading.rule in (Rule.OTHER_PERSON, Rule.OTHER_LINE) and (own := _NOT_WHOSE.sub(" ", name)) != name:
        return _read_name(own)  # "Mobile (not the parent's)"
    return reading


def _read_name(name: str) -> Reading:
    tokens = _without_group_word(words(name))
    if not tokens:
        return Reading(None, Rule.NO_NAME)
    alone = _read_alone(tokens)
    if alone is not None:
        return alone
    aside = _ASIDE.search(name) is not None
    reading = _read_segments(lexicon().segments(tokens), aside=aside)
    if aside and reading.head is None and reading.rule in (Rule.UNKNOWN, Rule.OTHER_THING):
        base = words(_ASIDE.sub(" ", name))
        if base and base != tokens:
            without = _read_alone(base) or _read_segments(lexicon().segments(base))
            # "Country (destination)" is not a place to live in, "City (as in passport)" is.
            another = without.head in PLACE_HEADS and reading.word not in ("", *_DOCUMENTS)
            if without.head is None or another:
                return reading
            return replace(without, rule=Rule.WORDS) if without.rule is Rule.EXACT else without
    return reading


def _without_group_word(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """Take the noun of a group's title out, and what the name says twice.

    "Customer Details Name" and `customer_details.customer_name` are "customer name".
    """
    at = next((at for at in range(1, len(tokens) - 1) if tokens[at] in _GROUP_NOUNS), None)
    if at is None:
        return tokens
    title, rest = tokens[:at], tokens[at + 1 :]
    return rest if rest[: len(title)] == title else title + rest


def names_a_shipping(name: str) -> bool:
    """Tell whether a name speaks of where an order is sent: "Shipping phone", "Name (Lieferung)"."""
    return any(segment.meaning is Modifier.SHIPPING for segment in lexicon().segments(words(name)))


def names_a_line(name: str) -> bool:
    """Tell whether a name speaks of a phone, whosever it is: "Agent mobile"."""
    return any(segment.meaning in PHONE_HEADS for segment in lexicon().segments(words(name)))


def may_title_a_group(name: str) -> bool:
    """Tell whether a name can be the title of a group of columns: all its words are known, or it says "details".

    So do "Student", "Father", "School details".
    """
    tokens = words(name)
    titled = tokens[-1:] and tokens[-1] in _GROUP_NOUNS and len(tokens) <= _LONGEST_TITLE
    return bool(titled) or (bool(tokens) and all(s.meaning is not None for s in lexicon().segments(tokens)))


def _read_alone(tokens: tuple[str, ...]) -> Reading | None:
    """Read names that mean something only as a whole."""
    known = lexicon()
    name = " ".join(tokens)
    beside = known.beside.get(name)
    if beside is not None:
        return Reading(beside[0], Rule.EXACT, beside=beside[1], doubtful=beside[0] is Head.NAME)
    exact, ordinal = known.exact.get(name), 1
    if exact is None and len(tokens) > 1 and tokens[-1] in _ORDINALS:
        name, ordinal = " ".join(tokens[:-1]), int(tokens[-1])
        exact = known.exact.get(name)
    if exact is Never.OWNER:
        return Reading(Head.NAME, Rule.EXACT, name, ordinal=ordinal, owner=True, doubtful=True)
    if isinstance(exact, Head):
        whose = Segment(name, known.phrases.get(name)) if exact is Head.NAME else None
        doubtful = exact in (Head.NAME, *CALL_HEADS)
        return Reading(exact, Rule.EXACT, name, ordinal=ordinal, doubtful=doubtful, person=whose)
    return None


def _read_segments(segments: list[Segment], *, aside: bool = False) -> Reading:
    """Read a name's phrases; `aside` says that some of them stand in brackets."""
    segments = _without_purpose(segments)
    never = next((s for s in segments if s.meaning in _NEVER_RULES), None)
    if never is not None:
        return Reading(None, _NEVER_RULES[never.meaning], never.text)
    second = second_person(segments)
    if second:
        return Reading(None, Rule.OTHER_PERSON, second)
    headless = not any(isinstance(s.meaning, Head) for s in segments)
    if headless or (segments[-1].meaning is Modifier.CHECKED and not aside):
        checked = next((s for s in segments if s.meaning is Modifier.CHECKED), None)
        if checked is not None:  # "Mobile verified" is a yes or no, "Verified mobile" and "Mobile (verified)" a number
            return Reading(None, Rule.FLAG, checked.text)
    if any(segment.meaning is None and segment.number is None for segment in segments):
        spaceless = lexicon().phrases.spaceless("".join(segment.text for segment in segments))
        if spaceless is not None:
            return Reading(spaceless, Rule.EXACT)
    owner = next((index for index, s in enumerate(segments) if s.meaning in (Never.OWNER, Never.ROLE)), None)
    if owner is not None:
        return _read_owner(segments, owner)
    asked = _after_your(segments)
    reading = _read_own(asked)
    return replace(reading, rule=Rule.WORDS) if asked is not segments and reading.rule is Rule.EXACT else reading


def _without_purpose(segments: list[Segment]) -> list[Segment]:
    """Leave out what a line or name is for: "Contact number for updates", "Mobile number linked with Aadhaar"."""
    for index, segment in enumerate(segments):
        if segment.meaning is Modifier.ABOUT and any(s.meaning in _SAID_MORE_OF for s in segments[:index]):
            tail = [s for s in segments[index + 1 :] if s.number is None and s.meaning not in (None, Never.THING)]
            return [*segments[:index], *tail]
    return segments


def _read_owner(segments: list[Segment], owner: int) -> Reading:
    """Read a name that speaks of an owner: the CRM's user ("Lead Owner"), or the person on an owner list.

    The same for a role: a doctor is the lead on a list of doctors, and not beside a patient.
    """
    before, after = segments[:owner], segments[owner + 1 :]
    word, role = segments[owner].text, segments[owner].meaning is Never.ROLE
    # The role "principal mobile" is known with what it has, since "principal" alone is French for the main one.
    had = lexicon().segments(tuple(word.split()[1:])) if " " in word else []
    if had and isinstance(had[-1].meaning, Head):
        word, after = word.split()[0], [*had, *after]
    of_record = any(
        (isinstance(s.meaning, Head) and not role) or s.meaning in (*PERSONS, Modifier.ORGANISATION) for s in before
    )
    if of_record and not any(s.meaning is Head.NAME for s in before):
        return Reading(None, Rule.OTHER_PERSON, word)
    reading = _read_own([*before, *after])
    if reading.head is None and all(isinstance(s.meaning, Modifier) for s in after):
        reading = Reading(Head.NAME, Rule.WORDS, doubtful=True)
    if reading.head is None:
        return Reading(None, Rule.OTHER_PERSON, word)
    return replace(reading, owner=True, role=role, word=word)


def _after_your(segments: list[Segment]) -> list[Segment]:
    """Return what follows "your" in a question, where something known follows."""
    for index in range(len(segments) - 1, -1, -1):
        if segments[index].meaning is Modifier.YOUR:
            rest = segments[index + 1 :]
            return rest if any(isinstance(s.meaning, Head) for s in rest) else segments
    return segments


def _read_own(segments: list[Segment]) -> Reading:
    """Read a name in which nobody and nothing else is spoken of."""
    segments = [s for at, s in enumerate(segments) if not _counts_persons(segments, at)]
    heads = [s.meaning for s in segments if isinstance(s.meaning, Head)]
    modifiers = {s.meaning for s in segments if isinstance(s.meaning, Modifier)}
    whole = _whole_name(segments)
    unknown = any(s.meaning is None and s.number is None for s in segments)
    if Modifier.LAST in modifiers or Modifier.FIRST in modifiers:
        heads = _first_or_last(heads, modifiers)
    head = _combined(heads, modifiers) if heads else _bare_person(segments)
    if whole is not None and head in NAME_HEADS:
        head = Head.FULL
    if head is None:
        wanted = next((s.text for s in segments if s.meaning is Modifier.CHOICE), "")
        elsewhere = wanted and not set(heads).isdisjoint(PLACE_HEADS)
        return Reading(None, Rule.OTHER_PLACE, wanted) if elsewhere else Reading(None, Rule.UNKNOWN)
    if head in _NEVER_SENT:
        return Reading(None, _NEVER_SENT[head])
    if head is Head.NUMBER and (thing := next((s.text for s in segments if s.text in lexicon().numbered), "")):
        return Reading(None, Rule.OTHER_THING, thing)
    rule = Rule.EXACT if len(segments) == 1 else Rule.WORDS
    if unknown:
        if head not in _HEAD_NOUNS or not (_ends_in_head(segments) or _begins_with_line(segments)):
            return Reading(None, Rule.UNKNOWN)
        rule = Rule.HEAD_NOUN
    ordinal, group = _ordinals(segments)
    place = _place(head, heads, modifiers)
    standing, word = _standing(segments, place)
    if head is Head.COUNTRY and not _NOT_LIVED_IN.isdisjoint({word, *(s.text for s in segments)}):
        return Reading(None, Rule.OTHER_PLACE, word)
    maybe_id = head is Head.NUMBER and (unknown or not modifiers.isdisjoint((*PERSONS, Modifier.SHIPPING)))
    return Reading(
        Head.PHONE if head in (Head.NUMBER, Head.CONTACT) else head,
        rule,
        word,
        place=place,
        ordinal=ordinal,
        group=group,
        standing=standing,
        person=next((s for s in segments if s.meaning in PERSONS), None),
        surname_first=whole is True,
        maybe_id=maybe_id,
        doubtful=head in (Head.NUMBER, Head.CONTACT, Head.WHATSAPP) or not heads,
        weak=unknown or head is Head.NUMBER,
        stranger=lexicon().stranger(segments) if unknown else "",
    )


def _bare_person(segments: Sequence[Segment]) -> Head | None:
    """Read "Patient" or "Player 2" as that person's name; its cells must agree.

    "Customer visit" and "Customer response" say what the person does, not who it is.
    """
    persons = [s for s in segments if s.meaning in PERSONS and s.text not in _NO_NAMES]
    known = all(isinstance(s.meaning, Modifier) or s.number is not None for s in segments)
    does = any(b.meaning in _DONE or b.text in _REPLIES for a, b in pairwise(segments) if a.meaning in PERSONS)
    return Head.NAME if persons and known and not does else None


def _counts_persons(segments: Sequence[Segment], at: int) -> bool:
    """Tell whether this is the "1st" of "1st applicant", which says nothing of first names."""
    if segments[at].meaning is not Modifier.FIRST:
        return False
    after = segments[at + 1].meaning if at + 1 < len(segments) else None
    before = segments[at - 1].meaning if at else None
    return after in PERSONS or (before in PERSONS and segments[at].text != "first")


def _whole_name(segments: Sequence[Segment]) -> bool | None:
    """Tell whether a name of both parts puts the surname first ("Nom et prénom"); None where it names no two parts."""
    places: dict[Meaning, int] = {}
    for at, segment in enumerate(segments):
        if segment.meaning in _NAME_PARTS:
            places.setdefault(_NAME_PARTS[segment.meaning], at)
    if Head.SURNAME_FIRST in places:
        return True
    first, last, name = (places.get(head) for head in (Head.FIRST, Head.LAST, Head.NAME))
    if first is not None and last is not None:
        return last < first
    part = first if first is not None else last
    if (
        part is None
        or name is None
        or not any(s.meaning is Modifier.AND for s in segments[min(part, name) : max(part, name)])
    ):
        return None
    return name < part if first is not None else part < name


def _standing(segments: Sequence[Segment], place: Place) -> tuple[Standing, str]:
    """Tell new, main and alternate columns, and by which word; "not" turns what follows round: "not reachable"."""
    words_of = {s.meaning: s.text for s in reversed(segments)}
    good = next((s for s in segments if s.meaning in _GOOD), None)
    negation = next((at for at, s in enumerate(segments) if s.meaning is Modifier.NOT), len(segments))
    negated = next((s.text for s in segments[negation:] if s.meaning in _GOOD), None)
    if negated or Modifier.BAD in words_of:
        return Standing.BAD, f"not {negated}" if negated else words_of[Modifier.BAD]
    if Modifier.OTHER in words_of:
        return Standing.OTHER, words_of[Modifier.OTHER]
    if Modifier.NEW in words_of and place is Place.PLAIN:
        return Standing.NEW, words_of[Modifier.NEW]
    return (Standing.MAIN, good.text) if good else (Standing.PLAIN, "")


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


def _begins_with_line(segments: Sequence[Segment]) -> bool:
    """Tell whether a name begins with what it is: "Mobile you can be texted on", "Name of Sevak"."""
    if segments[0].meaning is Head.NAME:
        return segments[1].text == "of"
    first = next((s.meaning for s in segments if not isinstance(s.meaning, Modifier)), None)
    return first in PHONE_HEADS or first in (Head.EMAIL, Head.NUMBER, Head.CONTACT)


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
    if index and segments[index - 1].meaning in PERSONS:
        return (numbers[1][1] if len(numbers) > 1 else 1), number
    behind = any(isinstance(s.meaning, Head) or s.text in _OF_A_WHOLE for s in segments[index + 1 :])
    before = any(isinstance(segment.meaning, Head) for segment in segments[:index])
    if behind and before:
        return (numbers[1][1] if len(numbers) > 1 else 1), number
    return number, 1


def _place(head: Head, heads: Sequence[Head], modifiers: set[Modifier]) -> Place:
    found = [_PLACES[modifier] for modifier in modifiers if modifier in _PLACES]
    if Head.COMPANY in heads and head is not Head.COMPANY:
        found.append(Place.ORGANISATION)
    if head not in PLACE_HEADS and head is not Head.COMPANY and set(heads) & {Head.ADDRESS, Head.STREET}:
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
        return Head.FULL if name is Head.NAME and not modifiers.isdisjoint(PERSONS) else name
    if rest & (PHONE_HEADS | {Head.DIALCODE, Head.NUMBER}):
        return _line(rest, heads, modifiers)
    if Modifier.CHOICE in modifiers and rest & PLACE_HEADS:
        return None
    return _other(rest, heads)


def _one_name(names: set[Head]) -> Head:
    if names & {Head.FULL, Head.SURNAME_FIRST} or {Head.FIRST, Head.LAST} <= names:
        return Head.FULL
    parts = names - {Head.NAME} or names
    for head in (Head.SECOND_LAST, Head.FIRST, Head.LAST, Head.MIDDLE, Head.PERSON, Head.SALUTATION, Head.DISPLAY):
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
            return None if Modifier.ORGANISATION in modifiers else Head.NUMBER
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
    return _place_head(rest, heads) if rest <= PLACE_HEADS | {Head.STATE, Head.COMPANY} else None


def _place_head(rest: set[Head], heads: Sequence[Head]) -> Head | None:
    """Read "Address - City" as a city, "Address (street, city, PIN)" as an address."""
    if heads[0] is Head.ADDRESS and len(rest - {Head.COMPANY}) >= _FEWEST_PARTS:
        return Head.ADDRESS
    for head in (Head.CITY, Head.COUNTRY, Head.STREET):
        if head in rest:
            return head
    if rest == {Head.ADDRESS, Head.COMPANY}:
        return heads[-1]
    if rest == {Head.ADDRESS, Head.LOCALITY}:
        return Head.ADDRESS
    return next((head for head in (Head.LOCALITY, Head.STATE) if head in rest), None)
