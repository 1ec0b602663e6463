"""Columns of phone cells: options, regions by row, sizes, what is explained, what is loaded."""

from __future__ import annotations

import random
import subprocess
import sys
import tracemalloc
from collections import Counter

import pytest

from telecmi_leads.core.reasons import Reason, Repair
from telecmi_leads.phones import NumberProfile, PhoneBook, is_region, region_of_dial_code
from telecmi_leads.phones.profiles import profile_of
from telecmi_leads.phones.regions import region_of_country
from telecmi_leads.phones.wrapping import Step
from telecmi_leads.settings.option_values import PhoneType
from telecmi_leads.settings.options import PhoneOptions

# --- options and regions --------------------------------------------------------------------------


def read(cell: str, region: str | None = "IN", **options: object) -> str | Reason:
    """Return a cell's number under some options, or the reason why it has none."""
    column = PhoneBook(PhoneOptions(**options)).column([cell], region)  # type: ignore[arg-type]
    return column.faults.get(0, column.numbers[0])


def test_premium_numbers_pass_where_they_are_allowed() -> None:
    """A premium-rate number is rejected as such, and passes with --allow-premium."""
    assert read("+1 900 555 1234") is Reason.PREMIUM
    assert read("+1 900 555 1234", allow_premium=True) == "19005551234"


@pytest.mark.parametrize(
    ("cell", "types", "answer"),
    [
        ("9876543210", {PhoneType.MOBILE}, "919876543210"),
        ("022 2654 3210", {PhoneType.MOBILE}, Reason.WRONG_TYPE),
        ("022 2654 3210", {PhoneType.MOBILE, PhoneType.FIXED_LINE}, "912226543210"),
        ("1800 209 1234", {PhoneType.MOBILE, PhoneType.FIXED_LINE}, Reason.WRONG_TYPE),
        ("1800 209 1234", {PhoneType.TOLL_FREE}, "9118002091234"),
        ("+1 415 555 2671", {PhoneType.MOBILE}, "14155552671"),
        ("+1 415 555 2671", {PhoneType.FIXED_LINE}, "14155552671"),
        ("+1 415 555 2671", {PhoneType.FIXED_LINE_OR_MOBILE}, "14155552671"),
        ("9876543210", {PhoneType.FIXED_LINE_OR_MOBILE}, Reason.WRONG_TYPE),
        ("022-26543210 / 9876543210", {PhoneType.FIXED_LINE}, "912226543210"),
        ("9876543210 / 1800 209 1234", {PhoneType.TOLL_FREE}, "9118002091234"),
    ],
)
def test_types_keep_what_they_name(cell: str, types: set[PhoneType], answer: str | Reason) -> None:
    """--types keeps those types; what may be a fixed line or a mobile is both; a cell's other numbers are tried."""
    assert read(cell, types=frozenset(types)) == answer


def test_the_region_of_the_row_comes_first() -> None:
    """The same digits are other numbers in other countries, row by row."""
    cells = ["07911123456"] * 4
    column = PhoneBook(PhoneOptions()).column(cells, ["GB", "IN", None, "XX"])
    assert column.numbers == ["447911123456", "917911123456", "", ""]
    assert column.faults == {2: Reason.NO_REGION, 3: Reason.NO_REGION}
    assert column.repairs == {Repair.TRUNK_PREFIX: 2}


def test_one_region_and_one_for_each_row_are_the_same() -> None:
    """A sequence that names one region throughout is read as that region, an unknown one as none."""
    book = PhoneBook(PhoneOptions())
    cells = ["9876543210", "x", "", "+44 7400 123456"]
    assert book.column(cells, ["IN"] * 4) == book.column(cells, "IN")
    assert book.column(cells, "ZZ") == book.column(cells, None)


