"""Traces of people in the ledger's files: what the key alone can tell stays, and what is forgotten is gone."""

from __future__ import annotations

import csv
import hashlib
import os
import sqlite3
import zlib
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from a_run import new_run, plan_figures
from inside import Inside
from old_ledger import unpacked
from places import TESTS
from program import phones, write_leads
from simulated import START, staged

from telecmi_leads.core.campaign import encode_leads, thaw_leads
from telecmi_leads.core.clock import Clock
from telecmi_leads.core.lead import RowTotals
from telecmi_leads.ledger import Ledger, ToForget
from telecmi_leads.ledger.lock import hold

if TYPE_CHECKING:
    from pathlib import Path

    from telecmi_leads.sandbox import Sandbox

UPLOAD = (
    "upload",
    "leads.csv",
    "--name",
    "M",
    "--size",
    "2",
    "--json",
    "--retries",
    "0",
    "--max-wait",
    "0",
    "--workers",
    "1",
)


@pytest.fixture
def program(tmp_path: Path, sandbox: Sandbox) -> Inside:
    """Return the program, in a folder with six leads, 98765 00000 to 00005."""
    write_leads(tmp_path / "leads.csv", 6)
    return Inside(tmp_path, sandbox.url, {"TELECMI_REGION": "IN"})


def in_files(state: Path) -> bytes:
    """Return every byte of the ledger's files but the key."""
    return b"".join(each.read_bytes() for each in sorted(state.glob("ledger.sqlite3*")))


def digests_of(texts: list[bytes]) -> list[bytes]:
    """Return what of unkeyed digests of the texts a file may hold: the first eight bytes and the six after two, as hex.

    Of six bytes a file of this size holds none by chance. The ledger keeps as few of its own hashes.
    """
    found = []
    for text in texts:
        digests = [hashlib.new(name, text).digest() for name in ("sha256", "sha1", "md5")]
        digests += [hashlib.blake2b(text, digest_size=size).digest() for size in (8, 16, 20, 32, 64)]
        found += [part for digest in digests for part in (digest[:8], digest[2:8], digest.hex()[:16].encode())]
    return found


def test_no_unkeyed_digest_of_people(program: Inside, sandbox: Sandbox) -> None:
    """(Row 57) Neither numbers nor leads nor requests are found in the files by a digest that needs no key."""
    (program.folder / "dnc.csv").write_text("Phone\n9876500005\n")
    sandbox.order("429=9@3")
    assert program.run(*UPLOAD, "--exclude", "dnc.csv").code == 5
    numbers = [f"91987650000{each}" for each in range(6)]
    texts = [form.encode() for number in numbers for form in (number, f"+{number}", number[2:])]
    with Ledger.open(program.folder / "state") as ledger:
        [run] = ledger.runs()
        bodies = [ledger.body(each.id) for each in ledger.campaigns(run.id) if each.status.to_send]
    texts += [*bodies, *(encode_leads(thaw_leads(body)) for body in bodies)]
    for held in sandbox.campaigns().values():
        texts.append(str(held).encode())
    content = in_files(program.folder / "state")
    assert [digest for digest in digests_of(texts) if digest in content] == []


def test_an_old_ledger_loses_its_digests(tmp_path: Path) -> None:
    """(Row 57) The digests that earlier versions wrote are gone from the files once the ledger is opened."""
    state = unpacked(TESTS / "data" / "ledger-1.tar.gz", tmp_path / "state")
    with closing(sqlite3.connect(state / "ledger.sqlite3")) as old:
        digests = [each for (each,) in old.execute("SELECT digest FROM campaigns UNION SELECT digest FROM runs")]
    assert [digest for digest in digests if digest in in_files(state)] == digests
    assert len(digests) > 1
    with Ledger.open(state):
        assert [digest for digest in digests if digest in in_files(state)] == []


