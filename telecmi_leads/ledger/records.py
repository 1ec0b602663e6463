"""What the ledger answers with, beside the values of core; and the states of campaigns as its SQL names them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from telecmi_leads.core.campaign import CampaignStatus

if TYPE_CHECKING:
    from telecmi_leads.core.campaign import OutcomeKind
    from telecmi_leads.core.lead import LeftOutKind

TO_SEND = tuple(status for status in CampaignStatus if status.to_send)
SETTLED = tuple(status for status in CampaignStatus if status.settled)
DOUBTFUL = tuple(status for status in CampaignStatus if status.doubtful)
RESOLVABLE = tuple(status for status in CampaignStatus if status.resolvable)
"""Values for `status IN (?, …)`: what a state means is said by the state alone."""


class Word(StrEnum):
    """What a person who looked at the dashboard has said of a campaign; stands in its history like an outcome."""

    ACCEPTED = "said_accepted"
    NOT_UPLOADED = "said_not_uploaded"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request of a campaign, or a person's word on it. `ended` and `kind` are None while it is on its way."""

    started: datetime
    ended: datetime | None
    kind: OutcomeKind | Word | None
    code: int | None
    message: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Try:
    """What one request came to, with the number of leads in it (0 where an older version sent it)."""

    kind: OutcomeKind | Word
    leads: int


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a phone number in one run.

    Either `campaign` and `status` are set (it is a lead), or `left_out` and `code` (a Reason's code or the exclude
    list's name). `when` is the time the campaign's state was reached, or the run was made.
    """

    account: str
    run: str
    run_name: str
    when: datetime
    campaign: str = ""
    status: CampaignStatus | None = None
    left_out: LeftOutKind | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class KnownCampaign:
    """A campaign that holds a number: which run it is of, and whether its leads are in. `settled` is None if never.

    `name_taken` tells that a name which this ledger never sent has ended its run: its people may be in all the same.
    """

    id: int
    run: str
    name: str
    status: CampaignStatus
    settled: datetime | None
    name_taken: bool = False


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What `forget` has removed, and how many unfinished runs it left alone (their leads still wait to be sent).

    `leads` are those of unsent and refused campaigns, `answers` the service's words that held the number. `mentioned`
    counts other people's leads that name it in their text, which stay. `left_in_file` tells that another process reads
    the ledger, so that its file still holds what is gone.
    """

    runs: int = 0
    campaigns: int = 0
    rows: int = 0
    numbers: int = 0
    unfinished_kept: int = 0
    leads: int = 0
    answers: int = 0
    mentioned: int = 0
    left_in_file: bool = False


def to_micros(moment: datetime) -> int:
    """Return an aware time as the ledger stores it: whole microseconds since 1970, UTC."""
    since = moment.astimezone(UTC) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def from_micros(micros: int) -> datetime:
    """Return a stored time in the local zone."""
    return (_EPOCH + timedelta(microseconds=micros)).astimezone()


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
