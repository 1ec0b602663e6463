"""What the cells of a column look like.

Patterns only: whether a number is good, the caller's `phone_score` says. Functions that take several cells expect
those of one column that are not empty.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import takewhile
from typing import TYPE_CHECKING

from telecmi_leads.columns.lexicon import plain
from telecmi_leads.core.shipped import shipped_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST = 0.6
"""The share of cells from which on a column "mostly" holds something."""

NEARLY_ALL = 0.8
"""The share from which on the few others may be mistakes."""

SOME = 0.3
"""The share of cells that is enough where the column's name says the same."""

PATRONYMICS = ("ович", "евич", "ьич", "овна", "евна", "ична", "івна", "ївна", "ovich", "evich", "ovna", "evna")
"""The endings of a father's name."""

WITH_PATRONYMIC = 3
"""The words of a full name that has one."""

_LONGEST_LOOKED_AT = 1000  # characters of a cell that is searched: a search for an address is quadratic
_EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
_DIAL_CODE = re.compile(r"(?:[^\d+]{0,40}\(?\+|\(?0{0,2})\d{1,3}(?:-\d{1,4})?\)?(?:\.0)?")
_NUMBERED_NAME = re.compile(r"[^\W\d_]{3,}(?: [^\W\d_]{1,20}){0,4}\.? ?#?\d{1,4}")
_MASK = re.compile(r"[xX*•#]")
_BETWEEN_ANSWERS = re.compile(r"[,;/&+|]|\b(?:and|or|und|oder|et|ou|y|o|e)\b", re.IGNORECASE)
_FLAGS = frozenset(
    {
        *("yes", "no", "y", "n", "true", "false", "t", "f", "0", "1", "ja", "nein", "oui", "non", "si", "sim", "nao"),
        *map(plain, ("हाँ", "नहीं")),
    }
)
_FEWEST_NAME_WORDS = 2
_LONGEST_INITIALS = 2  # "MD Rahman"
_LONGEST_NAME = 60
_MOST_NAME_WORDS = 6
_FEWEST_DIGITS, _MOST_DIGITS = 6, 40
_FEWEST_ROWS = 3


def share(cells: Sequence[str], test: Callable[[str], object]) -> float:
    """Return the share of cells that pass, 0 where there are none."""
    return sum(1 for cell in cells if test(cell)) / len(cells) if cells else 0.0


def is_one_value(cells: Sequence[str]) -> bool:
    """Tell whether one value stands in nearly every cell, as in a column of the company's own line."""
    return len(cells) >= _FEWEST_ROWS and most_common(cells) >= NEARLY_ALL


def most_common(cells: Sequence[str]) -> float:
    """Return the share of the value that stands most often."""
    return Counter(map(str.strip, cells)).most_common(1)[0][1] / len(cells)


def like_phone(cell: str) -> bool:
    """Tell whether a cell tries to be a phone number: digits of any script, masks counted, and no email address."""
    digits = sum(char.isdecimal() for char in cell) + len(_MASK.findall(cell))
    return _FEWEST_DIGITS <= digits <= _MOST_DIGITS and "@" not in cell


def like_phone_or_email(cell: str) -> bool:
    """Tell whether a cell tries to be a phone number, alone or with an email address beside it."""
    return like_phone(cell if "@" not in cell else _EMAIL.sub(" ", cell[:_LONGEST_LOOKED_AT]))


def like_email(cell: str) -> bool:
    """Tell whether there is an email address in the cell."""
    return "@" in cell and _EMAIL.search(cell[:_LONGEST_LOOKED_AT]) is not None


def like_name(cell: str) -> bool:
    """Tell whether a cell may be a person's name: a few words of letters."""
    return (
        len(cell) <= _LONGEST_NAME
        and len(cell.split()) <= _MOST_NAME_WORDS
        and has_letters(cell)
        and not any(char.isdecimal() or char in "@_/\\<>{}=:;!?" for char in cell)
    )


