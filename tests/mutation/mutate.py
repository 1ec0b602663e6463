"""Whether the tests notice a change of a decision: the decision modules are changed at one place at a time.

    .venv/bin/python -m pip install cosmic-ray
    .venv/bin/python tests/mutation/mutate.py [--sample 150] [MODULE ...]

The operators are cosmic-ray's, and four more: a statement that is left out, a guard that never holds, an operand of
`and` or `or` that is left out, and a member of a set that is left out. Each change is judged in a process forked from
one that has imported all that does not need the module; no file is changed. What starts the program as a process of
its own would run it unchanged, so that only tests that run inside judge. `--sample` tries so many of cosmic-ray's
changes of each module, always the same ones, and all of the other four. Changes without a meaning here are not made:
an annotation, `==` for `is` between members of an enum, how a function may be called. The survivors that may survive
stand in `survivors.md` beside this file, each with its reason.
"""

from __future__ import annotations

import argparse
import ast
import gc
import os
import random
import re
import signal
import sys
import tempfile
import time
from contextlib import suppress
from importlib import import_module
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names
from hypothesis import Phase, settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
SURVIVORS = Path(__file__).with_name("survivors.md")

_LONG = ("one_bad_lead_anywhere", "any_leads_bad", "several_bad_leads_of_a_thousand")
_NOT_LONG = tuple(f"--deselect=tests/sending/test_uploading_isolate.py::test_{each}" for each in _LONG)

JUDGES = {
    "core/campaign": (
        "core/test_campaign_states.py",
        "leads/test_planning.py",
        "sending/test_uploading_deciding.py",
        "sending/test_uploading_isolate.py",
        *_NOT_LONG,
    ),
    "sending/decisions": (
        "sending/test_uploading_deciding.py",
        "sending/test_resolving.py",
        "sending/test_uploading_run.py",
    ),
    "sending/pacing": ("sending/test_pauses.py", "sending/test_uploading_run.py"),
    "sending/isolation": ("sending/test_isolation_moves.py", "sending/test_uploading_isolate.py", *_NOT_LONG),
    "sending/answers": ("sending/test_client_answers.py",),
    "leads/planning": ("leads/test_planning.py",),
    "leads/screening": ("leads/test_screening.py",),
    "phones/ruling": ("phones/test_ruling.py", "phones/test_phones_cells.py"),
}
"""The decision modules, and for each the fast tests that must notice; the whole suite would take minutes a change."""

_OF_ALL = "core/test_values.py"

_OF_THE_TESTS = ("hypothesis.strategies", "jsonschema", "openpyxl", "pytest_timeout", "xdist.plugin", "yaml")

_WITHOUT_MEANING = re.compile(
    r"core/(ReplaceBinaryOperator_BitOr_.*|ReplaceComparisonOperator_.*_Is(Not)?"
    r"|ReplaceComparisonOperator_Is(Not)?_(Eq|NotEq|Lt|LtE|Gt|GtE))"
)
_DROPPED = (ast.Assign, ast.AugAssign, ast.Expr, ast.Raise, ast.Continue, ast.Break)
_LINE = re.compile(r"\| `(\S+)` \| `(.*?)` \| `(.*?)` \| .+ \|")


# --- the changes ----------------------------------------------------------------------------------


def _operated(source: str) -> Iterator[str]:
    """Yield the source with one change of an operator each."""
    tree = get_ast(source)
    for name in operator_names():
        operator_class = get_operator(name)
        if _WITHOUT_MEANING.fullmatch(name) or operator_class.arguments():
            continue
        operator = operator_class()
        places = sum(1 for node in ast_nodes(tree) for _ in operator.mutation_positions(node))
        for place in range(places):
            with suppress(AttributeError):  # of cosmic-ray's own, for an exception with a dot in its name
                yield mutate_code(source, operator, place)


