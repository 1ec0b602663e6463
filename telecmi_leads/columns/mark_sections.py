"""Sections of a table: a title that says not to call, alone in its row, holds for the rows below it.

A text that may be such a title, or a remark on the row above, is neither: it is told.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from telecmi_leads.columns.lexicon import plain, words
from telecmi_leads.columns.mark_cells import LONGEST, hints_at_no_call, is_taken_back, says_no_call, speaks_against
from telecmi_leads.columns.mark_words import (
    MarkKind,
    find_phrase,
    find_phrases,
    is_filler,
    is_mark_name,
    is_removed_to_a_list,
    mark_kind,
    mark_words,
    without_titles,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from telecmi_leads.columns.mark_words import Phrase

_LETTER = re.compile(r"[^\W\d_]")
_MOST_CELLS = 3  # with something in them, of a row that is looked at for a title
_MOST_DIGITS = 4  # of a title: "DND 2026"; more may be a number
_MOST_NAMES = 2  # cells of a row that may hold the same name; more are merged
_EXCLUDING = frozenset({"excludes", "excluding", "excl", "without", "except", "ohne", "sans"})  # "Excludes DND numbers"
_SURNAMES = frozenset({"nix"})  # that are words of a mark too


def is_section_title(text: str) -> bool:
    """Tell whether a text that stands alone in its row says that the people below it must not be called.

    Beside the mark may stand what titles say, and what else its people have in common: "DND / Not interested".
    """
    if len(text) > LONGEST or sum(map(str.isdecimal, text)) > _MOST_DIGITS or plain(text) in _SURNAMES:
        return False
    tokens = words(text)
    return not _is_of_one(tokens) and (is_mark_name(text) or _is_mark_with_title_words(tokens))


def may_be_title(text: str) -> bool:
    """Tell whether a text alone in its row speaks of not calling: a title that says more, or a remark."""
    tokens = words(text[:LONGEST])
    if len(text) > LONGEST or not mark_words().cleared.isdisjoint(tokens):
        return False
    if any(not _EXCLUDING.isdisjoint(tokens[:start]) for start, _ in find_phrases(tokens)):
        return False
    removed = any((token,) in mark_words().removed for token in tokens[1:])  # "DND numbers removed by Asha"
    return says_no_call(text) or is_removed_to_a_list(tokens) or (hints_at_no_call(text) and not removed)


def _is_of_one(tokens: Phrase) -> bool:
    """Tell whether a text speaks of one person, as a remark does that slipped into the next line: "this person"."""
    return find_phrase(tokens, mark_words().of_one) is not None


def _is_mark_with_title_words(tokens: Phrase) -> bool:
    known, found = mark_words(), list(find_phrases(tokens))
    if not found or not (known.cleared | known.channels).isdisjoint(tokens):
        return False
    if any(is_taken_back(tokens, start, size) for start, size in found):
        return False
    rest = tuple(None if _is_within(at, found) else token for at, token in enumerate(tokens))
    return all(token is None or is_filler(token) for token in without_titles(rest))


def _is_within(at: int, found: Iterable[tuple[int, int]]) -> bool:
    return any(start <= at < start + size for start, size in found)


def title_above(rows: Iterable[Sequence[str]]) -> str:
    """Return the title among the rows above a header that says that the people below must not be called, else "".

    A date or a branch below it does not end its section there: the whole table is what such rows speak of. A text that
    may be such a title is returned too: `Sections` tells them apart.
    """
    title = ""
    for _, text in filter(None, map(_alone, rows)):
        if is_section_title(text) or (not title and may_be_title(text)):
            title = text
        elif title and _says_callable(text):
            title = ""
    return title


def _says_callable(text: str) -> bool:
    return mark_kind(text) is MarkKind.CONSENT or plain(text) in mark_words().callable or speaks_against(words(text))


def _alone(row: Sequence[str]) -> tuple[int, str] | None:
    """Return the text that alone stands in a row, with its column; "" of a blank row, None where there are several."""
    if len(row) - row.count("") > _MOST_CELLS:  # soon seen, as in most rows
        return None
    texts = {text: at for at in reversed(range(len(row))) if (text := row[at].strip())}
    return None if len(texts) > 1 else next(((at, text) for text, at in texts.items()), (0, ""))


def _names_leads(text: str) -> bool:
    """Tell whether a title names people to be called, by a status or as a list: "Warm leads", "Callback"."""
    tokens, known = words(text), mark_words()
    rest = without_titles(tokens)
    ends = known.section_ends
    return bool(tokens) and (
        tokens[-1:] in known.title_people
        or (find_phrase(tokens, ends) is not None and find_phrase(tokens, known.title_people) is not None)
        or (len(rest) < len(tokens) and all(token is None or (token,) in ends for token in rest))
        or find_phrase(tokens, ends) == (0, len(tokens))
    )


class FoundSections(NamedTuple):
    """What titles say of a block: its rows in a section with the title, the titles, and what may be one or a remark.

    `rows` are the rows by index, `titles` indexes, `unsure` the columns' names by the index of their row.
    """

    rows: dict[int, str]
    titles: list[int]
    unsure: dict[int, str]


class Sections(Struct):
    """The do-not-call sections of one table, whose rows come block by block.

    `values` are the columns that hold marks and `people` those that hold names and numbers. `title` are the words
    under which the rows to come stand, "" where these mark nobody. `group` is the title's column where that is one of
    `values`: a report that names a group once leaves it blank in the rows below. `header` are the columns' names.
    `unsure` is a title above the header that may say something else.
    """

    values: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()
    title: str = ""
    group: int | None = None
    below_blank: bool = False
    header: tuple[str, ...] = ()
    unsure: str = ""

    def __post_init__(self) -> None:
        """Tell a title from a text that may be one."""
        if self.title and not is_section_title(self.title):
            self.title, self.unsure = "", self.title

    def rows(self, rows: Sequence[Sequence[str]], without_number: Iterable[int]) -> FoundSections:
        """Return the rows of a block that stand in a section, the titles, and the rows that may be one.

        `without_number` are the rows that may be titles, from the top.
        """
        found = FoundSections({}, [], {})
        start, blank = 0, -1 if self.below_blank else None
        for at in without_number:
            column, text = _alone(rows[at]) or (0, None)
            if text == "":
                blank = at
            elif text is None:
                continue
            elif self._is_title(column, text):
                self._take(found.rows, rows, range(start, at))
                self.title, start = text, at + 1
                self.group = column if column in self.values else None
                found.titles.append(at)
            elif may_be_title(text):
                found.unsure[at] = self.header[column].strip() or f"column {column + 1}"
            elif self.title and (self._is_end(column, text, below_blank=blank == at - 1) or self._is_told(rows, at)):
                self._take(found.rows, rows, range(start, at))
                self.title, start = "", at + 1
        self._take(found.rows, rows, range(start, len(rows)))
        self.below_blank = blank == len(rows) - 1
        return found

    def _is_title(self, column: int, text: str) -> bool:
        """Tell whether a text alone in its row begins a section. Among statuses it may be of the row above."""
        return is_section_title(text) and (column == 0 or column not in self.values)

    def _is_end(self, column: int, text: str, *, below_blank: bool) -> bool:
        """Tell whether a text alone in its row is the title of what follows a section.

        A name without a number looks like another title. It is one below a blank row, or where no names stand.
        """
        if not _LETTER.search(text) or sum(map(str.isdecimal, text)) > _MOST_DIGITS:
            return False
        return below_blank or column not in self.people or _says_callable(text) or _names_leads(text)

    def _is_told(self, rows: Sequence[Sequence[str]], at: int) -> bool:
        """Tell whether a row is a title by what else is there: it fills merged cells, or stands above a header."""
        merged = sum(map(bool, rows[at])) > _MOST_NAMES
        return merged or (at + 1 < len(rows) and bool(self.header) and tuple(rows[at + 1]) == self.header)

    def _take(self, found: dict[int, str], rows: Sequence[Sequence[str]], which: range) -> None:
        for at in which if self.title else ():
            if self.group is not None and rows[at][self.group].strip():
                self.title = ""
                return
            found[at] = self.title
