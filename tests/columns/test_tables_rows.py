"""What a row is that has no good number."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from places import TESTS

from telecmi_leads.columns.row_kinds import RowKind, may_be_test_lead, row_kind, rows_fill
from telecmi_leads.core.text import Columns

HEADER = ("Name", "Mobile No.", "City", "Amount")
META = TESTS / "leadfiles" / "samples" / "meta_utf16le.csv"

KINDS = {
    RowKind.REPEATED_HEADER: """
        Name|Mobile No.|City|Amount
        NAME|mobile no|city|
        Name|Mobile No.||
        """,
    RowKind.NEW_HEADER: """
        Full Name|Email|Phone|
        Mobile|Name||
        S.No.|Customer Name|Contact Number|Address
        नाम|मोबाइल नंबर|शहर|
        Nom|Prénom|Téléphone|Ville
        """,
    RowKind.TOTAL: """
        Total|||
        Total|2||
        Grand Total:|12|||
        TOTAL LEADS|57||
        Sub-Total||| ₹1,200.50
        Count: 12|||
        |||Total
        Total|1,204||99.5%
        Total|5|10|15
        Total Records: 57|||
        Summe|3||
        Gesamt|3||
        कुल|3||
        合計|3||
        المجموع|3||
        Итого|3||
        -- end of report --|||
        *** End of Report ***|||
        Generated on 01/02/2026 10:15 by Asha|||
        Report generated on: 2026-02-01|||
        Exported by rep@ourco|||
        Page 1 of 3|||
        Seite 1 von 3|||
        Page 2|||
        Showing 1 to 10 of 57 entries|||
        57 records found|||
        (57 rows affected)|||
        Copyright (c) 2000-2026 example, inc.|||
        © Gamma. All rights reserved.|||
        Confidential Information - Do Not Distribute|||
        Generado el 1/2/2026|||
        Erstellt am 01.02.2026|||
        Généré le 01/02/2026|||
        """,
    RowKind.PLACEHOLDER: """
        -|-|-|-
        N/A|N/A||
        n/a|#N/A|null|
        -----|-----|-----|-----
        ...|||
        """,
    RowKind.TEST_LEAD: """
        <test lead: dummy data for full_name>|p:<test lead: dummy data for phone_number>||
        Asha|p:<test lead: dummy data for phone_number>||
        Asha||test@meta.com|
        Asha||Test@fb.com|
        FirstName LastName|+1 650-555-0123||
        """,
    RowKind.DATA: """
        Asha Menon||Kochi|
        Asha|98XXXXXX10|Kochi|
        Asha|9.19877E+11||
        Total|Asha||
        Total Kumar|||
        Count Basie|||
        Page Turner|12||
        Page 1|Asha|Kochi|x
        Name|Asha||
        Mobile|||
        Agent|Manager|Sales|
        Asha|N/A||
        Mobile|Home|Work|
        Asha|mobile|Kochi|
        end user asked for test@meta.com|||
        Asha|a@example.com|Mobile|Name
        """,
}


def cells_of(line: str) -> list[str]:
    """Return a row's cells from a line with bars."""
    return line.strip().split("|")


@pytest.mark.parametrize(
    ("kind", "line"),
    [(kind, line) for kind, lines in KINDS.items() for line in lines.splitlines() if line.strip()],
)
def test_kinds_of_rows(kind: RowKind, line: str) -> None:
    """Headers, totals, footers, filler and test leads are told from rows of data."""
    assert row_kind(cells_of(line), HEADER) is kind


def test_a_table_of_one_column() -> None:
    """The only column's name again is a repeated header."""
    assert row_kind(["Mobile"], ["Mobile"]) is RowKind.REPEATED_HEADER
    assert row_kind(["Total: 3"], ["Mobile"]) is RowKind.TOTAL
    assert row_kind(["ask Asha"], ["Mobile"]) is RowKind.DATA


@pytest.mark.parametrize("name", ["is_test", "Test lead", "testLead", "Is Test"])
@pytest.mark.parametrize(
    ("value", "kind"), [("true", RowKind.TEST_LEAD), ("TRUE ", RowKind.TEST_LEAD), ("false", RowKind.DATA)]
)
def test_marked_test_leads(name: str, value: str, kind: RowKind) -> None:
    """Where the platform marks its test leads in a column of their own, the mark decides."""
    header = ("Name", "Phone", name)
    row = ["Asha", "+16505550123", value]
    assert row_kind(row, header) is kind
    assert may_be_test_lead(Columns([cell] for cell in row), header, [0]) is (kind is RowKind.TEST_LEAD)


def test_metas_own_test_lead() -> None:
    """The sample's fourth row, and no other, is Meta's test lead, and the block's scan says that there may be one."""
    header, *rows = csv.reader(META.read_text(encoding="utf-16").splitlines(), delimiter="\t")
    assert [row_kind(row, header) is RowKind.TEST_LEAD for row in rows] == [False, False, False, True]
    names = [header.index("full_name")]
    assert may_be_test_lead(Columns(zip(*rows, strict=True)), header, names)
    assert not may_be_test_lead(Columns(zip(*rows[:3], strict=True)), header, names)


def test_rows_that_fill_more_cells_than_a_note_has() -> None:
    """Five columns without a blank cell say that no row is a note; a cell of blanks alone counts as none."""
    full = ["1", "2"]
    assert _fill([full] * 5)
    assert _fill([["", "2"], *[full] * 4, [" ", "2"], full])
    assert not _fill([full] * 4)
    for blank in ("", " ", "\t", "\u00a0"):
        assert not _fill([*[full] * 4, ["1", blank], [blank, "2"]])


def _fill(columns: list[list[str]]) -> bool:
    """Ask in an order that can't matter."""
    found = {rows_fill(Columns(columns), order) for order in (range(len(columns)), reversed(range(len(columns))))}
    return found.pop() if len(found) == 1 else pytest.fail("the order matters")


def test_test_leads_with_a_number_are_scanned_for() -> None:
    """A test lead that has a valid number is found by the scan of its block."""
    header = ("Name", "Phone")
    assert may_be_test_lead(Columns([["Asha", "FirstName LastName"], ["9876500001", "+16505550123"]]), header, [0])
    assert not may_be_test_lead(Columns([["Asha", "test@example.com"], ["9876500001", ""]]), header, [0])
    assert not may_be_test_lead(Columns([(), ()]), header, [0])


@settings(deadline=None)
@given(st.lists(st.text(max_size=20), max_size=6), st.lists(st.text(max_size=20), max_size=6))
def test_any_row_has_a_kind(cells: list[str], header: list[str]) -> None:
    """No row and no header is too odd to be told."""
    assert row_kind(cells, header) in RowKind


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "cell", ["Total " * 500, "Page " + "1" * 5000, "<" * 10_000, "confidential" * 999, "a" * 100_000]
)
def test_long_cells_cost_nothing(cell: str) -> None:
    """A cell without end is judged by its beginning: an expression that backtracks would run into the time limit."""
    assert row_kind([cell], HEADER) in RowKind
