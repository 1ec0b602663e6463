"""The columns of one table with what their names say, held against what their cells say.

A name can promise what the cells don't keep: "Contact" is a person as often as a number, "Country code" a country as
often as a calling code, "WhatsApp" a yes or no.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from telecmi_leads.columns import cell_values
from telecmi_leads.columns.call_sides import customers_side, with_callers
from telecmi_leads.columns.header_meaning import read_name
from telecmi_leads.columns.lexicon import is_area_code, lexicon, words
from telecmi_leads.columns.line_labels import is_label
from telecmi_leads.columns.meanings import (
    CALL_HEADS,
    LINE_HEADS,
    NAME_HEADS,
    PERSON_HEADS,
    PHONE_HEADS,
    WHOLE_NAME_HEADS,
    Head,
    Modifier,
    Place,
)
from telecmi_leads.columns.name_parts import with_name_parts
from telecmi_leads.columns.nested_people import without_nested_people
from telecmi_leads.columns.only_persons import only_persons
from telecmi_leads.columns.persons import is_a_leaders, noun, of_the_subject, without_bookers, without_second_holders
from telecmi_leads.columns.reading import OTHER_THAN_FIRST, Candidate, Reading, Rule
from telecmi_leads.columns.recipients import recipients_names, recipients_numbers
from telecmi_leads.columns.sure_names import firms_are_companies, sure_names_first

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_PROPERTY = frozenset({"property", "listing", "project"})
_PROPERTY_FACTS = frozenset({"id", "title", "code", "name", "type", "no", "number", "link", "url", "details"})
_TENANTS = frozenset(
    {
        *("tenant", "tenants", "lessee", "occupant", "occupants", "occupier", "renter", "mieter", "locataire"),
        *("inquilino", "inquilina", "arrendatario", "huurder", "penyewa", "арендатор", "किरायेदार", "租客"),
    }
)
_TWO_PERSONS = {Modifier.BUYER, Modifier.GUEST}
_FEWEST_ROWS = 3
_OF_A_PERSON = PHONE_HEADS | NAME_HEADS | {Head.EMAIL, Head.DIALCODE, Head.COMMENT, Head.CITY, Head.COUNTRY}
_OF_A_PLACE = (
    PHONE_HEADS | NAME_HEADS | {Head.EMAIL, Head.PLACE_PHONE, Head.ADDRESS, Head.STREET, Head.CITY, Head.LOCALITY}
)
_HEAD_OFFICE = frozenset({"hq", "headquarters", "headquarter"})
_POSTAL_CODE, _POSTAL_DIGITS = "cep", 8


def read_columns(
    header: Sequence[str], cells: Sequence[Sequence[str]], phone_score: Callable[[Sequence[str]], float]
) -> list[Candidate]:
    """Read all names of a table and let the cells and the neighbours have their say.

    `cells` are each column's cells that hold something. `phone_score` takes such cells and returns the share, 0 to 1,
    that are good numbers. Returns one candidate a column, in file order.
    """
    names = list(map(words, header))
    named = frozenset(names)
    found = [Candidate(index, _read(name, cells[index], phone_score)) for index, name in enumerate(header)]
    letters = frozenset("".join(header).casefold())
    known = letters | frozenset(map(" ".join, names)) | {str(candidate.head) for candidate in found if candidate.head}
    # The order counts: each step sees what the one before has refused. First names alone, then cells, then neighbours.
    found = [_beside(candidate, known) for candidate in found]
    found = with_name_parts(found, names, cells)
    found = [_agreeing(candidate, cells[candidate.index], phone_score) for candidate in found]
    found = without_bookers(sure_names_first(found, cells))
    found = firms_are_companies(without_nested_people(found, header, cells), cells)
    found = recipients_numbers(found, names, cells)
    found = _second_names(found)
    found = _own_lines(with_callers(found, names, cells), names, cells)
    if any("invitee" in name for name in named):
        found = [_organisers(candidate, names[candidate.index]) for candidate in found]
    found = _tenants(found, names, cells)
    found = _owners(found)
    found = _strangers(found, names)
    found = without_second_holders(_second_persons(found), header, cells)
    found = _one_person(found)
    found = only_persons(recipients_names(found, names, cells), names, cells)
    found = _other_countries(found, names)
    if any(name and name[0] in _PROPERTY and _PROPERTY_FACTS.issuperset(name[1:2]) for name in named):
        found = [_property_place(candidate) for candidate in found]
    return found


def _read(name: str, cells: Sequence[str], phone_score: Callable[[Sequence[str]], float]) -> Reading:
    """Read a name whose meaning depends on the cells below it.

    "Phone verified" is a phone above numbers, and a yes or no above anything else. "Cep" is Turkish for a mobile above
    numbers, and a Brazilian postal code above anything shorter.
    """
    reading = read_name(name)
    if reading.head in PHONE_HEADS and cells and is_label(name, cells):
        return Reading(None, Rule.WRONG_VALUES)
    if reading.rule is Rule.FLAG and cells and phone_score(cells) >= cell_values.MOST:
        return read_name(f"({name})")
    if reading.rule is Rule.UNUSED and _POSTAL_CODE in (tokens := words(name)):
        longer = cell_values.share(cells, lambda cell: sum(map(str.isdecimal, cell)) > _POSTAL_DIGITS)
        if longer >= cell_values.MOST and phone_score(cells) >= cell_values.MOST:
            return read_name(" ".join(f"{token} telefonu" if token == _POSTAL_CODE else token for token in tokens))
    if reading.head in PHONE_HEADS and cells and is_area_code(name) and not any(map(cell_values.like_phone, cells)):
        return Reading(None, Rule.UNUSED)  # "DDD Celular"
    return reading


def _like_a_name(cell: str) -> bool:
    return cell_values.like_name(cell) or cell_values.like_numbered_name(cell)


def _beside(candidate: Candidate, known: frozenset[str]) -> Candidate:
    """Refuse names that mean something only beside another: "Ad" is a first name beside "Soyad" alone."""
    beside = candidate.reading.beside
    if not beside or beside & known:
        return candidate
    return candidate.refused(Rule.UNKNOWN)


# --- the cells' say -----------------------------------------------------------------------------


def _agreeing(candidate: Candidate, cells: Sequence[str], phone_score: Callable[[Sequence[str]], float]) -> Candidate:
    reading = candidate.reading
    head = reading.head
    if head is None or not cells:
        return candidate.refused(Rule.UNKNOWN) if head in (Head.PLACE_PHONE, *CALL_HEADS) else candidate
    if reading.maybe_id or (head is Head.NAME and reading.person and not reading.owner):
        numbers = phone_score(cells) >= cell_values.MOST
        if reading.maybe_id:
            return candidate if numbers else candidate.refused(Rule.WRONG_VALUES)
        if numbers:  # "Caller", "Customer"
            return Candidate(candidate.index, replace(reading, head=Head.PHONE, rule=Rule.VALUES, weak=True))
    if head in CALL_HEADS:
        like_phone = cell_values.share(cells, cell_values.like_phone)
        return candidate if like_phone >= cell_values.MOST else candidate.refused(Rule.UNKNOWN)
    if head in PHONE_HEADS or head is Head.PLACE_PHONE:
        return _agreeing_phone(candidate, cells)
    return _agreeing_text(candidate, head, cells)


def _agreeing_text(candidate: Candidate, head: Head, cells: Sequence[str]) -> Candidate:
    reading = candidate.reading
    if head in (Head.DIALCODE, Head.COUNTRY, Head.SALUTATION):
        return Candidate(candidate.index, _code_or_country(reading, cells))
    if head in NAME_HEADS:
        doubtful = reading.doubtful or reading.weak
        if (doubtful or head is Head.PERSON) and cell_values.share(cells, cell_values.like_answer) >= cell_values.MOST:
            return candidate.refused(Rule.WRONG_VALUES)  # "Customer" may ask for yes or no
        test, enough = (_like_a_name, cell_values.MOST) if doubtful else (cell_values.has_letters, cell_values.SOME)
        return candidate if cell_values.share(cells, test) >= enough else candidate.refused(Rule.WRONG_VALUES)
    no_company = head is Head.COMPANY and all(map(cell_values.like_flag, cells))
    no_email = head is Head.EMAIL and reading.rule is not Rule.EXACT and not any(map(cell_values.like_email, cells))
    return candidate.refused(Rule.WRONG_VALUES) if no_company or no_email else candidate


def _agreeing_phone(candidate: Candidate, cells: Sequence[str]) -> Candidate:
    reading = candidate.reading
    like_phone = cell_values.share(cells, cell_values.like_phone)
    if reading.head is Head.PLACE_PHONE:
        if like_phone < cell_values.MOST:
            return candidate.refused(Rule.UNKNOWN)
        return Candidate(candidate.index, replace(read_name(f"{reading.word} phone"), rule=Rule.VALUES))
    flags = all(map(cell_values.like_flag, cells))
    if reading.doubtful or candidate.weak:
        believed = cell_values.share(cells, cell_values.like_phone_or_email) >= cell_values.SOME
        return candidate if believed else _no_phone(candidate, cells, flags=flags)
    said = flags and not all(cell.strip().isdecimal() for cell in cells)  # "0" is what exporters write for no number
    return candidate.refused(Rule.WRONG_VALUES) if said else candidate


def _no_phone(candidate: Candidate, cells: Sequence[str], *, flags: bool) -> Candidate:
    """Return what a column called "Contact" or the like is where its cells are not phones."""
    reading = candidate.reading
    answers = flags or cell_values.share(cells, cell_values.like_answer) >= cell_values.MOST  # "Preferred contact"
    if reading.head is Head.PHONE and not candidate.weak and not answers:
        for head, test in ((Head.EMAIL, cell_values.like_email), (Head.PERSON, cell_values.like_name)):
            if cell_values.share(cells, test) >= cell_values.MOST:
                return Candidate(candidate.index, replace(reading, head=head, rule=Rule.VALUES))
    return candidate.refused(Rule.WRONG_VALUES)


def _code_or_country(reading: Reading, cells: Sequence[str]) -> Reading:
    """Tell calling codes, countries and salutations apart by their cells."""
    if cell_values.share(cells, cell_values.like_dial_code) >= cell_values.MOST:
        return replace(reading, head=Head.DIALCODE, rule=reading.rule if reading.head is Head.DIALCODE else Rule.VALUES)
    if reading.head is Head.DIALCODE:
        if cell_values.share(cells, cell_values.like_name) >= cell_values.MOST:
            return replace(reading, head=Head.COUNTRY, rule=Rule.VALUES)
        return Reading(None, Rule.WRONG_VALUES)
    if reading.head is Head.SALUTATION and cell_values.share(cells, cell_values.like_salutation) < cell_values.MOST:
        return Reading(None, Rule.WRONG_VALUES)
    return reading


# --- the neighbours' say ------------------------------------------------------------------------


def _second_names(found: list[Candidate]) -> list[Candidate]:
    """Read "Second name" as a middle name beside a last name (Bitrix24), as the last name otherwise."""
    head = Head.MIDDLE if any(candidate.head is Head.LAST for candidate in found) else Head.LAST
    return [Candidate(c.index, replace(c.reading, head=head)) if c.head is Head.SECOND else c for c in found]


def _own_lines(
    found: list[Candidate], names: Sequence[tuple[str, ...]], cells: Sequence[Sequence[str]]
) -> list[Candidate]:
    """Refuse the company's own lines: one number in nearly every row, and a call log's side that is not the lead's.

    Where both sides of a log vary and no name tells which is the customer, neither is taken.
    """
    varied = any(
        _holds_lines(c, cells) and cell_values.most_common(cells[c.index]) < cell_values.NEARLY_ALL for c in found
    )
    one_value = {
        c.index for c in found if c.head in (*LINE_HEADS, Head.EMAIL) and cell_values.is_one_value(cells[c.index])
    }
    emails = any(c.head is Head.EMAIL and c.index not in one_value and cells[c.index] for c in found)
    found = [
        c.refused(Rule.ONE_VALUE) if c.index in one_value and (emails if c.head is Head.EMAIL else varied) else c
        for c in found
    ]
    callers = [c for c in found if c.head is Head.CALLER]
    called = [c for c in found if c.head is Head.CALLED]
    if not callers and not called:
        return found
    lead = {c.index for c in customers_side(callers, called, names, cells)}
    rule = Rule.OWN_LINE if lead else Rule.EITHER_END
    if any(c.head in PHONE_HEADS and not c.reading.other and c.reading.place is Place.PLAIN for c in found):
        lead, rule = set(), Rule.OWN_LINE
    return [
        c
        if c.head not in CALL_HEADS
        else Candidate(c.index, replace(c.reading, head=Head.PHONE))
        if c.index in lead
        else c.refused(rule, c.reading.word)
        for c in found
    ]


def _holds_lines(candidate: Candidate, cells: Sequence[Sequence[str]]) -> bool:
    """Tell whether a column holds numbers of people: leads', somebody else's, or those that no name tells."""
    own = cells[candidate.index]
    if candidate.head in LINE_HEADS:
        return len(own) >= _FEWEST_ROWS
    may_be = candidate.reading.rule in (Rule.UNKNOWN, Rule.NO_NAME, Rule.OTHER_PERSON)
    return may_be and len(own) >= _FEWEST_ROWS and cell_values.share(own, cell_values.like_phone) >= cell_values.MOST


def _one_person(found: list[Candidate]) -> list[Candidate]:
    """Keep to the person whose number is taken: beside "Attendee phone", the buyer's name and email are not the lead's.

    Where no name is of that person's word, only buyers and guests are told apart: customer, lead and client are one.
    """
    found = of_the_subject(found)
    phones = [c for c in found if c.head in PHONE_HEADS]
    names = {c.reading.person.text for c in found if c.head in NAME_HEADS and c.reading.person}
    best = min(phones, key=lambda c: (c.weak, not _is_of(names, c), c.line_preference), default=None)
    person = best.reading.person if best else None
    if person is None:
        return _without_leaders(found)
    named = person.text in names
    kept: list[Candidate] = []
    for candidate in found:
        other = candidate.reading.person
        apart = other and other.text != person.text and (named or {other.meaning, person.meaning} == _TWO_PERSONS)
        if other and apart and candidate.head in _OF_A_PERSON:
            kept.append(candidate.refused(Rule.OTHER_PERSON, other.text))
        else:
            kept.append(candidate)
    return kept


def _is_of(names: set[str], phone: Candidate) -> bool:
    """Tell whether a phone is that of a person whose name is there, or of no person that its name tells."""
    return phone.reading.person is None or phone.reading.person.text in names


def _without_leaders(found: list[Candidate]) -> list[Candidate]:
    """Refuse the name of a team's leader where the number is nobody's by name and another first name is there."""
    names = [c for c in found if c.head in WHOLE_NAME_HEADS and c.reading.person and not c.weak]
    leaders = {c.index for c in names if is_a_leaders(c)}
    if not any(c.index not in leaders and c.reading.group == 1 and c.reading.ordinal == 1 for c in names):
        return found
    return [c.refused(Rule.OTHER_PERSON, "leader") if c.index in leaders else c for c in found]


def _organisers(candidate: Candidate, name: tuple[str, ...]) -> Candidate:
    """Refuse the user's columns and the event's place where there are invitees, as in a calendar's export."""
    if candidate.head is None or not (name[0] in ("user", "host") or candidate.head is Head.LOCALITY):
        return candidate
    return candidate.refused(Rule.OTHER_PERSON, name[0])


