"""Rows become leads and rejections: names, emails, text, and what is no lead."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from telecmi_leads.columns.matching import match_columns
from telecmi_leads.core.lead import NOBODY, Field, Lead, RowBlock, TableInfo
from telecmi_leads.leads.cleaning import CleanBlock, Cleaner
from telecmi_leads.leads.lead_text import first_address, first_addresses
from telecmi_leads.leads.person_names import is_placeholder, kept_title, split_full_name, split_full_names
from telecmi_leads.phones import PhoneBook
from telecmi_leads.settings.options import FieldOptions, PhoneOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

BOOK = PhoneBook(PhoneOptions(region="IN"))


# --- names and fields -----------------------------------------------------------------------------


def cleaned(
    header: Sequence[str],
    rows: list[list[str]],
    fields: FieldOptions | None = None,
    *,
    region: str | None = "IN",
    trial: bool = False,
) -> CleanBlock:
    """Clean rows below a header, as the pipeline does."""
    return _cleaner(header, *rows, fields=fields, region=region, trial=trial).clean(RowBlock(2, rows), lambda: True)


def _cleaner(
    header: Sequence[str],
    *rows: list[str],
    fields: FieldOptions | None = None,
    region: str | None = "IN",
    trial: bool = False,
) -> Cleaner:
    """Return what cleans the rows of a table that begins with these."""
    fields = fields or FieldOptions()
    match = match_columns(
        header, rows, fields, header_found=True, phone_score=lambda cells: sum(map(str.isdigit, cells)) / len(cells)
    )
    info = TableInfo("x.csv", "csv", tuple(header), 1)
    return Cleaner(info, 0, match, BOOK, region, no_fill=fields.no_fill, trial=trial)


def only(header: Sequence[str], row: list[str], fields: FieldOptions | None = None) -> Lead:
    """Clean one row that is a lead."""
    [lead] = cleaned(header, [row], fields).leads
    return lead


P = "9876500001"


def test_a_trial_says_the_same_without_leads() -> None:
    """A trial finds the same numbers, rows, faults and repairs, also where names decide; its leads are NOBODY."""
    rows = [
        ["Asha <b>Rao</b>", P, "a@example.com"],
        ["", "9876500002", ""],
        ["Ravi", "98", "x"],
        ["Jo", "9876500003", "y"],
    ]
    real, trial = (cleaned(["Name", "Mobile", "Email"], rows, trial=trial) for trial in (False, True))
    assert real.numbers == [lead.phone for lead in real.leads] == ["919876500001", "919876500003"]
    assert list(real.rows) == [2, 5]
    assert trial == replace(real, leads=[NOBODY] * 2)


@pytest.mark.parametrize(
    ("header", "row", "name"),
    [
        (["Name", "Mobile"], ["Asha Menon", P], ("Asha", "Menon")),
        (["Name", "Mobile"], ["Menon, Asha", P], ("Asha", "Menon")),
        (["Name", "Mobile"], ["Roshan", P], ("Roshan", "-")),
        (["Name", "Mobile"], ["Maria del Carmen Ruiz", P], ("Maria del Carmen", "Ruiz")),
        (["First Name", "Last Name", "Mobile"], ["", "Menon", P], ("Menon", "-")),
        (["First Name", "Last Name", "Mobile"], ["Asha", "[not provided]", P], ("Asha", "-")),
        (["First Name", "Last Name", "Company", "Mobile"], ["", "[not provided]", "Gamma Ltd", P], ("Gamma Ltd", "-")),
        (["First Name", "Middle Name", "Last Name", "Mobile"], ["Raj", "V", "Kumar", P], ("Raj V", "Kumar")),
        (["Name Prefix", "First Name", "Last Name", "Mobile"], ["Dr.", "Anil", "Rao", P], ("Dr. Anil", "Rao")),
        (["Salutation", "First Name", "Last Name", "Mobile"], ["Mrs", "Anil", "Rao", P], ("Anil", "Rao")),
        (["First Name", "Last Name", "Full Name", "Mobile"], ["", "", "Asha Menon", P], ("Asha", "Menon")),
        (["Name", "Mobile"], ["ℝ𝕖𝕟𝕦\u200b  Rao", P], ("Renu", "Rao")),
    ],
)
def test_names_come_from_what_there_is(header: list[str], row: list[str], name: tuple[str, str]) -> None:
    """Full names are split, placeholders seen through, one name is the first name, titles kept where they belong."""
    lead = only(header, row)
    assert (lead.firstname, lead.lastname) == name


@pytest.mark.parametrize(
    ("fields", "row", "outcome"),
    [
        (FieldOptions(), ["", P], "no_name"),
        (FieldOptions(no_fill=True), ["Roshan", P], "no_last_name"),
        (FieldOptions(fill=((Field.LASTNAME, "Unknown"),)), ["Roshan", P], ("Roshan", "Unknown")),
        (FieldOptions(fill=((Field.FIRSTNAME, "Friend"),)), ["", P], ("Friend", "-")),
        (FieldOptions(no_fill=True, fill=((Field.LASTNAME, "X"),)), ["Roshan", P], ("Roshan", "X")),
    ],
)
def test_missing_names_are_filled_or_rejected(fields: FieldOptions, row: list[str], outcome: object) -> None:
    """The filler, --fill and --no-fill each do what they say; nobody without any name goes unless filled."""
    block = cleaned(["Name", "Mobile"], [row], fields)
    if isinstance(outcome, str):
        assert [rejection.code for rejection in block.rejections] == [outcome]
    else:
        assert [(lead.firstname, lead.lastname) for lead in block.leads] == [outcome]


def test_fields_are_set_and_filled() -> None:
    """--set writes from other columns, --fill where a field is empty; tags and line breaks become spaces."""
    fields = FieldOptions(set=((Field.COMMENT, "{Source}: {Budget}"),), fill=((Field.CITY, "Pune"),))
    lead = only(["Name", "Mobile", "City", "Source", "Budget"], ["A B", P, "", "Web", "50k<br>net\nmonthly"], fields)
    assert (lead.comment, lead.city) == ("Web: 50k net monthly", "Pune")


# --- regions and phone columns --------------------------------------------------------------------


def test_the_rows_region_comes_before_the_default() -> None:
    """A country or dial-code column decides for its row; the dial code is joined once."""
    block = cleaned(
        ["Name", "Country", "Mobile"],
        [["A B", "United States", "(202) 555-0101"], ["C D", "", P], ["E F", "UK", "07911 123456"]],
    )
    assert [lead.phone for lead in block.leads] == ["12025550101", "919876500001", "447911123456"]
    block = cleaned(
        ["Name", "Country Code", "Mobile"],
        [["A B", "+91", P], ["C D", "91", "919876500002"], ["E F", "1", "2025550102"]],
    )
    assert [lead.phone for lead in block.leads] == ["919876500001", "919876500002", "12025550102"]


def test_without_any_region_numbers_need_their_country_code() -> None:
    """No region: the number with a plus goes, the other is told which option is missing."""
    block = cleaned(["Name", "Mobile"], [["A B", P], ["C D", "+919876500002"]], region=None)
    assert [lead.phone for lead in block.leads] == ["919876500002"]
    assert [rejection.code for rejection in block.rejections] == ["no_region"]


def test_the_best_phone_column_wins_row_by_row() -> None:
    """Mobile before work; a bad or empty mobile gives way to the next that is good; the reason is the first's."""
    block = cleaned(
        ["Name", "Work Phone", "Mobile"],
        [["A", "022-26543210", P], ["B", "022-26543211", ""], ["C", "022-26543212", "98XXXXXX10"], ["D", "", "12"]],
    )
    assert [lead.phone for lead in block.leads] == ["919876500001", "912226543211", "912226543212"]
    assert [(rejection.code, rejection.column) for rejection in block.rejections] == [("too_short", "Mobile")]
    assert block.repairs["other_phone_column"] == 2