def test_the_numbers_of_people_left_out_are_sealed(program: Inside) -> None:
    """(Row 57) Whoever was uploaded is in left-out.csv by number; the files hold it in no form that needs no key."""
    write_leads(program.folder / "leads.csv", 6)
    with (program.folder / "leads.csv").open("a") as file:
        file.write((program.folder / "leads.csv").read_text().splitlines()[1] + "\n")
    assert program.run(*UPLOAD).code == 0
    again = program.run("upload", "leads.csv", "--name", "N", "--json", "--new-only", "--report-dir", "out")
    assert (again.json["rows"]["already_uploaded"], again.json["rows"]["duplicate"]) == (6, 1)

    def listed() -> list[str]:
        assert program.run("report", again.json["run"], "--report-dir", "out").code == 0
        with (program.folder / "out" / "left-out.csv").open(encoding="utf-8-sig", newline="") as file:
            return sorted(row["phone"] for row in csv.DictReader(file))

    numbers = [f"91987650000{each}" for each in range(6)]
    assert listed() == sorted([*numbers, numbers[0]])
    state = program.folder / "state"
    with closing(sqlite3.connect(state / "ledger.sqlite3")) as ledger:
        blobs = [zlib.decompress(blob) for (blob,) in ledger.execute("SELECT content FROM left_out")]
    content = b"".join([in_files(state), *blobs])
    forms = [
        form
        for each in numbers
        for form in (each.encode(), int(each).to_bytes(5, "big"), int(each[2:]).to_bytes(5, "big"))
    ]
    assert [form for form in forms if form in content] == []
    gone = program.run("forget", "--phone", numbers[0], "--yes", "--json").json["deleted"]
    assert (gone["rows"], listed()) == (3, ["", "", *numbers[1:]])


NOTATIONS = [
    "9876500001",
    "+91 98765 00001",
    "+91 (0) 98765-00001",
    "ask Asha: 098765 00001 after 6pm",
    "９８７６５０００01",
    "९८७६५००००१",
    "022 1234 / 9876500001",
    "98765.00001 ext 4",
]


def test_a_number_is_forgotten_in_any_notation(program: Inside) -> None:
    """(Row 57) In rejected rows a number is found however it was typed; other people's rows stay."""
    lines = [f'"{typed}",98XX,Canary{at}' for at, typed in enumerate(NOTATIONS)]
    (program.folder / "leads.csv").write_text("\n".join(["Note,Mobile,Name", *lines, "9876500002,98XX,Other"]))
    assert program.run(*UPLOAD, "--max-rejects", "100%", "--map", "phone=Mobile").code == 3
    (program.folder / "leads.csv").write_text(
        "\n".join(["Note,Mobile,Name", *lines, "9876500002,98XX,Other", ",9876500009,Good"])
    )
    assert program.run(*UPLOAD, "--max-rejects", "100%", "--map", "phone=Mobile").code == 0
    gone = program.run("forget", "--phone", "+91 98765 00001", "--yes", "--json").json["deleted"]
    assert gone["rows"] == len(NOTATIONS)
    assert program.run("report", "last", "--report-dir", "again").code == 0
    rejects = (program.folder / "again" / "rejects.csv").read_text(encoding="utf-8-sig")
    assert ("Canary" in rejects, "Other" in rejects) == (False, True)
    assert b"9876500001" not in in_files(program.folder / "state")


@pytest.mark.parametrize("typed", [*(each for each in NOTATIONS if "/" not in each), "tel:+91-98765-00001"])
def test_a_number_may_be_typed_in_any_notation(program: Inside, typed: str) -> None:
    """(Row 57) forget --phone takes a number however it is typed: it was uploaded, and then nobody knows it."""
    assert program.run(*UPLOAD).code == 0
    assert program.run("explain", "9876500001", "--json").json["fates"] != []
    gone = program.run("forget", "--phone", typed, "--yes", "--json")
    assert (gone.code, gone.json["deleted"]["numbers"]) == (0, 1), gone.err
    assert program.run("explain", "9876500001", "--json").json["fates"] == []
    assert program.run("explain", "9876500002", "--json").json["fates"] != []


def test_an_unsent_lead_is_forgotten(program: Inside, sandbox: Sandbox) -> None:
    """(Row 57) Of a campaign that was never tried the lead goes; of one that was tried it can't."""
    sandbox.order("429=9@2")
    assert program.run(*UPLOAD).code == 5
    refused = program.run("forget", "--phone", "9876500002", "--yes", "--json")
    assert (refused.code, "M-002" in refused.json["error"]["message"]) == (2, True)
    gone = program.run("forget", "--phone", "9876500004", "--yes", "--json")
    assert (gone.code, gone.json["deleted"]["leads"]) == (0, 1)
    assert b"9876500004" not in in_files(program.folder / "state")
    ended = program.run("resume", "--json", "--settle", "0")
    assert (ended.code, ended.json["rows"]["excluded"], ended.json["leads"]["accepted"]) == (0, 1, 5)
    assert "919876500004" not in phones(sandbox.campaigns())


