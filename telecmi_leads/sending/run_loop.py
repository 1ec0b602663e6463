"""The run's loop: every decision and every write of the ledger in one thread, in one order.

Intent on the disk, then the request, then its outcome on the disk. Whatever kills the process in between leaves a
ledger that says no more than is true.
"""

from __future__ import annotations

import sys
from bisect import insort
from collections import deque
from contextlib import suppress
from functools import partial
from operator import attrgetter
from queue import Empty, SimpleQueue
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct, field

from telecmi_leads.core.campaign import LONGEST_NAME, CampaignStatus, OutcomeKind
from telecmi_leads.core.errors import LedgerError
from telecmi_leads.core.run import CampaignSending, CampaignSettled, CampaignWaiting, RunState, RunStopping, StopCause
from telecmi_leads.ledger import Judged
from telecmi_leads.sending.decisions import Decision, Step, decide, may_be_in
from telecmi_leads.sending.isolation import Condemn, Cut, Family, Rejoin, Send, in_parts, rejoin
from telecmi_leads.sending.leaving_out import LeavingOut
from telecmi_leads.sending.pacing import GivingUp, Pacing, Sent, Workers
from telecmi_leads.sending.part_names import PartNames

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

    from telecmi_leads.core.campaign import CampaignRecord, Outcome
    from telecmi_leads.core.clock import Clock, StopRequest
    from telecmi_leads.core.run import RunRecord, UploadEvent
    from telecmi_leads.ledger import Ledger, Word
    from telecmi_leads.sending.leaving_out import Lists
    from telecmi_leads.settings.options import SendingOptions

_ONCE_MORE = frozenset({Step.AGAIN, Step.AGAIN_WHEN_SETTLED})
_WORTH_TELLING = 0.1  # seconds: pauses are shown with one decimal
_SHARE = 4  # a quarter of the outcomes that wait is written before more requests go: they never wait for long

_SWITCH_SECONDS = 0.0005
"""A tenth of Python's own: a sender waits so long for each step of its request while outcomes are written."""

_MAY_BE_AT_WORK = "its outcome is unknown, and the first request may still be at work"


def upload(  # noqa: PLR0913, PLR0917 - the run, and everything that it may touch
    run_id: str,
    ledger: Ledger,
    send: Callable[[bytes], Outcome],
    options: SendingOptions,
    clock: Clock,
    stop: StopRequest,
    lists: Lists = MappingProxyType({}),
) -> Generator[UploadEvent]:
    """Send what a run has left to send, and yield what happens; to be called under the account's lock.

    A finished run has nothing left, unless options.isolate takes up its refused campaigns. Whoever is on one of `lists`
    is in no part that is cut from one.
    `send` takes a request's frozen bytes and returns its outcome, in any thread, within a deadline of its own. The run
    ends when nothing is left that may be sent now, when every further request would fail (RunStopping), or when `stop`
    asks for it: once, after the requests under way; twice, at once, which leaves their outcome unknown. What is left
    unsent or unknown goes with the next call. Raises LedgerError as soon as a write fails; what is under way then is
    abandoned, as it is where the generator is closed: the outcomes that have come by then are written first.
    """
    record = ledger.run(run_id)
    if record is None:
        raise ValueError(f"there is no run {run_id}")
    if record.state is RunState.FINISHED and not options.isolate:
        return
    run = _Run(record, ledger, send, options, clock, stop, lists)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        yield from run.events()
    except BaseException:
        with suppress(LedgerError):  # what broke the run off is what has to be told
            run.write_heard()
        raise
    finally:
        sys.setswitchinterval(interval)
        run.close()


