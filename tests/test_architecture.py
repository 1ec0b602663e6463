"""The rules of the house: imports run down, each library has one owner, lower floors neither print nor exit."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest
from places import PACKAGE, TESTS

# --- the plan -------------------------------------------------------------------------------------

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

_CLEANING = {
    "cleaning", "dial_codes", "further_numbers", "later_headers", "lead_text", "person_names", "row_numbers",
}  # fmt: skip
_NAMES = {
    "call_sides", "candidates", "cell_values", "column_doubts", "column_match", "field_choice", "header_meaning",
    "lexicon", "line_labels", "mark_cells", "mark_consent", "mark_sections", "mark_words", "marks", "meanings",
    "name_parts", "nested_people", "only_persons", "overrides", "persons", "phone_companions", "reading", "recipients",
    "sure_names", "templates", "untold_regions",
}  # fmt: skip
_TABLES = {"reader_notes", "row_kinds", "sampling", "sheet_names", "side_by_side", "table", "total_lines", "widths"}
_TEXT = {"codepages", "concatenated_files", "encoding", "replacement_characters"}
_ANY_FORMAT = {"bounds", "encoding", "sheets"}
_JSON_VALUES = {"json_scanner", "json_values"}
_JSON_RECORDS = {"json_people", "json_phones", "json_rows"}
_NUMBERS = {"automaton", "grouping", "lanes", "metadata", "numbering_plan", "ruling"}
_REGIONS = {"no_country", "regions", "row_regions"}
_WORDS = {"named_countries", "number_labels", "person_words", "phone_words"}
_WRITING = {"attempts", "forgetting", "staging"}
_CLIENT = {"answers", "client", "deadlines", "transport"}
_MACHINE = {"decisions", "isolation", "leaving_out", "pacing", "part_names", "run_loop", "what_goes"}
_SHARED_BY_COMMANDS = {
    "completion", "course", "earlier_runs", "going_on", "heartbeat", "own_inputs", "readiness", "run_lists",
    "run_plan", "run_sending", "session", "signals",
}  # fmt: skip
ROOMS: dict[str, list[tuple[set[str], set[str]]]] = {
    "core": [
        ({"errors"}, set()),
        ({"reasons"}, set()),
        ({"lead"}, set()),
        ({"campaign"}, {"lead"}),
        ({"run"}, {"campaign", "lead"}),
        ({"patterns"}, set()),
        ({"shipped"}, set()),
        ({"other_people"}, {"shipped"}),
        ({"empty_words"}, set()),
        ({"formulas"}, set()),
        ({"text"}, {"patterns"}),
        ({"block_columns"}, {"text"}),
        ({"masking"}, {"patterns", "text"}),
        ({"number_in_text"}, {"patterns", "text"}),
        ({"private"}, set()),
        ({"clock"}, {"run"}),
        ({"wording"}, {"campaign", "errors", "lead", "masking", "reasons", "run", "text"}),
    ],
    "files": [
        ({"bounds"}, set()),
        (_TEXT, {"bounds"}),
        ({"sheets"}, {"bounds", "encoding"}),
        ({"delimited", "delimiters", "stray_quotes"}, _ANY_FORMAT),
        ({"html_pages", "html_rows", "html_tables"}, _ANY_FORMAT | {"codepages"}),
        ({"vcard"}, _ANY_FORMAT | {"codepages"}),
        (_JSON_VALUES, {"bounds", "encoding"}),
        (_JSON_RECORDS, {"json_values"}),
        ({"json_alike"}, {"bounds", "json_rows", "json_values", "sheets"}),
        ({"json_leads"}, _JSON_RECORDS | {"json_alike", "json_values", "sheets"}),
        ({"json_survey"}, _JSON_VALUES | _JSON_RECORDS | {"bounds", "json_leads"}),
        ({"json_files"}, _ANY_FORMAT | _JSON_VALUES | _JSON_RECORDS | {"json_leads", "json_survey"}),
        ({"number_formats"}, set()),
        ({"workbook_cells"}, set()),
        ({"workbook_ole2"}, set()),
        ({"workbook_parts"}, set()),
        ({"workbook_formulas", "workbook_looks"}, {"workbook_parts"}),
        ({"workbook_formats"}, {"number_formats", "workbook_cells", "workbook_ole2", "workbook_parts"}),
        ({"workbook_shell"}, {"workbook_formats", "workbook_parts"}),
        (
            {"workbook_child"},
            {"workbook_cells", "workbook_formats", "workbook_formulas", "workbook_looks", "workbook_ole2"}
            | {"workbook_parts", "workbook_shell"},
        ),
        ({"workbook"}, {"bounds", "sheets"}),
        ({"readers"}, {"delimited", "encoding", "html_tables", "json_files", "sheets", "vcard"}),
        ({"opening"}, _ANY_FORMAT | {"readers", "workbook"}),
    ],
    "phones": [
        (_NUMBERS, set()),
        (_REGIONS, set()),
        ({"wrapping"}, set()),
        (_WORDS, {"regions"}),
        ({"splitting"}, _WORDS | {"wrapping"}),
        ({"number_search"}, _WORDS | {"grouping", "regions", "ruling", "splitting", "wrapping"}),
        ({"phone_cells"}, {"grouping", "number_search", "phone_words", "ruling", "splitting", "wrapping"}),
        ({"odd_cells"}, {"grouping", "named_countries", "lanes", "phone_cells", "regions", "ruling", "splitting"}),
        ({"profiles"}, {"lanes", "number_search", "phone_cells", "regions", "ruling", "wrapping"}),
        (
            {"phone_book"},
            _NUMBERS | _REGIONS | {"number_search", "odd_cells", "phone_cells", "phone_words", "profiles", "wrapping"},
        ),
    ],
    "settings": [
        ({"option_values"}, set()),
        ({"option_rows"}, set()),
        ({"options"}, {"option_rows", "option_values"}),
        ({"network"}, {"options"}),
        ({"setting_files"}, {"options"}),
        ({"profile_saving"}, {"setting_files"}),
        ({"surroundings"}, set()),
        ({"resolving"}, {"network", "option_rows", "option_values", "options", "setting_files", "surroundings"}),
        ({"accounts"}, {"network", "options", "resolving", "setting_files"}),
    ],
    "ledger": [
        ({"schema"}, set()),
        ({"store"}, {"schema"}),
        ({"lock"}, {"store"}),
        ({"ledger_files"}, {"schema", "store"}),
        ({"queries"}, {"schema", "store"}),
        ({"uploaded_numbers"}, {"queries", "schema", "store"}),
        ({"left_out"}, {"queries", "store", "uploaded_numbers"}),
        (_WRITING, {"left_out", "queries", "schema", "store", "uploaded_numbers"}),
        ({"ledger"}, _WRITING | {"ledger_files", "left_out", "queries", "store", "uploaded_numbers"}),
    ],
    "columns": [
        (_NAMES, set()),
        (_TABLES, _NAMES),
        ({"unread_tables"}, _NAMES | _TABLES),
        ({"matching"}, _NAMES | _TABLES | {"unread_tables"}),
    ],
    "sending": [(_CLIENT, set()), (_MACHINE, set())],
    "leads": [
        (_CLEANING, set()),
        ({"screening"}, set()),
        ({"planning"}, set()),
        ({"row_counts"}, _CLEANING | {"screening"}),
        ({"marked_people"}, {"screening"}),
        ({"refusals"}, {"table_findings"}),
        ({"table_findings"}, set()),
        ({"own_reports"}, set()),
        ({"exclude_lists"}, _CLEANING | {"screening"}),
        (
            {"prepare"},
            _CLEANING | {"screening", "planning", "row_counts", "marked_people", "refusals", "table_findings"},
        ),
    ],
    "output": [({"views"}, set()), ({"console"}, {"views"}), ({"reports"}, {"views"})],
    "cli": [
        (_SHARED_BY_COMMANDS, set()),
        ({"commands"}, _SHARED_BY_COMMANDS),
        ({"help"}, set()),
        ({"program"}, {"commands", "completion", "help"}),
        ({"entry"}, {"completion", "program"}),
    ],
}
"""The rooms of the wings that have several: what stands in each, and what of the wing's other rooms it may import."""

