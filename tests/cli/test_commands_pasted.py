"""Every command that a screen prints: pasted as it stands into a shell, at three widths, it does what it says.

Each situation is played in a folder of its own, at 60, 80 and 140 columns. A printed command stands alone on its line
and is the same at every width. Real shells take it apart; what they would start is run, ends with the right code, and
nobody is uploaded twice. The commands of a choice are played in turn, one for each width.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from unittest import mock

import openpyxl
import pytest
from inside import Inside
from program import APP_ID, SECRET, correct, phones, write_leads

from telecmi_leads.output.console.screen import Stream
from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from program import Ended

WIDTHS = (60, 80, 140)
PLACEHOLDERS = {"NAME": "Trial", "FILE": "leads.csv", "FOLDER": "elsewhere", "COUNTRY": "IN"}
COMMAND = re.compile(r" {2,}telecmi-leads \S.*")
COMMANDS_IN_TEXT = re.compile(r"telecmi-leads (upload|resume|resolve|validate|columns|report) ")
UPLOAD = ("upload", "leads.csv", "--name", "March", "--region", "IN", "--settle", "0")
SHELLS = [shell for shell in ("bash", "zsh") if shutil.which(shell)]


# --- situations in which commands are printed -----------------------------------------------------


class AtTerminal(Inside):
    """The program in front of a person: its screens are those of a terminal that can't redraw."""

    def run(self, *arguments: str | Path, stdin: str = "", timeout: float = 100) -> Ended:
        """Run the program to its end."""
        with mock.patch.object(Stream, "isatty", return_value=True):
            return super().run(*arguments, stdin=stdin, timeout=timeout)


@dataclass(frozen=True)
class Situation:
    """What is typed in a folder, after `before`; the exit code, and those of the printed commands, one for each.

    `faults` are ordered of the service first. `correct` says that a person corrects the reject file before the printed
    command is run.
    """

    name: str
    typed: tuple[str, ...]
    code: int
    printed: tuple[str, ...]
    """The beginnings of the printed commands."""
    codes: tuple[int, ...]
    prepare: Callable[[Path], object] = lambda folder: write_leads(folder / "leads.csv", 6)
    before: tuple[tuple[str, ...], ...] = ()
    faults: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    correct: bool = False
    held: int | None = None
    """How many people the service holds afterwards; None where that depends on the choice."""


def two_rows(folder: Path) -> None:
    """Write a good row and one with a masked number."""
    (folder / "leads.csv").write_text("Name,Mobile\nAsha,9876500001\nRavi,98XX500002\nMeera,9876500003\n")


def odd_names(folder: Path) -> None:
    """Write leads into a file whose name holds what shells take for their own."""
    write_leads(folder / ODD, 3)


ODD = 'it\'s "50%" of $HOME `x` !1 {a} ~b; c.csv'


def dashed(folder: Path) -> None:
    """Write a good row and one with a masked number into a file whose name looks like an option."""
    two_rows(folder)
    (folder / "leads.csv").rename(folder / "-leads.csv")


DASHED = ("upload", "--region", "IN", "--settle", "0", "--name=-March", "--report-dir=-r", "--", "-leads.csv")


def workbook(folder: Path) -> None:
    """Write a workbook with a bad row and a sheet without phones."""
    book = openpyxl.Workbook()
    book.active.title = "Leads of May"
    for row in (["Name", "Mobile"], ["Asha", "9876500001"], ["Ravi", "98XX500002"], ["Meera", "9876500003"]):
        book.active.append(row)
    for row in (["City", "Count"], ["Pune", 2]):
        (book["Sum"] if "Sum" in book.sheetnames else book.create_sheet("Sum")).append(row)
    book.save(folder / "leads.xlsx")


def bad_file(folder: Path) -> None:
    """Write a file of masked numbers."""
    rows = [f"Asha,98XXXX{number:04d}" for number in range(9)]
    (folder / "leads.csv").write_text("\n".join(["Name,Mobile", *rows, "Ravi,9876500001"]) + "\n")


