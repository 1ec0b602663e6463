"""What --json prints: one object a command, `schema` 1. Keys are only ever added.

summary.schema.json describes the object of the commands that prepare or send leads.

What is not a printable character is escaped, so that nothing in foreign text reaches a terminal raw; phone numbers
in samples are masked as on the screen.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from telecmi_leads.core import wording
from telecmi_leads.core.masking import mask_text
from telecmi_leads.core.run import Problem
from telecmi_leads.output.views import problem_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.errors import LeadsError
    from telecmi_leads.core.lead import RowTotals, TableInfo
    from telecmi_leads.core.run import LeadTotals, RunRecord, RunSummary
    from telecmi_leads.ledger import Fate, Forgotten
    from telecmi_leads.output.views import CheckView, PhoneView, TableView

SCHEMA = 1


def summary_json(summary: RunSummary) -> bytes:
    """Return the object of a command that prepares or sends leads."""
    several = [
        {"run": each.run, "name": each.name, "status": each.status.value, "exit_code": each.exit_code}
        for each in summary.runs
    ]
    return _encoded(
        {
            "schema": SCHEMA,
            "run": summary.run,
            "name": summary.name,
            "account": summary.account or None,
            "sandbox": summary.sandbox,
            "dry_run": summary.dry_run,
            "status": summary.status.value,
            "exit_code": summary.exit_code,
            "rows": _rows(summary.rows),
            "uploaded_before": summary.uploaded_before,
            "waiting_elsewhere": summary.waiting_elsewhere,
            "leads": _leads(summary.leads),
            "rejections": dict(summary.rejections),
            "repairs": dict(summary.repairs),
            "skipped": dict(summary.skipped),
            "excluded": dict(summary.excluded),
            "campaigns": [_campaign(each) for each in summary.campaigns if not each.split],
            "halved": [_campaign(each) for each in summary.campaigns if each.split],
            "tables": [_table(table) for table in summary.tables],
            "audience": wording.audience(summary.audience),
            "reports": dict(summary.reports),
            "warnings": list(summary.warnings),
            "warning_codes": dict(summary.warning_codes),
            "error": _problem(summary.error),
            **({"runs": several} if several else {}),
        }
    )


def error_json(command: str, exit_code: int, error: Problem | LeadsError) -> bytes:
    """Return the object of any other command that failed."""
    return _command(command, exit_code=exit_code, error=error)


def runs_json(runs: Sequence[RunRecord]) -> bytes:
    """Return the object of `runs`."""
    return _command("runs", runs=[_run(run) for run in runs])


def run_json(run: RunRecord, campaigns: Sequence[CampaignRecord]) -> bytes:
    """Return the object of `runs RUN`: the run's own, with its campaigns in place of their number."""
    return _command(
        "runs",
        **{
            **_run(run),
            "rejections": dict(run.rejections),
            "repairs": dict(run.repairs),
            "skipped": dict(run.skipped),
            "campaigns": [_campaign(each) for each in campaigns if not each.split],
            "halved": [_campaign(each) for each in campaigns if each.split],
        },
    )


def columns_json(
    tables: Sequence[TableView],
    *,
    show_phones: bool,
    exit_code: int,
    error: Problem | LeadsError | None,
) -> bytes:
    """Return the object of `columns`; `error` says that no table has a phone column."""
    return _command(
        "columns",
        exit_code=exit_code,
        error=error,
        tables=[
            {
                **_table(view.table),
                "rows": view.rows,
                "columns": [
                    {
                        "name": column.name,
                        "field": column.field or None,
                        "rule": column.rule,
                        "samples": [sample if show_phones else mask_text(sample) for sample in column.samples],
                    }
                    for column in view.columns
                ],
                "options": [f"{name} {value}" for name, value in view.options],
            }
            for view in tables
        ],
    )


def phone_json(phone: PhoneView, *, exit_code: int) -> bytes:
    """Return the object of `explain`: the number whole, since it is what was asked."""
    says, tip = wording.reason(phone.reason) if phone.reason else ("", "")
    return _command(
        "explain",
        exit_code=exit_code,
        error=Problem(phone.reason, f"{says[:1].upper()}{says[1:]}.", tip) if phone.reason else None,
        phone=phone.given,
        region=phone.region or None,
        region_from=phone.region_from or None,
        number=phone.number or None,
        valid=not phone.reason,
        reason={"code": phone.reason, "says": says, "tip": tip} if phone.reason else None,
        country=phone.country or None,
        type=phone.type or None,
        timezones=list(map(wording.time_zone, phone.timezones)),
        repairs=list(phone.repairs),
        calling_code=phone.calling_code or None,
        steps=[{"repair": repair, "before": before, "after": after} for repair, before, after in phone.steps],
        fates=[_fate(fate) for fate in phone.fates],
    )


