"""Which column is meant: header names of many languages, the lead's own among others', whatever the columns' order."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from matched_columns import feeds, match_of, table_of
from places import TESTS

from telecmi_leads.columns import pins
from telecmi_leads.columns.header_meaning import read_name
from telecmi_leads.columns.matching import Matcher
from telecmi_leads.columns.meanings import Head
from telecmi_leads.leads.cleaning import Cleaner
from telecmi_leads.phones import PhoneBook
from telecmi_leads.settings.option_values import field_and_text
from telecmi_leads.settings.options import FieldOptions, PhoneOptions, ReadingOptions

if TYPE_CHECKING:
    from telecmi_leads.core.lead import Field

LEADFILES = TESTS / "leadfiles"
Lead = dict[str, str]


def read(name: str) -> list[dict[str, Any]]:
    """Return the cases of a file."""
    cases: list[dict[str, Any]] = json.loads((LEADFILES / name).read_text(encoding="utf-8"))
    return cases


SINGLE = [case for case in read("headers.json") if "header" in case]
"""One header among plain ones, and the field that it feeds: null feeds nothing."""
TABLES = [
    *(case for case in read("headers.json") if "headers" in case),
    *read("header-choices.json"),
    *read("header-choices-more.json"),
]
"""Headers with a letter for what each column holds, and which of them is the lead's phone: null, none of them."""
LANGUAGES = read("header-languages.json")


# --- tables made of header names ------------------------------------------------------------------


# A mobile of each region: calling code, beginning, and how many digits follow.
MOBILES = {
    "IN": ("91", "98", 8),
    "DE": ("49", "1512", 7),
    "FR": ("33", "6", 8),
    "ES": ("34", "61", 7),
    "IT": ("39", "347", 7),
    "BR": ("55", "119", 8),
    "NL": ("31", "61", 7),
    "PL": ("48", "601", 6),
    "RU": ("7", "916", 7),
    "TR": ("90", "532", 7),
    "SA": ("966", "50", 7),
    "ID": ("62", "812", 7),
    "VN": ("84", "90", 7),
    "JP": ("81", "90", 8),
    "KR": ("82", "10", 8),
    "CN": ("86", "138", 8),
    "TW": ("886", "912", 6),
    "GR": ("30", "697", 7),
    "SE": ("46", "70", 7),
    "UA": ("380", "67", 7),
    "CZ": ("420", "602", 6),
    "SK": ("421", "903", 6),
    "HU": ("36", "20", 7),
    "RO": ("40", "72", 7),
    "RS": ("381", "63", 7),
    "SI": ("386", "31", 6),
    "BG": ("359", "88", 7),
    "LT": ("370", "612", 5),
    "LV": ("371", "261", 5),
    "EE": ("372", "512", 5),
    "IS": ("354", "611", 4),
    "KE": ("254", "712", 6),
    "UZ": ("998", "912", 6),
    "LK": ("94", "71", 7),
    "AL": ("355", "672", 6),
    "IR": ("98", "912", 7),
    "IL": ("972", "502", 6),
    "PK": ("92", "301", 7),
    "MY": ("60", "12", 7),
    "TH": ("66", "81", 7),
    "NO": ("47", "40", 6),
    "DK": ("45", "20", 6),
    "FI": ("358", "40", 7),
    "BD": ("880", "171", 7),
    "AZ": ("994", "50", 7),
    "GE": ("995", "599", 6),
    "PH": ("63", "917", 7),
    "GB": ("44", "7712", 6),
    "US": ("1", "312", 7),
    "MX": ("52", "55", 8),
    "PT": ("351", "91", 7),
    "AE": ("971", "50", 7),
    "HR": ("385", "91", 7),
}
FIRST, LAST = ["Asha", "Ravi", "Meena"], ["Menon", "Kulkarni", "Joshi"]
FULL = [f"{first} {last}" for first, last in zip(FIRST, LAST, strict=True)]
# What the other letters hold: n f l names, o other people's, e emails, w countries, and things that are no field.
HELD = {
    "n": FULL,
    "f": FIRST,
    "l": LAST,
    "o": ["Rohit Verma", "Sneha Das", "Imran Shaikh"],
    "c": ["Kochi", "Pune", "Nashik"],
    "d": ["2024-03-01", "2024-03-02", "2024-03-05"],
    "i": ["101", "102", "103"],
    "g": ["A-101", "A-102", "B-201"],
    "t": ["62", "15", "140"],
    "s": ["New", "Open", "New"],
    "m": ["Nilgiri Tools", "Deccan Print", "Konkan Foods"],
    "x": ["wants a quote", "", "call on Monday"],
    "a": ["2500", "18000", "990"],
    "w": ["India", "India", "India"],
}
FOREIGN = {
    "Lead ID": ["7001", "7002", "7003"],
    "Campaign": ["Diwali", "Diwali", "Onam"],
    "Telecaller": ["Tara Sen", "Tara Sen", "Omar Ali"],
    "Telecaller Mobile": ["+919000000017", "+919000000017", "+919000000028"],
    "Emergency Contact": ["+919000000031", "+919000000042", "+919000000053"],
    "Fax": ["022 26543210", "022 26543211", "022 26543212"],
    "Created By": ["Tara Sen", "Tara Sen", "Omar Ali"],
}
"""Columns that never are the lead's."""


