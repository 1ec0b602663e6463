"""Columns beside a phone that say something of its number: which line it is, whose, and whether it is right.

Which phone such a column speaks of, its name tells: "Alt Phone Status" of "Alt Phone", and "Number Status" of the main
one. What a cell says is decided once for each text.
"""

from __future__ import annotations

import json
import re
from enum import StrEnum
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct

from telecmi_leads.columns import cell_values
from telecmi_leads.columns.header_meaning import names_a_line, read_name
from telecmi_leads.columns.lexicon import lexicon, plain, words
from telecmi_leads.columns.mark_cells import marks
from telecmi_leads.columns.mark_words import MarkKind
from telecmi_leads.columns.meanings import PHONE_HEADS, Head, Modifier, Never, Place, Standing
from telecmi_leads.columns.reading import Rule
from telecmi_leads.core.other_people import FAMILY, words_of
from telecmi_leads.core.patterns import any_of, cached_if_short
from telecmi_leads.core.reasons import Reason
from telecmi_leads.core.shipped import shipped_text
from telecmi_leads.phones import told_by_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from telecmi_leads.columns.reading import Reading

_NUMBER_WORDS = frozenset({"value", "number", "no", "num", "nr"})
_FIRST = {Head.MOBILE: 0, Head.WHATSAPP: 1}
_PLAIN, _WORK, _HOME = 2, 3, 4
_STANDINGS = {Standing.NEW: -10, Standing.OTHER: 10, Standing.BAD: 20}
_HOMES = ("home", "residence")
# Of a contact that is a firm these are lines of its own, and no person.
_DESKS = frozenset({"sales", "support", "reception", "hr", "helpline", "customer care", "customer service", "staff"})
_LONGEST_CELL = 100  # characters; a longer text is a remark
_PARTS = re.compile(r"\s[-\N{EN DASH}\N{EM DASH}]+\s|[:;,|/()\[\]\n]+")
_LINES_AND_NUMBERS = PHONE_HEADS | {Head.NUMBER}


class Says(StrEnum):
    """What a column says of a number; the values are the groups of line_labels.json."""

    KIND = "kind"
    WHOSE = "whose"
    STATE = "state"
    RIGHT = "right"
    WRONG = "wrong"


class Label(Struct, frozen=True):
    """What a column's name says that it is: what it tells, and the words of the line of which it does.

    `kin_only` says that the persons whom it may tell are of the lead's family: a firm's relations are customers.
    """

    says: Says
    line: tuple[str, ...]
    kin_only: bool = False


class _Words(Struct, frozen=True):
    names: Mapping[Says, frozenset[tuple[str, ...]]]
    alone: frozenset[str]
    kin_only: frozenset[str]
    of: frozenset[str]
    no_line: frozenset[str]
    neutral: frozenset[str]
    longest: int
    anywhere: re.Pattern[str]


@cache
def _known() -> _Words:
    """Return the words of line_labels.json, loaded once."""
    data = json.loads(shipped_text("telecmi_leads.columns", "line_labels.json"))
    names = {says: frozenset(tuple(text.split()) for text in chain.from_iterable(data[says].values())) for says in Says}
    neutral = frozenset(data["neutral"])
    no_line = frozenset(_said(neutral, text) for text in chain.from_iterable(data["no_line"].values()))
    of = frozenset(chain.from_iterable(data["of"].values()))
    phrases = [*chain.from_iterable(names.values()), *((word,) for word in of)]
    anywhere = re.compile(any_of(phrase[0] for phrase in phrases))
    return _Words(
        names=names,
        alone=frozenset(data["alone"]),
        kin_only=frozenset(data["kin_only"]),
        of=of,
        no_line=no_line,
        neutral=neutral,
        longest=max(map(len, phrases)),
        anywhere=anywhere,
    )


