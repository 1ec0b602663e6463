"""Foreign text: cleaned before it is sent, made safe before it is shown.

Text from files and servers is hostile until it has passed here. `clean` makes it fit for the request, `safe` for a
terminal or a log line; `formulas` defuses it for cells of a spreadsheet. What must not be seen in it, the secret and
phone numbers, is hidden by `masking`.
"""

from __future__ import annotations

import unicodedata
from itertools import chain, groupby
from typing import Literal

from telecmi_leads.core.patterns import pattern

NormalForm = Literal["NFC", "NFKC"]
AnyForm = Literal["NFC", "NFD", "NFKC", "NFKD"]

_ZERO_WIDTH_JOINERS = "\u200c\u200d"  # part of how Hindi, Persian and emoji are written: kept inside text
_SHOWN_LIMIT = 200
_MARKS_LIMIT = 8

# What a long run of marks behind one letter consists of: the halfwidth sound marks are letters, and become marks.
_RUN_OF_MARKS = pattern(r"(?:[^\w\s\x00-\x7f]|[\uff9e\uff9f]){64}")
_LONGEST_RUN = 64


def normalized(text: str, form: AnyForm) -> str:
    """Return a text in a Unicode form, as unicodedata does it, in a time that grows with its length alone.

    Python brings the marks behind a letter into their order one by one: a cell of a million, out of order, takes hours.
    """
    if len(text) < _LONGEST_RUN or text.isascii() or unicodedata.is_normalized(form, text):
        return unicodedata.normalize(form, text)
    if _RUN_OF_MARKS.search(text) is not None:
        text = _in_order(text, "NFKD" if "K" in form else "NFD")
    return unicodedata.normalize(form, text)


def _in_order(text: str, form: AnyForm) -> str:
    """Decompose a text and sort its marks (Unicode, 3.11, D109)."""
    parts = {char: unicodedata.normalize(form, char) for char in set(text)}
    ordered: list[str] = []
    decomposed = chain.from_iterable(map(parts.__getitem__, text))
    for _, run in groupby(decomposed, lambda char: unicodedata.combining(char) > 0):
        ordered += sorted(run, key=unicodedata.combining)  # letters have class 0, and stay as they stand
    return "".join(ordered)


def clean(text: str, *, form: NormalForm = "NFC") -> str:
    """Return text fit for the request: Unicode-normalised, without control or invisible characters, trimmed.

    Line breaks and tabs become spaces, and runs of spaces one space. Lone surrogates stay, for the caller to refuse.
    """
    if not text.isprintable():
        text = "".join(map(_cleaned_character, text))
    text = normalized(text, form)  # afterwards: what stood between a letter and its accent may be gone
    return " ".join(text.split())


def fold_name(text: str) -> str:
    """Return what names are compared by, as a service might: without regard to case, blanks and Unicode form."""
    # Twice: folding case can undo the normal form, and the form can bring letters with a case (Unicode, section 3.13).
    folded = normalized(normalized(text, "NFKC").casefold(), "NFKC")
    return " ".join(folded.split())


def _cleaned_character(char: str) -> str:
    if char.isprintable() or char in _ZERO_WIDTH_JOINERS:
        return char
    category = unicodedata.category(char)
    # Invisible ones go without a trace (a soft hyphen stands within a word); control characters leave a space, since a
    # tab or a line break stood between words. Surrogates and private use stay: the caller says what is wrong with them.
    if category in {"Cf", "Cn"}:
        return ""
    return char if category in {"Cs", "Co"} else " "


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
    if char <= "\xff":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\xa0": " "}.get(char, f"\\x{code:02x}")
    return f"\\u{code:04x}" if char <= "\uffff" else f"\\U{code:08x}"
