"""What the service said: status, headers and body of an answer → Outcome. Pure, and never surprised.

The rules, from the vendor's documentation and what is reported of it:

- The body is read whatever the HTTP status. Where it is an object with a code, that code decides, else the
  HTTP status. A code is a number, or text such as "200" and "cmi-200"; never `true`.
- Success is 2xx and an object whose code is 200, nothing less.
- Messages are compared trimmed, in any case, without a trailing "!"; they stand under msg, message or error.

- Only these codes with the documented words refuse: 400 "Duplicate phone numbers found", 422 "Parameter missing" and
  "Invalid phone number", 404 "Account Not Found". Proxies and gateways invent 400s of their own.
- Any words that say that the name exists or is taken count as "Lead Name Already Exists".

No other answer proves anything: the request may have been applied before somebody on the way answered so.

    429, and 503 with Retry-After   BUSY
    3xx, 401, 403, 405, 407, 404    MISDIRECTED where 404 is not the service's: every later request would be answered so
    400, 422 with a code            REFUSED_OTHERWISE: a refusal in words that nobody has documented; 413 in any form,
    in the body                     since smaller campaigns may well pass
    all else                        UNKNOWN_SERVER: another 4xx or 5xx, a page, nothing, JSON that was cut or is not the
                                    service's, code 200 without a 2xx; a Retry-After with it is kept to
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from telecmi_leads.core.campaign import Outcome, OutcomeKind
from telecmi_leads.core.text import clean, safe

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_RETRY_AFTER = 1e9
"""Seconds, some thirty years: up to here a wait is shown as the service asks for it, whatever the number of digits."""

SUCCESS = range(200, 300)
_REDIRECTS = range(300, 400)
_OF_THE_SERVER = range(500, 600)
_OK = 200
_NOT_FOUND = 404
_TOO_LARGE = 413
_TOO_MANY_REQUESTS = 429
_UNAVAILABLE = 503
_DOCUMENTED_REFUSALS = ("duplicate phone numbers found", "parameter missing", "invalid phone number")
_REFUSING = frozenset({400, 422})
_CONFLICT = 409
_ACCOUNT = re.compile(r"\b(?:account|app ?id|secret)\b")
_LEADS_ELSEWHERE = frozenset({401, 403, _NOT_FOUND, 405, 407})
"""Answers of whoever stands before the service, or of another: they don't depend on the campaign."""

_MAY_ASK_FOR_A_PAUSE = frozenset({OutcomeKind.BUSY, OutcomeKind.UNKNOWN_SERVER})

_DOCUMENTED_TAKEN = "lead name already exist"
_OWN_NAME = "\x1a"  # stands for the campaign's name in the service's words, which hold no control characters
_OTHER_NAMES = re.compile(
    r"\b(?:first|last|middle|full|sur|user|file|column|field|company|customer|contact)[ _]?names?\b"
)
_NAME = rf"(?:\b(?:(?:lead|campaign|list)[ _]?name|campaign|list|name)\b|{_OWN_NAME})"
_BETWEEN = (
    rf"(?:[\s\"'`:{_OWN_NAME}]|\b(?:names?|named|called|of|by|with|the|this|that|same|such|is|was|has|have|been|already|you"
    r"|also|chosen|given|entered|provided|specified|requested)\b)*?"
)
_IN_USE = (
    r"\b(?:exists?|taken|in use|occupied|be(?:en|ing) used|already used|used (?:already|before)"
    r"|already (?:been )?(?:present|registered|created|assigned|reserved))\b"
)
_TAKEN = re.compile(rf"{_NAME}{_BETWEEN}{_IN_USE}|\balready (?:have |has )?(?:a|another) (?:campaign|list)\b")
_EXISTS = re.compile(r"(?:(?:it|this) )?already (?:exists?|taken)")
_MUST_DIFFER = re.compile(
    r"\bduplicated? (?:(?:lead|campaign|list)[ _]?)?name\b|\bduplicated? campaign\b"
    r"|\bname(?: is| was)?(?: a)? duplicated?\b|\b(?:duplicate|unique|dup)\b.{0,80}\blead_?name"
    rf"|\bname (?:{_OWN_NAME}\W? )?(?:is |was )?(?:not unique|unavailable)\b|\bname conflict\b"
    r"|name (?:is (?:not|no longer)|isn[o']?t) available\b|name (?:must|should|has to|needs to) (?:be unique|differ)\b"
    r"|\bunique (?:lead |campaign )?name\b"
)
"""Other ways to say that a name is in use."""

