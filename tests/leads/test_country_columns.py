"""What country columns tell of a row's region: placeholders, "NA", countries of something else, abbreviations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from inside import Inside

from telecmi_leads.columns import ColumnMatch
from telecmi_leads.columns.column_match import ColumnChoice
from telecmi_leads.columns.reading import Rule
from telecmi_leads.core.lead import Field
from telecmi_leads.leads.row_numbers import Grid, RowNumbers, find_numbers
from telecmi_leads.phones import PhoneBook
from telecmi_leads.sandbox import Sandbox
from telecmi_leads.settings.options import PhoneOptions

if TYPE_CHECKING:
    from pathlib import Path

BOTH_VALID = "081 345 6789"  # in South Africa and in Namibia
NAMIBIAN = "081 123 4567"  # and none in India or Kenya


def found_in(rows: list[list[str]], region: str | None) -> RowNumbers:
    """Read rows of a phone and a country."""
    choices = tuple(ColumnChoice(index, name, None, Rule.UNKNOWN) for index, name in enumerate(("Mobile", "Country")))
    match = ColumnMatch(phones=(0,), sources={Field.COUNTRY: (1,)}, choices=choices)
    return find_numbers(Grid(rows, 2), match, PhoneBook(PhoneOptions()), region)


@pytest.mark.parametrize(
    ("region", "rows", "numbers"),
    [
        ("ZA", [[BOTH_VALID, "NA"], [BOTH_VALID, "na"], [BOTH_VALID, "South Africa"]], ["27813456789"] * 3),
        ("ZA", [[BOTH_VALID, "NA"]] * 4, ["27813456789"] * 4),
        ("IN", [["9876500001", "NA"], ["9876500002", "India"]], ["919876500001", "919876500002"]),
        ("IN", [["9876500001", "NA"], ["9876500002", "IN"], ["+14155552671", "US"]], ["919876500001", "919876500002",
                                                                                      "14155552671"]),
        ("IN", [["9876500001", "NA"]] * 3 + [["811234567", "NA"]], ["919876500001"] * 3 + [""]),
        (None, [[BOTH_VALID, "NA"]] * 2, ["", ""]),
        ("NA", [[NAMIBIAN, "NA"]], ["264811234567"]),
        ("KE", [[NAMIBIAN, "NA"], ["0712 345678", "KE"]], ["264811234567", "254712345678"]),
        ("IN", [[NAMIBIAN, "NA"], [NAMIBIAN, "Namibia"]], ["264811234567"] * 2),
        ("ZA", [[BOTH_VALID, "NA"], [BOTH_VALID, "Namibia"]], ["", "264813456789"]),
        ("ZA", [[BOTH_VALID, "NA"], [BOTH_VALID, "ZA"], ["0712 345678", "KE"]], ["", "27813456789", "254712345678"]),
        ("ZA", [["+264811234567", "NA"]], ["264811234567"]),
    ],
)  # fmt: skip
def test_na_for_a_country(region: str | None, rows: list[list[str]], numbers: list[str]) -> None:
    """NA is no country, and Namibia only where the numbers or the other rows show it; nobody is dialled in doubt."""
    assert found_in(rows, region).numbers == numbers


def test_na_for_a_country_is_not_sent(tmp_path: Path) -> None:
    """A country that stands for nothing is empty in the lead."""
    (tmp_path / "leads.csv").write_text("Name,Mobile,Country\nAsha Rao,9876500001,NA\nUma Iyer,9876500002,India\n")
    with Sandbox() as service:
        Inside(tmp_path, service.url).run("upload", "leads.csv", "--name", "M", "--region", "IN")
        (leads,) = service.campaigns().values()
    assert [lead.get("country") for lead in leads] == [None, "India"]


@pytest.mark.parametrize(
    ("region", "rows", "numbers"),
    [
        ("DE", [["0171 2345678", "D"], ["0664 1234567", "A"]], ["491712345678", "436641234567"]),
        ("AT", [["0171 2345678", "D-"], ["0664 1234567", "a"]], ["491712345678", "436641234567"]),
        ("FR", [["06 12 34 56 78", "F"], ["612 345 678", "E"]], ["33612345678", "34612345678"]),
        ("DE", [["0171 2345678", "GER"], ["0171 2345678", "Dtl."]], ["491712345678"] * 2),
        ("ID", [["0812 3456 7890", "INA"], ["0812 3456 7890", "RI"]], ["6281234567890"] * 2),
        ("ZA", [["082 345 6789", "SA"]], ["27823456789"]),
        ("ZA", [["050 123 4567", "SA"], ["082 345 6789", "ZA"]], ["966501234567", "27823456789"]),
        ("SA", [["050 123 4567", "SA"]], ["966501234567"]),
        ("GB", [["07911 123456", "NI"]], ["447911123456"]),
        ("SG", [["9123 4567", "SIN"]], ["6591234567"]),
        ("NG", [["0803 123 4567", "Naija"]], ["2348031234567"]),
        ("IN", [["9876500001", "A"], ["9876500001", "D"]], ["", ""]),
    ],
)  # fmt: skip
def test_short_forms_of_a_region(region: str, rows: list[list[str]], numbers: list[str]) -> None:
    """What people of a region usually write for a country is understood there: D in Germany, SA in South Africa."""
    assert found_in(rows, region).numbers == numbers


def test_a_column_of_car_letters_is_a_country_column(tmp_path: Path) -> None:
    """Letters on cars name countries where they are usual, so that the column counts and nothing is warned of."""
    rows = "".join(f"Jana Huber,0664 12345{at:02},{'A' if at % 2 else 'D'}\n" for at in range(1, 20, 2))
    (tmp_path / "leads.csv").write_text(f"Name,Telefon,Land\n{rows}")
    done = Inside(tmp_path).run("validate", "leads.csv", "--region", "DE", "--json", "--strict")
    assert (done.code, done.json["rows"]["leads"], done.json["warnings"]) == (0, 10, [])


@pytest.mark.parametrize(
    "word",
    [
        "Unknown", "Not Specified", "-Select-", "-- Select Country --", "Please select your country", "0", "-", "***",
        "(none)", "k. A.", "keine Angabe", "Non renseigné", "Sin especificar", "Não informado", "Не указано", "不明",
        "알 수 없음", "اختر الدولة", "अज्ञात", "Bitte auswählen", "Sélectionnez un pays",
    ],
)  # fmt: skip
def test_a_placeholder_names_no_country(word: str) -> None:
    """What stands in a country cell until somebody chooses is as good as none: the row has the default region."""
    found = found_in([["9876500001", word], ["9876500002", "India"]], "IN")
    assert found.numbers == ["919876500001", "919876500002"]


def test_flags_below_country_are_no_countries(tmp_path: Path) -> None:
    """A column "Country" of 0 and 1 says yes or no: 1 is no calling code there, though 0 names no country."""
    rows = "".join(f"Asha Rao,98765000{at:02},{int(at == 5)}\n" for at in range(20))
    (tmp_path / "leads.csv").write_text(f"Name,Mobile,Country\n{rows}")
    done = Inside(tmp_path).run("validate", "leads.csv", "--region", "IN", "--json")
    assert done.json["rows"]["leads"] == 20


# --- which columns say where the number is from --------------------------------------------------


@pytest.mark.parametrize(
    ("header", "numbers"),
    [
        *(
            (f"Name,Mobile,{name}", ["919845012345"])
            for name in (
                "Country of Origin", "Home Country", "Countries", "Country Pref", "Abroad Country", "Country 1",
                "Work Country", "Country of Work", "Working Country", "Previous Country", "HQ Country", "Destination",
                "Destination Country", "Heimatland", "Overseas Country",
            )
        ),
        *(
            (f"Name,Mobile,{name}", ["9779845012345"])
            for name in ("Country", "Country of Residence", "Current Country", "Company Country", "Billing Country")
        ),
        ("Name,Home Phone,Home Country", ["9779845012345"]),
        ("Name,Work Phone,Work Country", ["9779845012345"]),
        ("Name,Phone 1,Country 1", ["9779845012345"]),
    ],
)  # fmt: skip
def test_a_country_of_something_else(tmp_path: Path, header: str, numbers: list[str]) -> None:
    """A number is dialled in the country where its owner lives, not where they come from, wish to go or have been."""
    (tmp_path / "leads.csv").write_text(f"{header}\nAsha Rao,9845012345,Nepal\n")
    with Sandbox() as service:
        Inside(tmp_path, service.url).run("upload", "leads.csv", "--name", "M", "--region", "IN")
        assert [lead["phone"] for leads in service.campaigns().values() for lead in leads] == numbers


@pytest.mark.parametrize(
    ("header", "number"),
    [
        ("Billing Country,Shipping Country,Phone", "917042123456"),
        ("Mailing Country,Other Country,Mobile", "917042123456"),
        ("Mailing Country,Alternate Country,Mobile", "917042123456"),
        ("Billing Address Country,Shipping Country,Phone", "917042123456"),
        ("Country,Country of Delivery,Phone", "917042123456"),
        ("Billing Country,Shipping Country,Shipping Phone", "17042123456"),
    ],
)
def test_the_better_of_two_countries(tmp_path: Path, header: str, number: str) -> None:
    """The main, mailing or billing country is a plain number's, not the shipping or other one that stands nearer."""
    (tmp_path / "leads.csv").write_text(f"Name,{header}\nAsha Rao,India,USA,7042123456\n")
    with Sandbox() as service:
        Inside(tmp_path, service.url).run("upload", "leads.csv", "--name", "M", "--region", "IN")
        assert [lead["phone"] for leads in service.campaigns().values() for lead in leads] == [number]
