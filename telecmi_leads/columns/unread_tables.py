"""Tables without a phone column: what is said of them, and which --map would read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from telecmi_leads.columns import cell_values
from telecmi_leads.columns.header_meaning import read_name
from telecmi_leads.columns.lexicon import lexicon, words
from telecmi_leads.columns.meanings import Head
from telecmi_leads.columns.overrides import called
from telecmi_leads.columns.persons import noun
from telecmi_leads.columns.reading import Rule
from telecmi_leads.columns.table import place
from telecmi_leads.core.errors import NoPhoneColumn
from telecmi_leads.core.lead import Field
from telecmi_leads.core.masking import mask_text
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import argument, count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from telecmi_leads.columns.column_match import ColumnChoice, ColumnMatch
    from telecmi_leads.columns.table import Table
    from telecmi_leads.core.lead import TableInfo

_SHOWN_COLUMNS = 12
_SHOWN_TABLES = 5
_OTHERS = frozenset({Rule.OTHER_PERSON, Rule.OWN_LINE, Rule.EITHER_END})
# Numbers in these are amounts, dates, ids, codes or earlier reports, however they look.
_NO_PHONES = frozenset(
    {
        *(Rule.OTHER_THING, Rule.OTHER_PLACE, Rule.OTHER_NAME, Rule.FLAG, Rule.MARK, Rule.SERIAL, Rule.UNUSED),
        *(Rule.OTHER_LINE, Rule.OWN_REPORT, Rule.MAPPED, Rule.TEMPLATE),
    }
)
_NAMES = {
    Head.FIRST: Field.FIRSTNAME,
    Head.LAST: Field.LASTNAME,
    **dict.fromkeys((Head.FULL, Head.NAME, Head.PERSON, Head.SURNAME_FIRST), Field.FULLNAME),
}


class PassedOver(Struct, frozen=True):
    """A column of numbers that was passed over for its name, and the --map options that take it with its names."""

    header: str
    says: str
    maps: tuple[str, ...]

    @property
    def told(self) -> str:
        """Why its numbers are not taken, as a sentence."""
        return f'"{safe(self.header, 40)}" holds numbers and was passed over: {safe(self.says, 60)}.'

    @property
    def options(self) -> tuple[str, ...]:
        """The arguments that take it all the same."""
        return tuple(part for each in self.maps for part in ("--map", each))


def passed_over(
    match: ColumnMatch, sample: Sequence[Sequence[str]], phone_score: Callable[[Sequence[str]], float]
) -> PassedOver | None:
    """Return the column with the most good numbers that was passed over as somebody else's, None where there is none.

    `phone_score` returns the share, 0 to 1, of cells that are good numbers.
    """
    cells = cell_values.columns_of(sample, len(match.choices))
    rated = [(_good_numbers(cells[each.index], phone_score), each) for each in match.choices if each.rule in _OTHERS]
    good, best = max(rated, key=lambda found: found[0], default=(0.0, None))
    if best is None or good < len(cells[best.index]) * cell_values.MOST or not good:
        return None
    header = [choice.header for choice in match.choices]
    names = _names_of(best, match.choices)
    maps = [(Field.PHONE, best.index), *((target, index) for target, index in names.items())]
    return PassedOver(best.header, best.says, tuple(f"{target}={called(header, index)}" for target, index in maps))


def _names_of(phone: ColumnChoice, choices: Iterable[ColumnChoice]) -> dict[Field, int]:
    """Return the columns of the name of the person whose number a column holds: both parts of it, or the whole."""
    found: dict[Field, int] = {}
    for choice in choices:
        if choice.rule is phone.rule is Rule.OTHER_PERSON and noun(choice.word) == noun(phone.word):
            rest = [segment.text for segment in lexicon().segments(words(choice.header)) if segment.text != choice.word]
            head = read_name(" ".join(rest)).head if rest else None
            if head in _NAMES:
                found.setdefault(_NAMES[head], choice.index)
    if len(found) > 1:
        found.pop(Field.FULLNAME, None)
    return found


def _good_numbers(cells: Sequence[str], phone_score: Callable[[Sequence[str]], float]) -> float:
    """Return how many cells that look like numbers are good ones, 0 where most of them are not."""
    like = list(filter(cell_values.like_phone, cells))
    good = phone_score(like) if like else 0.0
    return good * len(like) if good >= cell_values.MOST else 0.0


# --- what is said -------------------------------------------------------------------------------


def _columns(info: TableInfo) -> str:
    seen = ", ".join(safe(mask_text(name), 40) for name in info.header[:_SHOWN_COLUMNS] if name.strip())
    return f"{seen or 'none with a name'}{', …' if len(info.header) > _SHOWN_COLUMNS else ''}"


def which_have(tables: Sequence[TableInfo]) -> str:
    """Return which columns the first tables have, as sentences."""
    return " ".join(f"{place(info)} has {_columns(info)}." for info in tables[:_SHOWN_TABLES] if info.header)


def no_phone_column(file: str, tables: Sequence[TableInfo], passed: Iterable[PassedOver | None] = ()) -> NoPhoneColumn:
    """Return the error for a file in which no table has a phone column.

    `passed` are the columns of numbers that were passed over: the first of them is told, with what takes it.
    """
    named = [table for table in tables if table.header][:_SHOWN_TABLES]
    where = place(named[0]) if len(named) == 1 else safe(file)
    columns = f"Its columns: {_columns(named[0]) if named else 'none with a name'}."
    if len(named) > 1:
        columns = which_have(named)
    over = next(filter(None, passed), None)
    told = f" {over.told}" if over else ""
    options = " ".join(map(argument, over.options)) if over else ""
    hint = f"If its people are to be called: {options}." if over else "Name it with --map phone=COLUMN."
    error = NoPhoneColumn(f"{where}: no phone column was found. {columns}{told}", hint=hint)
    error.maps = over.options if over else ()
    return error


class UnreadTable(Struct, frozen=True):
    """A table without a phone column: its rows that hold something, and the column that looks most like numbers.

    `like_numbers` of the `looked_at` cells of that column look like phone numbers; `likely` is "" where none does.
    `passed` is the column of numbers that is somebody else's by its name. `below` says that its header stands in the
    middle of another table.
    """

    info: TableInfo
    rows: int
    likely: str = ""
    like_numbers: int = 0
    looked_at: int = 0
    passed: PassedOver | None = None
    below: bool = False

    @property
    def where(self) -> str:
        """The table's place with its rows."""
        header = f", below row {self.info.header_row:,}" if self.below else ""
        return f"{place(self.info)}{header} ({count(self.rows, 'row')})"

    def says(self, read: Sequence[str]) -> str:
        """Return the warning; `read` are the sheets of the file that are read."""
        found = f' In "{safe(self.likely, 40)}" {self.like_numbers:,} of {self.looked_at:,} cells look like numbers.'
        told = f" {self.passed.told}" if self.passed else found if self.likely else ""
        return (
            f"{self.where} has no phone column and was not read. Its columns: {_columns(self.info)}."
            f"{told} {self.way_out(read)}"
        )

    def way_out(self, read: Sequence[str]) -> str:
        """Return how to read the table, and how to leave it out."""
        named = ("--map", f"phone={self.likely}" if self.likely else "phone=COLUMN")
        options = " ".join(map(argument, self.passed.options if self.passed else named))
        others = f" To read the other sheets only: {_sheets(read)}." if read and self.info.sheet is not None else ""
        return f"To read it: {options}.{others}"


