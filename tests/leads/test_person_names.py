"""A person's name: which word is the surname, and what is no name at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matched_columns import match_of, table_of

from telecmi_leads.columns.matching import Matcher
from telecmi_leads.core.lead import Field
from telecmi_leads.leads.cleaning import Cleaner
from telecmi_leads.leads.person_names import split_full_name, split_full_names, with_comma, without_company
from telecmi_leads.phones import PhoneBook
from telecmi_leads.settings.options import FieldOptions, PhoneOptions, ReadingOptions


def names_of(header: str, *rows: str) -> list[tuple[str, str]]:
    """Return first and last names of a table's leads; each row gets a number of its own."""
    book = PhoneBook(PhoneOptions(region="IN"))
    cells = [[*row.split("|"), f"98765000{at:02}"] for at, row in enumerate(rows, start=1)]
    table = table_of([[*header.split("|"), "Mobile"], *cells])
    match = Matcher(ReadingOptions(), FieldOptions(), book, "IN").match(table.info, table.sample)
    cleaner = Cleaner(table.info, 0, match, book, "IN")
    return [
        (lead.firstname, lead.lastname) for block in table.blocks for lead in cleaner.clean(block, lambda: True).leads
    ]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Asha Menon", ("Asha", "Menon")),
        ("Menon, Asha", ("Asha", "Menon")),
        ("Roshan", ("Roshan", "")),
        ("Ravi K, PMP", ("Ravi", "K")),
        ("Meena Joshi, MBA, CFA", ("Meena", "Joshi")),
        ("Thomas Kurian, M.Tech", ("Thomas", "Kurian")),
        ("Kavita Rao, Ph.D.", ("Kavita", "Rao")),
        ("Neha Gupta, CSPO", ("Neha", "Gupta")),
        ("Anil Shah, Managing Director", ("Anil", "Shah")),
        ("Anil Shah, Director", ("Anil", "Shah")),
        ("RAO K, ASHA", ("ASHA", "RAO K")),
        ("Suresh Iyer, IAS (Retd.)", ("Suresh", "Iyer")),
        ("Meena Joshi MBBS", ("Meena", "Joshi")),
        ("Kiran Desai - PMP", ("Kiran", "Desai")),
        ("MBA", ("MBA", "")),
        ("Nguyen, Do", ("Do", "Nguyen")),
        ("Joan Whitaker III", ("Joan", "Whitaker III")),
        ("Ramon Delgado, Sr.", ("Ramon", "Delgado Sr.")),
        ("King, Martin Luther, Jr.", ("Martin Luther", "King Jr.")),
        ("Whitaker Jr", ("Whitaker Jr", "")),
        ("Asha Rao (Kochi)", ("Asha", "Rao (Kochi)")),
        ("Asha Devi Rao (new lead)", ("Asha Devi", "Rao (new lead)")),
        ("Asha (Kochi)", ("Asha (Kochi)", "")),
        (",", ("", "")),
    ],
)
def test_full_names_fall_into_first_and_last(name: str, parts: tuple[str, str]) -> None:
    """The last word is the last name; a comma turns that round, unless a degree, post or suffix stands behind it."""
    assert split_full_name(name) == parts
    assert list(zip(*split_full_names([name, "Asha Menon"]), strict=True)) == [parts, ("Asha", "Menon")]


@pytest.mark.parametrize(
    ("name", "surnames", "expected"),
    [
        ("Dubois Claire", 1, "Dubois, Claire"),
        ("LE GALL Anne Marie", 1, "LE GALL, Anne Marie"),
        ("van der Berg Jan", 1, "van der Berg, Jan"),
        ("García López Ana", 2, "García López, Ana"),
        ("Crespo Álvaro", 2, "Crespo, Álvaro"),
        ("de la Cruz Pérez Ana María", 2, "de la Cruz Pérez, Ana María"),
        ("Иванова Мария Петровна", 1, "Иванова, Мария Петровна"),
        ("Иван Петрович Орлов", 1, "Иван Петрович Орлов"),
        ("Iglesias Soto, Marina", 2, "Iglesias Soto, Marina"),
        ("DUPONT MARIE", 1, "DUPONT, MARIE"),
        ("Roshan", 1, "Roshan"),
    ],
)
def test_a_name_that_begins_with_the_surname(name: str, surnames: int, expected: str) -> None:
    """Capitals, particles and the usual number of surnames tell how long the surname is; a patronymic tells more."""
    assert with_comma(name, surnames) == expected


