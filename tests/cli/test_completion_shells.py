"""Tab pressed in a real bash, zsh and fish (row 55): what is offered is inserted as one word, and nothing is run."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import shutil
import sys
import sysconfig
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from inside import Inside
from program import write_leads

from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals there")
SCRIPTS = Path(sysconfig.get_path("scripts"))
START = {
    "bash": (
        ["bash", "--norc", "--noprofile", "-i"],
        ["bind 'set enable-bracketed-paste off'", 'eval "$(_TELECMI_LEADS_COMPLETE=source_bash telecmi-leads)"'],
    ),
    "zsh": (
        ["zsh", "-f", "-i"],
        [
            "unsetopt zle_bracketed_paste prompt_sp; autoload -Uz compinit; compinit -u -D",
            'eval "$(_TELECMI_LEADS_COMPLETE=source_zsh telecmi-leads)"',
        ],
    ),
    "fish": (
        ["fish", "--no-config", "-i"],
        ["function fish_prompt; end", "_TELECMI_LEADS_COMPLETE=source_fish telecmi-leads | source"],
    ),
}
HEADERS = [
    "Customer", "Contact No. 1", "Contact No. 2", "Zoë Phone", "$(touch ran) phone", "`touch ran` mobile",
    "a'b\"c; touch ran", "\x1b]0;x\x07bell", "e\\f", "line\nbreak", "g & touch ran", "-dash", "*", "{a,b}",
]  # fmt: skip


class Shell:
    """An interactive shell on a pseudo-terminal, with the program's completion installed."""

    def __init__(self, name: str, folder: Path) -> None:
        command, setup = START[name]
        program = Inside(folder)
        kept = {key: value for key, value in program.variables().items() if not key.startswith("TELECMI_SECRET")}
        path = f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"
        environment = {**kept, "PATH": path, "TERM": "dumb", "LANG": "C.UTF-8", "PS1": "", "HISTFILE": ""}
        environment |= {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / ".config"), "COLUMNS": "500"}
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:  # pragma: no cover - the shell's own process
            os.chdir(folder)
            os.execvpe(command[0], command, environment)  # noqa: S606 - a shell is what is tested
        for line in setup:
            self.type(f"{line}\n")
        self.type("echo rea''dy\n")
        self.wait_for("ready")

    def type(self, text: str) -> None:
        """Type keys."""
        os.write(self.terminal, text.encode())

    def wait_for(self, text: str, seconds: float = 40) -> str:
        """Return what the shell says until a text comes."""
        said, end = "", time.monotonic() + seconds
        while text not in said and time.monotonic() < end:
            if select.select([self.terminal], [], [], 0.2)[0]:
                with contextlib.suppress(OSError):
                    said += os.read(self.terminal, 65536).decode("utf-8", "replace")
        assert text in said, said
        return said

    def words_after(self, line: str, keys: str = "\t") -> list[str]:
        """Return the words that the shell sees in a line after Tab was pressed at its end."""
        self.type(f"{line}{keys}")
        time.sleep(0.2)
        # A key that the shell takes up only when completion is over: to the start of the line, and a command before it.
        self.type("\x01printf '<%s>\\n' \x05; echo '<e''nd>'\n")
        said = self.wait_for("<end>")
        words = said[said.rindex("<telecmi-leads>") : said.rindex("<end>")].replace("\r", "")
        return re.findall(r"^<([^\n]*)>", words, re.MULTILINE)

    def close(self) -> None:
        """End the shell."""
        os.close(self.terminal)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)


@pytest.fixture(params=list(START))
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shell]:
    """Run a shell in a folder with a lead file whose header is hostile, and one whose is not."""
    if shutil.which(request.param) is None or not (SCRIPTS / "telecmi-leads").exists():
        pytest.skip(f"{request.param} or the program's script is not installed")
    quoted = ",".join('"{}"'.format(each.replace('"', '""')) for each in HEADERS)
    (tmp_path / "leads.csv").write_text(f"{quoted}\n{','.join(['Asha', '9876500001'] * 7)}\n", encoding="utf-8")
    (tmp_path / "telecmi-leads.toml").write_text(
        '[profile.nightly]\n[profile."$(touch ran)"]\n[profile."x; touch ran"]\n', encoding="utf-8"
    )
    running = Shell(request.param, tmp_path)
    yield running
    running.close()


COMPLETED = {
    "--map phone=Cust": "phone=Customer",
    "--map phone=Contact": "phone=Contact No. ",
    "--map phone=Zo": "phone=Zoë Phone",
    "--map phon": "phone=",
    "--set comment=\\{Cust": "comment={Customer}",
    "--split-by timez": "timezone",
    "--format xlsb": "xlsb",
    "--types mobile,toll": "mobile,toll_free",
    "--profile night": "nightly",
}


def test_tab_completes(shell: Shell, tmp_path: Path) -> None:
    """(Row 55) One word, quoted as this shell needs it, is what the option gets; the value is the file's own."""
    found = {typed: shell.words_after(f"telecmi-leads upload leads.csv {typed}") for typed in COMPLETED}
    assert {typed: words[-1] for typed, words in found.items()} == COMPLETED
    assert {tuple(words[:3]) for words in found.values()} == {("telecmi-leads", "upload", "leads.csv")}
    assert not (tmp_path / "ran").exists()


def test_nothing_is_run_by_tab(shell: Shell, tmp_path: Path) -> None:
    """(Row 55) Substitutions, back-ticks, quotes and line breaks in a header or a profile's name: never evaluated."""
    for typed in ("--map phone=", "--map phone=\\$", "--map 'phone=", "--profile ", "--split-by "):
        shell.type(f"telecmi-leads upload leads.csv {typed}\t\t")
        time.sleep(1)
        shell.type("\x15\x15\n")
    shell.type("echo o''ver\n")
    said = shell.wait_for("over")
    assert "touch" not in said
    assert "\x07bell" not in said
    assert not (tmp_path / "ran").exists()


@pytest.mark.skipif(sys.platform == "darwin", reason="asked of one system")
def test_runs_and_campaigns_are_offered(tmp_path: Path) -> None:
    """A run for resume, report and resolve, and then the campaigns of that run that a person has to settle."""
    if not (SCRIPTS / "telecmi-leads").exists():
        pytest.skip("the program's script is not installed")
    write_leads(tmp_path / "leads.csv", 2)
    with Sandbox(faults=["500-after@1"]) as sandbox:
        program = Inside(tmp_path, sandbox.url)
        run = program.run("upload", "leads.csv", "--name", "A", "--region", "IN", "--settle", "0", "--json").json["run"]
    shell = Shell("bash", tmp_path)
    for line in ("resume ", "report ", "resolve "):
        assert shell.words_after(f"telecmi-leads {line}2") == ["telecmi-leads", line.strip(), run]
    assert shell.words_after(f"telecmi-leads resolve {run} A")[-1] == "A-001"
    shell.close()
