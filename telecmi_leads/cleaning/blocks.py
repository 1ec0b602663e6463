"""A block of rows → leads and rejections.

Works on whole columns: a million rows are the normal case, so that each step is one pass over a list and
the unusual cell alone costs a function call. A row that can't be used becomes a value with its reason, never
an exception.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat
from operator import ne
from typing import TYPE_CHECKING

from telecmi_leads.cleaning.emails import first_address
from telecmi_leads.cleaning.names import is_placeholder, kept_title, split_full_name
from telecmi_leads.cleaning.numbers import Fault, Rows, find_numbers
from telecmi_leads.fields import Field
from telecmi_leads.models import (
    Lead,
    LeftOutKind,
    LeftOutRow,
    Reason,
    Repair,
    RowBlock,
    TableInfo,
)
from telecmi_leads.tables import RowKind, may_be_test_lead, row_kind
from telecmi_leads.text import NormalForm, clean_column, restore

if TYPE_CHECKING:
    from telecmi_leads.columns import ColumnPlan
    from telecmi_leads.phones import PhoneBook

FILLER = "-"
"""Sent as last name where there is none: the API requires one and many people have one name."""

_TAG = re.compile(r"<\s*/?\s*(?:br|p|div|span|b|i|u|strong|em|ul|ol|li|font|a)\b[^<>]{0,200}>", re.IGNORECASE)
_WHOLE_NUMBER = re.compile(r"[0-9]{1,15}(?:\.0+)?")

_NO_LEADS = frozenset({RowKind.REPEATED_HEADER, RowKind.TOTAL, RowKind.PLACEHOLDER})

Column = Sequence[str]


@dataclass(frozen=True, slots=True)
class CleanBlock:
    """What became of a block: parallel lists of leads, their row numbers and groups, and the rows that are no leads.

    `read` counts the rows looked at. `next_header` is the index in the block of a header row with another layout:
    what stands below it was not looked at and is to be cleaned with columns matched anew.
    """

    first_row: int
    read: int
    leads: list[Lead]
    rows: list[int]
    groups: list[str]
    rejections: list[LeftOutRow]
    blanks: list[int]
    skipped: Mapping[str, int]
    repairs: Mapping[str, int]
    next_header: int | None = None

    def upto(self, row: int) -> CleanBlock:
        """Return the block as if it ended with this row number."""
        leads = sum(1 for number in self.rows if number <= row)
        return replace(
            self,
            read=row - self.first_row + 1,
            leads=self.leads[:leads],
            rows=self.rows[:leads],
            groups=self.groups[:leads],
            rejections=[rejection for rejection in self.rejections if rejection.row <= row],
            blanks=[blank for blank in self.blanks if blank <= row],
            next_header=None,
        )


@dataclass(slots=True)
class _Work:
    """A block on its way: its rows at the header's width, their numbers and faults by index, and what was noted."""

    first_row: int
    rows: Rows
    numbers: list[str]
    faults: dict[int, Fault]
    repairs: Counter[str]
    blanks: list[int] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    next_header: int | None = None


