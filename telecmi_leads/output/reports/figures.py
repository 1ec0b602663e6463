"""The figures of a run, taken from the ledger and checked: what does not add up is a bug, and is said so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.core.campaign import CampaignStatus
from telecmi_leads.core.errors import BalanceError
from telecmi_leads.core.lead import RowTotals
from telecmi_leads.core.run import SANDBOX_ACCOUNT, LeadTotals, Problem, RunStatus, RunSummary
from telecmi_leads.core.wording import lead_balance, row_balance

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.errors import LeadsError
    from telecmi_leads.core.run import RunRecord
    from telecmi_leads.ledger import Ledger

_REPORT_IT = "This is a bug in the program: please report it, with this message."


def summarise(  # noqa: PLR0913 - what the ledger does not know of an end
    ledger: Ledger,
    run_id: str,
    *,
    exit_code: int,
    status: RunStatus,
    reports: Mapping[str, str] | None = None,
    error: Problem | LeadsError | None = None,
) -> RunSummary:
    """Return the summary of a run that the ledger holds.

    Raises BalanceError where rows or leads don't add up, and KeyError for a run that isn't there.
    """
    run = ledger.run(run_id)
    if run is None:
        raise KeyError(run_id)
    campaigns = ledger.campaigns(run.id)
    check_balance(run, campaigns)
    return RunSummary(
        run=run.id,
        name=run.name or None,
        dry_run=run.dry_run,
        status=status,
        exit_code=int(exit_code),
        rows=run.rows,
        leads=run.leads,
        rejections=run.rejections,
        repairs=run.repairs,
        skipped=run.skipped,
        campaigns=tuple(campaigns),
        tables=tuple(ledger.tables(run.id)),
        reports=dict(reports or {}),
        error=problem_of(error),
        audience=run.audience,
        account=run.account,
        sandbox=run.account == SANDBOX_ACCOUNT,
        uploaded_before=run.known.uploaded,
        uploaded_in=run.known.campaigns,
        waiting_elsewhere=run.known.waiting,
    )


def failed_summary(
    error: Problem | LeadsError, exit_code: int, *, name: str | None = None, dry_run: bool = False
) -> RunSummary:
    """Return the summary of a command that ended before there was a run."""
    return RunSummary(
        run=None,
        name=name,
        dry_run=dry_run,
        status=RunStatus.FAILED,
        exit_code=int(exit_code),
        rows=RowTotals(),
        leads=LeadTotals(),
        rejections={},
        repairs={},
        skipped={},
        campaigns=(),
        tables=(),
        reports={},
        error=problem_of(error),
    )


def problem_of(error: Problem | LeadsError | None) -> Problem | None:
    """Return an error as a value."""
    if error is None or isinstance(error, Problem):
        return error
    return Problem(error.code, error.message, error.hint)


def check_balance(run: RunRecord, campaigns: Sequence[CampaignRecord]) -> None:
    """Check that every row lies on one heap and every lead in one state, by campaigns and by totals."""
    if not run.rows.balanced():
        raise BalanceError(f"The rows of run {run.id} don't add up: {row_balance(run.rows)}.", hint=_REPORT_IT)
    rejected = sum(run.rejections.values())
    if rejected != run.rows.rejected:
        raise BalanceError(
            f"Run {run.id} has {run.rows.rejected:,} rejected rows, and reasons for {rejected:,}.",
            hint=_REPORT_IT,
        )
    counted = lead_totals(campaigns)
    if counted != run.leads or counted.total != run.rows.leads:
        raise BalanceError(
            f"The leads of run {run.id} don't add up: {run.rows.leads:,} were planned, the ledger has "
            f"{lead_balance(run.leads)}, its campaigns {lead_balance(counted)}.",
            hint=_REPORT_IT,
        )


def lead_totals(campaigns: Sequence[CampaignRecord]) -> LeadTotals:
    """Add up the leads by state; those of a halved campaign count with its halves."""
    totals = dict.fromkeys(CampaignStatus, 0)
    for campaign in campaigns:
        if not campaign.split:
            totals[campaign.status.to_outsiders] += campaign.leads
    return LeadTotals(
        accepted=totals[CampaignStatus.ACCEPTED],
        unverified=totals[CampaignStatus.UNVERIFIED],
        refused=totals[CampaignStatus.REFUSED],
        unknown=totals[CampaignStatus.UNKNOWN],
        unsent=totals[CampaignStatus.UNSENT],
    )
