"""The process that reads a workbook, apart from the program: a damaged or hostile file can end only this one.

Run by path with `python -I`, the workbook as standard input; the arguments are where the libraries lie, what to do
(`read`, with the numbers of hidden sheets to read too, or `explain` why reading died), and the wanted sheets. It gets
no environment, imports nothing of the program, bounds its own memory and time, and writes frames to standard output: a
letter, the payload's length in four bytes, the payload in MessagePack.

B the book (format, sheets, filtered rows, formulas without a value, hidden and struck rows), S a sheet begins (name),
R rows, E an error (code, detail), Z the end.
"""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
import zipfile
from functools import partial
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType

    from python_calamine import CalamineSheet, CalamineWorkbook

    Send = Callable[[bytes, object], None]
    Cells = dict[int, list[int]]
    Merged = dict[int, list[tuple[int, int]]]

_MB = 1024 * 1024
_BLOCK_ROWS = 1024
_BLOCK_CELLS = 65_536

_MEMORY = 384 * _MB
_MEMORY_A_BYTE = 24  # a cell takes 4 bytes packed in a file, and 90 in memory
_MAX_MEMORY = 4096 * _MB
_SECONDS = 4
_BYTES_A_SECOND = 10 * _MB  # a tenth of what this takes on a slow machine

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


if TYPE_CHECKING:
    from telecmi_leads.files import (
        workbook_cells,
        workbook_formats,
        workbook_formulas,
        workbook_looks,
        workbook_ole2,
        workbook_parts,
        workbook_shell,
    )
    from telecmi_leads.files.workbook_cells import Shown
else:

    def _beside(name: str) -> ModuleType:
        """Load a module that lies beside this one, and nothing else of the program."""
        spec = spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
        module = sys.modules[name] = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    if __name__ == "__main__":
        sys.path.extend(sys.argv[1].split("\n"))  # before the other modules, which need a library too
    # In this order: each finds in sys.modules what it needs of those before it.
    workbook_cells = _beside("workbook_cells")
    workbook_parts = _beside("workbook_parts")
    workbook_ole2 = _beside("workbook_ole2")
    workbook_looks = _beside("workbook_looks")
    workbook_formulas = _beside("workbook_formulas")
    _beside("number_formats")
    workbook_formats = _beside("workbook_formats")
    workbook_shell = _beside("workbook_shell")


