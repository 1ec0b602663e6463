"""The console on real streams: terminals, pipes that break, closed and narrow ones (rows 24 and 32)."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from places import TESTS

from telecmi_leads.core.errors import UsageError
from telecmi_leads.core.run import Problem
from telecmi_leads.output.console import Console
from telecmi_leads.output.console.screen import Stream
from telecmi_leads.settings.options import OutputOptions
from telecmi_leads.settings.surroundings import Terminal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PLAIN = Terminal(no_color=False, dumb=False, columns=None)
SHOW = TESTS / "show_screens.py"
PATHS = os.pathsep.join(map(str, (SHOW.parent, SHOW.parent.parent)))


def on_a_terminal(environment: Mapping[str, str], columns: int = 80) -> str:
    """Show an upload and its summary on a terminal of so many columns; return the bytes it got, as text."""
    pty = pytest.importorskip("pty")
    import fcntl
    import struct
    import termios

    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    got: list[bytes] = []

    def read() -> None:
        while True:
            try:
                data = os.read(master, 65536)
            except OSError:
                return
            if not data:
                return
            got.append(data)

    reader = threading.Thread(target=read)
    reader.start()
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": PATHS, "PYTHONIOENCODING": "utf-8"}
    env |= {"TERM": "xterm-256color", "TZ": "UTC", **environment}
    subprocess.run([sys.executable, str(SHOW)], stdout=slave, stderr=slave, env=env, check=True, cwd=SHOW.parent)
    os.close(slave)
    reader.join(10)
    os.close(master)
    return b"".join(got).decode("utf-8")


def left_standing(written: str) -> str:
    """Return what stands on the terminal in the end: without colours, and without lines that were erased."""
    lines = [""]
    for part in re.split(r"(\x1b\[\d*A|\x1b\[2K|\r\n|\r|\n)", re.sub(r"\x1b\[[\d;]*m", "", written)):
        if part in {"\n", "\r\n"}:
            lines.append("")
        elif part == "\r":
            continue
        elif part == "\x1b[2K":
            lines[-1] = ""
        elif re.fullmatch(r"\x1b\[\d*A", part):
            del lines[-int(part[2:-1] or 1) :]
        else:
            lines[-1] += part
    return "\n".join(lines)


@pytest.mark.parametrize("columns", [60, 80, 140])
def test_live_lines_leave_nothing_behind(columns: int) -> None:
    """On a terminal there is one bar; in the end it stands there once, true, with the campaigns in trouble above."""
    written = on_a_terminal({}, columns)
    assert "━" in written
    assert "Waiting" in written
    assert "Preparing" in written
    standing = left_standing(written)
    assert "Waiting" not in standing
    assert "Preparing" not in standing
    assert "March-001" not in standing
    assert "✗ March-003   1,000 leads   refused: Duplicate phone" in standing
    assert [line[-5:] for line in standing.splitlines() if "━━━" in line] == ["  36%"]
    assert "2,000 of 5,431 leads in · 1,000 refused · 2,000 not proven" in standing
    assert "✓ All 2,431 leads are in. 81 rows were left out." in standing
    assert standing.rstrip().endswith("rejects.csv --name March --append\ndone")


def test_the_cursor_is_never_hidden() -> None:
    """A kill can't leave a terminal without its cursor, since nothing hides it."""
    assert "\x1b[?25l" not in on_a_terminal({})


def test_colours_are_optional() -> None:
    """There are colours on a terminal, and none where NO_COLOR is set; the words are the same."""
    coloured, plain = on_a_terminal({}), on_a_terminal({"NO_COLOR": "1"})
    colour = re.compile(r"\x1b\[[\d;]*m")
    assert colour.search(coloured)
    assert not colour.search(plain)
    coloured, plain = (re.sub(r"\d+\.\d s", "0.0 s", left_standing(each)) for each in (coloured, plain))
    assert coloured == plain


def test_a_dumb_terminal_gets_plain_lines() -> None:
    """With TERM=dumb there is no control code at all."""
    written = on_a_terminal({"TERM": "dumb"})
    assert "\x1b" not in written
    assert "✓ All 2,431 leads are in." in written


def test_a_pipe_is_never_coloured() -> None:
    """FORCE_COLOR and the like don't bring control codes into a pipe."""
    env = {
        **os.environ,
        "FORCE_COLOR": "1",
        "CLICOLOR_FORCE": "1",
        "TTY_COMPATIBLE": "1",
        "PYTHONIOENCODING": "utf-8",
    }
    done = subprocess.run([sys.executable, str(SHOW)], capture_output=True, env=env, check=True, cwd=SHOW.parent)
    assert b"\x1b" not in done.stdout + done.stderr
    assert b"\r" not in (done.stdout + done.stderr).replace(os.linesep.encode(), b"")


