"""A block of rows → leads and rejections.

Works on whole columns: a million rows are the normal case, so that each step is one pass over a list and
the unusual cell alone costs a function call. A row that can't be used becomes a value with its reason, never
an exception.
"""

from __future__ import annotations

from collections import Counter
from itertools import chain, compress
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from telecmi_leads.columns.reader_notes import (
    asks_to_call,
    is_instruction,
    is_note,
    may_ask_to_call,
    may_be_a_lead,
    may_be_a_row,
    may_be_notes,
    rows_fill,
    signers,
)
from telecmi_leads.columns.row_kinds import RowKind, may_be_test_lead, row_kind, rows_in_doubt
from telecmi_leads.columns.widths import width_of
from telecmi_leads.core.block_columns import clean_column, joined
from telecmi_leads.core.formulas import restore
from telecmi_leads.core.lead import NOBODY, Field, Lead, LeftOutKind, LeftOutRow, RowBlock
from telecmi_leads.core.patterns import pattern
from telecmi_leads.core.reasons import Reason
from telecmi_leads.leads.further_numbers import further_numbers
from telecmi_leads.leads.lead_text import Fields
from telecmi_leads.leads.row_numbers import Fault, Grid, find_numbers, leveled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from telecmi_leads.columns import ColumnMatch
    from telecmi_leads.columns.marks import TableMarks
    from telecmi_leads.core.lead import TableInfo
    from telecmi_leads.leads.row_numbers import RowNumbers
    from telecmi_leads.phones import PhoneBook, Ruling

_NO_LEADS = frozenset({RowKind.REPEATED_HEADER, RowKind.TOTAL, RowKind.PLACEHOLDER, RowKind.NOTE})
_LONGEST_SERIAL = 4
_FIRST_ROWS = 10
"""Rows below a header in which a template has its instructions and examples."""
_FEWEST_AT_ONCE = 64
_NUMBER = pattern(r"(?:[^0-9]*+[0-9]){7}")
_NAMIBIA = "264"
_SHORTEST_NUMBER = 7


class CleanBlock(Struct, frozen=True):
    """What became of a block: its leads in lists that run side by side, and its rows without a lead."""

    first_row: int
    """The number of the block's first row in its sheet; all rows here are told by such numbers."""
    read: int
    """How many rows were looked at."""
    leads: list[Lead]
    """The leads; in a trial every one is NOBODY."""
    numbers: list[str]
    """Each lead's E.164 digits."""
    rows: Sequence[int]
    """Each lead's row."""
    groups: list[str]
    """Each lead's group where campaigns are split by a column, else empty."""
    rulings: list[Ruling]
    """The rulings on the leads' numbers."""
    rejections: list[LeftOutRow]
    marked: list[LeftOutRow]
    """The rows that the file marks as do-not-call."""
    blanks: list[int]
    """The rows that are none of data, blank or not."""
    long_rows: list[int]
    """Rows of a text that are taken though they are longer than its header."""
    skipped: Mapping[str, int]
    """How many of `blanks` are not blank, by what they are."""
    repairs: Mapping[str, int]
    next_header: int | None = None
    """The index in the block of a header row with another layout.

    What stands below it was not looked at, and is to be cleaned with columns matched anew.
    """
    early: int = 0
    """How many rows right above that header belong to it, and were not looked at either."""
    marked_also: Sequence[tuple[str, str]] = ()
    """The further numbers of the people of `marked`, each behind the name of its mark."""

    @classmethod
    def of_no_leads(cls, first_row: int, read: int, skipped: Mapping[str, int], next_header: int | None) -> CleanBlock:
        """Return a block whose rows count as blank; `skipped` says what they are."""
        blanks = list(range(first_row, first_row + read))
        return cls(first_row, read, [], [], [], [], [], [], [], blanks, [], skipped, {}, next_header)

    def upto(self, row: int, again: CleanBlock) -> CleanBlock:
        """Return the block as if it ended with this row number; `again` is what became of just the rows down to it."""
        leads = sum(1 for number in self.rows if number <= row)
        return replace(
            self,
            read=row - self.first_row + 1,
            leads=self.leads[:leads],
            numbers=self.numbers[:leads],
            rows=self.rows[:leads],
            groups=self.groups[:leads],
            rulings=self.rulings[:leads],
            rejections=[rejection for rejection in self.rejections if rejection.row <= row],
            marked=[marked for marked in self.marked if marked.row <= row],
            blanks=[blank for blank in self.blanks if blank <= row],
            long_rows=[long for long in self.long_rows if long <= row],
            skipped=again.skipped,
            repairs=again.repairs,
            next_header=None,
            early=0,
        )

    def excluding(self, table: int, found: Mapping[int, str]) -> CleanBlock:
        """Return the block without the leads at some positions, which another row marks; `found` has the mark's name.

        `table` is the index of the leads' table.
        """
        stays = [at not in found for at in range(len(self.leads))]
        marked = [
            LeftOutRow(table, self.rows[at], LeftOutKind.EXCLUDED, found[at], column=found[at], phone=self.numbers[at])
            for at in sorted(found)
        ]
        return replace(
            self,
            leads=list(compress(self.leads, stays)),
            numbers=list(compress(self.numbers, stays)),
            rows=list(compress(self.rows, stays)),
            groups=list(compress(self.groups, stays)),
            rulings=list(compress(self.rulings, stays)),
            marked=[*self.marked, *marked],
        )


