"""Which of the options that were typed the commands suggested afterwards need too, so that they work as printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telecmi_leads.core.run import Typed
from telecmi_leads.leads.audience import VIRTUAL_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ANYWHERE = ("env_file", "config", "profile")
_SERVICE = ("secret_file", "ca_bundle")
_LISTS = ("exclude", "exclude_max_age")
_PREPARING = ("fill", "no_fill", "allow_premium", "types", "new_only", "name_format", "size")
_COLUMNS = ("map", "set", "order")


def typed(given: Mapping[str, Any]) -> Typed:
    """Return what of a command line is to be repeated; what came from files and the environment comes again anyway."""
    by_number = given.get("split_by") in VIRTUAL_COLUMNS
    return Typed(
        anywhere=_arguments(given, _ANYWHERE),
        service=_arguments(given, _SERVICE),
        lists=_arguments(given, _LISTS),
        region=_arguments(given, ("region",)),
        preparing=_arguments(given, (*_PREPARING, "split_by") if by_number else _PREPARING),
        columns=_arguments(given, _COLUMNS if by_number else (*_COLUMNS, "split_by")),
    )


def _arguments(given: Mapping[str, Any], names: Iterable[str]) -> tuple[str, ...]:
    found: list[str] = []
    for name in names:
        option = f"--{name.replace('_', '-')}"
        value = given.get(name)
        if value is True:
            found.append(option)
        elif isinstance(value, list):
            found += [part for each in value for part in (option, str(each))]
        elif value:
            found += [option, str(value)]
    return tuple(found)
