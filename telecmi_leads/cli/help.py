"""How --help looks: what one types, examples, then commands and options under the headings of their groups; plain text.

Typer's own help with rich costs 80 ms of imports, half of what `--help` may take in all.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import typer

_OWN = "Options"
_WIDEST_TERM = 24

EXAMPLES: dict[str, tuple[str, ...]] = {}
"""What one types, by command; the program's own stand under ""."""

_COMMAND_GROUPS: Mapping[str, tuple[str, ...]] = {
    "Upload": ("upload", "validate", "columns", "resume"),
    "Look things up": ("runs", "explain", "check"),
    "After a run": ("resolve", "report", "forget"),
    "Try it out": ("sandbox",),
}


class GroupedCommand(TyperCommand):
    """A command whose help lists its options group by group, its own first."""

    def format_usage(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]  # noqa: ANN401 - typer hides its type
        """Write what is typed: arguments first, as in the examples."""
        arguments = [_argument(each)[0] for each in self.get_params(ctx) if _is_argument(each)]
        formatter.write(f"Usage: {' '.join([ctx.command_path, *arguments, '[OPTIONS]'])}\n")

    def format_options(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]  # noqa: ANN401 - the same
        """Write examples, arguments and options, each group below its heading."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            if _is_argument(parameter):
                sections.setdefault("Arguments", []).append(_argument(parameter))
            elif (record := parameter.get_help_record(ctx)) is not None:
                sections.setdefault(getattr(parameter, "rich_help_panel", None) or _OWN, []).append(record)
        sections[_OWN] = sections.pop(_OWN, [])  # with --help, last
        _write_examples(formatter, self.name or "")
        for heading, records in sections.items():
            _write_section(formatter, heading, records)


class GroupedProgram(TyperGroup):
    """The program, whose help lists its commands by what one wants to do."""

    def format_usage(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]  # noqa: ANN401 - as above
        """Write what is typed, and where to read on."""
        formatter.write(f"Usage: {ctx.command_path} COMMAND [OPTIONS]\n")
        formatter.write(f"       {ctx.command_path} COMMAND --help\n")

    def format_options(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]  # noqa: ANN401 - as above
        """Write examples, the commands in their groups, then the program's own options."""
        _write_examples(formatter, "")
        for heading, names in _COMMAND_GROUPS.items():
            rows = [(name, self.commands[name].get_short_help_str(limit=200)) for name in names]
            _write_section(formatter, heading, rows, widest=max(map(len, self.commands)))
        records = [parameter.get_help_record(ctx) for parameter in self.get_params(ctx)]
        _write_section(formatter, _OWN, [record for record in records if record is not None])


def _is_argument(parameter: Any) -> bool:  # noqa: ANN401 - as above
    return bool(parameter.param_type_name == "argument")


def _argument(parameter: Any) -> tuple[str, str]:  # noqa: ANN401 - as above
    return parameter.metavar or parameter.name.upper(), parameter.help or ""


def _write_examples(formatter: Any, name: str) -> None:  # noqa: ANN401 - as above
    formatter.write("\nExamples:\n")
    for example in EXAMPLES[name]:
        formatter.write(f"  {example}\n")


def _write_section(formatter: Any, heading: str, rows: Iterable[tuple[str, str]], widest: int = 0) -> None:  # noqa: ANN401 - as above
    """Write terms and what they mean in two columns; words that hold hyphens stay whole, to be copied."""
    rows = list(rows)
    column = widest or min(max(len(term) for term, _ in rows), _WIDEST_TERM)
    formatter.write(f"\n{heading}:\n")
    for term, says in rows:
        lines = textwrap.wrap(says, max(formatter.width - column - 4, 20), break_on_hyphens=False) or [""]
        starts = [term, *[""] * (len(lines) - 1)]
        if len(term) > column:
            starts, lines = [term, *[""] * len(lines)], ["", *lines]
        for start, line in zip(starts, lines, strict=True):
            formatter.write(f"  {start:{column}}  {line}".rstrip() + "\n")
