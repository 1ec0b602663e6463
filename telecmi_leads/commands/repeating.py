"""Which of the options that were typed the commands suggested afterwards need too, so that they work as printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telecmi_leads.models import Typed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ANYWHERE = ("env_file", "config", "profile")
_SENDING = ("secret_file", "ca_bundle", "exclude", "exclude_max_age")
_PREPARING = (
    *("map", "set", "fill", "no_fill", "region", "allow_premium", "types"),
    *("new_only", "name_format", "size", "split_by", "order"),
)


def typed(given: Mapping[str, Any]) -> Typed:
    """Return what of a command line is to be repeated; what came from files and the environment comes again anyway."""
    sending = (*_SENDING, "region") if given.get("exclude") else _SENDING  # a list's numbers are read for it
    return Typed(
        anywhere=_arguments(given, _ANYWHERE),
        sending=_arguments(given, sending),
        preparing=_arguments(given, (name for name in _PREPARING if name not in sending)),
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
