from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from a_run import judged
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_store import connection, has_body, uploaded_among
from simulated import ACCOUNT, ADDED, START, plan

from telecmi_leads.core.campaign import CampaignStatus
from telecmi_leads.core.errors import ExitCode, LedgerError
from telecmi_leads.ledger import Ledger, ledger_files, schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NOBODY = 65534
as_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can be another user")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a ledger with a run half sent."""
    with Ledger.open(tmp_path / "state") as ledger:
        plan(ledger, 3)
        ledger.begin_attempts([1], at=START)
        ledger.record(1, judged(ADDED, CampaignStatus.ACCEPTED), at=START)
        ledger.begin_attempts([2], at=START)
    return tmp_path / "state"


def refusal(folder: Path) -> LedgerError:
    """Open a ledger that must not open; return the error, having seen that the files are as they were."""
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and not path.is_symlink()}
    with pytest.raises(LedgerError) as raised:
        Ledger.open(folder)
    assert raised.value.exit_code == ExitCode.LEDGER
    assert raised.value.hint
    after = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and not path.is_symlink()}
    assert {name: after.get(name) for name in before} == before
    assert set(after) - set(before) <= {"ledger.sqlite3-shm", "ledger.sqlite3-wal"}
    return raised.value


@pytest.fixture(params=[0o000, 0o022, 0o777])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """Work under an unusual umask."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_all_files_are_private(tmp_path: Path, umask: int) -> None:
    """(Row 37) Files are 0600 and folders 0700 from their creation on, whatever the umask, log and index included."""
    assert umask >= 0
    state = tmp_path / "new" / "state"
    if umask == 0o777:
        os.umask(0o077)
        state.parent.mkdir()
        os.umask(umask)
    try:
        with Ledger.open(state) as ledger:
            plan(ledger, 2)
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in state.iterdir()}
        assert modes == dict.fromkeys(
            ("ledger.key", "ledger.sqlite3", "ledger.sqlite3-shm", "ledger.sqlite3-wal"), 0o600
        )
        assert [stat.S_IMODE(path.stat().st_mode) for path in (state, state.parent)] == [0o700, 0o700]
    finally:
        os.umask(0o022)


def test_reopening(folder: Path) -> None:
    """What was written is there again, and what was under way reads as unknown."""
    with Ledger.open(folder) as ledger:
        assert [campaign.status for campaign in ledger.campaigns("run-1")] == ["accepted", "unknown", "unsent"]
    assert sorted(path.name for path in folder.iterdir()) == ["ledger.key", "ledger.sqlite3"]


def test_opening_what_is_not_there(tmp_path: Path, folder: Path) -> None:
    """Commands that only look make no ledger."""
    assert Ledger.open_existing(tmp_path / "none") is None
    assert not (tmp_path / "none").exists()
    found = Ledger.open_existing(folder)
    assert found is not None
    found.close()


def test_a_temporary_ledger_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dry run's ledger is nowhere when it is closed, however large it was."""
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    with Ledger.temporary() as ledger:
        plan(ledger, 200, size=50)
        assert len(ledger.campaigns("run-1")) == 200
    assert list(tmp_path.iterdir()) == []


# --- files that are not to be trusted -------------------------------------------------------------


@pytest.mark.parametrize("name", ["ledger.sqlite3", "ledger.key"])
def test_no_link_is_followed(folder: Path, tmp_path: Path, name: str) -> None:
    """(Row 5) A symlink in place of the ledger or its key is refused."""
    shutil.move(folder / name, tmp_path / name)
    (folder / name).symlink_to(tmp_path / name)
    assert refusal(folder).message == f"The ledger's file {folder / name} is a symbolic link, which is not followed."


def test_no_dangling_link_is_filled(tmp_path: Path) -> None:
    """(Row 5) Nothing is made at the other end of a symlink."""
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "state" / "ledger.sqlite3").symlink_to(tmp_path / "elsewhere")
    refusal(tmp_path / "state")
    assert not (tmp_path / "elsewhere").exists()


def test_no_linked_folder(folder: Path, tmp_path: Path) -> None:
    """(Row 5) A symlink in place of the folder is refused."""
    (tmp_path / "link").symlink_to(folder)
    assert "is a symbolic link" in refusal(tmp_path / "link").message


