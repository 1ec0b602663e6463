"""A file's tables, each with its columns matched: what preparing, do-not-call lists and `columns` all begin with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from telecmi_leads.columns import is_unnamed, match_columns
from telecmi_leads.columns.table import open_table
from telecmi_leads.core.errors import ColumnMissing
from telecmi_leads.core.lead_fields import Field
from telecmi_leads.core.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from telecmi_leads.columns import ColumnPlan
    from telecmi_leads.columns.table import Table
    from telecmi_leads.core.lead import TableInfo
    from telecmi_leads.files import Source
    from telecmi_leads.phones import PhoneBook
    from telecmi_leads.settings.options import FieldOptions, ReadingOptions

_SHOWN_COLUMNS = 12


@dataclass(frozen=True, slots=True)
class Matcher:
    """Matches columns; `region` is what numbers without a country code are read for when values are looked at."""

    reading: ReadingOptions
    fields: FieldOptions
    book: PhoneBook
    region: str | None

    def tables(self, source: Source) -> Iterator[tuple[Table, ColumnPlan]]:
        """Yield each table of a file with its plan; read a table's blocks before the next is asked for."""
        notes = source.notes  # they stand with the file's first table
        for sheet in source.sheets:
            table = open_table(sheet, self.reading, self.share_of_numbers)
            if notes:
                table = replace(table, info=replace(table.info, notes=(*notes, *table.info.notes)))
                notes = ()
            yield table, self.plan(table.info, table.sample)

    def plan(self, info: TableInfo, sample: Sequence[Sequence[str]]) -> ColumnPlan:
        """Match a table's columns by their names and a sample of its rows."""
        return match_columns(
            info.header,
            sample,
            self.fields,
            header_found=has_names(info),
            phone_score=self.share_of_numbers,
        )

    def share_of_numbers(self, cells: Sequence[str]) -> float:
        """Return the share, 0 to 1, of the cells that are not blank and hold a good number."""
        filled = [cell for cell in cells if cell.strip()]
        if not filled:
            return 0.0
        return 1 - len(self.book.column(filled, self.region).faults) / len(filled)


def has_names(info: TableInfo) -> bool:
    """Tell whether the columns have names of their own, from a header row or from the format."""
    return not is_unnamed(info.header)


def named_by_use(info: TableInfo, plan: ColumnPlan) -> TableInfo:
    """Name the columns of a table without a header by the fields they feed; those that feed none keep "column 3".

    Its reject file then has a header that tells the same when it is read again, with few rows to judge by.
    """
    if has_names(info):
        return info
    header = list(info.header)
    for target, columns in ((Field.PHONE, plan.phones), *plan.sources.items()):
        for number, column in enumerate(columns, start=1):
            header[column] = target.value if number == 1 else f"{target.value} {number}"
    return replace(info, header=tuple(header))


def no_phone_column(file: str, tables: Sequence[TableInfo]) -> ColumnMissing:
    """Return the error for a file in which no table has a phone column."""
    header = next((table.header for table in tables if table.header), ())
    seen = ", ".join(safe(name, 40) for name in header[:_SHOWN_COLUMNS]) or "none with a name"
    more = ", …" if len(header) > _SHOWN_COLUMNS else ""
    return ColumnMissing(
        f"{safe(file)}: no phone column was found. Its columns: {seen}{more}.",
        hint="Name it with --map phone=COLUMN; telecmi-leads columns FILE shows how the file was read.",
    )
