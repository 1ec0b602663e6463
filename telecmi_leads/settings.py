"""Options, environment, `.env` and TOML profile → typed settings, each knowing where it came from.

The one owner of the process's environment. Precedence: command line, environment, `.env` file, profile,
the TOML file's top level, default. `.env` is read without changing the environment and without
interpolation, since a secret may hold a `$`. The secret lives in `Secret` and comes out of it in one place only.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
import stat
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

from telecmi_leads import options as declared
from telecmi_leads.errors import LeadsError, SettingsError, UsageError
from telecmi_leads.options import AccountOptions, SourceOptions, StateOptions
from telecmi_leads.text import safe

CONFIG_NAME = "telecmi-leads.toml"
ENV_NAME = ".env"
COMMAND_LINE = "command line"
DEFAULT = "default"

_SECRET_VARIABLE = "TELECMI_SECRET"  # noqa: S105 - the variable's name, not its value
_MAX_SETTINGS_BYTES = 1_048_576
_MAX_SECRET_CHARACTERS = 65_536

ALL_GROUPS: tuple[type[Any], ...] = (
    declared.ReadingOptions,
    declared.FieldOptions,
    declared.PhoneOptions,
    declared.ExcludeOptions,
    declared.ScreeningOptions,
    declared.CampaignOptions,
    declared.SendingOptions,
    declared.TrialOptions,
    declared.OutputOptions,
    declared.HeartbeatOptions,
    declared.AccountOptions,
    declared.StateOptions,
)

Group = TypeVar("Group")


class Secret:
    """A text that shows itself nowhere: repr, str and format are masked, and it can't be pickled."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text; called at the one place that puts it into a request."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(•••)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


@dataclass(frozen=True, slots=True)
class Account:
    """Whose account, and where: what a request needs beside its leads."""

    app_id: int
    secret: Secret
    base_url: str

    @property
    def key(self) -> str:
        """Name the account in the ledger: the App id at a host; all of the loopback interface is one host."""
        return account_key(self.app_id, self.base_url)


def account_key(app_id: int, base_url: str) -> str:
    """Return the ledger's name of an account."""
    host = urlsplit(base_url).hostname or ""
    return f"{app_id}@{'loopback' if is_loopback(host) else host}"


@dataclass(frozen=True, slots=True)
class Terminal:
    """What the environment says of the terminal."""

    no_color: bool
    dumb: bool
    columns: int | None


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


# --- resolving ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sources:
    """Where settings may come from, beside the command line: files to read and the environment."""

    environment: Mapping[str, str]
    folder: Path
    env_file: Path | None = None
    config: Path | None = None
    profile: str | None = None


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


def environment() -> dict[str, str]:
    """Return this process's environment."""
    return dict(os.environ)


def resolve(given: Mapping[str, Any], sources: Sources) -> Settings:
    """Resolve every declared option.

    `given` holds what stood on the command line: option name → text, list of texts, or True for a flag;
    None, False and empty lists count as not given. Raises UsageError for a bad value on the command line, SettingsError
    for one from elsewhere; both name the option, where the value came from, and what it may be.
    """
    file_values = _read_config(sources)
    env_path, env_values, unread = _read_env_file(sources)
    origins: dict[str, str] = {}
    groups: dict[type[Any], Any] = {}
    for group in ALL_GROUPS:
        values: dict[str, Any] = {}
        for declaration in fields(group):
            found = _find(declaration, given, sources.environment, (env_path, env_values), file_values)
            origins[declaration.name] = found[1] if found else DEFAULT
            if found:
                values[declaration.name] = _parsed(declaration, *found)
        groups[group] = group(**values)
    warnings = (*unread, *_readable_by_others(env_path, env_values), *_sent_elsewhere(groups[AccountOptions], origins))
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
        texts = _texts(raw) if metadata["repeat"] else [_text(raw)]
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
        return UsageError(f"--{_dashed(declaration)} {safe(text)!r} does not fit.", hint=hint)
    variable = declaration.metadata["env"]
    what = variable if "(" in origin and variable else declaration.name
    shown = "" if variable == _SECRET_VARIABLE else f" {safe(text)!r}"
    place = origin.removesuffix(f" ({variable})")
    return SettingsError(f"{what}{shown} (from {safe(place)}) does not fit.", hint=hint)


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


# --- files --------------------------------------------------------------------------------------


def _read_settings_file(path: Path, what: str) -> str:
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


