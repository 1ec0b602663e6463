"""A header and some rows → which column feeds which field, and why.

lexicon → header_meaning (one name) → candidates (held against cells and neighbours) → field_choice → overrides (--map,
--set) → column_match. Matching is by whole names, whole words and head nouns, never by substring. table finds the
header row and what follows it, side_by_side the tables of one sheet; matching composes all. persons tells whose a
column is, phone_companions which codes and countries go with which phone, line_labels what columns say of a number;
marks knows who must not be called, row_kinds and reader_notes which rows are not leads.
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
