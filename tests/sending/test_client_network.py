"""The client on real sockets: what it sends, what it survives, when it gives up. Faults rows 11 to 15, 19."""

from __future__ import annotations

import gzip
import http.client
import itertools
import json
import logging
import socket
import threading
import time
import tracemalloc
import zlib
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rawserver import OK, Connection, RawServer, always, answer, at_its_deadline, says, wait_until

from telecmi_leads import __version__
from telecmi_leads.core.campaign import Outcome, OutcomeKind, encode_leads, freeze
from telecmi_leads.core.lead import Lead
from telecmi_leads.sandbox import Sandbox
from telecmi_leads.sending import transport
from telecmi_leads.sending.client import Beat, Client, ping
from telecmi_leads.settings.accounts import Account, Secret
from telecmi_leads.settings.options import SendingOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ACCEPTED, CONNECTION, SERVER = OutcomeKind.ACCEPTED, OutcomeKind.UNKNOWN_CONNECTION, OutcomeKind.UNKNOWN_SERVER
SECRET = 'kanarienvogel-"$\\4711'  # noqa: S105 - invented
BODY = freeze("March-001", 1234567, encode_leads([Lead("Asha", "Rao", "919876543210")]))
WHOLE = b'{"secret":"kanarienvogel-\\"$\\\\4711",' + BODY[1:]


def client(url: str, *, timeout: float = 10.0, proxies: dict[str, str] | None = None, **options: Any) -> Client:
    """Return a client of an invented account at a URL."""
    return Client(Account(1234567, Secret(SECRET), url), SendingOptions(timeout=timeout, **options), proxies)


def sent_to(behaviour: Callable[[Connection], None], *, timeout: float = 10.0) -> tuple[Outcome, list[bytes]]:
    """Send one campaign to a server of that behaviour; return the outcome and what the server read."""
    with RawServer(behaviour) as server, client(server.url, timeout=timeout) as sender:
        return sender.send(BODY), server.requests


def seen(outcome: Outcome) -> tuple[OutcomeKind, str]:
    """Return what most tests look at: the kind and the message."""
    return outcome.kind, outcome.message


# --- what is sent ---------------------------------------------------------------------------------


def test_request_as_sent() -> None:
    """One request leaves, with these headers and no others, and the frozen bytes with the secret in front."""
    outcome, (request,) = sent_to(says(answer()))
    head, _, body = request.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    host = next(line for line in lines if line.startswith("Host: 127.0.0.1:"))
    assert sorted(lines) == sorted(
        [
            "POST /v3/leads/add HTTP/1.1",
            host,
            "Content-Type: application/json",
            "Accept: application/json",
            "Accept-Encoding: identity",
            f"User-Agent: telecmi-leads/{__version__}",
            f"Content-Length: {len(WHOLE)}",
        ]
    )
    assert body == WHOLE
    assert seen(outcome) == (ACCEPTED, "Leads Added Successfully")
    assert 0 < outcome.seconds < 5


def test_against_the_sandbox() -> None:
    """The sandbox, which shares no rule with the client, takes the request and the credentials check."""
    with Sandbox(accounts={1234567: SECRET}) as sandbox, client(sandbox.url) as sender:
        outcomes = [sender.check_balance(), sender.send(BODY), sender.send(BODY)]
        held = sandbox.campaigns()
    kinds = [outcome.kind for outcome in outcomes]
    assert kinds == [ACCEPTED, ACCEPTED, OutcomeKind.NAME_EXISTS]
    assert held == {"March-001": [{"firstname": "Asha", "lastname": "Rao", "phone": "919876543210"}]}


def test_wrong_credentials() -> None:
    """(Row 23) The balance endpoint and the upload both say that an account is not known."""
    with Sandbox(accounts={1234567: "another"}) as sandbox, client(sandbox.url) as sender:
        outcomes = [seen(sender.check_balance()), seen(sender.send(BODY))]
    assert outcomes == [(OutcomeKind.ACCOUNT, "Account Not Found")] * 2


