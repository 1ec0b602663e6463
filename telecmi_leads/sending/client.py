"""The client: frozen bytes go out with the secret in them, an Outcome comes back.

The heartbeat too: a GET that tells a monitor that a scheduled run begins, and how it ended. It carries no data.
URL/start, then URL or URL/fail: the addresses that monitors of cron jobs know (healthchecks.io, "Pinging API").
"""

from __future__ import annotations

import threading
import time
from enum import StrEnum
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit, urlunsplit

import msgspec
from msgspec.structs import replace

from telecmi_leads.core.campaign import thaw_name
from telecmi_leads.core.clock import local_now
from telecmi_leads.core.masking import hide_secret
from telecmi_leads.sending.answers import SUCCESS, Answer, classify
from telecmi_leads.settings.network import is_loopback, proxies

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from types import TracebackType

    from telecmi_leads.core.campaign import Outcome
    from telecmi_leads.sending.transport import Transport
    from telecmi_leads.settings.accounts import Account
    from telecmi_leads.settings.options import SendingOptions

UPLOAD_PATH = "/v3/leads/add"
BALANCE_PATH = "/v2/balance"


class Client:
    """Sends requests of one account; safe to use from several threads, each with a connection of its own.

    `proxies` maps a scheme (or "all") to a proxy's URL, as the user set them; they are never used for the
    loopback interface. `now` is the wall clock, for a Retry-After that is a date. Making one raises
    SettingsError where `options.ca_bundle` can't be used. `close`, or leaving its `with` block, closes the connections.
    """

    def __init__(
        self,
        account: Account,
        options: SendingOptions,
        proxies: Mapping[str, str] | None = None,
        *,
        now: Callable[[], datetime] = local_now,
    ) -> None:
        from telecmi_leads.sending.transport import Transport, tls_context

        self._account = account
        self._seconds = options.timeout
        self._now = now
        context = tls_context(options.ca_bundle)
        # A proxy would connect to its own loopback interface, not to this machine's.
        used = {} if is_loopback(urlsplit(account.base_url).hostname or "") else dict(proxies or {})
        self._new_transport: Callable[[], Transport] = lambda: Transport(context, used)
        self._of_thread = threading.local()
        self._lock = threading.Lock()
        self._transports: list[Transport] = []

    def send(self, body: bytes) -> Outcome:
        """Send a campaign's frozen request (see `core.campaign.freeze`) once.

        Whatever the network and the server do comes back as an Outcome; nothing is raised for it.
        """
        return self._post(UPLOAD_PATH, body)

    def check_balance(self) -> Outcome:
        """Ask the balance endpoint, which changes nothing.

        ACCEPTED where it takes the credentials, ACCOUNT where it doesn't; else as `send`.
        """
        return self._post(BALANCE_PATH, msgspec.json.encode({"appid": self._account.app_id}))

    def close(self) -> None:
        """Close all connections; a later request opens another."""
        with self._lock:
            transports = list(self._transports)
        for transport in transports:
            transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _post(self, path: str, body: bytes) -> Outcome:
        transport = self._transport()
        start = time.monotonic()
        # The secret in clear is in this frame and in the bytes of the request, and in no attribute.
        whole = _with_secret(body, self._account.secret.reveal())
        lead_name = thaw_name(body) if path == UPLOAD_PATH else None
        came = transport.request("POST", self._account.base_url + path, whole, self._seconds)
        outcome = classify(came, self._now, self._hide, lead_name) if isinstance(came, Answer) else came
        if outcome.unknown:
            transport.close()  # what is still on its way there must not be taken for the next answer
        return replace(outcome, seconds=time.monotonic() - start)

    def _transport(self) -> Transport:
        transport: Transport | None = getattr(self._of_thread, "transport", None)
        if transport is None:
            transport = self._of_thread.transport = self._new_transport()
            with self._lock:
                self._transports.append(transport)
        return transport

    def _hide(self, text: str) -> str:
        """Take the secret out of what a server says: some repeat what they were sent."""
        return hide_secret(text, self._account.secret.reveal())


def _with_secret(body: bytes, secret: str) -> bytes:
    """Return the frozen body with the secret as its first member; the rest stays byte for byte as it is."""
    if not body.startswith(b'{"'):
        raise ValueError("a frozen body is a JSON object with at least one member")
    # Put in as bytes: decoding and encoding a frozen body could change a byte of it, and the promise is that none
    # changes.
    return b'{"secret":' + msgspec.json.encode(secret) + b"," + body[1:]


# --- the heartbeat ------------------------------------------------------------------------------

HEARTBEAT_SECONDS = 10.0


class Beat(StrEnum):
    """What a monitor hears of, and what follows the URL's path for it."""

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
    return isinstance(came, Answer) and came.status in SUCCESS


def _address(url: str, beat: Beat) -> str:
    """Return the URL of a beat; a query stays behind it. Raises ValueError for what is not a URL."""
    parts = urlsplit(url)
    path = f"{parts.path.rstrip('/')}{beat}" if beat else parts.path
    return urlunsplit(parts._replace(path=path))
