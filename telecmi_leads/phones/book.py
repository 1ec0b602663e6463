"""PhoneBook: whole columns of cells in, numbers and reasons out, under the user's options."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from telecmi_leads.models import Reason, Repair
from telecmi_leads.options import PhoneOptions, PhoneType
from telecmi_leads.phones.cells import read_cell
from telecmi_leads.phones.explaining import explain
from telecmi_leads.phones.regions import is_region
from telecmi_leads.phones.library import Library
from telecmi_leads.phones.ruling import Ruling, rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telecmi_leads.phones.cells import CellReading
    from telecmi_leads.phones.explaining import PhoneExplanation


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """A column read: `numbers` has E.164 digits without the plus for each cell, "" where there is no good number.

    `faults` says why, by index, for each ""; `repairs` in how many cells with a good number each repair was made.
    """

    numbers: list[str]
    faults: dict[int, Reason] = field(default_factory=dict)
    repairs: dict[Repair, int] = field(default_factory=dict)


class PhoneBook:
    """Reads phone cells under one set of options. Keeps what it learns, so make one for a run and use it throughout."""

    def __init__(self, options: PhoneOptions) -> None:
        self._types = options.types
        self._allow_premium = options.allow_premium
        self._read = lru_cache(maxsize=65536)(self._read_cell)

    def column(self, cells: Sequence[str], regions: str | Sequence[str | None] | None) -> NumberColumn:
        """Read a column of cells.

        `regions` is the region of all rows (CLDR two letters, None where it is not known) or a sequence with one for
        each cell. A region that phonenumbers does not have counts as not known.
        """
        each = [regions] * len(cells) if regions is None or isinstance(regions, str) else regions
        numbers: list[str] = []
        faults: dict[int, Reason] = {}
        repairs: Counter[Repair] = Counter()
        for index, (cell, region) in enumerate(zip(cells, each, strict=True)):
            reading = self._read(cell, region)
            numbers.append(reading.number)
            if reading.reason is None:
                repairs.update(reading.repairs)
            else:
                faults[index] = reading.reason
        return NumberColumn(numbers, faults, dict(repairs))

    def explain(self, cell: str, region: str | None) -> PhoneExplanation:
        """Read one cell and tell every step of it, what the number is and where it is from."""
        return explain(cell, region, self._read_cell(cell, region))

    def _read_cell(self, cell: str, region: str | None) -> CellReading:
        known = region if region is not None and is_region(region) else None
        return read_cell(cell, partial(rule, region=known, reader=Library()), self._refuses)

    def _refuses(self, ruling: Ruling) -> Reason | None:
        """Say why the options refuse a good number, or None."""
        if ruling.reason is not None:
            return ruling.reason
        if ruling.type is PhoneType.PREMIUM_RATE and not self._allow_premium:
            return Reason.PREMIUM
        return Reason.WRONG_TYPE if self._types and not self._types & _SERVES[ruling.type] else None


# Which of --types a number of each type satisfies: phonenumbers can't tell mobiles from fixed lines everywhere.
_SERVES = {kind: frozenset({kind}) for kind in PhoneType} | {
    PhoneType.FIXED_LINE_OR_MOBILE: frozenset(
        {PhoneType.FIXED_LINE_OR_MOBILE, PhoneType.FIXED_LINE, PhoneType.MOBILE}
    )
}