@pytest.mark.parametrize("closed", ["stdout", "stderr"])
def test_a_reader_that_is_gone_ends_nothing(closed: str, tmp_path: Path) -> None:
    """(Row 24) With a broken pipe on either stream the program runs to its end, without a word about it."""
    reading, writing = os.pipe()
    os.close(reading)
    other = (tmp_path / "other").open("wb")
    streams = {"stdout": other, "stderr": other, closed: writing}
    env = {**os.environ, "PYTHONPATH": PATHS}
    done = subprocess.run([sys.executable, str(SHOW)], check=False, env=env, **streams)  # type: ignore[call-overload]
    os.close(writing)
    other.close()
    assert done.returncode == 0
    said = (tmp_path / "other").read_text(encoding="utf-8")
    assert "Traceback" not in said
    assert "Exception" not in said
    assert said


@pytest.mark.skipif(os.name == "nt", reason="a shell's redirection")
def test_streams_that_were_never_there_end_nothing() -> None:
    """With both streams closed before the start the program runs to its end."""
    done = subprocess.run(
        ["/bin/sh", "-c", f'"{sys.executable}" "{SHOW}" >&- 2>&-'],
        check=False,
        env={**os.environ, "PYTHONPATH": PATHS},
    )
    assert done.returncode == 0


class Narrow(io.TextIOWrapper):
    """A stream of an old encoding."""

    def __init__(self, encoding: str) -> None:
        self.bytes = io.BytesIO()
        super().__init__(self.bytes, encoding=encoding, newline="")


@pytest.mark.parametrize(("encoding", "mark"), [("ascii", b"+"), ("cp1252", b"+"), ("utf-8", "✓".encode())])
def test_an_old_encoding_gets_other_signs(encoding: str, mark: bytes) -> None:
    """Where the signs can't be encoded there are plain ones, and what else is missing is escaped."""
    out = Narrow(encoding)
    console = Console(OutputOptions(), PLAIN, out=out, err=out)  # type: ignore[arg-type]
    from telecmi_leads.output.views import CheckView

    console.check([CheckView("name", passed=True, detail="नाम 9198•••210…")])
    out.flush()
    assert out.bytes.getvalue().startswith(mark + b" ok")
    if encoding == "ascii":
        assert out.bytes.getvalue() == (
            b"+ ok  name: \\u0928\\u093e\\u092e 9198***210...\n\n+ Ready: an upload finds all that it needs.\n"
        )


def test_a_stream_gives_up_once() -> None:
    """After the first failure nothing is tried again, and the failure is known."""

    class Full(io.StringIO):
        tries = 0

        def write(self, text: str) -> int:
            self.tries += len(text) > 0
            raise OSError(28, "No space left on device")

    full = Full()
    stream = Stream(full)
    assert (stream.write("a"), stream.write("b"), stream.broken, full.tries) == (1, 1, True, 1)
    stream.write_bytes(b"{}")
    stream.flush()
    closed = Stream(io.StringIO())
    closed._target.close()  # type: ignore[union-attr]  # noqa: SLF001 - as another part of the process might
    assert closed.isatty() is False
    closed.write("a")
    assert closed.broken


def test_nobody_is_asked_where_nobody_can_answer() -> None:
    """A question without a terminal is an error of usage, not a silent no."""
    console = Console(OutputOptions(), PLAIN, out=io.StringIO(), err=io.StringIO())  # type: ignore[arg-type]
    with pytest.raises(UsageError) as caught:
        console.confirm("Delete everything?")
    assert caught.value.hint == "Give --yes."


def test_an_error_is_shown_on_two_lines() -> None:
    """What is wrong comes first, then what to do."""
    err = io.StringIO()
    console = Console(OutputOptions(quiet=True), PLAIN, out=io.StringIO(), err=err)  # type: ignore[arg-type]
    console.error(Problem("ledger", "the ledger is damaged", "Restore it from a backup."))
    assert err.getvalue() == "Error: the ledger is damaged.\n       Restore it from a backup.\n"


def test_what_is_heavy_is_loaded_when_needed() -> None:
    """Importing console and reporting loads none of the libraries that draw, write workbooks or know phone numbers."""
    heavy = "rich jinja2 xlsxwriter phonenumbers sqlite3 requests"
    code = (
        "import sys, telecmi_leads.output.console, telecmi_leads.output.reports;"
        f"print([name for name in {heavy!r}.split() if name in sys.modules])"
    )
    env = {**os.environ, "PYTHONPATH": PATHS}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True)
    assert done.stdout == "[]\n"
