"""Threads that send, and nothing else: whatever decides or writes stays in the thread of the run."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING

from telecmi_leads.core.campaign import Outcome, OutcomeKind

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Sent:
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
