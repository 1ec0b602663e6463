"""A run in the making: staged where nobody sees it, then kept, given up for the run that it repeats, or only tried."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from telecmi_leads.cli.run_sending import (
    default_report_folder,
    end_run,
    refusal_reports,
    report_folder,
    sandbox_wanted,
    send_run,
)
from telecmi_leads.core.errors import NameInUse, SettingsError, UsageError
from telecmi_leads.core.reasons import WarningCode
from telecmi_leads.core.run import SANDBOX_ACCOUNT, RunState
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import count
from telecmi_leads.files import check_file
from telecmi_leads.leads.exclude_lists import load_lists
from telecmi_leads.leads.planning import Planner
from telecmi_leads.leads.prepare import prepare
from telecmi_leads.leads.screening import Screen
from telecmi_leads.ledger import Ledger
from telecmi_leads.output.reports import prepare_folder
from telecmi_leads.settings.accounts import account_key, app_id_or_none
from telecmi_leads.settings.network import base_url
from telecmi_leads.settings.options import CampaignOptions, ScreeningOptions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from telecmi_leads.cli.course import Course
    from telecmi_leads.cli.run_sending import Service
    from telecmi_leads.core.errors import InputRefused
    from telecmi_leads.core.run import RunRecord, RunSummary
    from telecmi_leads.leads.prepare import Prepared
    from telecmi_leads.leads.screening import ExcludeList, UploadedBefore


_NO_APP_ID = 1
"""Stands in requests that are compared and thrown away: those of a dry run under a name that is in use."""


@dataclass(slots=True)
class Plan:
    """A run in the making.

    `staging` is the ledger it is put into, `known` the one that knows what was uploaded before: the same, but for a dry
    run, which leaves nothing. `account` is "" where none is set, and then nothing is known.
    """

    course: Course
    staging: Ledger
    known: Ledger | None
    account: str
    app_id: int | None
    lists: Sequence[ExcludeList] = ()
    _now: datetime = field(init=False)
    _id: str = field(init=False)
    _folder: Path = field(init=False)
    _inputs: list[Path] = field(init=False, default_factory=list)
    _holding: list[RunRecord] = field(init=False, default_factory=list)
    _planner: Planner = field(init=False)

    def __post_init__(self) -> None:
        session = self.course.session
        self._now = session.clock.now()
        self._id = f"{self._now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        self._folder = default_report_folder(session, self._id)
        name, options = self.course.name, session.settings[CampaignOptions]
        ledger = self._ledger
        if ledger is not None and name is not None:
            self._holding = [run for run in ledger.runs_named(self.account, name) if run.campaigns]
        app_id = self.app_id
        if self.course.dry_run:  # a trial freezes requests only where there is something to compare them with
            app_id = _NO_APP_ID if self._holding else None
        self._planner = Planner(name or "validate", app_id, options)
        if ledger is not None and name is not None and options.append:
            self._planner.last_numbers = ledger.last_numbers(self.account, name)

    @property
    def _ledger(self) -> Ledger | None:
        return self.known if self.account else None

    def prepare(self, files: Sequence[Path | None]) -> Prepared:
        """Stage the files' leads. Raises InputRefused, with the reports written, where they must not be sent."""
        course, session = self.course, self.course.session
        self._inputs = [file for file in files if file is not None]
        self.lists = usable_lists(course)
        screen = Screen(self.lists, self._uploaded_before())
        self.staging.begin_run(
            run_id=self._id,
            account=self.account,
            name=course.name or "",
            created=self._now,
            report_dir=str(self._folder),
            dry_run=course.dry_run,
            typed=session.typed,
        )
        with session.console.preparing() as display:
            course.prepared = prepare(
                files,
                session.settings,
                run_id=self._id,
                ledger=self.staging,
                planner=self._planner,
                screen=screen,
                notify=display.event,
            )
        for code, warning in course.prepared.warnings:
            course.warn(warning, code)
        if course.prepared.refusal is not None:
            self._refuse(course.prepared.refusal)
            raise course.prepared.refusal
        return course.prepared

    def _uploaded_before(self) -> UploadedBefore | None:
        age = self.course.session.settings[ScreeningOptions].new_only
        known = self.known
        if age is None or known is None:
            return None
        if not self.account:
            self.course.warn(
                "TELECMI_APP_ID is not set, so that --new-only knows of nobody: all count as new.",
                WarningCode.ACCOUNT_NOT_SET,
            )
            return None
        since = None if age.span is None else self._now - age.span
        return lambda phones: known.uploaded_among(self.account, phones, since)

    def earlier(self) -> RunRecord | None:
        """Return the run that this command began before; None where it begins a new one.

        A run is the same if its leads are; an unfinished one also if the file is, whoever a do-not-call list takes out
        of it by now. With --new-only the leads that wait in an unfinished run are known already, so that nothing but
        those means the same run too. Raises NameInUse for a name that holds other leads.
        """
        if self._ledger is None or not self.course.name:
            return None
        options, prepared = self.course.session.settings[CampaignOptions], self._prepared
        found = next((run for run in self._holding if _is_repeated(run, prepared)), None)
        if found is None and prepared.rows.leads:
            if self._holding and not options.append:
                raise _name_in_use(self._holding[0])
            self._refuse_taken_names(self._ledger)
        return found

    def _refuse_taken_names(self, ledger: Ledger) -> None:
        """Raise NameInUse where another run has used one of the planned names."""
        taken = ledger.names_taken(self.account, sorted(self._planner.names))
        if taken:
            raise NameInUse(
                f"A campaign named {safe(min(taken))!r} was uploaded before, by another run.",
                hint="Choose another --name or --name-format.",
            )

    @property
    def _prepared(self) -> Prepared:
        if self.course.prepared is None:
            raise AssertionError("nothing is prepared")
        return self.course.prepared

    def keep(self) -> RunRecord:
        """Make the plan visible and return it: from here on it can be sent and resumed. Its report folder is there."""
        prepare_folder(self._folder, self._inputs)
        self._finish(refused=False)
        if not self.course.dry_run:
            self.course.run = self._id
        return self._run()

    def _refuse(self, why: InputRefused) -> None:
        """Write the reports of a plan that must not be sent, and let go of it."""
        prepare_folder(self._folder, self._inputs)
        self._finish(refused=True)
        self.course.reports = refusal_reports(self.course, self.staging, self._run(), why)
        self.discard()

    def _finish(self, *, refused: bool) -> None:
        prepared = self._prepared
        self.staging.finish_plan(
            self._id,
            prepared.rows,
            prepared.rejections,
            prepared.repairs,
            prepared.skipped,
            prepared.digest,
            source=prepared.source,
            audience=prepared.audience,
            refused=refused,
        )

    def discard(self) -> None:
        """Remove the plan from the ledger."""
        self.staging.discard_run(self._id)

    def _run(self) -> RunRecord:
        found = self.staging.run(self._id)
        if found is None:
            raise AssertionError(self._id)
        return found


