"""Bytes of a code page → which one it is: judged by the lines that have bytes outside ASCII.

Every candidate, a code page for a language, decodes the words with bytes outside ASCII, and is rated by what comes out:
letters of that language count for it; letters it does not use, signs within words, a capital after a small letter and
two scripts in one word count against it. Short lists are the rule, so letters tell more than their frequencies do.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

DEFAULT = "cp1252"

LABELS = {
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp1252": "Windows-1252",
    "cp1253": "Windows-1253",
    "cp1254": "Windows-1254",
    "cp1255": "Windows-1255",
    "cp1256": "Windows-1256",
    "cp1257": "Windows-1257",
    "cp874": "Windows-874",
    "cp850": "DOS 850",
    "cp866": "DOS 866",
    "koi8_r": "KOI8-R",
    "mac_roman": "Mac Roman",
    "iso8859_2": "ISO 8859-2",
    "gb18030": "GB 18030",
    "big5": "Big5",
    "big5hkscs": "Big5",
    "cp932": "Shift JIS",
    "cp949": "Windows-949",
}

_LARGER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
}


def larger(codec: str) -> str:
    """Return the larger code page of a codec's family, which files in truth have, as browsers do (WHATWG, Encoding).

    `codec` is the name that Python gives it; one that has no larger family is returned as it is.
    """
    return _LARGER.get(codec, codec)


_WORD = re.compile(rb"[A-Za-z'\x80-\xff]+")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_WORDS = 800
# The signs of Windows-1252 where they may stand beside a letter: after one, before one, on both sides, or on neither.
_AFTER_LETTERS = frozenset("…™®©”»›†‡")
_BEFORE_LETTERS = frozenset("“‘„‚«‹¡¿•§©")
_JOINS = frozenset("’–—\xa0\xad·°")
_ALONE = frozenset("€£¥¢±²³¼½¾×µ¹ºª´¨¬¤¦")
_SIGN_OF = {
    byte: sign
    for byte in range(0x80, 0x100)
    if (sign := bytes([byte]).decode(DEFAULT, "replace")) in _AFTER_LETTERS | _BEFORE_LETTERS | _JOINS | _ALONE
}
_MOST_SIGNS = 3  # one after the other; more are letters of another alphabet, unless they are all one sign
_SIGNS = frozenset("’‘“”–—…€«»„‚·´ªº°№\xad®™£§¿¡\xa0")

# Letters outside ASCII of each language, small; capitals are added. A code page stands once for each of its languages.
_WESTERN = ("éèêëàâçîïôùûüÿœæ", "äöüßé", "áéíóúñü", "ãõçáéíóúâêôàü", "àèéìòùí", "åäöéü", "æøåéö", "àçéèíïóòúü·ñ")
_ICELANDIC = "áéíóúýþæöð"
_CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "čćđšž", "ăâîşţ")
_CYRILLIC = ("оеаинтсрвлкмдпуя", "ыьгзбчйхжшюцщэфёъіїєґў")  # the common ones, the others
_LATIN = {
    "cp1252": _WESTERN,
    "cp1250": _CENTRAL,
    "cp1254": ("çğıöşüâîûİ",),
    "cp1257": ("āčēģīķļņšūž", "ąčęėįšųūž", "õäöüšž"),
    "iso8859_2": _CENTRAL,
    "mac_roman": _WESTERN,
    "cp850": _WESTERN,
}
_OTHER = {
    "cp1251": _CYRILLIC,
    "koi8_r": _CYRILLIC,
    "cp866": _CYRILLIC,
    "cp1253": ("αοιετσνηυρπκμλς", "βγδζθξφχψωάέήίόύώϊϋ"),
    "cp1255": ("יוהלאתרבמשנח", "גדזטכךםןסעפףצץק"),
    "cp1256": ("اليمنوتربعده", "ثجحخذزسشصضطظغفقكىةأإآءئؤپچژگں"),
    "cp874": ("านรกอเงมยลวดทสต่้ัี", "ขคฆจฉชซฌญฎฏฐฑฒณถธนบปผฝพฟภรศษหฬฮฯะาำิึืุูโใไๅๆ็๊๋์แ๐๑๒๓๔๕๖๗๘๙"),
}
# The first bytes of the everyday characters of each East Asian code page, in the character set that orders them.
_EASTERN = {
    "gb18030": ("gb2312", range(0xB0, 0xD8)),
    "big5": ("big5", range(0xA4, 0xC7)),
    "cp932": ("cp932", range(0x88, 0x98)),
    "cp949": ("euc_kr", range(0xB0, 0xC9)),
}
# What tips the scales between pages that rate alike: the commoner one, and hangul before the hanzi of the same bytes.
_TIP = {"cp1252": 0.04, "cp1250": 0.02, "cp949": 0.02, "koi8_r": -0.2, "cp866": -0.05, "mac_roman": -0.1, "cp850": -0.1}
_OF_SEVERAL = 0.93  # a list of people of several Western countries, against one that is all of one language
_RARE = 0.85  # Icelandic, whose own letters stand where Turkish has its
_NO_CAPITALS = 0.15  # names and places have some, in the scripts that have capitals
_TOO_FEW = 2  # words, to miss capitals among them
_TWO_BYTES = 2  # of the double-byte code pages' characters; GB 18030 and EUC-JP have longer ones, which are rare


class _Letters(Struct, frozen=True):
    """What to expect of a decoded text: letters with their worth, and whether they stand beside ASCII letters."""

    worth: dict[str, float]
    latin: bool


def guess_codepage(lines: Iterable[bytes]) -> str:
    """Return the code page that reads lines with bytes outside ASCII best; Windows-1252 where none does."""
    text = b"\n".join(lines)
    found = Counter(word for word in _WORD.findall(text) if not word.isascii())
    words = [(word, count) for word, count in found.most_common(_WORDS) if not _has_signs_only(word)]
    if not words:
        return DEFAULT
    best, best_rate = DEFAULT, 0.0
    for codec, rate in _rates(text, words):
        if rate + _TIP.get(codec, 0.0) > best_rate:
            best, best_rate = codec, rate + _TIP.get(codec, 0.0)
    return best


def _has_signs_only(word: bytes) -> bool:
    """Tell whether all that is outside ASCII in a word are typographic signs where Windows-1252 would have them.

    Such a sign is not evidence of another code page: "£ 900" is not the Polish Ł, a blank that must not break no á.
    """
    for run in _HIGH_RUN.finditer(word):
        signs = [_SIGN_OF.get(byte, "") for byte in run[0]]
        if "" in signs or (len(signs) > _MOST_SIGNS and len(set(signs)) > 1):
            return False
        if word[: run.start()][-1:].isalpha() and signs[0] not in _JOINS | _AFTER_LETTERS:
            return False
        if word[run.end() :][:1].isalpha() and signs[-1] not in _JOINS | _BEFORE_LETTERS:
            return False
    return True


def _rates(text: bytes, words: list[tuple[bytes, int]]) -> Iterable[tuple[str, float]]:
    for codec, languages in _LATIN.items():
        decoded = [(word.decode(codec, "replace"), count) for word, count in words]
        yield codec, max(_rate(decoded, _letters(1.0, language)) for language in languages)
        if languages is _WESTERN:
            yield codec, _OF_SEVERAL * _rate(decoded, _letters(1.0, "".join(languages)))
        if codec == DEFAULT:
            yield codec, _RARE * _rate(decoded, _letters(1.0, _ICELANDIC))
    for codec, (common, others) in _OTHER.items():
        decoded = [(word.decode(codec, "replace"), count) for word, count in words]
        worth = _letters(1.0, common).worth | _letters(0.5, others).worth
        lower_only = len(words) > _TOO_FEW and all(word == word.lower() != word.upper() for word, _ in decoded)
        yield codec, _rate(decoded, _Letters(worth, latin=False)) - (_NO_CAPITALS if lower_only else 0)
    for codec in _EASTERN:
        yield codec, _eastern_rate(text, codec)


def _letters(worth: float, language: str) -> _Letters:
    return _Letters(dict.fromkeys(language + language.upper(), worth), latin=True)


def _rate(words: list[tuple[str, int]], letters: _Letters) -> float:
    """Rate decoded words: about 1 for text of the language, below 0 for nonsense."""
    total, count = 0.0, 0
    for word, times in words:
        before = ""
        for char in word:
            if not char.isascii():
                total += times * _worth(char, before, letters)
                count += times
            elif not letters.latin and before in letters.worth and char.isalpha():
                total -= 2 * times
            if before.islower() and char.isupper():
                total -= 2 * times
            before = char
    return total / max(count, 1)


def _worth(char: str, before: str, letters: _Letters) -> float:
    worth = letters.worth.get(char)
    if worth is not None:
        if letters.latin:
            return worth - 0.3 if before and not before.isascii() and before.isalpha() else worth
        return worth - 2 if before.isascii() and before.isalpha() else worth
    if char in _SIGNS:
        return 0.3
    if char == "\ufffd" or unicodedata.category(char) == "Cc":
        return -8
    if char.isalpha():
        return -1
    return -3 if before.isalpha() or not before else -1.5


def _eastern_rate(text: bytes, codec: str) -> float:
    everyday = _everyday(codec)
    total, count, before = 0.0, 0, ""
    for char in text.decode(codec, "replace"):
        if not char.isascii():
            total += everyday(char) - (2 if before.isascii() and before.isalpha() else 0)
            count += 1
        elif char.isalpha() and not before.isascii():
            total -= 2
        before = char
    return total / max(count, 1)


def _everyday(codec: str) -> Callable[[str], float]:
    base, first_bytes = _EASTERN[codec]

    def worth(char: str) -> float:
        if char == "\ufffd":
            return -8
        if "\u3041" <= char <= "\u30fc":
            return 1 if codec == "cp932" else -1
        if "\u3001" <= char <= "\u3011" or "\uff01" <= char <= "\uff5e":
            return 1
        if "\uff61" <= char <= "\uff9f":
            return 0.1
        try:
            encoded = char.encode(base)
        except UnicodeEncodeError:
            return -1
        return 1 if len(encoded) == _TWO_BYTES and encoded[0] in first_bytes else -1

    return worth
