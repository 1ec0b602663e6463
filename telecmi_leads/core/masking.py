"""What must not be seen in foreign text: the secret and phone numbers, in whatever disguise they are written.

`hide_secret` takes the secret out, `mask_phone` and `mask_text` leave of a number what tells it from others;
`holds_number` and `without_number` find one number, to forget it.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from typing import TYPE_CHECKING

from telecmi_leads.core.text import normalized, pattern

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
"""Digits, raised, lowered or in circles, that Unicode does not count as decimal."""
_DIGIT_RUN = re.compile(rf"[\d{_NOT_DECIMAL}]+")
_FEWEST_DIGITS = 7
_FEWEST_SPLIT = 9
"""Of fewer digits, the first four and the last three would leave next to nothing masked."""
_LONGEST_GAP = 4
_LONGEST_TAGS = 200
_LONGEST_ESCAPED = 10_000
"""Characters in which escapes are looked for: far more than is shown of any text."""
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0")
"""Hangul's fillers, which are letters to Unicode and nothing to the eye."""

# --- the secret ---------------------------------------------------------------------------------

HIDDEN = "•••"
SHORTEST_HIDDEN = 6
"""Characters. A shorter secret, as tests and sandboxes use, stands in ordinary words by chance."""

# What a server may write for a character: percent, JSON and HTML escapes, and each of them escaped once more.
_ESCAPES = re.compile(
    r"(?:%(?:25)?[0-9a-f]{2})+|(?:\\+x[0-9a-f]{2})+|(?:0x[0-9a-f]{2}[\s,;]{0,2}){4,}|(?-i:\\+U)[0-9a-f]{8}"
    r"|\\+u(?:\{[0-9a-f]{1,6}\}|[0-9a-f]{4})|\\+[\"'/\\bfnrt]|&(?:amp;)?(?:\#\d{1,7};?|\#x[0-9a-f]{1,6};?|[a-z]{2,8};)",
    re.IGNORECASE,
)
_MOST_ROUNDS = 3


def hide_secret(text: str, secret: str) -> str:
    """Return a server's words without the secret, however it is written there.

    It is found in other case and Unicode form, with invisible characters, blanks, line breaks or punctuation in it,
    behind percent, JSON and HTML escapes, as base64 and as hex; so is a beginning of it where the text is cut off.
    """
    if len(secret) < SHORTEST_HIDDEN or not text:
        return text
    written = _Written.of(text)
    spans = written.find(secret)
    for _ in range(_MOST_ROUNDS):
        decoded = written.decoded()
        if decoded is None:
            break
        written = decoded
        spans += written.find(secret)
    return _without(text, spans)


class _Written:
    """A text with the place in the original of each of its characters."""

    def __init__(self, text: str, places: list[tuple[str, int, int]]) -> None:
        self._text = text
        self._places = places

    @classmethod
    def of(cls, text: str) -> _Written:
        """Return a text as it stands."""
        return cls(text, [(char, at, at + 1) for at, char in enumerate(text)])

    def decoded(self) -> _Written | None:
        """Return the text with one layer of escapes taken off; None where there is none."""
        parts: list[tuple[str, int, int]] = []
        at = 0
        for found in _ESCAPES.finditer(self._text):
            parts += self._places[at : found.start()]
            begin, end = self._places[found.start()][1], self._places[found.end() - 1][2]
            parts += [(char, begin, end) for char in _unescaped(found[0])]
            at = found.end()
        if not at:
            return None
        parts += self._places[at:]
        return _Written("".join(char for char, _, _ in parts), parts)

    def find(self, secret: str) -> list[tuple[int, int]]:
        """Return where the secret stands in the original, under any of its forms."""
        spans: list[tuple[int, int]] = []
        for keep in (_is_seen, str.isalnum):
            folded, places = self._folded(keep)
            for form in _forms(secret, keep):
                spans += _occurrences(folded, form, places)
        return spans

    def masked(self) -> Iterator[tuple[int, int, str]]:
        """Yield where a phone number begins and ends in the original, and what is shown of it."""
        for begin, end in _numbers_in(self._text):
            places = self._places[begin:end]
            yield places[0][1], places[-1][2], _masked_digits(self._text[begin:end])

    def _folded(self, keep: Callable[[str], bool]) -> tuple[str, list[tuple[int, int]]]:
        chars: list[str] = []
        places: list[tuple[int, int]] = []
        for char, begin, end in self._places:
            for part in _fold(char, keep):
                chars.append(part)
                places.append((begin, end))
        return "".join(chars), places


