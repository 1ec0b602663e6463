"""Takes a cell's text apart: stretches of digits that may each be one number, and what stands between them.

What is no part of a number and can be told by itself is taken out whole: dates, times, list marks, extensions,
addresses. What can only be told by trying stays in its stretch, for `number_search`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct, field

from telecmi_leads.core.patterns import pattern
from telecmi_leads.core.reasons import Reason, Repair
from telecmi_leads.phones.named_countries import How, is_country
from telecmi_leads.phones.number_labels import (
    BRACKETED_WORDS,
    GONE,
    country_of,
    is_behind_word,
    reason_of,
    with_labels_marked,
    without_marks,
)
from telecmi_leads.phones.phone_words import (
    ENUMERATION,
    EXTENSION,
    JOINERS,
    LABEL_MARK,
    LABELS,
    LETTERS,
    SMALL_AFTER_WORD,
    SMALL_WITH_UNIT,
    STRONG_DATE,
    STRONG_MARK,
    THING_NUMBER,
    WHOLE_DATE,
    month_dates,
)
from telecmi_leads.phones.wrapping import LOST, MASK, Step

WORD = "word"
"""As a Part's `before` and `after`: a word stands there."""

SOFT = " ().-[]~'_"
"""What people write inside one number."""


_WORDS = pattern(rf"{LETTERS}+(?:['.\u0300-\u036f]{LETTERS}+)*\.?")
_SOFT = re.escape(SOFT)
_BREAK = pattern(rf"([^\w+#{MASK}?/{LOST}{_SOFT}]+|(?<=\d)[{_SOFT}/]*(?=\+))")
# One x or # between a number and a few digits: an extension if the number is whole, a masked digit otherwise.
_MARKED_EXTENSION = pattern(r"(?<=[\d)])\s*[(\[]?[xX#~][\s.:]*\d{1,6}[)\]]?\s*#?\s*(?:/\s*[xX]\d{1,6}\s*)*")
_MASKED = pattern(
    rf"(?<!{LETTERS})[xX]+(?!{LETTERS})"
    r"|(?<=\d)[ \-]?[#*]|[#*]{2,}|\*(?=\d)|_{2,}|\.{3,}|(?<=\d)\?(?=\d)|\?{2,}"
)
_MASK_ONLY = pattern(r"[xX#*?_.\s\-]{3,}")
_STARS = pattern(r"\*{1,2}[^*]*\*{0,2}|[^*]+\*|\d{2,5}(?:\*\d{2,5}){2,4}")
_ELSEWHERE = pattern(r"\S*@\S+|[a-z][a-z0-9+.\-]*://\S+|www\.\S+", re.IGNORECASE)
_GLUED_ADDRESS = pattern(r"(?<=\d)[,;](?=[^\s,;@]*@)")
_VANITY = pattern(r"\d[\-.][A-Z]{3,}(?![a-z])|\b8\d\d [A-Z]{5,}\b")
_SHORT_GROUP = pattern(r"(?<!\d)\d{1,2}(?!\d)")
_CARRIER = pattern(r"(?<![\d\w])0[\s\-]?(?:xx|\*\*)[\s\-(]*(?=\d\d(?!\d))", re.IGNORECASE)  # Brazil: `0xx11 …`
_NUMBERED_LABEL = pattern(rf"({LETTERS}{{2,}})[1-9](?=\s*(?:[\-).\s]|$))")
_FEWEST_DIGITS = 4  # a stretch with fewer and with words about it is no attempt at a number
_FEWEST_BEFORE_EXTENSION = 6
_FEWEST_TOUCHING = 3
_ADDED = pattern(r"(?<=\d{7}|[\d \-]{7})\s\+\s(?=[(\d])")  # `98765 43210 + 91234 56780`
_DATE_SIGNS = frozenset("-./:")
_NO_UNITS = frozenset("/-%")  # what makes an hour or a share of a number without any letter
_SHORT_LINE = pattern(r"(?<=\d)\s?/\s?-\s?\d{1,3}\s*$")  # `030/123456-10/-11`
_COUNT = pattern(r"(?<=\d)\s*[(\[]\d[)\]]\s*$")  # `98765 43210 (2)`
_LAST_EUROPEAN = "\u052f"  # Latin, Greek and Cyrillic end here; these letters are mistaken for digits, others are not


By = str | Callable[[re.Match[str]], str]


class Part(Struct, frozen=True):
    """A stretch of digits and the punctuation between them; `before` and `after` are what separates it from others.

    `tail` is a word that touches its end or is joined to it, as in `98765-HELLO`; `named` is why it must
    not be called by the words beside it: a fax, a wrong number.
    `stars` tells that asterisks were taken for punctuation, which holds if they can't hide digits. `country` is the
    region that words name for it, UNKNOWN where they name two.
    """

    text: str
    before: str = ""
    after: str = ""
    tail: str = ""
    named: Reason | None = None
    stars: str = ""
    country: str | None = None


