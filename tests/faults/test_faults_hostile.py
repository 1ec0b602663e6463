"""Hostile files of some kilobytes or megabytes, made by code: linear time, and an end at a bound that is named."""

from __future__ import annotations

import base64
import gzip
import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import forked
import pytest
from program import Ended, Program

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.skipif(not forked.POSSIBLE, reason="only Linux tells the time and memory of such a process")

SECONDS, MEGABYTES = 10, 512


@dataclass(frozen=True)
class Measured:
    """How the program ended, with its seconds on the processor and its peak memory."""

    ended: Ended
    seconds: float
    megabytes: float


def validated(tmp_path: Path, name: str, content: bytes, most: int = 60) -> Measured:
    """Validate a file in a process that the system ends after `most` seconds on the processor."""
    (tmp_path / name).write_bytes(content)
    command = ["validate", name, "--region", "IN", "--max-rejects", "100%", "--json"]
    program = Program(tmp_path)
    run = forked.run(program.python, command, tmp_path, program.variables(), processor=most)
    return Measured(Ended.of(run), run.seconds, run.megabytes)


# --- row 53: the time of long cells grows with their size alone -----------------------------------


def notes(cell: str) -> bytes:
    """Return a list of ten leads with a long cell each."""
    return b"Name,Phone,Email,Note\n" + b"".join(b"Asha,98765%05d,,%s\n" % (at, cell.encode()) for at in range(10))


def emails(cell: str) -> bytes:
    """Return a list of ten leads with a long address each."""
    return b"Name,Phone,Email\n" + b"".join(b"Asha,98765%05d,%s\n" % (at, cell.encode()) for at in range(10))


def headerless(cell: str) -> bytes:
    """Return a list without a header, of ten leads with a long cell each."""
    return b"".join(b"Asha,98765%05d,%s\n" % (at, cell.encode()) for at in range(10))


def contact(lines: str) -> bytes:
    """Return a contact with many lines."""
    return f"BEGIN:VCARD\nVERSION:3.0\nFN:Asha\nTEL:9876500001\n{lines}END:VCARD\n".encode()


