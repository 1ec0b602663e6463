"""Signals where nothing is under way: before a command has begun, and when the last answer has come."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from inside import Inside
from program import write_leads

from telecmi_leads.cli import run_sending
from telecmi_leads.output.reports import write_reports

if TYPE_CHECKING:
    from pathlib import Path

    from telecmi_leads.sandbox import Sandbox

SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
AT_ONCE = ("--max-wait", "0", "--settle", "0", "--retries", "0")


@pytest.fixture
def program(tmp_path: Path, sandbox: Sandbox) -> Inside:
    """Return the program, in a folder with four leads."""
    write_leads(tmp_path / "leads.csv", 4)
    return Inside(tmp_path, sandbox.url, {"TELECMI_REGION": "IN"})


def signalling(monkeypatch: pytest.MonkeyPatch, number: int, times: int) -> None:
    """Have the program get a signal when it is about to write its reports."""

    def write(*args: Any, **more: Any) -> Any:
        for _ in range(times):
            os.kill(os.getpid(), number)
        return write_reports(*args, **more)

    monkeypatch.setattr(run_sending, "write_reports", write)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_after_the_last_answer(program: Inside, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """All is in and nothing is left to do: the run is complete, with its reports."""
    signalling(monkeypatch, number, 1)
    ended = program.run("upload", "leads.csv", "--name", "M", "--json", "--report-dir", "r")
    told = ended.json
    assert (ended.code, told["status"], told["leads"]["accepted"], told["error"]) == (0, "complete", 4, None)
    assert (program.folder / "r" / "report.html").exists()


def test_two_signals_after_the_last_answer(program: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever can't wait for the reports gets none, and the run is complete all the same."""
    signalling(monkeypatch, signal.SIGTERM, 2)
    ended = program.run("upload", "leads.csv", "--name", "M", "--json")
    assert (ended.code, ended.json["status"], ended.json["leads"]["accepted"]) == (0, "complete", 4)


def test_no_further_run_begins_after_a_signal(
    program: Inside, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two unfinished runs the first is whole when the signal comes: the second does not begin."""
    for name in ("A", "B"):
        sandbox.order("429=9@*")
        program.run("upload", "leads.csv", "--name", name, *AT_ONCE)
    signalling(monkeypatch, signal.SIGTERM, 1)
    ended = program.run("resume", "--json", *AT_ONCE)
    assert (ended.code, len(ended.json["runs"]), ended.json["runs"][1]["exit_code"]) == (143, 2, 143)


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_one_object_however_early_the_signal(tmp_path: Path, number: int, code: int) -> None:
    """As soon as the program's own code runs, --json prints one object, whatever is imported just then."""
    environment = {"PATH": os.environ["PATH"], "TELECMI_STATE_DIR": str(tmp_path / "state"), "HOME": str(tmp_path)}
    command = [sys.executable, "-X", "importtime", "-m", "telecmi_leads", "validate", "-", "--json"]
    for marker in ("telecmi_leads.core.text", "typer.main", "telecmi_leads.cli.session"):
        with subprocess.Popen(command, stdin=-1, stdout=-1, stderr=-1, env=environment, cwd=tmp_path) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            while marker.encode() not in process.stderr.readline():
                pass
            process.send_signal(number)
            out, _ = process.communicate(timeout=60)
        assert (process.returncode, json.loads(out)["exit_code"]) == (code, code)
