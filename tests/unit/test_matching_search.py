"""Search: both legs are weighed openly, filters are exact, and the order is the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pytest

from assistant.embedding.hashing import HashingEmbedder
from assistant.errors import UnknownIdError, UsageError
from assistant.matching import search as searching
from assistant.matching.by_record import record_query
from assistant.matching.index import embed_pending
from assistant.matching.ranking.ranker import Ranker
from assistant.matching.search import LONGEST_QUERY, blend, read_query, search, text_query
from store.records import NO_FILTERS, Ad, Availability, Filters, Interest, Kind, Match, Pin, Price
from store.store import Store

pytestmark = pytest.mark.filterwarnings("ignore:legacy embedding function config")

EMBEDDER = HashingEmbedder(64)
THINGS = ("oak shelf", "wool throw", "desk lamp", "clay pot", "glass jar", "linen bag", "cork mat")
PLACES = ("hall", "kitchen", "bath", "garden", "office")
STOCK = (Availability.IN_STOCK, Availability.OUT_OF_STOCK, Availability.PREORDER, None)
COUNTRIES = ((), ("DE",), ("DE", "FR"), ("GB",))
INTERESTS = (Interest.HOME_DECOR, Interest.GARDENING, Interest.ART)


def ad(number: int) -> Ad:
    return Ad(
        id=f"A{number:03}",
        title=f"{THINGS[number % 7]} {PLACES[number % 5]} {number}",
        price=Price(Decimal(number)) if number % 6 else None,
        availability=STOCK[number % 4],
        countries=COUNTRIES[number % 3 if number % 9 else 3],
        interest=INTERESTS[number % 3],
    )


ADS = [ad(number) for number in range(120)]
PINS = [Pin(id="P1", title="wool throw hall"), Pin(id="P2", title="desk lamp office"), Pin(id="P3", title="木の棚")]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("search") / "store", create=True) as opened:
        with opened.writing("test"):
            opened.database.put(Kind.AD, ADS, source="s", run="1")
            opened.database.put(Kind.PIN, PINS, source="s", run="1")
            embed_pending(opened, EMBEDDER, lambda _done, _total: None)
            opened.database.put(Kind.PIN, [Pin(id="late", title="linen bag")], source="s", run="2")
        yield opened


# Both legs in halves and nothing else, so that a score can be worked out by hand.
LEGS_ALONE = Ranker(name="legs", weights={"meaning": 0.5, "words": 0.5})


def find(
    store: Store, text: str, filters: Filters = NO_FILTERS, limit: int = 10, kind: Kind = Kind.AD, **named: Ranker
) -> list[Match]:
    return list(search(text_query(text, EMBEDDER), kind, store, filters=filters, limit=limit, **named))


def ids(matches: list[Match]) -> list[str]:
    return [match.record.id for match in matches]


def passes(offer: Ad, filters: Filters) -> bool:
    price = offer.current_price.amount if offer.current_price else None
    return (
        (not filters.interests or offer.interest in filters.interests)
        and (filters.min_price is None or (price is not None and price >= filters.min_price))
        and (filters.max_price is None or (price is not None and price <= filters.max_price))
        and (not filters.availability or offer.availability in filters.availability)
        and (not filters.country or not offer.countries or filters.country in offer.countries)
    )


def by_hand(store: Store, text: str, filters: Filters) -> list[str]:
    """Every survivor scored as the module's head says: both scores scaled to 0..1, weighed by half each."""
    survivors = [offer.id for offer in ADS if passes(offer, filters)]
    query = text_query(text, EMBEDDER)
    vectors = EMBEDDER.embed([offer.passage for offer in ADS if offer.id in survivors])
    cosines = dict(zip(survivors, (vectors @ query.vector).tolist(), strict=True))
    words = dict(store.lexicon.search(Kind.AD, query.text, 1000, ids=set(survivors)))
    low, high = min(cosines.values(), default=0), max(cosines.values(), default=0)
    best = max(words.values(), default=0)
    scores = {
        identifier: ((cosine - low) / (high - low) if high > low else 1.0) * (0.5 if words else 1.0)
        + (0.5 * words[identifier] / best if identifier in words else 0.0)
        for identifier, cosine in cosines.items()
    }
    return sorted(scores, key=lambda identifier: (-round(scores[identifier], 5), identifier))