def _tenants(
    found: list[Candidate], names: Sequence[tuple[str, ...]], cells: Sequence[Sequence[str]]
) -> list[Candidate]:
    """Refuse either the tenants or the owners on a list that has both: those of whom fewer have a number.

    A number column that does not say whose it is belongs to the owners if it stands right behind their names, or if
    more rows have a number than have a tenant: half of the flats have no tenant.
    """
    owners = [candidate for candidate in found if candidate.reading.owner]
    tenants = [candidate for candidate in found if not _TENANTS.isdisjoint(names[candidate.index])]
    heads = {candidate.head for candidate in owners}
    if tenants and _are_owners_numbers(found, owners, tenants, cells):
        return [c.refused(Rule.OTHER_PERSON, "tenant") if c in tenants and c.head else c for c in found]
    if not tenants or heads.isdisjoint(PHONE_HEADS) or heads.isdisjoint(NAME_HEADS):
        return found
    let = any(candidate.reading.word.startswith("landlord") for candidate in owners)  # so the tenants are the subject
    few = let or _numbered(tenants, cells) >= _numbered(owners, cells)
    fewer, word = (owners, "owner") if few else (tenants, "tenant")
    refused = {candidate.index for candidate in fewer}
    return [
        candidate.refused(Rule.OTHER_PERSON, word) if candidate.index in refused else candidate for candidate in found
    ]


