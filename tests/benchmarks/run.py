"""All figures of speed in one run, each beside its goal, as a Markdown table.

    python tests/benchmarks/run.py [--rows 1000000] [--rounds 5] [--known 10000000] [--only TOPIC ...]

Ratios are of the processor's time, user and system, of whole processes that run in turn, so that a machine that slows
down slows all of them; of the rounds the median counts. "Start-up out" takes a run over ten rows off ours, and
`python -c pass` off the other's. The last columns are the goals: what must be reached, and what is aimed at.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import sub
from pathlib import Path
from typing import TYPE_CHECKING

import bench_phones
import bench_reading
import bench_sending
from measuring import HERE, PROGRAM, Measured, refusing_service, write_rows
from rawserver import RawServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MIXED_ROWS = 200_000
SENT = ((65, 8, 1000), (129, 32, 1000), (65, 8, 100), (129, 32, 100))  # campaigns, workers, leads a campaign
LATENCY = 0.2
SCALES = (10_000, 100_000, 1_000_000)


@dataclass(frozen=True)
class Figure:
    """A line of the table; goals are "" where the figure has none."""

    what: str
    value: str
    must: str = ""
    aim: str = ""


@dataclass(frozen=True)
class Bench:
    """What the topics share: sizes, a folder, ten rows to take the start-up off, the interpreter alone."""

    rows: int
    rounds: int
    known: int
    folder: Path
    environment: dict[str, str]

    def file(self, rows: int) -> Path:
        """Return a file of so many leads."""
        path = self.folder / f"{rows}.csv"
        if not path.exists():
            # In a process of its own: what this one ever held would count as its children's peak.
            writer = multiprocessing.get_context("spawn").Process(target=write_rows, args=(path, rows))
            writer.start()
            writer.join()
        return path

    def validate(self, path: Path) -> Measured:
        """Return the command that validates a file."""
        return Measured([*PROGRAM, "validate", str(path), "--region", "IN", "--report-dir", f"{self.folder}/report"])

    def upload(self, path: Path, *options: str) -> list[str]:
        """Return a command that uploads a file."""
        report = ["--report-dir", f"{self.folder}/report"]
        return [*PROGRAM, "upload", str(path), "--region", "IN", *report, *options]

    def in_turn(self, *commands: Measured, rounds: int | None = None) -> None:
        """Run commands in turn, for so many rounds."""
        for _ in range(rounds or self.rounds):
            for command in commands:
                command.run(self.environment)


def bare(*arguments: str) -> Measured:
    """Return a command of the interpreter."""
    return Measured([sys.executable, *arguments])


def net(ours: Measured, ten: Measured, theirs: Measured, nothing: Measured) -> str:
    """Return our time as a multiple of theirs, start-up taken out of both; the median of the rounds."""
    rounds = zip(ours.processor, ten.processor, theirs.processor, nothing.processor, strict=True)
    return f"{statistics.median((mine - small) / (other - empty) for mine, small, other, empty in rounds):.2f}"


def start_up(bench: Bench) -> Iterator[Figure]:
    """Measure ten rows, and --help."""
    ten, nothing, typer = bench.file(10), bare("-c", "pass"), bare("-c", "import typer.main")
    validate = bench.validate(ten)
    dry = Measured(bench.upload(ten, "--name", "B", "--dry-run"))
    version, help_ = Measured([*PROGRAM, "--version"]), Measured([*PROGRAM, "--help"])
    bench.in_turn(nothing, typer, validate, dry, version, help_, rounds=4 * bench.rounds)
    yield Figure("`validate`, ten rows, times `python -c pass`", f"{validate.used / nothing.used:.1f}", "25", "21")
    yield Figure("`upload --dry-run`, ten rows, the same", f"{dry.used / nothing.used:.1f}", "25", "21")
    yield Figure("`--help`, times `import typer.main`", f"{help_.used / typer.used:.2f}", "1.25", "1.15")
    yield Figure("`--version`, times `python -c pass`", f"{version.used / nothing.used:.2f}")


def phones(bench: Bench) -> Iterator[Figure]:
    """Measure numbers against phonenumbers itself."""
    measured = {kind: bench_phones.rounds_of(kind, 100_000, bench.rounds) for kind in bench_phones.KINDS}
    for kind, must, aim in ((bench_phones.MIXED, "9, 16", "10, 18"), ("Indian mobiles, 3 notations", "", "")):
        first, warm = (bench_phones.ratio(measured[kind], name) for name in ("first", "warm"))
        yield Figure(f"{kind}: times phonenumbers, first 100,000 and warm", f"{first:.1f}, {warm:.1f}", must, aim)
    pairs = zip(measured["Indian mobiles, plain"], measured["Indian mobiles, grouped"], strict=True)
    dearer = statistics.median(
        (plain["warm"] / plain["library"]) / (grouped["warm"] / plain["library"]) for plain, grouped in pairs
    )
    yield Figure("grouped numbers, times plain ones", f"{dearer:.2f}", "1.5")
    path, cells, regions = bench.folder / "mixed.csv", *bench_phones.mixed(MIXED_ROWS, random.Random(7))
    with path.open("w", newline="", encoding="utf-8") as file:
        table = (
            (f"First{at} Last", cell, region) for at, (cell, region) in enumerate(zip(cells, regions, strict=True))
        )
        csv.writer(file).writerows([("Name", "Mobile", "Country"), *table])
    phonenumbers_alone = bench_phones.library_seconds(cells, regions)
    whole, ten = bench.validate(path), bench.validate(bench.file(10))
    bench.in_turn(whole, ten)
    ratio = phonenumbers_alone / (whole.used - ten.used)
    yield Figure(
        f"{len(bench_phones.REGIONS)} regions, whole program, times phonenumbers alone", f"{ratio:.1f}", "8", "9"
    )


def million(bench: Bench) -> Iterator[Figure]:
    """Measure a file of a million rows, or as many as are asked for."""
    path, small = bench.file(bench.rows), bench.file(10)
    reader, plain = bare(str(HERE / "bare_reader.py"), str(path)), bare(str(HERE / "plain_script.py"), str(path))
    nothing, ten, validate = bare("-c", "pass"), bench.validate(small), bench.validate(path)
    dry = Measured(bench.upload(path, "--name", "B", "--dry-run"))
    unset = Measured([*PROGRAM, "validate", str(path), "--report-dir", f"{bench.folder}/report"], code=3)
    stage = Measured([], code=6)
    for number in range(bench.rounds):
        # A ledger of its own for each round: people who wait in an earlier round's run would be looked for.
        bench.environment["TELECMI_STATE_DIR"] = str(bench.folder / f"state-{number}")
        stage.command = bench.upload(path, "--name", f"S{number}")  # a name can be used once
        bench.in_turn(nothing, reader, ten, validate, dry, unset, stage, rounds=1)
    bench.in_turn(plain, rounds=1)
    bench.environment["TELECMI_STATE_DIR"] = str(bench.folder / "state-sent")
    sent = Measured(bench.upload(path, "--name", "A"))
    with RawServer(bench_sending.Slow(0.0)) as server:
        bench.environment["TELECMI_BASE_URL"] = server.url
        bench.in_turn(sent, rounds=1)
    rows = f"{bench.rows:,} rows of CSV"
    yield Figure(
        f"{rows}: `validate`, times csv.reader, start-up out", net(validate, ten, reader, nothing), "3.4", "3.2"
    )
    yield Figure("the same, `upload --dry-run`", net(dry, ten, reader, nothing), "3.4", "3.2")
    yield Figure("the same, `upload` until all is staged", net(stage, ten, reader, nothing), "4.5", "4.2")
    yield Figure("the same, `validate` without a region, two thirds rejected", net(unset, ten, reader, nothing))
    yield Figure("the same, a plain script", f"{plain.used / reader.used:.0f}")
    yield Figure("peak memory, MiB: `validate`", f"{validate.peak:.0f}", "110", "100")
    yield Figure(
        "peak memory, MiB: `upload` until all is staged, and until all is sent", f"{stage.peak:.0f}, {sent.peak:.0f}"
    )
    yield Figure("peak memory, MiB: a plain script", f"{plain.peak:.0f}")
    yield Figure(
        "seconds: `validate`, and `upload` of all with 4 workers to a service that answers at once",
        f"{statistics.median(validate.seconds):.1f}, {sent.seconds[0]:.1f}",
    )


def reading(bench: Bench) -> Iterator[Figure]:
    """Measure formats against the bare libraries."""
    paths = bench_reading.write_files(bench.folder, MIXED_ROWS)
    ratios = {ending: ours / theirs for ending, (ours, theirs) in bench_reading.measured(paths, bench.rounds).items()}
    yield Figure("CSV read, times csv.reader", f"{ratios['csv']:.2f}")
    yield Figure("JSON Lines read, times msgspec", f"{ratios['jsonl']:.2f}", "1.5")
    yield Figure("JSON Lines of nested objects read, times msgspec", f"{ratios['nested.jsonl']:.2f}")
    yield Figure("JSON array read, times msgspec", f"{ratios['json']:.2f}", "1.8")
    yield Figure("XLSX read, times python-calamine", f"{ratios['xlsx']:.2f}", "1.2")
    lines = paths["jsonl"].read_text(encoding="utf-8").splitlines(keepends=True)
    repeated = bench.folder / "repeated.jsonl"
    repeated.write_text("".join(lines[: len(lines) * 3 // 4] + lines[: len(lines) // 4]), encoding="utf-8")
    whole, again, ten = bench.validate(paths["jsonl"]), bench.validate(repeated), bench.validate(bench.file(10))
    bench.in_turn(whole, again, ten)
    alone = statistics.median(
        bench_reading.seconds(bench_reading.BARE["msgspec"], paths["jsonl"]) for _ in range(bench.rounds)
    )
    yield Figure("JSON Lines, `validate`, times msgspec, start-up out", f"{(whole.used - ten.used) / alone:.2f}", "3.8")
    yield Figure("the same, a quarter of the rows repeated", f"{(again.used - ten.used) / alone:.2f}")


def new_only(bench: Bench) -> Iterator[Figure]:
    """Measure what it costs to leave out numbers that were uploaded before."""
    folder = bench.folder / "known"
    fill = [sys.executable, str(HERE / "bench_ledger.py"), "--known", str(bench.known), "--folder", str(folder)]
    subprocess.run([*fill, "--fill-only"], check=True, stdout=subprocess.DEVNULL)
    path = bench.file(min(bench.rows, 1_000_000))
    bench.environment.update(TELECMI_STATE_DIR=str(folder), TELECMI_APP_ID="1234567")
    bench.environment.update(TELECMI_BASE_URL="https://example.com")
    without = Measured(bench.upload(path, "--name", "N", "--dry-run"))
    with_it = Measured([*without.command, "--new-only"])
    bench.in_turn(without, with_it)
    ratio = statistics.median(ours / base for ours, base in zip(with_it.processor, without.processor, strict=True))
    yield Figure(f"`--new-only` among {bench.known:,} numbers, times without", f"{ratio:.2f}", "1.3")


def sending(bench: Bench) -> Iterator[Figure]:
    """Measure campaigns to a service that takes its time."""
    for campaigns, workers, size in SENT:
        path = bench.file(campaigns * size)
        took, bare_took = bench_sending.in_turn(path, campaigns, LATENCY, workers, size=size, rounds=bench.rounds)
        ours, theirs = statistics.median(took), statistics.median(bare_took)
        ideal = bench_sending.ideal(campaigns, LATENCY, workers)
        yield Figure(
            f"{campaigns} campaigns of {size}, {LATENCY * 1000:.0f} ms, {workers} workers: "
            "of the ideal rate, and of a bare client's",
            f"{ideal / ours:.1%}, {theirs / ours:.1%}",
            "one of them 97%",
        )


def scale(bench: Bench) -> Iterator[Figure]:
    """Measure time and memory for files of several sizes; the more often, the less of the time is not start-up."""
    for rows in sorted({*SCALES, bench.rows}):
        ten, command = bench.validate(bench.file(10)), bench.validate(bench.file(rows))
        rounds = 1 if rows > max(SCALES) else bench.rounds * (4 if rows == min(SCALES) else 1)
        bench.in_turn(ten, command, rounds=rounds)
        each = statistics.median(map(sub, command.processor, ten.processor)) / rows * 1e6
        yield Figure(
            f"`validate`, {rows:,} rows: microseconds a row, peak MiB", f"{each:.2f}, {command.peak:.0f}", "flat"
        )


TOPICS: dict[str, Callable[[Bench], Iterator[Figure]]] = {
    "start-up": start_up,
    "million": million,
    "scale": scale,
    "new-only": new_only,
    "sending": sending,
    "reading": reading,
    "phones": phones,
}
"""In this order, since a system may count what this process holds as its children's peak: the last two hold much."""


def machine() -> str:
    """Name the processor, where the system tells it."""
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return platform.processor() or platform.machine()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--known", type=int, default=10_000_000, help="numbers in the ledger for --new-only")
    parser.add_argument("--only", nargs="+", choices=TOPICS, default=list(TOPICS), metavar="TOPIC")
    asked = parser.parse_args()
    today = datetime.now(UTC).date()
    print(
        f"{today}, {os.cpu_count()} processors ({machine()}), Python {platform.python_version()}, {asked.rounds} rounds"
    )
    print("\n| figure | here | must | aim |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "TELECMI_STATE_DIR": f"{folder}/state"}
        environment |= {"TELECMI_APP_ID": "1", "TELECMI_SECRET": "s", "TELECMI_BASE_URL": refusing_service()}
        for topic in asked.only:
            bench = Bench(asked.rows, asked.rounds, asked.known, Path(folder), dict(environment))
            for figure in TOPICS[topic](bench):
                print(f"| {figure.what} | {figure.value} | {figure.must} | {figure.aim} |", flush=True)


if __name__ == "__main__":
    main()
