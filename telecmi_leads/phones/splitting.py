"""A cell's text taken apart: which stretches of it are digits of one number, and what stands between them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from telecmi_leads.core.reasons import Reason
from telecmi_leads.phones.wrapping import LOST, MASK

WORD = "word"
"""As a Part's `before`: a word stands between it and the part before."""

_LETTERS = r"[^\W\d_]"
_WORDS = re.compile(rf"{_LETTERS}+(?:['.]{_LETTERS}+)*\.?")
SOFT = " ().-[]~'_"
"""What people write inside one number."""

_SOFT = re.escape(SOFT)
_BREAK = re.compile(rf"([^\w+#{MASK}?/{LOST}{_SOFT}]+|(?<=\d)[{_SOFT}/]*(?=\+))")
# RFC 3966 parameters and the labels phonenumbers knows; a label this explicit needs no proof.
_EXTENSION = re.compile(
    rf"""(?<=[\d)]) [\s,;.\-(]*
    (?: ;\s*(?:ext|isub)\s*=\s*
      | (?<!{_LETTERS}) (?:e?xt(?:ensi(?:on|ón|o\u0301n))?n? | anexo | ramal | доб | int) \b [\s.:#\-]* )
    \d{{1,7}} \)?""",
    re.IGNORECASE | re.VERBOSE,
)
# One x or # between a number and a few digits: an extension if the number is whole, a masked digit otherwise.
_MARKED_EXTENSION = re.compile(r"(?<=[\d)])\s*[xX#~][\s.:]*\d{1,6}\)?\s*#?\s*(?:/\s*[xX]\d{1,6}\s*)*")
_MASKED = re.compile(
    rf"(?<!{_LETTERS})[xX]+(?!{_LETTERS})"
    r"|(?<=\d)[ \-]?[#*]|[#*]{2,}|\*(?=\d)|_{2,}|\.{3,}|(?<=\d)\?(?=\d)|\?{2,}"
)
_MASK_ONLY = re.compile(r"[xX#*?_.\s\-]{3,}")
_DATE = re.compile(
    r"\s*(?:(?:19|20)\d\d[-.](?:0[1-9]|1[0-2])[-.](?:0[1-9]|[12]\d|3[01])"
    r"|(?:19|20)\d\d/(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|[12]\d|3[01])/(?:19|20)\d\d)(?!\d)"
    r"(?:[T\s]+\d\d?:\d\d.*)?\s*"
    r"|\s*(?:0?[1-9]|[12]\d|3[01])([-.])(?:0?[1-9]|[12]\d|3[01])\1(?:19|20)?\d\d\s+\d\d?:\d\d.*"
)
_ELSEWHERE = re.compile(r"\S*@\S+|[a-z][a-z0-9+.\-]*://\S+|www\.\S+", re.IGNORECASE)
_VANITY = re.compile(r"\d[\-.][A-Z]{3,}(?![a-z])|\b8\d\d [A-Z]{5,}\b")
# What may touch a number without a space; any other letter that does may be a misread digit.
_LABELS = frozenset(
    (
        "call", "cel", "cell", "cellphone", "contact", "gsm", "handy", "home", "mob", "mobil", "mobile", "mobileno",
        "mobno", "movil", "móvil", "no", "num", "number", "off", "office", "ph", "phn", "phno", "phone", "phoneno",
        "res", "resi", "sms", "tel", "tele", "telefon", "telefono", "telephone", "tlf", "wa", "whatsapp", "work",
    )
)  # fmt: skip
_JOINERS = frozenset(("and", "or", "und", "oder", "et", "ou", "y", "o", "e", "aur", "या", "और"))
_MAY_TOUCH = _LABELS | {joiner for joiner in _JOINERS if len(joiner) > 1}
_NUMBERED_LABEL = re.compile(rf"({_LETTERS}{{2,}})[1-9](?=\s*(?:[\-).\s]|$))")
_FEWEST_DIGITS = 4  # a stretch with fewer and with words about it is no attempt at a number
_FEWEST_BEFORE_EXTENSION = 6


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of digits and the punctuation between them; `before` is what separates it from the last one."""

    text: str
    before: str = ""


@dataclass(slots=True)
class Pieces:
    """What a text is made of: parts that may be numbers, and notes on what else was there.

    `faults` are the reasons of stretches that can't be numbers whatever their region.
    """

    parts: list[Part] = field(default_factory=list)
    faults: list[Reason] = field(default_factory=list)
    words: bool = False
    vanity: bool = False
    extension: bool = False
    marked_extension: bool = False


def take_apart(text: str) -> Pieces:
    """Find the stretches of digits in a text, and what else is in it."""
    pieces = Pieces()
    if _DATE.fullmatch(text):
        pieces.faults.append(Reason.NOT_A_NUMBER)
        return pieces
    if "@" in text or "://" in text or "www." in text:
        text, elsewhere = _ELSEWHERE.subn(" ; ", text)
        pieces.words = elsewhere > 0
    shorter = _EXTENSION.sub(" ; ", text) if text.lower() != text.upper() else text
    pieces.extension = shorter != text
    between = ""
    for index, stretch in enumerate(_BREAK.split(shorter)):
        if index % 2:
            between = stretch.strip() or "+"
        else:
            _take_stretch(stretch, between if pieces.parts else "", pieces)
    return pieces


def _take_stretch(stretch: str, before: str, pieces: Pieces) -> None:
    """Add the parts of one stretch between separators, or its fault."""
    if LOST in stretch:
        pieces.faults.append(Reason.DIGITS_LOST)
        return
    if not any(map(str.isdigit, stretch)):
        if _MASK_ONLY.fullmatch(stretch) and stretch.strip(" -."):
            pieces.faults.append(Reason.MASKED)
        elif any(map(str.isalpha, stretch)):
            pieces.words = True
        return
    stretch = stretch.strip()
    marked = _MARKED_EXTENSION.search(stretch)
    if marked and marked.end() == len(stretch) and _count_digits(stretch[: marked.start()]) >= _FEWEST_BEFORE_EXTENSION:
        stretch = stretch[: marked.start()]
        pieces.marked_extension = True
    if stretch.isascii() and not any(map(str.isalpha, stretch)):
        if _is_masked(stretch, pieces):
            return
        pieces.parts.append(Part(stretch, before))
        return
    _take_wordy(stretch, before, pieces)


def _is_masked(stretch: str, pieces: Pieces) -> bool:
    masked = _MASKED.search(stretch) is not None
    if masked:
        pieces.faults.append(Reason.MASKED)
    return masked


def _take_wordy(stretch: str, before: str, pieces: Pieces) -> None:
    """Add the parts of a stretch with letters in it."""
    stretch = _NUMBERED_LABEL.sub(_without_number, stretch)
    if _is_masked(stretch, pieces):
        return
    for word in _WORDS.finditer(stretch):
        start, end = word.span()
        touches = stretch[start - 1 : start].isdigit() or stretch[end : end + 1].isdigit()
        if touches and not word[0].endswith(".") and word[0].casefold() not in _MAY_TOUCH:
            few = _count_digits(stretch) < _FEWEST_DIGITS
            pieces.faults.append(Reason.NOT_A_NUMBER if few else Reason.LETTERS)
            return
        pieces.words = pieces.words or word[0].casefold() not in _JOINERS
    pieces.vanity = pieces.vanity or _VANITY.search(stretch) is not None
    for part in _WORDS.split(stretch):
        if any(map(str.isdigit, part)):
            pieces.parts.append(Part(part, before))
            before = WORD


def _without_number(label: re.Match[str]) -> str:
    return label[1] if label[1].casefold() in _LABELS else label[0]


def _count_digits(text: str) -> int:
    return sum(map(str.isdigit, text))
