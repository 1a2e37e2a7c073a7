"""The last stage of a ranking: a reranker reads the head of the list with the query, and orders it anew."""

from __future__ import annotations

import numpy as np

from assistant.embedding.reranker import Reranker
from assistant.matching.ranking.candidates import LOOKED_AT, Candidates, scaled
from assistant.matching.ranking.features import LEGS
from assistant.matching.ranking.ranker import Ordered
from store.records import Match, Part
from store.store import Store

RERANKER = "reranker"
# A small cross-encoder reads so many pairs in three seconds on two cores.
HEAD = 50


def rerank(ordered: Ordered, candidates: Candidates, store: Store, reranker: Reranker) -> Ordered:
    """The head of a list that comes best first in the order of the reranker, equal ones as they were; then the rest.

    In the head the reranker's score is the only part with a weight: scaled from the score of the first after the head
    up to 1, so that a better place never has a lower score, and what comes after the head keeps what it has.
    """
    records = store.database.get_many(candidates.kind, [identifier for identifier, _ in ordered[:HEAD]])
    # What was deleted meanwhile has nothing to read, and is shown to nobody.
    head = [row for row in ordered[:HEAD] if row[0] in records]
    if not head:
        return ordered
    rest = ordered[HEAD:]
    scores = reranker.score(
        candidates.text[:LOOKED_AT], [records[identifier].passage[:LOOKED_AT] for identifier, _ in head]
    )
    floor = sum(part.points for part in rest[0][1]) if rest else 0.0
    values = floor + (1.0 - floor) * scaled(scores)
    found: Ordered = []
    for place in np.argsort(-scores, kind="stable").tolist():
        identifier, parts = head[place]
        own = Part(RERANKER, float(scores[place]), float(values[place]), 1.0)
        found.append((identifier, (own, *(Part(part.name, part.raw, part.scaled, 0.0) for part in parts))))
    return found + rest


def levers(match: Match, other: Match) -> tuple[str, ...]:
    """The parts that could put one match level with another, each alone: none where only one of them was reranked."""
    reranked = [any(part.name == RERANKER for part in one.parts) for one in (match, other)]
    return (RERANKER,) if all(reranked) else () if any(reranked) else LEGS
