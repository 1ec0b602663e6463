"""The parts of README.md that are made from the program: commands and options, reasons, repairs, warnings, exit codes.

python tests/readme_reference.py          writes them into README.md
"""

from __future__ import annotations

import re
from typing import Any

import typer
from places import ROOT

from telecmi_leads.cli.program import command_line, names
from telecmi_leads.core.reasons import Reason, Repair, WarningCode

README = ROOT / "README.md"


def commands() -> str:
    """Return every command with its usage, what it does and its own options, then the groups of options."""
    group: Any = typer.main.get_command(command_line(names()))
    shared: dict[str, dict[str, str]] = {}
    parts = [_command(name, command, shared) for name, command in group.commands.items()]
    for panel, options in shared.items():
        parts += [f"### Options: {panel.lower()}\n\n{_table(options)}"]
    return "\n\n".join(parts)


def _command(name: str, command: Any, shared: dict[str, dict[str, str]]) -> str:
    arguments = [each.metavar or each.name.upper() for each in command.params if each.param_type_name == "argument"]
    own: dict[str, str] = {}
    panels: list[str] = []
    for each in command.params:
        if each.param_type_name != "option" or each.name == "help":
            continue
        panel = getattr(each, "rich_help_panel", None)
        if panel is None:
            own[_spelled(each)] = each.help
        else:
            shared.setdefault(panel, {})[_spelled(each)] = each.help
            panels += [panel] if panel not in panels else []
    usage = " ".join([f"telecmi-leads {name}", *arguments, "[OPTIONS]"])
    lines = [f"### {name}", "", " ".join(command.help.split()), "", f"    {usage}", ""]
    lines += [_table(own), ""] if own else []
    lines += [f"Options: {', '.join(panel.lower() for panel in panels)}."] if panels else []
    return "\n".join(lines).rstrip()


def _spelled(option: Any) -> str:
    value = f" {option.metavar}" if not option.is_flag and option.metavar else ""
    return f"{option.opts[0]}{value}".replace("|", "\\|")


def _table(options: dict[str, str]) -> str:
    rows = [f"| `{spelled}` | {says} |" for spelled, says in options.items()]
    return "\n".join(["| option | what it does |", "|---|---|", *rows])


def reasons() -> str:
    """Return the table of rejection codes."""
    rows = [f"| `{reason.code}` | {reason.says} | {reason.tip} |" for reason in Reason]
    return "\n".join(["| code | what is wrong | how to correct it |", "|---|---|---|", *rows])


def repairs() -> str:
    """Return the table of repair codes."""
    rows = [f"| `{repair.value}` | {repair.says.replace('|', chr(92) + '|')} |" for repair in Repair]
    return "\n".join(["| code | what was repaired |", "|---|---|", *rows])


def warnings() -> str:
    """Return the table of warning codes."""
    rows = [f"| `{warning.code}` | {warning.says} | {warning.tip} |" for warning in WarningCode]
    return "\n".join(["| code | what deserves a look | what to do |", "|---|---|---|", *rows])


PARTS = {"commands": commands, "reasons": reasons, "repairs": repairs, "warnings": warnings}


def filled(text: str) -> str:
    """Return README text with every generated part made anew."""
    for name, make in PARTS.items():
        pattern = re.compile(rf"(<!-- {name} -->).*?(<!-- /{name} -->)", re.DOTALL)
        text, found = pattern.subn(lambda match, make=make: f"{match[1]}\n\n{make()}\n\n{match[2]}", text)
        if found != 1:
            raise ValueError(f"README.md has no part {name}")
    return text


if __name__ == "__main__":
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
