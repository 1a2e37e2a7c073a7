"""The ways to rank that can be measured beside each other: what `search` does, a ranker, each leg alone, plain fusions.

Only the default serves anybody. The others stand still, so that a change of the default is held against the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from assistant.embedding.reranker import Reranker
from assistant.matching.ranking.candidates import Candidates
from assistant.matching.ranking.features import Features, features_of
from assistant.matching.ranking.ranker import DEFAULT, Ranker
from assistant.matching.search import CANDIDATES, Query, cosines_of, search
from store.records import Kind
from store.store import Store

# The usual constant of reciprocal rank fusion: how little the first ranks stand out.
RANK_OFFSET = 60

Scores = Mapping[str, float]
Ranking = tuple[tuple[str, float], ...]
"""Ids with their scores, best first."""


class Setting(StrEnum):
    """A way to rank."""

    DEFAULT = "default"
    DENSE = "dense"
    LEXICAL = "lexical"
    RECIPROCAL = "reciprocal"
    SUM = "sum"
    RANKER = "ranker"
    RERANKER = "reranker"


@dataclass(frozen=True, slots=True)
class Legs:
    """The candidates of one query: cosines and BM25 by id, best first; `cosines` also has what only words found."""

    dense: Scores
    lexical: Scores
    cosines: Scores


def rank(
    query: Query,
    kind: Kind,
    store: Store,
    settings: Iterable[Setting],
    *,
    limit: int = 100,
    typed: Query | None = None,
    ranker: Ranker = DEFAULT,
    reranker: Reranker | None = None,
) -> dict[Setting, Ranking]:
    """At most `limit` ids by each of the settings; the reranker orders the head of the default.

    `typed` is the query without corrections, or a record's passage as if it had been typed: what the legs and the plain
    fusions are asked.
    """
    wanted = list(dict.fromkeys(settings))
    legs = _legs(typed or query, kind, store, max(CANDIDATES, limit)) if {*wanted} & _FUSIONS.keys() else None
    found: dict[Setting, Ranking] = {}
    for setting in wanted:
        if setting in _FUSIONS and legs is not None:
            found[setting] = _ordered(_FUSIONS[setting](legs), limit)
        elif setting is Setting.RANKER:
            found[setting] = ranked(look(query, kind, store, limit=limit), ranker, limit)
        else:
            last = reranker if setting is Setting.RERANKER else None
            matches = search(query, kind, store, limit=limit, reranker=last)
            found[setting] = tuple((match.record.id, match.score) for match in matches)
    return found


def look(query: Query, kind: Kind, store: Store, *, limit: int = 100, also: Collection[str] = ()) -> Features:
    """The features of what both legs find for a query, and of the ids in `also`."""
    legs = _legs(query, kind, store, max(CANDIDATES, limit))
    cosines = {**legs.cosines, **cosines_of(query, kind, store, set(also) - legs.cosines.keys())}
    candidates = Candidates(kind=kind, text=query.text, vector=query.vector, cosines=cosines, words=legs.lexical)
    return features_of(candidates, store)


def ranked(features: Features, ranker: Ranker, limit: int) -> Ranking:
    """The candidates as a ranker orders them, with their scores."""
    ordered = ranker.order(features)[:limit]
    return tuple((identifier, sum(part.points for part in parts)) for identifier, parts in ordered)


def _legs(query: Query, kind: Kind, store: Store, candidates: int) -> Legs:
    dense = dict(_ordered(dict(store.vectors().query(kind, query.vector, candidates)), candidates))
    lexical = dict(store.lexicon.search(kind, query.said, candidates))
    return Legs(dense, lexical, dense | cosines_of(query, kind, store, lexical.keys() - dense.keys()))


def _reciprocal(legs: Legs) -> Scores:
    scores: dict[str, float] = {}
    for leg in (legs.dense, legs.lexical):
        for place, identifier in enumerate(leg, start=1):
            scores[identifier] = scores.get(identifier, 0.0) + 1 / (RANK_OFFSET + place)
    return scores


def _sum(legs: Legs) -> Scores:
    """Half of each leg: cosines scaled to 0..1 among the candidates, BM25 from 0 to 1 at its best."""
    low, high = min(legs.cosines.values(), default=0.0), max(legs.cosines.values(), default=0.0)
    best = max(legs.lexical.values(), default=0.0)
    scores = {identifier: score / (2 * best) for identifier, score in legs.lexical.items() if best > 0}
    for identifier, cosine in legs.cosines.items():
        meaning = (cosine - low) / (high - low) if high > low else 1.0
        scores[identifier] = scores.get(identifier, 0.0) + meaning / 2
    return scores


def _ordered(scores: Scores, limit: int) -> Ranking:
    """The best first; equal ones by id, so that the order is the same every time."""
    return tuple(sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:limit])


_FUSIONS: Mapping[Setting, Callable[[Legs], Scores]] = {
    Setting.DENSE: lambda legs: legs.dense,
    Setting.LEXICAL: lambda legs: legs.lexical,
    Setting.RECIPROCAL: _reciprocal,
    Setting.SUM: _sum,
}
