"""Prints the lowest version that pyproject.toml allows of each thing the program and its tests need, for pip's -c."""

from __future__ import annotations

import tomllib
from pathlib import Path

from packaging.requirements import Requirement


def lowest(requirement: Requirement) -> str:
    """Return the requirement pinned to its lower bound."""
    bounds = [each.version for each in requirement.specifier if each.operator == ">="]
    if len(bounds) != 1:
        raise SystemExit(f"pyproject.toml gives {requirement.name} no lower bound, or several")
    return f"{requirement.name}=={bounds[0]}"


project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
for text in project["dependencies"] + project["optional-dependencies"]["test"]:
    print(lowest(Requirement(text)))
