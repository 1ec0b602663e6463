"""columns --save: a mapping that proved right becomes a profile in the settings file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from telecmi_leads.core.errors import InputRefused, SettingsError, UsageError
from telecmi_leads.core.run import Suggested
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import command
from telecmi_leads.settings.options import rows
from telecmi_leads.settings.setting_files import CONFIG_NAME, toml_content

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FROM_FILE = "from file"
"""The value of a --save that stands alone: the profile is called like the lead file."""

_NAME = re.compile(r"[A-Za-z0-9_-]+")


def save_profile(wanted: str, file: str, pins: Sequence[Sequence[str]], given: Mapping[str, Any]) -> str:
    """Write the profile; return what was done, in words.

    `pins` are the --map values of each table with a phone column, `given` the options typed. Raises UsageError for a
    profile that is there with other content, SettingsError where the settings file can't be read or written.
    """
    name = _profile_name(wanted, file)
    if not pins or any(each != pins[0] for each in pins):
        raise InputRefused(
            f"{safe(file)}: its tables have different columns, or none that can be saved.",
            hint="Choose one of them with --sheet.",
        )
    path = Path(given.get("config") or CONFIG_NAME)
    profile = {"map": list(pins[0]), **_kept(given)}
    before = _read(path)
    known = _parsed(before, path).get("profile", {})
    if name in known:
        if known[name] == profile:
            return f"[profile.{name}] stands in {safe(str(path))} already."
        raise UsageError(
            f"{safe(str(path))} has another [profile.{name}].",
            hint="Give another name with --save NAME, or remove that table from the file.",
        )
    table = "".join([f"[profile.{name}]\n", *(f"{key} = {_toml(value)}\n" for key, value in profile.items())])
    added = ("" if not before else "\n" if before.endswith("\n") else "\n\n") + table
    _parsed(before + added, path)
    try:
        with path.open("a", encoding="utf-8") as target:
            target.write(added)
    except OSError as problem:
        raise _unusable(path, problem) from None
    upload = command("upload", file, "--profile", name, "--name", "NAME")
    return f"[profile.{name}] is in {safe(str(path))} now (in place of NAME, the campaigns' name): {upload}"


def _profile_name(wanted: str, file: str) -> str:
    name = (
        re.sub(r"[^A-Za-z0-9_-]+", "-", Path(file).name.partition(".")[0]).strip("-") if wanted == FROM_FILE else wanted
    )
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"--save {safe(name)!r} can't be a profile's name.",
            hint="Use letters, digits, - and _, such as --save crm.",
        )
    return name


def _kept(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what else was typed that decides how the file is read, by the keys of the settings file."""
    kept = [each for _, each in rows() if Suggested.COLUMNS in each.repeated and each.profile]
    names = [each.name for each in kept]
    return {name.replace("_", "-"): given[name] for name in names if given.get(name) and name != "map"}


def _toml(value: Any) -> str:  # noqa: ANN401 - a text, a flag or a list of texts
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")  # TOML escapes texts as JSON does


def _read(path: Path) -> str:
    if path.is_symlink():  # somebody else's link would have words of a foreign file written wherever it leads
        raise SettingsError(
            f"{safe(str(path))} is a symbolic link, which is not written through.", hint="Name the file with --config."
        )
    try:
        return path.read_text("utf-8") if path.exists() else ""
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
