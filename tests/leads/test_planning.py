"""Leads become numbered campaigns whose requests are frozen."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecmi_leads.core.campaign import encode_leads, thaw_leads
from telecmi_leads.core.errors import UsageError
from telecmi_leads.core.lead import Lead
from telecmi_leads.leads.planning import Audience, Planner, run_name
from telecmi_leads.phones import NumberProfile
from telecmi_leads.settings.option_values import PhoneType
from telecmi_leads.settings.options import CampaignOptions

if TYPE_CHECKING:
    from telecmi_leads.core.campaign import StagedCampaign


def leads(count: int) -> list[Lead]:
    """Return so many leads with distinct numbers."""
    return [Lead("Asha", "Menon", f"91987650{number:04d}") for number in range(count)]


def plan(planner: Planner, blocks: list[list[Lead]], groups: list[list[str]] | None = None) -> list[StagedCampaign]:
    """Feed blocks of leads to a planner and return all its campaigns."""
    campaigns = []
    for at, block in enumerate(blocks):
        campaigns += planner.add(block, groups[at] if groups else ())
    return campaigns + list(planner.finish())


@pytest.mark.parametrize(
    ("count", "sizes"), [(0, []), (1, [1]), (999, [999]), (1000, [1000]), (1001, [1000, 1]), (2500, [1000, 1000, 500])]
)
def test_campaigns_hold_a_thousand_at_most(count: int, sizes: list[int]) -> None:
    """(Row 29) Every size of input is cut into full campaigns and one rest, numbered from 001."""
    made = plan(Planner("March", 1111112, CampaignOptions()), [leads(count)])
    assert [campaign.leads for campaign in made] == sizes
    assert [campaign.name for campaign in made] == [f"March-{number:03d}" for number in range(1, len(sizes) + 1)]


def test_a_request_holds_what_the_api_asks_for_and_no_secret() -> None:
    """The frozen body is the documented object, without the secret and without empty fields."""
    [campaign] = plan(Planner("March", 1111112, CampaignOptions()), [[Lead("Asha", "-", "919876500001", city="Kochi")]])
    assert json.loads(campaign.body) == {
        "lead_name": "March-001",
        "inet_no": 1111112,
        "users": [{"firstname": "Asha", "lastname": "-", "phone": "919876500001", "city": "Kochi"}],
    }


@given(st.lists(st.integers(0, 700), max_size=6), st.integers(1, 1000))
def test_blocks_change_nothing(cuts: list[int], size: int) -> None:
    """However the input falls into blocks, the plan is the same, every lead stands in it once and in order."""
    options = CampaignOptions(size=size)
    whole = leads(sum(cuts))
    blocks = [whole[sum(cuts[:at]) : sum(cuts[: at + 1])] for at in range(len(cuts))]
    one, many = Planner("N", 1, options), Planner("N", 1, options)
    assert plan(one, [whole]) == (made := plan(many, blocks))
    assert [user["phone"] for c in made for user in json.loads(c.body)["users"]] == [lead.phone for lead in whole]


def test_appended_campaigns_count_on() -> None:
    """The first number is the one after the last that was used."""
    assert [c.name for c in plan(Planner("March", 1, CampaignOptions()), [leads(3)])] == ["March-001"]
    appended = Planner("Other", 1, CampaignOptions(append=True), last_numbers={"": 7})
    assert [c.name for c in plan(appended, [leads(3)])] == ["Other-008"]


def test_groups_have_series_of_their_own() -> None:
    """Each value gets its own numbered campaigns; case does not split it, and an empty one is called other."""
    options = CampaignOptions(size=2, split_by="City")
    made = plan(Planner("March", 1, options), [leads(6)], [["Chennai", "Kochi", "chennai", "", "Chennai", "Kochi"]])
    assert {campaign.name: campaign.leads for campaign in made} == {
        "March-Chennai-001": 2,
        "March-Chennai-002": 1,
        "March-Kochi-001": 2,
        "March-other-001": 1,
    }


def test_the_group_stands_where_the_name_says() -> None:
    """{group} in the name puts the group there and not at the end."""
    made = plan(Planner("{group} March", 1, CampaignOptions()), [leads(1)], [["Pune"]])
    assert [campaign.name for campaign in made] == ["Pune March-001"]


def test_order_numbers_the_leads_through_all_campaigns() -> None:
    """--order counts in file order and goes on from one campaign to the next."""
    planner = Planner("N", 1, CampaignOptions(size=2, order=True))
    assert orders(plan(planner, [leads(3), leads(2)])) == [[1, 2], [3, 4], [5]]
    in_groups = Planner("N", 1, CampaignOptions(size=2, order=True))
    made = plan(in_groups, [leads(3), leads(2)], [["Goa", "Pune", "Goa"], ["Pune", "Pune"]])
    assert [(each.name, *orders([each])) for each in made] == [
        ("N-Goa-001", [1, 3]),
        ("N-Pune-001", [2, 4]),
        ("N-Pune-002", [5]),
    ]


def orders(campaigns: list[StagedCampaign]) -> list[list[int]]:
    """Return the places in the file that the requests of some campaigns give their leads."""
    return [[user["order_index"] for user in json.loads(campaign.body)["users"]] for campaign in campaigns]


def test_a_planner_that_starts_anew_makes_the_same_plan() -> None:
    """What was taken before a restart is forgotten: leads that waited, numbers, places and names in use."""
    planner = Planner("N", 1, CampaignOptions(size=2, order=True))
    groups = ["Goa", "Pune", "Goa"]
    before = list(planner.add(leads(3), groups))
    assert [(each.name, planner.names) for each in before] == [("N-Goa-001", {"N-Goa-001"})]
    planner.restart()
    assert planner.names == frozenset()
    made = plan(planner, [leads(3)], [groups])
    assert [(each.name, *orders([each])) for each in made] == [("N-Goa-001", [1, 3]), ("N-Pune-001", [2])]
    assert planner.names == {"N-Goa-001", "N-Pune-001"}
    assert list(planner.finish()) == []


def test_each_lead_has_one_group() -> None:
    """A list of groups that is not as long as that of the leads is a bug, and no lead is dropped for it."""
    with pytest.raises(ValueError, match="shorter"):
        plan(Planner("N", 1, CampaignOptions()), [leads(2)], [["Goa"]])


@pytest.mark.parametrize(
    ("name_format", "groups"), [("{name}", []), ("{name}", ["Goa", "Goa"]), ("{group}", ["A", "A"])]
)
def test_two_campaigns_of_one_name_are_refused(name_format: str, groups: list[str]) -> None:
    """(Row 66) A --name-format that leaves the number out is wrong usage as soon as a second campaign needs a name."""
    planner = Planner("N", 1, CampaignOptions(size=1, name_format=name_format))
    with pytest.raises(UsageError, match="Two campaigns would both be called") as refused:
        plan(planner, [leads(2)], [groups])
    assert "{name}-{number:03d}" in refused.value.hint


def profile(region: str | None, kind: PhoneType, *zones: str) -> NumberProfile:
    """Return what a number tells."""
    return NumberProfile(region, kind, zones)


def test_the_audience_is_counted_by_what_numbers_tell() -> None:
    """Leads are counted by country, type and time zones over all blocks, most first; what is unknown is left out.

    Up to two zones are named; of more, the first, how many others, and a digest of all.
    """
    audience = Audience()
    assert audience.counts() == {}
    indian = profile("IN", PhoneType.MOBILE, "Asia/Kolkata")
    american = profile("US", PhoneType.FIXED_LINE, "America/New_York", "America/Chicago")
    several = profile(None, PhoneType.MOBILE, "America/New_York", "America/Denver", "America/Chicago")
    audience.add({american: 1, indian: 1})
    audience.add({indian: 2, several: 1})
    assert {name: list(counts.items()) for name, counts in audience.counts().items()} == {
        "country": [("IN", 3), ("US", 1)],
        "timezone": [
            ("Asia/Kolkata", 3),
            ("America/Chicago+America/New_York", 1),
            ("America/Chicago+2 zones cbef", 1),
        ],
        "type": [("mobile", 4), ("fixed_line", 1)],
    }
    unknown = Audience()
    unknown.add({profile(None, PhoneType.MOBILE, "Asia/Kolkata"): 1})
    assert "country" not in unknown.counts()


def test_groups_whose_names_would_be_one_are_told_apart_by_the_number() -> None:
    """(Row 66) Group A1 number 1 and group A number 11, wide letters, names in use: each campaign has its own name."""
    options = CampaignOptions(size=1, name_format="{name}{number}")
    groups = ["A1", *["A"] * 11]
    assert plan(Planner("N", 1, options), [leads(12)], [groups])[11].name == "N-A12"
    wide = plan(Planner("N", 1, CampaignOptions()), [leads(3)], [["Goa", "Ｇｏａ", "GOA"]])
    assert [(each.name, each.leads) for each in wide] == [("N-Goa-001", 2), ("N-Ｇｏａ-002", 1)]
    used = Planner("N", 1, CampaignOptions(), taken={"n-goa-001", "n-goa-002"})
    assert [each.name for each in plan(used, [leads(1)], [["Goa"]])] == ["N-Goa-003"]


@pytest.mark.parametrize(("length", "fits"), [(96, True), (97, False)])
def test_a_name_has_a_hundred_characters_at_most(length: int, fits: bool) -> None:
    """(Row 66) A longer name, which a service might cut, is wrong usage."""
    planner = Planner("é" * length, 1, CampaignOptions())
    if fits:
        assert [len(each.name) for each in plan(planner, [leads(1)])] == [100]
    else:
        with pytest.raises(UsageError, match="has 101 characters; 100 are allowed"):
            plan(planner, [leads(1)])


def test_the_content_digest_may_stand_in_the_name() -> None:
    """{digest} is the first eight hex digits of the campaign's own content."""
    [made] = plan(Planner("N", 1, CampaignOptions(name_format="{name}-{digest}")), [leads(1)])
    content = encode_leads(thaw_leads(made.body))
    assert made.name == f"N-{hashlib.sha256(content).hexdigest()[:8]}"


