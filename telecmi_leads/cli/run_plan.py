"""A run in the making: staged where nobody sees it, then kept, given up for the run that it repeats, or only tried."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from telecmi_leads.cli.earlier_runs import EarlierRuns
from telecmi_leads.cli.run_lists import lists_given, usable_lists
from telecmi_leads.cli.run_sending import default_report_folder, refusal_reports, sandbox_wanted
from telecmi_leads.cli.session import from_anywhere
from telecmi_leads.core import wording
from telecmi_leads.core.errors import UsageError
from telecmi_leads.core.reasons import WarningCode
from telecmi_leads.core.run import KnownBefore, RunState
from telecmi_leads.core.text import fold_name
from telecmi_leads.core.wording import count
from telecmi_leads.core.wording.endings import LeftWaiting
from telecmi_leads.files import check_file
from telecmi_leads.leads.own_reports import own_header
from telecmi_leads.leads.planning import Planner
from telecmi_leads.leads.prepare import prepare
from telecmi_leads.leads.screening import KnownPeople, Screen
from telecmi_leads.ledger import Ledger, NewRun, PlanFigures
from telecmi_leads.output.reports import lies_among_reports, prepare_folder
from telecmi_leads.settings.accounts import account_key, app_id_or_none, base_url
from telecmi_leads.settings.options import CampaignOptions, ExcludeOptions, ScreeningOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from telecmi_leads.cli.course import Course
    from telecmi_leads.core.errors import InputRefused
    from telecmi_leads.core.run import RunRecord
    from telecmi_leads.leads.prepare import Prepared
    from telecmi_leads.leads.screening import ExcludeList


_SHOWN = 20
"""Names of campaigns that are kept of those in which people were uploaded before."""


class Plan:
    """A run in the making.

    `staging` is the ledger it is put into, `known` the one that knows what was uploaded before: the same, but for a dry
    run, which leaves nothing. `account` is "" where none is set, and then nothing is known.
    """

    def __init__(
        self,
        course: Course,
        staging: Ledger,
        known: Ledger | None,
        account: str,
        app_id: int | None,
    ) -> None:
        self.course = course
        self.staging = staging
        self.known = known
        self.account = account
        self.lists: Sequence[ExcludeList] = ()
        self._files: list[Path] = []
        self._own: list[RunRecord] = []
        self._people: KnownPeople | None = None
        session = course.session
        self._now = session.clock.now()
        # Sorted by name it is sorted by time; the random end tells apart two runs of one second, on two computers too.
        self._id = f"{self._now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        self._folder = default_report_folder(session, self._id)
        name, options = course.name, session.settings[CampaignOptions]
        self._planner = Planner(name or "validate", None if course.dry_run else app_id, options)
        ledger = self._ledger
        if ledger is None:
            return
        if name is not None:
            self._own = self._runs_of_this_name(ledger, name)
            self._planner.taken = ledger.folded_names(self.account)
            if options.append:
                self._planner.last_numbers = ledger.last_numbers(self.account, name)
        self._people = self._known_people(ledger)

    @property
    def _ledger(self) -> Ledger | None:
        return self.known if self.account else None

    def _runs_of_this_name(self, ledger: Ledger, name: str) -> list[RunRecord]:
        """Return the runs that this command may have begun, oldest first: of its name, or unfinished of other days."""
        pattern = fold_name(self.course.pattern)
        named = {run.id for run in ledger.runs_named(self.account, name)}
        found = [
            run
            for run in ledger.runs(self.account)
            if run.id in named or (run.state is RunState.PLANNED and pattern and fold_name(run.pattern) == pattern)
        ]
        return [run for run in reversed(found) if run.campaigns]

    def _known_people(self, ledger: Ledger) -> KnownPeople:
        settings = self.course.session.settings
        age, own = settings[ScreeningOptions].new_only, frozenset(run.id for run in self._own)
        return KnownPeople(
            find=lambda phones: ledger.known_among(self.account, phones, own),
            own=own,
            new_only=age is not None,
            since=None if age is None or age.span is None else self._now - age.span,
            append=settings[CampaignOptions].append,
        )

    def prepare(self, files: Sequence[Path | None]) -> Prepared:
        """Stage the files' leads. Raises InputRefused, with the reports written, where they must not be sent."""
        course, session = self.course, self.course.session
        self._files = [file for file in files if file is not None]
        self._refuse_idle_age()
        self.lists = usable_lists(course, lists_given(course))
        if session.settings[ScreeningOptions].new_only is not None and not self.account:
            course.warn(
                "TELECMI_APP_ID is not set, so that --new-only knows of nobody: all count as new.",
                WarningCode.ACCOUNT_NOT_SET,
            )
        screen = Screen(self.lists, self._people)
        self.staging.begin_run(
            NewRun(
                self._id,
                self.account,
                course.name or "",
                self._now,
                report_dir=str(self._folder),
                dry_run=course.dry_run,
                typed=from_anywhere(session.typed),
                pattern=course.pattern,
                lists=lists_given(course),
            )
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
        for listed in self.lists:
            if listed.name not in screen.matched:  # else the table of what was left out names it
                held = count(len(listed.numbers), "number")
                session.console.note(f"Do-not-call list {listed.name}: {held} read, none of them in this input.")
        for code, warning in course.prepared.warnings:
            course.warn(warning, code)
        if course.prepared.refusal is not None:
            self._refuse(course.prepared.refusal)
            raise course.prepared.refusal
        course.left_waiting = self.left_waiting
        self._tell_waiting()
        return course.prepared

    def _refuse_idle_age(self) -> None:
        """Raise UsageError for an age that was typed and no list that it is for: who typed it believes to be safe."""
        session = self.course.session
        typed = any(option.name == "exclude_max_age" for option in session.typed.options)
        if typed and not session.settings[ExcludeOptions].exclude:
            raise UsageError(
                "--exclude-max-age has no effect: there is no do-not-call list.",
                hint="Name the list with --exclude FILE, or leave --exclude-max-age out.",
            )

    def _tell_waiting(self) -> None:
        """Say who of those that go waits in another run too."""
        people = self._people
        if people is None or people.waiting == people.left_waiting:
            return
        elsewhere = sorted({each.run for each in people.waiting_in} - people.own)
        if elsewhere:
            self.course.warn(
                f"{count(people.waiting - people.left_waiting, 'lead')} of this input also wait in another unfinished "
                f"run ({', '.join(elsewhere)}), which sends them too. --new-only leaves them out here.",
                WarningCode.WAITING_ELSEWHERE,
            )

    def earlier_or_refuse(self) -> RunRecord | None:
        """Return the run that this command began before; None where it begins a new one. Raises NameInUse."""
        if self._ledger is None or not self.course.name or self._people is None:
            return None
        rows, names = self._prepared.rows, frozenset(self._planner.names)
        earlier = EarlierRuns(self.course, self._ledger, self.account, self._own, self._people, rows, names)
        return earlier.found_or_refused()

    @property
    def _prepared(self) -> Prepared:
        if self.course.prepared is None:
            raise AssertionError("nothing is prepared")
        return self.course.prepared

    def keep(self) -> RunRecord:
        """Make the plan visible and return it: from here on it can be sent and resumed. Its report folder is there."""
        self._prepare_folder()
        self._finish(refused=False)
        if not self.course.dry_run:
            self.course.run = self._id
        run = self._run()
        again = wording.uploaded_before(run.known.uploaded - run.rows.already_uploaded, run.known.campaigns)
        if again:
            self.course.session.console.told_at_once(again)
        return run

    def _refuse(self, why: InputRefused) -> None:
        """Write the reports of a plan that must not be sent, and let go of it."""
        self._prepare_folder()
        self._finish(refused=True)
        self.course.reports = refusal_reports(self.course, self.staging, self._run(), why)
        self.discard()

    def _prepare_folder(self) -> None:
        """Make the report folder. A report that is uploaded again may lie in it, where it stays; no other input."""
        there = [file for file in self._files if lies_among_reports(self._folder, file)]
        others = [file for file in there if not own_header(file, workbooks=True)]
        prepare_folder(self._folder, [*others, *self.course.session.settings[ExcludeOptions].exclude])

    def _finish(self, *, refused: bool) -> None:
        prepared = self._prepared
        figures = PlanFigures(
            prepared.rows,
            prepared.rejections,
            prepared.repairs,
            prepared.skipped,
            prepared.audience or {},
            self._known_before(),
        )
        self.staging.finish_plan(self._id, figures, refused=refused)

    def _known_before(self) -> KnownBefore:
        people = self._people
        if people is None:
            return KnownBefore()
        newest = sorted(people.uploaded_in, key=lambda each: (each.settled is not None, each.settled), reverse=True)
        return KnownBefore(people.uploaded, tuple(sorted(each.name for each in newest[:_SHOWN])), people.waiting)

    @property
    def left_waiting(self) -> LeftWaiting | None:
        """Whom the plan leaves out since they wait in a campaign that is not proven to be in; None where nobody."""
        people = self._people
        if people is None or not people.left_waiting:
            return None
        return LeftWaiting(people.left_waiting, tuple(people.waiting_in))

    def in_elsewhere(self, run: RunRecord) -> int:
        """Return how many of the refused leads of a run that this plan repeats are in all the same, by other runs."""
        uploaded = 0 if self._people is None else self._people.uploaded
        return min(max(uploaded - run.leads.accepted, 0), run.leads.refused)

    def in_others(self, run: RunRecord) -> int:
        """Return how many people of this plan are not in the run that it repeats, but in other runs of its name."""
        rows, covered = self._prepared.rows, 0 if self._people is None else self._people.covered[run.id]
        return max(rows.leads + rows.already_uploaded - covered, 0)

    def discard(self) -> None:
        """Remove the plan from the ledger."""
        self.staging.discard_run(self._id)

    def _run(self) -> RunRecord:
        found = self.staging.run(self._id)
        if found is None:
            raise AssertionError(self._id)
        return found


def input_files(paths: Sequence[str]) -> list[Path | None]:
    """Return the files to read; - is standard input. Raises SourceUnreadable for what can't be opened."""
    if paths.count("-") > 1:
        raise UsageError("Standard input can be read only once.", hint="Give - once.")
    files = [None if path == "-" else Path(path) for path in paths]
    for file in files:
        if file is not None:
            check_file(file)
    return files


@contextmanager
def trial(course: Course, paths: Sequence[str]) -> Iterator[Plan]:
    """Prepare the files in a ledger of which nothing is left, and yield the plan.

    Raises SourceUnreadable for a file that can't be opened, InputRefused where the leads must not be sent.
    """
    course.dry_run = True
    files = input_files(paths)
    with known_ledger(course) as (known, account), Ledger.temporary() as ledger:
        plan = Plan(course, ledger, known, account, None)
        plan.prepare(files)
        yield plan


@contextmanager
def known_ledger(course: Course) -> Iterator[tuple[Ledger | None, str]]:
    """Open the ledger to look at, with the account's name in it; "" where no account is set."""
    settings = course.session.settings
    app_id = app_id_or_none(settings)
    account = "" if app_id is None or sandbox_wanted(course.session) else account_key(app_id, base_url(settings))
    with course.session.existing_ledger() as known:
        yield known, account
