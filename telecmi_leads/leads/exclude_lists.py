"""Do-not-call lists. They fail closed: a list that can't be relied on stops the run before anything is sent."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from telecmi_leads.columns import number_columns
from telecmi_leads.columns.matching import Matcher
from telecmi_leads.columns.unread_tables import no_phone_column
from telecmi_leads.core.errors import ExcludeListFailed, InputRefused
from telecmi_leads.core.reasons import Reason, Repair
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import argument, count
from telecmi_leads.files import open_source
from telecmi_leads.leads.row_numbers import find_numbers, leveled
from telecmi_leads.leads.screening import ExcludeList, NumberSet
from telecmi_leads.phones import PhoneBook
from telecmi_leads.settings.options import FieldOptions, PhoneOptions, ReadingOptions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from telecmi_leads.columns import ColumnMatch
    from telecmi_leads.columns.table import Table
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

_TWO_NUMBERS = 14
"""Digits below which a cell does not hold two numbers worth a longer look."""

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
    """Yield, block by block, the numbers of all phone columns, and how many rows hold text but no number.

    And the name of the sheet where it is hidden. Such a sheet may be another thing than a list: it needs no phone
    column, and its rows without a number make no list unusable.
    """
    with open_source(path, matcher.reading, lambda _: True) as source:
        for table, match in matcher.tables(source):
            hidden = table.info.sheet if table.info.sheet in source.hidden else None
            # "DND number" is a flag on lead files, and here the very column; a number too many does no harm.
            width = _width(table)
            shown = number_columns(table.sample, width, matcher.share_of_numbers)
            columns = tuple(dict.fromkeys((*match.phones, *shown)))
            if not columns and hidden is not None:
                continue
            if not columns:
                raise InputRefused(
                    no_phone_column(table.info.file, [table.info]).message,
                    hint="Name the column with its numbers Phone.",
                )
            for block in table.blocks:
                grid, _ = leveled(block.rows, width)
                found = [
                    find_numbers(grid, only, matcher.book, matcher.region, guess=True)
                    for only in _one_column_each(match, columns)
                ]
                with_number = {at for each in found for at, number in enumerate(each.numbers) if number}
                faults = sum(
                    1 for at, row in enumerate(grid.rows) if at not in with_number and any(map(str.strip, row))
                )
                numbers = [number for each in found for number in each.numbers if number]
                for each, column in zip(found, columns, strict=True):
                    cells = grid.columns[column]
                    if each.repairs[Repair.SEVERAL_NUMBERS]:
                        numbers += _all_numbers(set(cells), matcher)
                    unread = {cells[at] for at, fault in each.faults.items() if fault.reason in _READ_ANYHOW}
                    for cell in unread:
                        numbers += matcher.book.every_number(cell, matcher.region)
                yield numbers, faults if hidden is None else 0, hidden or ""


def _width(table: Table) -> int:
    """Return how many columns are looked at: a delimiter within a name moves its number behind the last of the header.

    Such a row is no lead; on a list its number counts.
    """
    named = len(table.info.header)
    return min(max((named, *map(len, table.sample))), named + _MOST_SURPLUS)


def _all_numbers(cells: Collection[str], matcher: Matcher) -> Iterator[str]:
    """Yield every number of cells that may hold several: a lead needs one of them, on a list all of them count."""
    for cell in cells:
        if sum(map(str.isdecimal, cell)) < _TWO_NUMBERS:
            continue
        for candidate in matcher.book.explain(cell, matcher.region).candidates:
            if candidate.number:
                yield candidate.number
        yield from matcher.book.every_number(cell, matcher.region)


def _one_column_each(match: ColumnMatch, columns: Sequence[int]) -> list[ColumnMatch]:
    return [replace(match, phones=(column,), labels={}, verdicts={}) for column in columns]
