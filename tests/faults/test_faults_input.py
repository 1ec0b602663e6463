"""Inputs that change under the run, or that are no ordinary files: rows 25 and 26; a changed secret: row 23."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING

import pytest
from crashing import HAVE_RIGHTS_TAKEN, RESUME, UPLOAD, WITHOUT_RIGHTS, Wrapped, prepared, started, verdict
from program import expected_phones, phones, write_leads
from rawserver import wait_until

from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def program(tmp_path: Path, sandbox: Sandbox) -> Wrapped:
    """Return the program with the leads of the small run."""
    return prepared(tmp_path / "run", sandbox)


# --- row 25 ---------------------------------------------------------------------------------------


def edited(file: Path) -> None:
    """Write other leads into the same file."""
    write_leads(file, 30, first=500)


def replaced(file: Path) -> None:
    """Put another file in its place."""
    write_leads(file.with_suffix(".new"), 30, first=500).replace(file)


def cut(file: Path) -> None:
    """Leave nothing of it."""
    os.truncate(file, 0)


@pytest.mark.parametrize("change", [edited, replaced, cut])
def test_an_input_that_changes_while_it_is_sent(
    program: Wrapped, sandbox: Sandbox, change: Callable[[Path], None]
) -> None:
    """(Row 25) The input changes while the first request is under way, and again before resume: the plan is sent."""
    sandbox.order("latency=0.5@1")
    sandbox.order("404@3")
    with started(program, *UPLOAD, "--workers", "1") as process:
        wait_until(lambda: len(sandbox.requests()) == 1)
        change(program.folder / "leads.csv")
        process.communicate(timeout=30)
        assert process.returncode == 6
    (program.folder / "leads.csv").write_text("nothing of the kind", encoding="utf-8")
    assert verdict(sandbox, program.run(*RESUME)) == []


def test_an_edited_input_and_the_same_command(program: Wrapped, sandbox: Sandbox) -> None:
    """(Row 25) Stopped, edited, the same command again: refused, since the name holds other leads; resume goes on."""
    sandbox.order("404@3")
    assert program.run(*UPLOAD, "--workers", "1").code == 6
    edited(program.folder / "leads.csv")
    other = program.run(*UPLOAD)
    assert (other.code, other.json["error"]["code"], len(sandbox.requests())) == (2, "name_in_use", 3)
    assert verdict(sandbox, program.run(*RESUME)) == []


# --- row 26 ---------------------------------------------------------------------------------------


def test_a_pipe_is_read(program: Wrapped, sandbox: Sandbox) -> None:
    """(Row 26) A named pipe is read once, to its end, like a file."""
    content = (program.folder / "leads.csv").read_bytes()
    (program.folder / "leads.csv").unlink()
    os.mkfifo(program.folder / "leads.csv")
    feed = threading.Thread(target=(program.folder / "leads.csv").write_bytes, args=(content,), daemon=True)
    feed.start()
    assert verdict(sandbox, program.run(*UPLOAD)) == []
    feed.join(5)


def folder(path: Path) -> str:
    """Make a folder of it."""
    path.mkdir()
    return "folder"


def nothing(path: Path) -> str:
    """Make an empty file of it."""
    path.write_bytes(b"")
    return "empty"


def header_only(path: Path) -> str:
    """Leave the header alone."""
    path.write_text("Name,Mobile\n", encoding="utf-8")
    return "below the header"


def missing(_path: Path) -> str:
    """Leave nothing there."""
    return "no file leads.csv"


def dangling(path: Path) -> str:
    """Make a link to nothing of it."""
    path.symlink_to("nowhere.csv")
    return "not there"


def looping(path: Path) -> str:
    """Make a link to itself of it."""
    path.symlink_to(path.name)
    return "link"


def a_socket(path: Path) -> str:
    """Make a device node's cousin of it: a socket can't be opened as a file."""
    import socket

    with socket.socket(socket.AF_UNIX) as listener:
        here = os.open(path.parent, os.O_RDONLY)
        try:
            listener.bind(f"/proc/self/fd/{here}/{path.name}")
        finally:
            os.close(here)
    return ""


def endless(path: Path) -> str:
    """Make a link to a device that gives zeros for ever of it."""
    path.symlink_to("/dev/zero")
    return ""


@pytest.mark.parametrize("make", [folder, nothing, header_only, missing, dangling, looping, a_socket, endless])
def test_what_is_no_input(program: Wrapped, sandbox: Sandbox, make: Callable[[Path], str]) -> None:
    """(Row 26) What can't be read, or holds no lead: X3 with the reason, nothing sent, no run in the ledger."""
    file = program.folder / "leads.csv"
    file.unlink()
    reason = make(file)
    ended = program.run(*UPLOAD, timeout=30)
    assert ended.code == 3, ended.err
    summary = json.loads(ended.out)
    assert (summary["run"], summary["status"], summary["exit_code"]) == (None, "refused", 3)
    assert reason in summary["error"]["message"]
    assert sandbox.requests() == ()
    assert program.run("runs", "--json").json["runs"] == []


