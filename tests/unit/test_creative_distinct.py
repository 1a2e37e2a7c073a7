"""Near-duplicates among variants: found by runs of words, by their own words, and by the idea."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.creative.formats import PIN, SEARCH
from assistant.creative.ranking.distinct import distinct_2, idea_similarities, mean_similarity, too_alike
from assistant.embedding.embedder import Embedder, Role, Vectors
from assistant.embedding.hashing import HashingEmbedder
from store.records import Product
from tests.judged import ideas

STOOL = Product(
    id="stool",
    title="Ash Step Stool, 2 Steps",
    description="Solid ash stool with two steps and a cut-out handle. Carries 120 kg. 42 cm tall.",
)
SHELF = {
    "title": "Reach the top shelf without a wobble",
    "description": "The good plates are always at the very top. Two ash steps bring them within reach.",
    "alt_text": "Ash step stool with two steps.",
}
BATH = {
    "title": "A side table on its days off",
    "description": "Pull it up beside the bath with a book and a candle. Later the handle takes it back to the hall.",
    "alt_text": "Ash step stool with two steps.",
}
EDITED = {
    "a word exchanged": ("always at the very top", "always at the far top"),
    "a sentence left out": ("Two ash steps bring them within reach.", "It helps."),
    "other capitals": ("The good plates", "THE GOOD PLATES"),
    "another end": ("within reach.", "down to your hands again."),
}


class Pointing(Embedder):
    """Gives each text the vector that was set for it."""

    name, fingerprint, max_tokens = "pointing", "pointing-1", 100

    def __init__(self, vectors: dict[str, Sequence[float]], dimension: int = 3) -> None:
        self.vectors, self.dimension = vectors, dimension

    def embed(self, texts: Sequence[str], *, role: Role = "passage") -> Vectors:
        rows = np.array([self.vectors[text] for text in texts], dtype=np.float32)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def whole(texts: dict[str, str]) -> str:
    return f"{texts['description'].rstrip('.')}. {texts['title']}"


@pytest.mark.parametrize("change", EDITED)
def test_a_variant_with_a_few_words_changed_is_the_same(change: str) -> None:
    old, new = EDITED[change]
    edited = {**SHELF, "description": SHELF["description"].replace(old, new)}
    assert edited != SHELF
    found = too_alike(edited, [BATH, SHELF], STOOL, PIN)
    assert found and (found.check, found.code, found.slot) == ("distinct", "same_words", "")
    assert SHELF["title"] in found.message and SHELF["title"] in found.advice


def test_sentences_in_another_order_are_the_same() -> None:
    turned = {**SHELF, "description": " ".join(reversed(SHELF["description"].partition(". ")))}
    assert too_alike(turned, [SHELF], STOOL, PIN)


def test_another_idea_is_let_through_whatever_label_both_have() -> None:
    assert too_alike(SHELF, [BATH], STOOL, PIN) is None
    assert too_alike(SHELF, [BATH], STOOL, PIN, HashingEmbedder()) is None
    assert too_alike(SHELF, [], STOOL, PIN, HashingEmbedder()) is None


def test_the_words_of_the_facts_are_common_to_all_variants() -> None:
    facts = "Solid ash stool with two steps and a cut-out handle carries 120 kg"
    first = {"title": "Up to the jam", "description": f"{facts}, so grandmother reaches her preserves."}
    second = {"title": "Bedtime by the bunk", "description": f"{facts}, so a small child climbs under the blanket."}
    assert too_alike(first, [second], STOOL, PIN) is None


@pytest.mark.parametrize("embedder", [None, HashingEmbedder()], ids=["words", "hashing"])
def test_by_words_alone_no_two_ideas_are_taken_for_one(embedder: Embedder | None) -> None:
    for product, texts in ideas():
        for first, second in ((0, 2), (1, 3), (0, 3), (1, 2)):
            assert too_alike(texts[first], [texts[second]], product, PIN, embedder) is None, texts[first]


def test_the_nearest_idea_is_named_and_what_all_say_of_the_product_is_taken_out() -> None:
    near = {"title": "High plates come down", "description": "Climb when what is wanted stands far over your head."}
    about = [1.0, 0.0, 0.0]
    vectors = {
        STOOL.passage: about,
        whole(SHELF): [3.0, 1.0, 0.1],
        whole(BATH): [3.0, 0.0, 1.0],
        whole(near): [3.0, 1.0, 0.0],
    }
    embedder = Pointing(vectors)
    alike = idea_similarities(whole(near), [whole(SHELF), whole(BATH)], STOOL, embedder)
    assert alike == pytest.approx([1 / np.hypot(1, 0.1), 0.0], abs=1e-5)
    found = too_alike(near, [BATH, SHELF], STOOL, PIN, embedder)
    assert found and found.code == "same_idea" and SHELF["title"] in found.message
    assert too_alike(BATH, [SHELF], STOOL, PIN, embedder) is None


def test_a_text_that_is_all_product_has_no_idea_of_its_own() -> None:
    embedder = Pointing({"a": [1, 0, 0], "b": [0, 1, 0], STOOL.passage: [1, 0, 0]})
    assert np.isfinite(idea_similarities("a", ["b"], STOOL, embedder)).all()


def test_a_search_ad_is_compared_as_a_whole() -> None:
    texts = {f"headline_{n}": f"Headline about {word}" for n, word in enumerate(("jam", "books", "paint"), start=1)}
    texts["description_1"] = "Reach the jam, the books and the paint."
    found = too_alike(texts, [dict(texts)], STOOL, SEARCH)
    assert found and "Headline about jam" in found.message


@given(st.lists(st.text(max_size=60), max_size=6))
def test_distinct_2_is_a_share(texts: list[str]) -> None:
    assert 0.0 <= distinct_2(texts) <= 1.0


def test_distinct_2_counts_pairs_of_neighbours_within_a_text() -> None:
    assert distinct_2(["a b c", "a b d"]) == pytest.approx(3 / 4)
    assert distinct_2(["one", ""]) == 0.0


@given(st.integers(2, 8), st.integers(0, 100))
def test_the_mean_similarity_is_that_of_all_pairs(count: int, seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(count, 5))
    vectors = np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)
    pairs = [float(vectors[a] @ vectors[b]) for a in range(count) for b in range(a)]
    assert mean_similarity(vectors) == pytest.approx(np.mean(pairs), abs=1e-5)


def test_one_text_alone_is_like_no_other() -> None:
    assert mean_similarity(np.ones((1, 3), dtype=np.float32)) == 0.0
