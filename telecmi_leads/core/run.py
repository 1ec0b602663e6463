"""Runs: their states, figures, summary, and what happens in one as events. Values only, frozen.

Closed sets are enums of stable codes.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.lead import LeftOutKind, RowTotals, TableInfo


SANDBOX_ACCOUNT = "sandbox"
"""The ledger's account of `--sandbox`: one for all such runs, so that names and resuming work as in earnest."""


class RunState(StrEnum):
    """A run in the ledger: a plan becomes visible only when it is whole.

    REFUSED is a whole plan that must not be sent: it stays until its reports are written.
    """

    PREPARING = "preparing"
    PLANNED = "planned"
    FINISHED = "finished"
    REFUSED = "refused"

    @property
    def kept(self) -> bool:
        """Tell whether the run's people and names count: it may be sent, or was."""
        return self in {RunState.PLANNED, RunState.FINISHED}


class RunStatus(StrEnum):
    """The word for a run's end, in the JSON output."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    UNFINISHED = "unfinished"
    REFUSED = "refused"
    FAILED = "failed"


class LeadTotals(Struct, frozen=True):
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

    def to_send(self, by_hand: int) -> int:
        """Return how many leads `resume` sends: what is unsent or unknown, but not what only a person settles."""
        return self.unsent + self.unknown - by_hand

    @property
    def status(self) -> RunStatus:
        """The word for a run whose leads stand so."""
        if self.unsent or self.unknown or self.unverified:
            return RunStatus.UNFINISHED
        if not self.refused:
            return RunStatus.COMPLETE
        return RunStatus.PARTIAL if self.accepted else RunStatus.REFUSED


class Suggested(StrEnum):
    """The commands that are printed for a person to type next. The table of options says which option each repeats."""

    AGAIN = "again"
    """The command that ended, once more: with all of its options."""
    RESUME = "resume"
    RESOLVE = "resolve"
    """With --not-uploaded, which sends."""
    SETTLE = "settle"
    """`resolve` with --accepted, which sends nothing."""
    UPLOAD_REJECTS = "upload-rejects"
    """`upload` of a reject file, which has the columns of the input."""
    UPLOAD_REFUSED = "upload-refused"
    """`upload` of refused.csv, which has the API's columns."""
    CHECK = "check"
    COLUMNS = "columns"
    VALIDATE = "validate"
    RUNS = "runs"
    REPORT = "report"


class TypedOption(Struct, frozen=True):
    """An option as it was typed: its name in the table, its arguments, and the suggested commands that repeat it."""

    name: str
    arguments: tuple[str, ...]
    repeated: tuple[Suggested, ...]


class Typed(Struct, frozen=True):
    """A command line: its options and input files. What came from files and the environment comes again anyway."""

    options: tuple[TypedOption, ...] = ()
    files: tuple[str, ...] = ()

    def of(self, command: Suggested) -> tuple[str, ...]:
        """Return the arguments that a suggested command repeats."""
        return tuple(argument for option in self.options if command in option.repeated for argument in option.arguments)

    def without(self, *names: str) -> Typed:
        """Return the command line without these options."""
        return Typed(tuple(option for option in self.options if option.name not in names), self.files)

    def has(self, name: str, command: Suggested) -> bool:
        """Tell whether a suggested command repeats this option."""
        return any(option.name == name and command in option.repeated for option in self.options)

    def after(self, earlier: Typed) -> Typed:
        """Return what was typed now and, for options that were not, what had been when the run was planned."""
        # What is typed now wins. What was typed then stays, so that `resume` needs no more than the run's id.
        merged = {option.name: option for option in (*earlier.options, *self.options)}
        return Typed(tuple(merged.values()), self.files or earlier.files)


class ListsRead(Struct, frozen=True):
    """The do-not-call lists that a run was planned with: they are read again before anything more of it is sent.

    `files` are absolute paths, `max_age` is --exclude-max-age in seconds, and `region` that of their national numbers.
    """

    files: tuple[str, ...] = ()
    max_age: float | None = None
    region: str | None = None


class KnownBefore(Struct, frozen=True):
    """How many people of a plan the ledger knew: `uploaded` before, in the `campaigns` (of many the newest, by name).

    `waiting` are those who waited in other unfinished runs when the run was planned.
    """

    uploaded: int = 0
    campaigns: tuple[str, ...] = ()
    waiting: int = 0


