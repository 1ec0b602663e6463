"""A state folder and a ledger that are not as they should be: rows 4 to 6, and counts that don't balance: row 40."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from crashing import (
    BROKEN_PROGRAM,
    HAVE_RIGHTS_TAKEN,
    LEADS,
    NOBODY,
    RESUME,
    ROOT,
    UPLOAD,
    WITHOUT_RIGHTS,
    prepared,
    verdict,
)
from inside import Inside
from program import write_leads
from rawserver import wait_until

from telecmi_leads.core.errors import LedgerError, Remedy
from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from crashing import Wrapped
    from program import Ended


def refused(ended: Ended, sandbox: Sandbox, *, requests: int = 0, codes: frozenset[int] = frozenset({8})) -> str:
    """Check that a run ended over its ledger before it sent anything; return what it said."""
    assert ended.code in codes, ended.out + ended.err
    assert "Traceback" not in ended.err
    assert len(sandbox.requests()) == requests
    summary = json.loads(ended.out)
    assert (summary["exit_code"], summary["status"]) == (ended.code, "failed")
    assert summary["error"]["hint"]
    said: str = summary["error"]["message"] + " " + summary["error"]["hint"]
    return said


@pytest.fixture
def program(tmp_path: Path, sandbox: Sandbox) -> Wrapped:
    """Return the program with the leads of the small run."""
    return prepared(tmp_path / "run", sandbox)


@contextlib.contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[None]:
    """Mount a disk of so many kilobytes on a folder; skip where that is not allowed."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k,mode=700", "tmpfs", str(folder)]
    if not ROOT or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("nothing can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


# --- row 4 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kilobytes", [64, 160, 260])
def test_a_full_disk(program: Wrapped, sandbox: Sandbox, kilobytes: int) -> None:
    """(Row 4) The state folder on a tiny disk: X8, nothing sent that is not written down; with room it goes on."""
    state = program.folder / "state"
    with small_disk(state, kilobytes):
        ended = program.run(*UPLOAD)
        assert ended.code in ({8} if kilobytes == 64 else {0, 8}), ended.out
        assert "Traceback" not in ended.err
        if kilobytes == 64:
            assert "full" in refused(ended, sandbox)
        subprocess.run(["mount", "-o", "remount,size=64m", str(state)], check=True)
        ended = program.run(*UPLOAD)
        assert verdict(sandbox, ended) == []


def test_a_disk_that_fills_up_between_two_runs(program: Wrapped, sandbox: Sandbox) -> None:
    """(Row 4) Stopped halfway, then the disk fills: resume ends with X8 and sends nothing; with room it finishes."""
    state = program.folder / "state"
    sandbox.order("404@3")
    with small_disk(state, 4096):
        assert program.run(*UPLOAD, "--workers", "1").code == 6
        filler = state / "filler"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)
        before = len(sandbox.requests())
        full = program.run(*RESUME)
        assert (full.code, len(sandbox.requests())) == (8, before)
        assert "Traceback" not in full.err
        filler.unlink()
        assert verdict(sandbox, program.run(*RESUME)) == []


# --- row 5 ----------------------------------------------------------------------------------------


@pytest.mark.skipif(not HAVE_RIGHTS_TAKEN, reason="root writes everywhere")
def test_a_read_only_folder(program: Wrapped, sandbox: Sandbox) -> None:
    """(Row 5) A state folder that can't be written: X8 before anything is sent."""
    state = program.folder / "state"
    state.mkdir(mode=0o500)
    program.wrapper = WITHOUT_RIGHTS
    said = refused(program.run(*UPLOAD), sandbox)
    assert "state" in said
    assert list(state.iterdir()) == []


@pytest.mark.skipif(not ROOT or shutil.which("setpriv") is None, reason="only root can become somebody else")
def test_a_working_folder_that_cannot_be_looked_at(program: Wrapped, sandbox: Sandbox, tmp_path: Path) -> None:
    """(Row 5) Whether settings lie in the working folder can't be seen: X6, which says so, and nothing is sent."""
    tmp_path.chmod(0o700)
    program.wrapper = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    said = refused(program.run(*UPLOAD), sandbox, codes=frozenset({6}))
    assert "ermission" in said


