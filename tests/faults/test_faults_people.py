"""The same command on other days, with other people, under other names, from other computers: nobody goes in twice."""

from __future__ import annotations

import csv
import datetime as dt
import os
import shlex
import shutil
import sqlite3
import time
import unicodedata
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from broken_program import BREAKAGES
from inside import Inside
from program import Ended, correct, expected_phones, phones, write_leads

from telecmi_leads.cli import going_on
from telecmi_leads.cli.commands import resolve as resolve_command
from telecmi_leads.cli.commands import upload as upload_command
from telecmi_leads.core.clock import Clock, local_now
from telecmi_leads.leads.screening import KnownPeople
from telecmi_leads.ledger import Ledger
from telecmi_leads.sandbox import Sandbox
from telecmi_leads.sending import run_loop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


DOWN = "http://127.0.0.1:9"
QUICK = ("--retries", "0", "--settle", "0", "--max-wait", "0")


@pytest.fixture
def program(tmp_path: Path, sandbox: Sandbox) -> Inside:
    """Return the program, in a folder with six leads, 98765 00000 to 00005."""
    write_leads(tmp_path / "leads.csv", 6)
    return Inside(tmp_path, sandbox.url, {"TELECMI_REGION": "IN"})


def upload(program: Inside, name: str, *more: str, file: str = "leads.csv") -> Ended:
    """Upload a file in campaigns of two."""
    return program.run("upload", file, "--name", name, "--size", "2", "--workers", "1", "--json", *QUICK, *more)


def copies(sandbox: Sandbox) -> Counter[str]:
    """Return how often each number is in the account."""
    return Counter(phones(sandbox.campaigns()))


def once(count: int, *, first: int = 0) -> Counter[str]:
    """Return the numbers of `write_leads`, each once."""
    return Counter(expected_phones(count, first=first))


def numbers(folder: Path, name: str, *last: int) -> str:
    """Write a list of numbers by their last digits; return its name."""
    (folder / name).write_text("Phone\n" + "".join(f"98765{each:05d}\n" for each in last))
    return name


@contextmanager
def yesterday() -> Iterator[None]:
    """Let it be the day before, for all that asks the wall clock."""
    defaults = Clock.__init__.__defaults__
    assert defaults is not None

    def now() -> dt.datetime:
        return local_now() - dt.timedelta(days=1)

    with mock.patch.object(Clock.__init__, "__defaults__", (now, *defaults[1:])):
        yield


# --- names over time ------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [(), ("--new-only",), ("--append",)])
def test_the_same_command_on_the_next_day_goes_on(program: Inside, sandbox: Sandbox, more: tuple[str, ...]) -> None:
    """(Row 42) With {date} in the name, stopped before midnight: yesterday's run is finished, nobody is in twice."""
    sandbox.order("429=9@2")
    with yesterday():
        stopped = upload(program, "CRM {date}", *more)
    assert (stopped.code, stopped.json["leads"]["accepted"]) == (5, 2)
    ended = upload(program, "CRM {date}", *more)
    assert (ended.code, ended.json["run"], ended.json["status"]) == (0, stopped.json["run"], "complete"), ended.err
    assert copies(sandbox) == once(6)
    assert {name[:-4] for name in sandbox.campaigns()} == {stopped.json["name"]}


def test_another_file_on_the_next_day_waits_for_yesterdays_run(program: Inside, sandbox: Sandbox) -> None:
    """(Row 42) A longer file says resume first; with --new-only the new ones go, and exit 5 tells of those who wait."""
    sandbox.order("429=9@2")
    with yesterday():
        stopped = upload(program, "CRM {date}")
    write_leads(program.folder / "leads.csv", 8)
    refused = upload(program, "CRM {date}")
    assert (refused.code, refused.json["error"]["code"]) == (2, "name_in_use")
    assert f"telecmi-leads resume {stopped.json['run']}" in refused.json["error"]["hint"]
    new = upload(program, "CRM {date}", "--new-only")
    assert (new.code, new.json["leads"]["accepted"], new.json["waiting_elsewhere"]) == (5, 2, 4)
    assert f"telecmi-leads resume {stopped.json['run']}" in new.json["error"]["hint"]
    assert program.run("resume", *QUICK, "--json").code == 0
    assert copies(sandbox) == once(8)
    assert upload(program, "CRM {date}", "--new-only").code == 0
    assert copies(sandbox) == once(8)


def test_names_are_compared_as_a_service_may_compare_them(program: Inside, sandbox: Sandbox) -> None:
    """(Row 66) Another case, blanks or wide letters make no other name; a name past 100 characters is wrong usage."""
    assert upload(program, "March é").code == 0
    again = upload(program, "  MARCH  e\u0301 ")
    assert (again.code, len(sandbox.requests())) == (0, 3)
    said = program.run("upload", "leads.csv", "--name", "march e\u0301", "--size", "2")
    assert "nothing is sent again" in said.out + said.err
    write_leads(program.folder / "leads.csv", 7)
    assert upload(program, "ｍａｒｃｈ é").json["error"]["code"] == "name_in_use"
    long = upload(program, "x" * 97)
    assert (long.code, long.json["error"]["code"], len(sandbox.requests())) == (2, "usage", 3)


