"""The upload's writes: the intent before a request, the outcome after it, and what follows from an acceptance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.core.campaign import CampaignStatus, OutcomeKind, thaw_leads
from telecmi_leads.core.run import RunState
from telecmi_leads.ledger import parts, queries
from telecmi_leads.ledger.phone_hashes import Hasher, pack
from telecmi_leads.ledger.records import RESOLVABLE, SETTLED, TO_SEND, Word, to_micros

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from datetime import datetime

    from telecmi_leads.core.campaign import CampaignRecord, Outcome
    from telecmi_leads.ledger.store import Store


def begin_attempts(store: Store, campaign_ids: Sequence[int], *, at: datetime) -> None:
    """Write down that these campaigns' requests are about to leave; on the disk when this returns."""
    with store.writing() as connection:
        for campaign in campaign_ids:
            changed = connection.execute(
                "UPDATE campaigns SET status = ? WHERE id = ? AND status IN (?, ?) AND split = 0",
                (CampaignStatus.SENDING, campaign, *TO_SEND),
            ).rowcount
            if changed != 1:
                raise ValueError(f"campaign {campaign} is not waiting to be sent")
            connection.execute(
                "INSERT INTO attempts (campaign, started, leads) SELECT id, ?, leads FROM campaigns WHERE id = ?",
                (to_micros(at), campaign),
            )
    store.in_flight.update(campaign_ids)


def record(  # noqa: PLR0913 - an outcome and the decision on it
    store: Store,
    campaign_id: int,
    outcome: Outcome,
    status: CampaignStatus,
    *,
    at: datetime,
    confirmed_by_name: bool = False,
    note: str = "",
    ends_run: bool = False,
    proves: int | None = None,
) -> CampaignRecord:
    """Write down what a request came to and the campaign's state after it; return the campaign."""
    message = f"{outcome.message} ({note})" if note else outcome.message
    with store.writing() as connection:
        ended = connection.execute(
            "UPDATE attempts SET ended = ?, kind = ?, code = ?, message = ?, seconds = ?"
            " WHERE campaign = ? AND ended IS NULL",
            (to_micros(at), outcome.kind, outcome.code, outcome.message, outcome.seconds, campaign_id),
        ).rowcount
        if ended != 1:
            raise ValueError(f"campaign {campaign_id} has no request on its way")
        connection.execute(
            "UPDATE campaigns SET status = ?, code = ?, message = ?, confirmed_by_name = ?, settled = ? WHERE id = ?",
            (status, outcome.code, message, confirmed_by_name, to_micros(at), campaign_id),
        )
        if status is CampaignStatus.ACCEPTED:
            _let_go(store, connection, campaign_id)
        if proves is not None:
            parts.clear_doubts(connection, proves)
        if ends_run:
            _refuse_unsent(connection, campaign_id, at)
    store.in_flight.discard(campaign_id)
    store.changed()
    return queries.campaign(store, campaign_id)


def end_by_taken_name(store: Store, run_id: str, *, at: datetime) -> bool:
    """Refuse what is still unsent of a run that a taken name has ended; tell whether it is such a run.

    A campaign that was under way when the run ended may have come back unsent.
    """
    taken = store.rows(
        "SELECT c.id FROM campaigns c JOIN runs r ON r.seq = c.run JOIN attempts a ON a.campaign = c.id"
        " WHERE r.id = ? AND c.status = ? AND a.kind = ? LIMIT 1",
        (run_id, CampaignStatus.REFUSED, OutcomeKind.NAME_EXISTS),
    )
    for (campaign,) in taken:
        with store.writing() as connection:
            _refuse_unsent(connection, campaign, at)
        store.changed()
    return bool(taken)


def _refuse_unsent(connection: sqlite3.Connection, taken: int, at: datetime) -> None:
    """Refuse every campaign of a run that is provably not in, since the name of one of them is taken.

    One that a person has looked up goes all the same: the service's answer to it settles it.
    """
    connection.execute(
        "UPDATE campaigns SET status = ?1, code = NULL, settled = ?2,"
        " message = (SELECT 'not sent: the name ' || name || ' is taken' FROM campaigns WHERE id = ?3)"
        " WHERE run = (SELECT run FROM campaigns WHERE id = ?3) AND status = ?4 AND split = 0"
        " AND NOT EXISTS (SELECT 1 FROM attempts WHERE campaign = campaigns.id AND kind = ?5)",
        (CampaignStatus.REFUSED, to_micros(at), taken, CampaignStatus.UNSENT, Word.NOT_UPLOADED),
    )


