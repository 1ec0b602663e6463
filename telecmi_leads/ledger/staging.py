"""Writing a plan: run, tables, campaigns with their frozen requests, rows left out.

Nobody sees it before it is whole.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from operator import attrgetter
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct, to_builtins
from msgspec.structs import replace

from telecmi_leads.core.errors import BalanceError
from telecmi_leads.core.lead import LeftOutKind, RowTotals
from telecmi_leads.core.run import KnownBefore, ListsRead, RunState, Typed
from telecmi_leads.ledger.left_out import note_left_out, put_rows, tables_of, unpack, writable
from telecmi_leads.ledger.queries import names_taken
from telecmi_leads.ledger.schema import to_micros
from telecmi_leads.ledger.store import put_body
from telecmi_leads.ledger.uploaded_numbers import Hasher, typed_in

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from telecmi_leads.core.campaign import StagedCampaign
    from telecmi_leads.core.lead import LeftOutRow, TableInfo
    from telecmi_leads.ledger.store import Store


class NewRun(Struct, frozen=True):
    """What is known of a run when it begins; see RunRecord."""

    id: str
    account: str
    name: str
    created: datetime
    report_dir: str
    dry_run: bool
    typed: Typed
    pattern: str
    lists: ListsRead


class PlanFigures(Struct, frozen=True):
    """What is known of a plan when it is whole; see RunRecord.

    Of `rows`, the ledger keeps only what it can't count itself, the rows read and blank.
    """

    rows: RowTotals
    rejections: Mapping[str, int]
    repairs: Mapping[str, int]
    skipped: Mapping[str, int]
    audience: Mapping[str, Mapping[str, int]]
    known: KnownBefore


def begin_run(store: Store, run: NewRun) -> None:
    """Begin a plan; what a killed process left of an earlier one for this account is removed."""
    with store.writing() as connection:
        connection.execute(
            "DELETE FROM runs WHERE account = ? AND state IN (?, ?)",
            (run.account, RunState.PREPARING, RunState.REFUSED),
        )
        connection.execute(
            "INSERT INTO runs (id, account, name, created, state, report_dir, dry_run, typed, pattern, lists)"
            " VALUES (?,?,?,?,?,?,?,?,?,?)",
            (
                run.id,
                run.account,
                run.name,
                to_micros(run.created),
                RunState.PREPARING,
                # Bytes: a path of Linux may hold what is not text in any encoding.
                os.fsencode(run.report_dir),
                run.dry_run,
                json.dumps(to_builtins(run.typed)),
                writable(run.pattern),
                json.dumps(to_builtins(run.lists)),
            ),
        )


def add_table(store: Store, run_id: str, table: TableInfo) -> int:
    """Add a table to a plan; return its index, which LeftOutRow.table refers to."""
    with store.writing(durable=False) as connection:
        seq = _preparing(connection, run_id)
        position: int = connection.execute("SELECT count(*) FROM tables WHERE run = ?", (seq,)).fetchone()[0]
        info = _encode_table(table)
        connection.execute("INSERT INTO tables VALUES (?, ?, ?)", (seq, position, info))
    return position


def stage(store: Store, run_id: str, campaigns: Sequence[StagedCampaign], left_out: Sequence[LeftOutRow]) -> None:
    """Add campaigns, and rows that did not become leads, to a plan."""
    with store.writing(durable=False) as connection:
        seq = _preparing(connection, run_id)
        for campaign in campaigns:
            added = add_campaign(connection, seq, campaign, keep_body=store.keeps_bodies)
            connection.execute("UPDATE campaigns SET root = id WHERE id = ?", (added,))
        put_rows(connection, seq, left_out, store.key)


def finish_plan(store: Store, run_id: str, figures: PlanFigures, *, refused: bool) -> None:
    """Make a plan visible: from here on it can be sent and resumed, unless it is refused.

    Raises BalanceError where its rows don't add up, and ValueError for a campaign's name that was used before.
    """
    rows = figures.rows
    with store.writing() as connection:
        seq = _preparing(connection, run_id)
        # The pipeline has counted, and SQLite counts what was stored: two ways that must agree before anything is sent.
        _compare(rows, _staged_totals(connection, seq, rows.read, rows.blank))
        # A dry run and a refused plan vanish: hashing their numbers would cost as much as the plan itself.
        if store.keeps_bodies and not refused:
            _refuse_used_names(store, connection, seq)
            _note_left_phones(store, connection, seq)
        counts = (figures.rejections, figures.repairs, figures.skipped, figures.audience)
        texts = [msgspec.json.encode(each).decode() for each in counts]
        # What is tried after this one counts as sent since the run was planned, whatever the clock says.
        last = connection.execute("SELECT coalesce(max(id), 0) FROM attempts").fetchone()[0]
        connection.execute(
            "UPDATE runs SET state = ?, known = ?, read = ?, blank = ?,"
            " rejections = ?, repairs = ?, skipped = ?, audience = ? WHERE seq = ?",
            (
                RunState.REFUSED if refused else RunState.PLANNED,
                json.dumps({**to_builtins(figures.known), "last_attempt": last}),
                rows.read,
                rows.blank,
                *texts,
                seq,
            ),
        )
    store.changed()


def _refuse_used_names(store: Store, connection: sqlite3.Connection, seq: int) -> None:
    """Raise ValueError where a campaign has a name that the account's other runs have used.

    "Lead Name Already Exists" would then be taken for the proof that this one is in.
    """
    account = connection.execute("SELECT account FROM runs WHERE seq = ?", (seq,)).fetchone()[0]
    names = [name for (name,) in connection.execute("SELECT name FROM campaigns WHERE run = ?", (seq,))]
    used = names_taken(store, account, names)
    if used:
        raise ValueError(f"{len(used)} campaigns of the plan have names that were used before")


def empty_plan(store: Store, run_id: str) -> None:
    """Take out what is staged of a plan in the making, so that it can be staged anew."""
    with store.writing(durable=False) as connection:
        seq = _preparing(connection, run_id)
        connection.execute("DELETE FROM campaigns WHERE run = ?", (seq,))
        connection.execute("DELETE FROM left_out WHERE run = ?", (seq,))
        connection.execute("DELETE FROM tables WHERE run = ?", (seq,))


def discard_run(store: Store, run_id: str) -> None:
    """Remove a run of which nothing was ever sent. Raises ValueError for any other."""
    with store.writing() as connection:
        tried = connection.execute(
            "SELECT count(*) FROM attempts JOIN campaigns c ON c.id = campaign JOIN runs r ON r.seq = c.run"
            " WHERE r.id = ?",
            (run_id,),
        ).fetchone()[0]
        if tried:
            raise ValueError(f"Run {run_id} has been sent in part")
        connection.execute("DELETE FROM runs WHERE id = ?", (run_id,))
    store.changed()


def _note_left_phones(store: Store, connection: sqlite3.Connection, seq: int) -> None:
    """Remember by hash why numbers were left out, for `explain`."""
    tables = tables_of(connection, seq)
    reasons: defaultdict[tuple[LeftOutKind, str], bytearray] = defaultdict(bytearray)
    account = connection.execute("SELECT account FROM runs WHERE seq = ?", (seq,)).fetchone()[0]
    hasher = Hasher(store.key, account)
    for kind in filter(attrgetter("phone_in_clear"), LeftOutKind):
        blobs = connection.execute("SELECT content FROM left_out WHERE run = ? AND kind = ?", (seq, kind))
        for (blob,) in blobs.fetchall():
            known = [(row.phone or typed_in(row, tables), row.code) for row in unpack(kind, blob, store.key)]
            known = [(number, code) for number, code in known if number]
            hashes = hasher.numbers([number for number, _ in known])
            for number, (_, code) in zip(hashes, known, strict=True):
                reasons[kind, code] += number
    for (kind, code), joined in reasons.items():
        note_left_out(connection, seq, kind, code, bytes(joined))


def add_campaign(connection: sqlite3.Connection, seq: int, campaign: StagedCampaign, *, keep_body: bool) -> int:
    """Insert a campaign and its body into the run with this row number; return the campaign's id."""
    added = connection.execute(
        "INSERT INTO campaigns (run, number, part, name, leads, digest) VALUES (?, ?, ?, ?, ?, x'')",
        (seq, campaign.number, campaign.group, campaign.name, campaign.leads),
    ).lastrowid
    if added is None:  # pragma: no cover - only other statements than INSERT give None
        raise AssertionError
    if keep_body:
        put_body(connection, added, campaign.body)
    return added