def test_frozen_body_must_be_one() -> None:
    """Bytes that are no frozen body are a bug of the caller, told before anything is sent."""
    with RawServer(always()) as server, client(server.url) as sender:
        for body in (b"", b"{}", b"[1]", WHOLE[1:]):
            with pytest.raises(ValueError, match="a frozen body is a JSON object") as caught:
                sender.send(body)
            assert "kanarienvogel" not in repr(caught.value)
        assert server.connections == 0


def test_base_url_with_a_path() -> None:
    """A base URL may hold a path; the endpoints stand below it."""
    with RawServer(always()) as server, client(server.url + "/telecmi") as sender:
        sender.send(BODY)
        assert server.requests[0].startswith(b"POST /telecmi/v3/leads/add HTTP/1.1\r\n")


# --- kept-alive connections -----------------------------------------------------------------------


def test_kept_alive() -> None:
    """A thread's requests share one connection; each thread has its own."""
    with RawServer(always()) as server, client(server.url) as sender:

        def work() -> None:
            for _ in range(5):
                assert sender.send(BODY).kind is ACCEPTED

        for _ in range(2):
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
        assert (server.connections, len(server.requests)) == (2, 10)


@pytest.mark.parametrize(
    "data",
    [
        answer(b'{"code":400,"msg":"Duplicate phone numbers found"}', "400 Bad Request"),
        answer(b"<html>", "502 Bad Gateway") * 1,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"%x\r\n%s\r\n0\r\n\r\n" % (len(OK), OK),
    ],
)
def test_many_answers_one_client(data: bytes) -> None:
    """Whatever the answer, the next request gets its own."""
    with RawServer(always(data)) as server, client(server.url) as sender:
        kinds = {sender.send(BODY).kind for _ in range(5)}
        assert (len(kinds), len(server.requests)) == (1, 5)


def test_doubtful_connections_are_closed() -> None:
    """After an answer that leaves the outcome unknown the connection is not used again."""
    for data in (answer(b"<html>"), answer(b"", "500 Oops"), answer(b'{"code":2', length=9)):
        with RawServer(always(data)) as server, client(server.url) as sender:
            assert all(sender.send(BODY).unknown for _ in range(3))
            assert (server.connections, len(server.requests)) == (3, 3)


def test_closed_while_idle() -> None:
    """A connection that the server closed in between is noticed before it is used: the next request is accepted."""
    with RawServer(says(answer())) as server, client(server.url) as sender:
        for number in range(1, 6):
            assert sender.send(BODY).kind is ACCEPTED
            wait_until(lambda number=number: server.closed == number)
        assert server.connections == 5


def test_old_connections_are_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that has idled long is closed by us, before the server's closing can meet a request."""
    with RawServer(always()) as server, client(server.url) as sender:
        monkeypatch.setattr(transport, "IDLE_SECONDS", 60)
        sender.send(BODY)
        sender.send(BODY)
        assert server.connections == 1
        monkeypatch.setattr(transport, "IDLE_SECONDS", 0.1)
        time.sleep(0.2)
        sender.send(BODY)
        assert server.connections == 2


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(
    "data", [answer(b'{"code":400,"msg":"no"}', "400 Bad Request"), answer(b'{"code":2', length=5)]
)
def test_leftovers_are_no_answer(data: bytes, late: bool) -> None:
    """(Row 14) What follows an answer that gave a short length is not taken for the answer to the next request."""
    left_over = threading.Semaphore(0)

    def behave(connection: Connection) -> None:
        while connection.read_request():
            connection.send(data if late else data + answer() * 3)
            connection.pause(0.05 * late)
            connection.send(answer() * 3 * late)
            left_over.release()

    with RawServer(behave) as server, client(server.url) as sender:
        for _ in range(5):
            assert sender.send(BODY).kind is not ACCEPTED
            left_over.acquire(timeout=5)
        assert len(server.requests) == 5


