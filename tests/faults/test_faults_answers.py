"""The real program before a plain server, answer by answer: rows 11, 13 to 23 of the faults, and whole histories.

In most runs every other campaign is taken in at once, so that what is tried on the others is never so many failures
in a row that the run gives up.
"""

from __future__ import annotations

import csv
import gzip
import json
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme
from certificates import server_side
from program import Program, balanced, expected_phones, write_leads
from rawserver import OK, Connection, RawServer, always, answer
from scripted import BAD_PHONE, DUPLICATES, EXISTS, FAILED, NO_ACCOUNT, Say, Script

QUICK = ("--settle", "0.3", "--timeout", "1", "--max-wait", "3", "--json")
ONCE = ("--retries", "0")


@dataclass
class Sent:
    """How a run before a script has ended: its exit code, its summary, and the state of each campaign by name."""

    code: int
    summary: dict[str, Any]
    states: dict[str, str]
    campaigns: dict[str, dict[str, Any]]


def ended(program: Program, *arguments: str) -> Sent:
    """Run the program to its end, and check what must hold whatever happens."""
    result = program.run(*arguments)
    assert "Traceback" not in result.err
    summary = result.json
    assert balanced(summary)
    assert summary["exit_code"] == result.code
    campaigns = {each["name"]: each for each in summary["campaigns"]}
    states = {
        name: "confirmed" if each.get("confirmed_by_name") else each["status"] for name, each in campaigns.items()
    }
    return Sent(result.code, summary, states, campaigns)


def upload(program: Program, count: int, *options: str, size: int = 1) -> Sent:
    """Upload so many leads as campaigns K-001 onward."""
    write_leads(program.folder / "leads.csv", count)
    chosen = ("--name", "K", "--region", "IN", "--size", str(size), *QUICK, *options)
    return ended(program, "upload", "leads.csv", *chosen)


def resume(program: Program, *options: str) -> Sent:
    """Go on with the run."""
    return ended(program, "resume", *QUICK, *options)


def same_bytes(script: Script) -> bool:
    """Tell whether each name was only ever sent with the same bytes."""
    return len({(each.name, each.body) for each in script.came}) == len(set(script.names))


def every_other(says: list[Say]) -> tuple[Script, int]:
    """Return a script that says these to K-002, K-004 …, and how many campaigns that takes."""
    return Script({f"K-{2 * index + 2:03d}": [say] for index, say in enumerate(says)}), 2 * len(says) + 1


def tried(tmp_path: Path, says: list[Say], *options: str) -> tuple[Sent, Script, list[str]]:
    """Upload before `every_other`; return the end, the script, and what became of those that it is about."""
    script, count = every_other(says)
    with RawServer(script) as server:
        sent = upload(Program(tmp_path, server.url), count, "--workers", "1", *options)
    assert same_bytes(script)
    assert [state for name, state in sent.states.items() if name not in script.of_name] == ["accepted"] * (
        len(says) + 1
    )
    return sent, script, [sent.states[name] for name in script.of_name]


# --- no connection: row 11 ------------------------------------------------------------------------


def closed_port() -> int:
    """Return a port of this machine that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


@pytest.mark.parametrize("host", ["127.0.0.1", "telecmi.invalid"], ids=["refused", "unknown host"])
def test_no_connection_is_retried_and_nothing_counts_as_sent(tmp_path: Path, host: str) -> None:
    """(Row 11) Connection refused, host unknown: tried as often as --retries says, everything unsent, X5."""
    url = f"http://127.0.0.1:{closed_port()}" if host == "127.0.0.1" else f"https://{host}"
    sent = upload(Program(tmp_path, url), 1, "--retries", "1")
    assert (sent.code, sent.states, sent.campaigns["K-001"]["attempts"]) == (5, {"K-001": "unsent"}, 2)
    assert sent.summary["error"]["message"].startswith("None of 1 lead is in; 1 not sent: the ")


def test_a_bad_certificate_is_not_retried(tmp_path: Path) -> None:
    """(Row 11) A certificate that nobody vouches for: one try, nothing sent, X5; with --ca-bundle it is taken."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    with RawServer(always(), server_side(authority, "127.0.0.1")) as server:
        program = Program(tmp_path, server.url)
        sent = upload(program, 2)
        assert (sent.code, sent.states) == (5, {"K-001": "unsent", "K-002": "unsent"})
        assert (server.connections, server.requests) == (1, [])
        assert "the certificate is not trusted" in sent.summary["error"]["message"]
        assert resume(program, "--ca-bundle", "authority.pem").code == 0


