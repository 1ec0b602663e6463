from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from a_run import new_run, plan_figures
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_store import connection, in_flight
from msgspec.structs import replace
from program import expected_phones
from simulated import (
    ABORTED,
    ACCOUNT,
    BAD_PHONE,
    BUSY_IN,
    DUPLICATES,
    NOT_SENT,
    SERVER_ERROR,
    SERVER_ERROR_IN,
    START,
    TIMED_OUT,
    TIMED_OUT_IN,
    Act,
    Service,
    SimulatedClock,
    fails,
    ok,
    plan,
    staged,
)

from telecmi_leads.core.campaign import ISOLATE_BUDGET, OutcomeKind, thaw_leads
from telecmi_leads.core.clock import StopRequest
from telecmi_leads.core.lead import RowTotals
from telecmi_leads.core.run import CampaignSending, CampaignSettled, LeadTotals, RunState, StopCause
from telecmi_leads.ledger import Ledger, ToForget
from telecmi_leads.sending.isolation import Cut, in_parts
from telecmi_leads.sending.run_loop import upload
from telecmi_leads.settings.options import SendingOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from telecmi_leads.core.run import UploadEvent


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Open a fresh ledger."""
    with Ledger.open(tmp_path / "state") as opened:
        yield opened


def run(
    ledger: Ledger,
    service: Service,
    run_id: str = "run-1",
    *,
    budget: int = ISOLATE_BUDGET,
    listed: Collection[str] = (),
) -> list[UploadEvent]:
    """Upload with --isolate, where some numbers are on a do-not-call list; return the events."""
    options = SendingOptions(isolate=True, isolate_budget=budget)
    clock = SimulatedClock(service, ledger)
    lists = {"dnc.csv": lambda phones: [at for at, phone in enumerate(phones) if phone in listed]}
    return list(upload(run_id, ledger, service.send, options, clock, StopRequest(), lists))


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


# --- offenders are found within the budget --------------------------------------------------------


@pytest.mark.parametrize("position", [0, 1, 381, 382, 500, 617, 618, 999])
def test_one_bad_lead_of_a_thousand(ledger: Ledger, position: int) -> None:
    """(Row 22) With --isolate 999 leads of 1000 get in, within 20 requests."""
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
    """(Row 22) Wherever the bad lead stands, 20 requests are enough."""
    with Ledger.open(tmp_path_factory.mktemp("ledger")) as ledger:
        phones = plan(ledger, 1, size=1000)
        service = Service(refusing(phones[position]))
        run(ledger, service)
        assert leads(ledger) == LeadTotals(accepted=999, refused=1)
        assert len(service.came) <= 20


def test_all_refused_stops_early(ledger: Ledger) -> None:
    """(Row 22) Where nine parts are refused and none is accepted, single leads are not what is wrong: whole again."""
    phones = plan(ledger, 1, size=1000)
    service = Service(refusing(*phones))
    events = run(ledger, service)
    assert len(service.came) <= 25
    assert {name for _, name in service.came} == {"March-001"}
    assert leads(ledger) == LeadTotals(refused=1000)
    assert refused_phones(ledger) == phones
    [campaign] = ledger.campaigns("run-1")
    assert (campaign.name, campaign.leads, campaign.message) == ("March-001", 1000, "Invalid phone number")
    assert isinstance(events[-1], CampaignSettled)
    assert events[-1].campaign == campaign


@pytest.mark.parametrize(
    "bad",
    [
        {125 * eighth for eighth in range(8)},
        {125 * eighth + 124 for eighth in range(8)},
        {100, 350, 600, 850},
        {0, 142, 285, 428, 571, 714, 857},
        set(range(8)),
        set(range(992, 1000)),
        {499, 500},
    ],
    ids=["first of each eighth", "last of each", "four quarters", "seven", "first eight", "last eight", "middle"],
)
def test_several_bad_leads_of_a_thousand(ledger: Ledger, bad: set[int]) -> None:
    """(Row 45) Up to eight offenders scattered over a thousand leads stand alone within the default budget."""
    phones = plan(ledger, 1, size=1000)
    offending = [phones[at] for at in sorted(bad)]
    service = Service(refusing(*offending))
    run(ledger, service, budget=SendingOptions().isolate_budget)
    assert sorted(refused_phones(ledger)) == offending
    assert leads(ledger) == LeadTotals(accepted=1000 - len(bad), refused=len(bad))
    assert [service.copies(phone) for phone in phones] == [int(at not in bad) for at in range(1000)]
    assert len(service.held["March-001"]) == 1
    assert {each.leads for each in ledger.campaigns("run-1") if each.status == "refused" and not each.split} == {1}


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


# --- the names of parts ---------------------------------------------------------------------------


def test_parts_are_named_after_their_campaign(ledger: Ledger) -> None:
    """The own name goes to the first part that is in, the others are NAME-004b, NAME-004c, …; halves are halves."""
    phones = plan(ledger, 1, size=8)
    service = Service(refusing(phones[0], phones[7]))
    events = run(ledger, service)
    assert [
        (name, len(json.loads(body)["users"])) for (_, name), body in zip(service.came, service.bodies, strict=True)
    ] == [
        ("March-001", 8),
        ("March-001", 4),
        ("March-001", 2),
        ("March-001", 1),
        ("March-001", 1),
        ("March-001c", 2),
        ("March-001b", 4),
        ("March-001b", 2),
        ("March-001e", 1),
        ("March-001f", 1),
    ]
    assert [
        (event.campaign.name, str(event.campaign.status), event.campaign.leads, event.campaign.split)
        for event in events
        if isinstance(event, CampaignSettled)
    ] == [
        ("March-001", "refused", 8, True),
        ("March-001", "refused", 4, True),
        ("March-001", "refused", 2, True),
        ("March-001d", "refused", 1, False),
        ("March-001", "accepted", 1, False),
        ("March-001c", "accepted", 2, False),
        ("March-001b", "refused", 4, True),
        ("March-001b", "accepted", 2, False),
        ("March-001e", "accepted", 1, False),
        ("March-001f", "refused", 1, False),
    ]
    kept = {part.name: part.leads for part in ledger.campaigns("run-1") if not part.split}
    assert kept == {
        "March-001": 1,
        "March-001b": 2,
        "March-001c": 2,
        "March-001d": 1,
        "March-001e": 1,
        "March-001f": 1,
    }
    last = next(part for part in ledger.campaigns("run-1") if part.name == "March-001f")
    assert (last.message, last.code, last.attempts) == ("Invalid phone number", 422, 1)


# --- a campaign that may be in itself -------------------------------------------------------------


def test_a_taken_name_is_not_cut(ledger: Ledger) -> None:
    """Cutting a campaign whose name is taken would send its leads under other names: it is refused whole."""
    phones = plan(ledger, 1, size=10)
    service = Service()
    service.held["March-001"] = [[]]
    run(ledger, service)
    assert len(service.came) == 1
    assert leads(ledger) == LeadTotals(refused=10)
    assert [service.copies(phone) for phone in phones] == [0] * 10


@pytest.mark.parametrize("refusal", [BAD_PHONE, DUPLICATES, ABORTED], ids=["phone", "duplicates", "in other words"])
@pytest.mark.parametrize("before", [[TIMED_OUT_IN], [SERVER_ERROR_IN], [BUSY_IN], []], ids=str)
def test_a_campaign_that_was_in_after_all(ledger: Ledger, before: list[Act], refusal: Act) -> None:
    """(Rows 21, 64) Refused after a commit whose answer was lost: the own name shows it, and nothing more is sent."""
    phones = plan(ledger, 1, size=10)
    first = before or [replace(ABORTED, commits=0.1)]
    service = Service([*first, refusal])
    run(ledger, service)
    assert len(service.came) == 1 + len(before) + 1 + (not before)
    assert leads(ledger) == LeadTotals(unverified=10)
    assert [service.copies(phone) for phone in phones] == [1] * 10
    [campaign] = ledger.campaigns("run-1")
    assert (campaign.name, campaign.leads) == ("March-001", 10)
    assert run(ledger, service) == []


@pytest.mark.parametrize("refusal", [BAD_PHONE, ABORTED], ids=["documented", "in other words"])
def test_a_campaign_in_doubt_that_was_not_in(ledger: Ledger, refusal: Act) -> None:
    """(Row 64) A part that is accepted under the own name proves that the campaign was not in: the doubt is settled."""
    phones = plan(ledger, 1, size=16)
    bad = {phones[3], phones[12]}

    def act(number: int, _name: str, sent: list[str]) -> Act:
        return TIMED_OUT if number == 1 else refusal if bad & set(sent) else ok()

    service = Service(act)
    run(ledger, service)
    assert set(refused_phones(ledger)) == bad
    assert leads(ledger) == LeadTotals(accepted=14, refused=2)
    assert [service.copies(phone) for phone in phones] == [int(phone not in bad) for phone in phones]


def test_a_refusal_in_other_words_waits_for_settle(ledger: Ledger) -> None:
    """(Row 64) A gateway that refuses in words of its own may still have the request at work: the first part waits."""
    phones = plan(ledger, 1, size=10)
    service = Service([replace(ABORTED, commits=25.0)])
    run(ledger, service)
    assert [round(time, 1) for time, _ in service.came] == [0.0, 30.2]
    assert [service.copies(phone) for phone in phones] == [1] * 10
    assert leads(ledger) == LeadTotals(unverified=10)


def test_another_part_waits_for_one_that_may_be_at_work_under_its_name(ledger: Ledger) -> None:
    """(Row 64) A lead that a gateway refused in its own words goes in late: the others are not sent beside it."""
    phones = plan(ledger, 1, size=3)
    service = Service([BAD_PHONE, replace(ABORTED, commits=25.0)])
    run(ledger, service)
    assert [(round(time, 1), name) for time, name in service.came] == [
        *((0.0, "March-001"), (0.2, "March-001"), (30.4, "March-001"))
    ]
    assert [service.copies(phone) for phone in phones] == [1, 0, 0]
    assert leads(ledger) == LeadTotals(unverified=3)


def test_all_refused_in_doubt_stays_unknown(ledger: Ledger) -> None:
    """(Row 64) Where a doubtful campaign's parts are all refused, nothing is proven: it is unknown, and whole again."""
    phones = plan(ledger, 1, size=100)
    service = Service(lambda number, *_: TIMED_OUT_IN if number == 1 else DUPLICATES)
    run(ledger, service)
    assert {name for _, name in service.came} == {"March-001"}
    assert leads(ledger) == LeadTotals(unknown=100)
    [campaign] = ledger.campaigns("run-1")
    assert [lead.phone for lead in thaw_leads(ledger.body(campaign.id))] == phones
    assert ledger.body(campaign.id) == service.bodies[0]


