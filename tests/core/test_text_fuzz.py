"""Fuzzers of what stands between foreign text and a person's eyes: `safe`, the masking, the secret's disguises.

FUZZ_EXAMPLES says how many inputs each is given.
"""

from __future__ import annotations

import base64
import json
import os
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from telecmi_leads.core.masking import HIDDEN, hide_secret, mask_text
from telecmi_leads.core.number_in_text import digits_in
from telecmi_leads.core.text import safe

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "5000"))
fuzzed = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

ANY_CHARACTER = st.characters(codec=None, exclude_categories=())
HOSTILE = st.sampled_from(
    [
        "\x1b[31m",
        "\x1b]52;c;aGk=\x07",
        "\x9b7m",
        "\u202e",
        "\u2066",
        "\u0301" * 20,
        "\u20dd" * 9,
        "\r",
        "\u2028",
        "…",
        "\x00",
    ]
)
FOREIGN = st.lists(st.text(ANY_CHARACTER, max_size=12) | HOSTILE, max_size=12).map("".join)


@given(FOREIGN, st.integers(2, 120))
@fuzzed
def test_safe_gives_one_harmless_line(text: str, limit: int) -> None:
    """(Row 32) Whatever comes, nothing moves a cursor or turns the direction, the length holds, and twice is once."""
    shown = safe(text, limit)
    assert len(shown) <= limit
    assert all(char.isprintable() or char in "\u200c\u200d" for char in shown)
    assert safe(shown, limit) == shown
    marks = "".join("m" if unicodedata.combining(char) else "." for char in shown)
    assert "m" * 9 not in marks


# --- numbers --------------------------------------------------------------------------------------

ZEROS = st.sampled_from("0٠۰०০੦௦០０𝟎")
GAPS = st.sampled_from(
    ["", "", "", " ", "-", ".", "/", " - ", "–", "\u2011", "_", "·", ",", "\u200b", "\xa0", "\u2060", ") ", "("]
)
WORDS = st.sampled_from(["", "Duplicate: ", "tel:", "user ", "(", "+", "\u202d", "नंबर "])


@given(
    st.from_regex(r"(?:91|44|1|971)?[6-9]\d{8,9}", fullmatch=True),
    st.lists(GAPS, min_size=14, max_size=14),
    ZEROS,
    WORDS,
)
@fuzzed
def test_a_number_in_any_notation_is_masked(number: str, gaps: list[str], zero: str, word: str) -> None:
    """A number in the service's words shows seven digits at most, whatever script and signs it is in."""
    digits = [chr(ord(zero) + int(digit)) for digit in number]
    written = "".join(digit + gap for digit, gap in zip(digits, gaps, strict=False)).rstrip(
        "".join(" -./–\u2011_·,\u200b\xa0\u2060()")
    )
    masked = mask_text(f"{word}{written} exists")
    assert len(masked) == len(f"{word}{written} exists")
    assert len(digits_in(masked)[0]) <= 7, ascii(masked)
    assert masked.endswith(" exists")


@given(FOREIGN)
@fuzzed
def test_masking_takes_digits_alone(text: str) -> None:
    """Every other character of any text stays where it is, and what is masked once is masked."""
    masked = mask_text(text)
    assert len(masked) == len(text)
    assert all(new in (old, "•") for new, old in zip(masked, text, strict=True))
    assert all(old.isdecimal() for new, old in zip(masked, text, strict=True) if new != old)


# --- the secret -----------------------------------------------------------------------------------

LONGEST = 9_000
"""Escapes are undone in the first 10,000 characters, of which a message shows 200."""
_PLAIN = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
SECRETS = st.text(_PLAIN + "-_./+=$%&#!äéñ", min_size=10, max_size=40).filter(
    lambda text: sum(map(str.isalnum, text)) >= 8
)
SHAPES: dict[str, Callable[[str], str]] = {
    "capitals": str.upper,
    "zero-width": "\u200b".join,
    "no-break spaces": "\xa0".join,
    "line breaks": "\r\n".join,
    "vertical tabs": "\x0b".join,
    "line separators": "\u2028".join,
    "fillers": "\u3164".join,
    "marks": "\u034f".join,
    "tags": "<wbr>".join,
    "colours": "\x1b[0m".join,
    "soft lines": "=\r\n".join,
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "full-width": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
}
ESCAPES: dict[str, Callable[[str], str]] = {
    "percent": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "quoted": lambda text: quote(text, safe=""),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "every character in JSON": lambda text: "".join(f"\\u{ord(c):04x}" for c in text),
    "HTML": lambda text: "".join(f"&#{ord(c)};" for c in text),
    "HTML hex": lambda text: "".join(f"&#x{ord(c):X};" for c in text),
    "HTML with zeros": lambda text: "".join(f"&#{ord(c):09d};" for c in text),
    "old browsers": lambda text: "".join(f"%u{ord(c):04X}" for c in text),
    "octal": lambda text: "".join(f"\\{byte:03o}" for byte in text.encode()),
    "mail": lambda text: "".join(f"={byte:02X}" for byte in text.encode()),
    "numbers": lambda text: ", ".join(str(byte) for byte in text.encode()),
}
CODES: dict[str, Callable[[str], str]] = {
    "hex": lambda text: text.encode().hex(),
    "hex with colons": lambda text: text.encode().hex(":").upper(),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "base64 of a header": lambda text: base64.b64encode(f"user:{text}".encode()).decode(),
    "base64 of base64": lambda text: base64.b64encode(base64.b64encode(text.encode())).decode(),
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "misread": lambda text: text.encode().decode("latin-1"),
}


@given(
    secret=SECRETS,
    code=st.none() | st.sampled_from(sorted(CODES)),
    shape=st.none() | st.sampled_from(sorted(SHAPES)),
    escapes=st.lists(st.sampled_from(sorted(ESCAPES)), max_size=2),
    around=FOREIGN,
)
@fuzzed
def test_the_secret_is_hidden_under_layers_of_disguise(
    secret: str, code: str | None, shape: str | None, escapes: list[str], around: str
) -> None:
    """(Row 58) As a code or not, in another shape, escaped once or twice: what was written of the secret is gone."""
    written = secret if code is None else CODES[code](secret)
    for change in (SHAPES.get(shape or ""), *map(ESCAPES.get, escapes)):
        written = change(written) if change else written
    assume(len(written) < LONGEST)
    hidden = hide_secret(f"{around} key {written} ", secret)
    assert written not in hidden
    assert HIDDEN in hidden
    assert secret not in hidden
