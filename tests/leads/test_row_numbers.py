"""Which cell gives a row's number, for which region: header countries, area codes, ids, dial codes, lost digits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from inside import Inside
from places import TESTS

from telecmi_leads.columns import ColumnMatch
from telecmi_leads.columns.column_match import ColumnChoice
from telecmi_leads.columns.matching import Matcher
from telecmi_leads.columns.reading import Rule
from telecmi_leads.core.lead import Field, TableInfo
from telecmi_leads.core.reasons import Reason, Repair
from telecmi_leads.leads.row_numbers import Grid, RowNumbers, find_numbers
from telecmi_leads.phones import PhoneBook
from telecmi_leads.phones.regions import region_of_header
from telecmi_leads.settings.options import FieldOptions, PhoneOptions, ReadingOptions

if TYPE_CHECKING:
    from pathlib import Path


def found_in(
    header: tuple[str, ...], rows: list[list[str]], region: str, sources: dict[Field, tuple[int, ...]] | None = None
) -> RowNumbers:
    """Read rows whose first column is the phone; `sources` are the columns of other fields."""
    choices = tuple(ColumnChoice(index, name, None, Rule.UNKNOWN) for index, name in enumerate(header))
    match = ColumnMatch(phones=(0,), sources=sources or {}, choices=choices)
    return find_numbers(Grid(rows, len(header)), match, PhoneBook(PhoneOptions()), region)


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("US Phone", "US"), ("Phone (USA)", "US"), ("Phone +1", "US"), ("Phone (with +44)", "GB"),
        ("Mobile (+91)", "IN"), ("UAE Mobile", "AE"), ("India Mobile Number", "IN"), ("Phone - United Kingdom", "GB"),
        ("UK MOBILE", "GB"), ("Mobile No", None), ("MOBILE NO", None), ("PHONE ID", None), ("Phone", None),
        ("Tel", None),
        ("Contact me at", None), ("PH NO", None), ("Phone in office", None), ("India", None),
    ],
)  # fmt: skip
def test_a_country_in_a_header(name: str, region: str | None) -> None:
    """A phone column's name tells its region; words that happen to be codes do not."""
    assert region_of_header(name) == region


def test_a_headers_country_comes_after_the_rows() -> None:
    """The header's country stands in for --region, and a row's own country cell comes before it."""
    found = found_in(
        ("US Phone", "Country"),
        [["415 555 2671", ""], ["07911 123456", "United Kingdom"]],
        "IN",
        {Field.COUNTRY: (1,)},
    )
    assert (found.numbers, found.faults) == (["14155552671", "447911123456"], {})


@pytest.mark.parametrize(
    ("header", "region", "cell", "area", "number"),
    [
        ("Vorwahl", "DE", "232715", "030", "4930232715"),
        ("Vorwahl", "DE", "0232715", "30", "4930232715"),
        ("Vorwahl", "DE", "030 232715", "030", "4930232715"),
        ("Vorwahl", "DE", "01512 3456789", "030", "4915123456789"),
        ("Vorwahl", "DE", "232715", "", "49232715"),
        ("Vorwahl", "DE", "4930232715", "030", "4930232715"),
        ("STD Code", "IN", "26543217", "022", "912226543217"),
        ("STD Code", "IN", "26543217", "22", "912226543217"),
        ("STD Code", "IN", "9876543219", "022", "919876543219"),
        ("StdCode", "IN", "26543217", "022", "912226543217"),
        ("Código de área", "MX", "123 4567", "222", "522221234567"),
        ("市外局番", "JP", "1234-5679", "03", "81312345679"),
        ("DDD", "BR", "96123-4567", "11", "5511961234567"),
        ("DDD", "BR", "2345-6789", "011", "551123456789"),
        ("Area code", "US", "555-2671", "415", "14155552671"),
        ("Area code", "US", "+44 7911 123456", "415", "447911123456"),
    ],
)
def test_an_area_code_is_joined_once(header: str, region: str, cell: str, area: str, number: str) -> None:
    """An area code goes before a number that lacks it, with the trunk 0 in either or both; a mobile needs none."""
    assert found_in(("Phone", header), [[cell, area]], region).numbers == [number]


