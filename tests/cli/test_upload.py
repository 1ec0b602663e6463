"""The main job, end to end: the real program, a real server, whole outputs."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest
from contract import validator
from program import APP_ID, SECRET, Program, balanced, expected_phones, phones, write_leads
from rawserver import RawServer, answer, says

if TYPE_CHECKING:
    from pathlib import Path

    from telecmi_leads.sandbox import Sandbox


# --- what a run does, and what one decides --------------------------------------------------------


@pytest.fixture
def program(tmp_path: Path, sandbox: Sandbox) -> Program:
    """Return the program, set up for the sandbox."""
    return Program(tmp_path, sandbox.url)


def test_a_file_becomes_numbered_campaigns(program: Program, sandbox: Sandbox, tmp_path: Path) -> None:
    """2,500 leads arrive as three campaigns in order, each lead once, and the JSON says so."""
    write_leads(tmp_path / "leads.csv", 2500)
    ended = program.run("upload", "leads.csv", "--name", "March", "--region", "IN", "--json")
    assert (ended.code, ended.err) == (0, "")
    held = sandbox.campaigns()
    assert {name: len(leads) for name, leads in held.items()} == {
        "March-001": 1000,
        "March-002": 1000,
        "March-003": 500,
    }
    assert phones(held) == expected_phones(2500)
    assert held["March-001"][0] == {"firstname": "Asha", "lastname": "0", "phone": "919876500000"}
    summary = ended.json
    assert (summary["status"], summary["exit_code"], summary["error"]) == ("complete", 0, None)
    assert balanced(summary)
    assert summary["leads"] == {"accepted": 2500, "unverified": 0, "refused": 0, "unknown": 0, "unsent": 0}
    assert [(c["number"], c["name"], c["leads"], c["status"], c["attempts"]) for c in summary["campaigns"]] == [
        (1, "March-001", 1000, "accepted", 1),
        (2, "March-002", 1000, "accepted", 1),
        (3, "March-003", 500, "accepted", 1),
    ]


@pytest.mark.parametrize(
    ("typed", "environment", "code"),
    [
        ("missing.csv --size 0", {"TELECMI_SECRET": ""}, 2),
        ("missing.csv", {"TELECMI_SECRET": ""}, 3),
        ("missing.csv", {"TELECMI_BASE_URL": "http://example.com"}, 3),
        ("leads.csv", {"TELECMI_SECRET": ""}, 6),
        ("empty.csv", {"TELECMI_SECRET": ""}, 6),
        ("empty.csv", {}, 3),
        ("leads.csv --exclude missing.csv", {"TELECMI_SECRET": ""}, 6),
    ],
)
def test_of_several_faults_one_decides(program: Program, typed: str, environment: dict[str, str], code: int) -> None:
    """Where several exit codes apply, usage comes first, then a file that is not there, settings, other input."""
    write_leads(program.folder / "leads.csv", 3)
    (program.folder / "empty.csv").write_bytes(b"")
    program.environment.update(environment)
    assert program.run("upload", *typed.split(), "--name", "M", "--region", "IN").code == code


@pytest.mark.parametrize("base", ["", "/", "/behind/a/proxy", "/behind/a/proxy/"])
def test_each_request_holds_to_the_published_contract(tmp_path: Path, base: str) -> None:
    """A plain server gets POST v3/leads/add below the base URL, as JSON that openapi.yaml's schema allows."""
    (tmp_path / "leads.csv").write_text(
        "Name,Mobile,Email,Remarks,Address,City,Country,order_index\n"
        "Asha Rao,9876500001,asha@example.com,calls back,1 Main Road,Pune,India,2\nRavi,9876500002,no email,,,,,\n"
    )
    with RawServer(says(answer())) as server:
        ended = Program(tmp_path, server.url + base).run("upload", "leads.csv", "--name", "M", "--region", "IN")
    assert ended.code == 0, ended.err
    [request] = server.requests
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.split(b"\r\n")[0] == f"POST {base.rstrip('/')}/v3/leads/add HTTP/1.1".encode()
    assert b"Content-Type: application/json" in head
    sent = json.loads(body)
    assert list(validator("LeadUpload").iter_errors(sent)) == []
    assert (sent["inet_no"], sent["secret"]) == (int(APP_ID), SECRET)
    assert sent["users"] == [
        {
            "firstname": "Asha",
            "lastname": "Rao",
            "phone": "919876500001",
            "email": "asha@example.com",
            "comment": "calls back",
            "address": "1 Main Road",
            "city": "Pune",
            "country": "India",
            "order_index": 2,
        },
        {"firstname": "Ravi", "lastname": "-", "phone": "919876500002"},
    ]


# --- the same command again, and dry runs ---------------------------------------------------------


def test_the_first_campaign_goes_alone(program: Program, sandbox: Sandbox, tmp_path: Path) -> None:
    """No second request leaves before the first is answered."""
    sandbox.order("latency=0.3@1")
    write_leads(tmp_path / "leads.csv", 30)
    assert program.run("upload", "leads.csv", "--name", "A", "--region", "IN", "--size", "5").code == 0
    first, *others = sandbox.requests()
    assert first.name == "A-001"
    assert len(others) == 5
    assert min(other.time for other in others) >= first.time + 0.3