def _is_seen(char: str) -> bool:
    return not (char.isspace() or unicodedata.category(char) in {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})


def _fold(text: str, keep: Callable[[str], bool]) -> str:
    if text.isascii() and text.isalnum():
        return text.lower()
    return "".join(filter(keep, normalized(text, "NFKD").casefold()))


def _forms(secret: str, keep: Callable[[str], bool]) -> list[str]:
    """Return what to look for, folded: the secret itself, as hex, and as base64 at each of three places in a word."""
    import base64

    forms = {_fold(secret, keep)}
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        raw = secret.encode(encoding, "surrogatepass")
        forms.add(raw.hex())
        for lead in range(3):
            # Of the first and the last group only what the secret alone decides: the rest has its neighbours' bits.
            coded = base64.b64encode(bytes(lead) + raw).rstrip(b"=").decode()
            whole = len(coded) if (lead + len(raw)) % 3 == 0 else len(coded) - 1
            coded = coded[-(-lead * 4 // 3) : whole]
            forms |= {_fold(coded, keep), _fold(coded.translate(_URL_SAFE), keep)}
    return [form for form in forms if len(form) >= SHORTEST_HIDDEN]


_URL_SAFE = str.maketrans("+/", "-_")


def _occurrences(folded: str, form: str, places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    spans = []
    at = folded.find(form)
    while at >= 0:
        spans.append((places[at][0], places[at + len(form) - 1][1]))
        at = folded.find(form, at + len(form))
    for size in range(min(len(form) - 1, len(folded)), max(len(form) // 2, SHORTEST_HIDDEN) - 1, -1):
        if folded.endswith(form[:size]):  # the text was cut off in the middle of it
            spans.append((places[-size][0], places[-1][1]))
            break
    return spans


def _unescaped(escape: str) -> str:
    """Return the characters that one escape, or a run of escaped bytes, stands for."""
    if escape[0] == "%":
        from urllib.parse import unquote_to_bytes

        return _as_characters(unquote_to_bytes(escape))
    if escape[0] == "0" or escape.lstrip("\\")[:1] in {"x", "X"}:
        return _as_characters(bytes(int(byte, 16) for byte in re.findall("[xX]([0-9a-fA-F]{2})", escape)))
    if escape[0] == "&":
        import html

        return html.unescape(escape)
    letter = escape.lstrip("\\")
    if letter[:1] in {"u", "U"} and len(letter) > 1:
        number = int(letter[1:].strip("{}"), 16)
        return chr(number) if number <= sys.maxunicode else ""
    return letter if letter in {'"', "'", "/"} else "" if letter else "\\"


def _as_characters(raw: bytes) -> str:
    """Return the text of escaped bytes: UTF-8, else the older encodings' Latin-1, in which %E9 is an é."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    parts: list[str] = []
    at = 0
    for begin, end in sorted(spans):
        if end <= at:
            continue
        if begin >= at:
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


_TAGS = pattern(r"(?:&#?\w{1,8};|</?[a-z][^<>]{0,80}>| ){1,12}", re.ASCII | re.IGNORECASE)


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
    if _ESCAPES.search(text) is None:
        return
    written: _Written | None = _Written.of(text[:_LONGEST_ESCAPED])
    for _ in range(_MOST_ROUNDS):
        written = written.decoded() if written is not None else None
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


# --- one number ---------------------------------------------------------------------------------


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
