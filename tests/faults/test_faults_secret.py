"""The secret and the phones, whatever breaks where: row 34, on the whole program with an exception in each function."""

from __future__ import annotations

import base64
import inspect
import json
import logging
import os
import sqlite3
import sys
import threading
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from inside import Inside
from program import SECRET, Program, write_leads
from rawserver import RawServer, always, answer

import telecmi_leads
from telecmi_leads.core.masking import pieces_of
from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType, FrameType

PACKAGE = Path(telecmi_leads.__file__).parent
PHONES = ("9876501234", "9876505678")
UPLOAD = ("upload", "leads.csv", "--name", "March", "--region", "IN", "--size", "1", "--retries", "0", "--settle", "0")
MEANT_FOR_PHONES = {"ledger.sqlite3", "ledger.sqlite3-wal", "ledger.sqlite3-shm", "refused.csv", "leads.csv"}
OUTERMOST = {"__main__.py:run", "__main__.py:_signals", "cli/entry.py:run_command"}  # nobody catches it above them
TELLING = f"{SECRET} {PHONES[0]}"
ERRORS: tuple[Callable[[], Exception], ...] = (
    lambda: RuntimeError(TELLING, {"secret": SECRET}),
    lambda: OSError(5, os.strerror(5), TELLING),
    lambda: KeyError(TELLING),
    lambda: sqlite3.DatabaseError(TELLING),
    lambda: msgspec.ValidationError(TELLING),
)


@cache
def of_the_program(code: CodeType) -> str | None:
    """Return the name of a function of the program, None for any other; the stand-in's are the other side's."""
    file = Path(code.co_filename)
    function = code.co_flags & inspect.CO_OPTIMIZED  # the body of a class or module is none
    if PACKAGE not in file.parents or "sandbox" in file.parts or code.co_name.startswith("<") or not function:
        return None
    return f"{file.relative_to(PACKAGE).as_posix()}:{code.co_qualname}"


@contextmanager
def traced(on_call: Callable[[FrameType, str], None]) -> Iterator[None]:
    """Call back at each call of a function of the program, in every thread; what the callback raises, it raises."""

    def trace(frame: FrameType, _event: str, _argument: object) -> None:
        name = of_the_program(frame.f_code)
        if name is not None:
            on_call(frame, name)

    before = sys.gettrace()
    threading.settrace(trace)
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)
        threading.settrace(before)  # type: ignore[arg-type] - None is how it is taken off


def holds_the_secret(frame: FrameType | None) -> bool:
    """Tell whether the secret stands in a variable of a frame or of those that called it."""
    while frame is not None:
        for value in frame.f_locals.values():
            if (isinstance(value, str) and SECRET in value) or (isinstance(value, bytes) and SECRET.encode() in value):
                return True
        frame = frame.f_back
    return False


class _FromAFile(Inside):
    """The program without a secret in its environment."""

    def variables(self) -> dict[str, str]:
        return {name: text for name, text in super().variables().items() if name != "TELECMI_SECRET"}


def a_program(folder: Path, sandbox: Sandbox) -> Inside:
    """Return the program in a folder with two leads; the secret comes from a file."""
    folder.mkdir(exist_ok=True)
    pieces_of.cache_clear()  # so that each program works out anew what to hide
    rows = [f"Asha {number},{phone}" for number, phone in enumerate(PHONES)]
    (folder / "leads.csv").write_text("\n".join(["Name,Mobile", *rows]) + "\n", encoding="utf-8")
    (folder.parent / "secret").write_text(SECRET)
    (folder.parent / "secret").chmod(0o600)
    program = _FromAFile(folder, sandbox.url)
    (folder / "telecmi-leads.toml").write_text("secret_file = '../secret'\n")
    return program


def called(folder: Path, wanted: Callable[[FrameType], bool]) -> list[str]:
    """Run an upload; return the functions of the program that it calls, as far as wanted, in their order."""
    found: dict[str, None] = {}

    def note(frame: FrameType, name: str) -> None:
        if name not in found and wanted(frame):
            found[name] = None

    with Sandbox() as sandbox:
        program = a_program(folder, sandbox)
        with traced(note):
            assert program.run(*UPLOAD).code == 0
    return list(found)


