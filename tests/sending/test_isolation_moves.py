"""What comes next for a refused campaign, by its parts and their tries: cut, send, condemn or make whole again."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from simulated import staged

from telecmi_leads.core.campaign import ISOLATE_BUDGET, CampaignRecord
from telecmi_leads.core.campaign import CampaignStatus as S
from telecmi_leads.core.campaign import OutcomeKind as K
from telecmi_leads.ledger import Try, Word
from telecmi_leads.sending.isolation import Condemn, Cut, Family, Move, Rejoin, Send, in_parts, rejoined

LOST, OTHER, DENIED = K.UNKNOWN_CONNECTION, K.REFUSED_OTHERWISE, Word.NOT_UPLOADED


# --- campaigns with parts -------------------------------------------------------------------------


@dataclass
class Tree:
    """A campaign called M, with the parts that were cut from it."""

    records: dict[int, CampaignRecord] = field(default_factory=dict)
    tries: dict[int, list[Try]] = field(default_factory=dict)

    def add(self, part: int, leads: int, status: S, *kinds: K | Word, of: int | None = None, name: str = "M") -> Tree:
        """Add the campaign itself or, with `of`, a part; `kinds` are what its requests came to, oldest first."""
        if of is not None:
            self.records[of] = _changed(self.records[of], split=True)
        root = 1 if of is None else self.records[of].root
        self.records[part] = CampaignRecord(part, 1, "", name, leads, status, parent_id=of, root=root)
        self.tries[part] = [Try(kind, leads) for kind in kinds]
        return self

    def sent_larger(self, part: int, leads: int) -> Tree:
        """Have the tries of a part held so many leads."""
        self.tries[part] = [Try(each.kind, leads) for each in self.tries[part]]
        return self

    def family(self, *, budget: int = ISOLATE_BUDGET, cutting: bool = True) -> Family:
        """Return what the program makes of it."""
        return Family([*self.records.values()], self.tries, budget=budget, cutting=cutting)

    def moves(self, *, budget: int = ISOLATE_BUDGET, cutting: bool = True) -> Move | None:
        """Return what comes next."""
        return self.family(budget=budget, cutting=cutting).next_move()


def _changed(record: CampaignRecord, *, split: bool) -> CampaignRecord:
    return CampaignRecord(
        record.id, 1, "", record.name, record.leads, record.status, parent_id=record.parent_id, root=1, split=split
    )


def campaign(leads: int = 8, status: S = S.REFUSED, *kinds: K | Word) -> Tree:
    """Return a campaign that is not cut; refused where nothing else is said."""
    return Tree().add(1, leads, status, *(kinds or (K.REFUSED,)))


def halves(*, of: K = K.REFUSED, doubt: S = S.REFUSED) -> Tree:
    """Return a campaign of eight, refused and cut: the second half was never sent."""
    return campaign(8, doubt, of).add(3, 4, S.UNSENT, of=1, name="Mb")


def with_first(first: S, *kinds: K, of: K = K.REFUSED) -> Tree:
    """Return a campaign of eight, refused and cut: its first half stands so, its second was never sent."""
    return campaign(8, S.REFUSED, of).add(2, 4, first, *kinds, of=1).add(3, 4, S.UNSENT, of=1, name="Mb")


# --- cuts, and under which name parts go ----------------------------------------------------------


@pytest.mark.parametrize(
    ("tree", "cut"),
    [
        (campaign(), True),
        (campaign(2), True),
        (campaign(8, S.UNKNOWN, LOST, K.REFUSED), True),
        (campaign(8, S.UNKNOWN, OTHER), True),
        (campaign(1), False),
        (campaign(8, S.UNKNOWN, K.REFUSED, LOST), False),
        (campaign(8, S.ACCEPTED, K.REFUSED, K.ACCEPTED), False),
        (campaign(8, S.UNVERIFIED, K.REFUSED), False),
        (campaign(8, S.UNSENT, K.REFUSED, DENIED), False),
        (campaign(8, S.REFUSED, K.REFUSED, DENIED), False),
        (campaign(8, S.REFUSED, K.NAME_EXISTS), False),
        (Tree().add(1, 8, S.UNSENT), False),
        (Tree().add(1, 8, S.UNKNOWN), False),
    ],
)
def test_a_refusal_is_cut_where_it_is_the_last_word(tree: Tree, *, cut: bool) -> None:
    """Only what was refused last is cut, in documented words or others; a single lead can't be."""
    assert tree.moves() == (Cut(tree.records[1]) if cut else None)


