"""Every error that a user can meet: its exit code, its words, and that nothing was sent.

The words stand in tests/snapshots/errors.txt, one section for each case, as a person sees them. Each says what is wrong
and where, and on the next line what to do.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import pkgutil
import re
import shlex
import shutil
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from program import APP_ID, SECRET, Program, write_leads
from snapshot import FOLDER

import telecmi_leads
from telecmi_leads.__main__ import run
from telecmi_leads.core import errors
from telecmi_leads.core.clock import Clock
from telecmi_leads.core.errors import ExitCode
from telecmi_leads.ledger.lock import hold
from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SNAPSHOT = FOLDER / "errors.txt"
UPLOAD = ("upload", "leads.csv", "--name", "March", "--region", "IN")


# --- ways to go wrong -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A way to go wrong: what is typed, what is different from a folder in which all is well, and the exit code."""

    name: str
    typed: tuple[str, ...]
    code: ExitCode
    prepare: Callable[[Path], None] = lambda _: None
    environment: dict[str, str | None] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    uploaded: bool = False
    """Whether leads.csv has been uploaded as March before."""


def written(name: str, content: str | bytes) -> Callable[[Path], None]:
    """Return what writes a file."""
    data = content.encode() if isinstance(content, str) else content

    def write(folder: Path) -> None:
        (folder / name).write_bytes(data)

    return write


def other_leads(folder: Path) -> None:
    """Put one lead more into leads.csv."""
    write_leads(folder / "leads.csv", 3)


def lead_file(content: str) -> Callable[[Path], None]:
    """Return what puts other content into leads.csv."""
    return written("leads.csv", content)


def old_list(folder: Path) -> None:
    """Write a do-not-call list of ten days ago."""
    path = folder / "dnc.csv"
    path.write_text("Phone\n+919876500003\n")
    then = Clock().now().timestamp() - 10 * 86400
    os.utime(path, (then, then))


def damaged_ledger(folder: Path) -> None:
    """Overwrite the middle of the ledger."""
    path = folder / "state" / "ledger.sqlite3"
    content = bytearray(path.read_bytes())
    content[4096 : 4096 * 3] = b"\xff" * 4096 * 2
    path.write_bytes(content)


def foreign_ledger(folder: Path) -> None:
    """Put another file in the ledger's place."""
    (folder / "state").mkdir(mode=0o700)
    (folder / "state" / "ledger.sqlite3").write_bytes(b"this is no ledger" * 100)
    (folder / "state" / "ledger.key").write_bytes(b"k" * 32)


def without_key(folder: Path) -> None:
    """Remove the ledger's key."""
    (folder / "state" / "ledger.key").unlink()


def report_is_a_file(folder: Path) -> None:
    """Put a file in the report folder's place."""
    (folder / "out").write_text("")


def two_workbook_sheets(folder: Path) -> None:
    """Write a workbook without a sheet of the name that is asked for."""
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "Leads"
    book.active.append(["Name", "Mobile"])
    book.active.append(["Asha", "9876500001"])
    book.save(folder / "leads.xlsx")


NO_CREDENTIALS: dict[str, str | None] = {"TELECMI_APP_ID": None, "TELECMI_SECRET": None}


# --- the cases ------------------------------------------------------------------------------------


