"""Find what matches a text or a pin: dense and lexical candidates, fused by a weighted sum that can be shown.

Dense vectors alone lose to words on shopping data and words alone lose on ideas; a plain weighted sum of the two,
each scaled to 0..1 among the candidates, beats both.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.embedding.embedder import Embedder
from assistant.errors import UnknownIdError, UsageError
from store.records import NO_FILTERS, Filters, Kind, Match, Part, Record
from store.store import Store

CANDIDATES = 200
DENSE_WEIGHT = 0.5
LONGEST_QUERY = 2000
# Up to so many survivors of a filter each is scored: 0.15 s at 0.04 ms a vector. Of more the index is asked, and the
# filter applied to what it finds.
EXACT_BELOW = 4000


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: its words, and its vector of shape (dimension,)."""

    text: str
    vector: NDArray[np.float32]


def text_query(text: str, embedder: Embedder) -> Query:
    """A query from what somebody typed."""
    text = " ".join(text.split())[:LONGEST_QUERY]
    if not text:
        raise UsageError("The text to look for is empty.", hint='Write for example: match "linen bedding".')
    return Query(text, embedder.embed([text], role="query")[0])


def record_query(kind: Kind, identifier: str, store: Store) -> tuple[Record, Query]:
    """A query from a pin or an ad that the store holds; its vector is there already."""
    record = store.database.get(kind, identifier)
    if record is None:
        raise UnknownIdError.of(kind, identifier, store.database.similar_ids(kind, identifier))
    vector = store.vectors().get(kind, [identifier]).get(identifier)
    if vector is None:
        raise UsageError(f"The {kind} {identifier} has no vector yet.", hint="Run `pinwright store rebuild`.")
    return record, Query(record.passage, vector)


def search(
    query: Query, kind: Kind, store: Store, *, filters: Filters = NO_FILTERS, limit: int = 10
) -> tuple[Match, ...]:
    """The best records of a kind, at most `limit`, best first. With filters the result is that of an exact search."""
    among = _survivors(kind, store, filters)
    if among is not None and not among:
        return ()
    wanted = max(CANDIDATES, limit)
    dense = dict(_dense(query, kind, store, wanted, among))
    lexical = dict(store.lexicon.search(kind, query.text, wanted, ids=None if among is None else set(among)))
    dense |= cosines_of(query, kind, store, lexical.keys() - dense.keys())
    fused = _fuse(dense, lexical)[:limit]
    records = store.database.get_many(kind, [identifier for identifier, _ in fused])
    found = [(records[identifier], parts) for identifier, parts in fused if identifier in records]
    return tuple(
        Match(
            rank=rank,
            record=record,
            parts=parts,
            shared_words=store.lexicon.shared_words(query.text, record.passage),
        )
        for rank, (record, parts) in enumerate(found, start=1)
    )


def _survivors(kind: Kind, store: Store, filters: Filters) -> list[str] | None:
    """The ids that pass the filters; None where there is no filter."""
    return store.database.select_ids(kind, filters, None) if filters else None


def _dense(
    query: Query, kind: Kind, store: Store, wanted: int, among: Sequence[str] | None
) -> Sequence[tuple[str, float]]:
    """The nearest of the survivors: exactly, unless the index finds enough of them in a shorter time."""
    vectors = store.vectors()
    if among is None:
        return vectors.query(kind, query.vector, wanted)
    if len(among) > EXACT_BELOW:
        allowed = set(among)
        # As many as hold twice what is wanted, were the survivors everywhere alike; they may all be far away.
        reach = 2 * wanted * vectors.count(kind) // len(among)
        while reach < len(among):
            found = vectors.query(kind, query.vector, reach)
            kept = [(identifier, cosine) for identifier, cosine in found if identifier in allowed]
            if len(kept) >= wanted:
                return kept[:wanted]
            reach *= 4
    return vectors.query(kind, query.vector, wanted, among=among)


def cosines_of(query: Query, kind: Kind, store: Store, ids: Collection[str]) -> dict[str, float]:
    """The cosine of candidates that only the words found, so that each is judged by both parts."""
    vectors = store.vectors().get(kind, sorted(ids)) if ids else {}
    return {identifier: float(vector @ query.vector) for identifier, vector in vectors.items()}


def _fuse(dense: dict[str, float], lexical: dict[str, float]) -> list[tuple[str, tuple[Part, ...]]]:
    """Scale both parts, weigh them, and order by their sum; equal sums keep the order of the ids."""
    dense_weight = DENSE_WEIGHT if lexical else 1.0
    scaled_dense, scaled_lexical = _scale(dense), _scale(lexical, floor=0.0)
    rows = [
        (
            identifier,
            (
                Part("meaning", dense.get(identifier, 0.0), scaled_dense.get(identifier, 0.0), dense_weight),
                Part("words", lexical.get(identifier, 0.0), scaled_lexical.get(identifier, 0.0), 1 - dense_weight),
            ),
        )
        for identifier in dense.keys() | lexical.keys()
    ]
    return sorted(rows, key=lambda row: (-sum(part.points for part in row[1]), row[0]))


def _scale(scores: dict[str, float], floor: float | None = None) -> dict[str, float]:
    """Scores between 0 (the lowest candidate, or `floor`) and 1 (the best)."""
    if not scores:
        return {}
    low = min(scores.values()) if floor is None else floor
    span = max(scores.values()) - low
    return {identifier: (score - low) / span if span > 0 else 1.0 for identifier, score in scores.items()}


def blend(vector: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """A unit vector halfway between one vector, shape (dimension,), and the mean of others, shape (n, dimension)."""
    mean = others.mean(axis=0)
    mixed = vector + mean / max(float(np.linalg.norm(mean)), 1e-9)
    return np.asarray(mixed / max(float(np.linalg.norm(mixed)), 1e-9), dtype=np.float32)
