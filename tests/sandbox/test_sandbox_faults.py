"""Faults that the sandbox is ordered to suffer."""

from __future__ import annotations

import http.client
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from contract import ADDED, post, upload
from hypothesis import given
from hypothesis import strategies as st
from rawserver import wait_until

from telecmi_leads.sandbox import Fault, Sandbox, Stage, parse_fault
from telecmi_leads.sandbox.faults import KINDS

LEADS = upload(leads=10)["users"]
WHOLE = {"March-001": LEADS}
HALF = {"March-001": LEADS[:5]}
BROKEN = (500, {"code": 500, "msg": "Internal Server Error"})


@pytest.mark.parametrize(
    ("fault", "answer", "held"),
    [
        ("500", BROKEN, {}),
        ("500-before", BROKEN, {}),
        ("500-after", BROKEN, WHOLE),
        ("500-halfway", BROKEN, HALF),
        ("drop", ConnectionResetError, {}),
        ("drop-after", ConnectionResetError, WHOLE),
        ("drop-halfway", ConnectionResetError, HALF),
        ("close", http.client.RemoteDisconnected, {}),
        ("close-after", http.client.RemoteDisconnected, WHOLE),
        ("429", (429, {"code": 429, "msg": "Too Many Requests"}), {}),
        ("404", (404, {"code": 404, "msg": "Account Not Found"}), {}),
        ("400", (400, {"code": 400, "msg": "Duplicate phone numbers found"}), {}),
        ("422", (422, {"code": 422, "msg": "Invalid phone number"}), {}),
        ("422=919876543219,1", (422, {"code": 422, "msg": "Invalid phone number"}), {}),
        ("422=919876543220,1", (200, ADDED), WHOLE),
        ("404-after", (404, {"code": 404, "msg": "Account Not Found"}), WHOLE),
        ("400-after", (400, {"code": 400, "msg": "Duplicate phone numbers found"}), WHOLE),
        ("422-after=919876543219", (422, {"code": 422, "msg": "Invalid phone number"}), WHOLE),
        ("422-halfway", (422, {"code": 422, "msg": "Invalid phone number"}), HALF),
        ("empty", (200, b""), WHOLE),
        ("empty-before", (200, b""), {}),
        ("list", (200, []), WHOLE),
        ("null", (200, None), WHOLE),
        ("text-code", (200, {"code": "200", "msg": "Leads Added Successfully"}), WHOLE),
        ("short-length", ValueError, WHOLE),
        ("long-length", http.client.IncompleteRead, WHOLE),
        ("truncated", ValueError, WHOLE),
        ('answer=200 {"code":true}', (200, {"code": True}), WHOLE),
        ('answer=500 {"code":200}', (500, {"code": 200}), {}),
        ('answer-after=500 {"code":200}', (500, {"code": 200}), WHOLE),
        ("answer=418", (418, b""), {}),
    ],
)
def test_each_fault(fault: str, answer: Any, held: dict[str, Any]) -> None:
    """Each fault answers, or doesn't, as ordered, and stores none, half or all of the leads."""
    with Sandbox(faults=[f"{fault}@*"]) as sandbox:
        if isinstance(answer, type):
            with pytest.raises(answer):
                post(sandbox.url, upload(leads=10))
        else:
            assert post(sandbox.url, upload(leads=10)) == answer
        assert sandbox.campaigns() == held
        (entry,) = sandbox.requests()
    assert entry.stored == len(held.get("March-001", ()))


@pytest.mark.parametrize("status", [502, 503, 504])
def test_web_pages(status: int) -> None:
    """502, 503 and 504 come as a web page."""
    with Sandbox(faults=[f"{status}"]) as sandbox:
        got, page = post(sandbox.url, upload())
        assert (got, page.startswith(b"<html>"), sandbox.campaigns()) == (status, True, {})


@pytest.mark.parametrize(
    ("fault", "header", "value"),
    [
        ("429=5", "Retry-After", "5"),
        ("503=-1", "Retry-After", "-1"),
        ("503=Wed, 21 Oct 2015 07:28:00 GMT", "Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"),
        ("429=abc", "Retry-After", "abc"),
        ("503", "Retry-After", None),
        ("307=http://127.0.0.1:1/x@y", "Location", "http://127.0.0.1:1/x@y"),
    ],
)
def test_headers(fault: str, header: str, value: str | None) -> None:
    """Retry-After and Location carry the ordered text, whatever it is."""
    with Sandbox(faults=[f"{fault}@*"]) as sandbox:
        at = urlsplit(sandbox.url)
        connection = http.client.HTTPConnection(at.netloc, timeout=10)
        connection.request("POST", f"{at.path}/v3/leads/add", b"{}")
        answer = connection.getresponse()
        answer.read()
        connection.close()
    assert (str(answer.status), answer.headers[header]) == (fault[:3], value)


def test_late_commit() -> None:
    """The leads come in some time after the connection was cut, or after the client gave up waiting."""
    with Sandbox(faults=["late-drop=1.5@1", "late=0.3@2"]) as sandbox:
        start = time.monotonic()
        with pytest.raises(ConnectionResetError):
            post(sandbox.url, upload("A"))
        assert ("A" in sandbox.campaigns(), time.monotonic() - start < 1.5) == (False, True)
        start = time.monotonic()
        with pytest.raises(http.client.RemoteDisconnected):
            post(sandbox.url, upload("B"))
        assert ("B" in sandbox.campaigns(), time.monotonic() - start >= 0.3) == (True, True)
        wait_until(lambda: sandbox.requests()[0].stored == 2)
        assert "A" in sandbox.campaigns()
        assert [(entry.status, entry.stored) for entry in sandbox.requests()] == [(None, 2), (None, 2)]