class _Job(Struct, eq=False):
    """A campaign on its way: its place in line, what was tried before, and not before when it may go.

    `part` says more of one that was cut from another.
    """

    record: CampaignRecord
    place: tuple[int, int]
    history: list[OutcomeKind | Word]
    not_before: float
    tried: bool = False
    failures: int = 0
    started: float = field(default=float("-inf"))
    part: Send | None = None


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
        lists: Lists,
    ) -> None:
        self._run_id = run.id
        self._ledger = ledger
        self._options = options
        self._clock = clock
        self._stop = stop
        self._mailbox: SimpleQueue[Sent | None] = SimpleQueue()
        self._names = PartNames(ledger, run.account)
        self._workers = Workers(send, self._mailbox)
        self._leaving_out = LeavingOut(ledger, run.id, lists)
        self._pacing = Pacing(options, clock)
        self._waiting: list[_Job] = []
        self._under_way: dict[int, _Job] = {}
        self._heard: deque[tuple[_Job, Sent]] = deque()
        self._bodies: dict[int, bytes] = {}
        self._positions: dict[int, int] = {}
        self._families: set[int] = set()
        self._sent: set[int] = set()
        self._at_rest: set[int] = set()
        self._checked: set[int] = set()
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
            if self._stop.cause is not None:
                yield from self._end(self._stop.cause, "asked to stop")
            if self._stop.at_once:
                self.write_heard()
                return
            if not self._stopping:
                yield from self._start()
            if not self._under_way and (self._stopping or not self._waiting):
                break
            self._get_ready()
            sent = self._clock.idle(self._mailbox, self._patience())
            if sent is not None:
                yield from self._turn(sent)
        yield from self._rejoin_unsettled(sorted(self._families))
        yield from (CampaignSettled(job.record) for job in self._waiting if job.tried)
        self._ledger.end_by_taken_name(self._run_id, at=self._clock.now())
        self._ledger.finish_run(self._run_id)

    def write_heard(self) -> None:
        """Write the outcomes that have come and are not written yet, for a run that is broken off."""
        self._stopping = True  # no cut and no further try follows from them
        self._take_in()
        self._write(at_least=len(self._heard))

    def _take_in(self, first: Sent | None = None) -> None:
        """Take in what has come meanwhile."""
        came = [first]
        with suppress(Empty):
            while True:
                came.append(self._mailbox.get_nowait())
        self._heard += [(self._under_way.pop(sent.campaign), sent) for sent in came if sent is not None]

    def _turn(self, first: Sent) -> Iterator[UploadEvent]:
        """Send on, where all was accepted, and write the outcomes, many with one flush of the disk.

        Answers come in waves, and to write an outcome takes longer than to send a request: while more come, those are
        taken first.
        """
        self._take_in(first)
        sending: list[UploadEvent] = []
        while self._heard:
            ahead = self._may_go_ahead()
            sending += self._sending(self._send(self._begin())) if ahead else []
            if ahead and len(self._heard) < self._options.workers and (more := self._clock.soon(self._mailbox)):
                self._take_in(more)
                continue
            settled = self._write(at_least=len(self._heard) // _SHARE + 1 if ahead else len(self._heard))
            yield from sending  # what is shown may fail: not before it is written
            yield from settled
            sending = []
            self._take_in()

    def _write(self, *, at_least: int) -> list[UploadEvent]:
        """Write outcomes that were heard, with one flush: as many as that, and on until more come."""
        events: list[UploadEvent] = []
        failed: list[Sent] = []
        with self._ledger.together():
            while self._heard and (at_least > 0 or self._mailbox.empty()):
                job, sent = self._heard.popleft()
                at_least -= 1
                if sent.outcome is None:
                    failed.append(sent)
                else:
                    events += self._hear(job, sent.outcome)
        for sent in failed:
            raise sent.error or AssertionError
        return events

    def _may_go_ahead(self) -> bool:
        """Tell whether the next requests may leave before these outcomes are written: no worker waits for that then.

        A kill between the two leaves accepted campaigns unknown, and their names then confirm them. Not before several
        may be under way: until then each request rests on the outcome of the one before.
        """
        outcomes = [sent.outcome for _, sent in self._heard]
        accepted = all(outcome is not None and outcome.kind is OutcomeKind.ACCEPTED for outcome in outcomes)
        alone = self._pacing.width == 1 or any(job.part is not None for job, _ in self._heard)
        return accepted and not alone and not self._stopping and self._stop.cause is None

    def _take_up(self) -> Iterator[UploadEvent]:
        """Line up what there is to send.

        What an earlier process left unknown may still be at work, until `settle` from now.
        """
        self._ledger.settle_interrupted(self._run_id, at=self._clock.now())
        self._name_taken = self._ledger.end_by_taken_name(self._run_id, at=self._clock.now())
        records = self._ledger.campaigns(self._run_id)
        self._families = {record.root for record in records if record.split or self._may_be_cut(record)}
        for position, record in enumerate(records):
            self._positions.setdefault(record.root, position)
            if record.status.to_send and record.root not in self._families:
                yield from self._line_up_campaign(record)
        for root in sorted(self._families, key=self._positions.__getitem__):
            yield from self._rejoin_unsettled([root], with_listed=True)
            yield from self._go_on_cutting(root, settling=True)

    def _line_up_campaign(self, record: CampaignRecord) -> Iterator[UploadEvent]:
        place = (self._positions[record.root], record.id)
        job = _Job(record, place, self._ledger.history(record.id), self._clock.monotonic())
        self._line_up(job)
        if record.status is CampaignStatus.UNKNOWN:
            job.not_before += self._options.settle
            yield from _waits(record, self._options.settle, _MAY_BE_AT_WORK)

    def _may_be_cut(self, record: CampaignRecord) -> bool:
        """Tell whether a planned campaign was refused, for all that is known, so that --isolate takes it up."""
        if not self._cutting or not record.status.may_be_cut:
            return False
        last = next(reversed(self._ledger.history(record.id)), None)
        return isinstance(last, OutcomeKind) and last.refuses

    @property
    def _cutting(self) -> bool:
        return self._options.isolate and not self._name_taken

    def _start(self) -> Iterator[UploadEvent]:
        """Start as many requests as may go now, with one flush of the disk for all their intents."""
        yield from self._sending(self._send(self._begin()))

    def _get_ready(self) -> None:
        """Use the time until the next answer: have the bytes of the next requests at hand, and what outcomes will need.

        The bytes of a part may still change.
        """
        # Those of all workers: the first acceptance, and the end of trouble, open the way for many at once.
        for job in self._waiting[: self._options.workers]:
            if job.part is None and job.record.id not in self._bodies and self._mailbox.empty():
                self._bodies[job.record.id] = self._ledger.body(job.record.id)
        for campaign in self._under_way:
            if self._mailbox.empty():
                self._ledger.expect(campaign)

    def _begin(self) -> list[tuple[_Job, bytes]]:
        """Write down the intents of as many requests as may go now; return them with their bytes."""
        jobs = self._ready()
        bodies = [self._bodies.pop(job.record.id, b"") or self._ledger.body(job.record.id) for job in jobs]
        if jobs:
            self._ledger.begin_attempts([job.record.id for job in jobs], at=self._clock.now())
        return list(zip(jobs, bodies, strict=True))

    def _send(self, going: Sequence[tuple[_Job, bytes]]) -> list[_Job]:
        """Send requests whose intents are on the disk; return them."""
        for job, body in going:
            self._waiting.remove(job)
            job.tried = True
            self._sent.add(job.record.id)
            job.started = self._clock.monotonic()
            self._under_way[job.record.id] = job
            self._workers.send(job.record.id, body, len(self._under_way))
        return [job for job, _ in going]

    def _sending(self, jobs: Sequence[_Job]) -> list[UploadEvent]:
        """Return the events of requests that have just left."""
        for job in jobs:
            job.record = self._ledger.campaign(job.record.id)
        return [CampaignSending(job.record) for job in jobs]

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

    def _hear(self, job: _Job, outcome: Outcome) -> Iterator[UploadEvent]:
        part = job.part
        others = None if part is None else part.others
        decision = decide(job.history, outcome, others=others, names_taken=self._name_taken)
        top = None if part is None else part.top
        accepted = decision.status is CampaignStatus.ACCEPTED
        judged = Judged(
            outcome,
            decision.status,
            confirmed_by_name=decision.confirmed_by_name,
            note=decision.note,
            ends_run=decision.cause is StopCause.NAME_TAKEN,
            proves=top.id if top is not None and accepted else None,
        )
        job.record = self._ledger.record(job.record.id, judged, at=self._clock.now())
        self._name_taken = self._name_taken or decision.cause is StopCause.NAME_TAKEN
        job.history.append(outcome.kind)
        # Looking for offenders, refusals are what is expected, in whatever words.
        expected = part is not None and outcome.kind.refuses
        giving_up = None if expected else self._pacing.heard(outcome, job.started)
        ending = list(self._ending(job, outcome, decision, giving_up))
        if decision.step in _ONCE_MORE and self._may_try_again(job):
            yield from self._line_up_again(job, outcome, decision)
        elif decision.status is CampaignStatus.UNVERIFIED and top is not None:
            yield from self._name_is_taken(job, top, decision.note)
        else:
            yield from self._come_to_rest(job, outcome)
        yield from ending

    def _ending(
        self, job: _Job, outcome: Outcome, decision: Decision, giving_up: GivingUp | None
    ) -> Iterator[UploadEvent]:
        if decision.cause is not None:
            taken = decision.cause is StopCause.NAME_TAKEN
            yield from self._end(decision.cause, f"{job.record.name}: {outcome.message}" if taken else outcome.message)
        elif giving_up is not None:
            yield from self._end(giving_up.cause, giving_up.why)

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
        insort(self._waiting, job, key=attrgetter("place"))

    def _come_to_rest(self, job: _Job, outcome: Outcome) -> Iterator[UploadEvent]:
        """End with a campaign for this run, unless it is refused and is cut, or is a part and others follow."""
        root = job.record.root
        if job.part is None and not self._may_be_cut(job.record):
            yield CampaignSettled(job.record)
            return
        self._families.add(root)
        if job.part is not None and job.record.status.to_send and not outcome.kind.refuses:
            self._at_rest.add(root)  # it was tried often enough: what follows from it is for a later run
        followed = list(self._go_on_cutting(root, settling=outcome.kind.maybe_applied))
        told = {event.campaign.id for event in followed if isinstance(event, CampaignSettled)}
        now = (each for each in self._ledger.family(root)[0] if each.id == job.record.id)  # none: made whole again
        yield from (CampaignSettled(record) for record in now if record.id not in told)
        yield from followed

    # --- refused campaigns that are cut ---------------------------------------------------------------

    def _family(self, root: int) -> Family:
        records, tries = self._ledger.family(root)
        return Family(records, tries, budget=self._options.isolate_budget, cutting=self._cutting)

    def _go_on_cutting(self, root: int, *, settling: bool) -> Iterator[UploadEvent]:
        """Do what comes next for a campaign that was refused, up to the next request.

        `settling` says that an earlier request may still be at work.
        """
        if not self._cutting:
            yield from self._rejoin_unsettled([root])
        while not self._stopping and root not in self._at_rest:
            move = self._family(root).next_move()
            if move is None:
                yield from self._leave(root)
                return
            if isinstance(move, Send):
                yield from self._line_up_part(move, settling=settling)
                return
            if isinstance(move, Cut):
                yield from self._cut_or_leave_out(move)
            elif isinstance(move, Condemn):
                condemned = self._ledger.condemn(move.part.id, move.refused.id, at=self._clock.now())
                yield CampaignSettled(condemned)
            else:
                self._at_rest.add(root)
                yield from self._rejoin(move)

    def _leave(self, root: int) -> Iterator[UploadEvent]:
        """End with a campaign that was refused; one that stays in doubt is sent once more as it is, in a later run."""
        self._at_rest.add(root)
        record = self._ledger.campaign(root)
        if not record.split and record.status.to_send and root not in self._sent:
            self._families.discard(root)
            yield from self._line_up_campaign(record)

    def _line_up_part(self, move: Send, *, settling: bool) -> Iterator[UploadEvent]:
        record = move.part if move.part.name == move.name else self._ledger.take_name(move.part.id, move.name)
        place = (self._positions[record.root], record.id)
        job = _Job(record, place, self._ledger.history(record.id), self._clock.monotonic(), part=move)
        self._line_up(job)
        # An earlier request under this name may still be at work, be it for these leads or for another part.
        doubtful = record.status is CampaignStatus.UNKNOWN or may_be_in(move.others or ())
        if settling and doubtful:
            job.not_before += self._options.settle
            yield from _waits(record, self._options.settle, _MAY_BE_AT_WORK)

    def _cut_or_leave_out(self, move: Cut) -> Iterator[UploadEvent]:
        """Cut a campaign or part, unless somebody in it has to be left out first."""
        record = move.record
        body = self._ledger.body(record.id)
        if record.id not in self._checked:
            self._checked.add(record.id)
            if self._leaving_out.leave_out_of(record, body):
                if record.status is CampaignStatus.REFUSED:
                    self._checked.discard(record.id)
                else:  # it may be in, and can't be changed: it is left as it is, for a person to look up
                    self._at_rest.add(record.root)
                return
        name = self._names.free(self._ledger.campaign(record.root).name)
        if len(name) > LONGEST_NAME:
            self._at_rest.add(record.root)
            return
        for part in self._ledger.split(record.id, in_parts(move, body, name)):
            self._names.give(part.name)
        if record.attempts:
            yield CampaignSettled(self._ledger.campaign(record.id))

    def _name_is_taken(self, job: _Job, top: CampaignRecord, note: str) -> Iterator[UploadEvent]:
        """End with a campaign whose own name is taken: it may be in itself, or a part of it."""
        taken = self._family(job.record.root).name_is_taken(top)
        told = job.record.message if job.record.message.endswith(f"({note})") else f"{job.record.message} ({note})"
        yield from self._rejoin(taken, told)
        yield from self._go_on_cutting(job.record.root, settling=False)

    def _rejoin(self, move: Rejoin, message: str = "") -> Iterator[UploadEvent]:
        record = rejoin(self._ledger, move, at=self._clock.now(), message=message)
        self._waiting = [job for job in self._waiting if job.record.id not in move.parts]
        yield CampaignSettled(record, tuple(move.parts))

    def _rejoin_unsettled(self, roots: Iterable[int], *, with_listed: bool = False) -> Iterator[UploadEvent]:
        """Make those campaigns whole again of which nobody knows which part is in, before they are left.

        `with_listed`: only those with somebody who is on a list by now, whom no further part may hold.
        """
        for root in roots:
            for move in self._family(root).unsettled():
                if not with_listed or self._leaving_out.listed_among(move.parts):
                    yield from self._rejoin(move)

    def _may_try_again(self, job: _Job) -> bool:
        job.failures += 1
        return job.failures <= self._options.retries

    def _end(self, cause: StopCause, why: str) -> Iterator[UploadEvent]:
        if not self._stopping:
            self._stopping = True
            yield RunStopping(cause, why)
