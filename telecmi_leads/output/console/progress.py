"""The two phases of a run as they happen: preparing (rows) and sending (campaigns).

On a terminal a few live lines stand below what is already settled; elsewhere there are plain lines, one for each
campaign and now and then one that says how far things are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from telecmi_leads.core import wording
from telecmi_leads.core.campaign import CampaignStatus
from telecmi_leads.core.events import (
    CampaignSending,
    CampaignSettled,
    CampaignWaiting,
    RowsPrepared,
    RunStopping,
    TableOpened,
)
from telecmi_leads.output.console.screen import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType

    from rich.live import Live
    from rich.text import Text

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.events import UploadEvent
    from telecmi_leads.core.lead import TableInfo
    from telecmi_leads.output.console.screen import Marks, Screen

LOG_EVERY = 10.0
"""Seconds between two lines of progress where no terminal is."""

_FRAMES_A_SECOND = 8
_LEADS = 11
_WIDE, _NARROW = (15, 6), (8, 5)
"""The columns of a campaign's line: `1,000 leads`; `outcome unknown` (`accepted` where room is scarce) and `0.4 s`."""
_LONGEST_NAME = 60
_ROOMY = 72

_STYLES = {
    CampaignStatus.ACCEPTED: "green",
    CampaignStatus.REFUSED: "red",
    CampaignStatus.UNKNOWN: "yellow",
    CampaignStatus.SENDING: "yellow",
    CampaignStatus.UNVERIFIED: "yellow",
}