_CLAUSE = re.compile(r"[.:;,!?\n]|\b(?:because|since|but|as)\b")
_DENIED = re.compile(r"n[o']t\b|\b(?:not?|none|cannot|if|whether|unless)\b")
_OF_A_LEAD = re.compile(r"\b(?:phones?|numbers?|mobiles?|contacts?|e-?mails?|users?|persons?)\b")
"""Words that speak of somebody in the campaign: that a number exists already says nothing about the campaign's name."""

_CODE = re.compile(r"(?:cmi-)?([0-9]{1,9})", re.IGNORECASE)
_SECONDS = re.compile(r"[+-]?[0-9]{1,300}(?:\.[0-9]{1,300})?(?:e[0-9]{1,3})?", re.IGNORECASE)
_NO_CODE = "the answer is not the service's"
_LONGEST_COMPARED = 500
"""Characters of the service's words that are looked at. The documented ones have less than 60."""
_LONGEST_TOLD = 4_000
"""Characters of them that are shown at most: all of them are searched for the secret under every escape, which takes
long for more, and what cleaning takes out may be most of them."""
_LARGEST_CODE = 99_999
"""A larger number is no code: it may be a phone number, or a secret of digits, that the answer repeats."""


class Answer(Struct, frozen=True):
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


def classify(
    answer: Answer, now: Callable[[], datetime], hide: Callable[[str], str], lead_name: str | None = None
) -> Outcome:
    """Return what an answer means.

    `now` is the wall clock (aware); `hide` takes the secret out of the service's words; `lead_name` is the name in the
    request, which the answer may repeat: what it says is no word of the service.
    """
    # Before the body is read: whoever redirects is not the service, whatever JSON comes with it.
    if answer.status in _REDIRECTS:
        return Outcome(OutcomeKind.MISDIRECTED, answer.status, _redirect(answer, hide))
    # A body that ended early is not read, though it may be JSON as far as it goes: nobody knows what is missing.
    said = _said(None if answer.cut else answer.body)
    code = answer.status if said.code is None else said.code
    # The secret is hidden first: cleaning may change a character of it, and then nothing finds it any more.
    message = safe(clean(hide(said.text[:_LONGEST_TOLD])))
    kind = _kind(answer, said, code, _compared(lead_name or ""))
    wordless = said.code is None and not message
    # A 5xx has words of its own. Any other status without a code means that somebody else answers (a login page, a
    # proxy), and the user has to hear that before they look for a fault in their leads.
    if kind is OutcomeKind.UNKNOWN_SERVER and wordless and answer.status not in _OF_THE_SERVER:
        message = f"{_phrase(answer.status)}: {answer.cut or _NO_CODE}"
    if kind in _MAY_ASK_FOR_A_PAUSE:
        return Outcome(kind, code, message or _phrase(code), retry_after_seconds(answer.retry_after, answer.date, now))
    return Outcome(kind, code, message or _phrase(code))


