"""Options from wherever they were given → typed settings, each knowing where it came from.

Precedence: command line, environment, `.env` file, profile, the TOML file's top level, default.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from telecmi_leads.core.errors import LeadsError, SettingsError, UsageError
from telecmi_leads.core.text import safe
from telecmi_leads.settings.options import GROUPS, AccountOptions, SourceOptions
from telecmi_leads.settings.setting_files import (
    SECRET_VARIABLE,
    Sources,
    read_config,
    read_env_file,
    readable_by_others,
)
from telecmi_leads.settings.surroundings import environment

COMMAND_LINE = "command line"
DEFAULT = "default"

Group = TypeVar("Group")


@dataclass(frozen=True, slots=True)
class Settings:
    """The option groups with their values, and for each option where its value came from."""

    groups: Mapping[type[Any], Any]
    origins: Mapping[str, str]
    warnings: tuple[str, ...] = ()

    def __getitem__(self, group: type[Group]) -> Group:
        """Return the values of an option group, typed."""
        value = self.groups[group]
        if not isinstance(value, group):  # pragma: no cover - resolve() made the pairs
            raise TypeError(group)
        return value


def resolve_here(given: Mapping[str, Any]) -> Settings:
    """Resolve every option for this process: its environment, its working directory, its command line."""
    paths = {name: Path(given[name]) for name in ("env_file", "config") if given.get(name)}
    named = SourceOptions(**paths, profile=given.get("profile"))
    return resolve(given, Sources(environment(), _working_folder(), named.env_file, named.config, named.profile))


def _working_folder() -> Path:
    try:
        return Path.cwd()
    except OSError as problem:
        raise SettingsError(
            f"The working folder can't be used: {problem.strerror or 'it is gone'}.",
            hint="Change to a folder that is there and that you may read.",
        ) from None


def resolve(given: Mapping[str, Any], sources: Sources) -> Settings:
    """Resolve every declared option.

    `given` holds what stood on the command line: option name → text, list of texts, or True for a flag;
    None, False and empty lists count as not given. Raises UsageError for a bad value on the command line, SettingsError
    for one from elsewhere; both name the option, where the value came from, and what it may be.
    """
    file_values = read_config(sources)
    env_path, env_values, unread = read_env_file(sources)
    origins: dict[str, str] = {}
    groups: dict[type[Any], Any] = {}
    for group in GROUPS:
        values: dict[str, Any] = {}
        for declaration in fields(group):
            found = _find(declaration, given, sources.environment, (env_path, env_values), file_values)
            origins[declaration.name] = found[1] if found else DEFAULT
            if found:
                values[declaration.name] = _parsed(declaration, *found)
        groups[group] = group(**values)
    warnings = (*unread, *readable_by_others(env_path, env_values), *_sent_elsewhere(groups[AccountOptions], origins))
    return Settings(groups, origins, warnings)


def _find(
    declaration: Any,  # noqa: ANN401 - dataclasses.Field is generic in what it holds
    given: Mapping[str, Any],
    environment: Mapping[str, str],
    env_file: tuple[Path | None, Mapping[str, str]],
    config: Sequence[tuple[str, Mapping[str, Any]]],
) -> tuple[Any, str] | None:
    name, variable = declaration.name, declaration.metadata["env"]
    if given.get(name) not in (None, False, [], ()):
        return given[name], COMMAND_LINE
    if variable and variable in environment:
        return environment[variable], f"environment ({variable})"
    if variable and variable in env_file[1]:
        return env_file[1][variable], f"{env_file[0]} ({variable})"
    for origin, values in config:
        if name in values:
            return values[name], origin
    return None


def _parsed(declaration: Any, raw: Any, origin: str) -> Any:  # noqa: ANN401 - the declaration's own type
    metadata = declaration.metadata
    try:
        if isinstance(declaration.default, bool):
            return _flag(raw)
        texts = _texts(raw) if metadata["repeat"] else [",".join(_texts(raw)) if metadata["listed"] else _text(raw)]
    except ValueError as problem:
        raise _misfit(declaration, _shown(raw), origin, str(problem)) from None
    values = []
    for text in texts:
        if origin == COMMAND_LINE and text.startswith("--"):
            raise UsageError(
                f"--{_dashed(declaration)} has no value: {safe(text)} follows it.",
                hint="Put its value between the two.",
            )
        try:
            values.append(_text_parsed(metadata["parse"], text))
        except ValueError as problem:
            raise _misfit(declaration, text, origin, str(problem)) from None
    return tuple(values) if metadata["repeat"] else values[0]


def _misfit(declaration: Any, text: str, origin: str, advice: str) -> LeadsError:  # noqa: ANN401 - as in _parsed
    """Return the error for a value that an option can't have; `advice` says what it may be."""
    hint = f"{advice[:1].upper()}{advice[1:]}."
    if origin == COMMAND_LINE:
        return UsageError(f"--{_dashed(declaration)} {safe(text)!r} can't be used.", hint=hint)
    variable = declaration.metadata["env"]
    what = variable if "(" in origin and variable else declaration.name
    shown = "" if variable == SECRET_VARIABLE else f" {safe(text)!r}"
    place = origin.removesuffix(f" ({variable})")
    return SettingsError(f"{what}{shown} (from {safe(place)}) can't be used.", hint=hint)


def _dashed(declaration: Any) -> str:  # noqa: ANN401 - as in _parsed
    name: str = declaration.name
    return name.replace("_", "-")


def _shown(raw: Any) -> str:  # noqa: ANN401 - whatever stood in the file
    return raw if isinstance(raw, str) else str(raw)


def _text_parsed(parse: Any, text: str) -> Any:  # noqa: ANN401 - the declaration's own type
    return text if parse is None else parse(text)


def _flag(raw: Any) -> bool:  # noqa: ANN401 - whatever stood in the file
    if not isinstance(raw, bool):
        raise ValueError("give true or false")  # noqa: TRY004 - reported as a bad value, like the others
    return raw


def _text(raw: Any) -> str:  # noqa: ANN401 - whatever stood in the file
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int | float):
        return str(raw)
    raise ValueError("give one value")


def _texts(raw: Any) -> list[str]:  # noqa: ANN401 - whatever stood in the file
    if isinstance(raw, Mapping):
        return [f"{name}={_text(value)}" for name, value in raw.items()]
    if isinstance(raw, list | tuple):
        return [_text(value) for value in raw]
    return [_text(raw)]


def _sent_elsewhere(given: AccountOptions, origins: Mapping[str, str]) -> tuple[str, ...]:
    """Warn where a file decides which host gets a secret that is not its own: a folder's files may be anybody's."""
    place = origins["base_url"].removesuffix(" (TELECMI_BASE_URL)")
    named = place in {DEFAULT, COMMAND_LINE} or place.startswith("environment")
    whose = origins["secret_file" if given.secret_file is not None else "secret"]
    if named or (given.secret is None and given.secret_file is None) or whose.startswith(place):
        return ()
    return (f"The secret goes to {safe(given.base_url)}, since {safe(place)} says so.",)
