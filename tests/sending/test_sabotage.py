"""Programs that are broken on purpose: each scenario holds for the program, and fails for the one broken there."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from a_run import new_run, plan_figures
from ledger_store import connection, in_flight, uploaded_among
from msgspec.structs import replace
from simulated import (
    ABORTED,
    ABORTED_IN,
    ACCOUNT,
    BAD_PHONE,
    BUSY,
    BUSY_IN,
    DUPLICATES,
    NOT_SENT,
    SERVER_ERROR,
    START,
    TIMED_OUT,
    TIMED_OUT_IN,
    TIMED_OUT_LATE,
    Act,
    Service,
    SimulatedClock,
    ok,
    plan,
    staged,
)

from telecmi_leads.core.campaign import CampaignStatus, OutcomeKind, thaw_leads
from telecmi_leads.core.clock import StopRequest
from telecmi_leads.core.lead import RowTotals
from telecmi_leads.core.run import CampaignSending
from telecmi_leads.ledger import Ledger, Word, attempts, left_out
from telecmi_leads.sending import decisions, isolation, run_loop
from telecmi_leads.sending.decisions import Decision, Step, decide
from telecmi_leads.sending.isolation import Family, Send
from telecmi_leads.sending.run_loop import upload
from telecmi_leads.settings.options import SendingOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    Patch = pytest.MonkeyPatch

JUMP = 60.2
"""Seconds of the service's time: just after a request of `TIMED_OUT_LATE` has been given up."""


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Open a fresh ledger."""
    with Ledger.open(tmp_path / "state") as opened:
        yield opened


def send(ledger: Ledger, service: Service, run_id: str = "run-1", **options: Any) -> None:
    """Upload a run in simulated time, with a wall clock that jumps a day ahead after the first time-out."""

    def wall() -> datetime:
        return START + timedelta(seconds=service.now, days=int(service.now > JUMP))

    clock = SimulatedClock(service, ledger, wall)
    list(upload(run_id, ledger, service.send, SendingOptions(**options), clock, StopRequest()))


def check(ledger: Ledger, service: Service, phones: Sequence[str]) -> None:
    """Check that nobody is in twice, that what is accepted is in, and that what is refused or unsent is not."""
    service.advance(service.now + 1000)
    assert max(map(service.copies, phones)) <= 1, "a lead was uploaded twice"
    open_ = (CampaignStatus.REFUSED, CampaignStatus.UNSENT)
    for campaign in ledger.campaigns("run-1"):
        if campaign.status in open_ and not campaign.split:
            there = [lead.phone for lead in thaw_leads(ledger.body(campaign.id)) if service.copies(lead.phone)]
            assert not there, f"{campaign.name} is {campaign.status}, and yet there"
    record = ledger.run("run-1")
    assert record is not None
    assert sum(map(service.copies, phones)) >= record.leads.accepted, "a lead said to be accepted is not there"
    assert record.rows.balanced()


# --- scenarios ------------------------------------------------------------------------------------


def a_list_grows_over_an_unknown(ledger: Ledger) -> None:
    """Somebody of a campaign of unknown outcome comes onto a do-not-call list; then it is sent again."""
    phones = plan(ledger, 1)
    service = Service([replace(TIMED_OUT_IN, commits=None), ok()])
    send(ledger, service, retries=0)
    ledger.withdraw(
        "run-1", lambda numbers: [at for at, each in enumerate(numbers) if each == phones[0]], "dnc", refused=False
    )
    send(ledger, service)
    assert len(set(service.bodies)) == 1, "the same name with other bytes"
    check(ledger, service, phones)


def a_lost_request_and_a_busy_service(ledger: Ledger) -> None:
    """Lose a request that is carried out; then have the service ask for a pause."""
    phones = plan(ledger, 1)
    service = Service([TIMED_OUT_IN, BUSY])
    send(ledger, service, retries=1)
    check(ledger, service, phones)


def busy_after_the_commit(ledger: Ledger) -> None:
    """Have a limit on the rate said by somebody who has passed the request on."""
    phones = plan(ledger, 1)
    service = Service([BUSY_IN])
    send(ledger, service, retries=0)
    check(ledger, service, phones)


def a_kill_during_the_second_try(ledger: Ledger) -> None:
    """Kill the process while the second try is under way, and is carried out."""
    phones = plan(ledger, 1)
    service = Service([NOT_SENT, ok(5.0)])
    clock = SimulatedClock(service, ledger)
    sendings = 0
    events = upload("run-1", ledger, service.send, SendingOptions(), clock, StopRequest())
    for event in events:
        sendings += isinstance(event, CampaignSending)
        if sendings == 2:
            service.wait_for(1)
            events.close()
    service.forget_clients()
    ledger.settle_interrupted("run-1", at=START)
    check(ledger, service, phones)


def a_request_that_lands_late(ledger: Ledger) -> None:
    """Carry a request out after the client gave up, less than `settle` later; the wall clock jumps meanwhile."""
    phones = plan(ledger, 2)
    service = Service([TIMED_OUT_LATE, Act(takes=30.0)])
    send(ledger, service, settle=30)
    check(ledger, service, phones)


def a_gateways_refusal_after_the_commit(ledger: Ledger) -> None:
    """Refuse in a gateway's own words what it has passed on."""
    phones = plan(ledger, 1)
    service = Service([ABORTED_IN])
    send(ledger, service)
    check(ledger, service, phones)


