"""Numbers that are left out: duplicates, listed, uploaded before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from telecmi_leads.core.campaign import CampaignStatus
from telecmi_leads.core.lead import LeftOutKind
from telecmi_leads.leads.screening import WAITING, ExcludeList, FirstRows, KnownPeople, LeftOut, NumberSet, Screen
from telecmi_leads.ledger import KnownCampaign

ACCEPTED = KnownCampaign(1, "run-1", "M-001", CampaignStatus.ACCEPTED, None)
NUMBERS = st.lists(st.integers(10_000, 10_040).map(str), max_size=30)


@given(st.lists(NUMBERS, max_size=5), st.integers(1, 20))
def test_the_first_of_equal_numbers_stays(blocks: list[list[str]], limit: int) -> None:
    """Over all blocks, exactly the later ones of equal numbers are duplicates, wherever the earlier are kept."""
    screen, seen = Screen(seen=NumberSet(limit)), set()
    for block in blocks:
        expected = {}
        for position, number in enumerate(block):
            if number in seen:
                expected[position] = LeftOut(LeftOutKind.DUPLICATE)
            seen.add(number)
        assert screen.screen(block) == expected
    assert len(screen.seen) == len(seen)


@given(NUMBERS, NUMBERS, st.integers(1, 20))
def test_a_list_knows_its_numbers(listed: list[str], asked: list[str], limit: int) -> None:
    """A number is hit exactly where it was put in."""
    numbers = NumberSet(limit)
    for number in listed:
        numbers.add([number])
    assert numbers.hits(asked) == [at for at, number in enumerate(asked) if number in listed]
    assert len(numbers) == len(set(listed))


def test_the_reasons_have_an_order() -> None:
    """A number with several reasons is a duplicate first, then excluded by the first list, then uploaded before."""
    listed, other = NumberSet(), NumberSet()
    listed.add(["100001", "100002"])
    other.add(["100002", "100003"])
    screen = Screen(
        [ExcludeList("dnc.csv", listed), ExcludeList("opt-out.csv", other)],
        KnownPeople(
            lambda numbers: {at: [ACCEPTED] for at, number in enumerate(numbers) if number in {"100003", "100004"}},
            new_only=True,
        ),
    )
    assert screen.screen(["100001", "100001", "100002", "100003", "100004", "100005"]) == {
        0: LeftOut(LeftOutKind.EXCLUDED, "dnc.csv"),
        1: LeftOut(LeftOutKind.DUPLICATE),
        2: LeftOut(LeftOutKind.EXCLUDED, "dnc.csv"),
        3: LeftOut(LeftOutKind.EXCLUDED, "opt-out.csv"),
        4: LeftOut(LeftOutKind.ALREADY_UPLOADED, "", "M-001"),
    }
    assert len(listed) == 2


@given(st.lists(NUMBERS, max_size=6), st.integers(1, 60), st.integers(1, 5))
def test_a_duplicate_knows_the_row_that_stays(blocks: list[list[str]], limit: int, gap: int) -> None:
    """Each later row of a number names its first one, behind a gap in the rows too; beyond the limit it names none."""
    screen = Screen(first_rows=FirstRows(limit))
    first: dict[str, tuple[int, int]] = {}
    expected: list[tuple[int, int, str, tuple[int, int] | None]] = []
    remembered = 0
    for table, block in enumerate(blocks):
        places = [10 + at + (at >= gap) for at in range(len(block))]
        left_out = screen.screen(block, table, places)
        kept = remembered < limit
        for at, number in enumerate(block):
            if at in left_out:
                screen.first_rows.repeat([number], table, [places[at]])
                expected.append((table, places[at], number, first.get(number)))
            elif kept:
                first.setdefault(number, (table, places[at]))
        remembered += len(block) if kept else 0
    assert list(screen.first_rows.repeats()) == expected


def test_numbers_of_far_countries_know_their_rows() -> None:
    """A duplicate names its first row whether the numbers of that block lie close together or far apart."""
    screen = Screen()
    close, far = ["919876543210", "919999999999"], ["6421123456", "919876543211", "999999999999999"]
    assert screen.screen(close, 0, [2, 3]) == screen.screen(far, 0, [4, 6, 9]) == {}
    for row, number in enumerate((*close, *far), 10):
        assert screen.screen([number], 0, [row]) == {0: LeftOut(LeftOutKind.DUPLICATE)}
        screen.first_rows.repeat([number], 0, [row])
    places = zip(range(10, 15), (*close, *far), (2, 3, 4, 6, 9), strict=True)
    assert list(screen.first_rows.repeats()) == [(0, row, number, (0, first)) for row, number, first in places]


def test_rows_that_are_read_again_are_new() -> None:
    """After a restart no number is a duplicate, wherever it was kept; repeats name rows of the second reading."""
    screen = Screen(seen=NumberSet(2))
    assert screen.screen(["100001", "100002", "100003"], 0, [2, 3, 4]) == {}
    screen.first_rows.repeat(["100001"], 0, [5])
    screen.restart()
    assert screen.screen(["100003", "100001"], 1, [7, 9]) == {}
    assert screen.screen(["100001"], 1, [11]) == {0: LeftOut(LeftOutKind.DUPLICATE)}
    screen.first_rows.repeat(["100001"], 1, [11])
    assert list(screen.first_rows.repeats()) == [(1, 11, "100001", (1, 9))]


def known(
    number: int, run: str, status: CampaignStatus, *, taken: bool = False, days: int | None = None
) -> KnownCampaign:
    """Return a campaign, settled so many days after a day, or never."""
    settled = None if days is None else DAY + timedelta(days=days)
    return KnownCampaign(number, run, f"{run}-{number:03d}", status, settled, taken)


DAY = datetime(2026, 11, 1, tzinfo=UTC)
IN_OWN = known(1, "own", CampaignStatus.ACCEPTED, days=2)
IN_OTHER = known(2, "other", CampaignStatus.ACCEPTED, days=0)
LATER = known(3, "other", CampaignStatus.ACCEPTED, days=3)
UNSENT = known(4, "own", CampaignStatus.UNSENT)
UNPROVEN = known(5, "other", CampaignStatus.UNKNOWN)
REFUSED = known(6, "own", CampaignStatus.REFUSED, days=1)
TAKEN = known(7, "own", CampaignStatus.REFUSED, taken=True, days=1)
BLOCK = [[IN_OWN], [IN_OTHER, LATER], [UNSENT], [UNPROVEN], [REFUSED], [TAKEN], [], [IN_OWN, UNPROVEN], [IN_OWN]]
"""The campaigns of the numbers of a block; the last one is beyond what is counted."""


def why(campaign: KnownCampaign, code: str = "") -> LeftOut:
    """Return why somebody who is in this campaign is left out."""
    when = "" if campaign.settled is None else f"{campaign.settled.astimezone():%Y-%m-%d %H:%M}"
    return LeftOut(LeftOutKind.ALREADY_UPLOADED, code, campaign.name, when)


def sorted_and_counted(people: KnownPeople, others: dict[int, LeftOut]) -> tuple[dict[int, LeftOut], dict[str, object]]:
    """Sort and count a block of which `others` are left out for other reasons; return who goes, and the counts."""
    left_out = people.sort([str(number) for number in range(len(BLOCK))])
    people.count(len(BLOCK) - 1, left_out | others)
    counts = (people.uploaded, people.waiting, people.left_waiting, people.kept_own)
    tallies = (people.uploaded_in, people.waiting_in, people.touched, people.touched_open, people.covered)
    return left_out, {"counts": counts, "tallies": tuple(map(dict, tallies))}


def people_of_the_block(**options: Any) -> KnownPeople:
    """Return whom a ledger knows that holds the block's campaigns, for a run of the name of `own`."""
    held = {at: campaigns for at, campaigns in enumerate(BLOCK) if campaigns}
    return KnownPeople(lambda _: held, own=frozenset({"own"}), **options)


