"""Delimited text (CSV and its kin) → blocks of rows, at nearly the speed of csv.reader itself.

The fast way is a strict csv.reader, block by block. Where it meets a quote that closes in the middle of a cell
or never, the rest is read the careful way, record by record: a stray quote inside one line is taken as text, as
spreadsheets do; one that swallows line ends would lose rows, so the file is refused with the line where it opened.
"""

from __future__ import annotations

import csv
import re
from itertools import islice
from typing import TYPE_CHECKING

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.core.lead import RowBlock
from telecmi_leads.files.bounds import BLOCK_CHARACTERS, BLOCK_ROWS, MAX_CELL, MAX_COLUMNS
from telecmi_leads.files.delimiters import Dialect, decide_dialect, never_closed
from telecmi_leads.files.sheets import Sheet
from telecmi_leads.files.stray_quotes import SwallowedRows
from telecmi_leads.settings.option_values import FileFormat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telecmi_leads.files.encoding import TextFile

_SAMPLE = 64 * 1024  # characters to find the dialect by: hundreds of rows
_STEP = 64  # rows that are read at a time, of at most MAX_ROW characters each
_SPACES_AFTER_QUOTE = re.compile(r'" +(?=[,;\t|\r\n]|$)')  # untidy, but clear


def read_delimited(file: TextFile) -> Iterator[Sheet]:
    """Read a delimited text file: one sheet. Raises SourceUnreadable, with the line, where it is damaged."""
    csv.field_size_limit(MAX_CELL)
    sample = file.open().read(_SAMPLE)
    dialect = decide_dialect(sample.replace("\0", ""), whole=len(sample) < _SAMPLE)
    yield Sheet(
        file=file.name,
        format=FileFormat.CSV,
        name=None,
        encoding=file.encoding.label,
        delimiter=dialect.shown,
        keys=None,
        notes=file.encoding.notes,
        blocks=_blocks(file, dialect),
    )


def _lines(file: TextFile, dialect: Dialect) -> Iterator[str]:
    lines: Iterator[str] = file.open()
    if file.encoding.nuls:
        lines = (line.replace("\0", "") for line in lines)
    return dialect.lines(lines)


def _blocks(file: TextFile, dialect: Dialect) -> Iterator[RowBlock]:
    reader = dialect.rows(_lines(file, dialect), strict=True)
    row, line = 1, 0
    while True:
        rows: list[list[str]] = []
        try:
            _extend(rows, reader, file)
        except csv.Error:
            del reader
            # Rare enough to read up to the block's first line again, rather than to keep a block of lines for it.
            lines = islice(_lines(file, dialect), line, None)
            yield from _careful(lines, dialect, file.name, row, line + dialect.skip)
            return
        if not rows:
            return
        if reader.line_num - line > len(rows):
            _refuse_hidden_rows(rows, dialect, file.name, line + dialect.skip)
        yield _checked(RowBlock(row, dialect.cells(rows)), file.name)
        row += len(rows)
        line = reader.line_num


def _extend(rows: list[list[str]], reader: Iterator[list[str]], file: TextFile) -> None:
    """Read the rows of a block, fewer where they are long."""
    begun = file.stream.tell()
    while len(rows) < BLOCK_ROWS:
        before = len(rows)
        rows.extend(islice(reader, _STEP))
        if len(rows) < before + _STEP or file.stream.tell() - begun > BLOCK_CHARACTERS:
            return


def _checked(block: RowBlock, name: str) -> RowBlock:
    if max(map(len, block.rows)) > MAX_COLUMNS:
        at = next(index for index, row in enumerate(block.rows) if len(row) > MAX_COLUMNS)
        raise SourceUnreadable(
            f"{name}, row {block.first_row + at}: more than {MAX_COLUMNS:,} columns.",
            hint="The file is damaged, or its delimiter is not what it looks like: export it again.",
        )
    return block


