"""Workbooks (XLSX, XLSM, XLS, XLSB, ODS) → sheets. A child process reads them, within bounds of memory and time."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.core.lead import RowBlock
from telecmi_leads.core.text import safe
from telecmi_leads.files.bounds import MAX_TABLES, beyond
from telecmi_leads.files.sheets import Sheet, missing_sheets
from telecmi_leads.settings.option_values import FileFormat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CHILD = Path(__file__).with_name("workbook_child.py")
_PATIENCE = 120.0  # seconds for one frame; the child's own bounds are much tighter where the system has them
_MAX_FRAME = 64 * 1024 * 1024

_ENDS = {
    getattr(signal, "SIGXCPU", 24): "it takes too much time",
    signal.SIGABRT: "it takes too much memory",  # how calamine ends when there is none left
    getattr(
        signal, "SIGKILL", 9
    ): "it takes too much memory",  # the system's way, and ours with a frame beyond all bounds
}
_COMPUTE = "open it in Excel or LibreOffice and save it to compute them"
_SAVE_AGAIN = "Open it in Excel and save it again, or export the sheet as CSV."

_BOOK = msgspec.msgpack.Decoder(
    tuple[str, list[tuple[str, bool, bool]], dict[str, int], dict[str, int], dict[str, tuple[int, int]]]
)
_NAME = msgspec.msgpack.Decoder(str)
_ROWS = msgspec.msgpack.Decoder(list[list[str]])
_ERROR = msgspec.msgpack.Decoder(tuple[str, str])


class Workbook:
    """A workbook that a child process reads: its format, what to note, its sheets.

    `unhidden` are the numbers of the hidden sheets that are read without --sheet, and `hidden` their names. `unread`
    are the names of the sheets that are not read.
    """

    def __init__(self, child: _Child, name: str, wanted: tuple[str, ...], unhidden: tuple[int, ...] = ()) -> None:
        told, sheets, self._hidden_rows, self._uncomputed, self._looks = _BOOK.decode(child.frame()[1])
        if len(sheets) > MAX_TABLES:
            raise beyond(name, f"it has more than {MAX_TABLES:,} sheets")
        missing_sheets(name, "sheet", wanted, (sheet for sheet, is_sheet, _ in sheets if is_sheet))
        self.format = FileFormat(told)
        self._sheets = sheets
        self.hidden = tuple(sheets[at][0] for at in unhidden)
        self.unread = tuple(
            sheet
            for sheet, is_sheet, visible in sheets
            if is_sheet and (sheet not in wanted if wanted else not visible and sheet not in self.hidden)
        )
        self.notes = tuple(
            f"hidden sheet {safe(sheet)} {'read too' if sheet in self.hidden else 'skipped'}"
            for sheet, is_sheet, visible in sheets
            if is_sheet and not visible and not wanted
        ) + tuple(
            f"{safe(sheet)} skipped: it is not a sheet of cells"
            for sheet, is_sheet, _ in sheets
            if not is_sheet and not wanted
        )
        self._child = child
        self._name = name

    def numbers_of_hidden(self, named: Callable[[str], bool]) -> tuple[int, ...]:
        """Return the numbers of the hidden sheets whose names are like that."""
        about = enumerate(self._sheets)
        return tuple(at for at, (name, is_sheet, visible) in about if is_sheet and not visible and named(name))

    def sheets(self) -> Iterator[Sheet]:
        """Walk the sheets; what was not read of one is skipped."""
        while True:
            kind, payload = self._child.frame()
            if kind == b"Z":
                return
            if kind == b"S":
                sheet = _NAME.decode(payload)
                yield Sheet(
                    file=self._name,
                    format=self.format,
                    name=sheet,
                    encoding=None,
                    delimiter=None,
                    keys=None,
                    notes=tuple(self._notes_of(sheet)),
                    blocks=self._blocks(),
                    hidden_rows=self._hidden_rows.get(sheet, 0),
                )

    def _notes_of(self, sheet: str) -> Iterator[str]:
        hidden, struck = self._looks.get(sheet, (0, 0))
        if hidden:
            yield f"rows that are hidden by hand ({hidden:,}) are read too"
        if struck:
            yield f"rows with text that is struck through ({struck:,}) are read too"
        if empty := self._uncomputed.get(sheet):
            yield f"formulas without a value ({empty:,}) are read as empty cells: {_COMPUTE}"

    def _blocks(self) -> Iterator[RowBlock]:
        row = 1
        while self._child.next_kind() == b"R":
            rows = _ROWS.decode(self._child.frame()[1])
            yield RowBlock(row, rows)
            row += len(rows)


class _Watchdog(Thread):
    """Kills a process that is waited for too long. One thread for all frames: one for each took longer than reading."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__(daemon=True)
        self.waited_since = math.inf
        self._process = process
        self._ended = Event()

    def run(self) -> None:
        while not self._ended.wait(_PATIENCE / 8):
            if monotonic() - self.waited_since > _PATIENCE:
                self._process.kill()

    def end(self) -> None:
        self._ended.set()


