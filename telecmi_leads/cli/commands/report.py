"""report: a run's report files, written again."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from telecmi_leads.cli.course import Course
from telecmi_leads.cli.run_sending import end_run, report_folder
from telecmi_leads.cli.session import begin, find_run
from telecmi_leads.core.errors import ExitCode
from telecmi_leads.output.reports import prepare_folder, summary_json


def report(wanted: str, given: dict[str, Any]) -> int:
    """Write a run's report files again."""
    session = begin(given)
    session.console.follow_run(session.clock.now)
    with session.existing_ledger() as ledger:
        run = find_run(ledger, wanted)
        if ledger is None:  # pragma: no cover - then find_run has raised
            raise AssertionError
        prepare_folder(report_folder(session, run))
        summary = replace(end_run(Course(session), ledger, run, None), exit_code=ExitCode.OK, error=None)
    if session.output.json:
        session.console.json(summary_json(summary))
    session.console.summary(summary)
    return ExitCode.OK
