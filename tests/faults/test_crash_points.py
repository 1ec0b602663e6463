"""The real program killed at the system calls of a run of four campaigns, and gone on with: row 1, at its word."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import pytest
from broken_program import BREAKAGES
from crashing import (
    BROKEN_PROGRAM,
    HAVE_STRACE,
    ISOLATING,
    LEADS,
    PLAIN,
    UPLOAD,
    Point,
    Scene,
    claims,
    come_to_rest,
    killed_at,
    points,
    prepared,
    recorded,
    spread,
    started,
    verdict,
)
from crashing import misbehaviour as misbehaviour_of
from rawserver import wait_until

from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_Each = TypeVar("_Each")
_Result = TypeVar("_Result")

with_strace = pytest.mark.skipif(not HAVE_STRACE, reason="strace is not installed: random kills stand in")
SAMPLE = 12


def in_pairs(work: Callable[[_Each], _Result], each: list[_Each]) -> list[_Result]:
    """Do the work for each, two at a time: the processes that it waits for do the computing."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(work, each))


@with_strace
@pytest.mark.parametrize("scene", [PLAIN, ISOLATING], ids=["plain", "isolating"])
def test_killed_at_a_sample_of_system_calls(tmp_path: Path, scene: Scene) -> None:
    """(Rows 1, 45) Killed amid sending or cutting, and all over the run, then resumed: one copy of each good lead."""
    chosen = spread(points(recorded(tmp_path / "recorded", scene)), SAMPLE)
    results = in_pairs(lambda point: killed_at(point, tmp_path / str(point), scene), chosen)
    assert {str(point): wrong for point, (_, wrong) in zip(chosen, results, strict=True) if wrong} == {}
    assert sum(struck for struck, _ in results) >= SAMPLE * 0.9


@pytest.mark.skipif(HAVE_STRACE, reason="strace does it better")
@pytest.mark.parametrize("seed", range(6))
def test_killed_at_random_without_strace(tmp_path: Path, seed: int) -> None:
    """(Row 1) Where strace is not to be had: killed at random moments, then resumed, one copy of each lead."""
    moment = random.Random(seed).uniform(0.3, 0.9)
    with Sandbox(latency=0.02) as sandbox:
        program = prepared(tmp_path / "run", sandbox)
        program.killed_after(moment, *UPLOAD)
        assert verdict(sandbox, come_to_rest(program, resume=seed % 2 == 0)) == [], f"killed after {moment} s"


