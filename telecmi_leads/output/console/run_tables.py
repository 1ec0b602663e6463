"""The ledger on the screen: the runs, one run with its campaigns, and what was deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.core import wording
from telecmi_leads.ledger import Forgotten
from telecmi_leads.output.console.progress import name_width, show_campaign
from telecmi_leads.output.console.run_summary import show_heaps, show_next_steps
from telecmi_leads.output.console.screen import shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.run import RunRecord, Typed
    from telecmi_leads.output.console.screen import Screen

_WIDE = 76


def show_runs(screen: Screen, runs: Sequence[RunRecord]) -> None:
    """Show the runs, in the order given."""
    if not runs:
        screen.paragraph("The ledger holds no run yet.")
        return
    if screen.width < _WIDE:
        for run in runs:
            _show_run_narrow(screen, run)
        return
    rows = [
        (
            shown(run.id),
            moment(run.created),
            shown(run.name),
            f"{run.rows.leads:,}",
            wording.run_state(run),
        )
        for run in runs
    ]
    screen.rows(rows, right=(3,), fold=(2, 4), header=("run", "date", "name", "leads", "state"), indent=0)


def _show_run_narrow(screen: Screen, run: RunRecord) -> None:
    screen.paragraph(f"{shown(run.id)}  {shown(run.name)}")
    leads = wording.count(run.rows.leads, "lead")
    screen.paragraph(f"{moment(run.created)}, {leads}, {wording.run_state(run)}", 2)


def show_run(screen: Screen, run: RunRecord, campaigns: Sequence[CampaignRecord], typed: Typed) -> None:
    """Show one run with all of its campaigns, and what is left to do."""
    from rich.text import Text  # noqa: PLC0415 - as everywhere in this package

    screen.paragraph(Text(shown(run.name), style="bold"))
    facts = [
        ("run", shown(run.id)),
        ("account", shown(run.account)),
        ("made", moment(run.created)),
        ("state", wording.run_state(run)),
    ]
    screen.rows(facts, fold=(1,))
    if run.report_dir:  # whole, to be copied
        screen.line(f"  reports  {shown(run.report_dir)}")
    show_heaps(screen, run.rows, run.leads)
    if not campaigns:
        return
    screen.heading(wording.count(len(campaigns), "campaign"))
    digits = max(len(str(campaign.number)) for campaign in campaigns)
    width = name_width(screen, campaigns, digits=digits)
    for campaign in campaigns:
        show_campaign(screen, campaign, digits=digits, name_width=width)
    show_next_steps(screen, wording.open_steps(run, campaigns, typed))


def show_forgotten(screen: Screen, forgotten: Forgotten) -> None:
    """Say what was deleted from the ledger."""
    parts = [
        wording.count(forgotten.runs, "run"),
        wording.count(forgotten.campaigns, "campaign"),
        wording.count(forgotten.rows, "row that was left out", "rows that were left out"),
        wording.count(forgotten.numbers, "uploaded number"),
    ]
    screen.paragraph(f"Deleted from the ledger: {', '.join(parts)}.")
    if forgotten.numbers:
        screen.paragraph("--new-only no longer knows these numbers: whoever is in a file again is uploaded again.")
    if forgotten != Forgotten():
        screen.paragraph("Report folders are not the ledger's: delete them yourself where they name these people.")
    kept = forgotten.unfinished_kept
    if kept:
        what = "it still has" if kept == 1 else "they still have"
        screen.paragraph(f"Kept {wording.count(kept, 'unfinished run')}: {what} leads to send.")


def moment(when: datetime) -> str:
    """Return a time of day as the user's clock shows it."""
    return when.astimezone().strftime("%Y-%m-%d %H:%M")
