"""What to do next, with the commands to type."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telecmi_leads.core.campaign import CampaignStatus
from telecmi_leads.core.errors import ExitCode
from telecmi_leads.core.run import SANDBOX_ACCOUNT, Suggested
from telecmi_leads.core.wording.code_words import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.run import LeadTotals, RunRecord, RunSummary, Typed

_RESOLVES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class NextStep:
    """Something to do: in words, and what to type or to open, if anything, as lines to copy."""

    text: str
    commands: tuple[str, ...] = ()


def next_steps(summary: RunSummary) -> tuple[NextStep, ...]:
    """Return what is left for the user to do, most urgent first; () where there is nothing.

    The commands repeat what they need of the command line that ended, --sandbox included.
    """
    return (*_sending_steps(summary), *_refused_steps(summary), *_reject_steps(summary))


def open_steps(run: RunRecord, campaigns: Sequence[CampaignRecord], typed: Typed) -> tuple[NextStep, ...]:
    """Return what is left to do for a run of the ledger, most urgent first."""
    return tuple(_open_steps(_Open(run.id, run.account, run.leads, campaigns, typed)))


@dataclass(frozen=True, slots=True)
class _Open:
    """A run as far as its open campaigns go."""

    run: str
    account: str
    leads: LeadTotals
    campaigns: Sequence[CampaignRecord]
    typed: Typed


def _sending_steps(summary: RunSummary) -> list[NextStep]:
    if summary.dry_run:
        return _trial_steps(summary)
    if summary.run is None:
        return []
    steps: list[NextStep] = []
    if summary.exit_code == ExitCode.SETTINGS:
        check = command("check", *summary.typed.of(Suggested.CHECK))
        steps.append(NextStep("See which credentials are used and whether they work:", (check,)))
    return steps + _open_steps(_Open(summary.run, summary.account, summary.leads, summary.campaigns, summary.typed))


def _trial_steps(summary: RunSummary) -> list[NextStep]:
    if not summary.leads.total:
        return []
    leads = "this lead" if summary.leads.total == 1 else f"these {summary.leads.total:,} leads"
    if summary.name:
        return [NextStep(f"Nothing was sent. The same command without --dry-run uploads {leads}.")]
    return [
        NextStep(
            f"Nothing was sent. To upload {leads}, type upload in place of validate, and a name for the campaigns, "
            "such as --name March."
        )
    ]


def _open_steps(run: _Open) -> list[NextStep]:
    unverified = [campaign for campaign in run.campaigns if _is_unverified(campaign)]
    steps = [_resolve_step(run, campaign) for campaign in unverified[:_RESOLVES_SHOWN]]
    further = len(unverified) - _RESOLVES_SHOWN
    if further > 0:
        text = f"Do the same for {count(further, 'further unverified campaign')}; this lists them:"
        steps.append(NextStep(text, (command("runs", run.run, *run.typed.of(Suggested.RUNS)),)))
    waiting = run.leads.unsent + run.leads.unknown
    if waiting:
        text = f"Send what is left ({count(waiting, 'lead')}); nothing goes out twice:"
        steps.append(NextStep(text, (_resume(run.run, run.account, run.typed),)))
    return steps


def _is_unverified(campaign: CampaignRecord) -> bool:
    return campaign.status is CampaignStatus.UNVERIFIED and not campaign.split


def _resolve_step(run: _Open, campaign: CampaignRecord) -> NextStep:
    accepted, not_uploaded = resolve(run.run, campaign.name, run.typed)
    return NextStep(
        f"Look up {campaign.name} in the TeleCMI dashboard. If it holds {count(campaign.leads, 'lead')}, type the "
        "first line; if it isn't there, the second, which sends it again:",
        (accepted, not_uploaded),
    )


def _refused_steps(summary: RunSummary) -> list[NextStep]:
    refused = [c for c in summary.campaigns if c.status is CampaignStatus.REFUSED and not c.split]
    path = summary.reports.get("refused")
    if not refused or path is None or summary.name is None:
        return []
    # refused.csv has the API's columns: it can't be split by one of the input's
    name = (
        summary.name
        if summary.typed.has("split_by", Suggested.UPLOAD_REFUSED)
        else summary.name.replace("{group}", "refused")
    )
    if all("already exists" in campaign.message.lower() for campaign in refused):
        text = "TeleCMI already has campaigns of these names. Upload their leads under another name:"
        return [NextStep(text, (_upload(summary, Suggested.UPLOAD_REFUSED, [path], "--name", f"{name}-b"),))]
    text = "See in refused.csv what TeleCMI answered, correct the leads and upload them:"
    return [NextStep(text, (_upload(summary, Suggested.UPLOAD_REFUSED, [path], "--name", name, "--append"),))]


def _reject_steps(summary: RunSummary) -> list[NextStep]:
    paths = [path for key, path in summary.reports.items() if key.startswith("rejects")]
    if not summary.rows.rejected or not paths:
        return []
    rows, them = count(summary.rows.rejected, "rejected row"), "them" if summary.rows.rejected > 1 else "it"
    if summary.name is None or summary.run is None or summary.dry_run:
        return [NextStep(f"The {rows}, with what is wrong and how to correct {them}:", tuple(map(argument, paths)))]
    text = f"Correct the {rows} in the reject file and upload {them}:"
    again = _upload(summary, Suggested.UPLOAD_REJECTS, paths, "--name", summary.name, "--append")
    return [NextStep(text, (again,))]


def _upload(summary: RunSummary, what: Suggested, paths: Sequence[str], *naming: str) -> str:
    return command("upload", *paths, *naming, *summary.typed.of(what), *_to(summary.account))


def _to(account: str) -> tuple[str, ...]:
    return ("--sandbox",) if account == SANDBOX_ACCOUNT else ()


def resume(run: RunRecord, typed: Typed) -> str:
    """Return the command that goes on with a run."""
    return _resume(run.id, run.account, typed)


def _resume(run: str, account: str, typed: Typed) -> str:
    return command("resume", run, *typed.of(Suggested.RESUME), *_to(account))


def resolve(run: str, campaign: str, typed: Typed) -> tuple[str, str]:
    """Return the two commands that settle a campaign: where the dashboard shows it, and where it does not."""
    return (
        command("resolve", run, campaign, "--accepted", *typed.of(Suggested.SETTLE)),
        command("resolve", run, campaign, "--not-uploaded", *typed.of(Suggested.RESOLVE)),
    )


def command(*arguments: str) -> str:
    """Return a command of this program as one types it."""
    return " ".join(("telecmi-leads", *map(argument, arguments)))


def argument(text: str) -> str:
    """Return a command-line argument, quoted where it must be for the shells of this system, on one line.

    Double quotes serve every shell, cmd.exe included; single ones where something inside would be expanded. What can't
    be shown as it is, a line break or an escape character, is written by its code.
    """
    return _for_powershell(text) if os.name == "nt" else _for_posix(text)


def _for_posix(text: str) -> str:
    """Quote for bash and zsh; zsh takes a word that begins with = for the path of a program."""
    if _UNSEEN.search(text):
        return f"$'{''.join(map(_as_code, text))}'"
    if _PLAIN_POSIX.fullmatch(text):
        return text
    return shlex.quote(text) if re.search(r'["$`\\!%]', text) else f'"{text}"'


def _as_code(character: str) -> str:
    if character in "'\\":
        return f"\\{character}"
    if not _UNSEEN.fullmatch(character):
        return character
    number = ord(character)
    if 0xDC80 <= number <= 0xDCFF:  # noqa: PLR2004 - a byte of a file name that is no UTF-8 (PEP 383)
        number -= 0xDC00
        return f"\\x{number:02x}"
    return f"\\x{number:02x}" if number < 0x80 else f"\\u{number:04x}"  # noqa: PLR2004 - ASCII


def _for_powershell(text: str) -> str:
    """Quote for PowerShell, which takes typographic quotes for quotes, a comma for a list and @ for a variable."""
    if _UNSEEN.search(text):
        return f'"{re.sub(_SPECIAL, lambda found: f"$([char]0x{ord(found[0]):x})", text)}"'
    if _PLAIN_POWERSHELL.fullmatch(text):
        return text
    if re.search(r'["$`%!\u201c\u201d\u201e]', text) or text.endswith("\\"):
        return "'" + re.sub("(['\u2018\u2019\u201a\u201b])", r"\1\1", text) + "'"
    return f'"{text}"'


_PLAIN_POSIX = re.compile(r"[A-Za-z0-9_./:@%+,-][A-Za-z0-9_./:@%+,=-]*")
_PLAIN_POWERSHELL = re.compile(r"[A-Za-z0-9_./:\\+-][A-Za-z0-9_./:\\+=-]*")
_UNSEEN = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff]")
"""Control characters, line ends, marks that turn the direction of writing, and bytes that are no text."""
_SPECIAL = re.compile(rf"""{_UNSEEN.pattern}|[$`"%!\u201c\u201d\u201e]""")
"""What is written by its code between PowerShell's double quotes."""
