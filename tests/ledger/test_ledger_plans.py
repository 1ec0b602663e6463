from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from a_run import new_run, plan_figures
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_store import connection, has_body
from msgspec.structs import replace
from simulated import ACCOUNT, START, plan, staged

from telecmi_leads.core.campaign import CampaignRecord, CampaignStatus
from telecmi_leads.core.errors import BalanceError, LedgerError
from telecmi_leads.core.lead import LeftOutKind, LeftOutRow, RowTotals, TableInfo
from telecmi_leads.core.run import LeadTotals, RunRecord, RunState
from telecmi_leads.ledger import Ledger
from telecmi_leads.ledger.left_out import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


# --- a plan with rows of every kind ---------------------------------------------------------------


TABLES = [
    TableInfo("leads.csv", "csv", ("Name", "Phone", ""), 3, None, "cp1252", ";", ("two banner rows",)),
    TableInfo("leads.xlsx", "xlsx", ("column 1", "column 2"), None, "Sheet1"),
]
LEFT_OUT = [
    LeftOutRow(0, 4, LeftOutKind.REJECTED, "too_short", "Phone", "", ("Asha", "123", "")),
    LeftOutRow(0, 5, LeftOutKind.DUPLICATE, "", "", "919876500000"),
    LeftOutRow(1, 1, LeftOutKind.EXCLUDED, "dnc.csv", "", "919876500099"),
    LeftOutRow(1, 2, LeftOutKind.ALREADY_UPLOADED, "", "", "919876500098"),
    LeftOutRow(1, 3, LeftOutKind.REJECTED, "wrong_type", "column 2", "911123456789", ("Rao", "011 23456789")),
]
ROWS = RowTotals(read=11, blank=2, rejected=2, duplicate=1, excluded=1, already_uploaded=1, leads=4)


@pytest.fixture(params=["file", "temporary"])
def ledger(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Ledger]:
    """Open a fresh ledger, of either sort."""
    opened = Ledger.open(tmp_path / "state") if request.param == "file" else Ledger.temporary()
    with opened:
        yield opened


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Ledger]:
    """Open a fresh ledger on the disk."""
    with Ledger.open(tmp_path / "state") as opened:
        yield opened


def stage_all(ledger: Ledger) -> None:
    """Stage a plan with rows of every kind."""
    ledger.begin_run(
        new_run(id="20261123-191500-3fa9", account=ACCOUNT, name="März", created=START, report_dir="/r", dry_run=True)
    )
    assert [ledger.add_table("20261123-191500-3fa9", table) for table in TABLES] == [0, 1]
    campaigns = [
        staged("März-A-001", 1, ["919876500000", "919876500001"], "A"),
        staged("März-B-001", 1, ["1", "2"], "B"),
    ]
    ledger.stage("20261123-191500-3fa9", campaigns[:1], LEFT_OUT[:2])
    ledger.stage("20261123-191500-3fa9", campaigns[1:], LEFT_OUT[2:])


def finish(ledger: Ledger, rows: RowTotals = ROWS, **more: bool) -> None:
    """Finish that plan."""
    audience = {"country": {"IN": 4}}
    figures = plan_figures(
        rows,
        rejections={"too_short": 1, "wrong_type": 1},
        repairs={"punctuation": 3},
        skipped={"repeated_header": 1},
        audience=audience,
    )
    ledger.finish_plan("20261123-191500-3fa9", figures, **more)


# --- what is staged is read back ------------------------------------------------------------------