def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    """Only a file is a ledger, and only a folder is a place for one."""
    (tmp_path / "state" / "ledger.sqlite3").mkdir(parents=True)
    with pytest.raises(LedgerError, match="is not a regular file"):
        Ledger.open(tmp_path / "state")
    (tmp_path / "file").touch()
    with pytest.raises(LedgerError):
        Ledger.open(tmp_path / "file")
    with pytest.raises(LedgerError):
        Ledger.open(tmp_path / "file" / "below")


@as_root
@pytest.mark.parametrize("name", ["", "ledger.sqlite3", "ledger.key"])
def test_what_belongs_to_another_user(folder: Path, name: str) -> None:
    """(Row 5) A folder or file of another user is refused."""
    os.chown(folder / name, NOBODY, NOBODY)
    assert "belongs to another user" in refusal(folder).message


@pytest.mark.parametrize("name", ["", "ledger.sqlite3"])
def test_what_everyone_can_write(folder: Path, name: str) -> None:
    """(Row 5) Where everyone may write, anyone may have."""
    (folder / name).chmod(0o777)
    assert "can be written by everyone" in refusal(folder).message


@contextmanager
def unwritable(path: Path) -> Iterator[None]:
    """Take the right to write from whoever runs the tests; from root by the file system's own flag."""
    if os.geteuid() == 0:
        if subprocess.run(["chattr", "+i", path], capture_output=True, check=False).returncode:
            pytest.skip("root can't be kept from writing here")
    else:
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        yield
    finally:
        if os.geteuid() == 0:
            subprocess.run(["chattr", "-i", path], check=True)
        else:
            path.chmod(0o700)


@pytest.mark.parametrize("target", ["ledger.sqlite3", ""])
def test_what_cannot_be_written(folder: Path, target: str) -> None:
    """(Row 5) A read-only file or folder is said before anything is sent."""
    with unwritable(folder / target):
        error = refusal(folder)
    assert error.message == f"The ledger {folder / 'ledger.sqlite3'} or its folder can't be written."


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """(Row 5) Where the state folder can't be made, the run says so."""
    with unwritable(tmp_path), pytest.raises(LedgerError):
        Ledger.open(tmp_path / "state")


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs"])
def test_network_file_systems(folder: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """A log in shared memory is not safe on a network: refused, with the way out."""
    monkeypatch.setattr(ledger_files, "_mounted_as", lambda _folder: kind)
    error = refusal(folder)
    assert f"({kind})" in error.message
    assert "TELECMI_STATE_DIR" in error.hint


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_the_mounted_file_system_is_recognised(tmp_path: Path) -> None:
    """The system's own list of mounts is read."""
    shown = subprocess.run(["stat", "-f", "-c", "%T", "/proc"], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "proc"
    assert ledger_files._mounted_as(type(tmp_path)("/proc")) == "proc"  # noqa: SLF001 - the one thing tested


# --- files that are not what they were ------------------------------------------------------------


def test_an_empty_file(folder: Path) -> None:
    """(Row 6) An empty file is a loss, not a fresh start."""
    (folder / "ledger.sqlite3").write_bytes(b"")
    error = refusal(folder)
    assert error.message == f"The ledger {folder / 'ledger.sqlite3'} is empty."
    assert "Restore the file from a backup" in error.hint


@pytest.mark.parametrize("content", [b"x", b"SQLite format 3\0", b"not a database at all" * 1000, b"\0" * 100_000])
def test_another_file(folder: Path, content: bytes) -> None:
    """(Row 6) A file of another sort is refused."""
    (folder / "ledger.sqlite3").write_bytes(content)
    refusal(folder)


def test_another_database(folder: Path) -> None:
    """(Row 6) Another program's database is refused."""
    (folder / "ledger.sqlite3").unlink()
    with sqlite3.connect(folder / "ledger.sqlite3") as other:
        other.execute("CREATE TABLE runs (x)")
    other.close()
    (folder / "ledger.sqlite3").chmod(0o600)
    assert "is not a ledger of this program" in refusal(folder).message


@pytest.mark.parametrize("share", [0.01, 0.3, 0.5, 0.9, 0.999])
def test_a_cut_ledger(folder: Path, share: float) -> None:
    """(Row 6) A file that was cut is refused."""
    content = (folder / "ledger.sqlite3").read_bytes()
    (folder / "ledger.sqlite3").write_bytes(content[: int(len(content) * share)])
    refusal(folder)


@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=20))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_flipped_bytes(folder: Path, tmp_path: Path, flips: list[tuple[float, int]]) -> None:
    """(Row 6) Whatever bytes are flipped, opening and reading either work or say that the ledger is damaged."""
    content = bytearray((folder / "ledger.sqlite3").read_bytes())
    for place, change in flips:
        content[int(place * len(content))] ^= change
    damaged = tmp_path / "damaged"
    shutil.rmtree(damaged, ignore_errors=True)
    shutil.copytree(folder, damaged)
    (damaged / "ledger.sqlite3").write_bytes(content)
    with suppress(LedgerError), Ledger.open(damaged) as ledger:
        for run in ledger.runs():
            for campaign in ledger.campaigns(run.id):
                ledger.history(campaign.id)
                if has_body(ledger, campaign.id):
                    ledger.body(campaign.id)
            list(ledger.left_out(run.id))
        uploaded_among(ledger, ACCOUNT, ["919876500000"], None)


