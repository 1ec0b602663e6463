"""Campaigns on the screen: those in trouble, a line for each reason, and a whole run's as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.core import wording
from telecmi_leads.core.campaign import CampaignStatus
from telecmi_leads.core.text import mask_text
from telecmi_leads.output.console.screen import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.output.console.screen import Marks, Screen

_LINES = 10
_NAMES = 4
_LONGEST_NAME = 60
_ROOMY = 72

STYLES = {
    CampaignStatus.ACCEPTED: "green",
    CampaignStatus.REFUSED: "red",
    CampaignStatus.UNKNOWN: "yellow",
    CampaignStatus.SENDING: "yellow",
    CampaignStatus.UNVERIFIED: "yellow",
}


def mark(campaign: CampaignRecord, marks: Marks) -> str:
    """Return the sign before a campaign's outcome."""
    if campaign.split:
        return marks.none
    return {
        CampaignStatus.ACCEPTED: marks.good,
        CampaignStatus.REFUSED: marks.bad,
        CampaignStatus.UNSENT: marks.none,
    }.get(campaign.status, marks.open)


class Troubles:
    """The campaigns that did not go smoothly, those of one outcome and one answer together."""

    def __init__(self, campaigns: Sequence[CampaignRecord] = ()) -> None:
        self._groups: dict[tuple[CampaignStatus, str], list[CampaignRecord]] = {}
        for campaign in campaigns:
            self.add(campaign)

    def add(self, campaign: CampaignRecord) -> None:
        """Take a campaign; one that is in, or was cut into parts, is no trouble."""
        if campaign.status is not CampaignStatus.ACCEPTED and not campaign.split:
            self._groups.setdefault((campaign.status, wording.answer(campaign)), []).append(campaign)

    def lines(self, screen: Screen) -> list[Text]:
        """Return the lines to show, each within the window: `✗ March-004   1,000 leads   refused: …`."""
        from rich.cells import cell_len

        groups = list(self._groups.values())  # a copy: the live display has its own thread
        from rich.text import Text

        rows = [(_names(group), wording.count(sum(each.leads for each in group), "lead")) for group in groups[:_LINES]]
        widest = screen.width * 2 // 5
        width = max((size for size in (cell_len(names) for names, _ in rows) if size <= widest), default=0)
        digits = max((len(leads) for _, leads in rows), default=0)
        found: list[Text] = []
        for (names, leads), group in zip(rows, groups, strict=False):
            sign = Text(f"{mark(group[0], screen.marks)} ", STYLES.get(group[0].status, ""))
            beside = names
            if cell_len(names) > width:  # it has a line of its own, so that the columns stay straight
                found.append(Text.assemble(sign, names))
                sign, beside = Text("  "), ""
            head = f"{beside}{' ' * (width - cell_len(beside))}   {leads:>{digits}}   "
            says = Text(shown(mask_text(wording.refusal(group[0]))))
            first, *others = _wrapped(screen, says, cell_len(head) + 2)
            found.append(Text.assemble(sign, head, first))
            found += [Text.assemble(" " * (cell_len(head) + 2), line) for line in others]
        more = sum(map(len, groups[_LINES:]))
        if more:
            found.append(Text(f"… and {more:,} more, all in campaigns.csv"))
        return found


def _wrapped(screen: Screen, text: Text, indent: int) -> list[Text]:
    lines = text.wrap(screen.rich, max(screen.width - indent, 20))
    for line in lines:
        line.rstrip()
    return list(lines)


def _names(group: Sequence[CampaignRecord]) -> str:
    """Return `Eight-002, -005, -008`: the first name whole, of the others what differs."""
    first = shown(group[0].name)
    stem = first[: first.rfind("-") + 1]
    names = [first]
    for campaign in group[1:_NAMES]:
        name = shown(campaign.name)
        names.append(name[len(stem) - 1 :] if stem and name.startswith(stem) else name)
    more = len(group) - _NAMES
    return ", ".join(names) + (f" and {more:,} more" if more > 0 else "")


def show_campaigns(screen: Screen, campaigns: Sequence[CampaignRecord]) -> None:
    """Show all campaigns of a run as a table, in the order of the plan."""
    header = ("No.", "campaign", "leads", "outcome", "tries", "time")
    cut = len(header) if screen.width >= _ROOMY else 4
    rows = [
        (
            f"{campaign.number:,}",
            shown(campaign.name, _LONGEST_NAME),
            f"{campaign.leads:,}",
            _outcome(screen, campaign),
            str(campaign.attempts or ""),
            wording.duration(campaign.seconds) if campaign.attempts else "",
        )[:cut]
        for campaign in campaigns
    ]
    screen.rows(rows, right=(0, 2, 4, 5), fold=(1, 3), header=header[:cut])


def _outcome(screen: Screen, campaign: CampaignRecord) -> Text:
    from rich.text import Text

    style = "" if campaign.split else STYLES.get(campaign.status, "")
    return Text(shown(mask_text(f"{mark(campaign, screen.marks)} {wording.refusal(campaign)}")), style)
