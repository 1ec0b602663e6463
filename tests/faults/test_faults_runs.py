"""Several runs at once, on one host and on two, a lost ledger, a clock that jumps: rows 7 to 10."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from crashing import LEADS, RESUME, UPLOAD, misbehaviour, prepared, started, verdict
from inside import Inside
from program import balanced, expected_phones, phones, write_leads
from rawserver import wait_until

from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

    from program import Program

HAVE_FAKETIME = shutil.which("faketime") is not None


def test_a_lost_ledger_makes_no_second_copy(tmp_path: Path) -> None:
    """(Row 7) The ledger is deleted, the same command again: refused as somebody else's, X4, one copy as before."""
    with Sandbox() as sandbox:
        program = prepared(tmp_path / "run", sandbox)
        assert program.run(*UPLOAD).code == 0
        shutil.rmtree(tmp_path / "run" / "state")
        before = len(sandbox.requests())
        again = program.run(*UPLOAD)
        assert (again.code, again.json["leads"]["refused"], balanced(again.json)) == (4, LEADS, True)
        assert len(sandbox.requests()) == before + 1
        assert phones(sandbox.campaigns()) == expected_phones(LEADS)
        first, *rest = [campaign["message"] for campaign in again.json["campaigns"]]
        assert "never sent" in first
        assert {message.partition(":")[0] for message in rest} == {"not sent"}
        hint = again.json["error"]["hint"]
        assert hint.startswith("TeleCMI already has a campaign named K-001. Was this file uploaded before, ")
        assert "telecmi-leads" not in hint  # no command, since each that sends could send twice


@pytest.mark.parametrize("first", [None, "422@March-001*1"], ids=["accepted", "refused then"])
def test_a_lost_ledger_and_a_longer_file(tmp_path: Path, first: str | None) -> None:
    """(Row 7) The ledger is lost, and the file is longer, shifted by somebody new: nobody is in twice, X4."""
    with Sandbox(faults=[first] if first else []) as sandbox:
        program = Inside(tmp_path, sandbox.url, {"TELECMI_REGION": "IN"})
        write_leads(tmp_path / "leads.csv", 6)
        command = ("upload", "leads.csv", "--name", "March", "--size", "2", "--workers", "1", "--json")
        program.run(*command)
        held = phones(sandbox.campaigns())
        shutil.rmtree(tmp_path / "state")
        write_leads(tmp_path / "leads.csv", 9, first=5 if first else 1)
        before = len(sandbox.requests())
        again = program.run(*command)
        assert (again.code, balanced(again.json)) == (4, True)
        # Where the first campaign was refused then, its name is free: the next one ends the run.
        fresh = expected_phones(2, first=5) if first else []
        assert len(sandbox.requests()) - before == (2 if first else 1)
        assert again.json["leads"]["refused"] == 9 - len(fresh)
        assert phones(sandbox.campaigns()) == sorted([*held, *fresh])
        assert "next: telecmi-leads upload" not in again.err


def test_a_lost_ledger_and_a_new_group_first(tmp_path: Path) -> None:
    """(Row 7) With --split-by and a new group first, the first taken name ends the run: no shifted tail goes in."""
    with Sandbox() as sandbox:
        program = Inside(tmp_path, sandbox.url, {"TELECMI_REGION": "IN"})
        rows = [f"Asha,98765000{number:02d},Pune" for number in range(6)]
        file = tmp_path / "leads.csv"
        file.write_text("\n".join(["Name,Mobile,City", *rows]) + "\n", encoding="utf-8")
        command = ("upload", "leads.csv", "--name", "March", "--split-by", "City", "--size", "2", "--json")
        assert program.run(*command).code == 0
        shutil.rmtree(tmp_path / "state")
        new = ["Asha,9876500090,Agra", "Asha,9876500091,Agra", "Asha,9876500092,Pune"]
        file.write_text("\n".join(["Name,Mobile,City", *new, *rows]) + "\n", encoding="utf-8")
        again = program.run(*command, "--workers", "1")
        assert (again.code, again.json["leads"]["accepted"], again.json["leads"]["refused"]) == (4, 2, 7)
        assert phones(sandbox.campaigns()) == sorted([*expected_phones(6), *expected_phones(2, first=90)])


