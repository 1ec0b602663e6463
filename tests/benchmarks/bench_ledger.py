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

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from telecmi_leads.core.models import (
    CampaignStatus,
    Lead,
    LeftOutKind,
    LeftOutRow,
    Outcome,
    OutcomeKind,
    RowTotals,
    StagedCampaign,
)
from telecmi_leads.core.request_body import encode_leads, freeze, leads_digest
from telecmi_leads.ledger import Journal

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
        yield StagedCampaign(number + 1, "", name, 1000, leads_digest(users), freeze(name, 1234567, users))


def prepare(journal: Journal, run: str, staged: list[StagedCampaign]) -> None:
    """Plan a run."""
    now = datetime.now(UTC)
    leads = sum(each.leads for each in staged)
    journal.begin_run(run_id=run, account=ACCOUNT, name=run, created=now)
    for start in range(0, len(staged), 4):
        journal.stage(run, staged[start : start + 4], [])
    journal.finish_plan(run, RowTotals(read=leads, leads=leads), {}, {}, {}, b"")


def send(journal: Journal, run: str) -> None:
    """Write what an upload writes."""
    now = datetime.now(UTC)
    for campaign in journal.campaigns(run):
        journal.begin_attempts([campaign.id], at=now)
        journal.record(campaign.id, ACCEPTED, CampaignStatus.ACCEPTED, at=now)


def fill(journal: Journal, known: int) -> None:
    """Upload so many numbers, half a million a run."""
    done = sum(run.leads.accepted for run in journal.runs(ACCOUNT))
    while done < known:
        count = min(500_000, known - done)
        run = f"fill-{done:09d}"
        prepare(journal, run, list(campaigns(run, done, count)))
        send(journal, run)
        journal.finish_run(run)
        done += count
        print(f"{done:,} known", end="\r", flush=True)


def look_up(journal: Journal, known: int, new: int) -> None:
    """Ask for `new` numbers, nine of ten of which are known."""
    share = max(1, known // max(1, new * 9 // 10))
    asked = [
        str(FIRST + (index * share if index % 10 else known + 20_000_000 + index) * STRIDE) for index in range(new)
    ]
    for since, words in ((None, ""), (datetime(2000, 1, 1, tzinfo=UTC), ", by age")):
        found = 0
        with measured(f"{new:,} looked up among {known:,}{words}"):
            for start in range(0, new, BLOCK):
                found += sum(journal.uploaded_among(ACCOUNT, asked[start : start + BLOCK], since))
        print(f"  {found:,} known")
    with measured("explain"):
        fates = journal.fates(asked[1])
    print(f"  {len(fates)} fate")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--known", type=int, default=10_000_000)
    parser.add_argument("--new", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=None)
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="ledger-"))
    with Journal.open(folder) as journal, measured("filling"):
        fill(journal, given.known)
    with measured("opening"):
        journal = Journal.open(folder)
    with journal:
        print(f"{(folder / 'ledger.sqlite3').stat().st_size / 1e6:,.0f} MB")
        look_up(journal, given.known, given.new)
        run = f"new-{len(journal.runs()):06d}"
        staged = list(campaigns(run, given.known + 50_000_000 + len(journal.runs()) * given.new, given.new))
        with measured(f"{given.new:,} leads staged"):
            prepare(journal, run, staged)
        with measured(f"{given.new // 1000:,} campaigns begun and accepted"):
            send(journal, run)
        with measured("merged and emptied"):
            journal.finish_run(run)
        rows = [LeftOutRow(0, row, LeftOutKind.ALREADY_UPLOADED) for row in range(given.new)]
        journal.begin_run(run_id="left", account=ACCOUNT, name="left", created=datetime.now(UTC))
        with measured(f"{given.new:,} rows left out"):
            for start in range(0, given.new, BLOCK):
                journal.stage("left", [], rows[start : start + BLOCK])
        with measured("listing runs"):
            journal.runs()
    with measured("opening"):
        Journal.open(folder).close()
    print(f"{(folder / 'ledger.sqlite3').stat().st_size / 1e6:,.0f} MB in {folder}")


if __name__ == "__main__":
    main()
