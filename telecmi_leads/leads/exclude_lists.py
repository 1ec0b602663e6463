"""Do-not-call lists. They fail closed: a list that can't be relied on stops the run before anything is sent."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from telecmi_leads.columns import number_columns
from telecmi_leads.columns.matching import Matcher
from telecmi_leads.columns.row_kinds import RowKind, row_kind
from telecmi_leads.columns.sampling import BlocksAhead
from telecmi_leads.columns.unread_tables import no_phone_column
from telecmi_leads.core.errors import ExcludeListFailed, InputRefused
from telecmi_leads.core.reasons import Reason, Repair
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import argument, count
from telecmi_leads.files import open_source
from telecmi_leads.leads.cleaning import Cleaner, rows_above
from telecmi_leads.leads.further_numbers import may_hold_two
from telecmi_leads.leads.later_headers import HeaderBudget
from telecmi_leads.leads.row_numbers import find_numbers, leveled, row_regions
from telecmi_leads.leads.screening import ExcludeList, NumberSet
from telecmi_leads.phones import PhoneBook, region_of_header
from telecmi_leads.settings.options import FieldOptions, PhoneOptions, ReadingOptions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from telecmi_leads.columns import ColumnMatch
    from telecmi_leads.columns.table import Table
    from telecmi_leads.core.lead import TableInfo
    from telecmi_leads.core.run import ListsRead

_ANY_NUMBER = PhoneOptions(allow_premium=True)
"""Whoever is on the list is left out, whatever --types and --allow-premium say of leads."""

_READ_ANYHOW = frozenset(
    {
        Reason.UNCLEAR, Reason.FAX, Reason.UNKNOWN_COUNTRY, Reason.NOT_VALID, Reason.TOO_SHORT, Reason.TOO_LONG,
        Reason.SAID_TO_BE_WRONG, Reason.SOMEBODY_ELSES,
    }
)  # fmt: skip
"""A lead is not dialled by such a cell; whoever may be meant by it stays on the list."""

_DIGITS_OF_A_NUMBER = 7

_MOST_SURPLUS = 9
"""Columns beyond a header that are looked at; each row is made so wide."""

_CLOCKS_DIFFER = 300.0
"""Seconds by which a file may be newer than now: the clocks of two computers are never quite equal."""

_NOTHING_SENT = "Nothing was sent."


def load_lists(lists: Sequence[ListsRead], now: datetime) -> list[ExcludeList]:
    """Read do-not-call lists, each once; columns are found as for leads, and every phone column of a list counts.

    A list that is named twice is held to the first's age; one without a region takes another's. Raises
    ExcludeListFailed for a list that is missing, unreadable, empty, without a single number, mostly no numbers (the
    wrong column or region is likelier than bad data), or older than its greatest age at `now`.
    """
    region = next((each.region for each in lists if each.region), None)
    wanted: dict[Path, tuple[float | None, str | None]] = {}
    for each in lists:
        for file in each.files:
            # The lists that this command names come first: their age limit is today's word.
            wanted.setdefault(Path(file), (each.max_age, each.region or region))
    book = PhoneBook(_ANY_NUMBER)
    names = Counter(path.name for path in wanted)
    return [
        _load(
            path,
            path.name if names[path.name] == 1 else _from_here(path),
            Matcher(ReadingOptions(), FieldOptions(), book, own_region),
            max_age,
            now,
        )
        for path, (max_age, own_region) in wanted.items()
    ]


def _from_here(path: Path) -> str:
    """Return a path as one types it in the working folder."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _load(path: Path, name: str, matcher: Matcher, max_age: float | None, now: datetime) -> ExcludeList:
    shown = f"The do-not-call list {safe(_from_here(path))}"
    numbers = NumberSet()
    unusable, hidden = 0, dict[str, None]()
    try:
        _check_age(path, max_age, now)
        for found, faults, hidden_sheet in _numbers(path, matcher):
            numbers.add(found)
            unusable += faults
            if found and hidden_sheet:
                hidden[hidden_sheet] = None
    except ExcludeListFailed:
        raise
    except (InputRefused, OSError) as problem:
        why = problem.message if isinstance(problem, InputRefused) else f"{problem.strerror}."
        way_out = f"{problem.hint} " if isinstance(problem, InputRefused) else ""
        raise ExcludeListFailed(f"{shown} can't be used. {why}", hint=f"{way_out}{_NOTHING_SENT}") from None
    # The wrong column, or no region: such a list would protect nearly nobody and say nothing.
    if unusable > len(numbers):
        columns = f"telecmi-leads columns {argument(_from_here(path))}"
        raise ExcludeListFailed(
            f"{shown} can't be relied on: {count(unusable, 'row')} can't be read as a number, "
            f"{count(len(numbers), 'number')} can.",
            hint=f"Check its phone column ({columns}) and --region. {_NOTHING_SENT}",
        )
    if not len(numbers):
        raise ExcludeListFailed(
            f"{shown} holds no number.",
            hint=f"Remove --exclude if there is nobody to leave out. {_NOTHING_SENT}",
        )
    return ExcludeList(safe(name), numbers, unusable, tuple(hidden))


