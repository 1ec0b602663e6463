"""The files that settings stand in: `.env` without interpolation, since a secret may hold a `$`, and the TOML file."""

from __future__ import annotations

import difflib
import os
import re
import stat
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from telecmi_leads.core.errors import LeadsError, SettingsError
from telecmi_leads.core.text import safe
from telecmi_leads.settings import options

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CONFIG_NAME = "telecmi-leads.toml"
ENV_NAME = ".env"
SECRET_NAME = "secret"  # noqa: S105 - the option's name, not its value
SECRET_VARIABLE = "TELECMI_SECRET"  # noqa: S105 - the variable's name, not its value
_MAX_SETTINGS_BYTES = 1_048_576


@dataclass(frozen=True, slots=True)
class Sources:
    """Where settings may come from, beside the command line: files to read and the environment."""

    environment: Mapping[str, str]
    folder: Path
    env_file: Path | None = None
    config: Path | None = None
    profile: str | None = None


def read_settings_file(path: Path, what: str) -> str:
    """Return a file's text. Raises SettingsError, in which `what` names it, for one that can't be used."""
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_SETTINGS_BYTES + 1)
    except OSError as problem:
        raise SettingsError(
            f"{what} {safe(str(path))} can't be read: {problem.strerror or 'input/output error'}.",
            hint="Check the path and that you may read the file.",
        ) from None
    if len(content) > _MAX_SETTINGS_BYTES:
        raise SettingsError(f"{what} {safe(str(path))} is larger than {_MAX_SETTINGS_BYTES:,} bytes.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(f"{what} {safe(str(path))} is not UTF-8 text.", hint="Save it again as UTF-8.") from None


def _may_be_there(path: Path) -> bool:
    """Tell whether to read a settings file that nobody has named; where that can't be seen, the reading says why."""
    try:
        return path.is_file()
    except OSError:
        return True


def read_config(sources: Sources) -> list[tuple[str, Mapping[str, Any]]]:
    """Read the TOML file: the chosen profile first, then the top level."""
    path = sources.config or sources.folder / CONFIG_NAME
    if sources.config is None and not _may_be_there(path):
        if sources.profile is not None:
            raise SettingsError(
                f"There is no profile {safe(sources.profile)!r}: {CONFIG_NAME} is not in this folder.",
                hint="Say where it is with --config FILE.",
            )
        return []
    text = read_settings_file(path, "The settings file")
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise SettingsError(
            f"{safe(str(path))} is not valid TOML: {safe(str(problem))}.",
            hint='Correct that line; a text stands in quotes, such as region = "IN".',
        ) from None
    profiles = content.pop("profile", {})
    if not isinstance(profiles, dict) or not all(isinstance(table, dict) for table in profiles.values()):
        raise SettingsError(f"In {safe(str(path))}, profiles are tables named [profile.NAME].")
    found: list[tuple[str, Mapping[str, Any]]] = [(str(path), _checked_keys(content, path))]
    for name, table in profiles.items():
        checked = _checked_keys(table, path)
        if name == sources.profile:
            found.insert(0, (f"{path} [profile.{name}]", checked))
    if sources.profile is not None and len(found) == 1:
        raise SettingsError(
            f"There is no profile {safe(sources.profile)!r} in {safe(str(path))}.",
            hint=_nearest(sources.profile, profiles) or "Profiles are tables named [profile.NAME].",
        )
    return found


def toml_content(text: str) -> dict[str, Any]:
    """Return what a settings file's text holds. Raises ValueError for what is no TOML."""
    return tomllib.loads(text.removeprefix("\ufeff"))


def profile_names(sources: Sources) -> list[str]:
    """Return the profiles in the settings file, for shell completion; none where it can't be read."""
    path = sources.config or sources.folder / CONFIG_NAME
    try:
        return list(tomllib.loads(read_settings_file(path, "The settings file")).get("profile", {}))
    except (LeadsError, ValueError, AttributeError):
        return []


def _profile_keys() -> dict[str, bool]:
    return {declaration.name: declaration.metadata["profile"] for _, declaration in options.rows()}


def _checked_keys(table: Mapping[str, Any], path: Path) -> dict[str, Any]:
    known = _profile_keys()
    checked: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in known:
            raise SettingsError(
                f"{safe(str(path))}: there is no option {safe(key)!r}.",
                hint=_nearest(name, known) or "Keys are the long options of telecmi-leads upload --help.",
            )
        if not known[name] and name != SECRET_NAME:
            raise SettingsError(
                f"{safe(str(path))} holds {safe(key)!r}, which says where settings are read from.",
                hint="Give it on the command line, and remove that line from the file.",
            )
        if not known[name]:
            raise SettingsError(
                f"{safe(str(path))} holds {name!r}: the secret does not belong in this file.",
                hint=f"Put it into {ENV_NAME}, the environment ({SECRET_VARIABLE}) or a file for --secret-file.",
            )
        checked[name] = value
    return checked


def _nearest(name: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean {safe(near[0])!r}?" if near else ""


def read_env_file(sources: Sources) -> tuple[Path | None, dict[str, str], list[str]]:
    """Return the `.env` file there is, its values, and a word on each line that is left out."""
    path = sources.env_file or sources.folder / ENV_NAME
    if sources.env_file is None and not _may_be_there(path):
        return None, {}, []
    from io import StringIO  # noqa: PLC0415 - only where there is a file to read

    from dotenv.parser import parse_stream  # noqa: PLC0415 - the same

    text = read_settings_file(path, "The settings file")
    # The parser alone: what is above it replaces $NAME in values, and speaks on standard error by itself.
    lines = list(parse_stream(StringIO(text)))
    values = {line.key: line.value for line in lines if line.key is not None and not line.error}
    _check_exact(path, text, values.get(SECRET_VARIABLE))
    unread = [
        f"Line {line.original.line} of {safe(str(path))} is no NAME=VALUE and is left out."
        for line in lines
        if line.error
    ]
    return path, {name: value for name, value in values.items() if value is not None}, unread


def _check_exact(path: Path, text: str, value: str | None) -> None:
    """Refuse a secret that `.env` syntax would cut or change: half a secret costs an hour of searching."""
    lines = re.findall(rf"^[ \t]*(?:export[ \t]+)?{SECRET_VARIABLE}[ \t]*(=?)[ \t]*(.*?)\r?$", text, re.MULTILINE)
    if not lines:
        return
    equals, raw = lines[-1]
    quoted = raw[:1] in {"'", '"'}
    if not equals or value is None or (not quoted and raw != value):
        raise SettingsError(
            f"{SECRET_VARIABLE} in {safe(str(path))} can't be read exactly as it stands.",
            hint=f"Put it in single quotes: {SECRET_VARIABLE}='…'",
        )


def readable_by_others(path: Path | None, values: Mapping[str, str]) -> tuple[str, ...]:
    """Return a warning where `.env` holds the secret and others can read it."""
    if path is None or SECRET_VARIABLE not in values or not others_can_read(path):
        return ()
    return (f"{safe(str(path))} holds the secret and others can read it: chmod 600 {safe(str(path))}",)


def others_can_read(path: Path) -> bool:
    """Tell whether group or others may read a file; never on Windows, where the mode does not say."""
    return os.name == "posix" and bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
