"""Whole commands against the bare reader, the plain script and the bare interpreter, side by side in one run.

    python tests/benchmarks/run.py [--rows 1000000] [--rounds 5]

Prints ratios of medians, of the time on the clock and of the processor's; each round runs every command once, so that
a machine that slows down slows all of them. Peak memory is that of the largest single process. Nothing is judged here.
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
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

HERE = Path(__file__).parent
PROGRAM = [sys.executable, "-m", "telecmi_leads"]
HEADER = ["Id", "Name", "Mobile", "Email", "City", "State", "Source", "Comment", "Created"]


@dataclass
class Measured:
    """One command: its seconds and processor seconds in each round, and the largest peak memory in MiB."""

    command: list[str]
    code: int = 0
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    peak: float = 0.0

    def run(self, environment: dict[str, str]) -> None:
        """Run it once, in a process of its own whose memory the system accounts."""
        begun = time.perf_counter()
        child = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        self.seconds.append(time.perf_counter() - begun)
        self.processor.append(used.ru_utime + used.ru_stime)
        self.peak = max(self.peak, used.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2))
        if child.returncode != self.code:
            raise SystemExit(f"{' '.join(self.command)} ended with {child.returncode}")

    def against(self, base: Measured) -> str:
        """Return median seconds and the ratios to another command's, as columns."""
        wall, processor = statistics.median(self.seconds), statistics.median(self.processor)
        ratio = wall / statistics.median(base.seconds)
        return f"{wall:10.3f}{ratio:8.2f}{processor / statistics.median(base.processor):8.2f}{self.peak:10.0f}"


class NoAccount(BaseHTTPRequestHandler):
    """Answers that there is no such account, so that an upload ends when all is staged and one request was made."""

    def do_POST(self) -> None:
        """Answer 404."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def refusing_service() -> str:
    """Start such a service; return its base URL."""
    server = HTTPServer(("127.0.0.1", 0), NoAccount)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def together(runs: list[Measured]) -> Measured:
    """Put the rounds of a command together that is another one in each: a name can be used once."""
    whole = Measured(runs[0].command)
    for run in runs:
        whole.seconds += run.seconds
        whole.processor += run.processor
        whole.peak = max(whole.peak, run.peak)
    return whole


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
    print(f"{'':52}{'median s':>10}{'ratio':>8}{'(cpu)':>8}{'peak MiB':>10}")
    for label, measured, base in rows:
        print(f"{label:52}{measured.against(base)}")


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
        environment |= {"TELECMI_APP_ID": "1", "TELECMI_SECRET": "s", "TELECMI_BASE_URL": refusing_service()}
        reports = ["--report-dir", f"{folder}/report"]
        bare = Measured([sys.executable, str(HERE / "bare_reader.py"), str(path)])
        plain = Measured([sys.executable, str(HERE / "plain_script.py"), str(path)])
        validate = Measured([*PROGRAM, "validate", str(path), "--region", "IN", *reports])
        dry = Measured([*PROGRAM, "upload", str(path), "--name", "B", "--region", "IN", "--dry-run", *reports])
        stage = [*PROGRAM, "upload", str(path), "--region", "IN", *reports, "--name"]
        staged = [Measured([*stage, f"S{number}"], code=6) for number in range(asked.rounds)]
        nothing = Measured([sys.executable, "-c", "pass"])
        version, help_ = Measured([*PROGRAM, "--version"]), Measured([*PROGRAM, "--help"])
        whole = [bare, plain, validate, dry]
        for number in range(asked.rounds):
            for measured in (*whole, staged[number]):
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
                ("upload, staged and not sent, against csv.reader", together(staged), bare),
                ("validate, against the plain script", validate, plain),
                ("upload --dry-run, against the plain script", dry, plain),
                ("--version, against python -c pass", version, nothing),
                ("--help, against python -c pass", help_, nothing),
            ]
        )


if __name__ == "__main__":
    main()