OWNERS = {
    "typer": {"cli/program", "cli/entry", "cli/help"},
    "rich": {"output/console"},
    "jinja2": {"output/reports"},
    "xlsxwriter": {"output/reports"},
    "pyroaring": {"leads/screening"},
    "requests": {"sending/transport"},
    "urllib3": {"sending/deadlines", "sending/transport"},
    "logging": {"sending/transport"},
    "python_calamine": {"files/workbook_child", "files/workbook_cells"},
    "csv": {"files", "output/reports"},
    "phonenumbers": {"phones"},
    "sqlite3": {"ledger"},
    "filelock": {"ledger/lock"},
    "platformdirs": {"settings"},
    "dotenv": {"settings"},
    "tomllib": {"settings"},
    "random": set(),
}
PRINTS = {"__main__"}
EXITS = {"__main__"}
SHARED = {"msgspec"}
"""Third-party libraries without one owner: structs and JSON are needed on every floor."""


# --- the modules ----------------------------------------------------------------------------------


def modules() -> list[Path]:
    """Return every source file of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def top(path: Path) -> str:
    """Return the module or package directly below telecmi_leads that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def within(path: Path, places: set[str]) -> bool:
    """Tell whether a file is one of these modules, or stands in one of these folders."""
    name = path.relative_to(PACKAGE).with_suffix("").as_posix()
    return any(name == place or name.startswith(f"{place}/") for place in places)


