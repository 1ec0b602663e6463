"""Faults to order: what goes wrong, at which stage of a request, for which requests, how often.

As text: `KIND[=VALUE][@WHERE]`; what stands behind the last @ is WHERE.

    latency=SECONDS     the request is handled that much later, and answered
    500, 502, 504       an error (502, 503, 504 as a web page, as proxies send them)
    429, 503[=TEXT]     the same with TEXT as Retry-After: 5, -1, a date, anything
    drop, close, hang   the connection is reset, closed, or left open without an answer
    late=SECONDS        no answer; the request is carried out that much later
    late-drop=SECONDS   reset at once; the request is carried out that much later
    404                 "Account Not Found"
    400[=PHONES]        "Duplicate phone numbers found", where one of the phones (7,8,9) is in the request
    422[=PHONES]        "Invalid phone number", likewise
    301=URL … 308=URL   a redirect
    answer=STATUS BODY  this status with this body, whatever it is: answer=200 {"code":true}
    html, empty, list, null, truncated, text-code, short-length, long-length
                        status 200 with a body that proves nothing, or a Content-Length that lies

A fault strikes `-before` the leads are stored (nothing is), `-after`, or `-halfway` (half of the leads
are in): `500-after`, `drop-halfway`. Without it errors strike before, and answers with status 200 after.
So a refusal or a redirect may be ordered of leads that are in: `400-after`, `302-after=URL`.

WHERE is `2`, `1-3`, `3-` (the number of the upload request, counted from 1), `*` (each one; so it is
without WHERE), `balance` (requests to v2/balance), or else a campaign's name; `name:NAME` is always a
name. `NAME*2` strikes the first two times only.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection  # noqa: TC003 - part of a public signature
from enum import StrEnum
from http import HTTPStatus

from msgspec import Struct


class Stage(StrEnum):
    """When a fault strikes, as seen from the storing of the leads."""

    BEFORE = "before"
    HALFWAY = "halfway"
    AFTER = "after"


_WITH_SECONDS = {"latency", "late", "late-drop"}
_WITH_PHONES = {"400", "422"}
_WITH_TEXT = {"429", "503"}
_REDIRECTS = {"301", "302", "303", "307", "308"}
_SILENT = {"drop", "close", "hang"}
_BODIES = {"html", "empty", "list", "null", "truncated", "text-code", "short-length", "long-length"}
_PLAIN = {"500", "502", "504", "404"} | _SILENT | _BODIES
KINDS = tuple(sorted(_WITH_SECONDS | _WITH_PHONES | _WITH_TEXT | _REDIRECTS | _PLAIN | {"answer"}))
"""Every kind of fault, by its name in the text form."""

_STAGED = {"500", "502", "503", "504", "429", "404", "400", "422", "answer"} | _SILENT | _BODIES | _REDIRECTS
_STAGE_GOES_WITHOUT_SAYING = {"404", "400", "422"} | _REDIRECTS
_ANSWER = re.compile(r"([1-9][0-9]{2})(?: (.*))?", re.DOTALL)
_NUMBERS = re.compile(r"([0-9]+)(-?)([0-9]*)")


class Fault(Struct, frozen=True):
    """One fault to order; `parse_fault` makes it from text and checks it.

    It strikes upload requests `first` to `last` (counted from 1; `last` None: no end), those for the
    campaign `name` where that is set, requests to v2/balance instead where `balance` is set; at most `times` times.
    """

    kind: str
    value: str = ""
    stage: Stage = Stage.BEFORE
    first: int = 1
    last: int | None = None
    name: str | None = None
    balance: bool = False
    times: int | None = None

    @property
    def seconds(self) -> float:
        """Return the value of `latency`, `late` and `late-drop`."""
        return float(self.value)

    @property
    def answer(self) -> tuple[int, str]:
        """Return status and body of `answer`."""
        match = _ANSWER.fullmatch(self.value)
        if match is None:
            raise ValueError(_HELP["answer"])
        return int(match[1]), match[2] or ""

    def matches(self, *, number: int, name: str, phones: Collection[str], balance: bool) -> bool:
        """Tell whether a request is one that this fault is meant for."""
        if balance or self.balance:
            return balance and self.balance
        if self.name is not None and self.name != name:
            return False
        if self.kind in _WITH_PHONES and self.value and not set(self.value.split(",")) & set(phones):
            return False
        return self.first <= number and (self.last is None or number <= self.last)

    def __str__(self) -> str:
        unsaid = self.kind in _STAGE_GOES_WITHOUT_SAYING and self.stage is Stage.BEFORE
        stage = f"-{self.stage}" if self.kind in _STAGED and not unsaid else ""
        value = f"={self.value}" if self.value else ""
        return f"{self.kind}{stage}{value}@{self._where()}"

    def _where(self) -> str:
        times = f"*{self.times}" if self.times is not None else ""
        if self.balance:
            return f"balance{times}"
        if self.name is not None:
            return f"name:{self.name}{times}"
        if self.last is not None:
            return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
        return f"{self.first}-" if self.first > 1 else "*"


_HELP = {
    "seconds": "give a number of seconds, such as late=30",
    "phones": "give phones as digits, separated by commas",
    "url": "give an address, such as 302=http://127.0.0.1:8080/",
    "answer": "give a status and a body, such as answer=200 null",
}


def parse_fault(text: str) -> Fault:
    """Read the text form of a fault; raises ValueError with a sentence that says what to write."""
    what, at, where = text.strip().rpartition("@")
    if not at:
        what, where = where, "*"
    name, equals, value = what.partition("=")
    kind, stage = _kind_and_stage(name.strip().lower())
    _check_value(kind, value, given=bool(equals))
    first, last, campaign, balance, times = _parse_where(where)
    fault = Fault(kind, value, Stage.BEFORE, first, last, campaign, balance, times)
    if stage is None:
        # An answer that looks like success is about leads that are in, unless it says otherwise.
        good = kind in _BODIES or (kind == "answer" and fault.answer[0] < HTTPStatus.MULTIPLE_CHOICES)
        stage = Stage.AFTER if good else Stage.BEFORE
    return Fault(kind, value, stage, first, last, campaign, balance, times)


def _kind_and_stage(name: str) -> tuple[str, Stage | None]:
    if name in KINDS:
        return name, None
    kind, _, stage = name.rpartition("-")
    if kind in _STAGED and stage in set(Stage):
        return kind, Stage(stage)
    if kind in KINDS and stage in set(Stage):
        raise ValueError(f"{kind} has no stages: leave -{stage} out")
    raise ValueError(f"give one of {', '.join(KINDS)}, such as 500-after@2")


def _check_value(kind: str, value: str, *, given: bool) -> None:
    if kind in _WITH_SECONDS and not re.fullmatch(r"[0-9]+(\.[0-9]+)?", value):
        raise ValueError(_HELP["seconds"])
    if kind in _WITH_PHONES and given and not re.fullmatch(r"[0-9]+(,[0-9]+)*", value):
        raise ValueError(_HELP["phones"])
    if (kind in _REDIRECTS or kind in _WITH_TEXT) and (not value.isascii() or not (value.isprintable())):
        raise ValueError("a header holds printable ASCII characters only")
    if kind in _REDIRECTS and not value:
        raise ValueError(_HELP["url"])
    if kind == "answer" and not _ANSWER.fullmatch(value):
        raise ValueError(_HELP["answer"])
    if kind in _PLAIN and given:
        raise ValueError(f"{kind} takes no value")


def _parse_where(where: str) -> tuple[int, int | None, str | None, bool, int | None]:
    where = where.strip()
    if where in {"*", ""}:
        return 1, None, None, False, None
    if (match := _NUMBERS.fullmatch(where)) is not None:
        first = int(match[1])
        last = int(match[3]) if match[3] else (None if match[2] else first)
        if first < 1 or (last is not None and last < first):
            raise ValueError("requests are counted from 1, such as @2, @1-3 or @3-")
        return first, last, None, False, None
    name, star, times = where.rpartition("*")
    if not (star and times.isascii() and times.isdigit()):
        name, times = where, ""
    count = int(times) if times else None
    if name == "balance":
        return 1, None, None, True, count
    return 1, None, name.removeprefix("name:"), False, count


class FaultBook:
    """The faults on order. Safe to use from several threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._struck: list[int] = []

    def order(self, fault: Fault) -> None:
        """Add a fault; those ordered earlier go first."""
        with self._lock:
            self._faults.append(fault)
            self._struck.append(0)

    def take(self, *, number: int, name: str, phones: Collection[str], balance: bool) -> tuple[float, Fault | None]:
        """Return the latency in seconds and the fault, if any, that a request is to suffer; both count as struck."""
        latency, struck = 0.0, None
        with self._lock:
            for index, fault in enumerate(self._faults):
                slow = fault.kind == "latency"
                # Latency adds up; of the other faults a request suffers only the first that fits.
                spent = fault.times is not None and self._struck[index] >= fault.times
                if spent or (struck is not None and not slow):
                    continue
                if not fault.matches(number=number, name=name, phones=phones, balance=balance):
                    continue
                self._struck[index] += 1
                latency += fault.seconds if slow else 0.0
                struck = struck if slow else fault
        return latency, struck
