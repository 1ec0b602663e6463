"""Marks outside of mark columns, unclear ones, and all numbers of a marked row: whole outputs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import openpyxl
import pytest
from inside import Inside
from program import balanced, phones

if TYPE_CHECKING:
    from pathlib import Path

    from program import Ended

    from telecmi_leads.sandbox import Sandbox

UPLOAD = ("--name", "M", "--region", "IN", "--json")


class Uploads:
    """Uploads a text to a sandbox, and tells the last digits of the numbers that it took."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.program = Inside(folder, sandbox.url)
        self.sandbox = sandbox

    def text(self, text: str, *options: str, name: str = "leads.csv") -> Ended:
        """Return what became of a text."""
        (self.program.folder / name).write_text(text, encoding="utf-8")
        ended = self.program.run("upload", name, *UPLOAD, *options)
        assert balanced(ended.json)
        return ended

    @property
    def sent(self) -> list[str]:
        """The last digits of the numbers that were sent."""
        return [phone[-2:] for phone in phones(self.sandbox.campaigns())]


@pytest.fixture
def upload(tmp_path: Path, sandbox: Sandbox) -> Uploads:
    """Return what uploads texts, in a folder of its own."""
    return Uploads(tmp_path, sandbox)


def rows(header: str, *cells: str) -> str:
    """Return a file with people whose last cells are these."""
    people = (f"Asha Rao,98765000{at:02d},Pune,{cell}" for at, cell in enumerate(cells))
    return "\n".join([f"Name,Mobile,City,{header}", *people]) + "\n"


def test_a_column_without_a_name(upload: Uploads) -> None:
    """A mark in a column without a name, as somebody adds it beside the table, excludes its row."""
    ended = upload.text(rows("", "DND", "do not call", "paid", "", "will call"))
    assert (ended.json["excluded"], upload.sent) == ({"column 4": 2}, ["02", "03", "04"])


@pytest.mark.parametrize("header", ["Flag", "Action", "Type", "History", "Description", "Message"])
def test_columns_for_whatever_one_writes(upload: Uploads, header: str) -> None:
    """A mark in a column of remarks by another name excludes its row."""
    ended = upload.text(rows(header, "DND", "customer said do not call", "call back", "called about DND removal"))
    assert (ended.json["excluded"], upload.sent) == ({header: 2}, ["02", "03"])


def test_columns_about_something_else(upload: Uploads) -> None:
    """In any other column a sentence excludes, a list's name alone is warned of, and a road of that name is a road."""
    ended = upload.text(rows("Lead Source", "DND", "please do not call", "Plot 5 DND Flyway", "web", "DND Motors"))
    assert (ended.json["excluded"], upload.sent) == ({"Lead Source": 1}, ["00", "02", "03", "04"])
    says = 'leads.csv: 1 row speaks of a do-not-call list or of not calling in column "Lead Source".'
    assert ended.json["warnings"] == [f"{says} These people are not left out."]
    assert ended.json["warning_codes"] == {"mark_hinted": 1}


def test_remarks_that_only_speak_of_it(upload: Uploads) -> None:
    """Remarks with a list's name among more words are warned of; a long one says it in one of its sentences."""
    long = "asked for the brochure and the price " * 8
    cells = ["customer in DND area told so", "do not call before 6", f"{long}. DO NOT CALL. {long}", "not in DNC"]
    ended = upload.text(rows("Remarks", *cells))
    assert (ended.json["excluded"], upload.sent) == ({"Remarks": 1}, ["00", "01", "03"])
    assert ended.json["warning_codes"] == {"mark_hinted": 1}


def test_a_firm_of_that_name(upload: Uploads) -> None:
    """A list's name at the beginning of a firm's name is a part of it; beside a person's name it is a mark."""
    names = ["DND Caterers", "DNC Exports Pvt Ltd", "DND Asha Rao", "Asha Traders DND", "DND Eye Clinic", "DND ab"]
    text = "Name,Mobile\n" + "".join(f"{name},98765000{at:02d}\n" for at, name in enumerate(names))
    ended = upload.text(text)
    assert (upload.sent, ended.json["excluded"]) == (["00", "01", "04"], {"Name": 3})