class _Work(Struct):
    """A block on its way: its rows at the header's width, their numbers and faults by index, and what was noted."""

    grid: Grid
    found: RowNumbers
    blanks: list[int] = field(default_factory=list)
    long: list[int] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    def leave_out(self, index: int) -> None:
        """Count a row as a note, whatever number it has."""
        self.found.take(index)
        self.skipped[RowKind.NOTE.value] += 1
        self.blanks.append(index)


class Cleaner(Struct, frozen=True):
    """Cleans the blocks of one table.

    `table` is the table's index in the run. `group_column` is the index of the column to split campaigns by. `marks`
    tells who must not be called, None where that is to be ignored. `ragged` says that a row longer than the header is
    no sign of a delimiter within a value: cells without a column are then left out. Cells of the last `surplus` columns
    of a text may be such a sign. In a `trial` no request is made: its leads are checked and not made.
    """

    info: TableInfo
    table: int
    match: ColumnMatch
    book: PhoneBook
    region: str | None
    no_fill: bool = False
    group_column: int | None = None
    marks: TableMarks | None = None
    ragged: bool = False
    surplus: int = 0
    trial: bool = False

    def clean(self, block: RowBlock, at_end: Callable[[], bool]) -> CleanBlock:
        """Return what became of the block's rows, down to the next header where there is one.

        `at_end` tells whether nothing follows in its table: only there stands a footer. It is asked where that matters.
        """
        work = self._numbered(block)
        header_at = self._sort_out(work, at_end)
        if header_at is not None:
            early = self._rows_of(header_at, block, work)
            above = self.clean(RowBlock(block.first_row, block.rows[: header_at - early]), _ends)
            return replace(above, next_header=header_at, early=early)
        self._leave_out_instructions(block, work)
        self._leave_out_footer(work, at_end)
        marked, marked_also = self._take_marked(block, work)
        leads, numbers, at = self._leads(work)
        first = block.first_row
        return CleanBlock(
            first_row=block.first_row,
            read=len(work.grid.rows),
            leads=leads,
            numbers=numbers,
            rows=range(first, first + len(at)) if isinstance(at, range) else [first + index for index in at],
            groups=self._groups(work, at),
            rulings=work.found.rulings if len(at) == len(work.grid.rows) else [work.found.rulings[row] for row in at],
            rejections=self._rejections(block, work),
            marked=marked,
            blanks=[block.first_row + index for index in work.blanks],
            long_rows=[block.first_row + index for index in work.long],
            skipped=work.skipped,
            repairs=work.found.repairs,
            marked_also=marked_also,
        )

    def marked_numbers(self, block: RowBlock) -> list[tuple[str, str]]:
        """Return the name of the mark and each number of the marked rows, and look at no other row."""
        grid, _ = leveled(block.rows, len(self.info.header))
        rows, marked, unsure = range(len(grid.rows)), dict[int, str](), dict[int, str]()
        if self.marks:
            found = self.marks.sections.rows(grid.rows, rows)
            marked, unsure = found.rows | self.marks.rows(grid.columns, len(rows)), found.unsure
        numbers = find_numbers(grid.only(sorted(marked)), self.match, self.book, self.region).numbers
        own = [(marked[at], number) for at, number in zip(sorted(marked), numbers, strict=True) if number]
        return [*own, *((name, number) for name, _, number in self._further(grid, unsure | marked))]

    def _further(self, grid: Grid, marked: Mapping[int, str]) -> Iterator[tuple[str, int, str]]:
        """Yield the further numbers of marked rows, each with the name of its mark and the row."""
        at = sorted(marked)
        found = further_numbers(grid.only(at), self.match, self.book, self.region) if at else ()
        yield from ((marked[at[place]], at[place], number) for place, number in found)

    def next_header(self, rows: list[list[str]]) -> int | None:
        """Return the index of the first row that seems a header of another layout; `clean` tells whether it is one."""
        start, size = 0, _FEWEST_AT_ONCE
        while start < len(rows):
            grid, _ = leveled(rows[start : start + size], len(self.info.header))
            phones = self.match.phones  # none where --set makes the number
            numberless = _numberless(grid.columns[phones[0]]) if phones else range(len(grid.rows))
            for at in self._in_doubt(grid, numberless):
                if row_kind(grid.rows[at], self.info.header) is RowKind.NEW_HEADER:
                    return start + at
            start, size = start + size, size * 2
        return None

    def _rows_of(self, header_at: int, block: RowBlock, work: _Work) -> int:
        """Return how many rows right above a header of another layout are its own: too wide for this one, and at fault.

        So it is where two exports were put one below the other and sorted.
        """
        return rows_above(self.info.header, block.rows, header_at, work.found.faults.__contains__)

    # --- rows ---

    def _numbered(self, block: RowBlock) -> _Work:
        rows = [list(map(restore, row)) for row in block.rows] if self.match.own_report else block.rows
        grid, overfull = leveled(rows, len(self.info.header))
        found = find_numbers(grid, self.match, self.book, self.region)
        taken = [index for index in overfull if self.ragged and found.numbers[index]]
        for index in set(overfull).difference(taken):
            found.reject(index, Reason.TOO_MANY_CELLS)
        # In a workbook such a cell stands aside; in a text it may be the second half of a value.
        return _Work(
            grid, found, long=[] if self.info.delimiter is None else sorted({*taken, *self._with_surplus(grid, found)})
        )

    def _with_surplus(self, grid: Grid, found: RowNumbers) -> Iterator[int]:
        """Yield the rows with a number that have cells in columns without a name which feed nothing."""
        fed = {*self.match.phones, *chain.from_iterable(self.match.sources.values())}
        for at in range(len(grid.columns) - self.surplus, len(grid.columns)):
            if at not in fed:
                yield from (row for row, cell in enumerate(grid.columns[at]) if found.numbers[row] and cell.strip())

    def _sort_out(self, work: _Work, at_end: Callable[[], bool]) -> int | None:
        """Tell blank rows, totals and test leads from rows at fault; return the index of a header of another layout."""
        faults = work.found.faults
        for index in self._in_doubt(work.grid, sorted(faults)):
            row = work.grid.rows[index]
            if not any(cell.strip() for at, cell in enumerate(row) if at not in self.match.ignored):
                kind = None
            elif (kind := row_kind(row, self.info.header)) is RowKind.NEW_HEADER:
                return index
            elif kind is RowKind.TEST_LEAD:
                faults[index] = Fault(Reason.TEST_LEAD)
            elif kind in _NO_LEADS:
                work.skipped[kind.value] += 1
            if kind is None or kind in _NO_LEADS:
                work.blanks.append(index)
                del faults[index]
        if may_be_test_lead(
            work.grid.columns, self.info.header, self._columns_of(Field.FULLNAME, Field.FIRSTNAME, Field.EMAIL)
        ):
            for index, number in enumerate(work.found.numbers):
                if number and row_kind(work.grid.rows[index], self.info.header) is RowKind.TEST_LEAD:
                    work.found.reject(index, Reason.TEST_LEAD)
        self._leave_out_notes(work, at_end)
        return None

    def _in_doubt(self, grid: Grid, faults: Sequence[int]) -> list[int]:
        """Return the rows at fault that may be no rows of data: mostly few, and each has to be looked at."""
        taken = [at for at in self._by_use() if at not in self.match.ignored]
        grid = grid.only(faults)
        return [faults[at] for at in rows_in_doubt(grid.rows, grid.columns, self.info.header, taken)]

    def _by_use(self) -> Iterable[int]:
        """Return all columns, first those that feed a field: these are looked at as a whole anyway."""
        return dict.fromkeys(chain(self._columns_of(*Field), range(len(self.info.header))))

    def _leave_out_notes(self, work: _Work, at_end: Callable[[], bool]) -> None:
        """Count as no leads the lines that name a helpline or who made the list, though they have a number."""
        phones, columns = self.match.phones, work.grid.columns
        if rows_fill(columns, self._by_use()):
            return
        names = {*self._columns_of(Field.FULLNAME, Field.FIRSTNAME)}
        notes = [may_be_notes(columns, column, names=column not in phones) for column in {*names, *phones}]
        calls = [may_ask_to_call(columns, column) for column in names]
        said = {
            index: texts
            for test, found in ((is_note, notes), (asks_to_call, calls))
            for index in sorted(set(chain.from_iterable(found)))
            if work.found.numbers[index] and test(texts := _without_serial(_filled(work.grid.rows[index])))
        }
        signed = {index for index in signers(work.grid.rows, work.blanks) if work.found.numbers[index]} - said.keys()
        known = signed | said.keys()
        last = max((at for at, number in enumerate(work.found.numbers) if number and at not in known), default=-1)
        for index in sorted(known):
            note = said.get(index)
            if (note is not None and not may_be_a_row(note)) or (index > last and at_end()):
                work.leave_out(index)
            elif note is None or not may_be_a_lead(note):  # a row among leads never goes without a word
                work.found.reject(index, Reason.SOMEBODY_ELSES)

    def _leave_out_instructions(self, block: RowBlock, work: _Work) -> None:
        """Count as no leads the rows in which a template says what goes into its columns, or gives an example."""
        rows, above = work.grid.rows, block.first_row - (self.info.header_row or 0) - 1
        if above >= _FIRST_ROWS:
            return
        names, surnames = [*self._columns_of(Field.FULLNAME, Field.FIRSTNAME)], [*self._columns_of(Field.LASTNAME)]
        taken = [at for at in range(len(self.info.header)) if at not in self.match.ignored]
        for index in sorted(set(range(min(_FIRST_ROWS - above, len(rows)))).difference(work.blanks)):
            row = rows[index]
            told = [row[at] for at in names if row[at]] or [row[at] for at in surnames]  # a surname may be "Sample"
            if is_instruction([row[at] for at in self.match.phones], told, _filled([row[at] for at in taken])):
                work.leave_out(index)

    def _columns_of(self, *targets: Field) -> Iterator[int]:
        for target in targets:
            template = self.match.templates.get(target)
            yield from template.columns if template else self.match.sources.get(target, ())

    def _leave_out_footer(self, work: _Work, at_end: Callable[[], bool]) -> None:
        """Count as footer what stands with known footer lines below a blank row at the end: a report's title, say."""
        blanks = set(work.blanks)
        faults = work.found.faults
        lines: list[int] = []
        footer: list[int] = []
        known = False
        for index in reversed(range(len(work.grid.rows))):
            row = work.grid.rows[index]
            if index in blanks and not any(map(str.strip, row)):
                footer = lines.copy()
            elif index in blanks:
                known = known or row_kind(row, self.info.header) is RowKind.TOTAL
            elif index in faults and sum(map(bool, row)) == 1:
                lines.append(index)
            else:
                break
        for index in footer if known and footer and at_end() else ():
            work.skipped[RowKind.TOTAL.value] += 1
            work.blanks.append(index)
            del faults[index]
        work.blanks.sort()

    def _take_marked(self, block: RowBlock, work: _Work) -> tuple[list[LeftOutRow], list[tuple[str, str]]]:
        """Take the rows marked do-not-call out of the block, whatever else is wrong with them.

        Returns them, and the further numbers of their people.
        """
        if self.marks is None:
            return [], []
        found, unsure = self._sections(work, self.marks)
        found |= self.marks.rows(work.grid.columns, len(work.grid.rows), unsure)
        for index in found.keys() & set(work.blanks):
            del found[index]
        taken = [
            LeftOutRow(
                self.table, block.first_row + at, LeftOutKind.EXCLUDED, name, column=name, phone=work.found.take(at)
            )
            for at, name in sorted(found.items())
        ]
        further = list(self._further(work.grid, unsure | found))
        self.marks.hints.update(unsure[at] for at in unsure.keys() - {at for _, at, _ in further})
        return taken, [(name, number) for name, _, number in further]

    def _sections(self, work: _Work, marks: TableMarks) -> tuple[dict[int, str], dict[int, str]]:
        """Return the rows in do-not-call sections, with the titles' words; the titles count as notes.

        So do the rows that may be one, or a remark, which are returned too, with the name of their column.
        """
        found = marks.sections.rows(work.grid.rows, sorted({*work.found.faults, *work.blanks}))
        for index in {*found.titles, *found.unsure}.difference(work.blanks):
            work.leave_out(index)
        return found.rows, found.unsure

    def _rejections(self, block: RowBlock, work: _Work) -> list[LeftOutRow]:
        table, first, header, kind = self.table, block.first_row, self.info.header, LeftOutKind.REJECTED
        return [
            LeftOutRow(
                table,
                first + index,
                kind,
                fault.reason.code,
                "" if fault.column is None else header[fault.column],
                cells=tuple(block.rows[index]),
            )
            for index, fault in sorted(work.found.faults.items(), key=_index)
        ]

    # --- leads ---

    def _leads(self, work: _Work) -> tuple[list[Lead], list[str], Sequence[int]]:
        """Make the leads of the rows that have a number; return them, their numbers and their indexes."""
        numbers = work.found.numbers
        at: Sequence[int] = range(len(numbers))
        if "" in numbers:
            at = [index for index, number in enumerate(numbers) if number]
            numbers = [numbers[index] for index in at]
        grid = work.grid.only(at)
        if self.match.strangers:
            grid = self._of_one_person(grid, [work.found.columns.get(index, self.match.phones[0]) for index in at])
        fields = Fields(self.match, grid, no_fill=self.no_fill)
        if self.trial:
            fields.check()
            leads = [NOBODY] * len(numbers)
        else:
            leads = list(map(Lead, *_columns_of_leads(fields, numbers)))
        fields.settle()
        work.found.repairs.update(fields.repairs)
        if not fields.faults:
            return leads, numbers, at
        for position, reason in fields.faults.items():
            work.found.reject(at[position], reason)
        good = [position for position in range(len(leads)) if position not in fields.faults]
        leads, numbers = [leads[position] for position in good], [numbers[position] for position in good]
        return leads, numbers, [at[position] for position in good]

    def _of_one_person(self, grid: Grid, phones: Sequence[int]) -> Grid:
        """Return the rows without the names and emails of whoever the number taken is not: `phones` has its columns."""
        strangers = self.match.strangers
        rows = [
            ["" if at in strangers[phone] else cell for at, cell in enumerate(row)]
            for row, phone in zip(grid.rows, phones, strict=True)
        ]
        return Grid(rows, len(grid.columns))

    def _groups(self, work: _Work, at: Sequence[int]) -> list[str]:
        if self.group_column is None:
            return []
        column = work.grid.columns[self.group_column]
        return list(clean_column([column[index] for index in at]))