def test_closing() -> None:
    """A closed client opens another connection when it is used again."""
    with RawServer(always()) as server:
        sender = client(server.url)
        sender.send(BODY)
        sender.close()
        sender.send(BODY)
        sender.close()
        assert server.connections == 2


# --- row 11: what was not sent --------------------------------------------------------------------


def test_connection_refused() -> None:
    """(Row 11) A closed port refuses: provably not sent, worth another try."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with client(f"http://127.0.0.1:{port}") as sender:
        outcome = sender.send(BODY)
    assert (outcome.kind, outcome.message, outcome.retryable) == (
        OutcomeKind.NOT_SENT,
        "the connection was refused",
        True,
    )


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 64 + ".invalid", "xn--.invalid"])
def test_unknown_host(host: str) -> None:
    """(Row 11) A host that can't be looked up, or is no name at all, is not sent to."""
    with client(f"https://{host}") as sender:
        assert sender.send(BODY).kind is OutcomeKind.NOT_SENT


def test_slow_look_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that takes its time does not outlast the deadline."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(3))
    with client("https://rest.example.com", timeout=0.3) as sender:
        outcome = at_its_deadline(lambda: sender.send(BODY), 0.3)
    assert seen(outcome) == (OutcomeKind.NOT_SENT, "no connection within the time-out")


