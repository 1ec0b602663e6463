"""Finding, making and checking the ledger's files before anything trusts them.

The folder and the file must be the user's own, and no link. A ledger that is there is opened as it is or not at all: an
empty, cut, foreign or damaged file is never replaced by a fresh one, since the names of the campaigns that it knew
are what keeps people from being called twice.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import sys
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

from telecmi_leads.core import private
from telecmi_leads.core.errors import LedgerError
from telecmi_leads.core.text import safe
from telecmi_leads.ledger import schema
from telecmi_leads.ledger.store import ANOTHER_FOLDER, FAILURES, RECOVERY, leave_open, ledger_error

LEDGER = "ledger.sqlite3"
KEY = "ledger.key"
_KEY_BYTES = 32
_BUSY_SECONDS = 10.0
_CHECKED_WHOLE = 16 * 2**20
"""Bytes up to which every page is checked at each opening (some 20 ms); of a larger ledger the small tables are."""

_SMALL_TABLES = ("meta", "runs", "campaigns", "attempts")
_UNDONE = "ledger-new-"
_UNDONE_NAMES = (f"{_UNDONE}*", f"{KEY}.*.new")
_TRIES = 5
_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "afs", "ceph", "fuse.sshfs", "fuse.glusterfs"})


def open_ledger(folder: Path) -> tuple[sqlite3.Connection, bytes, Path]:
    """Return the connection, the key and the path of the folder's ledger, which is made where there is none.

    Raises LedgerError for whatever is not as it must be; the files are left as they are.
    """
    path = folder / LEDGER
    try:
        private.make_folder(folder)
        _trust(folder, folder=True)
        _refuse_network(folder)
        # Another process may make, or just have failed to make, the same ledger at this moment.
        for _ in range(_TRIES):
            if _is_there(path):
                break
            _make(folder, path)
        _trust(path, folder=False)
        _refuse_unwritable(path)
        for names in _UNDONE_NAMES:
            _remove(folder, names)
        key = _read_key(folder)
    except OSError as error:
        raise ledger_error(error, path) from error
    _check(path, key)
    return _connect_and_migrate(path), key, path


def is_gone(folder: Path) -> bool:
    """Tell whether a folder holds a ledger's key and no ledger, nor one in the making."""
    with suppress(OSError):  # whoever opens it is told what is wrong
        return (folder / KEY).exists() and not any(folder.glob(f"{_UNDONE}*")) and not (folder / LEDGER).exists()
    return False


def open_temporary(*, journal: str = "OFF") -> sqlite3.Connection:
    """Return a connection to a private, unnamed ledger that vanishes with it; without a journal nothing rolls back."""
    connection = sqlite3.connect("", isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute(f"PRAGMA journal_mode = {journal}")
    connection.execute("PRAGMA foreign_keys = ON")
    schema.migrate(connection, schema.MIGRATIONS)
    return connection


# --- trust --------------------------------------------------------------------------------------


def _trust(path: Path, *, folder: bool) -> None:
    why = private.objection(path, folder=folder)
    if why is not None:
        raise LedgerError(
            f"The ledger's {'folder' if folder else 'file'} {safe(str(path))} {why}",
            hint=f"Set TELECMI_STATE_DIR to a folder of your own that nobody else can write. {ANOTHER_FOLDER}",
        )


def _refuse_unwritable(path: Path) -> None:
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        raise LedgerError(
            f"The ledger {safe(str(path))} or its folder can't be written",
            hint="Make both writable for this user.",
        )


def _is_there(path: Path) -> bool:
    """Tell whether there is a ledger. A log without its ledger is a loss that must be seen, not a fresh start."""
    if path.is_symlink() or path.exists():
        if path.lstat().st_size == 0:
            raise LedgerError(f"The ledger {safe(str(path))} is empty", hint=RECOVERY)
        return True
    log = path.with_name(f"{LEDGER}-wal")
    if log.exists() and not path.exists():  # asked again: another process may just have made it
        raise LedgerError(
            f"The ledger {safe(str(path))} is gone, and its log {log.name} is still there",
            hint=f"Put the ledger back; or remove {log.name} to start afresh: campaigns that are in the account "
            "already are then refused by their names.",
        )
    return path.exists()


def _refuse_network(folder: Path) -> None:
    """Refuse network file systems: SQLite's log needs shared memory and true locks, and loses data without."""
    kind = "a network path" if str(folder.absolute()).startswith("\\\\") else _mounted_as(folder)
    if kind == "a network path" or kind in _NETWORK:
        raise LedgerError(
            f"The ledger's folder {safe(str(folder))} is on a network file system ({kind})",
            hint=f"Set TELECMI_STATE_DIR to a folder on a local disk. {ANOTHER_FOLDER}",
        )


def _mounted_as(folder: Path) -> str:
    """Return the type of the file system that holds the folder, "" where the system does not tell (only Linux does)."""
    if sys.platform != "linux":
        return ""
    device = folder.stat().st_dev
    # mountinfo writes major:minor in the kernel's own split of st_dev (makedev(3)).
    number = f"{device >> 8 & 0xFFF}:{device & 0xFF | device >> 12 & 0xFFF00}"
    with suppress(OSError), Path("/proc/self/mountinfo").open(encoding="utf-8", errors="replace") as mounts:
        for line in mounts:
            fields, _, described = line.partition(" - ")
            if fields.split()[2:3] == [number]:
                return described.split(" ", 1)[0]
    return ""


# --- the key ------------------------------------------------------------------------------------


def _read_key(folder: Path) -> bytes:
    path = folder / KEY
    if not path.is_symlink() and not path.exists():
        raise LedgerError(
            f"The ledger's key {safe(str(path))} is missing, so that numbers uploaded before can't be recognised",
            hint=f"Restore {KEY} from a backup, or move {LEDGER} away to start afresh.",
        )
    _trust(path, folder=False)
    key = path.read_bytes()
    if len(key) != _KEY_BYTES:
        raise LedgerError(f"The ledger's key {safe(str(path))} is damaged", hint=f"Restore {KEY} from a backup.")
    return key


def _mark(key: bytes) -> bytes:
    """Return what the ledger stores to recognise its key by."""
    return hashlib.blake2b(b"telecmi-leads ledger", key=key, digest_size=16).digest()


# --- making -------------------------------------------------------------------------------------


def _make(folder: Path, path: Path) -> None:
    """Make an empty ledger under another name, whole, and then give it its own: a kill leaves all of it or nothing."""
    made = folder / f"{_UNDONE}{secrets.token_hex(4)}"
    ours = None
    try:
        # The key is on the disk before the ledger that needs it. A key without a ledger harms nothing.
        private.write_once(folder / KEY, secrets.token_bytes(_KEY_BYTES))
        key = _read_key(folder)
        os.close(private.create(made))
        ours = made.stat().st_ino
        with closing(_connect(made)) as connection:
            connection.execute("PRAGMA journal_mode = MEMORY")  # nobody misses this file if it is not finished
            connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID:d}")
            schema.migrate(connection, schema.MIGRATIONS)
            connection.execute("INSERT INTO meta VALUES ('key', ?)", (_mark(key),))
            _switch_log_on(connection)
        private.place(made, path)
    except (*FAILURES, OSError) as error:
        if not path.exists() or path.stat().st_ino == ours:
            raise ledger_error(error, path) from error
        # another process was faster, and took ours for the remains of a kill
    finally:
        _remove(folder, f"{made.name}*")


