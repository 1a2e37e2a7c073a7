"""The gates: each closes for its own reason, names what opens it, and opens then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.matching.eligible.gates import (
    CAMPAIGN_GATES,
    LEFT_OUT,
    Closed,
    Gate,
    closed_by_campaign,
    closed_by_policy,
    closed_by_stock,
    closed_by_surroundings,
)
from assistant.matching.eligible.occasion import Occasion
from assistant.matching.eligible.sensitive import sensitive_topic
from store.campaigns import Campaign, CampaignStatus
from store.records import Ad, Availability, Interest

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
HERE = Occasion(now=NOW)
OPEN = Campaign(id="c1", name="Spring")


def closed(campaign: Campaign, occasion: Occasion = HERE) -> list[Gate]:
    return [found.gate for found in closed_by_campaign(campaign, occasion)]


def only(campaign: Campaign, occasion: Occasion = HERE) -> Closed:
    (found,) = closed_by_campaign(campaign, occasion)
    return found


def test_a_campaign_without_limits_is_open_everywhere() -> None:
    assert closed(OPEN) == []
    assert (
        closed(OPEN, replace(HERE, country="FR", language="fr", age=9, beside="anything", impressions={"c1": 99})) == []
    )


def test_every_gate_has_words_for_what_it_left_out() -> None:
    assert LEFT_OUT.keys() == set(Gate)
    assert set(CAMPAIGN_GATES) == set(Gate) - {Gate.SENSITIVE, Gate.STOCK, Gate.POLICY}


def test_a_paused_campaign_names_the_command_that_resumes_it() -> None:
    found = only(replace(OPEN, status=CampaignStatus.PAUSED))
    assert found == (Gate.STATUS, "the campaign Spring (c1) is paused", "`pinwright campaigns resume c1`")
    assert closed(replace(OPEN, status=CampaignStatus.ENDED)) == [Gate.STATUS]


@pytest.mark.parametrize("hours", [-2, -1, 0, 1, 2])
def test_a_schedule_begins_with_its_start_and_ends_before_its_end(hours: int) -> None:
    campaign = replace(OPEN, starts=NOW - timedelta(hours=1), ends=NOW + timedelta(hours=1))
    assert closed(campaign, replace(HERE, now=NOW + timedelta(hours=hours))) == (
        [] if hours in (-1, 0) else [Gate.SCHEDULE]
    )


def test_times_of_different_zones_are_compared_as_moments() -> None:
    campaign = replace(OPEN, starts=datetime(2026, 5, 20, 14, 30, tzinfo=timezone(timedelta(hours=3))))
    assert closed(campaign) == []
    assert only(replace(campaign, starts=campaign.starts + timedelta(hours=1))).reason.endswith("2026-05-20 12:30 UTC")


@pytest.mark.parametrize(("spent", "gates"), [("9.99", []), ("10", [Gate.DAILY_BUDGET]), ("11", [Gate.DAILY_BUDGET])])
def test_a_daily_budget_closes_when_nothing_is_left(spent: str, gates: list[Gate]) -> None:
    campaign = replace(OPEN, daily_budget=Decimal("10.00"), spent_today=Decimal(spent))
    assert closed(campaign) == gates
    known = replace(campaign, spent_at=NOW - timedelta(hours=11))
    assert closed(known) == gates
    assert closed(known, replace(HERE, now=NOW + timedelta(hours=12))) == [], "a new day has a new budget"


def test_the_next_day_opens_no_budget_of_nothing() -> None:
    assert "next day" not in only(replace(OPEN, daily_budget=Decimal(0))).opens
    assert "2026-05-21 00:00 UTC" in only(replace(OPEN, daily_budget=Decimal(1), spent_today=Decimal(1))).opens


def test_a_lifetime_budget_closes_when_nothing_is_left() -> None:
    campaign = replace(OPEN, lifetime_budget=Decimal(10), spent=Decimal("9.99"), currency="EUR")
    assert closed(campaign) == []
    assert "10 of 10 EUR" in only(replace(campaign, spent=Decimal(10))).reason


def test_a_place_that_is_not_known_closes_nothing() -> None:
    campaign = replace(OPEN, countries=("US", "CA"), languages=("en",))
    assert closed(campaign) == []
    assert closed(campaign, replace(HERE, country="ca", language="EN")) == []
    assert closed(campaign, replace(HERE, country="DE", language="de")) == [Gate.COUNTRY, Gate.LANGUAGE]


def test_an_age_that_is_not_known_is_too_low() -> None:
    campaign = replace(OPEN, min_age=21)
    assert [closed(campaign, replace(HERE, age=age)) for age in (None, 20, 21)] == [[Gate.AGE], [Gate.AGE], []]
    assert "not known" in only(campaign).reason


def test_interests_are_those_of_the_pin_or_of_the_person() -> None:
    campaign = replace(OPEN, interests=frozenset({Interest.GARDENING}))
    garden, art = frozenset({Interest.GARDENING}), frozenset({Interest.ART})
    assert closed(campaign) == []
    assert closed(campaign, replace(HERE, topics=garden)) == []
    assert closed(campaign, replace(HERE, topics=art)) == [Gate.INTERESTS]
    assert closed(campaign, replace(HERE, topics=art, likes=garden)) == []


@given(likes=st.frozensets(st.sampled_from(Interest)), others=st.frozensets(st.sampled_from(Interest)))
def test_interests_that_may_not_be_used_change_nothing(likes: frozenset[Interest], others: frozenset[Interest]) -> None:
    campaign = replace(OPEN, interests=frozenset({Interest.GARDENING, Interest.FASHION}))
    for topics in (frozenset[Interest](), frozenset({Interest.ART}), frozenset({Interest.FASHION})):
        refused = Occasion(now=NOW, topics=topics, personal=False)
        assert closed_by_campaign(campaign, replace(refused, likes=likes)) == closed_by_campaign(
            campaign, replace(refused, likes=others)
        )


@pytest.mark.parametrize(
    ("beside", "gates"),
    [
        ("How to clean a hunting gun", [Gate.BRAND_SAFETY]),
        ("Old GUNS on a wall", [Gate.BRAND_SAFETY]),
        ("A blood orange cake", []),
        ("Blood-red diamonds", []),
        ("The film Blood Diamonds", [Gate.BRAND_SAFETY]),
        ("Gunmetal door handles, begun in May", []),
        ("", []),
    ],
)
def test_words_are_excluded_whole_in_their_order_and_in_any_form(beside: str, gates: list[Gate]) -> None:
    campaign = replace(OPEN, excluded_words=("gun", "blood diamond"))
    assert closed(campaign, replace(HERE, beside=beside)) == gates


@given(st.text(max_size=60), st.text(max_size=20))
def test_any_text_can_stand_beside_any_word(beside: str, word: str) -> None:
    assert closed(replace(OPEN, excluded_words=(word,)), replace(HERE, beside=beside)) in ([], [Gate.BRAND_SAFETY])


def test_a_person_sees_a_campaign_no_more_often_than_its_cap() -> None:
    campaign = replace(OPEN, frequency_cap=2)
    assert [closed(campaign, replace(HERE, impressions={"c1": seen, "c2": 9})) for seen in (0, 1, 2, 3)] == [
        [], [], [Gate.FREQUENCY], [Gate.FREQUENCY],
    ]  # fmt: skip


def test_all_gates_that_are_closed_are_told_in_their_order() -> None:
    campaign = replace(
        OPEN, status=CampaignStatus.PAUSED, ends=NOW, daily_budget=Decimal(0), countries=("US",), min_age=18
    )
    gates = closed(campaign, replace(HERE, country="DE"))
    assert gates == [Gate.STATUS, Gate.SCHEDULE, Gate.DAILY_BUDGET, Gate.COUNTRY, Gate.AGE]


@given(
    st.builds(
        Campaign,
        id=st.just("c"),
        status=st.sampled_from(CampaignStatus),
        daily_budget=st.none() | st.decimals(0, 100, places=2),
        lifetime_budget=st.none() | st.decimals(0, 100, places=2),
        spent_today=st.decimals(0, 100, places=2),
        spent=st.decimals(0, 100, places=2),
        starts=st.none() | st.datetimes(datetime(2026, 5, 1), datetime(2026, 6, 1), timezones=st.just(UTC)),
        ends=st.none() | st.datetimes(datetime(2026, 5, 1), datetime(2026, 6, 1), timezones=st.just(UTC)),
        frequency_cap=st.none() | st.integers(1, 5),
    ),
    st.integers(0, 6),
)
def test_more_money_a_wider_time_and_fewer_impressions_close_no_gate(campaign: Campaign, seen: int) -> None:
    occasion = replace(HERE, impressions={"c": seen})
    wider = replace(campaign, daily_budget=None, lifetime_budget=None, starts=None, ends=None, frequency_cap=None)
    assert set(closed(wider, occasion)) <= set(closed(campaign, occasion))
    assert all(found.reason and found.opens for found in closed_by_campaign(campaign, occasion))


@pytest.mark.parametrize("availability", [None, *Availability])
def test_only_what_is_out_of_stock_is_closed_by_its_stock(availability: Availability | None) -> None:
    found = closed_by_stock(Ad(id="a", title="t", availability=availability))
    assert bool(found) == (availability is Availability.OUT_OF_STOCK)


def test_the_policy_closes_with_its_codes() -> None:
    assert closed_by_policy(()) is None
    found = closed_by_policy(("WEAPONS", "URGENCY"))
    assert found and "WEAPONS, URGENCY" in found.reason


@pytest.mark.parametrize(
    "text", ["After a miscarriage", "signs of SELF-HARM", "Massacre memorial", "help with anorexia", "rape victims"]
)
def test_beside_a_sensitive_topic_no_ad_is_shown(text: str) -> None:
    found = closed_by_surroundings(Occasion(beside=text))
    assert found and found.gate is Gate.SENSITIVE and sensitive_topic(text) in found.reason


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "Suicide Squad costume", "Chainsaw massacre poster", "A tortured love song", "killer heels",
        "murder mystery dinner", "rape seed oil", "sympathy cards and funeral flowers", "dead sea salt",
        "war horse book",
    ],
)  # fmt: skip
def test_what_only_sounds_sensitive_is_not(text: str) -> None:
    assert closed_by_surroundings(Occasion(beside=text)) is None