def odd_columns(folder: Path) -> None:
    """Write a file with several phone columns and odd names."""
    (folder / "leads.csv").write_text('Name,Mobile,"Alternate, No.",City of $birth\nAsha,9876500001,,Pune\n')


def two_files(folder: Path) -> None:
    """Write two files of different people."""
    write_leads(folder / "leads.csv", 6)
    write_leads(folder / "more.csv", 3, first=50)


class WithoutAccount(AtTerminal):
    """The program where nothing in the environment says whose account it is."""

    def variables(self) -> dict[str, str]:
        """Return the process's environment."""
        account = ("TELECMI_APP_ID", "TELECMI_SECRET", "TELECMI_BASE_URL")
        return {name: value for name, value in super().variables().items() if name not in account}


REFUSED = "422=919876500002"
SITUATIONS = (
    Situation("a fit file", ("validate", "leads.csv", "--region", "IN"), 0, ("upload leads.csv",), (0,), held=6),
    Situation("no region", ("validate", "leads.csv"), 3, ("validate leads.csv --region IN",), (0,)),
    Situation("no region at an upload", UPLOAD[:4], 3, ("upload leads.csv --region IN",), (0,), held=6),
    Situation("no region at a rehearsal", (*UPLOAD[:4], "--sandbox"), 3, ("upload leads.csv --region IN",), (0,)),
    Situation("a bad file", ("validate", "leads.csv", "--region", "IN"), 3, ("columns",), (0,), prepare=bad_file),
    Situation("a dry run", (*UPLOAD, "--dry-run"), 0, ("upload",), (0,), held=6),
    Situation("a rehearsal", (*UPLOAD, "--sandbox"), 0, ("upload",), (0,), held=6),
    Situation("rejected rows", UPLOAD, 0, ("upload",), (0,), prepare=two_rows, correct=True, held=3),
    Situation(
        "rejected rows of a workbook, sheet and name with blanks",
        ("upload", "leads.xlsx", "--name", "March of 'x'", "--region", "IN", "--sheet", "Leads of May"),
        0, ("upload",), (0,), prepare=workbook, correct=True, held=3,
    ),
    Situation("rejected rows that nobody corrects", UPLOAD, 0, ("upload",), (3,), prepare=two_rows, held=2),
    Situation("a refused campaign", UPLOAD, 4, ("resume",), (4,), faults=(REFUSED,), held=5),
    Situation("a refused lead", (*UPLOAD, "--isolate"), 4, ("upload",), (4,), faults=(REFUSED,), held=5),
    Situation(
        "three refused campaigns", (*UPLOAD, "--size", "2"), 4, ("resume",), (4,),
        faults=("422=919876500002,919876500004",), held=4,
    ),
    Situation("a campaign not proven", UPLOAD, 5, ("resolve", "resolve"), (0, 5), faults=("500-after@1",), held=6),
    Situation("a lost request", (*UPLOAD, "--retries", "0"), 5, ("resume",), (0,), faults=("drop-before@1",), held=6),
    Situation("a lost answer", (*UPLOAD, "--retries", "0"), 5, ("resume",), (0,), faults=("drop-after@1",), held=6),
    Situation("a long pause", (*UPLOAD, "--max-wait", "1"), 5, ("resume",), (0,), faults=("429=900@1",), held=6),
    Situation("refused credentials", UPLOAD, 6, ("check", "resume"), (0, 0), faults=("404@1",)),
    Situation(
        "a refusal in doubt", (*UPLOAD, "--retries", "1"), 5, ("resume", "resolve", "resolve"), (5, 0, 5),
        faults=("drop-after@1", "400@2"), held=6,
    ),
    Situation(
        "the name of an unfinished run", ("upload", "more.csv", *UPLOAD[2:]), 2, ("resume",), (0,),
        before=((*UPLOAD, "--max-wait", "1"),), faults=("429=900@1",), prepare=two_files, held=6,
    ),
    Situation(
        "an input that is gone", ("upload", "gone.csv", *UPLOAD[2:]), 3, ("resume",), (0,),
        before=((*UPLOAD, "--max-wait", "1"),), faults=("429=900@1",), held=6,
    ),
    Situation(
        "people who wait in another run", (*UPLOAD[:3], "April", *UPLOAD[4:], "--new-only"), 5, ("resume",), (0,),
        before=((*UPLOAD, "--max-wait", "1"),), faults=("429=900@1",), held=6,
    ),
    Situation(
        "runs", ("runs",), 0, ("resume",), (0,), before=((*UPLOAD, "--max-wait", "1"),), faults=("429=900@1",), held=6
    ),
    Situation(
        "runs RUN", ("runs", "last"), 0, ("resolve", "resolve"), (0, 5), before=(UPLOAD,), faults=("500-after@1",),
        held=6,
    ),
    Situation("columns", ("columns", "leads.csv", "--region", "IN"), 0, ("upload",), (0,), prepare=odd_columns, held=1),
    Situation(
        "columns with a profile", ("columns", "leads.csv", "--save", "may"), 0, ("upload",), (0,), prepare=odd_columns,
        environment={"TELECMI_REGION": "IN"}, held=1,
    ),
    Situation(
        "a file with every sign that a shell knows", ("validate", ODD, "--region", "IN"), 0, ("upload",), (0,),
        prepare=odd_names, held=3,
    ),
    Situation(
        "a rehearsal with options of every kind",
        ("upload", ODD, "--name", "it's 5 % of $A", "--region", "IN", "--set", 'comment={Name}; `x` "$HOME"!',
         "--size", "2", "--fill", "city=St. John's", "--sandbox"),
        0, ("upload",), (0,), prepare=odd_names, held=3,
    ),
    Situation(
        "an account and options from files",
        (*UPLOAD, "--env-file", "delhi settings.env", "--config", "my options.toml"), 4, ("resume",), (4,),
        faults=(REFUSED,), held=5, environment={"TELECMI_APP_ID": "", "TELECMI_SECRET": ""},
    ),
    Situation(
        "groups, one of them refused", (*UPLOAD[:3], "M {group}", *UPLOAD[4:], "--split-by", "type"), 4, ("resume",),
        (4,), faults=(REFUSED,), held=5,
    ),
    Situation("--strict and a sheet without phones",
        ("upload", "leads.xlsx", "--name", "M", "--region", "IN", "--strict"), 3, (), (), prepare=workbook, held=0),
    Situation(
        "rejected rows, all names like options", DASHED, 0, ("upload ./-r/rejects.csv",), (0,), prepare=dashed,
        correct=True, held=3,
    ),
    Situation(
        "a campaign not proven, all names like options", DASHED, 5, ("resolve --accepted", "resolve --not-uploaded"),
        (0, 5), prepare=dashed, faults=("500-after@1",), held=2,
    ),
    Situation(
        "a fit file whose name is like an option", ("validate", "--region", "IN", "--", "-leads.csv"), 0,
        ("upload ./-leads.csv",), (0,), prepare=dashed, held=2,
    ),
)  # fmt: skip


