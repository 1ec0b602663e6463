"""Whose account: App id and secret, checked. The secret lives in `Secret` and comes out of it in one place only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

from msgspec import Struct

from telecmi_leads.core.errors import SettingsError
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import argument
from telecmi_leads.settings.network import is_loopback, scheme_and_host, without_credentials
from telecmi_leads.settings.options import AccountOptions
from telecmi_leads.settings.setting_files import ENV_NAME, SECRET_VARIABLE, others_can_read, read_settings_file

if TYPE_CHECKING:
    from pathlib import Path

    from telecmi_leads.settings.resolving import Settings

_MAX_SECRET_CHARACTERS = 65_536


class Secret:
    """A text that shows itself nowhere: repr, str and format are masked, and it can't be pickled."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text; called at the one place that puts it into a request."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(•••)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


class Account(Struct, frozen=True):
    """Whose account, and where: what a request needs beside its leads."""

    app_id: int
    secret: Secret
    base_url: str

    @property
    def key(self) -> str:
        """Name the account in the ledger: the App id at a host; all of the loopback interface is one host."""
        return account_key(self.app_id, self.base_url)


def account_key(app_id: int, base_url: str) -> str:
    """Return the ledger's name of an account."""
    host = urlsplit(base_url).hostname or ""
    return f"{app_id}@{'loopback' if is_loopback(host) else host}"


def account(settings: Settings) -> Account:
    """Return the account to send to. Raises SettingsError for what is missing, malformed or not to be trusted."""
    app_id, secret = credentials(settings)
    return Account(app_id, secret, trusted_url(settings))


def base_url(settings: Settings) -> str:
    """Return the service's address without a slash at its end; https only, loopback excepted."""
    given = settings[AccountOptions].base_url.strip()
    parts = scheme_and_host(given)
    if parts is None or not (parts[0] == "https" or is_loopback(parts[1])):
        shown = safe(without_credentials(given))
        raise SettingsError(
            f"The base URL {shown!r}, from {safe(settings.origins['base_url'])}, is not allowed.",
            hint="It is https://HOST in plain letters, without user, query or fragment; http:// is for the loopback "
            "interface only.",
        )
    return given.rstrip("/")


def trusted_url(settings: Settings) -> str:
    """Return the address to send the secret to. Raises SettingsError where the working folder alone decided on it."""
    url = base_url(settings)
    if settings.refusal:
        raise SettingsError(
            settings.refusal,
            hint=f"If that is meant, say so in the environment, TELECMI_BASE_URL={argument(url)}, or name that file "
            "with --config or --env-file.",
        )
    return url


def credentials(settings: Settings) -> tuple[int, Secret]:
    """Return App id and secret. Raises SettingsError for what is missing or malformed."""
    given = settings[AccountOptions]
    return app_id_of(given.app_id), _secret(given)


def app_id_or_none(settings: Settings) -> int | None:
    """Return the App id where one is set, for commands that work without an account."""
    given = settings[AccountOptions].app_id
    return None if given is None or not given.strip() else app_id_of(given)


def app_id_of(given: str | None) -> int:
    """Return the App id that a text holds. Raises SettingsError for what is not an App id."""
    if given is not None and not given.strip():
        raise SettingsError(
            "TELECMI_APP_ID is empty.", hint="Fill it in, or take it out to have the next source read, such as .env."
        )
    if given is None:
        raise SettingsError(
            "TELECMI_APP_ID is missing.",
            hint="`upload` needs no account with --sandbox or --dry-run. In scripts, set TELECMI_APP_ID and "
            f"{SECRET_VARIABLE}.\nTo store App id and secret in {ENV_NAME}: telecmi-leads setup",
        )
    text = given.strip()
    _refuse_example("TELECMI_APP_ID", text)
    if re.fullmatch("[0-9]+_[0-9]+", text):
        raise SettingsError(
            f"TELECMI_APP_ID {safe(text)!r} is an agent's id, not the App id.",
            hint="An agent's id is EXTENSION_APPID: the App id is the part behind the _.",
        )
    if not re.fullmatch(r"[0-9]{1,18}", text) or int(text) == 0:
        shown = f" {safe(text)!r}" if text.isdecimal() else ""  # of anything else: it may be the secret, put here
        raise SettingsError(
            f"TELECMI_APP_ID{shown} is not an App id, which is a whole number.",
            hint=f"Copy it from the TeleCMI dashboard. The secret belongs in {SECRET_VARIABLE}.",
        )
    return int(text)


def check_secret_file(path: Path) -> None:
    """Raise SettingsError for a file from which no secret can be read."""
    _checked_secret(_secret_from(path), f"The secret in {safe(str(path))}")


def _secret(given: AccountOptions) -> Secret:
    if given.secret_file is not None:
        return Secret(_checked_secret(_secret_from(given.secret_file), f"The secret in {safe(str(given.secret_file))}"))
    if given.secret is None:
        raise SettingsError(
            f"{SECRET_VARIABLE} is missing.",
            hint=f"Put it into {ENV_NAME} or the environment, or name a file with --secret-file.",
        )
    return Secret(_checked_secret(given.secret, SECRET_VARIABLE))


def _secret_from(path: Path) -> str:
    text = read_settings_file(path, "The secret file")
    # As ssh does with a key: a secret that others read may be known already, and only a stop is noticed by a cron job.
    if others_can_read(path):
        # Not for a device: root, who pastes it, would take /dev/null from everybody.
        hint = f"chmod 600 {argument(str(path))}" if path.is_file() else "Name a file that only you can read."
        raise SettingsError(f"The secret file {safe(str(path))} can be read by others.", hint=hint)
    # One line break, as editors and echo put behind a line. Any other is refused below: it may be part of what was
    # copied.
    return re.sub(r"\r?\n\Z", "", text)


def secret_of(text: str) -> str:
    """Return a secret that has been typed. Raises SettingsError for what can't be one."""
    return _checked_secret(text, SECRET_VARIABLE)


def _refuse_example(what: str, text: str) -> None:
    """Raise SettingsError for the words that .env.example has where the values belong."""
    word = text.strip()
    if re.fullmatch(r"your[-_ ](app[-_ ])?(id|secret)|change[-_ ]?me|<[^>]*>", word.lower()):
        # Between the brackets may stand a real secret: it is not shown.
        shown = "brackets <>" if word.startswith("<") else f"word {safe(word)!r}"
        raise SettingsError(
            f"{what} holds the example's {shown}, and not a value.",
            hint="Put in the one from the TeleCMI dashboard; telecmi-leads setup asks for it.",
        )


def _checked_secret(text: str, what: str) -> str:
    _refuse_example(what, text)
    if not text.strip():
        raise SettingsError(f"{what} is empty.", hint="Copy the secret from the TeleCMI dashboard.")
    if len(text) > _MAX_SECRET_CHARACTERS:
        raise SettingsError(f"{what} has more than {_MAX_SECRET_CHARACTERS:,} characters.")
    if text != text.strip() or not text.replace("\u200b", "\n").isprintable():
        raise SettingsError(
            f"{what} begins or ends with a space, or holds a line break or another invisible character.",
            hint="Copy it again from the TeleCMI dashboard, without anything around it.",
        )
    return text
