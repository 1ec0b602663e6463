"""A working folder that somebody else has filled (row 36), and files that others could read (row 37)."""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from program import SECRET, Program, expected_phones, phones, write_leads
from rawserver import RawServer, always

from telecmi_leads.core.errors import SettingsError
from telecmi_leads.settings.setting_files import env_text

if TYPE_CHECKING:
    from telecmi_leads.sandbox import Sandbox

UPLOAD = ("upload", "leads.csv", "--name", "March", "--region", "IN")
CONSOLE_SCRIPT = Path(sysconfig.get_path("scripts"), "telecmi-leads.exe" if os.name == "nt" else "telecmi-leads")
# Whatever Python, the program or its libraries could import; a package's __init__ module would do as well.
LIBRARIES = {
    "brotli", "certifi", "charset_normalizer", "core", "dotenv", "filelock", "idna", "jinja2", "msgspec", "orjson",
    "phonenumbers", "platformdirs", "pyroaring", "python_calamine", "requests", "rich", "settings", "sitecustomize",
    "typer", "urllib3", "usercustomize", "xlsxwriter",
}  # fmt: skip
# With these `python -m` itself begins, before any line of ours: what SECURITY.md says can't be prevented.
BY_PYTHON = {
    "collections", "contextlib", "functools", "importlib", "keyword", "operator", "reprlib", "types", "warnings",
}  # fmt: skip
SCRIPT, MODULE = [str(CONSOLE_SCRIPT)], [sys.executable, "-m", "telecmi_leads"]


def trap(folder: Path, names: set[str]) -> Path:
    """Fill a folder with modules that leave a mark when they are imported; return the mark's path."""
    mark = folder / "imported"
    for name in names:
        (folder / f"{name}.py").write_text(f"open({str(mark)!r}, 'a').write({name!r} + ' ')\n")
    return mark


@pytest.mark.parametrize("start", [SCRIPT, MODULE], ids=["script", "-m"])
def test_no_code_comes_from_the_working_folder(tmp_path: Path, sandbox: Sandbox, start: list[str]) -> None:
    """(Row 36) Modules named like those of the program, its libraries or Python are not imported from there."""
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["Name", "Mobile"], ["Asha", "9876500000"]):
        book.active.append(row)
    book.save(tmp_path / "leads.xlsx")
    mark = trap(tmp_path, (LIBRARIES | sys.stdlib_module_names) - (BY_PYTHON if start == MODULE else set()))
    program = Program(tmp_path, sandbox.url)
    for arguments in (
        ["upload", "leads.xlsx", "--name", "March", "--region", "IN"],
        ["explain", "9876500000", "--region", "IN"],
    ):
        ended = subprocess.run(
            [*start, *arguments], cwd=tmp_path, env=program.variables(), capture_output=True, text=True, check=False
        )
        imported = mark.read_text() if mark.exists() else ""
        assert (ended.returncode, imported) == (0, ""), ended.stderr
    assert phones(sandbox.campaigns()) == expected_phones(1)


def test_nothing_of_a_folder_sends_the_secret_elsewhere(tmp_path: Path, sandbox: Sandbox) -> None:
    """(Row 36) .netrc and proxies for the loopback interface are not used; the address that a file names is said."""
    write_leads(tmp_path / "leads.csv", 3)
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\ndefault login c password d\n")
    with RawServer(always()) as elsewhere:
        names = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy")
        environment = dict.fromkeys(names, elsewhere.url) | {"NETRC": str(tmp_path / ".netrc")}
        (tmp_path / ".env").write_text(f"TELECMI_BASE_URL={sandbox.url}\nHTTP_PROXY={elsewhere.url}\n")
        program = Program(tmp_path, environment=environment)
        program.environment["TELECMI_BASE_URL"] = sandbox.url
        ended = program.run(*UPLOAD)
        assert (ended.code, elsewhere.connections) == (0, 0), ended.err
    assert phones(sandbox.campaigns()) == expected_phones(3)