def a_refusal_of_our_own_leads(ledger: Ledger) -> None:
    """Take a campaign in, lose the answer, and refuse it and its first half for its own leads."""
    phones = plan(ledger, 1, size=8)
    service = Service([TIMED_OUT_IN, DUPLICATES, DUPLICATES])
    send(ledger, service, isolate=True)
    check(ledger, service, phones)


def a_campaign_that_was_in_after_all(ledger: Ledger) -> None:
    """Do the same, and look at the name of the first half."""
    phones = plan(ledger, 1, size=8)
    service = Service([TIMED_OUT_IN, DUPLICATES])
    send(ledger, service, isolate=True)
    check(ledger, service, phones)


def somebody_corrected_by_hand(ledger: Ledger) -> None:
    """Of a refused campaign some are uploaded under another name; then it is cut."""
    phones = plan(ledger, 1, size=8)
    service = Service(lambda _number, _name, sent: BAD_PHONE if phones[0] in sent else ok())
    send(ledger, service)
    ledger.begin_run(new_run(id="run-2", account=ACCOUNT, name="April", created=START + timedelta(hours=1)))
    ledger.stage("run-2", [staged("April-001", 1, phones[5:])], [])
    ledger.finish_plan("run-2", plan_figures(RowTotals(read=3, leads=3)))
    send(ledger, service, "run-2")
    send(ledger, service, isolate=True)
    check(ledger, service, phones)
    assert [service.copies(phone) for phone in phones] == [0, *[1] * 7], "somebody is left out"


def another_computer_with_a_longer_file(ledger: Ledger) -> None:
    """Another computer has sent the file, with somebody before: every name but the last is taken."""
    phones = plan(ledger, 4)
    service = Service()
    service.held = {f"March-{number:03d}": [phones[2 * number - 1 : 2 * number + 1]] for number in (1, 2, 3)}
    send(ledger, service, workers=1)
    assert [name for _, name in service.came] == ["March-001"]
    assert max(map(service.copies, phones)) == 1


def a_name_taken_after_a_gateway(ledger: Ledger) -> None:
    """Refuse in a gateway's words, and then say that the name exists: it may be somebody else's."""
    phones = plan(ledger, 1)
    service = Service([ABORTED])
    service.held = {"March-001": [["919800000000"]]}
    send(ledger, service)
    send(ledger, service)
    check(ledger, service, phones)


def a_loss_after_a_persons_word(ledger: Ledger) -> None:
    """Somebody says that a campaign is not there; it is sent, gets in, the answer is lost, and it is refused."""
    phones = plan(ledger, 1)
    service = Service([TIMED_OUT, TIMED_OUT_IN, DUPLICATES])
    send(ledger, service, retries=0)
    ledger.resolve(ledger.campaigns("run-1")[0].id, accepted=False, at=START)
    send(ledger, service, retries=1)
    check(ledger, service, phones)


def _another_has_the_name(ledger: Ledger, first: Act) -> None:
    """Answer the first request so; then it turns out that the name is there, with half of the leads."""
    phones = plan(ledger, 1)
    service = Service([first])
    service.held = {"March-001": [phones[:1]]}
    send(ledger, service)
    service.advance(service.now + 1000)
    record = ledger.run("run-1")
    assert record is not None
    assert record.leads.accepted == 0, "half of a campaign is said to be the whole"


