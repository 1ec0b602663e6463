"""One number in a text, in whatever notation and script: finding it, and taking it out."""

from __future__ import annotations

import re
import unicodedata

from telecmi_leads.core.patterns import pattern
from telecmi_leads.core.text import normalized


def digits_in(text: str) -> tuple[str, tuple[int, ...]]:
    """Return the digits of a text in any script, as ASCII, and where each stands in its NFKC form."""
    shown = normalized(text, "NFKC")
    places = tuple(at for at, char in enumerate(shown) if char.isdecimal())
    return "".join(str(unicodedata.decimal(shown[at])) for at in places), places


def holds_number(text: str, national: str) -> bool:
    """Tell whether a text holds these digits in a row, whatever stands between them and in whatever script."""
    return national in digits_in(text)[0] or (
        _EXPONENT.search(text) is not None and national in digits_in(_written_out(text))[0]
    )


_EXPONENT = pattern(r"(?<!\d)(\d{1,15})(?:\.(\d{0,15}))?E\+?(\d{1,2})(?!\d)", re.IGNORECASE)


def _written_out(text: str) -> str:
    """Return a text in which numbers as spreadsheets write large ones, 9.87651234E9, have all their digits."""

    def whole(found: re.Match[str]) -> str:
        fraction = found[2] or ""
        return f"{found[1]}{fraction}{'0' * max(int(found[3]) - len(fraction), 0)}"

    return _EXPONENT.sub(whole, text)


def without_number(text: str, national: str, instead: str) -> str:
    """Return a text with a number, and the calling code before it, replaced wherever it stands in any notation."""
    if national not in digits_in(text)[0]:
        text = _written_out(text)
    digits, places = digits_in(text)
    found = digits.find(national)
    if found < 0 or not national:
        return text
    shown = normalized(text, "NFKC")
    start, end = places[found], places[found + len(national) - 1] + 1
    while start and (shown[start - 1].isdecimal() or shown[start - 1] in _BEFORE_A_NUMBER):
        start -= 1
    start += len(shown[start:]) - len(shown[start:].lstrip())
    return f"{shown[:start]}{instead}{without_number(shown[end:], national, instead)}"


_BEFORE_A_NUMBER = "+()-. "
"""What stands between a calling code and the number behind it."""
