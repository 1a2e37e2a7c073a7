"""Rows to campaigns: each cell in the ways people write it, and no limit lost where one cannot be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import InputError
from assistant.feeds.campaigns import COLUMNS, Row, apply, read_campaigns
from assistant.feeds.reader import Rejected
from store.campaigns import Campaign, CampaignStatus, Objective
from store.records import Interest

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)


def read(known: Campaign | None = None, **cells: str) -> Campaign:
    return apply({"id": "c", **cells}, known, now=NOW)


def read_all(*rows: Mapping[str, str] | Row, known: Mapping[str, Campaign] | None = None) -> list[Campaign | Rejected]:
    numbered: list[Row] = [row if isinstance(row, tuple) else (line, row, "") for line, row in enumerate(rows, start=2)]
    return list(read_campaigns(numbered, known or {}, name="c.csv", now=NOW))


def test_a_row_of_all_columns_is_read() -> None:
    found = apply(
        {
            "campaign_id": "c1", "campaign_name": "Spring <b>lamps</b>", "brand": "Lumen", "state": "Enabled",
            "start_date": "2026-01-01", "end_date": "2026-01-31", "currency": "eur", "daily_budget": "50",
            "total_budget": "1,000.00", "spend_today": "0.5", "spend": "400", "as_of": "2026-05-19T10:00+02:00",
            "max_cpc": "0.40", "objective": "Web conversion", "interest": "Home decor; gardening",
            "geos": "us, UK", "locales": "en-US|de", "negative_keywords": "gun; blood diamond; gun",
            "frequency_cap": "3", "minimum_age": "21",
        },
        None,
        now=NOW,
    )  # fmt: skip
    assert found == Campaign(
        id="c1",
        advertiser="Lumen",
        name="Spring lamps",
        starts=datetime(2026, 1, 1, tzinfo=UTC),
        ends=datetime(2026, 2, 1, tzinfo=UTC),
        currency="EUR",
        daily_budget=Decimal(50),
        lifetime_budget=Decimal("1000.00"),
        spent_today=Decimal("0.5"),
        spent=Decimal(400),
        spent_at=datetime(2026, 5, 19, 8, 0, tzinfo=UTC),
        bid=Decimal("0.40"),
        objective=Objective.PURCHASES,
        interests=frozenset({Interest.HOME_DECOR, Interest.GARDENING}),
        countries=("US", "GB"),
        languages=("en", "de"),
        excluded_words=("gun", "blood diamond"),
        frequency_cap=3,
        min_age=21,
    )


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"daily_budget": "lots"}, "daily_budget 'lots' is not an amount"),
        ({"daily_budget": "-5"}, "daily_budget '-5' is below zero"),
        ({"bid": "1e99"}, "bid '1e99' is not an amount"),
        ({"daily_budget": "5 USD", "bid": "1 EUR"}, "amounts are in EUR and USD"),
        ({"daily_budget": "5 EUR", "currency": "USD"}, "amounts are in EUR and USD"),
        ({"currency": "DOUBLOON"}, "currency 'DOUBLOON'"),
        ({"starts": "yesterday"}, "starts 'yesterday' is no time"),
        ({"ends": "9999-12-31"}, "ends '9999-12-31' is no time"),
        ({"starts": "2026-05-02", "ends": "2026-05-01"}, "before it starts"),
        ({"status": "asleep"}, "status 'asleep' is none of active, paused, ended"),
        ({"objective": "fame"}, "objective 'fame' is none of clicks"),
        ({"interests": "home decor, sleep"}, "interest 'sleep'"),
        ({"countries": "US, Germany"}, "country 'Germany'"),
        ({"languages": "english"}, "language 'english'"),
        ({"frequency_cap": "0"}, "frequency_cap '0'"),
        ({"frequency_cap": "2.5"}, "frequency_cap '2.5'"),
        ({"min_age": "old"}, "min_age 'old'"),
        ({"excluded_words": "gun, !!!"}, "'!!!' has no letter"),
        ({"excluded_words": "x" * 121}, "over 120 characters"),
        ({"id": "x" * 128}, "id is 128 characters long"),
        ({"id": " "}, "no id"),
    ],
)
def test_a_cell_that_cannot_be_read_rejects_its_row(cells: Mapping[str, str], reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        apply({"id": "c", **cells}, None, now=NOW)


def test_what_the_file_has_no_column_for_stays_as_it_is() -> None:
    known = Campaign(id="c", name="Old", status=CampaignStatus.PAUSED, daily_budget=Decimal(5), countries=("US",))
    assert read(known, name="New") == replace(known, name="New")
    assert read(known, daily_budget="", countries="") == replace(known, daily_budget=None, countries=())


def test_an_empty_status_does_not_resume_what_was_paused() -> None:
    known = Campaign(id="c", status=CampaignStatus.PAUSED)
    assert read(known, status="").status is CampaignStatus.PAUSED
    assert read(known, status="active").status is CampaignStatus.ACTIVE
    assert read(status="").status is CampaignStatus.ACTIVE


def test_spending_is_of_the_time_of_reading_unless_the_row_says() -> None:
    assert read(spent_today="4").spent_at == NOW
    assert read(spent_today="").spent_at is None
    assert read(spent_today="4", spent_at="2026-05-01T00:00Z").spent_at == datetime(2026, 5, 1, tzinfo=UTC)


def test_reading_the_same_file_again_changes_nothing() -> None:
    first = read(spent_today="4", daily_budget="9")
    again = apply({"id": "c", "spent_today": "4", "daily_budget": "9"}, first, now=NOW + timedelta(hours=1))
    assert again == first
    assert read(first, spent_today="5").spent_today == 5


def test_another_currency_needs_all_amounts_anew() -> None:
    known = read(daily_budget="5 USD", bid="1 USD")
    with pytest.raises(ValueError, match="was USD and is EUR"):
        read(known, bid="1 EUR")
    every = dict.fromkeys(("daily_budget", "lifetime_budget", "spent_today", "spent", "bid"), "1 EUR")
    assert read(known, **every).currency == "EUR"
    assert read(known, bid="2").bid == 2


def test_a_bare_amount_is_in_the_currency_that_the_others_name() -> None:
    found = read(daily_budget="20 EUR", bid="0.2")
    assert (found.currency, found.daily_budget, found.bid) == ("EUR", Decimal(20), Decimal("0.2"))


def test_bad_rows_are_kept_apart_with_their_line_and_reason() -> None:
    good, again, nameless, broken, other = read_all(
        {"id": "a"}, {"id": "a"}, {"id": ""}, (9, {}, "too few columns"), {"id": "b", "bid": "x\x1b[31m"}
    )
    assert good == Campaign(id="a")
    assert isinstance(again, Rejected) and again.reason == "id a was already on line 2" and again.line == 3
    assert isinstance(nameless, Rejected) and nameless.reason == "no id"
    assert isinstance(broken, Rejected) and (broken.line, broken.reason) == (9, "too few columns")
    assert isinstance(other, Rejected) and other.id == "b" and "\x1b" not in other.reason + other.excerpt


def test_a_row_that_was_rejected_takes_no_id() -> None:
    _, second = read_all({"id": "a", "bid": "much"}, {"id": "a", "bid": "1"})
    assert isinstance(second, Campaign)


def test_a_file_without_a_column_for_the_id_is_refused() -> None:
    with pytest.raises(InputError, match=r"c.csv has no column for the id .*: title, price") as caught:
        read_all({"title": "a", "price": "1"})
    assert caught.value.hint


@given(st.dictionaries(st.sampled_from([name for names in COLUMNS.values() for name in names]), st.text(max_size=30)))
def test_any_cells_make_a_campaign_or_a_reason(cells: dict[str, str]) -> None:
    (found,) = read_all({"id": "c", **cells})
    assert isinstance(found, Campaign) or found.reason


@given(st.decimals(0, 10**6, places=2))
def test_an_amount_is_kept_to_the_cent(amount: Decimal) -> None:
    assert read(daily_budget=f"{amount} GBP").daily_budget == amount
