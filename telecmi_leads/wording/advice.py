"""What to do next, with the commands to type."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telecmi_leads.errors import ExitCode
from telecmi_leads.models import SANDBOX_ACCOUNT, CampaignStatus
from telecmi_leads.wording.numbers import count

if TYPE_CHECKING:
    from telecmi_leads.models import CampaignRecord, RunRecord, RunSummary

_RESOLVES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class NextStep:
    """Something to do: in words, and the commands to type, if there are any."""

    text: str
    commands: tuple[str, ...] = ()


def next_steps(summary: RunSummary) -> tuple[NextStep, ...]:
    """Return what is left for the user to do, most urgent first; () where there is nothing.

    After a trial with the stand-in the commands go to the stand-in too.
    """
    return (*_sending_steps(summary), *_refused_steps(summary), *_reject_steps(summary))


def _sending_steps(summary: RunSummary) -> list[NextStep]:
    leads, run = summary.leads, summary.run
    if summary.dry_run:
        if not summary.name or not leads.total:
            return []
        return [NextStep("Nothing was sent. The same command without --dry-run uploads these leads.")]
    if run is None:
        return []
    steps: list[NextStep] = []
    if summary.exit_code == ExitCode.SETTINGS:
        steps.append(NextStep("See which credentials are used and whether they work:", (command("check"),)))
    unverified = [campaign for campaign in summary.campaigns if _is_unverified(campaign)]
    steps += [_resolve_step(run, campaign) for campaign in unverified[:_RESOLVES_SHOWN]]
    further = len(unverified) - _RESOLVES_SHOWN
    if further > 0:
        text = f"Do the same for {count(further, 'further unverified campaign')}; this lists them:"
        steps.append(NextStep(text, (command("runs", run),)))
    if leads.unsent + leads.unknown:
        text = f"Send what is left ({count(leads.unsent + leads.unknown, 'lead')}); nothing goes out twice:"
        steps.append(NextStep(text, (command("resume", run, *_to(summary)),)))
    return steps


def _is_unverified(campaign: CampaignRecord) -> bool:
    return campaign.status is CampaignStatus.UNVERIFIED and not campaign.split


def _resolve_step(run: str, campaign: CampaignRecord) -> NextStep:
    return NextStep(
        f"Look up {campaign.name} in the TeleCMI dashboard. If it holds {count(campaign.leads, 'lead')}, type the "
        "first line; if it isn't there, the second, which sends it again:",
        (
            command("resolve", run, campaign.name, "--accepted"),
            command("resolve", run, campaign.name, "--not-uploaded"),
        ),
    )


def _refused_steps(summary: RunSummary) -> list[NextStep]:
    refused = [c for c in summary.campaigns if c.status is CampaignStatus.REFUSED and not c.split]
    path = summary.reports.get("refused")
    if not refused or path is None or summary.name is None:
        return []
    if all("already exists" in campaign.message.lower() for campaign in refused):
        text = "TeleCMI already has campaigns of these names. Upload their leads under another name:"
        return [NextStep(text, (command("upload", path, "--name", f"{summary.name}-b", *_to(summary)),))]
    text = "See in refused.csv what TeleCMI answered, correct the leads and upload them:"
    return [NextStep(text, (command("upload", path, "--name", summary.name, "--append", *_to(summary)),))]


def _reject_steps(summary: RunSummary) -> list[NextStep]:
    paths = [path for key, path in summary.reports.items() if key.startswith("rejects")]
    if not summary.rows.rejected or not paths:
        return []
    rows = count(summary.rows.rejected, "rejected row")
    if summary.name is None or summary.run is None or summary.dry_run:
        return [NextStep(f"{rows}: each stands with its reason in {', '.join(map(argument, paths))}")]
    text = f"Correct the {rows} in the reject file and upload {'them' if summary.rows.rejected > 1 else 'it'}:"
    return [NextStep(text, (command("upload", *paths, "--name", summary.name, "--append", *_to(summary)),))]


def _to(summary: RunSummary | RunRecord) -> tuple[str, ...]:
    return ("--sandbox",) if summary.account == SANDBOX_ACCOUNT else ()


def resume(run: RunRecord) -> str:
    """Return the command that goes on with a run."""
    return command("resume", run.id, *_to(run))


def command(*arguments: str) -> str:
    """Return a command of this program as one types it."""
    return " ".join(("telecmi-leads", *map(argument, arguments)))


def argument(text: str) -> str:
    """Return a command-line argument, quoted where it must be.

    Double quotes serve every shell, cmd.exe included; single ones where something inside would be expanded.
    """
    quoted = shlex.quote(text)
    if quoted == text or re.search(r'["$`\\!%]', text):
        return quoted
    return f'"{text}"'
