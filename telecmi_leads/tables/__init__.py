"""A sheet's rows → a table: where its header stands, which rows hold data, and what the others are.

headers (which row names the columns) → opening (the table, its rows in blocks) ; rows (what a row without a number is)
"""

from telecmi_leads.tables.opening import Table, open_table
from telecmi_leads.tables.rows import RowKind, may_be_test_lead, row_kind

__all__ = ["RowKind", "Table", "may_be_test_lead", "open_table", "row_kind"]
