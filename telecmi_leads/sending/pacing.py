"""How many requests may be under way, and not before when: for the run as a whole.

One at a time until the first acceptance, so that wrong credentials cost one request; then as many as there are workers.
After a failure, or where the service asks for a pause, one at a time again, and one more with each acceptance: a
service in trouble is not met by all workers at once, and one that limits the rate is not overrun time and again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telecmi_leads.core.campaign import OutcomeKind
from telecmi_leads.core.events import StopCause

if TYPE_CHECKING:
    from telecmi_leads.core.campaign import Outcome
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


@dataclass(frozen=True, slots=True)
class GivingUp:
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
        self._width = min(self._width + 1, workers) if self._proven else workers
        self._proven = True

    def _came_to_nothing(self, outcome: Outcome, started: float) -> GivingUp | None:
        now = self._clock.monotonic()
        self._width = 1
        another = started >= self._last_trouble  # else under way together with the one just counted: the same event
        if another:
            self._last_trouble = now
            self._in_a_row += 1
        if another or outcome.retry_after is not None:
            seconds = pause(self._in_a_row, outcome.retry_after, self._clock.random())
            self._paused_until = max(self._paused_until, now + seconds)
        return self._giving_up(outcome, another=another)

    def _giving_up(self, outcome: Outcome, *, another: bool) -> GivingUp | None:
        asked, at_most = outcome.retry_after or 0.0, self._options.max_wait
        if asked > at_most:
            return GivingUp(StopCause.MAX_WAIT, f"{asked:,.0f} s, and --max-wait is {at_most:,.0f} s")
        if another and self._in_a_row >= max(FAILURES_IN_A_ROW, self._options.retries + 1):
            why = f"the last {self._in_a_row} requests came to nothing ({outcome.message})"
            return GivingUp(StopCause.SERVICE_FAILING, why)
        return None
