"""A run in the making: staged where nobody sees it, then kept, given up for the run that it repeats, or only tried."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from telecmi_leads.cli.run_lists import lists_given, usable_lists
from telecmi_leads.cli.run_sending import default_report_folder, refusal_reports, sandbox_wanted
from telecmi_leads.core import wording
from telecmi_leads.core.errors import NameInUse, UsageError
from telecmi_leads.core.reasons import WarningCode
from telecmi_leads.core.run import KnownBefore, RunState
from telecmi_leads.core.text import fold_name, safe
from telecmi_leads.core.wording import count
from telecmi_leads.core.wording.endings import LeftWaiting
from telecmi_leads.files import check_file
from telecmi_leads.leads.planning import Planner
from telecmi_leads.leads.prepare import prepare
from telecmi_leads.leads.screening import KnownPeople, Screen
from telecmi_leads.ledger import Ledger, NewRun, PlanFigures
from telecmi_leads.output.reports import prepare_folder
from telecmi_leads.settings.accounts import account_key, app_id_or_none, base_url
from telecmi_leads.settings.options import CampaignOptions, ExcludeOptions, ScreeningOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from telecmi_leads.cli.course import Course
    from telecmi_leads.core.errors import InputRefused
    from telecmi_leads.core.run import RunRecord
    from telecmi_leads.leads.prepare import Prepared
    from telecmi_leads.leads.screening import ExcludeList


_NAMED = 3
"""Campaigns of forgotten runs that a warning names."""

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
        self._inputs: list[Path] = []
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
        self._inputs = [*(file for file in files if file is not None), *session.settings[ExcludeOptions].exclude]
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
                typed=session.typed,
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
        """Return the run that this command began before; None where it begins a new one.

        It is the same if its people are: nobody could go now who is in no campaign of the run. An unfinished one comes
        first, the oldest. Raises NameInUse for a name under which somebody else would go, and for campaigns whose names
        this ledger has used: sent again, "Lead Name Already Exists" would speak of the earlier ones.
        """
        people, rows = self._people, self._prepared.rows
        if self._ledger is None or not self.course.name or people is None:
            return None
        options = self.course.session.settings[CampaignOptions]
        if options.append:
            self._tell_forgotten(self._ledger)
        new = rows.leads - people.kept_own
        found = None
        if new:
            other_day = options.append or people.new_only
            self._refuse_other_people(new, append=options.append, other_day=other_day)
        else:
            found = self._repeated(people, append=options.append)
        if found is None:
            self._refuse_taken_names(self._ledger)
            for run in () if new else self._unfinished:
                says = f"Run {run.id} ({safe(run.name)}) is unfinished: {self._resume(run)}"
                self.course.warn(says, WarningCode.UNFINISHED_RUN)
        return found

    def _tell_forgotten(self, ledger: Ledger) -> None:
        """Say that --append can't leave out whom `forget` has taken out of the ledger."""
        names = ledger.forgotten_names(self.account, self.course.name or "")
        if names:
            self.course.warn(
                f"{_shown(names)} {'was' if len(names) == 1 else 'were'} sent by a run that was forgotten: whoever is "
                f"in {'it' if len(names) == 1 else 'them'} is not known, and not left out. Look in the TeleCMI "
                "dashboard.",
                WarningCode.MAY_BE_IN,
            )
        gone = self._forgotten()
        if gone:
            people, was = _people(sum(gone.values()))
            self.course.warn(
                f"{people} in {_shown([*gone])} {was} forgotten, and so not known and not left out: look in the "
                "TeleCMI dashboard whether this input holds them.",
                WarningCode.MAY_BE_IN,
            )

    def _forgotten(self) -> dict[str, int]:
        """Return how many people of this name's accepted campaigns were forgotten: the ledger can't tell who."""
        found: dict[str, int] = {}
        for run in self._own:
            found |= {} if self.known is None else self.known.forgotten_in(run.id)
        return found

    def _repeated(self, people: KnownPeople, *, append: bool) -> RunRecord | None:
        """Return the run that holds everybody who could go; None where nobody of it is in the input."""
        rows = self._prepared.rows
        all_in_one = rows.leads + rows.already_uploaded
        held = [run for run in self._own if people.touched[run.id]]
        unfinished = [run for run in held if run.state is RunState.PLANNED]
        whole = [run for run in unfinished if people.touched_open[run.id] == _open_leads(run)]
        if append or people.new_only:  # others may be left out, since they are in runs of another name
            held = [run for run in held if people.covered[run.id] == all_in_one]
        elif unfinished and not whole:
            raise self._shrunk(unfinished[0], people)
        # Whoever was uploaded longer ago than --new-only looks back is to go once more: that is no repetition.
        done = not people.new_only or (rows.leads and not people.kept_uploaded)
        finished = [run for run in reversed(held) if done and run.state is RunState.FINISHED]
        # The one of this very file: what --append put under the name since holds a few of its people.
        finished.sort(key=lambda run: people.touched[run.id], reverse=True)
        return next(iter([*whole, *finished]), None)

    @property
    def _unfinished(self) -> list[RunRecord]:
        return [run for run in self._own if run.state is RunState.PLANNED]

    def _shrunk(self, run: RunRecord, people: KnownPeople) -> NameInUse:
        missing = _open_leads(run) - people.touched_open[run.id]
        return NameInUse(
            f"Run {run.id} of {made_at(run)} ({safe(run.name)}) is unfinished, and {count(missing, 'lead')} that it "
            f"has not settled {'is' if missing == 1 else 'are'} not in this input.",
            hint="First put whoever must not be called on a do-not-call list (--exclude FILE). Then finish the run as "
            f"it was planned: {self._resume(run)}",
        )

    def _refuse_other_people(self, new: int, *, append: bool, other_day: bool) -> None:
        """Raise NameInUse where a run holds this name, and these people are not in it."""
        if append or not self._own:
            return
        leads = f"{count(new, 'lead')} of this input {'is' if new == 1 else 'are'} in no campaign of it"
        unfinished = self._unfinished
        run = next(iter(unfinished), self._own[-1])
        same = fold_name(run.name) == fold_name(self.course.name or "")
        if not same and other_day:
            return
        gone = self._forgotten()
        if new <= sum(gone.values()):
            raise self._may_be_forgotten(run, leads, gone, unfinished=bool(unfinished))
        perhaps = _perhaps_forgotten(gone)
        if unfinished:
            then = "--append: whoever is in a campaign of this name is left out" if same else "--new-only"
            raise NameInUse(
                f"Run {run.id} of {made_at(run)} ({safe(run.name)}) is unfinished, and {leads}.",
                hint=f"First finish it: {self._resume(run)}\n{perhaps}Then type this command again with {then}.",
            )
        raise NameInUse(
            f"The name {safe(run.name)!r} is in use: run {run.id} of {made_at(run)} is finished, and {leads}.",
            hint=f"{perhaps}Another --name uploads all of them, with --new-only the new ones. This counts on after the "
            f"last campaign, and leaves out whoever is in a campaign of this name: {self._again('--append')}",
        )

    def _may_be_forgotten(self, run: RunRecord, leads: str, gone: Mapping[str, int], *, unfinished: bool) -> NameInUse:
        """Return what is said where all who are new may be forgotten ones: no command uploads them."""
        people, was = _people(sum(gone.values()))
        first = f"First finish it: {self._resume(run)}\nThen look" if unfinished else "Look"
        return NameInUse(
            f"The name {safe(run.name)!r} is in use: run {run.id} of {made_at(run)} is "
            f"{'unfinished' if unfinished else 'finished'}, and {leads} as far as this ledger knows. {people} in "
            f"{_shown([*gone])} {was} forgotten, so that nobody knows whether these are the same",
            hint=f"{first} in the TeleCMI dashboard who of this input is in {_shown([*gone])}, and put them on a "
            "do-not-call list (--exclude FILE): uploaded again they would be called twice. For leads that are not in "
            "it, choose another --name.",
        )

    def _again(self, *more: str) -> str:
        """Return this very command with further options; in words where it can't be typed again."""
        line = wording.again("upload", self.course.session.typed, *more)
        return line or f"the same command with {' '.join(more)}"

    def _resume(self, run: RunRecord) -> str:
        return wording.resume(run, self.course.session.typed.after(run.typed))

    def _refuse_taken_names(self, ledger: Ledger) -> None:
        """Raise NameInUse where another run has used one of the planned names."""
        taken = ledger.names_taken(self.account, sorted(self._planner.names))
        if not taken:
            return
        if taken & set(ledger.forgotten_names(self.account, self.course.name or "")):
            raise NameInUse(
                f"A campaign named {safe(min(taken))!r} was sent by a run that was forgotten, so that nobody knows "
                "who was in it.",
                hint="Look it up in the dashboard. Whoever is in it must not be uploaded again; for leads that are "
                "not, choose another --name.",
            )
        name = f"A campaign named {safe(min(taken))!r}"
        if self._unfinished:
            run = self._unfinished[0]
            raise NameInUse(
                f"{name} is another one already, and run {run.id} of {made_at(run)} ({safe(run.name)}) is unfinished.",
                hint=f"First finish it: {self._resume(run)}\nThen type this command again.",
            )
        raise NameInUse(
            f"{name} was uploaded before, by another run.",
            hint="Choose another --name or --name-format; one with {date} is new each day.",
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
        run = self._run()
        again = wording.uploaded_before(run.known.uploaded - run.rows.already_uploaded, run.known.campaigns)
        if again:
            self.course.session.console.told_at_once(again)
        return run

    def _refuse(self, why: InputRefused) -> None:
        """Write the reports of a plan that must not be sent, and let go of it."""
        prepare_folder(self._folder, self._inputs)
        self._finish(refused=True)
        self.course.reports = refusal_reports(self.course, self.staging, self._run(), why)
        self.discard()

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

    def discard(self) -> None:
        """Remove the plan from the ledger."""
        self.staging.discard_run(self._id)

    def _run(self) -> RunRecord:
        found = self.staging.run(self._id)
        if found is None:
            raise AssertionError(self._id)
        return found


def _shown(names: Sequence[str]) -> str:
    return ", ".join(map(safe, names[:_NAMED])) + (" and others" if len(names) > _NAMED else "")


def _people(number: int) -> tuple[str, str]:
    return ("1 person", "was") if number == 1 else (f"{number:,} people", "were")


def _perhaps_forgotten(gone: Mapping[str, int]) -> str:
    """Return what comes before the advice to upload more people, where some of those may be forgotten ones."""
    if not gone:
        return ""
    people, was = _people(sum(gone.values()))
    return (
        f"{people} in {_shown([*gone])} {was} forgotten. If this input holds them, first put them on a do-not-call "
        "list (--exclude FILE), or they are uploaded twice.\n"
    )


def _open_leads(run: RunRecord) -> int:
    return run.leads.unsent + run.leads.unknown + run.leads.unverified


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
    """Return when a run was planned, in local time: `28 Nov 2026 19:41`."""
    return wording.moment(run.created)


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
