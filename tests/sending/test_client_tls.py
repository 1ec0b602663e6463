"""Certificates and proxies: row 11, and what is safe to send a secret through."""

from __future__ import annotations

import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest
import trustme
from certificates import server_side
from rawserver import Connection, RawServer, always, answer, at_its_deadline, takes_less

from telecmi_leads.core.campaign import OutcomeKind, encode_leads, freeze
from telecmi_leads.core.errors import SettingsError
from telecmi_leads.core.lead import Lead
from telecmi_leads.sending.client import Client
from telecmi_leads.sending.transport import tls_context
from telecmi_leads.settings.accounts import Account, Secret
from telecmi_leads.settings.options import SendingOptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ACCEPTED, NOT_SENT = OutcomeKind.ACCEPTED, OutcomeKind.NOT_SENT
CONNECTION, SERVER = OutcomeKind.UNKNOWN_CONNECTION, OutcomeKind.UNKNOWN_SERVER
BODY = freeze("March-001", 1234567, encode_leads([Lead("Asha", "Rao", "919876543210")]))
HOST = "rest.example.com"


# --- certificates ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Return a certificate authority that nobody trusts."""
    return trustme.CA()


@pytest.fixture(scope="module")
def bundle(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with the authority's certificate, for --ca-bundle."""
    path: Path = tmp_path_factory.mktemp("ca") / "bundle.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


def client(url: str, bundle: Path | None, *, proxies: dict[str, str] | None = None, timeout: float = 10.0) -> Client:
    """Return a client of an invented account at a URL."""
    options = SendingOptions(timeout=timeout, ca_bundle=bundle)
    return Client(Account(1234567, Secret("kanarienvogel"), url), options, proxies)


def test_bundle_is_trusted(authority: trustme.CA, bundle: Path) -> None:
    """With --ca-bundle the certificate of a company's own authority is good; the connection is kept."""
    with RawServer(always(), server_side(authority, "127.0.0.1")) as server, client(server.url, bundle) as sender:
        assert [sender.send(BODY).kind for _ in range(3)] == [ACCEPTED] * 3
        assert server.connections == 1


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl names the files")
def test_bundle_as_a_folder(authority: trustme.CA, bundle: Path, tmp_path: Path) -> None:
    """The bundle may be a folder of certificates, named by their hash as OpenSSL wants them."""
    with RawServer(always(), server_side(authority, "127.0.0.1")) as server:
        with client(server.url, tmp_path) as sender:
            assert sender.send(BODY).kind is NOT_SENT
        name = subprocess.check_output(["openssl", "x509", "-hash", "-noout", "-in", bundle], text=True).strip()
        (tmp_path / f"{name}.0").write_bytes(bundle.read_bytes())
        with client(server.url, tmp_path) as sender:
            assert sender.send(BODY).kind is ACCEPTED


def test_bundle_only_adds(bundle: Path) -> None:
    """The public authorities stay trusted beside the bundle's."""
    plain, more = (tls_context(path).cert_store_stats()["x509_ca"] for path in (None, bundle))
    assert more == plain + 1 > 50


def test_verification_is_on() -> None:
    """Certificates and host names are verified, and nothing older than TLS 1.2 is spoken."""
    context = tls_context(None)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize(
    ("names", "expired", "trusted", "reason"),
    [
        (("127.0.0.1",), False, False, "unable to get local issuer certificate"),
        (("127.0.0.1",), True, True, "certificate has expired"),
        ((HOST,), False, True, "IP address mismatch, certificate is not valid for '127.0.0.1'."),
    ],
    ids=["untrusted", "expired", "another host's"],
)
def test_bad_certificates(  # noqa: PLR0913, PLR0917 - a table's columns beside the fixtures
    authority: trustme.CA, bundle: Path, names: tuple[str, ...], expired: bool, trusted: bool, reason: str
) -> None:
    """(Row 11) Nothing is sent to a server whose certificate is no good, and another try is not worth it."""
    with (
        RawServer(always(), server_side(authority, *names, expired=expired)) as server,
        client(server.url, bundle if trusted else None) as sender,
    ):
        outcome = sender.send(BODY)
        assert server.requests == []
    assert (outcome.kind, outcome.retryable) == (NOT_SENT, False)
    assert outcome.message == f"the certificate is not trusted: {reason}"


def test_no_tls_at_the_other_end() -> None:
    """(Row 11) A server that speaks no TLS fails in the handshake: not sent, may be tried again."""
    with RawServer(always()) as server:
        with client(server.url.replace("http", "https"), None, timeout=1) as sender:
            outcome = sender.send(BODY)
        assert (outcome.kind, outcome.retryable, server.requests) == (NOT_SENT, True, [])


def test_handshake_that_stalls() -> None:
    """(Row 13) A TLS handshake that never ends, or drips, ends at the deadline; nothing was sent."""
    for behaviour in (Connection.hang, lambda c: c.drip(b"\x16\x03\x03\x40\x00" + bytes(1000))):
        with RawServer(behaviour) as server:
            with client(server.url.replace("http", "https"), None, timeout=0.8) as sender:
                outcome = at_its_deadline(partial(sender.send, BODY), 0.8)
            assert outcome.kind is NOT_SENT


def break_off(connection: Connection) -> None:
    """Send plain bytes into the TLS connection."""
    with socket.socket(fileno=connection.sock.detach()) as plain:
        plain.sendall(b"garbage" * 9)


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (lambda c: (c.read_request(), c.hang())[1], "no answer within the time-out"),
        (lambda c: (c.read_request(), c.drip(answer()))[1], "no answer within the time-out"),
        (lambda c: (c.read_request(), c.reset())[1], None),
        (lambda c: c.reset(), None),
        (lambda c: c.read_request(), None),
        (lambda c: (c.read_request(), break_off(c))[1], None),
    ],
    ids=["no answer", "drip", "reset", "reset unread", "close", "TLS broken off"],
)
def test_lost_behind_the_handshake(
    authority: trustme.CA, bundle: Path, behaviour: Callable[[Connection], None], words: str | None
) -> None:
    """(Rows 12, 13) Once the handshake is over, TLS errors are lost connections like any other: unknown."""
    tls = server_side(authority, "127.0.0.1")
    with RawServer(behaviour, tls) as server, client(server.url, bundle, timeout=0.8) as sender:

        def seconds() -> float:
            outcome = sender.send(BODY)
            assert outcome.kind is CONNECTION
            assert words is None or outcome.message == words
            return outcome.seconds

        assert takes_less(1.8, seconds)


