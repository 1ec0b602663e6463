"""What a file in the working folder may decide about the secret (row 56): said past --quiet, or refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from inside import Inside
from program import APP_ID, SECRET, expected_phones, phones, write_leads
from rawserver import RawServer, always

from telecmi_leads.core.errors import SettingsError
from telecmi_leads.sandbox import Sandbox
from telecmi_leads.settings.accounts import account
from telecmi_leads.settings.resolving import Settings, resolve
from telecmi_leads.settings.setting_files import Sources

if TYPE_CHECKING:
    from pathlib import Path

CREDENTIALS = {"TELECMI_APP_ID": APP_ID, "TELECMI_SECRET": SECRET}
TOML, ENV = "telecmi-leads.toml", ".env"
UPLOAD = ("upload", "leads.csv", "--name", "March", "--region", "IN")
ELSEWHERE = "https://collect.example.com"


class Folder(Inside):
    """The program in a folder whose files decide: the environment has what a test puts there and no base URL."""

    def variables(self) -> dict[str, str]:
        """Return the process's environment."""
        given = ("TELECMI_BASE_URL", "TELECMI_APP_ID", "TELECMI_SECRET")
        return {name: value for name, value in super().variables().items() if name not in given} | self.environment


def write(folder: Path, name: str, text: str) -> None:
    """Write a private file."""
    (folder / name).write_text(text)
    (folder / name).chmod(0o600)


