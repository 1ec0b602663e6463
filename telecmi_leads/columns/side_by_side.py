"""A sheet on which tables stand side by side → each of them, so that nobody's number goes with a neighbour's name."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from telecmi_leads.columns import cell_values
from telecmi_leads.columns.header_meaning import names_a_shipping, read_name
from telecmi_leads.columns.lexicon import plain
from telecmi_leads.columns.mark_sections import title_above
from telecmi_leads.columns.meanings import NAME_HEADS, PHONE_HEADS
from telecmi_leads.columns.overrides import ColumnFinder, maps_a_position, read_said
from telecmi_leads.columns.table import Table, place
from telecmi_leads.core.errors import ColumnMissing, InputRefused
from telecmi_leads.core.lead import Field, RowBlock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from telecmi_leads.settings.options import FieldOptions

_MOST_ROWS = 100_000
_MOST_COLUMNS = 300  # of a header that is searched for names that come again
_FEWEST_COLUMNS = 2  # of a table: a phone and something else
_FEWEST_ROWS = 4
_HALF = 0.5
_COMPARED_DIGITS = 8
_NUMBERED = re.compile(r"(?P<name>.*\S)(?P<sign>[ ._]|(?<=\D))(?P<number>\d{1,4})")


class Layout(Struct, frozen=True):
    """Where the tables of a sheet stand: the columns of each. Those before and behind all of them belong to each."""

    width: int
    parts: tuple[slice, ...]
    before: slice = slice(0, 0)
    behind: slice = slice(0, 0)

    def tables_with(self, column: int) -> frozenset[int]:
        """Return which of the tables have a column."""
        shared = range(self.width)[self.before], range(self.width)[self.behind]
        everywhere = any(column in columns for columns in shared)
        return frozenset(at for at, part in enumerate(self.parts) if everywhere or column in range(self.width)[part])

    def header(self, part: slice, names: Sequence[str]) -> tuple[str, ...]:
        """Return the column names of one of the tables."""
        return (*names[self.before], *names[part], *names[self.behind])

    def above(self, part: slice, row: Sequence[str]) -> Sequence[str]:
        """Return what a row above the header says of one of the tables; a text in the first column is of each."""
        if row and row[0].strip() and not _filled(row[1:]):
            return row
        after = [other.start for other in self.parts if other.start > part.start]
        return row[0 if part == self.parts[0] else part.start : min(after, default=None)]

    def cells(self, part: slice, row: Sequence[str]) -> list[str]:
        """Return a row's cells in one of the tables; none where the row is only of another.

        What stands beyond all columns may have been moved there from any table: the row is too long in each.
        """
        own = row[part]
        if not _filled(own) and (part != self.parts[0] or any(_filled(row[other]) for other in self.parts)):
            return []
        beyond = row[self.width :] if _filled(row[self.width :]) else ()
        behind = [*row[self.behind], *beyond]
        missing = part.stop - part.start - len(own) if behind else 0
        return [*row[self.before], *own, *[""] * missing, *behind]


def tables_of(table: Table, options: FieldOptions) -> Iterator[Table]:
    """Take apart a sheet on which tables stand side by side; most sheets are one table.

    The same names come again, perhaps with a number behind them or behind an empty column, or an empty column parts
    two tables that each have a name and a phone. The sheet stays one table if --map names a column by its place, or the
    phone of one table with something of another. Where the same names come again behind an empty column, --map must
    name both phone and name for that: otherwise a number would go with the first table's name. --set never keeps a
    sheet together, since its columns are of one table.
    Raises InputRefused where they are too long to be held: each is read to its end, one after the other.
    """
    header, sample = table.info.header, table.sample
    again = _same_again(header)
    layout = again or _of_people(header, sample)
    asked = again is None or _tells_phone_and_name(options)
    if layout is None or (asked and _is_said_to_be_one(layout, header, options)):
        yield table
        return
    blocks = _held(table, len(layout.parts))
    for number, part in enumerate(layout.parts, start=1):
        note = f"table {number} of {len(layout.parts)} that stand side by side"
        names = layout.header(part, header)
        title = title_above(layout.above(part, row) for row in table.above)
        info = replace(table.info, header=names, notes=(*table.info.notes, note), title=title)
        own = list(filter(None, (layout.cells(part, row) for row in sample)))
        surplus = 0 if any(names[-table.surplus :]) else table.surplus
        yield Table(info, own, _cut(blocks, layout, part), surplus)


def _held(table: Table, parts: int) -> list[RowBlock]:
    """Return all blocks of a table."""
    blocks: list[RowBlock] = []
    rows = 0
    for block in table.blocks:
        blocks.append(block)
        rows += len(block.rows)
        if rows > _MOST_ROWS:
            raise InputRefused(
                f"{place(table.info)}: {parts} tables of more than {_MOST_ROWS:,} rows stand side by side.",
                hint="Put them below each other, under one header.",
            )
    return blocks


def _cut(blocks: Sequence[RowBlock], layout: Layout, part: slice) -> Iterator[RowBlock]:
    """Yield the rows of one table; row numbers stay those of the sheet, so that a rejected row is found there."""
    for block in blocks:
        yield RowBlock(block.first_row, [layout.cells(part, row) for row in block.rows])


def _filled(cells: Sequence[str]) -> bool:
    return any(map(str.strip, cells))


def _of_people(header: Sequence[str], sample: Sequence[Sequence[str]]) -> Layout | None:
    """Return where tables stand whose rows are people of their own, None where the sheet is one table."""
    for layout in (_again(header), _apart(header, sample)):
        if layout is not None and _are_different_people(layout, header, sample):
            return layout
    return None


def _tells_phone_and_name(options: FieldOptions) -> bool:
    told = {target for target, _ in options.map}
    return Field.PHONE in told and not told.isdisjoint((Field.FULLNAME, Field.FIRSTNAME))


def _is_said_to_be_one(layout: Layout, header: Sequence[str], options: FieldOptions) -> bool:
    """Tell whether --map names columns by their place, or the phone of one table with something of another."""
    if maps_a_position(options):
        return True
    try:
        said = read_said(ColumnFinder(header, header_found=True), options).mapped
    except ColumnMissing:  # several columns have the name, one in each table
        return False
    tables = {target: frozenset[int]().union(*map(layout.tables_with, columns)) for target, columns in said.items()}
    phone = tables.get(Field.PHONE)
    return phone is not None and any(map(phone.isdisjoint, tables.values()))


def _are_different_people(layout: Layout, header: Sequence[str], sample: Sequence[Sequence[str]]) -> bool:
    """Tell whether each table has numbers of its own: not an agent's in many rows, and not the same person's twice."""
    phones = [next(at for at in range(part.start, part.stop) if _is_phone(header[at])) for part in layout.parts]
    columns = [[row[at] if at < len(row) else "" for row in sample] for at in phones]
    if not all(map(_are_numbers, columns)):
        return False
    pairs = [pair for other in columns[1:] for pair in zip(columns[0], other, strict=True) if all(map(str.strip, pair))]
    return not pairs or sum(_digits(one) == _digits(other) for one, other in pairs) < len(pairs) * _HALF


def _are_numbers(cells: Sequence[str]) -> bool:
    """Tell whether a column's cells are numbers of different people, as far as there are any."""
    filled = list(filter(str.strip, cells))
    if not filled:
        return True
    few = len(filled) >= _FEWEST_ROWS and len(set(map(_digits, filled))) <= len(filled) * _HALF
    return not few and cell_values.share(filled, cell_values.like_phone) >= _HALF


