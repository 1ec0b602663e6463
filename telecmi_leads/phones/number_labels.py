"""What the words beside a number say of it: a fax, a wrong or old one, somebody else's, of another country.

Each number that is named is given a mark in the text, right before it, for `splitting` to read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from telecmi_leads.core.patterns import pattern
from telecmi_leads.core.reasons import Reason
from telecmi_leads.phones.named_countries import How, countries_in
from telecmi_leads.phones.person_words import somebody
from telecmi_leads.phones.phone_words import (
    FAX,
    LETTERS,
    NEW,
    NEW_BEHIND,
    NOT,
    NOT_LEFT,
    OFF,
    OLD,
    OTHER_NUMBER,
    WAS,
    WRONG,
    in_lower_case,
)
from telecmi_leads.phones.regions import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from telecmi_leads.phones.named_countries import Named

GONE = "\x02"
"""What stands where something was taken out."""

_MARKS = {
    "\x05": Reason.FAX,
    "\x06": Reason.SAID_TO_BE_WRONG,
    "\x07": Reason.NOT_A_NUMBER,
    "\x08": Reason.SOMEBODY_ELSES,
}
_FAX, _WRONG, _OTHER, _ELSES = _MARKS
_BEHIND_WORD = "\x0e"
_ANOTHER = "\x17"  # before a number that what is said of the one before it does not hold for
_COUNTRIES = "\x0f\x10\x11\x12\x13\x14\x15\x16"  # one for each country that a cell names
_ALL_MARKS = re.compile(f"[{''.join(_MARKS)}{_BEHIND_WORD}{_ANOTHER}{_COUNTRIES}]")

BRACKETED_WORDS = pattern(rf"[(\[{{][^()\[\]{{}}]*?{LETTERS}[^()\[\]{{}}]*[)\]}}]")
"""A bracket with words in it."""

_RUN = pattern(r"\+?\(?\d(?:[\d\s().\-~_]|/(?=\d))*\d")
_HARD = pattern(r"[,;|/\n]")
_DENIED = pattern(
    r"(?<![^\W\d_])(?:no|not|non|without|kein[er]?|keine[nr]?|pas\s+d[e']|sans|sin|sem|senza|без|नहीं)\W+(?:an?\s+)?$",
    re.IGNORECASE,
)
_FEWEST_OF_A_NAMED = 5
_FEWEST_OF_A_LINE = 7  # fewer digits beside a country are a postcode
_SOFT = " ().-[]~'_\n\x02"


def reason_of(between: str) -> Reason | None:
    """Return why the number behind this must not be called, None where nothing is said against it."""
    return next((reason for mark, reason in _MARKS.items() if mark in between), None)


def country_of(between: str, countries: list[str]) -> str | None:
    """Return the country that is named for the number behind this, UNKNOWN for two, None for none."""
    found = {countries[_COUNTRIES.index(mark)] for mark in between if mark in _COUNTRIES}
    return None if not found else found.pop() if len(found) == 1 else UNKNOWN


def is_behind_word(between: str) -> bool:
    """Tell whether a word stands right before the number behind this."""
    return _BEHIND_WORD in between or _OTHER in between


def without_marks(between: str) -> str:
    """Return what stands between two numbers without the marks in it."""
    return _ALL_MARKS.sub("", between)


class Countries(Struct, frozen=True):
    """The countries that the words of a cell speak of.

    `marked` are those that marks stand for, in their order, `how` tells how plainly each of them is named. `mentioned`
    are those that stand in a remark, which may or may not be the number's.
    """

    marked: list[str] = field(default_factory=list)
    how: dict[str, How] = field(default_factory=dict)
    mentioned: frozenset[str] = frozenset()


def with_labels_marked(text: str, home: str | None) -> tuple[str, Countries]:
    """Put a mark before each number that words beside it name; also returns the countries that these speak of.

    `home` is the region of the row: to name it says nothing.
    """
    text = BRACKETED_WORDS.sub(rf"\g<0>{GONE}", text)  # a number behind a bracket is none of the words in it
    found = countries_in(text, home)
    named = [each for each in found if each.whole]
    how: dict[str, How] = {}
    for each in named:
        behind = each.how is How.CODE and not any(map(str.isdecimal, text[each.end :]))
        how[each.region] = max(how.get(each.region, How.BEHIND), How.BEHIND if behind else each.how)
    countries: list[str] = []
    if any(each.region != home for each in named):
        text, countries = _with_countries(text, named)
    mentioned = frozenset(each.region for each in found if not each.whole)
    return _with_reasons(text), Countries(countries, how if countries else {}, mentioned)


def _with_reasons(text: str) -> str:
    text = _with_named(text, FAX.finditer(text), _FAX)
    others = somebody().finditer(in_lower_case(text))
    persons = [found for found in others if not _DENIED.search(text, 0, found.start())]
    text = _with_named(text, persons, _ELSES, after_names=True)
    text = _with_named(text, WRONG.finditer(in_lower_case(text)), _WRONG, after_names=True)
    text = _marked(text, {_right(text, found) for found in NOT.finditer(in_lower_case(text))}, _WRONG)
    runs = runs_of(text)
    if sum(_reason_before(text, start) is None for start, _ in runs) > 1:
        text = _with_replaced(text)
    return OTHER_NUMBER.sub(rf"\g<0>{_OTHER}", text)  # these stand right before what they name


def _reason_before(text: str, start: int) -> Reason | None:
    before = text[:start].rstrip(_SOFT)
    return reason_of(text[len(before.rstrip("".join(_MARKS) + _BEHIND_WORD + _COUNTRIES)) : start])


def _with_replaced(text: str) -> str:
    """Mark the numbers that another one in the cell has replaced."""
    text = _with_named(text, OLD.finditer(in_lower_case(text)), _WRONG, after_names=True)
    text = _marked(text, {_right(text, found) for found in WAS.finditer(in_lower_case(text))}, _WRONG)
    text = _with_switched_off(text)
    text = _marked(text, {_left(text, found.start() + 1) for found in NOT_LEFT.finditer(in_lower_case(text))}, _WRONG)
    old: set[int | None] = set()
    for found in NEW.finditer(in_lower_case(text)):
        at = _right(text, found)
        old.update(range(at or 0))
    for found in NEW_BEHIND.finditer(in_lower_case(text)):
        at = _left(text, found.start() + 1)
        old.update(range(at or 0))
    return _marked(text, old, _WRONG)


def _with_switched_off(text: str) -> str:
    """Mark the numbers that are switched off, where another one in the cell is not."""
    runs = runs_of(text)
    spans = [found.span() for found in OFF.finditer(in_lower_case(text))] if len(runs) > 1 else []
    off = {at for span in spans for at in _named_by(text, span, runs, after_names=True)}
    return _marked(text, off, _WRONG) if 0 < len(off) < len(runs) else text


def runs_of(text: str, fewest: int = _FEWEST_OF_A_NAMED) -> list[tuple[int, int]]:
    """Return where stretches of digits stand that may each be a number."""
    return [run.span() for run in _RUN.finditer(text) if sum(map(str.isdigit, run[0])) >= fewest]


def _right(text: str, word: re.Match[str]) -> int | None:
    """Return which number stands right behind a word, None where it is none."""
    starts = (at for at, (start, end) in enumerate(runs_of(text)) if start <= word.end() < end or start == word.end())
    at = next(starts, None)
    if at is not None:
        return at
    behind = ((at, start) for at, (start, _) in enumerate(runs_of(text)) if start >= word.end())
    at, start = next(behind, (None, 0))
    return at if at is not None and not text[word.end() : start].strip(_SOFT + ":=+" + "".join(_MARKS)) else None


def _left(text: str, place: int) -> int | None:
    """Return which number ends at a place or before it."""
    return max((at for at, (start, _) in enumerate(runs_of(text)) if start < place), default=None)


def _marked(text: str, runs: Collection[int | None], mark: str) -> str:
    places = runs_of(text)
    marks = dict.fromkeys((at + 1 for at in runs if at is not None), _ANOTHER)
    marks |= dict.fromkeys((at for at in runs if at is not None), mark)
    for at in sorted(marks.keys() & set(range(len(places))), reverse=True):
        start = places[at][0]
        text = f"{text[:start]}{marks[at]}{text[start:]}"
    return text


def _with_named(text: str, names: Iterable[re.Match[str]], mark: str, *, after_names: bool = False) -> str:
    """Put a mark before each number that one of these words names."""
    found = [name.span() for name in names]
    if not found:
        return text
    runs = runs_of(text)
    named = {at for span in found for at in _named_by(text, span, runs, after_names=after_names)}
    return _marked(text, named, mark)


def _named_by(text: str, name: tuple[int, int], runs: list[tuple[int, int]], *, after_names: bool) -> list[int]:
    """Return which of the numbers a word names: the nearest, by brackets and separators between, or by the other words.

    With `after_names` a word in brackets names the number before it although a word stands before that, its owner's
    name: `Asha 98765 43210 (wrong) 91234 56789`.
    """
    start, end = name
    left = max((at for at, run in enumerate(runs) if run[1] <= start), default=None)
    right = min((at for at, run in enumerate(runs) if run[0] >= end), default=None)
    if left is None or right is None:
        return [at for at in (left, right) if at is not None]
    inside = _shares_bracket(text[runs[left][1] : start], text[end : runs[right][0]])
    if inside is not None:
        return [right if inside else left]
    cut_left = _HARD.search(text, runs[left][1], start) is not None
    cut_right = _HARD.search(text, end, runs[right][0]) is not None
    if cut_left != cut_right:
        return [left if cut_right else right]
    first = text[: runs[0][0]]
    labels_first = any(map(str.isalpha, first))
    labels_last = any(map(str.isalpha, text[runs[-1][1] :])) and not labels_first
    bracketed = text[:start].rstrip()[-1:] in {"(", "["}
    leads = labels_first and not (after_names and "(" not in first and "[" not in first)
    return [left if labels_last or (bracketed and not leads) else right]


def _shares_bracket(before: str, after: str) -> bool | None:
    """Tell whether a word is in one bracket with the number behind it (True) or before it (False), None for neither.

    `before` and `after` are what stands between the word and these numbers: `98765 43210 (old 91234 56789)`.
    """
    opened, closed = "(" in before or "[" in before, ")" in after or "]" in after
    return opened if opened != closed else None


def _with_countries(text: str, named: list[Named]) -> tuple[str, list[str]]:
    """Put a mark before each number whose country is named, and before those that follow it without a word between."""
    runs = runs_of(text, _FEWEST_OF_A_LINE)
    countries = list(dict.fromkeys(each.region for each in named))
    if len(countries) > len(_COUNTRIES):
        return _marked(text, range(len(runs_of(text))), _COUNTRIES[0]), [UNKNOWN]
    marks: dict[int, set[str]] = {}
    for each in named:
        mark = _COUNTRIES[countries.index(each.region)]
        for at in _named_by(text, (each.start, each.end), runs, after_names=True):
            marks.setdefault(at, set()).add(mark)
            if runs[at][0] < each.end:  # it stands behind the number
                continue
            for further in range(at + 1, len(runs)):
                if any(map(str.isalpha, text[runs[further - 1][1] : runs[further][0]])):
                    break
                marks.setdefault(further, set()).add(mark)
    for at in sorted(marks, reverse=True):
        start = runs[at][0]
        word = _BEHIND_WORD if text[:start].rstrip(_SOFT)[-1:].isalpha() else ""
        text = f"{text[:start]}{word}{''.join(sorted(marks[at]))}{text[start:]}"
    return text, countries
