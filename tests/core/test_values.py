"""Values: what may change once it is made, and what a value says where nothing else is said."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import asdict

import telecmi_leads
from telecmi_leads.core.campaign import CampaignRecord, CampaignStatus, Outcome, OutcomeKind

if TYPE_CHECKING:
    from collections.abc import Iterator

CHANGING = {
    "cli.Course",
    "columns.CodesSeen",
    "columns.Draft",
    "columns.Sections",
    "columns._Block",
    "columns.TableMarks",
    "files.Page",
    "files.SheetsTold",
    "files._Section",
    "files._Table",
    "files._Titles",
    "leads.HeaderBudget",
    "leads.KnownPeople",
    "leads.MarkedPeople",
    "leads.NumberSet",
    "leads.Planner",
    "leads.RowCounts",
    "leads.RowNumbers",
    "leads.TableFindings",
    "leads._Preparation",
    "leads._Series",
    "leads._Work",
    "output.Finding",
    "output.Layout",
    "output._Sheet",
    "output._Summary",
    "output._TextFile",
    "phones.Pieces",
    "phones.Search",
    "phones.Unwrapped",
    "sandbox._BalanceQuery",
    "sandbox._Upload",
    "sandbox._User",
    "sending._Job",
    "sending._Node",
}
"""What is at work, and changes while it works, by its wing. A new one belongs here only where it does."""


def _structs() -> Iterator[type[Struct]]:
    for module in pkgutil.walk_packages(telecmi_leads.__path__, "telecmi_leads."):
        if not module.name.endswith("__main__"):
            for each in vars(import_module(module.name)).values():
                if isinstance(each, type) and issubclass(each, Struct) and each.__module__ == module.name:
                    yield each


def test_values_are_frozen() -> None:
    """Every struct is frozen but those named here: what is handed on can't change under who holds it."""
    names = {f"{each.__module__.split('.')[1]}.{each.__name__}": each.__struct_config__.frozen for each in _structs()}
    assert {name for name, frozen in names.items() if not frozen} == CHANGING
    assert len(names) > 100


def test_a_campaign_without_a_history() -> None:
    """A campaign of which no more is said was never tried, is not cut, and nobody has said anything of it."""
    assert asdict(CampaignRecord(7, 1, "IN", "March-001", 10, CampaignStatus.UNSENT)) == {
        "id": 7,
        "number": 1,
        "group": "IN",
        "name": "March-001",
        "leads": 10,
        "status": CampaignStatus.UNSENT,
        "code": None,
        "message": "",
        "attempts": 0,
        "seconds": 0.0,
        "confirmed_by_name": False,
        "started": None,
        "parent": None,
        "parent_id": None,
        "root": 0,
        "split": False,
        "last": None,
        "fewest_leads": 0,
        "settled_by_hand": None,
    }


def test_an_outcome_without_details() -> None:
    """An outcome of which no more is said asks for no pause, took no time, and another try may fare better."""
    assert asdict(Outcome(OutcomeKind.NOT_SENT)) == {
        "kind": OutcomeKind.NOT_SENT,
        "code": None,
        "message": "",
        "retry_after": None,
        "retryable": True,
        "seconds": 0.0,
    }
