"""A run in the making: files, or what the ledger holds of the same name, to a plan that can be sent."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from telecmi_leads.commands.sending import default_report_folder, refusal_reports
from telecmi_leads.errors import NameInUse
from telecmi_leads.excluding import load_lists
from telecmi_leads.models import RunState
from telecmi_leads.options import CampaignOptions, ScreeningOptions
from telecmi_leads.pipeline import prepare
from telecmi_leads.planning import Planner
from telecmi_leads.reporting import prepare_folder
from telecmi_leads.screening import Screen
from telecmi_leads.text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from telecmi_leads.commands.running import Course
    from telecmi_leads.errors import InputRefused
    from telecmi_leads.journal import Journal
    from telecmi_leads.models import RunRecord
    from telecmi_leads.pipeline import Prepared
    from telecmi_leads.screening import ExcludeList, UploadedBefore


class Plan:
    """A run in the making: staged in a ledger where nobody sees it until it is kept."""

    def __init__(self, course: Course, journal: Journal, account: str, app_id: int | None) -> None:
        self._course = course
        self._session = course.session
        self._journal = journal
        self._account = account
        now = self._session.clock.now()
        self._now = now
        self._id = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        self._folder = default_report_folder(self._session, self._id)
        self._inputs: list[Path] = []
        self.lists: Sequence[ExcludeList] = ()
        options = self._session.settings[CampaignOptions]
        self._append = options.append
        self._planner = Planner(course.name or "validate", app_id, options)

    def prepare(self, files: Sequence[Path | None], known: Journal | None) -> None:
        """Stage the files' leads; `known` is the ledger that knows what was uploaded before, if there is one.

        Raises InputRefused, with the reports written, where the leads must not be sent.
        """
        course, session = self._course, self._session
        self._inputs = [file for file in files if file is not None]
        self.lists = load_lists(session.settings, self._now)
        screen = Screen(self.lists, self._uploaded_before(known))
        if known is not None and self._append:
            self._planner.last_number = known.last_number(self._account, course.name or "")
        self._journal.begin_run(
            run_id=self._id,
            account=self._account,
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
                journal=self._journal,
                planner=self._planner,
                screen=screen,
                notify=display.event,
            )
        if course.prepared.refusal is not None:
            self._refuse(course.prepared.refusal)
            raise course.prepared.refusal

    def _uploaded_before(self, known: Journal | None) -> UploadedBefore | None:
        age = self._session.settings[ScreeningOptions].new_only
        if age is None or known is None:
            return None
        since = None if age.span is None else self._now - age.span
        return lambda phones: known.uploaded_among(self._account, phones, since)

    def earlier(self, known: Journal) -> RunRecord | None:
        """Return the run that this command began before; None where it begins a new one.

        Raises NameInUse where other leads went out under the run's name or one of its campaigns' names.
        """
        named = known.runs_named(self._account, self._course.name or "")
        found = _begun_before(named, self._prepared, append=self._append)
        if found is not None:
            return found
        taken = known.names_taken(self._account, sorted(self._planner.names))
        if taken:
            raise NameInUse(
                f"A campaign named {safe(min(taken))!r} was uploaded before, by another run.",
                hint="Choose another --name or --name-format.",
            )
        return None

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
        prepared = self._prepared
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

    @property
    def _prepared(self) -> Prepared:
        if self._course.prepared is None:
            raise AssertionError("nothing is prepared")
        return self._course.prepared

    def discard(self) -> None:
        """Remove the plan from the ledger."""
        self._journal.discard_run(self._id)

    def run(self) -> RunRecord:
        """Return the plan as a run."""
        found = self._journal.run(self._id)
        if found is None:
            raise AssertionError(self._id)
        return found


def _begun_before(named: Sequence[RunRecord], prepared: Prepared, *, append: bool) -> RunRecord | None:
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
