"""What is said of a run that is not complete, and of people left out since they wait elsewhere."""

from __future__ import annotations

from a_run import ACCOUNT, MORNING, RUN
from ended_runs import campaign

from telecmi_leads.core.campaign import CampaignStatus, KnownCampaign, OutcomeKind
from telecmi_leads.core.errors import ExitCode
from telecmi_leads.core.lead import RowTotals
from telecmi_leads.core.run import LeadTotals, RunRecord, RunState, Typed
from telecmi_leads.core.wording.endings import LeftWaiting, end_problem

ASK = "delete it there, then the last command. If it can't be deleted, ask TeleCMI first."


def a_run(leads: LeadTotals, by_hand: int = 0) -> RunRecord:
    """Return a run whose leads stand so."""
    rows = RowTotals(read=leads.total, leads=leads.total)
    return RunRecord(RUN, ACCOUNT, "March", MORNING, RunState.PLANNED, rows, leads, 1, by_hand=by_hand)


def test_what_is_unverified_is_looked_up() -> None:
    """The hint says for one campaign what to do in each case; of several it names the one that the commands are for."""
    unverified = [campaign(number, "unverified", leads=2) for number in (1, 2)]
    for campaigns, names, it in (
        (unverified[:1], "March-001 (2 leads)", "it"),
        (unverified, "March-001 (2 leads), March-002 (2 leads)", "March-001"),
    ):
        run = a_run(LeadTotals(unverified=2 * len(campaigns)))
        problem = end_problem(run, ExitCode.UNFINISHED, None, campaigns, Typed())
        assert problem is not None
        assert problem.hint.split("\n") == [
            f"Look {names} up in the TeleCMI dashboard.",
            f"If {it} holds 2 leads: telecmi-leads resolve {RUN} March-001 --accepted",
            f"If {it} is not there (this sends it again): telecmi-leads resolve {RUN} March-001 --not-uploaded",
            f"If {it} holds fewer: {ASK}",
        ]


def test_what_only_a_person_settles_comes_after_a_resume() -> None:
    """Where a doubt alone is left that --isolate can't settle, the hint is the look; else `resume` comes first."""
    doubtful = campaign(1, "unknown", leads=1, last=OutcomeKind.REFUSED, fewest_leads=1)
    alone = end_problem(a_run(LeadTotals(unknown=1), by_hand=1), ExitCode.UNFINISHED, None, [doubtful], Typed())
    beside = end_problem(a_run(LeadTotals(3, unknown=2), by_hand=1), ExitCode.UNFINISHED, None, [doubtful], Typed())
    assert alone is not None
    assert alone.hint.startswith("Look March-001 (1 lead) up in the TeleCMI dashboard.\nIf it holds 1 lead: ")
    assert beside is not None
    assert beside.hint == f"Finish them with: telecmi-leads resume {RUN}"


def test_who_waits_elsewhere_is_looked_up() -> None:
    """A campaign of another run that only a person settles is looked up, and what shows the rest is named."""
    known = KnownCampaign(1, "run-1", "A-001", CampaignStatus.UNVERIFIED, None)
    accept = "telecmi-leads resolve run-1 A-001 --accepted"
    assert LeftWaiting(2, (known,)).problem(Typed()).hint.split("\n") == [
        f"Look up A-001 in the TeleCMI dashboard. If it holds all of its leads: {accept}",
        "If it does not, this shows what to do: telecmi-leads runs run-1",
    ]
