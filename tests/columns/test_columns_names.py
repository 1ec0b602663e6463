"""What a column's name says, taken alone."""

from __future__ import annotations

import json
from itertools import chain

import make_lexicon
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from places import PACKAGE, TESTS

from telecmi_leads.columns import Rule
from telecmi_leads.columns.header_meaning import may_title_a_group, read_name
from telecmi_leads.columns.lexicon import LONGEST_PHRASE, lexicon, plain, plain_column, words
from telecmi_leads.columns.meanings import Head, Modifier, Never

LEADFILES = TESTS / "leadfiles"
SYNONYMS = LEADFILES / "header-synonyms.json"
NAMES: dict[str, list[str]] = json.loads((LEADFILES / "names.json").read_text(encoding="utf-8"))
"""Names as files have them, by what they are to be read as: `never` is somebody else's, `none` says nothing."""
LEXICON = PACKAGE / "columns" / "lexicon.json"

# What each of the file's fields may be read as: "Name" is a surname beside a first name, "Mobile" a kind of phone.
READ_AS = {
    "firstname": {"firstname", "name"},
    "lastname": {"lastname", "name"},
    "fullname": {"fullname", "name", "personname", "displayname", "leadname"},
    "phone": {"phone", "mobile", "whatsapp", "landline", "place_phone"},
    "address": {"address", "street"},
    "city": {"city", "locality"},
}
# Not told by their names alone: a country or a calling code, a serial number, the Turkish word for a name.
NOT_BY_NAME = {"country_code (VICIdial ISO3)", "ad"}


def synonyms() -> list[tuple[str, str]]:
    """Return the known names, each with its field."""
    fields = json.loads(SYNONYMS.read_text(encoding="utf-8"))
    return [
        (field, name)
        for field, languages in fields.items()
        if not field.startswith("_") and field != "order_index"
        for language, names in languages.items()
        if not language.startswith("_")
        for name in names
        if name not in NOT_BY_NAME
    ]


@pytest.mark.parametrize(("field", "name"), synonyms())
def test_every_known_name_is_known(field: str, name: str) -> None:
    """Each name of the collected synonyms is read as its field, whatever its case and punctuation."""
    for spelling in (
        name,
        name.upper(),
        name.title(),
        f" {name.replace(' ', '_')}*",
        name.replace(" ", "  "),
    ):
        reading = read_name(spelling)
        assert reading.head in READ_AS.get(field, {field}), spelling
        assert reading.rule in {Rule.EXACT, Rule.WORDS}


@pytest.mark.parametrize("name", ["Order", "Priority", "Rank", "S.No.", "Sr. No", "Serial No.", "Sl.No", "क्र.सं."])
def test_serial_numbers_never_become_the_order(name: str) -> None:
    """Columns of serial numbers are left to the user."""
    assert read_name(name).rule is Rule.SERIAL


@pytest.mark.parametrize(
    ("head", "name"),
    [(head, name) for head, names in NAMES.items() if head not in {"never", "none"} for name in names],
)
def test_names_of_many_kinds(head: str, name: str) -> None:
    """Vendors' prefixes, JSON paths, questions, compounds and many languages are read for what they say."""
    assert read_name(name).head == head


@pytest.mark.parametrize("name", NAMES["never"])
def test_columns_of_others_are_never_the_leads(name: str) -> None:
    """Other people, lines that reach nobody, flags, forms of names and things are told by a word of their name."""
    reading = read_name(name)
    assert reading.head is None
    assert reading.rule in {Rule.OTHER_PERSON, Rule.OTHER_LINE, Rule.FLAG, Rule.OTHER_NAME, Rule.OTHER_THING}
    assert reading.word


@pytest.mark.parametrize("name", NAMES["none"])
def test_what_is_not_understood_is_not_taken(name: str) -> None:
    """A known word inside another one says nothing; events, numbers of customers, cities of wishes are no lead's."""
    assert read_name(name).head is None