# --- the same command, other people ---------------------------------------------------------------


def test_a_swapped_list_frees_somebody(program: Inside, sandbox: Sandbox) -> None:
    """(Row 63) One off the list, one on it, as many as before: no word that all is done; --append sends who is free."""
    numbers(program.folder, "dnc.csv", 0)
    assert upload(program, "M", "--exclude", "dnc.csv").json["leads"]["accepted"] == 5
    numbers(program.folder, "dnc.csv", 5)
    refused = upload(program, "M", "--exclude", "dnc.csv")
    assert (refused.code, "1 lead of this input is in no campaign of it" in refused.json["error"]["message"]) == (
        2,
        True,
    )
    assert "--append" in refused.json["error"]["hint"]
    sent = upload(program, "M", "--exclude", "dnc.csv", "--append")
    assert (sent.code, sent.json["rows"]["already_uploaded"], sent.json["leads"]["accepted"]) == (0, 4, 1)
    assert copies(sandbox) == once(6)
    assert upload(program, "M", "--exclude", "dnc.csv", "--append").code == 0
    assert copies(sandbox) == once(6)


def test_another_size_is_the_same_content(program: Inside, sandbox: Sandbox) -> None:
    """(Row 63) The people are the content: another --size goes on with the run as it was cut, and then does nothing."""
    sandbox.order("429=9@2")
    stopped = upload(program, "M")
    assert stopped.code == 5
    again = upload(program, "M", "--size", "3")
    assert (again.code, again.json["run"], sorted(sandbox.campaigns())) == (
        0,
        stopped.json["run"],
        ["M-001", "M-002", "M-003"],
    )
    assert upload(program, "M", "--size", "3", "--append").code == 0
    assert copies(sandbox) == once(6)


def test_append_while_the_run_is_unfinished(program: Inside, sandbox: Sandbox) -> None:
    """(Row 63) A longer file: those who wait are left out, told with the command that settles them, and exit 5."""
    sandbox.order("429=9@2")
    stopped = upload(program, "M")
    write_leads(program.folder / "leads.csv", 8)
    assert upload(program, "M").code == 2
    longer = upload(program, "M", "--append")
    assert (longer.code, longer.json["rows"]["already_uploaded"], longer.json["leads"]["accepted"]) == (5, 6, 2)
    assert f"telecmi-leads resume {stopped.json['run']}" in longer.json["error"]["hint"]
    assert program.run("resume", "--json", *QUICK).code == 0
    assert copies(sandbox) == once(8)


def test_an_empty_plan_is_no_proof_of_the_same_file(program: Inside, sandbox: Sandbox) -> None:
    """(Row 63) --new-only with another file, all of it known: the unfinished run of that name is not sent with it."""
    write_leads(program.folder / "other.csv", 3, first=100)
    assert upload(program, "Other", file="other.csv").code == 0
    sandbox.order("429=9@3")
    stopped = upload(program, "M")
    other = upload(program, "M", "--new-only", file="other.csv")
    assert (other.code, other.json["rows"]["already_uploaded"]) == (0, 3)
    assert [f"resume {stopped.json['run']}" in each for each in other.json["warnings"]] == [True]
    assert copies(sandbox) == once(3, first=100)
    assert program.run("resume", "--json", *QUICK).code == 0
    assert copies(sandbox) == once(6) + once(3, first=100)


def test_a_file_that_shrank_while_its_run_is_unfinished(program: Inside, sandbox: Sandbox) -> None:
    """(Row 63) Somebody taken out of the file is not called by the way: the run says resume first."""
    sandbox.order("429=9@1")
    stopped = upload(program, "M")
    write_leads(program.folder / "leads.csv", 5)
    refused = upload(program, "M")
    assert (refused.code, len(sandbox.campaigns())) == (2, 0)
    assert "1 lead that it has not settled is not in this input" in refused.json["error"]["message"]
    assert f"telecmi-leads resume {stopped.json['run']}" in refused.json["error"]["hint"]


def test_a_deleted_file_with_an_unfinished_run(program: Inside, sandbox: Sandbox) -> None:
    """(Row 63) The file is gone: exit 3, and the hint names the command that needs no file."""
    sandbox.order("429=9@1")
    stopped = upload(program, "M")
    (program.folder / "leads.csv").unlink()
    gone = upload(program, "M")
    assert (gone.code, f"telecmi-leads resume {stopped.json['run']}" in gone.json["error"]["hint"]) == (3, True)