def test_of_four_runs_at_once_one_works(tmp_path: Path) -> None:
    """(Row 8) Three are refused with 7, before a second has passed and any request; they say who holds the lock."""
    with Sandbox(faults=["latency=1@1"]) as sandbox, ExitStack() as stack:
        program = prepared(tmp_path / "run", sandbox)
        processes = [
            stack.enter_context(started(program, *UPLOAD[:3], f"K{number}", *UPLOAD[4:])) for number in range(4)
        ]
        wait_until(lambda: len(sandbox.requests()) == 1)
        about = json.loads(next((program.folder / "state").glob("account-*.json")).read_text())
        holder = next(process for process in processes if process.pid == about["pid"])
        holder.send_signal(signal.SIGSTOP)  # or it might be through before a busy machine has started the others
        wait_until(lambda: sum(process.poll() is not None for process in processes) == 3)
        holder.send_signal(signal.SIGCONT)
        others = [process for process in processes if process is not holder]
        for process in others:
            out, err = process.communicate()
            assert process.returncode == 7
            summary = json.loads(out)
            assert (summary["run"], summary["error"]["code"], summary["exit_code"]) == (None, "locked", 7)
            assert f"process {holder.pid} on " in err
        out, _ = holder.communicate(timeout=30)
        assert holder.returncode == 0
        assert verdict_of(sandbox, json.loads(out)) == []
        assert len({name.partition("-")[0] for name in sandbox.campaigns()}) == 1


def test_nothing_else_is_changed_beside_a_run(tmp_path: Path) -> None:
    """(Row 8) While a request is at work, resume, resolve, forget and another name end with 7, and change nothing."""
    with Sandbox(faults=["latency=1@2"]) as sandbox:
        program = prepared(tmp_path / "run", sandbox)
        with started(program, *UPLOAD, "--workers", "1") as holder:
            wait_until(lambda: len(sandbox.requests()) == 2)
            holder.send_signal(signal.SIGSTOP)
            [listed] = program.run("runs", "--json").json["runs"]
            run = listed["run"]
            for command in (
                RESUME,
                ("resolve", run, "K-002", "--accepted", "--json"),
                ("resolve", run, "K-002", "--not-uploaded", "--json"),
                ("forget", "--run", run, "--yes", "--json"),
                ("forget", "--phone", "+919876500001", "--yes", "--json"),
                (*UPLOAD[:3], "Other", *UPLOAD[4:], "--new-only"),
            ):
                ended = program.run(*command)
                assert (ended.code, f"process {holder.pid} on " in ended.err) == (7, True), (command, ended)
            assert program.run("runs", "--json").json["runs"] == [listed]
            holder.send_signal(signal.SIGCONT)
            out, _ = holder.communicate(timeout=60)
        assert len(sandbox.requests()) == 4
        assert verdict_of(sandbox, json.loads(out)) == []


def verdict_of(sandbox: Sandbox, summary: dict[str, object]) -> list[str]:
    """Return what is wrong with a summary and what the sandbox holds."""
    held = phones(sandbox.campaigns())
    return misbehaviour(sandbox) + ([] if held == expected_phones(LEADS) and balanced(summary) else [str(held)])


def seconds_of(program: Program, *arguments: str, code: int = 0) -> float:
    """Run the program, which ends with this code; return how long that took."""
    began = time.monotonic()
    assert program.run(*arguments).code == code
    return time.monotonic() - began


def refused_after(program: Program) -> float:
    """Return after how many seconds an upload is refused because of the lock."""
    return seconds_of(program, *UPLOAD, code=7)


def test_a_lock_is_refused_within_a_second(tmp_path: Path) -> None:
    """(Row 8) While another run holds the lock a command costs little more than one that does nothing."""
    with Sandbox(faults=["latency=1@1"]) as sandbox:
        program = prepared(tmp_path / "run", sandbox)
        with started(program, *UPLOAD) as holder:
            wait_until(lambda: len(sandbox.requests()) == 1)
            holder.send_signal(signal.SIGSTOP)
            longer = [refused_after(program) - seconds_of(program, "runs", "--json") for _ in range(3)]
            assert min(longer) < 1  # the best of three: what else the machine does makes single ones longer
            assert program.run(*RESUME).code == 7
            assert len(sandbox.requests()) == 1
            holder.send_signal(signal.SIGCONT)
            holder.communicate(timeout=30)
        assert len(sandbox.requests()) == 4


def test_a_killed_holder_frees_the_lock_at_once(tmp_path: Path) -> None:
    """(Row 8) The holder is killed -9 with a request under way: the next one has the lock at once and goes on."""
    with Sandbox(faults=["latency=1@2"]) as sandbox:
        program = prepared(tmp_path / "run", sandbox)
        with started(program, *UPLOAD, "--workers", "1") as holder:
            wait_until(lambda: len(sandbox.requests()) == 2)
            holder.send_signal(signal.SIGKILL)
        ended = program.run(*UPLOAD, "--settle", "1.2")
        assert verdict(sandbox, ended) == []


