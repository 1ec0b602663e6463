"""Where this program keeps what it has to remember."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.core.errors import SettingsError
from telecmi_leads.settings.options import StateOptions

if TYPE_CHECKING:
    from pathlib import Path

    from telecmi_leads.settings.resolving import Settings


def state_folder(settings: Settings) -> Path:
    """Return the ledger's folder, which need not exist yet."""
    given = settings[StateOptions].state_dir
    if given is not None:
        if not str(given).strip() or str(given) == ".":
            raise SettingsError("TELECMI_STATE_DIR is empty.", hint="Name a folder, or leave it unset.")
        return given.absolute()
    from platformdirs import user_state_path  # noqa: PLC0415 - not needed where the folder is given

    return user_state_path("telecmi-leads", appauthor=False)
