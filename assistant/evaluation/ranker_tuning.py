"""Fit a ranker to judged data, and hold it against the one in use on queries that it has not seen.

Each query is held out once. Where the fitted ranker does no better there, over all objectives and in each of them, the
one in use stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from assistant.embedding.embedder import Embedder
from assistant.errors import InputError
from assistant.evaluation.crossed import lesson_of
from assistant.evaluation.dataset import Questions
from assistant.evaluation.logs import Log
from assistant.evaluation.statistics import Interval, Numbers, interval, randomisation_test
from assistant.matching.ranking.features import FEATURES
from assistant.matching.ranking.learning import FOLDS, Lesson, folds, learn, reached
from assistant.matching.ranking.ranker import DEFAULT, Ranker
from assistant.matching.rankings import look
from assistant.matching.search import text_query
from store.records import Kind
from store.store import Store

LEAST_QUERIES = 10
JUDGED = "judged"
_FEW = "Give more judged queries: with few of them weights are learned from chance."
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """nDCG@10 on held-out queries for one objective: by the ranker in use, by the fitted one, and the difference."""

    objective: str
    queries: int
    before: float
    after: float
    difference: Interval
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """What was fitted, what it was held against, and how far each got; `better` says whether it may replace it."""

    ranker: Ranker
    beside: Ranker
    queries: int
    overall: Reached
    objectives: tuple[Reached, ...]

    @property
    def better(self) -> bool:
        return self.overall.difference.mean > 0 and all(one.difference.mean >= 0 for one in self.objectives)


def lessons_of_questions(
    questions: Questions, store: Store, embedder: Embedder, on_progress: Progress = lambda *_: None
) -> list[Lesson]:
    """A lesson for each judged query of a data set, whose documents the store holds."""
    lessons = []
    for done, (query, text) in enumerate(questions.queries.items(), start=1):
        lessons.append(lesson_of(look(text_query(text, embedder), Kind.AD, store), questions.relevance[query]))
        on_progress(done, len(questions.queries))
    return lessons


def lessons_of_log(log: Log, store: Store, embedder: Embedder, on_progress: Progress = lambda *_: None) -> list[Lesson]:
    """A lesson for each query of a log, over what was shown: of what was not, nobody knows how it would have done.

    Raises InputError where none of the ads of the log is in the store.
    """
    held = store.database.existing(Kind.AD, log.rows)
    if not held:
        first, line = next(iter(log.rows.items()))
        raise InputError(
            f"None of the ads in {log.path} is in the store, such as {first} on line {line}.",
            hint="Index the ads first: `pinwright index FILE`.",
        )
    lessons = []
    for done, (query, shown) in enumerate(log.shown.items(), start=1):
        there = sorted(shown.keys() & held)
        if len(there) > 1:
            features = look(text_query(query, embedder), Kind.AD, store, also=there)
            places = [features.ids.index(identifier) for identifier in there if identifier in features.ids]
            rates = [
                [shown[features.ids[place]].acts.get(name, 0.0) / shown[features.ids[place]].times for place in places]
                for name in log.objectives
            ]
            lessons.append(Lesson.of(features.values[places], np.array(rates).reshape(len(rates), len(places))))
        on_progress(done, len(log.shown))
    return lessons


def tune(
    lessons: Sequence[Lesson],
    objectives: Sequence[str],
    current: Ranker,
    fitted_on: Mapping[str, str],
    *,
    seed: int = 0,
) -> Tuned:
    """Fit a ranker, and measure it against `current` on queries held out in turn.

    Against the default instead where `current` was fitted on this very data, which it has seen. Raises InputError
    where too few queries want anything.
    """
    told = [lesson for lesson in lessons if (lesson.ideals > 0).any()]
    if len(told) < LEAST_QUERIES:
        raise InputError(f"Only {len(told)} queries can be learned from; {LEAST_QUERIES} are needed.", hint=_FEW)
    seen = (current.fitted or {}).get("sha256") == fitted_on["sha256"]
    beside = DEFAULT if seen else current
    before = np.array([reached(lesson, beside.vector) for lesson in told])
    after = before.copy()
    for learned, held_out in folds(len(told), FOLDS, seed):
        weights = learn([told[place] for place in learned], DEFAULT, seed=seed)
        after[held_out] = [reached(told[place], weights) for place in held_out]
    parts = tuple(
        _reached(name, before[:, place], after[:, place], seed)
        for place, name in enumerate(objectives)
        if not np.isnan(before[:, place]).all()
    )
    overall = _reached("all", np.nanmean(before, axis=1), np.nanmean(after, axis=1), seed)
    ranker = _ranker(learn(told, DEFAULT, seed=seed), fitted_on, overall)
    return Tuned(ranker=ranker, beside=beside, queries=len(told), overall=overall, objectives=parts)


def fingerprint(paths: Sequence[Path]) -> str:
    """SHA-256 over the files that were learned from."""
    digest = sha256()
    for path in paths:
        digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _reached(name: str, before: Numbers, after: Numbers, seed: int) -> Reached:
    told = ~np.isnan(before)
    differences = (after - before)[told]
    return Reached(
        objective=name,
        queries=int(told.sum()),
        before=float(before[told].mean()),
        after=float(after[told].mean()),
        difference=interval(differences, seed=seed),
        probability=randomisation_test(differences, seed=seed),
    )


def _ranker(weights: Numbers, fitted_on: Mapping[str, str], overall: Reached) -> Ranker:
    return Ranker(
        name="learned",
        weights=dict(zip(FEATURES, weights.tolist(), strict=True)),
        fitted={
            **fitted_on,
            "queries": overall.queries,
            "before": round(overall.before, 4),
            "after": round(overall.after, 4),
            "low": round(overall.difference.low, 4),
            "high": round(overall.difference.high, 4),
        },
    )