@dataclass(frozen=True, slots=True)
class Cleaner:
    """Cleans the blocks of one table.

    `table` is the table's index in the run. `group_column` is the index of the column to split campaigns by.
    """

    info: TableInfo
    table: int
    plan: ColumnPlan
    book: PhoneBook
    region: str | None
    no_fill: bool = False
    group_column: int | None = None

    def clean(self, block: RowBlock) -> CleanBlock:
        """Return what became of the block's rows."""
        work = self._numbered(block)
        self._sort_out(work)
        kept = [index for index, number in enumerate(work.numbers) if number]
        leads, named = self._leads(work, kept)
        return CleanBlock(
            first_row=block.first_row,
            read=len(work.rows),
            leads=leads,
            rows=[block.first_row + index for index in named],
            groups=self._groups(work, named),
            rejections=[self._rejection(block, index, fault) for index, fault in sorted(work.faults.items())],
            blanks=work.blanks,
            skipped=work.skipped,
            repairs=work.repairs,
            next_header=work.next_header,
        )

    # --- rows ---

    def _numbered(self, block: RowBlock) -> _Work:
        rows = [list(map(restore, row)) for row in block.rows] if self.plan.own_report else block.rows
        level, overfull = leveled(rows, len(self.info.header))
        found = find_numbers(level, self.plan, self.book, self.region)
        for index in overfull:
            found.numbers[index] = ""
            found.faults[index] = Fault(Reason.TOO_MANY_CELLS)
        return _Work(block.first_row, level, found.numbers, found.faults, found.repairs)

    def _sort_out(self, work: _Work) -> None:
        """Tell blank rows, headers, totals and test leads from rows that are at fault."""
        for index in sorted(work.faults):
            row = work.rows[index]
            if not any(cell and not cell.isspace() for cell in row):
                work.blanks.append(work.first_row + index)
                del work.faults[index]
                continue
            kind = row_kind(row, self.info.header)
            if kind is RowKind.NEW_HEADER:
                self._cut(work, index)
                return
            if kind in _NO_LEADS:
                work.skipped[kind.value] += 1
                work.blanks.append(work.first_row + index)
                del work.faults[index]
            elif kind is RowKind.TEST_LEAD:
                work.faults[index] = Fault(Reason.TEST_LEAD)
        if may_be_test_lead(work.rows, self.info.header):
            for index, number in enumerate(work.numbers):
                if number and row_kind(work.rows[index], self.info.header) is RowKind.TEST_LEAD:
                    work.numbers[index] = ""
                    work.faults[index] = Fault(Reason.TEST_LEAD)

    @staticmethod
    def _cut(work: _Work, index: int) -> None:
        """Forget everything from a new header on: it belongs to the next table."""
        work.next_header = index
        work.rows = work.rows[:index]
        work.numbers = work.numbers[:index]
        work.faults = {at: fault for at, fault in work.faults.items() if at < index}

    def _rejection(self, block: RowBlock, index: int, fault: Fault) -> LeftOutRow:
        return LeftOutRow(
            table=self.table,
            row=block.first_row + index,
            kind=LeftOutKind.REJECTED,
            code=fault.reason.code,
            column="" if fault.column is None else self.info.header[fault.column],
            cells=tuple(block.rows[index]),
        )

    # --- fields ---

    def _leads(self, work: _Work, kept: list[int]) -> tuple[list[Lead], list[int]]:
        """Make the leads of the rows that have a number; returns them and their indexes."""
        fields = _Fields(self, work, kept)
        firsts, lasts = fields.names()
        leads = list(
            map(
                Lead,
                firsts,
                lasts,
                [work.numbers[index] for index in kept],
                fields.emails(),
                fields.text(Field.COMMENT),
                fields.text(Field.ADDRESS),
                fields.text(Field.CITY),
                fields.text(Field.COUNTRY),
                fields.orders(),
            )
        )
        if not work.faults:
            return leads, kept
        good = [position for position, index in enumerate(kept) if index not in work.faults]
        return [leads[position] for position in good], [kept[position] for position in good]

    def _groups(self, work: _Work, named: list[int]) -> list[str]:
        if self.group_column is None:
            return []
        return list(clean_column([work.rows[index][self.group_column] for index in named]))