def check_json(checks: Sequence[CheckView], *, exit_code: int, error: Problem | LeadsError | None) -> bytes:
    """Return the object of `check`; `passed` is null for what could not be looked at, `error` the first that failed."""
    return _command(
        "check",
        exit_code=exit_code,
        error=error,
        checks=[
            {"what": check.what, "passed": check.passed, "detail": check.detail, "hint": check.hint} for check in checks
        ],
    )


def forgotten_json(forgotten: Forgotten, *, exit_code: int, error: LeadsError | None) -> bytes:
    """Return the object of `forget`; `error` says that the ledger's file still holds what is gone."""
    return _command("forget", exit_code=exit_code, error=error, deleted=asdict(forgotten))


def _command(
    command: str, *, exit_code: int = 0, error: Problem | LeadsError | None = None, **content: object
) -> bytes:
    return _encoded(
        {
            "schema": SCHEMA,
            "command": command,
            "exit_code": int(exit_code),
            "error": _problem(problem_of(error)),
            **content,
        }
    )


def _rows(rows: RowTotals) -> dict[str, int]:
    return {
        "read": rows.read,
        "blank": rows.blank,
        "rejected": rows.rejected,
        "duplicate": rows.duplicate,
        "excluded": rows.excluded,
        "already_uploaded": rows.already_uploaded,
        "leads": rows.leads,
    }


def _leads(leads: LeadTotals) -> dict[str, int]:
    return {
        "accepted": leads.accepted,
        "unverified": leads.unverified,
        "refused": leads.refused,
        "unknown": leads.unknown,
        "unsent": leads.unsent,
    }


def _campaign(campaign: CampaignRecord) -> dict[str, Any]:
    found: dict[str, Any] = {
        "number": campaign.number,
        "name": campaign.name,
        "leads": campaign.leads,
        "status": campaign.status.to_outsiders.value,
        "code": campaign.code,
        "message": campaign.message,
        "attempts": campaign.attempts,
        "seconds": round(campaign.seconds, 3),
        "started": _time(campaign.started),
    }
    if campaign.group:
        found["group"] = campaign.group
    if campaign.parent is not None:
        found["halved_from"] = campaign.parent
    if campaign.confirmed_by_name:
        found["confirmed_by_name"] = True
    if campaign.settled_by_hand is not None:
        found["settled_by_hand"] = True
    return found


def _table(table: TableInfo) -> dict[str, Any]:
    return {
        "file": table.file,
        "format": table.format,
        "sheet": table.sheet,
        "encoding": table.encoding,
        "delimiter": table.delimiter,
        "header_row": table.header_row,
        "header": list(table.header),
        "notes": list(table.notes),
    }


def _run(run: RunRecord) -> dict[str, Any]:
    return {
        "run": run.id,
        "name": run.name or None,
        "account": run.account,
        "created": _time(run.created),
        "dry_run": run.dry_run,
        "state": run.state.value,
        "status": run.leads.status.value,
        "says": wording.run_state(run),
        "campaigns": run.campaigns,
        "rows": _rows(run.rows),
        "leads": _leads(run.leads),
        "reports": {"folder": run.report_dir} if run.report_dir else {},
    }


def _fate(fate: Fate) -> dict[str, Any]:
    return {
        "run": fate.run,
        "name": fate.run_name,
        "when": _time(fate.when),
        "campaign": fate.campaign or None,
        "status": fate.status.value if fate.status is not None else None,
        "left_out": fate.left_out.value if fate.left_out is not None else None,
        "code": fate.code or None,
    }


def _problem(problem: Problem | None) -> dict[str, str] | None:
    if problem is None:
        return None
    return {"code": problem.code, "message": problem.message, "hint": problem.hint}


def _time(when: datetime | None) -> str | None:
    return None if when is None else when.astimezone().isoformat(timespec="milliseconds")


def _encoded(content: dict[str, Any]) -> bytes:
    # Not msgspec: lone surrogates of a path must become escapes, where it would raise.
    text = json.dumps(content, ensure_ascii=False, allow_nan=False)
    # Control and bidi characters as escapes: the same document to a parser, and harmless on a terminal.
    if not text.isprintable():
        text = "".join(char if char.isprintable() else _escaped(char) for char in text)
    return text.encode("utf-8")


def _escaped(char: str) -> str:
    return json.dumps(char)[1:-1] if char > "\x7f" else f"\\u{ord(char):04x}"
