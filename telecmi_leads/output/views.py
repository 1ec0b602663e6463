"""What a command shows beside runs: one frozen value a screen, rendered for people and as JSON.

The commands fill these from what the lower layers found; `console/` and `reports/` read them. Texts are as they
came from files; whoever shows them makes them safe and masks what are phone numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from telecmi_leads.core.campaign import CampaignStatus
    from telecmi_leads.core.lead import LeftOutKind, TableInfo


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A column and what it feeds: `field` is the field's name, "" where it feeds none; `rule` says why, in words.

    `filled` counts the rows in which it holds something, None where nobody counted.
    """

    name: str
    field: str
    rule: str
    samples: tuple[str, ...] = ()
    filled: int | None = None


@dataclass(frozen=True, slots=True)
class TableView:
    """A table as the `columns` command shows it; `options` pin the choice: ("--map", "phone=Contact No. 1").

    `rows` are those below the header, blank ones included; `phones` the names of the phone columns, the first choice
    first. `upload` is the command that keeps to this choice, "" where there is none.
    """

    table: TableInfo
    columns: tuple[ColumnView, ...]
    options: tuple[tuple[str, str], ...] = ()
    rows: int | None = None
    phones: tuple[str, ...] = ()
    upload: str = ""


class Fate(Protocol):
    """What became of a number in one run: the ledger's Fate, as far as it is shown."""

    @property
    def run(self) -> str:
        """The run's id."""

    @property
    def run_name(self) -> str:
        """The run's name."""

    @property
    def when(self) -> datetime:
        """When the state was reached, or the run made."""

    @property
    def campaign(self) -> str:
        """The campaign's name, "" for a row left out."""

    @property
    def status(self) -> CampaignStatus | None:
        """The campaign's state, None for a row left out."""

    @property
    def left_out(self) -> LeftOutKind | None:
        """Why the row was left out, None for a lead."""

    @property
    def code(self) -> str:
        """A Reason's code or the exclude list's name."""


@dataclass(frozen=True, slots=True)
class PhoneView:
    """What a number normalises to, why it is or isn't good, and what became of it.

    `number` is E.164 digits, "" where there is none; then `reason` is the rejection's code. `region` is the
    region it was read for, `region_from` where that setting came from. `country` is the number's own, as shown; `type`
    a PhoneType; `timezones` IANA names; `repairs` Repair codes. `fates` come from the ledger, newest first.
    """

    given: str
    region: str = ""
    number: str = ""
    reason: str = ""
    country: str = ""
    type: str = ""
    timezones: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    fates: tuple[Fate, ...] = ()
    region_from: str = ""


@dataclass(frozen=True, slots=True)
class CheckView:
    """One thing the `check` command looked at; `passed` is None where it could not be looked at."""

    what: str
    passed: bool | None
    detail: str = ""
    hint: str = ""