# --- rows that are no leads -----------------------------------------------------------------------


def test_rows_that_are_no_leads_are_told_apart() -> None:
    """Blank, repeated header, total, test lead, overfull: each is counted where it belongs, in its own row."""
    block = cleaned(
        ["Name", "Mobile"],
        [
            ["A B", P],
            [],
            ["", "  "],
            ["Name", "Mobile"],
            ["C D", P, "surplus"],
            ["<test lead: dummy data for full_name>", "9876500009"],
            ["E F"],
            ["Total", "4"],
        ],
    )
    assert (block.read, block.blanks, dict(block.skipped)) == (8, [3, 4, 5, 9], {"repeated_header": 1, "total": 1})
    assert [(rejection.row, rejection.code) for rejection in block.rejections] == [
        (6, "too_many_cells"),
        (7, "test_lead"),
        (8, "no_phone"),
    ]
    assert block.rows == [2]


def test_a_header_of_another_layout_ends_the_block() -> None:
    """What stands below it was not looked at, what stands above is whole."""
    block = cleaned(["Name", "Mobile"], [["A B", P], ["x", ""], ["Phone Number", "City", "Email"], [P, "Pune", ""]])
    assert (block.next_header, block.read, len(block.leads), len(block.rejections)) == (2, 2, 1, 1)


