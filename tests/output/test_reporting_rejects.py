"""Reject files that can be corrected and uploaded again, and the listings beside them (row 33)."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
import tracemalloc
from typing import TYPE_CHECKING

import openpyxl
import pytest
from a_run import ACCEPTED, LEADS_CSV, LOST, REFUSED, TAKEN, UNSENT, ARun, left, people, rejected
from hypothesis import given
from hypothesis import strategies as st
from places import ROOT, TESTS
from python_calamine import CalamineWorkbook
from reading_files import read_rows, read_sheets

from telecmi_leads.core.campaign import CampaignStatus
from telecmi_leads.core.formulas import defuse, restore
from telecmi_leads.core.lead import REJECT_COLUMNS, Lead, LeftOutKind, LeftOutRow, TableInfo
from telecmi_leads.core.run import RunStatus
from telecmi_leads.files.codepages import LABELS
from telecmi_leads.ledger import Ledger
from telecmi_leads.output.reports import prepare_folder, summarise, write_reports
from telecmi_leads.output.reports.delimited_text import Dialect, encode_rows
from telecmi_leads.output.reports.rejects import MOST_SHEETS, RejectFiles, fitting
from telecmi_leads.output.reports.report_folder import ReportFolder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from telecmi_leads.core.run import RunSummary

TIP = "Add the missing digits or the area code."


# --- reject files as text -------------------------------------------------------------------------


def report(run: ARun, folder: Path) -> RunSummary:
    """Put a run into a ledger and write its reports."""
    with Ledger.open(folder / "state") as ledger:
        run.put(ledger)
        record = ledger.run(run.run)
        assert record is not None
        summary = summarise(ledger, run.run, exit_code=0, status=RunStatus.COMPLETE)
        return write_reports(prepare_folder(folder / "r"), summary, record, ledger, show_phones=False)


def table_of(path: Path, encoding: str = "utf-8-sig", delimiter: str = ",") -> list[list[str]]:
    """Read a delimited file."""
    return list(csv.reader(io.StringIO(path.read_bytes().decode(encoding), newline=""), delimiter=delimiter))


def test_rejects_keep_their_columns_and_say_what_is_wrong(tmp_path: Path) -> None:
    """Row number, code, reason with the column, and tip stand behind the original cells."""
    report(
        ARun(
            left_out=[
                rejected(3, "too_short", ("Ravi", "98765", "Pune")),
                rejected(9, "no_name", ("", "9876500001"), column=""),
                rejected(12, "too_many_cells", ("Asha", "9876500002", "Pune", "Camp"), column=""),
            ]
        ),
        tmp_path,
    )
    assert (tmp_path / "r" / "rejects.csv").read_bytes().decode("utf-8") == (
        "\ufeffName,Mobile,City,reject_row,reject_code,reject_reason,reject_tip\r\n"
        "Ravi,98765,Pune,3,too_short,the number is too short (column Mobile),"
        "Add the missing digits or the area code.\r\n"
        ",9876500001,,9,no_name,there is no name in the row,"
        '"Fill in a name, or use --fill firstname=NAME."\r\n'
        "Asha,9876500002,Pune,Camp,12,too_many_cells,the row has more cells than the header has columns,"
        "A value probably holds the delimiter: put it in quotes.\r\n"
    )


@pytest.mark.parametrize(
    ("encoding", "delimiter", "codec", "mark"),
    [
        ("UTF-8", ",", "utf-8", b"\xef\xbb\xbf"),
        ("UTF-8 with BOM", ";", "utf-8", b"\xef\xbb\xbf"),
        ("UTF-16 LE", "\t", "utf-16-le", b"\xff\xfe"),
        ("UTF-16 BE", "\t", "utf-16-be", b"\xfe\xff"),
        ("UTF-32 LE", ",", "utf-32-le", b"\xff\xfe\x00\x00"),
        ("Windows-1252", ";", "utf-8", b"\xef\xbb\xbf"),
        ("Windows-1251", "|", "utf-8", b"\xef\xbb\xbf"),
        ("Shift JIS", ",", "utf-8", b"\xef\xbb\xbf"),
        (None, None, "utf-8", b"\xef\xbb\xbf"),
    ],
)
def test_rejects_are_in_the_inputs_delimiter_and_in_unicode(
    tmp_path: Path, encoding: str | None, delimiter: str | None, codec: str, mark: bytes
) -> None:
    """The delimiter is that of the file that the rows came from, the encoding its Unicode with a mark, else UTF-8."""
    table = TableInfo("leads.csv", "csv", ("Name", "Mobile"), 1, encoding=encoding, delimiter=delimiter)
    report(ARun(tables=[table], left_out=[rejected(3, "too_short", ("Ravi; K, | \t", "98765"))]), tmp_path)
    written = (tmp_path / "r" / "rejects.csv").read_bytes()
    assert written.startswith(mark + "Name".encode(codec))
    text = written.removeprefix(mark).decode(codec)
    assert list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or ",")) == [
        ["Name", "Mobile", *REJECT_COLUMNS],
        ["Ravi; K, | \t", "98765", "3", "too_short", "the number is too short (column Mobile)", TIP],
    ]


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16 LE", "UTF-16 BE", "UTF-32 LE", "UTF-32 BE", *LABELS.values()])
@pytest.mark.parametrize(
    "name", ["Petrović", "Jānis", "Ayşe", "Łódź", "李", "최민수", "สมชาย", "Иван", "José", "नमस्ते €"]
)
def test_rejects_of_any_encoding_read_back_to_the_same_values(tmp_path: Path, encoding: str, name: str) -> None:
    """One name outside ASCII is no evidence of a code page: a reject file needs none to be read right."""
    table = TableInfo("leads.csv", "csv", ("Name", "Mobile"), 1, encoding=encoding, delimiter=";")
    report(ARun(tables=[table], left_out=[rejected(3, "too_short", (name, "98765"))]), tmp_path)
    assert read_rows(tmp_path / "r" / "rejects.csv") == [
        ["Name", "Mobile", *REJECT_COLUMNS],
        [name, "98765", "3", "too_short", "the number is too short (column Mobile)", TIP],
    ]


@pytest.mark.parametrize("delimiter", ["@", "x", "§", "\x1f"])
def test_a_delimiter_that_a_reject_file_would_not_show_becomes_a_comma(tmp_path: Path, delimiter: str) -> None:
    """What only the input's `sep=` line or all its rows told can't be told from some rows without that line."""
    table = TableInfo("leads.csv", "csv", ("Name", "Mobile"), 1, encoding="UTF-8", delimiter=delimiter)
    report(ARun(tables=[table], left_out=[rejected(3, "too_short", ("Ravi", "98765"))]), tmp_path)
    (sheet,) = read_sheets(tmp_path / "r" / "rejects.csv")
    assert (sheet.delimiter, sheet.rows[0], sheet.rows[1][:3]) == (
        ",",
        ["Name", "Mobile", *REJECT_COLUMNS],
        ["Ravi", "98765", "3"],
    )


def test_half_a_character_is_written_as_an_escape() -> None:
    """A lone surrogate, which JSON can smuggle in, never ends a report."""
    assert encode_rows([["a\ud800b"]], Dialect()) == b"a\\ud800b\r\n"


# --- formulas -------------------------------------------------------------------------------------


DEFUSED = ("=1+1", "+91 98765", "-5", "@SUM(A1)", "\tx", "\rx", "\uff1d1", "'=1", "''+1", "plain", "it's", "")


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_cells_that_a_spreadsheet_would_run_are_defused_and_read_back_right(tmp_path: Path, format_: str) -> None:
    """(Row 33) No cell of a reject file starts a formula, the header's neither, and restoring gives the cells."""
    table = TableInfo("leads", format_, ("=Name", "Mobile"), 1, delimiter=",")
    report(
        ARun(tables=[table], left_out=[rejected(n, "too_short", (cell, "9")) for n, cell in enumerate(DEFUSED)]),
        tmp_path,
    )
    path = tmp_path / "r" / f"rejects.{format_}"
    rows = table_of(path) if format_ == "csv" else [row[2:] for row in sheets_of(path)["To correct"]]
    cells = [row[0] for row in rows]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d")) for cell in cells)
    assert [restore(cell) for cell in cells] == ["=Name", *DEFUSED]


