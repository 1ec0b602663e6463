"""Printed commands repeat the files that settings come from, and what is said of an end is the same everywhere."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from inside import Inside
from program import Program, phones, write_leads

from telecmi_leads.core.clock import Clock
from telecmi_leads.ledger.lock import hold

if TYPE_CHECKING:
    from telecmi_leads.sandbox import Sandbox

UPLOAD = ("upload", "leads.csv", "--name", "March", "--region", "IN", "--settle", "0")
FROM = ("--env-file", "d.env")


@pytest.fixture
def program(tmp_path: Path, sandbox: Sandbox) -> Inside:
    """Return the program in a folder with two leads, whose ledger only d.env knows."""
    write_leads(tmp_path / "leads.csv", 2)
    (tmp_path / "d.env").write_text(f"TELECMI_STATE_DIR={tmp_path / 'elsewhere'}\n")
    return Inside(tmp_path, sandbox.url, {"TELECMI_STATE_DIR": "", "COLUMNS": "200", "TERM": "dumb"})


def commands(shown: str) -> list[list[str]]:
    """Return the arguments of the commands that are shown, one a line."""
    lines = [line.partition("telecmi-leads ")[2] for line in shown.splitlines()]
    return [shlex.split(line) for line in lines if line]


def test_forget_shows_how_a_tried_campaign_is_settled(program: Inside, sandbox: Sandbox) -> None:
    """Of a number in a tried campaign it shows what settles it, with the run's options and the settings' file."""
    sandbox.order("drop-after@1")
    assert program.run(*UPLOAD, *FROM, "--retries", "0").code == 5
    ended = program.run("forget", "--phone", "+919876500001", "--yes", "--json", *FROM)
    resume, forget = commands(ended.json["error"]["hint"])
    assert (ended.code, resume[0], resume[2:]) == (
        2, "resume", ["--region", "IN", "--retries", "0", "--settle", "0", *FROM],
    )  # fmt: skip
    assert forget == ["forget", "--run", resume[1], *FROM]
    assert program.run(*resume).code == 0
    assert len(phones(sandbox.campaigns())) == 2
    assert program.run(*forget, "--yes").code == 0


@pytest.mark.parametrize("fault", ["500-after@1", "422@1", "drop-after@1"])
def test_runs_shows_commands_for_its_ledger(program: Inside, sandbox: Sandbox, fault: str) -> None:
    """Each command below the list of runs finds the ledger that the list came from."""
    sandbox.order(fault)
    assert program.run(*UPLOAD, *FROM, "--retries", "0").code != 0
    [command] = commands(program.run("runs", *FROM).out)
    assert command[-2:] == [*FROM]
    assert program.run(*command).code in {0, 5}


def test_forget_says_nothing_of_what_it_can_not_do(program: Inside, sandbox: Sandbox) -> None:
    """While an upload holds the lock nothing is said to be deleted."""
    sandbox.order("drop-after@1")
    assert program.run(*UPLOAD, *FROM, "--retries", "0").code == 5
    [run] = program.run("runs", "--json", *FROM).json["runs"]
    other = Program(program.folder, program.url, program.environment)
    with hold(program.folder / "elsewhere", run["account"], 0, clock=Clock(), command="upload"):
        ended = other.run("forget", "--run", "last", "--yes", *FROM)
    assert (ended.code, "It is deleted" in ended.err) == (7, False)
    assert len(program.run("runs", "--json", *FROM).json["runs"]) == 1


def test_the_summary_file_gives_the_same_hint(program: Inside) -> None:
    """What a refused input needs is the same in summary.json, the JSON on standard output and the log."""
    (program.folder / "leads.csv").write_text("Name,Phone\nA K,98765\nB L,98766\n")
    for command in (UPLOAD, ("validate", "leads.csv", "--region", "IN")):
        ended = program.run(*command, "--json", *FROM).json
        kept = json.loads(Path(ended["reports"]["summary"]).read_text())
        assert kept["error"] == ended["error"]
        assert "telecmi-leads columns leads.csv" in kept["error"]["hint"]
