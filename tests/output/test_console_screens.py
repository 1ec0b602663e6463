"""Whole screens as they were read and approved: tests/snapshots/*.txt, at 80 columns, plain."""

from __future__ import annotations

import io
import json
import re
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from a_run import MORNING, RUN
from ended_runs import COLUMNS, COMPLETE, EVERY_END, FOLDER, LEADS_CSV, campaign, planned
from msgspec.structs import replace
from snapshot import check_snapshot

from telecmi_leads.core import wording
from telecmi_leads.core.campaign import CampaignStatus, OutcomeKind
from telecmi_leads.core.errors import ColumnMissing
from telecmi_leads.core.lead import LeftOutKind, RowTotals, TableInfo
from telecmi_leads.core.run import (
    CampaignSending,
    CampaignSettled,
    CampaignWaiting,
    LeadTotals,
    LeftOutCount,
    Problem,
    RowsPrepared,
    RunRecord,
    RunState,
    RunStatus,
    RunStopping,
    StopCause,
    Suggested,
    TableOpened,
    Typed,
    TypedOption,
)
from telecmi_leads.ledger import Fate, Forgotten
from telecmi_leads.output.console import Console
from telecmi_leads.output.console.upload_tally import UploadTally
from telecmi_leads.output.reports import summary_json
from telecmi_leads.output.views import CheckView, ColumnView, PhoneView, TableView
from telecmi_leads.settings.options import OutputOptions
from telecmi_leads.settings.surroundings import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable


# --- a console to look at -------------------------------------------------------------------------


class Ticking:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now


class AsTerminal(io.StringIO):
    """A stream that says a person looks at it."""

    def isatty(self) -> bool:
        """Say so."""
        return True


