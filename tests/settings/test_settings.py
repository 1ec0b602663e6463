"""Settings: precedence, exact secrets, refusals that say where."""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from program import Program

from telecmi_leads.core.errors import SettingsError, UsageError
from telecmi_leads.core.lead import Field
from telecmi_leads.settings.accounts import Secret, account, account_key, base_url
from telecmi_leads.settings.network import proxies
from telecmi_leads.settings.options import (
    AccountOptions,
    CampaignOptions,
    ExcludeOptions,
    FieldOptions,
    PhoneOptions,
    ReadingOptions,
    ScreeningOptions,
    SendingOptions,
    StateOptions,
)
from telecmi_leads.settings.resolving import Settings, resolve
from telecmi_leads.settings.setting_files import Sources, profile_names
from telecmi_leads.settings.surroundings import terminal

GOOD = {"TELECMI_APP_ID": "1111112", "TELECMI_SECRET": "s3cret"}


def resolved(
    folder: Path, given: dict[str, Any] | None = None, environment: dict[str, str] | None = None, **more: Any
) -> Settings:
    """Resolve in a folder, with nothing from this machine."""
    return resolve(given or {}, Sources(environment or {}, folder, **more))


# --- sources --------------------------------------------------------------------------------------


def test_the_nearer_source_wins(tmp_path: Path) -> None:
    """Command line over environment over .env over profile over top level over default, and each is named."""
    (tmp_path / ".env").write_text("TELECMI_REGION=FR\n")
    (tmp_path / "telecmi-leads.toml").write_text('region = "DE"\nsize = 5\nworkers = 2\n[profile.p]\nsize = 6\n')
    found = resolved(tmp_path, {"region": "IN"}, {"TELECMI_REGION": "GB"}, profile="p")
    assert (found[PhoneOptions].region, found.origins["region"]) == ("IN", "command line")
    found = resolved(tmp_path, {}, {"TELECMI_REGION": "GB"}, profile="p")
    assert (found[PhoneOptions].region, found.origins["region"]) == ("GB", "environment (TELECMI_REGION)")
    found = resolved(tmp_path, profile="p")
    assert found[PhoneOptions].region == "FR"
    assert (found[CampaignOptions].size, found.origins["size"]) == (
        6,
        f"{tmp_path / 'telecmi-leads.toml'} [profile.p]",
    )
    (tmp_path / ".env").unlink()
    found = resolved(tmp_path)
    assert (found[PhoneOptions].region, found[CampaignOptions].size, found.origins["name"]) == ("DE", 5, "default")


def test_toml_takes_every_shape_of_value(tmp_path: Path) -> None:
    """Flags, numbers, lists and tables; dashes and underscores in keys are one."""
    (tmp_path / "telecmi-leads.toml").write_text(
        'no-header = true\nsheet = ["A", "B"]\nsize = 10\n[map]\nphone = "Mobile No."\n'
    )
    found = resolved(tmp_path)
    assert found[ReadingOptions] == ReadingOptions(sheet=("A", "B"), no_header=True)
    assert found[FieldOptions].map == ((Field.PHONE, "Mobile No."),)
    assert found[CampaignOptions].size == 10


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("sise = 5", "there is no option 'sise'"),
        ('secret = "x"', "the secret does not belong in this file"),
        ("size = 0", "size '0' (from"),
        ('size = "many"', "size 'many' (from"),
        ("order = 1", "Give true or false"),
        ("size = [1]", "Give one value"),
        ("size = ", "not valid TOML"),
        ("[profile]\nx = 1", "profiles are tables"),
        ("[profile.p]\nsise = 5", "there is no option 'sise'"),
    ],
)
def test_a_bad_settings_file_is_refused(tmp_path: Path, toml: str, says: str) -> None:
    """Unknown keys, secrets and bad values are errors that name the file, never ignored."""
    (tmp_path / "telecmi-leads.toml").write_text(toml)
    with pytest.raises(SettingsError, match=r"telecmi-leads\.toml") as error:
        resolved(tmp_path)
    assert says in f"{error.value.message} {error.value.hint}"


