"""What a campaign's state means, and what follows from it for a run that goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inside import Inside
from program import write_leads

from telecmi_leads.core.campaign import CampaignStatus
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
