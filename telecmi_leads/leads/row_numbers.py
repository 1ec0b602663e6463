"""Which cell of a row gives its number, and for which region it is read.

The columns that may hold a number are asked in order of preference, row by row: the first cell with a good
number wins, and only rows without one ask the next column.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from functools import partial
from operator import itemgetter, ne
from typing import TYPE_CHECKING

from msgspec import Struct, field

from telecmi_leads.columns import line_fault, line_rank
from telecmi_leads.core.block_columns import Columns
from telecmi_leads.core.lead import Field
from telecmi_leads.core.reasons import Reason, Repair
from telecmi_leads.leads.dial_codes import CodedColumn, Codes, codes_told, joined_codes, settle_codes
from telecmi_leads.phones import (
    UNKNOWN,
    RowRegions,
    may_be_no_country,
    region_of_header,
    region_told,
    region_told_by_code,
    regions_told,
    with_plus,
)
from telecmi_leads.settings.option_values import PhoneType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from telecmi_leads.columns import ColumnMatch
    from telecmi_leads.phones import NumberColumn, PhoneBook, Ruling


_LONGEST_AREA = 5
_LONGEST_CODE = 3
_LOST_DIGITS = "000000"
"""What a spreadsheet that shows six digits leaves of the others; one number in a million ends so by itself."""
_FEWEST_ROUNDED = 3
_ROUNDED_SHARE = 20
_SHORTEST_COUNTRY = 3
_NAMIBIA = "NA"
_FEWEST_CODES = 2  # of other countries in a column of codes
_ALSO_A_STATE = frozenset({"georgia", "niger"})


class Grid:
    """Rows that all have `width` cells, and the same cells by column."""

    __slots__ = ("columns", "rows")

    def __init__(self, rows: list[list[str]], width: int) -> None:
        self.rows = rows
        self.columns = Columns(zip(*rows, strict=True) if rows else [()] * width)

    def only(self, at: Sequence[int]) -> Grid:
        """Return the rows at these indexes, which run upwards, as a grid of their own."""
        if len(at) == len(self.rows):
            return self
        return Grid([self.rows[index] for index in at], len(self.columns))


def leveled(rows: list[list[str]], width: int) -> tuple[Grid, list[int]]:
    """Give all rows one width; returns them and the indexes of rows whose surplus cells hold something."""
    if set(map(len, rows)) <= {width}:
        return Grid(rows, width), []
    overfull = [index for index, row in enumerate(rows) if len(row) > width and any(map(str.strip, row[width:]))]
    return Grid([row[:width] + [""] * (width - len(row)) for row in rows], width), overfull


class Fault(Struct, frozen=True):
    """Why a row can't be used, and the index of the column at fault where there is one."""

    reason: Reason
    column: int | None = None


class RowNumbers(Struct):
    """E.164 digits for each row, "" where there is none; for those rows the fault, by index; repairs by kind.

    `rulings` are those on the numbers, for `PhoneBook.profiles`. `columns` tells by index where a number stands that is
    not in the first phone column. `either` are all numbers that cells may be of which nobody can tell.
    """

    numbers: list[str]
    rulings: list[Ruling]
    faults: dict[int, Fault] = field(default_factory=dict)
    repairs: Counter[str] = field(default_factory=Counter)
    columns: dict[int, int] = field(default_factory=dict)
    either: list[str] = field(default_factory=list)

    def reject(self, index: int, reason: Reason) -> None:
        """Take a row's number away: something else is wrong with the row."""
        self.numbers[index] = ""
        self.faults[index] = Fault(reason)

    def take(self, index: int) -> str:
        """Take a row out, with its fault where it has one; return its number, "" where it has none."""
        number, self.numbers[index] = self.numbers[index], ""
        self.faults.pop(index, None)
        return number


