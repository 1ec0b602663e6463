"""How a run ended: its state in the ledger and why it stopped → status, exit code, and the way on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from telecmi_leads.core import wording
from telecmi_leads.core.campaign import CampaignStatus
from telecmi_leads.core.errors import ExitCode
from telecmi_leads.core.run import Problem, RunStatus, StopCause, Suggested, Typed
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import count

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.run import LeadTotals, RunRecord, RunStopping
    from telecmi_leads.ledger import KnownCampaign

_NOTHING = Typed()
_SETTLED_AT_ONCE = 3


class LeftWaiting(Struct, frozen=True):
    """People whom a plan left out since they wait in these campaigns, none of which is proven to be in."""

    people: int
    campaigns: tuple[KnownCampaign, ...]

    def commands(self, typed: Typed) -> tuple[str, ...]:
        """Return what settles the campaigns, the oldest run first, and not all of many."""
        found: dict[str, None] = {}
        for each in sorted(self.campaigns, key=lambda each: each.id):
            if each.name_taken:
                found[wording.command("runs", each.run, *typed.of(Suggested.RUNS))] = None
            elif each.status is CampaignStatus.UNVERIFIED:
                found[wording.resolve(each.run, each.name, typed)[0]] = None
            else:
                found[wording.command("resume", each.run, *typed.of(Suggested.RESUME))] = None
        return tuple(found)[:_SETTLED_AT_ONCE]

    def problem(self, typed: Typed) -> Problem:
        """Return what the summary says of them."""
        runs = len({each.run for each in self.campaigns})
        is_, them = ("is", "It is") if self.people == 1 else ("are", "They are")
        return Problem(
            "waiting_elsewhere",
            f"{count(self.people, 'lead')} {is_} left out: {'another run' if runs == 1 else 'other runs'} may have "
            f"uploaded {'it' if self.people == 1 else 'them'} already. {them} not uploaded twice.",
            self._hint(typed),
        )

    def _hint(self, typed: Typed) -> str:
        """Return what settles it; where that is a person's word, the look at the dashboard comes first."""
        first, *others = self.commands(typed)
        names = [each.name for each in self.campaigns if each.status is CampaignStatus.UNVERIFIED]
        look = f"Look up {safe(', '.join(names))} in the TeleCMI dashboard. If it holds all of its leads: "
        says = look if names else "Settle that first: "
        return "\n".join((f"{says}{first}", *(f"and: {line}" for line in others)))


_CODES = {
    StopCause.INTERRUPTED: ExitCode.INTERRUPTED,
    StopCause.TERMINATED: ExitCode.TERMINATED,
    StopCause.ACCOUNT_REFUSED: ExitCode.SETTINGS,
    StopCause.MISDIRECTED: ExitCode.SETTINGS,
}


_WORST_FIRST = (
    *(ExitCode.INTERRUPTED, ExitCode.TERMINATED, ExitCode.BUG, ExitCode.LEDGER, ExitCode.USAGE),
    *(ExitCode.SETTINGS, ExitCode.LOCKED, ExitCode.INPUT, ExitCode.UNFINISHED, ExitCode.REFUSED, ExitCode.OK),
)


def worst(codes: Iterable[int]) -> ExitCode:
    """Return the exit code of several runs: the first of these that one of them has."""
    found = set(codes)
    return next(code for code in _WORST_FIRST if code in found)


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
    where = wording.leads_verdict(run.leads).text.rstrip(".")
    if code is ExitCode.REFUSED:
        return Problem(
            "campaigns_refused", f"{where}{_because(campaigns, _REFUSED)}.", _after_refusal(run, campaigns, typed)
        )
    doubtful = [each for each in campaigns if each.refused_in_doubt and not each.split]
    by_hand = [each for each in doubtful if each.only_by_hand]
    if sum(each.leads for each in by_hand) < run.leads.unsent + run.leads.unknown:
        by_hand = []
    resume = wording.isolate(run, typed) if doubtful else wording.resume(run, typed)
    if stopping is not None:
        says, first = _STOPPED[stopping.cause]
        why = stopping.why.rstrip(" .!")
        return Problem(stopping.cause.value, says.format(why=why, app_id=run.account.partition("@")[0]), first + resume)
    if run.leads.unsent or run.leads.unknown:
        way_on = _look_up(run, by_hand, typed) if by_hand else f"Finish them with: {resume}"
        return Problem("unfinished", f"{where}{_because(campaigns, _WAITING)}.", way_on)
    unverified = [each for each in campaigns if each.status is CampaignStatus.UNVERIFIED and not each.split]
    return Problem(
        "unverified",
        f"{where}: TeleCMI has the {'campaign' if len(unverified) == 1 else 'campaigns'}, perhaps without all of the "
        "leads.",
        _look_up(run, unverified, typed),
    )


def _look_up(run: RunRecord, campaigns: Sequence[CampaignRecord], typed: Typed) -> str:
    """Return what settles campaigns of which only a person can see whether they are in."""
    accepted, not_uploaded = wording.resolve(run.id, campaigns[0].name, typed)
    return f"Look {_named(campaigns)} up in the TeleCMI dashboard. Then: {accepted}\nor: {not_uploaded}"


def _after_refusal(run: RunRecord, campaigns: Sequence[CampaignRecord], typed: Typed) -> str:
    step = next((step for step in wording.open_steps(run, campaigns, typed) if step.text), None)
    return "" if step is None else " ".join((step.text, *step.commands))


def _named(campaigns: Sequence[CampaignRecord]) -> str:
    """Return the campaigns' names with the leads to expect: `March-006 (1,000 leads)`."""
    named = [f"{safe(each.name)} ({count(each.leads, 'lead')})" for each in campaigns[:3]]
    more = len(campaigns) - len(named)
    return ", ".join(named) + (f" and {more:,} more" if more else "")


_REFUSED = frozenset({CampaignStatus.REFUSED})
_WAITING = frozenset(status for status in CampaignStatus if status.unfinished)
_GO_ON = "Go on with: "
_STOPPED: Mapping[StopCause, tuple[str, str]] = {
    StopCause.INTERRUPTED: ("Stopped by Ctrl-C.", _GO_ON),
    StopCause.TERMINATED: ("Stopped by a signal.", _GO_ON),
    StopCause.ACCOUNT_REFUSED: (
        "TeleCMI does not take App id {app_id} with this secret: {why}.",
        "Correct them (telecmi-leads check says whether they work), then: ",
    ),
    StopCause.SERVICE_FAILING: ("Stopped: the service fails: {why}.", "Try later: "),
    StopCause.MAX_WAIT: ("Stopped: {why}.", "Try later: "),
    StopCause.MISDIRECTED: (
        "Something other than TeleCMI answers: {why}.",
        "Check TELECMI_BASE_URL and the proxy, then: ",
    ),
    StopCause.NAME_TAKEN: (
        "Stopped: a campaign that this ledger never sent has the name {why}.",
        "See in the TeleCMI dashboard whether it holds these leads. What is of unknown outcome is settled with: ",
    ),
    StopCause.NO_CONNECTION: (
        "No connection to the service can be made: {why}.",
        "Restore the connection first (--ca-bundle FILE names a proxy's own certificates), then: ",
    ),
}
"""What is said of a run that stopped, and what goes before the command that goes on with it."""


def _because(campaigns: Sequence[CampaignRecord], states: Collection[CampaignStatus]) -> str:
    """Return the first answer that led to one of these states, as the end of a sentence."""
    said = (each.message for each in campaigns if each.status in states and not each.split and each.message)
    first = next(said, "")
    return f": {safe(first.rstrip(' .!'))}" if first else ""
