"""Rows as files hold them, the leads that come of them, and the rows that were left out. Values only."""

from __future__ import annotations

from enum import StrEnum

import msgspec
from msgspec import Struct

REJECT_COLUMNS = ("reject_row", "reject_code", "reject_reason", "reject_tip")
"""The columns that a rejects file has beside the original ones; ignored when it is read again."""

REFUSED_COLUMNS = (
    "campaign",
    "firstname",
    "lastname",
    "phone",
    "email",
    "comment",
    "address",
    "city",
    "country",
    "order_index",
    "dial_code",
)
"""What refused.csv has before the columns of a rejects file: whose lead it is, the API's fields, the calling code."""

REJECT_SHEET = "To correct"
"""The sheet of a rejects workbook whose rows come from one table."""

MAX_CAMPAIGN_LEADS = 1000
"""The service takes at most this many leads a request (documented for v3/leads/add)."""


class Field(StrEnum):
    """What a column can feed: the API's nine fields, a full name to be split, and a dial code to be joined."""

    FIRSTNAME = "firstname"
    LASTNAME = "lastname"
    PHONE = "phone"
    EMAIL = "email"
    COMMENT = "comment"
    ADDRESS = "address"
    CITY = "city"
    COUNTRY = "country"
    ORDER_INDEX = "order_index"
    FULLNAME = "fullname"
    DIALCODE = "dialcode"


class TableInfo(Struct, frozen=True):
    """Where rows came from and how they were read; one for each header found in a file.

    `header` holds the column names as they stand in the file, "" where a column has none; without a
    header row they are "column 1", "column 2", … and `header_row` is None. `sheet` is None for formats without sheets.
    `hidden_rows` of its rows are hidden by a filter. `title` is what says above the header that the people below it
    must not be called.
    """

    file: str
    format: str
    header: tuple[str, ...]
    header_row: int | None
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    notes: tuple[str, ...] = ()
    hidden_rows: int = 0
    title: str = ""


class RowBlock(Struct, frozen=True):
    """Consecutive rows of one table: every cell a str, as typed, "" where empty; rows may be ragged.

    Row i stands in row `first_row + i` of its file or sheet, counted from 1 as a spreadsheet counts
    (header, banner and blank rows included; a record with quoted newlines is one row).
    """

    first_row: int
    rows: list[list[str]]


class Lead(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One lead as the API takes it: `phone` is E.164 without the plus; empty optional fields are left out.

    A msgspec struct and not a dataclass: a million are made and encoded in well under a second.
    """

    firstname: str
    lastname: str
    phone: str
    email: str = ""
    comment: str = ""
    address: str = ""
    city: str = ""
    country: str = ""
    order_index: int | None = None


NOBODY = Lead("", "", "")
"""Takes the place of a person who has been forgotten in a refused campaign, and of everybody in a trial."""


class LeftOutKind(StrEnum):
    """How a row that did not become a lead is counted; the values are keys of "rows" in the JSON output."""

    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    EXCLUDED = "excluded"
    ALREADY_UPLOADED = "already_uploaded"

    @property
    def phone_in_clear(self) -> bool:
        """Tell whether the ledger keeps the row's number as it is; those of people who are uploaded are sealed."""
        return self in {LeftOutKind.REJECTED, LeftOutKind.EXCLUDED}


class LeftOutRow(msgspec.Struct, frozen=True, gc=False):
    """A row that did not become a lead.

    `table` is the index of its TableInfo in the run. `code` is a Reason's code for a rejection, for an exclusion the
    name of the exclude list, or of the column or sheet that marks the row, else "". `column` names the column at fault,
    or the one or the sheet that marks the row. `phone` is E.164 digits, "" where there
    is none. `cells` are the original cells, for rejections only. `kept` names what has the number instead: the row
    that stays of a duplicate, or the campaign in which it is, since `when`; "" where that is not known.
    """

    table: int
    row: int
    kind: LeftOutKind
    code: str = ""
    column: str = ""
    phone: str = ""
    cells: tuple[str, ...] = ()
    kept: str = ""
    when: str = ""


class RowTotals(Struct, frozen=True):
    """Where every input row went. `balanced()` is the promise of the summary."""

    read: int = 0
    blank: int = 0
    rejected: int = 0
    duplicate: int = 0
    excluded: int = 0
    already_uploaded: int = 0
    leads: int = 0

    def balanced(self) -> bool:
        """Tell whether each row read is counted exactly once."""
        left_out = self.rejected + self.duplicate + self.excluded + self.already_uploaded
        return self.read == self.blank + left_out + self.leads
