"""Names that share a cell with the number: `Uma Rao - 98765 00076`, under "Name & Mobile" or under no name at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from telecmi_leads.columns import cell_values
from telecmi_leads.columns.header_meaning import PHONE_HEADS, read_name
from telecmi_leads.columns.lexicon import Head

if TYPE_CHECKING:
    from collections.abc import Sequence

_DIGITS = re.compile(r"[+(]*\d[\d\s().+/*•#-]*")
_NO_NAME = re.compile(r"[^\s@]*@\S*|\b[xX]+\b|\bhttps?:\S*")
_EDGES = " \t,;:|/()[]<>=\"'`.+&_*~-\N{EN DASH}\N{EM DASH}"
_LINE_WORDS = PHONE_HEADS | {Head.PLACE_PHONE}
_LONGEST = 200
_FEWEST_LETTERS = 2


def name_beside_number(cell: str) -> str:
    """Return the words that stand beside a number in a cell, without those that speak of the line: "Mob", "office"."""
    text = _NO_NAME.sub(" ", _DIGITS.sub(" ", cell[:_LONGEST]))
    tokens = [token for token in text.split() if token.strip(_EDGES)]
    while tokens and _speaks_of_line(tokens[0]):
        del tokens[0]
    while tokens and _speaks_of_line(tokens[-1]):
        del tokens[-1]
    name = " ".join(tokens).strip(_EDGES)
    return name if sum(map(str.isalpha, name)) >= _FEWEST_LETTERS else ""


def hold_names(cells: Sequence[str]) -> bool:
    """Tell whether most cells of a phone column hold a name too."""
    return cell_values.share(cells, _holds_name) >= cell_values.MOST


def _holds_name(cell: str) -> bool:
    return cell_values.like_phone(cell) and cell_values.like_name(name_beside_number(cell))


def _speaks_of_line(token: str) -> bool:
    return read_name(token.strip(_EDGES)).head in _LINE_WORDS
