"""Pauses grow, are bounded, and are never shorter than what the service asked for (faults row 18)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from telecmi_leads.sending.pacing import HIGHEST_CEILING, ceiling, pause

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
