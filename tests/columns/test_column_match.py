"""Which columns feed which fields: names against cells and neighbours, files without names, and what the user says."""

from __future__ import annotations

import csv
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matched_columns import feeds, match_of, phone_score, rules
from places import TESTS

from telecmi_leads.columns import Rule, number_columns, pins
from telecmi_leads.columns.templates import Template
from telecmi_leads.core.errors import ColumnMissing, UsageError
from telecmi_leads.core.lead import Field

VICIDIAL = (TESTS / "leadfiles" / "samples" / "vicidial_noheader.txt").read_text(encoding="utf-8")
ASHA = ["Asha Menon", "9876500001"]


def unnamed(width: int) -> list[str]:
    """Return the names that columns get in a file without a header."""
    return [f"column {index + 1}" for index in range(width)]


# --- names against cells --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("Name,Contact", "Asha Menon,9876500001", {"fullname": ["Name"], "phone": ["Contact"]}),
        ("Company,Contact", "Gamma,Asha Menon", {"fullname": ["Contact"], "companies": ["Company"]}),
        (
            "Name,Contact details",
            "Asha Menon,a@example.com",
            {"fullname": ["Name"], "email": ["Contact details"]},
        ),
        ("Name,Number", "Asha Menon,9876500001", {"fullname": ["Name"], "phone": ["Number"]}),
        ("Number,Mobile", "9000000001,9876500001", {"phone": ["Mobile"]}),
        ("Mobile,WhatsApp", "9876500001,Yes", {"phone": ["Mobile"]}),
        ("Mobile,WhatsApp", "9876500001,9876500002", {"phone": ["Mobile", "WhatsApp"]}),
        ("Phone,Mobile", "9876500001,No", {"phone": ["Phone"]}),
        ("Mobile,Mobile Alt", "9876500001,0", {"phone": ["Mobile", "Mobile Alt"]}),
        ("Phone,Country Code", "9876500001,+91", {"phone": ["Phone"], "dialcode": ["Country Code"]}),
        ("Phone,Country Code", "9876500001,India (+91)", {"phone": ["Phone"], "dialcode": ["Country Code"]}),
        ("Phone,Country Code", "9876500001,IND", {"phone": ["Phone"], "country": ["Country Code"]}),
        ("Phone,Country Code", "9876500001,", {"phone": ["Phone"], "dialcode": ["Country Code"]}),
        ("Phone,Country", "9876500001,0091", {"phone": ["Phone"], "dialcode": ["Country"]}),
        ("Prefix,Phone", "+91,9876500001", {"phone": ["Phone"], "dialcode": ["Prefix"]}),
        ("Prefix,Phone", "Mr,9876500001", {"phone": ["Phone"], "titles": ["Prefix"]}),
        ("Title,Phone", "श्रीमती,9876500001", {"phone": ["Phone"], "titles": ["Title"]}),
        ("Title,Phone", "Head of Sales,9876500001", {"phone": ["Phone"]}),
        ("Name,Mobile", "#1001,9876500001", {"phone": ["Mobile"]}),
        ("Customer,Phone", "Asha Menon,9876500001", {"phone": ["Phone"], "fullname": ["Customer"]}),
        ("Customer,Phone", "1042,9876500001", {"phone": ["Phone"]}),
        ("Work,Mobile", "02226543210,9876500001", {"phone": ["Mobile", "Work"]}),
        ("Work,Mobile", "teacher,9876500001", {"phone": ["Mobile"]}),
        ("Wer,Wohin", "Asha Menon,9876500001", {"phone": ["Wohin"]}),
        ("Mobile,Company Name for Emails", "9876500001,Gamma", {"phone": ["Mobile"]}),
        ("Mobile,Email", "9876500001,none yet", {"phone": ["Mobile"], "email": ["Email"]}),
        ("Who,Where", "9876500001,a@example.com", {"phone": ["Who"], "email": ["Where"]}),
        ("Lead ID,Name", "9876500001,Asha Menon", {"fullname": ["Name"]}),
        ("Father Mobile,Fax,Agent", "9876500001,9876500002,9876500003", {}),
    ],
)
def test_cells_have_their_say(header: str, row: str, expected: dict[str, list[str]]) -> None:
    """A doubtful name is believed where its cells agree; a column without a telling name is found by its cells."""
    assert feeds(match_of(header.split(","), row.split(","))) == expected


