"""A scanner over JSON text of any length: one value at a time, in a sliding buffer.

Numbers stay as they were typed (a phone of 20 digits, 1e400), and so do lone surrogates.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Protocol

from telecmi_leads.errors import SourceUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

_PIECE = 256 * 1024
_MAX_VALUE = 16 * 1024 * 1024
_BLANK = re.compile(r"[ \t\r\n]*")
_CONSTANTS = {"NaN": ""}


class Text(Protocol):
    """What the scanner reads from: text, piece by piece, "" at the end."""

    def read(self, size: int, /) -> str:
        """Return up to `size` characters."""
        ...


class EqualKeys(ValueError):
    """An object has a key twice, so that one of the values would be lost."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        raise EqualKeys(next(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]
    return made


def _constant(word: str) -> str:
    return _CONSTANTS.get(word, word)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=str, parse_int=str, parse_constant=_constant, strict=False
)


class Scanner:
    """A cursor over JSON text. Every error is a SourceUnreadable that names the line."""

    def __init__(self, text: Text, name: str) -> None:
        self._text = text
        self._name = name
        self._buffer = ""
        self._at = 0
        self._lines = 1
        self._ended = False
        self._fill()
        self._buffer = self._buffer.removeprefix("\ufeff")

    @property
    def line(self) -> int:
        """The line the cursor stands in, from 1."""
        return self._lines + self._buffer.count("\n", 0, self._at)

    def peek(self) -> str:
        """Return the next character that is not blank, "" at the end; the cursor then stands at it."""
        while True:
            self._at = _BLANK.match(self._buffer, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if self._ended:
                return ""
            self._fill()

    def skip(self, expected: str) -> None:
        """Step over one character that must be there."""
        found = self.peek()
        if not found or found not in expected:
            raise self.broken(f"expected {' or '.join(expected)}")
        self._at += 1

    def value(self) -> Any:  # noqa: ANN401 - any JSON value
        """Decode the whole value at the cursor and step over it."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._at)
            except json.JSONDecodeError as error:
                if self._ended or (error.pos < len(self._buffer) - 64 and not error.msg.startswith("Unterminated")):
                    self._at = min(error.pos, len(self._buffer))
                    raise self.broken(error.msg[:1].lower() + error.msg[1:]) from None
            except RecursionError:
                raise self.broken("lists or objects are nested too deep") from None
            except EqualKeys as error:
                raise self.broken(f"an object has the key {str(error)!r} twice") from None
            else:
                if end < len(self._buffer) or self._ended:
                    self._at = end
                    return value
            self._fill()

    def elements(self) -> Iterator[Any]:
        """Decode the elements of the list at the cursor one by one, and step over its end."""
        self.skip("[")
        if self.peek() == "]":
            self._at += 1
            return
        while True:
            yield self.value()
            if self.peek() == "]":
                self._at += 1
                return
            self.skip(",")

    def _fill(self) -> None:
        pending = len(self._buffer) - self._at
        if pending > _MAX_VALUE:
            raise self.broken(f"one value is longer than {_MAX_VALUE >> 20} MB")
        self._lines += self._buffer.count("\n", 0, self._at)
        piece = self._text.read(max(_PIECE, pending))
        self._ended = not piece
        self._buffer = self._buffer[self._at :] + piece
        self._at = 0

    def broken(self, what: str) -> SourceUnreadable:
        """Return the error for JSON that ends or goes on in a way it must not."""
        ended = self._ended and self._at >= len(self._buffer)
        where = "the file ends in the middle" if ended else what
        return SourceUnreadable(
            f"{self._name}, line {self.line}: this is no valid JSON ({where})",
            hint="Export the file again; it may have been cut off or edited.",
        )
