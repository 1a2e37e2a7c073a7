"""Ranking: the better copy first, by parts that are shown, with a reason that is true."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.creative.ranking.measures import (
    Copy,
    nearness,
    readability,
    reading_ease,
    scale,
    specificity,
    style,
    visible_share,
)
from assistant.creative.ranking.rank import WEIGHTS, rank
from assistant.embedding.embedder import Embedder
from assistant.embedding.hashing import HashingEmbedder
from store.creatives import Brief, Finding, Style
from store.records import Product
from tests.judged import creative, pairs, wins

BENCH = Product(
    id="bench",
    title="Kelda Oak Bench, 120 cm",
    description="Solid oak bench, 120 x 35 cm, oiled. Carries 250 kg. Assembled with four bolts.",
)
BRIEF = Brief(product=BENCH)
FACTS = creative(
    "Four bolts and it stands | Put the legs on with four bolts and sit down: it carries 250 kg.", BENCH, "a"
)
VAGUE = creative("A bench with good sides | There is much to like, and you find out more as time goes by.", BENCH, "b")
FILLER = creative("Elevate your home | This stunning must-have is perfect for any occasion.", BENCH, "c")
FAILED = replace(FACTS, angle="d", findings=(Finding(check="limits", code="cut", message="the title is cut off"),))
EMBEDDERS = pytest.mark.parametrize("embedder", [None, HashingEmbedder()], ids=["words", "hashing"])


@EMBEDDERS
def test_the_better_of_two_mostly_wins_also_without_a_model(embedder: Embedder | None) -> None:
    won = wins(embedder)
    assert len(won) == 30
    assert sum(won) / len(won) >= 0.85


@EMBEDDERS
def test_the_best_is_first_and_what_failed_is_last_and_unranked(embedder: Embedder | None) -> None:
    ranked = rank([FAILED, FILLER, VAGUE, FACTS], BRIEF, embedder)
    assert [found.angle for found in ranked] == ["a", "b", "c", "d"]
    assert [found.rank for found in ranked] == [1, 2, 3, 0]
    assert ranked[-1].parts == () and ranked[-1].reason == ""
    assert ranked[0].score > ranked[1].score > ranked[2].score


@EMBEDDERS
def test_the_order_that_they_come_in_makes_no_difference(embedder: Embedder | None) -> None:
    given_in = [FACTS, VAGUE, FILLER]
    ranked = {
        tuple((found.angle, found.rank, found.reason, round(found.score, 5)) for found in rank(order, BRIEF, embedder))
        for order in itertools.permutations(given_in)
    }
    assert len(ranked) == 1


def test_equal_texts_follow_the_alphabet_of_their_angles() -> None:
    twins = [replace(FACTS, angle=angle) for angle in ("z", "m", "b")]
    assert [found.angle for found in rank(twins, BRIEF, None)] == ["b", "m", "z"]


@pytest.mark.parametrize("audience", ["", "people who move into a first flat"])
def test_the_parts_are_between_0_and_1_and_their_weights_sum_to_1(audience: str) -> None:
    for found in rank([FACTS, VAGUE, FILLER], Brief(product=BENCH, audience=audience), HashingEmbedder()):
        names = {part.name for part in found.parts}
        assert names == (set(WEIGHTS) if audience else set(WEIGHTS) - {"audience"})
        assert sum(part.weight for part in found.parts) == pytest.approx(1.0)
        assert all(0.0 <= part.scaled <= 1.0 for part in found.parts)
        assert 0.0 <= found.score <= 1.0


def test_a_part_does_not_depend_on_what_a_variant_is_compared_with() -> None:
    alone = rank([FACTS], BRIEF, HashingEmbedder())[0]
    among = rank([FACTS, VAGUE, FILLER], BRIEF, HashingEmbedder())[0]
    assert [part.scaled for part in alone.parts] == pytest.approx([part.scaled for part in among.parts], abs=1e-3)


def test_the_reason_names_the_facts_and_what_the_others_lack() -> None:
    first, second, third = rank([FACTS, VAGUE, FILLER], BRIEF, None)
    assert first.reason.startswith("First for ") and "its concrete facts (250 kg, four, bolts)" in first.reason
    assert second.reason.startswith("Second ") and "few concrete facts" in second.reason
    assert "phrases that fit any product (“" in third.reason
    assert all(found.reason.endswith(".") and "\n" not in found.reason for found in (first, second, third))


def test_the_only_one_is_told_so() -> None:
    assert rank([FACTS, FAILED], BRIEF, None)[0].reason.startswith("The only one that passed; what speaks for it: ")


def test_nothing_accepted_is_nothing_ranked() -> None:
    assert rank([], BRIEF, None) == ()
    assert [found.rank for found in rank([FAILED], BRIEF, None)] == [0]


def test_a_title_whose_point_is_late_is_behind_for_it() -> None:
    late = "For all those of you out there who would like to know more about it: an oak bench"
    ranked = rank([FACTS, creative(f"{late} | {FACTS.texts['description']}", BENCH, "late")], BRIEF, None)
    assert ranked[1].angle == "late"
    assert "a title whose point comes after 40 characters" in ranked[1].reason


def test_pins_beside_it_decide_between_equals() -> None:
    hall = creative("A seat for muddy boots | Sit down in the hall and pull wet boots off.", BENCH, "hall")
    table = creative("A seat for Sunday lunch | Sit down at the table and pass the soup on.", BENCH, "table")
    beside = ["Hall with muddy boots in a row", "Wet boots in the hall"]
    for brief_beside, best in ((beside, "hall"), (["Sunday lunch at the long table", "Soup on the table"], "table")):
        ranked = rank([hall, table], BRIEF, None, beside=brief_beside)
        assert ranked[0].angle == best
        assert "its fit to the pins beside it" in ranked[0].reason
        assert "less fit to the pins beside it" in ranked[1].reason


def test_the_words_of_brief_and_house_count_for_style() -> None:
    brief = Brief(product=BENCH, use=("hall",), style=Style(vocabulary=("bolts",), avoid=("sit",)))
    asked = style(Copy.of(creative("In the hall | Four bolts, and it stands.", BENCH)), brief, None)
    avoided = style(Copy.of(creative("In the flat | Sit on it at once.", BENCH)), brief, None)
    assert asked.scaled > avoided.scaled
    assert "hall, bolts" in asked.praise and "a word to avoid (“sit”)" in avoided.blame


def test_near_examples_of_the_house_count_for_style() -> None:
    examples = ("Boots off, sit down, breathe.",)
    texts = [creative("Boots off | Sit down and breathe.", BENCH, "near"), VAGUE]
    ranked = rank(texts, Brief(product=BENCH, style=Style(examples=examples)), HashingEmbedder())
    parts = {found.angle: {part.name: part.scaled for part in found.parts} for found in ranked}
    assert parts["near"]["style"] > parts["b"]["style"]


def test_filler_costs_more_than_a_fact_brings() -> None:
    filled = creative("Four bolts and it stands | Elevate your home: it carries 250 kg and is stunning.", BENCH)
    assert specificity(Copy.of(FACTS), BRIEF).scaled > 0 == specificity(Copy.of(filled), BRIEF).scaled


def test_plain_sentences_read_easier_than_nested_ones() -> None:
    hard = creative(
        "Fits | In consideration of the requirements of numerous individuals, the article, characterised "
        "by considerable dimensions, facilitates the accommodation of several persons simultaneously.", BENCH,
    )  # fmt: skip
    assert readability(Copy.of(FACTS)).scaled > 0.8 > 0.6 > readability(Copy.of(hard)).scaled
    assert (
        reading_ease(["The cat sat on the mat."]) > 100 > reading_ease(["Organisational considerations predominate."])
    )
    assert reading_ease([]) == 0.0


def test_the_share_of_a_title_that_is_seen() -> None:
    assert visible_share("Four bolts and it stands", 40) == 1.0
    assert visible_share("Four bolts and it stands", 10) == pytest.approx(2 / 3)
    assert visible_share("Fourbolts", 5) == 0.0


@given(st.floats(-1e6, 1e6), st.floats(-10, 10), st.floats(0.01, 10))
def test_scaling_stays_within_0_and_1(raw: float, low: float, span: float) -> None:
    assert 0.0 <= scale(raw, (low, low + span)) <= 1.0


@given(st.lists(st.text(max_size=50), min_size=1, max_size=4), st.lists(st.text(max_size=50), min_size=1, max_size=4))
def test_nearness_is_told_for_every_text(texts: list[str], targets: list[str]) -> None:
    for embedder in (None, HashingEmbedder()):
        found = nearness(texts, {"pins": targets}, embedder)["pins"]
        assert len(found) == len(texts)
        assert all(0.0 <= scaled <= 1.0 for _, scaled in found)


def test_the_nearest_three_of_a_group_count() -> None:
    pins = ["oak bench", "oak bench", "oak bench", "paper kite", "blue kettle"]
    assert nearness(["An oak bench"], {"pins": pins}, None)["pins"] == [(1.0, 1.0)]


def test_the_judged_pairs_are_of_every_kind() -> None:
    told = " ".join(pair.why for pair in pairs())
    for reason in ("filler", "says something", "readers", "season", "asked for", "easy to read", "point of the title"):
        assert reason in told