def _ends() -> bool:
    return True


def rows_above(
    header: Sequence[str], rows: Sequence[Sequence[str]], header_at: int, numberless: Callable[[int], bool]
) -> int:
    """Return how many rows right above a later header are too wide for the header above them, and are `numberless`."""
    named, wide = width_of(header), width_of(rows[header_at])
    early = 0
    while early < header_at and named < width_of(rows[at := header_at - early - 1]) <= wide and numberless(at):
        early += 1
    return early


def _columns_of_leads(fields: Fields, numbers: Sequence[str]) -> Iterator[Iterable[str | int | None]]:
    """Yield what leads consist of, in their order."""
    yield from fields.names()
    yield numbers
    yield fields.emails()
    yield from map(fields.text, (Field.COMMENT, Field.ADDRESS, Field.CITY))
    yield _countries(fields.text(Field.COUNTRY), numbers)
    yield fields.orders()


def _countries(cells: Iterable[str], numbers: Sequence[str]) -> Iterable[str]:
    """Leave out "NA" beside numbers of other countries than Namibia, where it stands for nothing."""
    if not isinstance(cells, list | tuple) or "NA" not in cells:
        return cells
    return [
        "" if cell == "NA" and not number.startswith(_NAMIBIA) else cell
        for cell, number in zip(cells, numbers, strict=True)
    ]


def _numberless(cells: Sequence[str]) -> Sequence[int]:
    """Return the rows whose cell can hold no phone number."""
    text = joined(cells)
    if text.isascii() and text.lower() == text.upper() and min(map(len, cells)) >= _SHORTEST_NUMBER:
        return ()
    return [at for at, cell in enumerate(cells) if not _holds_number(cell)]


def _holds_number(cell: str) -> bool:
    if cell.isascii():
        return _NUMBER.match(cell) is not None
    return sum(map(str.isdecimal, cell)) >= _SHORTEST_NUMBER


def _filled(row: Sequence[str]) -> list[str]:
    return [cell.strip() for cell in row if cell and not cell.isspace()]


def _without_serial(texts: list[str]) -> list[str]:
    """Leave out a serial number before the text."""
    return texts[1:] if len(texts) > 1 and len(texts[0]) <= _LONGEST_SERIAL and texts[0].isdecimal() else texts


def _index(fault: tuple[int, Fault]) -> int:
    return fault[0]
