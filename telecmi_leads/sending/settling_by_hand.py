"""A person's word on a campaign whose outcome the program could not prove."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.core.errors import UsageError
from telecmi_leads.core.text import safe
from telecmi_leads.sending.isolation import Family, rejoin

if TYPE_CHECKING:
    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.clock import Clock
    from telecmi_leads.ledger import Ledger


def resolve(ledger: Ledger, run_id: str, campaign: str, *, accepted: bool, clock: Clock) -> CampaignRecord:
    """Settle a campaign, given by its name or number, as accepted, or as not uploaded; return it as it is then.

    To be called under the account's lock. One that is not uploaded is unsent again and goes under the same name with
    the next `resume`; its history stays, so that a name taken all the same is not mistaken for somebody else's
    campaign. Raises UsageError where there is no such campaign, several, or nothing to settle.
    """
    ledger.settle_interrupted(run_id, at=clock.now())  # a dead process may have left it on its way
    _make_whole(ledger, run_id, clock)
    found = _find(ledger, run_id, campaign)
    if not found.status.resolvable or found.split:
        raise UsageError(
            f"Campaign {safe(found.name)} is {found.status}: there is nothing to resolve",
            hint="Only a campaign that is unknown or unverified needs a person's word.",
        )
    settled = ledger.resolve(found.id, accepted=accepted, at=clock.now())
    ledger.finish_run(run_id)
    return settled


def _make_whole(ledger: Ledger, run_id: str, clock: Clock) -> None:
    """Join the parts of campaigns that a dead process was cutting: the service knows them by one name."""
    for root in sorted({each.root for each in ledger.campaigns(run_id) if each.split}):
        for move in Family(*ledger.family(root), budget=0, cutting=False).unsettled():
            rejoin(ledger, move, at=clock.now())


def _find(ledger: Ledger, run_id: str, wanted: str) -> CampaignRecord:
    campaigns = ledger.campaigns(run_id)
    found = [each for each in campaigns if each.name == wanted and not each.split]
    found = found or [each for each in campaigns if each.name == wanted]
    found = found or [each for each in campaigns if str(each.number) == wanted.lstrip("0") and each.parent is None]
    if len(found) == 1:
        return found[0]
    open_ones = ", ".join(safe(each.name) for each in campaigns if each.status.resolvable and not each.split)
    raise UsageError(
        f"Run {run_id} has {'several campaigns' if found else 'no campaign'} {safe(wanted)}",
        hint=f"To be resolved: {open_ones}." if open_ones else "Nothing in this run is to be resolved.",
    )
