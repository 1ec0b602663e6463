"""Everything in examples/ is run as it stands there."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from places import ROOT
from program import APP_ID, SECRET, Ended, Program, balanced, phones, write_leads

if TYPE_CHECKING:
    from telecmi_leads.sandbox import Sandbox

EXAMPLES = ROOT / "examples"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a user's folder that holds the examples, as ~/leads."""
    return Path(shutil.copytree(EXAMPLES, tmp_path / "leads"))


@pytest.fixture
def program(folder: Path, sandbox: Sandbox) -> Program:
    """Return the program, at work in that folder."""
    return Program(folder, sandbox.url)


def on_the_path(folder: Path) -> Path:
    """Put `telecmi-leads` into a folder of programs; return that."""
    programs = folder.parent / "bin"
    programs.mkdir()
    made = programs / "telecmi-leads"
    made.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m telecmi_leads "$@"\n')
    made.chmod(0o755)
    return programs


def shell(program: Program, line: str) -> Ended:
    """Run a line as cron does: by sh, in the user's home, with the program on PATH."""
    environment = program.variables()
    programs = program.folder.parent / "bin"
    if not programs.exists():
        on_the_path(program.folder)
    environment |= {"HOME": str(program.folder.parent), "PATH": f"{programs}:{environment['PATH']}"}
    ended = subprocess.run(
        ["sh", "-c", line], cwd=program.folder.parent, env=environment, capture_output=True, text=True, check=False
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


# --- lead files -----------------------------------------------------------------------------------


def test_every_example_is_tried_here() -> None:
    """No file comes to examples/ without a test of it."""
    tried = Path(__file__).read_text("utf-8")
    assert [path.name for path in EXAMPLES.rglob("*") if path.is_file() and path.name not in tried] == []


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("leads.csv", {"read": 2684, "blank": 3, "rejected": 15, "duplicate": 60, "leads": 2606}),
        ("leads.xlsx", {"read": 400, "blank": 0, "rejected": 1, "duplicate": 1, "leads": 398}),
        ("leads.json", {"read": 300, "blank": 0, "rejected": 4, "duplicate": 1, "leads": 295}),
    ],
)
def test_each_lead_file_is_uploaded(program: Program, sandbox: Sandbox, name: str, rows: dict[str, int]) -> None:
    """CSV, workbook and JSON go in with nothing but a name and a region, each person once."""
    shutil.copy(EXAMPLES / name, program.folder)
    (program.folder / "telecmi-leads.toml").unlink()
    ended = program.run("upload", name, "--name", "Demo", "--region", "IN", "--json")
    assert ended.code == 0, ended.err
    assert ended.json["rows"] == {**rows, "excluded": 0, "already_uploaded": 0}
    assert balanced(ended.json)
    held = phones(sandbox.campaigns())
    assert len(held) == len(set(held)) == rows["leads"]


def test_the_lead_files_are_what_the_script_writes(tmp_path: Path) -> None:
    """generate.py writes the very files that are here."""
    shutil.copy(EXAMPLES / "generate.py", tmp_path)
    subprocess.run([sys.executable, "generate.py"], cwd=tmp_path, check=True)
    for name in ("leads.csv", "leads.json", "do-not-call.csv"):
        assert (tmp_path / name).read_bytes() == (EXAMPLES / name).read_bytes(), name
    assert (tmp_path / "leads.xlsx").exists()  # its bytes depend on the library that writes it


# --- profiles -------------------------------------------------------------------------------------


def test_the_nightly_profile(program: Program, sandbox: Sandbox, folder: Path) -> None:
    """The profile names the campaigns, leaves out the list, and uploads only who is new."""
    shutil.copy(folder / "leads.csv", folder / "export.csv")
    assert "nightly" in tomllib.loads((folder / "telecmi-leads.toml").read_text())["profile"]
    first = program.run("upload", "export.csv", "--profile", "nightly", "--json")
    second = program.run("upload", "export.csv", "--profile", "nightly", "--json")
    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert first.json["rows"]["excluded"] == 40
    assert second.json["rows"] == {**first.json["rows"], "already_uploaded": 2565, "leads": 0}
    listed = {line.strip().lstrip("+") for line in (folder / "do-not-call.csv").read_text().splitlines()[1:]}
    held = phones(sandbox.campaigns())
    assert len(held) == 2565
    assert not listed & set(held)
    assert all(re.fullmatch(r"CRM \d{4}-\d\d-\d\d-00[123]", name) for name in sandbox.campaigns())


