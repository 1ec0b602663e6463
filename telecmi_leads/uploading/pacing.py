"""How many requests may be under way, and not before when: for the run as a whole.

One at a time until the first acceptance, so that wrong credentials cost one request; and one at a time after a failure
until the next acceptance, so that a service in trouble is not met by all workers at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from telecmi_leads import backoff
from telecmi_leads.models import OutcomeKind, StopCause
from telecmi_leads.uploading.deciding import MAYBE_APPLIED

if TYPE_CHECKING:
    from telecmi_leads.clock import Clock
    from telecmi_leads.models import Outcome
    from telecmi_leads.options import SendingOptions

FAILURES_IN_A_ROW = 5
"""A run gives up after so many failures without an answer in between, or as many as --retries allows one campaign."""

_FAILED = MAYBE_APPLIED | {OutcomeKind.NOT_SENT}
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
        self._trusted = False
        self._failures = 0
        self._pauses_asked = 0
        self._asked_since: float | None = None
        self._last_trouble = float("-inf")
        self._paused_until = float("-inf")
        self._next_by_rate = float("-inf")

    @property
    def width(self) -> int:
        """How many requests may be under way at a time."""
        return self._options.workers if self._trusted else 1

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
            self._failures = self._pauses_asked = 0
            self._asked_since = None
            self._trusted = self._trusted or outcome.kind is OutcomeKind.ACCEPTED
        elif outcome.kind is OutcomeKind.BUSY:
            return self._asked_to_wait(outcome.retry_after, started)
        elif outcome.kind in _FAILED:
            return self._failed(started)
        return None

    def _failed(self, started: float) -> GivingUp | None:
        now = self._clock.monotonic()
        self._trusted = False
        if started < self._last_trouble:
            return None  # under way together with the failure just counted: one event, not another
        self._last_trouble = now
        self._failures += 1
        self._pause(now, backoff.pause(self._failures, None, self._clock.random()))
        if self._failures < max(FAILURES_IN_A_ROW, self._options.retries + 1):
            return None
        return GivingUp(StopCause.SERVICE_FAILING, f"the last {self._failures} requests failed")

    def _asked_to_wait(self, asked: float | None, started: float) -> GivingUp | None:
        now = self._clock.monotonic()
        self._trusted = False
        if started >= self._last_trouble:
            self._last_trouble = now
            self._pauses_asked += 1
        pause = backoff.pause(self._pauses_asked, asked, self._clock.random())
        self._pause(now, pause)
        self._asked_since = now if self._asked_since is None else self._asked_since
        waited = now - self._asked_since + (asked or pause)
        if waited <= self._options.max_wait:
            return None
        return GivingUp(
            StopCause.MAX_WAIT,
            f"the service asks for a pause of {waited:.0f} s in all, and --max-wait is {self._options.max_wait:.0f} s",
        )

    def _pause(self, now: float, seconds: float) -> None:
        self._paused_until = max(self._paused_until, now + seconds)
