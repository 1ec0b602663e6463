"""What the ledger knows and what one tells it: runs, report, explain, resolve, forget; for people and as JSON."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from inside import Inside
from program import Program, expected_phones, phones, write_leads

from telecmi_leads.sandbox import Sandbox

UPLOAD = ("upload", "leads.csv", "--name", "March", "--region", "IN", "--size", "2")

DELETED = {
    **dict.fromkeys(("runs", "campaigns", "rows", "numbers", "unfinished_kept", "leads", "answers", "mentioned"), 0),
    "left_in_file": False,
}
"""What `forget` has deleted where it found nothing."""


@pytest.fixture
def program(tmp_path: Path, sandbox: Sandbox) -> Inside:
    """Return the program, in a folder with five leads."""
    write_leads(tmp_path / "leads.csv", 5)
    return Inside(tmp_path, sandbox.url, {"COLUMNS": "100"})


def run_ids(program: Inside) -> list[str]:
    """Return the ledger's runs, newest first."""
    return [each["run"] for each in program.run("runs", "--json").json["runs"]]


# --- runs and report ------------------------------------------------------------------------------


def test_an_empty_ledger_is_no_error_and_is_not_made(program: Inside) -> None:
    """Looking makes nothing: no run, nothing to resume, nothing to forget."""
    state = program.folder / "state"
    assert " ".join(program.run("runs").out.split()) == f"No run yet, of any account, in the ledger in {state}."
    assert program.run("runs", "--json").json["runs"] == []
    assert program.run("explain", "+919876500001").code == 0
    forgotten = program.run("forget", "--phone", "+919876500001", "--yes", "--json")
    assert forgotten.json["deleted"] == DELETED
    assert not (program.folder / "state").exists()


def test_runs_and_one_run(program: Inside) -> None:
    """The list tells each run's date, name, leads and state; one run tells its campaigns."""
    assert program.run(*UPLOAD).code == 0
    [run] = run_ids(program)
    listed = program.run("runs").out.splitlines()
    assert re.fullmatch(r"run +made +name +leads +in +state", listed[0].strip())
    assert re.fullmatch(rf"{run} +today \d\d:\d\d +March +5 +5 +✓ all in", listed[1].strip())
    assert len(listed) == 2
    shown = program.run("runs", run[:15]).out
    assert shown.startswith(f"March\n  run      {run}\n")
    assert "\n  rows     5 read: 5 leads\n" in shown
    assert re.search(r"\n +1  March-001 +2  ✓ in +1  ", shown)
    assert shown.endswith("\n✓ All 5 leads are in.\n")
    found = program.run("runs", run, "--json").json
    assert {key: found[key] for key in ("command", "run", "name", "state", "status", "leads")} == {
        "command": "runs",
        "run": run,
        "name": "March",
        "state": "finished",
        "status": "complete",
        "leads": {"accepted": 5, "unverified": 0, "refused": 0, "unknown": 0, "unsent": 0},
    }
    assert [(each["name"], each["leads"], each["status"]) for each in found["campaigns"]] == [
        ("March-001", 2, "accepted"),
        ("March-002", 2, "accepted"),
        ("March-003", 1, "accepted"),
    ]


@pytest.mark.parametrize(
    "command",
    [
        ("forget", "--run", "", "--yes"),
        ("resume", ""),
        ("resolve", "", "March-001", "--accepted"),
        ("resolve", "", "March-001", "--not-uploaded"),
        ("report", ""),
        ("runs", ""),
    ],
)
def test_an_empty_run_is_no_run(program: Inside, command: tuple[str, ...]) -> None:
    """A RUN of an unset variable is refused: it does not mean the only run of the ledger, nor the newest."""
    assert program.run(*UPLOAD).code == 0
    [run] = run_ids(program)
    ended = program.run(*command, "--json")
    assert (ended.code, ended.json["error"]) == (
        2,
        {
            "code": "usage",
            "message": "The run that is given is empty: perhaps a variable of the shell is not set.",
            "hint": "Give an id, the beginning of one, or last; telecmi-leads runs shows all.",
        },
    )
    assert run_ids(program) == [run]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("forget", "--phone", "", "--yes"), "--phone '': there is no phone number in the row."),
        (("forget", "--before", "", "--yes"), "--before '' is not a date."),
        (("runs", "--env-file", ""), "--env-file is empty: perhaps a variable of the shell is not set."),
        (("check", "--env-file", ""), "--env-file is empty: perhaps a variable of the shell is not set."),
        (("resume", "--config", ""), "--config is empty: perhaps a variable of the shell is not set."),
    ],
)
def test_an_empty_value_is_refused(program: Inside, given: tuple[str, ...], says: str) -> None:
    """What is given and empty is not taken for what is not given: another account's file would be read, say."""
    assert program.run(*UPLOAD).code == 0
    [run] = run_ids(program)
    ended = program.run(*given, "--json")
    assert (ended.code, ended.json["error"]["message"]) == (2, says)
    assert run_ids(program) == [run]


