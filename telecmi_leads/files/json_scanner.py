"""A cursor over JSON text of any length, in a sliding buffer: value by value, or as many as the buffer holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.files.json_values import BrokenJsonError, ManyDecoder, Rows, decode_one

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telecmi_leads.files.encoding import TextFile

_PIECE = 128 * 1024
_MAX_VALUE = 16 * 1024 * 1024
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

    def value(self) -> Any:  # noqa: ANN401 - any JSON value
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

    def _one_line(self, end: int) -> Any:  # noqa: ANN401 - any JSON value
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
        if pending > _MAX_VALUE:
            raise self.broken(f"one value is longer than {_MAX_VALUE >> 20} MB")
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