OTHERWISE = ("Asha,=6*7,", "a;@x", "a\t-1", 'x,"=1"', "\x00=1", "\x1f+1", "a\n=2", "Pune, Goa", "a|=3", ",;=4")


@pytest.mark.parametrize("own", [",", ";", "\t", "|"])
@pytest.mark.parametrize("opened", [",", ";", "\t"])
def test_cells_are_defused_under_any_delimiter(own: str, opened: str) -> None:
    """(Row 59) Opened with another delimiter than its own, a file has no formula; with its own it reads back right."""
    rows = [[f"lead {at}", cell, cell] for at, cell in enumerate(OTHERWISE)]
    text = encode_rows(rows, Dialect(own)).decode()
    for line in csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=opened):
        for cell in line:
            assert (
                not cell.lstrip("\"' \t\x1f").startswith(("=", "+", "-", "@")) or cell.lstrip('" \t\x1f')[0] == "'"
            ), line
    found = list(csv.reader(io.StringIO(text, newline=""), delimiter=own))
    assert [[restore(cell) for cell in row] for row in found] == rows


PIECES = st.lists(st.sampled_from([*"=+-@\uff1d'\",;|^ \t\r\n\x00\x1f\u200bé9a", "12"]), max_size=4).map("".join)


@given(
    st.lists(PIECES | st.text(max_size=5), min_size=1, max_size=6).flatmap(
        lambda known: st.lists(st.lists(st.sampled_from(known), min_size=2, max_size=4), max_size=24)
    ),
    st.sampled_from(",;\t|^"),
)
def test_rows_are_written_as_the_standard_library_writes_them(rows: list[list[str]], delimiter: str) -> None:
    """Whole columns are looked at, in which a cell may come once or often: the text is that of cells one by one."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([list(map(defuse, row)) for row in rows])
    assert encode_rows(rows, Dialect(delimiter)) == text.getvalue().encode(errors="backslashreplace")


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2), min_size=1))
def test_any_text_goes_round(rows: list[list[str]]) -> None:
    """Whatever stood in a cell is there again after writing, reading and restoring."""
    rows = [[cell.replace("\0", "") for cell in row] for row in rows]
    text = encode_rows(rows, Dialect()).decode()
    found = list(csv.reader(io.StringIO(text, newline="")))
    assert [[restore(cell) for cell in row] for row in found] == rows


# --- reject files as workbooks --------------------------------------------------------------------


def sheets_of(path: Path) -> dict[str, list[list[str]]]:
    """Read a workbook's cells as the program itself does."""
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_a_workbook_gives_a_workbook_with_a_sheet_for_each_table(tmp_path: Path) -> None:
    """Sheets bear the names of the originals, and all cells are text, also for what is typed in later."""
    tables = [
        TableInfo("portal.xlsx", "xlsx", ("Name", "Mobile"), 1, sheet="Pune"),
        TableInfo("portal.xlsx", "xlsx", ("Lead", "Phone", "Budget"), 3, sheet="History"),
        TableInfo("portal.xlsx", "xlsx", ("Name", "Mobile"), 1, sheet="pune"),
        TableInfo("portal.xlsx", "xlsx", ("Nothing",), 1, sheet="Clean"),
    ]
    summary = report(
        ARun(
            tables=tables,
            left_out=[
                rejected(2, "too_short", ("Ravi", "0098765")),
                rejected(7, "too_short", ("Asha", "12", "=1+1"), column="Phone", table=1),
                rejected(3, "too_short", ("Mala", "13"), table=2),
            ],
        ),
        tmp_path,
    )
    first, last, says = ("reject_reason", "reject_tip"), ("reject_row", "reject_code"), "the number is too short."
    assert sheets_of(tmp_path / "r" / "rejects.xlsx") == {
        "Pune": [
            [*first, "Name", "Mobile", *last],
            [f'Mobile holds "0098765": {says}', TIP, "Ravi", "0098765", "2", "too_short"],
        ],
        "history rejects": [
            [*first, "Lead", "Phone", "Budget", *last],
            [f'Phone holds "12": {says}', TIP, "Asha", "12", "'=1+1", "7", "too_short"],
        ],
        "pune (2)": [
            [*first, "Name", "Mobile", *last],
            [f'Mobile holds "13": {says}', TIP, "Mala", "13", "3", "too_short"],
        ],
    }
    cells = openpyxl.load_workbook(tmp_path / "r" / "rejects.xlsx")["Pune"]
    assert {cell.number_format for row in cells.iter_rows() for cell in row} == {"@"}
    assert summary.reports["rejects"] == str(tmp_path / "r" / "rejects.xlsx")


