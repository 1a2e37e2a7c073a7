"""An embedder and a reranker without a model: hashed words and character trigrams. Both ship for tests as `hashing`."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

import numpy as np

from assistant.embedding.embedder import Embedder, Role, Vectors
from assistant.embedding.reranker import Floats, Reranker
from assistant.errors import UsageError

# A word is anything but blanks and ASCII punctuation, so that every script and emoji counts.
_WORD = re.compile(r"[^\s\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]{1,64}")
_FOLDED_CHARACTERS_A_WORD = 64
_WORD_WEIGHT = 1.0
_TRIGRAM_WEIGHT = 0.5


class HashingEmbedder(Embedder):
    """Texts that share words, or parts of words, lie near each other. No meaning is known to it.

    The vectors are the same on every machine and in every process.
    """

    name = "hashing"
    max_tokens = 512

    def __init__(self, dimension: int = 256) -> None:
        if dimension < 2:
            raise UsageError(f"The hashing embedder needs 2 dimensions or more, not {dimension}.")
        self.dimension = dimension
        self.fingerprint = f"hashing-{dimension}-1"

    def embed(self, texts: Sequence[str], *, role: Role = "passage") -> Vectors:  # noqa: ARG002 - of the interface
        """Embed texts: shape (len(texts), dimension), float32, each row of length 1. The role makes no difference."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            self._fill(row, text)
        return vectors

    def _fill(self, row: Vectors, text: str) -> None:
        for (feature, weight), count in Counter(_features(text, self.max_tokens)).items():
            number = _hashed(feature)
            sign = 1.0 if number & 1 else -1.0
            row[(number >> 1) % self.dimension] += sign * weight * count**0.5
        length = float(np.linalg.norm(row))
        if length == 0.0:  # nothing to hash, or features that cancel out
            row[0] = length = 1.0
        row /= length


class HashingReranker(Reranker):
    """Scores by the cosine of a passage's beginning: another order than that of whole passages, and the same always."""

    name = "hashing"
    beginning = 40

    def __init__(self) -> None:
        self._embedder = HashingEmbedder()

    def score(self, query: str, passages: Sequence[str]) -> Floats:
        """The cosines, shape (len(passages),)."""
        vectors = self._embedder.embed([query, *(passage[: self.beginning] for passage in passages)])
        return np.asarray(vectors[1:] @ vectors[0], dtype=np.float64)


def _features(text: str, most_words: int) -> Iterator[tuple[str, float]]:
    for match in islice(_WORD.finditer(text), most_words):
        word = unicodedata.normalize("NFKC", match.group()).casefold()[:_FOLDED_CHARACTERS_A_WORD]
        yield word, _WORD_WEIGHT
        edged = f"\x02{word}\x03"
        for start in range(len(edged) - 2):
            # The mark in front keeps the trigram "cat" apart from the word "cat".
            yield f"\x01{edged[start : start + 3]}", _TRIGRAM_WEIGHT
        for character in word:
            if unicodedata.east_asian_width(character) == "W":  # ideographs and emoji mean something by themselves
                yield f"\x01{character}", _TRIGRAM_WEIGHT


@lru_cache(maxsize=1 << 16)
def _hashed(feature: str) -> int:
    return int.from_bytes(hashlib.blake2b(feature.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
