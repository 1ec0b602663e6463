"""Who the leads of a run are, by what their numbers tell: country, type and time zone, to split by and to count."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from telecmi_leads.phones import NumberProfile

SEVERAL_ZONES = "several zones"
"""The group of numbers whose time zone the number does not tell: mobiles of a country with many, toll-free numbers."""


def _one_timezone(zones: Sequence[str]) -> str:
    """Return the zone a number is in; one that may be in several must not be among those of a single one."""
    return SEVERAL_ZONES if len(zones) > 1 else "".join(zones)


VIRTUAL_COLUMNS: Mapping[str, Callable[[NumberProfile], str]] = {
    "country": lambda profile: profile.region or "",
    "timezone": lambda profile: _one_timezone(profile.timezones),
    "type": lambda profile: profile.type.value,
}
"""What --split-by knows beside the file's columns."""


class Audience:
    """Counts the leads of a run by what their numbers tell, as they come."""

    def __init__(self) -> None:
        self._profiles: Counter[NumberProfile] = Counter()

    def add(self, profiles: Iterable[NumberProfile]) -> None:
        """Count a block's leads."""
        self._profiles.update(profiles)

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Return name of the virtual column → value → leads, most first."""
        counts: dict[str, dict[str, int]] = {}
        for name, value_of in VIRTUAL_COLUMNS.items():
            counter: Counter[str] = Counter()
            for profile, leads in self._profiles.items():
                counter[value_of(profile)] += leads
            del counter[""]
            if counter:
                counts[name] = dict(counter.most_common())
        return counts
