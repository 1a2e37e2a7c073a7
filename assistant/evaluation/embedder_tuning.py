"""Fine-tuning the embedder on what was judged or clicked, and whether that made search better on queries it never saw.

The queries are parted in three: from most the model learns, a few say when to stop, and the hold-out says at the end
whether the new model may take the place of the old one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

import numpy as np

from assistant.embedding.embedder import Embedder, Vectors
from assistant.embedding.tuning.training import Course, Plan, Progress, TunedEmbedder, tune
from assistant.errors import InputError
from assistant.evaluation.compare import Difference, compare
from assistant.evaluation.measures import DEPTH, NDCG, Values, column, measure
from assistant.evaluation.pairs import Judged, Passages
from assistant.evaluation.results import Results
from assistant.evaluation.statistics import is_gain

# With fewer, neither the training nor the hold-out says anything.
LEAST_QUERIES = 50
# Of the queries that are not held out: so many only say when to stop.
WATCHED = 0.3
# Passages embedded at a time, so that progress is seen.
WINDOW = 256

OnMeasured = Callable[[str, int, int], None]
"""Called with `before` or `after`, and how many texts of how many were embedded."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The ids of the queries that are learned from, that say when to stop, and that are held out."""

    learned: tuple[str, ...]
    watched: tuple[str, ...]
    held_out: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """The tuned model, how its training went, and the hold-out before and after by each measure, nDCG@10 first."""

    embedder: TunedEmbedder
    parts: Parts
    course: Course
    differences: Sequence[Difference]

    @property
    def better(self) -> bool:
        """Whether the hold-out gained, and hardly by chance: the new model may take the old one's place."""
        return is_gain(self.differences[0].difference.mean, self.differences[0].probability)


def part(judged: Judged, held_out: float, seed: int) -> Parts:
    """Part the queries by chance; `held_out` is the share of the last part. InputError where they are too few."""
    queries = sorted(judged.queries)
    if len(queries) < LEAST_QUERIES:
        raise InputError(
            f"{judged.path} has {len(queries):,} queries with a text that answers them; tuning needs {LEAST_QUERIES}.",
            hint="Collect more: with so few nobody can say whether the tuned model is better.",
        )
    Random(seed).shuffle(queries)
    held = round(len(queries) * held_out)
    watched = held + round((len(queries) - held) * WATCHED)
    return Parts(tuple(queries[watched:]), tuple(queries[held:watched]), tuple(queries[:held]))


def tuned(
    judged: Judged,
    parts: Parts,
    source: Path,
    before: Embedder,
    plan: Plan,
    *,
    on_step: Progress = lambda _: None,
    on_measured: OnMeasured = lambda *_: None,
) -> Tuned:
    """Tune a copy of the model in `source`, which `before` is the export of, and measure both on the hold-out.

    The measures are those of dense search over all passages. Nothing is written.
    """
    first = _measured(judged, parts.held_out, before, partial(on_measured, "before"))
    embedder, course = tune(source, _grades(judged, parts.learned), plan, _check(judged, parts.watched), on_step)
    unchanged = course.mix == 0
    last = first if unchanged else _measured(judged, parts.held_out, embedder, partial(on_measured, "after"))
    texts = {query: judged.queries[query] for query in parts.held_out}
    results = [
        Results(path=judged.path, name=name, relevant_from=1, texts=texts, values=values)
        for name, values in (("before", first), ("after", last))
    ]
    return Tuned(embedder=embedder, parts=parts, course=course, differences=compare(*results, seed=plan.seed))


def _grades(judged: Judged, queries: Iterable[str]) -> dict[str, dict[str, float]]:
    """What is learned: grades by the texts themselves."""
    return {
        judged.queries[query]: {judged.passages[name]: float(grade) for name, grade in judged.relevance[query].items()}
        for query in queries
    }


def _check(judged: Judged, queries: Sequence[str]) -> Callable[[Embedder], float]:
    """How good an embedder is for queries that it does not learn from: nDCG@10 among what was judged for them."""
    names = {name for query in queries for name in judged.relevance[query]}
    passages = {name: judged.passages[name] for name in sorted(names)}

    def check(embedder: Embedder) -> float:
        vectors = embedder.embed(list(passages.values()))
        return float(column(_values(judged, queries, embedder, list(passages), vectors), NDCG).mean())

    return check


def _measured(
    judged: Judged, queries: Sequence[str], embedder: Embedder, on_done: Callable[[int, int], None]
) -> Values:
    vectors = _embedded(judged.passages, embedder, on_done)
    return _values(judged, queries, embedder, list(judged.passages), vectors)


def _embedded(passages: Passages, embedder: Embedder, on_done: Callable[[int, int], None]) -> Vectors:
    texts, parts = list(passages.values()), []
    for start in range(0, len(texts), WINDOW):
        parts.append(embedder.embed(texts[start : start + WINDOW]))
        on_done(min(start + WINDOW, len(texts)), len(texts))
    return np.concatenate(parts)


def _values(
    judged: Judged, queries: Sequence[str], embedder: Embedder, names: Sequence[str], vectors: Vectors
) -> Values:
    """The measures of each query, by exact search among the vectors, shape (len(names), dimension)."""
    asked = embedder.embed([judged.queries[query] for query in queries], role="query")
    rankings: Mapping[str, list[str]] = {
        query: [names[place] for place in np.argsort(-(vectors @ vector), kind="stable")[:DEPTH]]
        for query, vector in zip(queries, asked, strict=True)
    }
    return measure({query: judged.relevance[query] for query in queries}, rankings)
