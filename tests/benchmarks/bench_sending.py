"""How near sending comes to what the service's latency and the workers allow; and what a campaign costs besides.

    python tests/benchmarks/bench_sending.py [--campaigns 64] [--size 1000] [--latency 0.2] [--workers 8] [--rounds 5]

The whole program uploads campaigns, of a thousand leads unless asked otherwise, to a server that answers each request
after the latency. The ideal is the first campaign alone, then as many at a time as there are workers, each taking the
latency and nothing else. The time is taken at the server, from the first request's coming to the last answer. A bare
client of requests sends as many ready bodies in as many threads, in turn with it: what the machine allows. Beside it
the same without latency and with one worker: what a campaign costs in the program, its two flushes to the disk
included. Nothing is judged here.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from measuring import PROGRAM, write_rows
from rawserver import Connection, RawServer, answer


class Slow:
    """Answers each request after the latency, and knows when the first came and the last was answered."""

    def __init__(self, latency: float) -> None:
        self.latency = latency
        self.first = math.inf
        self.last = 0.0
        self.requests = 0
        self._lock = threading.Lock()

    def __call__(self, connection: Connection) -> None:
        """Serve a connection."""
        while _read(connection):
            with self._lock:
                self.first = min(self.first, time.perf_counter())
                self.requests += 1
            time.sleep(self.latency)
            connection.send(answer())
            with self._lock:
                self.last = time.perf_counter()


def _read(connection: Connection) -> bool:
    """Read a request in large pieces, which costs the machine that it shares with the program little."""
    data = connection.sock.recv(1 << 18)
    head, _, body = data.partition(b"\r\n\r\n")
    if not data:
        return False
    left = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]) - len(body)
    while left > 0:
        left -= len(connection.sock.recv(1 << 18))
    return True


def body_of(leads: int) -> bytes:
    """Make the body of a campaign of so many leads."""
    lead = b'{"firstname":"Asha","lastname":"Rao","phone":"919876500000"}'
    return b'{"users":[' + b",".join([lead] * leads) + b"]}"


def bare(body: bytes, campaigns: int, latency: float, workers: int) -> float:
    """Send as many ready bodies with requests alone, the first by itself; return the same seconds."""
    slow = Slow(latency)
    sessions = threading.local()

    def send(_: int) -> None:
        if not hasattr(sessions, "own"):
            sessions.own = requests.Session()
        sessions.own.post(server.url, data=body, headers={"Content-Type": "application/json"})

    with RawServer(slow) as server, ThreadPoolExecutor(workers) as pool:
        pool.submit(send, 0).result()
        list(pool.map(send, range(campaigns - 1)))
    return slow.last - slow.first


def seconds(leads: Path, campaigns: int, latency: float, workers: int, size: int = 1000) -> float:
    """Upload everything once; return the seconds between the first request and the last answer."""
    slow = Slow(latency)
    with tempfile.TemporaryDirectory() as folder, RawServer(slow) as server:
        environment = {
            **os.environ,
            "TELECMI_APP_ID": "1111112",
            "TELECMI_SECRET": "benchmark",
            "TELECMI_BASE_URL": server.url,
            "TELECMI_STATE_DIR": f"{folder}/state",
        }
        command = [*PROGRAM, "upload", str(leads), "--name", "B", "--region", "IN", "--quiet"]
        command += ["--workers", str(workers), "--size", str(size)]
        subprocess.run(command, cwd=folder, env=environment, check=True)
    if slow.requests != campaigns:
        raise SystemExit(f"{slow.requests} requests came in place of {campaigns}")
    return slow.last - slow.first


def in_turn(  # noqa: PLR0913 - the measures of a benchmark
    leads: Path, campaigns: int, latency: float, workers: int, *, size: int, rounds: int
) -> tuple[list[float], list[float]]:
    """Upload, and send ready bodies with requests alone, in turn, so that a slow machine slows both; the seconds."""
    took, plain = [], []
    for _ in range(rounds):
        took.append(seconds(leads, campaigns, latency, workers, size))
        plain.append(bare(body_of(size), campaigns, latency, workers))
    return took, plain


def ideal(campaigns: int, latency: float, workers: int) -> float:
    """Return what the latency takes: the first campaign alone, then as many at a time as there are workers."""
    return latency * (1 + math.ceil((campaigns - 1) / workers))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--campaigns", type=int, default=64)
    parser.add_argument("--size", type=int, default=1000)
    parser.add_argument("--latency", type=float, default=0.2)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    least = ideal(asked.campaigns, asked.latency, asked.workers)
    with tempfile.TemporaryDirectory() as folder:
        leads = Path(folder) / "leads.csv"
        write_rows(leads, asked.campaigns * asked.size)
        took, plain = in_turn(
            leads, asked.campaigns, asked.latency, asked.workers, size=asked.size, rounds=asked.rounds
        )
        alone = [seconds(leads, asked.campaigns, 0.0, 1, asked.size) for _ in range(asked.rounds)]
    best, median, reached = min(took), statistics.median(took), statistics.median(plain)
    print(f"{asked.campaigns} campaigns, {asked.latency} s latency, {asked.workers} workers: ideal {least:.3f} s")
    print(f"median {median:.3f} s = {least / median:.1%} of the ideal rate; best {best:.3f} s = {least / best:.1%}")
    print(
        f"a bare client of requests: median {reached:.3f} s = {least / reached:.1%}; "
        f"ours reaches {reached / median:.1%} of its rate"
    )
    each = [one / asked.campaigns * 1000 for one in alone]
    print(f"a campaign without latency, one worker: median {statistics.median(each):.1f} ms, best {min(each):.1f} ms")


if __name__ == "__main__":
    main()
