from __future__ import annotations

import sqlite3
import time
from contextlib import closing, suppress
from datetime import timedelta
from itertools import count, pairwise
from queue import Empty
from typing import TYPE_CHECKING, Any

import pytest
from ledger_store import connection, has_body, in_flight
from msgspec.structs import replace
from simulated import (
    ACCOUNT,
    ADDED,
    BAD_PHONE,
    BUSY,
    DUPLICATES,
    NO_ACCOUNT,
    NO_CERTIFICATE,
    NOT_SENT,
    REDIRECTED,
    SERVER_ERROR,
    SERVER_ERROR_IN,
    START,
    TIMED_OUT,
    TIMED_OUT_IN,
    TIMED_OUT_LATE,
    Act,
    Service,
    SimulatedClock,
    fails,
    ok,
    plan,
)

from telecmi_leads.core.campaign import CampaignStatus, Outcome, OutcomeKind
from telecmi_leads.core.clock import StopRequest
from telecmi_leads.core.errors import LedgerError
from telecmi_leads.core.run import (
    CampaignSending,
    CampaignSettled,
    CampaignWaiting,
    LeadTotals,
    RunState,
    RunStopping,
    StopCause,
)
from telecmi_leads.ledger import Ledger
from telecmi_leads.sending import run_loop
from telecmi_leads.sending.decisions import resolve
from telecmi_leads.sending.pacing import Workers
from telecmi_leads.sending.run_loop import upload
from telecmi_leads.settings.options import SendingOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path
    from queue import SimpleQueue

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.run import UploadEvent


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Open a fresh ledger."""
    with Ledger.open(tmp_path / "state") as opened:
        yield opened


def run(
    ledger: Ledger, service: Service, stop: StopRequest | None = None, run_id: str = "run-1", **options: object
) -> list[UploadEvent]:
    """Upload a run in simulated time; return its events."""
    chosen = SendingOptions(**options)  # type: ignore[arg-type]
    clock = SimulatedClock(service, ledger)
    return list(upload(run_id, ledger, service.send, chosen, clock, stop or StopRequest()))


def statuses(ledger: Ledger, run_id: str = "run-1") -> list[str]:
    """Return the states of a run's campaigns."""
    return [str(campaign.status) for campaign in ledger.campaigns(run_id)]


def stopped(events: list[UploadEvent]) -> list[StopCause]:
    """Return why the run stopped, if it did."""
    return [event.cause for event in events if isinstance(event, RunStopping)]


# --- what is sent ---------------------------------------------------------------------------------


def test_all_accepted(ledger: Ledger) -> None:
    """A run that meets no trouble sends each campaign once, ends finished, and its leads leave the ledger."""
    phones = plan(ledger, 5)
    service = Service()
    events = run(ledger, service)
    assert [service.copies(phone) for phone in phones] == [1] * 10
    assert [name for _, name in service.came] == [f"March-{number:03d}" for number in range(1, 6)]
    record = ledger.run("run-1")
    assert record is not None
    assert (record.state, record.leads) == (RunState.FINISHED, LeadTotals(accepted=10))
    assert not any(has_body(ledger, campaign.id) for campaign in ledger.campaigns("run-1"))
    assert [type(event) for event in events].count(CampaignSettled) == 5
    assert [event.campaign.attempts for event in events if isinstance(event, CampaignSending)] == [1] * 5


