"""One auction: the price lies between reserve and bid, a higher bid never harms, and no bid buys what is irrelevant."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.matching.marketplace.auction import Bid, Candidate, Lost, Outcome, hold
from assistant.matching.marketplace.money import micros
from assistant.matching.marketplace.rule import Pricing, Rule

RULE = Rule()
PARTS = st.integers(0, 1000).map(lambda number: number / 1000)


def bid(ad: str, cents: int = 100, *, advertiser: str = "", relevance: float = 0.6, rate: float = 0.01) -> Bid:
    return Bid(Candidate(ad, advertiser or f"of {ad}", f"campaign of {ad}", relevance, 0.8, rate), cents * 10_000)


@st.composite
def pages(draw: st.DrawFn) -> list[Bid]:
    """Bids of a few advertisers, some with several ads, many with the same score."""
    count = draw(st.integers(1, 8))
    return [
        Bid(
            Candidate(
                f"ad-{number}",
                f"shop-{draw(st.integers(0, 5))}",
                f"campaign-{number}",
                draw(PARTS),
                draw(st.sampled_from([0.2, 0.8, 1.0])),
                draw(st.sampled_from([1e-6, 0.003, 0.01, 0.5])),
            ),
            draw(st.one_of(st.integers(0, 5_000_000), st.sampled_from([1, 250_000]))),
        )
        for number in range(count)
    ]


RULES = st.builds(
    Rule,
    reserve=st.decimals(0, 20, places=2),
    pricing=st.sampled_from(list(Pricing)),
    relevance_floor=st.sampled_from([Decimal(0), Decimal("0.3"), Decimal("0.7")]),
    relevance_weight=st.sampled_from([Decimal(0), Decimal(1), Decimal("2.5")]),
    squashing=st.sampled_from([Decimal(0), Decimal("0.5"), Decimal(1), Decimal(2)]),
)


def place_of(ad: str, outcome: Outcome) -> int:
    """The place of an ad; after all places where it got none."""
    return next((sale.place for sale in outcome.sales if sale.bid.candidate.ad == ad), 99)


def changed(page: list[Bid], place: int, amount: int) -> list[Bid]:
    return [*page[:place], replace(page[place], micros=amount), *page[place + 1 :]]


@given(pages(), RULES, st.integers(1, 4))
def test_a_price_is_never_over_the_bid_nor_under_the_reserve(page: list[Bid], rule: Rule, places: int) -> None:
    for sale in hold(page, rule, places).sales:
        assert 0 < sale.price <= sale.bid.micros
        exact = Decimal(sale.price) * Decimal(sale.bid.candidate.rate) * 1000
        assert exact >= micros(rule.reserve) * (1 - Decimal("1e-9"))
        assert sale.price_ecpm <= sale.bid.ecpm
        if rule.pricing is Pricing.FIRST:
            assert sale.price == sale.bid.micros


@given(pages(), RULES, st.integers(1, 4), st.integers(1, 3_000_000), st.data())
def test_raising_a_bid_never_lowers_its_place(
    page: list[Bid], rule: Rule, places: int, more: int, data: st.DataObject
) -> None:
    which = data.draw(st.integers(0, len(page) - 1))
    ad = page[which].candidate.ad
    before = hold(page, rule, places)
    after = hold(changed(page, which, page[which].micros + more), rule, places)
    assert place_of(ad, after) <= place_of(ad, before)


@given(pages(), RULES, st.integers(1, 3_000_000))
def test_of_one_place_the_price_does_not_depend_on_the_bid_that_wins_it(page: list[Bid], rule: Rule, more: int) -> None:
    rule = replace(rule, pricing=Pricing.SECOND)
    for sale in hold(page, rule, 1).sales:
        which = page.index(sale.bid)
        again = hold(changed(page, which, sale.bid.micros + more), rule, 1).sales[0]
        assert (again.bid.candidate, again.price) == (sale.bid.candidate, sale.price)


@given(pages(), RULES, st.integers(1, 4), st.data())
def test_a_price_is_the_least_bid_that_keeps_the_place(
    page: list[Bid], rule: Rule, places: int, data: st.DataObject
) -> None:
    """One advertiser's other ads stand aside, as it would not bid against itself."""
    rule = replace(rule, pricing=Pricing.SECOND)
    outcome = hold(page, rule, places)
    if not outcome.sales:
        return
    sale = data.draw(st.sampled_from(outcome.sales))
    others = [one for one in page if one.candidate.advertiser != sale.bid.candidate.advertiser]
    ad = sale.bid.candidate.ad
    at_the_price = hold([*others, replace(sale.bid, micros=sale.price)], rule, places)
    assert place_of(ad, at_the_price) == sale.place
    below = hold([*others, replace(sale.bid, micros=sale.price - 1)], rule, places)
    assert place_of(ad, below) > sale.place


