"""The rules of the house: imports run down, each library has one owner, lower layers neither print nor exit."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "telecmi_leads"

LAYERS = {
    0: {"errors", "fields", "models", "options"},
    1: {"text", "private", "views", "wording", "settings", "backoff", "clock", "requests_format"},
    2: {"reading", "phones", "journal", "locking"},
    3: {"columns", "tables", "cleaning", "screening", "planning", "client", "sandbox"},
    4: {"audience", "matching", "pipeline", "excluding", "uploading"},
    5: {"reporting", "console"},
    6: {"commands"},
    7: {"helping", "cli", "entry", "__main__"},
}
LAYER_OF = {module: layer for layer, modules in LAYERS.items() for module in modules}
# Within a layer imports run from right to left of these chains, and nowhere else.
CHAINS = [("errors", "fields", "models"), ("fields", "options"), ("helping", "cli", "entry", "__main__")]
CHAINS += [
    ("columns", "tables", "cleaning"),
    ("audience", "pipeline"),
    ("matching", "pipeline"),
    ("matching", "excluding"),
    ("text", "settings"),
    ("text", "views", "wording"),
]

OWNERS = {
    "phonenumbers": {"phones"},
    "python_calamine": {"reading"},
    "charset_normalizer": {"reading"},
    "csv": {"reading", "reporting"},
    "sqlite3": {"journal"},
    "filelock": {"locking"},
    "platformdirs": {"settings"},
    "dotenv": {"settings"},
    "tomllib": {"settings"},
    "requests": {"client"},
    "urllib3": {"client"},
    "rich": {"console"},
    "typer": {"helping", "cli", "entry"},
    "xlsxwriter": {"reporting"},
    "jinja2": {"reporting"},
    "pyroaring": {"screening"},
    "random": set(),
    "logging": {"client"},
}
PRINTS = {"__main__", "console"}
EXITS = {"__main__"}


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
def test_imports_run_down_the_layers(path: Path) -> None:
    """A module imports lower layers, its own package, and within its layer only what its chain allows."""
    mine = top(path)
    if mine == "__init__":
        return
    for name in imports(tree_of(path)):
        parts = name.split(".")
        if parts[0] != "telecmi_leads" or len(parts) == 1 or parts[1] in {mine, "__version__"}:
            continue
        theirs = parts[1]
        allowed = LAYER_OF[theirs] < LAYER_OF[mine] or any(
            theirs in chain and mine in chain and chain.index(theirs) < chain.index(mine) for chain in CHAINS
        )
        assert allowed, f"{mine} (layer {LAYER_OF[mine]}) imports {theirs} (layer {LAYER_OF[theirs]})"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_library_has_one_owner(path: Path) -> None:
    """A third-party library, and what touches the outside world, is imported by its owner alone."""
    for name in imports(tree_of(path)):
        owners = OWNERS.get(name.split(".")[0])
        assert owners is None or top(path) in owners, f"{path.name} imports {name}, which belongs to {owners}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_lower_layers_neither_print_nor_exit(path: Path) -> None:
    """Only the console prints and only the program's entry ends the process; the environment has one reader."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "print" or top(path) in PRINTS
            assert node.func.id not in {"exit", "quit"}
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            whole = f"{node.value.id}.{node.attr}"
            assert whole != "sys.exit" or top(path) in EXITS
            assert whole not in {"os.environ", "os.getenv"} or top(path) == "settings"


def test_every_module_has_its_layer() -> None:
    """A new module is given its place in the layers before it is used."""
    assert {top(path) for path in modules()} - {"__init__"} == set(LAYER_OF)
