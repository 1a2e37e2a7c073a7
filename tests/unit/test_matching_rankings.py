"""The settings that are measured beside each other: each is what its name says, worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.embedding.hashing import HashingEmbedder
from assistant.evaluation.kept import open_index
from assistant.matching.ranking.ranker import DEFAULT, Ranker
from assistant.matching.rankings import Ranking, Setting, look, rank
from assistant.matching.rankings import ranked as order_of
from assistant.matching.search import Query, read_query, search, text_query
from store.records import Ad, Kind
from store.store import Store

pytestmark = pytest.mark.filterwarnings("ignore:legacy embedding function config")

EMBEDDER = HashingEmbedder(64)
THINGS, PLACES = ("oak shelf", "wool throw", "desk lamp", "clay pot"), ("hall", "bath", "office")
ADS = [Ad(id=f"A{n:03}", title=f"{THINGS[n % 4]} {PLACES[n % 3]} {n}") for n in range(60)]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_index(tmp_path_factory.mktemp("rankings") / "index", {Kind.AD: ADS}, EMBEDDER) as opened:
        yield opened


@pytest.fixture(params=["desk lamp for the hall", "clay", "lampe"])
def query(request: pytest.FixtureRequest) -> Query:
    return text_query(request.param, EMBEDDER)


def ranked(query: Query, store: Store, setting: Setting, limit: int = 100) -> Ranking:
    return rank(query, Kind.AD, store, [setting], limit=limit)[setting]


def cosines(query: Query) -> dict[str, float]:
    vectors = EMBEDDER.embed([ad.passage for ad in ADS])
    return dict(zip((ad.id for ad in ADS), (vectors @ query.vector).tolist(), strict=True))


def words(query: Query, store: Store) -> dict[str, float]:
    return dict(store.lexicon.search(Kind.AD, query.text, 100))


def assert_scores(found: Ranking, expected: dict[str, float]) -> None:
    assert dict(found) == pytest.approx(expected, abs=1e-5)
    scores = [score for _, score in found]
    assert scores == sorted(scores, reverse=True)


def test_one_leg_alone(store: Store, query: Query) -> None:
    assert_scores(ranked(query, store, Setting.DENSE), cosines(query))
    assert_scores(ranked(query, store, Setting.LEXICAL), words(query, store))


def test_the_sum_weighs_both_legs_the_same(store: Store, query: Query) -> None:
    dense, lexical = cosines(query), words(query, store)
    low, high, best = min(dense.values()), max(dense.values()), max(lexical.values(), default=1.0)
    expected = {
        name: 0.5 * (cosine - low) / (high - low) + 0.5 * lexical.get(name, 0.0) / best
        for name, cosine in dense.items()
    }
    assert_scores(ranked(query, store, Setting.SUM), expected)


def test_what_only_words_found_is_judged_by_its_meaning_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.matching.rankings.CANDIDATES", 4)
    query = text_query("desk lamp 2 17 31 45", EMBEDDER)
    dense = dict(sorted(cosines(query).items(), key=lambda pair: -pair[1])[:4])
    lexical = dict(store.lexicon.search(Kind.AD, query.text, 4))
    assert lexical.keys() - dense.keys()
    known = {name: cosine for name, cosine in cosines(query).items() if name in dense.keys() | lexical.keys()}
    low, high, best = min(known.values()), max(known.values()), max(lexical.values())
    expected = {
        name: 0.5 * (cosine - low) / (high - low) + 0.5 * lexical.get(name, 0.0) / best
        for name, cosine in known.items()
    }
    assert_scores(ranked(query, store, Setting.SUM, 4), dict(sorted(expected.items(), key=lambda pair: -pair[1])[:4]))


def test_reciprocal_ranks_count_places_alone(store: Store, query: Query) -> None:
    legs = [ranked(query, store, Setting.DENSE), ranked(query, store, Setting.LEXICAL)]
    places = [{name: place for place, (name, _) in enumerate(leg, start=1)} for leg in legs]
    expected = {name: sum(1 / (60 + leg[name]) for leg in places if name in leg) for name in places[0]}
    assert_scores(ranked(query, store, Setting.RECIPROCAL), expected)


def test_the_default_is_what_a_look_up_shows(store: Store, query: Query) -> None:
    shown = [(match.record.id, match.score) for match in search(query, Kind.AD, store, limit=7)]
    assert list(ranked(query, store, Setting.DEFAULT, 7)) == shown


def test_the_ranker_orders_what_both_legs_found(store: Store, query: Query) -> None:
    features = look(query, Kind.AD, store)
    assert ranked(query, store, Setting.RANKER) == order_of(features, DEFAULT, 100)
    assert set(features.ids) == cosines(query).keys()
    by_meaning = rank(query, Kind.AD, store, [Setting.RANKER], ranker=Ranker(name="x", weights={"meaning": 1.0}))
    nearest = max(cosines(query).items(), key=lambda pair: pair[1])[0]
    assert by_meaning[Setting.RANKER][0][0] == nearest


def test_what_neither_leg_found_can_be_looked_at_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.matching.rankings.CANDIDATES", 1)
    found = look(text_query("clay pot", EMBEDDER), Kind.AD, store, limit=1, also=["A001", "gone"])
    assert "A001" in found.ids and "gone" not in found.ids and len(found.ids) <= 3


def test_all_settings_come_from_one_call_in_their_order(store: Store, query: Query) -> None:
    found = rank(query, Kind.AD, store, list(Setting)[::-1], limit=5)
    assert list(found) == list(Setting)[::-1]
    assert all(ranking == ranked(query, store, setting, 5) for setting, ranking in found.items())
    assert all(len(ranking) <= 5 for ranking in found.values())


def test_only_the_default_is_asked_the_query_with_its_corrections(store: Store) -> None:
    typed, read = text_query("dsek lmap", EMBEDDER), read_query("dsek lmap", Kind.AD, store, EMBEDDER)
    assert read.text == "desk lamp"
    found = rank(read, Kind.AD, store, list(Setting), limit=5, typed=typed)
    assert found[Setting.DEFAULT] == ranked(read, store, Setting.DEFAULT, 5)
    for setting in (Setting.DENSE, Setting.LEXICAL, Setting.RECIPROCAL, Setting.SUM):
        assert found[setting] == ranked(typed, store, setting, 5)


def test_a_query_that_shares_no_word_finds_by_meaning(store: Store) -> None:
    query = text_query("zzz", EMBEDDER)
    assert ranked(query, store, Setting.LEXICAL) == ()
    order = [name for name, _ in ranked(query, store, Setting.DENSE)]
    for setting in (Setting.SUM, Setting.RECIPROCAL):
        assert [name for name, _ in ranked(query, store, setting)] == order
