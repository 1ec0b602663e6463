"""Headers in the middle of a do-not-call list: each row is read by the header above it, or nothing is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from inside import Inside
from program import phones, write_leads

if TYPE_CHECKING:
    from pathlib import Path

    from telecmi_leads.sandbox import Sandbox

UPLOAD = ("upload", "leads.csv", "--name", "M", "--region", "IN", "--json", "--exclude", "dnc.csv")
OTHERS = [f"Tara Sen,98764{at:05}" for at in range(300)]
LISTED = ["9876500001,Asha Rao", "9876500002,Ravi Nair"]
BEYOND = ",".join(["City"] * 14)
LEFT = ["919876500000", "919876500003", "919876500004"]


@pytest.fixture
def program(tmp_path: Path, sandbox: Sandbox) -> Inside:
    """Return the program, in a folder with five leads, 98765 00000 to 00004."""
    write_leads(tmp_path / "leads.csv", 5)
    return Inside(tmp_path, sandbox.url)


def upload(program: Inside, *rows: str) -> tuple[int, dict[str, object]]:
    """Upload the leads without who is on a list of these rows; return the exit code and the summary."""
    (program.folder / "dnc.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    ended = program.run(*UPLOAD)
    return ended.code, ended.json


@pytest.mark.parametrize(
    "below",
    [
        ["Phone,Name", *LISTED],
        ["Mobile No.,Customer Name", *LISTED],
        ["Telefon,Name", *LISTED],
        ["Teléfono,Nombre", *LISTED],
        ["मोबाइल,नाम", *LISTED],
        ["Agent Mobile,Agent Name", *LISTED],
        ["Phone,Name", LISTED[0], "Name,Phone", *OTHERS[:2], "Phone,Name", LISTED[1]],
        ["Phone,Name", *LISTED, "Name,Phone", *OTHERS[:2]],
        [f"{BEYOND},Mobile,Name", *(f"{BEYOND},{row}" for row in LISTED)],
        ["Id,City,Mobile,Name", *(f"7,Pune,{row}" for row in LISTED)],
        # Two exports that were put one below the other and sorted.
        [f"7,Pune,{LISTED[0]}", "Id,City,Mobile,Name", f"7,Pune,{LISTED[1]}"],
        # A value cut at a comma moves the number behind the last column.
        ["City,Phone,Name", *(f"Pune, MH,{row}" for row in LISTED)],
    ],
)
@pytest.mark.parametrize("above", [3, 300, 1021, 1300])
def test_who_is_listed_below_a_later_header_is_left_out(
    program: Inside, sandbox: Sandbox, below: list[str], above: int
) -> None:
    """Columns that change below a header change in a list too, wherever in it the header stands."""
    others = [f"Tara Sen,98764{at:05}" for at in range(above)]
    code, summary = upload(program, "Name,Phone", *others, *below)
    assert (code, summary["excluded"], summary["warnings"]) == (0, {"dnc.csv": 2}, [])
    assert phones(sandbox.campaigns()) == LEFT


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (
            ["Agent Mobile,Agent Name", "x,Asha Rao"],
            "dnc.csv: no phone column was found. Its columns: Agent Mobile, Agent Name.",
        ),
        (
            [row for at in range(1001) for row in (("Phone,Name", *LISTED), ("Name,Phone", *OTHERS[:2]))[at % 2]],
            "dnc.csv: it has more than 1,000 header rows that change its columns.",
        ),
    ],
    ids=["no phone column", "many headers"],
)
def test_a_list_that_cannot_be_read_below_a_header_stops_all(
    program: Inside, sandbox: Sandbox, rows: list[str], says: str
) -> None:
    """What stands below a header without a phone column would protect nobody; nor are there headers without end."""
    code, summary = upload(program, "Name,Phone", *OTHERS, *rows)
    assert (code, summary["error"]["code"], summary["error"]["message"]) == (
        *(3, "exclude_list_failed"),
        f"The do-not-call list dnc.csv can't be used. {says}",
    )
    assert sandbox.campaigns() == {}
