"""Counts, times, codes, tables and campaigns as words."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from telecmi_leads.core.campaign import CampaignStatus
from telecmi_leads.core.lead import LeftOutKind
from telecmi_leads.core.masking import mask_phone, mask_text
from telecmi_leads.core.reasons import Reason, Repair, WarningCode
from telecmi_leads.core.run import SANDBOX_ACCOUNT, RunState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.lead import TableInfo
    from telecmi_leads.core.run import LeftOutCount, RunRecord


_TELECMI = "rest.telecmi.com"
_NAMES_SHOWN = 3
_MINUTE = 60
_HOUR = 3600
_LEAST_SHARE = 0.1
_TWO_DECIMALS, _ONE_DECIMAL = 0.095, 9.95
"""Seconds below which a duration has so many decimals; from there on it would be rounded up to 0.1 or 10."""


def count(number: int, one: str, many: str = "") -> str:
    """Return `1 row` or `2,431 rows`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def tally(*counted: tuple[int, str]) -> list[str]:
    """Return the parts of a whole, `6 refused` and `2 not proven`, without those that are empty."""
    return [f"{number:,} {word}" for number, word in counted if number]


def share(part: int, whole: int) -> str:
    """Return a percentage that never rounds a rest away: neither `0.0%` for some nor `100%` for nearly all."""
    if whole <= 0 or part in {0, whole}:
        return "100%" if part and part == whole else "0%"
    percent = part * 100 / whole
    if percent < _LEAST_SHARE:
        return "<0.1%"
    return f"{min(percent, 99.9):.1f}%"


