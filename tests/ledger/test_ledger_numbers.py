from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from a_run import judged, new_run, plan_figures
from ledger_store import connection, has_body, uploaded_among
from simulated import (
    ACCOUNT,
    ADDED,
    BAD_PHONE,
    EXISTS,
    NOT_SENT,
    SERVER_ERROR_IN,
    START,
    TIMED_OUT,
    Service,
    SimulatedClock,
    ok,
    plan,
    staged,
)

from telecmi_leads.core.campaign import CampaignStatus, Outcome, OutcomeKind, thaw_leads
from telecmi_leads.core.clock import StopRequest
from telecmi_leads.core.errors import LockHeld, UsageError
from telecmi_leads.core.lead import LeftOutKind, LeftOutRow, RowTotals
from telecmi_leads.core.run import RunState
from telecmi_leads.ledger import Fate, Forgotten, Ledger, StillTried, ToForget, Word
from telecmi_leads.sending.decisions import resolve
from telecmi_leads.sending.isolation import Cut, in_parts
from telecmi_leads.sending.run_loop import upload
from telecmi_leads.settings.options import SendingOptions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

OTHER = "7654321@example.com"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Open a fresh ledger."""
    with Ledger.open(tmp_path / "state") as opened:
        yield opened


def accept(ledger: Ledger, run: str = "run-1", at: datetime = START, *, finish: bool = True) -> None:
    """Have every campaign of a run accepted."""
    for campaign in ledger.campaigns(run):
        ledger.begin_attempts([campaign.id], at=at)
        ledger.record(campaign.id, judged(ADDED, CampaignStatus.ACCEPTED), at=at)
    if finish:
        ledger.finish_run(run)


def files_of(ledger: Ledger) -> bytes:
    """Return all bytes of the ledger's files but the key."""
    path = ledger._store.path  # noqa: SLF001 - where it is
    assert path is not None
    return b"".join(each.read_bytes() for each in path.parent.iterdir() if each.name.startswith("ledger.sq"))


# --- who was uploaded before ----------------------------------------------------------------------


def test_what_is_worked_out_ahead_is_what_is_written(ledger: Ledger) -> None:
    """Hashes worked out while campaigns are on their way know their own people; one that came to nothing knows none."""
    phones = plan(ledger, 3, size=2)
    first, second, third = ledger.campaigns("run-1")
    ledger.expect(first.id)  # it is not on its way: nothing is worked out
    ledger.begin_attempts([first.id, second.id], at=START)
    for campaign in (second, first, second, third):
        ledger.expect(campaign.id)
    ledger.record(first.id, judged(ADDED, CampaignStatus.ACCEPTED), at=START)
    ledger.expect(first.id)  # its leads are gone
    ledger.record(second.id, judged(BAD_PHONE.answer or ADDED, CampaignStatus.REFUSED), at=START)
    ledger.finish_run("run-1")
    since = START - timedelta(days=1)
    assert [ledger.fates(phone)[0].status == CampaignStatus.ACCEPTED for phone in phones] == [True, True, *[False] * 4]
    assert uploaded_among(ledger, ACCOUNT, phones, since) == [True, True, False, False, True, True]


