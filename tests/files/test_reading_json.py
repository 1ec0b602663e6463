"""JSON: every shape that holds leads, numbers as typed, and hostile files refused (row 31 of the fault list)."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_files import read_bounded, read_rows, read_sheets, refusal

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.files import json_leads, open_source
from telecmi_leads.files.bounds import MAX_VALUE
from telecmi_leads.files.json_rows import flat
from telecmi_leads.settings.option_values import FileFormat
from telecmi_leads.settings.options import ReadingOptions

ASHA = {"name": "Asha", "phone": "9876500001"}
RAVI = {"name": "Ravi", "phone": "9876500002"}
READ = [["name", "phone"], ["Asha", "9876500001"], ["Ravi", "9876500002"]]


def written(tmp_path: Path, value: object, **options: Any) -> Path:
    """Write a value as JSON, or text as it is."""
    path = tmp_path / "leads.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value, **options))
    return path


def request(*users: object) -> dict[str, object]:
    """Return the API's own request."""
    return {"lead_name": "March-001", "inet_no": 1234567, "users": list(users)}


# --- where the leads are --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        [ASHA, RAVI],
        request(ASHA, RAVI),
        {"CODE": 200, "STATUS": "SUCCESS", "RESPONSE": [ASHA, RAVI]},
        {"data": [ASHA, RAVI], "paging": {"cursors": {"after": "x"}}, "errors": []},
        {"result": {"leads": [ASHA, RAVI], "total": 2}},
        {"data": {"result": {"list": {"items": [ASHA, RAVI]}}}},
        {"data": [ASHA, RAVI], "included": [{"id": "1", "type": "owner"}]},
        {"name": ["Asha", "Ravi"], "phone": ["9876500001", "9876500002"]},
        {"name": {"0": "Asha", "1": "Ravi"}, "phone": {"0": "9876500001", "1": "9876500002"}},
        {"columns": ["name", "phone"], "index": [0, 1], "data": [["Asha", "9876500001"], ["Ravi", "9876500002"]]},
        {"cols": [{"name": "name"}, {"name": "phone"}], "rows": [["Asha", "9876500001"], ["Ravi", "9876500002"]]},
        {"-NaX1": ASHA, "-NaX2": RAVI},
        {"leads": {"1": ASHA, "2": RAVI}},
        [["name", "phone"], ["Asha", "9876500001"], ["Ravi", "9876500002"]],
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_where_the_leads_are(tmp_path: Path, value: object, indent: int | None) -> None:
    """A list, a list under a key, columns, rows, or records by key: the same two leads."""
    assert read_rows(written(tmp_path, value, indent=indent)) == READ


def test_pages_one_after_the_other(tmp_path: Path) -> None:
    """Lists that were put together in one file are one list."""
    assert read_rows(written(tmp_path, json.dumps([ASHA]) + "\n" + json.dumps([RAVI]))) == READ


def test_several_lists(tmp_path: Path) -> None:
    """Several lists that may all be leads are tables of their own; --sheet takes one, and an unknown one is refused."""
    path = written(tmp_path, {"north": [ASHA], "south": {"east": [RAVI, RAVI]}, "tags": [{"id": "x"}]})
    sheets = [(sheet.name, sheet.rows, sheet.notes) for sheet in read_sheets(path)]
    assert sheets == [
        ("north", [["Asha", "9876500001"]], ("the list under tags (1) is not read",)),
        ("south.east", [["Ravi", "9876500002"]] * 2, ()),
    ]
    assert read_rows(path, ReadingOptions(sheet=("south.east",)))[1:] == [["Ravi", "9876500002"]] * 2
    with pytest.raises(SourceUnreadable) as caught:
        read_sheets(path, ReadingOptions(sheet=("west",)))
    assert (caught.value.message, caught.value.hint) == (
        "leads.json has no list west.",
        "Its lists are: north, south.east, tags.",
    )


def test_several_lists_with_the_same_keys(tmp_path: Path) -> None:
    """Of lists that have the same keys each is read, whatever was learned of the keys in the first."""
    sheets = read_sheets(written(tmp_path, {"web": [ASHA], "fair": [RAVI, ASHA]}))
    assert [(sheet.name, sheet.rows) for sheet in sheets] == [("web", READ[1:2]), ("fair", [READ[2], READ[1]])]


@pytest.mark.parametrize("count", [1, 60, 60_000])
def test_a_list_of_leads_may_begin_without_a_phone(tmp_path: Path, count: int) -> None:
    """Services leave out what is empty: a list is one of leads though only those far down have a phone."""
    document = {"leads": [*[{"name": "Uma"}] * count, *[RAVI] * 60], "vip": [ASHA]}
    rows = [row for sheet in read_sheets(written(tmp_path, document)) for row in sheet.rows]
    assert [row[0] for row in rows] == ["Uma"] * count + ["Ravi"] * 60 + ["Asha"]
    assert [row[1] for row in rows[count:]] == ["9876500002"] * 60 + ["9876500001"]


