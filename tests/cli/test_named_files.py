"""Files and names that a command is given and can't use: empty words, files that only the command in earnest reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from inside import Inside
from program import phones, write_leads

if TYPE_CHECKING:
    from pathlib import Path

    from telecmi_leads.sandbox import Sandbox

TRIAL = ("upload", "leads.csv", "--name", "M", "--dry-run")


@pytest.fixture
def program(tmp_path: Path, sandbox: Sandbox) -> Inside:
    """Return the program, in a folder with four leads."""
    write_leads(tmp_path / "leads.csv", 4)
    return Inside(tmp_path, sandbox.url, {"TELECMI_REGION": "IN"})


@pytest.mark.parametrize("trial", ["--dry-run", "--sandbox"])
@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("--secret-file", "The secret file nope can't be read: No such file or directory."),
        ("--ca-bundle", "The certificates in nope can't be used: No such file or directory."),
    ],
)
def test_a_trial_prints_no_command_that_must_fail(program: Inside, trial: str, option: str, says: str) -> None:
    """What the same command in earnest could not read ends its trial too, with the same exit code."""
    ended = program.run("upload", "leads.csv", "--name", "M", trial, "--json", option, "nope")
    assert (ended.code, ended.json["error"]["message"]) == (6, says)


def test_a_trial_needs_no_secret_file_of_the_settings(program: Inside) -> None:
    """A secret file that the settings name need not be there for a dry run: it needs no credentials."""
    (program.folder / "telecmi-leads.toml").write_text('secret-file = "nope"\n')
    assert program.run(*TRIAL).code == 0


def test_a_trial_prints_its_heartbeat(program: Inside) -> None:
    """The monitor is told by the command in earnest, which is printed with it."""
    ended = program.run(*TRIAL, "--heartbeat", "http://127.0.0.1:9/x")
    assert ended.err.splitlines()[-1].endswith(
        "next: telecmi-leads upload leads.csv --name M --heartbeat http://127.0.0.1:9/x"
    )


def test_what_a_ledger_prints_can_be_typed_in_any_folder(program: Inside, sandbox: Sandbox) -> None:
    """A run that was planned with files of its own folder is gone on with from another one, by what `runs` shows."""
    (program.folder / "dnc.csv").write_text("Phone\n9876500001\n")
    sandbox.order("429=9@1")
    typed = ("--exclude", "dnc.csv", "--max-wait", "0", "--settle", "0", "--retries", "0")
    assert program.run("upload", "leads.csv", "--name", "M", *typed).code == 5
    other = program.folder / "elsewhere"
    other.mkdir()
    elsewhere = Inside(other, program.url, {**program.variables(), "TELECMI_REGION": "IN"})
    shown = elsewhere.run("runs", "last").out.splitlines()
    line = next(each.strip() for each in shown if "telecmi-leads resume" in each)
    assert f"--exclude {program.folder / 'dnc.csv'}" in line
    assert elsewhere.run(*line.split()[1:]).code == 0
    assert len(phones(sandbox.campaigns())) == 3


@pytest.mark.parametrize("command", [("validate", ""), ("upload", "", "--name", "M"), (*TRIAL, "--exclude", "")])
def test_an_empty_word_is_no_file(program: Inside, command: tuple[str, ...]) -> None:
    """A variable of the shell that is not set is said as what it is, and not taken for the working folder."""
    ended = program.run(*command, "--json")
    assert ended.code == 3
    assert "is empty" in ended.json["error"]["message"]
    assert "a variable of the shell is not set" in ended.json["error"]["message"]


def test_an_empty_campaign_to_resolve(program: Inside) -> None:
    """The same of the campaign that a person settles."""
    assert program.run("upload", "leads.csv", "--name", "M").code == 0
    ended = program.run("resolve", "last", "", "--accepted", "--json")
    assert (ended.code, ended.json["error"]["message"]) == (
        2,
        "The campaign that is given is empty: perhaps a variable of the shell is not set.",
    )


def test_an_age_without_a_list(program: Inside) -> None:
    """Whoever types an age for the list believes to have named the list: nothing is sent."""
    ended = program.run("upload", "leads.csv", "--name", "M", "--exclude-max-age", "7d", "--json")
    assert (ended.code, ended.json["error"]["message"]) == (
        2,
        "--exclude-max-age has no effect: there is no do-not-call list.",
    )


@pytest.mark.parametrize("cell", ["-9876500001", "9.87654E+11"])
def test_lost_digits_are_no_repair(program: Inside, cell: str) -> None:
    """A number that has lost digits, by a minus sign or an exponent: nothing of it was repaired."""
    ended = program.run("explain", "--json", "--", cell)
    assert (ended.json["reason"]["code"], ended.json["repairs"]) == ("digits_lost", [])


def test_the_name_is_taken_and_nothing_is_sent(program: Inside, sandbox: Sandbox) -> None:
    """Another ledger has used the name: resume --isolate announces no lead, since it sends none."""
    assert program.run("upload", "leads.csv", "--name", "M").code == 0
    program.environment["TELECMI_STATE_DIR"] = str(program.folder / "another")
    assert program.run("upload", "leads.csv", "--name", "M").code == 4
    before = len(sandbox.requests())
    ended = program.run("resume", "last", "--isolate")
    assert (ended.code, len(sandbox.requests())) == (4, before)
    assert "nothing to send: the name M-001 is taken" in ended.err
    assert "4 of 4 leads to send" not in ended.err
    assert "sending 4 leads" not in ended.err


def test_a_lead_that_was_refused_alone_is_not_announced(program: Inside, sandbox: Sandbox) -> None:
    """The lead at fault is found: resume --isolate has nothing to send, and says so."""
    sandbox.order("422=919876500003")
    assert program.run("upload", "leads.csv", "--name", "M", "--isolate").code == 4
    before = len(sandbox.requests())
    ended = program.run("resume", "last", "--isolate")
    assert (ended.code, len(sandbox.requests())) == (4, before)
    assert "nothing to send" in ended.err
    assert "sending 1 lead" not in ended.err