def find_numbers(
    grid: Grid, match: ColumnMatch, book: PhoneBook, region: str | None, *, guess: bool = False
) -> RowNumbers:
    """Return each row's number; `region` is for rows that name none.

    With `guess`, for do-not-call lists, it is also for rows whose country is not understood: a number too many on such
    a list does no harm, a number too few does.
    """
    everywhere = range(len(grid.rows))
    template = match.templates.get(Field.PHONE)
    if template is not None:
        made = [template.render(row) for row in grid.rows]
        regions = row_regions(grid, everywhere, match, region, guess=guess)
        return _alone(*_read(grid, made, everywhere, match, book, regions=regions))
    labelled = _Labelled(grid) if not match.verdicts else _without_refused(grid, match)
    labelled = _by_label(labelled, match) if match.labels else labelled
    grid = labelled.grid
    found = RowNumbers([""] * len(everywhere), [])
    waiting: Sequence[int] = everywhere
    for place, column in enumerate(match.phones):
        cells = grid.columns[column]
        # Alternates are empty in most rows; those cells need no look.
        asked = [index for index in waiting if cells[index]] if place else waiting
        if asked:
            default = region_of_header(match.header_of(column)) or region
            regions = row_regions(grid, asked, match, default, phone=column, guess=guess, book=book)
            _ask(found, grid, column, asked, book, match=match, regions=regions, alternate=place > 0)
        if place == 0 and not found.faults:
            found.repairs = +found.repairs
            return found
        waiting = [index for index in waiting if not found.numbers[index]]
    found.repairs = +found.repairs
    for index in waiting:
        found.faults.setdefault(index, Fault(Reason.NO_PHONE, match.phones[0] if match.phones else None))
    labelled.settle(found.faults)
    return found


def _alone(answer: NumberColumn, either: list[str]) -> RowNumbers:
    """Return the numbers of rows that have one cell for them, of no column of the file."""
    faults = {at: Fault(why) for at, why in answer.faults.items()}
    return RowNumbers(answer.numbers, answer.rulings, faults, Counter(answer.repairs), either=either)


def _read(  # noqa: PLR0913 - cells, their rows, and what else these hold
    grid: Grid,
    cells: Sequence[str],
    at: Sequence[int],
    match: ColumnMatch,
    book: PhoneBook,
    *,
    regions: RowRegions,
    phone: int | None = None,
) -> tuple[NumberColumn, list[str]]:
    """Read the cells of a column, or made ones, with the codes beside them; returns doubtful readings too."""
    either: list[str] = []
    area = None if phone is None else _area_column(match, phone)
    areas = () if area is None else _taken(grid.columns[area], at)
    codes = codes_told(_columns_of(grid, at, match, Field.DIALCODE, phone), len(at))
    written, cells = cells, with_plus(cells, codes)
    answer = _answered(book, cells, regions)
    if any(codes):
        prefixed = sum(map(ne, written, cells))
        if prefixed:
            repair = Repair.INTERNATIONAL_PREFIX
            answer.repairs[repair] = answer.repairs.get(repair, 0) + prefixed
        coded = CodedColumn(list(cells), codes, areas, _known_codes(match), match.codes_seen[phone])
        either = settle_codes(answer, coded, regions, book)
        cells = coded.cells
    if areas:
        _join_areas(answer, areas, cells, book, regions)
    if any(codes):
        answer.repairs[Repair.DIAL_CODE] = joined_codes(answer, cells, codes)
    return answer, either


def _known_codes(match: ColumnMatch) -> Codes:
    """Return what an earlier report says of its numbers: refused ones hold their codes, rejected ones are too few."""
    if match.of_refused:
        return Codes.HELD
    return Codes.UNPROVEN if match.own_report else Codes.UNKNOWN


def _answered(book: PhoneBook, cells: Sequence[str], regions: RowRegions) -> NumberColumn:
    """Read cells for their rows' regions; a national number of an unknown country is rejected for that."""
    answer = book.column(cells, regions)
    for index, reason in answer.faults.items():
        if reason is Reason.NO_REGION and regions.at(index) == UNKNOWN:
            answer.faults[index] = Reason.UNKNOWN_COUNTRY
    if f"{_LOST_DIGITS}\n" not in "\n".join([*answer.numbers, ""]):
        return answer
    rounded = [index for index, number in enumerate(answer.numbers) if number.endswith(_LOST_DIGITS)]
    distinct = {answer.numbers[index] for index in rounded}
    if len(distinct) >= _FEWEST_ROUNDED and len(rounded) * _ROUNDED_SHARE >= len(cells):
        for index in rounded:
            answer.numbers[index] = ""
            answer.faults[index] = Reason.DIGITS_LOST
    return answer