# --- columns of any size --------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 8191, 8192, 8193, 20_000])
def test_columns_of_any_length(count: int) -> None:
    """Indices, numbers and counts are right in columns of no, of few and of many cells."""
    kinds = [
        ("9876543210", "919876543210"),
        ("+91 98765 43211", "919876543211"),
        ("bad", ""),
        ("Mob: 9876543212", "919876543212"),
    ]
    cells = [kinds[index % 4][0] for index in range(count)]
    column = PhoneBook(PhoneOptions()).column(cells, "IN")
    assert column.numbers == [kinds[index % 4][1] for index in range(count)]
    assert column.faults == dict.fromkeys(range(2, count, 4), Reason.NOT_A_NUMBER)
    assert column.repairs.get(Repair.PUNCTUATION, 0) == len(range(1, count, 4))
    assert column.repairs.get(Repair.TRAILING_WORDS, 0) == len(range(3, count, 4))


@pytest.mark.parametrize("length", [10, 14, 16, 20])
def test_memory_does_not_grow_with_the_cells(length: int) -> None:
    """Texts of which no two begin alike, as where two numbers stand in each cell, leave little behind."""
    rnd = random.Random(length)
    book = PhoneBook(PhoneOptions())

    def read(cells: int) -> None:
        book.column([str(rnd.randrange(10 ** (length - 1), 10**length)) for _ in range(cells)], "IN")

    read(3_000)
    tracemalloc.start()
    for _ in range(4):
        read(5_000)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 4_000_000


def test_separators_inside_cells_do_not_shift_the_column() -> None:
    """Control characters that a column could be joined with are cell content like any other."""
    cells = ["9876543210", "98765\x1f43211", "\x1f", "+91\x0098765\x0043212", "\n", "9876543213\x1f"]
    column = PhoneBook(PhoneOptions()).column(cells, "IN")
    assert column.numbers == ["919876543210", "919876543211", "", "919876543212", "", "919876543213"]


def test_long_cells_are_refused_without_effort() -> None:
    """A cell longer than phonenumbers reads is no number, whatever is in it."""
    cells = [
        "9" * 100_000,
        "'" * 100_000,
        " " * 300 + "9876543210",
        "9876543210",
        "(" * 500,
        "x" * 300,
        "+" * 300,
    ]
    column = PhoneBook(PhoneOptions()).column(cells, "IN")
    assert column.numbers == ["", "", "", "919876543210", "", "", ""]


# --- what is explained ----------------------------------------------------------------------------


def test_every_step_is_explained() -> None:
    """An explanation shows each repair with the text before and after it, all candidates, and what the number is."""
    told = PhoneBook(PhoneOptions()).explain("'0\u200b22-26543210/ 98765 43210 (office)", "IN")
    assert told.steps == (
        Step(
            Repair.INVISIBLE,
            "'0\u200b22-26543210/ 98765 43210 (office)",
            "'022-26543210/ 98765 43210 (office)",
        ),
        Step(Repair.LEADING_QUOTE, "'022-26543210/ 98765 43210 (office)", "022-26543210/ 98765 43210 (office)"),
        Step(Repair.TRAILING_WORDS, "022-26543210/ 98765 43210 (office)", "98765 43210"),
        Step(Repair.SEVERAL_NUMBERS, "98765 43210", "98765 43210"),
        Step(Repair.PUNCTUATION, "98765 43210", "9876543210"),
    )
    assert [(candidate.digits, candidate.number) for candidate in told.candidates] == [
        ("02226543210", "912226543210"),
        ("9876543210", "919876543210"),
    ]
    assert (told.good, told.reason, told.number, told.international) == (
        True,
        None,
        "919876543210",
        "+91 98765 43210",
    )
    assert (told.type, told.number_region, told.timezones) == (PhoneType.MOBILE, "IN", ("Asia/Calcutta",))


def test_a_refused_number_is_explained_too() -> None:
    """Where only the user's options refuse a number, the explanation still says which number it is."""
    told = PhoneBook(PhoneOptions(types=frozenset({PhoneType.MOBILE}))).explain("022 2654 3210", "IN")
    assert (told.good, told.reason, told.number, told.type) == (
        False,
        Reason.WRONG_TYPE,
        "912226543210",
        PhoneType.FIXED_LINE,
    )


