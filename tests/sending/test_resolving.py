"""What a person's word does to a campaign in doubt, and which campaign is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from ledger_store import connection, in_flight
from simulated import (
    BAD_PHONE,
    DUPLICATES,
    NO_ACCOUNT,
    SERVER_ERROR,
    TIMED_OUT,
    Act,
    Service,
    SimulatedClock,
    ok,
    plan,
)

from telecmi_leads.core.clock import StopRequest
from telecmi_leads.core.errors import UsageError
from telecmi_leads.core.run import CampaignSending, LeadTotals, RunState
from telecmi_leads.ledger import Ledger
from telecmi_leads.sending.decisions import resolve
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


def send(ledger: Ledger, act: Any, *, sendings: int | None = None, **options: Any) -> None:
    """Upload the run; kill the process when so many requests have left."""
    service = Service(act)
    events = upload(
        "run-1", ledger, service.send, SendingOptions(**options), SimulatedClock(service, ledger), StopRequest()
    )
    sent = 0
    for event in events:
        sent += isinstance(event, CampaignSending)
        if sent == sendings:
            service.wait_for(len(in_flight(ledger)))
            events.close()
    service.forget_clients()
    in_flight(ledger).clear()  # the next process has none


def settle(ledger: Ledger, campaign: str, *, accepted: bool = True) -> None:
    """Say that a campaign is in, or is not."""
    resolve(ledger, "run-1", campaign, accepted=accepted, clock=SimulatedClock(Service(), ledger))


def refusal(ledger: Ledger, campaign: str) -> tuple[str, str]:
    """Return why a campaign is not to be resolved, and what to do."""
    with pytest.raises(UsageError) as raised:
        settle(ledger, campaign)
    return str(raised.value), raised.value.hint


def states(ledger: Ledger) -> list[tuple[str, str]]:
    """Return the run's campaigns with their states."""
    return [(each.name, str(each.status)) for each in ledger.campaigns("run-1")]


def run(ledger: Ledger) -> tuple[RunState, LeadTotals]:
    """Return how the run stands."""
    record = ledger.run("run-1")
    assert record is not None
    return record.state, record.leads


@pytest.mark.parametrize("said", ["March-002", "2", "002"])
def test_a_campaign_is_meant_by_its_name_or_its_number(ledger: Ledger, said: str) -> None:
    """Said to be in, a campaign counts as accepted; with the last doubt gone the run is finished."""
    plan(ledger, 3)
    send(ledger, [ok(), TIMED_OUT, ok()], retries=0, workers=1)
    settle(ledger, said)
    assert run(ledger) == (RunState.FINISHED, LeadTotals(accepted=6))


def test_what_is_not_in_goes_again(ledger: Ledger) -> None:
    """Said not to be in, a campaign is unsent, and the run is not finished."""
    plan(ledger, 2)
    send(ledger, [ok(), SERVER_ERROR], retries=0, workers=1)
    settle(ledger, "March-002", accepted=False)
    assert states(ledger) == [("March-001", "accepted"), ("March-002", "unsent")]
    assert run(ledger) == (RunState.PLANNED, LeadTotals(accepted=2, unsent=2))


def test_what_is_proven_needs_nobodys_word(ledger: Ledger) -> None:
    """Accepted, refused or never sent: there is nothing to resolve, and nothing is changed."""
    plan(ledger, 3)
    send(ledger, [ok(), DUPLICATES, NO_ACCOUNT], workers=1)
    before = [("March-001", "accepted"), ("March-002", "refused"), ("March-003", "unsent")]
    assert states(ledger) == before
    for name, state in before:
        assert refusal(ledger, name) == (
            f"Campaign {name} is {state}: there is nothing to resolve.",
            "Only a campaign that is unknown or unverified needs a person's word.",
        )
    assert states(ledger) == before


def test_a_campaign_that_a_dead_process_was_sending_is_in_doubt(ledger: Ledger) -> None:
    """What was on its way when the process died can be resolved at once."""
    plan(ledger, 1)
    send(ledger, [ok()], sendings=1)
    assert connection(ledger).execute("SELECT status FROM campaigns").fetchall() == [("sending",)]
    settle(ledger, "March-001")
    assert states(ledger) == [("March-001", "accepted")]


def test_a_name_that_is_not_in_the_run(ledger: Ledger) -> None:
    """What nobody knows is answered with the names that can be resolved, or that there are none."""
    plan(ledger, 4)
    assert refusal(ledger, "April-001") == (
        "Run run-1 has no campaign April-001.",
        "Nothing in this run is to be resolved.",
    )
    send(ledger, [ok(), TIMED_OUT, TIMED_OUT, ok()], retries=0, workers=1)
    assert refusal(ledger, "April-\x1b[31m001") == (
        "Run run-1 has no campaign April-\\x1b[31m001.",
        "To be resolved: March-002, March-003.",
    )


def test_parts_of_a_campaign_in_doubt_are_one_again(ledger: Ledger) -> None:
    """Killed with a part on its way: the dashboard knows the campaign by one name, so it is whole first."""
    plan(ledger, 1, size=8)
    send(ledger, [TIMED_OUT, BAD_PHONE, TIMED_OUT], isolate=True, sendings=3)
    assert states(ledger) == [("March-001", "unknown"), ("March-001", "unknown"), ("March-001b", "unknown")]
    assert refusal(ledger, "March-001b") == (
        "March-001b was never sent: it is a part of a campaign that may be in itself.",
        "Look that campaign up in the dashboard. To be resolved: March-001.",
    )
    assert states(ledger) == [("March-001", "unknown")]
    settle(ledger, "1")
    assert run(ledger) == (RunState.FINISHED, LeadTotals(accepted=8))


def test_who_has_looked_up_a_part_looks_once_more(ledger: Ledger) -> None:
    """Killed with a part on its way, which has the campaign's name: that it is in says nothing of all the leads."""
    plan(ledger, 1, size=8)
    send(ledger, [TIMED_OUT, BAD_PHONE, TIMED_OUT], isolate=True, sendings=3)
    assert refusal(ledger, "March-001") == (
        "March-001 was being halved when its run ended; it is whole again, with 8 leads.",
        "Look it up in the TeleCMI dashboard. If it holds 8 leads: the same command again.",
    )
    assert states(ledger) == [("March-001", "unknown")]
    settle(ledger, "March-001")
    assert run(ledger) == (RunState.FINISHED, LeadTotals(accepted=8))


def test_parts_under_names_of_their_own_are_resolved_by_name(ledger: Ledger) -> None:
    """Where parts have the names that the service knows them by, the campaign's number means several."""
    phones = plan(ledger, 1, size=8)

    def act(_number: int, name: str, sent: list[str]) -> Act:
        return TIMED_OUT if name == "March-001b" else BAD_PHONE if phones[7] in sent else ok()

    send(ledger, act, isolate=True, retries=0)
    assert refusal(ledger, "1") == ("Run run-1 has several campaigns 1.", "To be resolved: March-001b.")
    assert refusal(ledger, "March-001")[0] == "Campaign March-001 is accepted: there is nothing to resolve."
    settle(ledger, "March-001b")
    assert run(ledger) == (RunState.PLANNED, LeadTotals(accepted=6, unsent=2))
