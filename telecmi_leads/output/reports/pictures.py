"""The pictures of the page: where rows and leads went, bars for counts, and when the campaigns were sent.

All lengths are in thousandths of a picture's width.
"""

from __future__ import annotations

import heapq
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec import Struct

from telecmi_leads.core import wording
from telecmi_leads.core.errors import ExitCode
from telecmi_leads.core.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from telecmi_leads.core.campaign import CampaignRecord, CampaignStatus
    from telecmi_leads.core.run import RunSummary

WIDTH = 1000.0
SLIVER = 4.0
_PLACES = 12
_PAUSE = timedelta(minutes=15)
_MOST_BARS = 400
_COLUMNS = 100
_MOST_STRETCHES = 8
_THINNEST = 2.0


class Share(Struct, frozen=True):
    """A part of a whole: its code (which gives the colour), label, count, share in words, and where its bar lies."""

    code: str
    label: str
    count: int
    share: str
    left: float
    width: float


def rows_picture(summary: RunSummary) -> list[Share]:
    """Lay the rows along a line: the leads first, then what was left out."""
    rows = summary.rows
    found = [("leads", "leads", rows.leads)] if rows.leads else []
    codes = {"rejected", "duplicate", "excluded", "already_uploaded", "blank"}
    parts = wording.row_parts(rows, summary.leads, dry_run=summary.dry_run)
    found += [(part.code, part.label, part.rows) for part in parts if part.code in codes]
    return _laid_out(found)


def leads_picture(summary: RunSummary) -> list[Share]:
    """Lay the leads along a line, by what became of them."""
    codes = {each: each for each in ("accepted", "unverified", "unknown", "refused", "unsent")}
    fit = summary.dry_run and summary.exit_code == ExitCode.OK
    if fit:
        codes["unsent"] = "ready"
    parts = wording.row_parts(summary.rows, summary.leads, dry_run=fit)
    return _laid_out([(codes[part.code], part.label, part.rows) for part in parts if part.code in codes])


def _laid_out(parts: Sequence[tuple[str, str, int]]) -> list[Share]:
    """Lay parts out in proportion; what is there at all is seen, and the largest part gives the space for it."""
    whole = sum(number for _, _, number in parts)
    widths = [max(number * WIDTH / whole, SLIVER) for _, _, number in parts]
    if widths:
        # Slivers are wider than their share: what they take too much is taken from the part that can spare it.
        widths[widths.index(max(widths))] -= sum(widths) - WIDTH
    shares, left = [], 0.0
    for (code, label, number), width in zip(parts, widths, strict=True):
        shares.append(Share(code, label, number, wording.share(number, whole), left, width))
        left += width
    return shares


def bars_of(counts: Iterable[tuple[str, int]]) -> list[Share]:
    """Turn counts into bars, the longest first and as long as the picture is wide."""
    found = sorted(((label, number) for label, number in counts if number), key=lambda each: (-each[1], each[0]))
    whole, longest = sum(number for _, number in found), max((number for _, number in found), default=1)
    return [
        Share("", safe(label), number, wording.share(number, whole), 0.0, max(number * WIDTH / longest, SLIVER))
        for label, number in found
    ]


def longest_bars(bars: list[Share]) -> list[Share]:
    """Return the longest bars, and one that adds up the others."""
    if len(bars) <= _PLACES:
        return bars
    rest = bars[_PLACES - 1 :]
    longest, whole = bars[0].count, sum(bar.count for bar in bars)
    number = sum(bar.count for bar in rest)
    width = min(max(number * WIDTH / longest, SLIVER), WIDTH)
    label = f"{wording.count(len(rest), 'other')} together"
    return [*bars[: _PLACES - 1], Share("", label, number, wording.share(number, whole), 0.0, width)]


# --- when it was sent: lanes of bars, or columns where there are too many bars to see ---
#
# A run that was stopped and resumed has stretches of time; each is drawn for itself, so that a night in between takes
# no space.


class Bar(Struct, frozen=True):
    """A rectangle: `left` and `width` along the time, `top` and `height` in parts of 1 across it."""

    left: float
    width: float
    top: float
    height: float
    status: CampaignStatus
    title: str