def test_lining_up_many_campaigns_is_no_sorting_of_all_for_each(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A campaign's place in line is found by halving: looking at all that wait, for each, takes minutes with many."""
    looks = 0

    class Watched(run_loop._Job, eq=False):  # noqa: SLF001 - what is counted
        def __getattribute__(self, name: str) -> Any:
            nonlocal looks
            looks += name == "place"
            return super().__getattribute__(name)

    monkeypatch.setattr(run_loop, "_Job", Watched)
    plan(ledger, 200, size=1)
    service = Service()
    run(ledger, service)
    assert len(service.held) == 200
    assert looks <= 200 * 10  # 2 ** 8 > 200, so that some 8 looks find a place, and one more is that of the campaign


def test_the_first_goes_alone(ledger: Ledger) -> None:
    """Until the first acceptance one request is under way at a time; then as many as there are workers."""
    plan(ledger, 9)
    service = Service()
    run(ledger, service, workers=4)
    times = [time for time, _ in service.came]
    assert times == pytest.approx([0.0, *[0.2] * 4, *[0.4] * 4])
    assert service.most_at_once == 4


def test_a_refused_first_is_followed_by_a_lone_one(ledger: Ledger) -> None:
    """A refusal proves nothing about the next campaigns: the one after goes alone as well."""
    plan(ledger, 6)
    service = Service([DUPLICATES, TIMED_OUT])
    run(ledger, service, workers=4)
    assert [round(time, 1) for time, _ in service.came[:4]] == [0.0, 0.2, 60.7, 60.9]


def test_same_bytes_on_every_try(ledger: Ledger) -> None:
    """A campaign is sent again under the same name with the same bytes."""
    plan(ledger, 1)
    service = Service([NOT_SENT, TIMED_OUT, SERVER_ERROR, BUSY])
    run(ledger, service)
    assert len(service.bodies) == 5
    assert len(set(service.bodies)) == 1
    assert statuses(ledger) == ["accepted"]
    [campaign] = ledger.campaigns("run-1")
    assert campaign.message == "Leads Added Successfully (an earlier try ended in a server error)"


# --- answers that are lost or prove nothing -------------------------------------------------------


def test_unknown_settles_while_others_go_on(ledger: Ledger) -> None:
    """A timed-out campaign goes again no sooner than `settle` later; the others don't wait for it."""
    phones = plan(ledger, 4)
    service = Service([ok(), TIMED_OUT_IN])
    events = run(ledger, service, workers=2, settle=30)
    came = {name: [time for time, each in service.came if each == name] for _, name in service.came}
    first, second = came["March-002"]
    assert second == pytest.approx(first + 60 + 30)
    assert max(came["March-003"] + came["March-004"]) < second
    assert [service.copies(phone) for phone in phones] == [1] * 8
    second_campaign = ledger.campaigns("run-1")[1]
    assert (second_campaign.status, second_campaign.confirmed_by_name) == (CampaignStatus.ACCEPTED, True)
    assert [event.seconds for event in events if isinstance(event, CampaignWaiting)] == [30]


def test_a_request_that_lands_late(ledger: Ledger) -> None:
    """(Row 3) What lands after the client gave up, within `settle`, is confirmed by name and not doubled."""
    phones = plan(ledger, 1)
    service = Service([TIMED_OUT_LATE])
    run(ledger, service, settle=30)
    assert [service.copies(phone) for phone in phones] == [1, 1]
    assert ledger.campaigns("run-1")[0].confirmed_by_name


def test_settling_too_short_would_double(ledger: Ledger) -> None:
    """The same without `settle` makes a second copy: the pause is what prevents it."""
    phones = plan(ledger, 2)
    service = Service([TIMED_OUT_LATE, Act(takes=30.0)])
    run(ledger, service, settle=0)
    service.advance(1000.0)
    assert service.copies(phones[0]) == 2


def test_server_error_and_name_taken_is_unverified(ledger: Ledger) -> None:
    """(Row 17) After a 500 "already exists" proves the name, not the leads; the run is not finished."""
    plan(ledger, 2)
    run(ledger, Service([SERVER_ERROR_IN]))
    assert statuses(ledger) == ["unverified", "accepted"]
    record = ledger.run("run-1")
    assert record is not None
    assert (record.state, record.leads) == (RunState.PLANNED, LeadTotals(accepted=2, unverified=2))


def test_unverified_is_not_sent_again(ledger: Ledger) -> None:
    """A further upload leaves an unverified campaign to a person."""
    plan(ledger, 1)
    run(ledger, Service([SERVER_ERROR_IN]))
    service = Service()
    assert run(ledger, service) == []
    assert service.came == []


# --- a name that is taken -------------------------------------------------------------------------


def test_name_of_somebody_else(ledger: Ledger) -> None:
    """(Rows 7, 20) A name taken at the first try ends the run: all is refused, and kept for refused.csv."""
    plan(ledger, 3)
    service = Service([NOT_SENT])
    service.held["March-001"] = [["919800000000"]]
    events = run(ledger, service)
    assert stopped(events) == [StopCause.NAME_TAKEN]
    assert [name for _, name in service.came] == ["March-001"] * 2
    assert statuses(ledger) == ["refused"] * 3
    first, second, _ = ledger.campaigns("run-1")
    assert first.message == "Lead Name Already Exists (a campaign that this ledger never sent has this name)"
    assert (second.message, second.code, second.attempts) == ("not sent: the name March-001 is taken", None, 0)
    assert all(has_body(ledger, campaign.id) for campaign in ledger.campaigns("run-1"))
    assert service.held == {"March-001": [["919800000000"]]}
    record = ledger.run("run-1")
    assert record is not None
    assert record.state is RunState.FINISHED
    assert run(ledger, service) == []


@pytest.mark.parametrize("first", [ok(), DUPLICATES, TIMED_OUT], ids=["accepted", "refused", "lost"])
def test_a_taken_name_ends_the_run_wherever_it_comes(ledger: Ledger, first: Act) -> None:
    """(Row 7) A new group first, a first campaign that was refused or lost: the next taken name ends the run."""
    phones = plan(ledger, 6)
    service = Service([first])
    service.held["March-002"] = [phones[2:4]]
    assert stopped(run(ledger, service, workers=1)) == [StopCause.NAME_TAKEN]
    assert [name for _, name in service.came] == ["March-001", "March-002"]
    assert statuses(ledger)[1:] == ["refused"] * 5
    assert sum(map(service.copies, phones[4:])) == 0


def test_campaigns_under_way_when_the_name_is_found_taken(ledger: Ledger) -> None:
    """(Row 7) What is under way is heard out; what comes back unsent is refused, what is lost stays unknown."""
    plan(ledger, 9)
    service = Service([ok(), fails(OutcomeKind.NAME_EXISTS, code=400, takes=0.3), NOT_SENT, TIMED_OUT, ok(1.0)])
    service._act = _with_slow_not_sent(service._act)  # noqa: SLF001 - the answers' order
    run(ledger, service, workers=4)
    assert statuses(ledger) == ["accepted", "refused", "refused", "unknown", "accepted", *["refused"] * 4]
    again = Service()
    again.held["March-004"] = [[]]
    run(ledger, again)
    assert [name for _, name in again.came] == ["March-004"]
    assert statuses(ledger)[3] == "unverified"


def _with_slow_not_sent(act: Callable[[int, str, list[str]], Act]) -> Callable[[int, str, list[str]], Act]:
    return lambda number, name, phones: replace(act(number, name, phones), takes=5.0 if number == 3 else 0.3)


def test_killed_between_a_taken_name_and_the_end(ledger: Ledger) -> None:
    """(Row 7) The run is ended by the same write that says that the name is taken."""
    plan(ledger, 3)
    service = Service()
    service.held["March-001"] = [[]]
    events = upload("run-1", ledger, service.send, SendingOptions(), SimulatedClock(service, ledger), StopRequest())
    for event in events:
        if isinstance(event, CampaignSettled | RunStopping):
            events.close()
    assert statuses(ledger) == ["refused"] * 3


def test_a_campaign_that_a_person_looked_up_goes_though_a_name_was_taken(ledger: Ledger) -> None:
    """(Row 7) --not-uploaded sends a campaign of a run that a taken name has ended; the others stay refused."""
    plan(ledger, 3)
    service = Service([TIMED_OUT])
    service.held["March-002"] = [[]]
    run(ledger, service, workers=1)
    clock = SimulatedClock(service, ledger)
    resolve(ledger, "run-1", "March-001", accepted=False, clock=clock)
    run(ledger, service)
    assert [name for _, name in service.came] == ["March-001", "March-002", "March-001"]
    assert statuses(ledger) == ["accepted", "refused", "refused"]


# --- answers that end the run ---------------------------------------------------------------------


def test_account_refused_costs_one_request(ledger: Ledger) -> None:
    """(Row 23) A 404 stops the run at its first request; after mending, the same names go."""
    phones = plan(ledger, 5)
    service = Service([NO_ACCOUNT])
    assert stopped(run(ledger, service)) == [StopCause.ACCOUNT_REFUSED]
    assert len(service.came) == 1
    assert statuses(ledger) == ["unsent"] * 5
    run(ledger, service)
    assert [service.copies(phone) for phone in phones] == [1] * 10


def test_account_refused_after_an_unknown(ledger: Ledger) -> None:
    """A 404 says nothing about an earlier try that may have gone in."""
    plan(ledger, 1)
    assert stopped(run(ledger, Service([TIMED_OUT, NO_ACCOUNT]))) == [StopCause.ACCOUNT_REFUSED]
    assert statuses(ledger) == ["unknown"]


@pytest.mark.parametrize(
    ("act", "cause"), [(REDIRECTED, StopCause.MISDIRECTED), (NO_CERTIFICATE, StopCause.NO_CONNECTION)]
)
def test_answers_that_stop(ledger: Ledger, act: Act, cause: StopCause) -> None:
    """(Rows 11, 19) A redirect and a bad certificate stop the run; neither is retried."""
    plan(ledger, 3)
    service = Service([act])
    assert stopped(run(ledger, service)) == [cause]
    first = "unknown" if cause is StopCause.MISDIRECTED else "unsent"
    assert (len(service.came), statuses(ledger)) == (1, [first, "unsent", "unsent"])


def test_refused_after_an_unknown_stays_unknown(ledger: Ledger) -> None:
    """(Row 21) "duplicate phone numbers" after a time-out may speak of our own leads; it is left, and not repeated."""
    plan(ledger, 2)
    service = Service([TIMED_OUT, ok(), DUPLICATES])
    run(ledger, service)
    assert statuses(ledger) == ["unknown", "accepted"]
    assert len(service.came) == 3


# --- a service that fails: retries and pauses -----------------------------------------------------


def test_unreached_service_is_retried_and_given_up(ledger: Ledger) -> None:
    """(Row 11) Refused connections are retried with growing pauses; the run gives up, with everything unsent."""
    plan(ledger, 3)
    service = Service(lambda *_: NOT_SENT)
    events = run(ledger, service, retries=5)
    assert stopped(events) == [StopCause.SERVICE_FAILING]
    assert statuses(ledger) == ["unsent"] * 3
    times = [time for time, _ in service.came]
    assert [round(after - before - 0.2, 1) for before, after in pairwise(times)] == [0.5, 1.0, 2.0, 4.0, 8.0]


def test_retries_are_counted_for_each_campaign(ledger: Ledger) -> None:
    """A campaign gets its first try and --retries more in one run; then it is left and the others go on."""
    plan(ledger, 3)
    service = Service(lambda _number, name, _phones: TIMED_OUT if name == "March-002" else ok())
    events = run(ledger, service, retries=2, settle=30)
    assert [name for _, name in service.came].count("March-002") == 3
    assert statuses(ledger) == ["accepted", "unknown", "accepted"]
    assert stopped(events) == []


def test_no_retries(ledger: Ledger) -> None:
    """--retries 0 sends each campaign once, whatever comes."""
    plan(ledger, 4)
    service = Service([NOT_SENT, BUSY, TIMED_OUT])
    run(ledger, service, retries=0)
    assert len(service.came) == 4
    assert statuses(ledger) == ["unsent", "unknown", "unknown", "accepted"]


def test_a_burst_of_failures_counts_once(ledger: Ledger) -> None:
    """Requests under way together when the line broke are one failure, so that four workers don't end a run."""
    phones = plan(ledger, 12)
    service = Service([ok(), *[TIMED_OUT] * 8])
    events = run(ledger, service, workers=8)
    assert stopped(events) == []
    assert [service.copies(phone) for phone in phones] == [1] * 24


def test_a_dying_service_is_left_alone(ledger: Ledger) -> None:
    """After a few failures in a row, whatever the campaign, the run stops as unfinished."""
    plan(ledger, 50)
    service = Service(lambda number, *_: SERVER_ERROR if number > 3 else ok())
    events = run(ledger, service, workers=4)
    assert stopped(events) == [StopCause.SERVICE_FAILING]
    assert len(service.came) <= 3 + 4 + 6


def test_after_a_failure_one_at_a_time(ledger: Ledger) -> None:
    """A service that has just failed is asked by one request, and by one more with each that it accepts."""
    plan(ledger, 12)
    service = Service([ok(), *[NOT_SENT] * 4])
    run(ledger, service, workers=4)
    times = [round(time, 1) for time, _ in service.came]
    assert times == [0.0, *[0.2] * 4, 0.9, *[1.1] * 2, *[1.3] * 4, *[1.5] * 4]


def test_retry_after_pauses_all(ledger: Ledger) -> None:
    """Retry-After holds for the whole run, is never cut, and only grows by the jitter."""
    plan(ledger, 5)
    service = Service([ok(), BUSY])
    run(ledger, service, workers=2)
    times = [time for time, _ in service.came]
    assert min(times[3:]) >= times[1] + 0.2 + 10
    assert statuses(ledger) == ["accepted"] * 5


def test_retry_after_outlasts_settle(ledger: Ledger) -> None:
    """(Row 18) A server error with a Retry-After longer than `settle` is not followed by a request before its time."""
    plan(ledger, 2)
    service = Service([fails(OutcomeKind.UNKNOWN_SERVER, code=502, retry_after=90.0)])
    run(ledger, service, settle=30)
    times = [time for time, _ in service.came]
    assert times[1] >= 90
    assert statuses(ledger) == ["accepted"] * 2


def test_a_pause_past_max_wait_stops(ledger: Ledger) -> None:
    """(Row 18) Asked for more than --max-wait, the run stops as unfinished rather than wait or call early."""
    plan(ledger, 3)
    service = Service([ok(), fails(OutcomeKind.BUSY, retry_after=1e9)])
    events = run(ledger, service, workers=1, max_wait=300)
    assert stopped(events) == [StopCause.MAX_WAIT]
    assert statuses(ledger) == ["accepted", "unknown", "unsent"]
    assert service.now < 1


@pytest.mark.parametrize("retry_after", [None, 0.0, 60.0])
def test_endless_pauses_stop(ledger: Ledger, retry_after: float | None) -> None:
    """(Row 18) A service that only ever asks to wait gets as many requests as --retries allows, and no more."""
    plan(ledger, 3)
    service = Service(lambda *_: fails(OutcomeKind.BUSY, retry_after=retry_after))
    assert stopped(run(ledger, service, retries=5, max_wait=300)) == [StopCause.SERVICE_FAILING]
    times = [time for time, _ in service.came]
    asked = retry_after or 0.0
    pauses = [round(after - before - 0.2 - asked, 1) for before, after in pairwise(times)]
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0]
    assert statuses(ledger) == ["unknown", "unsent", "unsent"]


