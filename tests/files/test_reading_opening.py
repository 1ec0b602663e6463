"""Paths and standard input: everything the file system may answer (rows 25 and 26 of the fault list)."""

from __future__ import annotations

import gzip
import os
import random
import re
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from places import ROOT, TESTS
from reading_files import read_rows, read_sheets, refusal

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.files import open_source, sheet_names
from telecmi_leads.settings.option_values import FileFormat
from telecmi_leads.settings.options import ReadingOptions

LEADS = "Name,Phone\nAsha,9876500001\n"
ROWS = [["Name", "Phone"], ["Asha", "9876500001"]]


# --- paths ----------------------------------------------------------------------------------------


def test_missing_file_suggests_its_neighbours(tmp_path: Path) -> None:
    """A file that is not there is answered with names that are, whatever their case."""
    (tmp_path / "Leads-March.csv").write_text(LEADS)
    with pytest.raises(SourceUnreadable) as caught:
        read_rows(tmp_path / "leads-march.cvs")
    assert caught.value.message == "There is no file leads-march.cvs."
    assert caught.value.hint == "Did you mean Leads-March.csv?"


def test_missing_folder(tmp_path: Path) -> None:
    """Where the folder is missing, that is said."""
    message = refusal(tmp_path / "no such folder" / "leads.csv")
    assert message == f"leads.csv can't be found: there is no folder {tmp_path}/no such folder."


def test_folder(tmp_path: Path) -> None:
    """A folder is no file."""
    (tmp_path / "leads").mkdir()
    assert refusal(tmp_path / "leads") == "leads is a folder."


def test_empty_file(tmp_path: Path) -> None:
    """A file of 0 bytes is refused, not read as no leads."""
    (tmp_path / "leads.csv").touch()
    assert refusal(tmp_path / "leads.csv") == "leads.csv is empty (0 bytes)."


def test_dangling_link(tmp_path: Path) -> None:
    """A link to nothing is told from a missing file."""
    (tmp_path / "leads.csv").symlink_to(tmp_path / "gone.csv")
    assert refusal(tmp_path / "leads.csv") == f"leads.csv is a link to {tmp_path}/gone.csv, which is not there."


def test_link_to_a_file_is_read(tmp_path: Path) -> None:
    """A link to a file is that file."""
    (tmp_path / "there.csv").write_text(LEADS)
    (tmp_path / "leads.csv").symlink_to(tmp_path / "there.csv")
    assert read_rows(tmp_path / "leads.csv") == ROWS


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file(tmp_path: Path) -> None:
    """A file without permission says so."""
    (tmp_path / "leads.csv").write_text(LEADS)
    (tmp_path / "leads.csv").chmod(0)
    assert refusal(tmp_path / "leads.csv") == "leads.csv may not be read by this user."


def test_device_is_refused_and_not_drained() -> None:
    """/dev/zero never ends; a device is no lead file."""
    assert refusal(Path("/dev/zero")) == "zero is a device, not a file."


def test_name_with_a_nul(tmp_path: Path) -> None:
    """A path that no system takes is an error with words, not a ValueError."""
    assert "can't be opened" in refusal(tmp_path / "leads\0.csv")


def test_names_are_shown_escaped(tmp_path: Path) -> None:
    """A file name cannot write to the terminal."""
    assert refusal(tmp_path / "le\x1b[31mads.csv") == "There is no file le\\x1b[31mads.csv."


# --- pipes and files that change ------------------------------------------------------------------


def test_fifo_is_read(tmp_path: Path) -> None:
    """A FIFO is copied to a private file first, since it can be read only once."""
    fifo = tmp_path / "leads"
    os.mkfifo(fifo)
    writer = threading.Thread(target=fifo.write_text, args=(LEADS,))
    writer.start()
    assert read_rows(fifo) == ROWS
    writer.join()


