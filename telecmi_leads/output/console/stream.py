"""Standard output and standard error, written to in a way that never fails the work behind it.

Whoever reads may be gone (`| head`), a scheduler may have closed the stream, an old code page may lack a
character. None of it may end an upload, so nothing here raises.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import IO

_DRAWN = "━╸✓✗·•…─"
_PLAINER = str.maketrans({"•": "*", "…": "...", "·": "-", "─": "-"})


class Stream:
    """A text stream that swallows what can't be written; `broken` tells whether anything was.

    `target` is None where the process was started without the stream. Characters that the stream's encoding
    lacks are written as escapes.
    """

    def __init__(self, target: IO[str] | None) -> None:
        self._target = target
        self.broken = target is None

    @property
    def encoding(self) -> str:
        """The encoding of the stream below."""
        return getattr(self._target, "encoding", None) or "utf-8"

    @property
    def unicode(self) -> bool:
        """Tell whether the stream can show the characters that bars and marks are made of."""
        try:
            _DRAWN.encode(self.encoding)
        except (UnicodeEncodeError, LookupError):
            return False
        return True

    def isatty(self) -> bool:
        """Tell whether a person looks at the stream."""
        try:
            return self._target is not None and self._target.isatty()
        except ValueError:  # closed
            return False

    def fileno(self) -> int:
        """Return the descriptor; raises OSError where there is none, as streams do."""
        if self._target is None:
            raise OSError("no stream")
        return self._target.fileno()

    def write(self, text: str) -> int:
        """Write what can be written."""
        if self._target is not None and not self.broken:
            try:
                self._write(self._target, text)
            except (OSError, ValueError):
                self._give_up()
        return len(text)

    def _write(self, target: IO[str], text: str) -> None:
        try:
            target.write(text)
        except UnicodeEncodeError:
            plainer = text.translate(_PLAINER)
            target.write(plainer.encode(self.encoding, "backslashreplace").decode(self.encoding))

    def write_bytes(self, content: bytes) -> None:
        """Write bytes as they are, such as JSON, past any translation of characters or line ends."""
        if self._target is None or self.broken:
            return
        try:
            self._target.flush()
            raw = getattr(self._target, "buffer", None)
            if raw is None:
                self._target.write(content.decode("utf-8"))
            else:
                raw.write(content)
            self._target.flush()
        except (OSError, ValueError):
            self._give_up()

    def flush(self) -> None:
        """Flush what can be flushed."""
        if self._target is not None and not self.broken:
            try:
                self._target.flush()
            except (OSError, ValueError):
                self._give_up()

    def _give_up(self) -> None:
        """Write no more, and have the interpreter's own flush at its end find nothing to complain about."""
        self.broken = True
        with suppress(OSError, ValueError):
            descriptor = self.fileno()
            sink = os.open(os.devnull, os.O_WRONLY)
            os.dup2(sink, descriptor)
            os.close(sink)
