"""Why a plan must not be sent, and what to do: too many bad rows, no leads, tables that --strict does not allow.

Where most rows lack a country code and no region is set, the likeliest country is tried and named. It is never taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.core.errors import InputRefused, NoLeads, TableFault, TooManyRejects
from telecmi_leads.core.reasons import Reason
from telecmi_leads.core.run import RegionGuess
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import argument, count
from telecmi_leads.phones import PhoneBook, is_region, name_of_region
from telecmi_leads.settings.option_values import RejectLimit
from telecmi_leads.settings.options import PhoneOptions, ScreeningOptions
from telecmi_leads.settings.resolving import COMMAND_LINE

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator, Mapping, Sequence

    from telecmi_leads.core.lead import LeftOutRow, RowTotals
    from telecmi_leads.leads.table_findings import TableFindings
    from telecmi_leads.settings.resolving import Settings

MOST_CELLS = 5000
"""Cells without a country code that are kept to try a country on."""

_TRIED = 200
_COMMON = ("IN", "US", "GB", "AE", "SA", "SG", "MY", "ID", "PH", "AU", "ZA", "DE", "FR", "BR", "MX")
"""Countries that are tried where nothing else tells: where most lead files are from."""

_FITS, _FITS_ALONE, _APART = 0.9, 0.95, 0.05
"""The share of numbers that must be valid in a country that something else speaks for, and in one of the common ones.

Some numbering plans take nearly every number: a common country must fit better than any other of them.
"""


def cells_without_code(rejections: Sequence[LeftOutRow], header: Sequence[str]) -> Iterator[str]:
    """Yield the cells that were rejected since nothing tells their country."""
    for row in rejections:
        at = header.index(row.column) if row.code == Reason.NO_REGION.code and row.column in header else -1
        if 0 <= at < len(row.cells):
            yield row.cells[at]


def guess_region(
    cells: Sequence[str], countries: Mapping[str, int], language: str, options: PhoneOptions
) -> RegionGuess | None:
    """Return the country that the numbers of these cells are likely of; None where nothing tells.

    First those are tried that something speaks for: the commonest of the input's numbers with a country code, by
    `countries`, and the one of the system's `language` setting; then the common ones, of which one must fit better than
    the others.
    """
    if not cells:
        return None
    book = PhoneBook(options)
    sample = cells[:_TRIED]
    # At most two: what the other numbers say, and what the computer says. Both are only tried, never taken.
    told = [*sorted(filter(None, countries), key=lambda each: -countries[each])[:1], language]
    for region in filter(is_region, told):
        if _valid(book, sample, region) >= len(sample) * _FITS:
            return _guess(book, cells, region)
    first, second = sorted(((_valid(book, sample, region), region) for region in _COMMON), reverse=True)[:2]
    # Numbers of ten digits fit several plans: a guess between two countries would be wrong half of the time.
    if first[0] < len(sample) * _FITS_ALONE or first[0] - second[0] < len(sample) * _APART:
        return None
    return _guess(book, cells, first[1])


def _guess(book: PhoneBook, cells: Sequence[str], region: str) -> RegionGuess:
    return RegionGuess(region, name_of_region(region), _valid(book, cells, region), len(cells))


def _valid(book: PhoneBook, cells: Sequence[str], region: str) -> int:
    return sum(map(bool, book.column(cells, region).numbers))


def refusal(
    rows: RowTotals,
    rejections: Counter[str],
    found: TableFindings,
    settings: Settings,
    guess: RegionGuess | None,
) -> InputRefused | None:
    """Return why the leads must not be sent, None where they may; `found` is what was found of the tables."""
    filled = rows.read - rows.blank
    if not filled:
        return NoLeads("There is no row below the header.", hint="Put leads into the file, or name another one.")
    limit, strict = _reject_limit(settings)
    faults = found.faults()
    if strict and faults:
        says, way_out = faults[0]
        others = f" ({count(len(faults) - 1, 'more such fault')})" if len(faults) > 1 else ""
        return TableFault(f"{says}, and --strict allows no such table{others}. Nothing was sent.", hint=way_out)
    # Blank rows are not counted: a sheet with a thousand empty rows would hide that every filled one is bad.
    if not limit.exceeded(rows.rejected, filled):
        if rows.rejected < filled:
            return None
        return NoLeads(f"Every row was rejected. {_mostly(rejections, found)}", hint=_advice(settings))
    share = f"{rows.rejected:,} of {count(filled, 'row')} {'was' if rows.rejected == 1 else 'were'} rejected"
    if _likeliest(rejections) is Reason.NO_REGION:
        return TooManyRejects(
            f"{share}: no region is set, and {count(rejections[Reason.NO_REGION.code], 'row')} had no country code. "
            "Nothing was sent.",
            hint=_region_hint(guess),
        )
    allowed = "--strict allows none" if strict else f"--max-rejects allows {limit}"
    return TooManyRejects(
        f"{share}; {allowed}. {_mostly(rejections, found)} Nothing was sent.", hint=_advice(settings, limited=True)
    )


def _reject_limit(settings: Settings) -> tuple[RejectLimit, bool]:
    """Return the limit, and whether it is --strict's; of a --max-rejects typed against a profile's strict, its own."""
    options, origins = settings[ScreeningOptions], settings.origins
    typed_against = origins["max_rejects"] == COMMAND_LINE != origins["strict"]
    strict = options.strict and not typed_against
    return (RejectLimit(rows=0) if strict else options.max_rejects), strict


def _likeliest(rejections: Counter[str]) -> Reason:
    code = rejections.most_common(1)[0][0]
    return next(reason for reason in Reason if reason.code == code)


def _mostly(rejections: Counter[str], found: TableFindings) -> str:
    """Return the commonest reason; where that is a missing name, the column that looks like names and is not used."""
    reason = _likeliest(rejections)
    says = f"Most often ({count(rejections[reason.code], 'row')}): {reason.says}."
    if reason is not Reason.NO_NAME or not found.unused_names:
        return says
    name = next(iter(found.unused_names))
    return f'{says} If those of column "{safe(name, 60)}" are the leads\', add --map {argument(f"fullname={name}")}.'


def _advice(settings: Settings, *, limited: bool = False) -> str:
    region = settings[PhoneOptions].region
    way_out = ", or raise --max-rejects" if limited and not _reject_limit(settings)[1] else ""
    return (
        f"Check that it is the right column and the right region "
        f"({region or 'none is set'}){way_out}. The reject file says what is wrong with each row."
    )


def _region_hint(guess: RegionGuess | None) -> str:
    if guess is None:
        return "Add --region with the country of these numbers, such as --region IN, or set TELECMI_REGION."
    return (
        f"They look like numbers of {guess.country}: {guess.valid:,} of {guess.tried:,} would be valid with "
        f"--region {guess.region}. Or set TELECMI_REGION."
    )
