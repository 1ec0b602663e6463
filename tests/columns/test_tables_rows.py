"""What a row is that has no good number."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from places import TESTS

from telecmi_leads.columns.reader_notes import rows_fill
from telecmi_leads.columns.row_kinds import RowKind, may_be_test_lead, row_kind, rows_in_doubt
from telecmi_leads.core.block_columns import Columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from random import Random


# --- single rows ----------------------------------------------------------------------------------


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
        Grand Total|||1,000.00 Dr
        Net Total|||Rs. 1,000.00
        Total|Count|25|
        Total Customers: 25|||
        Subtotal for Pune||2|
        No. of Customers : 1|||
        20 rows in set (0.00 sec)|||
        3 rows in set, 1 warning (0.01 sec)|||
        """,
    RowKind.NOTE: """
        City : Mumbai|||
        |Branch: Kochi||
        Company: Gamma Traders|||
        Qualified leads|||
        New Leads|||
        Neue Kunden|||
        Новые лиды|||
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
        Asha Menon|||
        Gamma Traders|||
        Name: Asha Menon|||
        Qualified leads||Kochi|
        City: Mumbai|Asha||
        Total|Count Basie||
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


# --- whole blocks ---------------------------------------------------------------------------------


AGAIN = RowKind.REPEATED_HEADER
HEADERS = (
    HEADER,
    ("Name", "Mobile"),
    ("Mobile",),
    ("", "Phone", "", "E-Mail"),
    ("नाम", "मोबाइल", "शहर"),
    ("Id", "Name", "Mobile", "Email", "is_test"),
    ("Id", "First Name", "Last Name", "Mobile", "Email", "City", "State", "Source", "Comment", "Created", "Owner"),
)
CELLS = st.sampled_from(
    [
        *("", " ", "-", "N/A", "n-a", "0", "null", "ñä", "ｎａ", "Not  Available", "^", "n^a", "a\x1fb"),
        *("Asha", "José Ñáñez", "नाम", "आशा मेनन", "+91 98765 43210", "98765", "९८७६५", "12.50", "2026-03-01", "5 %"),
        *(
            "asha@example.com",
            "Test@Meta.com",
            "FirstName LastName",
            "+1 650-555-0123",
            "<test lead: dummy data for x>",
        ),
        *(
            "Total",
            "Grand Total:",
            "-- end of report --",
            "Page 2",
            "57 records found",
            "Agent: Tara Sen",
            "call centre",
        ),
        *("please call us before five", "true", "Yes ", "Pune", "web", "x" * 130, " " * 130 + "Name", "Mobile No"),
    ]
)


NOTHING = st.sampled_from(["", " ", "-", "N/A", "n-a", "0", "null", "ñä", "Not  Available"])
STARTS = st.sampled_from(["Agent: Tara Sen", "Page 2", "57 records found", "call centre", "Total", "Asha"])
SOME = [cells_of(line) for lines in KINDS.values() for line in lines.splitlines() if line.strip()]


@st.composite
def odd_rows(draw: st.DrawFn, header: tuple[str, ...]) -> list[str]:
    """Draw a row of few cells, or one that says nothing, or the header with some cells changed, or any other."""
    kind = draw(st.sampled_from(["few", "names", "nothing", "known", "any"]))
    if kind == "few":
        return [*[""] * draw(st.integers(0, 2)), draw(STARTS), *draw(st.lists(CELLS, max_size=2))]
    if kind == "names":
        names = [draw(st.sampled_from([name, name.upper(), " " * 130 + name])) for name in header]
        for at in draw(st.sets(st.integers(0, len(header) - 1), max_size=3)):
            names[at] = draw(CELLS)
        return names
    return draw(st.sampled_from(SOME)) if kind == "known" else [draw(NOTHING if kind == "nothing" else CELLS)] * 11


@st.composite
def blocks(draw: st.DrawFn) -> tuple[tuple[str, ...], list[list[str]]]:
    """Draw a header, and below it rows of data with one or two among them that may be something else."""
    header = draw(st.sampled_from(HEADERS))
    data = draw(st.lists(CELLS | st.text(max_size=4), min_size=len(header), max_size=len(header)))
    rows = [data] * 8 + draw(st.lists(odd_rows(header), min_size=1, max_size=2))
    return header, [[*row, *[""] * len(header)][: len(header)] for row in rows]


def doubted(header: Sequence[str], rows: list[list[str]], order: Iterable[int]) -> list[int]:
    """Return the rows of a block that the scans doubt."""
    return list(rows_in_doubt(rows, Columns(zip(*rows, strict=True)), header, list(order)))


@settings(deadline=None, max_examples=1000)
@given(blocks(), st.randoms(use_true_random=False), st.booleans())
def test_a_row_that_no_scan_doubts_is_data(
    block: tuple[tuple[str, ...], list[list[str]]], chance: Random, several: bool
) -> None:
    """Whatever stands around it, and in whatever order columns are looked at: row by row the verdict would be DATA."""
    header, rows = block
    order = chance.sample(range(len(header)), len(header) - (several and chance.randrange(len(header))))
    doubt = doubted(header, rows, order)
    for at, row in enumerate(rows):
        assert at in doubt or (row_kind(row, header) is RowKind.DATA and any(row[column].strip() for column in order))


@pytest.mark.parametrize(
    ("header", "line", "kind"),
    [
        ("Id|Name|Mobile|Email|City", "Id|Name|98765|Email|City", AGAIN),
        ("Id|Name|Mobile|Email|City", f"Id|Name|98765|Email|{' ' * 118}City", RowKind.REPEATED_HEADER),
        ("Name|Mobile", "Total|98765", RowKind.TOTAL),
        ("Name|Mobile", "Page 2|", RowKind.TOTAL),
        ("Name|Mobile", "for help call 98765|", RowKind.NOTE),
        ("Name|Mobile", "|please call us for help 98765", RowKind.NOTE),
        ("Name|Mobile", "please mail us@example.com for help|", RowKind.NOTE),
        ("Id|Name|Mobile|Email|City|Note|Paid|Fee|Area|State", "Id|Name|9|x|City|Note|Paid|Fee|Area|State", AGAIN),
        ("Id|Name|Mobile|Email|City|Note", "Id|Name|98765|Email|City|", AGAIN),
        ("Id|Name|Mobile|Email|City", "|Agent: Tara Sen|98765|Kochi|", RowKind.NOTE),
        ("Id|Name|Mobile|Email|City", "Agent: Tara Sen||98765|Kochi|", RowKind.NOTE),
        ("Id|Name|Mobile|Email|City", "Helpline|for any help||98765|", RowKind.NOTE),
        ("Id|Name|Mobile|Email|City", "Page 2|Asha|98765||", RowKind.TOTAL),
        ("Id|Name|Mobile|Email|City", "Total|98765|12.5|7|N/A", RowKind.TOTAL),
        ("Id|Name|Mobile|Email|is_test", "1|Asha|98765|Kochi|Yes", RowKind.TEST_LEAD),
        ("Id|Name|Mobile|Email|City", "1|Asha|98765|Test@Meta.com|Kochi", RowKind.TEST_LEAD),
        ("Id|Name|Mobile|Email|City", "N/A|n-a|0|null|-", RowKind.PLACEHOLDER),
        ("Id|Name|Mobile|Email|City", "No.|Full name|Phone|E-Mail|Street", RowKind.NEW_HEADER),
    ],
)
def test_what_is_no_data_is_doubted(header: str, line: str, kind: RowKind) -> None:
    """One row alone among many of data that is just not data."""
    names = header.split("|")
    data = ["7", "Ravi", "98765", "ravi@example.com", "Goa", *[""] * 5]
    rows = [data[1:3] if len(names) == 2 else data[: len(names)]] * 10
    rows[4] = line.split("|")
    assert row_kind(rows[4], names) is kind
    assert doubted(names, rows, range(len(names))) == [4]


def test_most_rows_of_data_are_not_doubted() -> None:
    """Rows are looked at one by one only where they look like something else."""
    rows = [[f"Asha {at}", str(98765 + at), "Kochi" if at % 5 else "Köln", ""] for at in range(20)]
    rows[3] = ["Total", "12", "", ""]
    rows[7] = ["Name", "Mobile No.", "City", ""]
    rows[9] = ["Agent: Tara Sen", "call", "Kochi", ""]
    assert doubted(HEADER, rows, range(4)) == [3, 7, 9]
    assert doubted(HEADER[:2], [row[:2] for row in rows], range(2)) == [3, 7, 9]
    figures = [[*row[:2], "12", "7.5", "2026-03-01"] for row in rows]
    assert doubted((*HEADER, "Paid", "Since"), figures, range(5)) == [3]


@settings(deadline=None)
@given(st.lists(st.text(max_size=20), max_size=6), st.lists(st.text(max_size=20), max_size=6))
def test_any_row_has_a_kind(cells: list[str], header: list[str]) -> None:
    """No row and no header is too odd to be told, and an empty cell at a row's end changes nothing."""
    assert row_kind(cells, header) is row_kind([*cells, ""], header)


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("Total " * 500, RowKind.DATA),
        ("Page " + "1" * 5000, RowKind.TOTAL),
        ("<" * 10_000, RowKind.PLACEHOLDER),
        ("confidential" * 999, RowKind.DATA),
        ("a" * 100_000, RowKind.DATA),
    ],
    ids=["a total", "a page", "signs", "a footer", "a letter"],
)
def test_long_cells_cost_nothing(cell: str, kind: RowKind) -> None:
    """A cell without end is judged by its beginning: an expression that backtracks would run into the time limit."""
    assert row_kind([cell], HEADER) is kind
