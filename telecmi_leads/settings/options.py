"""Every option, declared once: its name, type, default, check and help.

The command line, the TOML profiles and the README's reference are all made from these dataclasses, so
that an option exists everywhere or nowhere. A field's name is its long option with `_` for `-`
(`max_rejects` is `--max-rejects` and the TOML key `max_rejects` or `max-rejects`). Values arrive as text
(or as TOML's bool, number or list) and pass the field's `parse` once; from there on they are typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any, ClassVar

from telecmi_leads.core.lead_fields import MAX_CAMPAIGN_LEADS, Field

if TYPE_CHECKING:
    from collections.abc import Callable


class FileFormat(StrEnum):
    """What --format accepts. Without it the content decides."""

    CSV = "csv"
    XLSX = "xlsx"
    XLS = "xls"
    XLSB = "xlsb"
    ODS = "ods"
    JSON = "json"
    JSONL = "jsonl"
    HTML = "html"
    VCF = "vcf"


class PhoneType(StrEnum):
    """What --types accepts: the names of phonenumbers' PhoneNumberType, in lower case."""

    FIXED_LINE = "fixed_line"
    MOBILE = "mobile"
    FIXED_LINE_OR_MOBILE = "fixed_line_or_mobile"
    TOLL_FREE = "toll_free"
    PREMIUM_RATE = "premium_rate"
    SHARED_COST = "shared_cost"
    VOIP = "voip"
    PERSONAL_NUMBER = "personal_number"
    PAGER = "pager"
    UAN = "uan"
    VOICEMAIL = "voicemail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RejectLimit:
    """How many rejected rows are too many: a share of the rows read, in percent, or a number of rows."""

    percent: float | None = None
    rows: int | None = None

    def exceeded(self, rejected: int, read: int) -> bool:
        """Tell whether `rejected` of `read` rows is over the limit."""
        if self.rows is not None:
            return rejected > self.rows
        return self.percent is not None and rejected * 100 > self.percent * read

    def __str__(self) -> str:
        return str(self.rows) if self.rows is not None else f"{self.percent:g}%"


@dataclass(frozen=True, slots=True)
class Age:
    """An age to look back: `None` means ever."""

    span: timedelta | None

    def __str__(self) -> str:
        return "ever" if self.span is None else f"{self.span.total_seconds() / 86400:g}d"


# --- checks: text in, typed value out, ValueError with a sentence otherwise -----------------------

_SPAN = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[smhdw]?)", re.IGNORECASE)
_UNIT_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def seconds(text: str) -> float:
    """Read a pause: `30`, `30s`, `5m`, `1.5h` → seconds."""
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise ValueError("give seconds, or a number with s, m or h, such as 30s or 5m")
    return float(match["number"]) * _UNIT_SECONDS[match["unit"].lower()]


def positive_seconds(text: str) -> float:
    """Read a pause that must be longer than nothing."""
    value = seconds(text)
    if value <= 0:
        raise ValueError("it must be more than 0 seconds")
    return value


def age(text: str) -> timedelta:
    """Read an age: `7d`, `12h`, `2w`; a bare number counts days."""
    text = text.strip()
    try:
        return timedelta(seconds=positive_seconds(f"{text}d" if text.isdigit() else text))
    except (ValueError, OverflowError):
        raise ValueError("give a number with h, d or w, such as 12h, 7d or 2w") from None


def age_or_ever(text: str) -> Age | None:
    """Read `ever` or an age; None for the `false` by which a profile undoes what the top level says."""
    if text.strip().lower() == "false":
        return None
    return Age(None) if text.strip().lower() in {"ever", "true"} else Age(age(text))


def whole(low: int, high: int | None = None) -> Callable[[str], int]:
    """Make a check for a whole number from `low` to `high`."""

    def parse(text: str) -> int:
        bounds = f"from {low} to {high}" if high is not None else f"of at least {low}"
        try:
            value = int(text)
        except ValueError:
            raise ValueError(f"give a whole number {bounds}") from None
        if value < low or (high is not None and value > high):
            raise ValueError(f"give a whole number {bounds}")
        return value

    return parse


