"""Rows and leads that are left out: packed, so that a million of them cost the ledger some megabytes.

The numbers of people who are uploaded are sealed with the ledger's key: left-out.csv names them, and whoever has the
ledger without its key finds nobody. The seal is a stream of SHAKE256 (FIPS 202) over the key and a nonce of each blob.

They are left out when the run is planned; or taken out of a plan later, when somebody asked not to be called, or was
uploaded by another run, before a refused campaign is cut.

A lone surrogate, which JSON can smuggle into a cell and no encoding can write, is kept as U+FFFD.
"""

from __future__ import annotations

import hashlib
import os
import re
import zlib
from typing import TYPE_CHECKING

import msgspec

from telecmi_leads.core.campaign import CampaignStatus, OutcomeKind, refreeze, thaw_leads
from telecmi_leads.core.lead import LeftOutKind, LeftOutRow, TableInfo
from telecmi_leads.ledger import queries
from telecmi_leads.ledger.store import FAILURES, ledger_error, put_body
from telecmi_leads.ledger.uploaded_numbers import Hasher

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterator, Sequence

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.lead import Lead
    from telecmi_leads.ledger.store import Store

    Hits = Callable[[Sequence[str]], Sequence[int]]

_FASTEST = 1


class _Columns(msgspec.Struct, frozen=True, array_like=True):
    """A block of rows of one kind, column by column; a column without content is empty."""

    tables: list[int]
    rows: list[int]
    codes: list[str]
    columns: list[str]
    phones: list[str]
    cells: list[tuple[str, ...]]
    kept: list[str] = []  # these three are missing in blobs of an earlier version
    when: list[str] = []
    sealed: bytes = b""


_TEXTS = ("codes", "columns", "phones", "kept", "when")
_NONCE_BYTES = 16
_NUMBER_BYTES = 7  # E.164 allows 15 digits
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Columns)


def pack(rows: Sequence[LeftOutRow], key: bytes) -> dict[LeftOutKind, tuple[int, bytes]]:
    """Return for each kind how many of the rows are of it, and these rows as one blob."""
    kinds: dict[LeftOutKind, list[LeftOutRow]] = {}
    for row in rows:
        kinds.setdefault(row.kind, []).append(row)
    return {kind: (len(of_kind), pack_kind(kind, of_kind, key)) for kind, of_kind in kinds.items()}


def pack_kind(kind: LeftOutKind, rows: Sequence[LeftOutRow], key: bytes) -> bytes:
    """Return rows of one kind as one blob."""
    phones, sealed = [row.phone for row in rows], b""
    if any(phones) and not kind.phone_in_clear:
        phones, sealed = [], _sealed(phones, key)
    cells, kept, when = [row.cells for row in rows], [row.kept for row in rows], [row.when for row in rows]
    columns = _Columns(
        tables=[row.table for row in rows],
        rows=[row.row for row in rows],
        codes=[row.code for row in rows],
        columns=[row.column for row in rows],
        phones=phones if any(phones) else [],
        cells=cells if any(cells) else [],
        kept=kept if any(kept) else [],
        when=when if any(when) else [],
        sealed=sealed,
    )
    return zlib.compress(_encode(columns), _FASTEST)


def _sealed(phones: Sequence[str], key: bytes) -> bytes:
    """Return E.164 digits such that only whoever has the key can read them, behind the nonce of their own."""
    plain = b"".join(int(phone or 0).to_bytes(_NUMBER_BYTES, "big") for phone in phones)
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _combined(plain, nonce, key)


def _opened(sealed: bytes, key: bytes) -> bytes:
    """Return the numbers of a seal in their order, each in seven bytes."""
    return _combined(sealed[_NONCE_BYTES:], sealed[:_NONCE_BYTES], key)


