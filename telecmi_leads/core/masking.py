"""What must not be seen in foreign text: the secret and phone numbers, in whatever disguise they are written.

`hide_secret` takes the secret out, `mask_phone` and `mask_text` leave of a number what tells it from others.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from telecmi_leads.core.patterns import pattern
from telecmi_leads.core.text import normalized

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_DATE = re.compile(
    r"(?:(?:19|20)\d\d([-/.])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])|(?:0?[1-9]|[12]\d|3[01])([-/.])"
    r"(?:0?[1-9]|[12]\d|3[01])\2(?:19|20)\d\d)(?: (?:[01]\d|2[0-3])(?::[0-5]\d){0,2}(?:\.\d{1,6})?)?",
    re.ASCII,
)
_NO_PHONE = re.compile(r"\d,\d{3},\d{3}|(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}", re.ASCII)
"""An amount of millions, and the address of a computer."""
_NOT_DECIMAL = "\xb2\xb3\xb9\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u24ea\u2776-\u277e"
_NOT_DECIMAL += "\u2474-\u247c\u2488-\u2490\u24f5-\u24fd\u2780-\u2788\u278a-\u2792\u1369-\u1371\U0001f100-\U0001f10a"
"""Digits, raised, lowered, in circles or brackets, that Unicode does not count as decimal."""
_DIGIT_RUN = re.compile(rf"[\d{_NOT_DECIMAL}]+")
_FEWEST_DIGITS = 7
_FEWEST_SPLIT = 9
"""Of fewer digits, the first four and the last three would leave next to nothing masked."""
_LONGEST_GAP = 4
_LONGEST_TAGS = 200
_LONGEST_ESCAPED = 10_000
"""Characters in which escapes are looked for: far more than is shown of any text."""
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
"""Hangul's fillers and the empty Braille cell, which are letters or signs to Unicode and nothing to the eye."""

# --- the secret ---------------------------------------------------------------------------------

HIDDEN = "•••"
SHORTEST_HIDDEN = 6
"""Characters. Of a shorter secret only whole words are hidden: it stands in other words by chance."""
_LONGEST_PIECE = 32
"""Characters of the secret in a row that are hidden wherever they stand; of a short secret half is enough."""
_LONGEST_CODED = 256
"""Characters of a secret that are looked for in codes. Where a longer one begins, the rest of the text is hidden."""

_MOST_ROUNDS = 4
_MOST_READINGS = 40


def hide_secret(text: str, secret: str) -> str:
    """Return a server's words without the secret, however it is written there.

    It is found in other case, script of digits and Unicode form, with invisible characters, blanks, line breaks,
    punctuation or tags in it, behind percent, JSON, HTML and mail's escapes, as numbers of its bytes, as base64, base32
    and hex, also one in the other, and in UTF-8 that was read as Latin-1. Half of it is hidden too.
    Escapes are undone in the first 10,000 characters: a caller that shows more cuts the text before.
    """
    if not secret or not text:
        return text
    spans = [span for written in _readings(text[:_LONGEST_ESCAPED]) for span in written.find(secret)]
    if len(text) > _LONGEST_ESCAPED:
        spans += _Written.of(text).find(secret)
    if spans and len(secret) > _LONGEST_CODED:
        spans.append((min(spans)[0], len(text)))
    return _without(text, spans)


def _readings(text: str) -> Iterator[_Written]:
    """Yield a text as it stands and with its escapes undone, all at once and kind by kind, in every order."""
    layer = [_Written.of(text)]
    seen = {text}
    for _ in range(_MOST_ROUNDS):
        yield from layer
        undone = [written.decoded(kind) for written in layer for kind in _EACH_KIND]
        layer = []
        for written in undone:
            if written is not None and written.text not in seen and len(seen) < _MOST_READINGS:
                seen.add(written.text)
                layer.append(written)
    yield from layer


