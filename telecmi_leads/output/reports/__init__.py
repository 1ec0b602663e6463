"""What a run leaves behind: its checked summary, the report folder, and the JSON of every command.

views (checked figures) → rejects, page (pictures), json_output → report_files → report_folder (private)
"""

from __future__ import annotations

from telecmi_leads.output.reports.json_output import (
    check_json,
    columns_json,
    error_json,
    forgotten_json,
    phone_json,
    run_json,
    runs_json,
    summary_json,
)
from telecmi_leads.output.reports.report_files import write_reports
from telecmi_leads.output.reports.report_folder import lies_among_reports, prepare_folder
from telecmi_leads.output.views import failed_summary, summarise

__all__ = [
    "check_json",
    "columns_json",
    "error_json",
    "failed_summary",
    "forgotten_json",
    "lies_among_reports",
    "phone_json",
    "prepare_folder",
    "run_json",
    "runs_json",
    "summarise",
    "summary_json",
    "write_reports",
]
