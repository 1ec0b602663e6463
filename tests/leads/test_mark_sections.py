"""A title that says not to call, alone in its row: whoever stands below it is excluded; whole outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import openpyxl
import pytest
from inside import Inside
from program import balanced, phones

from telecmi_leads.columns.mark_sections import is_section_title

if TYPE_CHECKING:
    from pathlib import Path

    from telecmi_leads.sandbox import Sandbox


class Found(NamedTuple):
    """What an upload came to: the last digits of the numbers sent, whom marks exclude, and what was no lead."""

    sent: list[str]
    excluded: dict[str, int]
    skipped: dict[str, int]
    rejections: dict[str, int]


class Uploads:
    """Uploads a text to a sandbox."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.program = Inside(folder, sandbox.url)
        self.sandbox = sandbox

    def text(self, text: str, *options: str, name: str = "leads.csv") -> Found:
        """Write the text as a file and return what its upload came to."""
        (self.program.folder / name).write_text(text, encoding="utf-8")
        return self.file(name, *options)

    def file(self, name: str, *options: str) -> Found:
        """Return what the upload of a file came to."""
        ended = self.program.run(
            "upload", name, "--name", "M", "--region", "IN", "--max-rejects", "90%", "--json", *options
        )
        assert balanced(ended.json)
        sent = [phone.removeprefix("9198765000") for phone in phones(self.sandbox.campaigns())]
        return Found(sent, ended.json["excluded"], ended.json["skipped"], ended.json["rejections"])


@pytest.fixture
def upload(tmp_path: Path, sandbox: Sandbox) -> Uploads:
    """Return what uploads files, in a folder of its own."""
    return Uploads(tmp_path, sandbox)


# --- titles ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    [
        *("Do not call", "DND LIST", "DNC:", "*** Do Not Call ***", "Opted out customers", "DND 2026", "Blacklist"),
        *("Please do not call these people", "The following have opted out", "Section: do not contact"),
        *("Nicht anrufen", "Ne pas appeler", "No llamar", "Не звонить", "कॉल न करें", "请勿致电", "لا تتصل"),
    ],
)
def test_titles(title: str) -> None:
    """The words that mark a sheet's name are a title, with what a title says besides."""
    assert is_section_title(title)


@pytest.mark.parametrize(
    "text",
    [
        *("Delhi team", "June 2026", "Call", "Opted in", "Non DND", "Nix", "Asha Rao DND", "Asha Rao - do not call"),
        *("Do not call before 6", "DND 9876500001", "DND numbers removed by Asha", "Do not email", "-", ""),
    ],
)
def test_what_is_no_title(text: str) -> None:
    """Another title, a name with its mark, a number with its mark and other channels are no titles."""
    assert not is_section_title(text)


@pytest.mark.parametrize("row", ["Do not call", "Do not call,,", ",,Do not call", "Do not call,Do not call,", "' ',"])
def test_rows_of_titles(upload: Uploads, row: str) -> None:
    """The title stands in the first cell, or in one that holds no names and numbers, or in all; nothing else does."""
    row = row.replace("' '", " Do not call ")
    found = upload.text(f"Name,Mobile,City\nAsha Rao,9876500001,Pune\n\n{row}\nRavi K,9876500002,\n,98765,\n")
    assert found == (["01"], {"Do not call": 2}, {"note": 1}, {})


@pytest.mark.parametrize(
    "banner", ["Do not call list\n", "DNC,,\nBranch: Pune\n\n1 March 2026,,\n", "Pune\nBlacklist\n\n"]
)
def test_a_title_above_the_header(upload: Uploads, banner: str) -> None:
    """A title above the header holds for the whole table, with what else stands there: good numbers and bad ones."""
    found = upload.text(f"{banner}Name,Mobile,City\nAsha Rao,9876500001,Pune\nRavi K,98765,Agra\n")
    title = next(text for text in ("Do not call list", "DNC", "Blacklist") if text in banner)
    assert found == ([], {title: 2}, {}, {})


@pytest.mark.parametrize("banner", ["Non DND\n", "DND list\n\nOpted in\n", "DND numbers removed\n", "Do not email\n"])
def test_what_above_the_header_is_no_title(upload: Uploads, banner: str) -> None:
    """Another text above the header, or one that takes the title back, excludes nobody."""
    found = upload.text(f"{banner}Name,Mobile,City\nAsha Rao,9876500001,Pune\n")
    assert found == (["01"], {}, {}, {})


