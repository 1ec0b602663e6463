"""Leads → groups (by column, country, type or time zone) → numbered, named campaigns, their requests frozen.

The same input gives the same plan.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from string import Formatter
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from telecmi_leads.core.campaign import LONGEST_NAME, StagedCampaign, encode_leads, freeze
from telecmi_leads.core.errors import UsageError
from telecmi_leads.core.text import clean, fold_name, safe

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import date

    from telecmi_leads.core.lead import Lead
    from telecmi_leads.phones import NumberProfile
    from telecmi_leads.settings.options import CampaignOptions


_ZONES_NAMED = 2


def _timezone_group(zones: Sequence[str]) -> str:
    """Return the group of numbers that may lie in just these zones, and in no others.

    A mobile of a country with many zones, or a toll-free number, must not be among those of a single one. A name that
    can't hold all zones tells the set by a digest.
    """
    names = sorted(zones)
    if len(names) <= _ZONES_NAMED:
        return "+".join(names)
    mark = hashlib.sha256("+".join(names).encode()).hexdigest()[:4]
    return f"{names[0]}+{len(names) - 1} zones {mark}"


VIRTUAL_COLUMNS: Mapping[str, Callable[[NumberProfile], str]] = {
    "country": lambda profile: profile.region or "",
    "timezone": lambda profile: _timezone_group(profile.timezones),
    "type": lambda profile: profile.type.value,
}
"""What --split-by knows beside the file's columns."""