def test_everybody_stays_and_is_counted() -> None:
    """Without --new-only and --append nobody goes, and it is counted who is in, who waits, and who is in own runs."""
    assert sorted_and_counted(people_of_the_block(), {}) == (
        {},
        {
            "counts": (3, 3, 0, 5),
            "tallies": (
                {IN_OWN: 2, IN_OTHER: 1, LATER: 1},
                {UNSENT: 1, UNPROVEN: 2},
                {"own": 5},
                {"own": 1},
                {"own": 5},
            ),
        },
    )


def test_new_only_leaves_out_who_is_in_or_waits() -> None:
    """With --new-only the newest campaign is named; who is refused goes; who is in and waits too counts as in."""
    left_out, counted = sorted_and_counted(people_of_the_block(new_only=True), {})
    assert left_out == {
        0: why(IN_OWN),
        1: why(LATER),
        2: why(UNSENT, WAITING),
        3: why(UNPROVEN, WAITING),
        7: why(IN_OWN),
        8: why(IN_OWN),
    }
    assert counted == {
        "counts": (3, 2, 2, 2),
        "tallies": (
            {IN_OWN: 2, IN_OTHER: 1, LATER: 1},
            {UNSENT: 1, UNPROVEN: 1},
            {"own": 5},
            {"own": 1},
            {"own": 5},
        ),
    }


