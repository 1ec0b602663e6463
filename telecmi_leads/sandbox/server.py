"""The sandbox as Python code and tests use it, and its HTTP/1.1 server.

The server keeps connections alive, with a thread for each and one write per answer.
"""

from __future__ import annotations

import contextlib
import secrets
import select
import socket
import struct
import sys
import threading
from email.utils import formatdate
from enum import StrEnum
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any, Self

import msgspec
from msgspec.structs import asdict, replace

from telecmi_leads.core.errors import UsageError
from telecmi_leads.sandbox.faults import Fault, Stage, parse_fault
from telecmi_leads.sandbox.service import (
    ADDED,
    BAD_PHONE,
    BALANCE_PATH,
    BROKEN,
    DUPLICATES,
    MISSING,
    NO_ACCOUNT,
    UPLOAD_PATH,
    Service,
    Stored,
    Upload,
    Verdict,
    glimpse,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from telecmi_leads.sandbox.service import Received


class Form(StrEnum):
    """How business errors arrive: as HTTP status, or with HTTP 200 and the code in the body."""

    HTTP = "http"
    BODY = "body"


class Sandbox:
    """A stand-in for the service on 127.0.0.1; a context manager that runs while it is entered.

    `port` 0 takes a free one; `latency` is in seconds and delays each request; `form` says how business errors
    arrive; `accounts` fixes the App ids and their secrets; `faults` may be texts. `on_request` is called, from
    the server's threads, with each request when it is over. Whether the service tells names apart by case, blanks
    or Unicode form, and how long a name may be, is not documented: `same_name` returns what of a name is compared.
    Raises UsageError on entering where the port can't be had, ValueError for a fault that can't be read.
    """

    def __init__(  # noqa: PLR0913 - keywords only, each with a default
        self,
        *,
        port: int = 0,
        latency: float = 0.0,
        form: Form | str = Form.HTTP,
        faults: Sequence[Fault | str] = (),
        accounts: Mapping[int, str] | None = None,
        on_request: Callable[[Received], None] | None = None,
        same_name: Callable[[str], str] = str,
    ) -> None:
        self._port = port
        self._service = Service(
            latency=latency,
            in_body=Form(form) is Form.BODY,
            accounts=accounts,
            on_request=on_request,
            same_name=same_name,
        )
        for fault in faults:
            self.order(fault)
        self._server: Server | None = None

    def __enter__(self) -> Self:
        self._server = Server(self._port, self._service)
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        server = self._running()
        self._server = None
        server.stop()
        if server.crash is not None and error is None:
            raise server.crash

    def _running(self) -> Server:
        if self._server is None:
            raise RuntimeError("the sandbox runs only inside its with block")
        return self._server

    @property
    def url(self) -> str:
        """The base URL to send to, such as `http://127.0.0.1:40123/TOKEN`: the token lets a request in."""
        server = self._running()
        return f"http://127.0.0.1:{server.port}/{server.token}"

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._running().port

    def campaigns(self, app_id: int | None = None) -> dict[str, list[dict[str, Any]]]:
        """Return name → leads as received, of one account or of all; also after the sandbox has ended."""
        return self._service.campaigns.listed(app_id)

    def requests(self, path: str | None = UPLOAD_PATH) -> tuple[Received, ...]:
        """Return the requests in the order of their coming: uploads, or those to `path`, or all for None."""
        return self._service.log.listed(path)

    def order(self, fault: Fault | str) -> None:
        """Order a fault, as a value or as text."""
        self._service.faults.order(parse_fault(fault) if isinstance(fault, str) else fault)


# --- answers ------------------------------------------------------------------------------------

_GARBAGE: dict[str, bytes] = {
    "html": b"<!DOCTYPE html><html><body><h1>Welcome</h1></body></html>",
    "empty": b"",
    "list": b"[]",
    "null": b"null",
    "truncated": b'{"code":200,"msg":"Leads Added Succ',
    "text-code": b'{"code":"200","msg":"Leads Added Successfully"}',
}
_OFF_BY = {"short-length": -5, "long-length": 5}


def packet(status: int, body: bytes, *, kind: str = "application/json", extra: str = "", off: int = 0) -> bytes:
    """Return a whole HTTP/1.1 answer. `extra` are further header lines; `off` falsifies Content-Length."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unknown"
    head = (
        f"HTTP/1.1 {status} {phrase}\r\nDate: {formatdate(usegmt=True)}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body) + off}\r\n{extra}\r\n"
    )
    return head.encode("latin-1", "replace") + body


def json_packet(status: int, content: object) -> bytes:
    """Return an answer that carries a value as JSON."""
    return packet(status, msgspec.json.encode(content))


def verdict_packet(verdict: Verdict, *, in_body: bool) -> bytes:
    """Return a verdict in one of the two documented forms.

    `in_body` puts business errors (400, 500) into the JSON under HTTP 200, as v3/leads/delete is documented
    to do; an unknown account and a failed validation keep their HTTP status there too.
    """
    status = 200 if in_body and verdict.status in {400, 500} else verdict.status
    return json_packet(status, {"code": verdict.status, "msg": verdict.message})


def page_packet(status: int, extra: str = "") -> bytes:
    """Return an error as a web page, as proxies send it."""
    title = f"{status} {HTTPStatus(status).phrase}"
    page = f"<html><head><title>{title}</title></head><body><center><h1>{title}</h1></center></body></html>"
    return packet(status, page.encode(), kind="text/html", extra=extra)


def garbage_packet(kind: str) -> bytes:
    """Return an answer with status 200 that proves nothing; `kind` is a fault's name."""
    if kind in _OFF_BY:
        return packet(200, msgspec.json.encode({"code": 200, "msg": ADDED.message}), off=_OFF_BY[kind])
    return packet(200, _GARBAGE[kind], kind="text/html" if kind in {"html", "empty"} else "application/json")


def fault_packet(fault: Fault, *, in_body: bool) -> bytes | None:
    """Return what a fault answers; None where it answers nothing."""
    verdicts = {"400": DUPLICATES, "404": NO_ACCOUNT, "422": BAD_PHONE, "500": BROKEN}
    if fault.kind in verdicts:
        return verdict_packet(verdicts[fault.kind], in_body=in_body)
    if fault.kind == "answer":
        status, text = fault.answer
        return packet(status, text.encode())
    if fault.kind in {"drop", "close", "hang"}:
        return None
    if fault.kind.isdigit():
        header = "Location" if fault.kind.startswith("3") else "Retry-After"
        extra = f"{header}: {fault.value}\r\n" if fault.value else ""
        if fault.kind == "429":
            return packet(429, b'{"code":429,"msg":"Too Many Requests"}', extra=extra)
        return page_packet(int(fault.kind), extra)
    return garbage_packet(fault.kind)


# --- the server ---------------------------------------------------------------------------------

MAX_BODY_BYTES = 512 * 1024 * 1024

_MOST_FROM_STRANGERS = 65_536
_DIGITS = 18
_IDLE_SECONDS = 60.0
"""A connection that says nothing for so long is closed: anybody on the machine may open some. Ours closes itself after
three (`sending.transport`)."""
_JOIN_SECONDS = 5.0
_POLL_SECONDS = 0.05


class Server(TCPServer):
    """Accepts connections and hands each to a daemon thread of its own."""

    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, port: int, service: Service) -> None:
        self.service = service
        self.stopping = threading.Event()
        self.crash: Exception | None = None
        self._lock = threading.Lock()
        self._open: dict[socket.socket, threading.Thread] = {}
        try:
            super().__init__(("127.0.0.1", port), _Handler)
        except (OSError, OverflowError) as problem:
            # A port beyond 65535 is an OverflowError, without words of the system.
            reason = getattr(problem, "strerror", None) or "there is no such port"
            raise UsageError(
                f"The sandbox can't listen on port {port}: {reason}.",
                hint="Choose another with --port; 0 takes a free one.",
            ) from None
        self.port = int(self.server_address[1])
        self.token = secrets.token_urlsafe(16)
        # By these two names alone: a page whose own name leads here by DNS would have another.
        self.hosts = frozenset({f"127.0.0.1:{self.port}", f"localhost:{self.port}"})
        self._acceptor = threading.Thread(target=self.serve_forever, args=(_POLL_SECONDS,), name="sandbox", daemon=True)

    def start(self) -> None:
        """Begin to accept connections."""
        self._acceptor.start()

    def stop(self) -> None:
        """End at once: what is not stored yet is not stored any more."""
        self.stopping.set()
        self.shutdown()
        self._acceptor.join()
        self.server_close()
        with self._lock:
            still_open = dict(self._open)
        for connection in still_open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in still_open.values():
            thread.join(_JOIN_SECONDS)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401, ARG002 - the same
        """Keep what went wrong; the base class would print it."""
        problem = sys.exc_info()[1]
        self.crash = problem if isinstance(problem, Exception) else self.crash

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - socketserver's types
        """Serve a connection in a thread of its own, known to `stop`."""
        thread = threading.Thread(target=self._serve, args=(request, client_address), daemon=True)
        with self._lock:
            self._open[request] = thread
        try:
            thread.start()
        except RuntimeError:  # the system has no more: whoever opens so many is none of ours
            with self._lock:
                del self._open[request]
            request.close()

    def _serve(self, request: socket.socket, client_address: object) -> None:
        try:
            self.finish_request(request, client_address)
        except OSError:
            pass  # the client went away; that is its business
        except Exception as problem:  # noqa: BLE001 - kept and raised where the sandbox is left
            self.crash = problem
        finally:
            with contextlib.suppress(OSError):
                request.close()
            with self._lock:
                del self._open[request]


