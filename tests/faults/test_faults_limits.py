"""Little memory, few descriptors, small files: row 38; a ledger of the first version: row 39."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from contextlib import closing
from queue import SimpleQueue
from typing import TYPE_CHECKING

import pytest
from crashing import RESUME, UPLOAD, misbehaviour, prepared, verdict
from old_ledger import FOLDER, unpacked
from program import Program, balanced, expected_phones, phones

from telecmi_leads.core.campaign import Outcome, OutcomeKind
from telecmi_leads.sandbox import Sandbox
from telecmi_leads.sandbox.service import glimpse
from telecmi_leads.sending.pacing import Sent, Workers

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Wrapped

HAVE_PRLIMIT = shutil.which("prlimit") is not None


@pytest.fixture
def program(tmp_path: Path, sandbox: Sandbox) -> Wrapped:
    """Return the program with the leads of the small run."""
    return prepared(tmp_path / "run", sandbox)


# --- row 38 ---------------------------------------------------------------------------------------


@pytest.mark.skipif(not HAVE_PRLIMIT, reason="prlimit is not installed")
def test_sixteen_descriptors_and_little_memory(program: Wrapped, sandbox: Sandbox) -> None:
    """(Row 38) 16 descriptors and 256 MB of address space are enough for a run with four workers."""
    program.wrapper = ("prlimit", "--nofile=16", f"--as={256 * 2**20}")
    ended = program.run(*UPLOAD, "--workers", "4")
    assert verdict(sandbox, ended) == []


@pytest.mark.skipif(not HAVE_PRLIMIT, reason="prlimit is not installed")
@pytest.mark.parametrize(
    "limit", ["--nofile=6", "--nofile=9", f"--as={96 * 10**6}", "--fsize=0", "--fsize=20000", "--fsize=130000"]
)
def test_too_little_is_a_clean_end(program: Wrapped, sandbox: Sandbox, limit: str) -> None:
    """(Row 38) Too few descriptors, too little memory, `ulimit -f`: an end, never a loss; then the run goes on."""
    program.wrapper = ("prlimit", limit)
    ended = program.run(*UPLOAD, "--workers", "4", "--timeout", "5", "--retries", "1")
    allowed = {0, 1, 5, 8} if "as" in limit else {3, 8} if limit == "--nofile=6" else {8}  # 3: no descriptor for leads
    assert ended.code in allowed, (ended.code, ended.err)
    if ended.code == 8:
        assert "Traceback" not in ended.err
    assert misbehaviour(sandbox) == []
    program.wrapper = ()
    assert verdict(sandbox, program.run(*UPLOAD)) == []


def test_no_thread_to_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    """(Row 38) No thread can be started: the first request was not sent; further ones are left to those there are."""
    mailbox: SimpleQueue[Sent | None] = SimpleQueue()
    workers = Workers(lambda _body: Outcome(OutcomeKind.ACCEPTED), mailbox)

    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        workers.send(1, b"{}", 1)
    workers.send(2, b"{}", 1)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        workers.send(3, b"{}", 2)
    came = [mailbox.get(timeout=10) for _ in range(3)]
    workers.close()
    assert [(sent.campaign, sent.outcome and sent.outcome.kind) for sent in came if sent is not None] == [
        (1, OutcomeKind.NOT_SENT),
        (2, OutcomeKind.ACCEPTED),
        (3, OutcomeKind.ACCEPTED),
    ]


# --- row 39 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("archive", sorted(FOLDER.glob("ledger-*.tar.gz")), ids=lambda path: path.name)
def test_a_run_stopped_by_an_older_version_is_finished(tmp_path: Path, archive: Path) -> None:
    """(Row 39) A new version between stop and resume: it takes the old ledger over and sends the stored bytes."""
    state = unpacked(archive, tmp_path / "state")
    with closing(sqlite3.connect(state / "ledger.sqlite3")) as ledger:
        stored = [row[0] for row in ledger.execute("SELECT body FROM bodies ORDER BY campaign")]
    with Sandbox() as sandbox:
        program = Program(tmp_path, sandbox.url)
        ended = program.run(*RESUME)
        assert ended.code == 0, ended.err
        assert (balanced(ended.json), ended.json["leads"]["accepted"]) == (True, 20)
        assert phones(sandbox.campaigns()) == expected_phones(20)[10:]
        sent = {request.name: request.digest for request in sandbox.requests()}
        assert sent == {glimpse(body).name: glimpse(body).digest for body in stored}
        assert [run["state"] for run in program.run("runs", "--json").json["runs"]] == ["finished"]
