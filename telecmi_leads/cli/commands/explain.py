"""explain: what is known of one number."""

from __future__ import annotations

from typing import Any

from telecmi_leads.cli.session import begin
from telecmi_leads.core.errors import ExitCode, InputRefused
from telecmi_leads.core.text import safe
from telecmi_leads.leads.prepare import matcher
from telecmi_leads.output.console.lookups import explained
from telecmi_leads.output.reports import phone_json
from telecmi_leads.output.views import PhoneView
from telecmi_leads.settings.options import PhoneOptions
from telecmi_leads.settings.resolving import given_by


def explain(phone: str, given: dict[str, Any]) -> int:
    """Show what a number normalises to, why it is or isn't good, and what the ledger knows of it."""
    session = begin(given)
    region = session.settings[PhoneOptions].region
    found = matcher(session.settings).book.explain(phone, region)
    with session.existing_ledger() as ledger:
        fates = () if ledger is None else ledger.fates(found.number) if found.number else ledger.fates_as_typed(phone)
    view = PhoneView(
        given=phone,
        region=region or "",
        region_from=given_by("region", session.settings.origins["region"]) if region else "",
        number=found.number,
        reason=found.reason.code if found.reason else "",
        country=found.number_region or "",
        type=found.type.value if found.number else "",
        timezones=found.timezones,
        repairs=tuple(step.repair.value for step in found.steps),
        fates=tuple(fates),
        calling_code=found.calling_code,
        steps=tuple((step.repair.value, step.before, step.after) for step in found.steps),
    )
    code = ExitCode.OK if found.good else ExitCode.INPUT
    if session.output.json:
        session.console.json(phone_json(view, exit_code=code))
    else:
        session.console.explanation(view)
        if session.output.quiet and found.reason is not None:
            says, tip = explained(found.reason.code)
            refused = InputRefused(f"{safe(phone)} can't be uploaded: {says}.", hint=tip)
            session.console.failure(refused, session.clock.now)
    return code
