"""Foreign text: cleaned, shown, defused."""

from __future__ import annotations

import base64
import json
import re
import time
import unicodedata
from itertools import product
from typing import Literal
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecmi_leads.core.block_columns import Columns, clean_column
from telecmi_leads.core.formulas import defuse, may_run, restore
from telecmi_leads.core.masking import hide_secret, mask_phone, mask_text
from telecmi_leads.core.number_in_text import holds_number, without_number
from telecmi_leads.core.patterns import any_of
from telecmi_leads.core.text import AnyForm, clean, fold_name, normalized, safe

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


# Marks of several classes, some that decompose into two, letters that become marks, letters with marks of their own.
MARKS = "\u0301\u0323\u0316\u0345\u0344\u0f73\u0f71\u0f74\u093c\u05b0\u3099\uff9e\uff9f\u20d7\U0001d165"
FORMS: tuple[AnyForm, ...] = ("NFC", "NFD", "NFKC", "NFKD")


@given(
    st.lists(st.text(MARKS, min_size=60, max_size=90) | st.text("aé각ｶﬀ\u1100 \udc80", max_size=5), max_size=5),
    st.sampled_from(FORMS),
)
def test_long_runs_of_marks_are_normalised_as_python_does(parts: list[str], form: AnyForm) -> None:
    """(Row 53) What is put into order beforehand comes out as without that, in every form."""
    text = "".join(parts)
    assert normalized(text, form) == unicodedata.normalize(form, text)


@pytest.mark.parametrize("marks", ["\u0301\u0323", "\u0f73", "\uff9e\u0301", "\U0001d165\u0323"])
def test_a_million_marks_in_disorder_take_a_time_that_grows_with_their_number(marks: str) -> None:
    """(Row 53) Cell, name, server's words: ten times as many marks take some ten times as long, not a hundred."""

    def seconds(number: int) -> float:
        text = "A" + marks * number
        began = time.process_time()
        for use in (clean, fold_name, safe):
            use(text)
        hide_secret(text, "s3cret-of-mine")
        holds_number(text, "9876500001")
        return time.process_time() - began

    assert seconds(50_000) < 40 * max(seconds(5_000), 0.02)


@given(ANY_TEXT, st.sampled_from(["NFC", "NFKC"]))
def test_clean_text_stays_as_it_is(text: str, form: Literal["NFC", "NFKC"]) -> None:
    """What was cleaned once is normalised, also where characters between a letter and its accent went."""
    cleaned = clean(text, form=form)
    assert clean(cleaned, form=form) == cleaned


@given(st.lists(ANY_TEXT, max_size=8))
def test_a_column_is_cleaned_as_its_cells_are(cells: list[str]) -> None:
    """The scan over a whole column never lets a cell through that cleaning would change."""
    assert list(clean_column(cells)) == [clean(cell) for cell in cells]


def test_every_small_column_is_cleaned_as_its_cells_are() -> None:
    """Blanks and control characters are seen at each end of a cell, beside empty cells, and beside what joins them."""
    texts = ["".join(chars) for length in range(4) for chars in product(" ^a\t", repeat=length)]
    columns = [
        *([text] for text in texts),
        *product(texts[:21], repeat=2),
        *product(["", " ", "a b", "a", "^"], repeat=3),
    ]
    for cells in columns:
        assert list(clean_column(cells)) == [clean(cell) for cell in cells], cells
        assert not Columns([cells]).filled(0) or all(map(clean, cells)), cells


def test_a_whole_column_is_looked_at_for_each_form() -> None:
    """A column that is clean in one form need not be in another; one with a blank cell, or without any, is not full."""
    columns = Columns([["ﬁne day", "b"], ["A", "B"], ["a", ""], [], ["", "a"], ["é", "\u00a0"]])
    assert [columns.clean(0, form) for form in ("NFC", "NFKC", "NFC")] == [True, False, True]
    assert [columns.filled(at) for at in range(len(columns))] == [True, True, False, False, False, False]
    assert [columns.lower(1), columns.joined(1), columns.lower(1)] == ["a^b", "A^B", "a^b"]


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


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@given(ANY_TEXT | st.text("=+-@\t\r\n,;|'\" a\x00\u200b\uff1d"))
def test_no_cell_is_a_formula_under_another_delimiter(delimiter: str, cell: str) -> None:
    """(Row 59) A cell that is split at another delimiter gives none that a spreadsheet runs, and is restored whole."""
    defused = defuse(cell)
    assert restore(defused) == cell
    for line in re.split(r"[\r\n]", defused):
        for part in line.split(delimiter):
            seen = part.lstrip('"\x00\u200b\t \x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0')
            assert not seen.startswith(("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")), defused


