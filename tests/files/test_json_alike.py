"""JSON objects that are alike are read column by column, and give the cells that they give one by one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reading_files import read_rows

from telecmi_leads.core.errors import SourceUnreadable
from telecmi_leads.files import json_alike, json_leads
from telecmi_leads.files.json_people import keys_of_leads
from telecmi_leads.files.json_rows import flat
from telecmi_leads.files.sheets import batches_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from telecmi_leads.files.sheets import Batch

_OUTER = (
    "name", "phone", "mobile", "contact", "contacts", "status", "message", "error", "type", "id", "data", "rows",
    "columns", "values", "majorDimension", "properties", "fields", "field_data", "answers", "phones", "address", "x",
)  # fmt: skip
_INNER = ("type", "Type", "label", "system", "use", "name", "field", "value", "number", "email", "text", "plain_text")
_OTHERS = ("S", "$oid", "color", "1", "2", "id", "phone", "given", "properties", "a1", "b2")
_TEXTS = ("", "email", "phone", "header", "failed", "A1b2C3d4E5", "{", "x/documents/y", "9876500001", None, 5, 1.5)
_VALUES = st.lists(st.sampled_from(_TEXTS), min_size=1, max_size=3).map(st.sampled_from)


def _objects(names: tuple[str, ...], shapes: st.SearchStrategy[Any], least: int = 1) -> st.SearchStrategy[Any]:
    return st.dictionaries(st.sampled_from(names), shapes, min_size=least, max_size=4).map(st.fixed_dictionaries)


def _nested(shapes: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    objects = _objects(_INNER, shapes, 0) | _objects(_INNER + _OTHERS, shapes)
    lists = st.lists(objects | shapes, max_size=3).map(lambda each: st.tuples(*each).map(list))
    same = st.tuples(objects, st.integers(1, 6)).map(lambda each: st.lists(each[0], max_size=each[1]))
    return objects | lists | same


_SHAPES = st.recursive(_VALUES, _nested, max_leaves=8)
_LEADS = st.lists(_objects(_OUTER, _SHAPES), min_size=1, max_size=2).flatmap(
    lambda shapes: st.lists(st.one_of(*shapes), min_size=json_alike._FEW, max_size=16)  # noqa: SLF001 - fewer go alone
)


def one_by_one(elements: list[Any]) -> list[Batch]:
    """Read elements as if each were unlike all others."""
    keys = keys_of_leads(elements)
    found = [json_leads.leads_in(element, keys) for element in elements]
    pages = any(leads != [element] for element, leads in zip(elements, found, strict=True))
    if pages and any(map(json_leads._said_by, elements, found)):  # noqa: SLF001 - no page may be an error
        raise SourceUnreadable("a page is missing", hint="")
    return list(batches_of((flat(lead) for leads in found for lead in leads), "leads.json"))


def read(way: Callable[[list[Any]], list[Batch]], elements: list[Any]) -> object:
    """Return what is read in one way, or that it is refused."""
    try:
        return way(elements)
    except SourceUnreadable:
        return "refused"


@settings(max_examples=400)
@given(_LEADS)
@example([{"phone": "", "data": []}] * 4)
@example([{"phone": "", "error": "failed"}, {"data": [{"phone": "9876500001"}]}] * 4)
@example([{"leads": {"a1": {"phone": "9876500001"}, "b2": {"phone": "9876500002"}}}] * 4)
@example([{"phone": "9876500001", "type": "header"}, *[{"phone": "", "type": "header"}] * 4])
@example([{"name": "Om", "d": [{"name": name, "value": "1"}]} for name in ("phone", "phone", "x", "x") * 4])
@example([{"name": "Om", "field_data": {"1": {"name": name, "value": "1"}}} for name in ("x", "y") * 8])
@example([{"x": [{"type": kind, "email": "a", "name": "b"}]} for kind in ("email", "y") * 8])
@example([{"x": [{"value": "a", "TYPE": kind}]} for kind in ("email", "y", None) * 8])
@example([{"x": [{"field": {"id": kind}, "value": "a"}], "phone": "1"} for kind in ("email", "y", None) * 8])
@example([{"x": [{"name": "email", "value": text, "text": "Om"}], "phone": "1"} for text in ("{", "y", None) * 8])
@example([{"x": [{"plain_text": text}, {"plain_text": "b"}], "phone": "1"} for text in ("a", "b", None) * 8])
@example([{"phone": {"type": kind, "x": "1"}} for kind in ("x", "y", "x", None) * 4])
@example([{"name": name, "fields": {"phone": "1"}} for name in ("p/documents/q", "Om") * 8])
@example([{"id": number, "phone": "1", "list": [[1], [2, {"x": number}]]} for number in range(9)])
@example([{"phone": "1", "x": [{"a": 1}] * 5}] * 9)
@example(
    [{"x": "1", "phones": [{"number": "1"}, {"number": "2", "primary": flag}]} for flag in (True, 1, None, "no") * 4]
)
@example([{"x": "1", "phones": [{"number": "1", "valid": flag, "name": "Om"}]} for flag in (True, 0, None, "no") * 4])
@example(
    [{"x": "1", "mail": [{"email": "1"}, {"metadata": {"primary": flag}, "email": "2"}]} for flag in (True, "x") * 4]
)
@example([{"name": "Om", "phone": {"number": "1", "active": flag, "type": "x"}} for flag in (False, "1", 5) * 4])
@example([{"phone": number, "x": {}} if number % 2 else {} for number in range(9)])
def test_alike_as_one_by_one(elements: list[Any]) -> None:
    """Whatever the objects are, their cells, names and the order of these are as when each is read alone."""
    together = read(lambda each: list(json_leads.named_cells(iter([each]), "leads.json")), elements)
    assert together == read(one_by_one, elements)


PHONES = [{"type": "mobile", "number": "9876500001"}, {"type": "work", "number": "9876500002"}]
USUAL = {
    "HubSpot": {
        "id": "1",
        "properties": {"firstname": "Asha", "phone": "9876500001", "email": None},
        "archived": False,
    },
    "address": {"name": "Asha", "mobile": "9876500001", "address": {"city": "Pune"}, "tags": ["vip"], "status": "new"},
    "phones": {"name": "Asha", "phones": PHONES},
    "Google": {
        "names": [{"metadata": {"primary": True}, "displayName": "Asha"}],
        "phoneNumbers": [{"metadata": {"primary": True}, "value": "9876500001", "type": "mobile"}],
        "organizations": [{"name": "Acme", "title": "CEO"}],
    },
    "JSON:API": {"type": "leads", "id": "1", "attributes": {"phone": "9876500001"}, "links": {"self": "https://x"}},
    "Facebook": {"id": "1", "field_data": [{"name": "full_name", "values": ["Asha"]}]},
}


@pytest.mark.parametrize("shape", USUAL)
@pytest.mark.parametrize("joint", ["\n", ", "], ids=["lines", "list"])
def test_usual_shapes_go_column_by_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shape: str, joint: str
) -> None:
    """The shapes that services send are not looked at object by object."""
    looked_at: list[object] = []
    monkeypatch.setattr(json_alike, "flat", lambda lead: looked_at.append(lead) or flat(lead))
    monkeypatch.setattr(json_leads, "_said_by", lambda lead, _: looked_at.append(lead) or "")
    lead = USUAL[shape]
    text = joint.join([json.dumps(lead)] * 1000)
    path = tmp_path / "leads.json"
    path.write_text(f"[{text}]" if joint == ", " else f"{text}\n")
    assert read_rows(path) == [list(flat(lead)), *[list(flat(lead).values())] * 1000]
    assert len(looked_at) < 2 * json_alike._FEW  # noqa: SLF001 - the last ones of the file may be too few