def test_empty_fifo_is_refused(tmp_path: Path) -> None:
    """A FIFO whose writer says nothing is an empty file."""
    fifo = tmp_path / "leads"
    os.mkfifo(fifo)
    writer = threading.Thread(target=fifo.write_text, args=("",))
    writer.start()
    assert refusal(fifo) == "leads is empty (0 bytes)."
    writer.join()


def read_standard_input(data: bytes) -> str:
    """Read `data` from a pipe, as the program would."""
    script = (
        "from telecmi_leads.settings.options import ReadingOptions\n"
        "from telecmi_leads.settings.options import ReadingOptions\n"
        "from telecmi_leads.files import open_source\n"
        "with open_source(None, ReadingOptions()) as source:\n"
        "    print(source.file, source.format, *[block.rows for sheet in source.sheets for block in sheet.blocks])\n"
    )
    run = subprocess.run([sys.executable, "-c", script], input=data, capture_output=True, check=True, cwd=ROOT)
    return run.stdout.decode().strip()


def test_standard_input() -> None:
    """Text from a pipe is told apart like any file."""
    assert read_standard_input(LEADS.encode()) == f"standard input csv {ROWS}"
    assert read_standard_input(b'[{"Name": "Asha"}]') == "standard input json [['Asha']]"


def test_workbook_from_standard_input() -> None:
    """A workbook comes through a pipe as well."""
    data = (TESTS / "leadfiles" / "samples" / "naukri_multi.xlsx").read_bytes()
    assert "'9876500058'" in read_standard_input(data)


@pytest.mark.parametrize("change", ["cut", "grow", "other"])
def test_input_edited_while_read(tmp_path: Path, change: str, seed: int) -> None:
    """A file that is cut, grown or overwritten meanwhile gives other rows or an error, never a crash."""
    path = tmp_path / "leads.csv"
    path.write_text("Name,Phone\n" + "Asha,9876500001\n" * 100_000)
    with open_source(path, ReadingOptions()) as source:
        blocks = next(source.sheets).blocks
        next(blocks)
        with path.open("r+b") as file:
            if change == "cut":
                file.truncate(100)
            elif change == "grow":
                file.seek(0, os.SEEK_END)
                file.write(b"more,1\n")
            else:
                file.write(random.Random(seed).randbytes(500_000))
        rows = 0
        with suppress(SourceUnreadable):  # random bytes have quotes in wrong places
            rows = sum(len(block.rows) for block in blocks)
    assert rows <= 100_002


# --- packed files ---------------------------------------------------------------------------------


def test_gzip_of_text(tmp_path: Path) -> None:
    """A packed text file is read as what is in it, and that is noted."""
    path = tmp_path / "leads.csv.gz"
    path.write_bytes(gzip.compress(LEADS.encode("utf-16")))
    with open_source(path, ReadingOptions()) as source:
        (sheet,) = source.sheets
        assert (source.format, source.notes) == (FileFormat.CSV, ("unpacked from gzip",))
        assert (sheet.encoding, [block.rows for block in sheet.blocks]) == ("UTF-16 LE", [ROWS])


def test_gzip_of_json_and_contacts(tmp_path: Path) -> None:
    """Any text format may be packed."""
    (tmp_path / "a.gz").write_bytes(gzip.compress(b'{"users": [{"n": "Asha"}]}'))
    (tmp_path / "b.gz").write_bytes(gzip.compress(b"BEGIN:VCARD\nFN:Asha\nEND:VCARD\n"))
    assert read_rows(tmp_path / "a.gz") == [["n"], ["Asha"]]
    assert read_rows(tmp_path / "b.gz") == [["Full Name"], ["Asha"]]


def test_damaged_gzip(tmp_path: Path) -> None:
    """A packed file that is cut off or bent is refused: part of it would be silently fewer rows."""
    packed = gzip.compress(LEADS.encode() * 10_000)
    for name, data in (("cut", packed[:-20]), ("bent", packed[:40] + b"\xff\xff" + packed[42:])):
        (tmp_path / name).write_bytes(data)
        assert refusal(tmp_path / name) == f"{name} is a gzip file that is damaged or cut off."


