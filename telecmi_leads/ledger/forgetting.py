"""Removing people from the ledger so that nothing is left, not in free pages and not in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from telecmi_leads.core.campaign import CampaignStatus, refreeze, thaw_leads
from telecmi_leads.core.errors import LockHeld, UsageError
from telecmi_leads.core.lead import NOBODY, LeftOutKind, LeftOutRow
from telecmi_leads.core.masking import mask_phone
from telecmi_leads.core.number_in_text import holds_number, without_number
from telecmi_leads.core.run import RunState
from telecmi_leads.core.text import safe
from telecmi_leads.ledger import queries
from telecmi_leads.ledger.left_out import may_hold, pack_kind, tables_of, tried_among, unpack, withdraw
from telecmi_leads.ledger.schema import to_micros
from telecmi_leads.ledger.store import FAILURES, ledger_error, put_body
from telecmi_leads.ledger.uploaded_numbers import (
    TAIL_BYTES,
    Bucket,
    Hasher,
    as_typed,
    bucket_of,
    id_bytes,
    not_of_campaigns,
    split,
    typed_in,
    without_hash,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime

    from telecmi_leads.core.lead import TableInfo
    from telecmi_leads.core.run import RunRecord
    from telecmi_leads.ledger.store import Store

    Holds = Callable[[LeftOutRow, Sequence[TableInfo]], bool]

_GOING_FRESH = """
SELECT coalesce(sum(length(hashes)), 0) / 8 FROM fresh WHERE campaign IN (SELECT id FROM campaigns WHERE run IN going)
"""
_KEEP_NAMES = """
INSERT OR IGNORE INTO used_names (account, name, run_name, number, part)
SELECT r.account, c.name, r.name, c.number, c.part FROM campaigns c JOIN runs r ON r.seq = c.run
WHERE c.run IN going AND c.id IN (SELECT campaign FROM attempts)
"""
FORGOTTEN = "forgotten"
"""Stands as the reason of a row whose lead was forgotten before it was sent."""


class Forgotten(Struct, frozen=True):
    """What `forget` has removed, and how many unfinished runs it left alone (their leads still wait to be sent).

    `leads` are those of unsent and refused campaigns, `answers` the service's words that held the number. `mentioned`
    counts other people's leads that name it in their text, which stay. `left_in_file` tells that another process reads
    the ledger, so that its file still holds what is gone.
    """

    runs: int = 0
    campaigns: int = 0
    rows: int = 0
    numbers: int = 0
    unfinished_kept: int = 0
    leads: int = 0
    answers: int = 0
    mentioned: int = 0
    left_in_file: bool = False


class ToForget(Struct, frozen=True):
    """What is to be removed; exactly one is given: all runs made `before` a time, one `run`, one `phone`, or `typed`.

    `phone` is E.164 digits, with `national` those behind the calling code, by which it is found in cells and in the
    service's words; `typed` is what stood in a cell and is not a number.
    """

    before: datetime | None = None
    run: str | None = None
    phone: str | None = None
    national: str = ""
    typed: str | None = None


def forget(store: Store, what: ToForget, locked: Collection[str]) -> Forgotten:
    """Remove all runs made before a time, or one run, or one phone number; say what went.

    Raises LockHeld where the ledger holds a run of an account that is not among the `locked`.
    """
    # One transaction: no plan begins, and none becomes visible, between the look at the accounts and the last removal.
    with store.together():
        _refuse_unlocked(store, locked)
        if what.phone is not None:
            gone = _forget_phone(store, what.phone, what.national or what.phone)
        elif what.typed is not None:
            gone = _forget_typed(store, what.typed)
        else:
            gone = _forget_runs(store, _chosen(store, what.before, what.run), what.before)
    store.changed()
    return gone if _rewrite(store) else replace(gone, left_in_file=True)


def _refuse_unlocked(store: Store, locked: Collection[str]) -> None:
    if not queries.accounts(store) <= frozenset(locked):
        raise LockHeld(
            "A run of another account has just begun", hint="Try again when it has ended. Nothing was deleted."
        )


def _chosen(store: Store, before: datetime | None, run: str | None) -> list[int]:
    if run is not None:
        found = queries.run(store, run)
        if found is None:
            raise UsageError(f"There is no run {safe(run)}", hint="`telecmi-leads runs` lists them.")
        return [seq for (seq,) in store.rows("SELECT seq FROM runs WHERE id = ?", (found.id,))]
    if before is None:
        raise ValueError("say what to forget")
    rows = store.rows("SELECT seq FROM runs WHERE created < ? AND state <> ?", (to_micros(before), RunState.PLANNED))
    return [seq for (seq,) in rows]


def _forget_runs(store: Store, runs: list[int], before: datetime | None) -> Forgotten:
    kept = 0
    if before is not None:
        [(kept,)] = store.rows(
            "SELECT count(*) FROM runs WHERE created < ? AND state = ?", (to_micros(before), RunState.PLANNED)
        )
    with store.writing() as connection:
        connection.execute("CREATE TEMP TABLE going (seq INTEGER PRIMARY KEY)")
        connection.executemany("INSERT INTO going VALUES (?)", [(seq,) for seq in runs])
        total = Forgotten(
            runs=len(runs),
            campaigns=_count(connection, "SELECT count(*) FROM campaigns WHERE run IN going"),
            rows=_count(connection, "SELECT coalesce(sum(count), 0) FROM left_out WHERE run IN going"),
            numbers=_count(connection, _GOING_FRESH) + _drop_campaigns(connection),
            unfinished_kept=kept,
        )
        connection.execute(_KEEP_NAMES)
        connection.execute("DELETE FROM runs WHERE seq IN going")
        connection.execute("DROP TABLE going")
    return total


def _forget_phone(store: Store, phone: str, national: str) -> Forgotten:
    # Before anything is removed: either all of a person goes, or nothing and the user hears why.
    _refuse_tried(store, phone)
    leads = _drop_unsent(store, phone)
    numbers = 0
    with store.writing() as connection:
        for hasher in _hashers(store):
            number = hasher.numbers([phone])[0]
            numbers += _drop_number(connection, number)
            _drop_reasons(connection, number)
        refused, mentioned = _empty_in_bodies(store, connection, phone, national)
        rows = _empty_rows(
            store, connection, lambda row, _: row.phone == phone or _in_cells(row.cells, national), phone
        )
        answers = _empty_words(connection, _WORDS_OF_TRIES, national)
        answers += _empty_words(connection, _WORDS_OF_CAMPAIGNS, national)
    return Forgotten(numbers=numbers, rows=rows, leads=leads + refused, answers=answers, mentioned=mentioned)


class StillTried(UsageError):
    """A number can't be forgotten, since it is in a tried campaign of this run that is not settled."""

    def __init__(self, run: RunRecord, message: str) -> None:
        super().__init__(message, hint="Settle that campaign first, or forget the whole run.")
        self.run = run