# --- parts that are lost, and names they can't have -----------------------------------------------


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
    """Where a part's name is another campaign's, the part gets the next letter."""
    phones = [str(919876500000 + index) for index in range(12)]
    ledger.begin_run(new_run(id="run-1", account=ACCOUNT, name="x", created=START))
    ledger.stage("run-1", [staged("1-list", 1, phones[:6]), staged("1-listb", 1, phones[6:], "b")], [])
    ledger.finish_plan("run-1", plan_figures(RowTotals(read=12, leads=12)))
    service = Service(refusing(phones[0]))
    run(ledger, service)
    assert leads(ledger) == LeadTotals(accepted=11, refused=1)
    assert [service.copies(phone) for phone in phones] == [0, *[1] * 11]


def test_a_name_too_long_for_a_letter_is_not_cut(ledger: Ledger) -> None:
    """(Row 66) A part's name has at most 100 characters, or a service that cuts names would mistake it."""
    name = "x" * 100
    phones = [str(919876500000 + index) for index in range(6)]
    ledger.begin_run(new_run(id="run-1", account=ACCOUNT, name=name, created=START))
    ledger.stage("run-1", [staged(name, 1, phones)], [])
    ledger.finish_plan("run-1", plan_figures(RowTotals(read=6, leads=6)))
    service = Service(refusing(phones[0]))
    run(ledger, service)
    assert (len(service.came), leads(ledger)) == (1, LeadTotals(refused=6))


