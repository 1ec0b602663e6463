"""What is printed under "What to do next" works when it is pasted: each command is typed as it stands."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import openpyxl
import pytest
from inside import Inside
from program import APP_ID, SECRET, correct, phones

if TYPE_CHECKING:
    from pathlib import Path

    from program import Ended

    from telecmi_leads.sandbox import Sandbox

TWO_NUMBERS = "Name,Office No,Cell of hers,City\nAsha Rao,9876500009,9876500001,Pune\nRavi Rao,9876500009,98XX,Goa\n"
MAPPED = ("--map", "phone=Cell of hers", "--map", "fullname=Name", "--set", "comment={City}!", "--region", "IN")


class WithoutAccount(Inside):
    """The program where nothing in the environment says whose account it is."""

    def variables(self) -> dict[str, str]:
        """Return the process's environment."""
        account = ("TELECMI_APP_ID", "TELECMI_SECRET", "TELECMI_BASE_URL")
        return {name: value for name, value in super().variables().items() if name not in account}


@pytest.fixture
def program(tmp_path: Path, sandbox: Sandbox) -> Inside:
    """Return the program in a folder without settings of its own: credentials stand in a file to be named."""
    (tmp_path / "delhi settings.env").write_text(
        f"TELECMI_APP_ID={APP_ID}\nTELECMI_SECRET={SECRET}\nTELECMI_BASE_URL={sandbox.url}\n"
    )
    (tmp_path / "delhi settings.env").chmod(0o600)
    (tmp_path / "leads.csv").write_text(TWO_NUMBERS)
    return WithoutAccount(tmp_path, environment={"COLUMNS": "80"})


ACCOUNT = ("--env-file", "delhi settings.env")


def suggested(ended: Ended, verb: str) -> list[str]:
    """Return the arguments of the one suggested command that begins with a verb."""
    lines = [re.split(" (?:next|after that): telecmi-leads ", line)[-1] for line in ended.err.splitlines()]
    [found] = [line for line in lines if line.split(" ")[0] == verb]
    return shlex.split(found)


def test_rejects_go_with_the_options_of_their_upload(program: Inside, sandbox: Sandbox) -> None:
    """Corrected and uploaded by the printed command, they arrive as a right file would have brought them."""
    ended = program.run("upload", "leads.csv", "--name", "March leads", *MAPPED, *ACCOUNT)
    command = suggested(ended, "upload")
    correct(program.folder / command[1], "98XX", "9876500002")
    again = program.run(*command)
    assert again.code == 0, again.err
    assert sandbox.campaigns()["March leads-002"] == [
        {"firstname": "Ravi", "lastname": "Rao", "phone": "919876500002", "comment": "Goa!", "city": "Goa"}
    ]


def test_they_do_so_after_a_resume_too(program: Inside, sandbox: Sandbox) -> None:
    """The run remembers how its rows were read: resume and report print the same command as the upload."""
    sandbox.order("404@1")
    stopped = program.run("upload", "leads.csv", "--name", "March", *MAPPED, *ACCOUNT)
    assert stopped.code == 6
    ends = [" ".join(line.split(" ")[2:4]) for line in stopped.err.splitlines()[-3:]]
    assert ends == ["after that:", "unfinished (exit", "next: telecmi-leads"], "the verdict and one command come last"
    assert program.run(*suggested(stopped, "check")).code == 0
    resumed = program.run(*suggested(stopped, "resume"))
    assert resumed.code == 0, resumed.err
    reported = program.run("report", suggested(stopped, "resume")[1], *ACCOUNT)
    assert suggested(resumed, "upload") == suggested(reported, "upload")
    command = suggested(resumed, "upload")
    correct(program.folder / command[1], "98XX", "9876500002")
    assert program.run(*command).code == 0
    assert phones(sandbox.campaigns()) == ["919876500001", "919876500002"]


@pytest.mark.parametrize("stem", ["leads {v2}", "l{date}", "l{group}", "{file}", "{3F25-11D2}", "{", "a}}b"])
@pytest.mark.parametrize("more", [(), ("--split-by", "country")], ids=["one series", "groups"])
def test_a_name_with_braces_comes_back(program: Inside, sandbox: Sandbox, stem: str, more: tuple[str, ...]) -> None:
    """The braces of a file's name stay braces in the printed command: who is in under this name is left out."""
    file = program.folder / f"{stem}.csv"
    file.write_text("Name,Mobile\nAsha,9876500001\nRavi,98XX\n")
    name = "{file} {group}" if more else "{file}"
    ended = program.run("upload", file.name, "--name", name, *more, "--region", "IN", *ACCOUNT)
    if more and stem == "l{group}":  # what --split-by would fill in is told, not guessed at
        assert (ended.code, "holds the letters {group}" in ended.err) == (2, True)
        return
    command = suggested(ended, "upload")
    correct(program.folder / command[1], "98XX", "9876500001")
    assert program.run(*command).code == 0
    correct(program.folder / command[1], "9876500001", "9876500002")
    assert program.run(*command).code == 0
    end = " IN" if more else ""
    assert sorted(sandbox.campaigns()) == [f"{stem}{end}-001", f"{stem}{end}-002"]
    assert phones(sandbox.campaigns()) == ["919876500001", "919876500002"]