class _Phase:
    """A phase with a live part on terminals. Subclasses say what it shows."""

    def __init__(self, screen: Screen | None, clock: Callable[[], float]) -> None:
        self._screen = screen
        self._clock = clock
        self._begun = clock()
        self._logged = self._begun
        self._live: Live | None = None

    def __enter__(self) -> Self:
        if self._screen is not None and self._screen.is_live:
            from rich.live import Live  # noqa: PLC0415 - only where something moves

            self._live = Live(
                console=self._screen.rich,
                get_renderable=self._picture,
                refresh_per_second=_FRAMES_A_SECOND,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _picture(self) -> Text:
        raise NotImplementedError

    def _elapsed(self) -> float:
        return self._clock() - self._begun

    def _log_due(self, every: float = LOG_EVERY) -> bool:
        """Tell whether it is time for another plain line of progress, and start counting anew if so."""
        if self._screen is None or self._screen.is_live or self._clock() - self._logged < every:
            return False
        self._logged = self._clock()
        return True


class Preparing(_Phase):
    """Shows what is read, and how many rows are through."""

    def __init__(self, screen: Screen | None, clock: Callable[[], float]) -> None:
        super().__init__(screen, clock)
        self._rows = self._leads = 0
        self._columns: Mapping[str, tuple[str, ...]] | None = None

    def event(self, event: TableOpened | RowsPrepared) -> None:
        """Take either event; what the pipeline calls with all of them."""
        if isinstance(event, TableOpened):
            self.opened(event)
        else:
            self.prepared(event)

    def opened(self, event: TableOpened) -> None:
        """Show what a table is, and which column feeds which field."""
        if self._screen is None:
            return
        show_table(self._screen, event.table)
        if event.columns == self._columns:
            self._screen.paragraph("the same columns as above", 2)
        else:
            self._screen.rows(
                [(shown(field), shown(", ".join(names))) for field, names in event.columns.items()], fold=(1,)
            )
        self._columns = event.columns

    def prepared(self, event: RowsPrepared) -> None:
        """Take note of how far it is."""
        self._rows, self._leads = event.rows, event.leads
        if self._log_due() and self._screen is not None:
            self._screen.line(f"Prepared {self._rows:,} rows so far, {self._leads:,} of them leads")

    def _picture(self) -> Text:
        from rich.text import Text  # noqa: PLC0415 - only where something moves

        if self._screen is None:  # pragma: no cover - there is no picture without a screen
            return Text()
        parts = [f"{self._rows:,} rows", f"{self._leads:,} leads"]
        if self._elapsed() >= 1:
            parts.append(f"{self._rows / self._elapsed():,.0f} rows/s")
        wheel = self._screen.marks.wheel
        turn = wheel[int(self._clock() * _FRAMES_A_SECOND) % len(wheel)]
        return Text.assemble(("Preparing ", "bold"), f"{turn} ", _fitting(parts, self._screen, used=12))


class Uploading(_Phase):
    """Shows each campaign as it settles, and below them how far the upload is and what it waits for."""

    def __init__(
        self, screen: Screen | None, clock: Callable[[], float], total_campaigns: int, total_leads: int
    ) -> None:
        super().__init__(screen, clock)
        self._total_campaigns, self._total_leads = total_campaigns, total_leads
        self._campaigns = self._leads = 0
        self._waiting: dict[str, tuple[float, str]] = {}
        self._name_width = 12
        self._wait_logged, self._wait_told = float("-inf"), 0.0

    def __enter__(self) -> Self:
        if self._screen is not None and self._total_campaigns:
            campaigns = wording.count(self._total_campaigns, "campaign")
            self._screen.heading(f"Uploading {wording.count(self._total_leads, 'lead')} in {campaigns}")
        return super().__enter__()

    def event(self, event: UploadEvent) -> None:
        """Take an event of the upload."""
        match event:
            case CampaignSending(campaign):
                self._waiting.pop(campaign.name, None)
            case CampaignSettled(campaign):
                self._settled(campaign)
            case CampaignWaiting(campaign, seconds, why):
                self._waits(campaign, seconds, why)
            case RunStopping(_, why):
                if self._screen is not None:
                    self._screen.paragraph(shown(why), 10, "Stopping: ")

    def _settled(self, campaign: CampaignRecord) -> None:
        self._waiting.pop(campaign.name, None)
        if campaign.split:
            self._total_campaigns += 1  # two halves in its place
        else:
            self._campaigns += 1
            self._leads += campaign.leads
        if self._screen is None:
            return
        digits = len(str(self._total_campaigns))
        self._name_width = max(self._name_width, name_width(self._screen, [campaign], digits=digits))
        show_campaign(self._screen, campaign, digits=digits, name_width=self._name_width)
        if self._log_due():
            self._screen.line("  " + ", ".join(self._numbers()))

    def _waits(self, campaign: CampaignRecord, seconds: float, why: str) -> None:
        self._waiting[campaign.name] = (self._clock() + seconds, why)
        if self._screen is None or self._screen.is_live:
            return
        told_lately = self._clock() - self._wait_logged < LOG_EVERY / 2
        if told_lately and seconds <= 2 * self._wait_told:  # many may wait for the same; a far longer one is news
            return
        self._wait_logged, self._wait_told = self._clock(), seconds
        self._screen.line(f"  {shown(campaign.name)}: waiting {wording.duration(seconds)}, {shown(why)}")

    def _numbers(self) -> list[str]:
        numbers = [
            f"{self._leads:,} of {wording.count(self._total_leads, 'lead')}",
            f"{self._campaigns:,} of {wording.count(self._total_campaigns, 'campaign')}",
        ]
        elapsed = self._elapsed()
        if self._leads and elapsed > 0:
            rate = self._leads / elapsed
            numbers.append(f"{wording.about((self._total_leads - self._leads) / rate)} left")
            numbers.append(f"{rate:,.0f} leads/s")
        return numbers

    def _picture(self) -> Text:
        from rich.text import Text  # noqa: PLC0415 - only where something moves

        if self._screen is None:  # pragma: no cover - there is no picture without a screen
            return Text()
        width = min(self._screen.width - 8, 72)
        done = min(self._leads / self._total_leads, 1.0) if self._total_leads else 1.0
        full = round(width * done)
        marks = self._screen.marks
        text = Text.assemble(
            "  ",
            (marks.full * full, "green"),
            (marks.empty * (width - full), "dim"),
            f" {int(done * 100):3d}%\n  ",
            _fitting(self._numbers(), self._screen, used=2),
        )
        waiting = self._pause()
        if waiting:
            text.append(f"\n  {waiting}", style="yellow")
        return text

    def _pause(self) -> str:
        """Return what is waited for, soonest first; "" where nothing waits."""
        waiting = list(self._waiting.items())  # a copy: the live display has its own thread
        if not waiting:
            return ""
        name, (until, why) = min(waiting, key=lambda item: item[1][0])
        others = len(waiting) - 1
        further = f" and {wording.count(others, 'other')}" if others else ""
        seconds = max(until - self._clock(), 0)
        return f"Waiting {seconds:.0f} s, {shown(why)} ({shown(name)}{further})"


def show_table(screen: Screen, table: TableInfo, rows: int | None = None) -> None:
    """Show what a table is and how it was read, with its notes; `rows` where they have been counted."""
    from rich.text import Text  # noqa: PLC0415 - as everywhere in this package

    counted = "" if rows is None else f", {wording.count(rows, 'row')}"
    screen.paragraph(Text.assemble((shown(table.file), "bold"), f": {shown(wording.table(table))}{counted}"))
    for note in table.notes:
        screen.paragraph(shown(note), 8, "  note: ")


def name_width(screen: Screen, campaigns: Iterable[CampaignRecord], *, digits: int) -> int:
    """Return the width of the column of names: that of the widest name that leaves room for the rest of its line."""
    from rich.cells import cell_len  # noqa: PLC0415 - as everywhere in this package

    beside = 2 + _LEADS + 2 + 2 + sum(_outcome_and_time(screen)) + 2
    room = screen.width - 2 - digits - 2 - beside if screen.is_terminal else _LONGEST_NAME
    widths = (cell_len(shown(campaign.name)) for campaign in campaigns)
    return max((width for width in widths if width <= room), default=0)


def _outcome_and_time(screen: Screen) -> tuple[int, int]:
    return _WIDE if not screen.is_terminal or screen.width >= _ROOMY else _NARROW


def show_campaign(screen: Screen, campaign: CampaignRecord, *, digits: int, name_width: int) -> None:
    """Show a campaign's line: number, name, leads, outcome, time; and below it what the service answered.

    On a terminal a name wider than `name_width` has a line of its own, so that the columns stay straight; a log has
    one line for each campaign, to be searched.
    """
    from rich.cells import cell_len  # noqa: PLC0415 - as everywhere in this package
    from rich.text import Text  # noqa: PLC0415 - the same

    name = shown(campaign.name)
    style = "" if campaign.split else _STYLES.get(campaign.status, "")
    outcome_column, time_column = _outcome_and_time(screen)
    time = f"{wording.duration(campaign.seconds):>{time_column}}" if campaign.attempts else ""
    tries = f"  {campaign.attempts} tries" if campaign.attempts > 1 else ""
    start = f"  {campaign.number:{digits}d}  "
    rest = Text.assemble(
        f"{wording.count(campaign.leads, 'lead'):>{_LEADS}}  ",
        (f"{_mark(campaign, screen.marks)} {wording.outcome(campaign):<{outcome_column if time else 0}}", style),
        f"  {time}{tries}",
    )
    rest.rstrip()
    if screen.is_terminal and cell_len(name) > name_width:
        screen.line(f"{start}{name}")
        start, name = " " * len(start), ""
    screen.line(Text.assemble(start, name, " " * max(name_width - cell_len(name), 0), "  ", rest))
    answer = wording.answer(campaign)
    if answer:
        screen.paragraph(shown(answer), digits + 4)


def _mark(campaign: CampaignRecord, marks: Marks) -> str:
    if campaign.split:
        return marks.none
    return {
        CampaignStatus.ACCEPTED: marks.good,
        CampaignStatus.REFUSED: marks.bad,
        CampaignStatus.UNSENT: marks.none,
    }.get(campaign.status, marks.open)


def _fitting(parts: list[str], screen: Screen, *, used: int) -> str:
    """Join as many parts as fit into a line of which `used` columns are taken; the last ones matter least."""
    joint = f" {screen.marks.none} "
    while len(parts) > 1 and len(joint.join(parts)) > screen.width - used:
        parts = parts[:-1]
    return joint.join(parts)
