"""Numbers of every region in the notations that people use: this number or none, never another."""

from __future__ import annotations

import random
import re

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phone_inputs import REGIONS
from phonenumbers import NumberParseException, PhoneNumberType

from telecmi_leads.phones import PhoneBook
from telecmi_leads.phones.ruling import is_filler
from telecmi_leads.settings.options import PhoneOptions

BOOK = PhoneBook(PhoneOptions(allow_premium=True))
KINDS = (PhoneNumberType.MOBILE, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE)
BEFORE = (
    "12/03/2024 ", "2024-03-12 ", "10:30 ", "[09:45] ", "1) ", "[2] ", "#1 ", "M1: ", "1. ", "Tel: ", "Mob ", "call ",
    "after 5pm ", "手机：", "電話：", "जन ", "тел. ", "هاتف ", "โทร ", "rahul@example.com ", "p:", "tel:",
    "WhatsApp: ", "24 hrs ", "1.) ", "1.- ", "① ", "[12/03/2024 10:15] ", "12 Mar ", "1: ",
)  # fmt: skip
AFTER = (
    " 12/03/2024", " (12.03.2024)", " 2024-03-12 18:45", " 14:05", " (24/7)", " 24x7", " after 6pm", " call after 6",
    " (9am-6pm)", " 5 lines", " (2 sims)", " (Papa)", " - office", " ext 12", " ext5", " x12", " доб. 12",
    " Durchwahl 17", " poste 204", " ramal 33", " interno 12", " 内線 23", "转801", " 내선 12", " תחנה", " (WhatsApp)",
    ",rahul@example.com",
    " 5 June", " ab 18 Uhr", " après 18h", " после 18:00", " 18時以降", "（自宅）", " /", ".", " March 12, 2024",
    " 12 mars 2024", " 12 مارس 2024", " 12 मार्च", " ngày 12 tháng 3", " 3월 12일", " 12 marca", " 9.30-18.00", " 50k",
    " 9 to 6", " pin 400001", " (2)",
)  # fmt: skip

# What stands beside a number with digits of its own, and what of such cells can be read in two ways: region, cell,
# number or "" for none.
BESIDE = (
    ("IN", "98765 43210 12 मार्च", "919876543210"),
    ("EG", "010 01869073 12 مارس 2024", "201001869073"),
    ("PL", "512 325 240 12 marca 2024", "48512325240"),
    ("VN", "0912 345 678 ngày 12 tháng 3 năm 2024", "84912345678"),
    ("KR", "010-2006-5397 3월 12일", "821020065397"),
    ("TH", "081 234 5678 12/03/2567", "66812345678"),
    ("FR", "06 12 35 26 16 March 12, 2024", "33612352616"),
    ("IN", "9876543210 10.30", "919876543210"),
    ("TR", "0501 234 56 12 saat 5'ten sonra", "905012345612"),
    ("GB", "07400 123456 (9-18)", "447400123456"),
    ("GB", "(9-18) 07400 123456", "447400123456"),
    ("IN", "98765 43210 9-18", "919876543210"),
    ("IN", "98765 43210 9.30-18.00", "919876543210"),
    ("IN", "98765 43210 9 to 6", "919876543210"),
    ("CN", "① 131 2305 5826", "8613123055826"),
    ("CN", "1- 131 2320 8390", ""),
    ("CN", "1/ 131 2348 3585", ""),
    ("IN", "1/ 98765 43210", "919876543210"),
    ("IN", "1.) 98765 43210", "919876543210"),
    ("ES", "1.- 612 34 93 08", "34612349308"),
    ("PL", "12 512 325 240", ""),
    ("BD", "12 02-7114590", ""),
    ("IN", "98765 43210 (2)", "919876543210"),
    ("IN", "98765 43210 (1234)", "919876543210"),
    ("ID", "0812-343-601 (2)", "62812343601"),
    ("IN", "98765 43210 50k", "919876543210"),
    ("IN", "98765 43210 10%", "919876543210"),
    ("IN", "98765 43210 3 BHK", "919876543210"),
    ("FI", "+358 13 1820746 pin 400001", "358131820746"),
    ("DK", "32 12 97 02 12 flats", ""),
    ("DE", "2024 01512 3412111", ""),
    ("BR", "1. (11) 96145-8768 2. +551123082258", "5511961458768"),
    ("HU", "1) (06 1) 234 1141 2) +3612342958", "3612341141"),
    ("FR", "+33123413487 + 06-12-36-04-88", "33612360488"),
    ("AX", "(47) 4061.2948", ""),
    ("IN", "9,876,543,210.00", "919876543210"),
    ("DE", "030/123456-10/-11", "493012345610"),
    ("BR", "(0**11) 96123-4567", "5511961234567"),
    ("BR", "0 xx 11 96123-4567", "5511961234567"),
    ("PL", "022 123 45 67", "48221234567"),
    ("IT", "+39 0347 1234567", "393471234567"),
    ("US", "52 1 222 123 4567", "522221234567"),
    ("SG", "8123 4006 DND", "6581234006"),
)  # fmt: skip


