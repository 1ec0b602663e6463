"""The rules of the house: imports run down, each library has one owner, lower floors neither print nor exit."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "telecmi_leads"

FLOORS = {
    "core": 1,
    "settings": 2,
    "sandbox": 2,
    "ledger": 2,
    "files": 3,
    "phones": 3,
    "columns": 4,
    "sending": 4,
    "leads": 5,
    "output": 6,
    "cli": 7,
    "__main__": 8,
}
"""The wings of the house; an import goes to a lower floor or stays in its wing."""

OWNERS = {
    "typer": {"cli"},
    "rich": {"output"},
    "jinja2": {"output"},
    "xlsxwriter": {"output"},
    "pyroaring": {"leads"},
    "requests": {"sending"},
    "urllib3": {"sending"},
    "logging": {"sending"},
    "python_calamine": {"files"},
    "csv": {"files", "output"},
    "phonenumbers": {"phones"},
    "sqlite3": {"ledger"},
    "filelock": {"ledger"},
    "platformdirs": {"settings"},
    "dotenv": {"settings"},
    "tomllib": {"settings"},
    "random": set(),
}
PRINTS = {"__main__", "output"}
EXITS = {"__main__"}
SHARED = {"msgspec"}
"""Third-party libraries without one owner: structs and JSON are needed on every floor."""


def modules() -> list[Path]:
    """Return every source file of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def top(path: Path) -> str:
    """Return the module or package directly below telecmi_leads that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> set[str]:
    """Return the dotted names that a module imports, wherever the import stands."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            if node.module == "telecmi_leads":
                found |= {f"telecmi_leads.{alias.name}" for alias in node.names}
    return found


def tree_of(path: Path) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_down_the_floors(path: Path) -> None:
    """A module imports its own wing and lower floors only."""
    mine = top(path)
    if mine == "__init__":
        return
    for name in imports(tree_of(path)):
        parts = name.split(".")
        if parts[0] != "telecmi_leads" or len(parts) == 1 or parts[1] in {mine, "__version__"}:
            continue
        theirs = parts[1]
        assert FLOORS[theirs] < FLOORS[mine], f"{mine} (floor {FLOORS[mine]}) imports {theirs} (floor {FLOORS[theirs]})"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_library_has_one_owner(path: Path) -> None:
    """A third-party library, and what touches the outside world, is imported by its owner alone."""
    for name in imports(tree_of(path)):
        owners = OWNERS.get(name.split(".")[0])
        assert owners is None or top(path) in owners, f"{path.name} imports {name}, which belongs to {owners}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_lower_floors_neither_print_nor_exit(path: Path) -> None:
    """Only the console prints and only the program's entry ends the process; the environment has one reader."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "print" or top(path) in PRINTS
            assert node.func.id not in {"exit", "quit"}
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            whole = f"{node.value.id}.{node.attr}"
            assert whole != "sys.exit" or top(path) in EXITS
            assert whole not in {"os.environ", "os.getenv"} or top(path) == "settings"


def test_every_module_stands_in_a_wing() -> None:
    """Beside `__main__`, the package holds the wings and nothing else."""
    assert {top(path) for path in modules()} - {"__init__"} == set(FLOORS)


def test_declared_and_imported_libraries_are_the_same() -> None:
    """Every dependency in pyproject.toml is imported, and every import from outside is declared and has its owner."""
    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[><=]", each, maxsplit=1)[0] for each in project["dependencies"]}
    names = {"python-dotenv": "dotenv"}
    tops = {name.split(".")[0] for path in modules() for name in imports(tree_of(path))}
    outside = tops - set(sys.stdlib_module_names) - {"telecmi_leads", "_typeshed"}
    assert outside == {names.get(each, each.replace("-", "_")) for each in declared}
    assert outside - SHARED <= set(OWNERS)
