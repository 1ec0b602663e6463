"""What a row is that gives no lead: a header again, a total, a footer, filler, an ad platform's test lead.

Asked only for rows without a good number, so that nothing with a number is ever taken for one of these; test leads
alone may have a number, and `may_be_test_lead` tells at little cost whether a block can hold one.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING

from telecmi_leads.columns import PHONE_HEADS, Head, read_name
from telecmi_leads.columns.header_words import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LONGEST_NAME = 120
_NEARLY_ALL = 0.8
_MOST = 0.6
_FEW_CELLS = 3


class RowKind(StrEnum):
    """What a row is; the values are the keys under which rows that are no leads are counted."""

    DATA = "data"
    REPEATED_HEADER = "repeated_header"
    NEW_HEADER = "new_header"
    TOTAL = "total"
    PLACEHOLDER = "placeholder"
    TEST_LEAD = "test_lead"


def row_kind(cells: Sequence[str], header: Sequence[str]) -> RowKind:
    """Tell what a row without a good number is.

    `header` are the table's column names. REPEATED_HEADER: the header once more. NEW_HEADER: other column names, a
    phone among them, so that the columns mean something else from there on. TOTAL: totals, counts, report footers.
    PLACEHOLDER: nothing but filler such as `-` or `N/A`. TEST_LEAD: an ad platform's test. DATA: everything else.
    """
    filled = [(index, cell.strip()) for index, cell in enumerate(cells) if cell and not cell.isspace()]
    texts = [cell for _, cell in filled]
    if all(map(_is_filler, texts)):
        return RowKind.PLACEHOLDER
    known = _known_header(tuple(header))
    if _repeats(filled, known.names):
        return RowKind.REPEATED_HEADER
    if _is_test_lead(cells, texts, known):
        return RowKind.TEST_LEAD
    if _is_footer(texts):
        return RowKind.TOTAL
    if _names_columns(texts):
        return RowKind.NEW_HEADER
    return RowKind.DATA


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
    same = max(min(2, sum(map(bool, names))), ceil(len(filled) * _NEARLY_ALL))
    others = len(filled) - same
    for index, cell in filled:
        if index >= len(names) or not names[index] or plain(cell[:_LONGEST_NAME]) != names[index]:
            others -= 1
            if others < 0:  # most rows are told by their first cells
                return False
    return others >= 0


def _names_columns(texts: list[str]) -> bool:
    """Tell whether the cells are column names: most of them known, a phone and something else of a lead among them."""
    if len(texts) < 2 or any(len(text) > _LONGEST_NAME or _is_value(text) for text in texts):  # noqa: PLR2004
        return False
    readings = []
    unknown = len(texts) * (1 - _MOST)
    for text in texts:
        readings.append(read_name(text))
        unknown -= not readings[-1].known
        if unknown < 0:
            return False
    heads = [reading.head for reading in readings if reading.head is not None and reading.known]
    return any(head in PHONE_HEADS for head in heads) and any(head not in PHONE_HEADS for head in heads)


def _is_value(text: str) -> bool:
    """Tell whether a cell can't be a column's name: an address, or nothing but a number."""
    return "@" in text or (any(map(str.isdecimal, text)) and _NUMBER.fullmatch(text) is not None)


# --- test leads ---------------------------------------------------------------------------------

# Meta's testing tool writes the first into every field and the addresses where it fills in an email (Meta for
# Developers, "Testing Lead Ads"); Google's "Send test data" writes the last two and sets is_test (Google Ads Help).
_DUMMY = "<test lead: dummy data for"
_META_ADDRESSES = ("test@meta.com", "test@fb.com")
_GOOGLE_NAME = "FirstName LastName"
_GOOGLE_NUMBER = "16505550123"
_SIGNS = (_DUMMY, *_META_ADDRESSES, _GOOGLE_NAME)
_TRUE = frozenset({"true", "yes", "y", "1", "t"})


def may_be_test_lead(columns: Sequence[Sequence[str]], header: Sequence[str], names: Iterable[int]) -> bool:
    """Tell whether any row of a block can be a test lead, by a scan of some columns; `row_kind` tells which.

    `names` are the columns of names and addresses, where a test lead shows itself.
    """
    for index in names:
        text = "\n".join(columns[index])
        if any(sign in text for sign in _SIGNS):
            return True
    test_columns = _known_header(tuple(header)).test_columns
    return any(cell.strip().lower() in _TRUE for index in test_columns for cell in columns[index])


def _is_test_lead(cells: Sequence[str], texts: list[str], known: _KnownHeader) -> bool:
    if any(index < len(cells) and cells[index].strip().lower() in _TRUE for index in known.test_columns):
        return True
    if any(text.lower() in _META_ADDRESSES or _DUMMY in text[: len(_DUMMY) + 2] for text in texts):
        return True
    return _GOOGLE_NAME in texts and any(re.sub(r"\D", "", text) == _GOOGLE_NUMBER for text in texts)


# --- totals, footers, filler --------------------------------------------------------------------

_FILLERS = frozenset(
    {
        "n a",
        "na",
        "nil",
        "null",
        "none",
        "nan",
        "empty",
        "blank",
        "not provided",
        "undefined",
        "not available",
        "0",
    }
)
_NUMBER = re.compile(r"[\s\d.,:;%()+\-/₹$€£]*\d[\s\d.,:;%()+\-/₹$€£]*")
_TOTAL = re.compile(
    r"(?:(?:grand|sub|over ?all|report|page|net) )?"
    r"(?:sub)?(?:totals?|sum|count|average|avg|summe|gesamt|gesamtsumme|gesamtergebnis|suma|somme|totale|totaal|toplam|razem"
    r"|итого|всего|المجموع|الاجمالي|اجمالي|المجموع الكلي|कुल|योग|कुल योग|总计|合计|總計|合計|합계)"
    r"(?: (?:general|geral))?"
    r"(?: (?:no|number|of|the|records?|leads?|rows?|entries|contacts|numbers|count|results|enquiries|responses))*"
    r"(?: \d+)*"
)
_FOOTERS = re.compile(
    r"(?:end of (?:the )?(?:report|file|list|data|export|document|page|records?)|report ends?|end of line"
    r"|(?:report |file |list |data |this report was )?(?:generated|exported|printed|downloaded|prepared|run|created)"
    r" (?:on|at|by|from|using|with|via)\b.*"
    r"|erstellt (?:am|von)\b.*|exportiert (?:am|von)\b.*|gedruckt am\b.*|genere le\b.*|exporte le\b.*|imprime le\b.*"
    r"|generado (?:el|por)\b.*|exportado (?:el|por|em)\b.*|gerado (?:em|por)\b.*"
    r"|(?:page|seite|pagina|pag) \d+(?: (?:of|von|sur|de|di|van) \d+| \d+)?"
    r"|showing \d+.*|displaying \d+.*"
    r"|(?:total |number of |no of )?(?:records?|rows?|results?|leads?|entries|contacts|responses)(?: count)? \d+"
    r"|\d+ (?:records?|rows?|results?|leads?|entries|contacts|responses|row s|record s)"
    r"(?: (?:found|exported|returned|selected|affected|in total))?"
    r"|copyright\b.*|c \d{4} .*|.*\ball rights reserved\b.*|confidential\b.*|disclaimer\b.*|powered by\b.*"
    r"|computer generated\b.*|this is a (?:computer|system) generated\b.*"
    r"|fin del? (?:informe|archivo|reporte|lista)|fin (?:du|de la) (?:rapport|fichier|liste)|ende(?: des berichts)?"
    r"|end|eof|the end)"
)


def _is_filler(text: str) -> bool:
    """Tell whether a cell says nothing: punctuation alone, or a word for nothing."""
    folded = plain(text[:_LONGEST_NAME])
    return not folded or folded in _FILLERS


def _is_footer(texts: list[str]) -> bool:
    first = plain(texts[0][:_LONGEST_NAME])
    if _TOTAL.fullmatch(first):
        return all(_NUMBER.fullmatch(text) or _is_filler(text) for text in texts[1:])
    return len(texts) <= _FEW_CELLS and _FOOTERS.fullmatch(first) is not None
