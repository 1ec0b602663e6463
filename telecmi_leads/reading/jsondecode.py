"""JSON text → values, in two ways with one meaning: many at once, or one with the reason where it is broken.

msgspec decodes what is plain JSON, many values at a time; what it does not take (NaN, lone surrogates, giant
numbers) and what is broken goes to the standard library's decoder, which tells where an error is. With both,
fractions and exponents stay as they were typed (9876543210.0, 1e400), whole numbers are exact, and no value of
equal keys is lost unseen.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

import msgspec

from telecmi_leads.text import safe

_EMPTY = {"NaN": ""}  # what Python programs write for a number that is not there
_KEY = re.compile(r'"[ \t\r\n]*:')


class BrokenJsonError(ValueError):
    """Text that is no JSON, or loses values. `at` is the place; `cut` tells that more text might mend it."""

    def __init__(self, what: str, at: int, *, cut: bool = False) -> None:
        super().__init__(what)
        self.what = what
        self.at = at
        self.cut = cut


class _EqualKeysError(ValueError):
    """An object has a key twice, so that one of the values would be lost."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = sorted(name for name, _ in pairs)
        raise _EqualKeysError(next(name for name, following in pairwise(names) if name == following))
    return made


_ONE = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=str,
    parse_int=str,
    parse_constant=lambda word: _EMPTY.get(word, word),
    strict=False,
)
_MANY = msgspec.json.Decoder(list[Any], float_hook=str)
_LINES = msgspec.json.Decoder(float_hook=str)


def decode_one(text: str, start: int) -> tuple[Any, int]:
    """Decode the value at `start`; returns it and where it ends. Raises BrokenJsonError."""
    try:
        return _ONE.raw_decode(text, start)
    except json.JSONDecodeError as error:
        unfinished = error.msg.startswith(("Unterminated", "Invalid \\u")) or error.pos > len(text) - 16
        raise BrokenJsonError(error.msg[:1].lower() + error.msg[1:], error.pos, cut=unfinished) from None
    except RecursionError:
        raise BrokenJsonError("lists and objects are nested too deep", start) from None
    except _EqualKeysError as error:
        raise BrokenJsonError(f'an object has the key "{safe(str(error))}" twice', start) from None


def decode_elements(text: str) -> list[Any] | None:
    """Decode the elements of a list, given without its brackets; None where that needs a closer look."""
    try:
        values = _MANY.decode(f"[{text}]")
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None
    return None if _may_have_equal_keys(text, values) else values


def decode_lines(text: str) -> list[Any] | None:
    """Decode whole lines, one value a line; None where that needs a closer look."""
    try:
        values = _LINES.decode_lines(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None
    if len(values) != text.count("\n") or _may_have_equal_keys(text, values):
        return None
    return values


def _may_have_equal_keys(text: str, values: list[Any]) -> bool:
    r"""Tell whether text holds more keys than came out of it; `\\":` within a value counts as one."""
    if set(map(type, values)) == {dict} and text.count('":') == sum(map(len, values)):
        return False  # flat objects in compact writing: nearly always
    return len(_KEY.findall(text)) > sum(map(_keys, values))


def _keys(value: Any) -> int:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return len(value) + sum(_keys(inner) for inner in value.values() if isinstance(inner, dict | list))
    if isinstance(value, list):
        return sum(_keys(inner) for inner in value if isinstance(inner, dict | list))
    return 0
