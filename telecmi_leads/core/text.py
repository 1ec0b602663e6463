"""Foreign text: cleaned before it is sent, made safe before it is shown, defused before it is written.

Text from files and servers is hostile until it has passed here. `clean*` make it fit for the request,
`safe` for a terminal or a log line, `defuse` and `restore` for cells of a spreadsheet, `mask_phone` for screens.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

NormalForm = Literal["NFC", "NFKC"]

_ZERO_WIDTH_JOINERS = "\u200c\u200d"  # part of how Hindi, Persian and emoji are written: kept inside text
_BETWEEN = "^"  # printable, never part of what normalises, and hardly ever beside a space
_SHOWN_LIMIT = 200
_MARKS_LIMIT = 8

# What a spreadsheet runs as a formula when a cell starts with it (OWASP, "CSV injection"), full-width forms included.
_TRIGGER = "=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20"
_RUNS_AS_FORMULA = re.compile(f"'*[{_TRIGGER}]")
_DEFUSED = re.compile(f"'+[{_TRIGGER}]")

_DATE = re.compile(
    r"(?:(?:19|20)\d\d([-/.])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])|(?:0?[1-9]|[12]\d|3[01])([-/.])"
    r"(?:0?[1-9]|[12]\d|3[01])\2(?:19|20)\d\d)(?: (?:[01]\d|2[0-3]))?",
    re.ASCII,
)
_LIKE_A_PHONE = re.compile(r"\d(?:[\s().+/\-]*\d){6,}")


def clean(text: str, *, form: NormalForm = "NFC") -> str:
    """Return text fit for the request: Unicode-normalised, without control or invisible characters, trimmed.

    Line breaks and tabs become spaces, and runs of spaces one space. Lone surrogates stay, for the caller to refuse.
    """
    if not text.isprintable():
        text = "".join(map(_cleaned_character, text))
    text = unicodedata.normalize(form, text)  # afterwards: what stood between a letter and its accent may be gone
    return " ".join(text.split())


def _cleaned_character(char: str) -> str:
    if char.isprintable() or char in _ZERO_WIDTH_JOINERS:
        return char
    category = unicodedata.category(char)
    if category in {"Cf", "Cn"}:
        return ""
    return char if category in {"Cs", "Co"} else " "


def joined(cells: Sequence[str]) -> str:
    """Join a column, for questions to the whole of it: one scan costs far less than a look at each cell."""
    return _BETWEEN.join(cells)


def is_clean(together: str, *, form: NormalForm = "NFC") -> bool:
    """Tell whether `clean` would leave every cell of a `joined` column as it is; may say no where it would."""
    if not together.isprintable() or not (together.isascii() or unicodedata.is_normalized(form, together)):
        return False
    return " " not in together or not (
        "  " in together
        or f" {_BETWEEN}" in together
        or f"{_BETWEEN} " in together
        or together.startswith(" ")
        or together.endswith(" ")
    )


def clean_column(cells: Sequence[str], *, form: NormalForm = "NFC") -> Sequence[str]:
    """Clean a column of cells; returns the very sequence where there was nothing to clean, as mostly."""
    if is_clean(joined(cells), form=form):
        return cells
    return [clean(cell, form=form) if cell else cell for cell in cells]


def safe(text: str, limit: int = _SHOWN_LIMIT) -> str:
    r"""Return foreign text as one harmless line of at most `limit` characters.

    Control, escape, bidi and other invisible characters are shown as `\x1b` or `\u202e`; combining marks
    that pile up are cut. What the reader sees is what is there.
    """
    shown = text[: limit + 1]  # escapes only lengthen: what is beyond can't be shown anyway
    if not shown.isascii():
        shown = _bounded_marks(shown)
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() or c in _ZERO_WIDTH_JOINERS else _escaped(c) for c in shown)
    if len(shown) > limit or len(text) > limit:
        return f"{shown[: limit - 1].removesuffix('…')}…"
    return shown


def _bounded_marks(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) or unicodedata.category(char) == "Me" else 0
        if marks <= _MARKS_LIMIT:
            kept.append(char)
        elif marks == _MARKS_LIMIT + 1:
            kept.append("…")
    return "".join(kept)


def _escaped(char: str) -> str:
    code = ord(char)
    if code <= 0xFF:  # noqa: PLR2004 - one byte
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\xa0": " "}.get(char, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - two bytes


def defuse(cell: str) -> str:
    """Return the cell such that no spreadsheet runs it: an apostrophe goes before what would start a formula."""
    return f"'{cell}" if _RUNS_AS_FORMULA.match(cell) else cell


def restore(cell: str) -> str:
    """Undo `defuse`, for reading back a file that this program wrote."""
    return cell[1:] if _DEFUSED.match(cell) else cell


def mask_phone(digits: str) -> str:
    """Return an E.164 number for a screen: the first four and the last three digits, the rest as dots."""
    if len(digits) < 9:  # noqa: PLR2004 - fewer would leave nothing masked
        return digits[:2] + "•" * max(len(digits) - 2, 0)
    return f"{digits[:4]}{'•' * (len(digits) - 7)}{digits[-3:]}"


def mask_text(text: str) -> str:
    """Return any text for a screen with what may be phone numbers masked: seven digits or more in a row.

    Punctuation may stand between the digits. Of nine or more the first four and the last three stay, of fewer the
    first two. A date, with the hour that may follow it, is no number.
    """
    return _LIKE_A_PHONE.sub(_masked_digits, text)


def _masked_digits(found: re.Match[str]) -> str:
    if _DATE.fullmatch(found[0]):
        return found[0]
    digits = sum(map(str.isdecimal, found[0]))
    head, tail = (2, 0) if digits < 9 else (4, 3)  # noqa: PLR2004 - as in mask_phone
    shown: list[str] = []
    at = 0
    for char in found[0]:
        if not char.isdecimal():
            shown.append(char)
            continue
        shown.append(char if at < head or at >= digits - tail else "•")
        at += 1
    return "".join(shown)