def numbers(region: str, random: Random, *, same: bool) -> list[str]:
    """Return three mobiles of a region, with their country codes."""
    code, start, rest = MOBILES[region]
    made = [f"+{code}{start}{''.join(random.choices('23456781', k=rest))}" for _ in range(3)]
    return [made[0]] * 3 if same else made


def columns_of(headers: list[str], kinds: str, region: str) -> list[list[str]]:
    """Return the cells of each column."""
    random = Random("|".join(headers))
    columns: list[list[str]] = []
    for at, kind in enumerate(kinds):
        if kind in "pk":
            columns.append(numbers(region, random, same=kind == "k"))
        elif kind == "e":
            columns.append([f"{first.lower()}.{at}@example.com" for first in FIRST])
        else:
            columns.append(HELD[kind])
    return columns


def leads_of(
    headers: list[str], columns: list[list[str]], region: str = "IN", map_: tuple[tuple[Field, str], ...] = ()
) -> list[Lead]:
    """Return the leads that come of a table."""
    book = PhoneBook(PhoneOptions(region=region))
    table = table_of([headers, *map(list, zip(*columns, strict=True))], region=region)
    match = Matcher(ReadingOptions(), FieldOptions(map=map_), book, region).match(table.info, table.sample)
    if not match.has_phone:
        return []
    cleaner = Cleaner(table.info, 0, match, book, region)
    found = [lead for block in table.blocks for lead in cleaner.clean(block, lambda: True).leads]
    return [
        {"phone": f"+{lead.phone}", "name": f"{lead.firstname} {lead.lastname}", "email": lead.email} for lead in found
    ]


def pinned_leads(headers: list[str], columns: list[list[str]], region: str) -> list[Lead]:
    """Return the leads that come of a table when its reading is pinned by the --map options that it offers."""
    match = match_of(headers, *zip(*columns, strict=True), region=region)
    return leads_of(headers, columns, region, map_=tuple(map(field_and_text, pins(match))))


def whole(headers: list[str]) -> str:
    """Name a case by its headers."""
    return ",".join(headers)


# --- the column that is meant ---------------------------------------------------------------------


@pytest.mark.parametrize("case", TABLES, ids=lambda case: whole(case["headers"]))
def test_the_leads_own_column_is_taken(case: dict[str, Any]) -> None:
    """Of several columns the lead's own main one gives number, name and email; where all are others', none does."""
    headers, kinds, region = case["headers"], case["kinds"], case.get("region", "IN")
    columns = columns_of(headers, kinds, region)
    leads = leads_of(headers, columns, region)
    meant = case["phone"]
    assert [lead["phone"] for lead in leads] == ([] if meant is None else columns[headers.index(meant)])
    for key in ("name", "email"):
        if case.get(key):
            assert [lead[key] for lead in leads] == columns[headers.index(case[key])]


@pytest.mark.parametrize("case", TABLES, ids=lambda case: whole(case["headers"]))
def test_order_and_foreign_columns_change_nothing(case: dict[str, Any]) -> None:
    """However the columns stand, and whatever columns of others stand between them, the same leads come of a table."""
    headers, kinds, region = case["headers"], case["kinds"], case.get("region", "IN")
    columns = columns_of(headers, kinds, region)
    random = Random(whole(headers))
    for _ in range(3):
        mixed = [*zip(headers, columns, strict=True), *random.sample(list(FOREIGN.items()), 4)]
        random.shuffle(mixed)
        assert leads_of([name for name, _ in mixed], [cells for _, cells in mixed], region) == leads_of(
            headers, columns, region
        )