def test_a_report_is_written_again(program: Inside) -> None:
    """Into another folder, the same as the first, without the input or the service."""
    (program.folder / "leads.csv").write_text("Name,Mobile\nA,9876500001\nB,98XX\n")
    first = program.run(*UPLOAD, "--json").json
    (program.folder / "leads.csv").unlink()
    program.url = "http://127.0.0.1:9"
    again = program.run("report", first["run"], "--report-dir", "again", "--json")
    assert again.code == 0, again.err
    assert {**again.json, "reports": None} == {**first, "reports": None}
    before, after = (program.folder / folder for folder in (f"telecmi-reports/{first['run']}", "again"))
    assert sorted(path.name for path in before.iterdir()) == sorted(path.name for path in after.iterdir())
    for name in ("rejects.csv", "campaigns.csv"):
        assert (before / name).read_bytes() == (after / name).read_bytes()


# --- explain --------------------------------------------------------------------------------------


def test_explain_tells_the_number_and_its_fate(program: Inside) -> None:
    """What it normalises to, for which region and who says so, and what became of it."""
    (program.folder / "leads.csv").write_text("Name,Mobile\nA,9876500001\nB,9876500002\nC,9876500002\n")
    (program.folder / "dnc.csv").write_text("Phone\n9876500002\n")
    assert program.run(*UPLOAD, "--exclude", "dnc.csv").code == 0
    [run] = run_ids(program)
    program.environment["TELECMI_REGION"] = "IN"
    found = program.run("explain", "098765-00001", "--json").json
    assert (found["number"], found["valid"], found["country"], found["type"]) == ("919876500001", True, "IN", "mobile")
    assert (found["region"], found["region_from"]) == ("IN", "environment (TELECMI_REGION)")
    assert [(fate["run"], fate["campaign"], fate["status"]) for fate in found["fates"]] == [
        (run, "March-001", "accepted")
    ]
    shown = program.run("explain", "098765-00001").out
    assert shown.startswith("✓ 098765-00001 is a good number. It is sent as 919876500001.\n")
    assert re.search(r"read as +India \(IN\), from environment \(TELECMI_REGION\)\n", shown)
    assert re.search(rf"uploaded +\d+ \w+ \d{{4}} \d\d:\d\d, in March-001 \(run {run}\)\n", shown)
    listed = program.run("explain", "9876500002", "--json").json
    assert [(fate["left_out"], fate["code"]) for fate in listed["fates"]] == [("excluded", "dnc.csv")]
    (program.folder / "opted-out.csv").write_text("Phone\n9876500001\n9876500002\n")
    (program.folder / "more.csv").write_text("Name,Mobile\nB,9876500002\nD,9876500004\n")
    april = program.run("upload", "more.csv", "--name", "April", "--exclude", "opted-out.csv", "--json").json["run"]
    listed = program.run("explain", "9876500002", "--json").json
    assert [(fate["run"], fate["code"]) for fate in listed["fates"]] == [(april, "opted-out.csv"), (run, "dnc.csv")]


