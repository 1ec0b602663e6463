"""Exports known from real life: which column feeds which field."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matched_columns import feeds, match_of
from places import TESTS

from telecmi_leads.columns import Rule, pins
from telecmi_leads.columns.header_meaning import read_name
from telecmi_leads.core.lead import Field
from telecmi_leads.settings.option_values import field_and_text

EXPORTS: dict[str, dict[str, Any]] = json.loads((TESTS / "leadfiles" / "exports.json").read_text(encoding="utf-8"))
NEVER = {Rule.OTHER_PERSON, Rule.OTHER_LINE, Rule.FLAG, Rule.OTHER_NAME, Rule.OTHER_THING}


@pytest.mark.parametrize("name", EXPORTS)
def test_each_export_feeds_the_right_fields(name: str) -> None:
    """Every column feeds what a person would say it feeds, in the right order, and the others feed nothing."""
    export = EXPORTS[name]
    assert feeds(match_of(export["header"], *export["rows"], region=export["region"])) == export["feeds"]


@pytest.mark.parametrize("name", EXPORTS)
def test_each_column_is_explained_once(name: str) -> None:
    """There is one choice a column, in file order, and it agrees with the match."""
    export = EXPORTS[name]
    match = match_of(export["header"], *export["rows"], region=export["region"])
    assert [choice.header for choice in match.choices] == export["header"]
    assert [choice.index for choice in match.choices] == list(range(len(export["header"])))
    extra = (match.titles, match.middles, match.particles, match.surnames, match.companies)
    used = {index for some in (match.phones, *match.sources.values(), *match.addresses, *extra) for index in some}
    assert {choice.index for choice in match.choices if choice.field is not None} == used


@pytest.mark.parametrize("name", EXPORTS)
def test_pins_say_what_was_found(name: str) -> None:
    """The --map options that are offered give the same again, middle names and companies included."""
    export = EXPORTS[name]
    match = match_of(export["header"], *export["rows"], region=export["region"])
    pinned = [field_and_text(pin) for pin in pins(match)]
    again = match_of(export["header"], *export["rows"], region=export["region"], map_=pinned)
    assert feeds(again) == feeds(match)


@settings(deadline=None)
@given(st.sampled_from(sorted(EXPORTS)), st.randoms(use_true_random=False))
def test_the_order_of_columns_opens_no_door(name: str, random: Any) -> None:
    """However the columns stand, none that is somebody else's feeds a field."""
    export = EXPORTS[name]
    order = random.sample(range(len(export["header"])), len(export["header"]))
    header = [export["header"][at] for at in order]
    match = match_of(header, *[[row[at] for at in order] for row in export["rows"]], region=export["region"])
    for choice in match.choices:
        if choice.field is not None:
            assert read_name(choice.header).rule not in NEVER
    owners_too = {choice.header for choice in match.choices if choice.field is Field.PHONE}
    assert owners_too == set(export["feeds"].get("phone", ()))


NAMES = st.sampled_from([name for export in EXPORTS.values() for name in export["header"]])
CELLS = st.sampled_from(
    ["", "Asha Menon", "9876500001", "+91", "a@example.com", "Pune", "0", "Yes", "IN", "Mr", "x" * 99]
)


@settings(deadline=None)
@given(
    st.lists(st.one_of(NAMES, st.text(max_size=20)), max_size=12).flatmap(
        lambda header: st.tuples(st.just(header), st.lists(st.lists(CELLS, max_size=14), max_size=6))
    )
)
def test_no_mixture_of_columns_breaks_the_matching(table: tuple[list[str], list[list[str]]]) -> None:
    """Any names above any cells give a column match that uses no column of somebody else's, and none twice."""
    header, rows = table
    match = match_of(header, *rows)
    used = [
        index
        for indexes in (match.phones, *match.sources.values(), match.titles, match.middles, match.particles)
        for index in indexes
    ]
    assert len(used) == len(set(used))
    for index in used:
        rule = read_name(header[index]).rule
        assert rule not in NEVER or (rule is Rule.OTHER_NAME and index in match.sources.get(Field.EMAIL, ()))
