"""Killed at random moments of the sending and resumed: exactly one copy of each lead."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import pytest
from crashing import KILLED
from program import Program, balanced, expected_phones, phones, write_leads
from rawserver import wait_until

from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("attempt", range(3))
def test_a_run_killed_and_resumed_loses_and_doubles_nothing(tmp_path: Path, attempt: int, seed: int) -> None:
    """(Rows 1, 2) 20 campaigns, kill -9 amid the sending, again and again, until it is through: one copy of each."""
    rng = random.Random(seed + attempt)
    write_leads(tmp_path / "leads.csv", 200)
    command = ["upload", "leads.csv", "--name", "K", "--region", "IN", "--size", "10", "--settle", "0.2", "--json"]
    with Sandbox(latency=0.03) as sandbox:
        program = Program(tmp_path, sandbox.url)
        kills = 0
        while kills < 4 and killed(program, sandbox, rng, command):
            kills += 1
        ended = program.run(*command)
        assert kills > 0, f"seed {seed}"
        assert (ended.code, balanced(ended.json)) == (0, True), (
            f"seed {seed}, attempt {attempt}: {ended.out}{ended.err}"
        )
        assert phones(sandbox.campaigns()) == expected_phones(200), f"seed {seed}"
        assert len(sandbox.campaigns()) == 20


def killed(program: Program, sandbox: Sandbox, rng: random.Random, command: list[str]) -> bool:
    """Start the program and kill it a moment after some more requests have come; tell whether it was still at work."""
    wanted = len(sandbox.requests()) + rng.randint(1, 5)
    with program.start(*command) as process:
        wait_until(lambda: len(sandbox.requests()) >= wanted or process.poll() is not None)
        time.sleep(rng.uniform(0.0, 0.05))
        process.kill()
        process.communicate()
        return process.returncode == KILLED
