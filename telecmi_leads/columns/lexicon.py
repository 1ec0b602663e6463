"""The words that column names are made of: how a name is folded, and how it falls apart into known phrases.

Spelling, case, accents and punctuation no longer matter once a name is folded; the phrases are written folded, so that
both sides agree. They are loaded when the first column is matched.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct

from telecmi_leads.columns.meanings import PHONE_HEADS, Head, Meaning, Modifier, Never
from telecmi_leads.core.patterns import cached_if_short
from telecmi_leads.core.shipped import shipped_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


# --- folding ------------------------------------------------------------------------------------

LONGEST_NAME = 400
"""Characters of a column name that are looked at: a question may be long, a damaged file's header without end."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_DIGITS_MEET_LETTERS = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")

# Letters that Unicode does not take apart into a base letter and an accent, and Arabic letters written either way.
_FOLDED = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "\u0131": "i",  # Turkish, without a dot
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ى": "ي",
        "ی": "ي",
        "ک": "ك",
        "\u0629": "\u0647",  # ta marbuta, often written as ha
        "ـ": "",
        "ँ": "ं",
    }
)
# Combining marks that are accents; the vowel signs of Indic, Thai or Hebrew script are letters and stay.
_ACCENTS = frozenset(
    (*map(chr, range(0x300, 0x370)), *map(chr, range(0x64B, 0x660)), "\u0670", "\u093c", "\u09bc", "\u0abc")
)
_ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_ASCII_SPACES = {code: " " for code in range(128) if not chr(code).isalnum()}
_UNIT = "\x1f"
_PLAIN = bytes(ord(char.lower() if char.isalnum() or char == _UNIT else " ") for char in map(chr, range(128))) * 2
_WRITTEN_APART = {
    ("e", "mail"): "email",
    ("e", "mails"): "emails",
    ("whats", "app"): "whatsapp",
    ("whats", "up"): "whatsapp",
    ("land", "line"): "landline",
    ("sur", "name"): "surname",
    ("hand", "phone"): "handphone",
    ("cell", "ular"): "cellular",
}
_SHORTEST_WITH_ARTICLE = 5  # the article's two letters before an Arabic root of three


def plain(name: str) -> str:
    """Return the name folded: lower case, NFKC, accents off, punctuation as spaces, runs of spaces as one."""
    text = name[:LONGEST_NAME].lower() if name.isascii() else _folded(name[:LONGEST_NAME])
    return " ".join(text.translate(_ASCII_SPACES).split()) if text.isascii() else _spaced(text)


def plain_column(names: Sequence[str]) -> list[str]:
    """Return each of the names folded as `plain` does it; those that are ASCII in one go."""
    text = _UNIT.join(names)
    odd: dict[str, str] = {}
    if not text.isascii() or text.count(_UNIT) >= len(names) or max(map(len, names)) > LONGEST_NAME:
        odd = {
            name: plain(name) for name in set(names) if not name.isascii() or _UNIT in name or len(name) > LONGEST_NAME
        }
        text = _UNIT.join(["" if name in odd else name for name in names])
    text = text.encode().translate(_PLAIN).decode()
    while "  " in text:
        text = text.replace("  ", " ")
    folded = text.replace(f" {_UNIT}", _UNIT).replace(f"{_UNIT} ", _UNIT).strip(" ").split(_UNIT) if names else []
    return [odd.get(name, text) for name, text in zip(names, folded, strict=True)] if odd else folded


def _folded(name: str) -> str:
    text = unicodedata.normalize("NFKC", name.replace("°", "o")).translate(_ZERO_WIDTH).casefold()
    text = "".join(char for char in unicodedata.normalize("NFD", text) if char not in _ACCENTS)
    return unicodedata.normalize("NFC", text).translate(_FOLDED)


def _spaced(text: str) -> str:
    kept = (char if unicodedata.category(char)[0] in "LMN" else " " for char in text)
    return " ".join("".join(kept).split())


@cached_if_short(4096)
def words(name: str) -> tuple[str, ...]:
    """Return the words of a column name.

    `PhoneNumber`, `phone_number` and `Phone-Number` are ("phone", "number"); `Mob1` is ("mob", "1"); `E-Mail` is
    ("email",). Digits of any script become ASCII, the Arabic article goes.
    """
    text = plain(_CAMEL.sub(" ", name[:LONGEST_NAME]))
    text = _DIGITS_MEET_LETTERS.sub(" ", text)
    parts = [_word(part) for part in text.split()]
    joined: list[str] = []
    for part in parts:
        together = _WRITTEN_APART.get((joined[-1], part)) if joined else None
        if together:
            joined[-1] = together
        else:
            joined.append(part)
    return tuple(joined)


def _word(part: str) -> str:
    if part.isascii():
        return part.lstrip("0") or "0" if part.isdigit() else part
    if part.isdecimal():
        return str(int(part))
    while part.startswith("ال") and len(part) >= _SHORTEST_WITH_ARTICLE:
        part = part[2:]
    return part