def test_the_same_command_again_sends_nothing(program: Program, sandbox: Sandbox, tmp_path: Path) -> None:
    """A finished run says so and exits 0; the server sees no further request."""
    write_leads(tmp_path / "leads.csv", 10)
    command = ("upload", "leads.csv", "--name", "March", "--region", "IN", "--json")
    first, second = program.run(*command), program.run(*command)
    assert (first.code, second.code) == (0, 0)
    assert len(sandbox.requests()) == 1
    assert second.json["run"] == first.json["run"]
    assert second.json["leads"]["accepted"] == 10


def test_other_leads_under_the_same_name_are_refused(program: Program, sandbox: Sandbox, tmp_path: Path) -> None:
    """The name is in use: nothing is sent, and the way out is said; --append goes on counting."""
    write_leads(tmp_path / "leads.csv", 10)
    assert program.run("upload", "leads.csv", "--name", "March", "--region", "IN").code == 0
    write_leads(tmp_path / "leads.csv", 5, first=100)
    refused = program.run("upload", "leads.csv", "--name", "March", "--region", "IN", "--json")
    assert refused.code == 2
    assert refused.json["error"]["code"] == "name_in_use"
    assert "--append" in refused.json["error"]["hint"]
    assert program.run("upload", "leads.csv", "--name", "March", "--region", "IN", "--append").code == 0
    assert {name: len(leads) for name, leads in sandbox.campaigns().items()} == {"March-001": 10, "March-002": 5}


