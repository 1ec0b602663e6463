"""--json of every command, most of all where it fails: one object, alone on standard output, with the exit code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from inside import Inside
from program import balanced, write_leads
from rawserver import RawServer, answer, says

if TYPE_CHECKING:
    from pathlib import Path

    from telecmi_leads.sandbox import Sandbox

UPLOAD = ("upload", "leads.csv", "--region", "IN", "--json")
READ_AND_REFUSED = ("validate", "leads.csv")  # its numbers need a region
RUN_KEYS = {
    "schema", "run", "name", "dry_run", "status", "exit_code", "rows", "leads", "rejections", "repairs", "campaigns",
    "reports", "error",
}  # fmt: skip


@pytest.fixture
def program(tmp_path: Path, sandbox: Sandbox) -> Inside:
    """Return the program, in a folder with five leads."""
    write_leads(tmp_path / "leads.csv", 5)
    return Inside(tmp_path, sandbox.url)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (("upload",), 2),
        (("upload", "leads.csv", "--name", "A", "--nonsense"), 2),
        (("upload", "leads.csv", "--name", "A", "--size", "1001"), 2),
        (("upload", "leads.csv", "--name"), 2),
        (("upload", "none.csv", "--name", "A"), 3),
        (("upload", "leads.csv", "--name", "A", "--profile", "none"), 6),
        (("validate",), 2),
        (("validate", "none.csv"), 3),
        (READ_AND_REFUSED, 3),
        (("resume", "none"), 2),
        (("resolve", "none", "A-001", "--accepted"), 2),
        (("resolve", "none"), 2),
        (("report", "none"), 2),
        (("columns",), 2),
        (("columns", "none.csv"), 3),
        (("explain",), 2),
        (("explain", "98XX"), 3),
        (("runs", "none"), 2),
        (("check", "--env-file", "none"), 6),
        (("forget",), 2),
        (("forget", "--before", "soon", "--yes"), 2),
        (("nonsense",), 2),
    ],
)
def test_a_failure_is_one_object(program: Inside, typed: tuple[str, ...], code: int) -> None:
    """Schema, the exit code and the error; the commands about a run have the run's whole object, and it balances."""
    ended = program.run(*typed, "--json")
    found = ended.json
    assert ended.out.count("\n") == 1
    assert (ended.code, found["exit_code"], found["schema"]) == (code, code, 1)
    assert set(found["error"]) == {"code", "message", "hint"}
    if typed[0] in {"upload", "validate", "resume", "resolve", "report"}:
        assert found.keys() >= RUN_KEYS
        assert (found["run"], found["campaigns"], bool(found["reports"])) == (None, [], typed == READ_AND_REFUSED)
        assert balanced(found)


def test_what_check_finds_is_its_error(program: Inside) -> None:
    """The first thing that is wrong is the error, and its exit code the command's."""
    program.environment["TELECMI_APP_ID"] = "101_1111112"
    found = program.run("check", "--json").json
    first = next(each for each in found["checks"] if not each["passed"])
    assert (found["exit_code"], found["error"]["message"], found["error"]["hint"]) == (
        6,
        first["detail"],
        first["hint"],
    )


def test_a_bug_in_the_midst_keeps_run_and_heartbeat(program: Inside) -> None:
    """Exit code 1 with the run's id and what the ledger knows of it, what went wrong, and URL/fail requested."""
    with RawServer(says(answer(b"OK"))) as monitor:
        with mock.patch("telecmi_leads.sending.run_loop.upload", side_effect=ZeroDivisionError("98765")):
            ended = program.run(*UPLOAD, "--name", "A", "--heartbeat", f"{monitor.url}/ping")
        assert [request.split()[1] for request in monitor.requests] == [b"/ping/start", b"/ping/fail"]
    found = ended.json
    assert (ended.code, found["exit_code"], found["status"], found["error"]["code"]) == (1, 1, "unfinished", "bug")
    assert (found["leads"]["unsent"], balanced(found)) == (5, True)
    assert "ZeroDivisionError" in found["error"]["message"]
    assert "98765" not in ended.out + ended.err
    assert program.run("resume", found["run"], "--json").json["status"] == "complete"


def test_without_a_command_the_help_is_shown(program: Inside) -> None:
    """Nothing typed is wrong usage: the help as it stands, on standard error."""
    ended = program.run()
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == program.run("--help").out


def test_the_name_is_in_the_object_of_a_failure(program: Inside) -> None:
    """--name is known before the file is looked at."""
    assert program.run("upload", "none.csv", "--name", "A {date}", "--json").json["name"].startswith("A 20")


@pytest.mark.parametrize(
    ("file", "stem"),
    [("v1.2 leads.csv", "v1.2 leads"), ("leads.csv.gz", "leads"), ("a/b.xlsx", "b"), ("leads", "leads")],
)
def test_file_in_a_name_is_the_stem(program: Inside, file: str, stem: str) -> None:
    """{file} is the input's name without its ending; dots within it stay."""
    assert program.run("upload", file, "--name", "{file}", "--json").json["name"] == stem


def test_a_dry_run_knows_the_names_that_are_used(program: Inside, sandbox: Sandbox) -> None:
    """It refuses a name that the upload would refuse, and with --append numbers as the upload would."""
    assert program.run(*UPLOAD, "--name", "A").code == 0
    again = program.run(*UPLOAD[:-1], "--name", "A", "--dry-run")
    assert again.code == 0
    assert "this command sends nothing" in again.err
    write_leads(program.folder / "leads.csv", 3, first=10)
    taken = program.run(*UPLOAD, "--name", "A", "--dry-run")
    assert (taken.code, taken.json["error"]["code"]) == (2, "name_in_use")
    planned = program.run(*UPLOAD, "--name", "A", "--dry-run", "--append").json["campaigns"]
    assert [each["name"] for each in planned] == ["A-002"]
    assert len(sandbox.requests()) == 1
    assert json.loads(program.run("runs", "--json").out)["runs"][0]["campaigns"] == 1
