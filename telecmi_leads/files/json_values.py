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
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.core.text import safe
from telecmi_leads.files.bounds import MAX_VALUE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from telecmi_leads.files.encoding import TextFile


_EMPTY = {"NaN": ""}  # what Python programs write for a number that is not there
_KEY = re.compile(r'"[ \t\r\n]*:')


class BrokenJsonError(ValueError):
    """Text that is not JSON, or loses values. `at` is the place; `cut` tells that more text might complete it."""

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
_NOT_PLAIN = (msgspec.DecodeError, UnicodeEncodeError, RecursionError)
_GIVE_UP = 8  # times that objects had other keys than those learned
_MOST_KEYS = 256


def decode_one(text: str, start: int) -> tuple[Any, int]:
    """Decode the value at `start`; returns it and where it ends. Raises BrokenJsonError."""
    try:
        return _ONE.raw_decode(text, start)
    except json.JSONDecodeError as error:
        unfinished = error.msg.startswith(("Unterminated", "Invalid \\u")) or error.pos > len(text) - 16
        what = f"this is not valid JSON ({error.msg[:1].lower()}{error.msg[1:]})"
        raise BrokenJsonError(what, error.pos, cut=unfinished) from None
    except RecursionError:
        raise BrokenJsonError("lists and objects are nested too deep", start) from None
    except _EqualKeysError as error:
        raise BrokenJsonError(f'an object has the key "{safe(str(error))}" twice', start) from None


class Rows(Struct, frozen=True):
    """Objects that all have the same keys, as rows of their values in the order of `keys`."""

    keys: tuple[str, ...]
    rows: list[list[Any]]

    def __len__(self) -> int:
        return len(self.rows)


class ManyDecoder:
    """Decodes many values at once, and ever faster: it learns the keys that the objects of a file have.

    Objects with known keys become rows by way of a msgspec struct, in less than half the time that dicts take.
    With `counting`, values are only counted, and equal keys don't matter.
    """

    def __init__(self, *, counting: bool = False) -> None:
        self._counting = counting
        self._keys: tuple[str, ...] = ()
        self._failures = 0
        self._one: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=str)
        self._list: msgspec.json.Decoder[list[Any]] = msgspec.json.Decoder(list[Any], float_hook=str)
        self._known_one: msgspec.json.Decoder[Any] | None = None
        self._known_list: msgspec.json.Decoder[list[Any]] | None = None

    def elements(self, text: str) -> list[Any] | Rows | None:
        """Decode the elements of a list, given without its brackets; None where that needs a closer look."""
        text = f"[{text}]"
        if self._known_list is not None:
            rows = self._rows(self._known_list.decode, text)
            if rows is not None:
                return rows
        return self._values(self._list.decode, text)

    def lines(self, text: str) -> list[Any] | Rows | None:
        """Decode whole lines, one value a line; None where that needs a closer look."""
        values: list[Any] | Rows | None = None
        if self._known_one is not None:
            values = self._rows(self._known_one.decode_lines, text)
        if values is None:
            values = self._values(self._one.decode_lines, text)
        return values if values is not None and len(values) == text.count("\n") else None

    def _rows(self, decode: Callable[[str], list[Any]], text: str) -> Rows | None:
        try:
            rows = list(map(list, map(msgspec.structs.astuple, decode(text))))
        except _NOT_PLAIN:
            self._failures += 1
            if self._failures == _GIVE_UP:
                self._known_one = self._known_list = None
            return None
        count = len(rows) * len(self._keys)
        if self._counting or text.count(":") == count or text.count('":') == count:
            return Rows(self._keys, rows)
        return None

    def _values(self, decode: Callable[[str], list[Any]], text: str) -> list[Any] | None:
        try:
            values = decode(text)
        except _NOT_PLAIN:
            return None
        if not self._counting and _may_have_equal_keys(text, values):
            return None
        if values and isinstance(values[0], dict) and self._failures < _GIVE_UP:
            self._learn(tuple(values[0]))
        return values

    def _learn(self, keys: tuple[str, ...]) -> None:
        if keys == self._keys or not 0 < len(keys) <= _MOST_KEYS:
            return
        names = {f"key{number}": key for number, key in enumerate(keys)}
        try:
            known = msgspec.defstruct(
                "Known", [(name, Any) for name in names], rename=names, forbid_unknown_fields=True, gc=False
            )
        except ValueError:  # a quote or a control character in a key
            return
        self._keys = keys
        self._known_one = msgspec.json.Decoder(known, float_hook=str)
        self._known_list = msgspec.json.Decoder(list[known], float_hook=str)  # type: ignore[valid-type]


def _may_have_equal_keys(text: str, values: list[Any]) -> bool:
    r"""Tell whether text holds more keys than came out of it; `\\":` within a value counts as one."""
    if set(map(type, values)) == {dict}:
        keys = sum(map(len, values))
        if text.count(":") == keys or text.count('":') == keys:
            return False  # flat objects in compact writing: nearly always
    return len(_KEY.findall(text)) > _keys(values)


def _keys(values: list[Any]) -> int:
    count = 0
    waiting: list[Any] = [values]
    while waiting:
        inner = waiting.pop()
        if type(inner) is dict:
            count += len(inner)
            inner = inner.values()
        waiting += [value for value in inner if type(value) is dict or type(value) is list]
    return count


_PIECE = 128 * 1024
_ONE_BY_ONE = 256  # values decoded singly after a batch failed, before the next is tried
_TRIES = 4

