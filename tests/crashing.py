"""Runs that are killed, or whose system calls fail, at a chosen place; and what must hold when they have come to rest.

strace strikes: at the N-th call of a kind the process is killed before the call is made, or the call fails without
having been made. It counts each thread for itself, so that N beyond the calls of a thread's own beginning finds the
thread with the most calls; what only the senders call is counted in them.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from places import TESTS
from program import Ended, Program, balanced, expected_phones, phones, write_leads
from rawserver import wait_until

from telecmi_leads.sandbox import Sandbox
from telecmi_leads.sandbox.service import AT_WORK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

LEADS, SIZE = 20, 5
SENDING = ("--settle", "0.1", "--json")
UPLOAD = ("upload", "leads.csv", "--name", "K", "--region", "IN", "--size", str(SIZE), "--workers", "2", *SENDING)
RESUME = ("resume", *SENDING)
KILLED = -9
BROKEN_PROGRAM = str(TESTS / "broken_program.py")
"""Runs the program with one of the deliberate breakages."""


# --- the small run --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scene:
    """What is uploaded and how it is gone on with, and how many leads the service refuses because of its faults."""

    upload: tuple[str, ...] = UPLOAD
    resume: tuple[str, ...] = RESUME
    faults: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()


PLAIN = Scene()
_BAD = tuple(expected_phones(LEADS)[at] for at in (2, 7))
ISOLATING = Scene((*UPLOAD, "--size", "10", "--isolate"), (*RESUME, "--isolate"), (f"422={','.join(_BAD)}",), _BAD)
"""The first of two campaigns holds two leads that the service refuses, one in each half."""

HAVE_STRACE = shutil.which("strace") is not None
ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
NOBODY = 65534
"""Another user than the one of the tests."""
WITHOUT_RIGHTS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if ROOT else ()
"""Takes from root what lets it read and write where no mode allows it, so that it is a user like others."""
HAVE_RIGHTS_TAKEN = not ROOT or shutil.which("setpriv") is not None

STRUCK = (
    *("write", "writev", "pwrite64", "pwritev", "fsync", "fdatasync", "ftruncate", "fallocate", "msync"),
    *(
        "openat",
        "close",
        "link",
        "linkat",
        "symlink",
        "unlink",
        "unlinkat",
        "rename",
        "renameat",
        "renameat2",
    ),
    *("mkdir", "rmdir", "chmod", "fchmod", "fcntl", "flock"),
    *("socket", "connect", "sendto", "sendmsg", "recvfrom", "recvmsg", "shutdown"),
)
"""Every system call that writes, syncs, makes, opens, names, cuts, locks, sends or receives."""

_CALL = re.compile(r"^(\d+) +(\w+)\((.*)$")


# --- the program below another --------------------------------------------------------------------


@dataclass
class Wrapped(Program):
    """The program below another one, such as strace; or a broken program in its place."""

    wrapper: Sequence[str] = ()

    @property
    def forks(self) -> bool:  # type: ignore[override]
        """Whether there is nothing around it that must see its start."""
        return not self.wrapper

    def start(self, *arguments: str | Path, **options: Any) -> subprocess.Popen[str]:
        """Start it and return at once."""
        return subprocess.Popen(
            [*self.wrapper, sys.executable, *self.python, *map(str, arguments)],
            cwd=self.folder,
            env=self.variables(),
            text=True,
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.PIPE,
            **options,
        )


# --- places to strike at --------------------------------------------------------------------------


def strace(*options: str, output: Path | str = "/dev/null") -> list[str]:
    """Return the command that runs another below strace, all of its threads (--seccomp-bpf would miscount)."""
    return ["strace", "-f", "-qq", "-o", str(output), *options]


@dataclass(frozen=True)
class Point:
    """The place of a strike: the N-th call of a kind."""

    call: str
    number: int

    def __str__(self) -> str:
        return f"{self.call} {self.number}"

    def killing(self) -> list[str]:
        """Return strace's options to kill the process there."""
        return ["-e", f"trace={self.call}", "-e", f"inject={self.call}:signal=KILL:when={self.number}"]

    def failing(self, error: str, *, onward: bool) -> list[str]:
        """Return strace's options to have that call fail, or all from that one onward."""
        when = f"{self.number}+" if onward else str(self.number)
        return ["-e", f"inject={self.call}:error={error}:when={when}"]


@dataclass(frozen=True)
class Call:
    """A system call of a recorded run, with its place among the calls of its kind in its thread."""

    point: Point
    thread: str
    arguments: str


# --- the run as it is -----------------------------------------------------------------------------


