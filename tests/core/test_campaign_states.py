"""What a campaign's state means, and what follows from it for a run that goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inside import Inside
from msgspec.structs import replace
from program import write_leads

from telecmi_leads.core.campaign import CampaignRecord, CampaignStatus, OutcomeKind
from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

MEANINGS = {
    # state        to_send settled doubtful resolvable unfinished eventful told as
    "unsent": (True, False, False, False, True, False, "unsent"),
    "sending": (False, False, True, False, True, True, "unknown"),
    "accepted": (False, True, False, False, False, False, "accepted"),
    "unverified": (False, False, True, True, False, True, "unverified"),
    "refused": (False, True, False, False, False, True, "refused"),
    "unknown": (True, False, True, True, True, True, "unknown"),
}


def test_every_state_has_its_meaning() -> None:
    """Whether a state is sent, settled, for a person, unfinished or worth a look is as this table says."""
    found = {
        str(state): (
            state.to_send,
            state.settled,
            state.doubtful,
            state.resolvable,
            state.unfinished,
            state.eventful,
            str(state.to_outsiders),
        )
        for state in CampaignStatus
    }
    assert found == MEANINGS


def test_what_a_run_that_goes_on_takes_up() -> None:
    """A run that goes on takes up what is unsent or unknown; with --isolate what was refused too, and nothing else."""
    assert [str(state) for state in CampaignStatus if state.goes(isolate=False)] == ["unsent", "unknown"]
    assert [str(state) for state in CampaignStatus if state.goes(isolate=True)] == ["unsent", "refused", "unknown"]


def test_a_resume_announces_what_it_sends(tmp_path: Path) -> None:
    """With one campaign unverified and one to be sent again, only the second is counted and sent."""
    write_leads(tmp_path / "leads.csv", 30)
    with Sandbox(faults=["500-after@A-001*1", "429=100000@A-003*1"]) as sandbox:
        program = Inside(tmp_path, sandbox.url)
        first = program.run(
            "upload", "leads.csv", "--name", "A", "--region", "IN", "--size", "10", "--settle", "0",
            "--workers", "1", "--json",
        )  # fmt: skip
        states = [campaign["status"] for campaign in first.json["campaigns"]]
        assert (first.code, states) == (5, ["unverified", "accepted", "unknown"])
        before = len(sandbox.requests())
        ended = program.run("resume", "--settle", "0")
        sent = len(sandbox.requests()) - before
    assert ended.code == 5
    assert " sending 10 leads in 1 campaign to account 1111112 at loopback" in ended.err
    assert sent == 1


def test_what_a_refused_campaign_may_still_be() -> None:
    """Refused in doubt, left to a person, taken, alone: each is told by state, last outcome, leads and parent."""
    refusal = OutcomeKind.REFUSED

    def told(status: CampaignStatus, **more: Any) -> tuple[bool, bool, bool, bool]:
        record = CampaignRecord(1, 1, "", "March-001", more.pop("leads", 10), status, **more)
        assert (record.seconds, record.confirmed_by_name) == (0.0, False)
        return record.refused_in_doubt, record.only_by_hand, record.taken, record.alone

    unknown, refused = CampaignStatus.UNKNOWN, CampaignStatus.REFUSED
    assert {
        "never answered": told(unknown),
        "lost": told(unknown, last=OutcomeKind.UNKNOWN_CONNECTION, fewest_leads=5),
        "refused in doubt": told(unknown, last=refusal),
        "whole": told(unknown, last=refusal, fewest_leads=10),
        "a part of it": told(unknown, last=refusal, fewest_leads=9),
        "a part of one lead": told(unknown, last=refusal, fewest_leads=1),
        "refused": told(refused, last=refusal, fewest_leads=5),
        "somebody else's name": told(refused, last=OutcomeKind.NAME_EXISTS),
        "our own name, proved": told(CampaignStatus.ACCEPTED, last=OutcomeKind.NAME_EXISTS),
        "a lead by plan": told(refused, leads=1),
        "a lead by cutting": told(refused, leads=1, parent="March-001"),
        "two by cutting": told(refused, leads=2, parent="March-001"),
        "none left": told(refused, leads=0, parent="March-001"),
        "a lead that is in": told(CampaignStatus.ACCEPTED, leads=1, parent="March-001"),
    } == {
        "never answered": (False, False, False, False),
        "lost": (False, False, False, False),
        "refused in doubt": (True, False, False, False),
        "whole": (True, False, False, False),
        "a part of it": (True, True, False, False),
        "a part of one lead": (True, True, False, False),
        "refused": (False, False, False, False),
        "somebody else's name": (False, False, True, False),
        "our own name, proved": (False, False, False, False),
        "a lead by plan": (False, False, False, False),
        "a lead by cutting": (False, False, False, True),
        "two by cutting": (False, False, False, False),
        "none left": (False, False, False, False),
        "a lead that is in": (False, False, False, False),
    }


def test_one_lead_in_doubt_is_a_persons() -> None:
    """A single lead can't be cut: where its refusal is in doubt, --isolate would ask the same for ever."""
    doubtful = CampaignRecord(
        1, 1, "", "M-001", 1, CampaignStatus.UNKNOWN, last=OutcomeKind.REFUSED, fewest_leads=1, root=1
    )
    assert (doubtful.refused_in_doubt, doubtful.only_by_hand) == (True, True)
    several = replace(doubtful, leads=2, fewest_leads=2)
    assert (several.refused_in_doubt, several.only_by_hand) == (True, False)
