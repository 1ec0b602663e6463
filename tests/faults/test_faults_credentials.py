"""Secrets of every kind from every place, and what the service then gets: row 35, on the whole program."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from inside import Inside
from rawserver import RawServer, always

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SECRETS = {
    "plain": "abcDEF123",
    "a dollar": "a$HOME${PATH}$$b",
    "braces": "{a}{{b}}%s%(x)s",
    "a hash": "a#b #c",
    "single quotes": "it's 'x'",
    "double quotes": 'say "x"',
    "a quote at the start": "'open",
    "backslashes": "a\\b\\\\n\\'",
    "spaces within": "a  b c",
    "a space at the end": "ab ",
    "a tab": "a\tb",
    "a line break": "a\nb",
    "equals": "=a=b==",
    "an assignment": "TELECMI_SECRET=x",
    "other scripts": "पासवर्ड-ß-😀",
    "a byte-order mark": "ab\ufeffcd",
    "an override": "ab\u202ecd",
    "nothing": "",
    "spaces alone": "   ",
    "10 KB": "k$" * 5000,
}
EVERYWHERE_GOOD = {"plain", "a dollar", "braces", "spaces within", "equals", "an assignment", "other scripts", "10 KB"}
EVERYWHERE_REFUSED = {
    "a byte-order mark",
    "a tab",
    "a line break",
    "an override",
    "nothing",
    "spaces alone",
    "a space at the end",
}


def unquoted(program: Inside, secret: str) -> tuple[str, ...]:
    """Write it into .env as it is."""
    (program.folder / ".env").write_bytes(f"TELECMI_SECRET={secret}\n".encode())
    return ()


def quoted(program: Inside, secret: str) -> tuple[str, ...]:
    """Write it into a file for --env-file in single quotes, as .env.example says, by an editor of Windows."""
    inner = secret.replace("\\", "\\\\").replace("'", "\\'")
    (program.folder / "my.env").write_bytes(f"\ufeffTELECMI_APP_ID=1111112\r\nTELECMI_SECRET='{inner}'\r\n".encode())
    return ("--env-file", "my.env")


def from_the_environment(program: Inside, secret: str) -> tuple[str, ...]:
    """Set the variable."""
    program.environment["TELECMI_SECRET"] = secret
    return ()


def from_a_file(program: Inside, secret: str) -> tuple[str, ...]:
    """Write a file for --secret-file, with a line end behind it."""
    (program.folder / "secret").write_bytes(f"{secret}\r\n".encode())
    (program.folder / "secret").chmod(0o600)
    return ("--secret-file", "secret")


class Bare(Inside):
    """The program without a secret in its environment, unless a test sets one."""

    def variables(self) -> dict[str, str]:
        """Return the process's environment."""
        found = super().variables()
        if "TELECMI_SECRET" not in self.environment:
            del found["TELECMI_SECRET"]
        return found


@pytest.fixture(scope="module")
def service() -> Iterator[RawServer]:
    """Run a server that keeps what it is sent."""
    with RawServer(always()) as server:
        yield server


@pytest.mark.parametrize("place", [unquoted, quoted, from_the_environment, from_a_file])
def test_a_secret_arrives_exactly_or_not_at_all(
    tmp_path: Path, service: RawServer, place: Callable[[Inside, str], tuple[str, ...]]
) -> None:
    """(Row 35) What the service gets is the very secret, or the program ends with X6 and nothing is sent.

    Neither way is it shown.
    """
    taken = set()
    for name, secret in SECRETS.items():
        if place is unquoted and name == "a line break":
            continue  # two lines are two settings
        program = Bare(tmp_path, service.url)
        program.environment.clear()
        before = len(service.requests)
        ended = program.run("check", *place(program, secret))
        sent = [json.loads(re.split(rb"\r\n\r\n", request, maxsplit=1)[1]) for request in service.requests[before:]]
        assert (name, ended.code, [body["secret"] for body in sent]) in [(name, 0, [secret]), (name, 6, [])], ended.err
        assert len(secret.strip()) < 3 or secret not in ended.out + ended.err
        taken |= {name} if sent else set()
    assert taken >= EVERYWHERE_GOOD
    assert not taken & EVERYWHERE_REFUSED


def test_a_secret_file_with_a_mark_and_a_line_end(tmp_path: Path, service: RawServer) -> None:
    """(Row 35) A byte-order mark before and one line end behind a secret file are none of the secret's; two are."""
    for content, good in ((b"\xef\xbb\xbfabcdef\n", True), (b"abcdef", True), (b"abcdef\n\n", False), (b"\n", False)):
        program = Bare(tmp_path, service.url)
        (tmp_path / "secret").write_bytes(content)
        (tmp_path / "secret").chmod(0o600)
        ended = program.run("check", "--secret-file", "secret")
        assert ended.code == (0 if good else 6), ended.err
        assert not good or b'"secret":"abcdef"' in service.requests[-1]
