"""runs: the ledger's runs, or one of them with its campaigns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telecmi_leads.cli.session import Session, begin, find_run
from telecmi_leads.core.errors import ExitCode
from telecmi_leads.core.run import SANDBOX_ACCOUNT
from telecmi_leads.output.reports import run_json, runs_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telecmi_leads.core.run import RunRecord
    from telecmi_leads.ledger import Ledger


def runs(wanted: str | None, given: dict[str, Any]) -> int:
    """Show every run, or one with its campaigns."""
    session = begin(given)
    with session.existing_ledger() as ledger:
        if wanted is None:
            found = ledger.runs() if ledger is not None else []
            _show_runs(session, [run for run in found if run.account != SANDBOX_ACCOUNT])
        else:
            _show_run(session, ledger, find_run(ledger, wanted))
    return ExitCode.OK


def _show_runs(session: Session, found: Sequence[RunRecord]) -> None:
    if session.output.json:
        session.console.json(runs_json(found))
    else:
        empty = f"No run yet, of any account, in the ledger in {session.state}."
        session.console.runs(found, empty, session.clock.now(), session.typed)


def _show_run(session: Session, ledger: Ledger | None, run: RunRecord) -> None:
    campaigns = ledger.campaigns(run.id) if ledger is not None else []
    if session.output.json:
        session.console.json(run_json(run, campaigns))
    else:
        tables = ledger.tables(run.id) if ledger is not None else []
        session.console.run(run, campaigns, tables, session.typed.after(run.typed))
