"""What programs put around a number: apostrophes, `="…"`, `tel:` and wa.me links, `.0`; and other scripts' digits."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct, field

from telecmi_leads.core.patterns import pattern
from telecmi_leads.core.reasons import Repair

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


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


# A number in a circle, in brackets or with a dot counts entries; a row of them may be digits.
_CIRCLED = "\u2460-\u249b\u24eb-\u24fe\u2776-\u2793"
_COUNTING = re.compile(f"(?<![{_CIRCLED}])[{_CIRCLED}](?![{_CIRCLED}])")


def to_ascii(text: str) -> tuple[str, set[Repair]]:
    """Return the text with ASCII digits, punctuation and spaces, and which repairs that took.

    Letters of any script stay, line breaks of every kind become a newline, masking characters `MASK`.
    """
    if text.isascii() and text.isprintable():
        return text, set()
    text = _COUNTING.sub(lambda mark: f"{int(unicodedata.numeric(mark[0]))}) ", text)
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


LOST = "\x01"
"""What stands for a number whose digits an exponent has swallowed."""

_QUOTED = pattern(r"\s*['`\"]+(.*?)['`\"\s]*", re.DOTALL)
_FORMULA = pattern(r"\s*=[=\s]*['\"]*(.*?)['\"\s]*", re.DOTALL)
# "p:" is what Meta's lead exports put before every number; the others are URI schemes.
_SCHEME = pattern(
    r"(?<![^\W_])(?:p|tel|callto|sms|smsto|whatsapp|wa|skype|facetime|facetime-audio):[/\s]*(?=[+\d(p])",
    re.IGNORECASE,
)
_CONTEXT = pattern(r"([\d\-.() ]+);phone-context=(\+[\d\-.()]+)", re.IGNORECASE)
# Click-to-chat links hold the international number without its plus (WhatsApp's help, "How to use click to chat").
_LINK = pattern(
    r"""(?:[a-z]+://)?(?:www\.)?
    (?: wa\.me/ | (?:[a-z]+\.)?whatsapp\.com/send/?\?(?:[^\s#]*?&)?phone= | (?<=whatsapp://)send/?\?(?:[^\s#]*?&)?phone=
      | (?<=viber://)chat/?\?number= )
    (?:\+|\s|%2B|%20)*(?P<digits>\d(?:[\d\-.()]|%20)*)
    [^\s,;|]*""",
    re.IGNORECASE | re.VERBOSE,
)
_EXPONENT = pattern(
    r"(?<![\w.,])(?P<whole>\d+)(?:[.,](?P<fraction>\d+))?\s?[eE](?P<sign>\+?)(?P<power>\d{1,2})(?![\w.,])"
)
_NEGATIVE = pattern(r"\s*-\d{5,}(?:[.,]\d+)?\s*")
_DECIMAL = pattern(r"(?<![\d.,])((?:\d[ ()\-]*){7,})\.0+(?=\s*(?:$|[,;/|&\n]))")
_PLAIN_DECIMAL = pattern(r"\s*\+?\d+\.0+\s*")
_DECIMAL_COMMA = pattern(r"(\s*\+?\d{7,}),0{1,2}\s*")
_THOUSANDS = pattern(r"(\s*\d{1,3}(?:,\d{2,3})+)\.0+\s*")  # 9,876,543,210.00
# The commonest wrappers around nothing but a number; what they take off is what `unwrap` does.
_INSIDE = r"(?P<inside>[+(]?\d[\d ().\-]*\d)"
_SIMPLE = (
    (pattern(rf"(?:p|tel|whatsapp):{_INSIDE}", re.ASCII | re.IGNORECASE), (Repair.LINK,)),
    (pattern(rf"['`]{_INSIDE}", re.ASCII), (Repair.LEADING_QUOTE,)),
    (pattern(rf'="{_INSIDE}"', re.ASCII), (Repair.FORMULA,)),
    (pattern(r"(?P<inside>\+?\d{7,})\.0+", re.ASCII), (Repair.DECIMAL,)),
)
_PLAIN = pattern(r"[+\d ().\-]+", re.ASCII)
_LONGEST_PLAIN = 100
_MOST_ZEROS = 1  # two zeros at the end are one number in a hundred, and lost digits far more often
_SHORTEST_FORM = 7  # significant digits from which an exponent without a sign is a program's exact notation


class Step(Struct, frozen=True):
    """One repair, with the text before and after it."""

    repair: Repair
    before: str
    after: str


class Unwrapped(Struct):
    """A cell on its way to its digits: the text so far and the steps that led there.

    `linked` tells that the plus of the text comes from a chat link.
    """

    text: str
    steps: list[Step] = field(default_factory=list)
    linked: bool = False

    def became(self, text: str, repair: Repair) -> None:
        """Go on with another text, and remember the step if it is one."""
        if text != self.text:
            self.steps.append(Step(repair, self.text, text))
            self.text = text


def unwrap(cell: str, is_number: Callable[[str], bool]) -> Unwrapped:
    """Take a cell out of its wrappers; what is left are numbers, words and separators in ASCII where possible.

    `is_number` tells of a text whether its digits are a good number; it decides what zeros after a dot are.
    """
    found = Unwrapped(cell)
    text, made = to_ascii(cell)
    if made:
        for repair in sorted(made):
            found.steps.append(Step(repair, cell, text))
    found.text = text
    if text.lstrip().startswith("-") and _NEGATIVE.fullmatch(text):  # a formula's result: =91-9876543210
        found.text = LOST  # nothing was repaired
        return found
    if any(mark in text for mark in "'`\"="):
        _unquote(found)
    if ":" in text or "/" in text:
        _unlink(found)
    if "e" in text or "E" in text:
        written = _EXPONENT.sub(_written_out, found.text)
        if LOST in written:  # nothing was repaired
            found.text = written
        found.became(written, Repair.DECIMAL)
    if "0" in text and ("." in text or "," in text):
        shorter = _DECIMAL.sub(r"\1", found.text)
        if _PLAIN_DECIMAL.fullmatch(found.text) or is_number(shorter) or not is_number(found.text):
            found.became(shorter, Repair.DECIMAL)
        found.became(_whole(_DECIMAL_COMMA, r"\1", found.text), Repair.DECIMAL)
        found.became(_whole(_THOUSANDS, r"\1", found.text), Repair.DECIMAL)
    return found


def simply_wrapped(cell: str) -> tuple[str, Iterable[Repair]] | None:
    """Return the inside of a cell that is a plain number in a common wrapper, and the repairs; None for all others."""
    if cell.isascii():
        for pattern, repairs in _SIMPLE:
            match = pattern.fullmatch(cell)
            if match is not None:
                return match["inside"], repairs
        return None
    if len(cell) > _LONGEST_PLAIN:
        return None
    text, made = to_ascii(cell)
    plain = Repair.PUNCTUATION not in made and _PLAIN.fullmatch(text)  # which would otherwise be counted twice
    return (text, made) if plain else None


def _unquote(found: Unwrapped) -> None:
    """Remove quotes and a formula's equals sign, which may stand either way round."""
    for _ in range(2):
        found.became(_whole(_QUOTED, r"\1", found.text), Repair.LEADING_QUOTE)
        found.became(_whole(_FORMULA, r"\1", found.text), Repair.FORMULA)


def _unlink(found: Unwrapped) -> None:
    text, links = _LINK.subn(_linked_number, found.text)
    found.linked = links > 0
    text = _SCHEME.sub(lambda scheme: " ; " if scheme.start() else "", _CONTEXT.sub(r"\2\1", text))
    if links or len(text) < len(found.text):
        found.became(text.strip(), Repair.LINK)


def _linked_number(link: re.Match[str]) -> str:
    digits = link["digits"].replace("%20", " ")
    return f" {digits} " if digits.startswith("0") else f" +{digits} "


def _whole(pattern: re.Pattern[str], by: str, text: str) -> str:
    match = pattern.fullmatch(text)
    return text if match is None else match.expand(by)


def _written_out(exponent: re.Match[str]) -> str:
    """Write a number with an exponent as its digits, or as LOST where they are not all there.

    Spreadsheets show a fixed count of digits and a signed exponent: `9.87654E+09`. An exponent without a sign is how
    Java and JSON write an exact number, and they leave out zeros at the end only.
    """
    fraction = exponent["fraction"] or ""
    digits = exponent["whole"] + fraction
    missing = int(exponent["power"]) - len(fraction)
    if missing < 0 and set(digits[missing:]) == {"0"}:
        return digits[:missing]
    exact = not exponent["sign"] and len(digits) >= _SHORTEST_FORM and missing <= _MOST_ZEROS
    if missing == 0 or (missing > 0 and exact):
        return digits + "0" * missing
    return LOST