def imports(tree: ast.AST) -> set[str]:
    """Return the dotted names that a module imports, wherever the import stands."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            if node.module.startswith("telecmi_leads"):  # a name may be a module
                found |= {f"{node.module}.{alias.name}" for alias in node.names}
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


def rooms_of(wing: str) -> dict[str, tuple[set[str], set[str]]]:
    """Return for each module of a wing its room, and what of the wing it may import beside it."""
    return {module: room for room in ROOMS[wing] for module in room[0]}


@pytest.mark.parametrize("wing", ROOMS)
def test_every_module_of_a_wing_has_its_room(wing: str) -> None:
    """Each module of a wing with rooms stands in just one of them."""
    found = {path.relative_to(PACKAGE / wing).parts[0].removesuffix(".py") for path in (PACKAGE / wing).rglob("*.py")}
    assert sorted(module for room, _ in ROOMS[wing] for module in room) == sorted(found - {"__init__"})


@pytest.mark.parametrize("wing", ROOMS)
def test_imports_keep_to_the_rooms(wing: str) -> None:
    """Within a wing a module imports its own room, and other rooms only where the plan says so."""
    rooms = rooms_of(wing)
    for path in sorted((PACKAGE / wing).rglob("*.py")):
        mine = path.relative_to(PACKAGE / wing).parts[0].removesuffix(".py")
        if mine == "__init__":  # a wing's face shows what stands in it
            continue
        own, others = rooms[mine]
        for name in imports(tree_of(path)):
            package, _, inner = name.partition(f"telecmi_leads.{wing}.")
            theirs = inner.split(".")[0]
            if package or theirs not in rooms:
                continue
            assert theirs in own | others, f"{wing}/{mine} imports {wing}/{theirs}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_imports_its_own_wings_face(path: Path) -> None:
    """A wing's face is for the wings above; within it a module says which other module it needs."""
    face = f"telecmi_leads.{top(path)}"
    found = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.ImportFrom) and node.module == face]
    names = {alias.name for node in found for alias in node.names}
    assert all((PACKAGE / top(path) / f"{name}.py").exists() or (PACKAGE / top(path) / name).is_dir() for name in names)


