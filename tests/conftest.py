"""What all tests share: a sandbox, and how Hypothesis draws its examples."""

from __future__ import annotations

import gc
import os
import random
import signal
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

# A shell hands ignored signals down: SIGHUP under nohup, SIGINT to a job in the background. The programs that the
# tests start would not hear them either.
for name, heard in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
    number = getattr(signal, name, None)  # Windows has no SIGHUP
    if number is not None and signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, heard)


def pytest_xdist_auto_num_workers() -> int:
    """Say how many workers `-n auto` means: more than processors, since tests wait for pauses, disks and time-outs."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return processors + (processors + 1) // 2


# The ordinary run draws the same examples each time, so that it fails only on what a change has broken; "fresh" draws
# others each time, to find new faults: `pytest --hypothesis-profile=fresh`. No deadlines: a busy machine is no failure.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.register_profile("fresh", deadline=None, print_blob=True)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def _nothing_frozen() -> Iterator[None]:
    """Undo what a run in this process froze: Hypothesis asks the collector who refers to its random numbers."""
    yield
    gc.unfreeze()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Run a sandbox for one test."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Return what a test makes its random data from: the same in each ordinary run, and new where examples are.

    Slow tests are there to find new faults, so that theirs is new in each run. A failing assertion names the seed.
    """
    if settings().derandomize and request.node.get_closest_marker("slow") is None:
        return 1
    return random.SystemRandom().randrange(1 << 32)