def _is_repeated(run: RunRecord, prepared: Prepared) -> bool:
    unfinished = run.state is RunState.PLANNED
    if run.digest == prepared.digest or (unfinished and not prepared.rows.leads):
        return True
    # The same file, and a do-not-call list that has grown: nobody is new.
    same_source = prepared.source != b"" and run.source == prepared.source
    return same_source and (unfinished or 0 < prepared.rows.leads <= run.rows.leads)


def _name_in_use(run: RunRecord) -> NameInUse:
    return NameInUse(
        f"The name {safe(run.name)!r} is in use: run {run.id} of {run.created:%Y-%m-%d %H:%M} has other leads, or cut "
        "them into other campaigns.",
        hint="Choose another --name; or use --append to go on counting after its last campaign, with --new-only where "
        "some of these people may be in it.",
    )


def usable_lists(course: Course) -> list[ExcludeList]:
    """Read the do-not-call lists; of rows that hold no number the summary tells. Raises ExcludeListFailed."""
    lists = load_lists(course.session.settings, course.session.clock.now())
    for listed in lists:
        if listed.unreadable:
            course.warn(
                f"{count(listed.unreadable, 'row')} of the do-not-call list {listed.name} can't be read as a number, "
                f"{count(len(listed.numbers), 'number')} can. Whoever those rows mean is not left out.",
                WarningCode.LIST_ROWS_UNREADABLE,
            )
    return lists


def input_files(paths: Sequence[str]) -> list[Path | None]:
    """Return the files to read; - is standard input. Raises SourceUnreadable for what can't be opened."""
    if paths.count("-") > 1:
        raise UsageError("Standard input can be read only once.", hint="Give - once.")
    files = [None if path == "-" else Path(path) for path in paths]
    for file in files:
        if file is not None:
            check_file(file)
    return files


def made_at(run: RunRecord) -> str:
    """Return when a run was planned, in local time."""
    return f"{run.created.astimezone():%Y-%m-%d %H:%M}"


def trial_run(course: Course, paths: Sequence[str]) -> RunSummary:
    """Do everything but the sending, with a ledger of which nothing is left."""
    session = course.session
    course.dry_run = True
    files = input_files(paths)
    app_id = app_id_or_none(session.settings)
    account = "" if app_id is None else account_key(app_id, base_url(session.settings))
    if sandbox_wanted(session):
        account = SANDBOX_ACCOUNT
    with session.existing_ledger() as known, Ledger.temporary() as ledger:
        plan = Plan(course, ledger, known, account, app_id)
        plan.prepare(files)
        earlier = plan.earlier()
        if earlier is not None:
            ended = earlier.state is RunState.FINISHED
            course.warn(
                f"{earlier.name} is run {earlier.id} of {made_at(earlier)} already: without --dry-run, this command "
                f"{'sends nothing' if ended else 'goes on with it'}.",
                WarningCode.RUN_EXISTS,
            )
        return end_run(course, ledger, plan.keep(), None)


def of_account(run: RunRecord, account: str) -> RunRecord:
    """Return the run if it belongs to this account, else raise SettingsError."""
    if run.account != account:
        raise SettingsError(
            f"Run {run.id} belongs to account {safe(run.account)}; the settings are for {safe(account)}.",
            hint="Choose that account's settings, with --env-file or --profile.",
        )
    return run


def go_on(course: Course, ledger: Ledger, run: RunRecord, service: Service) -> RunSummary:
    """Send what the run has left, without those who are on a list by now; return its summary."""
    course.run, course.name = run.id, run.name
    with course.accounted(ledger, run.id):
        prepare_folder(report_folder(course.session, run))
        leave_out(course, ledger, run, usable_lists(course))
        return send_run(course, ledger, run, service)


def leave_out(course: Course, ledger: Ledger, run: RunRecord, lists: Sequence[ExcludeList]) -> None:
    """Take whoever is on a list by now out of what a run has not sent yet."""
    for listed in lists:
        gone = ledger.withdraw(run.id, listed.numbers.hits, listed.name)
        if gone:
            course.session.console.note(f"{count(gone, 'lead')} taken out: on {listed.name} since the run was planned.")
        late = ledger.waiting_among(run.id, listed.numbers.hits)
        if late:
            course.warn(
                f"{count(late, 'number')} on {listed.name} may be in already, in campaigns whose outcome is unknown. "
                "Look for them in the dashboard.",
                WarningCode.MAY_BE_IN,
            )