# --- each command is pasted -----------------------------------------------------------------------


def played(situation: Situation, folder: Path, sandbox: Sandbox, columns: int) -> tuple[AtTerminal, list[str]]:
    """Play a situation in a folder of its own; return the program and the commands that the last screen prints."""
    folder.mkdir()
    situation.prepare(folder)
    (folder / "my options.toml").write_text("workers = 2\n")
    (folder / "delhi settings.env").write_text(
        f"TELECMI_APP_ID={APP_ID}\nTELECMI_SECRET={SECRET}\nTELECMI_BASE_URL={sandbox.url}\n"
    )
    (folder / "delhi settings.env").chmod(0o600)
    environment = {"COLUMNS": str(columns), "TERM": "dumb", "LANG": "en_IN.UTF-8", **situation.environment}
    program = AtTerminal(folder, sandbox.url, environment)
    if "delhi settings.env" in situation.typed:
        program = WithoutAccount(folder, sandbox.url, environment)
    for fault in situation.faults:
        sandbox.order(fault)
    for typed in situation.before:
        program.run(*typed)
    ended = program.run(*situation.typed)
    screen = ended.err + ended.out
    assert ended.code == situation.code, screen
    printed = [line.strip() for line in screen.splitlines() if COMMAND.fullmatch(line)]
    loose = [line for line in screen.splitlines() if COMMANDS_IN_TEXT.search(line) and not COMMAND.fullmatch(line)]
    assert loose == []
    told = [line for line in screen.splitlines() if not COMMAND.fullmatch(line) and not line.startswith("Report: ")]
    assert max(map(len, told)) <= columns, screen
    return program, printed