# --- no answer, and answers that are none: rows 12 to 15 ------------------------------------------


def test_an_answer_that_drips_ends_at_the_deadline(tmp_path: Path) -> None:
    """(Row 13) No answer, one that drips, headers that drip: unknown at --timeout, not when the drip ends."""
    drips = [
        Connection.hang,
        lambda connection: connection.drip(answer()),
        lambda connection: (connection.send(b"HTTP/1.1 200 OK\r\n"), connection.drip(b"X: y\r\n" * 99))[1],
    ]
    sent, script, states = tried(tmp_path, [Say(drip) for drip in drips], *ONCE)
    assert (sent.code, states) == (5, ["unknown"] * 3)
    assert all(1.0 <= sent.campaigns[name]["seconds"] < 4.0 for name in script.of_name)
    assert {sent.campaigns[name]["message"] for name in script.of_name} == {"no answer within the time-out"}


def test_broken_answers_are_unknown_and_settled_by_name(tmp_path: Path) -> None:
    """(Row 14) Cut, lying about its length, no HTTP, 300 MB of gzip, without end: unknown, then unverified."""
    bomb = gzip.compress(bytes(3 * 10**6))

    def endless(connection: Connection) -> None:
        connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.send(b"1000\r\n" + bytes(0x1000) + b"\r\n")

    broken = [
        lambda connection: connection.send(answer(OK, length=len(OK) + 9)),
        answer(OK, length=len(OK) - 9),
        lambda connection: connection.send(b"garbage\r\n\r\n"),
        answer(bomb, "200 OK", "Content-Encoding: gzip"),
        endless,
    ]
    sent, script, states = tried(tmp_path, [Say(each, commits=True) for each in broken])
    assert (sent.code, states) == (5, ["unverified"] * 5)
    assert [sent.campaigns[name]["attempts"] for name in script.of_name] == [2] * 5


def test_every_form_of_success_is_understood(tmp_path: Path) -> None:
    """(Row 15) Code 200 as number or text, with a BOM, as reported of sibling endpoints: accepted at once."""
    forms = [
        OK,
        b'{"code":"200"}',
        b'{"code":200.0}',
        b'\xef\xbb\xbf{"code":200}',
        b'{"code":"cmi-200","status":"success","message":"Leads Added Successfully !"}',
    ]
    script = Script({f"K-{number:03d}": [Say(answer(form))] for number, form in enumerate(forms, 1)})
    with RawServer(script) as server:
        sent = upload(Program(tmp_path, server.url), len(forms))
    assert (sent.code, set(sent.states.values()), len(script.came)) == (0, {"accepted"}, len(forms))


def test_nothing_else_is_success(tmp_path: Path) -> None:
    """(Row 15) HTTP 200 without the code: unknown, X5, whatever else the body says; nothing is claimed."""
    bodies = [b"<html>OK</html>", b"", b"[]", b"null", b'{"code":true}', b'{"status":"success"}']
    sent, _, states = tried(tmp_path, [Say(answer(body)) for body in bodies], *ONCE)
    assert (sent.code, states, sent.summary["status"]) == (5, ["unknown"] * 6, "unfinished")


# --- the body's code, server errors, pauses: rows 16 to 18 ----------------------------------------


def test_the_bodys_code_decides(tmp_path: Path) -> None:
    """(Row 16) HTTP 200 with 400 or 422: refused; with 500, and HTTP 500 with 200: unknown; with 404: the end, X6."""
    says = [answer(DUPLICATES), answer(BAD_PHONE), answer(b'{"code":500,"msg":"failed"}')]
    says += [answer(OK, "500 Internal Server Error")]
    script, count = every_other([Say(each) for each in says])
    script.of_name[f"K-{count:03d}"] = [Say(answer(NO_ACCOUNT))]
    with RawServer(script) as server:
        sent = upload(Program(tmp_path, server.url), count, "--workers", "1", *ONCE)
    states = [sent.states[name] for name in script.of_name]
    assert (sent.code, states) == (6, ["refused"] * 2 + ["unknown"] * 2 + ["unsent"])
    assert sent.summary["error"]["code"] == "account_refused"
    assert len(script.came) == count


