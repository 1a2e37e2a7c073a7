"""The price that a query asks for: named in words, or held to by a filter, and nothing that is none."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.matching.explaining.prices import Asked, asked_price
from store.records import NO_FILTERS, Filters, Price


def asked(low: str | None, high: str | None) -> Asked:
    return Asked(Decimal(low) if low else None, Decimal(high) if high else None)


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("linen duvet under $100", asked(None, "100")),
        ("lamp below 49.50 eur in oak", asked(None, "49.50")),
        ("gift, up to 30 dollars", asked(None, "30")),
        ("rug between 20 and 50 euros", asked("20", "50")),
        ("rug from $50 to $20", asked("20", "50")),
        ("watch over $200", asked("200", None)),
        ("watch at least 200 usd", asked("200", None)),
        ("watch over $200 but under $300", asked("200", "300")),
    ],
)
def test_a_price_in_words_is_read(text: str, price: Asked) -> None:
    assert asked_price(text, NO_FILTERS) == price


@pytest.mark.parametrize(
    "text",
    ["shelf under 80 cm", "lamp under 40 w", "games for over 65", "rug 8x10", "under the bed box", "linen 100%", ""],
)
def test_what_is_no_price_is_none(text: str) -> None:
    assert not asked_price(text, NO_FILTERS)


def test_a_filter_wins_over_the_words() -> None:
    assert asked_price("under $100", Filters(max_price=Decimal(20))) == asked(None, "20")


def test_a_price_meets_what_is_asked_at_both_ends() -> None:
    between = asked("20", "50")
    met = [between.meets(Price(Decimal(amount))) for amount in ("19.99", "20", "50", "50.01")]
    assert met == [False, True, True, False]
    assert str(between) == "between 20 and 50"


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    found = asked_price(text, NO_FILTERS)
    assert all(end is None or end >= 0 for end in (found.low, found.high))
    assert bool(found) == bool(found.digits)
