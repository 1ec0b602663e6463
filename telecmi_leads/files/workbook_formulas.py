"""Formulas without a value in a workbook: calamine gives empty cells for them, and the reader is told how many.

Run within the child process (workbook_child), which loads it by its path: it imports nothing of the program.
"""

from __future__ import annotations

import re
import sys
import zipfile
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from telecmi_leads.files import workbook_parts
else:
    workbook_parts = sys.modules["workbook_parts"]

_MB = 1024 * 1024
_UNCOMPUTED = re.compile(
    rb"<(?:\w{1,20}:)?c(?![^<>]{0,200}\st=[\"']str)(?:\s[^<>]{0,200})?><(?:\w{1,20}:)?f\b[^<>]{0,500}(?:/>|>[^<]{0,8192}</)"
    rb"(?:(?:\w{1,20}:)?f>)?(?:<(?:\w{1,20}:)?v\s?/>|<(?:\w{1,20}:)?v></(?:\w{1,20}:)?v>)?</(?:\w{1,20}:)?c>"
)
_UNCOMPUTED_ODS = re.compile(
    rb"<table:(table)\s([^<>]{0,2000})>|<table:table-cell\b(?=[^<>]{0,2000}\stable:formula=)"
    rb"(?![^<>]{0,2000}\soffice:value-type=)[^<>]{0,2000}(?:/>|></table:table-cell>)"
)
_ODS_SIGNS = (b"table:formula=", b"<table:table ")
# A quick look for any formula; two expressions, since one for both takes ten times as long.
_FORMULA, _NAMED_FORMULA = re.compile(rb"<f"), re.compile(rb":f[ />]")
_LOOKED_THROUGH = 64 * _MB  # of a sheet, for formulas without a value: larger ones are not written by small programs


def formulas_without_value(stream: BinaryIO, format_: str) -> dict[str, int]:
    """Return how many formulas of each sheet have no value: programs write them, and only a spreadsheet computes.

    An empty text that is the value of a formula is one (`t="str"`). Told of XLSX and ODS alone.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            return _uncomputed_in_xlsx(archive) if format_ == "xlsx" else _uncomputed_in_ods(archive)
    except (KeyError, *workbook_parts.UNREADABLE):
        return {}  # what is wrong with it is said when it is read


def _uncomputed_in_xlsx(archive: zipfile.ZipFile) -> dict[str, int]:
    found = {}
    for about in workbook_parts.xlsx_sheets(archive):
        if about.path and archive.getinfo(about.path).file_size <= _LOOKED_THROUGH:
            with archive.open(about.path) as sheet:
                pieces = filter(_may_hold_formulas, workbook_parts.whole_tags(sheet))
                found[about.name] = sum(len(_UNCOMPUTED.findall(piece)) for piece in pieces)
    return found


def _uncomputed_in_ods(archive: zipfile.ZipFile) -> dict[str, int]:
    found: dict[str, int] = {}
    name = ""
    with archive.open("content.xml") as content:
        pieces = (piece for piece in workbook_parts.whole_tags(content) if any(sign in piece for sign in _ODS_SIGNS))
        for piece in pieces:
            for table, about in _UNCOMPUTED_ODS.findall(piece):
                if table:
                    name = workbook_parts.attributes(b" " + about).get("table:name", "")
                else:
                    found[name] = found.get(name, 0) + 1
    return found


def _may_hold_formulas(piece: bytes) -> bool:
    return _FORMULA.search(piece) is not None or _NAMED_FORMULA.search(piece) is not None