def test_no_number_is_explained_by_its_reason() -> None:
    """A cell without a number has a reason and no number, region or type."""
    told = PhoneBook(PhoneOptions()).explain("98XXXXXX10", None)
    assert (told.good, told.reason, told.number, told.candidates) == (False, Reason.MASKED, "", ())
    assert (told.type, told.number_region, told.timezones) == (
        PhoneType.UNKNOWN,
        None,
        (),
    )


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("India", "IN"), ("IN", "IN"), ("in", "IN"), ("IND", "IN"), (" india ", "IN"), ("भारत", "IN"), ("Inde", "IN"),
        ("India (+91)", "IN"), ("IN - India", "IN"), ("+91", "IN"), ("91", "IN"), ("🇮🇳", "IN"), ("Deutschland", "DE"),
        ("UK", "GB"), ("U.K.", "GB"), ("United Kingdom", "GB"), ("Great Britain", "GB"), ("GBR", "GB"), ("USA", "US"),
        ("U.S.A.", "US"), ("United States of America", "US"), ("United States (US)", "US"), ("UAE", "AE"),
        ("ARE", "AE"),
        ("Côte d'Ivoire", "CI"), ("Cote d’Ivoire", "CI"), ("Ivory Coast", "CI"), ("España", "ES"), ("ESPAÑA", "ES"),
        ("Brasil", "BR"), ("中国", "CN"), ("日本", "JP"), ("Россия", "RU"), ("Russian Federation", "RU"),
        ("Türkiye", "TR"),
        ("Iran, Islamic Republic of", "IR"), ("Korea, Republic of", "KR"), ("Viet Nam", "VN"),
        ("The Netherlands", "NL"),
        ("Trinidad & Tobago", "TT"), ("Bosnia and Herzegovina", "BA"), ("Saudi Arabia", "SA"), ("KSA", "SA"),
        ("Czechia", "CZ"), ("Hong Kong SAR", "HK"), ("Kosovo", "XK"), ("Canada (+1)", "CA"), ("Bahamas", "BS"),
        ("U.S.", "US"), ("N.Z.", "NZ"), ("S.A.", None), ("L.A.", None), ("I.N.", None),
        ("Atlantis", None), ("", None), ("?", None), ("Mumbai", None), ("X", None), ("12345678901234", None),
    ],
)  # fmt: skip
def test_countries_by_name_and_code(text: str, region: str | None) -> None:
    """Countries are known by ISO codes, names in many languages, short forms, flags and dial codes."""
    assert region_of_country(text) == region


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("91", "IN"), ("+91", "IN"), ("0091", "IN"), ("91.0", "IN"), ("India (+91)", "IN"), ("IN +91", "IN"),
        ("(91)", "IN"),
        ("1", "US"), ("+1", "US"), ("Canada (+1)", "CA"), ("+1-242", "BS"), ("1684", "AS"), ("44", "GB"), ("971", "AE"),
        ("९१", "IN"), ("7", "RU"), ("", None), ("India", None), ("999", None), ("+800", None), ("0", None),
        ("9876543210", None),
    ],
)  # fmt: skip
def test_dial_codes(text: str, region: str | None) -> None:
    """Dial codes name their main region; a country beside the code decides among those that share it."""
    assert region_of_dial_code(text) == region


# --- what a number tells --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("digits", "region", "kind", "zones"),
    [
        ("919876543210", "IN", PhoneType.MOBILE, ("Asia/Calcutta",)),
        ("12423591234", "BS", PhoneType.MOBILE, None),
        ("447400123456", "GB", PhoneType.MOBILE, None),
        ("14155552671", "US", PhoneType.FIXED_LINE_OR_MOBILE, ("America/Los_Angeles",)),
        ("80012340000", None, PhoneType.TOLL_FREE, ()),
        ("919999999999", "IN", PhoneType.MOBILE, ("Asia/Calcutta",)),
    ],
)
def test_what_a_number_tells(digits: str, region: str | None, kind: PhoneType, zones: tuple[str, ...] | None) -> None:
    """A good number tells its region, type and time zones, as the virtual columns of --split-by need them."""
    book = PhoneBook(PhoneOptions(allow_premium=True))
    column = book.column([f"+{digits}"], None)
    read = [] if column.faults else book.profiles(column.numbers, column.rulings)
    for profile in (profile_of(digits), *read):
        assert (profile.region, profile.type) == (region, kind)
        assert zones is None or profile.timezones == zones