class _Written:
    """A text, perhaps decoded, that knows for each of its characters which part of the original text it came from."""

    def __init__(self, text: str, places: list[tuple[str, int, int]]) -> None:
        self.text = text
        self._places = places

    @classmethod
    def of(cls, text: str) -> _Written:
        """Return a text as it stands."""
        return cls(text, [(char, at, at + 1) for at, char in enumerate(text)])

    def decoded(self, escapes: _Escapes) -> _Written | None:
        """Return the text with one layer of such escapes taken off; None where there is none."""
        parts: list[tuple[str, int, int]] = []
        at = 0
        for start, end, chars in escapes.undone(self.text):
            parts += self._places[at:start]
            parts += [(char, self._places[start][1], self._places[end - 1][2]) for char in chars]
            at = end
        if not at:
            return None
        parts += self._places[at:]
        return _Written("".join(char for char, _, _ in parts), parts)

    def find(self, secret: str) -> list[tuple[int, int]]:
        """Return where the secret stands in the original, under any of its forms."""
        spans: list[tuple[int, int]] = []
        if len(secret) < SHORTEST_HIDDEN:
            words = re.finditer(rf"(?<!\w){re.escape(secret)}(?!\w)", self.text, re.IGNORECASE)
            return [(self._places[found.start()][1], self._places[found.end() - 1][2]) for found in words]
        for keep in (_is_seen, _is_letter):
            folded, places = self._folded(keep)
            for size, pieces in pieces_of(secret, keep):
                spans += [
                    (places[at][0], places[at + size - 1][1])
                    for at in range(len(folded) - size + 1)
                    if folded[at : at + size] in pieces
                ]
        return spans

    def masked(self) -> Iterator[tuple[int, int, str]]:
        """Yield where a phone number begins and ends in the original, and what is shown of it."""
        for begin, end in _numbers_in(self.text):
            places = self._places[begin:end]
            yield places[0][1], places[-1][2], _masked_digits(self.text[begin:end])

    def _folded(self, keep: Callable[[str], bool]) -> tuple[str, list[tuple[int, int]]]:
        chars: list[str] = []
        places: list[tuple[int, int]] = []
        for char, begin, end in self._places:
            for part in _fold(char, keep):
                chars.append(part)
                places.append((begin, end))
        return "".join(chars), places


def _is_seen(char: str) -> bool:
    """Tell whether a character is neither blank nor a mark that may be put on any other."""
    return not (char.isspace() or char in _BLANK_LETTERS or unicodedata.category(char)[0] in "CMZ")


def _is_letter(char: str) -> bool:
    return char.isalnum() and char not in _BLANK_LETTERS


def _fold(text: str, keep: Callable[[str], bool]) -> str:
    if text.isascii() and text.isalnum():
        return text.lower()
    folded = normalized(text, "NFKD").casefold()
    return "".join(str(unicodedata.decimal(each, each)) for each in folded if keep(each))