def test_a_forgotten_run_asks_before_another_name(program: Inside, sandbox: Sandbox) -> None:
    """(Row 63) After forget --run the ledger knows nobody of it: the words say so, and advise no other name at once."""
    sandbox.order("429=9@2")
    stopped = upload(program, "M")
    with mock.patch("telecmi_leads.output.console.Console.is_answered", new=True):  # --yes would spare it
        assert program.run("forget", "--run", stopped.json["run"], stdin="yes\n").code == 0
    again = upload(program, "M")
    assert (again.code, "was forgotten" in again.json["error"]["message"]) == (2, True)
    assert again.json["error"]["hint"].startswith("Look it up in the dashboard.")
    assert copies(sandbox) == once(2)
    appended = upload(program, "M", "--append", "--dry-run")
    assert [
        each.startswith("M-001, M-002 were sent by a run that was forgotten") for each in appended.json["warnings"]
    ] == [True]


def test_a_forgotten_person_is_not_taken_for_a_new_one(program: Inside, sandbox: Sandbox) -> None:
    """After forget --phone the same command sends nothing and advises no --append, which would send them."""
    assert upload(program, "M").code == 0
    assert program.run("forget", "--phone", "9876500001", "--yes").code == 0
    again = upload(program, "M")
    told = again.json["error"]
    assert (again.code, "1 person in M-001 was forgotten" in told["message"]) == (2, True)
    assert ("dashboard" in told["hint"], "--append" in told["hint"], "--exclude FILE" in told["hint"]) == (
        True,
        False,
        True,
    )
    numbers(program.folder, "dnc.csv", 1)
    assert upload(program, "M", "--exclude", "dnc.csv").code == 0
    assert copies(sandbox) == once(6)
    appended = upload(program, "M", "--append", "--dry-run")
    assert [each.startswith("1 person in M-001 was forgotten") for each in appended.json["warnings"]] == [True]


def test_more_new_people_than_were_forgotten(program: Inside, sandbox: Sandbox) -> None:
    """With more unknown people than forgotten ones --append is the way, after a word about the forgotten."""
    assert upload(program, "M").code == 0
    assert program.run("forget", "--phone", "9876500001", "--yes").code == 0
    write_leads(program.folder / "leads.csv", 8)
    told = upload(program, "M").json["error"]["hint"]
    assert told.startswith("1 person in M-001 was forgotten. If this input holds them, first put them on a")
    assert "telecmi-leads upload leads.csv --append --name M" in told
    numbers(program.folder, "dnc.csv", 1)
    assert upload(program, "M", "--append", "--exclude", "dnc.csv").code == 0
    assert copies(sandbox) == once(8)


def test_corrected_rejects_are_appended_twice(program: Inside, sandbox: Sandbox) -> None:
    """(Row 44) A reject file corrected in two passes by the printed command, and the same file appended twice."""
    lines = ["Name,Mobile", *(f"A,98765{each:05d}" for each in range(4)), "B,98XXXXXX04", "C,98XXXXXX05"]
    (program.folder / "leads.csv").write_text("\n".join(lines))
    said = program.run("upload", "leads.csv", "--name", "M", "--size", "2", "--report-dir", "first").err
    assert copies(sandbox) == once(4)
    printed = shlex.split(said.splitlines()[-1].partition("next: ")[2])
    assert printed[:3] == ["telecmi-leads", "upload", "first/rejects.csv"]
    rejects = program.folder / "first" / "rejects.csv"
    for wrong, right in (("98XXXXXX04", "9876500004"), ("none", "none"), ("98XXXXXX05", "9876500005")):
        correct(rejects, wrong, right)
        assert program.run(*printed[1:]).code == 0
    assert copies(sandbox) == once(6)
    for _ in range(2):
        assert upload(program, "M", "--append").code == 0
    assert copies(sandbox) == once(6)


# --- people over time -----------------------------------------------------------------------------


def test_people_uploaded_before_are_told(program: Inside, sandbox: Sandbox) -> None:
    """(Row 46) Another name, file and notation: counted and said everywhere; left out with --new-only."""
    assert upload(program, "Jan").code == 0
    rows = ["Name,Mobile", "Asha,+91 (0) 98765-00001", "Ravi,098765 00002", "New,9876500099"]
    (program.folder / "feb.csv").write_text("\n".join(rows))
    told = upload(program, "Feb", "--report-dir", "feb", "--dry-run", file="feb.csv")
    assert (told.json["uploaded_before"], told.json["rows"]["leads"]) == (2, 3)
    shown = program.run("upload", "feb.csv", "--name", "Feb", "--report-dir", "page")
    said = " ".join(shown.err.split())
    assert 0 < said.index("2 of these people were uploaded before (Jan-") < said.index("sending 3 leads")
    page = (program.folder / "page" / "report.html").read_text(encoding="utf-8")
    assert "2 of these people were uploaded before (Jan-" in page
    new = upload(program, "Mar", "--new-only", file="feb.csv")
    assert (new.code, new.json["rows"]["already_uploaded"], new.json["uploaded_before"]) == (0, 3, 3)
    assert copies(sandbox)["919876500099"] == 1


