"""upload, validate and resume: from files, or from the ledger, to a run's summary."""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from telecmi_leads.commands.running import Course, run_to_end
from telecmi_leads.commands.sending import (
    SANDBOX,
    Service,
    end_run,
    open_service,
    refusal_reports,
    report_folder,
    sandbox_wanted,
    send_run,
)
from telecmi_leads.commands.session import find_run, locked
from telecmi_leads.errors import NameInUse, SettingsError, UsageError
from telecmi_leads.excluding import load_lists
from telecmi_leads.journal import Journal
from telecmi_leads.models import RunState
from telecmi_leads.options import CampaignOptions, OutputOptions, ScreeningOptions, TrialOptions
from telecmi_leads.pipeline import prepare
from telecmi_leads.planning import Planner, run_name
from telecmi_leads.reading import check_file
from telecmi_leads.reporting import prepare_folder
from telecmi_leads.screening import Screen
from telecmi_leads.settings import account_key, app_id_or_none, base_url
from telecmi_leads.text import safe
from telecmi_leads.wording import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telecmi_leads.commands.session import Session
    from telecmi_leads.errors import InputRefused
    from telecmi_leads.models import RunRecord, RunSummary
    from telecmi_leads.pipeline import Prepared
    from telecmi_leads.screening import ExcludeList, UploadedBefore

_REPORTS = Path("telecmi-reports")


def upload(files: Sequence[str], given: dict[str, Any]) -> int:
    """Prepare the files and upload them; with --dry-run, show what would be uploaded."""
    return run_to_end(given, partial(_upload, paths=files))


def validate(files: Sequence[str], given: dict[str, Any]) -> int:
    """Prepare the files and show what would be left out."""
    return run_to_end(given, partial(_validate, paths=files))


def resume(wanted: str | None, given: dict[str, Any]) -> int:
    """Go on with an unfinished run."""
    return run_to_end(given, partial(_resume, wanted=wanted))


def _upload(course: Course, paths: Sequence[str]) -> RunSummary:
    session = course.session
    files = _inputs(paths)
    course.name = _name(session, paths)
    if session.settings[TrialOptions].dry_run:
        return _tried(course, files)
    with ExitStack() as stack:
        service = stack.enter_context(open_service(session, sandbox=sandbox_wanted(session)))
        journal = stack.enter_context(session.ledger())
        stack.enter_context(locked(session, service.key))
        run = _planned(course, files, journal, service)
        with course.accounted(journal, run.id):
            return send_run(session, journal, run, service, course.signals)


def _validate(course: Course, paths: Sequence[str]) -> RunSummary:
    return _tried(course, _inputs(paths))


def _tried(course: Course, files: Sequence[Path | None]) -> RunSummary:
    """Do everything but the sending, with a ledger of which nothing is left."""
    session = course.session
    course.dry_run = True
    app_id = app_id_or_none(session.settings)
    account = "" if app_id is None else account_key(app_id, base_url(session.settings))
    with session.existing_ledger() as known, Journal.temporary() as journal:
        plan = _Plan(course, journal, account, None)
        plan.prepare(files, known, last_number=0)
        plan.keep()
        return end_run(session, journal, plan.run(), None)


def _resume(course: Course, wanted: str | None) -> RunSummary:
    session = course.session
    with ExitStack() as stack:
        journal = stack.enter_context(session.ledger())
        sandbox = sandbox_wanted(session)
        if wanted is not None:
            sandbox = find_run(journal, wanted).account == SANDBOX
        service = stack.enter_context(open_service(session, sandbox=sandbox))
        stack.enter_context(locked(session, service.key))
        run = _unfinished(journal, wanted, service.key)
        if run is None:
            return course.nothing_to_do("No run of this account is unfinished.")
        course.run, course.name = run.id, run.name
        with course.accounted(journal, run.id):
            prepare_folder(report_folder(session, run))
            _leave_out(session, journal, run, load_lists(session.settings, session.clock.now()))
            return send_run(session, journal, run, service, course.signals)


def _unfinished(journal: Journal, wanted: str | None, account: str) -> RunRecord | None:
    if wanted is None:
        return next((run for run in journal.runs(account) if run.state is RunState.PLANNED), None)
    run = find_run(journal, wanted)
    if run.account != account:
        raise SettingsError(
            f"Run {run.id} belongs to account {safe(run.account)}; the settings are for {safe(account)}.",
            hint="Choose that account's settings, with --env-file or --profile.",
        )
    return run


def _leave_out(session: Session, journal: Journal, run: RunRecord, lists: Sequence[ExcludeList]) -> None:
    """Take whoever is on a list by now out of what a run has not sent yet."""
    for listed in lists:
        gone = journal.withdraw(run.id, listed.numbers.hits, listed.name)
        if gone:
            session.console.note(f"{count(gone, 'lead')} taken out: on {listed.name} since the run was planned.")
        late = journal.waiting_among(run.id, listed.numbers.hits)
        if late:
            session.console.warning(
                f"{count(late, 'number')} on {listed.name} may be in already, in campaigns whose outcome is unknown. "
                "Look for them in the dashboard."
            )


# --- planning -----------------------------------------------------------------------------------


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
    stem = "stdin" if paths[0] == "-" else Path(paths[0]).name.partition(".")[0]
    if "{group}" in name and session.settings[CampaignOptions].split_by is None:
        raise UsageError(
            "--name holds {group}, and nothing makes groups.", hint="Add --split-by, or leave {group} away."
        )
    return run_name(name, today=session.clock.now().date(), stem=stem)


