"""Numbers beside a dial-code column: a number that holds its code already never gets it twice."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

import phonenumbers
import pytest
from inside import Inside
from phonenumbers import PhoneNumberType
from program import phones

from telecmi_leads.columns import ColumnMatch
from telecmi_leads.columns.column_match import ColumnChoice
from telecmi_leads.columns.reading import Rule
from telecmi_leads.core.lead import Field
from telecmi_leads.core.reasons import Reason
from telecmi_leads.leads.row_numbers import Grid, RowNumbers, find_numbers
from telecmi_leads.phones import PhoneBook
from telecmi_leads.settings.options import PhoneOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telecmi_leads.sandbox import Sandbox

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
TYPES = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE)
TWOFOLD = "49221123456"
"""+49 221 123456, and in Germany +49 4922 1123456."""


def random_numbers(dice: random.Random, region: str, kind: int, count: int) -> Iterator[phonenumbers.PhoneNumber]:
    """Yield valid numbers of a region and type, all digits but the first two random."""
    example = phonenumbers.example_number_for_type(region, kind)
    if example is None:
        return
    digits = phonenumbers.national_significant_number(example)
    for _ in range(count * 30):
        if count == 0:
            return
        text = digits[:2] + "".join(dice.choice("0123456789") for _ in digits[2:])
        number = phonenumbers.PhoneNumber(
            country_code=example.country_code, national_number=int(text), italian_leading_zero=text[0] == "0" or None
        )
        if phonenumbers.is_valid_number_for_region(number, region):
            count -= 1
            yield number


def joined(number: phonenumbers.PhoneNumber) -> str:
    """Return a number's E.164 digits."""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).lstrip("+")


def beside_codes(rows: list[list[str]], region: str | None = None, header: tuple[str, ...] = ()) -> RowNumbers:
    """Read rows of a phone and its dial code."""
    names = header or ("Phone", "Dial code")
    choices = tuple(ColumnChoice(index, name, None, Rule.UNKNOWN) for index, name in enumerate(names))
    match = ColumnMatch(phones=(0,), sources={Field.DIALCODE: (1,)}, choices=choices)
    return find_numbers(Grid(rows, len(names)), match, PhoneBook(PhoneOptions()), region)


# --- refused.csv ----------------------------------------------------------------------------------


def saved_again(text: str) -> str:
    """Return refused.csv as a spreadsheet saves it that takes the numbers for numbers: no plus, no apostrophe."""
    return text.replace("'+", "")


@pytest.mark.parametrize("saved", [str, saved_again], ids=["as it is", "without its plus"])
def test_refused_numbers_of_all_regions_go_round(tmp_path: Path, sandbox: Sandbox, saved: type[str]) -> None:
    """refused.csv, uploaded again without a change, gives the very numbers that were refused, of whatever country."""
    dice = random.Random(31)
    numbers = {
        joined(number) for region in REGIONS for kind in TYPES for number in random_numbers(dice, region, kind, 2)
    }
    numbers |= {TWOFOLD, "497112034567", "62361751234", "468123456"}
    rows = [f"A{at},+{number}" for at, number in enumerate(sorted(numbers))]
    (tmp_path / "leads.csv").write_text("\n".join(["Name,Phone", *rows]) + "\n")
    program = Inside(tmp_path, sandbox.url)
    right = program.run("upload", "leads.csv", "--name", "Right", "--report-dir", "right")
    assert right.code == 0, right.err
    expected = phones(sandbox.campaigns())
    campaigns = len(sandbox.campaigns())
    sandbox.order(f"422@{campaigns + 1}-{campaigns * 2}")
    refused = program.run("upload", "leads.csv", "--name", "March", "--json", "--workers", "1").json
    assert (refused["exit_code"], refused["leads"]["refused"]) == (4, len(expected))
    text = Path(tmp_path / refused["reports"]["refused"]).read_text(encoding="utf-8-sig")
    (tmp_path / "again.csv").write_text(saved(text))
    again = program.run("upload", "again.csv", "--name", "April", "--json").json
    held = {name: leads for name, leads in sandbox.campaigns().items() if name.startswith("April")}
    assert (again["exit_code"], phones(held)) == (0, expected)


# --- any file with dial codes ---------------------------------------------------------------------


@pytest.mark.parametrize("region", ["AT", "BR", "DE", "HR", "ID", "IN", "IT", "JP", "NL", "SE", "US"])
def test_a_column_of_whole_numbers_stays_whole(region: str) -> None:
    """Where the cells hold their codes, each is that number and no other."""
    dice = random.Random(7)
    numbers = [joined(number) for kind in TYPES for number in random_numbers(dice, region, kind, 300)]
    code = str(phonenumbers.country_code_for_region(region))
    found = beside_codes([[number, code] for number in numbers])
    wrong = [(cell, number) for cell, number in zip(numbers, found.numbers, strict=True) if number not in {cell, ""}]
    assert (wrong, found.faults) == ([], {})


