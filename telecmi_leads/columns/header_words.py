"""A column name → its words, so that spelling, case, accents and punctuation no longer matter.

Pure functions. Both the lexicon's phrases and a file's column names pass here, so that what is folded is
folded on both sides.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LONGEST_NAME = 400
"""Characters of a column name that are looked at: a question may be long, a damaged file's header without end."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_DIGITS_MEET_LETTERS = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")

# Letters that Unicode does not take apart into a base letter and an accent, and Arabic letters written either way.
_FOLDED = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "\u0131": "i",  # Turkish, without a dot
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ى": "ي",
        "ی": "ي",
        "ک": "ك",
        "\u0629": "\u0647",  # ta marbuta, often written as ha
        "ـ": "",
        "ँ": "ं",
    }
)
# Combining marks that are accents; the vowel signs of Indic, Thai or Hebrew script are letters and stay.
_ACCENTS = frozenset(
    (*map(chr, range(0x300, 0x370)), *map(chr, range(0x64B, 0x660)), "\u0670", "\u093c", "\u09bc", "\u0abc")
)
_ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_WRITTEN_APART = {
    ("e", "mail"): "email",
    ("e", "mails"): "emails",
    ("whats", "app"): "whatsapp",
    ("whats", "up"): "whatsapp",
    ("land", "line"): "landline",
    ("sur", "name"): "surname",
    ("hand", "phone"): "handphone",
    ("cell", "ular"): "cellular",
}


def plain(name: str) -> str:
    """Return the name folded: lower case, NFKC, accents off, punctuation as spaces, runs of spaces as one."""
    text = name[:_LONGEST_NAME].lower() if name.isascii() else _folded(name[:_LONGEST_NAME])
    return (
        " ".join("".join(char if char.isalnum() else " " for char in text).split()) if text.isascii() else _spaced(text)
    )


def _folded(name: str) -> str:
    text = unicodedata.normalize("NFKC", name.replace("°", "o")).translate(_ZERO_WIDTH).casefold()
    text = "".join(char for char in unicodedata.normalize("NFD", text) if char not in _ACCENTS)
    return unicodedata.normalize("NFC", text).translate(_FOLDED)


def _spaced(text: str) -> str:
    kept = (char if unicodedata.category(char)[0] in "LMN" else " " for char in text)
    return " ".join("".join(kept).split())


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """Return the words of a column name.

    `PhoneNumber`, `phone_number` and `Phone-Number` are ("phone", "number"); `Mob1` is ("mob", "1"); `E-Mail` is
    ("email",). Digits of any script become ASCII, the Arabic article goes.
    """
    text = plain(_CAMEL.sub(" ", name[:_LONGEST_NAME]))
    text = _DIGITS_MEET_LETTERS.sub(" ", text)
    parts = [_word(part) for part in text.split()]
    joined: list[str] = []
    for part in parts:
        together = _WRITTEN_APART.get((joined[-1], part)) if joined else None
        if together:
            joined[-1] = together
        else:
            joined.append(part)
    return tuple(joined)


def _word(part: str) -> str:
    if part.isascii():
        return part.lstrip("0") or "0" if part.isdigit() else part
    if part.isdecimal():
        return str(int(part))
    while part.startswith("ال") and len(part) > 4:  # noqa: PLR2004 - a root has three letters
        part = part[2:]
    return part
