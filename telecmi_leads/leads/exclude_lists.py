"""Do-not-call lists. They fail closed: a list that can't be relied on stops the run before anything is sent."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from telecmi_leads.columns import number_columns
from telecmi_leads.columns.matched_tables import Matcher, no_phone_column
from telecmi_leads.core.errors import ExcludeListFailed, InputRefused
from telecmi_leads.core.reasons import Repair
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import count
from telecmi_leads.files import open_source
from telecmi_leads.leads.row_numbers import find_numbers, leveled
from telecmi_leads.leads.screening import ExcludeList, NumberSet
from telecmi_leads.phones import PhoneBook
from telecmi_leads.settings.options import ExcludeOptions, FieldOptions, PhoneOptions, ReadingOptions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime, timedelta
    from pathlib import Path

    from telecmi_leads.columns import ColumnPlan
    from telecmi_leads.settings.resolving import Settings

_ANY_NUMBER = PhoneOptions(allow_premium=True)
"""Whoever is on the list is left out, whatever --types and --allow-premium say of leads."""

_TWO_NUMBERS = 14
"""Digits below which a cell does not hold two numbers worth a longer look."""

_NOTHING_SENT = "Nothing was sent."


def load_lists(settings: Settings, now: datetime) -> list[ExcludeList]:
    """Read every --exclude list; columns are found as for leads, and every phone column of the list counts.

    Raises ExcludeListFailed for a list that is missing, unreadable, empty, without a single number, mostly no
    numbers (the wrong column or region is likelier than bad data), or older than --exclude-max-age at `now`.
    """
    options = settings[ExcludeOptions]
    region = settings[PhoneOptions].region
    matcher = Matcher(ReadingOptions(), FieldOptions(), PhoneBook(_ANY_NUMBER), region)
    names = Counter(path.name for path in options.exclude)
    return [
        _load(path, path.name if names[path.name] == 1 else str(path), matcher, options.exclude_max_age, now)
        for path in options.exclude
    ]


def _load(path: Path, name: str, matcher: Matcher, max_age: timedelta | None, now: datetime) -> ExcludeList:
    shown = f"The do-not-call list {safe(str(path))}"
    numbers = NumberSet()
    unusable = 0
    try:
        _check_age(path, max_age, now)
        for found, faults in _numbers(path, matcher):
            numbers.add(found)
            unusable += faults
    except ExcludeListFailed:
        raise
    except (InputRefused, OSError) as problem:
        why = problem.message if isinstance(problem, InputRefused) else f"{problem.strerror}."
        way_out = f"{problem.hint} " if isinstance(problem, InputRefused) else ""
        raise ExcludeListFailed(f"{shown} can't be used. {why}", hint=f"{way_out}{_NOTHING_SENT}") from None
    if unusable > len(numbers):
        raise ExcludeListFailed(
            f"{shown} can't be relied on: {count(unusable, 'row')} can't be read as a number, "
            f"{count(len(numbers), 'number')} can.",
            hint=f"Check its phone column (telecmi-leads columns FILE) and --region. {_NOTHING_SENT}",
        )
    if not len(numbers):
        raise ExcludeListFailed(
            f"{shown} holds no number.",
            hint=f"Leave --exclude away if there is nobody to leave out. {_NOTHING_SENT}",
        )
    return ExcludeList(safe(name), numbers, unusable)


def _check_age(path: Path, max_age: timedelta | None, now: datetime) -> None:
    if max_age is None:
        return
    age = now.timestamp() - path.stat().st_mtime
    if age > max_age.total_seconds():
        raise ExcludeListFailed(
            f"The do-not-call list {safe(str(path))} is {age / 86400:.1f} days old, "
            f"older than the {max_age.total_seconds() / 86400:g} days allowed.",
            hint=f"Fetch a fresh list, or raise --exclude-max-age. {_NOTHING_SENT}",
        )


def _numbers(path: Path, matcher: Matcher) -> Iterator[tuple[list[str], int]]:
    """Yield, block by block, the numbers of all phone columns, and how many rows hold text but no number."""
    with open_source(path, matcher.reading) as source:
        for table, plan in matcher.tables(source):
            # "DND number" is a flag on lead files, and here the very column; a number too many does no harm.
            shown = number_columns(table.sample, len(table.info.header), matcher.share_of_numbers)
            columns = tuple(dict.fromkeys((*plan.phones, *shown)))
            if not columns:
                raise InputRefused(
                    no_phone_column(table.info.file, [table.info]).message,
                    hint="Name the column with its numbers Phone.",
                )
            for block in table.blocks:
                grid, _ = leveled(block.rows, len(table.info.header))
                found = [
                    find_numbers(grid, only, matcher.book, matcher.region) for only in _one_column_each(plan, columns)
                ]
                with_number = {at for each in found for at, number in enumerate(each.numbers) if number}
                faults = sum(
                    1 for at, row in enumerate(grid.rows) if at not in with_number and any(map(str.strip, row))
                )
                numbers = [number for each in found for number in each.numbers if number]
                for each, column in zip(found, columns, strict=True):
                    if each.repairs[Repair.SEVERAL_NUMBERS]:
                        numbers += _all_numbers(set(grid.columns[column]), matcher)
                yield numbers, faults


def _all_numbers(cells: Collection[str], matcher: Matcher) -> Iterator[str]:
    """Yield every number of cells that may hold several: a lead needs one of them, on a list all of them count."""
    for cell in cells:
        if sum(map(str.isdecimal, cell)) < _TWO_NUMBERS:
            continue
        for candidate in matcher.book.explain(cell, matcher.region).candidates:
            if candidate.number:
                yield candidate.number


def _one_column_each(plan: ColumnPlan, columns: Sequence[int]) -> list[ColumnPlan]:
    return [replace(plan, phones=(column,), labels={}) for column in columns]