def _combined(text: bytes, nonce: bytes, key: bytes) -> bytes:
    # A stream cipher out of the standard library: SHAKE-256 under a key of its own and a random nonce. It only hides:
    # who can change the ledger can change all else in it too.
    own = hashlib.blake2b(b"numbers of rows left out", key=key).digest()  # the hashes' key serves for nothing else
    stream = hashlib.shake_256(own + nonce).digest(len(text))
    return (int.from_bytes(text, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(text), "big")


def _phones(block: _Columns, key: bytes) -> list[str]:
    if not block.sealed:
        return block.phones or [""] * len(block.rows)
    plain = _opened(block.sealed, key)
    numbers = (int.from_bytes(plain[at : at + _NUMBER_BYTES], "big") for at in range(0, len(plain), _NUMBER_BYTES))
    return [str(number or "") for number in numbers]


def _encode(columns: _Columns) -> bytes:
    try:
        # Nearly every block is plain text: looking for surrogates in each cell first would cost more than the packing.
        return _encoder.encode(columns)
    except UnicodeEncodeError:
        texts = {name: [writable(text) for text in getattr(columns, name)] for name in _TEXTS}
        cells = [tuple(map(writable, each)) for each in columns.cells]
        return _encoder.encode(msgspec.structs.replace(columns, cells=cells, **texts))


def writable(text: str) -> str:
    """Return the text with lone surrogates replaced, so that it can be written as UTF-8."""
    return _SURROGATE.sub("\ufffd", text)


_SURROGATE = re.compile("[\ud800-\udfff]")


def unpack(kind: LeftOutKind, blob: bytes, key: bytes) -> Iterator[LeftOutRow]:
    """Yield the rows of a blob. Raises zlib.error, msgspec.MsgspecError or ValueError for a damaged one."""
    block = _decoder.decode(zlib.decompress(blob))
    count = len(block.rows)
    phones = _phones(block, key)
    cells = block.cells or [()] * count
    kept, when = block.kept or [""] * count, block.when or [""] * count
    for table, row, code, column, *others in zip(
        block.tables, block.rows, block.codes, block.columns, phones, cells, kept, when, strict=True
    ):
        yield LeftOutRow(table, row, kind, code, column, *others)


def may_hold(blob: bytes, phone: str, key: bytes) -> bool:
    """Tell whether a blob may hold a number: a quick look, before all of its rows are unpacked."""
    block = _decoder.decode(zlib.decompress(blob))
    return not block.sealed or int(phone).to_bytes(_NUMBER_BYTES, "big") in _opened(block.sealed, key)


def tables(store: Store, run_id: str) -> list[TableInfo]:
    """Return the tables that a run's rows came from; LeftOutRow.table is an index into them."""
    try:
        return [
            table
            for (seq,) in store.rows("SELECT seq FROM runs WHERE id = ?", (run_id,))
            for table in tables_of(store.connection, seq)
        ]
    except FAILURES as error:
        raise ledger_error(error, store.path) from error
    except msgspec.MsgspecError as error:
        raise store.damaged("a table can't be read") from error


def left_out(store: Store, run_id: str, kind: LeftOutKind | None = None) -> Iterator[LeftOutRow]:
    """Yield the rows that did not become leads, of one kind or of all, in file order within each kind."""
    for id_, of_kind in store.rows(
        "SELECT id, kind FROM left_out WHERE run = (SELECT seq FROM runs WHERE id = ?1) AND (kind = ?2 OR ?2 IS NULL)"
        " ORDER BY kind, id",
        (run_id, kind),
    ):
        [(blob,)] = store.rows("SELECT content FROM left_out WHERE id = ?", (id_,))
        try:
            yield from unpack(LeftOutKind(of_kind), blob, store.key)
        except (zlib.error, msgspec.MsgspecError, ValueError) as error:
            raise store.damaged("rows that were left out can't be read") from error


def put_rows(connection: sqlite3.Connection, seq: int, rows: Sequence[LeftOutRow], key: bytes) -> None:
    """Add rows that are left out to the run with this row number, one blob for each kind."""
    connection.executemany(
        "INSERT INTO left_out (run, kind, count, content) VALUES (?, ?, ?, ?)",
        [(seq, kind, count, content) for kind, (count, content) in pack(rows, key).items()],
    )


def note_left_out(connection: sqlite3.Connection, seq: int, kind: LeftOutKind, code: str, hashes: bytes) -> None:
    """Note for one reason which numbers the run with this row number has left out; `hashes` are theirs, joined."""
    connection.execute(
        "INSERT INTO left_numbers (run, kind, code, hashes) VALUES (?, ?, ?, ?)", (seq, kind, code, hashes)
    )


def tables_of(connection: sqlite3.Connection, seq: int) -> list[TableInfo]:
    """Return the tables of the run with this row number. Raises msgspec.MsgspecError for a damaged one."""
    rows = connection.execute("SELECT info FROM tables WHERE run = ? ORDER BY position", (seq,))
    return [msgspec.json.decode(info, type=TableInfo) for (info,) in rows]


# --- taken out of a plan ------------------------------------------------------------------------

# What never left this machine is not a try: nobody has seen the bytes. A person's word only follows a try.
_OF_RUN = """
SELECT id, status, EXISTS (SELECT 1 FROM attempts WHERE campaign = campaigns.id AND kind IS NOT ?2)
FROM campaigns WHERE run = (SELECT seq FROM runs WHERE id = ?1) AND split = 0 ORDER BY id
"""


def withdraw(  # noqa: PLR0913 - the run, who, and what becomes of them
    store: Store, run_id: str, hits: Hits, code: str, *, refused: bool, keep: bool = True
) -> int:
    """Take numbers out of the run's campaigns that nobody ever tried to send; return how many.

    Their rows count as excluded, with their numbers unless `keep` is False.
    """
    taken = 0
    for campaign, status, tried in _campaigns(store, run_id):
        if not (_never_tried(status, tried=tried) or (refused and status is CampaignStatus.REFUSED)):
            continue
        body = queries.body(store, campaign)
        leads = thaw_leads(body)
        out = set(hits_among(leads, hits))
        if not out:
            continue
        kept = [lead for at, lead in enumerate(leads) if at not in out]
        with store.writing() as connection:
            if status is CampaignStatus.REFUSED:
                _shrink_refused(store, connection, campaign, body, kept)
            # Places of forgotten leads stay when others go; a campaign of nothing but such places is sent to nobody.
            elif any(lead.phone for lead in kept):
                shrink(store, connection, campaign, body, kept)
            else:
                connection.execute("DELETE FROM campaigns WHERE id = ?", (campaign,))
            _exclude(store, connection, run_id, [leads[at].phone if keep else "" for at in sorted(out)], code)
        taken += len(out)
    store.changed()
    return taken


def _never_tried(status: CampaignStatus, *, tried: bool) -> bool:
    """Tell whether nobody has seen a campaign's request, so that it may change."""
    return status is CampaignStatus.UNSENT and not tried


def tried_among(store: Store, run_id: str, hits: Hits) -> list[tuple[CampaignRecord, list[str]]]:
    """Return the campaigns that were tried and are not settled, with those of their numbers that `hits` finds.

    A part of one of unknown outcome is among them, though it was never tried itself.
    """
    found = []
    for campaign, status, tried in _campaigns(store, run_id):
        if status.settled or _never_tried(status, tried=tried):
            continue
        leads = thaw_leads(queries.body(store, campaign))
        phones = [leads[at].phone for at in hits_among(leads, hits)]
        if phones:
            found.append((queries.campaign(store, campaign), phones))
    return found


def hits_among(leads: Sequence[Lead], hits: Hits) -> list[int]:
    """Return the positions of the leads whose numbers `hits` finds; a lead that was forgotten has none."""
    present = [at for at, lead in enumerate(leads) if lead.phone]
    # The list is asked once for all numbers of a campaign: it answers for whole columns.
    return [present[at] for at in hits([leads[at].phone for at in present])]


def shrink(store: Store, connection: sqlite3.Connection, campaign: int, body: bytes, kept: Sequence[Lead]) -> None:
    """Freeze a campaign anew under its own name, with the leads that are kept."""
    connection.execute("UPDATE campaigns SET leads = ? WHERE id = ?", (len(kept), campaign))
    put_body(connection, campaign, refreeze(body, queries.campaign(store, campaign).name, kept))


def _campaigns(store: Store, run_id: str) -> list[tuple[int, CampaignStatus, bool]]:
    """Return the run's campaigns that are not cut, with their states, and whether they were tried."""
    rows = store.rows(_OF_RUN, (run_id, OutcomeKind.NOT_SENT))
    return [(campaign, CampaignStatus(status), bool(tried)) for campaign, status, tried in rows]


def _exclude(store: Store, connection: sqlite3.Connection, run_id: str, phones: Sequence[str], code: str) -> None:
    seq, account = connection.execute("SELECT seq, account FROM runs WHERE id = ?", (run_id,)).fetchone()
    rows = [LeftOutRow(0, 0, LeftOutKind.EXCLUDED, code, phone=phone) for phone in phones]
    put_rows(connection, seq, rows, store.key)
    hashes = b"".join(Hasher(store.key, account).numbers(filter(None, phones)))
    if hashes:
        note_left_out(connection, seq, LeftOutKind.EXCLUDED, code, hashes)


def leave_out(store: Store, campaign_id: int, positions: Collection[int], kind: LeftOutKind, code: str) -> None:
    """Take leads out of a refused campaign, by their places: they count as rows that were left out from then on."""
    body = queries.body(store, campaign_id)
    leads = thaw_leads(body)
    kept = [lead for at, lead in enumerate(leads) if at not in positions]
    rows = [LeftOutRow(0, 0, kind, code, phone=leads[at].phone) for at in sorted(positions)]
    with store.writing() as connection:
        [run] = connection.execute("SELECT run FROM campaigns WHERE id = ?", (campaign_id,)).fetchone()
        put_rows(connection, run, rows, store.key)
        _shrink_refused(store, connection, campaign_id, body, kept)
    store.changed()


def _shrink_refused(
    store: Store, connection: sqlite3.Connection, campaign: int, body: bytes, kept: Sequence[Lead]
) -> None:
    """Keep these leads of a refused campaign. Without any it counts as one that was cut: its name stays taken."""
    if kept:
        shrink(store, connection, campaign, body, kept)
        return
    connection.execute("UPDATE campaigns SET split = 1 WHERE id = ?", (campaign,))
    connection.execute("DELETE FROM bodies WHERE campaign = ?", (campaign,))
