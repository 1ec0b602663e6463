"""upload and validate: from files to a run's summary."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from telecmi_leads.cli.commands.resume import leave_out
from telecmi_leads.cli.course import Course, run_to_end
from telecmi_leads.cli.run_plan import Plan
from telecmi_leads.cli.run_sending import Service, end_run, open_service, report_folder, sandbox_wanted, send_run
from telecmi_leads.cli.session import locked
from telecmi_leads.core.errors import UsageError
from telecmi_leads.core.models import SANDBOX_ACCOUNT, RunState
from telecmi_leads.files import check_file
from telecmi_leads.leads.planning import run_name
from telecmi_leads.ledger import Journal
from telecmi_leads.output.reports import prepare_folder
from telecmi_leads.settings.accounts import account_key, app_id_or_none
from telecmi_leads.settings.network import base_url
from telecmi_leads.settings.options import CampaignOptions, TrialOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telecmi_leads.cli.session import Session
    from telecmi_leads.core.models import RunRecord, RunSummary


def upload(files: Sequence[str], given: dict[str, Any]) -> int:
    """Prepare the files and upload them; with --dry-run, show what would be uploaded."""
    return run_to_end(given, partial(_upload, paths=files), sends=True)


def validate(files: Sequence[str], given: dict[str, Any]) -> int:
    """Prepare the files and show what would be left out."""
    return run_to_end(given, partial(_tried, paths=files), sends=False)


def _upload(course: Course, paths: Sequence[str]) -> RunSummary:
    session = course.session
    course.name = _name(session, paths)
    if session.settings[TrialOptions].dry_run:
        return _tried(course, paths)
    files = _inputs(paths)
    with ExitStack() as stack:
        service = stack.enter_context(open_service(session, sandbox=sandbox_wanted(session)))
        journal = stack.enter_context(session.ledger())
        stack.enter_context(locked(session, service.key))
        run = _planned(course, files, journal, service)
        with course.accounted(journal, run.id):
            return send_run(course, journal, run, service)


def _tried(course: Course, paths: Sequence[str]) -> RunSummary:
    """Do everything but the sending, with a ledger of which nothing is left."""
    session = course.session
    course.dry_run = True
    files = _inputs(paths)
    app_id = app_id_or_none(session.settings)
    account = "" if app_id is None else account_key(app_id, base_url(session.settings))
    if sandbox_wanted(session):
        account = SANDBOX_ACCOUNT
    with session.existing_ledger() as known, Journal.temporary() as journal:
        plan = Plan(course, journal, known, account, app_id)
        plan.prepare(files)
        earlier = plan.earlier()
        if earlier is not None:
            ended = earlier.state is RunState.FINISHED
            course.warn(
                f"{earlier.name} is run {earlier.id} of {_when(earlier)} already: without --dry-run, this command "
                f"{'sends nothing' if ended else 'goes on with it'}."
            )
        return end_run(course, journal, plan.keep(), None)


def _inputs(paths: Sequence[str]) -> list[Path | None]:
    """Return the files to read; - is standard input. Raises SourceUnreadable for what can't be opened."""
    if paths.count("-") > 1:
        raise UsageError("Standard input can be read only once.", hint="Give - once.")
    files = [None if path == "-" else Path(path) for path in paths]
    for file in files:
        if file is not None:
            check_file(file)
    return files


def _name(session: Session, paths: Sequence[str]) -> str:
    """Return the run's name, --name with its placeholders filled in."""
    name = session.settings[CampaignOptions].name
    if name is None:
        raise UsageError("--name is missing.", hint="Say what the campaigns are called, such as --name March.")
    stem = "stdin" if paths[0] == "-" else Path(paths[0].removesuffix(".gz")).stem
    options = session.settings[CampaignOptions]
    if options.split_by is None and "{group}" in name + options.name_format:
        raise UsageError(
            "--name holds {group}, and nothing makes groups.", hint="Add --split-by, or leave {group} away."
        )
    return run_name(name, today=session.clock.now().date(), stem=stem)


def _planned(course: Course, files: Sequence[Path | None], journal: Journal, service: Service) -> RunRecord:
    """Prepare the files; return the new run, or the one of the same name and content that is there already."""
    plan = Plan(course, journal, journal, service.key, service.app_id)
    plan.prepare(files)
    earlier = plan.earlier()
    if earlier is None:
        return plan.keep()
    plan.discard()
    course.run = earlier.id
    with course.accounted(journal, earlier.id):
        prepare_folder(report_folder(course.session, earlier))
        if earlier.state is RunState.FINISHED:
            course.session.console.note(
                f"{earlier.name} was uploaded on {_when(earlier)} (run {earlier.id}); nothing is sent again."
            )
        else:
            course.session.console.note(f"Going on with run {earlier.id} of {_when(earlier)}.")
            leave_out(course, journal, earlier, plan.lists)
    return earlier


def _when(run: RunRecord) -> str:
    return f"{run.created.astimezone():%Y-%m-%d %H:%M}"