def test_explain_shows_each_step_and_whose_country_it_is(program: Inside) -> None:
    """What was cut off as what, and whether the region or a calling code in the cell told the country."""
    cell = ("explain", "12/03/2024 44 20 7946 0958 (2)", "--region", "AE")
    found = program.run(*cell, "--json").json
    assert (found["region"], found["country"], found["calling_code"]) == ("AE", "GB", "44")
    assert [(step["repair"], step["after"]) for step in found["steps"]] == [
        ("date_dropped", "44 20 7946 0958 (2)"),
        ("extension_dropped", "44 20 7946 0958"),
        ("punctuation", "442079460958"),
        ("missing_plus", "+442079460958"),
    ]
    told = program.run(*cell).out
    assert re.search(r"country +United Kingdom \(GB\), from the calling code 44 in the cell\n", told)
    assert 'repaired   extension dropped: "44 20 7946 0958 (2)" became "44 20 7946 0958"\n' in told


@pytest.mark.parametrize(
    ("number", "reason"),
    [("98XXXXXX10", "masked"), ("12", "too_short"), ("hello", "not_a_number"), ("112", "emergency")],
)
def test_explain_tells_why_not(program: Inside, number: str, reason: str) -> None:
    """A number that is none has its reason and tip, and the exit code of a refused input."""
    ended = program.run("explain", number, "--region", "IN", "--json")
    assert (ended.code, ended.json["valid"], ended.json["reason"]["code"]) == (3, False, reason)
    shown = program.run("explain", number, "--region", "IN")
    says = f"✗ {number} can't be uploaded: {ended.json['reason']['says']}."
    assert (shown.code, shown.out.splitlines()[0]) == (3, says)


# --- resolve and resume ---------------------------------------------------------------------------


@pytest.fixture
def unproven(program: Inside, sandbox: Sandbox) -> str:
    """Return the run of two campaigns that were answered 500 and are there all the same, and of one that is in."""
    sandbox.order("500-after@March-001*1")
    sandbox.order("500-after@March-002*1")
    ended = program.run(*UPLOAD, "--settle", "0", "--json")
    assert (ended.code, ended.json["leads"]["unverified"], ended.json["leads"]["accepted"]) == (5, 4, 1)
    found: str = ended.json["run"]
    return found


def test_what_a_person_has_seen_is_accepted(program: Inside, unproven: str) -> None:
    """--accepted settles a campaign: 5 while another of the run is unproven, 0 with the last one."""
    first = program.run("resolve", unproven, "March-001", "--accepted", "--json")
    assert (first.code, first.json["exit_code"], first.json["error"]["code"]) == (5, 5, "unverified")
    assert (first.json["status"], first.json["leads"]["accepted"]) == ("unfinished", 3)
    last = program.run("resolve", unproven, "March-002", "--accepted", "--json")
    assert (last.code, last.json["status"], last.json["leads"]["accepted"]) == (0, "complete", 5)
    assert {each["status"] for each in last.json["campaigns"]} == {"accepted"}
    written = json.loads((Path(last.json["reports"]["folder"]) / "summary.json").read_text())
    assert (written["run"], written["leads"]) == (unproven, last.json["leads"])
    again = program.run("resolve", unproven, "March-001", "--accepted", "--json")
    assert (again.code, again.json["error"]["code"]) == (2, "usage")


def test_what_is_not_there_is_sent_again_at_once(program: Inside, sandbox: Sandbox, unproven: str) -> None:
    """--not-uploaded repeats the very request under the same name; what then comes of it is the exit code."""
    first, *_ = [each for each in sandbox.requests() if each.name == "March-001"]
    taken = program.run("resolve", unproven, "March-001", "--not-uploaded", "--settle", "0", "--json")
    assert (taken.code, taken.json["campaigns"][0]["status"]) == (5, "unverified")  # it was there after all
    with Sandbox() as empty:
        program.url = empty.url
        sent = program.run("resolve", unproven, "March-001", "--not-uploaded", "--json")
        assert (sent.code, sent.json["campaigns"][0]["status"]) == (5, "accepted")  # the other one is unproven yet
        assert [(each.name, each.digest) for each in empty.requests()] == [(first.name, first.digest)]
        assert program.run("resolve", unproven, "March-002", "--not-uploaded").code == 0
        assert program.run("resume", unproven, "--json").json["status"] == "complete"
        assert sorted(empty.campaigns()) == ["March-001", "March-002"]


