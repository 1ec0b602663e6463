"""Where the ledger is when nobody says where: the folder that the system keeps for a user's state."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from program import Program, expected_phones, phones, write_leads

from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a user's folders are in the registry there")

UPLOAD = ("upload", "leads.csv", "--name", "March", "--region", "IN", "--json")
UNDER_HOME = "Library/Application Support" if sys.platform == "darwin" else ".local/state"


class AtHome(Program):
    """The program for a user who has set no TELECMI_STATE_DIR."""

    def variables(self) -> dict[str, str]:
        """Return the process's environment."""
        return {name: value for name, value in super().variables().items() if name != "TELECMI_STATE_DIR"}


def working_folder(home: Path, name: str) -> Path:
    """Make a folder with the lead file in it."""
    folder = home / name
    folder.mkdir(parents=True)
    write_leads(folder / "leads.csv", 3)
    return folder


def test_the_default_folder_is_the_users_own(tmp_path: Path, sandbox: Sandbox) -> None:
    """The ledger is where the system keeps state, private, and the same for every working folder of the user."""
    home = {"HOME": str(tmp_path)}
    first = AtHome(working_folder(tmp_path, "monday"), sandbox.url, home)
    assert first.run(*UPLOAD).code == 0
    state = tmp_path / UNDER_HOME / "telecmi-leads"
    assert (state / "ledger.sqlite3").stat().st_mode & 0o777 == 0o600
    assert state.stat().st_mode & 0o777 == 0o700
    assert not list((tmp_path / "monday").glob("**/ledger*"))
    second = AtHome(working_folder(tmp_path, "tuesday"), sandbox.url, home)
    again = second.run(*UPLOAD, "--new-only")
    assert (again.code, again.json["rows"]["leads"]) == (0, 0)
    assert "March" in second.run("runs").out
    assert phones(sandbox.campaigns()) == expected_phones(3)


@pytest.mark.skipif(sys.platform != "linux", reason="the variable is of the XDG folders")
def test_the_systems_variable_moves_the_default_folder(tmp_path: Path, sandbox: Sandbox) -> None:
    """XDG_STATE_HOME says where state is kept; TELECMI_STATE_DIR says it for this program alone, and comes first."""
    folder = working_folder(tmp_path, "work")
    environment = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "xdg")}
    assert AtHome(folder, sandbox.url, environment).run(*UPLOAD).code == 0
    assert (tmp_path / "xdg" / "telecmi-leads" / "ledger.sqlite3").exists()
    assert not (tmp_path / ".local").exists()
    own = Program(folder, sandbox.url, {**environment, "TELECMI_STATE_DIR": str(tmp_path / "own")})
    assert own.run(*UPLOAD[:3], "April", *UPLOAD[4:]).code == 0
    assert (tmp_path / "own" / "ledger.sqlite3").exists()


def test_no_home_is_said(tmp_path: Path) -> None:
    """Where there is no home that can be written to, the error names the folder and nothing is sent."""
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with Sandbox() as sandbox:
        program = AtHome(working_folder(tmp_path, "work"), sandbox.url, {"HOME": str(tmp_path / "file")})
        ended = program.run(*UPLOAD)
        assert (ended.code, ended.json["error"]["code"], sandbox.requests()) == (8, "ledger", ())
        assert str(tmp_path / "file") in ended.json["error"]["message"]


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_a_ledger_that_is_gone_is_told(tmp_path: Path, sandbox: Sandbox, more: tuple[str, ...]) -> None:
    """With a key and no ledger nobody is known any more: that is said; a folder with neither or both is no case."""
    program = Program(working_folder(tmp_path, "here"), sandbox.url)
    assert program.run(*UPLOAD).json["warnings"] == []
    assert program.run(*UPLOAD, *more).json["warning_codes"] == ({"run_exists": 1} if more else {})
    for file in (program.folder / "state").glob("ledger.sqlite3*"):
        file.unlink()
    ended = program.run(*UPLOAD[:3], "April", *UPLOAD[4:], "--new-only", *more).json
    assert ended["warnings"] == [
        (
            f"The state folder {program.folder}/state holds the key of a ledger that is not there: whoever was "
            "uploaded before is not known, and not left out. If there was one, put ledger.sqlite3 back from a backup."
        )
    ]
    assert ended["warning_codes"] == {"ledger_gone": 1}


def test_a_run_that_was_refused_whole_was_not_uploaded(tmp_path: Path, sandbox: Sandbox) -> None:
    """The same command again says of a run of which nothing is in just that."""
    program = Program(working_folder(tmp_path, "here"), sandbox.url)
    sandbox.order("422@1")
    first, again = (program.run(*UPLOAD[:-1]) for _ in range(2))
    assert (first.code, again.code, len(sandbox.requests())) == (4, 4, 1)
    [said] = [line.split(" ", 2)[2] for line in again.err.splitlines() if "nothing is sent again" in line]
    assert said.startswith("March was tried on ")
    assert said.endswith("), and nothing of it is in; nothing is sent again.")
