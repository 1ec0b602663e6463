"""Whatever requests, urllib3, http.client and the sockets raise → what it means for the request.

Whether a request was sent is told by the sockets (see `deadlines`), not by the kind of exception: libraries
wrap a failed TLS handshake and a TLS failure in the middle of the answer into the same class. The table
gives the words, and tells what another try can't mend. It names every exception of requests and urllib3
by itself; a test fails when one of them is missing.

Nothing of an exception but its class goes further, save OpenSSL's reason for refusing a certificate:
exceptions of requests hold the request, and with it the secret.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from requests import exceptions as of_requests
from urllib3 import exceptions as of_urllib3

from telecmi_leads.core.campaign import Outcome, OutcomeKind
from telecmi_leads.core.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong, in our words. `retryable` is False where another try would fail the same way.

    `answered` tells that somebody answered, in whatever form: then more than the connection failed.
    """

    words: str
    retryable: bool = True
    answered: bool = False

    def outcome(self, *, sent: bool) -> Outcome:
        """Return the outcome: provably not sent, or unknown."""
        if sent:
            kind = OutcomeKind.UNKNOWN_SERVER if self.answered else OutcomeKind.UNKNOWN_CONNECTION
            return Outcome(kind, message=self.words)
        return Outcome(OutcomeKind.NOT_SENT, message=self.words, retryable=self.retryable)


_GENERAL = Trouble("the connection failed")
_REFUSED = Trouble("the connection was refused")
_LOST = Trouble("the connection was lost")
_CLOSED = Trouble("the connection was closed without an answer")
_NO_HOST = Trouble("the host name was not found")
_TOO_SLOW = Trouble("no answer within the time-out")
_NO_CONNECTION = Trouble("no connection within the time-out")
_TLS = Trouble("the TLS connection failed")
_CERTIFICATE = Trouble("the certificate is not trusted", retryable=False)
_PROXY = Trouble("the proxy can't be used")
_PROXY_ADDRESS = Trouble("the proxy's address can't be used: it must begin with http:// or https://", retryable=False)
_ADDRESS = Trouble("the address can't be used", retryable=False)
_REQUEST = Trouble("the request can't be made", retryable=False)
_NOT_HTTP = Trouble("the answer is not HTTP", answered=True)
_CUT = Trouble("the answer was cut off", answered=True)
_UNREADABLE = Trouble("the answer can't be read", answered=True)
_REDIRECT = Trouble("the answer leads elsewhere", answered=True)
_BUSY_POOL = Trouble("there was no connection to use")

