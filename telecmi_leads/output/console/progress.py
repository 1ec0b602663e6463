"""The two phases of a run as they happen: preparing (rows) and sending (campaigns).

On a terminal one display is redrawn in place, and its last state stays. A log gets plain lines: one for each table and
each campaign, and now and then one that says how far things are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from msgspec.structs import replace

from telecmi_leads.core import wording
from telecmi_leads.core.campaign import CampaignStatus, OutcomeKind
from telecmi_leads.core.masking import mask_text
from telecmi_leads.core.run import (
    CampaignSending,
    CampaignSettled,
    CampaignWaiting,
    RowsPrepared,
    RunStopping,
    StopCause,
    TableOpened,
)
from telecmi_leads.output.console.lookups import show_table, show_use
from telecmi_leads.output.console.screen import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from types import TracebackType

    from rich.live import Live
    from rich.text import Text

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.run import UploadEvent
    from telecmi_leads.output.console.screen import Marks, Screen
    from telecmi_leads.output.console.upload_tally import UploadTally

LOG_EVERY = 10.0
"""Seconds between two lines of progress where no terminal is."""

_FRAMES_A_SECOND = 8
_WIDEST_BAR = 72
_SHORTEST_PAUSE = 0.05
_NAMES_SHOWN = 3
_TROUBLES_SHOWN = 10
_NAMES_IN_A_LINE = 4


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
            from rich.live import Live

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
        if self._screen is not None:
            self._ended(self._screen)

    def _picture(self) -> Text:
        raise NotImplementedError

    def _ended(self, screen: Screen) -> None:
        """Show what stays when the phase is over."""

    def _elapsed(self) -> float:
        return self._clock() - self._begun

    def _log_due(self) -> bool:
        """Tell whether it is time for another plain line of progress, and start counting anew if so."""
        if self._screen is None or self._screen.is_live or self._clock() - self._logged < LOG_EVERY:
            return False
        self._logged = self._clock()
        return True


class Preparing(_Phase):
    """Shows what is read, and how many rows are through. A table is shown once its rows are counted."""

    def __init__(self, screen: Screen | None, clock: Callable[[], float]) -> None:
        super().__init__(screen, clock)
        self._rows = self._leads = 0
        self._open: TableOpened | None = None
        self._columns: Mapping[str, tuple[str, ...]] | None = None

    def event(self, event: TableOpened | RowsPrepared) -> None:
        """Take either event; what the pipeline calls with all of them."""
        if isinstance(event, TableOpened):
            self.opened(event)
        else:
            self.prepared(event)

    def opened(self, event: TableOpened) -> None:
        """Take note of a table, after showing the one before it."""
        if self._screen is not None:
            self._ended(self._screen)
        self._open = event

    def _ended(self, screen: Screen) -> None:
        event, self._open = self._open, None
        if event is None:
            return
        show_table(screen, event.table, self._rows - event.rows_before or None)
        if event.columns == self._columns:
            if not screen.is_log:
                screen.paragraph("the same columns as above", 2)
        else:
            show_use(screen, event)
        self._columns = event.columns

    def prepared(self, event: RowsPrepared) -> None:
        """Take note of how far it is."""
        self._rows, self._leads = event.rows, event.leads
        if self._log_due() and self._screen is not None:
            self._screen.entry(f"prepared {self._rows:,} rows so far, {self._leads:,} of them leads")

    def _picture(self) -> Text:
        from rich.text import Text

        if self._screen is None:  # pragma: no cover - there is no picture without a screen
            return Text()
        parts = [f"{self._rows:,} rows", f"{self._leads:,} leads"]
        if self._elapsed() >= 1:
            parts.append(f"{self._rows / self._elapsed():,.0f} rows/s")
        wheel = self._screen.marks.wheel
        turn = wheel[int(self._clock() * _FRAMES_A_SECOND) % len(wheel)]
        return Text.assemble(("Preparing ", "bold"), f"{turn} ", _fitting(parts, self._screen, used=12))


_STOPPED_BY = {
    StopCause.INTERRUPTED: "Ctrl-C",
    StopCause.TERMINATED: "a signal",
    StopCause.ACCOUNT_REFUSED: "the credentials are refused",
}


class Uploading(_Phase):
    """Shows how far an upload is, what it waits for, and the campaigns that did not go smoothly."""

    def __init__(self, screen: Screen | None, clock: Callable[[], float], tally: UploadTally, account: str) -> None:
        super().__init__(screen, clock)
        self._tally, self._account = tally, account
        self._troubles = Troubles()
        self._waiting: dict[str, tuple[float, str]] = {}
        self._paused, self._pause_began = 0.0, 0.0
        self._stopping: StopCause | None = None
        self._wait_logged, self._wait_told = float("-inf"), 0.0

    def __enter__(self) -> Self:
        if self._screen is not None and self._tally.total_campaigns:
            campaigns = wording.count(self._tally.total_campaigns, "campaign")
            to = f" to {shown(self._account)}" if self._account else ""
            begins = f"ending {wording.count(self._tally.total_leads, 'lead')} in {campaigns}{to}"
            if not self._screen.is_log:
                self._screen.blank()
            self._screen.entry(f"s{begins}" if self._screen.is_log else f"S{begins}.")
        return super().__enter__()

    def event(self, event: UploadEvent) -> None:
        """Take an event of the upload."""
        match event:
            case CampaignSending(campaign):
                self._waiting.pop(campaign.name, None)
                self._starts(campaign)
            case CampaignSettled(campaign, replaced):
                self._settled(campaign, replaced)
            case CampaignWaiting(campaign, seconds, why):
                self._ends(campaign.name)
                self._waits(campaign, seconds, why)
            case RunStopping(cause, why):
                self._stops(cause, why)

    def _starts(self, campaign: CampaignRecord) -> None:
        if not self._tally.under_way:
            # Nothing is done in pauses: the rate that the time left is guessed from must not sink with them.
            self._paused += self._pause()
        self._tally.starts(campaign)

    def _ends(self, name: str) -> None:
        self._tally.ends(name)
        if not self._tally.under_way:
            self._pause_began = self._clock()

    def _pause(self) -> float:
        """Return how long nothing has been under way, once something was."""
        return self._clock() - self._pause_began if self._pause_began else 0.0

    def _settled(self, campaign: CampaignRecord, replaced: Collection[int]) -> None:
        campaign = self._as_told(campaign)
        self._waiting.pop(campaign.name, None)
        self._ends(campaign.name)
        for gone in self._tally.settles(campaign, replaced):
            self._troubles.remove(gone)
        self._troubles.add(campaign)
        if self._screen is None or self._screen.is_terminal:
            return
        tries = f", {campaign.attempts} tries" if campaign.attempts > 1 else ""
        time = f", {wording.duration(campaign.seconds)}{tries}" if campaign.attempts else ""
        leads = wording.count(campaign.leads, "lead")
        self._screen.entry(shown(f"{campaign.name} {leads} {wording.refusal(campaign)}{time}"))
        if self._log_due():
            self._screen.entry(", ".join(self._numbers()))

    def _as_told(self, campaign: CampaignRecord) -> CampaignRecord:
        """Return a campaign without the answer that the run's verdict repeats: that the credentials are refused."""
        verdict_says = campaign.last is OutcomeKind.ACCOUNT and self._stopping in {None, StopCause.ACCOUNT_REFUSED}
        return replace(campaign, code=None, message="") if verdict_says else campaign

    def _waits(self, campaign: CampaignRecord, seconds: float, why: str) -> None:
        self._waiting[campaign.name] = (self._clock() + seconds, why)
        if self._screen is None or self._screen.is_live:
            return
        told_lately = self._clock() - self._wait_logged < LOG_EVERY / 2
        if told_lately and seconds <= 2 * self._wait_told:  # many may wait for the same; a far longer one is news
            return
        self._wait_logged, self._wait_told = self._clock(), seconds
        how = "tried again at once" if seconds < _SHORTEST_PAUSE else f"waits {wording.duration(seconds)}"
        self._screen.entry(f"{shown(campaign.name)} {how}: {shown(why)}")

    def _stops(self, cause: StopCause, why: str) -> None:
        self._stopping = cause
        if self._screen is None:
            return
        says = _STOPPED_BY.get(cause) or shown(why)
        if self._screen.is_terminal:
            self._screen.paragraph(f"{says}. {self._answers()}".strip(), 10, "Stopping: ")
        else:
            self._screen.entry(f"stopping: {says}. {self._answers()}".rstrip(". "))

    def _answers(self) -> str:
        """Return which answers a run that stops waits for, "" where there are none."""
        names = sorted(self._tally.under_way)
        if not names:
            return ""
        more = len(names) - _NAMES_SHOWN
        further = f" and {more} more" if more > 0 else ""
        return f"Waiting for the answer to {', '.join(map(shown, names[:_NAMES_SHOWN]))}{further}."

    def _numbers(self, *, at_the_end: bool = False) -> list[str]:
        tally = self._tally
        refused, unproven = tally.refused, tally.unproven_at_the_end if at_the_end else tally.unproven
        unsent = tally.total_leads - tally.accepted - refused - unproven if at_the_end else 0
        if self._stopping is StopCause.NAME_TAKEN:  # what was not sent then counts as refused
            refused, unsent = refused + unsent, 0
        numbers = [f"{tally.accepted:,} of {wording.count(tally.total_leads, 'lead')} in"]
        numbers += wording.tally((refused, "refused"), (unproven, "not proven"), (unsent, "not sent"))
        numbers.append(f"{tally.campaigns:,} of {wording.count(tally.total_campaigns, 'campaign')}")
        if at_the_end:
            return [*numbers, wording.duration(self._elapsed())]
        left = self._time_left()
        return [*numbers, f"{wording.about(left)} left"] if left is not None else numbers

    def _time_left(self) -> float | None:
        """Return the seconds that are left, pauses included; None where there is nothing to guess from."""
        done = self._tally.done
        now = self._clock()
        working = now - self._begun - self._paused - (0.0 if self._tally.under_way else self._pause())
        if not done or working <= 0 or self._stopping is not None:
            return None
        # The longest: campaigns wait side by side. A copy, since the live display reads it from a thread of its own.
        pause = max((until - now for until, _ in [*self._waiting.values()]), default=0.0)
        return (self._tally.total_leads - done) * working / done + max(pause, 0.0)

    def _picture(self) -> Text:
        from rich.text import Text

        if self._screen is None:  # pragma: no cover - there is no picture without a screen
            return Text()
        screen = self._screen
        text = Text("\n").join([*self._troubles.lines(screen), self._bar(screen)])
        text.append(f"\n{_fitting(self._numbers(), screen, used=0)}")
        waiting = self._answers() if self._stopping is not None else self._soonest()
        if waiting:
            text.append(f"\n{waiting}", style="yellow")
        return text

    def _bar(self, screen: Screen) -> Text:
        from rich.text import Text

        total = self._tally.total_leads
        done = min(self._tally.accepted / total, 1.0) if total else 1.0
        width = max(min(screen.width - 6, _WIDEST_BAR), 10)
        full = round(width * done)
        marks = screen.marks
        return Text.assemble(
            (marks.full * full, "green"), (marks.empty * (width - full), "dim"), f" {int(done * 100):3d}%"
        )

    def _ended(self, screen: Screen) -> None:
        if screen.is_log or not self._tally.total_campaigns:
            return
        for line in self._troubles.lines(screen):
            screen.line(line)
        if screen.is_terminal:
            screen.line(self._bar(screen))
        for told in _lines_of(self._numbers(at_the_end=True), screen):  # the end is told whole
            screen.line(told)

    def _soonest(self) -> str:
        """Return what is waited for, soonest first; "" where nothing waits."""
        waiting = list(self._waiting.items())  # a copy: the live display has its own thread
        if not waiting:
            return ""
        now = self._clock()
        # One whose time has come waits for the same pause as the next.
        held = [item for item in waiting if item[1][0] > now] or waiting
        name, (until, why) = min(held, key=lambda item: item[1][0])
        others = len(waiting) - 1
        further = f" and {wording.count(others, 'other')}" if others else ""
        return f"Waiting {wording.about(max(until - now, 0))}: {shown(why)} ({shown(name)}{further})"


