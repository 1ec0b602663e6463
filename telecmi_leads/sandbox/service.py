"""What the service would do with a request, apart from sockets: judge it, store it, log it."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

from telecmi_leads.sandbox import service_rules
from telecmi_leads.sandbox.faults import FaultBook

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


UPLOAD_PATH = "/v3/leads/add"
BALANCE_PATH = "/v2/balance"


@dataclass(frozen=True, slots=True)
class Stored:
    """What came of a request: the verdict, and how many leads it put in."""

    verdict: service_rules.Verdict
    leads: int


class Service:
    """The stand-in's memory and judgement. `latency` is in seconds; `in_body` chooses the form of business errors."""

    def __init__(
        self,
        *,
        latency: float,
        in_body: bool,
        accounts: Mapping[int, str] | None,
        on_request: Callable[[Received], None] | None,
    ) -> None:
        self.latency = latency
        self.in_body = in_body
        self.accounts = Accounts(accounts)
        self.campaigns = Campaigns()
        self.faults = FaultBook()
        self.log = Log(on_request)

    def judge(self, body: bytes, content_type: str) -> tuple[service_rules.Verdict, service_rules.Upload | None]:
        """Check a request up to the point where its name counts: shape, phones, credentials, duplicates."""
        try:
            upload = service_rules.read_upload(body, content_type)
        except service_rules.Refused as refused:
            return refused.verdict, None
        if not self.accounts.admit(upload.app_id, upload.secret):
            return service_rules.NO_ACCOUNT, upload
        return (service_rules.DUPLICATES if upload.duplicates else service_rules.ADDED), upload

    def store(
        self, verdict: service_rules.Verdict, upload: service_rules.Upload | None, *, half: bool = False
    ) -> Stored:
        """Store what `judge` let pass; the name decides here, under the lock."""
        if upload is None or verdict != service_rules.ADDED:
            return Stored(verdict, 0)
        users, count = upload.users, len(upload.phones)
        if half:
            first = msgspec.json.decode(users, type=list[msgspec.Raw])[: max(count // 2, 1)]
            users, count = msgspec.json.encode(first), len(first)
        if self.campaigns.add(upload.app_id, upload.name, users):
            return Stored(verdict, count)
        return Stored(service_rules.NAME_EXISTS, 0)

    def balance(self, body: bytes, content_type: str) -> tuple[service_rules.Verdict, dict[str, object]]:
        """Answer v2/balance: the verdict and the JSON object."""
        try:
            app_id, secret = service_rules.read_balance_query(body, content_type)
        except service_rules.Refused as refused:
            verdict = refused.verdict
        else:
            if self.accounts.admit(app_id, secret):
                return service_rules.ADDED, {"code": 200, "expire": "2099-12-31", "sms": 0, "balance": 1000}
            verdict = service_rules.NO_ACCOUNT
        return verdict, {"code": verdict.status, "msg": verdict.message}