def test_a_workbook_shows_what_to_correct_at_a_glance(tmp_path: Path) -> None:
    """The cell at fault alone is marked, an empty one too; the reason is first and whole, the header frozen."""
    table = TableInfo("leads.xlsx", "xlsx", ("Name", "Mobile", "Remark"), 1, sheet="Leads")
    rows = [
        rejected(2, "too_short", ("Ravi", "0098765", "x" * 90)),
        rejected(3, "no_phone", ("Asha", "", "")),
        rejected(4, "too_many_cells", ("Mala", "13", "", "more"), column=""),
    ]
    report(ARun(tables=[table], left_out=rows), tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / "r" / "rejects.xlsx")["To correct"]
    marked = [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.fill.fgColor.rgb == "FFFFF2CC"]
    assert marked == ["D2", "D3"]
    assert sheet["D2"].border.left.color.rgb == "FFC00000"
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:G4")
    assert [round(sheet.column_dimensions[letter].width) for letter in "ACDE"] == [43, 9, 21, 43]
    assert sheet["A2"].alignment.wrap_text
    assert sheet.row_dimensions[2].height == 30  # the reason needs two lines
    assert sheet["A3"].value == "Mobile: there is no phone number in the row."
    assert [cell.value for cell in sheet[4]][2:] == ["Mala", "13", None, "4", "too_many_cells", "more"]