def test_what_is_staged_is_read_back(ledger: Ledger) -> None:
    """A finished plan reads back whole: run, tables, campaigns, rows left out."""
    stage_all(ledger)
    finish(ledger)
    expected = RunRecord(
        id="20261123-191500-3fa9",
        account=ACCOUNT,
        name="März",
        created=START,
        state=RunState.PLANNED,
        rows=ROWS,
        leads=LeadTotals(unsent=4),
        campaigns=2,
        rejections={"too_short": 1, "wrong_type": 1},
        repairs={"punctuation": 3},
        skipped={"repeated_header": 1},
        report_dir="/r",
        dry_run=True,
        audience={"country": {"IN": 4}},
    )
    assert ledger.runs() == [expected]
    assert ledger.run("20261123-191500-3fa9") == expected
    assert ledger.tables("20261123-191500-3fa9") == TABLES
    assert ledger.campaigns("20261123-191500-3fa9") == [
        CampaignRecord(1, 1, "A", "März-A-001", 2, CampaignStatus.UNSENT, root=1),
        CampaignRecord(2, 1, "B", "März-B-001", 2, CampaignStatus.UNSENT, root=2),
    ]
    read = {(row.table, row.row): row for row in ledger.left_out("20261123-191500-3fa9")}
    assert read == {(row.table, row.row): row for row in LEFT_OUT}


def test_one_kind_in_file_order(ledger: Ledger) -> None:
    """The rows of one kind come in the order they were staged."""
    stage_all(ledger)
    finish(ledger)
    rejected = list(ledger.left_out("20261123-191500-3fa9", LeftOutKind.REJECTED))
    assert rejected == [LEFT_OUT[0], LEFT_OUT[4]]
    assert list(ledger.left_out("nothing")) == []


def test_bodies_are_kept_where_they_are_sent_from(kept: Ledger) -> None:
    """A campaign's bytes read back as they were frozen; there are none for a campaign that isn't there."""
    stage_all(kept)
    campaign = kept.campaigns("20261123-191500-3fa9")[0]
    assert kept.body(campaign.id) == staged("März-A-001", 1, ["919876500000", "919876500001"]).body
    with pytest.raises(KeyError):
        kept.body(999)
    with pytest.raises(KeyError):
        kept.campaign(999)


def test_dry_runs_keep_no_bodies() -> None:
    """A temporary ledger holds no leads."""
    with Ledger.temporary() as ledger:
        stage_all(ledger)
        finish(ledger)
        assert not any(has_body(ledger, campaign.id) for campaign in ledger.campaigns("20261123-191500-3fa9"))


# --- plans that are not whole, or refused ---------------------------------------------------------


def test_an_unfinished_plan_is_invisible(ledger: Ledger) -> None:
    """Nobody sees a plan before it is whole, and its names are free."""
    stage_all(ledger)
    assert (ledger.runs(), ledger.run("20261123-191500-3fa9"), ledger.runs_named(ACCOUNT, "März")) == ([], None, [])
    assert ledger.names_taken(ACCOUNT, ["März-A-001"]) == set()
    assert ledger.last_numbers(ACCOUNT, "März") == {}


def test_a_stale_plan_goes_with_the_next_of_its_account(ledger: Ledger) -> None:
    """What a killed process left of a plan is removed by the next plan of that account, and by no other's."""
    stage_all(ledger)
    plan(ledger, 1, account="7@example.com", run="other")
    finish(ledger)
    ledger.begin_run(new_run(id="stale", account=ACCOUNT, name="x", created=START))
    ledger.stage("stale", [staged("x-001", 1, ["1"])], LEFT_OUT)
    plan(ledger, 1, run="next", name="next")
    with pytest.raises(ValueError, match="no plan stale"):
        ledger.stage("stale", [], [])
    assert {run.id for run in ledger.runs()} == {"other", "20261123-191500-3fa9", "next"}


@pytest.mark.parametrize(
    "wrong",
    [
        replace(ROWS, read=12),
        replace(ROWS, rejected=1, duplicate=2),
        replace(ROWS, leads=5, read=12),
        replace(ROWS, excluded=0, read=10),
    ],
)
def test_rows_that_do_not_add_up(ledger: Ledger, wrong: RowTotals) -> None:
    """(Row 40) Counts that differ from the ledger, or don't add up, are a bug, and the plan stays invisible."""
    stage_all(ledger)
    with pytest.raises(BalanceError):
        finish(ledger, wrong)
    assert ledger.runs() == []


