"""What the shell offers on Tab: columns of the file behind --map FIELD=, run ids, profiles. It never fails."""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from telecmi_leads.core.lead_fields import Field

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def maps(files: Sequence[str], typed: str) -> list[str]:
    """Return what may follow --map: fields first, then behind FIELD= the columns of the first file named."""
    field, equals, _ = typed.partition("=")
    if not equals:
        return _beginning((f"{each.value}=" for each in Field), typed)
    found: list[str] = []
    with suppress(Exception):  # on Tab nothing may be said, whatever the file is like
        found = [f"{field}={name}" for name in _header(Path(files[0]))]
    return _beginning(found, typed)


def _header(path: Path) -> Sequence[str]:
    from telecmi_leads.files import open_source  # noqa: PLC0415 - only where a file is looked into
    from telecmi_leads.leads.prepare import matcher  # noqa: PLC0415 - loads phonenumbers
    from telecmi_leads.settings.resolving import resolve_here  # noqa: PLC0415 - the same

    matching = matcher(resolve_here({}))
    with open_source(path, matching.reading) as source:
        for table, _ in matching.tables(source):
            return [name for name in table.info.header if name.strip()]
    return []


def run_ids(typed: str) -> list[str]:
    """Return the ledger's runs that begin so, newest first."""
    from telecmi_leads.ledger import Ledger  # noqa: PLC0415 - only where a run is asked for
    from telecmi_leads.settings.resolving import resolve_here  # noqa: PLC0415 - the same
    from telecmi_leads.settings.surroundings import state_folder  # noqa: PLC0415 - the same

    with suppress(Exception):
        ledger = Ledger.open_existing(state_folder(resolve_here({})))
        if ledger is not None:
            with closing(ledger):
                return _beginning((run.id for run in ledger.runs()), typed)
    return []


def profiles(typed: str, config: str | None) -> list[str]:
    """Return the profiles of the settings file."""
    from telecmi_leads.settings.setting_files import Sources, profile_names  # noqa: PLC0415 - the same

    return _beginning(profile_names(Sources({}, Path.cwd(), config=Path(config) if config else None)), typed)


def _beginning(found: Iterable[str], typed: str) -> list[str]:
    return [each for each in found if each.startswith(typed)]
