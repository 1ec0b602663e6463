"""What a row is that gives no lead: a header again, a total, a footer, filler, an ad platform's test lead.

Asked only for rows without a good number, so that nothing with a number is ever taken for one of these; test leads and
notes alone may have a number. `may_be_test_lead`, and `may_be_notes` of reader_notes, tell at little cost what a block
can hold.
"""

from __future__ import annotations

import re
from collections import Counter
from enum import StrEnum
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING

from telecmi_leads.columns.cell_values import MOST, NEARLY_ALL
from telecmi_leads.columns.header_meaning import names_a_line, read_name
from telecmi_leads.columns.lexicon import lexicon, plain, plain_column, words
from telecmi_leads.columns.meanings import PHONE_HEADS, Head, Modifier, Never
from telecmi_leads.columns.persons import PERSONS
from telecmi_leads.columns.reader_notes import NOTES, is_note, rows_fill
from telecmi_leads.columns.total_lines import (
    FOOTERS,
    LONGEST_NAME,
    NO_WORDS,
    NUMBER,
    TOTAL,
    folded,
    is_filler,
    is_footer,
    is_group_line,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from telecmi_leads.core.block_columns import Columns

_FEWEST_NAMES = 2  # of a header: a phone and something else of a lead
_WHOSE = frozenset({*PERSONS, Modifier.MAIN, Modifier.HOME, Modifier.WORK, Never.PERSON, Never.OWNER})


class RowKind(StrEnum):
    """What a row is; the values are the keys under which rows that are not leads are counted."""

    DATA = "data"
    REPEATED_HEADER = "repeated_header"
    NEW_HEADER = "new_header"
    TOTAL = "total"
    PLACEHOLDER = "placeholder"
    TEST_LEAD = "test_lead"
    NOTE = "note"


def row_kind(cells: Sequence[str], header: Sequence[str]) -> RowKind:
    """Tell what a row without a good number is.

    `header` are the table's column names. REPEATED_HEADER: the header once more. NEW_HEADER: other column names, a
    phone among them, so that the columns mean something else from there on. TOTAL: totals, counts, report footers.
    NOTE: a line for the reader of the file, such as whom to call for help, or a sentence.
    PLACEHOLDER: nothing but filler such as `-` or `N/A`. TEST_LEAD: an ad platform's test. DATA: everything else.
    """
    filled = [(index, cell.strip()) for index, cell in enumerate(cells) if cell and not cell.isspace()]
    texts = [cell for _, cell in filled]
    if all(map(is_filler, texts)):
        return RowKind.PLACEHOLDER
    known = _known_header(tuple(header))
    if _repeats(filled, known.names):
        return RowKind.REPEATED_HEADER
    if _is_test_lead(cells, texts, known):
        return RowKind.TEST_LEAD
    for kind, test in _KINDS:
        if test(texts):
            return kind
    return RowKind.NEW_HEADER if _says_whose(filled, known.names) else RowKind.DATA


# --- headers ------------------------------------------------------------------------------------


class _KnownHeader:
    """A header, folded once: its names, and the column that marks test leads."""

    __slots__ = ("names", "test_columns")

    def __init__(self, header: tuple[str, ...]) -> None:
        self.names = tuple(map(plain, header))
        self.test_columns = tuple(index for index, name in enumerate(header) if read_name(name).head is Head.TEST)


_known_header = lru_cache(maxsize=8)(_KnownHeader)


def _repeats(filled: list[tuple[int, str]], names: tuple[str, ...]) -> bool:
    """Tell whether the row says the header's names again, at their places."""
    others = _others(len(filled), names)
    for index, cell in filled:
        if index >= len(names) or not names[index] or folded(cell) != names[index]:
            others -= 1
            if others < 0:  # most rows are told by their first cells
                return False
    return others >= 0


def _names_columns(texts: list[str]) -> bool:
    """Tell whether the cells are column names: most of them known, a phone and something else of a lead among them."""
    if len(texts) < _FEWEST_NAMES or any(len(text) > LONGEST_NAME or _is_value(text) for text in texts):
        return False
    readings = []
    unknown = len(texts) * (1 - MOST)
    texts = sorted(texts, key=len)  # short ones come again ("n/a", "Kochi"): these are read sooner
    for text in texts:
        readings.append(read_name(text))
        unknown -= not readings[-1].known
        if unknown < 0:
            return False
    heads = [reading.head for reading in readings if reading.head is not None and reading.known]
    if any(head in PHONE_HEADS for head in heads):
        return any(head not in PHONE_HEADS for head in heads)
    # The header of a list of agents: none of its numbers is a lead's.
    others = [text for text, reading in zip(texts, readings, strict=True) if reading.somebody_elses]
    return len(others) > 1 and any(map(names_a_line, others))


def _says_whose(filled: list[tuple[int, str]], names: Sequence[str]) -> bool:
    """Tell whether a row repeats names of the header at their places, and between them says whose lines these are.

    "Name, Wife, Own, City" below "Name, Mobile, Wife Mobile, City": no cell names a phone, yet columns have changed.
    """
    others = [cell for index, cell in filled if index >= len(names) or folded(cell) != names[index]]
    repeated = len(filled) - len(others)
    return repeated >= max(_FEWEST_NAMES, len(others)) and all(map(_is_whose, others))


def _is_whose(cell: str) -> bool:
    """Tell whether a cell says whose a line is and nothing else: "Wife", "Own", "Office"."""
    if len(cell) > LONGEST_NAME:
        return False
    meanings = {segment.meaning for segment in lexicon().segments(words(cell))}
    return meanings <= _WHOSE


def _is_value(text: str) -> bool:
    """Tell whether a cell can't be a column's name: an address, or nothing but a number."""
    return "@" in text or text.isdecimal() or (any(map(str.isdecimal, text)) and NUMBER.fullmatch(text) is not None)


# --- test leads ---------------------------------------------------------------------------------

# Meta's testing tool writes the first into every field and the addresses where it fills in an email (Meta for
# Developers, "Testing Lead Ads"); Google's "Send test data" writes the last two and sets is_test (Google Ads Help).
_DUMMY = "<test lead: dummy data for"
_META_ADDRESSES = ("test@meta.com", "test@fb.com")
_GOOGLE_NAME = "FirstName LastName"
_GOOGLE_NUMBER = "16505550123"
_TRUE = frozenset({"true", "yes", "y", "1", "t"})


def may_be_test_lead(columns: Columns, header: Sequence[str], names: Iterable[int]) -> bool:
    """Tell whether any row of a block can be a test lead, by a scan of some columns; `row_kind` tells which.

    `names` are the columns of names and addresses, where a test lead shows itself.
    """
    if any(map(_shows_test_lead, map(columns.joined, names))):
        return True
    test_columns = _known_header(tuple(header)).test_columns
    return any(cell.strip().lower() in _TRUE for index in test_columns for cell in columns[index])


def _shows_test_lead(text: str) -> bool:
    """Tell whether a text holds what a test lead has; one character, and what two addresses share, is found sooner."""
    if "<" in text and _DUMMY in text:
        return True
    return _GOOGLE_NAME in text or ("test@" in text and any(address in text for address in _META_ADDRESSES))


def _is_test_lead(cells: Sequence[str], texts: list[str], known: _KnownHeader) -> bool:
    if any(index < len(cells) and cells[index].strip().lower() in _TRUE for index in known.test_columns):
        return True
    if any(text.lower() in _META_ADDRESSES or _DUMMY in text[: len(_DUMMY) + 2] for text in texts):
        return True
    return _GOOGLE_NAME in texts and any(re.sub(r"\D", "", text) == _GOOGLE_NUMBER for text in texts)


_KINDS = (
    (RowKind.TOTAL, is_footer),
    (RowKind.NOTE, is_note),
    (RowKind.NOTE, is_group_line),
    (RowKind.NEW_HEADER, _names_columns),
)


# --- whole blocks -------------------------------------------------------------------------------

_FEWEST_OTHERS = 2  # than a column's name: whoever says one thing alone may be a note
_FEW_ROWS = 8  # are asked sooner one by one


def rows_in_doubt(
    rows: Sequence[Sequence[str]], columns: Columns, header: Sequence[str], order: Sequence[int]
) -> Iterable[int]:
    """Return those rows of a block that may be something else than DATA, by scans of its columns.

    `order` are the columns to look at, first those that likely hold words. `row_kind` would say DATA of every row that
    is not returned: in these columns it has a word, a value, enough cells that differ from the header's names, and no
    sign of a test lead. Besides, its first cell does not begin a total, a note or a footer. A row with too many cells
    for a note or a footer may have words in two cells instead, which a total never has.
    """
    if len(rows) < _FEW_ROWS or not order:
        return range(len(rows))
    known = _known_header(tuple(header))
    long = rows_fill(columns, order)
    unlike, unsure = _unlike_data(rows, columns, known.names, order, words=2 if long else 1)
    doubt = {*unlike, *_without_value(len(rows), columns, order)}
    doubt.update(*(_like_test_leads(columns, at, known) for at in range(len(columns))))
    if not long or unsure:
        doubt.update(_like_totals(columns, unsure if long else range(len(rows))))
    return sorted(doubt)


def _unlike_data(
    rows: Sequence[Sequence[str]], columns: Columns, names: Sequence[str], order: Iterable[int], *, words: int
) -> tuple[list[int], list[int]]:
    """Return the rows that have no words, or too few cells that do not say their column's name.

    Returns besides the rows that do not have so many cells with words.
    """
    silent, same = Counter[int](), Counter[int]()
    fewest, looked_at = _fewest_others(len(columns), names), 0
    for looked_at, at in enumerate(order, start=1):
        folded = _folded_column(columns[at])
        silent.update(_without_words(columns[at], folded))
        if names[at] in folded or "" in folded:
            same.update(row for row, text in enumerate(folded) if text in ("", names[at]))
        said, others = (looked_at - max(rows.values(), default=0) for rows in (silent, same))
        if said >= words and others >= fewest:
            return [], []
    unlike = [
        at
        for at, row in enumerate(rows)
        if looked_at == silent[at] or looked_at - same[at] < _fewest_others(len(row) - row.count(""), names)
    ]
    return unlike, [at for at in range(len(rows)) if looked_at - silent[at] < words]


def _fewest_others(filled: int, names: Sequence[str]) -> int:
    """Return how many cells must differ from the header's names for a row to be neither a header again nor a note."""
    return max(_FEWEST_OTHERS, _others(filled, names) + 1)


def _others(filled: int, names: Sequence[str]) -> int:
    """Return how many of a row's cells may say something else where it is the header again."""
    return filled - max(min(2, sum(map(bool, names))), ceil(filled * NEARLY_ALL))


def _without_words(cells: Sequence[str], folded: Sequence[str]) -> Iterable[int]:
    """Return the rows in which a column's cell, folded, says nothing or is a number."""
    if all(map(str.islower, folded)) and NO_WORDS.isdisjoint(folded):  # as most columns of words
        return ()
    each = enumerate(zip(cells, folded, strict=True))
    return [
        row for row, (cell, text) in each if text in NO_WORDS or not (text.islower() or NUMBER.fullmatch(cell) is None)
    ]


def _folded_column(cells: Sequence[str]) -> list[str]:
    if max(map(len, cells)) > LONGEST_NAME:
        cells = [cell.strip()[:LONGEST_NAME] for cell in cells]
    return plain_column(cells)


def _without_value(rows: int, columns: Columns, order: Sequence[int]) -> list[int]:
    """Return the rows of which no cell is a value, as is so of column names."""
    left, found = list(range(rows)), list[int]()
    while left:
        # Where one row has its value, most others have theirs.
        at = next((at for at in order if _is_value(columns[at][left[-1]])), None)
        if at is None:
            found.append(left.pop())
        else:
            left = [row for row in left if not _is_value(columns[at][row])]
    return found


def _like_test_leads(columns: Columns, at: int, known: _KnownHeader) -> list[int]:
    """Return the rows of which a column shows what a test lead has."""
    text = columns.joined(at)
    shown = _shows_test_lead(text) or ("@" in text and _shows_test_lead(columns.lower(at)))
    marks = _TRUE if at in known.test_columns else ()
    if not shown and not marks:
        return []
    return [
        row
        for row, cell in enumerate(columns[at])
        if cell.strip().lower() in marks or _shows_test_lead(cell) or _shows_test_lead(cell.lower())
    ]


def _like_totals(columns: Columns, rows: Sequence[int]) -> list[int]:
    """Return those of the rows whose first column is blank, or begins as a total, a note or a footer does."""
    cells = columns[0] if len(rows) == len(columns[0]) else [columns[0][row] for row in rows]
    return [
        row
        for row, cell, text in zip(rows, cells, _folded_column(cells), strict=True)
        if not text or ":" in cell or any(kind.fullmatch(text) for kind in (TOTAL, FOOTERS, NOTES))
    ]