def test_unknown_names_get_the_nearest(tmp_path: Path) -> None:
    """A mistyped key and a mistyped profile are answered with the right one."""
    (tmp_path / "telecmi-leads.toml").write_text("[profile.nightly]\nsize = 5\n")
    with pytest.raises(SettingsError) as error:
        resolved(tmp_path, profile="nightli")
    assert error.value.hint == "Did you mean 'nightly'?"
    (tmp_path / "telecmi-leads.toml").write_text("max-reject = 5\n")
    with pytest.raises(SettingsError) as error:
        resolved(tmp_path)
    assert error.value.hint == "Did you mean 'max_rejects'?"
    assert profile_names(Sources({}, tmp_path)) == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"size": "1001"}, "--size '1001' can't be used. Give a whole number from 1 to 1000."),
        ({"max_rejects": "5 %%"}, "--max-rejects '5 %%' can't be used"),
        ({"types": "mobil"}, "--types 'mobil' can't be used"),
        ({"map": ["fone=A"]}, "--map 'fone=A' can't be used"),
        ({"name_format": "{name}"}, "--name-format '{name}' can't be used"),
        ({"name_format": "{number.__class__}"}, "--name-format '{number.__class__}' can't be used"),
        ({"name_format": "{number}{name.__class__}"}, "can't be used. It may hold {name}, {number}, {number:03d}"),
        ({"name_format": "{name}{number:999999999d}"}, "can't be used. It may hold {name}, {number}, {number:03d}"),
        ({"name_format": "{name}{number:{number}}"}, "can't be used. It may hold {name}, {number}, {number:03d}"),
        ({"name_format": "{name!r}{number}"}, "can't be used. It may hold {name}, {number}, {number:03d}"),
        ({"region": "INDIA"}, "--region 'INDIA' can't be used"),
        ({"exclude_max_age": "soon"}, "--exclude-max-age 'soon' can't be used"),
        ({"rate": "0"}, "--rate '0' can't be used"),
    ],
)
def test_bad_options_are_wrong_usage(tmp_path: Path, given: dict[str, Any], says: str) -> None:
    """A value that can't be used names its option and says what would."""
    with pytest.raises(UsageError) as error:
        resolved(tmp_path, given)
    assert says in f"{error.value.message} {error.value.hint}"


# --- the secret, the App id, the environment ------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("TELECMI_SECRET=plain", "plain"),
        ("TELECMI_SECRET='a$b{c}#d\"e'", 'a$b{c}#d"e'),
        ("TELECMI_SECRET=$HOME${X}", "$HOME${X}"),
        ('TELECMI_SECRET="with space"', "with space"),
        ("export TELECMI_SECRET=x#y", "x#y"),
        ("TELECMI_SECRET='back\\slash'", "back\\slash"),
        (f"TELECMI_SECRET={'k' * 10_000}", "k" * 10_000),
    ],
)
@pytest.mark.parametrize(("before", "end"), [("", "\n"), ("\ufeff", "\r\n"), ("", "")])
def test_a_secret_in_env_is_read_exactly(tmp_path: Path, line: str, secret: str, before: str, end: str) -> None:
    """(Row 35) $, braces, #, quotes, backslash, spaces, BOM, CRLF, 10 KB: the very text, or nothing."""
    (tmp_path / ".env").write_bytes(f"{before}TELECMI_APP_ID=1111112\n{line}{end}".encode())
    assert account(resolved(tmp_path)).secret.reveal() == secret


@pytest.mark.parametrize(
    "line",
    [
        "TELECMI_SECRET=",
        "TELECMI_SECRET",
        "TELECMI_SECRET=half #rest",
        "TELECMI_SECRET=half ",
        "TELECMI_SECRET='open",
        'TELECMI_SECRET="a\\nb"',
        "TELECMI_SECRET=' x'",
    ],
)
def test_a_secret_that_would_change_is_refused(tmp_path: Path, line: str) -> None:
    """(Row 35) Where .env's syntax would cut or change the secret, that is said, and the secret is not."""
    (tmp_path / ".env").write_text(f"TELECMI_APP_ID=1111112\n{line}\n")
    with pytest.raises(SettingsError) as error:
        account(resolved(tmp_path))
    assert "half" not in error.value.message + error.value.hint


def test_the_environment_is_not_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """.env goes into the settings and nowhere else."""
    monkeypatch.delenv("TELECMI_SECRET", raising=False)
    (tmp_path / ".env").write_text("TELECMI_SECRET=x\n")
    resolved(tmp_path)
    import os

    assert "TELECMI_SECRET" not in os.environ


