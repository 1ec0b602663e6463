"""Columns without names: the layout is known, or the cells tell.

The one layout known is the standard order in which the dialler VICIdial loads leads from a text file without a
header (its manual's "standard format": vendor_lead_code, source_id, list_id, phone_code, phone_number, title, …).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from telecmi_leads.columns import cell_values
from telecmi_leads.columns.column_match import Rule
from telecmi_leads.columns.field_choice import by_values, names_beside_numbers
from telecmi_leads.core.lead_fields import Field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from telecmi_leads.columns.candidates import Candidate
    from telecmi_leads.columns.column_match import Draft

_UNNAMED = re.compile(r"column \d+")

_FEWEST_COLUMNS = 19
_FIELDS = {
    Field.PHONE: (4, 19),
    Field.DIALCODE: (3,),
    Field.FIRSTNAME: (6,),
    Field.LASTNAME: (8,),
    Field.ADDRESS: (9, 10, 11),
    Field.CITY: (12,),
    Field.COUNTRY: (16,),
    Field.EMAIL: (20,),
    Field.COMMENT: (22,),
}
_TITLE, _MIDDLE = 5, 7
# What a column holds where it holds anything. The first two must hold something, in nearly every row.
_SHAPES = {
    3: re.compile(r"\+?\d{1,4}"),
    4: re.compile(r"\+?[\d\s()-]{6,20}"),
    2: re.compile(r"\d*"),
    16: re.compile(r"[A-Za-z]{2,3}"),
    17: re.compile(r"[MFUmfu]"),
    18: re.compile(r"\d{4}-\d\d-\d\d"),
    20: re.compile(r"[^\s@]+@[^\s@]+"),
}
_ALWAYS_FILLED = (3, 4)
_NEARLY_ALL = 0.8


def is_unnamed(header: Sequence[str]) -> bool:
    """Tell whether all of these column names are the ones that columns without a name are given."""
    return bool(header) and all(_UNNAMED.fullmatch(name) for name in header)


def choose_unnamed(
    draft: Draft,
    found: Sequence[Candidate],
    cells: Sequence[Sequence[str]],
    phone_score: Callable[[Sequence[str]], float],
) -> None:
    """Give columns to fields by layout, else by their cells."""
    open_ = [candidate for candidate in found if candidate.reading.rule is Rule.NO_NAME]
    if _is_vicidial(cells):
        _lay_out(draft, {candidate.index: candidate for candidate in open_})
        return
    by_values(draft, open_, cells, phone_score)
    used = draft.used()
    texts = [
        c
        for c in open_
        if c.index not in used and cell_values.share(cells[c.index], cell_values.like_name) >= cell_values.MOST
    ]
    cities = [c for c in texts if cell_values.share(cells[c.index], cell_values.like_city) >= cell_values.MOST]
    draft.give(Field.CITY, cities[:1], Rule.VALUES)
    # A number that --map names stands beside names as one that was found does.
    phones = [*draft.phones, *(candidate.index for candidate in found if candidate.reading.rule is Rule.MAPPED)]
    _names(draft, [candidate for candidate in texts if candidate not in cities], cells, phones[:1])
    names_beside_numbers(draft, cells)


def _is_vicidial(cells: Sequence[Sequence[str]]) -> bool:
    rows = max(map(len, cells), default=0)
    if len(cells) < _FEWEST_COLUMNS or any(len(cells[index]) < rows * _NEARLY_ALL for index in _ALWAYS_FILLED):
        return False
    return all(
        not cells[index] or cell_values.share(cells[index], shape.fullmatch) >= _NEARLY_ALL
        for index, shape in _SHAPES.items()
        if index < len(cells)
    )


def _lay_out(draft: Draft, columns: Mapping[int, Candidate]) -> None:
    for target, indexes in _FIELDS.items():
        draft.give(target, [columns[index] for index in indexes if index in columns], Rule.LAYOUT)
    draft.addresses = [tuple(draft.sources.get(Field.ADDRESS, ()))]
    draft.put(draft.titles, [columns[_TITLE]] if _TITLE in columns else [], Field.FIRSTNAME, Rule.TITLE)
    draft.put(draft.middles, [columns[_MIDDLE]] if _MIDDLE in columns else [], Field.FIRSTNAME, Rule.MIDDLE)


def _names(draft: Draft, texts: Sequence[Candidate], cells: Sequence[Sequence[str]], phones: Sequence[int]) -> None:
    """Take a column of several words as the full name, else two neighbours before the phone as first and last."""
    if not texts or not phones:
        return
    first = texts[0]
    whole = next(
        (c for c in texts if cell_values.share(cells[c.index], lambda cell: " " in cell.strip()) >= cell_values.MOST),
        None,
    )
    if whole is not None and (whole is first or not _varies(cells[first.index])):
        draft.give(Field.FULLNAME, [whole], Rule.VALUES)
        return
    second = next((candidate for candidate in texts[1:] if candidate.index == first.index + 1), None)
    if second is not None and second.index < phones[0] and _varies(cells[second.index]):
        draft.give(Field.FIRSTNAME, [first], Rule.VALUES)
        draft.give(Field.LASTNAME, [second], Rule.VALUES)
    else:
        draft.give(Field.FULLNAME, [first], Rule.VALUES)


def _varies(cells: Sequence[str]) -> bool:
    """Tell whether a column repeats itself as little as names do: cities, sources and states recur."""
    return len(set(cells)) * 2 > len(cells)
