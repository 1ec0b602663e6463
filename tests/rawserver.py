"""A server that does what no HTTP framework will: resets, drips, truncated and lying answers, endless ones."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable

    from telecmi_leads.core.campaign import Outcome

OK = b'{"code":200,"msg":"Leads Added Successfully"}'


def answer(body: bytes = OK, status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    """Return the bytes of an answer; `length` falsifies Content-Length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Connection:
    """One accepted connection, as a behaviour sees it."""

    def __init__(self, sock: socket.socket, server: RawServer) -> None:
        self.sock = sock
        self.server = server

    def read_head(self) -> bytes:
        """Read up to the end of the headers; b"" where the client has gone."""
        head = b""
        while b"\r\n\r\n" not in head:
            byte = self.sock.recv(1)
            if not byte:
                return b""
            head += byte
        return head

    def read_request(self) -> bytes:
        """Read a whole request, head and body; b"" where the client has gone."""
        head = self.read_head()
        length = next((int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length:")), 0)
        body = b""
        while len(body) < length and (more := self.sock.recv(length - len(body))):
            body += more
        if head:
            self.server.requests.append(head + body)
        return head + body

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.sock.sendall(data)

    def drip(self, data: Iterable[int], seconds: float = 0.1) -> None:
        """Send one byte after the other, with a pause before each."""
        for byte in data:
            self.pause(seconds)
            self.send(bytes([byte]))

    def pause(self, seconds: float) -> None:
        """Wait; a server that is stopped meanwhile ends the behaviour."""
        if self.server.stopping.wait(seconds):
            raise ConnectionAbortedError

    def hang(self) -> None:
        """Do nothing until the server is stopped."""
        self.pause(60)

    def reset(self) -> None:
        """Close with a reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


class RawServer:
    """Runs a behaviour for each connection, in a thread of its own, on 127.0.0.1; a context manager.

    `requests` holds what `read_request` has read; `connections` counts what was accepted, `closed` what the
    server has closed. With `tls` the behaviour speaks through it; a handshake that fails ends the connection.
    """

    def __init__(self, behaviour: Callable[[Connection], None], tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self.closed = 0
        self.stopping = threading.Event()
        self._behaviour = behaviour
        self._tls = tls
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        thread = threading.Thread(target=self._accept, daemon=True)
        self._threads.append(thread)
        thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        for sock in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(sock)
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self._tls is not None:
                sock = self._tls.wrap_socket(sock, server_side=True)
                self._open.append(sock)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._behaviour(Connection(sock, self))
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
        sock.close()
        self.closed += 1


def says(*answers: bytes) -> Callable[[Connection], None]:
    """Return the behaviour of giving these answers, whatever is asked, and then closing."""

    def behave(connection: Connection) -> None:
        for data in answers:
            if not connection.read_request():
                return
            connection.send(data)

    return behave


def always(data: bytes = b"") -> Callable[[Connection], None]:
    """Return the behaviour of giving the same answer to every request on a kept-alive connection."""

    def behave(connection: Connection) -> None:
        while connection.read_request():
            connection.send(data or answer())

    return behave


def wait_until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def takes_less(seconds: float, measured: Callable[[], float], tries: int = 4) -> bool:
    """Tell whether what is measured in seconds is once below a bound; a busy machine makes single tries longer."""
    return any(measured() < seconds for _ in range(tries))


def at_its_deadline(send: Callable[[], Outcome], deadline: float) -> Outcome:
    """Return the outcome of a request that ends at its deadline, within a second: of four tries on a busy machine."""
    outcomes = []
    for _ in range(4):
        outcomes.append(send())
        assert outcomes[-1].seconds >= deadline
        if outcomes[-1].seconds < deadline + 1:
            return outcomes[-1]
    raise AssertionError(outcomes)