def _digits(cell: str) -> str:
    return "".join(filter(str.isdecimal, cell))[-_COMPARED_DIGITS:]


def _is_phone(name: str) -> bool:
    reading = read_name(name)
    return reading.known and reading.head in PHONE_HEADS


def _is_name(name: str) -> bool:
    reading = read_name(name)
    return reading.known and reading.head in NAME_HEADS


def _has_people(names: Sequence[str]) -> bool:
    """Tell whether column names speak of a person's name and phone."""
    return any(map(_is_phone, names)) and any(map(_is_name, names))


# --- the same names again -----------------------------------------------------------------------


def _same_again(header: Sequence[str]) -> Layout | None:
    """Find a header's repetitions behind columns without a name."""
    names = list(map(plain, header))
    groups = _groups(names)
    if len(groups) < 2 or any(names[group] != names[groups[0]] for group in groups):  # noqa: PLR2004
        return None
    heads = [read_name(name).head for name in header[groups[0]]]
    if len(heads) < _FEWEST_COLUMNS or PHONE_HEADS.isdisjoint(heads):
        return None
    return Layout(len(names), tuple(groups))


def _groups(names: Sequence[str]) -> list[slice]:
    """Return where the columns stand that no column without a name parts."""
    ends = [-1, *(at for at, name in enumerate(names) if not name.strip()), len(names)]
    return [slice(before + 1, end) for before, end in pairwise(ends) if end > before + 1]


