"""What a bid is multiplied by: relevance on one scale for all queries, quality by checks, a rate that learns."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.matching.marketplace.money import amount, micros
from assistant.matching.marketplace.quality import LEAST, TRAITS, quality_of
from assistant.matching.marketplace.rates import History, Rates
from assistant.matching.marketplace.relevance import relevance_of, words_asked
from store.records import Ad, Match, Part, Price

RATES = Rates()
SHARES = st.floats(0, 1)
AD = Ad(
    id="a",
    title="Oak Desk Lamp, Dimmable",
    description="Solid oak.",
    link="https://shop.example/a",
    image_link="https://img.example/a.jpg",
    price=Price(Decimal(89)),
)


def match(cosine: float, *shared: str) -> Match:
    parts = (Part("meaning", cosine, 1.0, 0.5), Part("words", 3.0, 1.0, 0.5))
    return Match(rank=1, record=AD, parts=parts, shared_words=shared)


def test_relevance_is_the_cosine_lifted_by_the_words_that_are_shared() -> None:
    assert words_asked("oak oak desk lamp") == 3
    assert relevance_of(match(0.5), 3) == 0.5
    assert 0.5 < relevance_of(match(0.5, "oak"), 3) < relevance_of(match(0.5, "oak", "desk", "lamp"), 3) < 1
    assert relevance_of(match(0.4, "oak", "desk", "lamp"), 3) < relevance_of(match(0.5, "oak", "desk", "lamp"), 3)


@given(st.floats(-1, 1.01), st.integers(0, 5), st.integers(0, 5))
def test_relevance_lies_between_0_and_1(cosine: float, shared: int, asked: int) -> None:
    assert 0 <= relevance_of(match(cosine, *map(str, range(shared))), asked) <= 1


def test_without_a_vector_nothing_is_relevant() -> None:
    assert relevance_of(match(0.0, "oak", "desk", "lamp"), 3) == 0
    assert relevance_of(Match(rank=1, record=AD, parts=()), 3) == 0


def test_an_ad_that_lacks_nothing_has_full_quality() -> None:
    assert quality_of(AD).score == 1 and quality_of(AD).missing == ()
    bare = quality_of(Ad(id="x", title="LAMP"))
    assert bare.score == LEAST and len(bare.missing) == len(TRAITS)


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"image_link": ""}, "no image"),
        ({"description": ""}, "no description"),
        ({"link": ""}, "no link"),
        ({"price": None}, "no price"),
        ({"title": "Lamp"}, "a title that is too short or too long"),
        ({"title": "word " * 40}, "a title that is too short or too long"),
        ({"title": "OAK DESK LAMP"}, "a title in capitals"),
    ],
)
def test_what_is_missing_is_named_and_costs_quality(change: dict[str, object], missing: str) -> None:
    found = quality_of(replace(AD, **change))  # type: ignore[arg-type]
    assert found.missing == (missing,) and LEAST < found.score < 1


@given(SHARES, SHARES, SHARES, st.integers(1, 50))
def test_a_rate_rises_with_relevance_and_quality_and_falls_with_the_place(
    relevance: float, quality: float, more: float, place: int
) -> None:
    rate = RATES.predict(relevance, quality)
    assert 0 < rate < 1
    assert RATES.predict(min(1, relevance + more), quality) >= rate
    assert RATES.predict(relevance, min(1, quality + more)) >= rate
    assert RATES.in_place(rate, 1) == rate
    assert RATES.in_place(rate, place + 1) < RATES.in_place(rate, place)


@given(st.floats(1e-6, 0.999), st.integers(0, 100_000), st.integers(0, 100_000))
def test_a_smoothed_rate_lies_between_prediction_and_observation(rate: float, clicks: int, others: int) -> None:
    showings = clicks + others
    mended = RATES.smooth(rate, clicks, showings)
    if not showings:
        assert mended == rate
    else:
        low, high = sorted((rate, clicks / showings))
        assert max(low, 1e-6) - 1e-9 <= mended <= high + 1e-9


def test_few_showings_move_a_rate_a_little_and_many_decide_it() -> None:
    assert RATES.smooth(0.01, 1, 1) < 0.013
    assert RATES.smooth(0.01, 5_000, 100_000) == pytest.approx(0.05, rel=0.01)


def test_a_click_in_a_low_place_says_more_than_one_in_the_first() -> None:
    top, low = History(RATES), History(RATES)
    for _ in range(1000):
        top.observe("a", 1, clicked=False)
        low.observe("a", 10, clicked=False)
    top.observe("a", 1, clicked=True)
    low.observe("a", 10, clicked=True)
    assert top.mend("a", 0.01) < low.mend("a", 0.01) < 0.01
    assert top.mend("other", 0.01) == 0.01


@given(st.decimals(-10_000, 10_000, places=6))
def test_money_goes_to_micros_and_back_without_loss(value: Decimal) -> None:
    assert amount(micros(value)) == value