def test_a_number_is_gone_before_the_ledger_is_closed(program: Inside, sandbox: Sandbox) -> None:
    """(Row 57) Once forget has answered, neither ledger nor log holds the number: a kill can't bring it back."""
    sandbox.order("429=9@2")
    assert program.run(*UPLOAD).code == 5
    with Ledger.open(program.folder / "state") as ledger:
        assert b"9876500004" in in_files(program.folder / "state")
        assert ledger.forget(ToForget(phone="919876500004"), ledger.accounts()).leads == 1
        assert b"9876500004" not in in_files(program.folder / "state")


@pytest.mark.parametrize("what", [("--phone", "9876500001"), ("--before", "2999-01-01")])
def test_the_first_run_of_an_account_locks_forget_out(program: Inside, what: tuple[str, str]) -> None:
    """(Row 57) While another account's first run is planned, forget ends with 7: that plan is sent as it was made."""
    assert program.run(*UPLOAD).code == 0
    state, other = program.folder / "state", "7654321@example.com"
    with Ledger.open(state) as ledger, hold(state, other, 0, clock=Clock(), command="upload"):
        people = plan_in_the_making(ledger, other)
        ended = program.run("forget", *what, "--yes", "--json")
        assert (ended.code, ended.json["error"]["code"]) == (7, "locked")
        assert f"process {os.getpid()} on " in ended.json["error"]["message"]
        ledger.finish_plan("run-2", plan_figures(RowTotals(read=2, leads=2)))
        [campaign] = ledger.campaigns("run-2")
        assert ledger.phones(campaign.id) == people
    assert program.run("forget", *what, "--yes", "--json").code == 0


def plan_in_the_making(ledger: Ledger, account: str) -> list[str]:
    """Begin a plan; return the numbers in it."""
    people = ["919876500001", "919876500002"]
    ledger.begin_run(new_run(id="run-2", account=account, name="April", created=START))
    ledger.stage("run-2", [staged("April-001", 1, people)], [])
    return people


def test_a_number_in_the_services_words_is_forgotten(program: Inside) -> None:
    """(Row 57) What the service said of a number is kept without it."""
    assert program.run(*UPLOAD).code == 0
    with closing(sqlite3.connect(program.folder / "state" / "ledger.sqlite3", isolation_level=None)) as ledger:
        for table in ("campaigns", "attempts"):
            ledger.execute(f"UPDATE {table} SET message = 'Duplicate: +91 (0) 98765-00001, see 12' WHERE id = 1")  # noqa: S608
    gone = program.run("forget", "--phone", "9876500001", "--yes", "--json").json["deleted"]
    assert (gone["answers"], gone["numbers"]) == (2, 1)
    shown = program.run("runs", "last", "--json").json["campaigns"][0]["message"]
    assert shown == "Duplicate: [forgotten], see 12"
    assert b"98765-00001" not in in_files(program.folder / "state")


def test_a_second_reader_is_told_of(program: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    """(Row 57) While another process reads, the file keeps old pages: exit 8 says so, and the next time cleans it."""
    monkeypatch.setattr("telecmi_leads.ledger.ledger_files._BUSY_SECONDS", 0.2)
    (program.folder / "leads.csv").write_text("Name,Mobile,Note\nA,9876500000,x\nCanary,98XX,9876500001\n")
    assert program.run(*UPLOAD).code == 0
    with closing(sqlite3.connect(program.folder / "state" / "ledger.sqlite3", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM left_out").fetchone() == (1,)
        held = program.run("forget", "--phone", "9876500001", "--yes", "--json")
        assert (held.code, held.json["error"]["code"], held.json["deleted"]["rows"]) == (8, "ledger", 1)
        assert held.json["deleted"]["left_in_file"] is True
    again = program.run("forget", "--phone", "9876500001", "--yes", "--json")
    assert (again.code, again.json["deleted"]["left_in_file"]) == (0, False)
    assert b"9876500001" not in in_files(program.folder / "state")