class Shown:
    """A console with what it has written: on a terminal that can't redraw, or as the log of a run."""

    def __init__(self, options: OutputOptions | None = None, columns: int = 80, *, log: bool = False) -> None:
        kind = io.StringIO if log else AsTerminal
        self.out, self.err, self.clock = kind(), kind(), Ticking()
        self.console = Console(
            options or OutputOptions(),
            Terminal(no_color=True, dumb=True, columns=columns),
            out=self.out,  # type: ignore[arg-type] - text streams they are
            err=self.err,  # type: ignore[arg-type]
            clock=self.clock,
        )
        if log:
            self.console.follow_run(lambda: MORNING + timedelta(seconds=self.clock.now))

    @property
    def both(self) -> str:
        """Both streams, one after the other."""
        return self.err.getvalue() + self.out.getvalue()


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show times of day as in Greenwich."""
    monkeypatch.setenv("TZ", "UTC")
    if hasattr(time, "tzset"):
        time.tzset()


# --- what is shown --------------------------------------------------------------------------------


PORTAL = TableInfo("portal.xlsx", "xlsx", ("Name", "Mobile"), 3, sheet="Pune", notes=("hidden sheet Lists skipped",))
UNFINISHED = replace(
    COMPLETE,
    status=RunStatus.UNFINISHED,
    exit_code=5,
    rows=RowTotals(5515, 3, 11, 58, 5, 7, 5431),
    leads=LeadTotals(2000, 1000, 1000, 1000, 431),
    campaigns=EVERY_END,
    reports={**COMPLETE.reports, "refused": f"{FOLDER}/refused.csv"},
)
TRIAL = replace(
    COMPLETE,
    run=None,
    dry_run=True,
    leads=LeadTotals(unsent=2431),
    campaigns=tuple(campaign(number, "unsent") for number in (1, 2, 3)),
)
CHECKED = replace(TRIAL, name=None)
GROUPED = replace(
    COMPLETE,
    campaigns=(
        campaign(1, group="Pune", name="March-Pune-001"),
        campaign(2, group="Pune", name="March-Pune-002"),
        campaign(3, group="Goa", name="March-Goa-001", leads=431),
    ),
)
FAILED = replace(
    COMPLETE,
    run=None,
    status=RunStatus.FAILED,
    exit_code=3,
    error=Problem(
        "too_many_rejects",
        "90 of 100 rows were rejected; --max-rejects allows 50%. Nothing was sent.",
        "If the column is wrong, see the others: telecmi-leads columns leads.csv",
    ),
    rows=RowTotals(100, 0, 90, 0, 0, 0, 10),
    leads=LeadTotals(unsent=10),
    campaigns=(campaign(1, "unsent", leads=10),),
    rejections={"too_short": 90},
    repairs={},
    skipped={},
)
NOTHING_NEW = replace(
    COMPLETE,
    rows=RowTotals(2515, 0, 0, 0, 0, 2515, 0),
    leads=LeadTotals(),
    campaigns=(),
    rejections={},
    repairs={},
    skipped={},
)


def run_record(day: int, name: str, leads: LeadTotals) -> RunRecord:
    """Return a run of the ledger."""
    return RunRecord(
        id=f"202603{day:02d}-083000-k3f9",
        account="1234567@rest.telecmi.com",
        name=name,
        created=MORNING + timedelta(days=day),
        state=RunState.PLANNED,
        rows=RowTotals(2515, 3, 11, 58, 5, 7, 2431),
        leads=leads,
        campaigns=3,
        report_dir=FOLDER,
    )


NOW = MORNING + timedelta(days=9)
RUNS = [
    run_record(4, "April-{group}", LeadTotals(1000, unsent=1000, refused=431)),
    run_record(3, "मार्च सूची", LeadTotals(2431)),
    run_record(2, "March", LeadTotals(2431)),
]
TABLE_VIEW = TableView(
    LEADS_CSV,
    (
        ColumnView("Sr", "", "no field goes by this name", ("1", "2")),
        ColumnView("Name of Buyer", "fullname", "a name this field goes by", ("Mr. Gaurav G", "Mrs. Vijaya S")),
        ColumnView("Contact No. 1", "phone", "a name this field goes by", ("9876500030", "9876500032/33")),
        ColumnView("", "", "no field goes by this name", ()),
        ColumnView("City", "city", "the field's own name", ("Pune",)),
    ),
    (("--map", "phone=Contact No. 1"), ("--map", "fullname=Name of Buyer")),
)
GOOD_PHONE = PhoneView(
    "98765 00030",
    "IN",
    "919876500030",
    "",
    "IN",
    "mobile",
    ("Asia/Kolkata",),
    ("punctuation",),
    (
        Fate(RUN, "March", MORNING, campaign="March-001", status=CampaignStatus.ACCEPTED),
        Fate("20260221-083000-aaaa", "Feb", MORNING, left_out=LeftOutKind.EXCLUDED, code="dnd.csv"),
        Fate("20260220-083000-aaaa", "Feb", MORNING, left_out=LeftOutKind.REJECTED, code="wrong_type"),
    ),
    steps=(("punctuation", "98765 00030", "9876500030"),),
)
CHECKS = [
    CheckView("credentials", passed=True, detail="App id 1234567 from .env, and a secret"),
    CheckView("service", passed=False, detail="connection refused", hint="Check TELECMI_BASE_URL."),
    CheckView("balance", passed=None, detail="not asked, since the service can't be reached"),
]


# --- the screens ----------------------------------------------------------------------------------


def preparing(shown: Shown) -> None:
    """Open tables, and prepare 1,500 rows over half a minute."""
    with shown.console.preparing() as display:
        display.event(TableOpened(LEADS_CSV, COLUMNS))
        display.event(TableOpened(LEADS_CSV, COLUMNS))
        display.event(TableOpened(PORTAL, {"fullname": ("Name",), "phone": ("Mobile",)}))
        for rows in (500, 1000, 1500):
            shown.clock.now += 10
            display.event(RowsPrepared(rows, rows - 20))


def uploading(shown: Shown) -> None:
    """Settle campaigns in every way there is, with pauses in between."""
    halved = campaign(7, "refused", name="March-007", code=422, message="Invalid phone number", split=True)
    with shown.console.uploading(UploadTally(planned(7, 6431), {}), "") as display:
        for each in (*EVERY_END[:5], halved):
            display.event(CampaignSending(each))
            if each.number in {2, 3}:
                display.event(CampaignWaiting(each, 12, "the service asked for it"))
            shown.clock.now += 4
            display.event(CampaignSettled(each))
        display.event(RunStopping(StopCause.MAX_WAIT, "the service asked for a pause of 600 s"))


def told_at_once(shown: Shown) -> None:
    """Say before anything is sent who was uploaded before; then the end, with an example of each reason."""
    shown.console.told_at_once(wording.uploaded_before(312, ("February-001", "February-002")))
    shown.console.summary(TROUBLED)


def ledger(shown: Shown) -> None:
    """Show the runs, one of them, and something deleted."""
    shown.console.runs(RUNS, "", NOW, Typed())
    shown.console.runs([], "No run yet.", NOW, Typed())
    shown.console.run(
        RUNS[0], EVERY_END, [LEADS_CSV], Typed((TypedOption("profile", ("--profile", "nightly"), tuple(Suggested)),))
    )
    shown.console.forgotten(Forgotten(2, 40, 310, 39000, 1))


def lookups(shown: Shown) -> None:
    """Show columns, numbers good and bad, and the check."""
    shown.console.columns([TABLE_VIEW])
    shown.console.explanation(GOOD_PHONE)
    shown.console.explanation(PhoneView("98XXXXXX10", reason="masked"))
    shown.console.check(CHECKS)


def messages(shown: Shown) -> None:
    """Say things, warn, and tell errors, short and long."""
    shown.console.note("Going on with run 20260302-083000-k3f9.")
    shown.console.warning(".env holds the secret and others can read it")
    shown.console.error(ColumnMissing("leads.csv: there is no phone column", hint="Use --map phone=COLUMN."))
    shown.console.error(Problem("x", "First line \x1b[31m[red]:smile: of what is wrong! " * 3, "One way.\nAnother."))


SANDBOXED = replace(
    COMPLETE, sandbox=True, typed=Typed((TypedOption("name", ("--name", "March"), (Suggested.AGAIN,)),), ("leads.csv",))
)
FOUND = (
    LeftOutCount(LeftOutKind.DUPLICATE, "", 58, "row 12", phone="919876500008", kept="row 8"),
    LeftOutCount(LeftOutKind.ALREADY_UPLOADED, "", 7, "row 40", phone="919876500040"),
    LeftOutCount(LeftOutKind.REJECTED, "too_short", 5, "row 96", "Contact No. 1", "98765"),
    LeftOutCount(LeftOutKind.EXCLUDED, "dnc.csv", 5, "row 14", phone="919876500014"),
    LeftOutCount(LeftOutKind.REJECTED, "no_name", 1, "row 99", "Name of Buyer"),
)
TROUBLED = replace(
    UNFINISHED,
    left_out=FOUND,
    uploaded_before=312,
    uploaded_in=("February-001", "February-002"),
)

SCREENS: dict[str, Callable[[Shown], None]] = {
    "preparing": preparing,
    "uploading": uploading,
    "complete": lambda shown: shown.console.summary(COMPLETE),
    "unfinished": lambda shown: shown.console.summary(UNFINISHED),
    "trial": lambda shown: shown.console.summary(TRIAL),
    "validate": lambda shown: shown.console.summary(CHECKED),
    "groups": lambda shown: shown.console.summary(GROUPED),
    "sandbox": lambda shown: shown.console.summary(SANDBOXED),
    "told-at-once": told_at_once,
    "failed": lambda shown: shown.console.summary(FAILED),
    "nothing-new": lambda shown: shown.console.summary(NOTHING_NEW),
    "ledger": ledger,
    "lookups": lookups,
    "messages": messages,
}


# --- whole screens --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCREENS)
def test_screen(name: str) -> None:
    """The screen is the one that was approved."""
    shown = Shown()
    SCREENS[name](shown)
    check_snapshot(f"{name}.txt", shown.both)


@pytest.mark.parametrize("name", ["preparing", "uploading", "complete", "unfinished", "nothing-new", "failed"])
def test_log(name: str) -> None:
    """Where no terminal is, each thing is one line with its local time; verdict and next command come last."""
    shown = Shown(log=True)
    SCREENS[name](shown)
    check_snapshot(f"log-{name}.txt", shown.both)


@pytest.mark.parametrize("columns", [60, 80, 140])
@pytest.mark.parametrize("name", SCREENS)
def test_lines_keep_to_the_width(name: str, columns: int) -> None:
    """Nothing is wider than the terminal but commands, errors in logs and file names, which are never broken."""
    shown = Shown(columns=columns)
    SCREENS[name](shown)
    unbroken = re.compile(r"\s*(telecmi-leads |--map|Error:|Warning:|First|\d+  March|March-|  )")
    long = [line for line in shown.both.splitlines() if len(line) > columns and not unbroken.match(line)]
    assert long == []


@pytest.mark.parametrize("name", SCREENS)
def test_plain_screens_have_no_control_codes(name: str) -> None:
    """Where no terminal is there is no escape, no carriage return and no trailing space."""
    shown = Shown()
    SCREENS[name](shown)
    assert all(line.isprintable() for line in shown.both.splitlines())
    assert [line for line in shown.both.splitlines() if line != line.rstrip()] == []


# --- which stream says what -----------------------------------------------------------------------


@pytest.mark.parametrize("name", SCREENS)
def test_quiet_shows_errors_only(name: str) -> None:
    """With --quiet both streams are empty but for errors: of a run that is not complete, its report and its end."""
    shown = Shown(OutputOptions(quiet=True))
    SCREENS[name](shown)
    assert shown.out.getvalue() == ""
    begins = {"messages": "Error: leads.csv", **dict.fromkeys(("unfinished", "told-at-once", "failed"), "Report: ")}
    assert shown.err.getvalue()[: len(begins.get(name, "x"))] == begins.get(name, "")


@pytest.mark.parametrize("name", SCREENS)
def test_json_has_standard_output_to_itself(name: str) -> None:
    """With --json nothing but the JSON is on standard output."""
    shown = Shown(OutputOptions(json=True))
    SCREENS[name](shown)
    assert shown.out.getvalue() == ""
    shown.console.json(summary_json(UNFINISHED))
    assert json.loads(shown.out.getvalue())["exit_code"] == 5
    assert shown.out.getvalue().endswith("}\n")


def test_messages_and_results_have_their_own_streams() -> None:
    """What happens and what came of it goes to standard error, what was asked for to standard output."""
    shown = Shown()
    preparing(shown)
    uploading(shown)
    messages(shown)
    assert shown.out.getvalue() == ""
    shown.console.summary(COMPLETE)
    assert shown.out.getvalue() == ""
    said = shown.err.getvalue()
    lookups(shown)
    shown.console.line("http://127.0.0.1:8080")
    assert shown.err.getvalue() == said
    assert shown.out.getvalue().endswith("http://127.0.0.1:8080\n")


# --- names, parts and paths -----------------------------------------------------------------------


def test_paths_are_shown_as_one_would_type_them() -> None:
    """A report below the working directory is named from there, any other in full."""
    here, elsewhere = Shown(), Shown()
    full = {key: str(Path.cwd() / path) for key, path in COMPLETE.reports.items()}
    here.console.summary(replace(COMPLETE, reports=full))
    check_snapshot("complete.txt", here.err.getvalue())
    page = str(Path.cwd().parent / "r" / "report.html")
    elsewhere.console.summary(replace(COMPLETE, reports={"html": page}))
    assert f"Report: {page}\n" in elsewhere.err.getvalue()


def test_a_long_name_has_its_own_line_on_a_terminal() -> None:
    """Campaigns in trouble stand straight below each other, wide names included; what is in takes no line."""
    shown = Shown(columns=60)
    with shown.console.uploading(UploadTally(planned(4, 2431), {}), "") as display:
        display.event(CampaignSettled(campaign(1)))
        for number, name in enumerate(("March-002", "北京市朝阳-03", "A name longer than the room-004"), start=2):
            display.event(CampaignSettled(campaign(number, "refused", name=name, code=422, message=f"Wrong {number}")))
    assert shown.err.getvalue().splitlines()[2:6] == [
        "✗ March-002       1,000 leads   refused: Wrong 2 (422)",
        "✗ 北京市朝阳-03   1,000 leads   refused: Wrong 3 (422)",
        "✗ A name longer than the room-004",
        "                  1,000 leads   refused: Wrong 4 (422)",
    ]


def test_a_campaign_in_parts_is_counted_once() -> None:
    """Of a campaign that --isolate cuts, also into parts that were never sent, only the end counts."""
    shown = Shown(columns=60)
    refused = campaign(1, "refused", leads=4, split=True)
    parts = [campaign(1, id=number, leads=2 if number == 2 else 1) for number in (2, 4, 5)]
    for events, end in (
        ((refused, *parts[:2], campaign(9, leads=3)), "6 of 7 leads in · 1 not sent · 1 of 2 campaigns · 0.0 s"),
        ((refused, *parts, campaign(9, leads=3)), "7 of 7 leads in · 2 of 2 campaigns · 0.0 s"),
    ):
        with shown.console.uploading(UploadTally({1: 4, 9: 3}, {}), "") as display:
            for each in events:
                display.event(CampaignSettled(each))
        assert shown.err.getvalue().splitlines()[-1] == end


def test_parts_that_are_made_one_again_are_counted_once() -> None:
    """A campaign that is whole again counts in place of its parts, in the numbers and among those in trouble."""
    shown = Shown(columns=60)
    refused = campaign(1, "refused", leads=4, code=422, message="Wrong")
    parts = [campaign(1, "refused", id=id_, leads=2, code=422, message="Wrong", name=f"Part-{id_}") for id_ in (2, 3)]
    with shown.console.uploading(UploadTally({1: 4}, {}), "") as display:
        display.event(CampaignSettled(replace(refused, split=True)))
        for part in parts:
            display.event(CampaignSettled(part))
        display.event(CampaignSettled(refused, (2, 3)))
    *_, trouble, _, numbers = shown.err.getvalue().splitlines()
    assert trouble == "✗ March-001   4 leads   refused: Wrong (422)"
    assert numbers == "0 of 4 leads in · 4 refused · 1 of 1 campaign · 0.0 s"


def test_what_is_not_sent_for_a_taken_name_counts_as_refused() -> None:
    """The end says of a run that a taken name has ended what its verdict says."""
    shown = Shown(columns=60)
    with shown.console.uploading(UploadTally({1: 4, 2: 3}, {}), "") as display:
        display.event(RunStopping(StopCause.NAME_TAKEN, "Lead Name Already Exists"))
        display.event(CampaignSettled(campaign(1, "refused", leads=4)))
    assert shown.err.getvalue().splitlines()[-1] == "0 of 7 leads in · 7 refused · 1 of 2 campaigns · 0.0 s"


def test_what_is_in_doubt_at_the_end() -> None:
    """Not proven at the end: what no answer came for, and what was in doubt before and was not tried again."""
    shown = Shown(columns=80)
    with shown.console.uploading(UploadTally({1: 4, 2: 3, 3: 2}, {1: 4, 2: 3}), "") as display:
        display.event(CampaignSending(campaign(1, "unknown", leads=4)))
    assert (
        shown.err.getvalue().splitlines()[-1]
        == "0 of 9 leads in · 7 not proven · 2 not sent · 0 of 3 campaigns · 0.0 s"
    )


def test_a_campaign_left_unsent_is_not_done() -> None:
    """A campaign whose request proves that nothing was taken is not counted as done."""
    shown = Shown(columns=60)
    with shown.console.uploading(UploadTally({1: 4}, {}), "") as display:
        display.event(CampaignSettled(campaign(1, "unsent", leads=4)))
    assert shown.err.getvalue().splitlines()[-1] == "0 of 4 leads in · 4 not sent · 0 of 1 campaign · 0.0 s"


@pytest.mark.parametrize("log", [False, True])
def test_refused_credentials_are_said_by_the_verdict(log: bool) -> None:
    """Neither the campaign's line nor that of the stop repeats the answer; one that the verdict lacks stays."""
    refused = campaign(1, "unsent", leads=4, code=404, message="Account Not Found", last=OutcomeKind.ACCOUNT)
    for cause, times in ((StopCause.ACCOUNT_REFUSED, 0), (StopCause.INTERRUPTED, 1)):
        shown = Shown(log=log)
        with shown.console.uploading(UploadTally({1: 4}, {}), "") as display:
            first, second = CampaignSettled(refused), RunStopping(cause, "Account Not Found")
            for event in (first, second) if cause is StopCause.ACCOUNT_REFUSED else (second, first):
                display.event(event)
        assert shown.err.getvalue().count("Account Not Found") == times
        assert shown.err.getvalue().casefold().count("stopping: ") == 1