def test_the_fair_profile(program: Program, sandbox: Sandbox) -> None:
    """The profile takes one sheet, writes a comment from two columns, and makes campaigns by city."""
    ended = program.run("upload", "leads.xlsx", "--profile", "fair", "--name", "Fair", "--json")
    assert ended.code == 0, ended.err
    groups: Counter[str] = Counter()
    for name, leads in sandbox.campaigns().items():
        groups[name.removeprefix("Fair-").removesuffix("-001")] += len(leads)
        assert {lead["city"] for lead in leads} == {name.removeprefix("Fair-").removesuffix("-001")}
        assert all(
            re.match(r"(Website|Walk-in|Trade fair|Referral|Google Ads|Facebook):", lead["comment"]) for lead in leads
        )
    assert groups["Mumbai"] == 51
    assert sum(groups.values()) == 398


# --- cron -----------------------------------------------------------------------------------------


def cron_line() -> str:
    """Return the command of the one job in the crontab."""
    [job] = [line for line in (EXAMPLES / "crontab").read_text().splitlines() if re.match(r"[\d*]", line)]
    return job.split(maxsplit=5)[5]


def test_the_cron_line(program: Program, sandbox: Sandbox, folder: Path) -> None:
    """As sh runs it: silent when all is well, and the second night uploads only who is new."""
    write_leads(folder / "export.csv", 50, first=1000)
    (folder / "telecmi-leads.toml").write_text(
        (folder / "telecmi-leads.toml").read_text().replace('map = ["phone=Mobile No."]\n', "")
    )
    assert shell(program, cron_line()) == Ended(0, "", "")
    write_leads(folder / "export.csv", 60, first=1000)
    (folder / "telecmi-leads.toml").write_text(
        (folder / "telecmi-leads.toml").read_text().replace("CRM {date}", "Night 2")
    )
    assert shell(program, cron_line()) == Ended(0, "", "")
    assert [len(leads) for leads in sandbox.campaigns().values()] == [50, 10]


@pytest.mark.parametrize("installed", [True, False])
def test_the_cron_line_without_the_program_on_its_path(
    program: Program, sandbox: Sandbox, folder: Path, installed: bool
) -> None:
    """(Row 62) Cron's short PATH: the line looks in ~/.local/bin too, and what is not there is said as an error."""
    write_leads(folder / "export.csv", 5, first=1000)
    (folder / "telecmi-leads.toml").write_text(
        (folder / "telecmi-leads.toml").read_text().replace('map = ["phone=Mobile No."]\n', "")
    )
    if installed:
        (folder.parent / ".local").mkdir()
        on_the_path(folder).rename(folder.parent / ".local" / "bin")
    environment = program.variables() | {"HOME": str(folder.parent), "PATH": "/usr/bin:/bin"}
    ended = subprocess.run(
        ["sh", "-c", cron_line()], cwd=folder.parent, env=environment, capture_output=True, text=True, check=False
    )
    said = (ended.returncode, ended.stdout, "telecmi-leads: not found" in ended.stderr)
    assert said == ((0, "", False) if installed else (127, "", True)), ended.stderr
    assert [len(leads) for leads in sandbox.campaigns().values()] == ([5] if installed else [])


def test_the_cron_line_finishes_an_earlier_night(program: Program, sandbox: Sandbox, folder: Path) -> None:
    """A night with the service down is said in three lines, and the next one sends it, once."""
    shutil.copy(folder / "leads.csv", folder / "export.csv")
    program.environment["TELECMI_BASE_URL"] = "http://127.0.0.1:9"
    (folder / "telecmi-leads.toml").write_text("retries = 0\n" + (folder / "telecmi-leads.toml").read_text())
    down = shell(program, cron_line())
    assert (down.code, down.out) == (5, "")
    assert re.fullmatch(
        r"\S+ \S+ report /\S+/report\.html\n"
        r"\S+ \S+ unfinished \(exit 5\): None of 2,565 leads is in; 2,565 not sent: the connection was refused\.\n"
        r"\S+ \S+ next: telecmi-leads resume \S+ --profile nightly\n",
        down.err,
    )
    del program.environment["TELECMI_BASE_URL"]
    assert shell(program, cron_line()) == Ended(0, "", "")
    assert len(phones(sandbox.campaigns())) == len(set(phones(sandbox.campaigns()))) == 2565


