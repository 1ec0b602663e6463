"""A header and some rows → which column feeds which field, and why; and which rows below are no leads.

    words       lexicon (folding, phrases) → meanings (what a phrase can mean)
    one name    header_meaning → reading (head, rule, rank); name_parts, line_labels, phone_companions
    a column    candidates holds names against cell_values and neighbours; persons, only_persons, recipients and
                nested_people tell whose it is, sure_names which of several is surely a name,
                call_sides which end of a call is the customer's
    fields      field_choice → overrides (--map, --set with templates) → column_match; untold_regions finds codes
                and countries by their cells; column_doubts tells what is uncertain
    a table     table finds the header row; side_by_side several tables of a sheet, widths their columns, sampling
                the rows that are looked at, unread_tables what would be passed over, sheet_names what may be no
                leads; matching composes all
    rows        row_kinds, total_lines and reader_notes tell which are no leads
    marks       marks tells who must not be called, by mark_words, mark_cells, mark_consent and mark_sections

Matching is by whole names, whole words and head nouns, never by substring.
"""

from telecmi_leads.columns.column_match import ColumnMatch
from telecmi_leads.columns.field_choice import name_beside_number, number_columns
from telecmi_leads.columns.line_labels import line_fault, line_rank
from telecmi_leads.columns.overrides import ColumnFinder, pins
from telecmi_leads.columns.reading import Rule

__all__ = [
    "ColumnFinder",
    "ColumnMatch",
    "Rule",
    "line_fault",
    "line_rank",
    "name_beside_number",
    "number_columns",
    "pins",
]