@given(st.lists(st.text("aé.", max_size=4), max_size=8), st.text("aé.", max_size=12))
def test_any_of_many_words_finds_what_their_list_finds(words: list[str], text: str) -> None:
    """The longest word is found at each place, as in a list of the words from the longest to the shortest."""
    listed = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    assert re.findall(any_of(words), text) == re.findall(f"(?:{listed})", text)


@given(st.lists(ANY_TEXT | st.text("=+-@\t\r\n,'\" aé\u200b\uff1d", max_size=3), max_size=4))
def test_a_column_that_holds_no_formula_is_left_as_it_is(cells: list[str]) -> None:
    """(Row 59) A column is passed over only where none of its cells would be defused."""
    assert may_run(cells) or list(map(defuse, cells)) == cells


def test_most_columns_hold_no_formula() -> None:
    """Signs within a cell are told from those that begin one: addresses, dates and names need no second look."""
    assert not may_run(["asha@example.com", "2026-03-01", "Anne-Marie", "São Paulo-SP", "", "it's 5+1"])


@pytest.mark.parametrize(
    "before", [*"\u034f\u115f\u17b4\u180b\u2800\u3164\ufe0f\uffa0\ufff9\U0001d173\U000e0020", "\x00\u3164"]
)
def test_a_sign_behind_what_is_not_seen_is_defused(before: str) -> None:
    """(Row 59) A character without a shape before the sign, alone and behind a delimiter: an apostrophe goes there."""
    assert defuse(f"{before}=1") == f"'{before}=1"
    assert defuse(f"Asha,{before}=6*7,") == f"Asha,'{before}=6*7,"
    assert restore(defuse(f"Asha,{before}=6*7,")) == f"Asha,{before}=6*7,"


def test_defusing_takes_linear_time() -> None:
    """Cells of nothing but delimiters, apostrophes, signs or blanks are defused in a moment, at any length."""
    for piece in (",\t", "'", "=", ",=", "\t", " ' ", "\u200b"):
        took = []
        for size in (50_000, 200_000):
            begun = time.process_time()
            restore(defuse(piece * size))
            took.append(time.process_time() - begun)
        assert took[1] < max(took[0] * 16, 0.5), piece


# --- the secret -----------------------------------------------------------------------------------