@pytest.mark.parametrize(
    ("outcome", "state", "told", "tried"),
    [
        (None, CampaignStatus.SENDING, CampaignStatus.UNKNOWN, True),
        (Outcome(OutcomeKind.UNKNOWN_CONNECTION), CampaignStatus.UNKNOWN, CampaignStatus.UNKNOWN, True),
        (EXISTS, CampaignStatus.UNVERIFIED, CampaignStatus.UNVERIFIED, True),
        (EXISTS, CampaignStatus.REFUSED, CampaignStatus.REFUSED, False),
        (Outcome(OutcomeKind.BUSY, 429), CampaignStatus.UNSENT, CampaignStatus.UNSENT, True),
        (Outcome(OutcomeKind.NOT_SENT), CampaignStatus.UNSENT, CampaignStatus.UNSENT, False),
    ],
)
def test_who_was_tried_is_named_and_stays(
    ledger: Ledger, outcome: Outcome | None, state: CampaignStatus, told: CampaignStatus, tried: bool
) -> None:
    """(Row 65) A listed number in a campaign that was tried is named and stays; what never left can be planned anew."""
    phone = plan(ledger, 1)[0]
    [campaign] = ledger.campaigns("run-1")
    ledger.begin_attempts([campaign.id], at=START)
    if outcome is not None:
        ledger.record(campaign.id, judged(outcome, state), at=START)
    listed = ledger.tried_among("run-1", lambda phones: [at for at, each in enumerate(phones) if each == phone])
    assert [(each.name, phones) for each, phones in listed] == ([(campaign.name, [phone])] if tried else [])
    assert [fate.status for fate in ledger.fates(phone)] == [told]
    taken = ledger.withdraw("run-1", lambda phones: [at for at, each in enumerate(phones) if each == phone], "dnc.csv")
    assert taken == (state is CampaignStatus.UNSENT and not tried)


@pytest.mark.parametrize("finish", [False, True])
def test_accepted_numbers_are_known(ledger: Ledger, finish: bool) -> None:
    """Numbers of accepted campaigns are recognised, before their run's end as after it; others are not."""
    phones = plan(ledger, 2)
    accept(ledger, finish=finish)
    asked = [phones[0], "919800000000", phones[3], "", phones[0]]
    assert uploaded_among(ledger, ACCOUNT, asked, None) == [True, False, True, False, True]
    assert uploaded_among(ledger, ACCOUNT, [], None) == []


def test_accounts_know_their_own(ledger: Ledger) -> None:
    """What one account has uploaded is new to another."""
    phones = plan(ledger, 1)
    accept(ledger)
    assert uploaded_among(ledger, OTHER, phones, None) == [False, False]


@pytest.mark.parametrize("finish", [False, True])
def test_since(ledger: Ledger, finish: bool) -> None:
    """--new-only 30d knows those of the last 30 days; a number uploaded twice counts by its last time."""
    phones = plan(ledger, 1)
    accept(ledger, at=START, finish=finish)
    again = plan(ledger, 1, run="run-2", name="April", first_phone=int(phones[1]))
    accept(ledger, "run-2", START + timedelta(days=20), finish=finish)
    asked = [phones[0], phones[1], again[1]]
    assert uploaded_among(ledger, ACCOUNT, asked, START - timedelta(days=1)) == [True, True, True]
    assert uploaded_among(ledger, ACCOUNT, asked, START) == [True, True, True]
    assert uploaded_among(ledger, ACCOUNT, asked, START + timedelta(days=10)) == [False, True, True]
    assert uploaded_among(ledger, ACCOUNT, asked, START + timedelta(days=21)) == [False, False, False]


def test_whoever_is_sent_after_the_newest_run_is_forgotten_was_sent_since(ledger: Ledger) -> None:
    """What is sent after a plan counts as sent since, also when the run that was sent last before it is forgotten."""
    plan(ledger, 1, run="sent", name="Sent", first_phone=919876600000)
    accept(ledger, "sent")
    phones = plan(ledger, 1, run="waits", name="Waits")
    ledger.forget(ToForget(run="sent"), ledger.accounts())
    plan(ledger, 1, run="later", name="Later", first_phone=int(phones[0]))
    accept(ledger, "later")
    [waiting] = ledger.campaigns("waits")
    assert ledger.uploaded_since(waiting, phones) == [True, True]


