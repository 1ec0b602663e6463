"""Runs on the screen: the end of one, and what the ledger knows of all, of one, and of those that were forgotten.

The end is what was left out and repaired, the report, and last the verdict and the next command.
"""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from msgspec.structs import replace

from telecmi_leads.core import wording
from telecmi_leads.core.errors import ExitCode
from telecmi_leads.core.lead import LeftOutKind
from telecmi_leads.core.masking import mask_text
from telecmi_leads.core.run import LeftOutCount, RunState, Suggested
from telecmi_leads.core.wording import Verdict
from telecmi_leads.output.console.progress import STYLES, mark
from telecmi_leads.output.console.screen import LONGEST_COMMAND, parted, show_command, show_hint, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from rich.text import Text

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.errors import LeadsError
    from telecmi_leads.core.lead import RowTotals, TableInfo
    from telecmi_leads.core.run import LeadTotals, Problem, RunRecord, RunSummary, Typed
    from telecmi_leads.core.wording import NextStep
    from telecmi_leads.ledger import Forgotten
    from telecmi_leads.output.console.screen import Screen

_WIDE = 76
_ROOMY = 72
_LONGEST_NAME = 60
_GROUPS_SHOWN = 10
_REASONS_SHOWN = 12
_LABEL = 18
_LONGEST_LIST = 24
_IN_THE_END = "If that settles nothing, look it up in the TeleCMI dashboard."
_STYLES = {"good": "green", "open": "yellow", "bad": "red"}


def show_summary(screen: Screen, summary: RunSummary, *, show_phones: bool) -> None:
    """Show all that goes before the verdict; of a run that is resumed, what was not told when it was planned."""
    if screen.is_log:
        _log_summary(screen, summary)
        return
    if not summary.resumed:
        found = _left_out(summary)
        if found:
            _show_left_out(screen, summary, found, show_phones=show_phones)
        _show_skipped_and_repaired(screen, summary, space=not found)
        _show_groups(screen, summary)
    _show_reports(screen, summary)


def _log_summary(screen: Screen, summary: RunSummary) -> None:
    rows = summary.rows
    outside = wording.left_out(rows)
    if outside and not summary.resumed:
        parts = wording.tally(
            (rows.already_uploaded, "uploaded before"),
            (rows.duplicate, "duplicates" if rows.duplicate > 1 else "duplicate"),
            (rows.excluded, "asked not to be called"),
            (rows.rejected, "rejected"),
        )
        screen.entry(f"left out {wording.count(outside, 'row')}: {', '.join(parts)}")
    no_leads = _no_leads(summary)
    if no_leads and not summary.resumed:
        screen.entry(f"not leads: {shown(', '.join(no_leads))}")
    for says in summary.beside:
        screen.entry(shown(says))
    if "html" in summary.reports:
        screen.entry(f"report {shown(summary.reports['html'], LONGEST_COMMAND)}")


def _no_leads(summary: RunSummary) -> list[str]:
    """Return what the rows are that count neither as leads nor as left out, blank ones last."""
    told = [wording.skipped(code, number) for code, number in summary.skipped.items() if number]
    blank = summary.rows.blank - sum(summary.skipped.values())
    return [*told, *([wording.count(blank, "blank row")] if blank > 0 else [])]


def _left_out(summary: RunSummary) -> Sequence[LeftOutCount]:
    """Return why rows were left out; from the totals alone where no report could say more."""
    if summary.left_out or not wording.left_out(summary.rows):
        return summary.left_out
    found = [LeftOutCount(LeftOutKind.REJECTED, code, number) for code, number in summary.rejections.items() if number]
    kinds = (LeftOutKind.DUPLICATE, LeftOutKind.EXCLUDED, LeftOutKind.ALREADY_UPLOADED)
    others = [LeftOutCount(kind, "", getattr(summary.rows, kind.value)) for kind in kinds]
    return sorted([*found, *(each for each in others if each.rows)], key=lambda each: -each.rows)


def _show_left_out(screen: Screen, summary: RunSummary, found: Sequence[LeftOutCount], *, show_phones: bool) -> None:
    """Show a line for each reason: how many rows, and one of them."""
    from rich.text import Text

    screen.blank()
    outside = wording.left_out(summary.rows)
    whole = wording.heading(outside, summary.rows.leads + outside, "row")  # as the verdict: blank rows are neither
    screen.paragraph(Text.assemble(("Left out".ljust(_LABEL), "bold"), whole))
    rows = [
        (_reason(each), f"{each.rows:,}", shown(wording.example(each, show_phones=show_phones)))
        for each in found[:_REASONS_SHOWN]
    ]
    rest = found[_REASONS_SHOWN:]
    if rest:
        rows.append((wording.count(len(rest), "further reason"), f"{sum(each.rows for each in rest):,}", ""))
    screen.rows(rows, right=(1,), fold=(2,))