@pytest.mark.parametrize(
    ("name", "ordinal", "group"),
    [
        ("Phone", 1, 1),
        ("Phone 2", 2, 1),
        ("Mob2", 2, 1),
        ("Home Street 2", 2, 1),
        ("Address Line 3", 3, 1),
        ("Default Address Address2", 2, 1),
        ("Address 2 - City", 1, 2),
        ("Address 1: Street 2", 2, 1),
        ("Address 2: Street 3", 3, 2),
        ("Address 2 - Formatted", 1, 2),
        ("Contact 2 Phone", 1, 2),
        ("tel-123", 1, 1),
        ("Mobile (10 digits)", 1, 1),
    ],
)
def test_numbers_in_names(name: str, ordinal: int, group: int) -> None:
    """A number counts the columns of a kind, or the addresses and persons that columns belong to."""
    reading = read_name(name)
    assert (reading.ordinal, reading.group) == (ordinal, group)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("PhoneNumber", ("phone", "number")),
        ("phone_number", ("phone", "number")),
        ("E-Mail 1 - Value", ("email", "1", "value")),
        ("WhatsAppNo", ("whatsapp", "no")),
        ("IDNumber", ("id", "number")),
        ("Prénom", ("prenom",)),
        ("Straße", ("strasse",)),
        ("İsim", ("isim",)),
        ("फ़ोन नंबर", ("फोन", "नंबर")),
        ("رقم الهاتف", ("رقم", "هاتف")),
        ("मोबाइल २", ("मोबाइल", "2")),
        ("\uff54\uff45\uff4c\uff0e\uff10\uff11", ("tel", "1")),
        ("\u200bName\ufeff", ("name",)),
        ("N° de tél.", ("no", "de", "tel")),
        ("!!!", ()),
    ],
)
def test_words_of_names(name: str, expected: tuple[str, ...]) -> None:
    """Case, accents, punctuation, camels, scripts' digits and invisible characters are folded."""
    assert words(name) == expected


def test_the_lexicon_is_folded_and_unambiguous() -> None:
    """Every phrase stands in the file as it is looked up, and means one thing."""
    data = json.loads(LEXICON.read_text(encoding="utf-8"))
    meanings: dict[tuple[str, ...], set[str]] = {}
    for section in ("heads", "modifiers", "never"):
        for group, languages in data[section].items():
            for phrase in (phrase for phrases in languages.values() for phrase in phrases):
                assert " ".join(words(phrase)) == phrase != ""
                meanings.setdefault(words(phrase), set()).add(group)
    assert {phrase: groups for phrase, groups in meanings.items() if len(groups) > 1} == {}
    assert max(map(len, meanings)) <= LONGEST_PHRASE


def test_words_by_which_strangers_are_known_are_asked_for() -> None:
    """A word that is no person stands alone and has no other meaning; what says whose something is stands whole."""
    data = json.loads(LEXICON.read_text(encoding="utf-8"))["strangers"]
    ends, things, of, whose = (list(chain(*data[part].values())) for part in ("ends", "things", "of", "whose"))
    for phrase in (*ends, *things, *of, *whose):
        assert " ".join(words(phrase)) == phrase != ""
    segments = {phrase: lexicon().segments(phrase.split()) for phrase in (*things, *of, *whose)}
    assert [thing for thing in things if [each.meaning for each in segments[thing]] != [None]] == []
    assert [phrase for phrase in (*of, *whose) if len(segments[phrase]) != 1] == []


def test_the_lexicon_that_is_read_is_the_one_that_is_written() -> None:
    """lexicon.txt is made of lexicon.json as it is, and each phrase is found in it, with and without its blanks."""
    data = json.loads(LEXICON.read_text(encoding="utf-8"))
    assert LEXICON.with_suffix(".txt").read_text(encoding="utf-8") == make_lexicon.text()
    phrases = lexicon().phrases
    for section, kind in (("heads", Head), ("modifiers", Modifier), ("never", Never)):
        for group, languages in data[section].items():
            for phrase in chain.from_iterable(languages.values()):
                assert phrases.get(phrase) is kind(group)
                assert section != "heads" or phrases.spaceless(phrase.replace(" ", "")) is not None
    assert [phrases.get(text) for text in ("", "m", "mobil", "mobile=", "|", "zzz")] == [
        None,
        None,
        Head.MOBILE,
        *[None] * 3,
    ]


def test_groups_of_columns() -> None:
    """A group's name has known words only."""
    assert all(map(may_title_a_group, ["Student", "Father", "Contact details", "Address"]))
    assert not any(map(may_title_a_group, ["Report of March", "", "Asha Menon"]))


@settings(deadline=None)
@given(st.text(max_size=600))
def test_any_text_is_read(name: str) -> None:
    """No name is too odd to be read, and reading it folded says the same words."""
    read_name(name)
    assert words(plain(name)) == words(plain(plain(name)))


@given(st.lists(st.text(max_size=6) | st.text("aB \x1f\n-é٣", max_size=6) | st.just("Ab-" * 150), max_size=6))
def test_a_column_is_folded_as_its_cells_are(names: list[str]) -> None:
    """Folding many texts at once is folding each."""
    assert plain_column(names) == list(map(plain, names))


@settings(deadline=None)
@given(
    st.sampled_from(["Dealer", "Father's", "Receiver", "Agent", "Campaign"]),
    st.sampled_from(NAMES["phone"]),
)
def test_a_never_word_beats_every_phone(other: str, name: str) -> None:
    """Whatever a phone column is called, a word for somebody else in front of it makes it theirs."""
    assert read_name(f"{other} {name}").head is None