def test_a_dry_run_sends_and_keeps_nothing(tmp_path: Path) -> None:
    """No credentials, no server, no ledger: only the report folder is there afterwards."""
    write_leads(tmp_path / "leads.csv", 1001)
    program = Program(tmp_path, environment={"TELECMI_APP_ID": "", "TELECMI_SECRET": ""})
    ended = program.run(
        "upload", "leads.csv", "--name", "March", "--region", "IN", "--dry-run", "--json", "--report-dir", "out"
    )
    assert ended.code == 0
    summary = ended.json
    assert (summary["run"], summary["dry_run"], summary["status"]) == (None, True, "complete")
    assert summary["leads"]["unsent"] == 1001
    assert [c["name"] for c in summary["campaigns"]] == ["March-001", "March-002"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["leads.csv", "out"]


# --- rows, rejects, inputs, people ----------------------------------------------------------------


def test_every_row_is_accounted_for(program: Program, sandbox: Sandbox, tmp_path: Path) -> None:
    """Blank, rejected, duplicate and excluded rows each lie on one heap, with their reason; the reports name them."""
    (tmp_path / "leads.csv").write_text(
        "Name,Mobile,Email\n"
        "Asha Menon,9876500001,asha@example.com\n"
        "Ravi,098765 00002,not an email\n"
        ",,\n"
        "Asha again,+91 98765 00001,\n"
        "Lost,9.19877E+11,\n"
        "Masked,98XXXXXX10,\n"
        "Listed,9876500003,\n"
        "Total,4,\n",
        encoding="utf-8",
    )
    (tmp_path / "dnc.csv").write_text("Phone\n+919876500003\n", encoding="utf-8")
    ended = program.run(
        "upload", "leads.csv", "--name", "M", "--region", "IN", "--exclude", "dnc.csv", "--json", "--report-dir", "out"
    )
    assert ended.code == 0, ended.err
    summary = ended.json
    assert summary["rows"] == {
        "read": 8,
        "blank": 2,
        "rejected": 2,
        "duplicate": 1,
        "excluded": 1,
        "already_uploaded": 0,
        "leads": 2,
    }
    assert summary["rejections"] == {"digits_lost": 1, "masked": 1}
    assert summary["repairs"]["email_dropped"] == 1
    assert sandbox.campaigns() == {
        "M-001": [
            {"firstname": "Asha", "lastname": "Menon", "phone": "919876500001", "email": "asha@example.com"},
            {"firstname": "Ravi", "lastname": "-", "phone": "919876500002"},
        ]
    }
    with (tmp_path / "out" / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        rejects = list(csv.DictReader(file))
    assert [(row["Name"], row["Mobile"], row["reject_row"], row["reject_code"]) for row in rejects] == [
        ("Lost", "9.19877E+11", "6", "digits_lost"),
        ("Masked", "98XXXXXX10", "7", "masked"),
    ]
    assert json.loads((tmp_path / "out" / "summary.json").read_text()) == summary


def test_a_mended_reject_file_completes_the_first(program: Program, sandbox: Sandbox, tmp_path: Path) -> None:
    """rejects.csv, corrected and uploaded with --append, gives what a right first file would have given."""
    (tmp_path / "leads.csv").write_text("Name,Mobile\nAsha Menon,9876500001\nRavi Rao,98765O0002\n", encoding="utf-8")
    command = ("--name", "M", "--region", "IN", "--report-dir", "out")
    assert program.run("upload", "leads.csv", *command).code == 0
    rejects = tmp_path / "out" / "rejects.csv"
    mended = rejects.read_text(encoding="utf-8-sig").replace("98765O0002", "9876500002")
    (tmp_path / "mended.csv").write_text(mended, encoding="utf-8")
    assert program.run("upload", "mended.csv", *command[:4], "--append").code == 0
    assert sandbox.campaigns() == {
        "M-001": [{"firstname": "Asha", "lastname": "Menon", "phone": "919876500001"}],
        "M-002": [{"firstname": "Ravi", "lastname": "Rao", "phone": "919876500002"}],
    }


def test_several_files_and_standard_input_are_one_input(program: Program, sandbox: Sandbox, tmp_path: Path) -> None:
    """CSV, JSON and standard input together: duplicates are seen across all of them."""
    write_leads(tmp_path / "a.csv", 3)
    (tmp_path / "b.json").write_text(
        json.dumps([{"name": "B", "phone": "9876500002"}, {"name": "B", "phone": "9876500003"}])
    )
    ended = program.run(
        "upload", "a.csv", "b.json", "-", "--name", "M", "--region", "IN", "--json", stdin="name,phone\nC,9876500004\n"
    )
    assert ended.code == 0, ended.err
    assert ended.json["rows"]["duplicate"] == 1
    assert phones(sandbox.campaigns()) == expected_phones(5)


def test_only_new_people_go_the_next_night(program: Program, sandbox: Sandbox, tmp_path: Path) -> None:
    """--new-only leaves out what was accepted before; a night without anybody new is 0."""
    write_leads(tmp_path / "crm.csv", 5)
    assert program.run("upload", "crm.csv", "--name", "Night 1", "--region", "IN", "--new-only").code == 0
    write_leads(tmp_path / "crm.csv", 8)
    second = program.run("upload", "crm.csv", "--name", "Night 2", "--region", "IN", "--json", "--new-only")
    third = program.run("upload", "crm.csv", "--name", "Night 3", "--region", "IN", "--new-only", "--json")
    assert (second.code, third.code) == (0, 0)
    assert second.json["rows"]["already_uploaded"] == 5
    assert (third.json["rows"]["leads"], third.json["status"]) == (0, "complete")
    assert phones(sandbox.campaigns()) == expected_phones(8)


# --- refusals, credentials, the secret ------------------------------------------------------------


def test_a_refused_campaign_is_reported_and_the_rest_goes_on(
    program: Program, sandbox: Sandbox, tmp_path: Path
) -> None:
    """A 422 refuses that campaign alone: exit code 4, its leads in refused.csv."""
    sandbox.order("422@2")
    write_leads(tmp_path / "leads.csv", 15)
    ended = program.run(
        "upload",
        "leads.csv",
        "--name",
        "M",
        "--region",
        "IN",
        "--size",
        "5",
        "--workers",
        "1",
        "--json",
        "--report-dir",
        "out",
    )
    assert ended.code == 4
    assert (ended.json["status"], ended.json["leads"]["refused"], ended.json["leads"]["accepted"]) == ("partial", 5, 10)
    refused = (tmp_path / "out" / "refused.csv").read_text(encoding="utf-8-sig")
    assert [f"91987650000{number}" in refused for number in range(10)] == [False] * 5 + [True] * 5


def test_wrong_credentials_cost_one_request(program: Program, sandbox: Sandbox, tmp_path: Path) -> None:
    """A 404 stops the run: exit code 6, one request in all; put right, resume goes on under the same names."""
    sandbox.order("404@1")
    write_leads(tmp_path / "leads.csv", 15)
    ended = program.run("upload", "leads.csv", "--name", "M", "--region", "IN", "--size", "5", "--json")
    assert (ended.code, len(sandbox.requests())) == (6, 1)
    assert ended.json["leads"]["unsent"] == 15
    assert program.run("resume").code == 0
    assert sorted(sandbox.campaigns()) == ["M-001", "M-002", "M-003"]
    assert phones(sandbox.campaigns()) == expected_phones(15)


def test_a_name_that_is_taken_is_somebody_elses(program: Program, sandbox: Sandbox, tmp_path: Path) -> None:
    """(Rows 7, 20) With another ledger the same names are refused, nothing is renamed, nothing is there twice."""
    write_leads(tmp_path / "leads.csv", 5)
    assert program.run("upload", "leads.csv", "--name", "M", "--region", "IN").code == 0
    program.environment["TELECMI_STATE_DIR"] = str(tmp_path / "other-state")
    again = program.run("upload", "leads.csv", "--name", "M", "--region", "IN", "--json")
    assert (again.code, again.json["leads"]["refused"]) == (4, 5)
    assert phones(sandbox.campaigns()) == expected_phones(5)


def test_the_secret_is_stored_and_shown_nowhere(program: Program, sandbox: Sandbox, tmp_path: Path) -> None:
    """(Row 34) Neither stream, ledger nor report holds it."""
    write_leads(tmp_path / "leads.csv", 5)
    ended = program.run("upload", "leads.csv", "--name", "M", "--region", "IN")
    assert SECRET not in ended.out + ended.err
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 3
    assert [path.name for path in files if SECRET.encode() in path.read_bytes()] == []
    assert len(sandbox.requests()) == 1