def leaks(folder: Path, said: str) -> list[str]:
    """Return where the secret, or a phone that does not belong there, is to be found."""
    found = [f"stream: {each}" for each in (SECRET, *PHONES) if each in said]
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            words = (SECRET,) if path.name in MEANT_FOR_PHONES else (SECRET, *PHONES)
            found += [f"{path.name}: {word}" for word in words if word.encode() in content]
    return found


def run_with(error: Callable[[], Exception], function: str, folder: Path) -> tuple[int, str]:
    """Upload with an exception at the first call of a function; return the exit code and all that was said and logged.

    The exception and its cause hold the secret and a phone.
    """
    raised: list[str] = []
    log: list[str] = []

    def fail(_frame: FrameType, name: str) -> None:
        if name == function and not raised:
            raised.append(name)
            raise error() from ValueError(TELLING)

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            log.append(f"{record.getMessage()} {vars(record)}")

    handler = Handler()
    logging.getLogger().addHandler(handler)
    try:
        with Sandbox() as sandbox:
            program = a_program(folder, sandbox)
            with traced(fail):
                ended = program.run(*UPLOAD)
    finally:
        logging.getLogger().removeHandler(handler)
    assert raised == [function], "the function was not called again"
    return ended.code, ended.out + ended.err + "".join(log)


@pytest.mark.timeout(300)
def test_no_exception_takes_the_secret_along(tmp_path: Path) -> None:
    """(Row 34) An exception in each function that is called with the secret in scope: it is in no stream, log or file.

    The functions are those that an upload really calls, so that a new one is covered by itself.
    """
    called(tmp_path / "first", holds_the_secret)  # imports are done and patterns compiled by it
    functions = called(tmp_path / "whole", holds_the_secret)
    assert {"sending/client.py:_with_secret", "sending/transport.py:Transport.request"} <= set(functions)
    assert len(functions) > 20
    for number, function in enumerate(functions):
        folder = tmp_path / str(number)
        code, said = run_with(ERRORS[number % len(ERRORS)], function, folder)
        assert (function, leaks(folder, said)) == (function, [])
        assert code in {0, 1, 4, 5, 6, 8}, function


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_no_exception_anywhere_takes_anything_along(tmp_path: Path) -> None:
    """(Row 34) The same in every function of an upload, from the command line's first to the report's last."""
    called(tmp_path / "first", lambda _frame: True)  # imports and caches are filled by it
    again = called(tmp_path / "whole", lambda _frame: True)
    # What a check of an option says of a value is shown, as it should be; no lead and no secret is near it.
    functions = [each for each in again if each not in OUTERMOST and not each.startswith("settings/options.py:")]
    bad = []
    for number, function in enumerate(functions):
        for kind, error in enumerate(ERRORS):
            folder = tmp_path / f"{number}-{kind}"
            _, said = run_with(error, function, folder)
            bad += [(function, kind, leak) for leak in leaks(folder, said)]
    print(f"\n{len(functions)} functions, {len(ERRORS)} kinds of exception")  # noqa: T201 - a long run says what it did
    assert bad == []


def test_secret_and_phones_are_in_no_argument_or_environment(tmp_path: Path) -> None:
    """(Row 34) Neither the program's arguments nor its workbook reader's arguments or environment hold them."""
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["Name", "Mobile"], *([f"Asha {phone}", phone] for phone in PHONES)):
        book.active.append(row)
    book.save(tmp_path / "leads.xlsx")
    spy = tmp_path / "sitecustomize.py"
    spy.write_text(SPY)
    with Sandbox() as sandbox:
        program = Program(tmp_path, sandbox.url, {"PYTHONPATH": str(tmp_path), "SPY": str(tmp_path / "seen")})
        ended = program.run("upload", "leads.xlsx", "--name", "March", "--region", "IN")
    assert ended.code == 0, ended.err
    started = (tmp_path / "seen").read_text(encoding="utf-8")
    assert "workbook_child.py" in started
    assert [each for each in (SECRET, *PHONES) if each in started] == []


SPY = """
import os, sys

def hook(event, arguments):
    if event == "subprocess.Popen":
        with open(os.environ["SPY"], "a", encoding="utf-8") as file:
            print(sys.argv, arguments, file=file)

sys.addaudithook(hook)
"""