def _encode_table(table: TableInfo) -> bytes:
    try:
        return msgspec.json.encode(table)
    except UnicodeEncodeError:  # a file's name may hold bytes that are not text
        header = tuple(map(writable, table.header))
        notes = tuple(map(writable, table.notes))
        named = replace(table, file=writable(table.file), sheet=table.sheet and writable(table.sheet))
        return msgspec.json.encode(replace(named, header=header, notes=notes, title=writable(table.title)))


def _preparing(connection: sqlite3.Connection, run_id: str) -> int:
    found = connection.execute(
        "SELECT seq FROM runs WHERE id = ? AND state = ?", (run_id, RunState.PREPARING)
    ).fetchone()
    if found is None:
        raise ValueError(f"There is no plan {run_id} in the making")
    seq: int = found[0]
    return seq


def _staged_totals(connection: sqlite3.Connection, seq: int, read: int, blank: int) -> RowTotals:
    left_out = dict(
        connection.execute("SELECT kind, sum(count) FROM left_out WHERE run = ? GROUP BY kind", (seq,)).fetchall()
    )
    leads = connection.execute("SELECT coalesce(sum(leads), 0) FROM campaigns WHERE run = ?", (seq,)).fetchone()[0]
    return RowTotals(read=read, blank=blank, leads=leads, **left_out)


def _compare(counted: RowTotals, staged: RowTotals) -> None:
    if counted != staged:
        raise BalanceError(
            f"The plan's rows were counted as {counted}, and the ledger holds {staged}",
            hint="Nothing was sent. Please report this.",
        )
    if not counted.balanced():
        raise BalanceError(f"The plan's rows don't add up: {counted}", hint="Nothing was sent. Please report this.")
