"""Which character parts the cells of a text file.

Each candidate is tried by parsing the beginning of the file with it: the right one gives many rows of the
same width, the header among them, and never a quote that closes in the middle of a cell.
"""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from dataclasses import dataclass

CANDIDATES = ",;\t|"
ONE_COLUMN = "\x1e"
"""Parts nothing: the file is one column, and commas in it are text."""

_SEP_LINE = re.compile(r'"?sep=(?P<delimiter>.)"?[ ,;\t]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
_UNTRUE_QUOTES = 0.2  # what a delimiter is worth that makes quotes close in the middle of a cell


@dataclass(frozen=True, slots=True)
class Dialect:
    """`delimiter` for csv.reader; `skip` lines at the file's start that are an instruction, not data."""

    delimiter: str
    skip: int = 0

    @property
    def shown(self) -> str | None:
        """The delimiter for people, None for a file of one column."""
        return None if self.delimiter == ONE_COLUMN else self.delimiter


def decide_dialect(sample: str, *, whole: bool) -> Dialect:
    """Find the delimiter from the beginning of a file; `whole` tells that the sample is all of it."""
    told = _SEP_LINE.match(sample)
    if told:
        return Dialect(told["delimiter"], skip=1)
    lines = sample.splitlines(keepends=True)
    if not whole and len(lines) > 1:
        lines.pop()
    worth = {delimiter: _worth(lines, delimiter) for delimiter in CANDIDATES}
    best = max(CANDIDATES, key=lambda delimiter: worth[delimiter])
    return Dialect(best if worth[best] > 0 else ONE_COLUMN)


def _worth(lines: list[str], delimiter: str) -> float:
    """Rate a delimiter: the share of rows that have the commonest width, more for wider rows."""
    rows, untrue_quotes = _parsed(lines, delimiter)
    widths = [len(row) for row in rows if any(row)]
    several: Counter[int] = Counter(width for width in widths if width > 1)
    if not several:
        return 0.0
    width, count = max(several.items(), key=lambda item: (item[1], item[0]))
    share = count / len(widths)
    if share < 0.5 and widths[0] != width:  # noqa: PLR2004 - half the rows
        return 0.0
    worth = share * math.sqrt(width - 1)
    if widths[0] == width:
        worth *= 1.5  # the header is parted the same way
    return worth * _UNTRUE_QUOTES if untrue_quotes else worth


def _parsed(lines: list[str], delimiter: str) -> tuple[list[list[str]], bool]:
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        if "unexpected end" in str(error):
            return rows, False
        try:
            return list(csv.reader(lines, delimiter=delimiter)), True
        except csv.Error:
            return rows, True
    return rows, False