def test_a_limited_rate_is_followed_to_the_end(ledger: Ledger) -> None:
    """A service that lets one request through in two seconds gets all campaigns, and few requests too many."""
    phones = plan(ledger, 40)
    service = Service(lambda *_: ok())
    free_at = [0.0]

    def limited(*_: object) -> Act:
        if service.now < free_at[0]:
            return fails(OutcomeKind.BUSY, code=429, retry_after=free_at[0] - service.now)
        free_at[0] = service.now + 2.0
        return ok()

    service._act = limited  # noqa: SLF001 - it needs the service's own time
    assert stopped(run(ledger, service, workers=32, retries=3)) == []
    assert [service.copies(phone) for phone in phones] == [1] * 80
    assert len(service.came) < 40 * 3 + 32


# --- the rate, and the flushes of the disk --------------------------------------------------------


def test_rate(ledger: Ledger) -> None:
    """--rate keeps the requests apart, whatever the workers."""
    plan(ledger, 8)
    service = Service(lambda *_: ok(3.0))
    run(ledger, service, workers=8, rate=2.0)
    assert min(after - before for (before, _), (after, _) in pairwise(service.came)) >= 0.5 - 1e-9
    assert service.most_at_once == 6


def test_one_flush_for_several_intents(ledger: Ledger) -> None:
    """Requests that start together share one commit of their intents."""
    plan(ledger, 5)
    commits = []
    begin = ledger.begin_attempts
    ledger.begin_attempts = lambda ids, at: (commits.append(len(ids)), begin(ids, at=at))[1]  # type: ignore[method-assign]
    run(ledger, Service(), workers=4)
    assert commits == [1, 4]


