"""The words that column names are made of, and how a name falls apart into them.

The words stand in `lexicon.json`; they are loaded when the first column is matched.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Phrase = tuple[str, ...]


class Head(StrEnum):
    """What a column holds, as its name says it."""

    FIRST = "firstname"
    LAST = "lastname"
    SECOND = "secondname"
    SECOND_LAST = "secondlast"
    SUFFIX = "suffix"
    MIDDLE = "middlename"
    FULL = "fullname"
    SURNAME_FIRST = "surnamefirst"
    PERSON = "personname"
    NAME = "name"
    DISPLAY = "displayname"
    LEAD_NAME = "leadname"
    SALUTATION = "salutation"
    COMPANY = "company"
    MOBILE = "mobile"
    WHATSAPP = "whatsapp"
    PHONE = "phone"
    LANDLINE = "landline"
    NUMBER = "number"
    CONTACT = "contact"
    CALLER = "caller"
    CALLED = "called"
    PLACE_PHONE = "place_phone"
    DIALCODE = "dialcode"
    EMAIL = "email"
    COMMENT = "comment"
    ADDRESS = "address"
    STREET = "street"
    CITY = "city"
    LOCALITY = "locality"
    COUNTRY = "country"
    STATE = "state"
    ORDER = "order_index"
    SERIAL = "serial"
    TEST = "test"


class Modifier(Enum):
    """Whose or which: words beside the head that leave the column the lead's."""

    PERSON = "person"
    BUYER = "buyer"
    GUEST = "guest"
    YOUR = "your"
    HOME = "home"
    WORK = "work"
    SHIPPING = "shipping"
    ORGANISATION = "organisation"
    OTHER = "other"
    NEW = "new"
    MAIN = "main"
    CHECKED = "checked"
    BAD = "bad"
    NOT = "not"
    CHOICE = "choice"
    FIRST = "first"
    LAST = "last"
    WITH = "with"
    ABOUT = "about"
    AND = "and"
    FILLER = "filler"


class Never(Enum):
    """Words that make a column somebody else's or something else's."""

    OWNER = "owner"
    ROLE = "role"
    PERSON = "person"
    LINE = "line"
    FLAG = "flag"
    NAME = "name"
    THING = "thing"


Meaning = Head | Modifier | Never


@dataclass(frozen=True, slots=True)
class Segment:
    """A phrase of a column name: what it means (None: unknown), or the number it is."""

    text: str
    meaning: Meaning | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All phrases by their words.

    `exact` holds names that mean something only when they stand alone, `beside` names that do so only beside one of
    the given columns, `compact` the heads' phrases with the spaces removed.
    """

    phrases: dict[Phrase, Meaning]
    exact: dict[Phrase, Head | Never]
    beside: dict[Phrase, tuple[Head, frozenset[Phrase]]]
    compact: dict[str, Head]
    longest: int

    def segments(self, name: Sequence[str]) -> list[Segment]:
        """Return the name's phrases from left to right, the longest known one at each place."""
        tokens = list(name)
        found: list[Segment] = []
        at = 0
        while at < len(tokens):
            size, meaning = self._longest_phrase(tokens, at)
            if meaning is None and len(pieces := self._pieces(tokens[at])) > 1:
                tokens[at : at + 1] = pieces
                size, meaning = self._longest_phrase(tokens, at)
            text = " ".join(tokens[at : at + size])
            number = int(text) if meaning is None and text.isdecimal() else None
            found.append(Segment(text, meaning, number))
            at += size
        return found

    def _longest_phrase(self, tokens: Sequence[str], at: int) -> tuple[int, Meaning | None]:
        for size in range(min(self.longest, len(tokens) - at), 0, -1):
            meaning = self.phrases.get(tuple(tokens[at : at + size]))
            if meaning is not None:
                return size, meaning
        return 1, None

    def _pieces(self, token: str) -> Sequence[str]:
        """Take a compound apart (`customermobile`, `联系人电话`) where known words cover it whole."""
        if (token,) in self.phrases or not _SHORTEST_COMPOUND[token.isascii()] <= len(token) <= _LONGEST_COMPOUND:
            return (token,)
        shortest = _SHORTEST_PIECE[token.isascii()]
        best: list[tuple[str, ...] | None] = [()] + [None] * len(token)
        for end in range(1, len(token) + 1):
            for start in range(end):
                before, piece = best[start], token[start:end]
                if before is None or not self._may_be_piece(piece, shortest, last=end == len(token) and start > 0):
                    continue
                known = best[end]
                if known is None or len(before) + 1 < len(known):
                    best[end] = (*before, piece)
        return best[-1] or (token,)

    def _may_be_piece(self, piece: str, shortest: int, *, last: bool) -> bool:
        meaning = self.phrases.get((piece,))
        if len(piece) < shortest and not (last and piece in _SHORT_ENDS):
            return piece >= _FIRST_IDEOGRAPH and isinstance(meaning, Modifier) and meaning not in _NO_PIECES
        if meaning is Modifier.FILLER:  # "mailingcity", but no word is taken apart for a "the" or "for" in it
            return len(piece) >= _SHORTEST_FILLER
        return meaning is not None and meaning not in _NO_PIECES


_FIRST_IDEOGRAPH = "\u3041"  # from here on, Chinese, Japanese and Korean: one character may be a word
_NO_PIECES = (Modifier.YOUR, Modifier.WITH, Modifier.ABOUT, Modifier.AND, Modifier.NOT)
_SHORTEST_PIECE = {True: 3, False: 2}  # by whether the token is ASCII: a Chinese word has two characters
_SHORTEST_FILLER = 6
_SHORTEST_COMPOUND = {True: 6, False: 3}
_LONGEST_COMPOUND = 32
_SHORT_ENDS = frozenset({"no", "nr", "id"})


@cache
def lexicon() -> Lexicon:
    """Return the lexicon, loaded once."""
    data = json.loads(files("telecmi_leads.columns").joinpath("lexicon.json").read_text(encoding="utf-8"))
    phrases: dict[Phrase, Meaning] = {}
    compact: dict[str, Head] = {}
    for section, kind in (("modifiers", Modifier), ("never", Never), ("heads", Head)):
        for group, languages in data[section].items():
            meaning = kind(group)
            for phrase in _folded(chain.from_iterable(languages.values())):
                phrases[phrase] = meaning
                if isinstance(meaning, Head):
                    compact["".join(phrase)] = meaning
    exact: dict[Phrase, Head | Never] = {}
    for group, names in data["exact"].items():
        for phrase in _folded(names):
            exact[phrase] = Never.OWNER if group == Never.OWNER.value else Head(group)
    beside = {
        tuple(name.split()): (Head(rule["means"]), frozenset(_folded(rule["beside"])))
        for name, rule in data["beside"].items()
    }
    return Lexicon(phrases, exact, beside, compact, max(map(len, phrases)))


def _folded(names: Iterable[str]) -> Iterator[Phrase]:
    """Yield the words of each name; they stand in the file as `words` folds them, which a test checks."""
    return (tuple(name.split()) for name in names)
