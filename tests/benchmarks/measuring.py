"""What the benchmarks share: commands measured as whole processes, and files of invented leads."""

from __future__ import annotations

import csv
import os
import random
import statistics
import subprocess
import sys
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

    @property
    def used(self) -> float:
        """The median of the processor's seconds."""
        return statistics.median(self.processor)


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