def test_a_working_folder_that_is_gone(program: Wrapped, sandbox: Sandbox) -> None:
    """(Row 5) The working folder was removed: X6, which says so, and nothing is sent."""
    program.wrapper = ("sh", "-c", 'mkdir gone && cd gone && rmdir ../gone && exec "$@"', "sh")
    assert "working folder" in refused(program.run(*UPLOAD), sandbox, codes=frozenset({6}))


@pytest.mark.skipif(not ROOT, reason="only root gives files away")
@pytest.mark.parametrize("what", ["", "ledger.sqlite3", "ledger.key"])
def test_a_ledger_of_another_user(program: Wrapped, sandbox: Sandbox, what: str) -> None:
    """(Row 5) The state folder, the ledger or its key belongs to another: X6 or X8, and nothing is sent."""
    assert program.run(*UPLOAD).code == 0
    os.chown(program.folder / "state" / what, NOBODY, NOBODY)
    said = refused(program.run(*RESUME), sandbox, requests=4)
    assert "belongs to another user" in said


@pytest.mark.parametrize("what", ["", "ledger.sqlite3", "ledger.key"])
def test_a_link_in_place_of_the_ledger(program: Wrapped, sandbox: Sandbox, what: str) -> None:
    """(Row 5) A symbolic link where the folder, the ledger or its key should be: not followed, nothing sent."""
    target = program.folder / "elsewhere"
    if what:
        (program.folder / "state").mkdir(mode=0o700)
        target.write_bytes(b"precious")
    else:
        target.mkdir(mode=0o700)
    (program.folder / "state" / what).symlink_to(target)
    refused(program.run(*UPLOAD), sandbox)
    if what:
        assert target.read_bytes() == b"precious"
    else:
        assert list(target.iterdir()) == []


# --- row 6 ----------------------------------------------------------------------------------------


