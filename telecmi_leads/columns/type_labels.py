"""Columns that say what kind of line another column holds: "Phone 1 - Type" (or "Label") beside "Phone 1 - Value"."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from telecmi_leads.columns.column_match import Rule
from telecmi_leads.columns.header_meaning import read_name
from telecmi_leads.columns.header_words import words
from telecmi_leads.columns.lexicon import Head

if TYPE_CHECKING:
    from collections.abc import Sequence

_KINDS = ("type", "label")
_FIRST = {Head.MOBILE: 0, Head.WHATSAPP: 1}
_PLAIN, _WORK, _HOME = 2, 3, 4
_HOMES = ("home", "residence")


def line_labels(header: Sequence[str], phones: Sequence[int]) -> dict[int, int]:
    """Return for each phone column that has a label its label's column."""
    places = {words(name): index for index, name in enumerate(header)}
    labels: dict[int, int] = {}
    for phone in phones:
        name = tuple(word for word in words(header[phone]) if word != "value")
        at = next((places[(*name, kind)] for kind in _KINDS if (*name, kind) in places), None)
        if at is not None and at not in phones:
            labels[phone] = at
    return labels


@lru_cache(maxsize=1024)
def line_rank(label: str) -> int | None:
    """Return the rank of a line by its label, the mobile's first; None for one that is no line for calls, as a fax."""
    reading = read_name(label)
    if reading.rule is Rule.OTHER_LINE:
        return None
    if reading.head is Head.PLACE_PHONE:
        return _HOME if reading.word in _HOMES else _WORK
    return _PLAIN if reading.head is None else _FIRST.get(reading.head, _PLAIN)
