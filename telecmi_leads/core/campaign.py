"""Campaigns, their states and what each state means, the frozen bytes of their requests, and one request's outcome."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from telecmi_leads.core.lead import Lead

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class CampaignStatus(StrEnum):
    """A campaign's state in the ledger. `SENDING` reads as `UNKNOWN` to everyone but its own process."""

    UNSENT = "unsent"
    SENDING = "sending"
    ACCEPTED = "accepted"
    UNVERIFIED = "unverified"
    REFUSED = "refused"
    UNKNOWN = "unknown"

    @property
    def to_send(self) -> bool:
        """Tell whether a run that goes on sends the campaign, the unknown ones again under the same name."""
        return self in {CampaignStatus.UNSENT, CampaignStatus.UNKNOWN}

    def goes(self, *, isolate: bool) -> bool:
        """Tell whether a run that goes on takes the campaign up; with --isolate a refused one too."""
        return self.to_send or (isolate and self is CampaignStatus.REFUSED)

    @property
    def settled(self) -> bool:
        """Tell whether the outcome is proven. Only --isolate still touches a settled campaign, one that was refused."""
        return self in {CampaignStatus.ACCEPTED, CampaignStatus.REFUSED}

    @property
    def doubtful(self) -> bool:
        """Tell whether the campaign's leads may be in although that is not proven."""
        return not (self.settled or self is CampaignStatus.UNSENT)

    @property
    def may_be_cut(self) -> bool:
        """Tell whether --isolate may cut the campaign, where its last answer is a refusal."""
        return self in {CampaignStatus.REFUSED, CampaignStatus.UNKNOWN}

    @property
    def resolvable(self) -> bool:
        """Tell whether a person's look at the dashboard can settle the campaign."""
        return self in {CampaignStatus.UNKNOWN, CampaignStatus.UNVERIFIED}

    @property
    def unfinished(self) -> bool:
        """Tell whether a run that goes on may still change the campaign by itself."""
        return self in {CampaignStatus.UNSENT, CampaignStatus.SENDING, CampaignStatus.UNKNOWN}

    @property
    def eventful(self) -> bool:
        """Tell whether the campaign was tried and is not in, so that it deserves a look."""
        return self not in {CampaignStatus.ACCEPTED, CampaignStatus.UNSENT}

    @property
    def to_outsiders(self) -> CampaignStatus:
        """The state as told outside the sending process: what is being sent is unknown until its answer is there."""
        return CampaignStatus.UNKNOWN if self is CampaignStatus.SENDING else self


class StagedCampaign(Struct, frozen=True):
    """A planned campaign with the request's bytes, frozen: all of the body but the secret."""

    number: int
    group: str
    name: str
    leads: int
    body: bytes