# --- the same names again, one behind the other ---------------------------------------------------


class _Name(Struct, frozen=True):
    """A column's name, folded; and where a number ends it, what stands before, and whether nothing parts the two."""

    text: str
    before: str = ""
    number: int = 0
    glued: bool = False

    @classmethod
    def of(cls, name: str) -> _Name:
        match = _NUMBERED.fullmatch(name.strip())
        if match is None:
            return cls(plain(name))
        return cls(plain(name), plain(match["name"]), int(match["number"]), not match["sign"])

    def again(self, other: _Name, number: int) -> bool:
        """Tell whether this is another name for a further time, the first or another `number`."""
        if not other.text or other.text == self.text:
            return bool(other.text)
        return self.before == other.text and (self.number == number or (self.glued and self.number > 1))


def _again(header: Sequence[str]) -> Layout | None:
    """Find where a header's names come again, as they are or numbered as programs do: `Name.1`, `Name_1`, `Name2`."""
    if len(header) > _MOST_COLUMNS:
        return None
    names = list(map(_Name.of, header))
    known = Counter(name.text for name in names)
    several = {name.before for name in names} | {text for text, times in known.items() if times > 1}
    for first, name in enumerate(names):
        if name.text not in several:
            continue
        starts = [first]
        for at in range(first + 1, len(names)):
            if names[at].again(name, len(starts)):
                starts.append(at)
        layout = _repeated(header, names, starts) if len(starts) > 1 else None
        if layout is not None:
            return layout
    return None


def _repeated(header: Sequence[str], names: Sequence[_Name], starts: Sequence[int]) -> Layout | None:
    """Return the tables that begin at these columns, if each has the names of the first; the last may have fewer."""
    first, width = slice(starts[0], starts[1]), len(header)
    parts = [first]
    for number, (start, end) in enumerate(pairwise([*starts[1:], width]), start=1):
        part = slice(start, start + _same_names(names[first], names[start:end], number))
        if part.stop < end < width or not _has_people(header[part]):
            return None
        parts.append(part)
    if not _has_people(header[first]):
        return None
    return Layout(width, tuple(parts), before=slice(0, first.start), behind=slice(parts[-1].stop, width))


def _same_names(first: Sequence[_Name], names: Sequence[_Name], number: int) -> int:
    """Return how many names, from the left, are those of the first table again, in its order."""
    left = iter(first)
    found: list[int] = []
    for name in names:
        origin = next((each for each in left if name.again(each, number)), None)
        if origin is None:
            break
        found.append(0 if origin.text == name.text else name.number)
    # A spreadsheet counts on through all names that come again; people write one number for each person ("Name2").
    counts_on = all(one < other for one, other in pairwise(found))
    return len(found) if set(found) <= {0} or set(found) == {number} or counts_on else 0


# --- other names behind an empty column ---------------------------------------------------------


def _apart(header: Sequence[str], sample: Sequence[Sequence[str]]) -> Layout | None:
    """Find tables with names of their own that an empty column parts: each has a person's name and phone.

    Columns without these are of the table before them, such as an address behind a spacer.
    """
    filled = {at for row in sample for at, cell in enumerate(row) if cell.strip()}
    groups = _groups([name or "filled" * (at in filled) for at, name in enumerate(header)])
    parts: list[slice] = []
    for group in groups:
        if parts and not _has_people(list(filter(_is_the_leads, header[group]))):
            parts[-1] = slice(parts[-1].start, group.stop)
        else:
            parts.append(group)
    # What stands before the first person is of his table.
    if len(parts) > 1 and not _has_people(list(filter(_is_the_leads, header[parts[0]]))):
        parts[:2] = [slice(parts[0].start, parts[1].stop)]
    if len(parts) < 2 or not _has_people(list(filter(_is_the_leads, header[parts[0]]))):  # noqa: PLR2004
        return None
    return Layout(len(header), tuple(parts))


def _is_the_leads(name: str) -> bool:
    """Tell whether a name speaks of nobody beside the lead: another person of his row, or his other number."""
    reading = read_name(name)
    return not (reading.other or reading.owner or reading.role or names_a_shipping(name))