def _lines_of(parts: list[str], screen: Screen) -> list[str]:
    """Join parts into as many lines as they need; none is broken."""
    joint, lines = f" {screen.marks.none} ", [""]
    for part in parts:
        longer = f"{lines[-1]}{joint}{part}" if lines[-1] else part
        if len(longer) <= screen.width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines


def _fitting(parts: list[str], screen: Screen, *, used: int) -> str:
    """Join as many parts as fit into a line of which `used` columns are taken; the last ones matter least."""
    joint = f" {screen.marks.none} "
    while len(parts) > 1 and len(joint.join(parts)) > screen.width - used:
        parts = parts[:-1]
    return joint.join(parts)


# --- campaigns that did not go smoothly ---

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
        """Take a campaign; one that is in, or was cut into parts, is not trouble."""
        if campaign.status is not CampaignStatus.ACCEPTED and not campaign.split:
            self._groups.setdefault(_group(campaign), []).append(campaign)

    def remove(self, campaign: CampaignRecord) -> None:
        """Take a campaign out that is part of another again, or has another outcome now."""
        key = _group(campaign)
        others = [each for each in self._groups.get(key, ()) if each.id != campaign.id]
        if others:
            self._groups[key] = others
        else:
            self._groups.pop(key, None)

    def lines(self, screen: Screen) -> list[Text]:
        """Return the lines to show, each within the window: `✗ March-004   1,000 leads   refused: …`."""
        from rich.cells import cell_len

        groups = list(self._groups.values())  # a copy: the live display has its own thread
        from rich.text import Text

        told = groups[:_TROUBLES_SHOWN]
        rows = [(_names(group), wording.count(sum(each.leads for each in group), "lead")) for group in told]
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
            says = Text(shown(wording.refusal(replace(group[0], message=mask_text(group[0].message)))))
            first, *others = _wrapped(screen, says, cell_len(head) + 2)
            found.append(Text.assemble(sign, head, first))
            found += [Text.assemble(" " * (cell_len(head) + 2), line) for line in others]
        more = sum(map(len, groups[_TROUBLES_SHOWN:]))
        if more:
            found.append(Text(f"… and {more:,} more, all in campaigns.csv"))
        return found


def _group(campaign: CampaignRecord) -> tuple[CampaignStatus, str]:
    return campaign.status, wording.answer(campaign)


def _wrapped(screen: Screen, text: Text, indent: int) -> list[Text]:
    lines = text.wrap(screen.rich, max(screen.width - indent, 20))
    for line in lines:
        line.rstrip()
    return list(lines)


def _names(group: Sequence[CampaignRecord]) -> str:
    """Return `Eight-002, -005, -008`: the first name whole, of the others what differs."""
    ordered = sorted(group, key=lambda each: (each.number, len(each.name), each.name))
    first = shown(ordered[0].name)
    stem = first[: first.rfind("-") + 1]
    names = [first]
    for campaign in ordered[1:_NAMES_IN_A_LINE]:
        name = shown(campaign.name)
        names.append(name[len(stem) - 1 :] if stem and name.startswith(stem) else name)
    more = len(group) - _NAMES_IN_A_LINE
    return ", ".join(names) + (f" and {more:,} more" if more > 0 else "")