def prepared(folder: Path, sandbox: Sandbox, **wrapped: Any) -> Wrapped:
    """Return the program in a new folder with the leads of the small run."""
    folder.mkdir(parents=True)
    write_leads(folder / "leads.csv", LEADS)
    return Wrapped(folder, sandbox.url, **wrapped)


def recorded(folder: Path, scene: Scene = PLAIN, **wrapped: Any) -> list[Call]:
    """Run the small run to its end; return its calls from the first that touches the ledger's folder onward."""
    trace = folder.with_suffix(".trace")
    kinds = ",".join(f"?{call}" for call in STRUCK)
    with Sandbox(faults=scene.faults) as sandbox:
        program = prepared(folder, sandbox, **wrapped)
        assert verdict(sandbox, program.run(*scene.upload), scene) == []  # all bytecode is written now
        shutil.rmtree(folder / "state")
    with Sandbox(faults=scene.faults) as sandbox:
        program.url = sandbox.url
        program.wrapper = strace("-y", "-s", "200", "-e", f"trace={kinds}", output=trace)
        assert verdict(sandbox, program.run(*scene.upload), scene) == []
    return list(_of_interest(trace.read_text(errors="replace").splitlines(), str(folder / "state")))


def _of_interest(lines: Iterable[str], state: str) -> Iterator[Call]:
    counts: Counter[tuple[str, str]] = Counter()
    begun = False
    for line in lines:
        found = _CALL.match(line)
        if found is None:
            continue  # the end of a call that another thread's interrupted
        thread, call, arguments = found.groups()
        counts[thread, call] += 1
        begun = begun or state in arguments
        if begun:
            yield Call(Point(call, counts[thread, call]), thread, arguments)


def points(calls: Iterable[Call]) -> list[Point]:
    """Return the places in the order of the run, each once."""
    return list(dict.fromkeys(call.point for call in calls))


def before_sending(calls: Sequence[Call]) -> list[Point]:
    """Return the places before the first request leaves."""
    first = next(index for index, call in enumerate(calls) if call.point.call in {"sendto", "sendmsg"})
    return points(calls[:first])