def test_server_errors_are_settled_and_never_taken_on_trust(tmp_path: Path) -> None:
    """(Rows 17, 18) A 5xx, then 200: accepted with a note; then the name taken: unverified, X5, until resolved."""
    html = [answer(b"<html>", status) for status in ("502 Bad Gateway", "503 Unavailable", "504 Gateway Timeout")]
    says = [*map(Say, html), Say(FAILED), Say(FAILED, commits=True), Say(FAILED, commits=True)]
    sent, script, states = tried(tmp_path, says)
    assert (sent.code, states) == (5, ["accepted"] * 4 + ["unverified"] * 2)
    assert sent.campaigns["K-002"]["message"].endswith("(an earlier try ended in a server error)")
    assert (sent.summary["leads"]["unverified"], sent.summary["error"]["code"]) == (2, "unverified")

    with RawServer(script) as server:
        program = Program(tmp_path, server.url)
        before = len(script.came)
        assert resume(program).states["K-010"] == "unverified"
        assert len(script.came) == before  # another try would prove nothing
        assert program.run("resolve", sent.summary["run"], "K-010", "--accepted").code in {0, 5}
        assert program.run("resolve", sent.summary["run"], "K-012", "--not-uploaded", *QUICK).code in {0, 5}
        again = resume(program)
        assert (again.code, again.states["K-010"], again.states["K-012"]) == (5, "accepted", "unverified")
        assert "said not to be uploaded" in again.campaigns["K-012"]["message"]
        assert script.names[before:] == ["K-012"]
    assert same_bytes(script)


def busy(*headers: str, status: str = "429 Too Many Requests") -> Say:
    """Return the answer that asks to come back later."""
    return Say(answer(b"", status, *headers))


def test_retry_after_is_kept_to(tmp_path: Path) -> None:
    """(Row 18) Asked for a second by 429 or 503 it is waited for in full; nonsense and the past are no reason to."""
    says = [
        busy("Retry-After: 1"),
        busy("Retry-After: 1", status="503 Unavailable"),
        busy("Retry-After: -1"),
        busy("Retry-After: abc"),
        busy("Retry-After: Wed, 21 Oct 2015 07:28:00 GMT"),
    ]
    sent, script, states = tried(tmp_path, says)
    assert (sent.code, states, len(script.came)) == (0, ["accepted"] * 5, 11 + 5)
    for name in ("K-002", "K-004"):
        first, second = [each.time for each in script.came if each.name == name]
        assert second - first >= 1.0
        assert not [each for each in script.came if first < each.time < second]  # nobody else called meanwhile


def test_a_pause_past_max_wait_ends_the_run(tmp_path: Path) -> None:
    """(Row 18) Asked for more than --max-wait: no second call, nothing counts as sent, X5, the reason said."""
    script = Script({"K-001": [busy("Retry-After: 4")]})
    with RawServer(script) as server:
        sent = upload(Program(tmp_path, server.url), 2)
    assert (sent.code, sent.states, script.names) == (5, {"K-001": "unknown", "K-002": "unsent"}, ["K-001"])
    assert sent.summary["error"]["code"] == "max_wait"
    assert "the service asks for a pause of 4 s; --max-wait is 3 s" in sent.summary["error"]["message"]


def test_a_service_that_only_asks_to_wait_is_not_hammered(tmp_path: Path) -> None:
    """(Row 18) 429 without end: as many requests as --retries allows a campaign, X5."""
    script = Script(judge=lambda _name, _phones: busy("Retry-After: 0"))
    with RawServer(script) as server:
        sent = upload(Program(tmp_path, server.url), 1, "--retries", "2")
    assert (sent.code, sent.states, script.names) == (5, {"K-001": "unknown"}, ["K-001"] * 3)


# --- redirects, names, refusals: rows 19 to 23 ----------------------------------------------------


def test_redirects_lead_nowhere(tmp_path: Path) -> None:
    """(Row 19) A redirect that would repeat the body elsewhere: one request, X6, the reason; the other sees nothing."""
    with RawServer(always()) as other:
        redirect = answer(b"", "307 Temporary Redirect", f"Location: {other.url}/v3/leads/add")
        script = Script(judge=lambda _name, _phones: Say(redirect))
        with RawServer(script) as server:
            sent = upload(Program(tmp_path, server.url), 2)
        assert (sent.code, script.names, other.connections) == (6, ["K-001"], 0)
    assert sent.summary["error"]["code"] == "misdirected"