@pytest.mark.parametrize(("budget", "cut"), [(0, False), (1, False), (2, True)])
def test_a_cut_costs_two_requests(budget: int, *, cut: bool) -> None:
    """A campaign is cut where both halves may be sent, and where anything may be cut at all."""
    tree = campaign()
    assert tree.moves(budget=budget) == (Cut(tree.records[1]) if cut else None)
    assert tree.moves(budget=budget, cutting=False) is None


@pytest.mark.parametrize(("budget", "cut"), [(0, False), (1, True)])
def test_a_campaign_that_has_lost_somebody_is_sent_whole_first(budget: int, *, cut: bool) -> None:
    """Where somebody was left out since, the refusal may have been theirs: one request for all the others."""
    tree = campaign().sent_larger(1, 9)
    assert tree.moves(budget=budget) == (Cut(tree.records[1], whole=True) if cut else None)
    assert tree.moves() == Cut(tree.records[1], whole=True)
    rejoined = campaign(8, S.REFUSED, K.REFUSED, K.REFUSED)
    rejoined.tries[1] = [Try(K.REFUSED, 9), Try(K.REFUSED, 4)]  # a part's request is not the whole campaign's
    assert rejoined.moves() == Cut(rejoined.records[1], whole=True)
    alone = campaign(1).sent_larger(1, 2)
    assert alone.moves(budget=budget) == (Cut(alone.records[1], whole=True) if cut else None)


def test_the_first_half_goes_under_the_campaigns_own_name() -> None:
    """The first half is sent as M, beside the campaign's own tries under that name."""
    tree = with_first(S.UNSENT)
    root, first = tree.records[1], tree.records[2]
    assert tree.moves() == Send(first, "M", (K.REFUSED,), root)
    assert with_first(S.UNKNOWN, LOST).moves() == Send(with_first(S.UNKNOWN, LOST).records[2], "M", (K.REFUSED,), root)


def test_the_second_half_takes_the_name_that_no_part_has_got() -> None:
    """Where the first half is refused and left, the second is sent as M, beside the tries of both."""
    tree = with_first(S.REFUSED, K.REFUSED)
    assert tree.moves(budget=4) == Cut(tree.records[2])
    assert tree.moves(budget=3) == Send(tree.records[3], "M", (K.REFUSED, K.REFUSED), tree.records[1])
    assert tree.moves(cutting=False) == Send(tree.records[3], "M", (K.REFUSED, K.REFUSED), tree.records[1])


def test_the_half_that_must_offend_is_cut_unsent() -> None:
    """The first half is in, so that the second was refused: cut while requests are left, else sent."""
    tree = with_first(S.ACCEPTED, K.ACCEPTED)
    assert tree.moves(budget=3) == Cut(tree.records[3])
    assert tree.moves(budget=2) == Send(tree.records[3], "Mb")
    assert tree.moves(cutting=False) == Send(tree.records[3], "Mb")


def test_a_persons_word_is_no_request() -> None:
    """Of what stands in a part's history only requests count against the budget."""
    tree = with_first(S.ACCEPTED, LOST)
    tree.tries[2] += [Try(DENIED, 4), Try(K.ACCEPTED, 4)]
    assert tree.moves(budget=4) == Cut(tree.records[3])
    assert tree.moves(budget=3) == Send(tree.records[3], "Mb")


# --- who must be the offender ---------------------------------------------------------------------


def test_a_gateways_refusal_condemns_a_single_lead_alone() -> None:
    """Words of a gateway's own may have been a whim: the second half is sent, unless one lead is left."""
    tree = with_first(S.ACCEPTED, K.ACCEPTED, of=OTHER)
    assert tree.moves() == Send(tree.records[3], "Mb")
    pair = campaign(2, S.REFUSED, OTHER).add(2, 1, S.ACCEPTED, K.ACCEPTED, of=1).add(3, 1, S.UNSENT, of=1, name="Mb")
    assert pair.moves() == Condemn(pair.records[3], pair.records[1])


