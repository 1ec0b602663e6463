"""The table of options: each one is a row that says everything about it.

A row says the option's name, type, default, check and help, which commands read it, and which suggested commands repeat
it. From the rows come what each command takes, the keys of `telecmi-leads.toml`, shell completion, the README's tables
and the options of the commands that are printed. A field's name is its long option with `_` for `-` (`max_rejects` is
`--max-rejects` and the TOML key `max_rejects` or `max-rejects`). Values arrive as text (or as TOML's bool, number or
list) and pass the row's `parse` once; from there on they are typed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from telecmi_leads.core.campaign import ISOLATE_BUDGET
from telecmi_leads.core.lead import MAX_CAMPAIGN_LEADS, Field
from telecmi_leads.core.run import Suggested
from telecmi_leads.settings import option_rows as row
from telecmi_leads.settings import option_values as checks
from telecmi_leads.settings.option_rows import OptionGroup, Row
from telecmi_leads.settings.option_values import Age, FileFormat, PhoneType, RejectLimit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta


class CampaignOptions(OptionGroup):
    """How the leads become campaigns."""

    PANEL: ClassVar[str] = "Campaigns"

    name: str | None = row.option(
        None,
        "What the campaigns are called; may hold {date}, {file} and {group}; {{ and }} stand for braces.",
        metavar="NAME",
        commands=("upload",),
    )
    name_format: str = row.option(
        "{name}-{number:03d}",
        "How a campaign's name is made; may hold {name}, {number}, {digest} and {group}.",
        parse=checks.name_format,
        metavar="FORMAT",
        **row.CUTTING,
    )
    size: int = row.option(
        MAX_CAMPAIGN_LEADS,
        f"Leads in a campaign, 1 to {MAX_CAMPAIGN_LEADS}.",
        parse=checks.whole(1, MAX_CAMPAIGN_LEADS),
        metavar="N",
        **row.CUTTING,
    )
    split_by: str | None = row.option(
        None,
        "Separate campaigns for each value of this column, or of country, timezone or type of the number.",
        metavar="COLUMN",
        offer=row.Offer.COLUMNS,
        commands=("upload",),
        repeated=row.FOR_REJECTS,
    )
    order: bool = row.option(
        False, "Number the leads in file order (order_index).", commands=("upload",), repeated=row.FOR_REJECTS
    )
    append: bool = row.option(
        False,
        "Add to the campaigns of this name: count on after the last, and leave out whoever is in one.",
        commands=("upload",),
    )


class ReadingOptions(OptionGroup):
    """How the input is read."""

    PANEL: ClassVar[str] = "Reading the file"

    sheet: tuple[str, ...] = row.option(
        (),
        "Read this sheet only; every visible sheet is read otherwise.",
        metavar="NAME",
        repeat=True,
        offer=row.Offer.SHEETS,
        **row.READING,
    )
    format: FileFormat | None = row.option(
        None,
        "What the input is, where its content does not tell.",
        parse=checks.file_format,
        metavar="FORMAT",
        offer=row.Offer.FORMATS,
        **row.READING,
    )
    no_header: bool = row.option(
        False,
        "The file has no header row: its columns are found by their values and called column 1, column 2, …",
        **row.READING,
    )


class FieldOptions(OptionGroup):
    """Which column feeds which field."""

    PANEL: ClassVar[str] = "Columns and fields"

    map: tuple[tuple[Field, str], ...] = row.option(
        (),
        "Take FIELD from COLUMN, whatever its name.",
        parse=checks.field_and_text,
        metavar="FIELD=COLUMN",
        repeat=True,
        offer=row.Offer.MAPS,
        commands=row.READ,
        repeated=(*row.FOR_REJECTS, *row.FOR_FILES),
    )
    set: tuple[tuple[Field, str], ...] = row.option(
        (),
        "Write FIELD from other columns, such as comment='{Source}: {Budget}'.",
        parse=checks.field_and_text,
        metavar="FIELD=TEMPLATE",
        repeat=True,
        offer=row.Offer.SETS,
        commands=row.READ,
        repeated=(*row.FOR_REJECTS, *row.FOR_FILES),
    )
    fill: tuple[tuple[Field, str], ...] = row.option(
        (),
        "Write VALUE into FIELD where it is empty.",
        parse=checks.field_and_text,
        metavar="FIELD=VALUE",
        repeat=True,
        offer=row.Offer.FIELDS,
        commands=row.PREPARE,
        repeated=(*row.FOR_UPLOADS, Suggested.VALIDATE),
    )
    no_fill: bool = row.option(
        False,
        "Reject rows without a last name; they are sent with - otherwise.",
        commands=row.PREPARE,
        repeated=(*row.FOR_UPLOADS, Suggested.VALIDATE),
    )


class PhoneOptions(OptionGroup):
    """Which numbers are good."""

    PANEL: ClassVar[str] = "Phone numbers"

    region: str | None = row.option(
        None,
        "The country of numbers that come without a country code, such as IN.",
        parse=checks.region,
        metavar="REGION",
        env=("TELECMI_REGION",),
        commands=(*row.READ, "resume", "resolve", "explain", "forget", "check"),
        repeated=(Suggested.RESUME, Suggested.RESOLVE, *row.FOR_UPLOADS, *row.FOR_FILES),
    )
    allow_premium: bool = row.option(
        False,
        "Keep premium-rate numbers.",
        commands=(*row.READ, "explain"),
        repeated=(*row.FOR_UPLOADS, *row.FOR_FILES),
    )
    types: frozenset[PhoneType] = row.option(
        frozenset(),
        "Keep only these types, such as mobile,fixed_line.",
        parse=checks.phone_types,
        metavar="TYPES",
        listed=True,
        offer=row.Offer.TYPES,
        commands=(*row.READ, "explain"),
        repeated=(*row.FOR_UPLOADS, *row.FOR_FILES),
    )


class ExcludeOptions(OptionGroup):
    """Who must not be called, also when a run resumes that was planned before they said so."""

    PANEL: ClassVar[str] = "Leaving rows out"

    exclude: tuple[Path, ...] = row.option(
        (),
        "A do-not-call list; any format the leads may have.",
        parse=Path,
        metavar="FILE",
        repeat=True,
        commands=(*row.SEND, "validate"),
        repeated=(*row.FOR_SENDING, Suggested.VALIDATE),
    )
    exclude_max_age: timedelta | None = row.option(
        None,
        "Refuse a do-not-call list older than this, such as 7d.",
        parse=checks.age,
        metavar="AGE",
        commands=(*row.SEND, "validate"),
        repeated=(*row.FOR_SENDING, Suggested.VALIDATE),
    )


class ScreeningOptions(OptionGroup):
    """Which other rows are left out."""

    PANEL: ClassVar[str] = "Leaving rows out"

    new_only: Age | None = row.option(
        None,
        "Leave out numbers this account has uploaded before; with an age such as 30d, only in that time.",
        parse=checks.age_or_ever,
        metavar="[AGE]",
        commands=row.PREPARE,
        repeated=row.FOR_UPLOADS,
    )
    ignore_marks: bool = row.option(
        False,
        "Upload people whom the file itself marks as do-not-call, in a column, status, title or sheet's name too.",
        commands=row.PREPARE,
        repeated=(*row.FOR_UPLOADS, Suggested.VALIDATE),
    )
    max_rejects: RejectLimit = row.option(
        RejectLimit(percent=50.0),
        "Send nothing if more rows than this are rejected: a number, or a share such as 5%.",
        parse=checks.reject_limit,
        metavar="N|P%",
        commands=row.PREPARE,
    )
    strict: bool = row.option(
        False, "Send nothing if a single row is rejected, or a table has no phone column.", commands=row.PREPARE
    )
    limit: int | None = row.option(
        None, "Take the first N leads only, for a trial.", parse=checks.whole(1), metavar="N", commands=row.PREPARE
    )


class SendingOptions(OptionGroup):
    """How the campaigns are sent."""

    PANEL: ClassVar[str] = "Sending"

    workers: int = row.option(
        4, "Requests at a time, once the first is accepted.", parse=checks.whole(1, 64), metavar="N", **row.SENDING
    )
    rate: float | None = row.option(None, "Requests a second at most.", parse=checks.rate, metavar="N", **row.SENDING)
    timeout: float = row.option(
        60.0, "Seconds a request may take in all.", parse=checks.positive_seconds, metavar="SECONDS", **row.REQUESTING
    )
    retries: int = row.option(5, "Further tries a campaign gets.", parse=checks.whole(0), metavar="N", **row.SENDING)
    settle: float = row.option(
        30.0,
        "Seconds to wait before a request of unknown outcome is sent again.",
        parse=checks.seconds,
        metavar="SECONDS",
        **row.SENDING,
    )
    max_wait: float = row.option(
        300.0,
        "Seconds to wait where the service asks for a pause; asked for more, the run stops as unfinished.",
        parse=checks.seconds,
        metavar="SECONDS",
        **row.SENDING,
    )
    isolate: bool = row.option(False, "Halve a refused campaign until the offending leads stand alone.", **row.SENDING)
    isolate_budget: int = row.option(
        ISOLATE_BUDGET,
        "Requests that --isolate may spend on one campaign.",
        parse=checks.whole(2),  # what the first cut takes: with fewer it finds nothing, however often it is typed
        metavar="N",
        **row.SENDING,
    )
    ca_bundle: Path | None = row.option(
        None,
        "Certificates to trust, where a proxy has its own.",
        parse=Path,
        metavar="FILE",
        env=("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
        env_file=False,
        **row.REQUESTING,
    )
    lock_wait: float = row.option(
        0.0,
        "Seconds to wait for another run of this account to end.",
        parse=checks.seconds,
        metavar="SECONDS",
        commands=(*row.SEND, "forget"),
        repeated=(*row.FOR_SENDING, Suggested.SETTLE),
    )


class TrialOptions(OptionGroup):
    """Ways to try a command without reaching the service."""

    PANEL: ClassVar[str] = "Trying it out"

    dry_run: bool = row.option(False, "Do everything but the sending; no credentials are needed.", commands=("upload",))
    sandbox: bool = row.option(
        False,
        "Send to a stand-in on this machine that lives for this run; no account is needed.",
        commands=("upload", "resume"),
    )


class OutputOptions(OptionGroup):
    """What is shown, and where the reports go."""

    PANEL: ClassVar[str] = "Output"

    json: bool = row.option(False, "Print one JSON object on standard output.", commands=row.ANY)
    quiet: bool = row.option(False, "Print errors only.", commands=row.ANY)
    show_phones: bool = row.option(
        False, "Show phone numbers whole; they are masked otherwise.", commands=(*row.REPORT, "columns")
    )
    report_dir: Path | None = row.option(
        None,
        "Where the report files go (default: telecmi-reports/RUN).",
        parse=checks.folder,
        metavar="FOLDER",
        commands=(*row.REPORT, "check"),
    )


class HeartbeatOptions(OptionGroup):
    """Whom to tell that a scheduled run ended."""

    PANEL: ClassVar[str] = "Output"

    heartbeat: str | None = row.option(
        None,
        "Request URL/start as a run begins, URL after a complete one, and URL/fail otherwise.",
        parse=checks.web_address,
        metavar="URL",
        commands=("upload", "resume"),
        repeated=(Suggested.RESUME,),
    )


class SourceOptions(OptionGroup):
    """Where settings are read from. On the command line alone."""

    PANEL: ClassVar[str] = "Settings"

    env_file: Path | None = row.option(
        None,
        "Read credentials from this file, not from .env in the working directory.",
        parse=Path,
        metavar="FILE",
        commands=row.COMMANDS,
        repeated=tuple(Suggested),
        profile=False,
    )
    config: Path | None = row.option(
        None,
        "Read defaults from this file, not from telecmi-leads.toml in the working directory.",
        parse=Path,
        metavar="FILE",
        commands=row.ANY,
        repeated=tuple(Suggested),
        profile=False,
    )
    profile: str | None = row.option(
        None,
        "Use the defaults of [profile.NAME] too.",
        metavar="NAME",
        offer=row.Offer.PROFILES,
        commands=row.ANY,
        repeated=tuple(Suggested),
        profile=False,
    )


class AccountOptions(OptionGroup):
    """Whose account, and where the service and the ledger are. From `.env`, environment or profile."""

    PANEL: ClassVar[str] = "Settings"

    app_id: str | None = row.option(
        None,
        "The App id of the TeleCMI account.",
        env=("TELECMI_APP_ID",),
        empty_counts=True,
        command_line=False,
        commands=row.ANY,
    )
    secret: str | None = row.option(
        None,
        "The app secret.",
        env=("TELECMI_SECRET",),
        empty_counts=True,
        command_line=False,
        profile=False,
        commands=row.REQUEST,
    )
    secret_file: Path | None = row.option(
        None, "A file that holds the app secret and nothing else.", parse=Path, metavar="FILE", **row.REQUESTING
    )
    base_url: str = row.option(
        "https://rest.telecmi.com",
        "Where the service is.",
        env=("TELECMI_BASE_URL",),
        command_line=False,
        commands=row.REQUEST,
    )


class StateOptions(OptionGroup):
    """Where the ledger is."""

    PANEL: ClassVar[str] = "Settings"

    state_dir: Path | None = row.option(
        None,
        "The folder of the ledger (default: the platform's state folder).",
        parse=checks.folder,
        env=("TELECMI_STATE_DIR",),
        command_line=False,
        commands=row.ANY,
    )


GROUPS: tuple[type[OptionGroup], ...] = (
    CampaignOptions,
    ReadingOptions,
    FieldOptions,
    PhoneOptions,
    ExcludeOptions,
    ScreeningOptions,
    SendingOptions,
    TrialOptions,
    OutputOptions,
    HeartbeatOptions,
    SourceOptions,
    AccountOptions,
    StateOptions,
)
"""The table, group by group, in the order of `--help`."""


def rows() -> Iterator[tuple[type[OptionGroup], Row]]:
    """Return every row of the table with its group."""
    for group in GROUPS:
        for declared in group.ROWS:
            yield group, declared


def typed_at(command: str) -> Iterator[tuple[type[OptionGroup], Row]]:
    """Return the rows of the options that a command takes on its command line."""
    for group, declared in rows():
        if declared.command_line and command in declared.commands:
            yield group, declared