def test_no_module_imports_itself_round_about() -> None:
    """Imports make no circle, those for types included: a reader can begin at the bottom and go up."""
    names = {".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path for path in modules()}
    taken = {name: imports(tree_of(path)) & names.keys() - {name} for name, path in names.items()}
    while free := [name for name, others in taken.items() if not others & taken.keys()]:
        for name in free:
            del taken[name]
    assert sorted(taken) == []


def test_the_face_of_columns_is_a_map_of_its_modules() -> None:
    """Whoever comes into the largest wing learns from its first page what each module is for."""
    told = ast.get_docstring(tree_of(PACKAGE / "columns" / "__init__.py")) or ""
    found = {path.stem for path in (PACKAGE / "columns").glob("*.py")} - {"__init__"}
    assert found - {*re.findall(r"\w+", told)} == set()


def test_what_the_wheel_leaves_out_is_never_read() -> None:
    """A file that is kept for what is made of it is there, and no module reads it by its name."""
    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    left_out = [PACKAGE.parent / each for each in project["tool"]["hatch"]["build"]["targets"]["wheel"]["exclude"]]
    assert left_out
    assert all(map(Path.exists, left_out))
    texts = {node.value for path in modules() for node in ast.walk(tree_of(path)) if isinstance(node, ast.Constant)}
    assert texts.isdisjoint(path.name for path in left_out)


def test_no_command_imports_another() -> None:
    """What commands share stands beside them, under a noun of its own."""
    for path in (PACKAGE / "cli" / "commands").glob("*.py"):
        taken = {name for name in imports(tree_of(path)) if name.startswith("telecmi_leads.cli.commands")}
        assert taken == set(), path.name


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_library_has_one_owner(path: Path) -> None:
    """A third-party library, and what touches the outside world, is imported by its owner alone."""
    for name in imports(tree_of(path)):
        owners = OWNERS.get(name.split(".")[0])
        assert owners is None or within(path, owners), f"{path.name} imports {name}, which belongs to {owners}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_lower_floors_neither_print_nor_exit(path: Path) -> None:
    """Only the program's entry prints, and only it ends the process; the environment has one reader."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "print" or within(path, PRINTS)
            assert node.func.id not in {"exit", "quit"}
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            whole = f"{node.value.id}.{node.attr}"
            assert whole != "sys.exit" or within(path, EXITS)
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


# --- the tests ------------------------------------------------------------------------------------

BESIDE_THE_WINGS = {"faults"}
"""Tests of the whole program, by the rows of the table of faults."""
LONGEST_WITHOUT_HEADINGS = 300
HEADING = re.compile(r"# --- \S.* -{3,}")


def test_the_tests_stand_in_folders_that_mirror_the_wings() -> None:
    """Each wing has a folder of tests, and no folder of tests is of anything else, but for the faults."""
    folders = {path.parent.name for path in TESTS.glob("*/test_*.py")}
    assert folders == {*FLOORS} - {"__main__"} | BESIDE_THE_WINGS


def test_long_files_of_tests_have_headings() -> None:
    """A file of more than 300 lines is in groups, and a line of one form says what each group is about."""
    files = {path: path.read_text(encoding="utf-8").splitlines() for path in TESTS.rglob("*.py")}
    headings = {path: [line for line in lines if line.startswith("# ---")] for path, lines in files.items()}
    assert len(files) > 100
    odd = [(path.name, line) for path, found in headings.items() for line in found if not HEADING.fullmatch(line)]
    assert odd == []
    long = [path for path, lines in files.items() if len(lines) > LONGEST_WITHOUT_HEADINGS]
    assert [path.name for path in long if len(headings[path]) < 2] == []