def test_gzip_bomb(tmp_path: Path) -> None:
    """A packed file that unpacks to a thousand times its size is refused."""
    path = tmp_path / "leads.csv.gz"
    with gzip.open(path, "wb", compresslevel=9) as file:
        for _ in range(100):
            file.write(b"\n" * (1 << 20))
    assert re.match(r"leads.csv.gz unpacks to more than \d+ times its size", refusal(path))


# --- what is no lead file -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"%PDF-1.7\n1 0 obj", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "a picture"),
        (b"SQLite format 3\0" + bytes(100), "an SQLite database"),
        (b"Rar!\x1a\x07", "a RAR archive"),
        (b"leads.csv".ljust(257, b"\0") + b"ustar\x0000", "a tar archive"),
        (b"\x09\x08\x10\x00\x00\x06\x05\x00", "an Excel workbook without its shell"),
        (gzip.compress(b"PK\x03\x04...", mtime=0), "a zip file within a gzip file"),
        (
            b"\x03\x7e\x05\x01\x02\0\0\0\x61\0\x20\0" + bytes(20) + b"NAME\0\0\0\0\0\0\0C" + bytes(54),
            "a dBASE table (DBF)",
        ),
        (b"\0\x01\0\0Standard Jet DB\0" + bytes(50), "an Access database"),
        (
            b"-- MySQL dump 10\n--\n/*!40101 SET NAMES utf8 */;\nDROP TABLE IF EXISTS `leads`;\n",
            "a dump of an SQL database",
        ),
        (b"INSERT INTO leads (name, phone) VALUES ('Asha', '9876500001');\n", "a dump of an SQL database"),
        (b"COPY public.leads (name, phone) FROM stdin;\nAsha\t9876500001\n\\.\n", "a dump of an SQL database"),
        (b"version: 1\n\ndn: cn=Asha,dc=example,dc=com\ncn: Asha\n", "an LDIF file of a directory"),
        (b"# people\ndn:: Y249QXNoYQ==\ncn: Asha\n", "an LDIF file of a directory"),
        (
            b'MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n boundary="x"\r\n\r\n--x\r\n',
            "a single-file web page (MHTML)",
        ),
        (
            b"From: <Saved by Blink>\nMIME-Version: 1.0\nContent-Type: multipart/related\n",
            "a single-file web page (MHTML)",
        ),
        (b"Received: from a\n by b\nSubject: Leads\n\nName,Phone\n", "an e-mail message"),
        (b"BEGIN:VCALENDAR\nVERSION:2.0\n", "a calendar"),
        (b'ID;PWXL;N;E\r\nC;X1;Y1;K"Name"\r\n', "a SYLK spreadsheet"),
        (b"<Error><Code>AccessDenied</Code></Error>", "an XML file"),
    ],
)
def test_foreign_files_are_named(tmp_path: Path, data: bytes, what: str) -> None:
    """A file of another kind is refused by its name, not read as strange text."""
    (tmp_path / "leads.csv").write_bytes(data)
    assert refusal(tmp_path / "leads.csv") == f"leads.csv is {what}, which can't be read."


def test_random_bytes_are_no_text(tmp_path: Path) -> None:
    """What is neither text nor known is refused."""
    (tmp_path / "leads.csv").write_bytes(bytes(range(256)) * 40)
    assert refusal(tmp_path / "leads.csv") == "leads.csv is a binary file of no known kind."


def test_a_list_of_plain_values_may_be_a_csv(tmp_path: Path) -> None:
    """A bracket may begin a CSV: --format csv reads it as one."""
    (tmp_path / "leads.csv").write_text("[1] Name,Phone\nAsha,9876500001\n")
    assert refusal(tmp_path / "leads.csv").startswith("leads.csv, line 1: ")
    rows = read_rows(tmp_path / "leads.csv", ReadingOptions(format=FileFormat.CSV))
    assert rows == [["[1] Name", "Phone"], ["Asha", "9876500001"]]


