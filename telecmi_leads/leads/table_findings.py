"""What was found of an input's tables and deserves a word: as warnings, and as faults that --strict does not allow."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from telecmi_leads.columns.sheet_names import may_be_no_leads
from telecmi_leads.columns.table import place
from telecmi_leads.core.reasons import WarningCode
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import argument, count

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from telecmi_leads.columns.column_match import ColumnDoubt
    from telecmi_leads.columns.marks import TableMarks
    from telecmi_leads.columns.unread_tables import UnreadTable
    from telecmi_leads.core.lead import TableInfo


_NEARLY_ALL = 0.9
_FEWEST_ROWS = 10


class TableFindings(Struct):
    """What was found of the tables of all files.

    `unread` have no phone column, and stand with the sheets of their file that are read; those `below` a header in the
    middle of another table stand by their number in the run. `unread_marks` are the files and names of sheets that
    --sheet leaves out, though their names mark the people on them. `doubtful_sheets` are those that are read, and whose
    names leave it in doubt whether the people on them are to be called, `other_sheets` those whose names are of others
    than leads. A filter hides rows of
    `filtered`. `long_rows` counts, by place, the rows longer than their header. `doubts` are of columns.
    `marked` counts, by place, the rows of tables that columns of theirs mark, and `rows` all rows of data of these.
    `unused_names` are columns that look like names, of tables in which none is used.
    """

    unread: list[tuple[UnreadTable, tuple[str, ...]]] = field(default_factory=list)
    below: dict[int, UnreadTable] = field(default_factory=dict)
    unread_marks: list[tuple[str, str]] = field(default_factory=list)
    doubtful_sheets: dict[tuple[str, str], None] = field(default_factory=dict)
    other_sheets: dict[tuple[str, str], None] = field(default_factory=dict)
    filtered: list[TableInfo] = field(default_factory=list)
    long_rows: Counter[str] = field(default_factory=Counter)
    marks: list[tuple[TableInfo, TableMarks]] = field(default_factory=list)
    doubts: dict[tuple[str, ColumnDoubt], None] = field(default_factory=dict)
    unused_names: dict[str, None] = field(default_factory=dict)
    marked: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    rows: Counter[str] = field(default_factory=Counter)

    def take_marks(self, info: TableInfo, marks: TableMarks, chosen: Collection[str]) -> None:
        """Take in the marks of a table; a sheet that --sheet has chosen is meant, whatever its name."""
        self.marks.append((info, marks))
        if info.sheet is not None and info.sheet not in chosen:
            if marks.doubtful_sheet:
                self.doubtful_sheets[info.file, info.sheet] = None
            elif may_be_no_leads(info.sheet):
                self.other_sheets[info.file, info.sheet] = None

    def count_marked(self, info: TableInfo, rows: int, marks: Iterable[str]) -> None:
        """Count rows of a table's data, and those of them that its columns mark, by the names of the marks."""
        where = place(info)
        self.rows[where] += rows
        self.marked[where].update(marks)

    def pass_over(self, table: int, skipped: Mapping[str, int]) -> None:
        """Count rows of a table below a header without a phone column."""
        if (found := self.below.get(table)) is not None:
            self.below[table] = replace(found, rows=found.rows + skipped["no_phone_column"])

    def _all_unread(self) -> list[tuple[UnreadTable, tuple[str, ...]]]:
        return [*self.unread, *((table, ()) for table in self.below.values() if table.rows)]

    def _unclear(self) -> Iterator[str]:
        """Yield where and how often cells of a mark column do not tell whether to call."""
        for info, marks in self.marks:
            for name, cells in marks.unclear.items():
                say = "says" if cells == 1 else "say"
                if cells:
                    yield f'{place(info)}: {count(cells, "cell")} of column "{safe(name, 60)}" {say} neither yes nor no'
            for name, cells in marks.open.items():
                says = (
                    f'{count(cells, "cell")} of column "{safe(name, 60)}" {"says" if cells == 1 else "say"} yes or no'
                )
                if cells:
                    yield f"{place(info)}: {says}, and its name leaves open whether that is a wish not to be called"

    def _doubtful(self) -> Iterator[str]:
        """Yield where and how often a status says that a number is wrong or its person dead."""
        for info, marks in self.marks:
            for name, rows in marks.doubtful.items():
                says = f'in column "{safe(name, 60)}" that the number is wrong or the person is dead'
                if rows:
                    yield f"{place(info)}: {count(rows, 'row')} {'says' if rows == 1 else 'say'} {says}"

    def _hints(self) -> Iterator[str]:
        """Yield where and how often a text speaks of not calling, and does not plainly say it of the row's person."""
        for info, marks in self.marks:
            for name, rows in marks.hints.items():
                says = f'of a do-not-call list or of not calling in column "{safe(name, 60)}"'
                if rows:
                    yield f"{place(info)}: {count(rows, 'row')} {'speaks' if rows == 1 else 'speak'} {says}"
            if marks.sections.unsure:
                yield f"{place(info)}: a title above the header speaks of a do-not-call list or of not calling"

    def _long(self) -> Iterator[str]:
        """Yield where and how many rows of a text are longer than its header."""
        for where, rows in self.long_rows.items():
            yield f"{where}: {count(rows, 'row')} {'has' if rows == 1 else 'have'} more cells than the header"

    def _nearly_all_marked(self) -> Iterator[str]:
        """Yield where a column marks so many rows that it may speak of something else, an e-mail preference say."""
        for where, marks in self.marked.items():
            for name, rows in marks.items():
                whole = self.rows[where]
                if whole >= _FEWEST_ROWS and rows > _NEARLY_ALL * whole:
                    marked = f"{rows:,} of {count(whole, 'row')}"
                    yield f'{where}: column "{safe(name, 60)}" marks {marked} as not to be called'

    def warnings(self) -> Iterator[tuple[WarningCode, str]]:
        """Yield what is to be said of the tables: sentences with their codes."""
        for table, sheets in self._all_unread():
            yield WarningCode.NO_PHONE_COLUMN, table.says(sheets)
        for where, doubt in self.doubts:
            yield doubt.code, f"{where}: {doubt.says}. {doubt.follows} {doubt.way_out}"
        for info in self.filtered:
            hides = f"{place(info)}: a filter hides {count(info.hidden_rows, 'row')}"
            yield WarningCode.HIDDEN_ROWS, f"{hides}; {'it is' if info.hidden_rows == 1 else 'they are'} read too."
        for says in self._long():
            yield WarningCode.LONG_ROWS, f"{says}. The cells without a column are not sent."
        yield from self._warnings_of_marks()

    def _warnings_of_marks(self) -> Iterator[tuple[WarningCode, str]]:
        for unclear in self._unclear():
            yield WarningCode.MARK_UNCLEAR, f"{unclear}. The people in these rows are not left out."
        for says, way_out in self._unread_marks():
            yield WarningCode.MARKED_SHEET, f"{says}. The people on it are not left out. {way_out}"
        for doubtful in self._doubtful():
            yield WarningCode.DOUBTFUL_STATUS, f"{doubtful}. These people are not left out."
        for says, way_out in self._doubtful_sheets():
            yield WarningCode.DOUBTFUL_SHEET, f"{says}. The people on it are not left out. {way_out}"
        for says in self._nearly_all_marked():
            yield WarningCode.NEARLY_ALL_MARKED, f"{says}. If it speaks of something else, use --ignore-marks."
        for hint in self._hints():
            yield WarningCode.MARK_HINTED, f"{hint}. These people are not left out."

    def faults(self) -> list[tuple[str, str]]:
        """Return what --strict allows of no table, each with its way out."""
        unread = [(f"{table.where} has no phone column", table.way_out(sheets)) for table, sheets in self._all_unread()]
        clear = "Write yes or no into these cells, or use --ignore-marks."
        long = [(says, WarningCode.LONG_ROWS.tip) for says in self._long()]
        doubts = [(f"{where}: {doubt.says}", doubt.way_out) for where, doubt in self.doubts]
        return [
            *unread,
            *self._unread_marks(),
            *self._doubtful_sheets(),
            *doubts,
            *long,
            *((unclear, clear) for unclear in self._unclear()),
        ]

    def _unread_marks(self) -> Iterator[tuple[str, str]]:
        """Yield which sheets of people who must not be called --sheet leaves out, each with its way out."""
        for file, name in self.unread_marks:
            says = (
                f'{safe(file)}, sheet "{safe(name, 60)}" is a do-not-call list by its name, and --sheet leaves it out'
            )
            yield says, f"To leave these people out: --sheet {argument(name)} too. To upload them: --ignore-marks."

    def _doubtful_sheets(self) -> Iterator[tuple[str, str]]:
        """Yield which sheets leave it in doubt whether their people are to be called, each with its way out."""
        for file, name in self.doubtful_sheets:
            says = f'{safe(file)}, sheet "{safe(name, 60)}" may hold people who are not to be called, by its name'
            yield says, "To leave these people out: rename it Do Not Call. To upload them: --ignore-marks."
        leads = {info.file for info, _ in self.marks if (info.file, info.sheet) not in self.other_sheets}
        for file, name in self.other_sheets:
            if file in leads:  # the only sheet of a file is meant
                says = f'{safe(file)}, sheet "{safe(name, 60)}" may hold people who are no leads, by its name'
                yield says, f"Name the sheets to read; for this one too: --sheet {argument(name)}."
