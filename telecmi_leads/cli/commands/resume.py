"""resume: an unfinished run goes on from its own stored copy; no input file is needed."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

from telecmi_leads.cli.course import Course, run_to_end
from telecmi_leads.cli.run_plan import go_on, of_account
from telecmi_leads.cli.run_sending import open_service, sandbox_wanted
from telecmi_leads.cli.session import find_run, locked
from telecmi_leads.core.run import SANDBOX_ACCOUNT, RunState

if TYPE_CHECKING:
    from telecmi_leads.core.run import RunRecord, RunSummary
    from telecmi_leads.ledger import Ledger


def resume(wanted: str | None, given: dict[str, Any]) -> int:
    """Go on with an unfinished run."""
    return run_to_end(given, partial(_resume, wanted=wanted), sends=True)


def _resume(course: Course, wanted: str | None) -> RunSummary:
    session = course.session
    with ExitStack() as stack:
        ledger = stack.enter_context(session.ledger())
        sandbox = sandbox_wanted(session)
        if wanted is not None:
            sandbox = find_run(ledger, wanted).account == SANDBOX_ACCOUNT
        service = stack.enter_context(open_service(session, sandbox=sandbox))
        stack.enter_context(locked(session, service.key))
        run = _unfinished(ledger, wanted, service.key)
        if run is None:
            return course.nothing_to_do("No run of this account is unfinished.")
        return go_on(course, ledger, run, service)


def _unfinished(ledger: Ledger, wanted: str | None, account: str) -> RunRecord | None:
    if wanted is None:
        return next((run for run in ledger.runs(account) if run.state is RunState.PLANNED), None)
    return of_account(find_run(ledger, wanted), account)