@pytest.mark.parametrize(
    ("document", "names"),
    [
        ({"vip": [ASHA], "south": {"area": {"12": RAVI}}}, ["vip", "south.area"]),
        ({"north": {"11": ASHA}, "south": {"area": {"12": RAVI}}}, ["north", "south.area"]),
        ({"status": "ok", "south": {"total": 1, "people": {"12": RAVI}}, "vip": [ASHA]}, ["vip", "south.people"]),
        ({"sheets": {"11": ASHA}, "vip": [RAVI]}, ["vip", "sheets"]),
    ],
)
def test_leads_by_key_beside_others(tmp_path: Path, document: object, names: list[str]) -> None:
    """Leads under a key each are tables of their own beside others, however deep they stand."""
    sheets = read_sheets(written(tmp_path, document))
    assert [sheet.name for sheet in sheets] == names
    assert sorted(row for sheet in sheets for row in sheet.rows) == READ[1:]


def test_people_by_key_within_a_lead_are_its_own(tmp_path: Path) -> None:
    """An object with a phone of its own is one lead, whoever else stands in it under keys."""
    lead = {**ASHA, "contacts": {"11": RAVI}, "relatives": {"12": RAVI}}
    assert read_rows(written(tmp_path, lead))[1][:2] == READ[1]


def test_a_list_of_leads_may_begin_with_null(tmp_path: Path) -> None:
    """Null in the place of the first lead does not hide the others, and is a blank row."""
    sheets = read_sheets(written(tmp_path, {"leads": [None, RAVI], "vip": [ASHA]}))
    assert [(sheet.name, sheet.rows) for sheet in sheets] == [("leads", [[], READ[2]]), ("vip", [READ[1]])]


PAGES = [
    [{"data": [ASHA, RAVI]}, {"data": [ASHA]}, {"data": []}],
    [{"list": "Fair", "contacts": [ASHA, RAVI]}, {"list": "Web", "contacts": [ASHA]}],
    [[ASHA, RAVI], [ASHA]],
    {"status": "ok", "leads": {"1": ASHA, "2": RAVI, "3": ASHA}},
    {"status": "ok", "count": 3, "data": {"pages": [{"items": [ASHA, RAVI]}, {"items": [ASHA]}]}},
    {"values": [["name", "phone"], ["Asha", "9876500001"], ["Ravi", "9876500002"], ["Asha", "9876500001"]]},
    {"ok": True, "rows": [["name", "phone"], ["Asha", "9876500001"], ["Ravi", "9876500002"], ["Asha", "9876500001"]]},
    [[["name", "phone"], ["Asha", "9876500001"]], [["Ravi", "9876500002"], ["Asha", "9876500001"]]],
    {"leads": [ASHA, RAVI, ASHA], "errors": []},
    {"query": {"lists": [{"id": 1}]}, "result": {"people": [ASHA, RAVI, ASHA]}},
    [{"data": [], "next": 2}, {"data": [ASHA, RAVI, ASHA], "next": None}],
    [{"response": {"result": [ASHA, RAVI]}}, {"response": {"result": [ASHA]}}],
    [{"number": 0, "size": 2, "content": [ASHA, RAVI]}, {"number": 1, "size": 2, "content": [ASHA]}],
    [ASHA, [RAVI, ASHA]],
    [[], [ASHA, RAVI, ASHA]],
    [[[ASHA, RAVI]], [[ASHA]]],
    {"status": "ok", "leads": {"alpha": ASHA, "beta": RAVI, "gamma": ASHA}},
    {"leads": {"-NxAbcdefghijklmnopq": ASHA, "-NxAbcdefghijklmnopr": RAVI, "-NxAbcdefghijklmnops": ASHA}},
    {"a": {"b": {"c": {"d": {"e": {"people": [ASHA, RAVI, ASHA]}}}}}},
    [
        {"type": "header", "version": "5.2"},
        {"type": "database", "name": "crm"},
        {"type": "table", "data": [ASHA, RAVI, ASHA]},
    ],
    {
        "majorDimension": "COLUMNS",
        "values": [["name", "Asha", "Ravi", "Asha"], ["phone", *(x["phone"] for x in (ASHA, RAVI, ASHA))]],
    },
    {
        "tables": [
            {"columns": [{"name": "name"}, {"name": "phone"}], "rows": [list(x.values()) for x in (ASHA, RAVI, ASHA)]}
        ]
    },
    {
        "schema": {"fields": [{"name": "name"}, {"name": "phone"}]},
        "rows": [{"f": [{"v": x["name"]}, {"v": x["phone"]}]} for x in (ASHA, RAVI, ASHA)],
    },
]


@pytest.mark.parametrize("document", PAGES, ids=json.dumps)
def test_pages_keys_and_grids(tmp_path: Path, document: object) -> None:
    """Pages of lists, objects under keys and grids of rows lose no lead."""
    assert read_rows(written(tmp_path, document)) == [*READ, ["Asha", "9876500001"]]


def as_google_sends(cells: list[str]) -> dict[str, object]:
    """Return a row as Google's Sheets API sends it with its formats."""
    return {"values": [{"formattedValue": text, "userEnteredValue": {"stringValue": text}} for text in cells]}