def test_new_only_since_a_time_counts_that_very_time() -> None:
    """Who was uploaded before the time goes again; who was at it, after it, or waits, is left out."""
    since = people_of_the_block(new_only=True, since=DAY + timedelta(days=2))
    assert since.sort([]) == {
        0: why(IN_OWN),
        1: why(LATER),
        2: why(UNSENT, WAITING),
        3: why(UNPROVEN, WAITING),
        7: why(IN_OWN),
        8: why(IN_OWN),
    }
    after = people_of_the_block(new_only=True, since=DAY + timedelta(days=2, seconds=1))
    assert after.sort([]) == {
        1: why(LATER),
        2: why(UNSENT, WAITING),
        3: why(UNPROVEN, WAITING),
        7: why(UNPROVEN, WAITING),
    }


def test_append_leaves_out_who_is_in_a_campaign_of_the_name() -> None:
    """With --append only the runs of the name count; refused people go again, unless the name was taken."""
    left_out, counted = sorted_and_counted(people_of_the_block(append=True), {})
    assert left_out == {
        0: why(IN_OWN),
        2: why(UNSENT, WAITING),
        5: why(TAKEN, WAITING),
        7: why(IN_OWN),
        8: why(IN_OWN),
    }
    assert counted == {
        "counts": (3, 3, 2, 0),
        "tallies": (
            {IN_OWN: 2, IN_OTHER: 1, LATER: 1},
            {UNSENT: 1, TAKEN: 1, UNPROVEN: 1},
            {"own": 4},
            {"own": 1},
            {"own": 4},
        ),
    }


def test_whoever_goes_for_another_reason_is_not_counted_as_known() -> None:
    """A duplicate counts nowhere; who is on a do-not-call list is touched by a run and not covered by it."""
    people = people_of_the_block()
    others = {0: LeftOut(LeftOutKind.DUPLICATE), 2: LeftOut(LeftOutKind.EXCLUDED, "dnc.csv")}
    assert sorted_and_counted(people, others)[1] == {
        "counts": (2, 2, 0, 3),
        "tallies": ({IN_OWN: 1, IN_OTHER: 1, LATER: 1}, {UNPROVEN: 2}, {"own": 4}, {"own": 1}, {"own": 3}),
    }
    screen = Screen(known=people)
    screen.screen(["100001", "100002"])
    screen.restart()
    assert (people.uploaded, people.waiting, people.left_waiting, people.kept_own) == (0, 0, 0, 0)
    tallies = (people.uploaded_in, people.waiting_in, people.touched, people.touched_open, people.covered)
    assert not any(map(len, tallies))
    assert screen.screen(["100001"]) == {}, "numbers that are read again are no duplicates"
    screen.count(1, {})
    assert people.uploaded == 1
