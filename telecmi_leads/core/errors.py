"""Errors that a user can meet.

LeadsError
├── UsageError                 2   the command is wrong
│   ├── NameInUse                  a run of this name holds other leads
│   └── StillTried                 a number can't be forgotten yet (ledger.forgetting)
├── InputRefused               3   the input can't be used; nothing was sent
│   ├── SourceUnreadable           missing, a folder, empty, damaged, of no known format
│   │   └── MissingSheet               --sheet names one that isn't there (files.sheets)
│   ├── ColumnMissing              a column that is needed isn't there
│   │   ├── NoPhoneColumn              no table of a file has numbers
│   │   └── NoSuchColumn               --map or --set names one that isn't there (columns.overrides)
│   ├── NoLeads                    the file was read and no row of it is a lead
│   ├── TooManyRejects             more bad rows than --max-rejects allows
│   ├── TableFault                 --strict, and a table without a phone column or with marks that can't be read
│   └── ExcludeListFailed          a do-not-call list that is missing, empty, unreadable or stale
├── ServiceNotAsked            5   `check` got no answer from the service
├── SettingsError              6   settings or credentials: missing, malformed, refused
├── LockHeld                   7   another run of this account is at work
├── LedgerError                8   the ledger can't be written or is damaged
│   └── ReportError                the same for a report file
├── BalanceError               1   the books don't balance: a bug in this program
├── Bug                        1   anything that nobody expected
├── Interrupted              130   Ctrl-C where nothing is being sent
└── Terminated               143   SIGTERM where nothing is being sent

Signalled is none of them: `main` turns it into Interrupted or Terminated.

Every error carries `code` (stable, snake_case, for scripts), `message` (what is wrong and where) and
`hint` (what to do next). Layers below the commands only raise them, and don't know which run a command works on. Where
the way out is a command for that run, they raise a `Remedy` with the error, and the command fills in the run.
"""

from __future__ import annotations

import errno
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple


class ExitCode(IntEnum):
    """What the process tells the shell; the table stands in the README."""

    OK = 0
    BUG = 1
    USAGE = 2
    INPUT = 3
    REFUSED = 4
    UNFINISHED = 5
    SETTINGS = 6
    LOCKED = 7
    LEDGER = 8
    INTERRUPTED = 130
    TERMINATED = 143


class Remedy(NamedTuple):
    """What to do `first`, in words, and then the command that helps: `verb`, the run in hand, and `options`.

    Where no run has come to be, the command that failed is typed again.
    """

    first: str
    verb: str = "resume"
    options: tuple[str, ...] = ()

    @property
    def without_run(self) -> str:
        """The hint where there is no run."""
        return f"{self.first}, then type the same command again."


FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
"""Numbers of errors that say that the disk, or the user's share of it, is full."""


class LeadsError(Exception):
    """An error with a way out: `message` says what and where, `hint` what to do next, or `remedy` where a run helps."""

    exit_code: ExitCode = ExitCode.BUG
    code: str = "error"

    def __init__(self, message: str, *, hint: str = "", remedy: Remedy | None = None) -> None:
        whole = message if message.endswith((".", "!", "?")) else f"{message}."
        super().__init__(whole)
        self.message = whole
        self.hint = hint if remedy is None else remedy.without_run
        self.remedy = remedy


class UsageError(LeadsError):
    """The command is wrong: an option's value, a missing argument, two options that exclude each other."""

    exit_code = ExitCode.USAGE
    code = "usage"


class NameInUse(UsageError):
    """This ledger holds a run of the same name with other leads."""

    code = "name_in_use"


class InputRefused(LeadsError):
    """The input can't be used as it is. Nothing was sent."""

    exit_code = ExitCode.INPUT
    code = "input_refused"


class SourceUnreadable(InputRefused):
    """A file is missing, a folder, empty, damaged, too large for its limits, or of no known format."""

    code = "unreadable"


class ColumnMissing(InputRefused):
    """No phone column was found, or an option names a column that isn't there."""

    code = "column_missing"


class NoPhoneColumn(ColumnMissing):
    """No table of a file has a phone column; `path` is the file as it was typed, None where no command can name it.

    `maps` are the options that take a column of numbers which was passed over.
    """

    path: str | None = None
    maps: tuple[str, ...] = ()


class NoLeads(InputRefused):
    """The file was read, and no row of it is a lead."""

    code = "no_leads"


class TooManyRejects(InputRefused):
    """More rows were rejected than the limit allows: the wrong column or region is likelier than bad data."""

    code = "too_many_rejects"


class TableFault(InputRefused):
    """A table has no phone column, or marks that can't be read, and --strict allows no such table."""

    code = "table_fault"


class ExcludeListFailed(InputRefused):
    """A do-not-call list is missing, empty, unreadable or stale. Such a list fails closed."""

    code = "exclude_list_failed"


class ServiceNotAsked(LeadsError):
    """`check` got no answer from the service that says whether it takes the credentials."""

    exit_code = ExitCode.UNFINISHED
    code = "service_not_asked"


class SettingsError(LeadsError):
    """A setting or credential is missing, malformed or refused."""

    exit_code = ExitCode.SETTINGS
    code = "settings"


class LockHeld(LeadsError):
    """Another process is at work for this account."""

    exit_code = ExitCode.LOCKED
    code = "locked"


class LedgerError(LeadsError):
    """The ledger can't be opened, read or written. The file is left as it is."""

    exit_code = ExitCode.LEDGER
    code = "ledger"


class ReportError(LedgerError):
    """A report file can't be written."""

    code = "report"


class BalanceError(LeadsError):
    """Rows or leads don't add up. This is a bug in the program and is said so."""

    exit_code = ExitCode.BUG
    code = "balance"


class Bug(LeadsError):
    """An exception that nobody expected, in words, without what it held: its text may quote a lead or a secret."""

    code = "bug"

    def __init__(self, unexpected: Exception) -> None:
        import traceback

        # Names and lines of the code alone. The text of the exception may quote a cell or the secret.
        frames = traceback.extract_tb(unexpected.__traceback__)[-4:]
        where = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
        super().__init__(
            f"This is a bug in telecmi-leads: {type(unexpected).__name__} at {where}.",
            hint="Please report it with this line. What was sent is in the ledger: telecmi-leads runs",
        )


def unforeseen(problem: Exception) -> LeadsError:
    """Return in words an exception that nothing else caught: what the machine lacks, else a bug."""
    # The one shortage that a sound program meets anywhere it opens a file: it is the system's limit, and not a bug.
    if isinstance(problem, OSError) and problem.errno in {errno.EMFILE, errno.ENFILE}:
        return LedgerError(
            "Too many files are open: the system gives this program no further one.",
            hint="Allow it more (ulimit -n) and type the same command again.",
        )
    return Bug(problem)


class Interrupted(LeadsError):
    """Ctrl-C, in a command that sends nothing or before anything was sent."""

    exit_code = ExitCode.INTERRUPTED
    code = "interrupted"

    def __init__(self) -> None:
        super().__init__("Stopped by Ctrl-C.")


class Signalled(BaseException):
    """A signal beside the course of a command. Not KeyboardInterrupt, which Typer turns into a silent exit code."""

    def __init__(self, *, interrupted: bool) -> None:
        super().__init__(interrupted)
        self.interrupted = interrupted


class Terminated(LeadsError):
    """SIGTERM or SIGHUP, in a command that sends nothing or before anything was sent."""

    exit_code = ExitCode.TERMINATED
    code = "terminated"

    def __init__(self) -> None:
        super().__init__("Stopped by a signal.")
