"""Calling codes and countries are found by their cells where a column's name does not plainly say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from inside import Inside

from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

ASHA, LAURA = "9876501231", "7400123456"
HOME, ABROAD = f"91{ASHA}", f"44{LAURA}"


def sent(folder: Path, text: str, region: str = "IN") -> list[str]:
    """Upload a file to the stand-in, and return the numbers that came in."""
    (folder / "leads.csv").write_text(text, encoding="utf-8")
    with Sandbox() as service:
        command = ("upload", "leads.csv", "--name", "M", "--region", region, "--max-rejects", "100%")
        ended = Inside(folder, service.url).run(*command)
        assert ended.code == 0, ended.err
        return [lead["phone"] for leads in service.campaigns().values() for lead in leads]


def told(folder: Path, text: str, region: str = "IN") -> list[str]:
    """Validate a file, and return the codes of its warnings."""
    (folder / "leads.csv").write_text(text, encoding="utf-8")
    return list(Inside(folder).run("validate", "leads.csv", "--region", region, "--json").json.get("warning_codes", {}))


# --- calling codes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("CC", "Phone CC", "mobile_cc", "cc_mobile", "Country Ph Code", "country_prefix", "Dialling prefix"),
        *("Intl Dialing", "Int Prefix", "Intl Prefix", "Country Access Code", "Country Number", "Std/Isd"),
        *("ISD/STD Code", "+Code", "Indicatif", "Indicatif pays", "Prefijo país", "Код", "Zorgle", "STD Code"),
    ],
)
def test_a_column_written_as_calling_codes(tmp_path: Path, name: str) -> None:
    """Cells with a plus beside numbers that are good with them are calling codes, whatever the column is called."""
    assert sent(tmp_path, f"Name,{name},Mobile\nAsha Menon,+91,{ASHA}\nLaura Bennett,+44,{LAURA}\n") == [HOME, ABROAD]


@pytest.mark.parametrize("name", ["CC", "mobile_cc", "country_prefix", "Std/Isd", "Code", "Phone Code"])
def test_bare_digits_under_the_name_of_a_code(tmp_path: Path, name: str) -> None:
    """Digits alone are calling codes where the name says code, prefix or the like, and the numbers are good so."""
    assert sent(tmp_path, f"Name,{name},Mobile\nAsha Menon,91,{ASHA}\nLaura Bennett,44,{LAURA}\n") == [HOME, ABROAD]


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("CC", (125, 150, 350, 220)),
        ("Code", (27, 33, 36, 20)),
        ("State Code", (27, 33, 36, 20)),
        ("Country ID", (1, 44, 91, 1)),
        ("Customer Code", (44, 44, 44, 44)),
        ("UTC Offset", ("+1", "+1", "+7", "+1")),
        ("Score", ("+20", "+30", "+44", "+20")),
    ],
)
def test_other_numbers_are_no_codes(tmp_path: Path, name: str, cells: tuple[object, ...]) -> None:
    """Sizes, keys, offsets and scores are no calling codes: the numbers are read at home, and nothing is said."""
    numbers = ["7042123456", "9823145672", "9922113483", "9922113484"]
    lines = [f"Asha Menon {at},{cell},{number}" for at, (cell, number) in enumerate(zip(cells, numbers, strict=True))]
    text = "\n".join([f"Name,{name},Mobile", *lines, ""])
    assert sent(tmp_path, text) == [f"91{number}" for number in numbers]
    assert not told(tmp_path, text)


def test_an_area_code_that_is_a_calling_code(tmp_path: Path) -> None:
    """Digits below `Indicatif` are calling codes where more numbers are good with them than without."""
    text = "Nom,Indicatif,Mobile\nLéa Roy,33,0612345678\nAnn Roe,44,7400123456\n"
    assert sent(tmp_path, text, "FR") == ["33612345678", ABROAD]


@pytest.mark.parametrize(
    ("region", "text", "numbers"),
    [
        ("FR", "Nom,Indicatif,Tel\nLéa Roy,1,42345678\nJean Petit,4,93123456\n", ["33142345678", "33493123456"]),
        ("MX", "Nombre,Lada,Tel\nAna Paz,55,5553456789\nLuis Gil,55,5553456780\n", ["525553456789", "525553456780"]),
    ],
)
def test_an_area_code_stays_one(tmp_path: Path, region: str, text: str, numbers: list[str]) -> None:
    """A column that is called after area codes holds them unless more numbers are good with calling codes."""
    assert sent(tmp_path, text, region) == numbers


CALLED = ("7012345678", "7016543211", "7019876543")  # in India, North Dakota and Great Britain


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        *[("Campaign", (cell,) * 3) for cell in ("M-001", "M-0044", "Form 0044", "IN-001", "0044", "M +44")],
        *[(name, ("0044",) * 3) for name in ("Form", "Source ID", "Batch", "Group", "Plan", "Ad group")],
        *[("Zorgle", (cell,) * 3) for cell in ("M-0044", "IN-001", "Block (0044)", "[M] 0044")],
    ],
)
def test_an_id_is_no_code(tmp_path: Path, name: str, cells: tuple[str, str, str]) -> None:
    """Words before 00 and columns of campaigns, forms or groups make no number another one."""
    rows = "".join(f"A,K,{number},{cell}\n" for number, cell in zip(CALLED, cells, strict=True))
    assert sent(tmp_path, f"First,Last,Phone,{name}\n{rows}") == [f"91{number}" for number in CALLED]
    (tmp_path / "leads.csv").write_text(f"First,Last,Phone,{name}\n{rows}", encoding="utf-8")
    assert Inside(tmp_path).run("validate", "leads.csv", "--json", "--max-rejects", "100%").json["rows"]["leads"] == 0


@pytest.mark.parametrize(
    ("name", "cell"),
    [("Campaign", "+44"), *[("Zorgle", cell) for cell in ("0044", "(0044)", "United Kingdom (0044)", "UK +44")]],
)
def test_codes_with_00_and_plain_ones(tmp_path: Path, name: str, cell: str) -> None:
    """A plain +44 counts in any column, and 00 at a cell's beginning or in brackets behind a country's name."""
    rows = f"Laura Bennett,{cell},{LAURA}\nAmy Bennett,{cell},7400123457\n"
    assert sent(tmp_path, f"Name,{name},Mobile\n{rows}") == [ABROAD, "447400123457"]


@pytest.mark.parametrize("name", ["CC", "Indicatif", "Country Code", "Vorwahl"])
@pytest.mark.parametrize("region", ["BR", "IN"])
def test_00_before_the_own_code(tmp_path: Path, name: str, region: str) -> None:
    """A number written with 00 and its own row's code is that number, without a doubt or a warning."""
    text = f"Name,{name},Mobile\nJoseph Souza,+55,005551987654325\nA B,+55,00 55 (11) 98765-4321\n"
    assert sent(tmp_path, text, region) == ["5551987654325", "5511987654321"]
    assert told(tmp_path, text, region) == []


