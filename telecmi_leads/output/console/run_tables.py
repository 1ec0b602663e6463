"""The ledger on the screen: the runs, one run with its campaigns, and what was deleted."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from telecmi_leads.core import wording
from telecmi_leads.core.masking import mask_text
from telecmi_leads.core.run import RunState
from telecmi_leads.ledger import Forgotten
from telecmi_leads.output.console.progress import STYLES, mark
from telecmi_leads.output.console.run_summary import from_here, show_command, show_steps
from telecmi_leads.output.console.screen import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.lead import RowTotals, TableInfo
    from telecmi_leads.core.run import LeadTotals, RunRecord, Typed
    from telecmi_leads.output.console.screen import Screen

_WIDE = 76
_ROOMY = 72
_LONGEST_NAME = 60


def show_runs(screen: Screen, runs: Sequence[RunRecord], *, now: datetime | None = None) -> None:
    """Show the runs, in the order given, and what the first one that is open waits for."""
    now = now or datetime.now(UTC)
    if screen.width < _WIDE:
        for run in runs:
            screen.paragraph(f"{shown(run.id)}  {shown(run.name)}")
            leads = wording.count(run.rows.leads, "lead")
            state = f"{_sign(screen, run)} {wording.run_state(run)}"
            screen.paragraph(f"{made(run.created, now)}, {leads}, {run.leads.accepted:,} in, {state}", 2)
    else:
        rows = [
            (
                shown(run.id),
                made(run.created, now),
                shown(run.name),
                f"{run.rows.leads:,}",
                f"{run.leads.accepted:,}",
                f"{_sign(screen, run)} {wording.run_state(run)}",
            )
            for run in runs
        ]
        header = ("run", "made", "name", "leads", "in", "state")
        screen.rows(rows, right=(3, 4), fold=(2, 5), header=header, indent=0)
    _show_what_waits(screen, runs)


def _show_what_waits(screen: Screen, runs: Sequence[RunRecord]) -> None:
    by_hand = next((run for run in runs if run.leads.unverified), None)
    going_on = next((run for run in reversed(runs) if run.leads.unsent or run.leads.unknown), None)
    if by_hand or going_on:
        screen.blank()
    if by_hand is not None:
        screen.paragraph(f"{shown(by_hand.name)} has campaigns that only you can settle; this shows which:", 2, "?")
        show_command(screen, wording.command("runs", by_hand.id), 4)
    if going_on is not None:
        screen.paragraph(f"{shown(going_on.name)} goes on with:", 2, screen.marks.none)
        show_command(screen, wording.resume(going_on, going_on.typed), 4)


def _sign(screen: Screen, run: RunRecord) -> str:
    leads: LeadTotals = run.leads
    if run.state is RunState.PREPARING or leads.unsent or leads.unknown:
        return screen.marks.none
    if leads.unverified:
        return screen.marks.open
    return screen.marks.bad if leads.refused else screen.marks.good


def made(when: datetime, now: datetime) -> str:
    """Return when a run was made, by the user's clock: `today 10:18`, `27 Nov 23:58`, with the year if another."""
    local = when.astimezone()
    if local.date() == now.astimezone().date():
        return f"today {local:%H:%M}"
    return wording.moment(when, now=now)


def show_run(
    screen: Screen, run: RunRecord, campaigns: Sequence[CampaignRecord], tables: Sequence[TableInfo], typed: Typed
) -> None:
    """Show one run with all of its campaigns, and what is left to do."""
    from rich.text import Text

    screen.paragraph(Text(shown(run.name), style="bold"))
    files = list(dict.fromkeys(table.file for table in tables))
    facts = [
        ("run", shown(run.id)),
        ("made", f"{wording.moment(run.created)} ({_zone(run.created)})"),
        ("account", shown(wording.account(run.account).removeprefix("account "))),
        ("file" if len(files) == 1 else "files", shown(", ".join(files))),
        ("rows", _rows(run.rows)),
    ]
    screen.rows([fact for fact in facts if fact[1]], fold=(1,))
    if run.report_dir:  # whole, to be copied
        page = Path(run.report_dir) / "report.html"
        screen.line(f"  report   {shown(from_here(str(page)), 2000)}")
    if not campaigns:
        return
    screen.blank()
    _show_campaigns(screen, campaigns)
    screen.blank()
    verdict = wording.leads_verdict(run.leads)
    marks = {"good": screen.marks.good, "open": screen.marks.open, "bad": screen.marks.bad}
    screen.paragraph(Text(verdict.text, style="bold"), 2, marks[verdict.mark])
    show_steps(screen, wording.open_steps(run, campaigns, typed))


