"""What surrounds the program (row 62): a full standard output, names that are no text or as long as a name can be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from program import Program, balanced

if TYPE_CHECKING:
    from telecmi_leads.sandbox import Sandbox

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, names of any bytes")
LEADS = b"Name,Mobile\nAsha,9876500001\n"
UPLOAD = ("--name", "March", "--region", "IN")


@pytest.fixture
def program(tmp_path: Path, sandbox: Sandbox) -> Program:
    """Return the program in a folder with a lead file."""
    (tmp_path / "leads.csv").write_bytes(LEADS)
    return Program(tmp_path, sandbox.url)


@pytest.mark.parametrize(
    "line",
    [
        "--version",
        "--help",
        "upload --help",
        "upload leads.csv --name March --region IN --json",
        "validate leads.csv --region IN --json",
        "columns leads.csv",
        "columns leads.csv --json",
        "explain 9876500001 --region IN",
        "runs",
        "runs --json",
        "resume --json",
        "check",
        "check --json",
        "forget --before 2020-01-01 --yes --json",
    ],
)
def test_a_full_standard_output_is_an_error(program: Program, sandbox: Sandbox, line: str) -> None:
    """(Row 62) What can't be written to standard output ends every command with X8 and a word; the upload is whole."""
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "telecmi_leads", *line.split()],
            cwd=program.folder, env=program.variables(), stdout=full, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
            text=True, check=False,
        )  # fmt: skip
    assert (ended.returncode, "Standard output can't be written: No space left on device." in ended.stderr) == (8, True)
    assert "Traceback" not in ended.stderr
    assert len(sandbox.campaigns()) == line.startswith("upload leads")


@pytest.mark.parametrize("line", ["--version", "--help", "runs"])
def test_a_reader_that_is_gone_is_no_error(program: Program, line: str) -> None:
    """(Row 62) A pipe that nobody reads any more, as behind `head`, is no failure of the program's."""
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [sys.executable, "-m", "telecmi_leads", line],
        cwd=program.folder, env=program.variables(), stdout=writing, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_file_whose_name_is_no_text(program: Program, sandbox: Sandbox) -> None:
    """(Row 62) A Latin-1 byte in the name of the file, a list or the report folder: read, uploaded, reported."""
    name = os.fsdecode(b"caf\xe9.csv")
    (program.folder / name).write_bytes(LEADS)
    (program.folder / f"not {name}").write_bytes(b"Mobile\n9876599999\n")
    lists = ("--exclude", f"not {name}", "--report-dir", os.fsdecode(b"r\xe9ports"))
    ended = program.run("upload", name, *UPLOAD, *lists, "--json")
    assert (ended.code, balanced(ended.json), list(sandbox.campaigns())) == (0, True, ["March-001"]), ended.err
    assert (program.folder / os.fsdecode(b"r\xe9ports") / "report.html").exists()
    assert program.run("runs", ended.json["run"]).code == 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("leads.csv", "--name", os.fsdecode(b"Caf\xe9")), "holds a byte that is not text"),
        (("leads.csv", "--name", "A", "--map", os.fsdecode(b"phone=T\xe9l")), "holds a byte that is not text"),
        ((os.fsdecode(b"caf\xe9.csv"), "--name", "{file}"), "holds a byte that is not text"),
        (("n" * 245 + ".csv", "--name", "{file}"), "100 are allowed"),
    ],
)
def test_a_name_that_no_campaign_can_have(
    program: Program, sandbox: Sandbox, options: tuple[str, ...], says: str
) -> None:
    """(Row 62) A byte that is no text in --name or --map, and a file's name of 249 bytes as the campaign's: X2."""
    (program.folder / os.fsdecode(b"caf\xe9.csv")).write_bytes(LEADS)
    (program.folder / ("n" * 245 + ".csv")).write_bytes(LEADS)
    ended = program.run("upload", *options, "--region", "IN")
    assert (ended.code, sandbox.requests(None)) == (2, ()), ended.err
    assert says in " ".join(ended.err.split())


def test_a_file_name_as_long_as_a_name_can_be(program: Program, sandbox: Sandbox) -> None:
    """(Row 62) 249 bytes, in letters of one byte and of two: uploaded, with its report."""
    for number, stem in enumerate(("n" * 245, "é" * 122)):
        (program.folder / f"{stem}.csv").write_bytes(LEADS.replace(b"00001", b"0000%d" % number))
        ended = program.run("upload", f"{stem}.csv", "--name", f"A{number}", "--region", "IN", "--json")
        assert (ended.code, Path(ended.json["reports"]["html"]).exists()) == (0, True), ended.err
    assert list(sandbox.campaigns()) == ["A0-001", "A1-001"]