# --- meanings -----------------------------------------------------------------------------------


class Segment(Struct, frozen=True):
    """A phrase of a column name: what it means (None: unknown), or the number it is."""

    text: str
    meaning: Meaning | None = None
    number: int | None = None


class Strangers(Struct, frozen=True):
    """How words for people read that no list has.

    `ends` are the endings of words for what people do, `things` words with such an ending that are not people. `of`
    stand before whoever something belongs to, `whose` behind.
    """

    ends: tuple[str, ...]
    things: frozenset[str]
    of: frozenset[str]
    whose: frozenset[str]


class Phrases:
    """What each phrase means: looked up in the text of its bucket, since a table asks for few of twenty thousand."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._buckets = {line[:_BUCKET]: line for line in lines}

    def get(self, phrase: str) -> Meaning | None:
        """Return what a phrase means, None where it is not known."""
        bucket = self._buckets.get(bucket_of(phrase), "")
        at = bucket.find(f"|{phrase}=", _BUCKET)
        return _MEANINGS[bucket[at + len(phrase) + 2 : bucket.index("|", at + 1)]] if at >= 0 else None

    def spaceless(self, text: str) -> Head | None:
        """Return the head whose phrase is this text when its spaces are left out."""
        for entry in self._buckets.get(bucket_of(text), "")[_BUCKET + 1 : -1].split("|"):
            phrase, _, meaning = entry.partition("=")
            if meaning.startswith("h") and phrase.replace(" ", "") == text:
                return Head(meaning[2:])
        return None


_BUCKET = 2


def bucket_of(phrase: str) -> str:
    """Return the key of the line in which a phrase stands: its first characters, the same without its spaces."""
    return phrase.replace(" ", "")[:_BUCKET].ljust(_BUCKET)


class Lexicon(Struct, frozen=True):
    """All phrases; their words are parted by one space.

    `exact` holds names that mean something only when they stand alone, `beside` names that do so only beside one of
    the given columns or heads. `codes` are the whole names of columns of "area" codes and of database "key"s, and of
    those that are "dial" codes, codes of "iso" or a "country" if their cells are.
    `numbered` are things whose number is not a phone: loans, meters, contracts. `recipients` are whoever an order or a
    message goes to. `sides` are the whole names of columns with the name of the "caller" or the "called" of a call, and
    of those with the "line" of a caller. `no_leads` are names of sheets and lists with other people than leads.
    """

    phrases: Phrases
    exact: dict[str, Head | Never]
    beside: dict[str, tuple[Head, frozenset[str]]]
    strangers: Strangers
    codes: dict[str, str]
    numbered: frozenset[str]
    recipients: frozenset[str]
    sides: dict[str, str]
    no_leads: frozenset[str]

    def stranger(self, segments: Sequence[Segment]) -> str:
        """Return the word of a name that is not known and reads as a person, "" where there is none.

        Words for what people do have endings of their own ("zookeeper", "Bestatter"), and a word to which a phone
        belongs is a person mostly: "phone of the pujari", "पुजारी का मोबाइल".
        """
        texts = ["", *(segment.text for segment in segments), ""]
        for at, segment in enumerate(segments, start=1):
            if segment.meaning is None and segment.number is None and segment.text not in self.strangers.things:
                owns = texts[at - 1] in self.strangers.of or texts[at + 1] in self.strangers.whose
                if owns or (len(segment.text) >= _SHORTEST_OCCUPATION and segment.text.endswith(self.strangers.ends)):
                    return segment.text
        return ""

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
        for size in range(min(LONGEST_PHRASE, len(tokens) - at), 0, -1):
            meaning = self.phrases.get(" ".join(tokens[at : at + size]))
            if meaning is not None:
                return size, meaning
        return 1, None

    def _pieces(self, token: str) -> Sequence[str]:
        """Take a compound apart (`customermobile`, `联系人电话`) where known words cover it whole.

        One of them must say what the column holds, or whose it is not: "leadership" is not a ship of a leader.
        """
        if self.phrases.get(token) or not _SHORTEST_COMPOUND[token.isascii()] <= len(token) <= _LONGEST_COMPOUND:
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
        pieces = best[-1] or (token,)
        return pieces if any(isinstance(self.phrases.get(piece), Head | Never) for piece in pieces) else (token,)

    def _may_be_piece(self, piece: str, shortest: int, *, last: bool) -> bool:
        meaning = self.phrases.get(piece)
        if piece >= _FIRST_IDEOGRAPH and isinstance(meaning, Modifier):
            return meaning is not Modifier.WITH
        if len(piece) < shortest and not (last and piece in _SHORT_ENDS):
            return False
        if meaning is Modifier.FILLER:  # "mailingcity", but no word is taken apart for a "the" or "for" in it
            return len(piece) >= _SHORTEST_FILLER
        return meaning is not None and meaning not in _NO_PIECES


_NUMBERS = PHONE_HEADS | {Head.NUMBER, Head.CONTACT, Head.PLACE_PHONE}
_JOINING = frozenset({Modifier.WITH, Modifier.AND, Modifier.NOT})
_LONGEST_CODE = 3  # words, as of "codigo de area"

LONGEST_PHRASE = 7
"""The most words that a phrase has; a test checks it."""

_MEANINGS: dict[str, Meaning] = {
    **{f"h:{head.value}": head for head in Head},
    **{f"m:{modifier.value}": modifier for modifier in Modifier},
    **{f"n:{never.value}": never for never in Never},
}
_FIRST_IDEOGRAPH = "\u3041"  # from here on, Chinese, Japanese and Korean: one character may be a word
_NO_PIECES = (Modifier.YOUR, Modifier.WITH, Modifier.ABOUT, Modifier.AND, Modifier.NOT)
_SHORTEST_PIECE = {True: 3, False: 2}  # by whether the token is ASCII: a Chinese word has two characters
_SHORTEST_FILLER = 6
_SHORTEST_OCCUPATION = 5
_SHORTEST_COMPOUND = {True: 6, False: 3}
_LONGEST_COMPOUND = 32
_SHORT_ENDS = frozenset({"no", "nr", "id", "名", "号", "號", "명"})


@cache
def lexicon() -> Lexicon:
    """Return the lexicon, loaded once.

    lexicon.txt is what tests/make_lexicon.py makes of lexicon.json and of the words of core/other_people.json.
    """
    text = shipped_text("telecmi_leads.columns", "lexicon.txt")
    first, *lines = text.rstrip("\n").split("\n")
    data = json.loads(first)
    exact: dict[str, Head | Never] = {}
    for group, names in data["exact"].items():
        exact.update(dict.fromkeys(names, Never.OWNER if group == Never.OWNER.value else Head(group)))
    beside = {name: (Head(rule["means"]), frozenset(rule["beside"])) for name, rule in data["beside"].items()}
    parts = {part: tuple(chain.from_iterable(languages.values())) for part, languages in data["strangers"].items()}
    strangers = Strangers(parts["ends"], frozenset(parts["things"]), frozenset(parts["of"]), frozenset(parts["whose"]))
    codes = _by_name(data["codes"])
    numbered = frozenset(chain.from_iterable(data["numbered"].values()))
    recipients = frozenset(chain.from_iterable(data["recipients"].values()))
    no_leads = frozenset(chain.from_iterable(data["no_leads"].values()))
    sides = _by_name(data["sides"])
    return Lexicon(Phrases(lines), exact, beside, strangers, codes, numbered, recipients, sides, no_leads)


def _by_name(kinds: dict[str, dict[str, list[str]]]) -> dict[str, str]:
    """Return the kind of each name, from the names of each kind by language."""
    return {name: kind for kind, languages in kinds.items() for name in chain.from_iterable(languages.values())}


@cached_if_short(4096)
def is_area_code(header: str) -> bool:
    """Tell whether a column's name says that it holds area codes: STD, DDD, "Phone Number - Area Code"."""
    tokens = words(header)
    area = tokens[-1:] == ("area",) and _is_line(tokens[:-1], PHONE_HEADS)  # phoneNumber.area
    return area or _is_code(tokens, ("area",))