def _refuse_tried(store: Store, phone: str) -> None:
    """Raise StillTried where the number is in a campaign that was tried and is not settled: its bytes must stay."""
    for run in queries.runs(store):
        for campaign, _ in tried_among(store, run.id, _finder(phone)):
            raise StillTried(
                run,
                f"{mask_phone(phone)} is in campaign {safe(campaign.name)} of run {run.id}. That campaign was tried "
                "and its outcome is not proven, so that its request can't be changed",
            )


def _finder(phone: str) -> Callable[[Sequence[str]], list[int]]:
    return lambda phones: [at for at, each in enumerate(phones) if each == phone]


def _drop_unsent(store: Store, phone: str) -> int:
    """Take a number out of campaigns that nobody ever tried to send; its row counts as excluded, without the number.

    Plans that a killed process has left half made hold leads too. Under the locks there are no others in the making.
    """
    runs = [run for (run,) in store.rows("SELECT id FROM runs ORDER BY seq")]
    return sum(withdraw(store, run, _finder(phone), FORGOTTEN, refused=False, keep=False) for run in runs)


def _forget_typed(store: Store, text: str) -> Forgotten:
    wanted = as_typed(text)
    with store.writing() as connection:
        for hasher in _hashers(store):
            _drop_reasons(connection, hasher.numbers([wanted])[0])
        rows = _empty_rows(store, connection, lambda row, tables: typed_in(row, tables) == wanted != "")
    return Forgotten(rows=rows)


def _hashers(store: Store) -> list[Hasher]:
    return [Hasher(store.key, account) for account in queries.accounts(store)]


def _empty_in_bodies(store: Store, connection: sqlite3.Connection, phone: str, national: str) -> tuple[int, int]:
    """Empty a number's leads in refused campaigns, which are kept for refused.csv; return how many.

    An empty lead stays in its place, so that the campaign holds as many as it counts. Other people's leads that name
    the number in their text stay as they are, and are counted too, in any campaign.
    """
    emptied = mentioned = 0
    for campaign, status in store.rows("SELECT campaign, status FROM bodies JOIN campaigns ON id = campaign"):
        body = queries.body(store, campaign)
        leads = thaw_leads(body)
        kept = [NOBODY if lead.phone == phone else lead for lead in leads]
        mentioned += sum(holds_number(f"{lead.comment} {lead.address}", national) for lead in kept)
        # An empty lead in what is still to be sent would go to the service.
        if kept != leads and status == CampaignStatus.REFUSED:
            put_body(connection, campaign, refreeze(body, queries.campaign(store, campaign).name, kept))
            emptied += 1
    return emptied, mentioned


_WORDS_OF_TRIES = "SELECT id, message FROM attempts", "UPDATE attempts SET message = ? WHERE id = ?"
_WORDS_OF_CAMPAIGNS = "SELECT id, message FROM campaigns", "UPDATE campaigns SET message = ? WHERE id = ?"