@pytest.mark.parametrize("whole", [True, False])
def test_damaged_pages(folder: Path, monkeypatch: pytest.MonkeyPatch, whole: bool) -> None:
    """(Row 6) A damaged page is found at opening; in a large ledger, one of the tables that say what was sent."""
    if not whole:
        monkeypatch.setattr(ledger_files, "_CHECKED_WHOLE", 0)
    content = (folder / "ledger.sqlite3").read_bytes()
    with sqlite3.connect(f"file:{folder / 'ledger.sqlite3'}?mode=ro", uri=True) as connection:
        names = "('meta', 'runs', 'campaigns', 'attempts')" if not whole else "(SELECT name FROM dbstat)"
        pages = connection.execute(f"SELECT DISTINCT pageno FROM dbstat WHERE name IN {names}").fetchall()  # noqa: S608
    connection.close()
    assert len(pages) >= 4
    for (page,) in pages:
        damaged = bytearray(content)
        damaged[(page - 1) * 4096 + (100 if page == 1 else 0)] ^= 0xFF
        (folder / "ledger.sqlite3").write_bytes(damaged)
        refusal(folder)


def test_every_commit_is_flushed(folder: Path) -> None:
    """A commit is on the disk when it returns, also in a process that plans nothing, and after one that did."""
    with Ledger.open(folder) as ledger:
        full = (2,)
        assert connection(ledger).execute("PRAGMA synchronous").fetchone() == full  # how it is set
        plan(ledger, 1, run="run-2", name="April")
        assert connection(ledger).execute("PRAGMA synchronous").fetchone() == full  # how it is set
        assert connection(ledger).execute("PRAGMA journal_mode").fetchone() == ("wal",)  # how it is set
        assert connection(ledger).execute("PRAGMA secure_delete").fetchone() == (1,)  # how it is set


