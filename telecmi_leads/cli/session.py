"""What every command begins with: its settings, its console, and the ledger when it needs one."""

from __future__ import annotations

from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from telecmi_leads.core.clock import Clock
from telecmi_leads.core.errors import UsageError
from telecmi_leads.core.run import Typed
from telecmi_leads.core.text import safe
from telecmi_leads.leads.planning import VIRTUAL_COLUMNS
from telecmi_leads.ledger import Ledger
from telecmi_leads.ledger.lock import hold
from telecmi_leads.output.console import Console
from telecmi_leads.settings.options import OutputOptions, SendingOptions
from telecmi_leads.settings.resolving import Settings, resolve_here
from telecmi_leads.settings.surroundings import environment, state_folder, terminal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from telecmi_leads.core.run import RunRecord


_ANYWHERE = ("env_file", "config", "profile")
_SERVICE = ("secret_file", "ca_bundle")
_LISTS = ("exclude", "exclude_max_age")
_PREPARING = ("fill", "no_fill", "allow_premium", "types", "new_only", "name_format", "size")
_COLUMNS = ("map", "set", "order")


def typed(given: Mapping[str, Any]) -> Typed:
    """Return what of a command line is to be repeated; what came from files and the environment comes again anyway."""
    by_number = given.get("split_by") in VIRTUAL_COLUMNS
    return Typed(
        anywhere=_arguments(given, _ANYWHERE),
        service=_arguments(given, _SERVICE),
        lists=_arguments(given, _LISTS),
        region=_arguments(given, ("region",)),
        preparing=_arguments(given, (*_PREPARING, "split_by") if by_number else _PREPARING),
        columns=_arguments(given, _COLUMNS if by_number else (*_COLUMNS, "split_by")),
    )


def _arguments(given: Mapping[str, Any], names: Iterable[str]) -> tuple[str, ...]:
    found: list[str] = []
    for name in names:
        option = f"--{name.replace('_', '-')}"
        value = given.get(name)
        if value is True:
            found.append(option)
        elif isinstance(value, list):
            found += [part for each in value for part in (option, str(each))]
        elif value:
            found += [option, str(value)]
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Session:
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


def begin(given: dict[str, Any]) -> Session:
    """Resolve the settings of a command and open its console."""
    settings = resolve_here(given)
    variables = environment()
    console = Console(settings[OutputOptions], terminal(variables))
    for warning in settings.warnings:
        console.note(warning)
    return Session(settings, console, variables, typed(given))


def locked(session: Session, account: str, *, command: str = "upload") -> AbstractContextManager[None]:
    """Hold an account's lock; waits for --lock-wait where it is given. Raises LockHeld."""
    wait = session.settings[SendingOptions].lock_wait
    return hold(session.state, account, wait, clock=session.clock, command=command)


def find_run(ledger: Ledger | None, wanted: str) -> RunRecord:
    """Return the run of this id or beginning of one. Raises UsageError with the nearest where there is none."""
    found = ledger.run(wanted) if ledger is not None else None
    if found is not None:
        return found
    known = [run.id for run in ledger.runs()] if ledger is not None else []
    near = [run_id for run_id in known if wanted and run_id.startswith(wanted)] or known[:3]
    several = [run_id for run_id in near if wanted and run_id.startswith(wanted)]
    verb = "is" if len(near) == 1 else "are"
    raise UsageError(
        f"Several runs begin with {safe(wanted)!r}." if several else f"There is no run {safe(wanted)!r}.",
        hint=f"{'They are' if several else f'The latest {verb}'} {', '.join(near)}; telecmi-leads runs shows all."
        if near
        else "The ledger holds no run yet.",
    )