@pytest.mark.parametrize("url", ["http://rest.example.com", "ftp://127.0.0.1", "https://u:p@rest.example.com"])
def test_a_folders_address_must_be_https(tmp_path: Path, url: str) -> None:
    """(Row 36) A base URL in the folder's file that is not plain https: X6, the file named, nothing sent."""
    write_leads(tmp_path / "leads.csv", 3)
    (tmp_path / "telecmi-leads.toml").write_text(f'base_url = "{url}"\n')
    program = Program(tmp_path)
    environment = program.variables()
    del environment["TELECMI_BASE_URL"]
    ended = subprocess.run(
        [CONSOLE_SCRIPT, *UPLOAD], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 6
    shown = url.replace("u:p", "•••")  # a password is not shown
    assert f"The base URL '{shown}', from {tmp_path / 'telecmi-leads.toml'}, is not allowed." in ended.stderr


def test_check_says_where_each_setting_came_from(tmp_path: Path, sandbox: Sandbox) -> None:
    """(Row 36) check names the file of every setting that is no default, and shows the address; never the secret."""
    (tmp_path / "telecmi-leads.toml").write_text(f'region = "IN"\nbase_url = "{sandbox.url}"\n')
    (tmp_path / ".env").write_text(f"TELECMI_APP_ID=1111112\nTELECMI_SECRET={SECRET}\n")
    environment = Program(tmp_path).variables()
    for name in ("TELECMI_BASE_URL", "TELECMI_APP_ID", "TELECMI_SECRET"):
        del environment[name]
    ended = subprocess.run(
        [CONSOLE_SCRIPT, "check", "--json"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert f"from {tmp_path / 'telecmi-leads.toml'}" in ended.stdout
    assert f"••• from {tmp_path / '.env'}" in ended.stdout
    assert sandbox.url in ended.stdout
    assert SECRET not in ended.stdout + ended.stderr


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_profile_is_not_written_through_a_link(tmp_path: Path) -> None:
    """(Row 36) A settings file that is a link would have a lead file's words written wherever it leads: X6."""
    (tmp_path / "leads.csv").write_text('"$(touch evil) mobile",Name\n9876500000,Asha\n', encoding="utf-8")
    (tmp_path / "telecmi-leads.toml").symlink_to(tmp_path / ".profile")
    ended = Program(tmp_path).run("columns", "leads.csv", "--region", "IN", "--save")
    assert (ended.code, (tmp_path / ".profile").exists()) == (6, False), ended.err
    assert "can't be read: No such file or directory." in ended.err
    (tmp_path / ".profile").touch()
    ended = Program(tmp_path).run("columns", "leads.csv", "--region", "IN", "--save")
    assert (ended.code, (tmp_path / ".profile").read_bytes()) == (6, b""), ended.err
    assert "is a symbolic link, which is not written through." in ended.err


def test_a_profile_is_not_written_into_a_file_of_another_name(tmp_path: Path) -> None:
    """(Row 36) A settings file that is a hard link to a file elsewhere would have it changed there: X6."""
    (tmp_path / "leads.csv").write_text('"$(touch evil) mobile",Name\n9876500000,Asha\n', encoding="utf-8")
    (tmp_path / "profile").write_text("# mine\n", encoding="utf-8")
    (tmp_path / "telecmi-leads.toml").hardlink_to(tmp_path / "profile")
    ended = Program(tmp_path).run("columns", "leads.csv", "--region", "IN", "--save")
    assert (ended.code, (tmp_path / "profile").read_text(encoding="utf-8")) == (6, "# mine\n"), ended.err


@pytest.mark.skipif(os.name == "nt", reason="no such limit there")
def test_a_profile_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """(Row 36) Where the disk is full in the middle of a profile, the settings file is as it was before: X6."""
    write_leads(tmp_path / "leads.csv", 1)
    settings = b'region = "IN"\n# ' + b"x" * 990 + b"\n"
    (tmp_path / "telecmi-leads.toml").write_bytes(settings)
    program = f"ulimit -f 1; exec {shlex.quote(str(CONSOLE_SCRIPT))} columns leads.csv --save"  # files of 1,024 bytes
    ended = subprocess.run(
        ["bash", "-c", program], cwd=tmp_path, env=Program(tmp_path).variables(), capture_output=True, check=False
    )
    assert (ended.returncode, (tmp_path / "telecmi-leads.toml").read_bytes()) == (6, settings), ended.stderr


@pytest.mark.skipif(os.name == "nt", reason="no named pipes there")
def test_a_pipe_as_settings_file_is_not_waited_on(tmp_path: Path) -> None:
    """(Row 36) A pipe in the place of the file that a profile is written to, and of setup's .env: X6 at once."""
    write_leads(tmp_path / "leads.csv", 1)
    os.mkfifo(tmp_path / "telecmi-leads.toml")
    os.mkfifo(tmp_path / ".env")
    ended = Program(tmp_path).run("columns", "leads.csv", "--region", "IN", "--save")
    assert (ended.code, "is not a regular file." in ended.err) == (6, True), ended.err
    with pytest.raises(SettingsError, match="is not a regular file"):
        env_text(tmp_path / ".env")


# --- row 37 ---------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_every_file_is_private_whatever_the_umask(tmp_path: Path, sandbox: Sandbox) -> None:
    """(Row 37) With umask 000 all that an upload makes is 0600, in folders of 0700, from the moment it exists."""
    write_leads(tmp_path / "leads.csv", 3)
    with (tmp_path / "leads.csv").open("a") as file:
        file.write("Bad,98XX\n")
    spy = tmp_path / "spy"
    spy.mkdir()
    (spy / "sitecustomize.py").write_text(SPY)
    program = Program(tmp_path, sandbox.url, {"PYTHONPATH": str(spy)})
    process = program.start(*UPLOAD, "--max-rejects", "90%", umask=0)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err.count("OPEN ")) == (0, 0), out + err
    made = [path for name in ("state", "telecmi-reports") for path in (tmp_path / name, *(tmp_path / name).rglob("*"))]
    modes = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in made}
    assert len(made) > 8
    assert modes == {(True, 0o700), (False, 0o600)}


# Says of each file that is opened to be written and of each new folder whether others could use it at that instant.
SPY = """
import os, sys

def hook(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and arguments[2] & os.O_CREAT and "/spy/" not in arguments[0]:
        folder = os.path.dirname(os.path.abspath(arguments[0]))
        if ("/state" in folder or "/telecmi-reports" in folder) and os.stat(folder).st_mode & 0o077:
            print("OPEN", arguments, file=sys.stderr)

sys.addaudithook(hook)
"""


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_as_report_folder_is_refused_before_anything_is_sent(tmp_path: Path, sandbox: Sandbox) -> None:
    """(Row 37) X8, nothing written behind the link, and nothing sent."""
    write_leads(tmp_path / "leads.csv", 3)
    (tmp_path / "theirs").mkdir()
    (tmp_path / "reports").symlink_to("theirs")
    ended = Program(tmp_path, sandbox.url).run(*UPLOAD, "--report-dir", "reports")
    assert (ended.code, list((tmp_path / "theirs").iterdir()), sandbox.requests()) == (8, [], ())
    assert "symbolic link, which is not followed" in ended.err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_no_report_where_others_write_and_over_no_list(tmp_path: Path, sandbox: Sandbox) -> None:
    """(Row 60) A folder that others can write to, and a list under a report's name in it: X8, nothing sent."""
    write_leads(tmp_path / "leads.csv", 3)
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "own").mkdir()
    listed = tmp_path / "own" / "left-out.csv"
    listed.write_text("Phone\n9876500001\n")
    program = Program(tmp_path, sandbox.url)
    others = program.run(*UPLOAD, "--report-dir", "open")
    over = program.run(*UPLOAD, "--report-dir", "own", "--exclude", "own/left-out.csv")
    assert (others.code, over.code, sandbox.requests()) == (8, 8, ())
    assert "Other users can write to the report folder" in others.err
    assert "left-out.csv has the name of a report and lies in the report folder." in over.err
    assert listed.read_text() == "Phone\n9876500001\n"
    assert list((tmp_path / "open").iterdir()) == []


def test_the_input_is_never_overwritten(tmp_path: Path, sandbox: Sandbox) -> None:
    """(Row 37) The input as report folder, or in it under a report's name: X8, the file as it was, nothing sent."""
    write_leads(tmp_path / "leads.csv", 3)
    (tmp_path / "r").mkdir()
    write_leads(tmp_path / "r" / "rejects.csv", 3)
    before = (tmp_path / "leads.csv").read_bytes()
    program = Program(tmp_path, sandbox.url)
    for file, folder in (("leads.csv", "leads.csv"), ("r/rejects.csv", "r")):
        ended = program.run("upload", file, "--name", "March", "--region", "IN", "--report-dir", folder)
        assert ended.code == 8, ended.err
    assert ((tmp_path / "leads.csv").read_bytes(), (tmp_path / "r" / "rejects.csv").read_bytes()) == (before, before)
    assert sandbox.requests() == ()