@pytest.mark.parametrize("how", ["unsent", "unverified"])
def test_people_who_wait_are_told_apart(program: Inside, sandbox: Sandbox, how: str) -> None:
    """(Row 47) --new-only under another name leaves out who waits, exit 5, with the command that settles them."""
    sandbox.order("429=9@1" if how == "unsent" else "500-after@March-001*1")
    stopped = upload(program, "March", "--retries", "0" if how == "unsent" else "1")
    assert stopped.code == 5
    waiting = stopped.json["leads"]["unsent"] + stopped.json["leads"]["unverified"] + stopped.json["leads"]["unknown"]
    write_leads(program.folder / "leads.csv", 7)
    new = upload(program, "April", "--new-only")
    assert (new.code, new.json["waiting_elsewhere"], new.json["leads"]["accepted"]) == (5, waiting, 1)
    settles = f"resolve {stopped.json['run']} March-001" if how == "unverified" else f"resume {stopped.json['run']}"
    assert settles in new.json["error"]["hint"]
    shown = program.run("upload", "leads.csv", "--name", "June", "--new-only")
    assert (shown.code, settles in shown.err + shown.out) == (5, True)
    told = upload(program, "May", "--dry-run")
    assert (told.json["waiting_elsewhere"], told.json["rows"]["leads"]) == (waiting, 7)


def test_people_in_two_unfinished_runs_are_told_again_at_resume(program: Inside, sandbox: Sandbox) -> None:
    """(Row 47) March, then March2 while the service is down: said when it is planned, and when it is resumed."""
    program.url = DOWN
    assert upload(program, "March").code == 5
    second = upload(program, "March2")
    assert (second.code, second.json["waiting_elsewhere"]) == (5, 6)
    assert second.json["warnings"][0].startswith("6 leads of this input also wait in another unfinished run")
    program.url = sandbox.url
    ended = program.run("resume", "--json", *QUICK)
    assert (ended.code, [each["exit_code"] for each in ended.json["runs"]]) == (0, [0, 0])
    waits, uploaded = [each for each in ended.json["warnings"] if each.startswith("6 leads of March")]
    assert f"wait in another unfinished run too ({second.json['run']})" in waits
    assert uploaded == "6 leads of March2 were uploaded by another run too: each run sends what it was planned with."


# --- resume ---------------------------------------------------------------------------------------


def test_resume_takes_every_unfinished_run(program: Inside, sandbox: Sandbox) -> None:
    """(Row 43) Three runs, the oldest first; each with its own lists, which grew; the exit code is the worst."""
    program.url = DOWN
    for number, name in enumerate(("A", "B", "C")):
        write_leads(program.folder / "leads.csv", 4, first=number * 10)
        numbers(program.folder, f"{name}.csv", 99)
        assert upload(program, name, "--exclude", f"{name}.csv").code == 5
    numbers(program.folder, "A.csv", 99, 3)
    (program.folder / "B.csv").unlink()
    program.url = sandbox.url
    ended = program.run("resume", "--json", *QUICK)
    found = [(each["name"], each["status"], each["exit_code"]) for each in ended.json["runs"]]
    assert found == [("A", "complete", 0), ("B", "unfinished", 3), ("C", "complete", 0)]
    assert (ended.code, ended.json["exit_code"], ended.json["name"]) == (3, 3, "C")
    assert copies(sandbox) == once(3) + once(4, first=20)
    numbers(program.folder, "B.csv", 99)
    one = program.run("resume", "--json", *QUICK)
    assert (one.code, one.json["name"], "runs" in one.json) == (0, "B", False)
    assert copies(sandbox) == once(3) + once(4, first=10) + once(4, first=20)


@pytest.mark.parametrize("again", ["upload", "resume"])
def test_a_list_that_was_moved_is_asked_for(program: Inside, sandbox: Sandbox, again: str) -> None:
    """(Row 43) A list given beside it does not stand in; the hint names the path, and the command after it works."""
    numbers(program.folder, "dnc.csv", 3)
    program.url = DOWN
    assert upload(program, "A", "--exclude", "dnc.csv").code == 5
    moved = (program.folder / "dnc.csv").rename(program.folder / "march.csv")
    program.url = sandbox.url
    run = program.run("runs", "--json").json["runs"][0]["run"]
    typed = ("upload", "leads.csv", "--name", "A", "--size", "2") if again == "upload" else ("resume",)
    ended = program.run(*typed, "--exclude", "march.csv", *QUICK)
    resume = f"telecmi-leads resume {run} --exclude march.csv --retries 0 --settle 0 --max-wait 0"
    verdict, following = [line.split(" ", 2)[2] for line in ended.err.splitlines()[-2:]]
    assert (
        following
        == f"next: Put that list, or the one that has replaced it, at {program.folder}/dnc.csv, then: {resume}"
    )
    assert verdict.startswith(
        f"unfinished (exit 3): The do-not-call list dnc.csv can't be used: run {run} was planned with it, and there is "
        "no such file any more. Nothing was sent."
    )
    assert (ended.code, len(sandbox.requests())) == (3, 0)
    shutil.copy(moved, program.folder / "dnc.csv")
    assert program.run(*shlex.split(resume)[1:]).code == 0
    assert copies(sandbox) == once(3) + once(2, first=4)


