"""The command that is shown settles what is open: never the same end again, nobody lost, nobody uploaded twice."""

from __future__ import annotations

import csv
import re
import shlex
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from inside import Inside
from program import phones, write_leads

from telecmi_leads.output.console.screen import Stream

if TYPE_CHECKING:
    from pathlib import Path

    from program import Ended

    from telecmi_leads.sandbox import Sandbox

UPLOAD = ("upload", "leads.csv", "--name", "March", "--region", "IN", "--settle", "0")
BAD = "919876500000"


@pytest.fixture
def program(tmp_path: Path, sandbox: Sandbox) -> Inside:
    """Return the program in a folder with twenty leads."""
    write_leads(tmp_path / "leads.csv", 20)
    return Inside(tmp_path, sandbox.url, {"COLUMNS": "80", "TERM": "dumb"})


def next_command(ended: Ended) -> list[str]:
    """Return the arguments of the command on the last line."""
    return shlex.split((ended.err + ended.out).splitlines()[-1].partition("telecmi-leads ")[2])


def refused_rows(program: Inside, file: str) -> list[dict[str, str]]:
    """Return the rows of a refused.csv."""
    with (program.folder / file).open(encoding="utf-8-sig") as text:
        return list(csv.DictReader(text))


# --- what TeleCMI refuses -------------------------------------------------------------------------


@pytest.mark.parametrize("shown_by", ["upload", "runs"])
def test_a_lead_that_was_alone_is_corrected(program: Inside, sandbox: Sandbox, shown_by: str) -> None:
    """A campaign of one lead has nothing to be cut: the command uploads the corrected lead, once."""
    sandbox.order(f"422={BAD}")
    write_leads(program.folder / "leads.csv", 1)
    ended = program.run(*UPLOAD, "--isolate")
    shown = ended if shown_by == "upload" else program.run("runs", "last")
    command = next_command(shown)
    assert command[2:] == ["--name", "March", "--append", "--region", "IN", "--settle", "0", "--isolate"]
    [row] = refused_rows(program, command[1])
    assert (row["reject_row"], row["reject_tip"]) == (
        "", "TeleCMI refuses this very lead: correct it, or leave it out."
    )  # fmt: skip
    file = program.folder / command[1]
    file.write_text(file.read_text("utf-8-sig").replace(BAD, "919876500999"), "utf-8")
    assert program.run(*command).code == 0
    assert phones(sandbox.campaigns()) == ["919876500999"]


def test_all_leads_refused_are_not_isolated_again(program: Inside, sandbox: Sandbox) -> None:
    """Where --isolate has found nothing that TeleCMI takes, the next command is not --isolate once more."""
    sandbox.order("422@*")
    first = program.run(*UPLOAD, "--isolate")
    assert (first.code, next_command(first)[0]) == (4, "upload")
    [path] = program.folder.glob("telecmi-reports/*/refused.csv")
    assert {row["reject_tip"] for row in refused_rows(program, str(path))} == {
        "TeleCMI refuses every part of this campaign: what is wrong is in each of its leads, or in all alike."
    }


def test_a_spent_budget_is_raised(program: Inside, sandbox: Sandbox) -> None:
    """Where --isolate-budget ended the search, the command goes on with it, and names the option once."""
    sandbox.order(f"422={BAD}")
    ended = program.run(*UPLOAD, "--isolate", "--isolate-budget", "2")
    command = next_command(ended)
    assert command[2:5] == ["--isolate", "--isolate-budget", "122"]
    assert command.count("--isolate") == command.count("--isolate-budget") == 1
    assert program.run(*command).code == 4
    assert len(phones(sandbox.campaigns())) == len(set(phones(sandbox.campaigns()))) == 19


def test_the_first_command_again_tells_of_its_own_file(program: Inside, sandbox: Sandbox) -> None:
    """After --append the first command speaks of the run of its file, not of the few who were appended."""
    sandbox.order(f"422={BAD}")
    ended = program.run(*UPLOAD, "--isolate")
    assert program.run(*next_command(ended), "--size", "10").code == 4
    again = program.run(*UPLOAD, "--isolate")
    assert (again.code, again.err.splitlines()[-2].partition(": ")[2]) == (4, "19 of 20 leads are in; 1 refused.")
    assert "March was uploaded on" in again.err