def test_names_are_told_by_their_cells_where_no_header_does() -> None:
    """One column of full names under a name that says nothing is taken; two of them, or recurring ones, are not."""
    rows = [["Asha Menon", "9876500001"], ["Ravi Kulkarni", "9876500002"], ["Meena Joshi", "9876500003"]]
    assert feeds(match_of(["Qwx", "Mobile"], *rows)) == {"phone": ["Mobile"], "fullname": ["Qwx"]}
    assert feeds(match_of(["Qwx", "Zvb", "Mobile"], *([row[0], *row] for row in rows))) == {"phone": ["Mobile"]}
    assert feeds(match_of(["Qwx", "Mobile"], *([rows[0][0], row[1]] for row in rows))) == {"phone": ["Mobile"]}
    assert feeds(match_of(["Hobby", "Mobile"], *rows)) == {"phone": ["Mobile"]}


def test_the_column_with_most_numbers_is_the_phone() -> None:
    """Of several columns of numbers without a telling name, the one with the greatest share of good ones is taken."""
    rows = [["9876500001", "9876500001"], ["1234", "9876500002"], ["9876500003", "9876500003"]]
    assert feeds(match_of(["A", "B"], *rows)) == {"phone": ["B"]}


def test_too_few_numbers_are_no_phone_column() -> None:
    """A column in which less than three cells of five are numbers is not taken."""
    rows = [["9876500001"], ["9876500002"], ["none so far"], ["call the office"], ["ask"]]
    assert feeds(match_of(["Info X"], *rows)) == {}


def test_columns_of_numbers_for_do_not_call_lists() -> None:
    """Where only the cells count, every column of numbers is found, that of a dealer too."""
    rows = [
        ["9876500001", "x", "", "9876500002"],
        ["9876500003", "9876500004", "", "9876500005"],
        ["9876500006"],
    ]
    assert number_columns(rows, 4, phone_score()) == (0, 3)
    assert number_columns([], 0, phone_score()) == ()