def test_late_commit_after_the_same_name() -> None:
    """A late request finds its name taken where the same was sent again meanwhile: there is one copy."""
    with Sandbox(faults=["late-drop=1@1"]) as sandbox:
        with pytest.raises(ConnectionResetError):
            post(sandbox.url, upload())
        assert post(sandbox.url, upload())[0] == 200
        wait_until(lambda: sandbox.requests()[0].seconds >= 1)
        assert sandbox.campaigns() == {"March-001": upload()["users"]}
        assert [entry.stored for entry in sandbox.requests()] == [0, 2]


def test_hang() -> None:
    """A hanging request gets no answer; the connection is closed by the client."""
    with Sandbox(faults=["hang-after"]) as sandbox:
        at = urlsplit(sandbox.url)
        connection = http.client.HTTPConnection(at.netloc, timeout=0.3)
        connection.request("POST", f"{at.path}/v3/leads/add", b"{}")
        with pytest.raises(TimeoutError):
            connection.getresponse()
        connection.close()


def statuses(faults: list[Fault | str], names: str) -> list[int]:
    """Return the statuses that campaigns of these one-letter names are answered with, in turn."""
    with Sandbox(faults=faults) as sandbox:
        return [post(sandbox.url, upload(name))[0] for name in names]


def test_where_faults_strike() -> None:
    """By number, range, open range, name, and number of times; the first that was ordered goes first."""
    assert statuses(["500@2"], "ABC") == [200, 500, 200]
    assert statuses(["500@2-3"], "ABCD") == [200, 500, 500, 200]
    assert statuses(["500@2-"], "ABC") == [200, 500, 500]
    assert statuses(["500@*"], "AB") == [500, 500]
    assert statuses(["500"], "AB") == [500, 500]
    assert statuses(["500@B"], "ABA") == [200, 500, 400]
    assert statuses(["500@B*2"], "BABB") == [500, 200, 500, 200]
    assert statuses(["500@name:B"], "AB") == [200, 500]
    assert statuses(["502@1", "500@1-2"], "ABC") == [502, 500, 200]
    assert statuses([Fault("404", name="B", times=1)], "ABB") == [200, 404, 200]


def test_balance_faults() -> None:
    """Faults for the balance endpoint leave uploads alone, and the other way round."""
    with Sandbox(faults=["503=5@balance*1", "500@1"]) as sandbox:
        query = {"appid": 1234567, "secret": "s3cret"}
        got = [post(sandbox.url, query, "/v2/balance")[0], post(sandbox.url, upload())[0]]
        got += [post(sandbox.url, query, "/v2/balance")[0], post(sandbox.url, upload())[0]]
    assert got == [503, 500, 200, 200]


def test_ordered_while_running() -> None:
    """A fault ordered between two requests strikes the second."""
    with Sandbox() as sandbox:
        first = post(sandbox.url, upload("A"))[0]
        sandbox.order("500@B")
        sandbox.order(Fault("404", name="C"))
        assert (first, *(post(sandbox.url, upload(name))[0] for name in "BC")) == (200, 500, 404)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("500-after@2", Fault("500", stage=Stage.AFTER, first=2, last=2)),
        ("429=5@1-3", Fault("429", "5", first=1, last=3)),
        ("drop-before@*", Fault("drop")),
        ("DROP", Fault("drop")),
        ("late-drop=2.5@3-", Fault("late-drop", "2.5", first=3)),
        ("html", Fault("html", stage=Stage.AFTER)),
        ("html-before@2", Fault("html", first=2, last=2)),
        ("422=919876543210@March-002*2", Fault("422", "919876543210", name="March-002", times=2)),
        ("500@name:7", Fault("500", name="7")),
        ("500@balance", Fault("500", balance=True)),
        ("500@2 * 3", Fault("500", name="2 * 3")),
    ],
)
def test_text_form(text: str, fault: Fault) -> None:
    """A fault's text is read into its parts, and written so that it reads the same again."""
    assert parse_fault(text) == fault
    assert parse_fault(str(fault)) == fault


@given(st.sampled_from(KINDS), st.sampled_from(["", "-before", "-after", "-halfway"]), st.text(max_size=20))
def test_any_text_is_read_or_refused(kind: str, stage: str, rest: str) -> None:
    """Any text is either a fault that survives being written and read, or a ValueError with a sentence."""
    try:
        fault = parse_fault(kind + stage + rest)
    except ValueError as refused:
        problem = refused
    else:
        assert parse_fault(str(fault)) == fault
        return
    assert len(str(problem)) > 10


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("explode", "give one of 301, 302,"),
        ("500-sometimes", "give one of 301, 302,"),
        ("latency-after=3", "latency has no stages: leave -after out"),
        ("latency", "give a number of seconds, such as late=30"),
        ("late=soon", "give a number of seconds, such as late=30"),
        ("422=+91", "give phones as digits, separated by commas"),
        ("302", "give an address, such as 302=http://127.0.0.1:8080/"),
        ("429=5\r\nX: y@1", "a header holds printable ASCII characters only"),
        ("500=1", "500 takes no value"),
        ("answer=yes", "give a status and a body, such as answer=200 null"),
        ("500@0", "requests are counted from 1, such as @2, @1-3 or @3-"),
        ("500@3-2", "requests are counted from 1, such as @2, @1-3 or @3-"),
    ],
)
def test_text_that_is_no_fault(text: str, sentence: str) -> None:
    """What can't be read is refused with a sentence that says what to write."""
    with pytest.raises(ValueError, match=r".") as caught:
        parse_fault(text)
    assert str(caught.value).startswith(sentence)
