"""requests' transport adapter with everything off that was not asked for.

The adapter is used alone, without a Session: cookies, .netrc, the environment's proxies and redirects are
a Session's doing. urllib3's own retries are off, certificates are verified whatever happens, the answer
is read up to a limit. Nothing is raised: what goes wrong comes back as an Outcome.

The sockets tell whether a request was sent (see `deadlines`), and not the kind of exception: libraries
wrap a failed TLS handshake and a TLS failure in the middle of the answer into the same class. `TABLE` gives the
words, and says which failures another try would meet again. It names every exception of requests and urllib3 by
itself; a test fails when one of them is missing. Nothing of an exception but its class goes further, save OpenSSL's
reason for refusing a certificate: exceptions of requests hold the request, and with it the secret.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
import zlib
from typing import TYPE_CHECKING, Any

import requests
from msgspec import Struct
from requests import exceptions as of_requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import exceptions as of_urllib3

from telecmi_leads import __version__
from telecmi_leads.core.campaign import Outcome, OutcomeKind
from telecmi_leads.core.errors import SettingsError
from telecmi_leads.core.text import safe
from telecmi_leads.sending import deadlines
from telecmi_leads.sending.answers import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from urllib3 import BaseHTTPResponse, HTTPSConnectionPool, ProxyManager

ANSWER_LIMIT = 64 * 1024
"""Bytes of an answer that are read, before and after decompression. The documented ones have less than 100."""

IDLE_SECONDS = 3.0
"""A connection that has idled longer is not used again: many servers close theirs after five seconds, and a
request that meets the closing ends as unknown."""

_HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "User-Agent": f"telecmi-leads/{__version__}",
}


def tls_context(ca_bundle: Path | None) -> ssl.SSLContext:
    """Return a context that verifies certificates against those that requests trusts and, besides, `ca_bundle`'s.

    Raises SettingsError where the bundle can't be used.
    """
    # Not create_default_context: it would trust SSL_CERT_FILE, and write session keys where SSLKEYLOGFILE says.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    if ca_bundle is not None:
        folder = ca_bundle.is_dir()
        try:
            context.load_verify_locations(None if folder else ca_bundle, ca_bundle if folder else None)
        except OSError as problem:
            reason = problem.strerror if not isinstance(problem, ssl.SSLError) else "it holds no PEM certificates"
            raise SettingsError(
                f"The certificates in {safe(str(ca_bundle))} can't be used: {reason}.",
                hint="--ca-bundle takes a file of certificates in PEM form.",
            ) from None
    return deadlines.bound(context)


class _Adapter(HTTPAdapter):
    """requests' adapter on our sockets and our trust."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        # No retry of the library: it would send a campaign again without an intent in the ledger.
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)
        # Set on the object, since no argument of requests or urllib3 takes the classes of the pools.
        self.poolmanager.pool_classes_by_scheme = deadlines.POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: object) -> ProxyManager:
        # A SOCKS proxy would need another library, which would open sockets that keep to no deadline.
        if not proxy.lower().startswith(("http://", "https://")):
            raise of_requests.InvalidProxyURL("only http and https proxies")
        manager: ProxyManager = super().proxy_manager_for(proxy, proxy_ssl_context=self._context, **kwargs)
        manager.pool_classes_by_scheme = deadlines.POOLS
        return manager

    def build_connection_pool_key_attributes(self, *args: Any, **kwargs: Any) -> tuple[Any, Any]:  # noqa: ANN401 - handed on
        where, _ = super().build_connection_pool_key_attributes(*args, **kwargs)
        return where, {"ssl_context": self._context} if where["scheme"] == "https" else {}

    def cert_verify(self, conn: HTTPSConnectionPool, url: str, verify: object, cert: object) -> None:  # noqa: ARG002 - the same
        """Verify always, by our context alone."""
        conn.cert_reqs = "CERT_REQUIRED"

    def build_response(self, req: object, resp: BaseHTTPResponse) -> requests.Response:  # noqa: ARG002 - the base class's signature
        """Make an answer without cookies and without the request, which holds the secret."""
        response = requests.Response()
        response.status_code = resp.status
        response.headers = CaseInsensitiveDict(resp.headers)
        response.raw = resp
        return response


class Transport:
    """One kept-alive connection to one host, for one thread."""

    def __init__(self, context: ssl.SSLContext, proxies: Mapping[str, str]) -> None:
        self._adapter = _Adapter(context)
        self._proxies = dict(proxies)
        self._last_use = time.monotonic()

    def request(self, method: str, url: str, body: bytes | None, seconds: float) -> Answer | Outcome:
        """Make one request within `seconds` in all; return the answer, or the outcome where there is none."""
        if time.monotonic() - self._last_use > IDLE_SECONDS:
            self.close()
        deadlines.begin(seconds)
        response = None
        try:
            made = requests.Request(method, url, headers=_HEADERS if body is not None else _BARE, data=body).prepare()
            # Streamed, or the adapter would read a body of any length into memory.
            response = self._adapter.send(made, stream=True, timeout=seconds, proxies=self._proxies)
            answer = _read(response)
        except Exception as error:  # noqa: BLE001 - whatever a library makes of a hostile answer, the outcome is known
            if response is not None:
                response.close()
            self.close()
            return trouble(error).outcome(sent=deadlines.sent())
        if answer.cut or answer.body is None:
            response.close()
        self._last_use = time.monotonic()
        return answer

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        self._adapter.close()


_BARE = {"Accept-Encoding": "identity", "User-Agent": _HEADERS["User-Agent"]}


def _read(response: requests.Response) -> Answer:
    headers = response.headers
    body: bytes | None
    try:
        # One byte more than is allowed, to tell a body of just that length from a longer one.
        body, cut = _read_up_to(response.raw, ANSWER_LIMIT + 1), ""
    except Exception as error:  # noqa: BLE001 - the same
        body, cut = None, trouble(error).words
    return Answer(
        response.status_code,
        _unpacked(body, headers.get("Content-Encoding", "")),
        cut,
        retry_after=headers.get("Retry-After"),
        date=headers.get("Date"),
        location=headers.get("Location"),
    )


def _read_up_to(raw: BaseHTTPResponse, limit: int) -> bytes:
    """Read to the end or the limit. The read after the last byte tells that a body is shorter than its length."""
    body = b""
    while len(body) < limit and (more := raw.read(limit - len(body), decode_content=False)):
        body += more
    return body


def _unpacked(body: bytes | None, encoding: str) -> bytes | None:
    """Return the body without compression, None where either form is over the limit or can't be read."""
    if body is None or len(body) > ANSWER_LIMIT:
        return None
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        return body
    if name not in {"gzip", "x-gzip", "deflate"}:
        return None
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # 32: gzip or zlib, whichever the header says
    try:
        plain = unpacker.decompress(body, ANSWER_LIMIT + 1)
    except zlib.error:
        return None
    # Without the end mark the packed body was cut, and what is there may read as another answer.
    return plain if unpacker.eof and len(plain) <= ANSWER_LIMIT else None


# --- what goes wrong ----------------------------------------------------------------------------


class Trouble(Struct, frozen=True):
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
    # The innermost cause is the same socket time-out for both; only a wrapper tells which of them it was.
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
        # requests keeps the cause in args, urllib3 in `reason`, Python in __cause__.
        todo += [each for each in inner if isinstance(each, BaseException)]
