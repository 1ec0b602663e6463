"""A run of the ledger goes on: its account checked, its do-not-call lists read again, then sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.cli.run_plan import usable_lists
from telecmi_leads.cli.run_sending import report_folder, send_run
from telecmi_leads.core.errors import SettingsError
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import count
from telecmi_leads.output.reports import prepare_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telecmi_leads.cli.course import Course
    from telecmi_leads.cli.run_sending import Service
    from telecmi_leads.core.run import RunRecord, RunSummary
    from telecmi_leads.leads.screening import ExcludeList
    from telecmi_leads.ledger import Ledger


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
                "Look for them in the dashboard."
            )