def test_no_threads_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """(Row 38) Where no thread can be started the request is not sent, and nothing is raised."""

    def fail(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", fail)
    with client("https://rest.example.com") as sender:
        assert sender.send(BODY).kind is OutcomeKind.NOT_SENT


def test_next_address() -> None:
    """Where a host has several addresses the next one is tried: localhost is ::1 first on many machines."""
    with RawServer(always()) as server, client(f"http://localhost:{server.port}") as sender:
        assert sender.send(BODY).kind is ACCEPTED


def test_connect_time_out() -> None:
    """(Row 13) A connection that does not come to stand within the deadline was not sent."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fillers = [socket.socket() for _ in range(8)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        time.sleep(0.1)
        with client(f"http://127.0.0.1:{full.getsockname()[1]}", timeout=0.5) as sender:
            outcome = at_its_deadline(lambda: sender.send(BODY), 0.5)
        for filler in fillers:
            filler.close()
    assert seen(outcome) == (OutcomeKind.NOT_SENT, "no connection within the time-out")


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999", "nonsense", "ftp://127.0.0.1"])
def test_addresses_that_are_none(url: str) -> None:
    """An address that can't be used is not tried again."""
    with client(url) as sender:
        outcome = sender.send(BODY)
    assert (outcome.kind, outcome.retryable) == (OutcomeKind.NOT_SENT, False)


def test_what_is_no_address_at_all_makes_no_client() -> None:
    """What can't be taken apart as a URL is a bug by here: settings let none of these through."""
    with pytest.raises(ValueError, match="Invalid IPv6 URL"):
        client("http://[::1")


# --- row 12: lost connections ---------------------------------------------------------------------


def reset_at_once(connection: Connection) -> None:
    """Reset before anything is read."""
    connection.reset()


def reset_within(connection: Connection) -> None:
    """Reset after the head was read, with the body on its way."""
    connection.read_head()
    connection.reset()


def reset_after(connection: Connection) -> None:
    """Reset after the whole request was read."""
    connection.read_request()
    connection.reset()


def reset_in_the_answer(connection: Connection) -> None:
    """Reset in the middle of the answer's body."""
    connection.read_request()
    connection.send(answer()[:-10])
    connection.pause(0.05)
    connection.reset()


def close_at_once(connection: Connection) -> None:
    """Close in an orderly way before anything is read."""
    connection.sock.shutdown(socket.SHUT_RDWR)


def close_after(connection: Connection) -> None:
    """Close in an orderly way without an answer."""
    connection.read_request()


@pytest.mark.parametrize(
    "behaviour", [reset_at_once, reset_within, reset_after, reset_in_the_answer, close_at_once, close_after]
)
def test_lost_connections(behaviour: Callable[[Connection], None]) -> None:
    """(Row 12) A reset before, during and after the server reads, and an end without an answer, are all unknown.

    All but a reset that comes before the connection stands: then nothing was sent yet.
    """
    for _ in range(10):
        outcome, _requests = sent_to(behaviour)
        early = behaviour is reset_at_once and outcome.kind is OutcomeKind.NOT_SENT
        assert outcome.kind is (SERVER if behaviour is reset_in_the_answer else CONNECTION) or early


# --- row 13: deadlines ----------------------------------------------------------------------------

ENDLESS = b"X-Padding: " + b"a" * 1000
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def after_request(act: Callable[[Connection], None]) -> Callable[[Connection], None]:
    """Return the behaviour of reading a request first."""

    def behave(connection: Connection) -> None:
        connection.read_request()
        act(connection)

    return behave


def continues(connection: Connection) -> None:
    """Send 100 Continue for ever."""
    while True:
        connection.pause(0.02)
        connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")


SLOW: dict[str, Callable[[Connection], None]] = {
    "no answer": after_request(Connection.hang),
    "status line drips": after_request(lambda c: c.drip(b"HTTP/1.1 200 OK and a long, long reason phrase" * 9)),
    "headers drip": after_request(lambda c: (c.send(b"HTTP/1.1 200 OK\r\n"), c.drip(ENDLESS))[1]),
    "body drips": after_request(lambda c: (c.send(answer()[: -len(OK)]), c.drip(OK))[1]),
    "a byte each half second": after_request(lambda c: c.drip(answer(), 0.5)),
    "body without length drips": after_request(lambda c: (c.send(b"HTTP/1.1 200 OK\r\n\r\n"), c.drip(OK))[1]),
    "chunks drip": after_request(
        lambda c: (c.send(CHUNKED), c.drip(b"".join(b"1\r\n%c\r\n" % byte for byte in OK), 0.05))[1]
    ),
    "chunk size drips": after_request(lambda c: (c.send(CHUNKED), c.drip(b"0" * 500))[1]),
    "trailers drip": after_request(lambda c: (c.send(CHUNKED + b"0\r\n"), c.drip(b"A: b\r\n" * 99))[1]),
    "100 Continue for ever": after_request(continues),
    "length too long": after_request(lambda c: (c.send(answer(length=len(OK) + 5)), c.hang())[1]),
}


@pytest.mark.parametrize("behaviour", SLOW.values(), ids=SLOW.keys())
def test_total_deadline(behaviour: Callable[[Connection], None]) -> None:
    """(Row 13) However slowly an answer drips, the request ends within a second of its deadline, as unknown."""

    def send() -> Outcome:
        outcome, requests = sent_to(behaviour, timeout=0.8)
        # Once a status line has come, more than the connection failed.
        assert (outcome.kind, len(requests)) == (CONNECTION if outcome.code is None else SERVER, 1)
        return outcome

    assert at_its_deadline(send, 0.8).message.endswith("no answer within the time-out")


def test_total_deadline_while_sending() -> None:
    """(Row 13) A server that does not read, or reads a drip, ends the request at its deadline too."""

    def sip(connection: Connection) -> None:
        while connection.sock.recv(1000):
            connection.pause(0.05)

    big = freeze("March-001", 1234567, encode_leads([Lead("A", "B", "919876543210", comment="x" * 20_000_000)]))
    for behaviour in (Connection.hang, sip):
        with RawServer(behaviour) as server, client(server.url, timeout=0.8) as sender:
            outcome = at_its_deadline(partial(sender.send, big), 0.8)
        assert seen(outcome) == (CONNECTION, "no answer within the time-out")


def test_deadline_starts_with_the_request() -> None:
    """A kept-alive connection's earlier requests take nothing from the time of a later one."""

    def behave(connection: Connection) -> None:
        while connection.read_request():
            connection.pause(0.4)
            connection.send(answer())

    with RawServer(behave) as server, client(server.url, timeout=0.8) as sender:
        assert [sender.send(BODY).kind for _ in range(4)] == [ACCEPTED] * 4


# --- row 14: answers that lie ---------------------------------------------------------------------

ENDING = b"\r\n\r\n"
LIES: dict[str, bytes] = {
    "truncated JSON": answer(OK[:-5]),
    "a body longer than its length": answer(length=len(OK) - 5),
    "a body shorter than its length": answer(length=len(OK) + 5),
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\n" + OK,
    "a length that is none": b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{",
    "a chunk size that is none": CHUNKED + b"zz\r\n" + OK,
    "a negative chunk size": CHUNKED + b"-5\r\n" + OK,
    "a chunk that ends early": CHUNKED + b"ff\r\n" + OK,
    "no last chunk": CHUNKED + b"%x\r\n%s\r\n" % (len(OK), OK),
    "garbage in place of a status": b"SSH-2.0-OpenSSH_9.6\r\n",
    "HTTP/0.9": OK,
    "a status that is none": b"HTTP/1.1 2000 OK" + ENDING,
    "a negative status": b"HTTP/1.1 -200 OK" + ENDING + OK,
    "a status line without end": b"HTTP/1.1 200 " + b"O" * 200_000,
    "a header without end": b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000,
    "a thousand headers": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n" + OK,
    "headers cut off": b"HTTP/1.1 200 OK\r\nContent-",
    "binary": bytes(range(256)) * 10,
    "TLS": b"\x15\x03\x01\x00\x02\x02\x28",
    "nothing but line ends": b"\r\n" * 50,
    "unknown encoding": answer(OK, "200 OK", "Content-Encoding: br"),
    "gzip that is none": answer(OK, "200 OK", "Content-Encoding: gzip"),
    "gzip cut off": answer(gzip.compress(OK)[:-9], "200 OK", "Content-Encoding: gzip"),
    "gzip twice": answer(gzip.compress(gzip.compress(OK)), "200 OK", "Content-Encoding: gzip, gzip"),
    "a gzip bomb": answer(gzip.compress(bytes(50_000_000)), "200 OK", "Content-Encoding: gzip"),
    "JSON after 64 KiB of spaces": answer(b" " * 65536 + OK),
    "switching protocols": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c" + ENDING + OK,
    "no content": b"HTTP/1.1 204 No Content" + ENDING + OK,
}


@pytest.mark.parametrize("data", LIES.values(), ids=LIES.keys())
def test_lying_answers(data: bytes) -> None:
    """(Row 14) An answer that is cut, lies about its length or is no HTTP at all is unknown, whatever stands in it."""
    outcome, requests = sent_to(says(data))
    assert (outcome.kind, len(requests)) == (SERVER, 1)


@pytest.mark.parametrize(
    "data",
    [
        answer(),
        answer(b"\xef\xbb\xbf" + OK),
        answer(gzip.compress(OK), "200 OK", "Content-Encoding: gzip"),
        answer(zlib.compress(OK), "200 OK", "Content-Encoding: deflate"),
        answer(OK + b" " * (65536 - len(OK))),
        b"HTTP/1.0 200 OK\r\n\r\n" + OK,
        b"HTTP/1.1 100 Continue\r\n\r\n" + answer(),
        CHUNKED + b"5\r\n%s\r\n%x;ext=1\r\n%s\r\n0\r\nTrailer: x\r\n\r\n" % (OK[:5], len(OK) - 5, OK[5:]),
    ],
)
def test_honest_answers(data: bytes) -> None:
    """(Row 15) Every legal way to send the documented answer is understood."""
    assert seen(sent_to(says(data))[0]) == (ACCEPTED, "Leads Added Successfully")


def test_broken_off_after_an_error_status() -> None:
    """A 5xx whose page is cut off is still the server's failure, not only the connection's."""
    outcome, _ = sent_to(says(answer(b"<html>", "502 Bad Gateway", length=600)))
    assert seen(outcome) == (SERVER, "HTTP 502 Bad Gateway")


def pour(head: bytes, blocks: Iterator[bytes]) -> Callable[[Connection], None]:
    """Return the behaviour of answering with blocks until the client goes away."""

    def behave(connection: Connection) -> None:
        connection.read_request()
        connection.send(head)
        for block in blocks:
            connection.send(block)

    return behave


ZEROS = gzip.compress(bytes(300_000_000), 1)
ENDLESS_ANSWERS: dict[str, Callable[[Connection], None]] = {
    "chunks": pour(CHUNKED, itertools.repeat(b"10000\r\n" + b" " * 65536 + b"\r\n")),
    "no length": pour(b"HTTP/1.1 200 OK\r\n\r\n", itertools.repeat(b" " * 65536)),
    "an honest 300 MB": pour(b"HTTP/1.1 200 OK\r\nContent-Length: 300000000\r\n\r\n", iter([b" " * 65536] * 4577)),
    "50 MB of gzip in less than 64 KiB": lambda c: (c.read_request(), c.send(LIES["a gzip bomb"]))[1],
    "300 MB of gzip": pour(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(ZEROS), iter([ZEROS])
    ),
}


@pytest.mark.parametrize("behaviour", ENDLESS_ANSWERS.values(), ids=ENDLESS_ANSWERS.keys())
def test_memory_stays_flat(behaviour: Callable[[Connection], None]) -> None:
    """(Row 14) Of an answer without end 64 KiB are read, packed or not; then the connection is closed."""
    with RawServer(behaviour) as server, client(server.url) as sender:
        tracemalloc.start()
        outcome = sender.send(BODY)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert seen(outcome) == (SERVER, "HTTP 200 OK: the answer is not the service's")
        assert peak < 2_000_000


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=200)
    | st.builds(
        lambda cut, junk: answer()[:cut] + junk + answer()[cut:], st.integers(0, len(answer())), st.binary(max_size=9)
    )
)
def test_any_bytes_are_survived(data: bytes) -> None:
    """Whatever bytes come back, there is an outcome; and success only where a whole answer says so."""
    outcome, _ = sent_to(says(data), timeout=2)
    assert outcome.kind in set(OutcomeKind) - {OutcomeKind.NOT_SENT, OutcomeKind.INTERRUPTED}
    if outcome.kind is ACCEPTED:
        assert b'"code":200' in data or b"200" in data.partition(b"\r\n\r\n")[2]