def test_resume_of_several_runs_ends_with_one_verdict(program: Inside, sandbox: Sandbox) -> None:
    """Each run is named with what it sends, and tells nothing twice; the last lines speak of all the runs."""
    options = ("--region", "IN", "--retries", "0", "--settle", "0", "--max-wait", "0")
    for name, fault in (("April", "500-after@1"), ("May", "429=9@2")):
        write_leads(program.folder / f"{name}.csv", 2, first=2 * len(name) * 100)
        with (program.folder / f"{name}.csv").open("a") as file:
            file.write("Bad,12\n")
        sandbox.order(fault)
        assert program.run("upload", f"{name}.csv", "--name", name, *options).code == 5
    ended = program.run("resume", *options)
    [may, april] = run_ids(program)
    assert ended.code == 5
    lines = [line[20:] for line in ended.err.splitlines()]
    starts = [line for line in lines if re.match(r"April|May|\d unfinished|left out", line)]
    assert [re.sub(r"\(.*?\)|, \d.*", "", line) for line in starts] == [
        "2 unfinished runs, the oldest first.",
        "April : 2 of 2 leads to send, in 1 campaign.",
        "April-001 2 leads not proven: Lead Name Already Exists  ",
        "May : 2 of 2 leads to send, in 1 campaign.",
        "May-001 2 leads in",
    ]
    assert lines[-2:] == [
        "unfinished (exit 5): 1 of 2 runs is complete; April is unfinished.",
        f"next: telecmi-leads runs {april}",
    ]
    asked = program.run("resume", *options, "--json").json
    assert (asked["run"], asked["exit_code"], "runs" in asked, may != april) == (april, 5, False, True)


def test_a_run_without_a_place_for_its_report_holds_up_no_other(program: Inside, sandbox: Sandbox) -> None:
    """The second of three runs has a file for its report folder by now: the others go on, and all are told of."""
    options = ("--region", "IN", "--retries", "0", "--settle", "0", "--max-wait", "0")
    for at, name in enumerate(("April", "May", "June")):
        write_leads(program.folder / f"{name}.csv", 1, first=100 * at)
        sandbox.order(f"429=9@{at + 1}")
        assert program.run("upload", f"{name}.csv", "--name", name, "--report-dir", name, *options).code == 5
    shutil.rmtree(program.folder / "May")
    (program.folder / "May").write_text("in the way")
    ended = program.run("resume", *options, "--json")
    assert ended.code == 8
    assert [(each["name"], each["status"], each["exit_code"]) for each in ended.json["runs"]] == [
        ("April", "complete", 0),
        ("May", "unfinished", 8),
        ("June", "complete", 0),
    ]
    assert phones(sandbox.campaigns()) == [*expected_phones(1), *expected_phones(1, first=200)]


def test_each_warning_is_counted_once(program: Inside, sandbox: Sandbox) -> None:
    """The JSON counts the sentences it has: of `resolve`, which reads the lists once, and of several runs resumed."""
    (program.folder / "dnc.csv").write_text("Phone\n9876599999\nnobody\n")
    options = ("--region", "IN", "--retries", "0", "--settle", "0", "--max-wait", "0")
    for name in ("April", "May"):
        write_leads(program.folder / "leads.csv", 2, first=2 * len(name) * 100)
        sandbox.order(f"500-after@{len(sandbox.requests()) + 1}")
        assert program.run("upload", "leads.csv", "--name", name, "--exclude", "dnc.csv", *options).code == 5
    [_, april] = run_ids(program)
    resumed = program.run("resume", *options, "--json").json
    assert [len(resumed["warnings"]), resumed["warning_codes"]] == [1, {"list_rows_unreadable": 1}]
    resolved = program.run("resolve", april, "April-001", "--not-uploaded", *options[2:], "--json").json
    assert [len(resolved["warnings"]), resolved["warning_codes"]] == [1, {"list_rows_unreadable": 1}]
    waiting = program.run("resume", *options, "--json").json
    assert [len(waiting["warnings"]), waiting["warning_codes"]] == [2, {"unfinished_run": 2}]


def test_what_telecmi_says_of_the_credentials_is_said_once(program: Inside, sandbox: Sandbox) -> None:
    """Its words stand in the verdict, and nowhere else on the screen."""
    sandbox.order("404@1")
    ended = program.run(*UPLOAD)
    assert (ended.code, ended.err.count("Account Not Found")) == (6, 1)
    assert "TeleCMI does not take App id 1111112 with this secret: Account Not Found." in ended.err


