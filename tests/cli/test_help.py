"""What --help shows: every command with examples that are real, in lines that fit."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
import typer
from snapshot import check_snapshot
from typer.testing import CliRunner

from telecmi_leads.cli.help import EXAMPLES
from telecmi_leads.cli.program import command_line, names

PROGRAM: Any = typer.main.get_command(command_line(names()))


def shown(*arguments: str) -> str:
    """Return what --help shows at 80 columns."""
    return (
        CliRunner()
        .invoke(command_line(arguments), [*arguments, "--help"], prog_name="telecmi-leads", env={"COLUMNS": "80"})
        .stdout
    )


def test_help_is_as_approved() -> None:
    """The program's help and that of one command, whole."""
    check_snapshot("help.txt", shown() + "\n" + shown("resolve"))


@pytest.mark.parametrize("name", PROGRAM.commands)
def test_every_command_has_examples_that_can_be_typed(name: str) -> None:
    """Each example names its command and only options that this command has."""
    text = shown(name)
    known = {spelled for each in PROGRAM.commands[name].params for spelled in each.opts}
    for example in EXAMPLES[name]:
        assert f"  {example}\n" in text
        program, command, *words = shlex.split(example)
        assert (program, command) == ("telecmi-leads", name)
        assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("name", ["", *PROGRAM.commands])
def test_help_fits_the_terminal(name: str) -> None:
    """No line but an example is wider than 80 columns, and no word is torn at its hyphen."""
    lines = shown(*([name] if name else [])).splitlines()
    assert [line for line in lines if len(line) > 80 and "telecmi-leads" not in line] == []
    assert [line for line in lines if line.endswith("-") and not line.endswith(" -")] == []
