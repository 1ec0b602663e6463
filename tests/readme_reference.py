"""The parts of README.md that are made from the program: commands and options, reasons, repairs, exit codes.

python tests/readme_reference.py          writes them into README.md
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import typer

from telecmi_leads.cli import app
from telecmi_leads.models import Reason, Repair
from telecmi_leads.wording import REPAIRS

README = Path(__file__).parent.parent / "README.md"
_COMMON = "Settings"


def commands() -> str:
    """Return every command with its usage, what it does, and its options by group."""
    group: Any = typer.main.get_command(app)
    parts = [_command(name, command) for name, command in group.commands.items()]
    return "\n\n".join(parts)


def _command(name: str, command: Any) -> str:
    arguments = " ".join(
        parameter.metavar or parameter.name.upper()
        for parameter in command.params
        if parameter.param_type_name == "argument"
    )
    usage = " ".join(part for part in (f"telecmi-leads {name}", arguments, "[OPTIONS]") if part)
    lines = [f"### {name}", "", " ".join(command.help.split("\n\n")[0].split()), "", f"    {usage}", ""]
    panels: dict[str, list[str]] = {}
    for parameter in command.params:
        if parameter.param_type_name != "option" or parameter.name == "help":
            continue
        spelled = (
            f"{parameter.opts[0]} {parameter.metavar}"
            if not parameter.is_flag and parameter.metavar
            else parameter.opts[0]
        )
        panels.setdefault(getattr(parameter, "rich_help_panel", None) or "Options", []).append(
            f"| `{spelled.replace('|', chr(92) + '|')}` | {parameter.help} |"
        )
    for panel, rows in panels.items():
        lines += [f"| {panel} | |", "|---|---|", *rows, ""]
    return "\n".join(lines).rstrip()


def reasons() -> str:
    """Return the table of rejection codes."""
    rows = [f"| `{reason.code}` | {reason.says} | {reason.tip} |" for reason in Reason]
    return "\n".join(["| code | what is wrong | how to mend it |", "|---|---|---|", *rows])


def repairs() -> str:
    """Return the table of repair codes."""
    rows = [f"| `{repair.value}` | {REPAIRS[repair].replace('|', chr(92) + '|')} |" for repair in Repair]
    return "\n".join(["| code | what was mended |", "|---|---|", *rows])


PARTS = {"commands": commands, "reasons": reasons, "repairs": repairs}


def filled(text: str) -> str:
    """Return README text with every generated part made anew."""
    for name, make in PARTS.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(\n<!-- /{name} -->)", re.DOTALL)
        text, found = pattern.subn(lambda match, make=make: f"{match[1]}\n{make()}\n{match[2]}", text)
        if found != 1:
            raise ValueError(f"README.md has no part {name}")
    return text


if __name__ == "__main__":
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
