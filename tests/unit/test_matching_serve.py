"""What is shown: open ads alone, as many as asked for, and what was left out is counted; ads that serve a need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from assistant.embedding.hashing import HashingEmbedder
from assistant.errors import UnknownIdError
from assistant.feeds.reader import Accepted
from assistant.matching import serve as serving
from assistant.matching.diverse import AS_RANKED, Diversity, Held
from assistant.matching.eligible import policy
from assistant.matching.eligible.gates import Gate
from assistant.matching.eligible.keeper import Gatekeeper
from assistant.matching.eligible.occasion import Occasion
from assistant.matching.index import IndexJob, index
from assistant.matching.search import search, text_query
from assistant.matching.serve import Asked, Served, ads_for, serve
from assistant.matching.whynot import WhyNot, needed, why_not
from store.campaigns import Campaign, Campaigns, CampaignStatus
from store.records import Ad, Availability, Filters, Interest, Kind, Match, Part, Pin, Price
from store.store import Store
from store.where.parse import parse

NEED = "round jute rug for the dining table"
EMBEDDER = HashingEmbedder()
NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
THINGS = """
chair shelf basket mirror drawer carpet blanket cushion curtain bottle kettle teapot saucer bowl plate fork spoon knife
napkin candle vase flower garden window door wall floor ceiling stair hall kitchen bathroom bedroom attic cellar porch
fence gate path lawn tree bush hedge pond bench swing ladder hammer nail screw rope string thread needle cloth cotton
linen wool silk leather wood stone brick glass metal paper pencil brush paint canvas frame book page letter stamp ship
train wagon wheel road bridge river lake hill valley forest meadow beach island harbour market tower castle
"""
CAMPAIGNS = (
    Campaign(id="open", name="Open one"),
    Campaign(id="paused", name="Paused one", status=CampaignStatus.PAUSED),
    Campaign(id="PAUSED TOO", status=CampaignStatus.PAUSED),
    Campaign(id="paused too", countries=("US",)),
    Campaign(id="us", countries=("US",), excluded_words=("mould",)),
    Campaign(id="spent", daily_budget=Decimal(5), spent_today=Decimal(5)),
)


def bring_in(store: Store, *ads: Ad) -> None:
    with store.writing("a test"):
        rows = [Accepted(line, ad) for line, ad in enumerate(ads, start=1)]
        index(rows, IndexJob(kind=Kind.AD, source="ads", run="1"), store, EMBEDDER)
        Campaigns(store.database.connection).put(CAMPAIGNS)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path, create=True) as opened:
        yield opened


@pytest.fixture
def store(empty: Store) -> Store:
    bring_in(
        empty,
        Ad(id="rug", title="Round jute rug for the dining table"),
        Ad(id="rug-2", title="Round jute rug for the dining room table", availability=Availability.IN_STOCK),
        Ad(id="sold", title="Round jute rug for a dining table", availability=Availability.OUT_OF_STOCK),
        Ad(id="table", title="Periodic chart of elements poster with the word table"),
    )
    return empty


def rugs(count: int, campaign: str, first: int = 0) -> list[Ad]:
    """Ads of which each has a thing more in its title than the one before, so that it is further from a rug."""
    return [
        Ad(
            id=f"{campaign}-{number:03}",
            title=" ".join(("Round jute rug", *THINGS.split()[:number])),
            campaign=campaign,
        )
        for number in range(first, first + count)
    ]


def keeper(store: Store, *waived: Gate, **occasion: object) -> Gatekeeper:
    return Gatekeeper(store.database.connection, replace(Occasion(now=NOW), **occasion), waived=waived)


def ask(store: Store, text: str = "round jute rug", limit: int = 10, **asked: object) -> Served:
    wanted = Asked(query=text_query(text, EMBEDDER), limit=limit, keeper=keeper(store))
    return serve(replace(wanted, **asked), store)


def ids(served: Served) -> list[str]:
    return [match.record.id for match in served.matches]


def explain(store: Store, identifier: str, text: str = "round jute rug", limit: int = 3, **asked: object) -> WhyNot:
    wanted = Asked(query=text_query(text, EMBEDDER), limit=limit, keeper=keeper(store))
    return why_not(identifier, replace(wanted, **asked), store)


def served(store: Store, limit: int = 9, settled: tuple[str, ...] = ()) -> list[str]:
    query = text_query(NEED, EMBEDDER)
    return [match.record.id for match in ads_for(query, store, limit=limit, settled=settled)]


def test_what_is_sold_out_or_about_something_else_serves_no_need(store: Store) -> None:
    assert served(store) == ["rug", "rug-2"]


def test_what_was_bought_or_hidden_is_not_offered_again(store: Store) -> None:
    assert served(store, settled=("rug",)) == ["rug-2"]


def test_of_ads_that_fit_about_as_well_the_one_of_the_topic_comes_first(empty: Store) -> None:
    toy = Ad(id="a-toy", title="Train journeys in summer", interest=Interest.PARENTING)
    guide = Ad(id="b-guide", title="Train journeys in summer", interest=Interest.TRAVEL)
    bring_in(empty, toy, guide)
    query = text_query("train journeys in summer", EMBEDDER)
    assert [match.record.id for match in ads_for(query, empty, limit=2)] == ["a-toy", "b-guide"]
    found = ads_for(query, empty, limit=2, topics=(Interest.TRAVEL,))
    assert [match.record.id for match in found] == ["b-guide", "a-toy"]
    assert all(0 <= match.score <= 1 for match in found) and found[0].parts[-1].name == "topic"


def test_there_are_never_more_ads_for_a_need_than_were_asked_for(store: Store) -> None:
    assert served(store, limit=1) == ["rug"]
    assert served(store, limit=0) == []


def test_a_campaign_that_is_paused_serves_no_need_and_nothing_does_beside_a_sensitive_topic(empty: Store) -> None:
    bring_in(empty, replace(rugs(1, "paused")[0], title=NEED), Ad(id="free", title=NEED))
    assert served(empty) == ["free"]
    assert ads_for(text_query("a rug after a suicide", EMBEDDER), empty, limit=3) == ()


def test_without_gates_and_variety_what_is_served_is_what_search_finds(store: Store) -> None:
    query = text_query(NEED, EMBEDDER)
    found = serve(Asked(query=query, limit=3), store)
    assert found.matches == search(query, Kind.AD, store, limit=3)
    assert not found.left_out and not found.held and found.relevance == found.as_ranked


def test_closed_ads_are_left_out_and_counted_by_their_gate(empty: Store) -> None:
    bring_in(empty, *rugs(3, "open"), *rugs(2, "paused"), *rugs(1, "spent"), *rugs(2, "unknown"))
    found = ask(empty, limit=4, diversity=AS_RANKED)
    assert {identifier.partition("-")[0] for identifier in ids(found)} == {"open", "unknown"}
    assert [match.rank for match in found.matches] == [1, 2, 3, 4]
    assert found.left_out == {Gate.STATUS: 2, Gate.DAILY_BUDGET: 1} and not found.more_left_out


def test_only_what_would_have_been_shown_counts_as_left_out(empty: Store) -> None:
    bring_in(empty, *rugs(4, "open"), *rugs(4, "paused", first=40))
    assert ask(empty, limit=2, diversity=AS_RANKED).left_out == {}
    assert ask(empty, limit=9, diversity=AS_RANKED).left_out == {Gate.STATUS: 4}


@pytest.mark.parametrize("diversity", [AS_RANKED, Diversity(repeats=True, balance=0.5)])
def test_where_few_are_open_as_many_are_shown_as_there_are(
    empty: Store, diversity: Diversity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "SPARE", 2)
    bring_in(empty, *rugs(60, "paused"), *rugs(3, "PAUSED TOO"), *rugs(5, "paused too", 70), *rugs(4, "open", 80))
    for limit, expected in ((3, 3), (9, 9), (12, 9)):
        found = ask(empty, limit=limit, diversity=diversity)
        assert len(found.matches) == expected
        assert not {"paused", "PAUSED TOO"} & {match.record.campaign for match in found.matches}  # type: ignore[attr-defined]
        assert found.left_out[Gate.STATUS] > 0 and found.more_left_out


def test_the_narrowed_search_keeps_to_the_filters(empty: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "SPARE", 1)
    priced = [replace(ad, price=Price(Decimal(number))) for number, ad in enumerate(rugs(6, "open", 60))]
    bring_in(empty, *rugs(50, "paused"), *priced)
    found = ask(empty, limit=3, filters=Filters(where=parse("price >= 2"), max_price=Decimal(4)))
    assert sorted(ids(found)) == ["open-062", "open-063", "open-064"]


def test_the_occasion_decides_which_campaigns_are_open(empty: Store) -> None:
    bring_in(empty, *rugs(1, "us"))
    assert ids(ask(empty, keeper=keeper(empty, country="US"))) == ["us-000"]
    assert ask(empty, keeper=keeper(empty, country="DE")).left_out == {Gate.COUNTRY: 1}
    assert ask(empty, keeper=keeper(empty, beside="Mould on a wall")).left_out == {Gate.BRAND_SAFETY: 1}
    assert ids(ask(empty, keeper=keeper(empty, Gate.COUNTRY, country="DE"))) == ["us-000"]


def test_what_the_policy_refuses_makes_room_for_the_next(empty: Store) -> None:
    bring_in(empty, *rugs(3, "open", 1), Ad(id="bad", title="Round jute rug", description="Cures diabetes in a week."))
    found = ask(empty, "rug cures diabetes", limit=2, diversity=AS_RANKED)
    assert ids(found) == ["open-001", "open-002"] and found.left_out == {Gate.POLICY: 1}


def test_a_text_is_checked_once_and_its_verdict_kept(empty: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    bring_in(empty, Ad(id="bad", title="Round jute rug", description="Cures diabetes in a week."), *rugs(1, "open"))
    assert ids(ask(empty)) == ["open-000"]
    monkeypatch.setattr(policy, "check_ad", lambda _ad: pytest.fail("it was checked again"))
    assert ids(ask(empty)) == ["open-000"]
    kept = empty.database.connection.rows("SELECT * FROM policy_verdicts")
    assert len(kept) == 2 and "iabetes" not in repr(kept)
    monkeypatch.setattr(policy, "rules_hash", lambda: "other rules")
    monkeypatch.setattr(policy, "check_ad", lambda _ad: ())
    assert set(ids(ask(empty))) == {"open-000", "bad"}


def test_beside_a_sensitive_topic_nothing_is_shown(store: Store) -> None:
    found = ask(store, keeper=keeper(store, beside="After a miscarriage"))
    assert not found.matches and found.refused and found.refused.gate is Gate.SENSITIVE


def test_caps_look_further_down_before_they_give_up(empty: Store) -> None:
    many = [replace(ad, advertiser="Big") for ad in rugs(40, "open")]
    few = [replace(ad, advertiser=f"Small {number}") for number, ad in enumerate(rugs(3, "us", 60))]
    bring_in(empty, *many, *few)
    found = ask(empty, limit=4, diversity=Diversity(repeats=True, per_advertiser=1))
    assert ids(found) == ["open-000", "us-060", "us-061", "us-062"] and not found.filled
    assert set(found.held.values()) == {Held.ADVERTISER}
    assert found.relevance < found.as_ranked
    crowded = ask(empty, limit=6, diversity=Diversity(repeats=True, per_advertiser=1))
    assert len(crowded.matches) == 6 and crowded.filled == 2


def test_pins_pass_no_gates_and_can_be_spread(empty: Store) -> None:
    bring_in(empty)
    pins = [Pin(id=f"p{number}", title=f"Jute rug {number}", category=f"c{number // 3}") for number in range(4)]
    with empty.writing("pins"):
        rows = [Accepted(line, pin) for line, pin in enumerate(pins, start=1)]
        index(rows, IndexJob(kind=Kind.PIN, source="pins", run="1"), empty, EMBEDDER)
    asked = Asked(query=text_query("jute rug", EMBEDDER), kind=Kind.PIN, limit=2, diversity=Diversity(per_category=1))
    assert "p3" in ids(serve(asked, empty))


def test_why_not_tells_an_unknown_id_from_its_neighbours(store: Store) -> None:
    with pytest.raises(UnknownIdError) as caught:
        explain(store, "rug-22")
    assert "rug-2" in caught.value.hint


def test_why_not_tells_every_gate_that_is_closed_and_the_rank_without_them(empty: Store) -> None:
    sold = replace(rugs(1, "paused")[0], availability=Availability.OUT_OF_STOCK)
    bring_in(empty, sold, *rugs(4, "open", 3))
    found = explain(empty, "paused-000", limit=2)
    assert [closed.gate for closed in found.closed] == [Gate.STATUS, Gate.STOCK]
    assert found.rank == 1 and found.shown_at is None and found.campaign and found.campaign.id == "paused"


def test_why_not_tells_each_filter_that_is_not_passed(empty: Store) -> None:
    bring_in(empty, Ad(id="rug", title="Round jute rug", interest=Interest.HOME_DECOR, countries=("US", "CA")))
    filters = Filters(
        interests=frozenset({Interest.ART, Interest.TRAVEL}),
        min_price=Decimal(5),
        country="DE",
        where=parse("title contains rug and advertiser = Lumen and link is empty"),
    )
    found = explain(empty, "rug", filters=filters)
    assert found.rank is None and found.filters == (
        "--interest art, travel: it is of home decor",
        "--min-price 5: its price is not known",
        "--country DE: it is offered in US, CA",
        "--where advertiser = Lumen",
    )


def test_why_not_of_one_that_is_shown_says_where(store: Store) -> None:
    found = explain(store, "rug-2", NEED)
    assert found.shown_at == 2 == found.rank and not found.closed and not found.filters


def test_why_not_of_one_below_the_last_shown_says_what_it_lacks(empty: Store) -> None:
    bring_in(empty, *rugs(5, "open"), Ad(id="far", title="A jute sack"))
    found = explain(empty, "far", limit=2)
    assert found.rank == 6 and found.last and found.last.record.id == "open-001" and found.match
    assert found.gap == pytest.approx(found.last.score - found.match.score) and found.gap > 0
    assert found.lacking == ("round", "rug")


def test_why_not_of_one_held_back_says_by_which_rule(empty: Store) -> None:
    shop = [replace(ad, advertiser="Big") for ad in rugs(3, "open")]
    bring_in(empty, *shop, *rugs(3, "us", 5))
    found = explain(empty, "open-001", limit=3, diversity=Diversity(repeats=True, per_advertiser=1))
    assert found.held is Held.ADVERTISER and found.rank == 2 and found.shown_at is None


def test_why_not_of_an_ad_of_a_campaign_that_nobody_imported_says_so(empty: Store) -> None:
    bring_in(empty, *rugs(1, "nowhere"), *rugs(1, "open"))
    assert explain(empty, "nowhere-000").campaign_is_unknown
    assert not explain(empty, "open-000").campaign_is_unknown


def test_why_not_below_the_deepest_rank_still_has_the_raw_parts(empty: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.matching import whynot

    monkeypatch.setattr(whynot, "DEEPEST_RANK", 2)
    monkeypatch.setattr(serving, "SPARE", 1)
    bring_in(empty, *rugs(8, "open"), Ad(id="far", title="A jute sack"))
    found = explain(empty, "far", limit=1)
    assert found.rank is None and found.match and found.match.record.id == "far"
    assert found.match.shared_words == ("jute",)


def test_what_each_part_alone_would_have_needed() -> None:
    def match(meaning: tuple[float, float], words: tuple[float, float]) -> Match:
        parts = (Part("meaning", *meaning, 0.5), Part("words", *words, 0.5))
        return Match(rank=1, record=Ad(id="a", title="t"), parts=parts)

    last, this = match((0.6, 0.8), (10.0, 1.0)), match((0.4, 0.4), (5.0, 0.5))
    # 0.45 points short: 0.9 of scaled meaning more than there can be, and 0.9 of scaled words as well.
    assert dict(needed(this, last)) == {}
    nearer = match((0.5, 0.6), (9.0, 0.9))
    assert dict(needed(nearer, last)) == pytest.approx({"meaning": 0.65})
