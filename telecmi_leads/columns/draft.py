"""A plan while it is being made: columns are given to fields one after the other, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from telecmi_leads.core.lead_fields import Field

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from telecmi_leads.columns.candidates import Candidate
    from telecmi_leads.columns.column_match import Rule


@dataclass(slots=True)
class Draft:
    """Columns given to fields so far, and the reason for each column looked at."""

    phones: list[int] = field(default_factory=list)
    sources: dict[Field, list[int]] = field(default_factory=dict)
    addresses: list[tuple[int, ...]] = field(default_factory=list)
    titles: list[int] = field(default_factory=list)
    middles: list[int] = field(default_factory=list)
    companies: list[int] = field(default_factory=list)
    reasons: dict[int, tuple[Field | None, Rule, str]] = field(default_factory=dict)

    def give(self, target: Field, candidates: Iterable[Candidate], rule: Rule | None = None) -> None:
        """Give columns to a field, best first; each reason is its reading's unless `rule` says another."""
        to = self.phones if target is Field.PHONE else self.sources.setdefault(target, [])
        for candidate in candidates:
            to.append(candidate.index)
            self.reasons[candidate.index] = (target, rule or candidate.reading.rule, candidate.reading.word)
        if not to and target is not Field.PHONE:
            del self.sources[target]

    def take(self, target: Field, columns: Sequence[int]) -> None:
        """Take columns away from a field."""
        left = [index for index in self.sources.pop(target, ()) if index not in columns]
        if left:
            self.sources[target] = left

    def put(self, to: list[int], candidates: Iterable[Candidate], target: Field, rule: Rule) -> None:
        """Put columns into `titles`, `middles` or `companies`, which go into the field `target`."""
        for candidate in candidates:
            to.append(candidate.index)
            self.reasons[candidate.index] = (target, rule, "")

    def used(self) -> frozenset[int]:
        """Return the columns that feed something."""
        extra = (*self.titles, *self.middles, *self.companies)
        sources = (index for indexes in self.sources.values() for index in indexes)
        parts = (index for address in self.addresses for index in address)
        return frozenset((*self.phones, *extra, *sources, *parts))