@given(pages(), RULES, st.integers(1, 4))
def test_every_bid_is_sold_or_lost_once_and_each_advertiser_has_one_place(
    page: list[Bid], rule: Rule, places: int
) -> None:
    outcome = hold(page, rule, places)
    ended = [sale.bid.candidate.ad for sale in outcome.sales] + [one.candidate.ad for one, _ in outcome.losses]
    assert sorted(ended) == sorted(one.candidate.ad for one in page)
    shops = [sale.bid.candidate.advertiser for sale in outcome.sales]
    assert len(set(shops)) == len(shops) <= places
    assert [sale.place for sale in outcome.sales] == list(range(1, len(shops) + 1))


@given(pages(), st.randoms())
def test_the_order_in_which_bids_come_does_not_matter(page: list[Bid], chance: object) -> None:
    shuffled = list(page)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert hold(shuffled, RULE, 3).sales == hold(page, RULE, 3).sales


def test_no_bid_buys_a_place_for_what_is_irrelevant() -> None:
    outcome = hold([bid("near", 10, relevance=0.31), bid("far", 10**9, relevance=0.2999)], RULE, 2)
    assert [sale.bid.candidate.ad for sale in outcome.sales] == ["near"]
    assert [(one.candidate.ad, why) for one, why in outcome.losses] == [("far", Lost.IRRELEVANT)]


def test_who_bids_alone_pays_the_reserve() -> None:
    (sale,) = hold([bid("only", 200, rate=0.01)], replace(RULE, reserve=Decimal("2.50")), 3).sales
    assert (sale.price, sale.price_ecpm, sale.runner_up) == (250_000, 2_500_000, "")


def test_the_next_bid_sets_the_price_and_is_named() -> None:
    first, second = hold([bid("a", 200), bid("b", 100)], replace(RULE, reserve=Decimal(1)), 2).sales
    assert (first.price, first.runner_up) == (1_000_000, "b")
    assert (second.price, second.runner_up) == (100_000, "")


def test_a_tie_goes_by_id_and_costs_the_whole_bid() -> None:
    first, second = hold([bid("b", 50), bid("a", 50)], RULE, 2).sales
    assert (first.bid.candidate.ad, second.bid.candidate.ad) == ("a", "b")
    assert first.price == 500_000


def test_an_advertiser_does_not_bid_against_itself() -> None:
    page = [bid("a", 100, advertiser="shop"), bid("b", 90, advertiser="shop"), bid("c", 20)]
    outcome = hold(page, RULE, 1)
    assert (outcome.sales[0].price, outcome.sales[0].runner_up) == (200_000, "c")
    assert {one.candidate.ad: why for one, why in outcome.losses} == {
        "b": Lost.SAME_ADVERTISER,
        "c": Lost.OUTBID,
    }


def test_relevance_and_rate_win_against_money_as_the_rule_weighs_them() -> None:
    page = [bid("rich", 150, relevance=0.4), bid("apt", 100, relevance=0.8)]
    assert hold(page, RULE, 1).sales[0].bid.candidate.ad == "apt"
    assert hold(page, replace(RULE, relevance_weight=Decimal(0)), 1).sales[0].bid.candidate.ad == "rich"
    page = [bid("rich", 150, rate=0.01), bid("clicked", 100, rate=0.02)]
    assert hold(page, RULE, 1).sales[0].bid.candidate.ad == "clicked"
    assert hold(page, replace(RULE, squashing=Decimal(0)), 1).sales[0].bid.candidate.ad == "rich"


def test_a_reserve_that_nobody_reaches_sells_nothing() -> None:
    outcome = hold([bid("a", 100), bid("b", 50)], replace(RULE, reserve=Decimal(500)), 2)
    assert not outcome.sales and {why for _, why in outcome.losses} == {Lost.RESERVE}


@pytest.mark.parametrize("amount", [0, -1, -1_000_000])
def test_a_bid_of_nothing_or_less_wins_nothing_even_without_a_reserve(amount: int) -> None:
    free = replace(RULE, reserve=Decimal(0), relevance_floor=Decimal(0))
    assert hold([replace(bid("a"), micros=amount)], free, 1).sales == ()


def test_nobody_bids_and_nothing_is_sold() -> None:
    assert hold([], RULE, 3) == Outcome((), ())