def _careful(lines: Iterator[str], dialect: Dialect, name: str, row: int, line: int) -> Iterator[RowBlock]:
    """Read on from row `row`, `line` lines into the file, checking each record that spans lines."""
    taken: list[str] = []

    def remembered() -> Iterator[str]:
        for text in lines:
            taken.append(text)
            yield text

    reader = dialect.rows(remembered(), strict=False)
    rows: list[list[str]] = []
    last: list[str] = []
    while True:
        try:
            record = next(reader, None)
        except csv.Error:
            raise _damaged(taken, dialect, name, line) from None
        if record is None:
            break
        if len(taken) > 1 or not taken[0].endswith(("\n", "\r")):
            _refuse_swallowed(taken, dialect, name, line)
        rows.append(record)
        line += len(taken)
        last = taken.copy()
        taken.clear()
        if len(rows) == BLOCK_ROWS:
            _refuse_hidden_rows(rows, dialect, name, line - _lines_of(rows))
            yield _checked(RowBlock(row, dialect.cells(rows)), name)
            row, rows = row + len(rows), []
    _refuse_swallowed(last, dialect, name, line - len(last))
    if rows:
        _refuse_hidden_rows(rows, dialect, name, line - _lines_of(rows))
        yield _checked(RowBlock(row, dialect.cells(rows)), name)


def _refuse_hidden_rows(rows: list[list[str]], dialect: Dialect, name: str, line: int) -> None:
    """Refuse a cell of several lines that look like rows of the table: two stray quotes, such as 5" and 6".

    The block's first row begins after `line` lines of the file.
    """
    swallowed = SwallowedRows(rows, dialect)
    for row in rows:
        ends = _line_ends("\t".join(row))  # most rows have none: one look at a row, not at each of its cells
        place = swallowed.first_in(row) if ends else None
        if place is not None:
            raise _quote_out_of_order(name, line + 1 + sum(map(_line_ends, row[:place])))
        line += 1 + ends


def _lines_of(rows: list[list[str]]) -> int:
    return len(rows) + sum(_line_ends("\t".join(row)) for row in rows)


def _line_ends(cell: str) -> int:
    return cell.count("\n") + cell.count("\r") - cell.count("\r\n")


def _refuse_swallowed(taken: list[str], dialect: Dialect, name: str, line: int) -> None:
    """Refuse a record whose quotes are out of order and reach over a line's end, or the file's."""
    error = _quote_error(taken, dialect)
    if error is None or (len(taken) == 1 and not never_closed(error)):
        return
    if _quote_error([_SPACES_AFTER_QUOTE.sub('"', text) for text in taken], dialect) is not None:
        raise _damaged(taken, dialect, name, line)


def _quote_error(lines: list[str], dialect: Dialect) -> csv.Error | None:
    try:
        for _ in dialect.rows(lines, strict=True):
            pass
    except csv.Error as error:
        return error
    return None


def _damaged(taken: list[str], dialect: Dialect, name: str, line: int) -> SourceUnreadable:
    """Tell what is wrong with the record that begins after `line` lines of the file."""
    if len(taken) == 1 and len(taken[0]) > MAX_CELL:
        return SourceUnreadable(
            f"{name}, line {line + 1}: a cell of more than {MAX_CELL:,} characters.",
            hint="The file is damaged, or not what it looks like: export it again.",
        )
    return _quote_out_of_order(name, line + 1 + _lines_before_quote(taken, dialect))


def _quote_out_of_order(name: str, line: int) -> SourceUnreadable:
    return SourceUnreadable(
        f"{name}, line {line}: a quote opens a cell there and does not close where the cell ends.",
        hint='Correct or remove the quote in that line; a quote inside a quoted cell is written twice ("").',
    )


def _lines_before_quote(taken: list[str], dialect: Dialect) -> int:
    """Count the lines of a damaged record before the one in which the cell opens whose quotes are out of order."""
    seen = 0

    def counted() -> Iterator[str]:
        nonlocal seen
        for text in taken:
            seen += 1
            yield text

    try:
        for _ in dialect.rows(counted(), strict=True):
            pass
    except csv.Error as error:
        seen -= 0 if never_closed(error) else 1
    try:
        cells = next(dialect.rows(taken[:seen], strict=False), [])
    except csv.Error:  # a cell beyond all bounds, and mostly the only one of the record that has several lines
        return 0
    return sum(map(_line_ends, cells[:-1]))
