"""Find what matches a text or a record: dense and lexical candidates, ordered by a ranker whose parts can be shown.

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
from assistant.errors import UsageError
from assistant.matching.ranking.candidates import Candidates
from assistant.matching.ranking.ranker import DEFAULT, Ranker, order
from assistant.matching.ranking.reranking import rerank
from store.records import NO_FILTERS, Ad, Filters, Kind, Match, Product, Record
from store.spelling.corrector import Correction
from store.store import Store

CANDIDATES = 200
LONGEST_QUERY = 2000
# Up to so many survivors of a filter each is scored; of more the index is asked, and the filter applied to what it
# finds.
EXACT_BELOW = 20_000
# So many ads of a product that is asked by may stand before those of others.
OWN = 50


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: its words, and its vector of shape (dimension,).

    `corrections` are the words that are read as others than were typed, in the order in which they were put right.
    `unread` is how many characters of a text are beyond what is looked for.
    `records` are what is asked by, where it is no text: see `by_record`. Of several, `vectors` has the unit vector of
    each, and `vector` is their mean.
    """

    text: str
    vector: NDArray[np.float32]
    corrections: tuple[Correction, ...] = ()
    records: tuple[Record, ...] = ()
    vectors: tuple[NDArray[np.float32], ...] = ()
    unread: int = 0

    @property
    def said(self) -> tuple[str, ...]:
        """The texts whose words are looked for: a word counts once for each that has it."""
        return tuple(text for record in self.records for text in record.texts) or (self.text,)

    @property
    def each(self) -> tuple[NDArray[np.float32], ...]:
        """The vectors that what is near is near to."""
        return self.vectors or (self.vector,)

    def cosines(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """How near vectors of shape (n, dimension) are, of shape (n,).

        Of several records half of it is the mean over them, what they share, and half the nearest, so that each may be
        served.
        """
        found = vectors @ np.stack(self.each).T
        return np.asarray((found.mean(axis=1) + found.max(axis=1)) / 2, dtype=np.float32)

    def is_own(self, record: Record) -> bool:
        """Whether a record is one of those that are asked by, or an ad for it: no answer to the question."""
        products = [own.id for own in self.records if isinstance(own, Product)]
        if isinstance(record, Ad) and record.product_id in products:
            return True
        return any(own.id == record.id and type(own) is type(record) for own in self.records)


def text_query(text: str, embedder: Embedder) -> Query:
    """A query from a text, taken as it is."""
    text, unread = _bounded(text)
    return Query(text, embedder.embed([text], role="query")[0], unread=unread)


def read_query(text: str, kind: Kind, store: Store, embedder: Embedder) -> Query:
    """A query from what somebody typed, its slips put right by the words that records of this kind have."""
    text, unread = _bounded(text)
    reading = store.lexicon.read(kind, text, knows=embedder.knows)
    return replace(text_query(reading.text, embedder), corrections=reading.corrections, unread=unread)


def _bounded(text: str) -> tuple[str, int]:
    """The text on one line and of bounded length, and how many characters are beyond. UsageError where it is empty."""
    text = " ".join(text.split())
    if not text:
        raise UsageError("The text to look for is empty.", hint='Write for example: match "linen bedding".')
    return text[:LONGEST_QUERY], len(text[LONGEST_QUERY:])


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
    passing = store.database.count_matching(kind, filters) if filters else None
    if passing == 0:
        return ()
    # What is asked by takes places among the candidates, and is no answer.
    wanted = max(CANDIDATES, limit + (OWN if query.records else 0))
    candidates = _candidates(query, kind, store, wanted, filters, passing)
    ordered = order(candidates, store, ranker.of_records if query.records else ranker)
    if reranker:
        ordered = rerank(ordered, candidates, store, reranker)
    ordered = ordered[:limit]
    records = store.database.get_many(kind, [identifier for identifier, _ in ordered])
    found = [(records[identifier], parts) for identifier, parts in ordered if identifier in records]
    said = query.said
    return tuple(
        Match(rank=rank, record=record, parts=parts, shared_words=store.lexicon.shared_words(said, record.passage))
        for rank, (record, parts) in enumerate(found, start=1)
    )


def _candidates(
    query: Query, kind: Kind, store: Store, wanted: int, filters: Filters, passing: int | None
) -> Candidates:
    """What both legs find, without what is asked by: of several records the nearest to each."""
    where = store.database.condition(kind, filters) if filters else None
    words = dict(store.lexicon.search(kind, query.said, wanted, where=where))
    nearest = [dict(_dense(vector, kind, store, wanted, filters, passing)) for vector in query.each]
    ids = {*words}.union(*nearest)
    known = nearest[0] if len(nearest) == 1 else {}
    cosines = known | cosines_of(query, kind, store, ids - known.keys())
    own = _own(query, kind, store, ids)
    return Candidates(
        kind=kind,
        text=query.text,
        vector=query.vector,
        cosines={identifier: cosine for identifier, cosine in cosines.items() if identifier not in own},
        words={identifier: bm25 for identifier, bm25 in words.items() if identifier not in own},
    )


def _own(query: Query, kind: Kind, store: Store, ids: Collection[str]) -> set[str]:
    """Which of the ids are the records that are asked by, or ads for them."""
    looked_at = ids if any(isinstance(record, Product) for record in query.records) else _ids_of(query) & {*ids}
    records = store.database.get_many(kind, looked_at) if looked_at else {}
    return {identifier for identifier, record in records.items() if query.is_own(record)}


def _ids_of(query: Query) -> set[str]:
    return {record.id for record in query.records}


def _dense(
    vector: NDArray[np.float32], kind: Kind, store: Store, wanted: int, filters: Filters, passing: int | None
) -> Sequence[tuple[str, float]]:
    """The nearest of the `passing` records: exactly, unless the index finds enough of them in a shorter time."""
    vectors = store.vectors()
    if passing is None:
        return vectors.query(kind, vector, wanted)
    if passing > EXACT_BELOW:
        # As many as hold twice what is wanted, were the survivors everywhere alike; they may all be far away.
        reach = 2 * wanted * vectors.count(kind) // passing
        while reach < passing:
            found = vectors.query(kind, vector, reach)
            allowed = store.database.passing(kind, filters, (identifier for identifier, _ in found))
            kept = [(identifier, cosine) for identifier, cosine in found if identifier in allowed]
            if len(kept) >= wanted:
                return kept[:wanted]
            reach *= 4
    return vectors.query(kind, vector, wanted, among=store.database.select_ids(kind, filters, None))


def cosines_of(query: Query, kind: Kind, store: Store, ids: Collection[str]) -> dict[str, float]:
    """The cosine of candidates that only the words found, so that each is judged by both parts."""
    vectors = store.vectors().get(kind, sorted(ids)) if ids else {}
    cosines = query.cosines(np.stack(list(vectors.values()))).tolist() if vectors else []
    return dict(zip(vectors, cosines, strict=True))


def blend(vector: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """A unit vector halfway between one vector, shape (dimension,), and the mean of others, shape (n, dimension)."""
    mean = others.mean(axis=0)
    mixed = vector + mean / max(float(np.linalg.norm(mean)), 1e-9)
    return np.asarray(mixed / max(float(np.linalg.norm(mixed)), 1e-9), dtype=np.float32)