def test_a_trial_needs_leads_where_their_digest_is_shown() -> None:
    """Without a request campaigns need leads only for {digest}; their names are then those of the real run."""
    options = CampaignOptions(name_format="{name}-{digest:.3}")
    real, trial = Planner("N", 1, options), Planner("N", None, options)
    assert [each.needs_leads for each in (real, trial, Planner("N", None, CampaignOptions()))] == [True, True, False]
    assert [each.name for each in plan(trial, [leads(2)])] == [each.name for each in plan(real, [leads(2)])]


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("CRM {date}", "CRM 2026-03-01"),
        ("{file}", "export"),
        ("March\x00 \u202e1", "March 1"),
        ("{group}-x", "{group}-x"),
        ("leads {{v2}} {{date}} {{{file}}}", "leads {v2} {date} {export}"),
    ],
)
def test_run_names_are_filled_and_cleaned(given_name: str, name: str) -> None:
    """{date} and {file} are filled, invisible characters go, {group} waits, doubled braces are braces."""
    assert run_name(given_name, today=date(2026, 3, 1), stem="export") == name


@pytest.mark.parametrize("bad", ["", "  ", "{month}", "March {", "March }}}", "{{month}", "\u200b"])
def test_names_that_say_nothing_are_refused(bad: str) -> None:
    """An empty name and an unknown placeholder are wrong usage."""
    with pytest.raises(UsageError):
        run_name(bad, today=date(2026, 3, 1), stem="x")


