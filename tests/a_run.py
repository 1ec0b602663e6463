"""A run in a ledger, made without reading a file or sending a request: what reports and screens are shown from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from telecmi_leads.core.campaign import (
    CampaignStatus,
    Outcome,
    OutcomeKind,
    StagedCampaign,
    encode_leads,
    freeze,
)
from telecmi_leads.core.lead import Lead, LeftOutKind, LeftOutRow, RowTotals, TableInfo
from telecmi_leads.core.run import KnownBefore, ListsRead, Typed
from telecmi_leads.ledger import Judged, NewRun, PlanFigures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from telecmi_leads.ledger import Ledger

MORNING = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
RUN = "20260302-083000-k3f9"
ACCOUNT = "1234567@rest.telecmi.com"
LEADS_CSV = TableInfo(
    "leads.csv",
    "csv",
    ("Name", "Mobile", "City"),
    1,
    encoding="UTF-8",
    delimiter=",",
)

ACCEPTED = (
    CampaignStatus.ACCEPTED,
    Outcome(OutcomeKind.ACCEPTED, 200, "Leads Added Successfully", seconds=0.4),
)
REFUSED = (
    CampaignStatus.REFUSED,
    Outcome(OutcomeKind.REFUSED, 400, "Duplicate phone numbers found", seconds=0.3),
)
TAKEN = (
    CampaignStatus.REFUSED,
    Outcome(OutcomeKind.NAME_EXISTS, 400, "Lead Name Already Exists", seconds=0.3),
)
UNVERIFIED = (
    CampaignStatus.UNVERIFIED,
    Outcome(OutcomeKind.NAME_EXISTS, 400, "Lead Name Already Exists", seconds=3.2),
)
LOST = (
    CampaignStatus.UNKNOWN,
    Outcome(
        OutcomeKind.UNKNOWN_CONNECTION,
        None,
        "the connection was lost after the request was sent",
        seconds=12.0,
    ),
)
UNSENT = None


def rejected(  # noqa: PLR0913 - what a rejection consists of
    row: int, code: str, cells: Sequence[str], *, column: str = "Mobile", table: int = 0, phone: str = ""
) -> LeftOutRow:
    """Return a rejected row."""
    return LeftOutRow(table, row, LeftOutKind.REJECTED, code, column, phone, tuple(cells))


def left(row: int, kind: LeftOutKind, *, table: int = 0, **more: str) -> LeftOutRow:
    """Return a row left out for another reason."""
    return msgspec.structs.replace(LeftOutRow(table, row, kind), **more)


def people(count: int, first: int = 919876500000) -> list[Lead]:
    """Return so many leads."""
    return [Lead(f"Asha {number}", "Rao", str(first + number)) for number in range(count)]


def new_run(**given: Any) -> NewRun:
    """Return a run that begins, of which no more is known than what is given."""
    nothing = {"report_dir": "", "dry_run": False, "typed": Typed(), "pattern": "", "lists": ListsRead()}
    return NewRun(**{**nothing, **given})


def plan_figures(rows: RowTotals, **given: Any) -> PlanFigures:
    """Return a whole plan's figures: so many rows, and what else is given."""
    nothing: dict[str, Any] = {"rejections": {}, "repairs": {}, "skipped": {}, "audience": {}, "known": KnownBefore()}
    return PlanFigures(rows, **{**nothing, **given})


def judged(outcome: Outcome, status: CampaignStatus, **given: Any) -> Judged:
    """Return what a request came to, where nothing else is given neither confirmed by name nor ending the run."""
    nothing = {"confirmed_by_name": False, "note": "", "ends_run": False, "proves": None}
    return Judged(outcome, status, **{**nothing, **given})


@dataclass
class ARun:
    """What to put into the ledger. `ends` says for each campaign how it ended, UNSENT for none."""

    tables: Sequence[TableInfo] = (LEADS_CSV,)
    left_out: Sequence[LeftOutRow] = ()
    campaigns: Sequence[Sequence[Lead]] = field(default_factory=lambda: [people(2)])
    ends: Sequence[tuple[CampaignStatus, Outcome] | None] = (ACCEPTED,)
    groups: Sequence[str] = ()
    name: str = "March"
    run: str = RUN
    blank: int = 0
    repairs: Mapping[str, int] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    audience: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    dry_run: bool = False
    report_dir: str = ""

    def put(self, ledger: Ledger) -> str:
        """Put the run into the ledger and return its id."""
        ledger.begin_run(
            new_run(
                id=self.run,
                account=ACCOUNT,
                name=self.name,
                created=MORNING,
                report_dir=self.report_dir,
                dry_run=self.dry_run,
            )
        )
        for table in self.tables:
            ledger.add_table(self.run, table)
        staged = [self._staged(number, leads) for number, leads in enumerate(self.campaigns, start=1)]
        ledger.stage(self.run, staged, self.left_out)
        heaps = Counter(row.kind.value for row in self.left_out)
        leads = sum(map(len, self.campaigns))
        figures = plan_figures(
            RowTotals(read=self.blank + len(self.left_out) + leads, blank=self.blank, leads=leads, **heaps),
            rejections=Counter(row.code for row in self.left_out if row.kind is LeftOutKind.REJECTED),
            repairs=self.repairs,
            skipped=self.skipped,
            audience=self.audience,
        )
        ledger.finish_plan(self.run, figures)
        for number, (campaign, end) in enumerate(zip(ledger.campaigns(self.run), self.ends, strict=False)):
            if end is not None:
                at = MORNING + timedelta(seconds=number)
                ledger.begin_attempts([campaign.id], at=at)
                ledger.record(campaign.id, judged(end[1], end[0]), at=at + timedelta(seconds=end[1].seconds))
        ledger.finish_run(self.run)
        return self.run

    def _staged(self, number: int, leads: Sequence[Lead]) -> StagedCampaign:
        group = self.groups[number - 1] if self.groups else ""
        name = f"{self.name}-{group}-{number:03d}" if group else f"{self.name}-{number:03d}"
        users = encode_leads(leads)
        return StagedCampaign(number, group, name, len(leads), freeze(name, 1234567, users))
