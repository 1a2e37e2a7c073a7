"""An embedder that remembers gives what the other one gives, and asks it once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from assistant.embedding.embedder import Role, Vectors
from assistant.embedding.hashing import HashingEmbedder
from assistant.embedding.remembering import MOST_REMEMBERED, RememberingEmbedder


class Counting(HashingEmbedder):
    """Notes what it is asked for, and tells the roles apart."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[Role, list[str]]] = []

    def embed(self, texts: Sequence[str], *, role: Role = "passage") -> Vectors:
        self.asked.append((role, list(texts)))
        return super().embed([f"{role} {text}" for text in texts])


@pytest.fixture
def inner() -> Counting:
    return Counting()


def test_a_text_is_embedded_once_and_comes_back_in_its_place(inner: Counting) -> None:
    embedder = RememberingEmbedder(inner)
    embedder.embed(["lamp", "oak"])
    found = embedder.embed(["shelf", "oak", "lamp", "shelf"])
    assert inner.asked == [("passage", ["lamp", "oak"]), ("passage", ["shelf"])]
    np.testing.assert_array_equal(found, Counting().embed(["shelf", "oak", "lamp", "shelf"]))


def test_a_text_that_stands_twice_is_embedded_once(inner: Counting) -> None:
    found = RememberingEmbedder(inner).embed(["oak", "oak"])
    assert inner.asked == [("passage", ["oak"])]
    assert found.shape == (2, inner.dimension) and found.dtype == np.float32


def test_a_query_is_not_taken_for_a_passage(inner: Counting) -> None:
    embedder = RememberingEmbedder(inner)
    passage, query = embedder.embed(["oak"]), embedder.embed(["oak"], role="query")
    assert not np.array_equal(passage, query)
    assert [role for role, _ in inner.asked] == ["passage", "query"]


def test_no_texts_give_no_rows(inner: Counting) -> None:
    assert RememberingEmbedder(inner).embed([]).shape == (0, inner.dimension)


def test_only_the_last_texts_are_remembered_and_what_is_forgotten_is_embedded_again(inner: Counting) -> None:
    embedder = RememberingEmbedder(inner)
    embedder.embed(["first"])
    embedder.embed([f"text {number}" for number in range(MOST_REMEMBERED)])
    assert len(embedder._known) == MOST_REMEMBERED
    embedder.embed(["first", f"text {MOST_REMEMBERED - 1}"])
    assert inner.asked[-1] == ("passage", ["first"])


def test_more_texts_at_once_than_are_remembered_all_come_back(inner: Counting) -> None:
    found = RememberingEmbedder(inner).embed([str(number) for number in range(MOST_REMEMBERED + 5)])
    assert len(found) == MOST_REMEMBERED + 5


def test_a_store_takes_its_vectors_for_those_of_the_other(inner: Counting) -> None:
    embedder = RememberingEmbedder(inner)
    for name in ("name", "fingerprint", "dimension", "max_tokens"):
        assert getattr(embedder, name) == getattr(inner, name)