def test_who_was_refused_and_is_in_by_another_run_is_told(program: Inside, sandbox: Sandbox) -> None:
    """The first command again says which of the refused leads are in by now."""
    sandbox.order("422@2")
    assert program.run(*UPLOAD, "--size", "19").code == 4
    [path] = program.folder.glob("telecmi-reports/*/refused.csv")
    assert program.run("upload", path, *UPLOAD[2:], "--append").code == 0
    again = program.run(*UPLOAD)
    assert (again.code, "1 lead that it has refused is in by another run." in again.err) == (4, True)
    assert len(phones(sandbox.campaigns())) == 20


def test_leads_of_a_taken_name_are_told_to_be_looked_up(program: Inside) -> None:
    """No lead is at fault where the name is taken, and those that were not sent have another tip."""
    assert program.run(*UPLOAD).code == 0
    program.environment["TELECMI_STATE_DIR"] = str(program.folder / "another")
    assert program.run(*UPLOAD, "--size", "10", "--report-dir", "again").code == 4
    assert [row["reject_tip"] for row in refused_rows(program, "again/refused.csv")] == [
        *["The campaign's name is taken: see in TeleCMI whether these people are in that campaign."] * 10,
        *["Not sent, since a campaign's name is taken: see in TeleCMI whether the whole file is in already."] * 10,
    ]


@pytest.mark.parametrize(
    "shown_by", [("runs",), (*UPLOAD[:3], "April", *UPLOAD[4:], "--new-only")], ids=["runs", "new"]
)
def test_a_refusal_in_doubt_is_settled_from_everywhere(
    program: Inside, sandbox: Sandbox, shown_by: tuple[str, ...]
) -> None:
    """The list of runs, and a run that leaves those people out, print the command that settles the doubt."""
    for fault in ("drop-before@1", "400@2"):
        sandbox.order(fault)
    assert program.run(*UPLOAD).code == 5
    command = next_command(program.run(*shown_by))
    assert (command[0], command[2]) == ("resume", "--isolate")
    settled = program.run(*command, "--json").json["leads"]
    assert (settled["unknown"], settled["accepted"]) == (0, len(phones(sandbox.campaigns())))


def test_runs_shows_the_way_to_refused_leads(program: Inside, sandbox: Sandbox) -> None:
    """A finished run with refused campaigns has its next command in the list; one with nothing new says so."""
    assert program.run(*UPLOAD).code == 0
    assert program.run(*UPLOAD[:3], "April", *UPLOAD[4:], "--new-only").code == 0
    assert re.search(r"April +0 +0 ✓ nothing new", program.run("runs").out.replace("  ", " ").replace("  ", " "))
    sandbox.order("422@2")
    assert program.run(*UPLOAD[:3], "May", *UPLOAD[4:]).code == 4
    assert "May was refused; this shows what to do:" in program.run("runs").out
    command = next_command(program.run("runs"))
    assert next_command(program.run(*command))[2] == "--isolate"


# --- people who are known -------------------------------------------------------------------------


@pytest.mark.parametrize("trial", [("--dry-run",), None], ids=["dry run", "validate"])
def test_a_trial_never_advises_to_upload_people_twice(
    program: Inside, sandbox: Sandbox, trial: tuple[str, ...] | None
) -> None:
    """Where people were uploaded before, the command that follows leaves them out."""
    assert program.run(*UPLOAD).code == 0
    write_leads(program.folder / "leads.csv", 24)
    typed = (*UPLOAD[:3], "April", *UPLOAD[4:], *trial) if trial else ("validate", "leads.csv", "--region", "IN")
    command = [word.replace("NAME", "April") for word in next_command(program.run(*typed))]
    assert program.run(*command).code == 0
    assert len(phones(sandbox.campaigns())) == 24


def test_a_name_in_use_shows_the_whole_command(program: Inside, sandbox: Sandbox) -> None:
    """The command with --append can be pasted."""
    assert program.run(*UPLOAD).code == 0
    write_leads(program.folder / "leads.csv", 4, first=50)
    ended = program.run(*UPLOAD)
    assert ended.code == 2
    assert program.run(*next_command(ended)).code == 0
    assert len(phones(sandbox.campaigns())) == 24


