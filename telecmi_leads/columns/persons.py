"""Whose a column is: the table's lead, or another person that its name speaks of.

A lead is who a plain "Phone" or "Name" belongs to, and who is called customer, client or the like.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from telecmi_leads.columns.cell_values import MOST, like_name, share
from telecmi_leads.columns.lexicon import lexicon, words
from telecmi_leads.columns.meanings import NAME_HEADS, PHONE_HEADS, Head, Modifier
from telecmi_leads.columns.reading import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telecmi_leads.columns.lexicon import Segment
    from telecmi_leads.columns.reading import Candidate

PERSONS = (Modifier.PERSON, Modifier.BUYER, Modifier.GUEST)
"""The meanings of words for a person who may be the lead."""

# How words for the person begin whom a table of leads is about, in the languages of the lexicon.
_CUSTOMERS = (
    *("customer", "cust", "client", "klient", "lead", "prospect", "contact", "person", "enquir", "inquir", "consumer"),
    *("user", "subscriber", "party", "kund", "klant", "clien", "zakaznik", "ugyfel", "asiakas", "klijent"),
    *("musteri", "pelanggan", "khach hang", "mteja", "interessent", "клиент", "клієнт", "ग्राहक", "عميل"),
    *("客户", "客戶", "顧客", "お客様", "고객", "ลูกค้า"),
)
_SUBJECTS = (
    *_CUSTOMERS,
    *("applicant", "candidat", "kandidat", "antragsteller", "bewerber"),
    *("solicitante", "demandeur", "заявитель", "кандидат", "आवेदक", "अभ्यर्थी"),
)

# Before a word for a person these count persons, not numbers: "2nd applicant", "zweiter Antragsteller".
_SECOND = frozenset(
    {
        *("2 nd", "3 rd", "4 th", "second", "secondary", "third", "another", "other", "zweiter", "zweite", "zweiten"),
        *("dritter", "segundo", "segunda", "tercero", "tercera", "deuxieme", "troisieme", "secondo", "seconda"),
        *("tweede", "andra", "anden", "toinen", "drugi", "druga", "druhy", "второи", "вторая", "второго", "ikinci"),
        *("kedua", "दूसरा", "第二"),
    }
)
_THIRD = frozenset({"3 rd", "third", "dritter", "tercero", "tercera", "troisieme"})
_POSITIONS = dict.fromkeys(_SECOND - {"another", "other", "4 th"}, 2) | dict.fromkeys(_THIRD, 3)
_REACHED_BY = PHONE_HEADS | {Head.EMAIL, Head.DIALCODE}
_LEADERS = ("team lead", "leader", "leaders", "captain", "captains")
_BOOKED = frozenset({"booked by", "registered by"})
_NAMES = frozenset({Head.FULL, Head.PERSON, Head.NAME, Head.FIRST, Head.LAST})
_OWN = NAME_HEADS | _REACHED_BY
_STEM = 5


def second_person(segments: Sequence[Segment]) -> str:
    """Return the words for another person than the first of their kind, "" where none is spoken of.

    A second number of a customer is as often meant by "Second customer number", so that these are let pass.
    """
    for number, person in pairwise(segments):
        sure = person.meaning in PERSONS and (not _is(person, _CUSTOMERS) or person.text == "person")
        if sure and number.text in _SECOND:
            return f"{number.text} {person.text}"
    return ""


def without_second_holders(
    found: list[Candidate], header: Sequence[str], cells: Sequence[Sequence[str]]
) -> list[Candidate]:
    """Refuse "Secondary Mobile" and "Mobile 2" beside "Secondary Holder", who has no line that says whose it is.

    A second applicant with a line of their own leaves the lead's second number alone.
    """
    names, lines = set[int](), set[int]()
    for c in found:
        said = c.reading.word if c.reading.rule is Rule.OTHER_PERSON else ""
        if c.reading.rule is Rule.UNKNOWN and words(header[c.index])[-1:] == ("contact",):  # "Secondary Contact"
            said = " ".join(words(header[c.index])) * (share(cells[c.index], like_name) >= MOST)
        position = _position(said)
        (lines if any(s.meaning in PHONE_HEADS for s in _segments(header[c.index])) else names).add(position)
    others = names - lines - {0}
    return [
        c.refused(Rule.OTHER_PERSON, str(position))
        if c.head in _REACHED_BY
        and c.reading.person is None
        and (position := _POSITIONS.get(c.reading.word, max(c.reading.ordinal, c.reading.group))) in others
        else c
        for c in found
    ]


def without_bookers(found: list[Candidate]) -> list[Candidate]:
    """Refuse names of "Booked by" beside another's name, where who books has no line or email of their own.

    In a clinic's or hotel's list that is the desk or an agent, and the plain number is the guest's. Where the guest has
    a line, whoever booked is somebody else altogether, with the line they have.
    """
    lined = {_buyer(c) for c in found if c.head in _REACHED_BY}
    named = any(c.head in (*_NAMES, Head.LEAD_NAME) and not (_buyer(c) or c.weak or c.reading.role) for c in found)
    own_line = any(c.head in PHONE_HEADS and not (_buyer(c) or c.weak or c.reading.other) for c in found)
    return [
        c.refused(Rule.OTHER_PERSON, word)
        if named
        and (word := _buyer(c)).endswith(" by")
        and ((c.head in _NAMES and word not in lined) or (c.head in _OWN and own_line and word in _BOOKED))
        else c
        for c in found
    ]


def _buyer(candidate: Candidate) -> str:
    person = candidate.reading.person
    return person.text if person is not None and person.meaning is Modifier.BUYER else ""


def _position(words_for: str) -> int:
    """Return the number that "secondary holder" counts a person by, 0 where the words do not count."""
    return next((at for word, at in _POSITIONS.items() if words_for.startswith(f"{word} ")), 0)


def _segments(name: str) -> Sequence[Segment]:
    return lexicon().segments(words(name))


def of_the_subject(found: list[Candidate]) -> list[Candidate]:
    """Refuse the columns of other persons than the one that the table's plain phone belongs to.

    Plain columns, and those of customers, are the subject's: beside "Name" and "Phone", "Team leader mobile" is not.
    Where all names say whose they are, the plain phone belongs to the first person who has none of their own; a team's
    leader comes last. Where all phones are of a person who has a name too, a plain name beside it is another's.
    """
    names = [c for c in found if c.head in _NAMES and _is_sure(c)]
    if names and not any(map(is_a_leaders, names)):
        phones = [c for c in found if c.head in PHONE_HEADS]
        if all(map(is_a_leaders, phones)):  # the only number is the leader's, and the name is not
            found = [c.refused(Rule.OTHER_PERSON, "leader") if c in phones else c for c in found]
    named = [_whose(c) for c in sorted(names, key=is_a_leaders)]
    phoned = [_whose(c) for c in found if c.head in PHONE_HEADS and _is_sure(c)]
    if "" in phoned:
        subject = "" if "" in named else next((who for who in named if who not in phoned), next(iter(named), ""))
        others = {*named, *phoned} - {"", subject} if named else set()
    else:
        others = {""} if not set(named).isdisjoint(phoned) and "" in named else set()
    return [
        c.refused(Rule.OTHER_PERSON, c.reading.person.text if c.reading.person else "")
        if c.head in _OWN and _whose(c) in others
        else c
        for c in found
    ]


def is_a_leaders(candidate: Candidate) -> bool:
    """Tell whether a column is of a team's leader by its name."""
    person = candidate.reading.person
    return person is not None and person.text.endswith(_LEADERS)


def _whose(candidate: Candidate) -> str:
    """Return the person whose column this is, as far as its name tells; "" for a customer or buyer, who is the lead."""
    person = candidate.reading.person
    apart = person is not None and person.meaning in (Modifier.PERSON, Modifier.GUEST) and not is_a_subject(person)
    return noun(person.text) if person is not None and apart else ""


def is_a_subject(person: Segment) -> bool:
    """Tell whether a word for a person says that the table is about them: customer, lead, applicant or the like."""
    return _is(person, _SUBJECTS)


def _is(person: Segment, beginnings: tuple[str, ...]) -> bool:
    *_, last = person.text.split()
    return (person.text.startswith(beginnings) or last.startswith(beginnings)) and not last.startswith("leader")


def _is_sure(candidate: Candidate) -> bool:
    return not candidate.weak and not candidate.reading.other


def noun(word: str) -> str:
    """Return how the last word of a phrase for a person begins, since it may be inflected: "owner's", "ребенка"."""
    return next(iter(reversed(word.removesuffix(" s").split())), "")[:_STEM]
