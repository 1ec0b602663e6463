"""Whether the tests notice a change of a decision: each operator of the decision modules is changed, one at a time.

    .venv/bin/python -m pip install cosmic-ray
    .venv/bin/python tests/mutation/mutate.py [MODULE ...]

It works on a copy of the last commit, so that a stop in mid-run leaves no changed file behind. It prints each change
that no test noticed. Changes without a meaning here (an annotation, `==` for `is` between members of an enum) are not
made. The survivors that may survive stand in `survivors.md` beside this file, each with its reason.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

JUDGES = {
    "sending/decisions": ("sending/test_uploading_deciding.py", "sending/test_uploading_machine.py"),
    "sending/pacing": ("sending/test_pauses.py", "sending/test_uploading_run.py"),
    "sending/isolation": ("sending/test_uploading_isolate.py",),
    "sending/answers": ("sending/test_client_answers.py",),
    "leads/planning": ("leads/test_planning.py",),
    "leads/screening": ("leads/test_screening.py", "leads/test_exclude.py"),
    "phones/ruling": ("phones/test_phones_cells.py", "phones/test_phones.py"),
}
"""The decision modules, and for each the fast tests that must notice; the whole suite would take a minute a change."""

_CONFIG = """
[cosmic-ray]
module-path = "telecmi_leads/{module}.py"
timeout = 120.0
excluded-modules = []
test-command = "{python} -m pytest -x -q -n 0 -p no:cacheprovider {tests}"

[cosmic-ray.distributor]
name = "local"

[cosmic-ray.filters.operators-filter]
exclude-operators = [
  "core/ReplaceBinaryOperator_BitOr_.*",
  "core/ReplaceComparisonOperator_.*_Is(Not)?",
  "core/ReplaceComparisonOperator_Is(Not)?_(Eq|NotEq|Lt|LtE|Gt|GtE)",
]
"""


def mutate(module: str, folder: Path) -> tuple[int, list[str]]:
    """Change one module operator by operator; return how many changes were made, and those that no test noticed."""
    copy, session = folder / "copy", folder / "session.sqlite"
    config = folder / "config.toml"
    subprocess.run(["git", "clone", "-q", ROOT, copy], check=True)
    tests = " ".join(f"tests/{each}" for each in JUDGES[module])
    config.write_text(_CONFIG.format(module=module, python=sys.executable, tests=tests), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(copy)}

    def run(tool: str, *arguments: object) -> str:
        program = Path(sys.executable).with_name(tool)
        done = subprocess.run(
            [program, *map(str, arguments)], cwd=copy, env=environment, check=True, capture_output=True, text=True
        )
        return done.stdout

    run("cosmic-ray", "baseline", config)
    run("cosmic-ray", "init", config, session)
    run("cr-filter-operators", session, config)
    run("cosmic-ray", "exec", config, session)
    outcomes = [json.loads(line)[1] for line in run("cosmic-ray", "dump", session).splitlines()]
    judged = [each for each in outcomes if each and each["worker_outcome"] == "normal"]
    return len(judged), [each["diff"] for each in judged if each["test_outcome"] == "survived"]


def main() -> None:
    """Mutate the modules that are named, or all, and print what survived."""
    for module in sys.argv[1:] or JUDGES:
        with tempfile.TemporaryDirectory() as folder:
            made, survivors = mutate(module, Path(folder))
        killed = made - len(survivors)
        print(*survivors, f"{module}: {killed} of {made} changes noticed ({killed / made:.1%})", sep="\n", flush=True)


if __name__ == "__main__":
    main()