def spread(all_points: Sequence[Point], count: int) -> list[Point]:
    """Return some of the places: one amid the calls that send and receive, the others evenly over the run."""
    network = [each for each in all_points if each.call in {"sendto", "recvfrom"}]
    others = [each for each in all_points if each not in network]
    step = max(len(others) // max(count - 2, 1), 1)
    return [*network[1::3][:2], *others[step // 2 :: step]][:count]


# --- what must hold -------------------------------------------------------------------------------


def wrong(sandbox: Sandbox, summary: dict[str, Any], scene: Scene = PLAIN) -> list[str]:
    """Return what of the balance does not hold, in words; a run that has come to its end gives none."""
    held = Counter(phones(sandbox.campaigns()))
    expected = [phone for phone in expected_phones(LEADS) if phone not in scene.bad]
    found = [f"{phone} is lost" for phone in expected if phone not in held]
    found += [f"{phone} is there {times} times" for phone, times in held.items() if times > 1]
    if not balanced(summary):
        found.append(f"the summary does not add up: {summary['rows']} {summary['leads']}")
    if (summary["leads"]["accepted"], summary["leads"]["refused"]) != (len(expected), len(scene.bad)):
        found.append(f"{len(expected)} leads are not all accepted: {summary['leads']}")
    return found + misbehaviour(sandbox, scene)


def misbehaviour(sandbox: Sandbox, scene: Scene = PLAIN) -> list[str]:
    """Return what no run may do, whatever comes of it: other bytes under a name, a try while another is at work.

    Parts of a campaign that was refused go under its name, with other bytes.
    """
    wait_until(lambda: all(request.message != AT_WORK for request in sandbox.requests()))
    found: list[str] = []
    by_name: dict[str, list[Any]] = {}
    for request in sandbox.requests():
        by_name.setdefault(request.name, []).append(request)
    for name, requests in by_name.items():
        if len({request.digest for request in requests}) > 1 and not scene.bad:
            found.append(f"{name} was sent with other bytes")
        for earlier, later in itertools.pairwise(requests):
            if later.time < earlier.time + earlier.seconds:
                found.append(f"{name} was sent again while the request before was at work")
    return found


def claims(sandbox: Sandbox, ended: Ended) -> list[str]:
    """Return what a run says at its end, however it ended, that is not so: of its campaigns, and of their leads."""
    if not ended.out:
        return []
    held, summary = Counter(phones(sandbox.campaigns())), ended.json
    found = [] if balanced(summary) else [f"the summary does not add up: {summary['rows']} {summary['leads']}"]
    for each in summary["campaigns"]:
        first = (each["number"] - 1) * SIZE
        copies = {held[phone] for phone in expected_phones(each["leads"], first=first)}
        right = {"accepted": {1}, "refused": {0}, "unsent": {0}}.get(each["status"])
        if right is not None and copies != right:
            found.append(f"{each['name']} is said to be {each['status']}, and its leads are there {copies} times")
    if summary["campaigns"]:
        for status, leads in summary["leads"].items():
            if leads != sum(each["leads"] for each in summary["campaigns"] if each["status"] == status):
                found.append(f"{leads} leads are said to be {status}, and no campaign holds them")
    return found + misbehaviour(sandbox)


# --- runs that are killed -------------------------------------------------------------------------


@contextmanager
def started(program: Program, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run the program beside the test, and let nothing of it outlive the test."""
    process = program.start(*arguments)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()
        process.wait()


def come_to_rest(program: Program, scene: Scene = PLAIN, *, resume: bool) -> Ended:
    """Go on after a stop: by `resume`, and the same command again where no run had come to be; or by that at once."""
    if resume:
        ended = program.run(*scene.resume)
        if ended.code != 0 or ended.json["run"] is not None:
            return ended
    return program.run(*scene.upload)


def verdict(sandbox: Sandbox, ended: Ended, scene: Scene = PLAIN) -> list[str]:
    """Return what is wrong with how a run has ended that should have come to its good end."""
    if ended.code != (4 if scene.bad else 0):
        return [f"exit code {ended.code}: {ended.out} {ended.err}", *misbehaviour(sandbox, scene)]
    return wrong(sandbox, ended.json, scene)


def killed_at(point: Point, folder: Path, scene: Scene = PLAIN, **wrapped: Any) -> tuple[bool, list[str]]:
    """Kill the small run at a place and let it go on; return whether it was struck, and what is wrong then."""
    with Sandbox(faults=scene.faults) as sandbox:
        program = prepared(folder, sandbox, wrapper=strace(*point.killing()), **wrapped)
        struck = program.run(*scene.upload)
        program.wrapper = ()
        if struck.code != KILLED:
            return False, verdict(sandbox, struck, scene)
        found = verdict(sandbox, come_to_rest(program, scene, resume=point.number % 2 == 0), scene)
    if not found:
        shutil.rmtree(folder)
    return True, found


# --- system calls that fail -----------------------------------------------------------------------


@dataclass(frozen=True)
class Failed:
    """How a run ended in which a system call failed, and what is wrong with that and with its continuation."""

    struck: bool
    code: int
    requests: int
    wrong: list[str]


def failed_at(
    point: Point,
    error: str,
    folder: Path,
    *,
    onward: bool = False,
    upload: Sequence[str] = UPLOAD,
    **wrapped: Any,
) -> Failed:
    """Have a system call of the small run fail, once or from there on; then let it go on on a sound machine."""
    trace = folder.with_suffix(".trace")
    calls = f"trace=fsync,fdatasync,{point.call}"
    with Sandbox() as sandbox:
        strike = strace("-y", "-e", calls, *point.failing(error, onward=onward), output=trace)
        program = prepared(folder, sandbox, wrapper=strike, **wrapped)
        first = program.run(*upload)
        requests = len(sandbox.requests())
        overstated = claims(sandbox, first)
        lines = trace.read_text(errors="replace").splitlines()
        struck = any("(INJECTED)" in line for line in lines)
        found = overstated if "Traceback" not in first.err else [first.err]
        if not onward:
            found += flushed_again(lines)
        program.wrapper = ()
        said_all = first.code == 0 and first.out != ""  # the JSON itself may be what could not be written
        rest = first if said_all else come_to_rest(program, resume=first.code != 0 and point.number % 2 == 0)
        found += verdict(sandbox, rest)
    if not found:
        shutil.rmtree(folder)
    return Failed(struck, first.code, requests, found)


_FLUSH = re.compile(r"f(?:data)?sync\((?:\d+<(?P<file>[^>]*)>)?")


def flushed_again(lines: Iterable[str]) -> list[str]:
    """Return the flushes of a file of the ledger after one of its files could not be flushed."""
    lost = False
    found = []
    for line in lines:
        flush = _FLUSH.search(line)
        if flush is None or "/ledger.sqlite3" not in (flush["file"] or ""):
            continue
        if lost:
            found.append(f"flushed again: {line}")
        lost = lost or "(INJECTED)" in line
    return found
