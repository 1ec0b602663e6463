"""The people of whom a table may be a list, though beside a lead they are somebody else: parents, dealers, chairmen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from telecmi_leads.columns import cell_values
from telecmi_leads.columns.header_meaning import names_a_line, read_name
from telecmi_leads.columns.lexicon import lexicon
from telecmi_leads.columns.meanings import PERSON_HEADS, PHONE_HEADS, Head, Place
from telecmi_leads.columns.reading import Candidate, Reading, Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

# Staff and the lead's family are none of them: a list of "Assigned to" or "Father" is no list of people to be called.
_PARENTS = frozenset(
    {
        *("parent", "parents", "parent s", "guardian", "guardians", "guardian s", "eltern", "elternteil", "padres"),
        *("responsavel", "orang tua", "wali", "अभिभावक", "家长", "保護者", "학부모"),
    }
)
_SUBJECTS = _PARENTS | {
    *("dealer", "dealers", "dealer s", "distributor", "retailer", "wholesaler", "stockist", "franchisee", "supplier"),
    *("suppliers", "merchant", "broker", "brokers", "agent", "agents", "agent s", "realtor", "realtors", "sub broker"),
    *("channel partner", "channel partners", "business partner", "partner", "partners", "manufacturer", "importer"),
    *("exporter", "chairman", "chairperson", "president", "treasurer", "trustee", "committee member", "coordinator"),
    *("manager", "managers", "society manager", "hr", "hr manager", "caretaker", "handler", "makler", "distribuidor"),
    *("corretor", "courtier", "makelaar", "agente", "डीलर", "एजेंट"),
}
_CHILDREN = frozenset({"child", "children", "kid", "kids", "baby", "enfant", "kind", "hijo", "hija", "anak", "बच्चा"})
_VARIED = 0.75


def only_persons(
    found: list[Candidate], names: Sequence[tuple[str, ...]], cells: Sequence[Sequence[str]]
) -> list[Candidate]:
    """Take the name of a parent, dealer or the like as the lead's where nobody else is named and the number is plain.

    `names` are the words of each column's name, `cells` each column's cells that hold something. A child beside its
    parent is not who is called. One of few names that recur is one of ours, as an agent in a log of calls.
    Whoever has a line of their own does not have the plain one.
    """
    others = [c for c in found if c.reading.rule is Rule.OTHER_PERSON]
    whose = {c.reading.word for c in others}
    phones = [c for c in found if c.head in PHONE_HEADS]
    lined = any(names_a_line(" ".join(names[c.index])) for c in others)
    if lined or not phones or not all(map(_is_plain, phones)) or len(whose) != 1 or whose.isdisjoint(_SUBJECTS):
        return found
    (word,) = whose
    children = [c for c in found if word in _PARENTS and c.reading.role and c.reading.word in _CHILDREN]
    if any(c.head in PERSON_HEADS and not c.weak and c not in children for c in found):
        return found
    read = {c.index: _own_name(names[c.index], word, cells[c.index]) for c in others}
    if not any(read.values()):
        return found
    found = [c.refused(Rule.OTHER_PERSON, c.reading.word) if c in children else c for c in found]
    return [Candidate(c.index, reading) if (reading := read.get(c.index)) else c for c in found]


def _is_plain(phone: Candidate) -> bool:
    """Tell whether a phone's name says of nobody that it is theirs; a word that is not known may be a person."""
    reading = phone.reading
    of_somebody = reading.person or reading.owner or reading.rule is Rule.HEAD_NOUN
    return reading.place is Place.PLAIN and not of_somebody


def _own_name(name: tuple[str, ...], word: str, cells: Sequence[str]) -> Reading | None:
    """Return what a person's column says as a name, None where it is none or holds few different ones."""
    rest = " ".join(segment.text for segment in lexicon().segments(name) if segment.text != word)
    reading = read_name(rest) if rest else Reading(Head.NAME, Rule.WORDS, word)
    varied = len(set(cells)) >= len(cells) * _VARIED
    like_names = cell_values.share(cells, cell_values.like_name) >= cell_values.MOST
    named = reading.head in PERSON_HEADS and varied and like_names
    return replace(reading, rule=Rule.WORDS, word=word) if named else None
