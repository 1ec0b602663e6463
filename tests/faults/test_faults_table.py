"""The table of faults has every row, and names beside each the tests whose docstrings cite it, all of them."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest
from places import TESTS

TABLE = TESTS / "faults" / "README.md"
ROWS = 67

_ROW = re.compile(r"\| (\d+) \|.*")
_CELL_END = re.compile(r"(?<!\\)\|")
_CITED = re.compile(r"\(Rows? (\d+(?:, \d+)*)\) ")
_OTHERWISE = re.compile(r"\b(?:faults?|rows?) \d+\b", re.IGNORECASE)


def table() -> list[tuple[int, str]]:
    """Return each row's number with its last cell, which says what shows it."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [(int(row[1]), _CELL_END.split(row[0])[-2].strip()) for row in map(_ROW.fullmatch, lines) if row]


@cache
def docstrings() -> dict[str, dict[str, str]]:
    """Return each test file's test functions in their order, each with its docstring."""
    paths = sorted(TESTS.rglob("test_*.py"), key=lambda path: path.name)
    trees = {path.name: ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    assert len(trees) == len(paths), "two files of tests have one name"
    return {
        file: {
            node.name: ast.get_docstring(node) or ""
            for node in tree.body
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        }
        for file, tree in trees.items()
    }


def rows_cited(docstring: str) -> set[int]:
    """Return the rows that a docstring cites at its beginning."""
    cited = _CITED.match(docstring)
    return set(map(int, cited[1].split(", "))) if cited else set()


def shown_by(number: int) -> str:
    """Return what the last cell of a row must say: the tests that cite the row, by file."""
    found = {
        file: [f"`{function}`" for function, docstring in functions.items() if number in rows_cited(docstring)]
        for file, functions in docstrings().items()
    }
    return "; ".join(f"`{file}`: {', '.join(functions)}" for file, functions in found.items() if functions)


def test_the_table_has_every_row() -> None:
    """The rows are numbered from 1 to the last without a gap, and each has five cells."""
    assert [number for number, _ in table()] == list(range(1, ROWS + 1))
    rows = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert {len(_CELL_END.split(row)) - 2 for row in rows} == {5}


@pytest.mark.parametrize(("number", "cell"), table(), ids=lambda value: str(value) if isinstance(value, int) else "")
def test_each_row_names_the_tests_that_cite_it(number: int, cell: str) -> None:
    """A row names every test that cites it and no other, and at least one test cites it."""
    assert cell == shown_by(number) != "", f"row {number} is shown by: {shown_by(number)}"


def test_rows_are_cited_in_one_form() -> None:
    """A docstring of a test cites rows of the table at its beginning, and rows that are there."""
    tests = [(file, *each) for file, functions in docstrings().items() for each in functions.items()]
    cited = {number for _, _, docstring in tests for number in rows_cited(docstring)}
    assert cited == set(range(1, ROWS + 1))
    otherwise = [
        (file, function) for file, function, docstring in tests if _OTHERWISE.search(_CITED.sub("", docstring, count=1))
    ]
    assert otherwise == []
