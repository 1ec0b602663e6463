"""Delimited text (CSV and its kin) → blocks of rows, at nearly the speed of csv.reader itself.

The fast way is a strict csv.reader, block by block. Where it meets a quote that closes in the middle of a cell or never,
the rest is read the careful way, record by record: a stray quote inside one line is taken as text, as
spreadsheets do; one that swallows line ends would lose rows, so the file is refused with the line where the quote opened.
"""

from __future__ import annotations

import csv
from itertools import islice, tee
from typing import TYPE_CHECKING, BinaryIO

from telecmi_leads.errors import SourceUnreadable
from telecmi_leads.models import RowBlock
from telecmi_leads.options import FileFormat
from telecmi_leads.reading.dialect import Dialect, decide_dialect
from telecmi_leads.reading.encoding import Encoding, decide_encoding, open_text
from telecmi_leads.reading.source import BLOCK_ROWS, MAX_CELL, MAX_COLUMNS, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SAMPLE = 256 * 1024


def read_delimited(stream: BinaryIO, name: str) -> Iterator[Sheet]:
    """Read a delimited text file: one sheet."""
    encoding = decide_encoding(stream)
    text = open_text(stream, encoding, name)
    sample = text.read(_SAMPLE)
    dialect = decide_dialect(sample.replace("\0", ""), whole=len(sample) < _SAMPLE)
    notes = ("NUL characters left out",) if encoding.nuls else ()
    yield Sheet(
        file=name,
        format=FileFormat.CSV,
        name=None,
        encoding=encoding.label,
        delimiter=dialect.shown,
        keys=None,
        notes=notes,
        blocks=_blocks(_lines(stream, encoding, dialect, name), dialect, name),
    )


def _lines(stream: BinaryIO, encoding: Encoding, dialect: Dialect, name: str) -> Iterator[str]:
    lines: Iterable[str] = open_text(stream, encoding, name)
    if encoding.nuls:
        lines = (line.replace("\0", "") for line in lines)
    return islice(lines, dialect.skip, None)


def _blocks(lines: Iterator[str], dialect: Dialect, name: str) -> Iterator[RowBlock]:
    csv.field_size_limit(MAX_CELL)
    ahead, behind = tee(lines)  # `behind` stands at the block's first line, to read it again the careful way
    reader = csv.reader(ahead, delimiter=dialect.delimiter, strict=True)
    row, line = 1, 0
    while True:
        rows: list[list[str]] = []
        try:
            rows.extend(islice(reader, BLOCK_ROWS))
        except csv.Error:
            del ahead, reader
            yield from _careful(behind, dialect, name, row, line + dialect.skip)
            return
        if not rows:
            return
        _check_width(rows, row, name)
        yield RowBlock(row, rows)
        row += len(rows)
        next(islice(behind, reader.line_num - line, reader.line_num - line), None)
        line = reader.line_num


def _check_width(rows: list[list[str]], first_row: int, name: str) -> None:
    if max(map(len, rows)) > MAX_COLUMNS:
        at = next(index for index, row in enumerate(rows) if len(row) > MAX_COLUMNS)
        raise SourceUnreadable(
            f"{name}, row {first_row + at}: more than {MAX_COLUMNS:,} columns",
            hint="The file is damaged, or its delimiter is not what it looks like: export it again.",
        )


def _careful(lines: Iterator[str], dialect: Dialect, name: str, row: int, line: int) -> Iterator[RowBlock]:
    """Read on from row `row`, `line` lines into the file, checking each record that spans lines."""
    taken: list[str] = []

    def remembered() -> Iterator[str]:
        for text in lines:
            taken.append(text)
            yield text

    reader = csv.reader(remembered(), delimiter=dialect.delimiter)
    rows: list[list[str]] = []
    while True:
        try:
            record = next(reader, None)
        except csv.Error:
            raise _damaged(taken, dialect, name, line) from None
        if len(taken) > 1 or (taken and not taken[0].endswith(("\n", "\r"))):
            _refuse_swallowed(taken, dialect, name, line)
        if record is None:
            break
        rows.append(record)
        line += len(taken)
        taken.clear()
        if len(rows) == BLOCK_ROWS:
            _check_width(rows, row, name)
            yield RowBlock(row, rows)
            row, rows = row + len(rows), []
    if rows:
        _check_width(rows, row, name)
        yield RowBlock(row, rows)


def _refuse_swallowed(taken: list[str], dialect: Dialect, name: str, line: int) -> None:
    """Refuse a record whose quotes are out of order and reach over a line's end."""
    try:
        for _ in csv.reader(taken, delimiter=dialect.delimiter, strict=True):
            pass
    except csv.Error as error:
        if len(taken) > 1 or "unexpected end" in str(error):
            raise _damaged(taken, dialect, name, line) from None


def _damaged(taken: list[str], dialect: Dialect, name: str, line: int) -> SourceUnreadable:
    """Tell what is wrong with the record that begins after `line` lines of the file."""
    if len(taken) == 1 and len(taken[0]) > MAX_CELL:
        return SourceUnreadable(
            f"{name}, line {line + 1}: a cell of more than {MAX_CELL:,} characters",
            hint="The file is damaged, or not what it looks like: export it again.",
        )
    opened = line + 1 + _lines_before_open_quote(taken, dialect)
    return SourceUnreadable(
        f"{name}, line {opened}: a quote opens a cell there and is not closed where the cell ends",
        hint='Correct or remove the quote in that line; a quote inside a quoted cell is written twice ("").',
    )


def _lines_before_open_quote(taken: list[str], dialect: Dialect) -> int:
    """Count the lines of a record before the one in which its last quoted cell of several lines opens."""
    for count in range(1, len(taken) + 1):
        try:
            list(csv.reader(taken[:count], delimiter=dialect.delimiter, strict=True))
        except csv.Error:
            break
    else:
        return 0
    fields = next(csv.reader(taken[:count], delimiter=dialect.delimiter), [])
    return sum(field.count("\n") or field.count("\r") for field in fields[:-1])
