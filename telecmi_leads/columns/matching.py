"""A table's column names and first rows → the column match that says which column feeds which field."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from telecmi_leads.columns import cell_values
from telecmi_leads.columns.candidates import Candidate, read_columns
from telecmi_leads.columns.column_match import ColumnChoice, ColumnMatch, Draft, Rule
from telecmi_leads.columns.field_choice import choose_fields, line_labels
from telecmi_leads.columns.header_meaning import Reading, read_name
from telecmi_leads.columns.header_words import words
from telecmi_leads.columns.headerless import choose_unnamed, is_unnamed
from telecmi_leads.columns.lexicon import Head
from telecmi_leads.columns.overrides import ColumnFinder, read_said
from telecmi_leads.core.lead import REJECT_COLUMNS
from telecmi_leads.core.lead_fields import Field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from telecmi_leads.settings.options import FieldOptions

_NAMELESS = Reading(None, Rule.NO_NAME)
_TWO_SURNAMES = frozenset({"apellidos", "apelidos", "sobrenomes", "cognoms", "abizenak"})
_NEARLY_ALL = 0.8


def is_own_report(header: Sequence[str]) -> bool:
    """Tell whether a table was written by this program's report of rejected rows."""
    return set(REJECT_COLUMNS) <= set(header)


def match_columns(
    header: Sequence[str],
    sample: Sequence[Sequence[str]],
    options: FieldOptions,
    *,
    header_found: bool,
    phone_score: Callable[[Sequence[str]], float],
) -> ColumnMatch:
    """Find which column feeds which field.

    `header` are the column names, `sample` the first rows below them (cells as text, ragged rows allowed). Where all
    names are "column 1", "column 2", …, layout and cells decide alone. `header_found` False, for files without a header
    row, lets --map and --set name columns by number and letter. `phone_score` takes cells that hold something and
    returns the share, 0 to 1, that are good numbers. A column match without phone columns is no error here.
    A --map or --set that names a column which isn't there is left out and told in `absent`. Raises ColumnMissing where
    several columns have the name, UsageError for a malformed template.
    """
    own_report = is_own_report(header)
    ignored = frozenset(index for index, name in enumerate(header) if own_report and name in REJECT_COLUMNS)
    cells = cell_values.columns_of(sample, len(header))
    for index in ignored:
        cells[index] = []
    said = read_said(ColumnFinder(header, header_found), options)
    named = not is_unnamed([name for index, name in enumerate(header) if index not in ignored])
    found = (
        read_columns(header, cells, phone_score) if named else [Candidate(at, _NAMELESS) for at in range(len(header))]
    )
    draft = Draft(mapped=frozenset(candidate.head for candidate in found if candidate.index in said.columns))
    found = [_set_aside(candidate, ignored, said.columns) for candidate in found]
    choose = choose_fields if named else choose_unnamed
    choose(draft, found, cells, phone_score)
    said.apply(draft)
    labels = line_labels(header, draft.phones)
    for index in labels.values():
        draft.reasons.setdefault(index, (None, Rule.LABEL, ""))
    return ColumnMatch(
        phones=tuple(draft.phones),
        sources=MappingProxyType({target: tuple(indexes) for target, indexes in draft.sources.items()}),
        addresses=tuple(draft.addresses),
        titles=tuple(draft.titles),
        middles=tuple(draft.middles),
        surnames=tuple(draft.surnames),
        companies=tuple(draft.companies),
        surname_first=_surname_first(draft, header, cells),
        labels=MappingProxyType(labels),
        templates=said.templates,
        fills=MappingProxyType(dict(options.fill)),
        choices=tuple(_choice(draft, candidate, header[candidate.index]) for candidate in found),
        ignored=ignored,
        own_report=own_report,
        served=said.served,
        absent=said.absent,
    )


def _surname_first(draft: Draft, header: Sequence[str], cells: Sequence[Sequence[str]]) -> Mapping[int, int]:
    """Return the columns of full names that put the surname first, since their names or their cells say so.

    Each with the number of surnames: "Apellidos" are two.
    """
    first: dict[int, int] = {}
    for index in draft.sources.get(Field.FULLNAME, ()):
        by_cells = cell_values.share(cells[index], cell_values.like_surname_first) >= _NEARLY_ALL
        if read_name(header[index]).surname_first or by_cells:
            first[index] = 1 if _TWO_SURNAMES.isdisjoint(words(header[index])) else 2
    return MappingProxyType(first)


def _set_aside(candidate: Candidate, ignored: AbstractSet[int], mapped: AbstractSet[int]) -> Candidate:
    """Keep the columns of an earlier report, and those the user has mapped, out of the choice."""
    if candidate.index in ignored:
        return candidate.refused(Rule.OWN_REPORT)
    return candidate.refused(Rule.MAPPED) if candidate.index in mapped else candidate


def _choice(draft: Draft, candidate: Candidate, header: str) -> ColumnChoice:
    """Say what became of a column: what it was given to, else why its name was refused, else that it was not needed."""
    reason = draft.reasons.get(candidate.index)
    if reason is not None:
        return ColumnChoice(candidate.index, header, *reason)
    reading = candidate.reading
    if reading.head is Head.TEST:
        return ColumnChoice(candidate.index, header, None, Rule.FLAG)
    if reading.head is not None:
        return ColumnChoice(candidate.index, header, None, Rule.NOT_NEEDED)
    return ColumnChoice(candidate.index, header, None, reading.rule, reading.word)