@pytest.mark.parametrize("cutting", [True, False])
def test_the_lead_that_is_left_is_sent(*, cutting: bool) -> None:
    """Of two leads that were refused one is in: the other is asked about alone, whatever is left of the budget."""
    pair = campaign(2).add(2, 1, S.ACCEPTED, K.ACCEPTED, of=1).add(3, 1, S.UNSENT, of=1, name="Mb")
    assert pair.moves(budget=1, cutting=cutting) == Send(pair.records[3], "Mb")


def test_the_lead_that_is_left_is_refused_after_a_lost_request() -> None:
    """Its own request was lost, and the next one refused: nothing else can show more of it. Other words prove less."""
    pair = campaign(2).add(2, 1, S.ACCEPTED, K.ACCEPTED, of=1)
    pair.add(3, 1, S.UNKNOWN, LOST, K.REFUSED, of=1, name="Mb")
    assert pair.moves() == Condemn(pair.records[3], pair.records[1])
    pair.tries[3] = [Try(LOST, 1), Try(OTHER, 1)]
    assert pair.moves() is None


@pytest.mark.parametrize("first", [S.UNSENT, S.UNKNOWN, S.REFUSED, S.UNVERIFIED])
def test_a_lead_is_condemned_only_where_the_other_is_in(first: S) -> None:
    """What became of the first lead must be proven, and good, before the second is refused unsent."""
    pair = campaign(2, S.REFUSED, OTHER).add(2, 1, first, of=1).add(3, 1, S.UNSENT, of=1, name="Mb")
    assert not isinstance(pair.moves(), Condemn)
    pair.add(3, 1, S.UNKNOWN, LOST, K.REFUSED, of=1, name="Mb")
    assert not isinstance(pair.moves(), Condemn)


def test_what_was_lost_is_sent_again() -> None:
    """A lead whose own request was lost is sent again: the answer will say."""
    pair = campaign(2).add(2, 1, S.ACCEPTED, K.ACCEPTED, of=1).add(3, 1, S.UNKNOWN, LOST, of=1, name="Mb")
    assert pair.moves() == Send(pair.records[3], "Mb")


def test_a_refusal_of_more_leads_than_these_proves_nothing() -> None:
    """One of five was left out before the cut: the refusal may have been theirs, and the second half is sent."""
    few = campaign(5).add(2, 2, S.ACCEPTED, K.ACCEPTED, of=1).add(3, 2, S.UNSENT, of=1, name="Mb")
    assert few.moves() == Send(few.records[3], "Mb")
    for leads in (3, 5):
        other = campaign(4).sent_larger(1, leads).add(2, 2, S.ACCEPTED, of=1).add(3, 2, S.UNSENT, of=1, name="Mb")
        assert other.moves() == Send(other.records[3], "Mb")


def test_a_first_part_follows_from_nothing() -> None:
    """Only the second of two parts follows from the first; an only part follows from nothing."""
    only = campaign(2).add(2, 2, S.UNSENT, of=1)
    assert only.moves() == Send(only.records[2], "M", (K.REFUSED,), only.records[1])
    first = campaign(4).add(2, 2, S.UNSENT, of=1).add(3, 2, S.ACCEPTED, K.ACCEPTED, of=1, name="Mb")
    assert first.moves() == Send(first.records[2], "M")


def test_what_a_cut_first_half_proves() -> None:
    """A first half whose own parts are in does not prove that the second offends: its offender stood apart."""
    tree = with_first(S.REFUSED, K.REFUSED)
    tree.add(4, 2, S.ACCEPTED, K.ACCEPTED, of=2).add(5, 2, S.ACCEPTED, K.ACCEPTED, of=2, name="Mc")
    assert tree.moves() == Send(tree.records[3], "Mb")
    split_and_in = with_first(S.ACCEPTED, K.ACCEPTED).add(4, 4, S.ACCEPTED, of=2)
    assert split_and_in.moves() == Send(split_and_in.records[3], "Mb")