class CampaignRecord(Struct, frozen=True):
    """A campaign as the ledger knows it. `seconds` is the time its requests took, pauses not counted.

    `parent` is the name of the campaign that was halved into this one by --isolate, `parent_id` its id and `root` that
    of the planned one; a halved campaign itself has `split` set and its leads count with its halves. `settled_by_hand`
    is when a person said that it is in, None where nobody did. `last` is what its last request came to. `fewest_leads`
    is how few leads a request for it held since a person has last said something of it: fewer than its own where one
    was a part's, and the parts did not settle the campaign.
    """

    id: int
    number: int
    group: str
    name: str
    leads: int
    status: CampaignStatus
    code: int | None = None
    message: str = ""
    attempts: int = 0
    seconds: float = 0.0
    confirmed_by_name: bool = False
    started: datetime | None = None
    parent: str | None = None
    parent_id: int | None = None
    root: int = 0
    split: bool = False
    last: OutcomeKind | None = None
    fewest_leads: int = 0
    settled_by_hand: datetime | None = None

    @property
    def refused_in_doubt(self) -> bool:
        """Tell whether it was refused, and yet may be in: --isolate or a person settles that, another try does not."""
        doubtful = self.status is CampaignStatus.UNKNOWN and not self.split
        return doubtful and self.last is not None and self.last.refuses

    @property
    def only_by_hand(self) -> bool:
        """Tell whether --isolate can't settle the doubt: it has tried, or there is one lead and nothing to cut."""
        return self.refused_in_doubt and (self.leads == 1 or self.was_joined_again)

    @property
    def was_joined_again(self) -> bool:
        """Tell whether --isolate has cut it and put it together again: another time would end alike."""
        return 0 < self.fewest_leads < self.leads

    @property
    def isolate_settles(self) -> bool:
        """Tell whether `resume --isolate` finds out whether it is in."""
        return self.refused_in_doubt and not self.only_by_hand

    @property
    def taken(self) -> bool:
        """Tell whether its name turned out to be a campaign's that this ledger never sent."""
        return self.status is CampaignStatus.REFUSED and self.last is OutcomeKind.NAME_EXISTS

    @property
    def alone(self) -> bool:
        """Tell whether it is a single lead that TeleCMI refuses: planned so, or found by --isolate."""
        refused = self.status is CampaignStatus.REFUSED and self.leads == 1
        return refused and (self.parent is not None or self.last is OutcomeKind.REFUSED)

    @property
    def cut_in_vain(self) -> bool:
        """Tell whether --isolate has found nothing in it that TeleCMI takes, and has put it together again."""
        return self.status is CampaignStatus.REFUSED and self.was_joined_again

    @property
    def uncut(self) -> bool:
        """Tell whether --isolate may find the wrong leads in it: there are several, and it has not tried in vain."""
        several = self.status is CampaignStatus.REFUSED and self.leads > 1 and len(self.name) < LONGEST_NAME
        return several and not self.taken and not self.cut_in_vain


LONGEST_NAME = 100
"""Characters of a campaign's name: a service that cuts longer ones would make two campaigns one."""

ISOLATE_BUDGET = 120
"""Requests that --isolate may spend on a campaign: eight offenders, however they lie among 1000 leads, take 118."""

NAME_NOT_OURS = "a campaign that this ledger never sent has this name"
"""Stands behind the service's words where a name is taken and no try of this ledger can have done it."""


class KnownCampaign(Struct, frozen=True):
    """A campaign that holds a number: which run it is of, and whether its leads are in. `settled` is None if never.

    `name_taken` tells that a name which this ledger never sent has ended its run: its people may be in all the same.
    `refused_in_doubt` is CampaignRecord's, `only_by_hand` too.
    """

    id: int
    run: str
    name: str
    status: CampaignStatus
    settled: datetime | None
    name_taken: bool = False
    refused_in_doubt: bool = False
    only_by_hand: bool = False

    @property
    def isolate_settles(self) -> bool:
        """Tell whether `resume --isolate` finds out whether it is in."""
        return self.refused_in_doubt and not self.only_by_hand

    @property
    def waits_for_a_person(self) -> bool:
        """Tell whether no command but `resolve` settles it."""
        return self.status is CampaignStatus.UNVERIFIED or self.only_by_hand


class OutcomeKind(StrEnum):
    """What one request came to; `sending.answers` classifies, `sending.decisions` says what follows."""

    ACCEPTED = "accepted"
    NAME_EXISTS = "name_exists"
    REFUSED = "refused"
    REFUSED_OTHERWISE = "refused_otherwise"
    ACCOUNT = "account"
    NOT_SENT = "not_sent"
    BUSY = "busy"
    UNKNOWN_CONNECTION = "unknown_connection"
    UNKNOWN_SERVER = "unknown_server"
    INTERRUPTED = "interrupted"
    MISDIRECTED = "misdirected"
    PART_UNKNOWN = "part_unknown"

    @property
    def lost(self) -> bool:
        """Tell whether nothing but the connection, or our own process, failed: a name that is there then is ours."""
        return self in {OutcomeKind.UNKNOWN_CONNECTION, OutcomeKind.INTERRUPTED}

    @property
    def unproven(self) -> bool:
        """Tell whether somebody answered, and the answer proves neither that the request is in nor that it is not."""
        return self in {
            OutcomeKind.UNKNOWN_SERVER,
            OutcomeKind.BUSY,
            OutcomeKind.MISDIRECTED,
            OutcomeKind.REFUSED_OTHERWISE,
            OutcomeKind.PART_UNKNOWN,
        }

    @property
    def maybe_applied(self) -> bool:
        """Tell whether the request may be in for all that its outcome says."""
        return self.lost or self.unproven

    @property
    def refuses(self) -> bool:
        """Tell whether the outcome is a refusal of what was sent, in documented words or in others."""
        return self in {OutcomeKind.REFUSED, OutcomeKind.REFUSED_OTHERWISE}


