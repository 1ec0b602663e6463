"""check: are the settings there, does the service take them, can the folders be written. Nothing is changed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from telecmi_leads.cli import readiness
from telecmi_leads.cli.session import Session, begin
from telecmi_leads.core.errors import ExitCode, LeadsError
from telecmi_leads.core.lead import Field
from telecmi_leads.core.masking import hide_secret
from telecmi_leads.core.text import safe
from telecmi_leads.output.reports import check_json
from telecmi_leads.output.views import CheckView
from telecmi_leads.settings.option_values import Age
from telecmi_leads.settings.options import AccountOptions
from telecmi_leads.settings.resolving import DEFAULT, given_by

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
        # The service needs credentials and address: where those failed it would repeat their error as its own.
        cause = next((earlier.what for earlier, failed in checks if failed and view.detail == earlier.detail), None)
        if cause is not None:
            view = CheckView(what, passed=None, detail=f"not asked, since {cause} failed")
        checks.append((view, error))
    first = next((error for _, error in checks if error is not None), None)
    code = first.exit_code if first is not None else ExitCode.OK
    views = [view for view, _ in checks] + _origins(session)
    if session.output.json:
        session.console.json(check_json(views, exit_code=code, error=first))
    else:
        session.console.check(views)
        if session.output.quiet:
            for failed in filter(None, (error for _, error in checks)):
                session.console.failure(failed, session.clock.now)
    return code


def _looked(what: str, look: Look, session: Session) -> tuple[CheckView, LeadsError | None]:
    try:
        return CheckView(what, passed=True, detail=look(session)), None
    except LeadsError as error:
        return CheckView(what, passed=False, detail=error.message, hint=error.hint), error


_LOOKS: tuple[tuple[str, Look], ...] = (
    ("credentials", readiness.credentials_set),
    ("base URL", readiness.address),
    ("service", readiness.service),
    ("region", readiness.region),
    ("state folder", readiness.state_folder_usable),
    ("report folder", readiness.report_folder_usable),
)


def _origins(session: Session) -> list[CheckView]:
    """Say of every setting that is not a default where it came from."""
    return [
        CheckView(
            f"setting {name}",
            passed=True,
            detail=f"{_value(session, name)}from {safe(given_by(name, origin))}",
            is_setting=True,
        )
        for name, origin in session.settings.origins.items()
        if origin != DEFAULT
    ]


def _value(session: Session, name: str) -> str:
    value = next(getattr(group, name) for group in session.settings.groups.values() if hasattr(group, name))
    typed = _as_typed(value)
    if name in _MASKED or (name == "app_id" and not typed.isdecimal()):  # the two are easily put in each other's place
        return "••• "
    secret = session.settings[AccountOptions].secret
    return f"{safe(hide_secret(typed, secret or ''))} "


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