def _area_column(match: ColumnMatch, phone: int) -> int | None:
    """Return the column of area codes that stands nearest to a phone column, None where there is none."""
    here = bisect(match.area_codes, phone)
    return min(match.area_codes[max(0, here - 1) : here + 1], key=lambda index: abs(index - phone), default=None)


def _join_areas(
    answer: NumberColumn,
    areas: Sequence[str],
    cells: Sequence[str],
    book: PhoneBook,
    regions: RowRegions,
) -> None:
    """Put the area code before each number that lacks it; with an area code that does not fit there is no number.

    A mobile has none, and a number that is written with its code needs none.
    """
    codes = ["".join(filter(str.isdecimal, area)).lstrip("0") for area in areas]
    at = [
        index
        for index, (code, cell) in enumerate(zip(codes, cells, strict=True))
        if 0 < len(code) <= _LONGEST_AREA and cell.strip() and "+" not in cell and not _has_area(cell, code)
        if not _is_whole(answer.numbers[index], cell, code)
        if not (answer.numbers[index] and answer.rulings[index].type is PhoneType.MOBILE)
    ]
    if not at:
        return
    locals_ = ("".join(filter(str.isdecimal, cells[index])).lstrip("0") for index in at)
    joined = [f"0{codes[index]} {local}" for index, local in zip(at, locals_, strict=True)]
    bare = [text.removeprefix("0") for text in joined]
    each = regions.only(at)
    tries = (book.column(joined, each), book.column(bare, each))
    for place, index in enumerate(at):
        whole = bare[place].replace(" ", "")
        # A number that is nothing but the two has the area code for its calling code.
        good = next((one for one in tries if one.numbers[place].endswith(whole) and one.numbers[place] != whole), None)
        if good is not None:
            answer.numbers[index], answer.rulings[index] = good.numbers[place], good.rulings[place]
            answer.faults.pop(index, None)
            answer.repairs[Repair.AREA_CODE] = answer.repairs.get(Repair.AREA_CODE, 0) + 1
        elif answer.numbers[index] and answer.rulings[index].type is PhoneType.FIXED_LINE:
            answer.numbers[index] = ""
            answer.faults[index] = Reason.UNCLEAR


def _is_whole(number: str, cell: str, code: str) -> bool:
    """Tell whether a number is written with its country code and the area code behind that."""
    whole = number != "" and "".join(filter(str.isdecimal, cell)) == number
    return whole and any(number.startswith(code, at) for at in range(1, _LONGEST_CODE + 1))


def _has_area(cell: str, code: str) -> bool:
    """Tell whether a number is written with its area code already, a trunk zero before it or a blank behind it."""
    groups = cell.replace("(", " ").replace(")", " ").replace("-", " ").replace("/", " ").split()
    return (bool(groups) and groups[0] in {code, f"0{code}"}) or cell.strip().startswith(f"0{code}")


class _Labelled(Struct, frozen=True):
    """Rows sorted by their labels, and by index what is changed in them.

    `moved` tells where the cell in a column comes from, `refused` which column's number is not called and why.
    """

    grid: Grid
    moved: dict[int, dict[int, int]] = field(default_factory=dict)
    refused: dict[int, Fault] = field(default_factory=dict)

    def settle(self, faults: dict[int, Fault]) -> None:
        """Name the columns at fault as they stand in the file, and say what the labels have against a number."""
        for index in (self.moved.keys() | self.refused.keys()) & faults.keys():
            fault = faults[index]
            if fault.reason is Reason.NO_PHONE and index in self.refused:
                faults[index] = self.refused[index]
            elif fault.column is not None and index in self.moved:
                faults[index] = Fault(fault.reason, self.moved[index].get(fault.column, fault.column))