# --- runs that go on ------------------------------------------------------------------------------


@pytest.mark.parametrize("until", range(1, 30))
def test_going_on_after_a_kill(ledger: Ledger, until: int) -> None:
    """(Row 45) Wherever cutting was broken off, the next upload goes on with it, and no part stays unknown."""
    phones = plan(ledger, 1, size=30)
    bad = {phones[3], phones[22]}
    service = Service(refusing(*bad))
    options = SendingOptions(isolate=True)
    events = upload("run-1", ledger, service.send, options, SimulatedClock(service, ledger), StopRequest())
    for index, _ in enumerate(events):
        if index == until:
            events.close()
            break
    under_way = in_flight(ledger).copy()  # what the kill leaves behind
    service.wait_for(len(under_way))
    service.forget_clients()
    service.advance(service.now + 1)
    run(ledger, service)
    assert set(refused_phones(ledger)) == bad
    assert leads(ledger) == LeadTotals(accepted=28, refused=2)
    assert [service.copies(phone) for phone in phones] == [int(phone not in bad) for phone in phones]


def test_a_part_under_way_at_a_kill_waits_for_settle(ledger: Ledger) -> None:
    """(Row 45) A half whose request a killed process has left at work is sent again when `settle` is over, once in."""
    phones = plan(ledger, 1, size=4)
    service = Service(refusing(phones[3]))
    options = SendingOptions(isolate=True)
    events = upload("run-1", ledger, service.send, options, SimulatedClock(service, ledger), StopRequest())
    for sending in (event for event in events if isinstance(event, CampaignSending)):
        if sending.campaign.leads == 2:
            break
    service.wait_for(1)
    events.close()
    service.forget_clients()
    killed, before = service.now, len(service.came)
    run(ledger, service)
    assert service.came[before] == (pytest.approx(killed + options.settle), "March-001")
    assert [service.copies(phone) for phone in phones] == [1, 1, 1, 0]
    assert leads(ledger) == LeadTotals(accepted=3, refused=1)