GRID, NOT_THESE = READ, [["name", "phone"], ["Meena", "9876500003"], ["Zoya", "9876500004"]]
WORKBOOKS = [
    {"Leads": GRID, "Do Not Call": NOT_THESE},  # as long as one another: not two columns
    {"valueRanges": [{"range": "Leads!A1:B3", "values": GRID}, {"range": "'Do Not Call'!A1:B2", "values": NOT_THESE}]},
    {
        "properties": {"title": "Book"},
        "sheets": [
            {"properties": {"title": "Leads"}, "data": [{"rowData": [{}, *map(as_google_sends, GRID)]}]},
            {"properties": {"title": "Empty"}, "data": [{}]},
            {"properties": {"title": "Do Not Call"}, "data": [{"rowData": list(map(as_google_sends, NOT_THESE))}]},
        ],
    },
    {"result": {"tabs": [{"name": "Leads", "rows": GRID}, {"name": "Do Not Call", "rows": NOT_THESE}]}},
    [{"name": "Leads", "data": GRID}, {"name": "Do Not Call", "data": NOT_THESE}],
]


@pytest.mark.parametrize("document", WORKBOOKS, ids=["under keys", "values", "with formats", "tabs", "a list"])
def test_sheets_of_a_workbook(tmp_path: Path, document: object) -> None:
    """The sheets of a workbook that was written as JSON are read one by one, with their names."""
    path = written(tmp_path, document)
    sheets = {sheet.name: [row for row in sheet.rows if row] for sheet in read_sheets(path)}
    assert sheets == {"Leads": GRID, "Do Not Call": NOT_THESE}
    assert read_rows(path, ReadingOptions(sheet=("Do Not Call",))) == NOT_THESE
    with pytest.raises(SourceUnreadable) as refused:
        read_sheets(path, ReadingOptions(sheet=("Old",)))
    assert refused.value.hint == "Its lists are: Leads, Do Not Call."


def test_pages_are_said(tmp_path: Path) -> None:
    """A note says that the leads of several pages are read as one table; leads in one list need none."""
    (pages,) = read_sheets(written(tmp_path, [{"page": 1, "data": [ASHA]}, {"page": 2, "data": [RAVI]}]))
    (one,) = read_sheets(written(tmp_path, [ASHA, RAVI]))
    assert (pages.notes, one.notes) == (("the leads of several lists are read as one table",), ())
    assert pages.rows == one.rows == READ[1:]


def test_what_stands_beside_the_data_of_json_api(tmp_path: Path) -> None:
    """The owners and other objects that JSON:API includes are no leads, and a note says that they are not read."""
    boss = {"type": "users", "id": "9", "attributes": {"name": "Boss", "phone": "9876500009"}}
    data = [{"type": "people", "id": "1", "attributes": ASHA}]
    path = written(tmp_path, {"data": data, "included": [boss]})
    (sheet,) = read_sheets(path)
    assert sheet.notes == ("the list under data", "the list under included (1) is not read")
    assert sheet.rows == [["people", "1", "Asha", "9876500001"]]
    (named,) = read_sheets(path, ReadingOptions(sheet=("included",)))
    assert named.rows == [["users", "9", "Boss", "9876500009"]]


def test_patients_of_fhir(tmp_path: Path) -> None:
    """FHIR tells the parts of a name and the kinds of numbers in its own words; a fax is told as one."""
    telecom = [
        {"system": "fax", "value": "9876500009"},
        {"system": "phone", "use": "mobile", "value": "9876500001"},
        {"system": "email", "value": "asha@example.com"},
    ]
    patient = {"name": [{"use": "official", "family": "Menon", "given": ["Asha", "Rani"]}], "telecom": telecom}
    header, row = read_rows(written(tmp_path, {"resourceType": "Bundle", "entry": [{"resource": patient}]}))
    assert dict(zip(header, row, strict=True)) == {
        "resource.name.use type": "official",
        "resource.name.family name": "Menon",
        "resource.name.given name": "Asha, Rani",
        "resource.telecom.fax": "9876500009",
        "resource.telecom.phone mobile": "9876500001",
        "resource.telecom.email": "asha@example.com",
    }


def test_people_within_a_lead_are_said(tmp_path: Path) -> None:
    """A company with a phone of its own is the lead, and a note says that its people are read as parts of it."""
    firm = {"name": "Acme", "phone": "9876500009", "contacts": [ASHA, RAVI]}
    (sheet,) = read_sheets(written(tmp_path, [firm]))
    assert sheet.notes == ("the people under contacts are parts of the leads that name them",)
    (alone,) = read_sheets(written(tmp_path, [{**ASHA, "phones": [{"type": "home", "number": "9876500003"}]}]))
    assert alone.notes == ()


def test_rows_line_by_line(tmp_path: Path) -> None:
    """Lines of JSON may be rows, the first of which is the header."""
    rows = [*READ, ["Asha", "9876500001"]]
    assert read_rows(written(tmp_path, "\n".join(map(json.dumps, rows)))) == rows


def test_contacts_as_json(tmp_path: Path) -> None:
    """A jCard (RFC 7095), one or several, is refused as what it is."""
    card = ["vcard", [["fn", {}, "text", "Asha"], ["tel", {}, "uri", "tel:+919876500001"]]]
    for document in (card, [card, card]):
        says = "leads.json is a jCard file (contacts as JSON), which can't be read."
        assert refusal(written(tmp_path, document)) == says


