"""Shell completion, asked as the shells ask."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from inside import Inside
from program import write_leads

from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path


def offered(program: Inside, line: str) -> list[str]:
    """Return what fish is offered for a line that ends where Tab is pressed."""
    *_, last = line.split(" ")
    environment = {
        **program.variables(),
        "_TELECMI_LEADS_COMPLETE": "complete_fish",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "_TYPER_COMPLETE_ARGS": line,
    }
    ended = subprocess.run(
        [sys.executable, "-c", "from telecmi_leads.__main__ import main; main()"],
        cwd=program.folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.stderr == ""
    return [each.split("\t")[0] for each in ended.stdout.split(os.linesep) if each.startswith(last)]


def test_columns_runs_and_profiles_are_offered(tmp_path: Path) -> None:
    """Behind --map first fields, then the file's columns; run ids where a run is asked for; the settings' profiles."""
    write_leads(tmp_path / "leads.csv", 2)
    (tmp_path / "telecmi-leads.toml").write_text("[profile.nightly]\n[profile.fair]\n")
    with Sandbox() as sandbox:
        program = Inside(tmp_path, sandbox.url)
        run = program.run("upload", "leads.csv", "--name", "A", "--region", "IN", "--json").json["run"]
    assert offered(program, "telecmi-leads upload leads.csv --map ph") == ["phone="]
    assert offered(program, "telecmi-leads upload leads.csv --map phone=") == ["phone=Name", "phone=Mobile"]
    assert offered(program, "telecmi-leads columns leads.csv --map phone=M") == ["phone=Mobile"]
    assert offered(program, "telecmi-leads runs 20") == [run]
    assert offered(program, "telecmi-leads upload leads.csv --profile n") == ["nightly"]


@pytest.mark.skipif(os.name == "nt", reason="no named pipes there")
def test_tab_does_not_wait_for_a_pipe(tmp_path: Path) -> None:
    """(Row 55) A lead file or settings file that is a pipe is not read on Tab; what needs no file is offered."""
    os.mkfifo(tmp_path / "pipe.csv")
    os.mkfifo(tmp_path / "telecmi-leads.toml")
    program = Inside(tmp_path)
    assert offered(program, "telecmi-leads upload pipe.csv --split-by t") == ["timezone", "type"]
    assert offered(program, "telecmi-leads upload pipe.csv --map phone=") == []
    assert offered(program, "telecmi-leads upload pipe.csv --sheet S") == []
    assert offered(program, "telecmi-leads upload pipe.csv --profile n") == []


def test_what_a_shell_would_expand_is_not_offered(tmp_path: Path) -> None:
    """(Row 55) Braces in a column's name are a list to a shell; only a template's own are offered."""
    (tmp_path / "leads.csv").write_text('"{a,b}",{x},Mobile\nAsha,y,9876500000\n')
    program = Inside(tmp_path)
    assert offered(program, "telecmi-leads upload leads.csv --split-by {") == []
    assert offered(program, "telecmi-leads upload leads.csv --map phone={") == []
    assert offered(program, "telecmi-leads upload leads.csv --set comment={") == ["comment={Mobile}"]


@pytest.mark.parametrize("line", ["upload missing.csv --map phone=", "runs 2", "upload a.csv --profile x"])
def test_on_tab_nothing_is_said(tmp_path: Path, line: str) -> None:
    """Where there is nothing to offer, no error is shown and nothing is made."""
    assert offered(Inside(tmp_path), f"telecmi-leads {line}") == []
    assert list(tmp_path.iterdir()) == []
