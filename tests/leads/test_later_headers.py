"""Headers of other layouts in the middle of a table: read as the columns change, and no file is made of them alone."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from inside import Inside
from program import balanced

if TYPE_CHECKING:
    from pathlib import Path

VALIDATE = ("validate", "leads.csv", "--region", "IN", "--json")
SECONDS = 10


def in_turn(headers: int) -> str:
    """Return a file whose two columns change places behind each row."""
    rows = []
    for at in range(headers + 1):
        rows += ["Name,Phone", f"Asha Rao,98765{at:05d}"] if at % 2 == 0 else ["Phone,Name", f"98765{at:05d},Asha Rao"]
    return "\n".join(rows) + "\n"


def of_many_columns(headers: int) -> str:
    """Return a file with headers of 250 columns in turn, a fifth of whose names are never the same."""
    known = ("Name", "Phone", "Email", "City", "Country", "Address", "Comment", "State")
    rows = []
    for at in range(headers + 1):
        header = [known[column % 8] if column % 5 < 4 else f"c{at}x{column}" for column in range(250)]
        row = ["" if column > 1 else "Asha Rao" for column in range(250)]
        if at % 2:
            header[:2] = ["Phone", "Name"]
        row[1 - at % 2] = f"98765{at:05d}"
        rows += [",".join(header), ",".join(row)]
    return "\n".join(rows) + "\n"


def run(folder: Path, text: str, *options: str) -> tuple[int, dict[str, object], float]:
    """Validate a text; return the exit code, the summary and the seconds on the processor."""
    (folder / "leads.csv").write_text(text, encoding="utf-8")
    before = time.process_time()
    ended = Inside(folder, "http://127.0.0.1:9").run(*VALIDATE, *options)
    return ended.code, ended.json, time.process_time() - before


def test_some_dozens_of_headers_are_read(tmp_path: Path) -> None:
    """Each row goes by the header above it; a header that comes again is none of another layout."""
    code, summary, _ = run(tmp_path, in_turn(60) + "Name,Phone\nRavi Nair,9876599999\n" * 3000, "--max-rejects", "0")
    assert (code, summary["rows"]["leads"], len(summary["tables"])) == (0, 62, 61)
    assert (summary["rows"]["duplicate"], summary["skipped"]) == (2999, {"header": 60, "repeated_header": 3000})
    assert balanced(summary)


@pytest.mark.parametrize("options", [(), ("--limit", "1")])
@pytest.mark.parametrize(
    ("text", "says"),
    [
        (in_turn(5000), "leads.csv: it has more than 1,000 header rows that change its columns."),
        (
            of_many_columns(400),
            "leads.csv: the header rows that change its columns have more than 32,768 names.",
        ),
    ],
    ids=["many headers", "many columns"],
)
def test_headers_beyond_all_measure(tmp_path: Path, text: str, says: str, options: tuple[str, ...]) -> None:
    """A file of headers that change its columns ends at a limit, in seconds, with --limit too."""
    code, summary, seconds = run(tmp_path, text, *options)
    assert (code, summary["error"]["message"], seconds < SECONDS) == (3, says, True)
