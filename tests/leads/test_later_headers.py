"""Headers of other layouts in the middle of a table: read as the columns change, and no file is made of them alone."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from inside import Inside
from program import balanced, phones

from telecmi_leads.sandbox import Sandbox

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


AGENTS = (
    "Name,Mobile,City\nAsha Rao,9876500001,Kochi\nUma Das,9876500002,Pune\n,,\n"
    "Agent Name,Agent Mobile,Branch\nSneha Das,9876500003,Nagpur\nRohit Verma,9876500004,Surat\n,,\n"
    "Name,Mobile,City\nLata Sen,9876500005,Goa\n"
)


def test_a_header_without_a_phone_column_is_passed_over(tmp_path: Path) -> None:
    """A list of agents below the leads is named in a warning, its rows are no leads, and the next header is read."""
    code, summary, _ = run(tmp_path, AGENTS)
    assert (code, summary["rows"]["leads"], summary["rows"]["rejected"]) == (0, 3, 0)
    assert (summary["skipped"], balanced(summary)) == ({"header": 2, "no_phone_column": 2}, True)
    assert summary["warnings"] == [
        (
            "leads.csv, below row 5 (2 rows) has no phone column and was not read. Its columns: Agent Name, Agent "
            'Mobile, Branch. "Agent Mobile" holds numbers and was passed over: somebody else\'s (agent). To read it: '
            '--map "phone=Agent Mobile" --map "fullname=Agent Name".'
        )
    ]
    code, summary, _ = run(tmp_path, AGENTS, "--strict")
    assert (code, summary["error"]["message"]) == (
        3,
        "leads.csv, below row 5 (2 rows) has no phone column, and --strict allows no such table. Nothing was sent.",
    )
    code, summary, _ = run(tmp_path, AGENTS, "--map", "phone=Agent Mobile", "--map", "fullname=Agent Name")
    assert (code, summary["rows"]["leads"], summary["warnings"]) == (0, 5, [])
    code, summary, _ = run(tmp_path, AGENTS, "--limit", "2")
    assert (code, summary["rows"]["leads"], summary["warnings"]) == (0, 2, [])


WHOSE = (
    "Name,Mobile,Wife Mobile,City\nAsha Rao,9876500001,9876500011,Kochi\n"
    "Name,{},City\nUma Das,9876500012,9876500002,Pune\nLata Sen,9876500013,9876500003,Goa\n"
)


@pytest.mark.parametrize("names", ["Wife,Own", "Husband,Self", "पत्नी,स्वयं", "Ehefrau,Eigene"])
def test_a_header_that_says_whose_the_numbers_are(tmp_path: Path, names: str) -> None:
    """A header in which words for persons stand for their numbers changes the columns, and nobody gets another's."""
    with Sandbox() as sandbox:
        (tmp_path / "leads.csv").write_text(WHOSE.format(names), encoding="utf-8")
        ended = Inside(tmp_path, sandbox.url).run("upload", "leads.csv", "--name", "M", "--region", "IN", "--json")
        sent = phones(sandbox.campaigns())
    assert (ended.code, sent) == (0, ["919876500001", "919876500002", "919876500003"])
    assert ended.json["skipped"] == {"header": 1}


@pytest.mark.parametrize("row", ["Name,Ravi,Rao,City", "Asha,Wife,Own,Pune", "Name,,,City", "Name,Wife,Rao,City"])
def test_a_row_of_other_words_is_no_header(tmp_path: Path, row: str) -> None:
    """A row that repeats fewer names, or has words that say of nobody whose a number is, changes no column."""
    text = f"Name,Mobile,Wife Mobile,City\nAsha Rao,9876500001,9876500011,Kochi\n{row}\nUma Das,9876500002,,Pune\n"
    code, summary, _ = run(tmp_path, text)
    assert (code, summary["rows"]["leads"], summary["skipped"].get("header")) == (0, 2, None)


def test_a_file_of_headers_alone_has_no_phone_column(tmp_path: Path) -> None:
    """Where nothing was read above a header without a phone column, the file has none."""
    code, summary, _ = run(tmp_path, "Name,Mobile\nAgent Name,Agent Mobile\nSneha Das,9876500003\n")
    assert (code, summary["error"]["code"]) == (3, "column_missing")


MANY_HEADERS = (in_turn(5000), "leads.csv: it has more than 1,000 header rows that change its columns.")
MANY_COLUMNS = (of_many_columns(400), "leads.csv: the header rows that change its columns have more than 32,768 names.")


@pytest.mark.parametrize(
    ("text", "says", "options"),
    [(*MANY_HEADERS, ()), (*MANY_HEADERS, ("--limit", "1")), (*MANY_COLUMNS, ("--limit", "1"))],
    ids=["many headers", "many headers, one lead", "many columns, one lead"],
)
def test_headers_beyond_all_measure(tmp_path: Path, text: str, says: str, options: tuple[str, ...]) -> None:
    """A file of headers that change its columns ends at a limit, in seconds, with --limit too."""
    code, summary, seconds = run(tmp_path, text, *options)
    assert (code, summary["error"]["message"], seconds < SECONDS) == (3, says, True)


# --- how the columns below a header are judged ----------------------------------------------------

ABOVE, STATES = "Name,Phone,City", "Full name,Mobile,Country"


def with_states(above: int, *, blank: int = 0) -> str:
    """Return a file with a later header whose Country holds states, below so many rows."""
    first = [f"Asha Rao,98765{at:05},Pune" for at in range(above)]
    later = [f"Ravi Nair,98764{at:05},{('Kerala', 'Goa', 'Punjab')[at % 3]}" for at in range(30)]
    return "\n".join([ABOVE, *first, STATES, *[",,"] * blank, *later]) + "\n"


@pytest.mark.parametrize("blank", [0, 120])
@pytest.mark.parametrize("above", [900, 1019, 1020, 1021, 1022, 1023, 1024])
def test_columns_are_judged_alike_wherever_the_header_stands(tmp_path: Path, above: int, blank: int) -> None:
    """A block of rows may end right below a header, or blank rows follow: the next rows with cells are looked at."""
    code, summary, _ = run(tmp_path, with_states(above, blank=blank))
    assert (code, summary["rows"]["leads"], summary["rejections"]) == (0, above + 30, {})


@pytest.mark.parametrize("above", [5, 1021, 1100])
def test_marks_below_a_header_hold_behind_the_limit(tmp_path: Path, above: int) -> None:
    """Where no more leads are wanted, columns below a header are judged by as many rows, and marks found there."""
    text = with_states(above).replace("Country\n", "Country,DND\n").replace(",Goa\n", ",Goa,yes\n")
    code, summary, _ = run(tmp_path, text.replace("Asha Rao,9876500000", "Asha Rao,9876400001"), "--limit", "1")
    assert (code, summary["rows"]["leads"], summary["rows"]["excluded"]) == (0, 1, 1)
