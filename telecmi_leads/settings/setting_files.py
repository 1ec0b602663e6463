"""The files that settings stand in: `.env` without interpolation, since a secret may hold a `$`, and the TOML file."""

from __future__ import annotations

import difflib
import os
import re
import stat
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from telecmi_leads.core.errors import LeadsError, SettingsError
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import argument
from telecmi_leads.settings import options

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dotenv.parser import Binding

CONFIG_NAME = "telecmi-leads.toml"
ENV_NAME = ".env"
SECRET_NAME = "secret"  # noqa: S105 - the option's name, not its value
SECRET_VARIABLE = "TELECMI_SECRET"  # noqa: S105 - the variable's name, not its value
_MAX_SETTINGS_BYTES = 131_072
_MAX_LINES = 2_000
_MAX_BLANKS = 1_000
_MAX_DOTS = 20
_LONGEST_NAME = 100


class Table(Struct, frozen=True):
    """A table of the TOML file: its options, where it stands, and whether the command line named the file."""

    values: Mapping[str, Any]
    origin: str
    path: Path
    named: bool


class EnvFile(Struct, frozen=True):
    """What a `.env` file holds; `unread` are words on the lines that are left out."""

    path: Path | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    named: bool = False


class Sources(Struct, frozen=True):
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
            # One byte more than is allowed: a device or a growing file is never read to its end.
            content = file.read(_MAX_SETTINGS_BYTES + 1)
    except OSError as problem:
        raise SettingsError(
            f"{what} {safe(str(path))} can't be read: {problem.strerror or 'input/output error'}.",
            hint="Check the path and that you may read the file.",
        ) from None
    if len(content) > _MAX_SETTINGS_BYTES:
        raise SettingsError(f"{what} {safe(str(path))} is larger than {_MAX_SETTINGS_BYTES:,} bytes.")
    try:
        # Notepad writes a byte-order mark, which would become part of the first name.
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(f"{what} {safe(str(path))} is not UTF-8 text.", hint="Save it again as UTF-8.") from None


def _is_there(path: Path) -> bool:
    """Tell whether to read a settings file that nobody has named; where that can't be seen, the reading says why.

    Raises SettingsError for what is no file: passed over in silence, it would take a do-not-call list along.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return path.is_symlink()  # a link to nowhere
    except OSError:
        return True
    if stat.S_ISREG(mode):
        return True
    if stat.S_ISDIR(mode) and path.name == ENV_NAME:
        return False  # a virtual environment is often called so
    raise SettingsError(
        f"The settings file {safe(str(path))} is not a regular file.",
        hint=f"Move it away, or name it with {'--env-file' if path.name == ENV_NAME else '--config'}.",
    )


def read_config(sources: Sources) -> list[Table]:
    """Read the TOML file: the chosen profile first, then the top level."""
    path = sources.config or sources.folder / CONFIG_NAME
    if sources.config is None and not _is_there(path):
        if sources.profile is not None:
            raise SettingsError(
                f"There is no profile {safe(sources.profile)!r}: {CONFIG_NAME} is not in this folder.",
                hint="Say where it is with --config FILE.",
            )
        return []
    text = read_settings_file(path, "The settings file")
    try:
        content = toml_content(text)
    except ValueError as problem:
        raise SettingsError(
            f"{safe(str(path))} is not valid TOML: {safe(str(problem))}.",
            hint='Correct that line; a text stands in quotes, such as region = "IN".',
        ) from None
    profiles = content.pop("profile", {})
    if not isinstance(profiles, dict) or not all(isinstance(table, dict) for table in profiles.values()):
        raise SettingsError(f"In {safe(str(path))}, profiles are tables named [profile.NAME].")
    named = sources.config is not None
    found = [Table(_checked_keys(content, path), str(path), path, named)]
    for name, table in profiles.items():
        checked = _checked_keys(table, path)
        if name == sources.profile:
            found.insert(0, Table(checked, f"{path} [profile.{name}]", path, named))
    if sources.profile is not None and len(found) == 1:
        raise SettingsError(
            f"There is no profile {safe(sources.profile)!r} in {safe(str(path))}.",
            hint=_nearest(sources.profile, profiles) or "Profiles are tables named [profile.NAME].",
        )
    return found


def toml_content(text: str) -> dict[str, Any]:
    """Return what a settings file's text holds. Raises ValueError for what is not TOML, or nested beyond any use."""
    if _deepest_key(text) > _MAX_DOTS:  # tomllib keeps each prefix of a dotted key: 40 KB would take 1.6 GB
        raise ValueError(f"a key has more than {_MAX_DOTS} dots")
    import tomllib

    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def _deepest_key(text: str) -> int:
    """Return the most dots that stand outside quotes between two of the characters that end a key."""
    deepest = dots = 0
    quote = ""
    for character in text:
        if character in {quote, "\n"}:
            quote, dots = "", 0 if character == "\n" else dots
        elif quote:
            continue
        elif character in {'"', "'"}:
            quote = character
        elif character == ".":
            dots += 1
            deepest = max(deepest, dots)
        elif character in "=,[]{}#":
            dots = 0
    return deepest