def test_what_a_taken_name_means(tmp_path: Path) -> None:
    """(Row 20) After a lost connection: confirmed; after a 500: unverified; at the first try: the end of the run."""
    script, count = every_other([Say(Connection.reset, commits=True), Say(FAILED, commits=True), Say(answer(EXISTS))])
    with RawServer(script) as server:
        program = Program(tmp_path, server.url)
        sent = upload(program, count + 1, "--workers", "1")
        states = list(sent.states.values())
        # The taken name may end the run before the first two are sent again.
        assert (states[0], states[2], states[4]) == ("accepted", "accepted", "accepted")
        assert states[1] in {"confirmed", "unknown"}
        assert states[3] in UNPROVEN
        assert states[5:] == ["refused"] * 3
        assert (sent.code, sent.campaigns["K-007"]["attempts"]) == (5, 0)
        again = resume(program)
    assert (again.code, again.states["K-004"], script.names.count("K-006")) == (5, "unverified", 1)
    assert {"K-007", "K-008"}.isdisjoint(script.names)


UNPROVEN = ("unknown", "unverified")

PROVES_NOTHING = [
    *("408 Timeout", "409 Conflict", "410 Gone", "413 Too Large", "414 Too Long", "418 Teapot", "425 Too Early"),
    *("429 Too Many", "451 Blocked", "499 Closed", "500 Error", "502 Bad", "503 Down", "504 Late", "400 Bad", "422 No"),
]
FOREIGN = [
    b"<html>OK</html>",
    b"",
    b'{"code":200,"msg":"Leads Added Succ',
    b'{"message":"Internal server error"}',
    b'{"code":409,"msg":"Conflict"}',
    b'{"code":400,"msg":"Request aborted"}',
    b'{"code":422,"msg":"Unprocessable"}',
]


def test_a_name_that_exists_after_an_answer_that_proves_nothing(tmp_path: Path) -> None:
    """(Row 20) Whatever answered after the leads were in, and proves nothing: the name is there, and unverified."""
    says = [Say(answer(b"<html>", status), commits=True) for status in PROVES_NOTHING]
    says += [Say(answer(body), commits=True) for body in FOREIGN]
    script, count = every_other(says)
    with RawServer(script) as server:
        program = Program(tmp_path, server.url)
        first = upload(program, count, "--workers", "1")
        assert {first.states[name] for name in script.of_name} == {"unknown", "unverified"}
        again = resume(program)
    assert [again.states[name] for name in script.of_name] == ["unverified"] * len(says)
    assert (again.code, same_bytes(script)) == (5, True)


def test_answers_of_whoever_stands_before_the_service(tmp_path: Path) -> None:
    """(Row 20) A redirect, 401, 403, 405, 407, a foreign 404: unknown, the run stops; then unverified."""
    gates = [answer(b"", "302 Found", "Location: http://127.0.0.1:9/")]
    gates += [answer(b"<html>", status) for status in ("401 No", "403 No", "404 No", "405 No", "407 No")]
    gates += [answer(b'{"code":401,"msg":"Unauthorized"}')]
    script = Script({"K-001": [Say(gate, commits=True) for gate in gates]})
    with RawServer(script) as server:
        program = Program(tmp_path, server.url)
        ends = [upload(program, 2), *(resume(program) for _ in gates)]
    assert [end.states["K-001"] for end in ends] == ["unknown"] * len(gates) + ["unverified"]
    assert [end.code for end in ends] == [6] * len(gates) + [5]
    assert same_bytes(script)


@pytest.mark.parametrize("words", ["Lead name is already taken", "A campaign of this name exists.", "Name in use"])
def test_a_taken_name_in_other_words(tmp_path: Path, words: str) -> None:
    """(Row 67) Any words that say that the name exists or is taken: one request in all, everything refused, X4."""
    taken = json.dumps({"code": 400, "msg": words}).encode()
    script = Script(judge=lambda _name, _phones: Say(answer(taken, "400 Bad Request")))
    with RawServer(script) as server:
        sent = upload(Program(tmp_path, server.url), 3)
    assert (sent.code, script.names, set(sent.states.values())) == (4, ["K-001"], {"refused"})
    assert sent.summary["leads"] == {"accepted": 0, "unverified": 0, "refused": 3, "unknown": 0, "unsent": 0}
    assert sent.campaigns["K-001"]["message"].startswith(words)