def _are_owners_numbers(
    found: Sequence[Candidate],
    owners: Sequence[Candidate],
    tenants: Sequence[Candidate],
    cells: Sequence[Sequence[str]],
) -> bool:
    """Tell whether plain numbers are those of owners: none has lines of their own, and the table is no landlord's."""
    names = {c.index: c for c in owners if c.head in PERSON_HEADS and not c.reading.role}
    phones = [c for c in found if c.head in PHONE_HEADS]
    let = any(c.reading.word.startswith("landlord") for c in names.values())
    if let or not names or any(c.reading.person or c.reading.owner for c in phones):
        return False
    let_flats = max((len(cells[c.index]) for c in tenants if c.head in PERSON_HEADS), default=0)
    owned = max(len(cells[index]) for index in names)
    behind = any(phone.index - 1 in names for phone in phones)
    return behind or (owned > let_flats and _numbered(found, cells) > let_flats)


def _numbered(found: Iterable[Candidate], cells: Sequence[Sequence[str]]) -> int:
    return max((len(cells[candidate.index]) for candidate in found if candidate.head in PHONE_HEADS), default=0)


def _owners(found: list[Candidate]) -> list[Candidate]:
    """Keep "Owner name" and "Owner mobile" only where the table knows no other person: then it is an owner list."""
    if not any(candidate.reading.owner for candidate in found):
        return found
    persons = any(
        (c.head in PERSON_HEADS or c.reading.person is not None) and c.head and not c.reading.owner and not c.weak
        for c in found
    )
    companies = any(candidate.head is Head.COMPANY for candidate in found)
    strange = any(c.head in PERSON_HEADS and c.weak for c in found)  # "Mentee name" beside "Mentor phone"
    # Where a table has the names of vehicle owners, the mobile of their drivers is not theirs.
    named = {noun(c.reading.word) for c in found if c.reading.owner and c.head in PERSON_HEADS}
    kept: list[Candidate] = []
    for candidate in found:
        reading = candidate.reading
        bare = companies and reading.doubtful and not reading.role and reading.head is Head.NAME
        another = (bool(named) or strange) and noun(reading.word) not in named
        if reading.owner and (persons or bare or another):
            kept.append(candidate.refused(Rule.OTHER_PERSON, reading.word))
        else:
            kept.append(candidate)
    return kept


