"""The process that reads a workbook, apart from the program: a damaged or hostile file can only end this one.

Run by path with `python -I`, the workbook as standard input and the sheets' names as arguments; writes frames
to standard output, each four bytes of length and one message in MessagePack. It imports nothing of the
program, and gets no environment.
"""

from __future__ import annotations

import signal
import sys
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

BLOCK_CELLS = 65_536


def main() -> None:
    """Read the workbook on standard input and write its frames."""
    places, wanted = sys.argv[1].split("\n"), sys.argv[2:]
    sys.path.extend(places)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import msgspec
    import python_calamine

    out = sys.stdout.buffer
    encoder = msgspec.msgpack.Encoder()

    def send(*message: Any) -> None:  # noqa: ANN401 - any frame
        frame = encoder.encode(message)
        out.write(len(frame).to_bytes(4, "little"))
        out.write(frame)
        out.flush()

    try:
        sys.stdin.buffer.seek(0)  # the parent has looked at the beginning
        with python_calamine.load_workbook(sys.stdin.buffer) as book:
            _read(book, wanted, send)
    except python_calamine.PasswordError:
        send("error", "password", "")
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        send("error", "damaged", str(error))
    except MemoryError:
        send("error", "memory", "")


def _read(book: Any, wanted: list[str], send: Any) -> None:  # noqa: ANN401 - calamine's objects
    sheets = []
    for about in book.sheets_metadata:
        kind, state = str(about.typ).rpartition(".")[2], str(about.visible).rpartition(".")[2]
        sheets.append((about.name, kind == "WorkSheet", state == "Visible"))
    send("book", sheets)
    for name, is_sheet, visible in sheets:
        if (is_sheet and visible and not wanted) or name in wanted:
            sheet = book.get_sheet_by_name(name)
            send("sheet", name)
            _send_rows(sheet, send)
    send("end")


def _send_rows(sheet: Any, send: Any) -> None:  # noqa: ANN401 - calamine's objects
    if sheet.start is None:
        return
    rows: list[list[str]] = [[] for _ in range(sheet.start[0])]
    size = max(1, min(4096, BLOCK_CELLS // max(sheet.width, 1)))
    for row in sheet.iter_rows():
        cells = [cell if type(cell) is str else text(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        rows.append(cells)
        if len(rows) >= size:
            send("rows", rows)
            rows = []
    if rows:
        send("rows", rows)


def text(cell: Any) -> str:  # noqa: ANN401 - any of calamine's values
    """Return a cell as it was typed: whole numbers without a fraction or exponent, dates in ISO form."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < 1e15:  # noqa: PLR2004 - beyond, digits are no longer exact
            return str(int(cell))
        return format(Decimal(repr(cell)), "f").removesuffix(".0")
    if isinstance(cell, datetime):
        moment = cell.isoformat(sep=" ")
        return moment.removesuffix(" 00:00:00")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)


if __name__ == "__main__":
    main()
