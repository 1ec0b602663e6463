"""A program that makes a ledger, plans a run and writes what an upload writes, saying each step as it is done.

For the tests that kill it or its disk at every system call. Usage: ledger_driver.py FOLDER
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from a_run import judged
from simulated import ADDED, START, plan

from telecmi_leads.core.campaign import CampaignStatus
from telecmi_leads.core.errors import LedgerError
from telecmi_leads.ledger import Ledger


def say(*words: object) -> None:
    """Tell the test, at once and in one system call."""
    os.write(1, f"{' '.join(map(str, words))}\n".encode())


def main(folder: Path) -> None:
    """Do all the steps."""
    with Ledger.open(folder) as ledger:
        plan(ledger, 3)
        say("planned")
        for campaign in ledger.campaigns("run-1"):
            ledger.begin_attempts([campaign.id], at=START)
            say("intent", campaign.id)
            ledger.record(campaign.id, judged(ADDED, CampaignStatus.ACCEPTED), at=START)
            say("accepted", campaign.id)
        ledger.finish_run("run-1")
        say("finished")


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except LedgerError as error:
        say("refused", error.message)
        sys.exit(8)
