"""Campaigns that `--isolate` cuts: their parts, whose names they have, and how they become whole again.

A campaign that is cut keeps its row, its name and its tries; its leads count with its parts. All functions are to be
used under the account's lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.core.campaign import CampaignStatus, OutcomeKind, refreeze, thaw_leads
from telecmi_leads.core.lead import LeftOutKind, LeftOutRow
from telecmi_leads.core.run import RunState
from telecmi_leads.ledger import queries
from telecmi_leads.ledger.packed_rows import pack
from telecmi_leads.ledger.records import Try, to_micros
from telecmi_leads.ledger.staging import add_campaign, put_body
from telecmi_leads.ledger.withdrawals import shrink

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from telecmi_leads.core.campaign import CampaignRecord, StagedCampaign
    from telecmi_leads.ledger.store import Store

_BELOW = """
WITH RECURSIVE below (id) AS (
    SELECT id FROM campaigns WHERE parent = ?1 UNION ALL SELECT c.id FROM campaigns c JOIN below b ON c.parent = b.id
)
"""
_REFUSALS = ", ".join(f"'{kind}'" for kind in OutcomeKind if kind.refuses)
_UNPROVEN = ", ".join(f"'{kind}'" for kind in OutcomeKind if kind.maybe_applied)
_LAST = "(SELECT kind FROM attempts WHERE campaign = campaigns.id ORDER BY id DESC LIMIT 1)"
_SETTLE = _BELOW + "UPDATE campaigns SET status = ?2 WHERE id IN below AND split = 0 AND status = ?3 AND " + _LAST  # noqa: S608 - constants
_NEVER_TRIED = _SETTLE + " IS NULL"
_LAST_REFUSED = _SETTLE + f" IN ({_REFUSALS})"
_WHAT_IT_IS = f"CASE WHEN kind IN ({_UNPROVEN}) THEN ?2 ELSE kind END"
_TAKE_TRIES = _BELOW + "UPDATE attempts SET campaign = ?1, kind = " + _WHAT_IT_IS + " WHERE campaign IN below"  # noqa: S608 - constants
_DROP_PARTS = _BELOW + "DELETE FROM campaigns WHERE id IN below"  # noqa: S608 - constants


def family(store: Store, root: int) -> tuple[list[CampaignRecord], dict[int, list[Try]]]:
    """Return a planned campaign with all that was cut from it, parents before their parts, and the tries of each."""
    tries: dict[int, list[Try]] = {}
    for campaign, kind, leads in store.rows(
        "SELECT a.campaign, a.kind, a.leads FROM attempts a JOIN campaigns c ON c.id = a.campaign"
        " WHERE c.root = ? AND a.kind IS NOT NULL ORDER BY a.id",
        (root,),
    ):
        known = queries.attempt_kind(store, kind)
        if known is not None:
            tries.setdefault(campaign, []).append(Try(known, leads))
    return queries.campaigns_of_root(store, root), tries


def split(store: Store, campaign_id: int, staged: Sequence[StagedCampaign]) -> list[CampaignRecord]:
    """Put parts in a campaign's place; return them. Its run is unfinished from then on.

    Where it is not known whether the campaign is in, it is not known of its parts either.
    """
    added = []
    with store.writing() as connection:
        run, root, status = connection.execute(
            "SELECT run, root, status FROM campaigns WHERE id = ?", (campaign_id,)
        ).fetchone()
        connection.execute("UPDATE campaigns SET split = 1 WHERE id = ?", (campaign_id,))
        connection.execute("DELETE FROM bodies WHERE campaign = ?", (campaign_id,))
        connection.execute("UPDATE runs SET state = ? WHERE seq = ?", (RunState.PLANNED, run))
        doubtful = status == CampaignStatus.UNKNOWN
        for part in staged:
            child = add_campaign(connection, run, part, keep_body=True)
            connection.execute(
                "UPDATE campaigns SET root = ?, parent = ?, status = ? WHERE id = ?",
                (root, campaign_id, CampaignStatus.UNKNOWN if doubtful else CampaignStatus.UNSENT, child),
            )
            added.append(child)
    store.changed()
    return [queries.campaign(store, child) for child in added]


def take_name(store: Store, campaign_id: int, name: str) -> CampaignRecord:
    """Give a part that was never tried another part's name, and that one its name; return the part."""
    with store.writing() as connection:
        run, own = connection.execute("SELECT run, name FROM campaigns WHERE id = ?", (campaign_id,)).fetchone()
        other = connection.execute(
            "SELECT id FROM campaigns WHERE run = ? AND name = ? AND split = 0", (run, name)
        ).fetchone()
        _rename(store, connection, campaign_id, f"{own}\0")  # names of a run are unique
        if other is not None:
            _rename(store, connection, other[0], own)
        _rename(store, connection, campaign_id, name)
    return queries.campaign(store, campaign_id)