def test_the_sign_of_a_run_has_its_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    """The verdict of `runs RUN` is drawn as that at the end of a run: its sign is coloured."""
    monkeypatch.setenv("TERM", "xterm-256color")
    out = AsTerminal()
    console = Console(OutputOptions(), Terminal(no_color=False, dumb=False, columns=80), out=out)  # type: ignore[arg-type] - a text stream it is
    console.run(RUNS[0], EVERY_END, [LEADS_CSV], Typed())
    assert "\n\x1b[1;33m?\x1b[0m" in out.getvalue()


# --- foreign text, phones and pauses --------------------------------------------------------------


HOSTILE = (
    "[red]",
    "[/b]",
    ":smile:",
    "\x1b[31m",
    "\x1b]52;c;x\x07",
    "\x9b31m",
    "\u202e",
    "a\r\nb",
    "e" + "\u0301" * 40,
)


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_foreign_text_is_shown_escaped(hostile: str) -> None:
    """(Row 32) Markup and emoji codes stand as they are, control characters as escapes, wherever the text came from."""
    table = TableInfo(
        hostile, "csv", (hostile,), 1, sheet=hostile, encoding=hostile, delimiter="\x1b", notes=(hostile,)
    )
    named = campaign(3, "refused", name=hostile, message=hostile, group=hostile)
    shown = Shown(columns=200)
    with shown.console.preparing() as display:
        display.event(TableOpened(table, {hostile: (hostile,)}))
    with shown.console.uploading(UploadTally(planned(1, 1000), {}), "") as upload:
        upload.event(CampaignWaiting(named, 1, hostile))
        upload.event(CampaignSettled(named))
        upload.event(RunStopping(StopCause.INTERRUPTED, hostile))
    shown.console.summary(
        replace(
            UNFINISHED,
            name=hostile,
            campaigns=(named,),
            rejections={hostile: 11},
            repairs={hostile: 1},
            skipped={hostile: 1},
            reports={"folder": hostile, "rejects": hostile},
        )
    )
    shown.console.runs([run_record(2, hostile, LeadTotals(1))], "", NOW, Typed())
    shown.console.run(run_record(2, hostile, LeadTotals(1)), [named], [], Typed())
    shown.console.columns(
        [TableView(table, (ColumnView(hostile, hostile, hostile, (hostile,)),), (("--map", hostile),))]
    )
    shown.console.explanation(PhoneView(hostile, hostile, "", hostile, hostile, hostile, (hostile,), (hostile,)))
    shown.console.check([CheckView(hostile, passed=False, detail=hostile, hint=hostile)])
    shown.console.note(hostile)
    shown.console.warning(hostile)
    shown.console.error(Problem(hostile, hostile, hostile))
    shown.console.line(hostile)
    assert all(line.isprintable() for line in shown.both.split("\n"))
    assert "\U0001f604" not in shown.both
    if hostile.isascii() and hostile.isprintable():
        assert shown.both.count(hostile) > 20


