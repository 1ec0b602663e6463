"""Phone numbers as 64-bit keyed hashes: enough to recognise a number, useless without the key beside the ledger.

BLAKE2b in its keyed mode is a MAC of its own (RFC 7693). At ten million numbers uploaded, one new number in
two million million is taken for a known one.

The hashes of accepted campaigns lie in 65,536 buckets by their first two bytes: a bucket is one blob of records, the
other six bytes of a hash and the campaign's id in four. Ten million are a hundred megabytes, and a million are looked
up among them in half a second, where a tree with a row for each takes four times as long and twice the space.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

HASH_BYTES = 8
BUCKETS = 65536
_TAIL_BYTES = 6
_ID_BYTES = 4
RECORD_BYTES = _TAIL_BYTES + _ID_BYTES


class Hasher:
    """Hashes numbers of one account. Two accounts' hashes of the same number have nothing in common."""

    def __init__(self, key: bytes, account: str) -> None:
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
    return number[0] << 8 | number[1]


def pack(hashes: Iterable[tuple[int, bytes]]) -> Mapping[int, bytes]:
    """Return records for the joined hashes of campaigns, by bucket."""
    buckets: defaultdict[int, bytearray] = defaultdict(bytearray)
    for campaign, joined in hashes:
        id_ = id_bytes(campaign)
        for number in split(joined):
            buckets[number[0] << 8 | number[1]] += number[2:] + id_
    return {bucket: bytes(records) for bucket, records in buckets.items()}


def among(
    hashes: Sequence[bytes], buckets: Sequence[bytes], others: Collection[bytes], only: Collection[bytes] | None
) -> list[bool]:
    """Tell for each hash whether it is in its bucket, or among the others.

    `only` restricts the buckets' records to those of campaigns with these ids.
    """
    answers = []
    for number in hashes:
        records = buckets[number[0] << 8 | number[1]]
        tail = number[2:]
        at = records.find(tail)
        while at >= 0 and (
            at % RECORD_BYTES or not (only is None or records[at + _TAIL_BYTES : at + RECORD_BYTES] in only)
        ):
            at = records.find(tail, at + 1)
        answers.append(at >= 0 or number in others)
    return answers


def campaigns_of(records: bytes, number: bytes) -> Iterator[int]:
    """Yield the ids of the campaigns that a hash was uploaded in, from its bucket."""
    for tail, id_ in _records(records):
        if tail == number[2:]:
            yield int.from_bytes(id_, "big")


def without(records: bytes, *, number: bytes | None = None, campaigns: Collection[bytes] = ()) -> bytes:
    """Return a bucket without a hash, or without the records of campaigns with these ids."""
    gone = number and number[2:]
    return b"".join(tail + id_ for tail, id_ in _records(records) if tail != gone and id_ not in campaigns)


def _records(records: bytes) -> Iterator[tuple[bytes, bytes]]:
    for start in range(0, len(records), RECORD_BYTES):
        yield records[start : start + _TAIL_BYTES], records[start + _TAIL_BYTES : start + RECORD_BYTES]