FILTERS = (
    Filters(country="FR"),
    Filters(interests=frozenset({Interest.ART})),
    Filters(interests=frozenset({Interest.ART, Interest.GARDENING}), max_price=Decimal(60)),
    Filters(min_price=Decimal(30), max_price=Decimal(40)),
    Filters(availability=frozenset({Availability.IN_STOCK, Availability.PREORDER}), country="GB"),
    Filters(min_price=Decimal(119)),
)


@pytest.mark.parametrize("filters", FILTERS)
@pytest.mark.parametrize("text", ["oak shelf for the hall", "clay", "nothing shared whatsoever", "lamp 17"])
def test_with_filters_the_result_is_that_of_an_exact_search(store: Store, filters: Filters, text: str) -> None:
    found = find(store, text, filters, limit=1000, ranker=LEGS_ALONE)
    assert all(passes(match.record, filters) for match in found if isinstance(match.record, Ad))
    expected = by_hand(store, text, filters)
    assert sorted(ids(found)) == sorted(expected)
    assert ids(sorted(found, key=lambda match: (-round(match.score, 5), match.record.id))) == expected


@pytest.mark.parametrize("filters", FILTERS[:4])
def test_many_survivors_are_found_through_the_index_as_exactly(
    store: Store, filters: Filters, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ids(find(store, "oak shelf", filters, limit=8))
    query, among = text_query("oak shelf", EMBEDDER), store.database.select_ids(Kind.AD, filters, None)
    nearest = searching._dense(query.vector, Kind.AD, store, 5, filters, len(among))
    monkeypatch.setattr(searching, "EXACT_BELOW", 0)
    through_the_index = searching._dense(query.vector, Kind.AD, store, 5, filters, len(among))
    assert [cosine for _, cosine in through_the_index] == pytest.approx([cosine for _, cosine in nearest], abs=1e-5)
    assert {identifier for identifier, _ in through_the_index} <= set(among)
    assert ids(find(store, "oak shelf", filters, limit=8)) == whole


def test_a_filter_that_nothing_passes_finds_nothing(store: Store) -> None:
    assert find(store, "oak shelf", Filters(min_price=Decimal(10_000))) == []


def test_the_best_match_has_the_words_and_the_meaning(store: Store) -> None:
    best, *_ = find(store, "clay pot garden 3")
    assert best.record.id == "A003" and best.rank == 1
    assert best.shared_words == ("clay", "pot", "garden", "3")
    meaning, words, *_ = best.parts
    assert (meaning.name, meaning.scaled) == ("meaning", 1.0) and (words.name, words.scaled) == ("words", 1.0)
    assert sum(part.weight for part in best.parts) == pytest.approx(1.0)
    (alone, *_) = find(store, "clay pot garden 3", ranker=LEGS_ALONE)
    assert alone.record == best.record and alone.score == 1.0


def test_scores_lie_between_none_and_one_and_fall_with_the_rank(store: Store) -> None:
    found = find(store, "oak shelf in the hall", limit=50)
    assert [match.rank for match in found] == list(range(1, 51))
    scores = [match.score for match in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= part.scaled <= 1 for match in found for part in match.parts)


def test_the_meaning_counts_whole_where_no_word_is_shared(store: Store) -> None:
    for match in find(store, "zzz qqq", ranker=LEGS_ALONE):
        meaning, words = match.parts
        assert (meaning.weight, words.weight) == (1.0, 0.0)


def test_what_only_the_words_found_has_its_cosine_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "CANDIDATES", 3)
    query = text_query("jar 4 18 32 46 60 74", EMBEDDER)
    found = search(query, Kind.AD, store, limit=3)
    for match in found:
        vector = EMBEDDER.embed([match.record.passage])[0]
        assert match.parts[0].raw == pytest.approx(float(vector @ query.vector), abs=1e-5)


def test_a_higher_limit_only_adds_matches_and_a_low_one_is_kept(store: Store) -> None:
    assert ids(find(store, "desk lamp", limit=3)) == ids(find(store, "desk lamp", limit=30))[:3]
    assert len(find(store, "desk lamp", limit=3)) == 3


def test_pins_are_found_in_any_script_and_apart_from_ads(store: Store) -> None:
    assert ids(find(store, "木の棚", kind=Kind.PIN))[0] == "P3"
    assert set(ids(find(store, "oak shelf", kind=Kind.PIN))) <= {"P1", "P2", "P3", "late"}