def profile_names(sources: Sources) -> list[str]:
    """Return the profiles in the settings file, for shell completion; none where it can't be read."""
    path = sources.config or sources.folder / CONFIG_NAME
    try:
        if not _is_there(path):  # a pipe would be waited on
            return []
        return list(toml_content(read_settings_file(path, "The settings file")).get("profile", {}))
    except (LeadsError, ValueError, AttributeError):
        return []


def _profile_keys() -> dict[str, bool]:
    return {row.name: row.profile for _, row in options.rows()}


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
        # A file that says which file to read next could lead anywhere, also in a circle.
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
    near = difflib.get_close_matches(name[:_LONGEST_NAME], known, n=1)
    return f"Did you mean {safe(near[0])!r}?" if near else ""


def read_env_file(sources: Sources) -> EnvFile:
    """Return what the `.env` file holds, if there is one. Raises SettingsError for one that can't be used."""
    path = sources.env_file or sources.folder / ENV_NAME
    if sources.env_file is None and not _is_there(path):
        return EnvFile()
    text = read_settings_file(path, "The settings file")
    lines = env_lines(text, path)
    values = {line.key: line.value for line in lines if line.key is not None and not line.error}
    _check_exact(path, text, values.get(SECRET_VARIABLE))
    unread = [
        f"Line {line.original.line} of {safe(str(path))} is not NAME=VALUE and is left out."
        for line in lines
        if line.error
    ]
    unread += [
        f"{name} in {safe(str(path))} is not used: a .env file does not change whom to trust. Use --ca-bundle."
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
        if values.get(name)
    ]
    held = {name: value for name, value in values.items() if value is not None}
    return EnvFile(path, held, tuple(unread), named=sources.env_file is not None)


def env_lines(text: str, path: Path) -> list[Binding]:
    """Return the bindings of a `.env` file's text. Raises SettingsError for one that would take too long to read."""
    from io import StringIO

    from dotenv.parser import parse_stream

    # python-dotenv takes a time that grows with the square of a run of blanks, and 50 µs for each line.
    blanks = max((len(run) for run in re.findall(r"\s+", text)), default=0)
    if max(text.count("\n"), text.count("\r")) > _MAX_LINES or blanks > _MAX_BLANKS:
        raise SettingsError(
            f"{safe(str(path))} has more than {_MAX_LINES:,} lines, or {_MAX_BLANKS:,} blanks in a row.",
            hint="Keep in it what telecmi-leads needs.",
        )
    # The parser alone: what is above it replaces $NAME in values, and speaks on standard error by itself.
    return list(parse_stream(StringIO(text)))


def env_text(path: Path) -> str | None:
    """Return the text of a `.env` file that is to be changed; None where there is none yet.

    Raises SettingsError for a link, which would have the secret written wherever it leads, for what is not a regular
    file, and for what can't be read.
    """
    if path.is_symlink():
        raise SettingsError(
            f"{safe(str(path))} is a symbolic link, which is not written through.",
            hint="Name the file itself with --env-file.",
        )
    if path.exists() and not path.is_file():  # a pipe would be waited on for ever
        raise SettingsError(f"{safe(str(path))} is not a regular file.", hint="Name another with --env-file.")
    return read_settings_file(path, "The settings file") if path.exists() else None


def env_with(text: str, values: Mapping[str, str], path: Path) -> str:
    """Return a `.env` file's text with these values in place of its own; every other line stays as it is.

    Raises SettingsError for a value that the file's syntax can't hold exactly.
    """
    kept = "".join(line.original.string for line in env_lines(text, path) if line.key not in values)
    ended = kept if not kept or kept.endswith("\n") else f"{kept}\n"
    # Written and read again before it is kept: what the syntax would change is refused and not stored.
    whole = ended + "".join(f"{name}={_quoted(value)}\n" for name, value in values.items() if value)
    read = {line.key: line.value for line in env_lines(whole, path)}
    if any(value and read.get(name) != value for name, value in values.items()):
        raise SettingsError(
            f"A value can't be written into {safe(str(path))} exactly as it is.",
            hint="Set it in the environment, or in a file for --secret-file.",
        )
    return whole


def _quoted(value: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9_.-]+", value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _check_exact(path: Path, text: str, value: str | None) -> None:
    """Refuse a secret that `.env` syntax would cut or change: half a secret costs an hour of searching."""
    # The text itself is looked at, since the parser has cut what stands behind a # by then.
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
    return (f"{safe(str(path))} holds the secret and others can read it: chmod 600 {argument(str(path))}",)


def others_can_read(path: Path) -> bool:
    """Tell whether group or others may read a file; never on Windows, where the mode does not say."""
    return os.name == "posix" and bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