@lru_cache(maxsize=4)
def pieces_of(secret: str, keep: Callable[[str], bool]) -> list[tuple[int, frozenset[str]]]:
    """Return what to look for, folded: the pieces of the secret's forms, by their size."""
    by_size: dict[int, set[str]] = {}
    for form in {_fold(each, keep) for each in _forms(secret)}:
        size = min(max((len(form) + 1) // 2, SHORTEST_HIDDEN), _LONGEST_PIECE)
        by_size.setdefault(size, set()).update(form[at : at + size] for at in range(len(form) - size + 1))
    return [(size, frozenset(pieces)) for size, pieces in by_size.items() if pieces]


def _forms(secret: str) -> set[str]:
    """Return how a server may write the secret: as it is, in other case, misread, escaped; and all that as codes."""
    import html
    import json
    from urllib.parse import quote

    raw = secret.encode("utf-8", "surrogatepass")
    forms = {secret, secret.upper(), raw.decode("latin-1"), raw.decode("cp1252", "ignore")}
    forms.add(raw.decode("ascii", "ignore"))  # where another alphabet fails, question marks or nothing are in its place
    start = secret[:_LONGEST_CODED]
    codes = _codes(start.encode("utf-8", "surrogatepass"))
    twice = {each for code in codes for each in _codes(code.encode())}
    for encoding in ("utf-16-le", "utf-16-be"):
        codes |= _codes(start.encode(encoding, "surrogatepass"))
    codes |= _codes(start.encode("latin-1", "replace"))
    for other in (start.upper(), start.lower(), quote(start, errors="replace"), json.dumps(start), html.escape(start)):
        codes |= _codes(other.strip('"').encode("utf-8", "surrogatepass"))
    return forms | codes | twice


def _codes(raw: bytes) -> set[str]:
    """Return bytes as hex, and as base64 and base32 at each place that they may have in a longer text."""
    import base64

    codes = {raw.hex()}
    for code, size, signs in ((base64.b64encode, 3, 4), (base64.b32encode, 5, 8)):
        for lead in range(size):
            # Of the first and the last group only what the bytes alone decide: the rest has its neighbours' bits.
            text = code(bytes(lead) + raw).rstrip(b"=").decode()
            whole = len(text) if (lead + len(raw)) % size == 0 else len(text) - 1
            codes.add(text[-(-lead * signs // size) : whole])
    return codes | {code.translate(_URL_SAFE) for code in codes}


_URL_SAFE = str.maketrans("+/", "-_")


# --- escapes ------------------------------------------------------------------------------------


def _of_percents(escape: str) -> str:
    from urllib.parse import unquote_to_bytes

    return _as_characters(unquote_to_bytes(escape.replace("=", "%")))


def _of_bytes(escape: str) -> str:
    return _as_characters(bytes(int(byte, 16) for byte in re.findall("[xX]([0-9a-fA-F]{2})", escape)))


def _of_code_points(escape: str) -> str:
    codes = [int(code, 16) for code in re.findall("[0-9a-fA-F]+", escape.removeprefix("%25"))]
    text = "".join(chr(code) for code in codes if code <= sys.maxunicode)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")  # two halves become one


def _of_octal(escape: str) -> str:
    return _as_characters(bytes(int(byte, 8) for byte in re.findall("[0-7]{3}", escape)))


def _of_decimal(escape: str) -> str:
    return _as_characters(bytes(min(int(byte), 255) for byte in re.findall("[0-9]+", escape)))


def _of_backslash(escape: str) -> str:
    sign = escape.lstrip("\\") or "\\"
    return "" if sign in set("bfnrt") else sign


def _of_html(escape: str) -> str:
    import html

    return html.unescape(escape) or "\x1b"  # html gives nothing for control characters, and one that is shown begins so


def _nothing(_escape: str) -> str:
    return ""


def _as_characters(raw: bytes) -> str:
    """Return the text of escaped bytes: UTF-8, else the older encodings' Latin-1, in which %E9 is an é."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


_KINDS: tuple[tuple[str, Callable[[str], str]], ...] = (
    (r"(?:%(?:25)?[0-9a-f]{2})+", _of_percents),
    (r"(?:=[0-9a-f]{2})+", _of_percents),  # quoted-printable, as in mail
    (r"(?<!\\)(?:\\+x[0-9a-f]{2})+|(?:0x[0-9a-f]{2}[\s,;]{0,2}){4,}", _of_bytes),
    (r"(?<!\\)(?:(?-i:\\+U)[0-9a-f]{8}|\\+ud[89ab][0-9a-f]{2}\\+ud[c-f][0-9a-f]{2}|\\+u[0-9a-f]{4})", _of_code_points),
    (
        r"(?<!\\)\\+(?:u\{[0-9a-f]{1,6}\}|0000[0-9a-f]{2})|%(?:25)?u[0-9a-f]{4}|(?:U\+[0-9a-f]{4,6}[\s,;]{0,2}){4,}",
        _of_code_points,
    ),
    (r"(?<!\\)(?:\\+[0-3][0-7]{2})+", _of_octal),
    (r"(?:\d{1,3}[\s,;]{1,2}){5,}\d{1,3}", _of_decimal),
    (r"\\+(?:[bfnrt]|[^\w\s])", _of_backslash),
    (r"&(?:amp;){0,3}(?:#0*\d{1,7};?|#x0*[0-9a-f]{1,6};?|[a-z]\w{1,31};|(?:amp|quot|lt|gt|nbsp|shy))", _of_html),
    (r"\x1b\[[0-9;:?]{0,30}[@-~]|=\r?\n", _nothing),  # a terminal's colours, and mail's soft ends of lines
    (r"<[a-z/!][^<>]{0,200}>", _nothing),
)
"""What a server may write for a character, or between two, and how it is undone.

Backslashes are looked at from the first of a row alone: from each of thousands, the time would grow with the square.
"""


class _Escapes:
    """One or several kinds of escapes."""

    def __init__(self, *kinds: tuple[str, Callable[[str], str]]) -> None:
        self._undo = [undo for _, undo in kinds]
        self._pattern = pattern("|".join(f"({each})" for each, _ in kinds), re.IGNORECASE | re.ASCII)

    def stand_in(self, text: str) -> bool:
        """Tell whether there is any."""
        return self._pattern.search(text) is not None

    def undone(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Yield where each begins and ends, and what it stands for."""
        for found in self._pattern.finditer(text):
            yield found.start(), found.end(), self._undo[(found.lastindex or 1) - 1](found[0])


_ESCAPES = _Escapes(*_KINDS[:-1])
_EACH_KIND = (_ESCAPES, *(_Escapes(kind) for kind in _KINDS))


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    parts: list[str] = []
    at = 0
    for begin, end in sorted(spans):
        if end <= at:
            continue
        if begin > at or not at:
            parts += [text[at:begin], HIDDEN]
        at = end
    parts.append(text[at:])
    return "".join(parts)


# --- phone numbers ------------------------------------------------------------------------------


def mask_phone(digits: str) -> str:
    """Return an E.164 number for a screen: the first four and the last three digits, the rest as dots."""
    if len(digits) < _FEWEST_SPLIT:
        return digits[:2] + "•" * max(len(digits) - 2, 0)
    return f"{digits[:4]}{'•' * (len(digits) - 7)}{digits[-3:]}"


_TAGS = pattern(r"(?:&#?\w{1,8};|</?[a-z][^<>]{0,80}>|<!--[^<>]{0,80}>| ){1,12}", re.ASCII | re.IGNORECASE)


def mask_text(text: str) -> str:
    """Return any text for a screen with what may be phone numbers masked: seven digits or more in a row.

    Blanks, dashes of every kind, commas, dots, underscores, invisible characters, tags and other signs may stand
    between the digits, a few together, also where they or the digits are written as percent, JSON or HTML escapes. Of
    nine or more digits the first four and the last three stay, of fewer the first two. A date with the time that may
    follow it, an amount of millions and the address of a computer are no numbers.
    """
    parts: list[str] = []
    at = 0
    for begin, end, shown in sorted(_masked_in(text), key=lambda found: (found[0], -found[1])):
        if begin >= at:
            parts += [text[at:begin], shown]
            at = end
    return "".join([*parts, text[at:]]) if parts else text


def _masked_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where numbers stand and what is shown of each, with and without the escapes of the text."""
    for begin, end in _numbers_in(text):
        yield begin, end, _masked_digits(text[begin:end])
    if not _ESCAPES.stand_in(text):
        return
    written: _Written | None = _Written.of(text[:_LONGEST_ESCAPED])
    for _ in range(_MOST_ROUNDS):
        written = written.decoded(_ESCAPES) if written is not None else None
        if written is not None:
            yield from written.masked()


def _numbers_in(text: str) -> Iterator[tuple[int, int]]:
    """Yield where a number stands: runs of digits with nothing but a few signs between them. Linear in the text."""
    begin = end = digits = 0
    for run in _DIGIT_RUN.finditer(text):
        if digits and not _may_join(text, end, run.start()):
            if digits >= _FEWEST_DIGITS:
                yield begin, end
            digits = 0
        if not digits:
            begin = run.start()
        end, digits = run.end(), digits + len(run[0])
    if digits >= _FEWEST_DIGITS:
        yield begin, end


def _may_join(text: str, begin: int, end: int) -> bool:
    """Tell whether digits on both sides of a gap may belong to one number."""
    if end - begin > _LONGEST_TAGS:
        return False
    gap = " ".join(text[begin:end].split())
    if len(gap) <= _LONGEST_GAP and not any(char.isalpha() and char not in _BLANK_LETTERS for char in gap):
        return True
    return _TAGS.fullmatch(gap) is not None


def _masked_digits(found: str) -> str:
    if _DATE.fullmatch(found) or _NO_PHONE.fullmatch(found):
        return found
    digits = sum(map(str.isdigit, found))
    head, tail = (2, 0) if digits < _FEWEST_SPLIT else (4, 3)
    shown: list[str] = []
    at = 0
    for char in found:
        if not char.isdigit():
            shown.append(char)
            continue
        shown.append(char if at < head or at >= digits - tail else "•")
        at += 1
    return "".join(shown)
