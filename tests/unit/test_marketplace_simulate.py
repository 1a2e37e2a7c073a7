"""A day of auctions: the books balance, budgets and caps hold, and two rules face the same people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.matching.marketplace.auction import Bid, Candidate
from assistant.matching.marketplace.budgets import SLACK, Budgets, room_of
from assistant.matching.marketplace.market import Market
from assistant.matching.marketplace.money import micros
from assistant.matching.marketplace.opportunities import Opportunity, Shown, Subject
from assistant.matching.marketplace.rates import Rates
from assistant.matching.marketplace.results import MEASURES, compare, gini, summarise, totals
from assistant.matching.marketplace.rule import Pacing, Pricing, Rule
from assistant.matching.marketplace.simulate import BUDGET, COUNTED, Run, draw, simulate
from store.campaigns import Campaign, CampaignStatus

MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)
SUBJECTS = tuple(Subject(None, text) for text in ("oak lamp", "wool throw", "clay pot"))
# People who click one ad in ten, so that a short day has clicks.
EAGER = Rates(intercept=-3.5)
RULE = Rule(reserve=Decimal("0.10"))
# Every click costs what was bid, and nothing slows the spending.
DEAR = replace(RULE, pricing=Pricing.FIRST, pacing=Pacing.NONE)


def day(count: int, *, days: int = 1, viewers: int = 7) -> tuple[Opportunity, ...]:
    step = timedelta(days=days) / count
    return tuple(
        Opportunity(MIDNIGHT + number * step, SUBJECTS[number % 3], f"v{number % viewers}") for number in range(count)
    )


def campaign(name: str, bid: str = "0.50", **fields: object) -> Campaign:
    return Campaign(id=name, advertiser=f"shop {name}", bid=Decimal(bid), **fields)  # type: ignore[arg-type]


def market(campaigns: Sequence[Campaign], rates: Rates = EAGER) -> Market:
    """Each campaign has an ad on each subject, of a relevance that depends on both."""
    bids = {
        subject: tuple(
            Bid(_candidate(one, number, place, rates), micros(one.bid or Decimal(0)))
            for place, one in enumerate(campaigns)
        )
        for number, subject in enumerate(SUBJECTS)
    }
    return Market({one.id: one for one in campaigns}, bids, {}, rates)


def _candidate(one: Campaign, number: int, place: int, rates: Rates) -> Candidate:
    relevance = 0.25 + 0.15 * ((number + place) % 5)
    return Candidate(f"{one.id}-{number}", one.advertiser, one.id, relevance, 0.8, rates.predict(relevance, 0.8))


CAMPAIGNS = (
    campaign("a", "0.80", daily_budget=Decimal("3.00")),
    campaign("b", "0.60", daily_budget=Decimal("1.15"), frequency_cap=4),
    campaign("c", "0.40"),
    campaign("d", "1.20", lifetime_budget=Decimal("5.00"), spent=Decimal("3.90")),
    campaign("e", "0.30", status=CampaignStatus.PAUSED),
)


def play(rule: Rule = RULE, *, count: int = 900, seed: int = 1, campaigns: Sequence[Campaign] = CAMPAIGNS) -> Run:
    return simulate(day(count), market(campaigns), rule, places=2, seed=seed)


def spent_by(run: Run) -> dict[str, int]:
    return {name: sum(by_hour) for name, by_hour in run.spent.items()}


def test_the_same_seed_is_the_same_day_and_another_is_not() -> None:
    first, again, other = play(), play(), play(seed=2)
    assert np.array_equal(first.numbers, again.numbers) and first.accounts == again.accounts
    assert first.spent == again.spent and first.losses == again.losses
    assert not np.array_equal(first.numbers, other.numbers)


@pytest.mark.parametrize("pricing", list(Pricing))
def test_the_books_balance(pricing: Pricing) -> None:
    run = play(replace(RULE, pricing=pricing))
    sums = totals(run)
    assert run.revenue > 0
    assert run.revenue == sum(spent_by(run).values()) == sums["revenue"]
    accounts = run.accounts.values()
    assert sum(one.shown for one in accounts) == sums["shown"] >= sums["filled"]
    assert sum(one.clicks for one in accounts) == sums["clicks"]
    assert sum(one.value for one in accounts) == sums["value"] >= sums["revenue"]
    assert sums["opportunities"] == 900


MONEY = st.integers(1, 400).map(lambda cents: Decimal(cents) / 100)
LIMITS = st.one_of(st.none(), MONEY)
CAMPAIGN_LISTS = st.lists(st.tuples(MONEY, LIMITS, LIMITS), min_size=1, max_size=4).map(
    lambda rows: [
        campaign(f"c{number}", str(bid), daily_budget=daily, lifetime_budget=lifetime)
        for number, (bid, daily, lifetime) in enumerate(rows)
    ]
)


@settings(deadline=None, max_examples=30)
@given(CAMPAIGN_LISTS, st.sampled_from(list(Pacing)), st.sampled_from(list(Pricing)), st.integers(0, 9))
def test_no_budget_is_ever_overspent(campaigns: list[Campaign], pacing: Pacing, pricing: Pricing, seed: int) -> None:
    rule = replace(RULE, pacing=pacing, pricing=pricing, relevance_floor=Decimal(0))
    run = simulate(day(240, days=2), market(campaigns, Rates(intercept=-2)), rule, places=2, seed=seed)
    spent = spent_by(run)
    for one in campaigns:
        paid = spent.get(one.id, 0)
        assert one.daily_budget is None or paid <= 2 * micros(one.daily_budget)
        assert one.lifetime_budget is None or paid <= micros(one.lifetime_budget)
        if one.daily_budget is not None or one.lifetime_budget is not None:
            assert paid <= run.budgets[one.id]


def test_a_budget_is_new_each_day_and_one_for_life_is_not() -> None:
    campaigns = [campaign("daily", daily_budget=Decimal(1)), campaign("life", lifetime_budget=Decimal(1))]
    one_day = spent_by(simulate(day(600), market(campaigns), DEAR, places=2, seed=1))
    three = spent_by(simulate(day(1800, days=3), market(campaigns), DEAR, places=2, seed=1))
    assert micros(Decimal("0.7")) < one_day["life"] <= three["life"] <= micros(Decimal(1)) < 2 * one_day["daily"]
    assert three["daily"] > micros(Decimal(2))


def test_what_is_spent_already_counts_against_a_budget_for_life() -> None:
    run = play(DEAR)
    assert run.budgets["d"] == micros(Decimal("1.10"))
    assert 0 < spent_by(run)["d"] <= micros(Decimal("1.10"))
    assert run.losses[BUDGET] > 0


def test_even_pacing_makes_a_budget_last_that_is_gone_by_noon_without() -> None:
    campaigns = [campaign("small", "1.00", daily_budget=Decimal("4.00")), campaign("other", "0.90")]

    def hours(pacing: Pacing) -> list[int]:
        rule = replace(DEAR, pacing=pacing, relevance_floor=Decimal(0))
        return simulate(day(3_000), market(campaigns), rule, places=2, seed=1).spent["small"]

    even, fast = hours(Pacing.EVEN), hours(Pacing.NONE)
    assert sum(fast[:4]) > 0.9 * sum(fast) and not any(fast[12:])
    assert 0.3 < sum(even[12:]) / sum(even) < 0.7 and sum(even) > 0.8 * micros(Decimal(4))


@settings(deadline=None, max_examples=20)
@given(CAMPAIGN_LISTS, st.integers(0, 9))
def test_an_even_budget_is_never_ahead_by_more_than_the_slack_and_a_click(campaigns: list[Campaign], seed: int) -> None:
    rule = replace(RULE, pricing=Pricing.FIRST, relevance_floor=Decimal(0))
    run = simulate(day(240), market(campaigns, Rates(intercept=-2)), rule, places=2, seed=seed)
    for one in campaigns:
        for hour in range(24 if one.id in run.budgets else 0):
            allowed = ((hour + 1) / 24 + SLACK) * run.budgets[one.id] + micros(one.bid or Decimal(0))
            assert sum(run.spent[one.id][: hour + 1]) <= allowed


def test_a_campaign_is_shown_to_a_person_no_oftener_than_its_cap() -> None:
    capped = [campaign("a", frequency_cap=2), campaign("b")]
    run = simulate(day(300, viewers=5), market(capped), RULE, places=2, seed=1)
    assert run.accounts["shop a"].shown == 2 * 5
    assert run.accounts["shop b"].shown > 10
    unknown = tuple(replace(one, viewer="") for one in day(300))
    assert simulate(unknown, market(capped), RULE, places=2, seed=1).accounts["shop a"].shown > 10


def test_a_campaign_is_shown_within_its_dates_alone() -> None:
    noon = MIDNIGHT + timedelta(hours=12)
    campaigns = [campaign("early", ends=noon), campaign("late", starts=noon)]
    run = simulate(day(240), market(campaigns), RULE, places=1, seed=1)
    assert not any(run.spent["early"][12:]) and not any(run.spent["late"][:12])
    assert run.losses["outside the schedule"] == 240


def test_two_rules_face_the_same_people() -> None:
    """What both rules show in the same place is clicked under both or under neither."""
    free = [campaign("a", "0.90"), campaign("b", "0.60"), campaign("c", "0.30")]
    second, first = (
        simulate(day(600), market(free), replace(RULE, pricing=pricing), places=2, seed=5)
        for pricing in (Pricing.SECOND, Pricing.FIRST)
    )
    clicks = COUNTED.index("clicks")
    assert np.array_equal(second.numbers[:, clicks], first.numbers[:, clicks]) and second.numbers[:, clicks].any()
    assert first.revenue > second.revenue


def test_clicks_come_as_often_as_the_rates_say() -> None:
    drawn = [draw(1, number, "a") for number in range(20_000)]
    assert all(0 <= one < 1 for one in drawn)
    assert sum(one < 0.1 for one in drawn) / 20_000 == pytest.approx(0.1, abs=0.01)
    assert draw(1, 1, "a") != draw(1, 1, "b") != draw(2, 1, "b") != draw(2, 2, "b")
    assert 0 <= draw(1, 1, "\ud800") < 1


def test_nothing_under_the_floor_is_shown() -> None:
    sums = totals(play())
    assert sums["low"] == 0 < sums["shown"]
    assert totals(play(replace(RULE, relevance_floor=Decimal(0))))["low"] > 0


def test_what_a_log_says_was_clicked_mends_the_rates_of_later_moments() -> None:
    shown = (Shown("a-1", 1, clicked=False),)
    plain = day(900)
    told = tuple(replace(one, shown=shown * 20) for one in plain)
    rule = replace(RULE, pacing=Pacing.NONE)
    campaigns = [campaign("b", "0.90"), campaign("a")]
    before = simulate(plain, market(campaigns), rule, places=1, seed=1)
    after = simulate(told, market(campaigns), rule, places=1, seed=1)
    assert after.accounts["shop a"].shown < before.accounts["shop a"].shown
    assert np.array_equal(before.numbers[0], after.numbers[0])


def test_progress_comes_to_its_end() -> None:
    seen: list[tuple[int, int]] = []
    simulate(day(30), market(CAMPAIGNS), RULE, places=1, seed=1, on_progress=lambda *at: seen.append(at))
    assert seen == [(number, 30) for number in range(1, 31)]


def test_a_bid_is_lowered_by_how_far_spending_is_ahead_of_the_traffic() -> None:
    budgets = Budgets([campaign("a", daily_budget=Decimal(10))], Pacing.EVEN)
    assert budgets.bid("a", 1_000_000, 0.0) == 1_000_000
    budgets.charge("a", 250_000)
    assert budgets.bid("a", 1_000_000, 0.0) == 500_000
    assert budgets.bid("a", 1_000_000, 0.025) == 1_000_000
    budgets.charge("a", 250_000)
    assert budgets.bid("a", 1_000_000, 0.0) == 0
    budgets.charge("a", 9_200_000)
    assert budgets.bid("a", 1_000_000, 1.0) == 300_000
    budgets.charge("a", 300_000)
    assert budgets.bid("a", 1_000_000, 1.0) == 0


def test_a_look_up_knows_what_a_campaign_may_still_spend() -> None:
    known = campaign("a", daily_budget=Decimal(3), spent_today=Decimal(1), lifetime_budget=Decimal(9))
    assert room_of(known, MIDNIGHT) == micros(Decimal(2))
    assert room_of(replace(known, spent=Decimal("8.5")), MIDNIGHT) == micros(Decimal("0.5"))
    assert room_of(replace(known, spent=Decimal(10)), MIDNIGHT) == 0
    assert room_of(campaign("b"), MIDNIGHT) is None


def test_the_measures_are_those_of_the_books() -> None:
    run = play()
    found = {measure.name: one for measure, one in summarise(run)}
    sums = totals(run)
    assert found["revenue"].value == pytest.approx(run.revenue / 1e6)
    assert found["surplus"].value == pytest.approx((sums["value"] - sums["revenue"]) / 1e6)
    assert found["eCPM"].value == pytest.approx(run.revenue / 1e3 / sums["shown"])
    assert found["relevance"].value == pytest.approx(sums["relevance"] / sums["shown"])
    assert 0 < found["best first"].value <= 1
    assert all(one.low <= one.value <= one.high for one in found.values())
    assert summarise(run) == summarise(run)


def test_a_rule_against_itself_makes_no_difference_and_another_does() -> None:
    run = play()
    assert all(one.difference == (0, 0, 0) and not one.told for one in compare(run, play()))
    changed = {one.measure.name: one for one in compare(run, play(replace(RULE, relevance_floor=Decimal(0))))}
    assert changed["low relevance"].told and changed["low relevance"].difference.low > 0
    assert changed["relevance"].told and changed["relevance"].difference.high < 0


def test_an_interval_covers_the_mean_of_other_days() -> None:
    """Of the revenue of 20 other days, drawn from the same people, nearly all lie within the interval of one."""
    free = [campaign("a", "0.90"), campaign("b", "0.60")]
    runs = [simulate(day(400), market(free), RULE, places=1, seed=seed) for seed in range(20)]
    mean = sum(run.revenue for run in runs) / 20 / 1e6
    covered = [
        one.low <= mean <= one.high for run in runs for measure, one in summarise(run) if measure.name == "revenue"
    ]
    assert sum(covered) >= 16


def test_a_day_without_a_sale_has_measures_too() -> None:
    run = play(replace(RULE, reserve=Decimal(100_000)))
    assert run.revenue == 0 and Counter(run.losses)["under the reserve"] > 0
    assert all(np.isfinite(one).all() for _, one in summarise(run))
    assert len(summarise(run)) == len(MEASURES)


def test_gini_tells_equal_from_unequal() -> None:
    assert gini([5, 5, 5, 5]) == 0 == gini([]) == gini([0, 0])
    assert gini([0, 0, 0, 8]) == pytest.approx(0.75)
    assert gini([1, 2, 3]) < gini([1, 1, 4])