TABLE: Mapping[type[BaseException], Trouble] = {
    # Python's own, which say most
    ConnectionRefusedError: _REFUSED,
    ConnectionResetError: _LOST,
    ConnectionAbortedError: _LOST,
    BrokenPipeError: _LOST,
    socket.gaierror: _NO_HOST,
    TimeoutError: _TOO_SLOW,
    ssl.SSLCertVerificationError: _CERTIFICATE,
    ssl.SSLError: _TLS,
    http.client.RemoteDisconnected: _CLOSED,
    http.client.IncompleteRead: _CUT,
    http.client.HTTPException: _NOT_HTTP,
    OSError: _GENERAL,
    # requests
    of_requests.RequestException: _GENERAL,
    of_requests.ConnectionError: _GENERAL,
    of_requests.ProxyError: _PROXY,
    of_requests.SSLError: _TLS,
    of_requests.Timeout: _TOO_SLOW,
    of_requests.ConnectTimeout: _NO_CONNECTION,
    of_requests.ReadTimeout: _TOO_SLOW,
    of_requests.HTTPError: _UNREADABLE,
    of_requests.InvalidJSONError: _UNREADABLE,
    of_requests.JSONDecodeError: _UNREADABLE,
    of_requests.ContentDecodingError: _UNREADABLE,
    of_requests.StreamConsumedError: _UNREADABLE,
    of_requests.ChunkedEncodingError: _CUT,
    of_requests.TooManyRedirects: _REDIRECT,
    of_requests.RetryError: _GENERAL,
    of_requests.URLRequired: _ADDRESS,
    of_requests.MissingSchema: _ADDRESS,
    of_requests.InvalidSchema: _ADDRESS,
    of_requests.InvalidURL: _ADDRESS,
    of_requests.InvalidProxyURL: _PROXY_ADDRESS,
    of_requests.InvalidHeader: _REQUEST,
    of_requests.UnrewindableBodyError: _REQUEST,
    # urllib3
    of_urllib3.HTTPError: _GENERAL,
    of_urllib3.PoolError: _BUSY_POOL,
    of_urllib3.EmptyPoolError: _BUSY_POOL,
    of_urllib3.FullPoolError: _BUSY_POOL,
    of_urllib3.ClosedPoolError: _BUSY_POOL,
    of_urllib3.RequestError: _GENERAL,
    of_urllib3.MaxRetryError: _GENERAL,
    of_urllib3.HostChangedError: _REDIRECT,
    of_urllib3.SSLError: _TLS,
    of_urllib3.ProxyError: _PROXY,
    of_urllib3.ProxySchemeUnknown: _PROXY_ADDRESS,
    of_urllib3.ProxySchemeUnsupported: _PROXY_ADDRESS,
    of_urllib3.TimeoutStateError: _GENERAL,
    of_urllib3.TimeoutError: _TOO_SLOW,
    of_urllib3.ReadTimeoutError: _TOO_SLOW,
    of_urllib3.ConnectTimeoutError: _NO_CONNECTION,
    of_urllib3.NewConnectionError: _GENERAL,
    of_urllib3.NameResolutionError: _NO_HOST,
    of_urllib3.LocationValueError: _ADDRESS,
    of_urllib3.LocationParseError: _ADDRESS,
    of_urllib3.URLSchemeUnknown: _ADDRESS,
    of_urllib3.ProtocolError: _LOST,
    of_urllib3.IncompleteRead: _CUT,
    of_urllib3.InvalidChunkLength: _CUT,
    of_urllib3.DecodeError: _UNREADABLE,
    of_urllib3.ResponseError: _UNREADABLE,
    of_urllib3.ResponseNotChunked: _UNREADABLE,
    of_urllib3.BodyNotHttplibCompatible: _UNREADABLE,
    of_urllib3.InvalidHeader: _NOT_HTTP,
    of_urllib3.HeaderParsingError: _NOT_HTTP,
    of_urllib3.UnrewindableBodyError: _REQUEST,
}


def trouble(error: BaseException) -> Trouble:
    """Return what an exception means: the innermost of its causes that says anything."""
    causes = list(_causes(error))
    found = [(cause, meaning) for cause in causes if (meaning := _meaning(cause)) is not None]
    telling = [(cause, meaning) for cause, meaning in found if meaning is not _GENERAL]
    if not found:
        return Trouble(f"the request failed ({type(error).__name__})")
    cause, meaning = (telling or found)[-1]
    if meaning is _TOO_SLOW and any(each is _NO_CONNECTION for _, each in found):
        meaning = _NO_CONNECTION
    if isinstance(cause, ssl.SSLCertVerificationError):
        reason = safe(getattr(cause, "verify_message", ""))
        return Trouble(f"{meaning.words}: {reason or 'no reason given'}", retryable=False)
    if any(isinstance(one, of_requests.ProxyError | of_urllib3.ProxyError) for one in causes) and meaning is not _PROXY:
        return Trouble(f"{_PROXY.words}: {meaning.words}", retryable=meaning.retryable)
    return meaning


def _meaning(error: BaseException) -> Trouble | None:
    return next((TABLE[kind] for kind in type(error).__mro__ if kind in TABLE), None)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and what it wraps, outermost first: libraries keep causes in three places."""
    seen: set[int] = set()
    todo = [error]
    while todo:
        one = todo.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = [*one.args, getattr(one, "reason", None), one.__cause__ or one.__context__]
        todo += [each for each in inner if isinstance(each, BaseException)]
