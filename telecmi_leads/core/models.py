"""What the program talks about: rows, leads, rejections, campaigns, outcomes, runs.

Values only: nothing here reads, writes or decides. Everything is frozen; closed sets are enums whose
values are the stable codes of the JSON output and the report files.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import Enum, StrEnum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

SANDBOX_ACCOUNT = "sandbox"
"""The ledger's account of `--sandbox`: one for all such runs, so that names and resuming work as in earnest."""


# --- rows ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TableInfo:
    """Where rows came from and how they were read; one for each header found in a file.

    `header` holds the column names as they stand in the file, "" where a column has none; without a
    header row they are "column 1", "column 2", … and `header_row` is None. `sheet` is None for formats without sheets.
    """

    file: str
    format: str
    header: tuple[str, ...]
    header_row: int | None
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowBlock:
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
"""Stands in a refused campaign where a person was, who has been forgotten."""


class Reason(Enum):
    """Why a row is rejected: `code` (stable), `says` (for a person), `tip` (how to mend it)."""

    NO_PHONE = ("no_phone", "there is no phone number in the row", "Fill in a number, or delete the row.")
    NO_REGION = (
        "no_region",
        "the number has no country code and no region is set",
        "Set --region (such as IN) or TELECMI_REGION, or write the number with + and its country code.",
    )
    DIGITS_LOST = (
        "digits_lost",
        "Excel has replaced the last digits by an exponent",
        "The digits are gone from this file: export it again with the column formatted as text.",
    )
    MASKED = ("masked", "some digits are masked", "Get the whole number from where the list comes from.")
    LETTERS = (
        "letters",
        "there are letters among the digits",
        "Correct the number; an O may be a zero and an l a one.",
    )
    NOT_A_NUMBER = ("not_a_number", "this is not a phone number", "Put the phone number into this column.")
    TOO_SHORT = ("too_short", "the number is too short", "Add the missing digits or the area code.")
    TOO_LONG = ("too_long", "the number is too long", "Remove what does not belong to the number.")
    NOT_VALID = (
        "not_valid",
        "no such number exists in its country",
        "Check the digits and the country code; if the row is from another country, write + and its code.",
    )
    UNKNOWN_COUNTRY_CODE = (
        "unknown_country_code",
        "the country code does not exist",
        "Correct the digits after the plus.",
    )
    JUNK = ("junk", "this is filler, not a number", "Replace it by the real number, or delete the row.")
    EMERGENCY = ("emergency", "this is an emergency number", "Delete the row.")
    PREMIUM = (
        "premium",
        "calls to this number are charged at a premium rate",
        "Delete the row, or use --allow-premium if it is meant to be called.",
    )
    WRONG_TYPE = (
        "wrong_type",
        "the number is not of a type that --types allows",
        "Find a number of the wanted type, or widen --types.",
    )
    NO_NAME = ("no_name", "there is no name in the row", "Fill in a name, or use --fill firstname=….")
    NO_LAST_NAME = (
        "no_last_name",
        "there is no last name in the row, and --no-fill is set",
        "Fill in a last name, or leave --no-fill away.",
    )
    NO_FIRST_NAME = (
        "no_first_name",
        "there is no first name in the row, and --no-fill is set",
        "Fill in a first name, or leave --no-fill away.",
    )
    TEST_LEAD = ("test_lead", "this is the ad platform's test lead", "Nothing to do: nobody is behind it.")
    TOO_MANY_CELLS = (
        "too_many_cells",
        "the row has more cells than the header has columns",
        "A value probably holds the delimiter: put it in quotes.",
    )
    UNREADABLE_TEXT = (
        "unreadable_text",
        "the row holds text that can't be written as UTF-8",
        "Correct the characters in the file.",
    )

    def __init__(self, code: str, says: str, tip: str) -> None:
        self.code = code
        self.says = says
        self.tip = tip


class Repair(StrEnum):
    """What was mended on the way; counted once for each cell and kind."""

    PUNCTUATION = "punctuation"
    INVISIBLE = "invisible_characters"
    OTHER_DIGITS = "other_digits"
    INTERNATIONAL_PREFIX = "international_prefix"
    TRUNK_PREFIX = "trunk_prefix"
    MISSING_PLUS = "missing_plus"
    LEADING_QUOTE = "leading_quote"
    FORMULA = "formula_wrapper"
    LINK = "link_prefix"
    EXTENSION = "extension_dropped"
    DECIMAL = "trailing_decimal"
    TRAILING_WORDS = "trailing_words"
    SEVERAL_NUMBERS = "several_numbers"
    DIAL_CODE = "dial_code_joined"
    OTHER_COLUMN = "other_phone_column"
    NAME_SPLIT = "name_split"
    NAME_FILLED = "name_filled"
    EMAIL_DROPPED = "email_dropped"
    ORDER_DROPPED = "order_index_dropped"
    TEXT_CLEANED = "text_cleaned"


