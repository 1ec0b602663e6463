"""A title that says not to call, alone in its row: whoever stands below it is excluded; whole outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import openpyxl
import pytest
from inside import Inside
from program import balanced, phones

from telecmi_leads.columns.mark_sections import is_section_title, may_be_title

if TYPE_CHECKING:
    from pathlib import Path

    from telecmi_leads.sandbox import Sandbox


class Found(NamedTuple):
    """What an upload came to: the last digits of the numbers sent, whom marks exclude, and what is no lead or told."""

    sent: list[str]
    excluded: dict[str, int]
    skipped: dict[str, int]
    rejections: dict[str, int]
    warnings: list[str]


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
        return Found(sent, *(ended.json[key] for key in ("excluded", "skipped", "rejections", "warnings")))


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
        *("DND / Not interested", "DND / Blocked", "DNC / WRONG NUMBERS", "DND & Not Interested", "Dead / DND leads"),
        *("Do not call - complained", "DO NOT CALL - COMPLAINED TO TRAI", "Customers who said do not call"),
        *("Not interested / do not call", "Do not call until further notice", "Stage: Do not call"),
        *("The following must not be called", "Nicht anrufen / kein Interesse"),
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
        *("Do not call this person", "Client said do not call", "DND checked: clean", "Not interested", "Kochi DNC"),
        *("Do not call customers twice", "Joel Fernandes (DND)", "Removed - DNC"),
    ],
)
def test_what_is_no_title(text: str) -> None:
    """Another title, a name with its mark, a number with its mark and other channels are no titles."""
    assert not is_section_title(text)


@pytest.mark.parametrize(
    "row",
    [
        *("Do not call", "Do not call,,", ",,Do not call", "Do not call,Do not call,", "' ',", ",Do not call,"),
        ",Do not call,Do not call",
    ],
)
def test_rows_of_titles(upload: Uploads, row: str) -> None:
    """The title stands in one cell, whatever the column holds, or in several; nothing else does."""
    row = row.replace("' '", " Do not call ")
    found = upload.text(f"Name,Mobile,City\nAsha Rao,9876500001,Pune\n\n{row}\nRavi K,9876500002,\n,98765,\n")
    assert found[:4] == (["01"], {"Do not call": 2}, {"note": 1}, {})


@pytest.mark.parametrize(
    "banner", ["Do not call list\n", "DNC,,\nBranch: Pune\n\n1 March 2026,,\n", "Pune\nBlacklist\n\n"]
)
def test_a_title_above_the_header(upload: Uploads, banner: str) -> None:
    """A title above the header holds for the whole table, with what else stands there: good numbers and bad ones."""
    found = upload.text(f"{banner}Name,Mobile,City\nAsha Rao,9876500001,Pune\nRavi K,98765,Agra\n")
    title = next(text for text in ("Do not call list", "DNC", "Blacklist") if text in banner)
    assert found[:4] == ([], {title: 2}, {}, {})


@pytest.mark.parametrize("text", ["Excludes DND numbers", "Excluding opted out", "This list excludes DND numbers"])
def test_a_caption_of_what_was_left_out_is_not_told(text: str) -> None:
    """A caption that says that those of a list are not below it is the opposite of a title."""
    assert not is_section_title(text)
    assert not may_be_title(text)


@pytest.mark.parametrize("banner", ["Non DND\n", "DND list\n\nOpted in\n", "DND numbers removed\n", "Do not email\n"])
def test_what_above_the_header_is_no_title(upload: Uploads, banner: str) -> None:
    """Another text above the header, or one that takes the title back, excludes nobody."""
    found = upload.text(f"{banner}Name,Mobile,City\nAsha Rao,9876500001,Pune\n")
    assert found[:4] == (["01"], {}, {}, {})


def test_what_begins_no_section(upload: Uploads) -> None:
    """A mark with a name or number, as a status, or that is a name: it marks its row alone, or nobody."""
    rows = ["Asha DND,,", ",,DNC", "Nix,,", "Do not call,x,", "Delhi team,,", "Ravi K,9876500002,"]
    found = upload.text("\n".join(["Name,Mobile,Status", *rows]) + "\n")
    assert (found.sent, found.excluded) == (["02"], {"Name": 1})


@pytest.mark.parametrize(
    "row",
    [
        *(
            ",,do not call this person",
            ",,Asha said do not call",
            "Kochi DNC,,",
            "Removed - DNC,,",
            ",him: do not call,",
        ),
        *("Joel Fernandes (DND),,", "Do not call customers twice,,"),
    ],
)
@pytest.mark.parametrize("name", ["City", "Remarks"])
def test_what_may_be_a_title_is_told(upload: Uploads, row: str, name: str) -> None:
    """A remark that slipped into the next line, or a title that says more, excludes nobody below it, and is told."""
    rows = ["Ravi K,9876500001,x", row, "Meena,9876500002,ok"]
    found = upload.text("\n".join([f"Name,Mobile,{name}", *rows]) + "\n")
    assert (found.sent, found.excluded, found.skipped) == (["01", "02"], {}, {"note": 1})
    assert "1 row speaks of a do-not-call list or of not calling in column" in found.warnings[0]


def test_a_status_in_a_row_of_its_own_is_told(upload: Uploads) -> None:
    """A do-not-call status in a row without number or anything else is nobody's: not counted as excluded, and told."""
    found = upload.text("Name,Mobile,Status\nRavi,9876500001,\n,,DND\nMeena,9876500002,\n")
    assert (found.sent, found.excluded, len(found.warnings)) == (["01", "02"], {}, 1)


