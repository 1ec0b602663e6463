"""Columns that mark by their values: a plain yes or no decides what the name leaves open; whole outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from inside import Inside
from program import phones

if TYPE_CHECKING:
    from pathlib import Path

    from telecmi_leads.sandbox import Sandbox


class Uploads:
    """Uploads a column beside names and numbers to a sandbox."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.program = Inside(folder, sandbox.url)
        self.sandbox = sandbox

    def column(self, name: str, *cells: str) -> tuple[str, list[str]]:
        """Upload rows with these cells; return the numbers sent, one digit each, and the codes of warnings."""
        rows = [f'Asha,987650000{at},"{cell}"\n' for at, cell in enumerate(cells)]
        (self.program.folder / "leads.csv").write_text(f'Name,Mobile,"{name}"\n{"".join(rows)}', encoding="utf-8")
        ended = self.program.run("upload", "leads.csv", "--name", "M", "--region", "IN", "--json")
        sent = "".join(phone.removeprefix("91987650000") for phone in phones(self.sandbox.campaigns()))
        return sent, list(ended.json["warning_codes"])


@pytest.fixture
def upload(tmp_path: Path, sandbox: Sandbox) -> Uploads:
    """Return what uploads columns, in a folder of its own."""
    return Uploads(tmp_path, sandbox)


@pytest.mark.parametrize("name", ["DNC Litigator", "No Call", "Blocked", "No Phone", "hs_do_not_call", "Barred"])
@pytest.mark.parametrize("cells", [("false", "true"), ("No", "Yes"), ("0", "1"), ("", "Y"), ("", "✓")])
def test_a_plain_yes_marks(upload: Uploads, name: str, cells: tuple[str, str]) -> None:
    """Where a column holds nothing but yes and no, a yes marks, though its name may say something more."""
    counts = name == "No Call" and "1" in cells
    assert upload.column(name, *cells) == (("01", ["mark_unclear"]) if counts else ("0", []))


@pytest.mark.parametrize("name", ["Contact by phone", "Telephone marketing", "GDPR: Phone", "Telephone Preference"])
@pytest.mark.parametrize("no", ["No", "false", "Not allowed", "No thank you", "Opted out"])
def test_a_plain_no_to_calls_marks(upload: Uploads, name: str, no: str) -> None:
    """Where a column that speaks of calls holds nothing but yes and no, a no marks, and a refusal in words."""
    assert upload.column(name, "Yes", no) == ("0", [])


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("NCPR check", ("no", "yes")),
        ("Restricted", ("No", "Yes")),
        ("Contact by phone", ("1", "0")),
        ("DNC count", ("0", "1")),
        ("DND override", ("No", "Yes")),
        ("DND consent", ("Yes", "Yes")),
        ("I agree to receive calls even if my number is on DND", ("Yes", "No")),
        ("No calls", ("1", "1")),
        ("Nocalls", ("0", "1")),
        ("Phone contact", ("Yes", "No")),
        ("Telefonisch", ("No", "No")),
        ("Contact by phone", ("No", "No")),
        ("Contact OK?", ("Yes", "No")),
    ],
)
def test_a_yes_that_is_told(upload: Uploads, name: str, cells: tuple[str, str]) -> None:
    """A yes below a name that leaves open what it means, and a zero that may be a count, are told as such."""
    assert upload.column(name, *cells) == ("01", ["mark_unclear"])
    said = upload.program.run("validate", "leads.csv", "--region", "IN", "--json").json["warnings"][0]
    assert " yes or no, and its name leaves open" in said


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("Blocked", ("2026-01-02", "email bounced", "yes")),
        ("Restricted", ("Area A", "yes")),
        ("Contact by phone", ("Mornings", "Amit", "No")),
        ("Marketing calls", ("3", "0")),
        ("Email Blocked", ("no", "yes")),
        ("Property Blocked", ("yes", "no")),
        ("Restricted property", ("yes", "no")),
        ("Contacted by phone", ("no", "no")),
        ("Consent", ("I agree to be called. I can opt out at any time.", "yes")),
        ("Contact owner", ("Asha", "No")),
    ],
)
def test_columns_of_something_else(upload: Uploads, name: str, cells: tuple[str, ...]) -> None:
    """A column of such a name that holds more than yes and no speaks of something else: nobody is left out."""
    assert upload.column(name, *cells) == ("012"[: len(cells)], [])


@pytest.mark.parametrize("name", ["Communication preference", "Preferred channel", "Contact preferences"])
def test_a_preference_for_no_calls(upload: Uploads, name: str) -> None:
    """Who prefers no calls is excluded, and a preference for nothing is told."""
    assert upload.column(name, "Phone", "No calls", "No contact", "None", "") == ("034", ["mark_hinted"])


def test_a_status_that_may_be_a_mark(upload: Uploads) -> None:
    """A status that may speak of not calling is told, and one that is about interest alone is not."""
    assert upload.column("Status", "New", "Not interested", "No call yet", "call not picked") == ("0123", [])


@pytest.mark.parametrize("status", ["Blocked", "Blocked by customer", "No call", "no calls"])
def test_a_status_that_is_told(upload: Uploads, status: str) -> None:
    """A status that may say not to call is told."""
    assert upload.column("Status", "New", status) == ("01", ["mark_hinted"])


def test_a_number_that_is_not_ok_is_no_wish(upload: Uploads) -> None:
    """A no below "Phone OK" says that the number is wrong, and not that its person must not be called."""
    assert upload.column("Phone OK", "Yes", "No")[0] == "0"
    said = upload.program.run("validate", "leads.csv", "--region", "IN", "--json").json
    assert "said_to_be_wrong" in str(said)
