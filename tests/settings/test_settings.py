"""Settings: precedence, exact secrets, refusals that say where."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import pytest
from program import Program

from telecmi_leads.core.errors import SettingsError, UsageError
from telecmi_leads.core.lead_fields import Field
from telecmi_leads.settings.accounts import Secret, account, account_key
from telecmi_leads.settings.network import base_url, proxies
from telecmi_leads.settings.options import AccountOptions, CampaignOptions, FieldOptions, PhoneOptions, ReadingOptions
from telecmi_leads.settings.resolving import Settings, resolve
from telecmi_leads.settings.setting_files import Sources, profile_names
from telecmi_leads.settings.surroundings import terminal

if TYPE_CHECKING:
    from pathlib import Path

GOOD = {"TELECMI_APP_ID": "1111112", "TELECMI_SECRET": "s3cret"}


def resolved(
    folder: Path, given: dict[str, Any] | None = None, environment: dict[str, str] | None = None, **more: Any
) -> Settings:
    """Resolve in a folder, with nothing from this machine."""
    return resolve(given or {}, Sources(environment or {}, folder, **more))


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
    import os  # noqa: PLC0415 - only this test looks

    assert "TELECMI_SECRET" not in os.environ


@pytest.mark.parametrize(
    ("app_id", "says"),
    [
        (None, "is missing"),
        ("", "is missing"),
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


def test_an_open_env_file_is_warned_about(tmp_path: Path) -> None:
    """A .env that others can read is used, and said."""
    (tmp_path / ".env").write_text("TELECMI_SECRET=x\n")
    (tmp_path / ".env").chmod(0o644)
    assert "chmod 600" in resolved(tmp_path).warnings[0]
    (tmp_path / ".env").chmod(0o600)
    assert resolved(tmp_path).warnings == ()


def test_lines_of_env_that_say_nothing_are_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What is no NAME=VALUE is left out with a warning of this program's own; python-dotenv's words stay away."""
    (tmp_path / ".env").write_text("TELECMI_REGION=IN\nwhat is this\nTELECMI_APP_ID=5\n")
    found = resolved(tmp_path)
    assert found.warnings == (f"Line 2 of {tmp_path / '.env'} is no NAME=VALUE and is left out.",)
    assert (found[PhoneOptions].region, found[AccountOptions].app_id) == ("IN", "5")
    assert capfd.readouterr() == ("", "")


def test_a_secret_that_a_file_sends_elsewhere_is_warned_about(tmp_path: Path) -> None:
    """(Row 36) A base URL from a folder's file, with a secret that is not that file's: said with both."""
    (tmp_path / "telecmi-leads.toml").write_text('base_url = "https://other.example.com"\n')
    says = f"The secret goes to https://other.example.com, since {tmp_path / 'telecmi-leads.toml'} says so."
    assert resolved(tmp_path, {}, GOOD).warnings == (says,)
    assert resolved(tmp_path, {}, GOOD | {"TELECMI_BASE_URL": "https://x.example.com"}).warnings == ()
    assert resolved(tmp_path).warnings == ()
    (tmp_path / "telecmi-leads.toml").unlink()
    assert resolved(tmp_path, {}, GOOD).warnings == ()
    (tmp_path / ".env").write_text("TELECMI_BASE_URL=https://other.example.com\n")
    assert [warning.split(",")[0] for warning in resolved(tmp_path, {}, GOOD).warnings] == [
        "The secret goes to https://other.example.com"
    ]
    (tmp_path / ".env").write_text("TELECMI_BASE_URL=https://other.example.com\nTELECMI_SECRET=theirs\n")
    (tmp_path / ".env").chmod(0o600)
    assert resolved(tmp_path).warnings == ()


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
        "",
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


@pytest.mark.parametrize("size", ["²", "٣", "-1", "0", "9" * 5000, "wide"])
def test_a_terminal_size_that_is_none_is_as_if_unset(tmp_path: Path, size: str) -> None:
    """COLUMNS or LINES that hold no size change nothing of what a command says, and are no error."""
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