def rate(text: str) -> float:
    """Read a number of requests a second, more than 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise ValueError("give a number of requests a second, such as 5 or 0.5")
    return value


def reject_limit(text: str) -> RejectLimit:
    """Read `200` or `5%`."""
    text = text.strip()
    try:
        if not text.endswith("%"):
            return RejectLimit(rows=whole(0)(text))
        percent = float(text[:-1])
    except ValueError:
        percent = -1.0
    if not 0 <= percent <= 100:  # noqa: PLR2004 - percent
        raise ValueError("give a number of rows such as 200, or a share such as 5%")
    return RejectLimit(percent=percent)


def region(text: str) -> str:
    """Read a two-letter region (CLDR), such as IN; phonenumbers checks it later that it exists."""
    text = text.strip().upper()
    if not re.fullmatch(r"[A-Z]{2}", text):
        raise ValueError("give a country's two letters, such as IN, GB or AE")
    return text


def phone_types(text: str) -> frozenset[PhoneType]:
    """Read `mobile` or `mobile,fixed_line`."""
    try:
        return frozenset(PhoneType(part.strip().lower().replace("-", "_")) for part in text.split(","))
    except ValueError:
        raise ValueError(f"give one or more of {', '.join(PhoneType)}, separated by commas") from None


def file_format(text: str) -> FileFormat:
    """Read a format's name, with or without a leading dot."""
    try:
        return FileFormat(text.strip().lower().lstrip(".").replace("xlsm", "xlsx").replace("ndjson", "jsonl"))
    except ValueError:
        raise ValueError(f"give one of {', '.join(FileFormat)}") from None


def field_and_text(text: str) -> tuple[Field, str]:
    """Read `FIELD=TEXT`."""
    name, equals, value = text.partition("=")
    try:
        parsed = Field(name.strip().lower())
    except ValueError:
        parsed = None
    if parsed is None or not equals:
        import difflib  # noqa: PLC0415 - for a hint alone

        near = difflib.get_close_matches(name.strip().lower(), list(Field), n=1) if parsed is None else []
        meant = f"did you mean {near[0]}? " if near else ""
        raise ValueError(f"{meant}{'Give' if meant else 'give'} FIELD=VALUE, where FIELD is one of {', '.join(Field)}")
    return parsed, value


# A format may come from a file in somebody's folder: no attribute is looked up, no width of a gigabyte filled.
_IN_NAMES = re.compile(r"(?:name|group|digest):|number:(?:0?[1-9]?d?)?")


def name_format(text: str) -> str:
    """Check a campaign's name format: it must tell one campaign from the next."""
    try:
        fields = [(name, spec or "", how) for _, name, spec, how in Formatter().parse(text) if name is not None]
    except ValueError:
        fields = [("", "", None)]
    if not all(how is None and _IN_NAMES.fullmatch(f"{name}:{spec}") for name, spec, how in fields):
        raise ValueError("it may hold {name}, {number}, {number:03d}, {digest} and {group}, and nothing else in braces")
    names = {text.format(name="n", number=number, digest=f"{number:08x}", group="g") for number in (1, 2)}
    if len(names) == 1:
        raise ValueError("it must hold {number} or {digest}, or all campaigns would have one name")
    return text


# --- declaring ----------------------------------------------------------------------------------


