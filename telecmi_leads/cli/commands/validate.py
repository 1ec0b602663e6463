"""validate: is this file fit to be uploaded? A trial run that needs neither a name nor an account.

The files are read, matched to fields, cleaned, screened and cut into campaigns as for an upload. Nothing is sent, and
the ledger that the plan is put into vanishes with the process. Where an account is set, its own ledger is looked into:
--new-only leaves out whom an upload would leave out.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from telecmi_leads.cli.course import run_to_end
from telecmi_leads.cli.run_plan import trial
from telecmi_leads.cli.run_sending import end_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telecmi_leads.cli.course import Course
    from telecmi_leads.core.run import RunSummary


def validate(files: Sequence[str], given: dict[str, Any]) -> int:
    """Prepare the files, show what would be left out and why, and write the reports.

    The exit code is 0 where an upload would send these files, else the one with which it would refuse them: a script
    can ask here first.
    """
    return run_to_end(given, partial(_validate, paths=files), sends=False, files=files)


def _validate(course: Course, paths: Sequence[str]) -> RunSummary:
    """Plan the upload and let go of it.

    `upload --dry-run` asks the plan besides whether a run of its name exists. Here no campaign has a name: none can be
    in use, and no run of earlier can be the same.
    """
    with trial(course, paths) as plan:
        return end_run(course, plan.staging, plan.keep(), None)
