"""Learn a ranker's weights from judged queries: a softmax over each query's list, drawn towards a ranker that is there.

Each objective of a query (a judgement, or clicks, saves and purchases) is a list of its own; all share the weights.
Where what was learned does no better on queries that were held out, the start is what is returned.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.matching.ranking.candidates import Floats
from assistant.matching.ranking.ranker import Ranker

DEPTH = 10
# A feature whose values differ less than so is the same everywhere.
LEAST_SPREAD = 1e-6
# What is learned from of a query: the head of its list, which is where a place matters.
HEAD = 100
# The ranker that is started from counts as much as so many judged lists: the more there are, the more they are heard.
START_COUNTS = 50.0
# How sharply the start's scores tell the first of a list from the rest.
TEMPERATURES = (2.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0)
FOLDS = 5
# Of standard errors: what is gained on held-out queries has to be more.
LEAST_GAIN = 1.0


@dataclass(frozen=True, slots=True)
class Lesson:
    """A judged query: features (n, features), gains (objectives, n) and the best DCG that each objective can reach."""

    values: Floats
    gains: Floats
    ideals: Floats

    @classmethod
    def of(cls, values: Floats, gains: Floats, all_gains: Sequence[Sequence[float]] | None = None) -> Lesson:
        """`all_gains` has those of documents that were not found too, which count in what could be reached."""
        rows = all_gains if all_gains is not None else gains.tolist()
        return cls(values, gains, np.array([_dcg(np.sort(np.array(row, dtype=np.float64))[::-1]) for row in rows]))


class Fold(NamedTuple):
    """The places of the lessons that are learned from, and of those held out."""

    learned: list[int]
    held_out: list[int]


def reached(lesson: Lesson, weights: Floats) -> Floats:
    """nDCG@10 of each objective of a query, shape (objectives,); nan where it has nothing to find."""
    order = np.argsort(-(lesson.values @ weights), kind="stable")[:DEPTH]
    found = np.array([_dcg(gains[order]) for gains in lesson.gains])
    nothing = np.full(len(found), np.nan)
    return np.asarray(np.divide(found, lesson.ideals, out=nothing, where=lesson.ideals > 0))


def mean_reached(lesson: Lesson, weights: Floats) -> float:
    """The mean of nDCG@10 over the objectives that a query has; 0 where it has none."""
    values = reached(lesson, weights)
    told = values[~np.isnan(values)]
    return float(told.mean()) if len(told) else 0.0


def folds(count: int, parts: int, seed: int) -> Iterator[Fold]:
    """The places of so many lessons, each held out once."""
    order = np.random.default_rng(seed).permutation(count).tolist()
    for part in range(min(parts, count)):
        held = order[part::parts]
        yield Fold([place for place in order if place not in set(held)], held)


def learn(lessons: Sequence[Lesson], start: Ranker, *, seed: int = 0) -> Floats:
    """Weights of shape (features,) that sum to 1, learned from these queries.

    They are those of `start` where what they gain over it on held-out queries is little beside its standard error.
    """
    beginning = np.asarray(start.vector / start.vector.sum())
    if not lessons:
        return beginning
    before = np.array([mean_reached(lesson, beginning) for lesson in lessons])
    after = before.copy()
    for learned, held_out in folds(len(lessons), FOLDS, seed):
        weights = fit([lessons[place] for place in learned], beginning)
        after[held_out] = [mean_reached(lessons[place], weights) for place in held_out]
    gain = after - before
    error = gain.std() / np.sqrt(len(gain))
    return fit(lessons, beginning) if gain.mean() > LEAST_GAIN * error else beginning


def fit(lessons: Sequence[Lesson], start: Floats) -> Floats:
    """The weights, none negative, that make what was wanted likely in a softmax over each list; they sum to 1.

    A feature that is the same everywhere keeps the share that it has in `start`.
    """
    lists = [part for lesson in lessons for part in _lists(lesson, start)]
    if not lists:
        return start
    spread = np.concatenate([values for values, _ in lists]).std(axis=0)
    told = spread > LEAST_SPREAD
    units = np.where(told, spread, 1.0)
    origin = start * _temperature(lists, start)
    found = _minimise([(values / units * told, wanted) for values, wanted in lists], origin * units)
    weights = np.where(told, found / units, origin)
    return np.asarray(weights / weights.sum())


def _minimise(lists: Sequence[tuple[Floats, Floats]], origin: Floats) -> Floats:
    """The weights of the least loss: the mean cross-entropy of the lists, and the squared distance from `origin`."""
    from scipy.optimize import minimize  # 200 ms

    strength = START_COUNTS / len(lists)

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, slope = strength * float(((weights - origin) ** 2).sum()) / 2, strength * (weights - origin)
        for values, wanted in lists:
            log_shares = _log_softmax(values @ weights)
            total -= float(wanted @ log_shares) / len(lists)
            slope -= values.T @ (wanted - np.exp(log_shares)) / len(lists)
        return total, slope

    bounds = [(0.0, None)] * len(origin)
    return np.asarray(minimize(loss, origin, jac=True, method="L-BFGS-B", bounds=bounds).x)


def _lists(lesson: Lesson, start: Floats) -> Iterator[tuple[Floats, Floats]]:
    """The head of a query's list with what was wanted of it as shares, once for each objective that wanted any."""
    head = np.argsort(-(lesson.values @ start), kind="stable")[:HEAD]
    for gains in lesson.gains[:, head].clip(0):
        if gains.sum() > 0:
            yield lesson.values[head], gains / gains.sum()


def _temperature(lists: Sequence[tuple[Floats, Floats]], start: Floats) -> float:
    """By what the start's scores are multiplied so that they explain best what was wanted."""

    def unlikely(factor: float) -> float:
        return -sum(float(wanted @ _log_softmax(values @ start * factor)) for values, wanted in lists)

    return min(TEMPERATURES, key=unlikely)


def _log_softmax(scores: Floats) -> Floats:
    shifted = scores - scores.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()))


def _dcg(gains: NDArray[np.float64]) -> float:
    head = gains[:DEPTH].clip(0)
    return float((head / np.log2(np.arange(2, len(head) + 2))).sum())
