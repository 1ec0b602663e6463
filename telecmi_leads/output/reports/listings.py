"""campaigns.csv, refused.csv and left-out.csv: for people in a spreadsheet, UTF-8 with a byte-order mark."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from telecmi_leads.core import wording
from telecmi_leads.core.campaign import CampaignStatus, thaw_leads
from telecmi_leads.core.lead import NOBODY, REJECT_COLUMNS
from telecmi_leads.core.text import safe
from telecmi_leads.output.reports.rejects import Dialect, write_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.lead import Lead, LeftOutRow, TableInfo
    from telecmi_leads.ledger import Ledger
    from telecmi_leads.output.reports.report_folder import ReportFolder

CAMPAIGN_COLUMNS = (
    "number",
    "name",
    "group",
    "leads",
    "status",
    "code",
    "message",
    "attempts",
    "seconds",
    "started",
    "confirmed_by_name",
    "halved_from",
)
LEAD_COLUMNS = (
    "firstname",
    "lastname",
    "phone",
    "email",
    "comment",
    "address",
    "city",
    "country",
    "order_index",
)
LEFT_OUT_COLUMNS = ("file", "sheet", "row", "why", "phone")

_DIALECT = Dialect()
_LONGEST_MESSAGE = 2000
_ALONE = "This lead alone was refused: the others of its campaign are in."
_ROWS_AT_ONCE = 1000


def write_campaigns(folder: ReportFolder, campaigns: Sequence[CampaignRecord]) -> None:
    """Write campaigns.csv: all of them, if any, those that were halved included."""
    if not campaigns:
        return
    rows = [
        (
            str(campaign.number),
            campaign.name,
            campaign.group,
            str(campaign.leads),
            "halved" if campaign.split else campaign.status.to_outsiders.value,
            "" if campaign.code is None else str(campaign.code),
            safe(campaign.message, _LONGEST_MESSAGE),
            str(campaign.attempts),
            f"{campaign.seconds:.3f}",
            campaign.started.astimezone().isoformat(timespec="milliseconds") if campaign.started else "",
            "true" if campaign.confirmed_by_name else "",
            campaign.parent or "",
        )
        for campaign in campaigns
    ]
    with folder.open(folder.begin("campaigns", "campaigns.csv")) as file:
        write_rows(file, [CAMPAIGN_COLUMNS, *rows], _DIALECT, start=True)


def write_refused(folder: ReportFolder, campaigns: Sequence[CampaignRecord], ledger: Ledger) -> None:
    """Write refused.csv: the leads of refused campaigns, if any, fit to be corrected and uploaded again.

    It carries the reject files' four columns, which are ignored on reading, and the dial code, since a number
    without a plus needs one. A forgotten lead leaves a row that is blank when it is read again.
    """
    refused = [each for each in campaigns if each.status is CampaignStatus.REFUSED and not each.split]
    if not refused:
        return
    path = folder.begin("refused", "refused.csv")
    with folder.open(path) as file:
        write_rows(file, [("campaign", *LEAD_COLUMNS, "dial_code", *REJECT_COLUMNS)], _DIALECT, start=True)
        for campaign in refused:
            write_rows(file, _refused_rows(campaign, ledger), _DIALECT)


def _refused_rows(campaign: CampaignRecord, ledger: Ledger) -> list[list[str]]:
    try:
        leads = thaw_leads(ledger.body(campaign.id))
    except KeyError:  # a person may have had them forgotten
        return []
    return [_refused_row(campaign, number, lead) for number, lead in enumerate(leads, start=1)]


def _refused_row(campaign: CampaignRecord, number: int, lead: Lead) -> list[str]:
    forgotten = lead == NOBODY  # the row is then blank to whoever reads the file again
    tip = _ALONE if campaign.alone else "The whole campaign was refused: look for the lead at fault, or use --isolate."
    return [
        "" if forgotten else campaign.name,
        lead.firstname,
        lead.lastname,
        lead.phone,
        lead.email,
        lead.comment,
        lead.address,
        lead.city,
        lead.country,
        "" if lead.order_index is None else str(lead.order_index),
        _dial_code(lead.phone[:3]),
        str(number),
        "" if campaign.code is None else str(campaign.code),
        safe(campaign.message, _LONGEST_MESSAGE),
        f"A lead of {campaign.name} that was forgotten." if forgotten else tip,
    ]


@lru_cache(maxsize=1024)
def _dial_code(digits: str) -> str:
    """Return the calling code that E.164 digits begin with; no code begins with another."""
    from telecmi_leads.phones import region_of_dial_code

    return next((digits[:size] for size in (1, 2, 3) if region_of_dial_code(digits[:size])), "")


class LeftOutFile:
    """left-out.csv: the rows that were left out though nothing is wrong with them. Made with its first row."""

    def __init__(self, folder: ReportFolder, tables: Sequence[TableInfo]) -> None:
        self._folder = folder
        self._tables = tables
        self._path: Path | None = None
        self._rows: list[tuple[str, ...]] = []

    def add(self, row: LeftOutRow) -> None:
        """Take a row."""
        table = self._tables[row.table]
        why = wording.LEFT_OUT[row.kind] + (f" ({row.code})" if row.code else "")
        self._rows.append((table.file, table.sheet or "", str(row.row), why, row.phone))
        if len(self._rows) >= _ROWS_AT_ONCE:
            self.close()

    def close(self) -> None:
        """Write what is left."""
        if not self._rows:
            return
        head: Iterator[tuple[str, ...]] = iter([LEFT_OUT_COLUMNS] if self._path is None else [])
        start = self._path is None
        self._path = self._path or self._folder.begin("left_out", "left-out.csv")
        with self._folder.open(self._path) as file:
            write_rows(file, [*head, *self._rows], _DIALECT, start=start)
        self._rows.clear()