def test_what_is_joined_is_counted() -> None:
    """A joined area code and a joined dial code are repairs of their own."""
    area = found_in(("Phone", "STD Code"), [["26543217", "022"]], "IN")
    code = found_in(("Phone", "Dial code"), [["7911 123456", "+44"]], "IN", {Field.DIALCODE: (1,)})
    assert (area.numbers, area.repairs[Repair.AREA_CODE]) == (["912226543217"], 1)
    assert (code.numbers, code.repairs[Repair.DIAL_CODE]) == (["447911123456"], 1)


@pytest.mark.parametrize("name", ["country_id", "countryID", "Country Id", "country.id"])
def test_an_id_is_no_code(name: str) -> None:
    """The keys of a database are never joined to a number, whatever field their column was given to."""
    for target in (Field.COUNTRY, Field.DIALCODE):
        found = found_in(("Phone", name), [["9876543219", "1"], ["9876543218", "44"]], "IN", {target: (1,)})
        assert found.numbers == ["919876543219", "919876543218"]


def matched(header: list[str], rows: list[list[str]], region: str | None) -> tuple[list[str], dict[str, str]]:
    """Match a table's columns and read its rows; returns the numbers, and the rule for each column by its name."""
    matcher = Matcher(ReadingOptions(), FieldOptions(), PhoneBook(PhoneOptions()), region)
    match = matcher.match(TableInfo("leads.csv", None, tuple(header), 1), rows)
    found = find_numbers(Grid(rows, len(header)), match, matcher.book, region)
    return found.numbers, {choice.header: choice.rule.name.lower() for choice in match.choices}


@pytest.mark.parametrize("states", [("Kerala", "Goa", "Punjab"), ("Retail", "Export", "India"), ("Yes", "No", "No")])
def test_a_column_without_countries_is_none(states: tuple[str, ...]) -> None:
    """(Row 49) Where most cells under Country name none, the rows go by --region, and `columns` says so."""
    rows = [[f"Asha {at}", f"987650000{at}", state] for at, state in enumerate(states)]
    numbers, rules = matched(["Name", "Mobile", "Country"], rows, "IN")
    assert numbers == ["919876500000", "919876500001", "919876500002"]
    assert rules["Country"] == "no_country"


def test_a_few_countries_that_are_not_understood_stay_countries() -> None:
    """(Row 49) Beside countries, or in two rows, a name that is not understood keeps its number from being dialled."""
    mostly = [["A B", "9876500001", "India"], ["C D", "9876500002", "India"], ["E F", "9876500003", "Narnia"]]
    few = [["A B", "9876500001", "Narnia"], ["C D", "9876500002", "Atlantis"]]
    assert matched(["Name", "Mobile", "Country"], mostly, "IN")[0] == ["919876500001", "919876500002", ""]
    assert matched(["Name", "Mobile", "Country"], few, "IN")[0] == ["", ""]


@pytest.mark.parametrize(
    ("codes", "phones", "region", "numbers", "rule"),
    [
        (("1", "2", "3"), ("9123456781", "9123456782", "9123456783"), "IN", "91", "no_code"),
        (("1", "1", "1"), ("9123456781", "9123456782", "9123456783"), "IN", "91", "no_code"),
        (("7", "44", "7"), ("9876500001", "9876500002", "9876500003"), "IN", "91", "no_code"),
        (("44", "44", "44"), ("7911123451", "7911123452", "7911123453"), "IN", "44", "values"),
        (("1", "1", "1"), ("2125550141", "2125550142", "2125550143"), "IN", "1", "values"),
        (("91", "91", "91"), ("9876500001", "9876500002", "9876500003"), None, "91", "values"),
    ],
)
def test_integers_under_country(
    codes: tuple[str, ...], phones: tuple[str, ...], region: str | None, numbers: str, rule: str
) -> None:
    """Integers under Country are calling codes only where the rows' numbers are good with them, better than without."""
    rows = [[f"Asha {at}", phone, code] for at, (phone, code) in enumerate(zip(phones, codes, strict=True))]
    found, rules = matched(["Name", "Mobile", "Country"], rows, region)
    assert (found, rules["Country"]) == ([numbers + phone for phone in phones], rule)


def test_every_cell_of_a_careful_person_in_its_row() -> None:
    """(Row 49) All 1,716 cells as people type them, in rows with their country cells: the number, or none."""
    cells = json.loads((TESTS / "data" / "phone-cells.json").read_text(encoding="utf-8"))
    wrong = []
    for region in sorted({case["region"] for case in cells}):
        group = [case for case in cells if case["region"] == region]
        match = ColumnMatch(phones=(0,), sources={Field.COUNTRY: (1,)})
        rows = [[case["cell"], case["country"]] for case in group]
        numbers = find_numbers(Grid(rows, 2), match, PhoneBook(PhoneOptions()), region or None).numbers
        wrong += [
            (case["cell"], region, case["country"], case["number"], number)
            for case, number in zip(group, numbers, strict=True)
            if number != case["number"]
        ]
    assert (wrong, len(cells)) == ([], 1716)