@pytest.mark.parametrize(
    "header",
    [
        *("ФИО", "Nom et prénom", "Cognome e Nome", "Apellidos y nombre", "Nazwisko i imię", "Nachname Vorname", "ПІБ"),
        *(
            "Nachname, Vorname",
            "Name (Last First)",
            "Name (Last, First)",
            "氏名",
            "Surname and Name",
            "Last Name, First",
        ),
        *(
            "Last Name, First",
            "Surname / First name",
            "Příjmení a jméno",
            "Prezime i ime",
            "Priimek in ime",
            "Soyad Ad",
            "Familiya Ism",
        ),
        *("Pavardė, vardas", "Uzvārds, vārds", "Sukunimi ja etunimi", "Nume și prenume", "Vezetéknév és keresztnév"),
        *("Họ và tên", "Επώνυμο και όνομα", "Efternamn, förnamn", "Perekonnanimi ja eesnimi", "NAME (SURNAME FIRST)"),
    ],
)
def test_headers_that_put_the_surname_first(header: str) -> None:
    """Where the header says surname first, the first word is the last name."""
    assert names_of(header, "Menon Asha", "Joshi Meena") == [("Asha", "Menon"), ("Meena", "Joshi")]


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("Nombre|Apellido Paterno|Apellido Materno", "Lucía|Hernández|Ríos", ("Lucía", "Hernández Ríos")),
        ("Nombre|Apellido Paterno|Apellido Materno", "Lucía|Hernández|", ("Lucía", "Hernández")),
        ("Ap. Paterno|Ap. Materno|Nombres", "Quispe|Mamani|Rosa", ("Rosa", "Quispe Mamani")),
        ("Nombre|Segundo apellido", "Lucía|Ríos", ("Lucía", "Ríos")),
        ("First Name|Middle Name|Last Name|Name Suffix", "Joan|K|Lee|Jr.", ("Joan K", "Lee Jr.")),
        ("Last Name|Given", "Whitaker|Joan", ("Joan", "Whitaker")),
        ("Фамилия|Имя|Отчество", "Орлова|Нина|Ивановна", ("Нина Ивановна", "Орлова")),
        ("Име|Презиме|Фамилия", "Иван|Петров|Орлов", ("Иван Петров", "Орлов")),
        ("Име|Презиме", "Ана|Хорват", ("Ана", "Хорват")),
    ],
)
def test_names_of_several_columns(header: str, row: str, expected: tuple[str, str]) -> None:
    """A mother's surname and a suffix go behind the last name, a patronymic behind the first."""
    assert names_of(header, row) == [expected]


def test_cells_tell_the_order_where_no_header_does() -> None:
    """Surnames in capitals, and patronymics in the third place, put the surname first under any header."""
    assert names_of("Name", "DUBOIS Claire", "LE GALL Anne") == [("Claire", "DUBOIS"), ("Anne", "LE GALL")]
    assert names_of("Клиент", "Орлова Нина Ивановна") == [("Нина Ивановна", "Орлова")]
    assert names_of("Name", "DUBOIS Claire", "Asha Menon") == [("DUBOIS", "Claire"), ("Asha", "Menon")]


