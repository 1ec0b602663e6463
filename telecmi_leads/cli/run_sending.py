"""Sending a planned run: the service or its stand-in, the events on the console, the summary and its reports.

A run that goes on has its do-not-call lists read again first, and whoever is on one by now is taken out of it.
"""

from __future__ import annotations

import secrets
from collections import Counter
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from telecmi_leads.cli.course import end_code
from telecmi_leads.core import wording
from telecmi_leads.core.clock import StopRequest
from telecmi_leads.core.errors import ExcludeListFailed, ExitCode, Remedy, SettingsError
from telecmi_leads.core.masking import mask_phone
from telecmi_leads.core.reasons import WarningCode
from telecmi_leads.core.run import SANDBOX_ACCOUNT, ListsRead, RunState, RunStatus, RunStopping
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import count
from telecmi_leads.core.wording.endings import end_problem
from telecmi_leads.output.console.upload_tally import UploadTally
from telecmi_leads.output.reports import prepare_folder, summarise, write_reports
from telecmi_leads.settings.accounts import Account, Secret, account
from telecmi_leads.settings.network import proxies
from telecmi_leads.settings.options import ExcludeOptions, PhoneOptions, SendingOptions, TrialOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from telecmi_leads.cli.course import Course
    from telecmi_leads.cli.session import Session
    from telecmi_leads.core.campaign import CampaignRecord, Outcome
    from telecmi_leads.core.errors import InputRefused
    from telecmi_leads.core.run import RunRecord, RunSummary
    from telecmi_leads.leads.screening import ExcludeList
    from telecmi_leads.ledger import Ledger
    from telecmi_leads.sending.client import Client

_SANDBOX_APP_ID = 1111112
_REPORTS = Path("telecmi-reports")
_NAMED = 10
"""Numbers that a warning names; it counts the others."""


class Service(Struct, frozen=True):
    """Where a run is sent: `key` names the account in the ledger."""

    key: str
    app_id: int
    send: Callable[[bytes], Outcome]


@contextmanager
def open_service(session: Session, *, sandbox: bool) -> Iterator[Service]:
    """Open the account's service, or a stand-in that lives as long as the context."""
    if not sandbox:
        whose = account(session.settings)
        session.announce()
        if not session.console.is_log:
            session.console.note(f"To {wording.account(whose.key)}.")
        with open_client(session, whose) as client:
            yield Service(whose.key, whose.app_id, client.send)
        return
    from telecmi_leads.sandbox import Sandbox

    with Sandbox() as stand_in:
        # A secret of its own for each rehearsal: the real one never reaches the stand-in, nor its log.
        invented = Account(_SANDBOX_APP_ID, Secret(secrets.token_hex(16)), stand_in.url)
        with open_client(session, invented) as client:
            yield Service(SANDBOX_ACCOUNT, invented.app_id, client.send)


def open_client(session: Session, whose: Account) -> Client:
    """Return a client for an account, by the proxies of the environment; a context manager."""
    from telecmi_leads.sending.client import Client

    return Client(whose, session.settings[SendingOptions], proxies(session.environment, whose.base_url))


def sandbox_wanted(session: Session) -> bool:
    """Tell whether --sandbox is given."""
    return session.settings[TrialOptions].sandbox


def send_run(course: Course, ledger: Ledger, run: RunRecord, service: Service, *, resumed: bool = False) -> RunSummary:
    """Send what is left of a run; return its summary, with the reports written.

    With --isolate, a run that is `resumed` has its refused campaigns left too, though it is finished.
    """
    stopping = None
    isolates = resumed and course.session.settings[SendingOptions].isolate
    # A finished run has nothing to send, unless --isolate is to cut what was refused.
    if run.state is RunState.PLANNED or isolates:
        stopping = _send(course, ledger, run, service)
    return end_run(course, ledger, run, stopping)


def _send(course: Course, ledger: Ledger, run: RunRecord, service: Service) -> RunStopping | None:
    from telecmi_leads.sending.run_loop import upload as upload_events
    from telecmi_leads.sending.what_goes import what_goes

    session = course.session
    options = session.settings[SendingOptions]
    waiting = what_goes(ledger, run.id, options)
    stopping = None
    stop = StopRequest()
    leads: Counter[int] = Counter()
    for each in waiting:
        leads[each.root] += each.leads
    in_doubt = {each.id: each.leads for each in waiting if each.status.doubtful}
    lists = {each.name: each.numbers.hits for each in course.lists}
    happening = upload_events(run.id, ledger, service.send, options, session.clock, stop, lists)
    # On a terminal the command's first line has named the account.
    to = wording.account(service.key) if session.console.is_log or run.account == SANDBOX_ACCOUNT else ""
    with (
        session.console.uploading(UploadTally(leads, in_doubt), to) as display,
        course.signals.to(stop),
        closing(happening) as events,  # where the display fails, what was heard is written at once
    ):
        for event in events:
            display.event(event)
            if isinstance(event, RunStopping):
                stopping = event
    return stopping


