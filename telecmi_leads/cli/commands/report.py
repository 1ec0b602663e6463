"""report: a run's report files, written again from the ledger alone.

For a folder that was deleted, or is wanted elsewhere (--report-dir), or with numbers in full (--show-phones). The input
files are not read: they may be gone. What a person has changed in the old reports stays, beside the new ones. The
summary is shown as at the run's end, also as JSON.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from telecmi_leads.cli.course import Course, show_end
from telecmi_leads.cli.run_sending import end_run, report_folder
from telecmi_leads.cli.session import begin, find_run
from telecmi_leads.core.errors import ExitCode
from telecmi_leads.output.reports import prepare_folder


def report(wanted: str, given: dict[str, Any]) -> int:
    """Write the reports of the run with this id, or beginning of one, and show its summary.

    Raises UsageError where there is no such run, ReportError where the folder can't be written. The run is neither
    sent nor changed, and no account is asked for: the ledger knows the runs of every account.
    """
    session = begin(given)
    session.console.follow_run(session.clock.now)
    with session.existing_ledger() as ledger:
        run = find_run(ledger, wanted)
        if ledger is None:  # pragma: no cover - then find_run has raised
            raise AssertionError
        # Before the figures are read: a folder that can't be written is said at once, not after a million rows.
        prepare_folder(report_folder(session, run))
        summary = end_run(Course(session), ledger, run, None)
    # The command has done what it was asked for, however the run stands: its `status` tells that. An exit code and an
    # error of the run would have a script believe that the reports were not written.
    done = replace(summary, exit_code=ExitCode.OK, error=None)
    show_end(session, done)
    return done.exit_code
