"""The heartbeat: a GET that tells a monitor how a scheduled run ended. It carries no data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telecmi_leads.client.answers import Answer
from telecmi_leads.settings import proxies

if TYPE_CHECKING:
    from collections.abc import Mapping

HEARTBEAT_SECONDS = 10.0


def ping(url: str, environment: Mapping[str, str]) -> bool:
    """Request a URL, by the proxy that the environment names for it; tell whether the answer was 2xx. Never raises."""
    from telecmi_leads.client.transport import Transport, tls_context  # noqa: PLC0415 - loads requests

    try:
        transport = Transport(tls_context(None), proxies(environment, url))
    except ValueError:
        return False  # not a URL
    came = transport.request("GET", url, None, HEARTBEAT_SECONDS)
    transport.close()
    return isinstance(came, Answer) and came.status // 100 == 2  # noqa: PLR2004 - 2xx
