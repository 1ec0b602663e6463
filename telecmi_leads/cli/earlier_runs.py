"""The runs that a plan's name was given to before: one of them goes on, or the name is refused with the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from telecmi_leads.core import wording
from telecmi_leads.core.errors import NameInUse
from telecmi_leads.core.reasons import WarningCode
from telecmi_leads.core.run import RunState
from telecmi_leads.core.text import fold_name, safe
from telecmi_leads.core.wording import count
from telecmi_leads.settings.options import CampaignOptions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from telecmi_leads.cli.course import Course
    from telecmi_leads.core.lead import RowTotals
    from telecmi_leads.core.run import RunRecord
    from telecmi_leads.leads.screening import KnownPeople
    from telecmi_leads.ledger import Ledger


_NAMED = 3
"""Campaigns of forgotten runs that a warning names."""


class EarlierRuns(Struct, frozen=True):
    """The account's runs of a name, `own`, oldest first, beside a plan of that name.

    `people` are those of the plan whom the ledger knows, `rows` its totals, and `names` what its campaigns are called.
    """

    course: Course
    ledger: Ledger
    account: str
    own: Sequence[RunRecord]
    people: KnownPeople
    rows: RowTotals
    names: frozenset[str]

    def found_or_refused(self) -> RunRecord | None:
        """Return the run that this command began before; None where it begins a new one.

        It is the same if its people are: nobody could go now who is in no campaign of the run. An unfinished one comes
        first, the oldest. Raises NameInUse for a name under which somebody else would go, and for campaigns whose names
        this ledger has used: sent again, "Lead Name Already Exists" would speak of the earlier ones.
        """
        people, rows = self.people, self.rows
        options = self.course.session.settings[CampaignOptions]
        if options.append:
            self._tell_forgotten()
        new = rows.leads - people.kept_own
        found = None
        if new:
            self._refuse_other_people(new, append=options.append, other_day=options.append or people.new_only)
        else:
            found = self._repeated(append=options.append)
        if found is None:
            self._refuse_taken_names()
            for run in () if new else self._unfinished:
                says = f"Run {run.id} ({safe(run.name)}) is unfinished: {self._resume(run)}"
                self.course.warn(says, WarningCode.UNFINISHED_RUN)
        return found

    @property
    def _unfinished(self) -> list[RunRecord]:
        return [run for run in self.own if run.state is RunState.PLANNED]

    def _tell_forgotten(self) -> None:
        """Say that --append can't leave out whom `forget` has taken out of the ledger."""
        names = self.ledger.forgotten_names(self.account, self.course.name or "")
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
        for run in self.own:
            found |= self.ledger.forgotten_in(run.id)
        return found

    def _repeated(self, *, append: bool) -> RunRecord | None:
        """Return the run that holds everybody who could go; None where nobody of it is in the input."""
        people, rows = self.people, self.rows
        all_in_one = rows.leads + rows.already_uploaded
        held = [run for run in self.own if people.touched[run.id]]
        unfinished = [run for run in held if run.state is RunState.PLANNED]
        whole = [run for run in unfinished if people.touched_open[run.id] == _open_leads(run)]
        if append or people.new_only:  # others may be left out, since they are in runs of another name
            held = [run for run in held if people.covered[run.id] == all_in_one]
        elif unfinished and not whole:
            raise self._shrunk(unfinished[0])
        # Whoever was uploaded longer ago than --new-only looks back is to go once more: that is no repetition.
        done = not people.new_only or (rows.leads and not people.kept_uploaded)
        finished = [run for run in reversed(held) if done and run.state is RunState.FINISHED]
        # The one of this very file: what --append put under the name since holds a few of its people.
        finished.sort(key=lambda run: people.touched[run.id], reverse=True)
        return next(iter([*whole, *finished]), None)

    def _shrunk(self, run: RunRecord) -> NameInUse:
        missing = _open_leads(run) - self.people.touched_open[run.id]
        return NameInUse(
            f"Run {run.id} of {made_at(run)} ({safe(run.name)}) is unfinished, and {count(missing, 'lead')} that it "
            f"has not settled {'is' if missing == 1 else 'are'} not in this input.",
            hint="First put whoever must not be called on a do-not-call list (--exclude FILE). Then finish the run as "
            f"it was planned: {self._resume(run)}",
        )

    def _refuse_other_people(self, new: int, *, append: bool, other_day: bool) -> None:
        """Raise NameInUse where a run holds this name, and these people are not in it."""
        if append or not self.own:
            return
        leads = f"{count(new, 'lead')} of this input {'is' if new == 1 else 'are'} in no campaign of it"
        unfinished = self._unfinished
        run = next(iter(unfinished), self.own[-1])
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

    def _refuse_taken_names(self) -> None:
        """Raise NameInUse where another run has used one of the planned names."""
        taken = self.ledger.names_taken(self.account, sorted(self.names))
        if not taken:
            return
        if taken & set(self.ledger.forgotten_names(self.account, self.course.name or "")):
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


def made_at(run: RunRecord) -> str:
    """Return when a run was planned, in local time: `28 Nov 2026 19:41`."""
    return wording.moment(run.created)