def test_a_plus_in_every_row_wins_over_numbers_at_home(tmp_path: Path) -> None:
    """Codes that are all written with a plus count where nearly all numbers are good, and a bad one is rejected."""
    numbers = [f"74001234{at}" for at in range(10, 16)]
    rows = "".join(f"Laura Bennett,+44,{number}\n" for number in [*numbers, "9876501231"])
    assert sent(tmp_path, f"Name,Code,Mobile\n{rows}") == [f"44{number}" for number in numbers]
    assert "region_not_used" not in told(tmp_path, f"Name,Code,Mobile\n{rows}")


def test_codes_that_do_not_fit_the_numbers_are_told(tmp_path: Path) -> None:
    """Where a column says a code and the numbers are better without it, they are read at home and that is said."""
    text = f"Name,+Code,Mobile\nAsha Menon,+44,{ASHA}\nRavi Das,+44,9876501232\nLaura Bennett,+91,9876501233\n"
    assert sent(tmp_path, text) == [HOME, "919876501232", "919876501233"]
    assert told(tmp_path, text) == ["region_not_used"]


def test_what_is_mapped_is_all(tmp_path: Path) -> None:
    """With --map dialcode no other column is asked."""
    (tmp_path / "leads.csv").write_text(f"Name,CC,My Code,Mobile\nLaura Bennett,+91,44,{LAURA}\n", encoding="utf-8")
    ended = Inside(tmp_path).run("columns", "leads.csv", "--map", "dialcode=My Code", "--region", "IN", "--json")
    used = {each["name"]: each["field"] for each in ended.json["tables"][0]["columns"]}
    assert (used["CC"], used["My Code"]) == (None, "dialcode")


