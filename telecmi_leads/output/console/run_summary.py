"""The end of a run on the screen: where every row went, why rows were left out, what to do next."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from telecmi_leads.core import wording
from telecmi_leads.core.campaign import CampaignStatus
from telecmi_leads.core.lead import LeftOutKind
from telecmi_leads.output.console.progress import name_width, show_campaign
from telecmi_leads.output.console.screen import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from telecmi_leads.core.lead import RowTotals
    from telecmi_leads.core.run import LeadTotals, RunSummary
    from telecmi_leads.core.wording import NextStep
    from telecmi_leads.output.console.screen import Screen

_HEAP_STYLES = {
    "accepted": "green",
    "unverified": "yellow",
    "unknown": "yellow",
    "refused": "red",
    "rejected": "red",
}
_CAMPAIGNS_SHOWN = 10
_GROUPS_SHOWN = 20
_WIDEST_BAR = 40
_OTHER_COLUMNS = 38  # what label, number and share take beside the bar


def show_summary(screen: Screen, summary: RunSummary) -> None:
    """Show a whole summary."""
    from rich.text import Text  # noqa: PLC0415 - as everywhere in this package

    summary = replace(summary, reports={key: _from_here(path) for key, path in summary.reports.items()})
    screen.blank()
    screen.paragraph(Text(wording.headline(summary), style="bold"))
    show_heaps(screen, summary.rows, summary.leads, dry_run=summary.dry_run)
    _show_skipped(screen, summary.skipped)
    _show_groups(screen, summary)
    _show_campaigns(screen, summary)
    _show_reasons(screen, summary)
    _show_repairs(screen, summary.repairs)
    _show_reports(screen, summary.reports)
    show_next_steps(screen, wording.next_steps(summary))


def _from_here(path: str) -> str:
    """Return a path as one would type it in the working directory."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except (ValueError, OSError):  # elsewhere, or the working directory is gone
        return path


def show_heaps(screen: Screen, rows: RowTotals, leads: LeadTotals, *, dry_run: bool = False) -> None:
    """Show where every row went, as numbers that add up and as bars."""
    from rich.text import Text  # noqa: PLC0415 - as everywhere in this package

    if not rows.read:
        return
    screen.heading(f"Where the {wording.count(rows.read, 'row')} went")
    width = min(max(screen.width - _OTHER_COLUMNS - 4, 8), _WIDEST_BAR)
    styles = {**_HEAP_STYLES, "unsent": "green"} if dry_run else _HEAP_STYLES
    screen.rows(
        [
            (
                heap.label,
                f"{heap.rows:,}",
                wording.share(heap.rows, rows.read),
                Text(screen.bar(heap.rows, rows.read, width), style=styles.get(heap.code, "dim")),
            )
            for heap in wording.heaps(rows, leads, dry_run=dry_run)
        ],
        right=(1, 2),
    )


def _show_skipped(screen: Screen, skipped: Mapping[str, int]) -> None:
    if skipped:
        parts = [wording.skipped(code, number) for code, number in skipped.items()]
        screen.paragraph(f"Among the blank rows: {shown(', '.join(parts))}", 2)


def _show_groups(screen: Screen, summary: RunSummary) -> None:
    groups = wording.groups(summary.campaigns)
    if not groups:
        return
    screen.heading(wording.count(len(groups), "group"))
    shown_groups = groups[:_GROUPS_SHOWN]
    rows = [
        (shown(group.name), f"{group.campaigns:,}", f"{group.leads:,}", f"{group.accepted:,}") for group in shown_groups
    ]
    cut = 3 if summary.dry_run else 4
    header = ("group", "campaigns", "leads", "accepted")[:cut]
    screen.rows([row[:cut] for row in rows], right=(1, 2, 3), fold=(0,), header=header)
    if len(groups) > _GROUPS_SHOWN:
        screen.paragraph(f"and {len(groups) - _GROUPS_SHOWN:,} more, all of them in campaigns.csv", 2)


