"""What surrounds the process: its environment, of which this is the one reader, and its terminal."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def environment() -> dict[str, str]:
    """Return this process's environment."""
    return dict(os.environ)


@dataclass(frozen=True, slots=True)
class Terminal:
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
        columns=int(columns) if columns.isdigit() and int(columns) > 0 else None,
    )