def a_name_taken_after_no_connection(ledger: Ledger) -> None:
    """Fail to connect at the first try; another computer has the name."""
    _another_has_the_name(ledger, NOT_SENT)


def half_of_a_campaign_after_a_server_error(ledger: Ledger) -> None:
    """Break down amid the campaign."""
    _another_has_the_name(ledger, SERVER_ERROR)


def half_of_a_campaign_after_a_busy_answer(ledger: Ledger) -> None:
    """Ask for a pause amid the campaign."""
    _another_has_the_name(ledger, BUSY)


def a_loss_beside_a_taken_name(ledger: Ledger) -> None:
    """Another computer has two of the names; the answer for one of them is lost before the other shows it."""
    phones = plan(ledger, 3)
    service = Service(lambda number, _name, _sent: TIMED_OUT if number == 2 else ok())
    service.held = {"March-002": [["919800000000"]], "March-003": [["919800000001"]]}
    send(ledger, service, workers=2, retries=0)
    send(ledger, service)
    check(ledger, service, phones)


def another_computer_and_a_resume(ledger: Ledger) -> None:
    """End the run by a taken name, then have somebody type resume."""
    phones = plan(ledger, 3)
    service = Service()
    service.held = {"March-001": [phones[:2]]}
    send(ledger, service)
    send(ledger, service)
    assert [name for _, name in service.came] == ["March-001"], "the run went on after a taken name"


def an_offender_after_a_lost_request(ledger: Ledger) -> None:
    """Lose the first request and refuse the next; cut, the campaign shows that it was not in."""
    phones = plan(ledger, 1, size=8)
    service = Service(
        lambda number, _name, sent: TIMED_OUT if number == 1 else BAD_PHONE if phones[0] in sent else ok()
    )
    for _ in range(2):
        send(ledger, service, isolate=True)
    check(ledger, service, phones)
    record = ledger.run("run-1")
    assert record is not None
    assert (record.leads.accepted, record.leads.refused) == (7, 1), "a part stays unknown for ever"


def an_offender_in_the_first_place(ledger: Ledger) -> None:
    """One lead is bad, the first: its neighbour is not."""
    phones = plan(ledger, 1, size=8)
    service = Service(lambda _number, _name, sent: BAD_PHONE if phones[0] in sent else ok())
    send(ledger, service, isolate=True)
    check(ledger, service, phones)
    assert [service.copies(phone) for phone in phones] == [0, *[1] * 7], "a good lead is refused with its neighbour"


def a_refusal_by_a_whim(ledger: Ledger) -> None:
    """Nothing is wrong with any lead: the service refuses one request, and then takes all."""
    phones = plan(ledger, 1, size=4)
    service = Service([BAD_PHONE])
    send(ledger, service, isolate=True)
    check(ledger, service, phones)
    assert [service.copies(phone) for phone in phones] == [1] * 4, "a good lead is refused by elimination"


def who_was_uploaded(ledger: Ledger) -> None:
    """Several campaigns are on their way at once; then everybody in them is known."""
    phones = plan(ledger, 6)
    service = Service()
    send(ledger, service, workers=3)
    check(ledger, service, phones)
    assert uploaded_among(ledger, ACCOUNT, phones, None) == [True] * len(phones), "somebody uploaded is not known"


def a_kill_and_a_resume(ledger: Ledger) -> None:
    """Kill the process while a request is under way that gets in; then resume."""
    phones = plan(ledger, 1)
    service = Service()
    events = upload("run-1", ledger, service.send, SendingOptions(), SimulatedClock(service, ledger), StopRequest())
    next(event for event in events if isinstance(event, CampaignSending))
    service.wait_for(1)
    events.close()
    service.forget_clients()
    service.advance(service.now + 1000)
    send(ledger, service)
    check(ledger, service, phones)


def half_of_a_campaign_under_its_name(ledger: Ledger) -> None:
    """Lose a campaign's request, refuse the next, and kill the process when the first half is sent, and gets in."""
    phones = plan(ledger, 1, size=8)
    service = Service([TIMED_OUT, BAD_PHONE, TIMED_OUT_IN])
    clock = SimulatedClock(service, ledger)
    events = upload("run-1", ledger, service.send, SendingOptions(isolate=True), clock, StopRequest())
    sendings = 0
    for event in events:
        sendings += isinstance(event, CampaignSending)
        if sendings == 3:
            service.wait_for(1)
            events.close()
    service.forget_clients()
    service.advance(service.now + 1000)
    send(ledger, service)
    assert list(map(service.copies, phones)) == [1] * 4 + [0] * 4
    check(ledger, service, phones)


