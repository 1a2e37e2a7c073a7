"""What the first stage found for a query, and what the features look at: records, words and vectors, read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from store.records import Kind, Record
from store.store import Store
from store.words import Stemmer, split_words, telling_words

Floats = NDArray[np.float64]
MOST_QUERY_WORDS = 64
# What a text is about is said at its beginning; more of a long one takes time and tells little.
LOOKED_AT = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Both legs of a query: its text, its vector of shape (dimension,), cosines and BM25 by id.

    `cosines` should have what only the words found as well, so that each is judged by both.
    """

    kind: Kind
    text: str
    vector: NDArray[np.float32]
    cosines: Mapping[str, float]
    words: Mapping[str, float]

    @property
    def ids(self) -> tuple[str, ...]:
        """All of them, in the order of their ids."""
        return tuple(sorted(self.cosines.keys() | self.words.keys()))


@dataclass(frozen=True)
class Described:
    """Some of the candidates with what is known of each, looked up when a feature first asks for it.

    `records` lacks what was deleted.
    """

    candidates: Candidates
    ids: Sequence[str]
    store: Store

    @property
    def text(self) -> str:
        """The query."""
        return self.candidates.text

    @cached_property
    def records(self) -> Mapping[str, Record]:
        return self.store.database.get_many(self.candidates.kind, self.ids)

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """The stems of the query, each once."""
        return tuple(dict.fromkeys(_stems(telling_words(self.text, MOST_QUERY_WORDS))))

    @cached_property
    def titles(self) -> Sequence[Sequence[str]]:
        """The stems of each title."""
        return [_stems(split_words(record.title)) if record else () for record in self._shown]

    @cached_property
    def passages(self) -> Sequence[Sequence[str]]:
        """The stems of each passage: to stem them costs more than all else."""
        return [_stems(split_words(record.passage[:LOOKED_AT])) if record else () for record in self._shown]

    @cached_property
    def vectors(self) -> NDArray[np.float32]:
        """Of shape (n, dimension), with zeros where a candidate has no vector."""
        found = self.store.vectors().get(self.candidates.kind, self.ids)
        nothing = np.zeros_like(self.candidates.vector)
        vectors = [found.get(identifier, nothing) for identifier in self.ids]
        return np.array(vectors).reshape(len(self.ids), len(nothing))

    @property
    def _shown(self) -> list[Record | None]:
        return [self.records.get(identifier) for identifier in self.ids]


def scaled(values: Floats, floor: float | None = None) -> Floats:
    """Values of shape (n,) between 0 (the lowest, or `floor`) and 1 (the highest); all 1 where they are the same."""
    if not len(values):
        return values
    low = float(values.min()) if floor is None else floor
    span = float(values.max()) - low
    return (values - low) / span if span > 0 else np.full_like(values, 1.0 if floor is None or low < values[0] else 0.0)


@cache
def _stemmer() -> Stemmer:
    """One for the process: a word has the same stem in every store."""
    return Stemmer()


def _stems(words: Sequence[str]) -> list[str]:
    stems = _stemmer().stems(words)
    return [stem for stem in (stems[word] for word in words) if stem]