def _check_age(path: Path, max_age: float | None, now: datetime) -> None:
    if max_age is None:
        return
    age = now.timestamp() - path.stat().st_mtime
    # A list from the future would never be too old.
    if age < -_CLOCKS_DIFFER:
        raise ExcludeListFailed(
            f"The do-not-call list {safe(_from_here(path))} is dated {_days(-age)} ahead of this computer's clock,"
            " so that its age can't be told.",
            hint=f"Correct the clock or the file's date, or fetch a fresh list. {_NOTHING_SENT}",
        )
    if age > max_age:
        raise ExcludeListFailed(
            f"The do-not-call list {safe(_from_here(path))} is {_days(age)} old, older than the "
            f"{_days(max_age)} allowed.",
            hint=f"Fetch a fresh list, or raise --exclude-max-age. {_NOTHING_SENT}",
        )


def _days(seconds: float) -> str:
    """Return `10 days`, `1 day`, `2.5 days`."""
    days = f"{seconds / 86400:.1f}".removesuffix(".0")
    return f"{days} {'day' if days == '1' else 'days'}"


def _numbers(path: Path, matcher: Matcher) -> Iterator[tuple[list[str], int, str]]:
    """Yield, part by part, the numbers of all phone columns, and how many rows hold text but no number.

    And the name of the sheet where it is hidden. Such a sheet may be another thing than a list: it needs no phone
    column, and its rows without a number make no list unusable.
    """
    with open_source(path, matcher.reading, lambda _: True) as source:
        headers = HeaderBudget()
        for table, match in matcher.tables(source):
            hidden = table.info.sheet if table.info.sheet in source.hidden else None
            for numbers, faults in _of_table(table, match, matcher, headers, needs_phone=hidden is None):
                yield numbers, faults if hidden is None else 0, hidden or ""


def _of_table(
    table: Table, match: ColumnMatch, matcher: Matcher, headers: HeaderBudget, *, needs_phone: bool
) -> Iterator[tuple[list[str], int]]:
    """Yield the numbers, and how many rows have none, down to each header in the middle of a table, and below it."""
    blocks = BlocksAhead(table.blocks)
    part = _part(table.info, match, table.sample, matcher)
    for block in blocks:
        rows = block.rows
        while rows:
            if not part.each and needs_phone:
                raise InputRefused(
                    no_phone_column(part.info.file, [part.info]).message,
                    hint="Name the column with its numbers Phone.",
                )
            if not part.each:
                return
            at = part.next_header(rows)
            if at is None:
                yield part.numbers(rows)
                break
            info = replace(part.info, header=tuple(map(str.strip, rows[at])), notes=())
            headers.spend(info)
            early = part.early(rows, at)
            yield part.numbers(rows[: at - early])
            sample = blocks.sample_below(islice(rows, at + 1, None))
            part = _part(info, matcher.match(info, sample), sample, matcher)
            rows = rows[at - early : at] + rows[at + 1 :]