# --- breakages ------------------------------------------------------------------------------------


def deciding(patch: Patch, kind: OutcomeKind, decision: Decision) -> None:
    """Break it: an outcome of that kind is always decided so."""

    def wrongly(history: Sequence[Any], outcome: Any, **more: Any) -> Decision:
        return decision if outcome.kind is kind else decide(history, outcome, **more)

    patch.setattr(run_loop, "decide", wrongly)


def withdraws_an_unknown(patch: Patch) -> None:
    """Break it: people are taken out of campaigns that may be in."""
    patch.setattr(left_out, "_never_tried", lambda status, **_: status.to_send)


def busy_is_not_sent(patch: Patch) -> None:
    """Break it: a request for a pause says that the campaign is not in, whatever came before."""
    deciding(patch, OutcomeKind.BUSY, Decision(CampaignStatus.UNSENT, Step.AGAIN))


def busy_proves_nothing_was_sent(patch: Patch) -> None:
    """Break it: a 429 is taken as not sent, where nothing came before."""

    def wrongly(history: Sequence[Any], outcome: Any, **more: Any) -> Decision:
        if outcome.kind is OutcomeKind.BUSY and not history:
            return Decision(CampaignStatus.UNSENT, Step.AGAIN)
        return decide(history, outcome, **more)

    patch.setattr(run_loop, "decide", wrongly)


def intent_after_the_request_on_retries(patch: Patch) -> None:
    """Break it: only the first try is written down before it leaves."""
    begin, record = Ledger.begin_attempts, Ledger.record

    def first_only(ledger: Ledger, ids: Sequence[int], **more: Any) -> None:
        begin(ledger, [each for each in ids if not ledger.history(each)], **more)
        in_flight(ledger).update(ids)  # what the clock counts

    def late(ledger: Ledger, campaign: int, *args: Any, **more: Any) -> Any:
        under_way = "SELECT 1 FROM attempts WHERE campaign = ? AND ended IS NULL"
        if not connection(ledger).execute(under_way, (campaign,)).fetchall():
            begin(ledger, [campaign], at=more["at"])
        return record(ledger, campaign, *args, **more)

    patch.setattr(Ledger, "begin_attempts", first_only)
    patch.setattr(Ledger, "record", late)


def settles_by_the_wall_clock(patch: Patch) -> None:
    """Break it: pauses are measured by the wall clock."""

    def made(clock: SimulatedClock, service: Service, ledger: Ledger, now: Callable[[], datetime]) -> None:
        def seconds() -> float:
            return (now() - START).total_seconds()

        make(clock, service, ledger, now)
        object.__setattr__(clock, "monotonic", seconds)

    make = SimulatedClock.__init__
    patch.setattr(SimulatedClock, "__init__", made)


def believes_undocumented_refusals(patch: Patch) -> None:
    """Break it: any refusal is the last word."""
    deciding(patch, OutcomeKind.REFUSED_OTHERWISE, Decision(CampaignStatus.REFUSED, Step.SETTLED))


def believes_refusals_of_parts(patch: Patch) -> None:
    """Break it: parts are refused for good, whatever became of their campaign, and the next has its own name."""

    def own_name(_family: Family, leaf: Any) -> Send:
        return Send(leaf.record, leaf.record.name)

    patch.setattr(Family, "_send", own_name)
    patch.setattr(run_loop._Run, "_rejoin_unsettled", lambda _run, _roots: iter(()))  # noqa: SLF001 - damage from within


def leaves_out_by_position(patch: Patch) -> None:
    """Break it: as many are left out before a cut as were uploaded since, and not those."""
    leave_out = Ledger.leave_out

    def first_ones(ledger: Ledger, campaign: int, positions: Collection[int], *more: Any) -> None:
        leave_out(ledger, campaign, range(len(positions)), *more)

    patch.setattr(Ledger, "leave_out", first_ones)


def nobody_is_left_out(patch: Patch) -> None:
    """Break it: a campaign is cut with everybody in it."""
    patch.setattr(Ledger, "uploaded_since", lambda _ledger, _record, phones: [False] * len(phones))