def main() -> None:
    """Read the workbook on standard input and write its frames."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    gc.disable()  # nothing here holds cycles, and the collector would look through every block of rows
    import msgspec

    out = sys.stdout.buffer
    encoder = msgspec.msgpack.Encoder()

    def send(kind: bytes, payload: object) -> None:
        frame = encoder.encode(payload)
        out.write(kind + len(frame).to_bytes(4, "little") + frame)
        out.flush()

    try:
        task, *hidden = sys.argv[2].split()
        if task == "explain":
            explain(sys.stdin.buffer)
        else:
            _read(sys.stdin.buffer, sys.argv[3:], set(map(int, hidden)), send)
        send(b"Z", None)
    except BrokenPipeError:
        os._exit(0)  # the parent is gone, or has seen enough
    except workbook_shell.Refused as refused:
        send(b"E", (refused.code, refused.detail))
    except workbook_formats.Unplaced:
        send(b"E", ("unplaced", ""))
    except MemoryError:
        send(b"E", ("memory", ""))
    except BaseException as error:  # noqa: BLE001 - also a panic in calamine: whatever it is, the parent must know
        send(b"E", (_what_is_wrong(error), ""))


def _what_is_wrong(error: BaseException) -> str:
    """Return a code for whatever a library raises; its words stay here, since they may quote what is in the file."""
    if type(error).__name__ == "PasswordError":
        return "password"
    return "entities" if "entity" in str(error) else "damaged"


def _read(stream: BinaryIO, wanted: list[str], unhidden: set[int], send: Send) -> None:
    size = bound(stream)
    ole2 = stream.read(8) == _OLE2
    format_, unpacked = ("xls", size) if ole2 else workbook_shell.look_into_zip(stream, exactly=False)
    bound_seconds(_SECONDS + unpacked // _BYTES_A_SECOND)
    doubtful: dict[str, Cells] = {}
    shown: dict[str, list[Shown]] = {}
    if ole2:
        stream, hidden, doubtful, shown = _xls(stream)
    book = Book(stream, format_)
    if not ole2:
        hidden = workbook_parts.hidden_rows(book.stream, format_)
    uncomputed = workbook_formulas.formulas_without_value(book.stream, format_) if format_ in {"xlsx", "ods"} else {}
    looks = workbook_looks.looks_of_xlsx(book.stream, hidden) if format_ == "xlsx" else {}
    merged = workbook_looks.merged_in_ods(book.stream) if format_ == "ods" else {}
    zipped = None if ole2 else workbook_formats.ShownCells(book.stream, format_)
    sheets = book.sheets()
    send(b"B", (format_, [*sheets, *((name, False, True) for name in book.left_out)], hidden, uncomputed, looks))
    for at, (name, is_sheet, is_visible) in enumerate(sheets):
        if name in wanted or (is_sheet and (is_visible or at in unhidden) and not wanted):
            send(b"S", name)
            sheet = book.sheet(name)
            cells = shown.get(name, ()) if zipped is None else zipped.of(book.stream, name)
            below = merged.get(name) or workbook_cells.merged_downwards(sheet)
            send_rows = partial(_send_block, send, unicode=format_ != "xls")
            _send_rows(sheet, cells, below, doubtful.get(name, {}), send_rows)


class Book:
    """A workbook as calamine reads it, or a copy that is set right where it can't; `left_out` are sheets without one.

    `stream` is what is read.

    Raises what calamine raises, and Refused.
    """

    def __init__(self, stream: BinaryIO, format_: str) -> None:
        import python_calamine

        self.left_out: list[str] = []
        self._library = python_calamine
        self._failed = (python_calamine.CalamineError, python_calamine.WorksheetNotFound)
        self.stream = stream
        self._format = format_
        self._repaired = format_ in {"xls", "xlsb"}  # these are not repaired here
        if not self._repaired and workbook_parts.needs_repair(zipfile.ZipFile(stream), format_):
            self._repair()
        self._book = self._loaded()

    def sheets(self) -> list[tuple[str, bool, bool]]:
        """Return each sheet's name, whether it has cells, and whether it is visible."""
        visible, worksheet = self._library.SheetVisibleEnum.Visible, self._library.SheetTypeEnum.WorkSheet
        return [(about.name, about.typ == worksheet, about.visible == visible) for about in self._book.sheets_metadata]

    def sheet(self, name: str) -> CalamineSheet:
        """Read a sheet."""
        try:
            return self._book.get_sheet_by_name(name)
        except self._failed:
            if self._repaired:
                raise
        self._repair()
        if name in self.left_out:
            raise workbook_shell.Refused("lost")
        self._book = self._loaded()
        return self._book.get_sheet_by_name(name)

    def _loaded(self) -> CalamineWorkbook:
        self.stream.seek(0)
        try:
            return self._library.load_workbook(self.stream)
        except self._failed:
            if self._format == "xls":
                workbook_shell.explain_ole2(self.stream)
            if self._repaired:
                raise
        self._repair()
        return self._loaded()

    def _repair(self) -> None:
        code, detail = workbook_parts.ods_bound(self.stream) if self._format == "ods" else ("", "")
        if code:
            raise workbook_shell.Refused(code, detail)
        self.stream, self.left_out = workbook_parts.repaired_zip(self.stream, self._format)
        self._repaired = True


