"""What happens while a run is prepared and sent, as values that the console shows."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.lead import TableInfo


class TableOpened(Struct, frozen=True):
    """A table's header was found and its columns are matched."""

    table: TableInfo
    columns: Mapping[str, tuple[str, ...]]


class RowsPrepared(Struct, frozen=True):
    """So many rows of the input have been read and cleaned, in all, and so many are leads."""

    rows: int
    leads: int


class CampaignSending(Struct, frozen=True):
    """A campaign's request is about to leave."""

    campaign: CampaignRecord
    attempt: int


class CampaignSettled(Struct, frozen=True):
    """A campaign has reached the state in which this run leaves it."""

    campaign: CampaignRecord


class CampaignWaiting(Struct, frozen=True):
    """A campaign will be tried again after a pause of `seconds`; `why` says it in words."""

    campaign: CampaignRecord
    seconds: float
    why: str


class StopCause(StrEnum):
    """Why a run ends before every campaign is settled."""

    INTERRUPTED = "interrupted"
    TERMINATED = "terminated"
    ACCOUNT_REFUSED = "account_refused"
    SERVICE_FAILING = "service_failing"
    MAX_WAIT = "max_wait"
    MISDIRECTED = "misdirected"
    NAME_TAKEN = "name_taken"
    NO_CONNECTION = "no_connection"


class RunStopping(Struct, frozen=True):
    """No further request will be made; those in flight may still end. `why` says it in words."""

    cause: StopCause
    why: str


UploadEvent = CampaignSending | CampaignSettled | CampaignWaiting | RunStopping
