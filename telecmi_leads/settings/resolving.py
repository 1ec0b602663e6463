"""Options from wherever they were given → typed settings, each knowing where it came from.

Precedence: command line, environment, `.env` file, profile, the TOML file's top level, default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

from telecmi_leads.core.errors import LeadsError, SettingsError, UsageError
from telecmi_leads.core.text import safe
from telecmi_leads.settings.network import Given, credentials_from, folder_decides
from telecmi_leads.settings.option_values import folder
from telecmi_leads.settings.options import GROUPS, SourceOptions, StateOptions, rows
from telecmi_leads.settings.setting_files import (
    SECRET_VARIABLE,
    EnvFile,
    Sources,
    Table,
    read_config,
    read_env_file,
    readable_by_others,
)
from telecmi_leads.settings.surroundings import environment

if TYPE_CHECKING:
    from telecmi_leads.settings.option_rows import OptionGroup, Row

COMMAND_LINE = "command line"
DEFAULT = "default"

Group = TypeVar("Group")


def given_by(name: str, origin: str) -> str:
    """Return where an option's value came from, in words: the option itself where it was typed."""
    return f"--{name.replace('_', '-')}" if origin == COMMAND_LINE else origin


class Settings(Struct, frozen=True):
    """The option groups with their values, and for each option where its value came from.

    `warnings` are worth a look. `alarms` must be said before the service is reached, whatever is quiet: what a file in
    the working folder decides about the secret. `refusal` says why the secret must not be sent, "" where it may be.
    """

    groups: Mapping[type[Any], Any]
    origins: Mapping[str, str]
    warnings: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    refusal: str = ""

    def __getitem__(self, group: type[Group]) -> Group:
        """Return the values of an option group, typed."""
        value = self.groups[group]
        if not isinstance(value, group):  # pragma: no cover - resolve() made the pairs
            raise TypeError(group)
        return value


def resolve_here(given: Mapping[str, Any]) -> Settings:
    """Resolve every option for this process: its environment, its working directory, its command line."""
    paths = {name: given[name] for name in ("env_file", "config") if given.get(name) is not None}
    for name, path in paths.items():
        # Taken for not given, a variable of the shell that is not set would send to the account of another file.
        if not path:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(
                f"{option} is empty: perhaps a variable of the shell is not set.",
                hint=f"Name a file, or leave {option} out.",
            )
    named = SourceOptions(**{name: Path(path) for name, path in paths.items()}, profile=given.get("profile"))
    return resolve(given, Sources(environment(), _working_folder(), named.env_file, named.config, named.profile))


def _working_folder() -> Path:
    try:
        return Path.cwd()
    except OSError as problem:
        raise SettingsError(
            f"The working folder can't be used: {problem.strerror or 'it is gone'}.",
            hint="Change to a folder that is there and that you may read.",
        ) from None


def state_folder(settings: Settings) -> Path:
    """Return the ledger's folder, which need not exist yet."""
    given = settings[StateOptions].state_dir
    if given is not None:
        return given.absolute()
    from platformdirs import user_state_path

    return user_state_path("telecmi-leads", appauthor=False)


def resolve(given: Mapping[str, Any], sources: Sources) -> Settings:
    """Resolve every declared option.

    `given` holds what stood on the command line: option name → text, list of texts, or True for a flag;
    None, False and empty lists count as not given. Raises UsageError for a bad value on the command line, SettingsError
    for one from elsewhere; both name the option, where the value came from, and what it may be.
    """
    tables = read_config(sources)
    env = read_env_file(sources)
    found = {row.name: next(_places(row, given, sources, env, tables), None) for _, row in rows()}
    _settle_limits(found)
    unused = _settle_secret(found)
    groups: dict[type[OptionGroup], Any] = {}
    for group in GROUPS:
        given_here = ((row, found[row.name]) for row in group.ROWS)
        groups[group] = group(**{row.name: _parsed(row, one) for row, one in given_here if one is not None})
    origins = {name: one.origin if one else DEFAULT for name, one in found.items()}
    warnings = (*env.unread, *readable_by_others(env.path, env.values))
    alarms, refusal = folder_decides(groups, found, credentials_from(groups, found))
    return Settings(groups, origins, warnings, (*alarms, *unused), refusal)


def _places(
    row: Row,
    given: Mapping[str, Any],
    sources: Sources,
    env: EnvFile,
    tables: Sequence[Table],
) -> Iterator[Given]:
    """Return what each source gives for an option, the nearest first."""
    name = row.name
    if given.get(name) not in (None, False, [], ()):
        yield Given(given[name], COMMAND_LINE)
    for variable in row.env:
        # A variable that is set and empty is what `VAR= command` and many schedulers leave: it counts as not given.
        if sources.environment.get(variable, "").strip() or (variable in sources.environment and row.empty_counts):
            yield Given(sources.environment[variable], f"environment ({variable})", variable)
    for variable in row.env if row.env_file else ():
        if env.values.get(variable, "").strip() or (variable in env.values and row.empty_counts):
            yield Given(env.values[variable], f"{env.path} ({variable})", variable, env.path, named=env.named)
    for table in tables:
        if name in table.values:
            yield Given(table.values[name], table.origin, "", table.path, named=table.named)


