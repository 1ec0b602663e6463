"""The marks of a table's people who must not be called: its columns, its sheet's name, a title above some rows."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct, field

from telecmi_leads.columns.mark_cells import (
    aside,
    beside_number,
    hints_at_no_call,
    in_name,
    is_plain,
    is_yes,
    marks,
    marks_plainly,
    may_be_in_name,
    may_mark,
    says_doubtful,
    says_no_call,
    says_nothing_of_calls,
    says_outright,
    speaks_in_words,
    speaks_of_no_call,
    telling,
)
from telecmi_leads.columns.mark_sections import Sections
from telecmi_leads.columns.mark_words import (
    BY_VALUES,
    MarkKind,
    is_doubtful_name,
    is_mark_name,
    is_of_mails,
    mark_kind,
    may_hold_marks,
)
from telecmi_leads.core.lead import Field

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from telecmi_leads.columns.column_match import ColumnMatch
    from telecmi_leads.core.block_columns import Columns
    from telecmi_leads.core.lead import TableInfo

_NAMES = (Field.FULLNAME, Field.FIRSTNAME, Field.LASTNAME)
_BY_NO_NUMBER = frozenset({MarkKind.WEAK, MarkKind.BY_PHONE, MarkKind.OPEN, MarkKind.CHANNEL})
"""How a column marks whose name may be a phone's too: "Contact by phone" with a yes or no. A number says neither."""
_NEVER_ASIDE = (Field.EMAIL, Field.CITY, Field.COUNTRY, Field.DIALCODE, Field.ORDER_INDEX)
"""What such a column feeds is a kind of its own: nobody writes a mark there."""


class TableMarks(Struct):
    """The marks of one table: the whole sheet, its sections, mark columns, what stands beside numbers and names.

    `columns`, `phones`, `names` and `others` are columns by index with the name under which their marks are counted;
    `phones` are those with the numbers and those that label them, `others` those with other text: a mark in one
    of `free_text` counts as in a status. `pairs` are the first and last name columns whose cells may be a mark only
    together. `doubtful_sheet` says that the sheet's name does so without saying it plainly.
    `unclear` counts the cells of mark columns that say neither yes nor no, by column name; `open` those that say yes or
    no, where the column's name leaves open what that means. `wordy` are the columns that hold more than yes and no, of
    those that mark by these alone, and `yes` those that have held a yes to calls. `doubtful` counts those of status
    columns that say of a row which is not marked that its number is wrong or its person dead; `hints` the rows that
    are not marked, and whose text speaks of not calling. Rows of the columns `judged` go on to another number where
    their status says that this one is wrong, or are rejected, so that they are not counted as doubtful.
    """

    sheet: str | None
    columns: tuple[tuple[int, str, MarkKind], ...]
    phones: tuple[tuple[int, str], ...]
    names: tuple[tuple[int, str], ...]
    others: tuple[tuple[int, str], ...] = ()
    free_text: frozenset[int] = frozenset()
    pairs: tuple[tuple[int, int], ...] = ()
    doubtful_sheet: bool = False
    sections: Sections = field(default_factory=Sections)
    unclear: Counter[str] = field(default_factory=Counter)
    open: Counter[str] = field(default_factory=Counter)
    wordy: set[int] = field(default_factory=set)
    yes: set[int] = field(default_factory=set)
    doubtful: Counter[str] = field(default_factory=Counter)
    hints: Counter[str] = field(default_factory=Counter)
    judged: frozenset[int] = frozenset()

    def rows(self, columns: Columns, count: int, told: Container[int] = ()) -> dict[int, str]:
        """Return the marked rows of a block: index → the name of the column or sheet that says so.

        Rows that are `told` for what they may be are no hints.
        """
        if self.sheet is not None:
            return dict.fromkeys(range(count), self.sheet)
        block = _Block()
        for at, _, kind in self.columns:
            self._take_column(block, columns[at], at, kind)
        self._take_beside(block, columns)
        for at, name in self.others:
            test = speaks_of_no_call if at in self.free_text else hints_at_no_call
            speaking = set(filter(test, aside(columns[at])))
            if speaking:
                self._take_other(block, at, name, columns[at], speaking)
        for name, index in block.doubtful:
            self.doubtful[name] += index not in block.marked
        for name, index in block.hints:
            self.hints[name] += index not in block.marked and index not in told
        return block.marked

    def _take_beside(self, block: _Block, columns: Columns) -> None:
        """Take in what stands beside numbers and names."""
        for at, name in self.phones:
            if may_mark(columns, at):
                block.mark(name, (index for index, cell in enumerate(columns[at]) if beside_number(cell)))
        for at, name in self.names:
            if may_be_in_name(columns.lower(at)):
                block.mark(name, (index for index, cell in enumerate(columns[at]) if in_name(cell)))
        for first, last in self.pairs:
            if "not" in columns.lower(first) and "c" in columns.lower(last):  # "Do Not" and "Call", "Contact"
                both = map(" ".join, zip(columns[first], columns[last], strict=True))
                block.mark(dict(self.names)[first], (index for index, name in enumerate(both) if in_name(name)))

    def _take_column(self, block: _Block, cells: Sequence[str], at: int, kind: MarkKind) -> None:
        """Take in what a mark column says."""
        name = self._name_of(at)
        texts = telling(set(cells)) if kind is MarkKind.STATUS else set(cells)
        test = marks_plainly if kind in BY_VALUES and self._is_plain(at, kind, texts) else marks
        said = {cell: test(kind, cell) and not is_of_mails(name, cell) for cell in texts}
        if kind is MarkKind.BY_PHONE and test is marks_plainly and not self._has_a_yes(at, said):
            said = {cell: None if marked else marked for cell, marked in said.items()}
        if any(said.values()):
            block.mark(name, (index for index, cell in enumerate(cells) if said.get(cell)))
        if None in said.values():
            open_ = {cell for cell, marked in said.items() if marked is None and is_yes(cell)}
            self.open[name] += sum(1 for cell in cells if cell in open_)
            self.unclear[name] += sum(1 for cell in cells if said[cell] is None and cell not in open_)
        if kind in {MarkKind.STATUS, MarkKind.PREFERENCE} or at in self.wordy:
            if at not in self.judged and kind is MarkKind.STATUS:
                block.doubtful += _rows_with(set(filter(says_doubtful, said)), cells, name)
            hinting = says_nothing_of_calls if kind is MarkKind.PREFERENCE else hints_at_no_call
            hints = {cell for cell, marked in said.items() if not marked and hinting(cell)}
            block.hints += _rows_with(hints, cells, name)

    def _name_of(self, at: int) -> str:
        return next(name for column, name, _ in self.columns if column == at)

    def _is_plain(self, at: int, kind: MarkKind, texts: Iterable[str]) -> bool:
        """Tell whether a column has held nothing but a plain yes or no so far."""
        if at not in self.wordy and not all(is_plain(kind, cell) for cell in texts):
            self.wordy.add(at)
        return at not in self.wordy

    def _has_a_yes(self, at: int, said: dict[str, bool | None]) -> bool:
        """Tell whether a column has held a yes so far: one of noes alone may tell how far the calls have come."""
        if any(cell.strip() and marked is False for cell, marked in said.items()):
            self.yes.add(at)
        return at in self.yes

    def _take_other(self, block: _Block, at: int, name: str, cells: Sequence[str], speaking: set[str]) -> None:
        """Take in what a column says that is no mark column."""
        plainly = set(filter(says_no_call if at in self.free_text else says_outright, speaking))
        block.mark(name, (index for index, cell in enumerate(cells) if cell in plainly))
        # "DND Flyway" in an address is a road.
        worth_a_word = {cell for cell in speaking - plainly if says_no_call(cell) or speaks_in_words(cell)}
        block.hints += _rows_with(worth_a_word, cells, name)