def test_a_refused_plan_can_be_read_and_leaves_nothing(ledger: Ledger) -> None:
    """A plan that must not be sent is there for its reports alone: not listed, no name taken, no reason kept."""
    stage_all(ledger)
    finish(ledger, refused=True)
    record = ledger.run("20261123-191500-3fa9")
    assert record is not None
    assert record.state is RunState.REFUSED
    assert ledger.runs() == ledger.runs(ACCOUNT) == ledger.runs_named(ACCOUNT, "März") == []
    assert ledger.names_taken(ACCOUNT, ["März-A-001"]) == set()
    assert ledger.fates("919876500099") == []
    ledger.discard_run(record.id)
    assert ledger.run(record.id) is None


def test_discarding(ledger: Ledger) -> None:
    """A plan nothing of which was sent can be discarded, with all its reasons."""
    stage_all(ledger)
    finish(ledger)
    ledger.discard_run("20261123-191500-3fa9")
    assert (ledger.runs(), ledger.fates("919876500099")) == ([], [])
    ledger.discard_run("20261123-191500-3fa9")


def test_what_was_sent_is_not_discarded(kept: Ledger) -> None:
    """A run that was sent in part stays."""
    plan(kept, 2)
    kept.begin_attempts([1], at=START)
    with pytest.raises(ValueError, match="sent in part"):
        kept.discard_run("run-1")
    assert len(kept.runs()) == 1


# --- runs, names, times ---------------------------------------------------------------------------


def test_finding_runs(ledger: Ledger) -> None:
    """Runs are found by id or unique beginning, listed by account and name, newest first, whatever the clock said."""
    for number, (account, name) in enumerate([(ACCOUNT, "A"), (ACCOUNT, "B"), ("7@example.com", "A"), (ACCOUNT, "A")]):
        run = f"2026112{number}-x{number}%"
        ledger.begin_run(new_run(id=run, account=account, name=name, created=START + timedelta(days=number % 3)))
        ledger.finish_plan(run, plan_figures(RowTotals()))
    ids = [run.id for run in ledger.runs()]
    assert ids == ["20261123-x3%", "20261122-x2%", "20261121-x1%", "20261120-x0%"]
    assert [run.id for run in ledger.runs(ACCOUNT)] == ["20261123-x3%", "20261121-x1%", "20261120-x0%"]
    assert [run.id for run in ledger.runs_named(ACCOUNT, "A")] == ["20261123-x3%", "20261120-x0%"]
    found = ledger.run("20261121")
    assert found is not None
    assert found.id == "20261121-x1%"
    assert [ledger.run(begins) for begins in ("2026112", "", "%", "2026112_", "nothing")] == [None] * 5


def test_an_empty_id_finds_no_run(ledger: Ledger) -> None:
    """Every id begins with nothing: even the only run is not meant."""
    plan(ledger, 1)
    assert [ledger.run(begins) is not None for begins in ("run-1", "r", "")] == [True, True, False]


def test_names_and_numbers(ledger: Ledger) -> None:
    """Names are taken account by account, in any case, and --append goes on after the highest number used."""
    plan(ledger, 3)
    plan(ledger, 2, run="run-2", first_phone=919876600000, account="7@example.com")
    names = ["March-001", "March-003", "March-004", "march-001", "%", ""]
    assert ledger.names_taken(ACCOUNT, names) == {"March-001", "March-003", "march-001"}
    assert ledger.names_taken("7@example.com", names) == {"March-001", "march-001"}
    assert ledger.names_taken("nobody", names) == set()
    assert [ledger.last_numbers(ACCOUNT, name) for name in (" MARCH", "April")] == [{"": 3}, {}]


def test_times_keep_their_instant(ledger: Ledger) -> None:
    """A time is the same instant when read back, to the microsecond, whatever the zone."""
    precise = START + timedelta(microseconds=123457)
    ledger.begin_run(new_run(id="r", account=ACCOUNT, name="n", created=precise))
    ledger.finish_plan("r", plan_figures(RowTotals()))
    [run] = ledger.runs()
    assert run.created == precise
    assert run.created.tzinfo is not None


