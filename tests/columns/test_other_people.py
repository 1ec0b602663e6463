"""Columns of other people: a word that stands for somebody else beside a number does so in a column's name too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from matched_columns import feeds, match_of
from program import Program, write_leads

from telecmi_leads.core.other_people import FAMILY, OTHERS, words_of

if TYPE_CHECKING:
    from pathlib import Path

OTHERWISE = {
    "oma": "Finnish for one's own",
    "pais": "Portuguese for a country, without its accent",
    "друг": "how Russian abbreviates another one",
}
"""Words that mean something else in the name of a column, and what."""


@pytest.mark.parametrize("word", [word for word in words_of(*FAMILY, *OTHERS) if word not in OTHERWISE])
def test_a_word_for_somebody_else_names_no_column_of_the_leads(word: str) -> None:
    """The column is not taken for the lead's phone, not even where the table has no other."""
    match = match_of(["Name", f"{word} mobile"], ["Asha Rao", "9876500001"], ["Binu Nair", "9876500002"])
    assert "phone" not in feeds(match)


@pytest.mark.parametrize("word", OTHERWISE)
def test_words_that_mean_something_else_in_a_columns_name(word: str) -> None:
    """Such a column is the lead's; a word of which this is no longer so leaves the list."""
    match = match_of(["Name", f"{word} mobile"], ["Asha Rao", "9876500001"], ["Binu Nair", "9876500002"])
    assert feeds(match)["phone"] == [f"{word} mobile"]


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Servant mobile",
            "Mujer teléfono",
            "老婆 mobile",
            "老婆电话",
            "太太电话",
            "弟弟手机",
            "お母さんの電話",
            "엄마 전화번호",
        ),
        *("Tante Handy", "Onkel Telefon", "Подруга", "Телефон подруги", "Frau Telefon", "Handynummer Mann"),
        *("Child mobile", "Grandma's phone", "Hubby no.", "Didi mobile", "Teléfono tía", "Telefone da sogra"),
    ],
)
def test_columns_of_other_people(name: str) -> None:
    """A column of somebody else's numbers gives no lead its number."""
    match = match_of(["Name", name], ["Asha Rao", "9876500001"], ["Binu Nair", "9876500002"])
    assert "phone" not in feeds(match)


@pytest.mark.parametrize(
    ("header", "row", "fed"),
    [
        ("Anrede (Herr/Frau)|Nachname|Handy", "Frau|Rao|9876500001", {"titles": ["Anrede (Herr/Frau)"]}),
        ("Name|Frau/Mann|Handy", "Asha Rao|Frau|9876500001", {"phone": ["Handy"]}),
        ("Tia|Mobile", "Asha Rao|9876500001", {"phone": ["Mobile"]}),
        ("Nanny Name|Nanny Mobile", "Asha Rao|9876500001", {"phone": ["Nanny Mobile"]}),
        ("Servant Name|Servant Mobile", "Asha Rao|9876500001", {"phone": ["Servant Mobile"]}),
        ("Имя подруги|Телефон подруги", "Нина Орлова|9876500001", {"phone": ["Телефон подруги"]}),
    ],
)
def test_columns_of_whom_a_list_is_about(header: str, row: str, fed: dict[str, list[str]]) -> None:
    """Names that may be forms of address or given names close no column, and a list of servants is about them."""
    found = feeds(match_of(header.split("|"), row.split("|")))
    assert {what: found.get(what) for what in fed} == fed


def test_no_words_for_other_people_are_loaded_where_none_are_asked_for(tmp_path: Path) -> None:
    """A start does not read them: the names of columns are known from the lexicon, which has them already."""
    write_leads(tmp_path / "leads.csv", 10)
    code = "import telecmi_leads.core.other_people as words; del words.shipped_text\n"
    program = Program(tmp_path, python=("-c", f"{code}from telecmi_leads.__main__ import main; main()"))
    process = program.start("validate", "leads.csv", "--region", "IN", "--json")
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, json.loads(out)["rows"]["leads"]) == (0, 10)