def test_what_may_be_a_title_above_the_header_is_told(upload: Uploads) -> None:
    """A text above the header that says more than a title does excludes nobody, and is told."""
    found = upload.text("Kochi DNC\nName,Mobile\nAsha Rao,9876500001\n")
    assert (found.sent, found.excluded) == (["01"], {})
    (warning,) = found.warnings
    assert "leads.csv: a title above the header speaks of a do-not-call list or of not calling." in warning


# --- how far a section goes -----------------------------------------------------------------------


def test_the_end_of_a_section(upload: Uploads) -> None:
    """Another title ends it: one to call, one below a blank row, one where no names stand; a name does not."""
    rows = ["DND,,", "A B,9876500001,", "Ravi,,", "C D,9876500002,", "OK to call,,", "E F,9876500003,"]
    rows += ["DNC,,", "G H,9876500004,", ",,", "I J,9876500005,", "", "Pune,,", "K L,9876500006,"]
    rows += ["Do not call,,", "M N,9876500007,", ",,New leads", "O P,9876500008,"]
    found = upload.text("\n".join(["Name,Mobile,City", *rows]) + "\n")
    assert found.sent == ["03", "06", "08"]
    assert found.excluded == {"DND": 3, "DNC": 2, "Do not call": 1}


@pytest.mark.parametrize(
    "title",
    [
        *("Warm leads,,", "Warm,,", "Interested,,", "Callback,,", "Fresh leads - June,,", "Sale,Sale,Sale", "Neu,,"),
        "Sale,,\nName,Mobile,City",
    ],
)
def test_titles_that_end_a_section(upload: Uploads, title: str) -> None:
    """A status, a kind of leads, a merged row or a text above the header again ends it without a blank row."""
    rows = ["Asha,9876500001,", "DND,,", "Ravi,9876500002,", title, "Meena,9876500003,"]
    found = upload.text("\n".join(["Name,Mobile,City", *rows]) + "\n")
    assert (found.sent, found.excluded) == (["01", "03"], {"DND": 1})


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


# --- numbers in a note ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "note",
    [
        *(
            "Do not call: 9876500001,",
            '"Do not call these: 9876500001, 98765 00003",',
            "Do not call: 9876500001,9876500003",
        ),
        *("Do not call:,\n9876500001,", ",Do not call: 9876500001", "Do not call,9876500001"),
    ],
)
def test_numbers_in_a_note(upload: Uploads, note: str) -> None:
    """A footer that names numbers not to be called excludes them, wherever in its row they stand."""
    found = upload.text(f"Name,Mobile\nAsha,9876500001\nMeena,9876500002\n\n{note}\n")
    assert (found.sent, found.warnings) == (["02"], [])


def test_a_name_in_a_note_is_told(upload: Uploads) -> None:
    """A footer that names a person excludes nobody, and is told."""
    found = upload.text("Name,Mobile\nAsha Menon,9876500001\n\nDo not call Asha Menon,\n")
    assert (found.sent, len(found.warnings)) == (["01"], 1)


def test_sections_are_ignored(upload: Uploads) -> None:
    """With --ignore-marks everybody is sent, and the title is what it was."""
    found = upload.text("Name,Mobile\nAsha,9876500001\nDo not call,\nRavi,9876500002\n", "--ignore-marks")
    assert found[:4] == (["01", "02"], {}, {"note": 1}, {})