def test_numbers_that_wait_are_known(ledger: Ledger) -> None:
    """Numbers that `resume` will send, or that are unverified, count as uploaded, so that none goes twice."""
    phones = plan(ledger, 5, size=1)
    acts = [ok(), SERVER_ERROR_IN, TIMED_OUT, BAD_PHONE, NOT_SENT]
    service = Service(lambda _number, name, _phones: ok() if name in service.held else acts[int(name[-1]) - 1])
    clock = SimulatedClock(service, ledger)
    list(upload("run-1", ledger, service.send, SendingOptions(workers=1, retries=1), clock, StopRequest()))
    statuses = [campaign.status for campaign in ledger.campaigns("run-1")]
    assert statuses == ["accepted", "unverified", "unknown", "refused", "unsent"]
    assert uploaded_among(ledger, ACCOUNT, phones, None) == [True, True, True, False, True]


def test_who_holds_a_number(ledger: Ledger) -> None:
    """Each number has its campaigns, those accepted first and of those that wait the older first; others have none."""
    plan(ledger, 1, run="in", name="In")
    accept(ledger, "in")
    plan(ledger, 2, run="one", name="One")
    plan(ledger, 1, run="two", name="Two", first_phone=919876500001)
    asked = [str(919876500000 + index) for index in range(5)]
    held = {at: [each.name for each in found] for at, found in ledger.known_among(ACCOUNT, asked, frozenset()).items()}
    assert held == {
        0: ["In-001", "One-001"],
        1: ["In-001", "One-001", "Two-001"],
        2: ["One-002", "Two-001"],
        3: ["One-002"],
    }
    assert ledger.known_among(OTHER, asked, frozenset()) == {}


def test_plans_in_the_making_are_not_known(ledger: Ledger) -> None:
    """A plan's own leads don't hide themselves while it is made, nor a refused plan's anybody's."""
    ledger.begin_run(new_run(id="r", account=ACCOUNT, name="x", created=START))
    ledger.stage("r", [staged("x-001", 1, ["919876500000"])], [])
    assert uploaded_among(ledger, ACCOUNT, ["919876500000"], None) == [False]
    ledger.finish_plan("r", plan_figures(RowTotals(read=1, leads=1)), refused=True)
    assert uploaded_among(ledger, ACCOUNT, ["919876500000"], None) == [False]


def test_what_is_known_follows_the_ledger(ledger: Ledger) -> None:
    """The answer changes with the runs, also within one process."""
    asked = ["919876500000"]
    assert uploaded_among(ledger, ACCOUNT, asked, None) == [False]
    plan(ledger, 1)
    assert uploaded_among(ledger, ACCOUNT, asked, None) == [True]
    campaign = ledger.campaigns("run-1")[0].id
    ledger.begin_attempts([campaign], at=START)
    ledger.record(campaign, judged(BAD_PHONE.answer or ADDED, CampaignStatus.REFUSED), at=START)
    assert uploaded_among(ledger, ACCOUNT, asked, None) == [False]


def test_another_process_knows_what_was_accepted(ledger: Ledger, tmp_path: Path) -> None:
    """The key beside the ledger makes the hashes the same in every process."""
    phones = plan(ledger, 1)
    accept(ledger)
    with Ledger.open(tmp_path / "state") as other:
        assert uploaded_among(other, ACCOUNT, phones, None) == [True, True]


def test_leads_leave_the_ledger_on_acceptance(ledger: Ledger) -> None:
    """Once a run has ended, no accepted lead's number or name is in any of the ledger's files."""
    phones = plan(ledger, 3, size=50)
    assert phones[0].encode() in files_of(ledger)
    accept(ledger)
    content = files_of(ledger)
    assert b"Asha" not in content
    assert not any(phone.encode() in content for phone in phones)


# --- what became of a number ----------------------------------------------------------------------