class LeftOutKind(StrEnum):
    """Which heap a row lies on that did not become a lead; the keys of "rows" in the JSON output."""

    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    EXCLUDED = "excluded"
    ALREADY_UPLOADED = "already_uploaded"


class LeftOutRow(msgspec.Struct, frozen=True, gc=False):
    """A row that did not become a lead.

    `table` is the index of its TableInfo in the run. `code` is a Reason's code for a rejection, the exclude
    list's name for an exclusion, else "". `column` names the column at fault. `phone` is E.164 digits, "" where there
    is none. `cells` are the original cells, for rejections only.
    """

    table: int
    row: int
    kind: LeftOutKind
    code: str = ""
    column: str = ""
    phone: str = ""
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowTotals:
    """Where every input row went. `balanced()` is the promise of the summary."""

    read: int = 0
    blank: int = 0
    rejected: int = 0
    duplicate: int = 0
    excluded: int = 0
    already_uploaded: int = 0
    leads: int = 0

    def balanced(self) -> bool:
        """Tell whether each row read lies on exactly one heap."""
        heaps = self.blank + self.rejected + self.duplicate + self.excluded + self.already_uploaded + self.leads
        return self.read == heaps


# --- campaigns and outcomes ---------------------------------------------------------------------


class CampaignStatus(StrEnum):
    """A campaign's state in the ledger. `SENDING` reads as `UNKNOWN` to everyone but its own process."""

    UNSENT = "unsent"
    SENDING = "sending"
    ACCEPTED = "accepted"
    UNVERIFIED = "unverified"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class StagedCampaign:
    """A planned campaign with the request's bytes, frozen: all of the body but the secret.

    `digest` is the SHA-256 of the leads alone, so that it is the same whatever the campaign's name.
    """

    number: int
    group: str
    name: str
    leads: int
    digest: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class CampaignRecord:
    """A campaign as the ledger knows it. `seconds` is the time its requests took, pauses not counted.

    `parent` is the name of the campaign that was halved into this one by --isolate; a halved campaign itself has
    `split` set and its leads count with its halves.
    """

    id: int
    number: int
    group: str
    name: str
    leads: int
    status: CampaignStatus
    code: int | None = None
    message: str = ""
    attempts: int = 0
    seconds: float = 0.0
    confirmed_by_name: bool = False
    started: datetime | None = None
    parent: str | None = None
    split: bool = False


class OutcomeKind(StrEnum):
    """What one request came to; `client.py` classifies, `uploading.py` decides what follows."""

    ACCEPTED = "accepted"
    NAME_EXISTS = "name_exists"
    REFUSED = "refused"
    ACCOUNT = "account"
    NOT_SENT = "not_sent"
    BUSY = "busy"
    UNKNOWN_CONNECTION = "unknown_connection"
    UNKNOWN_SERVER = "unknown_server"
    INTERRUPTED = "interrupted"
    MISDIRECTED = "misdirected"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The classified result of one request.

    ACCEPTED: in. NAME_EXISTS: 400 "Lead Name Already Exists". REFUSED: 400, 422 or 413. ACCOUNT: 404.
    NOT_SENT: provably never left the machine (`retryable` False for a certificate that fails).
    BUSY: 429, or 503 with Retry-After. UNKNOWN_CONNECTION: a time-out, a lost connection, an answer that
    can't be read. UNKNOWN_SERVER: any other 5xx, or a code that nobody has documented.
    INTERRUPTED: the process died between intent and result. MISDIRECTED: a redirect, which is not followed, or
    another 4xx that is not in the service's form: a proxy, a firewall, a wrong base URL.

    `code` is the body's code, else the HTTP status; `message` the service's words, trimmed and bounded;
    `retry_after`, the pause that the service asks for, and `seconds` are in seconds.
    """

    kind: OutcomeKind
    code: int | None = None
    message: str = ""
    retry_after: float | None = None
    retryable: bool = True
    seconds: float = 0.0

    @property
    def unknown(self) -> bool:
        """Tell whether the request may or may not have been applied."""
        return self.kind in _UNKNOWN


_UNKNOWN = frozenset({OutcomeKind.UNKNOWN_CONNECTION, OutcomeKind.UNKNOWN_SERVER, OutcomeKind.INTERRUPTED})


# --- runs ---------------------------------------------------------------------------------------


class RunState(StrEnum):
    """A run in the ledger: a plan becomes visible only when it is whole.

    REFUSED is a whole plan that must not be sent: it stays until its reports are written.
    """

    PREPARING = "preparing"
    PLANNED = "planned"
    FINISHED = "finished"
    REFUSED = "refused"


class RunStatus(StrEnum):
    """The word for a run's end, in the JSON output."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    UNFINISHED = "unfinished"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class LeadTotals:
    """Where every lead stands. Accepted means proven; nothing else counts as a success."""

    accepted: int = 0
    unverified: int = 0
    refused: int = 0
    unknown: int = 0
    unsent: int = 0

    @property
    def total(self) -> int:
        """All leads of the run."""
        return self.accepted + self.unverified + self.refused + self.unknown + self.unsent

    @property
    def status(self) -> RunStatus:
        """The word for a run whose leads stand so."""
        if self.unsent or self.unknown or self.unverified:
            return RunStatus.UNFINISHED
        if not self.refused:
            return RunStatus.COMPLETE
        return RunStatus.PARTIAL if self.accepted else RunStatus.REFUSED