# --- stopped, killed, or beside another -----------------------------------------------------------


def test_stop_once(ledger: Ledger) -> None:
    """(Row 24) After the first request to stop nothing more starts, and what is under way is heard out."""
    phones = plan(ledger, 9)
    stop = StopRequest()

    def act(number: int, *_: object) -> Act:
        if number == 3:
            stop.request(StopCause.INTERRUPTED)
        return ok()

    service = Service(act)
    events = run(ledger, service, stop, workers=2)
    assert stopped(events) == [StopCause.INTERRUPTED]
    assert statuses(ledger) == ["accepted"] * 3 + ["unsent"] * 6
    run(ledger, service)
    assert [service.copies(phone) for phone in phones] == [1] * 18


def test_stop_twice(ledger: Ledger) -> None:
    """(Row 24) The second request ends the run at once; what is under way is unknown afterwards, and is settled."""
    phones = plan(ledger, 3)
    stop = StopRequest()
    service = Service([ok(), TIMED_OUT_IN])
    clock = SimulatedClock(service, ledger)
    events = upload("run-1", ledger, service.send, SendingOptions(workers=1), clock, stop)
    for event in events:
        if isinstance(event, CampaignSending) and event.campaign.name == "March-002":
            stop.request(StopCause.TERMINATED)
            stop.request(StopCause.TERMINATED)
    assert statuses(ledger) == ["accepted", "sending", "unsent"]
    service.wait_for(1)
    service.advance(2.0)
    service.forget_clients()
    run(ledger, service, settle=30)
    assert [service.copies(phone) for phone in phones] == [1] * 6
    assert [campaign.confirmed_by_name for campaign in ledger.campaigns("run-1")] == [False, True, False]


