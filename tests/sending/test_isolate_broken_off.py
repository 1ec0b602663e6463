"""Cutting a refused campaign, killed at every step, and with a disk that is full at every write: then gone on with."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from simulated import BAD_PHONE, DUPLICATES, TIMED_OUT, TIMED_OUT_IN, Act, Service, SimulatedClock, ok, plan
from test_uploading_machine import CountingWorkers, Fuse, Killed, MortalClock, MortalLedger

from telecmi_leads.core.clock import StopRequest
from telecmi_leads.core.errors import LedgerError
from telecmi_leads.core.run import LeadTotals
from telecmi_leads.ledger import ToForget
from telecmi_leads.sending import run_loop
from telecmi_leads.sending.run_loop import upload
from telecmi_leads.settings.options import SendingOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

SIZE = 8


@dataclass(frozen=True)
class Scene:
    """What the service does with the n-th request for these numbers, what is so at the end, and who is forgotten."""

    act: Callable[[int, str, list[str]], Act]
    ends: LeadTotals
    held: Callable[[Sequence[str]], list[int]]
    forgets: int | None = None


def _bad(*at: int) -> set[str]:
    return {str(919876500000 + each) for each in at}


def refusing(*at: int, first: Act | None = None) -> Callable[[int, str, list[str]], Act]:
    """Refuse what holds one of these people; the first request fares otherwise, if so said."""

    def act(number: int, _name: str, sent: list[str]) -> Act:
        if number == 1 and first is not None:
            return first
        return BAD_PHONE if _bad(*at) & set(sent) else ok()

    return act


SCENES = {
    "two offenders": Scene(refusing(2, 5), LeadTotals(accepted=6, refused=2), lambda _: [0, 1]),
    "in doubt, and not in": Scene(refusing(3, 4, first=TIMED_OUT), LeadTotals(accepted=6, refused=2), lambda _: [0, 1]),
    "in doubt, and in": Scene(
        lambda number, *_: TIMED_OUT_IN if number == 1 else DUPLICATES if number == 2 else ok(),
        LeadTotals(unverified=SIZE),
        lambda _: [1],
    ),
    "somebody forgotten": Scene(refusing(2, 5), LeadTotals(accepted=5, refused=2), lambda _: [0, 1], forgets=4),
}


@pytest.fixture(params=SCENES)
def scene(request: pytest.FixtureRequest) -> Scene:
    """Return a scene."""
    return SCENES[request.param]


@pytest.fixture(autouse=True)
def counted() -> Iterator[None]:
    """Know how many requests have left."""
    with mock.patch.object(run_loop, "Workers", CountingWorkers):
        yield


def opened(folder: Path) -> MortalLedger:
    """Open a ledger that does not wait for the disk: the process only seems to be killed here."""
    ledger = MortalLedger.open(folder)
    ledger._store.connection.execute("PRAGMA synchronous = OFF")  # noqa: SLF001 - for the sake of speed
    return ledger


def begin(folder: Path, scene: Scene) -> tuple[MortalLedger, Service, list[str]]:
    """Have a campaign refused, which --isolate is about to cut."""
    ledger = opened(folder)
    CountingWorkers.sent = 0
    phones = plan(ledger, 1, size=SIZE)
    service = Service(scene.act)
    send(ledger, service, isolate=False)
    if scene.forgets is not None:
        ledger.forget(ToForget(phone=phones[scene.forgets]), ledger.accounts())
    return ledger, service, phones


def send(ledger: MortalLedger, service: Service, *, isolate: bool, clock: SimulatedClock | None = None) -> None:
    """Upload to the end, or to where it is broken off."""
    options = SendingOptions(isolate=isolate)
    events = upload("run-1", ledger, service.send, options, clock or SimulatedClock(service, ledger), StopRequest())
    try:
        for _ in events:
            pass
    finally:
        events.close()


def check(ledger: MortalLedger, service: Service, phones: list[str], scene: Scene) -> None:
    """Go on, and find the end that the scene has without a break."""
    for _ in range(2):
        send(ledger, service, isolate=True)
    service.advance(service.now + 1000)
    record = ledger.run("run-1")
    assert record is not None
    copies = [service.copies(phone) for phone in phones]
    assert max(copies) == 1, "a lead was uploaded twice"
    assert sorted(set(copies)) == scene.held(phones)
    assert record.rows.balanced()
    assert record.leads.unknown + record.leads.unsent == 0, "a part is never settled"
    if record.leads.unverified == 0 or scene.ends.unverified:
        assert record.leads == scene.ends
        assert sum(copies) == record.leads.accepted + record.leads.unverified


@dataclass
class Attempt:
    """A campaign that was refused, which --isolate cuts; whether it was broken `off`."""

    ledger: MortalLedger
    service: Service
    off: bool = False


@contextmanager
def ended_by(error: type[BaseException], folder: Path, scene: Scene) -> Iterator[Attempt]:
    """Let the block cut a campaign; where the error breaks it off, go on with it and check the end."""
    ledger, service, phones = begin(folder, scene)
    attempt = Attempt(ledger, service)
    try:
        yield attempt
    except error:
        attempt.off = True
        service.wait_for(CountingWorkers.sent - service.answered)
        service.forget_clients()
    finally:
        ledger.close()
    if attempt.off:
        with opened(folder) as again:
            check(again, service, phones, scene)


def test_killed_at_every_step_of_isolation(tmp_path: Path, scene: Scene) -> None:
    """(Row 45) Killed before and after each write and each wait, then resumed: the balance holds, none is unknown."""
    for at in count():
        with ended_by(Killed, tmp_path / str(at), scene) as attempt:
            ledger, service = attempt.ledger, attempt.service
            ledger.fuse = Fuse(at)
            send(ledger, service, isolate=True, clock=MortalClock(service, ledger))
        if not attempt.off:
            break
    assert at >= 15


class FullDisk:
    """A connection whose N-th COMMIT fails for want of space; nothing of its transaction is kept."""

    def __init__(self, connection: sqlite3.Connection, fails_at: int) -> None:
        self._connection = connection
        self.left = fails_at

    def __getattr__(self, name: str) -> Any:
        """Do everything else as it is."""
        return getattr(self._connection, name)

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        """Run a statement."""
        if sql == "COMMIT":
            self.left -= 1
            if self.left == 0:
                full = sqlite3.OperationalError("database or disk is full")
                full.sqlite_errorname = "SQLITE_FULL"
                raise full
        return self._connection.execute(sql, *values)


def test_a_disk_that_is_full_at_every_write_of_isolation(tmp_path: Path, scene: Scene) -> None:
    """(Row 4) Full at each write of --isolate in turn: the run ends there as X8, and goes on when there is space."""
    for at in count(1):
        with ended_by(LedgerError, tmp_path / str(at), scene) as attempt:
            store = attempt.ledger._store  # noqa: SLF001 - the disk below the ledger
            disk = FullDisk(store.connection, at)
            store.connection = disk  # type: ignore[assignment]
            send(attempt.ledger, attempt.service, isolate=True)
        if not attempt.off:
            break
        assert disk.left == 0
    assert at >= 5