def test_marks_in_names(upload: Uploads) -> None:
    """A mark in a name counts with any apostrophe, for contact too, and where two columns hold it together."""
    names = ["Don’t call,Tara", "Tara,L DO NOT CONTACT", "Tara,(blacklisted)", "Do Not,Call", "Knott,Callahan"]
    text = "First Name,Last Name,Mobile\n" + "".join(f"{name},98765000{at:02d}\n" for at, name in enumerate(names))
    ended = upload.text(text)
    assert (sum(ended.json["excluded"].values()), upload.sent) == (4, ["04"])


def test_consent_that_is_unclear(upload: Uploads) -> None:
    """What says neither yes nor no to calls in a consent column is warned of, and --strict sends nothing."""
    text = rows("Call allowed", "yes", "✗", "maybe", "blocked")
    assert (upload.text(text, "--strict").code, upload.sent) == (3, [])
    ended = upload.text(text)
    assert (ended.json["excluded"], upload.sent) == ({"Call allowed": 2}, ["00", "02"])
    assert ended.json["warning_codes"] == {"mark_unclear": 1}


def test_consent_as_a_key(upload: Uploads) -> None:
    """A key such as canBeCalled is consent as well."""
    people = [{"name": "Asha Rao", "phone": f"987650000{at}", "canBeCalled": at > 0} for at in range(2)]
    ended = upload.text(json.dumps(people), name="leads.json")
    assert (ended.json["excluded"], upload.sent) == ({"canBeCalled": 1}, ["01"])


FURTHER = "Name,Mobile,Alt Mobile,Wife Mobile,DND\n"


@pytest.mark.parametrize("options", [(), ("--limit", "2")])
def test_further_numbers_of_a_marked_row(upload: Uploads, options: tuple[str, ...]) -> None:
    """A mark holds for every number of its row's person, above it and below, and for nobody else's number."""
    text = (
        f"{FURTHER}Asha Rao,9876500001,,,\nRavi Das,9876500002,,,\nTara Sen,9876500003,,,\nUma Roy,9876500004,,,\n"
        "X Y,9811099001,9876500001,9876500002,Yes\nZ Z,9811099002 / 9876500003,,,Yes\n"
    )
    ended = upload.text(text, *options)
    assert (ended.code, upload.sent) == (0, ["02", "04"])
    assert ended.json["excluded"]["DND"] >= 2


def test_a_sheet_in_doubt(upload: Uploads) -> None:
    """A sheet called Deleted is warned of; --strict sends nothing; --sheet and --ignore-marks say that it is meant."""
    book = openpyxl.Workbook()
    book.active.title = "Active"
    for sheet, phone in ((book.active, "9876500001"), (book.create_sheet("Deleted"), "9876500002")):
        sheet.append(["Name", "Mobile"])
        sheet.append(["Asha Rao", phone])
    book.save(upload.program.folder / "leads.xlsx")
    command = ("upload", "leads.xlsx", *UPLOAD)
    says = 'leads.xlsx, sheet "Deleted" may hold people who are not to be called, by its name'
    way_out = "To leave these people out: rename it Do Not Call. To upload them: --ignore-marks."
    stopped = upload.program.run(*command, "--strict")
    assert (stopped.code, stopped.json["error"]["hint"], upload.sent) == (3, way_out, [])
    for options in (("--ignore-marks",), ("--sheet", "Active", "--sheet", "Deleted")):
        assert upload.program.run(*command, "--strict", "--dry-run", *options).json["warnings"] == []
    ended = upload.program.run(*command)
    assert (ended.json["warnings"], ended.json["warning_codes"], upload.sent) == (
        [f"{says}. The people on it are not left out. {way_out}"],
        {"doubtful_sheet": 1},
        ["01", "02"],
    )