def said(text: str) -> list[str]:
    """Return the lines of a log or a screen, without the time that stands before those of a log."""
    return [re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ", "", line) for line in text.splitlines()]


def resolved(
    folder: Path, environment: dict[str, str], config: Path | None = None, env_file: Path | None = None
) -> Settings:
    """Resolve in a folder, with nothing from this machine."""
    return resolve({}, Sources(environment, folder, config=config, env_file=env_file))


@pytest.mark.parametrize("command", [UPLOAD, ("check",)], ids=["upload", "check"])
def test_what_the_folder_decides_is_said_past_quiet(tmp_path: Path, command: tuple[str, ...]) -> None:
    """(Row 56) base_url, secret_file and quiet from the folder's file: both are told with it before a request."""
    write_leads(tmp_path / "leads.csv", 2)
    write(tmp_path, "secret", SECRET)
    with Sandbox() as sandbox:
        write(tmp_path, TOML, f'base_url = "{sandbox.url}"\nsecret_file = "secret"\nquiet = true\n')
        ended = Folder(tmp_path, environment={"TELECMI_APP_ID": APP_ID, "COLUMNS": "400"}).run(*command)
        assert ended.code == 0, ended.err
        url = sandbox.url
    assert said(ended.err)[:2] == [
        f"Warning: {tmp_path / TOML} decides that the secret goes to {url}.",
        f"Warning: {tmp_path / TOML} decides that the secret is read from secret.",
    ]


@pytest.mark.parametrize(
    ("name", "credentials"),
    [
        *((TOML, each) for each in ("environment", "secret file", "env file")),
        *((ENV, each) for each in ("environment", "secret file")),
    ],
)
def test_a_secret_from_elsewhere_never_goes_where_the_folder_says(tmp_path: Path, name: str, credentials: str) -> None:
    """(Row 56) A host that is not TeleCMI's nor this machine, and a secret that is not the file's: X6, no request."""
    write_leads(tmp_path / "leads.csv", 2)
    write(tmp_path, "secret", SECRET)
    write(tmp_path, "delhi.env", f"TELECMI_APP_ID={APP_ID}\nTELECMI_SECRET={SECRET}\n")
    write(tmp_path, name, f'base_url = "{ELSEWHERE}"\n' if name == TOML else f"TELECMI_BASE_URL={ELSEWHERE}\n")
    environment, options = {
        "environment": (CREDENTIALS, ()),
        "secret file": ({"TELECMI_APP_ID": APP_ID}, ("--secret-file", "secret")),
        "env file": ({}, ("--env-file", "delhi.env")),
    }[credentials]
    with RawServer(always()) as proxy:
        program = Folder(tmp_path, environment={**environment, "HTTPS_PROXY": proxy.url, "COLUMNS": "400"})
        for line in (UPLOAD, ("check",), ("resume",)):
            ended = program.run(*line, *options, "--quiet", "--json")
            assert (ended.code, ended.json["error"]["code"]) == (6, "settings"), ended.err
        assert proxy.connections == 0
    says = f"{tmp_path / name} would send a secret that is not its own to {ELSEWHERE}."
    assert ended.json["error"]["message"] == says


def test_a_named_env_file_is_read_in_place_of_the_folders(tmp_path: Path) -> None:
    """(Row 56) With --env-file nothing of the folder's .env counts: neither its address nor a word about it."""
    write(tmp_path, "delhi.env", f"TELECMI_APP_ID={APP_ID}\nTELECMI_SECRET={SECRET}\n")
    write(tmp_path, ENV, f"TELECMI_BASE_URL={ELSEWHERE}\n")
    found = resolved(tmp_path, {}, env_file=tmp_path / "delhi.env")
    assert (account(found).base_url, found.alarms) == ("https://rest.telecmi.com", ())


def test_the_user_can_say_so(tmp_path: Path) -> None:
    """(Row 56) An address from the environment, or from a file that was named, is the user's word; nothing is said."""
    write(tmp_path, TOML, f'base_url = "{ELSEWHERE}"\nca_bundle = "c.pem"\n')
    with pytest.raises(SettingsError, match="would send a secret that is not its own"):
        account(resolved(tmp_path, CREDENTIALS))
    said = resolved(tmp_path, CREDENTIALS | {"TELECMI_BASE_URL": ELSEWHERE, "CURL_CA_BUNDLE": "/c.pem"})
    assert (account(said).base_url, said.alarms) == (ELSEWHERE, ())
    named = resolved(tmp_path, CREDENTIALS, config=tmp_path / TOML)
    assert (account(named).base_url, named.alarms) == (ELSEWHERE, ())


def test_a_file_with_its_own_secret_decides_for_itself(tmp_path: Path) -> None:
    """(Row 56) A .env that holds address and secret is one account's file: used as it is, nothing is said."""
    write(tmp_path, ENV, f"TELECMI_APP_ID={APP_ID}\nTELECMI_SECRET={SECRET}\nTELECMI_BASE_URL={ELSEWHERE}\n")
    found = resolved(tmp_path, {})
    assert (account(found).base_url, found.alarms) == (ELSEWHERE, ())


@pytest.mark.parametrize(
    ("url", "refused"),
    [
        ("https://rest.telecmi.com", False),
        ("https://telecmi.com", False),
        ("https://eu.telecmi.com:8443/x", False),
        ("http://127.0.0.1:8090", False),
        ("http://localhost", False),
        ("https://telecmi.com.example.com", True),
        ("https://nottelecmi.com", True),
        ("https://rest.telecmi.com.", True),
        ("https://127.0.0.1.example.com", True),
    ],
)
def test_which_hosts_a_folder_may_name(tmp_path: Path, url: str, refused: bool) -> None:
    """(Row 56) TeleCMI's own hosts and this machine are announced; whatever only looks like them is refused."""
    write(tmp_path, TOML, f'base_url = "{url}"\n')
    found = resolved(tmp_path, CREDENTIALS)
    assert bool(found.refusal) == refused
    assert found.alarms == (f"{tmp_path / TOML} decides that the secret goes to {url}.",)


@pytest.mark.parametrize(
    "host", ["collect.example.com\\\\.telecmi.com", "[fe80::1%25.telecmi.com]", "a.example;.telecmi.com"]
)
def test_no_host_is_read_in_two_ways(tmp_path: Path, host: str) -> None:
    """(Row 56) One parser's *.telecmi.com is another's collect.example.com, or a neighbour in the network: X6."""
    write(tmp_path, TOML, f'base_url = "https://{host}"\n')
    with pytest.raises(SettingsError, match="is not allowed"):
        account(resolved(tmp_path, CREDENTIALS))


def test_certificates_that_the_folder_names_are_said(tmp_path: Path, sandbox: Sandbox) -> None:
    """(Row 56) ca_bundle from the folder's file, with a secret from the environment: said past --quiet."""
    write(tmp_path, TOML, 'ca_bundle = "evil.pem"\nquiet = true\n')
    (tmp_path / "evil.pem").write_text("none\n")
    environment = CREDENTIALS | {"TELECMI_BASE_URL": sandbox.url, "COLUMNS": "400"}
    ended = Folder(tmp_path, environment=environment).run("check", "--json")
    assert said(ended.err)[0] == f"Warning: {tmp_path / TOML} decides that certificates are checked against evil.pem."


def test_what_needs_no_secret_says_nothing(tmp_path: Path) -> None:
    """A dry run and a look at a file send no secret: neither is refused, and nothing is said."""
    write_leads(tmp_path / "leads.csv", 2)
    write(tmp_path, TOML, f'base_url = "{ELSEWHERE}"\n')
    program = Folder(tmp_path, environment=CREDENTIALS)
    for line in (("validate", "leads.csv", "--region", "IN"), (*UPLOAD, "--dry-run"), (*UPLOAD, "--sandbox")):
        ended = program.run(*line, "--quiet")
        assert (ended.code, ended.err) == (0, "")


def test_lists_of_a_named_file_stand_beside_it(tmp_path: Path, sandbox: Sandbox) -> None:
    """A relative list in `--config conf/x.toml` is conf's own, wherever the command is typed."""
    write_leads(tmp_path / "leads.csv", 2)
    (tmp_path / "conf").mkdir()
    write(tmp_path / "conf", "x.toml", 'exclude = "dnc.csv"\n')
    (tmp_path / "conf" / "dnc.csv").write_text("Mobile\n9876500000\n")
    environment = CREDENTIALS | {"TELECMI_BASE_URL": sandbox.url}
    ended = Folder(tmp_path, environment=environment).run(*UPLOAD, "--config", "conf/x.toml")
    assert ended.code == 0, ended.err
    assert phones(sandbox.campaigns()) == expected_phones(1, first=1)
