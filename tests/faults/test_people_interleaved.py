"""Any order of uploads, resumes, other days and computers, edited files and lists, old ledgers, words, forgetting."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections import Counter
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, ClassVar
from unittest import mock

import pytest
from broken_program import BREAKAGES
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from inside import Inside
from program import Ended, balanced, phones, write_leads

from telecmi_leads.core.clock import Clock, local_now
from telecmi_leads.leads.screening import KnownPeople
from telecmi_leads.sandbox import Sandbox

QUICK = ("--settle", "0", "--retries", "1", "--max-wait", "0", "--workers", "1", "--timeout", "5")
FAULTS = ("429=9", "500-before", "500-after", "drop-before", "drop-after", "422", "404")


class People(RuleBasedStateMachine):
    """One account; whatever is typed, on whatever day, nobody is in it twice, nor who was always on the list."""

    breakage: ClassVar[str | None] = None

    @initialize(dated=st.booleans())
    def start(self, dated: bool) -> None:
        """Begin with six leads, of whom the first asked never to be called."""
        self.stack = ExitStack()
        self.dated = dated
        self.name = "M {date}" if dated else "M"
        self.days = 0
        self.count = 6
        self.forgotten: set[str] = set()
        self.sandbox = self.stack.enter_context(Sandbox())
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.here = self.computer(folder / "here")
        self.there = self.computer(folder / "there")
        self.list([])
        if self.breakage is not None:
            BREAKAGES[self.breakage]()

    def computer(self, folder: Path) -> Inside:
        """Return a computer with a ledger of its own."""
        folder.mkdir()
        write_leads(folder / "leads.csv", self.count)
        return Inside(folder, self.sandbox.url, {"TELECMI_REGION": "IN"})

    def type(self, computer: Inside, *arguments: str) -> Ended:
        """Type a command on the day that it is, and look at what it says."""
        defaults = Clock.__init__.__defaults__
        assert defaults is not None
        days = dt.timedelta(days=self.days)
        today = (lambda: local_now() + days, *defaults[1:])
        with mock.patch.object(Clock.__init__, "__defaults__", today):
            ended = computer.run(*arguments)
        assert ended.code in {0, 2, 3, 4, 5, 6}, ended
        return ended

    @rule(fault=st.sampled_from(FAULTS), position=st.integers(1, 3))
    def trouble(self, fault: str, position: int) -> None:
        """Have the service fail at a coming request."""
        self.sandbox.order(f"{fault}@{len(self.sandbox.requests()) + position}")

    @rule(more=st.integers(1, 3))
    def grow(self, more: int) -> None:
        """Put further people into the file."""
        self.count = min(self.count + more, 14)
        for each in (self.here, self.there):
            write_leads(each.folder / "leads.csv", self.count)

    @rule(listed=st.lists(st.integers(1, 8), max_size=3, unique=True))
    def list(self, listed: list[int]) -> None:
        """Have the do-not-call list hold others, as many or not; the first person is always on it."""
        for each in (self.here, self.there):
            (each.folder / "dnc.csv").write_text("Phone\n" + "".join(f"98765{one:05d}\n" for one in (0, *listed)))

    @rule(size=st.sampled_from(["2", "2", "3"]), append=st.booleans(), new_only=st.booleans())
    def upload(self, size: str, append: bool, new_only: bool) -> None:
        """Type the command, with another size perhaps, with --append, with --new-only."""
        more = [*(["--append"] if append else []), *(["--new-only"] if new_only or self.dated else [])]
        command = ("upload", "leads.csv", "--name", self.name, "--exclude", "dnc.csv", "--size", size, "--json")
        ended = self.type(self.here, *command, *QUICK, *more)
        self.check(ended.json)

    @precondition(lambda self: not self.dated and "M-001" in self.sandbox.campaigns())
    @rule()
    def upload_elsewhere(self) -> None:
        """Type the command on another computer, whose ledger knows of nothing."""
        command = ("upload", "leads.csv", "--name", self.name, "--exclude", "dnc.csv", "--size", "2", "--json")
        self.check(self.type(self.there, *command, *QUICK).json)

    @rule()
    def resume(self) -> None:
        """Go on with whatever is unfinished."""
        self.check(self.type(self.here, "resume", "--json", *QUICK).json)

    @precondition(lambda self: self.dated)
    @rule(days=st.integers(1, 3))
    def sleep(self, days: int) -> None:
        """Let days pass."""
        self.days += days

    @precondition(lambda self: not self.dated)
    @rule()
    def copy(self) -> None:
        """Take a copy of the ledger."""
        state, kept = self.here.folder / "state", self.here.folder / "copy"
        if state.exists():
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(state, kept)

    @precondition(lambda self: not self.dated and "M-001" in self.sandbox.campaigns())
    @rule()
    def restore(self) -> None:
        """Put the copy of the ledger back."""
        state, kept = self.here.folder / "state", self.here.folder / "copy"
        if kept.exists():
            shutil.rmtree(state, ignore_errors=True)
            shutil.copytree(kept, state)

    @rule(lies=st.booleans())
    def settle(self, lies: bool) -> None:
        """Have a person say of the unproven campaigns what the dashboard shows; or, wrongly, that they are not in."""
        for run in self.type(self.here, "runs", "--json").json["runs"]:
            for each in self.type(self.here, "runs", run["run"], "--json").json["campaigns"]:
                if each["status"] in {"unverified", "unknown"}:
                    there = each["name"] in self.sandbox.campaigns() and not lies
                    word = "--accepted" if there else "--not-uploaded"
                    quick = () if there else QUICK
                    self.type(self.here, "resolve", run["run"], each["name"], word, "--json", *quick)

    @rule(person=st.integers(1, 8))
    def forget(self, person: int) -> None:
        """Have a person forgotten, if that can be done."""
        phone = f"9198765{person:05d}"
        if self.type(self.here, "forget", "--phone", f"+{phone}", "--yes", "--json").code == 0:
            self.forgotten.add(phone)

    @staticmethod
    def check(summary: dict[str, Any]) -> None:
        """Check that rows and leads add up."""
        if summary["run"] is not None:
            assert balanced(summary)

    @invariant()
    def nobody_twice(self) -> None:
        """One copy of each person at most; none of the one who is always on the list."""
        if not hasattr(self, "sandbox"):
            return
        held = Counter(phones(self.sandbox.campaigns()))
        assert {phone: many for phone, many in held.items() if many > 1 and phone not in self.forgotten} == {}
        assert "919876500000" not in held

    def teardown(self) -> None:
        """Let go of the folders and the service."""
        if hasattr(self, "stack"):
            with suppress(OSError):
                self.stack.close()


SOME = settings(
    max_examples=8, stateful_step_count=9, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
MANY = settings(SOME, max_examples=300, stateful_step_count=25, derandomize=False)


def test_any_order_of_commands_days_and_computers() -> None:
    """(Row 41) Whatever is typed and whenever: nobody is in the account twice, and the figures add up."""
    run_state_machine_as_test(People, settings=SOME)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_very_many_orders() -> None:
    """(Row 41) The same at length."""
    run_state_machine_as_test(People, settings=MANY)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_machine_catches_a_broken_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """(Row 41) The machine is worth something: it sees an --append that leaves nobody out."""
    monkeypatch.setattr(KnownPeople, "_why", KnownPeople._why)  # noqa: SLF001 - put back after the breakage
    broken = type("Broken", (People,), {"breakage": "append_leaves_nobody_out"})
    with pytest.raises(AssertionError):
        run_state_machine_as_test(broken, settings=settings(MANY, phases=[Phase.generate]))