class Numbers:
    """Makes numbers of every region, and cells that hold them, from a seed."""

    def __init__(self, seed: int) -> None:
        self.rnd = random.Random(seed)
        self._examples: dict[tuple[str, int], phonenumbers.PhoneNumber] = {}

    def number(self) -> tuple[str, str, str]:
        """Return a valid number's region, calling code and national digits."""
        while True:
            region, kind = self.rnd.choice(REGIONS), self.rnd.choice(KINDS)
            example = self._examples.get((region, kind))
            if example is None:
                example = phonenumbers.example_number_for_type(region, kind) or phonenumbers.example_number(region)
                self._examples[region, kind] = example
            digits = phonenumbers.national_significant_number(example)
            keep = max(len(digits) - self.rnd.randrange(3, 7), 1)
            digits = digits[:keep] + "".join(self.rnd.choices("0123456789", k=len(digits) - keep))
            parsed = phonenumbers.parse(f"+{example.country_code}{digits}")
            if phonenumbers.is_valid_number(parsed) and phonenumbers.national_significant_number(parsed) == digits:
                code = str(example.country_code)
                if not (is_filler(digits) or is_filler(code + digits)):
                    return region, code, digits

    def grouped(self, digits: str) -> str:
        """Return digits in groups of two to four, with one separator or a blank between them."""
        separator = self.rnd.choice((" ", "-", ".", " ", "-"))
        groups, at = [], 0
        while at < len(digits):
            size = self.rnd.randrange(2, 5)
            if len(digits) - at - size == 1:
                size += 1
            groups.append(digits[at : at + size])
            at += size
        return separator.join(groups)

    def foreign(self) -> tuple[str, str, str]:
        """Return a cell with a number in groups without a plus, the region of its row, and the number."""
        _, code, digits = self.number()
        row = self.rnd.choice(REGIONS)
        first = self.rnd.choice((code, code, f"({code})"))
        return f"{first}{self.rnd.choice((' ', '-', ' '))}{self.grouped(digits)}", row, code + digits

    def noted(self) -> tuple[str, str, str]:
        """Return a cell with a number in any notation, the region of its row, and the number."""
        region, code, digits = self.number()
        trunk = phonenumbers.ndd_prefix_for_region(region, strip_non_digits=True) or ""
        body = self.grouped(digits) if self.rnd.random() < 0.7 else digits
        form = self.rnd.randrange(5)
        cell, row = {
            0: (f"+{code} {body}", self.rnd.choice(REGIONS)),
            1: (f"00{code} {body}", self.rnd.choice(REGIONS)),
            2: (trunk + body, region),
            3: (f"+{code} +{code} {body}", region),
            4: (f"+{code} (0){body}" if trunk == "0" and not digits.startswith("0") else f"+{code}-{body}", region),
        }[form]
        if self.rnd.random() < 0.4:
            cell = self.rnd.choice(BEFORE) + cell
        if self.rnd.random() < 0.6:
            cell += self.rnd.choice(AFTER)
        return cell, row, code + digits


def is_rows_own(cell: str, row: str) -> bool:
    """Tell whether all digits of the cell are a valid number of the row's region, which then is what they mean."""
    try:
        own = phonenumbers.parse(re.sub(r"[()]", "", cell), row)
    except NumberParseException:
        return False
    return phonenumbers.is_valid_number(own) and phonenumbers.region_code_for_number(own) == row


def strangers(made: list[tuple[str, str, str]]) -> tuple[list[tuple[str, str, str, str]], int]:
    """Return the cells that give another number than theirs, and how many give theirs."""
    numbers = BOOK.column([cell for cell, _, _ in made], [row for _, row, _ in made]).numbers
    wrong = [(*case, number) for case, number in zip(made, numbers, strict=True) if number not in {"", case[2]}]
    return wrong, sum(number == case[2] for case, number in zip(made, numbers, strict=True))


def check_foreign(seed: int, count: int) -> None:
    """Assert that numbers in groups without a plus go whole or not at all, and nearly all of them go."""
    numbers = Numbers(seed)
    made = [case for case in (numbers.foreign() for _ in range(count)) if not is_rows_own(case[0], case[1])]
    wrong, right = strangers(made)
    assert wrong == [], seed
    assert right > len(made) * 0.97, seed


def check_noted(seed: int, count: int) -> None:
    """Assert the same of every other notation."""
    numbers = Numbers(seed)
    made = [numbers.noted() for _ in range(count)]
    wrong, right = strangers(made)
    assert wrong == [], seed
    assert right > count * 0.85, seed


@pytest.mark.parametrize(("region", "cell", "number"), BESIDE)
def test_small_numbers_beside_it(region: str, cell: str, number: str) -> None:
    """(Row 50) Dates, hours, counts and marks in many languages are no part of the number; where unclear, none."""
    assert BOOK.column([cell], region).numbers == [number]


def test_foreign_numbers_in_groups(seed: int) -> None:
    """(Row 50) 4,000 numbers in groups without a plus, of all regions in rows of all others: the number or none."""
    check_foreign(seed, 4_000)


def test_every_notation(seed: int) -> None:
    """4,000 numbers with prefixes, dates, times, marks, words, extensions around them: the number or none."""
    check_noted(seed, 4_000)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_hundred_thousand_in_groups(seed: int) -> None:
    """(Row 50) The same for 100,000 numbers in groups."""
    check_foreign(seed, 100_000)


@given(st.integers(0, 1 << 48), st.booleans())
@settings(max_examples=300)
def test_this_number_or_none(seed: int, foreign: bool) -> None:
    """Whatever number of whatever region is written in whatever notation, no other number comes of it."""
    numbers = Numbers(seed)
    case = numbers.foreign() if foreign else numbers.noted()
    if not (foreign and is_rows_own(case[0], case[1])):
        assert strangers([case])[0] == []