# --- row 19: redirects ----------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_redirects_are_not_followed(status: str) -> None:
    """(Row 19) The other server sees nothing, the same one only the first request."""
    with RawServer(always()) as other:
        for place in (f"{other.url}/v3/leads/add", "/elsewhere"):
            data = answer(b"", status, f"Location: {place}")
            with RawServer(always(data)) as server, client(server.url) as sender:
                outcome = sender.send(BODY)
                assert (outcome.kind, len(server.requests)) == (OutcomeKind.MISDIRECTED, 1)
                assert outcome.message.startswith(f"HTTP {status[:3]} ")
        assert (other.connections, other.requests) == (0, [])


# --- nothing from the environment, nothing kept ---------------------------------------------------


def test_no_cookies() -> None:
    """A cookie that a server sets is not sent back."""
    with RawServer(always(answer(OK, "200 OK", "Set-Cookie: a=b; Path=/"))) as server, client(server.url) as sender:
        sender.send(BODY)
        sender.send(BODY)
        assert b"ookie" not in server.requests[1]


def test_environment_is_not_looked_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """(Row 36) .netrc, proxies and bundles in the environment are not the client's business."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\ndefault login c password d\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "missing"))
    with RawServer(always()) as proxy, RawServer(always()) as server:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        with client(server.url) as sender:
            assert sender.send(BODY).kind is ACCEPTED
        assert b"uthorization" not in server.requests[0]
        assert proxy.connections == 0


def test_proxies_are_not_used_for_loopback() -> None:
    """A proxy that the user set is not used for this machine's own servers."""
    with RawServer(always()) as proxy, RawServer(always()) as server:
        for host in ("127.0.0.1", "localhost"):
            with client(f"http://{host}:{server.port}", proxies={"http": proxy.url, "all": proxy.url}) as sender:
                assert sender.send(BODY).kind is ACCEPTED
        assert (proxy.connections, len(server.requests)) == (0, 2)


