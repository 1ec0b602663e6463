"""report.html: one page that loads nothing, runs nothing, and says what happened to every row.

The template escapes everything; foreign text has passed `safe` before. Its Content-Security-Policy allows the page's
own style sheet, by its hash, and nothing else. Lengths in pictures are in thousandths of the width.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from itertools import chain, groupby
from pathlib import PurePath
from typing import TYPE_CHECKING

from msgspec import Struct

from telecmi_leads import __version__
from telecmi_leads.core import wording
from telecmi_leads.core.campaign import thaw_leads
from telecmi_leads.core.lead import NOBODY, LeftOutKind
from telecmi_leads.core.masking import mask_phone, mask_text
from telecmi_leads.core.shipped import shipped_text
from telecmi_leads.core.text import safe
from telecmi_leads.output.reports.pictures import (
    SLIVER,
    WIDTH,
    Share,
    Stretch,
    bars_of,
    leads_picture,
    longest_bars,
    rows_picture,
    stretches,
)
from telecmi_leads.output.reports.rejects import cell_at_fault
from telecmi_leads.output.views import names_campaigns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from jinja2 import Environment, Template

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.lead import Lead
    from telecmi_leads.core.run import RunRecord, RunSummary
    from telecmi_leads.ledger import Ledger
    from telecmi_leads.output.views import Finding

_OPEN_TABLE = 200
"""Campaigns up to which all stand in one open table; more are folded into parts of as many."""

_ATTENTION = 100
_GROUPS = 60
_EXAMPLE = 60
_MINUTE = 60
_LONGEST_COMMAND = 32_000
_LONGEST_OPTIONS = 400
_OF_NO_MATTER = frozenset(
    {"json", "quiet", "show_phones", "report_dir", "heartbeat", "env_file", "config", "secret_file", "ca_bundle"}
)
"""Options that change nothing in a report; the address of a heartbeat may be a secret."""

_FILE_SAYS = {
    "campaigns": "each with its outcome",
    "rejects": "to correct, each with its reason; then upload the file again",
    "refused": "of refused campaigns, with TeleCMI's answer",
    "left_out": "left out though nothing is wrong with them",
    "summary": "the figures, for programs",
}
_AUDIENCE = (
    ("country", "Countries", "Country"),
    ("type", "Types of number", "Type"),
    ("timezone", "Time zones", "Time zone"),
)


def render_page(
    summary: RunSummary, run: RunRecord, findings: Sequence[Finding], ledger: Ledger, *, show_phones: bool
) -> bytes:
    """Return the page. The ledger is asked for the leads of campaigns that are refused or not proven."""
    style = _asset("report.css")
    # The page allows this one style sheet by its hash: what a cell smuggles in can't style or load anything.
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    plan = [campaign for campaign in summary.campaigns if not campaign.split]
    attention = _to_look_at(plan)
    # Each costs a look into the ledger and a decoded request: a run with thousands of them is read in the tables.
    eventful = [each for each in plan if each.status.eventful][:_ATTENTION]
    who = {each.id: _who(each, ledger, show_phones=show_phones) for each in eventful}
    leads = leads_picture(summary)
    page = _template().render(
        style=style,
        style_hash=digest,
        version=__version__,
        summary=summary,
        title=safe(summary.name) if summary.name else "Check of a lead file",
        verdict=wording.verdict(summary),
        made=_moment(run.created),
        options=_options(run),
        account=safe(wording.account(run.account).removeprefix("account ")) if not summary.dry_run else "",
        tables=[(safe(table.file), safe(wording.table(table)), [*map(safe, table.notes)]) for table in summary.tables],
        band="SANDBOX" if summary.sandbox else "DRY RUN" if summary.dry_run else "",
        outside=wording.left_out(summary.rows),
        error_hint=_hint(summary),
        again=wording.uploaded_before(summary.uploaded_before - summary.rows.already_uploaded, summary.uploaded_in),
        warning_tips=list(map(wording.warning_tip, summary.warning_codes)),
        steps=[step for step in wording.next_steps(summary) if step.text or step.choices],
        rows=rows_picture(summary),
        leads=leads,
        balance=[wording.row_balance(summary.rows), *([wording.lead_balance(summary.leads)] if leads else [])],
        skipped=[wording.skipped(code, number) for code, number in summary.skipped.items()],
        findings=_findings(summary, findings, show_phones=show_phones),
        audience=_audience(summary.audience),
        groups=[(safe(each.name), each) for each in wording.groups(plan)[:_GROUPS]],
        stretches=_worth_showing(stretches(summary.campaigns)) if not summary.dry_run else (),
        attention=[_campaign(each, who) for each in attention[:_ATTENTION]],
        attention_more=max(len(attention) - _ATTENTION, 0),
        parts=_parts(plan, who) if names_campaigns(summary) else (),
        halved=len(summary.campaigns) - len(plan),
        repairs=bars_of((wording.repair(code), number) for code, number in summary.repairs.items()),
        files=_files(summary),
        show_phones=show_phones,
        moment=_moment,
    )
    # A lone surrogate has come through from a path: an escape is better than no page at the end of a run.
    return page.encode("utf-8", "backslashreplace")


def _options(run: RunRecord) -> str:
    """Return the options that decide what is in the report, as they were typed."""
    typed = (each.arguments for each in run.typed.options if each.name not in _OF_NO_MATTER)
    return safe(mask_text(" ".join(map(wording.argument, chain.from_iterable(typed)))), _LONGEST_OPTIONS)


def _hint(summary: RunSummary) -> str:
    """Return what to do about an error that ended the command; "" where the steps say it in words."""
    steps = [step for step in wording.next_steps(summary) if step.text and not step.waits]
    return summary.error.hint if summary.error is not None and not steps else ""


def _worth_showing(found: Sequence[Stretch]) -> Sequence[Stretch]:
    """Return the times of sending where they tell something: several, or a minute and more."""
    if len(found) > 1 or any((each.ends - each.begins).total_seconds() > _MINUTE for each in found):
        return found
    return ()


def _files(summary: RunSummary) -> list[tuple[str, str]]:
    """Return the files beside the page, what to correct first, each with what is in it."""
    rows = {
        "rejects": wording.count(summary.rows.rejected, "row"),
        "refused": wording.count(summary.leads.refused, "lead"),
        "left_out": wording.count(wording.left_out(summary.rows) - summary.rows.rejected, "row"),
        "campaigns": wording.count(len(summary.campaigns), "campaign"),
    }
    order = ["rejects", "refused", "left_out", "campaigns", "summary"]
    found = []
    for key, path in summary.reports.items():
        kind = "rejects" if key.startswith("rejects") else key
        if kind in _FILE_SAYS:
            number = f"{rows[kind]}: " if kind in rows else ""
            found.append((order.index(kind), PurePath(path).name, number + _FILE_SAYS[kind]))
    return [(name, says) for _, name, says in sorted(found)]


@cache
def _template() -> Template:
    """Return the template: the code made of it ahead, or where another Jinja is installed, compiled here."""
    from jinja2 import Template

    from telecmi_leads.output.reports.templates import compiled_page

    makes, text = environment(), template_text()
    # Jinja compiles a template anew in each process: the code that was made of it ahead saves that.
    if made_from(text) == compiled_page.MADE_FROM:
        return Template.from_module_dict(makes, vars(compiled_page), makes.make_globals(None))
    return makes.from_string(text)


def made_from(text: str) -> str:
    """Return what the code of a template depends on: its text, and the version of what Jinja compiles to."""
    from jinja2.bccache import bc_version

    return f"{bc_version} {hashlib.sha256(text.encode()).hexdigest()}"


def template_text() -> str:
    """Return the page's template."""
    return _asset("report.html.jinja")