class _Child:
    """The child process and what it sends."""

    def __init__(self, stream: BinaryIO, name: str, *task: str) -> None:
        self._stream = stream
        self._name = name
        self._sheet = ""
        self._ahead: tuple[bytes, bytes] | None = None
        try:
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter, and a script beside this module
                [sys.executable, "-I", str(_CHILD), "\n".join(_places()), *task],
                stdin=stream,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise SourceUnreadable(
                f"{name}: the reader for workbooks can't be started: {safe(error.strerror or str(error))}.",
                hint="Export the sheet as CSV and use that.",
            ) from None
        self._watchdog = _Watchdog(self._process)
        self._watchdog.start()

    def next_kind(self) -> bytes:
        """Return the kind of the next frame and leave it there."""
        if self._ahead is None:
            self._ahead = self.frame()
        return self._ahead[0]

    def frame(self) -> tuple[bytes, bytes]:
        """Take the next frame: its kind and payload. Raises SourceUnreadable for an error or a dead child."""
        if self._ahead is not None:
            ahead = self._ahead
            self._ahead = ahead if ahead[0] == b"Z" else None  # nothing comes after the end
            return ahead
        try:
            head, payload = self.received()
        except EOFError:
            raise self._died() from None
        if head[:1] == b"E":
            raise _refused(f"{self._name}{self._sheet}", *_ERROR.decode(payload))
        if head[:1] == b"S":
            self._sheet = f", sheet {safe(_NAME.decode(payload))}"
        if head[:1] == b"Z":
            self._ahead = (head[:1], payload)
        return head[:1], payload

    def received(self) -> tuple[bytes, bytes]:
        """Wait for what the child sends next: a frame's head and its payload. Raises EOFError where it is dead."""
        self._watchdog.waited_since = monotonic()
        try:
            head = self._read(5)
            return head, self._read(int.from_bytes(head[1:], "little"))
        finally:
            self._watchdog.waited_since = math.inf

    def _read(self, size: int) -> bytes:
        out = self._process.stdout
        data = out.read(size) if out is not None and size <= _MAX_FRAME else b""
        if len(data) < size:
            raise EOFError
        return data

    def _died(self) -> SourceUnreadable:
        self._process.kill()
        end = _ENDS.get(-self._process.wait(), "it is damaged")
        with _child(self._stream, self._name, "explain") as explaining, suppress(EOFError):
            head, payload = explaining.received()
            if head[:1] == b"E":
                return _refused(self._name, *_ERROR.decode(payload))
        return SourceUnreadable(f"{self._name}{self._sheet} can't be read: {end}.", hint=_SAVE_AGAIN)

    def close(self) -> None:
        """End the child."""
        self._watchdog.end()
        self._process.kill()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process.wait()


@contextmanager
def _child(stream: BinaryIO, name: str, *task: str) -> Iterator[_Child]:
    child = _Child(stream, name, *task)
    try:
        yield child
    finally:
        child.close()


@contextmanager
def open_workbook(
    stream: BinaryIO, name: str, wanted: tuple[str, ...], hidden: Callable[[str], bool]
) -> Iterator[Workbook]:
    """Open a workbook (`wanted` are the sheets of --sheet); its child ends with the context.

    Without --sheet, the visible sheets are read and those `hidden` ones of which the name says so.

    Raises SourceUnreadable for what is not a workbook, is protected, damaged or beyond the bounds, or lacks a sheet.
    """
    with _child(stream, name, "read", *wanted) as child:
        book = Workbook(child, name, wanted)
        unhidden = () if wanted else book.numbers_of_hidden(hidden)
        if not unhidden:
            yield book
            return
    # Told by number: a name may hold what no argument can.
    with _child(stream, name, " ".join(map(str, ("read", *unhidden)))) as child:
        yield Workbook(child, name, wanted, unhidden)


def _refused(name: str, code: str, detail: str) -> SourceUnreadable:
    says, hint = {
        "password": ("is password-protected", "Save it without a password, or as CSV."),
        "other": (f"is {safe(detail)}", "Save the leads as XLSX or CSV."),
        "archive": (f"is a zip archive (with {safe(detail)})", "Unpack it and name the files in it."),
        "bomb": (f"is not an honest workbook: {safe(detail)}", "Ask for the leads as CSV."),
        "far": (
            f"has a cell as far off as {safe(detail)}, and nearly nothing before it",
            "Delete the empty columns and rows in Excel and save it, or export the sheet as CSV.",
        ),
        "lost": ("can't be read: the workbook names it, and does not hold it", _SAVE_AGAIN),
        "lost text": ("can't be read: a cell names a text that the workbook does not hold", _SAVE_AGAIN),
        "unplaced": (
            "can't be read: numbers are shown with a country code, and it can't be told in which cells",
            _SAVE_AGAIN,
        ),
        "code page": ("can't be read: its text is in a code page that it does not name", _SAVE_AGAIN),
        "memory": ("takes too much memory", "Export the sheet as CSV."),
        "entities": ("can't be read as a workbook: it defines words of its own, which are not replaced", _SAVE_AGAIN),
    }.get(code, ("can't be read as a workbook: it is damaged", _SAVE_AGAIN))
    return SourceUnreadable(f"{name} {says}.", hint=hint)


def _places() -> list[str]:
    """Return where the child finds the libraries it needs; it looks there after its own standard library."""
    specs = (find_spec(library) for library in ("msgspec", "python_calamine"))
    return [str(Path(spec.origin).parent.parent) for spec in specs if spec is not None and spec.origin is not None]


def _environment() -> dict[str, str]:
    """Return next to nothing: the child must not see what secrets the program was started with."""
    return {"SYSTEMROOT": os.path.expandvars("%SystemRoot%")} if os.name == "nt" else {}