def _empty_words(connection: sqlite3.Connection, statements: tuple[str, str], national: str) -> int:
    """Take a number out of the service's words; return in how many answers it stood."""
    select, update = statements
    holding = [(id_, text) for id_, text in connection.execute(select).fetchall() if holds_number(text, national)]
    for id_, text in holding:
        connection.execute(update, (without_number(text, national, "[forgotten]"), id_))
    return len(holding)


def _empty_rows(store: Store, connection: sqlite3.Connection, holds: Holds, phone: str = "") -> int:
    """Empty the rows left out that are found to hold a number; they are still counted."""
    emptied = 0
    for id_, kind, seq in store.rows("SELECT id, kind, run FROM left_out ORDER BY run"):
        [(blob,)] = store.rows("SELECT content FROM left_out WHERE id = ?", (id_,))
        # Most blobs hold others: unpacking every row of every run would take long.
        if phone and not may_hold(blob, phone, store.key):
            continue
        tables = tables_of(connection, seq)
        rows = list(unpack(LeftOutKind(kind), blob, store.key))
        kept = [_emptied(row) if holds(row, tables) else row for row in rows]
        changed = sum(new is not old for new, old in zip(kept, rows, strict=True))
        if changed:
            packed = pack_kind(LeftOutKind(kind), kept, store.key)
            connection.execute("UPDATE left_out SET content = ? WHERE id = ?", (packed, id_))
        emptied += changed
    return emptied


def _rewrite(store: Store) -> bool:
    """Write the ledger anew without its free space, and empty the log; tell whether both were possible.

    Another process that reads holds on to the pages as they were.
    """
    try:
        # DELETE only marks pages as free: the text would stay in the file until something is written over it.
        store.connection.execute("VACUUM")
    except FAILURES as error:
        if not getattr(error, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise ledger_error(error, store.path) from error
        store.empty_log()
        return False
    return store.empty_log()


def _count(connection: sqlite3.Connection, sql: str) -> int:
    count: int = connection.execute(sql).fetchone()[0]
    return count


def _drop_campaigns(connection: sqlite3.Connection) -> int:
    """Take the hashes of the going runs out of all buckets; return how many there were."""
    going = {id_bytes(id_) for (id_,) in connection.execute("SELECT id FROM campaigns WHERE run IN going")}
    dropped = 0
    # One bucket at a time: all of them are 100 MB for ten million numbers.
    for (number,) in connection.execute("SELECT bucket FROM uploaded").fetchall():
        bucket = connection.execute("SELECT tails, ids FROM uploaded WHERE bucket = ?", (number,)).fetchone()
        kept = not_of_campaigns(bucket, going)
        dropped += _put_bucket(connection, number, bucket, kept)
    return dropped


def _drop_number(connection: sqlite3.Connection, number: bytes) -> int:
    """Take a hash out of its bucket and out of campaigns just accepted; return in how many campaigns it was."""
    place = bucket_of(number)
    bucket = connection.execute("SELECT tails, ids FROM uploaded WHERE bucket = ?", (place,)).fetchone() or (b"", b"")
    dropped = _put_bucket(connection, place, bucket, without_hash(bucket, number))
    for campaign, blob in connection.execute("SELECT campaign, hashes FROM fresh").fetchall():
        hashes = split(blob)
        if number in hashes:
            kept = b"".join(each for each in hashes if each != number)
            connection.execute("UPDATE fresh SET hashes = ? WHERE campaign = ?", (kept, campaign))
            dropped += 1
    return dropped


def _drop_reasons(connection: sqlite3.Connection, number: bytes) -> None:
    """Take a hash out of those that were left out for a reason."""
    rows = connection.execute("SELECT id, hashes FROM left_numbers WHERE instr(hashes, ?)", (number,)).fetchall()
    for reason, hashes in rows:
        kept = b"".join(each for each in split(hashes) if each != number)
        if kept:
            connection.execute("UPDATE left_numbers SET hashes = ? WHERE id = ?", (kept, reason))
        else:
            connection.execute("DELETE FROM left_numbers WHERE id = ?", (reason,))


def _put_bucket(connection: sqlite3.Connection, place: int, before: Bucket, kept: Bucket) -> int:
    """Store what is left of a bucket; return how many hashes went."""
    if kept != before:
        connection.execute("UPDATE uploaded SET tails = ?, ids = ? WHERE bucket = ?", (*kept, place))
    return (len(before[0]) - len(kept[0])) // TAIL_BYTES


def _in_cells(cells: Sequence[str], national: str) -> bool:
    """Tell whether a cell as typed holds the number, in any notation."""
    return any(holds_number(cell, national) for cell in cells)


def _emptied(row: LeftOutRow) -> LeftOutRow:
    return LeftOutRow(row.table, row.row, row.kind, row.code, row.column)
