"""The program with one deliberate breakage: `python broken_program.py BREAKAGE ARGUMENTS…`.

A harness proves nothing unless it fails on a broken program.
"""

from __future__ import annotations

import re
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from a_run import judged
from msgspec.structs import replace

from telecmi_leads.__main__ import run
from telecmi_leads.cli import going_on
from telecmi_leads.cli.commands import resolve, upload
from telecmi_leads.core.campaign import CampaignStatus, Outcome, OutcomeKind, refreeze, thaw_leads
from telecmi_leads.core.clock import local_now
from telecmi_leads.leads.screening import KnownPeople
from telecmi_leads.ledger import Ledger, Word, lock
from telecmi_leads.sending import run_loop
from telecmi_leads.sending.decisions import Decision, Step, decide

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from telecmi_leads.ledger import PlanFigures
    from telecmi_leads.settings.options import SendingOptions

begin_attempts, record, body, finish_plan = (
    Ledger.begin_attempts,
    Ledger.record,
    Ledger.body,
    Ledger.finish_plan,
)


def new_names() -> None:
    """Break it: a new name at each retry."""

    def renamed(ledger: Ledger, campaign_id: int) -> bytes:
        frozen, campaign = body(ledger, campaign_id), ledger.campaign(campaign_id)
        if not campaign.attempts or campaign.status is CampaignStatus.SENDING:
            return frozen
        return refreeze(frozen, f"{campaign.name}-{campaign.attempts}", thaw_leads(frozen))

    Ledger.body = renamed  # type: ignore[method-assign]


def no_intent() -> None:
    """Break it: nothing is written before the request."""

    def silent(_ledger: Ledger, _campaign_ids: Sequence[int], **_: Any) -> None:
        return

    def both(ledger: Ledger, campaign_id: int, *args: Any, **more: Any) -> Any:
        begin_attempts(ledger, [campaign_id], at=more["at"])
        return record(ledger, campaign_id, *args, **more)

    Ledger.begin_attempts = silent  # type: ignore[method-assign]
    Ledger.record = both  # type: ignore[method-assign]


def accepted_first() -> None:
    """Break it: accepted is written before the request."""

    def hopeful(ledger: Ledger, campaign_ids: Sequence[int], **more: Any) -> None:
        begin_attempts(ledger, campaign_ids, **more)
        for campaign in campaign_ids:
            record(ledger, campaign, judged(Outcome(OutcomeKind.ACCEPTED), CampaignStatus.ACCEPTED), **more)

    def nothing(ledger: Ledger, campaign_id: int, *_: Any, **__: Any) -> Any:
        return ledger.campaign(campaign_id)

    Ledger.begin_attempts = hopeful  # type: ignore[method-assign]
    Ledger.record = nothing  # type: ignore[method-assign]


def no_settling() -> None:
    """Break it: a second try goes while the first request may still be at work."""
    upload = run_loop.upload

    def hasty(run_id: str, ledger: Ledger, send: Any, options: SendingOptions, *more: Any) -> Iterator[Any]:
        return upload(run_id, ledger, send, options.replaced(settle=0.0), *more)

    run_loop.upload = hasty


def other_bytes() -> None:
    """Break it: the same name at each retry, with other bytes."""

    def reordered(ledger: Ledger, campaign_id: int) -> bytes:
        frozen, campaign = body(ledger, campaign_id), ledger.campaign(campaign_id)
        if not campaign.attempts or campaign.status is CampaignStatus.SENDING:
            return frozen
        return refreeze(frozen, campaign.name, thaw_leads(frozen)[::-1])

    Ledger.body = reordered  # type: ignore[method-assign]


def _deciding_otherwise(was: CampaignStatus, becomes: CampaignStatus, only: OutcomeKind | None = None) -> None:
    """Break it: whatever is decided to be in one state is said to be in another."""

    def wrongly(history: Sequence[Any], outcome: Outcome, **more: Any) -> Decision:
        decision = decide(history, outcome, **more)
        if decision.status is not was or only not in {None, outcome.kind}:
            return decision
        return replace(decision, status=becomes, step=Step.SETTLED)

    run_loop.decide = wrongly