def test_a_missing_page_is_an_error(tmp_path: Path) -> None:
    """An error message among pages of leads, wherever it stands, refuses the file: a page is missing."""
    pages: list[object] = [{"data": [ASHA]}, {"data": [RAVI]}]
    for place in range(3):
        path = written(tmp_path, [*pages[:place], {"error": {"message": "rate limit exceeded"}}, *pages[place:]])
        assert refusal(path).endswith("“rate limit exceeded”.")


def test_lists_beside_one_another_are_told(tmp_path: Path) -> None:
    """Leads under keys of their own beside a list of leads are read too; a grid that is not read is noted."""
    document = {"fair": [ASHA], "web": {"1": RAVI, "2": ASHA}, "spots": [["x", "y"], ["1", "2"]]}
    sheets = read_sheets(written(tmp_path, document))
    assert [(sheet.name, sheet.rows) for sheet in sheets] == [
        ("fair", [["Asha", "9876500001"]]),
        ("web", [["Ravi", "9876500002"], ["Asha", "9876500001"]]),
    ]
    assert sheets[0].notes == ("the list under spots (2) is not read",)


def test_pages_line_by_line(tmp_path: Path) -> None:
    """Each line may be a page."""
    lines = "\n".join(json.dumps({"next": number, "data": [ASHA, RAVI]}) for number in range(3))
    assert read_rows(written(tmp_path, lines)) == [READ[0], *READ[1:] * 3]


@pytest.mark.parametrize(
    "lead",
    [
        {**ASHA, "orders": [{"id": 1, "sku": "x"}, {"id": 2, "sku": "y"}]},
        {**ASHA, "friends": [RAVI]},
        {"phone": "9876500001", "contacts": [RAVI]},
    ],
)
def test_lists_within_a_lead_are_its_own(tmp_path: Path, lead: dict[str, object]) -> None:
    """A lead with a number of its own is one row, whatever lists it holds."""
    assert len(read_rows(written(tmp_path, [lead, lead]))) == 3
    assert len(read_rows(written(tmp_path, {"1": lead, "2": lead}))) == 3


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"error": {"code": 403, "message": "Log in. Call +91 98765 00000 for help."}}, "Log in. Call"),
        ({"status": "error", "message": "Session expired, call 9876500000"}, "Session expired"),
        ({"success": False, "msg": "No such report", "code": 404}, "No such report"),
        ({"errors": [{"message": "Call +91 98765 00000", "code": "X"}]}, "Call +91"),
        ([{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}], "Session expired"),
        ({"timestamp": "2026-05-01", "status": 500, "error": "Internal Server Error", "path": "/x"}, "Internal"),
        ({"fault": {"faultstring": "Bad key"}, "data": []}, "Bad key"),
        ({"detail": "Credentials were not provided. Call 9876500000."}, "Credentials"),
        ({"message": "Forbidden. Call 9876500000", "path": "/x"}, "Forbidden"),
    ],
)
def test_an_error_message_is_no_lead(tmp_path: Path, document: object, says: str) -> None:
    """What a service says in the place of leads is refused with its words, though a helpline stands in them."""
    message = refusal(written(tmp_path, document))
    assert message.startswith("leads.json holds an error message, not leads: “")
    assert says in message


def test_a_lead_may_speak_of_an_error(tmp_path: Path) -> None:
    """A status or an empty error beside a phone number is data."""
    lead = {**ASHA, "error": None, "status": "failed", "message": "Call me"}
    assert read_rows(written(tmp_path, [lead]))[1][:2] == ["Asha", "9876500001"]


def test_the_list_is_noted(tmp_path: Path) -> None:
    """Under which key the leads were is said."""
    (sheet,) = read_sheets(written(tmp_path, request(ASHA)))
    assert sheet.notes == ("the list under users",)


def test_a_single_object_is_one_lead(tmp_path: Path) -> None:
    """What a webhook delivers is one lead, its answers included."""
    google = {
        "lead_id": "L1",
        "user_column_data": [
            {"column_name": "Full Name", "string_value": "Om Rao", "column_id": "FULL_NAME"},
            {"column_id": "PHONE_NUMBER", "string_value": "+919876500039"},
        ],
        "api_version": "1.0",
    }
    rows = read_rows(written(tmp_path, google))
    assert rows == [["lead_id", "Full Name", "PHONE_NUMBER", "api_version"], ["L1", "Om Rao", "+919876500039", "1.0"]]