@dataclass(frozen=True, slots=True)
class Typed:
    """Options of a command line, as arguments, that the commands suggested after it need too.

    `anywhere` says where settings are, which every command takes; `service` is for those that reach it. `lists` names
    do-not-call lists, and `region` is needed where they or leads are read. `preparing` is for `upload`, and `columns`
    where it reads the columns of the first input.
    """

    anywhere: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    preparing: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()

    def after(self, earlier: Typed) -> Typed:
        """Return what was typed now, and where nothing was, what had been typed when the run was planned."""
        now = {each.name: getattr(self, each.name) or getattr(earlier, each.name) for each in fields(self)}
        return Typed(**now)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run as the ledger knows it. `account` is the key of settings.Account, never the secret.

    `digest` tells the content: the same leads in the same campaigns give the same digest, whatever the numbering.
    `source` tells it before the do-not-call lists, b"" where there were none: the same file, cut in the same way.
    `audience` counts the leads by "country" (region), "type" (PhoneType) and "timezone" (IANA name): taken when the
    run is planned, since the leads themselves leave the ledger on acceptance; empty where nobody counted. `typed` is
    what was typed of its options.
    """

    id: str
    account: str
    name: str
    created: datetime
    state: RunState
    digest: bytes
    rows: RowTotals
    leads: LeadTotals
    campaigns: int
    rejections: Mapping[str, int] = field(default_factory=dict)
    repairs: Mapping[str, int] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    report_dir: str = ""
    dry_run: bool = False
    audience: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    typed: Typed = field(default_factory=Typed)
    source: bytes = b""


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as the summary and the JSON output show it."""

    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """All that is said at the end of a command that prepares or sends leads: the JSON object of the contract.

    `audience` and `account` are RunRecord's. `excluded` counts the excluded rows by do-not-call list, once the reports
    are written. `typed` is what the commands suggested at the end repeat of the one that ends. `warnings` are what
    deserves a look although the command went on, as sentences.
    """

    run: str | None
    name: str | None
    dry_run: bool
    status: RunStatus
    exit_code: int
    rows: RowTotals
    leads: LeadTotals
    rejections: Mapping[str, int]
    repairs: Mapping[str, int]
    skipped: Mapping[str, int]
    campaigns: tuple[CampaignRecord, ...]
    tables: tuple[TableInfo, ...]
    reports: Mapping[str, str]
    error: Problem | None = None
    excluded: Mapping[str, int] = field(default_factory=dict)
    audience: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    account: str = ""
    typed: Typed = field(default_factory=Typed)
    warnings: tuple[str, ...] = ()


# --- events -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TableOpened:
    """A table's header was found and its columns are matched."""

    table: TableInfo
    columns: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class RowsPrepared:
    """So many rows of the input have been read and cleaned, in all, and so many are leads."""

    rows: int
    leads: int


@dataclass(frozen=True, slots=True)
class CampaignSending:
    """A campaign's request is about to leave."""

    campaign: CampaignRecord
    attempt: int


@dataclass(frozen=True, slots=True)
class CampaignSettled:
    """A campaign has reached the state in which this run leaves it."""

    campaign: CampaignRecord


@dataclass(frozen=True, slots=True)
class CampaignWaiting:
    """A campaign will be tried again after a pause of `seconds`; `why` says it in words."""

    campaign: CampaignRecord
    seconds: float
    why: str


class StopCause(StrEnum):
    """Why a run ends before every campaign is settled."""

    INTERRUPTED = "interrupted"
    TERMINATED = "terminated"
    ACCOUNT_REFUSED = "account_refused"
    SERVICE_FAILING = "service_failing"
    MAX_WAIT = "max_wait"
    MISDIRECTED = "misdirected"
    NO_CONNECTION = "no_connection"


@dataclass(frozen=True, slots=True)
class RunStopping:
    """No further request will be made; those in flight may still end. `why` says it in words."""

    cause: StopCause
    why: str


UploadEvent = CampaignSending | CampaignSettled | CampaignWaiting | RunStopping