def _strangers(found: list[Candidate], names: Sequence[tuple[str, ...]]) -> list[Candidate]:
    """Refuse phones and emails of an occupation that is not in the lexicon, such as "Zookeeper mobile".

    They stay where every name column has that word too: then the table is a list of zookeepers. The zookeeper's name is
    refused where a phone column is the customer's.
    """
    own = [c for c in found if c.head in PERSON_HEADS]
    persons = any(c.head in PHONE_HEADS and c.reading.person is not None for c in found)
    kept: list[Candidate] = []
    for candidate in found:
        word = candidate.reading.stranger
        phone = word and candidate.head in (*PHONE_HEADS, Head.EMAIL)
        other = phone and any(word not in names[name.index] for name in own)
        if other or (word and persons and candidate in own):
            kept.append(candidate.refused(Rule.OTHER_PERSON, word))
        else:
            kept.append(candidate)
    return kept


def _second_persons(found: list[Candidate]) -> list[Candidate]:
    """Refuse "Name 2" and "Alternate name" and, since they belong to that person, "Phone 2" and "Alternate phone"."""
    names = [c.reading for c in found if c.head in WHOLE_NAME_HEADS | {Head.FIRST, Head.LAST} and not c.reading.owner]
    numbered = {max(name.ordinal, name.group) for name in names}
    others = numbered - {1} if 1 in numbered else set()
    alternate = {name.other for name in names if name.head in WHOLE_NAME_HEADS} == {True, False}
    if not names:
        return found
    return [
        candidate.refused(Rule.OTHER_PERSON, OTHER_THAN_FIRST if number == 1 else str(number))
        if candidate.head in _OF_A_PERSON
        and (
            (number := max(candidate.reading.ordinal, candidate.reading.group)) in others
            or (alternate and candidate.reading.other)
            or (1 in numbered and candidate.reading.group > 1 and candidate.reading.person is not None)
        )
        else candidate
        for candidate in found
    ]