def _left_out(source: str) -> Iterator[str]:
    """Yield the source without one statement, operand or member of a set each, or with a guard that never holds."""
    lines = source.encode().splitlines(keepends=True)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines))]
    whole = b"".join(lines)

    def place(node: ast.expr | ast.stmt) -> tuple[int, int]:
        begin = starts[node.lineno - 1] + node.col_offset
        return begin, starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)

    for node, becomes in _droppable(ast.parse(source)):
        begin, end = place(node)
        text = becomes if isinstance(becomes, bytes) else ast.unparse(becomes).encode()
        yield (whole[:begin] + text + whole[end:]).decode()


def _droppable(tree: ast.Module) -> Iterator[tuple[ast.expr | ast.stmt, ast.expr | bytes]]:
    """Yield what can be changed, and what it becomes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BoolOp):
            for kept in _all_but_one(node.values):
                yield node, b"(%b)" % ast.unparse(ast.BoolOp(node.op, kept) if kept[1:] else kept[0]).encode()
        elif isinstance(node, ast.Set):
            for kept in _all_but_one(node.elts):
                yield node, ast.Set(kept) if kept else b"set()"
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for node in (node for function in functions for node in ast.walk(function)):
        if isinstance(node, ast.If):
            yield node.test, b"False"
        elif isinstance(node, _DROPPED) and not _is_text(node):
            yield node, b"pass"


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _all_but_one(nodes: list[ast.expr]) -> Iterator[list[ast.expr]]:
    for place in range(len(nodes)):
        yield nodes[:place] + nodes[place + 1 :]


# --- the judges -----------------------------------------------------------------------------------


class _Changed(SourceFileLoader):
    """Loads a module from a changed source."""

    source = ""

    def get_code(self, fullname: str) -> CodeType:
        """Compile the changed source in place of the file's."""
        return compile(self.source, self.get_filename(fullname), "exec")


class _Finder:
    """Finds one module, changed, before the file is looked for."""

    def __init__(self, module: str, source: str) -> None:
        self._name = "telecmi_leads." + module.replace("/", ".")
        self._loader = _Changed(self._name, str(ROOT / f"telecmi_leads/{module}.py"))
        self._loader.source = source

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        """Return where the module comes from; None for any other."""
        return spec_from_file_location(name, self._loader.path, loader=self._loader) if name == self._name else None


class _Judge:
    """Ends the process at the first failure, without the reports that a person would read."""

    def pytest_collection(self) -> None:
        """Have Hypothesis look for no smaller example."""
        phases = (Phase.explicit, Phase.generate)
        settings.register_profile("judge", settings.get_profile("repeatable"), phases=phases)
        settings.load_profile("judge")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Notice a change that a file of tests can't be loaded with."""
        if report.failed:
            os._exit(1)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> None:
        """Notice a change that a test fails with."""
        if call.excinfo is not None and not isinstance(call.excinfo.value, pytest.skip.Exception):
            os._exit(1)

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """End the process where all tests have passed."""
        os._exit(min(int(exitstatus), 1))


_QUICKLY = ("-q", "-n", "0", "-p", "no:cacheprovider", "-W", "ignore:Module already imported", "--assert=plain")


def noticed(module: str, source: str, seconds: float, folder: str) -> bool:
    """Tell whether a test fails, or hangs, with the module changed so; what tests write goes into a folder."""
    judge = os.fork()
    if judge == 0:
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        sys.meta_path.insert(0, _Finder(module, source))
        tests = [each if each.startswith("-") else str(TESTS / each) for each in (*JUDGES[module], _OF_ALL)]
        os._exit(min(pytest.main([*_QUICKLY, f"--basetemp={folder}/tests", *tests], [_Judge()]), 1))
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        ended, status = os.waitpid(judge, os.WNOHANG)
        if ended:
            return status != 0
        time.sleep(0.01)
    os.killpg(judge, signal.SIGKILL)
    os.waitpid(judge, 0)
    return True


class _Nowhere:
    """Keeps a module from being found, so that no module that needs it can be imported."""

    def __init__(self, module: str) -> None:
        self._name = "telecmi_leads." + module.replace("/", ".")

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> None:
        """Refuse the one module."""
        if name == self._name:
            raise ImportError(name)


