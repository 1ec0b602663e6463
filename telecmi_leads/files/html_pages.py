"""What a web page shows at a glance, before its rows are read: its worksheets and tables, a log-in, an error."""

from __future__ import annotations

import html
import re
from collections import Counter
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from msgspec import Struct, field

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.core.masking import mask_text
from telecmi_leads.core.patterns import pattern
from telecmi_leads.core.text import safe
from telecmi_leads.files.html_rows import TableRows

if TYPE_CHECKING:
    from telecmi_leads.files.encoding import TextFile

_PIECE = 256 * 1024
_HEAD = 4096
_LANDMARK = pattern(
    r"<tr\s[^<>]{0,2000}?(?P<unseen>display\s*:\s*none|\shidden\b)|<(?P<sheet>(?:ss:)?worksheet\s[^<>]{0,2000})>"
    r"|<(?:\w{1,20}:)?visible>\s*(?P<hidden>sheet(?:very)?hidden)|<(?P<filter>(?:\w{1,20}:)?autofilter)\s"
    r"|<(?:ss:)?row\s[^<>]{0,2000}?ss:(?P<row>hidden)\s*=\s*[\"']?1"
    r"|<(?P<table>table|tr)\b|</(?P<end>(?:ss:)?(?:table|workbook))\s{0,20}>|<input\s[^<>]{0,2000}?type\s*=\s*[\"']?(?P<password>password)"
    r"|<(?P<struck>s|strike|del)[\s>]"
    r"|<(?:title|h1)\b[^<>]{0,200}>(?P<title>[^<]{1,500})",
    re.IGNORECASE,
)
_SHEET_NAME = pattern(r"\s(?:ss:)?name\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_LOG_IN = pattern(r"log ?-?[io]n|sign ?-?in|password|session|expired|unauthori[sz]ed|forbidden|denied", re.IGNORECASE)
_TROUBLE = pattern(r"error|not found|unavailable|bad gateway|time-?out|\b[45]\d\d\b", re.IGNORECASE)
_TAGS = pattern(r"<[^<>]{0,2000}>")
_SAID = 80
_ROWS_OF_A_LIST, _CELLS_OF_A_LIST = 3, 2


class Page(Struct):
    """What a page shows at a glance: its worksheets with whether they are hidden, tables, a field for a password.

    `hidden_rows` are left out, as a browser does; `rows_hidden` are those of a sheet of Excel, `filtered` names the
    sheets that have a filter. `ends` counts the ends of tables, `whole` tells that the end of a workbook is there.
    """

    sheets: dict[str, bool] = field(default_factory=dict)
    filtered: set[str] = field(default_factory=set)
    rows_hidden: Counter[str] = field(default_factory=Counter)
    tables: int = 0
    ends: int = 0
    whole: bool = False
    rows: bool = False
    hidden_rows: int = 0
    struck: int = 0
    password: bool = False
    title: str = ""
    _sheet: str = ""

    def note(self, what: str, text: str) -> None:
        """Note one landmark: a group of _LANDMARK, and what it matched."""
        if what == "sheet":
            named = _SHEET_NAME.search(text)
            self._sheet = html.unescape(named[1] or named[2] or "") if named else ""
            self.sheets[self._sheet] = False
        elif what == "hidden":
            self.sheets[self._sheet] = True
        elif what == "filter":
            self.filtered.add(self._sheet)
        elif what == "row":
            self.rows_hidden[self._sheet] += 1
        elif what == "struck":
            self.struck += 1
        elif what == "password":
            self.password = True
        elif what == "end":
            self.whole = self.whole or "book" in text.casefold()
            self.ends += text.casefold() == "table"
        elif what == "title":
            self.title = self.title or " ".join(html.unescape(text).split())
        else:
            self.tables += text.casefold() == "table"
            self.rows = True
            self.hidden_rows += what == "unseen"


def survey_page(file: TextFile) -> Page:
    """Look through a page for its landmarks."""
    page, rest = Page(), ""
    text = file.open(by_lines=False)
    while piece := text.read(_PIECE):
        piece, end = rest + piece, 0
        for found in _LANDMARK.finditer(piece):
            end = found.end()
            page.note(found.lastgroup or "", found[found.lastgroup or 0])
        # What may be the beginning of a landmark goes before the next piece.
        rest = piece[max(end, len(piece) - _HEAD) :]
    return page


def refuse_other_pages(page: Page, file: TextFile) -> None:
    """Refuse a page without a table of leads: where one has to log in, or that tells of an error."""
    log_in = page.password or _LOG_IN.search(page.title) is not None
    suspect = log_in or _TROUBLE.search(page.title) is not None
    if page.sheets or (page.rows and not (suspect and not _has_a_list(file))):
        return
    title = page.title or " ".join(html.unescape(_TAGS.sub(" ", file.open(by_lines=False).read(_HEAD))).split())
    says = f" that says “{safe(mask_text(title)[:_SAID])}”" if title else ""
    what = "not a list of leads" if page.rows else "and has no table"
    raise SourceUnreadable(
        f"{file.name} is a web page{says}, {what}.",
        hint="Log in on the website, and export the leads again."
        if log_in
        else "Open it in a browser to see what it says, and export the leads again.",
    )


def _has_a_list(file: TextFile) -> bool:
    """Tell whether a page has a table of several rows that have several cells."""
    for _, rows in groupby(TableRows(file), itemgetter(0)):
        filled = sum(1 for _, _, row in rows if sum(map(bool, row)) >= _CELLS_OF_A_LIST)
        if filled >= _ROWS_OF_A_LIST:
            return True
    return False
