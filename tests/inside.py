"""The whole program inside this process: a tenth of the time of a process of its own, for tests that need no kill."""

from __future__ import annotations

import io
import os
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING
from unittest import mock

from program import Ended, Program

from telecmi_leads.__main__ import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Inside(Program):
    """Runs command lines as `Program` does, in its folder and with its environment, without starting a process."""

    def run(self, *arguments: str | Path, stdin: str = "", timeout: float = 100) -> Ended:  # noqa: ARG002 - as above
        """Run the program to its end."""
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        given = io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8")
        with self._place(), redirect_stdout(out), redirect_stderr(err), mock.patch("sys.stdin", given):
            code = run([*map(str, arguments)])
        said = [stream.buffer.getvalue().decode() for stream in (out, err)]
        return Ended(int(code), *said)

    @contextmanager
    def _place(self) -> Iterator[None]:
        before = os.getcwd()  # noqa: PTH109 - a text to go back to
        os.chdir(self.folder)
        try:
            with mock.patch.dict(os.environ, self.variables(), clear=True):
                yield
        finally:
            os.chdir(before)
