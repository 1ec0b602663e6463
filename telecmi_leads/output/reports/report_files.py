"""Writing the whole report of a run: every file, each whole or not there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from telecmi_leads.core.lead import LeftOutKind
from telecmi_leads.core.wording import other_name
from telecmi_leads.output.reports.json_output import summary_json
from telecmi_leads.output.reports.left_out_rows import left_out_counts, write_left_out
from telecmi_leads.output.reports.listings import write_campaigns, write_refused
from telecmi_leads.output.reports.page import render_page
from telecmi_leads.output.reports.report_folder import SUMMARY, ReportFolder

if TYPE_CHECKING:
    from pathlib import Path

    from telecmi_leads.core.run import RunRecord, RunSummary
    from telecmi_leads.ledger import Ledger


def write_reports(
    folder: Path, summary: RunSummary, run: RunRecord, ledger: Ledger, *, show_phones: bool = False
) -> RunSummary:
    """Write the report files of a run into a folder that `prepare_folder` has made.

    `run` is the ledger's record, also of a plan that is a trial or refused, for which the summary names no run.
    Returns the summary with the rows excluded by each list, and with the files' paths as `reports`: folder, html,
    campaigns, rejects (rejects_2, … where tables differ), refused, left_out, summary; those without content are not
    written. A file of the user's stays, and `warnings` say which name the report got instead. Raises ReportError where
    the disk refuses, BalanceError where the rows in the ledger are not those that it counts.
    """
    with ReportFolder(folder) as writing:
        page = writing.begin("html", "report.html")
        write_campaigns(writing, summary.campaigns)
        findings = write_left_out(writing, summary, run.id, ledger)
        write_refused(writing, summary.campaigns, ledger)
        facts = writing.begin("summary", SUMMARY)
        done = replace(
            summary,
            warnings=(*summary.warnings, *(other_name(*each) for each in writing.beside.items())),
            renamed=dict(writing.beside),
            reports={"folder": str(folder), **writing.files},
            left_out=tuple(left_out_counts(findings, summary.tables)),
            excluded={each.example.code: each.rows for each in findings if each.example.kind is LeftOutKind.EXCLUDED},
        )
        with writing.open(page) as file:
            file.write(render_page(done, run, findings, show_phones=show_phones))
        with writing.open(facts) as file:
            file.write(summary_json(done) + b"\n")
    return done
