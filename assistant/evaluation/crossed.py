"""A learned ranker measured fairly: each query is ranked by weights that were learned from the others."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from assistant.matching.ranking.features import FEATURES, Features
from assistant.matching.ranking.learning import FOLDS, Lesson, folds, learn
from assistant.matching.ranking.ranker import DEFAULT, Ranker
from assistant.matching.rankings import Ranking, ranked

Relevance = Mapping[str, Mapping[str, int]]


def lesson_of(features: Features, grades: Mapping[str, float]) -> Lesson:
    """A query with one objective, its judgements; what nobody judged counts as not relevant."""
    gains = np.array([[max(grades.get(identifier, 0.0), 0.0) for identifier in features.ids]])
    return Lesson.of(features.values, gains, [[max(grade, 0.0) for grade in grades.values()]])


def rank_crossed(
    features: Mapping[str, Features], relevance: Relevance, *, limit: int, seed: int = 0
) -> dict[str, Ranking]:
    """Rankings of all queries, in folds over queries: none has a part in the weights that it is ranked by."""
    queries = list(features)
    lessons = [lesson_of(features[query], relevance[query]) for query in queries]
    found: dict[str, Ranking] = {}
    for learned, held_out in folds(len(queries), FOLDS, seed):
        weights = learn([lessons[place] for place in learned], DEFAULT, seed=seed)
        ranker = Ranker(name="learned", weights=dict(zip(FEATURES, weights.tolist(), strict=True)))
        found |= {queries[place]: ranked(features[queries[place]], ranker, limit) for place in held_out}
    return {query: found[query] for query in queries}
