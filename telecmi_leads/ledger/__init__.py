"""The ledger: one SQLite file that knows every run, campaign, request and uploaded number.

The promise "no lead lost, none twice" rests on the order of its writes: a request's bytes are frozen when the run is
planned, its intent is on the disk before the first byte leaves, its outcome after it came.

`ledger` is the page to read: the one class, from opening to forgetting. Its SQL stands beside it by topic: ledger_files
(open, check), staging (plan), left_out (rows, and people taken out of a plan), attempts (intent, outcome, the parts of
--isolate), queries, uploaded_numbers, forgetting; all work on a `store`, the connection. lock keeps other processes
away.
"""

from __future__ import annotations

from telecmi_leads.core.campaign import KnownCampaign
from telecmi_leads.ledger.attempts import Judged
from telecmi_leads.ledger.forgetting import Forgotten, StillTried, ToForget
from telecmi_leads.ledger.ledger import Ledger
from telecmi_leads.ledger.queries import Try, Word
from telecmi_leads.ledger.staging import NewRun, PlanFigures
from telecmi_leads.ledger.uploaded_numbers import Fate

__all__ = [
    "Fate",
    "Forgotten",
    "Judged",
    "KnownCampaign",
    "Ledger",
    "NewRun",
    "PlanFigures",
    "StillTried",
    "ToForget",
    "Try",
    "Word",
]
