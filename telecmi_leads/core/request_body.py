"""The bytes of a request, frozen when a run is planned: all of the body but the secret.

A retry, a resume and an upgrade in between send the very same bytes. The secret is put in by the client
at the last moment. Documented at v3/leads/add: `lead_name`, `inet_no` (a JSON integer), `secret`, `users`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from telecmi_leads.core.lead import Lead


class _Body(msgspec.Struct, frozen=True):
    lead_name: str
    inet_no: int
    users: msgspec.Raw


class _Leads(msgspec.Struct, frozen=True):
    users: Sequence[Lead]


class _Sender(msgspec.Struct, frozen=True):
    inet_no: int


_encoder = msgspec.json.Encoder()
_leads_decoder = msgspec.json.Decoder(_Leads)
_sender_decoder = msgspec.json.Decoder(_Sender)


def encode_leads(leads: Sequence[Lead]) -> bytes:
    """Return the JSON array of a campaign's leads. Raises UnicodeEncodeError for a lone surrogate."""
    return _encoder.encode(leads)


def leads_digest(users: bytes) -> bytes:
    """Return the SHA-256 of a campaign's leads: the same whatever the campaign is called."""
    return hashlib.sha256(users).digest()


def freeze(name: str, app_id: int, users: bytes) -> bytes:
    """Return the request's body without the secret; `users` comes from `encode_leads`."""
    return _encoder.encode(_Body(name, app_id, msgspec.Raw(users)))


def refreeze(body: bytes, name: str, leads: Sequence[Lead]) -> bytes:
    """Return a frozen body of the same account with another name and other leads, such as a part of a campaign."""
    return freeze(name, _sender_decoder.decode(body).inet_no, encode_leads(leads))


def thaw_leads(body: bytes) -> list[Lead]:
    """Return the leads of a frozen body."""
    return list(_leads_decoder.decode(body).users)
