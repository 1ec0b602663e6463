"""How far an upload is: leads by outcome, campaigns done, and what is under way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.core.campaign import CampaignStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from telecmi_leads.core.campaign import CampaignRecord


class UploadTally:
    """Counts an upload's leads and campaigns as outcomes come.

    `leads` holds the leads of each planned campaign that takes part, by its id; `in_doubt` those of the campaigns and
    parts among them whose outcome is unknown from before, by theirs.
    """

    def __init__(self, leads: Mapping[int, int], in_doubt: Mapping[int, int]) -> None:
        self.total_leads, self.total_campaigns = sum(leads.values()), len(leads)
        self.under_way: dict[str, int] = {}
        self._leads = dict.fromkeys(CampaignStatus, 0)
        self._left = dict(leads)
        self._in_doubt = dict(in_doubt)
        self._settled: dict[int, CampaignRecord] = {}

    def starts(self, campaign: CampaignRecord) -> None:
        """Take note of a request that leaves."""
        self._in_doubt.pop(campaign.id, None)
        self.under_way[campaign.name] = campaign.leads

    def ends(self, name: str) -> None:
        """Take note that a campaign's request has ended, however it did."""
        self.under_way.pop(name, None)

    def settles(self, campaign: CampaignRecord, replaced: Collection[int] = ()) -> list[CampaignRecord]:
        """Count a campaign by its outcome in place of what was counted of it before, its own parts included.

        A campaign that was cut does not count: its parts do. Return what counts no longer.
        """
        self._in_doubt.pop(campaign.id, None)
        gone = [record for id_ in (*replaced, campaign.id) if (record := self._settled.pop(id_, None)) is not None]
        for record in gone:
            self._add(record, -1)
        if not campaign.split:
            self._settled[campaign.id] = campaign
            self._add(campaign, 1)
        return gone

    def _add(self, campaign: CampaignRecord, sign: int) -> None:
        self._leads[campaign.status] += sign * campaign.leads
        if campaign.status is not CampaignStatus.UNSENT:
            self._left[campaign.root] = self._left.get(campaign.root, 0) - sign * campaign.leads

    @property
    def done(self) -> int:
        """The leads that have an outcome."""
        return sum(self._leads.values()) - self._leads[CampaignStatus.UNSENT]

    @property
    def campaigns(self) -> int:
        """The planned campaigns of which all leads have an outcome."""
        return self.total_campaigns - sum(left > 0 for left in self._left.values())

    @property
    def accepted(self) -> int:
        """The leads that are in."""
        return self._leads[CampaignStatus.ACCEPTED]

    @property
    def refused(self) -> int:
        """The leads that the service refused."""
        return self._leads[CampaignStatus.REFUSED]

    @property
    def unproven(self) -> int:
        """The leads of outcomes that prove nothing."""
        return sum(leads for status, leads in self._leads.items() if status.doubtful)

    @property
    def unproven_at_the_end(self) -> int:
        """The same once nothing is heard any more: with those under way, and those not tried again."""
        return self.unproven + sum(self.under_way.values()) + sum(self._in_doubt.values())
