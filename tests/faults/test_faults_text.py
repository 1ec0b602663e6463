"""Hostile text through every field, header, name, option and answer, to every output: rows 32 and 33."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import threading
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from inside import Inside
from program import Program
from rawserver import RawServer, always, answer

from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Markup, an emoji code, colours, the clipboard, a C1 sequence, direction, DEL, a line separator, HTML, templates, a tag
# character, accents that pile up.
EVIL = (
    "[red]x[/b] :smile: \x1b[35;7mE\x1b]52;c;aGk=\x07 \x9b7m \u202e\u2066 \x7f\u2028 <script>alert(1)</script>\"'>< "
    "<img src=x onerror=alert(1)> &amp; %s {{x}} \U000e0041 e" + "\u0301" * 40
)
FILE = "a\x1b[35;7mb\u202e\n<script>.csv"
JOINERS = "\u200c\u200d"
SET_SERVER = answer(json.dumps({"code": 400, "msg": EVIL}).encode(), "400 Bad Request")
# What a bar and its colours are drawn with; anything else on a terminal is somebody else's.
DRAWN = re.compile(r"\x1b\[(?:\d{1,2}(?:;\d{1,2})?m|\d*A|2K|\?25[lh])|\r")


def raw(text: str) -> list[str]:
    """Return the characters of a text that no terminal should get, line ends aside."""
    return sorted({char for char in text if not (char.isprintable() or char in JOINERS or char == "\n")})


class Elements(HTMLParser):
    """Counts a page's elements and notes what could run."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element, and the attributes that are code."""
        self.tags += [tag, *(name for name, _ in attrs if name.startswith("on"))]


@pytest.fixture
def hostile() -> Iterator[RawServer]:
    """Run a server that refuses every campaign in hostile words."""
    with RawServer(always(SET_SERVER)) as server:
        yield server


def write_csv(path: Path, evil: str) -> None:
    """Write three leads and two rejects, hostile in every field and in two headers."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["Name", "Mobile", "City", "Email", evil, evil + "2"])
        writer.writerows([evil, f"987650000{number}", evil, evil, evil, evil] for number in range(3))
        writer.writerows([evil, f"98XX{evil}{number}", evil, evil, evil, evil] for number in range(2))


def write_json(path: Path, evil: str) -> None:
    """Write a lead and a reject with hostile keys."""
    rows = [{"Name": evil, "Mobile": "9876500007", evil: evil}, {"Name": evil, "Mobile": f"98XX{evil}", evil: evil}]
    path.write_text(json.dumps(rows), encoding="utf-8")


def write_xlsx(path: Path, evil: str) -> None:
    """Write a lead and a reject in a sheet of a hostile name; control characters as workbooks escape them."""
    escaped = re.sub(r"[\x00-\x1f\x7f]", lambda found: f"_x{ord(found[0]):04X}_", evil)
    book = openpyxl.Workbook()
    book.active.title = "<b>\u202e&amp;=1"
    book.active.append(["Name", "Mobile", escaped])
    book.active.append([escaped, "9876500008", escaped])
    book.active.append([escaped, f"98XX{escaped}", escaped])
    book.save(path)


INPUTS = {FILE: write_csv, "leads.json": write_json, "leads.xlsx": write_xlsx}
NAME = "[red]x[/b] :b: \x1b[7mE\x9b7m \u202e<img onerror=a()>"
"""A campaign's name and group, which may have 100 characters in all."""


@pytest.mark.skipif(os.name == "nt", reason="such file names can't be made there")
@pytest.mark.parametrize("name", INPUTS, ids=["csv", "json", "xlsx"])
def test_no_output_of_an_upload_has_a_raw_character(tmp_path: Path, hostile: RawServer, name: str) -> None:
    """(Row 32) Streams, JSON and reports of a run that is hostile through and through: all of it is escaped.

    The reject file alone holds the cells as they were, since it must read back to them.
    """
    program = Inside(tmp_path, hostile.url)
    options = ("--region", "IN", "--max-rejects", "90%", "--set", f"comment={EVIL}", "--settle", "0")
    for number, more in enumerate((["--json"], ["--split-by", NAME], ["--name-format", "{name} {digest}"])):
        INPUTS[name](tmp_path / name, NAME if NAME in more else EVIL)
        folder = f"r{number}"
        ended = program.run("upload", name, "--name", NAME + str(number), "--report-dir", folder, *options, *more)
        assert (ended.code, raw(ended.out), raw(ended.err)) == (5, [], []), ended.err
        names = ("report.html", "campaigns.csv", "summary.json")
        files = {each: (tmp_path / folder / each).read_bytes().decode("utf-8-sig") for each in names}
        assert {each: raw(text.replace("\r\n", "\n")) for each, text in files.items()} == {each: [] for each in names}
        assert not {"script", "img", "onerror"} & set(Elements(files["report.html"]).tags)
        json.loads(files["summary.json"])
    json.loads(program.run("upload", name, "--name", NAME + "0", *options, "--json").out)


