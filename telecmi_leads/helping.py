"""How --help looks: options under the headings of their groups, as plain text.

Typer's own help with rich costs 80 ms of imports, half of what `--help` may take in all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand

if TYPE_CHECKING:
    import typer

_OWN = "Options"


class GroupedCommand(TyperCommand):
    """A command whose help lists its options group by group, its own first."""

    def format_options(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]  # noqa: ANN401 - typer hides its type
        """Write arguments and options, each group below its heading."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                heading = "Arguments" if parameter.param_type_name == "argument" else _heading(parameter)
                sections.setdefault(heading, []).append(record)
        sections[_OWN] = sections.pop(_OWN, [])  # with --help, last
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records)


def _heading(option: Any) -> str:  # noqa: ANN401 - typer hides its type
    return getattr(option, "rich_help_panel", None) or _OWN
