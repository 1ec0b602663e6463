"""Which character parts the cells of a text file, and how its quotes work.

Each candidate is tried by parsing the beginning of the file with it: the right one gives many rows of the
same width, the header among them, and never a quote that closes in the middle of a cell. Quotes may be single ones,
each line may be quoted as a whole, and databases write backslashes before what would part cells or end lines.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from telecmi_leads.files.bounds import MAX_CELL

if TYPE_CHECKING:
    from _csv import Reader  # csv.reader's own type has no other name
    from collections.abc import Callable, Iterable, Iterator

CANDIDATES = ",;\t|^~"
_RARE = "\x01\x1f\x1c\x1d¦§:#!"  # only where none of the others fits, and all rows agree

_ONE_COLUMN = "\x1e"  # parts nothing: commas are text then
_SEP_LINE = re.compile(r'"?sep=(?P<delimiter>[^"\s]|\t)"?[ ,;\t]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
_RULE = re.compile(r"[+=-]{3,}\s*")  # drawn between the rows of a table, as database clients and SAP print it
_HEADER_AGREES = 1.5  # what a delimiter gains when the first row has the width of the others
_HALF = 0.5
_NEARLY_ALL = 0.9
_LIKELY_WIDTHS = 3
_FEWEST_OF_A_TABLE = 3  # columns, for lines beside it to be a banner or a footer and no text of one column
_UNTRUE_QUOTES = 0.2  # what is left of its worth when quotes close in the middle of a cell


class Dialect(Struct, frozen=True):
    r"""How a file's lines are parted.

    `skip` counts lines at the start that are an instruction (`sep=;`), not data. `escaped` tells that a quote inside
    quotes is written `\"`, `spaced` that a quoted cell may come after a space. `slashed` tells that a backslash stands
    before a delimiter or line end that is text, and that `\N` is nothing, as databases write. `wrapped` tells that
    each line is quoted as a whole.
    """

    delimiter: str
    skip: int = 0
    escaped: bool = False
    spaced: bool = False
    quote: str = '"'
    slashed: bool = False
    wrapped: bool = False

    @property
    def shown(self) -> str | None:
        """The delimiter for people, None for a file of one column."""
        return None if self.delimiter == _ONE_COLUMN else self.delimiter

    def lines(self, lines: Iterable[str]) -> Iterator[str]:
        """Return a file's lines as `rows` takes them."""
        lines = iter(lines)
        for _ in range(self.skip):
            next(lines, None)
        if self.wrapped:
            lines = map(_unwrapped, lines)
        return map(self._held, _joined(lines)) if self.slashed else lines

    def rows(self, lines: Iterable[str], *, strict: bool) -> Reader:
        """Parse lines; strictly, a quote that closes in the middle of a cell or never raises csv.Error."""
        if self.escaped:  # csv's own escapes would also swallow line ends
            lines = (line.replace(f"\\{self.quote}", self.quote * 2) for line in lines)
        return csv.reader(
            lines, delimiter=self.delimiter, quotechar=self.quote, skipinitialspace=self.spaced, strict=strict
        )

    def cells(self, rows: list[list[str]]) -> list[list[str]]:
        """Return parsed rows with what backslashes stood for."""
        return [list(map(_released, row)) for row in rows] if self.slashed else rows

    def _held(self, line: str) -> str:
        """Put marks in the place of escapes, so that no delimiter or quote of theirs is seen as one."""

        def mark(escape: re.Match[str]) -> str:
            code = _CODES.get(escape[1] if escape[1] in (self.delimiter, *_ALWAYS) else _LETTERS.get(escape[1], ""))
            return f"{_MARK}{code}" if code else "" if escape[1] == "0" else escape[0]

        return _ESCAPE.sub(mark, line)


# What stands after a backslash, with the letter that marks it; noncharacters never stand in a file that is exchanged.
_MARK = "\ufdd0"
_ALWAYS = "\\\"'\n\r"
_CODES = {char: chr(0xFDD1 + place) for place, char in enumerate(f"{CANDIDATES}{_RARE}{_ALWAYS}")}
_TEXTS = {code: char for char, code in _CODES.items()}
_LETTERS = {"n": "\n", "r": "\r", "t": "\t"}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_MARKED = re.compile(f"{_MARK}(.)")
_NOTHING = "\\N"


def _released(cell: str) -> str:
    if cell == _NOTHING:
        return ""
    return _MARKED.sub(lambda mark: _TEXTS.get(mark[1], ""), cell) if _MARK in cell else cell


def _joined(lines: Iterator[str]) -> Iterator[str]:
    """Join a line that ends in a backslash to the next: the line end between them is text."""
    parts: list[str] = []
    size = 0
    for line in lines:
        parts.append(line)
        size += len(line)
        body = line.rstrip("\r\n")
        if len(body) == len(line) or (len(body) - len(body.rstrip("\\"))) % 2 == 0 or size > MAX_CELL:
            yield "".join(parts)
            parts, size = [], 0
    if parts:
        yield "".join(parts)


_WRAPPED = re.compile(r'[ \t]*"([^"]*(?:""[^"]*)*)"[ \t]*([\r\n]*)')


def _unwrapped(line: str) -> str:
    """Take away the quotes around a whole line."""
    found = _WRAPPED.fullmatch(line)
    return line if found is None else found[1].replace('""', '"') + found[2]


