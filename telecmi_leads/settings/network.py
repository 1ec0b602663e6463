"""Addresses and the way to them: what is one, the loopback interface, proxies, and what a folder may decide."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from msgspec import Struct

from telecmi_leads.core.patterns import pattern
from telecmi_leads.core.text import safe
from telecmi_leads.settings.options import AccountOptions, SendingOptions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


# Parsers differ on what is not a plain address: for one the host of https://a.example\.telecmi.com ends with
# telecmi.com, another asks a.example. So what could be read in two ways is not allowed: a host is labels of letters,
# digits and hyphens (RFC 1123), or an address of the Internet Protocol without a zone.
_ADDRESS = pattern(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?(?:/[a-z0-9._~/-]*)?",
    re.IGNORECASE | re.ASCII,
)
_LABEL = pattern(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.IGNORECASE | re.ASCII)
_LONGEST_ADDRESS = 2_000
_MOST_PORTS = 65_535


def without_credentials(address: str) -> str:
    """Return an address without user, query and fragment, in which a secret may stand."""
    front, at, host = re.split("[?#]", address, maxsplit=1)[0].rpartition("@")
    scheme = front.partition("//")[0] + "//" if "//" in front else ""
    return f"{scheme}•••@{host}" if at else host


def scheme_and_host(address: str) -> tuple[str, str] | None:
    """Return scheme and host of an address, in lower case; None for what every parser does not read in the same way."""
    found = _ADDRESS.fullmatch(address) if len(address) <= _LONGEST_ADDRESS else None
    if found is None or not 0 < int(found["port"] or 1) <= _MOST_PORTS:
        return None
    host = found["host"].lower()
    if host.startswith("["):
        host = host[1:-1]
        return (found["scheme"].lower(), host) if _is_ip(host) else None
    labels = host.removesuffix(".").split(".")
    if not all(map(_LABEL.fullmatch, labels)) or (labels[-1][:1].isdigit() and not _is_ip(host)):
        return None  # a last label of digits makes it a number to some: 127.1, 0x7f.1, 2130706433
    return found["scheme"].lower(), host


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address is this machine's loopback interface."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def proxies(environment: Mapping[str, str], url: str) -> dict[str, str]:
    """Return scheme → proxy as the user's environment sets them; none for loopback and NO_PROXY's hosts."""
    from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

    host = urlsplit(url).hostname or ""
    found = {
        # Either case: curl reads http_proxy, most people set HTTP_PROXY.
        name.lower().removesuffix("_proxy"): value
        for name, value in environment.items()
        if name.lower() in {"http_proxy", "https_proxy", "all_proxy", "no_proxy"} and value
    }
    bypass = {"no": found.pop("no", "")}
    # The standard library knows what NO_PROXY may hold: hosts, suffixes of hosts, ports and *.
    if is_loopback(host) or proxy_bypass_environment(host, bypass):
        return {}
    return found


# --- what a file in the working folder may decide about the secret: it may be anybody's --------------

# Where the secret goes, which secret it is, and whose certificates are believed is not for such a file to decide alone.
# A file that was named on the command line is the user's own word, and so is one that brings the secret itself.

_DECIDING = {
    "base_url": "the secret goes to {}",
    "secret_file": "the secret is read from {}",
    "ca_bundle": "certificates are checked against {}",
}
"""The options that decide about the secret, and what each decides."""


class Given(Struct, frozen=True):
    """What a source gives for an option: the raw value, and where it stood.

    `variable` is the environment variable's name. `path` is the file, None for the command line and the environment;
    `named` tells that the command line named this file.
    """

    raw: Any
    origin: str
    variable: str = ""
    path: Path | None = None
    named: bool = False

    @property
    def of_folder(self) -> bool:
        """Tell whether it stands in a file of the working folder that nobody named."""
        return self.path is not None and not self.named

    @property
    def of_command_line(self) -> bool:
        """Tell whether the command line gives it, or names the file that does."""
        return self.named or (self.path is None and not self.variable)


def credentials_from(groups: Mapping[type[Any], Any], found: Mapping[str, Given | None]) -> Given | None:
    """Return what gives the secret that will be sent; None where there is none."""
    return found["secret_file"] if groups[AccountOptions].secret_file is not None else found["secret"]


def folder_decides(
    groups: Mapping[type[Any], Any], found: Mapping[str, Given | None], secret: Given | None
) -> tuple[tuple[str, ...], str]:
    """Return what the working folder's files decide about the secret, and why it must not be sent at all, or ""."""
    if secret is None:
        return (), ""
    account = groups[AccountOptions]
    values = {
        "base_url": account.base_url,
        "secret_file": account.secret_file,
        "ca_bundle": groups[SendingOptions].ca_bundle,
    }
    alarms = tuple(
        f"{safe(str(given.path))} decides that {says.format(safe(str(values[name])))}."
        for name, says in _DECIDING.items()
        if (given := found[name]) is not None and given.of_folder and not _brings(given, secret)
    )
    return alarms, _refusal(account.base_url, found["base_url"], secret)


def _brings(given: Given, secret: Given) -> bool:
    """Tell whether the secret comes from the same file, or by the command line."""
    return secret.of_command_line or (bool(secret.variable) and secret.path == given.path)


def _refusal(url: str, given: Given | None, secret: Given) -> str:
    if given is None or not given.of_folder or (secret.variable and secret.path == given.path):
        return ""
    parts = scheme_and_host(url.strip())
    if parts is None:
        return ""  # no address that is allowed, which base_url() says
    host = parts[1]
    # To the service itself, or to this machine, it can give the secret away to nobody.
    if is_loopback(host) or host == "telecmi.com" or host.endswith(".telecmi.com"):
        return ""
    return f"{safe(str(given.path))} would send a secret that is not its own to {safe(url)}."
