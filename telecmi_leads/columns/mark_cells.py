"""What a cell says of not calling its row's person.

What a text says is decided once for each text that a column holds, so that a million rows with two values cost two
decisions a block.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from telecmi_leads.columns.cell_values import firm_words
from telecmi_leads.columns.lexicon import LONGEST_NAME, plain, words
from telecmi_leads.columns.mark_consent import consents
from telecmi_leads.columns.mark_words import (
    LISTS,
    NOT,
    WHEN,
    MarkKind,
    find_phrase,
    find_phrases,
    is_filler,
    mark_words,
    may_say_so,
)
from telecmi_leads.core.patterns import any_of, cached_if_short

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from telecmi_leads.columns.mark_words import Phrase
    from telecmi_leads.core.block_columns import Columns

LONGEST = 200
"""Characters of a cell that are looked at where a mark stands alone; a longer one is prose."""
_LONGEST_PROSE = 4000
"""Characters of a status that are looked at: a history of calls may say it in one of its sentences."""

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_TICKS = frozenset("✓✔☑✅🗸☒")
_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}(?:[T ]\d{1,2}:\d\d\S*)?|\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{2,4}")
_PARTS = re.compile(r"(\s[-\N{EN DASH}\N{EM DASH}]+\s|[:;,|/()\[\]\n]+|[.!?\N{DEVANAGARI DANDA}]+(?=\s|$))")
_APART = re.compile(r"[,;|\n.!]")  # "Interested: no, DND"
_OF_A_LIST = frozenset({MarkKind.MAYBE, MarkKind.FLAG, MarkKind.COUNT})
_ELSE_NONE = frozenset({MarkKind.WEAK, MarkKind.BY_PHONE, MarkKind.OPEN, MarkKind.CHANNEL})
_OF_CALLS = frozenset({MarkKind.BY_PHONE, MarkKind.CHANNEL})
"""What such a column says is a mark only where it could stand in any other, unless it says yes and no."""
_ON_A_LIST = frozenset({"registered", "listed", "blocked", "fully blocked", "active", "on list"})
# "Not in DNC", "removed from DND": what may stand between the list and the word that takes it back.
_ON = frozenset(
    {
        *("in", "on", "under", "from", "a", "an", "the", "any", "of", "listed", "registered", "longer", "yet", "is"),
        *("to", "part", "mein", "me", "auf", "im", "en", "dans", "sur", "na", "no"),
    }
)
_NOT_ON = frozenset({"active", "activated", "registered", "listed", "found", "applicable", "enabled", "on", "in"})
_TODAY = frozenset({"now", "today", "tomorrow", "tonight", "heute", "hoy", "hoje", "сегодня", "abhi", "aaj"})
_LEAVES = frozenset({"opt", "optout", "unsubscribe", "unsub"})
_MAY_DO = frozenset({"can", "may", "could", "might"})
_FEW_WORDS = 2
_HOUR = frozenset({"at", "in", "on", "between", "from"})
_LONGEST_HOUR = 2
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())
_MANY = 100  # different texts in a block: `_mark_letters` takes some milliseconds to make
_LETTER = re.compile(r"[^\W\d_]")
_HINDI = frozenset({"ab"})  # "DND ab" is "DND now"; a Swedish firm ends so
_IN_NAMES = ("dnd", "dnc", "t call", "t cont", "opted out", "unsubscribed", "blacklisted")
# In columns that have nothing to do with marks few words are looked for, since every column is.
_ASIDE = (
    *("dnd", "dnc", "ncpr", "not call", "n't call", "dont call", "ver call", "not contact", "n't contact"),
    *("dont contact", "nicht anrufen", "pas appeler", "plus appeler", "no llamar", "opted out"),
    *("blacklist", "unsub"),
)
_ASIDE_ABROAD = ("n\N{RIGHT SINGLE QUOTATION MARK}t c", "não ligar", "не звон", "कॉल न", "कॉल मत", "勿致电", "勿拨打")


# --- mark columns and statuses ------------------------------------------------------------------


@cached_if_short(8192)
def marks(kind: MarkKind, cell: str) -> bool | None:
    """Tell whether a cell of a column of this kind marks its row; None where it says neither yes nor no.

    Of a kind that marks among plain yes and no only, `marks_plainly` tells what such cells say.
    """
    text = _bare(cell)
    if not text or kind is MarkKind.STATUS or kind in _ELSE_NONE:
        return says_no_call(text)
    if kind is MarkKind.PREFERENCE:
        return says_no_call(text) or plain(text) in mark_words().no_call_said
    if len(text) > LONGEST:
        return True if says_no_call(text) else None
    return _says_yes(text) if kind is MarkKind.NO_CALL else _refuses(kind, text)


def is_plain(kind: MarkKind, cell: str) -> bool:
    """Tell whether a cell is a plain yes or no, or blank; to being called, a refusal and a consent in words are too."""
    text = _bare(cell)
    if kind in _OF_CALLS:
        return len(text) <= LONGEST and consents(text) is not None
    return not _TICKS.isdisjoint(text) or plain(text) in _plain_words()


@cache
def _plain_words() -> frozenset[str]:
    return mark_words().yes | mark_words().no | mark_words().callable | {""}


def marks_plainly(kind: MarkKind, cell: str) -> bool | None:
    """Tell whether a plain yes or no marks its row, in a column in which there is nothing else."""
    text = _bare(cell)
    if kind in _OF_CALLS:  # a zero may be a count
        return False if consents(text) else None if kind is MarkKind.CHANNEL or text.isdecimal() else True
    said = _says_yes(text)
    counts = kind is MarkKind.COUNT and _NUMBER.fullmatch(text)
    return None if said and (kind is MarkKind.OPEN or counts) else said


def is_yes(cell: str) -> bool:
    """Tell whether a cell says yes, or how often, whatever its column's name makes of that."""
    return plain(_bare(cell)) in mark_words().yes | mark_words().no or not _TICKS.isdisjoint(cell)


