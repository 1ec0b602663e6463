"""Whose name goes with a plain number: who books, owners and tenants, and people who are the lead if alone."""

from __future__ import annotations

import pytest
from matched_columns import feeds, match_of

PEOPLE = ("Asha Menon", "Ravi Rao", "Uma Iyer", "Karan Shah")
STAFF = ("Rohit Verma", "Sneha Das", "Rohit Verma", "Rohit Verma")
HALF = ("Vivek Nair", "", "", "Sita Patel")
FIRMS = ("Alpha School", "Beta School", "Gamma School", "Delta School")
MOBILES = tuple(f"98765000{at:02}" for at in range(4))
CELLS = {"p": PEOPLE, "s": STAFF, "h": HALF, "f": FIRMS, "m": MOBILES, "e": tuple(f"{at}@x.com" for at in range(4))}


def fed(header: str, kinds: str) -> dict[str, list[str]]:
    """Return what feeds what in a table whose columns hold people, staff, firms, mobiles or half as many people."""
    return feeds(match_of(header.split("|"), *zip(*(CELLS[kind] for kind in kinds), strict=True)))


@pytest.mark.parametrize("name", ["Name", "Guest Name", "Patient Name", "Student Name", "Lead Name", "Customer"])
@pytest.mark.parametrize("booker", ["Booked By", "Ordered By", "Registered By", "Paid By", "Booked By Name"])
def test_who_books_is_not_who_comes(name: str, booker: str) -> None:
    """Without a line of their own, whoever has booked is the desk or an agent."""
    assert fed(f"{booker}|{name}|Mobile", "spm")["fullname"] == [name]
    assert fed(f"{name}|Mobile|{booker}", "pms")["fullname"] == [name]


def test_who_books_with_a_number_is_the_lead() -> None:
    """A booker's own number is called by the booker's name, and so is the only person's."""
    assert fed("Booked By|Booked By Mobile|Guest Name", "pmp")["fullname"] == ["Booked By"]
    assert fed("Booked By|Mobile", "pm")["fullname"] == ["Booked By"]


@pytest.mark.parametrize("tenant", ["Tenant Name", "Occupant Name", "Tenant", "Lessee Name"])
def test_an_owners_number_is_called_by_the_owners_name(tenant: str) -> None:
    """The number behind the owner's name is the owner's, and so is one of flats that have no tenant."""
    for header, kinds in (
        (f"Owner Name|Mobile No|{tenant}", "pmh"),
        (f"Owner Name|Mobile No|{tenant}", "pmp"),
        (f"Flat|Owner Name|Mobile|{tenant}", "fpmh"),
        (f"Owner Name|{tenant}|Mobile", "phm"),
        (f"Mobile|{tenant}|Owner Name", "mhp"),
    ):
        assert fed(header, kinds)["fullname"] == ["Owner Name"], header


def test_a_tenants_number_is_called_by_the_tenants_name() -> None:
    """Beside a landlord, with numbers of their own, or with the number behind their name, tenants are the leads."""
    assert fed("Landlord|Phone|Tenant", "pmp")["fullname"] == ["Tenant"]
    assert fed("Owner Name|Tenant Name|Mobile", "ppm")["fullname"] == ["Tenant Name"]
    assert fed("Owner Name|Owner Mobile|Tenant Name|Tenant Mobile", "pmpm")["fullname"] == ["Tenant Name"]


@pytest.mark.parametrize(
    ("header", "kinds", "name"),
    [
        *(
            (f"{who} Name|Mobile", "pm", f"{who} Name")
            for who in ("Parent", "Dealer", "Distributor", "Broker", "Agent")
        ),
        *((f"{who}|Mobile|School Name", "pmf", who) for who in ("Coordinator", "Chairman", "Manager", "Principal")),
        ("Society Name|President Name|Mobile", "fpm", "President Name"),
        ("Company|SPOC Name|SPOC Number", "fpm", "SPOC Name"),
        ("Child Name|Parent Name|Mobile", "ppm", "Parent Name"),
        ("Parent Name|Mobile|Kid Name", "pmp", "Parent Name"),
        ("Name des Elternteils|Mobile", "pm", "Name des Elternteils"),
        ("Händler|Mobile", "pm", "Händler"),
        ("अभिभावक का नाम|मोबाइल", "pm", "अभिभावक का नाम"),
    ],
)
def test_the_only_person_of_a_list_is_its_lead(header: str, kinds: str, name: str) -> None:
    """A list of parents, dealers or chairmen with plain numbers is about them; a school's name is none of theirs."""
    assert fed(header, kinds)["fullname"] == [name]


@pytest.mark.parametrize(
    ("header", "kinds"),
    [
        ("Agent Name|Phone|City", "smf"),  # a log of calls
        ("Agent|Agent Mobile|Mobile", "pmm"),
        ("Agent|Zorblax Mobile", "pm"),
        ("Assigned To|Mobile", "pm"),
        ("Father Name|Mobile", "pm"),
        ("Dealer|Mobile|Sales Executive", "pmp"),
        ("Dealer Name|Nominee Name|Mobile", "ppm"),
        ("Telecaller Name|Mobile", "pm"),
    ],
)
def test_staff_and_family_stay_somebody_else(header: str, kinds: str) -> None:
    """Who works for the company, the lead's family, and one of two such persons never become the lead."""
    assert "fullname" not in fed(header, kinds)


@pytest.mark.parametrize(
    "header", ["Student Name|Parent Name|Mobile", "Name|Agent Name|Mobile", "Customer|Dealer Name|Mobile"]
)
def test_the_leads_own_name_comes_before_somebody_elses(header: str) -> None:
    """Beside a name of the lead's own, the others are somebody else."""
    assert fed(header, "ppm")["fullname"] == header.split("|")[:1]


def test_the_lead_beside_a_single_point_of_contact() -> None:
    """A SPOC's number is not the lead's."""
    assert fed("Name|Phone|SPOC Name|SPOC Mobile", "pmpm") == {"fullname": ["Name"], "phone": ["Phone"]}