def test_whoever_waits_for_the_lock_gets_it(tmp_path: Path) -> None:
    """(Row 8) With --lock-wait a second run of the same command waits, and finds all done: nothing is sent twice."""
    with Sandbox(faults=["latency=1@1"]) as sandbox:
        program = prepared(tmp_path / "run", sandbox)
        with started(program, *UPLOAD) as first:
            wait_until(lambda: len(sandbox.requests()) == 1)
            second = program.run(*UPLOAD, "--lock-wait", "20")
            first.communicate(timeout=30)
        assert (first.returncode, second.code) == (0, 0)
        assert len(sandbox.requests()) == 4
        assert verdict(sandbox, second) == []


def test_two_hosts_make_one_copy(tmp_path: Path) -> None:
    """(Row 9) The same file and name from two ledgers at once: each lead once, and each ledger says what it proved."""
    with Sandbox(latency=0.2) as sandbox:
        hosts = [prepared(tmp_path / name, sandbox) for name in ("one", "two")]
        with started(hosts[0], *UPLOAD) as one, started(hosts[1], *UPLOAD) as two:
            ends = [json.loads(process.communicate(timeout=60)[0]) for process in (one, two)]
        assert phones(sandbox.campaigns()) == expected_phones(LEADS)
        assert sum(end["leads"]["accepted"] for end in ends) == LEADS
        assert sum(end["leads"]["refused"] for end in ends) == LEADS
        assert all(balanced(end) for end in ends)


# --- clocks ---------------------------------------------------------------------------------------


def faketime(shift: str) -> tuple[str, ...]:
    """Return the command under which the wall clock is that much off; the monotonic one is left alone."""
    return ("env", "FAKETIME_DONT_FAKE_MONOTONIC=1", "DONT_FAKE_MONOTONIC=1", "faketime", "-f", shift)


@pytest.mark.skipif(not HAVE_FAKETIME, reason="faketime is not installed")
@pytest.mark.parametrize(("shift", "name"), [("-1d", "a day back"), ("+1d", "a day on")], ids=["back", "forward"])
def test_a_wall_clock_a_day_off_changes_no_pause(tmp_path: Path, shift: str, name: str) -> None:
    """(Row 10) Stopped today, resumed a day earlier or later: the settling takes its seconds, no more and no less."""
    with Sandbox(faults=["drop-after@K-002*1"]) as sandbox:
        program = prepared(tmp_path / "run", sandbox)
        stopped = program.run(*UPLOAD, "--retries", "0")
        assert (stopped.code, stopped.json["leads"]["unknown"]) == (5, 5), name
        program.wrapper = faketime(shift)
        began = time.time()
        resumed = program.run(*RESUME, "--settle", "1.5")
        assert verdict(sandbox, resumed) == []
        again = [request for request in sandbox.requests() if request.name == "K-002"][-1]
        assert 1.5 <= again.time - began <= 60


@pytest.mark.skipif(not HAVE_FAKETIME, reason="faketime is not installed")
def test_a_clock_that_jumps_during_the_run_changes_no_pause(tmp_path: Path) -> None:
    """(Row 10) The wall clock leaps a day on and two back while a request settles: the pause is as long as set."""
    stamp = tmp_path / "offset"
    stamp.write_text("+0\n")
    library = next(iter(_faketime_libraries()), None)
    if library is None:
        pytest.skip("libfaketime was not found")
    # The third request is under way while the clock leaps, so that the program looks at it again before it settles.
    with Sandbox(faults=["drop-after@K-002*1", "latency=1@K-003*1"]) as sandbox:
        program = prepared(tmp_path / "run", sandbox)
        program.environment = {
            "LD_PRELOAD": library,
            "FAKETIME_TIMESTAMP_FILE": str(stamp),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }
        with started(program, *UPLOAD, "--settle", "6", "--workers", "1") as process:
            wait_until(lambda: len(sandbox.requests()) >= 3)
            stamp.write_text("+1d\n")
            wait_until(lambda: len(sandbox.requests()) >= 4)
            stamp.write_text("-1d\n")
            out, err = process.communicate(timeout=30)
        assert (process.returncode, err) == (0, "")
        assert verdict_of(sandbox, json.loads(out)) == []
        first, second = (request for request in sandbox.requests() if request.name == "K-002")
        assert 5.9 <= second.time - first.time <= 60


def _faketime_libraries() -> list[str]:
    """Return where faketime says that its library is."""
    said = subprocess.run(
        ["faketime", "-f", "+0", "env"], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    found = [line.partition("=")[2] for line in said.stdout.splitlines() if line.startswith("LD_PRELOAD=")]
    return [part for line in found for part in line.split(":") if "faketime" in part]