def test_two_people_of_one_lead_are_one_lead(tmp_path: Path) -> None:
    """Objects under words are parts of one record, not records."""
    rows = read_rows(written(tmp_path, {"applicant": ASHA, "guarantor": RAVI}))
    assert rows[0] == ["applicant.name", "applicant.phone", "guarantor.name", "guarantor.phone"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_json_lines(tmp_path: Path, end: str, last: bool) -> None:
    """One object a line; a blank line is a blank row, so that rows are lines."""
    lines = [json.dumps(ASHA), "", json.dumps(RAVI)]
    path = tmp_path / "leads"
    path.write_bytes((end.join(lines) + (end if last else "")).encode())
    (sheet,) = read_sheets(path)
    assert sheet.rows == [READ[1], [], READ[2]]
    with open_source(path, ReadingOptions()) as source:
        assert source.format is FileFormat.JSONL


def test_null_in_the_place_of_a_lead(tmp_path: Path) -> None:
    """A line that is null is a blank row, the second one too."""
    assert read_rows(written(tmp_path, f"{json.dumps(ASHA)}\nnull\n{json.dumps(RAVI)}\n")) == [*READ[:2], [], READ[2]]


def test_objects_one_after_the_other(tmp_path: Path) -> None:
    """Objects that follow one another over several lines are read as well."""
    assert read_rows(written(tmp_path, json.dumps(ASHA, indent=2) + json.dumps(RAVI, indent=2))) == READ


def test_nothing_in_it(tmp_path: Path) -> None:
    """Empty lists and objects have no rows, and are no error here."""
    for value in ([], {"users": []}, {}):
        assert sum(len(sheet.rows) for sheet in read_sheets(written(tmp_path, value))) <= 1


# --- what the cells are ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("9876543210", "9876543210"),
        ("9876543210.0", "9876543210.0"),
        ("919876543210919876543210", "919876543210919876543210"),
        ("1.10", "1.10"),
        ("9.19877E+11", "9.19877E+11"),
        ("1e400", "1e400"),
        ("NaN", ""),
        ("Infinity", "Infinity"),
        ("null", ""),
        ("true", "true"),
        ("false", "false"),
        ('"\\u0928\\n"', "न\n"),
        ('"\\ud83d\\ude00"', "😀"),
        ('"\\ud800"', "\ud800"),
        ('"say \\": hi"', 'say ": hi'),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_values_as_typed(tmp_path: Path, typed: str, read: str) -> None:
    """(Row 31) Numbers keep their digits, lone surrogates stay for their row to be rejected, NaN is empty."""
    rows = read_rows(written(tmp_path, f'[{{"a": 1, "x": {typed}}}, {{"a": 2, "x": "y"}}]'))
    assert rows == [["a", "x"], ["1", read], ["2", "y"]]


def test_nested_values_become_columns(tmp_path: Path) -> None:
    """Objects give dotted columns, lists of scalars one cell, kinds of phones a column each."""
    lead = {
        "address": {"city": "Pune", "geo": {"lat": 1.5}},
        "tags": ["a", 2, None],
        "phone": [{"label": "mobile", "value": "1"}, {"label": "work", "value": "2"}],
        "orders": [{"id": 1}, {"id": 2}],
        "matrix": [[1, 2], [3]],
        "empty": [],
    }
    header, row = read_rows(written(tmp_path, [lead]))
    assert dict(zip(header, row, strict=True)) == {
        "address.city": "Pune",
        "address.geo.lat": "1.5",
        "tags": "a, 2",
        "phone.mobile": "1",
        "phone.work": "2",
        "orders.id": "1",
        "orders.2.id": "2",
        "matrix": "1, 2",
        "matrix.2": "3",
        "empty": "",
    }


def test_the_type_of_an_answer_may_be_anything(tmp_path: Path) -> None:
    """What stands under `type` in a list is not always a word."""
    lead = {"phone": "9876500001", "things": [{"name": "car", "type": {"id": 7}}, {"name": "bike", "type": ["x"]}]}
    read = {"phone": "9876500001", "things.name": "car", "things.type.id": "7"}
    read |= {"things.2.name": "bike", "things.2.type": "x"}
    assert read_rows(written(tmp_path, [lead])) == [list(read), list(read.values())]


def test_shells_are_taken_off(tmp_path: Path) -> None:
    """What CRMs wrap around a lead's fields is no part of their names."""
    leads = [
        {"id": 1, "properties": {"firstname": {"value": "Asha", "source": "web"}, "id": "x"}},
        {"node": {"attributes": {"phone": "1", "address": {"city": "Pune"}}}},
        {"answers": {"3": {"name": "fullName", "answer": "Om"}, "4": {"name": "phone", "answer": {"full": "2"}}}},
    ]
    header, *rows = read_rows(written(tmp_path, leads))
    assert [{name: cell for name, cell in zip(header, row, strict=True) if cell} for row in rows] == [
        {"id": "1", "firstname": "Asha", "firstname.source": "web", "properties.id": "x"},
        {"phone": "1", "address.city": "Pune"},
        {"phone": "2", "fullName": "Om"},
    ]


ENVELOPES: dict[str, object] = {
    "Typeform": {
        "answers": [
            {"field": {"id": "a1", "ref": "name"}, "type": "text", "text": "Asha"},
            {
                "field": {"id": "a2", "ref": "3f2a9c1e-0b1d-4c5e-9f00-aa11bb22cc33"},
                "type": "phone_number",
                "phone_number": "1",
            },
        ]
    },
    "Notion": {
        "properties": {
            "name": {"id": "t", "type": "title", "title": [{"plain_text": "As"}, {"plain_text": "ha"}]},
            "phone_number": {"id": "p", "type": "phone_number", "phone_number": "1"},
        }
    },
    "DynamoDB": {"Item": {"name": {"S": "Asha"}, "phone_number": {"N": "1"}}},
    "Firestore": {
        "name": "p/documents/x",
        "fields": {"name": {"stringValue": "Asha"}, "phone_number": {"stringValue": "1"}},
    },
    "monday.com": {
        "name": "Asha",
        "column_values": [{"id": "p", "title": "phone_number", "text": "1", "value": '{"phone": "1"}'}],
    },
    "Jotform": {
        "answers": {
            "1": {"name": "name", "text": "Name", "answer": "Asha"},
            "2": {"name": "phone_number", "text": "Phone", "answer": {"full": "1"}},
        }
    },
    "Bitrix24": {"name": "Asha", "phone_number": [{"ID": "1", "VALUE_TYPE": "WORK", "VALUE": "1"}]},
}


@pytest.mark.parametrize("service", ENVELOPES)
def test_envelopes_of_services(tmp_path: Path, service: str) -> None:
    """What services put around a value is no part of it, and their leads are one row each."""
    header, *rows = read_rows(written(tmp_path, [ENVELOPES[service]] * 2))
    found = [{name.split(".")[0]: cell for name, cell in zip(header, row, strict=True)} for row in rows]
    assert [(row["name"], row["phone_number"]) for row in found] == [("Asha", "1")] * 2


def test_answers_become_columns(tmp_path: Path) -> None:
    """Names and values, as ad platforms and form builders send them, are columns of their own."""
    leads = [
        {"id": 1, "field_data": [{"name": "full_name", "values": ["Om"]}, {"name": "phone", "values": ["1", "2"]}]},
        {"id": 2, "field_data": [{"name": "phone", "values": ["3"]}, {"name": "city", "values": []}]},
    ]
    assert read_rows(written(tmp_path, {"data": leads})) == [
        ["id", "full_name", "phone", "city"],
        ["1", "Om", "1, 2", ""],
        ["2", "", "3", ""],
    ]


def test_new_keys_later_begin_a_new_sheet(tmp_path: Path) -> None:
    """Keys that come late widen the columns from there on; no cell is lost and rows are counted on."""
    leads = [ASHA] * 30_000 + [{**RAVI, "email": "r@example.com"}] + [ASHA] * 10
    first, second = read_sheets(written(tmp_path, leads))
    assert (first.keys, second.keys) == (("name", "phone"), ("name", "phone", "email"))
    assert second.first_row == len(first.rows) + 1
    assert len(first.rows) + len(second.rows) == 30_011
    assert [row for row in second.rows if row[2]] == [["Ravi", "9876500002", "r@example.com"]]
    assert second.rows[-1] == ["Asha", "9876500001", ""]


def test_keys_in_another_order(tmp_path: Path) -> None:
    """The order of keys does not matter, nor does a key that is missing."""
    leads = [ASHA, {"phone": "2", "name": "Ravi"}, {"phone": "3"}] * 2000
    (sheet,) = read_sheets(written(tmp_path, leads))
    assert sheet.rows == [READ[1], ["Ravi", "2"], ["", "3"]] * 2000


# --- broken and hostile ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"a": 1},', "line 1: the file ends in the middle."),
        ('[{"a": 1}\n\n', "line 3: the file ends in the middle."),
        ('[{"a": "x', "line 1: this is not valid JSON (unterminated string starting at)."),
        ('[{"a": 1}\n{"a": 2}]', "line 2: this is not valid JSON (expected ,)."),
        ('[{"a": 1},\n{"a" 2}]', "line 2: this is not valid JSON (expecting ':' delimiter)."),
        ('{"users": [{"a": 1}], "x": }', "line 1: this is not valid JSON (expecting value)."),
        ('{"a": 1}\n{"a": 2\n{"a": 3}\n', "line 2: this is not valid JSON (expecting ',' delimiter)."),
        ('{"a": 1}\n{"a": 2} {"a": 3}\n', "line 2: more than one value in a line of JSON Lines."),
        ('[{"a": 1, "a": 2}]', 'line 1: an object has the key "a" twice.'),
        ('[{"b": 1},\n{"b": {"a": 1, "a": 2}}]', 'line 2: an object has the key "a" twice.'),
        ('{"a": 1}\n{"a": 1, "a": 2}\n', 'line 2: an object has the key "a" twice.'),
        ('[{"a" :1, "a":2}]', 'line 1: an object has the key "a" twice.'),
        ('{"meta": 1, "leads": [{"a": 1}],\n"meta": 2}', 'line 2: an object has the key "meta" twice.'),
        ('{"data": {"leads": [{"a": 1}],\n"leads": [{"a": 2}]}}', 'line 2: an object has the key "leads" twice.'),
        ('[{"a": 1}] x', "line 1: this is not valid JSON (expected [)."),
        ("[" * 100_000, "line 1: lists and objects are nested too deep."),
        ('[{"a":' * 100_000, "line 1: lists and objects are nested too deep."),
        ('{"a":' * 100_000, "line 1: lists and objects are nested too deep."),
        ('{"users": [{"b": ' + "[" * 100_000, "line 1: lists and objects are nested too deep."),
    ],
)
def test_broken_json(tmp_path: Path, text: str, message: str) -> None:
    """(Row 31) JSON that is broken, nested 100,000 deep or has equal keys is refused with the line."""
    assert refusal(written(tmp_path, text)) == f"leads.json, {message}"