def a_taken_name_is_one_campaigns(patch: Patch) -> None:
    """Break it: the run goes on after a name that somebody else has."""

    def wrongly(history: Sequence[Any], outcome: Any, **more: Any) -> Decision:
        return replace(decide(history, outcome, **more), cause=None)

    patch.setattr(run_loop, "decide", wrongly)


def a_name_that_exists_is_ours(patch: Patch) -> None:
    """Break it: after any try, a name that exists means accepted."""
    accepted = Decision(CampaignStatus.ACCEPTED, Step.SETTLED, confirmed_by_name=True)
    deciding(patch, OutcomeKind.NAME_EXISTS, accepted)


def second_halves_begin_too_early(patch: Patch) -> None:
    """Break it: the lead at the cut is in both halves."""
    in_parts = run_loop.in_parts

    def overlapping(move: Any, body: bytes, name: str) -> Any:
        parts = in_parts(move, body, name)
        both = [lead for part in parts for lead in thaw_leads(part.body)]
        if len(parts) == 1:
            return parts
        second = both[parts[0].leads - 1 :]
        return [parts[0], isolation._part(move.record, body, name, second)]  # noqa: SLF001 - damage from within

    patch.setattr(run_loop, "in_parts", overlapping)


def a_word_clears_what_comes_after(patch: Patch) -> None:
    """Break it: once a person has said so, a campaign is not in, whatever is sent later."""

    def cleared(history: Sequence[Any]) -> bool:
        return not any(isinstance(kind, Word) for kind in history) and any(kind.maybe_applied for kind in history)

    patch.setattr(decisions, "may_be_in", cleared)


def _counts_as_lost(patch: Patch, *kinds: OutcomeKind) -> None:
    """Break it: after such an answer, a name that exists is ours."""

    def wrongly(history: Sequence[Any], outcome: Any, **more: Any) -> Decision:
        told = [OutcomeKind.UNKNOWN_CONNECTION if kind in kinds else kind for kind in history]
        return decide(told, outcome, **more)

    patch.setattr(run_loop, "decide", wrongly)


def no_connection_is_a_lost_one(patch: Patch) -> None:
    """Break it: a connection that was never made counts as one that was lost."""
    _counts_as_lost(patch, OutcomeKind.NOT_SENT)


def a_server_error_is_a_lost_connection(patch: Patch) -> None:
    """Break it: a 5xx counts as a lost connection."""
    _counts_as_lost(patch, OutcomeKind.UNKNOWN_SERVER)


def a_busy_answer_is_a_lost_connection(patch: Patch) -> None:
    """Break it: a 429 counts as a lost connection."""
    _counts_as_lost(patch, OutcomeKind.BUSY)


def a_taken_name_says_nothing_of_the_others(patch: Patch) -> None:
    """Break it: that one name is somebody else's makes the others no less ours."""

    def wrongly(history: Sequence[Any], outcome: Any, **more: Any) -> Decision:
        return decide(history, outcome, **{**more, "names_taken": False})

    patch.setattr(run_loop, "decide", wrongly)


def a_taken_name_refuses_itself_alone(patch: Patch) -> None:
    """Break it: what was not sent when a name turned out to be taken may still go."""
    patch.setattr(attempts, "_refuse_unsent", lambda *_: None)


def doubts_stay(patch: Patch) -> None:
    """Break it: that a part is in under a campaign's own name proves nothing of the other parts."""
    patch.setattr(attempts, "_clear_doubts", lambda *_: None)


def a_part_in_doubt_is_the_campaign(patch: Patch) -> None:
    """Break it: where parts become one campaign again, a part's lost request counts as the campaign's own."""
    patch.setattr(attempts, "_MAYBE_APPLIED", "[]")


def neighbours_are_condemned(patch: Patch) -> None:
    """Break it: a single lead is refused unsent, since its campaign was, whatever became of its neighbour."""

    def hasty(_family: Family, node: Any) -> Any:
        alone = node.record.leads == 1 and node.parent is not None and node.record.status is CampaignStatus.UNSENT
        return node.parent.record if alone and node.parent.refused_whole(documented=False) else None

    patch.setattr(Family, "_not_asked", hasty)


