"""Signals and closed streams: row 24, and kill -9 while the server is at work: row 2."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from crashing import RESUME, UPLOAD, prepared, started, verdict
from rawserver import wait_until

from telecmi_leads.sandbox import Sandbox


def while_the_second_is_at_work(folder: Path, *signals: int, pause: float = 0.3) -> tuple[int, float, Sandbox]:
    """Send signals while the second request takes 1.5 s; return the exit code, the seconds to the end, the sandbox."""
    with Sandbox(faults=["latency=1.5@2"]) as sandbox:
        program = prepared(folder, sandbox)
        with started(program, *UPLOAD, "--workers", "1") as process:
            wait_until(lambda: len(sandbox.requests()) == 2)
            began = time.monotonic()
            for number in signals:
                process.send_signal(number)
                time.sleep(pause)
            out, err = process.communicate(timeout=30)
        took = time.monotonic() - began
        assert "Traceback" not in err
        if len(signals) == 1:
            assert json.loads(out)["status"] == "unfinished"
            assert json.loads(out)["leads"] == {
                "accepted": 10,
                "unverified": 0,
                "refused": 0,
                "unknown": 0,
                "unsent": 10,
            }
        assert len(sandbox.requests()) == 2
        program.run("runs")  # the ledger can be read
        resumed = program.run(*RESUME, "--settle", "1.6")
        assert verdict(sandbox, resumed) == []
    return process.returncode, took, sandbox


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)],
    ids=["Ctrl-C", "SIGTERM", "SIGHUP"],
)
def test_one_signal_lets_requests_in_flight_end(tmp_path: Path, number: int, code: int) -> None:
    """(Row 24) The request under way is waited for, no other is sent, the exit code says why, resume goes on."""
    found, took, sandbox = while_the_second_is_at_work(tmp_path / "run", number)
    assert found == code
    assert took > 0.8
    assert len(sandbox.requests()) == 4  # nothing was sent twice


def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    """(Row 24) Ctrl-C twice: 130 without waiting for the request under way, whose outcome is unknown."""
    with Sandbox(faults=["latency=60@2"]) as sandbox:
        program = prepared(tmp_path / "run", sandbox)
        with started(program, *UPLOAD, "--workers", "1") as process:
            wait_until(lambda: len(sandbox.requests()) == 2)
            process.send_signal(signal.SIGINT)
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=40)
    assert (process.returncode, "Traceback" in err) == (130, False)
    assert json.loads(out)["leads"] == {"accepted": 5, "unverified": 0, "refused": 0, "unknown": 5, "unsent": 10}


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a waiting write itself")
@pytest.mark.parametrize("sending", [False, True], ids=["before anything is sent", "while sending"])
def test_a_second_signal_ends_it_though_nobody_reads_what_it_says(tmp_path: Path, sending: bool) -> None:
    """(Row 24) Standard error is a pipe that is full, as of a paused pager: the second Ctrl-C ends it all the same."""
    with Sandbox(faults=["latency=0.5@2"]) as sandbox:
        program = prepared(tmp_path / "run", sandbox)
        reading, writing = os.pipe()
        if not sending:
            fill(writing)
        words = [word for word in UPLOAD if word != "--json"]
        line = [sys.executable, "-m", "telecmi_leads", *words, "--workers", "1"]
        with subprocess.Popen(
            line, cwd=program.folder, env=program.variables(), stdout=subprocess.DEVNULL, stderr=writing
        ) as process:
            if sending:
                wait_until(lambda: len(sandbox.requests()) == 2)
                fill(writing)
            time.sleep(1.5)  # by then it waits for the pipe
            for _ in range(2):
                assert process.poll() is None
                process.send_signal(signal.SIGINT)
                time.sleep(0.3)
            try:
                assert process.wait(timeout=20) == 130
            finally:
                process.kill()
        os.close(reading)
        os.close(writing)
        assert len(sandbox.requests()) == (2 if sending else 0)
        assert verdict(sandbox, program.run(*(RESUME if sending else UPLOAD))) == []


def fill(pipe: int) -> None:
    """Write into a pipe until it takes no more; whoever writes to it next waits."""
    os.set_blocking(pipe, False)
    for piece in (b"." * 4096, b"."):
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(pipe, piece)
    os.set_blocking(pipe, True)


@pytest.mark.parametrize(
    ("fault", "requests", "leads"),
    [
        ("drop-after@K-004", 4, {"accepted": 15, "unverified": 0, "refused": 0, "unknown": 5, "unsent": 0}),
        ("429=60@K-002", 2, {"accepted": 5, "unverified": 0, "refused": 0, "unknown": 5, "unsent": 10}),
    ],
    ids=["settling", "asked to wait"],
)
def test_a_signal_ends_a_pause(tmp_path: Path, fault: str, requests: int, leads: dict[str, int]) -> None:
    """(Row 24) SIGTERM while nothing is under way, because a request settles or the service wants a pause: 143."""
    with Sandbox(faults=[fault]) as sandbox:
        program = prepared(tmp_path / "run", sandbox)
        with started(program, *UPLOAD, "--workers", "1", "--settle", "60") as process:
            wait_until(lambda: len(sandbox.requests()) == requests)
            time.sleep(0.3)
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=40)
        assert (process.returncode, "Traceback" in err) == (143, False)
        assert json.loads(out)["leads"] == leads
        assert len(sandbox.requests()) == requests


def test_a_signal_before_anything_is_sent(tmp_path: Path) -> None:
    """(Row 24) Ctrl-C while the input is read: 130, nothing sent, nothing left that a later run would stumble over."""
    with Sandbox() as sandbox:
        program = prepared(tmp_path / "run", sandbox)
        fifo = tmp_path / "run" / "slow.csv"
        os.mkfifo(fifo)
        command = ["slow.csv" if word == "leads.csv" else word for word in UPLOAD]
        with started(program, *command) as process, fifo.open("w") as feed:  # opens as soon as the program reads
            feed.write("Name,Mobile\n")
            feed.flush()
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
        assert (process.returncode, json.loads(out)["run"]) == (130, None)
        assert "Traceback" not in err
        assert sandbox.requests() == ()
        assert verdict(sandbox, program.run(*UPLOAD)) == []


def has_open(process: int, name: str) -> bool:
    """Tell whether a process has a file of this name open."""
    folder = Path(f"/proc/{process}/fd")
    with contextlib.suppress(OSError):  # closed meanwhile
        return any(each.readlink().name == name for each in folder.iterdir())
    return False


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="this system does not tell what a process has open")
def test_a_signal_while_waiting_for_the_lock(tmp_path: Path) -> None:
    """(Row 24) Ctrl-C while --lock-wait waits for another run: 130 at once, nothing sent by the one that waited."""
    with Sandbox(faults=["latency=60@1"]) as sandbox:
        program = prepared(tmp_path / "run", sandbox)
        with started(program, *UPLOAD):
            wait_until(lambda: len(sandbox.requests()) == 1)
            with started(program, *RESUME, "--lock-wait", "60") as waiting:
                wait_until(lambda: has_open(waiting.pid, "ledger.sqlite3"))
                time.sleep(0.5)
                waiting.send_signal(signal.SIGINT)
                out, err = waiting.communicate(timeout=40)
        assert (waiting.returncode, json.loads(out)["error"]["code"]) == (130, "interrupted")
        assert "Traceback" not in err
        assert len(sandbox.requests()) == 1


def test_an_ignored_hangup_stays_ignored(tmp_path: Path) -> None:
    """(Row 24) Under nohup a SIGHUP does not end the run."""
    with Sandbox(latency=0.1) as sandbox:
        program = prepared(tmp_path / "run", sandbox, wrapper=("nohup",))
        with started(program, *UPLOAD) as process:
            wait_until(lambda: len(sandbox.requests()) >= 1)
            process.send_signal(signal.SIGHUP)
            out, _ = process.communicate(timeout=30)
        assert process.returncode == 0
        assert json.loads(out)["leads"]["accepted"] == 20


@pytest.mark.parametrize(
    ("closed", "json_wanted"), [("stdout", True), ("stderr", False), ("both", False)], ids=["stdout", "stderr", "both"]
)
def test_closed_streams_end_no_upload(tmp_path: Path, closed: str, json_wanted: bool) -> None:
    """(Row 24) Whoever read the output has gone, as `| head` does: everything is uploaded, no traceback, no 120.

    X0, but X8 where the result that a script asked for is lost.
    """
    command = [word for word in UPLOAD if json_wanted or word != "--json"]
    with Sandbox(latency=0.05) as sandbox:
        program = prepared(tmp_path / "run", sandbox)
        with started(program, *command) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            if closed in {"stdout", "both"}:
                process.stdout.close()
            if closed in {"stderr", "both"}:
                process.stderr.close()
            said = "" if process.stderr.closed else process.stderr.read()
            assert process.wait(timeout=30) == (8 if json_wanted else 0)
            assert "Traceback" not in said
            assert said.count("Standard output can't be written: Broken pipe.") == json_wanted
        assert len(sandbox.campaigns()) == 4


@pytest.mark.parametrize("command", [UPLOAD, ("runs", "--json")], ids=["upload", "runs"])
def test_a_result_without_a_stream_is_an_error(tmp_path: Path, command: tuple[str, ...]) -> None:
    """(Row 24) Without a standard output, the JSON of any command is lost: X8, and the upload is whole."""
    with Sandbox() as sandbox:
        program = prepared(tmp_path / "run", sandbox, wrapper=("sh", "-c", 'exec "$@" >&-', "sh"))
        ended = program.run(*command)
        assert (ended.code, [line[20:] for line in ended.err.splitlines()[-2:]]) == (
            8,
            [
                "failed (exit 8): Standard output can't be written: it is closed.",
                "next: Free the disk, or write elsewhere. What was sent is in the ledger: telecmi-leads runs",
            ],
        )
        assert len(sandbox.campaigns()) == (4 if command is UPLOAD else 0)


def test_a_full_standard_output_ends_no_upload(tmp_path: Path) -> None:
    """(Row 24) Standard output on a full device: everything is uploaded all the same, and X8 says it."""
    with Sandbox() as sandbox:
        program = prepared(tmp_path / "run", sandbox, wrapper=("sh", "-c", 'exec "$@" > /dev/full', "sh"))
        ended = program.run(*UPLOAD)
        assert "Traceback" not in ended.err
        assert len(sandbox.campaigns()) == 4
        assert ended.code == 8


def test_killed_while_the_server_is_at_work(tmp_path: Path) -> None:
    """(Row 2) kill -9 a second into a request of two: resume settles first, then the name confirms it."""
    with Sandbox(faults=["latency=2@2"]) as sandbox:
        program = prepared(tmp_path / "run", sandbox)
        with started(program, *UPLOAD, "--workers", "1") as process:
            wait_until(lambda: len(sandbox.requests()) == 2)
            time.sleep(1)
            process.send_signal(signal.SIGKILL)
            process.communicate()
        began = time.time()
        resumed = program.run(*RESUME, "--settle", "2")
        assert verdict(sandbox, resumed) == []
        assert [request.name for request in sandbox.requests()][-1] == "K-002"  # the others did not wait for it
        assert sandbox.requests()[-1].time - began >= 2
        second = next(each for each in resumed.json["campaigns"] if each["name"] == "K-002")
        assert (second["status"], second["confirmed_by_name"], second["attempts"]) == ("accepted", True, 2)
        assert second["message"] == "Lead Name Already Exists"


def test_head_gets_its_line_and_the_upload_goes_on(tmp_path: Path) -> None:
    """(Row 24) A real `| head -n 1` behind the program: the pipeline's first exit code is the run's own."""
    with Sandbox(latency=0.05) as sandbox:
        program = prepared(tmp_path / "run", sandbox)
        line = " ".join(UPLOAD).replace("upload", "-m telecmi_leads upload", 1)
        shell = subprocess.run(
            ["bash", "-c", f'"$0" {line} | head -c 1; exit ${{PIPESTATUS[0]}}', sys.executable],
            cwd=program.folder,
            env=program.variables(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (shell.returncode, shell.stdout, shell.stderr) == (0, "{", "")
        assert len(sandbox.campaigns()) == 4