def test_a_list_that_leaves_nobody_out_is_told(program: Inside) -> None:
    """A do-not-call list without anybody of the input was read all the same: its numbers are counted."""
    (program.folder / "dnc.csv").write_text("Phone\n9876599999\n9876599998\n")
    told = program.run(*UPLOAD, "--exclude", "dnc.csv").err
    assert "Do-not-call list dnc.csv: 2 numbers read, none of them in this input." in told
    (program.folder / "dnc.csv").write_text("Phone\n9876500001\n9876599998\n")
    assert "Do-not-call list" not in program.run("validate", "leads.csv", "--region", "IN", "--exclude", "dnc.csv").err


# --- forget, and ends without a run ---------------------------------------------------------------


def test_forget_says_what_an_unfinished_run_leaves_open(program: Inside, sandbox: Sandbox) -> None:
    """--yes deletes a run with leads of unknown outcome too, and says, past --quiet, what stays open."""
    sandbox.order("drop-after@1")
    assert program.run(*UPLOAD, "--retries", "0").code == 5
    [run] = [each["run"] for each in program.run("runs", "--json").json["runs"]]
    ended = program.run("forget", "--run", run, "--yes", "--json", "--quiet")
    assert (ended.code, ended.json["deleted"]["runs"]) == (0, 1)
    says = f"Run {run} (March) is unfinished: of 20 leads 20 not proven. It is deleted all the same"
    assert f"{says}, and nobody can settle that any more" in ended.err


@pytest.mark.parametrize(("answer", "left"), [("no", 1), ("yes", 0)])
def test_a_person_is_told_what_is_lost_with_a_run(program: Inside, sandbox: Sandbox, answer: str, left: int) -> None:
    """On a terminal it says what nobody can settle any more, asks, and says in one way that nothing was deleted."""
    sandbox.order("drop-before@1")
    assert program.run(*UPLOAD, "--retries", "0").code == 5
    with mock.patch("telecmi_leads.output.console.Console.is_answered", new=True):
        ended = program.run("forget", "--run", "last", stdin=f"{answer}\n")
    assert "Without the run nobody can settle that any more." in ended.err
    assert (ended.out == "Nothing was deleted.\n") == (answer == "no")
    assert len(program.run("runs", "--json").json["runs"]) == left


def test_resume_with_nothing_to_do_says_one_sentence(program: Inside) -> None:
    """No run is unfinished: one line, exit code 0."""
    ended = program.run("resume")
    assert (ended.code, [line[20:] for line in ended.err.splitlines()]) == (
        0,
        ["complete (exit 0): No run is unfinished."],
    )


def test_quiet_explain_tells_why_a_number_is_bad(program: Inside) -> None:
    """--quiet leaves out everything but why a number can't be uploaded; a tip speaks of no row nor column."""
    ended = program.run("explain", "98765", "--region", "IN", "--quiet")
    assert (ended.code, ended.out) == (3, "")
    assert "failed (exit 3): 98765 can't be uploaded: the number is too short." in ended.err
    assert program.run("explain", "98765 43210", "--region", "IN", "--quiet").err == ""
    for number in ("abc", "112"):
        assert not re.search(r"\brow|column", program.run("explain", number, "--region", "IN").out)


def test_quiet_check_tells_what_fails(program: Inside) -> None:
    """A check that fails is told with --quiet too; one that passes is not."""
    assert (program.run("check", "--quiet").err, program.run("check", "--quiet").out) == ("", "")
    program.environment["TELECMI_SECRET"] = ""
    ended = program.run("check", "--quiet")
    assert (ended.code, "failed (exit 6): TELECMI_SECRET is empty." in ended.err) == (6, True)


def test_on_a_terminal_an_error_has_the_sign_of_a_verdict(program: Inside) -> None:
    """A fault has one shape, whichever command meets it."""
    with mock.patch.object(Stream, "isatty", return_value=True):
        for typed in (("runs", "2025"), ("upload", "leads.csv", "--region", "XX", "--name", "A"), ("uplaod",)):
            said = program.run(*typed).err.strip().splitlines()
            assert any(line.startswith("✗ There is no ") for line in said), said