def test_sheets_of_several_workbooks_bear_their_files_names(tmp_path: Path) -> None:
    """Excel's rules for names hold: 31 characters, no brackets or slashes, none twice."""
    name = "a:very/long[name]of*a?workbook.xlsx"
    tables = [TableInfo(name, "xlsx", ("Mobile",), 1, sheet=sheet) for sheet in ("One", "Two")]
    tables.append(TableInfo("b.ods", "ods", ("Mobile",), 1, sheet=None))
    report(ARun(tables=tables, left_out=[rejected(2, "too_short", ("9",), table=n) for n in range(3)]), tmp_path)
    assert list(sheets_of(tmp_path / "r" / "rejects.xlsx")) == [
        "a very long name of a workbook.",
        "a very long name of a workb (2)",
        "b.ods",
    ]


def test_a_cell_is_never_longer_than_excel_allows() -> None:
    """What must be cut says so; characters outside the first plane count twice and are never halved."""
    assert fitting("x" * 32_767) == "x" * 32_767
    cut = fitting("😀" * 20_000)
    assert len(cut.encode("utf-16-le")) // 2 <= 32_767
    assert cut.endswith("😀 ... (cut: Excel holds 32,767 characters)")
    assert fitting("a\ud800") == "a\\ud800"


def test_more_tables_than_sheets_can_be_open_go_into_text_files(tmp_path: Path) -> None:
    """Beyond the limit rejects of further tables stand in rejects.csv: none is lost."""
    tables = [TableInfo("b.xlsx", "xlsx", ("Mobile",), 1, sheet=f"S{number}") for number in range(MOST_SHEETS + 2)]
    rows = [rejected(2, "too_short", (str(n),), table=n) for n in range(len(tables))]
    report(ARun(tables=tables, left_out=rows), tmp_path)
    sheets = sheets_of(tmp_path / "r" / "rejects.xlsx")
    assert len(sheets) == MOST_SHEETS
    assert [row[0] for row in table_of(tmp_path / "r" / "rejects.csv")] == ["Mobile", "100", "101"]