def like_full_name(cell: str) -> bool:
    """Tell whether a cell looks like first and last name: two or three words of letters, each with a capital first."""
    words = cell.split()
    return (
        _FEWEST_NAME_WORDS <= len(words) <= WITH_PATRONYMIC
        and like_name(cell)
        and not like_city(cell)
        and all(word[0].upper() == word[0] for word in words)
    )


def like_surname_first(cell: str) -> bool:
    """Tell whether a full name shows that the surname stands first: "DUPONT Marie", "Иванов Иван Петрович"."""
    words = cell.split()[: _MOST_NAME_WORDS + 1]
    if len(words) < _FEWEST_NAME_WORDS or "," in cell:
        return False
    if len(words) == WITH_PATRONYMIC and words[-1].lower().endswith(PATRONYMICS):
        return True
    capitals = list(takewhile(str.isupper, words))
    return max(map(len, capitals), default=0) > _LONGEST_INITIALS and words[-1][1:].islower()


def like_company_first(cell: str) -> bool:
    """Tell whether one word and a comma stand before what may be a whole name: "Gamma, Asha Rao"."""
    before, _, behind = cell[:_LONGEST_LOOKED_AT].partition(",")
    return len(before.split()) == 1 and len(behind.split()) >= _FEWEST_NAME_WORDS and like_name(behind.strip())


def like_numbered_name(cell: str) -> bool:
    """Tell whether a cell is what stands for a name where nobody asked for it: `Visitor No 21`, `Guest 4`."""
    return len(cell) <= _LONGEST_NAME and _NUMBERED_NAME.fullmatch(cell.strip()) is not None


def has_letters(cell: str) -> bool:
    """Tell whether there is a letter in the cell."""
    return any(char.isalpha() for char in cell)


def like_dial_code(cell: str) -> bool:
    """Tell whether a cell is a calling code: `91`, `+91`, `0091`, `India (+91)`."""
    return _DIAL_CODE.fullmatch(cell.strip()) is not None


def like_flag(cell: str) -> bool:
    """Tell whether a cell says yes or no."""
    return plain(cell) in _FLAGS


def like_answer(cell: str) -> bool:
    """Tell whether a cell answers a question and is nobody's name: yes, maybe, WhatsApp, "Phone or e-mail"."""
    text = plain(cell[:_LONGEST_NAME])
    parts = list(filter(None, map(plain, _BETWEEN_ANSWERS.split(cell[:_LONGEST_NAME]))))
    return text in _answers() or (bool(parts) and _answers().issuperset(parts))


def like_salutation(cell: str) -> bool:
    """Tell whether a cell is a salutation or title: Mr, Dr., Frau, श्री."""
    return plain(cell) in _salutations()


def like_city(cell: str) -> bool:
    """Tell whether a cell is a large city's name, for files without a header."""
    return plain(cell) in _cities()


def like_firm(cell: str) -> bool:
    """Tell whether a cell ends as firms' names do: "Acme Traders", "Shree Foods Pvt. Ltd."."""
    last = plain(cell[-_LONGEST_NAME:]).rpartition(" ")[2]
    return last in firm_words()


def columns_of(sample: Sequence[Sequence[str]], width: int) -> list[list[str]]:
    """Return each column's cells that hold something, from rows that may be ragged."""
    columns: list[list[str]] = [[] for _ in range(width)]
    for row in sample:
        for column, cell in zip(columns, row, strict=False):
            if cell and not cell.isspace():
                column.append(cell)
    return columns


@cache
def firm_words() -> frozenset[str]:
    """Return the words with which firms' names end, or of which one of them tells a firm's: "Traders", "Pvt"."""
    return _listed("firms.txt")


@cache
def _salutations() -> frozenset[str]:
    return _listed("salutations.txt")


@cache
def _answers() -> frozenset[str]:
    return _listed("answers.txt")


@cache
def _cities() -> frozenset[str]:
    return _listed("cities.txt")


def _listed(name: str) -> frozenset[str]:
    text = shipped_text("telecmi_leads.columns", name)
    return frozenset(plain(line) for line in text.splitlines() if line)
