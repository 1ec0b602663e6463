"""What an answer, or a person's word, means for a campaign, given all that came before: the one place that says so.

The campaign's name is the service's only idempotency key: a campaign is made under a name once, and whole. From that
and the history follows what is proven and what is not; where nothing is, the state says so.

    before →               no try of ours can be in   only the connection failed   any answer that proves nothing
    accepted               accepted                   accepted                     accepted, with a note
    name exists            refused, the run ends      accepted, by its name        unverified
    refused                refused                    unknown, left                unknown, left
    refused in other words unknown, left, whatever came before
    no answer, 5xx, kill   unknown, again after settle, whatever came before
    busy                   unknown, again, whatever came before
    elsewhere              unknown, the run ends, whatever came before
    not sent               unsent, again              unknown, again               unknown, again
    404, TLS               unsent, the run ends       unknown, the run ends        unknown, the run ends

A person's word that a campaign was not uploaded clears the doubt of the tries before it; a name that is taken all the
same is then unverified.

Other bodies may have gone under the same name: the campaign that `--isolate` has cut, and its parts. A name that exists
may then be theirs. It is this part's own only where each of them was refused in documented words.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from msgspec import Struct

from telecmi_leads.core.campaign import NAME_NOT_OURS, CampaignStatus, OutcomeKind
from telecmi_leads.core.errors import UsageError
from telecmi_leads.core.run import StopCause
from telecmi_leads.core.text import safe
from telecmi_leads.ledger import Word
from telecmi_leads.sending.isolation import Family, rejoin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telecmi_leads.core.campaign import CampaignRecord, Outcome
    from telecmi_leads.core.clock import Clock
    from telecmi_leads.ledger import Ledger

    History = Sequence[OutcomeKind | Word]


class Step(Enum):
    """What follows for the campaign."""

    SETTLED = auto()
    """This is its end."""
    AGAIN = auto()
    """Nothing was applied: it may be sent again after a pause."""
    AGAIN_WHEN_SETTLED = auto()
    """It may have been applied, or be at work: the same bytes may go again once that time is over."""
    LEAVE = auto()
    """Another try would be answered the same: it stays as it is until a later run or a person looks at it."""
    STOP = auto()
    """Every other campaign would be answered the same: the run ends."""


class Decision(Struct, frozen=True):
    """A campaign's state after an answer, and what follows; `note` is for the report, `cause` goes with STOP."""

    status: CampaignStatus
    step: Step
    confirmed_by_name: bool = False
    note: str = ""
    cause: StopCause | None = None


def decide(history: History, outcome: Outcome, *, others: History | None, names_taken: bool) -> Decision:
    """Return what an answer means; `history` holds the campaign's earlier tries and what people said, oldest first.

    `others` holds the tries of other bodies that were sent under the same name; None where it was this one's alone.
    `names_taken` says that a name of this run turned out to be somebody else's: others may be, and prove nothing then.
    """
    kind = outcome.kind
    if kind is OutcomeKind.ACCEPTED:
        # Names are unique, so a fresh acceptance also proves that no earlier try went in.
        note = "an earlier try ended in a server error" if OutcomeKind.UNKNOWN_SERVER in history else ""
        return Decision(CampaignStatus.ACCEPTED, Step.SETTLED, note=note)
    if kind is OutcomeKind.NAME_EXISTS:
        decision = _name_exists(history) if others is None else _name_of_several(history, others)
        return _unverified() if names_taken and decision.confirmed_by_name else decision
    if kind.maybe_applied:
        return _maybe_applied(kind)
    # From here on this try is not in. That says nothing of the tries before it.
    doubtful = may_be_in(history) or may_be_in(others or ())
    if kind is not OutcomeKind.REFUSED:
        return _not_applied(outcome, CampaignStatus.UNKNOWN if doubtful else CampaignStatus.UNSENT)
    if doubtful:  # "duplicate phone numbers" may speak of our own leads
        return Decision(CampaignStatus.UNKNOWN, Step.LEAVE, note="an earlier try may have been accepted")
    return Decision(CampaignStatus.REFUSED, Step.SETTLED)


def _name_exists(history: History) -> Decision:
    # A person looked and did not find it, and the name is taken: they may have looked too early, or somebody else made
    # a campaign of that name since. Only a second look can tell.
    if Word.NOT_UPLOADED in history:
        return Decision(CampaignStatus.UNVERIFIED, Step.SETTLED, note="said not to be uploaded, but the name is taken")
    tries = [kind for kind in history if isinstance(kind, OutcomeKind)]
    # After an answer that proves nothing the service may have stored a part of the leads before it failed: that the
    # name is there does not show that all of them are. After a lost connection alone it does, as the service stores
    # whole.
    if any(kind.unproven for kind in tries):
        return _unverified()
    if any(kind.lost for kind in tries):
        return Decision(CampaignStatus.ACCEPTED, Step.SETTLED, confirmed_by_name=True)
    return Decision(CampaignStatus.REFUSED, Step.STOP, note=NAME_NOT_OURS, cause=StopCause.NAME_TAKEN)


def _name_of_several(history: History, others: History) -> Decision:
    """Decide on a name that other bodies were sent under as well: never somebody else's, seldom surely ours."""
    if may_be_in(others):
        return _unverified()
    decision = _name_exists(history)
    return _unverified() if decision.status is CampaignStatus.REFUSED else decision