def nobody_is_asked_alone(patch: Patch) -> None:
    """Break it: a single lead that is left counts as refused without a request, since all the others are in."""

    def hasty(family: Family, node: Any) -> Any:
        alone = node.record.leads == 1 and node.record.status is CampaignStatus.UNSENT
        return family._known_to_offend(node, documented=False) if alone else None  # noqa: SLF001 - damage from within

    patch.setattr(Family, "_not_asked", hasty)


def hashes_of_another_campaign(patch: Patch) -> None:
    """Break it: what is worked out ahead is another campaign's."""
    hashes = attempts._hashes  # noqa: SLF001 - damage from within
    patch.setattr(attempts, "_hashes", lambda store, _campaign: hashes(store, min(store.in_flight)))


def a_kill_proves_that_nothing_was_sent(patch: Patch) -> None:
    """Break it: what a dead process left on its way counts as not sent."""
    settle = Ledger.settle_interrupted

    def wrongly(ledger: Ledger, run_id: str, *, at: datetime) -> int:
        found = settle(ledger, run_id, at=at)
        with ledger._store.writing() as connection:  # noqa: SLF001 - damage from within
            connection.execute("UPDATE attempts SET kind = 'not_sent' WHERE kind = 'interrupted'")
            connection.execute("UPDATE campaigns SET status = 'unsent' WHERE status = 'unknown'")
        return found

    patch.setattr(Ledger, "settle_interrupted", wrongly)


SABOTAGE: list[tuple[Callable[[Patch], None], Callable[[Ledger], None]]] = [
    (withdraws_an_unknown, a_list_grows_over_an_unknown),
    (busy_is_not_sent, a_lost_request_and_a_busy_service),
    (busy_proves_nothing_was_sent, busy_after_the_commit),
    (intent_after_the_request_on_retries, a_kill_during_the_second_try),
    (settles_by_the_wall_clock, a_request_that_lands_late),
    (believes_undocumented_refusals, a_gateways_refusal_after_the_commit),
    (believes_refusals_of_parts, a_refusal_of_our_own_leads),
    (believes_refusals_of_parts, a_campaign_that_was_in_after_all),
    (leaves_out_by_position, somebody_corrected_by_hand),
    (nobody_is_left_out, somebody_corrected_by_hand),
    (second_halves_begin_too_early, somebody_corrected_by_hand),
    (a_taken_name_is_one_campaigns, another_computer_with_a_longer_file),
    (a_name_that_exists_is_ours, another_computer_with_a_longer_file),
    (a_name_that_exists_is_ours, a_name_taken_after_a_gateway),
    (a_word_clears_what_comes_after, a_loss_after_a_persons_word),
    (no_connection_is_a_lost_one, a_name_taken_after_no_connection),
    (a_server_error_is_a_lost_connection, half_of_a_campaign_after_a_server_error),
    (a_busy_answer_is_a_lost_connection, half_of_a_campaign_after_a_busy_answer),
    (a_taken_name_says_nothing_of_the_others, a_loss_beside_a_taken_name),
    (a_taken_name_refuses_itself_alone, another_computer_and_a_resume),
    (doubts_stay, an_offender_after_a_lost_request),
    (a_part_in_doubt_is_the_campaign, half_of_a_campaign_under_its_name),
    (neighbours_are_condemned, an_offender_in_the_first_place),
    (nobody_is_asked_alone, a_refusal_by_a_whim),
    (hashes_of_another_campaign, who_was_uploaded),
    (a_kill_proves_that_nothing_was_sent, a_kill_and_a_resume),
]


@pytest.mark.parametrize("scenario", {scenario.__name__: scenario for _, scenario in SABOTAGE}.values())
def test_the_program_passes(ledger: Ledger, scenario: Callable[[Ledger], None]) -> None:
    """(Rows 7, 20, 45, 64, 67) Each scenario ends with one copy of what is accepted and none of what is not."""
    scenario(ledger)


@pytest.mark.parametrize(
    ("breakage", "scenario"),
    SABOTAGE,
    ids=[f"{breakage.__name__}-{scenario.__name__}" for breakage, scenario in SABOTAGE],
)
def test_a_broken_program_is_caught(
    ledger: Ledger, monkeypatch: Patch, breakage: Callable[[Patch], None], scenario: Callable[[Ledger], None]
) -> None:
    """Each deliberate breakage fails in its scenario."""
    breakage(monkeypatch)
    with pytest.raises(AssertionError):
        scenario(ledger)
