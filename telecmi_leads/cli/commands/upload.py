"""upload: from files to uploaded campaigns and a summary."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from telecmi_leads.cli.course import Course, run_to_end
from telecmi_leads.cli.earlier_runs import made_at
from telecmi_leads.cli.going_on import leave_out, tell_known
from telecmi_leads.cli.run_lists import lists_of
from telecmi_leads.cli.run_plan import Plan, input_files, known_ledger, trial
from telecmi_leads.cli.run_sending import Service, end_run, open_service, report_folder, sandbox_wanted, send_run
from telecmi_leads.cli.session import locked
from telecmi_leads.core import wording
from telecmi_leads.core.errors import InputRefused, LeadsError, UsageError
from telecmi_leads.core.reasons import WarningCode
from telecmi_leads.core.run import RunState
from telecmi_leads.core.text import safe
from telecmi_leads.leads.planning import format_shows, name_pattern, name_placeholders, run_name
from telecmi_leads.ledger import Ledger
from telecmi_leads.output.reports import prepare_folder
from telecmi_leads.settings.accounts import check_secret_file
from telecmi_leads.settings.options import AccountOptions, CampaignOptions, SendingOptions, TrialOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telecmi_leads.cli.session import Session
    from telecmi_leads.core.run import RunRecord, RunSummary


def upload(files: Sequence[str], given: dict[str, Any]) -> int:
    """Prepare the files and upload them; with --dry-run, show what would be uploaded."""
    return run_to_end(given, partial(_upload, paths=files), sends=True, files=files)


def _upload(course: Course, paths: Sequence[str]) -> RunSummary:
    session = course.session
    course.name, course.pattern = _name(session, paths)
    if not sandbox_wanted(session) and Ledger.is_gone(session.state):
        course.warn(
            f"The state folder {safe(str(session.state))} holds the key of a ledger that is not there: whoever was "
            "uploaded before is not known, and not left out. If there was one, put ledger.sqlite3 back from a backup.",
            WarningCode.LEDGER_GONE,
        )
    if session.settings[TrialOptions].dry_run:
        return _dry_run(course, paths)
    if sandbox_wanted(session):
        return _rehearse(course, paths)
    files = _input_files(course, paths)
    with ExitStack() as stack:
        # Credentials before the ledger and the lock: who lacks them should hear it without waiting for another run.
        service = stack.enter_context(open_service(session, sandbox=False))
        ledger = stack.enter_context(session.ledger())
        try:
            stack.enter_context(locked(session, service.key))
            run = _planned(course, files, ledger, service)
        except InputRefused as refused:
            raise _with_resume(course, refused, ledger, service.key) from None
        with course.accounted(ledger, run.id):
            return send_run(course, ledger, run, service)


def _dry_run(course: Course, paths: Sequence[str]) -> RunSummary:
    """Do everything but the sending, and say where a run of this name and content is there already."""
    input_files(paths)
    _check_named(course.session)
    with trial(course, paths) as plan:
        earlier = plan.earlier_or_refuse()
        if earlier is not None:
            ended = earlier.state is RunState.FINISHED
            course.warn(
                f"{earlier.name} is run {earlier.id} of {made_at(earlier)} already: without --dry-run, this command "
                f"{'sends nothing' if ended else 'goes on with it'}.",
                WarningCode.RUN_EXISTS,
            )
        return end_run(course, plan.staging, plan.keep(), None)


def _check_named(session: Session) -> None:
    """Raise SettingsError for a typed file that the same command in earnest, which is printed, could not use.

    What a settings file names need not be there: a trial needs no credentials.
    """
    typed = {option.name for option in session.typed.options}
    secret_file = session.settings[AccountOptions].secret_file
    if "secret_file" in typed and secret_file is not None:
        check_secret_file(secret_file)
    if "ca_bundle" in typed:
        from telecmi_leads.sending.transport import tls_context

        tls_context(session.settings[SendingOptions].ca_bundle)


def _rehearse(course: Course, paths: Sequence[str]) -> RunSummary:
    """Do everything against a stand-in for the service, with a ledger of which nothing is left."""
    files = input_files(paths)
    _check_named(course.session)
    with open_service(course.session, sandbox=True) as service, Ledger.rehearsal() as ledger:
        plan = Plan(course, ledger, ledger, service.key, service.app_id)
        plan.prepare(files)
        summary = send_run(course, ledger, plan.keep(), service)
    course.run = None
    return replace(summary, run=None)


def _input_files(course: Course, paths: Sequence[str]) -> Sequence[Path | None]:
    """Return the files to read. What can't be opened is said before settings are looked at (exit 3 before 6)."""
    try:
        return input_files(paths)
    except InputRefused as refused:
        says = refused
        with suppress(LeadsError), known_ledger(course) as (ledger, account):  # what else is wrong comes second
            says = refused if ledger is None else _with_resume(course, refused, ledger, account)
        raise says from None


