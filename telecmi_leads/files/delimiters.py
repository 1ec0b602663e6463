"""Which character parts the cells of a text file, and how its quotes work.

Each candidate is tried by parsing the beginning of the file with it: the right one gives many rows of the
same width, the header among them, and never a quote that closes in the middle of a cell.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _csv import Reader  # csv.reader's own type has no other name
    from collections.abc import Iterable, Iterator

CANDIDATES = ",;\t|"

_ONE_COLUMN = "\x1e"  # parts nothing: commas are text then
_SEP_LINE = re.compile(r'"?sep=(?P<delimiter>[^"\s]|\t)"?[ ,;\t]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
_HEADER_AGREES = 1.5  # what a delimiter gains when the first row has the width of the others
_HALF = 0.5
_LIKELY_WIDTHS = 3
_FEWEST_OF_A_TABLE = 3  # columns, for lines beside it to be a banner or a footer and no text of one column
_UNTRUE_QUOTES = 0.2  # what is left of its worth when quotes close in the middle of a cell


@dataclass(frozen=True, slots=True)
class Dialect:
    r"""How a file's lines are parted.

    `skip` counts lines at the start that are an instruction (`sep=;`), not data. `escaped` tells that a quote inside
    quotes is written `\"`, `spaced` that a quoted cell may come after a space.
    """

    delimiter: str
    skip: int = 0
    escaped: bool = False
    spaced: bool = False

    @property
    def shown(self) -> str | None:
        """The delimiter for people, None for a file of one column."""
        return None if self.delimiter == _ONE_COLUMN else self.delimiter

    def rows(self, lines: Iterable[str], *, strict: bool) -> Reader:
        """Parse lines; strictly, a quote that closes in the middle of a cell or never raises csv.Error."""
        if self.escaped:  # csv's own escapes would also swallow line ends
            lines = (line.replace('\\"', '""') for line in lines)
        return csv.reader(lines, delimiter=self.delimiter, skipinitialspace=self.spaced, strict=strict)


def decide_dialect(sample: str, *, whole: bool) -> Dialect:
    """Find the dialect from the beginning of a file; `whole` tells that the sample is all of it."""
    told = _SEP_LINE.match(sample)
    if told:
        return _quoting(Dialect(told["delimiter"], skip=1), sample[told.end() :], whole=whole)
    lines = list(_lines(sample, whole=whole))
    dialects = [_quoting(Dialect(delimiter), sample, whole=whole) for delimiter in CANDIDATES]
    worth = [_worth(lines, dialect) for dialect in dialects]
    best = max(worth)
    return dialects[worth.index(best)] if best > 0 else Dialect(_ONE_COLUMN)


def _lines(sample: str, *, whole: bool) -> Iterator[str]:
    lines = list(io.StringIO(sample, newline=""))
    return iter(lines if whole or len(lines) < 2 else lines[:-1])  # noqa: PLR2004 - the last may be cut


def _quoting(dialect: Dialect, sample: str, *, whole: bool) -> Dialect:
    r"""Add what the file's quotes need: `, "` and `\"` are looked into only where they stand."""
    delimiter, skip = dialect.delimiter, dialect.skip
    if f'{delimiter} "' in sample:
        dialect = Dialect(delimiter, skip, spaced=True)
    if '\\"' in sample and _untrue(_lines(sample, whole=whole), dialect):
        escaped = Dialect(delimiter, skip, escaped=True, spaced=dialect.spaced)
        return dialect if _untrue(_lines(sample, whole=whole), escaped) else escaped
    return dialect


def _untrue(lines: Iterable[str], dialect: Dialect) -> bool:
    """Tell whether a quote closes in the middle of a cell; one that is open at the end may close beyond the sample."""
    try:
        for _ in dialect.rows(lines, strict=True):
            pass
    except csv.Error as error:
        return not never_closed(error)
    return False


def never_closed(error: csv.Error) -> bool:
    """Tell whether csv.reader complains that the lines end within quotes."""
    return "unexpected end" in str(error)


def _worth(lines: list[str], dialect: Dialect) -> float:
    """Rate a dialect: the share of rows that have one width, more for wider rows."""
    try:
        rows = list(dialect.rows(lines, strict=False))
    except csv.Error:  # a cell beyond all bounds
        return 0.0
    rows = [row for row in rows if any(row)] or rows
    widths = list(map(len, rows))
    counted = Counter(width for width in widths if width > 1)
    # A report's parts have widths of their own: where the commonest one is no table's, another may be.
    likely = sorted(counted, key=lambda width: (counted[width], width), reverse=True)[:_LIKELY_WIDTHS]
    punctuation = _is_punctuation(lines, dialect.delimiter)
    worths = (_worth_of_width(rows, widths, width) for width in likely if widths[0] == width or not punctuation)
    worth = next(filter(None, worths), 0.0)
    return worth * _UNTRUE_QUOTES if worth and _untrue(lines, dialect) else worth


def _worth_of_width(rows: list[list[str]], widths: list[int], width: int) -> float:
    header_agrees = widths[0] == width
    table = _table(rows, widths, width)
    parted = sum(1 for found in table if found > 1) if header_agrees else table.count(width)
    if parted < len(table) * _HALF:
        return 0.0
    return widths.count(width) / len(widths) * math.sqrt(width - 1) * (_HEADER_AGREES if header_agrees else 1)


def _table(rows: list[list[str]], widths: list[int], width: int) -> list[int]:
    """Return the widths that must agree: all, or those of the table between the lines of a banner and a footer."""
    first, end = widths.index(width), len(widths) - widths[::-1].index(width)
    beside = rows[:first] + rows[end:]
    worded = all(any(map(str.isalpha, "".join(row))) for row in beside)
    return widths[first:end] if width >= _FEWEST_OF_A_TABLE and end - first > 1 and worded else widths


def _is_punctuation(lines: list[str], delimiter: str) -> bool:
    """Tell whether a space follows the delimiter wherever it stands, as in a list of `Menon, Asha`."""
    text = "".join(lines)
    return delimiter in ",;" and text.count(delimiter) == text.count(f"{delimiter} ")
