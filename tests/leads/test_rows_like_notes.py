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
