"""What the parts of a refused campaign are called, and that choosing a name stays cheap however many are taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from ledger_store import connection
from simulated import ACCOUNT, BAD_PHONE, Service, SimulatedClock, ok, plan

from telecmi_leads.core.clock import StopRequest
from telecmi_leads.core.text import fold_name
from telecmi_leads.ledger import Ledger
from telecmi_leads.sending import part_names
from telecmi_leads.sending.part_names import PartNames
from telecmi_leads.sending.run_loop import upload
from telecmi_leads.settings.options import SendingOptions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Open a fresh ledger."""
    with Ledger.open(tmp_path / "state") as opened:
        yield opened


def given(names: PartNames, campaign: str, count: int) -> list[str]:
    """Give so many parts of a campaign their names; return them."""
    found = []
    for _ in range(count):
        found.append(names.free(campaign))
        names.give(found[-1])
    return found


def test_letters(ledger: Ledger) -> None:
    """Parts are called b to z, then aa, ab and on."""
    found = given(PartNames(ledger, ACCOUNT), "M-001", 702)
    assert (found[0], found[24:28], found[50:53], found[699:]) == (
        "M-001b",
        ["M-001z", "M-001aa", "M-001ab", "M-001ac"],
        ["M-001az", "M-001ba", "M-001bb"],
        ["M-001zy", "M-001zz", "M-001aaa"],
    )


def test_names_in_use_are_passed_over(ledger: Ledger) -> None:
    """A name of this account, in any case, is no part's, nor one that a part of another campaign was given."""
    for run, name in enumerate(["march-001B", "March-001c", "March-001da"]):
        plan(ledger, 1, run=f"run-{run}", name=name.removesuffix("-001"), first_phone=919876500000 + 2 * run)
        connection(ledger).execute("UPDATE campaigns SET name = ? WHERE run = ?", (name, run + 1))
    names = PartNames(ledger, ACCOUNT)
    assert names.free("March-001") == names.free("March-001") == "March-001d"
    assert given(names, "March-001", 3) == ["March-001d", "March-001e", "March-001f"]
    assert given(names, "March-001d", 2) == ["March-001db", "March-001dc"]
    assert given(names, "March-001", 1) == ["March-001g"]
    assert given(PartNames(ledger, "7@example.com"), "March-001", 1) == ["March-001b"]


def test_each_name_is_looked_at_once(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Further names go on behind the last one: a campaign in many parts does not begin at b for each of them."""
    looked: list[str] = []

    def counted(name: str) -> str:
        looked.append(name)
        return fold_name(name)

    monkeypatch.setattr(part_names, "fold_name", counted)
    given(PartNames(ledger, ACCOUNT), "M-001", 200)
    assert len(looked) <= 3 * 200


def test_the_names_in_use_are_read_once_a_run(ledger: Ledger) -> None:
    """With eight offenders of 256, the ledger is asked once for the names of the account, not once for each cut."""
    phones = plan(ledger, 1, size=256)
    bad = set(phones[5::32])
    service = Service(lambda _number, _name, sent: BAD_PHONE if bad & set(sent) else ok())
    asked: list[str] = []
    connection(ledger).set_trace_callback(asked.append)
    options = SendingOptions(isolate=True, isolate_budget=200)
    list(upload("run-1", ledger, service.send, options, SimulatedClock(service, ledger), StopRequest()))
    connection(ledger).set_trace_callback(None)
    record = ledger.run("run-1")
    assert record is not None
    assert (record.leads.accepted, record.leads.refused) == (248, 8)
    assert sum("SELECT name FROM used_names" in sql for sql in asked) == 1