@pytest.mark.parametrize(
    ("app_id", "says"),
    [
        (None, "is missing"),
        ("", "is empty"),
        ("100_1111112", "agent's id"),
        ("abc", "whole number"),
        ("0", "whole number"),
    ],
)
def test_an_app_id_that_is_none_is_explained(tmp_path: Path, app_id: str | None, says: str) -> None:
    """Missing, an agent's id pasted by mistake, and anything but a whole number each say so."""
    environment = {"TELECMI_SECRET": "s"} | ({"TELECMI_APP_ID": app_id} if app_id is not None else {})
    with pytest.raises(SettingsError, match=says):
        account(resolved(tmp_path, {}, environment))


def test_an_empty_variable_is_an_unset_one(tmp_path: Path) -> None:
    """Region, base URL and state folder fall back to the next source; an empty App id or secret is an error instead."""
    (tmp_path / ".env").write_text("TELECMI_REGION=FR\nTELECMI_APP_ID=5\nTELECMI_SECRET=theirs\n")
    empty = {"TELECMI_REGION": "", "TELECMI_BASE_URL": " ", "TELECMI_STATE_DIR": ""}
    found = resolved(tmp_path, {}, GOOD | empty)
    assert (found[PhoneOptions].region, found[AccountOptions].base_url) == ("FR", "https://rest.telecmi.com")
    assert found[StateOptions].state_dir is None
    for name in GOOD:
        with pytest.raises(SettingsError, match=f"{name} is empty"):
            account(resolved(tmp_path, {}, GOOD | {name: ""}))
    (tmp_path / ".env").write_text("TELECMI_REGION=\n")
    (tmp_path / "telecmi-leads.toml").write_text('region = "DE"\n')
    assert resolved(tmp_path)[PhoneOptions].region == "DE"


# --- whom to trust, and where paths lead ----------------------------------------------------------


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_whom_to_trust_comes_from_the_environment_alone(tmp_path: Path, name: str) -> None:
    """Both variables of requests name the certificates; the same in .env changes nothing, and is said."""
    assert resolved(tmp_path, {}, {name: "/company.pem"})[SendingOptions].ca_bundle == Path("/company.pem")
    (tmp_path / ".env").write_text(f"{name}=/evil.pem\nHTTPS_PROXY=http://evil.example.com\n")
    found = resolved(tmp_path)
    assert found[SendingOptions].ca_bundle is None
    assert found.warnings == (
        f"{name} in {tmp_path / '.env'} is not used: a .env file does not change whom to trust. Use --ca-bundle.",
    )


def test_paths_in_a_named_file_are_meant_from_that_file(tmp_path: Path) -> None:
    """--config elsewhere/x.toml: its lists stand beside it; those of the working folder's own file in that folder."""
    (tmp_path / "conf").mkdir()
    named = tmp_path / "conf" / "x.toml"
    named.write_text('exclude = ["dnc.csv", "/srv/all.csv"]\nstate_dir = "state"\n')
    found = resolved(tmp_path, config=named)
    assert found[ExcludeOptions].exclude == (tmp_path / "conf" / "dnc.csv", Path("/srv/all.csv"))
    assert found[StateOptions].state_dir == tmp_path / "conf" / "state"
    (tmp_path / "telecmi-leads.toml").write_text('exclude = "dnc.csv"\n')
    assert resolved(tmp_path)[ExcludeOptions].exclude == (Path("dnc.csv"),)
    assert resolved(tmp_path, {"exclude": ["here.csv"]}, config=named)[ExcludeOptions].exclude == (Path("here.csv"),)


def test_a_state_folder_is_one_wherever_the_program_is_called(tmp_path: Path) -> None:
    """From the environment it is a whole path, or an error; in a .env file it is meant from that file."""
    with pytest.raises(SettingsError, match=r"TELECMI_STATE_DIR 'state' \(from environment\)") as error:
        resolved(tmp_path, {}, {"TELECMI_STATE_DIR": "state"})
    assert error.value.hint == "Name a folder by its whole path."
    (tmp_path / "delhi.env").write_text("TELECMI_STATE_DIR=state\n")
    assert resolved(tmp_path, env_file=tmp_path / "delhi.env")[StateOptions].state_dir == tmp_path / "state"