def _sheets(names: Sequence[str]) -> str:
    if len(names) > _SHOWN_TABLES:
        return "--sheet NAME for each of them"
    return " ".join(f"--sheet {argument(name)}" for name in names)


def unread_table(table: Table, match: ColumnMatch, phone_score: Callable[[Sequence[str]], float]) -> UnreadTable:
    """Return what is to be said of a table without a phone column; reads it to its end."""
    # Read to its end, though nothing of it is used: the next sheet can't be asked for before, and the rows are counted.
    filled = sum(1 for block in table.blocks for row in block.rows if any(map(str.strip, row)))
    return replace(unread_below(table.info, match, table.sample, phone_score), rows=filled, below=False)


def unread_below(
    info: TableInfo,
    match: ColumnMatch,
    sample: Sequence[Sequence[str]],
    phone_score: Callable[[Sequence[str]], float],
) -> UnreadTable:
    """Return the same of a table below a header in the middle of another one, before its rows are counted.

    A column is likely only where most of what looks like numbers is good, and where no name says that it holds
    amounts, dates, ids or somebody else's.
    """
    found = UnreadTable(info, 0, passed=passed_over(match, sample, phone_score), below=True)
    columns = cell_values.columns_of(sample, len(info.header))
    closed = {choice.index for choice in match.choices if choice.rule in _NO_PHONES | _OTHERS}
    rated = [(_good_numbers(cells, phone_score), at) for at, cells in enumerate(columns) if at not in closed]
    best, likely = max(rated, default=(0, 0))
    if not best or not info.header[likely].strip():
        return found
    like = sum(map(cell_values.like_phone, columns[likely]))
    return replace(found, likely=info.header[likely], like_numbers=like, looked_at=len(columns[likely]))