CASES = [
    # --- the command
    Case("no such command", ("uplaod", "leads.csv"), ExitCode.USAGE),
    Case("no such option", ("upload", "leads.csv", "--nmae", "March"), ExitCode.USAGE),
    Case("no file is named", ("upload", "--name", "March"), ExitCode.USAGE),
    Case("an option without its value", ("upload", "leads.csv", "--region", "IN", "--name"), ExitCode.USAGE),
    Case("no name", ("upload", "leads.csv", "--region", "IN"), ExitCode.USAGE),
    Case("an empty name", ("upload", "leads.csv", "--name", " ", "--region", "IN"), ExitCode.USAGE),
    Case("an unknown placeholder in the name", (*UPLOAD[:2], "--name", "CRM {month}"), ExitCode.USAGE),
    Case("{group} without --split-by", (*UPLOAD[:2], "--name", "{group} March", "--region", "IN"), ExitCode.USAGE),
    Case("a name format without a number", (*UPLOAD, "--name-format", "{name}"), ExitCode.USAGE),
    Case("a name format that knows no such word", (*UPLOAD, "--name-format", "{nmae}-{number}"), ExitCode.USAGE),
    Case(
        "an option in place of a value",
        ("upload", "leads.csv", "--name", "--dry-run", "--region", "IN"),
        ExitCode.USAGE,
    ),
    Case("no run is named", ("report",), ExitCode.USAGE),
    Case("a port in words", ("sandbox", "--port", "http"), ExitCode.USAGE),
    Case("a size beyond what the service takes", (*UPLOAD, "--size", "1001"), ExitCode.USAGE),
    Case("a limit of none", (*UPLOAD, "--limit", "0"), ExitCode.USAGE),
    Case("a share of rejects that can't be read", (*UPLOAD, "--max-rejects", "5%%"), ExitCode.USAGE),
    Case("an age in words", (*UPLOAD, "--exclude-max-age", "a week"), ExitCode.USAGE),
    Case("a region that is not two letters", (*UPLOAD[:4], "--region", "India"), ExitCode.USAGE),
    Case("a region that does not exist", (*UPLOAD[:4], "--region", "XX"), ExitCode.USAGE),
    Case("an unknown field in --map", (*UPLOAD, "--map", "mobile=Mobile"), ExitCode.USAGE),
    Case("a field that is nearly there", (*UPLOAD, "--map", "fristname=Name"), ExitCode.USAGE),
    Case("--map without a column", (*UPLOAD, "--map", "phone"), ExitCode.USAGE),
    Case("an unknown format", (*UPLOAD, "--format", "doc"), ExitCode.USAGE),
    Case("an unknown number type", (*UPLOAD, "--types", "cell"), ExitCode.USAGE),
    Case("standard input twice", ("upload", "-", "-", "--name", "March"), ExitCode.USAGE),
    Case("a malformed template", (*UPLOAD, "--set", "comment={Name"), ExitCode.USAGE),
    Case("neither accepted nor not uploaded", ("resolve", "2026", "March-001"), ExitCode.USAGE, uploaded=True),
    Case("no such run", ("runs", "2025"), ExitCode.USAGE, uploaded=True),
    Case("no such run in an empty ledger", ("report", "2025"), ExitCode.USAGE),
    Case("no such run to resume", ("resume", "2025"), ExitCode.USAGE, uploaded=True),
    Case("no such campaign", ("resolve", "RUN", "March-009", "--accepted"), ExitCode.USAGE, uploaded=True),
    Case(
        "a campaign that needs no settling",
        ("resolve", "RUN", "March-001", "--accepted"),
        ExitCode.USAGE,
        uploaded=True,
    ),
    Case("nothing to forget is named", ("forget",), ExitCode.USAGE),
    Case("two things to forget", ("forget", "--run", "2025", "--phone", "1"), ExitCode.USAGE),
    Case("a day in words", ("forget", "--before", "yesterday", "--yes"), ExitCode.USAGE, uploaded=True),
    Case(
        "a number to forget that is masked", ("forget", "--phone", "98XXXXXX10", "--yes"), ExitCode.USAGE, uploaded=True
    ),
    Case("a run to forget that is not there", ("forget", "--run", "2025"), ExitCode.USAGE, uploaded=True),
    Case("nobody to ask", ("forget", "--run", "RUN"), ExitCode.USAGE, uploaded=True),
    Case(
        "a name in use",
        UPLOAD,
        ExitCode.USAGE,
        prepare=other_leads,
        uploaded=True,
    ),
    Case(
        "a campaign's name in use by another run",
        (*UPLOAD[:2], "--name", "Mar", "--name-format", "{name}ch-{number:03d}", "--region", "IN"),
        ExitCode.USAGE,
        uploaded=True,
    ),
    Case(
        "a name that is too long",
        (*UPLOAD, "--name-format", "{name}{number:03d}" + "x" * 99),
        ExitCode.USAGE,
    ),
    Case("a port that is taken", ("sandbox", "--port", "PORT"), ExitCode.USAGE),
    Case("a fault that does not exist", ("sandbox", "--fault", "explode"), ExitCode.USAGE),
    Case("a form that does not exist", ("sandbox", "--form", "xml"), ExitCode.USAGE),
    # --- the input
    Case("a missing file, another of nearly its name", ("upload", "laeds.csv", *UPLOAD[2:]), ExitCode.INPUT),
    Case("a missing file", ("upload", "crm-export.xlsx", *UPLOAD[2:]), ExitCode.INPUT),
    Case("a file in a missing folder", ("upload", "march/leads.csv", *UPLOAD[2:]), ExitCode.INPUT),
    Case("the second file is missing", ("upload", "leads.csv", "mroe.csv", *UPLOAD[2:]), ExitCode.INPUT),
    Case("a folder", ("upload", "folder", *UPLOAD[2:]), ExitCode.INPUT, prepare=lambda f: (f / "folder").mkdir()),
    Case("an empty file", UPLOAD, ExitCode.INPUT, prepare=lead_file("")),
    Case("empty standard input", ("upload", "-", *UPLOAD[2:]), ExitCode.INPUT),
    Case("a header and nothing else", UPLOAD, ExitCode.INPUT, prepare=lead_file("Name,Mobile\n")),
    Case("no phone column", UPLOAD, ExitCode.INPUT, prepare=lead_file("Name,City\nAsha,Chennai\n")),
    Case("no phone column, looked at", ("columns", "leads.csv"), ExitCode.INPUT, prepare=lead_file("Name,City\nA,B\n")),
    Case("a --map to a column that is nearly there", (*UPLOAD, "--map", "phone=Mobil"), ExitCode.INPUT),
    Case("a --map to a column that is not there", (*UPLOAD, "--map", "phone=WhatsApp"), ExitCode.INPUT),
    Case("a --set of a column that is nearly there", (*UPLOAD, "--set", "comment={Mobil}"), ExitCode.INPUT),
    Case("a --split-by of a column that is not there", (*UPLOAD, "--split-by", "Nmae"), ExitCode.INPUT),
    Case(
        "a --map to one of two equal columns",
        (*UPLOAD, "--map", "phone=Tel"),
        ExitCode.INPUT,
        prepare=lead_file("Name,Tel,Tel\nAsha,9876500001,9876500002\n"),
    ),
    Case("no region", UPLOAD[:4], ExitCode.INPUT),
    Case(
        "every row rejected",
        (*UPLOAD, "--max-rejects", "100%"),
        ExitCode.INPUT,
        prepare=lead_file("Name,Mobile\nA,12\n"),
    ),
    Case(
        "too many rejects",
        UPLOAD,
        ExitCode.INPUT,
        prepare=lead_file("Name,Mobile\nA,9876500001\nB,98765\nC,98XXXXXX10\nD,98XXXXXX11\n"),
    ),
    Case(
        "one reject under --strict",
        (*UPLOAD, "--strict"),
        ExitCode.INPUT,
        prepare=lead_file("Name,Mobile\nA,9876500001\nB,98765\n"),
    ),
    Case(
        "an unclosed quote",
        UPLOAD,
        ExitCode.INPUT,
        prepare=lead_file('Name,Mobile\nA,9876500001\n"B,9876500002\nC,1\n'),
    ),
    Case(
        "a broken JSON file", UPLOAD, ExitCode.INPUT, prepare=lead_file('[{"name": "A", "phone": "9876500001"}, {"na')
    ),
    Case("a broken workbook", UPLOAD, ExitCode.INPUT, prepare=lead_file("PK\x03\x04 and nothing else")),
    Case("a picture", UPLOAD, ExitCode.INPUT, prepare=written("leads.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))),
    Case(
        "a sheet that is not there",
        ("upload", "leads.xlsx", *UPLOAD[2:], "--sheet", "Lead"),
        ExitCode.INPUT,
        two_workbook_sheets,
    ),
    # --- do-not-call lists
    Case("a missing list", (*UPLOAD, "--exclude", "dnc.csv"), ExitCode.INPUT),
    Case("an empty list", (*UPLOAD, "--exclude", "dnc.csv"), ExitCode.INPUT, written("dnc.csv", "")),
    Case("a list with a header only", (*UPLOAD, "--exclude", "dnc.csv"), ExitCode.INPUT, written("dnc.csv", "Phone\n")),
    Case(
        "a list without a number",
        (*UPLOAD, "--exclude", "dnc.csv"),
        ExitCode.INPUT,
        written("dnc.csv", "Phone\nnone\n"),
    ),
    Case(
        "a list without a phone column",
        (*UPLOAD, "--exclude", "dnc.csv"),
        ExitCode.INPUT,
        written("dnc.csv", "Name,City\nA,B\n"),
    ),
    Case(
        "a list of mostly garbage",
        (*UPLOAD, "--exclude", "dnc.csv"),
        ExitCode.INPUT,
        written("dnc.csv", "Phone\n9876500003\nx\ny\nz\n"),
    ),
    Case("a stale list", (*UPLOAD, "--exclude", "dnc.csv", "--exclude-max-age", "7d"), ExitCode.INPUT, old_list),
    Case("a list that is a folder", (*UPLOAD, "--exclude", "dnc"), ExitCode.INPUT, lambda f: (f / "dnc").mkdir()),
    Case(
        "a damaged list",
        (*UPLOAD, "--exclude", "dnc.csv"),
        ExitCode.INPUT,
        written("dnc.csv", 'Phone\n"9876500003\n9876500004\n'),
    ),
    Case(
        "a binary list",
        (*UPLOAD, "--exclude", "dnc.csv"),
        ExitCode.INPUT,
        written("dnc.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256))),
    ),
    # --- settings and credentials
    Case("no credentials", UPLOAD, ExitCode.SETTINGS, environment=NO_CREDENTIALS),
    Case("no secret", UPLOAD, ExitCode.SETTINGS, environment={"TELECMI_SECRET": None}),
    Case("an agent's id", UPLOAD, ExitCode.SETTINGS, environment={"TELECMI_APP_ID": "100_1111112"}),
    Case("an App id with letters", UPLOAD, ExitCode.SETTINGS, environment={"TELECMI_APP_ID": "my-app"}),
    Case("an empty secret", UPLOAD, ExitCode.SETTINGS, environment={"TELECMI_SECRET": " "}),
    Case("a secret with a line break", UPLOAD, ExitCode.SETTINGS, environment={"TELECMI_SECRET": "abc\n"}),
    Case("credentials that TeleCMI refuses", (*UPLOAD, "--quiet"), ExitCode.SETTINGS, faults=("404",)),
    Case("a base URL without https", UPLOAD, ExitCode.SETTINGS, environment={"TELECMI_BASE_URL": "http://example.com"}),
    Case(
        "a region in the environment that is not two letters",
        UPLOAD[:4],
        ExitCode.SETTINGS,
        environment={"TELECMI_REGION": "India"},
    ),
    Case(
        "a region in the environment that does not exist",
        UPLOAD[:4],
        ExitCode.SETTINGS,
        environment={"TELECMI_REGION": "XX"},
    ),
    Case("no settings file of this name", (*UPLOAD, "--config", "settings.toml"), ExitCode.SETTINGS),
    Case("a profile without a settings file", (*UPLOAD, "--profile", "nightly"), ExitCode.SETTINGS),
    Case(
        "a profile that is nearly there",
        (*UPLOAD, "--profile", "nigthly"),
        ExitCode.SETTINGS,
        written("telecmi-leads.toml", "[profile.nightly]\nname = 'CRM'\n"),
    ),
    Case(
        "an option that is nearly there",
        UPLOAD,
        ExitCode.SETTINGS,
        written("telecmi-leads.toml", "max-reject = '5%'\n"),
    ),
    Case(
        "a value in the settings that does not fit",
        UPLOAD,
        ExitCode.SETTINGS,
        written("telecmi-leads.toml", "size = 5000\n"),
    ),
    Case(
        "the secret in the settings file", UPLOAD, ExitCode.SETTINGS, written("telecmi-leads.toml", "secret = 'abc'\n")
    ),
    Case("a settings file that is not TOML", UPLOAD, ExitCode.SETTINGS, written("telecmi-leads.toml", "size = \n")),
    Case("no .env of this name", (*UPLOAD, "--env-file", "account.env"), ExitCode.SETTINGS),
    Case(
        "an unquoted secret in .env",
        UPLOAD,
        ExitCode.SETTINGS,
        written(".env", "TELECMI_SECRET=a b # c\n"),
        NO_CREDENTIALS,
    ),
    Case("no secret file", (*UPLOAD, "--secret-file", "secret"), ExitCode.SETTINGS),
    Case("a CA bundle that is not there", (*UPLOAD, "--ca-bundle", "ca.pem"), ExitCode.SETTINGS),
    # --- lock, ledger, reports
    Case("another run at work", UPLOAD, ExitCode.LOCKED),
    Case("a damaged ledger", UPLOAD, ExitCode.LEDGER, damaged_ledger, uploaded=True),
    Case("no ledger but another file", UPLOAD, ExitCode.LEDGER, foreign_ledger),
    Case("a ledger without its key", UPLOAD, ExitCode.LEDGER, without_key, uploaded=True),
    Case("a report folder that is a file", (*UPLOAD, "--report-dir", "out"), ExitCode.LEDGER, report_is_a_file),
    Case("a report folder that can't be made", (*UPLOAD, "--report-dir", "/proc/out"), ExitCode.LEDGER),
    Case(
        "a report folder that would overwrite the input",
        ("upload", "rejects.csv", *UPLOAD[2:], "--report-dir", "."),
        ExitCode.LEDGER,
        written("rejects.csv", "Name,Mobile\nA,9876500001\n"),
    ),
    Case(
        "a state folder that can't be made", UPLOAD, ExitCode.LEDGER, environment={"TELECMI_STATE_DIR": "/proc/state"}
    ),
    # --- the service
    Case(
        "the service can't be reached",
        (*UPLOAD, "--quiet", "--retries", "0"),
        ExitCode.UNFINISHED,
        environment={"TELECMI_BASE_URL": "http://127.0.0.1:9"},
    ),
    Case("a campaign is refused", (*UPLOAD, "--quiet"), ExitCode.REFUSED, faults=("422",)),
    Case(
        "the service is failing",
        (*UPLOAD, "--quiet", "--settle", "0", "--retries", "1"),
        ExitCode.UNFINISHED,
        faults=("500",),
    ),
    Case("a redirect", (*UPLOAD, "--quiet"), ExitCode.SETTINGS, faults=("302=https://example.com/",)),
]


# --- what is said of each case --------------------------------------------------------------------


SENT = {"credentials that TeleCMI refuses": 1, "a campaign is refused": 1, "the service is failing": 2, "a redirect": 1}
"""The cases in which requests are made; all others send nothing."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_errors_say_what_is_wrong_and_what_to_do(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code and the words are those of the catalogue, the same with --json, and nothing is sent."""
    said = []
    for more in ((), ("--json",)):
        if more and case.typed[0] == "sandbox":
            continue
        with Sandbox(faults=case.faults) as sandbox, surroundings(case, tmp_path, sandbox.url, monkeypatch):
            capsys.readouterr()
            before = len(sandbox.requests())
            code = run([case.typed[0], *more, *(actual(word, sandbox.url, tmp_path) for word in case.typed[1:])])
            sent = len(sandbox.requests()) - before
            out, err = (normal(text, tmp_path, sandbox.url) for text in capsys.readouterr())
        assert (code, sent) == (case.code, SENT.get(case.name, 0)), out + err
        said.append((out, err))
    check_section(case, "".join(line for line in said[0][1].splitlines(True) if is_of_error(line)))
    for out, err in said[1:]:
        check_json(case, json.loads(out), err)


@contextmanager
def surroundings(case: Case, folder: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make a folder in which all is well but for what the case is about, and work in it."""
    shutil.rmtree(folder)
    folder.mkdir()
    write_leads(folder / "leads.csv", 2)
    for name in [name for name in os.environ if name.startswith("TELECMI_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    for name, value in {**Program(folder, url).variables(), "COLUMNS": "200", **case.environment}.items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    if case.uploaded:
        assert run([*UPLOAD]) == 0
    case.prepare(folder)
    if case.code is not ExitCode.LOCKED:
        yield
        return
    with hold(folder / "state", f"{APP_ID}@loopback", 0, clock=Clock(), command="upload"):
        yield


def actual(word: str, url: str, folder: Path) -> str:
    """Return a word of the command line with what only this machine knows."""
    if word == "RUN":
        return next((folder / "telecmi-reports").iterdir()).name
    return str(urlsplit(url).port) if word == "PORT" else word


def normal(text: str, folder: Path, url: str) -> str:
    """Return a text without what differs from one time and place to the next."""
    text = text.replace(str(folder), "FOLDER").replace(url, "URL").replace(str(urlsplit(url).port), "PORT")
    text = re.sub(r"\b20\d{6}-\d{6}-[0-9a-f]{4}\b", "RUN", text)
    text = re.sub(r"20\d\d-\d\d-\d\d \d\d:\d\d(?::\d\d([+-]\d\d:\d\d)?)?", "TIME", text)
    text = re.sub(r"\d{1,2} [A-Z][a-z]{2} 20\d\d \d\d:\d\d", "TIME", text)
    return re.sub(r"process \d+ on [^,]+", "process N on HOST", text)


def is_of_error(line: str) -> bool:
    """Tell the lines of the error from the notes before it."""
    return bool(
        re.match(r"Error: |       |TIME (failed|refused|partial|unfinished) \(exit |TIME (next|after that): ", line)
    )


def check_section(case: Case, said: str) -> None:
    """Compare what was said with the case's section of the catalogue, or write it where UPDATE_SNAPSHOTS is set."""
    sections = dict(re.findall(r"^## (.+)\n((?:(?!## ).*\n)*)", SNAPSHOT.read_text("utf-8"), re.MULTILINE))
    found = f"$ telecmi-leads {shlex.join(case.typed)} → {int(case.code)}\n{said}\n"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        sections[case.name] = found
        kept = [name for name in (each.name for each in CASES) if name in sections]
        SNAPSHOT.write_text("".join(f"## {name}\n{sections[name]}" for name in kept), "utf-8")
    assert found == sections.get(case.name), f"{SNAPSHOT} differs; see tests/snapshot.py"


def check_json(case: Case, found: dict[str, Any], err: str) -> None:
    """Check the one object on standard output: it holds the error, and the same sentence is on standard error."""
    assert (found["schema"], found["exit_code"]) == (1, case.code)
    error = found["error"]
    assert set(error) == {"code", "message", "hint"}
    assert error["message"].rstrip(".") in err
    hint = error["hint"].partition("\n")[0]
    assert hint in err or hint[hint.rindex("telecmi-leads ") :] in err
    assert SECRET not in json.dumps(found) + err


# --- the catalogue itself -------------------------------------------------------------------------


def test_the_catalogue_holds_each_case_once() -> None:
    """No section is left over from a case that is gone."""
    names = re.findall(r"^## (.+)$", SNAPSHOT.read_text("utf-8"), re.MULTILINE)
    assert names == [case.name for case in CASES]


@pytest.mark.parametrize(
    "section", re.findall(r"^(?:Error|TIME \w+ \(exit \d+\)): (.*)$", SNAPSHOT.read_text("utf-8"), re.MULTILINE)
)
def test_errors_are_written_in_one_style(section: str) -> None:
    """A sentence begins with a capital, a file's or an option's name, and ends with a full stop."""
    assert section.endswith(".")
    first = section.split(maxsplit=1)[0]
    assert (
        section[0].isupper()
        or section[0].isdecimal()
        or first.startswith("-")
        or "." in first
        or first in {"folder", "size", "standard"}
    )


# --- the tree -------------------------------------------------------------------------------------

BRANCH = re.compile(r"(?P<trunk>(?:│   |    )*)[├└]── (?P<name>\w+)(?: +(?P<code>\d+))?  +\S.*")


def drawn(text: str) -> dict[str, tuple[str, int]]:
    """Return of each error in a drawing the error above it and the exit code, which is that one's if none is said."""
    found = {"LeadsError": ("Exception", int(ExitCode.BUG))}
    above = ["LeadsError"]
    for branch in map(BRANCH.fullmatch, text.splitlines()):
        if branch is not None:
            depth = len(branch["trunk"]) // 4 + 1
            parent = above[depth - 1]
            found[branch["name"]] = parent, int(branch["code"] or found[parent][1])
            above[depth:] = [branch["name"]]
    return found


def below(error: type[errors.LeadsError]) -> Iterator[type[errors.LeadsError]]:
    """Yield an error and every kind of it."""
    yield error
    for each in error.__subclasses__():
        yield from below(each)


def test_the_tree_of_errors_is_drawn_as_it_is() -> None:
    """The drawing atop core/errors.py has each error below the one that it is a kind of, with its exit code."""
    for module in pkgutil.walk_packages(telecmi_leads.__path__, "telecmi_leads."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    kinds = (each for each in below(errors.LeadsError) if each.__module__.startswith("telecmi_leads"))
    assert drawn(errors.__doc__ or "") == {
        each.__name__: (each.__bases__[0].__name__, each.exit_code) for each in kinds
    }
