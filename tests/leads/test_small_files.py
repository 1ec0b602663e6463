"""Small files in the shapes of real exporters: the right people leave, with the right fields, and nobody else.

`tables.json`, `cases.json` and `cases-more.json` hold the files, the options and the leads that must come of them. A
case with `or_exit` may be refused as well; `args` may name one of its files, which is then no input.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import random
import shutil
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest
from inside import Inside
from places import TESTS
from program import balanced

from telecmi_leads.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

    from program import Ended

Case = dict[str, Any]

CASES: list[Case] = [
    case
    for name in ("tables", "cases", "cases-more")
    for case in json.loads((TESTS / "leadfiles" / f"{name}.json").read_text(encoding="utf-8"))
]
IDS = [case["id"] for case in CASES]
BY_ID: dict[str, Case] = {case["id"]: case for case in CASES}

# Their first row is no header of plain columns, or the order of the columns is what they are about.
NOT_SHUFFLED = {"stacked", "layout", "details-groups", "odd-csv", "header-row", "footer", "encoding", "sheets"}


def write_files(folder: Path, files: dict[str, dict[str, str]]) -> None:
    """Write a case's files."""
    for name, body in files.items():
        content = body["text"].encode("utf-8") if "text" in body else base64.b64decode(body["base64"])
        (folder / name).write_bytes(content)


def upload(program: Inside, case: Case) -> Ended:
    """Upload a case's files with its options."""
    args = case.get("args", [])
    own = [] if {"--strict", "--max-rejects"} & set(args) else ["--max-rejects", "100%"]
    inputs = [name for name in case["files"] if name not in args]
    return program.run("upload", *inputs, "--name", "M", "--json", *own, *args)


def plain(value: object) -> str:
    """Return a field's text as it is compared."""
    return " ".join(unicodedata.normalize("NFKC", str(value or "")).split())


def leads_of(sandbox: Sandbox, case: Case) -> dict[str, dict[str, str]]:
    """Return the leads that arrived, by number, with the fields that the case speaks of."""
    wanted = {lead["phone"]: lead for lead in case["leads"]}
    sent = [lead for leads in sandbox.campaigns().values() for lead in leads]
    return {lead["phone"]: {key: plain(lead.get(key)) for key in wanted.get(lead["phone"], lead)} for lead in sent}


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_right_people_leave(tmp_path: Path, sandbox: Sandbox, case: Case) -> None:
    """Leads, exit code, counts and warnings are those of the case."""
    program = Inside(tmp_path, sandbox.url)
    write_files(tmp_path, case["files"])
    ended = upload(program, case)
    if case.get("or_exit") == ended.code:
        assert sandbox.campaigns() == {}
        return
    expected = {lead["phone"]: {key: plain(value) for key, value in lead.items()} for lead in case["leads"]}
    assert leads_of(sandbox, case) == expected, case["why"]
    assert ended.code == case.get("exit", 0), ended.out
    counted = {key: ended.json["rows"][key] for key in ("rejected", "excluded") if case.get(key) is not None}
    assert counted == {key: case[key] for key in counted}, ended.json["rejections"]
    assert case.get("warns") in {None, bool(ended.json["warnings"])}
    assert ended.code == 3 or balanced(ended.json)


def shuffled(case: Case) -> Case | None:
    """Return a case with its columns in another order and foreign ones among them; None where it can't be."""
    if case["kind"] in NOT_SHUFFLED or "--no-header" in case.get("args", []) or list(case["files"]) != ["leads.csv"]:
        return None
    text = case["files"]["leads.csv"].get("text", "")
    rows = list(csv.reader(io.StringIO(text), delimiter=";" if ";" in text.partition("\n")[0] else ","))
    rows = [row for row in rows if row]
    if len({len(row) for row in rows}) != 1 or not all(map(str.strip, rows[0])) or "\t" in text:
        return None
    chance = random.Random(case["id"])
    colours, shelves = ("red", "blue", "green"), ("A-1", "B-22", "C-3")
    wide = [
        [*row, "Colour" if not at else colours[at % 3], "Shelf" if not at else shelves[at % 3]]
        for at, row in enumerate(rows)
    ]
    order = chance.sample(range(len(wide[0])), len(wide[0]))
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerows([row[at] for at in order] for row in wide)
    return {**case, "files": {"leads.csv": {"text": made.getvalue()}}}


SHUFFLED = [found for case in CASES if (found := shuffled(case)) is not None]


def test_most_tables_can_be_shuffled() -> None:
    """The test of shuffled columns has something to show."""
    assert len(SHUFFLED) >= 70


@pytest.mark.parametrize("case", SHUFFLED, ids=[case["id"] for case in SHUFFLED])
def test_columns_in_another_order(tmp_path: Path, sandbox: Sandbox, case: Case) -> None:
    """The same leads leave whatever the order of the columns, and whatever other columns stand among them."""
    write_files(tmp_path, BY_ID[case["id"]]["files"])
    before = upload(Inside(tmp_path, sandbox.url), BY_ID[case["id"]])
    write_files(tmp_path, case["files"])
    with Sandbox() as other:
        after = upload(Inside(tmp_path, other.url, {"TELECMI_STATE_DIR": str(tmp_path / "other")}), case)
        assert leads_of(other, case) == leads_of(sandbox, case)
    assert (after.code, after.json["rows"]) == (before.code, before.json["rows"])


SAMPLES: dict[str, Case] = json.loads((TESTS / "leadfiles" / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_of_an_exporter(tmp_path: Path, sandbox: Sandbox, name: str) -> None:
    """(Row 28) From the samples of real exporters exactly the expected people leave; nobody goes without a name."""
    sample = SAMPLES[name]
    shutil.copy(TESTS / "leadfiles" / "samples" / name, tmp_path)
    layout = ["--no-header"] if "noheader" in name else []
    options = ("--name", "M", "--region", sample["region"], "--max-rejects", "100%", "--json")
    ended = Inside(tmp_path, sandbox.url).run("upload", name, *options, *layout)
    assert (ended.code, balanced(ended.json)) == (0, True), ended.err
    sent = [lead for leads in sandbox.campaigns().values() for lead in leads]
    found = [
        (lead["phone"], plain(f"{lead['firstname']} {lead['lastname']}".removesuffix(" -")), lead.get("email", ""))
        for lead in sent
    ]
    people = [(row["phone"], plain(row["name"]), row["email"]) for row in sample["rows"]]
    assert found == [person for person in people if person[1]]
    assert [lead.get("city", "") for lead in sent] == [row["city"] for row in sample["rows"] if row["name"]]
    assert ended.json["rejections"].get("no_name", 0) == len(people) - len(found)


@pytest.mark.parametrize(
    "word", ["\\N", "N/A", "n.a.", "#REF!", "#NAME?", "#N/A", "missing", "<null>", "(null)", "not set", "None", "nan"]
)
@pytest.mark.parametrize("rows", [1, 20])
def test_a_word_for_nothing_is_empty_in_every_field(tmp_path: Path, word: str, rows: int) -> None:
    """A row of such words alone is blank, in a long block too, and a country so written leaves the row at home."""
    people = [f"Asha Rao,98765{at:05},{word},x" for at in range(rows)]
    text = "\n".join(["Name,Phone,Country,Comment", *people, f"{word},{word},{word},{word}"]) + "\n"
    (tmp_path / "leads.csv").write_text(text, encoding="utf-8")
    ended = Inside(tmp_path, "http://127.0.0.1:9").run("validate", "leads.csv", "--region", "IN", "--json")
    assert (ended.code, ended.json["rows"]["blank"], ended.json["rejections"]) == (0, 1, {})