# --- systemd and the other recipes ----------------------------------------------------------------


def test_the_systemd_units(program: Program, sandbox: Sandbox, folder: Path, tmp_path: Path) -> None:
    """Systemd finds no fault in the units, and their commands, run in order with the credential's file, upload."""
    service = (folder / "systemd" / "telecmi-leads.service").read_text()
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "telecmi-secret").write_text(SECRET)
    (credentials / "telecmi-secret").chmod(0o600)
    write_leads(folder / "export.csv", 20, first=1000)
    (folder / "telecmi-leads.toml").write_text("[profile.nightly]\nname = 'CRM'\nnew-only = 'ever'\nregion = 'IN'\n")
    commands = re.findall(r"^ExecStart=-?/usr/local/bin/(.+)$", service, re.MULTILINE)
    assert len(commands) == 2
    assert f"Environment=TELECMI_APP_ID={APP_ID}" in service
    for command in commands:
        ended = shell(program, f"cd leads && unset TELECMI_SECRET && {command.replace('%d', str(credentials))}")
        assert ended.code == 0, ended.err
    assert len(phones(sandbox.campaigns())) == 20
    if shutil.which("systemd-analyze"):
        shown = service.replace("/usr/local/bin/telecmi-leads", str(on_path(folder))).replace("User=leads", "User=root")
        (folder / "systemd" / "telecmi-leads.service").write_text(shown)
        units = [str(folder / "systemd" / name) for name in ("telecmi-leads.service", "telecmi-leads.timer")]
        found = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
        assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.parametrize("check", [("shellcheck", "drop-folder.sh"), ("xmllint", "--noout", "windows-task.xml")])