def test_fates(ledger: Ledger) -> None:
    """`explain` finds every run that took the number, and every one that left it out, with the reason."""
    phones = plan(ledger, 1)
    accept(ledger, at=START + timedelta(hours=1))
    for day, lists in ((1, ("old.csv",)), (2, ("dnc.csv", "dnc.csv", "old.csv"))):
        run = f"later-{day}"
        rows = [LeftOutRow(0, 7, LeftOutKind.EXCLUDED, each, "", phones[0]) for each in lists]
        rows += [LeftOutRow(0, 8, LeftOutKind.EXCLUDED, "dnc.csv", "", f"9198765000{each}") for each in range(10, 40)]
        ledger.begin_run(new_run(id=run, account=ACCOUNT, name=run, created=START + timedelta(days=day)))
        ledger.stage(run, [], rows)
        ledger.finish_plan(run, plan_figures(RowTotals(read=len(rows), excluded=len(rows))))
    plan(ledger, 1, run="waiting", name="May", account=OTHER)
    assert ledger.fates(phones[0]) == [
        Fate("later-2", "later-2", START + timedelta(days=2), left_out=LeftOutKind.EXCLUDED, code="dnc.csv"),
        Fate("later-2", "later-2", START + timedelta(days=2), left_out=LeftOutKind.EXCLUDED, code="old.csv"),
        Fate("later-1", "later-1", START + timedelta(days=1), left_out=LeftOutKind.EXCLUDED, code="old.csv"),
        Fate("run-1", "March", START + timedelta(hours=1), "March-001", CampaignStatus.ACCEPTED),
        Fate("waiting", "May", START, "May-001", CampaignStatus.UNSENT),
    ]
    assert ledger.fates("919800000000") == []
    ledger.forget(ToForget(phone=phones[0]), ledger.accounts())
    assert ledger.fates(phones[0]) == []
    assert [fate.run for fate in ledger.fates("919876500011")] == ["later-2", "later-1"]


def test_fates_before_the_run_has_ended(ledger: Ledger) -> None:
    """Campaigns accepted by a run that was killed are found too."""
    phones = plan(ledger, 2)
    accept(ledger, finish=False)
    assert [(fate.campaign, fate.status) for fate in ledger.fates(phones[2])] == [("March-002", "accepted")]


# --- what a person says ---------------------------------------------------------------------------


def unknown(ledger: Ledger, kind: OutcomeKind = OutcomeKind.UNKNOWN_CONNECTION) -> None:
    """Leave the first campaign of a new run unknown."""
    plan(ledger, 2)
    ledger.begin_attempts([1], at=START)
    ledger.record(
        1, judged(Outcome(kind, 500, "lost", seconds=1.5), CampaignStatus.UNKNOWN), at=START + timedelta(seconds=2)
    )


def test_resolved_as_accepted(ledger: Ledger) -> None:
    """A person's word that it is there settles a campaign like the service's: the leads go, the hashes stay."""
    unknown(ledger)
    clock = SimulatedClock(Service(), ledger)
    settled = resolve(ledger, "run-1", "March-001", accepted=True, clock=clock)
    assert (settled.status, settled.confirmed_by_name, settled.attempts) == (CampaignStatus.ACCEPTED, False, 1)
    assert not has_body(ledger, 1)
    assert uploaded_among(ledger, ACCOUNT, ["919876500000"], None) == [True]
    assert ledger.history(1) == [OutcomeKind.UNKNOWN_CONNECTION, Word.ACCEPTED]
    kept = connection(ledger).execute("SELECT ended - started, code, message, seconds FROM attempts ORDER BY id")
    assert list(kept) == [(2_000_000, 500, "lost", 1.5), (0, None, "", 0.0)]
    record = ledger.run("run-1")
    assert record is not None
    assert record.state is RunState.PLANNED


def test_the_last_word_finishes_the_run(ledger: Ledger) -> None:
    """When nothing else is open, resolving the last campaign finishes the run."""
    unknown(ledger)
    ledger.begin_attempts([2], at=START)
    ledger.record(2, judged(ADDED, CampaignStatus.ACCEPTED), at=START)
    resolve(ledger, "run-1", "1", accepted=True, clock=SimulatedClock(Service(), ledger))
    record = ledger.run("run-1")
    assert record is not None
    assert record.state is RunState.FINISHED


