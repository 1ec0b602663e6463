"""Cells that a spreadsheet would run as a formula: defused before they are written, restored when read back."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# What a spreadsheet runs as a formula when a cell starts with it (OWASP, "CSV injection"), full-width forms included.
_SIGNS = frozenset("=+-@\uff1d\uff0b\uff0d\uff20\u2212\ufe62\ufe63\ufe66\ufe6b")
# A cell may be opened with another delimiter than it was written with; then a cell begins behind each of these.
_ENDS_CELL = re.compile(r"[,;|\t\r\n]")
# What a spreadsheet passes over before such a sign: quotes, blanks, control and invisible characters; and cells' ends.
_INVISIBLE = (
    r"\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u2060-\u206f\u2800\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_PASSED = rf"[\s,;|'\"\x00-\x1f\x7f-\x9f{_INVISIBLE}]"
_PASSED_OVER = re.compile(f"{_PASSED}+")
_ANY_SIGN = re.compile(rf"[{re.escape(''.join(_SIGNS))}\t\r\n]")  # most cells have none, which is soon seen
_ANY_UNSAFE = re.compile(rf"(?:\A|{_PASSED})[{re.escape(''.join(_SIGNS))}]|\A'*[\t\r\n]")
_UNSAFE_START = re.compile(r"'*[\t\r\n]")


def defuse(cell: str) -> str:
    """Return the cell such that no spreadsheet runs it, whatever delimiter it takes: comma, semicolon, tab or pipe.

    An apostrophe goes before what would start a formula, at the cell's beginning and behind each delimiter in it.
    """
    if not (_ANY_SIGN.search(cell) and _ANY_UNSAFE.search(cell)):
        return cell
    if cell[0] in _SIGNS and not _ANY_UNSAFE.search(cell, 1):  # +91 98765 43210, as most unsafe cells are
        return _prefixed(cell)
    return _with_apostrophes(cell, put_in=True)


@cache
def _kinds() -> bytes:
    """Return a table of ASCII: signs to one sign, what is passed over to a blank, what ends lines to a tab."""
    return bytes(
        ord("\t" if char in "\t\r\n" else " " if re.match(_PASSED, char) else "=" if char in _SIGNS else "x")
        for char in map(chr, range(256))
    )


def may_run(cells: Sequence[str]) -> bool:
    """Tell whether `defuse` may change a cell of a column, by a scan of the whole; may say yes where it would not."""
    text = "\x1f" + "\x1f".join(cells)  # passed over, as what ends a cell is
    if text.isascii():
        kinds = text.encode().translate(_kinds())
        return b" =" in kinds or b"\t" in kinds
    return _ANY_SIGN.search(text) is not None and (
        _ANY_UNSAFE.search(text) is not None or any(char in text for char in "\t\r\n")
    )


def restore(cell: str) -> str:
    """Undo `defuse`, for reading back a file that this program wrote."""
    return _with_apostrophes(cell, put_in=False) if "'" in cell else cell


def _with_apostrophes(cell: str, *, put_in: bool) -> str:
    """Put an apostrophe where a cell would begin with a sign, or take one away there. Linear in the cell's length."""
    change = _prefixed if put_in else _unprefixed
    parts: list[str] = []
    at = 0
    for gap in _PASSED_OVER.finditer(cell):
        parts.append(cell[at : gap.start()])
        at = gap.end()
        followed = at < len(cell) and cell[at] in _SIGNS
        begins = gap.start() == 0 and (followed or _UNSAFE_START.match(gap[0]) is not None)
        if not followed:
            parts.append(change(gap[0]) if begins else gap[0])
            continue
        pieces = _ENDS_CELL.split(gap[0])
        ends = _ENDS_CELL.findall(gap[0])
        parts.append(change(pieces[0]) if begins else pieces[0])
        parts += [end + change(piece) for end, piece in zip(ends, pieces[1:], strict=True)]
    parts.append(cell[at:])
    whole = "".join(parts)
    return f"'{whole}" if put_in and cell[:1] in _SIGNS else whole


def _prefixed(text: str) -> str:
    return f"'{text}"


def _unprefixed(text: str) -> str:
    return text.removeprefix("'")