@pytest.mark.parametrize("region", ["AT", "BR", "DE", "HR", "ID", "IN", "IT", "JP", "NL", "SE", "US"])
def test_a_column_of_national_numbers_gets_its_codes(region: str) -> None:
    """Where the cells lack their codes, each number is completed or, where nobody can tell, rejected."""
    dice = random.Random(8)
    numbers = [number for kind in TYPES for number in random_numbers(dice, region, kind, 300)]
    code = str(phonenumbers.country_code_for_region(region))
    found = beside_codes([[phonenumbers.national_significant_number(number), code] for number in numbers])
    assert {number for number in found.numbers if number} <= set(map(joined, numbers))
    assert found.numbers.count("") <= len(numbers) * 0.03


COLOGNE = [f"49221{number}" for number in range(500100, 500140)]
LOCAL = [f"221{number}" for number in range(500100, 500140)]


@pytest.mark.parametrize(
    ("others", "number"),
    [
        ([], TWOFOLD),
        (COLOGNE, TWOFOLD),
        (LOCAL, f"49{TWOFOLD}"),
        (LOCAL[:5], ""),
        ([*LOCAL, *COLOGNE], ""),
        ([f"0{cell}" for cell in LOCAL], TWOFOLD),
    ],
    ids=["alone", "among whole ones", "among national ones", "among few", "in a mixture", "among trunk zeros"],
)
def test_the_column_tells_what_a_number_is(others: list[str], number: str) -> None:
    """A number that is valid both ways is read as nearly all others of its column, and rejected where that is open."""
    found = beside_codes([[cell, "+49"] for cell in [TWOFOLD, *others]])
    assert (found.numbers[0], found.faults[0].reason if 0 in found.faults else None) == (
        number, None if number else Reason.UNCLEAR,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("+49 221 123456", TWOFOLD),
        ("0049 221 123456", TWOFOLD),
        ("49 221 123456", TWOFOLD),
        ("49 221 123456 (office)", TWOFOLD),
        ('="49221123456"', TWOFOLD),
        ("49221123456.0", TWOFOLD),
        ("tel:49221123456", TWOFOLD),
        ("'49221123456", TWOFOLD),
        ("(49) 221 123456", TWOFOLD),
        ("49-221-123456", TWOFOLD),
        ("٤٩٢٢١١٢٣٤٥٦", TWOFOLD),
        ("49221123456 (2)", TWOFOLD),
        ("04922 1123456", f"49{TWOFOLD}"),
        ("0221 123456", TWOFOLD),
        ("0221 123456 (home)", TWOFOLD),
    ],
)
def test_a_code_is_joined_once_in_any_notation(cell: str, number: str) -> None:
    """Whatever stands about the digits, a code that is there is not joined again, and a trunk zero asks for it."""
    assert beside_codes([[cell, "49"]]).numbers == [number]


def test_what_was_unclear_stays_so_in_the_reject_file() -> None:
    """The few rows of a reject file prove nothing of the column they were taken from."""
    names = ("Phone", "Dial code", "reject_row", "reject_code", "reject_reason", "reject_tip")
    choices = tuple(ColumnChoice(index, name, None, Rule.UNKNOWN) for index, name in enumerate(names))
    match = ColumnMatch(phones=(0,), sources={Field.DIALCODE: (1,)}, choices=choices, own_report=True)
    found = find_numbers(Grid([[TWOFOLD, "49", "", "", "", ""]], 6), match, PhoneBook(PhoneOptions()), None)
    assert found.faults[0].reason is Reason.UNCLEAR


def test_a_list_holds_both_readings(tmp_path: Path) -> None:
    """On a do-not-call list a number that may be two keeps both of them from being called."""
    (tmp_path / "leads.csv").write_text(f"Name,Phone\nA,+{TWOFOLD}\nB,+49{TWOFOLD}\nC,+4922199999\n")
    (tmp_path / "dnd.csv").write_text(f"Phone,Dial code\n{TWOFOLD},49\n221500100,49\n")
    ended = Inside(tmp_path).run("validate", "leads.csv", "--exclude", "dnd.csv", "--json").json
    assert ended["rows"]["excluded"] == 2


def test_doubtful_cells_of_a_column_are_read_one_way() -> None:
    """Where later rows speak for the other reading, a doubtful cell is rejected: a file has no two readings."""
    rows = [[f"8{1 + at % 8}2345678{at:02}", "62"] for at in range(60)]
    rows += [["62210168173", "62"], *([f"+62812345{at:05}", "62"] for at in range(1100))]
    rows += [[f"62813345{at:05}", "62"] for at in range(700)]
    rows += [*([f"+62812355{at:05}", "62"] for at in range(1100)), ["62210168173", "62"]]
    names = ("Phone", "Dial code")
    choices = tuple(ColumnChoice(index, name, None, Rule.UNKNOWN) for index, name in enumerate(names))
    match = ColumnMatch(phones=(0,), sources={Field.DIALCODE: (1,)}, choices=choices)
    book = PhoneBook(PhoneOptions())
    blocks = [find_numbers(Grid(rows[at : at + 1024], 2), match, book, "IN") for at in range(0, len(rows), 1024)]
    assert blocks[0].numbers[60] == "6262210168173"
    assert (blocks[-1].numbers[-1], blocks[-1].faults[len(blocks[-1].numbers) - 1].reason) == ("", Reason.UNCLEAR)
