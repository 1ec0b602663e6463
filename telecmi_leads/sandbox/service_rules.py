"""The contract of v3/leads/add and v2/balance, as the service would check a request.

Source: openapi.yaml and the vendor's documentation. Written apart from the client's code on purpose: a
mistake made there must not be made here as well. What is not documented was chosen: a body that is not
JSON, a wrong type, an unknown key and a malformed email are "Parameter missing"; anything wrong with a
phone's text is "Invalid phone number".
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

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


@dataclass(frozen=True, slots=True)
class Verdict:
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


@dataclass(frozen=True, slots=True, repr=False)
class Upload:
    """A request of the right shape. `users` are the JSON bytes of the array, as received."""

    name: str
    app_id: int
    secret: str
    users: bytes
    phones: tuple[str, ...]

    @property
    def duplicates(self) -> bool:
        """Tell whether a phone stands in the request twice."""
        return len(set(self.phones)) < len(self.phones)


@dataclass(frozen=True, slots=True)
class Glimpse:
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