def test_a_report_folder_that_cannot_be_made_any_more(program: Inside, sandbox: Sandbox) -> None:
    """A moved ledger remembers a folder that is not here: the next command names another, and works."""
    program.url = DOWN
    assert upload(program, "A").code == 5
    program.url = sandbox.url
    with sqlite3.connect(program.folder / "state" / "ledger.sqlite3") as ledger:
        ledger.execute("UPDATE runs SET report_dir = ?", (os.fsencode(program.folder / "leads.csv" / "reports"),))
    ended = program.run("resume", *QUICK)
    command = ended.err.splitlines()[-1].partition("then: telecmi-leads ")[2]
    assert (ended.code, len(sandbox.requests())) == (8, 0)
    run = program.run("runs", "--json").json["runs"][0]["run"]
    assert command == f"resume {run} --report-dir telecmi-reports-2 --retries 0 --settle 0 --max-wait 0"
    assert program.run(*command.split()).code == 0
    assert copies(sandbox) == once(6)


def test_a_stale_list_stops_its_run(program: Inside, sandbox: Sandbox) -> None:
    """(Row 43) The run's own --exclude-max-age holds at resume too: nothing is sent, exit 3."""
    numbers(program.folder, "dnc.csv", 99)
    program.url = DOWN
    assert upload(program, "A", "--exclude", "dnc.csv", "--exclude-max-age", "2h").code == 5
    os.utime(program.folder / "dnc.csv", (time.time() - 3 * 3600,) * 2)
    program.url = sandbox.url
    ended = program.run("resume", "--json", *QUICK)
    assert (ended.code, ended.json["error"]["code"], len(sandbox.requests())) == (3, "exclude_list_failed", 0)


def test_what_a_person_must_settle_is_passed_over(program: Inside, sandbox: Sandbox) -> None:
    """(Row 43) Unverified campaigns are named with their command, and the other runs go on; exit 5."""
    sandbox.order("500-after@A-001*1")
    assert upload(program, "A", "--retries", "1").code == 5
    write_leads(program.folder / "leads.csv", 2, first=20)
    sandbox.order("429=9@B-001*1")
    assert upload(program, "B").code == 5
    before = len(sandbox.requests())
    ended = program.run("resume", "--json", *QUICK)
    assert (ended.code, [each["exit_code"] for each in ended.json["runs"]]) == (5, [5, 0])
    assert [each.startswith("A-001 of run") and "waits for a person" in each for each in ended.json["warnings"]] == [
        True
    ]
    assert len(sandbox.requests()) == before + 1


def test_another_accounts_run_is_told_of(program: Inside, sandbox: Sandbox) -> None:
    """(Row 43) A bare resume under other credentials says in a line that another account's run waits."""
    sandbox.order("429=9@1")
    stopped = upload(program, "A")
    program.environment["TELECMI_APP_ID"] = "2222223"
    ended = program.run("resume", "--json")
    assert (ended.code, ended.json["run"]) == (0, None)
    assert [stopped.json["run"] in each for each in ended.json["warnings"]] == [True]


@pytest.mark.parametrize("how", ["resume", "same"])
def test_a_list_that_grew(program: Inside, sandbox: Sandbox, how: str) -> None:
    """(Row 65) Somebody of a campaign that was never tried is not sent; of one that was, sent as frozen, and named."""
    numbers(program.folder, "dnc.csv", 99)
    sandbox.order("429=9@1")
    stopped = upload(program, "M", "--exclude", "dnc.csv")
    assert stopped.code == 5
    numbers(program.folder, "dnc.csv", 99, 0, 3)
    again = ("resume", "--json", *QUICK)
    ended = program.run(*again) if how == "resume" else upload(program, "M", "--exclude", "dnc.csv")
    assert (ended.code, ended.json["rows"]["excluded"], ended.json["leads"]["accepted"]) == (0, 1, 5)
    assert ["M-001" in each and "9198•••••000" in each for each in ended.json["warnings"]] == [True]
    assert {name: phones({name: held}) for name, held in sandbox.campaigns().items()} == {
        "M-001": expected_phones(2),
        "M-002": expected_phones(1, first=2),
        "M-003": expected_phones(2, first=4),
    }