@pytest.mark.parametrize("case", TABLES, ids=lambda case: whole(case["headers"]))
def test_the_offered_options_pin_this_reading(case: dict[str, Any]) -> None:
    """The --map options that are offered for a table give the same leads again."""
    headers, kinds, region = case["headers"], case["kinds"], case.get("region", "IN")
    columns = columns_of(headers, kinds, region)
    assert pinned_leads(headers, columns, region) == leads_of(headers, columns, region)


def _single_table(case: dict[str, Any]) -> tuple[list[str], str]:
    header, first, phone, city = case["header"], case["first"], case["phone"], case["city"]
    tables = {
        "phone": ([first, header, city], "fpc"),
        None: ([first, header, city], "fpc"),
        "firstname": ([header, phone, city], "fpc"),
        "lastname": ([first, header, phone, city], "flpc"),
        "name": ([header, phone, city], "npc"),
        "email": ([first, phone, header, city], "fpec"),
        "city": ([first, phone, header], "fpc"),
        "country": ([first, phone, header], "fpw"),
    }
    return tables[case["field"]]


@pytest.mark.parametrize("case", SINGLE, ids=lambda case: f"{case['lang']} {case['header']}")
def test_each_header_feeds_its_field(case: dict[str, Any]) -> None:
    """A header of any of these languages feeds its field, beside plain headers of its language."""
    headers, kinds = _single_table(case)
    columns = columns_of(headers, kinds, case["region"])
    if case.get("order") == "surname":
        columns[0] = [" ".join(reversed(name.split())) for name in FULL]
    match = match_of(headers, *zip(*columns, strict=True), region=case["region"])
    by_field = {"phone": "phone", "email": "email", "city": "city", "country": "country", "lastname": "lastname"}
    if case["field"] is None:
        assert "phone" not in feeds(match)
        return
    if case["field"] in by_field:
        assert feeds(match)[by_field[case["field"]]] == [case["header"]]
    names = [lead["name"] for lead in leads_of(headers, columns, case["region"])]
    if case["field"] == "name" and "order" not in case:
        assert [sorted(name.split()) for name in names] == [sorted(name.split()) for name in FULL]
    elif case["field"] in ("name", "lastname"):
        assert names == FULL
    else:
        assert names == [f"{first} -" for first in FIRST]


@pytest.mark.parametrize("words", LANGUAGES, ids=lambda words: words["lang"])
def test_the_fields_in_many_languages(words: dict[str, str]) -> None:
    """First and last name, full name, mobile, phone, email, city and country are known in each of these languages."""
    region = words["region"]
    fields = ["firstname", "lastname", "mobile", "phone", "email", "city", "country"]
    headers = [words[field] for field in fields]
    match = match_of(headers, *zip(*columns_of(headers, "flppecw", region), strict=True), region=region)
    assert feeds(match) == {
        "phone": [words["mobile"], words["phone"]],
        **{field: [words[field]] for field in fields if field not in ("mobile", "phone")},
    }
    headers = [words["fullname"], words["phone"]]
    match = match_of(headers, *zip(*columns_of(headers, "np", region), strict=True), region=region)
    assert feeds(match) == {"fullname": [words["fullname"]], "phone": [words["phone"]]}


# --- forms of names -------------------------------------------------------------------------------


FORMS: dict[str, list[str]] = json.loads((LEADFILES / "header-forms.json").read_text(encoding="utf-8"))
"""Names as forms, CRMs and people write them, by what they hold; `never` are others', `elsewhere` other places."""
READ_AS = {"phone": {"phone", "mobile", "whatsapp", "landline"}, "name": {"name", "fullname"}, "city": {"city"}}
PLAIN = {"email", "firstname", "lastname", "country"}


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind, names in FORMS.items() if kind in READ_AS or kind in PLAIN for name in names],
)
def test_forms_of_names(kind: str, name: str) -> None:
    """Persons, forms' remarks, abbreviations and endings leave a name what it is."""
    assert read_name(name).head in READ_AS.get(kind, {kind})


@pytest.mark.parametrize("name", FORMS["elsewhere"])
def test_forms_of_places_that_are_not_the_leads(name: str) -> None:
    """A country or city that somebody wants to go to, or that is a branch's, is not where he lives."""
    assert read_name(name).head not in {Head.COUNTRY, Head.CITY, Head.LOCALITY, Head.DIALCODE}


@pytest.mark.parametrize("name", FORMS["never"])
def test_forms_of_others_names(name: str) -> None:
    """Beside the customer's own name, a column of somebody else, or of a line that reaches nobody, gives no lead."""
    random = Random(name)
    assert leads_of(["Customer Name", name], [FULL, numbers("IN", random, same=False)]) == []
