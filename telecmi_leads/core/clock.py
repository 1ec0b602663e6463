"""Time, chance and the wish to stop, handed to whatever needs them.

Pauses and deadlines use the monotonic clock alone, so that a wall clock set a day back or forward, or a
change to summer time, disturbs none of them; the wall clock is for what a person reads.
"""

from __future__ import annotations

import math
import os
import sys
import time
from contextlib import suppress
from datetime import datetime
from queue import Empty
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from queue import SimpleQueue

    from telecmi_leads.core.run import StopCause

_Item = TypeVar("_Item")
_NEARLY_AT_ONCE = 0.003  # seconds
_LONGEST_WAIT = 0.2 if sys.platform == "win32" else 3600.0
"""Seconds of one wait: the system's timers take no more than some months, and Windows shows no Ctrl-C during one."""


def local_now() -> datetime:
    """Return the time of day with its zone."""
    return datetime.now().astimezone()


def chance() -> float:
    """Return a random number from 0 up to 1. It spreads pauses and hides nothing."""
    return int.from_bytes(os.urandom(6), "big") / 2**48


def waits(seconds: float | None, longest: float) -> Iterator[float]:
    """Split a time into waits of at most `longest` seconds each, at least one wait; None is a time without end."""
    left = math.inf if seconds is None else max(seconds, 0.0)
    while left > longest:
        yield longest
        left -= longest
    yield left


class Clock:
    """What a part of the program may know of time and chance.

    `now` is the wall clock (aware), `monotonic` counts seconds from anywhere, `random` gives 0 up to 1.
    """

    def __init__(
        self,
        now: Callable[[], datetime] = local_now,
        monotonic: Callable[[], float] = time.monotonic,
        random: Callable[[], float] = chance,
    ) -> None:
        self.now = now
        self.monotonic = monotonic
        self.random = random

    def idle(self, mailbox: SimpleQueue[_Item], seconds: float | None) -> _Item | None:
        """Wait for the mailbox, at most so many seconds (None: for ever); return what came, or None."""
        for wait in waits(seconds, _LONGEST_WAIT):
            with suppress(Empty):
                return mailbox.get(timeout=wait)
        return None

    def soon(self, mailbox: SimpleQueue[_Item]) -> _Item | None:
        """Return what comes into the mailbox at once or nearly so, as answers to requests that left together do."""
        return self.idle(mailbox, _NEARLY_AT_ONCE)


class StopRequest:
    """The wish to stop: the first request ends a run after the requests in flight, a second one at once.

    It may come from a signal handler or another thread. Nothing here takes a lock, since a handler that waits for
    a lock which the interrupted code holds would wait for ever; SimpleQueue.put is documented to be safe there.
    """

    def __init__(self) -> None:
        self._causes: list[StopCause] = []
        self._wakers: list[Callable[[], None]] = []

    def request(self, cause: StopCause) -> None:
        """Ask to stop, because of a Ctrl-C (INTERRUPTED) or a signal to end (TERMINATED)."""
        self._causes.append(cause)
        for waken in self._wakers:
            waken()

    @property
    def cause(self) -> StopCause | None:
        """The first request's cause; None as long as nobody has asked."""
        return self._causes[0] if self._causes else None

    @property
    def at_once(self) -> bool:
        """Tell whether somebody has asked twice."""
        return len(self._causes) > 1

    def wake(self, waken: Callable[[], None]) -> None:
        """Have this called at each request, so that whoever idles looks up; it must be safe in a signal handler."""
        self._wakers.append(waken)