def import_all_but(module: str) -> None:
    """Import the program's modules that don't need this one, and no other: what needs it is imported by each judge."""
    for name in [name for name in sys.modules if name.split(".")[0] == "telecmi_leads"]:
        del sys.modules[name]
    nowhere = _Nowhere(module)
    sys.meta_path.insert(0, nowhere)
    for path in sorted((ROOT / "telecmi_leads").rglob("[!_]*.py")):
        with suppress(ImportError):
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    sys.meta_path.remove(nowhere)
    gc.collect()
    gc.freeze()  # or each judge would look through all of it at its end


# --- a module, change by change -------------------------------------------------------------------


def difference(before: str, after: str) -> tuple[str, str]:
    """Return the lines that a change takes out and puts in."""
    lines = before.splitlines(), after.splitlines()
    shorter = min(map(len, lines))
    same = next((at for at in range(shorter) if lines[0][at] != lines[1][at]), shorter)
    behind = next((at for at in range(shorter - same) if lines[0][-1 - at] != lines[1][-1 - at]), shorter - same)
    out, put = (" ".join(line.strip() for line in each[same : len(each) - behind]) for each in lines)
    return out, put


def _has_a_meaning(source: str, changed: str) -> bool:
    out, put = difference(source, changed)
    try:
        compile(changed, "", "exec")
    except SyntaxError:
        return False
    return out != "if TYPE_CHECKING:" and put.replace("/,", "*,") != out


def mutate(module: str, sample: int | None, folder: str) -> Iterator[tuple[str, str] | None]:
    """Change one module; yield for each change None where a test noticed it, else what it takes out and puts in."""
    source = (ROOT / f"telecmi_leads/{module}.py").read_text(encoding="utf-8")
    begun = time.monotonic()
    if noticed(module, source, 600, folder):
        raise SystemExit(f"{module}: its tests fail without a change")
    seconds = 15 + 4 * (time.monotonic() - begun)
    made = sorted({each for each in _operated(source) if each != source})
    if sample is not None and len(made) > sample:
        made = random.Random(module).sample(made, sample)
    made += sorted({*_left_out(source)} - {*made})
    made = [each for each in made if _has_a_meaning(source, each)]
    for each in made:
        yield None if noticed(module, each, seconds, folder) else difference(source, each)


def allowed() -> set[tuple[str, str, str]]:
    """Return the survivors that are listed: module, line, and what it becomes."""
    lines = SURVIVORS.read_text(encoding="utf-8").replace("\\|", "|").splitlines()
    return {row.groups() for row in map(_LINE.fullmatch, lines) if row}  # type: ignore[misc] - three groups


def main() -> int:
    """Mutate the modules that are named, or all; return 1 where something survived that is not listed."""
    parser = argparse.ArgumentParser(description="See whether the tests notice a change of a decision.")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=", ".join(JUDGES))
    parser.add_argument("--sample", type=int, help="cosmic-ray's changes of each module; all if left out")
    wanted = parser.parse_args()
    sys.path.insert(0, str(TESTS))
    import_module("forked").import_libraries()
    for library in _OF_THE_TESTS:
        import_module(library)
    unlisted = 0
    for module in wanted.modules or JUDGES:
        with tempfile.TemporaryDirectory() as folder:
            os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = folder
            import_all_but(module)
            made = killed = listed = 0
            for survivor in mutate(module, wanted.sample, folder):
                made += 1
                if survivor is None:
                    killed += 1
                    continue
                may = (module, *survivor) in allowed()
                listed += may
                print(
                    f"{'listed' if may else 'SURVIVED'} | `{module}` | `{survivor[0]}` | `{survivor[1]}` |", flush=True
                )
        unlisted += made - killed - listed
        print(f"{module}: {killed} of {made} noticed ({killed / made:.1%}), {listed} listed", flush=True)
    return min(unlisted, 1)


if __name__ == "__main__":
    sys.exit(main())