def _show_campaigns(screen: Screen, campaigns: Sequence[CampaignRecord]) -> None:
    """Show the campaigns of a run as a table, in the order of the plan; those that were cut with their parts alone."""
    header = ("No.", "campaign", "leads", "outcome", "tries", "time")
    cut = len(header) if screen.width >= _ROOMY else 4
    rows = [
        (
            f"{campaign.number:,}",
            shown(campaign.name, _LONGEST_NAME),
            f"{campaign.leads:,}",
            _outcome(screen, campaign),
            str(campaign.attempts or ""),
            wording.duration(campaign.seconds) if campaign.attempts else "",
        )[:cut]
        for campaign in campaigns
        if not campaign.split
    ]
    screen.rows(rows, right=(0, 2, 4, 5), fold=(1, 3), header=header[:cut])
    halved = sum(campaign.split for campaign in campaigns)
    if halved:
        screen.paragraph(f"{wording.count(halved, 'larger part')}, halved by --isolate: see campaigns.csv.", 2)


def _outcome(screen: Screen, campaign: CampaignRecord) -> Text:
    from rich.text import Text

    style = STYLES.get(campaign.status, "")
    return Text(shown(mask_text(f"{mark(campaign, screen.marks)} {wording.refusal(campaign)}")), style)


def _zone(when: datetime) -> str:
    return when.astimezone().tzname() or "local time"


def _rows(rows: RowTotals) -> str:
    """Return `8,040 read: 8,000 leads, 40 duplicates`."""
    others = wording.tally(
        (rows.rejected, "rejected"),
        (rows.duplicate, "duplicates" if rows.duplicate > 1 else "duplicate"),
        (rows.excluded, "not to be called"),
        (rows.already_uploaded, "uploaded before"),
        (rows.blank, "blank"),
    )
    return f"{rows.read:,} read: {', '.join((wording.count(rows.leads, 'lead'), *others))}"


def show_forgotten(screen: Screen, forgotten: Forgotten) -> None:
    """Say what was deleted from the ledger."""
    if forgotten == Forgotten():
        screen.paragraph("Nothing was found, so nothing was deleted.")
        return
    parts = [
        wording.count(forgotten.runs, "run"),
        wording.count(forgotten.campaigns, "campaign"),
        wording.count(forgotten.rows, "row that was left out", "rows that were left out"),
        wording.count(forgotten.numbers, "uploaded number"),
    ]
    if forgotten.leads:
        parts.append(wording.count(forgotten.leads, "lead"))
    if forgotten.answers:
        parts.append(wording.count(forgotten.answers, "answer of the service", "answers of the service"))
    screen.paragraph(f"Deleted from the ledger: {', '.join(parts)}.")
    if forgotten.numbers:
        screen.paragraph("--new-only no longer knows these numbers: a file that holds them uploads them again.")
    if forgotten.mentioned:
        leads = wording.count(forgotten.mentioned, "lead")
        screen.paragraph(f"The text of {leads} of other people holds the number, and stays: forget --run removes it.")
    screen.paragraph("Report folders stay as they are. Delete them yourself where they name these people.")
    kept = forgotten.unfinished_kept
    if kept:
        what = "it still has" if kept == 1 else "they still have"
        screen.paragraph(f"Kept {wording.count(kept, 'unfinished run')}: {what} leads to send.")