def _planned(course: Course, files: Sequence[Path | None], journal: Journal, service: Service) -> RunRecord:
    """Prepare the files; return the new run, or the one of the same name and content that is there already."""
    name, options = course.name or "", course.session.settings[CampaignOptions]
    plan = _Plan(course, journal, service.key, service.app_id)
    prepared = plan.prepare(files, journal, last_number=journal.last_number(service.key, name) if options.append else 0)
    earlier = _earlier(journal.runs_named(service.key, name), prepared, append=options.append)
    if earlier is None:
        plan.refuse_taken_names()
        plan.keep()
        return plan.run()
    plan.discard()
    course.run = earlier.id
    prepare_folder(report_folder(course.session, earlier))
    when = f"{earlier.created:%Y-%m-%d %H:%M}"
    if earlier.state is RunState.FINISHED:
        course.session.console.note(f"{earlier.name} was uploaded on {when} (run {earlier.id}); nothing is sent again.")
    else:
        course.session.console.note(f"Going on with run {earlier.id} of {when}.")
        _leave_out(course.session, journal, earlier, plan.lists)
    return earlier


def _earlier(named: Sequence[RunRecord], prepared: Prepared, *, append: bool) -> RunRecord | None:
    """Return the run that this command began before; None where it begins a new one.

    A run is the same if its leads are. With --new-only the leads that wait in an unfinished run are known already,
    so that nothing but those means the same run too. Raises NameInUse for a name that holds other leads.
    """
    holding = [run for run in named if run.campaigns]
    for run in holding:
        if run.digest == prepared.digest or (run.state is RunState.PLANNED and not prepared.rows.leads):
            return run
    if holding and prepared.rows.leads and not append:
        last = holding[0]
        raise NameInUse(
            f"The name {safe(last.name)!r} is in use: run {last.id} uploaded other leads under it.",
            hint="Choose another --name, or use --append to go on counting after its last campaign.",
        )
    return None


class _Plan:
    """A run in the making: staged in a ledger where nobody sees it until it is kept."""

    def __init__(self, course: Course, journal: Journal, account: str, app_id: int | None) -> None:
        self._course = course
        self._session = course.session
        self._journal = journal
        self._account = account
        now = self._session.clock.now()
        self._now = now
        self._id = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        folder = self._session.settings[OutputOptions].report_dir or _REPORTS / self._id
        self._folder = folder.absolute()
        self._inputs: list[Path] = []
        self.lists: Sequence[ExcludeList] = ()
        self._planner = Planner(course.name or "validate", app_id, self._session.settings[CampaignOptions])

    def prepare(self, files: Sequence[Path | None], known: Journal | None, *, last_number: int) -> Prepared:
        """Stage the files' leads; `known` is the ledger that knows what was uploaded before.

        Raises InputRefused, with the reports written, where the leads must not be sent.
        """
        course, session = self._course, self._session
        self._inputs = [file for file in files if file is not None]
        self.lists = load_lists(session.settings, self._now)
        screen = Screen(self.lists, self._uploaded_before(known))
        self._planner.last_number = last_number
        self._journal.begin_run(
            run_id=self._id,
            account=self._account,
            name=course.name or "",
            created=self._now,
            report_dir=str(self._folder),
            dry_run=course.dry_run,
        )
        with session.console.preparing() as display:
            course.prepared = prepare(
                files,
                session.settings,
                run_id=self._id,
                journal=self._journal,
                planner=self._planner,
                screen=screen,
                notify=display.event,
            )
        if course.prepared.refusal is not None:
            self._refuse(course.prepared.refusal)
            raise course.prepared.refusal
        return course.prepared

    def _uploaded_before(self, known: Journal | None) -> UploadedBefore | None:
        age = self._session.settings[ScreeningOptions].new_only
        if age is None or known is None:
            return None
        since = None if age.span is None else self._now - age.span
        return lambda phones: known.uploaded_among(self._account, phones, since)

    def refuse_taken_names(self) -> None:
        """Raise NameInUse where another run has used one of the planned names."""
        taken = self._journal.names_taken(self._account, sorted(self._planner.names))
        if taken:
            raise NameInUse(
                f"A campaign named {safe(min(taken))!r} was uploaded before, by another run.",
                hint="Choose another --name or --name-format.",
            )

    def keep(self) -> None:
        """Make the plan visible: from here on it can be sent and resumed. Its report folder is there before."""
        prepare_folder(self._folder, self._inputs)
        self._finish(refused=False)
        if not self._course.dry_run:
            self._course.run = self._id

    def _refuse(self, why: InputRefused) -> None:
        """Write the reports of a plan that must not be sent, and let go of it."""
        prepare_folder(self._folder, self._inputs)
        self._finish(refused=True)
        self._course.reports = refusal_reports(self._session, self._journal, self.run(), why)
        self.discard()

    def _finish(self, *, refused: bool) -> None:
        prepared = self._course.prepared
        if prepared is None:
            raise AssertionError("nothing is prepared")
        self._journal.finish_plan(
            self._id,
            prepared.rows,
            prepared.rejections,
            prepared.repairs,
            prepared.skipped,
            prepared.digest,
            audience=prepared.audience,
            refused=refused,
        )

    def discard(self) -> None:
        """Remove the plan from the ledger."""
        self._journal.discard_run(self._id)

    def run(self) -> RunRecord:
        """Return the plan as a run."""
        found = self._journal.run(self._id)
        if found is None:
            raise AssertionError(self._id)
        return found
