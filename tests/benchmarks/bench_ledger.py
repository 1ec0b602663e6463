"""The ledger at the size of years: staging, sending's writes, --new-only and explain with millions of numbers.

    python tests/benchmarks/bench_ledger.py [--known N] [--new N] [--folder FOLDER]

`--known` numbers (10 million) are uploaded first, by the ledger's own code, in campaigns of a thousand. Then `--new`
leads (a million, nine of ten of them known) are looked up, staged, accepted and merged. Seconds are of the wall clock,
with the processor's in brackets; the folder is left for a second run, which skips the filling.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from a_run import judged, new_run, plan_figures

from telecmi_leads.core.campaign import (
    CampaignStatus,
    Outcome,
    OutcomeKind,
    StagedCampaign,
    encode_leads,
    freeze,
)
from telecmi_leads.core.lead import Lead, LeftOutKind, LeftOutRow, RowTotals
from telecmi_leads.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT = "1234567@example.com"
FIRST = 910000000000
STRIDE = 7919  # spreads the numbers, as those of real people are
BLOCK = 4096
ACCEPTED = Outcome(OutcomeKind.ACCEPTED, 200, "Leads Added Successfully")


@contextmanager
def measured(what: str) -> Iterator[None]:
    """Print how long a block takes."""
    wall, processor = time.perf_counter(), time.process_time()
    yield
    print(f"{what:58}{time.perf_counter() - wall:8.2f} s  ({time.process_time() - processor:.2f})", flush=True)


def campaigns(run: str, first: int, count: int) -> Iterator[StagedCampaign]:
    """Freeze campaigns of a thousand leads."""
    for number in range(count // 1000):
        leads = [
            Lead(
                "Asha",
                "Raman",
                str(FIRST + (first + number * 1000 + each) * STRIDE),
                "asha@example.com",
                "call back",
                "",
                "Chennai",
            )
            for each in range(1000)
        ]
        users = encode_leads(leads)
        name = f"{run}-{number + 1:03d}"
        yield StagedCampaign(number + 1, "", name, 1000, freeze(name, 1234567, users))


def prepare(ledger: Ledger, run: str, staged: list[StagedCampaign]) -> None:
    """Plan a run."""
    now = datetime.now(UTC)
    leads = sum(each.leads for each in staged)
    ledger.begin_run(new_run(id=run, account=ACCOUNT, name=run, created=now))
    for start in range(0, len(staged), 4):
        ledger.stage(run, staged[start : start + 4], [])
    ledger.finish_plan(run, plan_figures(RowTotals(read=leads, leads=leads)))


def send(ledger: Ledger, run: str) -> None:
    """Write what an upload writes."""
    now = datetime.now(UTC)
    for campaign in ledger.campaigns(run):
        ledger.begin_attempts([campaign.id], at=now)
        ledger.record(campaign.id, judged(ACCEPTED, CampaignStatus.ACCEPTED), at=now)


def fill(ledger: Ledger, known: int) -> None:
    """Upload so many numbers, half a million a run."""
    done = sum(run.leads.accepted for run in ledger.runs(ACCOUNT))
    while done < known:
        count = min(500_000, known - done)
        run = f"fill-{done:09d}"
        prepare(ledger, run, list(campaigns(run, done, count)))
        send(ledger, run)
        ledger.finish_run(run)
        done += count
        print(f"{done:,} known", end="\r", flush=True)


def look_up(ledger: Ledger, known: int, new: int) -> None:
    """Ask for `new` numbers, nine of ten of which are known."""
    share = max(1, known // max(1, new * 9 // 10))
    asked = [
        str(FIRST + (index * share if index % 10 else known + 20_000_000 + index) * STRIDE) for index in range(new)
    ]
    found = 0
    with measured(f"{new:,} looked up among {known:,}"):
        for start in range(0, new, BLOCK):
            found += len(ledger.known_among(ACCOUNT, asked[start : start + BLOCK]))
    print(f"  {found:,} known")
    with measured("explain"):
        fates = ledger.fates(asked[1])
    print(f"  {len(fates)} fate")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--known", type=int, default=10_000_000)
    parser.add_argument("--new", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--fill-only", action="store_true", help="upload the known numbers and end")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="ledger-"))
    with Ledger.open(folder) as ledger, measured("filling"):
        fill(ledger, given.known)
    if given.fill_only:
        return
    with measured("opening"):
        ledger = Ledger.open(folder)
    with ledger:
        print(f"{(folder / 'ledger.sqlite3').stat().st_size / 1e6:,.0f} MB")
        look_up(ledger, given.known, given.new)
        run = f"new-{len(ledger.runs()):06d}"
        staged = list(campaigns(run, given.known + 50_000_000 + len(ledger.runs()) * given.new, given.new))
        with measured(f"{given.new:,} leads staged"):
            prepare(ledger, run, staged)
        with measured(f"{given.new // 1000:,} campaigns begun and accepted"):
            send(ledger, run)
        with measured("merged and emptied"):
            ledger.finish_run(run)
        rows = [LeftOutRow(0, row, LeftOutKind.ALREADY_UPLOADED) for row in range(given.new)]
        ledger.begin_run(new_run(id="left", account=ACCOUNT, name="left", created=datetime.now(UTC)))
        with measured(f"{given.new:,} rows left out"):
            for start in range(0, given.new, BLOCK):
                ledger.stage("left", [], rows[start : start + BLOCK])
        with measured("listing runs"):
            ledger.runs()
    with measured("opening"):
        Ledger.open(folder).close()
    print(f"{(folder / 'ledger.sqlite3').stat().st_size / 1e6:,.0f} MB in {folder}")


if __name__ == "__main__":
    main()
