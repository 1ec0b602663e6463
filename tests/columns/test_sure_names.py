"""A column that is surely a name comes before one that is only guessed at, wherever either stands."""

from __future__ import annotations

from itertools import chain

import pytest
from matched_columns import feeds, match_of

from telecmi_leads.columns.cell_values import like_answer

NAMES = ("Asha Menon", "Ravi Rao", "Uma Iyer", "Karan Shah", "Meena Das", "Vivek Nair", "Sita Patel", "Joel Fernandes")
STAFF = ("Rohit Verma", "Sneha Das", "Amit Roy")
PLACES = ("Alpha Green", "Sunrise", "Blue Ridge", "Gold Plus", "Prime")
ANSWERS = ("WhatsApp", "Email", "Phone call", "Yes", "No", "Not sure", "Email, Phone")
QUESTIONS = (
    *("Contact Preference", "Preferred Contact", "Contact Choice", "Contact Via", "First Contact", "Contact Now"),
    *(
        "May we contact you?",
        "Point of Contact",
        "Decision Maker",
        "Are you the decision maker?",
        "Contact",
        "Customer",
    ),
    *("Customer Response", "Client Response", "Party Response", "Customer Visit", "Lead Update", "Buyer Persona"),
    *(
        "Customer",
        "New Customer",
        "Subscriber",
        "Who is the buyer?",
        "Block Name",
        "Question Name",
        "Party Name (Political)",
    ),
    *("Bevorzugter Kontakt", "Kontaktwunsch", "Erstkontakt", "Kunde", "Contact préféré", "Interlocuteur", "Client"),
    *("Contacto preferido", "Preferencia de contacto", "Cliente", "Contato preferido", "Pelanggan", "ग्राहक"),
)

CUSTOMERS = {"Customer", "New Customer", "Subscriber", "Client", "Kunde", "Cliente", "Pelanggan", "ग्राहक"}


def fullname(header: str, *columns: tuple[str, ...]) -> list[str]:
    """Return which columns feed the full name, in order; each column's cells recur where there are few of them."""
    names = header.split("|")
    rows = [[*(cells[at % len(cells)] for cells in columns), f"98765000{at:02}"] for at in range(len(NAMES))]
    return feeds(match_of([*names, "Mobile"], *rows)).get("fullname", [])


@pytest.mark.parametrize("name", ["Name", "Nom", "Nombre", "Nome", "Nama", "नाम"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_bare_name_comes_before_what_is_guessed_at(name: str, question: str) -> None:
    """Answers, places and people who recur are not the lead's name beside a column called Name."""
    for cells in (ANSWERS, STAFF, PLACES):
        assert fullname(f"{name}|{question}", NAMES, cells)[:1] == [name], cells
        assert fullname(f"{question}|{name}", cells, NAMES)[:1] == [name], cells


@pytest.mark.parametrize("name", ["Customer Name", "Patient Name", "Student Name", "Full Name"])
def test_a_persons_name_comes_before_what_is_guessed_at(name: str) -> None:
    """A name that says whose it is gives way to no answer either."""
    for question in set(QUESTIONS) - CUSTOMERS:
        for cells in (ANSWERS, STAFF):
            assert fullname(f"{name}|{question}", NAMES, cells)[:1] == [name], question
            assert fullname(f"{question}|{name}", cells, NAMES)[:1] == [name], question


@pytest.mark.parametrize("question", ["Customer", "Contact", "Preferred Contact", "Decision Maker", "Customer Visit"])
def test_answers_are_nobodys_name(question: str) -> None:
    """Where no other column is a name, an answer is none either."""
    assert not fullname(question, ANSWERS)


@pytest.mark.parametrize(
    "name", ["Customer", "Contact", "Primary Contact", "Decision Maker", "Contact Person", "Point of Contact"]
)
def test_people_of_a_companys_are_its_names(name: str) -> None:
    """Beside a company, who is to be called there is the lead by any of these names."""
    assert fullname(f"Company|{name}", PLACES, NAMES)[:1] == [name]


def test_a_contact_person_comes_before_a_name() -> None:
    """Names of firms have a contact person each, who is the one to be called."""
    assert fullname("Name|Contact Person", NAMES, tuple(reversed(NAMES)))[:1] == ["Contact Person"]


@pytest.mark.parametrize("cell", ["Yes", "whatsapp", "E-Mail", "Phone / Email", "Llamada", "हाँ", "да", "はい"])
def test_what_answers_look_like(cell: str) -> None:
    """A word that answers, or several of them."""
    assert like_answer(cell)


@pytest.mark.parametrize("cell", [*chain(NAMES, STAFF, PLACES), "", "/", "Emaily Brown", "Noor"])
def test_what_no_answer_looks_like(cell: str) -> None:
    """Names are no answers, and neither is nothing."""
    assert not like_answer(cell)
