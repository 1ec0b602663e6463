"""Cells that would cost a careless rule the square of their length, through the whole program (row 27)."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from program import Ended, Program, balanced

if TYPE_CHECKING:
    from pathlib import Path

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