def _show_campaigns(screen: Screen, summary: RunSummary) -> None:
    """Show the campaigns that are not in; on a dry run they are only counted."""
    if summary.dry_run:
        if summary.campaigns:
            first, last = summary.campaigns[0].name, summary.campaigns[-1].name
            names = first if len(summary.campaigns) == 1 else f"{first} to {last}"
            named = f": {shown(names)}" if summary.name is not None else ""
            screen.heading(f"{wording.count(len(summary.campaigns), 'campaign')} planned{named}")
        return
    left = [
        campaign
        for campaign in summary.campaigns
        if campaign.status is not CampaignStatus.ACCEPTED and not campaign.split
    ]
    if not left:
        return
    screen.heading(f"{wording.count(len(left), 'campaign')} not in")
    digits = max(len(str(campaign.number)) for campaign in left)
    width = name_width(screen, left[:_CAMPAIGNS_SHOWN], digits=digits)
    for campaign in left[:_CAMPAIGNS_SHOWN]:
        show_campaign(screen, campaign, digits=digits, name_width=width)
    if len(left) > _CAMPAIGNS_SHOWN:
        screen.paragraph(f"and {len(left) - _CAMPAIGNS_SHOWN:,} more, all of them in campaigns.csv", 2)


def _show_reasons(screen: Screen, summary: RunSummary) -> None:
    if not wording.left_out(summary.rows):
        return
    screen.heading("Why rows were left out")
    reasons = [(number, *wording.reason(code)) for code, number in summary.rejections.items() if number]
    kinds = [LeftOutKind.DUPLICATE, LeftOutKind.ALREADY_UPLOADED]
    kinds += [] if summary.excluded else [LeftOutKind.EXCLUDED]
    heaps = [(getattr(summary.rows, kind.value), wording.LEFT_OUT[kind], "") for kind in kinds]
    lists = [
        (number, f"{wording.LEFT_OUT[LeftOutKind.EXCLUDED]}: {name}", "") for name, number in summary.excluded.items()
    ]
    found = [heap for heap in (*reasons, *heaps, *lists) if heap[0]]
    found.sort(key=lambda heap: -heap[0])
    digits = max(len(f"{number:,}") for number, _, _ in found)
    for number, says, tip in found:
        screen.paragraph(shown(says), digits + 4, f"  {number:{digits},}")
        if tip:
            screen.dim(shown(tip), digits + 4)


def _show_repairs(screen: Screen, repairs: Mapping[str, int]) -> None:
    found = sorted(((number, code) for code, number in repairs.items() if number), reverse=True)
    if not found:
        return
    screen.heading("Repaired on the way")
    screen.rows([(f"{number:,}", shown(wording.repair(code))) for number, code in found], right=(0,), fold=(1,))


def _show_reports(screen: Screen, reports: Mapping[str, str]) -> None:
    """Show the page to open, unbroken so that it can be clicked or copied, and what lies beside it."""
    if "html" not in reports:
        return
    screen.heading("Report, to open in a browser")
    screen.line(f"  {shown(reports['html'])}")
    names = [PurePath(path).name for key, path in reports.items() if key not in {"folder", "html"}]
    if names:
        screen.paragraph(shown(f"Beside it: {', '.join(names)}"), 2)


def show_next_steps(screen: Screen, steps: Sequence[NextStep]) -> None:
    """Show what to do next, numbered where there is more than one thing."""
    from rich.text import Text  # noqa: PLC0415 - as everywhere in this package

    if not steps:
        return
    screen.heading("What to do next")
    for number, step in enumerate(steps, start=1):
        label = f"  {number}. " if len(steps) > 1 else "  "
        screen.paragraph(shown(step.text), len(label), label)
        for command in step.commands:
            screen.line(Text.assemble(" " * (len(label) + 2), (shown(command), "bold")))