def test_a_crash_dump_holds_no_secret(tmp_path: Path) -> None:
    """(Row 34) Python's own crash handler, development mode and verbose imports show frames, and no values."""
    with Sandbox(faults=["500-after@*"]) as sandbox:
        a_program(tmp_path / "work", sandbox)
        program = Program(tmp_path / "work", sandbox.url, {"PYTHONFAULTHANDLER": "1", "PYTHONDEVMODE": "1"})
        process = program.start(*UPLOAD, "--settle", "30")
        while not sandbox.requests():
            assert process.poll() is None
        os.kill(process.pid, 11)
        out, err = process.communicate(timeout=60)
    assert "Fatal Python error" in err
    assert leaks(tmp_path / "work", out + err) == []


@pytest.mark.parametrize(
    "misplaced",
    [
        {"TELECMI_APP_ID": SECRET, "TELECMI_SECRET": "1111112"},
        {"TELECMI_APP_ID": f"{SECRET}_live"},
        {"TELECMI_SECRET": f"<{SECRET}>"},
        {"TELECMI_BASE_URL": f"https://1111112:{SECRET}@rest.telecmi.com"},
        {"TELECMI_BASE_URL": f"rest.telecmi.com/?secret={SECRET}"},
        {"TELECMI_BASE_URL": f"https://rest.telecmi.com/{SECRET}"},
    ],
)
@pytest.mark.parametrize("command", [UPLOAD, ("check",), ("check", "--json")])
def test_a_secret_in_the_wrong_place_is_not_shown(
    tmp_path: Path, misplaced: dict[str, str], command: tuple[str, ...]
) -> None:
    """(Row 34) App id and secret in each other's place, a secret in the example's brackets or in an address."""
    write_leads(tmp_path / "leads.csv", 1)
    program = Inside(tmp_path, environment={"HTTPS_PROXY": "http://127.0.0.1:9", **misplaced})
    ended = program.run(*command)
    assert ended.code in {5, 6}
    assert leaks(tmp_path, ended.out + ended.err) == []


ECHOES: dict[str, Callable[[str], str]] = {
    "zero-width": "\u200b".join,
    "no-break spaces": "\xa0".join,
    "line breaks": "\n".join,
    "capitals": str.upper,
    "percent": lambda secret: "".join(f"%{ord(each):02x}" for each in secret),
    "HTML": lambda secret: "".join(f"&#{ord(each)};" for each in secret),
    "JSON twice": lambda secret: "".join(f"\\u{ord(each):04x}" for each in secret),
    "hex": lambda secret: secret.encode().hex(),
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "fillers": "\u3164".join,
    "tags": "<wbr>".join,
    "numbers": lambda secret: str(list(secret.encode())),
    "base64 twice": lambda secret: base64.b64encode(base64.b64encode(secret.encode())).decode(),
}


@pytest.mark.parametrize("echo", ECHOES)
def test_an_echoed_secret_is_in_no_output(tmp_path: Path, echo: str) -> None:
    """(Row 58) A secret that a server repeats in disguise, in its words or a redirect, gets into no stream or file."""
    disguised = ECHOES[echo](SECRET)
    refusal = answer(json.dumps({"code": 422, "msg": f"Wrong key: {disguised}"}).encode(), "422 No")
    moved = answer(b"", "302 Found", f"Location: https://{ECHOES['hex'](SECRET)}.example.com/")
    for number, said in enumerate((refusal, moved)):
        folder = tmp_path / str(number)
        folder.mkdir()
        write_leads(folder / "leads.csv", 2)
        with RawServer(always(said)) as server:
            ended = Inside(folder, server.url).run(*UPLOAD)
        assert ended.code in {5, 6}  # words that are not documented leave the outcome open
        files = [path.read_bytes().decode("utf-8", "replace") for path in folder.rglob("*") if path.is_file()]
        told = "".join((ended.out, ended.err, *files))
        assert "•••" in told
        plain = "".join(filter(str.isalnum, told.casefold()))
        for hidden in {SECRET, disguised.encode("ascii", "ignore").decode(), ECHOES["hex"](SECRET)}:
            assert "".join(filter(str.isalnum, hidden.casefold())) not in plain