def taken_is_ours() -> None:
    """Break it: a name that is taken at the first try is counted as accepted."""
    _deciding_otherwise(CampaignStatus.REFUSED, CampaignStatus.ACCEPTED, OutcomeKind.NAME_EXISTS)


def unverified_is_accepted() -> None:
    """Break it: a name that is taken after a server error is counted as accepted."""
    _deciding_otherwise(CampaignStatus.UNVERIFIED, CampaignStatus.ACCEPTED)


def unknown_is_refused() -> None:
    """Break it: a request without an answer is counted as refused."""
    _deciding_otherwise(CampaignStatus.UNKNOWN, CampaignStatus.REFUSED)


def unknown_is_unsent() -> None:
    """Break it: a request without an answer is counted as unsent."""
    _deciding_otherwise(CampaignStatus.UNKNOWN, CampaignStatus.UNSENT)


def no_lock() -> None:
    """Break it: two runs of one account work at the same time."""
    lock.hold = lambda *_, **__: nullcontext()


def lost_row() -> None:
    """Break it: a row is counted as read, and is of no kind."""

    def miscounted(ledger: Ledger, run_id: str, figures: PlanFigures, **named: Any) -> Any:
        rows = replace(figures.rows, read=figures.rows.read + 1)
        return finish_plan(ledger, run_id, replace(figures, rows=rows), **named)

    Ledger.finish_plan = miscounted  # type: ignore[method-assign]


def lost_lead() -> None:
    """Break it: a campaign's leads vanish from the ledger with it when it is accepted."""

    def forgetful(ledger: Ledger, campaign_id: int, *args: Any, **more: Any) -> Any:
        settled = record(ledger, campaign_id, *args, **more)
        with ledger._store.writing() as connection:  # noqa: SLF001 - damage from within
            connection.execute("UPDATE campaigns SET leads = leads - 1 WHERE id = ?", (campaign_id,))
        return settled

    Ledger.record = forgetful  # type: ignore[method-assign]


def date_of_today_at_resume() -> None:
    """Break it: what is left of a run gets the name of the day on which it goes on."""

    def renamed(ledger: Ledger, campaign_id: int) -> bytes:
        frozen, campaign = body(ledger, campaign_id), ledger.campaign(campaign_id)
        name = re.sub(r"\d{4}-\d\d-\d\d", f"{local_now().date()}", campaign.name)
        return refreeze(frozen, name, thaw_leads(frozen))

    Ledger.body = renamed  # type: ignore[method-assign]


def lists_not_read_again() -> None:
    """Break it: a run that goes on does not read its do-not-call lists."""
    for module in (going_on, upload, resolve):
        module.lists_of = lambda *_: []  # type: ignore[attr-defined]


def append_leaves_nobody_out() -> None:
    """Break it: --append uploads those again who are in a campaign of the name."""
    why = KnownPeople._why  # noqa: SLF001 - damage from within
    KnownPeople._why = lambda people, found: None if people.append else why(people, found)  # type: ignore[method-assign]  # noqa: SLF001 - the same


def believes_not_uploaded() -> None:
    """Break it: a person's word outranks the service, which says that the name exists."""

    def trusting(history: Sequence[Any], outcome: Outcome, **more: Any) -> Decision:
        decision = decide(history, outcome, **more)
        if outcome.kind is OutcomeKind.NAME_EXISTS and Word.NOT_UPLOADED in history:
            return replace(decision, status=CampaignStatus.REFUSED, step=Step.SETTLED)
        return decision

    run_loop.decide = trusting


BREAKAGES: dict[str, Callable[[], None]] = {
    each.__name__: each
    for each in (
        *(new_names, other_bytes, no_intent, accepted_first, no_settling, no_lock, lost_row, lost_lead),
        *(taken_is_ours, unverified_is_accepted, unknown_is_refused, unknown_is_unsent),
        *(date_of_today_at_resume, lists_not_read_again, append_leaves_nobody_out, believes_not_uploaded),
    )
}

if __name__ == "__main__":
    BREAKAGES[sys.argv[1]]()
    sys.exit(run(sys.argv[2:]))
