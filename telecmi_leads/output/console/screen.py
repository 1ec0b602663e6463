"""Standard output and error, written so that a closed pipe never fails the work, and the shapes of every screen.

One stream with what is known of it, and the few shapes that every screen is made of.

The one place where rich is set up. Everything shown is a Text made of safe strings: markup, emoji codes and
highlighting are off, since what comes from files and servers must be shown as it is, or not at all.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from contextlib import suppress
from functools import cached_property
from typing import IO, TYPE_CHECKING, ClassVar, cast

from msgspec import Struct

from telecmi_leads.core.text import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from rich.console import Console as RichConsole
    from rich.console import RenderableType
    from rich.text import Text

    from telecmi_leads.settings.surroundings import Terminal


_DRAWN = "━╸✓✗·•…─"
_READER_GONE = {errno.EPIPE, errno.EBADF}
_CLOSED = "it is closed"
_PLAINER = str.maketrans({"•": "*", "…": "...", "·": "-", "─": "-"})


class Stream:
    """A text stream that swallows what can't be written; `broken` tells whether anything was.

    `target` is None where the process was started without the stream. Characters that the stream's encoding
    lacks are written as escapes.
    """

    full: ClassVar[str] = ""
    """Why standard output could not be written; "" where it could, or where only the reader of a text is gone."""

    def __init__(self, target: IO[str] | None) -> None:
        self._target = target
        self.broken = target is None

    @property
    def encoding(self) -> str:
        """The encoding of the stream below."""
        return getattr(self._target, "encoding", None) or "utf-8"

    @property
    def unicode(self) -> bool:
        """Tell whether the stream can show the characters that bars and marks are made of."""
        try:
            _DRAWN.encode(self.encoding)
        except (UnicodeEncodeError, LookupError):
            return False
        return True

    def isatty(self) -> bool:
        """Tell whether a person looks at the stream."""
        try:
            return self._target is not None and self._target.isatty()
        except ValueError:  # closed
            return False

    def fileno(self) -> int:
        """Return the descriptor; raises OSError where there is none, as streams do."""
        if self._target is None:
            raise OSError("no stream")
        return self._target.fileno()

    def write(self, text: str) -> int:
        """Write what can be written."""
        if self._target is not None and not self.broken:
            try:
                self._write(self._target, text)
            except (OSError, ValueError) as problem:
                self._give_up(problem)
        return len(text)

    def _write(self, target: IO[str], text: str) -> None:
        try:
            target.write(text)
        except UnicodeEncodeError:
            # A console of an old code page: dots and dashes have a plain form, and the rest is shown as escapes.
            plainer = text.translate(_PLAINER)
            target.write(plainer.encode(self.encoding, "backslashreplace").decode(self.encoding))

    def write_bytes(self, content: bytes) -> None:
        """Write bytes as they are, such as JSON, past any translation of characters or line ends.

        They are a result for a script: where nobody reads them, it is lost.
        """
        if self._target is None or self.broken:
            self._lost(_CLOSED)
            return
        try:
            self._target.flush()
            # A stream that a test or another program puts in place of stdout may have no bytes below it.
            raw = getattr(self._target, "buffer", None)
            if raw is None:
                self._target.write(content.decode("utf-8"))
            else:
                raw.write(content)
            self._target.flush()
        except (OSError, ValueError) as problem:
            self._lost((isinstance(problem, OSError) and problem.strerror) or _CLOSED)
            self._give_up(problem)

    def _lost(self, why: str) -> None:
        if self._target is sys.stdout:
            Stream.full = Stream.full or why

    def flush(self) -> None:
        """Flush what can be flushed."""
        if self._target is not None and not self.broken:
            try:
                self._target.flush()
            except (OSError, ValueError) as problem:
                self._give_up(problem)

    def _give_up(self, problem: OSError | ValueError) -> None:
        """Write no more, and have the interpreter's own flush at its end find nothing to complain about."""
        self.broken = True
        if isinstance(problem, OSError) and problem.errno not in _READER_GONE:
            self._lost(problem.strerror or "input/output error")
        with suppress(OSError, ValueError):
            descriptor = self.fileno()
            sink = os.open(os.devnull, os.O_WRONLY)
            # The interpreter flushes stdout once more as it ends. On a broken pipe that is a traceback and exit code
            # 120.
            os.dup2(sink, descriptor)
            os.close(sink)


PLAIN_WIDTH = 100
"""Columns where nobody tells: a pipe, a file, a log."""

_LONGEST = 2000


class Marks(Struct, frozen=True):
    """The signs before a line and the strokes of a bar; every sign is followed by a word that says the same."""

    good: str
    bad: str
    open: str
    none: str
    full: str
    empty: str
    wheel: str


UNICODE = Marks("✓", "✗", "?", "·", "━", "─", "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")
ASCII = Marks("+", "x", "?", "-", "#", "-", "|/-\\")


