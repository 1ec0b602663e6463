"""Who was uploaded before: for a million numbers at once (`--new-only`), and for one of them (`explain`).

The ledger keeps numbers as 64-bit keyed hashes: enough to recognise a number, useless without the key beside the
ledger. BLAKE2b in its keyed mode is a MAC of its own (RFC 7693). At ten million numbers uploaded, one new number in
two million million is taken for a known one.

The hashes of accepted campaigns lie in 262,144 buckets by their first 18 bits. A bucket is two blobs: the last six
bytes of each hash, and in the same order the ids of the campaigns, four bytes each. It is searched in a tenth of a
microsecond, and the buckets of ten million numbers are read in a fifth of a second; a tree with a row for each number
takes three times as long for a million.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec import Struct

from telecmi_leads.core.campaign import CampaignStatus, KnownCampaign, OutcomeKind, thaw_phones
from telecmi_leads.core.lead import LeftOutKind
from telecmi_leads.core.run import RunState
from telecmi_leads.core.text import normalized
from telecmi_leads.ledger.queries import ONLY_BY_HAND, REFUSALS
from telecmi_leads.ledger.schema import KEPT, SETTLED, from_micros

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from telecmi_leads.core.lead import LeftOutRow, TableInfo
    from telecmi_leads.ledger.store import Fresh, Store, Waiting

_PENDING_SINCE = """
SELECT b.body FROM runs r JOIN campaigns c ON c.run = r.seq JOIN bodies b ON b.campaign = c.id
WHERE r.account = ? AND r.state = ? AND c.split = 0 AND c.status NOT IN (?, ?) AND r.seq > ?
"""
_BODIES = """
SELECT c.id, r.id, c.status, b.body FROM runs r JOIN campaigns c ON c.run = r.seq JOIN bodies b ON b.campaign = c.id
WHERE r.account = ? AND r.state IN (?, ?) AND c.split = 0
"""
_FRESH_OF_CAMPAIGNS = """
SELECT f.campaign, f.hashes FROM fresh f JOIN campaigns c ON c.id = f.campaign JOIN runs r ON r.seq = c.run
WHERE r.account = ?
"""
_CAMPAIGNS = """
SELECT c.id, r.id, c.name, c.status, c.settled, c.status = ? AND r.seq IN
    (SELECT d.run FROM attempts a JOIN campaigns d ON d.id = a.campaign WHERE a.kind = ? AND d.status = ?),
    coalesce(l.kind IN (SELECT value FROM json_each(?)), 0), {}
FROM campaigns c JOIN runs r ON r.seq = c.run
LEFT JOIN attempts l ON c.status = ? AND l.id = (SELECT max(id) FROM attempts WHERE campaign = c.id)
WHERE r.state IN (?, ?)
"""
_PLANNED = """
SELECT r.account, r.seq, r.created, json_extract(r.known, '$.last_attempt'),
    (SELECT min(a.id) FROM attempts a JOIN campaigns t ON t.id = a.campaign WHERE t.run = r.seq)