def _refuses(kind: MarkKind, text: str) -> bool | None:
    """Tell the same of a column that asks for consent, or for the time, or that speaks of a list and of more."""
    of_list = kind in _OF_A_LIST
    if says_no_call(text) or (of_list and plain(text) in _ON_A_LIST):
        return True
    if of_list:  # a yes beside a name that says more is unclear
        said = _says_yes(text)
        return None if said else said
    said = consents(text)  # what gives consent doesn't mark
    if said is None and kind is MarkKind.WHEN:  # any text may be a time
        return None if hints_at_no_call(text) else False
    return None if said is None else not said


def _says_yes(text: str) -> bool | None:
    folded, known = plain(text), mark_words()
    first = folded.partition(" ")[0]
    if not _TICKS.isdisjoint(text) or _DATE.fullmatch(text) or folded in known.yes:
        return True
    if not folded or folded in known.callable or folded in known.no:
        return False
    if says_no_call(text) or folded in known.no_call_said:  # before a no is believed: "No llamar", "No calls"
        return True
    if first in known.no:
        return False
    if first in known.yes:
        return True
    return False if speaks_against(words(text)) else None


def speaks_against(tokens: Phrase) -> bool:
    """Tell whether a mark is taken back: "Non DND", "removed from DND"."""
    return any(is_taken_back(tokens, start, size) for start, size in find_phrases(tokens))


def says_no_call(text: str) -> bool:
    """Tell whether a text, or a part of it between separators, is a mark and nothing else: "Lost - DNC".

    Beside the mark may stand who said so and how: "customer said do not call please".
    """
    return _says(text, _is_mark)


@cached_if_short(8192)
def hints_at_no_call(text: str) -> bool:
    """Tell whether a list's name or words such as "do not call" stand in a text, with more words that nobody judges."""
    return _says(text, _holds_mark)


def speaks_of_no_call(text: str) -> bool:
    """Tell whether a text is a mark, or one with more words."""
    return hints_at_no_call(text) or says_no_call(text)