def test_reset_in_the_answer(authority: trustme.CA, bundle: Path) -> None:
    """(Row 12) An answer that breaks off is an answer all the same: it proves nothing, also once the name is there."""
    tls = server_side(authority, "127.0.0.1")
    with (
        RawServer(lambda c: (c.read_request(), c.send(answer()[:-5]), c.reset())[1], tls) as server,
        client(server.url, bundle, timeout=0.8) as sender,
    ):
        outcome = sender.send(BODY)
    assert (outcome.kind, outcome.message) == (SERVER, "HTTP 200 OK: the answer was cut off")


@pytest.mark.parametrize("content", [None, b"", b"not a certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_bundle_that_is_none(tmp_path: Path, content: bytes | None) -> None:
    """A bundle that is missing or holds no certificates is a settings error before anything is sent."""
    path = tmp_path / "b\x1bundle.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        client("https://rest.example.com", path)
    reason = "No such file or directory" if content is None else "it holds no PEM certificates"
    assert caught.value.message == f"The certificates in {tmp_path}/b\\x1bundle.pem can't be used: {reason}."


# --- proxies --------------------------------------------------------------------------------------


def tunnel_to(port: int) -> Callable[[Connection], None]:
    """Return the behaviour of a proxy that tunnels to a local port, whatever host it is asked for."""

    def copy(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def behave(connection: Connection) -> None:
        connection.server.requests.append(connection.read_head())
        with socket.create_connection(("127.0.0.1", port)) as target:
            connection.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=copy, args=(target, connection.sock), daemon=True)
            back.start()
            copy(connection.sock, target)
            back.join(5)

    return behave


@pytest.mark.parametrize("scheme", ["https", "all"])
def test_proxy(authority: trustme.CA, bundle: Path, scheme: str) -> None:
    """A proxy that the user set sees a CONNECT with its own credentials, and of the request not a byte."""
    with (
        RawServer(always(), server_side(authority, HOST)) as server,
        RawServer(tunnel_to(server.port)) as proxy,
        client(
            f"https://{HOST}", bundle, proxies={scheme: f"http://user:pass%20word@127.0.0.1:{proxy.port}"}
        ) as sender,
    ):
        assert [sender.send(BODY).kind for _ in range(2)] == [ACCEPTED] * 2
        (connect,), requests = proxy.requests, server.requests
    assert connect.startswith(b"CONNECT rest.example.com:443 HTTP/1.")
    assert b"Proxy-Authorization: Basic dXNlcjpwYXNzIHdvcmQ=\r\n" in connect
    assert b"secret" not in connect
    assert len(requests) == 2
    assert not [request for request in requests if b"Proxy-Authorization" in request]


def test_proxy_over_tls(authority: trustme.CA, bundle: Path) -> None:
    """A proxy may be spoken to over TLS; its certificate is verified by the same trust."""
    with (
        RawServer(always(), server_side(authority, HOST)) as server,
        RawServer(tunnel_to(server.port), server_side(authority, "localhost")) as proxy,
    ):
        proxies = {"https": f"https://localhost:{proxy.port}"}
        with client(f"https://{HOST}", bundle, proxies=proxies) as sender:
            assert sender.send(BODY).kind is ACCEPTED
        with client(f"https://{HOST}", None, proxies=proxies) as sender:
            outcome = sender.send(BODY)
        assert (outcome.kind, outcome.retryable, len(server.requests)) == (NOT_SENT, False, 1)
        assert outcome.message == "the certificate is not trusted: unable to get local issuer certificate"


def test_proxy_can_not_stand_in_for_the_service(authority: trustme.CA, bundle: Path) -> None:
    """(Row 11) A proxy that answers for the service with its own certificate gets nothing."""
    with (
        RawServer(always(), server_side(authority, "proxy.example.com")) as server,
        RawServer(tunnel_to(server.port)) as proxy,
        client(f"https://{HOST}", bundle, proxies={"https": proxy.url}) as sender,
    ):
        outcome = sender.send(BODY)
        assert (outcome.kind, outcome.retryable, server.requests) == (NOT_SENT, False, [])


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (lambda c: (c.read_head(), c.send(answer(b"", "407 Proxy Authentication Required")))[1], ""),
        (lambda c: (c.read_head(), c.send(answer(b"", "502 Bad Gateway")))[1], ""),
        (lambda c: (c.read_head(), c.reset())[1], ": the connection was lost"),
        (lambda c: (c.read_head(), c.send(b"garbage\r\n"))[1], ": the answer is not HTTP"),
        (lambda c: (c.read_head(), c.drip(b"HTTP/1.1 200 OK\r\n" * 9))[1], ": no answer within the time-out"),
    ],
    ids=["407", "502", "reset", "garbage", "drip"],
)
def test_proxy_that_fails(behaviour: Callable[[Connection], None], words: str) -> None:
    """A proxy that refuses, dies or drips has not passed anything on: not sent."""
    with RawServer(behaviour) as proxy:
        url = f"http://user:kanarienvogel@127.0.0.1:{proxy.port}"
        with client(f"https://{HOST}", None, proxies={"https": url}, timeout=0.8) as sender:

            def seconds() -> float:
                outcome = sender.send(BODY)
                assert (outcome.kind, outcome.retryable) == (NOT_SENT, True)
                assert "kanarienvogel" not in repr(outcome)
                assert outcome.message in {f"the proxy can't be used{words}", words.removeprefix(": ")}
                return outcome.seconds

            assert takes_less(1.8, seconds)


def test_proxy_that_is_not_there() -> None:
    """A proxy that refuses the connection: not sent."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with client(f"https://{HOST}", None, proxies={"https": f"http://127.0.0.1:{port}"}) as sender:
        outcome = sender.send(BODY)
    assert (outcome.kind, outcome.message) == (NOT_SENT, "the proxy can't be used: the connection was refused")


@pytest.mark.parametrize(
    "url", ["socks5://127.0.0.1:1080", "socks5h://127.0.0.1:1080", "ftp://127.0.0.1:21", "http://"]
)
def test_proxies_of_other_kinds(url: str) -> None:
    """A proxy that we can't speak to is never simply left out."""
    with client(f"https://{HOST}", None, proxies={"all": url}) as sender:
        outcome = sender.send(BODY)
    assert (outcome.kind, outcome.retryable) == (NOT_SENT, False)
    assert outcome.message == "the proxy's address can't be used: it must begin with http:// or https://"