def decide_dialect(sample: str, *, whole: bool) -> Dialect:
    """Find the dialect from the beginning of a file; `whole` tells that the sample is all of it."""
    # Excel's own word for it comes before any guess.
    told = _SEP_LINE.match(sample)
    if told:
        return _quoting(Dialect(told["delimiter"], skip=1), _lines(sample, whole=whole))
    lines = _lines(sample, whole=whole)
    # In this order: the rare signs stand in ordinary text as well, and are believed only where all rows agree.
    candidates = [delimiter for delimiter in CANDIDATES if delimiter in sample]
    best = _best(lines, [_quoting(Dialect(delimiter), lines) for delimiter in candidates], _worth)
    return best or _of_whole_lines(lines) or _best(lines, map(Dialect, _RARE), _agreement) or Dialect(_ONE_COLUMN)


def _best(lines: list[str], dialects: Iterable[Dialect], rate: Callable[[list[str], Dialect], float]) -> Dialect | None:
    """Return the dialect of most worth, the first of equals; None where none has any."""
    rated = [(rate(lines, dialect), dialect) for dialect in dialects]
    worth, best = max(rated, key=lambda each: each[0], default=(0.0, None))
    return best if worth > 0 else None


def _of_whole_lines(lines: list[str]) -> Dialect | None:
    """Find the dialect within lines that are each quoted as a whole, if they are, and all rows agree."""
    filled = [line for line in lines if line.strip()]
    within = list(map(_unwrapped, filled))
    if sum(line != inner for line, inner in zip(filled, within, strict=True)) < max(2, len(filled) * _NEARLY_ALL):
        return None
    found = _best(within, [_quoting(Dialect(delimiter), within) for delimiter in CANDIDATES], _worth)
    return replace(found, wrapped=True) if found is not None and _agreement(within, found) else None


def _agreement(lines: list[str], dialect: Dialect) -> float:
    """Return the share of rows that are as wide as the first, 0 where that is too few to be sure."""
    try:
        widths = [len(row) for row in dialect.rows(dialect.lines(lines), strict=True) if any(row)]
    except csv.Error:
        return 0
    least = _FEWEST_OF_A_TABLE if dialect.delimiter in ":#!" else 2
    if len(widths) <= 1 or widths[0] < least:  # one row proves nothing
        return 0
    share = widths.count(widths[0]) / len(widths)
    return share if share >= _NEARLY_ALL else 0


def _lines(sample: str, *, whole: bool) -> list[str]:
    lines = list(io.StringIO(sample, newline=""))
    return lines if whole or len(lines) <= 1 else lines[:-1]  # the last may be cut


def _quoting(dialect: Dialect, lines: list[str]) -> Dialect:
    r"""Add what the file's quotes and backslashes need: each is looked into only where it stands."""
    sample, delimiter = "".join(lines), dialect.delimiter
    # Apostrophes are common in names, and quoting by them is rare: most cells of the sample must have them.
    if "'" in sample and _single_quoted(sample, lines, delimiter):
        single = replace(dialect, quote="'", escaped="\\'" in sample)
        dialect = dialect if _untrue(lines, single) else single
    if f"{delimiter} {dialect.quote}" in sample:
        dialect = replace(dialect, spaced=True)
    slashed = replace(dialect, slashed=True, escaped=False)
    if (_NOTHING in sample and _nothing(delimiter).search(sample)) or (
        f"\\{delimiter}" in sample and _worth(lines, slashed) > _worth(lines, dialect)
    ):
        return slashed
    if '\\"' in sample and _untrue(lines, dialect):
        escaped = replace(dialect, escaped=True)
        return dialect if _untrue(lines, escaped) else escaped
    return dialect


def _nothing(delimiter: str) -> re.Pattern[str]:
    r"""Return what finds a cell that is `\N`, which only databases write."""
    part = re.escape(delimiter)
    return re.compile(rf'(?:^|{part})"?\\N"?(?={part}|[\r\n]|$)', re.MULTILINE)


def _single_quoted(sample: str, lines: list[str], delimiter: str) -> bool:
    """Tell whether at least one cell a line is between single quotes; one quote at a cell's start is Excel's."""
    part = re.escape(delimiter)
    cell = re.compile(rf"(?:^|{part} ?)'[^'\r\n]*(?:''[^'\r\n]*)*'(?=[ ]?(?:{part}|[\r\n]|$))", re.MULTILINE)
    return len(cell.findall(sample)) >= sum(1 for line in lines if line.strip())


def _untrue(lines: Iterable[str], dialect: Dialect) -> bool:
    """Tell whether a quote closes in the middle of a cell; one that is open at the end may close beyond the sample."""
    try:
        for _ in dialect.rows(dialect.lines(lines), strict=True):
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
        rows = list(dialect.rows(dialect.lines(lines), strict=False))
    except csv.Error:  # a cell beyond all bounds
        return 0.0
    rows = [row for row in rows if any(row) and not (len(row) == 1 and _RULE.fullmatch(row[0]))] or rows
    widths = list(map(len, rows))
    counted = Counter(width for width in widths if width > 1)
    # A report's parts have widths of their own: where the commonest one is not a table's, another may be.
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
    # The square root: a wider table is likelier one, but a comma in each address must not outdo the true delimiter.
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