def _reason(found: LeftOutCount) -> str:
    if found.kind is LeftOutKind.REJECTED:
        return shown(wording.short_reason(found.code))
    word = wording.short_reason(found.kind.value)
    if found.kind is LeftOutKind.ALREADY_UPLOADED:
        return "waiting in another run" if found.code else word
    is_list = found.code and not found.column  # a mark is in a column of the row itself
    return f"on {shown(found.code, _LONGEST_LIST)}" if is_list else word


def _show_skipped_and_repaired(screen: Screen, summary: RunSummary, *, space: bool) -> None:
    from rich.text import Text

    skipped = [wording.skipped(code, number) for code, number in summary.skipped.items()]
    repaired = sorted(((number, code) for code, number in summary.repairs.items() if number), reverse=True)
    lines = []
    if skipped:
        lines.append(("Not leads", shown(", ".join(skipped))))
    if repaired:
        parts = (f"{shown(wording.short_repair(code))} {number:,}" for number, code in repaired)
        lines.append(("Repaired", ", ".join(parts)))
    if lines and space:
        screen.blank()
    for label, text in lines:
        screen.paragraph(text, _LABEL, Text(label, style="bold"))


def _show_groups(screen: Screen, summary: RunSummary) -> None:
    groups = wording.groups(summary.campaigns)
    if not groups:
        return
    screen.heading(wording.count(len(groups), "group"))
    rows = [
        (shown(group.name), f"{group.campaigns:,}", f"{group.leads:,}", f"{group.accepted:,}")
        for group in groups[:_GROUPS_SHOWN]
    ]
    cut = 3 if summary.dry_run else 4
    header = ("group", "campaigns", "leads", "in")[:cut]
    screen.rows([row[:cut] for row in rows], right=(1, 2, 3), fold=(0,), header=header)
    if len(groups) > _GROUPS_SHOWN:
        screen.paragraph(f"… and {len(groups) - _GROUPS_SHOWN:,} more, all in campaigns.csv", 2)


def _show_reports(screen: Screen, summary: RunSummary) -> None:
    """Show the page to open, unbroken so that it can be clicked or copied, and what lies beside it."""
    reports = {key: from_here(path) for key, path in summary.reports.items()}
    if "html" not in reports:
        return
    screen.blank()
    screen.line(f"Report: {shown(reports['html'], LONGEST_COMMAND)}")
    names = [PurePath(path).name for key, path in reports.items() if key not in {"folder", "html", "summary"}]
    if names:
        screen.paragraph(shown(", ".join(names)), 13, "  and there: ")
    for says in summary.beside:
        screen.paragraph(shown(says), 2)