def test_lone_surrogates_are_rejected() -> None:
    """(Row 31) Text that is no text in any encoding is a rejection of its row, not a crash."""
    block = cleaned(["Name", "Mobile"], [["A \ud800", P], ["C D", "9876500002"]])
    assert [rejection.code for rejection in block.rejections] == ["unreadable_text"]
    assert [lead.firstname for lead in block.leads] == ["C"]


@given(st.lists(st.lists(st.text(max_size=12), max_size=4), max_size=12))
def test_every_row_lies_on_one_heap(rows: list[list[str]]) -> None:
    """Whatever stands in the cells, each row is a lead, a rejection or blank, once."""
    block = cleaned(["Name", "Mobile", "Email"], rows)
    heaps = sorted([*block.rows, *(rejection.row for rejection in block.rejections), *block.blanks])
    assert heaps == list(range(2, 2 + block.read))
    assert block.read == (len(rows) if block.next_header is None else block.next_header)


# --- emails and names -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        ("asha@example.com", "asha@example.com"),
        ("a@example.com, b@example.com", "a@example.com"),
        ("Asha <asha@example.com>", "asha@example.com"),
        ("mailto:asha@example.com", "asha@example.com"),
        ("* a@example.com ::: b@example.org", "a@example.com"),
        ("a@example.com b@example.org", "a@example.com"),
        ("Email: a@example.com", "a@example.com"),
        ('"Rao, Asha" <asha@example.com>', "asha@example.com"),
        ("asha rao@example.com", ""),
        ("asha,rao@example.com", ""),
        ("asha@example.com, Pune", ""),
        ("x@example.com <asha@example.com>", ""),
        ("919876500001@s.whatsapp.net", ""),
        ("919876500001@c.us", ""),
        ("asha(at)example.com", ""),
        ("asha@localhost", ""),
        ("a..b@example.com", ""),
        ("@example.com", ""),
        (f"{'x' * 250}@example.com", ""),
    ],
)
def test_emails_are_well_formed_or_dropped(cell: str, address: str) -> None:
    """The first of a cell's addresses is taken, never one made of a part; a bad one is no reason to lose the lead."""
    assert (first_address(cell), first_addresses([cell, ""])) == (address, [address, ""])


# What a column of plain names and usual addresses may hold in one row, and what must be looked at then.
NAME_WORDS = ("Asha", "Rao", "Jr", "MBA", "NA", "nan", "not", "provided", "no", "name", "-", "^", "S)", "K,", "")
ADDRESSES = (
    *("asha@example.com", "a.b@mail.example.co.in", "", "x@q.com", f"a@{'b' * 64}.com", f"{'c' * 250}@example.com"),
    *("91@s.whatsapp.net", "91@c.us", "a@b..com", "a@b.1com", "a^b@example.com", "x", "-", "a@bc.de^", " a@b.com"),
)


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(NAME_WORDS), min_size=1, max_size=4).map(" ".join), st.sampled_from(ADDRESSES)
        ),
        min_size=1,
        max_size=3,
    )
)
def test_a_block_says_what_its_rows_say_alone(cells: list[tuple[str, str]]) -> None:
    """What one look at a whole column settles is what a look at each cell finds, in a trial as well."""
    real, trial = (_cleaner(["Name", "Mobile", "Email"], ["Asha Rao", P, ""], trial=trial) for trial in (False, True))
    rows = [[name, f"987650000{at}", email] for at, (name, email) in enumerate(cells)]
    unusual = ["Zoë", "9876500009", "?"]
    alone = [real.clean(RowBlock(2, [row, unusual]), lambda: True) for row in rows]
    beside = Counter(real.clean(RowBlock(2, [unusual]), lambda: True).repairs)
    together, tried = (cleaner.clean(RowBlock(2, rows), lambda: True) for cleaner in (real, trial))
    assert together.leads == [lead for block in alone for lead in block.leads[:-1]]
    assert +Counter(together.repairs) == sum((Counter(block.repairs) - beside for block in alone), Counter())
    assert tried == replace(together, leads=[NOBODY] * len(together.leads))


