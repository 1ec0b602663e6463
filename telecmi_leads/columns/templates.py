"""What --set makes of a row: literal text, and the cells of the columns that stand in braces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from telecmi_leads.core.errors import UsageError
from telecmi_leads.core.text import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from telecmi_leads.core.lead import Field


class Template(Struct, frozen=True):
    """A parsed template: literal text and column indexes, in order."""

    parts: tuple[str | int, ...]

    @property
    def columns(self) -> tuple[int, ...]:
        """The columns that the template reads, each once."""
        return tuple(dict.fromkeys(part for part in self.parts if isinstance(part, int)))

    def render(self, cells: Sequence[str]) -> str:
        """Return the text for a row; "" where it reads columns and all of them are empty in this row."""
        found = [
            part if isinstance(part, str) else (cells[part].strip() if part < len(cells) else "") for part in self.parts
        ]
        columns = self.columns
        if columns and not any(part < len(cells) and cells[part].strip() for part in columns):
            return ""
        return "".join(found)


def parse_template(target: Field, text: str, find: Callable[[str], int]) -> Template:
    """Read a template; `{{` and `}}` stand for braces.

    `find` returns a column's index by its name. Raises UsageError where a brace is not closed, and what `find` raises
    where a column is missing.
    """
    parts: list[str | int] = []
    literal: list[str] = []
    at = 0
    while at < len(text):
        if text.startswith(("{{", "}}"), at):
            literal.append(text[at])
            at += 2
        elif text[at] == "{":
            end = text.find("}", at)
            if end < 0:
                raise UsageError(
                    f"--set {target}: a brace is opened and not closed in {safe(text)!r}.",
                    hint="Write {Column name}, and {{ for a brace that is meant as one.",
                )
            parts += ["".join(literal), find(text[at + 1 : end])]
            literal.clear()
            at = end + 1
        else:
            literal.append(text[at])
            at += 1
    parts.append("".join(literal))
    return Template(tuple(part for part in parts if part != ""))
