"""The values that options have: their types, and the checks that turn text into them.

A check takes text and returns the typed value, or raises ValueError with a sentence that says what may be given.
"""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct

from telecmi_leads.core.lead import Field

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


class RejectLimit(Struct, frozen=True):
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


class Age(Struct, frozen=True):
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


def milliseconds(text: str) -> float:
    """Read a number of milliseconds → seconds."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise ValueError("give a number of milliseconds, such as 200")
    return value / 1000


def age(text: str) -> timedelta:
    """Read an age: `7d`, `12h`, `2w`. A bare number has no unit, and m may be minutes or months: both are refused."""
    text = text.strip()
    try:
        return timedelta(seconds=positive_seconds(text if text[-1:].lower() in {"h", "d", "w"} else ""))
    except (ValueError, OverflowError):
        raise ValueError("give a number with h, d or w, such as 12h, 7d or 2w") from None


def age_or_ever(text: str) -> Age | None:
    """Read `ever` or an age; None for the `false` by which a profile undoes what the top level says."""
    if text.strip().lower() == "false":
        return None
    return Age(None) if text.strip().lower() in {"ever", "true"} else Age(age(text))


def web_address(text: str) -> str:
    """Read an address that can be requested: http or https, with a host, and no fragment."""
    try:
        parts = urlsplit(text.strip())
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.fragment
        _ = parts.port
    except ValueError:
        usable = False
    if not usable or not text.isprintable() or " " in text.strip():
        raise ValueError("give an address that begins with https:// or http://, such as https://hc.example.com/ID")
    return text.strip()


def folder(text: str) -> Path:
    """Read a folder's path; an empty one is an error, since it would mean the working folder."""
    if not text.strip():
        raise ValueError("name a folder")
    return Path(text)


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


_WHOLE_PERCENT = 100.0


def reject_limit(text: str) -> RejectLimit:
    """Read `200` or `5%`."""
    text = text.strip()
    try:
        if not text.endswith("%"):
            return RejectLimit(rows=whole(0)(text))
        percent = float(text[:-1])
    except ValueError:
        percent = -1.0
    if not 0 <= percent <= _WHOLE_PERCENT:
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
        import difflib

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
    # Tried on two campaigns: that their names differ is what counts, whichever placeholder does it.
    names = {text.format(name="n", number=number, digest=f"{number:08x}", group="g") for number in (1, 2)}
    if len(names) == 1:
        raise ValueError("it must hold {number} or {digest}, or all campaigns would have one name")
    return text
