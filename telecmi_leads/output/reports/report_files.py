"""The report of a run: every file, each whole or not there.

campaigns.csv, refused.csv and left-out.csv are for people in a spreadsheet, UTF-8 with a byte-order mark. The rows that
were left out are walked over once: each goes into its file and is counted, one of a kind is remembered for the page.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from itertools import groupby, islice
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from telecmi_leads.core import wording
from telecmi_leads.core.campaign import CampaignStatus, thaw_leads
from telecmi_leads.core.errors import BalanceError
from telecmi_leads.core.lead import NOBODY, REFUSED_COLUMNS, REJECT_COLUMNS, LeftOutKind
from telecmi_leads.core.run import LeftOutCount
from telecmi_leads.core.text import safe
from telecmi_leads.output.reports.delimited_text import Dialect, write_rows
from telecmi_leads.output.reports.json_output import summary_json
from telecmi_leads.output.reports.page import render_page
from telecmi_leads.output.reports.rejects import RejectFiles, cell_at_fault
from telecmi_leads.output.reports.report_folder import SUMMARY, ReportFolder
from telecmi_leads.output.views import Finding, names_campaigns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.lead import Lead, LeftOutRow, RowTotals, TableInfo
    from telecmi_leads.core.run import Problem, RunRecord, RunSummary
    from telecmi_leads.ledger import Ledger

REFUSED = "refused.csv"
CAMPAIGN_COLUMNS = (
    "number",
    "name",
    "group",
    "leads",
    "status",
    "code",
    "message",
    "attempts",
    "seconds",
    "started",
    "confirmed_by_name",
    "halved_from",
    "settled_by_hand",
)
LEFT_OUT_COLUMNS = ("file", "sheet", "row", "why", "phone", "kept_row", "campaign", "uploaded")

_DIALECT = Dialect()
_LONGEST_MESSAGE = 2000
_ALONE = "TeleCMI refuses this very lead: correct it, or leave it out."
_IN_VAIN = "TeleCMI refuses every part of this campaign: what is wrong is in each of its leads, or in all alike."
_UNCUT = "TeleCMI refused the whole campaign, mostly for one wrong lead: `resume` with --isolate finds it."
_TOO_LONG = "TeleCMI refused the whole campaign, mostly for one wrong lead: look for it."
_TAKEN = "The campaign's name is taken: see in TeleCMI whether these people are in that campaign."
_AFTER_TAKEN = "Not sent, since a campaign's name is taken: see in TeleCMI whether the whole file is in already."
_NOT_ASKED = "By elimination, not asked alone: the campaign was refused with this lead in it, and its others are in."
_ROWS_AT_ONCE = 1000


def write_reports(
    folder: Path, summary: RunSummary, run: RunRecord, ledger: Ledger, *, show_phones: bool
) -> RunSummary:
    """Write the report files of a run into a folder that `prepare_folder` has made.

    `run` is the ledger's record, also of a plan that is a trial or refused, for which the summary names no run.
    Returns the summary with the rows excluded by each list, and with the files' paths as `reports`: folder, html,
    campaigns, rejects (rejects_2, … where tables differ), refused, left_out, summary; those without content are not
    written. A file of the user's stays, and `warnings` say which name the report got instead. Raises ReportError where
    the disk refuses, BalanceError where the rows in the ledger are not those that it counts.
    """
    with ReportFolder(folder, run.id, [Path(file) for file in summary.typed.files]) as writing:
        # Begun first and written last: its path is first in the list, and its text needs all that the others count.
        page = writing.begin("html", "report.html")
        if names_campaigns(summary):
            write_campaigns(writing, summary.campaigns)
        findings = write_left_out(writing, summary, run.id, ledger)
        write_refused(writing, summary.campaigns, ledger)
        facts = writing.begin("summary", SUMMARY)
        beside = tuple(_said_of(writing))
        done = replace(
            summary,
            warnings=(*summary.warnings, *beside),
            beside=beside,
            error=_with_true_name(summary.error, writing),
            reports={"folder": str(folder), **writing.files},
            left_out=tuple(left_out_counts(findings, summary.tables)),
            excluded={each.example.code: each.rows for each in findings if each.example.kind is LeftOutKind.EXCLUDED},
        )
        done = wording.with_next_command(done)  # which may name a report
        with writing.open(page) as file:
            file.write(render_page(done, run, findings, ledger, show_phones=show_phones))
        with writing.open(facts) as file:
            file.write(summary_json(done) + b"\n")
    return done


def _with_true_name(error: Problem | None, folder: ReportFolder) -> Problem | None:
    """Return what the summary says of a refusal with the name that refused.csv got beside a file of the user's."""
    name = folder.beside.get(REFUSED)
    return replace(error, hint=error.hint.replace(REFUSED, name)) if error is not None and name else error