@cached_if_short(4096)
def may_be_dial_code(header: str) -> bool:
    """Tell whether a column's name may be that of calling codes, if its cells are: CC, "Mobile CC", Code, Indicatif."""
    return _is_code(words(header), ("dial", "area"))


def may_be_country(header: str) -> bool:
    """Tell whether a column's name may be that of countries, if its cells are: Region, Market, ISO, "Home Country"."""
    return _kind_of_code(words(header)) in ("country", "iso")


def is_iso_code(header: str) -> bool:
    """Tell whether a column's name says that it holds codes as ISO has them, which are no states': "ISO 2"."""
    return _kind_of_code(words(header)) == "iso"


def is_key(header: str) -> bool:
    """Tell whether a column's name says that it holds the keys of a database, which are nobody's calling codes."""
    return _kind_of_code(words(header)) == "key"


def _kind_of_code(name: Sequence[str]) -> str | None:
    return lexicon().codes.get(" ".join(name))


def _is_code(name: Sequence[str], kinds: Sequence[str]) -> bool:
    """Tell whether a name is that of such codes, alone or before or behind what says whose or which line it is."""
    if _kind_of_code(name) in kinds:
        return True
    for size in range(min(_LONGEST_CODE, len(name) - 1), 0, -1):
        for code, line in ((name[-size:], name[:-size]), (name[:size], name[size:])):
            if _kind_of_code(code) in kinds and _is_line(line, _NUMBERS):
                return True
    return False


def _is_line(name: Sequence[str], heads: frozenset[Head]) -> bool:
    """Tell whether a name says nothing but whose or which line something is; "with" makes it the number itself."""
    meant = {segment.meaning for segment in lexicon().segments(name) if segment.number is None}
    beside = meant - _NUMBERS
    return not meant.isdisjoint(heads) and all(isinstance(each, Modifier) and each not in _JOINING for each in beside)