def _other_countries(found: list[Candidate], names: Sequence[tuple[str, ...]]) -> list[Candidate]:
    """Refuse countries of a home, a work or a number where nothing else of the table is of that.

    "Home country" belongs to "Home phone" or "Home city"; alone it is where somebody comes from. So "Country 1" and
    "Country 2" beside one phone are wishes.
    """
    mates = [c for c in found if c.head in _OF_A_PLACE]
    places = {c.reading.place for c in mates}
    numbered = any(_is_numbered(names[c.index]) for c in mates)
    return [
        c.refused(Rule.OTHER_PLACE, " ".join(names[c.index]))
        if c.head is Head.COUNTRY
        and (
            (_is_of_a_place(c, names) and c.reading.place not in places)
            or (_is_numbered(names[c.index]) and not numbered)
        )
        else c
        for c in found
    ]


def _is_numbered(name: tuple[str, ...]) -> bool:
    """Tell whether a name counts: "Country 2" does, "Country (ISO2)" does not."""
    return any(segment.number is not None for segment in lexicon().segments(name))


def _is_of_a_place(country: Candidate, names: Sequence[tuple[str, ...]]) -> bool:
    """Tell whether a country's name says of which place; the company's alone may be all that a list has."""
    return country.reading.place in {Place.HOME, Place.WORK} or not _HEAD_OFFICE.isdisjoint(names[country.index])


def _property_place(candidate: Candidate) -> Candidate:
    """Refuse the places of a property portal's export that don't say whose they are."""
    reading = candidate.reading
    if reading.head in (Head.LOCALITY, Head.ADDRESS, Head.STREET) and reading.rule is Rule.EXACT:
        return candidate.refused(Rule.OTHER_PLACE)
    return candidate
