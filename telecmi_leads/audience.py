"""What a number tells of its lead: country, type and time zone, to split campaigns by and to count."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from telecmi_leads.phones import region_of_number, timezones_of_number, type_of_number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SEVERAL_ZONES = "several zones"
"""The group of numbers whose time zone the number does not tell: mobiles of a country with many, toll-free numbers."""


def _one_timezone(zones: Sequence[str]) -> str:
    """Return the zone a number is in; one that may be in several must not be among those of a single one."""
    return SEVERAL_ZONES if len(zones) > 1 else "".join(zones)


VIRTUAL_COLUMNS: Mapping[str, Callable[[str], str]] = {
    "country": lambda number: region_of_number(number) or "",
    "timezone": lambda number: _one_timezone(timezones_of_number(number)),
    "type": lambda number: type_of_number(number).value,
}
"""What --split-by knows beside the file's columns."""

MOST_LEADS = 100_000
"""Larger runs are not counted: it would take as long as the rest of their preparation."""


class Audience:
    """Counts the leads of a run by what their numbers tell, as they come."""

    def __init__(self) -> None:
        self._leads = 0
        self._counts: dict[str, Counter[str]] = {name: Counter() for name in VIRTUAL_COLUMNS}

    def add(self, numbers: Sequence[str]) -> None:
        """Count a block's numbers (E.164 digits)."""
        self._leads += len(numbers)
        if self._leads <= MOST_LEADS:
            for name, value_of in VIRTUAL_COLUMNS.items():
                self._counts[name].update(filter(None, map(value_of, numbers)))

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Return name of the virtual column → value → leads, most first; empty for a run that is too large."""
        if self._leads > MOST_LEADS:
            return {}
        return {name: dict(counter.most_common()) for name, counter in self._counts.items() if counter}
