"""A sheet → a table: its header, its first rows to judge columns by, and its rows of data in blocks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from telecmi_leads.columns import is_own_report
from telecmi_leads.columns.header_row import FoundHeader, find_header
from telecmi_leads.core.lead import RowBlock, TableInfo
from telecmi_leads.core.text import restore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from telecmi_leads.files import Sheet
    from telecmi_leads.settings.options import ReadingOptions

_SAMPLE_ROWS = 200
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a file.

    `blocks` are its rows of data, in order, to be read once; their row numbers are those of the sheet. `sample` are the
    first rows of data that are not blank. A sheet without any row is a table without a header and without rows.
    """

    info: TableInfo
    sample: list[list[str]]
    blocks: Iterator[RowBlock]


def open_table(sheet: Sheet, options: ReadingOptions, phone_score: Callable[[Sequence[str]], float]) -> Table:
    """Find a sheet's header, if it has one, and what stands below it.

    `phone_score` takes cells and returns the share, 0 to 1, that are good numbers. Raises what reading raises.
    """
    first = _first_blocks(sheet.blocks)
    blocks = chain(first, sheet.blocks)
    rows = list(chain.from_iterable(block.rows for block in first))
    if sheet.keys is not None:
        return Table(_info(sheet, sheet.keys), _sample(rows), blocks)
    found = _own_header(rows) if options.no_header else find_header(rows, phone_score)
    if found is None:
        width = max(map(_width, rows), default=0)
        unsaid = ("no header row was found; columns are told by their values",) if width else ()
        notes = () if options.no_header else unsaid
        return Table(_info(sheet, tuple(f"column {at + 1}" for at in range(width)), notes=notes), _sample(rows), blocks)
    below = rows[found.last + 1 :]
    header = _as_wide_as(_without_end(found.names), below)
    row = first[0].first_row + found.last
    return Table(_info(sheet, header, row, _notes(found, rows)), _sample(below), _below(blocks, row))


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
    )


def _sample(rows: Sequence[list[str]]) -> list[list[str]]:
    return [row for row in rows if any(map(str.strip, row))][:_SAMPLE_ROWS]


def _first_blocks(blocks: Iterator[RowBlock]) -> list[RowBlock]:
    """Read ahead until there are rows enough to judge by; blocks of blank rows at the top are left out."""
    first: list[RowBlock] = []
    filled = 0
    for block in blocks:
        filled += sum(1 for row in block.rows if any(map(str.strip, row)))
        if filled:
            first.append(block)
        if filled >= _SAMPLE_ROWS:
            break
    return first


def _below(blocks: Iterator[RowBlock], header_row: int) -> Iterator[RowBlock]:
    """Yield the rows below the header."""
    for block in blocks:
        above = header_row + 1 - block.first_row
        if above <= 0:
            yield block
        elif above < len(block.rows):
            yield RowBlock(header_row + 1, block.rows[above:])


def _notes(found: FoundHeader, rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    above = sum(1 for row in rows[: found.first] if any(map(str.strip, row)))
    notes = [f"{above} row{'s' if above > 1 else ''} above the header left out"] if above else []
    if found.first != found.last:
        notes.append("the header has two rows")
    return tuple(notes)


# --- widths -------------------------------------------------------------------------------------


def _width(row: Sequence[str]) -> int:
    """Return the number of cells up to the last that holds something."""
    width = len(row)
    while width and not row[width - 1].strip():
        width -= 1
    return width


def _without_end(header: Sequence[str]) -> tuple[str, ...]:
    return tuple(header[: _width(header)])


def _as_wide_as(header: tuple[str, ...], rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Add columns without a name where most rows are wider than the header: they hold data, no stray delimiter."""
    widths = [width for row in rows[:_SAMPLE_ROWS] if (width := _width(row))]
    wider = [width for width in widths if width > len(header)]
    if not wider or len(wider) < len(widths) * _HALF:
        return header
    width = Counter(wider).most_common(1)[0][0]
    return header + ("",) * (width - len(header))
