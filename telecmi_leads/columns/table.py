"""A sheet → a table: its header, its first rows to judge columns by, and its rows of data in blocks."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from telecmi_leads.columns.cell_values import has_letters, share
from telecmi_leads.columns.header_meaning import may_title_a_group, read_name
from telecmi_leads.columns.mark_sections import is_section_title, title_above
from telecmi_leads.columns.meanings import NAME_HEADS, PHONE_HEADS, Head
from telecmi_leads.columns.sampling import first_blocks, sample_of
from telecmi_leads.columns.widths import fitted, width_of
from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.core.formulas import restore
from telecmi_leads.core.lead import REFUSED_COLUMNS, REJECT_COLUMNS, RowBlock, TableInfo
from telecmi_leads.core.text import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from telecmi_leads.files import Sheet
    from telecmi_leads.settings.options import ReadingOptions


SEARCHED_ROWS = 50
"""So many rows that are not blank are searched for the header."""

_NUMBER = re.compile(r"[`'=\"]*\+?[\d\s().\-/]{7,25}")
_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}\b.*")
_LABEL_AND_VALUE = re.compile(r"[^\W\d][^:]{0,30}:\s*\S")
_EMAIL = re.compile(r"[^\s@,;:]+@[^\s@,;:]+\.[^\s@,;:]+")
_FEWEST_DIGITS = 7
_LONGEST_NAME = 300
_MOST_PREAMBLE_CELLS = 2
_MOST_LABEL_LINES = 5
_FEWEST_HEADER_CELLS_BELOW_PREAMBLE = 4
_MOSTLY = 0.6
_HALF = 0.5


class FoundHeader(Struct, frozen=True):
    """A header: its names, and the indexes of its first and last row among the rows searched."""

    names: tuple[str, ...]
    first: int
    last: int


class _Row:
    """A row that is not blank, looked at as a header."""

    def __init__(self, index: int, cells: Sequence[str], phone_score: Callable[[Sequence[str]], float]) -> None:
        self.index = index
        self.cells = [cell.strip() for cell in cells]
        self.filled = [cell for cell in self.cells if cell]
        self.different = len(set(self.filled))  # a merged banner may be repeated in each of its cells
        self._phone_score = phone_score

    @cached_property
    def data(self) -> bool:
        """Tell whether a cell plainly holds a number or an email address, as no header does."""
        return any(map(self._is_data, self.filled))

    def _is_data(self, cell: str) -> bool:
        if _EMAIL.match(cell):
            return True
        if sum(char.isdecimal() for char in cell) < _FEWEST_DIGITS or _DATE.fullmatch(cell):
            return False
        return _NUMBER.fullmatch(cell) is not None or self._phone_score([cell]) > 0

    @cached_property
    def labelled(self) -> bool:
        """Tell whether this is a line of labels and values ("Branch: Kochi", "Contact", "98…"), as above a table.

        Either each cell holds both, or a cell that names a phone or somebody else's stands among values.
        """
        if all(map(_LABEL_AND_VALUE.match, self.filled)):
            return True
        readings = [read_name(cell) for cell in self.filled if len(cell) <= _LONGEST_NAME]
        labels = [
            reading for reading in readings if reading.known and (reading.head in PHONE_HEADS or reading.somebody_elses)
        ]
        return 0 < len(labels) <= len(self.filled) * _HALF

    @cached_property
    def known(self) -> int:
        """The number of cells that are names columns have."""
        return sum(read_name(cell).known for cell in self.filled if len(cell) <= _LONGEST_NAME)

    @cached_property
    def names_a_phone(self) -> bool:
        """Tell whether a cell names the lead's phone."""
        return any(read_name(cell).head in PHONE_HEADS and read_name(cell).known for cell in self.filled)

    @cached_property
    def has_number(self) -> bool:
        """Tell whether a cell is a good number."""
        return any(
            sum(char.isdecimal() for char in cell) >= _FEWEST_DIGITS and self._phone_score([cell]) > 0
            for cell in self.filled
        )

    @cached_property
    def names_a_field(self) -> bool:
        """Tell whether a cell names something of a lead, and not only somebody else's."""
        return any(read_name(cell).head is not None and read_name(cell).known for cell in self.filled)


def find_header(rows: Sequence[Sequence[str]], phone_score: Callable[[Sequence[str]], float]) -> FoundHeader | None:
    """Find the header among a table's first rows; None where the first rows plainly hold data and no header does.

    `phone_score` takes cells and returns the share, 0 to 1, that are good numbers.
    """
    filled = ((index, cells) for index, cells in enumerate(rows) if any(map(str.strip, cells)))
    looked_at = [_Row(index, cells, phone_score) for index, cells in islice(filled, SEARCHED_ROWS)]
    if not looked_at:
        return None
    row = _header_row(looked_at)
    return None if row is None else _with_groups(row, looked_at)


