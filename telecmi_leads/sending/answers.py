"""What the service said: status, headers and body of an answer → Outcome. Pure, and never surprised.

The rules, from the vendor's documentation and what is reported of it:

- The body is read whatever the HTTP status. Where it is an object with a code, that code decides, else the
  HTTP status. A code is a number, or text such as "200" and "cmi-200"; never `true`.
- Success is 2xx and an object whose code is 200, nothing less.
- Messages are compared trimmed, in any case, without a trailing "!"; they stand under msg, message or error.

Nothing is documented for other codes. What follows for them was chosen so that nothing is ever claimed:

    429, and 503 with Retry-After   BUSY
    other 5xx                       UNKNOWN_SERVER; a Retry-After with it is kept to as well
    401, 403 in the body            ACCOUNT: every later request will fail too
    413                             REFUSED: too large for this server, or a proxy before it; it says so before
                                    it looks at anything, and smaller campaigns may well pass
    408 without a body's code       UNKNOWN_CONNECTION: a time-out, told by the other side
    another 4xx without a code      MISDIRECTED: a page of a proxy, a firewall or a wrong base URL, not the service
    any other code in the body      UNKNOWN_SERVER: nobody knows what it means
    code 200 without a 2xx          UNKNOWN_SERVER: it contradicts itself
    2xx without a code              UNKNOWN_CONNECTION: an answer that can't be read
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from telecmi_leads.core.campaign import Outcome, OutcomeKind
from telecmi_leads.core.text import clean, safe

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_RETRY_AFTER = 1e9
"""Seconds, some thirty years: so far a wait is told as asked, whatever the number of digits."""

_OK = 200
_TOO_MANY_REQUESTS = 429
_UNAVAILABLE = 503
_BAD_REQUEST = 400
_BY_CODE = {
    _BAD_REQUEST: OutcomeKind.REFUSED,
    404: OutcomeKind.ACCOUNT,
    413: OutcomeKind.REFUSED,
    422: OutcomeKind.REFUSED,
}
_MAY_ASK_FOR_A_PAUSE = frozenset({OutcomeKind.BUSY, OutcomeKind.UNKNOWN_SERVER})
_ACCOUNT_CODES = {401, 403}
_TIMED_OUT = 408
_NAME_EXISTS = "lead name already exists"

_CODE = re.compile(r"(?:cmi-)?([0-9]{1,9})", re.IGNORECASE)
_SECONDS = re.compile(r"[+-]?[0-9]{1,300}(?:\.[0-9]{1,300})?(?:e[0-9]{1,3})?", re.IGNORECASE)
_NO_CODE = "the answer is not the service's"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came. `body` is None where it was longer than the limit or in an unknown encoding.

    `cut` says in our words why the body ended early, "" where it came whole. The headers are text, or None
    where they are missing.
    """

    status: int
    body: bytes | None
    cut: str = ""
    retry_after: str | None = None
    date: str | None = None
    location: str | None = None


def classify(answer: Answer, now: Callable[[], datetime], hide: Callable[[str], str] = str) -> Outcome:
    """Return what an answer means.

    `now` is the wall clock (aware); `hide` takes the secret out of the service's words.
    """
    if answer.status // 100 == 3:  # noqa: PLR2004 - 3xx
        return Outcome(OutcomeKind.MISDIRECTED, answer.status, _redirect(answer, hide))
    said = _said(None if answer.cut else answer.body)
    code = answer.status if said.code is None else said.code
    message = safe(clean(hide(said.text)))
    kind = _kind(answer, said, code)
    if kind in _MAY_ASK_FOR_A_PAUSE:
        return Outcome(kind, code, message or _phrase(code), retry_after_seconds(answer.retry_after, answer.date, now))
    if kind is OutcomeKind.UNKNOWN_CONNECTION:
        return Outcome(kind, code, f"{_phrase(answer.status)}: {answer.cut or _NO_CODE}")
    return Outcome(kind, code, message or _phrase(code))


def _kind(answer: Answer, said: _Said, code: int) -> OutcomeKind:
    if said.code == _OK:
        return OutcomeKind.ACCEPTED if answer.status // 100 == 2 else OutcomeKind.UNKNOWN_SERVER  # noqa: PLR2004 - 2xx
    if code == _TOO_MANY_REQUESTS or (code == _UNAVAILABLE and answer.retry_after is not None):
        return OutcomeKind.BUSY
    if code // 100 == 5:  # noqa: PLR2004 - 5xx
        return OutcomeKind.UNKNOWN_SERVER
    if answer.cut:
        return OutcomeKind.UNKNOWN_CONNECTION  # the rest might have held another code
    if code == _BAD_REQUEST and _compared(said.text) == _NAME_EXISTS:
        return OutcomeKind.NAME_EXISTS
    return _BY_CODE.get(code) or _undocumented(answer.status, said.code)


def _undocumented(status: int, code: int | None) -> OutcomeKind:
    if code is not None:
        return OutcomeKind.ACCOUNT if code in _ACCOUNT_CODES else OutcomeKind.UNKNOWN_SERVER
    misdirected = status // 100 == 4 and status != _TIMED_OUT  # noqa: PLR2004 - 4xx
    return OutcomeKind.MISDIRECTED if misdirected else OutcomeKind.UNKNOWN_CONNECTION


# --- the body -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Said:
    """What a body says: its code, None where it has none, and its text."""

    code: int | None
    text: str


def _said(body: bytes | None) -> _Said:
    try:
        content = msgspec.json.decode((body or b"").removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _Said(None, "")
    if not isinstance(content, dict):
        return _Said(None, "")
    texts = (content.get(key) for key in ("msg", "message", "error"))
    return _Said(_code(content.get("code")), next((text for text in texts if isinstance(text, str) and text), ""))


def _code(value: object) -> int | None:
    if isinstance(value, str):
        match = _CODE.fullmatch(value.strip())
        return int(match[1]) if match else None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _compared(text: str) -> str:
    return clean(text).casefold().rstrip(" !")


def _phrase(code: int) -> str:
    """Return the words for a status that came without any; the standard's, not the server's."""
    try:
        return f"HTTP {code} {HTTPStatus(code).phrase}"
    except ValueError:
        return f"HTTP {code}"


# --- the headers --------------------------------------------------------------------------------


def _redirect(answer: Answer, hide: Callable[[str], str]) -> str:
    try:
        host = urlsplit(answer.location or "").hostname or ""
    except ValueError:
        host = ""
    to = f" to {safe(clean(hide(host)))}" if host else ""
    return f"{_phrase(answer.status)}: a redirect{to}, which is not followed"


def retry_after_seconds(header: str | None, date: str | None, now: Callable[[], datetime]) -> float | None:
    """Return the seconds that Retry-After asks for: a number, or a date (RFC 9110, section 10.2.3).

    A date counts from the answer's own Date, so that a wrong clock here changes nothing, else from `now`.
    What lies in the past is 0; None where nothing is asked or it can't be read.
    """
    text = (header or "").strip()
    if _SECONDS.fullmatch(text):
        return min(max(float(text), 0.0), LONGEST_RETRY_AFTER)
    until = _moment(text)
    if until is None:
        return None
    seconds = (until - (_moment(date or "") or now())).total_seconds()
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER)


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
