"""`pinwright auction` and `match --auction`: a day under one rule or two, a page that is sold, and wrong input."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from store.campaigns import Campaign, Campaigns
from store.store import Store

Run = Callable[..., Any]
SIMULATE = ("auction", "simulate", "--opportunities", "300", "--day", "2026-03-01")
THINGS = ("Oak desk lamp, dimmable", "Brass reading lamp", "Terracotta herb pot", "Washed linen duvet, sage")


@pytest.fixture
def market(run: Run, home: Path, files: Path) -> Run:
    """A store with pins, eight ads of four shops, and campaigns that bid for them."""
    rows = [
        {"id": f"{shop}-{number}", "title": thing, "price": "20 USD", "campaign": shop, "description": thing}
        for shop in ("acorn", "birch")
        for number, thing in enumerate(THINGS)
    ]
    (files / "ads.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert run("index", str(files / "ads.jsonl"), "--as", "ads").code == 0
    assert run("index", str(files / "pins.jsonl"), "--as", "pins").code == 0
    with Store.open(home / "store") as store:
        Campaigns(store.database.connection).put(
            Campaign(id=name, advertiser=name.title(), bid=Decimal(bid), daily_budget=Decimal(2))
            for name, bid in (("acorn", "0.50"), ("birch", "0.80"))
        )
    return run


@pytest.fixture
def rule(files: Path) -> Path:
    place = files / "strict.toml"
    place.write_text("relevance_floor = 0.5\nreserve = 0.10\n")
    return place


def assert_refused(ended: Any, *words: str) -> None:
    assert ended.code == 2 and ended.out == "" and "Traceback" not in ended.err
    assert ended.err.count("✗ ") == 1 and ended.err.count("→ ") == 1
    for word in words:
        assert word in " ".join(ended.err.split()), ended.err


@pytest.mark.parametrize("columns", [80, 40])
def test_a_day_is_shown_from_each_side(market: Run, columns: int) -> None:
    ended = market(*SIMULATE, columns=columns)
    assert ended.code == 0
    for word in (
        "platform",
        "advertisers",
        "people",
        "revenue",
        "surplus",
        "relevance",
        "Acorn",
        "Gini",
        "by the hour",
    ):
        assert word in " ".join(ended.out.split()), word
    assert max(map(len, ended.out.splitlines())) <= columns
    assert "300, on " in ended.err and "8 ads with a bid, in USD" in " ".join(ended.err.split())
    assert market(*SIMULATE, columns=columns).out == ended.out


@pytest.mark.parametrize("columns", [80, 40])
def test_two_rules_stand_side_by_side(market: Run, rule: Path, columns: int) -> None:
    ended = market(*SIMULATE, "--against", str(rule), columns=columns)
    assert ended.code == 0 and "strict" in ended.out and "…" not in ended.out
    assert max(map(len, ended.out.splitlines())) <= columns
    assert "With strict instead of default" in " ".join(ended.err.split()) or "does not tell" in ended.err


def test_the_json_of_a_day_holds_together(market: Run, rule: Path) -> None:
    found = market(*SIMULATE, "--against", str(rule), "--seed", "4", "--json").json
    assert found.keys() == {
        "schema", "log", "opportunities", "places", "depth", "seed", "currency", "rates", "left_out", "rules",
        "differences",
    }  # fmt: skip
    assert (found["schema"], found["opportunities"], found["seed"]) == ("pinwright.auction.simulate/1", 300, 4)
    first, second = found["rules"]
    assert (first["name"], second["name"]) == ("default", "strict")
    assert second["rule"]["relevance_floor"] == "0.5"
    for one in (first, second):
        assert one.keys() == {"name", "rule", "measures", "revenue", "gini", "advertisers", "budgets", "losses"}
        paid = sum(Decimal(account["paid"]) for account in one["advertisers"])
        assert paid == Decimal(one["revenue"]) == sum(Decimal(budget["spent"]) for budget in one["budgets"])
        assert all(measure["low"] <= measure["value"] <= measure["high"] for measure in one["measures"])
    relevance = {one["name"]: one for one in found["differences"]}["relevance"]
    assert relevance["value"] == pytest.approx(relevance["second"] - relevance["first"], abs=1e-5)
    assert market(*SIMULATE, "--json").json["differences"] == []


def test_a_log_is_replayed_and_its_bad_rows_named(market: Run, files: Path) -> None:
    place = files / "day.csv"
    place.write_text(
        "time,pin,query,viewer\n2026-03-01T10:00:00Z,pin-desk,,v1\nsoon,pin-desk,,v1\n2026-03-01T11:00:00Z,,herb pot,\n"
        "2026-03-01T11:00:00Z,gone,,v2\n"
    )
    ended = market("auction", "simulate", "--log", str(place))
    assert ended.code == 0
    assert "day.csv: 2 rows were passed over; the first is line 3: the time 'soon'" in " ".join(ended.err.split())
    assert market("auction", "simulate", "--log", str(place), "--json").json["opportunities"] == 2


def test_a_log_with_clicks_sets_the_level_of_the_rates(market: Run, files: Path) -> None:
    place, row = files / "clicks.csv", "2026-03-01T{:02}:{:02}:00Z,oak lamp,acorn-0,1,{}\n"
    rows = [row.format(number // 60, number % 60, int(number % 4 == 0)) for number in range(200)]
    place.write_text("time,query,ad,place,clicked\n" + "".join(rows))
    ended = market("auction", "simulate", "--log", str(place))
    assert "50 clicks of 200 showings" in " ".join(ended.err.split())
    told = market("auction", "simulate", "--log", str(place), "--json").json["rates"]["intercept"]
    assert told > market(*SIMULATE, "--json").json["rates"]["intercept"] + 2


def test_a_printed_rule_can_be_used(run: Run, market: Run, files: Path) -> None:
    printed = run("auction", "rule")
    assert printed.code == 0 and "relevance_floor = 0.30\n" in printed.out
    (files / "same.toml").write_text(printed.out)
    assert run("auction", "rule", "--rule", str(files / "same.toml")).out == printed.out
    assert run("auction", "rule", "--json").json["pricing"] == "second"
    ended = market(*SIMULATE, "--against", str(files / "same.toml"))
    assert "This day does not tell default and same apart." in ended.err


def test_a_reserve_that_nobody_reaches_is_told(market: Run, files: Path) -> None:
    (files / "dear.toml").write_text("reserve = 100000\n")
    ended = market(*SIMULATE, "--rule", str(files / "dear.toml"))
    assert ended.code == 0
    assert "Under dear nothing was sold: " in ended.err and "under the reserve" in ended.err


def test_what_cannot_be_replayed_is_refused(market: Run, files: Path) -> None:
    bad, empty = files / "bad.toml", files / "empty.csv"
    bad.write_text("reserv = 2\n")
    empty.write_text("")
    assert_refused(market(*SIMULATE, "--rule", str(bad)), "bad.toml", "'reserv'; did you mean reserve")
    assert_refused(market(*SIMULATE, "--rule", str(files / "none.toml")), "none.toml")
    assert_refused(market("auction", "simulate", "--log", str(empty)), "empty.csv")
    assert_refused(market("auction", "simulate", "--log", str(files / "none.csv")), "none.csv")
    assert_refused(market("auction", "simulate", "--day", "1 March"), "'1 March' is no date")
    log = ("--log", str(files / "ads.jsonl"))
    assert_refused(market("auction", "simulate", *log), "ads.jsonl", "line 1: the time")
    assert_refused(market("auction", "simulate", *log, "--day", "2026-03-01"), "--log and --day exclude")
    bad.write_text('currency = "EUR"\n')
    assert_refused(market(*SIMULATE, "--against", str(bad)), "in two currencies")
    assert_refused(market(*SIMULATE, "--rule", str(bad)), "in EUR, and all bids are in USD")


def test_without_a_bid_it_is_said_what_to_do(store: Run) -> None:
    assert_refused(store(*SIMULATE), "There is no campaign", "campaigns import")


def test_a_page_that_was_reranked_is_sold_to_the_same_ads(market: Run) -> None:
    plain, reranked = (
        market("match", "oak desk lamp", "--auction", "--json", "--reranker", name) for name in ("", "hashing")
    )
    assert plain.code == reranked.code == 0
    sold = [sorted(one["id"] for one in ended.json["placed"]) for ended in (plain, reranked)]
    assert sold[0] and sold[0] == sold[1]
