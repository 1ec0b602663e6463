"""What the sandbox holds: accounts, campaigns, the log of requests. Safe to use from several threads at once."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

AT_WORK = "at work"


@dataclass(frozen=True, slots=True)
class Received:
    """One request in the sandbox's log.

    `number` counts upload requests from 1 (0 for others); `time` is the POSIX time of its arrival; `status` is
    what was answered (None: nothing was); `message` is the service's verdict, "" where a fault came before it;
    `fault` is the fault it suffered, as text; `stored` says how many leads it put in; `digest` is the SHA-256
    of the whole body but the secret, as hex.
    """

    number: int
    path: str
    time: float
    name: str = ""
    app_id: int | None = None
    leads: int = 0
    digest: str = ""
    status: int | None = None
    message: str = AT_WORK
    fault: str = ""
    stored: int = 0
    seconds: float = 0.0


class Accounts:
    """App ids with a keyed hash of their secret, which is all that is kept of it."""

    def __init__(self, fixed: Mapping[int, str] | None) -> None:
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._open = fixed is None
        self._known = {app_id: self._hash(secret) for app_id, secret in (fixed or {}).items()}

    def _hash(self, secret: str) -> bytes:
        return hashlib.blake2b(secret.encode(), key=self._key).digest()

    def admit(self, app_id: int, secret: str) -> bool:
        """Tell whether the pair is good; an unknown App id becomes an account unless accounts are fixed."""
        with self._lock:
            if self._open:
                self._known.setdefault(app_id, self._hash(secret))
            known = self._known.get(app_id, b"")
            return secrets.compare_digest(known, self._hash(secret))


class Campaigns:
    """The campaigns of all accounts: a name is there whole, or in half where a fault was ordered, or not at all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[tuple[int, str], bytes] = {}

    def add(self, app_id: int, name: str, users: bytes) -> bool:
        """Store a campaign's leads (the JSON array as received); False where the account has the name."""
        with self._lock:
            if (app_id, name) in self._held:
                return False
            self._held[app_id, name] = users
            return True

    def listed(self, app_id: int | None = None) -> dict[str, list[dict[str, Any]]]:
        """Return name → leads as received, in the order of their coming; of one account or of all.

        Where two accounts have a campaign of the same name its leads are joined, so that nothing is hidden.
        """
        with self._lock:
            held = list(self._held.items())
        found: dict[str, list[dict[str, Any]]] = {}
        for (owner, name), users in held:
            if app_id in (None, owner):
                found.setdefault(name, []).extend(msgspec.json.decode(users))
        return found


class Log:
    """The requests, in the order of their coming."""

    def __init__(self, on_request: Callable[[Received], None] | None) -> None:
        self._lock = threading.Lock()
        self._entries: list[Received] = []
        self._began: list[float] = []
        self._uploads = 0
        self._on_request = on_request

    def arrived(self, path: str, *, upload: bool) -> tuple[int, Received]:
        """Open an entry; returns its place in the log, for `done`, and the entry."""
        with self._lock:
            self._uploads += upload
            entry = Received(self._uploads if upload else 0, path, time.time())
            self._entries.append(entry)
            self._began.append(time.monotonic())
            return len(self._entries) - 1, entry

    def done(self, place: int, entry: Received) -> None:
        """Close an entry, and tell whoever listens."""
        with self._lock:
            entry = replace(entry, seconds=time.monotonic() - self._began[place])
            self._entries[place] = entry
        if self._on_request is not None:
            self._on_request(entry)

    def listed(self, path: str | None) -> tuple[Received, ...]:
        """Return the entries for a path, or all."""
        with self._lock:
            return tuple(entry for entry in self._entries if path in (None, entry.path))