def test_other_processes_read_sending_as_unknown(ledger: Ledger, tmp_path: Path) -> None:
    """Only the process that sends knows that a campaign is under way; to all others it is unknown."""
    plan(ledger, 1)
    [campaign] = ledger.campaigns("run-1")
    ledger.begin_attempts([campaign.id], at=START)
    with Ledger.open(tmp_path / "state") as other:
        assert statuses(other) == ["unknown"]
        [record] = other.runs(ACCOUNT)
        assert record.leads == LeadTotals(unknown=2)
    assert statuses(ledger) == ["sending"]


def test_an_interrupted_request_waits_for_settle_after_a_restart(ledger: Ledger) -> None:
    """(Row 2) After a kill the request may still be at work, so that others go first and it waits `settle`."""
    phones = plan(ledger, 3)
    first = ledger.campaigns("run-1")[0]
    ledger.begin_attempts([first.id], at=START)
    in_flight(ledger).clear()  # as in a new process
    service = Service()
    service.held["March-001"] = [phones[:2]]
    run(ledger, service, settle=30)
    assert [name for _, name in service.came] == ["March-002", "March-003", "March-001"]
    assert service.came[-1][0] == pytest.approx(30)
    assert ledger.campaigns("run-1")[0].confirmed_by_name
    kinds = ledger.history(first.id)
    assert kinds == [OutcomeKind.INTERRUPTED, OutcomeKind.NAME_EXISTS]


