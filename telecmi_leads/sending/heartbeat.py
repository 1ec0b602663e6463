"""The heartbeat: a GET that tells a monitor that a scheduled run begins, and how it ended. It carries no data.

URL/start, then URL or URL/fail: the addresses that monitors of cron jobs know (healthchecks.io, "Pinging API").
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from telecmi_leads.sending.answers import Answer
from telecmi_leads.settings.network import proxies

if TYPE_CHECKING:
    from collections.abc import Mapping

HEARTBEAT_SECONDS = 10.0


class Beat(StrEnum):
    """What a monitor is told, and what stands for it at the end of the URL's path."""

    START = "/start"
    SUCCESS = ""
    FAIL = "/fail"


def ping(url: str, beat: Beat, environment: Mapping[str, str]) -> bool:
    """Request the beat's URL, by the proxy that the environment names for it; tell whether the answer was 2xx.

    Never raises.
    """
    from telecmi_leads.sending.transport import Transport, tls_context

    try:
        url = _address(url, beat)
        transport = Transport(tls_context(None), proxies(environment, url))
    except ValueError:
        return False  # not a URL
    came = transport.request("GET", url, None, HEARTBEAT_SECONDS)
    transport.close()
    return isinstance(came, Answer) and came.status // 100 == 2  # noqa: PLR2004 - 2xx


def _address(url: str, beat: Beat) -> str:
    """Return the URL of a beat; a query stays behind it. Raises ValueError for what is no URL."""
    parts = urlsplit(url)
    path = f"{parts.path.rstrip('/')}{beat}" if beat else parts.path
    return urlunsplit(parts._replace(path=path))