def duration(seconds: float) -> str:
    """Return a time in the units that matter: `0.02 s`, `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`."""
    if 0 < seconds < _TWO_DECIMALS:
        return f"{max(seconds, 0.01):.2f} s"
    if seconds < _ONE_DECIMAL:
        return f"{max(seconds, 0):.1f} s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return _units(whole // _MINUTE, "min", whole % _MINUTE, "s")
    return _units(whole // _HOUR, "h", whole % _HOUR // _MINUTE, "min")


def about(seconds: float) -> str:
    """Return a time to come in whole units, since a guess has no decimals."""
    whole = math.ceil(seconds)
    return f"{whole} s" if whole < _MINUTE else duration(whole)


def _units(large: int, unit: str, small: int, smaller: str) -> str:
    return f"{large:,} {unit} {small} {smaller}" if small else f"{large:,} {unit}"


_REASONS: Mapping[str, Reason] = {reason.code: reason for reason in Reason}

_REPAIRS: Mapping[str, Repair] = {repair.value: repair for repair in Repair}

_SHORT_KINDS: Mapping[str, str] = {
    LeftOutKind.DUPLICATE: "duplicates",
    LeftOutKind.EXCLUDED: "asked not to be called",
    LeftOutKind.ALREADY_UPLOADED: "uploaded before",
}

LEFT_OUT: Mapping[LeftOutKind, str] = {
    LeftOutKind.REJECTED: "something is wrong with the row",
    LeftOutKind.DUPLICATE: "the same number is in an earlier row",
    LeftOutKind.EXCLUDED: "asked not to be called",
    LeftOutKind.ALREADY_UPLOADED: "this account has uploaded the number before",
}

STATUS: Mapping[CampaignStatus, str] = {
    CampaignStatus.UNSENT: "not sent",
    CampaignStatus.SENDING: "not proven yet",
    CampaignStatus.ACCEPTED: "in",
    CampaignStatus.UNVERIFIED: "not proven",
    CampaignStatus.REFUSED: "refused",
    CampaignStatus.UNKNOWN: "not proven yet",
}

_SKIPPED = {
    "repeated_header": ("repeated header", "repeated headers"),
    "new_header": ("header of further columns", "headers of further columns"),
    "total": ("line of totals", "lines of totals"),
    "note": ("note, not a lead", "notes, not leads"),
    "no_phone_column": ("row of tables without a phone column", "rows of tables without a phone column"),
    "placeholder": ("row of fillers such as N/A", "rows of fillers such as N/A"),
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
_FORMATS = {
    "csv": "CSV",
    "jsonl": "JSON Lines",
    "html": "HTML table",
    "vcf": "vCard",
    "xlsx": "Excel workbook",
    "xls": "Excel 97 workbook",
    "xlsb": "Excel binary workbook",
    "ods": "OpenDocument sheet",
}


def reason(code: str) -> tuple[str, str]:
    """Return what a rejection's code says to a person, and the tip."""
    known = _REASONS.get(code)
    return (known.says, known.tip) if known else (words(code), "")


def why_left_out(kind: LeftOutKind, code: str) -> str:
    """Return why a row was left out though nothing is wrong with it, with the list or the mark that says so."""
    if kind is LeftOutKind.ALREADY_UPLOADED and code:
        return "the number waits in a campaign that is not proven to be in"
    return f"{LEFT_OUT[kind]}{f' ({code})' if code else ''}"


def repair(code: str) -> str:
    """Return what a repair's code says to a person."""
    known = _REPAIRS.get(code)
    return known.says if known else words(code)


def warning_tip(code: str) -> str:
    """Return what to do about a warning, by its code."""
    return next((known.tip for known in WarningCode if known.code == code), "")


def short_reason(code: str) -> str:
    """Return a rejection's code, or the name of a kind, as the two or three words of a table."""
    known = _REASONS.get(code)
    return (known.short if known else _SHORT_KINDS.get(code, "")) or words(code)


def short_repair(code: str) -> str:
    """Return a repair's code as the few words of a list."""
    known = _REPAIRS.get(code)
    return (known.short if known else "") or words(code)


def example(found: LeftOutCount, *, show_phones: bool) -> str:
    """Return where the first row of a kind stands and what is in it: `row 17, Mobile: 9198•••••210`."""
    if not found.place:
        return ""
    if found.cell and found.column:
        return f"{found.place}, {found.column}: {found.cell if show_phones else mask_text(found.cell)}"
    if found.column:
        marked = found.kind is LeftOutKind.EXCLUDED  # by a column, a sheet, or the title of a section
        return f"{found.place}, " + (f'"{found.column}" says so' if marked else f"{found.column} is empty")
    if found.kept:
        says = "has the number of" if found.kind is LeftOutKind.DUPLICATE else "is in"
        return f"{found.place} {says} {found.kept}"
    if found.phone:
        return f"{found.place}: {found.phone if show_phones else mask_phone(found.phone)}"
    return found.place


_FIELDS = {
    "fullname": "first name, last name",
    "firstname": "first name",
    "lastname": "last name",
    "order_index": "order",
    "dialcode": "dial code",
}


def field_name(code: str) -> str:
    """Return a lead field as a person calls it; a full name is what two fields are made of."""
    return _FIELDS.get(code) or words(code)


# phonenumbers has some zones under names that IANA has given up; the pairs are of its file `backward`.
_ZONES_OF_TODAY = {
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Asia/Saigon": "Asia/Ho_Chi_Minh",
    "Asia/Dacca": "Asia/Dhaka",
    "Asia/Thimbu": "Asia/Thimphu",
    "Europe/Kiev": "Europe/Kyiv",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Godthab": "America/Nuuk",
    "Pacific/Enderbury": "Pacific/Kanton",
}


def time_zone(name: str) -> str:
    """Return a time zone's name of today."""
    return _ZONES_OF_TODAY.get(name, name)


def audience(counts: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """Return how many leads there are by country, type and time zone, each zone under its name of today."""
    told = {key: dict(numbers) for key, numbers in counts.items()}
    if "timezone" in told:
        zones, told["timezone"] = told["timezone"], {}
        for name, number in zones.items():
            told["timezone"][time_zone(name)] = told["timezone"].get(time_zone(name), 0) + number
    return told


def moment(when: datetime, *, now: datetime | None = None) -> str:
    """Return a time as the user's clock shows it: `27 Nov 23:58`, with the year where it is another than now's."""
    local = when.astimezone()
    year = f" {local.year}" if now is None or now.astimezone().year != local.year else ""
    return f"{local.day} {local:%b}{year} {local:%H:%M}"


def uploaded_before(again: int, names: Sequence[str]) -> str:
    """Return how many of the people who go now were uploaded before, and in which campaigns; "" for nobody."""
    if again <= 0:
        return ""
    more = len(names) - _NAMES_SHOWN
    where = f" ({', '.join(names[:_NAMES_SHOWN])}{f' and {more:,} more' if more > 0 else ''})" if names else ""
    people = "of these people was" if again == 1 else "of these people were"
    return f"{again:,} {people} uploaded before{where}. --new-only leaves them out."


def skipped(code: str, number: int) -> str:
    """Return rows that count as blank though they hold something: `2 repeated headers`."""
    one, many = _SKIPPED.get(code, (words(code), ""))
    return count(number, one, many)


def words(code: str) -> str:
    """Return a snake_case code as words."""
    return code.replace("_", " ")


def account(key: str) -> str:
    """Return an account's key as a person calls it: `account 4242424 at TeleCMI`."""
    if key == SANDBOX_ACCOUNT:
        return "the sandbox"
    app_id, _, host = key.partition("@")
    return f"account {app_id} at {'TeleCMI' if host == _TELECMI else host}"


def table(info: TableInfo) -> str:
    """Return how a table was read: `CSV, UTF-8, comma, header in row 1`."""
    parts = [_FORMATS.get(info.format, info.format.upper())]
    if info.sheet is not None:
        parts.append(f'sheet "{info.sheet}"')
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
    parts = tally(
        (leads.unsent, "not sent"),
        (leads.unknown, "not proven yet"),
        (leads.unverified, "not proven"),
        (leads.refused, "refused"),
    )
    if not leads.total:
        return "nothing new" if run.rows.already_uploaded else "no leads"
    return ", ".join(parts) or "all in"


def outcome(campaign: CampaignRecord) -> str:
    """Return how a campaign ended."""
    if campaign.split:
        return "halved"
    if campaign.settled_by_hand is None and campaign.confirmed_by_name and campaign.status is CampaignStatus.ACCEPTED:
        return "in, confirmed by name"
    if campaign.settled_by_hand is not None and campaign.status is CampaignStatus.ACCEPTED:
        return f"in, settled by hand {moment(campaign.settled_by_hand)}"
    return STATUS[campaign.status]


def answer(campaign: CampaignRecord) -> str:
    """Return the service's last answer, `Duplicate phone numbers found (400)`; "" for one that is in."""
    if campaign.status is CampaignStatus.ACCEPTED or not (campaign.message or campaign.code):
        return ""
    if campaign.code is None or re.match(rf"HTTP {campaign.code}\b", campaign.message):
        return campaign.message
    return f"{campaign.message} ({campaign.code})".strip()


def refusal(campaign: CampaignRecord) -> str:
    """Return a campaign's outcome with its reason: `refused: Invalid phone number (422)`."""
    why = answer(campaign)
    return f"{outcome(campaign)}: {why}" if why else outcome(campaign)


def other_name(kept: str, new: str) -> str:
    """Return what is said of a file of the user's that has the name of a report."""
    return (
        f"{kept} in the report folder is an input, was changed or is not a report. It stays as it is, and the new one "
        f"is {new}."
    )


def moved_reports(run: str) -> str:
    """Return what is said where the reports of another run lay in the report folder."""
    return f"The reports of run {run} lay in this report folder. They are in its folder {run} now."


def heading(part: int, whole: int, one: str) -> str:
    """Return `122 of 2,502 rows`: a part of what is named, never of anything else."""
    return f"{part:,} of {count(whole, one)}"