def _said(neutral: frozenset[str], text: str) -> str:
    """Return a text's words without the neutral ones, which stand around what it says."""
    return " ".join(word for word in words(text) if word not in neutral)


# --- names --------------------------------------------------------------------------------------


@cached_if_short(2048)
def label_of(name: str) -> Label | None:
    """Tell what a column of this name says of which line, None where it speaks of no line.

    `line` is empty for "Valid?" and "Belongs to", which speak of the phone right before them.
    """
    known = _known()
    if known.anywhere.search(plain(name)) is None:
        return None
    tokens = tuple(" ".join(segment.text for segment in lexicon().segments(words(name))).split())
    for size in range(min(known.longest, len(tokens)), 0, -1):
        for at in range(len(tokens) - size + 1):
            said, rest = tokens[at : at + size], (*tokens[:at], *tokens[at + size :])
            text = " ".join(said)
            for says, phrases in known.names.items():
                spoken_of = _speaks_of_a_line(rest) if rest else text in known.alone
                if said in phrases and (spoken_of or says is Says.KIND):
                    return Label(says, rest, kin_only=text in known.kin_only)
    if len(tokens) > 1 and tokens[-1] in known.of and _speaks_of_a_line(tokens[:-1]):
        return Label(Says.WHOSE, tokens[:-1])
    return None


def _speaks_of_a_line(tokens: tuple[str, ...]) -> bool:
    """Tell whether words name a phone and nothing else: no person, no thing that is numbered, nothing unknown."""
    segments = lexicon().segments(tokens)
    kinds = [segment.meaning for segment in segments if segment.number is None]
    known = all(isinstance(kind, Modifier) or kind in _LINES_AND_NUMBERS or kind is Head.CONTACT for kind in kinds)
    return known and not _LINES_AND_NUMBERS.isdisjoint(kinds)


def is_label(name: str, cells: Sequence[str]) -> bool:
    """Tell whether a column says something of a line, though its name could be a phone's: "Phone belongs to"."""
    label = label_of(name)
    return label is not None and label.says is not Says.KIND and not any(map(cell_values.like_phone, cells))


def line_labels(
    header: Sequence[str], phones: Sequence[int], cells: Sequence[Sequence[str]]
) -> tuple[dict[int, int], dict[int, tuple[int, ...]]]:
    """Return for each phone column the column that labels its kind, and those that have a say about its number.

    "Phone 1 - Label" is that of "Phone 1 - Value", "Phone type" that of "Phone number" where no "Phone" is. One of a
    line that no column has by that name ("Number Type") speaks of the main phone, or of the one right before it where
    several such columns are.
    """
    found = {
        at: label
        for at, name in enumerate(header)
        if at not in phones and (label := label_of(name)) and not any(map(cell_values.like_phone, cells[at]))
    }
    kinds: dict[int, int] = {}
    says: dict[int, tuple[int, ...]] = {}
    for at, label in found.items():
        alike = sum(other.says is label.says for other in found.values())
        phone = _phone_of(at, label, header, phones, several=alike > 1)
        if phone is None:
            continue
        if label.says is not Says.KIND:
            says[phone] = (*says.get(phone, ()), at)
        elif phone not in kinds:
            kinds[phone] = at
    return kinds, says


def _phone_of(at: int, label: Label, header: Sequence[str], phones: Sequence[int], *, several: bool) -> int | None:
    """Return the phone column of which a column speaks, None where that can't be told."""
    before = at - 1 if at - 1 in phones else None
    if not label.line:
        return before if label.says is not Says.KIND else None
    for less in (frozenset({"value"}), _NUMBER_WORDS):
        own = [word for word in label.line if word not in less]
        for phone in phones:
            if own and [word for word in words(header[phone]) if word not in less] == own:
                return phone
    reading = read_name(" ".join(label.line))
    main = reading.standing in (Standing.MAIN, Standing.PLAIN) and reading.ordinal == reading.group == 1
    if not main or not _speaks_of_a_line(label.line) or reading.place is not Place.PLAIN or reading.person is not None:
        return None
    return before if several and before is not None else next(iter(phones), None)