@given(st.lists(st.text(st.sampled_from("ab ,"), max_size=9).map(lambda text: " ".join(text.split()))))
def test_a_column_of_names_is_split_as_each_name_is(names: list[str]) -> None:
    """The whole-column way and the single way agree."""
    assert list(zip(*split_full_names(names), strict=True)) == [split_full_name(name) for name in names]


def test_titles_and_placeholders() -> None:
    """Dr. and Prof. are part of a name, Mr is not; "Na" is a surname, "N/A" is not."""
    assert [kept_title(title) for title in ("Dr.", "Prof", "Mr", "Ms.", "")] == ["Dr.", "Prof", "", "", ""]
    assert [is_placeholder(name) for name in ("N/A", "-", "[not provided]", "Na", "Null", "Asha")] == [
        True,
        True,
        True,
        False,
        True,
        False,
    ]


# --- words for nothing ----------------------------------------------------------------------------


NOTHINGS = ["nan", "NaN", "null", "NULL", "None", "N/A", "NA", "undefined", "\\N", "<NA>", ".", "-"]


@pytest.mark.parametrize("word", NOTHINGS)
def test_words_for_nothing_are_empty_in_every_field(word: str) -> None:
    """What an exporter writes for nothing is no name, city, comment or email; a row of two such names has none."""
    header = ["First Name", "Last Name", "Mobile", "City", "Comment", "Email"]
    block = cleaned(header, [["Asha", word, P, word, word, word], [word, word, "9876500002", "Goa", "", ""]])
    assert block.leads == [Lead("Asha", "-", "919876500001")]
    assert ([rejection.code for rejection in block.rejections], block.repairs["email_dropped"]) == (["no_name"], 0)


def test_words_for_nothing_within_a_name() -> None:
    """A word for nothing behind a name goes; "Na" and "Nan" are names, and NA as a country is Namibia."""
    names = ["Yash NA", "Uma .", "Amy undefined", "None None", "Kim Na", "Asha None None", "Nan Goldin"]
    block = cleaned(["Name", "Mobile"], [[name, f"987650000{at}"] for at, name in enumerate(names)])
    assert [(lead.firstname, lead.lastname) for lead in block.leads] == [
        ("Yash", "-"),
        ("Uma", "-"),
        ("Amy", "-"),
        ("Kim", "Na"),
        ("Asha", "-"),
        ("Nan", "Goldin"),
    ]
    assert only(["Name", "Mobile", "Country"], ["Asha Rao", "+264811234567", "NA"]).country == "NA"


# --- text -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("'Kochi", "Kochi"),
        ("'Kochi'", "Kochi"),
        ("'t Harde", "'t Harde"),
        ("'s-Gravenhage", "'s-Gravenhage"),
        ("L'Aquila", "L'Aquila"),
        ("Roof &amp; walls", "Roof & walls"),
        ("2 &lt; 3", "2 < 3"),
        ("Z&#252;rich", "Zürich"),
        ("&lt;b&gt;Pune&lt;/b&gt;", "Pune"),
        ("A&B; C &nosuch; D", "A&B; C &nosuch; D"),
        ("&#27;[31mGoa", "[31mGoa"),
    ],
)
def test_text_is_taken_out_of_its_wrapping(cell: str, text: str) -> None:
    """Excel's text mark goes and HTML entities are resolved; an apostrophe of a name stays, and no control comes in."""
    assert only(["Name", "Mobile", "City"], ["Asha Rao", P, cell]).city == text


def test_repairs_count_a_cell_once_and_no_rejected_row() -> None:
    """A column that feeds two fields is counted once as cleaned, and a name is filled in only where the row is sent."""
    fields = FieldOptions(map=((Field.COMMENT, "City"), (Field.CITY, "City")))
    assert cleaned(["Name", "Mobile", "City"], [["A B", P, " Pune "]], fields).repairs["text_cleaned"] == 1
    block = cleaned(["Name", "Mobile", "City"], [["Asha", P, "x\ud800"], ["Ravi", "9876500002", ""]])
    assert (block.repairs["name_filled"], len(block.leads)) == (1, 1)


@pytest.mark.parametrize(
    ("cell", "order"), [("-3", -3), ("7", 7), ("7.0", 7), ("-", None), ("- 3", None), ("1e3", None)]
)
def test_orders_may_be_negative(cell: str, order: int | None) -> None:
    """A whole number of either sign is an order index."""
    assert only(["Name", "Mobile", "order_index"], ["Asha Rao", P, cell]).order_index == order
