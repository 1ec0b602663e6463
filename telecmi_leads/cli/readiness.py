"""What a run needs, looked at without changing anything: the service, the region, the folders. Each look says it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from telecmi_leads.cli.run_sending import open_client
from telecmi_leads.core.campaign import OutcomeKind
from telecmi_leads.core.errors import LedgerError, ReportError, ServiceNotAsked, SettingsError
from telecmi_leads.core.masking import hide_secret
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import count
from telecmi_leads.settings.accounts import account, credentials, trusted_url
from telecmi_leads.settings.options import AccountOptions, OutputOptions, PhoneOptions
from telecmi_leads.settings.resolving import given_by

if TYPE_CHECKING:
    from telecmi_leads.cli.session import Session


def credentials_set(session: Session) -> str:
    """Say whose credentials are set. Raises SettingsError for what is missing or malformed."""
    app_id, _ = credentials(session.settings)
    return f"App id {app_id} and a secret are set"


def address(session: Session) -> str:
    """Return the service's address. Raises SettingsError for one that is not allowed."""
    return hide_secret(trusted_url(session.settings), session.settings[AccountOptions].secret or "")


def service(session: Session) -> str:
    """Ask the balance endpoint, which changes nothing; that it takes the pair makes it likely that leads/add does.

    Raises SettingsError where the service refuses the credentials or somebody else answers, ServiceNotAsked where
    nobody does.
    """
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
    if outcome.kind is OutcomeKind.MISDIRECTED:
        raise SettingsError(
            f"Somebody else than TeleCMI's service answers at {safe(whose.base_url)} ({outcome.code}).{said}",
            hint="Check TELECMI_BASE_URL and the proxy. App id and secret were not looked at.",
        )
    raise ServiceNotAsked(
        f"The service could not be asked.{said}", hint="Check the network, the proxy and the base URL, and try again."
    )


def region(session: Session) -> str:
    """Return the region. Raises SettingsError for letters that no country has."""
    from telecmi_leads.phones import is_region

    set_ = session.settings[PhoneOptions].region
    if set_ is None:
        return "none: numbers need their country code, unless a row names its country"
    if not is_region(set_):
        origin = given_by("region", session.settings.origins["region"])
        raise SettingsError(
            f"There is no country with the letters {safe(set_)!r} (region, from {safe(origin)}).",
            hint="Give a country's two letters, such as IN, GB or AE.",
        )
    return set_


def state_folder_usable(session: Session) -> str:
    """Say where the ledger is. Raises LedgerError where it can't be read or made."""
    with session.existing_ledger() as ledger:
        if ledger is not None:
            return f"{safe(str(session.state))}, {count(len(ledger.runs()), 'run')} in the ledger"
    if not _writable(session.state):
        raise LedgerError(
            f"{safe(str(session.state))} can't be written.", hint="Set TELECMI_STATE_DIR to a folder of yours."
        )
    return f"{safe(str(session.state))}, made by the first run"


def report_folder_usable(session: Session) -> str:
    """Say where reports go. Raises ReportError where they can't be written."""
    folder = (session.settings[OutputOptions].report_dir or Path("telecmi-reports")).absolute()
    if not _writable(folder):
        raise ReportError(f"{safe(str(folder))} can't be written.", hint="Name another folder with --report-dir.")
    return safe(str(folder))


def _writable(folder: Path) -> bool:
    """Tell whether a folder, or the nearest above it that is there, can be written."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
