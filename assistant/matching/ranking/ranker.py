"""The ranker: weights of the features, none of them negative, so that every part of a score is a reason for it.

`DEFAULT` needs no judged data: both legs in halves, more for words that stand together in the title, and for being
among others that fit. Weights that were learned come from a file: see `files`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from assistant.matching.ranking.candidates import Candidates, Floats
from assistant.matching.ranking.features import FEATURES, MEANING, WORDS, Features, features_of
from store.records import Part
from store.store import Store

Ordered = list[tuple[str, tuple[Part, ...]]]
"""Ids with the parts of their scores, best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranker:
    """Weights by feature; one that is not named has none. `fitted` says on what and how well, for who looks.

    `record_weights` are those for what is asked by a record instead of a text, where they are others.
    """

    name: str
    weights: Mapping[str, float]
    fitted: Mapping[str, Any] | None = None
    record_weights: Mapping[str, float] | None = None

    @property
    def of_records(self) -> Ranker:
        """The same for what is asked by a record."""
        return replace(self, weights=self.record_weights) if self.record_weights else self

    @property
    def vector(self) -> Floats:
        """The weights in the order of the columns, of shape (features,)."""
        return np.array([self.weights.get(name, 0.0) for name in FEATURES])

    def order(self, features: Features) -> Ordered:
        """The candidates with the parts of their scores; equal scores in the order of the ids.

        Scores are between 0 and 1: the weights of the features that are 0 for all candidates are shared out among the
        others, which changes no order.
        """
        weights = self.vector * features.values.any(axis=0)
        weights /= weights.sum() or 1.0
        shown = [place for place, name in enumerate(FEATURES) if name in (MEANING, WORDS) or weights[place] > 0]
        rows = [
            (
                identifier,
                tuple(Part(FEATURES[place], raw[place], value[place], float(weights[place])) for place in shown),
            )
            for identifier, raw, value in zip(
                features.ids, features.raw.tolist(), features.values.tolist(), strict=True
            )
        ]
        return sorted(rows, key=lambda row: (-sum(part.points for part in row[1]), row[0]))


# A bonus for words in order and for good company, beside the two legs; a price counts only where one is asked for.
# A record is no phrase and asks for no price. It says more than what it is about, so its words count for less.
DEFAULT = Ranker(
    name="default",
    weights={MEANING: 0.5, WORDS: 0.5, "phrase": 0.2, "company": 0.3, "price": 0.2},
    record_weights={MEANING: 0.7, WORDS: 0.3, "company": 0.3},
)


def order(candidates: Candidates, store: Store, ranker: Ranker = DEFAULT) -> Ordered:
    """The second stage: all candidates of a query, best first, with the parts of their scores.

    What has no weight is not looked at.
    """
    weighed = [name for name, weight in ranker.weights.items() if weight]
    return ranker.order(features_of(candidates, store, weighed))