class _Block(Struct):
    """What the columns say of the rows of a block: index → the mark's name, and names with the rows in doubt."""

    marked: dict[int, str] = field(default_factory=dict)
    doubtful: list[tuple[str, int]] = field(default_factory=list)
    hints: list[tuple[str, int]] = field(default_factory=list)

    def mark(self, name: str, rows: Iterable[int]) -> None:
        """Mark rows, but for those that are marked already."""
        for index in rows:
            self.marked.setdefault(index, name)


def _rows_with(texts: Container[str], cells: Sequence[str], name: str) -> Iterable[tuple[str, int]]:
    """Return the rows that hold one of some texts, each with the column's name."""
    return [(name, index) for index, cell in enumerate(cells) if cell in texts] if texts else ()


def table_marks(info: TableInfo, match: ColumnMatch, above: TableMarks | None = None) -> TableMarks:
    """Return what marks the rows of a table: "DND number" is a phone column where it feeds the phone, and no mark.

    `above` are the marks of the rows above a header in the middle of a table: their section goes on below it.
    """
    named = {at: name.strip() or f"column {at + 1}" for at, name in enumerate(info.header)}
    kinds = {at: mark_kind(name) for at, name in enumerate(info.header) if at not in match.ignored}
    names = dict.fromkeys(chain.from_iterable(match.sources.get(target, ()) for target in _NAMES))
    columns = tuple(
        (at, named[at], kind)
        for at, kind in kinds.items()
        if kind and (at not in match.phones or kind in _BY_NO_NUMBER)
    )
    phones = (*match.phones, *match.labels.values())
    sections = Sections(
        frozenset(at for at, _, _ in columns).difference(match.phones),
        frozenset((*match.phones, *names)),
        info.title,
        header=tuple(info.header),
    )
    if above is not None:
        sections.title, sections.below_blank = above.sections.title, above.sections.below_blank
        sections.unsure = ""  # it is told of the rows above
    taken = {*phones, *names, *(at for at, _, _ in columns), *match.companies, *match.titles}
    taken.update(*(match.sources.get(target, ()) for target in _NEVER_ASIDE))
    firsts, lasts = (match.sources.get(target, ()) for target in (Field.FIRSTNAME, Field.LASTNAME))
    return TableMarks(
        sheet=info.sheet if is_mark_name(info.sheet) else None,
        columns=columns,
        phones=tuple((at, named[at]) for at in phones),
        names=tuple((at, named[at]) for at in names if at not in match.phones),
        others=tuple((at, named[at]) for at in kinds if at not in taken),
        free_text=frozenset(at for at, name in enumerate(info.header) if may_hold_marks(name)),
        pairs=((firsts[0], lasts[0]),) if firsts and lasts and firsts[0] not in match.phones else (),
        doubtful_sheet=is_doubtful_name(info.sheet),
        sections=sections,
        judged=frozenset(chain.from_iterable(match.verdicts.values())),
    )
