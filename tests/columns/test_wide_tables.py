"""Tables of many columns: twice as many take twice the work, counted in steps and not in seconds."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest
from matched_columns import table_of

from telecmi_leads.columns.header_meaning import read_name
from telecmi_leads.columns.matching import Matcher
from telecmi_leads.columns.nested_people import without_nested_people
from telecmi_leads.columns.reading import Candidate
from telecmi_leads.leads.row_numbers import find_numbers, leveled
from telecmi_leads.phones import PhoneBook
from telecmi_leads.settings.options import FieldOptions, PhoneOptions, ReadingOptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

Rows = list[list[str]]
SIZE = 200
LARGEST_GROWTH = 2.5


def phones_and_countries(columns: int) -> Rows:
    """Return a row of phones without a number, and as many countries and codes."""
    kinds = ("Phone", "Country", "Dial code", "Area code")
    header = [f"{kinds[at % 4]} {chr(97 + at // 4 % 26)}{at // 4}" for at in range(columns)]
    return [header, *[["x", "India", "+91", "22"] * (columns // 4)] * 5]


def wider_than_the_header(columns: int) -> Rows:
    """Return rows twice as wide as a header of phones."""
    return [[f"Phone {at}" for at in range(columns)], *[["9876500001", *["x"] * (2 * columns - 1)]] * 20]


def people_within_people(columns: int) -> Rows:
    """Return a lead with many contacts of another name, each with a phone."""
    header = ["name", "phone", *(f"contact{at // 2}.{('name', 'phone')[at % 2]}" for at in range(columns - 2))]
    return [header, ["Asha Rao", "9876500001", *(f"9876{at:06}" if at % 2 else f"A{at}" for at in range(columns - 2))]]


def names_of_one_contact(columns: int) -> Rows:
    """Return a lead with many name columns that are empty, and as many objects within it."""
    half = columns // 2
    return [
        ["phone", *["deal.name"] * half, *(f"deal.x{at}.name" for at in range(half))],
        ["9876500001", *[""] * (half - 1), "Om", *(f"Tara {at}" for at in range(half))],
    ]


def read(rows: Rows) -> None:
    """Match a table's columns, and look for numbers in its rows twice, as in two blocks."""
    matcher = Matcher(ReadingOptions(), FieldOptions(), PhoneBook(PhoneOptions(region="IN")), "IN")
    table = table_of(rows)
    match = matcher.match(table.info, table.sample)
    for _ in range(2):
        grid, _ = leveled(rows[1:], len(table.info.header))
        find_numbers(grid, match, matcher.book, "IN")


def steps(work: Callable[[], object]) -> int:
    """Return how many steps of Python's machine some work takes."""
    number = 0

    def count(frame: FrameType, event: str, _of: object) -> object:
        nonlocal number
        if event == "call":
            frame.f_trace_lines, frame.f_trace_opcodes = False, True
        number += event == "opcode"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        work()
    finally:
        sys.settrace(before)
    return number


@pytest.mark.parametrize("table", [phones_and_countries, wider_than_the_header])
def test_work_grows_with_the_columns_alone(table: Callable[[int], Rows]) -> None:
    """A file of some hundred kilobytes can have thousands of columns: none is compared with all others."""
    read(table(8))  # what is learnt once, such as the lexicon
    once, twice = (steps(partial(read, table(size))) for size in (SIZE, 2 * SIZE))
    assert twice / once < LARGEST_GROWTH


@pytest.mark.parametrize("table", [people_within_people, names_of_one_contact])
def test_work_grows_with_the_people_within_a_lead_alone(table: Callable[[int], Rows]) -> None:
    """A lead may have thousands of contacts: none is compared with all others."""

    def look_for_people(size: int) -> int:
        header, row = table(size)
        found = [Candidate(at, read_name(name)) for at, name in enumerate(header)]
        cells = [[cell] if cell else [] for cell in row]
        return steps(partial(without_nested_people, found, header, cells))

    look_for_people(8)
    assert look_for_people(2 * SIZE) / look_for_people(SIZE) < LARGEST_GROWTH
