"""resolve: a person's word on a campaign whose outcome the program could not prove."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

from telecmi_leads.cli.course import Course, run_to_end
from telecmi_leads.cli.going_on import go_on, of_account
from telecmi_leads.cli.run_lists import lists_of
from telecmi_leads.cli.run_sending import end_run, open_service, report_folder
from telecmi_leads.cli.session import find_run, locked, typed
from telecmi_leads.core.errors import UsageError
from telecmi_leads.core.run import SANDBOX_ACCOUNT, Suggested
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import count
from telecmi_leads.output.reports import prepare_folder
from telecmi_leads.sending.decisions import resolve as settle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telecmi_leads.core.run import RunSummary


def resolve(wanted: str, campaign: str, given: dict[str, Any], *, accepted: bool, not_uploaded: bool) -> int:
    """Settle a campaign as a person has found it in the dashboard; what is not there is sent again."""
    if accepted == not_uploaded:
        raise UsageError(
            "Say what the dashboard shows.",
            hint="--accepted: it is there with all its leads. --not-uploaded: it is not, and is to be sent again.",
        )
    if accepted:
        _check_idle(given)
    body = partial(_accepted if accepted else _not_uploaded, wanted=wanted, campaign=campaign)
    return run_to_end(given, body, sends=False)


def _check_idle(given: Mapping[str, Any]) -> None:
    """Raise UsageError for options about sending beside --accepted, which sends nothing."""
    idle = next(
        (
            option
            for option in typed(given).options
            if Suggested.RESOLVE in option.repeated and Suggested.SETTLE not in option.repeated
        ),
        None,
    )
    if idle is not None:
        raise UsageError(
            f"{idle.arguments[0]} has no effect with --accepted, which sends nothing.", hint="Leave it out."
        )


def _accepted(course: Course, wanted: str, campaign: str) -> RunSummary:
    session = course.session
    with session.ledger() as ledger:
        run = find_run(ledger, wanted)
        with locked(session, run.account, command="resolve"):
            settled = settle(ledger, run.id, campaign, accepted=True, clock=session.clock)
            session.console.note(f"{safe(settled.name)}: {count(settled.leads, 'lead')}, settled as accepted.")
            course.run, course.name = run.id, run.name
            with course.accounted(ledger, run.id):
                prepare_folder(report_folder(session, run))
                return end_run(course, ledger, run, None)


def _not_uploaded(course: Course, wanted: str, campaign: str) -> RunSummary:
    session = course.session
    with ExitStack() as stack:
        ledger = stack.enter_context(session.ledger())
        run = find_run(ledger, wanted)
        service = stack.enter_context(open_service(session, sandbox=run.account == SANDBOX_ACCOUNT))
        stack.enter_context(locked(session, of_account(run, service.key).account, command="resolve"))
        lists = lists_of(course, run)  # a list that fails stops the command before anything is written down
        settled = settle(ledger, run.id, campaign, accepted=False, clock=session.clock)
        session.console.note(
            f"{safe(settled.name)}: {count(settled.leads, 'lead')}, to be sent again under the same name."
        )
        return go_on(course, ledger, find_run(ledger, run.id), service, lists)