def _read_config(sources: Sources) -> list[tuple[str, Mapping[str, Any]]]:
    """Read the TOML file: the chosen profile first, then the top level."""
    path = sources.config or sources.folder / CONFIG_NAME
    if sources.config is None and not _may_be_there(path):
        if sources.profile is not None:
            raise SettingsError(
                f"There is no profile {safe(sources.profile)!r}: {CONFIG_NAME} is not in this folder.",
                hint="Say where it is with --config FILE.",
            )
        return []
    text = _read_settings_file(path, "The settings file")
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
        return list(tomllib.loads(_read_settings_file(path, "The settings file")).get("profile", {}))
    except (LeadsError, ValueError, AttributeError):
        return []


def _profile_keys() -> dict[str, bool]:
    return {declaration.name: declaration.metadata["profile"] for group in ALL_GROUPS for declaration in fields(group)}


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
        if not known[name]:
            raise SettingsError(
                f"{safe(str(path))} holds {name!r}: the secret does not belong in this file.",
                hint=f"Put it into {ENV_NAME}, the environment ({_SECRET_VARIABLE}) or a file for --secret-file.",
            )
        checked[name] = value
    return checked


def _nearest(name: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean {safe(near[0])!r}?" if near else ""


def _read_env_file(sources: Sources) -> tuple[Path | None, dict[str, str], list[str]]:
    """Return the `.env` file there is, its values, and a word on each line that is left out."""
    path = sources.env_file or sources.folder / ENV_NAME
    if sources.env_file is None and not _may_be_there(path):
        return None, {}, []
    from io import StringIO  # noqa: PLC0415 - only where there is a file to read

    from dotenv.parser import parse_stream  # noqa: PLC0415 - the same

    text = _read_settings_file(path, "The settings file")
    # The parser alone: what is above it replaces $NAME in values, and speaks on standard error by itself.
    lines = list(parse_stream(StringIO(text)))
    values = {line.key: line.value for line in lines if line.key is not None and not line.error}
    _check_exact(path, text, values.get(_SECRET_VARIABLE))
    unread = [
        f"Line {line.original.line} of {safe(str(path))} is no NAME=VALUE and is left out."
        for line in lines
        if line.error
    ]
    return path, {name: value for name, value in values.items() if value is not None}, unread


def _check_exact(path: Path, text: str, value: str | None) -> None:
    """Refuse a secret that `.env` syntax would cut or change: half a secret costs an hour of searching."""
    lines = re.findall(rf"^[ \t]*(?:export[ \t]+)?{_SECRET_VARIABLE}[ \t]*(=?)[ \t]*(.*?)\r?$", text, re.MULTILINE)
    if not lines:
        return
    equals, raw = lines[-1]
    quoted = raw[:1] in {"'", '"'}
    if not equals or value is None or (not quoted and raw != value):
        raise SettingsError(
            f"{_SECRET_VARIABLE} in {safe(str(path))} can't be read exactly as it stands.",
            hint=f"Put it in single quotes: {_SECRET_VARIABLE}='…'",
        )


def _readable_by_others(path: Path | None, values: Mapping[str, str]) -> tuple[str, ...]:
    if path is None or _SECRET_VARIABLE not in values or not _others_can_read(path):
        return ()
    return (f"{safe(str(path))} holds the secret and others can read it: chmod 600 {safe(str(path))}",)


def _sent_elsewhere(given: AccountOptions, origins: Mapping[str, str]) -> tuple[str, ...]:
    """Warn where a file decides which host gets a secret that is not its own: a folder's files may be anybody's."""
    place = origins["base_url"].removesuffix(" (TELECMI_BASE_URL)")
    named = place in {DEFAULT, COMMAND_LINE} or place.startswith("environment")
    whose = origins["secret_file" if given.secret_file is not None else "secret"]
    if named or (given.secret is None and given.secret_file is None) or whose.startswith(place):
        return ()
    return (f"The secret goes to {safe(given.base_url)}, since {safe(place)} says so.",)


def _others_can_read(path: Path) -> bool:
    """Tell whether group or others may read a file; never on Windows, where the mode does not say."""
    return os.name == "posix" and bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))


# --- account ------------------------------------------------------------------------------------


def account(settings: Settings) -> Account:
    """Return the account to send to. Raises SettingsError for what is missing or malformed."""
    app_id, secret = credentials(settings)
    return Account(app_id, secret, base_url(settings))


def credentials(settings: Settings) -> tuple[int, Secret]:
    """Return App id and secret. Raises SettingsError for what is missing or malformed."""
    given = settings[AccountOptions]
    return _app_id(given.app_id), _secret(given)


def app_id_or_none(settings: Settings) -> int | None:
    """Return the App id where one is set, for commands that work without an account."""
    given = settings[AccountOptions].app_id
    return None if given is None or not given.strip() else _app_id(given)