class Pieces(Struct):
    """What a text is made of: parts that may be numbers, and notes on what else was there.

    `faults` are the reasons of stretches that can't be numbers whatever their region. `countries` are those that are
    named for its numbers, `how` tells how plainly, `mentioned` are those that stand in a remark.
    """

    parts: list[Part] = field(default_factory=list)
    faults: list[Reason] = field(default_factory=list)
    words: bool = False
    vanity: bool = False
    extension: bool = False
    marked_extension: bool = False
    steps: list[Step] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    how: dict[str, How] = field(default_factory=dict)
    mentioned: frozenset[str] = frozenset()

    def take_out(self, repair: Repair, pattern: re.Pattern[str], text: str, by: By = f" {GONE} ") -> str:
        """Take out of the text all that matches, and remember it as a step."""
        shorter = pattern.sub(by, text)
        if shorter != text:
            self.steps.append(Step(repair, _shown(text), _shown(shorter)))
        return shorter


def take_apart(text: str, home: str | None) -> Pieces:
    """Find the stretches of digits in a text of a row of the region `home`, and what else is in it."""
    pieces = Pieces()
    if (_may_hold_date(text) or text.strip().isdigit()) and WHOLE_DATE.fullmatch(text):
        pieces.faults.append(Reason.NOT_A_NUMBER)
        return pieces
    if "@" in text or "://" in text or "www." in text:
        text, elsewhere = _ELSEWHERE.subn(f" {GONE} ", _GLUED_ADDRESS.sub(" ; ", text))
        pieces.words = elsewhere > 0
    text = _without_small_numbers(text, pieces)
    if _has_words(text) or "$" in text or ">" in text:  # an amount is named by its sign alone, and `A -> B` by that
        text, said = with_labels_marked(text, home)
        pieces.countries, pieces.how, pieces.mentioned = said.marked, said.how, said.mentioned
        text = _set_apart(text)
    between = ""
    for index, stretch in enumerate(_BREAK.split(text)):
        if index % 2:
            between = stretch.strip() or "+"
        else:
            _take_stretch(stretch, between if pieces.parts or without_marks(between) != between else "", pieces)
    return pieces


def _has_words(text: str) -> bool:
    """Tell whether a text may have words in it; scripts without capitals are told by not being ASCII."""
    return text.lower() != text.upper() or not text.isascii()


def _may_hold_date(text: str) -> bool:
    """Tell whether a text has what stands between the parts of dates and times, or words that may name a month."""
    return not _DATE_SIGNS.isdisjoint(text) or _has_words(text)


def _without_small_numbers(text: str, pieces: Pieces) -> str:
    """Take out what has digits of its own and is no part of a number, whatever the region."""
    text = _ADDED.sub(" ; ", text)
    if _may_hold_date(text):
        text = pieces.take_out(Repair.DATE_DROPPED, STRONG_DATE, text)
    text = pieces.take_out(Repair.EXTENSION, _COUNT, text)
    text = pieces.take_out(Repair.OLD_PREFIX, _CARRIER, text, "0")
    text = pieces.take_out(Repair.SEVERAL_NUMBERS, _SHORT_LINE, text)
    lettered = _has_words(text)
    if lettered:
        if _SHORT_GROUP.search(text):  # a day; looking for months takes longer than all else
            text = pieces.take_out(Repair.DATE_DROPPED, month_dates(), text)
        shorter = pieces.take_out(Repair.EXTENSION, EXTENSION, text)
        pieces.extension = shorter != text
        text = shorter
    text = _without_marks(text, pieces, lettered=lettered)
    if lettered or not _NO_UNITS.isdisjoint(text):
        text = pieces.take_out(Repair.TRAILING_WORDS, SMALL_WITH_UNIT, text)
    if lettered:
        text = pieces.take_out(Repair.TRAILING_WORDS, SMALL_AFTER_WORD, text)
        text = pieces.take_out(Repair.TRAILING_WORDS, THING_NUMBER, text)
    return text


def _without_marks(text: str, pieces: Pieces, *, lettered: bool) -> str:
    found = [mark for mark in ENUMERATION.finditer(text) if not _in_brackets(mark)]
    if found:
        like_first = [mark for mark in found if mark[1] == found[0][1]]  # `1.` and `2.`, not the `(11)` between
        marks = [int(mark[2]) for mark in like_first]
        counted = len(marks) > 1 and marks == list(range(marks[0], marks[0] + len(marks)))
        if counted and not _count_digits(text[: found[0].start()]):
            places = {mark.start() for mark in like_first}
            text = pieces.take_out(
                Repair.LIST_MARK, ENUMERATION, text, lambda mark: f" {GONE} " if mark.start() in places else mark[0]
            )
    if lettered:
        text = pieces.take_out(Repair.LIST_MARK, LABEL_MARK, text, r"\1 ")
    return pieces.take_out(Repair.LIST_MARK, STRONG_MARK, text, _unless_in_brackets)