def default_report_folder(session: Session, run_id: str) -> Path:
    """Return where the reports of a new run go."""
    return (session.output.report_dir or _REPORTS / run_id).absolute()


def report_folder(session: Session, run: RunRecord) -> Path:
    """Return where a run's reports go: --report-dir, else where they went from the start."""
    return (session.output.report_dir or Path(run.report_dir)).absolute()


def refusal_reports(course: Course, ledger: Ledger, run: RunRecord, why: InputRefused) -> Mapping[str, str]:
    """Write the reports of a plan that must not be sent, so that its rows can be corrected; return them."""
    summary = summarise(ledger, run.id, exit_code=ExitCode.INPUT, status=RunStatus.REFUSED, error=why)
    written = _written(course, replace(summary, run=None, typed=course.session.typed), run, ledger)
    course.left_out = written.left_out
    return written.reports


def _written(course: Course, summary: RunSummary, run: RunRecord, ledger: Ledger) -> RunSummary:
    folder = report_folder(course.session, run)
    warned = course.with_warnings(summary)
    return write_reports(folder, warned, run, ledger, show_phones=course.session.output.show_phones)


def end_run(course: Course, ledger: Ledger, run: RunRecord, stopping: RunStopping | None) -> RunSummary:
    """Judge how a run ended, write its reports, return its summary."""
    now = ledger.run(run.id) or run
    typed = course.session.typed.after(now.typed)
    code = ExitCode.OK if now.dry_run else end_code(now.leads, stopping)
    status = RunStatus.COMPLETE if now.dry_run else now.leads.status
    here = replace(now, report_dir=str(report_folder(course.session, now)))  # where this very command writes them
    problem = end_problem(here, code, stopping, ledger.campaigns(run.id), typed)
    left = None if now.dry_run else course.left_waiting
    # A worse end of this run's own is said first; people of other runs are a lesser worry then.
    if left is not None and code in {ExitCode.OK, ExitCode.REFUSED}:
        code, status, problem = ExitCode.UNFINISHED, RunStatus.UNFINISHED, left.problem(typed)
    summary = summarise(ledger, run.id, exit_code=code, status=status, error=problem)
    summary = replace(
        summary,
        typed=typed,
        run=None if now.dry_run else summary.run,
        settling=() if left is None else left.commands(typed),
    )
    if course.waiting_elsewhere is not None:
        summary = replace(summary, waiting_elsewhere=course.waiting_elsewhere)
    return _written(course, summary, now, ledger)


# --- runs that go on --------------------------------------------------------------------------------


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
    if Path() in options.exclude:  # what an empty word becomes: its absolute path would be the working folder's
        raise ExcludeListFailed(
            "The name of a do-not-call list is empty: perhaps a variable of the shell is not set. Nothing was sent.",
            hint="Give the path of a file with --exclude.",
        )
    age = options.exclude_max_age
    return ListsRead(
        tuple(str(path.absolute()) for path in options.exclude),
        None if age is None else age.total_seconds(),
        settings[PhoneOptions].region,
    )


def usable_lists(course: Course, *lists: ListsRead) -> list[ExcludeList]:
    """Read do-not-call lists, each once; the summary tells of rows that hold no number. Raises ExcludeListFailed."""
    if not any(each.files for each in lists):
        return []  # reading lists takes the whole of phones and columns, which a resume has no other use for
    from telecmi_leads.leads.exclude_lists import load_lists

    read = load_lists(lists, course.session.clock.now())
    for listed in read:
        if listed.unreadable:
            course.warn(
                f"{count(listed.unreadable, 'row')} of the do-not-call list {listed.name} can't be read as a number, "
                f"{count(len(listed.numbers), 'number')} can. Whoever those rows mean is not left out.",
                WarningCode.LIST_ROWS_UNREADABLE,
            )
        for sheet in listed.hidden:
            course.warn(
                f'The do-not-call list {listed.name} has numbers on a hidden sheet, "{safe(sheet, 60)}". They are left '
                "out too.",
                WarningCode.LIST_HIDDEN_SHEET,
            )
    return read


def lists_of(course: Course, run: RunRecord) -> list[ExcludeList]:
    """Read the lists that the run was planned with, and those that this command names. Raises ExcludeListFailed."""
    own = run.lists
    if not own.files:  # a ledger of an earlier version holds them as they were typed
        typed = [argument for each in run.typed.options if each.name == "exclude" for argument in each.arguments]
        named = [value for option, value in pairwise(typed) if option == "--exclude"]
        own = ListsRead(tuple(str(Path(name).absolute()) for name in named))
    given = lists_given(course)
    gone = next((file for file in own.files if file not in given.files and _is_gone(file)), None)
    if gone is not None:
        raise ExcludeListFailed(
            f"The do-not-call list {safe(Path(gone).name)} can't be used: run {run.id} was planned with it, and there "
            "is no such file any more. Nothing was sent.",
            remedy=Remedy(f"Put that list, or the one that has replaced it, at {safe(gone)}"),
        )
    return usable_lists(course, given, own)


def _is_gone(file: str) -> bool:
    try:
        Path(file).stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


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