@pytest.mark.skipif(not HAVE_RIGHTS_TAKEN, reason="root reads everything")
@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_an_input_that_may_not_be_read(program: Wrapped, sandbox: Sandbox) -> None:
    """(Row 26) A file that the user has no right to read: X3 with the reason, nothing sent, no run in the ledger."""
    (program.folder / "leads.csv").chmod(0)
    program.wrapper = WITHOUT_RIGHTS
    ended = program.run(*UPLOAD)
    error = ended.json["error"]
    assert (ended.code, error["code"], ended.json["run"]) == (3, "unreadable", None), ended.err
    assert error["message"] == "leads.csv may not be read by this user."
    assert sandbox.requests() == ()
    assert program.run("runs", "--json").json["runs"] == []


def test_a_good_file_beside_a_bad_one_is_not_sent_alone(program: Wrapped, sandbox: Sandbox) -> None:
    """(Row 26) One of two inputs can't be read: X3, and nothing of the other is sent either."""
    ended = program.run("upload", "leads.csv", "gone.csv", *UPLOAD[2:])
    assert (ended.code, sandbox.requests()) == (3, ())


# --- row 23 ---------------------------------------------------------------------------------------


def test_a_secret_changed_between_two_runs(tmp_path: Path) -> None:
    """(Row 23) Wrong at resume: one request, X6, the same campaigns open; mended, it goes on under the same names."""
    with Sandbox(accounts={1111112: "right"}) as sandbox:
        program = prepared(tmp_path / "run", sandbox, environment={"TELECMI_SECRET": "right"})
        sandbox.order("500-before@2")
        stopped = program.run(*UPLOAD, "--workers", "1", "--retries", "0")
        assert stopped.code == 5
        sent = len(sandbox.requests())
        program.environment |= {"TELECMI_SECRET": "wrong"}
        refused = program.run(*RESUME)
        assert (refused.code, len(sandbox.requests())) == (6, sent + 1)
        program.environment |= {"TELECMI_SECRET": "right"}
        ended = program.run(*RESUME)
        assert verdict(sandbox, ended) == []
        assert sorted(sandbox.campaigns()) == [f"K-00{number}" for number in range(1, 5)]


def test_an_account_that_does_not_exist_costs_one_request(tmp_path: Path) -> None:
    """(Row 23) An App id that is not known: one request in all, whatever the workers, X6, all leads unsent."""
    with Sandbox(accounts={7: "other"}, latency=0.1) as sandbox:
        program = prepared(tmp_path / "run", sandbox)
        ended = program.run(*UPLOAD, "--workers", "16")
        assert (ended.code, len(sandbox.requests()), ended.json["leads"]["unsent"]) == (6, 1, 20)
        assert phones(sandbox.campaigns()) == []


# --- row 12 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "confirmed"), [("drop-before", False), ("close-after", True), ("late-drop=0.2", True)]
)
def test_lost_connections(tmp_path: Path, fault: str, confirmed: bool) -> None:
    """(Row 12) Reset or closed before or after the commit: unknown either way, and settled under the same name."""
    with Sandbox(faults=[f"{fault}@K-002*1"]) as sandbox:
        program = prepared(tmp_path / "run", sandbox)
        ended = program.run(*UPLOAD, "--settle", "0.8")
        assert verdict(sandbox, ended) == []
        second = next(each for each in ended.json["campaigns"] if each["name"] == "K-002")
        assert (second["status"], second["attempts"], second.get("confirmed_by_name", False)) == (
            "accepted",
            2,
            confirmed,
        )
        assert phones(sandbox.campaigns()) == expected_phones(20)