def environment() -> Environment:
    """Return how templates are read, with the filters that the page uses."""
    from jinja2 import Environment, StrictUndefined

    # StrictUndefined: a name that is misspelt in the template is an error in the tests, and not a hole in the page.
    made = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["safe_text"] = lambda text: safe(text, 2000)
    made.filters["whole_text"] = lambda text: safe(text, _LONGEST_COMMAND)
    made.filters["count"] = lambda number: f"{number:,}"
    made.filters["duration"] = wording.duration
    made.filters["number"] = lambda length: f"{length:.5g}"
    made.globals["plural"] = wording.count
    return made


def _asset(name: str) -> str:
    return shipped_text("telecmi_leads.output.reports", f"templates/{name}")


# --- why rows were left out ---------------------------------------------------------------------


class Cause(Struct, frozen=True):
    """A reason with its bar, its tip, and an example: where it stands, and the cell at fault."""

    bar: Share
    tip: str
    place: str
    cell: str


def _findings(summary: RunSummary, findings: Sequence[Finding], *, show_phones: bool) -> list[Cause]:
    longest = max((finding.rows for finding in findings), default=1)
    whole = wording.left_out(summary.rows)
    causes = []
    for finding in findings:
        row = finding.example
        if row.kind is LeftOutKind.REJECTED:
            says, tip = wording.reason(row.code)
        else:
            says, tip = wording.why_left_out(row.kind, row.code), ""
        table = summary.tables[row.table]
        place = f"{safe(table.file)}{f', sheet {safe(table.sheet)}' if table.sheet else ''}, row {row.row:,}"
        column = f", column {safe(row.column)}" if row.column else ""
        if row.kept:
            says_where = "has the number of" if row.kind is LeftOutKind.DUPLICATE else "is in"
            column = f", which {says_where} {safe(row.kept)}"
        bar = Share(
            row.kind.value,
            safe(says),
            finding.rows,
            wording.share(finding.rows, whole),
            0.0,
            max(finding.rows * WIDTH / longest, SLIVER),
        )
        causes.append(Cause(bar, tip, place + column, _cell(finding, summary, show_phones=show_phones)))
    return causes


