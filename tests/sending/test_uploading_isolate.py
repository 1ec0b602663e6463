from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated import (
    ACCOUNT,
    BAD_PHONE,
    SERVER_ERROR,
    START,
    TIMED_OUT_IN,
    Act,
    Service,
    SimulatedClock,
    ok,
    plan,
    staged,
)

from telecmi_leads.core.campaign import leads_digest, thaw_leads
from telecmi_leads.core.clock import StopRequest
from telecmi_leads.core.events import CampaignSettled, StopCause
from telecmi_leads.core.lead import RowTotals
from telecmi_leads.core.run import LeadTotals, RunState
from telecmi_leads.ledger import Ledger
from telecmi_leads.sending.isolation import halve
from telecmi_leads.sending.run_loop import upload
from telecmi_leads.settings.options import SendingOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from telecmi_leads.core.events import UploadEvent


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Open a fresh ledger."""
    with Ledger.open(tmp_path / "state") as opened:
        yield opened


def run(ledger: Ledger, service: Service, run_id: str = "run-1", *, budget: int = 40) -> list[UploadEvent]:
    """Upload with --isolate; return the events."""
    options = SendingOptions(isolate=True, isolate_budget=budget)
    clock = SimulatedClock(service, ledger)
    return list(upload(run_id, ledger, service.send, options, clock, StopRequest()))


def refusing(*bad: str) -> Callable[[int, str, list[str]], Act]:
    """Refuse every request with one of these phones in it."""
    return lambda _number, _name, phones: BAD_PHONE if set(bad) & set(phones) else ok()


def leads(ledger: Ledger) -> LeadTotals:
    """Return where the run's leads stand."""
    record = ledger.run("run-1")
    assert record is not None
    return record.leads


def refused_phones(ledger: Ledger) -> list[str]:
    """Return the numbers that refused.csv would hold."""
    return [
        lead.phone
        for campaign in ledger.campaigns("run-1")
        if campaign.status == "refused" and not campaign.split
        for lead in thaw_leads(ledger.body(campaign.id))
    ]


@pytest.mark.parametrize("position", [0, 1, 381, 382, 500, 617, 618, 999])
def test_one_bad_lead_of_a_thousand(ledger: Ledger, position: int) -> None:
    """Fault 22: with --isolate 999 leads of 1000 get in, within 20 requests."""
    phones = plan(ledger, 1, size=1000)
    service = Service(refusing(phones[position]))
    run(ledger, service)
    assert leads(ledger) == LeadTotals(accepted=999, refused=1)
    assert refused_phones(ledger) == [phones[position]]
    assert len(service.came) <= 20
    assert [service.copies(phone) for phone in phones] == [int(phone != phones[position]) for phone in phones]
    record = ledger.run("run-1")
    assert record is not None
    assert record.state is RunState.FINISHED


@given(position=st.integers(0, 999))
@settings(max_examples=40, deadline=None)
def test_one_bad_lead_anywhere(tmp_path_factory: pytest.TempPathFactory, position: int) -> None:
    """Fault 22: wherever the bad lead stands, 20 requests are enough."""
    with Ledger.open(tmp_path_factory.mktemp("ledger")) as ledger:
        phones = plan(ledger, 1, size=1000)
        service = Service(refusing(phones[position]))
        run(ledger, service)
        assert leads(ledger) == LeadTotals(accepted=999, refused=1)
        assert len(service.came) <= 20


def test_all_refused_stops_early(ledger: Ledger) -> None:
    """Fault 22: where nothing of the first two levels is accepted, single leads are not what is wrong."""
    phones = plan(ledger, 1, size=1000)
    service = Service(refusing(*phones))
    run(ledger, service)
    assert len(service.came) == 1 + 2 + 4
    assert leads(ledger) == LeadTotals(refused=1000)
    assert sorted(refused_phones(ledger)) == phones