def _unverified() -> Decision:
    note = "the name is there, the number of leads is not proven"
    return Decision(CampaignStatus.UNVERIFIED, Step.SETTLED, note=note)


def _maybe_applied(kind: OutcomeKind) -> Decision:
    """Decide on a try that may be in for all that is known."""
    if kind is OutcomeKind.REFUSED_OTHERWISE:
        return Decision(CampaignStatus.UNKNOWN, Step.LEAVE, note="not a documented refusal, so it proves nothing")
    if kind is OutcomeKind.MISDIRECTED:
        return Decision(CampaignStatus.UNKNOWN, Step.STOP, cause=StopCause.MISDIRECTED)
    step = Step.AGAIN if kind is OutcomeKind.BUSY else Step.AGAIN_WHEN_SETTLED
    return Decision(CampaignStatus.UNKNOWN, step)


def _not_applied(outcome: Outcome, status: CampaignStatus) -> Decision:
    """Decide on an outcome that says that this try, and only this one, was not applied."""
    # Both end with certainty before the leads were looked at; any other outcome of that kind would be a KeyError, not a
    # silent guess.
    cause = {
        OutcomeKind.ACCOUNT: StopCause.ACCOUNT_REFUSED,
        OutcomeKind.NOT_SENT: None if outcome.retryable else StopCause.NO_CONNECTION,
    }[outcome.kind]
    return Decision(status, Step.STOP if cause else Step.AGAIN, cause=cause)


def may_be_in(history: History) -> bool:
    """Tell whether a try may have gone in. What a person has found out settles the tries before it."""
    doubtful = False
    # The order counts: a doubt that comes after a person's word is a new one.
    for kind in history:
        doubtful = not isinstance(kind, Word) and (doubtful or kind.maybe_applied)
    return doubtful


# --- a person's word ----------------------------------------------------------------------------


def resolve(ledger: Ledger, run_id: str, campaign: str, *, accepted: bool, clock: Clock) -> CampaignRecord:
    """Settle a campaign, given by its name or number, as accepted, or as not uploaded; return it as it is then.

    To be called under the account's lock. One that is not uploaded is unsent again and goes under the same name with
    the next `resume`; its history stays, so that a name taken all the same is not mistaken for somebody else's
    campaign. Raises UsageError where there is no such campaign, several, or nothing to settle.
    """
    if not campaign.strip():
        raise UsageError(
            "The campaign that is given is empty: perhaps a variable of the shell is not set",
            hint="Give its name or number, as `telecmi-leads runs RUN` shows them.",
        )
    ledger.settle_interrupted(run_id, at=clock.now())  # a dead process may have left it on its way
    # Asked before the parts are joined: their names are what the user may have read in an earlier report.
    before = ledger.campaigns(run_id)
    _make_whole(ledger, run_id, clock)
    found = _find(ledger, run_id, campaign, before)
    if accepted and any(each.id == found.id and each.split for each in before):
        # Whoever looked it up compared it with the smaller part that had its name.
        raise UsageError(
            f"{safe(found.name)} was being halved when its run ended; it is whole again, with {found.leads:,} leads",
            hint=f"Look it up in the TeleCMI dashboard. If it holds {found.leads:,} leads: the same command again.",
        )
    if not found.status.resolvable:
        raise UsageError(
            f"Campaign {safe(found.name)} is {found.status}: there is nothing to resolve",
            hint="Only a campaign that is unknown or unverified needs a person's word.",
        )
    settled = ledger.resolve(found.id, accepted=accepted, at=clock.now())
    ledger.finish_run(run_id)
    return settled


def _make_whole(ledger: Ledger, run_id: str, clock: Clock) -> None:
    """Join the parts of campaigns that a dead process was cutting: the service knows them by one name."""
    for root in sorted({each.root for each in ledger.campaigns(run_id) if each.split}):
        for move in Family(*ledger.family(root), budget=0, cutting=False).unsettled():
            rejoin(ledger, move, at=clock.now())


def _find(ledger: Ledger, run_id: str, wanted: str, before: Sequence[CampaignRecord]) -> CampaignRecord:
    """Return the campaign that is meant; `before` are the run's campaigns before parts became whole again."""
    campaigns = [each for each in ledger.campaigns(run_id) if not each.split]
    found = [each for each in campaigns if each.name == wanted]
    # The parts of a campaign that --isolate has cut have its number, so that it then means several.
    found = found or [each for each in campaigns if str(each.number) == wanted.lstrip("0")]
    if len(found) == 1:
        return found[0]
    open_ones = ", ".join(safe(each.name) for each in campaigns if each.status.resolvable)
    if not found and any(each.name == wanted for each in before):
        raise UsageError(
            f"{safe(wanted)} was never sent: it is a part of a campaign that may be in itself",
            hint=f"Look that campaign up in the dashboard. To be resolved: {open_ones}.",
        )
    raise UsageError(
        f"Run {run_id} has {'several campaigns' if found else 'no campaign'} {safe(wanted)}",
        hint=f"To be resolved: {open_ones}." if open_ones else "Nothing in this run is to be resolved.",
    )