def test_the_recipes_are_well_formed(check: tuple[str, ...]) -> None:
    """The tools that know shell scripts and XML find nothing, where they are installed."""
    if not shutil.which(check[0]):
        pytest.skip(f"{check[0]} is not installed")
    found = subprocess.run(check, cwd=EXAMPLES, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


def on_path(folder: Path) -> Path:
    """Return the program that `shell` has put on the path."""
    return folder.parent / "bin" / "telecmi-leads"


def test_the_windows_task(program: Program, sandbox: Sandbox, folder: Path) -> None:
    """windows-task.xml is a task of two actions, and what they type uploads."""
    space = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
    task = ET.parse(folder / "windows-task.xml").getroot()  # noqa: S314 - our own file
    assert task.tag == f"{space}Task"
    actions: list[Any] = task.findall(f"{space}Actions/{space}Exec")
    shutil.copy(folder / "leads.csv", folder / "export.csv")
    for action in actions:
        assert action.find(f"{space}Command").text == "telecmi-leads"
        assert action.find(f"{space}WorkingDirectory").text == r"C:\Leads"
        assert program.run(*action.find(f"{space}Arguments").text.split()) == Ended(0, "", "")
    assert len(actions) == 2
    assert len(phones(sandbox.campaigns())) == 2565


# --- the drop folder ------------------------------------------------------------------------------


def test_the_drop_folder(program: Program, sandbox: Sandbox, folder: Path) -> None:
    """What is in goes to done, what can't be used to failed, a file just written waits, nothing goes twice."""
    inbox = folder / "inbox"
    inbox.mkdir()
    (folder / "telecmi-leads.toml").write_text("region = 'IN'\n")
    job = 'cd "$HOME/leads" && sh drop-folder.sh inbox'
    dropped(write_leads(inbox / "fair march.csv", 30))
    dropped_text(inbox / "notes.txt", "nothing but words\nand more words\n")
    write_leads(inbox / "fresh.csv", 10, first=500)
    first = shell(program, job)
    assert (first.code, first.out) == (0, "")
    assert " refused (exit 3): notes.txt: no phone column was found." in first.err
    assert [path.name for path in sorted((inbox / "done").glob("*/*"))] == ["fair march.csv"]
    assert [path.name for path in sorted((inbox / "failed").glob("*/*"))] == ["notes.txt", "why.txt"]
    [why] = (inbox / "failed").glob("*/why.txt")
    assert why.read_text() == first.err
    assert [path.name for path in inbox.iterdir() if path.is_file()] == ["fresh.csv"]
    dropped(inbox / "fresh.csv")
    dropped(write_leads(inbox / "fair march.csv", 30))
    assert shell(program, job) == Ended(0, "", "")
    assert [path.name for path in inbox.iterdir() if path.is_file()] == []
    dropped(write_leads(inbox / "fair march.csv", 40, first=100))
    assert shell(program, job) == Ended(0, "", "")
    assert {name: len(leads) for name, leads in sandbox.campaigns().items()} == {
        "fair march-001": 30,
        "fresh-001": 10,
        "fair march-002": 40,
    }


def test_the_drop_folder_takes_the_longest_name(program: Program, sandbox: Sandbox, folder: Path) -> None:
    """(Row 62) A name of 249 bytes is no campaign's: the file goes to failed under its own name, the others are in."""
    inbox = folder / "inbox"
    inbox.mkdir()
    (folder / "telecmi-leads.toml").write_text("region = 'IN'\n")
    long = f"{'a' * 245}.csv"
    dropped(write_leads(inbox / long, 10))
    dropped(write_leads(inbox / "fair.csv", 10, first=100))
    ended = shell(program, 'cd "$HOME/leads" && sh drop-folder.sh inbox')
    assert ended.code == 0, ended.err
    assert sorted(path.name for path in (inbox / "failed").glob("*/*")) == [long, "why.txt"]
    assert list(sandbox.campaigns()) == ["fair-001"]


def test_the_drop_folder_keeps_what_is_not_finished(program: Program, sandbox: Sandbox, folder: Path) -> None:
    """With the service down the file stays and the exit code says it; the next time it is sent, once."""
    inbox = folder / "inbox"
    inbox.mkdir()
    (folder / "telecmi-leads.toml").write_text("region = 'IN'\nretries = 0\n")
    dropped(write_leads(inbox / "fair.csv", 30))
    job = 'cd "$HOME/leads" && sh drop-folder.sh inbox'
    program.environment["TELECMI_BASE_URL"] = "http://127.0.0.1:9"
    assert shell(program, job).code == 5
    assert (inbox / "fair.csv").exists()
    del program.environment["TELECMI_BASE_URL"]
    assert shell(program, job) == Ended(0, "", "")
    assert not (inbox / "fair.csv").exists()
    assert {name: len(leads) for name, leads in sandbox.campaigns().items()} == {"fair-001": 30}


def dropped(path: Path) -> None:
    """Make a file look as if it had been put there some minutes ago."""
    os.utime(path, (path.stat().st_mtime - 300,) * 2)


def dropped_text(path: Path, content: str) -> None:
    """Write a file that looks as if it had been put there some minutes ago."""
    path.write_text(content)
    dropped(path)


# --- pictures, and a folder that is missing -------------------------------------------------------


def test_the_pictures_are_made_from_a_real_run(tmp_path: Path) -> None:
    """pictures/make.py makes terminal.svg anew; report.png, which needs a browser, is there and small.

    When this fails: python examples/pictures/make.py --browser chromium
    """
    pytest.importorskip("pty")
    made = subprocess.run(
        [sys.executable, str(EXAMPLES / "pictures" / "make.py"), "--to", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (made.returncode, made.stderr) == (0, "")
    texts = {}
    for path in (tmp_path / "terminal.svg", EXAMPLES / "pictures" / "terminal.svg"):
        lines = ET.fromstring(path.read_text("utf-8")).iter("{http://www.w3.org/2000/svg}text")  # noqa: S314 - ours
        text = "".join("".join(line.itertext()) for line in lines).replace("\xa0", " ")
        texts[path] = re.sub(r"\d{8}-\d{6}-[0-9a-f]{4}|\d\.\d s", "…", text)
    fresh, kept = (sorted(text.split()) for text in texts.values())  # campaigns settle in any order
    assert fresh == kept
    assert "All 2,606 leads are in. 75 rows were left out." in next(iter(texts.values()))
    assert (EXAMPLES / "pictures" / "report.png").stat().st_size < 200_000


def test_a_drop_folder_that_is_missing_is_said(program: Program, folder: Path) -> None:
    """A folder that is not there, a share not mounted, is an error and not made anew in silence."""
    ended = shell(program, 'cd "$HOME/leads" && sh drop-folder.sh inbox')
    assert (ended.code, ended.out) == (3, "")
    assert ended.err == f"drop-folder.sh: there is no folder inbox in {folder}\n"
    assert not (folder / "inbox").exists()
