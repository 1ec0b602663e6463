"""The upload's writes: the intent before a request, the outcome after it, and what follows from an acceptance.

A campaign that `--isolate` cuts keeps its row, its name and its tries; its leads count with its parts. All functions
are to be used under the account's lock.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from msgspec import Struct

from telecmi_leads.core.campaign import CampaignStatus, OutcomeKind, refreeze, thaw_leads, thaw_phones
from telecmi_leads.core.run import RunState
from telecmi_leads.ledger import queries
from telecmi_leads.ledger.queries import Try, Word
from telecmi_leads.ledger.schema import RESOLVABLE, SETTLED, TO_SEND, to_micros
from telecmi_leads.ledger.staging import add_campaign
from telecmi_leads.ledger.store import put_body
from telecmi_leads.ledger.uploaded_numbers import PARTS, Hasher, pack

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from datetime import datetime

    from telecmi_leads.core.campaign import CampaignRecord, Outcome, StagedCampaign
    from telecmi_leads.ledger.store import Store

_BELOW = """
WITH RECURSIVE below (id) AS (
    SELECT id FROM campaigns WHERE parent = ?1 UNION ALL SELECT c.id FROM campaigns c JOIN below b ON c.parent = b.id
)
SELECT json_group_array(id) FROM below
"""
_IN_DOUBT = """
SELECT id, (SELECT kind FROM attempts WHERE campaign = campaigns.id ORDER BY id DESC LIMIT 1) FROM campaigns
WHERE id IN (SELECT value FROM json_each(?)) AND split = 0 AND status = ?
"""


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
    # Only after the commit: what another process left in SENDING was never begun here, and reads as unknown.
    store.in_flight.update(campaign_ids)


class Judged(Struct, frozen=True):
    """What a request came to, and the campaign's state after it.

    `note` is put behind the service's words. Where the campaign's name is taken and it `ends_run`, every campaign of
    the run that is unsent counts as refused from then on. `proves` is the campaign under whose own name a part was
    accepted: none of its other parts is in.
    """

    outcome: Outcome
    status: CampaignStatus
    confirmed_by_name: bool
    note: str
    ends_run: bool
    proves: int | None


def record(store: Store, campaign_id: int, judged: Judged, *, at: datetime) -> CampaignRecord:
    """Write down what a request came to and the campaign's state after it; return the campaign."""
    outcome, status = judged.outcome, judged.status
    message = f"{outcome.message} ({judged.note})" if judged.note else outcome.message
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
            (status, outcome.code, message, judged.confirmed_by_name, to_micros(at), campaign_id),
        )
        # In the same transaction: a kill in between would leave accepted people whom --new-only does not know, or leads
        # that are gone and not proven to be in.
        if status is CampaignStatus.ACCEPTED:
            _let_go(store, connection, campaign_id)
        if judged.proves is not None:
            _clear_doubts(connection, judged.proves)
        if judged.ends_run:
            _refuse_unsent(connection, campaign_id, at)
    store.in_flight.discard(campaign_id)
    store.expected.pop(campaign_id, None)
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
        # Once a run: the thousand numbers of one campaign lie in nearly as many buckets, each of which would be written
        # anew.
        _merge_fresh(store, connection)
    # The log still holds the leads of campaigns that were accepted.
    store.empty_log()
    return store.rows("SELECT state FROM runs WHERE id = ?", (run_id,)) == [(RunState.FINISHED,)]


def _let_go(store: Store, connection: sqlite3.Connection, campaign_id: int) -> None:
    """Replace an accepted campaign's leads by the hashes of their numbers."""
    # Mostly worked out while the answer was awaited, see `expect`: that time is free.
    hashes = store.expected.get(campaign_id) or _hashes(store, campaign_id)
    connection.execute("INSERT INTO fresh VALUES (?, ?)", (campaign_id, hashes))
    connection.execute("DELETE FROM bodies WHERE campaign = ?", (campaign_id,))


def _hashes(store: Store, campaign_id: int) -> bytes:
    [(account,)] = store.rows(
        "SELECT account FROM runs JOIN campaigns ON run = seq WHERE campaigns.id = ?", (campaign_id,)
    )
    return b"".join(Hasher(store.key, account).numbers(thaw_phones(queries.body(store, campaign_id))))


def expect(store: Store, campaign_id: int) -> None:
    """Work out the hashes of a campaign that is on its way, whose request can't change meanwhile."""
    if campaign_id in store.in_flight and campaign_id not in store.expected:
        store.expected[campaign_id] = _hashes(store, campaign_id)


def _merge_fresh(store: Store, connection: sqlite3.Connection) -> None:
    for part in range(PARTS):
        connection.executemany(
            "INSERT INTO uploaded VALUES (?, ?, ?) ON CONFLICT (bucket) DO UPDATE SET"
            " tails = CAST(tails || excluded.tails AS BLOB), ids = CAST(ids || excluded.ids AS BLOB)",
            pack(connection.execute("SELECT campaign, hashes FROM fresh"), part),
        )
    connection.execute("DELETE FROM fresh")
    store.changed()


# --- parts of campaigns -------------------------------------------------------------------------


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
        # A run that had ended goes on: its parts are to be sent, and a kill from here on must leave it to `resume`.
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


def _clear_doubts(connection: sqlite3.Connection, top: int) -> None:
    """Settle the parts of a campaign that were in doubt, now that a part is in under its name: none of them is."""
    doubtful = connection.execute(_IN_DOUBT, (_below(connection, top), CampaignStatus.UNKNOWN)).fetchall()
    for part, last in doubtful:
        if last is None or last in _REFUSALS:
            state = CampaignStatus.UNSENT if last is None else CampaignStatus.REFUSED
            connection.execute("UPDATE campaigns SET status = ? WHERE id = ?", (state, part))


_REFUSALS = frozenset(kind for kind in OutcomeKind if kind.refuses)
_MAYBE_APPLIED = json.dumps([kind for kind in OutcomeKind if kind.maybe_applied])


def _below(connection: sqlite3.Connection, top: int) -> str:
    """Return the ids of all that was cut from a campaign, as a JSON array."""
    ids: str = connection.execute(_BELOW, (top,)).fetchone()[0]
    return ids


def rejoin(  # noqa: PLR0913 - a campaign and its state
    store: Store, whole: StagedCampaign, top: int, status: CampaignStatus, *, at: datetime, message: str = ""
) -> CampaignRecord:
    """Make a campaign whole again from its parts, in this state; return it. Its parts go, their tries become its own.

    A part that may be in does not prove that the campaign is: such a try stands in its history as PART_UNKNOWN.
    """
    with store.writing() as connection:
        below = _below(connection, top)
        connection.execute(
            "UPDATE attempts SET campaign = ?, kind = CASE WHEN kind IN (SELECT value FROM json_each(?)) THEN ? ELSE"
            " kind END WHERE campaign IN (SELECT value FROM json_each(?))",
            (top, _MAYBE_APPLIED, OutcomeKind.PART_UNKNOWN, below),
        )
        connection.execute("DELETE FROM campaigns WHERE id IN (SELECT value FROM json_each(?))", (below,))
        connection.execute(
            "UPDATE campaigns SET split = 0, status = ?, leads = ?, settled = ?,"
            " message = CASE WHEN ? = '' THEN message ELSE ? END WHERE id = ?",
            (status, whole.leads, to_micros(at), message, message, top),
        )
        put_body(connection, top, whole.body)
    store.changed()
    return queries.campaign(store, top)