def _header_row(rows: list[_Row]) -> _Row | None:
    width = max(row.different for row in rows)
    enough = 1 if width == 1 else 2
    strong = [row for row in rows if _is_strong(row, enough)]
    rows = _below_labels(rows, strong)
    data = next((row for row in rows if row.different >= enough and row.data), None)
    if strong:
        above = [row for row in strong if data is None or row.index < data.index]
        best = max(above, key=lambda row: row.known, default=None)  # the first of equals
        with_phone = next((row for row in strong if row.names_a_phone), None)
        # A report may begin with a small table of facts whose labels are known names too; the one with a phone is
        # meant.
        if with_phone is not None and not (best and best.names_a_phone) and _above_is_no_table(rows, with_phone):
            return with_phone
        if best is not None:
            return best
        if _is_preamble(rows, strong[0]):
            return strong[0]
    # The very first full row holds data: there is no header, and the columns are told by their values.
    if data is not None and data is next(row for row in rows if row.different >= enough):
        return None
    # No name is known, perhaps a language that is not: the first row of names above the first data, or above nothing.
    upper = [row for row in rows if data is None or row.index < data.index]
    wide = [row for row in upper if row.different >= max(enough, len((data or row).filled) * _HALF)]
    return max(wide, key=lambda row: row.known) if wide else (rows[0] if data is None else None)


def _below_labels(rows: list[_Row], strong: list[_Row]) -> list[_Row]:
    """Leave out lines of labels and values above the first header: an agent's own number is not a lead, nor data."""
    header = next((row for row in strong if row.names_a_phone), None)
    if header is None:
        return rows
    above = [row for row in rows if row.index < header.index and (row.data or row.has_number)]
    if not above or len(above) > _MOST_LABEL_LINES or not all(row.labelled for row in above):
        return rows
    return [row for row in rows if row not in above]


def _above_is_no_table(rows: list[_Row], header: _Row) -> bool:
    """Tell whether no good number stands above a header: another part of a report, such as what it is about."""
    return not any(row.has_number for row in rows if row.index < header.index)


def _is_strong(row: _Row, enough: int) -> bool:
    # Whether a row is data is soon seen; its cells are read as names only where it is none.
    return (
        row.different >= enough
        and not row.data
        and row.known >= enough
        and row.known >= len(row.filled) * 0.3
        and row.names_a_field
    )


def _is_preamble(rows: list[_Row], header: _Row) -> bool:
    """Tell whether the rows above a header are lines of a letterhead ("Helpline", "+91 22 …") and no leads."""
    above = [row for row in rows if row.index < header.index]
    return header.different >= _FEWEST_HEADER_CELLS_BELOW_PREAMBLE and all(
        len(row.filled) <= _MOST_PREAMBLE_CELLS for row in above
    )


# --- headers of two rows ------------------------------------------------------------------------


def _with_groups(row: _Row, rows: list[_Row]) -> FoundHeader:
    """Join a row of groups and the row of names below it, so that "Father" above "Mobile" is "Father Mobile"."""
    by_index = {other.index: other for other in rows}
    above, below = by_index.get(row.index - 1), by_index.get(row.index + 1)
    for upper, lower in ((above, row), (row, below)):
        if upper is not None and lower is not None and _are_groups(upper, lower):
            return FoundHeader(_joined(upper.cells, lower.cells), upper.index, lower.index)
    return FoundHeader(tuple(row.cells), row.index, row.index)


def _are_groups(upper: _Row, lower: _Row) -> bool:
    gaps = any(
        not (upper.cells[at] if at < len(upper.cells) else "") and cell for at, cell in enumerate(lower.cells) if at
    )
    return (
        gaps
        and upper.different > 1
        and all(map(may_title_a_group, upper.filled))
        and not (upper.data or lower.data or _title_tables(upper, lower))
        and len(lower.filled) > 1
        and lower.known >= len(lower.filled) * _MOSTLY
    )


def _title_tables(upper: _Row, lower: _Row) -> bool:
    """Tell whether a row has the titles of tables that stand side by side: one says that its people are not called."""
    if not any(map(is_section_title, upper.filled)):
        return False
    heads = [read_name(cell).head for cell in lower.filled if len(cell) <= _LONGEST_NAME]
    return all(sum(head in kind for head in heads) > 1 for kind in (PHONE_HEADS, NAME_HEADS))


