"""A path or standard input → cells. The only part of the program that opens lead files.

opening (gzip unpacked) → workbook, or one of the text formats in the table of readers → sheets of row blocks
"""

from telecmi_leads.files.opening import check_file, open_source, sheet_names
from telecmi_leads.files.sheets import Sheet, Source

__all__ = ["Sheet", "Source", "check_file", "open_source", "sheet_names"]
