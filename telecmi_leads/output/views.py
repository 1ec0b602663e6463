"""What a command shows: one frozen value a screen, rendered for people and as JSON.

The commands fill these from what the lower layers found; `console/` and `reports/` read them. Texts are as they
came from files; whoever shows them makes them safe and masks what are phone numbers.

A run is shown by its RunSummary, whose figures are taken from the ledger and checked here: what does not add up is a
bug, and is said so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from telecmi_leads.core.campaign import CampaignStatus
from telecmi_leads.core.errors import BalanceError, ExitCode
from telecmi_leads.core.lead import RowTotals
from telecmi_leads.core.run import SANDBOX_ACCOUNT, LeadTotals, Problem, RunStatus, RunSummary
from telecmi_leads.core.wording import lead_balance, row_balance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.errors import LeadsError
    from telecmi_leads.core.lead import LeftOutRow, TableInfo
    from telecmi_leads.core.run import RunRecord
    from telecmi_leads.ledger import Fate, Ledger

_REPORT_IT = "This is a bug in the program: please report it, with this message."


def names_campaigns(summary: RunSummary) -> bool:
    """Tell whether there are campaigns to speak of: a check of a file has none, nor has a refused input."""
    return summary.name is not None and summary.exit_code != ExitCode.INPUT


class ColumnView(Struct, frozen=True):
    """A column and what it feeds: `field` is the field's name, "" where it feeds none; `rule` says why, in words.

    `filled` counts the rows in which it holds something, None where nobody counted. `marks` says that the column marks
    people not to call.
    """

    name: str
    field: str
    rule: str
    samples: tuple[str, ...] = ()
    filled: int | None = None
    marks: bool = False


class TableView(Struct, frozen=True):
    """A table as the `columns` command shows it; `options` pin the choice: ("--map", "phone=Contact No. 1").

    `rows` are those below the header, blank ones included; `phones` the names of the phone columns, the first choice
    first. `upload` is the command that keeps to this choice, "" where there is none.
    """

    table: TableInfo
    columns: tuple[ColumnView, ...]
    options: tuple[tuple[str, str], ...] = ()
    rows: int | None = None
    phones: tuple[str, ...] = ()
    upload: str = ""


class PhoneView(Struct, frozen=True):
    """What a number normalises to, why it is or isn't good, and what became of it.

    `number` is E.164 digits, "" where there is none; then `reason` is the rejection's code. `region` is the
    region it was read for, `region_from` where that setting came from. `country` is the number's own, as shown; `type`
    a PhoneType; `timezones` IANA names; `repairs` Repair codes. `fates` come from the ledger, newest first.
    `calling_code` is the one in the cell that told the country, "" where the region did. `steps` are the repairs with
    the text before and after each.
    """

    given: str
    region: str = ""
    number: str = ""
    reason: str = ""
    country: str = ""
    type: str = ""
    timezones: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    fates: tuple[Fate, ...] = ()
    region_from: str = ""
    calling_code: str = ""
    steps: tuple[tuple[str, str, str], ...] = ()


class CheckView(Struct, frozen=True):
    """One thing the `check` command looked at; `passed` is None where it could not be looked at.

    `is_setting` marks a setting that is not the default: it says where the value comes from, and checks nothing.
    """

    what: str
    passed: bool | None
    detail: str = ""
    hint: str = ""
    is_setting: bool = False


def summarise(
    ledger: Ledger,
    run_id: str,
    *,
    exit_code: int,
    status: RunStatus,
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
        reports={},
        error=problem_of(error),
        audience=run.audience,
        account=run.account,
        sandbox=run.account == SANDBOX_ACCOUNT,
        uploaded_before=run.known.uploaded,
        uploaded_in=run.known.campaigns,
        waiting_elsewhere=run.known.waiting,
    )


def failed_summary(error: Problem | LeadsError, exit_code: int) -> RunSummary:
    """Return the summary of a command that ended before there was a run."""
    return RunSummary(
        run=None,
        name=None,
        dry_run=False,
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
    """Check that every row is counted once and every lead is in one state, by campaigns and by totals."""
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


class Finding(Struct):
    """A reason to leave rows out: how many there are, and the first of them as an example."""

    example: LeftOutRow
    rows: int = 0