# --- names against neighbours ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("Prénom,Nom,Mobile", "Léa,Martin,9876500001", {"firstname": ["Prénom"], "lastname": ["Nom"]}),
        ("Nom,Mobile", "Léa Martin,9876500001", {"fullname": ["Nom"]}),
        (
            "Nombre,Apellidos,Mobile",
            "Ana,Pérez,9876500001",
            {"firstname": ["Nombre"], "lastname": ["Apellidos"]},
        ),
        ("Name,Surname,Mobile", "Asha,Menon,9876500001", {"firstname": ["Name"], "lastname": ["Surname"]}),
        ("Name,Surname,Mobile", "Asha Menon,Menon,9876500001", {"fullname": ["Name"]}),
        ("First Name,Name,Mobile", "Asha,Asha Menon,9876500001", {"fullname": ["Name"]}),
        ("First Name,Full Name,Mobile", "Asha,Asha Menon,9876500001", {"fullname": ["Full Name"]}),
        (
            "Lead Name,First Name,Last Name,Mobile",
            "Deal 1,Asha,Menon,9876500001",
            {"firstname": ["First Name"], "lastname": ["Last Name"]},
        ),
        ("Lead Name,Mobile", "Asha Menon,9876500001", {"fullname": ["Lead Name"]}),
        (
            "Name,First Name,Last Name,Mobile",
            "A,Asha,Menon,9876500001",
            {"firstname": ["First Name"], "lastname": ["Last Name"], "fullname": ["Name"]},
        ),
        ("Owner Name,Mobile", "Asha Menon,9876500001", {"fullname": ["Owner Name"]}),
        ("Name of Owner,Mobile", "Asha Menon,9876500001", {"fullname": ["Name of Owner"]}),
        ("Name,Owner Name,Mobile", "Asha,Rep,9876500001", {"fullname": ["Name"]}),
        ("Name,Owner Mobile,Mobile", "Asha,9876500002,9876500001", {"fullname": ["Name"]}),
        ("Owner,Mobile", "Asha Menon,9876500001", {"fullname": ["Owner"]}),
        ("Company,Owner,Mobile", "Gamma,Rep One,9876500001", {"companies": ["Company"]}),
        ("Ad,Soyad,Mobile", "Ayşe,Demir,9876500001", {"firstname": ["Ad"], "lastname": ["Soyad"]}),
        ("Ad,Name,Mobile", "Banner-01,Asha Menon,9876500001", {"fullname": ["Name"]}),
        ("F Name,L Name,Mobile", "Asha,Menon,9876500001", {"firstname": ["F Name"], "lastname": ["L Name"]}),
        ("Name,F. Name,Mobile", "Asha,Hari,9876500001", {"fullname": ["Name"]}),
        ("Name 1,Mobile,Name 2", "Asha,9876500001,Ravi", {"fullname": ["Name 1"]}),
        (
            "Contact Person,Mobile,Alternate Contact Person,Alternate Mobile",
            "Asha,9876500001,Ravi,9876500002",
            {"fullname": ["Contact Person"]},
        ),
        ("Farmer's Name,Mobile", "Asha,9876500001", {"fullname": ["Farmer's Name"]}),
        ("Pilot Name,Mobile", "Asha Menon,9876500001", {"fullname": ["Pilot Name"]}),
        ("Name,Pilot Name,Mobile", "Asha,Ravi,9876500001", {"fullname": ["Name"]}),
        ("Property ID,Name,Locality,Mobile", "P1,Asha,Baner,9876500001", {"fullname": ["Name"]}),
        ("Name,Locality,Mobile", "Asha,Baner,9876500001", {"fullname": ["Name"], "city": ["Locality"]}),
        ("Name,City,Locality,Mobile", "Asha,Pune,Baner,9876500001", {"fullname": ["Name"], "city": ["City"]}),
    ],
)
def test_neighbours_have_their_say(header: str, row: str, expected: dict[str, list[str]]) -> None:
    """What "Name", "Owner" or "Locality" means depends on the columns beside it."""
    assert feeds(match_of(header.split(","), row.split(","))) == expected | {"phone": ["Mobile"]}


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        *(
            (f"{first},{last},Mobile", "Asha,Menon,9876500001", {"firstname": [first], "lastname": [last]})
            for first, last in (
                ("fullName.first", "fullName.last"),
                ("full_name.first", "full_name.last"),
                ("Full Name - First", "Full Name - Last"),
                ("Full Name: First", "Full Name: Last"),
                ("Full Name (First)", "Full Name (Last)"),
                ("Full Name - First Name", "Full Name - Last Name"),
                ("Contact First", "Contact Last"),
                ("Contact Person First", "Contact Person Last"),
                ("Customer First", "Customer Last"),
                ("Vollständiger Name: Vorname", "Vollständiger Name: Nachname"),
                ("Nom complet (Prénom)", "Nom complet (Nom)"),
                ("Nombre completo - Nombre", "Nombre completo - Apellidos"),
                ("ФИО: Имя", "ФИО: Фамилия"),
            )
        ),
        (
            "fullName.prefix,fullName.first,fullName.middle,fullName.last,Mobile",
            "Dr.,Asha,K,Menon,9876500001",
            {
                "titles": ["fullName.prefix"],
                "firstname": ["fullName.first"],
                "middles": ["fullName.middle"],
                "lastname": ["fullName.last"],
            },
        ),
        ("Full Name (First),Mobile", "Asha Menon,9876500001", {"fullname": ["Full Name (First)"]}),
        ("Full Name,Contact First,Contact Last,Mobile", "Asha,1/2/26,3/4/26,9876500001", {"fullname": ["Full Name"]}),
        ("Name,Father First,Father Last,Mobile", "Asha,Hari,Menon,9876500001", {"fullname": ["Name"]}),
    ],
)
def test_parts_of_a_name_that_are_called_after_the_whole(header: str, row: str, expected: dict[str, list[str]]) -> None:
    """Two halves of a full name are first and last name where both are there and hold names, and nobody else's are."""
    assert feeds(match_of(header.split(","), row.split(","))) == expected | {"phone": ["Mobile"]}


@pytest.mark.parametrize(
    ("header", "name", "phone"),
    [
        ("Donor Name,Volunteer Phone,Donor Phone", "Donor Name", "Donor Phone"),
        ("Mentor Phone,Mentee Phone,Mentee Name", "Mentee Name", "Mentee Phone"),
        ("School Name,Principal Name,Principal Mobile", "Principal Name", "Principal Mobile"),
        ("Student Name,Principal Mobile,Mobile", "Student Name", "Mobile"),
    ],
)
def test_the_number_is_that_of_the_person_named(header: str, name: str, phone: str) -> None:
    """Of several persons' numbers the one whose name the table has is taken, wherever it stands, and no other."""
    names = header.split(",")
    row = [
        f"98765000{at:02d}" if "Phone" in column or "Mobile" in column else "Asha" for at, column in enumerate(names)
    ]
    found = feeds(match_of(names, row))
    assert (found["fullname"], found["phone"]) == ([name], [phone])


