"""Sending a planned run: the service or its stand-in, the events on the console, the summary and its reports."""

from __future__ import annotations

import secrets
from collections import Counter
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from telecmi_leads.cli.course import end_code
from telecmi_leads.core import wording
from telecmi_leads.core.clock import StopRequest
from telecmi_leads.core.errors import ExitCode
from telecmi_leads.core.run import SANDBOX_ACCOUNT, RunState, RunStatus, RunStopping
from telecmi_leads.core.wording.endings import end_problem
from telecmi_leads.output.console.upload_tally import UploadTally
from telecmi_leads.output.reports import summarise, write_reports
from telecmi_leads.settings.accounts import Account, Secret, account
from telecmi_leads.settings.network import proxies
from telecmi_leads.settings.options import SendingOptions, TrialOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from telecmi_leads.cli.course import Course
    from telecmi_leads.cli.session import Session
    from telecmi_leads.core.campaign import Outcome
    from telecmi_leads.core.errors import InputRefused
    from telecmi_leads.core.run import RunRecord, RunSummary
    from telecmi_leads.ledger import Ledger
    from telecmi_leads.sending.client import Client

_SANDBOX_APP_ID = 1111112
_REPORTS = Path("telecmi-reports")


class Service(Struct, frozen=True):
    """Where a run is sent: `key` names the account in the ledger."""

    key: str
    app_id: int
    send: Callable[[bytes], Outcome]


@contextmanager
def open_service(session: Session, *, sandbox: bool) -> Iterator[Service]:
    """Open the account's service, or a stand-in that lives as long as the context."""
    if not sandbox:
        whose = account(session.settings)
        session.announce()
        if not session.console.is_log:
            session.console.note(f"To {wording.account(whose.key)}.")
        with open_client(session, whose) as client:
            yield Service(whose.key, whose.app_id, client.send)
        return
    from telecmi_leads.sandbox import Sandbox

    with Sandbox() as stand_in:
        # A secret of its own for each rehearsal: the real one never reaches the stand-in, nor its log.
        invented = Account(_SANDBOX_APP_ID, Secret(secrets.token_hex(16)), stand_in.url)
        with open_client(session, invented) as client:
            yield Service(SANDBOX_ACCOUNT, invented.app_id, client.send)


def open_client(session: Session, whose: Account) -> Client:
    """Return a client for an account, by the proxies of the environment; a context manager."""
    from telecmi_leads.sending.client import Client

    return Client(whose, session.settings[SendingOptions], proxies(session.environment, whose.base_url))


def sandbox_wanted(session: Session) -> bool:
    """Tell whether --sandbox is given."""
    return session.settings[TrialOptions].sandbox


def send_run(course: Course, ledger: Ledger, run: RunRecord, service: Service, *, resumed: bool = False) -> RunSummary:
    """Send what is left of a run; return its summary, with the reports written.

    With --isolate, a run that is `resumed` has its refused campaigns left too, though it is finished.
    """
    stopping = None
    isolates = resumed and course.session.settings[SendingOptions].isolate
    # A finished run has nothing to send, unless --isolate is to cut what was refused.
    if run.state is RunState.PLANNED or isolates:
        stopping = _send(course, ledger, run, service)
    return end_run(course, ledger, run, stopping)


def _send(course: Course, ledger: Ledger, run: RunRecord, service: Service) -> RunStopping | None:
    from telecmi_leads.sending.run_loop import upload as upload_events
    from telecmi_leads.sending.what_goes import what_goes

    session = course.session
    options = session.settings[SendingOptions]
    waiting = what_goes(ledger, run.id, options)
    stopping = None
    stop = StopRequest()
    leads: Counter[int] = Counter()
    for each in waiting:
        leads[each.root] += each.leads
    in_doubt = {each.id: each.leads for each in waiting if each.status.doubtful}
    lists = {each.name: each.numbers.hits for each in course.lists}
    happening = upload_events(run.id, ledger, service.send, options, session.clock, stop, lists)
    # On a terminal the command's first line has named the account.
    to = wording.account(service.key) if session.console.is_log or run.account == SANDBOX_ACCOUNT else ""
    with (
        session.console.uploading(UploadTally(leads, in_doubt), to) as display,
        course.signals.to(stop),
        closing(happening) as events,  # where the display fails, what was heard is written at once
    ):
        for event in events:
            display.event(event)
            if isinstance(event, RunStopping):
                stopping = event
    return stopping


def default_report_folder(session: Session, run_id: str) -> Path:
    """Return where the reports of a new run go."""
    return (session.output.report_dir or _REPORTS / run_id).absolute()


def report_folder(session: Session, run: RunRecord) -> Path:
    """Return where a run's reports go: --report-dir, else where they went from the start."""
    return (session.output.report_dir or Path(run.report_dir)).absolute()


def refusal_reports(course: Course, ledger: Ledger, run: RunRecord, why: InputRefused) -> Mapping[str, str]:
    """Write the reports of a plan that must not be sent, so that its rows can be corrected; return them."""
    summary = summarise(ledger, run.id, exit_code=ExitCode.INPUT, status=RunStatus.REFUSED, error=why)
    written = _written(course, replace(summary, run=None, typed=course.session.typed), run, ledger)
    course.left_out = written.left_out
    return written.reports


def _written(course: Course, summary: RunSummary, run: RunRecord, ledger: Ledger) -> RunSummary:
    folder = report_folder(course.session, run)
    warned = course.with_warnings(summary)
    return write_reports(folder, warned, run, ledger, show_phones=course.session.output.show_phones)


def end_run(course: Course, ledger: Ledger, run: RunRecord, stopping: RunStopping | None) -> RunSummary:
    """Judge how a run ended, write its reports, return its summary."""
    now = ledger.run(run.id) or run
    typed = course.session.typed.after(now.typed)
    code = ExitCode.OK if now.dry_run else end_code(now.leads, stopping)
    status = RunStatus.COMPLETE if now.dry_run else now.leads.status
    here = replace(now, report_dir=str(report_folder(course.session, now)))  # where this very command writes them
    problem = end_problem(here, code, stopping, ledger.campaigns(run.id), typed)
    left = None if now.dry_run else course.left_waiting
    # A worse end of this run's own is said first; people of other runs are a lesser worry then.
    if left is not None and code in {ExitCode.OK, ExitCode.REFUSED}:
        code, status, problem = ExitCode.UNFINISHED, RunStatus.UNFINISHED, left.problem(typed)
    summary = summarise(ledger, run.id, exit_code=code, status=status, error=problem)
    summary = replace(
        summary,
        typed=typed,
        run=None if now.dry_run else summary.run,
        settling=() if left is None else left.commands(typed),
    )
    if course.waiting_elsewhere is not None:
        summary = replace(summary, waiting_elsewhere=course.waiting_elsewhere)
    return _written(course, summary, now, ledger)
