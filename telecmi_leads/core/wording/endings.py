"""How a run ended, where it is not complete: what went wrong, and the way on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from telecmi_leads.core.campaign import CampaignStatus
from telecmi_leads.core.errors import ExitCode
from telecmi_leads.core.run import Problem, StopCause, Suggested
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording.advice import go_on, in_lines, open_steps, resolve, resume, settled_by_hand
from telecmi_leads.core.wording.code_words import count
from telecmi_leads.core.wording.command_line import command
from telecmi_leads.core.wording.totals import leads_verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from telecmi_leads.core.campaign import CampaignRecord, KnownCampaign
    from telecmi_leads.core.run import RunRecord, RunStopping, Typed

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
                found[command("runs", each.run, *typed.of(Suggested.RUNS))] = None
            elif each.waits_for_a_person:
                found[resolve(each.run, each.name, typed)[0]] = None
            else:
                in_doubt = any(other.run == each.run and other.isolate_settles for other in self.campaigns)
                found[go_on(each.run, typed, in_doubt=in_doubt)] = None
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
        by_hand = [each for each in self.campaigns if each.waits_for_a_person]
        names = safe(", ".join(each.name for each in by_hand))
        look = f"Look up {names} in the TeleCMI dashboard. If it holds all of its leads: "
        says = look if by_hand else "Settle that first: "
        shows = [command("runs", each.run, *typed.of(Suggested.RUNS)) for each in by_hand[:1]]
        lines = (f"{says}{first}", *(f"and: {line}" for line in others))
        return "\n".join((*lines, *(f"If it does not, this shows what to do: {line}" for line in shows)))


def end_problem(
    run: RunRecord,
    code: ExitCode,
    stopping: RunStopping | None,
    campaigns: Sequence[CampaignRecord],
    typed: Typed,
) -> Problem | None:
    """Return what the summary says of an end that is not complete, and what to do next."""
    if code is ExitCode.OK:
        return None
    where = leads_verdict(run.leads).text.rstrip(".")
    if code is ExitCode.REFUSED:
        return Problem(
            "campaigns_refused", f"{where}{_because(campaigns, _REFUSED)}.", _after_refusal(run, campaigns, typed)
        )
    going_on = resume(run, typed)
    if stopping is not None:
        text, first = _STOPPED[stopping.cause]
        says = text.format(why=stopping.why.rstrip(" .!"), app_id=run.account.partition("@")[0])
        return Problem(stopping.cause.value, says, first + going_on)
    if run.leads.unsent or run.leads.unknown:
        by_hand = [each for each in campaigns if each.only_by_hand]
        # Where something else waits too, `resume` comes first, since it may settle these as well.
        way_on = f"Finish them with: {going_on}" if run.goes_on else _look_up(run, by_hand, typed)
        return Problem("unfinished", f"{where}{_because(campaigns, _WAITING)}.", way_on)
    unverified = [each for each in campaigns if each.status is CampaignStatus.UNVERIFIED and not each.split]
    return Problem(
        "unverified",
        f"{where}: TeleCMI has the {'campaign' if len(unverified) == 1 else 'campaigns'}, perhaps without all of the "
        "leads.",
        _look_up(run, unverified, typed),
    )


def _look_up(run: RunRecord, campaigns: Sequence[CampaignRecord], typed: Typed) -> str:
    """Return what settles campaigns that only a person can see; the commands are the first one's."""
    step = settled_by_hand(run.id, campaigns[0], typed, "it" if len(campaigns) == 1 else safe(campaigns[0].name))
    return in_lines(replace(step, text=f"Look {_named(campaigns)} up in the TeleCMI dashboard."))


def _after_refusal(run: RunRecord, campaigns: Sequence[CampaignRecord], typed: Typed) -> str:
    refused = str(Path(run.report_dir) / "refused.csv") if run.report_dir else ""
    step = next((step for step in open_steps(run, campaigns, typed, refused) if step.text), None)
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