def test_a_newer_version(folder: Path) -> None:
    """(Row 6) A ledger of a newer version is refused, not misread."""
    with sqlite3.connect(folder / "ledger.sqlite3") as connection:
        connection.execute(f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")
    connection.close()
    error = refusal(folder)
    assert "newer version" in error.message
    assert error.hint == "Update telecmi-leads."


def test_an_older_version_is_migrated(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """(Rows 6, 39) A ledger of an older version is brought up to date, with all that is in it, once."""
    monkeypatch.setattr(
        schema,
        "MIGRATIONS",
        (*schema.MIGRATIONS, "-- a note\nCREATE TABLE further (x);\nINSERT INTO further VALUES (1);"),
    )
    for _ in range(2):
        with Ledger.open(folder) as ledger:
            assert connection(ledger).execute("SELECT * FROM further").fetchall() == [(1,)]
            assert [campaign.status for campaign in ledger.campaigns("run-1")] == ["accepted", "unknown", "unsent"]


def test_attempts_go_on_behind_what_an_older_plan_knew() -> None:
    """A ledger of the version before numbers its attempts on behind the last one that is known by a plan alone."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as old:
        schema.migrate(old, schema.MIGRATIONS[:6])
        run = "INSERT INTO runs (id, account, name, created, state, known) VALUES ('r', 'a', 'n', 0, 'planned', ?)"
        old.execute(run, ('{"last_attempt": 7}',))
        old.execute("INSERT INTO campaigns (run, number, part, name, leads, digest) VALUES (1, 1, '', 'n-001', 1, x'')")
        try_it = "INSERT INTO attempts (campaign, started, leads) VALUES (1, 0, 1)"
        old.execute(try_it)
        schema.migrate(old, schema.MIGRATIONS)
        old.execute(try_it)
        attempts = old.execute("SELECT id, campaign, started, leads FROM attempts").fetchall()
    assert attempts == [(1, 1, 0, 1), (8, 1, 0, 1)]


def test_a_failed_migration_changes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step of a migration is done whole or not at all."""
    broken = (*schema.MIGRATIONS, "CREATE TABLE further (x); CREATE TABLE runs (x);")
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", broken)
        with pytest.raises(LedgerError):
            Ledger.open(folder)
    with Ledger.open(folder) as ledger:
        tables = connection(ledger).execute("SELECT count(*) FROM sqlite_master WHERE name = 'further'")
        assert tables.fetchone() == (0,)


# --- the key and the log --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda key: key.unlink(), "is missing"),
        (lambda key: key.write_bytes(b""), "is damaged"),
        (lambda key: key.write_bytes(b"k" * 32), "does not belong to the ledger"),
    ],
)
def test_without_its_key(folder: Path, spoil: Callable[[Path], object], says: str) -> None:
    """Without the key nobody uploaded before can be recognised: refused, rather than call them again."""
    spoil(folder / "ledger.key")
    assert says in refusal(folder).message


def test_a_log_without_its_ledger(folder: Path) -> None:
    """A log that outlived its ledger must neither be lost unseen nor be taken into a fresh one."""
    (folder / "ledger.sqlite3-wal").write_bytes(b"x" * 5000)
    (folder / "ledger.sqlite3").unlink()
    error = refusal(folder)
    assert error.message.endswith("is gone, and its log ledger.sqlite3-wal is still there.")
    (folder / "ledger.sqlite3-wal").unlink()
    with Ledger.open(folder) as ledger:
        assert ledger.runs() == []


def test_a_deleted_ledger_starts_afresh(folder: Path) -> None:
    """(Row 7) A ledger that a person has deleted is a fresh start."""
    (folder / "ledger.sqlite3").unlink()
    with Ledger.open(folder) as ledger:
        assert ledger.runs() == []


def test_what_a_killed_creation_leaves(tmp_path: Path) -> None:
    """A process killed while it made the ledger leaves nothing that the next one stumbles over."""
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    (state / "ledger.key").write_bytes(b"k" * 32)
    (state / "ledger.key").chmod(0o600)
    for name in ("ledger-new-12345678", "ledger-new-12345678-wal", "ledger-new-12345678-shm"):
        (state / name).write_bytes(b"half")
    with Ledger.open(state):
        pass
    assert sorted(path.name for path in state.iterdir()) == ["ledger.key", "ledger.sqlite3"]
    assert (state / "ledger.key").read_bytes() == b"k" * 32


MAKE_IT = """
import sys
from pathlib import Path
from telecmi_leads.ledger import Ledger
with Ledger.open(Path(sys.argv[1])) as ledger:
    print(ledger._store.key.hex())
"""


def test_many_processes_make_one_ledger(tmp_path: Path) -> None:
    """Processes that make the ledger at the same moment end up with the same one."""
    processes = [
        subprocess.Popen([sys.executable, "-c", MAKE_IT, str(tmp_path / "state")], stdout=-1, stderr=-1, text=True)
        for _ in range(8)
    ]
    said = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0] * 8, said
    assert {out for out, _ in said} == {f"{(tmp_path / 'state' / 'ledger.key').read_bytes().hex()}\n"}
    # Two that close at the same moment can each take the other for one that stays, and leave SQLite's log to the next.
    with Ledger.open(tmp_path / "state"):
        pass
    assert sorted(path.name for path in (tmp_path / "state").iterdir()) == ["ledger.key", "ledger.sqlite3"]
