"""What the client makes of an answer: faults rows 15, 16, 17, 18, 19, 20, 21."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from telecmi_leads.core.campaign import Outcome, OutcomeKind
from telecmi_leads.sending.answers import LONGEST_RETRY_AFTER, Answer, classify, retry_after_seconds
from telecmi_leads.sending.answers import SUCCESS as SUCCESS_STATUSES

ACCEPTED, NAME_EXISTS, REFUSED = OutcomeKind.ACCEPTED, OutcomeKind.NAME_EXISTS, OutcomeKind.REFUSED
ACCOUNT, BUSY, MISDIRECTED = OutcomeKind.ACCOUNT, OutcomeKind.BUSY, OutcomeKind.MISDIRECTED
SERVER, OTHERWISE = OutcomeKind.UNKNOWN_SERVER, OutcomeKind.REFUSED_OTHERWISE

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
HTML = b"<html><body>Hello</body></html>"


def said(status: int, body: bytes | None, lead_name: str | None = None, **headers: Any) -> Outcome:
    """Return what an answer is classified as."""
    return classify(Answer(status, body, **headers), lambda: NOW, str, lead_name)


# --- success --------------------------------------------------------------------------------------


SUCCESS = [
    b'{"code":200,"msg":"Leads Added Successfully"}',
    b'{"code":200}',
    b'{"code":"200"}',
    b'{"code":" 200 "}',
    b'{"code":"cmi-200"}',
    b'{"code":"CMI-200"}',
    b'{"code":200.0}',
    b'{"code":2e2}',
    b'\xef\xbb\xbf{"code":200}',
    b' \r\n{"code": 200} \n',
    b'{"code":200,"status":"success","surplus":[1,2,{}]}',
    b'{"appid":1111112,"code":200}',
]


@pytest.mark.parametrize("body", SUCCESS)
def test_success(body: bytes) -> None:
    """(Row 15) Code 200, as a number or as text, in an object with a 2xx status is success."""
    assert [said(status, body).kind for status in (200, 201, 299)] == [ACCEPTED] * 3


@pytest.mark.parametrize("body", SUCCESS)
@pytest.mark.parametrize("status", [500, 502, 400, 404, 429, 100, 600])
def test_success_needs_2xx(status: int, body: bytes) -> None:
    """(Row 16) Code 200 under another HTTP status contradicts itself: the server's word proves nothing."""
    assert said(status, body).kind is SERVER


@pytest.mark.parametrize(
    "body",
    [
        HTML,
        b"",
        b"[]",
        b"null",
        b"200",
        b'"200"',
        b"[200]",
        b'[{"code":200}]',
        b"{}",
        b'{"code":true}',
        b'{"code":null}',
        b'{"code":[200]}',
        b'{"code":{"code":200}}',
        b'{"code":"OK"}',
        b'{"code":"200 OK"}',
        b'{"code":"+200"}',
        '{"code":"２００"}'.encode(),
        b'{"code":200.5}',
        b'{"code":NaN}',
        b'{"code":1e400}',
        b'{"Code":200}',
        b'{"status":"success"}',
        b'{"code":200',
        b'{"code":200}{"code":200}',
        b'{"code":200}<html>',
        b"{'code':200}",
        b'{"code":200}'.decode().encode("utf-16"),
        b'{"code":200,"msg":"\xff"}',
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b'{"code":' + b"9" * 60_000 + b"}",
        None,
    ],
    ids=lambda body: repr(body)[:30],
)
def test_no_success_by_status_alone(body: bytes | None) -> None:
    """(Row 15) HTTP 200 with anything else in the body is unknown."""
    assert said(200, body) == Outcome(SERVER, 200, "HTTP 200 OK: the answer is not the service's")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (200, "HTTP 200 OK: the answer is not the service's"),
        (299, "HTTP 299: the answer is not the service's"),
        (500, "HTTP 500 Internal Server Error"),
        (503, "HTTP 503 Service Unavailable"),
        (599, "HTTP 599"),
    ],
)
def test_an_answer_without_words_is_named(status: int, words: str) -> None:
    """(Row 15) Where an answer says nothing, its status speaks; one that no server error explains is called foreign."""
    assert said(status, b"").message == words


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, b'{"code":500}', "HTTP 500 Internal Server Error"),
        (200, b'{"msg":"Hello"}', "Hello"),
        (404, b"", "HTTP 404 Not Found"),
        (429, b"", "HTTP 429 Too Many Requests"),
    ],
)
def test_an_answer_that_says_something_is_not_called_foreign(status: int, body: bytes, words: str) -> None:
    """A code, words or a status with a meaning of its own: they are told, and nothing of whose answer it is."""
    assert said(status, body).message == words