# --- countries ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("Country (ISO2)", "country_iso2", "country_code_iso", "ISO2", "ISO", "iso_code", "Country Short"),
        *("Country Abbreviation", "Home Country", "Region", "Market", "Geo", "Territory", "Site", "Location", "Markt"),
    ],
)
@pytest.mark.parametrize("cells", [("IN", "GB"), ("India", "United Kingdom")])
def test_a_column_of_countries(tmp_path: Path, name: str, cells: tuple[str, str]) -> None:
    """Countries under a short or general name tell the numbers' regions."""
    text = f"Name,Mobile,{name}\nAsha Menon,{ASHA},{cells[0]}\nLaura Bennett,{LAURA},{cells[1]}\n"
    assert sent(tmp_path, text) == [HOME, ABROAD]


@pytest.mark.parametrize(
    ("region", "name", "cells", "numbers"),
    [
        ("US", "Region", ("CA", "IN", "DE"), ("2125550123", "3125550123", "3035550123")),
        ("US", "Region", ("CA", "CA", "CA"), ("2125550123", "3125550123", "3035550123")),
        ("US", "Region", ("CA", "CO", "GA"), ("2125550123", "3125550123", "3035550123")),
        ("IN", "Region", ("North", "South", "West"), (ASHA, "9876501232", "9876501233")),
        ("IN", "Region", ("MH", "GA", "TN"), (ASHA, "9876501232", "9876501233")),
        ("IN", "Home Country", ("Nepal", "Bhutan", "Sri Lanka"), (ASHA, "9876501232", "9876501233")),
        ("IN", "Market", ("USA", "UAE", "UK"), (ASHA, "9876501232", "9876501233")),
        ("IN", "Location", ("Pune", "Georgia", "Jersey"), (ASHA, "9876501232", "9876501233")),
        ("DE", "ISO", ("de", "en", "fr"), ("01712345678", "01712345679", "01712345680")),
        ("IN", "Site", ("No", "Yes", "No"), (ASHA, "9876501232", "9876501233")),
    ],
)
def test_states_languages_and_wishes_are_no_countries(
    tmp_path: Path, region: str, name: str, cells: tuple[str, ...], numbers: tuple[str, ...]
) -> None:
    """Codes of states, parts of a country, languages and markets abroad leave the numbers at home, in silence."""
    lines = [f"Bo {at},{number},{cell}" for at, (number, cell) in enumerate(zip(numbers, cells, strict=True))]
    text = "\n".join([f"Name,Phone,{name}", *lines, ""])
    code = {"US": "1", "IN": "91", "DE": "49"}[region]
    assert sent(tmp_path, text, region) == [code + number.lstrip("0") for number in numbers]
    assert not told(tmp_path, text, region)


def test_countries_that_are_in_doubt_are_told(tmp_path: Path) -> None:
    """Where most numbers are good abroad too, and more of them at home, they stay at home and that is said."""
    rows = [("7042123456", "USA"), ("7042123457", "USA"), (ASHA, "USA")]
    text = "\n".join(["Name,Phone,Market", *(f"Bo Rao,{number},{country}" for number, country in rows), ""])
    assert sent(tmp_path, text) == [f"91{number}" for number, _ in rows]
    assert told(tmp_path, text) == ["region_not_used"]