COMMANDS: tuple[tuple[str, ...], ...] = (
    ("validate", FILE), ("columns", FILE), ("columns", "leads.json"), ("columns", "leads.xlsx"),
    ("columns", FILE, "--save"),
    ("columns", FILE, "--save", EVIL), ("upload", FILE, "--name", "x", "--profile", EVIL), ("runs",), ("runs", EVIL),
    ("upload", FILE, "--map", f"phone={EVIL}x", "--name", "x"), ("upload", FILE, "--map", EVIL, "--name", "x"),
    ("upload", FILE, "--sheet", EVIL, "--name", "x"), ("upload", "leads.xlsx", "--sheet", EVIL, "--name", "x"),
    ("upload", FILE, f"--{EVIL}"), ("upload", FILE, f"-{EVIL}"), (EVIL,), ("explain", EVIL), ("report", EVIL),
    ("explain", "9876500001", "--region", EVIL), ("resolve", EVIL, EVIL, "--accepted"),
    ("forget", "--phone", EVIL, "--yes"),
    ("forget", "--run", EVIL, "--yes"), ("forget", "--before", EVIL, "--yes"), ("check", "--env-file", EVIL),
    ("check", "--config", EVIL), ("check", "--ca-bundle", EVIL), ("check", "--secret-file", EVIL), ("resume", EVIL),
    ("upload", EVIL, "--name", EVIL), ("upload", FILE, "--exclude", EVIL, "--name", "q", "--region", "IN"),
    ("upload", FILE, "--split-by", f"{EVIL}z", "--name", "x", "--region", "IN"), ("sandbox", "--fault", EVIL),
    ("upload", FILE, "--set", f"comment={{{EVIL}", "--name", "x", "--region", "IN"), ("sandbox", "--port", EVIL),
    ("upload", FILE, "--name-format", EVIL, "--name", "x"), ("upload", FILE, "--types", EVIL, "--name", "x"),
    ("upload", FILE, "--format", EVIL, "--name", "x"), ("upload", FILE, "--size", EVIL, "--name", "x"),
    ("upload", FILE, "--name", "h", "--heartbeat", EVIL, "--region", "IN"), ("sandbox", "--form", EVIL),
)  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="such file names can't be made there")
def test_no_message_of_any_command_has_a_raw_character(tmp_path: Path, hostile: RawServer) -> None:
    """(Row 32) Whatever is given to whichever command: no bug, nothing raw on a stream, and JSON that is JSON."""
    for name, write in INPUTS.items():
        write(tmp_path / name, EVIL)
    program = Inside(tmp_path, hostile.url)
    for arguments in COMMANDS:
        for more in ((), ("--json",)) if arguments[0] not in {"sandbox", EVIL} else ((),):
            ended = program.run(*arguments, *more)
            said = (ascii(arguments), ended.code == 1, raw(ended.out), raw(ended.err))
            assert said == (ascii(arguments), False, [], []), ended.err
            assert not more or isinstance(json.loads(ended.out), dict)


@pytest.mark.parametrize("place", ["[red]x[/b] :smile:", EVIL])
def test_a_settings_file_is_quoted_harmlessly(tmp_path: Path, place: str) -> None:
    """(Row 32) Hostile keys, values, profiles and lines of .env and the TOML file are shown escaped."""
    program = Inside(tmp_path)
    for text in (
        f"{json.dumps(place)} = 1",
        f"region = {json.dumps(place)}",
        f"[profile.{json.dumps(place)}]\nx = 1",
        place,
    ):
        (tmp_path / "telecmi-leads.toml").write_text(text, encoding="utf-8")
        ended = program.run("check", "--profile", place)
        assert (ended.code, raw(ended.out + ended.err)) == (6, [])
    (tmp_path / "telecmi-leads.toml").unlink()
    (tmp_path / ".env").write_text(f"{place}\nTELECMI_APP_ID='{place}'\n", encoding="utf-8")
    program.environment["TELECMI_APP_ID"] = place
    ended = program.run("check")
    assert (ended.code, raw(ended.out + ended.err)) == (6, [])


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such terminals")
def test_a_terminal_gets_nothing_but_the_programs_own_controls(tmp_path: Path, hostile: RawServer) -> None:
    """(Row 32) On a terminal the only escape sequences are those that colours and bars are drawn with."""
    import pty

    write_csv(tmp_path / FILE, EVIL)
    master, slave = pty.openpty()
    got: list[bytes] = []

    def read() -> None:
        while True:
            try:
                got.append(os.read(master, 65536))
            except OSError:
                return

    reader = threading.Thread(target=read)
    reader.start()
    program = Program(tmp_path, hostile.url, {"TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8"})
    upload = ("upload", FILE, "--name", NAME, "--region", "IN", "--max-rejects", "90%")
    codes = [program.on_terminal(slave, *arguments) for arguments in (upload, ("columns", FILE))]
    os.close(slave)
    reader.join(10)
    os.close(master)
    written = b"".join(got).decode("utf-8")
    assert codes == [5, 0], written
    assert "\x1b[1" in written
    assert "\x1b[35;7m" not in written
    assert raw(DRAWN.sub("", written)) == []


