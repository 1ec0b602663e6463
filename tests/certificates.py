"""Certificates of an authority that nobody trusts, for local TLS servers."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import trustme

DAY = timedelta(days=1)


def server_side(authority: trustme.CA, *names: str, expired: bool = False) -> ssl.SSLContext:
    """Return the TLS context of a server with a certificate for these names."""
    now = datetime.now(UTC)
    since, until = (now - 2 * DAY, now - DAY) if expired else (now - DAY, now + DAY)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, not_before=since, not_after=until).configure_cert(context)
    return context
