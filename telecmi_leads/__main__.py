"""The program: one command line in, one exit code out. The one place that catches errors and ends the process."""

import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    # `python -m` looks for modules in the working directory first, which may be anybody's: a typer.py there would
    # run in the library's place. Hence this stands before every import but the interpreter's own.
    del sys.path[0]

from contextlib import suppress

from telecmi_leads import __version__


def main() -> None:
    """Run the command line of this process and exit with its code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run a command line; returns the exit code."""
    if "--version" in arguments:  # answered before anything else is imported
        return _version()
    try:
        from telecmi_leads.cli.entry import run_command

        return run_command(arguments)
    except KeyboardInterrupt:  # while that was imported; from there on it says so itself
        return _stopped()


def _stopped() -> int:
    """Say that Ctrl-C came before there was anything to stop; returns the exit code for it."""
    with suppress(OSError):
        print("Error: Stopped by Ctrl-C.", file=sys.stderr)  # noqa: T201 - what says it otherwise is not there yet
    return 130


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
