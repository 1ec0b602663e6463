from __future__ import annotations

from collections import defaultdict
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from telecmi_leads.ledger.uploaded_numbers import (
    PARTS,
    Hasher,
    among,
    bucket_of,
    campaigns_of,
    id_bytes,
    not_of_campaigns,
    pack,
    split,
    without_hash,
)

# Few different bytes, so that hashes share buckets, and tails are found across the border of two others.
hashes = st.lists(st.sampled_from([0, 1, 255]), min_size=8, max_size=8).map(bytes)
campaigns = st.dictionaries(st.integers(1, 5), st.lists(hashes, max_size=30), max_size=5)


def buckets_of(uploaded: dict[int, list[bytes]]) -> dict[int, tuple[bytes, bytes]]:
    """Pack the hashes of campaigns."""
    joined = [(campaign, b"".join(numbers)) for campaign, numbers in uploaded.items()]
    packed = [each for part in range(PARTS) for each in pack(joined, part)]
    assert [bucket for bucket, _, _ in packed] == sorted({bucket for bucket, _, _ in packed})
    return {bucket: (tails, ids) for bucket, tails, ids in packed}


@given(campaigns, st.lists(hashes, max_size=50), st.sets(hashes), st.sets(st.integers(1, 5)))
@settings(deadline=None)
def test_looking_up(uploaded: dict[int, list[bytes]], asked: list[bytes], others: set[bytes], recent: set[int]) -> None:
    """A hash is found if it was uploaded, in the campaigns that count, and only then."""
    buckets = buckets_of(uploaded)
    columns: list[Any] = [defaultdict(bytes, {place: both[each] for place, both in buckets.items()}) for each in (0, 1)]
    ever = {number for numbers in uploaded.values() for number in numbers}
    lately = {number for campaign, numbers in uploaded.items() if campaign in recent for number in numbers}
    assert among(asked, columns[0], others, None) == [number in ever | others for number in asked]
    counting = (columns[1], {id_bytes(campaign) for campaign in recent})
    assert among(asked, columns[0], others, counting) == [number in lately | others for number in asked]


def test_no_hash_is_found_across_two_others() -> None:
    """Bytes that end one hash and begin the next are no hash, and don't hide one that follows."""
    first, second, between = (
        bytes(2) + bytes(tail) for tail in ([0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 2], [0, 0, 0, 0, 1, 0])
    )
    assert bucket_of(first) == bucket_of(second) == bucket_of(between) == 0
    for uploaded in ([first, second], [first, second, between]):
        tails = [b"".join(number[2:] for number in uploaded)]
        assert between[2:] in tails[0]
        assert among([first, between, second], tails, (), None) == [True, len(uploaded) == 3, True]


@given(campaigns, hashes, st.sets(st.integers(1, 5)))
@settings(deadline=None)
def test_taking_out(uploaded: dict[int, list[bytes]], number: bytes, gone: set[int]) -> None:
    """Taking out a number, or campaigns, leaves all the others in their places."""
    place = bucket_of(number)
    bucket = buckets_of(uploaded).get(place, (b"", b""))
    rest = {id_: [each for each in numbers if each != number] for id_, numbers in uploaded.items()}
    assert without_hash(bucket, number) == buckets_of(rest).get(place, (b"", b""))
    rest = {id_: numbers for id_, numbers in uploaded.items() if id_ not in gone}
    ids = {id_bytes(id_) for id_ in gone}
    assert not_of_campaigns(bucket, ids) == buckets_of(rest).get(place, (b"", b""))
    holding = [id_ for id_, numbers in uploaded.items() for each in numbers if each == number]
    assert sorted(campaigns_of(bucket, number)) == sorted(holding)


def test_hashing() -> None:
    """A hash depends on the number, the account and the key, and on nothing else."""
    one = Hasher(b"k" * 32, "1@example.com").numbers(["919876500000", "919876500001", "919876500000"])
    assert one[0] == one[2] != one[1]
    assert {len(number) for number in one} == {8}
    assert Hasher(b"k" * 32, "2@example.com").numbers(["919876500000"]) != one[:1]
    assert Hasher(b"l" * 32, "1@example.com").numbers(["919876500000"]) != one[:1]
    assert split(b"".join(one)) == one
    assert Hasher(b"", "1@example.com").numbers([]) == []