def _kind(answer: Answer, said: _Said, code: int, name: str) -> OutcomeKind:
    if said.code == _OK:
        return OutcomeKind.ACCEPTED if answer.status in SUCCESS else OutcomeKind.UNKNOWN_SERVER
    # Neither proves that the request was not applied. Both say when to come again, so that --settle is not waited for.
    if code == _TOO_MANY_REQUESTS or (code == _UNAVAILABLE and answer.retry_after is not None):
        return OutcomeKind.BUSY
    if answer.cut:
        return OutcomeKind.UNKNOWN_SERVER  # the rest might have held another code
    # A gateway checks the length of a request, so that 413 needs no code in a body. It says nothing of the leads.
    if code == _TOO_LARGE:
        return OutcomeKind.REFUSED_OTHERWISE
    documented = None if said.code is None else _documented(said.code, _compared(said.text), name)
    if documented is not None:
        return documented
    return OutcomeKind.MISDIRECTED if code in _LEADS_ELSEWHERE else OutcomeKind.UNKNOWN_SERVER


def _documented(code: int, words: str, name: str) -> OutcomeKind | None:
    """Return what a code in the body means with these words; None where it has no meaning that is documented.

    `name` is the campaign's.
    """
    if code == _NOT_FOUND:
        return OutcomeKind.ACCOUNT if _ACCOUNT.search(words) else None
    # Before the refusals: a taken name comes as a 400 or 422 too, and refusing such a campaign could lose or double it.
    if code in {*_REFUSING, _CONFLICT} and _says_taken(words, name):
        return OutcomeKind.NAME_EXISTS
    if code not in _REFUSING:
        return None
    return OutcomeKind.REFUSED if words.startswith(_DOCUMENTED_REFUSALS) else OutcomeKind.REFUSED_OTHERWISE


def _says_taken(words: str, name: str) -> bool:
    """Tell whether words say that a campaign's name is in use; what the campaign itself is called says nothing.

    "The name does not exist", "this number already exists" and "quota already used" hold the same words.
    """
    if words.startswith(_DOCUMENTED_TAKEN) or _EXISTS.fullmatch(words):
        return True
    if name:
        words = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", _OWN_NAME, words)
    words = _OTHER_NAMES.sub("", words)
    if _MUST_DIFFER.search(words) and not _OF_A_LEAD.search(words):
        return True
    for taken in _TAKEN.finditer(words):
        *_, clause = _CLAUSE.split(words[: taken.start()])
        if not _DENIED.search(clause) and not _OF_A_LEAD.search(clause):
            return True
    return False


# --- the body -----------------------------------------------------------------------------------


class _Said(Struct, frozen=True):
    """What a body says: its code, None where it has none, and its text."""

    code: int | None
    text: str


def _said(body: bytes | None) -> _Said:
    try:
        # Some servers put a byte-order mark before JSON, which RFC 8259 lets a reader pass over.
        content = msgspec.json.decode((body or b"").removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _Said(None, "")
    if not isinstance(content, dict):
        return _Said(None, "")
    texts = (content.get(key) for key in ("msg", "message", "error"))
    return _Said(_one_code(content, body or b""), next((text for text in texts if isinstance(text, str) and text), ""))


def _one_code(content: dict[str, object], body: bytes) -> int | None:
    """Return the code of an object; None where it has several that differ, of which readers take one or the other."""
    code = _code(content.get("code"))
    try:
        pairs = json.loads(body, object_pairs_hook=list)
    except (ValueError, RecursionError):
        return None
    return code if all(_code(value) == code for key, value in pairs if key == "code") else None


def _code(value: object) -> int | None:
    code: int | None = None
    if isinstance(value, str):
        match = _CODE.fullmatch(value.strip())
        code = int(match[1]) if match else None
    # 200.0 is what a few languages make of a number in JSON.
    elif isinstance(value, float) and value.is_integer():
        code = int(value)
    # True is an int to Python, and 1 would be a code.
    elif isinstance(value, int) and not isinstance(value, bool):
        code = value
    return code if code is not None and abs(code) <= _LARGEST_CODE else None


def _compared(text: str) -> str:
    return clean(text[:_LONGEST_COMPARED]).casefold().strip(" !.")


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
    to = f" to {safe(clean(hide(host[:_LONGEST_TOLD])))}" if host else ""
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
    # An HTTP date is GMT (RFC 9110, section 5.6.7). Python leaves "-0000" and a missing zone without one.
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