def test_what_a_status_of_success_is() -> None:
    """From 200 to 299, for the service's answers and for a monitor's."""
    assert [status for status in range(600) if status in SUCCESS_STATUSES] == list(range(200, 300))


# --- the body decides -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "msg", "kind"),
    [
        (400, "Lead Name Already Exists", NAME_EXISTS),
        (400, "  lead name ALREADY exists !", NAME_EXISTS),
        (400, "Lead  Name\u00a0Already Exists!", NAME_EXISTS),
        (400, "Lead Name Already Exist", NAME_EXISTS),
        (400, "Lead name is already taken", NAME_EXISTS),
        (400, "A campaign with this name exists", NAME_EXISTS),
        (400, "Name taken.", NAME_EXISTS),
        (400, "Already exists", NAME_EXISTS),
        (400, "This lead name is in use", NAME_EXISTS),
        (422, "lead_name has already been used", NAME_EXISTS),
        (400, "Lead Name Already Exists for this user", NAME_EXISTS),
        (400, "Lead name already exists, contacts were not added", NAME_EXISTS),
        (400, "Not added: the lead name is taken", NAME_EXISTS),
        (400, "Duplicate lead name", NAME_EXISTS),
        (400, "Duplicate lead_name found", NAME_EXISTS),
        (400, "Lead name must be unique", NAME_EXISTS),
        (400, "The name is not unique", NAME_EXISTS),
        (422, "Please use a unique lead name", NAME_EXISTS),
        (400, "Lead name unavailable", NAME_EXISTS),
        (400, "Could not add leads because the lead name already exists", NAME_EXISTS),
        (400, "Lead name has been used already", NAME_EXISTS),
        (400, "The name is no longer available", NAME_EXISTS),
        (400, "This lead name isn't available", NAME_EXISTS),
        (400, "Duplicate campaign", NAME_EXISTS),
        (400, "Duplicate entry 'M-001' for key 'lead_name'", NAME_EXISTS),
        (400, "E11000 duplicate key error collection: leads index: lead_name_1 dup key", NAME_EXISTS),
        (400, "lead_name must be unique", NAME_EXISTS),
        (400, "Unique constraint failed: lead_name", NAME_EXISTS),
        (400, "Lead name duplicated", NAME_EXISTS),
        (400, "Campaign name is already registered", NAME_EXISTS),
        (400, "You already have a campaign named M-001", NAME_EXISTS),
        (400, "There is already a campaign called M-001", NAME_EXISTS),
        (400, "Name conflict", NAME_EXISTS),
        (400, "Daily quota already used", OTHERWISE),
        (400, "Campaign quota already used", OTHERWISE),
        (400, "Credits already used", OTHERWISE),
        (400, "order_index is already in use", OTHERWISE),
        (400, "Duplicate name in users", OTHERWISE),
        (400, "Duplicate names", OTHERWISE),
        (400, "first name must be unique", OTHERWISE),
        (400, "API key in use", OTHERWISE),
        (400, "Channel in use", OTHERWISE),
        (400, "Time taken too long", OTHERWISE),
        (400, "Existing campaign limit reached", OTHERWISE),
        (400, "Check whether the campaign exists", OTHERWISE),
        (400, "Leads already exist", OTHERWISE),
        (400, "No campaign of this name exists", OTHERWISE),
        (400, "The list does not exist: choose another name", OTHERWISE),
        (400, "The user's name already exists", OTHERWISE),
        (400, "Already exists: phone number 919876500001", OTHERWISE),
        (400, "Phone numbers must be unique", OTHERWISE),
        (422, "Lead Name Already Exists", NAME_EXISTS),
        (409, "Lead Name Already Exists", NAME_EXISTS),
        (400, "Campaign does not exist", OTHERWISE),
        (400, "Lead list no longer exists", OTHERWISE),
        (400, "Phone number already exists", OTHERWISE),
        (400, "Some contacts already exist", OTHERWISE),
        (400, "Lead is Used in Active Campaign", OTHERWISE),
        (400, "Request aborted", OTHERWISE),
        (400, "Your request was mistaken", OTHERWISE),
        (400, "Duplicate phone numbers found", REFUSED),
        (422, "duplicate phone numbers found !", REFUSED),
        (422, "Invalid phone number: 9198", REFUSED),
        (422, "The phone is not valid", OTHERWISE),
        (400, "", OTHERWISE),
        (422, "", OTHERWISE),
        (404, "Account Not Found", ACCOUNT),
        (404, "Invalid App id or secret", ACCOUNT),
        (404, "no Route matched with those values", MISDIRECTED),
        (404, "", MISDIRECTED),
        (422, "Parameter missing", REFUSED),
        (422, "Invalid phone number", REFUSED),
        (500, "Internal Server Error", SERVER),
        (500, "Lead Name Already Exists", SERVER),
        (401, "Unauthorized", MISDIRECTED),
        (403, "Forbidden", MISDIRECTED),
        (405, "Method not allowed", MISDIRECTED),
        (407, "Proxy authentication required", MISDIRECTED),
        (413, "Too large", OTHERWISE),
        (414, "Too long", SERVER),
        (418, "Teapot", SERVER),
        (425, "Too early", SERVER),
        (451, "Blocked", SERVER),
        (499, "Client closed", SERVER),
        (429, "Too many", BUSY),
        (503, "Down", SERVER),
        (201, "Created", SERVER),
        (402, "Pay", SERVER),
        (408, "Slow", SERVER),
        (409, "Conflict", SERVER),
        (0, "?", SERVER),
        (-200, "?", SERVER),
        (1062, "?", SERVER),
    ],
)
def test_body_decides(code: int, msg: str, kind: OutcomeKind) -> None:
    """(Rows 16, 20, 21) The body's code decides, whatever the HTTP status and however the code is written."""
    words = " ".join(msg.split())
    for status in (200, 400, 404, 422, 500, 503):
        for written in (code, str(code), f"cmi-{code}", float(code)):
            if isinstance(written, str) and code < 0:
                continue
            outcome = said(status, json.dumps({"code": written, "msg": msg}).encode())
            assert (outcome.kind, outcome.code) == (kind, code)
            assert not words or outcome.message == words