# --- values and limits ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "toml", "error"),
    [
        ({"strict": True, "max_rejects": "5%"}, "", UsageError),
        ({}, 'strict = true\nmax_rejects = "5%"', SettingsError),
        ({}, '[profile.p]\nstrict = true\nmax_rejects = "5%"', SettingsError),
        ({"heartbeat": "hc.example.com/x"}, "", UsageError),
        ({"heartbeat": "ftp://hc.example.com"}, "", UsageError),
        ({"heartbeat": "https://"}, "", UsageError),
        ({"heartbeat": "https://hc.example.com/a b"}, "", UsageError),
        ({}, 'heartbeat = "file:///etc/passwd"', SettingsError),
        ({"new_only": "1m"}, "", UsageError),
        ({"new_only": "1.5"}, "", UsageError),
        ({"new_only": "30"}, "", UsageError),
        ({"new_only": "0d"}, "", UsageError),
        ({"exclude_max_age": "7"}, "", UsageError),
        ({"exclude_max_age": "3s"}, "", UsageError),
        ({}, "exclude_max_age = 7", SettingsError),
        ({}, 'new_only = ""', SettingsError),
        ({}, 'report_dir = ""', SettingsError),
        ({}, 'env_file = "x.env"', SettingsError),
        ({}, 'profile = "x"', SettingsError),
    ],
)
def test_what_contradicts_or_is_no_such_value(
    tmp_path: Path, given: dict[str, Any], toml: str, error: type[Exception]
) -> None:
    """Options that contradict each other, addresses that can't be requested, ages without a unit: refused at once."""
    (tmp_path / "telecmi-leads.toml").write_text(toml)
    with pytest.raises(error):
        resolved(tmp_path, given, profile="p" if "[profile.p]" in toml else None)


