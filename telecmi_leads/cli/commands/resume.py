"""resume: unfinished runs go on from their own stored copies; no input file is needed."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from telecmi_leads.cli.course import Course, run_to_end, show_end, stop_code, warned_of, worst
from telecmi_leads.cli.going_on import go_on, of_account
from telecmi_leads.cli.run_sending import end_run, open_service, report_folder, sandbox_wanted
from telecmi_leads.cli.session import find_run, locked
from telecmi_leads.core import wording
from telecmi_leads.core.campaign import CampaignStatus
from telecmi_leads.core.errors import ExitCode, InputRefused, ReportError
from telecmi_leads.core.reasons import WarningCode
from telecmi_leads.core.run import SANDBOX_ACCOUNT, RunEnd, RunState, RunStatus, Suggested
from telecmi_leads.core.text import safe
from telecmi_leads.output.reports import prepare_folder
from telecmi_leads.settings.options import SendingOptions

if TYPE_CHECKING:
    from telecmi_leads.cli.run_sending import Service
    from telecmi_leads.core.run import Problem, RunRecord, RunSummary
    from telecmi_leads.ledger import Ledger

_GOES_ON_AFTER = frozenset({ExitCode.OK, ExitCode.REFUSED, ExitCode.UNFINISHED, ExitCode.INPUT})
"""How a run may end so that the next one is tried. After any other end it would fare no better, but for its reports:
each run has a folder of its own.
"""


def resume(wanted: str | None, given: dict[str, Any]) -> int:
    """Go on with one unfinished run, or with all of the account."""
    return run_to_end(given, partial(_resume, wanted=wanted), sends=True)


def _resume(course: Course, wanted: str | None) -> RunSummary:
    session = course.session
    with ExitStack() as stack:
        ledger = stack.enter_context(session.ledger())
        sandbox = sandbox_wanted(session)
        if wanted is not None:
            # By the run and not by --sandbox: a rehearsed run must never go to the real service, whatever is typed.
            sandbox = find_run(ledger, wanted).account == SANDBOX_ACCOUNT
        service = stack.enter_context(open_service(session, sandbox=sandbox))
        stack.enter_context(locked(session, service.key, command="resume"))
        if wanted is not None:
            # Looked up again: under the lock it may have changed.
            return go_on(course, ledger, of_account(find_run(ledger, wanted), service.key), service)
        _tell_other_accounts(course, ledger, service.key)
        runs = _unfinished(course, ledger, service.key)
        if not runs:
            return course.nothing_to_do()
        return _all(course, ledger, runs, service)


def _unfinished(course: Course, ledger: Ledger, account: str) -> list[RunRecord]:
    """Return the account's runs to go on with, the oldest first; with --isolate those with refused campaigns too."""
    isolate = course.session.settings[SendingOptions].isolate
    found = [run for run in ledger.runs(account) if run.state is RunState.PLANNED or (isolate and run.leads.refused)]
    return found[::-1]


def _tell_other_accounts(course: Course, ledger: Ledger, account: str) -> None:
    others = [run for run in ledger.runs() if run.state is RunState.PLANNED and run.account != account]
    for other in sorted({run.account for run in others} - {SANDBOX_ACCOUNT}):
        ids = ", ".join(run.id for run in others if run.account == other)
        course.warn(
            f"Unfinished runs of {safe(wording.account(other))} wait for its own settings: {ids}.",
            WarningCode.UNFINISHED_RUN,
        )


def _all(course: Course, ledger: Ledger, runs: list[RunRecord], service: Service) -> RunSummary:
    ends: list[RunEnd] = []
    errors: dict[int, Problem | None] = {}
    warnings = [*course.warnings]
    if len(runs) > 1:
        course.session.console.note(f"{len(runs):,} unfinished runs, the oldest first.")
    for position, run in enumerate(runs):
        summary = _one(course, ledger, run, service)
        ends.append(RunEnd(run.id, run.name, summary.status, summary.exit_code))
        errors.setdefault(summary.exit_code, summary.error)
        warnings += [each for each in course.warnings if each not in warnings]
        if not course.session.output.json and len(runs) > 1:
            show_end(course.session, summary)
        if position == len(runs) - 1:
            break
        asked = course.signals.spared  # after the run's last answer: it is whole, and the next one does not begin
        if asked is not None or not _may_fare_better(summary):
            code = ExitCode.UNFINISHED if asked is None else stop_code(asked)
            ends += [RunEnd(each.id, each.name, RunStatus.UNFINISHED, code) for each in runs[position + 1 :]]
            break
        course.begin_anew()
    if len(ends) == 1:
        return summary
    code = worst(each.exit_code for each in ends)
    error = summary.error or errors.get(code)  # a script that finds the code finds why, whichever run came last
    return replace(warned_of(summary, warnings), exit_code=code, error=error, runs=tuple(ends))


def _one(course: Course, ledger: Ledger, run: RunRecord, service: Service) -> RunSummary:
    """Go on with a run; one whose lists or reports fail, or that waits for a person alone, is passed over."""
    try:
        if _waits_for_a_person(course, ledger, run):
            course.run, course.name = run.id, run.name
            with course.accounted(ledger, run.id):
                prepare_folder(report_folder(course.session, run))
                return replace(end_run(course, ledger, run, None), resumed=True)
        return go_on(course, ledger, run, service)
    except (InputRefused, ReportError) as error:
        return course.failed(error)


def _may_fare_better(summary: RunSummary) -> bool:
    """Tell whether the next run is worth a try after one that ended so."""
    no_report = summary.error is not None and summary.error.code == ReportError.code
    return summary.exit_code in _GOES_ON_AFTER or no_report


def _waits_for_a_person(course: Course, ledger: Ledger, run: RunRecord) -> bool:
    """Name the campaigns that only a person can settle; tell whether there is nothing else to do."""
    campaigns = [each for each in ledger.campaigns(run.id) if not each.split]
    for each in campaigns:
        if each.status is CampaignStatus.UNVERIFIED:
            shows = wording.command("runs", run.id, *course.session.typed.of(Suggested.RUNS))
            says = (
                f"{safe(each.name)} of run {run.id} waits for a person: look it up in the TeleCMI dashboard. What to "
                f"expect there, and how to settle it: {shows}"
            )
            course.warn(says, WarningCode.UNFINISHED_RUN)
    isolate = course.session.settings[SendingOptions].isolate
    return not any(each.status.goes(isolate=isolate) for each in campaigns)