@pytest.mark.parametrize(
    ("name", "msg", "kind"),
    [
        ("Contacts-001", "Lead name contacts-001 already exists", NAME_EXISTS),
        ("Users  2026-001", "'Users 2026-001' is already taken", NAME_EXISTS),
        ("Do not call-001", "Lead name Do not call-001: already exists!", NAME_EXISTS),
        ("a", "A lead of this name already exists", NAME_EXISTS),
        ("Exists", "Lead Name Already Exists", NAME_EXISTS),
        ("Taken-001", "Parameter missing in Taken-001", REFUSED),
        ("Exists-001", "The list Exists-001 can't be read", OTHERWISE),
        ("March-001", "Phone number already exists in March-001", OTHERWISE),
        ("March", "Marching orders: the number already exists", OTHERWISE),
        ("!", "Lead name already exists", NAME_EXISTS),
    ],
)
def test_what_a_campaign_is_called_says_nothing(name: str, msg: str, kind: OutcomeKind) -> None:
    """(Row 67) Where an answer repeats the campaign's name, that name is none of the service's words."""
    code = 422 if kind is REFUSED else 400
    assert said(400, json.dumps({"code": code, "msg": msg}).encode(), name).kind is kind


@pytest.mark.parametrize("status", [200, 400, 422])
@pytest.mark.parametrize(
    "body",
    [
        b'{"code":400,"code":200}',
        b'{"code":200,"msg":"Lead Name Already Exists","code":400}',
        b'{"code":200,"data":{"code":200},"c\\u006fde":422}',
        b'{"code":200,"code":null}',
    ],
)
def test_two_codes_prove_nothing(status: int, body: bytes) -> None:
    """(Row 15) An object with two codes that differ is success to one reader and a refusal to another: unknown."""
    assert said(status, body).kind is SERVER
    assert said(200, b'{"data":[{"code":400}],"code":200,"code":"200"}').kind is ACCEPTED


