"""What a reader of a workbook sees of its cells beside their values: merges of OpenDocument, hidden and struck rows.

calamine tells none of these. A workbook without them, as nearly all are, costs a quick look through its sheets.

Run within the child process (workbook_child), which loads it by its path: it imports nothing of the program.
"""

from __future__ import annotations

import re
import sys
import zipfile
from typing import IO, TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from telecmi_leads.files import workbook_parts

    Merged = dict[int, list[tuple[int, int]]]
else:
    workbook_parts = sys.modules["workbook_parts"]

_SPANNED = re.compile(rb":number-rows-spanned=[\"'](?!1[\"'])")
_ODS_TAG = re.compile(rb"<table:(table-row|table-cell|covered-table-cell|table(?=\s))([^<>]{0,2000})>")
_NUMBER = re.compile(rb":number-(rows-repeated|columns-repeated|rows-spanned|columns-spanned)=[\"'](\d{1,7})[\"']")
_MOST_MERGED = 100_000  # cells, of one file

_STYLES = re.compile(r"xl/(?:.*/)?styles\d*\.xml", re.IGNORECASE)
_FONTS, _CELL_STYLES = (
    re.compile(rb"<(?:\w{1,20}:)?%s\b.*?</(?:\w{1,20}:)?%s>" % (name, name), re.DOTALL)
    for name in (b"fonts", b"cellXfs")
)
_FONT = re.compile(rb"<(?:\w{1,20}:)?font(?:\s?/>|>(.*?)</(?:\w{1,20}:)?font>)", re.DOTALL)
_STRUCK = re.compile(rb"<(?:\w{1,20}:)?strike(?![^<>]*\sval=[\"'](?:0|false)[\"'])[\s/>]")
_CELL_STYLE = re.compile(rb"<(?:\w{1,20}:)?xf\b([^<>]{0,2000})>")
_FONT_OF_STYLE = re.compile(rb"\sfontId=[\"'](\d{1,6})[\"']")
_HIDDEN_ROW = re.compile(
    rb"<(?:\w{1,20}:)?row\b[^<>]{0,500}?\shidden=[\"'](?:1|true)[\"'][^<>]{0,500}>\s{0,20}<(?:\w{1,20}:)?c\b"
)


def merged_in_ods(stream: BinaryIO) -> dict[str, Merged]:
    """Return the cells of each OpenDocument sheet merged with those below: first row → column and last row."""
    found: dict[str, Merged] = {}
    try:
        with zipfile.ZipFile(stream) as archive, archive.open("content.xml") as content:
            if not any(map(_SPANNED.search, workbook_parts.whole_tags(content))):
                return {}
        with zipfile.ZipFile(stream) as archive, archive.open("content.xml") as content:
            name, row, rows, column, left = "", 0, 0, 0, _MOST_MERGED
            for piece in workbook_parts.whole_tags(content):
                for tag, about in _ODS_TAG.findall(piece):
                    told = {key: int(number) for key, number in _NUMBER.findall(about)}
                    if tag == b"table":
                        name, row, rows = workbook_parts.attributes(b" " + about).get("table:name", ""), 0, 0
                    elif tag == b"table-row":
                        row, rows, column = row + rows, told.get(b"rows-repeated", 1), 0
                    else:
                        down = told.get(b"rows-spanned", 1)
                        if down > 1 and told.get(b"columns-spanned", 1) == 1 and left:
                            left -= 1
                            found.setdefault(name, {}).setdefault(row, []).append((column, row + down - 1))
                        column += told.get(b"columns-repeated", 1)
    except (KeyError, *workbook_parts.UNREADABLE):
        return {}  # what is wrong with it is said when it is read
    return found


def looks_of_xlsx(stream: BinaryIO, filtered: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Return how many rows of each sheet of an XLSX are hidden by hand, and how many have struck-through cells.

    Hidden rows of `filtered` sheets are told elsewhere.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            count = _struck_rows(_struck_styles(archive))
            found = {}
            for about in workbook_parts.xlsx_sheets(archive):
                if about.path:
                    with archive.open(about.path) as sheet:
                        looked = [(_hidden_rows(piece), count(piece)) for piece in _by_rows(sheet)]
                    hidden = 0 if about.name in filtered else sum(each for each, _ in looked)
                    found[about.name] = (hidden, sum(each for _, each in looked))
    except (KeyError, *workbook_parts.UNREADABLE):
        return {}
    return {name: counts for name, counts in found.items() if any(counts)}


def _by_rows(part: IO[bytes]) -> Iterator[bytes]:
    """Walk a sheet in pieces that end where a row begins, so that none is looked at in halves."""
    rest = b""
    for more in workbook_parts.whole_tags(part):
        piece = rest + more
        at = piece.rfind(b"<row")
        cut = at if at > 0 and len(piece) - at < workbook_parts.PIECE else len(piece)
        yield piece[:cut]
        rest = piece[cut:]
    yield rest


def _hidden_rows(piece: bytes) -> int:
    return len(_HIDDEN_ROW.findall(piece)) if b" hidden=" in piece else 0


def _struck_styles(archive: zipfile.ZipFile) -> list[int]:
    """Return the cell styles of an XLSX whose font is struck through."""
    name = next((name for name in archive.namelist() if _STYLES.fullmatch(name.replace("\\", "/"))), "")
    styles = workbook_parts.read_part(archive, name)
    fonts, cells = _FONTS.search(styles), _CELL_STYLES.search(styles)
    if fonts is None or cells is None or not _STRUCK.search(fonts[0]):
        return []
    struck = {at for at, font in enumerate(_FONT.findall(fonts[0])) if _STRUCK.search(font)}
    of_styles = (_FONT_OF_STYLE.search(about) for about in _CELL_STYLE.findall(cells[0]))
    return [style for style, font in enumerate(of_styles) if font and int(font[1]) in struck]


def _struck_rows(styles: list[int]) -> Callable[[bytes], int]:
    """Return what counts the rows of a piece that have a filled cell of one of these styles."""
    if not styles:
        return lambda _: 0
    told = b"|".join(b"%d" % style for style in styles)
    style = re.compile(rb"\ss=[\"'](?:%s)[\"']" % told)
    tag = re.compile(
        rb"<(?:\w{1,20}:)?(row)\b|<(?:\w{1,20}:)?c\b(?=[^<>]{0,500}?\ss=[\"'](?:%s)[\"'])[^<>]{0,500}(?<!/)>" % told
    )

    def count(piece: bytes) -> int:
        rows, is_new = 0, True
        for row in tag.findall(piece) if style.search(piece) else ():
            rows += not row and is_new
            is_new = bool(row)
        return rows

    return count