def test_what_must_offend_is_known_through_parts_that_were_never_sent() -> None:
    """M refused, its first half in, the second cut unsent: where its first half is in, the rest offends."""
    tree = with_first(S.ACCEPTED, K.ACCEPTED)
    tree.add(6, 2, S.ACCEPTED, K.ACCEPTED, of=3, name="Mb").add(7, 2, S.UNSENT, of=3, name="Mc")
    assert tree.moves() == Cut(tree.records[7])
    tree.add(8, 1, S.ACCEPTED, K.ACCEPTED, of=7, name="Mc").add(9, 1, S.UNSENT, of=7, name="Md")
    assert tree.moves(budget=4) == Send(tree.records[9], "Md")


def test_a_gateways_refusal_is_a_whim_all_the_way_up() -> None:
    """Undocumented words cut nothing unsent, however many parts lie between; of one lead they are believed."""
    tree = with_first(S.ACCEPTED, K.ACCEPTED, of=OTHER)
    tree.add(6, 2, S.ACCEPTED, K.ACCEPTED, of=3, name="Mb").add(7, 2, S.UNSENT, of=3, name="Mc")
    assert tree.moves() == Send(tree.records[7], "Mc")
    tree.add(8, 1, S.ACCEPTED, K.ACCEPTED, of=7, name="Mc").add(9, 1, S.UNSENT, of=7, name="Md")
    assert tree.moves() == Condemn(tree.records[9], tree.records[1])


# --- the budget, and names that are left ----------------------------------------------------------


def test_the_budget_owes_a_request_to_each_part_that_waits() -> None:
    """Before a further cut, each part that waits has its request kept back.

    M has 16 leads. Its first quarter was refused and cut, so that three requests are spent.
    """
    tree = campaign(16).add(2, 8, S.REFUSED, K.REFUSED, of=1).add(3, 8, S.UNSENT, of=1, name="Mb")
    tree.add(4, 4, S.REFUSED, K.REFUSED, of=2).add(5, 4, S.UNKNOWN, LOST, of=2, name="Mc")
    assert tree.moves(budget=7) == Cut(tree.records[4])
    assert tree.moves(budget=6) == Send(tree.records[5], "M", (K.REFUSED, *[K.REFUSED] * 2), tree.records[1])


def test_a_single_lead_that_waits_is_owed_a_request() -> None:
    """A lead that is left alone has to be sent: its request is kept back."""
    tree = campaign(3).add(2, 2, S.REFUSED, K.REFUSED, of=1).add(3, 1, S.UNSENT, of=1, name="Mb")
    assert tree.moves(budget=4) == Cut(tree.records[2])
    pair = campaign(10).add(2, 2, S.REFUSED, K.REFUSED, of=1).add(3, 8, S.REFUSED, K.REFUSED, of=1, name="Mb")
    pair.add(4, 1, S.ACCEPTED, K.ACCEPTED, of=2).add(5, 1, S.UNSENT, of=2, name="Mc")
    pair.records = {number: pair.records[number] for number in (1, 3, 2, 4, 5)}  # the large part comes first
    assert pair.moves(budget=6) == Cut(pair.records[3])
    assert pair.moves(budget=5) == Send(pair.records[5], "Mc")
    assert tree.moves(budget=3) == Send(tree.records[3], "M", (K.REFUSED, K.REFUSED), tree.records[1])


def test_a_refused_part_is_owed_nothing() -> None:
    """A part in doubt whose last word is a refusal waits for no request of its own."""
    tree = campaign(8, S.UNKNOWN, LOST, K.REFUSED).add(2, 4, S.UNKNOWN, K.REFUSED, of=1)
    tree.add(3, 4, S.UNKNOWN, of=1, name="Mb")
    assert tree.moves(budget=4) == Cut(tree.records[2])
    assert tree.moves(budget=3) == Send(tree.records[3], "M", (LOST, K.REFUSED, K.REFUSED), tree.records[1])


