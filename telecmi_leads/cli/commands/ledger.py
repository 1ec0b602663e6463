"""runs, report and forget: what the ledger knows."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from telecmi_leads.cli.course import Course
from telecmi_leads.cli.run_sending import end_run, report_folder
from telecmi_leads.cli.session import Session, begin, find_run, locked
from telecmi_leads.core.errors import ExitCode, UsageError
from telecmi_leads.core.models import Reason
from telecmi_leads.core.text import safe
from telecmi_leads.leads.prepare import matcher
from telecmi_leads.ledger import Forgotten
from telecmi_leads.output.reports import forgotten_json, prepare_folder, run_json, runs_json, summary_json
from telecmi_leads.settings.options import PhoneOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telecmi_leads.core.models import RunRecord
    from telecmi_leads.ledger import Journal
    from telecmi_leads.phones import PhoneExplanation


def runs(wanted: str | None, given: dict[str, Any]) -> int:
    """Show every run, or one with its campaigns."""
    session = begin(given)
    with session.existing_ledger() as journal:
        if wanted is None:
            _show_runs(session, journal.runs() if journal is not None else [])
        else:
            _show_run(session, journal, find_run(journal, wanted))
    return ExitCode.OK


def _show_runs(session: Session, found: Sequence[RunRecord]) -> None:
    if session.output.json:
        session.console.json(runs_json(found))
    else:
        session.console.runs(found)


def _show_run(session: Session, journal: Journal | None, run: RunRecord) -> None:
    campaigns = journal.campaigns(run.id) if journal is not None else []
    if session.output.json:
        session.console.json(run_json(run, campaigns))
    else:
        session.console.run(run, campaigns, session.typed.after(run.typed))


def report(wanted: str, given: dict[str, Any]) -> int:
    """Write a run's report files again."""
    session = begin(given)
    with session.existing_ledger() as journal:
        run = find_run(journal, wanted)
        if journal is None:  # pragma: no cover - then find_run has raised
            raise AssertionError
        prepare_folder(report_folder(session, run))
        summary = replace(end_run(Course(session), journal, run, None), exit_code=ExitCode.OK, error=None)
    if session.output.json:
        session.console.json(summary_json(summary))
    else:
        session.console.summary(summary)
    return ExitCode.OK


def forget(given: dict[str, Any], *, before: str | None, run: str | None, phone: str | None, yes: bool) -> int:
    """Delete personal data from the ledger."""
    if sum(chosen is not None for chosen in (before, run, phone)) != 1:
        raise UsageError("Say what to forget.", hint="Give one of --before DATE, --run RUN and --phone PHONE.")
    session = begin(given)
    day = _day(before) if before is not None else None
    digits, typed = _number(session, phone) if phone is not None else (None, None)
    with session.existing_ledger() as journal, ExitStack() as locks:
        run_id = find_run(journal, run).id if run is not None else None
        if journal is None:
            gone = Forgotten()
        else:
            what = f"everything before {before}" if before else f"run {run_id}"
            if phone is not None:
                what = f"the number +{digits}" if digits else f"the rows rejected for {safe(phone)!r}"
            if not yes and not session.console.confirm(f"Delete {what} from the ledger? This can't be undone."):
                return _tell_forgotten(session, Forgotten())
            for account in sorted({known.account for known in journal.runs()}):
                locks.enter_context(locked(session, account, command="forget"))
            gone = journal.forget(before=day, run=run_id, phone=digits, typed=typed)
    if typed is not None and gone == Forgotten():
        raise _no_number(session, typed)
    return _tell_forgotten(session, gone)


def _tell_forgotten(session: Session, gone: Forgotten) -> int:
    if session.output.json:
        session.console.json(forgotten_json(gone))
    else:
        session.console.forgotten(gone)
    return ExitCode.OK


def _day(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        raise UsageError(f"--before {safe(text)!r} is not a date.", hint="Write it as 2026-01-31.") from None


def _number(session: Session, phone: str) -> tuple[str | None, str | None]:
    """Return a number's digits, or the text where it is no number but what a rejected row may hold."""
    found = _explained(session, phone)
    if found.number:
        return found.number, None
    if found.reason is Reason.NO_REGION or not any(map(str.isalnum, phone)):
        raise _no_number(session, phone)
    return None, phone


def _no_number(session: Session, phone: str) -> UsageError:
    reason = _explained(session, phone).reason
    why = reason.says if reason else "it is no number"
    return UsageError(f"--phone {safe(phone)!r}: {why}.", hint="Write it with + and its country code.")


def _explained(session: Session, phone: str) -> PhoneExplanation:
    return matcher(session.settings).book.explain(phone, session.settings[PhoneOptions].region)