def _xls(stream: BinaryIO) -> tuple[BinaryIO, dict[str, int], dict[str, Cells], dict[str, list[Shown]]]:
    """Return an XLS as it can be read, how many rows of each sheet a filter hides, and each one's odd cells.

    Those are the doubtful ones, and the numbers that show more than their digits.

    Raises Refused for a document of another kind, whatever lies within it.
    """
    stream.seek(0)
    data = stream.read()
    container = workbook_ole2.opened_ole2(data)
    if container is None:
        return stream, {}, {}, {}
    if {"workbook", "book"} & set(map(str.lower, container.names)):
        made = workbook_ole2.repaired_xls(data, container)
        records = container.workbook()[1]
        hidden, doubtful = workbook_ole2.hidden_in_xls(records), workbook_ole2.doubtful_texts(records)
        shown = workbook_formats.shown_in_xls(records)
        return stream if made is None else io.BytesIO(made), hidden, doubtful, shown
    workbook_shell.refuse_other_documents(container.names)
    return stream, {}, {}, {}


def _send_rows(
    sheet: CalamineSheet,
    shown: Iterable[Shown],
    merged: Merged,
    doubtful: Cells,
    send: Callable[[list[list[str]]], None],
) -> None:
    """Send a sheet's rows; raises Refused where a doubtful cell, whose text may be lost, is empty."""
    if doubtful and (sheet.end is None or max(doubtful) > sheet.end[0]):
        raise workbook_shell.Refused("lost text")
    if sheet.start is None or sheet.end is None:
        return
    rows: list[list[str]] = []
    block = max(1, min(_BLOCK_ROWS, _BLOCK_CELLS // (sheet.end[1] + 1)))
    carried: dict[int, tuple[str, int]] = {}
    for at, cells in enumerate(workbook_cells.text_rows(sheet, shown)):
        if at in doubtful and not all(column < len(cells) and cells[column] for column in doubtful[at]):
            raise workbook_shell.Refused("lost text")
        if merged:
            workbook_cells.fill_merged(cells, at, merged, carried)
        while cells and not cells[-1]:
            cells.pop()
        rows.append(cells)
        if len(rows) == block:
            send(rows)
            rows = []
    if rows:
        send(rows)


def _send_block(send: Send, rows: list[list[str]], *, unicode: bool) -> None:
    """Send rows; text with NULs within words, which only an XLS has, is read in a wrong code page and is refused."""
    if not unicode and any("\0" in cell.strip("\0") for row in rows for cell in row):
        raise workbook_shell.Refused("code page")
    send(b"R", rows)


def explain(stream: BinaryIO) -> None:
    """Raise Refused with the reason why reading died, if that can be told."""
    bound(stream)
    if stream.read(8) != _OLE2:
        workbook_shell.look_into_zip(stream, exactly=True)


# --- bounds ----------------------------------------------------------------------------------------


def bound(stream: BinaryIO) -> int:
    """Bound this process by what a file of its size may need; returns the size and goes to the file's start."""
    size = os.fstat(stream.fileno()).st_size
    bound_memory(min(_MEMORY + _MEMORY_A_BYTE * size, _MAX_MEMORY))
    bound_seconds(_SECONDS)
    stream.seek(0)
    return size


def bound_memory(limit: int) -> None:
    """Bound this process's memory to `limit` bytes, where the system can do that, and forbid it to write files."""
    _bound("RLIMIT_AS", limit, limit)
    _bound("RLIMIT_CORE", 0, 0)
    _bound("RLIMIT_FSIZE", 0, 0)


def bound_seconds(limit: int) -> None:
    """Bound this process's time on the processor to `limit` seconds in all, where the system can do that."""
    _bound("RLIMIT_CPU", limit, None)


def _bound(what: str, soft: int, hard: int | None) -> None:
    try:
        import resource

        kind = getattr(resource, what)
        resource.setrlimit(kind, (soft, resource.getrlimit(kind)[1] if hard is None else hard))
    except (ImportError, OSError, ValueError):
        return  # macOS does not bound the address space


if __name__ == "__main__":
    main()
