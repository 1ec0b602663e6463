"""Whether the ledger still holds a campaign's request."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from telecmi_leads.ledger import Ledger


def has_body(ledger: Ledger, campaign_id: int) -> bool:
    """Tell whether a campaign's leads are still in the ledger."""
    try:
        ledger.body(campaign_id)
    except KeyError:
        return False
    return True