def test_braces_of_a_files_name_are_no_group() -> None:
    """Without groups the letters {group} stay in the names; beside groups they are refused, not filled in."""
    name = run_name("{file}", today=date(2026, 3, 1), stem="l{group}")
    assert [made.name for made in plan(Planner(name, None, CampaignOptions()), [leads(1)])] == ["l{group}-001"]
    for typed in ("{file}", "{file} {group}", "l{{group}}"):
        with pytest.raises(UsageError):
            run_name(typed, today=date(2026, 3, 1), stem="l{group}", grouped=True)


def test_a_trial_freezes_nothing() -> None:
    """Without an App id the campaigns are the same, names with digests included, but have no request."""
    options = CampaignOptions(size=2, name_format="{name}-{number:03d}-{digest}")
    trial, real = (plan(Planner("March", app_id, options), [leads(5)]) for app_id in (None, 1111112))
    assert [(made.number, made.name, made.leads) for made in trial] == [
        (made.number, made.name, made.leads) for made in real
    ]
    assert [made.body for made in trial] == [b""] * 3


def test_no_value_and_the_value_other_are_two_groups() -> None:
    """Rows without a value are called other, and a value of that name the next free number, in whatever order."""
    for groups, names in (
        (["", "Other"], ["M-other-001", "M-Other 2-001"]),
        (["Other", ""], ["M-Other-001", "M-other 2-001"]),
        (["", "other 2", "other"], ["M-other-001", "M-other 2-001", "M-other 3-001"]),
        (["", "other", "OTHER 2"], ["M-other-001", "M-other 2-001", "M-OTHER 2 2-001"]),
    ):
        planner = Planner("M", 1111112, CampaignOptions(split_by="Source"))
        made = [*planner.add(leads(len(groups)), groups), *planner.finish()]
        assert [(campaign.name, campaign.leads) for campaign in made] == [(name, 1) for name in names]


class Asked(str):
    """A group that counts how often any of its kind is compared."""

    __slots__ = ()
    times = 0

    def casefold(self) -> str:
        """Return what the group is compared by."""
        Asked.times += 1
        return super().casefold()


def test_a_group_for_each_lead_takes_no_longer_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """--split-by a column without two equal values: no group is compared with all those before it."""
    monkeypatch.setattr(Asked, "times", 0)
    groups = [Asked(f"lead{number}@example.com") for number in range(2000)]
    made = plan(Planner("M", None, CampaignOptions()), [leads(2000)], [list(groups)])
    assert [campaign.name for campaign in made] == [f"M-{group}-001" for group in groups]
    assert Asked.times <= 5 * len(groups)