def _said_of(folder: ReportFolder) -> Iterator[str]:
    """Return what is said of files that were in the folder before, and of the names that reports got instead."""
    if folder.others:
        yield wording.moved_reports(folder.others)
    yield from (wording.other_name(*each) for each in folder.beside.items())


def write_campaigns(folder: ReportFolder, campaigns: Sequence[CampaignRecord]) -> None:
    """Write campaigns.csv: all of them, if any, those that were halved included."""
    if not campaigns:
        return
    rows = [
        (
            str(campaign.number),
            campaign.name,
            campaign.group,
            str(campaign.leads),
            "halved" if campaign.split else campaign.status.to_outsiders.value,
            "" if campaign.code is None else str(campaign.code),
            safe(campaign.message, _LONGEST_MESSAGE),
            str(campaign.attempts),
            f"{campaign.seconds:.3f}",
            _time(campaign.started),
            "true" if campaign.confirmed_by_name else "",
            campaign.parent or "",
            _time(campaign.settled_by_hand),
        )
        for campaign in campaigns
    ]
    with folder.open(folder.begin("campaigns", "campaigns.csv")) as file:
        write_rows(file, [CAMPAIGN_COLUMNS, *rows], _DIALECT, start=True)


def _time(when: datetime | None) -> str:
    return "" if when is None else when.astimezone().isoformat(timespec="milliseconds")


def write_refused(folder: ReportFolder, campaigns: Sequence[CampaignRecord], ledger: Ledger) -> None:
    """Write refused.csv: the leads of refused campaigns, if any, fit to be corrected and uploaded again.

    It carries the reject files' four columns, which are ignored on reading. Each number has its plus: behind an
    apostrophe a spreadsheet takes it for text, which keeps all digits. Where the plus is lost all the same, the dial
    code tells that the number begins with it. `reject_row` is empty: which row of the input a lead came from is not
    kept. A forgotten lead leaves a row that is blank when it is read again.
    """
    refused = [each for each in campaigns if each.status is CampaignStatus.REFUSED and not each.split]
    if not refused:
        return
    path = folder.begin("refused", REFUSED)
    with folder.open(path) as file:
        write_rows(file, [(*REFUSED_COLUMNS, *REJECT_COLUMNS)], _DIALECT, start=True)
        for campaign in refused:
            write_rows(file, _refused_rows(campaign, ledger), _DIALECT)


def _refused_rows(campaign: CampaignRecord, ledger: Ledger) -> list[list[str]]:
    try:
        leads = thaw_leads(ledger.body(campaign.id))
    except KeyError:  # a person may have had them forgotten
        return []
    tip = _what_to_do(campaign)
    return [_refused_row(campaign, lead, tip) for lead in leads]


def _what_to_do(campaign: CampaignRecord) -> str:
    """Return the tip for the leads of a refused campaign."""
    if campaign.taken:
        return _TAKEN
    if campaign.alone:
        return _ALONE if campaign.attempts else _NOT_ASKED
    if not campaign.attempts and campaign.parent is None:
        return _AFTER_TAKEN
    if campaign.cut_in_vain:
        return _IN_VAIN
    return _UNCUT if campaign.uncut else _TOO_LONG