class Outcome(Struct, frozen=True):
    """The classified result of one request.

    ACCEPTED: in. NAME_EXISTS: the campaign's name is taken. REFUSED: 400 or 422 in the service's form and documented
    words; REFUSED_OTHERWISE: in other words, or 413. ACCOUNT: 404 in the service's form.
    NOT_SENT: provably never left the machine (`retryable` False for a certificate that fails).
    BUSY: 429, or 503 with Retry-After. UNKNOWN_CONNECTION: a time-out, a lost connection.
    UNKNOWN_SERVER: any other answer that proves nothing, an unreadable one included.
    INTERRUPTED: the process died between intent and result. MISDIRECTED: a redirect, which is not followed, or
    the answer of a proxy, a firewall or a wrong base URL that every request would get.
    PART_UNKNOWN: a part of the campaign was sent under the campaign's name, and may be there.

    `code` is the body's code, else the HTTP status; `message` the service's words, trimmed and bounded;
    `retry_after`, the pause that the service asks for, and `seconds` are in seconds.
    """

    kind: OutcomeKind
    code: int | None = None
    message: str = ""
    retry_after: float | None = None
    retryable: bool = True
    seconds: float = 0.0

    @property
    def unknown(self) -> bool:
        """Tell whether the request may or may not have been applied."""
        return self.kind.maybe_applied


class _Body(Struct, frozen=True):
    lead_name: str
    inet_no: int
    users: msgspec.Raw


class _Users(Struct, frozen=True):
    users: msgspec.Raw


class _Phone(Struct, frozen=True, gc=False):
    phone: str


class _Phones(Struct, frozen=True):
    users: list[_Phone]


class _Sender(Struct, frozen=True):
    inet_no: int


class _Name(Struct, frozen=True):
    lead_name: str


_encoder = msgspec.json.Encoder()
_users_decoder = msgspec.json.Decoder(_Users)
_leads_decoder = msgspec.json.Decoder(list[Lead])
_phones_decoder = msgspec.json.Decoder(_Phones)
_sender_decoder = msgspec.json.Decoder(_Sender)
_name_decoder = msgspec.json.Decoder(_Name)


def encode_leads(leads: Sequence[Lead]) -> bytes:
    """Return the JSON array of a campaign's leads. Raises UnicodeEncodeError for a lone surrogate."""
    return _encoder.encode(leads)


def freeze(name: str, app_id: int, users: bytes) -> bytes:
    """Return the request's body without the secret; `users` comes from `encode_leads`."""
    return _encoder.encode(_Body(name, app_id, msgspec.Raw(users)))


def refreeze(body: bytes, name: str, leads: Sequence[Lead]) -> bytes:
    """Return a frozen body of the same account with another name and other leads, such as a part of a campaign."""
    return freeze(name, _sender_decoder.decode(body).inet_no, encode_leads(leads))


def thaw_name(body: bytes) -> str:
    """Return the name of the campaign in a frozen body."""
    return _name_decoder.decode(body).lead_name


def thaw_phones(body: bytes) -> list[str]:
    """Return the numbers of a frozen body's leads, in half the time of the leads; "" for one that was forgotten."""
    return [each.phone for each in _phones_decoder.decode(body).users]


def thaw_leads(body: bytes) -> list[Lead]:
    """Return the leads of a frozen body."""
    return _leads_decoder.decode(_users_decoder.decode(body).users)
