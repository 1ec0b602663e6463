"""Where a table's header stands, and which rows are its data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matched_columns import data_of, feeds, match_of, phone_score, sheet_of, table_of
from places import TESTS

from telecmi_leads.columns.matching import match_columns
from telecmi_leads.columns.table import open_table
from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.core.lead import RowBlock, TableInfo
from telecmi_leads.files import open_source
from telecmi_leads.settings.options import FieldOptions, ReadingOptions

if TYPE_CHECKING:
    from pathlib import Path

LEADFILES = TESTS / "leadfiles"
SAMPLES = LEADFILES / "samples"
EXPECTED = json.loads((LEADFILES / "expected.json").read_text(encoding="utf-8"))

HEADER = ["Name", "Mobile", "City"]
ASHA = ["Asha Menon", "9876500001", "Kochi"]
RAVI = ["Ravi", "9876500002", ""]


# --- where the header stands ----------------------------------------------------------------------


def rows_of(text: str) -> list[list[str]]:
    """Return rows of cells from lines with bars."""
    return [[cell.strip() for cell in line.split("|")] if line.strip() else [] for line in text.split("\n")]


# name: rows, the header that must be found (None: there is none), the number of its row
TABLES = {
    "first row": ("Name|Mobile\nAsha|9876500001", "Name|Mobile", 1),
    "blank rows above": ("\n\nName|Mobile\nAsha|9876500001", "Name|Mobile", 3),
    "banner above": ("Leads of March||\n\nName|Mobile|City\nAsha|9876500001|Kochi", "Name|Mobile|City", 3),
    "merged banner, repeated": (
        "Leads|Leads|Leads\nName|Mobile|City\nAsha|9876500001|Kochi",
        "Name|Mobile|City",
        2,
    ),
    "banner with a number": (
        "Helpline: 9876500009||\nName|Mobile|City\nAsha|9876500001|Kochi",
        "Name|Mobile|City",
        2,
    ),
    "letterhead": (
        "Gamma Ltd|||\nPhone|+91 98765 00009||\nEmail|a@example.com||\nName|Mobile|City|PIN\nAsha|9876500001|Kochi|1",
        "Name|Mobile|City|PIN",
        4,
    ),
    "filters above": (
        "Java|||\nFrom|01/01/2026|To|31/01/2026\n\nName|Email|Phone Number|City\nAsha|a@example.com|9876500001|",
        "Name|Email|Phone Number|City",
        4,
    ),
    "another part of a report above": (
        "Report||\nTopic|Webinar ID|Time\nIntro|987 6500 0999|10\nAttendees||\nName|Email|Phone\nA|a@x.org|9876500001",
        "Name|Email|Phone",
        5,
    ),
    "another table above": (
        "Number|City|Note\n9876500009|Kochi|x\nName|Mobile|City\nAsha|9876500001|Kochi",
        "Number|City|Note",
        1,
    ),
    "header only": ("Name|Mobile", "Name|Mobile", 1),
    "one column": ("Mobile\n9876500001", "Mobile", 1),
    "one column, odd name": ("Numbers to dial\n9876500001\n9876500002", "Numbers to dial", 1),
    "one column, title above": ("List of March\nMobile\n9876500001", "Mobile", 2),
    "other language": ("Họ tên|Số máy\nNguyễn An|0987650001", "Họ tên|Số máy", 1),
    "unknown names, banner": ("March|\nAaa|Bbb\nAsha|9876500001\nRavi|9876500002", "Aaa|Bbb", 2),
    "first data without a number": ("Name|Mobile\nAsha|\nRavi|9876500002", "Name|Mobile", 1),
    "labels in the data": (
        "Name|Phone Type|Phone\nAsha|Mobile|9876500001\nRavi|Home|02226543210",
        "Name|Phone Type|Phone",
        1,
    ),
    "no phone at all": ("Title|Price\nLamp|10", "Title|Price", 1),
    "none": ("Asha|9876500001\nRavi|9876500002", None, None),
    "none, one column": ("9876500001\n9876500002", None, None),
    "none, emails": ("Asha|a@example.com\nRavi|r@example.com", None, None),
    "none, odd numbers": ("Asha|p:+919876500001\nRavi|='9876500002", None, None),
    "none, blank rows above": ("\n\nAsha|9876500001", None, None),
    "none, a header further down": (
        "Asha|9876500001\nRavi|9876500002\nName|Mobile\nOm|9876500003",
        None,
        None,
    ),
    "groups above, each of one": (
        "Personal|Contact|\nName|Mobile|City\nAsha|9876500001|Kochi",
        "Personal Name|Contact Mobile|Contact City",
        2,
    ),
    "groups above": (
        "Student||Father|\nName|Mobile|Name|Mobile\nAsha|9876500001|Hari|9876500002",
        "Student Name|Student Mobile|Father Name|Father Mobile",
        2,
    ),
    "names below a group": (
        "Name|Phone|Address||\n||Street|City|PIN\nAsha|9876500001|12 MG Road|Kochi|682001",
        "Name|Phone|Address Street|Address City|Address PIN",
        2,
    ),
    "labels above": (
        "City|Date|Source|\n\nName|Mobile|Email|City\nAsha|9876500001||Kochi",
        "Name|Mobile|Email|City",
        3,
    ),
    "banner is no group": (
        "Report of March||\nName|Mobile|City\nAsha|9876500001|Kochi",
        "Name|Mobile|City",
        2,
    ),
    "unnamed column with data": ("Name|Mobile\nAsha|9876500001|x\nRavi|9876500002|y", "Name|Mobile|", 1),
    "a stray cell is no column": (
        "Name|Mobile\nAsha|9876500001|x\nRavi|9876500002\nOm|9876500003",
        "Name|Mobile",
        1,
    ),
    "empty columns at the end": ("Name|Mobile||\nAsha|9876500001||", "Name|Mobile", 1),
    "equal names": ("Phone|Name|Phone\n|Asha|9876500001", "Phone|Name|Phone", 1),
    "line break in a name": ("Name|Mobile\\nNo.\nAsha|9876500001", "Name|Mobile\\nNo.", 1),
}


@pytest.mark.parametrize("name", TABLES)
def test_the_header_is_found(name: str) -> None:
    """The header is the row that names the columns, wherever it stands, and the rows below it are the data."""
    text, header, row = TABLES[name]
    rows = rows_of(text)
    table = table_of(rows)
    if header is None:
        width = max(map(len, rows))
        assert table.info.header == tuple(f"column {at + 1}" for at in range(width))
        assert table.info.header_row is None
        assert table.info.notes == ("no header row was found; columns are told by their values",)
        assert data_of(table) == dict(enumerate(rows, start=1))
    else:
        assert row is not None
        assert table.info.header == tuple(header.split("|"))
        assert table.info.header_row == row
        assert data_of(table) == {at: cells for at, cells in enumerate(rows, start=1) if at > row}


def test_no_header_reads_every_row() -> None:
    """With --no-header the first row is data, whatever stands in it."""
    table = table_of([HEADER, ASHA], no_header=True)
    assert (table.info.header, table.info.header_row, table.info.notes) == (
        ("column 1", "column 2", "column 3"),
        None,
        (),
    )
    assert data_of(table) == {1: HEADER, 2: ASHA}


def test_keys_are_the_header() -> None:
    """Where the format names the columns, no row is a header, not even one that looks like it."""
    table = table_of([HEADER, ASHA], keys=("a", "b", "c"))  # type: ignore[arg-type]
    assert (table.info.header, table.info.header_row) == (("a", "b", "c"), None)
    assert data_of(table) == {1: HEADER, 2: ASHA}


def test_what_is_said_of_the_header() -> None:
    """Rows left out above the header, and a header of two rows, are said."""
    rows = rows_of(
        "Leads of March|||\nby Asha|||\nStudent||Father|\nName|Mobile|Name|Mobile\nAsha|9876500001|Hari|9876500002"
    )
    assert table_of(rows).info.notes == ("2 rows above the header left out", "the header has two rows")
    assert table_of([["Leads"], HEADER, ASHA]).info.notes == ("1 row above the header left out",)


@pytest.mark.parametrize("rows", [[], [[], [], []], [["", " "], []]])
def test_a_sheet_without_anything_is_an_empty_table(rows: list[list[str]]) -> None:
    """A blank sheet is no error by itself."""
    table = table_of(rows)
    assert (table.info.header, table.info.header_row, table.sample, table.info.notes) == ((), None, [], ())
    assert not any(any(map(str.strip, row)) for row in data_of(table).values())


# --- rows and their numbers -----------------------------------------------------------------------


@pytest.mark.parametrize("block", [1, 2, 3, 4096])
def test_row_numbers_are_the_sheets(block: int) -> None:
    """However the rows come in blocks, they keep their numbers, and blank rows in between stay."""
    rows = [["Leads"], [], HEADER, ASHA, [], RAVI, *[[f"Om {at}", f"98765{at:05}", ""] for at in range(300)]]
    table = table_of(rows, block=block, first_row=5)
    assert table.info.header_row == 7
    assert table.sample == [row for row in rows[3:] if row][: len(table.sample)]
    assert 190 < len(table.sample) <= 200
    assert data_of(table) == {at: row for at, row in enumerate(rows, start=5) if at > 7}


def test_reading_ahead_is_bounded() -> None:
    """A table is opened after some hundreds of rows; the rest is read when it is asked for."""
    asked: list[int] = []

    def blocks() -> object:
        yield RowBlock(1, [HEADER, *[ASHA] * 99])
        for at in range(101, 100_001, 100):
            asked.append(at)
            yield RowBlock(at, [ASHA] * 100)

    sheet = sheet_of([])
    lazy = type(sheet)(**{name: getattr(sheet, name) for name in sheet.__slots__} | {"blocks": blocks()})
    table = open_table(lazy, ReadingOptions(), phone_score())
    assert len(asked) < 5
    assert sum(len(block.rows) for block in table.blocks) == 99_999


def test_blank_blocks_at_the_top_are_not_kept() -> None:
    """A sheet that begins with many blank rows is read through them to its header."""
    rows = [[]] * 10_000 + [HEADER, ASHA]
    table = table_of(rows, block=100)
    assert (table.info.header, table.info.header_row) == (tuple(HEADER), 10_001)
    assert data_of(table) == {10_002: ASHA}
    assert min(data_of(table_of([[]] * 1000 + [ASHA], block=100))) == 1001


def test_an_earlier_reports_names_are_restored() -> None:
    """Column names that a rejects file has defused are read as they were."""
    header = ["'=Name", "Mobile", "reject_row", "reject_code", "reject_reason", "reject_tip"]
    assert table_of([header, [*ASHA, "a", "b", "c"]]).info.header[0] == "=Name"
    assert table_of([header[:2], ASHA]).info.header[0] == "'=Name"


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.one_of(st.sampled_from([*HEADER, *ASHA, "Total", ""]), st.text(max_size=8)), max_size=5),
        max_size=9,
    )
)
def test_no_row_is_lost(rows: list[list[str]]) -> None:
    """Whatever a sheet holds, each row that holds something is above the header, in it, or data."""
    table = table_of(rows)
    data = data_of(table)
    last = table.info.header_row or 0
    for number, row in enumerate(rows, start=1):
        if any(map(str.strip, row)):
            assert (number in data) is (number > last)


# --- the shared samples ---------------------------------------------------------------------------

# Which columns each sample's fields must come from, as a person would say it; phones in order.
SAMPLE_FEEDS = {
    "meta_utf16le.csv": "phone=phone_number fullname=full_name email=work_email city=city",
    "brevo.csv": "phone=SMS firstname=FIRSTNAME lastname=LASTNAME email=EMAIL",
    "excel_sci.csv": "phone=Mobile fullname=Name",
    "google_ads_form.csv": "phone=user_phone_number firstname=first_name lastname=last_name email=email_address",
    "justdial.csv": "phone=mobile,phone fullname=name email=email city=city titles=prefix companies=company",
    "salesforce_dataloader.csv": "phone=MOBILEPHONE,PHONE firstname=FIRSTNAME lastname=LASTNAME email=EMAIL "
    "comment=DESCRIPTION address=STREET city=CITY country=COUNTRY companies=COMPANY",
    "indiamart_api.json": "phone=SENDER_MOBILE,SENDER_PHONE,SENDER_MOBILE_ALT,SENDER_PHONE_ALT fullname=SENDER_NAME "
    "email=SENDER_EMAIL,SENDER_EMAIL_ALT comment=QUERY_MESSAGE address=SENDER_ADDRESS city=SENDER_CITY "
    "country=SENDER_COUNTRY_ISO companies=SENDER_COMPANY",
    "meta_graph_leads.json": "phone=phone_number fullname=full_name email=email",
    "portal_99acres.csv": "phone=Mobile fullname=Name email=Email comment=Message",
}


@pytest.mark.parametrize("name", SAMPLE_FEEDS)
def test_samples_feed_the_right_fields(name: str) -> None:
    """In each sample read as it is, the fields come from the columns that a person would choose."""
    with open_source(SAMPLES / name, ReadingOptions()) as source:
        table = open_table(next(source.sheets), ReadingOptions(), phone_score(EXPECTED[name]["region"]))
        match = match_columns(
            table.info.header, table.sample, FieldOptions(), header_found=True, phone_score=phone_score()
        )
    pairs = (pair.split("=") for pair in SAMPLE_FEEDS[name].split(" "))
    assert feeds(match) == {field: columns.split(",") for field, columns in pairs}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_samples_numbers_stand_in_the_phone_columns(name: str) -> None:
    """(Row 28) The last digits of every expected number, alternates included, stand in a column of phones."""
    with open_source(SAMPLES / name, ReadingOptions()) as source:
        found: list[str] = []
        for sheet in source.sheets:
            table = open_table(sheet, ReadingOptions(), phone_score(EXPECTED[name]["region"]))
            match = match_of(table.info.header, *table.sample, region=EXPECTED[name]["region"])
            for row in data_of(table).values():
                found += ["".join(c for c in row[at] if c.isdecimal()) for at in match.phones if at < len(row)]
    digits = " ".join(str(int(cell)) if cell.isascii() and cell else "".join(map(_digit, cell)) for cell in found)
    for row in EXPECTED[name]["rows"]:
        for number in (row["phone"], *row.get("alt", ())):
            assert number[-8:] in digits, number


def _digit(char: str) -> str:
    return str(int(char))


def test_naukri_sheets() -> None:
    """Banner rows, a sheet of its own layout and the hidden sheet: two tables, each with its header."""
    with open_source(SAMPLES / "naukri_multi.xlsx", ReadingOptions()) as source:
        infos: list[TableInfo] = []
        for sheet in source.sheets:
            table = open_table(sheet, ReadingOptions(), phone_score())
            infos.append(table.info)
            data_of(table)
    assert [(info.sheet, info.header_row, info.header[0]) for info in infos] == [
        ("Search results", 3, "Name"),
        ("Sheet2", 1, "OWNER NAME"),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Name:Mobile/City\nA:9876500001/x\n", "its first line names several columns, and no sign parts the cells"),
        ("Name        Mobile       City\nAsha Rao    9876500001   Pune\n", "it seems to be text of fixed width"),
        ("Name,Asha,Ravi\nMobile,9876500001,9876500002\nEmail,a@example.com,\nCity,Pune,Goa\n", "stands on its side"),
        ("Name,Asha\nMobile,9876500001\nEmail,a@example.com\n", "stands on its side"),
        ("Name,Asha Rao,Ravi K\nPhone,9876500001,9876500002\n", "stands on its side"),
        ("Phone No.,9876500001,9876500002\nFull Name,Asha Rao,Ravi K\n", "stands on its side"),
        ("Name;Asha\nHandynummer;9876500001\n", "stands on its side"),
        ("Name,Asha\nPhone,9876500001\nZodiac,Leo\n", "stands on its side"),
        (
            "<table><tr><th>Name</th><td>Asha</td></tr><tr><th>Phone</th><td>9876500001</td></tr></table>",
            "stands on its side",
        ),
        (
            "<table><tr><th>Name - Phone - City</th></tr><tr><td>Asha - 9876500001 - Pune</td></tr></table>",
            "names several columns",
        ),
        ("Name - Phone - City\nAsha - 9876500001 - Pune\nRavi - 9876500002 - Goa\n", "names several columns"),
        ("Name Phone City\nAsha 9876500001 Pune\nRavi 9876500002 Goa\n", "names several columns"),
        ("Full_Name-Mobile_No-Email\nAsha-9876500001-a@example.com\n", "names several columns"),
    ],
)
def test_tables_that_can_only_be_guessed_at(tmp_path: Path, text: str, says: str) -> None:
    """A text that falls into one column, and a sheet that stands on its side, are refused with what they are."""
    (tmp_path / "leads.csv").write_text(text)
    with open_source(tmp_path / "leads.csv", ReadingOptions()) as source:
        sheet = next(source.sheets)
        with pytest.raises(SourceUnreadable, match=says):
            open_table(sheet, ReadingOptions(), phone_score("IN"))


@pytest.mark.parametrize(
    "text",
    [
        "Phone/WhatsApp\n9876500001\n",
        "Mobile  No\n9876500001\n",
        "Name,Mobile\nEmail,9876500001\nCity,9876500002\n",
        "Name,Mobile\nPhone,9876500001\n",
        "Label,Dial\nCustomer,9876500001\nContact,9876500002\n",
        "Customer City Phone Number\n9876500001\n9876500002\n",
        "Name Phone\nAsha 9876500001\nRavi 9876500002\n",
        "Name - Phone\nAsha - 9876500001\nRavi - 9876500002\n",
        "Company Name Phone\nGamma 9876500001\nDelta 9876500002\n",
    ],
)
def test_tables_that_look_a_little_so(tmp_path: Path, text: str) -> None:
    """One column of a name with a sign in it, and people with strange names, are read."""
    (tmp_path / "leads.csv").write_text(text)
    with open_source(tmp_path / "leads.csv", ReadingOptions()) as source:
        (sheet,) = source.sheets
        table = open_table(sheet, ReadingOptions(), phone_score("IN"))
        assert sum(len(block.rows) for block in table.blocks) == text.count("\n") - 1