# --- rows in blobs --------------------------------------------------------------------------------


@given(
    st.lists(
        st.builds(
            LeftOutRow,
            table=st.integers(0, 3),
            row=st.integers(1, 2**40),
            kind=st.sampled_from(LeftOutKind),
            code=st.text(max_size=5),
            column=st.text(max_size=5),
            phone=st.just("") | st.integers(1, 10**15 - 1).map(str),
            cells=st.lists(st.text(max_size=5), max_size=3).map(tuple),
        ),
        max_size=20,
    )
)
@settings(deadline=None)
def test_packing_rows(rows: list[LeftOutRow]) -> None:
    """Whatever the rows hold, they come out of their blobs as they went in, sealed numbers included."""
    key = b"k" * 32
    packed = pack(rows, key)
    for kind in LeftOutKind:
        same = [row for row in rows if row.kind is kind]
        assert (list(unpack(kind, packed[kind][1], key)) if kind in packed else []) == same


def test_text_that_no_encoding_can_write(ledger: Ledger) -> None:
    """Lone surrogates in cells, headers and names of files and folders stop nothing; folders keep theirs exactly."""
    folder = os.fsdecode(b"/reports/\xff")
    ledger.begin_run(new_run(id="r", account=ACCOUNT, name="n", created=START, report_dir=folder))
    ledger.add_table("r", TableInfo("leads\udcff.csv", "csv", ("Na\ud800me",), 1, notes=("\udfff",), title="\udfff"))
    row = LeftOutRow(0, 2, LeftOutKind.REJECTED, "unreadable_text", "Na\ud800me", "", ("A\ud800sha", "fine"))
    ledger.stage("r", [], [row])
    ledger.finish_plan("r", plan_figures(RowTotals(read=1, rejected=1)))
    [run] = ledger.runs()
    assert run.report_dir == folder
    assert ledger.tables("r") == [
        TableInfo("leads\ufffd.csv", "csv", ("Na\ufffdme",), 1, notes=("\ufffd",), title="\ufffd")
    ]
    [read] = ledger.left_out("r")
    assert (read.column, read.cells) == ("Na\ufffdme", ("A\ufffdsha", "fine"))


# --- damage ---------------------------------------------------------------------------------------


def test_damaged_rows_are_seen(kept: Ledger) -> None:
    """Rows that the disk has changed are no rows."""
    stage_all(kept)
    finish(kept)
    connection(kept).execute("UPDATE left_out SET content = x'00'")  # the disk
    with pytest.raises(LedgerError, match="damaged"):
        list(kept.left_out("20261123-191500-3fa9"))


def test_a_changed_request_is_not_sent(kept: Ledger) -> None:
    """(Row 6) A body that is not as it was written is not handed out."""
    plan(kept, 1)
    connection(kept).execute("UPDATE bodies SET body = CAST(replace(body, '9198', '9199') AS BLOB)")  # the disk
    with pytest.raises(LedgerError, match="not as it was written"):
        kept.body(1)


@pytest.mark.parametrize(
    ("change", "ask"),
    [
        ("UPDATE runs SET rejections = 'x'", lambda ledger: ledger.runs()),
        ("UPDATE runs SET created = 1e300", lambda ledger: ledger.runs()),
        ("UPDATE attempts SET kind = 'x', ended = 1", lambda ledger: ledger.history(1)),
        ("UPDATE bodies SET body = 'x'", lambda ledger: ledger.body(1)),
        ("UPDATE tables SET info = 'x'", lambda ledger: ledger.tables("run-1")),
    ],
)
def test_nonsense_is_seen(kept: Ledger, change: str, ask: object) -> None:
    """(Row 6) Content that makes no sense is damage, said so, and no crash."""
    plan(kept, 1)
    kept.begin_attempts([1], at=START)
    connection(kept).execute("INSERT INTO tables VALUES (1, 0, '{}')")  # the disk
    connection(kept).execute(change)  # the disk
    assert callable(ask)
    with pytest.raises(LedgerError):
        ask(kept)
