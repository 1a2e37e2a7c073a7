"""Vectors that are kept: made once, found again, made anew where the file is damaged or the texts are others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.embedding.embedder import Role, Vectors
from assistant.embedding.hashing import HashingEmbedder
from assistant.embedding.known import known_vectors


class Counting(HashingEmbedder):
    """Notes how many texts it embeds."""

    def __init__(self) -> None:
        super().__init__(16)
        self.embedded = 0

    def embed(self, texts: Sequence[str], *, role: Role = "passage") -> Vectors:
        self.embedded += len(texts)
        return super().embed(texts, role=role)


def test_what_is_kept_is_not_embedded_again(tmp_path: Path) -> None:
    embedder = Counting()
    first = known_vectors(["oak", "ash"], embedder, tmp_path / "new", "trees")
    again = known_vectors(["oak", "ash"], embedder, tmp_path / "new", "trees")
    assert embedder.embedded == 2 and np.array_equal(first, again) and first.shape == (2, 16)


@pytest.mark.parametrize("texts", [["oak"], ["ash", "oak"], ["oak", "ash", "elm"]])
def test_other_texts_are_kept_apart(tmp_path: Path, texts: list[str]) -> None:
    embedder = Counting()
    known_vectors(["oak", "ash"], embedder, tmp_path, "trees")
    assert len(known_vectors(texts, embedder, tmp_path, "trees")) == len(texts)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("content", [b"", b"1234", b"\xff" * 128, b"0" * 127])
def test_a_damaged_file_is_made_anew(tmp_path: Path, content: bytes) -> None:
    embedder = Counting()
    first = known_vectors(["oak", "ash"], embedder, tmp_path, "trees")
    (place,) = tmp_path.iterdir()
    place.write_bytes(content)
    assert np.array_equal(known_vectors(["oak", "ash"], embedder, tmp_path, "trees"), first)
    assert embedder.embedded == 4
