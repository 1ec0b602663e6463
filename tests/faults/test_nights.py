"""Thirty nights of a growing CRM export, uploaded as from a crontab: resume, then upload --new-only --exclude."""

from __future__ import annotations

import csv
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from program import Program, balanced, phones

from telecmi_leads.__main__ import run
from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

NIGHTS = 30
KILLED, DOWN, TWICE, LOST, DOWN_AGAIN, NO_LIST = 7, 12, 18, 22, 25, 26
"""The nights on which something happens: a kill, no service, two at once, a lost answer, a list that is missing.

The list is missing while a run is unfinished, which then must not go on.
"""

SETTINGS = """
region = "IN"
[profile.nightly]
new-only = "ever"
exclude = ["dnc.csv"]
size = 5
settle = 0.1
retries = 1
"""


@dataclass
class Crm:
    """A CRM with people in it; `listed` are those who asked not to be called, with the night they did."""

    rng: random.Random
    people: list[int] = field(default_factory=lambda: list(range(20)))
    listed: dict[int, int] = field(default_factory=dict)

    def day(self, night: int) -> None:
        """Let a day pass: some come, some ask not to be called, among them some who are not in the CRM yet.

        Before a night on which something happens many come. On the day after it the last of its export asks not to be
        called, and nobody else: who is in a request of unknown outcome can't be taken out of it any more.
        """
        eventful = {KILLED, DOWN, TWICE, LOST, DOWN_AGAIN}
        if night - 1 in eventful:
            self.listed.setdefault(self.people[-1], night)
        come = self.rng.randint(30, 40) if night in eventful else self.rng.randint(0, 12)
        self.people += range(len(self.people), len(self.people) + come)
        more = 0 if night - 1 in eventful else self.rng.randint(0, 2)
        for person in self.rng.sample([*self.people[:-1], *range(len(self.people), len(self.people) + 5)], more):
            self.listed.setdefault(person, night)

    def export(self, folder: Path) -> None:
        """Write what the CRM exports tonight: names edited, numbers in another notation, rows moved and doubled."""
        rows = [[self._name(person), self._notation(person), "Chennai"] for person in self.people]
        rows += self.rng.sample(rows, len(rows) // 20)
        rows += [["Nobody", "98XXXXXX10", ""], ["", "", ""]]
        self.rng.shuffle(rows)
        rows.sort(key=lambda row: row[0].endswith(f" {self.people[-1]}"))
        with (folder / "export.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([["Name", "Mobile", "City"], *rows])
        with (folder / "dnc.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([["Phone"], ["+919999900001"], *([f"0{number(each)}"] for each in self.listed)])

    def _name(self, person: int) -> str:
        return f"Asha {person}" if self.rng.random() < 0.9 else f"Mrs. Asha Menon {person}"

    def _notation(self, person: int) -> str:
        digits = number(person)
        return self.rng.choice([digits, f"+91{digits}", f"0{digits}", f"+91 {digits[:5]} {digits[5:]}", f"{digits}.0"])


def number(person: int) -> str:
    """Return a person's number as it is dialled at home."""
    return f"98765{person:05d}"


def test_thirty_nights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], seed: int
) -> None:
    """Each person is uploaded once, nobody on the list from the night they were listed on, and the reports add up."""
    crm = Crm(random.Random(seed))
    (tmp_path / "telecmi-leads.toml").write_text(SETTINGS)
    with Sandbox() as sandbox:
        program = Program(tmp_path, sandbox.url)
        for name, value in program.variables().items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        seen: Counter[str] = Counter()
        for night in range(1, NIGHTS + 1):
            crm.day(night)
            crm.export(tmp_path)
            codes = a_night(night, program, sandbox, monkeypatch)
            assert codes == EXPECTED.get(night, [0, 0]), (seed, night, capsys.readouterr())
            new = Counter(phones(sandbox.campaigns())) - seen
            listed = {f"91{number(person)}" for person in crm.listed}
            assert not listed & set(new), f"seed {seed}, night {night}"
            seen += new
        assert sorted(seen) == sorted(phones(sandbox.campaigns())), f"seed {seed}"
        capsys.readouterr()
        assert run(["runs", "--json"]) == 0
        runs = json.loads(capsys.readouterr().out)["runs"]
    never = {f"91{number(person)}" for person in crm.listed} - set(seen)
    assert set(seen) == {f"91{number(person)}" for person in crm.people} - never, f"seed {seed}"
    assert set(seen.values()) == {1}
    check_reports(tmp_path, runs, len(seen))


EXPECTED = {KILLED: [0, -9], DOWN: [0, 5], DOWN_AGAIN: [0, 5], TWICE: [0, 0, 7], NO_LIST: [3, 3]}
"""The exit codes of a night's commands, where they are not 0: what the crontab's owner gets a mail of."""


def a_night(night: int, program: Program, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Run the crontab's two commands; return their exit codes."""
    upload = ["upload", "export.csv", "--profile", "nightly", "--name", f"Night {night:02d}", "--quiet"]
    resume = ["resume", "--profile", "nightly", "--quiet"]
    if night == NO_LIST:
        (program.folder / "dnc.csv").unlink()
    if night == LOST:
        sandbox.order(f"drop-after@Night {night:02d}-001*1")
    if night in {DOWN, DOWN_AGAIN}:
        monkeypatch.setenv("TELECMI_BASE_URL", "http://127.0.0.1:9")
    codes = [run(resume)]
    if night == KILLED:
        for campaign in range(1, 10):
            sandbox.order(f"latency=0.3@Night {night:02d}-{campaign:03d}")
        codes.append(killed_half_way(program, upload, sandbox))
    elif night == TWICE:
        sandbox.order(f"latency=3@Night {night:02d}-001")
        both = [program.start(*upload), program.start(*upload)]
        for process in both:
            process.communicate()
        codes += sorted(process.returncode for process in both)
    else:
        codes.append(run(upload))
    monkeypatch.setenv("TELECMI_BASE_URL", sandbox.url)
    return codes


def killed_half_way(program: Program, upload: list[str], sandbox: Sandbox) -> int:
    """Kill the upload -9 while its requests are on their way."""
    before = len(sandbox.campaigns())
    process = program.start(*upload, "--workers", "1")
    while len(sandbox.campaigns()) < before + 2 and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    process.communicate()
    time.sleep(0.5)  # what was on its way arrives
    return process.returncode


def check_reports(folder: Path, runs: list[dict[str, Any]], held: int) -> None:
    """Check that each run's figures balance, in the ledger and in its report, and that all of them sum up."""
    reports = [json.loads(path.read_bytes()) for path in folder.glob("telecmi-reports/*/summary.json")]
    sent = [report for report in reports if report["run"] is not None]
    assert all(balanced(report) for report in reports)
    assert all(balanced({"rows": each["rows"], "leads": each["leads"]}) for each in runs)
    assert sum(each["leads"]["accepted"] for each in runs) == held
    assert sum(sum(each["leads"].values()) for each in runs) == held
    assert {report["run"]: report["leads"] for report in sent} == {each["run"]: each["leads"] for each in runs}