@pytest.mark.parametrize("acts", [[], [TIMED_OUT], [TIMED_OUT_IN, NOT_SENT], [SERVER_ERROR]])
def test_two_hosts(ledger: Ledger, tmp_path: Path, acts: list[Act]) -> None:
    """(Row 9) The same file under the same name from two hosts makes one copy of each lead."""
    phones = plan(ledger, 3)
    service = Service()
    run(ledger, service)
    with Ledger.open(tmp_path / "other host") as other:
        plan(other, 3)
        other_service = Service(acts)
        other_service.held = service.held
        run(other, other_service)
        assert "accepted" not in statuses(other)
        assert statuses(other)[2] == "refused"
    assert [service.copies(phone) for phone in phones] == [1] * 6


# --- clocks, disks and bugs -----------------------------------------------------------------------


def test_the_wall_clock_disturbs_nothing(ledger: Ledger) -> None:
    """(Row 10) With a wall clock that jumps days back and forth, every pause is as long as without."""
    came = []
    for number, days in enumerate([0, 1, -1]):
        plan(ledger, 4, run=f"run-{number}", name=f"N{number}", first_phone=919876000000 + 1000 * number)
        service = Service([ok(), TIMED_OUT_IN, BUSY, NOT_SENT, SERVER_ERROR])
        clock = SimulatedClock(service, ledger, jumping(service, days))
        options = SendingOptions(workers=2)
        assert list(upload(f"run-{number}", ledger, service.send, options, clock, StopRequest()))
        came.append([(time, name[2:]) for time, name in service.came])
    assert len(came[0]) > 6
    assert came[0] == came[1] == came[2]


