"""The connection below the ledger: transactions that end whole, and SQLite's errors in a user's words."""

from __future__ import annotations

import sqlite3
import sys
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from telecmi_leads.core.errors import FULL, LedgerError, Remedy
from telecmi_leads.core.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from telecmi_leads.core.campaign import KnownCampaign

    Waiting = Mapping[int, tuple[int, ...]]
    Fresh = Mapping[bytes, tuple[int, ...]]

_GONE = (
    "Put the ledger back from a backup, then look in the TeleCMI dashboard for the campaigns of this run: whoever is "
    "in them must not be uploaded again."
)

FAILURES = (sqlite3.Error, MemoryError, UnicodeDecodeError)
"""What SQLite raises when a ledger can't be read or written; its own messages may quote bytes that are not text."""

ANOTHER_FOLDER = (
    "Take along what lies in the old folder: without its ledger nobody is known who was uploaded before, and people go "
    "in twice."
)
"""What a person has to know who is about to set TELECMI_STATE_DIR to another folder."""

RECOVERY = (
    "Nothing was changed. Restore the file from a backup; or move it away to start afresh: campaigns that are in the "
    "account already are then refused by their names, and --new-only no longer knows who was uploaded."
)

_SAID: tuple[tuple[str, str, str | Remedy], ...] = (
    ("SQLITE_FULL", "can't be written: the disk is full", Remedy("Free some space")),
    ("SQLITE_READONLY", "can't be written", "Make the file and its folder writable for this user."),
    ("SQLITE_PERM", "can't be written", "Make the file and its folder writable for this user."),
    ("SQLITE_BUSY", "is kept busy by another process", "Try again when that has ended."),
    ("SQLITE_LOCKED", "is kept busy by another process", "Try again when that has ended."),
    ("SQLITE_CORRUPT", "is damaged", RECOVERY),
    ("SQLITE_NOTADB", "is no ledger, or is damaged", RECOVERY),
    ("SQLITE_CONSTRAINT", "contradicts itself", RECOVERY),
    ("SQLITE_IOERR", "can't be used: the disk reports an error", Remedy("Check the disk")),
    (
        "SQLITE_CANTOPEN",
        "can't be opened, or a file beside it can't",
        "Make the folder writable for this user, and see that the disk is not full.",
    ),
)


def ledger_error(error: Exception, where: Path | None) -> LedgerError:
    """Return the LedgerError that says in a user's words what SQLite, the system or the memory reports."""
    place = f"The ledger {safe(str(where))}" if where is not None else "The temporary ledger"
    if isinstance(error, MemoryError):
        return LedgerError(f"{place}: there is not enough memory", hint="Close other programs, then try again.")
    if isinstance(error, UnicodeDecodeError):
        return LedgerError(f"{place} is damaged", hint=RECOVERY)
    if isinstance(error, OSError):
        reason = error.strerror or "the system reports an error"
        full = Remedy("Free some space") if error.errno in FULL else None
        return LedgerError(f"{place}: {safe(reason)}", hint="Check the folder, its owner and the disk.", remedy=full)
    name = getattr(error, "sqlite_errorname", "") or ""
    for prefix, says, way_out in _SAID:
        if name.startswith(prefix):
            message = f"{place} {says}"
            if isinstance(way_out, Remedy):
                return LedgerError(message, remedy=way_out)
            return LedgerError(message, hint=way_out)
    # Not in SQLite's words: they may quote what stands in a file that somebody has changed.
    return LedgerError(f"{place}: SQLite can't use it ({name or type(error).__name__})", hint=RECOVERY)


