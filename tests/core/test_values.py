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
    "cli.course.Course",
    "columns.column_match.Draft",
    "columns.marks.TableMarks",
    "files.html_tables._Page",
    "files.html_tables._Table",
    "leads.cleaning._Work",
    "leads.planning.Planner",
    "leads.planning._Series",
    "leads.prepare._Preparation",
    "leads.row_numbers.RowNumbers",
    "leads.screening.KnownPeople",
    "leads.screening.NumberSet",
    "output.reports.rejects.Layout",
    "output.reports.rejects._Sheet",
    "output.reports.rejects._TextFile",
    "output.reports.report_files.Finding",
    "output.reports.report_folder._Summary",
    "phones.phone_cells._Search",
    "phones.splitting.Pieces",
    "phones.wrapping.Unwrapped",
    "sandbox.service._BalanceQuery",
    "sandbox.service._Upload",
    "sandbox.service._User",
    "sending.isolation._Node",
    "sending.run_loop._Job",
}
"""What is at work, and changes while it works. A new one belongs here only where it does."""


def _structs() -> Iterator[type[Struct]]:
    for module in pkgutil.walk_packages(telecmi_leads.__path__, "telecmi_leads."):
        if not module.name.endswith("__main__"):
            for each in vars(import_module(module.name)).values():
                if isinstance(each, type) and issubclass(each, Struct) and each.__module__ == module.name:
                    yield each


def test_values_are_frozen() -> None:
    """Every struct is frozen but those named here: what is handed on can't change under who holds it."""
    names = {f"{each.__module__}.{each.__name__}": each.__struct_config__.frozen for each in _structs()}
    assert {name.removeprefix("telecmi_leads.") for name, frozen in names.items() if not frozen} == CHANGING
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
        "last_leads": 0,
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
