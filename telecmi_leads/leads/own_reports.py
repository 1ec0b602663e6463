"""Files that this program wrote as reports: rejects.csv, rejects.xlsx and refused.csv, whatever they are called now."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from telecmi_leads.columns.table import is_own_report
from telecmi_leads.core.errors import LeadsError
from telecmi_leads.core.lead import REJECT_COLUMNS
from telecmi_leads.files import open_source
from telecmi_leads.settings.options import ReadingOptions

if TYPE_CHECKING:
    from pathlib import Path

_HEAD = 1 << 16
_ZIPPED = b"PK\x03\x04"


def own_header(path: Path, *, workbooks: bool = False) -> tuple[str, ...]:
    """Return the header of a report of this program; () for any other file, and for a workbook unless asked for."""
    with suppress(LeadsError, OSError):
        if not path.is_file() or not _may_be_report(path, workbooks=workbooks):  # a pipe must not be read twice
            return ()
        with open_source(path, ReadingOptions()) as source:
            for block in (block for sheet in source.sheets for block in sheet.blocks):
                first = next((row for row in block.rows if any(row)), None)
                if first is not None:
                    return tuple(first) if is_own_report(first) else ()
    return ()


def _may_be_report(path: Path, *, workbooks: bool) -> bool:
    """Tell by a file's first bytes whether it may be a report, in any encoding of Unicode."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(_ZIPPED):
        return workbooks
    text = head.replace(b"\0", b"")
    return all(name.encode() in text for name in REJECT_COLUMNS)
