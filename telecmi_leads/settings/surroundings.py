"""What surrounds the process: its environment, of which this is the one reader, and its terminal."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def drop_impossible_sizes() -> None:
    """Take COLUMNS and LINES out of the process's environment where they are not sizes.

    Rich converts whatever `str.isdigit` allows, and fails on a superscript two: as if unset is what a user expects.
    """
    for name in ("COLUMNS", "LINES"):
        if name in os.environ and not _is_size(os.environ[name]):
            del os.environ[name]


def language_region(environment: Mapping[str, str]) -> str:
    """Return the country's letters of the system's language setting, "" where it names none."""
    said = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    # Windows keeps the language in its own settings, and sets none of these variables.
    if not said and os.name == "nt":
        import locale

        said = locale.getlocale()[0] or ""
    match = re.search(r"_([A-Z]{2})(?![A-Za-z])", said[:100])
    return match[1] if match else ""


class Asked(NamedTuple):
    """What the shell asks for on Tab: by which variable, such as complete_bash, the word at the cursor, all words."""

    shell: str
    word: str
    words: Sequence[str]


def completion_asked() -> Asked | None:
    """Return what the shell asks for on Tab; None where it doesn't.

    Bash takes = and : for the ends of words, which tears FIELD=COLUMN apart. Its words are put together again, in the
    environment, from where Typer reads them. Of the other shells the word at the cursor is not needed.
    """
    shell = os.environ.get("_TELECMI_LEADS_COMPLETE", "")
    if not shell.startswith("complete_"):
        return None
    if shell != "complete_bash":
        return Asked(shell, "", os.environ.get("_TYPER_COMPLETE_ARGS", "").split())
    words = os.environ.get("COMP_WORDS", "").split("\n")
    cursor = int(number) if (number := os.environ.get("COMP_CWORD", "")).isdecimal() else 0
    whole: list[str] = []
    at = 0
    for position, word in enumerate(words[: cursor + 1]):
        # Bash makes three words of phone=Mobile. Only the blanks between words would tell it from `phone = Mobile`, and
        # those are not in COMP_WORDS.
        torn = position > 1 and (word in _ENDS_WORDS or words[position - 1] in _ENDS_WORDS)
        if torn:
            whole[-1] += word
        else:
            whole.append(word)
        at = len(whole) - 1
    os.environ.update(COMP_WORDS="\n".join(whole), COMP_CWORD=str(at))
    return Asked(shell, whole[-1], whole)


_ENDS_WORDS = {"=", ":", "=="}


def environment() -> dict[str, str]:
    """Return this process's environment."""
    return dict(os.environ)


class Terminal(NamedTuple):
    """What the environment says of the terminal."""

    no_color: bool
    dumb: bool
    columns: int | None


def terminal(environment: Mapping[str, str]) -> Terminal:
    """Read what the environment says of the terminal (no-color.org; TERM=dumb; COLUMNS)."""
    columns = environment.get("COLUMNS", "")
    return Terminal(
        no_color=bool(environment.get("NO_COLOR")),
        dumb=environment.get("TERM", "") in {"dumb", "unknown"},
        columns=int(columns) if _is_size(columns) else None,
    )


def _is_size(text: str) -> bool:
    return len(text) <= _MOST_DIGITS and text.isascii() and text.isdigit() and int(text) > 0


_MOST_DIGITS = 5
"""No terminal is wider; longer numbers would have rich fill lines without end."""


def read_once(name: str) -> bool:
    """Tell whether what has this name is a pipe or a device, so that it can't be read a second time: `<(…)`."""
    try:
        mode = Path(name).stat().st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