@with_strace
@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("scene", [PLAIN, ISOLATING], ids=["plain", "isolating"])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_killed_at_every_system_call(
    tmp_path: Path, workers: str, scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    """(Rows 1, 45) Killed at every call that writes, syncs, opens, names, locks, sends or receives: none lost or twice.

    With one worker the calls of the sender are one thread's, so that each of them is struck; what the run's own thread
    does is struck with two requests at work. The same while a refused campaign is cut by --isolate.
    """
    scene = replace(scene, upload=(*scene.upload, "--workers", workers))
    calls = recorded(tmp_path / "recorded", scene)
    kinds = list(dict.fromkeys(call.point.call for call in calls))
    if workers == "1":
        kinds = [kind for kind in kinds if kind in {"socket", "connect", "sendto", "sendmsg", "recvfrom", "recvmsg"}]
    struck: Counter[str] = Counter()
    failures: dict[str, list[str]] = {}

    def all_of(kind: str) -> None:
        number = min(call.point.number for call in calls if call.point.call == kind)
        misses = 0
        while misses < 3:  # the last ones differ from run to run, by how the answers fall together
            point = Point(kind, number)
            hit, wrong = killed_at(point, tmp_path / str(point), scene)
            misses = 0 if hit else misses + 1
            struck[kind] += hit
            if wrong:
                failures[str(point)] = wrong
            number += 1

    kinds.sort(key=lambda kind: -sum(call.point.call == kind for call in calls))
    in_pairs(all_of, kinds)
    with capsys.disabled():
        said = f"{len(failures)} of them with leads lost or doubled"
        print(f"\n--workers {workers}: killed at {struck.total()} places, {said}; {dict(struck)}")  # noqa: T201 - what it is run for
    assert failures == {}
    assert struck.total() >= (550 if workers == "2" else 10)


# --- what the harness is worth --------------------------------------------------------------------


@with_strace
@pytest.mark.parametrize(
    ("breakage", "place"),
    [
        ("new_names", Point("recvfrom", 1)),
        ("other_bytes", Point("recvfrom", 1)),
        ("no_intent", Point("recvfrom", 1)),
        ("accepted_first", Point("sendto", 1)),
    ],
    ids=str,
)
def test_a_broken_program_is_caught(tmp_path: Path, breakage: str, place: Point) -> None:
    """(Row 1) The harness is worth something: it catches each deliberate breakage."""
    broken = (BROKEN_PROGRAM, breakage)
    struck, wrong = killed_at(place, tmp_path / "broken", python=broken)
    assert struck
    assert wrong != []


@pytest.mark.parametrize(
    ("breakage", "fault"),
    [
        ("taken_is_ours", 'answer=400 {"code":400,"msg":"Lead Name Already Exists"}@K-002*1'),
        ("unverified_is_accepted", "500-halfway@K-002*1"),
        ("unknown_is_refused", "drop-after@K-002*1"),
        ("unknown_is_unsent", "drop-after@K-002*1"),
    ],
    ids=["taken_is_ours", "unverified_is_accepted", "unknown_is_refused", "unknown_is_unsent"],
)
def test_a_wrong_decision_is_caught(tmp_path: Path, breakage: str, fault: str) -> None:
    """(Rows 12, 17, 20) What the sound program says at its end is so; each program that decides wrongly says more."""
    for name, python in (("sound", ("-m", "telecmi_leads")), ("broken", (BROKEN_PROGRAM, breakage))):
        with Sandbox(faults=[fault]) as sandbox:
            ended = prepared(tmp_path / name, sandbox, python=python).run(*UPLOAD, "--retries", "1")
            assert (claims(sandbox, ended) == []) is (name == "sound"), (name, ended.out)


def test_a_missing_lock_is_caught(tmp_path: Path) -> None:
    """(Row 8) Without the lock a second run of the same command sends again what is at work, and that is seen."""
    with Sandbox(faults=["latency=12@1"]) as sandbox:  # longer than a loaded machine takes to start a program
        program = prepared(tmp_path / "run", sandbox, python=(BROKEN_PROGRAM, "no_lock"))
        with started(program, *UPLOAD):
            wait_until(lambda: len(sandbox.requests()) == 1)
            program.run(*UPLOAD)
            assert "K-001 was sent again while the request before was at work" in misbehaviour_of(sandbox)


def late(folder: Path, *python: str) -> list[str]:
    """Let the second request be carried out 3 s after the client gave up on it; return what is wrong at the end."""
    with Sandbox(faults=["late=4@2"]) as sandbox:
        program = prepared(folder, sandbox, **({"python": python} if python else {}))
        ended = program.run(*UPLOAD, "--timeout", "1", "--settle", "4")
        assert len(sandbox.requests()) >= 5
        return verdict(sandbox, ended) if ended.code in {0, 4} else misbehaviour_of(sandbox)


def test_a_late_commit_is_waited_for_and_haste_is_caught(tmp_path: Path) -> None:
    """(Row 3) A request that lands after the client gave up: one copy, no second try meanwhile; haste is caught."""
    assert late(tmp_path / "sound") == []
    # On a busy machine the hasty try may come too late to be one: it gets three chances.
    assert any(late(tmp_path / f"broken-{chance}", BROKEN_PROGRAM, "no_settling") for chance in range(3))


def test_every_breakage_breaks_nothing_by_itself(tmp_path: Path) -> None:
    """A breakage that the harness must catch goes unnoticed in a run without faults: else it would catch anything."""
    for breakage in BREAKAGES:
        if breakage.startswith("lost"):
            continue
        with Sandbox() as sandbox:
            program = prepared(tmp_path / breakage, sandbox, python=(BROKEN_PROGRAM, breakage))
            ended = program.run(*UPLOAD)
            assert verdict(sandbox, ended) == [], breakage
            assert len(sandbox.campaigns()) * 5 == LEADS