SECRET = "Kanarienvögel-4711/é"  # noqa: S105 - invented
DISGUISES = {
    "as it is": SECRET,
    "in capitals": SECRET.upper(),
    "zero-width": "\u200b".join(SECRET),
    "decomposed": unicodedata.normalize("NFD", SECRET),
    "full-width": "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in SECRET),
    "no-break spaces": "\xa0".join(SECRET),
    "line breaks": "\r\n".join(SECRET),
    "dashes": "-".join(SECRET),
    "percent": "".join(f"%{byte:02X}" for byte in SECRET.encode()),
    "percent twice": "".join(f"%25{byte:02x}" for byte in SECRET.encode()),
    "quoted": quote(SECRET, safe=""),
    "JSON": json.dumps(SECRET),
    "JSON, every character": "".join(f"\\u{ord(c):04X}" for c in SECRET),
    "JSON twice": json.dumps(json.dumps(SECRET)),
    "JSON with \\/": SECRET.replace("/", "\\/"),
    "bytes": "".join(f"\\x{byte:02x}" for byte in SECRET.encode("latin-1")),
    "bytes of UTF-8": "".join(f"\\x{byte:02x}" for byte in SECRET.encode()),
    "bytes as numbers": " ".join(f"0x{byte:02x}" for byte in SECRET.encode()),
    "percent, Latin-1": "".join(f"%{byte:02x}" for byte in SECRET.encode("latin-1")),
    "HTML without semicolons": " ".join(f"&#{ord(c)}" for c in SECRET),
    "HTML decimal": "".join(f"&#{ord(c)};" for c in SECRET),
    "HTML hex": "".join(f"&#x{ord(c):x};" for c in SECRET),
    "HTML names": SECRET.replace("ö", "&ouml;").replace("é", "&amp;eacute;"),
    "hex": SECRET.encode().hex(),
    "hex with colons": SECRET.encode().hex(":").upper(),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64 in a basic header": base64.b64encode(f"u:{SECRET}".encode()).decode(),
    "base64 in JSON": base64.b64encode(json.dumps({"secret": SECRET}, ensure_ascii=False).encode()).decode(),
    "base64 for URLs": base64.urlsafe_b64encode(f"a{SECRET}?".encode()).decode(),
    "cut off": SECRET[:-3],
    "cut in the middle of words": f"{SECRET[:14]}... is wrong",
    "Hangul fillers": "\u3164".join(SECRET),
    "vertical tabs": "\x0b".join(SECRET),
    "line separators": "\u2028".join(SECRET),
    "variation selectors": "\ufe0f".join(SECRET),
    "tags": "<wbr>".join(SECRET),
    "tags around each": "".join(f"<b>{each}</b>" for each in SECRET),
    "colours": "\x1b[31m".join(SECRET),
    "digits of another script": SECRET.translate({ord("0") + digit: 0x660 + digit for digit in range(10)}),
    "entities with long names": "&ZeroWidthSpace;".join(SECRET),
    "entities with zeros": "".join(f"&#{ord(c):012d};" for c in SECRET),
    "escape of old browsers": "".join(f"%u{ord(c):04x}" for c in SECRET),
    "CSS": "".join(f"\\{ord(c):06x}" for c in SECRET),
    "octal": "".join(f"\\{byte:03o}" for byte in SECRET.encode()),
    "numbers of bytes": str(list(SECRET.encode())),
    "code points": " ".join(f"U+{ord(c):04X}" for c in SECRET),
    "mail": "".join(f"={byte:02X}" for byte in SECRET.encode()),
    "mail, lines": "=\r\n".join(SECRET),
    "UTF-8 read as Latin-1": SECRET.encode().decode("latin-1"),
    "UTF-8 read as Windows-1252": SECRET.encode().decode("cp1252"),
    "question marks": SECRET.encode("ascii", "replace").decode(),
    "hex of UTF-16": SECRET.encode("utf-16-le").hex(" "),
    "hex of Latin-1": SECRET.encode("latin-1").hex(),
    "hex of capitals": SECRET.upper().encode().hex(),
    "hex of hex": SECRET.encode().hex().encode().hex(),
    "hex of base64": base64.b64encode(SECRET.encode()).hex(),
    "base32": base64.b32encode(SECRET.encode()).decode(),
    "base32 in another text": base64.b32encode(f"u:{SECRET}".encode()).decode(),
    "base64 of base64": base64.b64encode(base64.b64encode(SECRET.encode())).decode(),
    "base64 of percent": base64.b64encode(quote(SECRET).encode()).decode(),
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_the_secret_is_hidden_in_any_disguise(disguise: str) -> None:
    """(Row 58) Whatever a server makes of the secret, nothing of it is left, and the words around it stay."""
    written = DISGUISES[disguise]
    hidden = hide_secret(f"Wrong key {written}", SECRET)
    assert hidden.startswith("Wrong key ")
    assert "•••" in hidden
    left = "".join(filter(str.isalnum, hidden.removeprefix("Wrong key "))).lower()
    assert len(left) <= 24 if "base" in disguise else left in {"", "amp", "bb", "iswrong"}
    assert "kanarien" not in hidden.lower()


def test_an_escape_ends_where_it_ends() -> None:
    """(Row 58) What follows an escape of four or eight digits may look like more of it, and is the secret's."""
    for secret, written in (
        ("222222ä223", "222222\\u00e4223"),
        ("222222ä223", "222222\\u{e4}223"),
        ("ab\U0001f511cdef12", "ab\\U0001f511cdef12"),
    ):
        assert hide_secret(f"key {written} no", secret) == "key ••• no"


@given(ANY_TEXT)
def test_words_without_the_secret_stay(text: str) -> None:
    """(Row 58) What holds no secret is told as it is."""
    assert hide_secret(text, "never-in-here-4711") == text


@pytest.mark.parametrize(
    ("written", "shown"),
    [("key a1b2c wrong", "key ••• wrong"), ("key=%61%31%62%32%63", "key=•••"), ("A1B2C", "•••"), ("xa1b2c", "xa1b2c")],
)
def test_a_short_secret_is_hidden_as_a_word(written: str, shown: str) -> None:
    """(Row 58) Of a secret of less than six characters only whole words are hidden: it stands in others by chance."""
    assert hide_secret(written, "a1b2c") == shown


def test_what_looks_like_an_escape_may_be_the_secrets_own() -> None:
    """(Row 58) A secret that holds signs of one kind of escape is found behind another kind."""
    for secret, written in (
        ("222222%22ä", "222222%22\\u00e4"),
        ("k=3Dq/abc", "k=3Dq%2Fabc"),
        ("x&lt;y\\u0041z<9", "x&lt;y\\u0041z&lt;9"),
        ("süß€𝒳漢字99", json.dumps("süß€𝒳漢字99")),
        ("istanbul-ı9x", "ISTANBUL-I9X"),
        ("x" * 300 + "tail", "x" * 300 + "tail"),
    ):
        assert hide_secret(f"key {written}", secret).strip('"') in {"key •••", 'key "•••'}


def test_the_words_around_the_secret_stay() -> None:
    """(Row 58) Words that share a few letters with the secret are no part of it, and it is hidden as often as it is."""
    assert hide_secret("The key is Kanari, no Kanarienhahn", SECRET) == "The key is Kanari, no •••hahn"
    assert hide_secret(f"{SECRET} is not {SECRET}!", SECRET) == "••• is not •••!"


def test_a_long_answer_is_searched_in_linear_time() -> None:
    """16 KiB of escapes, of the secret's beginnings or of one letter are searched in a moment."""
    pieces = ("%25", "0x41 ", "\\x41", "0x4", "\\u00", "&amp;", "\\", "K", "Kanarien", "%4", "&#1", "1 ", "=41", "&#0")
    for piece in (*pieces, "12,", "<b>", "<", "\x1b[", "\\163", "\\0000", "%u00", "=\n", "\\ud835", "U+41 ", "&a"):
        begun = time.process_time()
        hide_secret(piece * (16_384 // len(piece)), SECRET)
        assert time.process_time() - begun < 3, piece


# --- phone numbers --------------------------------------------------------------------------------


def test_phones_are_masked_in_the_middle() -> None:
    """A screen shows four leading and three trailing digits."""
    assert [mask_phone("919876543210"), mask_phone("12345678"), mask_phone("1")] == ["9198•••••210", "12••••••", "1"]


@pytest.mark.parametrize(
    "written",
    [
        "98765<!-- -->43210",
        "98765\x1b[0m43210",
        "98765\\x1b[0m43210",
        "".join(chr(0x2473 + int(digit)) for digit in "987651234"),
        "".join(chr(0x24F4 + int(digit)) for digit in "987651234"),
        "".join(chr(0x1368 + int(digit)) for digit in "987651234"),
        "".join(chr(0x1F101 + int(digit)) for digit in "987651234"),
    ],
)
def test_a_number_in_rare_digits_or_with_colours_is_masked(written: str) -> None:
    """(Row 58) Digits in brackets and of scripts without a decimal system, colours and comments between the digits."""
    masked = mask_text(f"Duplicate {written} exists")
    assert masked.count("•") in {2, 3, 4}
    assert masked.endswith(" exists")


def test_the_sample_of_categories_is_whole() -> None:
    """The strategy above reaches every kind of character that matters: controls, formats, surrogates."""
    assert {unicodedata.category(c) for c in "\x00\u202e\ud800\u0301a "} == {"Cc", "Cf", "Cs", "Mn", "Ll", "Zs"}


@pytest.mark.parametrize("written", ["9.87651234E9", "98765123.4e+2", "+91 98765 12340", "987651234E1"])
def test_a_number_with_an_exponent_is_found(written: str) -> None:
    """(Row 57) What a spreadsheet wrote with an exponent is the number that the reader makes of it."""
    assert holds_number(f"call {written} now", "9876512340")
    assert not holds_number(written, "9876512399")
    assert without_number(f"call {written} now", "9876512340", "X") == "call X now"
