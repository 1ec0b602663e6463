"""A service and a clock that live in simulated time, for tests of the upload.

Requests really run in the upload's threads, but each is held at a gate until the simulated clock has come to the moment
of its answer, so that every interleaving is the same each time it is run.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

import msgspec
from a_run import new_run, plan_figures
from ledger_store import in_flight
from msgspec import Struct
from msgspec.structs import replace

from telecmi_leads.core.campaign import Outcome, OutcomeKind, StagedCampaign, encode_leads, freeze
from telecmi_leads.core.clock import Clock
from telecmi_leads.core.lead import Lead, RowTotals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from telecmi_leads.ledger import Ledger

ACCOUNT = "1234567@example.com"
AT_WORK_AFTER_THE_CLIENT = 20.0
"""Seconds that the service may still work on a request whose client has gone: less than `settle`, which is for this."""

_PATIENCE = 100.0
"""Seconds of real time after which a test gives a thread up: on a loaded machine a thread may get no turn for many."""

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Act(Struct, frozen=True):
    """What the service does with one request: when it commits (None: never), when the client hears, and what.

    Times are seconds since the request came. Without an `answer` the client hears what the service has found: accepted,
    or name exists. A commit that comes after the answer does not look at the names again: the service looked when the
    request came, which is why a second request must not overlap the first.
    """

    takes: float = 0.2
    commits: float | None = 0.1
    answer: Outcome | None = None


def ok(takes: float = 0.2) -> Act:
    """Commit, and say so."""
    return Act(takes, takes / 2)


def fails(kind: OutcomeKind, *, commits: float | None = None, takes: float = 0.2, **more: Any) -> Act:
    """Answer so, having committed or not."""
    return Act(takes, commits, Outcome(kind, **more))


TIMED_OUT = fails(OutcomeKind.UNKNOWN_CONNECTION, takes=60.0, message="no answer within 60 s")
TIMED_OUT_IN = replace(TIMED_OUT, commits=1.0)
TIMED_OUT_LATE = replace(TIMED_OUT, commits=80.0)
SERVER_ERROR = fails(OutcomeKind.UNKNOWN_SERVER, code=500, message="Internal Server Error")
SERVER_ERROR_IN = replace(SERVER_ERROR, commits=0.1)
NOT_SENT = fails(OutcomeKind.NOT_SENT, message="connection refused")
NO_CERTIFICATE = fails(OutcomeKind.NOT_SENT, message="certificate has expired", retryable=False)
BUSY = fails(OutcomeKind.BUSY, code=429, message="slow down", retry_after=10.0)
REDIRECTED_IN = fails(OutcomeKind.MISDIRECTED, commits=0.1, code=403, message="Forbidden")
NO_ACCOUNT = fails(OutcomeKind.ACCOUNT, code=404, message="Account Not Found")
REDIRECTED = fails(OutcomeKind.MISDIRECTED, code=302, message="redirected to https://example.com/")
BUSY_IN = replace(BUSY, commits=0.1)
ABORTED = fails(OutcomeKind.REFUSED_OTHERWISE, code=400, message="Request aborted")
ABORTED_IN = replace(ABORTED, commits=0.1)
BAD_PHONE = fails(OutcomeKind.REFUSED, code=422, message="Invalid phone number")
DUPLICATES = fails(OutcomeKind.REFUSED, code=400, message="Duplicate phone numbers found")
EXISTS = Outcome(OutcomeKind.NAME_EXISTS, 400, "Lead Name Already Exists")
ADDED = Outcome(OutcomeKind.ACCEPTED, 200, "Leads Added Successfully")


@dataclass
class _Request:
    body: bytes
    name: str
    phones: list[str]
    came: float
    number: int = 0
    act: Act = field(default_factory=Act)
    taken: bool = False
    gate: threading.Event = field(default_factory=threading.Event)
    outcome: Outcome | None = None
    committed: bool = False


class Service:
    """Holds campaigns by name; `act` is asked what to do with each request: (number from 1, name, phones) → Act."""

    def __init__(self, act: Callable[[int, str, list[str]], Act] | Sequence[Act] = ()) -> None:
        self._act = act if callable(act) else _in_turn(act)
        self._lock = threading.Condition()
        self.now = 0.0
        self.held: dict[str, list[list[str]]] = {}
        self.came: list[tuple[float, str]] = []
        self.bodies: list[bytes] = []
        self.most_at_once = 0
        self.answered = 0
        self._open: list[_Request] = []
        self._late: list[_Request] = []

    def send(self, body: bytes) -> Outcome:
        """Take a request, in any thread; return when simulated time has come to its answer."""
        content = msgspec.json.decode(body)
        name, phones = content["lead_name"], [user["phone"] for user in content["users"]]
        request = _Request(body, name, phones, self.now)
        with self._lock:
            self._open.append(request)
            self._lock.notify_all()
        request.gate.wait()
        if request.outcome is None:
            raise AssertionError("the gate was opened without an outcome")
        return request.outcome

    def copies(self, phone: str) -> int:
        """Return how often a lead was taken in."""
        return sum(phones.count(phone) for copies in self.held.values() for phones in copies)

    def wait_for(self, under_way: int) -> None:
        """Wait, in real time, until so many requests stand at the gate; those that came together count by name."""
        with self._lock:
            arrived = self._lock.wait_for(lambda: len(self._open) >= under_way, timeout=_PATIENCE)
        assert arrived, "a request did not come"
        self.most_at_once = max(self.most_at_once, len(self._open))
        for request in sorted((each for each in self._open if not each.number), key=lambda each: each.name):
            request.number = len(self.came) + 1
            self.came.append((request.came, request.name))
            self.bodies.append(request.body)
            request.taken = request.name in self.held
            request.act = self._act(request.number, request.name, request.phones)

    def next_answer(self) -> float | None:
        """Return when the next answer is due."""
        return min((request.came + request.act.takes for request in self._open), default=None)

    def advance(self, to: float) -> None:
        """Let time pass; everything that is due by then happens in its order."""
        due = [
            (request.came + request.act.commits, request)
            for request in [*self._open, *self._late]
            if request.act.commits is not None and not request.committed
        ]
        for at, request in sorted(due, key=lambda each: (each[0], each[1].number)):
            if at <= to:
                self._commit(request)
        self.now = max(self.now, to)
        self._late = [request for request in self._late if not request.committed]

    def answer(self) -> None:
        """Let the request whose answer is due first have it."""
        request = min(self._open, key=lambda each: (each.came + each.act.takes, each.name))
        request.outcome = request.act.answer or (EXISTS if request.taken else ADDED)
        self._leave(request)

    def forget_clients(self) -> None:
        """Have all clients die: what they sent is still worked on for a while, and nobody hears of it."""
        for request in list(self._open):
            request.outcome = Outcome(OutcomeKind.INTERRUPTED)
            if request.act.commits is not None:
                latest = self.now - request.came + AT_WORK_AFTER_THE_CLIENT
                request.act = replace(request.act, commits=min(request.act.commits, latest))
            self._leave(request)

    def _leave(self, request: _Request) -> None:
        with self._lock:
            self._open.remove(request)
        self._late.append(request)
        self.answered += 1
        request.gate.set()

    def _commit(self, request: _Request) -> None:
        request.committed = True
        if not request.taken:
            self.held.setdefault(request.name, []).append(request.phones)
            for other in (each for each in self._open if each is not request):
                overlaps = other.act.answer is not None and other.act.takes < (other.act.commits or 0.0)
                other.taken = other.taken or (other.name == request.name and not overlaps)


def _in_turn(acts: Sequence[Act]) -> Callable[[int, str, list[str]], Act]:
    return lambda number, _name, _phones: acts[number - 1] if number <= len(acts) else ok()


class SimulatedClock(Clock):
    """A clock that moves only while the upload idles, by what the service and the pauses take."""

    def __init__(self, service: Service, ledger: Ledger, now: Callable[[], datetime] | None = None) -> None:
        super().__init__(
            now=now or (lambda: START + timedelta(seconds=service.now)),
            monotonic=lambda: service.now,
            random=lambda: 0.5,
        )
        self.service = service
        self.ledger = ledger

    def idle(self, mailbox: SimpleQueue[Any], seconds: float | None) -> Any:
        """Let simulated time pass up to the next answer, `seconds` at the most."""
        try:
            return mailbox.get_nowait()
        except Empty:
            pass
        self.service.wait_for(len(in_flight(self.ledger)))  # how many are under way, surely
        answer = self.service.next_answer()
        if answer is None or (seconds is not None and self.service.now + seconds < answer):
            assert seconds is not None, "the upload waits for ever"
            self.service.advance(self.service.now + max(seconds, 0.0))
            return None
        self.service.advance(answer)
        self.service.answer()
        while (sent := mailbox.get(timeout=_PATIENCE)) is None:  # somebody has asked to stop meanwhile
            pass
        return sent

    def soon(self, mailbox: SimpleQueue[Any]) -> Any:
        """Return what has come; no time passes."""
        return None if mailbox.empty() else mailbox.get_nowait()


def plan(  # noqa: PLR0913 - a run's measures
    ledger: Ledger,
    campaigns: int,
    *,
    size: int = 2,
    run: str = "run-1",
    name: str = "March",
    account: str = ACCOUNT,
    first_phone: int = 919876500000,
) -> list[str]:
    """Plan a run of numbered campaigns of `size` leads; return its phones in order."""
    ledger.begin_run(new_run(id=run, account=account, name=name, created=START))
    phones = [str(first_phone + index) for index in range(campaigns * size)]
    ledger.stage(
        run,
        [
            staged(f"{name}-{number + 1:03d}", number + 1, phones[number * size : (number + 1) * size])
            for number in range(campaigns)
        ],
        [],
    )
    ledger.finish_plan(run, plan_figures(RowTotals(read=len(phones), leads=len(phones))))
    return phones


def staged(name: str, number: int, phones: Iterable[str], group: str = "") -> StagedCampaign:
    """Freeze a campaign with these phones."""
    leads = [Lead("Asha", "Rao", phone) for phone in phones]
    users = encode_leads(leads)
    return StagedCampaign(number, group, name, len(leads), freeze(name, 1234567, users))