def test_a_refused_campaign_is_isolated(program: Inside, sandbox: Sandbox) -> None:
    """The printed command looks for the wrong leads; no command is printed that uploads all of them again."""
    sandbox.order("422@1")
    (program.folder / "leads.csv").write_text(TWO_NUMBERS.replace("98XX", "9876500002"))
    ended = program.run("upload", "leads.csv", "--name", "March", *MAPPED, *ACCOUNT)
    assert ended.code == 4
    [run] = [each.name for each in (program.folder / "telecmi-reports").iterdir()]
    assert suggested(ended, "resume") == ["resume", run, "--isolate", "--region", "IN", *ACCOUNT]
    assert "next: telecmi-leads upload" not in ended.err


def test_a_refusal_in_doubt_shows_its_commands_in_a_log(program: Inside, sandbox: Sandbox) -> None:
    """Where no terminal is, the next command is the one that settles it, and before it stand a person's."""
    for fault in ("drop-after@1", "400@2"):
        sandbox.order(fault)
    (program.folder / "leads.csv").write_text("Name,Mobile\nAsha Rao,9876500001\nRavi,9876500002\n")
    ended = program.run("upload", "leads.csv", "--name", "March", "--region", "IN", "--settle", "0", *ACCOUNT)
    assert ended.code == 5
    [run] = [each.name for each in (program.folder / "telecmi-reports").iterdir()]
    account = '--env-file "delhi settings.env"'
    look = "after that: If that settles nothing, look it up in the TeleCMI dashboard. If it"
    resolve = f"telecmi-leads resolve {run} March-001"
    assert [line.split(" ", 2)[2] for line in ended.err.splitlines()[-5:]] == [
        f"{look} holds 2 leads: {resolve} --accepted {account}",
        f"{look} is not there (this sends it again): {resolve} --not-uploaded --region IN --settle 0 {account}",
        f"{look} holds fewer: delete it there, then the last command. If it can't be deleted, ask TeleCMI first.",
        "unfinished (exit 5): None of 2 leads is in; 2 not proven.",
        f"next: telecmi-leads resume {run} --isolate --region IN --settle 0 {account}",
    ]


def test_a_name_that_is_taken_is_for_a_person(program: Inside, sandbox: Sandbox) -> None:
    """Another computer has used the name: the file may be in, so that no command is printed, and nobody is in twice."""
    (program.folder / "leads.csv").write_text("Name,Mobile\nAsha Rao,9876500001\nRavi,9876500002\n")
    upload = ("upload", "leads.csv", "--name", "March", "--region", "IN", *ACCOUNT)
    assert program.run(*upload).code == 0
    program.environment["TELECMI_STATE_DIR"] = str(program.folder / "another")
    ended = program.run(*upload)
    assert ended.code == 4
    assert "Was this file uploaded before" in ended.err.splitlines()[-1]
    assert "telecmi-leads" not in ended.err.splitlines()[-1]
    assert len(phones(sandbox.campaigns())) == 2


def test_a_list_without_header_and_a_sheet_by_name(program: Inside, sandbox: Sandbox) -> None:
    """A reject file has a header and its own sheets: how the input had to be read is not repeated for it."""
    (program.folder / "leads.csv").write_text("Asha Rao,9876500001\nRavi Rao,98XX\nMeena Rao,9876500003\n")
    book = openpyxl.Workbook()
    book.active.title = "Cover"
    for row in (["Name", "Mobile"], ["Asha Rao", "9876500004"], ["Ravi Rao", "98XX"]):
        (book["Leads"] if "Leads" in book.sheetnames else book.create_sheet("Leads")).append(row)
    book.save(program.folder / "leads.xlsx")
    for typed in (("leads.csv", "--no-header"), ("leads.xlsx", "--sheet", "Leads")):
        ended = program.run("upload", *typed, "--name", typed[0], "--region", "IN", *ACCOUNT)
        assert ended.code == 0, ended.err
        command = suggested(ended, "upload")
        correct(program.folder / command[1], "98XX", "9876500002")
        again = program.run(*command)
        assert again.code == 0, again.err
        sent = sandbox.campaigns()[f"{typed[0]}-002"]
        assert [(lead["phone"], lead["firstname"]) for lead in sent] == [("919876500002", "Ravi")]


def test_columns_uploads_all_sheets_of_one_choice_with_one_command(program: Inside, sandbox: Sandbox) -> None:
    """Sheets with the same columns have one command for all of them, another sheet its own; what has none says so."""
    book = openpyxl.Workbook()
    book.active.title = "Pune"
    rows = {
        "Pune": [["Name", "Mobile"], ["Asha", 9876500001]],
        "Goa": [["Name", "Mobile"], ["Ravi", 9876500002]],
        "Expo": [["Name", "Mobile", "City"], ["Meera", 9876500003, "Goa"]],
        "Sums": [["City", "Count"], ["Pune", 1]],
    }
    for name, lines in rows.items():
        for line in lines:
            (book[name] if name in book.sheetnames else book.create_sheet(name)).append(line)
    book.save(program.folder / "leads.xlsx")
    shown = program.run("columns", "leads.xlsx", "--region", "IN", "--env-file", "delhi settings.env").out
    [both, own] = [line.strip() for line in shown.splitlines() if line.startswith("  telecmi-leads upload")]
    assert "--sheet Pune --sheet Goa --region IN" in both
    assert "--sheet Expo --region IN" in own
    assert shown.count("No phone column: its rows are not read.") == 1
    assert program.run(*shlex.split(both)[1:]).code == 0
    assert phones(sandbox.campaigns()) == ["919876500001", "919876500002"]
