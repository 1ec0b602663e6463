"""The bytes of an answer: one block each, so that head and body leave in one packet."""

from __future__ import annotations

from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec

from telecmi_leads.sandbox.service_rules import ADDED, BAD_PHONE, BROKEN, DUPLICATES, NO_ACCOUNT, Verdict

if TYPE_CHECKING:
    from telecmi_leads.sandbox.faults import Fault

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
    """Return an answer with status 200 that is no proof of anything; `kind` is a fault's name."""
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