def test_a_list_that_grew_by_somebody_of_a_refused_campaign(program: Inside, sandbox: Sandbox) -> None:
    """(Row 65) Before a refused campaign is cut the lists are read: who is on one by now is in no part of it."""
    numbers(program.folder, "dnc.csv", 99)
    sandbox.order("422@M-001*1")
    refused = upload(program, "M", "--exclude", "dnc.csv", "--size", "6")
    assert (refused.code, refused.json["leads"]["refused"]) == (4, 6)
    numbers(program.folder, "dnc.csv", 99, 0, 3)
    ended = program.run("resume", refused.json["run"], "--isolate", "--json", *QUICK)
    assert (ended.json["rows"]["excluded"], ended.json["rows"]["leads"]) == (2, 4)
    assert not {"919876500000", "919876500003"} & set(copies(sandbox))


@pytest.mark.parametrize("forgotten", [(), (1,)], ids=["nobody forgotten", "one forgotten"])
def test_a_list_that_grew_by_all_of_a_refused_campaign(
    program: Inside, sandbox: Sandbox, forgotten: tuple[int, ...]
) -> None:
    """(Row 65) All of a refused campaign on a list: said, and told in left-out.csv with the list and their numbers."""
    sandbox.order("422@M-001*1")
    refused = upload(program, "M", "--size", "3")
    assert (refused.code, refused.json["leads"]["refused"]) == (4, 3)
    before, run = len(sandbox.requests()), refused.json["run"]
    for each in forgotten:
        gone = program.run("forget", "--phone", f"+91987650000{each}", "--yes", "--json").json["deleted"]
        assert gone["leads"] == 1
    numbers(program.folder, "dnc.csv", *{0, 1, 2}.difference(forgotten))
    told = program.run("resume", run, "--isolate", "--exclude", "dnc.csv", *QUICK)
    left = 3 - len(forgotten)
    assert (told.code, f"{left} leads taken out: on dnc.csv since the run was planned." in told.err) == (0, True)
    assert len(sandbox.requests()) == before
    ended = program.run("report", run, "--report-dir", "again", "--json").json
    assert (ended["rows"]["excluded"], ended["rows"]["leads"], ended["leads"]["accepted"]) == (3, 3, 3)
    with (program.folder / "again" / "left-out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["why"], row["phone"]) for row in csv.DictReader(file)]
    listed = [("asked not to be called (dnc.csv)", f"91987650000{each}") for each in range(3) if each not in forgotten]
    assert rows == listed + [("asked not to be called (forgotten)", "") for _ in forgotten]
    assert [each["name"] for each in ended["campaigns"]] == ["M-002"]


def test_not_uploaded_is_sent_without_the_listed_only_if_never_tried(program: Inside, sandbox: Sandbox) -> None:
    """(Row 65) resolve --not-uploaded reads the lists too: they fail closed, and the word is not written down."""
    numbers(program.folder, "dnc.csv", 99)
    sandbox.order("500-after@M-001*1")
    stopped = upload(program, "M", "--exclude", "dnc.csv", "--retries", "1")
    assert stopped.json["leads"]["unverified"] == 2
    says = ("resolve", stopped.json["run"], "M-001", "--not-uploaded", "--json", *QUICK)
    (program.folder / "dnc.csv").unlink()
    before = len(sandbox.requests())
    failed = program.run(*says)
    assert (failed.code, len(sandbox.requests())) == (3, before)
    assert program.run("runs", stopped.json["run"], "--json").json["campaigns"][0]["status"] == "unverified"
    numbers(program.folder, "dnc.csv", 99, 1)
    believed = program.run(*says)
    assert (believed.code, believed.json["campaigns"][0]["status"]) == (
        5,
        "unverified",
    )  # the service outranks the word
    assert ["M-001" in each and "9198•••••001" in each for each in believed.json["warnings"]] == [True]
    assert copies(sandbox) == once(6)


# --- names that are in use -------------------------------------------------------------------------


def test_new_only_again_repeats_the_run_and_takes_no_name_for_another_campaign(
    program: Inside, sandbox: Sandbox
) -> None:
    """The people of a refused campaign go under no name that is in, which a lost answer would then confirm."""
    sandbox.order("422@2")
    sandbox.order("drop-before@4")
    first = upload(program, "M", "--new-only")
    again = upload(program, "M", "--new-only")
    trial = upload(program, "M", "--new-only", "--dry-run")
    assert [first.code, again.code, trial.code] == [4, 4, 0]
    assert again.json["run"] == first.json["run"]
    assert again.json["leads"] == {"accepted": 4, "unverified": 0, "refused": 2, "unknown": 0, "unsent": 0}
    assert list(trial.json["warning_codes"]) == ["run_exists"]
    assert copies(sandbox) == once(2) + once(2, first=4)
    assert len(sandbox.requests()) == 3


def test_whom_new_only_sends_once_more_needs_a_new_name(program: Inside, sandbox: Sandbox) -> None:
    """Uploaded longer ago than --new-only looks back, they go again: under the old names nothing would prove it."""
    with yesterday():
        assert upload(program, "M").code == 0
    again = upload(program, "M", "--new-only", "1h")
    assert (again.code, again.json["error"]["code"]) == (2, "name_in_use")
    assert again.json["error"]["hint"] == "Choose another --name or --name-format; one with {date} is new each day."
    assert copies(sandbox) == once(6)


def test_the_names_of_an_unfinished_run_are_not_given_to_others(program: Inside, sandbox: Sandbox) -> None:
    """Where a person who waits is no longer in the file, the refused ones get no name that `resume` would confirm."""
    sandbox.order("drop-before@1")
    sandbox.order("422@2")
    first = upload(program, "M")
    assert first.code == 5
    write_leads(program.folder / "leads.csv", 5, first=1)
    again = upload(program, "M", "--new-only")
    assert (again.code, again.json["error"]["code"]) == (2, "name_in_use")
    assert first.json["run"] in again.json["error"]["hint"]
    assert program.run("resume", "last", *QUICK).code == 4
    assert copies(sandbox) == once(2) + once(2, first=4)


def test_whom_another_run_of_the_name_holds_is_said(program: Inside, sandbox: Sandbox) -> None:
    """The same command after --append repeats the first run, and says that the later people are in another."""
    assert upload(program, "M").code == 0
    write_leads(program.folder / "leads.csv", 9)
    assert upload(program, "M", "--append").code == 0
    again = program.run("upload", "leads.csv", "--name", "M", "--size", "2")
    assert again.code == 0
    assert "3 leads of this input are not in this run, but in others of this name: telecmi-leads runs" in again.err
    assert copies(sandbox) == once(9)


# --- the ledger from elsewhere --------------------------------------------------------------------


def test_a_ledger_put_back_from_a_copy_taken_in_mid_run(program: Inside, sandbox: Sandbox) -> None:
    """(Row 48) Campaigns sent since the copy are names that the ledger never sent: the run ends, nobody is in twice."""
    sandbox.order("429=9@2")
    stopped = upload(program, "M")
    shutil.copytree(program.folder / "state", program.folder / "copy")
    assert program.run("resume", "--json", *QUICK).code == 0
    shutil.rmtree(program.folder / "state")
    (program.folder / "copy").rename(program.folder / "state")
    again: dict[str, Any] = program.run("resume", stopped.json["run"], "--json", *QUICK).json
    assert again["exit_code"] in {4, 5}
    assert again["leads"]["accepted"] == 2
    assert copies(sandbox) == once(6)
    assert upload(program, "M").code in {4, 5}
    assert copies(sandbox) == once(6)


def test_a_rehearsal_keeps_nothing(program: Inside, sandbox: Sandbox) -> None:
    """(Row 63) --sandbox may be typed again and again under one name, and the ledger knows of none of it."""
    for _ in range(2):
        ended = upload(program, "M", "--sandbox")
        assert (ended.code, ended.json["sandbox"], ended.json["run"], ended.json["leads"]["accepted"]) == (
            0,
            True,
            None,
            6,
        )
    assert not (program.folder / "state").exists()
    assert upload(program, "M").json["leads"]["accepted"] == 6
    assert copies(sandbox) == once(6)


# --- broken programs ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("breakage", "caught_by"),
    [
        ("date_of_today_at_resume", lambda *each: test_the_same_command_on_the_next_day_goes_on(*each, ())),
        ("lists_not_read_again", lambda *each: test_a_list_that_grew(*each, "resume")),
        ("append_leaves_nobody_out", test_corrected_rejects_are_appended_twice),
        ("believes_not_uploaded", test_not_uploaded_is_sent_without_the_listed_only_if_never_tried),
    ],
)
def test_broken_programs_are_caught(
    program: Inside,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    breakage: str,
    caught_by: Callable[[Inside, Sandbox], None],
) -> None:
    """(Row 41) The tests above are worth something: each deliberate breakage of an ordinary run fails one of them."""
    keep = [(Ledger, "body"), (run_loop, "decide"), (KnownPeople, "_why")]
    keep += [(module, "lists_of") for module in (going_on, upload_command, resolve_command)]
    for holder, name in keep:
        monkeypatch.setattr(holder, name, getattr(holder, name))
    BREAKAGES[breakage]()
    with pytest.raises(AssertionError):
        caught_by(program, sandbox)