def test_equal_keys_of_long_lists(tmp_path: Path) -> None:
    """An object with a list under each of two equal keys is refused, however long the lists are: one would be lost."""
    leads = json.dumps([{"name": "Asha Menon", "phone": "9876500001"}] * 200_000)
    path = written(tmp_path, f'{{"data": {leads},\n"data": {leads}}}')
    assert path.stat().st_size > MAX_VALUE
    assert refusal(path) == 'leads.json, line 2: an object has the key "data" twice.'


@pytest.mark.parametrize("value", ["4", '": 4"', '"12:30"', '"12\\u003a30"', '{"c": 4}', "null"])
@pytest.mark.parametrize("key", ["a", "a:a"])
def test_equal_keys_far_into_a_file(tmp_path: Path, value: str, key: str) -> None:
    """Equal keys are seen in any of many objects, whichever way they are decoded, and are told with their line."""
    for text in (f'[{{"{key}": 1, "b": "2"}}', f'{{"{key}": 1, "b": "2"}}'):
        joint = ",\n" if text[0] == "[" else "\n"
        usual = [f'{{"{key}": 3, "b": {value}}}'] * 5_000
        many = joint.join([text, *usual, f'{{"{key}": 5, "{key}": 6, "b": {value}}}', *usual])
        message = refusal(written(tmp_path, many + ("]" if joint[0] == "," else "\n")))
        assert message == f'leads.json, line 5,002: an object has the key "{key}" twice.'


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("a", '{"a": "5", "a": "6", "b": "12\\u003a30"}'),
        ("a:a", '{"a\\u003aa": "5", "a\\u003aa": "6", "b": "7"}'),
        ("a", '{"a" : "5", "a": "6", "b": "7"}'),
    ],
)
def test_equal_keys_beside_colons(tmp_path: Path, key: str, line: str) -> None:
    """Equal keys are seen though as many colons as they have too many are written as escapes, or behind a blank."""
    usual = f'{{"{key}": "1", "b": "2"}}\n' * 20_000
    message = refusal(written(tmp_path, f"{usual}{line}\n{usual}"))
    assert message == f'leads.json, line 20,001: an object has the key "{key}" twice.'


