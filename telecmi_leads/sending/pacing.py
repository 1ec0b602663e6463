"""How many requests may be under way, and not before when: for the run as a whole.

One at a time until the first acceptance, so that wrong credentials cost one request; then as many as there are workers.
After a failure, or where the service asks for a pause, one at a time again, and one more with each acceptance: a
service in trouble is not met by all workers at once, and one that limits the rate is not overrun time and again.

The requests go in threads that send, and nothing else: whatever decides or writes stays in the thread of the run.
"""

from __future__ import annotations

import math
import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING

from msgspec import Struct

from telecmi_leads.core.campaign import Outcome, OutcomeKind
from telecmi_leads.core.run import StopCause

if TYPE_CHECKING:
    from collections.abc import Callable

    from telecmi_leads.core.clock import Clock
    from telecmi_leads.settings.options import SendingOptions


FIRST_CEILING = 1.0
"""Seconds the first pause takes at most."""

HIGHEST_CEILING = 60.0
"""Seconds any pause of our own takes at most."""

_DOUBLINGS = math.ceil(math.log2(HIGHEST_CEILING / FIRST_CEILING))


def ceiling(attempt: int) -> float:
    """Return the longest pause, in seconds, before the try that follows failed try `attempt` (counted from 1)."""
    doublings = min(max(attempt, 1) - 1, _DOUBLINGS)
    return min(FIRST_CEILING * 2.0**doublings, HIGHEST_CEILING)


def pause(attempt: int, retry_after: float | None, jitter: float) -> float:
    """Return the seconds to wait after failed try `attempt` (counted from 1).

    `jitter` is a random number from 0 to 1. `retry_after` is what the service asked for, in seconds, or None: the
    pause is never shorter, and longer by the jittered part, or all workers would return at the same instant.
    """
    own = min(max(jitter, 0.0), 1.0) * ceiling(attempt)
    return max(retry_after or 0.0, 0.0) + own


FAILURES_IN_A_ROW = 5
"""A run gives up after so many requests that came to nothing with no answer in between, or as many as --retries allows
one campaign."""

_CAME_TO_NOTHING = frozenset(kind for kind in OutcomeKind if kind.maybe_applied or kind is OutcomeKind.NOT_SENT) - {
    OutcomeKind.MISDIRECTED
}
_ANSWERED = frozenset({OutcomeKind.ACCEPTED, OutcomeKind.NAME_EXISTS, OutcomeKind.REFUSED})


class GivingUp(Struct, frozen=True):
    """Why the service is left alone."""

    cause: StopCause
    why: str


class Pacing:
    """The run's valve. Times are seconds of the monotonic clock."""

    def __init__(self, options: SendingOptions, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._proven = False
        self._width = 1
        self._in_a_row = 0
        self._last_trouble = float("-inf")
        self._paused_until = float("-inf")
        self._next_by_rate = float("-inf")

    @property
    def width(self) -> int:
        """How many requests may be under way at a time."""
        return self._width

    @property
    def open_at(self) -> float:
        """Not before when the next request may start."""
        return max(self._paused_until, self._next_by_rate)

    def started(self) -> None:
        """Take note that a request has started."""
        if self._options.rate is not None:
            # From the later of the two, so that time in which nothing was sent does not add up to a burst.
            self._next_by_rate = max(self._next_by_rate, self._clock.monotonic()) + 1 / self._options.rate

    def heard(self, outcome: Outcome, started: float) -> GivingUp | None:
        """Take note of an outcome of a request that started then; return why to give up, or None."""
        if outcome.kind in _ANSWERED:
            self._in_a_row = 0
            if outcome.kind is OutcomeKind.ACCEPTED:
                self._widen()
        elif outcome.kind in _CAME_TO_NOTHING:
            return self._came_to_nothing(outcome, started)
        return None

    def _widen(self) -> None:
        workers = self._options.workers
        # The first acceptance proves the credentials and opens all workers at once. After trouble it is one more at a
        # time.
        self._width = min(self._width + 1, workers) if self._proven else workers
        self._proven = True

    def _came_to_nothing(self, outcome: Outcome, started: float) -> GivingUp | None:
        now = self._clock.monotonic()
        self._width = 1
        another = started >= self._last_trouble  # else under way together with the one just counted: the same event
        if another:
            self._last_trouble = now
            self._in_a_row += 1
        # Answers of one moment are one failure, or four workers would count a short outage as four. What the service
        # asks for is kept to all the same: the longest wish of that moment wins.
        if another or outcome.retry_after is not None:
            seconds = pause(self._in_a_row, outcome.retry_after, self._clock.random())
            self._paused_until = max(self._paused_until, now + seconds)
        return self._giving_up(outcome, another=another)

    def _giving_up(self, outcome: Outcome, *, another: bool) -> GivingUp | None:
        asked, at_most = outcome.retry_after or 0.0, self._options.max_wait
        if asked > at_most:
            return GivingUp(
                StopCause.MAX_WAIT, f"the service asks for a pause of {asked:,.0f} s; --max-wait is {at_most:,.0f} s"
            )
        if another and self._in_a_row >= max(FAILURES_IN_A_ROW, self._options.retries + 1):
            why = f"the last {self._in_a_row} requests came to nothing ({outcome.message})"
            return GivingUp(StopCause.SERVICE_FAILING, why)
        return None


# --- the threads --------------------------------------------------------------------------------


class Sent(Struct, frozen=True):
    """What came of a campaign's request; `error` is a bug in the sending, for no outcome raises."""

    campaign: int
    outcome: Outcome | None
    error: BaseException | None = None


class Workers:
    """Sends requests in threads of its own, made when needed; outcomes arrive in the mailbox.

    The threads are daemons: a second Ctrl-C must not wait for a request's deadline, as a thread pool would at exit.
    """

    def __init__(self, send: Callable[[bytes], Outcome], mailbox: SimpleQueue[Sent | None]) -> None:
        self._send = send
        self._mailbox = mailbox
        self._requests: SimpleQueue[tuple[int, bytes] | None] = SimpleQueue()
        self._threads = 0

    def send(self, campaign: int, body: bytes, under_way: int) -> None:
        """Send a request, as one of so many under way.

        Where no further thread can be started those that run have to do; where none runs, the request is not sent.
        """
        if self._threads < under_way and not self._one_more() and not self._threads:
            self._mailbox.put(Sent(campaign, Outcome(OutcomeKind.NOT_SENT, message="no thread could be started")))
            return
        self._requests.put((campaign, body))

    def _one_more(self) -> bool:
        thread = threading.Thread(target=self._work, name=f"sender-{self._threads + 1}", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the system has no memory or no number left for one
            return False
        self._threads += 1
        return True

    def close(self) -> None:
        """Let each thread end after the request it is at; does not wait for them."""
        for _ in range(self._threads):
            self._requests.put(None)

    def _work(self) -> None:
        while (request := self._requests.get()) is not None:
            campaign, body = request
            try:
                self._mailbox.put(Sent(campaign, self._send(body)))
            except BaseException as error:  # noqa: BLE001 - raised again where the run can see it
                self._mailbox.put(Sent(campaign, None, error))
