"""What was found in tables that a person should know of: not read, hidden, too long, marks that can't be read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct, field

from telecmi_leads.columns.table import place
from telecmi_leads.core.reasons import WarningCode
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telecmi_leads.columns.marks import TableMarks
    from telecmi_leads.columns.matching import UnreadTable
    from telecmi_leads.core.lead import TableInfo


class TableFindings(Struct):
    """The tables of a whole input of which something is to be said.

    `unread` have no phone column; each is with the sheets of its file that are read. Of `filtered` a filter hides
    rows. `long_rows` counts rows of a text that are longer than its header, by place. `marks` are those of each table.
    """

    unread: list[tuple[UnreadTable, tuple[str, ...]]] = field(default_factory=list)
    filtered: list[TableInfo] = field(default_factory=list)
    long_rows: Counter[str] = field(default_factory=Counter)
    marks: list[tuple[TableInfo, TableMarks]] = field(default_factory=list)

    def warnings(self) -> Iterator[tuple[WarningCode, str]]:
        """Yield what to warn of."""
        for table, sheets in self.unread:
            yield WarningCode.NO_PHONE_COLUMN, table.says(sheets)
        for info in self.filtered:
            hides = f"{place(info)}: a filter hides {count(info.hidden_rows, 'row')}"
            yield WarningCode.HIDDEN_ROWS, f"{hides}; {'it is' if info.hidden_rows == 1 else 'they are'} read too."
        for says in self._long():
            yield WarningCode.LONG_ROWS, f"{says}. The cells without a column are not sent."
        for unclear in self._unclear():
            yield WarningCode.MARK_UNCLEAR, f"{unclear}. The people in these rows are not left out."
        for doubtful in self._doubtful():
            yield WarningCode.DOUBTFUL_STATUS, f"{doubtful}. These people are not left out."

    def faults(self) -> list[tuple[str, str]]:
        """Return what --strict allows of no table, each with its way out."""
        unread = [(f"{table.where} has no phone column", table.way_out(sheets)) for table, sheets in self.unread]
        clear = "Write yes or no into these cells, or use --ignore-marks."
        long = [(says, WarningCode.LONG_ROWS.tip) for says in self._long()]
        return [*unread, *long, *((unclear, clear) for unclear in self._unclear())]

    def _unclear(self) -> Iterator[str]:
        """Yield where and how often cells of a mark column say neither yes nor no."""
        for info, marks in self.marks:
            for name, cells in marks.unclear.items():
                say = "says" if cells == 1 else "say"
                yield f'{place(info)}: {count(cells, "cell")} of column "{safe(name, 60)}" {say} neither yes nor no'

    def _doubtful(self) -> Iterator[str]:
        """Yield where and how often a status says that a number is wrong or its person dead."""
        for info, marks in self.marks:
            for name, rows in marks.doubtful.items():
                says = f'in column "{safe(name, 60)}" that the number is wrong or the person is dead'
                if rows:
                    yield f"{place(info)}: {count(rows, 'row')} {'says' if rows == 1 else 'say'} {says}"

    def _long(self) -> Iterator[str]:
        """Yield where and how many rows of a text are longer than its header."""
        for where, rows in self.long_rows.items():
            yield f"{where}: {count(rows, 'row')} {'has' if rows == 1 else 'have'} more cells than the header"