def _refused_row(campaign: CampaignRecord, lead: Lead, tip: str) -> list[str]:
    forgotten = lead == NOBODY  # the row is then blank to whoever reads the file again
    return [
        "" if forgotten else campaign.name,
        lead.firstname,
        lead.lastname,
        f"+{lead.phone}" if lead.phone else "",
        lead.email,
        lead.comment,
        lead.address,
        lead.city,
        lead.country,
        "" if lead.order_index is None else str(lead.order_index),
        _dial_code(lead.phone[:3]),
        "",
        "" if campaign.code is None else str(campaign.code),
        safe(campaign.message, _LONGEST_MESSAGE),
        f"A lead of {campaign.name} that was forgotten." if forgotten else tip,
    ]


@lru_cache(maxsize=1024)
def _dial_code(digits: str) -> str:
    """Return the calling code that E.164 digits begin with; no code begins with another."""
    from telecmi_leads.phones import region_of_dial_code

    return next((digits[:size] for size in (1, 2, 3) if region_of_dial_code(digits[:size])), "")


class LeftOutFile:
    """left-out.csv: the rows that were left out though nothing is wrong with them. Made with its first row."""

    def __init__(self, folder: ReportFolder, tables: Sequence[TableInfo]) -> None:
        self._folder = folder
        self._tables = tables
        self._path: Path | None = None
        self._rows: list[tuple[str, ...]] = []

    def add(self, kind: LeftOutKind, rows: Iterable[LeftOutRow]) -> None:
        """Take rows of one kind."""
        for (index, code), alike in groupby(rows, attrgetter("table", "code")):
            table, why = self._tables[index], wording.why_left_out(kind, code)
            file, sheet = table.file, table.sheet or ""
            if kind is LeftOutKind.DUPLICATE:
                self._rows += [(file, sheet, str(row.row), why, row.phone, row.kept, "", row.when) for row in alike]
            else:
                self._rows += [(file, sheet, str(row.row), why, row.phone, "", row.kept, row.when) for row in alike]
        if len(self._rows) >= _ROWS_AT_ONCE:
            self.close()

    def close(self) -> None:
        """Write what is left."""
        if not self._rows:
            return
        head: Iterator[tuple[str, ...]] = iter([LEFT_OUT_COLUMNS] if self._path is None else [])
        start = self._path is None
        self._path = self._path or self._folder.begin("left_out", "left-out.csv")
        with self._folder.open(self._path) as file:
            write_rows(file, [*head, *self._rows], _DIALECT, start=start)
        self._rows.clear()


def write_left_out(folder: ReportFolder, summary: RunSummary, run_id: str, ledger: Ledger) -> list[Finding]:
    """Write the reject files and left-out.csv; return what was found, the most frequent first.

    Memory does not grow with the rows. Raises BalanceError where the ledger holds more or fewer rows than it counts.
    """
    found: dict[tuple[LeftOutKind, str], Finding] = {}
    rejects, others = RejectFiles(folder, summary.tables), LeftOutFile(folder, summary.tables)
    for kind, alike in groupby(ledger.left_out(run_id), attrgetter("kind")):
        while some := list(islice(alike, _ROWS_AT_ONCE)):
            _count(found, kind, some)
            if kind is LeftOutKind.REJECTED:
                rejects.add(some)
            else:
                others.add(kind, some)
    rejects.close()
    others.close()
    _check(found, summary.rows)
    return sorted(found.values(), key=lambda finding: -finding.rows)


def _count(found: dict[tuple[LeftOutKind, str], Finding], kind: LeftOutKind, rows: Sequence[LeftOutRow]) -> None:
    """Count rows of one kind by their codes; the first of a code is remembered."""
    for code, count in Counter(map(attrgetter("code"), rows)).items():
        if (kind, code) not in found:
            found[kind, code] = Finding(next(row for row in rows if row.code == code))
        found[kind, code].rows += count


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
        yield LeftOutCount(row.kind, row.code, finding.rows, place, row.column, cell, row.phone, row.kept)


def _check(found: dict[tuple[LeftOutKind, str], Finding], totals: RowTotals) -> None:
    for kind in LeftOutKind:
        stored = sum(finding.rows for (of, _), finding in found.items() if of is kind)
        counted = getattr(totals, kind.value)
        if stored != counted:
            raise BalanceError(
                f"{counted:,} rows are counted as {kind.value}, and the ledger holds {stored:,}.",
                hint="This is a bug in the program: please report it, with this message.",
            )
