"""The heartbeat: what a monitor of cron jobs hears, and that it never decides how a run ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from inside import Inside
from program import write_leads
from rawserver import RawServer, always, answer

from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UPLOAD = ("upload", "leads.csv", "--name", "M", "--region", "IN", "--quiet")


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Inside]:
    """Return the program with a file of five leads and a sandbox."""
    write_leads(tmp_path / "leads.csv", 5)
    with Sandbox() as sandbox:
        yield Inside(tmp_path, sandbox.url)


def heard(server: RawServer) -> list[str]:
    """Return the paths asked for, in order."""
    return [request.split(b" ")[1].decode() for request in server.requests]


@pytest.mark.parametrize(
    ("command", "code", "end"),
    [
        (UPLOAD, 0, "/beat"),
        (("resume", "--quiet"), 0, "/beat"),
        (("upload", "none.csv", *UPLOAD[2:]), 3, "/beat/fail"),
        (("upload", "leads.csv", "--quiet"), 2, "/beat/fail"),
        ((*UPLOAD, "--strict", "--types", "toll_free"), 3, "/beat/fail"),
    ],
)
def test_the_beginning_and_the_end_are_told(program: Inside, command: tuple[str, ...], code: int, end: str) -> None:
    """URL/start comes first, then URL for a complete run and URL/fail for any other."""
    with RawServer(always(answer(b"OK"))) as server:
        assert program.run(*command, "--heartbeat", f"{server.url}/beat").code == code
        assert heard(server) == ["/beat/start", end]


def test_a_query_stays_behind_the_path(program: Inside) -> None:
    """A monitor's key may stand in the URL's query."""
    with RawServer(always(answer(b"OK"))) as server:
        assert program.run("upload", "none.csv", *UPLOAD[2:], "--heartbeat", f"{server.url}/b/?key=a%2Fb").code == 3
        assert heard(server) == ["/b/start?key=a%2Fb", "/b/fail?key=a%2Fb"]


@pytest.mark.parametrize("url", ["no url", "http://[", "ftp://example.com/x"])
def test_a_heartbeat_that_is_no_http_address_stops_the_run(program: Inside, url: str) -> None:
    """A monitor that could never hear is an error of the command before anything is sent: exit 2."""
    ended = program.run(*UPLOAD, "--heartbeat", url)
    assert (ended.code, ended.out, "--heartbeat" in ended.err) == (2, "", True)


def test_a_heartbeat_that_nobody_hears_changes_nothing(program: Inside) -> None:
    """The run ends as it ends; it is told as a warning, which --quiet leaves out."""
    url = "http://127.0.0.1:9/"
    ended = program.run(*UPLOAD, "--heartbeat", url)
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    shown = program.run(*UPLOAD[:-1], "--heartbeat", url)
    assert (shown.code, shown.err.count("Warning: The heartbeat could not be told.")) == (0, 2)


def test_what_is_said_of_the_heartbeat_comes_before_the_end(program: Inside) -> None:
    """Behind the verdict and the next command nothing comes; the JSON has the warnings too."""
    away = ("--heartbeat", "http://127.0.0.1:9/")
    lines = program.run(*UPLOAD[:-1], *away).err.splitlines()
    assert [line[20:].split()[0] for line in lines[-3:]] == ["Warning:", "report", "complete"]
    told = program.run(*UPLOAD, *away, "--json").json
    assert told["warnings"] == ["The heartbeat could not be told."] * 2
    assert told["warning_codes"] == {"heartbeat_not_told": 2}


def test_trials_have_no_heartbeat(program: Inside) -> None:
    """A dry run and validate, whose profile may name one, leave the monitor alone, also where they fail."""
    with RawServer(always(answer(b"OK"))) as server:
        (program.folder / "telecmi-leads.toml").write_text(f'heartbeat = "{server.url}/beat"\n')
        assert program.run(*UPLOAD, "--dry-run").code == 0
        assert program.run("validate", "leads.csv", "--region", "IN").code == 0
        assert program.run("validate", "none.csv").code == 3
        assert heard(server) == []