@pytest.mark.parametrize(
    ("header", "phones"),
    [
        ("Home Phone,Work Phone,Phone,WhatsApp No,Mobile", "Mobile,WhatsApp No,Phone,Work Phone,Home Phone"),
        ("Contact No. 2,Contact No. 1", "Contact No. 1,Contact No. 2"),
        ("Other Phone,Alt. Mobile,Phone", "Phone,Alt. Mobile,Other Phone"),
        ("Mob 2,Mob 1,Phone", "Mob 1,Mob 2,Phone"),
        ("Phone,Phone", "Phone,Phone"),
        ("Company Phone,Shipping Phone,Phone", "Phone,Shipping Phone,Company Phone"),
        ("Yacht Phone,Phone", "Phone"),
        ("Landline,Mobile/WhatsApp", "Mobile/WhatsApp,Landline"),
        ("Name 1,Phone 1,Name 2,Phone 2", "Phone 1"),
    ],
)
def test_the_order_of_phones(header: str, phones: str) -> None:
    """Mobile before WhatsApp before phone before work before home, alternates behind; a second person's not at all."""
    row = ["Asha Menon" if name.startswith("Name") else "9876500001" for name in header.split(",")]
    assert feeds(match_of(header.split(","), row))["phone"] == phones.split(",")


@pytest.mark.parametrize(
    ("header", "row", "addresses"),
    [
        ("Address,Address 2,Address 3", "a,b,c", [["Address", "Address 2", "Address 3"]]),
        ("Address Line 2,Address Line 1", "b,a", [["Address Line 1", "Address Line 2"]]),
        ("Address,Street", "12 MG Road Pune,12 MG Road", [["Street"], ["Address"]]),
        ("Street,Street 2,Address Line 3", "a,b,c", [["Street", "Street 2", "Address Line 3"]]),
        (
            "Home Street,Business Street,Business Street 2",
            ",b,c",
            [["Home Street"], ["Business Street", "Business Street 2"]],
        ),
        ("Address 1 - Street,Address 2 - Street", "a,b", [["Address 1 - Street"], ["Address 2 - Street"]]),
        (
            "Billing Street,Billing Address1,Billing Address2",
            "a b,a,b",
            [["Billing Street"], ["Billing Address1", "Billing Address2"]],
        ),
    ],
)
def test_addresses_and_their_parts(header: str, row: str, addresses: list[list[str]]) -> None:
    """Lines of one address belong together, another address is another one, and a street wins over a whole."""
    match = match_of(header.split(","), row.split(","))
    named = [[match.choices[index].header for index in parts] for parts in match.addresses]
    assert named == addresses
    fullest = max(named, key=lambda parts: any(row.split(",")[header.split(",").index(part)] for part in parts))
    assert feeds(match)["address"] == fullest


def test_equal_names_stay_apart() -> None:
    """Two columns of one name both count, each by its place."""
    match = match_of(["Phone", "Name", "Phone"], ["", "Asha", "9876500001"])
    assert match.phones == (0, 2)
    assert pins(match) == ("phone=column 1", "phone=column 3", "fullname=Name")


def test_why_a_column_is_left_out() -> None:
    """Each column that feeds nothing says why."""
    header = [
        "S.No.",
        "Name",
        "Father Name",
        "Fax",
        "DND",
        "Nickname",
        "Campaign",
        "PIN",
        "Hm",
        "",
        "Mobile",
        "Company",
    ]
    match = match_of(header, ["1", "Asha", "Hari", "", "No", "", "Sale", "411001", "x", "y", "9876500001", ""])
    assert rules(match) == {
        "S.No.": "serial",
        "Father Name": "other_person",
        "Fax": "other_line",
        "DND": "mark",
        "Nickname": "other_name",
        "Campaign": "other_thing",
        "PIN": "unused",
        "Hm": "unknown",
        "": "no_name",
    }
    assert [choice.says for choice in match.choices if choice.rule in {Rule.OTHER_PERSON, Rule.COMPANY}] == [
        "somebody else's (father)",
        "where there is no person's name",
    ]


