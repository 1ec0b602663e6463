"""From what people type and programs export to ASCII: digits of any script, dashes, masks, invisible characters."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from telecmi_leads.core.reasons import Repair

MASK = "*"
"""What every character that hides a digit becomes."""

# Bullets, boxes, circles, and the asterisks and the multiplication sign that are none of ASCII's.
_MASKS = "•●▪▫■□█▇░▒▓✱✲○◦⬤\u2217\uff0a\u00d7"
_SINGLE_QUOTES = "\u2018\u2019\u201a\u201b\u00b4\u02bc\u2032"
_DOUBLE_QUOTES = "\u201c\u201d\u201e\u2033"
_DOTS = "\u00b7\u2027\u22c5\u2219"
_DASHES = "\u2212\u30fc\u02d7"  # minus, the long-vowel mark that stands for a dash, a modifier minus
_BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"

_TABLE: dict[str, tuple[str, Repair | None]] = {
    "\t": ("\t", None),
    "\u2026": ("...", None),
    **{chr(code): (chr(code), None) for code in range(0x20, 0x7F)},
    **dict.fromkeys(_BREAKS, ("\n", None)),
    **dict.fromkeys(_MASKS, (MASK, None)),
    **dict.fromkeys(_SINGLE_QUOTES, ("'", None)),
    **dict.fromkeys(_DOUBLE_QUOTES, ('"', None)),
    **dict.fromkeys(_DOTS, (".", Repair.PUNCTUATION)),
    **dict.fromkeys(_DASHES, ("-", Repair.PUNCTUATION)),
}


def to_ascii(text: str) -> tuple[str, set[Repair]]:
    """Return the text with ASCII digits, punctuation and spaces, and which repairs that took.

    Letters of any script stay, line breaks of every kind become a newline, masking characters `MASK`.
    """
    if text.isascii() and text.isprintable():
        return text, set()
    made: set[Repair] = set()
    kept: list[str] = []
    for char in text:
        replaced, repair = _TABLE.get(char) or _by_category(char)
        kept.append(replaced)
        if repair is not None:
            made.add(repair)
    return "".join(kept), made


@lru_cache(maxsize=1024)
def _by_category(char: str) -> tuple[str, Repair | None]:
    """Say what becomes of a character that has no entry of its own."""
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit), Repair.OTHER_DIGITS
    category = unicodedata.category(char)
    if category == "Pd":
        return "-", Repair.PUNCTUATION
    if category == "Zs":
        return " ", Repair.INVISIBLE
    if category in {"Cc", "Cf", "Me"} or unicodedata.name(char, "").startswith("VARIATION SELECTOR"):
        return "", Repair.INVISIBLE
    plain = unicodedata.normalize("NFKC", char)
    if len(plain) == 1 and plain.isascii():
        return plain, None if plain.isalpha() else Repair.PUNCTUATION
    return char, None