def jumping(service: Service, days: int) -> Callable[[], datetime]:
    """Make a wall clock that jumps so many days at each request."""
    return lambda: START + timedelta(days=days * len(service.came))


def test_a_failed_write_ends_the_run(ledger: Ledger) -> None:
    """(Row 4) Where the outcome can't be written the run ends at once, and nothing more is sent."""
    plan(ledger, 5)
    service = Service()
    clock = SimulatedClock(service, ledger)
    events = upload("run-1", ledger, service.send, SendingOptions(workers=1), clock, StopRequest())
    next(events)
    connection(ledger).execute("PRAGMA query_only = ON")  # every write fails from here on
    with pytest.raises(LedgerError):
        list(events)
    assert len(service.came) == 1
    with pytest.raises(LedgerError):
        ledger.begin_attempts([2], at=START)


@pytest.mark.parametrize("shown", [1, 2, 8])
def test_a_display_that_fails_loses_no_outcome(ledger: Ledger, shown: int) -> None:
    """Where the display fails amid a wave of answers, every outcome that has come is in the ledger."""
    plan(ledger, 17)
    events = upload("run-1", ledger, _accepted, SendingOptions(workers=8), _Waves(ledger, 1, 8), StopRequest())

    def show() -> None:
        settled = 0
        with closing(events):
            for event in events:
                settled += isinstance(event, CampaignSettled)
                if settled == 1 + shown:
                    raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        show()
    assert statuses(ledger) == ["accepted"] * 17


def test_answers_that_come_one_by_one_within_a_wave_are_all_heard(ledger: Ledger) -> None:
    """Answers that come while others wait to be written are written with them, each campaign's own."""
    plan(ledger, 17)
    clock, number = _Trickle(ledger), count()

    def answered(body: bytes) -> Outcome:
        time.sleep(next(number) % 8 * 0.01)
        return _accepted(body)

    list(upload("run-1", ledger, answered, SendingOptions(workers=8), clock, StopRequest()))
    assert clock.came > 0
    assert statuses(ledger) == ["accepted"] * 17


def test_a_display_that_fails_with_the_disk_is_what_is_told(ledger: Ledger) -> None:
    """Where what was heard can't be written either, the first failure comes out, and no outcome is made up."""
    plan(ledger, 17)
    events = upload("run-1", ledger, _accepted, SendingOptions(workers=8), _Waves(ledger, 1, 8), StopRequest())

    def show() -> None:
        with closing(events):
            for event in events:
                if isinstance(event, CampaignSettled) and event.campaign.number > 1:
                    connection(ledger).execute("PRAGMA query_only = ON")  # every write fails from here on
                    raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        show()
    known = statuses(ledger).count("accepted")
    assert 2 <= known < 17
    assert statuses(ledger)[known:] == ["sending"] * (17 - known)


def test_stopped_at_once_what_has_come_is_written(ledger: Ledger) -> None:
    """(Row 24) Of the requests under way at a second Ctrl-C, those that were answered by then are known."""
    plan(ledger, 17)
    stop = StopRequest()
    clock = _Waves(ledger, 1, 10, 8)  # eight answers behind the two words that woke the run

    def answered(body: bytes) -> Outcome:
        _until(lambda: stop.at_once or b"March-001" in body)
        return ADDED

    for event in upload("run-1", ledger, answered, SendingOptions(workers=8), clock, stop):
        if isinstance(event, CampaignSending) and event.campaign.name == "March-009":
            stop.request(StopCause.INTERRUPTED)
            stop.request(StopCause.INTERRUPTED)
    assert statuses(ledger) == ["accepted"] * 9 + ["unsent"] * 8


def test_nothing_is_sent_before_its_intent_is_written(ledger: Ledger) -> None:
    """(Row 4) Where the intent can't be written, no byte leaves."""
    plan(ledger, 3)
    connection(ledger).execute("PRAGMA query_only = ON")  # every write fails from here on
    service = Service()
    with pytest.raises(LedgerError):
        run(ledger, service)
    assert service.came == []