def says_nothing_of_calls(text: str) -> bool:
    """Tell whether what somebody prefers may be not to be called: "None"."""
    return plain(text) in mark_words().none_said or hints_at_no_call(text)


def says_outright(text: str) -> bool:
    """Tell whether a text says in a sentence not to call: "DND" alone may be a place or the name of a source."""
    return _says(text, lambda tokens: _is_mark(tokens) and any(size > 1 for _, size in find_phrases(tokens)))


def speaks_in_words(text: str) -> bool:
    """Tell whether a text has words such as "do not call" among others, and not a list's name alone."""
    return _says(text, lambda tokens: _holds_mark(tokens) and any(size > 1 for _, size in find_phrases(tokens)))


def _says(text: str, test: Callable[[Phrase], bool]) -> bool:
    """Tell whether a part of a text passes a test that no part beside it takes back: "Non (DND)", "DND: no"."""
    pieces = _PARTS.split(text[:_LONGEST_PROSE])
    parts, between = list(map(words, pieces[::2])), ["", *pieces[1::2], ""]
    for at, part in enumerate(parts):
        if part and test(part):
            before = () if _APART.search(between[at]) or not at else parts[at - 1]
            after = () if _APART.search(between[at + 1]) or at + 1 == len(parts) else parts[at + 1]
            refused = before and before[-1] in NOT and all(size == 1 for _, size in find_phrases(part))
            if not refused and " ".join(after) not in mark_words().no:
                return True
    return False


def _is_mark(tokens: Phrase) -> bool:
    known, found = mark_words(), list(find_phrases(tokens))
    if not found:
        return "".join(tokens) in known.compact
    if any(is_taken_back(tokens, start, size) or _at_a_time(tokens, start + size) for start, size in found):
        return False
    first, end = found[0][0], sum(found[-1])
    between = {at for start, size in found for at in range(start, start + size)}
    return (
        all(map(may_say_so, tokens[:first]))
        and not (first and tokens[first - 1] in {"about", "regarding", "re"})
        and all(is_filler(tokens[at]) for at in range(first, end) if at not in between)
        and all(is_filler(token) or token in known.after for token in tokens[end:])
    )


def _holds_mark(tokens: Phrase) -> bool:
    return " ".join(tokens) in mark_words().hints or any(
        (size > 1 or tokens[start] in LISTS)
        and not is_taken_back(tokens, start, size)
        and tokens[start + size : start + size + 1] not in {(word,) for word in WHEN}
        for start, size in find_phrases(tokens)
    )


def is_taken_back(tokens: Phrase, start: int, size: int) -> bool:
    """Tell whether the words around a mark take it back: "not in DNC", "removed from DND", "DND no", "DNC checked"."""
    before = start - 1
    while before >= 0 and tokens[before] in _ON - NOT:
        before -= 1
    after = tokens[start + size : start + size + 2]
    known = mark_words()
    if tokens[start] in _LEAVES and not _MAY_DO.isdisjoint(tokens[max(0, start - _FEW_WORDS) : start]):
        return True  # "I can opt out at any time" is a right that nobody has used yet
    return (
        (before >= 0 and tokens[before] in NOT)
        or (bool(after) and (after[0] in known.no or after[0] in known.cleared))
        or (len(after) > 1 and after[0] == "not" and after[1] in _NOT_ON)
    )


def _at_a_time(tokens: Phrase, end: int) -> bool:
    """Tell whether a wish about the time follows a mark: "do not call at 6", "do not call now"."""
    at, hour = (*tokens[end : end + 2], "", "")[:2]
    return at in _TODAY or (at in _HOUR and hour.isdecimal() and len(hour) <= _LONGEST_HOUR)


def _bare(cell: str) -> str:
    return cell.strip().strip("'\"")


# --- columns as a whole -------------------------------------------------------------------------


