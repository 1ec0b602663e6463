"""Files that are not as they should be, through the whole program: rows 27 (text) and 31 (JSON)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from inside import Inside
from program import balanced, phones
from reading_files import read_bounded

from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ONE, TWO = "919876500001", "919876500002"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Run the local stand-in."""
    with Sandbox() as running:
        yield running


# name → content, the numbers that must arrive, the rejections
READ: dict[str, tuple[bytes, list[str], dict[str, int]]] = {
    "a field of 200 KB": (b"Name,Mobile\nA,9876500001\n" + b"B" * 200_000 + b",9876500002\n", [ONE, TWO], {}),
    "NUL": (b"Name,Mobile\nA\x00sha,98765\x0000001\n", [ONE], {}),
    "ragged rows": (
        b"Name,Mobile\nA,9876500003,x,y\nB,9876500002\n\nC\nD,9876500001\n",
        [ONE, TWO, "919876500003"],  # where rows are shorter than the header too, a longer one is no shifted one
        {"no_phone": 1},
    ),
    "mixed line ends": (b"Name,Mobile\rA,9876500001\r\nB,9876500002\n", [ONE, TWO], {}),
    "UTF-16 without a mark": ("Name,Mobile\nAsha,9876500001\n".encode("utf-16-le"), [ONE], {}),
    "a code page": ("Name;Mobile\nJürgen Müß;9876500001\n".encode("cp1252"), [ONE], {}),
    "two equal headers": (b"Name,Mobile,Mobile\nA,,9876500001\nB,9876500002,\n", [ONE, TWO], {}),
    "NaN": (b'[{"Name":"A","Mobile":NaN},{"Name":"B","Mobile":9876500002}]', [TWO], {"no_phone": 1}),
    "1e400": (b'[{"Name":"A","Mobile":1e400},{"Name":"B","Mobile":9876500002}]', [TWO], {"letters": 1}),
    "lone surrogates": (
        b'[{"Name":"\\ud800A","Mobile":"9876500001"},{"Name":"B","Mobile":"9876500002"}]',
        [TWO],
        {"unreadable_text": 1},
    ),
}


@pytest.mark.parametrize("name", READ)
def test_read_or_rejected_row_by_row(tmp_path: Path, sandbox: Sandbox, name: str) -> None:
    """(Rows 27, 31) What can be read is uploaded, the other rows are rejected with a reason, none is missing."""
    content, numbers, rejections = READ[name]
    (tmp_path / "leads.txt").write_bytes(content)
    ended = Inside(tmp_path, sandbox.url).run("upload", "leads.txt", "--name", "M", "--region", "IN", "--json")
    assert ended.code == 0, ended.out + ended.err
    assert (balanced(ended.json), phones(sandbox.campaigns())) == (True, numbers)
    assert ended.json["rejections"] == rejections


# name → content, what the message holds
REFUSED: dict[str, tuple[bytes, str]] = {
    "an unclosed quote": (b'Name,Mobile\nA,9876500001\n"B,9876500002\nC,9876500003\n' * 3, "line 3"),
    "no phone column": (b"Name,City\nA,Pune\nB,Delhi\n", "no phone column was found"),
    "nested 100,000 deep": (b"[" * 100_000, "line 1: lists and objects are nested too deep"),
    "nested 100,000 deep in a row": (b'[{"Mobile":' + b"[" * 100_000, "line 1: lists and objects are nested too deep"),
    "equal keys": (b'[{"Mobile":"9876500001",\n"Mobile":"9876500002"}]', 'an object has the key "Mobile" twice'),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_the_place(tmp_path: Path, sandbox: Sandbox, name: str) -> None:
    """(Rows 27, 31) X3, where and why, nothing sent, never fewer rows in silence."""
    content, says = REFUSED[name]
    (tmp_path / "leads.txt").write_bytes(content)
    ended = Inside(tmp_path, sandbox.url).run("upload", "leads.txt", "--name", "M", "--region", "IN", "--json")
    error: dict[str, Any] = ended.json["error"]
    assert (ended.code, sandbox.requests()) == (3, ())
    assert says in error["message"]


@pytest.mark.slow
def test_two_gigabytes(tmp_path: Path) -> None:
    """(Row 31) 2 GB of one JSON file, nearly all of it a hole: refused in 5 s of processor time and flat memory."""
    with (tmp_path / "leads.json").open("wb") as file:
        file.write(b'[{"Name":"A","Mobile":"9876500001"},')
        file.truncate(2 << 30)
    read = read_bounded(tmp_path / "leads.json")
    assert read.output == "refused leads.json, line 1: this is no valid JSON (expecting value)."
    assert read.megabytes < 64