@pytest.mark.parametrize("isolate", [False, True])
def test_each_try_has_its_intent_on_the_disk_before_it_leaves(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, isolate: bool
) -> None:
    """Another process finds the intent of every request, of a retry or a part too, when a worker gets it."""
    left: list[tuple[str, int, int]] = []
    intents = (
        "SELECT status, COUNT(*), SUM(ended IS NULL) FROM attempts JOIN campaigns c ON c.id = campaign WHERE c.id = ?"
    )
    hand_over = Workers.send

    def send(workers: Workers, campaign: int, body: bytes, under_way: int) -> None:
        with closing(sqlite3.connect(tmp_path / "state" / "ledger.sqlite3")) as other:
            left.extend(other.execute(intents, (campaign,)))
        hand_over(workers, campaign, body, under_way)

    monkeypatch.setattr(Workers, "send", send)
    phones = plan(ledger, 1, size=4)
    troubles = [NOT_SENT, TIMED_OUT, SERVER_ERROR, BUSY]

    def act(number: int, _name: str, sent: list[str]) -> Act:
        return troubles[number - 1] if number <= len(troubles) else BAD_PHONE if phones[2] in sent else ok()

    run(ledger, Service(act), isolate=isolate)
    assert left[:5] == [("sending", number, 1) for number in range(1, 6)]
    assert len(left[5:]) == (3 if isolate else 0)
    assert {(status, unanswered) for status, _, unanswered in left} == {("sending", 1)}


def test_a_bug_in_the_sending_is_seen(ledger: Ledger) -> None:
    """An exception in a worker comes out of the upload, and the campaign's outcome is unknown."""
    plan(ledger, 1)

    def broken(_body: bytes) -> Outcome:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(upload("run-1", ledger, broken, SendingOptions(), _RealClock(ledger), StopRequest()))
    assert statuses(ledger) == ["sending"]


# --- runs that are through ------------------------------------------------------------------------


def test_a_finished_run_sends_nothing(ledger: Ledger) -> None:
    """Uploading a finished run again does nothing."""
    plan(ledger, 2)
    run(ledger, Service())
    service = Service()
    assert run(ledger, service) == []
    assert service.came == []


def test_refused_campaigns_keep_their_leads(ledger: Ledger) -> None:
    """A 422 refuses that campaign alone; the run is finished, and the leads are there for refused.csv."""
    plan(ledger, 3)
    run(ledger, Service([ok(), BAD_PHONE]))
    assert statuses(ledger) == ["accepted", "refused", "accepted"]
    record = ledger.run("run-1")
    assert record is not None
    assert (record.state, record.leads) == (RunState.FINISHED, LeadTotals(accepted=4, refused=2))
    assert [has_body(ledger, campaign.id) for campaign in ledger.campaigns("run-1")] == [False, True, False]


class _RealClock(SimulatedClock):
    """Waits for the mailbox as the real one does."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(Service(), ledger)

    def idle(self, mailbox: SimpleQueue[Any], seconds: float | None) -> Any:  # noqa: ARG002 - the clock's
        """Wait in real time."""
        return mailbox.get(timeout=10)


def _accepted(_body: bytes) -> Outcome:
    return ADDED


class _Trickle(_RealClock):
    """Lets another answer come while others wait to be written, and counts these."""

    came = 0

    def soon(self, mailbox: SimpleQueue[Any]) -> Any:
        """Return the next answer, None where none comes."""
        with suppress(Empty):
            more = mailbox.get(timeout=0.05)
            self.came += 1
            return more
        return None


class _Waves(_RealClock):
    """Lets so many answers come together, wave by wave; while the last one is written, as many more come."""

    def __init__(self, ledger: Ledger, *waves: int) -> None:
        super().__init__(ledger)
        self._waves = list(waves)
        self._mailbox: SimpleQueue[Any] | None = None
        self._record = ledger.record
        ledger.record = self._slowly  # type: ignore[method-assign]

    def idle(self, mailbox: SimpleQueue[Any], seconds: float | None) -> Any:
        """Wait for a wave."""
        wave = self._waves.pop(0) if self._waves else 1
        _until(lambda: mailbox.qsize() >= wave)
        self._mailbox = None if self._waves else mailbox
        return super().idle(mailbox, seconds)

    def _slowly(self, *given: Any, **more: Any) -> CampaignRecord:
        mailbox, self._mailbox = self._mailbox, None
        if mailbox is not None:
            _until(lambda: mailbox.qsize() >= 8)
        return self._record(*given, **more)


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline, "the answers did not come"
        time.sleep(0.001)
