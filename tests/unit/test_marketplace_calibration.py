"""Rates fit the log that they are brought to: their sum is that of the clicks, the more of them the nearer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assistant.matching.marketplace.auction import Bid, Candidate
from assistant.matching.marketplace.calibration import calibrate
from assistant.matching.marketplace.market import Market
from assistant.matching.marketplace.opportunities import Opportunity, Shown, Subject
from assistant.matching.marketplace.rates import Rates

RATES = Rates()
SUBJECT = Subject(None, "oak lamp")
CANDIDATES = tuple(
    Candidate(f"ad-{number}", "shop", "campaign", number / 10, 0.8, RATES.predict(number / 10, 0.8))
    for number in range(3, 9)
)
MARKET = Market({}, {SUBJECT: tuple(Bid(one, 500_000) for one in CANDIDATES)}, {}, RATES)


def day(showings: int, clicks: int) -> list[Opportunity]:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    ads = [CANDIDATES[number % len(CANDIDATES)].ad for number in range(showings)]
    return [
        Opportunity(now, SUBJECT, "", (Shown(ad, 1 + number % 3, clicked=number < clicks),))
        for number, ad in enumerate(ads)
    ]


@pytest.mark.parametrize("clicks", [100, 1_000, 4_000])
def test_the_rates_add_up_to_the_clicks(clicks: int) -> None:
    log = day(12_000, clicks)
    fitted, found = calibrate(MARKET, log)
    assert (found.showings, found.clicks) == (12_000, clicks)
    _, again = calibrate(fitted, log)
    assert again.predicted == pytest.approx(clicks, rel=0.1)
    assert {bid.candidate.rate for bid in fitted.bids[SUBJECT]} == {
        fitted.rates.predict(one.relevance, one.quality) for one in CANDIDATES
    }


def test_a_few_showings_change_little_and_none_nothing() -> None:
    few, _ = calibrate(MARKET, day(10, 1))
    assert abs(few.rates.intercept - RATES.intercept) < 0.15
    assert calibrate(MARKET, [replace(one, shown=()) for one in day(10, 1)])[0] is MARKET


def test_no_click_at_all_lowers_the_rates_and_leaves_them_above_nothing() -> None:
    none, _ = calibrate(MARKET, day(12_000, 0))
    assert none.rates.intercept < RATES.intercept - 1
    assert all(bid.candidate.rate > 0 for bid in none.bids[SUBJECT])


def test_ads_that_the_market_does_not_know_say_nothing() -> None:
    unknown = [replace(one, shown=(Shown("gone", 1, clicked=True),)) for one in day(50, 0)]
    market, found = calibrate(MARKET, unknown)
    assert market is MARKET and found.showings == 0
