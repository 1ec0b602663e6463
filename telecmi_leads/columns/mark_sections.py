"""Sections of a table: a title that says not to call, alone in its row, holds for the rows below it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from telecmi_leads.columns.lexicon import plain, words
from telecmi_leads.columns.mark_cells import LONGEST, speaks_against
from telecmi_leads.columns.mark_words import MarkKind, is_mark_name, mark_kind, mark_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LETTER = re.compile(r"[^\W\d_]")
_MOST_CELLS = 3  # with something in them, of a row that is looked at for a title
_MOST_DIGITS = 4  # of a title: "DND 2026"; more may be a number
_TITLE_WORDS = frozenset(
    {
        *("section", "group", "part", "block", "table", "category", "list", "below", "following", "the", "these"),
        *("this", "are", "is", "have", "has", "who", "those", "them", "leads", "lead", "clients", "client"),
    }
)
_SURNAMES = frozenset({"nix"})  # that are words of a mark too


def is_section_title(text: str) -> bool:
    """Tell whether a text that stands alone in its row says that the people below it must not be called."""
    if len(text) > LONGEST or sum(map(str.isdecimal, text)) > _MOST_DIGITS or plain(text) in _SURNAMES:
        return False
    return is_mark_name(text) or is_mark_name(" ".join(word for word in words(text) if word not in _TITLE_WORDS))


def title_above(rows: Iterable[Sequence[str]]) -> str:
    """Return the title among the rows above a header that says that the people below must not be called, else "".

    A date or a branch below it does not end its section there: the whole table is what such rows speak of.
    """
    title = ""
    for _, text in filter(None, map(_alone, rows)):
        if is_section_title(text):
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


class Sections(Struct):
    """The do-not-call sections of one table, whose rows come block by block.

    `values` are the columns that hold marks and `people` those that hold names and numbers. `title` are the words
    under which the rows to come stand, "" where these mark nobody. `group` is the title's column where that is one of
    `values`: a report that names a group once leaves it blank in the rows below.
    """

    values: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()
    title: str = ""
    group: int | None = None
    below_blank: bool = False

    def rows(self, rows: Sequence[Sequence[str]], without_number: Iterable[int]) -> tuple[dict[int, str], list[int]]:
        """Return the rows of a block that stand in a section, index → the title, and the indexes of the titles.

        `without_number` are the rows that may be titles, from the top.
        """
        found: dict[int, str] = {}
        titles: list[int] = []
        start, blank = 0, -1 if self.below_blank else None
        for at in without_number:
            column, text = _alone(rows[at]) or (0, None)
            if text == "":
                blank = at
            elif text is not None and self._is_edge(column, text, below_blank=blank == at - 1):
                self._take(found, rows, range(start, at))
                self.title, start = text if is_section_title(text) else "", at + 1
                self.group = column if column in self.values else None
                titles += [at] * bool(self.title)
        self._take(found, rows, range(start, len(rows)))
        self.below_blank = blank == len(rows) - 1
        return found, titles

    def _is_edge(self, column: int, text: str, *, below_blank: bool) -> bool:
        """Tell whether a text alone in its row is the title of a section, or of what follows one.

        A name without a number looks like another title. It is one below a blank row, or where no names stand.
        """
        if is_section_title(text):
            return column == 0 or column not in self.values | self.people
        if not self.title or not _LETTER.search(text) or sum(map(str.isdecimal, text)) > _MOST_DIGITS:
            return False
        return below_blank or column not in self.people or _says_callable(text)

    def _take(self, found: dict[int, str], rows: Sequence[Sequence[str]], which: range) -> None:
        for at in which if self.title else ():
            if self.group is not None and rows[at][self.group].strip():
                self.title = ""
                return
            found[at] = self.title
