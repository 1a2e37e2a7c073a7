"""Find what matches a text or a pin: dense and lexical candidates, ordered by a ranker whose parts can be shown.

Dense vectors alone lose to words on shopping data and words alone lose on ideas; a weighted sum of the two, each scaled
to 0..1 among the candidates, beats both, and a few more features of the best of them beat the sum.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assistant.embedding.embedder import Embedder
from assistant.embedding.reranker import Reranker
from assistant.errors import UnknownIdError, UsageError
from assistant.matching.ranking.candidates import Candidates
from assistant.matching.ranking.ranker import DEFAULT, Ranker, order
from assistant.matching.ranking.reranking import rerank
from store.records import NO_FILTERS, Filters, Kind, Match, Record
from store.spelling.corrector import Correction
from store.store import Store

CANDIDATES = 200
LONGEST_QUERY = 2000
# Up to so many survivors of a filter each is scored; of more the index is asked, and the filter applied to what it
# finds.
EXACT_BELOW = 20_000


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: its words, and its vector of shape (dimension,).

    `corrections` are the words that are read as others than were typed, in the order in which they were put right.
    """

    text: str
    vector: NDArray[np.float32]
    corrections: tuple[Correction, ...] = ()


def text_query(text: str, embedder: Embedder) -> Query:
    """A query from a text, taken as it is."""
    text = _bounded(text)
    return Query(text, embedder.embed([text], role="query")[0])


def read_query(text: str, kind: Kind, store: Store, embedder: Embedder) -> Query:
    """A query from what somebody typed, its slips put right by the words that records of this kind have."""
    reading = store.lexicon.read(kind, _bounded(text), knows=embedder.knows)
    return replace(text_query(reading.text, embedder), corrections=reading.corrections)


def _bounded(text: str) -> str:
    """The text on one line and of bounded length. Raises UsageError where it is empty."""
    text = " ".join(text.split())[:LONGEST_QUERY]
    if not text:
        raise UsageError("The text to look for is empty.", hint='Write for example: match "linen bedding".')
    return text


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
    query: Query,
    kind: Kind,
    store: Store,
    *,
    filters: Filters = NO_FILTERS,
    limit: int = 10,
    ranker: Ranker = DEFAULT,
    reranker: Reranker | None = None,
) -> tuple[Match, ...]:
    """The best records of a kind, at most `limit`, best first. With filters the result is that of an exact search.

    With a reranker the head of the list is in its order.
    """
    among = _survivors(kind, store, filters)
    if among is not None and not among:
        return ()
    wanted = max(CANDIDATES, limit)
    dense = dict(_dense(query, kind, store, wanted, among))
    lexical = dict(store.lexicon.search(kind, query.text, wanted, ids=None if among is None else set(among)))
    dense |= cosines_of(query, kind, store, lexical.keys() - dense.keys())
    candidates = Candidates(kind=kind, text=query.text, vector=query.vector, cosines=dense, words=lexical)
    ordered = order(candidates, store, ranker)
    if reranker:
        ordered = rerank(ordered, candidates, store, reranker)
    ordered = ordered[:limit]
    records = store.database.get_many(kind, [identifier for identifier, _ in ordered])
    found = [(records[identifier], parts) for identifier, parts in ordered if identifier in records]
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


def blend(vector: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """A unit vector halfway between one vector, shape (dimension,), and the mean of others, shape (n, dimension)."""
    mean = others.mean(axis=0)
    mixed = vector + mean / max(float(np.linalg.norm(mean)), 1e-9)
    return np.asarray(mixed / max(float(np.linalg.norm(mixed)), 1e-9), dtype=np.float32)
