"""The sandbox holds to the published contract."""

from __future__ import annotations

import gc
import http.client
import json
import socket
import threading
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from contract import ADDED, OPENAPI, lead, post, upload, validator
from hypothesis import given, settings
from hypothesis import strategies as st
from rawserver import wait_until

from telecmi_leads.core.errors import UsageError
from telecmi_leads.sandbox import Received, Sandbox

MISSING = (422, {"code": 422, "msg": "Parameter missing"})
BAD_PHONE = (422, {"code": 422, "msg": "Invalid phone number"})


# --- the contract ---------------------------------------------------------------------------------


def without(request: dict[str, Any], key: str) -> dict[str, Any]:
    """Return the request without a key."""
    return {name: value for name, value in request.items() if name != key}


def with_lead(**fields: Any) -> dict[str, Any]:
    """Return a request whose second lead has these fields; "left out" leaves one out."""
    return upload(users=[lead(0), {name: value for name, value in lead(1, **fields).items() if value != "left out"}])


ANSWERS: list[tuple[str, Any, tuple[int, dict[str, Any]]]] = [
    ("a good request", upload(), (200, ADDED)),
    ("all optional fields", with_lead(email="a@example.com", comment="", address="", order_index=-3), (200, ADDED)),
    ("1000 leads", upload(leads=1000), (200, ADDED)),
    ("1001 leads", upload(leads=1001), MISSING),
    ("no lead", upload(users=[]), MISSING),
    ("users not an array", upload(users={}), MISSING),
    ("a lead that is none", upload(users=["919876543210"]), MISSING),
    ("no lead_name", without(upload(), "lead_name"), MISSING),
    ("an empty lead_name", upload(name=""), MISSING),
    ("a lead_name that is a number", upload(lead_name=7), MISSING),
    ("no inet_no", without(upload(), "inet_no"), MISSING),
    ("inet_no as text", upload(inet_no="1234567"), MISSING),
    ("inet_no true", upload(inet_no=True), MISSING),
    ("inet_no with a fraction", upload(inet_no=1.5), MISSING),
    ("inet_no 0", upload(inet_no=0), MISSING),
    ("no secret", without(upload(), "secret"), MISSING),
    ("an empty secret", upload(secret=""), MISSING),
    ("no users", without(upload(), "users"), MISSING),
    ("an unknown key", upload(leads_total=2), MISSING),
    ("an unknown key in a lead", with_lead(surname="Rao"), MISSING),
    ("no firstname", with_lead(firstname="left out"), MISSING),
    ("an empty lastname", with_lead(lastname=""), MISSING),
    ("no phone", with_lead(phone="left out"), MISSING),
    ("a phone that is a number", with_lead(phone=919876543211), BAD_PHONE),
    ("a phone with a plus", with_lead(phone="+919876543211"), BAD_PHONE),
    ("a phone that begins with 0", with_lead(phone="09876543211"), BAD_PHONE),
    ("a phone of 4 digits", with_lead(phone="9198"), BAD_PHONE),
    ("a phone of 16 digits", with_lead(phone="9" * 16), BAD_PHONE),
    ("a phone in Arabic digits", with_lead(phone="٩١٩٨٧٦٥٤٣٢١١"), BAD_PHONE),
    ("a phone with a line break", with_lead(phone="919876543211\n"), BAD_PHONE),
    ("an email that is none", with_lead(email="asha"), MISSING),
    ("a null field", with_lead(city=None), MISSING),
    ("order_index as text", with_lead(order_index="3"), MISSING),
    ("order_index true", with_lead(order_index=True), MISSING),
    ("a phone twice", with_lead(phone="919876543210"), (400, {"code": 400, "msg": "Duplicate phone numbers found"})),
    ("no JSON", b"lead_name=March", MISSING),
    ("an array", b"[]", MISSING),
    ("nothing", b"", MISSING),
    ("bytes that are no UTF-8", json.dumps(upload()).encode().replace(b"Asha", b"\xff"), MISSING),
    ("JSON nested too deep", b'{"users":' + b"[" * 100_000, MISSING),
]


@pytest.mark.parametrize(("request_", "answer"), [pair[1:] for pair in ANSWERS], ids=[pair[0] for pair in ANSWERS])
def test_documented_answers(request_: object, answer: tuple[int, dict[str, Any]]) -> None:
    """Each request is answered with the documented status and message, and stored only where it is accepted."""
    with Sandbox() as sandbox:
        got = post(sandbox.url, request_)
        held = sandbox.campaigns()
    assert got == answer
    assert held == ({request_["lead_name"]: request_["users"]} if answer[0] == 200 else {})  # type: ignore[index]
    assert str(answer[0]) in OPENAPI["paths"]["/v3/leads/add"]["post"]["responses"]
    assert list(validator("Outcome").iter_errors(got[1])) == []


