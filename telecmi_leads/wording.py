"""Numbers and codes → words: the sentences that the terminal and the report page share.

Pure functions from models to text. Nothing here masks or makes safe what came from a file or a server:
whoever shows it does.
"""

from __future__ import annotations

import math
import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telecmi_leads.errors import ExitCode
from telecmi_leads.models import (
    SANDBOX_ACCOUNT,
    CampaignStatus,
    LeftOutKind,
    Reason,
    Repair,
    RowTotals,
    RunState,
    RunStatus,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from telecmi_leads.models import CampaignRecord, LeadTotals, RunRecord, RunSummary, TableInfo

REASONS: Mapping[str, Reason] = {reason.code: reason for reason in Reason}

REPAIRS: Mapping[str, str] = {
    Repair.PUNCTUATION: "spaces and punctuation taken out of a number",
    Repair.INVISIBLE: "invisible characters taken out of a number",
    Repair.OTHER_DIGITS: "digits of another script turned into 0 to 9",
    Repair.INTERNATIONAL_PREFIX: "an international prefix such as 00 replaced",
    Repair.TRUNK_PREFIX: "a leading 0 replaced by the country code",
    Repair.MISSING_PLUS: "a country code recognised without its plus",
    Repair.LEADING_QUOTE: "a leading apostrophe taken off",
    Repair.FORMULA: 'a number taken out of ="…"',
    Repair.LINK: "p:, tel:, whatsapp: or a wa.me link taken off",
    Repair.EXTENSION: "an extension dropped",
    Repair.DECIMAL: "a trailing .0 taken off",
    Repair.TRAILING_WORDS: "words behind the number dropped",
    Repair.SEVERAL_NUMBERS: "one of several numbers in a cell chosen",
    Repair.DIAL_CODE: "the dial-code column joined to the number",
    Repair.OTHER_COLUMN: "the number taken from a further phone column",
    Repair.NAME_SPLIT: "a full name split into first and last name",
    Repair.NAME_FILLED: "an empty last name filled",
    Repair.EMAIL_DROPPED: "a badly formed email dropped, the lead kept",
    Repair.ORDER_DROPPED: "an order index that is no whole number dropped",
    Repair.TEXT_CLEANED: "control characters and stray spaces cleaned out of text",
}

LEFT_OUT: Mapping[LeftOutKind, str] = {
    LeftOutKind.REJECTED: "something is wrong with the row",
    LeftOutKind.DUPLICATE: "the same number stands in an earlier row",
    LeftOutKind.EXCLUDED: "the number is on a do-not-call list",
    LeftOutKind.ALREADY_UPLOADED: "this account has uploaded the number before",
}

STATUS: Mapping[CampaignStatus, str] = {
    CampaignStatus.UNSENT: "not sent",
    CampaignStatus.SENDING: "outcome unknown",
    CampaignStatus.ACCEPTED: "accepted",
    CampaignStatus.UNVERIFIED: "unverified",
    CampaignStatus.REFUSED: "refused",
    CampaignStatus.UNKNOWN: "outcome unknown",
}

_DELIMITERS = {
    ",": "comma",
    ";": "semicolon",
    "\t": "tab",
    "|": "pipe",
    " ": "space",
    ":": "colon",
    "^": "caret",
}
_FORMATS = {"csv": "CSV", "jsonl": "JSON Lines", "html": "HTML table", "vcf": "vCard"}
_RESOLVES_SHOWN = 3
_MINUTE = 60
_HOUR = 3600


# --- numbers ------------------------------------------------------------------------------------


def count(number: int, one: str, many: str = "") -> str:
    """Return `1 row` or `2,431 rows`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def share(part: int, whole: int) -> str:
    """Return a percentage that never rounds a rest away: neither `0.0%` for some nor `100%` for nearly all."""
    if whole <= 0 or part in {0, whole}:
        return "100%" if part and part == whole else "0%"
    percent = part * 100 / whole
    if percent < 0.1:  # noqa: PLR2004 - what one decimal can show
        return "<0.1%"
    return f"{min(percent, 99.9):.1f}%"


def duration(seconds: float) -> str:
    """Return a time in the units that matter: `0.02 s`, `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`."""
    if 0 < seconds < 0.095:  # noqa: PLR2004 - below what one decimal shows
        return f"{max(seconds, 0.01):.2f} s"
    if seconds < 9.95:  # noqa: PLR2004 - where one decimal stops to matter
        return f"{max(seconds, 0):.1f} s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return _units(whole // _MINUTE, "min", whole % _MINUTE, "s")
    return _units(whole // _HOUR, "h", whole % _HOUR // _MINUTE, "min")


def about(seconds: float) -> str:
    """Return a time to come in whole units, since a guess has no decimals."""
    return f"{math.ceil(seconds)} s" if seconds < _MINUTE else duration(seconds)


def _units(large: int, unit: str, small: int, smaller: str) -> str:
    return f"{large:,} {unit} {small} {smaller}" if small else f"{large:,} {unit}"


# --- rows and leads -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heap:
    """One of the places where rows end: its code in the JSON output, a label, and how many lie there."""

    code: str
    label: str
    rows: int


def heaps(rows: RowTotals, leads: LeadTotals, *, dry_run: bool) -> tuple[Heap, ...]:
    """Return where every row went, leads first; empty heaps are left away. The sum is `rows.read`."""
    found = (
        Heap("accepted", "accepted", leads.accepted),
        Heap("unverified", "unverified", leads.unverified),
        Heap("unknown", "outcome unknown", leads.unknown),
        Heap("refused", "refused by TeleCMI", leads.refused),
        Heap("unsent", "ready to upload" if dry_run else "not sent", leads.unsent),
        Heap("rejected", "rejected", rows.rejected),
        Heap("duplicate", "duplicate", rows.duplicate),
        Heap("excluded", "on a do-not-call list", rows.excluded),
        Heap("already_uploaded", "uploaded before", rows.already_uploaded),
        Heap("blank", "blank", rows.blank),
    )
    return tuple(heap for heap in found if heap.rows)


def row_balance(rows: RowTotals) -> str:
    """Return `read 2,512 = blank 3 + rejected 11 + leads 2,498`; empty heaps are left away."""
    parts = (
        ("blank", rows.blank),
        ("rejected", rows.rejected),
        ("duplicate", rows.duplicate),
        ("excluded", rows.excluded),
        ("already uploaded", rows.already_uploaded),
        ("leads", rows.leads),
    )
    return _equation("read", rows.read, parts)


def lead_balance(leads: LeadTotals) -> str:
    """Return `leads 2,498 = accepted 1,498 + unsent 1,000`; empty heaps are left away."""
    parts = (
        ("accepted", leads.accepted),
        ("unverified", leads.unverified),
        ("refused", leads.refused),
        ("unknown", leads.unknown),
        ("unsent", leads.unsent),
    )
    return _equation("leads", leads.total, parts)


def _equation(name: str, total: int, parts: tuple[tuple[str, int], ...]) -> str:
    terms = [f"{label} {number:,}" for label, number in parts if number]
    return f"{name} {total:,} = {' + '.join(terms) if terms else '0'}"


def left_out(rows: RowTotals) -> int:
    """Return how many rows were left out: all that are neither blank nor leads."""
    return rows.rejected + rows.duplicate + rows.excluded + rows.already_uploaded


def headline(summary: RunSummary) -> str:
    """Return the run in one sentence; what stands in the file counts as its leads, blank rows apart."""
    rows, leads = summary.rows, summary.leads
    outside = left_out(rows)
    total = rows.leads + outside
    if not total:
        return "Nothing was read." if not rows.read else "There is no lead in the file."
    rest = f"{count(outside, 'row')} {_was(outside)} left out" if outside else ""
    if not rows.leads:
        new = (
            "Nothing new to upload"
            if rows.already_uploaded and summary.exit_code == 0
            else "Nothing to upload"
        )
        return f"{new}: {'all ' if total > 1 else ''}{rest}."
    if summary.status is RunStatus.FAILED and leads.unsent == rows.leads and not summary.dry_run:
        return _joined("Nothing was sent", rest)
    if summary.dry_run:
        return _joined(_of(leads.unsent, total, "can be uploaded"), rest)
    parts = [
        f"{number:,} {_was(number)} {word}"
        for number, word in ((leads.refused, "refused"), (leads.unsent, "not sent yet"))
        if number
    ]
    unproven = leads.unverified + leads.unknown
    if unproven:
        parts.append(f"{unproven:,} {'is' if unproven == 1 else 'are'} not proven to be in")
    return _joined(_of(leads.accepted, total, "are in"), *parts, rest)


def _of(part: int, total: int, what: str) -> str:
    if part == total:
        singular = what.replace("are in", "is in")
        return f"All {total:,} leads {what}" if total > 1 else f"The one lead {singular}"
    if part == 0 and what == "are in":
        return f"None of {count(total, 'lead')} is in"
    return f"{part:,} of {count(total, 'lead')} {what if part != 1 else what.replace('are in', 'is in')}"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part) + "."


@dataclass(frozen=True, slots=True)
class Group:
    """What --split-by made of one value: campaigns, leads, and leads accepted."""

    name: str
    campaigns: int
    leads: int
    accepted: int


def groups(campaigns: Sequence[CampaignRecord]) -> tuple[Group, ...]:
    """Return the groups of a split run, the largest first; () where it was not split."""
    found: dict[str, list[CampaignRecord]] = {}
    for campaign in campaigns:
        if not campaign.split:
            found.setdefault(campaign.group, []).append(campaign)
    if set(found) <= {""}:
        return ()
    made = [
        Group(
            name,
            len(members),
            sum(member.leads for member in members),
            sum(member.leads for member in members if member.status is CampaignStatus.ACCEPTED),
        )
        for name, members in found.items()
    ]
    return tuple(sorted(made, key=lambda group: (-group.leads, group.name)))


# --- reasons, tables, campaigns -----------------------------------------------------------------


def reason(code: str) -> tuple[str, str]:
    """Return what a rejection's code says to a person, and the tip."""
    known = REASONS.get(code)
    return (known.says, known.tip) if known else (words(code), "")


def repair(code: str) -> str:
    """Return what a repair's code says to a person."""
    return REPAIRS.get(code) or words(code)


def words(code: str) -> str:
    """Return a snake_case code as words."""
    return code.replace("_", " ")


def table(info: TableInfo) -> str:
    """Return how a table was read: `CSV, UTF-8, comma, header in row 1`."""
    parts = [_FORMATS.get(info.format, info.format.upper())]
    if info.sheet is not None:
        parts.append(f"sheet {info.sheet}")
    if info.encoding is not None:
        parts.append(info.encoding)
    if info.delimiter is not None:
        parts.append(_DELIMITERS.get(info.delimiter, f"delimiter {info.delimiter}"))
    if info.header_row is not None:
        parts.append(f"header in row {info.header_row:,}")
    elif info.format in {"csv", "xlsx", "xls", "xlsb", "ods", "html"}:
        parts.append("no header row")
    return ", ".join(parts)


def run_state(run: RunRecord) -> str:
    """Return how a run of the ledger stands, in a few words."""
    if run.state is RunState.PREPARING:
        return "not fully prepared"
    leads = run.leads
    parts = [
        f"{number:,} {word}"
        for number, word in (
            (leads.unsent, "not sent"),
            (leads.unknown, "outcome unknown"),
            (leads.unverified, "unverified"),
            (leads.refused, "refused"),
        )
        if number
    ]
    return ", ".join(parts) if parts else "complete"


def outcome(campaign: CampaignRecord) -> str:
    """Return how a campaign ended."""
    if campaign.split:
        return "halved"
    if campaign.confirmed_by_name and campaign.status is CampaignStatus.ACCEPTED:
        return "accepted, confirmed by name"
    return STATUS[campaign.status]


def answer(campaign: CampaignRecord) -> str:
    """Return the service's last answer, `400 Duplicate phone numbers found`; "" for one that is in."""
    if campaign.status is CampaignStatus.ACCEPTED:
        return ""
    return f"{campaign.code or ''} {campaign.message}".strip()


# --- what to do next ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NextStep:
    """Something to do: in words, and the commands to type, if there are any."""

    text: str
    commands: tuple[str, ...] = ()


def next_steps(summary: RunSummary) -> tuple[NextStep, ...]:
    """Return what is left for the user to do, most urgent first; () where there is nothing.

    After a trial with the stand-in the commands go to the stand-in too.
    """
    return (*_sending_steps(summary), *_refused_steps(summary), *_reject_steps(summary))


def _sending_steps(summary: RunSummary) -> list[NextStep]:
    leads, run = summary.leads, summary.run
    if summary.dry_run:
        if not summary.name or not leads.total:
            return []
        return [NextStep("Nothing was sent. The same command without --dry-run uploads these leads.")]
    if run is None:
        return []
    steps: list[NextStep] = []
    if summary.exit_code == ExitCode.SETTINGS:
        steps.append(NextStep("See which credentials are used and whether they work:", (command("check"),)))
    unverified = [campaign for campaign in summary.campaigns if _is_unverified(campaign)]
    steps += [_resolve_step(run, campaign) for campaign in unverified[:_RESOLVES_SHOWN]]
    further = len(unverified) - _RESOLVES_SHOWN
    if further > 0:
        text = f"Do the same for {count(further, 'further unverified campaign')}; this lists them:"
        steps.append(NextStep(text, (command("runs", run),)))
    if leads.unsent + leads.unknown:
        text = f"Send what is left ({count(leads.unsent + leads.unknown, 'lead')}); nothing goes out twice:"
        steps.append(NextStep(text, (command("resume", run, *_to(summary)),)))
    return steps


def _is_unverified(campaign: CampaignRecord) -> bool:
    return campaign.status is CampaignStatus.UNVERIFIED and not campaign.split


def _resolve_step(run: str, campaign: CampaignRecord) -> NextStep:
    return NextStep(
        f"Look up {campaign.name} in the TeleCMI dashboard. If it holds {count(campaign.leads, 'lead')}, type the "
        "first line; if it isn't there, the second, which sends it again:",
        (
            command("resolve", run, campaign.name, "--accepted"),
            command("resolve", run, campaign.name, "--not-uploaded"),
        ),
    )


def _refused_steps(summary: RunSummary) -> list[NextStep]:
    refused = [c for c in summary.campaigns if c.status is CampaignStatus.REFUSED and not c.split]
    path = summary.reports.get("refused")
    if not refused or path is None or summary.name is None:
        return []
    if all("already exists" in campaign.message.lower() for campaign in refused):
        text = "TeleCMI already has campaigns of these names. Upload their leads under another name:"
        return [NextStep(text, (command("upload", path, "--name", f"{summary.name}-b", *_to(summary)),))]
    text = "See in refused.csv what TeleCMI answered, correct the leads and upload them:"
    return [NextStep(text, (command("upload", path, "--name", summary.name, "--append", *_to(summary)),))]


def _reject_steps(summary: RunSummary) -> list[NextStep]:
    paths = [path for key, path in summary.reports.items() if key.startswith("rejects")]
    if not summary.rows.rejected or not paths:
        return []
    rows = count(summary.rows.rejected, "rejected row")
    if summary.name is None or summary.run is None or summary.dry_run:
        return [NextStep(f"{rows}: each stands with its reason in {', '.join(map(argument, paths))}")]
    text = (
        f"Correct the {rows} in the reject file and upload {'them' if summary.rows.rejected > 1 else 'it'}:"
    )
    return [NextStep(text, (command("upload", *paths, "--name", summary.name, "--append", *_to(summary)),))]


def _to(summary: RunSummary | RunRecord) -> tuple[str, ...]:
    return ("--sandbox",) if summary.account == SANDBOX_ACCOUNT else ()


def resume(run: RunRecord) -> str:
    """Return the command that goes on with a run."""
    return command("resume", run.id, *_to(run))


def command(*arguments: str) -> str:
    """Return a command of this program as one types it."""
    return " ".join(("telecmi-leads", *map(argument, arguments)))


def argument(text: str) -> str:
    """Return a command-line argument, quoted where it must be.

    Double quotes serve every shell, cmd.exe included; single ones where something inside would be expanded.
    """
    quoted = shlex.quote(text)
    if quoted == text or re.search(r'["$`\\!%]', text):
        return quoted
    return f'"{text}"'