# --- the secret -----------------------------------------------------------------------------------


def test_secret_is_in_no_log_and_no_stream(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """(Row 34) With every debug switch of the libraries on, neither secret nor phone is in a log, stream or outcome."""
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 9)
    shown: list[object] = []
    echo = answer(b'{"code":404,"msg":"no account for %s"}' % json.dumps(SECRET)[1:-1].encode())
    with caplog.at_level(logging.DEBUG):
        for behaviour in (says(echo), says(answer(), answer()), reset_after, says(b"garbage\r\n" + WHOLE), close_after):
            outcome, _ = sent_to(behaviour)
            shown.append(outcome)
        with client("http://127.0.0.1:1") as sender:
            shown += [sender.send(BODY), sender, vars(sender)]
    everything = f"{shown}{caplog.text}{[vars(record) for record in caplog.records]}{capfd.readouterr()}"
    assert "no account for •••" in everything
    assert "kanarienvogel" not in everything
    assert "919876543210" not in everything


@pytest.mark.parametrize("function", ["_Adapter.send", "_Adapter.build_response", "_read", "_unpacked", "Answer"])
def test_secret_is_in_no_traceback(function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """(Row 34) An exception anywhere on the way, with the request inside it, takes nothing of it along."""

    def fail(*args: Any, **_: Any) -> None:
        raise RuntimeError(str(args), WHOLE) from ValueError(WHOLE)

    owner, _, name = function.rpartition(".")
    monkeypatch.setattr(getattr(transport, owner) if owner else transport, name, fail)
    with RawServer(always()) as server, client(server.url) as sender:
        try:
            shown = repr(sender.send(BODY))
        except RuntimeError:
            pytest.fail("an exception left the client")
    assert "RuntimeError" in shown
    assert "kanarienvogel" not in shown


# --- the heartbeat --------------------------------------------------------------------------------


def test_ping() -> None:
    """The heartbeat is one GET without a body or a word about us but our name; 2xx counts as heard."""
    with RawServer(always(answer(b"OK"))) as server:
        assert ping(f"{server.url}/abc/", Beat.FAIL, {"HTTP_PROXY": "http://127.0.0.1:1"}) is True
        (request,) = server.requests
    head = request.decode().split("\r\n")
    assert (head[0], head[-2:]) == ("GET /abc/fail HTTP/1.1", ["", ""])
    assert {line.partition(":")[0] for line in head[1:] if line} == {"Host", "Accept-Encoding", "User-Agent"}


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://[", "nonsense", "", "https://a.invalid/"])
def test_ping_that_nobody_hears(url: str) -> None:
    """A heartbeat that can't be told is told so, and raises nothing."""
    assert ping(url, Beat.START, {}) is False


def test_ping_is_answered_badly() -> None:
    """An error or a redirect is not heard, and not followed."""
    for status in ("404 Not Found", "302 Found", "500 Oops"):
        with RawServer(always(answer(b"", status, "Location: /"))) as server:
            assert ping(server.url, Beat.SUCCESS, {}) is False
            assert len(server.requests) == 1
