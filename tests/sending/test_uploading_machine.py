"""Any interleaving of runs, faults, kills, waits and resumes, against ledgers on a real disk; and broken programs."""
# ruff: noqa: D102 - the methods that stand in for real ones do what those say

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from unittest import mock

import pytest
from a_run import judged
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from ledger_store import in_flight, uploaded_among
from simulated import (
    ABORTED,
    ABORTED_IN,
    ACCOUNT,
    BAD_PHONE,
    BUSY,
    BUSY_IN,
    DUPLICATES,
    NO_ACCOUNT,
    NOT_SENT,
    REDIRECTED,
    REDIRECTED_IN,
    SERVER_ERROR,
    SERVER_ERROR_IN,
    TIMED_OUT,
    TIMED_OUT_IN,
    TIMED_OUT_LATE,
    Act,
    Service,
    SimulatedClock,
    ok,
    plan,
)

from telecmi_leads.core.campaign import CampaignStatus, Outcome, OutcomeKind, refreeze, thaw_leads
from telecmi_leads.core.clock import StopRequest
from telecmi_leads.core.errors import UsageError
from telecmi_leads.ledger import Ledger
from telecmi_leads.sending import run_loop
from telecmi_leads.sending.decisions import Decision, Step, decide, resolve
from telecmi_leads.sending.pacing import Workers
from telecmi_leads.sending.run_loop import upload
from telecmi_leads.settings.options import SendingOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from queue import SimpleQueue

SETTLE = 30.0
TROUBLES = (
    ok(),
    ok(),
    TIMED_OUT,
    TIMED_OUT_IN,
    TIMED_OUT_LATE,
    SERVER_ERROR,
    SERVER_ERROR_IN,
    Act(0.2, 20.0, SERVER_ERROR.answer),
    NOT_SENT,
    BUSY,
    BUSY_IN,
    NO_ACCOUNT,
    REDIRECTED,
    REDIRECTED_IN,
    ABORTED,
    ABORTED_IN,
    Act(0.2, 20.0, ABORTED.answer),
    BAD_PHONE,
    DUPLICATES,
)
OPEN = {CampaignStatus.UNKNOWN, CampaignStatus.UNVERIFIED}


# --- kills that may strike anywhere ---------------------------------------------------------------


class Killed(BaseException):
    """Stands for kill -9: nothing of the program runs after it."""


class Fuse:
    """Counts the places a kill may strike at, and strikes at the one chosen."""

    def __init__(self, at: int | None) -> None:
        self.left = at

    def burn(self) -> None:
        """Pass a place."""
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Killed


class MortalLedger(Ledger):
    """Can be killed before and after each write."""

    fuse = Fuse(None)


def _mortal(write: Callable[..., Any]) -> Callable[..., Any]:
    def burning(self: MortalLedger, *args: Any, **more: Any) -> Any:
        self.fuse.burn()
        written = write(self, *args, **more)
        self.fuse.burn()
        return written

    return burning


WRITES = (
    *("begin_attempts", "record", "finish_run", "end_by_taken_name", "settle_interrupted"),
    *("split", "take_name", "condemn", "rejoin", "leave_out"),
)
"""What the upload writes; the second line is what --isolate does."""

for _name in WRITES:
    setattr(MortalLedger, _name, _mortal(getattr(Ledger, _name)))


class MortalClock(SimulatedClock):
    """Can be killed before and after each wait."""

    __slots__ = ("fuse",)

    def __init__(self, service: Service, ledger: MortalLedger) -> None:
        super().__init__(service, ledger)
        object.__setattr__(self, "fuse", ledger.fuse)

    def idle(self, mailbox: SimpleQueue[Any], seconds: float | None) -> Any:
        self.fuse.burn()
        came = super().idle(mailbox, seconds)
        self.fuse.burn()
        return came


class CountingWorkers(Workers):
    """Knows how many requests have left the process."""

    sent = 0

    def send(self, campaign: int, body: bytes, under_way: int) -> None:
        type(self).sent += 1
        super().send(campaign, body, under_way)


# --- the machine ----------------------------------------------------------------------------------