def test_content_type_must_be_json() -> None:
    """A body that does not say that it is JSON is not read."""
    with Sandbox() as sandbox:
        form = post(sandbox.url, upload(), **{"Content-Type": "application/x-www-form-urlencoded"})
        charset = post(sandbox.url, upload(), **{"Content-Type": "Application/JSON; charset=utf-8"})
    assert (form, charset) == (MISSING, (200, ADDED))


TEXTS = st.sampled_from(["", "a", "March-001", "a@example.com", "asha", "नाम"])
PHONES = st.sampled_from(
    ["919876543210", "14155550100", "0123456", "+9198765", "1234", "12345", "9" * 15, "9" * 16, ""]
)
ODD = st.sampled_from([None, True, False, 0, 1, -1, 1.5, [], {}, "7"])
LEADS = st.fixed_dictionaries(
    {"firstname": TEXTS | ODD, "lastname": TEXTS, "phone": PHONES | ODD},
    optional={"email": TEXTS | ODD, "comment": TEXTS | ODD, "city": TEXTS, "order_index": ODD, "age": ODD},
) | st.just(lead())
UPLOADS = st.fixed_dictionaries(
    {"lead_name": TEXTS | ODD, "inet_no": st.just(1234567) | ODD, "users": st.lists(LEADS, max_size=3) | ODD},
    optional={"secret": st.just("s3cret") | ODD, "surplus": ODD},
)


def test_shape_agrees_with_the_schema() -> None:
    """The sandbox refuses with 422 exactly what openapi.yaml's schema refuses."""
    schema = validator("LeadUpload")

    @settings(max_examples=300, deadline=None)
    @given(UPLOADS | LEADS.map(lambda one: upload(users=[one])))
    def agree(request: dict[str, Any]) -> None:
        status, _ = post(sandbox.url, request)
        assert (status != 422) == schema.is_valid(request)

    with Sandbox() as sandbox:
        agree()


# --- names, accounts, forms -----------------------------------------------------------------------


def test_name_is_unique_in_its_account() -> None:
    """A second campaign of the same name is refused, whatever its leads; another account may have the name."""
    with Sandbox() as sandbox:
        answers = [
            post(sandbox.url, upload()),
            post(sandbox.url, upload(users=[lead(9)])),
            post(sandbox.url, upload(inet_no=7654321)),
        ]
        mine, other, all_of_them = sandbox.campaigns(1234567), sandbox.campaigns(7654321), sandbox.campaigns()
    users = upload()["users"]
    assert answers == [(200, ADDED), (400, {"code": 400, "msg": "Lead Name Already Exists"}), (200, ADDED)]
    assert (mine, other, all_of_them) == ({"March-001": users}, {"March-001": users}, {"March-001": users * 2})