def _joined(upper: list[str], lower: list[str]) -> tuple[str, ...]:
    names: list[str] = []
    group = ""
    for at in range(max(len(upper), len(lower))):
        own = upper[at] if at < len(upper) else ""
        name = lower[at] if at < len(lower) else ""
        group = own or group
        names.append(own if not name or name == own else f"{group} {name}".strip())
    return tuple(names)


class Table(Struct, frozen=True):
    """A table of a file.

    `blocks` are its rows of data, in order, to be read once; their row numbers are those of the sheet. `sample` are the
    first rows of data that are not blank. The last `surplus` columns have no name, and may be second halves of values.
    `above` are the titles of the sheet and the rows above its header. A sheet without any row is a table without a
    header and without rows.
    """

    info: TableInfo
    sample: list[list[str]]
    blocks: Iterator[RowBlock]
    surplus: int = 0
    above: Sequence[Sequence[str]] = ()


def open_table(sheet: Sheet, options: ReadingOptions, phone_score: Callable[[Sequence[str]], float]) -> Table:
    """Find a sheet's header, if it has one, and what stands below it.

    `phone_score` takes cells and returns the share, 0 to 1, that are good numbers. Raises what reading raises.
    """
    first = first_blocks(sheet.blocks)
    blocks = chain(first, sheet.blocks)
    rows = list(chain.from_iterable(block.rows for block in first))
    if sheet.keys is not None:
        return Table(_info(sheet, sheet.keys), sample_of(rows), blocks)
    # --no-header is said of the lead file. The reject file that comes back with the same command has a header.
    found = _own_header(rows) if options.no_header else find_header(rows, phone_score)
    if not options.no_header:
        _refuse_unparted(sheet, rows)
        _refuse_transposed(sheet, rows, phone_score)
    if found is None:
        width = max(map(width_of, rows), default=0)
        unsaid = ("no header row was found; columns are told by their values",) if width else ()
        notes = () if options.no_header else unsaid
        names = tuple(f"column {at + 1}" for at in range(width))
        return Table(_info(sheet, names, notes=notes), sample_of(rows), blocks)
    below = rows[found.last + 1 :]
    header = fitted(found.names, below, sheet.delimiter)
    row = first[0].first_row + found.last
    info = _info(sheet, header.names, row, _notes(found, rows))
    above = [*([title] for title in sheet.titles), *rows[: found.first]]
    info = replace(info, title=title_above(above))
    return Table(info, sample_of(below), _below(blocks, row), header.surplus, above)


# Signs and blanks that may part the names of a header where no delimiter was found.
_PARTING = re.compile(r"[^\w\s'\u2019().&-]+|\s{2,}")


_WORDS_PARTING = re.compile(r"[\s_/|,;:+\u2013\u2014-]+")


def _refuse_unparted(sheet: Sheet, rows: Sequence[Sequence[str]]) -> None:
    """Refuse a sheet of one column whose first cell names several fields: what parts its cells is not known."""
    first = next((row for row in rows if any(map(str.strip, row))), [])
    if sum(map(bool, map(str.strip, first))) != 1 or any(sum(map(bool, map(str.strip, row))) > 1 for row in rows):
        return
    cells = [cell for row in rows for cell in row if cell.strip()]
    if len(cells[0]) > _LONGEST_NAME:
        return
    text = sheet.format == "csv" and sheet.delimiter is None
    if (text and _names_parted_fields(cells[0])) or (sheet.delimiter is None and _names_three_fields(cells)):
        spaced = text and re.search(r"\S {2,}\S", cells[0]) is not None
        raise SourceUnreadable(
            f"{sheet.file}: its first line names several columns, and no sign parts the cells below it"
            f"{' (it seems to be text of fixed width)' if spaced else ''}.",
            hint="Export it as CSV with a comma, semicolon or tab between the cells, or as XLSX."
            if text
            else "Part the cells in Excel (Data, Text to Columns), so that each field has a column.",
        )


def _names_parted_fields(header: str) -> bool:
    """Tell whether a text names a phone and other fields, with signs between them."""
    names = [read_name(part) for part in map(str.strip, _PARTING.split(header)) if part]
    heads = {name.head for name in names if name.known and name.head is not None}
    return bool(heads & PHONE_HEADS and heads - PHONE_HEADS) and len(heads) > len(names) * _HALF


def _names_three_fields(cells: Sequence[str]) -> bool:
    """Tell whether the words of the first cell name a phone and two other fields, and those below hold them all.

    A name and a phone alone may share a column, and its name may have several words: "Customer Phone Number".
    """
    names = [read_name(word) for word in _WORDS_PARTING.split(cells[0]) if word]
    heads = [name.head for name in names if name.known and name.head is not None]
    kinds = {Head.NAME if head in NAME_HEADS or head is Head.COMPANY else head for head in heads} - PHONE_HEADS
    if PHONE_HEADS.isdisjoint(heads) or len(kinds) < _FEWEST_FIELDS - 1 or len(heads) <= len(names) * _HALF:
        return False
    below = cells[1:]
    return share(below, lambda cell: has_letters(cell) and _is_number(cell)) >= _MOSTLY


