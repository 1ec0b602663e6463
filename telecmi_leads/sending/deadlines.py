"""Sockets that keep to one deadline for all of a request, and that know whether anything of it has left.

A socket's own time-out is for each call: a server that sends a byte each half second outlasts it for ever.
Here every call gets what is left of the request's time, so that look-up, connecting, TLS, sending, headers
and body share one deadline, however slowly they drip.

What has been sent is evidence: only while not a byte has been written after the connection stood can a
request be said never to have left. The exception that a library raises afterwards proves much less.

A request is one thread's work from beginning to end, so its deadline lives with the thread. The clock is
the monotonic one, and not handed in: sockets wait in real time.
"""

from __future__ import annotations

import math
import socket
import ssl
import threading
import time
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

CONNECT_SECONDS = 15.0
"""A connection that does not stand by then never will: look-up, TCP, proxy and TLS together."""


class _Course(threading.local):
    """How far this thread's request has come."""

    deadline: float = math.inf
    connect_by: float = math.inf
    connecting: bool = False
    sent: bool = False


_course = _Course()


def begin(seconds: float) -> None:
    """Start the clock for this thread's next request, which may take `seconds` in all."""
    _course.deadline = time.monotonic() + seconds
    _course.connect_by = time.monotonic() + min(seconds, CONNECT_SECONDS)
    _course.connecting = _course.sent = False


def sent() -> bool:
    """Tell whether anything of this thread's request may have left the machine."""
    return _course.sent


def _remaining() -> float:
    """Return the seconds left, always more than 0; raises TimeoutError where there are none."""
    seconds = (_course.connect_by if _course.connecting else _course.deadline) - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("the deadline has passed")
    return seconds


class _Bounded(socket.socket):
    """A socket each of whose calls ends at the deadline."""

    def recv(self, *numbers: int) -> bytes:
        self.settimeout(_remaining())
        return super().recv(*numbers)

    def recv_into(self, *args: Any, **kwargs: Any) -> int:  # noqa: ANN401 - plain and TLS sockets differ in them
        self.settimeout(_remaining())
        return super().recv_into(*args, **kwargs)

    def send(self, data: ReadableBuffer, *flags: int) -> int:
        self._about_to_send()
        return super().send(data, *flags)

    def sendall(self, data: ReadableBuffer, *flags: int) -> None:
        self._about_to_send()
        return super().sendall(data, *flags)

    def _about_to_send(self) -> None:
        self.settimeout(_remaining())
        # What goes out while connecting is the TLS handshake or the proxy's CONNECT: nothing of the request itself.
        _course.sent = _course.sent or not _course.connecting


class _BoundedTls(_Bounded, ssl.SSLSocket):
    """The same over TLS."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT002 - the base class's signature
        self.settimeout(_remaining())
        super().do_handshake(block)


def bound(context: ssl.SSLContext) -> ssl.SSLContext:
    """Make a TLS context give out sockets that keep to the deadline."""
    context.sslsocket_class = _BoundedTls
    return context


def _look_up(host: str, port: int) -> list[tuple[Any, ...]]:
    """Look a host up in a thread of its own: the system's resolver knows no deadline."""
    found: SimpleQueue[list[tuple[Any, ...]] | OSError] = SimpleQueue()

    def ask() -> None:
        try:
            found.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except OSError as problem:
            found.put(problem)
        except UnicodeError:
            found.put(socket.gaierror(socket.EAI_NONAME, "not a host name"))

    try:
        # A daemon: a resolver that hangs for minutes must not keep the program from ending.
        threading.Thread(target=ask, daemon=True).start()
        answer = found.get(timeout=_remaining())
    except Empty:
        raise TimeoutError("the look-up took too long") from None
    except RuntimeError:
        raise OSError("no thread could be started") from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def _connect(host: str, port: int) -> socket.socket:
    """Connect to the first address of a host that answers; each gets its share of the time."""
    addresses = _look_up(host, port)
    problem = OSError("the host has no address")
    for number, (family, kind, protocol, _, address) in enumerate(addresses):
        try:
            connection = _Bounded(family, kind, protocol)
        except OSError as error:
            problem = error
            continue
        try:
            # Half of the addresses may be dead (a host with IPv6 that no route leads to): the others need their time.
            connection.settimeout(_remaining() / (len(addresses) - number))
            # Headers and body are two writes. Without this the second may wait for the acknowledgement of the first, 40
            # ms.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.connect(address)
        except OSError as error:
            connection.close()
            problem = error
        else:
            return connection
    raise problem


class _Watched(HTTPConnection):
    """A connection that is made within the deadline, and says while it is being made."""

    debuglevel = 0
    """Off, whatever other code sets for http.client: its debugging prints the request, secret and leads included."""

    def _new_conn(self) -> socket.socket:
        try:
            return _connect(self._dns_host, self.port)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "no connection in time") from error
        except OSError as error:
            raise NewConnectionError(self, "no connection") from error

    def connect(self) -> None:
        _course.connecting = True
        try:
            super().connect()
        finally:
            _course.connecting = False


class _WatchedTls(_Watched, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _PoolTls(HTTPSConnectionPool):
    ConnectionCls = _WatchedTls


POOLS = {"http": _Pool, "https": _PoolTls}
"""For `pool_classes_by_scheme` of urllib3's pool managers."""
