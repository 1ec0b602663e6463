"""requests' transport adapter with everything off that was not asked for.

The adapter is used alone, without a Session: cookies, .netrc, the environment's proxies and redirects are
a Session's doing. urllib3's own retries are off, certificates are verified whatever happens, the answer
is read up to a limit. Nothing is raised: what goes wrong comes back as an Outcome.
"""

from __future__ import annotations

import ssl
import time
import zlib
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidProxyURL
from requests.structures import CaseInsensitiveDict
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from telecmi_leads import __version__
from telecmi_leads.core.errors import SettingsError
from telecmi_leads.core.text import safe
from telecmi_leads.sending import deadlines
from telecmi_leads.sending.answers import Answer
from telecmi_leads.sending.troubles import trouble

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from telecmi_leads.core.campaign import Outcome

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
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - handed on
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = deadlines.POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:  # noqa: ANN401 - handed on
        if not proxy.lower().startswith(("http://", "https://")):
            raise InvalidProxyURL("only http and https proxies")
        manager = super().proxy_manager_for(proxy, proxy_ssl_context=self._context, **kwargs)
        manager.pool_classes_by_scheme = deadlines.POOLS
        return manager

    def build_connection_pool_key_attributes(self, *args: Any, **kwargs: Any) -> tuple[Any, Any]:  # noqa: ANN401 - the same
        where, _ = super().build_connection_pool_key_attributes(*args, **kwargs)
        return where, {"ssl_context": self._context} if where["scheme"] == "https" else {}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ANN401, ARG002 - the same
        """Verify always, by our context alone."""
        conn.cert_reqs = "CERT_REQUIRED"

    def build_response(self, req: object, resp: Any) -> requests.Response:  # noqa: ANN401, ARG002 - the same
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


def _read_up_to(raw: Any, limit: int) -> bytes:  # noqa: ANN401 - as requests has it
    """Read to the end or the limit. That a body is shorter than its length is told by the read after its last byte."""
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
    return plain if unpacker.eof and len(plain) <= ANSWER_LIMIT else None
