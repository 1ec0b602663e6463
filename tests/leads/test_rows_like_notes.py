"""Rows among leads that are named as footers are: never passed over without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from inside import Inside

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("rows", "leads", "rejected", "blank"),
    [
        (["Enquiry,9876500001,a@x.com", "Front Office,9876500002,r@x.com", "Asha Rao,9876500004,b@x.com"], 3, 0, 0),
        (["C/o: Ramesh,9876500001,a@x.com", "Agent: Suresh,9876500002,", "Asha Rao,9876500004,b@x.com"], 1, 2, 0),
        (["Reception,9876500001,", "Asha Rao,9876500004,b@x.com"], 1, 1, 0),
        (["Asha Rao,9876500004,b@x.com", "Office,9876500001,", "Support,9876500002,s@x.com"], 1, 0, 2),
        (["Asha Rao,9876500004,b@x.com", "Agent: Suresh,9876500002,"], 1, 0, 1),
        (["Helpline,9876500001,", "Prepared by Ravi,9876500002,", "Asha Rao,9876500004,b@x.com"], 1, 0, 2),
    ],
)
def test_rows_that_are_named_like_footers(
    tmp_path: Path, rows: list[str], leads: int, rejected: int, blank: int
) -> None:
    """A front desk among leads is a lead or rejected, and so is whoever has a label; below them all it is a footer."""
    (tmp_path / "leads.csv").write_text("Name,Number,Email\n" + "\n".join(rows) + "\n")
    done = Inside(tmp_path).run("validate", "leads.csv", "--region", "IN", "--json", "--max-rejects", "100%")
    counts = done.json["rows"]
    assert (counts["leads"], counts["rejected"], counts["blank"]) == (leads, rejected, blank)


@pytest.mark.parametrize("blank_below", [0, 1500])
@pytest.mark.parametrize("at", [1022, 1023, 1024, 1025])
def test_a_row_like_a_footer_is_judged_alike_wherever_a_block_ends(tmp_path: Path, at: int, blank_below: int) -> None:
    """Rows are read a thousand at a time: what stands last among them is a footer only where the table ends too."""
    rows = [f"Person {each},98765{each:05d},Kochi" for each in range(1100)]
    rows[at:at] = ["Reception,9876599001,Pune", "Mother: Sita Rao,9876599002,Pune"]
    for below, counted in (([], (1101, 1, 0)), (["Helpline,9876599003,"], (1101, 1, 1))):
        text = "\n".join(["Name,Phone,City", *rows, *below, *[",,"] * blank_below, ""])
        (tmp_path / "leads.csv").write_text(text)
        counts = Inside(tmp_path).run("validate", "leads.csv", "--region", "IN", "--json").json["rows"]
        assert (counts["leads"], counts["rejected"], counts["blank"] - blank_below) == counted


def test_only_rows_down_to_the_limit_count(tmp_path: Path) -> None:
    """What is repaired, passed over or too long below the last row that --limit takes is not told."""
    rows = [f"Person {each},+91 98765 {each:05d},bad" for each in range(20)]
    rows[5:5] = ["Total: 5,,"]
    rows[15:15] = ["Total: 15,,", "Asha Rao,9876599001,a@x.com,more"]
    (tmp_path / "leads.csv").write_text("\n".join(["Name,Phone,Email", *rows, ""]))
    told = Inside(tmp_path).run("validate", "leads.csv", "--region", "IN", "--limit", "10", "--strict", "--json").json
    assert (told["exit_code"], told["rows"]["read"], told["rows"]["leads"]) == (0, 11, 10)
    assert told["repairs"] == {"punctuation": 10, "name_split": 10, "email_dropped": 10}
    assert (told["skipped"], told["warnings"]) == ({"total": 1}, [])
