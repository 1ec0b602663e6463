"""Numbers that are left out: duplicates, listed, uploaded before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from telecmi_leads.core.campaign import CampaignStatus
from telecmi_leads.core.lead import LeftOutKind
from telecmi_leads.leads.screening import ExcludeList, FirstRows, KnownPeople, LeftOut, NumberSet, Screen
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


@given(st.lists(NUMBERS, max_size=6), st.integers(1, 60))
def test_a_duplicate_knows_the_row_that_stays(blocks: list[list[str]], limit: int) -> None:
    """Each later row of a number names its first one, in whatever table; beyond the limit it names none."""
    screen = Screen(first_rows=FirstRows(limit))
    first: dict[str, tuple[int, int]] = {}
    expected: list[tuple[int, int, str, tuple[int, int] | None]] = []
    remembered = 0
    for table, block in enumerate(blocks):
        places = range(10, 10 + len(block))
        left_out = screen.screen(block, table, places)
        kept = remembered < limit
        for at, number in enumerate(block):
            if at in left_out:
                screen.first_rows.repeat(number, table, places[at])
                expected.append((table, places[at], number, first.get(number)))
            elif kept:
                first.setdefault(number, (table, places[at]))
        remembered += len(block) if kept else 0
    assert list(screen.first_rows.repeats()) == expected