def settle_interrupted(store: Store, run_id: str, *, at: datetime) -> int:
    """Close the requests that a dead process left open: their outcome is unknown. Return how many there were."""
    with store.writing() as connection:
        ended = connection.execute(
            "UPDATE attempts SET ended = ?, kind = ? WHERE ended IS NULL AND campaign IN"
            " (SELECT c.id FROM campaigns c JOIN runs r ON r.seq = c.run WHERE r.id = ?)",
            (to_micros(at), OutcomeKind.INTERRUPTED, run_id),
        ).rowcount
        connection.execute(
            "UPDATE campaigns SET status = ?, settled = ?"
            " WHERE status = ? AND run = (SELECT seq FROM runs WHERE id = ?)",
            (CampaignStatus.UNKNOWN, to_micros(at), CampaignStatus.SENDING, run_id),
        )
    store.in_flight.clear()
    return ended


def resolve(store: Store, campaign_id: int, *, accepted: bool, at: datetime) -> CampaignRecord:
    """Write down what a person has found out about a campaign of unknown or unverified outcome; return it."""
    word = Word.ACCEPTED if accepted else Word.NOT_UPLOADED
    status = CampaignStatus.ACCEPTED if accepted else CampaignStatus.UNSENT
    with store.writing() as connection:
        changed = connection.execute(
            "UPDATE campaigns SET status = ?, settled = ? WHERE id = ? AND status IN (?, ?)",
            (status, to_micros(at), campaign_id, *RESOLVABLE),
        ).rowcount
        if changed != 1:
            raise ValueError(f"campaign {campaign_id} is neither unknown nor unverified")
        connection.execute(
            "INSERT INTO attempts (campaign, started, ended, kind) VALUES (?, ?, ?, ?)",
            (campaign_id, to_micros(at), to_micros(at), word),
        )
        if accepted:
            _let_go(store, connection, campaign_id)
    store.changed()
    return queries.campaign(store, campaign_id)


def finish_run(store: Store, run_id: str) -> bool:
    """End a run's sending: mark it finished if every campaign is accepted or refused; tell whether it is."""
    with store.writing() as connection:
        connection.execute(
            "UPDATE runs SET state = ? WHERE id = ? AND state = ? AND NOT EXISTS"
            " (SELECT 1 FROM campaigns WHERE run = seq AND split = 0"
            " AND status NOT IN (?, ?))",
            (RunState.FINISHED, run_id, RunState.PLANNED, *SETTLED),
        )
        _merge_fresh(store, connection)
    store.empty_log()
    return store.rows("SELECT state FROM runs WHERE id = ?", (run_id,)) == [(RunState.FINISHED,)]


def _let_go(store: Store, connection: sqlite3.Connection, campaign_id: int) -> None:
    """Replace an accepted campaign's leads by the hashes of their numbers."""
    account = connection.execute(
        "SELECT account FROM runs JOIN campaigns ON run = seq WHERE campaigns.id = ?", (campaign_id,)
    ).fetchone()[0]
    phones = [lead.phone for lead in thaw_leads(queries.body(store, campaign_id))]
    hashes = Hasher(store.key, account).numbers(phones)
    connection.execute("INSERT INTO fresh VALUES (?, ?)", (campaign_id, b"".join(hashes)))
    connection.execute("DELETE FROM bodies WHERE campaign = ?", (campaign_id,))


def _merge_fresh(store: Store, connection: sqlite3.Connection) -> None:
    connection.executemany(
        "INSERT INTO uploaded VALUES (?, ?, ?) ON CONFLICT (bucket) DO UPDATE SET"
        " tails = CAST(tails || excluded.tails AS BLOB), ids = CAST(ids || excluded.ids AS BLOB)",
        pack(connection.execute("SELECT campaign, hashes FROM fresh")),
    )
    connection.execute("DELETE FROM fresh")
    store.changed()