# --- tables with other headers --------------------------------------------------------------------


def test_tables_with_other_headers_have_files_of_their_own(tmp_path: Path) -> None:
    """Equal headers share a file, in which the reason names the table; others have their own."""
    tables = [
        TableInfo("a.csv", "csv", ("Name", "Mobile"), 1, encoding="UTF-8", delimiter=","),
        TableInfo("b.csv", "csv", ("Lead", "Phone"), 1, encoding="UTF-8", delimiter=","),
        TableInfo("c.csv", "csv", ("Name", "Mobile"), 1, encoding="UTF-8", delimiter=","),
    ]
    rows = [rejected(2, "masked", (f"n{n}", "98X"), column="Mobile", table=n) for n in range(3)]
    summary = report(ARun(tables=tables, left_out=rows), tmp_path)
    found = {
        name: [row[:4] + row[4:5] for row in table_of(tmp_path / "r" / name)]
        for name in ("rejects.csv", "rejects-2.csv")
    }
    assert found == {
        "rejects.csv": [
            ["Name", "Mobile", "reject_row", "reject_code", "reject_reason"],
            ["n0", "98X", "2", "masked", "a.csv: some digits are masked (column Mobile)"],
            ["n2", "98X", "2", "masked", "c.csv: some digits are masked (column Mobile)"],
        ],
        "rejects-2.csv": [
            ["Lead", "Phone", "reject_row", "reject_code", "reject_reason"],
            ["n1", "98X", "2", "masked", "some digits are masked (column Mobile)"],
        ],
    }
    folder = tmp_path / "r"
    assert {key: path for key, path in summary.reports.items() if key.startswith("rejects")} == {
        "rejects": str(folder / "rejects.csv"),
        "rejects_2": str(folder / "rejects-2.csv"),
    }


def test_objects_of_one_json_file_share_a_file_whatever_their_keys(tmp_path: Path) -> None:
    """Keys that come up later in a file are columns for all of its rows."""
    tables = [
        TableInfo("leads.json", "json", ("name", "phone"), None),
        TableInfo("leads.json", "json", ("phone", "name", "city"), None),
    ]
    rows = [
        rejected(1, "masked", ("Ravi", "98X"), column="phone"),
        rejected(2, "masked", ("97X", "Asha", "Goa"), column="phone", table=1),
    ]
    report(ARun(tables=tables, left_out=rows), tmp_path)
    assert [row[:4] for row in table_of(tmp_path / "r" / "rejects.csv")] == [
        ["name", "phone", "city", "reject_row"],
        ["Ravi", "98X", "", "1"],
        ["Asha", "97X", "Goa", "2"],
    ]


def test_the_columns_of_an_earlier_report_are_not_doubled(tmp_path: Path) -> None:
    """A reject file that is uploaded and rejected again keeps one set of the four columns, with the new reasons."""
    table = TableInfo("rejects.csv", "csv", ("Name", "Mobile", *REJECT_COLUMNS), 1, delimiter=",")
    row = rejected(2, "masked", ("Ravi", "98X", "17", "too_short", "old", "old"))
    report(ARun(tables=[table], left_out=[row]), tmp_path)
    assert table_of(tmp_path / "r" / "rejects.csv") == [
        ["Name", "Mobile", *REJECT_COLUMNS],
        [
            "Ravi",
            "98X",
            "2",
            "masked",
            "some digits are masked (column Mobile)",
            "Get the whole number from where the list comes from.",
        ],
    ]


