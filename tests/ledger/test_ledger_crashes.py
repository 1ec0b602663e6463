"""The ledger under kill -9 and a failing disk, at every system call that changes a file."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from a_run import judged, new_run
from ledger_store import connection, uploaded_among
from places import ROOT, TESTS
from simulated import ACCOUNT, ADDED, START, plan

from telecmi_leads.core.campaign import CampaignStatus
from telecmi_leads.core.errors import LedgerError
from telecmi_leads.core.run import RunState
from telecmi_leads.ledger import Ledger

if TYPE_CHECKING:
    from pathlib import Path

CHANGING = ("pwrite64", "fdatasync", "fsync", "ftruncate", "unlink", "linkat", "rename", "mkdir")
WRITING = ("pwrite64", "ftruncate")
SYNCING = ("fdatasync", "fsync")

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace is not installed; the long run needs it on Linux"
)


@dataclass(frozen=True)
class Ended:
    """How the driver ended, what it said, and its system calls."""

    code: int
    said: list[str]
    calls: list[str]


def drive(folder: Path, *inject: str) -> Ended:
    """Run the driver on a folder under strace; `inject` as strace takes it."""
    log = folder.with_suffix(".strace")
    command = ["strace", "-qq", "-o", str(log), "-y", "-e", f"trace=write,{','.join(CHANGING)}"]
    for each in inject:
        command += ["-e", f"inject={each}"]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{TESTS}", "PYTHONDONTWRITEBYTECODE": "1"}
    command += [sys.executable, str(TESTS / "ledger_driver.py"), str(folder)]
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert "Traceback" not in ended.stderr, ended.stderr
    return Ended(ended.returncode, ended.stdout.splitlines(), log.read_text(errors="replace").splitlines())


def counts(ended: Ended) -> dict[str, int]:
    """Return how often each system call was made."""
    return {call: sum(line.startswith(f"{call}(") for line in ended.calls) for call in CHANGING}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """Run the driver undisturbed."""
    ended = drive(tmp_path_factory.mktemp("whole") / "state")
    assert (ended.code, ended.said[-1]) == (0, "finished")
    return ended


def keeps_its_word(folder: Path, said: list[str]) -> None:
    """Open the ledger that was left: all that was said is in it, and the rest can be done."""
    with Ledger.open(folder) as ledger:
        run = ledger.run("run-1")
        assert run is not None or "planned" not in said
        if run is None:
            return
        assert run.leads.total == 6
        status = {campaign.id: campaign.status for campaign in ledger.campaigns("run-1")}
        for campaign in (1, 2, 3):
            if f"accepted {campaign}" in said:
                assert status[campaign] is CampaignStatus.ACCEPTED
            elif f"intent {campaign}" in said:
                assert status[campaign] in {CampaignStatus.UNKNOWN, CampaignStatus.ACCEPTED}
            before = campaign - 1
            if before and f"accepted {before}" not in said:
                assert status[campaign] is CampaignStatus.UNSENT
        if "finished" in said:
            assert run.state is RunState.FINISHED
        ledger.settle_interrupted("run-1", at=START)
        for campaign, reached in status.items():
            if reached is not CampaignStatus.ACCEPTED:
                ledger.begin_attempts([campaign], at=START)
                ledger.record(campaign, judged(ADDED, CampaignStatus.ACCEPTED), at=START)
        assert ledger.finish_run("run-1")
        assert uploaded_among(ledger, ACCOUNT, [str(919876500000 + index) for index in range(6)], None) == [True] * 6


def places(count: int, step: int) -> range:
    """Return which of so many calls to strike at: every `step`-th, the first and the last among them."""
    return range(1, count + 1, step) if step == 1 else range(1, count + 1, max(1, count // step))


def kill_at_all(whole: Ended, folder: Path, step: int) -> int:
    """Kill at each place; return how many there were."""
    struck = 0
    for call, count in counts(whole).items():
        for when in places(count, step):
            state = folder / f"{call}-{when}"
            ended = drive(state, f"{call}:signal=KILL:when={when}")
            assert ended.code in {-9, 137}, (call, when)
            keeps_its_word(state, ended.said)
            struck += 1
    return struck


def test_some_kills(whole: Ended, tmp_path: Path) -> None:
    """(Row 1) Killed at a sample of its system calls, the ledger keeps its word."""
    assert kill_at_all(whole, tmp_path, step=5) > 20


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_all_kills(whole: Ended, tmp_path: Path) -> None:
    """(Row 1) Killed at every one of its system calls, the ledger keeps its word."""
    print("kill points:", kill_at_all(whole, tmp_path, step=1))  # noqa: T201 - how many there are is part of the proof


def fail_at_all(whole: Ended, folder: Path, step: int) -> int:
    """Have the disk be full from each write on, and fail once at each flush; return how many places there were."""
    struck = 0
    failures = [(call, "ENOSPC", "+") for call in WRITING] + [(call, "EIO", "") for call in SYNCING]
    for call, error, onwards in failures:
        for when in places(counts(whole)[call], step):
            state = folder / f"{call}-{error}-{when}"
            ended = drive(state, f"{call}:error={error}:when={when}{onwards}")
            if ended.code:  # what fails while the log is copied or closed is done again by the next process
                assert ended.code == 8, (call, when, ended)
                assert ended.said[-1].startswith("refused"), (call, when)
            keeps_its_word(state, ended.said)
            struck += 1
    return struck


def test_some_disk_failures(whole: Ended, tmp_path: Path) -> None:
    """(Row 4) A full disk or a failed flush ends in exit code 8, and the ledger keeps its word afterwards."""
    assert fail_at_all(whole, tmp_path, step=5) > 10


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_all_disk_failures(whole: Ended, tmp_path: Path) -> None:
    """(Row 4) The same at every write and every flush."""
    print("failing writes and flushes:", fail_at_all(whole, tmp_path, step=1))  # noqa: T201 - part of the proof


def test_the_intent_is_flushed_before_it_is_said(whole: Ended) -> None:
    """Nothing is said, and so nothing would be sent, between a write to the log and its flush."""
    unflushed = False
    steps = 0
    for call in whole.calls:
        if "-wal>" in call:
            unflushed = call.startswith("pwrite64(") or (unflushed and not call.startswith("fdatasync("))
        elif call.startswith("write(1<"):
            assert not unflushed, call
            steps += 1
    assert steps == 8


def test_no_second_try_of_a_failed_flush(whole: Ended, tmp_path: Path) -> None:
    """(Row 4) After a flush that failed nothing is written or flushed any more, not even when the process ends."""
    said_at = [index for index, call in enumerate(whole.calls) if re.match(r'write\(1<.*"intent 2', call)]
    when = sum(call.startswith("fdatasync(") for call in whole.calls[: said_at[0]])
    ended = drive(tmp_path / "state", f"fdatasync:error=EIO:when={when}")
    assert (ended.code, ended.said[:3]) == (8, ["planned", "intent 1", "accepted 1"])
    failed = next(index for index, call in enumerate(ended.calls) if "EIO" in call)
    after = [call for call in ended.calls[failed + 1 :] if not call.startswith("write(1<")]
    assert after == []
    keeps_its_word(tmp_path / "state", ended.said)


def limited(folder: Path, limits: str) -> subprocess.CompletedProcess[str]:
    """Run the driver under limits of the resource module, without strace."""
    script = f"import resource, runpy, sys; {limits}; sys.argv = sys.argv[1:]"
    script += "; runpy.run_path(sys.argv[0], run_name='__main__')"
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{TESTS}"}
    command = [sys.executable, "-c", script, str(TESTS / "ledger_driver.py"), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_a_limit_on_file_sizes(tmp_path: Path) -> None:
    """(Row 38) Where the system allows no larger file, the ledger ends cleanly and can go on afterwards."""
    ended = limited(tmp_path / "state", "resource.setrlimit(resource.RLIMIT_FSIZE, (130_000, -1))")
    assert (ended.returncode, ended.stderr) == (8, "")
    keeps_its_word(tmp_path / "state", ended.stdout.splitlines())


def test_little_memory_and_few_descriptors(tmp_path: Path) -> None:
    """(Row 38) 256 MB of address space and 16 descriptors are enough."""
    limits = "resource.setrlimit(resource.RLIMIT_AS, (2**28, 2**28))"
    limits += "; resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))"
    ended = limited(tmp_path / "state", limits)
    assert (ended.returncode, ended.stderr) == (0, "")
    keeps_its_word(tmp_path / "state", ended.stdout.splitlines())


def test_after_a_failed_write_nothing_is_written(tmp_path: Path) -> None:
    """(Row 4) The ledger refuses every write after one that failed, in the same words, and can still be read."""
    with Ledger.open(tmp_path / "state") as ledger:
        plan(ledger, 3)
        connection(ledger).execute("PRAGMA max_page_count = 1")  # no page more than there are
        with pytest.raises(LedgerError, match="the disk is full") as first:
            plan(ledger, 5, size=500, run="run-2")
        connection(ledger).execute("PRAGMA max_page_count = 100000")  # space again
        with pytest.raises(LedgerError) as second:
            ledger.begin_attempts([1], at=START)
        assert [campaign.status for campaign in ledger.campaigns("run-1")] == ["unsent"] * 3
    assert first.value is second.value
    keeps_its_word(tmp_path / "state", ["planned"])


def test_a_busy_ledger_is_not_a_broken_one(tmp_path: Path) -> None:
    """Another process's long write is waited for, then said; the next try may succeed."""
    with Ledger.open(tmp_path / "state") as ledger, Ledger.open(tmp_path / "state") as other:
        connection(ledger).execute("PRAGMA busy_timeout = 50")  # shorter than for users
        connection(other).execute("BEGIN IMMEDIATE")  # a write that takes long
        with pytest.raises(LedgerError, match="is kept busy by another process"):
            ledger.begin_run(new_run(id="r", account=ACCOUNT, name="n", created=START))
        with pytest.raises(LedgerError, match="is kept busy by another process"):
            ledger.stage("r", [], [])
        connection(other).execute("ROLLBACK")  # and is over
        assert connection(ledger).execute("PRAGMA synchronous").fetchone() == (2,)  # still flushed
        ledger.begin_run(new_run(id="r", account=ACCOUNT, name="n", created=START))