@pytest.mark.parametrize(
    ("given", "toml", "strict", "limit"),
    [
        ({"max_rejects": "5%"}, "strict = true", False, "5%"),
        ({"strict": True}, 'max_rejects = "5%"', True, "50%"),
        ({}, 'strict = true\n[profile.p]\nmax_rejects = "5%"', False, "5%"),
        ({}, 'max_rejects = "5%"\n[profile.p]\nstrict = true', True, "50%"),
        ({}, 'strict = false\nmax_rejects = "5%"', False, "5%"),
    ],
)
def test_the_nearer_limit_wins(tmp_path: Path, given: dict[str, Any], toml: str, strict: bool, limit: str) -> None:
    """--strict and --max-rejects from two sources: the one that was said nearer to the command holds."""
    (tmp_path / "telecmi-leads.toml").write_text(toml)
    found = resolved(tmp_path, given, profile="p" if "[profile.p]" in toml else None)[ScreeningOptions]
    assert (found.strict, str(found.max_rejects)) == (strict, limit)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("telecmi-leads.toml", "a." * 20_000 + "a = 1", "a key has more than 20 dots"),
        ("telecmi-leads.toml", "[" + "a." * 20_000 + "a]", "a key has more than 20 dots"),
        ("telecmi-leads.toml", '"a".' * 20_000 + "a = 1", "a key has more than 20 dots"),
        ("telecmi-leads.toml", "x = " + "[" * 20_000, "it is nested too deep"),
        ("telecmi-leads.toml", "size = " + "9" * 20_000, "is not valid TOML"),
        ("telecmi-leads.toml", "x" * 200_000, "is larger than 131,072 bytes"),
        (".env", "A=x" + " " * 100_000 + "x", "1,000 blanks in a row"),
        (".env", "x\n" * 60_000, "more than 2,000 lines"),
        (".env", "x\r" * 60_000, "more than 2,000 lines"),
        (".env", "A=x\n" * 100_000, "is larger than 131,072 bytes"),
    ],
)
def test_a_settings_file_that_would_take_all_memory_or_time_is_refused(
    tmp_path: Path, name: str, text: str, says: str
) -> None:
    """Keys of thousands of parts, runs of blanks, lines without end: an error that names the limit, within a second."""
    (tmp_path / name).write_text(text)
    began = time.process_time()
    tracemalloc.start()
    try:
        with pytest.raises(SettingsError, match=re.escape(says)):
            resolved(tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (time.process_time() - began < 3, peak < 50_000_000) == (True, True)


@pytest.mark.parametrize("text", ["A='\n" * 1_900, 'A="\\"\n' * 1_900, "Q='" + "x\n" * 1_900, "export A\n" * 1_900])
def test_what_a_settings_file_may_hold_is_read_in_time(tmp_path: Path, text: str) -> None:
    """The worst that the limits let through still takes less than two seconds."""
    (tmp_path / ".env").write_text(text)
    began = time.process_time()
    resolved(tmp_path)
    assert time.process_time() - began < 2


@pytest.mark.skipif(os.name == "nt", reason="links need rights there, and there are no named pipes")
@pytest.mark.parametrize("name", [".env", "telecmi-leads.toml"])
@pytest.mark.parametrize("what", ["a pipe", "a device", "a link to nowhere", "a link to itself", "a folder"])
def test_a_settings_file_that_is_none_is_not_passed_over(tmp_path: Path, name: str, what: str) -> None:
    """(Row 36) What has a settings file's name and can't be read is said: it may name a do-not-call list."""
    path = tmp_path / name
    match what:
        case "a pipe":
            os.mkfifo(path)
        case "a device":
            path.symlink_to("/dev/zero")
        case "a link to nowhere":
            path.symlink_to(tmp_path / "moved.toml")
        case "a link to itself":
            path.symlink_to(path)
        case _:
            path.mkdir()
    if what == "a folder" and name == ".env":
        assert resolved(tmp_path).origins["region"] == "default"  # a virtual environment
        return
    says = "can't be read" if "link" in what else "is not a regular file"
    with pytest.raises(SettingsError, match=f"The settings file .*{re.escape(name)} {says}"):
        resolved(tmp_path)


# --- files that hold secrets ----------------------------------------------------------------------


@pytest.mark.parametrize("secret", ["from-environment", ""])
@pytest.mark.parametrize("place", ["environment", ".env"])
def test_a_secret_comes_before_what_the_settings_file_names(tmp_path: Path, place: str, secret: str) -> None:
    """A secret file that the TOML names is not used where a secret is given nearer, even empty; that is said."""
    (tmp_path / "secret").write_text("from-file\n")
    (tmp_path / "secret").chmod(0o600)
    (tmp_path / "telecmi-leads.toml").write_text('secret_file = "secret"\n')
    if place == ".env":
        (tmp_path / ".env").write_text(f"TELECMI_APP_ID=1111112\nTELECMI_SECRET={secret}\n")
        found = resolved(tmp_path)
    else:
        found = resolved(tmp_path, environment=GOOD | {"TELECMI_SECRET": secret})
    toml = tmp_path / "telecmi-leads.toml"
    assert found.alarms == (f"{toml} names a secret file, which is not used: TELECMI_SECRET comes before it.",)
    if secret:
        assert account(found).secret.reveal() == secret
    else:
        with pytest.raises(SettingsError, match="TELECMI_SECRET is empty"):
            account(found)


def test_the_secret_file_wins_and_must_be_private(tmp_path: Path) -> None:
    """--secret-file is read without its trailing newline; one that others can read is refused."""
    file = tmp_path / "secret"
    file.write_text("from-file\n")
    file.chmod(0o600)
    found = resolved(tmp_path, {"secret_file": str(file)}, GOOD)
    assert account(found).secret.reveal() == "from-file"
    file.chmod(0o644)
    with pytest.raises(SettingsError, match="can be read by others"):
        account(resolved(tmp_path, {"secret_file": str(file)}, GOOD))


@pytest.mark.skipif(os.name == "nt", reason="modes do not tell there")
def test_no_chmod_of_a_device_is_advised(tmp_path: Path) -> None:
    """The advice for /dev/null as the secret file would take it from every program, if root followed it."""
    with pytest.raises(SettingsError) as refused:
        account(resolved(tmp_path, {"secret_file": "/dev/null"}, GOOD))
    assert refused.value.hint == "Name a file that only you can read."


def test_an_open_env_file_is_warned_about(tmp_path: Path) -> None:
    """A .env that others can read is used, and said."""
    (tmp_path / ".env").write_text("TELECMI_SECRET=x\n")
    (tmp_path / ".env").chmod(0o644)
    assert "chmod 600" in resolved(tmp_path).warnings[0]
    (tmp_path / ".env").chmod(0o600)
    assert resolved(tmp_path).warnings == ()


@pytest.mark.skipif(os.name == "nt", reason="modes do not tell there")
def test_a_hint_to_type_quotes_its_path(tmp_path: Path) -> None:
    """Chmod of a file in a folder whose name would run something: the printed words can be pasted as they stand."""
    folder = tmp_path / "two words $(touch ran)"
    folder.mkdir()
    for name, text in ((".env", "TELECMI_SECRET=x\n"), ("secret", "x")):
        (folder / name).write_text(text)
        (folder / name).chmod(0o644)
    said = [resolved(folder).warnings[0].rpartition(": ")[2]]
    with pytest.raises(SettingsError) as error:
        account(resolved(folder, {"secret_file": str(folder / "secret")}, GOOD))
    said.append(error.value.hint)
    for line in said:
        subprocess.run(["sh", "-c", line], check=True, cwd=tmp_path)
    assert {(folder / name).stat().st_mode & 0o777 for name in (".env", "secret")} == {0o600}
    assert not (tmp_path / "ran").exists()


def test_lines_of_env_that_say_nothing_are_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What is not NAME=VALUE is left out with a warning of this program's own; python-dotenv's words stay away."""
    (tmp_path / ".env").write_text("TELECMI_REGION=IN\nwhat is this\nTELECMI_APP_ID=5\n")
    found = resolved(tmp_path)
    assert found.warnings == (f"Line 2 of {tmp_path / '.env'} is not NAME=VALUE and is left out.",)
    assert (found[PhoneOptions].region, found[AccountOptions].app_id) == ("IN", "5")
    assert capfd.readouterr() == ("", "")


# --- addresses, accounts, proxies -----------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://rest.telecmi.com",
        "https://user:pw@x.example.com",
        "ftp://x",
        "https://",
        "rest.telecmi.com",
        "https://x/?a=1",
        "http://127.0.0.1.example.com",
        "https://[::1",
        "https://x y",
        "https://collect.example.com\\.telecmi.com",
        "https://[fe80::1%25.telecmi.com]",
        "https://[::1].telecmi.com",
        "https://collect.example.com%2f.telecmi.com",
        "https://collect.example.com;.telecmi.com",
        "https://@collect.example.com",
        "https://.telecmi.com",
        "https://rest.telecmi.com:0",
        "https://rest.telecmi.com?",
        "https://rest.telecmi.com/#",
        "https://127.1",
        "https://2130706433",
        "https://\u0435xample.com",
    ],
)
def test_addresses_that_are_not_allowed(tmp_path: Path, url: str) -> None:
    """(Row 36) Only https without user or query, and http for the loopback interface."""
    with pytest.raises(SettingsError, match="is not allowed"):
        base_url(resolved(tmp_path, {}, {"TELECMI_BASE_URL": url}))


@pytest.mark.parametrize(
    "url", ["https://rest.telecmi.com/", "http://127.0.0.1:80", "http://localhost:1", "http://[::1]:5"]
)
def test_addresses_that_are_allowed(tmp_path: Path, url: str) -> None:
    """Https anywhere, http on the loopback interface; a slash at the end is dropped."""
    assert base_url(resolved(tmp_path, {}, {"TELECMI_BASE_URL": url})) == url.rstrip("/")


def test_the_secret_shows_itself_nowhere() -> None:
    """(Row 34) repr, str, format and pickle do not give it away."""
    secret = Secret("canary")
    assert "canary" not in f"{secret} {secret!r} {secret!s:>30} {[secret]} {AccountOptions()}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_accounts_on_the_loopback_interface_are_one() -> None:
    """A stand-in on another port is the same account; another host is another."""
    assert account_key(1, "http://127.0.0.1:1") == account_key(1, "http://localhost:2") == "1@loopback"
    assert account_key(1, "https://rest.telecmi.com") == "1@rest.telecmi.com"


def test_proxies_are_the_users_and_never_for_loopback() -> None:
    """The environment's proxies are passed on, but for NO_PROXY's hosts and the loopback interface."""
    environment = {"HTTPS_PROXY": "http://proxy.example.com:3128", "NO_PROXY": "internal.example.com"}
    assert proxies(environment, "https://rest.telecmi.com") == {"https": "http://proxy.example.com:3128"}
    assert proxies(environment, "https://internal.example.com") == {}
    assert proxies(environment, "http://127.0.0.1:8090") == {}


# --- the terminal ---------------------------------------------------------------------------------


@pytest.mark.parametrize("size", ["²", "٣", "-1", "0", "9" * 5000, "wide"])
def test_a_terminal_size_that_is_none_is_as_if_unset(tmp_path: Path, size: str) -> None:
    """(Row 62) COLUMNS or LINES that hold no size change nothing of what a command says, and are no error."""
    plain = Program(tmp_path).run("runs")
    strange = Program(tmp_path, environment={"COLUMNS": size, "LINES": size}).run("runs")
    assert (strange.code, strange.out, strange.err) == (plain.code, plain.out, plain.err)
    assert (plain.code, plain.err) == (0, "")


@pytest.mark.parametrize(
    ("told", "columns"),
    [("80", 80), ("99999", 99999), ("100000", None), ("0", None), ("00", None), ("", None), ("80.5", None)],
)
def test_the_width_that_the_environment_tells(told: str, columns: int | None) -> None:
    """COLUMNS is a whole number from 1 to five digits, or it is as if it were not there."""
    assert terminal({"COLUMNS": told}).columns == columns
