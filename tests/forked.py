"""The program forked from a process that has imported everything and run nothing.

Python's start and the imports are four fifths of what a short run costs, and the tests make some thousand runs. A run
from here is still a process of its own: with its own arguments, environment, folder, streams and exit code, and with
the whole way through `python -m` to the end of the interpreter. What looks at the start of Python itself (a module in
the folder, a variable that Python reads), at signals, terminals, limits or system calls uses `Program.start`.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

POSSIBLE = sys.platform == "linux"
"""Whether this system forks safely, and counts a process's memory in kilobytes."""

_READ_BY_PYTHON = ("PYTHON", "LC_", "LANG", "LD_")
_LIBRARIES = (
    *("dotenv", "filelock", "jinja2.ext", "msgspec.json", "phonenumbers", "platformdirs", "pyroaring"),
    *("phonenumbers.data.region_IN", "phonenumbers.tzdata", "python_calamine", "requests", "rich.progress"),
    *("rich.table", "typer.completion", "typer._adapters", "typer._click.decorators", "xlsxwriter", "zoneinfo"),
)


_PID = struct.Struct("q")
_END = struct.Struct("qdq")


def suits(folder: Path, environment: Mapping[str, str]) -> bool:
    """Tell whether a run in this folder with this environment is the same when it is forked."""
    foreign = any(name.startswith(_READ_BY_PYTHON) for name in environment) or any(folder.glob("*.py"))
    return POSSIBLE and not foreign


@dataclass(frozen=True)
class Run:
    """How a run ended: its exit code, what it wrote, its seconds on the processor and its peak memory."""

    code: int
    out: bytes
    err: bytes
    seconds: float
    megabytes: float


def run(  # noqa: PLR0913 - what a process is started with
    python: Sequence[str],
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    *,
    seconds: float = 100,
    processor: int = 600,
) -> Run:
    """Run `python PYTHON ARGUMENTS` in a folder, with an empty standard input.

    Raises subprocess.TimeoutExpired, and kills the run, where it takes longer than `seconds`; the system kills it after
    `processor` seconds on the processor.
    """
    with TemporaryFile() as order, TemporaryFile() as out, TemporaryFile() as err:
        order.write(json.dumps([list(python), list(arguments), str(folder), dict(environment), processor]).encode())
        order.seek(0)
        stdin, nothing = os.pipe()
        news, told = os.pipe()
        os.close(nothing)
        with os.fdopen(news, "rb", buffering=0) as heard:
            socket.send_fds(_server(), [b"."], [order.fileno(), stdin, out.fileno(), err.fileno(), told])
            os.close(stdin)
            os.close(told)
            (pid,) = _PID.unpack(heard.read(_PID.size))
            if not select.select([heard], [], [], seconds)[0]:
                os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired([*python, *arguments], seconds)
            code, used, kilobytes = _END.unpack(heard.read(_END.size))
        out.seek(0)
        err.seek(0)
        return Run(code, out.read(), err.read(), used, kilobytes / 1024)


@cache
def _server() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    process = subprocess.Popen([sys.executable, __file__, str(theirs.fileno())], env=kept, pass_fds=[theirs.fileno()])
    theirs.close()

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


# --- in the process that forks --------------------------------------------------------------------


def _serve(channel: socket.socket) -> Any:
    """Fork at each order; return in the new process alone, with what it is to run."""
    while True:
        _, received, _, _ = socket.recv_fds(channel, 1, 5)
        if not received:
            os._exit(0)  # the tests have ended
        if os.fork() == 0:
            channel.close()
            return _minded(*received)
        for descriptor in received:
            os.close(descriptor)
        with suppress(ChildProcessError):  # none is left
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _minded(order: int, stdin: int, out: int, err: int, told: int) -> Any:
    """Fork the run, and tell its number and its exit code; return in it alone."""
    child = os.fork()
    if child == 0:
        with os.fdopen(order, encoding="utf-8") as file:
            wanted = json.load(file)
        for number, descriptor in enumerate((stdin, out, err)):
            os.dup2(descriptor, number)
            os.close(descriptor)
        os.close(told)
        return wanted
    for descriptor in (stdin, out, err):
        os.close(descriptor)
    os.write(told, _PID.pack(child))
    _, status, used = os.wait4(child, 0)
    os.write(told, _END.pack(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss))
    os._exit(0)


def import_libraries() -> None:
    """Import what the program imports of others."""
    for library in _LIBRARIES:
        with suppress(ImportError):  # another version of it does without
            importlib.import_module(library)


def _import_everything() -> None:
    import_libraries()
    package = importlib.import_module("telecmi_leads")
    for module in pkgutil.walk_packages(package.__path__, "telecmi_leads."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def main() -> None:
    """Import everything, then fork as asked; in a fork, become what `python` would be."""
    import resource

    del sys.path[0]
    _import_everything()
    coerced = {name: value for name, value in os.environ.items() if name == "LC_CTYPE"}  # as Python's start does
    python, arguments, folder, environment, processor = _serve(socket.socket(fileno=int(sys.argv[1])))
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor))
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(coerced | environment)
    what, *more = [*python, *arguments]
    if what == "-m":
        sys.argv, sys.path[:0] = more, [folder]
        runpy.run_module(more[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv, sys.path[:0] = [what, *more], [str(Path(what).parent)]
        runpy.run_path(what, run_name="__main__")


if __name__ == "__main__":
    main()
