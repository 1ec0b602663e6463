"""Taking people out of a plan that is not sent yet: those who asked not to be called after it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.core.campaign import CampaignStatus, refreeze, thaw_leads
from telecmi_leads.core.lead import NOBODY, LeftOutKind, LeftOutRow
from telecmi_leads.ledger import queries
from telecmi_leads.ledger.packed_rows import pack
from telecmi_leads.ledger.phone_hashes import Hasher
from telecmi_leads.ledger.staging import put_body

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.lead import Lead
    from telecmi_leads.ledger.store import Store

    Hits = Callable[[Sequence[str]], Sequence[int]]

# What never left this machine is no try: nobody has seen the bytes. A person's word only follows a try.
_TRY = "EXISTS (SELECT 1 FROM attempts WHERE campaign = campaigns.id AND kind IS NOT 'not_sent')"
_NEVER_TRIED = f"status = 'unsent' AND NOT {_TRY}"
_TRIED = f"status NOT IN ('accepted', 'refused') AND {_TRY}"
_OF_RUN = """
SELECT id, status FROM campaigns WHERE run = (SELECT seq FROM runs WHERE id = ?) AND split = 0 AND ({}) ORDER BY id
"""


def withdraw(  # noqa: PLR0913 - the run, who, and what becomes of them
    store: Store, run_id: str, hits: Hits, code: str, *, refused: bool, keep: bool = True
) -> int:
    """Take numbers out of the run's campaigns that nobody ever tried to send; return how many.

    Their rows count as excluded, with their numbers unless `keep` is False.
    """
    taken = 0
    which = f"({_NEVER_TRIED}) OR status = 'refused'" if refused else _NEVER_TRIED
    for campaign, status in _campaigns(store, run_id, which):
        body = queries.body(store, campaign)
        leads = thaw_leads(body)
        out = set(hits_among(leads, hits))
        if not out:
            continue
        kept = [lead for at, lead in enumerate(leads) if at not in out]
        with store.writing() as connection:
            if any(lead.phone for lead in kept):
                shrink(store, connection, campaign, body, kept)
            elif status == CampaignStatus.REFUSED:
                # Its name and what was answered stay; its places stay empty, and are not sent.
                kept = [NOBODY if at in out else lead for at, lead in enumerate(leads)]
                put_body(connection, campaign, refreeze(body, queries.campaign(store, campaign).name, kept))
                continue
            else:
                connection.execute("DELETE FROM campaigns WHERE id = ?", (campaign,))
            _exclude(store, connection, run_id, [leads[at].phone if keep else "" for at in sorted(out)], code)
        taken += len(out)
    store.changed()
    return taken


def tried_among(store: Store, run_id: str, hits: Hits) -> list[tuple[CampaignRecord, list[str]]]:
    """Return the campaigns that were tried and are not settled, with those of their numbers that `hits` finds."""
    found = []
    for campaign, _ in _campaigns(store, run_id, _TRIED):
        leads = thaw_leads(queries.body(store, campaign))
        phones = [leads[at].phone for at in hits_among(leads, hits)]
        if phones:
            found.append((queries.campaign(store, campaign), phones))
    return found


def hits_among(leads: Sequence[Lead], hits: Hits) -> list[int]:
    """Return the positions of the leads whose numbers `hits` finds; a lead that was forgotten has none."""
    present = [at for at, lead in enumerate(leads) if lead.phone]
    return [present[at] for at in hits([leads[at].phone for at in present])]


def shrink(store: Store, connection: sqlite3.Connection, campaign: int, body: bytes, kept: Sequence[Lead]) -> None:
    """Freeze a campaign anew under its own name, with the leads that are kept."""
    connection.execute("UPDATE campaigns SET leads = ? WHERE id = ?", (len(kept), campaign))
    put_body(connection, campaign, refreeze(body, queries.campaign(store, campaign).name, kept))


def _campaigns(store: Store, run_id: str, which: str) -> list[tuple[int, str]]:
    return store.rows(_OF_RUN.format(which), (run_id,))


def _exclude(store: Store, connection: sqlite3.Connection, run_id: str, phones: Sequence[str], code: str) -> None:
    seq, account = connection.execute("SELECT seq, account FROM runs WHERE id = ?", (run_id,)).fetchone()
    rows = [LeftOutRow(0, 0, LeftOutKind.EXCLUDED, code, phone=phone) for phone in phones]
    connection.executemany(
        "INSERT INTO left_out (run, kind, count, content) VALUES (?, ?, ?, ?)",
        [(seq, kind, count, content) for kind, (count, content) in pack(rows).items()],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO left_phones VALUES (?, ?, ?, ?)",
        [
            (number, seq, LeftOutKind.EXCLUDED, code)
            for number in Hasher(store.key, account).numbers(filter(None, phones))
        ],
    )
