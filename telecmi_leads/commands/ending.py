"""How a run ended: its state in the ledger and why it stopped → status, exit code, and the way on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.errors import ExitCode
from telecmi_leads.models import Problem, RunStatus, StopCause

if TYPE_CHECKING:
    from telecmi_leads.models import LeadTotals, RunRecord, RunStopping

_CODES = {
    StopCause.INTERRUPTED: ExitCode.INTERRUPTED,
    StopCause.TERMINATED: ExitCode.TERMINATED,
    StopCause.ACCOUNT_REFUSED: ExitCode.SETTINGS,
    StopCause.MISDIRECTED: ExitCode.SETTINGS,
}


def exit_code(leads: LeadTotals, stopping: RunStopping | None) -> ExitCode:
    """Return a run's exit code. What is all in is complete, whoever asked it to stop meanwhile."""
    if leads.unsent or leads.unknown or leads.unverified:
        return _CODES.get(stopping.cause, ExitCode.UNFINISHED) if stopping else ExitCode.UNFINISHED
    return ExitCode.REFUSED if leads.refused else ExitCode.OK


def status(leads: LeadTotals, code: ExitCode) -> RunStatus:
    """Return the word for the end."""
    if code is ExitCode.OK:
        return RunStatus.COMPLETE
    if code is ExitCode.REFUSED:
        return RunStatus.PARTIAL if leads.accepted else RunStatus.REFUSED
    return RunStatus.UNFINISHED


def problem(run: RunRecord, code: ExitCode, stopping: RunStopping | None) -> Problem | None:
    """Return what the summary says of an end that is not complete, and what to do next."""
    if code is ExitCode.OK:
        return None
    if code is ExitCode.REFUSED:
        return Problem(
            "campaigns_refused",
            f"TeleCMI refused {run.leads.refused:,} of {run.leads.total:,} leads.",
            "refused.csv holds them, with TeleCMI's reason for each campaign.",
        )
    resume = f"telecmi-leads resume {run.id}"
    if stopping is not None:
        settle = code is ExitCode.SETTINGS
        return Problem(
            stopping.cause.value, stopping.why, f"Mend it, then: {resume}" if settle else f"Go on with: {resume}"
        )
    if run.leads.unsent or run.leads.unknown:
        return Problem("unfinished", "Some campaigns are unsent or of unknown outcome.", f"Go on with: {resume}")
    return Problem(
        "unverified",
        f"{run.leads.unverified:,} leads are in campaigns whose name is there but whose count is not proved.",
        f"Look them up in the dashboard, then: telecmi-leads resolve {run.id} CAMPAIGN --accepted or --not-uploaded",
    )
