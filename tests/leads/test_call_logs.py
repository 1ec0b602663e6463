"""In a log of calls the customers' end is sent, and nobody where no column says which it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from inside import Inside

from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

BOTH_WAYS = """
Inbound,9876501231,8045001234,Asha Menon
Inbound,9823145672,8045001234,Ravi Kulkarni
Outbound,8045001234,9922113483,Meena Joshi
"""
MISSED = """
09876501231,02248901234,Asha Menon,missed
09823145672,02248905678,Ravi Kulkarni,missed
09922113483,02248901234,Meena Joshi,missed
"""
CALLERS = ["919876501231", "919823145672", "919922113483"]


def uploaded(folder: Path, text: str) -> tuple[int, str, list[str]]:
    """Upload a file to the stand-in; return exit code, words and the numbers that came in."""
    (folder / "calls.csv").write_text(text, encoding="utf-8")
    with Sandbox() as service:
        ended = Inside(folder, service.url).run("upload", "calls.csv", "--name", "M", "--region", "IN")
        return ended.code, ended.err, [lead["phone"] for leads in service.campaigns().values() for lead in leads]


@pytest.mark.parametrize(
    "text",
    [
        *(
            f"Call Type,{header},Name{BOTH_WAYS}"
            for header in ("Caller,Called", "Caller Number,Called Number", "Calling Number,Called Number", "From,To")
        ),
        *(
            f"{header},Status{MISSED}"
            for header in (
                *("From Number,To Number,Name", "Source,Destination,Contact Name", "Caller ID,Dialed Number,Name"),
                "Caller,Called,Name",
            )
        ),
        "From,To,Name\n09876501231,02248901234,Asha Menon\n",
    ],
)
def test_an_end_that_is_not_told_is_not_guessed(tmp_path: Path, text: str) -> None:
    """Where a log has calls both ways, or no direction, and both ends vary, nothing is sent and the words say why."""
    code, said, sent = uploaded(tmp_path, text)
    assert (code, sent) == (3, [])
    assert "which end of the call is the lead's is not told" in said


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        *((f"{header},Status{MISSED}", CALLERS) for header in ("From Number,To Number,Caller Name",
                                                              "From,To,From Name", "Caller,Called,Caller Name")),
        (f"Caller Number,Called Number,Callee Name,Status{MISSED}", ["912248901234", "912248905678"]),
        ("From,To,Caller Name\n09876501231,02248901234,Asha Menon\n", CALLERS[:1]),
        ("Direction,From,To,Name\nInbound,9876501231,8045001234,Asha Menon\n", CALLERS[:1]),
        (
            "From,PhoneNumberSid,From Name\n09876501231,02248901234,Asha Menon\n09823145672,02248901234,Ravi Das\n",
            CALLERS[:2],
        ),
        ("Caller Name,Caller Number\nAsha Menon,9876501231\nRavi Das,9823145672\n", CALLERS[:2]),
    ],
)  # fmt: skip
def test_an_end_that_is_told(tmp_path: Path, text: str, numbers: list[str]) -> None:
    """One direction of all calls or the names of one end tell whose numbers are sent, in logs of one call too."""
    assert uploaded(tmp_path, text)[::2] == (0, numbers)


@pytest.mark.parametrize(
    "name",
    ["Calling Number", "Calling No.", "Calling Number (if different from WhatsApp)", "Call on", "Number to call"],
)
def test_the_number_for_calls_is_called(tmp_path: Path, name: str) -> None:
    """The column that says which number to call comes before the one for WhatsApp."""
    text = f"Name,WhatsApp Number,{name}\nAsha Menon,9811023451,9876501231\nRavi Das,9811023452,9823145672\n"
    assert uploaded(tmp_path, text)[::2] == (0, CALLERS[:2])


CALLED = ["919876501231", "919823145672", "919922113483", "919922113484"]


@pytest.mark.parametrize(
    "header",
    ["Caller number,Name,Phone", "Caller No,Name,Mobile", "CLI,Name,DNIS", "DNIS,Name,ANI", "Anrufer,Name,Angerufener"],
)
def test_few_numbers_beside_many_are_the_companys(tmp_path: Path, header: str) -> None:
    """The few lines that a company calls from or is called on are not sent where people's numbers stand beside them."""
    lines = ("02240001000", "02240001001") * 2
    rows = "".join(
        f"{line},{name},{number[2:]}\n"
        for line, name, number in zip(lines, ("Asha Menon", "Ravi Rao", "Om Sen", "Ira Das"), CALLED, strict=True)
    )
    assert uploaded(tmp_path, f"{header}\n{rows}")[2] == CALLED
