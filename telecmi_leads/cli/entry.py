"""One command line → one exit code: the place where every error ends, is said, and becomes a number."""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, cast

from telecmi_leads.core.errors import (
    ExitCode,
    Interrupted,
    LeadsError,
    LedgerError,
    Signalled,
    Terminated,
    UsageError,
    unforeseen,
)
from telecmi_leads.core.text import safe
from telecmi_leads.settings.surroundings import completion_asked, drop_impossible_sizes, environment, terminal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from typer.core import TyperArgument, TyperGroup, TyperOption

    from telecmi_leads.settings.surroundings import Asked

    class _ParserError(Protocol):
        """A usage error of Typer's, whose classes it keeps to itself; which attributes it has depends on its kind."""

        option_name: str
        possibilities: Sequence[str] | None
        param: TyperArgument | TyperOption | None

        def format_message(self) -> str: ...


_WITH_RUN = frozenset({"upload", "validate", "resume", "resolve", "report"})
_MAY_STAND_ALONE = {
    "--new-only": (re.compile(r"\d+(?:\.\d+)?[A-Za-z]?|ever"), "ever"),
    "--save": (re.compile(r"[A-Za-z0-9_]+[A-Za-z0-9_-]*"), "from file"),
}
"""Options whose value may be left out: what is taken for a value, and what is put in where there is none."""


def run_command(arguments: Sequence[str]) -> int:
    """Run a command line (without the program's name); every error is shown, none is raised."""
    drop_impossible_sizes()
    arguments = _with_whole_values(arguments)
    try:
        return _with_output(arguments, _call(arguments))
    except LeadsError as error:
        return _failed(arguments, error)
    except Signalled as signalled:
        return say_stopped(arguments, interrupted=signalled.interrupted)
    except KeyboardInterrupt:
        return say_stopped(arguments)
    except Exception as unexpected:  # noqa: BLE001 - the last place where one can be said in words
        return _failed(arguments, unforeseen(unexpected))
    finally:
        _let_go_of_streams()


def say_stopped(arguments: Sequence[str], *, interrupted: bool = True) -> int:
    """Say that a signal came where nothing was being sent; returns the exit code for it."""
    return _failed(arguments, Interrupted() if interrupted else Terminated())


def _call(arguments: Sequence[str]) -> int:
    import typer

    from telecmi_leads.cli.program import command_line, names

    asked = completion_asked()
    words = arguments if asked is None else asked.words
    # Options are made for the commands among these words alone: making those of all would be felt at every start.
    command: Any = typer.main.get_command(command_line(names() & set(words)))
    if asked is not None:
        return _complete(command, asked)
    # Before Typer, which would say it in its own words and with a usage line.
    _check_command(_command_of(arguments), names())
    try:
        code: int | None = command.main(args=list(arguments), prog_name="telecmi-leads", standalone_mode=False)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except SystemExit:  # Typer's own end where the reader of its help is gone
        return ExitCode.OK
    except OSError as problem:
        if _command_of(arguments) and not {"--help", "-h"} & set(arguments):
            raise
        raise _unwritten(problem.strerror or "input/output error") from None
    except Exception as error:
        # Typer's usage errors share no public base class; they all can format themselves for a person.
        if not hasattr(error, "format_message"):
            raise
        # By name: Typer has its own copy of Click, whose classes it does not export.
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(error.format_message(), err=True)
            return ExitCode.USAGE
        raise _as_usage(cast("_ParserError", error), _command_of(arguments)) from None
    return code or ExitCode.OK


def _with_output(arguments: Sequence[str], code: int) -> int:
    """Return a command's exit code; another where it ended well but its result could not be written."""
    screen = sys.modules.get("telecmi_leads.output.console.screen")  # else nothing was shown through it
    if screen is None:
        return code
    why, screen.Stream.full = screen.Stream.full, ""
    if not why or code not in {ExitCode.OK, ExitCode.REFUSED, ExitCode.UNFINISHED}:
        return code
    # Without JSON: it would go to the very stream that takes nothing any more.
    return _failed([each for each in arguments if each != "--json"], _unwritten(why))