def test_profiles_that_tell_the_same_are_one() -> None:
    """Numbers that tell the same have one profile, so that a million leads are counted by a handful of objects."""
    book = PhoneBook(PhoneOptions())
    column = book.column(
        ["9876543210", "+91 91234 56789", "p:+91 8123456789", "+447400123456", "call 9123456780"], "IN"
    )
    profiles = book.profiles(column.numbers, column.rulings)
    assert [type(profile) for profile in profiles] == [NumberProfile] * 5
    assert len({*profiles[:3], profiles[4]}) == 1
    assert profiles[3] is not profiles[0]


def test_profiles_are_counted_as_they_are_told() -> None:
    """Numbers are counted by their profiles in order of the first, also where the digits alone tell the time zone."""
    book = PhoneBook(PhoneOptions())
    indian = ["9876543210", "+447400123456", "9123456789"]
    for cells in (indian, [*indian, "+14155552671", "+12125550123", "+14155552672"]):
        column = book.column(cells, "IN")
        told = Counter(book.profiles(column.numbers, column.rulings))
        assert list(book.profiles_counted(column.numbers, column.rulings).items()) == list(told.items())
        assert told.total() == len(cells)


def test_regions_are_those_of_phonenumbers() -> None:
    """A region is two capital letters that phonenumbers has numbers for."""
    assert [is_region(code) for code in ("IN", "GB", "AC", "in", "ZZ", "001", "AQ", "")] == [
        True,
        True,
        True,
        *[False] * 5,
    ]


# --- what is loaded -------------------------------------------------------------------------------


def test_importing_loads_no_metadata() -> None:
    """Importing the package loads the metadata of no region, and none of the large tables."""
    code = (
        "import sys, telecmi_leads.phones\n"
        "heavy = ('data.region_', 'geodata', 'carrierdata', 'tzdata', 'shortdata.region_', 'geocoder')\n"
        "print([name for name in sys.modules if name.startswith(tuple('phonenumbers.' + part for part in heavy))])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("[]\n", "")


def test_an_explanation_loads_no_geocoder() -> None:
    """What is not shown is not looked up: the tables of places and carriers, 126 MB, stay on the disk."""
    code = (
        "import sys\n"
        "from telecmi_leads.phones import PhoneBook\n"
        "from telecmi_leads.settings.options import PhoneOptions\n"
        "assert PhoneBook(PhoneOptions()).explain('022 2654 3210', 'IN').number == '912226543210'\n"
        "heavy = ('geodata', 'carrierdata', 'geocoder', 'carrier')\n"
        "print([name for name in sys.modules if name.startswith(tuple('phonenumbers.' + part for part in heavy))])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("[]\n", "")


def test_a_metadata_update_changes_our_verdict() -> None:
    """Verdicts come from the metadata that is there at run time: where it says otherwise, so do we."""
    code = (
        "from phonenumbers import PhoneMetadata\n"
        "metadata = PhoneMetadata.metadata_for_region('IN')\n"
        "for part in (metadata, metadata.general_desc, metadata.mobile):\n"
        "    part._mutable = True\n"
        "metadata.mobile.national_number_pattern = '98765\\\\d{5}|12\\\\d{8}'\n"
        "metadata.general_desc.national_number_pattern = '\\\\d{10}'\n"
        "from telecmi_leads.settings.options import PhoneOptions\n"
        "from telecmi_leads.phones import PhoneBook\n"
        "column = PhoneBook(PhoneOptions()).column(['9876543210', '9776543210', '1265432109'] * 2, 'IN')\n"
        "print(column.numbers[:3], column.faults[1].name)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "['919876543210', '', '911265432109'] NOT_VALID\n"
