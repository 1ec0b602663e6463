"""Which cell gives a row's number, for which region: header countries, area codes, ids, dial codes, lost digits."""

from __future__ import annotations

import pytest

from telecmi_leads.columns import ColumnMatch
from telecmi_leads.columns.column_match import ColumnChoice, Rule
from telecmi_leads.core.lead_fields import Field
from telecmi_leads.core.reasons import Reason, Repair
from telecmi_leads.leads.row_numbers import Grid, RowNumbers, find_numbers
from telecmi_leads.phones import PhoneBook
from telecmi_leads.phones.regions import region_of_header
from telecmi_leads.settings.options import PhoneOptions


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
        ("STD Code", "IN", "26543217", "022", "912226543217"),
        ("STD Code", "IN", "26543217", "22", "912226543217"),
        ("STD Code", "IN", "9876543219", "022", "919876543219"),
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


def test_a_column_of_lost_digits() -> None:
    """Where many numbers end in six zeros a spreadsheet has rounded them; one alone may be a number."""
    rounded = found_in(("Phone",), [["919876000000"], ["919812000000"], ["917654000000"], ["9876543219"]], "IN")
    alone = found_in(("Phone",), [["919876000000"], ["9876543219"]], "IN")
    assert rounded.numbers == ["", "", "", "919876543219"]
    assert {fault.reason for fault in rounded.faults.values()} == {Reason.DIGITS_LOST}
    assert alone.numbers == ["919876000000", "919876543219"]
