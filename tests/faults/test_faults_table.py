"""The table of faults names tests that exist, and knows every test that cites one of its rows."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING

import pytest
from places import TESTS

if TYPE_CHECKING:
    from pathlib import Path

TABLE = TESTS / "faults" / "README.md"
ROWS = 67

_ROW = re.compile(r"\| (\d+) \|.*")
_CELL_END = re.compile(r"(?<!\\)\|")
_FILE = re.compile(r"`(test_\w+\.py)`: ((?:`test_\w+`(?:, )?)+)")
_CITED = re.compile(r"\(Rows? (\d+(?:(?:, | and )\d+)*)")


def table() -> list[tuple[int, str]]:
    """Return each row's number with its last cell, which says what shows it."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [(int(row[1]), _CELL_END.split(row[0])[-2].strip()) for row in map(_ROW.fullmatch, lines) if row]


def named(cell: str) -> dict[str, list[str]]:
    """Return the test files that a cell names, each with its test functions."""
    return {file: re.findall(r"\w+", functions) for file, functions in _FILE.findall(cell)}


@cache
def files() -> dict[str, Path]:
    """Return every test file by its name, which stands once."""
    return {path.name: path for path in sorted(TESTS.rglob("test_*.py"))}


@cache
def docstrings(file: str) -> dict[str, str]:
    """Return the test functions of a file, each with its docstring."""
    tree = ast.parse(files()[file].read_text(encoding="utf-8"))
    found = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))
    return {node.name: ast.get_docstring(node) or "" for node in found}


def test_the_table_has_every_row() -> None:
    """The rows are numbered from 1 to the last without a gap, and each has five cells."""
    assert [number for number, _ in table()] == list(range(1, ROWS + 1))
    rows = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert {len(_CELL_END.split(row)) - 2 for row in rows} == {5}


@pytest.mark.parametrize(("number", "cell"), table(), ids=lambda value: str(value) if isinstance(value, int) else "")
def test_each_named_test_exists(number: int, cell: str) -> None:
    """A row says `not yet`, or names files with tests that are there."""
    tests = named(cell)
    said = "; ".join(f"`{file}`: " + ", ".join(f"`{each}`" for each in tests[file]) for file in tests) or "not yet"
    assert cell == said, f"row {number} is not written as the others are"
    for file, functions in tests.items():
        assert file in files(), f"row {number} names {file}, which is not there"
        assert set(functions) <= set(docstrings(file)), f"row {number} names tests that {file} does not have"


def test_each_cited_row_names_the_file() -> None:
    """Every row that a test's docstring cites is in the table, and names the file of that test."""
    rows = {number: named(cell) for number, cell in table()}
    missing = {
        f"row {number} does not name {path.name} ({function})"
        for path in files().values()
        for function, docstring in docstrings(path.name).items()
        for cited in _CITED.findall(docstring)
        for number in map(int, re.findall(r"\d+", cited))
        if path.name not in rows.get(number, {})
    }
    assert missing == set()