class Machine(RuleBasedStateMachine):
    """One account, one ledger, one service; whatever happens, each lead arrives once."""

    ledger_class: ClassVar[type[MortalLedger]] = MortalLedger
    settle: ClassVar[float] = SETTLE
    acts: ClassVar[Sequence[Act]] = TROUBLES
    decide: ClassVar[Callable[..., Decision]] = staticmethod(decide)

    @initialize()
    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ledger-"))
        self.troubles: list[Act] = []
        self.taken: set[str] = set()
        self.phones: dict[str, list[str]] = {}
        self.bad: set[str] = set()
        self.service = Service(self.act)
        self.patches = [
            mock.patch.object(run_loop, "Workers", CountingWorkers),
            mock.patch.object(run_loop, "decide", type(self).decide),
        ]
        for patch in self.patches:
            patch.start()
        CountingWorkers.sent = 0
        self.open()

    def act(self, _number: int, _name: str, phones: list[str]) -> Act:
        act = self.troubles.pop(0) if self.troubles else ok()
        return BAD_PHONE if act.answer is None and self.bad.intersection(phones) else act

    def open(self) -> None:
        opened = self.ledger_class.open(self.folder)
        assert isinstance(opened, MortalLedger)
        self.ledger = opened

    @rule(campaigns=st.integers(1, 4), size=st.integers(1, 5))
    @precondition(lambda self: len(self.phones) < 3)
    def prepare(self, campaigns: int, size: int) -> None:
        """Plan a run."""
        number = len(self.phones) + 1
        run = f"run-{number}"
        self.phones[run] = plan(
            self.ledger, campaigns, size=size, run=run, name=f"N{number}", first_phone=919876000000 + 1000 * number
        )

    @rule(data=st.data())
    @precondition(lambda self: self.phones)
    def offend(self, data: st.DataObject) -> None:
        """Have the service refuse one lead from now on, whenever it does nothing worse."""
        run = data.draw(st.sampled_from(sorted(self.phones)))
        self.bad.add(data.draw(st.sampled_from(self.phones[run])))

    @rule(data=st.data())
    @precondition(lambda self: self.phones)
    def take(self, data: st.DataObject) -> None:
        """Have somebody else take a name that the service does not know, with nobody of ours in it."""
        run = data.draw(st.sampled_from(sorted(self.phones)))
        name = data.draw(st.sampled_from([each.name for each in self.ledger.campaigns(run)]))
        if name not in self.service.held and not self.sent_under(name):
            self.service.held[name] = [[]]
            self.taken.add(name)

    def sent_under(self, name: str) -> bool:
        """Tell whether a request of that name ever came: it may still be at work."""
        return name in {each for _, each in self.service.came}

    @rule(data=st.data())
    def trouble(self, data: st.DataObject) -> None:
        """Say how the service will take the coming requests."""
        self.troubles += data.draw(st.lists(st.sampled_from(self.acts), min_size=1, max_size=6))

    @rule(
        workers=st.integers(1, 3),
        retries=st.integers(0, 3),
        isolate=st.booleans(),
        kill=st.none() | st.integers(0, 40),
        data=st.data(),
    )
    @precondition(lambda self: self.phones)
    def upload(self, workers: int, retries: int, isolate: bool, kill: int | None, data: st.DataObject) -> None:
        """Upload or resume a run, perhaps killed on the way."""
        run = data.draw(st.sampled_from(sorted(self.phones)))
        self.send(run, SendingOptions(workers=workers, retries=retries, isolate=isolate, settle=self.settle), kill)

    def send(self, run: str, options: SendingOptions, kill: int | None = None) -> None:
        self.ledger.fuse = Fuse(kill)
        clock = MortalClock(self.service, self.ledger)
        events = upload(run, self.ledger, self.service.send, options, clock, StopRequest())
        try:
            for _ in events:
                self.ledger.fuse.burn()
        except Killed:
            self.die()
        finally:
            events.close()
            self.ledger.fuse = Fuse(None)

    def die(self) -> None:
        """Let what has left arrive, and nobody hear of it; then start anew."""
        self.service.wait_for(CountingWorkers.sent - self.service.answered)
        self.service.forget_clients()
        self.ledger.close()
        self.open()

    @rule(seconds=st.sampled_from([1.0, 25.0, 100.0]))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.service.advance(self.service.now + seconds)

    @rule(data=st.data())
    @precondition(lambda self: self.open_campaigns())
    def look_up(self, data: st.DataObject) -> None:
        """Have a person look at the dashboard, when the service has long come to rest, and say what is there."""
        self.settle_by_hand(*data.draw(st.sampled_from(self.open_campaigns())))

    def open_campaigns(self) -> list[tuple[str, str]]:
        """Return the campaigns that a person can look up: a part that was never sent is known to nobody else."""
        return [
            (run, campaign.name)
            for run in self.phones
            for campaign in self.ledger.campaigns(run)
            if campaign.status in OPEN
            and not campaign.split
            and (campaign.parent is None or self.sent_under(campaign.name))
        ]

    def settle_by_hand(self, run: str, name: str) -> None:
        self.service.advance(self.service.now + 1000)
        clock = SimulatedClock(self.service, self.ledger)
        held = {phone for phones in self.service.held.get(name, []) for phone in phones}
        [campaign] = [each for each in self.ledger.campaigns(run) if each.name == name and not each.split]
        ours = {lead.phone for lead in thaw_leads(self.ledger.body(campaign.id))}
        if held & ours and not ours <= held:
            return  # fewer than there should be: that a person sorts out with the service
        try:
            resolve(self.ledger, run, name, accepted=ours <= held, clock=clock)
        except UsageError as error:
            if "is whole again" not in error.message:
                raise
            self.settle_by_hand(run, name)  # they look once more, for all of its leads

    @invariant()
    def balance(self) -> None:
        """One copy of every accepted lead, none of a refused or unsent one, none twice; nobody is left out."""
        if not hasattr(self, "ledger"):
            return
        for run, phones in self.phones.items():
            record = self.ledger.run(run)
            assert record is not None
            assert record.leads.total == len(phones)
            copies = {phone: self.service.copies(phone) for phone in phones}
            assert max(copies.values()) <= 1, "a lead was uploaded twice"
            accepted = record.leads.accepted - self.mistaken(run)
            assert sum(copies.values()) >= accepted, "a lead said to be accepted is not there"
            for campaign in self.ledger.campaigns(run):
                if campaign.split or campaign.status is CampaignStatus.ACCEPTED:
                    continue
                leads = [lead.phone for lead in thaw_leads(self.ledger.body(campaign.id))]
                if campaign.status in {CampaignStatus.REFUSED, CampaignStatus.UNSENT}:
                    assert not any(copies[phone] for phone in leads), f"{campaign.status}, and yet there"
            known = uploaded_among(self.ledger, ACCOUNT, phones, None)
            assert all(known[index] or not copies[phone] for index, phone in enumerate(phones)), "--new-only forgot one"

    def mistaken(self, run: str) -> int:
        """Return how many leads somebody else's name has confirmed, the answer being lost: nothing can show more."""
        return sum(
            each.leads
            for each in self.ledger.campaigns(run)
            if each.confirmed_by_name and each.name in self.taken and not each.split
        )

    def teardown(self) -> None:
        if not hasattr(self, "ledger"):
            return
        try:
            self.come_to_rest()
        finally:
            self.ledger.close()
            for patch in self.patches:
                patch.stop()
            shutil.rmtree(self.folder)

    def come_to_rest(self) -> None:
        """With the service well again and a person's help, everything is accepted or refused in the end."""
        self.troubles.clear()
        for _ in range(3):
            for run, name in self.open_campaigns():
                if (run, name) in self.open_campaigns():  # one word may have made several whole again
                    self.settle_by_hand(run, name)
            for run in self.phones:
                self.send(run, SendingOptions(settle=self.settle))
        self.balance()
        for run, phones in self.phones.items():
            record = self.ledger.run(run)
            assert record is not None
            if record.leads.unverified or record.leads.unknown:  # somebody else's name, or a part of a campaign
                continue
            assert record.leads.accepted + record.leads.refused == len(phones)
            assert sum(map(self.service.copies, phones)) == record.leads.accepted - self.mistaken(run)


