"""Who is left out of a refused campaign before it is cut: its parts are new requests, which must hold nobody in vain.

Whoever was uploaded since under another name, is on a do-not-call list by now, or was forgotten. A campaign that may be
in as it is can't be changed: only the same leads under the same name show whether it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from telecmi_leads.core.campaign import CampaignStatus, thaw_leads
from telecmi_leads.core.lead import LeftOutKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.ledger import Ledger

    Lists = Mapping[str, Callable[[Sequence[str]], Sequence[int]]]
    """By its name, what returns the positions of numbers that are on a do-not-call list."""


class LeavingOut(Struct, frozen=True):
    """Looks for people of a run who must be in no part of a campaign."""

    ledger: Ledger
    run: str
    lists: Lists

    def leave_out_of(self, record: CampaignRecord, body: bytes) -> bool:
        """Leave whom it must hold no more out of a campaign; return whether somebody was, or would have to be.

        One that may be in as it is stays as it is.
        """
        phones = [lead.phone for lead in thaw_leads(body)]
        forgotten = {at for at, phone in enumerate(phones) if not phone}
        known = self.ledger.uploaded_since(record, phones)
        uploaded = {at for at, found in enumerate(known) if found} - forgotten
        listed = self._lists_with(phones)
        if record.status is CampaignStatus.REFUSED:
            if listed:
                self._withdraw(listed)
            elif uploaded:
                self.ledger.leave_out(record.id, uploaded, LeftOutKind.ALREADY_UPLOADED, "")
            elif forgotten:
                self.ledger.leave_out(record.id, forgotten, LeftOutKind.EXCLUDED, "forgotten")
        return bool(listed or uploaded or forgotten)

    def listed_among(self, campaigns: Sequence[int]) -> bool:
        """Tell whether a list holds somebody of these campaigns."""
        return any(
            self._lists_with([lead.phone for lead in thaw_leads(self.ledger.body(campaign))]) for campaign in campaigns
        )

    def _lists_with(self, phones: Sequence[str]) -> list[str]:
        """Return the names of the lists that hold one of these numbers; who was forgotten has none."""
        present = list(filter(None, phones))
        return [name for name, hits in self.lists.items() if hits(present)]

    def _withdraw(self, lists: Sequence[str]) -> None:
        for name in lists:
            self.ledger.withdraw(self.run, self.lists[name], name, refused=True)
