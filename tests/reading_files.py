"""What the tests of reading share: a file read to its end, and a file read within bounds."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from places import ROOT

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.files import open_source
from telecmi_leads.settings.options import ReadingOptions

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class ReadSheet:
    """A sheet, read to its end."""

    name: str | None
    keys: tuple[str, ...] | None
    encoding: str | None
    delimiter: str | None
    notes: tuple[str, ...]
    rows: list[list[str]]
    first_row: int
    hidden_rows: int = 0


def read_sheets(path: Path | None, options: ReadingOptions | None = None) -> list[ReadSheet]:
    """Read a file to its end; the blocks' row numbers must follow one another."""
    sheets: list[ReadSheet] = []
    with open_source(path, options or ReadingOptions()) as source:
        for sheet in source.sheets:
            rows: list[list[str]] = []
            first_row = 0
            for block in sheet.blocks:
                first_row = first_row or block.first_row
                assert block.first_row == first_row + len(rows)
                assert block.rows
                rows += block.rows
            assert sheet.file == source.file
            sheets.append(
                ReadSheet(
                    sheet.name,
                    sheet.keys,
                    sheet.encoding,
                    sheet.delimiter,
                    sheet.notes,
                    rows,
                    first_row,
                    sheet.hidden_rows,
                )
            )
    return sheets


def read_rows(path: Path | None, options: ReadingOptions | None = None) -> list[list[str]]:
    """Read a file of one sheet; where the format names the columns, the names come first."""
    (sheet,) = read_sheets(path, options)
    return sheet.rows if sheet.keys is None else [list(sheet.keys), *sheet.rows]


def refusal(path: Path | None, options: ReadingOptions | None = None) -> str:
    """Read a file that must be refused; returns the message."""
    with pytest.raises(SourceUnreadable) as caught:
        read_sheets(path, options)
    assert caught.value.hint
    assert caught.value.message.endswith(".")
    return caught.value.message


@dataclass(frozen=True)
class Bounded:
    """How a file was read in a process of its own: what it printed, its time and peak memory with its child's.

    `seconds` are those on the processor, so that a busy machine does not count.
    """

    output: str
    seconds: float
    megabytes: float


_SCRIPT = r"""
import sys
from pathlib import Path
from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.settings.options import ReadingOptions
from telecmi_leads.files import open_source
try:
    with open_source(Path(sys.argv[1]), ReadingOptions()) as source:
        rows = [sum(len(block.rows) for block in sheet.blocks) for sheet in source.sheets]
    print("read", *rows)
except SourceUnreadable as error:
    print("refused", error.message)
import re, resource
usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(sum(usage.ru_utime + usage.ru_stime for usage in usages))
own = int(re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())[1])  # ru_maxrss is inherited
print((own + usages[1].ru_maxrss) / 1024)
"""


def read_bounded(path: Path) -> Bounded:
    """Read a file in a process of its own."""
    run = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=100,
    )
    assert run.stderr == ""
    output, seconds, megabytes = run.stdout.splitlines()
    return Bounded(output, float(seconds), float(megabytes))
