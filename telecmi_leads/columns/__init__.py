"""A header and some rows → which column feeds which field, and why.

lexicon → header_meaning (one name) → candidates (held against cells and neighbours) → field_choice → overrides (--map,
--set) → column_match. Matching is by whole names, whole words and head nouns, never by substring. table finds the
header row and what follows it, side_by_side the tables of one sheet; matching composes all. persons tells whose a
column is, phone_companions which codes and countries go with which phone, line_labels what columns say of a number;
marks knows who must not be called, row_kinds and reader_notes which rows are not leads.
"""

from telecmi_leads.columns.column_match import PHONE_HEADS, ColumnChoice, ColumnMatch, Rule, Template
from telecmi_leads.columns.field_choice import is_unnamed, name_beside_number, number_columns
from telecmi_leads.columns.header_meaning import may_title_a_group, names_a_line, read_name
from telecmi_leads.columns.lexicon import Head, is_area_code
from telecmi_leads.columns.line_labels import line_fault, line_rank
from telecmi_leads.columns.overrides import ColumnFinder, pins

__all__ = [
    "PHONE_HEADS",
    "ColumnChoice",
    "ColumnFinder",
    "ColumnMatch",
    "Head",
    "Rule",
    "Template",
    "is_area_code",
    "is_unnamed",
    "line_fault",
    "line_rank",
    "may_title_a_group",
    "name_beside_number",
    "names_a_line",
    "number_columns",
    "pins",
    "read_name",
]
