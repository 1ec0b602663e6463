"""The figures of a run: they add up or it is a bug (row 40), and the JSON of every command holds to its contract."""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING

import jsonschema
import pytest
from a_run import ACCEPTED, ACCOUNT, LOST, MORNING, REFUSED, RUN, UNSENT, UNVERIFIED, ARun, left, people, rejected
from msgspec.structs import replace

from telecmi_leads.core import wording
from telecmi_leads.core.campaign import CampaignStatus
from telecmi_leads.core.errors import BalanceError, ColumnMissing
from telecmi_leads.core.lead import LeftOutKind, RowTotals, TableInfo
from telecmi_leads.core.run import LeadTotals, Problem, RunStatus
from telecmi_leads.ledger import Fate, Forgotten, Ledger
from telecmi_leads.output.reports import (
    check_json,
    columns_json,
    error_json,
    failed_summary,
    forgotten_json,
    phone_json,
    prepare_folder,
    run_json,
    runs_json,
    summarise,
    summary_json,
    write_reports,
)
from telecmi_leads.output.views import CheckView, ColumnView, PhoneView, TableView, check_balance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


# --- the summary of a run -------------------------------------------------------------------------


FULL = ARun(
    left_out=[
        rejected(3, "too_short", ("Ravi", "98765", "Pune")),
        rejected(4, "masked", ("Asha", "98XXXXXX10", "Pune")),
        left(5, LeftOutKind.DUPLICATE),
        left(6, LeftOutKind.EXCLUDED, code="dnd.csv", phone="919876500002"),
        left(7, LeftOutKind.ALREADY_UPLOADED),
    ],
    campaigns=[people(2), people(3), people(4), people(5), people(6)],
    ends=[ACCEPTED, REFUSED, UNVERIFIED, LOST, UNSENT],
    blank=1,
    repairs={"punctuation": 9},
    skipped={"repeated_header": 1},
    audience={"country": {"IN": 20}},
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Open a ledger that holds one run of every outcome."""
    with Ledger.open(tmp_path / "state") as ledger:
        FULL.put(ledger)
        yield ledger


def schema() -> object:
    """Return the JSON Schema that ships with the package."""
    text = resources.files("telecmi_leads.output.reports").joinpath("summary.schema.json").read_text("utf-8")
    return json.loads(text)


def test_the_summary_is_the_contracts_object(ledger: Ledger, tmp_path: Path) -> None:
    """Every key of the contract is there, the sums hold, and the schema takes it."""
    record = ledger.run(RUN)
    assert record is not None
    summary = summarise(ledger, RUN, exit_code=5, status=RunStatus.UNFINISHED, error=Problem("unfinished", "m", "h"))
    done = write_reports(prepare_folder(tmp_path / "r"), summary, record, ledger, show_phones=False)
    found = json.loads(summary_json(done))
    jsonschema.validate(found, schema())
    assert (tmp_path / "r" / "summary.json").read_bytes() == summary_json(done) + b"\n"
    campaigns = found.pop("campaigns")
    started = [each.pop("started") for each in campaigns]
    assert [bool(time) for time in started] == [True, True, True, True, False]
    assert campaigns[:3] == [
        {
            "number": 1,
            "name": "March-001",
            "leads": 2,
            "status": "accepted",
            "code": 200,
            "message": "Leads Added Successfully",
            "attempts": 1,
            "seconds": 0.4,
        },
        {
            "number": 2,
            "name": "March-002",
            "leads": 3,
            "status": "refused",
            "code": 400,
            "message": "Duplicate phone numbers found",
            "attempts": 1,
            "seconds": 0.3,
        },
        {
            "number": 3,
            "name": "March-003",
            "leads": 4,
            "status": "unverified",
            "code": 400,
            "message": "Lead Name Already Exists",
            "attempts": 1,
            "seconds": 3.2,
        },
    ]
    folder = tmp_path / "r"
    assert found == {
        "schema": 1,
        "run": RUN,
        "name": "March",
        "account": ACCOUNT,
        "sandbox": False,
        "dry_run": False,
        "status": "unfinished",
        "exit_code": 5,
        "rows": {
            "read": 26,
            "blank": 1,
            "rejected": 2,
            "duplicate": 1,
            "excluded": 1,
            "already_uploaded": 1,
            "leads": 20,
        },
        "uploaded_before": 0,
        "waiting_elsewhere": 0,
        "leads": {"accepted": 2, "unverified": 4, "refused": 3, "unknown": 5, "unsent": 6},
        "rejections": {"too_short": 1, "masked": 1},
        "repairs": {"punctuation": 9},
        "skipped": {"repeated_header": 1},
        "excluded": {"dnd.csv": 1},
        "halved": [],
        "tables": [
            {
                "file": "leads.csv",
                "format": "csv",
                "sheet": None,
                "encoding": "UTF-8",
                "delimiter": ",",
                "header_row": 1,
                "header": ["Name", "Mobile", "City"],
                "notes": [],
            }
        ],
        "audience": {"country": {"IN": 20}},
        "reports": {
            "folder": str(folder),
            "html": str(folder / "report.html"),
            "campaigns": str(folder / "campaigns.csv"),
            "rejects": str(folder / "rejects.csv"),
            "left_out": str(folder / "left-out.csv"),
            "refused": str(folder / "refused.csv"),
            "summary": str(folder / "summary.json"),
        },
        "warnings": [],
        "warning_codes": {},
        "error": {"code": "unfinished", "message": "m", "hint": "h"},
    }


def test_confirmed_by_name_and_halves_are_told(ledger: Ledger) -> None:
    """The optional keys of a campaign are there only where they say something, and halves replace the halved."""
    base = summarise(ledger, RUN, exit_code=4, status=RunStatus.PARTIAL)
    first, second = base.campaigns[:2]
    summary = replace(
        base,
        campaigns=(
            replace(first, confirmed_by_name=True, group="Pune"),
            replace(second, split=True),
            replace(second, name="March-002a", parent="March-002", leads=1, status=CampaignStatus.ACCEPTED),
            replace(second, name="March-002b", parent="March-002", leads=2, status=CampaignStatus.SENDING),
        ),
    )
    found = json.loads(summary_json(summary))
    jsonschema.validate(found, schema())
    assert [
        (
            each["name"],
            each["status"],
            each.get("group"),
            each.get("halved_from"),
            each.get("confirmed_by_name"),
        )
        for each in found["campaigns"]
    ] == [
        ("March-001", "accepted", "Pune", None, True),
        ("March-002a", "accepted", None, "March-002", None),
        ("March-002b", "unknown", None, "March-002", None),
    ]
    assert [each["name"] for each in found["halved"]] == ["March-002"]


def test_a_command_that_failed_early_has_the_same_object() -> None:
    """Without a run the object is whole, with null for the run and the error told."""
    error = ColumnMissing("There is no phone column in leads.csv.", hint="Use --map phone=COLUMN.")
    found = json.loads(summary_json(replace(failed_summary(error, 3), name="March")))
    jsonschema.validate(found, schema())
    assert found["run"] is None
    assert found["status"] == "failed"
    assert found["exit_code"] == 3
    assert found["rows"] == dict.fromkeys(found["rows"], 0)
    assert found["error"] == {
        "code": "column_missing",
        "message": "There is no phone column in leads.csv.",
        "hint": "Use --map phone=COLUMN.",
    }


def test_the_schema_is_one_and_refuses_what_breaks_it(ledger: Ledger) -> None:
    """The schema itself is valid, and takes no unknown status, no missing key and no negative count."""
    jsonschema.Draft202012Validator.check_schema(schema())  # type: ignore[arg-type] - a mapping it is
    good = json.loads(summary_json(summarise(ledger, RUN, exit_code=0, status=RunStatus.COMPLETE)))
    for path, value in (
        (("status",), "done"),
        (("rows", "read"), -1),
        (("error",), "no"),
        (("exit_code",), 9),
    ):
        bad = json.loads(json.dumps(good))
        place = bad
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, schema())


# --- figures that don't add up --------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"rows": RowTotals(read=27, blank=1, rejected=2, duplicate=1, excluded=1, already_uploaded=1, leads=20)},
        {"rejections": {"too_short": 1}},
        {"leads": LeadTotals(accepted=3, unverified=4, refused=3, unknown=5, unsent=5)},
        {"rows": RowTotals(read=25, blank=1, rejected=2, duplicate=1, excluded=1, already_uploaded=1, leads=19)},
    ],
    ids=["rows", "reasons", "leads by campaign", "leads planned"],
)
def test_what_does_not_add_up_is_a_bug(ledger: Ledger, wrong: dict[str, object]) -> None:
    """(Row 40) A difference between rows, reasons, leads and campaigns is a BalanceError that says so."""
    run = ledger.run(RUN)
    assert run is not None
    check_balance(run, ledger.campaigns(RUN))
    with pytest.raises(BalanceError) as caught:
        check_balance(replace(run, **wrong), ledger.campaigns(RUN))  # type: ignore[arg-type] - a case's fields
    assert caught.value.exit_code == 1
    assert caught.value.hint == "This is a bug in the program: please report it, with this message."


def test_a_run_that_is_not_there_is_a_key_error(ledger: Ledger) -> None:
    """Summarising asks for a run by its id."""
    with pytest.raises(KeyError):
        summarise(ledger, "nothing", exit_code=0, status=RunStatus.COMPLETE)


# --- JSON of the other commands -------------------------------------------------------------------


def test_json_holds_no_raw_control_character() -> None:
    """(Row 32) Whatever is not printable is escaped, and reads back as it was."""
    hostile = "\x1b]52;c;x\x07 \x9b31m \u202e \x7f a\ud800b \U000e0041 नमस्ते 😀"
    written = columns_json(
        [TableView(TableInfo(hostile, "csv", (hostile,), 1), ())], show_phones=False, exit_code=0, error=None
    )
    text = written.decode("utf-8")
    assert text.isprintable()
    assert "नमस्ते 😀" in text
    assert json.loads(text)["tables"][0]["file"] == hostile


def test_columns_mask_phones_unless_told_otherwise() -> None:
    """Samples are masked in JSON as on the screen."""
    view = TableView(
        TableInfo("leads.csv", "csv", ("Mobile",), 1),
        (ColumnView("Mobile", "phone", "a name it goes by", ("+91 98765 43210",)),),
        (("--map", "phone=Mobile"),),
    )
    found = json.loads(columns_json([view], show_phones=False, exit_code=0, error=None))
    assert found["tables"][0]["columns"] == [
        {"name": "Mobile", "field": "phone", "rule": "a name it goes by", "samples": ["+91 98••• ••210"]}
    ]
    assert found["tables"][0]["options"] == ["--map phone=Mobile"]
    shown = json.loads(columns_json([view], show_phones=True, exit_code=0, error=None))
    assert shown["tables"][0]["columns"][0]["samples"] == ["+91 98765 43210"]


def test_the_other_commands_objects(ledger: Ledger) -> None:
    """Every command's object carries schema, command, exit code and error beside what it shows."""
    run = ledger.run(RUN)
    assert run is not None
    campaign = ledger.campaigns(RUN)[0]
    fate = Fate(RUN, "March", MORNING, left_out=LeftOutKind.REJECTED, code="masked")
    head = {"schema": 1, "exit_code": 0, "error": None}
    runs = json.loads(runs_json([run]))
    one = json.loads(run_json(run, [campaign]))
    [listed] = runs["runs"]
    assert (listed["campaigns"], [each["name"] for each in one["campaigns"]]) == (5, ["March-001"])
    assert {**listed, "campaigns": None}.items() <= {**one, "campaigns": None}.items()
    assert {key: one[key] for key in ("run", "name", "state", "status", "says")} == {
        "run": RUN,
        "name": "March",
        "state": "planned",
        "status": "unfinished",
        "says": "6 not sent, 5 not proven yet, 4 not proven, 3 refused",
    }
    explained = json.loads(phone_json(PhoneView("98X", "IN", reason="masked", fates=(fate,)), exit_code=3))
    assert explained.pop("fates")[0]["left_out"] == "rejected"
    assert explained == {
        "schema": 1,
        "command": "explain",
        "exit_code": 3,
        "error": {
            "code": "masked",
            "message": "Some digits are masked.",
            "hint": "Get the whole number from where the list comes from.",
        },
        "phone": "98X",
        "region": "IN",
        "region_from": None,
        "number": None,
        "valid": False,
        "reason": {
            "code": "masked",
            "says": "some digits are masked",
            "tip": "Get the whole number from where the list comes from.",
        },
        "country": None,
        "type": None,
        "timezones": [],
        "repairs": [],
        "calling_code": None,
        "steps": [],
    }
    failed = Problem("settings", "No.", "Do.")
    assert json.loads(check_json([CheckView("service", passed=None)], exit_code=6, error=failed)) == {
        "schema": 1,
        "command": "check",
        "exit_code": 6,
        "error": {"code": "settings", "message": "No.", "hint": "Do."},
        "checks": [{"what": "service", "passed": None, "detail": "", "hint": ""}],
    }
    assert json.loads(forgotten_json(Forgotten(runs=1, rows=2), exit_code=0, error=None)) == {
        **head,
        "command": "forget",
        "deleted": {
            **dict.fromkeys(("campaigns", "numbers", "unfinished_kept", "leads", "answers", "mentioned"), 0),
            "runs": 1,
            "rows": 2,
            "left_in_file": False,
        },
    }
    assert json.loads(error_json("runs", 8, Problem("ledger", "damaged"))) == {
        "schema": 1,
        "command": "runs",
        "exit_code": 8,
        "error": {"code": "ledger", "message": "damaged", "hint": ""},
    }


def test_a_campaign_settled_by_hand_is_told_apart(ledger: Ledger) -> None:
    """The JSON says `settled_by_hand` of the one campaign that a person settled, and the tables say so in words."""
    first, *_ = ledger.campaigns(RUN)
    by_hand = replace(first, settled_by_hand=MORNING)
    summary = replace(summarise(ledger, RUN, exit_code=0, status=RunStatus.COMPLETE), campaigns=(first, by_hand))
    told = json.loads(summary_json(summary))["campaigns"]
    assert [each.get("settled_by_hand") for each in told] == [None, True]
    here = MORNING.astimezone()
    said = f"in, settled by hand {here.day} {here:%b %Y %H:%M}"
    assert wording.outcome(replace(by_hand, status=CampaignStatus.ACCEPTED)) == said
