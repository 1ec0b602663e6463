"""The countries that words beside a number name: `USA 2025550123`, `9841234567 (Nepal)`.

A country counts as the number's where it is all that stands between brackets, signs and digits, besides words such as
"mobile" or "from". Among other words it is mentioned: "Canada visa", a surname, a bank.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise
from typing import Final

from msgspec import Struct

from telecmi_leads.core.patterns import pattern
from telecmi_leads.phones.phone_words import LABELS
from telecmi_leads.phones.regions import ALPHA_3, FLAG, folded_name, is_region, letters_of_flag, names_in_words

_SEGMENT = pattern(r"(?:[^\W\d_]|[\U0001f1e6-\U0001f1ff])[^\d()\[\]{}<>,;:/|\n\t=+*#~\"!?_\x00-\x1f]*")
_DASH = re.compile(r"\s-+\s|-+\s*$|\s-+")
_LONGEST_SEGMENT = 60
_MOST_WORDS = 5  # of a country's name

# Codes that people write whatever the case, and that are no words.
_EVIDENT: Final = {"usa": "US", "uae": "AE", "uk": "GB", "ksa": "SA", "u s a": "US", "u a e": "AE", "u k": "GB"}
_ALPHA_2 = 2
_OF_CODES = re.compile(r"[A-Z]{2,3}")
# Codes that are words or short forms beside a number even in capitals: number, contact, morning, managing director …
_NO_CODES = frozenset(
    (
        "IN", "NO", "ID", "PH", "PR", "CO", "TO", "ST", "NA", "CC", "MS", "MR", "PA", "HR", "IT", "AM", "PM", "MD",
        "GM", "ME", "SM", "SO", "PS", "RE", "TV", "DO", "LA", "AS", "IS", "GP", "VC", "CV", "CD", "AI", "NR", "NC",
        "NI", "BZ", "VA", "CL", "PT", "ER", "SR", "AC", "GF", "TL", "MO", "RO", "TF", "CR", "PAN", "COD", "COL",
        "COM", "AND", "ARE", "PER", "MAR", "MAC", "TON", "DOM", "NOR", "GIN", "JAM", "GUM", "MUS", "SUR", "CUB",
        "BEN", "KEN", "EST", "SEN", "GUY", "NIC", "NAM", "LIE", "GEO", "SOM", "KIR", "ERI", "GAB", "ARM", "POL",
        "ROM",
    )
)  # fmt: skip
# Codes that are a state's, too, where the row is from that country.
_STATES = {
    "IN": (
        "AN AP AR AS BR CH CG DL GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD OR PB PY RJ SK TG TN TR "
        "TS UA UP UT WB"
    ),
    "US": (
        "AL AK AS AZ AR CA CO CT DE DC FL GA GU HI IA ID IL IN KS KY LA MA MD ME MI MN MO MP MS MT NC ND NE "
        "NH NJ NM NV NY OH OK OR PA PR RI SC SD TN TX UT VA VI VT WA WI WV WY"
    ),
    "CA": "AB BC MB NB NL NS NT NU ON PE QC SK YT CA",
    "BR": "AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO",
    "AU": "ACT NSW NT QLD SA TAS VIC WA",
    "CH": "AG AI AR BE BL BS FR GE GL GR JU LU NE NW OW SG SH SO SZ TG TI UR VD VS ZG ZH",
    "DE": "BB BE BW BY HB HE HH MV NI NW RP SH SL SN ST TH",
    "IT": (
        "AG AL AN AO AQ AR AT AV BA BG BI BL BN BO BR BS BT BZ CA CB CE CH CL CN CO CR CS CT CZ EN FC FE FG "
        "FI FM FR GE GO GR IM IS KR LC LE LI LO LT LU MB MC ME MI MN MO MS MT NA NO NU OR PA PC PD PE PG PI "
        "PN PO PR PT PU PV PZ RA RC RE RG RI RM RN RO SA SI SO SP SR SS SU SV TA TE TN TO TP TR TS TV UD VA "
        "VB VC VE VI VR VT VV"
    ),
    "MX": "BC BS CH CL CM CO DF DG GR GT HG JA MI MN MO MX NA NL OA PU QR QT SI SL SO TB TL TM VE YU ZA",
    "MY": "MY",
}  # fmt: skip
_NOT_HERE = {"US": frozenset({"georgia"})}
"""Names that are a state's where the row is from that country."""

# Cities that stand for a country in a country column, what is far oftener a person's name or another word.
_NO_NAMES = frozenset(
    (
        "dubai", "abu dhabi", "sharjah", "ajman", "fujairah", "ras al khaimah", "umm al quwain", "al ain", "doha",
        "muscat", "zanzibar", "melaka", "saipan", "gaza", "bharat", "bharath", "saba", "bonaire", "helena",
        "trinidad", "saint martin", "st martin", "sint maarten", "emirate", "emirates", "island", "alemana",
        "wiwi", "bene", "gene", "sati", "pole", "kata", "swiss", "czech", "slovak", "thai", "nigerian",
        "malaysian", "indonesian", "philippine", "neth", "ascension", "reunion", "montserrat", "salvador",
        "perara", "perihi", "moloko", "hiri", "geansai", "saina", "sina", "mani saar", "nayjer", "silia", "kili",
        "kine", "kini", "jili", "sili", "eron", "irani", "takei", "morisi", "kirihi", "viro", "taani", "yaman",
        "yamin", "misr", "misri", "masar", "kiupa", "đuc",
    )
)  # fmt: skip
_FIRST_NAMES = frozenset(
    {"jordan", "georgia", "chad", "israel", "dominica", "kenya", "india", "china", "malta", "ireland", "france"}
)
_BESIDE_COUNTRIES: Final = (LABELS - {"call", "contact"}) | frozenset(
    (
        "in", "from", "of", "the", "my", "our", "his", "her", "current", "nos", "code", "country", "only", "based",
        "resident", "local", "international", "intl", "roaming", "sim", "line", "nr", "nummer", "numero", "n",
        "номер", "из", "в", "aus", "de", "en", "em", "du", "da", "do", "del", "et", "and", "p", "m", "t", "h", "w",
        "is", "personal", "business", "landline", "direct", "main", "whats", "app", "nri", "at",
    )
)  # fmt: skip