def from_here(path: str) -> str:
    """Return a path as one would type it in the working directory."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except (ValueError, OSError):  # elsewhere, or the working directory is gone
        return path


def show_ending(screen: Screen, summary: RunSummary, *, alone: bool = False) -> None:
    """Show the verdict and what to do next: the last lines of a command.

    Where they stand `alone`, with --quiet and --json, the verdict says also what the lines before it would have said.
    """
    verdict = wording.verdict(summary)
    if alone and summary.error is not None and not summary.runs and summary.error.message not in verdict.text:
        verdict = replace(verdict, text=summary.error.message)
    here = replace(summary, reports={key: from_here(path) for key, path in summary.reports.items()})
    steps = [step for step in wording.next_steps(here) if step.text]
    pressing = [step for step in steps if not step.waits]
    hint = summary.error if summary.error is not None and not pressing and not summary.runs else None
    if hint is None:
        pressing = pressing or steps[:1]
    if screen.is_log:
        _log_ending(screen, summary, verdict, pressing, hint)
        return
    screen.blank()
    show_verdict(screen, verdict)
    if hint is not None:
        show_hint(screen, hint.hint)
    show_steps(screen, pressing)


def show_failure(screen: Screen, error: LeadsError) -> None:
    """Show why a command ended that has no run: the verdict and what to do next, as at the end of one."""
    if screen.is_terminal:
        show_verdict(screen, Verdict("bad", error.message))
        show_hint(screen, error.hint)
        return
    following = _hint_in_lines(error.hint)
    for later in following[1:]:
        screen.entry(f"after that: {shown(later, LONGEST_COMMAND)}")
    screen.entry(f"failed (exit {int(error.exit_code)}): {shown(error.message, LONGEST_COMMAND)}")
    for first in following[:1]:
        screen.entry(f"next: {shown(first, LONGEST_COMMAND)}")


def _hint_in_lines(hint: str) -> list[str]:
    """Return a hint as the end of a log: one line, since nothing follows a command."""
    lines = [line for line in hint.splitlines() if line.strip()]
    return lines[:1] if lines and parted(lines[0])[1] else [" ".join(lines)] if lines else []


def _log_ending(
    screen: Screen, summary: RunSummary, verdict: Verdict, steps: Sequence[NextStep], error: Problem | None
) -> None:
    status = next((each.status for each in summary.runs if each.exit_code == summary.exit_code), summary.status)
    word = "nothing new" if verdict.text.startswith("Nothing new:") else status.value
    text = verdict.text.removeprefix("Nothing new:").strip()
    following = [] if error is None else _hint_in_lines(error.hint)
    used = steps[:2] if summary.exit_code == ExitCode.SETTINGS else steps[:1]
    for step in used:
        following += _in_lines(step, summary)
    for later in following[1:]:  # the verdict and one next step are the last two lines
        screen.entry(f"after that: {shown(later, LONGEST_COMMAND)}")
    screen.entry(f"{word} (exit {int(summary.exit_code)}): {shown(text, LONGEST_COMMAND)}")
    for first in following[:1]:
        screen.entry(f"next: {shown(first, LONGEST_COMMAND)}")


def _in_lines(step: NextStep, summary: RunSummary) -> list[str]:
    """Return a step as the end of a log: a command, or where a person has to choose what shows the choice.

    What comes after the command are those of a choice, where it may be needed in the end.
    """
    if len(step.choices) == 1:
        return [step.commands[0]]
    first, *others = step.choices or (None,)
    if first is not None and not any(each.case for each in step.choices):  # one after the other, no choice
        return [f"{step.text} {first.command}", *(each.command for each in others)]
    if first is not None and not first.case and all(each.case for each in others):
        in_the_end = (*(f"{each.case} {each.command}" for each in others), step.after)
        return [first.command, *(f"{_IN_THE_END} {each}" for each in in_the_end if each)]
    if first is not None and summary.run is not None:
        runs = wording.command("runs", summary.run, *summary.typed.of(Suggested.RUNS))
        return [f"{step.text.rstrip('.')}, then: {runs}"]
    return [step.text]


def show_verdict(screen: Screen, verdict: Verdict) -> None:
    """Show the mark and the sentences of a verdict."""
    from rich.text import Text

    marks = {"good": screen.marks.good, "open": screen.marks.open, "bad": screen.marks.bad}
    style = _STYLES[verdict.mark]
    screen.paragraph(Text(shown(verdict.whole), style="bold"), 2, Text(marks[verdict.mark], style=f"bold {style}"))


def show_steps(screen: Screen, steps: Iterable[NextStep]) -> None:
    """Show what to do next; each command stands alone on its line."""
    for step in steps:
        text = step.text
        for choice in step.choices:
            screen.paragraph(shown(f"{text} {choice.case}".strip()))
            show_command(screen, choice.command)
            text = ""
        if text:
            screen.paragraph(shown(text))
        if step.after:
            screen.paragraph(shown(step.after))


# --- the ledger -------------------------------------------------------------------------------------


def show_runs(screen: Screen, runs: Sequence[RunRecord], now: datetime, typed: Typed) -> None:
    """Show the runs, in the order given, and what the first one that is open waits for, with the options typed."""
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
    _show_what_waits(screen, runs, typed)


def _show_what_waits(screen: Screen, runs: Sequence[RunRecord], typed: Typed) -> None:
    by_hand = next((run for run in runs if run.leads.unverified or run.by_hand), None)
    going_on = next((run for run in reversed(runs) if run.goes_on), None)
    refused = next((run for run in runs if run.leads.refused and run.state is RunState.FINISHED), None)
    if by_hand or going_on or refused:
        screen.blank()
    if by_hand is not None:
        screen.paragraph(f"{shown(by_hand.name)} has campaigns that only you can settle; this shows which:", 2, "?")
        show_command(screen, wording.command("runs", by_hand.id, *typed.of(Suggested.RUNS)), 4)
    if refused is not None and refused is not by_hand:
        part = " in part" if refused.leads.accepted else ""
        screen.paragraph(f"{shown(refused.name)} was refused{part}; this shows what to do:", 2, screen.marks.bad)
        show_command(screen, wording.command("runs", refused.id, *typed.of(Suggested.RUNS)), 4)
    if going_on is not None:
        screen.paragraph(f"{shown(going_on.name)} goes on with:", 2, screen.marks.none)
        show_command(screen, wording.resume(going_on, typed.after(going_on.typed)), 4)


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
    show_verdict(screen, wording.leads_verdict(run.leads))
    refused = Path(run.report_dir) / "refused.csv"
    there = from_here(str(refused)) if run.report_dir and refused.is_file() else ""
    show_steps(screen, wording.open_steps(run, campaigns, typed, there))


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
    masked = replace(campaign, message=mask_text(campaign.message))
    return Text(shown(f"{mark(campaign, screen.marks)} {wording.refusal(masked)}"), style)


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
    if forgotten == type(forgotten)():
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
