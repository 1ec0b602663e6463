"""Where the service is, and the way there: the base URL that is allowed, the loopback interface, the proxies."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from telecmi_leads.core.errors import SettingsError
from telecmi_leads.core.text import safe
from telecmi_leads.settings.options import AccountOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telecmi_leads.settings.resolving import Settings


def base_url(settings: Settings) -> str:
    """Return the service's address without a slash at its end; https only, loopback excepted."""
    given = settings[AccountOptions].base_url.strip()
    origin = settings.origins["base_url"]
    try:
        parts = urlsplit(given)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
        parts = urlsplit("")
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    plain = not (parts.username or parts.password or parts.query or parts.fragment) and given.isprintable()
    if not (secure and host and plain and " " not in given):
        raise SettingsError(
            f"The base URL {safe(given)!r}, from {safe(origin)}, is not allowed.",
            hint="It is https://HOST, without user, query or fragment; http:// is for the loopback interface only.",
        )
    return given.rstrip("/")


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
        name.lower().removesuffix("_proxy"): value
        for name, value in environment.items()
        if name.lower() in {"http_proxy", "https_proxy", "all_proxy", "no_proxy"} and value
    }
    bypass = {"no": found.pop("no", "")}
    if is_loopback(host) or proxy_bypass_environment(host, bypass):
        return {}
    return found
