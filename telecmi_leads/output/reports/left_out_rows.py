"""One walk over the rows that were left out: each goes into its file and is counted, one of a kind is remembered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from telecmi_leads.core.errors import BalanceError
from telecmi_leads.core.lead import LeftOutKind
from telecmi_leads.core.run import LeftOutCount
from telecmi_leads.output.reports.listings import LeftOutFile
from telecmi_leads.output.reports.rejects import RejectFiles, cell_at_fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from telecmi_leads.core.lead import LeftOutRow, RowTotals, TableInfo
    from telecmi_leads.core.run import RunSummary
    from telecmi_leads.ledger import Ledger
    from telecmi_leads.output.reports.report_folder import ReportFolder


@dataclass(slots=True)
class Finding:
    """A reason to leave rows out: how many there are, and the first of them as an example."""

    example: LeftOutRow
    rows: int = 0


def write_left_out(folder: ReportFolder, summary: RunSummary, run_id: str, ledger: Ledger) -> list[Finding]:
    """Write the reject files and left-out.csv; return what was found, the most frequent first.

    Memory does not grow with the rows. Raises BalanceError where the ledger holds more or fewer rows than it counts.
    """
    found: dict[tuple[LeftOutKind, str], Finding] = {}
    rejects, others = RejectFiles(folder, summary.tables), LeftOutFile(folder, summary.tables)
    for row in ledger.left_out(run_id):
        finding = found.get((row.kind, row.code))
        if finding is None:
            finding = found[row.kind, row.code] = Finding(row)
        finding.rows += 1
        if row.kind is LeftOutKind.REJECTED:
            rejects.add(row)
        else:
            others.add(row)
    rejects.close()
    others.close()
    _check(found, summary.rows)
    return sorted(found.values(), key=lambda finding: -finding.rows)


def left_out_counts(findings: Sequence[Finding], tables: Sequence[TableInfo]) -> Iterator[LeftOutCount]:
    """Return what was found as the summary tells it: each reason with the place and the cell of its first row."""
    files = {table.file for table in tables}
    sheets = {(table.file, table.sheet) for table in tables}
    for finding in findings:
        row = finding.example
        table = tables[row.table]
        file = f"{table.file}, " if len(files) > 1 else ""
        sheet = f"{table.sheet}, " if table.sheet and len(sheets) > len(files) else ""
        place = f"{file}{sheet}row {row.row:,}"
        cell = cell_at_fault(row, table)
        yield LeftOutCount(row.kind, row.code, finding.rows, place, row.column, cell, row.phone)


def _check(found: dict[tuple[LeftOutKind, str], Finding], totals: RowTotals) -> None:
    for kind in LeftOutKind:
        stored = sum(finding.rows for (heap, _), finding in found.items() if heap is kind)
        counted = getattr(totals, kind.value)
        if stored != counted:
            raise BalanceError(
                f"{counted:,} rows are counted as {kind.value}, and the ledger holds {stored:,}.",
                hint="This is a bug in the program: please report it, with this message.",
            )
