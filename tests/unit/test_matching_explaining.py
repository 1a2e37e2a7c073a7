"""Explanations are measured: what they say was lost is what a search without it loses."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from math import isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.matching.explaining.evidence import Explanation
from assistant.matching.explaining.explain import DEPTH, explain
from assistant.matching.explaining.pieces import MOST_PIECES, cut_query, cut_records, cut_sentences
from assistant.matching.search import text_query
from store.records import Ad, Filters, Kind, Pin
from store.store import Store
from tests.explained import EMBEDDER, HOSTILE, SHOP, explained, fill, found_by

pytestmark = pytest.mark.filterwarnings("ignore:legacy embedding function config")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("explaining") / "store", create=True) as opened:
        fill(opened)
        yield opened


def of(found: tuple[Explanation, ...], identifier: str) -> Explanation:
    return next(one for one in found if one.match.record.id == identifier)


def part(one: Explanation, name: str) -> float:
    return next(part.raw for part in one.match.parts if part.name == name)


@pytest.mark.parametrize("asked", [{"text": "woven wool throw in sage"}, {"pin": "pin-sofa"}])
def test_the_words_add_up_to_the_bm25_of_the_score(store: Store, asked: dict[str, str]) -> None:
    for one in explained(store, **asked):
        assert sum(word.bm25 for word in one.words) == pytest.approx(part(one, "words"))
        assert not one.words or sum(word.share for word in one.words) == pytest.approx(1)
        assert [word.bm25 for word in one.words] == sorted((word.bm25 for word in one.words), reverse=True)


def test_the_cosine_is_that_of_the_score(store: Store) -> None:
    for one in (*explained(store, "wool throw"), *explained(store, pin="pin-sofa")):
        assert one.cosine == pytest.approx(part(one, "meaning"), abs=1e-5)


def test_a_word_stands_where_it_is_said_to_stand(store: Store) -> None:
    sage = of(explained(store, "throws of wool"), "throw-sage")
    places = {(word.text, spot.field, spot.text[spot.start : spot.end]) for word in sage.words for spot in word.spots}
    assert places == {("throws", "title", "Throw"), ("throws", "type", "Throws"), ("wool", "title", "Wool")}


def test_what_a_piece_of_the_query_loses_is_what_a_search_without_it_loses(store: Store) -> None:
    one = of(explained(store, "wool throw sage"), "throw-sage")
    for piece, rest in zip(one.pieces, ("throw sage", "wool sage", "wool throw"), strict=True):
        without = of(explained(store, rest), "throw-sage")
        assert one.cosine - piece.cosine == pytest.approx(without.cosine, abs=1e-5)
        assert part(one, "words") - piece.bm25 == pytest.approx(part(without, "words"))
        assert piece.rank == without.match.rank


def test_where_nothing_is_left_to_look_for_everything_is_lost(store: Store) -> None:
    (piece,) = (one := of(explained(store, "wool"), "bare")).pieces
    assert piece.rank is None and piece.cosine == pytest.approx(one.cosine)
    assert piece.bm25 == pytest.approx(part(one, "words"))


def test_the_pieces_of_a_pin_are_its_fields(store: Store) -> None:
    one = of(explained(store, pin="pin-sofa"), "throw-sage")
    assert [piece.name for piece in one.pieces] == ["title", "description", "board", "tags"]
    title, description, board, tags = one.pieces
    bm25 = {word.text: word.bm25 for word in one.words}
    assert title.bm25 == pytest.approx(bm25["wool"] + bm25["throw"])
    # "sage" stands in the description and in the tags, so either alone loses half of it.
    assert description.bm25 == tags.bm25 == pytest.approx(bm25["Sage"] / 2)
    assert board.bm25 == 0


def test_a_sentence_of_the_ad_loses_what_the_ad_without_it_has_not(store: Store) -> None:
    one = of(explained(store, "a short fringe"), "throw-sage")
    fringe = next(sentence for sentence in one.sentences if "fringe" in sentence.text)
    assert fringe.cosine == max(sentence.cosine for sentence in one.sentences) > 0
    cut = next(cut for cut in cut_sentences(one.match.record) if cut.text == fringe.text)
    query, rest = text_query("a short fringe", EMBEDDER).vector, EMBEDDER.embed([cut.rest])[0]
    assert "fringe" not in cut.rest and one.cosine - fringe.cosine == pytest.approx(float(rest @ query), abs=1e-5)


def test_nobody_looks_again_unless_asked_to(store: Store) -> None:
    subject, matches = found_by(store, "wool throw")
    one, *_ = explain(subject, matches, Kind.AD, store, EMBEDDER)
    assert one.depth == 0 and all(piece.rank is None for piece in one.pieces)
    assert explained(store, "wool throw")[0].depth == DEPTH


def facts(one: Explanation) -> set[tuple[str, str, bool]]:
    return {(fact.name, fact.bearing, fact.agrees) for fact in one.facts}


def test_a_colour_that_others_have_and_this_has_not_speaks_against_it(store: Store) -> None:
    found = explained(store, "wool throw in sage under $60")
    assert ("color", "sage asked", True) in facts(of(found, "throw-sage"))
    assert ("price", "at most 60 asked", True) in facts(of(found, "throw-sage"))
    assert ("color", "sage asked", False) in facts(of(found, "throw-navy"))
    assert ("price", "at most 60 asked", False) in facts(of(found, "throw-navy"))


def test_a_colour_that_the_text_names_does_not_speak_against_it(store: Store) -> None:
    found = explained(store, "wool throw in sage")
    assert not [fact for fact in of(found, "throw-cotton").facts if fact.name == "color"]


def test_a_colour_of_a_pin_is_not_asked_for(store: Store) -> None:
    found = explained(store, pin="pin-sofa")
    assert not [fact for fact in of(found, "throw-navy").facts if fact.name == "color"]
    assert ("color", "Sage in the pin", True) in facts(of(found, "throw-sage"))


def test_a_price_that_a_filter_asks_for_is_met(store: Store) -> None:
    found = explained(store, "wool throw", filters=Filters(max_price=Decimal(60)))
    assert ("price", "at most 60 asked", True) in facts(of(found, "throw-sage"))


def test_what_cannot_be_bought_is_said(store: Store) -> None:
    found = explained(store, "cotton throw")
    assert ("availability", "cannot be bought now", False) in facts(of(found, "throw-cotton"))


def test_the_interest_of_a_pin_is_held_against_that_of_the_ad(store: Store) -> None:
    found = explained(store, pin="pin-sofa")
    assert ("interest", "as of the pin", True) in facts(of(found, "throw-sage"))
    assert ("interest", "home decor of the pin", False) in facts(of(found, "pot"))


def test_the_neighbours_are_those_next_in_rank_and_the_gap_is_theirs(store: Store) -> None:
    found = explained(store, "wool throw in sage")
    assert found[0].ahead is None and found[-1].behind is None
    for one, following in pairwise(found):
        assert one.behind and following.ahead
        assert one.behind.record is following.match.record and following.ahead.record is one.match.record
        gap = one.match.score - following.match.score
        assert one.behind.gap == following.ahead.gap == pytest.approx(gap)
        assert -sum(points for _, points in following.ahead.differences) == pytest.approx(gap)


def test_what_passes_the_one_ahead_makes_up_the_gap(store: Store) -> None:
    found = explained(store, "wool throw in sage")
    steps = [(one, step) for one in found if one.ahead for step in one.ahead.steps]
    assert steps
    for one, step in steps:
        (mine,) = [part for part in one.match.parts if part.name == step.part]
        others = [part for other in found for part in other.match.parts if part.name == step.part]
        low, high = min(part.raw for part in others), max(part.raw for part in others)
        assert step.now == mine.raw < step.needed <= high + 1e-6
        assert one.ahead is not None
        assert (step.needed - step.now) / (high - low) * mine.weight == pytest.approx(one.ahead.gap, rel=0.05)


def test_the_words_that_only_the_one_ahead_has_are_named(store: Store) -> None:
    found = explained(store, "wool throw in sage")
    has = [[word.text for word in one.words] for one in found]
    for place, one in enumerate(found[1:], start=1):
        assert one.ahead and list(one.ahead.lacks) == [word for word in has[place - 1] if word not in has[place]]
    assert any(one.ahead.lacks for one in found[1:] if one.ahead)


def test_near_duplicates_are_found_by_their_vectors(store: Store) -> None:
    (twin, *_) = of(explained(store, "wool throw"), "throw-sage").twins
    assert twin.record.id == "throw-navy" and twin.cosine > 0.85
    assert of(explained(store, "lamp"), "lamp").twins == ()


def test_a_long_query_is_left_out_clause_by_clause() -> None:
    text = "; ".join(f"clause number{place} of oak{place} lamps{place}" for place in range(40))
    cuts = cut_query(text)
    assert 1 < len(cuts) <= MOST_PIECES
    assert "".join(cut.text for cut in cuts).replace(" ", "") == text.replace(" ", "")
    assert all(cut.text not in cut.rest for cut in cuts)


def test_many_pins_are_left_out_some_at_a_time() -> None:
    pins = [Pin(id=str(number), title=f"pin {number}") for number in range(50)]
    assert [cut.text for cut in cut_records(pins[:3])] == ["pin 0", "pin 1", "pin 2"]
    cuts = cut_records(pins)
    assert 1 < len(cuts) <= MOST_PIECES
    assert [title for cut in cuts for title in cut.text.split("; ")] == [pin.title for pin in pins]
    assert all({*cut.text.split("; ")}.isdisjoint(pin.title for pin in cut.left) for cut in cuts)


@pytest.mark.parametrize("text", ["🧶🧶", "the of and", "木の棚", "wool " * 400, HOSTILE, "8x10", "..."])
def test_odd_queries_are_explained(store: Store, text: str) -> None:
    for one in explained(store, text):
        check_sound(one)


@settings(max_examples=12, deadline=None)
@given(text=st.text(min_size=1, max_size=80).filter(lambda text: text.strip()))
def test_whatever_is_asked_the_losses_are_numbers_and_the_ids_exist(store: Store, text: str) -> None:
    for one in explained(store, text)[:3]:
        check_sound(one)


def test_hostile_pins_and_ads_are_data(store: Store) -> None:
    found = explained(store, pin="pin-hostile")
    for one in found:
        check_sound(one)
    assert store.database.count(Kind.AD) == len(SHOP)


def check_sound(one: Explanation) -> None:
    known = {product.id for product in SHOP}
    numbers = [one.cosine, *(piece.cosine for piece in one.pieces), *(piece.bm25 for piece in one.pieces)]
    numbers += [sentence.cosine for sentence in one.sentences] + [word.share for word in one.words]
    assert all(isfinite(number) for number in numbers)
    assert all(0 <= word.share <= 1 for word in one.words)
    beside = [neighbour.record.id for neighbour in (one.ahead, one.behind) if neighbour]
    assert {*beside, *(twin.record.id for twin in one.twins), one.match.record.id} <= known
    assert isinstance(one.match.record, Ad)
    for spot in (spot for word in one.words for spot in word.spots):
        assert 0 <= spot.start < spot.end <= len(spot.text)