def test_a_column_of_lost_digits() -> None:
    """Where many numbers end in six zeros a spreadsheet has rounded them; one alone may be a number."""
    rounded = found_in(("Phone",), [["919876000000"], ["919812000000"], ["917654000000"], ["9876543219"]], "IN")
    alone = found_in(("Phone",), [["919876000000"], ["9876543219"]], "IN")
    assert rounded.numbers == ["", "", "", "919876543219"]
    assert {fault.reason for fault in rounded.faults.values()} == {Reason.DIGITS_LOST}
    assert alone.numbers == ["919876000000", "919876543219"]


@pytest.mark.parametrize(
    ("header", "row", "number"),
    [
        ("Mobile Code,Mobile,WhatsApp Code,WhatsApp Number", "+91,,+1,9175550124", "19175550124"),
        ("Mobile Code,Mobile,WhatsApp Code,WhatsApp Number", "+91,9876500001,+1,9175550124", "919876500001"),
        ("Mobile Code,Mobile,WhatsApp Code,WhatsApp Number", "+977,,,9841234567", "9779841234567"),
        ("Mobile,Mobile Country Code,Alternate Mobile,Alternate Country Code", ",+91,9841234567,+977", "9779841234567"),
        ("Country Code,Mobile,Country Code 2,Mobile 2", "91,,1,9175550124", "19175550124"),
        ("Billing Phone,Billing Country,Shipping Phone,Shipping Country", ",IN,(917) 555-0124,US", "19175550124"),
        ("Billing Phone,Billing Country,Shipping Phone,Shipping Country", "9876500001,IN,,US", "919876500001"),
        ("Phone,Home Phone,Home Country,Work Phone,Work Country", ",,IN,9175550124,US", "19175550124"),
        ("Country,Phone,Shipping Country", "US,9175550124,IN", "19175550124"),
        ("Country Code,Phone,Alternate Phone", "1,,9175550124", "19175550124"),
    ],
)
def test_each_phone_goes_by_its_own_code_and_country(header: str, row: str, number: str) -> None:
    """Of several dial codes or countries in a row, that one counts which goes with the phone that is taken."""
    assert matched(["Name", *header.split(",")], [["Asha Menon", *row.split(",")]], "IN")[0] == [number]


CITIES = ("Mumbai", "New York", "Pune", "Kochi")
NUMBERS = [f"987650000{at}" for at in range(len(CITIES))]


def test_a_row_that_names_a_country_among_cities_keeps_it() -> None:
    """Where most cells are no countries, one that is named in full still tells its row's region, and no letters do."""
    cities = [["Asha Rao", number, city] for number, city in zip(NUMBERS, CITIES, strict=True)]
    named = [["Tara Sen", "2025550125", "USA"], ["Ira Sen", "9876500005", "DE"], ["Lata Sen", "9876500006", "Georgia"]]
    numbers, rules = matched(["Name", "Mobile", "Country"], [*cities, *named], "IN")
    assert numbers == [*(f"91{number}" for number in NUMBERS), "12025550125", "919876500005", "919876500006"]
    assert rules["Country"] == "no_country"


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("Name,Mobile,Wrong Number\nAsha Rao,9876500001,9876500002\n", "phone=Mobile"),
        ("Name,Old Mobile\nAsha Rao,9876500001\n", "firstname=Name"),
        ("Name,Unverified Phone\nAsha Rao,9876500001\n", "firstname=Name"),
        ("Name,Wrong Number\nAsha Rao,9876500001\n", "phone=Wrong Number"),
    ],
)
def test_a_column_that_is_mapped_or_not_alone_is_not_doubted(tmp_path: Path, text: str, option: str) -> None:
    """Beside another phone column, by the user's own word, or only old or unverified, a column needs no warning."""
    (tmp_path / "leads.csv").write_text(text, encoding="utf-8")
    ended = Inside(tmp_path).run("validate", "leads.csv", "--region", "IN", "--map", option, "--json")
    assert (ended.code, ended.json["rows"]["leads"], ended.json["warnings"]) == (0, 1, [])
