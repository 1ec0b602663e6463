"""The tables of a web page, or of an XML spreadsheet of Excel 2003 → sheets: what portals save as .xls."""

from __future__ import annotations

import codecs
import re
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.core.patterns import pattern
from telecmi_leads.core.text import safe
from telecmi_leads.files.bounds import MAX_TABLES, beyond, in_blocks
from telecmi_leads.files.codepages import LABELS, larger
from telecmi_leads.files.encoding import decoded_as
from telecmi_leads.files.html_pages import refuse_other_pages, survey_page
from telecmi_leads.files.html_rows import TableRows
from telecmi_leads.files.sheets import Sheet, SheetsTold, missing_sheets
from telecmi_leads.settings.option_values import FileFormat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from telecmi_leads.files.encoding import TextFile

_CHARSET = pattern(r"(?:charset|encoding)\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_HEAD = 4096


def read_html(
    file: TextFile, wanted: Sequence[str], marked: Callable[[str], bool], told: SheetsTold
) -> Iterator[Sheet]:
    """Read a page's tables: each that has rows is a sheet. `wanted` (--sheet) are the names of those to read.

    `marked` tells by its name which hidden sheet of an XML spreadsheet is read too, where --sheet names none.
    Raises SourceUnreadable for a page without a table of leads, for a wanted name that is not there, and for what is
    beyond all bounds.
    """
    file = _as_declared(file)
    page = survey_page(file)
    refuse_other_pages(page, file)
    if page.sheets:
        if not page.whole:
            raise SourceUnreadable(
                f"{file.name} is cut off: the workbook in it does not end.", hint="Download or export it again."
            )
        missing_sheets(file.name, "sheet", wanted, page.sheets)
    tables, names = TableRows(file), list[str]()
    unseen = [] if wanted else [name for name, is_hidden in page.sheets.items() if is_hidden]
    told.hidden += filter(marked, unseen)
    hidden = [name for name in unseen if name not in told.hidden]
    notes = (
        *file.encoding.notes,
        *(f"hidden sheet {safe(name)} read too" for name in told.hidden),
        *(f"hidden sheet {safe(name)} skipped" for name in hidden),
        *((f"{page.hidden_rows:,} hidden rows left out",) if page.hidden_rows else ()),
        *((f"text that is struck through ({page.struck:,}) is not read",) if page.struck else ()),
        *(("the page ends within a table: it may be cut off",) if page.ends < page.tables and not page.sheets else ()),
    )
    for number, rows in groupby(tables, itemgetter(0)):
        name = tables.sheets.get(number) or f"table {number}"
        names.append(name)
        if len(names) > MAX_TABLES:
            raise beyond(file.name, f"it has more than {MAX_TABLES:,} tables")
        if name in wanted or (not wanted and name not in hidden):
            yield Sheet(
                file=file.name,
                format=FileFormat.HTML,
                # The only table of a page needs no name: "sheet table 1" in each message would be noise.
                name=None if page.tables <= 1 and name == "table 1" and not wanted else name,
                encoding=file.encoding.label,
                delimiter=None,
                keys=None,
                notes=notes,
                blocks=in_blocks(_with_blank_rows(rows)),
                titles=tuple(filter(None, tables.titles[number])),
                hidden_rows=page.rows_hidden[name] if name in page.filtered else 0,
            )
            notes = file.encoding.notes
        else:
            told.unread.append(name)
    if not page.sheets:
        missing_sheets(file.name, "table", wanted, names)


def _with_blank_rows(rows: Iterator[tuple[int, int, list[str]]]) -> Iterator[list[str]]:
    for _, blank, row in rows:
        if blank:
            nothing: list[str] = []
            yield from (nothing for _ in range(blank))
        else:
            yield row


def _as_declared(file: TextFile) -> TextFile:
    """Take the code page that the page itself names; what is valid UTF-8 or has a byte-order mark needs no name."""
    declared = _CHARSET.search(file.open(by_lines=False).read(_HEAD))
    if declared is None or file.encoding.codec.startswith("utf"):
        return file
    try:
        codec = codecs.lookup(declared[1]).name
        b"a".decode(codec)
    except (LookupError, UnicodeError):  # unknown, or no text encoding
        return file
    # What is not UTF-8 throughout is not UTF-8 either because the page says so: its guess loses fewer letters.
    if codec.startswith("utf"):
        return file
    codec = larger(codec)
    return decoded_as(file, codec, LABELS.get(codec.replace("-", "_"), declared[1].upper()))