def test_without_credentials_nothing_is_settled(program: Inside, unproven: str) -> None:
    """--not-uploaded needs the account; where it can't be used the campaign stays as it was."""
    program.environment["TELECMI_SECRET"] = ""
    refused = program.run("resolve", unproven, "March-001", "--not-uploaded", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (6, "settings")
    assert program.run("runs", unproven, "--json").json["campaigns"][0]["status"] == "unverified"


def test_a_report_of_what_is_open_is_no_failure(program: Inside, unproven: str) -> None:
    """`report` ends with 0 when the files are written, and says the same in its JSON; the run's end is in the file."""
    ended = program.run("report", unproven, "--report-dir", "again", "--json")
    assert (ended.code, ended.json["exit_code"], ended.json["error"]) == (0, 0, None)
    assert (ended.json["status"], ended.json["leads"]["unverified"]) == ("unfinished", 4)
    written = json.loads((program.folder / "again" / "summary.json").read_text())
    assert (written["exit_code"], written["error"]["code"]) == (5, "unverified")


# --- forget ---------------------------------------------------------------------------------------


def test_a_forgotten_number_leaves_no_trace(program: Inside) -> None:
    """Forget --phone takes it out of rejects and hashes: explain knows nothing, no byte of the ledger holds it."""
    (program.folder / "leads.csv").write_text("Name,Mobile\nA,9876500001\nCanary Person,98765000022222\nB,9876500003\n")
    (program.folder / "dnc.csv").write_text("Phone\n9876500003\n")
    assert program.run(*UPLOAD, "--exclude", "dnc.csv").code == 0
    assert program.run("explain", "+919876500001", "--json").json["fates"] != []
    for number in ("+919876500001", "+919876500003"):
        gone = program.run("forget", "--phone", number, "--yes", "--json")
        assert gone.code == 0, gone.err
        assert program.run("explain", number, "--json").json["fates"] == []
    assert in_ledger(program.folder, "9876500001", "9876500003") == []
    write_leads(program.folder / "leads.csv", 1, first=1)
    again = program.run(*UPLOAD, "--append", "--new-only", "--json").json
    assert (again["rows"]["already_uploaded"], again["leads"]["accepted"]) == (0, 1)


def test_a_forgotten_run_is_gone_and_its_names_stay_taken(program: Inside) -> None:
    """Forget --run and --before remove runs with all that names a person; what is used up stays used up."""
    (program.folder / "leads.csv").write_text("Name,Mobile\nA,9876500001\nCanary Person,98XX\n")
    assert program.run(*UPLOAD).code == 0
    [run] = run_ids(program)
    assert in_ledger(program.folder, run) != []
    gone = program.run("forget", "--run", run, "--yes", "--json").json["deleted"]
    assert (gone["runs"], gone["campaigns"], gone["numbers"]) == (1, 1, 1)
    assert (run_ids(program), in_ledger(program.folder, run, "Canary")) == ([], [])
    write_leads(program.folder / "leads.csv", 3)
    taken = program.run(*UPLOAD, "--json")
    assert (taken.code, taken.json["error"]["code"]) == (2, "name_in_use")
    assert program.run(*UPLOAD, "--append").code == 0
    assert program.run("forget", "--before", "2020-01-01", "--yes", "--json").json["deleted"]["runs"] == 0
    assert program.run("forget", "--before", "2999-01-01", "--yes", "--json").json["deleted"]["runs"] == 1
    assert run_ids(program) == []


def in_ledger(folder: Path, *texts: str) -> list[str]:
    """Return which texts stand anywhere in the bytes of the ledger's files."""
    content = b"".join(path.read_bytes() for path in (folder / "state").iterdir() if path.is_file())
    return [text for text in texts if text.encode() in content]


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo terminals there")
@pytest.mark.parametrize(("answer", "left"), [("no\n", 1), ("\n", 1), ("yes\n", 0)])
def test_forget_asks(program: Inside, answer: str, left: int) -> None:
    """On a terminal it asks, and only a yes deletes."""
    assert program.run(*UPLOAD).code == 0
    [run] = run_ids(program)
    ours, theirs = pty.openpty()
    whole = Program(program.folder, program.url)
    process = subprocess.Popen(
        [sys.executable, "-m", "telecmi_leads", "forget", "--run", run],
        cwd=program.folder,
        env={**whole.variables(), "TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    os.write(ours, answer.encode())
    said = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:
            break
        if not piece:
            break
        said += piece
    os.close(ours)
    assert process.wait() == 0
    assert f"Delete run {run} from the ledger?" in " ".join(said.decode().split())
    assert len(run_ids(program)) == left


# --- JSON, corrections, check ---------------------------------------------------------------------


def test_json_of_every_command_is_one_object(program: Inside) -> None:
    """Each command that shows data has --json: schema 1, its exit code, alone on standard output."""
    assert program.run(*UPLOAD).code == 0
    [run] = run_ids(program)
    for command in (
        ("runs",),
        ("runs", run),
        ("report", run),
        ("explain", "+919876500001"),
        ("columns", "leads.csv"),
        ("check",),
        ("validate", "leads.csv", "--region", "IN"),
        ("resume",),
        ("forget", "--before", "2020-01-01", "--yes"),
    ):
        ended = program.run(*command, "--json")
        found = json.loads(ended.out)
        assert (found["schema"], found["exit_code"], found["error"]) == (1, ended.code, None), command
        assert (ended.code, ended.err) == (0, ""), command


def test_what_is_no_number_is_found_and_forgotten_as_it_was_typed(program: Inside) -> None:
    """Explain and forget know a rejected cell by what stood in it; other cells that say the same are not meant."""
    lines = ("Name,Mobile,City", "A,9876500001,", "Canary,98765 00,", "B,9876500002,98765-00")
    (program.folder / "leads.csv").write_text("\n".join(lines))
    assert program.run(*UPLOAD).code == 0
    found = program.run("explain", "98765-00", "--region", "IN", "--json").json
    assert [(fate["left_out"], fate["code"]) for fate in found["fates"]] == [("rejected", "too_short")]
    unsaid = program.run("forget", "--phone", "9876500", "--yes", "--json")
    assert (unsaid.code, unsaid.json["error"]["hint"]) == (2, "Write it with + and its country code.")
    program.environment["TELECMI_REGION"] = "IN"
    gone = program.run("forget", "--phone", "9876500", "--yes", "--json")
    assert gone.json["deleted"] == {**DELETED, "rows": 1}
    assert program.run("explain", "98765-00", "--json").json["fates"] == []
    assert program.run("report", *run_ids(program), "--report-dir", "again").code == 0
    assert "Canary" not in (program.folder / "again" / "rejects.csv").read_text(encoding="utf-8")


def test_a_refused_campaign_keeps_a_row_for_whom_it_forgot(program: Inside, sandbox: Sandbox) -> None:
    """refused.csv has as many rows as the campaign counts; the forgotten one is blank, and blank when read again."""
    sandbox.order("422@1")
    assert program.run(*UPLOAD, "--size", "3").code == 4
    told = program.run("forget", "--phone", "+919876500001", "--yes").out
    assert "0 uploaded numbers, 1 lead.\n" in told
    assert "Report folders stay as they are" in told
    again = program.run("report", *run_ids(program), "--report-dir", "again", "--json").json
    assert again["leads"]["refused"] == 3
    lines = (program.folder / "again" / "refused.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + 3
    assert "987650000" not in lines[2]
    assert lines[2].endswith("A lead of March-001 that was forgotten.")
    read = program.run("upload", "again/refused.csv", "--name", "April", "--json").json
    assert (read["exit_code"], read["rows"]["blank"], read["rows"]["leads"]) == (0, 1, 2)


def test_check_says_what_is_missing_once(tmp_path: Path) -> None:
    """Without credentials the service is not asked, and the way out is told in one place."""
    shown = Inside(tmp_path, environment={"TELECMI_APP_ID": ""}).run("check")
    assert shown.code == 6
    assert shown.out.count("Fill it in") == 1
    assert "- not checked  service: not asked, since credentials failed" in shown.out.replace("·", "-")
