"""Reading alone, against the bare libraries on the same file, side by side in one run.

    python tests/benchmarks/bench_reading.py [--rows 200000] [--rounds 5]

CSV into blocks against csv.reader, XLSX against python-calamine's own iteration, JSON Lines against msgspec, a line at
a time, and a JSON array against msgspec, the whole at once. Every figure is the median of the rounds, each in a process
of its own, and is time on the processor, the workbook's child included; the ratio is what counts. Nothing is judged
here.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import xlsxwriter

ROOT = Path(__file__).resolve().parents[2]
HEADER = ["First Name", "Last Name", "Mobile", "Email", "City", "Country", "Budget", "Date", "Comment"]

TIMED = """
import os, sys, time
def spent():
    return time.process_time() + sum(os.times()[2:4])
begun = spent()
{code}
print(spent() - begun)
"""
OURS = """
from pathlib import Path
from telecmi_leads.settings.options import ReadingOptions
from telecmi_leads.files import open_source
begun = spent()
with open_source(Path(sys.argv[1]), ReadingOptions()) as source:
    for sheet in source.sheets:
        for block in sheet.blocks:
            pass
"""
BARE = {
    "csv.reader": """
import csv
begun = spent()
with open(sys.argv[1], newline="", encoding="utf-8") as file:
    for row in csv.reader(file):
        pass
""",
    "python-calamine": """
import python_calamine
begun = spent()
book = python_calamine.load_workbook(sys.argv[1])
for name in book.sheet_names:
    for row in book.get_sheet_by_name(name).iter_rows():
        pass
""",
    "msgspec": """
import msgspec
decode = msgspec.json.Decoder().decode
begun = spent()
with open(sys.argv[1], "rb") as file:
    for line in file:
        decode(line)
""",
    "msgspec, whole": """
import msgspec
begun = spent()
with open(sys.argv[1], "rb") as file:
    for lead in msgspec.json.decode(file.read()):
        pass
""",
}
AGAINST = {
    "csv": "csv.reader",
    "xlsx": "python-calamine",
    "jsonl": "msgspec",
    "nested.jsonl": "msgspec",
    "json": "msgspec, whole",
}


def leads(rows: int) -> list[list[str | int]]:
    """Make invented leads; every second budget and number is a number where the format has numbers."""
    rng = random.Random(5)
    return [
        [
            f"Asha{number % 5000}",
            "Menon",
            9876500000 + number if number % 2 else f"+91 {98765 + number // 100000} {number % 100000:05d}",
            f"asha{number}@example.com",
            "Kochi",
            "India",
            rng.randrange(100000),
            f"2026-05-{number % 28 + 1:02d}",
            f"call after {number % 24}, please",
        ]
        for number in range(rows)
    ]


def write_files(folder: Path, rows: int) -> dict[str, Path]:
    """Write the same leads as CSV, XLSX, JSON Lines (flat, and nested as CRMs do it) and a JSON array."""
    table = leads(rows)
    paths = {ending: folder / f"leads.{ending}" for ending in AGAINST}
    with paths["csv"].open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER, *table])
    with xlsxwriter.Workbook(paths["xlsx"], {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Leads")
        for at, row in enumerate([HEADER, *table]):
            sheet.write_row(at, 0, row)
    with paths["jsonl"].open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(dict(zip(HEADER, row, strict=True))) + "\n" for row in table)
    with paths["nested.jsonl"].open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(_nested(dict(zip(HEADER, row, strict=True)))) + "\n" for row in table)
    paths["json"].write_text(json.dumps([dict(zip(HEADER, row, strict=True)) for row in table]), encoding="utf-8")
    return paths


def _nested(lead: dict[str, str | int]) -> dict[str, object]:
    phones = [{"type": "mobile", "value": lead.pop("Mobile")}]
    return {"phones": phones, "address": {name: lead.pop(name) for name in ("City", "Country")}, "properties": lead}


def seconds(code: str, path: Path) -> float:
    """Run code in a process of its own; returns the seconds it measured."""
    command = [sys.executable, "-c", TIMED.format(code=code), str(path)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout)


def measured(paths: dict[str, Path], rounds: int) -> dict[str, tuple[float, float]]:
    """Return for each format our median seconds and those of the bare library."""
    found = {}
    for ending, name in AGAINST.items():
        ours, bare = [], []
        for _ in range(rounds):
            ours.append(seconds(OURS, paths[ending]))
            bare.append(seconds(BARE[name], paths[ending]))
        found[ending] = statistics.median(ours), statistics.median(bare)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = write_files(Path(folder), asked.rows)
        print(f"{asked.rows:,} rows, medians of {asked.rounds} rounds")
        for ending, (ours, bare) in measured(paths, asked.rounds).items():
            print(f"{ending:12} ours {ours:7.3f} s   {AGAINST[ending]:16}{bare:7.3f} s   ratio {ours / bare:5.2f}")


if __name__ == "__main__":
    main()
