"""The regions of rows: one for all of them, or one for each."""

from __future__ import annotations

import pytest

from telecmi_leads.phones import RowRegions


@pytest.mark.parametrize("told", ["IN", None, ["IN", "IN"], [None, None]])
def test_rows_of_one_region_have_one(told: list[str | None] | str | None) -> None:
    """One region, or the same one for each row, is one for all."""
    one = told[0] if isinstance(told, list) else told
    regions = RowRegions.told(told)
    assert regions == RowRegions(one)
    assert [regions.at(0), regions.at(1), *regions.by_row(2)] == [one] * 4
    assert regions.only([1]) is regions


def test_rows_of_several_regions_have_one_each() -> None:
    """Where regions differ, each row keeps its own, and so it does among some of the rows."""
    regions = RowRegions.told(["IN", None, "GB"])
    assert [regions.at(index) for index in range(3)] == list(regions.by_row(3)) == ["IN", None, "GB"]
    assert list(regions.only([0, 2]).by_row(2)) == ["IN", "GB"]
    assert RowRegions.told(regions) is regions


def test_regions_without_numbers_are_none() -> None:
    """A region that phonenumbers does not have is not known."""
    assert RowRegions("ZZ").known() == RowRegions.told(["?", "ZZ"]).known() == RowRegions()
    assert list(RowRegions.told(["IN", "ZZ", None]).known().by_row(3)) == ["IN", None, None]
    assert RowRegions("IN").known() == RowRegions("IN")
