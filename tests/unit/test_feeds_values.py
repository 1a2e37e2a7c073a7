from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.feeds import values
from store.records import Availability, Interest, Price


@pytest.mark.parametrize(
    ("cell", "currency", "expected"),
    [
        ("24.99 USD", "", "24.99 USD"),
        ("USD 24.99", "", "24.99 USD"),
        ("24.99", "", "24.99 USD"),
        ("24.99", "eur", "24.99 EUR"),
        ("24.99 GBP", "EUR", "24.99 GBP"),
        ("$1,299.00", "", "1299.00 USD"),
        ("$24.99 CAD", "", "24.99 CAD"),
        ("$24.99", "AUD", "24.99 AUD"),
        ("CA$ 24.99", "", "24.99 CAD"),
        ("24,99 EUR", "", "24.99 EUR"),
        ("1.299,50 €", "", "1299.50 EUR"),
        ("1 299,50 €", "", "1299.50 EUR"),
        ("1'299.50 CHF", "", "1299.50 CHF"),
        ("1,299", "", "1299.00 USD"),
        ("1,29,900 INR", "", "129900.00 INR"),
        ("1.299.000 IDR", "", "1299000.00 IDR"),
        ("£5", "", "5.00 GBP"),
        ("0", "", "0.00 USD"),
        (24.99, "EUR", "24.99 EUR"),
        (25, "", "25.00 USD"),
        (1e-7, "", "0.00 USD"),
        ({"value": "24.99", "currency": "GBP"}, "", "24.99 GBP"),
    ],
)
def test_prices_are_read_as_feeds_write_them(cell: object, currency: str, expected: str) -> None:
    assert str(values.price(cell, currency)) == expected


@pytest.mark.parametrize(
    ("cell", "currency", "reason"),
    [
        ("free", "", "price 'free' is not an amount; write it like 24.99 USD"),
        ("10-20 USD", "", "is not an amount"),
        ("from 10 USD", "", "not an amount in one currency"),
        ("-5.00", "", "is below zero"),
        ("1,2,3", "", "is not an amount"),
        ("12.50 XXQ", "", "not an amount in one currency"),
        ("12.50", "gold", "currency 'GOLD' is not an ISO 4217 code such as USD"),
        ("USD 5 EUR", "", "one currency"),
        (float("inf"), "", "is not an amount"),
        (1e300, "", "is not an amount"),
        ("99999999999999", "", "is too large"),
        (True, "", "is not an amount"),
        ("٢٤", "", "is not an amount"),
        ("9" * 5000, "", "is not an amount"),
    ],
)
def test_what_is_no_amount_says_so(cell: object, currency: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason.replace("(", r"\(")):
        values.price(cell, currency)


@pytest.mark.parametrize("cell", ["", None, "n/a", "None", "-", " ", [], float("nan")])
def test_an_empty_price_is_no_price(cell: object) -> None:
    assert values.price(cell) is None


@given(st.integers(0, 10**9), st.sampled_from(sorted(values.CURRENCIES)))
def test_a_written_price_reads_back(cents: int, currency: str) -> None:
    price = Price(Decimal(cents) / 100, currency)
    assert values.price(str(price)) == price
    assert values.price(f"{currency} {price.amount:,.2f}") == price
    assert values.price(float(price.amount), currency) == price


@given(st.one_of(st.text(), st.floats(), st.integers(), st.lists(st.text()), st.none(), st.booleans()), st.text())
def test_a_price_is_an_amount_nothing_or_a_value_error(cell: object, currency: str) -> None:
    try:
        price = values.price(cell, currency)
    except ValueError:
        return
    assert price is None or (0 <= price.amount < 10**10 and price.currency in values.CURRENCIES)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("in stock", Availability.IN_STOCK),
        ("in_stock", Availability.IN_STOCK),
        ("InStock", Availability.IN_STOCK),
        ("https://schema.org/InStock", Availability.IN_STOCK),
        ("available", Availability.IN_STOCK),
        (True, Availability.IN_STOCK),
        (15, Availability.IN_STOCK),
        ("15", Availability.IN_STOCK),
        ("0", Availability.OUT_OF_STOCK),
        (0, Availability.OUT_OF_STOCK),
        ("-2", Availability.OUT_OF_STOCK),
        ("Out of stock", Availability.OUT_OF_STOCK),
        ("sold-out", Availability.OUT_OF_STOCK),
        ("Pre-order", Availability.PREORDER),
        ("perhaps", None),
    ],
)
def test_availability_is_read_in_words_and_counts(cell: object, expected: Availability | None) -> None:
    assert values.availability(cell) is expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Home decor", Interest.HOME_DECOR),
        ("home-decor", Interest.HOME_DECOR),
        ("HOME_DECOR", Interest.HOME_DECOR),
        ("diy & crafts", Interest.DIY_AND_CRAFTS),
        ("Food and Drink", Interest.FOOD_AND_DRINKS),
        ("submarines", None),
        ("", None),
    ],
)
def test_interests_are_read_however_they_are_spelled(cell: str, expected: Interest | None) -> None:
    assert values.interest(cell) is expected


def test_tags_come_from_lists_and_separated_texts_once_each() -> None:
    assert values.tags("oak, brass;oak|#lamp") == ("oak", "brass", "lamp")
    assert values.tags(["oak", "brass", None, 3]) == ("oak", "brass", "3")
    assert values.tags('["oak", "brass"]') == ("oak", "brass")
    assert len(values.tags([f"tag {number}" for number in range(1000)])) == values.MAX_TAGS


def test_countries_are_alpha_2_codes_also_out_of_shipping() -> None:
    assert values.countries("us, ca") == ("US", "CA")
    assert values.countries(["de", "Germany", "UK"]) == ("DE", "GB")
    assert values.countries("US:CA:Ground:16.00 USD,FR:::7 EUR") == ("US", "FR")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("https://shop.example/a?b=1&amp;c=2", "https://shop.example/a?b=1&c=2"),
        ("lamp-1.jpg", "lamp-1.jpg"),
        ("shop.example:8080/a", "shop.example:8080/a"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("Image src error.", ""),
        ("https://shop.example/<b>", ""),
        (["https://a.example/1", "https://a.example/2"], "https://a.example/1"),
        ([{"src": "https://a.example/1"}], "https://a.example/1"),
    ],
)
def test_only_addresses_and_paths_are_links(cell: object, expected: str) -> None:
    assert values.link(cell) == expected


def test_moments_are_iso_and_in_utc_unless_they_say_otherwise() -> None:
    assert values.moment("2025-03-01T10:00:00Z") == datetime(2025, 3, 1, 10, tzinfo=UTC)
    assert values.moment("2025-03-01") == datetime(2025, 3, 1, tzinfo=UTC)
    assert values.moment("yesterday") is None


def test_genders_are_read_from_letters_and_words() -> None:
    assert [values.gender(cell) for cell in ("F", "male", "Unisex", "robot", None)] == [
        "female",
        "male",
        "unisex",
        "",
        "",
    ]