@pytest.mark.parametrize("text", ['"', "*", "NEAR(a b)", "title:oak", "a AND NOT", "')--", "🪔", "{}[]"])
def test_nothing_in_a_query_is_syntax(store: Store, text: str) -> None:
    assert len(find(store, text, limit=5)) == 5


@pytest.mark.parametrize("text", ["", "  ", "\n\t\u3000"])
def test_an_empty_query_is_refused(store: Store, text: str) -> None:
    with pytest.raises(UsageError, match="empty") as caught:
        text_query(text, EMBEDDER)
    assert caught.value.hint
    with pytest.raises(UsageError, match="empty"):
        read_query(text, Kind.AD, store, EMBEDDER)


def test_a_query_is_one_line_and_of_bounded_length() -> None:
    assert text_query(" oak \n shelf ", EMBEDDER).text == "oak shelf"
    assert len(text_query("word " * 5_000, EMBEDDER).text) <= LONGEST_QUERY


def test_a_mistyped_query_is_read_for_both_legs_and_says_so(store: Store) -> None:
    query, meant = read_query(" oka  shefl", Kind.AD, store, EMBEDDER), text_query("oak shelf", EMBEDDER)
    assert query.text == meant.text
    np.testing.assert_array_equal(query.vector, meant.vector)
    assert [(one.typed, one.read_as) for one in query.corrections] == [("oka", "oak"), ("shefl", "shelf")]
    assert search(query, Kind.AD, store) == search(meant, Kind.AD, store)


def test_a_query_taken_as_it_is_has_no_corrections(store: Store) -> None:
    assert text_query("oka shefl", EMBEDDER).text == "oka shefl"
    assert text_query("oka shefl", EMBEDDER).corrections == ()
    assert read_query("oak shelf", Kind.AD, store, EMBEDDER).corrections == ()


def test_a_word_that_the_embedder_knows_is_no_slip(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EMBEDDER, "knows", lambda word: word == "lamb")
    assert read_query("desk lamb", Kind.AD, store, EMBEDDER).text == "desk lamb"
    monkeypatch.undo()
    assert read_query("desk lamb", Kind.AD, store, EMBEDDER).text == "desk lamp"


@pytest.mark.parametrize(
    "text",
    [
        "lamp",
        "lapm",
        "the of and",
        "🪔 🧶",
        "木の棚",
        "مزهرية",
        "oak shelf " * 200,
        "o" * 100_000,
        "lapm shefl " * 10_000,
    ],
    ids=lambda text: text[:12],
)
def test_any_typed_query_finds_something(store: Store, text: str) -> None:
    query = read_query(text, Kind.AD, store, EMBEDDER)
    assert len(query.text) <= 2 * LONGEST_QUERY
    assert len(search(query, Kind.AD, store, limit=5)) == 5


def test_a_pin_looks_for_ads_by_its_own_vector_and_words(store: Store) -> None:
    record, query = record_query(Kind.PIN, "P1", store, EMBEDDER)
    assert record.id == "P1" and query.text == record.passage
    np.testing.assert_allclose(query.vector, EMBEDDER.embed([record.passage])[0], atol=1e-6)
    best = search(query, Kind.AD, store, limit=3)
    assert all("wool throw" in match.record.title for match in best)


def test_a_pin_that_is_not_there_is_named_with_those_that_look_like_it(store: Store) -> None:
    with pytest.raises(UnknownIdError, match="no pin with the id lates") as caught:
        record_query(Kind.PIN, "lates", store, EMBEDDER)
    assert "late" in caught.value.hint


def test_a_pin_without_a_vector_looks_for_ads_too(store: Store) -> None:
    _, query = record_query(Kind.PIN, "late", store, EMBEDDER)
    assert all("linen bag" in match.record.title for match in search(query, Kind.AD, store, limit=3))


def test_a_blend_lies_halfway_between_a_vector_and_the_mean_of_others() -> None:
    one, other = np.eye(4, dtype=np.float32)[:2]
    mixed = blend(one, np.stack([other * 3, other]))
    np.testing.assert_allclose(mixed, [2**-0.5, 2**-0.5, 0, 0], atol=1e-6)
    assert mixed.dtype == np.float32


def test_a_blend_of_opposites_is_finite() -> None:
    one = np.eye(4, dtype=np.float32)[0]
    assert np.isfinite(blend(one, np.stack([one, -one]))).all()
    assert np.isfinite(blend(one, np.stack([-one]))).all()