def test_an_earlier_report_is_read_without_its_columns() -> None:
    """The four columns of a rejects file feed nothing, whatever stands in them."""
    header = ["Name", "reject_row", "reject_code", "reject_reason", "reject_tip", "Mobile"]
    match = match_of(header, ["Asha", "2", "no_phone", "there is no phone number", "Fill in", "9876500001"])
    assert (match.ignored, match.own_report, match.phones) == (frozenset({1, 2, 3, 4}), True, (5,))
    assert {choice.rule for choice in match.choices if choice.index in match.ignored} == {Rule.OWN_REPORT}
    assert match_of(header[:4], ["Asha", "2", "x", "y"]).own_report is False


def test_an_earlier_report_of_a_file_without_header() -> None:
    """Where the report's original columns had no names, their cells are asked again."""
    header = [*unnamed(2), "reject_row", "reject_code", "reject_reason", "reject_tip"]
    row = [*ASHA, "9876500009", "no_phone", "x", "y"]
    assert feeds(match_of(header, row)) == {"phone": ["column 2"], "fullname": ["column 1"]}


# --- files without names --------------------------------------------------------------------------


def test_vicidial_standard_order() -> None:
    """VICIdial's load order is known by its shape, without a region and without a single good number."""
    rows = [VICIDIAL.strip().split("|"), *[["", "", "101", "1", "0000000000", *[""] * 18]] * 2]
    for width in (23, 21):
        match = match_of(unnamed(width), *[row[:width] for row in rows], region=None, header_found=False)
        assert match.phones == (4, 19)
        assert (match.titles, match.middles, match.addresses) == ((5,), (7,), ((9, 10, 11),))
        assert dict(match.sources) == {
            Field.DIALCODE: (3,),
            Field.FIRSTNAME: (6,),
            Field.LASTNAME: (8,),
            Field.ADDRESS: (9, 10, 11),
            Field.CITY: (12,),
            Field.COUNTRY: (16,),
            Field.EMAIL: (20,),
        } | ({Field.COMMENT: (22,)} if width == 23 else {})
        assert {choice.rule for choice in match.choices if choice.field} == {
            Rule.LAYOUT,
            Rule.TITLE,
            Rule.MIDDLE,
        }


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["Asha Menon,9876500001,Pune", "Ravi Rao,9876500002,Pune"], {"fullname": 1, "phone": 2, "city": 3}),
        (["Asha,Menon,9876500001,a@example.com"], {"firstname": 1, "lastname": 2, "phone": 3, "email": 4}),
        (["1,Asha,9876500001", "2,Ravi,9876500002"], {"fullname": 2, "phone": 3}),
        (["9876500001"], {"phone": 1}),
        (["9876500001,Asha,Kochi"], {"phone": 1, "fullname": 2, "city": 3}),
        (["Asha,Kochi,9876500001"], {"phone": 3, "fullname": 1, "city": 2}),
        (
            ["web,Asha Menon,9876500001", "web,Ravi Rao,9876500002", "web,Om Rao,9876500003"],
            {"fullname": 2, "phone": 3},
        ),
        (
            ["Asha,hot lead,9876500001", "Ravi,cold lead,9876500002"],
            {"firstname": 1, "lastname": 2, "phone": 3},
        ),
        (["1,2,3", "4,5,6"], {}),
    ],
)
def test_columns_without_names(rows: list[str], expected: dict[str, int]) -> None:
    """Phones, emails, cities and names are told by their cells alone."""
    cells = [row.split(",") for row in rows]
    match = match_of(unnamed(len(cells[0])), *cells, header_found=False)
    assert feeds(match) == {field: [f"column {number}"] for field, number in expected.items()}


# --- --map ----------------------------------------------------------------------------------------

HEADER = ["Full Name", "Contact No.", "Prénom", "Nom", "Father Mobile", "Note", "Phone", "Phone"]
ROW = ["Asha Menon", "9876500001", "Asha", "Menon", "9876500002", "x", "9876500003", "9876500004"]


