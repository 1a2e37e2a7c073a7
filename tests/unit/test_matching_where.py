"""Look-ups under a `--where`: the same as scoring every survivor, whichever way they are found."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.embedding.hashing import HashingEmbedder
from assistant.matching import search as searching
from assistant.matching.index import embed_pending
from assistant.matching.search import search, text_query
from store import vectors as storing
from store.records import Ad, Filters, Kind, Price
from store.store import Store
from store.where.parse import parse

pytestmark = pytest.mark.filterwarnings("ignore:legacy embedding function config")

EMBEDDER = HashingEmbedder(64)
WORDS = ("oak", "wool", "desk", "clay", "glass", "linen", "cork", "shelf", "throw", "lamp", "pot", "jar", "bag", "mat")
COLORS = ("green", "sage", "red", "")


def random_ads(seed: int, count: int) -> list[Ad]:
    draw = random.Random(seed)
    return [
        Ad(
            id=f"A{number:03}",
            title=f"{' '.join(draw.sample(WORDS, draw.randint(1, 5)))} {number}",
            price=Price(Decimal(number)),
            campaign=draw.choice(COLORS),
        )
        for number in range(count)
    ]


ADS = {ad.id: ad for ad in random_ads(7, 250)}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("where") / "store", create=True) as opened:
        with opened.writing("test"):
            opened.database.put(Kind.AD, list(ADS.values()), source="s", run="1")
            embed_pending(opened, EMBEDDER, lambda _done, _total: None)
        yield opened


queries = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
chosen = st.sets(st.sampled_from(COLORS[:3]), min_size=1)
conditions = st.tuples(st.integers(0, 250), st.integers(0, 250), chosen)


def survivors(lowest: int, highest: int, campaigns: set[str]) -> set[str]:
    return {
        ad.id for ad in ADS.values() if ad.price and lowest <= ad.price.amount <= highest and ad.campaign in campaigns
    }


def where_of(lowest: int, highest: int, campaigns: set[str]) -> Filters:
    return Filters(where=parse(f"price >= {lowest} and price <= {highest} and campaign in ({', '.join(campaigns)})"))


def just(ids: list[str]) -> Filters:
    return Filters(where=parse(f"id in ({', '.join(ids)})"))


def nearest_by_hand(store: Store, text: str, among: set[str], limit: int) -> list[float]:
    vectors = EMBEDDER.embed([ADS[identifier].passage for identifier in sorted(among)] or ["x"])
    cosines = np.sort(vectors @ text_query(text, EMBEDDER).vector)[::-1]
    return [float(cosine) for cosine in cosines[: min(limit, len(among))]]


@given(queries, conditions)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_look_up_finds_all_that_pass_in_the_order_of_their_scores(
    store: Store, text: str, condition: tuple[int, int, set[str]]
) -> None:
    among, filters = survivors(*condition), where_of(*condition)
    found = search(text_query(text, EMBEDDER), Kind.AD, store, filters=filters, limit=1000)
    assert {match.record.id for match in found} == among
    words = dict(store.lexicon.search(Kind.AD, text, 1000, ids=among))
    cosines = [match.parts[0].raw for match in found]
    assert sorted(cosines, reverse=True) == pytest.approx(nearest_by_hand(store, text, among, 1000), abs=1e-5)
    assert {match.record.id: match.parts[1].raw for match in found if match.parts[1].raw} == words
    scores = [match.score for match in found]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("exact_below", [0, 30, 4000])
@given(queries, conditions)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whichever_way_is_taken_the_nearest_are_found(
    store: Store, exact_below: int, text: str, condition: tuple[int, int, set[str]]
) -> None:
    among, filters, query = survivors(*condition), where_of(*condition), text_query(text, EMBEDDER)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching, "EXACT_BELOW", exact_below)
        found = searching._dense(query.vector, Kind.AD, store, 5, filters, len(among))
    assert {identifier for identifier, _ in found} <= among
    assert [cosine for _, cosine in found] == pytest.approx(nearest_by_hand(store, text, among, 5), abs=1e-5)


@pytest.mark.parametrize(
    ("where", "count"), [("price >= 0", 250), ("price < 0", 0), ("price = 17", 1), ("not price is empty", 250)]
)
@pytest.mark.parametrize("exact_below", [0, 4000])
def test_a_filter_may_leave_all_one_or_none(
    store: Store, where: str, count: int, exact_below: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "EXACT_BELOW", exact_below)
    monkeypatch.setattr(searching, "CANDIDATES", 250)
    found = search(text_query("oak lamp", EMBEDDER), Kind.AD, store, filters=Filters(where=parse(where)), limit=1000)
    assert len(found) == count


def test_survivors_that_are_all_far_away_are_scored_one_by_one_in_the_end(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index names the nearest first, of which none passes; it is asked for more, but never for all."""
    query, vectors = text_query("oak desk", EMBEDDER), store.vectors()
    order = [identifier for identifier, _ in vectors.query(Kind.AD, query.vector, 250, among=list(ADS))]
    asked: list[int | None] = []

    def watched(kind: Kind, vector: object, limit: int, among: object = None) -> object:
        asked.append(None if among is not None else limit)
        return original(kind, vector, limit, among)  # type: ignore[arg-type]

    original = vectors.query
    monkeypatch.setattr(vectors, "query", watched)
    monkeypatch.setattr(searching, "EXACT_BELOW", 0)
    found = searching._dense(query.vector, Kind.AD, store, 3, just(order[100:]), 150)
    assert [identifier for identifier, _ in found] == order[100:103]
    assert asked == [10, 40, None]
    some_near = searching._dense(query.vector, Kind.AD, store, 5, just([*order[:2], *order[100:]]), 152)
    assert [identifier for identifier, _ in some_near] == [*order[:2], *order[100:103]]


def test_many_survivors_are_scored_a_page_at_a_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    query, vectors = text_query("oak desk", EMBEDDER), store.vectors()
    whole = vectors.query(Kind.AD, query.vector, 30, among=list(ADS))
    monkeypatch.setattr(storing, "IDS_PAGE", 20)
    in_pages = vectors.query(Kind.AD, query.vector, 30, among=list(ADS))
    assert [identifier for identifier, _ in in_pages] == [identifier for identifier, _ in whole]
    assert [cosine for _, cosine in in_pages] == pytest.approx([cosine for _, cosine in whole], abs=1e-6)