@pytest.mark.parametrize(
    "text",
    ["<Name>,<Phone>\nAsha,1\n", "C,N\nx,1\n", "Date: 1 May\nPeriod: May\n\nName,Phone\nAsha,1\n", "use,Phone\na,1\n"],
)
def test_strange_beginnings_that_are_text(tmp_path: Path, text: str) -> None:
    """A table that begins a little as another kind of file does is read."""
    (tmp_path / "leads.csv").write_text(text)
    assert len(read_rows(tmp_path / "leads.csv")) == text.count("\n")


def test_xml_is_no_lead_file(tmp_path: Path) -> None:
    """XML that is no spreadsheet is refused, unless --format says otherwise."""
    (tmp_path / "leads.xml").write_text('<?xml version="1.0"?><leads><lead/></leads>')
    assert refusal(tmp_path / "leads.xml") == "leads.xml is an XML file, which can't be read."
    assert read_rows(tmp_path / "leads.xml", ReadingOptions(format=FileFormat.CSV))


# --- formats that are said ------------------------------------------------------------------------


def test_format_does_not_overrule_the_content(tmp_path: Path) -> None:
    """A workbook format for a text file is refused with the way out; JSON stays JSON whatever --format says."""
    (tmp_path / "leads.csv").write_text(LEADS)
    message = refusal(tmp_path / "leads.csv", ReadingOptions(format=FileFormat.XLSX))
    assert message == "leads.csv is a text file, not a workbook of the format XLSX."
    (tmp_path / "leads.txt").write_text('[{"Name": "Asha"}]')
    assert read_rows(tmp_path / "leads.txt", ReadingOptions(format=FileFormat.CSV)) == [["Name"], ["Asha"]]


def test_format_tells_where_the_content_does_not(tmp_path: Path) -> None:
    """JSON Lines of lists look like a list; --format jsonl reads them by lines."""
    (tmp_path / "leads").write_text('["Asha", "9876500001"]\n["Ravi", "9876500002"]\n')
    rows = read_sheets(tmp_path / "leads", ReadingOptions(format=FileFormat.JSONL))[0].rows
    assert rows == [["Asha", "9876500001"], ["Ravi", "9876500002"]]


@pytest.mark.parametrize(
    ("name", "text", "note"),
    [
        ("leads.xls", "Name\tPhone\nAsha\t1\n", "a text file saved as .xls"),
        ("leads.xls", "<table><tr><td>Asha</td></tr></table>", "a web page saved as .xls"),
        ("leads.csv", '[{"Name": "Asha"}]', "a JSON file saved as .csv"),
        ("leads.csv", '{"Name": "Asha"}\n{"Name": "Ravi"}', "a JSON Lines file saved as .csv"),
        ("leads.txt", "BEGIN:VCARD\nFN:Asha\nEND:VCARD", None),
        ("leads.tsv", "Name\tPhone\n", None),
    ],
)
def test_disguises_are_noted(tmp_path: Path, name: str, text: str, note: str | None) -> None:
    """Where a file's ending says something else than its content, that is noted."""
    (tmp_path / name).write_text(text)
    with open_source(tmp_path / name, ReadingOptions()) as source:
        assert source.notes == ((note,) if note else ())


def test_the_names_that_sheet_takes(tmp_path: Path) -> None:
    """A file's sheets, tables and lists are named for completion; a file without any names none."""
    (tmp_path / "two.html").write_text("<table><tr><td>a</table><table><tr><td>b</table>")
    (tmp_path / "two.json").write_text('{"web": [{"phone": "9876500001"}], "fair": [{"phone": "9876500002"}]}')
    (tmp_path / "leads.csv").write_text(LEADS)
    names = [sheet_names(tmp_path / name, ReadingOptions()) for name in ("two.html", "two.json", "leads.csv")]
    assert names == [("table 1", "table 2"), ("web", "fair"), ()]
    assert sheet_names(TESTS / "leadfiles" / "samples" / "naukri_multi.xlsx", ReadingOptions()) != ()
