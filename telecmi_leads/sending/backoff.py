"""How long to wait before another try: pure arithmetic, chance is handed in.

"Full jitter" (Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog): the pause is drawn
evenly from nothing to a ceiling that doubles with each try, so that clients thrown out together do not
come back together. What the service asks for by Retry-After is never cut.
"""

from __future__ import annotations

import math

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
