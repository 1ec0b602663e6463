"""The program: one command line in, one exit code out. The one place that catches errors and ends the process."""

import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    # `python -m` looks for modules in the working directory first, which may be anybody's: a typer.py there would
    # run in the library's place. Hence this stands before every import but the interpreter's own.
    del sys.path[0]

from contextlib import contextmanager, suppress

from telecmi_leads import __version__

TYPE_CHECKING = False  # as type checkers read it, without the import of typing, which --version would wait for
if TYPE_CHECKING:
    from collections.abc import Iterator

    from telecmi_leads.core.errors import Signalled


def main() -> None:
    """Run the command line of this process and exit with its code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run a command line; returns the exit code."""
    if "--version" in arguments:  # answered before anything else is imported
        return _version()
    try:
        from telecmi_leads.core.errors import Signalled
    except KeyboardInterrupt:
        return _stopped(arguments, interrupted=True)
    try:
        with _signals(Signalled):
            from telecmi_leads.cli.entry import run_command

            return run_command(arguments)
    except KeyboardInterrupt:  # while that was imported; from there on it says so itself
        return _stopped(arguments, interrupted=True)
    except Signalled as signalled:
        return _stopped(arguments, interrupted=signalled.interrupted)


@contextmanager
def _signals(signalled: "type[Signalled]") -> "Iterator[None]":
    """Have signals raise this, until a command's course takes them over and when it is done."""
    import signal

    before = {}
    with suppress(ValueError):  # only the main thread may handle them
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # nohup has SIGHUP ignored

                def stop(_number: int, _frame: object, *, interrupted: bool = name == "SIGINT") -> None:
                    raise signalled(interrupted=interrupted)

                before[number] = signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stopped(arguments: list[str], *, interrupted: bool) -> int:
    """Say that a signal came before there was anything to stop; returns the exit code for it."""
    if "--json" in arguments:
        with suppress(Exception):  # what was being imported may be half there
            from telecmi_leads.cli.entry import say_stopped

            return say_stopped(arguments, interrupted=interrupted)
    with suppress(OSError):
        why = "Ctrl-C" if interrupted else "a signal"
        print(f"Error: Stopped by {why}.", file=sys.stderr)  # noqa: T201 - what says it otherwise is not there yet
    return 130 if interrupted else 143


def _version() -> int:
    """Print the version; returns 8 where standard output can't be written."""
    try:
        print(f"telecmi-leads {__version__}", flush=True)  # noqa: T201 - the one line that needs no console
    except BrokenPipeError:
        code = 0
    except OSError as problem:
        print(f"Error: Standard output can't be written: {problem.strerror}.", file=sys.stderr)  # noqa: T201 - as above
        code = 8
    else:
        return 0
    with suppress(OSError):
        sys.stdout.close()  # or the interpreter's own flush at its end would fail again
    return code


if __name__ == "__main__":
    main()
