"""The run's loop: every decision and every write of the ledger in one thread, in one order.

Intent on the disk, then the request, then its outcome on the disk. Whatever kills the process in between leaves a
ledger that says no more than is true.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter
from queue import SimpleQueue
from typing import TYPE_CHECKING

from telecmi_leads.core.campaign import CampaignStatus, OutcomeKind
from telecmi_leads.core.events import CampaignSending, CampaignSettled, CampaignWaiting, RunStopping, StopCause
from telecmi_leads.core.run import RunState
from telecmi_leads.sending.decisions import Decision, Step, decide
from telecmi_leads.sending.isolation import Isolation, halve
from telecmi_leads.sending.pacing import Pacing
from telecmi_leads.sending.workers import Sent, Workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from telecmi_leads.core.campaign import CampaignRecord, Outcome
    from telecmi_leads.core.clock import Clock, StopRequest
    from telecmi_leads.core.events import UploadEvent
    from telecmi_leads.core.run import RunRecord
    from telecmi_leads.ledger import Ledger, Word
    from telecmi_leads.settings.options import SendingOptions

_ONCE_MORE = frozenset({Step.AGAIN, Step.AGAIN_WHEN_SETTLED})
_WORTH_TELLING = 0.1
"""Seconds. Pauses are shown with one decimal."""

_MAY_BE_AT_WORK = "its outcome is unknown and it may be at work"


def upload(  # noqa: PLR0913, PLR0917 - the run, and everything that it may touch
    run_id: str,
    ledger: Ledger,
    send: Callable[[bytes], Outcome],
    options: SendingOptions,
    clock: Clock,
    stop: StopRequest,
) -> Iterator[UploadEvent]:
    """Send what a run has left to send, and yield what happens; to be called under the account's lock.

    A finished run has nothing left, refused campaigns included.

    `send` takes a request's frozen bytes and returns its outcome, in any thread, within a deadline of its own. The run
    ends when nothing is left that may be sent now, when every further request would fail (RunStopping), or when `stop`
    asks for it: once, after the requests under way; twice, at once, which leaves their outcome unknown. What is left
    unsent or unknown goes with the next call. Raises LedgerError as soon as a write fails; what is under way then is
    abandoned.
    """
    record = ledger.run(run_id)
    if record is None:
        raise ValueError(f"there is no run {run_id}")
    if record.state is RunState.FINISHED:
        return
    run = _Run(record, ledger, send, options, clock, stop)
    try:
        yield from run.events()
    finally:
        run.close()


@dataclass(slots=True, eq=False)
class _Job:
    """A campaign on its way: its place in line, what was tried before, and not before when it may go."""

    record: CampaignRecord
    place: tuple[int, int]
    history: list[OutcomeKind | Word]
    not_before: float
    tried: bool = False
    failures: int = 0
    started: float = field(default=float("-inf"))


def _waits(record: CampaignRecord, seconds: float, why: str) -> Iterator[UploadEvent]:
    """Say that a campaign waits, unless it is so short that a screen would round it to nothing."""
    if seconds >= _WORTH_TELLING:
        yield CampaignWaiting(record, seconds, why)


class _Run:
    def __init__(  # noqa: PLR0913, PLR0917 - upload's
        self,
        run: RunRecord,
        ledger: Ledger,
        send: Callable[[bytes], Outcome],
        options: SendingOptions,
        clock: Clock,
        stop: StopRequest,
    ) -> None:
        self._run_id = run.id
        self._account = run.account
        self._ledger = ledger
        self._options = options
        self._clock = clock
        self._stop = stop
        self._mailbox: SimpleQueue[Sent | None] = SimpleQueue()
        self._workers = Workers(send, self._mailbox)
        self._pacing = Pacing(options, clock)
        self._waiting: list[_Job] = []
        self._under_way: dict[int, _Job] = {}
        self._held: dict[int, _Job] = {}
        self._positions: dict[int, int] = {}
        self._isolation = Isolation(on=options.isolate, budget=options.isolate_budget)
        self._stopping = False
        self._name_taken = False

    def close(self) -> None:
        """Let the threads end; what is under way is not waited for."""
        self._workers.close()

    def events(self) -> Iterator[UploadEvent]:
        """Run to the end."""
        self._stop.wake(partial(self._mailbox.put, None))
        yield from self._take_up()
        while True:
            if self._stop.at_once:
                return
            if self._stop.cause is not None:
                yield from self._end(self._stop.cause, "asked to stop")
            if not self._stopping:
                yield from self._start()
            if not self._under_way and (self._stopping or not self._waiting):
                break
            sent = self._clock.idle(self._mailbox, self._patience())
            if sent is not None:
                yield from self._hear(sent)
        yield from (CampaignSettled(job.record) for job in self._waiting if job.tried)
        self._ledger.end_by_taken_name(self._run_id, at=self._clock.now())
        yield from (CampaignSettled(record) for record in self._isolation.undecided())
        self._ledger.finish_run(self._run_id)

    def _take_up(self) -> Iterator[UploadEvent]:
        """Line up what there is to send.

        What an earlier process left unknown may still be at work, until `settle` from now.
        """
        self._ledger.settle_interrupted(self._run_id, at=self._clock.now())
        self._name_taken = self._ledger.end_by_taken_name(self._run_id, at=self._clock.now())
        now = self._clock.monotonic()
        records = self._ledger.campaigns(self._run_id)
        self._isolation.take_up(records, self._last_kind)
        for position, record in enumerate(records):
            self._positions[record.id] = position
            if not record.status.to_send or record.split:
                continue
            job = _Job(record, (position, 0), self._history(record.id), now)
            self._waiting.append(job)
            if record.status is CampaignStatus.UNKNOWN:
                job.not_before += self._options.settle
                yield from _waits(record, self._options.settle, _MAY_BE_AT_WORK)
        yield from self._isolate()

    def _history(self, campaign: int) -> list[OutcomeKind | Word]:
        return [attempt.kind for attempt in self._ledger.history(campaign) if attempt.kind is not None]

    def _last_kind(self, campaign: int) -> OutcomeKind | Word | None:
        return next(reversed(self._history(campaign)), None)

    def _start(self) -> Iterator[UploadEvent]:
        """Start as many requests as may go now, with one flush of the disk for all their intents."""
        jobs = self._ready()
        if not jobs:
            return
        bodies = [self._ledger.body(job.record.id) for job in jobs]
        self._ledger.begin_attempts([job.record.id for job in jobs], at=self._clock.now())
        for job, body in zip(jobs, bodies, strict=True):
            self._waiting.remove(job)
            job.tried = True
            job.started = self._clock.monotonic()
            self._under_way[job.record.id] = job
            self._isolation.sent(job.record)
            self._workers.send(job.record.id, body, len(self._under_way))
        for job in jobs:
            job.record = self._ledger.campaign(job.record.id)
            yield CampaignSending(job.record, job.record.attempts)

    def _ready(self) -> list[_Job]:
        jobs: list[_Job] = []
        now = self._clock.monotonic()
        for job in self._waiting:
            if len(self._under_way) + len(jobs) >= self._pacing.width or self._pacing.open_at > now:
                break
            if job.not_before <= now:
                jobs.append(job)
                self._pacing.started()
        return jobs

    def _patience(self) -> float | None:
        """Return how many seconds nothing can happen by itself; None: until an outcome comes."""
        if self._stopping or not self._waiting or len(self._under_way) >= self._pacing.width:
            return None
        earliest = min(job.not_before for job in self._waiting)
        return max(earliest, self._pacing.open_at) - self._clock.monotonic()

    def _hear(self, sent: Sent) -> Iterator[UploadEvent]:
        job = self._under_way.pop(sent.campaign)
        if sent.outcome is None:
            raise sent.error or AssertionError
        decision = decide(job.history, sent.outcome, names_taken=self._name_taken)
        job.record = self._ledger.record(
            job.record.id,
            sent.outcome,
            decision.status,
            at=self._clock.now(),
            confirmed_by_name=decision.confirmed_by_name,
            note=decision.note,
            ends_run=decision.cause is StopCause.NAME_TAKEN,
        )
        self._name_taken = self._name_taken or decision.cause is StopCause.NAME_TAKEN
        job.history.append(sent.outcome.kind)
        giving_up = self._pacing.heard(sent.outcome, job.started)
        if decision.step in _ONCE_MORE and self._may_try_again(job):
            yield from self._line_up_again(job, sent.outcome, decision)
        else:
            yield from self._come_to_rest(job, sent.outcome)
        if decision.cause is not None:
            yield from self._end(decision.cause, self._why(job, sent.outcome, decision))
        elif giving_up is not None:
            yield from self._end(giving_up.cause, giving_up.why)
        if not self._stopping:
            yield from self._isolate()

    def _why(self, job: _Job, outcome: Outcome, decision: Decision) -> str:
        taken = decision.cause is StopCause.NAME_TAKEN
        return f"{job.record.name}: {outcome.message}" if taken else outcome.message

    def _line_up_again(self, job: _Job, outcome: Outcome, decision: Decision) -> Iterator[UploadEvent]:
        now = self._clock.monotonic()
        if decision.step is Step.AGAIN_WHEN_SETTLED:
            job.not_before = now + self._options.settle
            why = _MAY_BE_AT_WORK
        else:
            job.not_before = max(job.not_before, self._pacing.open_at)
            why = "the service asks for a pause" if outcome.kind is OutcomeKind.BUSY else "the service was not reached"
        self._line_up(job)
        if not self._stopping:
            yield from _waits(job.record, job.not_before - now, why)

    def _line_up(self, job: _Job) -> None:
        self._waiting.append(job)
        self._waiting.sort(key=attrgetter("place"))

    def _come_to_rest(self, job: _Job, outcome: Outcome) -> Iterator[UploadEvent]:
        """End with a campaign for this run, unless it is refused and may be cut."""
        if not self._isolation.takes(job.record, outcome.kind):
            yield CampaignSettled(job.record)
        second = self._isolation.freed_by(job.record)
        if second is not None:
            self._line_up(self._held.pop(second.id))

    def _isolate(self) -> Iterator[UploadEvent]:
        """Cut refused campaigns whose turn it is, and line up the parts."""
        for level in self._isolation.levels():
            for record in level.cut:
                yield from self._cut(record)
            for record in level.whole:
                yield from self._leave_whole(record)

    def _cut(self, record: CampaignRecord) -> Iterator[UploadEvent]:
        halves = halve(record, self._ledger.body(record.id))
        if self._ledger.names_taken(self._account, [half.name for half in halves]):
            yield from self._leave_whole(record)  # a part under a name in use could be mistaken for the other campaign
            return
        first, second = self._ledger.split(record.id, halves)
        self._isolation.cut(record, first, second)
        self._held.pop(record.id, None)
        now = self._clock.monotonic()
        position = self._positions[record.id]
        self._positions |= dict.fromkeys((first.id, second.id), position)
        self._line_up(_Job(first, (position, first.id), [], now))
        self._held[second.id] = _Job(second, (position, second.id), [], now)
        if record.status is CampaignStatus.REFUSED:
            yield CampaignSettled(self._ledger.campaign(record.id))

    def _leave_whole(self, record: CampaignRecord) -> Iterator[UploadEvent]:
        """End with a refused campaign; one that was not sent, because it was known to offend, is sent after all."""
        if record.status is CampaignStatus.REFUSED:
            yield CampaignSettled(record)
        else:
            self._isolation.send(record)
            self._line_up(self._held.pop(record.id))

    def _may_try_again(self, job: _Job) -> bool:
        job.failures += 1
        return job.failures <= self._options.retries

    def _end(self, cause: StopCause, why: str) -> Iterator[UploadEvent]:
        if not self._stopping:
            self._stopping = True
            yield RunStopping(cause, why)
