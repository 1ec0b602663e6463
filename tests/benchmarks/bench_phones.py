"""Phones a second: this program's columns against phonenumbers itself, side by side in one run.

    python tests/benchmarks/bench_phones.py [--cells N] [--rounds N]

The ratio is what counts: phonenumbers' time for parse, is_valid_number and format_number (with its pattern cache) over
ours for the same cells, in processor time, the median of the rounds. Every round is a fresh process that reads its
cells from a file, so that "first" is what the first 100,000 cells of a file cost, metadata and all, and "warm" what
the cells after 200,000 do. Python's collector of garbage is off for both, as it is in this program while it reads.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberFormat, PhoneNumberType

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from telecmi_leads.phones import PhoneBook
from telecmi_leads.settings.options import PhoneOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

REGIONS = (
    "IN", "US", "GB", "DE", "FR", "AE", "BR", "AR", "RU", "CN", "JP", "ID", "NG", "ZA", "SG", "MX", "IT", "ES", "AU",
    "CA", "PK", "BD", "PH", "VN", "TH", "EG", "SA", "KE", "TR", "PL", "NL", "BE", "CH", "SE", "NO", "DK", "FI", "IE",
    "NZ", "MY",
)  # fmt: skip
SHARE_OF_ANYTHING = 0.05  # of the numbers are random digits, most of which are no number
BLOCK = 4096
LIBRARY_CELLS = 20_000  # phonenumbers is timed on so many of the cells


def numbers_of(region: str, count: int, rnd: random.Random) -> list[str]:
    """Make national mobile numbers of a region: its example's length, any digits that its metadata allows."""
    metadata = PhoneMetadata.metadata_for_region(region)
    example = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    assert metadata is not None and metadata.mobile is not None and example is not None  # noqa: PT018 - for the types
    example_digits = phonenumbers.national_significant_number(example)
    length = len(example_digits)
    mobile = re.compile(str(metadata.mobile.national_number_pattern))
    found: list[str] = []
    misses = 0
    while len(found) < count:
        digits = "".join(rnd.choices("0123456789", k=length))
        if misses > 200:  # a country whose mobiles are few: vary the end of its example
            digits = example_digits[:3] + digits[3:]
        if mobile.fullmatch(digits) or rnd.random() < SHARE_OF_ANYTHING / 20:
            found.append(digits)
            misses = 0
        else:
            misses += 1
    return found


def indian(count: int, rnd: random.Random) -> tuple[list[str], str]:
    """Make Indian mobiles in three notations."""
    cells = []
    for index, digits in enumerate(numbers_of("IN", count, rnd)):
        cells.append((digits, f"+91 {digits[:5]} {digits[5:]}", f"0{digits}")[index % 3])
    return cells, "IN"


def plain(count: int, rnd: random.Random) -> tuple[list[str], str]:
    """Make Indian mobiles as ten digits."""
    return numbers_of("IN", count, rnd), "IN"


def grouped(count: int, rnd: random.Random) -> tuple[list[str], str]:
    """Make Indian mobiles in the groups that people write."""
    cells = []
    for index, digits in enumerate(numbers_of("IN", count, rnd)):
        parts = digits[:3], digits[3:6], digits[6:]
        cells.append((f"{digits[:5]} {digits[5:]}", "-".join(parts), f"+91 {digits[:5]} {digits[5:]}")[index % 3])
    return cells, "IN"


def mixed(count: int, rnd: random.Random) -> tuple[list[str], list[str]]:
    """Make mobiles of 40 regions in random order, half of them international, half as people write them at home."""
    cells: list[tuple[str, str]] = []
    for region in REGIONS:
        code = phonenumbers.country_code_for_region(region)
        trunk = phonenumbers.ndd_prefix_for_region(region, strip_non_digits=True) or ""
        for index, digits in enumerate(numbers_of(region, -(-count // len(REGIONS)), rnd)):
            notations = (f"+{code}{digits}", f"{trunk}{digits}", f"+{code} {digits[:3]} {digits[3:]}", digits)
            cells.append((notations[index % 4], region))
    rnd.shuffle(cells)
    return [cell for cell, _ in cells], [region for _, region in cells]


MIXED = f"{len(REGIONS)} regions mixed"
KINDS = {
    "Indian mobiles, 3 notations": indian,
    "Indian mobiles, plain": plain,
    "Indian mobiles, grouped": grouped,
    MIXED: mixed,
}


def library_seconds(cells: Sequence[str], regions: Sequence[str]) -> float:
    """Time phonenumbers alone on the cells."""
    start = time.process_time()
    for cell, region in zip(cells, regions, strict=True):
        try:
            number = phonenumbers.parse(cell, region)
        except NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return time.process_time() - start


def measure(path: Path, cells: int) -> dict[str, float]:
    """Measure a file of cells in this process: cells a second for phonenumbers, and for us at first and warm."""
    made, regions = json.loads(path.read_text(encoding="utf-8"))
    each = [regions] * len(made) if isinstance(regions, str) else regions
    phonenumbers.enable_pattern_cache()
    book = PhoneBook(PhoneOptions())
    gc.disable()
    ours = []
    for part in range(3):
        seconds = 0.0
        for begin in range(part * cells, (part + 1) * cells, BLOCK):
            end = min(begin + BLOCK, (part + 1) * cells)
            block = "\n".join(made[begin:end]).split("\n")  # new strings, as a reader would have just made them
            start = time.process_time()
            book.column(block, regions if isinstance(regions, str) else regions[begin:end])
            seconds += time.process_time() - start
        ours.append(seconds)
    library_seconds(made[:LIBRARY_CELLS], each[:LIBRARY_CELLS])  # its own caches are warm, too
    theirs = library_seconds(made[:LIBRARY_CELLS], each[:LIBRARY_CELLS])
    return {"library": LIBRARY_CELLS / theirs, "first": cells / ours[0], "warm": cells / ours[2]}


def rounds_of(kind: str, cells: int, rounds: int) -> list[dict[str, float]]:
    """Measure a kind of cells in so many fresh processes, each with other cells.

    They are made here: to make them needs the metadata whose reading is a part of what is measured.
    """
    measured = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cells.json"
        for seed in range(rounds):
            path.write_text(json.dumps(KINDS[kind](3 * cells, random.Random(seed))), encoding="utf-8")
            command = [sys.executable, __file__, "--cells", str(cells), "--one", str(path)]
            measured.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    return measured


def ratio(measured: list[dict[str, float]], name: str) -> float:
    """Return how many times phonenumbers' speed is reached, "first" or "warm"."""
    return statistics.median(one[name] / one["library"] for one in measured)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=100_000, help="cells in each of the three parts")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one, options.cells)))
        return
    print(f"{'':30}{'phonenumbers':>14}{'first':>12}{'warm':>12}{'first':>9}{'warm':>9}")
    print(f"{'':30}{'cells/s':>14}{'cells/s':>12}{'cells/s':>12}{'ratio':>9}{'ratio':>9}")
    for kind in KINDS:
        rounds = rounds_of(kind, options.cells, options.rounds)
        middle = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
        print(
            f"{kind:30}{middle['library']:14,.0f}{middle['first']:12,.0f}{middle['warm']:12,.0f}"
            f"{ratio(rounds, 'first'):9.1f}{ratio(rounds, 'warm'):9.1f}"
        )


if __name__ == "__main__":
    main()
