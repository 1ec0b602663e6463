"""What the service would do with a request, apart from sockets: check it, judge it, store it, log it.

The contract of v3/leads/add and v2/balance is openapi.yaml and the vendor's documentation. It is written here apart
from the client's code on purpose: a mistake made there must not be made here as well. What is not documented was
chosen: a body that is not JSON, a wrong type, an unknown key and a malformed email are "Parameter missing"; anything
wrong with a phone's text is "Invalid phone number".
"""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
import time
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from telecmi_leads.sandbox.faults import FaultBook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

UPLOAD_PATH = "/v3/leads/add"
BALANCE_PATH = "/v2/balance"

# --- the contract -------------------------------------------------------------------------------

MAX_USERS = 1000
PHONE = re.compile(r"[1-9][0-9]{4,14}", re.ASCII)

Text = Annotated[str, Meta(min_length=1)]
Email = Annotated[str, Meta(pattern=r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$")]


class _Upload(msgspec.Struct, forbid_unknown_fields=True):
    lead_name: Text
    inet_no: Annotated[int, Meta(ge=1)]
    secret: Text
    users: msgspec.Raw


class _User(msgspec.Struct, forbid_unknown_fields=True):
    firstname: Text
    lastname: Text
    phone: Any  # its faults have a message of their own
    email: Email | UnsetType = UNSET
    comment: str | UnsetType = UNSET
    address: str | UnsetType = UNSET
    city: str | UnsetType = UNSET
    country: str | UnsetType = UNSET
    order_index: int | UnsetType = UNSET


class _BalanceQuery(msgspec.Struct):
    appid: Annotated[int, Meta(ge=1)]
    secret: Text


_Users = Annotated[list[_User], Meta(min_length=1, max_length=MAX_USERS)]
_upload = msgspec.json.Decoder(_Upload)
_users = msgspec.json.Decoder(_Users)
_balance = msgspec.json.Decoder(_BalanceQuery)
_peek = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Verdict(Struct, frozen=True):
    """An answer of the service: the documented status and message."""

    status: int
    message: str


ADDED = Verdict(200, "Leads Added Successfully")
NAME_EXISTS = Verdict(400, "Lead Name Already Exists")
DUPLICATES = Verdict(400, "Duplicate phone numbers found")
NO_ACCOUNT = Verdict(404, "Account Not Found")
MISSING = Verdict(422, "Parameter missing")
BAD_PHONE = Verdict(422, "Invalid phone number")
BROKEN = Verdict(500, "Internal Server Error")


class Refused(Exception):
    """A request that does not hold to the contract: a verdict that ends its reading, not an error of ours."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.message)
        self.verdict = verdict


class Upload(Struct, frozen=True):
    """A request of the right shape. `users` are the JSON bytes of the array, as received."""

    name: str
    app_id: int
    secret: str
    users: bytes
    phones: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Upload({self.name!r}, {len(self.phones)} leads)"

    @property
    def duplicates(self) -> bool:
        """Tell whether a phone stands in the request twice."""
        return len(set(self.phones)) < len(self.phones)


class Glimpse(Struct, frozen=True):
    """What the log says of a request, whatever its shape. `digest` is the SHA-256 of all of it but the secret."""

    name: str
    app_id: int | None
    digest: str


def read_upload(body: bytes, content_type: str) -> Upload:
    """Read a request for v3/leads/add; raises Refused with 422 where it breaks the contract."""
    if not _is_json(content_type):
        raise Refused(MISSING)
    try:
        upload = _upload.decode(body)
        raw = bytes(upload.users)
        users = _users.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Refused(MISSING) from None
    phones = tuple(user.phone for user in users)
    if not all(isinstance(phone, str) and PHONE.fullmatch(phone) for phone in phones):
        raise Refused(BAD_PHONE)
    return Upload(upload.lead_name, upload.inet_no, upload.secret, raw, phones)


def read_balance_query(body: bytes, content_type: str) -> tuple[int, str]:
    """Read a request for v2/balance: App id and secret; raises Refused with 422."""
    if not _is_json(content_type):
        raise Refused(MISSING)
    try:
        query = _balance.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Refused(MISSING) from None
    return query.appid, query.secret


def glimpse(body: bytes) -> Glimpse:
    """Read what the log shows of a body; what can't be read is left empty."""
    try:
        fields = _peek.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Glimpse("", None, "")
    name, app_id = (_plain(fields.get(key)) for key in ("lead_name", "inet_no"))
    digest = hashlib.sha256()
    for key, value in fields.items():
        if key != "secret":
            # With the lengths: else two bodies whose members divide the same bytes otherwise would have one digest.
            digest.update(b"%d %s %d " % (len(key), key.encode(), len(bytes(value))))
            digest.update(value)
    return Glimpse(
        name if isinstance(name, str) else "",
        app_id if isinstance(app_id, int) and not isinstance(app_id, bool) else None,
        digest.hexdigest(),
    )


def _plain(value: msgspec.Raw | None) -> object:
    try:
        return msgspec.json.decode(value) if value is not None else None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _is_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == "application/json"


# --- the service --------------------------------------------------------------------------------

AT_WORK = "at work"


class Received(Struct, frozen=True):
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
                # The first secret an App id comes with is its own: so a rehearsal needs no set-up, and a second one is
                # refused.
                self._known.setdefault(app_id, self._hash(secret))
            known = self._known.get(app_id, b"")
            return secrets.compare_digest(known, self._hash(secret))


class Campaigns:
    """The campaigns of all accounts: a name is there whole, or in half where a fault was ordered, or not at all."""

    def __init__(self, same_name: Callable[[str], str]) -> None:
        self._lock = threading.Lock()
        self._same_name = same_name
        self._held: dict[tuple[int, str], bytes] = {}
        self._compared: set[tuple[int, str]] = set()

    def add(self, app_id: int, name: str, users: bytes) -> bool:
        """Store a campaign's leads (the JSON array as received); False where the account has the name."""
        # Look and store under one lock, as the service must: two requests of one name never both go in.
        compared = app_id, self._same_name(name)
        with self._lock:
            if compared in self._compared:
                return False
            self._compared.add(compared)
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
            # Outside the lock: the listener may ask the log.
            self._on_request(entry)

    def listed(self, path: str | None) -> tuple[Received, ...]:
        """Return the entries for a path, or all."""
        with self._lock:
            return tuple(entry for entry in self._entries if path in (None, entry.path))


class Stored(Struct, frozen=True):
    """What came of a request: the verdict, and how many leads it put in."""

    verdict: Verdict
    leads: int


class Service:
    """The stand-in's memory and judgement. `latency` is in seconds; `in_body` chooses the form of business errors.

    `same_name` returns what of a campaign's name is compared.
    """

    def __init__(
        self,
        *,
        latency: float,
        in_body: bool,
        accounts: Mapping[int, str] | None,
        on_request: Callable[[Received], None] | None,
        same_name: Callable[[str], str],
    ) -> None:
        self.latency = latency
        self.in_body = in_body
        self.accounts = Accounts(accounts)
        self.campaigns = Campaigns(same_name)
        self.faults = FaultBook()
        self.log = Log(on_request)

    def judge(self, body: bytes, content_type: str) -> tuple[Verdict, Upload | None]:
        """Check a request up to the point where its name counts: shape, phones, credentials, duplicates."""
        try:
            upload = read_upload(body, content_type)
        except Refused as refused:
            return refused.verdict, None
        # After the shape and before the name: what an unknown account sends must not tell which names are taken.
        if not self.accounts.admit(upload.app_id, upload.secret):
            return NO_ACCOUNT, upload
        return (DUPLICATES if upload.duplicates else ADDED), upload

    def store(self, verdict: Verdict, upload: Upload | None, *, half: bool = False) -> Stored:
        """Store what `judge` let pass; the name decides here, under the lock."""
        if upload is None or verdict != ADDED:
            return Stored(verdict, 0)
        users, count = upload.users, len(upload.phones)
        if half:
            first = msgspec.json.decode(users, type=list[msgspec.Raw])[: max(count // 2, 1)]
            users, count = msgspec.json.encode(first), len(first)
        if self.campaigns.add(upload.app_id, upload.name, users):
            return Stored(verdict, count)
        return Stored(NAME_EXISTS, 0)

    def balance(self, body: bytes, content_type: str) -> tuple[Verdict, dict[str, object]]:
        """Answer v2/balance: the verdict and the JSON object."""
        try:
            app_id, secret = read_balance_query(body, content_type)
        except Refused as refused:
            verdict = refused.verdict
        else:
            if self.accounts.admit(app_id, secret):
                return ADDED, {"code": 200, "expire": "2099-12-31", "sms": 0, "balance": 1000}
            verdict = NO_ACCOUNT
        return verdict, {"code": verdict.status, "msg": verdict.message}
