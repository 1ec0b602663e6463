from __future__ import annotations

import errno
import json
import os
import re
import signal
import stat
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest
from rawserver import takes_less

from telecmi_leads.core.clock import Clock
from telecmi_leads.core.errors import ExitCode, LedgerError, LockHeld
from telecmi_leads.ledger import Ledger, lock
from telecmi_leads.ledger.lock import hold
from telecmi_leads.ledger.store import ledger_error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ACCOUNT = "1234567@example.com"
HOLDER = """
import sys, time
from pathlib import Path
from telecmi_leads.core.clock import Clock
from telecmi_leads.core.errors import LockHeld
from telecmi_leads.ledger.lock import hold
try:
    with hold(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]), clock=Clock(), command="upload --name March"):
        print("held", flush=True)
        sys.stdin.read()
except LockHeld as error:
    print(error.message, flush=True)
    sys.exit(7)
"""


def start(folder: Path, account: str = ACCOUNT, wait: float = 0) -> subprocess.Popen[str]:
    """Start a process that takes the lock and keeps it until its standard input ends."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), account, str(wait)], stdin=-1, stdout=-1, stderr=-1, text=True
    )


def first_line(process: subprocess.Popen[str]) -> str:
    """Return what the process says first."""
    assert process.stdout is not None
    return process.stdout.readline().rstrip()


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Have another process hold the lock."""
    with start(tmp_path / "state") as process:
        assert first_line(process) == "held"
        yield process
        process.kill()


def take(folder: Path, wait: float = 0) -> None:
    """Take the lock and let it go."""
    with hold(folder, ACCOUNT, wait, clock=Clock(), command="resume"):
        pass