def test_resolved_as_not_uploaded_goes_again_at_once(ledger: Ledger) -> None:
    """What a person has not found there is sent again under the same name."""
    unknown(ledger)
    service = Service()
    clock = SimulatedClock(service, ledger)
    settled = resolve(ledger, "run-1", "001", accepted=False, clock=clock)
    assert settled.status is CampaignStatus.UNSENT
    list(upload("run-1", ledger, service.send, SendingOptions(workers=1), clock, StopRequest()))
    assert [name for _, name in service.came] == ["March-001", "March-002"]
    assert [campaign.status for campaign in ledger.campaigns("run-1")] == ["accepted", "accepted"]


@pytest.mark.parametrize("kind", [OutcomeKind.UNKNOWN_CONNECTION, OutcomeKind.UNKNOWN_SERVER])
def test_not_uploaded_and_yet_the_name_is_taken(ledger: Ledger, kind: OutcomeKind) -> None:
    """If the name is taken although a person said it isn't there, nothing is proven either way."""
    unknown(ledger, kind)
    service = Service()
    service.held["March-001"] = [[]]
    clock = SimulatedClock(service, ledger)
    resolve(ledger, "run-1", "March-001", accepted=False, clock=clock)
    list(upload("run-1", ledger, service.send, SendingOptions(workers=1), clock, StopRequest()))
    first = ledger.campaigns("run-1")[0]
    assert (first.status, first.code) == (CampaignStatus.UNVERIFIED, EXISTS.code)
    assert resolve(ledger, "run-1", "1", accepted=False, clock=clock).status is CampaignStatus.UNSENT


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("March-002", "Campaign March-002 is unsent: there is nothing to resolve."),
        ("March-009", "Run run-1 has no campaign March-009."),
        ("9", "Run run-1 has no campaign 9."),
        ("\x1b[31m", "Run run-1 has no campaign \\x1b[31m."),
    ],
)
def test_nothing_to_resolve(ledger: Ledger, wanted: str, message: str) -> None:
    """A campaign that isn't there, or whose state is proven, is not for a person to decide."""
    unknown(ledger)
    with pytest.raises(UsageError) as raised:
        resolve(ledger, "run-1", wanted, accepted=True, clock=SimulatedClock(Service(), ledger))
    assert raised.value.message == message
    assert raised.value.hint


def test_a_number_in_two_groups_is_no_name(ledger: Ledger) -> None:
    """Groups count on their own: where two campaigns have the number, the name is needed."""
    ledger.begin_run(new_run(id="r", account=ACCOUNT, name="x", created=START))
    ledger.stage("r", [staged("x-A-001", 1, ["1"], "A"), staged("x-B-001", 1, ["2"], "B")], [])
    ledger.finish_plan("r", plan_figures(RowTotals(read=2, leads=2)))
    with pytest.raises(UsageError, match="several campaigns 1"):
        resolve(ledger, "r", "1", accepted=True, clock=SimulatedClock(Service(), ledger))


def test_a_word_on_a_settled_campaign_is_an_error(ledger: Ledger) -> None:
    """The ledger itself takes no word, no attempt and no outcome that its state doesn't allow."""
    plan(ledger, 1)
    with pytest.raises(ValueError, match="neither unknown nor unverified"):
        ledger.resolve(1, accepted=True, at=START)
    with pytest.raises(ValueError, match="no request on its way"):
        ledger.record(1, judged(ADDED, CampaignStatus.ACCEPTED), at=START)
    accept(ledger)
    with pytest.raises(ValueError, match="not waiting to be sent"):
        ledger.begin_attempts([1], at=START)
    assert ledger.history(1) == [OutcomeKind.ACCEPTED]


