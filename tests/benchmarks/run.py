"""Whole commands against the bare reader, the plain script and the bare interpreter, side by side in one run.

    python tests/benchmarks/run.py [--rows 1000000] [--rounds 5]

Prints ratios of medians; each round runs every command once, so that a machine that slows down slows all of
them. Peak memory is that of the largest single process. Nothing is judged here.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
PROGRAM = [sys.executable, "-m", "telecmi_leads"]
HEADER = ["Id", "Name", "Mobile", "Email", "City", "State", "Source", "Comment", "Created"]


@dataclass
class Measured:
    """One command: its seconds in each round, and the largest peak memory in MiB."""

    command: list[str]
    seconds: list[float] = field(default_factory=list)
    peak: float = 0.0

    def run(self, environment: dict[str, str]) -> None:
        """Run it once, in a process of its own whose memory the system accounts."""
        begun = time.perf_counter()
        child = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        self.seconds.append(time.perf_counter() - begun)
        self.peak = max(self.peak, used.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2))
        if child.returncode != 0:
            raise SystemExit(f"{' '.join(self.command)} ended with {child.returncode}")

    @property
    def median(self) -> float:
        """The median time in seconds."""
        return statistics.median(self.seconds)


def write_rows(path: Path, rows: int) -> None:
    """Write invented leads: Indian mobiles in three notations, as CRMs export them."""
    rng = random.Random(5)
    digits = [f"{rng.choice('6789')}{number:09d}" for number in rng.sample(range(10**9), rows)]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number, phone in enumerate(digits):
            shown = (phone, f"+91 {phone[:5]} {phone[5:]}", f"0{phone}")[number % 3]
            name, comment = f"First{number % 977} Last{number % 1009}", "call after six, asked for the brochure"
            email = f"lead{number}@example.com"
            writer.writerow([number, name, shown, email, "Chennai", "TN", "web", comment, "2026-03-01"])


def table(rows: list[tuple[str, Measured, Measured]]) -> None:
    """Print a line for each pair of a command and what it is measured against."""
    print(f"{'':44}{'median s':>10}{'ratio':>9}{'peak MiB':>10}")
    for label, measured, base in rows:
        print(f"{label:44}{measured.median:10.3f}{measured.median / base.median:9.2f}{measured.peak:10.0f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leads.csv"
        # In a process of its own: what this one ever held would count as its children's peak.
        writer = multiprocessing.get_context("spawn").Process(target=write_rows, args=(path, asked.rows))
        writer.start()
        writer.join()
        environment = {**os.environ, "TELECMI_STATE_DIR": f"{folder}/state"}
        reports = ["--report-dir", f"{folder}/report"]
        bare = Measured([sys.executable, str(HERE / "bare_reader.py"), str(path)])
        plain = Measured([sys.executable, str(HERE / "plain_script.py"), str(path)])
        validate = Measured([*PROGRAM, "validate", str(path), "--region", "IN", *reports])
        dry = Measured([*PROGRAM, "upload", str(path), "--name", "B", "--region", "IN", "--dry-run", *reports])
        nothing = Measured([sys.executable, "-c", "pass"])
        version, help_ = Measured([*PROGRAM, "--version"]), Measured([*PROGRAM, "--help"])
        whole = [bare, plain, validate, dry]
        for _ in range(asked.rounds):
            for measured in whole:
                measured.run(environment)
        for _ in range(4 * asked.rounds):
            for measured in (nothing, version, help_):
                measured.run(environment)
        print(f"{asked.rows:,} rows, {path.stat().st_size / 2**20:.0f} MiB; Python {sys.version.split()[0]}")
        table(
            [
                ("bare csv.reader", bare, bare),
                ("plain script, against csv.reader", plain, bare),
                ("validate, against csv.reader", validate, bare),
                ("upload --dry-run, against csv.reader", dry, bare),
                ("validate, against the plain script", validate, plain),
                ("upload --dry-run, against the plain script", dry, plain),
                ("--version, against python -c pass", version, nothing),
                ("--help, against python -c pass", help_, nothing),
            ]
        )


if __name__ == "__main__":
    main()