@pytest.mark.parametrize("end", ["\n", ",\n"], ids=["lines", "list"])
def test_other_values_far_into_a_file(tmp_path: Path, end: str) -> None:
    """A column that was text so far may hold anything from some row on: null, numbers, lists, text again."""
    late = [None, 9876500003, 1.50, True, "12:30", ["x", "y"], "98"]
    values = [value for other in late for value in ["Kochi"] * 5000 + [other] * 3]
    text = end.join(json.dumps({"name": "Asha", "city": value}) for value in values)
    (sheet,) = read_sheets(written(tmp_path, f"[{text}]" if end[0] == "," else f"{text}\n"))
    read = ["", "9876500003", "1.5", "true", "12:30", "x, y", "98"]
    cities = [city for other in read for city in ["Kochi"] * 5000 + [other] * 3]
    assert sheet.rows == [["Asha", city] for city in cities]


@pytest.mark.parametrize("other", [None, 5, 12.5, 1e300, "12.5", True])
def test_columns_of_any_scalar_go_column_by_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: object
) -> None:
    """Whatever its columns hold, a large file is read object by object only until that is known: the rest is fast."""
    one_by_one = []
    monkeypatch.setattr(json_leads, "flat", lambda lead: one_by_one.append(lead) or flat(lead))
    values = [value for at in range(20_000) for value in ("Kochi", other)]
    lines = "".join(json.dumps({"name": "Asha", "value": value}) + "\n" for value in values)
    read = ["Kochi", "" if other is None else "true" if other is True else "1e+300" if other == 1e300 else str(other)]
    assert read_rows(written(tmp_path, lines)) == [["name", "value"], *([["Asha", value] for value in read] * 20_000)]
    assert len(one_by_one) < 10_000


@pytest.mark.parametrize("joint", ["\n", ", "], ids=["lines", "list"])
def test_objects_that_lack_keys_go_column_by_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, joint: str
) -> None:
    """Programs leave out what is empty: such objects are rows with empty cells, and read as fast as whole ones."""
    one_by_one = []
    monkeypatch.setattr(json_leads, "flat", lambda lead: one_by_one.append(lead) or flat(lead))
    leads = [{"name": "Asha", "city:": "Kochi"}, {"name": "Ravi"}, {"city:": "12:30", "name": "Uma"}] * 10_000
    leads += [{"name": "Asha", "email": "a@b.co"}, {"name": "Uma"}] * 10_000
    text = joint.join(map(json.dumps, leads))
    read = [["Asha", "Kochi", ""], ["Ravi", "", ""], ["Uma", "12:30", ""]] * 10_000
    read += [["Asha", "", "a@b.co"], ["Uma", "", ""]] * 10_000
    sheets = read_sheets(written(tmp_path, f"[{text}]" if joint == ", " else f"{text}\n"))
    assert [row + [""] * (3 - len(row)) for sheet in sheets for row in sheet.rows] == read
    assert sheets[-1].keys == ("name", "city:", "email")
    assert len(one_by_one) < 15_000


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("name", '{"name": "Uma", "name": "Ravi"}'),
        ("name", '{"name": "Uma", "name" :"x"}'),
        ("city:", '{"name": "Uma", "city:": "Kochi", "city:": ""}'),
    ],
)
def test_equal_keys_beside_keys_that_are_lacking(tmp_path: Path, key: str, line: str) -> None:
    """An object that lacks a key and has another twice has as many as a whole one, and is refused all the same."""
    usual = '{"name": "Asha", "city:": "Kochi"}\n{"name": "Ravi"}\n' * 10_000
    message = refusal(written(tmp_path, f"{usual}{line}\n{usual}"))
    assert message == f'leads.json, line 20,001: an object has the key "{key}" twice.'