@pytest.mark.parametrize("words", ["Daily quota already used", "order_index is already in use", "Time taken too long"])
def test_what_is_taken_and_no_name_confirms_nothing(tmp_path: Path, words: str) -> None:
    """(Row 67) After a lost connection only a taken name shows that the leads are in, nothing else that is taken."""
    refusal = json.dumps({"code": 400, "msg": words}).encode()
    script = Script({"K-001": [Say(Connection.reset), Say(answer(refusal, "400 Bad Request"))]})
    with RawServer(script) as server:
        sent = upload(Program(tmp_path, server.url), 1)
    assert (sent.code, sent.states, script.held) == (5, {"K-001": "unknown"}, {})


@pytest.mark.parametrize("leads", [2, 20])
def test_a_service_that_refuses_all_in_its_own_words(tmp_path: Path, leads: int) -> None:
    """(Row 64) Cut in vain, a campaign is sent whole once more; then a person looks it up, and nothing goes round."""
    other = Say(answer(b'{"code":400,"msg":"Account limit reached"}', "400 Bad Request"))
    script = Script(judge=lambda _name, _phones: other)
    with RawServer(script) as server:
        program = Program(tmp_path, server.url)
        ends = [upload(program, leads, size=leads), *(resume(program, "--isolate") for _ in range(3))]
    hints = [end.summary["error"]["hint"] for end in ends]
    assert [end.code for end in ends] == [5] * 4
    assert ["--isolate" in hints[0], "resume" in hints[1]] == [True, True]
    assert [f"resolve {ends[0].summary['run']} K-001 --accepted" in hint for hint in hints[2:]] == [True, True]


@pytest.mark.parametrize("name", ["Contacts", "Do not call yet", "Users 2026", "Phones (old)"])
def test_a_taken_name_that_the_answer_repeats(tmp_path: Path, name: str) -> None:
    """(Row 67) What a campaign is called says nothing about whose name is taken: one request in all, X4."""

    def taken(asked: str, _phones: object) -> Say:
        return Say(answer(json.dumps({"code": 400, "msg": f"Lead name '{asked}' already exists"}).encode()))

    script = Script(judge=taken)
    with RawServer(script) as server:
        sent = upload(Program(tmp_path, server.url), 3, "--name", name)
    assert (sent.code, script.names, set(sent.states.values())) == (4, [f"{name}-001"], {"refused"})


def test_a_name_taken_after_a_refused_connection_is_somebody_elses(tmp_path: Path) -> None:
    """(Row 20) Nothing of ours can have arrived: refused, X4; nothing is renamed."""
    program = Program(tmp_path, f"http://127.0.0.1:{closed_port()}")
    assert upload(program, 1, *ONCE).states == {"K-001": "unsent"}
    script = Script(held={"K-001": ["919800000000"]})
    with RawServer(script) as server:
        program.url = server.url
        sent = resume(program)
    assert (sent.code, sent.states, script.names) == (4, {"K-001": "refused"}, ["K-001"])


def test_what_a_refusal_means(tmp_path: Path) -> None:
    """(Row 21) "Duplicate phone numbers" at the first try: refused.csv has the leads; after a time-out: unknown."""
    says = [Say(answer(DUPLICATES)), Say(Connection.hang, commits=True)]
    script, count = every_other(says)
    script.of_name["K-004"].append(Say(answer(DUPLICATES)))
    with RawServer(script) as server:
        program = Program(tmp_path, server.url)
        sent = upload(program, count)
        assert (sent.code, sent.states["K-002"], sent.states["K-004"]) == (5, "refused", "unknown")
        with Path(sent.summary["reports"]["refused"]).open(encoding="utf-8-sig", newline="") as report:
            refused = list(csv.DictReader(report))
        assert [row["phone"].lstrip("'+") for row in refused] == expected_phones(1, first=1)
        assert resume(program).states["K-004"] == "confirmed"


def test_one_bad_lead_of_a_thousand(tmp_path: Path) -> None:
    """(Row 22) Without --isolate one campaign is refused; with it 999 leads are in, within 20 requests."""
    bad = expected_phones(1, first=617)[0]
    for options, accepted, most in (((), 0, 1), (("--isolate",), 999, 20)):
        folder = tmp_path / str(accepted)
        folder.mkdir()
        script = Script(judge=lambda _name, phones: Say(answer(BAD_PHONE)) if bad in phones else None)
        with RawServer(script) as server:
            sent = upload(Program(folder, server.url), 1000, *options, size=1000)
        assert (sent.code, sent.summary["leads"]["accepted"], sent.summary["leads"]["refused"]) == (
            4,
            accepted,
            1000 - accepted,
        )
        assert len(script.came) <= most
        assert sorted(phone for phones in script.held.values() for phone in phones) == sorted(
            set(expected_phones(1000)) - {bad} if accepted else ()
        )


