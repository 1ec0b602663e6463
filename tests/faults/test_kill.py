"""Killed at random moments and resumed: exactly one copy of each lead."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from program import Program, balanced, expected_phones, phones, write_leads

from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("attempt", range(10))
def test_a_run_killed_and_resumed_loses_and_doubles_nothing(tmp_path: Path, attempt: int) -> None:
    """(Rows 1, 2) 20 campaigns, kill -9 at a random moment, again and again, until it is through: one copy each."""
    rng = random.Random()
    seed = rng.randrange(10**9)
    rng.seed(seed)
    write_leads(tmp_path / "leads.csv", 200)
    command = ["upload", "leads.csv", "--name", "K", "--region", "IN", "--size", "10", "--settle", "0.2", "--json"]
    with Sandbox(latency=0.03) as sandbox:
        program = Program(tmp_path, sandbox.url)
        kills = 0
        while kills < 6 and program.killed_after(rng.uniform(0.3, 1.1), *command):
            kills += 1
        ended = program.run(*command)
        assert (ended.code, balanced(ended.json)) == (0, True), (
            f"seed {seed}, attempt {attempt}: {ended.out}{ended.err}"
        )
        assert phones(sandbox.campaigns()) == expected_phones(200), f"seed {seed}"
        assert len(sandbox.campaigns()) == 20