@pytest.mark.parametrize("budget", [1, 2, 3, 7, 12, 40])
def test_budget(ledger: Ledger, budget: int) -> None:
    """No more requests than --isolate-budget follow the refused one; every lead is accepted or refused in the end."""
    phones = plan(ledger, 1, size=300)
    bad = set(phones[::60])
    service = Service(refusing(*bad))
    run(ledger, service, budget=budget)
    assert len(service.came) <= 1 + budget
    total = leads(ledger)
    assert (total.accepted + total.refused, total.total) == (300, 300)
    assert set(refused_phones(ledger)) >= bad
    assert [service.copies(phone) for phone in phones] == [int(phone not in refused_phones(ledger)) for phone in phones]


@given(bad=st.sets(st.integers(0, 39), max_size=12), budget=st.integers(1, 80))
@settings(max_examples=60, deadline=None)
def test_any_leads_bad(tmp_path_factory: pytest.TempPathFactory, bad: set[int], budget: int) -> None:
    """Whatever is bad and whatever the budget: one copy of each accepted lead, none of a refused one, none lost."""
    with Ledger.open(tmp_path_factory.mktemp("ledger")) as ledger:
        phones = plan(ledger, 2, size=20)
        service = Service(refusing(*(phones[index] for index in bad)))
        run(ledger, service, budget=budget)
        out = refused_phones(ledger)
        assert set(out) >= {phones[index] for index in bad}
        assert len(out) == len(set(out))
        assert [service.copies(phone) for phone in phones] == [int(phone not in out) for phone in phones]
        assert leads(ledger) == LeadTotals(accepted=40 - len(out), refused=len(out))
        for campaign in ("March-001", "March-002"):
            assert sum(name.startswith(campaign) for _, name in service.came) <= 1 + budget


def test_parts_are_named_after_their_campaign(ledger: Ledger) -> None:
    """Parts are called NAME-004a, NAME-004b, NAME-004aa …; a first part accepted spares the second its request."""
    phones = plan(ledger, 1, size=8)
    service = Service(refusing(phones[7]))
    events = run(ledger, service)
    sent = ["March-001", "March-001a", "March-001ba", "March-001bba", "March-001bbba", "March-001bbbb"]
    assert [name for _, name in service.came] == sent
    assert [
        (event.campaign.name, str(event.campaign.status), event.campaign.split)
        for event in events
        if isinstance(event, CampaignSettled)
    ] == [
        ("March-001", "refused", True),
        ("March-001a", "accepted", False),
        ("March-001ba", "accepted", False),
        ("March-001bba", "accepted", False),
        ("March-001bbba", "accepted", False),
        ("March-001bbbb", "refused", False),
    ]
    assert [(part.name, part.parent, part.leads, part.split) for part in ledger.campaigns("run-1")] == [
        ("March-001", None, 8, True),
        ("March-001a", "March-001", 3, False),
        ("March-001b", "March-001", 5, True),
        ("March-001ba", "March-001b", 2, False),
        ("March-001bb", "March-001b", 3, True),
        ("March-001bba", "March-001bb", 1, False),
        ("March-001bbb", "March-001bb", 2, True),
        ("March-001bbba", "March-001bbb", 1, False),
        ("March-001bbbb", "March-001bbb", 1, False),
    ]


def test_a_taken_name_is_not_cut(ledger: Ledger) -> None:
    """Cutting a campaign whose name is taken would send its leads under other names: it is refused whole."""
    phones = plan(ledger, 1, size=10)
    service = Service()
    service.held["March-001"] = [[]]
    run(ledger, service)
    assert len(service.came) == 1
    assert leads(ledger) == LeadTotals(refused=10)
    assert [service.copies(phone) for phone in phones] == [0] * 10


def test_a_doubtful_campaign_is_not_cut(ledger: Ledger) -> None:
    """Fault 21: after a time-out a refusal may speak of our own leads; under other names they would be doubled."""
    phones = plan(ledger, 1, size=10)
    service = Service([TIMED_OUT_IN, BAD_PHONE])
    run(ledger, service)
    assert len(service.came) == 2
    assert leads(ledger) == LeadTotals(unknown=10)
    assert [service.copies(phone) for phone in phones] == [1] * 10


def test_parts_that_time_out_settle(ledger: Ledger) -> None:
    """A part whose outcome is unknown is treated like any campaign, and the others go on."""
    phones = plan(ledger, 1, size=20)

    def act(number: int, _name: str, sent: list[str]) -> Act:
        if phones[4] in sent:
            return BAD_PHONE
        return TIMED_OUT_IN if number == 3 else SERVER_ERROR if number == 5 else ok()

    service = Service(act)
    run(ledger, service)
    assert leads(ledger) == LeadTotals(accepted=19, refused=1)
    assert [service.copies(phone) for phone in phones] == [int(phone != phones[4]) for phone in phones]


