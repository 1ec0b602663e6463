"""What a row of the table of options is, the groups that rows stand in, and the sets of commands that columns name."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self

from msgspec import Struct, structs

from telecmi_leads.core.run import Suggested

if TYPE_CHECKING:
    from collections.abc import Callable

# --- which commands read an option ----------------------------------------------------------------

PREPARE = ("upload", "validate")
READ = (*PREPARE, "columns")
SEND = ("upload", "resume", "resolve")
REQUEST = (*SEND, "check")
REPORT = (*PREPARE, "resume", "resolve", "report")
COMMANDS = (*PREPARE, "columns", "resume", "resolve", "runs", "report", "explain", "forget", "check", "setup")
"""The commands that read settings; the sandbox reads none."""
ANY = tuple(each for each in COMMANDS if each != "setup")
"""All but setup, which asks a person and writes one file."""

# --- which suggested commands repeat it -----------------------------------------------------------

FOR_REJECTS = (Suggested.UPLOAD_REJECTS,)
FOR_UPLOADS = (Suggested.UPLOAD_REJECTS, Suggested.UPLOAD_REFUSED)
FOR_FILES = (Suggested.COLUMNS, Suggested.VALIDATE)
FOR_SENDING = (Suggested.RESUME, Suggested.RESOLVE, *FOR_UPLOADS)
FOR_REQUESTS = (*FOR_SENDING, Suggested.CHECK)


READING: dict[str, Any] = {"commands": READ, "repeated": FOR_FILES}
CUTTING: dict[str, Any] = {"commands": ("upload",), "repeated": FOR_UPLOADS}
SENDING: dict[str, Any] = {"commands": SEND, "repeated": FOR_SENDING}
REQUESTING: dict[str, Any] = {"commands": REQUEST, "repeated": FOR_REQUESTS}
"""Both columns together, for rows that say the same in both."""


class Offer(StrEnum):
    """What the shell offers for an option's value."""

    FORMATS = "formats"
    TYPES = "types"
    MAPS = "maps"
    SETS = "sets"
    FIELDS = "fields"
    COLUMNS = "columns"
    SHEETS = "sheets"
    PROFILES = "profiles"


class Row(Struct, frozen=True):
    """A row of the table. Its `name` is the long option with `_` for `-`; the group that it stands in fills it in.

    `commands` read the option, `repeated` are the suggested commands that repeat it. `parse` turns text into the value;
    without it the value is a flag (bool default) or stays text. `repeat` makes it repeatable: the value is a tuple.
    `listed` says that its text is a list with commas, which may be a list in TOML. `env` names its
    environment variables, the first that is set wins; `env_file` tells whether `.env` may set them too, and
    `empty_counts` that an empty one is a value, not an unset variable. `command_line` and `profile` tell where else it
    may be given. `offer` says what the shell offers for its value.
    """

    default: Any
    help: str
    commands: tuple[str, ...]
    repeated: tuple[Suggested, ...] = ()
    parse: Callable[[str], Any] | None = None
    metavar: str | None = None
    repeat: bool = False
    listed: bool = False
    env: tuple[str, ...] = ()
    env_file: bool = True
    empty_counts: bool = False
    command_line: bool = True
    profile: bool = True
    offer: Offer | None = None
    name: str = ""

    @property
    def dashed(self) -> str:
        """The option as it is typed, without the dashes before it: max-rejects."""
        return self.name.replace("_", "-")

    @property
    def flag(self) -> bool:
        """Tell whether the option has no value on the command line."""
        return isinstance(self.default, bool)


def option(default: Any, help: str, *, commands: tuple[str, ...], **columns: Any) -> Any:  # noqa: A002, ANN401 - the word of every command-line library; a field's own annotation says its type
    """Make a row of the table, as a field of its group."""
    return Row(default, help, commands, **columns)


class OptionGroup:
    """Options that belong together, each a field that holds its value. What is not given has the row's default.

    No dataclass: writing and compiling the methods of each is felt at every start. It does not show its values, since
    one of them may be the secret.
    """

    PANEL: ClassVar[str]
    ROWS: ClassVar[tuple[Row, ...]]

    def __init_subclass__(cls) -> None:
        declared = {name: row for name, row in vars(cls).items() if isinstance(row, Row)}
        cls.ROWS = tuple(structs.replace(row, name=name) for name, row in declared.items())
        for row in cls.ROWS:
            setattr(cls, row.name, row.default)

    def __init__(self, **values: object) -> None:
        unknown = values.keys() - {row.name for row in self.ROWS}
        if unknown:
            raise TypeError(f"{type(self).__name__} has no {', '.join(sorted(unknown))}")
        vars(self).update(values)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__}.{name} can't be changed")

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and all(getattr(self, r.name) == getattr(other, r.name) for r in self.ROWS)

    def __hash__(self) -> int:
        return hash(tuple(getattr(self, row.name) for row in self.ROWS))

    def replaced(self, **values: object) -> Self:
        """Return the same options with other values for these."""
        return type(self)(**{**vars(self), **values})