# --- refusals that prove nothing ------------------------------------------------------------------


def test_a_doubt_that_isolating_cannot_settle(program: Inside, sandbox: Sandbox) -> None:
    """(Row 64) The answer is lost, then everything is refused: isolated once, then only a look at the dashboard."""
    sandbox.order("drop-after@M-001*1")
    sandbox.order("400@M-001")
    stopped = upload(program, "M", "--size", "6", "--retries", "1")
    assert (stopped.code, stopped.json["leads"]["unknown"]) == (5, 6)
    assert f"telecmi-leads resume {stopped.json['run']} --isolate" in stopped.json["error"]["hint"]
    ended = program.run("resume", stopped.json["run"], "--isolate", "--json", *QUICK)
    assert (ended.code, ended.json["leads"]["unknown"]) == (5, 6)
    hint = ended.json["error"]["hint"]
    assert f"resume {stopped.json['run']}" not in hint
    assert f"telecmi-leads resolve {stopped.json['run']} M-001 --accepted" in hint
    assert copies(sandbox) == once(6)
    assert program.run("resolve", stopped.json["run"], "M-001", "--accepted", "--json").code == 0


def test_a_doubtful_campaign_with_somebody_uploaded_since(program: Inside, sandbox: Sandbox) -> None:
    """(Row 64) It can't be cut: what settles it is said, and nothing of it is sent."""
    sandbox.order("drop-after@M-001*1")
    sandbox.order("400@M-001")
    stopped = upload(program, "M", "--size", "6", "--retries", "1")
    write_leads(program.folder / "other.csv", 1)
    assert upload(program, "Other", file="other.csv").code == 0
    before = len(sandbox.requests())
    ended = program.run("resume", stopped.json["run"], "--isolate", "--json", *QUICK)
    assert (ended.code, len(sandbox.requests())) == (5, before)
    [warning] = [each for each in ended.json["warnings"] if "can't settle" in each]
    assert f"telecmi-leads resolve {stopped.json['run']} M-001 --accepted" in warning


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_part_that_times_out(program: Inside, sandbox: Sandbox, when: str) -> None:
    """(Row 45) The first half gets no answer, in or not: it is settled like any campaign, and the others go on."""
    sandbox.order("422=919876500003")
    sandbox.order(f"hang-{when}@2")
    ended = upload(program, "M", "--size", "6", "--isolate", "--timeout", "1", "--retries", "1")
    assert (ended.code, ended.json["leads"]["accepted"], ended.json["leads"]["refused"]) == (4, 5, 1)
    assert copies(sandbox) == once(6) - Counter(["919876500003"])
    part = next(each for each in ended.json["campaigns"] if each["name"] == "M-001" and each["leads"] == 3)
    assert (part["status"], part.get("confirmed_by_name", False)) == ("accepted", when == "after")


