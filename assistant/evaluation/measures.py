"""How good a ranking is for a query: nDCG@10, recall@100, MRR@10 and precision@5, computed by ir-measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

DEPTH = 100
"""How many results of a query are looked at."""

NDCG, RECALL, RECIPROCAL_RANK, PRECISION = "nDCG@10", "recall@100", "MRR@10", "precision@5"
MEASURES = (NDCG, RECALL, RECIPROCAL_RANK, PRECISION)
Values = Mapping[str, Mapping[str, float]]
"""By query, then by measure."""


def measure(
    relevance: Mapping[str, Mapping[str, int]], rankings: Mapping[str, Iterable[str]], relevant_from: int = 1
) -> dict[str, dict[str, float]]:
    """The measures of every judged query; `rankings` holds ids by query, best first, and what it lacks found nothing.

    A document counts as relevant from a judgement of `relevant_from` on; nDCG takes the judgement itself as the gain.
    What nobody judged is not relevant.
    """
    import ir_measures  # 100 ms with what computes
    from ir_measures import RR, P, R, nDCG

    names = {
        nDCG @ 10: NDCG,
        R(rel=relevant_from) @ DEPTH: RECALL,
        RR(rel=relevant_from) @ 10: RECIPROCAL_RANK,
        P(rel=relevant_from) @ 5: PRECISION,
    }
    # The order alone counts: scores that tie would be ordered anew.
    run = {
        query: {identifier: float(-place) for place, identifier in enumerate(rankings.get(query, ()))}
        for query in relevance
    }
    found: dict[str, dict[str, float]] = {query: dict.fromkeys(MEASURES, 0.0) for query in relevance}
    for one in ir_measures.iter_calc(list(names), {query: dict(grades) for query, grades in relevance.items()}, run):
        found[one.query_id][names[one.measure]] = float(one.value)
    return found


def column(values: Values, name: str) -> NDArray[np.float64]:
    """One measure of all queries, in their order: shape (queries,)."""
    return np.array([row[name] for row in values.values()], dtype=np.float64)
