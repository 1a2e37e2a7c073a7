"""What the first stage found for a query, and what the features look at: records, words and vectors, read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

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


@dataclass(frozen=True, slots=True)
class Described:
    """Some of the candidates with what is known of each: stems of the query, the titles and the passages, and vectors.

    `vectors` has shape (n, dimension) and zeros where a candidate has none; `records` lacks what was deleted.
    """

    text: str
    ids: Sequence[str]
    records: Mapping[str, Record]
    asked: tuple[str, ...]
    titles: Sequence[Sequence[str]]
    passages: Sequence[Sequence[str]]
    vectors: NDArray[np.float32]


def describe(candidates: Candidates, ids: Sequence[str], store: Store) -> Described:
    """Look up what the features need of these candidates."""
    records = store.database.get_many(candidates.kind, ids)
    found = store.vectors().get(candidates.kind, ids)
    nothing = np.zeros_like(candidates.vector)
    shown = [records.get(identifier) for identifier in ids]
    asked = _stems(telling_words(candidates.text, MOST_QUERY_WORDS))
    return Described(
        text=candidates.text,
        ids=ids,
        records=records,
        asked=tuple(dict.fromkeys(asked)),
        titles=[_stems(split_words(record.title)) if record else () for record in shown],
        passages=[_stems(split_words(record.passage[:LOOKED_AT])) if record else () for record in shown],
        vectors=np.array([found.get(identifier, nothing) for identifier in ids]).reshape(len(ids), len(nothing)),
    )


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
