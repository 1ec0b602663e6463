"""A run that goes on: its lists are read again, whoever is on one by now is taken out of it, and the rest is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from telecmi_leads.cli.run_lists import lists_of
from telecmi_leads.cli.run_sending import report_folder, send_run
from telecmi_leads.core import wording
from telecmi_leads.core.errors import SettingsError
from telecmi_leads.core.masking import mask_phone
from telecmi_leads.core.reasons import WarningCode
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import count
from telecmi_leads.output.reports import prepare_folder
from telecmi_leads.settings.options import SendingOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telecmi_leads.cli.course import Course
    from telecmi_leads.cli.run_sending import Service
    from telecmi_leads.core.campaign import CampaignRecord
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


def go_on(
    course: Course, ledger: Ledger, run: RunRecord, service: Service, lists: Sequence[ExcludeList] | None = None
) -> RunSummary:
    """Send what the run has left, without those who are on a list by now; return its summary.

    `lists` are the run's, where they are read already.
    """
    course.run, course.name = run.id, run.name
    with course.accounted(ledger, run.id):
        prepare_folder(report_folder(course.session, run))
        leave_out(course, ledger, run, lists_of(course, run) if lists is None else lists)
        tell_known(course, ledger, run)
        _tell_what_goes(course, ledger, run)
        done = send_run(course, ledger, ledger.run(run.id) or run, service, resumed=True)
        return replace(done, resumed=True)


def _tell_what_goes(course: Course, ledger: Ledger, run: RunRecord) -> None:
    """Say which run goes on, and with how many of its leads."""
    from telecmi_leads.sending.what_goes import what_goes

    goes = what_goes(ledger, run.id, course.session.settings[SendingOptions])
    taken = next((each.name for each in ledger.campaigns(run.id) if each.taken), None)
    leads, whole = sum(each.leads for each in goes), run.rows.leads
    campaigns = count(len({each.root for each in goes}), "campaign")
    nothing = "nothing to send" if taken is None else f"nothing to send: the name {safe(taken)} is taken"
    to_send = f"{leads:,} of {count(whole, 'lead')} to send, in {campaigns}" if goes else nothing
    now = course.session.clock.now()
    course.session.console.note(f"{safe(run.name)} ({wording.moment(run.created, now=now)}): {to_send}.")


def leave_out(course: Course, ledger: Ledger, run: RunRecord, lists: Sequence[ExcludeList]) -> None:
    """Take whoever is on a list by now out of what a run never tried to send, and name those who can't be taken out."""
    course.lists = lists
    isolate = course.session.settings[SendingOptions].isolate
    for listed in lists:
        gone = ledger.withdraw(run.id, listed.numbers.hits, listed.name, refused=isolate)
        if gone:
            course.session.console.note(f"{count(gone, 'lead')} taken out: on {listed.name} since the run was planned.")
        for campaign, phones in ledger.tried_among(run.id, listed.numbers.hits):
            course.warn(_listed_and_tried(course, run, listed.name, campaign, phones), WarningCode.MAY_BE_IN)


def _listed_and_tried(
    course: Course, run: RunRecord, name: str, campaign: CampaignRecord, phones: Sequence[str]
) -> str:
    """Return what is said of numbers on a list that are in a campaign which was tried and may not be changed."""
    isolate = course.session.settings[SendingOptions].isolate
    is_, them = ("is", "it") if len(phones) == 1 else ("are", "them")
    says = f"{count(len(phones), 'number')} on {name} {is_} in {safe(campaign.name)}"
    if isolate and campaign.refused_in_doubt:
        text = f"{says}, which may be in as it is, so that --isolate does not cut it: {_named(course, phones)}."
        return _looked_up(course, run, campaign, text)
    then = "it goes as it was planned" if campaign.status.to_send else "its outcome is not proven"
    cut = f" No part that --isolate cuts from it holds {them}." if isolate and campaign.status.to_send else ""
    return (
        f"{says}. That campaign was tried before, so {then}: {_named(course, phones)}. Look for {them} in the "
        f"dashboard.{cut}"
    )


def _looked_up(course: Course, run: RunRecord, campaign: CampaignRecord, why: str) -> str:
    """Return why only a person can settle a campaign, and how."""
    step = wording.settled_by_hand(run.id, campaign, course.session.typed.after(run.typed))
    return wording.in_lines(replace(step, text=f"{why} Look it up in the TeleCMI dashboard."))


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
            leads = f"{count(since, 'lead')} of {safe(campaign.name)} {'is' if since == 1 else 'are'}"
            text = f"{leads} in another run too, and that campaign may be in itself: --isolate can't settle it."
            course.warn(_looked_up(course, run, campaign, text), WarningCode.UPLOADED_SINCE)
        for found in ledger.known_among(run.account, ledger.phones(campaign.id)).values():
            others = [each for each in found if each.run != run.id]
            uploaded += any(each.status.settled for each in others)
            waits = [each for each in others if not each.status.settled]
            waiting += bool(waits)
            runs |= {each.run for each in waits}
    if uploaded:
        course.warn(
            f"{count(uploaded, 'lead')} of {safe(run.name)} {'was' if uploaded == 1 else 'were'} uploaded by another "
            "run too: each run sends what it was planned with.",
            WarningCode.UPLOADED_SINCE,
        )
    if waiting:
        course.warn(
            f"{count(waiting, 'lead')} of {safe(run.name)} {'waits' if waiting == 1 else 'wait'} in another unfinished "
            f"run too ({', '.join(sorted(runs))}): each run sends what it was planned with.",
            WarningCode.WAITING_ELSEWHERE,
        )
    course.waiting_elsewhere = waiting
