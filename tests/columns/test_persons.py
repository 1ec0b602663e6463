"""Whose number and name are taken where a table has several persons: the lead's, and nobody else's beside them."""

from __future__ import annotations

import pytest
from matched_columns import feeds, match_of

FIRST, OTHER = ("9876543210", "9876543211", "9876543212"), ("9812345678", "9812345679", "9812345670")
NAMES, OTHERS = ("Asha Rao", "Binu Nair", "Uma Das"), ("Ravi Menon", "Lata Iyer", "Om Sen")


def rows_of(header: list[str]) -> list[list[str]]:
    """Return rows with a name, number or address under each column as its name asks; each column has its own."""
    rows = []
    for at in range(len(NAMES)):
        row = []
        for column, name in enumerate(header):
            lower = name.lower()
            if "mail" in lower:
                row.append(f"u{column}{at}@example.com")
            elif any(word in lower for word in ("mobile", "phone", "telefon", "contact no", "contact number")):
                row.append((FIRST if column < 2 else OTHER)[at][:-1] + str(column))
            else:
                row.append((NAMES if column < 2 else OTHERS)[at])
        rows.append(row)
    return rows


@pytest.mark.parametrize(
    ("header", "fed"),
    [
        # another person beside a plain name and phone
        ("Name|Phone|Team Leader|Team Leader Mobile", {"phone": ["Phone"], "fullname": ["Name"]}),
        ("Name|Phone|PA Name|PA Mobile", {"phone": ["Phone"], "fullname": ["Name"]}),
        ("Name|Contact Number|Maa Mobile", {"phone": ["Contact Number"], "fullname": ["Name"]}),
        ("Name|Phone|Captain|Captain Mobile", {"phone": ["Phone"], "fullname": ["Name"]}),
        ("Name|Phone|Patient Mobile", {"phone": ["Phone"], "fullname": ["Name"]}),
        ("Name|Telefon|Mieter Name|Mieter Mobile", {"phone": ["Telefon"], "fullname": ["Name"]}),
        # beside a customer, who is the lead
        ("Customer Name|Phone|Tenant Name|Tenant Mobile", {"phone": ["Phone"], "fullname": ["Customer Name"]}),
        ("Customer Name|Mobile|Guest Name|Guest Email", {"phone": ["Mobile"], "fullname": ["Customer Name"]}),
        (
            "Customer Name|Phone|Insured Name|Insured Mobile|Email",
            {"phone": ["Phone"], "fullname": ["Customer Name"], "email": ["Email"]},
        ),
        # of two persons with names, the plain phone is of the one who has none of their own
        ("Student Name|Phone|Ward Mobile", {"phone": ["Phone"], "fullname": ["Student Name"]}),
        ("Employee Name|Mobile|Employer Mobile|Employer Email", {"phone": ["Mobile"], "fullname": ["Employee Name"]}),
        ("Tenant Name|Phone|Patient Name|Patient Mobile", {"phone": ["Phone"], "fullname": ["Tenant Name"]}),
        # a leader is not the one whom the table is about, wherever the column stands
        ("Team Leader|Phone|Player Name", {"phone": ["Phone"], "fullname": ["Player Name"]}),
        ("Captain Name|Mobile|Student Name", {"phone": ["Mobile"], "fullname": ["Student Name"]}),
        # the only phone is a person's who has a name: a plain name and address beside it are another's
        ("Name|Email|Tenant Name|Tenant Mobile", {"phone": ["Tenant Mobile"], "fullname": ["Tenant Name"]}),
        # a second person of a kind
        ("Name|Phone|2nd Applicant Mobile", {"phone": ["Phone"], "fullname": ["Name"]}),
        ("Name|Phone|Secondary Applicant Mobile", {"phone": ["Phone"], "fullname": ["Name"]}),
        ("Name|Phone|Mobile of second applicant", {"phone": ["Phone"], "fullname": ["Name"]}),
        ("Name|Telefon|Mobile zweiter Antragsteller", {"phone": ["Telefon"], "fullname": ["Name"]}),
        ("Name|Phone|Another person mobile", {"phone": ["Phone"], "fullname": ["Name"]}),
        # a second person with a name, whose number tells by its place alone whose it is
        (
            "Primary Holder|Secondary Holder|Primary Mobile|Secondary Mobile|Secondary Email",
            {"phone": ["Primary Mobile"], "fullname": ["Primary Holder"]},
        ),
        ("First Holder|Second Holder|Mobile 1|Mobile 2", {"phone": ["Mobile 1"], "fullname": ["First Holder"]}),
        ("Titular|Segundo titular|Mobile|Segundo mobile", {"phone": ["Mobile"], "fullname": ["Titular"]}),
        (
            "Primary Contact|Secondary Contact|Primary Phone|Secondary Phone",
            {"phone": ["Primary Phone"], "fullname": ["Primary Contact"]},
        ),
        # nobody's number is better than somebody else's
        ("Name|Patni Mobile", {"fullname": ["Name"]}),
        ("Name|Pati Mobile", {"fullname": ["Name"]}),
        ("Name|Bhai ka mobile", {"fullname": ["Name"]}),
        ("Name|Secy Mobile", {"fullname": ["Name"]}),
        ("Name|Telefon współmałżonka", {"fullname": ["Name"]}),
        ("Name|Team Leader Mobile", {"fullname": ["Name"]}),
        ("Name|Captain Mobile", {"fullname": ["Name"]}),
    ],
)
def test_nobody_elses_column_is_taken(header: str, fed: dict[str, list[str]]) -> None:
    """Another person's name, number and address feed nothing, however well their names are spelt."""
    names = header.split("|")
    assert feeds(match_of(names, *rows_of(names))) == fed