def _unwritten(why: str) -> LedgerError:
    return LedgerError(
        f"Standard output can't be written: {why}.",
        hint="Free the disk, or write elsewhere. What was sent is in the ledger: telecmi-leads runs",
    )


def _complete(command: TyperGroup, asked: Asked) -> int:
    """Print what the shell asks for on Tab."""
    import typer

    from telecmi_leads.cli.completion import answer

    code, text = answer(
        asked.shell, asked.word, partial(command.main, args=[], prog_name="telecmi-leads", standalone_mode=False)
    )
    typer.echo(text, nl=False)
    return code


def _check_command(given: str, known: Iterable[str]) -> None:
    if given and given not in known:
        near = _near(given, known)
        meant = f"Did you mean {near[0]}? " if near else ""
        raise UsageError(f"There is no command {safe(given)!r}.", hint=f"{meant}telecmi-leads --help lists them all.")


def _as_usage(error: _ParserError, command: str) -> UsageError:
    """Put what the parser says into this program's words; what it says of anything else stands as it is."""
    asked = f"telecmi-leads {command} --help".replace("  ", " ")
    kind = type(error).__name__
    if kind == "NoSuchOption":
        near = _near(error.option_name, error.possibilities or ())
        meant = f"Did you mean {near[0]}? " if near else ""
        return UsageError(f"There is no option {safe(error.option_name)}.", hint=f"{meant}{asked} lists them all.")
    if kind == "BadOptionUsage":
        return UsageError(f"{safe(error.option_name)} has no value.", hint=f"{asked} says what it takes.")
    if kind == "MissingParameter" and error.param is not None:
        return UsageError(
            f"{(error.param.metavar or error.param.name).strip('[].')} is missing.",
            hint=f"{asked} shows how the command is typed.",
        )
    if kind == "BadParameter" and error.param is not None:
        return UsageError(f"The value of {error.param.opts[0]} can't be used.", hint=f"{asked} says what it takes.")
    return UsageError(error.format_message(), hint=f"{asked} lists what there is.")


def _near(word: str, known: Iterable[str]) -> list[str]:
    import difflib

    return difflib.get_close_matches(word, list(known), n=1)


def _command_of(arguments: Sequence[str]) -> str:
    return next((argument for argument in arguments if not argument.startswith("-")), "")


def _failure_json(command: str, error: LeadsError) -> bytes:
    """Return the object of the contract: a run's for the commands that have one, else the command's own."""
    from telecmi_leads.output.reports import error_json, failed_summary, summary_json

    if command in _WITH_RUN:
        return summary_json(failed_summary(error, error.exit_code))
    return error_json(command, error.exit_code, error)


def _with_whole_values(arguments: Sequence[str]) -> list[str]:
    """Give --new-only and --save their values: they may stand alone, which no option parser here knows."""
    whole: list[str] = []
    for position, argument in enumerate(arguments):
        following = arguments[position + 1] if position + 1 < len(arguments) else ""
        alone, value = _MAY_STAND_ALONE.get(argument, (None, ""))
        whole.append(f"{argument}={value}" if alone is not None and not alone.fullmatch(following) else argument)
    return whole


def _failed(arguments: Sequence[str], error: LeadsError) -> int:
    """Say an error that ended a command before, or outside of, its own course."""
    from telecmi_leads.core.clock import Clock
    from telecmi_leads.output.console import Console
    from telecmi_leads.settings.options import OutputOptions

    json = "--json" in arguments
    console = Console(OutputOptions(json=json, quiet="--quiet" in arguments), terminal(environment()))
    if json:
        console.json(_failure_json(_command_of(arguments), error))
    console.failure(error, Clock().now)
    return error.exit_code


def _let_go_of_streams() -> None:
    """Flush while a broken pipe can still be ignored; at exit it would turn a good end into code 120."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
            continue
        with suppress(OSError, ValueError, AttributeError):
            stream.close()