FROM runs r JOIN campaigns c ON c.run = r.seq WHERE c.id = ?
"""
_TRIED_SINCE = "SELECT DISTINCT campaign FROM attempts WHERE id > ?"
# Runs of earlier versions did not note where in the ledger they were planned.
_TRIED_SINCE_ABOUT = """
SELECT campaign FROM attempts WHERE id > ? UNION SELECT id FROM campaigns WHERE run > ? OR settled >= ?
"""


class Fate(Struct, frozen=True):
    """What became of a phone number in one run.

    Either `campaign` and `status` are set (it is a lead), or `left_out` and `code` (a Reason's code or the exclude
    list's name). `when` is the time the campaign's state was reached, or the run was made.
    """

    run: str
    run_name: str
    when: datetime
    campaign: str = ""
    status: CampaignStatus | None = None
    left_out: LeftOutKind | None = None
    code: str = ""


# --- numbers as hashes --------------------------------------------------------------------------

HASH_BYTES = 8
BUCKETS = 2**18
TAIL_BYTES = 6
_ID_BYTES = 4

Bucket = tuple[bytes, bytes]
"""The tails of hashes, and the ids of their campaigns."""


class Hasher:
    """Hashes numbers of one account. Two accounts' hashes of the same number have nothing in common."""

    def __init__(self, key: bytes, account: str) -> None:
        # A key for each account, made of its name: with one key for all, equal hashes would show that two accounts
        # share people.
        own = hashlib.blake2b(account.encode("utf-8", "surrogatepass"), key=key, digest_size=32).digest()
        self._base = hashlib.blake2b(key=own, digest_size=HASH_BYTES)

    def numbers(self, phones: Iterable[str]) -> list[bytes]:
        """Return the hash of each number (E.164 digits), eight bytes."""
        start = self._base.copy  # the key's own block is hashed once, not for each number
        hashes = []
        for phone in phones:
            state = start()
            state.update(phone.encode())
            hashes.append(state.digest())
        return hashes


def split(hashes: bytes) -> list[bytes]:
    """Cut hashes that were joined apart again."""
    return [hashes[start : start + HASH_BYTES] for start in range(0, len(hashes), HASH_BYTES)]


def id_bytes(campaign: int) -> bytes:
    """Return a campaign's id as records hold it."""
    return campaign.to_bytes(_ID_BYTES, "big")


def bucket_of(number: bytes) -> int:
    """Return which bucket a hash lies in."""
    return (number[0] << 16 | number[1] << 8 | number[2]) >> 6


PARTS = 4
"""So many times `pack` is asked, each time for a part of the buckets: a million hashes take 16 MB then, not 64."""


def pack(hashes: Iterable[tuple[int, bytes]], part: int) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield what the joined hashes of campaigns add to each bucket of a part, in order: number, tails, ids."""
    records: list[bytes] = []
    for campaign, joined in hashes:
        id_, starts = id_bytes(campaign), range(0, len(joined), HASH_BYTES)
        records += [joined[at : at + HASH_BYTES] + id_ for at in starts if joined[at] * PARTS >> 8 == part]
    records.sort()
    for bucket, found in groupby(records, key=bucket_of):
        both = list(found)
        yield bucket, b"".join([one[2:HASH_BYTES] for one in both]), b"".join([one[HASH_BYTES:] for one in both])


def among(
    hashes: Sequence[bytes],
    tails: Sequence[bytes],
    others: Collection[bytes],
    recent: tuple[Sequence[bytes], Collection[bytes]] | None,
) -> list[bool]:
    """Tell for each hash whether it is in its bucket, or among the others.

    `tails` holds every bucket's tails. `recent` is every bucket's ids and the ids that count; None: all of them.
    """
    answers = []
    for number in hashes:
        bucket = (number[0] << 16 | number[1] << 8 | number[2]) >> 6
        tail = number[2:]
        at = tails[bucket].find(tail)
        # find() knows no records: a hit across two tails is passed over, and so is one of another campaign.
        while at >= 0 and (at % TAIL_BYTES or (recent and _id_at(recent[0][bucket], at) not in recent[1])):
            at = tails[bucket].find(tail, at + 1)
        answers.append(at >= 0 or number in others)
    return answers


def _id_at(ids: bytes, at: int) -> bytes:
    """Return the id that belongs to the tail at this place."""
    start = at // TAIL_BYTES * _ID_BYTES
    return ids[start : start + _ID_BYTES]


def campaigns_of(bucket: Bucket, number: bytes) -> Iterator[int]:
    """Yield the ids of the campaigns that a hash was uploaded in, from its bucket."""
    return (int.from_bytes(id_, "big") for tail, id_ in _records(bucket) if tail == number[2:])


def without_hash(bucket: Bucket, number: bytes) -> Bucket:
    """Return a bucket without a hash."""
    return _joined((tail, id_) for tail, id_ in _records(bucket) if tail != number[2:])


def not_of_campaigns(bucket: Bucket, campaigns: Collection[bytes]) -> Bucket:
    """Return what of a bucket was uploaded in other campaigns than these."""
    return _joined((tail, id_) for tail, id_ in _records(bucket) if id_ not in campaigns)


def _records(bucket: Bucket) -> Iterator[tuple[bytes, bytes]]:
    """Yield the tail of each hash with its campaign's id."""
    tails, ids = bucket
    for index in range(len(ids) // _ID_BYTES):
        yield (
            tails[index * TAIL_BYTES : (index + 1) * TAIL_BYTES],
            ids[index * _ID_BYTES : (index + 1) * _ID_BYTES],
        )


def _joined(pairs: Iterable[tuple[bytes, bytes]]) -> Bucket:
    kept = list(pairs)
    return b"".join(tail for tail, _ in kept), b"".join(id_ for _, id_ in kept)


_MARK = "?"
"""Keeps what was typed apart from E.164 digits among the hashes."""


def as_typed(text: str) -> str:
    """Return what a cell is recognised by, whatever its punctuation, spaces and case; "" for one without a letter."""
    folded = "".join(filter(str.isalnum, normalized(text, "NFKC"))).casefold()
    return folded and f"{_MARK}{folded}"


def typed_in(row: LeftOutRow, tables: Sequence[TableInfo]) -> str:
    """Return what stood, as `as_typed` has it, in the cell for which a row was rejected; "" where none was at fault."""
    if not row.column or not 0 <= row.table < len(tables):
        return ""
    header = tables[row.table].header
    at = header.index(row.column) if row.column in header else len(row.cells)
    return as_typed(row.cells[at]) if at < len(row.cells) else ""


# --- who is known -------------------------------------------------------------------------------


def known_among(
    store: Store, account: str, phones: Sequence[str], own: frozenset[str]
) -> dict[int, list[KnownCampaign]]:
    """Return, by position, the campaigns that hold a number of these (E.164 digits): uploaded, or waiting.

    Those who are in the same campaigns have one list.
    """
    waiting, fresh = _holders(store, account, own)
    found = _accepted_before(store, account, phones, fresh)
    # As int a number takes two thirds of the memory of its text. Requests hold numbers, so that no hash is needed here.
    values = list(map(int, phones)) if waiting else []
    # Mostly nobody of a block waits: one question to the set, in C, saves a loop over the block.
    if not waiting.keys().isdisjoint(values):
        for at, value in enumerate(values):
            if value in waiting:
                found.setdefault(at, []).extend(waiting[value])
    every = _known_campaigns(store) if found else {}
    ids = {at: tuple(found[at]) for at in sorted(found)}
    known = {each: [every[id_] for id_ in each if id_ in every] for each in set(ids.values())}
    return {at: known[each] for at, each in ids.items() if known[each]}


def _accepted_before(store: Store, account: str, phones: Sequence[str], fresh: Fresh) -> dict[int, list[int]]:
    """Return, by position, the ids of the campaigns in which numbers were accepted, those just accepted last."""
    tails = _column(store, "tails")
    # On a new ledger this saves hashing every number of the first uploads.
    if store.nobody_accepted is None:
        store.nobody_accepted = not fresh and not any(tails)
    if store.nobody_accepted:
        return {}
    found: dict[int, list[int]] = {}
    for at, number in enumerate(Hasher(store.key, account).numbers(phones)):
        bucket = (number[0] << 16 | number[1] << 8 | number[2]) >> 6
        if number[2:] in tails[bucket] or number in fresh:
            ids = campaigns_of((tails[bucket], _column(store, "ids")[bucket]), number)
            found[at] = [*ids, *fresh.get(number, ())]
    return found


def _holders(store: Store, account: str, own: frozenset[str]) -> tuple[Waiting, Fresh]:
    """Return which campaigns hold a number, by number in requests, and by hash where they were just accepted.

    Read once. A million people who wait cost 74 MB and no hash: of them the ledger holds the numbers themselves.
    """
    asked = (account, own)
    if asked not in store.holders:
        waiting: dict[int, tuple[int, ...]] = {}
        fresh: dict[bytes, tuple[int, ...]] = {}
        for id_, run, status, body in store.stream(_BODIES, (account, *KEPT)):
            # What TeleCMI refused reached nobody, so that those people may go elsewhere. In a run that is repeated they
            # belong to it.
            if status != CampaignStatus.REFUSED or run in own:
                values = [int(phone) for phone in thaw_phones(body) if phone]
                before = {value: waiting[value] for value in values if value in waiting}
                waiting.update(dict.fromkeys(values, (id_,)))  # one tuple for all of a campaign
                waiting.update((value, (*ids, id_)) for value, ids in before.items())
        for id_, blob in store.stream(_FRESH_OF_CAMPAIGNS, (account,)):
            for number in split(blob):
                fresh[number] = (*fresh.get(number, ()), id_)
        store.holders = {asked: (waiting, fresh)}
    return store.holders[asked]


def _known_campaigns(store: Store) -> Mapping[int, KnownCampaign]:
    """Return every campaign by its id; read once."""
    if not store.campaigns:
        taken_as = (CampaignStatus.REFUSED, OutcomeKind.NAME_EXISTS, CampaignStatus.REFUSED)
        values = (*taken_as, REFUSALS, CampaignStatus.UNKNOWN, *KEPT)
        rows = store.stream(_CAMPAIGNS.format(ONLY_BY_HAND), values)
        store.campaigns = {
            id_: KnownCampaign(
                id_,
                run,
                name,
                CampaignStatus(status).to_outsiders,
                settled and from_micros(settled),
                bool(taken),
                refused_in_doubt=bool(doubt),
                only_by_hand=bool(doubt and part),
            )
            for id_, run, name, status, settled, taken, doubt, part in rows
        }
    return store.campaigns


def forgotten_in(store: Store, run_id: str) -> dict[str, int]:
    """Return how many numbers `forget` has taken out of each accepted campaign of a run, by its name."""
    rows = store.rows(
        "SELECT c.id, c.name, c.leads FROM campaigns c JOIN runs r ON r.seq = c.run"
        " WHERE r.id = ? AND c.split = 0 AND c.status = ? ORDER BY c.root, c.id",
        (run_id, CampaignStatus.ACCEPTED),
    )
    # All ids at once, as numbers of this machine: ten million of them are counted in a second.
    held = Counter(memoryview(b"".join(_column(store, "ids"))).cast("I")) if rows else Counter[int]()
    for id_, blob in store.stream("SELECT campaign, hashes FROM fresh") if rows else ():
        held[_as_counted(id_)] += len(blob) // HASH_BYTES
    missing = {name: leads - held[_as_counted(id_)] for id_, name, leads in rows}
    return {name: number for name, number in missing.items() if number > 0}


def _as_counted(campaign: int) -> int:
    return int.from_bytes(id_bytes(campaign), sys.byteorder)


def uploaded_since(store: Store, root: int, phones: Sequence[str]) -> list[bool]:
    """Tell for each number of a planned campaign whether it is in another one that was sent or planned since.

    Since: in the ledger's own order. The computer's clock may have been set back meanwhile.
    """
    [(account, seq, created, last_attempt, first_own)] = store.rows(_PLANNED, (root,))
    if seq not in store.since:
        tried = (
            store.stream(_TRIED_SINCE, (last_attempt,))
            if last_attempt is not None
            else store.stream(_TRIED_SINCE_ABOUT, (first_own, seq, created))
        )
        store.since = {seq: frozenset(id_bytes(id_) for (id_,) in tried)}
    since = store.since[seq]
    hasher = Hasher(store.key, account)
    others: set[bytes] = set()
    for (body,) in store.stream(_PENDING_SINCE, (account, RunState.PLANNED, *SETTLED, seq)):
        others.update(hasher.numbers(thaw_phones(body)))
    for id_, blob in store.stream(_FRESH_OF_CAMPAIGNS, (account,)):
        if id_bytes(id_) in since:
            others.update(split(blob))
    return among(hasher.numbers(phones), _column(store, "tails"), others, (_column(store, "ids"), since))


def fates(store: Store, phone: str) -> list[Fate]:
    """Return what became of a number (E.164 digits) in every run that knows it, newest first."""
    found: list[Fate] = []
    for (account,) in store.rows("SELECT DISTINCT account FROM runs"):
        number = Hasher(store.key, account).numbers([phone])[0]
        found += _accepted(store, number)
        found += _left_out(store, number)
        found += _still_here(store, account, phone)
    return sorted(found, key=lambda fate: fate.when, reverse=True)


def fates_as_typed(store: Store, text: str) -> list[Fate]:
    """Return where what is not a number was rejected, by the text of the cell; newest first."""
    wanted = as_typed(text)
    found: list[Fate] = []
    for (account,) in store.rows("SELECT DISTINCT account FROM runs") if wanted else []:
        found += _left_out(store, Hasher(store.key, account).numbers([wanted])[0])
    return sorted(found, key=lambda fate: fate.when, reverse=True)


def _column(store: Store, name: str) -> list[bytes]:
    """Return the tails or the ids of all buckets, b"" for an empty one; read once."""
    if name not in store.columns:
        column = [b""] * BUCKETS
        for bucket, *both in store.stream("SELECT bucket, tails, ids FROM uploaded"):
            column[bucket] = both[name == "ids"]
        store.columns[name] = column
    return store.columns[name]


def _accepted(store: Store, number: bytes) -> list[Fate]:
    rows = store.rows(
        "SELECT r.id, r.name, c.settled, c.name, c.status FROM campaigns c JOIN runs r ON r.seq = c.run"
        " WHERE c.id IN (SELECT value FROM json_each(?))",
        (json.dumps(_campaigns_holding(store, number)),),
    )
    return [
        Fate(run, run_name, from_micros(settled), name, CampaignStatus(status))
        for run, run_name, settled, name, status in rows
    ]


def _campaigns_holding(store: Store, number: bytes) -> list[int]:
    found = store.rows("SELECT tails, ids FROM uploaded WHERE bucket = ?", (bucket_of(number),))
    campaigns = [campaign for bucket in found for campaign in campaigns_of(bucket, number)]
    fresh = store.stream("SELECT campaign, hashes FROM fresh")
    return campaigns + [campaign for campaign, hashes in fresh if number in split(hashes)]


def _left_out(store: Store, number: bytes) -> list[Fate]:
    rows = store.rows(
        "SELECT r.id, r.name, r.created, l.kind, l.code, l.hashes FROM left_numbers l JOIN runs r ON r.seq = l.run"
        " WHERE instr(l.hashes, ?) ORDER BY l.id",
        (number,),
    )
    found = [
        Fate(run, run_name, from_micros(created), left_out=LeftOutKind(kind), code=code)
        for run, run_name, created, kind, code, hashes in rows
        if number in split(hashes)  # and not only across two of them
    ]
    return list(dict.fromkeys(found))


def _still_here(store: Store, account: str, phone: str) -> list[Fate]:
    """Look into the requests that the ledger still holds: the phone is a JSON string of digits there."""
    # In the bytes of the request, as `freeze` writes them: decoding every waiting campaign for one number takes
    # seconds.
    needle = f'"phone":"{phone}"'.encode()
    rows = store.stream(
        "SELECT r.id, r.name, coalesce(c.settled, r.created), c.name,"
        " c.status, b.body"
        " FROM bodies b JOIN campaigns c ON c.id = b.campaign JOIN runs r ON r.seq = c.run"
        " WHERE r.account = ? AND r.state IN (?, ?) AND c.split = 0",
        (account, *KEPT),
    )
    return [
        Fate(run, run_name, from_micros(when), name, CampaignStatus(status).to_outsiders)
        for run, run_name, when, name, status, body in rows
        if needle in body
    ]
