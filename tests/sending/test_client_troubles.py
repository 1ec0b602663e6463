"""Every exception of requests and urllib3 has its meaning; what was sent is told by the sockets."""

from __future__ import annotations

import http.client
import socket
import ssl
from typing import Any

import pytest
import requests
import urllib3

from telecmi_leads.core.campaign import OutcomeKind
from telecmi_leads.sending.transport import TABLE, trouble


def exceptions_of(module: Any) -> list[type[BaseException]]:
    """Return every exception that a module defines, warnings not counted."""
    return [
        kind
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, Warning)
    ]


def below(kind: type[BaseException]) -> set[type[BaseException]]:
    """Return an exception and all that inherit from it, wherever they are defined."""
    return {kind}.union(*(below(child) for child in kind.__subclasses__()))


THEIRS = {
    kind
    for kind in {
        *exceptions_of(requests.exceptions),
        *exceptions_of(urllib3.exceptions),
        *below(requests.exceptions.RequestException),
        *below(urllib3.exceptions.HTTPError),
    }
    if kind.__module__.startswith(("requests", "urllib3")) and not issubclass(kind, Warning)
}


def test_every_exception_is_mapped() -> None:
    """Each exception of requests and urllib3 stands in the table by itself, and the trees are seen whole."""
    assert len(THEIRS) > 50
    assert {requests.exceptions.ReadTimeout, urllib3.exceptions.NameResolutionError} <= THEIRS
    assert sorted(kind.__name__ for kind in THEIRS - set(TABLE)) == []


@pytest.mark.parametrize("kind", sorted(TABLE, key=lambda kind: (kind.__module__, kind.__name__)), ids=str)
def test_outcome_of_each_exception(kind: type[BaseException]) -> None:
    """It is "not sent" only where nothing was sent, and unknown otherwise: lost, or answered in no readable form."""
    error = kind.__new__(kind)
    meaning = trouble(error)
    unsent, unknown = meaning.outcome(sent=False), meaning.outcome(sent=True)
    answered = meaning.words.startswith("the answer ")
    assert (unsent.kind, unknown.kind) == (
        OutcomeKind.NOT_SENT,
        OutcomeKind.UNKNOWN_SERVER if answered else OutcomeKind.UNKNOWN_CONNECTION,
    )
    assert unsent.message == unknown.message != ""
    assert (unsent.retryable, unknown.retryable, unsent.unknown) == (meaning.retryable, True, False)


def test_what_no_retry_mends() -> None:
    """Only certificates, addresses and malformed requests are not worth another try."""
    final = {kind.__name__ for kind, meaning in TABLE.items() if not meaning.retryable}
    assert final == {
        "SSLCertVerificationError",
        "URLRequired",
        "MissingSchema",
        "InvalidSchema",
        "InvalidURL",
        "InvalidProxyURL",
        "InvalidHeader",
        "UnrewindableBodyError",
        "ProxySchemeUnknown",
        "ProxySchemeUnsupported",
        "LocationValueError",
        "LocationParseError",
        "URLSchemeUnknown",
    }


def wrapped(inner: Exception, outer: type[requests.exceptions.RequestException]) -> Exception:
    """Return an exception as requests wraps it: in urllib3's, in its own, with the request beside it."""
    secret = requests.Request("POST", "http://example.com", data="kanarienvogel").prepare()
    pool = urllib3.HTTPConnectionPool("example.com")
    return outer(urllib3.exceptions.MaxRetryError(pool, "/", inner), request=secret)


@pytest.mark.parametrize(
    ("error", "words", "retryable"),
    [
        (wrapped(ConnectionRefusedError(111, "x"), requests.ConnectionError), "the connection was refused", True),
        (wrapped(socket.gaierror(-2, "x"), requests.ConnectionError), "the host name was not found", True),
        (
            wrapped(urllib3.exceptions.SSLError(ssl.SSLEOFError(8, "x")), requests.exceptions.SSLError),
            "the TLS connection failed",
            True,
        ),
        (
            requests.ConnectionError(urllib3.exceptions.ProtocolError("x", http.client.RemoteDisconnected("x"))),
            "the connection was closed without an answer",
            True,
        ),
        (requests.ConnectionError(urllib3.exceptions.ProtocolError("x", http.client.BadStatusLine("x"))), "NOT", True),
        (wrapped(OSError("Tunnel connection failed: 407"), requests.exceptions.ProxyError), "PROXY", True),
        (
            wrapped(ConnectionRefusedError(), requests.exceptions.ProxyError),
            "the proxy can't be used: the connection was refused",
            True,
        ),
        (KeyError("kanarienvogel"), "the request failed (KeyError)", True),
    ],
)
def test_words(error: Exception, words: str, retryable: bool) -> None:
    """The innermost cause that says anything gives the words; nothing of the exceptions' own text goes further."""
    words = {"NOT": "the answer is not HTTP", "PROXY": "the proxy can't be used"}.get(words, words)
    meaning = trouble(error)
    assert (meaning.words, meaning.retryable) == (words, retryable)


def test_certificates() -> None:
    """A refused certificate says why, in OpenSSL's words, and is not tried again."""
    error = ssl.SSLCertVerificationError(1, "[SSL] kanarienvogel")
    error.verify_message = "certificate has expired\x1b[0m"
    meaning = trouble(wrapped(urllib3.exceptions.SSLError(error), requests.exceptions.SSLError))
    assert meaning.words == "the certificate is not trusted: certificate has expired\\x1b[0m"
    assert meaning.retryable is False


def test_causes_in_a_circle() -> None:
    """Exceptions that name each other as cause end the search."""
    one, two = OSError(), requests.exceptions.SSLError()
    one.__cause__, two.__cause__ = two, one
    assert trouble(one).words == "the TLS connection failed"