def _refuse_transposed(
    sheet: Sheet, rows: Sequence[Sequence[str]], phone_score: Callable[[Sequence[str]], float]
) -> None:
    """Refuse a sheet that stands on its side: its first column names the fields, and each person is a column."""
    filled = [row for row in rows[:_FIELDS_OF_A_FORM] if any(map(str.strip, row))]
    if any(_names_phone(cell) for row in filled for cell in row[1:]):
        return  # a header stands below a letterhead
    names = [read_name(row[0].strip()) if len(row[0]) <= _LONGEST_NAME else None for row in filled if row]
    heads = [name.head for name in names if name is not None and name.known and name.head is not None]
    if len(heads) < len(filled) * _MOSTLY or len(rows) > 2 * _FIELDS_OF_A_FORM:
        return
    fields = [(row[1:], name.head) for row, name in zip(filled, names, strict=False) if name is not None]
    phones = [cells for cells, head in fields if head in PHONE_HEADS]
    others = [cells for cells, head in fields if head not in PHONE_HEADS]
    # Two names alone may be what kinds of numbers stand below each other: other fields than the phone hold none.
    few = len(set(heads)) < _FEWEST_FIELDS
    if few and (not NAME_HEADS & set(heads) or any(map(_is_number, chain.from_iterable(others)))):
        return
    if any(phone_score([cell for cell in cells if cell.strip()]) >= _HALF for cells in phones if any(cells)):
        where = sheet.file if sheet.name is None else f"{sheet.file}, sheet {safe(sheet.name)}"
        raise SourceUnreadable(
            f"{where} stands on its side: its first column names the fields, and each person is a column.",
            hint="Turn it in Excel (copy, then Paste Special, Transpose), so that each person is a row.",
        )


def _is_number(cell: str) -> bool:
    return sum(map(str.isdecimal, cell)) >= _FEWEST_DIGITS


def _names_phone(cell: str) -> bool:
    return 0 < len(cell) <= _LONGEST_NAME and read_name(cell).known and read_name(cell).head in PHONE_HEADS


_FIELDS_OF_A_FORM = 40
_FEWEST_FIELDS = 3


def place(info: TableInfo) -> str:
    """Return where a table stands: `crm.xlsx, sheet "Reach"`."""
    return safe(info.file) + (f', sheet "{safe(info.sheet, 60)}"' if info.sheet is not None else "")


def is_own_report(header: Sequence[str]) -> bool:
    """Tell whether a table was written by this program's report of rejected rows."""
    return set(REJECT_COLUMNS) <= set(header)


def is_refused_report(header: Sequence[str]) -> bool:
    """Tell whether a table was written by this program's report of refused leads."""
    return is_own_report(header) and set(REFUSED_COLUMNS) <= set(header)


def _own_header(rows: Sequence[Sequence[str]]) -> FoundHeader | None:
    """Return the header of an earlier report: it has one, whatever is said of the files that its rows came from."""
    at, first = next(((at, row) for at, row in enumerate(rows) if any(row)), (0, ()))
    return FoundHeader(tuple(first), at, at) if is_own_report(first) else None


def _info(
    sheet: Sheet, header: tuple[str, ...], header_row: int | None = None, notes: tuple[str, ...] = ()
) -> TableInfo:
    return TableInfo(
        file=sheet.file,
        format=sheet.format.value,
        header=tuple(map(restore, header)) if is_own_report(header) else header,
        header_row=header_row,
        sheet=sheet.name,
        encoding=sheet.encoding,
        delimiter=sheet.delimiter,
        notes=(*sheet.notes, *notes),
        hidden_rows=sheet.hidden_rows,
        title=title_above([title] for title in sheet.titles),
    )


def _below(blocks: Iterator[RowBlock], header_row: int) -> Iterator[RowBlock]:
    """Yield the rows below the header."""
    for block in blocks:
        above = header_row + 1 - block.first_row
        if above <= 0:
            yield block
            del block  # as in files/bounds
        elif above < len(block.rows):
            yield RowBlock(header_row + 1, block.rows[above:])


def _notes(found: FoundHeader, rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    above = sum(1 for row in rows[: found.first] if any(map(str.strip, row)))
    notes = [f"{above} row{'s' if above > 1 else ''} above the header left out"] if above else []
    if found.first != found.last:
        notes.append("the header has two rows")
    return tuple(notes)
