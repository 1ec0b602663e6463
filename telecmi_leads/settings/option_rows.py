"""How a row of the table of options is made, and the sets of commands that its columns name."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

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


def option(  # noqa: PLR0913 - one keyword for each thing a row can say
    default: Any,  # noqa: ANN401 - the field's own annotation says the type
    help: str,  # noqa: A002 - the word every command-line library uses
    *,
    commands: tuple[str, ...],
    repeated: tuple[Suggested, ...] = (),
    parse: Callable[[str], Any] | None = None,
    metavar: str | None = None,
    repeat: bool = False,
    listed: bool = False,
    env: tuple[str, ...] = (),
    env_file: bool = True,
    empty_counts: bool = False,
    command_line: bool = True,
    profile: bool = True,
    offer: Offer | None = None,
) -> Any:  # noqa: ANN401 - dataclasses.field is typed this way too
    """Make a row of the table, as a dataclass field.

    `commands` read the option, `repeated` are the suggested commands that repeat it. `parse` turns text into the value;
    without it the value is a flag (bool default) or stays text. `repeat` makes it repeatable: the value is a tuple.
    `listed` says that its text is a list with commas, which may be a list in TOML. `env` names its
    environment variables, the first that is set wins; `env_file` tells whether `.env` may set them too, and
    `empty_counts` that an empty one is a value, not an unset variable. `command_line` and `profile` tell where else it
    may be given. `offer` says what the shell offers for its value.
    """
    declared = {
        "help": help,
        "commands": commands,
        "repeated": repeated,
        "parse": parse,
        "metavar": metavar,
        "repeat": repeat,
        "listed": listed,
        "env": env,
        "env_file": env_file,
        "empty_counts": empty_counts,
        "command_line": command_line,
        "profile": profile,
        "offer": offer,
    }
    return field(default=default, metadata=declared)
