"""Taking people out of a plan that is not sent yet: those who asked not to be called after it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.core.campaign import CampaignStatus, encode_leads, leads_digest, refreeze, thaw_leads
from telecmi_leads.core.lead import LeftOutKind, LeftOutRow
from telecmi_leads.ledger import queries
from telecmi_leads.ledger.packed_rows import pack
from telecmi_leads.ledger.phone_hashes import Hasher
from telecmi_leads.ledger.records import DOUBTFUL
from telecmi_leads.ledger.staging import put_body

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

    from telecmi_leads.ledger.store import Store

    Hits = Callable[[Sequence[str]], Sequence[int]]

_OPEN = """
SELECT id FROM campaigns WHERE run = (SELECT seq FROM runs WHERE id = ?) AND split = 0 AND status IN ({}) ORDER BY id
"""


def withdraw(store: Store, run_id: str, hits: Hits, code: str) -> int:
    """Take numbers out of the run's campaigns that provably were never carried out; return how many."""
    taken = 0
    for (campaign,) in _in_state(store, run_id, CampaignStatus.UNSENT):
        body = queries.body(store, campaign)
        leads = thaw_leads(body)
        out = set(hits([lead.phone for lead in leads]))
        if not out:
            continue
        kept = [lead for at, lead in enumerate(leads) if at not in out]
        with store.writing() as connection:
            if kept:
                name = queries.campaign(store, campaign).name
                connection.execute(
                    "UPDATE campaigns SET leads = ?, digest = ? WHERE id = ?",
                    (len(kept), leads_digest(encode_leads(kept)), campaign),
                )
                put_body(connection, campaign, refreeze(body, name, kept))
            else:
                connection.execute("DELETE FROM campaigns WHERE id = ?", (campaign,))
            _exclude(store, connection, run_id, [leads[at].phone for at in sorted(out)], code)
        taken += len(out)
    store.changed()
    return taken


def waiting_among(store: Store, run_id: str, hits: Hits) -> int:
    """Return how many of the numbers that `hits` finds are in the run's campaigns of unknown outcome."""
    campaigns = _in_state(store, run_id, *DOUBTFUL)
    return sum(len(hits([lead.phone for lead in thaw_leads(queries.body(store, id_))])) for (id_,) in campaigns)


def _in_state(store: Store, run_id: str, *states: CampaignStatus) -> list[tuple[int]]:
    return store.rows(_OPEN.format(", ".join("?" * len(states))), (run_id, *states))


def _exclude(store: Store, connection: sqlite3.Connection, run_id: str, phones: Sequence[str], code: str) -> None:
    seq, account = connection.execute("SELECT seq, account FROM runs WHERE id = ?", (run_id,)).fetchone()
    rows = [LeftOutRow(0, 0, LeftOutKind.EXCLUDED, code, phone=phone) for phone in phones]
    connection.executemany(
        "INSERT INTO left_out (run, kind, count, content) VALUES (?, ?, ?, ?)",
        [(seq, kind, count, content) for kind, (count, content) in pack(rows).items()],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO left_phones VALUES (?, ?, ?, ?)",
        [(number, seq, LeftOutKind.EXCLUDED, code) for number in Hasher(store.key, account).numbers(phones)],
    )