class Screen:
    """A stream to show things on: a terminal with colours and a cursor, or plain lines."""

    def __init__(self, stream: Stream, terminal: Terminal) -> None:
        self.stream = stream
        self._environment = terminal
        self.is_terminal = stream.isatty()
        self.is_live = self.is_terminal and not terminal.dumb
        self.log_clock: Callable[[], datetime] | None = None
        self.marks = UNICODE if stream.unicode else ASCII

    @cached_property
    def rich(self) -> RichConsole:
        """The rich console behind the screen, made when first needed: importing it takes 30 ms."""
        from rich.console import Console

        class SteadyConsole(Console):
            """Leaves the cursor visible: a kill must not leave a terminal without one."""

            def show_cursor(self, show: bool = True) -> bool:  # noqa: ARG002, FBT002 - rich's own signature
                return False

        # no-color.org: any value but an empty one.
        coloured = self.is_live and not self._environment.no_color
        return SteadyConsole(
            file=cast("IO[str]", self.stream),  # all that rich asks of a stream
            force_terminal=self.is_live,
            color_system="auto" if coloured else None,
            no_color=not coloured,
            width=self._environment.columns or (None if self.is_terminal else PLAIN_WIDTH),
            markup=False,
            emoji=False,
            highlight=False,
            safe_box=True,
        )

    @property
    def is_log(self) -> bool:
        """Tell whether this is the log of a run: one line for one thing, each with its local time."""
        return self.log_clock is not None and not self.is_terminal

    def entry(self, text: str) -> None:
        """Show one thing that happens: a paragraph, or a line of the log with its time."""
        if self.log_clock is None or self.is_terminal:
            self.paragraph(text)
        else:
            self.line(f"{self.log_clock().astimezone():%Y-%m-%d %H:%M:%S} {text}")

    @property
    def width(self) -> int:
        """The columns there are."""
        return self.rich.width

    def line(self, text: Text | str) -> None:
        """Show one line that is never broken by us: a command to copy, a line of a log."""
        if self.is_terminal or not isinstance(text, str):
            self.rich.print(text, soft_wrap=True)
        else:  # a log needs nothing of rich, whose import takes longer than a short command's work
            self.stream.write(f"{text}\n")

    def paragraph(self, text: Text | str, indent: int = 0, label: Text | str = "") -> None:
        """Show text, wrapped to the width and indented; `label` stands in the first line's indent."""
        from rich.text import Text

        text = text if isinstance(text, Text) else Text(text)
        lead = Text.assemble(label)
        for line in text.wrap(self.rich, max(self.width - indent, 20)):
            line.rstrip()
            lead.pad_right(indent - lead.cell_len)
            self._whole(lead.append_text(line))
            lead = Text()

    def _whole(self, line: Text | str) -> None:
        self.rich.print(line, no_wrap=True, overflow="ignore", crop=False)

    def blank(self) -> None:
        """Show an empty line."""
        self.rich.print("")

    def heading(self, text: str) -> None:
        """Show what the lines below are about, after an empty line."""
        from rich.text import Text

        self.blank()
        self.paragraph(Text(text, style="bold"))

    def dim(self, text: str, indent: int) -> None:
        """Show what only explains the line before."""
        from rich.text import Text

        self.paragraph(Text(text, style="dim"), indent)

    def rows(
        self,
        rows: Iterable[Sequence[Text | str]],
        *,
        right: Sequence[int] = (),
        fold: Sequence[int] = (),
        header: Sequence[str] = (),
        indent: int = 2,
    ) -> None:
        """Show rows of cells in columns: `right` are numbers, `fold` give way where it gets narrow."""
        from rich.table import Table

        rows = list(rows)
        if not rows:
            return
        table = Table(
            box=None,
            show_header=bool(header),
            header_style="dim",
            padding=(0, 2, 0, 0),
            pad_edge=False,
            show_edge=False,
        )
        for index in range(len(rows[0])):
            table.add_column(
                header[index] if header else "",
                justify="right" if index in right else "left",
                no_wrap=index not in fold,
                overflow="fold" if index in fold else "ellipsis",
            )
        for row in rows:
            table.add_row(*row)
        from rich.padding import Padding

        self._show_trimmed(Padding(table, (0, 0, 0, indent), expand=False))

    def _show_trimmed(self, item: RenderableType) -> None:
        """Show without the spaces that tables put behind the last column: they end up in logs and copies."""
        from rich.segment import Segment
        from rich.text import Text

        for line in self.rich.render_lines(item, pad=False):
            text = Text.assemble(*((segment.text, segment.style or "") for segment in Segment.simplify(line)))
            text.rstrip()
            self._whole(text)


def shown(text: str, limit: int = _LONGEST) -> str:
    """Return foreign text as it may be shown."""
    return safe(text, limit)


# --- commands to paste ------------------------------------------------------------------------------

LONGEST_COMMAND = 32_000
_COMMAND_AT_THE_END = re.compile(r"(?P<says>.*): (?P<command>telecmi-leads \S.*)")


def show_hint(screen: Screen, hint: str, indent: int = 0) -> None:
    """Show what to do about an error; a command at the end of a line stands alone, unbroken."""
    for line in filter(str.strip, hint.splitlines()):
        says, command = parted(line)
        screen.paragraph(shown(says), indent)
        if command:
            show_command(screen, command, indent + 2)


def parted(text: str) -> tuple[str, str]:
    """Return what a text says, and the command at its end; "" where it has none."""
    found = _COMMAND_AT_THE_END.fullmatch(text)
    return (f"{found['says']}:", found["command"]) if found else (text, "")


def show_command(screen: Screen, command: str, indent: int = 2) -> None:
    """Show a command to paste: never wrapped, however narrow the window."""
    from rich.text import Text

    line: Text | str = Text.assemble(" " * indent, (shown(command, LONGEST_COMMAND), "bold"))
    screen.line(line)