class _Fields:
    """The fields of a block's good rows, one column each; faults found on the way go into the work."""

    def __init__(self, cleaner: Cleaner, work: _Work, kept: list[int]) -> None:
        self._plan = cleaner.plan
        self._no_fill = cleaner.no_fill
        self._work = work
        self._kept = kept
        self._rows = [work.rows[index] for index in kept]
        self._columns = list(zip(*self._rows, strict=True)) if self._rows else [()] * len(cleaner.info.header)

    def text(self, target: Field, form: NormalForm = "NFC") -> Sequence[str] | repeat[str]:
        """Return a field's cleaned text: from its template, else its columns, else its fill."""
        found = self._found(target, form)
        fill = self._plan.fills.get(target)
        if found is None:
            return repeat(fill or "", len(self._kept))
        return [cell or fill for cell in found] if fill else found

    def _found(self, target: Field, form: NormalForm = "NFC") -> Column | None:
        template = self._plan.templates.get(target)
        if template is not None:
            return self._cleaned([template.render(row) for row in self._rows], form)
        if target is Field.ADDRESS and self._plan.addresses:
            return _first_filled([self._address(parts) for parts in self._plan.addresses])
        columns = [self._cleaned(self._columns[index], form) for index in self._plan.sources.get(target, ())]
        return _first_filled(columns) if columns else None

    def _address(self, parts: Sequence[int]) -> Column:
        columns = [self._cleaned(self._columns[index], "NFC") for index in parts]
        if len(columns) == 1:
            return columns[0]
        return [", ".join(filter(None, cells)) for cells in zip(*columns, strict=True)]

    def _cleaned(self, column: Column, form: NormalForm) -> Column:
        if any("<" in cell for cell in column):
            column = [_TAG.sub(" ", cell) if "<" in cell else cell for cell in column]
        cleaned = clean_column(column, form=form)
        if cleaned is column:
            return cleaned
        self._work.repairs[Repair.TEXT_CLEANED] += sum(map(ne, column, cleaned))
        for position, cell in enumerate(cleaned):
            if not _encodable(cell):
                self._work.faults[self._kept[position]] = Fault(Reason.UNREADABLE_TEXT)
        return cleaned

    # --- names ---

    def names(self) -> tuple[list[str], list[str]]:
        """Return first and last names; a row without any name is noted as a rejection."""
        firsts, lasts = self._name_column(Field.FIRSTNAME), self._name_column(Field.LASTNAME)
        if self._plan.middles:
            middles = _first_filled([self._cleaned(self._columns[index], "NFKC") for index in self._plan.middles])
            firsts = [
                f"{first} {middle}" if first and middle else first
                for first, middle in zip(firsts, middles, strict=True)
            ]
        if not all(firsts) or not all(lasts):
            self._complete(firsts, lasts)
        if self._plan.titles:
            self._add_titles(firsts)
        return firsts, lasts

    def _name_column(self, target: Field) -> list[str]:
        found = self._found(target, "NFKC")
        if found is None:
            return [""] * len(self._kept)
        return ["" if is_placeholder(name) else name for name in found]

    def _complete(self, firsts: list[str], lasts: list[str]) -> None:
        """Fill names that are missing: full name, company, --fill, and the filler for a last name."""
        fulls = self._name_column(Field.FULLNAME)
        companies = self._companies()
        fill_first = self._plan.fills.get(Field.FIRSTNAME, "")
        fill_last = self._plan.fills.get(Field.LASTNAME, "" if self._no_fill else FILLER)
        repairs = self._work.repairs
        for position, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
            if first and last:
                continue
            if not first and not last:
                if fulls[position]:
                    first, last = split_full_name(fulls[position])  # noqa: PLW2901 - the row's name so far
                    repairs[Repair.NAME_SPLIT] += 1
                else:
                    first = companies[position]  # noqa: PLW2901 - the same
            elif not first and not fill_first:
                # One name, whichever column it stands in, is the name to call the person by.
                first, last = last, ""  # noqa: PLW2901 - the same
            if (fill_first and not first) or not last:
                repairs[Repair.NAME_FILLED] += bool(first or fill_first) and bool(fill_last)
            firsts[position], lasts[position] = first or fill_first, last or fill_last
            if not firsts[position]:
                self._fault(position, Reason.NO_NAME)
            elif not lasts[position]:
                self._fault(position, Reason.NO_LAST_NAME)

    def _companies(self) -> Column:
        columns = [self._cleaned(self._columns[index], "NFC") for index in self._plan.companies]
        if not columns:
            return [""] * len(self._kept)
        return ["" if is_placeholder(name) else name for name in _first_filled(columns)]

    def _add_titles(self, firsts: list[str]) -> None:
        titles = _first_filled([self._cleaned(self._columns[index], "NFC") for index in self._plan.titles])
        for position, title in enumerate(titles):
            kept = kept_title(title) if title else ""
            if kept and firsts[position] and not firsts[position].startswith(kept):
                firsts[position] = f"{kept} {firsts[position]}"

    def _fault(self, position: int, reason: Reason) -> None:
        self._work.faults.setdefault(self._kept[position], Fault(reason))

    # --- email and order ---

    def emails(self) -> Iterable[str]:
        """Return the first well-formed address of each row; others are dropped and counted."""
        cells = self.text(Field.EMAIL)
        if isinstance(cells, repeat):
            return cells
        addresses = [first_address(cell) if cell else cell for cell in cells]
        self._work.repairs[Repair.EMAIL_DROPPED] += sum(
            1
            for cell, address in zip(cells, addresses, strict=True)
            if cell and not address and not is_placeholder(cell)
        )
        return addresses

    def orders(self) -> Iterable[int | None]:
        """Return order_index where the file has one; what is no whole number is dropped and counted."""
        cells = self.text(Field.ORDER_INDEX)
        if isinstance(cells, repeat):
            if Field.ORDER_INDEX not in self._plan.fills:
                return repeat(None, len(self._kept))
            cells = list(cells)
        orders = [int(cell.partition(".")[0]) if _WHOLE_NUMBER.fullmatch(cell) else None for cell in cells]
        self._work.repairs[Repair.ORDER_DROPPED] += sum(
            1 for cell, order in zip(cells, orders, strict=True) if cell and order is None
        )
        return orders


def leveled(rows: Rows, width: int) -> tuple[Rows, list[int]]:
    """Give all rows one width; returns them and the indexes of rows whose surplus cells hold something."""
    if all(len(row) == width for row in rows):
        return rows, []
    overfull = [index for index, row in enumerate(rows) if len(row) > width and any(map(str.strip, row[width:]))]
    return [row[:width] + [""] * (width - len(row)) for row in rows], overfull


def _first_filled(columns: list[Column]) -> Column:
    if len(columns) == 1:
        return columns[0]
    return [next(filter(None, cells), "") for cells in zip(*columns, strict=True)]


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