def _settle_limits(found: dict[str, Given | None]) -> None:
    """Let the nearer of --strict and --max-rejects win; raise an error where one source says both."""
    strict, limit = found["strict"], found["max_rejects"]
    if strict is None or strict.raw is False or limit is None:
        return
    if strict.origin == limit.origin:
        wrong = UsageError if strict.origin == COMMAND_LINE else SettingsError
        raise wrong(
            f"strict and max_rejects are both given (from {safe(strict.origin)}), and they contradict each other.",
            hint="Keep one: --strict allows no rejected row, --max-rejects allows so many.",
        )
    # The nearer one wins, as for every option; the profile is nearer than the top level of the same file.
    if limit.origin == COMMAND_LINE or (strict.origin != COMMAND_LINE and "[profile." in limit.origin):
        found["strict"] = None
    else:
        found["max_rejects"] = None


def _settle_secret(found: dict[str, Given | None]) -> tuple[str, ...]:
    """Let the nearer of secret and secret file win; return what to say of a file that is not used.

    A secret that is given empty wins too: an empty vault must not fall back to what the settings file names.
    """
    file, secret = found["secret_file"], found["secret"]
    if file is None or file.path is None or secret is None:
        return ()
    found["secret_file"] = None
    return (f"{safe(str(file.path))} names a secret file, which is not used: {SECRET_VARIABLE} comes before it.",)


def _parsed(row: Row, given: Given) -> object:
    raw = given.raw
    try:
        if row.flag:
            return _flag(raw)
        texts = _texts(raw) if row.repeat else [",".join(_texts(raw)) if row.listed else _text(raw)]
    except ValueError as problem:
        raise _misfit(row, _shown(raw), given, str(problem)) from None
    values = []
    for text in texts:
        # The parser takes the next word for a value: `--name --region IN` would name the campaigns "--region".
        if given.origin == COMMAND_LINE and text.startswith("--"):
            raise UsageError(
                f"--{row.dashed} has no value: {safe(text)} follows it.",
                hint="Put its value between the two.",
            )
        try:
            # A path may hold bytes that are not text, and Python keeps them as lone surrogates.
            if row.parse not in {Path, folder}:
                _check_text(text)
            values.append(_text_parsed(row.parse, text, given))
        except ValueError as problem:
            raise _misfit(row, text, given, str(problem)) from None
    return tuple(values) if row.repeat else values[0]


def _misfit(row: Row, text: str, given: Given, advice: str) -> LeadsError:
    """Return the error for a value that an option can't have; `advice` says what it may be."""
    hint = f"{advice[:1].upper()}{advice[1:]}."
    if given.origin == COMMAND_LINE:
        return UsageError(f"--{row.dashed} {safe(text)!r} can't be used.", hint=hint)
    # A secret that can't be used is still a secret, or nearly one.
    shown = "" if given.variable == SECRET_VARIABLE else f" {safe(text)!r}"
    place = given.origin.removesuffix(f" ({given.variable})")
    return SettingsError(f"{given.variable or row.name}{shown} (from {safe(place)}) can't be used.", hint=hint)


def _shown(raw: object) -> str:
    return raw if isinstance(raw, str) else str(raw)


def _text_parsed(parse: Callable[[str], object] | None, text: str, given: Given) -> object:
    value = text if parse is None else parse(text)
    if not isinstance(value, Path) or value.is_absolute():
        return value
    if parse is folder and given.variable and given.path is None:
        # Every working folder would have a ledger of its own: who was uploaded from another would be uploaded again.
        raise ValueError("name a folder by its whole path")
    # A file that was named may stand anywhere, and its paths are meant from there; the others stand in this folder.
    return given.path.parent / value if given.path is not None and given.named else value


def _check_text(text: str) -> None:
    """Raise ValueError for a byte that is not text in the system's encoding: it can be in a path, and nowhere else."""
    if not text.isascii() and any("\ud800" <= each <= "\udfff" for each in text):
        raise ValueError("it holds a byte that is not text in this system's encoding; type it in UTF-8")


def _flag(raw: object) -> bool:
    # The text "false" is true to Python: a profile that says so would switch on what it means to switch off.
    if not isinstance(raw, bool):
        raise ValueError("give true or false")  # noqa: TRY004 - reported as a bad value, like the others
    return raw


def _text(raw: object) -> str:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int | float):
        return str(raw)
    raise ValueError("give one value")


def _texts(raw: object) -> list[str]:
    if isinstance(raw, Mapping):
        # A table of TOML in place of a list: [map] with phone = "Mobile" is what people write first.
        return [f"{name}={_text(value)}" for name, value in raw.items()]
    if isinstance(raw, list | tuple):
        return [_text(value) for value in raw]
    return [_text(raw)]