@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("kind", [OutcomeKind.REFUSED, OutcomeKind.REFUSED_OTHERWISE, OutcomeKind.UNKNOWN_CONNECTION])
@pytest.mark.parametrize("sent", [0, 1, 2])
@pytest.mark.parametrize("split", [0, 1])
def test_sql_and_the_campaigns_agree_who_settles_a_doubt(
    ledger: Ledger, size: int, kind: OutcomeKind, sent: int, split: int
) -> None:
    """A run's figures of refusals in doubt, and what is known of a number, are what its campaigns say one by one."""
    phones = plan(ledger, 2, size=size)
    ledger.begin_attempts([1], at=START)
    ledger.record(1, judged(Outcome(kind, 400, "no"), CampaignStatus.UNKNOWN), at=START)
    connection(ledger).execute("UPDATE attempts SET leads = ?", (sent,))
    connection(ledger).execute("UPDATE campaigns SET split = ? WHERE id = 1", (split,))
    campaigns, run = ledger.campaigns("run-1"), ledger.run("run-1")
    assert run is not None
    by_hand = sum(each.leads for each in campaigns if each.only_by_hand)
    assert (run.by_hand, run.in_doubt) == (by_hand, sum(each.leads for each in campaigns if each.isolate_settles))
    assert run.goes_on == (run.leads.unsent + run.leads.unknown > by_hand)
    found = [each for known in ledger.known_among(ACCOUNT, phones).values() for each in known if each.id == 1]
    told = {(each.refused_in_doubt, each.only_by_hand, each.isolate_settles) for each in found}
    first = campaigns[0]
    expected = {(first.refused_in_doubt, first.only_by_hand, first.isolate_settles)}
    assert told == (set() if split else expected)


# --- forgetting -----------------------------------------------------------------------------------


def test_forgetting_a_run(ledger: Ledger) -> None:
    """A forgotten run is gone with its hashes and rows; its campaigns' names stay taken, since the service has them."""
    phones = plan(ledger, 2)
    accept(ledger)
    later = plan(ledger, 1, run="run-2", name="April", first_phone=919876600000)
    accept(ledger, "run-2")
    assert ledger.forget(ToForget(run="run-1"), ledger.accounts()) == Forgotten(runs=1, campaigns=2, numbers=4)
    assert [run.id for run in ledger.runs()] == ["run-2"]
    assert uploaded_among(ledger, ACCOUNT, [*phones, *later], None) == [False] * 4 + [True] * 2
    assert ledger.names_taken(ACCOUNT, ["March-001", "March-002", "March-003"]) == {"March-001", "March-002"}
    assert ledger.last_numbers(ACCOUNT, "March") == {"": 2}


def test_forgetting_by_date(ledger: Ledger) -> None:
    """Finished runs made before the date go; unfinished ones stay, and are counted."""
    for month, (state, created) in enumerate([("done", 0), ("open", 1), ("done", 2)]):
        run = f"run-{month}"
        ledger.begin_run(new_run(id=run, account=ACCOUNT, name=run, created=START + timedelta(days=created)))
        rejected = LeftOutRow(0, 1, LeftOutKind.REJECTED, "too_short", "Phone", "", ("Asha Rao", "12"))
        ledger.stage(run, [staged(f"{run}-001", 1, [f"9198765{month:05d}"])], [rejected])
        ledger.finish_plan(run, plan_figures(RowTotals(read=2, rejected=1, leads=1)))
        if state == "done":
            accept(ledger, run)
    gone = ledger.forget(ToForget(before=START + timedelta(days=2)), ledger.accounts())
    assert gone == Forgotten(runs=1, campaigns=1, rows=1, numbers=1, unfinished_kept=1)
    assert [run.id for run in ledger.runs()] == ["run-2", "run-1"]


def test_forgetting_an_unfinished_run_by_name(ledger: Ledger) -> None:
    """Asked for by id, an unfinished run goes with the leads that waited; only names that were sent stay taken."""
    plan(ledger, 3)
    ledger.begin_attempts([1], at=START)
    assert ledger.forget(ToForget(run="run-1"), ledger.accounts()) == Forgotten(runs=1, campaigns=3)
    assert ledger.names_taken(ACCOUNT, ["March-001", "March-002"]) == {"March-001"}
    assert b"91987650000" not in files_of(ledger)


