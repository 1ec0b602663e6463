"""Columns matched for the tests of columns and tables: a phone score, the names that feed a field, sheets of lists."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from telecmi_leads.columns.matching import match_columns
from telecmi_leads.columns.table import Table, open_table
from telecmi_leads.core.lead import Field, RowBlock
from telecmi_leads.files import Sheet
from telecmi_leads.phones import PhoneBook
from telecmi_leads.settings.option_values import FileFormat
from telecmi_leads.settings.options import FieldOptions, PhoneOptions, ReadingOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from telecmi_leads.columns import ColumnMatch

    Mapped = Sequence[tuple[Field, str]]


@cache
def phone_score(region: str | None = "IN") -> Callable[[Sequence[str]], float]:
    """Return a function that tells the share of cells that are good numbers in a region."""
    book = PhoneBook(PhoneOptions(region=region))

    def score(cells: Sequence[str]) -> float:
        filled = [cell for cell in cells if cell.strip()]
        return 1 - len(book.column(filled, region).faults) / len(filled) if filled else 0.0

    return score


def match_of(  # noqa: PLR0913 - one keyword for each thing a test may vary
    header: Sequence[str],
    *rows: Sequence[str],
    region: str | None = "IN",
    map_: Mapped = (),
    set_: Mapped = (),
    fill: Mapped = (),
    header_found: bool = True,
) -> ColumnMatch:
    """Match the columns of a small table, the only one of its input: an option that names no column is an error."""
    match = match_columns(
        header,
        rows,
        FieldOptions(map=tuple(map_), set=tuple(set_), fill=tuple(fill)),
        header_found=header_found,
        phone_score=phone_score(region),
    )
    for missing in match.absent.values():
        raise missing
    return match


def feeds(match: ColumnMatch) -> dict[str, list[str]]:
    """Return what feeds what, by column names: the fields, and titles, middles, particles, surnames and companies."""
    fed = {
        Field.PHONE.value: match.phones,
        **{target.value: columns for target, columns in match.sources.items()},
    }
    fed |= {"titles": match.titles, "middles": match.middles, "particles": match.particles}
    fed |= {"surnames": match.surnames, "companies": match.companies}
    return {what: [match.choices[index].header for index in columns] for what, columns in fed.items() if columns}


def rules(match: ColumnMatch) -> dict[str, str]:
    """Return the rule of each column that feeds no field."""
    return {choice.header: choice.rule.name.lower() for choice in match.choices if choice.field is None}


def sheet_of(
    rows: Sequence[Sequence[str]],
    *,
    keys: tuple[str, ...] | None = None,
    block: int = 4096,
    first_row: int = 1,
) -> Sheet:
    """Make a sheet of rows, in blocks of so many."""
    blocks = [
        RowBlock(first_row + at, [list(row) for row in rows[at : at + block]]) for at in range(0, len(rows), block)
    ]
    return Sheet("leads.csv", FileFormat.CSV, None, "UTF-8", ",", keys, (), iter(blocks))


def table_of(
    rows: Sequence[Sequence[str]], *, no_header: bool = False, region: str | None = "IN", **more: int
) -> Table:
    """Open a table of rows."""
    return open_table(sheet_of(rows, **more), ReadingOptions(no_header=no_header), phone_score(region))


def data_of(table: Table) -> dict[int, list[str]]:
    """Return a table's rows of data by their row numbers; reads the table to its end."""
    return {block.first_row + at: row for block in table.blocks for at, row in enumerate(block.rows)}