def test_name_is_unique_under_concurrency() -> None:
    """Of many requests for one name that come at the same time, one is accepted, and stored whole."""
    gate = threading.Barrier(16)
    answers: list[int] = []
    with Sandbox() as sandbox:

        def send(number: int) -> None:
            request = upload(users=[lead(number * 100 + index) for index in range(100)])
            gate.wait()
            answers.append(post(sandbox.url, request)[0])

        threads = [threading.Thread(target=send, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        held = sandbox.campaigns()["March-001"]
    assert sorted(answers) == [200] + [400] * 15
    first = int(held[0]["phone"])
    assert [int(one["phone"]) for one in held] == list(range(first, first + 100))


def test_first_secret_makes_the_account() -> None:
    """The first secret that comes with an App id is its secret; another one is answered with 404."""
    with Sandbox() as sandbox:
        answers = [
            post(sandbox.url, upload("A")),
            post(sandbox.url, upload("B", secret="other")),  # noqa: S106 - invented
            post(sandbox.url, {"appid": 1234567, "secret": "other"}, "/v2/balance"),
            post(sandbox.url, upload("B")),
        ]
    refused = (404, {"code": 404, "msg": "Account Not Found"})
    assert answers == [(200, ADDED), refused, refused, (200, ADDED)]


def test_fixed_accounts() -> None:
    """Where accounts are given, every other App id and secret is unknown."""
    with Sandbox(accounts={1234567: "s3cret"}) as sandbox:
        answers = [
            post(sandbox.url, upload(secret="other"))[0],  # noqa: S106 - invented
            post(sandbox.url, upload(inet_no=7))[0],
            post(sandbox.url, upload())[0],
        ]
    assert answers == [404, 404, 200]


def test_shape_comes_before_credentials() -> None:
    """A malformed request with a wrong secret is answered with 422, as reported of the service."""
    with Sandbox(accounts={}) as sandbox:
        assert post(sandbox.url, upload(users=[])) == MISSING


def test_balance() -> None:
    """The balance endpoint knows good credentials from bad ones and from a wrong shape."""
    with Sandbox(accounts={1234567: "s3cret"}) as sandbox:
        answers = [
            post(sandbox.url, content, "/v2/balance")
            for content in (
                {"appid": 1234567, "secret": "s3cret"},
                {"appid": 1234567, "secret": "wrong"},
                {"appid": "1234567", "secret": "s3cret"},
            )
        ]
        uploads, all_requests = sandbox.requests(), sandbox.requests(None)
    assert answers == [
        (200, {"code": 200, "expire": "2099-12-31", "sms": 0, "balance": 1000}),
        (404, {"code": 404, "msg": "Account Not Found"}),
        MISSING,
    ]
    assert (uploads, [entry.status for entry in all_requests]) == ((), [200, 404, 422])


def test_body_form() -> None:
    """In the sibling endpoints' form 400 and 500 come as HTTP 200 with the code in the body, 404 and 422 do not."""
    with Sandbox(form="body", accounts={1234567: "s3cret"}, faults=["500@5"]) as sandbox:
        requests = [upload(), upload(), upload(inet_no=7), upload(users=[]), upload("B")]
        answers = [post(sandbox.url, request) for request in requests]
    assert answers == [
        (200, ADDED),
        (200, {"code": 400, "msg": "Lead Name Already Exists"}),
        (404, {"code": 404, "msg": "Account Not Found"}),
        MISSING,
        (200, {"code": 500, "msg": "Internal Server Error"}),
    ]


# --- the log and the secret -----------------------------------------------------------------------


def test_log_of_requests() -> None:
    """The log says what each request was, what came of it, and which bodies are the same but for the secret."""
    heard: list[Received] = []
    with Sandbox(on_request=heard.append) as sandbox:
        before = time.time()
        for request in (upload(), upload(), upload("B"), upload(leads=0)):
            post(sandbox.url, request)
        log = sandbox.requests()
    assert [(e.number, e.name, e.app_id, e.leads, e.status, e.message, e.stored, e.fault) for e in log] == [
        (1, "March-001", 1234567, 2, 200, "Leads Added Successfully", 2, ""),
        (2, "March-001", 1234567, 2, 400, "Lead Name Already Exists", 0, ""),
        (3, "B", 1234567, 2, 200, "Leads Added Successfully", 2, ""),
        (4, "March-001", 1234567, 0, 422, "Parameter missing", 0, ""),
    ]
    assert log[0].digest == log[1].digest != log[2].digest
    assert all(before <= entry.time <= time.time() and 0 <= entry.seconds < 5 for entry in log)
    assert heard == list(log)


def reachable(start: object) -> list[object]:
    """Return all that an object of the sandbox holds, down to texts and bytes."""
    reached: dict[int, object] = {}
    todo = [start]
    while todo:
        one = todo.pop()
        ours = type(one).__module__.startswith("telecmi_leads")
        if id(one) not in reached and (ours or isinstance(one, dict | list | tuple | str | bytes)):
            reached[id(one)] = one
            todo.extend(gc.get_referents(one))
    return list(reached.values())


def test_secret_is_nowhere(capfd: pytest.CaptureFixture[str]) -> None:
    """Neither the memory of the sandbox nor its streams nor its own endpoints hold a secret that it was sent."""
    canary = "kanarienvogel-4711"
    with Sandbox() as sandbox:
        for request in (upload(secret=canary), upload(secret=canary, users=[]), upload(inet_no=7, secret=canary)):
            post(sandbox.url, request)
        post(sandbox.url, b'{"secret":"%s"' % canary.encode())
        shown = http_get(sandbox.url, "/_sandbox/requests") + http_get(sandbox.url, "/_sandbox/campaigns")
        held = reachable(sandbox._service)  # noqa: SLF001 - its memory is what is looked at
    texts = [one for one in held if isinstance(one, str | bytes)]
    assert "March-001" in texts
    assert not [one for one in texts if canary in (one if isinstance(one, str) else one.decode("latin-1"))]
    assert canary.encode() not in shown
    assert capfd.readouterr() == ("", "")


# --- asked over HTTP ------------------------------------------------------------------------------


def http_get(url: str, path: str, **headers: str) -> bytes:
    """Return what a GET is answered with."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request("GET", urlsplit(url).path + path, headers=headers)
        return connection.getresponse().read()
    finally:
        connection.close()


def test_asked_over_http() -> None:
    """Other processes read campaigns and requests, and order faults, over HTTP."""
    with Sandbox() as sandbox:
        ordered = post(sandbox.url, ["500@2", "404@balance"], "/_sandbox/faults")
        refused = post(sandbox.url, ["500@2", "explode"], "/_sandbox/faults")
        statuses = [post(sandbox.url, upload(name))[0] for name in ("A", "B", "C")]
        campaigns = json.loads(http_get(sandbox.url, "/_sandbox/campaigns"))
        requests = json.loads(http_get(sandbox.url, "/_sandbox/requests"))
        assert campaigns == sandbox.campaigns() == {"A": upload()["users"], "C": upload()["users"]}
    assert (ordered, refused[0]) == ((200, {"ordered": 2}), 422)
    assert refused[1]["error"].startswith("give one of 301, 302")
    assert statuses == [200, 500, 200]
    assert [(entry["name"], entry["status"], entry["fault"]) for entry in requests] == [
        ("A", 200, ""),
        ("B", 500, "500-before@2"),
        ("C", 200, ""),
    ]


def test_only_for_this_machine() -> None:
    """A request that names another host, as a web page's would after DNS rebinding, is not answered with data."""
    with Sandbox() as sandbox:
        post(sandbox.url, upload())
        page = http_get(sandbox.url, "/_sandbox/campaigns", Host="attacker.example.com")
        status, _ = post(sandbox.url, upload("B"), Host="attacker.example.com")
        assert (b"919876543210" in page, status, list(sandbox.campaigns())) == (False, 421, ["March-001"])


@pytest.mark.parametrize("path", ["/_sandbox/campaigns", "/_sandbox/requests", "/", "/x/_sandbox/campaigns"])
def test_another_user_of_the_machine_is_refused(path: str) -> None:
    """(Row 61) Without the token of this start no request is answered with data, none is stored, no fault ordered."""
    with Sandbox() as sandbox:
        post(sandbox.url, upload())
        for stranger in (f"http://127.0.0.1:{sandbox.port}", sandbox.url[:-1], f"http://127.0.0.1:{sandbox.port}/x"):
            page = http_get(stranger, path)
            answers = [post(stranger, upload("B"))[0], post(stranger, ["500"], "/_sandbox/faults")[0]]
            assert (b"403 Forbidden" in page, b"919876543210" in page, answers) == (True, False, [403, 403])
        assert (list(sandbox.campaigns()), len(sandbox.requests(None))) == (["March-001"], 1)
        assert post(sandbox.url, upload("B"))[0] == 200


@pytest.mark.parametrize("path", ["", "/x"])
@pytest.mark.parametrize("length", [b"9" * 5000, b"9" * 20, b"-1", b"\xb2"])
def test_no_length_that_a_stranger_says_ends_the_sandbox(path: str, length: bytes) -> None:
    """(Row 61) A Content-Length that no body has is refused, with the token or without; the sandbox goes on."""
    with Sandbox() as sandbox:
        token = urlsplit(f"{sandbox.url}{path}" if path else sandbox.url[:-1]).path.encode()
        with socket.create_connection(("127.0.0.1", sandbox.port), 10) as stranger:
            host = f"Host: 127.0.0.1:{sandbox.port}".encode()
            stranger.sendall(
                b"POST " + token + b" HTTP/1.1\r\n" + host + b"\r\nContent-Length: " + length + b"\r\n\r\n"
            )
            stranger.shutdown(socket.SHUT_WR)
            status = int(stranger.recv(100).split()[1])
        known = 411 if length in {b"-1", b"\xb2"} else 413
        assert (status, post(sandbox.url, upload())[0]) == (known if path else 403, 200)


def test_who_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """(Row 61) A connection that begins a request and never ends it is closed."""
    monkeypatch.setattr("telecmi_leads.sandbox.server._Handler.timeout", 0.2)
    with Sandbox() as sandbox, socket.create_connection(("127.0.0.1", sandbox.port), 10) as stranger:
        stranger.sendall(b"POST /x HTTP/1.1\r\nHost: ")
        assert stranger.recv(100) == b""
        assert post(sandbox.url, upload())[0] == 200


def test_each_start_has_a_token_of_its_own() -> None:
    """(Row 61) What was learned of one sandbox opens no other."""
    with Sandbox() as one, Sandbox() as other:
        tokens = {urlsplit(each.url).path for each in (one, other)}
    assert len(tokens) == 2
    assert all(len(token) > 20 for token in tokens)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST /v3/leads/add HTTP/1.1\r\nHost: %s\r\n\r\n", b"411"),
        (b"POST /v3/leads/add HTTP/1.1\r\nHost: %s\r\nContent-Length: -1\r\n\r\n", b"411"),
        (b"POST /v3/leads/add HTTP/1.1\r\nHost: %s\r\nContent-Length: 9999999999\r\n\r\n", b"413"),
        (b"POST /elsewhere HTTP/1.1\r\nHost: %s\r\nContent-Length: 0\r\n\r\n", b"404"),
        (b"GET / HTTP/1.1\r\nHost: %s\r\n\r\n", b"404"),
        (b"GARBAGE\r\n\r\n", b"400"),
    ],
)
def test_requests_that_are_no_upload(head: bytes, status: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    """What is not a whole POST to an endpoint gets its HTTP error and is not in the log."""
    with Sandbox() as sandbox:
        at = urlsplit(sandbox.url)
        with socket.create_connection(("127.0.0.1", sandbox.port), timeout=5) as connection:
            connection.sendall(head.replace(b"%s", at.netloc.encode()).replace(b" /", b" %s/" % at.path.encode()))
            answer = connection.recv(65536)
        assert status in answer[:200]
        assert sandbox.requests(None) == ()
    assert capfd.readouterr() == ("", "")


# --- speed, ends, ports ---------------------------------------------------------------------------


def test_kept_alive_without_stalls() -> None:
    """No request on a kept-alive connection need wait for a delayed ACK, which would cost each of them 40 ms."""
    body = json.dumps(upload(leads=1000)).encode()
    seconds = []
    with Sandbox() as sandbox:
        at = urlsplit(sandbox.url)
        connection = http.client.HTTPConnection(at.netloc, timeout=10)
        for _ in range(30):
            start = time.perf_counter()
            connection.request("POST", f"{at.path}/v3/leads/add", body, {"Content-Type": "application/json"})
            connection.getresponse().read()
            seconds.append(time.perf_counter() - start)
        connection.close()
    assert min(seconds) < 0.03


def test_ends_at_once_with_connections_open() -> None:
    """Leaving the sandbox ends idle, hanging and late requests at once, and stores nothing more."""

    def send(name: str) -> None:
        with pytest.raises(OSError):  # noqa: PT011 - however the connection ends
            post(sandbox.url, upload(name))

    with Sandbox(faults=["hang@1", "late=60@2", "latency=60@3"]) as sandbox:
        idle = socket.create_connection(("127.0.0.1", sandbox.port))
        threads = [threading.Thread(target=send, args=(name,)) for name in "ABC"]
        for number, thread in enumerate(threads, 1):
            thread.start()
            wait_until(lambda number=number: len(sandbox.requests()) == number)
        start = time.monotonic()
    assert time.monotonic() - start < 10  # what hangs or is late would take a minute
    for thread in threads:
        thread.join(5)
    idle.close()
    assert sandbox.campaigns() == {}


def test_port_in_use() -> None:
    """A port that can't be had is an error with a way out."""
    with Sandbox() as sandbox:
        port = sandbox.port
        with pytest.raises(UsageError) as caught, Sandbox(port=port):
            pass
    assert caught.value.message == f"The sandbox can't listen on port {port}: Address already in use."
    assert caught.value.hint == "Choose another with --port; 0 takes a free one."
    with pytest.raises(UsageError, match="there is no such port"), Sandbox(port=70_000):
        pass


def test_latency() -> None:
    """Latency delays each answer: of three tries one is not delayed by the machine too."""

    def waited() -> tuple[float, float]:
        with Sandbox(latency=0.2, faults=["latency=0.2@2"]) as sandbox:
            start = time.monotonic()
            post(sandbox.url, upload("A"))
            middle = time.monotonic()
            post(sandbox.url, upload("B"))
            return middle - start, time.monotonic() - middle

    first, second = map(min, zip(*(waited() for _ in range(3)), strict=True))
    assert (0.2 <= first < 0.4, 0.4 <= second < 0.7) == (True, True)