def test_a_finished_run_is_cut(ledger: Ledger) -> None:
    """What was refused without --isolate, in a run that has ended, is cut when it is asked for."""
    phones = plan(ledger, 2, size=10)
    service = Service(refusing(phones[0]))
    clock = SimulatedClock(service, ledger)
    list(upload("run-1", ledger, service.send, SendingOptions(), clock, StopRequest()))
    assert leads(ledger) == LeadTotals(accepted=10, refused=10)
    run(ledger, service)
    assert leads(ledger) == LeadTotals(accepted=19, refused=1)
    assert [service.copies(phone) for phone in phones] == [0, *[1] * 19]
    record = ledger.run("run-1")
    assert record is not None
    assert record.state is RunState.FINISHED
    assert run(ledger, service) == []


# --- people uploaded or forgotten since -----------------------------------------------------------


def test_whoever_was_uploaded_since_is_left_out(ledger: Ledger) -> None:
    """(Row 44) Before a cut, people who were sent meanwhile under another name, or wait there, are left out."""
    phones = plan(ledger, 1, size=10)
    service = Service(refusing(phones[0], phones[5]))
    clock = SimulatedClock(service, ledger)
    list(upload("run-1", ledger, service.send, SendingOptions(), clock, StopRequest()))
    corrected(ledger, service, phones[1:5], "run-2", "April-001")
    corrected(ledger, Service(lambda *_: NOT_SENT), phones[6:8], "run-3", "May-001")
    run(ledger, service)
    assert leads(ledger) == LeadTotals(accepted=2, refused=2)
    record = ledger.run("run-1")
    assert record is not None
    assert (record.rows.already_uploaded, record.rows.leads, record.rows.balanced()) == (6, 4, True)
    assert [service.copies(phone) for phone in phones] == [0, 1, 1, 1, 1, 0, 0, 0, 1, 1]