def _without_refused(grid: Grid, match: ColumnMatch) -> _Labelled:
    """Take out the numbers of which a column beside them says that they are wrong, or somebody else's."""
    rows = list(grid.rows)
    refused: dict[int, Fault] = {}
    for phone in reversed(match.phones):
        for column in match.verdicts.get(phone, ()):
            name, cells = match.header_of(column), grid.columns[column]
            faults = {cell: fault for cell in set(cells) if (fault := line_fault(name, cell)) is not None}
            for index in [index for index, cell in enumerate(cells) if cell in faults] if faults else ():
                if any(map(str.isdecimal, rows[index][phone])):
                    refused[index] = Fault(faults[cells[index]], phone)
                    rows[index] = [*rows[index][:phone], "", *rows[index][phone + 1 :]]
    return _Labelled(Grid(rows, len(grid.columns)) if refused else grid, refused=refused)


def _by_label(labelled: _Labelled, match: ColumnMatch) -> _Labelled:
    """Sort each row's numbers as their labels say: mobiles first, and nothing where the line is no lead's.

    Such are a fax, the number of somebody else and a wrong one.
    """
    grid = labelled.grid
    columns = [column for column in match.phones if column in match.labels]
    headers = list(map(match.header_of, columns))
    beside = {column: _beside(match, column) for column in columns}
    sorted_rows = list(grid.rows)
    moved: dict[int, dict[int, int]] = {}
    refused = dict(labelled.refused)
    for index, row in enumerate(grid.rows):
        ranks = [line_rank(header, row[match.labels[column]]) for column, header in zip(columns, headers, strict=True)]
        ranked = [(rank, column) for rank, column in zip(ranks, columns, strict=True) if not isinstance(rank, Reason)]
        order = [column for _, column in sorted(ranked, key=itemgetter(0))]
        if order != columns:
            sorted_rows[index] = changed = list(row)
            for to in columns:
                changed[to] = ""
            moved[index] = dict(zip(columns, order, strict=False))
            for to, origin in moved[index].items():
                changed[to] = row[origin]
                for at, own in zip(beside[to], beside[origin], strict=True):
                    if at is not None and own is not None:  # its code and country go with a number
                        changed[at] = row[own]
            for rank, column in zip(reversed(ranks), reversed(columns), strict=True):
                if isinstance(rank, Reason) and any(map(str.isdecimal, row[column])):
                    refused[index] = Fault(rank, column)
    return _Labelled(Grid(sorted_rows, len(grid.columns)), moved, refused)


def _beside(match: ColumnMatch, phone: int) -> tuple[int | None, ...]:
    """Return the columns of the dial code, country and area code that go with a phone column."""
    told = (next(iter(match.going_with(phone, target)), None) for target in (Field.DIALCODE, Field.COUNTRY))
    return (*told, _area_column(match, phone))


def _ask(  # noqa: PLR0913 - one question to one column
    found: RowNumbers,
    grid: Grid,
    column: int,
    asked: Sequence[int],
    book: PhoneBook,
    *,
    match: ColumnMatch,
    regions: RowRegions,
    alternate: bool,
) -> None:
    cells = _taken(grid.columns[column], asked)
    answer, either = _read(grid, cells, asked, match, book, regions=regions, phone=column)
    found.either += either
    found.repairs.update(answer.repairs)
    if not alternate:
        found.numbers, found.rulings = answer.numbers, answer.rulings
        found.faults = {index: Fault(reason, column) for index, reason in answer.faults.items()}
        return
    for position, index in enumerate(asked):
        number = answer.numbers[position]
        if number:
            found.numbers[index], found.rulings[index] = number, answer.rulings[position]
            found.faults.pop(index, None)
            found.columns[index] = column
            found.repairs[Repair.OTHER_COLUMN] += 1
        elif found.faults[index].reason is Reason.NO_PHONE:
            found.faults[index] = Fault(answer.faults[position], column)


