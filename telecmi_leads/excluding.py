"""Do-not-call lists. They fail closed: a list that can't be relied on stops the run before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from telecmi_leads.cleaning import find_numbers, leveled
from telecmi_leads.errors import ExcludeListFailed, InputRefused
from telecmi_leads.matching import Matcher
from telecmi_leads.options import FieldOptions, PhoneOptions, ReadingOptions, ScreeningOptions
from telecmi_leads.phones import PhoneBook
from telecmi_leads.reading import open_source
from telecmi_leads.screening import ExcludeList, NumberSet
from telecmi_leads.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta
    from pathlib import Path

    from telecmi_leads.columns import ColumnPlan
    from telecmi_leads.settings import Settings

_ANY_NUMBER = PhoneOptions(allow_premium=True)
"""Whoever is on the list is left out, whatever --types and --allow-premium say of leads."""


def load_lists(settings: Settings, now: datetime) -> list[ExcludeList]:
    """Read every --exclude list; columns are found as for leads, and every phone column of the list counts.

    Raises ExcludeListFailed for a list that is missing, unreadable, empty, without a single number, mostly no
    numbers (the wrong column or region is likelier than bad data), or older than --exclude-max-age at `now`.
    """
    options = settings[ScreeningOptions]
    region = settings[PhoneOptions].region
    matcher = Matcher(ReadingOptions(), FieldOptions(), PhoneBook(_ANY_NUMBER), region)
    return [_load(path, matcher, options.exclude_max_age, now) for path in options.exclude]


def _load(path: Path, matcher: Matcher, max_age: timedelta | None, now: datetime) -> ExcludeList:
    shown = safe(str(path))
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
        why = problem.message if isinstance(problem, InputRefused) else problem.strerror
        raise ExcludeListFailed(
            f"The do-not-call list {shown} can't be used: {why}", hint="Nothing was sent. Mend the list and try again."
        ) from None
    if unusable > len(numbers):
        raise ExcludeListFailed(
            f"The do-not-call list {shown} holds {len(numbers):,} numbers and {unusable:,} rows that are none.",
            hint="Check its phone column (telecmi-leads columns FILE) and --region. Nothing was sent.",
        )
    if not len(numbers):
        raise ExcludeListFailed(
            f"The do-not-call list {shown} holds no number.",
            hint="Nothing was sent. Leave --exclude away if there is nobody to leave out.",
        )
    return ExcludeList(path.name, numbers)


def _check_age(path: Path, max_age: timedelta | None, now: datetime) -> None:
    if max_age is None:
        return
    age = now.timestamp() - path.stat().st_mtime
    if age > max_age.total_seconds():
        raise ExcludeListFailed(
            f"The do-not-call list {safe(str(path))} is {age / 86400:.1f} days old, "
            f"older than the {max_age.total_seconds() / 86400:g} days allowed.",
            hint="Fetch a fresh list, or raise --exclude-max-age. Nothing was sent.",
        )


def _numbers(path: Path, matcher: Matcher) -> Iterator[tuple[list[str], int]]:
    """Yield, block by block, the numbers of all phone columns, and how many rows hold text but no number."""
    with open_source(path, matcher.reading) as source:
        for table, plan in matcher.tables(source):
            if not plan.phones:
                raise InputRefused(f"it has no phone column ({safe(table.info.file)}).")
            for block in table.blocks:
                rows, _ = leveled(block.rows, len(table.info.header))
                found = [find_numbers(rows, only, matcher.book, matcher.region) for only in _one_column_each(plan)]
                with_number = {at for each in found for at, number in enumerate(each.numbers) if number}
                faults = sum(1 for at, row in enumerate(rows) if at not in with_number and any(map(str.strip, row)))
                yield [number for each in found for number in each.numbers if number], faults


def _one_column_each(plan: ColumnPlan) -> list[ColumnPlan]:
    return [replace(plan, phones=(column,)) for column in plan.phones]
