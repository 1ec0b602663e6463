"""Where rows and leads went: heaps, equations, groups, and the headline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from telecmi_leads.core.campaign import CampaignStatus
from telecmi_leads.core.errors import ExitCode
from telecmi_leads.core.run import RunStatus
from telecmi_leads.core.wording.code_words import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.lead import RowTotals
    from telecmi_leads.core.run import LeadTotals, RunSummary


@dataclass(frozen=True, slots=True)
class Heap:
    """One of the places where rows end: its code in the JSON output, a label, and how many lie there."""

    code: str
    label: str
    rows: int


def heaps(rows: RowTotals, leads: LeadTotals, *, dry_run: bool) -> tuple[Heap, ...]:
    """Return where every row went, leads first; empty heaps are left away. The sum is `rows.read`."""
    found = (
        Heap("accepted", "accepted", leads.accepted),
        Heap("unverified", "unverified", leads.unverified),
        Heap("unknown", "outcome unknown", leads.unknown),
        Heap("refused", "refused by TeleCMI", leads.refused),
        Heap("unsent", "ready to upload" if dry_run else "not sent", leads.unsent),
        Heap("rejected", "rejected", rows.rejected),
        Heap("duplicate", "duplicate", rows.duplicate),
        Heap("excluded", "on a do-not-call list", rows.excluded),
        Heap("already_uploaded", "uploaded before", rows.already_uploaded),
        Heap("blank", "blank", rows.blank),
    )
    return tuple(heap for heap in found if heap.rows)


def row_balance(rows: RowTotals) -> str:
    """Return `read 2,512 = blank 3 + rejected 11 + leads 2,498`; empty heaps are left away."""
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
    """Return `leads 2,498 = accepted 1,498 + unsent 1,000`; empty heaps are left away."""
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


def headline(summary: RunSummary) -> str:
    """Return the run in one sentence; what stands in the file counts as its leads, blank rows apart."""
    rows, leads = summary.rows, summary.leads
    outside = left_out(rows)
    total = rows.leads + outside
    if not total:
        return "Nothing was read." if not rows.read else "There is no lead in the file."
    rest = f"{count(outside, 'row')} {_was(outside)} left out" if outside else ""
    if not rows.leads:
        new = "Nothing new to upload" if rows.already_uploaded and summary.exit_code == 0 else "Nothing to upload"
        return f"{new}: {'all ' if total > 1 else ''}{rest}."
    if summary.exit_code == ExitCode.INPUT or (summary.status is RunStatus.FAILED and leads.unsent == rows.leads):
        return _joined("Nothing was sent", rest)
    if summary.dry_run:
        return _joined(_of(leads.unsent, total, "can be uploaded"), rest)
    parts = [
        f"{number:,} {_was(number)} {word}"
        for number, word in ((leads.refused, "refused"), (leads.unsent, "not sent yet"))
        if number
    ]
    unproven = leads.unverified + leads.unknown
    if unproven:
        parts.append(f"{unproven:,} {'is' if unproven == 1 else 'are'} not proven to be in")
    return _joined(_of(leads.accepted, total, "are in"), *parts, rest)


def _of(part: int, total: int, what: str) -> str:
    if part == total:
        singular = what.replace("are in", "is in")
        return f"All {total:,} leads {what}" if total > 1 else f"The one lead {singular}"
    if part == 0 and what == "are in":
        return f"None of {count(total, 'lead')} is in"
    return f"{part:,} of {count(total, 'lead')} {what if part != 1 else what.replace('are in', 'is in')}"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part) + "."


@dataclass(frozen=True, slots=True)
class Group:
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