# --- any order of events --------------------------------------------------------------------------


FEW = settings(
    max_examples=60, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
MANY = settings(FEW, max_examples=1500, stateful_step_count=25, derandomize=False)
UNTIL_CAUGHT = settings(FEW, max_examples=400, phases=[Phase.generate])


@pytest.mark.timeout(600)  # half a minute alone; a loaded machine gives it a fraction of its time
def test_any_interleaving() -> None:
    """(Row 41) Runs, kills, time-outs, errors before and after the commit, late commits, resumes, in any order."""
    run_state_machine_as_test(Machine, settings=FEW)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_very_many_interleavings() -> None:
    """(Row 41) At length."""
    run_state_machine_as_test(Machine, settings=MANY)


# --- broken programs ------------------------------------------------------------------------------


class NewNames(MortalLedger):
    """Broken: a new name at each retry."""

    def body(self, campaign_id: int) -> bytes:
        body = super().body(campaign_id)
        tries = self.campaign(campaign_id).attempts
        return refreeze(body, f"{self.campaign(campaign_id).name}-{tries}", thaw_leads(body)) if tries else body


class NoIntent(MortalLedger):
    """Broken: nothing is written before the request."""

    def begin_attempts(self, campaign_ids: Sequence[int], **_: Any) -> None:
        self.fuse.burn()
        in_flight(self).update(campaign_ids)

    def record(self, campaign_id: int, *args: Any, **more: Any) -> Any:
        Ledger.begin_attempts(self, [campaign_id], at=more["at"])
        return super().record(campaign_id, *args, **more)


class AcceptedFirst(MortalLedger):
    """Broken: accepted is written before the request."""

    def begin_attempts(self, campaign_ids: Sequence[int], **more: Any) -> None:
        super().begin_attempts(campaign_ids, **more)
        for campaign in campaign_ids:
            Ledger.record(self, campaign, judged(Outcome(OutcomeKind.ACCEPTED), CampaignStatus.ACCEPTED), **more)
        in_flight(self).update(campaign_ids)

    def expect(self, campaign_id: int) -> None:
        """Do nothing: it is written already."""

    def record(self, campaign_id: int, *_: Any, **__: Any) -> Any:
        self.fuse.burn()
        in_flight(self).discard(campaign_id)
        return self.campaign(campaign_id)


def believes_refusals(history: Sequence[Any], outcome: Outcome, **more: Any) -> Decision:
    """Broken: a refusal after a try that may have gone in is taken for the last word."""
    if outcome.kind is OutcomeKind.REFUSED:
        return Decision(CampaignStatus.REFUSED, Step.SETTLED)
    return decide(history, outcome, **more)


def believes_in_silence(history: Sequence[Any], outcome: Outcome, **more: Any) -> Decision:
    """Broken: a time-out is taken for an acceptance."""
    if outcome.kind is OutcomeKind.UNKNOWN_CONNECTION:
        return Decision(CampaignStatus.ACCEPTED, Step.SETTLED)
    return decide(history, outcome, **more)


def forgets_doubt(history: Sequence[Any], outcome: Outcome, **more: Any) -> Decision:
    """Broken: a try that was not sent makes the campaign unsent, whatever came before."""
    if outcome.kind is OutcomeKind.NOT_SENT:
        return Decision(CampaignStatus.UNSENT, Step.AGAIN)
    return decide(history, outcome, **more)


@pytest.mark.parametrize(
    "broken",
    [
        {"ledger_class": NewNames, "acts": (TIMED_OUT_IN, SERVER_ERROR_IN)},
        {"ledger_class": NoIntent},
        {"ledger_class": AcceptedFirst},
        {"settle": 0.0, "acts": (TIMED_OUT_LATE, Act(0.2, 20.0, SERVER_ERROR.answer))},
        {"decide": staticmethod(believes_refusals), "acts": (TIMED_OUT_IN, DUPLICATES)},
        {"decide": staticmethod(believes_in_silence), "acts": (TIMED_OUT, TIMED_OUT_IN)},
        {"decide": staticmethod(forgets_doubt), "acts": (BUSY_IN, NOT_SENT, NOT_SENT)},
    ],
    ids=["new_names", "no_intent", "accepted_first", "no_settling", "refusals", "silence", "doubt_forgotten"],
)
def test_broken_programs_are_caught(broken: dict[str, Any]) -> None:
    """The machine is worth something: it catches each deliberate breakage, given troubles that bring it out."""
    machine = type("Broken", (Machine,), broken)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=UNTIL_CAUGHT)
