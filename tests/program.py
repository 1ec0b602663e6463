"""The real program as a process of its own, against a sandbox, in a folder of its own."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import forked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

APP_ID = "1111112"
SECRET = "s3cret-canary-81f2"  # noqa: S105 - what the tests look for where it must not be


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    code: int
    out: str
    err: str

    @classmethod
    def of(cls, run: forked.Run) -> Ended:
        """Return how a forked run ended, with its text as pipes give it."""
        return cls(run.code, *(io.TextIOWrapper(io.BytesIO(each), "utf-8").read() for each in (run.out, run.err)))

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object on standard output."""
        found: dict[str, Any] = json.loads(self.out)
        return found


@dataclass
class Program:
    """Runs telecmi-leads in a folder, set up for a sandbox at `url`; nothing of this machine's own reaches it."""

    folder: Path
    url: str = "http://127.0.0.1:9"
    environment: dict[str, str] = field(default_factory=dict)
    python: Sequence[str] = ("-m", "telecmi_leads")
    forks: ClassVar[bool] = True

    def variables(self) -> dict[str, str]:
        """Return the process's environment."""
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR") if name in os.environ}
        return {
            **kept,
            "HOME": str(self.folder),
            "TELECMI_APP_ID": APP_ID,
            "TELECMI_SECRET": SECRET,
            "TELECMI_BASE_URL": self.url,
            "TELECMI_STATE_DIR": str(self.folder / "state"),
            **self.environment,
        }

    def start(self, *arguments: str | Path, **options: Any) -> subprocess.Popen[str]:
        """Start the program and return at once."""
        return subprocess.Popen(
            [sys.executable, *self.python, *map(str, arguments)],
            cwd=self.folder,
            env=self.variables(),
            text=True,
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.PIPE,
            **options,
        )

    def run(self, *arguments: str | Path, stdin: str = "", timeout: float = 600) -> Ended:
        """Run the program to its end."""
        environment = self.variables()
        if self.forks and not stdin and forked.suits(self.folder, environment):
            return Ended.of(forked.run(self.python, [*map(str, arguments)], self.folder, environment, seconds=timeout))
        process = self.start(*arguments)
        out, err = process.communicate(stdin, timeout=timeout)
        return Ended(process.returncode, out, err)

    def on_terminal(self, terminal: int, *arguments: str | Path) -> int:
        """Run the program on a terminal's descriptor to its end; return the exit code."""
        command = [sys.executable, "-m", "telecmi_leads", *map(str, arguments)]
        streams: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), terminal)
        return subprocess.run(
            command, cwd=self.folder, env=self.variables(), check=False, timeout=100, **streams
        ).returncode

    def killed_after(self, seconds: float, *arguments: str | Path) -> bool:
        """Run the program and kill it -9 after some seconds; tell whether it was still at work."""
        process = self.start(*arguments)
        try:
            process.communicate("", timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            return True
        return False


def write_leads(path: Path, count: int, *, first: int = 0) -> Path:
    """Write a CSV file of so many good leads with distinct numbers, 98765 00000 onward."""
    rows = [f"Asha {number},98765{number:05d}" for number in range(first, first + count)]
    path.write_text("\n".join(["Name,Mobile", *rows]) + "\n", encoding="utf-8")
    return path


def phones(campaigns: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Return the numbers that a sandbox holds, sorted, each as often as it is there."""
    return sorted(lead["phone"] for leads in campaigns.values() for lead in leads)


def expected_phones(count: int, *, first: int = 0) -> list[str]:
    """Return the numbers that `write_leads` writes, as they must arrive."""
    return [f"9198765{number:05d}" for number in range(first, first + count)]


def balanced(summary: dict[str, Any]) -> bool:
    """Tell whether the two equations of the contract hold for a JSON summary."""
    rows, leads = dict(summary["rows"]), summary["leads"]
    read = rows.pop("read")
    return bool(read == sum(rows.values()) and rows["leads"] == sum(leads.values()))


def correct(file: Path, wrong: str, right: str) -> None:
    """Correct a reject file, CSV or workbook, as a person would: `right` stands wherever `wrong` stood."""
    if file.suffix == ".csv":
        file.write_text(file.read_text("utf-8-sig").replace(wrong, right), "utf-8")
        return
    import openpyxl

    book = openpyxl.load_workbook(file)
    for row in book.active.iter_rows():
        for cell in row:
            cell.value = None if cell.value is None else str(cell.value).replace(wrong, right)
    book.save(file)