def taken_apart(shell: str, command: str) -> list[str]:
    """Return the arguments that a shell hands to the program, whose place a function takes."""
    script = f'telecmi-leads() {{ for each in "$@"; do printf \'%s\\0\' "$each"; done; }}\n{command}\n'
    done = subprocess.run([shell, "-c", script], capture_output=True, check=True, env={"HOME": "/no/home", "A": "no"})
    return done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]


def filled(command: str) -> str:
    """Return a command with what a person writes in place of the words in capitals."""
    for word, value in PLACEHOLDERS.items():
        command = re.sub(rf"(?<= ){word}(?= |$)", value, command)
    return command


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda each: each.name)
def test_a_printed_command_does_what_it_says(situation: Situation, tmp_path: Path) -> None:
    """Printed alone on its line at 60, 80 and 140 columns, taken apart by a shell, run: the right end, nobody twice."""
    shown = set()
    for turn, columns in enumerate(WIDTHS):
        with Sandbox() as service:
            program, printed = played(situation, tmp_path / str(columns), service, columns)
            shown.add(re.sub(r"\d{8}-\d{6}-[0-9a-f]{4}|/\d+/", "RUN", "\n".join(printed)))
            assert len(printed) == len(situation.printed), printed
            for begins, command in zip(situation.printed, printed, strict=True):
                assert f"{command} ".startswith(f"telecmi-leads {begins} "), command
            if printed:
                at = turn % len(printed)
                pasted(situation, program, printed[at], situation.codes[at])
            numbers = phones(service.campaigns())
        assert len(numbers) == len(set(numbers)), numbers
        assert situation.held in {None, len(numbers)}, numbers
    assert len(shown) == 1, shown


def pasted(situation: Situation, program: AtTerminal, command: str, code: int) -> None:
    """Run a printed command as shells take it apart, and compare its exit code."""
    [arguments] = {tuple(taken_apart(shell, filled(command))) for shell in SHELLS}
    if situation.correct:
        correct(program.folder / arguments[1], "98XX", "9876")
    ended = program.run(*arguments)
    assert ended.code == code, f"{command}\n{ended.err}{ended.out}"


@pytest.mark.parametrize("situation", [SITUATIONS[0], SITUATIONS[10], SITUATIONS[27]], ids=lambda each: each.name)
def test_a_shell_runs_the_program_by_it(situation: Situation, tmp_path: Path, sandbox: Sandbox) -> None:
    """The line is pasted into a real shell, which starts the real program."""
    program, printed = played(situation, tmp_path / "here", sandbox, 80)
    (tmp_path / "bin").mkdir()
    script = tmp_path / "bin" / "telecmi-leads"
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m telecmi_leads "$@"\n')
    script.chmod(0o755)
    variables = program.variables()
    variables["PATH"] = f"{script.parent}{os.pathsep}{variables['PATH']}"
    ended = subprocess.run(
        ["sh", "-c", filled(printed[0])], cwd=program.folder, env=variables, capture_output=True, check=False
    )
    assert ended.returncode == situation.codes[0], ended.stderr.decode()
    numbers = phones(sandbox.campaigns())
    assert len(numbers) == len(set(numbers)) == situation.held
