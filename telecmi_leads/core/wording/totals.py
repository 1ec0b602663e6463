"""Where rows and leads went: in parts, as equations, by group, and as the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from telecmi_leads.core.campaign import CampaignStatus
from telecmi_leads.core.errors import ExitCode
from telecmi_leads.core.run import RunStatus
from telecmi_leads.core.wording.code_words import count, tally

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.lead import RowTotals
    from telecmi_leads.core.run import LeadTotals, Problem, RunEnd, RunSummary


class Part(Struct, frozen=True):
    """One of the places where rows end: its code in the JSON output, a label, and how many rows are there."""

    code: str
    label: str
    rows: int


def row_parts(rows: RowTotals, leads: LeadTotals, *, dry_run: bool) -> tuple[Part, ...]:
    """Return where every row went, leads first, without empty ones. The sum is `rows.read`."""
    found = (
        Part("accepted", "in", leads.accepted),
        Part("unverified", "not proven", leads.unverified),
        Part("unknown", "not proven yet", leads.unknown),
        Part("refused", "refused by TeleCMI", leads.refused),
        Part("unsent", "ready to upload" if dry_run else "not sent", leads.unsent),
        Part("rejected", "rejected", rows.rejected),
        Part("duplicate", "duplicate", rows.duplicate),
        Part("excluded", "on a do-not-call list", rows.excluded),
        Part("already_uploaded", "uploaded before", rows.already_uploaded),
        Part("blank", "blank", rows.blank),
    )
    return tuple(part for part in found if part.rows)


def row_balance(rows: RowTotals) -> str:
    """Return `read 2,512 = blank 3 + rejected 11 + leads 2,498`, without empty ones."""
    parts = (
        ("blank", rows.blank),
        ("rejected", rows.rejected),
        ("duplicate", rows.duplicate),
        ("excluded", rows.excluded),
        ("already uploaded", rows.already_uploaded),
        ("leads", rows.leads),
    )
    return _equation("read", rows.read, parts)


def lead_balance(leads: LeadTotals) -> str:
    """Return `leads 2,498 = accepted 1,498 + unsent 1,000`, without empty ones."""
    parts = (
        ("accepted", leads.accepted),
        ("unverified", leads.unverified),
        ("refused", leads.refused),
        ("unknown", leads.unknown),
        ("unsent", leads.unsent),
    )
    return _equation("leads", leads.total, parts)


def _equation(name: str, total: int, parts: tuple[tuple[str, int], ...]) -> str:
    terms = [f"{label} {number:,}" for label, number in parts if number]
    return f"{name} {total:,} = {' + '.join(terms) if terms else '0'}"


def left_out(rows: RowTotals) -> int:
    """Return how many rows were left out: all that are neither blank nor leads."""
    return rows.rejected + rows.duplicate + rows.excluded + rows.already_uploaded


class Verdict(Struct, frozen=True):
    """How a command ended: the mark before it, one sentence about leads, and one about the rows left out, or ""."""

    mark: Literal["good", "open", "bad"]
    text: str
    rows: str = ""

    @property
    def whole(self) -> str:
        """Both sentences."""
        return f"{self.text} {self.rows}".strip()


_FROM_TOTALS = frozenset({"campaigns_refused", "unfinished", "unverified"})
"""Codes of errors that say what the totals say: the verdict takes the totals."""
_STILL_OPEN = frozenset({"interrupted", "terminated", "waiting_elsewhere"})


def verdict(summary: RunSummary) -> Verdict:
    """Return how a command ended. Leads are compared with leads; rows that were left out are rows."""
    if summary.runs:
        return _of_runs(summary.runs)
    leads, error = summary.leads, summary.error
    outside = left_out(summary.rows)
    would = "would be" if summary.dry_run else _was(outside)
    rows = f"{count(outside, 'row')} {would} left out." if outside else ""
    if error is not None and error.code not in _FROM_TOTALS:
        return _ended_by(error, summary, rows)
    if not summary.rows.leads:
        return _nothing(summary, outside)
    if summary.dry_run:
        return Verdict("good", _fit(summary), rows)
    found = leads_verdict(leads, "would be" if summary.sandbox else "are")
    text = f"SANDBOX: {found.text[:1].lower()}{found.text[1:]}" if summary.sandbox else found.text
    return Verdict(found.mark, text, rows)


def _of_runs(runs: Sequence[RunEnd]) -> Verdict:
    """Return how a command ended that went on with several runs: each of them has had its own verdict."""
    done = sum(each.exit_code == ExitCode.OK for each in runs)
    if done == len(runs):
        return Verdict("good", f"All {done:,} runs are complete.")
    states = ", ".join(f"{each.name} is {_STATES[each.status]}" for each in runs if each.exit_code != ExitCode.OK)
    only_refused = all(each.exit_code in {ExitCode.OK, ExitCode.REFUSED} for each in runs)
    are = "is" if done == 1 else "are"
    return Verdict("bad" if only_refused else "open", f"{done:,} of {len(runs):,} runs {are} complete; {states}.")


_STATES = {
    RunStatus.COMPLETE: "complete",
    RunStatus.PARTIAL: "refused in part",
    RunStatus.REFUSED: "refused",
    RunStatus.UNFINISHED: "unfinished",
    RunStatus.FAILED: "not taken up",
}


def leads_verdict(leads: LeadTotals, are: str = "are") -> Verdict:
    """Return where a run's leads are, as a verdict."""
    text = _where_leads_are(leads, are)
    if leads.unverified or leads.unknown or leads.unsent:
        return Verdict("open", text)
    return Verdict("bad" if leads.refused else "good", text)