# --- services that compare names otherwise --------------------------------------------------------


def folded(name: str) -> str:
    """Return what of a name a service compares that folds and cuts names."""
    return unicodedata.normalize("NFKC", name).strip().casefold()[:100]


def grouped(folder: Path, *groups: str) -> None:
    """Write a file of a lead in each group."""
    rows = [f"Asha {at},98765{at:05d},{group}" for at, group in enumerate(groups)]
    (folder / "leads.csv").write_text("\n".join(["Name,Mobile,City", *rows]) + "\n", encoding="utf-8")


@pytest.mark.parametrize("fault", [None, "drop-before@2*1", "drop-after@2*1"])
def test_a_service_that_folds_names(program: Inside, fault: str | None) -> None:
    """(Row 66) Groups whose campaigns fold to one name are told apart by a number: all are in, whatever gets lost."""
    with Sandbox(same_name=folded) as sandbox:
        program.url = sandbox.url
        grouped(program.folder, "A1", "\uff211", "A", *["A"] * 10, "K\u00f6ln", "KO\u0308LN", " k\u00f6ln ")
        if fault is not None:
            sandbox.order(fault)
        naming = ("--name", "M", "--name-format", "{name}{number}", "--split-by", "City", "--size", "1")
        ended = program.run("upload", "leads.csv", *naming, "--json", *QUICK, "--retries", "1")
        assert (ended.code, ended.json["leads"]["accepted"]) == (0, 16), ended.json["error"]
        assert copies(sandbox) == once(16)
        names = [folded(each) for each in sandbox.campaigns()]
        assert len(set(names)) == len(names) == 16
        for name in ("m", " M ", "\uff2d"):
            again = program.run("upload", "leads.csv", *naming, "--json", *QUICK, "--name", name)
            assert (again.code, again.json["run"]) == (0, ended.json["run"])
        assert copies(sandbox) == once(16)


def test_a_service_that_cuts_names(program: Inside) -> None:
    """(Row 66) A longer name is an error before anything is sent; one that is cut all the same ends the run, X4."""
    with Sandbox(same_name=lambda name: name[:20]) as sandbox:
        program.url = sandbox.url
        long = upload(program, "M" * 97)
        assert (long.code, len(sandbox.requests())) == (2, 0)
        cut = upload(program, "M" * 25)
        assert (cut.code, cut.json["leads"]["accepted"], cut.json["leads"]["refused"]) == (4, 2, 4)
        assert copies(sandbox) == once(2)
