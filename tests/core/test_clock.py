from __future__ import annotations

import os
import signal
import threading
import time
from itertools import islice
from queue import SimpleQueue

from telecmi_leads.core.clock import Clock, StopRequest, waits
from telecmi_leads.core.run import StopCause


def test_the_clock() -> None:
    """The wall clock knows its zone, the other one only grows, and chance is from 0 up to 1 and differs."""
    clock = Clock()
    assert clock.now().tzinfo is not None
    assert clock.monotonic() <= clock.monotonic()
    drawn = {clock.random() for _ in range(100)}
    assert len(drawn) > 90
    assert all(0 <= each < 1 for each in drawn)


def test_idling() -> None:
    """Idling ends with what comes, or when its time is over; a pause of less than nothing is none."""
    clock = Clock()
    mailbox: SimpleQueue[str] = SimpleQueue()
    before = time.monotonic()
    assert clock.idle(mailbox, 0.05) is None
    assert time.monotonic() - before >= 0.04
    assert clock.idle(mailbox, -1) is None
    mailbox.put("letter")
    assert clock.idle(mailbox, None) == "letter"
    threading.Timer(0.05, mailbox.put, ["later"]).start()
    assert clock.idle(mailbox, 1e300) == "later"


def test_a_long_wait_is_many_short_ones() -> None:
    """The waits for a time add up to it, none is longer than allowed, and a time without end has no last one."""
    assert list(waits(0.625, 0.25)) == [0.25, 0.25, 0.125]
    assert [list(waits(seconds, 0.25)) for seconds in (0.25, 0.0, -1.0)] == [[0.25], [0.0], [0.0]]
    for endless in (None, 1e300):
        assert list(islice(waits(endless, 0.25), 1000)) == [0.25] * 1000


def test_stopping() -> None:
    """The first request has its cause, the second one means at once, and each wakes whoever idles."""
    stop = StopRequest()
    woken: list[int] = []
    stop.wake(lambda: woken.append(1))
    assert (stop.cause, stop.at_once) == (None, False)
    stop.request(StopCause.TERMINATED)
    assert (stop.cause, stop.at_once, woken) == (StopCause.TERMINATED, False, [1])
    stop.request(StopCause.INTERRUPTED)
    assert (stop.cause, stop.at_once, woken) == (StopCause.TERMINATED, True, [1, 1])


def test_a_signal_wakes_whoever_idles() -> None:
    """A signal's handler may ask to stop while the very same thread idles, without waiting for any lock."""
    stop = StopRequest()
    mailbox: SimpleQueue[None] = SimpleQueue()
    stop.wake(lambda: mailbox.put(None))
    before = signal.signal(signal.SIGUSR1, lambda *_: stop.request(StopCause.INTERRUPTED))
    try:
        for _ in range(200):
            threading.Timer(0.0005, os.kill, [os.getpid(), signal.SIGUSR1]).start()
            started = time.monotonic()
            Clock().idle(mailbox, 5)
            assert time.monotonic() - started < 4
    finally:
        time.sleep(0.05)
        signal.signal(signal.SIGUSR1, before)