class Store:
    """A ledger's connection, with what all of its parts need; in a dry run it keeps no requests.

    One thread only. After a write that failed nothing is written any more: what a disk has lost after an error can't
    be known, and a second try of a failed flush may succeed without the data being there.
    """

    def __init__(self, connection: sqlite3.Connection, *, key: bytes, path: Path | None, keeps_bodies: bool) -> None:
        self.connection = connection
        self.key = key
        self.path = path
        self.keeps_bodies = keeps_bodies
        self.failed: LedgerError | None = None
        self.in_flight: set[int] = set()
        self.expected: dict[int, bytes] = {}
        self._together = False
        self._identity = _identity(path)
        self.columns: dict[str, list[bytes]] = {}
        self.since: dict[int, frozenset[bytes]] = {}
        self.holders: dict[tuple[str, frozenset[str]], tuple[Waiting, Fresh]] = {}
        self.campaigns: Mapping[int, KnownCampaign] = {}
        self.nobody_accepted: bool | None = None

    def changed(self) -> None:
        """Let go of what was read of the numbers uploaded before: the ledger has changed."""
        self.columns.clear()
        self.since.clear()
        self.holders.clear()
        self.campaigns = {}
        self.nobody_accepted = None

    def close(self) -> None:
        """Close the ledger. After a failed write the files are left as they are, for the next process to recover."""
        if self.failed is not None:
            leave_open(self.connection)
            return
        try:
            self.connection.close()
        except FAILURES as error:
            raise ledger_error(error, self.path) from error

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """Run a block as one transaction, which is on the disk when the block has ended.

        `durable=False` leaves the flushing to the next durable one: for plans, which nobody sees before they are whole.
        """
        if self.failed is not None:
            raise self.failed
        # Inside `together`: the outer block commits.
        if self._together:
            yield self.connection
            return
        try:
            self._begin(durable=durable)
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except FAILURES as error:
                self.failed = ledger_error(error, self.path)
                raise self.failed from error
        finally:
            self._end_transaction(durable=durable)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make the writes of a block one transaction, with one flush at its end."""
        with self.writing():
            self._together = True
            try:
                yield
            finally:
                self._together = False

    def _begin(self, *, durable: bool) -> None:
        """Begin a transaction. Where that fails nothing was written, and it may be tried again."""
        if durable and _identity(self.path) != self._identity:
            # What is written goes into a file that has no name any more: nobody would know who was sent.
            self.failed = LedgerError(f"The ledger {safe(str(self.path))} was removed while it was in use", hint=_GONE)
            raise self.failed
        try:
            if not durable:
                self.connection.execute("PRAGMA synchronous = NORMAL")
            self.connection.execute("BEGIN IMMEDIATE")
        except FAILURES as error:
            raise ledger_error(error, self.path) from error

    def _end_transaction(self, *, durable: bool) -> None:
        try:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            if not durable:
                self.connection.execute("PRAGMA synchronous = FULL")
        except FAILURES as error:
            self.failed = self.failed or ledger_error(error, self.path)

    def rows(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Any]:
        """Return all rows of a query."""
        return list(self.stream(sql, values))

    def stream(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> Iterator[Any]:
        """Yield a query's rows as they are read."""
        try:
            yield from self.connection.execute(sql, values)
        except FAILURES as error:
            raise ledger_error(error, self.path) from error

    def empty_log(self) -> bool:
        """Copy the log into the ledger and cut it to nothing: it still holds what the ledger has let go of.

        Another process that reads at this moment keeps the log as it is; the next time gets it. Tell whether all of it
        is copied and cut.
        """
        try:
            return bool(self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)
        except FAILURES as error:
            self.failed = ledger_error(error, self.path)
            raise self.failed from error

    def damaged(self, what: str) -> LedgerError:
        """Return the error for content that can't be what this program wrote."""
        place = safe(str(self.path)) if self.path is not None else "in memory"
        return LedgerError(f"The ledger {place} is damaged: {what}", hint=RECOVERY)


def _identity(path: Path | None) -> tuple[int, int] | None:
    """Return what tells a file from any other that comes to have its name; None for one that is not there."""
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return None
    return None if found is None else (found.st_dev, found.st_ino)


def put_body(connection: sqlite3.Connection, campaign: int, body: bytes) -> None:
    """Store the frozen bytes of a campaign's request."""
    connection.execute("INSERT OR REPLACE INTO bodies VALUES (?, ?, ?)", (campaign, zlib.crc32(body), body))


def leave_open(connection: sqlite3.Connection) -> None:
    """Keep a connection from ever being closed, also at the interpreter's end.

    Closing the last connection copies the log into the database and flushes both once more, and after a failed
    flush nothing may be flushed again as if that could repair it. Python 3.12 can switch that off; before, the
    object must outlive the process's orderly end, as it does when the process is killed.
    """
    if sys.version_info >= (3, 12):
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, True)
        connection.close()
    else:
        import ctypes

        ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection))
