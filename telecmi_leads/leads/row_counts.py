"""Where the rows of a run went, and what was found in them, counted block by block."""

from __future__ import annotations

from collections import Counter
from operator import attrgetter
from typing import TYPE_CHECKING

from msgspec import Struct, field

from telecmi_leads.core.lead import LeftOutKind, RowTotals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from telecmi_leads.core.lead import LeftOutRow
    from telecmi_leads.leads.cleaning import CleanBlock
    from telecmi_leads.leads.screening import LeftOut


class RowCounts(Struct):
    """The counts so far: of rows by where they went, of rejections and repairs by their code."""

    read: int = 0
    blank: int = 0
    """Rows that are none of data; `skipped` says how many of them are not blank, by what they are."""
    leads: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    """Rows that hold somebody who does not become a lead, by LeftOutKind."""
    rejections: Counter[str] = field(default_factory=Counter)
    repairs: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)

    def skip(self, what: str, rows: int) -> None:
        """Count rows that were read, and are blank as far as leads go."""
        self.read += rows
        self.blank += rows
        self.skipped[what] += rows

    def take(self, clean: CleanBlock, rows: Sequence[LeftOutRow], screened: Mapping[int, LeftOut]) -> None:
        """Count a block, but for its leads: `rows` are left out of it, duplicates among the `screened` are not yet."""
        self.read += clean.read
        self.blank += len(clean.blanks)
        self.repairs.update(clean.repairs)
        self.skipped.update(clean.skipped)
        self.left_out.update(map(attrgetter("kind"), rows))
        self.left_out[LeftOutKind.DUPLICATE] += sum(why.kind is LeftOutKind.DUPLICATE for why in screened.values())
        self.rejections.update(map(attrgetter("code"), clean.rejections))

    def totals(self) -> RowTotals:
        """Return where all rows went."""
        return RowTotals(
            read=self.read,
            blank=self.blank,
            rejected=self.left_out[LeftOutKind.REJECTED],
            duplicate=self.left_out[LeftOutKind.DUPLICATE],
            excluded=self.left_out[LeftOutKind.EXCLUDED],
            already_uploaded=self.left_out[LeftOutKind.ALREADY_UPLOADED],
            leads=self.leads,
        )
