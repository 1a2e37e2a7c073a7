"""The head of a list in the order of a reranker: a part that is seen, scores that fall, and the rest as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.embedding.hashing import HashingEmbedder, HashingReranker
from assistant.embedding.reranker import Floats, Reranker
from assistant.evaluation.kept import open_index
from assistant.matching.by_record import record_query
from assistant.matching.diverse import Diversity
from assistant.matching.explaining.neighbours import ahead_of
from assistant.matching.ranking import reranking
from assistant.matching.ranking.reranking import HEAD, RERANKER, levers
from assistant.matching.rankings import Setting, rank
from assistant.matching.search import search, text_query
from assistant.matching.serve import Asked, serve
from assistant.matching.whynot import needed, why_not
from store.records import Ad, Filters, Kind, Match, Pin
from store.store import Store
from store.where.parse import parse

pytestmark = pytest.mark.filterwarnings("ignore:legacy embedding function config")

EMBEDDER = HashingEmbedder(64)
THINGS, PLACES = ("oak shelf", "wool throw", "desk lamp", "clay pot"), ("hall", "bath", "office")
ADS = [Ad(id=f"A{n:03}", title=f"{THINGS[n % 4]} {PLACES[n % 3]} {n}") for n in range(120)]
PIN = Pin(id="P1", title="a lamp on a desk")
QUERY = text_query("desk lamp for the office", EMBEDDER)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    records = {Kind.AD: ADS, Kind.PIN: [PIN]}
    with open_index(tmp_path_factory.mktemp("reranked") / "index", records, EMBEDDER) as opened:
        yield opened


class By(Reranker):
    """Scores each passage by a function of it, and notes what it was asked."""

    name = "by"

    def __init__(self, score: Callable[[str], float]) -> None:
        self._score = score
        self.asked: list[tuple[str, int]] = []

    def score(self, query: str, passages: Sequence[str]) -> Floats:
        self.asked.append((query, len(passages)))
        return np.array([self._score(passage) for passage in passages])


def number(passage: str) -> int:
    return int(passage.rsplit(" ", 1)[1])


def by_number(passage: str) -> float:
    return -100.0 - number(passage)


def find(store: Store, reranker: Reranker | None = None, limit: int = 120) -> tuple[Match, ...]:
    return search(QUERY, Kind.AD, store, limit=limit, reranker=reranker)


def ids(matches: Sequence[Match]) -> list[str]:
    return [match.record.id for match in matches]


def test_the_head_is_in_the_order_of_the_reranker_and_the_rest_comes_after_it(store: Store) -> None:
    before, reranker = ids(find(store)), By(by_number)
    after = ids(find(store, reranker))
    assert after == sorted(before[:HEAD]) + before[HEAD:]
    assert after != before
    assert reranker.asked == [(QUERY.text, HEAD)]


@pytest.mark.parametrize("limit", [1, 10, HEAD, HEAD + 1])
def test_the_whole_head_is_read_however_few_are_wanted(store: Store, limit: int) -> None:
    assert ids(find(store, By(by_number), limit)) == ids(find(store, By(by_number)))[:limit]


def test_scores_fall_and_are_the_sum_of_the_parts_that_are_seen(store: Store) -> None:
    before = {match.record.id: match for match in find(store)}
    found = find(store, By(by_number))
    scores = [match.score for match in found]
    assert scores == sorted(scores, reverse=True) and scores[0] == 1.0
    for match in found[:HEAD]:
        own, *others = match.parts
        assert (own.name, own.raw, own.weight) == (RERANKER, by_number(match.record.title), 1.0)
        assert match.score == pytest.approx(own.scaled)
        assert {part.weight for part in others} == {0.0}
        assert [(part.name, part.raw) for part in others] == [
            (part.name, part.raw) for part in before[match.record.id].parts
        ]
    assert [match.parts for match in found[HEAD:]] == [before[match.record.id].parts for match in found[HEAD:]]


def test_where_all_are_the_same_to_the_reranker_nothing_moves(store: Store) -> None:
    assert ids(find(store, By(lambda _: 0.25))) == ids(find(store))


@given(seed=st.integers(0, 2**32 - 1))
def test_whatever_the_reranker_says_nothing_is_lost_and_no_place_is_above_a_better(store: Store, seed: int) -> None:
    scores = np.random.default_rng(seed).normal(scale=10.0 ** (seed % 20 - 10), size=120)
    found = find(store, By(lambda passage: float(scores[number(passage)])))
    assert sorted(ids(found)) == sorted(ids(find(store)))
    points = [match.score for match in found]
    assert all(0.0 <= one <= 1.0 + 1e-9 for one in points)
    assert all(one >= other - 1e-12 for one, other in pairwise(points))
    told = [scores[number(match.record.title)] for match in found[:HEAD]]
    assert told == sorted(told, reverse=True)


def test_a_filter_comes_before_the_head(store: Store) -> None:
    filters = Filters(where=parse("title contains clay"))
    reranker = By(by_number)
    found = search(QUERY, Kind.AD, store, filters=filters, limit=120, reranker=reranker)
    assert ids(found) == [ad.id for ad in ADS if "clay" in ad.title]
    assert reranker.asked == [(QUERY.text, 30)]


def test_nothing_found_is_nothing_read(store: Store) -> None:
    reranker = By(by_number)
    assert search(QUERY, Kind.AD, store, filters=Filters(where=parse("title = x")), reranker=reranker) == ()
    assert reranker.asked == []


def test_a_pin_is_a_query_too(store: Store) -> None:
    _, query = record_query(Kind.PIN, "P1", store, EMBEDDER)
    reranker = By(by_number)
    search(query, Kind.AD, store, reranker=reranker)
    assert reranker.asked == [(PIN.passage, HEAD)]


def test_a_long_text_is_cut_for_the_reranker(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: list[int] = []
    monkeypatch.setattr(reranking, "LOOKED_AT", 5)

    class Measuring(HashingReranker):
        def score(self, query: str, passages: Sequence[str]) -> Floats:
            lengths.extend(map(len, (query, *passages)))
            return super().score(query, passages)

    find(store, Measuring())
    assert max(lengths) == 5


def test_what_is_shown_is_served_and_varied_from_the_reranked_list(store: Store) -> None:
    asked = Asked(query=QUERY, limit=10, reranker=By(by_number))
    assert ids(serve(asked, store).matches) == ids(find(store, By(by_number), 10))
    varied = Asked(query=QUERY, limit=10, reranker=By(by_number), diversity=Diversity(balance=0.5))
    shown = serve(varied, store).matches
    assert shown[0].record.id == ids(find(store, By(by_number), 1))[0] and len(shown) == 10


def test_why_not_tells_what_the_reranker_would_have_had_to_say(store: Store) -> None:
    whole = find(store, By(by_number))
    asked = Asked(query=QUERY, limit=5, reranker=By(by_number))
    inside = why_not(whole[7].record.id, asked, store)
    assert inside.rank == 8 and inside.match and inside.last
    ((name, raw),) = needed(inside.match, inside.last)
    assert name == RERANKER and raw == pytest.approx(by_number(whole[4].record.title))


def test_no_part_alone_lifts_what_the_reranker_has_not_read(store: Store) -> None:
    whole = find(store, By(by_number))
    below = why_not(whole[HEAD + 3].record.id, Asked(query=QUERY, limit=5, reranker=By(by_number)), store)
    assert below.rank == HEAD + 4 and below.match and below.last
    assert not levers(below.match, below.last) and not [*needed(below.match, below.last)]
    assert not ahead_of(whole[HEAD], whole[HEAD - 1], whole, {}).steps
    assert [step.part for step in ahead_of(whole[1], whole[0], whole, {}).steps] == [RERANKER]


def test_the_setting_of_an_evaluation_is_what_a_look_up_does(store: Store) -> None:
    reranker = HashingReranker()
    found = rank(QUERY, Kind.AD, store, [Setting.DEFAULT, Setting.RERANKER], reranker=reranker)
    assert [identifier for identifier, _ in found[Setting.RERANKER]] == ids(find(store, reranker, 100))
    assert [identifier for identifier, _ in found[Setting.DEFAULT]] == ids(find(store, None, 100))
