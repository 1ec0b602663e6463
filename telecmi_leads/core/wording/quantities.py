"""Counts, shares and times as words."""

from __future__ import annotations

import math

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
