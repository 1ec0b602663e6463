"""Columns of whoever an order or a message goes to: somebody else's, unless the table is about nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.columns import cell_values
from telecmi_leads.columns.header_meaning import read_name
from telecmi_leads.columns.lexicon import lexicon
from telecmi_leads.columns.meanings import LINE_HEADS, NAME_HEADS, PERSON_HEADS, PHONE_HEADS, PLACE_HEADS, Head, Place
from telecmi_leads.columns.reading import Candidate, Reading, Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

_TAKEN = NAME_HEADS | PLACE_HEADS | {Head.EMAIL}
_NUMBERS = frozenset(
    {
        *(("recipient",), ("recipients",), ("receiver",), ("addressee",)),
        *(("recipient", "number"), ("recipient", "phone"), ("recipient", "mobile"), ("recipient", "no")),
    }
)

Words = tuple[str, ...]


def recipients_numbers(
    found: list[Candidate], names: Sequence[Words], cells: Sequence[Sequence[str]]
) -> list[Candidate]:
    """Take a column called Recipient and nothing else, with numbers in it, as the phone where no other column is.

    So do message services call it; beside a sender's phone, or with a name in it, a recipient is somebody else.
    """
    if any(
        c.head in PHONE_HEADS or (c.head in LINE_HEADS and not cell_values.is_one_value(cells[c.index])) for c in found
    ):
        return found
    return [
        Candidate(candidate.index, Reading(Head.PHONE, Rule.VALUES))
        if names[candidate.index] in _NUMBERS
        and cell_values.share(cells[candidate.index], cell_values.like_phone) >= cell_values.MOST
        else candidate
        for candidate in found
    ]


def recipients_names(found: list[Candidate], names: Sequence[Words], cells: Sequence[Sequence[str]]) -> list[Candidate]:
    """Take a recipient's name, email and place where the number taken is theirs and nobody else has a name.

    A plain number is theirs where no other person is named at all: "Consignee Name" beside "Mobile". Of an enquiry the
    receiver is the company, so that theirs is no plain number.
    """
    phones = [c for c in found if c.head in PHONE_HEADS]
    if not phones or any(c.head in PERSON_HEADS or c.head is Head.COMPANY for c in found):
        return found
    others = [c for c in found if c.reading.rule is Rule.OTHER_PERSON]
    own = [c for c in others if c.reading.word in lexicon().recipients]
    receiver = any(c.reading.word.startswith("receiver") for c in own)
    plain = len(own) == len(others) and not receiver
    if not own or not all(_is_theirs(phone, names, plain=plain) for phone in phones):
        return found
    read = {c.index: _without_whose(names[c.index], c.reading.word, cells[c.index]) for c in own}
    kept: list[Candidate] = []
    for candidate in found:
        reading, person = read.get(candidate.index), candidate.reading.person
        if reading is not None and reading.head in _TAKEN:
            kept.append(Candidate(candidate.index, reading))
        elif candidate.head is Head.EMAIL and person is not None:  # the buyer's
            kept.append(candidate.refused(Rule.OTHER_PERSON, person.text))
        else:
            kept.append(candidate)
    return kept


def _is_theirs(phone: Candidate, names: Sequence[Words], *, plain: bool) -> bool:
    """Tell whether a number is the recipient's; `plain` says that those of nobody else are."""
    texts = {segment.text for segment in lexicon().segments(names[phone.index])}
    if phone.reading.place is Place.SHIPPING or not texts.isdisjoint(lexicon().recipients):
        return True
    reading = phone.reading
    return plain and reading.place is Place.PLAIN and reading.person is None and not reading.owner


def _without_whose(name: Words, word: str, cells: Sequence[str]) -> Reading | None:
    """Return what a name says without the word for the recipient; of the word alone, a name where its cells are names.

    One value in nearly every row is the company's own, and says nothing.
    """
    rest = " ".join(segment.text for segment in lexicon().segments(name) if segment.text != word)
    reading = read_name(rest) if rest else Reading(Head.NAME, Rule.WORDS, word)
    if reading.head in PERSON_HEADS:
        told = not cell_values.is_one_value(cells) and cell_values.share(cells, cell_values.like_name)
        return reading if told >= cell_values.MOST else None
    return reading
