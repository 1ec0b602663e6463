"""A run without the sending: everything is prepared, in a ledger of which nothing is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.cli.run_plan import Plan, input_files, made_at
from telecmi_leads.cli.run_sending import end_run, sandbox_wanted
from telecmi_leads.core.run import SANDBOX_ACCOUNT, RunState
from telecmi_leads.ledger import Ledger
from telecmi_leads.settings.accounts import account_key, app_id_or_none
from telecmi_leads.settings.network import base_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telecmi_leads.cli.course import Course
    from telecmi_leads.core.run import RunSummary


def trial_run(course: Course, paths: Sequence[str]) -> RunSummary:
    """Do everything but the sending, with a ledger of which nothing is left."""
    session = course.session
    course.dry_run = True
    files = input_files(paths)
    app_id = app_id_or_none(session.settings)
    account = "" if app_id is None else account_key(app_id, base_url(session.settings))
    if sandbox_wanted(session):
        account = SANDBOX_ACCOUNT
    with session.existing_ledger() as known, Ledger.temporary() as ledger:
        plan = Plan(course, ledger, known, account, app_id)
        plan.prepare(files)
        earlier = plan.earlier()
        if earlier is not None:
            ended = earlier.state is RunState.FINISHED
            course.warn(
                f"{earlier.name} is run {earlier.id} of {made_at(earlier)} already: without --dry-run, this command "
                f"{'sends nothing' if ended else 'goes on with it'}."
            )
        return end_run(course, ledger, plan.keep(), None)