def corrected(  # noqa: PLR0913 - a run, and the day of its clock
    ledger: Ledger, service: Service, phones: list[str], run_id: str, name: str, *, days: int = 1
) -> None:
    """Upload some people again, by hand, in a later run."""
    ledger.begin_run(new_run(id=run_id, account=ACCOUNT, name=name, created=START + timedelta(days=days)))
    ledger.stage(run_id, [staged(name, 1, phones)], [])
    ledger.finish_plan(run_id, plan_figures(RowTotals(read=len(phones), leads=len(phones))))
    sent(ledger, service, run_id, days=days)


def sent(ledger: Ledger, service: Service, run_id: str, *, days: int) -> None:
    """Send what a run has left, by a clock that is so many days off."""
    clock = SimulatedClock(service, ledger, lambda: START + timedelta(days=days))
    list(upload(run_id, ledger, service.send, SendingOptions(retries=0), clock, StopRequest()))


@pytest.mark.parametrize("known", ["", "{}"], ids=["this version's run", "an earlier version's run"])
def test_a_clock_set_back_hides_nobody_who_was_uploaded_since(ledger: Ledger, known: str) -> None:
    """What was sent since is told by the ledger's order: a clock that was set back meanwhile uploads nobody twice."""
    down, service = Service(lambda *_: NOT_SENT), Service()
    people = expected_phones(13)
    corrected(ledger, down, people[10:], "run-0", "Before-001", days=0)  # planned before, and sent after all
    corrected(ledger, Service([DUPLICATES]), people[:11], "run-1", "March-001", days=0)
    if known:
        connection(ledger).execute("UPDATE runs SET known = ?", (known,))
    corrected(ledger, service, people[1:5], "run-2", "April-001", days=-1)
    sent(ledger, service, "run-0", days=-1)
    run(ledger, service)
    assert [service.copies(phone) for phone in people] == [1] * 13


def test_a_clock_that_was_ahead_leaves_nobody_out_who_was_uploaded_before(ledger: Ledger) -> None:
    """Who was uploaded before the run was planned goes in it again, though the clock was ahead then."""
    people = expected_phones(10)
    service = Service(refusing(people[9]))
    corrected(ledger, service, people[1:5], "run-0", "January-001", days=40)
    corrected(ledger, service, people, "run-1", "March-001", days=0)
    run(ledger, service)
    assert [service.copies(phone) for phone in people] == [1, 2, 2, 2, 2, 1, 1, 1, 1, 0]


def test_all_uploaded_since_leaves_nothing_to_send(ledger: Ledger) -> None:
    """(Row 44) Where everybody in a refused campaign was uploaded since, nothing of it is sent, and all are counted."""
    phones = plan(ledger, 1, size=4)
    service = Service([DUPLICATES])
    clock = SimulatedClock(service, ledger)
    list(upload("run-1", ledger, service.send, SendingOptions(), clock, StopRequest()))
    corrected(ledger, service, phones, "run-2", "April-001")
    run(ledger, service)
    record = ledger.run("run-1")
    assert record is not None
    assert (record.rows.already_uploaded, record.leads.total, record.rows.balanced()) == (4, 0, True)
    assert [service.copies(phone) for phone in phones] == [1] * 4


def test_a_campaign_in_doubt_is_not_cut_for_people_uploaded_since(ledger: Ledger) -> None:
    """(Row 64) What may be in can't lose anybody: where some were uploaded since, it stays unknown for a person."""
    phones = plan(ledger, 1, size=10)
    service = Service([TIMED_OUT_IN, DUPLICATES])
    clock = SimulatedClock(service, ledger)
    list(upload("run-1", ledger, service.send, SendingOptions(), clock, StopRequest()))
    corrected(ledger, Service(lambda *_: NOT_SENT), phones[:1], "run-2", "April-001")
    run(ledger, service)
    assert leads(ledger) == LeadTotals(unknown=10)
    assert len(service.came) == 2