# --- cells --------------------------------------------------------------------------------------


@cached_if_short(4096)
def line_rank(header: str, label: str) -> int | Reason:
    """Return the rank of a line by its label, the one to be called first lowest; a reason for one that is not called.

    Such are a fax, somebody else's line and a wrong number. `header` is the name of the number's column: it tells the
    kind of line where the label does not. What it tells of is a person where it names no line: a "Contact type" says
    who somebody is, not whose the number is.
    """
    reading, told = read_name(label), told_by_words(label)
    if reading.rule is Rule.OTHER_LINE:
        return told or Reason.NO_PHONE
    if names_a_line(header):
        if told or _says_no_line(label):
            return told or Reason.SAID_TO_BE_WRONG
        if (reading.rule is Rule.OTHER_PERSON or reading.role) and reading.word not in _DESKS:
            return Reason.SOMEBODY_ELSES
        return _rank(reading if reading.head else read_name(header)) + _standing_of(label, reading)
    return _rank(reading)


def _rank(reading: Reading) -> int:
    if reading.head is Head.PLACE_PHONE:
        return _HOME if reading.word in _HOMES else _WORK
    return _PLAIN if reading.head is None else _FIRST.get(reading.head, _PLAIN)


def _standing_of(label: str, reading: Reading) -> int:
    """Return how far a label puts its line before or behind all others: "New", "Old", "Other"."""
    if reading.rule is Rule.OTHER_PERSON:  # a desk
        return _STANDINGS[Standing.OTHER]
    return _STANDINGS.get(read_name(f"{label} phone").standing, 0) if label else 0


@cached_if_short(4096)
def line_fault(name: str, cell: str) -> Reason | None:
    """Return why a number is not called by what a column of this name says of it in a cell; None for most."""
    label = label_of(name)
    text = cell.strip()
    if label is None or not text or len(text) > _LONGEST_CELL:
        return None
    if label.says is Says.WHOSE and (_is_kin(text) if label.kin_only else _is_another(text)):
        return Reason.SOMEBODY_ELSES
    kind = {Says.RIGHT: MarkKind.CONSENT, Says.WRONG: MarkKind.NO_CALL}.get(label.says)  # by a no, by a yes
    marked = marks(kind, text) if kind is not None else None
    wrong = marked or (_says_no_line(text) and not (marked is False and label.says is Says.WRONG))
    return Reason.SAID_TO_BE_WRONG if wrong else None


def _says_no_line(text: str) -> bool:
    known = _known()
    return any(_said(known.neutral, part) in known.no_line for part in (text, *_PARTS.split(text)))


def _is_another(text: str) -> bool:
    """Tell whether a text says that it is another person: "Wife", "Husband (Ravi)"; "Dr. Rao" is a name."""
    if _is_kin(text):
        return True
    segments = lexicon().segments(words(text))
    if any(segment.meaning is Modifier.MAIN for segment in segments):  # "Self", "Own"
        return False
    others = [s for s in segments if s.meaning is Never.PERSON or (s.meaning is Never.ROLE and len(segments) == 1)]
    return any(s.text not in _DESKS for s in others)


def _is_kin(text: str) -> bool:
    return any(plain(part) in _kin() for part in _PARTS.split(text))


@cache
def _kin() -> frozenset[str]:
    """Return the words for a lead's family, folded. Most tables have no column that asks for them."""
    return frozenset(map(plain, words_of(*FAMILY)))


def is_wrong(name: str) -> bool:
    """Tell whether a phone column's own name says that its numbers are wrong: "Wrong Number", "Phone - do not use"."""
    label = label_of(name)
    return told_by_words(plain(name)) is Reason.SAID_TO_BE_WRONG or (label is not None and label.says is Says.WRONG)
