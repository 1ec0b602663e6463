"""The regions for which a block's rows are read: mostly one for all of them, else one for each."""

from __future__ import annotations

import re
from itertools import repeat
from typing import TYPE_CHECKING

from msgspec import Struct

from telecmi_leads.phones.regions import is_region

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_INTERNATIONAL = re.compile(r"\D{0,3}0\D?0(?=\D*[1-9])")


def with_plus(cells: Sequence[str], codes: Sequence[str]) -> Sequence[str]:
    """Return the cells with a plus for the 00 before their own row's calling code, "" where that is not known.

    Beside 55 the digits 0055 519… are +55 519…, though the same digits may be read for a carrier's number there.
    """
    found: list[str] | None = None
    for index, (cell, code) in enumerate(zip(cells, codes, strict=True)):
        if code and (start := _INTERNATIONAL.match(cell)) and "+" not in cell:
            rest = cell[start.end() :]
            if "".join(filter(str.isdecimal, rest)).startswith(code) and not any(map(str.isalpha, cell)):
                found = list(cells) if found is None else found
                found[index] = f"+{rest}"
    return cells if found is None else found


class RowRegions(Struct, frozen=True):
    """The region of each row (CLDR two letters, None where it is not known): `single`, unless `each` has one by row."""

    single: str | None = None
    each: Sequence[str | None] | None = None

    @classmethod
    def told(cls, regions: RowRegions | Sequence[str | None] | str | None) -> RowRegions:
        """Return the regions of rows that have this one, or these in their order: one where all have the same."""
        if isinstance(regions, RowRegions):
            return regions
        if regions is None or isinstance(regions, str):
            return cls(regions)
        distinct = set(regions)
        return cls(distinct.pop()) if len(distinct) == 1 else cls(each=regions)

    def at(self, index: int) -> str | None:
        """Return the region of a row."""
        return self.single if self.each is None else self.each[index]

    def by_row(self, rows: int) -> Iterable[str | None]:
        """Return the regions of all rows, of which there are so many."""
        return repeat(self.single, rows) if self.each is None else self.each

    def only(self, indexes: Sequence[int]) -> RowRegions:
        """Return the regions of these rows, as those of a block of their own."""
        return self if self.each is None else RowRegions(each=[self.each[index] for index in indexes])

    def known(self) -> RowRegions:
        """Return them with None for each region that phonenumbers does not have."""
        if self.each is None:
            return self if self.single is None or is_region(self.single) else RowRegions()
        unknown = {region for region in set(self.each) if region is not None and not is_region(region)}
        return RowRegions.told([None if region in unknown else region for region in self.each]) if unknown else self
