"""What every command begins with: its settings, its console, and the ledger when it needs one."""

from __future__ import annotations

from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from telecmi_leads.cli.own_inputs import fitting_reports
from telecmi_leads.core.clock import Clock
from telecmi_leads.core.errors import UsageError
from telecmi_leads.core.run import Suggested, Typed, TypedOption
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording.command_line import STANDARD_INPUT
from telecmi_leads.leads.planning import VIRTUAL_COLUMNS
from telecmi_leads.ledger import Ledger
from telecmi_leads.output.console import Console
from telecmi_leads.settings.options import OutputOptions, SendingOptions, rows
from telecmi_leads.settings.resolving import Settings, resolve_here, state_folder
from telecmi_leads.settings.surroundings import environment, read_once, terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from telecmi_leads.core.run import RunRecord
    from telecmi_leads.settings.option_rows import Row


LAST = "last"
"""Stands for the newest run where a command asks for one."""


def typed(given: Mapping[str, Any], files: Sequence[str] = ()) -> Typed:
    """Return what was typed: the files, and the options, each with the suggested commands that repeat it.

    What comes by a pipe under a name of its own, as `<(…)` of a shell does, can no more be read again than `-`.
    """
    found = ((row, _arguments(row, given.get(row.name))) for _, row in rows())
    return Typed(
        tuple(TypedOption(row.name, arguments, _repeated(row, given)) for row, arguments in found if arguments),
        tuple(STANDARD_INPUT if read_once(file) else file for file in files),
    )


def from_anywhere(typed: Typed) -> Typed:
    """Return a command line as a ledger keeps it: `runs` may print it in another folder, so that paths are absolute."""
    paths = {row.name for _, row in rows() if row.parse is Path}
    return Typed(
        tuple(
            replace(each, arguments=_absolute(each.arguments)) if each.name in paths else each for each in typed.options
        ),
        tuple(file if file == STANDARD_INPUT else str(Path(file).absolute()) for file in typed.files),
    )


def _absolute(arguments: Sequence[str]) -> tuple[str, ...]:
    """Return an option's arguments, its name and a path by turns, with absolute paths."""
    return tuple(str(Path(each).absolute()) if at % 2 else each for at, each in enumerate(arguments))


def _repeated(row: Row, given: Mapping[str, Any]) -> tuple[Suggested, ...]:
    by_number = row.name == "split_by" and given["split_by"] in VIRTUAL_COLUMNS
    further = (Suggested.UPLOAD_REFUSED,) if by_number else ()  # refused.csv has numbers, and not the input's columns
    return (Suggested.AGAIN, *row.repeated, *further)


def _arguments(row: Row, value: object) -> tuple[str, ...]:
    option = f"--{row.dashed}"
    if value is True:
        return (option,)
    if isinstance(value, list):
        return tuple(part for each in value for part in (option, str(each)))
    return (option, str(value)) if value else ()


class Session(Struct, frozen=True):
    """One command at work."""

    settings: Settings
    console: Console
    environment: Mapping[str, str]
    typed: Typed = field(default_factory=Typed)
    clock: Clock = field(default_factory=Clock)

    @property
    def output(self) -> OutputOptions:
        """What is shown, and where reports go."""
        return self.settings[OutputOptions]

    @property
    def state(self) -> Path:
        """The ledger's folder."""
        return state_folder(self.settings)

    def announce(self) -> None:
        """Say, also with --quiet, what a file of the working folder decides about the secret."""
        for alarm in self.settings.alarms:
            self.console.alarm(alarm)

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """Open the ledger, making it where there is none."""
        with Ledger.open(self.state) as ledger:
            yield ledger

    @contextmanager
    def existing_ledger(self) -> Iterator[Ledger | None]:
        """Open the ledger to look at; None, and nothing made, where there is none yet."""
        ledger = Ledger.open_existing(self.state)
        if ledger is None:
            yield None
            return
        with ledger:
            yield ledger


def begin(given: dict[str, Any], files: Sequence[str] = ()) -> Session:
    """Resolve the settings of a command, and of the files that it names, and open its console."""
    settings = fitting_reports(resolve_here(given), files)
    variables = environment()
    console = Console(settings[OutputOptions], terminal(variables))
    for warning in settings.warnings:
        console.note(warning)
    return Session(settings, console, variables, typed(given, files))


def locked(session: Session, account: str, *, command: str = "upload") -> AbstractContextManager[None]:
    """Hold an account's lock; waits for --lock-wait where it is given. Raises LockHeld."""
    from telecmi_leads.ledger.lock import hold

    wait = session.settings[SendingOptions].lock_wait
    return hold(session.state, account, wait, clock=session.clock, command=command)


def find_run(ledger: Ledger | None, wanted: str) -> RunRecord:
    """Return the run of this id or beginning of one, or the newest for "last".

    Raises UsageError with the nearest where there is none.
    """
    if not wanted:
        raise UsageError(
            "The run that is given is empty: perhaps a variable of the shell is not set.",
            hint="Give an id, the beginning of one, or last; telecmi-leads runs shows all.",
        )
    found = ledger.run(wanted) if ledger is not None else None
    if found is not None:
        return found
    runs = ledger.runs() if ledger is not None else []
    if wanted == LAST and runs:
        return runs[0]
    known = [run.id for run in runs]
    near = [run_id for run_id in known if run_id.startswith(wanted)] or known[:3]
    several = [run_id for run_id in near if run_id.startswith(wanted)]
    verb = "is" if len(near) == 1 else "are"
    raise UsageError(
        f"Several runs begin with {safe(wanted)!r}." if several else f"There is no run {safe(wanted)!r}.",
        hint=f"{'They are' if several else f'The latest {verb}'} {', '.join(near)}; telecmi-leads runs shows all."
        if near
        else "The ledger holds no run yet.",
    )