def test_the_order_holds_for_a_mapped_column_too() -> None:
    """--map fullname=… reads the column in the order that its name says."""
    match = match_of(["ФИО", "Телефон"], ["Орлова Нина", "9876500001"], map_=[(Field.FULLNAME, "ФИО")])
    assert (dict(match.surname_first), match.sources[Field.FULLNAME]) == ({0: 1}, (0,))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Gamma, Asha Rao", "Globex, Ravi K", "Initech, Meena Das"], ["Asha|Rao", "Ravi|K", "Meena|Das"]),
        (["Gamma Traders, Asha Rao", "Blue Sky LLP, Ravi Kumar"], ["Asha|Rao", "Ravi|Kumar"]),
        (["Gamma Pvt., Asha Rao", "Blue Sky Realty, Ravi Kumar"], ["Asha|Rao", "Ravi|Kumar"]),
        (["Rao, Asha", "Kumar, Ravi Shankar", "Iyer, Meena"], ["Asha|Rao", "Ravi Shankar|Kumar", "Meena|Iyer"]),
        (["Asha, Sales Manager", "Ravi, General Manager", "Meena, Managing Director"], ["Asha|-", "Ravi|-", "Meena|-"]),
        (
            ["García Ruiz, Ana María", "Ruiz Sol, Juan Carlos", "Sol Paz, Luz Elena"],
            ["Ana María|García Ruiz", "Juan Carlos|Ruiz Sol", "Luz Elena|Sol Paz"],
        ),
    ],
)
def test_a_company_before_the_name_is_no_surname(names: list[str], expected: list[str]) -> None:
    """One word before nearly every whole name, or an end as companies have, is a company; two surnames are none."""
    assert ["|".join(name) for name in names_of("Name", *names)] == expected


@given(st.text("aA., -'\N{NO-BREAK SPACE}", max_size=12).map(str.strip), st.booleans())
def test_any_name_is_left_or_loses_its_beginning(name: str, always: bool) -> None:
    """A company is taken off any cell's text, which has no spaces around it: of dots and commas alone too."""
    assert name.endswith(without_company(name, always=always))
    assert isinstance(split_full_name(name), tuple)


@pytest.mark.parametrize(
    ("header", "row", "names"),
    [
        *(
            (f"Voornaam|{name}|Achternaam", "Jan|van der|Berg", ("Jan", "van der Berg"))
            for name in ("Tussenvoegsel", "Tussenvoegsels", "Voorvoegsel", "Tussen", "tussenvoegsel(s)")
        ),
        ("Voornaam|Achternaam|Tussenvoegsel", "Jan|van der Berg|van der", ("Jan", "van der Berg")),
        ("Voornaam|Tussenvoegsel|Achternaam", "Jan||Smit", ("Jan", "Smit")),
        ("Voornaam|Tussenvoegsel|Achternaam", "Jan|van der|", ("Jan", "-")),
    ],
)
def test_what_stands_before_a_last_name(header: str, row: str, names: tuple[str, str]) -> None:
    """A Dutch prefix in a column of its own belongs to the last name, and is none by itself."""
    assert names_of(header, row) == [names]


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("1. Asha Menon", [("Asha", "Menon")]),
        ("12) Ravi", [("Ravi", "-")]),
        ("(4) Sue Das", [("Sue", "Das")]),
        ("Dr. K. Rao", [("Dr. K.", "Rao")]),
        ("1st Choice Motors", [("1st Choice", "Motors")]),
        *((title, []) for title in ("Mr.", "Mrs", "Dr.", "M/s.", "Mr./Mrs.")),
    ],
)
def test_numbers_and_titles_are_no_names(name: str, names: list[tuple[str, str]]) -> None:
    """The number in a list goes from before a name, and whoever is called Mr. alone has no name."""
    assert names_of("Name", name) == names
    assert names_of("Name", name, "Uma Das") == [*names, ("Uma", "Das")]


@pytest.mark.parametrize("name", ["Party Name", "Customer Name", "Client", "Name"])
def test_the_person_of_a_firm(name: str) -> None:
    """The contact person is who is called where the customers are firms, and the customer where they are people."""
    firms, people = ("Acme Traders", "Shree Foods Pvt. Ltd.", "Om Rao"), ("Asha Rao", "Uma Das", "Om Sen")
    staff = ("Ira Sen", "Raj Roy", "Lata Nair")
    header = f"{name}|Contact Person"
    assert [first for first, _ in names_of(header, *map("|".join, zip(firms, staff, strict=True)))] == [
        *("Ira", "Raj", "Lata")
    ]
    if name != "Name":
        assert names_of("Customer Name|Sales Contact", *map("|".join, zip(people, staff, strict=True)))[0] == (
            *("Asha", "Rao"),
        )
