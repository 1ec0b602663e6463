"""What a command imports: each start pays for what it uses, and for nothing else."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from places import ROOT
from program import write_leads

if TYPE_CHECKING:
    from pathlib import Path

DEAR = frozenset(
    {
        *("filelock", "jinja2", "msgspec", "phonenumbers", "phonenumbers.geocoder", "pydantic", "pyroaring"),
        *("python_calamine", "requests", "rich", "sqlite3", "telecmi_leads.sandbox", "telecmi_leads.sending"),
        *("tomllib", "urllib3", "xlsxwriter", "html.parser", "dotenv"),
    }
)
"""The modules that take a while to import."""

PREPARES = {"jinja2", "msgspec", "phonenumbers", "sqlite3"}
READS = {"msgspec", "phonenumbers", "sqlite3"}
"""The console, the ledger and the numbers; the page is written by what prepares leads."""

COMMANDS = {
    "--version": set(),
    "--help": set(),
    "upload --help": {"msgspec"},
    "sandbox --help": {"msgspec"},
    "validate leads.csv": PREPARES,
    "validate leads.csv --json": PREPARES,
    "upload leads.csv --name A --dry-run": PREPARES,
    "columns leads.csv": {*READS, "rich"},
    "columns leads.csv --json": READS,
    "explain 9876500001 --json": READS,
    "runs --json": READS,
    "forget --phone 9876500001 --yes --json": READS,
    "resume --json": {*READS, "filelock"},
}
"""What may be imported by each command line."""


def imported(folder: Path, code: str, *arguments: str, **environment: str) -> set[str]:
    """Return which of the dear modules a process has imported when it ends."""
    at_end = "atexit.register(lambda: open('told', 'w').write(json.dumps(list(sys.modules))))"
    told = f"import atexit, json, sys; {at_end}; {code}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TELECMI_", "COV"))}
    subprocess.run(
        [sys.executable, "-c", told, *arguments],
        cwd=folder,
        env={
            **kept,
            "PYTHONPATH": str(ROOT),
            "TELECMI_STATE_DIR": str(folder / "state"),
            "TELECMI_REGION": "IN",
            **environment,
        },
        capture_output=True,
        check=False,
    )
    return DEAR & set(json.loads((folder / "told").read_text()))


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_imports_what_it_uses(tmp_path: Path, line: str) -> None:
    """None of the dear modules is imported by a command that has no use for it."""
    write_leads(tmp_path / "leads.csv", 2)
    found = imported(tmp_path, "from telecmi_leads.__main__ import main; main()", *line.split())
    assert found <= COMMANDS[line]


def test_a_tab_press_imports_what_it_offers(tmp_path: Path) -> None:
    """Offering a command's name takes no more than the help; offering a format takes the table of options."""
    run = "from telecmi_leads.__main__ import main; main()"
    asked = {"_TELECMI_LEADS_COMPLETE": "complete_bash"}
    assert imported(tmp_path, run, **asked, COMP_WORDS="telecmi-leads\nup", COMP_CWORD="1") == set()
    line = "telecmi-leads\nupload\nx.csv\n--format\n"
    assert imported(tmp_path, run, **asked, COMP_WORDS=line, COMP_CWORD="4") <= {"msgspec"}


@pytest.mark.parametrize("at", ["telecmi_leads.cli.entry", "telecmi_leads.core.errors", "typer"])
def test_ctrl_c_while_it_starts(tmp_path: Path, at: str) -> None:
    """Whatever is being imported when Ctrl-C comes: one line, exit code 130, no traceback."""
    script = f"""
import sys
from importlib.abc import MetaPathFinder
class Pressed(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == {at!r}:
            sys.meta_path.remove(self)
            raise KeyboardInterrupt
from telecmi_leads.__main__ import main
sys.meta_path.insert(0, Pressed())
main()
"""
    ended = subprocess.run(
        [sys.executable, "-c", script, "runs"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "TELECMI_STATE_DIR": str(tmp_path / "state"), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (130, "")
    assert re.fullmatch(r"(Error|[0-9: -]{19} failed \(exit 130\)): Stopped by Ctrl-C\.\n", ended.stderr)
