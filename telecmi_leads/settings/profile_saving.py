"""Writing `telecmi-leads.toml`: a profile is added at its end, and nothing that stands there is changed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from telecmi_leads.core import private
from telecmi_leads.core.errors import SettingsError, UsageError
from telecmi_leads.core.text import safe
from telecmi_leads.settings.setting_files import toml_content

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_NOT_OF_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")


def name_after(file: str) -> str:
    """Return what a profile for a lead file is called: like the file, in letters that TOML takes without quotes."""
    return _NOT_OF_A_NAME.sub("-", Path(file).name.partition(".")[0]).strip("-")


def check_name(name: str) -> None:
    """Raise UsageError for what can't be a profile's name."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"--save {safe(name)!r} can't be a profile's name.",
            hint="Use letters, digits, - and _, such as --save crm.",
        )


def save_profile(path: Path, name: str, profile: Mapping[str, Any]) -> bool:
    """Add a profile to the settings file; return False where the same stands there already.

    Raises UsageError for one of this name with other content, SettingsError where the file can't be read or written.
    """
    before = _read(path)
    known = _parsed(before, path).get("profile", {})
    if name in known:
        if known[name] == profile:
            return False
        raise UsageError(
            f"{safe(str(path))} has another [profile.{name}].",
            hint="Give another name with --save NAME, or remove that table from the file.",
        )
    table = "".join([f"[profile.{name}]\n", *(f"{key} = {_toml(value)}\n" for key, value in profile.items())])
    added = ("" if not before else "\n" if before.endswith("\n") else "\n\n") + table
    _parsed(before + added, path)
    try:
        private.append(path, added.encode(), before.encode())
    except OSError as problem:
        raise _unusable(path, problem) from None
    return True


def _toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")  # TOML escapes texts as JSON does


def _read(path: Path) -> str:
    if path.is_symlink():  # somebody else's link would have words of a foreign file written wherever it leads
        raise SettingsError(
            f"{safe(str(path))} is a symbolic link, which is not written through.", hint="Name the file with --config."
        )
    if path.exists() and not path.is_file():  # a pipe would be waited on for ever
        raise SettingsError(f"{safe(str(path))} is not a regular file.", hint="Name another with --config FILE.")
    try:
        return path.read_bytes().decode() if path.exists() else ""
    except (OSError, UnicodeDecodeError) as problem:
        raise _unusable(path, problem) from None


def _parsed(text: str, path: Path) -> dict[str, Any]:
    try:
        return toml_content(text)
    except ValueError as problem:
        raise _unusable(path, problem) from None


def _unusable(path: Path, problem: Exception) -> SettingsError:
    why = getattr(problem, "strerror", None) or safe(str(problem))
    return SettingsError(
        f"The profile can't be saved in {safe(str(path))}: {why}.", hint="Name another with --config FILE."
    )