def _ended_by(error: Problem, summary: RunSummary, rows: str) -> Verdict:
    """Return what an error says, and where the leads are if some had a run."""
    mark: Literal["open", "bad"] = "open" if error.code in _STILL_OPEN else "bad"
    text = error.message
    if summary.dry_run and summary.name is None and summary.exit_code == ExitCode.INPUT and summary.rows.read:
        text = f"Not fit to upload: {text.removesuffix(' Nothing was sent.')}"
    if summary.run is not None and summary.leads.total:
        text = f"{text} {_where_leads_are(summary.leads, 'are')}"
        return Verdict(mark, text, rows)
    return Verdict(mark, text)


def _nothing(summary: RunSummary, outside: int) -> Verdict:
    rows = summary.rows
    if not outside:
        if summary.run is None and not summary.dry_run and not rows.read:  # a `resume` with nothing to do
            return Verdict("good", "No run is unfinished.")
        return Verdict("good", "There is no lead in the file." if rows.read else "Nothing was read.")
    if rows.already_uploaded == outside and summary.exit_code == ExitCode.OK:
        people = "the one lead was" if outside == 1 else f"all {outside:,} leads were"
        return Verdict("good", f"Nothing new: {people} uploaded before.")
    new = "Nothing new to upload" if rows.already_uploaded and summary.exit_code == ExitCode.OK else "Nothing to upload"
    return Verdict("good", f"{new}: {'all ' if outside > 1 else ''}{count(outside, 'row')} {_was(outside)} left out.")


def _fit(summary: RunSummary) -> str:
    whole = summary.rows.leads + left_out(summary.rows)
    leads = (
        f"{summary.leads.total:,} of {count(whole, 'row')} {'is a lead' if summary.leads.total == 1 else 'are leads'}"
    )
    if summary.name is None:
        return f"Fit to upload: {leads}."
    return f"Dry run, nothing was sent: {leads}, in {count(len(summary.campaigns), 'campaign')}."


def _where_leads_are(leads: LeadTotals, are: str) -> str:
    """Return `6,000 of 8,000 leads are in; 1,000 refused, 1,000 not proven.`."""
    total = leads.total
    if leads.accepted == total:
        return f"All {total:,} leads {are} in." if total > 1 else f"The one lead {_one(are)} in."
    unproven = leads.unverified + leads.unknown
    rest = ", ".join(tally((leads.refused, "refused"), (unproven, "not proven"), (leads.unsent, "not sent")))
    if not leads.accepted:
        return f"None of {count(total, 'lead')} {_one(are)} in; {rest}."
    return f"{leads.accepted:,} of {count(total, 'lead')} {are if leads.accepted > 1 else _one(are)} in; {rest}."


def _one(are: str) -> str:
    return "is" if are == "are" else are


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


class Group(Struct, frozen=True):
    """What --split-by made of one value: campaigns, leads, and leads accepted."""

    name: str
    campaigns: int
    leads: int
    accepted: int


def groups(campaigns: Sequence[CampaignRecord]) -> tuple[Group, ...]:
    """Return the groups of a split run, the largest first; () where it was not split."""
    found: dict[str, list[CampaignRecord]] = {}
    for campaign in campaigns:
        if not campaign.split:
            found.setdefault(campaign.group, []).append(campaign)
    if set(found) <= {""}:
        return ()
    made = [
        Group(
            name,
            len(members),
            sum(member.leads for member in members),
            sum(member.leads for member in members if member.status is CampaignStatus.ACCEPTED),
        )
        for name, members in found.items()
    ]
    return tuple(sorted(made, key=lambda group: (-group.leads, group.name)))