@pytest.mark.parametrize(
    ("header", "fed"),
    [
        ("Name|Mobile|Customer Mobile", {"phone": ["Mobile", "Customer Mobile"], "fullname": ["Name"]}),
        ("Student Name|Mobile|Email", {"phone": ["Mobile"], "fullname": ["Student Name"], "email": ["Email"]}),
        ("Name|Email|Student Mobile", {"phone": ["Student Mobile"], "fullname": ["Name"], "email": ["Email"]}),
        ("Name|Phone|Student Email", {"phone": ["Phone"], "fullname": ["Name"], "email": ["Student Email"]}),
        ("Patient Name|Patient Mobile|Phone", {"phone": ["Patient Mobile", "Phone"], "fullname": ["Patient Name"]}),
        ("Name|Phone|Second customer mobile", {"phone": ["Phone", "Second customer mobile"], "fullname": ["Name"]}),
        ("Name|Phone|2nd Mobile", {"phone": ["Phone", "2nd Mobile"], "fullname": ["Name"]}),
        (
            "Name|Mobile|Secondary Mobile|Second Applicant|Second Applicant Mobile",
            {"phone": ["Mobile", "Secondary Mobile"], "fullname": ["Name"]},
        ),
        (
            "Primary Holder|Secondary Holder|Mobile|Alternate Mobile",
            {"phone": ["Mobile", "Alternate Mobile"], "fullname": ["Primary Holder"]},
        ),
        ("Captain Name|Captain Mobile", {"phone": ["Captain Mobile"], "fullname": ["Captain Name"]}),
        ("Team Leader Mobile", {"phone": ["Team Leader Mobile"]}),
        ("Name|Phone|1st applicant mobile", {"phone": ["1st applicant mobile", "Phone"], "fullname": ["Name"]}),
    ],
)
def test_the_leads_own_columns_are(header: str, fed: dict[str, list[str]]) -> None:
    """A word for the lead, or for the one person whom a table is about, makes no column somebody else's."""
    names = header.split("|")
    assert feeds(match_of(names, *rows_of(names))) == fed