def _cell(finding: Finding, summary: RunSummary, *, show_phones: bool) -> str:
    """Return the cell at fault as it may be shown, "" where the row has none."""
    row = finding.example
    cell = cell_at_fault(row, summary.tables[row.table])
    return safe(cell if show_phones else mask_text(cell), _EXAMPLE)


# --- who the leads are --------------------------------------------------------------------------


def _audience(audience: Mapping[str, Mapping[str, int]]) -> list[tuple[str, str, list[Share]]]:
    """Return the leads by country, type and time zone: title, heading of the first column, bars."""
    found = []
    for key, title, heading in _AUDIENCE:
        counts = audience.get(key) or {}
        if counts:
            label = _label_of(key)
            bars = bars_of((label(code) if code else "not known", number) for code, number in counts.items())
            found.append((title, heading, longest_bars(bars)))
    return found


def _label_of(key: str) -> Callable[[str], str]:
    if key == "country":
        from telecmi_leads.phones import name_of_region

        return name_of_region
    return wording.words if key == "type" else wording.time_zone


# --- campaigns ----------------------------------------------------------------------------------


class Row(Struct, frozen=True):
    """A campaign as its row in a table shows it; `who` are the leads that tell it from others, "" where it is in."""

    number: int
    name: str
    leads: int
    code: str
    outcome: str
    answer: str
    started: str
    seconds: str
    attempts: str
    who: str


def _who(campaign: CampaignRecord, ledger: Ledger, *, show_phones: bool) -> str:
    """Return the first and the last lead of a campaign, by which a person knows it in the dashboard."""
    try:
        leads = [lead for lead in thaw_leads(ledger.body(campaign.id)) if lead != NOBODY]
    except KeyError:  # a person may have had them forgotten
        return ""
    named = [_lead(lead, show_phones=show_phones) for lead in (*leads[:1], *leads[1:][-1:])]
    return f"from {named[0]} to {named[1]}" if len(named) > 1 else "".join(named)


def _lead(lead: Lead, *, show_phones: bool) -> str:
    # Without the filler that stands for a last name.
    name = " ".join(part for part in (lead.firstname, lead.lastname) if part.strip("-"))
    said = name if show_phones else mask_text(name)
    return safe(f"{said}, {lead.phone if show_phones else mask_phone(lead.phone)}", _EXAMPLE)


def _campaign(campaign: CampaignRecord, who: Mapping[int, str]) -> Row:
    return Row(
        number=campaign.number,
        name=safe(campaign.name),
        leads=campaign.leads,
        code=campaign.status.to_outsiders.value,
        outcome=wording.outcome(campaign),
        answer=safe(mask_text(wording.answer(campaign))),
        started=_moment(campaign.started, seconds=True) if campaign.started else "",
        seconds=wording.duration(campaign.seconds) if campaign.attempts else "",
        attempts=str(campaign.attempts or ""),
        who=who.get(campaign.id, ""),
    )


def _to_look_at(plan: Sequence[CampaignRecord]) -> list[CampaignRecord]:
    """Return the campaigns that were tried and are not in; none where the list of all of them says no more."""
    found = [campaign for campaign in plan if campaign.status.eventful]
    return found if len(found) < len(plan) else []


def _parts(campaigns: Sequence[CampaignRecord], who: Mapping[int, str]) -> list[tuple[str, list[Row]]]:
    """Part the campaigns into tables, each with a title that says what is in it; one table has none."""
    rows = [_campaign(each, who) for each in campaigns]
    if len(rows) <= _OPEN_TABLE:
        return [("", rows)] if rows else []
    parts = []
    for start in range(0, len(rows), _OPEN_TABLE):
        part = rows[start : start + _OPEN_TABLE]
        outcomes = sorted(row.outcome for row in part)
        counts = ", ".join(f"{len(list(same)):,} {outcome}" for outcome, same in groupby(outcomes))
        parts.append((f"{part[0].name} to {part[-1].name}: {counts}", part))
    return parts


def _moment(when: datetime, *, seconds: bool = False) -> str:
    local = when.astimezone()
    clock = local.strftime("%H:%M:%S" if seconds else "%H:%M")
    return clock if seconds else f"{local.day} {local.strftime('%B %Y')}, {clock} ({_zone(local)})"


def _zone(local: datetime) -> str:
    """Return `IST, UTC+05:30`: the name alone stands for several zones."""
    offset = local.strftime("%z")
    name = local.tzname() or ""
    utc = f"UTC{offset[:3]}:{offset[3:5]}" if offset.strip("+-0") else "UTC"
    return f"{safe(name)}, {utc}" if name and name[0].isalpha() and name != "UTC" else utc
