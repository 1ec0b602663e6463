"""Cutting a refused campaign until the offending leads stand alone (`--isolate`): what to cut next, and when to stop.

Level by level: the first part of each pair is sent; where it is accepted, the second must hold the offender and is
cut without being sent. So an offender in the second part costs one request and in the first two, and the first is
made the smaller one: by the golden section one bad lead of a thousand is found in 17 requests at the most.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from telecmi_leads.core.campaign import (
    CampaignStatus,
    OutcomeKind,
    StagedCampaign,
    encode_leads,
    leads_digest,
    refreeze,
    thaw_leads,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.lead import Lead
    from telecmi_leads.ledger import Word

_FIRST_PART = 0.382
"""The golden section: the smaller part is to the larger as the larger to the whole."""

_HOPELESS = 6
"""Refusals without one acceptance, all of the first two levels, that say that single leads are not what is wrong."""

_REQUESTS_A_CUT = 2


def halve(campaign: CampaignRecord, body: bytes) -> tuple[StagedCampaign, StagedCampaign]:
    """Cut a campaign of two leads or more in two, called like it with a and b behind."""
    leads = thaw_leads(body)
    cut = max(1, round(len(leads) * _FIRST_PART))
    return _part(campaign, body, "a", leads[:cut]), _part(campaign, body, "b", leads[cut:])


def _part(campaign: CampaignRecord, body: bytes, letter: str, leads: Sequence[Lead]) -> StagedCampaign:
    name = f"{campaign.name}{letter}"
    digest = leads_digest(encode_leads(leads))
    return StagedCampaign(campaign.number, campaign.group, name, len(leads), digest, refreeze(body, name, leads))


@dataclass(frozen=True, slots=True)
class Level:
    """What follows when a level is through: which campaigns to cut, and which to leave whole."""

    cut: tuple[CampaignRecord, ...]
    whole: tuple[CampaignRecord, ...]


@dataclass(slots=True)
class _Family:
    """A refused campaign and the parts cut from it."""

    budget: int
    requests: int = 0
    accepted: int = 0
    refused: int = 0
    open: set[int] = field(default_factory=set)
    offending: list[CampaignRecord] = field(default_factory=list)

    def next_level(self) -> Level:
        """Say what to do with the offending ones, now that nothing is open, and forget them.

        One that is known to offend without having been sent will be cut or sent; its request is kept back from the
        budget.
        """
        offending, self.offending = self.offending, []
        unsent = sum(each.status is CampaignStatus.UNSENT for each in offending)
        left = self.budget - self.requests - unsent
        hopeless = self.accepted == 0 and self.refused >= _HOPELESS
        cut: list[CampaignRecord] = []
        whole: list[CampaignRecord] = []
        for each in offending:
            known = each.status is CampaignStatus.UNSENT
            price = _REQUESTS_A_CUT - known
            if each.leads > 1 and price <= left and not hopeless:
                left -= price
                cut.append(each)
            else:
                whole.append(each)
        return Level(tuple(cut), tuple(whole))


class Isolation:
    """All families of a run. Does nothing where --isolate is off."""

    def __init__(self, *, on: bool, budget: int) -> None:
        self._on = on
        self._budget = budget
        self._families: dict[str, _Family] = {}
        self._of: dict[str, _Family] = {}
        self._second: dict[str, CampaignRecord] = {}

    def take_up(self, records: Sequence[CampaignRecord], last_kind: Callable[[int], OutcomeKind | Word | None]) -> None:
        """Go on where an earlier process stopped. `records` has a campaign before its parts."""
        if not self._on:
            return
        for record in records:
            if record.parent is not None:
                family = self._of.setdefault(record.name, self._family(record.parent))
                family.requests += record.attempts
                if record.status.to_send and not record.split:
                    family.open.add(record.id)
            if record.status is CampaignStatus.ACCEPTED and record.name in self._of:
                self._of[record.name].accepted += 1
            if record.status is CampaignStatus.REFUSED and last_kind(record.id) is OutcomeKind.REFUSED:
                family = self._family(record.name)
                family.refused += record.parent is not None
                if not record.split:
                    family.offending.append(record)

    def _family(self, name: str) -> _Family:
        if name not in self._of:
            self._of[name] = self._families[name] = _Family(self._budget)
        return self._of[name]

    def sent(self, record: CampaignRecord) -> None:
        """Count a request against the family's budget."""
        if record.parent is not None and record.name in self._of:
            self._of[record.name].requests += 1

    def takes(self, record: CampaignRecord, kind: OutcomeKind) -> bool:
        """Take note of where a campaign has come to rest; tell whether it is a refused one that may still be cut."""
        if not self._on or (record.name not in self._of and kind is not OutcomeKind.REFUSED):
            return False
        family = self._family(record.name)
        family.open.discard(record.id)
        family.accepted += record.status is CampaignStatus.ACCEPTED
        if record.status is not CampaignStatus.REFUSED or kind is not OutcomeKind.REFUSED:
            return False
        family.refused += record.parent is not None
        family.offending.append(record)
        return True

    def freed_by(self, record: CampaignRecord) -> CampaignRecord | None:
        """Return the second part that waited for this first one, if it has to be sent.

        Where the first was accepted it need not be: it is known to hold the offender, and is taken to be cut.
        """
        second = self._second.pop(record.name, None)
        if second is None or record.status is not CampaignStatus.ACCEPTED:
            return second
        family = self._of[second.name]
        family.open.discard(second.id)
        family.offending.append(second)
        return None

    def levels(self) -> list[Level]:
        """Return what follows in the families of which nothing is open any more."""
        return [family.next_level() for family in self._families.values() if family.offending and not family.open]

    def cut(self, record: CampaignRecord, first: CampaignRecord, second: CampaignRecord) -> None:
        """Take note that a campaign was cut in two; the second part waits for the first."""
        family = self._of[record.name]
        for part in (first, second):
            self._of[part.name] = family
            family.open.add(part.id)
        self._second[first.name] = second

    def send(self, record: CampaignRecord) -> None:
        """Take note that a campaign known to offend is sent after all."""
        self._of[record.name].open.add(record.id)

    def undecided(self) -> list[CampaignRecord]:
        """Return the refused campaigns that a run ends with before their level was through."""
        return [
            each
            for family in self._families.values()
            for each in family.offending
            if each.status is CampaignStatus.REFUSED
        ]
