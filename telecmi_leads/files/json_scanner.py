"""A cursor over the text of a JSON file, which hands out values one by one or in batches, in flat memory."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.files.bounds import MAX_VALUE
from telecmi_leads.files.json_values import BrokenJsonError, ManyDecoder, decode_one, equal_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telecmi_leads.files.encoding import TextFile
    from telecmi_leads.files.json_values import Rows

_PIECE = 128 * 1024
_ONE_BY_ONE = 256  # values decoded singly after a batch failed, before the next is tried
_TRIES = 4

_BLANK = re.compile(r"[ \t\r\n]*")
_OPENING = re.compile(r'\{[ \t\r\n]*(?:"[^"\\]{0,100}"|\})')


class Scanner:
    """A cursor over JSON text, or over its structure only (`counting`). Every error names the line."""

    def __init__(self, file: TextFile, *, counting: bool = False) -> None:
        self._file = file
        self._text = file.open(by_lines=False)
        self._decoder = ManyDecoder(counting=counting)
        self._buffer = ""
        self._at = 0
        self._left_behind = 0
        self._ended = False
        self._fill()
        self._at = int(self._buffer.startswith("\ufeff"))

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
        return rest[:1] in {"\n", ""} and self._line_ends() == 0

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

    @property
    def position(self) -> int:
        """How many characters stand before the cursor."""
        return self._left_behind + self._at

    def step_over(self) -> None:
        """Step over the value at the cursor, however long a list or object it is."""
        opening = self.peek()
        if opening == "[":
            known = self._decoder
            self._decoder = ManyDecoder(counting=True)  # or the keys of this list would be learned for those to be read
            for _ in self.elements():
                pass
            self._decoder = known
        elif opening == "{":
            for _ in self.walk_keys():
                self.step_over()
        else:
            self.value()

    def members(self) -> dict[str, Any]:
        """Decode the object at the cursor and step over it."""
        value = self.value()
        if not isinstance(value, dict):
            raise self.broken("this is not valid JSON (expected an object)")
        return value

    def walk_keys(self) -> Iterator[str]:
        """Walk the keys of the object at the cursor, each of which it has once; the caller steps over each value."""
        self.skip("{")
        if self.peek() == "}":
            self.skip("}")
            return
        known: set[str] = set()
        while True:
            if self.peek() != '"':
                raise self.broken("this is not valid JSON (expected a key in quotes)")
            key = str(self.value())
            if key in known:
                raise self.broken(equal_keys(key))
            known.add(key)
            self.skip(":")
            yield key
            if self.peek() == "}":
                self.skip("}")
                return
            self.skip(",")

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
        self._left_behind += self._at
        piece = self._text.read(max(_PIECE, pending))
        self._ended = not piece
        self._buffer = self._buffer[self._at :] + piece
        self._at = 0

    def broken(self, what: str) -> SourceUnreadable:
        """Return the error for JSON that goes on, or ends, in a way it must not."""
        ended = self._ended and self._at >= len(self._buffer.rstrip())
        return SourceUnreadable(
            f"{self._file.name}, line {self._line_ends() + 1:,}: {'the file ends in the middle' if ended else what}.",
            hint="Export the file again; it may have been cut off, or edited.",
        )

    def _line_ends(self) -> int:
        """Count the line ends above the cursor, in the file itself: counting on the way would cost as much as reading.

        Nothing more can be read after it.
        """
        above = self.position
        with self._file.open(by_lines=False) as text:
            return sum(text.read(min(_PIECE, above - at)).count("\n") for at in range(0, above, _PIECE))