class Stretch(Struct, frozen=True):
    """A time without long pauses, and what was sent in it; `lanes` is 0 where the bars are columns of leads."""

    begins: datetime
    ends: datetime
    campaigns: int
    leads: int
    lanes: int
    bars: tuple[Bar, ...]


class _Sent(Struct, frozen=True):
    campaign: CampaignRecord
    begins: datetime
    ends: datetime


def stretches(campaigns: Sequence[CampaignRecord]) -> tuple[Stretch, ...]:
    """Return the times in which campaigns were sent, the last ones where there are many."""
    sent = sorted(
        (
            _Sent(each, each.started, each.started + timedelta(seconds=max(each.seconds, 0)))
            for each in campaigns
            if each.started is not None
        ),
        key=lambda each: each.begins,
    )
    parts: list[list[_Sent]] = []
    latest: datetime | None = None
    for each in sent:
        if latest is None or each.begins - latest > _PAUSE:
            parts.append([])
        parts[-1].append(each)
        # Not the end of the last one: an earlier request may have waited for its answer until now.
        latest = max(latest or each.ends, each.ends)
    return tuple(map(_stretch, parts[-_MOST_STRETCHES:]))


def _stretch(sent: list[_Sent]) -> Stretch:
    begins, ends = sent[0].begins, max(each.ends for each in sent)
    seconds = max((ends - begins).total_seconds(), 0.001)
    # So many bars are too thin to tell apart, and each is an element of the page.
    lanes, bars = _columns(sent, begins, seconds) if len(sent) > _MOST_BARS else _lanes(sent, begins, seconds)
    leads = sum(each.campaign.leads for each in sent if not each.campaign.split)
    return Stretch(begins, ends, len(sent), leads, lanes, tuple(bars))


def _lanes(sent: list[_Sent], begins: datetime, seconds: float) -> tuple[int, list[Bar]]:
    """Lay each campaign into the first lane that is free: as many lanes as requests ran at a time."""
    free: list[int] = []
    busy: list[tuple[datetime, int]] = []
    placed: list[tuple[_Sent, int]] = []
    lanes = 0
    for each in sent:
        while busy and busy[0][0] <= each.begins:
            heapq.heappush(free, heapq.heappop(busy)[1])
        lane = heapq.heappop(free) if free else lanes
        lanes = max(lanes, lane + 1)
        heapq.heappush(busy, (each.ends, lane))
        placed.append((each, lane))
    bars = []
    for each, lane in placed:
        left = (each.begins - begins).total_seconds() / seconds * WIDTH
        width = max((each.ends - each.begins).total_seconds() / seconds * WIDTH, _THINNEST)
        title = f"{each.campaign.name}: {each.campaign.leads:,} leads, {each.campaign.seconds:.1f} s"
        bars.append(
            Bar(min(left, WIDTH - width), width, lane / lanes, 1 / lanes, each.campaign.status.to_outsiders, title)
        )
    return lanes, bars


def _columns(sent: list[_Sent], begins: datetime, seconds: float) -> tuple[int, list[Bar]]:
    """Add up the leads of each hundredth of the time by their state now, in columns that stand on each other."""
    counts: dict[tuple[int, CampaignStatus], int] = {}
    for each in sent:
        if each.campaign.split:
            continue
        column = min(int((each.ends - begins).total_seconds() / seconds * _COLUMNS), _COLUMNS - 1)
        key = (column, each.campaign.status.to_outsiders)
        counts[key] = counts.get(key, 0) + each.campaign.leads
    ordered = sorted(counts)
    # A stretch may hold nothing but campaigns that were split later: its leads are counted where they went.
    highest = max((sum(counts[key] for key in keys) for _, keys in groupby(ordered, key=lambda key: key[0])), default=0)
    bars = []
    for column, keys in groupby(ordered, key=lambda key: key[0]):
        top = 1.0
        for key in keys:
            height = counts[key] / highest
            top -= height
            step = WIDTH / _COLUMNS
            bars.append(Bar(column * step, step * 0.9, top, height, key[1], f"{counts[key]:,} leads"))
    return 0, bars