def test_a_part_that_is_cut_has_a_name_to_give_too() -> None:
    """M is given to a part; then Mb, which was refused and cut, goes to the first of its own parts."""
    tree = with_first(S.ACCEPTED, K.ACCEPTED, of=OTHER)
    tree.records[3] = CampaignRecord(3, 1, "", "Mb", 4, S.REFUSED, parent_id=1, root=1)
    tree.tries[3] = [Try(LOST, 4), Try(K.REFUSED, 4)]
    tree.add(6, 2, S.UNSENT, of=3, name="Mb").add(7, 2, S.UNSENT, of=3, name="Mc")
    assert tree.moves() == Send(tree.records[6], "Mb", (LOST, K.REFUSED), tree.records[3])
    tree.records[6] = CampaignRecord(6, 1, "", "Mb", 2, S.ACCEPTED, parent_id=3, root=1)
    tree.tries[6] = [Try(K.ACCEPTED, 2)]
    assert tree.moves(cutting=False) == Send(tree.records[7], "Mc")


def test_the_highest_name_that_is_free_goes_first() -> None:
    """A part of a part is sent under the campaign's name, not its parent's, while that name is not given."""
    tree = halves().add(6, 2, S.UNSENT, of=3, name="M").add(7, 2, S.UNSENT, of=3, name="Mb")
    assert tree.moves() == Send(tree.records[6], "M", (K.REFUSED,), tree.records[1])
    elsewhere = halves().add(6, 2, S.UNSENT, of=3, name="Mb").add(7, 2, S.UNSENT, of=3, name="Mc")
    assert elsewhere.moves() == Send(elsewhere.records[6], "Mb", (), elsewhere.records[3])
    given = with_first(S.ACCEPTED, K.ACCEPTED, of=OTHER)
    given.records[3] = CampaignRecord(3, 1, "", "Mc", 4, S.REFUSED, parent_id=1, root=1)
    given.tries[3] = [Try(K.REFUSED, 4)]
    given.add(6, 2, S.UNSENT, of=3, name="Mb").add(7, 2, S.UNSENT, of=3, name="Md")
    assert given.moves() == Send(given.records[6], "Mb")  # Mc is another part's by now


# --- parts that become whole again ----------------------------------------------------------------


def _many(refused: int, others: S = S.UNSENT, doubt: S = S.REFUSED) -> Tree:
    """Return a campaign of ten parts, so many of which are refused."""
    tree = campaign(40, doubt, K.REFUSED)
    for part in range(2, 12):
        kinds = (K.REFUSED,) if part < refused + 2 else ()
        tree.add(part, 4, doubt if kinds else others, *kinds, of=1, name=f"M{part}")
    return tree


def test_nine_refusals_without_an_acceptance_are_hopeless() -> None:
    """After nine refused parts, and none that is in, the campaign is whole again: refused, or in doubt."""
    parts = tuple(range(2, 12))
    hopeless = _many(9)
    assert hopeless.moves() == Rejoin(hopeless.records[1], parts, S.REFUSED)
    in_doubt = _many(9, S.UNKNOWN, S.UNKNOWN)
    assert in_doubt.moves() == Rejoin(in_doubt.records[1], parts, S.UNKNOWN)
    assert _many(10).moves() == Rejoin(_many(10).records[1], parts, S.REFUSED)
    assert _many(8).moves() == Cut(_many(8).records[2])
    one_is_in = _many(9, S.ACCEPTED)
    assert one_is_in.moves() == Cut(one_is_in.records[2])


def test_what_is_made_whole_when_no_more_is_sent() -> None:
    """A campaign of which nobody knows which part is in becomes one again: by what its parts have heard."""

    def unsettled(tree: Tree) -> list[Rejoin]:
        return tree.family().unsettled()

    def doubtful(first: S, *kinds: K) -> Tree:
        tree = campaign(8, S.UNKNOWN, LOST, K.REFUSED).add(2, 4, first, *kinds, of=1)
        return tree.add(3, 4, S.REFUSED, K.REFUSED, of=1, name="Mb")

    untried, refused = doubtful(S.UNKNOWN), doubtful(S.UNKNOWN, K.REFUSED)
    assert unsettled(untried) == [Rejoin(untried.records[1], (2, 3), S.UNKNOWN)]
    assert unsettled(refused) == [Rejoin(refused.records[1], (2, 3), S.UNKNOWN)]
    assert unsettled(doubtful(S.UNKNOWN, LOST)) == []
    assert unsettled(doubtful(S.REFUSED, K.REFUSED)) == []
    assert unsettled(doubtful(S.ACCEPTED, K.ACCEPTED)) == []
    assert unsettled(campaign(8, S.UNKNOWN, LOST, K.REFUSED)) == []


