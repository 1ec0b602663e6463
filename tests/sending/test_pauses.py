"""Pauses grow, are bounded, and are never shorter than what the service asked for (faults row 18)."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecmi_leads.core.campaign import Outcome, OutcomeKind
from telecmi_leads.core.clock import Clock
from telecmi_leads.core.run import StopCause
from telecmi_leads.sending.pacing import HIGHEST_CEILING, Pacing, ceiling, pause
from telecmi_leads.settings.options import SendingOptions

ATTEMPTS = st.integers(-5, 10**6)
JITTERS = st.floats(0, 1)


def test_ceilings() -> None:
    """The longest pause doubles from a second to a minute and stays there, however many tries there were."""
    assert [ceiling(attempt) for attempt in (1, 2, 3, 4, 5, 6, 7, 8, 10**9)] == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert [ceiling(attempt) for attempt in (0, -1)] == [1, 1]


def test_full_jitter() -> None:
    """Without Retry-After the pause is the jittered share of the ceiling; chance outside of 0 to 1 is clamped."""
    assert [pause(3, None, jitter) for jitter in (0, 0.25, 1, -1, 7)] == [0, 1, 4, 0, 4]


def test_retry_after_is_a_minimum() -> None:
    """Retry-After is waited for in full, with the jitter on top; nothing or less adds nothing."""
    assert [pause(1, asked, 0.5) for asked in (5, 0.25, 1e9, 0, -1, None)] == [5.5, 0.75, 1e9 + 0.5, 0.5, 0.5, 0.5]


@given(ATTEMPTS, st.none() | st.floats(-1e9, 1e9), JITTERS)
def test_bounds(attempt: int, asked: float | None, jitter: float) -> None:
    """A pause is at least what was asked for, and at most the ceiling more."""
    least = max(asked or 0, 0)
    assert least <= pause(attempt, asked, jitter) <= least + HIGHEST_CEILING


@given(st.integers(1, 50), JITTERS)
def test_grows(attempt: int, jitter: float) -> None:
    """A later try never waits less at the same throw of the dice."""
    assert pause(attempt, None, jitter) <= pause(attempt + 1, None, jitter)


@dataclass
class Valve:
    """A valve with a clock that stands where it is put; chance is a half."""

    options: SendingOptions = field(default_factory=SendingOptions)
    now: float = 100.0

    def __post_init__(self) -> None:
        self.pacing = Pacing(self.options, Clock(monotonic=lambda: self.now, random=lambda: 0.5))


LOST = Outcome(OutcomeKind.UNKNOWN_CONNECTION, message="lost")


def test_requests_of_one_burst_are_one_failure() -> None:
    """What was under way when the line broke makes the pause no longer; what started after it does."""
    valve = Valve()
    valve.pacing.heard(LOST, started=90.0)
    assert valve.pacing.open_at == 100.5
    valve.now = 100.2
    valve.pacing.heard(LOST, started=91.0)
    assert valve.pacing.open_at == 100.5
    valve.pacing.heard(LOST, started=100.1)
    assert valve.pacing.open_at == pytest.approx(101.2)


@pytest.mark.parametrize(("asked", "open_at"), [(10.0, 110.7), (0.0, 100.7), (0.1, 100.8)])
def test_a_pause_asked_for_within_a_burst_is_kept_to(asked: float, open_at: float) -> None:
    """A Retry-After counts although the failure it comes with was counted already, be it 0."""
    valve = Valve()
    valve.pacing.heard(LOST, started=90.0)
    valve.now = 100.2
    valve.pacing.heard(Outcome(OutcomeKind.BUSY, 429, retry_after=asked), started=91.0)
    assert valve.pacing.open_at == pytest.approx(open_at)


def test_a_shorter_pause_does_not_cut_a_longer_one() -> None:
    """Of several pauses the longest holds."""
    valve = Valve()
    valve.pacing.heard(Outcome(OutcomeKind.BUSY, 429, retry_after=60.0), started=90.0)
    valve.pacing.heard(Outcome(OutcomeKind.BUSY, 429, retry_after=5.0), started=91.0)
    assert valve.pacing.open_at == 160.5


@pytest.mark.parametrize("kind", [kind for kind in OutcomeKind if kind.maybe_applied] + [OutcomeKind.NOT_SENT])
def test_what_came_to_nothing_is_counted(kind: OutcomeKind) -> None:
    """Each outcome that is no answer of the service counts towards giving up, but those that end the run at once."""
    valve = Valve(SendingOptions(retries=0))
    ends = []
    for started in range(101, 106):
        valve.now = float(started)
        ends.append(valve.pacing.heard(Outcome(kind, message="so"), started=valve.now))
    if kind is OutcomeKind.MISDIRECTED:
        assert ends == [None] * 5
        return
    assert ends[:4] == [None] * 4
    assert ends[4] is not None
    assert (ends[4].cause, ends[4].why) == (StopCause.SERVICE_FAILING, "the last 5 requests came to nothing (so)")


@pytest.mark.parametrize(
    ("kind", "width"),
    [(OutcomeKind.ACCEPTED, 2), (OutcomeKind.REFUSED, 1), (OutcomeKind.NAME_EXISTS, 1), (OutcomeKind.ACCOUNT, 1)],
)
def test_an_answer_ends_the_row_and_an_acceptance_widens(kind: OutcomeKind, width: int) -> None:
    """Each acceptance lets one more go at a time; any answer of the service ends the row of failures."""
    valve = Valve(SendingOptions(workers=4, retries=0))
    valve.pacing.heard(Outcome(OutcomeKind.ACCEPTED), started=100.0)
    assert valve.pacing.width == 4
    for started in range(101, 105):
        valve.now = float(started)
        valve.pacing.heard(LOST, started=valve.now)
    assert valve.pacing.width == 1
    valve.pacing.heard(Outcome(kind), started=valve.now)
    assert valve.pacing.width == width
    failed = valve.pacing.heard(LOST, started=valve.now)
    assert (failed is None) is (kind is not OutcomeKind.ACCOUNT)


def test_past_max_wait_the_run_gives_up() -> None:
    """A pause of just --max-wait is kept to; one longer ends the run."""
    valve = Valve(SendingOptions(max_wait=30.0))
    assert valve.pacing.heard(Outcome(OutcomeKind.BUSY, retry_after=30.0), started=100.0) is None
    ended = valve.pacing.heard(Outcome(OutcomeKind.BUSY, retry_after=30.5), started=90.0)
    assert ended is not None
    assert ended.cause is StopCause.MAX_WAIT