class How(IntEnum):
    """How plainly words name a country; the higher, the plainer.

    CODE is a short form that is a degree, a post or initials too ("CA", "BM"), and BEHIND one that no number follows:
    so these stand. PERSON is a first name too ("Jordan"), NAME a country's whole name. What is EVIDENT means nothing
    else: "USA", a flag.
    """

    BEHIND = 0
    CODE = 1
    PERSON = 2
    NAME = 3
    EVIDENT = 4


class Named(Struct, frozen=True):
    """A country in a text: where the words stand that name it, its region, how, and whether they say nothing else."""

    start: int
    end: int
    region: str
    how: How
    whole: bool


def is_country(word: str) -> bool:
    """Tell whether a word is a country's name or code, wherever it stands."""
    return _called(word, None) is not None


def countries_in(text: str, home: str | None) -> list[Named]:
    """Return the countries that are named in a text, from left to right; `home` is the region of its row."""
    found: list[Named] = []
    for segment in _SEGMENT.finditer(text):
        at = segment.start()
        for piece in _pieces(segment[0]):
            if piece.strip():
                found += [
                    Named(at, at + len(piece.rstrip()), region, how, whole)
                    for region, how, whole in (
                        _of_piece(piece.strip(" .-'&"), home) if len(piece) <= _LONGEST_SEGMENT else ()
                    )
                ]
            at += len(piece)
    return found


def _pieces(segment: str) -> list[str]:
    """Cut a segment at its dashes and behind its flags; the pieces together are the segment."""
    cuts = sorted({0, len(segment), *(m.end() for m in _DASH.finditer(segment)), *_flag_ends(segment)})
    return [segment[start:end] for start, end in pairwise(cuts)]


def _flag_ends(segment: str) -> list[int]:
    return [place for flag in FLAG.finditer(segment) for place in flag.span()]


@lru_cache(maxsize=8192)
def _of_piece(piece: str, home: str | None) -> tuple[tuple[str, How, bool], ...]:
    """Return the regions that a piece of text without brackets and signs names, how, and if it says nothing else."""
    if FLAG.fullmatch(piece):
        code = letters_of_flag(piece)
        return ((code, How.EVIDENT, True),) if is_region(code) else ()
    words = [word for word in re.split(r"[\s\-.]+", piece) if word.strip("'&")]
    rest = [word for word in words if word.casefold() not in _BESIDE_COUNTRIES]
    exact = _called(called := " ".join(rest or words), home)
    if exact is not None:
        return ((exact, _how(called), True),)
    folded = folded_name(piece)
    whole = names_in_words().get(folded)
    if whole is not None and _is_name(folded, home):
        return ((whole, _how(piece), True),)
    return tuple((region, How.NAME, False) for region in _mentioned(rest, home))


def _called(words: str, home: str | None) -> str | None:
    """Return the region that words are a code or name of."""
    folded = folded_name(words)
    if folded in _EVIDENT:
        return _EVIDENT[folded] if folded not in _NOT_HERE.get(home or "", ()) else None
    if _OF_CODES.fullmatch(words):
        return _coded(words, home)
    return names_in_words().get(folded) if _is_name(folded, home) else None


def _how(words: str) -> How:
    """Tell how plainly words that name a country do so."""
    folded = folded_name(words)
    if folded in _EVIDENT:
        return How.EVIDENT
    if _OF_CODES.fullmatch(words):
        return How.CODE
    return How.PERSON if folded in _FIRST_NAMES else How.NAME


def _coded(code: str, home: str | None) -> str | None:
    if code in _NO_CODES or code in _STATES.get(home or "", "").split():
        return None
    if len(code) == _ALPHA_2:
        return code if is_region(code) else None
    return ALPHA_3.get(code)


def _is_name(folded: str, home: str | None) -> bool:
    return folded not in _NO_NAMES and folded not in _NOT_HERE.get(home or "", ())


def _mentioned(words: list[str], home: str | None) -> list[str]:
    """Return the countries whose names stand among other words."""
    folded = list(map(folded_name, words))
    names, found = names_in_words(), []
    at = 0
    while at < len(folded):
        for end in range(min(len(folded), at + _MOST_WORDS), at, -1):
            name = " ".join(folded[at:end])
            region = _EVIDENT.get(name) or names.get(name)
            if region is not None and _is_name(name, home):
                found.append(region)
                at = end - 1
                break
        at += 1
    return found
