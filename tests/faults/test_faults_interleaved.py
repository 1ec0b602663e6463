"""The real program, any interleaving: runs, kills, faults of the service, edited input, a wrong secret: row 41.

`test_uploading_machine` does the same within one process in simulated time, by the thousand; here each step is a
process, a disk and a socket.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar

import pytest
from crashing import BROKEN_PROGRAM, LEADS, UPLOAD, claims, misbehaviour, prepared
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from program import APP_ID, SECRET, expected_phones, phones, write_leads

from telecmi_leads.sandbox import Sandbox

QUICK = ("--settle", "1", "--timeout", "1", "--max-wait", "2")
FAULTS = ("drop-before", "drop-after", "close-after", "500-before", "500-after", "502-after", "late=0.5", "hang-after")
FAULTS += ("429=0", "429=9", "503=1", "422", "html", "truncated", "null", "302=http://127.0.0.1:9/")


class Whole(RuleBasedStateMachine):
    """One file, one account, one ledger; whatever happens, each lead arrives once, and nothing untrue is said."""

    python: ClassVar[tuple[str, ...]] = ("-m", "telecmi_leads")

    @initialize()
    def start(self) -> None:
        """Begin with a well service and the right secret."""
        self.stack = ExitStack()
        self.sandbox = self.stack.enter_context(Sandbox(accounts={int(APP_ID): SECRET}, latency=0.02))
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.program = prepared(folder / "run", self.sandbox, python=self.python)

    @property
    def begun(self) -> bool:
        """Tell whether the run has come to be: from then on its input may change."""
        return bool(self.sandbox.requests())

    @rule(fault=st.sampled_from(FAULTS), campaign=st.integers(1, 4))
    def trouble(self, fault: str, campaign: int) -> None:
        """Have the service fail once at a campaign."""
        self.sandbox.order(f"{fault}@K-{campaign:03d}*1")

    @rule()
    def edit(self) -> None:
        """Put other leads into the file, once the run has come to be.

        No precondition: whether a killed run came that far is chance, and rules may not depend on it.
        """
        if self.begun:
            write_leads(self.program.folder / "leads.csv", LEADS, first=500)

    @rule(right=st.booleans())
    def secret(self, right: bool) -> None:
        """Change the secret."""
        self.program.environment["TELECMI_SECRET"] = SECRET if right else "wrong-secret"

    @rule(
        resume=st.booleans(),
        workers=st.sampled_from(["1", "3"]),
        retries=st.sampled_from(["0", "2"]),
        kill=st.none() | st.floats(0.2, 2.0),
    )
    def run(self, resume: bool, workers: str, retries: str, kill: float | None) -> None:
        """Upload or resume, perhaps killed on the way."""
        command = ("resume", "--json") if resume else UPLOAD
        command = (*command, *QUICK, "--workers", workers, "--retries", retries)
        if kill is not None:
            self.program.killed_after(kill, *command)
            return
        ended = self.program.run(*command)
        assert "Traceback" not in ended.err
        assert ended.code in {0, 2, 4, 5, 6}, ended.err
        assert claims(self.sandbox, ended) == []

    def teardown(self) -> None:
        """With the right secret, and a person's look where the program can't know, all comes to rest."""
        if not hasattr(self, "program"):
            return
        with self.stack:
            self.program.environment.clear()
            write_leads(self.program.folder / "leads.csv", LEADS)
            self.program.run(*UPLOAD, *QUICK)
            for _ in range(8):
                ended = self.program.run(*UPLOAD, *QUICK)
                if ended.code in {0, 4}:
                    break
                for campaign in ended.json["campaigns"]:
                    if campaign["status"] in {"unverified", "unknown"}:
                        self.look_up(ended.json["run"], campaign)
            assert ended.code in {0, 4}, ended.out
            assert claims(self.sandbox, ended) == []
            leads = ended.json["leads"]
            assert leads["accepted"] + leads["refused"] == LEADS
            assert len(phones(self.sandbox.campaigns())) == leads["accepted"]
            assert misbehaviour(self.sandbox) == []

    def look_up(self, run: str, campaign: dict[str, Any]) -> None:
        """Do what a person does: look at the dashboard, and say what is there."""
        held = {lead["phone"] for lead in self.sandbox.campaigns().get(campaign["name"], [])}
        first = (campaign["number"] - 1) * campaign["leads"]
        there = held == set(expected_phones(campaign["leads"], first=first))
        says = ("--accepted",) if there else ("--not-uploaded", *QUICK)
        assert self.program.run("resolve", run, campaign["name"], *says).code in {0, 4, 5}


LONG = settings(max_examples=40, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_any_interleaving_of_the_real_program() -> None:
    """(Row 41) Any interleaving against the sandbox: one copy of each accepted lead, and nothing untrue is said."""
    run_state_machine_as_test(Whole, settings=LONG)


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("breakage", ["new_names", "accepted_first", "unknown_is_refused"])
def test_interleavings_catch_a_broken_program(breakage: str) -> None:
    """(Row 41) The machine is worth something: it catches deliberate breakages."""
    broken = type("Broken", (Whole,), {"python": (BROKEN_PROGRAM, breakage)})
    with pytest.raises(AssertionError):
        run_state_machine_as_test(broken, settings=settings(LONG, phases=[Phase.generate]))
