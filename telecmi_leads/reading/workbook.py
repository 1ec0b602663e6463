"""Workbooks (XLSX, XLSM, XLS, XLSB, ODS) → sheets, read in a child process with limits."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from telecmi_leads.errors import SourceUnreadable
from telecmi_leads.models import RowBlock
from telecmi_leads.reading.source import Sheet
from telecmi_leads.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telecmi_leads.options import FileFormat

_CHILD = Path(__file__).with_name("workbook_child.py")


class Workbook:
    """The parent's end of the child that reads a workbook."""

    def __init__(self, stream: BinaryIO, name: str, format_: FileFormat, wanted: tuple[str, ...]) -> None:
        self._name = name
        self._format = format_
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(_CHILD), "\n".join(_places()), *wanted],
            stdin=stream,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            start_new_session=True,
        )
        book = self._frame()
        self._sheets = book[1]
        self._check_wanted(wanted)
        hidden = [safe(sheet) for sheet, _, visible in self._sheets if not visible and sheet not in wanted]
        self.notes = tuple(f"hidden sheet {sheet} skipped" for sheet in hidden)

    def _check_wanted(self, wanted: tuple[str, ...]) -> None:
        names = [sheet for sheet, _, _ in self._sheets]
        for sheet in wanted:
            if sheet not in names:
                raise SourceUnreadable(
                    f"{self._name} has no sheet {safe(sheet)}", hint=f"It has: {', '.join(map(safe, names))}."
                )

    def sheets(self) -> Iterator[Sheet]:
        """Walk the sheets; one that was not read to its end is skipped."""
        frame = self._frame()
        while frame[0] != "end":
            if frame[0] == "rows":
                frame = self._frame()
                continue
            following: list[Any] = []
            yield Sheet(
                file=self._name,
                format=self._format,
                name=frame[1],
                encoding=None,
                delimiter=None,
                keys=None,
                notes=(),
                blocks=self._blocks(following),
            )
            frame = following[0] if following else self._frame()

    def _blocks(self, following: list[Any]) -> Iterator[RowBlock]:
        row = 1
        while (frame := self._frame())[0] == "rows":
            yield RowBlock(row, frame[1])
            row += len(frame[1])
        following.append(frame)

    def _frame(self) -> Any:  # noqa: ANN401 - checked by its first word
        out = self._process.stdout
        assert out is not None  # noqa: S101 - asked for above
        length = int.from_bytes(out.read(4), "little")
        data = out.read(length)
        if not data or len(data) < length:
            raise self._died()
        frame = msgspec.msgpack.decode(data)
        if frame[0] == "error":
            raise self._refused(frame[1], frame[2])
        return frame

    def _died(self) -> SourceUnreadable:
        self._process.wait()
        return SourceUnreadable(
            f"{self._name} can't be read as a workbook: it needs too much memory or time, or is damaged",
            hint="Save it again in Excel, or export the sheet as CSV.",
        )

    def _refused(self, code: str, detail: str) -> SourceUnreadable:
        if code == "password":
            return SourceUnreadable(
                f"{self._name} is password-protected", hint="Open it in Excel and save it without a password."
            )
        return SourceUnreadable(
            f"{self._name} can't be read as a workbook: {safe(detail)}",
            hint="Save it again in Excel, or export the sheet as CSV.",
        )

    def close(self) -> None:
        """End the child."""
        self._process.kill()
        if self._process.stdout:
            self._process.stdout.close()
        self._process.wait()


@contextmanager
def open_workbook(stream: BinaryIO, name: str, format_: FileFormat, wanted: tuple[str, ...]) -> Iterator[Workbook]:
    """Open a workbook; its child ends with the context."""
    stream.seek(0)
    book = Workbook(stream, name, format_, wanted)
    try:
        yield book
    finally:
        book.close()


def _places() -> list[str]:
    """Return where the child finds the two libraries it needs; it searches there after its own standard library."""
    places: list[str] = []
    for library in ("msgspec", "python_calamine"):
        spec = find_spec(library)
        if spec is not None and spec.origin is not None:
            places.append(str(Path(spec.origin).parent.parent))
    return places