def test_what_begins_no_section(upload: Uploads) -> None:
    """A mark with a name or number, in place of a number, as a status, or that is a name: it marks its row alone."""
    rows = ["Asha DND,,", ",DND,", ",,DNC", "Nix,,", "Do not call,x,", "Delhi team,,", "Ravi K,9876500002,"]
    found = upload.text("\n".join(["Name,Mobile,Status", *rows]) + "\n")
    assert (found.sent, found.excluded) == (["02"], {"Name": 2, "Mobile": 1, "Status": 1})


# --- how far a section goes -----------------------------------------------------------------------


def test_the_end_of_a_section(upload: Uploads) -> None:
    """Another title ends it: one to call, one below a blank row, one where no names stand; a name does not."""
    rows = ["DND,,", "A B,9876500001,", "Ravi,,", "C D,9876500002,", "OK to call,,", "E F,9876500003,"]
    rows += ["DNC,,", "G H,9876500004,", ",,", "I J,9876500005,", "", "Pune,,", "K L,9876500006,"]
    rows += ["Do not call,,", "M N,9876500007,", ",,New leads", "O P,9876500008,"]
    found = upload.text("\n".join(["Name,Mobile,City", *rows]) + "\n")
    assert found.sent == ["03", "06", "08"]
    assert found.excluded == {"DND": 3, "DNC": 2, "Do not call": 1}


def test_a_section_over_headers(upload: Uploads) -> None:
    """It goes on below the header again, and below another one."""
    rows = ["Asha,9876500001", "Do not call,", "Name,Mobile", "Ravi,9876500002", "Phone,Full name", "9876500003,Om"]
    found = upload.text("\n".join(["Name,Mobile", *rows]) + "\n")
    assert (found.sent, found.excluded) == (["01"], {"Do not call": 2})


def test_a_section_of_many_rows(upload: Uploads) -> None:
    """It goes on over blocks of rows, holds for the same people above it, and is known below --limit."""
    rows = [f"Asha {chr(65 + at % 26)},987651{at:04d}" for at in range(9000)]
    text = "\n".join(["Name,Mobile", "Ravi,9876518999", "Om,9876500001", "Do not call,", *rows]) + "\n"
    assert upload.text(text)[:2] == (["01"], {"Do not call": 9001})
    limited = upload.program.run("validate", "leads.csv", "--region", "IN", "--limit", "1", "--json")
    assert (limited.json["rows"]["leads"], limited.json["excluded"]) == (1, {"Do not call": 1})


def test_groups_of_a_report(upload: Uploads) -> None:
    """A report that names a status once above its rows leaves it blank in them; it ends where one says its own."""
    rows = ["DNC,,", ",A B,9876500001", ",C D,9876500002", "Open,E F,9876500003", ",G H,9876500004"]
    found = upload.text("\n".join(["Status,Name,Mobile", *rows]) + "\n")
    assert (found.sent, found.excluded) == (["03", "04"], {"DNC": 2})


def test_sections_of_other_formats(upload: Uploads) -> None:
    """So it is in a workbook whose title is merged over the columns, and in a web page."""
    book = openpyxl.Workbook()
    for row in (["Name", "Mobile"], ["Asha", "9876500001"], ["Do not call", None], ["Ravi", "9876500002"]):
        book.active.append(row)
    book.active.merge_cells("A3:B3")
    book.save(upload.program.folder / "leads.xlsx")
    assert upload.file("leads.xlsx")[:2] == (["01"], {"Do not call": 1})
    cells = "<tr><td>Om<td>9876500003<tr><th colspan=5>Do not call<tr><td>Ravi<td>9876500004</table>"
    page = upload.text(f"<table><tr><th>Name<th>Mobile{cells}", "--append", name="leads.html")
    assert page[:2] == (["01", "03"], {"Do not call": 1})


def test_sections_are_ignored(upload: Uploads) -> None:
    """With --ignore-marks everybody is sent, and the title is what it was."""
    found = upload.text("Name,Mobile\nAsha,9876500001\nDo not call,\nRavi,9876500002\n", "--ignore-marks")
    assert found == (["01", "02"], {}, {"note": 1}, {})