# --- the listings beside them ---------------------------------------------------------------------


def test_refused_leads_are_listed_with_the_answer(tmp_path: Path) -> None:
    """refused.csv holds the leads of refused campaigns and no others, under the API's field names."""
    asha = Lead("Asha", "-", "919876500030", email="a@example.com", comment="=1+1", order_index=7)
    report(
        ARun(
            campaigns=[
                [asha, Lead("Bob", "Ray", "12025550123")],
                people(1),
                people(1),
                people(1, 971501234567),
                people(1, 971501234568),
            ],
            ends=[REFUSED, ACCEPTED, UNSENT, TAKEN, REFUSED],
        ),
        tmp_path,
    )
    tip = "TeleCMI refused the whole campaign, mostly for one wrong lead: `resume` with --isolate finds it."
    taken = "The campaign's name is taken: see in TeleCMI whether these people are in that campaign."
    said = ["400", "Duplicate phone numbers found"]
    assert table_of(tmp_path / "r" / "refused.csv") == [
        [
            "campaign",
            "firstname",
            "lastname",
            "phone",
            "email",
            "comment",
            "address",
            "city",
            "country",
            "order_index",
            "dial_code",
            *REJECT_COLUMNS,
        ],
        [
            "March-001", "Asha", "'-", "'+919876500030", "a@example.com", "'=1+1", "", "", "", "7", "91", "", *said,
            tip,
        ],
        ["March-001", "Bob", "Ray", "'+12025550123", "", "", "", "", "", "", "1", "", *said, tip],
        [
            "March-004", "Asha 0", "Rao", "'+971501234567", "", "", "", "", "", "", "971", "",
            "400", "Lead Name Already Exists", taken,
        ],
        [
            "March-005", "Asha 0", "Rao", "'+971501234568", "", "", "", "", "", "", "971", "", *said,
            "TeleCMI refuses this very lead: correct it, or leave it out.",
        ],
    ]  # fmt: skip


def test_rows_left_out_for_other_reasons_are_listed(tmp_path: Path) -> None:
    """left-out.csv says file, sheet, row, why, the number, and where it is instead."""
    tables = [LEADS_CSV, TableInfo("b.xlsx", "xlsx", ("Mobile",), 1, sheet="=S")]
    report(
        ARun(
            tables=tables,
            left_out=[
                left(4, LeftOutKind.DUPLICATE, phone="919876500001", kept="row 2"),
                left(5, LeftOutKind.EXCLUDED, code="dnd.csv", table=1, phone="919876500002"),
                left(6, LeftOutKind.ALREADY_UPLOADED, kept="May-001", when="2026-05-02 10:18"),
                left(7, LeftOutKind.ALREADY_UPLOADED, code="waiting", kept="June-001"),
            ],
        ),
        tmp_path,
    )
    found = table_of(tmp_path / "r" / "left-out.csv")
    assert found[0] == ["file", "sheet", "row", "why", "phone", "kept_row", "campaign", "uploaded"]
    waits = "the number waits in a campaign that is not proven to be in"
    assert sorted(found[1:]) == [
        ["b.xlsx", "'=S", "5", "asked not to be called (dnd.csv)", "919876500002", "", "", ""],
        ["leads.csv", "", "4", "the same number is in an earlier row", "919876500001", "row 2", "", ""],
        ["leads.csv", "", "6", "this account has uploaded the number before", "", "", "May-001", "2026-05-02 10:18"],
        ["leads.csv", "", "7", waits, "", "", "June-001", ""],
    ]