@pytest.mark.parametrize(
    ("mapped", "expected"),
    [
        ([(Field.PHONE, "Father Mobile")], {"phone": ["Father Mobile"]}),
        (
            [(Field.PHONE, "Father Mobile"), (Field.PHONE, "Contact No.")],
            {"phone": ["Father Mobile", "Contact No."]},
        ),
        ([(Field.PHONE, "contact no")], {"phone": ["Contact No."]}),
        ([(Field.PHONE, "column 2")], {"phone": ["Contact No."]}),
        (
            [(Field.COMMENT, "Prenom")],
            {"comment": ["Prénom"], "firstname": None, "fullname": ["Full Name", "Nom"]},
        ),
        ([(Field.FULLNAME, "Full Name")], {"fullname": ["Full Name"], "firstname": None, "lastname": None}),
        ([(Field.FIRSTNAME, "Note")], {"firstname": ["Note"], "fullname": ["Full Name"], "comment": None}),
        ([(Field.FIRSTNAME, "Note"), (Field.LASTNAME, "Nom")], {"lastname": ["Nom"], "fullname": None}),
        ([(Field.CITY, "Note"), (Field.CITY, "Note")], {"city": ["Note"], "comment": None}),
        ([(Field.ADDRESS, "Note"), (Field.ADDRESS, "Nom")], {"address": ["Note", "Nom"], "comment": None}),
    ],
)
def test_map(mapped: list[tuple[Field, str]], expected: dict[str, list[str] | None]) -> None:
    """A mapped field takes its columns and no others, in the order given, whoever they belong to."""
    found = feeds(match_of(HEADER, ROW))
    assert found == {
        "phone": ["Contact No.", "Phone", "Phone"],
        "firstname": ["Prénom"],
        "lastname": ["Nom"],
        "fullname": ["Full Name"],
        "comment": ["Note"],
    }
    match = match_of(HEADER, ROW, map_=mapped)
    got = feeds(match)
    assert {field: got.get(field) for field in expected} == expected
    said = {target.value for target, _ in mapped}
    assert {choice.rule for choice in match.choices if choice.field in said} == {Rule.MAPPED}


def test_a_name_that_stands_twice_needs_its_place() -> None:
    """--map with a name that two columns have says at which places they stand."""
    with pytest.raises(ColumnMissing) as error:
        match_of(HEADER, ROW, map_=[(Field.PHONE, "Phone")])
    assert error.value.message == "--map phone: 2 columns are called 'Phone'."
    assert error.value.hint == "Say which one: column 7, column 8."


def test_the_exact_name_comes_first() -> None:
    """Where one column is called so to the letter, another that folds to the same does not matter."""
    assert match_of(["phone", "Phone"], map_=[(Field.PHONE, "Phone")]).phones == (1,)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Contakt No", "Did you mean 'Contact No.'?"),
        ("zzz", "The columns are: Full Name, Contact No., Prénom, Nom, Father Mobile, Note, Phone."),
        ("2", "The columns are: Full Name, Contact No., Prénom, Nom, Father Mobile, Note, Phone."),
        ("column 99", "The columns are: Full Name, Contact No., Prénom, Nom, Father Mobile, Note, Phone."),
        ("", "The columns are: Full Name, Contact No., Prénom, Nom, Father Mobile, Note, Phone."),
    ],
)
def test_a_missing_column_names_the_nearest(name: str, hint: str) -> None:
    """A column that isn't there is an input error with the names nearest to it."""
    with pytest.raises(ColumnMissing) as error:
        match_of(HEADER, ROW, map_=[(Field.CITY, name)])
    assert (error.value.message, error.value.hint) == (f"--map city: there is no column {name!r}.", hint)


def test_hostile_names_are_shown_safely() -> None:
    """Control characters of a header reach no message."""
    with pytest.raises(ColumnMissing) as error:
        match_of(["Ph\x1b]52;c;one", "\u202etxt"], map_=[(Field.CITY, "Ph\x1b]52;c;on")])
    assert (error.value.message + error.value.hint).isprintable()
    with pytest.raises(ColumnMissing) as error:
        match_of(["\x1b[2J", "\u202etxt"], map_=[(Field.CITY, "q")])
    assert (error.value.message + error.value.hint).isprintable()