def test_forgetting_an_unknown_run(ledger: Ledger) -> None:
    """A run that isn't there can't be forgotten."""
    with pytest.raises(UsageError, match="There is no run nothing"):
        ledger.forget(ToForget(run="nothing"), ledger.accounts())


def test_forgetting_a_number(ledger: Ledger) -> None:
    """A forgotten number is found nowhere any more: hashes, refused leads, rejected rows as typed, reasons."""
    phone = "919876500000"
    rejected = LeftOutRow(0, 3, LeftOutKind.REJECTED, "wrong_type", "Phone", phone, ("Asha Rao", "098765 00000"))
    other = LeftOutRow(0, 4, LeftOutKind.REJECTED, "too_short", "Phone", "", ("Ravi", "9876"))
    excluded = LeftOutRow(0, 5, LeftOutKind.EXCLUDED, "dnc.csv", "Phone", phone)
    ledger.begin_run(new_run(id="run-0", account=ACCOUNT, name="x", created=START))
    ledger.stage("run-0", [staged("x-001", 1, [phone, "919876500009"])], [rejected, other, excluded])
    ledger.finish_plan("run-0", plan_figures(RowTotals(read=5, rejected=2, excluded=1, leads=2)))
    [campaign] = ledger.campaigns("run-0")
    ledger.begin_attempts([campaign.id], at=START)
    ledger.record(campaign.id, judged(BAD_PHONE.answer or ADDED, CampaignStatus.REFUSED), at=START)
    plan(ledger, 1)
    accept(ledger, finish=False)
    plan(ledger, 1, run="run-2", name="April")
    accept(ledger, "run-2")
    assert len(ledger.fates(phone)) == 5

    assert ledger.forget(ToForget(phone=phone, national=phone[2:]), ledger.accounts()) == Forgotten(
        numbers=2, rows=2, leads=1
    )
    assert ledger.fates(phone) == []
    assert uploaded_among(ledger, ACCOUNT, [phone, "919876500001"], None) == [False, True]
    assert [lead.phone for lead in thaw_leads(ledger.body(campaign.id))] == ["", "919876500009"]
    assert sorted(ledger.left_out("run-0"), key=lambda row: row.row) == [
        LeftOutRow(0, 3, LeftOutKind.REJECTED, "wrong_type", "Phone"),
        other,
        LeftOutRow(0, 5, LeftOutKind.EXCLUDED, "dnc.csv", "Phone"),
    ]
    record = ledger.run("run-0")
    assert record is not None
    assert record.rows == RowTotals(read=5, rejected=2, excluded=1, leads=2)
    content = files_of(ledger)
    assert (phone.encode() in content, b"098765 00000" in content) == (False, False)


def test_a_number_that_waits_is_not_forgotten(ledger: Ledger) -> None:
    """(Row 57) A request that was tried can't be changed: the run is to be finished or forgotten first."""
    plan(ledger, 1)
    [campaign] = ledger.campaigns("run-1")
    ledger.begin_attempts([campaign.id], at=START)
    ledger.record(campaign.id, judged(Outcome(OutcomeKind.BUSY, 429), CampaignStatus.UNSENT), at=START)
    with pytest.raises(StillTried) as raised:
        ledger.forget(ToForget(phone="919876500000"), ledger.accounts())
    assert raised.value.message == (
        "9198•••••000 is in campaign March-001 of run run-1. That campaign was tried and its outcome is not proven, so "
        "that its request can't be changed."
    )
    assert raised.value.hint == "Settle that campaign first, or forget the whole run."
    assert raised.value.run.id == "run-1"