def _unless_in_brackets(found: re.Match[str]) -> str:
    """Keep what looks like a list mark and is the end of an area code: `(06 1)`."""
    return found[0] if _in_brackets(found) else f" {GONE} "


def _in_brackets(found: re.Match[str]) -> bool:
    before = found.string[: found.start()]
    return before.rfind("(") > before.rfind(")")


def _set_apart(text: str) -> str:
    """Make a bracket with words in it a stretch of its own."""
    return BRACKETED_WORDS.sub(lambda found: f" {GONE}{found[0][1:-1]}{GONE} ", text)


def _shown(text: str) -> str:
    return " ".join(text.replace(GONE, " ").split())


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
    named, country = reason_of(before), country_of(before, pieces.countries)
    if without_marks(before) != before:
        wordy = is_behind_word(before)
        before = without_marks(before).strip() if pieces.parts else ""
        before = before or (WORD if wordy else "+" if country and stretch.startswith("+") else "")
    stretch = stretch.strip()
    marked = _MARKED_EXTENSION.search(stretch)
    if marked and marked.end() == len(stretch) and _count_digits(stretch[: marked.start()]) >= _FEWEST_BEFORE_EXTENSION:
        stretch = stretch[: marked.start()]
        pieces.marked_extension = True
    if stretch.isascii() and not any(map(str.isalpha, stretch)):
        stars = ""
        if MASK in stretch and _STARS.fullmatch(stretch):
            stars, stretch = stretch, stretch.replace(MASK, " ").strip()
        if _is_masked(stretch, pieces):
            return
        pieces.parts.append(Part(stretch, before, named=named, stars=stars, country=country))
        return
    _take_wordy(stretch, before, pieces, named=named, country=country)


def _is_masked(stretch: str, pieces: Pieces) -> bool:
    masked = _MASKED.search(stretch) is not None
    if masked:
        pieces.faults.append(Reason.MASKED)
    return masked


def _take_wordy(stretch: str, before: str, pieces: Pieces, *, named: Reason | None, country: str | None) -> None:
    """Add the parts of a stretch with letters in it."""
    stretch = _NUMBERED_LABEL.sub(_without_number, stretch)
    if _is_masked(stretch.strip(MASK), pieces):
        return
    stretch = stretch.strip(MASK)
    words: list[re.Match[str]] = list(_WORDS.finditer(stretch))
    for word in words:
        if _may_be_digits(stretch, word):
            few = _count_digits(stretch) < _FEWEST_DIGITS
            pieces.faults.append(Reason.NOT_A_NUMBER if few else Reason.LETTERS)
            return
        pieces.words = pieces.words or word[0].casefold() not in JOINERS
    pieces.vanity = pieces.vanity or _VANITY.search(stretch) is not None
    at = 0
    for following in (*words, None):
        text = stretch[at : following.start() if following else None]
        if any(map(str.isdigit, text)):
            tail, after = _tail(stretch, following), WORD if following else ""
            pieces.parts.append(Part(text, before, after=after, tail=tail, named=named, country=country))
            named = country = None
        if following:
            before, at = WORD, following.end()


def _may_be_digits(stretch: str, word: re.Match[str]) -> bool:
    """Tell whether a word touches digits in such a way that it may be misread digits."""
    start, end = word.span()
    left, right = stretch[start - 1 : start].isdigit(), stretch[end : end + 1].isdigit()
    text = word[0]
    if not (left or right) or text.endswith(".") or text.casefold() in LABELS:
        return False
    if text.casefold() in JOINERS and len(text) > 1:
        return False
    if min(text) > _LAST_EUROPEAN:
        return False
    if (left and right) or len(text) < _FEWEST_TOUCHING:
        return True
    return right and text.isupper() and text.isascii()


def _tail(stretch: str, word: re.Match[str] | None) -> str:
    """Return a word that may be the rest of a vanity number: it touches the digits, or is in capitals beside them."""
    if word is None or not word[0].isascii() or word[0].casefold() in LABELS or is_country(word[0]):
        return ""
    touches = stretch[word.start() - 1 : word.start()].isdigit()
    return word[0] if touches or (word[0].isupper() and len(word[0]) >= _FEWEST_TOUCHING) else ""


def _without_number(label: re.Match[str]) -> str:
    return label[1] if label[1].casefold() in LABELS else label[0]


def _count_digits(text: str) -> int:
    return sum(map(str.isdigit, text))