def _app_id(given: str | None) -> int:
    if given is None or not given.strip():
        raise SettingsError(
            "TELECMI_APP_ID is missing.",
            hint=f"Put TELECMI_APP_ID=… and {_SECRET_VARIABLE}=… into a file named {ENV_NAME} (see .env.example). "
            "Without an account, --dry-run and --sandbox try everything out.",
        )
    text = given.strip()
    if "_" in text:
        raise SettingsError(
            f"TELECMI_APP_ID {safe(text)!r} is an agent's id, not the App id.",
            hint="An agent's id is EXTENSION_APPID: the App id is the part behind the _.",
        )
    if not re.fullmatch(r"[0-9]{1,18}", text) or int(text) == 0:
        raise SettingsError(
            f"TELECMI_APP_ID {safe(text)!r} is no App id: it is a whole number.",
            hint="Copy it from the TeleCMI dashboard.",
        )
    return int(text)


def _secret(given: AccountOptions) -> Secret:
    if given.secret_file is not None:
        return Secret(_checked_secret(_secret_from(given.secret_file), f"The secret in {safe(str(given.secret_file))}"))
    if given.secret is None:
        raise SettingsError(
            f"{_SECRET_VARIABLE} is missing.",
            hint=f"Put it into {ENV_NAME} or the environment, or name a file with --secret-file.",
        )
    return Secret(_checked_secret(given.secret, _SECRET_VARIABLE))


def _secret_from(path: Path) -> str:
    text = _read_settings_file(path, "The secret file")
    if _others_can_read(path):
        raise SettingsError(
            f"The secret file {safe(str(path))} can be read by others.", hint=f"chmod 600 {safe(str(path))}"
        )
    return re.sub(r"\r?\n\Z", "", text)


def _checked_secret(text: str, what: str) -> str:
    if not text.strip():
        raise SettingsError(f"{what} is empty.", hint="Copy the secret from the TeleCMI dashboard.")
    if len(text) > _MAX_SECRET_CHARACTERS:
        raise SettingsError(f"{what} has more than {_MAX_SECRET_CHARACTERS:,} characters.")
    if text != text.strip() or not text.replace("\u200b", "\n").isprintable():
        raise SettingsError(
            f"{what} begins or ends with a space, or holds a line break or another invisible character.",
            hint="Copy it again from the TeleCMI dashboard, without anything around it.",
        )
    return text


# --- network ------------------------------------------------------------------------------------


def base_url(settings: Settings) -> str:
    """Return the service's address without a slash at its end; https only, loopback excepted."""
    given = settings[AccountOptions].base_url.strip()
    origin = settings.origins["base_url"]
    try:
        parts = urlsplit(given)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
        parts = urlsplit("")
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    plain = not (parts.username or parts.password or parts.query or parts.fragment) and given.isprintable()
    if not (secure and host and plain and " " not in given):
        raise SettingsError(
            f"The base URL {safe(given)!r}, from {safe(origin)}, is not allowed.",
            hint="It is https://HOST, without user, query or fragment; http:// is for the loopback interface only.",
        )
    return given.rstrip("/")


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address is this machine's loopback interface."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def proxies(environment: Mapping[str, str], url: str) -> dict[str, str]:
    """Return scheme → proxy as the user's environment sets them; none for loopback and NO_PROXY's hosts."""
    from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # noqa: PLC0415 - it loads ssl and email, which only sending needs

    host = urlsplit(url).hostname or ""
    found = {
        name.lower().removesuffix("_proxy"): value
        for name, value in environment.items()
        if name.lower() in {"http_proxy", "https_proxy", "all_proxy", "no_proxy"} and value
    }
    bypass = {"no": found.pop("no", "")}
    if is_loopback(host) or proxy_bypass_environment(host, bypass):
        return {}
    return found


# --- folders and terminal -----------------------------------------------------------------------


def state_folder(settings: Settings) -> Path:
    """Return the ledger's folder, which need not exist yet."""
    given = settings[StateOptions].state_dir
    if given is not None:
        if not str(given).strip() or str(given) == ".":
            raise SettingsError("TELECMI_STATE_DIR is empty.", hint="Name a folder, or leave it unset.")
        return given.absolute()
    from platformdirs import user_state_path  # noqa: PLC0415 - not needed where the folder is given

    return user_state_path("telecmi-leads", appauthor=False)


def terminal(environment: Mapping[str, str]) -> Terminal:
    """Read what the environment says of the terminal (no-color.org; TERM=dumb; COLUMNS)."""
    columns = environment.get("COLUMNS", "")
    return Terminal(
        no_color=bool(environment.get("NO_COLOR")),
        dumb=environment.get("TERM", "") in {"dumb", "unknown"},
        columns=int(columns) if columns.isdigit() and int(columns) > 0 else None,
    )