def option(  # noqa: PLR0913 - one keyword for each thing a declaration can say
    default: Any,  # noqa: ANN401 - the field's own annotation says the type
    help: str,  # noqa: A002 - the word every command-line library uses
    *,
    parse: Callable[[str], Any] | None = None,
    metavar: str | None = None,
    repeat: bool = False,
    listed: bool = False,
    env: str | None = None,
    command_line: bool = True,
    profile: bool = True,
) -> Any:  # noqa: ANN401 - dataclasses.field is typed this way too
    """Declare an option as a dataclass field.

    `parse` turns text into the value; without it the value is a flag (bool default) or stays text.
    `repeat` makes it repeatable: the value is a tuple. `listed` says that its text is a list with commas, which may be
    a list in TOML. `env` names its environment variable;
    `command_line` and `profile` tell where else it may be given.
    """
    declared = {
        "help": help,
        "parse": parse,
        "metavar": metavar,
        "repeat": repeat,
        "listed": listed,
        "env": env,
        "command_line": command_line,
        "profile": profile,
    }
    return field(default=default, metadata=declared)


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How the input is read."""

    PANEL: ClassVar[str] = "Reading the file"

    sheet: tuple[str, ...] = option(
        (), "Read this sheet only; every visible sheet is read otherwise.", metavar="NAME", repeat=True
    )
    format: FileFormat | None = option(
        None, "What the input is, where its content does not tell.", parse=file_format, metavar="FORMAT"
    )
    no_header: bool = option(
        False,
        "The file has no header row: its columns are found by their values and called column 1, column 2, …",
    )


@dataclass(frozen=True, slots=True)
class FieldOptions:
    """Which column feeds which field."""

    PANEL: ClassVar[str] = "Columns and fields"

    map: tuple[tuple[Field, str], ...] = option(
        (),
        "Take FIELD from COLUMN, whatever its name.",
        parse=field_and_text,
        metavar="FIELD=COLUMN",
        repeat=True,
    )
    set: tuple[tuple[Field, str], ...] = option(
        (),
        "Write FIELD from other columns, such as comment='{Source}: {Budget}'.",
        parse=field_and_text,
        metavar="FIELD=TEMPLATE",
        repeat=True,
    )
    fill: tuple[tuple[Field, str], ...] = option(
        (),
        "Write VALUE into FIELD where it is empty.",
        parse=field_and_text,
        metavar="FIELD=VALUE",
        repeat=True,
    )
    no_fill: bool = option(False, "Reject rows without a last name; they are sent with - otherwise.")


@dataclass(frozen=True, slots=True)
class PhoneOptions:
    """Which numbers are good."""

    PANEL: ClassVar[str] = "Phone numbers"

    region: str | None = option(
        None,
        "The country of numbers that come without a country code, such as IN.",
        parse=region,
        metavar="REGION",
        env="TELECMI_REGION",
    )
    allow_premium: bool = option(False, "Keep premium-rate numbers.")
    types: frozenset[PhoneType] = option(
        frozenset(),
        "Keep only these types, such as mobile,fixed_line.",
        parse=phone_types,
        metavar="TYPES",
        listed=True,
    )


@dataclass(frozen=True, slots=True)
class ExcludeOptions:
    """Who must not be called, also where a run is gone on with that was planned before they said so."""

    PANEL: ClassVar[str] = "Leaving rows out"

    exclude: tuple[Path, ...] = option(
        (), "A do-not-call list; any format the leads may have.", parse=Path, metavar="FILE", repeat=True
    )
    exclude_max_age: timedelta | None = option(
        None, "Refuse a do-not-call list older than this, such as 7d.", parse=age, metavar="AGE"
    )


@dataclass(frozen=True, slots=True)
class ScreeningOptions:
    """Which other rows are left out."""

    PANEL: ClassVar[str] = "Leaving rows out"

    new_only: Age | None = option(
        None,
        "Leave out numbers this account has uploaded before; with an age such as 30d, only in that time.",
        parse=age_or_ever,
        metavar="[AGE]",
    )
    max_rejects: RejectLimit = option(
        RejectLimit(percent=50.0),
        "Send nothing if more rows than this are rejected: a number, or a share such as 5%.",
        parse=reject_limit,
        metavar="N|P%",
    )
    strict: bool = option(False, "Send nothing if a single row is rejected.")
    limit: int | None = option(None, "Take the first N leads only, for a trial.", parse=whole(1), metavar="N")


@dataclass(frozen=True, slots=True)
class CampaignOptions:
    """How the leads become campaigns."""

    PANEL: ClassVar[str] = "Campaigns"

    name: str | None = option(
        None, "What the campaigns are called; may hold {date}, {file} and {group}.", metavar="NAME"
    )
    name_format: str = option(
        "{name}-{number:03d}",
        "How a campaign's name is made; may hold {name}, {number}, {digest} and {group}.",
        parse=name_format,
        metavar="FORMAT",
    )
    size: int = option(
        MAX_CAMPAIGN_LEADS,
        f"Leads in a campaign, 1 to {MAX_CAMPAIGN_LEADS}.",
        parse=whole(1, MAX_CAMPAIGN_LEADS),
        metavar="N",
    )
    split_by: str | None = option(
        None,
        "Separate campaigns for each value of this column, or of country, timezone or type of the number.",
        metavar="COLUMN",
    )
    order: bool = option(False, "Number the leads in file order (order_index).")
    append: bool = option(False, "Go on counting after the last campaign of this name.")


@dataclass(frozen=True, slots=True)
class SendingOptions:
    """How the campaigns are sent."""

    PANEL: ClassVar[str] = "Sending"

    workers: int = option(4, "Requests at a time, once the first is accepted.", parse=whole(1, 64), metavar="N")
    rate: float | None = option(None, "Requests a second at the most.", parse=rate, metavar="N")
    timeout: float = option(60.0, "Seconds a request may take in all.", parse=positive_seconds, metavar="SECONDS")
    retries: int = option(5, "Further tries a campaign gets.", parse=whole(0), metavar="N")
    settle: float = option(
        30.0,
        "Seconds to wait before a request of unknown outcome is sent again.",
        parse=seconds,
        metavar="SECONDS",
    )
    max_wait: float = option(
        300.0,
        "Seconds to wait where the service asks for a pause; asked for more, the run stops as unfinished.",
        parse=seconds,
        metavar="SECONDS",
    )
    isolate: bool = option(False, "Halve a refused campaign until the offending leads stand alone.")
    isolate_budget: int = option(40, "Requests that --isolate may spend on one campaign.", parse=whole(1), metavar="N")
    ca_bundle: Path | None = option(
        None,
        "Certificates to trust, where a proxy has its own.",
        parse=Path,
        metavar="FILE",
        env="REQUESTS_CA_BUNDLE",
    )
    lock_wait: float = option(
        0.0, "Seconds to wait for another run of this account to end.", parse=seconds, metavar="SECONDS"
    )


@dataclass(frozen=True, slots=True)
class TrialOptions:
    """Ways to try a command without reaching the service."""

    PANEL: ClassVar[str] = "Trying it out"

    dry_run: bool = option(False, "Do everything but the sending; no credentials are needed.")
    sandbox: bool = option(False, "Send to a stand-in on this machine that lives for this run; no account is needed.")


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """What is shown, and where the reports go."""

    PANEL: ClassVar[str] = "Output"

    json: bool = option(False, "Print one JSON object on standard output.")
    quiet: bool = option(False, "Print errors only.")
    show_phones: bool = option(False, "Show phone numbers whole; they are masked otherwise.")
    report_dir: Path | None = option(
        None, "Where the report files go (default: telecmi-reports/RUN).", parse=Path, metavar="FOLDER"
    )


@dataclass(frozen=True, slots=True)
class HeartbeatOptions:
    """Whom to tell that a scheduled run ended."""

    PANEL: ClassVar[str] = "Output"

    heartbeat: str | None = option(
        None,
        "Request URL/start as a run begins, URL after a complete one, and URL/fail otherwise.",
        metavar="URL",
    )


@dataclass(frozen=True, slots=True)
class AccountOptions:
    """Whose account, and where the service and the ledger are. From `.env`, environment or profile."""

    PANEL: ClassVar[str] = "Settings"

    app_id: str | None = option(None, "The App id of the TeleCMI account.", env="TELECMI_APP_ID", command_line=False)
    secret: str | None = option(None, "The app secret.", env="TELECMI_SECRET", command_line=False, profile=False)
    secret_file: Path | None = option(
        None, "A file that holds the app secret and nothing else.", parse=Path, metavar="FILE"
    )
    base_url: str = option(
        "https://rest.telecmi.com",
        "Where the service is.",
        env="TELECMI_BASE_URL",
        command_line=False,
    )


@dataclass(frozen=True, slots=True)
class StateOptions:
    """Where the ledger is."""

    PANEL: ClassVar[str] = "Settings"

    state_dir: Path | None = option(
        None,
        "The folder of the ledger (default: the platform's state folder).",
        parse=Path,
        env="TELECMI_STATE_DIR",
        command_line=False,
    )


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """Where settings are read from. On the command line alone."""

    PANEL: ClassVar[str] = "Settings"

    env_file: Path | None = option(
        None, "Read credentials from this file, not from .env in the working directory.", parse=Path, metavar="FILE"
    )
    config: Path | None = option(
        None,
        "Read defaults from this file, not from telecmi-leads.toml in the working directory.",
        parse=Path,
        metavar="FILE",
    )
    profile: str | None = option(None, "Use the defaults of [profile.NAME] too.", metavar="NAME")
