"""Runs that go on: their do-not-call lists are read again, and whoever is on one by now is taken out."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from telecmi_leads.cli.run_sending import report_folder, send_run
from telecmi_leads.core import wording
from telecmi_leads.core.errors import SettingsError
from telecmi_leads.core.masking import mask_phone
from telecmi_leads.core.reasons import WarningCode
from telecmi_leads.core.run import ListsRead
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import count
from telecmi_leads.leads.exclude_lists import load_lists
from telecmi_leads.output.reports import prepare_folder
from telecmi_leads.settings.options import ExcludeOptions, PhoneOptions, SendingOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telecmi_leads.cli.course import Course
    from telecmi_leads.cli.run_sending import Service
    from telecmi_leads.core.run import RunRecord, RunSummary
    from telecmi_leads.leads.screening import ExcludeList
    from telecmi_leads.ledger import Ledger

_NAMED = 10
"""Numbers that a warning names; it counts the others."""


def of_account(run: RunRecord, account: str) -> RunRecord:
    """Return the run if it belongs to this account, else raise SettingsError."""
    if run.account != account:
        raise SettingsError(
            f"Run {run.id} belongs to {safe(wording.account(run.account))}; the settings are for "
            f"{safe(wording.account(account))}.",
            hint="Choose that account's settings, with --env-file or --profile.",
        )
    return run


def lists_given(course: Course) -> ListsRead:
    """Return the do-not-call lists that this command names, by --exclude or a configuration."""
    settings = course.session.settings
    options = settings[ExcludeOptions]
    age = options.exclude_max_age
    return ListsRead(
        tuple(str(path.absolute()) for path in options.exclude),
        None if age is None else age.total_seconds(),
        settings[PhoneOptions].region,
    )


def usable_lists(course: Course, *lists: ListsRead) -> list[ExcludeList]:
    """Read do-not-call lists, each once; the summary tells of rows that hold no number. Raises ExcludeListFailed."""
    read = load_lists(lists, course.session.clock.now())
    for listed in read:
        if listed.unreadable:
            course.warn(
                f"{count(listed.unreadable, 'row')} of the do-not-call list {listed.name} can't be read as a number, "
                f"{count(len(listed.numbers), 'number')} can. Whoever those rows mean is not left out.",
                WarningCode.LIST_ROWS_UNREADABLE,
            )
    return read


def lists_of(course: Course, run: RunRecord) -> list[ExcludeList]:
    """Read the lists that the run was planned with, and those that this command names. Raises ExcludeListFailed."""
    own = run.lists
    if not own.files:  # a ledger of an earlier version holds them as they were typed
        typed = [argument for each in run.typed.options if each.name == "exclude" for argument in each.arguments]
        named = [value for option, value in pairwise(typed) if option == "--exclude"]
        own = ListsRead(tuple(str(Path(name).absolute()) for name in named))
    return usable_lists(course, lists_given(course), own)


def go_on(course: Course, ledger: Ledger, run: RunRecord, service: Service) -> RunSummary:
    """Send what the run has left, without those who are on a list by now; return its summary."""
    course.run, course.name = run.id, run.name
    with course.accounted(ledger, run.id):
        prepare_folder(report_folder(course.session, run))
        leave_out(course, ledger, run, lists_of(course, run))
        tell_known(course, ledger, run)
        _tell_what_goes(course, ledger, run)
        done = send_run(course, ledger, ledger.run(run.id) or run, service, resumed=True)
        return replace(done, resumed=True)


def _tell_what_goes(course: Course, ledger: Ledger, run: RunRecord) -> None:
    """Say which run goes on, and with how many of its leads."""
    isolate = course.session.settings[SendingOptions].isolate
    goes = [each for each in ledger.campaigns(run.id) if not each.split and each.status.goes(isolate=isolate)]
    leads, whole = sum(each.leads for each in goes), run.rows.leads
    campaigns = count(len({each.root for each in goes}), "campaign")
    to_send = f"{leads:,} of {count(whole, 'lead')} to send, in {campaigns}" if goes else "nothing to send"
    now = course.session.clock.now()
    course.session.console.note(f"{safe(run.name)} ({wording.moment(run.created, now=now)}): {to_send}.")


def leave_out(course: Course, ledger: Ledger, run: RunRecord, lists: Sequence[ExcludeList]) -> None:
    """Take whoever is on a list by now out of what a run never tried to send, and name those who can't be taken out."""
    isolate = course.session.settings[SendingOptions].isolate
    for listed in lists:
        gone = ledger.withdraw(run.id, listed.numbers.hits, listed.name, refused=isolate)
        if gone:
            course.session.console.note(f"{count(gone, 'lead')} taken out: on {listed.name} since the run was planned.")
        for campaign, phones in ledger.tried_among(run.id, listed.numbers.hits):
            then = "it goes as it was planned" if campaign.status.to_send else "its outcome is not proven"
            course.warn(
                f"{count(len(phones), 'number')} on {listed.name} {'is' if len(phones) == 1 else 'are'} in "
                f"{safe(campaign.name)}. That campaign was tried before, so {then}: {_named(course, phones)}. Look for "
                f"{'it' if len(phones) == 1 else 'them'} in the dashboard.",
                WarningCode.MAY_BE_IN,
            )


def _named(course: Course, phones: Sequence[str]) -> str:
    shown = [phone if course.session.output.show_phones else mask_phone(phone) for phone in phones[:_NAMED]]
    more = len(phones) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more > 0 else "")


def tell_known(course: Course, ledger: Ledger, run: RunRecord) -> None:
    """Count and say who of those still to be sent was uploaded since, or waits in another run."""
    uploaded = waiting = 0
    runs: set[str] = set()
    for campaign in ledger.campaigns(run.id):
        if campaign.split or not campaign.status.to_send:
            continue
        since = sum(ledger.uploaded_since(campaign, ledger.phones(campaign.id))) if campaign.refused_in_doubt else 0
        if since:  # what may be in can't lose anybody, so that --isolate leaves such a campaign as it is
            accepted, not_uploaded = wording.resolve(run.id, campaign.name, course.session.typed.after(run.typed))
            course.warn(
                f"{count(since, 'lead')} of {safe(campaign.name)} {'is' if since == 1 else 'are'} in another run too, "
                "and that campaign may be in itself: --isolate can't settle it. Look it up in the TeleCMI dashboard.\n"
                f"If it holds {count(campaign.leads, 'lead')}: {accepted}\nIf it is not there: {not_uploaded}",
                WarningCode.UPLOADED_SINCE,
            )
        for found in ledger.known_among(run.account, ledger.phones(campaign.id)).values():
            others = [each for each in found if each.run != run.id]
            uploaded += any(each.status.settled for each in others)
            waits = [each for each in others if not each.status.settled]
            waiting += bool(waits)
            runs |= {each.run for each in waits}
    if uploaded:
        course.warn(
            f"{count(uploaded, 'lead')} of run {run.id} {'was' if uploaded == 1 else 'were'} uploaded by another run. "
            "Such people are left out where the upload has --new-only.",
            WarningCode.UPLOADED_SINCE,
        )
    if waiting:
        course.warn(
            f"{count(waiting, 'lead')} of run {run.id} {'waits' if waiting == 1 else 'wait'} in another unfinished run "
            f"too ({', '.join(sorted(runs))}): each run sends what it was planned with.",
            WarningCode.WAITING_ELSEWHERE,
        )
    course.waiting_elsewhere = waiting