def row_regions(  # noqa: PLR0913 - the rows, and what tells their regions
    grid: Grid,
    at: Sequence[int],
    match: ColumnMatch,
    region: str | None,
    *,
    phone: int | None = None,
    guess: bool = False,
    book: PhoneBook | None = None,
) -> RowRegions:
    """Return each row's region: its dial code's, else its country's, else `region`.

    Of several such columns the one that goes with the column `phone` comes first, then the others, best first. A row
    whose country or code is not understood in any of them gets UNKNOWN, or `region` with `guess`. "NA" counts as
    Namibia only where the numbers of the column `phone`, read by `book`, show that.
    """
    told: list[str | None] | None = None
    for cells in (_taken(grid.columns[column], at) for column in match.stray_countries):
        known = {cell: _country_by_name(cell) for cell in set(cells)}
        if any(known.values()):
            told = [known[cell] for cell in cells]
    for source, regions_of in ((Field.COUNTRY, partial(regions_told, home=region)), (Field.DIALCODE, _regions_by_code)):
        for cells in _columns_of(grid, at, match, source, phone):
            known = regions_of({*cells, *match.country_cells} if source is Field.COUNTRY else set(cells))
            found = [known[cell] for cell in cells]
            if source is Field.COUNTRY and region != _NAMIBIA and any(map(may_be_no_country, set(cells))):
                numbers = None if phone is None else _taken(grid.columns[phone], at)
                found = _without_nothing(cells, found, region, numbers, book)
            told = found if told is None else list(map(_likelier, found, told))
    if told is None:
        return RowRegions(region)
    unknown = set(told) & ({None, UNKNOWN} if guess else {None})
    return RowRegions.told([region if each in unknown else each for each in told] if unknown else told)


def _without_nothing(
    cells: Sequence[str],
    found: list[str | None],
    region: str | None,
    numbers: Sequence[str] | None,
    book: PhoneBook | None,
) -> list[str | None]:
    """Take "NA" for no country wherever it is not plainly Namibia; returns the regions that the cells tell then.

    Plain is a number that is valid there and not at home, where the column has other names of Namibia, or codes of
    several other countries, or most numbers beside "NA" are such. A number that is valid both there and at home is
    nobody's (UNKNOWN) where the column speaks for Namibia.
    """
    doubtful = [at for at, cell in enumerate(cells) if may_be_no_country(cell)]
    settled = list(found)
    for at in doubtful:
        settled[at] = None
    if numbers is None or book is None:
        return settled
    written = [numbers[at] for at in doubtful]
    there, home = book.column(written, _NAMIBIA).numbers, book.column(written, region).numbers
    only = [at for at, one, other in zip(doubtful, there, home, strict=True) if one and not other]
    speaks = _speaks_for_namibia(cells, found)
    if speaks or (region is not None and len(only) * 2 > len(doubtful)):
        for at in only:
            settled[at] = _NAMIBIA
    if speaks:
        both = zip(doubtful, there, home, strict=True)
        for at in [at for at, one, other in both if one and other and one != other]:
            settled[at] = UNKNOWN
    return settled


def _speaks_for_namibia(cells: Sequence[str], found: Sequence[str | None]) -> bool:
    """Tell whether a column names Namibia otherwise too, or holds nothing but codes of two letters, of several."""
    others = {cell.strip(): told for cell, told in zip(cells, found, strict=True) if not may_be_no_country(cell)}
    named = {cell: told for cell, told in others.items() if cell}
    if _NAMIBIA in named.values():
        return True
    return len(named) >= _FEWEST_CODES and all(cell == told for cell, told in named.items())


def _country_by_name(cell: str) -> str | None:
    """Return the region of a country that is named among states or cities, whose codes would be countries' too."""
    name = cell.strip().casefold()
    if len(name) < _SHORTEST_COUNTRY or name in _ALSO_A_STATE or (region := region_told(cell)) == UNKNOWN:
        return None
    return region


def _likelier(one: str | None, other: str | None) -> str | None:
    """Return the region that two cells of a row tell: by the first where it is understood, else by the other."""
    return one if one not in (None, UNKNOWN) else other or one


def _regions_by_code(cells: Iterable[str]) -> dict[str, str | None]:
    return {cell: region_told_by_code(cell) if cell else None for cell in cells}


def _columns_of(
    grid: Grid, at: Sequence[int], match: ColumnMatch, target: Field, phone: int | None
) -> Iterator[Sequence[str]]:
    """Yield the columns that feed a field, the least preferred for the phone column first."""
    template = match.templates.get(target)
    if template is not None:
        yield [template.render(grid.rows[index]) for index in at]
        return
    for column in reversed(match.going_with(phone, target)):
        yield _taken(grid.columns[column], at)


def _taken(cells: Sequence[str], at: Sequence[int]) -> Sequence[str]:
    """Return the cells at these indexes, which run upwards."""
    return cells if len(at) == len(cells) else [cells[index] for index in at]
