"""Countries as files name them: codes, names in many languages, official names, short forms, spellings."""

from __future__ import annotations

import phonenumbers
import pycountry
import pytest
from babel import Locale
from phonenumbers import PhoneNumberFormat

from telecmi_leads.columns import ColumnMatch
from telecmi_leads.core.lead import Field
from telecmi_leads.core.reasons import Reason
from telecmi_leads.leads.row_numbers import Grid, find_numbers
from telecmi_leads.phones import UNKNOWN, PhoneBook, name_of_region, region_told, regions_told
from telecmi_leads.phones.regions import ALPHA_3
from telecmi_leads.settings.options import PhoneOptions

LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl", "pl", "ru", "ar", "zh", "ja", "ko", "hi", "tr", "vi", "cs")
"""English, and more than four others, of several scripts."""

ALPHA_2 = sorted(phonenumbers.SUPPORTED_REGIONS)


def names_of(region: str) -> dict[str, str]:
    """Return what a region is called, by where the name is from."""
    names = {"alpha-2": region, "alpha-2 small": region.lower()}
    names |= {f"alpha-3 {code}": code for code, at in ALPHA_3.items() if at == region}
    country = pycountry.countries.get(alpha_2=region)
    for kind in ("name", "official_name", "common_name"):
        if country is not None and hasattr(country, kind):
            names[kind] = getattr(country, kind)
    for language in LANGUAGES:
        territories = Locale.parse(language).territories
        if region in territories:
            names[language] = territories[region]
    return names


@pytest.mark.parametrize("region", ALPHA_2)
def test_every_country_by_every_name(region: str) -> None:
    """(Row 49) Each country is understood by its codes, its official names and its names in 17 languages."""
    told = {source: region_told(name) for source, name in names_of(region).items()}
    shared = {source for source, found in told.items() if found == UNKNOWN and source in LANGUAGES[1:]}
    assert {source: found for source, found in told.items() if source not in shared} == {
        source: region for source in told if source not in shared
    }
    assert len(shared) <= 1, shared  # a name that another country has in another language is none's


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("Hellas", "GR"), ("Dominican Rep.", "DO"), ("Rakousko", "AT"), ("پاکستان", "PK"), ("Dubai UAE", "AE"),
        ("Oriental Republic of Uruguay", "UY"), ("S. Korea", "KR"), ("Srilanka", "LK"), ("Newzealand", "NZ"),
        ("P.R. China", "CN"), ("GB-ENG", "GB"), ("US-CA", "US"), ("Czech Rep.", "CZ"), ("EUA", "US"), ("EE.UU.", "US"),
        ("Česko", "CZ"), ("США", "US"), ("中國", "CN"), ("한국", "KR"), ("ไทย", "TH"), ("नेपाल", "NP"),
        ("Congo (DRC)", "CD"), ("Congo, Dem. Rep.", "CD"), ("Republic of the Congo", "CG"), ("Sudan, South", "SS"),
        ("China (Hong Kong)", "HK"), ("Hong Kong, China", "HK"), ("Korea DPR", "KP"), ("Samoa (American)", "AS"),
        ("Mỹ", "US"), ("Áo", "AT"), ("Bỉ", "BE"), ("NGA", "NG"), ("London, UK", "GB"), ("United Kindom", "GB"),
        ("🇬🇧 United Kingdom", "GB"), ("Puerto Rico (USA)", "PR"), ("Niger", "NE"), ("Guinea-Bissau", "GW"),
        ("Dominica", "DM"), ("Slovenia", "SI"), ("India (+91)", "IN"), ("+44", "GB"),
    ],
)  # fmt: skip
def test_usual_spellings(text: str, region: str) -> None:
    """(Row 49) Abbreviations, spellings, native names, and names in brackets are understood."""
    assert region_told(text) == region


@pytest.mark.parametrize(
    "text",
    [
        "Narnia", "Europe", "Middle East", "Gulf", "XX", "ZZ", "+999", "India/USA", "UK or Ireland", "US & Canada",
        "Germany, France", "USSR", "Latin America", "EU", "UAE / Oman", "Worldwide", "Nga", "New Mexico", "India (+1)",
        "South America", "Indiana", "12345678",
    ],
)  # fmt: skip
def test_what_names_no_country(text: str) -> None:
    """(Row 49) Continents, two countries at once, what is made up, and a code that is a word too name no country."""
    assert region_told(text) == UNKNOWN


@pytest.mark.parametrize("text", ["", " ", "-", "N/A", "null", "nan", "None", "\\N", "undefined"])
def test_words_for_nothing_name_nothing(text: str) -> None:
    """An empty cell, and a word that stands for one, leave the row to --region."""
    assert region_told(text) is None


@pytest.mark.parametrize("region", ALPHA_2)
def test_a_region_is_named_in_english(region: str) -> None:
    """The name that is shown for a region is understood as that region."""
    assert region_told(name_of_region(region)) == region


def test_a_columns_language_tells_what_its_words_mean() -> None:
    """(Row 49) Beside Vietnamese names `Nga` and `Ao` are Russia and Austria; beside others codes or nothing."""
    vietnamese = regions_told(["Đức", "Nhật Bản", "Nga", "Ao", "Bỉ", "My", "Mỹ", "Úc"])
    assert list(vietnamese.values()) == ["DE", "JP", "RU", "AT", "BE", "US", "US", "AU"]
    others = regions_told(["Germany", "Japan", "NGA", "Nga", "AO", "MY", ""])
    assert list(others.values()) == ["DE", "JP", "NG", UNKNOWN, "AO", "MY", None]


def test_a_national_number_of_an_unknown_country_is_rejected() -> None:
    """(Row 49) Where the country is not understood, a national number is rejected and an international one goes."""
    book = PhoneBook(PhoneOptions())
    rows = [["9876543210", "Narnia"], ["+44 20 7946 0958", "Narnia"], ["9876543210", ""], ["07911 123456", "England"]]
    found = find_numbers(Grid(rows, 2), match_of(phone=0, country=1), book, "IN")
    assert found.numbers == ["", "442079460958", "919876543210", "447911123456"]
    assert {at: fault.reason for at, fault in found.faults.items()} == {0: Reason.UNKNOWN_COUNTRY}


def test_a_list_to_exclude_never_fails_open() -> None:
    """On a do-not-call list a country that is not understood leaves the number to the run's region."""
    rows = [["9876543210", "Narnia"], ["07911 123456", "England"]]
    found = find_numbers(Grid(rows, 2), match_of(phone=0, country=1), PhoneBook(PhoneOptions()), "IN", guess=True)
    assert (found.numbers, found.faults) == (["919876543210", "447911123456"], {})


def test_examples_of_every_country_go_by_its_name() -> None:
    """(Row 49) Every country's example in national format, in a row that names the country in German, is its number."""
    territories = Locale.parse("de").territories
    book = PhoneBook(PhoneOptions(allow_premium=True))
    wrong = []
    for region in ALPHA_2:
        example = phonenumbers.example_number(region)
        wanted = phonenumbers.format_number(example, PhoneNumberFormat.E164)[1:]
        cell = phonenumbers.format_number(example, PhoneNumberFormat.NATIONAL)
        told = region_told(territories.get(region, region))
        number = book.column([cell], [told]).numbers[0]
        if number not in {"", wanted}:
            wrong.append((region, cell, wanted, number))
    assert wrong == []


def match_of(*, phone: int, country: int) -> ColumnMatch:
    """Return a column match with a phone column and a country column."""
    return ColumnMatch(phones=(phone,), sources={Field.COUNTRY: (country,)})