def test_the_second_says_who_holds_it(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    """(Row 8) A second run says within a second who is at work, since when and on which host."""

    def refused() -> LockHeld:
        with pytest.raises(LockHeld) as raised:
            take(tmp_path / "state")
        return raised.value

    def seconds() -> float:
        before = time.monotonic()
        refused()
        return time.monotonic() - before

    assert takes_less(1, seconds)
    error = refused()
    assert error.exit_code == ExitCode.LOCKED
    expected = (
        r"Another run of this account is at work since \d+ [A-Z][a-z]{2} \d{4} \d\d:\d\d: "
        rf"process {holder.pid} on \S+, upload --name March\."
    )
    assert re.fullmatch(expected, error.message)


def test_a_holder_is_given_time_to_say_who_it_is(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    """Whoever comes between the lock and the note of its holder looks again, and names the holder."""
    (about,) = (tmp_path / "state").glob("account-*.json")
    away = about.rename(tmp_path / "away.json")
    threading.Timer(0.1, away.rename, [about]).start()
    with (
        pytest.raises(LockHeld, match=f"process {holder.pid} on "),
        hold(tmp_path / "state", ACCOUNT, 0, clock=Clock(), command="resume"),
    ):
        pass


def test_the_lock_dies_with_its_process(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    """(Row 8) After kill -9 the next one gets the lock at once."""
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    take(tmp_path / "state")  # it would be refused at once if it were still held


def test_four_at_once(tmp_path: Path) -> None:
    """(Row 8) Of four started at once one works, and the others end with the lock held."""
    processes = [start(tmp_path / "state") for _ in range(4)]
    said = [first_line(process) for process in processes]
    assert sorted(line.split()[0] for line in said) == ["Another", "Another", "Another", "held"]
    for process in processes:
        process.communicate()
    assert sorted(process.returncode for process in processes) == [0, 7, 7, 7]


def test_accounts_do_not_wait_for_each_other(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    """The lock is one account's: another one's run goes on."""
    assert holder.poll() is None
    with hold(tmp_path / "state", "7@example.com", 0, clock=Clock(), command="upload"):
        pass


def test_waiting(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    """--lock-wait waits for the holder's end, and no longer than it says."""
    with pytest.raises(LockHeld):
        take(tmp_path / "state", wait=0.3)
    timer = threading.Timer(0.4, holder.kill)
    timer.start()
    take(tmp_path / "state", wait=20)
    timer.join()


def test_the_lock_is_let_go(tmp_path: Path) -> None:
    """After a block, also one that failed, the lock is free and nobody is named as its holder."""
    with pytest.raises(ZeroDivisionError), hold(tmp_path / "s", ACCOUNT, 0, clock=Clock(), command="upload"):
        raise ZeroDivisionError
    assert [path.suffix for path in (tmp_path / "s").iterdir()] == [".lock"]
    take(tmp_path / "s")


def test_within_one_process(tmp_path: Path) -> None:
    """The lock holds within a process as well."""
    with hold(tmp_path / "s", ACCOUNT, 0, clock=Clock(), command="upload"), pytest.raises(LockHeld):
        take(tmp_path / "s")


def test_its_files_are_private(tmp_path: Path) -> None:
    """(Row 37) The lock and what it tells are 0600 in a folder of 0700, whatever the umask."""
    before = os.umask(0)
    try:
        with hold(tmp_path / "s", ACCOUNT, 0, clock=Clock(), command="upload"):
            paths = [tmp_path / "s", *(tmp_path / "s").iterdir()]
            assert [oct(stat.S_IMODE(path.stat().st_mode)) for path in paths] == ["0o700", "0o600", "0o600"]
    finally:
        os.umask(before)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"pid": "x"}', b"\xff", json.dumps({"pid": 1}).encode()])
def test_what_the_holder_says_may_be_anything(holder: subprocess.Popen[str], tmp_path: Path, content: bytes) -> None:
    """The file beside the lock decides nothing: without it, or with nonsense in it, the lock is held all the same."""
    assert holder.poll() is None
    [about] = (tmp_path / "state").glob("*.json")
    about.write_bytes(content)
    with pytest.raises(LockHeld, match=r"Another run of this account is at work\.$"):
        take(tmp_path / "state")
    about.unlink()
    with pytest.raises(LockHeld, match=r"Another run of this account is at work\.$"):
        take(tmp_path / "state")


def test_what_the_holder_says_is_made_safe(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    """(Row 32) Nothing in the file beside the lock reaches a terminal raw."""
    assert holder.poll() is None
    [about] = (tmp_path / "state").glob("*.json")
    about.write_text(json.dumps({"pid": 1, "host": "\x1b[31m", "since": "\u202e", "command": "\x07"}))
    with pytest.raises(LockHeld) as raised:
        take(tmp_path / "state")
    assert raised.value.message.isprintable()


def test_no_link_is_followed(tmp_path: Path) -> None:
    """(Row 5) A symlink in place of the folder or the lock is refused."""
    take(tmp_path / "s")
    [lock] = (tmp_path / "s").iterdir()
    lock.unlink()
    lock.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LedgerError, match="symbolic link"):
        take(tmp_path / "s")
    assert not (tmp_path / "elsewhere").exists()
    (tmp_path / "link").symlink_to(tmp_path / "s")
    with pytest.raises(LedgerError, match="symbolic link"):
        take(tmp_path / "link")


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    """(Row 5) Where the lock can't be made the run says so."""
    (tmp_path / "file").touch()
    with pytest.raises(LedgerError):
        take(tmp_path / "file")
    with pytest.raises(LedgerError):
        take(tmp_path / "file" / "below")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_needs_space_and_no_other_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Another state folder would know nobody: on a full disk none is proposed, by the lock or by the ledger."""
    full = OSError(number, os.strerror(number))

    def fails(*_: object) -> None:
        raise full

    monkeypatch.setattr(lock, "_prepare", fails)
    with pytest.raises(LedgerError) as raised, hold(tmp_path, ACCOUNT, 0, clock=Clock(), command="upload"):
        pass
    hint = "Free some space, then type the same command again."
    assert (raised.value.hint, ledger_error(full, tmp_path).hint) == (hint, hint)


def test_another_state_folder_has_its_price(tmp_path: Path) -> None:
    """Where a folder can't be made, another one is proposed, and what that costs who leaves the ledger behind."""
    (tmp_path / "file").touch()
    with pytest.raises(LedgerError) as raised, hold(tmp_path / "file", ACCOUNT, 0, clock=Clock(), command="upload"):
        pass
    assert "TELECMI_STATE_DIR" in raised.value.hint
    assert raised.value.hint.endswith("nobody is known who was uploaded before, and people go in twice.")
    with pytest.raises(LedgerError):
        Ledger.open(tmp_path / "file")