def _switch_log_on(connection: sqlite3.Connection) -> None:
    """Switch to a write-ahead log. The statement writes at its end, so that it must be read to there to fail."""
    if connection.execute("PRAGMA journal_mode = WAL").fetchall() != [("wal",)]:
        raise sqlite3.OperationalError("the log can't be switched on")


def _remove(folder: Path, names: str) -> None:
    """Remove what a killed process has left half made. The ledger is there: whoever is still at it is not needed."""
    for undone in folder.glob(names):
        undone.unlink(missing_ok=True)


# --- checking -----------------------------------------------------------------------------------


def _connect(path: Path, mode: str = "rw") -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(
            f"file:{quote(str(path.absolute()))}?mode={mode}", uri=True, isolation_level=None, timeout=_BUSY_SECONDS
        )
    except FAILURES as error:
        raise ledger_error(error, path) from error
    try:
        for pragma in ("synchronous = FULL", "fullfsync = ON", "foreign_keys = ON", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
    except FAILURES as error:  # the file is not a database: nothing was written, so that closing can flush nothing
        connection.close()
        raise ledger_error(error, path) from error
    return connection


def _connect_and_migrate(path: Path) -> sqlite3.Connection:
    connection = _connect(path)
    try:
        before = schema.version(connection)
        schema.migrate(connection, schema.MIGRATIONS)
        if before < len(schema.MIGRATIONS):  # what a migration took out must not stay in the log, or below it
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except FAILURES as error:
        leave_open(connection)
        raise ledger_error(error, path) from error
    return connection


def _check(path: Path, key: bytes) -> None:
    """Look whether this is a sound ledger of ours, through a connection that can't change it."""
    connection = _connect(path, "ro")
    try:
        _check_origin(connection, path)
        _check_pages(connection, path)
        if connection.execute("SELECT value FROM meta WHERE name = 'key'").fetchone() != (_mark(key),):
            raise LedgerError(
                f"The key {KEY} does not belong to the ledger {safe(str(path))}",
                hint=f"Restore both files from the same backup, or move {LEDGER} away to start afresh.",
            )
    except FAILURES as error:
        raise ledger_error(error, path) from error
    finally:
        connection.close()


def _check_origin(connection: sqlite3.Connection, path: Path) -> None:
    if connection.execute("PRAGMA application_id").fetchone() != (schema.APPLICATION_ID,):
        raise LedgerError(f"The file {safe(str(path))} is not a ledger of this program", hint=RECOVERY)
    version = schema.version(connection)
    if version > len(schema.MIGRATIONS):
        raise LedgerError(
            f"The ledger {safe(str(path))} was written by a newer version of this program "
            f"(its format is {version}, this version knows {len(schema.MIGRATIONS)})",
            hint="Update telecmi-leads.",
        )


def _is_cut(connection: sqlite3.Connection, path: Path) -> bool:
    """Tell whether the file is shorter than it says. SQLite does not miss pages at its end that are free.

    While there is a log, the last pages may be there alone.
    """
    log = path.with_name(f"{LEDGER}-wal")
    if log.exists() and log.stat().st_size:
        return False
    pages, size = (connection.execute(f"PRAGMA {each}").fetchone()[0] for each in ("page_count", "page_size"))
    return path.stat().st_size < int(pages) * int(size)


def _check_pages(connection: sqlite3.Connection, path: Path) -> None:
    if _is_cut(connection, path):
        raise LedgerError(f"The ledger {safe(str(path))} is damaged", hint=RECOVERY)
    whole = path.stat().st_size <= _CHECKED_WHOLE
    questions = ["quick_check(1)"] if whole else [f"quick_check({table})" for table in _SMALL_TABLES]
    for question in questions:
        answer = connection.execute(f"PRAGMA {question}").fetchone()
        if answer != ("ok",):
            raise LedgerError(f"The ledger {safe(str(path))} is damaged", hint=RECOVERY)
