"""Runs that have ended, as values: what screens are shown from."""

from __future__ import annotations

from a_run import RUN
from msgspec.structs import replace

from telecmi_leads.core.campaign import CampaignRecord, CampaignStatus
from telecmi_leads.core.lead import RowTotals, TableInfo
from telecmi_leads.core.run import LeadTotals, RunStatus, RunSummary

FOLDER = f"telecmi-reports/{RUN}"


def campaign(number: int, status: str = "accepted", leads: int = 1000, **more: object) -> CampaignRecord:
    """Return a campaign of the run."""
    found = CampaignRecord(
        number,
        number,
        "",
        f"March-{number:03d}",
        leads,
        CampaignStatus(status),
        code=200 if status == "accepted" else None,
        attempts=0 if status == "unsent" else 1,
        seconds=0.0 if status == "unsent" else 0.42,
        root=number,
    )
    return replace(found, **more)  # type: ignore[arg-type] - fields of a campaign


def planned(campaigns: int, leads: int) -> dict[int, int]:
    """Return how many leads wait in each campaign of a run; the last one has what is left."""
    return {number: min(1000, leads - 1000 * (number - 1)) for number in range(1, campaigns + 1)}


LEADS_CSV = TableInfo(
    "leads.csv",
    "csv",
    ("Sr", "Name of Buyer", "Contact No. 1", "Contact No. 2", "City"),
    1,
    encoding="UTF-8",
    delimiter=",",
)
COLUMNS = {
    "fullname": ("Name of Buyer",),
    "phone": ("Contact No. 1", "Contact No. 2"),
    "city": ("City",),
}
EVERY_END = (
    campaign(1),
    campaign(2, attempts=2, confirmed_by_name=True, seconds=60.4),
    campaign(3, "refused", code=400, message="Duplicate phone numbers found"),
    campaign(4, "unverified", code=500, message="Internal Server Error", attempts=3, seconds=3.2),
    campaign(5, "unknown", message="the connection was lost after the request was sent", attempts=6, seconds=300),
    campaign(6, "unsent", leads=431),
)
COMPLETE = RunSummary(
    run=RUN,
    name="March",
    dry_run=False,
    status=RunStatus.COMPLETE,
    exit_code=0,
    rows=RowTotals(2515, 3, 11, 58, 5, 7, 2431),
    leads=LeadTotals(accepted=2431),
    rejections={"too_short": 5, "digits_lost": 3, "masked": 2, "no_name": 1},
    repairs={"punctuation": 1204, "trunk_prefix": 311, "name_filled": 12},
    skipped={"repeated_header": 2, "total": 1},
    campaigns=(campaign(1), campaign(2), campaign(3, leads=431)),
    tables=(LEADS_CSV,),
    reports={
        "folder": FOLDER,
        "html": f"{FOLDER}/report.html",
        "campaigns": f"{FOLDER}/campaigns.csv",
        "rejects": f"{FOLDER}/rejects.csv",
        "left_out": f"{FOLDER}/left-out.csv",
        "summary": f"{FOLDER}/summary.json",
    },
)