def test_all_refused_stops_early(tmp_path: Path) -> None:
    """(Row 22) Where all leads are refused, --isolate does not try them one by one."""
    script = Script(judge=lambda _name, _phones: Say(answer(BAD_PHONE)))
    with RawServer(script) as server:
        sent = upload(Program(tmp_path, server.url), 200, "--isolate", size=200)
    assert (sent.code, sent.summary["leads"]["refused"]) == (4, 200)
    assert (len(script.came) <= 25, set(script.names)) == (True, {"K-001"})


@pytest.mark.parametrize("bad", [1, 4, 7])
def test_offenders_scattered_over_a_thousand_leads(tmp_path: Path, bad: int) -> None:
    """(Row 45) 1, 4, 7 bad leads, then `resume --isolate`: they alone are refused, with TeleCMI's words."""
    numbers = expected_phones(1000)
    offending = [numbers[(2 * index + 1) * 1000 // (2 * bad)] for index in range(bad)]
    script = Script(judge=lambda _name, phones: Say(answer(BAD_PHONE)) if set(offending) & set(phones) else None)
    with RawServer(script) as server:
        program = Program(tmp_path, server.url)
        assert upload(program, 1000, size=1000).code == 4
        sent = resume(program, "--isolate")
        again = resume(program)
    assert (sent.code, sent.summary["status"]) == (4, "partial")
    assert (sent.summary["leads"]["accepted"], sent.summary["leads"]["refused"]) == (1000 - bad, bad)
    assert sorted(phone for phones in script.held.values() for phone in phones) == sorted(set(numbers) - {*offending})
    with Path(sent.summary["reports"]["refused"]).open(encoding="utf-8-sig", newline="") as report:
        refused = list(csv.DictReader(report))
    assert [row["phone"].lstrip("'+") for row in refused] == offending
    assert {(row["reject_code"], row["reject_reason"]) for row in refused} == {("422", "Invalid phone number")}
    assert "K-001" in script.held
    assert again.summary["leads"] in (sent.summary["leads"], {**sent.summary["leads"], "accepted": 0, "refused": 0})


@pytest.mark.parametrize("words", ["Duplicate phone numbers found", "Request aborted"])
def test_a_refusal_after_a_commit_whose_answer_was_lost(tmp_path: Path, words: str) -> None:
    """(Row 64) `resume --isolate` finds the own name taken: nobody is in twice, nobody is lost."""
    refusal = Say(answer(json.dumps({"code": 400, "msg": words}).encode(), "400 Bad Request"))
    script = Script({"K-001": [Say(Connection.reset, commits=True), refusal]})
    with RawServer(script) as server:
        program = Program(tmp_path, server.url)
        sent = upload(program, 10, size=10)
        assert (sent.code, sent.states) == (5, {"K-001": "unknown"})
        assert f"resume {sent.summary['run']} --isolate" in sent.summary["error"]["hint"]
        isolated = resume(program, "--isolate")
        assert (isolated.code, isolated.states) == (5, {"K-001": "unverified"})
        assert isolated.summary["campaigns"][0]["leads"] == 10
        resolved = program.run("resolve", sent.summary["run"], "K-001", "--accepted", "--json")
    assert (resolved.code, resolved.json["leads"]["accepted"]) == (0, 10)
    assert set(script.names) == {"K-001"}
    assert script.held == {"K-001": expected_phones(10)}


def test_an_account_that_goes_amid_the_run(tmp_path: Path) -> None:
    """(Row 23) A 404 among parallel requests: what is under way is heard out, nothing more starts, X6, and resumed."""
    slow = Say(lambda connection: (time.sleep(0.5), connection.send(answer()))[1], commits=True)
    says = {"K-002": [slow], "K-003": [Say(answer(NO_ACCOUNT))], "K-004": [slow]}
    script = Script(says)
    with RawServer(script) as server:
        program = Program(tmp_path, server.url)
        sent = upload(program, 9, "--workers", "3")
        assert (sent.code, sorted(script.names)) == (6, ["K-001", "K-002", "K-003", "K-004"])
        assert [name for name, state in sent.states.items() if state == "accepted"] == ["K-001", "K-002", "K-004"]
        assert sent.summary["leads"]["unsent"] == 6
        assert resume(program).code == 0
    assert (len(script.held), same_bytes(script)) == (9, True)
