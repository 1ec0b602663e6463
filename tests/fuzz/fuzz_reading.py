"""Coverage-guided fuzzing of the readers: whatever the bytes, they are read or refused, and nothing else happens.

    python tests/fuzz/fuzz_reading.py TARGET [-max_total_time=600] [any option of libFuzzer] [FOLDER WITH SEEDS]

TARGET is one of text, json, lines, html, vcard, gzip, shell, workbook. Needs atheris, which the project does not
install.
"""

from __future__ import annotations

import io
import struct
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

with atheris.instrument_imports(include=["telecmi_leads"]):
    from telecmi_leads.core.errors import SourceUnreadable
    from telecmi_leads.files.delimited import read_delimited
    from telecmi_leads.files.encoding import text_file
    from telecmi_leads.files.html_tables import read_html
    from telecmi_leads.files.json_files import read_json
    from telecmi_leads.files.opening import unpacked
    from telecmi_leads.files.sheets import SheetsTold
    from telecmi_leads.files.vcard import read_vcard
    from telecmi_leads.files.workbook_child import workbook_formulas, workbook_ole2, workbook_parts, workbook_shell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from telecmi_leads.files import Sheet

JOINERS = dict.fromkeys(map(ord, "\u200c\u200d"))
"""What `safe` leaves in a text, since Persian and the scripts of India are not written without them."""


def drain(sheets: Iterator[Sheet]) -> None:
    """Read all sheets; every cell must be text and every row must have its number."""
    for sheet in sheets:
        row = 0
        for block in sheet.blocks:
            assert block.rows
            assert row in {0, block.first_row}
            row = block.first_row + len(block.rows)
            assert all(type(cell) is str for cells in block.rows for cell in cells)
            assert sheet.keys is None or all(len(cells) in {0, len(sheet.keys)} for cells in block.rows)


def no_list(_name: str) -> bool:
    """Tell that no list is one of people not to be called."""
    return False


def shell(stream: BinaryIO) -> None:
    """Look into a workbook's shell as the child does before it reads."""
    try:
        workbook_shell.look_into_zip(stream, exactly=True)
        workbook_shell.explain_ole2(stream)
    except (workbook_shell.Refused, RuntimeError):  # zipfile raises RuntimeError for entries with a password
        return
    except Exception as error:
        if type(error).__module__ not in {"zipfile", "zlib"}:
            raise


def workbook(stream: BinaryIO) -> None:
    """Look for the parts of a workbook as the child does: no loop without an end, no more memory than it may take."""
    data = stream.read()
    with suppress(*DAMAGED):
        workbook_ole2.hidden_in_xls(data)
        workbook_ole2.doubtful_texts(data)
    with suppress(*DAMAGED):
        container = workbook_ole2.opened_ole2(data)
        if container is not None:
            workbook_ole2.repaired_xls(data, container)
    with suppress(*DAMAGED):
        stream.seek(0)
        format_, _ = workbook_shell.look_into_zip(stream, exactly=False)
        workbook_parts.hidden_rows(stream, format_)
        workbook_formulas.formulas_without_value(stream, "xlsx")
        workbook_parts.repaired_zip(stream, format_)


DAMAGED = (
    struct.error,
    IndexError,
    KeyError,
    RuntimeError,
    workbook_shell.Refused,
    *workbook_parts.UNREADABLE,
)
"""What the child catches, and takes for a damaged file."""

TARGETS: dict[str, Callable[[BinaryIO], None]] = {
    "text": lambda stream: drain(read_delimited(text_file(stream, "f", 20_000))),
    "json": lambda stream: drain(read_json(text_file(stream, "f", 20_000), (), no_list, SheetsTold(), lines=False)[1]),
    "lines": lambda stream: drain(read_json(text_file(stream, "f", 20_000), (), no_list, SheetsTold(), lines=True)[1]),
    "html": lambda stream: drain(read_html(text_file(stream, "f", 20_000), (), no_list, SheetsTold())),
    "vcard": lambda stream: drain(read_vcard(text_file(stream, "f", 20_000))),
    "gzip": lambda stream: drain(read_delimited(text_file(unpacked(stream, "f", 1000), "f", 20_000))),
    "shell": shell,
    "workbook": workbook,
}


def main() -> None:
    """Fuzz the target that the command line names."""
    read = TARGETS[sys.argv.pop(1)]

    def one_input(data: bytes) -> None:
        try:
            read(io.BytesIO(data))
        except SourceUnreadable as refused:
            if not refused.message.translate(JOINERS).isprintable():
                raise

    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