_BLANK = re.compile(r"[ \t\r\n]*")
_OPENING = re.compile(r'\{[ \t\r\n]*(?:"[^"\\]{0,100}"|\})')


class Scanner:
    """A cursor over JSON text, or over its structure only (`counting`). Every error names the line."""

    def __init__(self, file: TextFile, *, counting: bool = False) -> None:
        self._text = file.open(by_lines=False)
        self._name = file.name
        self._decoder = ManyDecoder(counting=counting)
        self._buffer = ""
        self._at = 0
        self._line = 1
        self._ended = False
        self._fill()
        self._buffer = self._buffer.removeprefix("\ufeff")

    def peek(self) -> str:
        """Step over blanks and return the character at the cursor, "" at the end."""
        while True:
            blank = _BLANK.match(self._buffer, self._at)
            self._at = blank.end() if blank else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if self._ended:
                return ""
            self._fill()

    def at_line_end(self) -> bool:
        """Tell whether nothing has been read but one line, and nothing stands in it after the cursor."""
        rest = self._buffer[self._at :].lstrip(" \t\r")
        return self._line == 1 and "\n" not in self._buffer[: self._at] and rest[:1] in {"\n", ""}

    def skip(self, expected: str) -> None:
        """Step over a character that must be there."""
        if self.peek() != expected:
            raise self.broken(f"this is not valid JSON (expected {expected})")
        self._at += 1

    def value(self) -> object:
        """Decode the value at the cursor and step over it."""
        self.peek()
        while True:
            try:
                value, end = decode_one(self._buffer, self._at)
            except BrokenJsonError as error:
                if self._ended or not error.cut:
                    self._at = error.at
                    raise self.broken(error.what) from None
            else:
                if end < len(self._buffer) or self._ended:  # else a number may go on
                    self._at = end
                    return value
            self._fill()

    def members(self) -> dict[str, Any]:
        """Decode the object at the cursor and step over it."""
        value = self.value()
        if not isinstance(value, dict):
            raise self.broken("this is not valid JSON (expected an object)")
        return value

    def elements(self) -> Iterator[list[Any] | Rows]:
        """Decode the list at the cursor in batches of elements, and step over its end."""
        self.skip("[")
        if self.peek() == "]":
            self._at += 1
            return
        singly = 0
        while True:
            batch = self._elements_in_buffer() if not singly else None
            singly = _ONE_BY_ONE if batch is None and not singly else max(singly - 1, 0)
            yield [self.value()] if batch is None else batch
            if self.peek() == "]":
                self._at += 1
                return
            self.skip(",")

    def _elements_in_buffer(self) -> list[Any] | Rows | None:
        """Decode the objects that end in the buffer and step over them; None where that is not to be had.

        The cut is made before an object that opens like the one at the cursor. If what comes before it parses as a
        list, it is whole elements, since there is only one way to read JSON; if not, that object lies deeper.
        """
        opening = _OPENING.match(self._buffer, self._at) if self.peek() else None
        if opening is None:
            return None
        if len(self._buffer) - self._at < _PIECE and not self._ended:
            self._fill()
        cut = len(self._buffer)
        for _ in range(_TRIES):
            cut = self._buffer.rfind(opening[0], self._at + 1, cut)
            if cut < 0:
                return None
            before = self._buffer[self._at : cut].rstrip(" \t\r\n")
            if before.endswith(","):
                values = self._decoder.elements(before[:-1])
                if values is not None:
                    self._at += len(before) - 1
                    return values
        return None

    def lines(self) -> Iterator[list[Any] | Rows]:
        """Decode JSON Lines in batches, one value a line; a blank line is None."""
        while self._whole_lines():
            end = self._buffer.rfind("\n") + 1
            batch = self._decoder.lines(self._buffer[self._at : end])
            if batch is None:
                while self._at < end:
                    line_end = self._buffer.index("\n", self._at)
                    yield [self._one_line(line_end)]
                    self._at = line_end + 1
            else:
                self._at = end
                yield batch

    def _whole_lines(self) -> bool:
        """Make sure that the buffer holds a line's end; tell whether there is any text left."""
        while self._buffer.find("\n", self._at) < 0 and not self._ended:
            self._fill()
        if self._ended and self._at < len(self._buffer) and not self._buffer.endswith("\n"):
            self._buffer += "\n"
        return self._at < len(self._buffer)

    def _one_line(self, end: int) -> object:
        text = self._buffer[self._at : end].strip(" \t\r")
        if not text:
            return None
        try:
            value, at = decode_one(text, 0)
        except BrokenJsonError as error:
            raise self.broken(error.what) from None
        if at < len(text):
            raise self.broken("more than one value in a line of JSON Lines")
        return value

    def _fill(self) -> None:
        pending = len(self._buffer) - self._at
        if pending > MAX_VALUE:
            raise self.broken(f"one value is longer than {MAX_VALUE >> 20} MB")
        self._line += self._buffer.count("\n", 0, self._at)
        piece = self._text.read(max(_PIECE, pending))
        self._ended = not piece
        self._buffer = self._buffer[self._at :] + piece
        self._at = 0

    def broken(self, what: str) -> SourceUnreadable:
        """Return the error for JSON that goes on, or ends, in a way it must not."""
        ended = self._ended and self._at >= len(self._buffer.rstrip())
        line = self._line + self._buffer.count("\n", 0, self._at)
        return SourceUnreadable(
            f"{self._name}, line {line:,}: {'the file ends in the middle' if ended else what}.",
            hint="Export the file again; it may have been cut off, or edited.",
        )