class _Handler(BaseHTTPRequestHandler):
    """One connection. A fault that ends it at once raises ConnectionAbortedError, which `Server` takes as its end."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = _IDLE_SECONDS
    server: Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - the base class's signature
        """Log nothing: the base class would write to stderr."""

    def do_GET(self) -> None:
        """Answer what the sandbox holds."""
        if not self._is_ours():
            return
        service = self.server.service
        if self.path == "/_sandbox/campaigns":
            self._send(json_packet(200, service.campaigns.listed()))
        elif self.path == "/_sandbox/requests":
            self._send(json_packet(200, [asdict(entry) for entry in service.log.listed(UPLOAD_PATH)]))
        else:
            self._send(page_packet(404))

    def do_POST(self) -> None:
        """Read the body and hand the request to its endpoint."""
        if not self._is_ours():
            return
        body = self._read_body()
        if body is None:
            return
        if self.path == UPLOAD_PATH:
            self._upload(body)
        elif self.path == BALANCE_PATH:
            self._balance(body)
        elif self.path == "/_sandbox/faults":
            self._order(body)
        else:
            self._send(page_packet(404))

    def _is_ours(self) -> bool:
        """Take the token off the path; refuse what another user of this machine or a web page sends.

        A page elsewhere might send through the user's browser (DNS rebinding); hence the look at the host.
        """
        _, token, path = [*self.path.split("/", 2), "", ""][:3]
        status = 0
        if self.headers.get("Host", "").lower() not in self.server.hosts:
            status = 421
        # In bytes: compare_digest takes no text outside ASCII, which a stranger may send.
        elif not secrets.compare_digest(token.encode(), self.server.token.encode()):
            status = 403
        if status:
            # Or the answer could be lost in the reset of the connection.
            self.rfile.read(min(self._length() or 0, _MOST_FROM_STRANGERS))
            self._end_with(page_packet(status))
            return False
        self.path = f"/{path}"
        return True

    def _read_body(self) -> bytes | None:
        length = self._length()
        if length is None:
            self._end_with(page_packet(411))
            return None
        if length > MAX_BODY_BYTES:
            self._end_with(page_packet(413))
            return None
        body = self.rfile.read(length)
        # The client has gone in the middle: half a request is no request, and nobody is there to be answered.
        if len(body) < length:
            self.close_connection = True
            return None
        return body

    def _length(self) -> int | None:
        """Return the body's length by its header; None where it says none. Python reads no number of thousands."""
        said = self.headers.get("Content-Length", "")
        return min(int(said[:_DIGITS]), MAX_BODY_BYTES + 1) if said.isascii() and said.isdigit() else None

    def _order(self, body: bytes) -> None:
        try:
            faults = [parse_fault(text) for text in msgspec.json.decode(body, type=list[str])]
        except (msgspec.MsgspecError, ValueError, RecursionError) as problem:
            self._send(json_packet(422, {"error": str(problem)}))
            return
        for fault in faults:
            self.server.service.faults.order(fault)
        self._send(json_packet(200, {"ordered": len(faults)}))

    # --- the two endpoints ----------------------------------------------------------------------

    def _upload(self, body: bytes) -> None:
        service = self.server.service
        place, entry = service.log.arrived(UPLOAD_PATH, upload=True)
        seen = glimpse(body)
        verdict, upload = service.judge(body, self.headers.get("Content-Type", ""))
        phones = upload.phones if upload is not None else ()
        latency, fault = service.faults.take(number=entry.number, name=seen.name, phones=phones, balance=False)
        entry = replace(
            entry,
            name=seen.name,
            app_id=seen.app_id,
            digest=seen.digest,
            leads=len(phones),
            fault=str(fault) if fault else "",
        )
        if not self._wait(service.latency + latency):
            return
        if fault is not None:
            self._suffer(fault, place, entry, verdict, upload)
            return
        stored = service.store(verdict, upload)
        service.log.done(place, _judged(entry, stored))
        self._send(verdict_packet(stored.verdict, in_body=service.in_body))

    def _balance(self, body: bytes) -> None:
        service = self.server.service
        place, entry = service.log.arrived(BALANCE_PATH, upload=False)
        latency, fault = service.faults.take(number=0, name="", phones=(), balance=True)
        if not self._wait(service.latency + latency):
            return
        if fault is not None:
            self._suffer(replace(fault, stage=Stage.BEFORE), place, replace(entry, fault=str(fault)))
            return
        verdict, content = service.balance(body, self.headers.get("Content-Type", ""))
        service.log.done(place, replace(entry, status=verdict.status, message=verdict.message))
        self._send(json_packet(verdict.status, content))

    # --- faults ---------------------------------------------------------------------------------

    def _suffer(
        self,
        fault: Fault,
        place: int,
        entry: Received,
        verdict: Verdict = MISSING,
        upload: Upload | None = None,
    ) -> None:
        service = self.server.service
        if fault.kind in {"late", "late-drop"}:
            if fault.kind == "late-drop":
                self._reset()
            if self._wait(fault.seconds):
                stored = service.store(verdict, upload)
                service.log.done(place, replace(_judged(entry, stored), status=None))
            raise ConnectionAbortedError
        message = ""
        if fault.stage is not Stage.BEFORE:
            stored = service.store(verdict, upload, half=fault.stage is Stage.HALFWAY)
            entry, message = replace(entry, stored=stored.leads), stored.verdict.message
        answer = fault_packet(fault, in_body=service.in_body)
        status = None if answer is None else int(answer[9:12])
        service.log.done(place, replace(entry, status=status, message=message))
        if answer is not None:
            self.close_connection = fault.kind == "long-length"  # or the client would wait for the rest
            self._send(answer)
        elif fault.kind == "drop":
            self._reset()
            raise ConnectionAbortedError
        else:
            if fault.kind == "hang":
                self._hold()
            self.close_connection = True

    def _wait(self, seconds: float) -> bool:
        """Wait; False where the sandbox ends meanwhile, and with it the request."""
        if seconds > 0 and self.server.stopping.wait(seconds):
            self.close_connection = True
            return False
        return True

    def _hold(self) -> None:
        """Keep the connection open until the client leaves or the sandbox ends."""
        while not self.server.stopping.is_set():
            readable, _, _ = select.select([self.connection], [], [], _POLL_SECONDS)
            if readable and not self.connection.recv(1024):
                return

    def _reset(self) -> None:
        """Close the connection with a reset in place of an orderly end; the caller raises to leave the handler."""
        # SO_LINGER of no seconds: close() then sends a reset, as a crashed server or a firewall does.
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.rfile.close()
        self.wfile.close()
        self.connection.close()

    # --- writing --------------------------------------------------------------------------------

    def _send(self, answer: bytes) -> None:
        self.wfile.write(answer)

    def _end_with(self, answer: bytes) -> None:
        self.close_connection = True
        self._send(answer)


def _judged(entry: Received, stored: Stored) -> Received:
    verdict = stored.verdict
    return replace(entry, status=verdict.status, message=verdict.message, stored=stored.leads)