@pytest.mark.parametrize("key", ["msg", "message", "error"])
@pytest.mark.parametrize("other", [None, "", 7, True, ["Lead Name"]])
def test_where_the_text_stands(key: str, other: Any) -> None:
    """The text is found under each of the reported names; the first that is a text counts, and is not empty."""
    content = {"msg": other, "message": other, "code": "cmi-400", "status": "error", key: "Lead Name Already Exists !"}
    assert said(200, json.dumps(content).encode()) == Outcome(NAME_EXISTS, 400, "Lead Name Already Exists !")


@pytest.mark.parametrize("written", [919876543210, "987654321", 9876543210.0, -100_000, "cmi-841267"])
def test_a_number_that_is_no_code_is_not_told(written: object) -> None:
    """(Row 58) A phone number or a secret of digits in the place of the code is not shown: the status stands there."""
    outcome = said(400, json.dumps({"code": written, "msg": "Duplicate phone numbers found"}).encode())
    assert (outcome.kind, outcome.code) == (SERVER, 400)


# --- the status decides ---------------------------------------------------------------------------


@pytest.mark.parametrize("body", [HTML, b"", b"[]", b"null", None, b'{"code":true}', b'{"msg":"no code"}'])
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, SERVER),
        (409, SERVER),
        (422, SERVER),
        (413, OTHERWISE),
        (404, MISDIRECTED),
        (429, BUSY),
        (500, SERVER),
        (502, SERVER),
        (503, SERVER),
        (504, SERVER),
        (599, SERVER),
        (401, MISDIRECTED),
        (403, MISDIRECTED),
        (405, MISDIRECTED),
        (407, MISDIRECTED),
        (408, SERVER),
        (414, SERVER),
        (418, SERVER),
        (425, SERVER),
        (451, SERVER),
        (499, SERVER),
        (204, SERVER),
        (101, SERVER),
        (999, SERVER),
    ],
)
def test_status_decides_without_a_code(status: int, kind: OutcomeKind, body: bytes | None) -> None:
    """(Row 18) Where the body holds no code the HTTP status decides, and proves as little as it can."""
    outcome = said(status, body)
    assert (outcome.kind, outcome.code) == (kind, status)
    assert outcome.message.startswith((f"HTTP {status}", "no code"))


@pytest.mark.parametrize("status", [200, 400, 404, 422, 500, 502])
def test_cut_answers(status: int) -> None:
    """(Row 14) An answer that ended early proves nothing, even where its first part looks like success."""
    outcome = said(status, b'{"code":200}', cut="the answer was cut off")
    assert outcome.kind is SERVER
    assert outcome.message.endswith(": the answer was cut off") or status >= 500


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_redirects(status: int) -> None:
    """(Row 19) A redirect is a redirect, whatever its body says; the message names the host alone."""
    outcome = said(status, SUCCESS[0], location="https://user:pw@elsewhere.example.com/login?secret=1")
    assert (outcome.kind, outcome.code, outcome.unknown) == (MISDIRECTED, status, True)
    assert outcome.message.endswith(": a redirect to elsewhere.example.com, which is not followed")
    assert said(status, b"").message.endswith(": a redirect, which is not followed")
    assert said(status, b"", location="http://[").message.endswith(": a redirect, which is not followed")
    assert "\x1b" not in said(status, b"", location="http://a\x1b[31m/").message


# --- pauses that are asked for --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("5", 5),
        (" 5 ", 5),
        ("0", 0),
        ("-1", 0),
        ("2.5", 2.5),
        ("1000000000", 1e9),
        ("1e9", 1e9),
        ("9" * 300, 1e9),
        ("1e999", LONGEST_RETRY_AFTER),
        ("9" * 5000, None),
        ("abc", None),
        ("", None),
        ("inf", None),
        ("nan", None),
        ("\u0665", None),
        ("5, 10", None),
        ("Sat, 31 Jan 2026 12:00:30 GMT", 30),
        ("Sat, 31 Jan 2026 12:00:30 -0000", 30),
        ("Saturday, 31-Jan-26 12:00:30 GMT", 30),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_RETRY_AFTER),
        ("Sat, 99 Jan 2026 12:00:30 GMT", None),
        ("Sat, 31 Jan 99999999999999 12:00:30 GMT", None),
    ],
)
def test_retry_after(header: str, seconds: float | None) -> None:
    """(Row 18) Seconds and dates are read, what is past is 0, what is absurd stays large, garbage is nothing."""
    assert retry_after_seconds(header, None, lambda: NOW) == seconds
    for status in (429, 503):
        outcome = said(status, HTML, retry_after=header)
        assert (outcome.kind, outcome.code, outcome.retry_after) == (BUSY, status, seconds)


