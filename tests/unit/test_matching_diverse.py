"""Variety: the best stays first, caps hold, repeats of one shop give way, and the page is filled."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from assistant.matching.diverse import (
    AS_RANKED,
    BALANCE,
    Choice,
    Diversity,
    Held,
    advertiser_of,
    category_of,
    choose,
)
from store.records import Ad, Match, Part, Pin

Shelf = list[tuple[float, int, int, int]]
# Score, place on a circle in degrees, shop, category; the shop and the category 0 are not known.
SHELVES: st.SearchStrategy[Shelf] = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 359), st.integers(0, 3), st.integers(0, 3)), max_size=25
).map(lambda rows: sorted(rows, key=lambda row: -row[0]))
CAPS = st.none() | st.integers(1, 3)
DIVERSITIES = st.builds(
    Diversity, balance=st.floats(0, 1), repeats=st.booleans(), per_advertiser=CAPS, per_category=CAPS
)


def matched(rank: int, score: float, shop: str = "", category: str = "", title: str = "") -> Match:
    record = Ad(id=f"A{rank}", title=title or f"Thing {rank}", advertiser=shop, product_type=category)
    return Match(rank=rank, record=record, parts=(Part("meaning", score, score, 1.0),))


def turned(degrees: float) -> NDArray[np.float32]:
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], dtype=np.float32)


def chosen_of(shelf: Shelf, limit: int, diversity: Diversity) -> tuple[list[Match], Choice]:
    matches = [
        matched(rank, score, f"shop {shop}" if shop else "", f"category {category}" if category else "")
        for rank, (score, _, shop, category) in enumerate(shelf, start=1)
    ]
    vectors = {match.record.id: turned(row[1]) for match, row in zip(matches, shelf, strict=True)}
    return matches, choose(matches, vectors, limit, diversity)


def ids(choice: Choice) -> list[str]:
    return [match.record.id for match in choice.chosen]


@given(SHELVES, st.integers(1, 12), DIVERSITIES)
def test_the_best_is_never_lost_nothing_comes_twice_and_the_page_is_filled(
    shelf: Shelf, limit: int, diversity: Diversity
) -> None:
    matches, choice = chosen_of(shelf, limit, diversity)
    assert len(choice.chosen) == min(limit, len(matches))
    assert len(set(ids(choice))) == len(choice.chosen)
    assert set(ids(choice)) <= {match.record.id for match in matches}
    if matches:
        assert choice.chosen[0] == matches[0]


@given(SHELVES, st.integers(1, 12), DIVERSITIES)
def test_caps_hold_unless_the_page_could_not_be_filled_otherwise(
    shelf: Shelf, limit: int, diversity: Diversity
) -> None:
    _, choice = chosen_of(shelf, limit, diversity)
    for cap, key in ((diversity.per_advertiser, advertiser_of), (diversity.per_category, category_of)):
        counts = Counter(filter(None, (key(match.record) for match in choice.chosen)))
        if cap is not None and not choice.filled:
            assert max(counts.values(), default=0) <= cap


@given(SHELVES, st.integers(1, 12), DIVERSITIES)
def test_the_order_is_the_same_every_time_and_what_is_shown_is_not_held(
    shelf: Shelf, limit: int, diversity: Diversity
) -> None:
    _, first = chosen_of(shelf, limit, diversity)
    assert chosen_of(shelf, limit, diversity)[1] == first
    assert not first.held.keys() & set(ids(first))


@given(SHELVES, st.integers(1, 12))
def test_without_any_wish_the_matches_stay_as_ranked(shelf: Shelf, limit: int) -> None:
    matches, choice = chosen_of(shelf, limit, AS_RANKED)
    assert list(choice.chosen) == matches[:limit] and not choice.held and not choice.filled


@given(SHELVES, st.integers(1, 12), CAPS)
def test_caps_alone_keep_the_order_of_the_scores(shelf: Shelf, limit: int, cap: int | None) -> None:
    _, choice = chosen_of(shelf, limit, Diversity(per_advertiser=cap, per_category=cap))
    ranks = [match.rank for match in choice.chosen]
    assert ranks == sorted(ranks)


def test_marginal_relevance_takes_what_differs_before_what_is_nearly_the_same() -> None:
    shelf: Shelf = [(1.0, 0, 1, 0), (0.95, 5, 2, 0), (0.7, 90, 3, 0)]
    assert ids(chosen_of(shelf, 2, Diversity(balance=BALANCE))[1]) == ["A1", "A3"]
    assert ids(chosen_of(shelf, 2, Diversity())[1]) == ["A1", "A2"]


def test_of_one_thing_in_several_colours_of_one_shop_one_is_shown() -> None:
    shelf: Shelf = [(1.0, 0, 1, 0), (0.99, 3, 1, 0), (0.98, 6, 1, 0), (0.9, 90, 1, 0), (0.8, 5, 2, 0)]
    _, choice = chosen_of(shelf, 3, Diversity())
    assert ids(choice) == ["A1", "A4", "A5"]
    assert choice.held == {"A2": Held.REPEAT, "A3": Held.REPEAT}


def test_a_repeat_does_not_give_way_to_what_is_less_than_half_as_relevant() -> None:
    shelf: Shelf = [(1.0, 0, 1, 0), (0.9, 3, 1, 0), (0.44, 90, 1, 0), (0.46, 120, 1, 0)]
    shelf.sort(key=lambda row: -row[0])
    assert ids(chosen_of(shelf, 2, Diversity())[1]) == ["A1", "A3"]
    assert ids(chosen_of(shelf[:2] + shelf[3:], 2, Diversity())[1]) == ["A1", "A2"]


def test_the_same_title_is_a_repeat_where_there_are_no_vectors() -> None:
    matches = [matched(1, 1.0, "x", title="Oak Lamp"), matched(2, 0.9, "x", title="OAK lamp"), matched(3, 0.8, "x")]
    assert ids(choose(matches, {}, 2, Diversity())) == ["A1", "A3"]


def test_what_was_held_back_fills_the_page_and_is_counted() -> None:
    shelf: Shelf = [(1.0, 0, 1, 0), (0.9, 60, 1, 0), (0.8, 120, 1, 0), (0.7, 200, 2, 0)]
    _, choice = chosen_of(shelf, 3, Diversity(per_advertiser=1))
    assert ids(choice) == ["A1", "A2", "A4"] and choice.filled == 1
    assert choice.held == {"A3": Held.ADVERTISER}


@pytest.mark.parametrize(
    ("ad", "shop"),
    [
        (Ad(id="a", title="t", advertiser=" Lumen  GmbH"), "lumen gmbh"),
        (Ad(id="a", title="t", link="https://www.shop.example/a?x=1"), "shop.example"),
        (Ad(id="a", title="t", link="http://[broken"), ""),
        (Ad(id="a", title="t"), ""),
    ],
)
def test_an_advertiser_is_known_by_name_or_by_the_host_of_its_link(ad: Ad, shop: str) -> None:
    assert advertiser_of(ad) == shop


def test_a_pin_has_a_category_and_no_advertiser() -> None:
    pin = Pin(id="p", title="t", category="Kitchens")
    assert (advertiser_of(pin), category_of(pin)) == ("", "kitchens")