def test_a_number_in_a_part_that_may_be_in_is_not_forgotten(ledger: Ledger) -> None:
    """(Row 57) A part of a campaign of unknown outcome was not tried itself, and may be in all the same: it stays."""
    phones = plan(ledger, 1, size=4)
    [campaign] = ledger.campaigns("run-1")
    ledger.begin_attempts([campaign.id], at=START)
    ledger.record(campaign.id, judged(TIMED_OUT.answer or ADDED, CampaignStatus.UNKNOWN), at=START)
    cut = Cut(ledger.campaign(campaign.id))
    parts = ledger.split(campaign.id, in_parts(cut, ledger.body(campaign.id), "March-001b"))
    with pytest.raises(UsageError, match="is in campaign March-001b of run run-1"):
        ledger.forget(ToForget(phone=phones[3]), ledger.accounts())
    assert [ledger.phones(part.id) for part in parts] == [phones[:2], phones[2:]]
    found = ledger.tried_among("run-1", lambda asked: range(len(asked)))
    assert [(part.name, held) for part, held in found] == [("March-001", phones[:2]), ("March-001b", phones[2:])]


def begun(ledger: Ledger, account: str) -> None:
    """Stage a plan of two leads, which nobody sees yet."""
    ledger.begin_run(new_run(id="run-2", account=account, name="April", created=START))
    rejected = LeftOutRow(0, 3, LeftOutKind.REJECTED, "too_short", "Phone", "", ("Asha Rao", "9876"))
    ledger.stage("run-2", [staged("April-001", 1, ["919876500000", "919876500009"])], [rejected])


@pytest.mark.parametrize(
    "what",
    [
        ToForget(phone="919876500000"),
        ToForget(typed="9876"),
        ToForget(before=START + timedelta(days=1)),
        ToForget(run="run-1"),
    ],
)
def test_nothing_is_forgotten_beside_a_plan_in_the_making(ledger: Ledger, what: ToForget) -> None:
    """Another process may be about to send a run of an account that is not locked: nothing is removed, nor emptied."""
    plan(ledger, 1)
    accept(ledger)
    begun(ledger, OTHER)
    with pytest.raises(LockHeld, match="A run of another account has just begun") as raised:
        ledger.forget(what, {ACCOUNT})
    assert raised.value.hint == "Try again when it has ended. Nothing was deleted."
    ledger.finish_plan("run-2", plan_figures(RowTotals(read=3, rejected=1, leads=2)))
    assert [run.id for run in ledger.runs()] == ["run-2", "run-1"]
    [campaign] = ledger.campaigns("run-2")
    assert ledger.phones(campaign.id) == ["919876500000", "919876500009"]
    assert [row.cells for row in ledger.left_out("run-2")] == [("Asha Rao", "9876")]
    assert len(ledger.fates("919876500000")) == 2


def test_a_number_in_a_plan_that_was_broken_off_is_forgotten(ledger: Ledger) -> None:
    """What a killed process has left half made holds people, too; the others stay in it."""
    begun(ledger, OTHER)
    assert ledger.forget(ToForget(phone="919876500000"), ledger.accounts()) == Forgotten(leads=1)
    content = files_of(ledger)
    assert (b"919876500000" in content, b"919876500009" in content) == (False, True)
    assert ledger.forget(ToForget(phone="919876500009"), ledger.accounts()) == Forgotten(leads=1)
    assert b"9198765" not in files_of(ledger)
    assert ledger.forget(ToForget(before=START + timedelta(days=1)), ledger.accounts()).runs == 1
    assert ledger.accounts() == frozenset()


def test_nothing_to_forget(ledger: Ledger) -> None:
    """Something must be named."""
    with pytest.raises(ValueError, match="what to forget"):
        ledger.forget(ToForget(), ledger.accounts())


def test_forgetting_leaves_no_free_pages(ledger: Ledger) -> None:
    """The file shrinks, so that nothing hides in its free pages."""
    empty = len(files_of(ledger))
    plan(ledger, 20, size=500)
    assert len(files_of(ledger)) > 5 * empty
    ledger.forget(ToForget(run="run-1"), ledger.accounts())
    assert len(files_of(ledger)) < 2 * empty
    assert connection(ledger).execute("PRAGMA freelist_count").fetchone() == (0,)  # how it is stored
