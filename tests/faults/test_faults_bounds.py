"""Long cells and many rows, through the whole program: bounded time (row 27), right sizes, bounded memory (row 29)."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import forked
import pytest
from program import Ended, Program, balanced, expected_phones, phones, write_leads

if TYPE_CHECKING:
    from pathlib import Path

    from telecmi_leads.sandbox import Sandbox

resource = pytest.importorskip("resource", reason="Windows bounds no process's time")

KINDS = (
    "a", "0", "1", " ", "\t", "\n", '"', "'", "<", "=", "-", ".", ",", ";", ":", "/", "\\", "(", "[", ")", "+", "%",
    "é", "\u0301", "＝", "१", "#", "@", "{", "*", "x", "\u200b", "\u00a0", "•", "a.", "1.", "1 ", "a@", "a@b.", "1-",
    "1/", "(1", "1,", "+1", "Mr ", "E+", "=1", '="', "p:", "tel:", "wa.me/", "a1", "ﷺ", "\u1100\u1161", "🇮🇳", "\x00",
    "\x1f", "\u2028", "İ",
)  # fmt: skip
GOOD = {
    "Name": "Asha Rao", "Mobile": "9876500001", "Email": "a@example.com", "City": "Pune", "Country": "India",
    "Dial code": "91", "Comment": "c", "Address": "d", "Salutation": "Ms", "Phone 2": "9876500002",
}  # fmt: skip
LENGTH = 60_000
SECONDS = 60

# --- row 27 ---------------------------------------------------------------------------------------


def test_long_cells_of_every_kind_in_every_column(tmp_path: Path) -> None:
    """(Row 27) Each row has one long cell: all rows are accounted for, in bounded time on the processor."""
    with (tmp_path / "leads.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(GOOD))
        writer.writeheader()
        for column in GOOD:
            writer.writerows(GOOD | {column: (kind * LENGTH)[:LENGTH]} for kind in KINDS)

    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))

    command = ["validate", "leads.csv", "--region", "IN", "--max-rejects", "100%", "--json"]
    process = Program(tmp_path).start(*command, preexec_fn=bounded)
    out, err = process.communicate(timeout=110)
    assert process.returncode == 0, f"{process.returncode} {err}"
    summary = Ended(process.returncode, out, err).json
    assert (balanced(summary), summary["rows"]["read"]) == (True, len(GOOD) * len(KINDS))


# --- row 29 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rows", "sizes"), [(1, [1]), (999, [999]), (1000, [1000]), (1001, [1000, 1])])
def test_campaigns_of_the_right_sizes_arrive(tmp_path: Path, sandbox: Sandbox, rows: int, sizes: list[int]) -> None:
    """(Row 29) The service gets full campaigns and one rest, each lead once."""
    write_leads(tmp_path / "leads.csv", rows)
    ended = Program(tmp_path, sandbox.url).run("upload", "leads.csv", "--name", "M", "--region", "IN", "--json")
    assert (ended.code, balanced(ended.json)) == (0, True)
    assert [len(leads) for _, leads in sorted(sandbox.campaigns().items())] == sizes
    assert phones(sandbox.campaigns()) == expected_phones(rows)


@pytest.mark.skipif(not forked.POSSIBLE, reason="only Linux tells the memory of such a process")
def test_a_million_rows_take_little_memory(tmp_path: Path) -> None:
    """(Row 29) A million rows become a thousand campaigns, in memory for little more than their numbers."""
    with (tmp_path / "leads.csv").open("w", encoding="utf-8") as file:
        file.write("Name,Mobile,City\n")
        file.writelines(f"Asha {at},{9_000_000_000 + at},Pune\n" for at in range(1_000_000))
    program = Program(tmp_path)
    command = ["upload", "leads.csv", "--name", "M", "--region", "IN", "--dry-run", "--json"]
    run = forked.run(program.python, command, tmp_path, program.variables(), seconds=110)
    assert run.code == 0, run.err
    summary = json.loads(run.out)
    assert (balanced(summary), summary["rows"]["leads"]) == (True, 1_000_000)
    assert {campaign["leads"] for campaign in summary["campaigns"]} == {1000}
    assert len(summary["campaigns"]) == 1000
    assert run.megabytes < 200


@pytest.mark.skipif(not forked.POSSIBLE, reason="only Linux tells the memory of such a process")
def test_long_comments_arrive_in_bounded_memory(tmp_path: Path, sandbox: Sandbox) -> None:
    """(Row 29) A campaign of 1000 leads with comments of 60 KB is one request, whole, in less than 512 MB."""
    comments = {phone: f"{phone} " + "x" * 60_000 for phone in expected_phones(1001)}
    with (tmp_path / "leads.csv").open("w", encoding="utf-8") as file:
        file.write("Name,Mobile,Comment\n")
        file.writelines(f"Asha,{phone[2:]},{comment}\n" for phone, comment in comments.items())
    program = Program(tmp_path, sandbox.url)
    command = ["upload", "leads.csv", "--name", "M", "--region", "IN", "--json"]
    run = forked.run(program.python, command, tmp_path, program.variables(), seconds=110)
    assert run.code == 0, run.err
    held = sandbox.campaigns()
    assert {name: len(leads) for name, leads in held.items()} == {"M-001": 1000, "M-002": 1}
    assert {lead["phone"]: lead["comment"] for leads in held.values() for lead in leads} == comments
    assert run.megabytes < 512