def _with_resume(course: Course, refused: InputRefused, ledger: Ledger, account: str) -> InputRefused:
    """Say of an input that can't be used that an unfinished run of the name needs none."""
    named = ledger.runs_named(account, course.name or "") if course.run is None else []
    for run in named:
        if run.state is RunState.PLANNED:
            resume = wording.resume(run, course.session.typed.after(run.typed))
            told = f"Run {run.id} of this name is unfinished and needs no file: {resume}"
            return type(refused)(refused.message, hint=f"{refused.hint} {told}".strip())
    return refused


def _name(session: Session, paths: Sequence[str]) -> tuple[str, str]:
    """Return the run's name, --name with its placeholders filled in; and what it has in common with other days'."""
    name = session.settings[CampaignOptions].name
    if name is None:
        raise UsageError("--name is missing.", hint="Say what the campaigns are called, such as --name March.")
    stem = "stdin" if paths[0] == "-" else Path(paths[0].removesuffix(".gz")).stem
    options = session.settings[CampaignOptions]
    used = name_placeholders(name)
    if options.split_by is None and ("group" in used or format_shows(options.name_format, "group")):
        raise UsageError("--name holds {group}, and nothing makes groups.", hint="Add --split-by, or remove {group}.")
    if "file" in used and any("\ud800" <= each <= "\udfff" for each in stem):
        raise UsageError(
            f"The file's name {safe(stem)!r} holds a byte that is not text, and --name holds {{file}}.",
            hint="Rename the file, or say in --name what the campaigns are called.",
        )
    grouped, today = options.split_by is not None, session.clock.now().date()
    return run_name(name, today=today, stem=stem, grouped=grouped), name_pattern(name, stem=stem)


def _planned(course: Course, files: Sequence[Path | None], ledger: Ledger, service: Service) -> RunRecord:
    """Prepare the files; return the new run, or the one of the same name and content that is there already."""
    plan = Plan(course, ledger, ledger, service.key, service.app_id)
    plan.prepare(files)
    earlier = plan.earlier_or_refuse()
    if earlier is None:
        return plan.keep()
    plan.discard()
    course.run, course.name, course.left_waiting = earlier.id, earlier.name, None
    with course.accounted(ledger, earlier.id):
        prepare_folder(report_folder(course.session, earlier))
        if earlier.state is RunState.FINISHED:
            was, end = ("uploaded", "") if earlier.leads.accepted else ("tried", ", and nothing of it is in")
            course.session.console.note(
                f"{earlier.name} was {was} on {made_at(earlier)} (run {earlier.id}){end}; nothing is sent again."
            )
            elsewhere = plan.in_elsewhere(earlier)
            if elsewhere:
                says = f"{wording.count(elsewhere, 'lead')} that it has refused {'is' if elsewhere == 1 else 'are'} in"
                course.session.console.note(f"{says} by another run.")
            others = plan.in_others(earlier)
            if others:
                says = f"{wording.count(others, 'lead')} of this input {'is' if others == 1 else 'are'} not in this run"
                course.session.console.note(f"{says}, but in others of this name: telecmi-leads runs")
        else:
            course.session.console.note(f"Going on with {safe(earlier.name)} of {made_at(earlier)}.")
            leave_out(course, ledger, earlier, lists_of(course, earlier))
            tell_known(course, ledger, earlier)
    return ledger.run(earlier.id) or earlier
