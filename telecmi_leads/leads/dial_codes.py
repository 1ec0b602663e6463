"""Numbers beside a dial-code column: which of them hold their code already, so that none gets it twice.

Beside the code 49 the digits 49221123456 are +49 221 123456, and as a national number +49 4922 1123456 too. Where both
are numbers, the column as a whole tells which is meant: nearly all of its cells begin with the code, or nearly none.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from enum import Enum, auto
from itertools import compress
from operator import eq
from typing import TYPE_CHECKING

from msgspec import Struct

from telecmi_leads.core.reasons import Reason, Repair
from telecmi_leads.phones import UNKNOWN, code_of, region_told_by_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from telecmi_leads.columns.column_match import CodesSeen
    from telecmi_leads.phones import NumberColumn, PhoneBook, RowRegions

_PUNCTUATION = str.maketrans("", "", " -.()'\xa0")
_SEPARATOR = "\x1f"
_OUTSIDE = " '\xa0"
_SETTLED = frozenset({Reason.DIGITS_LOST, Reason.JUNK})


class Codes(Enum):
    """What is known of a column beforehand: nothing, that it holds the codes, or that its cells prove nothing."""

    UNKNOWN = auto()
    HELD = auto()
    UNPROVEN = auto()


class CodedColumn(Struct, frozen=True):
    """Cells with their rows' calling codes, "" where a row tells none, and their area codes where there are any."""

    cells: list[str]
    codes: Sequence[str]
    areas: Sequence[str]
    known: Codes
    seen: CodesSeen


def codes_told(columns: Iterable[Sequence[str]], rows: int) -> list[str]:
    """Return each row's calling code by its dial-code cells, of which the last column's come first; "" for none."""
    codes = [""] * rows
    for cells in columns:
        told = {cell: _code_told(cell) for cell in set(cells)}
        codes = [told[cell] or code for cell, code in zip(cells, codes, strict=True)]
    return codes


def _code_told(cell: str) -> str:
    region = region_told_by_code(cell)
    code = "" if region in (None, UNKNOWN) else code_of(region)
    return code.strip("0")


def settle_codes(answer: NumberColumn, column: CodedColumn, regions: RowRegions, book: PhoneBook) -> list[str]:
    """Read whole the numbers that hold their code already, and reject those of which nobody can tell.

    Cells that are read so have a plus in `column` afterwards. Returns both readings of the doubtful ones, for lists on
    which a number too many does no harm.
    """
    texts = dict(_beginning_with_code(answer, column))
    if not texts:
        return []
    at = list(texts)
    whole = book.column(list(texts.values()), regions.only(at))
    unread: list[tuple[int, int]] = []
    twofold: list[tuple[int, int]] = []
    for place, index in enumerate(at):
        if whole.rulings[place].reason is not None:
            column.seen.lacking += bool(answer.numbers[index])
        elif answer.numbers[index] and answer.numbers[index] == whole.numbers[place]:
            column.seen.held += 1
        elif answer.rulings[index].reason is not None:
            unread.append((place, index))
        else:
            twofold.append((place, index))
    column.seen.doubtful += len(twofold)
    both = [each.numbers[at] for place, index in twofold for each, at in ((answer, index), (whole, place))]
    held = _verdict(column)
    # In one column no two doubtful cells are read in two ways, however the counts change on the way.
    settled = held is not None and column.seen.read_whole in (None, held)
    if held:
        _take(answer, column, whole, texts, [*unread, *twofold] if settled else unread)
    if twofold and settled:
        column.seen.read_whole = held
    elif not settled:
        for _, index in twofold:
            answer.numbers[index] = ""
            answer.faults[index] = Reason.UNCLEAR
    return list(filter(None, both))


def _verdict(column: CodedColumn) -> bool | None:
    """Tell whether doubtful cells hold their codes, by all cells so far; None where these do not tell."""
    if column.known is Codes.HELD:
        return True
    if column.known is Codes.UNPROVEN:
        return None
    return True if column.seen.are_held else False if column.seen.are_lacking else None


def _take(
    answer: NumberColumn,
    column: CodedColumn,
    whole: NumberColumn,
    texts: dict[int, str],
    places: Iterable[tuple[int, int]],
) -> None:
    """Put the whole readings in the place of others."""
    for place, index in places:
        column.cells[index] = texts[index]
        answer.numbers[index], answer.rulings[index] = whole.numbers[place], whole.rulings[place]
        answer.faults.pop(index, None)
        if place in whole.faults:
            answer.faults[index] = whole.faults[place]
        else:
            answer.repairs[Repair.MISSING_PLUS] = answer.repairs.get(Repair.MISSING_PLUS, 0) + 1


def _beginning_with_code(answer: NumberColumn, column: CodedColumn) -> Iterator[tuple[int, str]]:
    """Yield the cells that may hold their code and are not read as they are written, by index, with a plus before them.

    The others are counted: what they hold is known.
    """
    codes, numbers = column.codes, answer.numbers
    texts = _bare(column.cells)
    same, plain = list(map(eq, texts, numbers)), [text.isdecimal() and text.isascii() for text in texts]
    begins = list(map(str.startswith, texts, _with_areas(codes, column.areas)))
    rows = zip(codes, texts, numbers, same, plain, begins, strict=True)
    kinds = Counter(
        read_so for code, text, number, read_so, digits, begun in rows
        if code and number and digits and (read_so or not (begun or text[0] == "0"))
    )  # fmt: skip
    column.seen.held += kinds[True]
    column.seen.lacking += kinds[False]
    doubtful = (begun > read_so or not digits for read_so, digits, begun in zip(same, plain, begins, strict=True))
    for index in compress(range(len(codes)), doubtful):
        code, number = codes[index], numbers[index]
        if code and plain[index]:
            if answer.faults.get(index) not in _SETTLED:
                yield index, f"+{column.cells[index].strip(_OUTSIDE)}"
        elif code and number.startswith(code + code) and _is_glued(column.cells[index], code, number):
            yield index, f"+{number.removeprefix(code)}"


def _bare(cells: Sequence[str]) -> Sequence[str]:
    """Return the cells without punctuation."""
    joined = _SEPARATOR.join(cells)
    bare = joined.translate(_PUNCTUATION).split(_SEPARATOR)
    return bare if len(bare) == len(cells) else [cell.translate(_PUNCTUATION) for cell in cells]


def _with_areas(codes: Sequence[str], areas: Sequence[str]) -> Sequence[str]:
    """Return what a whole number begins with: the code, and the area code where the row has one."""
    if not areas:
        return codes
    return [code + _digits(area).lstrip("0") for code, area in zip(codes, areas, strict=True)]


def joined_codes(answer: NumberColumn, cells: Sequence[str], codes: Sequence[str]) -> int:
    """Count the cells whose number was completed by their row's code."""
    rows = zip(answer.numbers, _bare(cells), codes, strict=True)
    shorter = ((number, text) for number, text, code in rows if code and number and "+" not in text)
    return sum(1 for number, text in shorter if _count(text) < len(number))


def _count(text: str) -> int:
    return len(text) if text.isdecimal() else sum(map(str.isdecimal, text))


def _is_glued(cell: str, code: str, number: str) -> bool:
    """Tell whether a cell that is more than digits has the number without its code, and no trunk zero before it."""
    digits, written = _digits(cell), number.removeprefix(code)
    return written in digits and number not in digits and f"0{written}" not in digits


def _digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(char)) for char in text if char.isdecimal())