def test_no_part_gets_a_name_in_use(ledger: Ledger) -> None:
    """Where a part's name is another campaign's, the campaign is not cut."""
    phones = [str(919876500000 + index) for index in range(12)]
    ledger.begin_run(run_id="run-1", account=ACCOUNT, name="x", created=START)
    ledger.stage("run-1", [staged("1-list", 1, phones[:6]), staged("1-lista", 1, phones[6:], "a")], [])
    ledger.finish_plan("run-1", RowTotals(read=12, leads=12), {}, {}, {})
    service = Service(refusing(phones[0]))
    run(ledger, service)
    assert leads(ledger) == LeadTotals(accepted=6, refused=6)


@pytest.mark.parametrize("until", range(1, 12))
def test_going_on_after_a_kill(ledger: Ledger, until: int) -> None:
    """Wherever cutting was broken off, the next upload goes on with it within the same budget.

    A part that was under way and is then refused stays unknown: the refusal may speak of its own leads.
    """
    phones = plan(ledger, 1, size=30)
    bad = {phones[3], phones[22]}
    service = Service(refusing(*bad))
    options = SendingOptions(isolate=True, isolate_budget=30)
    events = upload("run-1", ledger, service.send, options, SimulatedClock(service, ledger), StopRequest())
    for index, _ in enumerate(events):
        if index == until:
            events.close()
            break
    under_way = ledger._store.in_flight.copy()  # noqa: SLF001 - what the kill leaves behind
    service.wait_for(len(under_way))
    service.forget_clients()
    service.advance(service.now + 1)
    run(ledger, service, budget=30)
    unknown = [campaign for campaign in ledger.campaigns("run-1") if campaign.status == "unknown"]
    assert {campaign.id for campaign in unknown} <= under_way
    doubtful = {lead.phone for campaign in unknown for lead in thaw_leads(ledger.body(campaign.id))}
    assert set(refused_phones(ledger)) == bad - doubtful
    assert len(service.came) <= 32
    assert [service.copies(phone) for phone in phones] == [int(phone not in bad | doubtful) for phone in phones]


def test_a_finished_run_is_not_cut(ledger: Ledger) -> None:
    """What was refused without --isolate, in a run that has ended, stays refused."""
    phones = plan(ledger, 1, size=10)
    service = Service(refusing(phones[0]))
    clock = SimulatedClock(service, ledger)
    list(upload("run-1", ledger, service.send, SendingOptions(), clock, StopRequest()))
    assert run(ledger, service) == []
    assert len(service.came) == 1


@pytest.mark.parametrize("stop_at", range(2, 7))
def test_the_budget_outlives_the_process(ledger: Ledger, stop_at: int) -> None:
    """Requests that an earlier process has spent on a campaign count."""
    phones = plan(ledger, 1, size=60)
    stop = StopRequest()

    def act(number: int, _name: str, sent: list[str]) -> Act:
        if number == stop_at:
            stop.request(StopCause.INTERRUPTED)
        return BAD_PHONE if set(phones[5::25]) & set(sent) else ok()

    service = Service(act)
    options = SendingOptions(isolate=True, isolate_budget=8)
    list(upload("run-1", ledger, service.send, options, SimulatedClock(service, ledger), stop))
    run(ledger, service, budget=8)
    assert len(service.came) == 1 + 8
    total = leads(ledger)
    assert total.accepted + total.refused == 60


def test_halves_are_frozen_like_campaigns(ledger: Ledger) -> None:
    """A part's bytes, digest and order are those that planning would have given its leads."""
    phones = plan(ledger, 1, size=5)
    [campaign] = ledger.campaigns("run-1")
    first, second = halve(campaign, ledger.body(campaign.id))
    assert first == staged("March-001a", 1, phones[:2])
    assert second == staged("March-001b", 1, phones[2:])
    assert first.digest == leads_digest(first.body[first.body.index(b"[") : -1])