@pytest.mark.parametrize("status", [500, 502, 504])
def test_retry_after_with_a_server_error(status: int) -> None:
    """(Row 18) Whoever fails and says when to come back is not asked before."""
    outcome = classify(Answer(status, b"", retry_after="7"), lambda: NOW, str)
    assert (outcome.kind, outcome.retry_after) == (OutcomeKind.UNKNOWN_SERVER, 7.0)


def test_retry_after_by_the_servers_clock() -> None:
    """(Row 10) A date counts from the answer's own Date: a clock here that is a day off changes nothing."""
    for day in (-1, 0, 1):
        clock = NOW + timedelta(days=day)
        date = "Sat, 31 Jan 2026 12:00:00 GMT"
        assert retry_after_seconds("Sat, 31 Jan 2026 12:00:30 GMT", date, lambda clock=clock: clock) == 30
    assert retry_after_seconds("Sat, 31 Jan 2026 12:00:30 GMT", "garbage", lambda: NOW) == 30


def test_busy_by_the_body() -> None:
    """A 429 or 503 in the body asks for a pause too, and the header says how long."""
    assert said(200, b'{"code":429,"msg":"Slow down"}', retry_after="7") == Outcome(BUSY, 429, "Slow down", 7.0)
    assert said(200, b'{"code":503}', retry_after="7") == Outcome(BUSY, 503, "HTTP 503 Service Unavailable", 7.0)
    assert said(503, b'{"code":500}', retry_after="7").kind is SERVER


# --- any words and bytes --------------------------------------------------------------------------


def test_hostile_text() -> None:
    """(Row 32) A server's words are one bounded line without control, escape or bidi characters."""
    text = "\x1b]52;c;aGk=\x07[red]\u202eevil\x9b31m\r\nSet" + "a\u0301" * 3 + "\u0301" * 1000 + "x" * 100_000
    message = said(400, json.dumps({"code": 400, "msg": text}).encode()).message
    assert len(message) < 400
    assert message.isprintable()
    assert message.startswith("]52;c;aGk= [red]evil 31m Set")


def test_secret_in_the_servers_words() -> None:
    """A server that repeats the secret does not get it into the outcome."""

    def hide(text: str) -> str:
        return text.replace("kanarienvogel", "•••")

    body = b'{"code":404,"msg":"no account for kanarienvogel"}'
    assert classify(Answer(404, body), lambda: NOW, hide).message == "no account for •••"
    elsewhere = Answer(302, b"", location="http://kanarienvogel.example.com/")
    assert "kanarienvogel" not in classify(elsewhere, lambda: NOW, hide).message


BODIES = st.binary(max_size=60) | st.sampled_from(SUCCESS) | st.builds(lambda b: SUCCESS[0][: len(b)] + b, st.binary())
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.sampled_from([200, "200", "cmi-200"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["code", "msg"]), inner),
    max_leaves=5,
).map(lambda value: json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))


@given(
    st.integers(100, 999) | st.just(200),
    st.none() | BODIES | JSON,
    st.sampled_from(["", "the answer was cut off"]),
    st.none() | st.text(),
    st.none() | st.text(),
    st.none() | st.text(),
)
@example(502, b"", "", "7", None, None)  # who fails may ask for a pause too
def test_never_surprised(  # noqa: PLR0913, PLR0917 - one for each part of an answer
    status: int, body: bytes | None, cut: str, retry_after: str | None, date: str | None, location: str | None
) -> None:
    """Whatever comes, there is an outcome; and it is success only for 2xx with an object whose code is 200."""
    outcome = classify(Answer(status, body, cut, retry_after, date, location), lambda: NOW, str)
    assert outcome.message.replace("\u200c", "").replace("\u200d", "").isprintable()
    assert outcome.retry_after is None or 0 <= outcome.retry_after <= LONGEST_RETRY_AFTER
    assert outcome.retry_after is None or outcome.kind in {BUSY, SERVER}
    if outcome.kind is ACCEPTED:
        code = json.loads((body or b"").decode("utf-8-sig"))["code"]
        assert (status // 100, cut) == (2, "")
        assert code is not True
        assert str(code).lower().removeprefix("cmi-").strip() in {"200", "200.0"}
