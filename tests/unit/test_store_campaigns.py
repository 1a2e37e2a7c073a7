"""Campaigns in the store: what is put comes back exactly, and an ad's name for one finds it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.campaigns import Campaign, Campaigns, CampaignStatus, Objective, PutCampaigns
from store.connection import Connection
from store.errors import StoreDamagedError
from store.records import Interest

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
AMOUNTS = st.decimals(0, 10**9, places=4)
TIMES = st.datetimes(
    datetime(1991, 1, 1), datetime(2199, 1, 1), timezones=st.sampled_from([UTC, timezone(timedelta(hours=-7))])
)
CAMPAIGNS = st.builds(
    Campaign,
    id=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20),
    advertiser=TEXTS,
    name=TEXTS,
    status=st.sampled_from(CampaignStatus),
    starts=st.none() | TIMES,
    ends=st.none() | TIMES,
    currency=st.sampled_from(["USD", "EUR"]),
    daily_budget=st.none() | AMOUNTS,
    lifetime_budget=st.none() | AMOUNTS,
    spent_today=AMOUNTS,
    spent=AMOUNTS,
    spent_at=st.none() | TIMES,
    bid=st.none() | AMOUNTS,
    objective=st.sampled_from(Objective),
    interests=st.frozensets(st.sampled_from(Interest), max_size=3),
    countries=st.lists(st.sampled_from(["US", "DE"]), max_size=2).map(tuple),
    languages=st.lists(st.sampled_from(["en", "de"]), max_size=2).map(tuple),
    excluded_words=st.lists(TEXTS, max_size=3).map(tuple),
    frequency_cap=st.none() | st.integers(1, 99),
    min_age=st.none() | st.integers(0, 99),
)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    opened = Connection(tmp_path / "records.sqlite3", create=True)
    yield opened
    opened.close()


@pytest.fixture
def campaigns(connection: Connection) -> Campaigns:
    return Campaigns(connection)


@given(found=CAMPAIGNS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_a_campaign_comes_back_as_it_was_put(campaigns: Campaigns, found: Campaign) -> None:
    campaigns.put([found])
    assert campaigns.get(found.id) == found


def test_what_is_put_is_told_apart_as_new_changed_and_unchanged(campaigns: Campaigns) -> None:
    one, two = Campaign(id="1"), Campaign(id="2", bid=Decimal("0.40"))
    assert campaigns.put([one, two]) == PutCampaigns(2, 0, 0)
    assert campaigns.put([one, replace(two, bid=Decimal("0.50"))]) == PutCampaigns(0, 1, 1)
    assert campaigns.put([Campaign(id="3"), Campaign(id="3", name="last")]) == PutCampaigns(1, 0, 0)
    assert [(found.id, found.name) for found in campaigns.iterate()] == [("1", ""), ("2", ""), ("3", "last")]
    assert campaigns.count() == 3


def test_of_campaigns_that_fail_none_is_kept(campaigns: Campaigns) -> None:
    broken = Campaign(id="2", status="adrift")  # type: ignore[arg-type]
    with pytest.raises(Exception, match="CHECK"):
        campaigns.put([Campaign(id="1"), broken])
    assert campaigns.count() == 0


def test_an_ad_may_name_a_campaign_by_its_id_or_by_a_name_that_no_other_has(campaigns: Campaigns) -> None:
    campaigns.put(
        [
            Campaign(id="a", name="Spring"),
            Campaign(id="b", name="Sale"),
            Campaign(id="c", name="Sale"),
            Campaign(id="Spring", name="Other"),
            Campaign(id="d"),
        ]
    )
    named = campaigns.named()
    assert campaigns.called([*named, "Sale", "", "nobody"]) == named
    assert campaigns.called(["Other"]) == {"Other": named["Spring"]} and campaigns.called([]) == {}
    assert {name: found.id for name, found in named.items()} == {
        "a": "a", "b": "b", "c": "c", "d": "d", "Spring": "Spring", "Other": "Spring",
    }  # fmt: skip


def test_the_status_is_set_of_a_campaign_that_is_there(campaigns: Campaigns) -> None:
    campaigns.put([Campaign(id="1")])
    assert campaigns.set_status("1", CampaignStatus.PAUSED)
    assert not campaigns.set_status("2", CampaignStatus.PAUSED)
    found = campaigns.get("1")
    assert found and found.status is CampaignStatus.PAUSED


def test_near_ids_are_suggested(campaigns: Campaigns) -> None:
    campaigns.put([Campaign(id="spring-2026"), Campaign(id="autumn")])
    assert campaigns.similar_ids("sprng-2026") == ["spring-2026"]
    assert campaigns.similar_ids("x" * 100_000) == []


def test_a_row_that_was_spoilt_is_named(connection: Connection, campaigns: Campaigns) -> None:
    campaigns.put([Campaign(id="1")])
    connection.change("UPDATE campaigns SET interests = '[\"SLEEP\"]'")
    with pytest.raises(StoreDamagedError, match="campaign 1 in"):
        campaigns.get("1")


def test_what_was_spent_on_another_day_is_not_spent_today() -> None:
    at = datetime(2026, 5, 20, 23, 30, tzinfo=UTC)
    campaign = Campaign(id="1", spent_today=Decimal(7), spent_at=at)
    assert campaign.spent_on(at - timedelta(hours=20)) == 7
    assert campaign.spent_on(at + timedelta(minutes=30)) == 0
    assert replace(campaign, spent_at=None).spent_on(at + timedelta(days=9)) == 7