# --- row 33 ---------------------------------------------------------------------------------------

FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "'=1",
    "''@",
    '=HYPERLINK("x")',
    "|x",
)
RUNS = re.compile("[=+\\-@\t\r\n＝＋－＠]")


def rejects_of(folder: Path) -> list[list[Any]]:
    """Return the raw rows of a reject file, as a spreadsheet would see them."""
    if (folder / "rejects.xlsx").exists():
        book = openpyxl.load_workbook(folder / "rejects.xlsx")
        return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    with (folder / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_formulas_are_defused_in_reports_alone(tmp_path: Path, kind: str) -> None:
    """(Row 33) Defused in reject file and refused.csv, unchanged in the request, also of a corrected reject file."""
    texts = [text for text in FORMULAS if kind == "csv" or text.isprintable()]
    header = ["Name", "Mobile", "Source"]
    good = [["Asha", f"98765000{number:02}", text] for number, text in enumerate(texts)]
    bad = [["Asha", f"98XX5000{number:02}", text] for number, text in enumerate(texts)]
    if kind == "csv":
        with (tmp_path / "leads.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *good, *bad])
    else:
        book = openpyxl.Workbook()
        for row, cells in enumerate([header, *good, *bad], start=1):
            for column, cell in enumerate(cells, start=1):
                book.active.cell(row, column).value = cell
                book.active.cell(row, column).data_type = "s"
        book.save(tmp_path / "leads.xlsx")
    options = ("--region", "IN", "--max-rejects", "90%", "--set", "comment={Source}")
    with Sandbox(faults=["400@1"]) as sandbox:
        program = Inside(tmp_path, sandbox.url)
        ended = program.run("upload", f"leads.{kind}", "--name", "A", *options, "--report-dir", "r")
        assert ended.code == 4, ended.err
        cells = [cell for row in rejects_of(tmp_path / "r") for cell in row if isinstance(cell, str)]
        with (tmp_path / "r" / "refused.csv").open(encoding="utf-8-sig", newline="") as file:
            cells += [cell for row in csv.reader(file) for cell in row]
        assert len(cells) > 2 * len(texts)
        assert [cell for cell in cells if RUNS.match(cell)] == []
        fixed = tmp_path / f"rejects.{kind}"
        if kind == "csv":
            content = (tmp_path / "r" / "rejects.csv").read_text(encoding="utf-8")
            fixed.write_text(content.replace("98XX5", "98765"), encoding="utf-8")
        else:
            book = openpyxl.load_workbook(tmp_path / "r" / "rejects.xlsx")
            for cell in next(book.active.iter_cols(4, 4)):
                cell.value = cell.value.replace("98XX5", "98765")
            book.save(fixed)
        for number, file in enumerate((f"leads.{kind}", fixed.name)):
            assert program.run("upload", file, "--name", f"B{number}", *options).code == 0
        first, second = ([lead.get("comment") for lead in leads] for leads in sandbox.campaigns().values())
        # An apostrophe before a formula is how spreadsheets defuse it: it is no part of the text.
        assert first == second == [re.sub("^'(?==)", "", " ".join(text.split())) for text in texts]


# --- row 59 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("own", ["\t", ",", ";"], ids=["tab", "comma", "semicolon"])
def test_no_report_has_a_formula_under_another_delimiter(tmp_path: Path, own: str) -> None:
    """(Row 59) Rejects of a file, opened with any delimiter: no cell runs; uploaded again, they are what they were."""
    notes = [f"Asha{other}=6*7{other}x" for other in ",;\t" if other != own] + ["\0=6*7", "a\0\n=6*7", "x\n@SUM(1)"]
    rows = [["Name", "Mobile", "Note"], *(["Ravi", f"98XX5000{at:02}", note] for at, note in enumerate(notes))]
    with (tmp_path / "leads.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=own).writerows([*rows, ["Om", "9876599999", "plain"]])
    options = ("--region", "IN", "--max-rejects", "99%", "--set", "comment={Note}")
    with Sandbox() as sandbox:
        program = Inside(tmp_path, sandbox.url)
        ended = program.run("upload", "leads.csv", "--name", "A", *options, "--report-dir", "r", "--json")
        assert (ended.code, ended.json["rows"]["rejected"]) == (0, len(notes)), ended.err
        rejects = tmp_path / "r" / "rejects.csv"
        written = rejects.read_text(encoding="utf-8-sig")
        for opened in ",;\t":
            read = csv.reader(io.StringIO(written.replace("\0", ""), newline=""), delimiter=opened)
            lines = [line.lstrip('" ') for row in read for cell in row for line in cell.split("\n")]
            assert [line for line in lines if RUNS.match(line)] == []
        rejects.write_text(written.replace("98XX5", "98765"), encoding="utf-8")
        assert program.run("upload", rejects, "--name", "B", *options).code == 0
        sent = [lead.get("comment") for lead in sandbox.campaigns()["B-001"]]
    assert sent == [" ".join(note.replace("\0", "").split()) for note in notes]
