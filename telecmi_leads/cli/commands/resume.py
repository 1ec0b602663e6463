"""resume and resolve: going on with a run of the ledger, which needs no input file."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from telecmi_leads.cli.course import Course, run_to_end
from telecmi_leads.cli.run_plan import usable_lists
from telecmi_leads.cli.run_sending import end_run, open_service, report_folder, sandbox_wanted, send_run
from telecmi_leads.cli.session import find_run, locked
from telecmi_leads.core.errors import ExitCode, SettingsError, UsageError
from telecmi_leads.core.models import SANDBOX_ACCOUNT, CampaignStatus, RunState
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import count
from telecmi_leads.output.reports import prepare_folder
from telecmi_leads.sending.settling_by_hand import resolve as settle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telecmi_leads.cli.run_sending import Service
    from telecmi_leads.core.models import CampaignRecord, RunRecord, RunSummary
    from telecmi_leads.leads.screening import ExcludeList
    from telecmi_leads.ledger import Journal


def resume(wanted: str | None, given: dict[str, Any]) -> int:
    """Go on with an unfinished run."""
    return run_to_end(given, partial(_resume, wanted=wanted), sends=True)


def resolve(wanted: str, campaign: str, given: dict[str, Any], *, accepted: bool, not_uploaded: bool) -> int:
    """Settle a campaign as a person has found it in the dashboard; what is not there is sent again."""
    if accepted == not_uploaded:
        raise UsageError(
            "Say what the dashboard shows.",
            hint="--accepted: it is there with all its leads. --not-uploaded: it is not, and is to be sent again.",
        )
    body = partial(_accepted if accepted else _not_uploaded, wanted=wanted, campaign=campaign)
    return run_to_end(given, body, sends=False)


def _resume(course: Course, wanted: str | None) -> RunSummary:
    session = course.session
    with ExitStack() as stack:
        journal = stack.enter_context(session.ledger())
        sandbox = sandbox_wanted(session)
        if wanted is not None:
            sandbox = find_run(journal, wanted).account == SANDBOX_ACCOUNT
        service = stack.enter_context(open_service(session, sandbox=sandbox))
        stack.enter_context(locked(session, service.key))
        run = _unfinished(journal, wanted, service.key)
        if run is None:
            return course.nothing_to_do("No run of this account is unfinished.")
        return _go_on(course, journal, run, service)


def _unfinished(journal: Journal, wanted: str | None, account: str) -> RunRecord | None:
    if wanted is None:
        return next((run for run in journal.runs(account) if run.state is RunState.PLANNED), None)
    return _of_account(find_run(journal, wanted), account)


def _of_account(run: RunRecord, account: str) -> RunRecord:
    if run.account != account:
        raise SettingsError(
            f"Run {run.id} belongs to account {safe(run.account)}; the settings are for {safe(account)}.",
            hint="Choose that account's settings, with --env-file or --profile.",
        )
    return run


def _go_on(course: Course, journal: Journal, run: RunRecord, service: Service) -> RunSummary:
    course.run, course.name = run.id, run.name
    with course.accounted(journal, run.id):
        prepare_folder(report_folder(course.session, run))
        leave_out(course, journal, run, usable_lists(course))
        return send_run(course, journal, run, service)


def leave_out(course: Course, journal: Journal, run: RunRecord, lists: Sequence[ExcludeList]) -> None:
    """Take whoever is on a list by now out of what a run has not sent yet."""
    for listed in lists:
        gone = journal.withdraw(run.id, listed.numbers.hits, listed.name)
        if gone:
            course.session.console.note(f"{count(gone, 'lead')} taken out: on {listed.name} since the run was planned.")
        late = journal.waiting_among(run.id, listed.numbers.hits)
        if late:
            course.warn(
                f"{count(late, 'number')} on {listed.name} may be in already, in campaigns whose outcome is unknown. "
                "Look for them in the dashboard."
            )


# --- a person's word ----------------------------------------------------------------------------


def _accepted(course: Course, wanted: str, campaign: str) -> RunSummary:
    session = course.session
    with session.ledger() as journal:
        run = find_run(journal, wanted)
        with locked(session, run.account, command="resolve"):
            settled = settle(journal, run.id, campaign, accepted=True, clock=session.clock)
            session.console.note(f"{safe(settled.name)}: {count(settled.leads, 'lead')}, settled as accepted.")
            course.run, course.name = run.id, run.name
            with course.accounted(journal, run.id):
                prepare_folder(report_folder(session, run))
                return _judged(end_run(course, journal, run, None), settled)


def _not_uploaded(course: Course, wanted: str, campaign: str) -> RunSummary:
    session = course.session
    with ExitStack() as stack:
        journal = stack.enter_context(session.ledger())
        run = find_run(journal, wanted)
        service = stack.enter_context(open_service(session, sandbox=run.account == SANDBOX_ACCOUNT))
        stack.enter_context(locked(session, _of_account(run, service.key).account, command="resolve"))
        settled = settle(journal, run.id, campaign, accepted=False, clock=session.clock)
        session.console.note(
            f"{safe(settled.name)}: {count(settled.leads, 'lead')}, to be sent again under the same name."
        )
        return _judged(_go_on(course, journal, find_run(journal, run.id), service), settled)


def _judged(summary: RunSummary, settled: CampaignRecord) -> RunSummary:
    """Judge the command by the campaign that it is about: others of the run may be open still."""
    now = next(each for each in summary.campaigns if each.id == settled.id)
    if now.status is not CampaignStatus.ACCEPTED:
        return summary
    return replace(summary, exit_code=ExitCode.OK, error=None)
