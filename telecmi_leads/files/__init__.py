"""A path or standard input → cells. The only part of the program that opens lead files.

opening (gzip unpacked) → workbook, or for texts encoding → one of the formats in the table of readers → sheets of row
blocks. bounds says what a file may hold at most.

encoding decides on a text's characters: codepages weighs those of one byte, concatenated_files finds two encodings in
one file, replacement_characters counts what none can read. Then

- delimited: delimiters finds how cells are parted and quoted, stray_quotes the rows that two quotes swallowed;
- html_tables: html_pages looks at the page as a whole, html_rows reads it;
- vcard: contacts of phones;
- json_files: json_survey finds the lists of leads in a file, json_scanner walks it and json_values decodes it;
  json_leads tells what of it are leads, json_rows makes cells of an object, json_alike of many at once, json_people and
  json_phones tell whose a name or number in it is.

workbook starts a process, workbook_child, which reads for it and loads the modules beside it by their path:
workbook_shell (what kind of file, and is it safe), workbook_parts (zipped workbooks) and workbook_ole2 (XLS), both with
copies that are set right, workbook_cells (values as text), workbook_formats and number_formats (what a number shows
beside its value), workbook_looks (merged, hidden and struck), workbook_formulas (those without a value).
"""

from telecmi_leads.files.opening import check_file, open_source, sheet_names
from telecmi_leads.files.sheets import Sheet, Source

__all__ = ["Sheet", "Source", "check_file", "open_source", "sheet_names"]
