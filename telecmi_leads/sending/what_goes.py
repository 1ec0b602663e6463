"""Which campaigns of a run will be sent when it goes on: what is announced is what is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.core.campaign import CampaignStatus
from telecmi_leads.sending.isolation import Family, Rejoin

if TYPE_CHECKING:
    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.ledger import Ledger
    from telecmi_leads.settings.options import SendingOptions


def what_goes(ledger: Ledger, run_id: str, options: SendingOptions) -> list[CampaignRecord]:
    """Return the campaigns and parts that a run sends if it goes on now, in the order of the plan.

    A name that is taken has ended the run: nothing more of it is cut. A lead that was refused alone stays refused.
    """
    campaigns = [each for each in ledger.campaigns(run_id) if not each.split]
    isolate = options.isolate and not any(each.taken for each in campaigns)
    going = [each for each in campaigns if each.status.goes(isolate=isolate) and not _refused_alone(each)]
    # One that is whole and to be sent needs no look into the ledger: so it is with all of them, mostly.
    in_question = {each.root for each in going if each.id != each.root or not each.status.to_send}
    idle = {root for root in in_question if _is_idle(ledger, root, options, isolate=isolate)}
    return [each for each in going if each.root not in idle]


def _refused_alone(campaign: CampaignRecord) -> bool:
    return campaign.status is CampaignStatus.REFUSED and campaign.leads == 1


def _is_idle(ledger: Ledger, root: int, options: SendingOptions, *, isolate: bool) -> bool:
    """Tell whether nothing can be found out about a campaign that was refused or cut, or no budget is left for it."""
    move = Family(*ledger.family(root), budget=options.isolate_budget, cutting=isolate).next_move()
    return move is None or isinstance(move, Rejoin)
