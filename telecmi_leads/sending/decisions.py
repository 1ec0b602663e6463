"""What one answer means for a campaign, given all that came before: pure, and the one place that says so.

The campaign's name is the service's only idempotency key: a campaign is made under a name once, and whole. From that
and the history follows what is proven and what is not; where nothing is, the state says so.

    before →               no try of ours can be in   only the connection failed   a server error among them
    accepted               accepted                   accepted                     accepted, with a note
    name exists            refused: somebody else's   accepted, by its name        unverified
    refused                refused                    unknown, left                unknown, left
    no answer, 5xx, kill   unknown, again after settle, whatever came before
    not sent, busy         unsent, again              unknown, again               unknown, again
    404, elsewhere, TLS    unsent, the run ends       unknown, the run ends        unknown, the run ends

A person's word that a campaign was not uploaded clears the doubt of the tries before it; a name that is taken all the
same is then unverified.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from telecmi_leads.core.campaign import CampaignStatus, OutcomeKind
from telecmi_leads.core.events import StopCause
from telecmi_leads.ledger import Word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telecmi_leads.core.campaign import Outcome

MAYBE_APPLIED = frozenset({OutcomeKind.UNKNOWN_CONNECTION, OutcomeKind.UNKNOWN_SERVER, OutcomeKind.INTERRUPTED})
"""Tries after which the campaign may be there: the connection failed, the service failed, our process died."""


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


@dataclass(frozen=True, slots=True)
class Decision:
    """A campaign's state after an answer, and what follows; `note` is for the report, `cause` goes with STOP."""

    status: CampaignStatus
    step: Step
    confirmed_by_name: bool = False
    note: str = ""
    cause: StopCause | None = None


def decide(history: Sequence[OutcomeKind | Word], outcome: Outcome) -> Decision:
    """Return what an answer means; `history` holds the campaign's earlier tries and what people said, oldest first."""
    kind = outcome.kind
    if kind is OutcomeKind.ACCEPTED:
        # Names are unique, so a fresh acceptance also proves that no earlier try went in.
        note = "an earlier try ended in a server error" if OutcomeKind.UNKNOWN_SERVER in history else ""
        return Decision(CampaignStatus.ACCEPTED, Step.SETTLED, note=note)
    if kind is OutcomeKind.NAME_EXISTS:
        return _name_exists(history)
    if kind in MAYBE_APPLIED:
        return Decision(CampaignStatus.UNKNOWN, Step.AGAIN_WHEN_SETTLED)
    doubtful = _doubtful(history)
    if kind is OutcomeKind.REFUSED:
        # After a try that may have gone in, "duplicate phone numbers" may speak of our own leads.
        if doubtful:
            return Decision(CampaignStatus.UNKNOWN, Step.LEAVE, note="an earlier try may have been accepted")
        return Decision(CampaignStatus.REFUSED, Step.SETTLED)
    return _not_applied(outcome, CampaignStatus.UNKNOWN if doubtful else CampaignStatus.UNSENT)


def _name_exists(history: Sequence[OutcomeKind | Word]) -> Decision:
    if Word.NOT_UPLOADED in history:
        return Decision(CampaignStatus.UNVERIFIED, Step.SETTLED, note="said not to be uploaded, but the name is taken")
    if not MAYBE_APPLIED.intersection(history):
        return Decision(
            CampaignStatus.REFUSED, Step.SETTLED, note="a campaign that this ledger never sent has this name"
        )
    if OutcomeKind.UNKNOWN_SERVER in history:
        return Decision(
            CampaignStatus.UNVERIFIED, Step.SETTLED, note="the name is there, the number of leads is not proven"
        )
    return Decision(CampaignStatus.ACCEPTED, Step.SETTLED, confirmed_by_name=True)


def _not_applied(outcome: Outcome, status: CampaignStatus) -> Decision:
    """Decide on an answer that says that this try, and only this one, was not applied."""
    cause = {
        OutcomeKind.ACCOUNT: StopCause.ACCOUNT_REFUSED,
        OutcomeKind.MISDIRECTED: StopCause.MISDIRECTED,
        OutcomeKind.NOT_SENT: None if outcome.retryable else StopCause.NO_CONNECTION,
        OutcomeKind.BUSY: None,
    }[outcome.kind]
    return Decision(status, Step.STOP if cause else Step.AGAIN, cause=cause)


def _doubtful(history: Sequence[OutcomeKind | Word]) -> bool:
    """Tell whether a try may have gone in. What a person has found out settles the tries before it."""
    doubtful = False
    for kind in history:
        if isinstance(kind, Word):
            doubtful = False
        elif kind in MAYBE_APPLIED:
            doubtful = True
    return doubtful