@pytest.mark.parametrize(("place", "index"), [("2", 1), ("B", 1), ("b", 1), ("column 2", 1), ("AB", 27), ("28", 27)])
def test_places_in_files_without_header(place: str, index: int) -> None:
    """Columns without names are named by number or by their letter in a spreadsheet."""
    match = match_of(unnamed(30), map_=[(Field.PHONE, place)], header_found=False)
    assert match.phones == (index,)


@pytest.mark.parametrize("place", ["0", "31", "ZZZ", "column 0", "-1", "99999999999999"])
def test_places_outside_the_file(place: str) -> None:
    """A place where no column is, is a missing column."""
    with pytest.raises(ColumnMissing, match="there is no column"):
        match_of(unnamed(30), map_=[(Field.PHONE, place)], header_found=False)


# --- --set and --fill -----------------------------------------------------------------------------


def test_set_and_fill() -> None:
    """Templates take the field over and name their columns; fills are handed on."""
    match = match_of(
        HEADER,
        ROW,
        set_=[(Field.COMMENT, "{Note}: {nom} {{raw}} {column 2}"), (Field.FIRSTNAME, "Mx")],
        fill=[(Field.LASTNAME, "?")],
    )
    assert match.templates[Field.COMMENT] == Template((5, ": ", 3, " {raw} ", 1))
    assert match.templates[Field.COMMENT].render(ROW) == "x: Menon {raw} 9876500001"
    assert match.templates[Field.FIRSTNAME].render(ROW) == "Mx"
    assert Field.COMMENT not in match.sources
    assert Field.FULLNAME in match.sources  # it may tell the last name
    assert dict(match.fills) == {Field.LASTNAME: "?"}
    assert match.choices[5].rule is Rule.TEMPLATE


def test_a_template_of_empty_cells_is_empty() -> None:
    """Where all columns of a template are empty or missing in a row, so is the field."""
    template = match_of(["Source", "Budget"], set_=[(Field.COMMENT, "{Source}: {Budget}")]).templates[Field.COMMENT]
    assert [template.render(row) for row in (["", " "], [], ["web"], ["web", "5"])] == [
        "",
        "",
        "web: ",
        "web: 5",
    ]


def test_a_phone_put_together_is_not_given_its_code_twice() -> None:
    """A template that holds the dial code takes that column away from the row's region."""
    match = match_of(["Code", "Dial Code", "No"], ["x", "+91", "9876500001"], set_=[(Field.PHONE, "{Dial Code}{No}")])
    assert (match.phones, match.has_phone, Field.DIALCODE in match.sources) == ((), True, False)


@pytest.mark.parametrize("text", ["{Note", "a {", "{Note} {x"])
def test_an_open_brace_is_wrong_usage(text: str) -> None:
    """A brace that is not closed is told as such."""
    with pytest.raises(UsageError, match="a brace is opened and not closed"):
        match_of(HEADER[:7], ROW, set_=[(Field.COMMENT, text)])


@pytest.mark.parametrize("text", ["{Note.__class__}", "{Note!r}", "{Note:>99999999}", "{0}", "{}", "{Missing}"])
def test_templates_reach_nothing_but_columns(text: str) -> None:
    """Attributes, conversions, format specifications and positions are names of columns that aren't there."""
    with pytest.raises(ColumnMissing, match=re.escape("--set comment: there is no column")):
        match_of(HEADER[:7], ROW, set_=[(Field.COMMENT, text)])


@settings(deadline=None)
@given(st.text(max_size=30), st.lists(st.text(max_size=5), max_size=4))
def test_any_template_is_read_or_refused(text: str, cells: list[str]) -> None:
    """A template is parsed and rendered, or refused with one of our errors."""
    try:
        match = match_of(["a", "b", "c"], set_=[(Field.COMMENT, text)])
    except (ColumnMissing, UsageError):
        assert "{" in text
    else:
        rendered = match.templates[Field.COMMENT].render(cells)
        if "{" not in text and "}" not in text:
            assert rendered == text


def test_pins_of_odd_names_are_places() -> None:
    """A name that can't be typed or shown is pinned by its place."""
    match = match_of(["Mobile\nNo.", "  ", "Name"], ["9876500001", "", "Asha"])
    assert pins(match) == ("phone=column 1", "fullname=Name")


def test_csv_of_the_sample_is_what_it_was() -> None:
    """The VICIdial sample has 23 columns, so that the test above tests it whole."""
    assert [len(row) for row in csv.reader(VICIDIAL.splitlines(), delimiter="|")] == [23]
