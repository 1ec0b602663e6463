"""Makes data/ledger-1.tar.gz: `python tests/old_ledger.py`, once before each release that changes the schema.

A state folder as a version leaves it that was stopped in a run of four campaigns: two accepted, one of unknown outcome
(its request was not stored by the service), one unsent. Later versions must finish the run with the stored bytes. The
ledgers of earlier releases stay as they are; until the first release there is one.
"""

from __future__ import annotations

import sqlite3
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

from crashing import UPLOAD, prepared
from places import TESTS

from telecmi_leads.ledger.schema import MIGRATIONS
from telecmi_leads.sandbox import Sandbox

KEPT = ("ledger.sqlite3", "ledger.key")
FOLDER = TESTS / "data"


def make(target: Path) -> None:
    """Stop a run halfway and pack its state folder, without a trace of where it was made."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Sandbox(faults=["drop-before@K-003*1", "404@4"]) as sandbox,
        tarfile.open(target, "w:gz") as archive,
    ):
        program = prepared(Path(folder) / "run", sandbox)
        assert program.run(*UPLOAD, "--workers", "1", "--retries", "0").code == 6
        state = program.folder / "state"
        with closing(sqlite3.connect(state / "ledger.sqlite3", isolation_level=None)) as ledger:
            ledger.execute("UPDATE runs SET report_dir = ?", (b"reports",))
            ledger.execute("VACUUM")
            ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        for name in KEPT:
            archive.add(state / name, name, filter=_of_nobody)


def unpacked(archive: Path, state: Path) -> Path:
    """Unpack such a state folder, private as it has to be."""
    state.mkdir(mode=0o700)
    with tarfile.open(archive) as packed:
        packed.extractall(state, filter="data")
    for name in KEPT:
        (state / name).chmod(0o600)
    return state


def _of_nobody(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = entry.mtime = 0
    entry.uname = entry.gname = ""
    return entry


if __name__ == "__main__":
    make(FOLDER / f"ledger-{len(MIGRATIONS)}.tar.gz")