def _part(info: TableInfo, match: ColumnMatch, sample: Sequence[Sequence[str]], matcher: Matcher) -> _Part:
    width = _width(info, sample)
    # "DND number" is a flag on lead files, and here the very column; a number too many does no harm.
    shown = number_columns(sample, width, matcher.share_of_numbers)
    columns = tuple(dict.fromkeys((*match.phones, *shown)))
    return _Part(info, replace(match, phones=columns), _one_column_each(match, columns), width, matcher)


def _width(info: TableInfo, sample: Sequence[Sequence[str]]) -> int:
    """Return how many columns are looked at: a delimiter within a name moves its number behind the last of the header.

    Such a row is no lead; on a list its number counts.
    """
    named = len(info.header)
    return min(max((named, *map(len, sample))), named + _MOST_SURPLUS)


class _Part(Struct, frozen=True):
    """What stands below one header of a list, and how many columns are looked at.

    `match` has all columns with numbers, `each` one of them in turn.
    """

    info: TableInfo
    match: ColumnMatch
    each: tuple[ColumnMatch, ...]
    width: int
    matcher: Matcher

    def next_header(self, rows: list[list[str]]) -> int | None:
        """Return the index of the first row that is a header of other columns, None where there is none."""
        header = self.info.header
        found = Cleaner(self.info, 0, self.match, self.matcher.book, self.matcher.region).next_header(rows)
        # One that is wider has its phone perhaps where this one has no column.
        wide = (at for at, row in enumerate(rows[:found]) if len(row) > len(header) and _may_be_names(row))
        return next((at for at in wide if row_kind(rows[at], header) is RowKind.NEW_HEADER), found)

    def early(self, rows: list[list[str]], header_at: int) -> int:
        """Return how many rows right above a header belong to it: as in leads, where two exports were sorted as one."""
        return rows_above(self.info.header, rows, header_at, lambda at: not self._found(rows[at : at + 1])[1])

    def numbers(self, rows: list[list[str]]) -> tuple[list[str], int]:
        """Return all numbers of rows, and how many of the rows hold text but no number."""
        numbers, with_number = self._found(rows)
        return numbers, sum(1 for at, row in enumerate(rows) if at not in with_number and any(map(str.strip, row)))

    def _found(self, rows: list[list[str]]) -> tuple[list[str], set[int]]:
        """Return all numbers of rows, and the indexes of the rows that have one."""
        grid, _ = leveled(rows, self.width)
        book, region = self.matcher.book, self.matcher.region
        numbers: list[str] = []
        with_number: set[int] = set()
        for only in self.each:
            found = find_numbers(grid, only, book, region, guess=True)
            numbers += [*filter(None, found.numbers), *found.either]
            with_number.update(at for at, number in enumerate(found.numbers) if number)
            cells, column = grid.columns[only.phones[0]], only.phones[0]
            several = [at for at, cell in enumerate(cells) if may_hold_two(cell)]
            several = several if found.repairs[Repair.SEVERAL_NUMBERS] else []
            faulty = [at for at, fault in found.faults.items() if fault.reason in _READ_ANYHOW]
            if several or faulty:  # their rows tell their countries too
                default = region_of_header(only.header_of(column)) or region
                everywhere = range(len(grid.rows))
                regions = row_regions(grid, everywhere, only, default, phone=column, guess=True, book=book).known()
                numbers += _all_numbers({(cells[at], regions.at(at)) for at in several}, book)
                for cell, told in {(cells[at], regions.at(at)) for at in faulty}:
                    numbers += book.every_number(cell, told)
        return numbers, with_number


def _may_be_names(row: Sequence[str]) -> bool:
    return sum(map(str.isdecimal, "".join(row))) < _DIGITS_OF_A_NUMBER


def _all_numbers(cells: Collection[tuple[str, str | None]], book: PhoneBook) -> Iterator[str]:
    """Yield every number of cells with their rows' regions: a lead needs one of them, on a list all of them count."""
    for cell, region in cells:
        for candidate in book.explain(cell, region).candidates:
            if candidate.number:
                yield candidate.number
        yield from book.every_number(cell, region)


def _one_column_each(match: ColumnMatch, columns: Sequence[int]) -> tuple[ColumnMatch, ...]:
    return tuple(replace(match, phones=(column,), labels={}, verdicts={}) for column in columns)
