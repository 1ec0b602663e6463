"""Foreign text: cleaned, shown, defused."""

from __future__ import annotations

import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecmi_leads.core.text import clean, clean_column, defuse, mask_phone, restore, safe

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("  Asha   Menon ", "Asha Menon"),
        ("line one\r\nline two", "line one line two"),
        ("caf\u0065\u0301", "caf\u00e9"),
        ("a\u00a0b\u200bc\ufeff", "a bc"),
        ("\x00bell\x07", "bell"),
        ("क्\u200dष", "क्\u200dष"),
        ("cafe\uffff\u0301", "caf\u00e9"),
    ],
)
def test_clean_gives_text_fit_for_the_request(raw: str, cleaned: str) -> None:
    """Control and invisible characters go, spaces fold, letters compose, joiners that words need stay."""
    assert clean(raw) == cleaned


@given(ANY_TEXT, st.sampled_from(["NFC", "NFKC"]))
def test_clean_text_stays_as_it_is(text: str, form: Literal["NFC", "NFKC"]) -> None:
    """What was cleaned once is normalised, also where characters between a letter and its accent went."""
    cleaned = clean(text, form=form)
    assert clean(cleaned, form=form) == cleaned


@given(st.lists(ANY_TEXT, max_size=8))
def test_a_column_is_cleaned_as_its_cells_are(cells: list[str]) -> None:
    """The scan over a whole column never lets a cell through that cleaning would change."""
    assert list(clean_column(cells)) == [clean(cell) for cell in cells]


@given(ANY_TEXT)
def test_safe_text_is_one_harmless_line(text: str) -> None:
    """Nothing that moves a cursor, changes direction or writes twice gets through, and the length is bounded."""
    shown = safe(text, 50)
    assert len(shown) <= 50
    assert all(char.isprintable() or char in "\u200c\u200d" for char in shown)


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x1b]52;c;aGk=\x07", "\\x1b]52;c;aGk=\\x07"),
        ("\x9b1m", "\\x9b1m"),
        ("evil\u202egpj.exe", "evil\\u202egpj.exe"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("[red]x[/red] :smile:", "[red]x[/red] :smile:"),
    ],
)
def test_hostile_text_is_shown_as_what_it_is(hostile: str, shown: str) -> None:
    """(Row 32) Escape sequences and direction overrides are spelled out; markup is left to who would read it."""
    assert safe(hostile) == shown


def test_a_million_combining_marks_are_cut() -> None:
    """(Row 32) Marks that pile up over a line above are cut to a few."""
    assert len(safe("x" + "\u0301" * 1_000_000)) < 20


@given(ANY_TEXT)
def test_defused_cells_read_back_the_same(cell: str) -> None:
    """(Row 33) What is written for a spreadsheet is restored exactly, apostrophes of its own included."""
    assert restore(defuse(cell)) == cell


@pytest.mark.parametrize("cell", ["=1+1", "+91", "-1", "@SUM(A1)", "\tx", "\rx", "\uff1d1", "'=1"])
def test_no_defused_cell_starts_like_a_formula(cell: str) -> None:
    """(Row 33) Everything a spreadsheet might run starts with an apostrophe afterwards."""
    assert defuse(cell) == "'" + cell


def test_phones_are_masked_in_the_middle() -> None:
    """A screen shows four leading and three trailing digits."""
    assert [mask_phone("919876543210"), mask_phone("12345678"), mask_phone("1")] == ["9198•••••210", "12••••••", "1"]


def test_the_sample_of_categories_is_whole() -> None:
    """The strategy above reaches every kind of character that matters: controls, formats, surrogates."""
    assert {unicodedata.category(c) for c in "\x00\u202e\ud800\u0301a "} == {"Cc", "Cf", "Cs", "Mn", "Ll", "Zs"}
