"""A pin, an ad or a product as a query of its own kind, and several of them as one.

Its texts say different things. A description is noisy, a title may be a joke, a board is context; what many of the tags
say is what the record is about. So a word counts once for what is told, and once more for each tag that has it, and the
vector is that of the whole drawn towards that of the tags, which name the subject in the fewest words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.embedding.embedder import Embedder
from assistant.errors import UnknownIdError, UsageError
from assistant.matching.search import Query
from assistant.matching.serve import SERVES
from store.records import Kind, Match, Pin, Product, Record
from store.store import Store

# Each is another look into the index.
MOST_RECORDS = 50

Near = tuple[tuple[Record, float], ...]
"""Records with their cosines, nearest first."""


def find_records(kind: Kind, ids: Sequence[str], store: Store) -> tuple[Record, ...]:
    """The records of these ids, each once; UnknownIdError for the first that is not there, with the nearest ids."""
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > MOST_RECORDS:
        raise UsageError(
            f"These are {len(wanted):,} {kind}s; at most {MOST_RECORDS} can be looked for at once.",
            hint="Leave some out, or look for them in turn.",
        )
    found = store.database.get_many(kind, wanted)
    if unknown := next((identifier for identifier in wanted if identifier not in found), ""):
        raise UnknownIdError.of(kind, unknown, store.database.similar_ids(kind, unknown))
    return tuple(found[identifier] for identifier in wanted)


def record_query(kind: Kind, identifier: str, store: Store, embedder: Embedder) -> tuple[Record, Query]:
    """A record of the store, and the query that it is. Its vectors are computed: it needs none in the store."""
    (record,) = find_records(kind, [identifier], store)
    return record, query_of([record], embedder)


def query_of(records: Sequence[Record], embedder: Embedder) -> Query:
    """One query of one record or more."""
    return queries_of([records], embedder)[0]


def queries_of(groups: Sequence[Sequence[Record]], embedder: Embedder) -> list[Query]:
    """A query of each group of records, all embedded together; no group may be empty."""
    vectors = _vectors([record for group in groups for record in group], embedder)
    queries, start = [], 0
    for group in groups:
        queries.append(_query(group, vectors[start : start + len(group)]))
        start += len(group)
    return queries


def kind_of(record: Record) -> Kind:
    """Which of the kinds a record is of."""
    return Kind.PIN if isinstance(record, Pin) else Kind.PRODUCT if isinstance(record, Product) else Kind.AD


def served_by(matches: Sequence[Match], kind: Kind, query: Query, store: Store) -> Mapping[str, Near]:
    """By the id of a match: the records of the query that it serves, nearest first, with the cosine of each."""
    vectors = store.vectors().get(kind, [match.record.id for match in matches])
    each = np.stack(query.each)
    served = {}
    for identifier, vector in vectors.items():
        pairs = zip(query.records, (each @ vector).tolist(), strict=True)
        near = [(record, cosine) for record, cosine in pairs if cosine >= SERVES]
        served[identifier] = tuple(sorted(near, key=lambda pair: -pair[1]))
    return served


def _query(records: Sequence[Record], vectors: NDArray[np.float32]) -> Query:
    return Query(
        text=" ".join(record.passage for record in records),
        vector=_unit(vectors.mean(axis=0)),
        records=tuple(records),
        vectors=tuple(vectors) if len(records) > 1 else (),
    )


def _vectors(records: Sequence[Record], embedder: Embedder) -> NDArray[np.float32]:
    """Unit vectors of shape (len(records), dimension): halfway between the whole and the tags, where there are any."""
    tagged = [place for place, record in enumerate(records) if any(tag.strip() for tag in record.tags)]
    passages = [record.passage for record in records]
    found = embedder.embed([*passages, *(", ".join(records[place].tags) for place in tagged)])
    vectors = np.array(found[: len(records)])
    vectors[tagged] += found[len(records) :]
    return _unit(vectors)


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)
