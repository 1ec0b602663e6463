"""The README tells what the program does: its generated parts are fresh, its commands exist."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import tomllib
from pathlib import Path

import openpyxl
import pytest
from inside import Inside
from places import PACKAGE, TESTS
from readme_reference import README, filled

from telecmi_leads.core.errors import ExitCode
from telecmi_leads.sandbox import Sandbox

WINGS = "|".join(sorted(path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()))
EXAMPLES = README.parent / "examples"
LEADS = (
    ("Customer Name", "Mobile", "WhatsApp", "Contact No. 2", "Town"),
    ("Asha Rao", "98765 00001", "9876500011", "9876500021", "Pune"),
    ("Ravi Das", "98765 00002", "9876500012", "9876500022", "Goa"),
    ("Meera Nair", "98765", "", "", "Goa"),
)


def test_the_generated_parts_are_fresh() -> None:
    """Every command, option, reason and repair stands in the README as --help and the code have it.

    When this fails: python tests/readme_reference.py
    """
    text = README.read_text(encoding="utf-8")
    assert filled(text) == text


def test_the_places_that_documents_name_exist() -> None:
    """Each module, test and script that the documents for engineers name is there."""
    root = README.parent
    named: set[Path] = set()
    for document in (README, *sorted((root / ".github").glob("*.md"))):
        text = document.read_text(encoding="utf-8")
        named |= {root / found for found in re.findall(r"\btests/[a-z_/]+\.py\b", text)}
        named |= {PACKAGE / found for found in re.findall(rf"`((?:{WINGS})/[\w/.]+)`", text)}
        tests = {found for found in re.findall(r"`(test_\w+\.py)`", text) if not list(TESTS.rglob(found))}
        assert tests == set(), document.name
    assert [place for place in sorted(named) if not place.exists()] == []


def test_the_direct_dependencies_are_counted() -> None:
    """The README says how many libraries the package asks for itself."""
    numbers = {13: "Thirteen", 14: "Fourteen", 15: "Fifteen"}
    asked = tomllib.loads((README.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    assert f"| {numbers[len(asked)]} direct dependencies," in README.read_text(encoding="utf-8")


def test_the_modules_that_maps_of_wings_name_exist() -> None:
    """Where a wing's docstring shows what calls what, each module of it that it names is there."""
    missing: list[str] = []
    for face in sorted(PACKAGE.glob("*/__init__.py")):
        lines = (ast.get_docstring(ast.parse(face.read_text(encoding="utf-8"))) or "").splitlines()[1:]
        named = re.split("→|,|;", re.sub(r"\(.*?\)", "", " ".join(line for line in lines if "→" in line)))
        modules = {name.strip() for name in named if re.fullmatch(r"[a-z_]+", name.strip())}
        missing += sorted(modules - {place.stem for place in face.parent.iterdir()})
    assert missing == []


def test_every_exit_code_is_explained() -> None:
    """The table of exit codes holds each code of the program."""
    text = README.read_text(encoding="utf-8")
    table = text[text.index("## Exit codes") : text.index("## What is promised")]
    codes = {int(code) for cell in re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE) for code in cell.split(",")}
    assert codes == {int(code) for code in ExitCode}


def typed_lines() -> list[str]:
    """Return every command line of this program in the README: those that stand alone, and those within a sentence."""
    text = README.read_text(encoding="utf-8")
    text = text[: text.index("<!-- commands -->")]  # the reference has patterns of commands; test_help.py runs theirs
    alone = re.findall(r"^ {4,}(telecmi-leads .*)$|&& \.venv/bin/(telecmi-leads .*)$", text, re.MULTILINE)
    within = re.findall(r"`(telecmi-leads [a-z]+ [^`]+)`", text)
    return list(dict.fromkeys([*("".join(found) for found in alone), *within]))


@pytest.fixture
def reader(tmp_path: Path) -> Inside:
    """Return the program in the folder of a reader: a workbook, lists and settings."""
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    shutil.copy(EXAMPLES / "do-not-call.csv", tmp_path)
    shutil.copy(EXAMPLES / "leads.csv", tmp_path / "export.csv")
    (tmp_path / "delhi.env").write_text("TELECMI_REGION=IN\n")
    (tmp_path / "delhi.env").chmod(0o600)
    book = openpyxl.Workbook()
    for row in LEADS:
        book.worksheets[0].append(row)
    book.save(tmp_path / "leads.xlsx")
    return Inside(tmp_path, environment={"TELECMI_REGION": "IN"})


def test_the_first_part_is_short_and_the_rest_is_folded() -> None:
    """What a person with an Excel file reads has at most 900 words and both shells; all else opens on a click."""
    text = README.read_text(encoding="utf-8")
    first, _, rest = text.partition("<details>")
    assert len(re.sub(r"<[^>]*>", "", first).split()) <= 900
    assert "python3 -m venv .venv && " in first
    assert "py -m venv .venv; " in first
    assert rest.count("<details>") + 1 == rest.count("</details>") == len(re.findall(r"^## ", rest, re.MULTILINE))
    outside = re.sub(r"<details>.*?</details>", "", f"<details>{rest}", flags=re.DOTALL)
    assert outside.strip() == ""


def test_the_readme_has_commands() -> None:
    """The next test has something to run: the main command, the five minutes, the recipes."""
    assert len(typed_lines()) > 15
    assert "telecmi-leads upload examples/leads.csv --name Demo --region IN --sandbox" in typed_lines()


@pytest.mark.parametrize("line", typed_lines())
def test_every_command_works_as_printed(reader: Inside, line: str) -> None:
    """What a reader copies ends well, with RUN and CAMPAIGN being a run that left a campaign and a row to settle."""
    with Sandbox(faults=["500-after@1"]) as sandbox:
        reader.url = sandbox.url
        left = reader.run(
            "upload", "leads.xlsx", "--name", "February", "--settle", "0", "--retries", "1", "--json"
        ).json
        rejects = Path(left["reports"]["rejects"])
        book = openpyxl.load_workbook(rejects)
        book.worksheets[0]["D2"] = "98765 00003"
        book.save(rejects)
        line = line.replace("RUN", left["run"]).replace("CAMPAIGN", left["campaigns"][0]["name"])
        _, *arguments = shlex.split(line)
        if arguments[0] == "forget":
            reader.run("resolve", left["run"], left["campaigns"][0]["name"], "--accepted")  # else --yes spares the run
            arguments.append("--yes")  # it asks, and nobody is here to answer
        ended = reader.run(*arguments)
    assert (ended.code, ended.err if ended.code else "") == (0, "")