class Audience:
    """Counts the leads of a run by what their numbers tell, as they come."""

    def __init__(self) -> None:
        self._profiles: Counter[NumberProfile] = Counter()

    def add(self, profiles: Mapping[NumberProfile, int]) -> None:
        """Take in a block's leads, counted."""
        self._profiles.update(profiles)

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Return name of the virtual column → value → leads, most first."""
        counts: dict[str, dict[str, int]] = {}
        for name, value_of in VIRTUAL_COLUMNS.items():
            counter: Counter[str] = Counter()
            for profile, leads in self._profiles.items():
                counter[value_of(profile)] += leads
            # Leads whose number tells nothing make no group of their own in the figures.
            del counter[""]
            if counter:
                counts[name] = dict(counter.most_common())
        return counts


NO_GROUP = "other"
"""The group of leads whose value in the column to split by is empty."""

_BLANK = "\0"  # stands for no value among the values, none of which holds a control character
_DIGEST_DIGITS = 8


_GROUP = "{group}"
_IN_NAMES = re.compile(r"\{\{|\}\}|\{(date|file|group)\}")
"""What braces in --name may be: doubled they stand for one, as in --name-format and --set."""


def name_placeholders(name: str) -> frozenset[str]:
    """Return which of date, file and group a --name holds."""
    return frozenset(filter(None, _IN_NAMES.findall(name)))


def format_shows(name_format: str, placeholder: str) -> bool:
    """Tell whether a --name-format holds a placeholder; doubled braces are none."""
    return any(field == placeholder for _, field, _, _ in Formatter().parse(name_format))


def run_name(name: str, *, today: date, stem: str, grouped: bool = False) -> str:
    """Return --name with {date} and {file} filled in and control characters taken out; {group} stays.

    `stem` is the first input's file name without its ending; `grouped` says that there is a --split-by. Raises
    UsageError for an empty name, for another placeholder, and for braces that would be taken for {group} where there
    are groups.
    """
    rest = _IN_NAMES.sub("", name)
    if "{" in rest or "}" in rest:
        raise UsageError(
            f"--name {safe(name)!r} holds a placeholder that does not exist.",
            hint="There are {date}, {file} and {group}; {{ and }} stand for braces.",
        )
    values = {"date": today.isoformat(), "file": stem}
    filled = clean(_filled(name, values))
    if not filled:
        raise UsageError("--name is empty.", hint="Give the campaigns a name, such as --name March.")
    if grouped and _GROUP in clean(_filled(name, {**values, "group": NO_GROUP})):
        raise UsageError(
            f"The name {safe(filled)!r} holds the letters {_GROUP}, which --split-by would fill in.",
            hint=f"Say in --name what the campaigns are called, without them or with {_GROUP} as a placeholder.",
        )
    return filled


def name_pattern(name: str, *, stem: str) -> str:
    """Return --name as `run_name` fills it in, but with {date} left: the same command on another day has the same."""
    return clean(_filled(name, {"file": stem}))


def _filled(name: str, values: Mapping[str, str]) -> str:
    """Return --name with these placeholders filled in and the others left; doubled braces are braces."""
    return _IN_NAMES.sub(lambda found: values.get(found[1], found[0]) if found[1] else found[0][0], name)


class _Series(Struct):
    """The campaigns of one group: its leads that wait for a campaign, and the last number used."""

    group: str
    number: int
    leads: list[Lead] = field(default_factory=list)


class Planner(Struct):
    """Fills campaigns with leads as they come; a campaign is handed out as soon as it is full.

    `name` is the run's name, `last_numbers` those after which to count, by folded group. Without --split-by there is
    one series, whose group is ""; with it, one for each value, compared without regard to case. `taken` holds folded
    names that are in use: a group's campaigns take the next free number instead. `app_id` is None for a
    trial of which nothing will be sent: its campaigns have no request.
    """

    name: str
    app_id: int | None
    options: CampaignOptions
    last_numbers: Mapping[str, int] = field(default_factory=dict)
    taken: Collection[str] = ()
    _series: dict[str, _Series] = field(default_factory=dict)
    _groups: set[str] = field(default_factory=set)
    _names: dict[str, str] = field(default_factory=dict)
    _ordered: int = 0

    def add(self, leads: Sequence[Lead], groups: Sequence[str] = ()) -> Iterator[StagedCampaign]:
        """Take leads in input order and yield the campaigns that became full. `groups` runs parallel, or is empty."""
        if self.options.order:
            leads = self._numbered(leads)
        if not groups:
            yield from self._fill(self._series_of(""), leads)
            return
        shares: dict[str, list[Lead]] = {}
        for lead, group in zip(leads, groups, strict=True):
            shares.setdefault(group, []).append(lead)
        for group, share in shares.items():
            yield from self._fill(self._series_of(group) if group else self._series_of(NO_GROUP, _BLANK), share)

    def restart(self) -> None:
        """Forget all leads taken so far: they will be given again, in another choice."""
        for each in (self._series, self._groups, self._names):
            each.clear()
        self._ordered = 0

    def finish(self) -> Iterator[StagedCampaign]:
        """Yield the last campaign of each series, where leads are left."""
        for series in self._series.values():
            if series.leads:
                yield self._campaign(series, series.leads)
                series.leads = []

    @property
    def needs_leads(self) -> bool:
        """Whether campaigns are made of their leads; else their number is enough, and NOBODY will do."""
        return self.app_id is not None or self._shows_digests

    @property
    def _shows_digests(self) -> bool:
        return format_shows(self.options.name_format, "digest")

    @property
    def names(self) -> frozenset[str]:
        """The names of the campaigns handed out so far."""
        return frozenset(self._names.values())

    def _numbered(self, leads: Sequence[Lead]) -> list[Lead]:
        first = self._ordered + 1
        self._ordered += len(leads)
        return [msgspec.structs.replace(lead, order_index=order) for order, lead in enumerate(leads, first)]

    def _series_of(self, group: str, key: str = "") -> _Series:
        """Return a group's series; values whose name is taken, as "other" is by no value, count up to a free one."""
        # "Delhi" and "DELHI" are one group: a service may take their campaigns' names for the same.
        key = key or group.casefold()
        if key not in self._series:
            number, value = 1, group
            while group.casefold() in self._groups:
                number += 1
                group = f"{value} {number}"
            self._groups.add(group.casefold())
            self._series[key] = _Series(group, self.last_numbers.get(group.casefold(), 0))
        return self._series[key]

    def _fill(self, series: _Series, leads: Sequence[Lead]) -> Iterator[StagedCampaign]:
        waiting, size = series.leads, self.options.size
        waiting.extend(leads)
        # Slices of one list and one deletion: taking leads off one by one would cost a move of all for each campaign.
        full = len(waiting) - len(waiting) % size
        for start in range(0, full, size):
            yield self._campaign(series, waiting[start : start + size])
        del waiting[:full]

    def _campaign(self, series: _Series, leads: list[Lead]) -> StagedCampaign:
        users = encode_leads(leads) if self.needs_leads else b""
        digest = hashlib.sha256(users).hexdigest()[:_DIGEST_DIGITS] if self._shows_digests else ""
        name = self._campaign_name(series, digest)
        body = b"" if self.app_id is None else freeze(name, self.app_id, users)
        return StagedCampaign(series.number, series.group, name, len(leads), body)

    def _campaign_name(self, series: _Series, digest: str) -> str:
        """Return the name for the next campaign of a series, which counts on; groups are told apart by the number."""
        while True:
            series.number += 1
            name = self._formatted(series, digest)
            folded = fold_name(name)
            if folded not in self._names and not (series.group and folded in self.taken):
                break
            if not series.group or self._formatted(replace(series, number=series.number + 1), digest) == name:
                raise UsageError(
                    f"Two campaigns would both be called {safe(name)!r}, as a service may compare names.",
                    hint="Choose a --name-format that keeps {name} and {number} apart, such as {name}-{number:03d}.",
                )
        if len(name) > LONGEST_NAME:
            raise UsageError(
                f"The campaign's name {safe(name)!r} has {len(name)} characters; {LONGEST_NAME} are allowed.",
                hint="Choose a shorter --name or --name-format, or another column for --split-by.",
            )
        self._names[folded] = name
        return name

    def _formatted(self, series: _Series, digest: str) -> str:
        # Without groups these letters are of the file's name, or of doubled braces.
        base = self.name.replace(_GROUP, series.group) if series.group else self.name
        if series.group and _GROUP not in self.name and not format_shows(self.options.name_format, "group"):
            base = f"{base}-{series.group}"
        return clean(
            self.options.name_format.format(name=base, number=series.number, digest=digest, group=series.group)
        )