@cache
def _mark_letters() -> re.Pattern[str]:
    """Return what finds the letters of a mark or a doubtful word; made only for columns with many texts."""
    phrases = (*map("".join, mark_words().no_call), *mark_words().doubtful, *mark_words().hints)
    return re.compile(any_of(map(_letters, filter(str.isascii, phrases))))


def _letters(text: str) -> str:
    """Return the letters of an ASCII text, in lower case and without anything between them."""
    return text.lower().encode().translate(None, _NO_LETTERS).decode()


@cache
def _mark_letters_abroad() -> re.Pattern[str]:
    """Return the same for texts that are not ASCII, whose words are folded before."""
    phrases = (*mark_words().no_call, *map(words, (*mark_words().doubtful, *mark_words().hints)))
    return re.compile(any_of(map("".join, phrases)))


def telling(cells: set[str]) -> set[str]:
    """Return those of a status column's texts that are to be read: a comment that has no mark's letters is none."""
    if len(cells) < _MANY:
        return cells
    search = _mark_letters().search
    found = {cell for cell in cells if cell.isascii() and search(_letters(cell[:_LONGEST_PROSE]))}
    abroad = [cell for cell in cells if not cell.isascii()]
    if abroad:
        search = _mark_letters_abroad().search
        found.update(cell for cell in abroad if len(cell) > LONGEST_NAME or search("".join(words(cell))))
    return found


@cached_if_short(8192)
def says_doubtful(cell: str) -> bool:
    """Tell whether a status, or a part of it between separators, says that the number is wrong or the person dead."""
    return any(plain(part) in mark_words().doubtful for part in _PARTS.split(cell[:LONGEST])[::2])


def may_mark(columns: Columns, at: int) -> bool:
    """Tell at little cost whether any cell of a column can hold a mark: most hold digits alone, or no such word."""
    lower, upper = columns.lower(at), columns.joined(at).upper()
    if lower.isascii():
        return lower != upper and mark_words().anywhere.search(lower) is not None
    if lower == upper and not _LETTER.search(lower):  # digits of another script, or blanks that are not ASCII
        return False
    folded = "\n".join(map(plain, set(columns[at])))
    return mark_words().anywhere.search(folded) is not None


def aside(cells: Sequence[str]) -> Collection[str]:
    """Return the cells that may speak of not calling, of a column that has nothing to do with it: hardly ever any."""
    distinct = set(cells)
    text = "\n".join(distinct)
    lower = text.lower()
    if lower == text.upper():  # numbers and dates
        return () if lower.isascii() else [cell for cell in distinct if any(sign in cell for sign in _ASIDE_ABROAD)]
    found = [sign for sign in (*_ASIDE, *_ASIDE_ABROAD * (not lower.isascii())) if sign in lower]
    return [cell for cell in distinct if any(sign in cell.lower() for sign in found)] if found else ()


# --- beside numbers and in names ----------------------------------------------------------------


@cached_if_short(1024)
def beside_number(cell: str) -> bool:
    """Tell whether words that stand beside a number mark it: "98… DND", "(do not call) 98…"."""
    tokens = tuple(token for token in words(cell[:LONGEST]) if not token.isdecimal())
    found = find_phrase(tokens, mark_words().no_call)
    if found is None:
        return False
    start, size = found
    after = tokens[start + size] if start + size < len(tokens) else ""
    return not (start and tokens[start - 1] in NOT) and after not in WHEN and after not in mark_words().no


def may_be_in_name(lower: str) -> bool:
    """Tell whether a name, or a whole column of names in lower case, may hold a mark."""
    return any(sign in lower for sign in _IN_NAMES)


def in_name(cell: str) -> bool:
    """Tell whether words beside a name mark it: "Asha Rao DND", "Do not call - Asha". Short marks may be names: Nix.

    In a firm's name a list's name is a part of it: "DND Caterers".
    """
    return may_be_in_name(cell.lower()) and beside_number(cell) and not _names_a_firm(cell)


def _names_a_firm(cell: str) -> bool:
    first, *others = words(cell[:LONGEST]) or ("",)
    return first in LISTS and not (firm_words() - _HINDI).isdisjoint(others)
