"""check: are the settings there, does the service take them, can the folders be written. Nothing is changed."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from telecmi_leads.cli.run_sending import open_client
from telecmi_leads.cli.session import Session, begin
from telecmi_leads.core.campaign import OutcomeKind
from telecmi_leads.core.errors import ExitCode, LeadsError, LedgerError, ReportError, ServiceNotAsked, SettingsError
from telecmi_leads.core.lead_fields import Field
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import count
from telecmi_leads.output.reports import check_json
from telecmi_leads.output.views import CheckView
from telecmi_leads.settings.accounts import account, credentials, trusted_url
from telecmi_leads.settings.option_values import Age
from telecmi_leads.settings.options import OutputOptions, PhoneOptions
from telecmi_leads.settings.resolving import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable

    Look = Callable[[Session], str]

_MASKED = frozenset({"secret"})


def check(given: dict[str, Any]) -> int:
    """Look at everything a run needs; the exit code is that of the first thing that is wrong."""
    session = begin(given)
    session.announce()
    checks: list[tuple[CheckView, LeadsError | None]] = []
    for what, look in _LOOKS:
        view, error = _looked(what, look, session)
        if any(view.detail == earlier.detail for earlier, failed in checks if failed):
            view = CheckView(what, passed=None, detail="not asked, for the reason above")
        checks.append((view, error))
    first = next((error for _, error in checks if error is not None), None)
    code = first.exit_code if first is not None else ExitCode.OK
    views = [view for view, _ in checks] + _origins(session)
    if session.output.json:
        session.console.json(check_json(views, exit_code=code, error=first))
    else:
        session.console.check(views)
    return code


def _looked(what: str, look: Look, session: Session) -> tuple[CheckView, LeadsError | None]:
    try:
        return CheckView(what, passed=True, detail=look(session)), None
    except LeadsError as error:
        return CheckView(what, passed=False, detail=error.message, hint=error.hint), error


def _credentials(session: Session) -> str:
    app_id, _ = credentials(session.settings)
    return f"App id {app_id} and a secret are set"


def _address(session: Session) -> str:
    return trusted_url(session.settings)


def _service(session: Session) -> str:
    """Ask the balance endpoint, which changes nothing; that it takes the pair makes it likely that leads/add does."""
    whose = account(session.settings)
    with open_client(session, whose) as client:
        outcome = client.check_balance()
    if outcome.kind is OutcomeKind.ACCEPTED:
        return "reachable, and it accepts the credentials"
    said = f" It said: {safe(outcome.message)}" if outcome.message else ""
    if outcome.kind is OutcomeKind.ACCOUNT:
        raise SettingsError(
            f"TeleCMI does not know this App id and secret.{said}", hint="Compare both with the TeleCMI dashboard."
        )
    raise ServiceNotAsked(
        f"The service could not be asked.{said}", hint="Check the network, the proxy and the base URL, and try again."
    )


def _state(session: Session) -> str:
    with session.existing_ledger() as ledger:
        if ledger is not None:
            return f"{safe(str(session.state))}, {count(len(ledger.runs()), 'run')} in the ledger"
    if not _writable(session.state):
        raise LedgerError(
            f"{safe(str(session.state))} can't be written.", hint="Set TELECMI_STATE_DIR to a folder of yours."
        )
    return f"{safe(str(session.state))}, made by the first run"


def _reports(session: Session) -> str:
    folder = (session.settings[OutputOptions].report_dir or Path("telecmi-reports")).absolute()
    if not _writable(folder):
        raise ReportError(f"{safe(str(folder))} can't be written.", hint="Name another folder with --report-dir.")
    return safe(str(folder))


def _writable(folder: Path) -> bool:
    """Tell whether a folder, or the nearest above it that is there, can be written."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def _region(session: Session) -> str:
    region = session.settings[PhoneOptions].region
    return region or "none: numbers need their country code, unless a row names its country"


_LOOKS: tuple[tuple[str, Look], ...] = (
    ("credentials", _credentials),
    ("base URL", _address),
    ("service", _service),
    ("region", _region),
    ("state folder", _state),
    ("report folder", _reports),
)


def _origins(session: Session) -> list[CheckView]:
    """Say of every setting that is not a default where it came from."""
    return [
        CheckView(f"setting {name}", passed=True, detail=f"{_value(session, name)}from {safe(origin)}")
        for name, origin in session.settings.origins.items()
        if origin != DEFAULT
    ]


def _value(session: Session, name: str) -> str:
    if name in _MASKED:
        return "••• "
    value = next(getattr(group, name) for group in session.settings.groups.values() if hasattr(group, name))
    return f"{safe(_as_typed(value))} "


def _as_typed(value: object) -> str:
    """Return a value in the notation of the command line."""
    match value:
        case bool() | None:
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case timedelta():
            return str(Age(value))
        case (Field() as field, text):
            return f"{field}={text}"
        case tuple() | frozenset():
            return ", ".join(sorted(map(_as_typed, value)) if isinstance(value, frozenset) else map(_as_typed, value))
        case _:
            return str(value)