def test_no_part_holds_whoever_is_on_a_list_by_now(ledger: Ledger) -> None:
    """(Row 65) A campaign that was tried goes as it was frozen; refused, it is cut without those on a list."""
    phones = plan(ledger, 1, size=10)
    sent(ledger, Service([fails(OutcomeKind.ACCOUNT)]), "run-1", days=0)
    service = Service(refusing(phones[7]))
    run(ledger, service, listed={phones[0], phones[7]})
    record = ledger.run("run-1")
    assert record is not None
    assert (record.rows.excluded, record.leads, record.rows.balanced()) == (2, LeadTotals(accepted=8), True)
    assert [service.copies(phone) for phone in phones] == [0, 1, 1, 1, 1, 1, 1, 0, 1, 1]
    assert len(service.came) == 2


@pytest.mark.parametrize("killed", [False, True], ids=["whole", "in parts"])
def test_a_campaign_in_doubt_is_not_cut_for_people_on_a_list(ledger: Ledger, *, killed: bool) -> None:
    """(Row 65) Where the whole may be in, nothing that was never frozen so is sent with somebody on a list."""
    phones = plan(ledger, 1, size=10)
    service = Service([TIMED_OUT_IN if killed else TIMED_OUT, BAD_PHONE])
    clock = SimulatedClock(service, ledger)
    list(upload("run-1", ledger, service.send, SendingOptions(), clock, StopRequest()))
    if killed:  # after the cut, before its first request
        [whole] = ledger.campaigns("run-1")
        ledger.split(whole.id, in_parts(Cut(whole), ledger.body(whole.id), "March-001b"))
    run(ledger, service, listed={phones[0]})
    assert (leads(ledger), len(service.came)) == (LeadTotals(unknown=10), 2)
    [whole] = [each for each in ledger.campaigns("run-1") if not each.split]
    assert (whole.leads, [lead.phone for lead in thaw_leads(ledger.body(whole.id))]) == (10, phones)


def test_forgotten_leads_are_dropped_before_a_cut(ledger: Ledger) -> None:
    """Leads that `forget` has emptied are not sent: they count as left out."""
    phones = plan(ledger, 1, size=10)
    service = Service(refusing(phones[9]))
    clock = SimulatedClock(service, ledger)
    list(upload("run-1", ledger, service.send, SendingOptions(), clock, StopRequest()))
    ledger.forget(ToForget(phone=phones[2]), ledger.accounts())
    run(ledger, service)
    assert leads(ledger) == LeadTotals(accepted=8, refused=1)
    record = ledger.run("run-1")
    assert record is not None
    assert (record.rows.excluded, record.rows.balanced()) == (1, True)
    assert sum(map(service.copies, ["", phones[2]])) == 0


@pytest.mark.parametrize("bad", [(1,), (1, 2, 6)], ids=["one", "three"])
def test_a_lead_that_was_refused_alone_is_left_out_by_a_list(ledger: Ledger, bad: tuple[int, ...]) -> None:
    """(Row 65) An offender that stands alone and is on a list counts as excluded; nothing of its campaign is sent."""
    phones = plan(ledger, 1, size=10)
    service = Service(refusing(*(phones[at] for at in bad)))
    run(ledger, service)
    requests = len(service.came)
    listed = phones[bad[0]]
    taken = ledger.withdraw(
        "run-1", lambda asked: [at for at, each in enumerate(asked) if each == listed], "x", refused=True
    )
    assert (taken, leads(ledger)) == (1, LeadTotals(accepted=10 - len(bad), refused=len(bad) - 1))
    assert (run(ledger, service), len(service.came)) == ([], requests)
    record = ledger.run("run-1")
    assert record is not None
    assert (record.state, record.rows.excluded, record.rows.balanced()) == (RunState.FINISHED, 1, True)
    assert [row.phone for row in ledger.left_out("run-1")] == [listed]


# --- what is kept of parts ------------------------------------------------------------------------


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
    assert len(service.came) <= 1 + 8
    total = leads(ledger)
    assert total.accepted + total.refused == 60
