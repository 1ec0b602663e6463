"""One run at a time per account and ledger.

The lock is the operating system's and dies with its process, so no lock is ever stale. Who holds it stands in a file
beside, for people only: nothing is decided by it.
"""

from __future__ import annotations

import hashlib
import os
import socket
from contextlib import contextmanager, suppress
from datetime import datetime
from queue import SimpleQueue
from typing import TYPE_CHECKING

import msgspec
from filelock import FileLock, Timeout

from telecmi_leads.core import private
from telecmi_leads.core.errors import FULL, LedgerError, LockHeld, Remedy
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import moment
from telecmi_leads.ledger.store import ANOTHER_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from telecmi_leads.core.clock import Clock

_BETWEEN_LOOKS = 0.2
"""Seconds between two looks at a lock that somebody else holds."""
_LOOKS_AT_HOLDER = 2


class _Holder(msgspec.Struct, frozen=True):
    """Who holds the lock; `since` is a local time in ISO format."""

    pid: int
    host: str
    since: str
    command: str


@contextmanager
def hold(folder: Path, account_key: str, wait_seconds: float, *, clock: Clock, command: str) -> Iterator[None]:
    """Hold an account's lock in a state folder, which is made where it is missing.

    Waits up to `wait_seconds` for a holder to end. `command` tells others what is at work, and holds no secret. Raises
    LockHeld, which says who holds it, and LedgerError where the folder can't be used.
    """
    # Hashed: an account's name holds @ and perhaps a colon, which not every file system takes.
    path = folder / f"account-{hashlib.sha256(account_key.encode()).hexdigest()[:16]}.lock"
    about = path.with_suffix(".json")
    lock = FileLock(path, mode=private.FILE_MODE)
    deadline = clock.monotonic() + wait_seconds
    nothing: SimpleQueue[None] = SimpleQueue()
    try:
        _prepare(folder, path)
        while not _taken(lock):
            left = deadline - clock.monotonic()
            if left <= 0:
                for _ in range(_LOOKS_AT_HOLDER):  # who has just taken the lock is about to say who it is
                    if not about.exists():
                        clock.idle(nothing, _BETWEEN_LOOKS)
                raise _held_by(about)
            clock.idle(nothing, min(_BETWEEN_LOOKS, left))
        _tell(about, clock, command)
    except OSError as error:
        lock.release()
        hint = "Make the state folder writable for this user, or set TELECMI_STATE_DIR to another one."
        raise LedgerError(
            f"The lock {safe(str(path))} can't be used: {error.strerror or error}",
            hint=f"{hint} {ANOTHER_FOLDER}",
            remedy=Remedy("Free some space") if error.errno in FULL else None,
        ) from error
    try:
        yield
    finally:
        with suppress(OSError):  # it tells nobody anything once the lock is free
            about.unlink(missing_ok=True)
        lock.release()


def _prepare(folder: Path, path: Path) -> None:
    private.make_folder(folder)
    for each, is_folder in ((folder, True), (path, False)):
        if is_folder or each.is_symlink() or each.exists():
            why = private.objection(each, folder=is_folder)
            if why is not None:
                raise LedgerError(
                    f"{safe(str(each))} {why}",
                    hint=f"Set TELECMI_STATE_DIR to a folder of your own that nobody else can write. {ANOTHER_FOLDER}",
                )


def _taken(lock: FileLock) -> bool:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    return True


def _tell(about: Path, clock: Clock, command: str) -> None:
    holder = _Holder(os.getpid(), socket.gethostname(), clock.now().isoformat(sep=" ", timespec="seconds"), command)
    private.write(about, msgspec.json.encode(holder))


def _local(since: str) -> str:
    """Return a time as the user's clock shows it; as it stands where it is none."""
    try:
        return moment(datetime.fromisoformat(since))
    except (ValueError, OverflowError, OSError):
        return since


def _held_by(about: Path) -> LockHeld:
    says = "Another run of this account is at work"
    with suppress(OSError, msgspec.MsgspecError):  # it may be about to be written, or never have been
        holder = msgspec.json.decode(about.read_bytes(), type=_Holder)
        says += (
            f" since {safe(_local(holder.since))}: process {holder.pid} on {safe(holder.host)}, {safe(holder.command)}"
        )
    return LockHeld(says, hint="Wait until it has ended; --lock-wait 10m waits so long for it.")