LONG: dict[str, Callable[[int], bytes]] = {
    "a bracket before blanks.csv": lambda n: notes("<" + " " * n),
    "brackets.csv": lambda n: notes("<" * n),
    "a picture in base64.csv": lambda n: notes(base64.b64encode(bytes(range(256)) * (n // 256)).decode()),
    "signs of addresses.csv": lambda n: emails("a@" * (n // 2)),
    "an address without a sign.csv": lambda n: emails("a" * n),
    "domains.csv": lambda n: emails("a@" + "a." * (n // 2)),
    "letters without a header.csv": lambda n: headerless("a" * n),
    "addresses without a header.csv": lambda n: headerless("a@" * (n // 2) + " "),
    "numbers.csv": lambda n: b"Name,Phone\n" + b"".join(b"A,%s\n" % (b"9876500001 " * (n // 11)) for _ in range(10)),
    "addresses of one contact.vcf": lambda n: contact("EMAIL:a@example.com\n" * (n // 4)),
    "numbers of one contact.vcf": lambda n: contact("TEL:9876500001\n" * (n // 4)),
    "backslashes at line ends.csv": lambda n: b"Name,Phone\n\\N,1\n" + b"a\\\n" * (n * 4),
    "single quotes.csv": lambda n: b"N,P\n" + b"'" * n + b"\n" + b"','" * n,
    "styles.html": lambda n: b"<html><style>" + b"a" * n + b"</style><table><tr><td>Name<td>Phone</table>",
    "leads by key.json": lambda n: json.dumps({f"k{at}": {"phone": f"98765{at:05}"} for at in range(n // 8)}).encode(),
    "pages of nothing.json": lambda n: b"[" + b'{"data":[{"a":[{"b":[]}]}]},' * (n // 32) + b"{}]",
    "cells in cells.json": lambda n: b"[" + b'{"rows":[["a","b"],[1,2]]},' * (n // 16) + b"{}]",
    "hidden rows.html": lambda n: (
        b"<table>" + b'<tr style="display:none"><td>1<td>2' * (n // 16) + b"<tr><td>Phone</table>"
    ),
    "comments of SQL.csv": lambda n: b"/*" * (n * 4),
}
ROOM = 1.0  # seconds by which two runs of the same file may differ on a busy machine


@pytest.mark.parametrize("name", LONG)
def test_long_cells_take_linear_time(tmp_path: Path, name: str) -> None:
    """(Row 53) Four times the text takes about four times the time, whatever it is: no rule is quadratic in a cell."""
    once, fourfold = (validated(tmp_path, name, LONG[name](size)) for size in (30_000, 120_000))
    assert once.ended.code in {0, 3}, once.ended.err
    assert fourfold.ended.code in {0, 3}, fourfold.ended.err
    assert fourfold.seconds < 6 * once.seconds + ROOM


# --- row 54: what grows ends at a bound -----------------------------------------------------------


def spreadsheet(sheets: str) -> bytes:
    """Return an XML spreadsheet."""
    return f'<?xml version="1.0"?><Workbook xmlns:ss="x">{sheets}</Workbook>'.encode()


def far_rows(count: int, step: int) -> str:
    """Return a worksheet of rows that each begin far to the right."""
    cell = '<Cell ss:Index="16000"><Data>a</Data></Cell>'
    rows = "".join(f'<Row ss:Index="{at * step + 1}">{cell}</Row>' for at in range(count))
    return f'<Worksheet ss:Name="L"><Table>{rows}</Table></Worksheet>'


CELLS = "a file of its size has at most"
GROWING: dict[str, tuple[Callable[[], bytes], str]] = {
    "colspan.html": (lambda: b"<table>" + (b"<tr>" + b"<td colspan=1000>a" * 16) * 800, CELLS),
    "rowspan.html": (
        lambda: b"<table><tr>" + b"<td rowspan=9999999 colspan=1000>a" * 16 + b"<tr><td>x" * 20_000,
        CELLS,
    ),
    "nested.html": (
        lambda: b"<table><tr><td rowspan=9 colspan=1000>" * 6000,
        "more than 64 tables stand within one another",
    ),
    "tables.html": (
        lambda: b"".join(b"<table><tr><td>Name<td>Phone<tr><td>A<td>98765%05d</table>" % at for at in range(20_000)),
        "it has more than 1,000 tables",
    ),
    "columns.xml": (lambda: spreadsheet(far_rows(4000, 200)), CELLS),
    "row.xml": (lambda: spreadsheet(far_rows(2, 2_000_000)), "a sheet at most 1,048,576 rows"),
    "rows.xml": (lambda: spreadsheet(far_rows(2, 1_000_000) * 500), CELLS),
    "names.jsonl": (
        lambda: b"\n".join(b'{"k%d":1}' % at for at in range(150_000)),
        "more than 2,048 different names of fields",
    ),
    "sparse.jsonl": (lambda: b"\n".join(b'{"k%d":1}' % (at % 2000) for at in range(200_000)), CELLS),
    "lists.json": (
        lambda: json.dumps({f"l{at}": [{"name": "A", "phone": f"98765{at:05}"}] for at in range(20_000)}).encode(),
        "it has more than 100 lists of leads",
    ),
    "digits.json": (lambda: b'[{"phone":' + b"9" * 15_000_000 + b"}]", "a cell of more than 1,048,576 characters"),
    "blank.csv.gz": (lambda: gzip.compress(b"\n" * 60_000_000), "more than 2,097,152 blank rows follow one another"),
    "gap.csv.gz": (
        lambda: gzip.compress(b"Name,Phone\nA,9876500001\n" + b"\n" * 60_000_000 + b"B,9876500002\n"),
        "more than 2,097,152 blank rows follow one another",
    ),
    "row.csv": (lambda: b"Name,Phone\n" + b",".join([b"x" * 1_000_000] * 15), "a line of more than 2 MB"),
    "line.csv": (lambda: ("Name,Phone " + "9876500001," * 400_000).encode("utf-16-le"), "a line of more than 2 MB"),
    "commas.csv": (lambda: b"Name,Phone\n" + (b"," * 1_900_000 + b"\n") * 3, "more than 16,384 columns"),
    "deep.json": (lambda: b'{"a":' * 100_000, "lists and objects are nested too deep"),
    "emails.vcf": (lambda: contact("EMAIL:a@example.com\n" * 20_000), "more than 2,048 different names of fields"),
}


@pytest.mark.parametrize("name", GROWING)
def test_what_grows_ends_at_a_named_bound(tmp_path: Path, name: str) -> None:
    """(Row 54) A small file that would fill the memory ends the program as bad input, and the words name the bound."""
    make, bound = GROWING[name]
    measured = validated(tmp_path, name, make(), SECONDS)
    assert measured.ended.code == 3, measured.ended.err
    assert bound in measured.ended.json["error"]["message"]
    assert measured.megabytes < MEGABYTES


def test_honest_files_are_far_below_the_bounds(tmp_path: Path) -> None:
    """(Row 54) Pictures of 96 KB in each row, wide rows and a thousand blank rows between two leads are read."""
    picture = base64.b64encode(bytes(range(250)) * 288)
    rows = b"".join(b"Asha,98765%05d,%s,%s\n" % (at, picture, b"," * 500) for at in range(30))
    content = b"Name,Phone,Photo\n" + rows + b"\n" * 1000 + b"Ravi,9876599999,\n"
    measured = validated(tmp_path, "leads.csv", content.replace(b"Photo\n", b"Photo" + b"," * 501 + b"\n"))
    assert measured.ended.json["rows"]["leads"] == 31
    assert measured.megabytes < MEGABYTES


@pytest.mark.parametrize("column", ["DND", "Lead Status"])
def test_long_cells_are_not_kept(tmp_path: Path, column: str) -> None:
    """(Row 54) Hundreds of cells of half a megabyte, each another, take no more memory than the first of them."""
    chance = random.Random(1)  # a file that packs too well is refused
    rows = b"".join(b"Asha,98765%05d,dnd %s\n" % (at, chance.randbytes(5000).hex().encode() * 50) for at in range(400))
    content = gzip.compress(b"Name,Phone,%s\n" % column.encode() + rows, 1)
    measured = validated(tmp_path, "leads.csv.gz", content)
    assert measured.ended.json["rows"]["leads"] == 400
    assert measured.megabytes < MEGABYTES / 2