def _rename(store: Store, connection: sqlite3.Connection, campaign: int, name: str) -> None:
    body = queries.body(store, campaign)
    connection.execute("UPDATE campaigns SET name = ? WHERE id = ?", (name, campaign))
    put_body(connection, campaign, refreeze(body, name, thaw_leads(body)))


def condemn(store: Store, campaign_id: int, refused: int, *, at: datetime) -> CampaignRecord:
    """Refuse a part that is not sent, in the words in which the service has refused another that holds it."""
    with store.writing() as connection:
        connection.execute(
            "UPDATE campaigns SET status = ?1, settled = ?2, (code, message) ="
            " (SELECT code, message FROM campaigns WHERE id = ?3) WHERE id = ?4",
            (CampaignStatus.REFUSED, to_micros(at), refused, campaign_id),
        )
    store.changed()
    return queries.campaign(store, campaign_id)


def clear_doubts(connection: sqlite3.Connection, top: int) -> None:
    """Settle the parts of a campaign that were in doubt, now that a part is in under its name: none of them is."""
    connection.execute(_NEVER_TRIED, (top, CampaignStatus.UNSENT, CampaignStatus.UNKNOWN))
    connection.execute(_LAST_REFUSED, (top, CampaignStatus.REFUSED, CampaignStatus.UNKNOWN))


def rejoin(  # noqa: PLR0913 - a campaign and its state
    store: Store, whole: StagedCampaign, top: int, status: CampaignStatus, *, at: datetime, message: str = ""
) -> CampaignRecord:
    """Make a campaign whole again from its parts, in this state; return it. Its parts go, their tries become its own.

    A part that may be in does not prove that the campaign is: such a try stands in its history as PART_UNKNOWN.
    """
    with store.writing() as connection:
        connection.execute(_TAKE_TRIES, (top, OutcomeKind.PART_UNKNOWN))
        connection.execute(_DROP_PARTS, (top,))
        connection.execute(
            "UPDATE campaigns SET split = 0, status = ?, leads = ?, settled = ?,"
            " message = CASE WHEN ? = '' THEN message ELSE ? END WHERE id = ?",
            (status, whole.leads, to_micros(at), message, message, top),
        )
        put_body(connection, top, whole.body)
    store.changed()
    return queries.campaign(store, top)


def leave_out(store: Store, campaign_id: int, positions: Collection[int], kind: LeftOutKind, code: str) -> None:
    """Take leads out of a refused campaign, by their places: they count as rows that were left out from then on."""
    body = queries.body(store, campaign_id)
    leads = thaw_leads(body)
    kept = [lead for at, lead in enumerate(leads) if at not in positions]
    rows = [LeftOutRow(0, 0, kind, code, phone=leads[at].phone) for at in sorted(positions)]
    with store.writing() as connection:
        [run] = connection.execute("SELECT run FROM campaigns WHERE id = ?", (campaign_id,)).fetchone()
        connection.executemany(
            "INSERT INTO left_out (run, kind, count, content) VALUES (?, ?, ?, ?)",
            [(run, each, count, content) for each, (count, content) in pack(rows).items()],
        )
        if kept:
            shrink(store, connection, campaign_id, body, kept)
        else:
            connection.execute("UPDATE campaigns SET split = 1 WHERE id = ?", (campaign_id,))
            connection.execute("DELETE FROM bodies WHERE campaign = ?", (campaign_id,))
    store.changed()
