"""forget: personal data deleted from the ledger."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from typing import TYPE_CHECKING, Any

from telecmi_leads.cli.session import Session, begin, find_run, locked
from telecmi_leads.core import wording
from telecmi_leads.core.errors import ExitCode, LedgerError, UsageError
from telecmi_leads.core.reasons import Reason
from telecmi_leads.core.run import RunStatus, Suggested
from telecmi_leads.core.text import safe
from telecmi_leads.leads.prepare import matcher
from telecmi_leads.ledger import Forgotten, StillTried, ToForget
from telecmi_leads.output.reports import forgotten_json
from telecmi_leads.settings.options import PhoneOptions

if TYPE_CHECKING:
    from telecmi_leads.core.run import RunRecord
    from telecmi_leads.ledger import Ledger
    from telecmi_leads.phones import PhoneExplanation


def forget(given: dict[str, Any], *, before: str | None, run: str | None, phone: str | None, yes: bool) -> int:
    """Delete personal data from the ledger."""
    if sum(chosen is not None for chosen in (before, run, phone)) != 1:
        raise UsageError("Say what to forget.", hint="Give one of --before DATE, --run RUN and --phone PHONE.")
    session = begin(given)
    day = _day(before) if before is not None else None
    digits, national, typed = _number(session, phone) if phone is not None else (None, "", None)
    with session.existing_ledger() as ledger, ExitStack() as locks:
        found = find_run(ledger, run) if run is not None else None
        if ledger is None:
            gone = Forgotten()
        else:
            what = f"everything before {before}" if found is None else f"run {found.id}"
            if phone is not None:
                what = f"the number +{digits}" if digits else f"the rows rejected for {safe(phone)!r}"
            held = _all_locked(session, ledger, locks) if yes else set()  # before anything is said to be deleted
            if found is not None and found.leads.status is RunStatus.UNFINISHED:
                _tell_open(session, found, yes=yes)
            if not yes and not session.console.confirm(f"Delete {what} from the ledger? This can't be undone."):
                return _tell_kept(session)
            held = held or _all_locked(session, ledger, locks)
            wanted = ToForget(day, found.id if found else None, digits, national, typed)
            try:
                gone = ledger.forget(wanted, held)
            except StillTried as tried:
                raise _with_ways_out(session, tried) from None
    if typed is not None and gone == Forgotten():
        raise _no_number(session, typed)
    return _tell_forgotten(session, gone)


def _tell_open(session: Session, run: RunRecord, *, yes: bool) -> None:
    """Say of an unfinished run what is lost with it: what is in, and who was not sent, nobody knows then."""
    unproven = run.leads.unknown + run.leads.unverified
    leads = " and ".join(wording.tally((run.leads.unsent, "not sent"), (unproven, "not proven")))
    says = f"Run {run.id} ({safe(run.name)}) is unfinished: of {wording.count(run.leads.total, 'lead')} {leads}."
    if yes:
        look = "look in the TeleCMI dashboard before these people are uploaded again"
        session.console.alarm(f"{says} It is deleted all the same, and nobody can settle that any more: {look}.")
    else:
        session.console.alarm(f"{says} Without the run nobody can settle that any more. {_settled_by(session, run)}")


def _with_ways_out(session: Session, tried: StillTried) -> UsageError:
    """Return the error with the commands that settle the campaign, or forget all of its run."""
    forget = wording.command("forget", "--run", tried.run.id, *session.typed.of(Suggested.RUNS))
    return UsageError(
        tried.message,
        hint=f"Settle it first. {_settled_by(session, tried.run)}\nOr forget the whole run: {forget}",
    )


def _settled_by(session: Session, run: RunRecord) -> str:
    """Return how the run is settled, with the command at the end."""
    if run.goes_on:
        return f"This finishes it: {wording.resume(run, session.typed.after(run.typed))}"
    return f"This shows how to settle it: {wording.command('runs', run.id, *session.typed.of(Suggested.RUNS))}"


def _tell_kept(session: Session) -> int:
    """Say that a person who was asked wants nothing deleted."""
    if session.output.json:
        session.console.json(forgotten_json(Forgotten(), exit_code=ExitCode.OK, error=None))
    session.console.line("Nothing was deleted.")
    return ExitCode.OK


def _all_locked(session: Session, ledger: Ledger, locks: ExitStack) -> set[str]:
    """Take the locks of all accounts that have a run, also one whose first is being planned; return the accounts."""
    held: set[str] = set()
    while new := ledger.accounts() - held:  # while one lock is waited for, a run of another account may begin
        for account in sorted(new):
            locks.enter_context(locked(session, account, command="forget"))
        held |= new
    return held


def _tell_forgotten(session: Session, gone: Forgotten) -> int:
    error = _still_there() if gone.left_in_file else None
    code = ExitCode.OK if error is None else error.exit_code
    if session.output.json:
        session.console.json(forgotten_json(gone, exit_code=code, error=error))
    else:
        session.console.forgotten(gone)
        if error is not None:
            session.console.failure(error, session.clock.now)
    return code


def _still_there() -> LedgerError:
    return LedgerError(
        "Another process reads the ledger: the data is deleted, and the file still holds old pages with it.",
        hint="End that process, then type the same command again: it cleans the file.",
    )


def _day(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        raise UsageError(f"--before {safe(text)!r} is not a date.", hint="Write it as 2026-01-31.") from None


def _number(session: Session, phone: str) -> tuple[str | None, str, str | None]:
    """Return a number's digits, and those behind the calling code; or the text that a rejected row may hold."""
    found = _explained(session, phone)
    if found.number:
        calling_code = found.international.split(" ", 1)[0].lstrip("+")
        return found.number, found.number.removeprefix(calling_code), None
    if found.reason is Reason.NO_REGION or not any(map(str.isalnum, phone)):
        raise _no_number(session, phone)
    return None, "", phone


def _no_number(session: Session, phone: str) -> UsageError:
    reason = _explained(session, phone).reason
    why = reason.says if reason else "it is not a number"
    return UsageError(f"--phone {safe(phone)!r}: {why}.", hint="Write it with + and its country code.")


def _explained(session: Session, phone: str) -> PhoneExplanation:
    return matcher(session.settings).book.explain(phone, session.settings[PhoneOptions].region)