def test_only_the_part_in_doubt_is_made_whole() -> None:
    """M is given to a part that is in; of Mb and Mc, each cut in doubt, the parts become one again."""
    tree = campaign(12).add(2, 4, S.ACCEPTED, K.ACCEPTED, of=1)
    tree.add(3, 4, S.UNKNOWN, LOST, K.REFUSED, of=1, name="Mb").add(4, 4, S.UNKNOWN, LOST, OTHER, of=1, name="Mc")
    tree.add(5, 2, S.UNKNOWN, of=3, name="Mb").add(6, 2, S.UNKNOWN, of=3, name="Md")
    tree.add(7, 2, S.UNKNOWN, of=4, name="Mc").add(8, 2, S.UNKNOWN, of=4, name="Me")
    assert sorted(tree.family().unsettled(), key=lambda move: move.parts) == [
        Rejoin(tree.records[3], (5, 6), S.UNKNOWN),
        Rejoin(tree.records[4], (7, 8), S.UNKNOWN),
    ]


def test_a_name_that_is_taken_makes_whole_what_it_belongs_to() -> None:
    """Where the own name of a part that was cut is taken, that part is one again, and unverified."""
    tree = with_first(S.ACCEPTED, K.ACCEPTED).add(6, 2, S.UNSENT, of=3, name="Mb").add(7, 2, S.UNSENT, of=3, name="Mc")
    family = tree.family()
    assert family.name_is_taken(tree.records[3]) == Rejoin(tree.records[3], (6, 7), S.UNVERIFIED)
    assert family.name_is_taken(tree.records[1]) == Rejoin(tree.records[1], (2, 6, 7), S.UNVERIFIED)
    deeper = with_first(S.REFUSED, K.REFUSED)
    deeper.add(6, 2, S.ACCEPTED, of=2).add(7, 2, S.UNSENT, of=2, name="Mc")
    deeper.add(4, 2, S.UNSENT, of=3, name="Mb").add(5, 2, S.UNSENT, of=3, name="Md")
    assert deeper.family().name_is_taken(deeper.records[3]) == Rejoin(deeper.records[3], (4, 5), S.UNVERIFIED)


def test_a_persons_word_refuses_nobody() -> None:
    """What a person has said of a refused campaign stands in its history, and is no refusal."""
    pair = campaign(2, S.REFUSED, LOST, DENIED, LOST)
    pair.add(2, 1, S.ACCEPTED, K.ACCEPTED, of=1).add(3, 1, S.UNSENT, of=1, name="Mb")
    assert pair.moves() == Send(pair.records[3], "Mb")


# --- what a move makes ----------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "first"), [(2, 1), (3, 1), (5, 2), (8, 4), (1000, 500)])
def test_halves_are_frozen_like_campaigns(size: int, first: int) -> None:
    """A part's bytes, digest and order are those that planning would have given its leads; so has the whole again."""
    phones = [str(919876500000 + at) for at in range(size)]
    record = CampaignRecord(1, 3, "IN", "March-003", size, S.REFUSED, root=1)
    body = staged("March-003", 3, phones, "IN").body
    halves = in_parts(Cut(record), body, "March-003b")
    assert halves == [staged("March-003", 3, phones[:first], "IN"), staged("March-003b", 3, phones[first:], "IN")]
    assert rejoined(record, [half.body for half in halves]) == staged("March-003", 3, phones, "IN")
    assert rejoined(record, [half.body for half in halves]).body == body
    assert in_parts(Cut(record, whole=True), body, "") == [staged("March-003", 3, phones, "IN")]
    assert rejoined(record, [body]) == staged("March-003", 3, phones, "IN")