class RunRecord(Struct, frozen=True):
    """A run as the ledger knows it. `account` is the key of settings.Account, never the secret.

    `pattern` is the name as it was typed, with {date} in it: the same command on another day has the same. `audience`
    counts the leads by "country" (region), "type" (PhoneType) and "timezone" (IANA name): taken when the run is
    planned, since the leads themselves leave the ledger on acceptance; empty where nobody counted. `typed` is what was
    typed of its options, `lists` the do-not-call lists it was planned with, `known` whom the ledger knew then. Of its
    leads that are not proven yet, `in_doubt` are those whose refusal --isolate settles, `by_hand` those that it could
    not settle, so that only a person can.
    """

    id: str
    account: str
    name: str
    created: datetime
    state: RunState
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
    pattern: str = ""
    lists: ListsRead = field(default_factory=ListsRead)
    known: KnownBefore = field(default_factory=KnownBefore)
    in_doubt: int = 0
    by_hand: int = 0

    @property
    def goes_on(self) -> bool:
        """Tell whether `resume` has something to do: not only campaigns that wait for a person."""
        return self.leads.to_send(self.by_hand) > 0


class Problem(Struct, frozen=True):
    """An error as the summary and the JSON output show it."""

    code: str
    message: str
    hint: str = ""


class LeftOutCount(Struct, frozen=True):
    """How many rows were left out for one reason, and the first of them as it is in the file.

    `code` is a rejection's code or a list's name. `place` says where the row is, in words; `column` and `cell` are at
    fault, or `phone` is the row's number. `kept` is LeftOutRow's.
    """

    kind: LeftOutKind
    code: str
    rows: int
    place: str = ""
    column: str = ""
    cell: str = ""
    phone: str = ""
    kept: str = ""


class RegionGuess(Struct, frozen=True):
    """The likely country of numbers without a country code: of so many `tried`, how many would be `valid` there."""

    region: str
    country: str
    valid: int
    tried: int


class RunEnd(Struct, frozen=True):
    """How one of several runs ended."""

    run: str
    name: str
    status: RunStatus
    exit_code: int


class RunSummary(Struct, frozen=True):
    """All that is said at the end of a command that prepares or sends leads: the JSON object of the contract.

    `audience` and `account` are RunRecord's. `excluded` counts the excluded rows by do-not-call list, once the reports
    are written. `typed` is what the commands suggested at the end repeat of the one that ends. `warnings` are what
    deserves a look although the command went on, as sentences; `warning_codes` counts them by WarningCode.

    `sandbox` tells that nothing reached TeleCMI. `uploaded_before` counts the people whom this account has uploaded
    before, left out or not, in the campaigns `uploaded_in`, by name; `waiting_elsewhere` those who wait in another
    unfinished run, and `settling` are the commands that settle that where they were left out. `left_out` says why rows
    were left out, the most frequent reason first; it is there once the reports are written. `runs` are the runs that
    one `resume` went on with. `beside` says what became of files that lay in the report folder before.
    `guess` is the likely country of rows that were rejected since none is set. A run that is `resumed` has told of its
    rows before.
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
    warning_codes: Mapping[str, int] = field(default_factory=dict)
    sandbox: bool = False
    uploaded_before: int = 0
    uploaded_in: tuple[str, ...] = ()
    waiting_elsewhere: int = 0
    left_out: tuple[LeftOutCount, ...] = ()
    settling: tuple[str, ...] = ()
    runs: tuple[RunEnd, ...] = ()
    guess: RegionGuess | None = None
    beside: tuple[str, ...] = ()
    resumed: bool = False


# --- what happens while a run is prepared and sent, for the console to show -------------------------


class TableOpened(Struct, frozen=True):
    """A table's header was found and its columns are matched; `marks` are those that mark people not to call.

    `rows_before` are the rows of the input above it, those of tables that are not read among them.
    """

    table: TableInfo
    columns: Mapping[str, tuple[str, ...]]
    marks: tuple[str, ...] = ()
    rows_before: int = 0


class RowsPrepared(Struct, frozen=True):
    """So many rows of the input have been read and cleaned, in all, and so many are leads."""

    rows: int
    leads: int


class CampaignSending(Struct, frozen=True):
    """A campaign's request is about to leave."""

    campaign: CampaignRecord


class CampaignSettled(Struct, frozen=True):
    """A campaign has reached the state in which this run leaves it; `replaced` are its parts that are no more."""

    campaign: CampaignRecord
    replaced: tuple[int, ...] = ()


class CampaignWaiting(Struct, frozen=True):
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
    NAME_TAKEN = "name_taken"
    NO_CONNECTION = "no_connection"


class RunStopping(Struct, frozen=True):
    """No further request will be made; those in flight may still end. `why` says it in words."""

    cause: StopCause
    why: str


UploadEvent = CampaignSending | CampaignSettled | CampaignWaiting | RunStopping
