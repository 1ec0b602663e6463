"""What a ledger keeps behind its methods: for tests that look into its file, or damage it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from datetime import datetime

    from telecmi_leads.ledger import Ledger


def connection(ledger: Ledger) -> sqlite3.Connection:
    """Return the open connection to the ledger's file."""
    return ledger._store.connection  # noqa: SLF001 - what this module is for


def in_flight(ledger: Ledger) -> set[int]:
    """Return the campaigns whose requests this process has under way."""
    return ledger._store.in_flight  # noqa: SLF001 - what this module is for


def has_body(ledger: Ledger, campaign_id: int) -> bool:
    """Tell whether a campaign's leads are still in the ledger."""
    try:
        ledger.body(campaign_id)
    except KeyError:
        return False
    return True


def uploaded_among(ledger: Ledger, account: str, phones: Sequence[str], since: datetime | None) -> list[bool]:
    """Tell for each number whether --new-only leaves it out: uploaded ever or since a time, or still to be sent."""
    known = ledger.known_among(account, phones)
    return [
        any(since is None or not each.status.settled or (each.settled or since) >= since for each in known.get(at, ()))
        for at in range(len(phones))
    ]
