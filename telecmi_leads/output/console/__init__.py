"""Everything a person sees on the terminal. Messages and a run's end go to standard error, results to standard output.

stream (never fails) → screen (rich, shapes, commands to paste) → lookups → progress → run_screens → Console
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TextIO

from telecmi_leads.core.errors import ExitCode, UsageError
from telecmi_leads.output.console.progress import Preparing, Uploading
from telecmi_leads.output.console.screen import Screen, Stream, parted, show_command, show_hint, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.errors import LeadsError
    from telecmi_leads.core.lead import TableInfo
    from telecmi_leads.core.run import Problem, RunRecord, RunSummary, Typed
    from telecmi_leads.ledger import Forgotten
    from telecmi_leads.output.console.upload_tally import UploadTally
    from telecmi_leads.output.views import CheckView, PhoneView, TableView
    from telecmi_leads.settings.options import OutputOptions
    from telecmi_leads.settings.surroundings import Terminal

__all__ = ["Console"]


class Console:
    """The two streams of the process, and how to speak on them.

    With --quiet only errors are shown. With --json only `json()` writes to standard output, and messages are
    shown where a person looks at standard error. A stream that nobody reads any more is given up, never an error.
    """

    def __init__(
        self,
        options: OutputOptions,
        terminal: Terminal,
        *,
        out: TextIO | None = None,
        err: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._show_phones = options.show_phones
        self._clock = clock
        self._out = Screen(Stream(out or sys.stdout), terminal)
        self._err = Screen(Stream(err or sys.stderr), terminal)
        silent = options.quiet or (options.json and not self._err.is_terminal)
        self._messages = None if silent else self._err
        self._results = None if options.quiet or options.json else self._out
        self._json = options.json

    def follow_run(self, now: Callable[[], datetime]) -> None:
        """Speak as a run does from here on: where no terminal is, a log of lines with their local time."""
        self._err.log_clock = now

    @property
    def is_log(self) -> bool:
        """Tell whether messages are lines of a log."""
        return self._err.is_log

    # --- while it works -------------------------------------------------------------------------

    def preparing(self) -> Preparing:
        """Return the display of the first phase, a context manager that takes TableOpened and RowsPrepared."""
        return Preparing(self._messages, self._clock)

    def uploading(self, tally: UploadTally, account: str) -> Uploading:
        """Return the display of the second phase, a context manager that takes the upload's events."""
        return Uploading(self._messages, self._clock, tally, account)

    def note(self, text: str) -> None:
        """Say something in passing."""
        if self._messages is None:
            return
        says, command = parted(text)
        if command and self._messages.is_terminal:
            self._messages.paragraph(shown(says))
            show_command(self._messages, command)
        else:
            self._messages.entry(shown(text))

    def told_at_once(self, text: str) -> None:
        """Say what a person may want to act on before anything is sent."""
        if self._messages is not None:
            self._label(self._messages, "Note", "bold", text, "")

    def warning(self, text: str) -> None:
        """Say something that deserves a look."""
        if self._messages is not None:
            self._label(self._messages, "Warning", "yellow", text, "")

    def alarm(self, text: str) -> None:
        """Say something that must be seen before it happens; also with --quiet."""
        self._label(self._err, "Warning", "yellow", text, "")

    def error(self, error: LeadsError | Problem) -> None:
        """Say what is wrong and where, and what to do, in the course of a command that a person answers."""
        self._label(self._err, "Error", "bold red", error.message, error.hint)

    def failure(self, error: LeadsError, now: Callable[[], datetime]) -> None:
        """Say why a command ends and what to do, as its verdict and next command; also with --quiet."""
        from telecmi_leads.output.console.run_screens import show_failure

        self.follow_run(now)
        show_failure(self._err, error)

    def _label(self, screen: Screen, label: str, style: str, message: str, hint: str) -> None:
        message, *further = message.rstrip().split("\n")
        says, command = parted(message)
        on_its_own = screen.is_terminal and command  # a command that is never broken, nor followed by a full stop
        end = "" if command or message.endswith((".", "!", "?", ":")) else "."
        said = shown(says if on_its_own else message) + end
        lead = f"{label}: "
        hints = [line for line in (*further, *hint.splitlines()) if line.strip()]
        if screen.is_log:
            screen.entry(" ".join((f"{lead}{said}", *map(shown, hints))))
        elif screen.is_terminal:
            from rich.text import Text

            screen.paragraph(said, len(lead), Text.assemble((label, style), ": "))
            if on_its_own:
                show_command(screen, command, len(lead) + 2)
            show_hint(screen, "\n".join(hints), len(lead))
        else:  # a log is searched line by line
            screen.line(f"{lead}{said}")
            for line in hints:
                screen.line(f"{' ' * len(lead)}{shown(line)}")

    @property
    def is_answered(self) -> bool:
        """Tell whether a person sees the questions and can answer them."""
        return self._err.is_terminal and sys.stdin is not None and sys.stdin.isatty()

    def ask(self, question: str) -> str:
        """Ask a person for a line of text. Raises EOFError where the input ends."""
        self._err.stream.write(question)
        self._err.stream.flush()
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line.rstrip("\r\n")

    def confirm(self, question: str) -> bool:
        """Ask a person whether to do something. Raises UsageError where nobody is there to answer."""
        if not self.is_answered:
            raise UsageError("This asks before it acts, and nobody is here to answer.", hint="Give --yes.")
        self._err.paragraph(shown(f"{question} Type yes to go on."))
        return sys.stdin.readline().strip().lower() in {"y", "yes"}

    # --- results --------------------------------------------------------------------------------

    def json(self, content: bytes) -> None:
        """Write a JSON document to standard output, as it is."""
        self._out.stream.write_bytes(content.rstrip(b"\n") + b"\n")

    def line(self, text: str) -> None:
        """Write one line of a result, unbroken."""
        if self._results is not None:
            self._results.line(shown(text))

    def summary(self, summary: RunSummary) -> None:
        """Show the end of a run: with --quiet nothing of one that is complete, of another where it stands."""
        from telecmi_leads.output.console import run_screens as shows

        if self._messages is not None:
            if not self._json and not summary.runs:
                shows.show_summary(self._err, summary, show_phones=self._show_phones)
        elif summary.exit_code == ExitCode.OK:
            return
        elif "html" in summary.reports and not summary.runs:
            self._err.entry(f"{'report' if self._err.is_log else 'Report:'} {shown(summary.reports['html'])}")
        shows.show_ending(self._err, summary, alone=self._messages is None or self._json)

    def runs(self, runs: Sequence[RunRecord], empty: str, now: datetime, typed: Typed) -> None:
        """Show the ledger's runs; `empty` is said where there are none. A run of `now`'s day is of today.

        The commands that are shown repeat what they need of what was `typed`.
        """
        from telecmi_leads.output.console.run_screens import show_runs

        if self._results is not None:
            if runs:
                show_runs(self._results, runs, now, typed)
            else:
                self._results.paragraph(shown(empty, 2000))

    def run(
        self, run: RunRecord, campaigns: Sequence[CampaignRecord], tables: Sequence[TableInfo], typed: Typed
    ) -> None:
        """Show one run with its campaigns, and what is left to do with the options that were typed."""
        from telecmi_leads.output.console.run_screens import show_run

        if self._results is not None:
            show_run(self._results, run, campaigns, tables, typed)

    def forgotten(self, forgotten: Forgotten) -> None:
        """Show what was deleted."""
        from telecmi_leads.output.console.run_screens import show_forgotten

        if self._results is not None:
            show_forgotten(self._results, forgotten)

    def columns(self, tables: Sequence[TableView]) -> None:
        """Show how a file was read and which column feeds which field."""
        from telecmi_leads.output.console.lookups import show_columns

        if self._results is not None:
            show_columns(self._results, tables, show_phones=self._show_phones)

    def explanation(self, phone: PhoneView) -> None:
        """Show what a number is and what became of it."""
        from telecmi_leads.output.console.lookups import show_phone

        if self._results is not None:
            show_phone(self._results, phone)

    def check(self, checks: Sequence[CheckView]) -> None:
        """Show what was checked."""
        from telecmi_leads.output.console.lookups import show_check

        if self._results is not None:
            show_check(self._results, checks)