def test_campaigns_are_listed_with_outcome_and_timing(tmp_path: Path) -> None:
    """campaigns.csv has a row for each campaign; what the service said is shown escaped."""
    hostile = (
        CampaignStatus.REFUSED,
        REFUSED[1].__class__(REFUSED[1].kind, 400, "=\x1b[31mno\n", seconds=0.25),
    )
    report(ARun(campaigns=[people(1), people(2), people(3)], ends=[hostile, LOST, UNSENT]), tmp_path)
    rows = table_of(tmp_path / "r" / "campaigns.csv")
    assert rows[0] == [
        "number",
        "name",
        "group",
        "leads",
        "status",
        "code",
        "message",
        "attempts",
        "seconds",
        "started",
        "confirmed_by_name",
        "halved_from",
        "settled_by_hand",
    ]
    assert [row[:9] for row in rows[1:]] == [
        ["1", "March-001", "", "1", "refused", "400", "'=\\x1b[31mno\\n", "1", "0.250"],
        ["2", "March-002", "", "2", "unknown", "", LOST[1].message, "1", "12.000"],
        ["3", "March-003", "", "3", "unsent", "", "", "0", "0.000"],
    ]
    assert rows[1][9]
    assert rows[3][9] == ""


@pytest.mark.parametrize("format_", ["csv", "xlsx", "json"])
def test_a_clean_run_leaves_no_empty_file(tmp_path: Path, format_: str) -> None:
    """Files without content are not written, and not named in the summary."""
    table = TableInfo(f"leads.{format_}", format_, ("Name", "Mobile"), 1, sheet="Pune" if format_ == "xlsx" else None)
    summary = report(ARun(tables=[table]), tmp_path)
    folder = tmp_path / "r"
    assert summary.reports == {
        "folder": str(folder),
        "html": str(folder / "report.html"),
        "campaigns": str(folder / "campaigns.csv"),
        "summary": str(folder / "summary.json"),
    }
    assert {str(path) for path in folder.iterdir()} | {str(folder)} == set(summary.reports.values())


# --- memory and disk ------------------------------------------------------------------------------


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_memory_does_not_grow_with_the_rejects(tmp_path: Path, format_: str) -> None:
    """Six thousand rejects take as little memory as a thousand: less than 28 bytes for each more."""
    table = TableInfo("leads", format_, ("Name", "Mobile", "City"), 1, delimiter=",")

    def peak(rows: Iterable[LeftOutRow]) -> int:
        with ReportFolder(prepare_folder(tmp_path / "r")) as folder:
            tracemalloc.start()
            files = RejectFiles(folder, [table])
            for row in rows:
                files.add([row])
            files.close()
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        return most

    def some(count: int) -> Iterable[LeftOutRow]:
        cells: Sequence[str] = ("Ravi Kumar", "98765", "Pune " * 10)
        return (rejected(number, "too_short", cells) for number in range(count))

    few, many = peak(some(1_000)), peak(some(6_000))
    assert many < few + 140_000


FULL_DISK = """
import resource, sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from a_run import LEADS_CSV, rejected
from telecmi_leads.core.errors import ReportError
from telecmi_leads.core.lead import TableInfo
from telecmi_leads.output.reports.report_folder import ReportFolder, prepare_folder
from telecmi_leads.output.reports.rejects import RejectFiles
folder = prepare_folder(Path("r"))
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
table = TableInfo("leads", sys.argv[1], ("Name", "Mobile"), 1)
try:
    with ReportFolder(folder) as writing:
        files = RejectFiles(writing, [table])
        for number in range(5000):
            files.add([rejected(number, "too_short", ("Ravi Kumar", "98765"))])
        files.close()
except ReportError as error:
    print(error.message)
print([path.name for path in folder.iterdir()])
"""


@pytest.mark.skipif(os.name == "nt", reason="there are no limits of this kind")
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_full_disk_is_a_report_error(tmp_path: Path, kind: str) -> None:
    """Where the disk takes no more the error says so, nothing half made is left, and nothing else is said."""
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, kind, str(TESTS), str(ROOT)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )
    first, second = done.stdout.splitlines()
    assert re.fullmatch(r"The report .*rejects\.(csv|xlsx) can't be written: File too large\.", first)
    assert (second, done.stderr) == ("[]", "")