def cut(ledger: Path) -> None:
    """Cut the file in half."""
    os.truncate(ledger, ledger.stat().st_size // 2)


def cut_within_a_page(ledger: Path) -> None:
    """Cut off the last hundred bytes."""
    os.truncate(ledger, ledger.stat().st_size - 100)


def flip(ledger: Path) -> None:
    """Flip bytes in every page but the first."""
    content = bytearray(ledger.read_bytes())
    for page in range(4096, len(content), 4096):
        content[page : page + 16] = bytes(byte ^ 0xFF for byte in content[page : page + 16])
    ledger.write_bytes(content)


def flip_header(ledger: Path) -> None:
    """Flip the first bytes."""
    content = ledger.read_bytes()
    ledger.write_bytes(bytes(byte ^ 0x55 for byte in content[:16]) + content[16:])


def empty(ledger: Path) -> None:
    """Leave nothing of it."""
    os.truncate(ledger, 0)


def from_the_future(ledger: Path) -> None:
    """Give it the format number of a version to come (at byte 60 of a SQLite file)."""
    content = bytearray(ledger.read_bytes())
    content[60:64] = (999).to_bytes(4, "big")
    ledger.write_bytes(content)


def another_key(ledger: Path) -> None:
    """Put another key beside it."""
    ledger.with_name("ledger.key").write_bytes(b"k" * 32)


def no_key(ledger: Path) -> None:
    """Take its key away."""
    ledger.with_name("ledger.key").unlink()


@pytest.mark.parametrize(
    "damage", [cut, cut_within_a_page, flip, flip_header, empty, from_the_future, another_key, no_key]
)
def test_a_damaged_ledger(program: Wrapped, sandbox: Sandbox, damage: Callable[[Path], None]) -> None:
    """(Row 6) Whatever became of it: X8, nothing sent, the file as it was, and a way out is named; no fresh start."""
    sandbox.order("404@3")
    assert program.run(*UPLOAD, "--workers", "1").code == 6
    ledger = program.folder / "state" / "ledger.sqlite3"
    damage(ledger)
    before = {path: path.read_bytes() for path in ledger.parent.glob("ledger.*")}
    for command in (UPLOAD, RESUME):
        said = refused(program.run(*command), sandbox, requests=3)
        assert any(word in said for word in ("backup", "Restore", "Update", "move"))
    after = {path: path.read_bytes() for path in ledger.parent.glob("ledger.*")}
    assert {path: content for path, content in after.items() if path in before} == before
    made = {path.name: len(content) for path, content in after.items() if path not in before}
    assert made in ({}, {"ledger.sqlite3-shm": 32768, "ledger.sqlite3-wal": 0})  # SQLite's own, and nothing in them


def test_a_ledger_put_back_from_a_backup_goes_on(program: Wrapped, sandbox: Sandbox) -> None:
    """(Row 6) An older copy of the ledger, put back: what it does not know of is refused, never there twice."""
    sandbox.order("404@3")
    assert program.run(*UPLOAD, "--workers", "1").code == 6
    backup = shutil.copytree(program.folder / "state", program.folder / "backup")
    assert verdict(sandbox, program.run(*RESUME)) == []
    shutil.rmtree(program.folder / "state")
    shutil.copytree(backup, program.folder / "state")
    again = program.run(*RESUME)
    assert (again.code, again.json["leads"]["refused"], again.json["leads"]["accepted"]) == (4, 10, 10)
    assert sum(len(leads) for leads in sandbox.campaigns().values()) == LEADS


def test_a_report_that_fails_makes_no_run_unfinished(tmp_path: Path, sandbox: Sandbox) -> None:
    """(Row 4) The disk is full when the reports are written: all is in, so the run is complete; X8 says which file."""
    write_leads(tmp_path / "leads.csv", 6)
    program = Inside(tmp_path, sandbox.url, {"TELECMI_REGION": "IN"})
    command = ("upload", "leads.csv", "--name", "March", "--json")
    full = OSError(errno.ENOSPC, "No space left on device")
    with mock.patch("telecmi_leads.output.reports.report_files.render_page", side_effect=full):
        ended = program.run(*command)
    assert (ended.code, ended.json["status"], ended.json["leads"]["accepted"]) == (8, "complete", 6)
    error, run = ended.json["error"], ended.json["run"]
    assert "report.html" in error["message"]
    assert error["hint"].endswith(f"--report-dir, then: telecmi-leads report {run}")
    assert program.run("report", run).code == 0
    assert program.run(*command).code == 0
    assert sum(len(leads) for leads in sandbox.campaigns().values()) == 6


@pytest.mark.skipif(os.name == "nt", reason="Windows removes no file that is open")
def test_a_ledger_that_is_removed_in_mid_run_stops_it(tmp_path: Path) -> None:
    """Nobody would know afterwards who was sent: X8 at the next write, and nothing more is sent."""
    write_leads(tmp_path / "leads.csv", 20)
    with Sandbox(latency=0.2) as sandbox:
        program = Inside(tmp_path, sandbox.url)

        def remove() -> None:
            wait_until(lambda: len(sandbox.requests()) == 2)
            shutil.rmtree(tmp_path / "state")

        with ThreadPoolExecutor(1) as other:
            removed = other.submit(remove)
            ended = program.run(*UPLOAD, "--workers", "1")
            removed.result()
        assert (ended.code, len(sandbox.requests())) == (8, 2)
        says = f"The ledger {tmp_path / 'state' / 'ledger.sqlite3'} was removed while it was in use."
        assert ended.json["error"]["message"] == says


def test_a_full_disk_before_the_run_names_no_run(tmp_path: Path, sandbox: Sandbox) -> None:
    """(Row 4) The disk is full while the plan is made: nothing is sent, and the way on is the same command."""
    write_leads(tmp_path / "leads.csv", 6)
    program = Inside(tmp_path, sandbox.url, {"TELECMI_REGION": "IN"})
    error = LedgerError("The ledger: the disk is full", remedy=Remedy("Free some space"))
    with mock.patch("telecmi_leads.ledger.staging.finish_plan", side_effect=error):
        ended = program.run("upload", "leads.csv", "--name", "March", "--json")
    assert (ended.code, ended.json["run"], sandbox.requests()) == (8, None, ())
    assert ended.json["error"]["hint"] == "Free some space, then type the same command again."


# --- row 40 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("breakage", ["lost_row", "lost_lead"])
def test_counts_that_do_not_balance_are_said(tmp_path: Path, sandbox: Sandbox, breakage: str) -> None:
    """(Row 40) A row or a lead has vanished from the books: X1, and the message says which sum is wrong."""
    program = prepared(tmp_path / "broken", sandbox, python=(BROKEN_PROGRAM, breakage))
    ended = program.run(*UPLOAD)
    summary: dict[str, Any] = json.loads(ended.out)
    assert (ended.code, summary["exit_code"], summary["error"]["code"]) == (1, 1, "balance")
    assert "add up" in summary["error"]["message"]
    assert "report" in summary["error"]["hint"]
    assert "Traceback" not in ended.err
