"""How a run ended: its state in the ledger and why it stopped → status, exit code, and the way on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.core import wording
from telecmi_leads.core.campaign import CampaignStatus
from telecmi_leads.core.errors import ExitCode
from telecmi_leads.core.events import StopCause
from telecmi_leads.core.run import Problem, RunStatus, Typed
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import count

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.events import RunStopping
    from telecmi_leads.core.run import LeadTotals, RunRecord

_NOTHING = Typed()
_CODES = {
    StopCause.INTERRUPTED: ExitCode.INTERRUPTED,
    StopCause.TERMINATED: ExitCode.TERMINATED,
    StopCause.ACCOUNT_REFUSED: ExitCode.SETTINGS,
    StopCause.MISDIRECTED: ExitCode.SETTINGS,
}


def exit_code(leads: LeadTotals, stopping: RunStopping | None) -> ExitCode:
    """Return a run's exit code. What is all in is complete, whoever asked it to stop meanwhile."""
    if leads.status is RunStatus.UNFINISHED:
        return _CODES.get(stopping.cause, ExitCode.UNFINISHED) if stopping else ExitCode.UNFINISHED
    return ExitCode.REFUSED if leads.refused else ExitCode.OK


def problem(
    run: RunRecord,
    code: ExitCode,
    stopping: RunStopping | None,
    campaigns: Sequence[CampaignRecord],
    typed: Typed = _NOTHING,
) -> Problem | None:
    """Return what the summary says of an end that is not complete, and what to do next."""
    if code is ExitCode.OK:
        return None
    if code is ExitCode.REFUSED:
        refused = f"{run.leads.refused:,} of {count(run.leads.total, 'lead')}"
        return Problem(
            "campaigns_refused",
            f"TeleCMI refused {refused}{_because(campaigns, _REFUSED)}.",
            "refused.csv holds them, with TeleCMI's answer to each campaign.",
        )
    resume = wording.resume(run, typed)
    if stopping is not None:
        says, first = _STOPPED[stopping.cause]
        why = stopping.why.rstrip(" .!")
        return Problem(stopping.cause.value, says.format(why=why, app_id=run.account.partition("@")[0]), first + resume)
    if run.leads.unsent or run.leads.unknown:
        return Problem(
            "unfinished", f"{_waiting(run.leads)}{_because(campaigns, _WAITING)}.", f"Finish them with: {resume}"
        )
    accepted, not_uploaded = wording.resolve(run.id, "CAMPAIGN", typed)
    return Problem(
        "unverified",
        f"{count(run.leads.unverified, 'lead')} are in campaigns that TeleCMI has, but it is not proven that it has "
        "all of their leads.",
        f"Look the campaigns up in the dashboard, then: {accepted} or: {not_uploaded}",
    )


_REFUSED = frozenset({CampaignStatus.REFUSED})
_WAITING = frozenset(status for status in CampaignStatus if status.unfinished)
_GO_ON = "Go on with: "
_STOPPED: Mapping[StopCause, tuple[str, str]] = {
    StopCause.INTERRUPTED: ("Stopped by Ctrl-C.", _GO_ON),
    StopCause.TERMINATED: ("Stopped by a signal.", _GO_ON),
    StopCause.ACCOUNT_REFUSED: (
        "TeleCMI does not take App id {app_id} with this secret: {why}.",
        "Correct them (telecmi-leads check tells whether they work), then: ",
    ),
    StopCause.SERVICE_FAILING: ("Stopped, since the service is failing: {why}.", "Try later: "),
    StopCause.MAX_WAIT: ("Stopped, since the service asks for a long pause: {why}.", "Try later: "),
    StopCause.MISDIRECTED: (
        "It is not the service that answers: {why}.",
        "Check TELECMI_BASE_URL and the proxy, then: ",
    ),
    StopCause.NO_CONNECTION: (
        "No connection to the service can be made: {why}.",
        "Mend that first (a proxy's own certificates are named with --ca-bundle FILE), then: ",
    ),
}
"""What is said of a run that stopped, and what goes before the command that goes on with it."""


def _waiting(leads: LeadTotals) -> str:
    parts = [
        f"{count(number, 'lead')} {'is' if number == 1 else 'are'} {word}"
        for number, word in ((leads.unsent, "not sent"), (leads.unknown, "of unknown outcome"))
        if number
    ]
    return " and ".join(parts)


def _because(campaigns: Sequence[CampaignRecord], states: Collection[CampaignStatus]) -> str:
    """Return the first answer that led to one of these states, as the end of a sentence."""
    said = (each.message for each in campaigns if each.status in states and not each.split and each.message)
    first = next(said, "")
    return f": {safe(first.rstrip(' .!'))}" if first else ""
