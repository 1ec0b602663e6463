"""Counts, times, codes, tables and campaigns as words."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from telecmi_leads.core.campaign import CampaignStatus
from telecmi_leads.core.lead import LeftOutKind
from telecmi_leads.core.reasons import Reason, Repair, WarningCode
from telecmi_leads.core.run import RunState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.lead import TableInfo
    from telecmi_leads.core.run import RunRecord


_MINUTE = 60
_HOUR = 3600


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


REASONS: Mapping[str, Reason] = {reason.code: reason for reason in Reason}

REPAIRS: Mapping[str, str] = {
    Repair.PUNCTUATION: "spaces or punctuation taken out of the number",
    Repair.INVISIBLE: "invisible characters taken out of the number",
    Repair.OTHER_DIGITS: "digits of another script turned into 0 to 9",
    Repair.INTERNATIONAL_PREFIX: "international prefix such as 00 replaced",
    Repair.TRUNK_PREFIX: "leading 0 replaced by the country code",
    Repair.MISSING_PLUS: "country code recognised without its plus",
    Repair.LEADING_QUOTE: "leading apostrophe taken off",
    Repair.FORMULA: 'number taken out of ="…"',
    Repair.LINK: "p:, tel:, whatsapp: or a wa.me link taken off",
    Repair.EXTENSION: "extension dropped",
    Repair.DECIMAL: "trailing .0 taken off",
    Repair.TRAILING_WORDS: "words after the number dropped",
    Repair.SEVERAL_NUMBERS: "one number chosen of several in a cell",
    Repair.DIAL_CODE: "dial-code column joined to the number",
    Repair.OTHER_COLUMN: "number taken from a further phone column",
    Repair.NAME_SPLIT: "full name split into first and last name",
    Repair.NAME_FILLED: "empty last name filled in",
    Repair.EMAIL_DROPPED: "badly formed email dropped, the lead kept",
    Repair.ORDER_DROPPED: "order index that is no whole number dropped",
    Repair.TEXT_CLEANED: "control characters or stray spaces cleaned out of text",
}

LEFT_OUT: Mapping[LeftOutKind, str] = {
    LeftOutKind.REJECTED: "something is wrong with the row",
    LeftOutKind.DUPLICATE: "the same number is in an earlier row",
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

_SKIPPED = {
    "repeated_header": ("repeated header", "repeated headers"),
    "new_header": ("header of further columns", "headers of further columns"),
    "total": ("line of totals", "lines of totals"),
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
_FORMATS = {"csv": "CSV", "jsonl": "JSON Lines", "html": "HTML table", "vcf": "vCard"}


def reason(code: str) -> tuple[str, str]:
    """Return what a rejection's code says to a person, and the tip."""
    known = REASONS.get(code)
    return (known.says, known.tip) if known else (words(code), "")


def repair(code: str) -> str:
    """Return what a repair's code says to a person."""
    return REPAIRS.get(code) or words(code)


def warning_tip(code: str) -> str:
    """Return what to do about a warning, by its code."""
    return next((known.tip for known in WarningCode if known.code == code), "")


def skipped(code: str, number: int) -> str:
    """Return rows that count as blank though something stands in them: `2 repeated headers`."""
    one, many = _SKIPPED.get(code, (words(code), ""))
    return count(number, one, many)


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
    if campaign.settled_by_hand is not None and campaign.status is CampaignStatus.ACCEPTED:
        return "accepted, settled by hand"
    return STATUS[campaign.status]


def answer(campaign: CampaignRecord) -> str:
    """Return the service's last answer, `400 Duplicate phone numbers found`; "" for one that is in."""
    if campaign.status is CampaignStatus.ACCEPTED:
        return ""
    if re.match(rf"HTTP {campaign.code}\b", campaign.message):  # an answer without words of its own
        return campaign.message
    return f"{campaign.code or ''} {campaign.message}".strip()
