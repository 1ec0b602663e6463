"""A plain stand-in for the service whose answers are written down beforehand, campaign by campaign.

It shares nothing with the program or its sandbox: what it is sent it keeps as it came, what it says the test says.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rawserver import OK, Connection, answer

if TYPE_CHECKING:
    from collections.abc import Callable

EXISTS = b'{"code":400,"msg":"Lead Name Already Exists"}'
DUPLICATES = b'{"code":400,"msg":"Duplicate phone numbers found"}'
BAD_PHONE = b'{"code":422,"msg":"Invalid phone number"}'
NO_ACCOUNT = b'{"code":404,"msg":"Account Not Found (invalid app id or secret)"}'
FAILED = answer(b'{"code":500,"msg":"Internal Server Error"}', "500 Internal Server Error")


@dataclass(frozen=True)
class Say:
    """One answer: whether the campaign is taken in before it, and the bytes, or what to do on the connection."""

    what: bytes | Callable[[Connection], None]
    commits: bool = False


@dataclass(frozen=True)
class Came:
    """One request: when it came by the monotonic clock, its campaign's name, its body as it was sent."""

    time: float
    name: str
    body: bytes


@dataclass
class Script:
    """What each campaign's tries are answered with, in turn; else what `judge` says, else as the service would.

    The behaviour of a RawServer. `judge` is given the name and the numbers; `held` has the numbers of each
    campaign that was taken in.
    """

    of_name: dict[str, list[Say]] = field(default_factory=dict)
    judge: Callable[[str, list[str]], Say | None] = lambda _name, _phones: None
    came: list[Came] = field(default_factory=list)
    held: dict[str, list[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, connection: Connection) -> None:
        """Serve a kept-alive connection."""
        while request := connection.read_request():
            say = self._answer_to(request.partition(b"\r\n\r\n")[2])
            if callable(say.what):
                say.what(connection)
                return
            connection.send(say.what)

    def _answer_to(self, sent: bytes) -> Say:
        body: dict[str, Any] = json.loads(sent)
        name, phones = body["lead_name"], [lead["phone"] for lead in body["users"]]
        with self._lock:
            tried = self.names.count(name)
            self.came.append(Came(time.monotonic(), name, sent))
            says = self.of_name.get(name, [])
            say = says[tried] if tried < len(says) else self.judge(name, phones)
            if say is None:
                say = Say(answer(EXISTS if name in self.held else OK), commits=True)
            if say.commits:
                self.held.setdefault(name, phones)
        return say

    @property
    def names(self) -> list[str]:
        """The requests' names in the order of their coming."""
        return [each.name for each in self.came]