def test_samples_are_masked_unless_told_otherwise() -> None:
    """Phone numbers in samples are masked on the screen, and whole with --show-phones."""
    masked, whole = Shown(), Shown(OutputOptions(show_phones=True))
    masked.console.columns([TABLE_VIEW])
    whole.console.columns([TABLE_VIEW])
    assert "9876•••030" in masked.out.getvalue()
    assert "9876500030" not in masked.out.getvalue()
    assert "9876500030" in whole.out.getvalue()


def test_a_log_tells_of_pauses_now_and_then() -> None:
    """Many campaigns that wait for the same are told once in a while; one that waits far longer is told at once."""
    shown = Shown(log=True)
    with shown.console.uploading(UploadTally(planned(4, 4000), {}), "") as display:
        for number, seconds, passed in ((1, 2, 1), (2, 2, 1), (3, 12, 1), (4, 2, 6), (5, 2, 0)):
            display.event(CampaignWaiting(campaign(number), seconds, "the service asks for a pause"))
            shown.clock.now += passed
    assert [line[20:].split(":")[0] for line in shown.err.getvalue().splitlines()[1:]] == [
        "March-001 waits 2.0 s",
        "March-003 waits 12 s",
        "March-005 waits 2.0 s",
    ]


def test_several_commands_in_a_row_are_a_line_each() -> None:
    """Where other runs are to be settled first, the log gives each command, and no other in their place."""
    shown = Shown(log=True)
    settling = ("telecmi-leads runs 1", "telecmi-leads resume 2")
    shown.console.summary(replace(COMPLETE, settling=settling, run="20260101-000000-aaaa"))
    said = [line.split(" ", 2)[2] for line in shown.both.splitlines()]
    says = "To settle the campaigns of other runs, for which people of this input were left out:"
    assert (said[-1], said[-3]) == (f"next: {says} {settling[0]}", f"after that: {settling[1]}")
