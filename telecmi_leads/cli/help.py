"""How --help looks: what one types, examples, then commands and options under the headings of their groups; plain text.

Typer's own help with rich costs 80 ms of imports, half of what `--help` may take in all.
"""

from __future__ import annotations

import textwrap
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import typer

    Parameter = TyperArgument | TyperOption

_OWN = "Options"
_WIDEST_TERM = 24

EXAMPLES: dict[str, tuple[str, ...]] = {}
"""What one types, by command."""

_COMMAND_GROUPS: Mapping[str, tuple[str, ...]] = {
    "Start here": ("setup", "validate", "upload"),
    "Files and numbers": ("columns", "explain"),
    "Runs": ("runs", "resume", "resolve", "report", "forget"),
    "Tools": ("check", "sandbox"),
}
"""The commands in the order of a first day."""


class _Page(Protocol):
    """What help is written to: Typer's formatter, whose class it keeps to itself."""

    width: int

    def write(self, string: str) -> None:
        """Add text."""


class _TextArgument(TyperArgument):
    """An argument that stays text. Typer has pydantic read every value, and importing that takes 60 ms."""

    def process_value(self, ctx: typer.Context, value: object) -> object:  # type: ignore[override]
        """Return what was typed; where that is missing, Typer says so."""
        return super().process_value(ctx, value) if _is_typers(self, ctx, value) else _as_typed(self, value)


class _TextOption(TyperOption):
    """An option whose value stays text: the check of its row makes a value of it."""

    def process_value(self, ctx: typer.Context, value: object) -> object:  # type: ignore[override]
        """Return what was typed; a flag that was typed is Typer's."""
        return super().process_value(ctx, value) if _is_typers(self, ctx, value) else _as_typed(self, value)


def _is_typers(parameter: Parameter, ctx: typer.Context, value: object) -> bool:
    missing = parameter.required and parameter.value_is_missing(value) and not ctx.resilient_parsing  # as on Tab
    return missing or (value is not None and getattr(parameter, "is_flag", False))


def _as_typed(parameter: Parameter, value: object) -> object:
    several = parameter.multiple or parameter.nargs == -1
    return () if value is None and several else value


@cache  # the parser compares parameters by identity
def _as_text(parameter: Parameter) -> Parameter:
    """Return a parameter that Typer has made as one that stays text."""
    kind: type[Parameter] = _TextArgument if isinstance(parameter, TyperArgument) else _TextOption
    made = kind.__new__(kind)
    vars(made).update(vars(parameter))
    return made


class GroupedCommand(TyperCommand):
    """A command whose help lists its options group by group, its own first."""

    def get_params(self, ctx: typer.Context) -> list[Any]:  # type: ignore[override]  # typer hides its type
        """Return the arguments and options, each as one that stays text."""
        return list(map(_as_text, super().get_params(ctx)))

    def format_usage(self, ctx: typer.Context, formatter: _Page) -> None:  # type: ignore[override]
        """Write what is typed: arguments first, as in the examples."""
        arguments = [_argument(each)[0] for each in self.get_params(ctx) if _is_argument(each)]
        formatter.write(f"Usage: {' '.join([ctx.command_path, *arguments, '[OPTIONS]'])}\n")

    def format_options(self, ctx: typer.Context, formatter: _Page) -> None:  # type: ignore[override]
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
    """The program, whose help lists its commands by what one wants to do, one line each."""

    def get_params(self, ctx: typer.Context) -> list[Any]:  # type: ignore[override]  # typer hides its type
        """Return the program's own options, each as one that stays text."""
        return list(map(_as_text, super().get_params(ctx)))

    def format_help(self, ctx: typer.Context, formatter: _Page) -> None:  # type: ignore[override]
        """Write what the program is, what is typed, the commands in their groups, and how to try it."""
        formatter.write(f"{self.help}\n\nUsage: {ctx.command_path} COMMAND [OPTIONS]\n\n")
        column = max(map(len, self.commands))
        for heading, names in _COMMAND_GROUPS.items():
            formatter.write(f"{heading}\n")
            for name in names:
                says = self.commands[name].get_short_help_str(limit=200).removesuffix(".")
                formatter.write(f"  {name:{column}}  {says}\n")
        formatter.write("\nOptions: --version, --install-completion, --help (after any command too)\n")
        formatter.write("To try it without an account (in place of FILE, the name of a lead file):\n")
        formatter.write(f"  {ctx.command_path} upload FILE --name Trial --sandbox\n")


def _is_argument(parameter: Parameter) -> bool:
    return bool(parameter.param_type_name == "argument")


def _argument(parameter: Parameter) -> tuple[str, str]:
    return parameter.metavar or parameter.name.upper(), parameter.help or ""


def _write_examples(formatter: _Page, name: str) -> None:
    formatter.write("\nExamples:\n")
    for example in EXAMPLES[name]:
        formatter.write(f"  {example}\n")


def _write_section(formatter: _Page, heading: str, rows: Iterable[tuple[str, str]]) -> None:
    """Write terms and what they mean in two columns; words that hold hyphens stay whole, to be copied."""
    rows = list(rows)
    column = min(max(len(term) for term, _ in rows), _WIDEST_TERM)
    formatter.write(f"\n{heading}:\n")
    for term, says in rows:
        lines = textwrap.wrap(says, max(formatter.width - column - 4, 20), break_on_hyphens=False) or [""]
        starts = [term, *[""] * (len(lines) - 1)]
        if len(term) > column:
            starts, lines = [term, *[""] * len(lines)], ["", *lines]
        for start, line in zip(starts, lines, strict=True):
            formatter.write(f"  {start:{column}}  {line}".rstrip() + "\n")