def test_lines_come_in_blocks_of_one_size(tmp_path: Path) -> None:
    """Rows come in full blocks but for the last, however many of them a piece of text holds, as those of a CSV do."""
    path = written(tmp_path, "".join(json.dumps({"name": "x" * (at % 90)}) + "\n" for at in range(20_000)))
    with open_source(path, ReadingOptions()) as source:
        blocks = [(block.first_row, len(block.rows)) for sheet in source.sheets for block in sheet.blocks]
    assert blocks == [(first, min(1024, 20_001 - first)) for first in range(1, 20_001, 1024)]


def test_too_many_different_keys(tmp_path: Path) -> None:
    """Data in the place of names is refused before it fills the memory."""
    path = written(tmp_path, [{f"key {number}": 1} for number in range(3000)])
    assert refusal(path) == "leads.json: its records have more than 2,048 different names of fields."


def test_one_endless_value(tmp_path: Path) -> None:
    """A single value that would fill the memory is refused."""
    path = written(tmp_path, '[{"a": "' + "x" * 40_000_000 + '"}]')
    read = read_bounded(path)
    assert read.output == "refused leads.json, line 1: one value is longer than 16 MB."
    assert (read.seconds < 5, read.megabytes < 512) == (True, True)


@pytest.mark.parametrize(
    ("shape", "count"),
    # 100,000 are below the size up to which an object is also looked at as a whole.
    [("list", 300_000), ("lines", 300_000), ("nested", 300_000), ("nested", 100_000), ("paged", 100_000)],
)
def test_large_files_in_flat_memory(tmp_path: Path, shape: str, count: int) -> None:
    """Memory does not grow with the file: 300,000 objects in a quarter of what a million may take."""
    path = tmp_path / "leads.json"
    lead = json.dumps({**ASHA, "email": "asha@example.com", "note": "a comment of some length", "n": 1})
    with path.open("w") as file:
        paged = '{"meta": {"page": 1}, "data": ['
        file.write({"list": "[", "lines": "", "nested": '{"data": [', "paged": paged}[shape])
        for number in range(count):
            file.write("\n" if shape == "lines" and number else "," if number else "")
            file.write(lead)
        file.write({"list": "]", "lines": "\n"}.get(shape, "]}"))
    read = read_bounded(path)
    assert read.output == f"read {count}"
    assert read.megabytes < 80


# --- any records read back ------------------------------------------------------------------------

TEXT = st.text(st.characters(max_codepoint=0x10FFFF), max_size=8)
SCALAR = st.one_of(TEXT, st.integers(), st.booleans(), st.none())


def shown(value: object) -> str:
    """Return a scalar as a reader must show it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


RECORDS = st.lists(st.text(max_size=6), min_size=1, max_size=4, unique=True).flatmap(
    lambda keys: st.lists(st.fixed_dictionaries(dict.fromkeys(keys, SCALAR)), min_size=1, max_size=5)
)


@settings(deadline=None)
@given(RECORDS, st.booleans(), st.sampled_from([None, 1]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_records_round_trip(records: list[dict[str, Any]], ascii_only: bool, indent: int | None, codec: str) -> None:
    """Any list of objects that json writes reads back to the same cells."""
    text = json.dumps(records, ensure_ascii=ascii_only, indent=indent)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "leads.json"
        path.write_bytes(text.encode(codec, "surrogatepass" if codec == "utf-16" else "replace"))
        rows = read_rows(path)
    if ascii_only or text.isascii():
        keys = list(records[0])
        assert rows == [keys, *[[shown(record[key]) for key in keys] for record in records]]
    assert len(rows) == len(records) + 1


@settings(deadline=None)
@given(st.lists(RECORDS.map(lambda records: records[0]), min_size=2, max_size=8))
def test_lines_round_trip(records: list[dict[str, Any]]) -> None:
    """Any JSON Lines read back to the same cells, whatever keys each line has."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "leads.jsonl"
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        sheets = read_sheets(path, ReadingOptions(format=FileFormat.JSONL))
    (sheet,) = sheets
    keys = sheet.keys or ()
    assert keys == tuple(dict.fromkeys(key for record in records for key in record))
    assert sheet.rows == [[shown(record.get(key)) for key in keys] for record in records]


@settings(deadline=None)
@given(st.text(st.sampled_from('{}[]",:01.eE-\\ntrue\n ua'), max_size=60))
def test_anything_is_read_or_refused(text: str) -> None:
    """Whatever stands in a JSON file, it is read or refused."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "leads.json"
        path.write_text("{" + text)
        for format_ in (FileFormat.JSON, FileFormat.JSONL):
            with suppress(SourceUnreadable):
                read_sheets(path, ReadingOptions(format=format_))
