"""Ctrl-C, SIGTERM and SIGHUP: before anything is sent they end the program, afterwards they ask the run to stop."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from telecmi_leads.core.run import StopCause

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType
    from typing import TextIO

    from telecmi_leads.core.clock import StopRequest

_CAUSES = {"SIGINT": StopCause.INTERRUPTED, "SIGTERM": StopCause.TERMINATED, "SIGHUP": StopCause.TERMINATED}


class Stopped(BaseException):
    """A signal came where nothing is in flight; no `except Exception` on the way may keep it."""

    def __init__(self, cause: StopCause) -> None:
        super().__init__(cause)
        self.cause = cause


class Signals:
    """Turns signals into Stopped, or into requests to a StopRequest while one is listening."""

    def __init__(self) -> None:
        self._listening: StopRequest | None = None
        self._spares = False
        self._asked = False
        self.spared: StopCause | None = None

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Handle the signals until the context ends. Windows has no SIGHUP, and a process may be told to ignore it."""
        before = {}
        for name, cause in _CAUSES.items():
            number = getattr(signal, name, None)
            # nohup has SIGHUP ignored on purpose: taking it back would end a run that was meant to outlive its
            # terminal.
            # Only the main thread may handle signals.
            if threading.current_thread() is not threading.main_thread():
                continue
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, self._handler(cause))
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def to(self, stop: StopRequest) -> Iterator[None]:
        """Hand the signals to a running upload: the first lets what is in flight end, a second ends at once.

        When the upload has ended by itself, one signal spares what tells of its end, and stands in `spared`.
        """
        self._listening = stop
        self.spare_no_more()
        try:
            yield
        finally:
            self._spares = stop.cause is None
            self._listening = None

    def spare_no_more(self) -> None:
        """Have the next signal stop the program again: something new begins."""
        self._spares, self.spared = False, None

    def _handler(self, cause: StopCause) -> Callable[[int, FrameType | None], None]:
        def handle(_number: int, _frame: FrameType | None) -> None:
            if self._asked:
                for stream in (sys.stdout, sys.stderr):
                    _give_up_if_stuck(stream)
            self._asked = True
            # Nothing is in flight: an exception ends what prepares leads at once. While requests are out only a flag is
            # set, and the run loop stops where the ledger knows of every one of them.
            if self._listening is not None:
                self._listening.request(cause)
            elif self._spares:
                self._spares, self.spared = False, cause
            else:
                raise Stopped(cause)

        return handle


def _give_up_if_stuck(stream: TextIO) -> None:
    """Lead a stream nowhere that takes no more: a paused pager, a reader that hangs.

    A write that waits for it begins anew after a signal (PEP 475), and would hold the program however often it is told
    to end. Windows can't ask a pipe, and ends a waiting write itself.
    """
    import select  # of no use to a start

    with suppress(OSError, ValueError, AttributeError):  # closed, missing, or no file of the system's
        number = stream.fileno()
        if not select.select([], [number], [], 0)[1]:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, number)
            os.close(nowhere)
